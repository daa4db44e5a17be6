// SPDX-License-Identifier: GPL-2.0
/*
 * Lines of text, CSV and JSON, of waits made up here in which each field has a
 * value of its own: a field in the wrong column, or in the wrong unit, is seen.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "kselftest_harness.h"
#include "capture.h"
#include "print_waits.h"
#include "util/clock.h"
#include "writers/text.h"
#include "writers/utf8.h"
#include "writers/writer.h"

FIXTURE(output) {};

FIXTURE_SETUP(output)
{
	set_up();
}

FIXTURE_TEARDOWN(output)
{
}

#define TRACING "Tracing run queue latency higher than 77 us\n"

TEST_F(output, text_header)
{
	EXPECT_PRINTS(TRACING
		      "TIME     COMM             TID           LAT(us)\n", begin(&text_writer));
	opts.previous = true;
	EXPECT_PRINTS(TRACING
		      "TIME     COMM             TID           LAT(us)"
		      " PREV COMM        PREV TID\n", begin(&text_writer));
	opts.waker = true;
	opts.why = true;
	opts.time = TIME_ISO;
	EXPECT_PRINTS(TRACING
		      "TIME                             COMM             TID           LAT(us)"
		      " PREV COMM        PREV TID WAKER          WAKER TID"
		      " FROM      CPU  WHY\n", begin(&text_writer));
	opts.previous = false;
	opts.waker = false;
	opts.time = TIME_US;
	EXPECT_PRINTS(TRACING
		      "TIME            COMM             TID           LAT(us)"
		      " FROM      CPU  WHY\n", begin(&text_writer));
}

/* Of lines that will not come there is none; stalled tasks do have lines. */
TEST_F(output, text_header_of_totals)
{
	opts.summary = true;
	EXPECT_PRINTS(TRACING, begin(&text_writer));
	opts.summary = false;
	opts.histogram = true;
	EXPECT_PRINTS(TRACING, begin(&text_writer));
	opts.stalled_ns = 1;
	EXPECT_PRINTS(TRACING
		      "TIME     COMM             TID           LAT(us) \n", begin(&text_writer));
}

TEST_F(output, text_line)
{
	EXPECT_PRINTS("03:43:20 waiter           1002           100000\n", text());
	opts.previous = true;
	EXPECT_PRINTS("03:43:20 waiter           1002           100000"
		      " previous         1004  \n", text());
	opts.waker = true;
	EXPECT_PRINTS("03:43:20 waiter           1002           100000"
		      " previous         1004   waker            1006     \n", text());
	opts.why = true;
	EXPECT_PRINTS("03:43:20 waiter           1002           100000"
		      " previous         1004   waker            1006     "
		      " woken     50>60>3 30% quota /cg23, 20% hog/1008 (same process),"
		      " 16% other, 14% pig/1010 (same cgroup), 11% irq, 9% steal"
		      "; CPUs 0-3,8,63-64,1023 idle all the while\n", text());
	/* Without an explanation there is none to look at. */
	opts.waker = false;
	opts.why = false;
	EXPECT_PRINTS("03:43:20 waiter           1002           100000"
		      " previous         1004  \n",
		      text_writer.wait(&opts, waited, NULL, NULL, false));
}

/* Names are symbols_test's. */
TEST_F(output, stack)
{
	struct stack_event frames = { .nr = 2, .frames = { 0xffffffff81000001, 0xfff, 3 } };

	opts.stack = true;
	stack = &frames;
	EXPECT_PRINTS("03:43:20 waiter           1002           100000\n"
		      "    0xffffffff81000001\n"
		      "    0xfff\n", text());
	EXPECT_PRINTS(CSV ",0xffffffff81000001;0xfff\n", csv());
	EXPECT_PRINTS(CSV ",0xffffffff81000001;0xfff\n",
		      csv_writer.wait(&opts, waited, NULL, stack, false));
	EXPECT_PRINTS(quoted(JSON ",'stack':['0xffffffff81000001','0xfff']}\n"), json());
	EXPECT_PRINTS(quoted("{'type':'wait'," JSON_TIME "," JSON_TASK
			     ",'prev':{'comm':'previous','tid':1004}"
			     ",'stack':['0xffffffff81000001','0xfff']}\n"),
		      json_writer.wait(&opts, waited, NULL, stack, false));
	stack = NULL;
	EXPECT_PRINTS("03:43:20 waiter           1002           100000\n", text());
	EXPECT_PRINTS(CSV ",\n", csv());
	EXPECT_PRINTS(quoted(JSON ",'stack':[]}\n"), json());
}

