// SPDX-License-Identifier: GPL-2.0
/*
 * The counters of --metrics and their file, from waits made up here: each line
 * of the file, which cgroups have lines, and that no counter ever falls.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include "kselftest_harness.h"
#include "metrics_text.h"
#include "util/cgroups.h"
#include "version.h"
#include "writers/metrics_file.h"

#define SEC		1000000000ULL
#define QUIET		METRICS_QUIET_NS
#define MAX		MAX_METRICS_CGROUPS

/* --- cgroups that are made up --------------------------------------------- */

/* Cgroup N is /cgN, unless the test says otherwise. */
static const char *odd_path;

const char *cgroup_path(__u64 id)
{
	static char path[32];

	snprintf(path, sizeof(path), "/cg%llu", id);
	return odd_path ?: path;
}

static const char *no_id(__u64 cgroup)
{
	(void)cgroup;
	return NULL;
}

/* --- a run of the tool ---------------------------------------------------- */

FIXTURE(metrics) {
	struct metrics *metrics;
	struct metrics_page page;
	struct histogram lengths;
	struct wait_stats stats;
	char dir[64], path[80];
	char *text;			/* of the file, as last read */
};

FIXTURE_SETUP(metrics)
{
	self->metrics = metrics_new();
	ASSERT_NE(NULL, self->metrics);
	self->page = (struct metrics_page) {
		.threshold_ns = SEC / 100, .lengths = &self->lengths, .stats = &self->stats,
		.metrics = self->metrics,
	};
	strcpy(self->dir, "/tmp/rqs-metrics-XXXXXX");
	ASSERT_NE(NULL, mkdtemp(self->dir));
	snprintf(self->path, sizeof(self->path), "%s/a.prom", self->dir);
}

FIXTURE_TEARDOWN(metrics)
{
	unlink(self->path);
	rmdir(self->dir);
	metrics_free(self->metrics);
	free(self->text);
}

/* A wait of @cgroup that ends at @end, of @ns for each of two causes. */
static bool wait_of(struct metrics *m, __u64 cgroup, __u64 end, enum cause cause, __u64 ns,
		    enum cause other_cause, __u64 other_ns, const char *(*id_of)(__u64 cgroup))
{
	struct {
		struct why why;
		struct share shares[2];
	} w = {
		.why = {
			.event.wait = { .end_ns = end, .wait_ns = ns + other_ns },
			.event.cgroup = cgroup, .nr = other_ns ? 2 : 1,
		},
		.shares = {
			{ .cause = cause, .ns = ns }, { .cause = other_cause, .ns = other_ns },
		},
	};

	return metrics_add(m, &w.why, id_of);
}

/* A wait of @cgroup for quota, now at @end. */
#define ADD(cgroup, end, ns) \
	ASSERT_TRUE(wait_of(self->metrics, cgroup, end, CAUSE_QUOTA, ns, 0, 0, metrics_id))

static void read_file(char **text, const char *path)
{
	FILE *f = fopen(path, "r");
	size_t size = 0;

	free(*text);
	*text = NULL;
	if (!f || getdelim(text, &size, '\0', f) < 0)
		*text = strdup("");
	if (f)
		fclose(f);
}

/* Write the file as the tool does. */
#define WRITE() do {								\
	ASSERT_TRUE(metrics_file_write(self->path, &self->page));		\
	metrics_published(self->metrics);					\
	read_file(&self->text, self->path);					\
} while (0)

#define CGROUP "runqslower_cgroup_waited_seconds_total"

/* What the file says of quota that @id waited for, in seconds. */
static double quota_of(const char *text, const char *id)
{
	char name[128];

	snprintf(name, sizeof(name), CGROUP "{id=\"%s\",cause=\"quota\"}", id);
	return value_of(text, name);
}

#define QUOTA_OF(id) quota_of(self->text, id)

static int count(const char *text, const char *what)
{
	int nr = 0;

	for (; (text = strstr(text, what)); text++)
		nr++;
	return nr;
}

/* --- the text ------------------------------------------------------------- */

