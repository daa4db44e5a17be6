// SPDX-License-Identifier: GPL-2.0
/* What the trace file shows of segments and waits made up here. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "kselftest_harness.h"
#include "build_trace.h"

FIXTURE(trace) {};

FIXTURE_SETUP(trace)
{
	if (!has_python())
		SKIP(return, "no python3");
	ASSERT_TRUE(begin_trace());
	ASSERT_TRUE(trace_open(trace_path, &history));
}

FIXTURE_TEARDOWN(trace)
{
	EXPECT_TRUE(is_valid());
	end_trace();
}

TEST_F(trace, empty)
{
	EXPECT_TRUE(is_true("names == ['CPUs']"));
	EXPECT_TRUE(trace_close());
	EXPECT_TRUE(is_valid());
}

/* What the CPU had run before, the task that ran last, and the wait. */
TEST_F(trace, window)
{
	ran(0, 0, -50, 10, "z");
	ran(0, 1, 0, 11, "a");
	ran(0, 2, 70, 12, "b");
	waited(0, 100, 2);
	trace_close();
	EXPECT_STREQ("-50-0 z/10, 0-70 a/11, 70-100 b/12", cpu(0));
	EXPECT_STREQ("0-100 waited 100ns", track(VICTIM));
	EXPECT_TRUE(is_true("names[1:] == ['CPU 0', 'victim', 'victim']"));
}

TEST_F(trace, window_long_before)
{
	int i;

	for (i = 0; i < 20; i++)
		ran(0, i, i, 11 + i, "a");
	waited(18, 20, 19);
	trace_close();
	EXPECT_STREQ("16-17 a/27, 17-18 a/28, 18-19 a/29, 19-20 a/30", cpu(0));
}

/* What began and ended at one time is nothing that a viewer could show. */
TEST_F(trace, no_time)
{
	ran(0, 0, 0, 11, "a");
	ran(0, 1, 70, 12, "b");
	ran(0, 2, 70, 13, "c");
	waited(0, 100, 2);
	trace_close();
	EXPECT_STREQ("0-70 a/11, 70-100 c/13", cpu(0));
}

/* The threads of a process, and where they belong. */
TEST_F(trace, segment_fields)
{
	struct run_segment s = segment(0, 0, 0, 11, "a");

	s.tgid = 10;
	s.cgroup = 5;
	history_add(&history, &s, 1);
	ran(0, 1, 60, 12, "b");
	waited(0, 100, 1);
	trace_close();
	EXPECT_TRUE(is_true("[e['args'] for e in t if e['name'] == 'a/11'] == "
			    "[{'tid': 11, 'pid': 10, 'cgroup': '/\"5\"'}]"));
	EXPECT_TRUE(is_true("[e['args'] for e in t if e['name'] == 'b/12'] == "
			    "[{'tid': 12, 'pid': 12}]"));
}

/* A wait and a chunk of segments that begin at one time. */
TEST_F(trace, window_of_a_chunk)
{
	int i;

	for (i = 0; i < CHUNK + 2; i++)
		ran(0, i, i, 11 + i, "a");
	waited(CHUNK, CHUNK + 2, CHUNK + 1);
	trace_close();
	EXPECT_STREQ("16-17 a/27, 17-18 a/28", cpu(0));
}

TEST_F(trace, idle_is_empty)
{
	ran_flags(0, 0, 0, SEGMENT_IDLE);
	ran(0, 1, 60, 11, "a");
	waited(0, 100, 1);
	trace_close();
	EXPECT_STREQ("60-100 a/11", cpu(0));
}

TEST_F(trace, broken_is_not_known)
{
	ran_flags(0, 0, 0, SEGMENT_BROKEN);
	ran(0, 1, 60, 11, "a");
	waited(0, 100, 1);
	trace_close();
	EXPECT_STREQ("0-60 ?, 60-100 a/11", cpu(0));
}

TEST_F(trace, gap)
{
	ran(0, 0, 0, 11, "a");
	ran(0, 1, 10, 12, "b");
	ran(0, 3, 50, 13, "c");
	waited(0, 100, 3);
	trace_close();
	EXPECT_STREQ("50-100 c/13", cpu(0));
}