TEST_F(output, text_time)
{
	opts.time = TIME_US;
	EXPECT_PRINTS("03:43:20.123456 waiter           1002           100000\n", text());
	opts.time = TIME_ISO;
	EXPECT_PRINTS("2023-11-15T03:43:20.123456+05:30 waiter           1002  "
		      "         100000\n", text());
	opts.time = TIME_UNIX;
	EXPECT_PRINTS("1700000000.123456789 waiter           1002           100000\n", text());
	opts.time = TIME_MONO;
	EXPECT_PRINTS("1700000000.123456 waiter           1002           100000\n", text());
	/* Fewer digits, which are not lost, and the column is as wide. */
	waited->end_ns = 5000001999;
	EXPECT_PRINTS("5.000001          waiter           1002           100000\n", text());
}

/*
 * It still waits: nobody ran before it. The '+' has a column of its own, which
 * is blank for those that have ended.
 */
TEST_F(output, text_stalled)
{
	strcpy(waited->prev_comm, "");
	waited->prev_tid = 0;
	opts.stalled_ns = 1;
	EXPECT_PRINTS("03:43:20 waiter           1002           100000 \n", text());
	EXPECT_PRINTS("03:43:20 waiter           1002           100000+\n", text_stalled());
	opts.previous = true;
	opts.waker = true;
	EXPECT_PRINTS("03:43:20 waiter           1002           100000+"
		      " -                0      waker            1006     \n", text_stalled());
	EXPECT_PRINTS("03:43:20 waiter           1002           100000 "
		      "                  0      waker            1006     \n", text());
	EXPECT_PRINTS(TRACING
		      "TIME     COMM             TID           LAT(us) "
		      " PREV COMM        PREV TID WAKER          WAKER TID\n", begin(&text_writer));
}

TEST_F(output, text_waker)
{
	opts.waker = true;
	event->waker_kind = WAKER_UNSEEN;
	EXPECT_PRINTS("03:43:20 waiter           1002           100000"
		      " -                0        \n", text());
	event->waker_kind = WAKER_SOFTIRQ;
	EXPECT_PRINTS("03:43:20 waiter           1002           100000"
		      " softirq          0        \n", text());
	event->waker_kind = WAKER_IRQ;
	EXPECT_PRINTS("03:43:20 waiter           1002           100000"
		      " irq              0        \n", text());
}

TEST_F(output, text_from)
{
	opts.why = true;
	only((struct share) { CAUSE_OTHER });
	event->nr_migrations = 0;
	event->from = FROM_UNSEEN;
	EXPECT_PRINTS(TEXT " unseen    3    100% other\n", text());
	event->from = FROM_NEW;
	EXPECT_PRINTS(TEXT " new       3    100% other\n", text());
	event->from = FROM_PREEMPTED;
	EXPECT_PRINTS(TEXT " preempted 3    100% other\n", text());
	event->from = FROM_YIELDED;
	EXPECT_PRINTS(TEXT " yielded   3    100% other\n", text());
	event->from = FROM_THROTTLED;
	EXPECT_PRINTS(TEXT " throttled 3    100% other\n", text());
}

