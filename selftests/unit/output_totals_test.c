// SPDX-License-Identifier: GPL-2.0
/*
 * Totals, distributions and costs as text, CSV and JSON, of waits made up here
 * in which each field has a value of its own.
 */
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
#include "util/cgroups.h"
#include "analysis/histogram.h"
#include "analysis/totals.h"
#include "writers/writer.h"

/*
 * By the clock of the tests, in their time zone:
 * 2023-11-15T03:43:20.123456789+05:30
 */
#define NOW		1700000000123456789ULL
#define SINCE		1699996399987654321ULL
#define TIME_ZONE	"TEST-05:30"

#define MAX_TEST_SHARES	8
#define MANY		24		/* more than any list has room for */

/* Of cgroups.c, which is not what is tested. */
const char *cgroup_path(__u64 id)
{
	static char path[32];

	snprintf(path, sizeof(path), id == 99 ? "/,\"\n" : "/cg%llu", (unsigned long long)id);
	return path;
}

/* Of this test: each has a process of its own. */
static char room[sizeof(struct why) + MAX_TEST_SHARES * sizeof(struct share)]
	__attribute__((aligned(8)));
static struct why * const why = (void *)room;
static struct totals *totals;
static struct histogram histogram;
static struct options opts;

FIXTURE(output) {};

FIXTURE_SETUP(output)
{
	setenv("TZ", TIME_ZONE, 1);
	tzset();
	setenv("COLUMNS", "46", 1);
	opts.min_us = 77;
	totals = totals_new();
	ASSERT_NE(NULL, totals);
	json_writer.begin(&opts);
}

FIXTURE_TEARDOWN(output)
{
	totals_free(totals);
}

/* The next wait is of this task. */
static void wait_of(__u32 tid, __u32 tgid, const char *comm, __u64 cgroup)
{
	memset(room, 0, sizeof(room));
	why->event.wait.tid = tid;
	why->event.wait.tgid = tgid;
	strcpy(why->event.wait.comm, comm);
	why->event.cgroup = cgroup;
}

static void add_share(struct share share)
{
	why->shares[why->nr++] = share;
	why->event.wait.wait_ns += share.ns;
}

static void count(void)
{
	totals_add(totals, &why->event.wait, why);
}

static struct share hog(__u64 ns)
{
	return (struct share) { CAUSE_TASK, ns, .cgroup = 41, .tid = 1008, .tgid = 1007,
				.comm = "hog" };
}

static struct share pig(__u64 ns)
{
	return (struct share) { CAUSE_TASK, ns, .cgroup = 42, .tid = 1010, .tgid = 1009,
				.comm = "p,ig" };
}

/* Two tasks that waited, for two tasks, and for every other cause. */
static void count_some(void)
{
	wait_of(2001, 2000, "first", 31);
	add_share((struct share) { CAUSE_QUOTA, 1100000, .cgroup = 23 });
	count();
	wait_of(2001, 2000, "first", 31);
	add_share(hog(2000000));
	add_share((struct share) { CAUSE_IRQ, 300000 });
	count();
	wait_of(2001, 2000, "first", 31);
	add_share(hog(20000000));
	add_share(pig(15000000));
	add_share((struct share) { CAUSE_STEAL, 5600000 });
	add_share((struct share) { CAUSE_IDLE, 5000000 });
	count();
	wait_of(2003, 2002, "se\33cond", 32);
	add_share(hog(7000000));
	add_share((struct share) { CAUSE_MIGRATING, 600000 });
	add_share((struct share) { CAUSE_WAKEUP, 50000 });
	add_share((struct share) { CAUSE_OTHER, 4321 });
	count();
}

/*
 * The first waits for 24 ms, in two parts, the last for 1 ms; all but 100 us
 * for a task of its own.
 */
static void count_many(void)
{
	struct share share;
	char comm[TASK_COMM_LEN];
	int i;

	for (i = 0; i < MANY; i++) {
		snprintf(comm, sizeof(comm), "w%d", i);
		wait_of(2100 + i, 2200 + i, comm, 2300 + i);
		if (!i) {
			add_share((struct share) { CAUSE_OTHER, 100000 });
			count();
			why->nr = 0;
			why->event.wait.wait_ns = 0;
		}
		share = (struct share) { CAUSE_TASK, (MANY - i) * 1000000 - 100000,
			.cgroup = 2600 + i, .tid = 2400 + i, .tgid = 2500 + i };
		snprintf(share.comm, sizeof(share.comm), "c%d", i);
		add_share(share);
		if (i)
			add_share((struct share) { CAUSE_OTHER, 100000 });
		count();
	}
}

/* A wait of this length, of which no more is known. */
static void count_plain(__u64 ns)
{
	wait_of(2001, 2000, "first", 0);
	why->event.wait.wait_ns = ns;
	totals_add(totals, &why->event.wait, NULL);
}

