// SPDX-License-Identifier: GPL-2.0
/*
 * Totals as text, CSV and JSON, of waits made up here in which each field has a
 * value of its own.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>
#include "kselftest_harness.h"
#include "capture.h"
#include "tool.h"
#include "util/cgroups.h"
#include "util/clock.h"
#include "analysis/totals.h"
#include "writers/writer.h"

/*
 * By the clock of the tests, in their time zone:
 * 2023-11-15T03:43:20.123456789+05:30
 */
#define NOW		1700000000123456789ULL
#define SINCE		1699996399987654321ULL
#define TIME_ZONE	"TEST-05:30"

#define CSV_SPAN "2023-11-15T02:43:19.987654321+05:30,2023-11-15T03:43:20.123456789+05:30"
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
static struct options opts;
static char text[128];
static __u64 ended = SINCE;

/* As the kernel has it, of this process. */
static const char *self_name(void)
{
	static char name[TASK_COMM_LEN];

	prctl(PR_GET_NAME, name);
	return name;
}

FIXTURE(output) {};

FIXTURE_SETUP(output)
{
	setenv("TZ", TIME_ZONE, 1);
	tzset();
	opts.min_us = 77;
	totals = totals_new(BY_THREAD);
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

/* Waits end one second after the other. */
static void count(void)
{
	ended += NSEC_PER_SEC;
	why->event.wait.end_ns = ended;
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
	why->event.wait.end_ns = SINCE;
	totals_add(totals, &why->event.wait, NULL);
}

static void summary(const struct writer *writer)
{
	writer->summary(&opts, totals, SINCE, NOW);
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
		"    P50(us)    P99(us)    MAX(us) MAX AT   WHY\n"
		"first               2001         3         49.0"
		"       2228      44040      45600 02:43:22 "
		"45% hog/1008, 31% p,ig/1010, 11% steal, 10% idle, 3% other\n"
		"se?cond             2003         1          7.7"
		"       7654       7654       7654 02:43:23 "
		"91% hog/1008, 8% migrating, 1% other\n"
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

/* What -S has found. */
TEST_F(output, summary_beside_stalled)
{
	totals_set_stalled(totals, 1, 24000000000);
	EXPECT_PRINTS("\n02:43:19 to 03:43:20  no waits over 77 us; 1 still waiting, longest 24.0s\n",
		      summary(&text_writer));
	opts.stalled_ns = 1;
	capture_begin();
	summary(&json_writer);
	EXPECT_STREQ("", missing(quoted(",'waits':0,'wait_ns':0,'stalled':1,"
					"'stalled_max_ns':24000000000,'causes':"), capture_end()));
	count_plain(1000000);
	capture_begin();
	summary(&text_writer);
	EXPECT_STREQ("", missing("1 wait over 77 us, 1.00ms in all; 1 still waiting, longest 24.0s\n",
				 capture_end()));
	totals_clear(totals);
	EXPECT_PRINTS("\n02:43:19 to 03:43:20  no waits over 77 us\n", summary(&text_writer));
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
	"    P50(us)    P99(us)    MAX(us) MAX AT   WHY\n"

/* Without explanations there are only those who waited. */
TEST_F(output, text_summary_unexplained)
{
	opts.min_us = 0;
	count_plain(40200000);
	EXPECT_PRINTS("\n02:43:19 to 03:43:20  1 wait, 40.2ms in all\n" WAITED_MOST
		"first               2001         1         40.2"
		"      40200      40200      40200 02:43:19 100% other\n", summary(&text_writer));
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
		"       1000       1000       1000 02:43:20 75% idle, 25% hog/1008\n"
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
		"      15000      15000      15000 02:43:30 99% c9/2409, 1% other\n"
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

/* Only the largest have a name, others count together. */
TEST_F(output, text_summary_of_many_culprits)
{
	struct share share;
	__u32 i;

	wait_of(2001, 2000, "first", 0);
	for (i = 1; i <= 7; i++) {
		share = (struct share) { CAUSE_TASK, i * 1000, .tid = i, .comm = "c" };
		why->event.wait.wait_ns = why->nr = 0;
		add_share(share);
		count();
	}
	capture_begin();
	summary(&text_writer);
	EXPECT_STREQ("", missing(" 25% c/7, 22% other tasks, 21% c/6, 18% c/5, 14% c/4\n",
				 capture_end()));
}

/* What is not known is no culprit, however much there is. */
TEST_F(output, text_summary_of_much_that_is_not_known)
{
	__u32 i;

	wait_of(2001, 100000, "first", 0);
	add_share((struct share) { CAUSE_OTHER, 60000 });
	for (i = 1; i <= 4; i++)
		add_share((struct share) { CAUSE_TASK, 10000, .tid = i, .comm = "c" });
	count();
	capture_begin();
	summary(&text_writer);
	EXPECT_STREQ("", missing(" 60% other, 10% c/1, 10% c/2, 10% c/3, 10% c/4\n",
				 capture_end()));
}

/* The totals of count_some(), by @by. */
static void count_by(enum totals_by by)
{
	totals_free(totals);
	totals = totals_new(by);
	opts.by = by;
	opts.summary = true;
	count_some();
}

/* Names of processes as the kernel has them: here of this test. */
TEST_F(output, summary_by_process)
{
	__u32 pid = getpid();

	count_by(BY_PROCESS);
	wait_of(pid + 1, pid, "thread", 0);
	add_share((struct share) { CAUSE_TASK, 90000000, .tid = pid + 2, .tgid = pid });
	count();
	capture_begin();
	summary(&text_writer);
	snprintf(text, sizeof(text), "\n%-16s %7u         1         90.0", self_name(), pid);
	EXPECT_STREQ("", missing(text, capture_end()));
	capture_begin();
	summary(&text_writer);
	EXPECT_STREQ("", missing("\nWAITED MOST          PID     WAITS ", capture_end()));
	capture_begin();
	summary(&json_writer);
	snprintf(text, sizeof(text), "{'comm':'%s','pid':%u,'waits':1,", self_name(), pid);
	EXPECT_STREQ("", missing(quoted(text), capture_end()));
	EXPECT_PRINTS("since,time,table,name,pid,running,ns,waits,p50_ns,p99_ns,max_ns,tasks"
		      ",max_time,max_mono_ns,wakeup_ns,quota_ns,rt_limit_ns,deadline_ns,task_ns"
		      ",sched_ext_ns,forced_idle_ns,irq_ns,steal_ns,idle_ns,migrating_ns,other_ns"
		      ",top_comm,top_tid,top_ns\n", csv_writer.begin(&opts));
}

TEST_F(output, summary_by_comm)
{
	count_by(BY_COMM);
	capture_begin();
	summary(&text_writer);
	EXPECT_STREQ("", missing(
		"\nWAITED MOST          WAITS    TOTAL(ms)    P50(us)    P99(us)    MAX(us)"
		" MAX AT   WHY\n"
		"first                    3         49.0       2228      44040      45600"
		" 02:43:22 45% hog, 31% p,ig, 11% steal, 10% idle, 3% other\n", capture_end()));
	capture_begin();
	summary(&json_writer);
	EXPECT_STREQ("", missing(quoted("'by':'comm',"), capture_end()));
	capture_begin();
	summary(&json_writer);
	EXPECT_STREQ("", missing(quoted("'culprits':[{'comm':'hog','ns':29000000,'tasks':2},"),
				 capture_end()));
}

TEST_F(output, summary_by_cgroup)
{
	count_by(BY_CGROUP);
	capture_begin();
	summary(&text_writer);
	EXPECT_STREQ("", missing(
		"\nWAITED MOST                                  WAITS    TOTAL(ms)"
		"    P50(us)    P99(us)    MAX(us) MAX AT   WHY\n"
		"/cg31                                            3         49.0"
		"       2228      44040      45600 02:43:22"
		" 45% /cg41, 31% /cg42, 11% steal, 10% idle, 3% other\n", capture_end()));
	capture_begin();
	summary(&json_writer);
	EXPECT_STREQ("", missing(quoted("'culprits':[{'cgroup':'/cg41','ns':29000000,'tasks':2},"),
				 capture_end()));
	capture_begin();
	summary(&csv_writer);
	EXPECT_STREQ("", missing(CSV_SPAN ",culprit,/cg41,,29000000,,,,,2,", capture_end()));
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


/* The columns that only waiters have. */
#define NO_WAITER ",,,,,,,,,,,,,,,,,"

TEST_F(output, csv_summary)
{
	opts.summary = true;
	EXPECT_PRINTS("since,time,table,name,tid,pid,running,ns,waits"
		      ",p50_ns,p99_ns,max_ns,tasks,max_time,max_mono_ns,wakeup_ns,quota_ns"
		      ",rt_limit_ns,deadline_ns,task_ns,sched_ext_ns,forced_idle_ns,irq_ns"
		      ",steal_ns,idle_ns,migrating_ns,other_ns,top_comm,top_tid,top_ns\n", csv_writer.begin(&opts));
	count_some();
	EXPECT_PRINTS(
		CSV_SPAN ",all,,,,,56654321,4,,,," NO_WAITER "\n"
		CSV_SPAN ",cause,quota,,,,1100000,,,,," NO_WAITER "\n"
		CSV_SPAN ",cause,rt_limit,,,,0,,,,," NO_WAITER "\n"
		CSV_SPAN ",cause,deadline,,,,0,,,,," NO_WAITER "\n"
		CSV_SPAN ",cause,task,,,,44000000,,,,," NO_WAITER "\n"
		CSV_SPAN ",cause,sched_ext,,,,0,,,,," NO_WAITER "\n"
		CSV_SPAN ",cause,forced_idle,,,,0,,,,," NO_WAITER "\n"
		CSV_SPAN ",cause,irq,,,,300000,,,,," NO_WAITER "\n"
		CSV_SPAN ",cause,steal,,,,5600000,,,,," NO_WAITER "\n"
		CSV_SPAN ",cause,idle,,,,5000000,,,,," NO_WAITER "\n"
		CSV_SPAN ",cause,migrating,,,,600000,,,,," NO_WAITER "\n"
		CSV_SPAN ",cause,wakeup,,,,50000,,,,," NO_WAITER "\n"
		CSV_SPAN ",cause,other,,,,4321,,,,," NO_WAITER "\n"
		CSV_SPAN ",waiter,first,2001,2000,,49000000,3,2228224,44040192,45600000,,"
		"2023-11-15T02:43:22.987654321+05:30,1699996402987654321,"
		"0,1100000,0,0,37000000,0,0,300000,5600000,5000000,0,0,hog,1008,22000000\n"
		CSV_SPAN ",waiter,se?cond,2003,2002,,7654321,1,7654321,7654321,7654321,,"
		"2023-11-15T02:43:23.987654321+05:30,1699996403987654321,"
		"50000,0,0,0,7000000,0,0,0,0,0,600000,4321,hog,1008,7000000\n"
		CSV_SPAN ",waiters_rest,,,,,0,,,,," NO_WAITER "\n"
		CSV_SPAN ",culprit,hog,1008,1007,,29000000,,,,,2" NO_WAITER "\n"
		CSV_SPAN ",culprit,\"p,ig\",1010,1009,,15000000,,,,,1" NO_WAITER "\n"
		CSV_SPAN ",culprits_rest,,,,,0,,,,," NO_WAITER "\n"
		CSV_SPAN ",cgroups,/cg31,,,/cg41,22000000,,,,," NO_WAITER "\n"
		CSV_SPAN ",cgroups,/cg31,,,/cg42,15000000,,,,," NO_WAITER "\n"
		CSV_SPAN ",cgroups,/cg32,,,/cg41,7000000,,,,," NO_WAITER "\n"
		CSV_SPAN ",cgroups_rest,,,,,0,,,,," NO_WAITER "\n", summary(&csv_writer));
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
	EXPECT_STREQ("", missing(CSV_SPAN ",all,,,,,300000000,25,,,," NO_WAITER "\n", text));
	EXPECT_STREQ("", missing(
		CSV_SPAN ",waiter,w19,2119,2219,,5000000,1,5000000,5000000,5000000,,"
		"2023-11-15T02:43:40.987654321+05:30,1699996420987654321,"
		"0,0,0,0,4900000,0,0,0,0,0,0,100000,c19,2419,4900000\n"
		CSV_SPAN ",waiters_rest,,,,,10000000,,,,," NO_WAITER "\n"
		CSV_SPAN ",culprit,c0,2400,2500,,23900000,,,,,1" NO_WAITER "\n", text));
	EXPECT_STREQ("", missing(
		CSV_SPAN ",culprit,c19,2419,2519,,4900000,,,,,1" NO_WAITER "\n"
		CSV_SPAN ",culprits_rest,,,,,9600000,,,,," NO_WAITER "\n"
		CSV_SPAN ",cgroups,/cg2300,,,/cg2600,23900000,,,,," NO_WAITER "\n", text));
	EXPECT_STREQ("", missing(
		CSV_SPAN ",cgroups,/cg2319,,,/cg2619,4900000,,,,," NO_WAITER "\n"
		CSV_SPAN ",cgroups_rest,,,,,9600000,,,,," NO_WAITER "\n", text));
}

#define JSON_SPAN							\
	"'time':'2023-11-15T03:43:20.123456789+05:30','mono_ns':1700000000123456789,"	\
	"'since':'2023-11-15T02:43:19.987654321+05:30','since_mono_ns':1699996399987654321"

TEST_F(output, json_summary)
{
	count_some();
	EXPECT_PRINTS(quoted(
		"{'type':'summary'," JSON_SPAN ",'by':'thread','waits':4,'wait_ns':56654321,"
		"'causes':{'quota':1100000,'rt_limit':0,'deadline':0,'task':44000000,"
		"'sched_ext':0,'forced_idle':0,'irq':300000,'steal':5600000,"
		"'idle':5000000,'migrating':600000,'wakeup':50000,'other':4321},"
		"'waiters':["
		"{'comm':'first','tid':2001,'pid':2000,'waits':3,'wait_ns':49000000,"
		"'p50_ns':2228224,'p99_ns':44040192,'max_ns':45600000,"
		"'max_time':'2023-11-15T02:43:22.987654321+05:30',"
		"'max_mono_ns':1699996402987654321,"
		"'causes':{'quota':1100000,'rt_limit':0,'deadline':0,'task':37000000,"
		"'sched_ext':0,'forced_idle':0,'irq':300000,'steal':5600000,"
		"'idle':5000000,'migrating':0,'wakeup':0,'other':0},"
		"'shares':["
		"{'cause':'task','ns':22000000,'comm':'hog','tid':1008,'pid':1007,"
		"'cgroup':'/cg41'},"
		"{'cause':'task','ns':15000000,'comm':'p,ig','tid':1010,'pid':1009,"
		"'cgroup':'/cg42'},"
		"{'cause':'steal','ns':5600000},{'cause':'idle','ns':5000000},"
		"{'cause':'quota','ns':1100000,'cgroup':'/cg23'},"
		"{'cause':'irq','ns':300000}]},"
		"{'comm':'se\\u001bcond','tid':2003,'pid':2002,'waits':1,'wait_ns':7654321,"
		"'p50_ns':7654321,'p99_ns':7654321,'max_ns':7654321,"
		"'max_time':'2023-11-15T02:43:23.987654321+05:30',"
		"'max_mono_ns':1699996403987654321,"
		"'causes':{'quota':0,'rt_limit':0,'deadline':0,'task':7000000,"
		"'sched_ext':0,'forced_idle':0,'irq':0,'steal':0,"
		"'idle':0,'migrating':600000,'wakeup':50000,'other':4321},"
		"'shares':["
		"{'cause':'task','ns':7000000,'comm':'hog','tid':1008,'pid':1007,"
		"'cgroup':'/cg41'},"
		"{'cause':'migrating','ns':600000},{'cause':'wakeup','ns':50000},"
		"{'cause':'other','ns':4321}]}],"
		"'waiters_rest_ns':0,"
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
		"{'type':'summary'," JSON_SPAN ",'by':'thread','waits':0,'wait_ns':0,"
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
		"'p50_ns':6000000,'p99_ns':6000000,'max_ns':6000000,"), text));
	EXPECT_STREQ("", missing(quoted(
		"{'cause':'task','ns':5900000,'comm':'c18','tid':2418,'pid':2518,"
		"'cgroup':'/cg2618'},{'cause':'other','ns':100000}]}],"
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

TEST_HARNESS_MAIN