TEST_F(output, text_path)
{
	opts.why = true;
	only((struct share) { CAUSE_OTHER });
	event->nr_migrations = 1;
	EXPECT_PRINTS(TEXT " woken     50>3 100% other\n", text());
	event->nr_migrations = MAX_MIGRATIONS;
	EXPECT_PRINTS(TEXT " woken     50>60>70>80>3 100% other\n", text());
	event->nr_migrations = MAX_MIGRATIONS + 1;
	EXPECT_PRINTS(TEXT " woken     50>60>70>80>..>3 100% other\n", text());
}

TEST_F(output, text_causes)
{
	opts.why = true;
	event->nr_migrations = 0;
	only((struct share) { CAUSE_QUOTA });
	EXPECT_PRINTS(TEXT " woken     3    100% quota\n", text());
	only((struct share) { CAUSE_QUOTA, .cgroup = 99 });
	EXPECT_PRINTS(TEXT " woken     3    100% quota /,\"?\n", text());
	only((struct share) { CAUSE_TASK, .cgroup = 24, .tid = 1008, .tgid = 1007,
			      .comm = "hog\33", .prio = 139 });
	EXPECT_PRINTS(TEXT " woken     3    100% hog?/1008\n", text());
	/* Of two that are the same, that which says more. */
	why->shares[0].same_process = true;
	why->shares[0].same_cgroup = true;
	EXPECT_PRINTS(TEXT " woken     3    100% hog?/1008 (same process)\n", text());
	only((struct share) { CAUSE_IDLE });
	EXPECT_PRINTS(TEXT " woken     3    100% idle\n", text());
	only((struct share) { CAUSE_MIGRATING });
	EXPECT_PRINTS(TEXT " woken     3    100% migrating\n", text());
	only((struct share) { CAUSE_WAKEUP });
	EXPECT_PRINTS(TEXT " woken     3    100% wakeup\n", text());
}

TEST_F(output, text_idle_cpus)
{
	opts.why = true;
	event->nr_migrations = 0;
	only((struct share) { CAUSE_IDLE });
	event->idle_cpus[0] = 1 << 4;
	EXPECT_PRINTS(TEXT " woken     3    100% idle; CPU 4 idle all the while\n", text());
	event->idle_cpus[0] = 3;
	EXPECT_PRINTS(TEXT " woken     3    100% idle; CPUs 0-1 idle all the while\n", text());
	event->idle_cpus[0] = 5ULL << 40;
	EXPECT_PRINTS(TEXT " woken     3    100% idle; CPUs 40,42 idle all the while\n",
		      text());
	event->idle_cpus[0] = 0;
	event->idle_cpus[MAX_IDLE_CPUS / 64 - 1] = 1ULL << 63;
	memset(event->allowed_cpus, 0xff, sizeof(event->allowed_cpus));
	EXPECT_PRINTS(TEXT " woken     3    100% idle; CPU 1023 idle all the while\n", text());
	memset(event->idle_cpus, 0xff, sizeof(event->idle_cpus));
	EXPECT_PRINTS(TEXT " woken     3    100% idle; CPUs 0-1023 idle all the while\n",
		      text());
}

/* Of history: said if more than one percent is missing. */
TEST_F(output, text_covers)
{
	opts.why = true;
	event->nr_migrations = 0;
	only((struct share) { CAUSE_OTHER });
	why->uncovered_ns = 1000009;
	EXPECT_PRINTS(TEXT " woken     3    100% other\n", text());
	why->uncovered_ns = 1000010;
	EXPECT_PRINTS(TEXT " woken     3    100% other; history covers 99%\n", text());
	why->uncovered_ns = 62400000;
	EXPECT_PRINTS(TEXT " woken     3    100% other; history covers 38%\n", text());
	why->uncovered_ns = waited->wait_ns;
	EXPECT_PRINTS(TEXT " woken     3    100% other; history covers 0%\n", text());
}