static void summary(const struct writer *writer)
{
	writer->summary(&opts, totals, SINCE, NOW);
}

static void distribution(const struct writer *writer)
{
	writer->histogram(&opts, &histogram, SINCE, NOW);
}

TEST_F(output, text_summary)
{
	count_some();
	EXPECT_PRINTS("\n"
		"02:43:19 to 03:43:20  4 waits over 77 us, 56.7ms in all\n"
		"Causes: 77.7% task, 9.9% steal, 8.8% idle, 1.9% quota, 1.1% migrating,"
		" 0.5% irq, 0.1% wakeup, 0.0% other\n"
		"\n"
		"WAITED MOST          TID     WAITS    TOTAL(ms)"
		"    P50(us)    P99(us)    MAX(us)\n"
		"first               2001         3         49.0"
		"       2228      44040      45600\n"
		"se?cond             2003         1          7.7"
		"       7654       7654       7654\n"
		"\n"
		"KEPT OTHERS WAITING  TID     TASKS     TIME(ms)      %\n"
		"hog                 1008         2         29.0   51.2\n"
		"p,ig                1010         1         15.0   26.5\n"
		"\n"
		"    TIME(ms)      %  CGROUP WAITING -> RUNNING\n"
		"        22.0   38.8  /cg31 -> /cg41\n"
		"        15.0   26.5  /cg31 -> /cg42\n"
		"         7.0   12.4  /cg32 -> /cg41\n",
		summary(&text_writer));
}

TEST_F(output, text_summary_times)
{
	opts.time = TIME_MONO;
	EXPECT_PRINTS("\n1699996399.987654 to 1700000000.123456  no waits over 77 us\n",
		      summary(&text_writer));
	opts.time = TIME_ISO;
	opts.min_us = 0;
	EXPECT_PRINTS("\n2023-11-15T02:43:19.987654+05:30 to 2023-11-15T03:43:20.123456+05:30"
		      "  no waits\n", summary(&text_writer));
}

TEST_F(output, text_summary_causes_of_two_words)
{
	wait_of(2001, 2000, "first", 31);
	add_share((struct share) { CAUSE_RT_LIMIT, 3000000 });
	add_share((struct share) { CAUSE_FORCED_IDLE, 1000000 });
	count();
	capture_begin();
	summary(&text_writer);
	EXPECT_STREQ("", missing("\nCauses: 75.0% rt limit, 25.0% forced idle\n", capture_end()));
}

#define WAITED_MOST							\
	"\nWAITED MOST          TID     WAITS    TOTAL(ms)"		\
	"    P50(us)    P99(us)    MAX(us)\n"

/* Without explanations there are only those who waited. */
TEST_F(output, text_summary_unexplained)
{
	opts.min_us = 0;
	count_plain(40200000);
	EXPECT_PRINTS("\n02:43:19 to 03:43:20  1 wait, 40.2ms in all\n" WAITED_MOST
		"first               2001         1         40.2"
		"      40200      40200      40200\n", summary(&text_writer));
}

/* Of causes whatever there is, and no cgroups where there are none. */
TEST_F(output, text_summary_without_cgroups)
{
	wait_of(0, 0, "first", 0);
	add_share((struct share) { CAUSE_TASK, 250000, .tid = 1008, .comm = "hog" });
	add_share((struct share) { CAUSE_IDLE, 750000 });
	count();
	EXPECT_PRINTS("\n02:43:19 to 03:43:20  1 wait over 77 us, 1.00ms in all\n"
		"Causes: 75.0% idle, 25.0% task\n" WAITED_MOST
		"first                  0         1          1.0"
		"       1000       1000       1000\n"
		"\n"
		"KEPT OTHERS WAITING  TID     TASKS     TIME(ms)      %\n"
		"hog                 1008         1          0.2   25.0\n",
		summary(&text_writer));
}

TEST_F(output, text_summary_of_one_cgroup)
{
	wait_of(2001, 2000, "first", 0);
	add_share((struct share) { CAUSE_TASK, 250000, .cgroup = 99 });
	count();
	wait_of(2001, 2000, "first", 33);
	add_share((struct share) { CAUSE_TASK, 750000 });
	count();
	capture_begin();
	summary(&text_writer);
	EXPECT_STREQ("    TIME(ms)      %  CGROUP WAITING -> RUNNING\n"
		     "         0.8   75.0  /cg33 -> -\n"
		     "         0.2   25.0  - -> /,\"?\n",
		     strstr(capture_end(), "    TIME(ms)      %  CGROUP"));
}