/* The newest one has not come: when that before it was over is not known. */
TEST_F(trace, gap_at_end)
{
	ran(0, 0, 0, 11, "a");
	ran(0, 1, 10, 12, "b");
	waited(0, 100, 2);
	trace_close();
	EXPECT_STREQ("0-10 a/11", cpu(0));
}

TEST_F(trace, gap_filled_later)
{
	ran(0, 0, 0, 11, "a");
	ran(0, 2, 50, 13, "c");
	waited(0, 100, 2);
	/* A chunk is sent from its begin. */
	ran(0, 0, 0, 11, "a");
	ran(0, 1, 10, 12, "b");
	ran(0, 3, 100, VICTIM, "victim");
	waited(20, 120, 3);
	trace_close();
	EXPECT_STREQ("0-10 a/11, 10-50 b/12, 50-100 c/13, 100-120 victim/7", cpu(0));
}

TEST_F(trace, no_history)
{
	waited(0, 100, -1);
	trace_close();
	EXPECT_STREQ("", cpu(0));
	EXPECT_STREQ("0-100 waited 100ns", track(VICTIM));
	EXPECT_TRUE(is_true("why[0]['what'] == 'other'"));
}

/* The chunks of a long wait come newest first, and later ones again. */
TEST_F(trace, nothing_twice)
{
	struct run_segment s[TRACE_SIZE];
	int i;

	for (i = 0; i < TRACE_SIZE; i++)
		s[i] = segment(0, i, 10 * i, 11 + i, "a");
	history_add(&history, s + CHUNK, TRACE_SIZE - CHUNK);
	waited(10 * TRACE_SIZE - 50, 10 * TRACE_SIZE, TRACE_SIZE - 1);
	trace_flush();
	history_add(&history, s, CHUNK);
	waited(0, 10 * TRACE_SIZE, TRACE_SIZE - 1);
	trace_flush();
	history_add(&history, s, TRACE_SIZE);
	waited(0, 10 * TRACE_SIZE, TRACE_SIZE - 1);
	trace_close();
	find_slices();
	EXPECT_EQ(TRACE_SIZE + 3, nr_slices);
	/* The same wait three times, of course, does overlap. */
	for (i = 0; i < TRACE_SIZE; i++) {
		EXPECT_EQ(BEGIN + 10 * i, slices[3 + i].from);
		EXPECT_EQ(BEGIN + 10 * (i + 1), slices[3 + i].to);
	}
}

/* Round and round the places of the history, by random waits. */
TEST_F(trace, no_overlap)
{
	__u32 seq[CPUS] = {};
	long at = 0, begin = 0;
	unsigned int c, i;

	srand(1);
	for (i = 0; i < 2000; i++) {
		c = rand() % CPUS;
		at += rand() % 20;
		ran(c, seq[c]++, at, 11 + rand() % 5, "a");
		/* Some have not come. */
		seq[c] += !(rand() % 50);
		if (rand() % 10)
			continue;
		at += rand() % 20;
		wait_until(begin, at, seq[0] - 1);
		event.nr_migrations = rand() % 3;
		event.migrations[0] = (struct migration) { BEGIN + (begin + at) / 2, 1, seq[1] - 1 };
		event.migrations[1] = (struct migration) { BEGIN + (begin + at) / 2, 2, seq[2] - 1 };
		report();
		begin = at - rand() % 5 * !(rand() % 2) + 5;
		at = begin > at ? begin : at;
		begin = at;
		if (!(rand() % 3))
			EXPECT_TRUE(trace_flush());
	}
	trace_close();
	EXPECT_FALSE(overlaps());
	EXPECT_LT(1000, nr_slices);
	EXPECT_TRUE(is_valid());
}

/* Where it left, the task that ran when it was over may run on. */
TEST_F(trace, hops)
{
	ran(1, 0, 0, 11, "a");
	ran(0, 0, -10, 12, "b");
	wait_until(0, 100, 0);
	event.nr_migrations = 1;
	event.migrations[0] = (struct migration) { BEGIN + 50, 1, 0 };
	report();
	trace_flush();
	EXPECT_STREQ("-10-100 b/12", cpu(0));
	EXPECT_STREQ("0-100 a/11", cpu(1));
	EXPECT_TRUE(is_true("len([e for e in t if 'goes_on' in e.get('args', ())]) == 1"));
	EXPECT_TRUE(is_true("w[0]['args']['cpus'] == '1>0'"));
	ran(1, 1, 150, 13, "c");
	event.wait.cpu = 1;
	event.wait.end_ns = BEGIN + 200;
	event.nr_migrations = 0;
	event.seq = 1;
	report();
	trace_close();
	EXPECT_STREQ("0-100 a/11, 100-150 a/11, 150-200 c/13", cpu(1));
}