TEST_F(output, text_name)
{
	EXPECT_PRINTS("name", text_name("name", 0));
	EXPECT_PRINTS("name", text_name("name", 4));
	EXPECT_PRINTS("name ", text_name("name", 5));
	EXPECT_PRINTS("     ", text_name("", 5));
	EXPECT_PRINTS("a?[0m ", text_name("a\33[0m", 6));
	EXPECT_PRINTS("???? ", text_name("\n\t\1\x7f", 5));
	/* A character is one column, whatever its bytes. */
	EXPECT_PRINTS("\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80  ",
		      text_name("\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80", 5));
	EXPECT_PRINTS("??a ", text_name("\xff\xc3" "a", 4));
	EXPECT_PRINTS("? ", text_name("\xc2\x9b", 2));
	/* What turns left and right around, or begins a line. */
	EXPECT_PRINTS("?a? ", text_name("\xe2\x80\xaa" "a\xe2\x80\xae", 4));
	EXPECT_PRINTS("?? ", text_name("\xe2\x81\xa6\xe2\x81\xa9", 3));
	EXPECT_PRINTS("? ", text_name("\xe2\x80\xa8", 2));
	EXPECT_PRINTS("\xe2\x80\xa7\xe2\x80\xaf\xe2\x81\xa5\xe2\x81\xaa ",
		      text_name("\xe2\x80\xa7\xe2\x80\xaf\xe2\x81\xa5\xe2\x81\xaa", 5));
	EXPECT_PRINTS("\xc2\xa0 ", text_name("\xc2\xa0", 2));
}

TEST(utf8)
{
	EXPECT_EQ(1, utf8_length("a"));
	EXPECT_EQ(1, utf8_length("\x7f"));
	EXPECT_EQ(0, utf8_length("\x80"));
	EXPECT_EQ(0, utf8_length("\xc1\xbf"));
	EXPECT_EQ(2, utf8_length("\xc2\x80"));
	EXPECT_EQ(2, utf8_length("\xdf\xbf"));
	EXPECT_EQ(0, utf8_length("\xdf\xc0"));
	EXPECT_EQ(0, utf8_length("\xdf"));
	EXPECT_EQ(0, utf8_length("\xe0\x9f\xbf"));
	EXPECT_EQ(3, utf8_length("\xe0\xa0\x80"));
	EXPECT_EQ(0, utf8_length("\xe1\x80"));
	EXPECT_EQ(3, utf8_length("\xed\x9f\xbf"));
	EXPECT_EQ(0, utf8_length("\xed\xa0\x80"));
	EXPECT_EQ(3, utf8_length("\xef\xbf\xbf"));
	EXPECT_EQ(0, utf8_length("\xf0\x8f\xbf\xbf"));
	EXPECT_EQ(4, utf8_length("\xf0\x90\x80\x80"));
	EXPECT_EQ(0, utf8_length("\xf1\x80\x80"));
	EXPECT_EQ(4, utf8_length("\xf4\x8f\xbf\xbf"));
	EXPECT_EQ(0, utf8_length("\xf4\x90\x80\x80"));
	EXPECT_EQ(0, utf8_length("\xf5\x80\x80\x80"));
	EXPECT_TRUE(utf8_is_control("\x1f"));
	EXPECT_FALSE(utf8_is_control(" "));
	EXPECT_FALSE(utf8_is_control("~"));
	EXPECT_TRUE(utf8_is_control("\x7f"));
	EXPECT_TRUE(utf8_is_control("\xc2\x80"));
	EXPECT_TRUE(utf8_is_control("\xc2\x9f"));
	EXPECT_FALSE(utf8_is_control("\xc2\xa0"));
	EXPECT_TRUE(utf8_is_control("\xd8\x9c"));
	EXPECT_FALSE(utf8_is_control("\xd8\x9d"));
	EXPECT_FALSE(utf8_is_control("\xe2\x80\x8d"));
	EXPECT_TRUE(utf8_is_control("\xe2\x80\x8e"));
	EXPECT_TRUE(utf8_is_control("\xe2\x80\x8f"));
	EXPECT_FALSE(utf8_is_control("\xe2\x80\x90"));
	/* Nothing but a byte that is out of place. */
	EXPECT_FALSE(utf8_is_control("\xc2"));
	EXPECT_FALSE(utf8_is_control("\xc2\x7f"));
	EXPECT_FALSE(utf8_is_control("\xc3\x80"));
}