/* Ten of each table have a line. */
TEST_F(output, text_summary_of_many)
{
	const char *text;

	count_many();
	capture_begin();
	summary(&text_writer);
	text = capture_end();
	EXPECT_EQ(42, count_lines(text));
	EXPECT_STREQ("", missing("25 waits over 77 us, 300ms in all\n"
			   "Causes: 99.2% task, 0.8% other\n" WAITED_MOST
			   "w0                  2100         2         24.0", text));
	EXPECT_STREQ("", missing(
		"\nw9                  2109         1         15.0"
		"      15000      15000      15000\n"
		"(others)                        14        105.0\n\n", text));
	EXPECT_STREQ("", missing(
		"\nc9                  2409         1         14.9    5.0\n"
		"(others)                                  103.6   34.5\n\n", text));
	EXPECT_STREQ("", missing(
		"\n        14.9    5.0  /cg2309 -> /cg2609\n"
		"       103.6   34.5  (others)\n", text));
}

/* Also of waits that took no time. */
TEST_F(output, text_summary_of_many_short)
{
	__u32 i;

	for (i = 1; i < 13; i++) {
		wait_of(i, i, "short", 0);
		count();
	}
	capture_begin();
	summary(&text_writer);
	EXPECT_STREQ("", missing(
		"\n(others)                         2          0.0\n", capture_end()));
}

/* The time of all waits, to three digits. */
TEST_F(output, text_lengths)
{
	static const struct {
		__u64 ns;
		const char *text;
	} lengths[] = {
		{ 0, "0ns" }, { 812, "812ns" }, { 999, "999ns" }, { 1000, "1.00us" },
		{ 4020, "4.02us" }, { 9994, "9.99us" }, { 9995, "10.0us" },
		{ 99949, "99.9us" }, { 99950, "100us" }, { 999499, "999us" },
		{ 999500, "1.00ms" }, { 40200000, "40.2ms" }, { 999499999, "999ms" },
		{ 999500000, "1.00s" }, { 402000000000, "402s" }, { 12345000000000, "12345s" },
	};
	char expected[80];
	const char *got;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(lengths); i++) {
		totals_clear(totals);
		count_plain(lengths[i].ns);
		snprintf(expected, sizeof(expected), ", %s in all\n", lengths[i].text);
		capture_begin();
		summary(&text_writer);
		got = capture_end();
		EXPECT_STREQ("", missing(expected, got));
	}
}

#define CSV_SPAN "2023-11-15T02:43:19.987654321+05:30,2023-11-15T03:43:20.123456789+05:30"

TEST_F(output, csv_summary)
{
	opts.summary = true;
	EXPECT_PRINTS("since,time,table,name,tid,pid,running,ns,waits"
		      ",p50_ns,p99_ns,max_ns,tasks\n", csv_writer.begin(&opts));
	count_some();
	EXPECT_PRINTS(
		CSV_SPAN ",all,,,,,56654321,4,,,,\n"
		CSV_SPAN ",cause,quota,,,,1100000,,,,,\n"
		CSV_SPAN ",cause,rt_limit,,,,0,,,,,\n"
		CSV_SPAN ",cause,deadline,,,,0,,,,,\n"
		CSV_SPAN ",cause,task,,,,44000000,,,,,\n"
		CSV_SPAN ",cause,sched_ext,,,,0,,,,,\n"
		CSV_SPAN ",cause,forced_idle,,,,0,,,,,\n"
		CSV_SPAN ",cause,irq,,,,300000,,,,,\n"
		CSV_SPAN ",cause,steal,,,,5600000,,,,,\n"
		CSV_SPAN ",cause,idle,,,,5000000,,,,,\n"
		CSV_SPAN ",cause,migrating,,,,600000,,,,,\n"
		CSV_SPAN ",cause,wakeup,,,,50000,,,,,\n"
		CSV_SPAN ",cause,other,,,,4321,,,,,\n"
		CSV_SPAN ",waiter,first,2001,2000,,49000000,3,2228224,44040192,45600000,\n"
		CSV_SPAN ",waiter,se?cond,2003,2002,,7654321,1,7654321,7654321,7654321,\n"
		CSV_SPAN ",waiters_rest,,,,,0,,,,,\n"
		CSV_SPAN ",culprit,hog,1008,1007,,29000000,,,,,2\n"
		CSV_SPAN ",culprit,\"p,ig\",1010,1009,,15000000,,,,,1\n"
		CSV_SPAN ",culprits_rest,,,,,0,,,,,\n"
		CSV_SPAN ",cgroups,/cg31,,,/cg41,22000000,,,,,\n"
		CSV_SPAN ",cgroups,/cg31,,,/cg42,15000000,,,,,\n"
		CSV_SPAN ",cgroups,/cg32,,,/cg41,7000000,,,,,\n"
		CSV_SPAN ",cgroups_rest,,,,,0,,,,,\n", summary(&csv_writer));
}

