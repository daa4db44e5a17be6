// SPDX-License-Identifier: GPL-2.0
/* Distributions and costs as text, CSV and JSON, of numbers made up here. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <time.h>
#include "kselftest_harness.h"
#include "capture.h"
#include "tool.h"
#include "analysis/histogram.h"
#include "util/cgroups.h"
#include "writers/writer.h"

/*
 * By the clock of the tests, in their time zone:
 * 2023-11-15T03:43:20.123456789+05:30
 */
#define NOW		1700000000123456789ULL
#define SINCE		1699996399987654321ULL
#define TIME_ZONE	"TEST-05:30"

#define CSV_SPAN "2023-11-15T02:43:19.987654321+05:30,2023-11-15T03:43:20.123456789+05:30"

#define JSON_SPAN							\
	"'time':'2023-11-15T03:43:20.123456789+05:30','mono_ns':1700000000123456789,"	\
	"'since':'2023-11-15T02:43:19.987654321+05:30','since_mono_ns':1699996399987654321"

/* Of this test: each has a process of its own. */
static struct histogram histogram;
static struct options opts;

/* No cgroup is written here. */
const char *cgroup_path(__u64 id)
{
	(void)id;
	return "";
}

FIXTURE(output) {};

FIXTURE_SETUP(output)
{
	setenv("TZ", TIME_ZONE, 1);
	tzset();
	setenv("COLUMNS", "46", 1);
	json_writer.begin(&opts);
}

FIXTURE_TEARDOWN(output) {}

static void distribution(const struct writer *writer)
{
	writer->histogram(&opts, &histogram, SINCE, NOW);
}

/* A thousand waits, so that each percentile is in a bucket of its own. */
static void count_lengths(void)
{
	histogram.counts[bucket_of(100)] = 100;
	histogram.counts[bucket_of(300)] = 500;
	histogram.counts[bucket_of(2100)] = 300;
	histogram.counts[bucket_of(2500)] = 30;
	histogram.counts[bucket_of(5000)] = 61;
	histogram.counts[bucket_of(9000)] = 8;
	histogram.counts[bucket_of(40000)] = 1;
}

TEST_F(output, text_histogram)
{
	count_lengths();
	setenv("COLUMNS", "61", 1);
	EXPECT_PRINTS("\n"
		"02:43:19 to 03:43:20  1000 waits of any length\n"
		"    from to below    : count       distribution\n"
		"    64ns to 128ns    : 100        |*****                    |\n"
		"   128ns to 256ns    : 0          |                         |\n"
		"   256ns to 512ns    : 500        |*************************|\n"
		"   512ns to 1.02us   : 0          |                         |\n"
		"  1.02us to 2.05us   : 0          |                         |\n"
		"  2.05us to 4.10us   : 330        |****************         |\n"
		"  4.10us to 8.19us   : 61         |***                      |\n"
		"  8.19us to 16.4us   : 8          |                         |\n"
		"  16.4us to 32.8us   : 0          |                         |\n"
		"  32.8us to 65.5us   : 1          |                         |\n"
		"p50 300ns  p90 2.08us  p99 5.06us  p99.9 9.09us  max 40.4us  (1000 waits)\n",
		distribution(&text_writer));
}

TEST_F(output, text_histogram_of_few)
{
	EXPECT_PRINTS("\n02:43:19 to 03:43:20  no waits\n", distribution(&text_writer));
	histogram.counts[NR_BUCKETS - 1] = 1;
	EXPECT_PRINTS("\n"
		"02:43:19 to 03:43:20  1 wait of any length\n"
		"    from to below    : count       distribution\n"
		"   4398s to 8796s    : 1          |**********|\n"
		"p50 8727s  p90 8727s  p99 8727s  p99.9 8727s  max 8727s  (1 wait)\n",
		distribution(&text_writer));
	histogram.counts[NR_BUCKETS - 1] = 0;
	histogram.counts[31] = 2;
	EXPECT_PRINTS("\n"
		"02:43:19 to 03:43:20  2 waits of any length\n"
		"    from to below    : count       distribution\n"
		"     0ns to 32ns     : 2          |**********|\n"
		"p50 31ns  p90 31ns  p99 31ns  p99.9 31ns  max 31ns  (2 waits)\n",
		distribution(&text_writer));
}