TEST(wall_time)
{
	struct {
		char buf[16];
		char behind[16];
	} small = { .behind = "untouched" };
	char buf[64];

	setenv("TZ", "TEST03:15", 1);
	tzset();
	clock_format(buf, sizeof(buf), "%FT%T", END, 0, 0);
	EXPECT_STREQ("2023-11-14T18:58:20", buf);
	clock_format(buf, sizeof(buf), "%FT%T", END, 9, 1);
	EXPECT_STREQ("2023-11-14T18:58:20.123456789-03:15", buf);
	clock_format(buf, sizeof(buf), "%T", END, 3, 1);
	EXPECT_STREQ("18:58:20.123-03:15", buf);
	clock_format(buf, sizeof(buf), "%T", NSEC_PER_SEC + 7, 9, 0);
	EXPECT_STREQ("20:45:01.000000007", buf);
	clock_format(small.buf, sizeof(small.buf), "%T", END, 9, 1);
	EXPECT_STREQ("18:58:20.123456", small.buf);
	EXPECT_STREQ("untouched", small.behind);
	/* What does not fit is not there, rather than without an end. */
	memset(buf, 'x', sizeof(buf));
	clock_format(buf, 4, "%T", END, 0, 0);
	EXPECT_STREQ("", buf);
}

static __u64 real_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return ts.tv_sec * NSEC_PER_SEC + ts.tv_nsec;
}

/*
 * What time it is, by two clocks: however long each step takes, it is in
 * between.
 */
TEST(wall_time_of_now)
{
	__u64 before, after, then, fraction;
	char buf[64];

	before = real_ns();
	clock_sync();
	clock_format(buf, sizeof(buf), "%s", clock_mono_ns(), 9, 0);
	after = real_ns();
	ASSERT_EQ(2, sscanf(buf, "%llu.%llu", &then, &fraction));
	then = then * NSEC_PER_SEC + fraction;
	EXPECT_LE(before, then);
	EXPECT_GE(after, then);
}

#define CSV_HEADER "type,time,mono_ns,comm,tid,pid,wait_ns,cpu,prev_comm,prev_tid"
#define CSV_WHY_HEADER	\
	",from,cpus,cgroup,quota_cgroup,quota_ns,rt_limit_ns,deadline_ns,task_ns"	\
	",sched_ext_ns,forced_idle_ns,irq_ns,steal_ns,idle_ns,migrating_ns,other_ns,top_comm,top_tid,top_ns,idle_cpus"

TEST_F(output, csv_header)
{
	EXPECT_PRINTS(CSV_HEADER "\n", begin(&csv_writer));
	opts.waker = true;
	EXPECT_PRINTS(CSV_HEADER ",waker,waker_comm,waker_tid,wakeup_ns\n",
		      begin(&csv_writer));
	opts.why = true;
	EXPECT_PRINTS(CSV_HEADER ",waker,waker_comm,waker_tid,wakeup_ns" CSV_WHY_HEADER "\n",
		      begin(&csv_writer));
	opts.waker = false;
	EXPECT_PRINTS(CSV_HEADER ",wakeup_ns" CSV_WHY_HEADER "\n", begin(&csv_writer));
}

TEST_F(output, csv_line)
{
	EXPECT_PRINTS(CSV "\n", csv());
	EXPECT_PRINTS(CSV "\n", csv_writer.wait(&opts, waited, NULL, NULL, false));
	opts.waker = true;
	EXPECT_PRINTS(CSV ",task,waker,1006,3000009\n", csv());
	opts.why = true;
	EXPECT_PRINTS(CSV ",task,waker,1006,3000009,woken,50>60>3,/cg21,/cg23"
		      ",30000001,0,0,34000005,0,0,11000004,9000005,7000006,5000007,1000963"
		      ",hog,1008,20000002,0 1 2 3 8 63 64 1023\n", csv());
	opts.waker = false;
	EXPECT_PRINTS(CSV ",3000009,woken,50>60>3,/cg21,/cg23"
		      ",30000001,0,0,34000005,0,0,11000004,9000005,7000006,5000007,1000963"
		      ",hog,1008,20000002,0 1 2 3 8 63 64 1023\n", csv());
}