/* Twenty of each list have a line. */
TEST_F(output, csv_summary_of_many)
{
	const char *text;

	count_many();
	capture_begin();
	summary(&csv_writer);
	text = capture_end();
	EXPECT_EQ(76, count_lines(text));
	EXPECT_STREQ("", missing(CSV_SPAN ",all,,,,,300000000,25,,,,\n", text));
	EXPECT_STREQ("", missing(
		CSV_SPAN ",waiter,w19,2119,2219,,5000000,1,5000000,5000000,5000000,\n"
		CSV_SPAN ",waiters_rest,,,,,10000000,,,,,\n"
		CSV_SPAN ",culprit,c0,2400,2500,,23900000,,,,,1\n", text));
	EXPECT_STREQ("", missing(
		CSV_SPAN ",culprit,c19,2419,2519,,4900000,,,,,1\n"
		CSV_SPAN ",culprits_rest,,,,,9600000,,,,,\n"
		CSV_SPAN ",cgroups,/cg2300,,,/cg2600,23900000,,,,,\n", text));
	EXPECT_STREQ("", missing(
		CSV_SPAN ",cgroups,/cg2319,,,/cg2619,4900000,,,,,\n"
		CSV_SPAN ",cgroups_rest,,,,,9600000,,,,,\n", text));
}

#define JSON_SPAN							\
	"'time':'2023-11-15T03:43:20.123456789+05:30','mono_ns':1700000000123456789,"	\
	"'since':'2023-11-15T02:43:19.987654321+05:30','since_mono_ns':1699996399987654321"

TEST_F(output, json_summary)
{
	count_some();
	EXPECT_PRINTS(quoted(
		"{'type':'summary'," JSON_SPAN ",'waits':4,'wait_ns':56654321,"
		"'causes':{'quota':1100000,'rt_limit':0,'deadline':0,'task':44000000,"
		"'sched_ext':0,'forced_idle':0,'irq':300000,'steal':5600000,"
		"'idle':5000000,'migrating':600000,'wakeup':50000,'other':4321},"
		"'waiters':["
		"{'comm':'first','tid':2001,'pid':2000,'waits':3,'wait_ns':49000000,"
		"'p50_ns':2228224,'p99_ns':44040192,'max_ns':45600000},"
		"{'comm':'se\\u001bcond','tid':2003,'pid':2002,'waits':1,'wait_ns':7654321,"
		"'p50_ns':7654321,'p99_ns':7654321,'max_ns':7654321}],'waiters_rest_ns':0,"
		"'culprits':["
		"{'comm':'hog','tid':1008,'pid':1007,'ns':29000000,'tasks':2},"
		"{'comm':'p,ig','tid':1010,'pid':1009,'ns':15000000,'tasks':1}],"
		"'culprits_rest_ns':0,"
		"'cgroups':["
		"{'waiting':'/cg31','running':'/cg41','ns':22000000},"
		"{'waiting':'/cg31','running':'/cg42','ns':15000000},"
		"{'waiting':'/cg32','running':'/cg41','ns':7000000}],'cgroups_rest_ns':0}\n"),
		summary(&json_writer));
}

TEST_F(output, json_summary_of_nothing)
{
	EXPECT_PRINTS(quoted(
		"{'type':'summary'," JSON_SPAN ",'waits':0,'wait_ns':0,"
		"'causes':{'quota':0,'rt_limit':0,'deadline':0,'task':0,'sched_ext':0,"
		"'forced_idle':0,'irq':0,'steal':0,'idle':0,'migrating':0,"
		"'wakeup':0,'other':0},'waiters':[],'waiters_rest_ns':0,"
		"'culprits':[],'culprits_rest_ns':0,'cgroups':[],'cgroups_rest_ns':0}\n"),
		summary(&json_writer));
}

TEST_F(output, json_summary_of_many)
{
	char *text;

	count_many();
	wait_of(2001, 2000, "first", 0);
	add_share((struct share) { CAUSE_TASK, 50000000, .tid = 1008, .comm = "hog" });
	count();
	capture_begin();
	summary(&json_writer);
	text = strdup(capture_end());
	EXPECT_STREQ("", missing(quoted(
		"{'comm':'w18','tid':2118,'pid':2218,'waits':1,'wait_ns':6000000,"
		"'p50_ns':6000000,'p99_ns':6000000,'max_ns':6000000}],"
		"'waiters_rest_ns':15000000,'culprits':[{'comm':'hog','tid':1008,'pid':0,"), text));
	EXPECT_STREQ("", missing(quoted(
		"{'comm':'c18','tid':2418,'pid':2518,'ns':5900000,'tasks':1}],"
		"'culprits_rest_ns':14500000,"
		"'cgroups':[{'waiting':null,'running':null,'ns':50000000},"), text));
	EXPECT_STREQ("", missing(quoted(
		"{'waiting':'/cg2318','running':'/cg2618','ns':5900000}],"
		"'cgroups_rest_ns':14500000}\n"), text));
	free(text);
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