TEST_F(output, histogram_beside_stalled)
{
	histogram.nr_stalled = 3;
	histogram.stalled_ns = 1500000;
	EXPECT_PRINTS("\n02:43:19 to 03:43:20  no waits; 3 still waiting, longest 1.50ms\n",
		      distribution(&text_writer));
	histogram.counts[31] = 2;
	capture_begin();
	distribution(&text_writer);
	EXPECT_STREQ("", missing("2 waits of any length; 3 still waiting, longest 1.50ms\n",
				 capture_end()));
	opts.stalled_ns = 1;
	capture_begin();
	distribution(&json_writer);
	EXPECT_STREQ("", missing(quoted(",'count':2,'stalled':3,'stalled_max_ns':1500000,'p50"),
				 capture_end()));
}

/* A row of a heat map, where TIME has eight columns. */
static const char *heat_of(__u32 bucket, __u64 count)
{
	memset(&histogram, 0, sizeof(histogram));
	histogram.counts[bucket] = count;
	capture_begin();
	distribution(&text_writer);
	return capture_end();
}

/* Behind so many blanks of the map is this shade, and no other. */
static bool has_shade(const char *row, int blanks, const char *shade)
{
	const char *map = strchr(row, '|');

	return map && (int)strspn(map + 1, " ") == blanks &&
	       !strncmp(map + 1 + blanks, shade, strlen(shade)) &&
	       strspn(map + 1 + blanks + strlen(shade), " ") + blanks + 2 == 48;
}

TEST_F(output, heat)
{
	opts.heat = true;
	opts.histogram = true;
	setenv("LC_ALL", "C", 1);
	EXPECT_PRINTS("Tracing run queue latency higher than 0 us\n"
		"TIME     |1us                 1ms                 1s      |"
		"     WAITS      P99      MAX  .. 1 :: 10 ** 100 ## 1000 waits\n",
		text_writer.begin(&opts));
	EXPECT_PRINTS("03:43:20 |                                                |"
		"         0        -        -\n", distribution(&text_writer));
	/* Every power of ten, to the wait. */
	EXPECT_TRUE(has_shade(heat_of(bucket_of(1500000), 1), 20, ".."));
	EXPECT_TRUE(has_shade(heat_of(bucket_of(1500000), 9), 20, ".."));
	EXPECT_TRUE(has_shade(heat_of(bucket_of(1500000), 10), 20, "::"));
	EXPECT_TRUE(has_shade(heat_of(bucket_of(1500000), 99), 20, "::"));
	EXPECT_TRUE(has_shade(heat_of(bucket_of(1500000), 100), 20, "**"));
	EXPECT_TRUE(has_shade(heat_of(bucket_of(1500000), 1000), 20, "##"));
	EXPECT_TRUE(has_shade(heat_of(bucket_of(1500000), 1ULL << 60), 20, "##"));
	/* Both ends, and what is beyond them. */
	EXPECT_TRUE(has_shade(heat_of(0, 1), 0, ".."));
	EXPECT_TRUE(has_shade(heat_of(bucket_of(2047), 1), 0, ".."));
	EXPECT_TRUE(has_shade(heat_of(bucket_of(2048), 1), 2, ".."));
	EXPECT_TRUE(has_shade(heat_of(bucket_of(8589934591), 1), 44, ".."));
	EXPECT_TRUE(has_shade(heat_of(bucket_of(8589934592), 1), 46, ".."));
	EXPECT_TRUE(has_shade(heat_of(NR_BUCKETS - 1, 1), 46, ".."));
	memset(&histogram, 0, sizeof(histogram));
	count_lengths();
	histogram.nr_stalled = 2;
	capture_begin();
	distribution(&text_writer);
	EXPECT_STREQ("", missing("|      1000   5.06us   40.4us  2 still waiting\n", capture_end()));
}