/*
 * What ran on each CPU when the wait ended, by the segment that was its newest
 * then.
 */
TEST_F(trace, hops_end)
{
	int i;

	for (i = 0; i < CPUS; i++) {
		ran(i, i, 0, 11 + i, "a");
		ran(i, i + 1, 60, 21 + i, "b");
	}
	wait_until(0, 100, 0);
	event.nr_migrations = 2;
	event.migrations[0] = (struct migration) { BEGIN + 20, 1, 2 };
	event.migrations[1] = (struct migration) { BEGIN + 50, 3, 3 };
	report();
	trace_close();
	EXPECT_STREQ("0-60 a/11", cpu(0));
	EXPECT_STREQ("0-60 a/12, 60-100 b/22", cpu(1));
	EXPECT_STREQ("", cpu(2));
	EXPECT_STREQ("0-60 a/14", cpu(3));
	EXPECT_TRUE(is_true("w[0]['args']['cpus'] == '1>3>0'"));
}

TEST_F(trace, hops_more_than_are_kept)
{
	int i;

	for (i = MAX_MIGRATIONS; i <= MAX_MIGRATIONS + 1; i++) {
		wait_until(100 * i, 100 * i + 100, -1);
		event.nr_migrations = i;
		event.migrations[1].cpu = 1;
		event.migrations[2].cpu = 2;
		event.wait.cpu = 3;
		report();
	}
	trace_close();
	EXPECT_TRUE(is_true("[e['args']['cpus'] for e in w] == "
			    "['0>1>2>0>3', '0>1>2>0>..>3']"));
}

/* Back where it had been: that segment did end. */
TEST_F(trace, hop_and_back)
{
	ran(0, 0, 0, 11, "a");
	wait_until(0, 100, 0);
	event.nr_migrations = 1;
	event.migrations[0] = (struct migration) { BEGIN + 50, 0, 0 };
	report();
	trace_close();
	EXPECT_STREQ("0-100 a/11", cpu(0));
	EXPECT_FALSE(has("goes_on"));
}

/* By the clock of another CPU it had ended before. */
TEST_F(trace, clocks_disagree)
{
	ran(1, 0, 0, 11, "a");
	wait_until(0, 100, -1);
	event.nr_migrations = 1;
	event.migrations[0] = (struct migration) { BEGIN + 50, 1, 0 };
	report();
	ran(1, 1, 90, 12, "b");
	wait_until(100, 200, -1);
	event.nr_migrations = 1;
	event.migrations[0] = (struct migration) { BEGIN + 150, 1, 1 };
	report();
	trace_close();
	EXPECT_STREQ("0-100 a/11, 100-200 b/12", cpu(1));
}

TEST_F(trace, shares)
{
	ran(0, 0, 0, 11, "a");
	ran_flags(0, 1, 30, SEGMENT_IDLE);
	ran(0, 2, 40, 12, "b");
	wait_until(0, 100, 2);
	event.quota_ns = 50;
	event.quota_since_ns = BEGIN + 50;
	event.quota_cgroup = 5;
	event.cgroup = 6;
	report();
	trace_close();
	EXPECT_TRUE(is_true("[x['percent'] for x in why] == [50, 30, 10, 10]"));
	EXPECT_TRUE(is_true("[x['ns'] for x in why] == [50, 30, 10, 10]"));
	EXPECT_TRUE(is_true("[x['what'] for x in why] == ['quota', 'a/11', 'b/12', 'idle']"));
	EXPECT_TRUE(is_true("[x.get('cgroup') for x in why] == ['/\"5\"', None, None, None]"));
	EXPECT_TRUE(is_true("w[0]['args']['from'] == 'preempted'"));
	EXPECT_TRUE(is_true("w[0]['args']['previous'] == 'previous/6'"));
	EXPECT_TRUE(is_true("w[0]['args']['cgroup'] == '/\"6\"'"));
	EXPECT_TRUE(is_true("w[0]['args']['waker'] == 'unseen'"));
}