/* As large as they can be. */
TEST_F(output, csv_large_numbers)
{
	waited->tid = 4194304;
	waited->cpu = 8191;
	EXPECT_PRINTS("wait" CSV_TIME ",waiter,4194304,1001,100000999,8191,previous,1004\n",
		      csv());
}

TEST_F(output, csv_stalled)
{
	opts.waker = true;
	EXPECT_PRINTS("stalled" CSV_TIME ",waiter,1002,1001,100000999,3,,"
		      ",task,waker,1006,3000009\n", csv_stalled());
}

/* There is one table in a file. */
TEST_F(output, csv_no_lines)
{
	opts.summary = true;
	EXPECT_PRINTS("", csv_stalled());
	opts.summary = false;
	opts.histogram = true;
	EXPECT_PRINTS("", csv_stalled());
}

TEST_F(output, csv_waker)
{
	opts.waker = true;
	event->waker_kind = WAKER_UNSEEN;
	EXPECT_PRINTS(CSV ",unseen,,,3000009\n", csv());
	event->waker_kind = WAKER_SOFTIRQ;
	EXPECT_PRINTS(CSV ",softirq,,,3000009\n", csv());
	event->waker_kind = WAKER_IRQ;
	event->wakeup_ns = 100001000;
	EXPECT_PRINTS(CSV ",irq,,,100000999\n", csv());
}

TEST_F(output, csv_path)
{
	opts.why = true;
	only((struct share) { CAUSE_WAKEUP });
	event->nr_migrations = MAX_MIGRATIONS;
	EXPECT_PRINTS(CSV ",3000009,woken,50>60>70>80>3,/cg21,,0,0,0,0,0,0,0,0,0,0,0,,,,\n", csv());
}

/* What there is nothing of is empty, and times are 0. */
TEST_F(output, csv_nothing)
{
	opts.why = true;
	event->cgroup = 0;
	event->nr_migrations = MAX_MIGRATIONS + 1;
	event->from = FROM_THROTTLED;
	only((struct share) { CAUSE_STEAL });
	EXPECT_PRINTS(CSV ",3000009,throttled,50>60>70>80>..>3,,,0,0,0,0,0,0,0,100000999,0,0,0"
		      ",,,,\n", csv());
	event->nr_migrations = 0;
	only((struct share) { CAUSE_QUOTA });
	EXPECT_PRINTS(CSV ",3000009,throttled,3,,,100000999,0,0,0,0,0,0,0,0,0,0,,,,\n", csv());
}

TEST_F(output, csv_quotes)
{
	opts.why = true;
	event->nr_migrations = 0;
	event->cgroup = 99;
	strcpy(waited->comm, "a,b\"c\"");
	strcpy(waited->prev_comm, "\n\xe2\x80\xae\xc2\x85\xc3\xa4\xff'");
	only((struct share) { CAUSE_TASK, .tid = 1008, .comm = "\"" });
	EXPECT_PRINTS("wait" CSV_TIME ",\"a,b\"\"c\"\"\",1002,1001,100000999,3"
		      ",???\xc3\xa4\xff',1004,3000009,woken,3,\"/,\"\"?\","
		      ",0,0,0,100000999,0,0,0,0,0,0,0,\"\"\"\",1008,100000999,\n", csv());
}