static const char whole[] =
"# HELP runqslower_build_info Always 1, the version is a label.\n"
"# TYPE runqslower_build_info gauge\n"
"runqslower_build_info{version=\"" VERSION "\"} 1\n"
"# HELP runqslower_threshold_seconds The threshold: how long a wait must be to have its cause told.\n"
"# TYPE runqslower_threshold_seconds gauge\n"
"runqslower_threshold_seconds 0.010000000\n"
"# HELP runqslower_wait_seconds Waits for a CPU of any length. The sum is right to 1.6 %, as it takes each wait for the middle of a narrow bucket.\n"
"# TYPE runqslower_wait_seconds histogram\n"
"runqslower_wait_seconds_bucket{le=\"0.000001023\"} 2\n"
"runqslower_wait_seconds_bucket{le=\"0.000002047\"} 5\n"
"runqslower_wait_seconds_bucket{le=\"0.000004095\"} 5\n"
"runqslower_wait_seconds_bucket{le=\"0.000008191\"} 5\n"
"runqslower_wait_seconds_bucket{le=\"0.000016383\"} 5\n"
"runqslower_wait_seconds_bucket{le=\"0.000032767\"} 5\n"
"runqslower_wait_seconds_bucket{le=\"0.000065535\"} 5\n"
"runqslower_wait_seconds_bucket{le=\"0.000131071\"} 5\n"
"runqslower_wait_seconds_bucket{le=\"0.000262143\"} 5\n"
"runqslower_wait_seconds_bucket{le=\"0.000524287\"} 5\n"
"runqslower_wait_seconds_bucket{le=\"0.001048575\"} 5\n"
"runqslower_wait_seconds_bucket{le=\"0.002097151\"} 5\n"
"runqslower_wait_seconds_bucket{le=\"0.004194303\"} 5\n"
"runqslower_wait_seconds_bucket{le=\"0.008388607\"} 5\n"
"runqslower_wait_seconds_bucket{le=\"0.016777215\"} 5\n"
"runqslower_wait_seconds_bucket{le=\"0.033554431\"} 5\n"
"runqslower_wait_seconds_bucket{le=\"0.067108863\"} 5\n"
"runqslower_wait_seconds_bucket{le=\"0.134217727\"} 5\n"
"runqslower_wait_seconds_bucket{le=\"0.268435455\"} 5\n"
"runqslower_wait_seconds_bucket{le=\"0.536870911\"} 5\n"
"runqslower_wait_seconds_bucket{le=\"1.073741823\"} 5\n"
"runqslower_wait_seconds_bucket{le=\"2.147483647\"} 5\n"
"runqslower_wait_seconds_bucket{le=\"4.294967295\"} 5\n"
"runqslower_wait_seconds_bucket{le=\"8.589934591\"} 5\n"
"runqslower_wait_seconds_bucket{le=\"17.179869183\"} 5\n"
"runqslower_wait_seconds_bucket{le=\"+Inf\"} 6\n"
/* 5 and 1016 ns, 3 times 1040 ns, and 17448304640 ns. */
"runqslower_wait_seconds_sum 17.448308781\n"
"runqslower_wait_seconds_count 6\n"
"# HELP runqslower_waits_over_threshold_total Waits over the threshold, also those lost for want of room in the ring buffer.\n"
"# TYPE runqslower_waits_over_threshold_total counter\n"
"runqslower_waits_over_threshold_total 71\n"
"# HELP runqslower_waited_seconds_total Time of the waits over the threshold, by what the task waited for.\n"
"# TYPE runqslower_waited_seconds_total counter\n"
"runqslower_waited_seconds_total{cause=\"quota\"} 3.000000001\n"
"runqslower_waited_seconds_total{cause=\"rt_limit\"} 0.000000000\n"
"runqslower_waited_seconds_total{cause=\"deadline\"} 0.000000000\n"
"runqslower_waited_seconds_total{cause=\"task\"} 12.345678901\n"
"runqslower_waited_seconds_total{cause=\"sched_ext\"} 0.000000000\n"
"runqslower_waited_seconds_total{cause=\"forced_idle\"} 0.000000000\n"
"runqslower_waited_seconds_total{cause=\"irq\"} 0.000000000\n"
"runqslower_waited_seconds_total{cause=\"steal\"} 0.000000000\n"
"runqslower_waited_seconds_total{cause=\"idle\"} 0.000000000\n"
"runqslower_waited_seconds_total{cause=\"migrating\"} 0.000000000\n"
"runqslower_waited_seconds_total{cause=\"wakeup\"} 0.000000000\n"
"runqslower_waited_seconds_total{cause=\"other\"} 0.000000007\n"
"# HELP runqslower_cgroup_waited_seconds_total Time of the waits over the threshold by cgroup; other: of all without a line.\n"
"# TYPE runqslower_cgroup_waited_seconds_total counter\n"
CGROUP "{id=\"/cg7\",cause=\"quota\"} 1.000000000\n"
CGROUP "{id=\"/cg7\",cause=\"task\"} 12.345678901\n"
CGROUP "{id=\"/cg8\",cause=\"quota\"} 2.000000001\n"
CGROUP "{id=\"other\",cause=\"other\"} 0.000000007\n"
"# HELP runqslower_lost_waits_total Waits that could not be told.\n"
"# TYPE runqslower_lost_waits_total counter\n"
"runqslower_lost_waits_total{reason=\"ring_buffer\"} 81\n"
"runqslower_lost_waits_total{reason=\"stalled\"} 82\n"
"runqslower_lost_waits_total{reason=\"storage\"} 83\n"
"runqslower_lost_waits_total{reason=\"clock\"} 84\n";