TEST_F(trace, shares_of_relatives)
{
	static const struct {
		__u32 tgid;
		__u64 cgroup;
	} of[] = { { VICTIM, 6 }, { 12, 6 }, { VICTIM, 5 }, { 14, 5 } };
	struct run_segment s;
	__u32 i;

	for (i = 0; i < 4; i++) {
		s = segment(0, i, 10 * i, 11 + i, "a");
		s.tgid = of[i].tgid;
		s.cgroup = of[i].cgroup;
		history_add(&history, &s, 1);
	}
	wait_until(0, 40, 3);
	event.cgroup = 6;
	report();
	trace_close();
	EXPECT_TRUE(is_true("[x['what'] for x in why] == ['a/11 (same process)', "
			    "'a/12 (same cgroup)', 'a/13 (same process)', 'a/14']"));
	EXPECT_TRUE(is_true("[x['cgroup'] for x in why] == "
			    "['/\"6\"', '/\"6\"', '/\"5\"', '/\"5\"']"));
}

TEST_F(trace, from)
{
	int i;

	for (i = 0; i <= FROM_THROTTLED; i++) {
		wait_until(100 * i, 100 * i + 100, -1);
		event.from = i;
		report();
	}
	trace_close();
	EXPECT_TRUE(is_true("[e['args']['from'] for e in w] == "
			    "['unseen', 'woken', 'new', 'preempted', 'yielded', "
			    "'throttled']"));
}

TEST_F(trace, arrow)
{
	wait_until(0, 100, -1);
	event.waker_kind = WAKER_TASK;
	event.waker_tid = 20;
	event.waker_tgid = 19;
	set_name(event.waker_comm, "waker");
	event.wakeup_ns = 10;
	report();
	trace_close();
	EXPECT_STREQ("0-1 wakes victim/7", track(20));
	EXPECT_TRUE(is_true("[(e['pid'], e['tid']) for e in s + f] == [(19, 20), (7, 7)]"));
	EXPECT_TRUE(is_true("s[0]['ts'] == f[0]['ts'] == 1000000"));
	EXPECT_TRUE(is_true("f[0]['bp'] == 'e'"));
	/* What an arrow binds to comes before it. */
	EXPECT_TRUE(is_true("[e['ph'] for e in t if 'ts' in e] == ['X', 's', 'X', 'f']"));
	EXPECT_TRUE(is_true("names[1:] == ['victim', 'victim', 'waker']"));
	EXPECT_TRUE(is_true("w[0]['args']['waker'] == 'waker/20'"));
	EXPECT_TRUE(is_true("w[0]['ts'] == 1000000 and round(w[0]['dur'], 3) == .1"));
}

/* Each arrow has a number of its own. */
TEST_F(trace, arrows)
{
	int i;

	for (i = 0; i < 3; i++) {
		wait_until(100 * i, 100 * i + 100, -1);
		event.waker_kind = WAKER_TASK;
		event.waker_tid = 20;
		event.waker_tgid = 20;
		report();
	}
	trace_close();
	EXPECT_TRUE(is_true("len({e['id'] for e in s}) == 3"));
}

TEST_F(trace, no_arrow)
{
	wait_until(0, 100, -1);
	event.waker_kind = WAKER_IRQ;
	event.waker_tid = 20;		/* which it interrupted */
	report();
	wait_until(100, 200, -1);
	event.waker_kind = WAKER_TASK;	/* in another PID namespace */
	report();
	trace_close();
	EXPECT_TRUE(is_true("not s and [e['args']['waker'] for e in w] == ['irq', '/0']"));
}

/* Tasks that have no PID here are not one task. */
TEST_F(trace, no_pid)
{
	int i;

	for (i = 0; i < 3; i++) {
		wait_until(i, 100, -1);
		event.wait.tid = 0;
		event.wait.tgid = 0;
		report();
	}
	trace_close();
	find_slices();
	EXPECT_EQ(3, nr_slices);
	EXPECT_FALSE(overlaps());
	EXPECT_TRUE(is_true("names.count('victim') == 3"));
	EXPECT_TRUE(is_true("names.count('not in this PID namespace') == 1"));
	EXPECT_TRUE(is_true("{e['pid'] for e in t} == {10000000, 20000000}"));
	EXPECT_TRUE(is_true("[e['tid'] for e in w] == [20000001, 20000002, 20000003]"));
}