TEST_F(output, heat_in_utf8)
{
	opts.heat = true;
	setenv("LC_ALL", "C.UTF-8", 1);
	capture_begin();
	text_writer.begin(&opts);
	EXPECT_STREQ("", missing("MAX  \u2591\u2591 1 \u2592\u2592 10 \u2593\u2593 100"
				 " \u2588\u2588 1000 waits\n", capture_end()));
	EXPECT_TRUE(has_shade(heat_of(0, 1), 0, "\u2591\u2591"));
}

/* How long the bar of a single row is; it fills its place. */
static int bar_length(const char *text)
{
	const char *bar = strchr(text, '|');

	return bar ? strspn(bar + 1, "*") : -1;
}

static int bar_on_columns(const char *columns)
{
	setenv("COLUMNS", columns, 1);
	histogram.counts[31] = 1;
	capture_begin();
	distribution(&text_writer);
	return bar_length(capture_end());
}

TEST_F(output, text_histogram_columns)
{
	EXPECT_EQ(44, bar_on_columns("80"));
	EXPECT_EQ(11, bar_on_columns("47"));
	EXPECT_EQ(10, bar_on_columns("46"));
	EXPECT_EQ(10, bar_on_columns("45"));
	EXPECT_EQ(10, bar_on_columns("1"));
	EXPECT_EQ(963, bar_on_columns("999"));
	EXPECT_EQ(44, bar_on_columns("1000"));
	EXPECT_EQ(44, bar_on_columns("0"));
	EXPECT_EQ(44, bar_on_columns("-9"));
	EXPECT_EQ(44, bar_on_columns("many"));
	unsetenv("COLUMNS");
	histogram.counts[31] = 1;
	capture_begin();
	distribution(&text_writer);
	EXPECT_EQ(44, bar_length(capture_end()));
}

/* On a terminal of so many columns. -1: there are no terminals here. */
static int bar_on_terminal(unsigned short columns)
{
	struct winsize size = { .ws_row = 24, .ws_col = columns };
	int terminal = posix_openpt(O_RDWR | O_NOCTTY), line, real_stdout;
	char text[4096] = "";

	if (terminal < 0 || grantpt(terminal) || unlockpt(terminal) ||
	    ioctl(terminal, TIOCSWINSZ, &size))
		return -1;
	line = open(ptsname(terminal), O_RDWR | O_NOCTTY);
	if (line < 0)
		return -1;
	fflush(stdout);
	real_stdout = dup(STDOUT_FILENO);
	dup2(line, STDOUT_FILENO);
	distribution(&text_writer);
	fflush(stdout);
	dup2(real_stdout, STDOUT_FILENO);
	/* What was written before the mark is there when that is. */
	while (!strstr(text, "(1 wait)")) {
		if (read(terminal, text + strlen(text), sizeof(text) - 1 - strlen(text)) <= 0)
			return -1;
	}
	return bar_length(text);
}

TEST_F(output, text_histogram_terminal)
{
	int length;

	histogram.counts[31] = 1;
	setenv("COLUMNS", "60", 1);
	length = bar_on_terminal(90);
	if (length < 0)
		SKIP(return, "no terminals here");
	EXPECT_EQ(54, length);
	EXPECT_EQ(44, bar_on_terminal(0));
}

TEST_F(output, csv_histogram)
{
	opts.histogram = true;
	/* With both, it is this. */
	opts.summary = true;
	EXPECT_PRINTS("since,time,from_ns,to_ns,count\n", csv_writer.begin(&opts));
	histogram.counts[0] = 7;
	histogram.counts[bucket_of(300)] = 8;
	histogram.counts[NR_BUCKETS - 2] = 9;
	histogram.counts[NR_BUCKETS - 1] = 10;
	EXPECT_PRINTS(CSV_SPAN ",0,1,7\n"
		      CSV_SPAN ",296,304,8\n"
		      CSV_SPAN ",8521215115264,8658654068736,9\n"
		      CSV_SPAN ",8658654068736,,10\n", distribution(&csv_writer));
}