static const char costs_text[] =
"# HELP runqslower_program_runs_total Runs of each BPF program.\n"
"# TYPE runqslower_program_runs_total counter\n"
"runqslower_program_runs_total{program=\"why_switch\"} 91\n"
"runqslower_program_runs_total{program=\"why_wakeup\"} 93\n"
"# HELP runqslower_program_seconds_total Time of these runs.\n"
"# TYPE runqslower_program_seconds_total counter\n"
"runqslower_program_seconds_total{program=\"why_switch\"} 0.000000092\n"
"runqslower_program_seconds_total{program=\"why_wakeup\"} 94.000000000\n";

TEST_F(metrics, whole_file)
{
	static const struct cost costs[] = {
		{ "why_switch", 91, 92 }, { "why_wakeup", 93, 94 * SEC },
	};
	char both[sizeof(whole) + sizeof(costs_text)];
	struct metrics *m = self->metrics;

	self->lengths.counts[bucket_of(5)] = 1;
	self->lengths.counts[bucket_of(1023)] = 1;
	self->lengths.counts[bucket_of(1024)] = 3;
	self->lengths.counts[bucket_of(1ULL << 34)] = 1;
	self->stats = (struct wait_stats) { .seen = 71, .lost = { 81, 82, 83, 84 }, .unseen = 85 };
	ASSERT_TRUE(wait_of(m, 7, SEC, CAUSE_QUOTA, SEC, CAUSE_TASK, 12345678901, metrics_id));
	ASSERT_TRUE(wait_of(m, 8, SEC, CAUSE_QUOTA, 2 * SEC, CAUSE_QUOTA, 1, metrics_id));
	ASSERT_TRUE(wait_of(m, 9, SEC, CAUSE_OTHER, 7, 0, 0, no_id));
	metrics_published(m);
	WRITE();
	EXPECT_STREQ(whole, self->text);
	self->page.costs = costs;
	self->page.nr_costs = 2;
	WRITE();
	snprintf(both, sizeof(both), "%s%s", whole, costs_text);
	EXPECT_STREQ(both, self->text);
}

/* Before the first wait: all is there but for cgroups, as rates begin at 0. */
TEST_F(metrics, begin)
{
	WRITE();
	EXPECT_EQ(0, value_of(self->text, "runqslower_waits_over_threshold_total"));
	EXPECT_EQ(0, value_of(self->text, "runqslower_wait_seconds_count"));
	EXPECT_EQ(0, value_of(self->text, "runqslower_wait_seconds_sum"));
	EXPECT_EQ(NR_CAUSES, count(self->text, "runqslower_waited_seconds_total{"));
	EXPECT_EQ(NR_LOST, count(self->text, "runqslower_lost_waits_total{"));
	EXPECT_EQ(0, count(self->text, CGROUP "{"));
	EXPECT_EQ(0, count(self->text, "program"));
}