#define JSON_SHARES								\
	",'shares':["								\
	"{'cause':'quota','ns':30000001,'cgroup':'/cg23'},"			\
	"{'cause':'task','ns':20000002,'comm':'hog','tid':1008,'pid':1007,"	\
		"'cgroup':'/cg24','same_process':true,'same_cgroup':false,"		\
		"'policy':'deadline','prio':-1},"					\
	"{'cause':'task','ns':14000003,'comm':'pig','tid':1010,'pid':1009,"	\
		"'cgroup':'/cg25','same_process':false,'same_cgroup':true,"		\
		"'policy':'other','prio':49},"					\
	"{'cause':'irq','ns':11000004},"					\
	"{'cause':'steal','ns':9000005},"					\
	"{'cause':'idle','ns':7000006},"					\
	"{'cause':'migrating','ns':5000007},"					\
	"{'cause':'wakeup','ns':3000008},"					\
	"{'cause':'other','ns':1000963}]"
#define JSON_WAKER	\
	",'waker':{'kind':'task','comm':'waker','tid':1006,'pid':1005},'wakeup_ns':3000009"
#define JSON_WHY	\
	",'from':'woken','cpus':[50,60,3],'cgroup':'/cg21'," POLICY JSON_SHARES	\
	",'uncovered_ns':500009,'idle_cpus':[0,1,2,3,8,63,64,1023]"	\
	",'forbidden_idle_cpus':[]"

TEST_F(output, json_line)
{
	EXPECT_PRINTS(quoted(JSON "}\n"), json());
	EXPECT_PRINTS(quoted(JSON "}\n{'type':'wait'," JSON_TIME "," JSON_TASK
			     ",'prev':{'comm':'previous','tid':1004}}\n"),
		      json(); json_writer.wait(&opts, waited, NULL, NULL, false));
	opts.waker = true;
	EXPECT_PRINTS(quoted(JSON JSON_WAKER "}\n"), json());
	opts.why = true;
	EXPECT_PRINTS(quoted(JSON JSON_WAKER JSON_WHY "}\n"), json());
	opts.waker = false;
	EXPECT_PRINTS(quoted(JSON JSON_WHY "}\n"), json());
}

TEST_F(output, json_stalled)
{
	opts.waker = true;
	EXPECT_PRINTS(quoted("{'type':'stalled'," JSON_TIME "," JSON_TASK JSON_WAKER "}\n"),
		      json_stalled());
	/* Also beside totals. */
	opts.waker = false;
	opts.summary = true;
	EXPECT_PRINTS(quoted("{'type':'stalled'," JSON_TIME "," JSON_TASK "}\n"),
		      json_stalled());
}

TEST_F(output, json_waker)
{
	opts.waker = true;
	event->waker_kind = WAKER_UNSEEN;
	EXPECT_PRINTS(quoted(JSON ",'waker':{'kind':'unseen'},'wakeup_ns':3000009}\n"), json());
	event->waker_kind = WAKER_SOFTIRQ;
	EXPECT_PRINTS(quoted(JSON ",'waker':{'kind':'softirq'},'wakeup_ns':3000009}\n"),
		      json());
	event->waker_kind = WAKER_IRQ;
	event->wakeup_ns = 100001000;
	EXPECT_PRINTS(quoted(JSON ",'waker':{'kind':'irq'},'wakeup_ns':100000999}\n"), json());
}

TEST_F(output, json_path)
{
	opts.why = true;
	only((struct share) { CAUSE_IDLE });
	event->nr_migrations = MAX_MIGRATIONS;
	EXPECT_PRINTS(quoted(JSON ",'from':'woken','cpus':[50,60,70,80,3],'cgroup':'/cg21',"
			     POLICY ",'shares':[{'cause':'idle','ns':100000999}],"
			     "'uncovered_ns':0,'idle_cpus':[],'forbidden_idle_cpus':[]}\n"), json());
	event->nr_migrations = MAX_MIGRATIONS + 3;
	EXPECT_PRINTS(quoted(JSON ",'from':'woken','cpus':[50,60,70,80,3],'migrations':7,"
			     "'cgroup':'/cg21'," POLICY ",'shares':[{'cause':'idle','ns':100000999}],"
			     "'uncovered_ns':0,'idle_cpus':[],'forbidden_idle_cpus':[]}\n"), json());
}