TEST_F(output, json_histogram)
{
	count_lengths();
	EXPECT_PRINTS(quoted(
		"{'type':'histogram'," JSON_SPAN ",'count':1000,'p50_ns':300,'p90_ns':2080,"
		"'p99_ns':5056,'p99_9_ns':9088,'max_ns':40448,'buckets':["
		"{'from_ns':100,'to_ns':102,'count':100},"
		"{'from_ns':296,'to_ns':304,'count':500},"
		"{'from_ns':2048,'to_ns':2112,'count':300},"
		"{'from_ns':2496,'to_ns':2560,'count':30},"
		"{'from_ns':4992,'to_ns':5120,'count':61},"
		"{'from_ns':8960,'to_ns':9216,'count':8},"
		"{'from_ns':39936,'to_ns':40960,'count':1}]}\n"), distribution(&json_writer));
}

TEST_F(output, json_histogram_ends)
{
	EXPECT_PRINTS(quoted("{'type':'histogram'," JSON_SPAN ",'count':0,'p50_ns':0,"
			     "'p90_ns':0,'p99_ns':0,'p99_9_ns':0,'max_ns':0,'buckets':[]}\n"),
		      distribution(&json_writer));
	histogram.counts[NR_BUCKETS - 2] = 2;
	histogram.counts[NR_BUCKETS - 1] = 1;
	EXPECT_PRINTS(quoted(
		"{'type':'histogram'," JSON_SPAN ",'count':3,'p50_ns':8589934592000,"
		"'p90_ns':8727373545472,'p99_ns':8727373545472,'p99_9_ns':8727373545472,"
		"'max_ns':8727373545472,'buckets':["
		"{'from_ns':8521215115264,'to_ns':8658654068736,'count':2},"
		"{'from_ns':8658654068736,'to_ns':null,'count':1}]}\n"),
		distribution(&json_writer));
}

static const struct cost costs[] = {
	{ "sched_switch", 1000, 1234567 },
	{ "never", 0, 0 },
	{ "quick", 5, 0 },
	{ "a_program_of_20_bytes", 3, 9000000000 },
};

TEST_F(output, text_cost)
{
	EXPECT_PRINTS("\n"
		"BPF PROGRAM                  RUNS       TIME(us)   NS/RUN\n"
		"sched_switch                 1000         1234.6     1235\n"
		"never                           0            0.0        0\n"
		"quick                           5            0.0        0\n"
		"a_program_of_20_bytes            3      9000000.0 3000000000\n",
		text_writer.cost(&opts, costs, ARRAY_SIZE(costs), NOW));
}

TEST_F(output, json_cost)
{
	opts.histogram = true;
	EXPECT_PRINTS(quoted(
		"{'type':'cost','time':'2023-11-15T03:43:20.123456789+05:30',"
		"'mono_ns':1700000000123456789,'program':'sched_switch','runs':1000,"
		"'ns':1234567,'ns_per_run':1234.6}\n"
		"{'type':'cost','time':'2023-11-15T03:43:20.123456789+05:30',"
		"'mono_ns':1700000000123456789,'program':'never','runs':0,"
		"'ns':0,'ns_per_run':null}\n"
		"{'type':'cost','time':'2023-11-15T03:43:20.123456789+05:30',"
		"'mono_ns':1700000000123456789,'program':'quick','runs':5,"
		"'ns':0,'ns_per_run':0.0}\n"),
		json_writer.cost(&opts, costs, 3, NOW));
}

TEST_F(output, csv_cost)
{
	EXPECT_PRINTS("", csv_writer.cost(&opts, costs, ARRAY_SIZE(costs), NOW));
}

TEST_HARNESS_MAIN