/* A wait is counted at the bounds that it does not exceed, and no others. */
TEST_F(metrics, bounds_are_exact)
{
	char name[64];
	__u64 ns;
	int bits;

	for (bits = 10; bits <= 34; bits++) {
		memset(&self->lengths, 0, sizeof(self->lengths));
		ns = (1ULL << bits) - 1;
		self->lengths.counts[bucket_of(ns)] = 1;
		self->lengths.counts[bucket_of(ns + 1)] = 4;
		WRITE();
		snprintf(name, sizeof(name), "runqslower_wait_seconds_bucket{le=\"%llu.%09llu\"}",
			 ns / SEC, ns % SEC);
		EXPECT_EQ(1, value_of(self->text, name));
	}
	EXPECT_EQ(26, count(self->text, "_bucket{"));
	EXPECT_EQ(5, value_of(self->text, "runqslower_wait_seconds_bucket{le=\"+Inf\"}"));
}

/* By as much as the manual allows. */
TEST_F(metrics, sum_of_lengths)
{
	double sum, exact;
	__u64 ns;

	for (ns = 1; ns >> MAX_WAIT_BITS == 0; ns += ns / 7 + 1) {
		memset(&self->lengths, 0, sizeof(self->lengths));
		self->lengths.counts[bucket_of(ns)] = 1000;
		WRITE();
		sum = value_of(self->text, "runqslower_wait_seconds_sum");
		exact = 1000.0 * ns / SEC;
		EXPECT_GE(0.016 * exact, sum < exact ? exact - sum : sum - exact);
	}
}