/* Those that are not known, or none, are there too. */
TEST_F(output, json_null)
{
	opts.why = true;
	event->cgroup = 0;
	event->nr_migrations = 0;
	event->from = FROM_UNSEEN;
	only((struct share) { CAUSE_QUOTA });
	EXPECT_PRINTS(quoted(JSON ",'from':'unseen','cpus':[3],'cgroup':null," POLICY ",'shares':["
			     "{'cause':'quota','ns':100000999,'cgroup':null}],"
			     "'uncovered_ns':0,'idle_cpus':[],'forbidden_idle_cpus':[]}\n"), json());
	only((struct share) { CAUSE_TASK, .tid = 1008, .tgid = 1007, .comm = "hog" });
	EXPECT_PRINTS(quoted(JSON ",'from':'unseen','cpus':[3],'cgroup':null," POLICY ",'shares':["
			     "{'cause':'task','ns':100000999,'comm':'hog','tid':1008,"
			     "'pid':1007,'cgroup':null,'same_process':false,"
			     "'same_cgroup':false,'policy':'normal','prio':0}],"
			     "'uncovered_ns':0,'idle_cpus':[],'forbidden_idle_cpus':[]}\n"), json());
}

/* Each byte of a name can be had back from JSON. */
TEST_F(output, json_escapes)
{
	static const struct {
		const char *name;
		const char *escaped;
	} names[] = {
		{ "q\"b\\", "q\\\"b\\\\" },
		{ "\1\n\t\x1f \x7f", "\\u0001\\u000a\\u0009\\u001f \\u007f" },
		/* CSI, and what turns the direction of writing round. */
		{ "\xc2\x9b\xe2\x80\xae\xd8\x9c", "\\u009b\\u202e\\u061c" },
		{ "\xc3\xa4\xe2\x82\xac", "\xc3\xa4\xe2\x82\xac" },
		{ "\xf0\x9f\x98\x80/", "\xf0\x9f\x98\x80/" },
		{ "\xff\xc3", "\\udcff\\udcc3" },
		{ "\xc3z\x80", "\\udcc3z\\udc80" },
		{ "\xed\xa0\x80", "\\udced\\udca0\\udc80" },
		{ "%s%n", "%s%n" },
		{ "", "" },
	};
	char expected[512];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		strcpy(waited->comm, names[i].name);
		strcpy(waited->prev_comm, names[i].name);
		snprintf(expected, sizeof(expected), "{\"type\":\"wait\",\"time\":"
			 "\"2023-11-15T03:43:20.123456789+05:30\",\"mono_ns\":%llu,"
			 "\"wait_ns\":100000999,\"comm\":\"%s\",\"tid\":1002,\"pid\":1001,"
			 "\"cpu\":3,\"prev\":{\"comm\":\"%s\",\"tid\":1004}}\n",
			 END, names[i].escaped, names[i].escaped);
		EXPECT_PRINTS(expected, json());
	}
}

TEST_F(output, json_cgroup_escapes)
{
	opts.why = true;
	event->nr_migrations = 0;
	event->cgroup = 99;
	only((struct share) { CAUSE_OTHER });
	EXPECT_PRINTS(quoted(JSON ",'from':'woken','cpus':[3],'cgroup':'/,\\'\\u000a'," POLICY ","
			     "'shares':[{'cause':'other','ns':100000999}],"
			     "'uncovered_ns':0,'idle_cpus':[],'forbidden_idle_cpus':[]}\n"), json());
}

TEST_F(output, lost)
{
	json_writer.begin(&opts);
	EXPECT_PRINTS(quoted("{'type':'lost'," JSON_TIME ",'reason':'no room','waits':42}\n"),
		      json_writer.lost(&opts, "no room", 42, END));
	EXPECT_EQ(NULL, text_writer.lost);
	EXPECT_EQ(NULL, csv_writer.lost);
}

TEST_HARNESS_MAIN