/*
 * A name is told once, and again when it may have been forgotten, or is
 * another.
 */
TEST_F(trace, names)
{
	int i;

	for (i = 0; i < 5000; i++) {
		wait_until(100 * i, 100 * i + 100, -1);
		event.wait.tgid = 1;
		event.wait.tid = 10 + i / 2;
		snprintf(event.wait.comm, sizeof(event.wait.comm), "n%d", i / 2);
		report();
	}
	event.wait.end_ns += 100;
	set_name(event.wait.comm, "renamed");
	report();
	trace_close();
	EXPECT_TRUE(is_true("names[1:] == ['n%d' % i for i in range(2500)] + ['renamed']"));
}

/* Tasks of one name that take each other's place among those that are known. */
TEST_F(trace, one_name)
{
	__u32 tid;

	for (tid = 10; tid < 10 + (1 << 16); tid += 1 << 12) {
		wait_until(tid, tid + 1, -1);
		event.wait.tid = tid;
		report();
	}
	trace_close();
	EXPECT_TRUE(is_true("[e['tid'] for e in t if e['name'] == 'thread_name'] == "
			    "[e['tid'] for e in w] and len(w) == 16"));
}

TEST_F(trace, nasty_names)
{
	static const struct {
		const char *name;
		const char *python;
	} nasty[] = {
		{ "\"", "'\"'" },
		{ "\\", "'\\\\'" },
		{ "\\\"", "'\\\\\"'" },
		{ "\n\t\x1f\x7f", "'\\n\\t\\x1f\\x7f'" },
		{ "\xff\xfe", "'\\ufffd\\ufffd'" },
		{ "\xed\xa0\x80", "'\\ufffd\\ufffd\\ufffd'" },	/* half a surrogate */
		{ "\xc3", "'\\ufffd'" },
		{ "\xc3\xa9", "'\\xe9'" },
		{ "\xf0\x9f\x98\x80", "'\\U0001f600'" },
		{ "]}", "']}'" },
		{ "{\"ph\":\"X\"", "'{\"ph\":\"X\"'" },
	};
	char condition[256];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(nasty); i++) {
		ran(0, i, 100 * i, 11, nasty[i].name);
		wait_until(100 * i, 100 * i + 100, i);
		set_name(event.wait.comm, nasty[i].name);
		set_name(event.wait.prev_comm, nasty[i].name);
		set_name(event.waker_comm, nasty[i].name);
		event.waker_kind = WAKER_TASK;
		event.waker_tid = 12;
		event.waker_tgid = 12;
		report();
		EXPECT_TRUE(trace_flush());
		snprintf(condition, sizeof(condition), "is_nasty(%s)", nasty[i].python);
		EXPECT_TRUE(is_true(condition))
			TH_LOG("%s", condition);
	}
	EXPECT_TRUE(trace_close());
	/* JSON allows that, but not every viewer does. */
	EXPECT_FALSE(has("\x7f"));
}

TEST_F(trace, lengths_and_times)
{
	waited(0, 83900000, -1);
	waited(83900000, 83901500, -1);
	waited(83901500, 1283901500, -1);
	waited(0, 999000, -1);
	waited(0, 1000000, -1);
	waited(0, 999900000, -1);
	waited(0, 1000000000, -1);
	trace_close();
	EXPECT_TRUE(is_true("w[0]['name'] == 'waited 83.9ms'"));
	EXPECT_TRUE(is_true("w[1]['name'] == 'waited 1.50us'"));
	EXPECT_TRUE(is_true("w[2]['name'] == 'waited 1.20s'"));
	EXPECT_TRUE(is_true("[e['name'][7:] for e in w[3:]] == "
			    "['999us', '1.00ms', '1.00s', '1.00s']"));
	EXPECT_TRUE(is_true("w[2]['ts'] == 1083901.5 and w[1]['dur'] == 1.5"));
}

TEST_HARNESS_MAIN