TEST_F(metrics, escaped)
{
	static const struct {
		const char *path, *id;
	} cases[] = {
		{ "/", "/" },
		{ "/a b/c.slice", "/a b/c.slice" },
		{ "/q\"b\\s\nn", "/q\\\"b\\\\s\\nn" },
		{ "/\\n", "/\\\\n" },
		{ "/\xc3\xa4\xe2\x82\xac", "/\xc3\xa4\xe2\x82\xac" },
		{ "/\xf0\x9f\x98\x80", "/\xf0\x9f\x98\x80" },
		/* Not UTF-8: alone, cut short, a surrogate, overlong. */
		{ "/\xff!", "/\xef\xbf\xbd!" },
		{ "/\xe2\x82", "/\xef\xbf\xbd\xef\xbf\xbd" },
		{ "/\xed\xa0\x80", "/\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
		{ "/\xc0\xaf", "/\xef\xbf\xbd\xef\xbf\xbd" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		odd_path = cases[i].path;
		ADD(100 + i, SEC, SEC);
	}
	metrics_published(self->metrics);
	WRITE();
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		EXPECT_LE(1, QUOTA_OF(cases[i].id));
		if (QUOTA_OF(cases[i].id) < 1)
			printf("# no %s\n", cases[i].id);
	}
	/* Two of them have the same label. */
	EXPECT_EQ(2, QUOTA_OF("/\xef\xbf\xbd\xef\xbf\xbd"));
	EXPECT_EQ(ARRAY_SIZE(cases) - 1, count(self->text, CGROUP "{"));
}

/* A path has less than PATH_MAX bytes, any of which may be nonsense. */
TEST_F(metrics, longest_path)
{
	char path[4096];
	const char *id;

	memset(path, 0xff, sizeof(path) - 1);
	path[0] = '/';
	path[sizeof(path) - 1] = '\0';
	odd_path = path;
	id = metrics_id(1);
	ASSERT_NE(NULL, id);
	EXPECT_EQ(1 + 3 * 4094U, strlen(id));
}

/* "cgroup:ID" stands for a path that is not known. */
TEST_F(metrics, path_not_known)
{
	odd_path = "cgroup:4711";
	ADD(4711, SEC, 3 * SEC);
	metrics_published(self->metrics);
	WRITE();
	EXPECT_EQ(3, QUOTA_OF("other"));
	EXPECT_EQ(1, count(self->text, CGROUP "{"));
}

/* --- counters that come, stay and go -------------------------------------- */

/* A counter that is new is 0 once, whatever it has by then. */
TEST_F(metrics, begins_at_0)
{
	ADD(1, SEC, 3 * SEC);
	WRITE();
	EXPECT_EQ(0, QUOTA_OF("/cg1"));
	EXPECT_EQ(3, value_of(self->text, "runqslower_waited_seconds_total{cause=\"quota\"}"));
	WRITE();
	EXPECT_EQ(3, QUOTA_OF("/cg1"));
	ADD(1, 2 * SEC, 4 * SEC);
	WRITE();
	EXPECT_EQ(7, QUOTA_OF("/cg1"));
	/* So is a cause that is new. */
	ASSERT_TRUE(wait_of(self->metrics, 1, 3 * SEC, CAUSE_IRQ, SEC, CAUSE_QUOTA, SEC,
			    metrics_id));
	WRITE();
	EXPECT_EQ(8, QUOTA_OF("/cg1"));
	EXPECT_EQ(0, value_of(self->text, CGROUP "{id=\"/cg1\",cause=\"irq\"}"));
	WRITE();
	EXPECT_EQ(1, value_of(self->text, CGROUP "{id=\"/cg1\",cause=\"irq\"}"));
	/* Others, too. */
	ASSERT_TRUE(wait_of(self->metrics, 2, SEC, CAUSE_QUOTA, SEC, 0, 0, no_id));
	WRITE();
	EXPECT_EQ(0, QUOTA_OF("other"));
	WRITE();
	EXPECT_EQ(1, QUOTA_OF("other"));
}

/* What has not come into a file has not been 0 there. */
TEST_F(metrics, begins_at_0_after_a_failure)
{
	ADD(1, SEC, 3 * SEC);
	EXPECT_FALSE(metrics_file_write("/nowhere/at/all", &self->page));
	WRITE();
	EXPECT_EQ(0, QUOTA_OF("/cg1"));
}

/* The service is started again: another cgroup, the same path. */
TEST_F(metrics, same_path_again)
{
	ADD(1, SEC, 3 * SEC);
	metrics_published(self->metrics);
	odd_path = "/cg1";
	ADD(2, 2 * SEC, 4 * SEC);
	/* From now on the new one is known by its ID. */
	ASSERT_TRUE(wait_of(self->metrics, 2, 3 * SEC, CAUSE_QUOTA, SEC, 0, 0, no_id));
	WRITE();
	EXPECT_EQ(8, QUOTA_OF("/cg1"));
	EXPECT_EQ(1, count(self->text, CGROUP "{"));
}

/* Its path is known from before, although nobody could find it any more. */
TEST_F(metrics, gone_but_known)
{
	ADD(1, SEC, 3 * SEC);
	metrics_published(self->metrics);
	ASSERT_TRUE(wait_of(self->metrics, 1, 2 * SEC, CAUSE_QUOTA, SEC, 0, 0, no_id));
	WRITE();
	EXPECT_EQ(4, QUOTA_OF("/cg1"));
	EXPECT_EQ(-1, QUOTA_OF("other"));
}

/* Cgroups 1 to MAX, each of which has waited a second, the last at MAX s. */
static bool fill(struct metrics *m)
{
	__u64 i;

	for (i = 1; i <= MAX; i++) {
		if (!wait_of(m, i, i * SEC, CAUSE_QUOTA, SEC, 0, 0, metrics_id))
			return false;
	}
	metrics_published(m);
	metrics_published(m);
	return true;
}

TEST_F(metrics, no_room)
{
	ASSERT_TRUE(fill(self->metrics));
	ADD(1000, MAX * SEC, 5 * SEC);
	ADD(1001, MAX * SEC, 6 * SEC);
	ADD(MAX, MAX * SEC, SEC);
	metrics_published(self->metrics);
	WRITE();
	EXPECT_EQ(MAX + 1, count(self->text, CGROUP "{"));
	EXPECT_EQ(1, QUOTA_OF("/cg1"));
	EXPECT_EQ(2, QUOTA_OF("/cg200"));
	EXPECT_EQ(11, QUOTA_OF("other"));
}

/* The quietest goes, not before its time; others keep their counters. */
TEST_F(metrics, place_of_a_quiet_one)
{
	ASSERT_TRUE(fill(self->metrics));
	ADD(1, SEC / 2, SEC);			/* late, which is not later */
	metrics_published(self->metrics);
	ADD(2, MAX * SEC, SEC);
	ADD(1000, SEC + QUIET - 1, 5 * SEC);
	EXPECT_EQ(5 * SEC, self->metrics->others.ns[CAUSE_QUOTA]);
	ADD(1001, SEC + QUIET, 6 * SEC);
	ADD(1002, SEC + QUIET, 7 * SEC);
	metrics_published(self->metrics);
	WRITE();
	EXPECT_EQ(-1, QUOTA_OF("/cg1"));
	EXPECT_EQ(6, QUOTA_OF("/cg1001"));
	EXPECT_EQ(-1, QUOTA_OF("/cg1002"));
	EXPECT_EQ(12, QUOTA_OF("other"));
	EXPECT_EQ(2, QUOTA_OF("/cg2"));
	EXPECT_EQ(1, QUOTA_OF("/cg3"));
	EXPECT_EQ(MAX + 1, count(self->text, CGROUP "{"));
	/* It comes back, in the place of the next one, and begins at 0. */
	ADD(1, 3 * SEC + QUIET, 9 * SEC);
	WRITE();
	EXPECT_EQ(0, QUOTA_OF("/cg1"));
	EXPECT_EQ(-1, QUOTA_OF("/cg3"));
	WRITE();
	EXPECT_EQ(9, QUOTA_OF("/cg1"));
}

/* Time that no file has shown is not given up, however quiet it is. */
TEST_F(metrics, place_of_one_that_is_not_published)
{
	ASSERT_TRUE(fill(self->metrics));
	ADD(1, SEC, SEC);
	ASSERT_TRUE(wait_of(self->metrics, 2, 2 * SEC, CAUSE_IRQ, SEC, 0, 0, metrics_id));
	ADD(1000, 5 * SEC + QUIET, SEC);
	WRITE();
	EXPECT_EQ(2, QUOTA_OF("/cg1"));
	EXPECT_EQ(1, QUOTA_OF("/cg2"));
	EXPECT_EQ(-1, QUOTA_OF("/cg3"));
	/* All of cgroup 1 is in the file now, of the irq of cgroup 2 only 0. */
	ADD(1001, 5 * SEC + QUIET, SEC);
	ADD(1002, 5 * SEC + QUIET, SEC);
	WRITE();
	EXPECT_EQ(-1, QUOTA_OF("/cg1"));
	EXPECT_EQ(1, QUOTA_OF("/cg2"));
	EXPECT_EQ(-1, QUOTA_OF("/cg4"));
	ADD(1003, 5 * SEC + QUIET, SEC);
	WRITE();
	EXPECT_EQ(-1, QUOTA_OF("/cg2"));
	EXPECT_EQ(1, QUOTA_OF("/cg5"));
}

#define MAX_IDS		2000		/* of come_and_go; 0 is "other" */

/* What Prometheus makes of the counters of quota. */
struct scrapes {
	double last[MAX_IDS];		/* -1: not seen yet */
	double sum;			/* by how much all have grown */
};

/* A counter that falls began anew at 0, and one that comes has not grown. */
static void scrape(struct scrapes *s, const char *text)
{
	const char *line = text;
	double value;
	int id;

	while ((line = strstr(line, "\n" CGROUP "{id=\""))) {
		line++;
		id = 0;
		if (sscanf(line, CGROUP "{id=\"/cg%d\",cause=\"quota\"} %lf", &id, &value) != 2 &&
		    sscanf(line, CGROUP "{id=\"other\",cause=\"quota\"} %lf", &value) != 1)
			continue;
		if (s->last[id] >= 0)
			s->sum += value < s->last[id] ? value : value - s->last[id];
		s->last[id] = value;
	}
}

/*
 * For half a day some cgroups wait all the time, and so many others once in
 * five hours that not all find a place: no second is lost, none counts twice.
 */
TEST_F(metrics, come_and_go)
{
	struct scrapes *scrapes = calloc(1, sizeof(*scrapes));
	__u64 tick, k, total = 0;
	int i;

	for (i = 0; i < MAX_IDS; i++)
		scrapes->last[i] = -1;
	for (tick = 0; tick < 3000; tick++) {
		ADD(1 + tick % 20, tick * 15 * SEC, SEC);
		for (k = 0; k < 12; k++)
			ADD(21 + (tick + k * 157) % 1279, tick * 15 * SEC, SEC);
		total += 13;
		if (tick % 10)
			continue;
		WRITE();
		ASSERT_GE(MAX + 1, count(self->text, CGROUP "{"));
		scrape(scrapes, self->text);
	}
	for (i = 0; i < 2; i++) {
		WRITE();
		scrape(scrapes, self->text);
	}
	EXPECT_EQ(total, scrapes->sum);
	EXPECT_LT(1000, scrapes->last[0]);
	EXPECT_LT(50, scrapes->last[1]);
	free(scrapes);
}

/* --- the file ------------------------------------------------------------- */

/* Whatever the umask: others read it. */
TEST_F(metrics, mode)
{
	struct stat st;

	umask(0077);
	WRITE();
	ASSERT_EQ(0, stat(self->path, &st));
	EXPECT_EQ(S_IFREG | 0644, st.st_mode);
	umask(0);
	WRITE();
	ASSERT_EQ(0, stat(self->path, &st));
	EXPECT_EQ(S_IFREG | 0644, st.st_mode);
}

/* Who has the old file open reads on in that, to its end. */
TEST_F(metrics, replaced)
{
	char old[64] = "";
	int fd;

	WRITE();
	fd = open(self->path, O_RDONLY);
	ASSERT_EQ(16, pread(fd, old, 16, 0));
	self->page.threshold_ns = 5 * SEC;
	WRITE();
	EXPECT_EQ(5, value_of(self->text, "runqslower_threshold_seconds"));
	read_file(&self->text, self->path);
	ASSERT_EQ(16, pread(fd, old, 16, 0));
	EXPECT_STREQ("# HELP runqslowe", old);
	close(fd);
}

/* Nothing is left of a write that failed, and the file is as it was. */
TEST_F(metrics, no_space)
{
	struct rlimit limit;

	WRITE();
	signal(SIGXFSZ, SIG_IGN);
	ASSERT_EQ(0, getrlimit(RLIMIT_FSIZE, &limit));
	limit.rlim_cur = 1000;
	ASSERT_EQ(0, setrlimit(RLIMIT_FSIZE, &limit));
	self->stats.seen = 5;
	EXPECT_FALSE(metrics_file_write(self->path, &self->page));
	EXPECT_EQ(EFBIG, errno);
	read_file(&self->text, self->path);
	EXPECT_EQ(0, value_of(self->text, "runqslower_waits_over_threshold_total"));
	EXPECT_NE(NULL, strstr(self->text, "reason=\"clock\""));
	limit.rlim_cur = limit.rlim_max;
	ASSERT_EQ(0, setrlimit(RLIMIT_FSIZE, &limit));
	WRITE();
	EXPECT_EQ(5, value_of(self->text, "runqslower_waits_over_threshold_total"));
	/* Else the directory cannot be removed. */
	unlink(self->path);
	EXPECT_EQ(0, rmdir(self->dir));
}

TEST_F(metrics, cannot_be_written)
{
	char sub[96], long_path[5000];

	EXPECT_FALSE(metrics_file_write("/nowhere/at/all", &self->page));
	EXPECT_EQ(ENOENT, errno);
	/* What cannot be replaced: nothing is left beside it. */
	snprintf(sub, sizeof(sub), "%s/sub", self->path);
	ASSERT_EQ(0, mkdir(self->path, 0755));
	ASSERT_EQ(0, mkdir(sub, 0755));
	EXPECT_FALSE(metrics_file_write(self->path, &self->page));
	EXPECT_EQ(EISDIR, errno);
	rmdir(sub);
	rmdir(self->path);
	EXPECT_EQ(0, rmdir(self->dir));
	memset(long_path, 'x', sizeof(long_path));
	long_path[sizeof(long_path) - 1] = '\0';
	EXPECT_FALSE(metrics_file_write(long_path, &self->page));
	EXPECT_EQ(ENAMETOOLONG, errno);
}

/* What stands in the way of the new file is no way to another one. */
TEST_F(metrics, link_in_the_way)
{
	char tmp[128], victim[96];

	snprintf(tmp, sizeof(tmp), "%s.%d.tmp", self->path, getpid());
	snprintf(victim, sizeof(victim), "%s/victim", self->dir);
	ASSERT_EQ(0, symlink(victim, tmp));
	WRITE();
	EXPECT_EQ(-1, access(victim, F_OK));
	EXPECT_EQ(-1, access(tmp, F_OK));
}

TEST_HARNESS_MAIN
