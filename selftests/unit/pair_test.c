// SPDX-License-Identifier: GPL-2.0
/* What the oracle makes of its log, of events at known times. */
#include <stdio.h>
#include "kselftest_harness.h"
#include "oracle.h"

#define USEC		1000ULL
#define START		(1000 * 1000 * USEC)
#define A		11
#define B		12
#define C		13
#define PREV_WAITS	1
#define PREV_DOZES	2

FIXTURE(pair) {
	struct oracle_event events[64];
	size_t nr;
	/* CLOCK_MONOTONIC - the run queue's clock. */
	long long offset;
	struct truth truth;
};

FIXTURE_SETUP(pair)
{
}

FIXTURE_TEARDOWN(pair)
{
	truth_free(&self->truth);
}

/*
 * An event @us after the start, of which the run queue's clock is @late_us old.
 */
static struct oracle_event *add(struct _test_data_pair *self, enum oracle_kind kind,
				unsigned int us, unsigned int late_us)
{
	struct oracle_event *e = &self->events[self->nr++];

	e->kind = kind;
	e->ns = START + us * USEC;
	e->rq_clock = e->ns - late_us * USEC - self->offset;
	return e;
}

static struct oracle_event *wake(struct _test_data_pair *self, unsigned int us,
				 unsigned int late_us, __u32 tid, __u32 nr_switches)
{
	struct oracle_event *e = add(self, ORACLE_WAKE, us, late_us);

	e->tid = tid;
	e->nr_switches = nr_switches;
	return e;
}

static struct oracle_event *change(struct _test_data_pair *self, unsigned int us,
				   __u32 prev, __u32 prev_nr_switches, int prev_state,
				   __u32 next, __u32 nr_switches)
{
	struct oracle_event *e = add(self, ORACLE_SWITCH, us, 0);

	e->tid = next;
	e->nr_switches = nr_switches;
	e->prev_tid = prev;
	e->prev_nr_switches = prev_nr_switches;
	e->prev_waits = prev_state != 0;
	e->prev_dozes = prev_state == PREV_DOZES;
	return e;
}

static const struct truth_wait *the_wait(struct _test_data_pair *self, __u32 tid)
{
	const struct truth_wait *w;

	oracle_pair(self->events, self->nr, &self->truth);
	for (w = self->truth.waits; w < self->truth.waits + self->truth.nr_waits; w++) {
		if (w->tid == tid)
			return w;
	}
	return NULL;
}

static __u64 ran(struct _test_data_pair *self, __u16 cpu, __u32 tid, __u64 from, __u64 to)
{
	size_t nr;
	__u64 ns = truth_ran(&self->truth, cpu, tid, from, to, &nr);

	/* No test has a task run twice in that time. */
	return nr == (ns != 0) ? ns : -1;
}

TEST_F(pair, woken)
{
	const struct truth_wait *w;

	wake(self, 10, 0, A, 5);
	change(self, 40, B, 7, 0, A, 5)->cpu = 1;
	w = the_wait(self, A);
	ASSERT_NE(NULL, w);
	EXPECT_TRUE(w->sure);
	EXPECT_EQ(30 * USEC, w->wait_ns);
	EXPECT_EQ(START + 40 * USEC, w->end_ns);
	EXPECT_EQ(1, w->cpu);
	EXPECT_TRUE(w->migrated);
	EXPECT_FALSE(w->dozed);
}

TEST_F(pair, preempted)
{
	const struct truth_wait *w;

	wake(self, 5, 0, A, 0);
	change(self, 10, 0, 0, 0, A, 0);
	change(self, 30, A, 1, PREV_DOZES, B, 7);
	change(self, 70, B, 8, 0, A, 1);
	w = the_wait(self, A);
	ASSERT_NE(NULL, w);
	EXPECT_EQ(5 * USEC, w->wait_ns);
	EXPECT_EQ(40 * USEC, w[1].wait_ns);
	EXPECT_TRUE(w[1].dozed);
	EXPECT_FALSE(w[1].migrated);
	ASSERT_EQ(2U, self->truth.nr_runs);
	EXPECT_EQ(20 * USEC, ran(self, 0, A, START, START + 1000 * USEC));
	EXPECT_EQ(15 * USEC, ran(self, 0, A, START + 15 * USEC, START + 1000 * USEC));
	EXPECT_EQ(40 * USEC, ran(self, 0, B, START, START + 1000 * USEC));
	EXPECT_EQ(0U, ran(self, 1, B, START, START + 1000 * USEC));
}

/* A task that went to sleep does not wait until it is woken. */
TEST_F(pair, slept)
{
	const struct truth_wait *w;

	wake(self, 5, 0, A, 0);
	change(self, 10, 0, 0, 0, A, 0);
	change(self, 30, A, 1, 0, B, 7);
	wake(self, 50, 0, A, 1);
	change(self, 70, B, 8, 0, A, 1);
	w = the_wait(self, A);
	ASSERT_NE(NULL, w);
	EXPECT_EQ(20 * USEC, w[1].wait_ns);
}

/* The first of two wakeups counts; none of a task on a CPU does. */
TEST_F(pair, woken_again)
{
	const struct truth_wait *w;

	wake(self, 5, 0, A, 0);
	wake(self, 8, 0, A, 0);
	change(self, 10, 0, 0, 0, A, 0);
	wake(self, 20, 0, A, 0);
	change(self, 30, A, 1, PREV_WAITS, B, 7);
	change(self, 70, B, 8, 0, A, 1);
	w = the_wait(self, A);
	ASSERT_NE(NULL, w);
	EXPECT_EQ(5 * USEC, w->wait_ns);
	EXPECT_EQ(40 * USEC, w[1].wait_ns);
	EXPECT_FALSE(w[1].dozed);
}

/* Of a task whose switches went unseen, and of one never seen before. */
TEST_F(pair, not_sure)
{
	const struct truth_wait *w;

	wake(self, 5, 0, A, 0);
	change(self, 30, B, 7, 0, A, 1);
	change(self, 40, A, 2, 0, C, 9);
	w = the_wait(self, A);
	ASSERT_NE(NULL, w);
	EXPECT_FALSE(w[0].sure);
	EXPECT_EQ(C, w[1].tid);
	EXPECT_FALSE(w[1].sure);
	EXPECT_EQ(2U, self->truth.nr_unsure);
}

/*
 * What a wakeup is late by is known whatever the two clocks differ by: also
 * where they differ by so little that the lateness makes the larger one the
 * smaller.
 */
TEST_F(pair, lateness)
{
	static const long long offsets[] = {
		0, -3000 * (long long)USEC, -1000 * (long long)USEC, 3000 * USEC,
		-5000000 * (long long)USEC, 5000000 * (long long)USEC, -1, 1,
	};
	const struct truth_wait *w;
	size_t i;

	for (i = 0; i < sizeof(offsets) / sizeof(*offsets); i++) {
		self->nr = 0;
		self->offset = offsets[i];
		wake(self, 5, 0, B, 0);
		change(self, 10, 0, 0, 0, B, 0);
		wake(self, 5000, 3500, A, 3);
		change(self, 5100, B, 1, 0, A, 3)->rq_clock -= 700 * USEC;
		w = the_wait(self, A);
		ASSERT_NE(NULL, w);
		EXPECT_EQ(100 * USEC, w->wait_ns);
		EXPECT_EQ(3500 * USEC, w->late_ns) {
			TH_LOG("offset %lld", offsets[i]);
		}
		EXPECT_EQ(700 * USEC, w->end_late_ns) {
			TH_LOG("offset %lld", offsets[i]);
		}
		ASSERT_EQ(1U, self->truth.nr_runs);
		EXPECT_EQ(700 * USEC, self->truth.runs[0].late_ns);
		truth_free(&self->truth);
	}
}

/* Each CPU has a clock of its own, and the clocks drift. */
TEST_F(pair, lateness_by_cpu_and_time)
{
	const struct truth_wait *w;

	wake(self, 10, 0, B, 0)->cpu = 1;
	self->offset = 500 * USEC;
	wake(self, 200000, 0, C, 0);
	wake(self, 200100, 20, A, 0);
	change(self, 200150, B, 1, 0, A, 0);
	w = the_wait(self, A);
	ASSERT_NE(NULL, w);
	EXPECT_EQ(20 * USEC, w->late_ns);
	EXPECT_EQ(0U, w->end_late_ns);
}

/* A comes in unseen, or leaves unseen: then it may have run, and so may B. */
TEST_F(pair, may_have_run)
{
	change(self, 10, 0, 0, 0, B, 7);
	change(self, 50, A, 4, 0, C, 2);
	change(self, 90, C, 3, 0, 0, 0);
	oracle_pair(self->events, self->nr, &self->truth);
	ASSERT_EQ(2U, self->truth.nr_maybes);
	EXPECT_EQ(40 * USEC, truth_may_have_run(&self->truth, 0, A, START, START + 1000 * USEC));
	EXPECT_EQ(15 * USEC, truth_may_have_run(&self->truth, 0, B, START + 35 * USEC,
						START + 1000 * USEC));
	EXPECT_EQ(0U, truth_may_have_run(&self->truth, 0, C, START, START + 1000 * USEC));
	EXPECT_EQ(0U, ran(self, 0, A, START, START + 1000 * USEC));
	EXPECT_EQ(40 * USEC, ran(self, 0, C, START, START + 1000 * USEC));
}

/* It leaves and comes back unseen. */
TEST_F(pair, was_away)
{
	change(self, 10, B, 7, 0, A, 3);
	change(self, 50, A, 5, 0, B, 7);
	change(self, 60, B, 8, 0, 0, 0);
	oracle_pair(self->events, self->nr, &self->truth);
	ASSERT_EQ(1U, self->truth.nr_maybes);
	EXPECT_EQ(40 * USEC, truth_may_have_run(&self->truth, 0, A, START, START + 1000 * USEC));
	EXPECT_EQ(0U, ran(self, 0, A, START, START + 1000 * USEC));
	EXPECT_EQ(10 * USEC, ran(self, 0, B, START, START + 1000 * USEC));
}

/* The second look belongs to the event of the same CPU at that time. */
TEST_F(pair, blind)
{
	const struct truth_wait *w;
	struct oracle_event *e;

	e = wake(self, 10, 0, A, 0);
	e = add(self, ORACLE_BLIND, 10, 0);
	e->blind_ns = 33;
	wake(self, 20, 0, B, 0);
	e = add(self, ORACLE_BLIND, 20, 0);
	e->blind_ns = 55;
	e->on_cpu = 1;
	e = change(self, 40, C, 7, 0, A, 0);
	e = add(self, ORACLE_BLIND, 40, 0);
	e->blind_ns = 44;
	change(self, 60, A, 1, 0, B, 0);
	w = the_wait(self, A);
	ASSERT_NE(NULL, w);
	EXPECT_EQ(33U, w->begin_blind_ns);
	EXPECT_EQ(44U, w->end_blind_ns);
	EXPECT_EQ(B, w[1].tid);
	EXPECT_EQ(0U, w[1].begin_blind_ns);
	EXPECT_EQ(44U, truth_blind_ns(&self->truth, 0, START, START + 1000 * USEC));
	EXPECT_EQ(0U, truth_blind_ns(&self->truth, 0, START + 41 * USEC, START + 1000 * USEC));
	EXPECT_EQ(0U, truth_blind_ns(&self->truth, 1, START, START + 1000 * USEC));
}

TEST_HARNESS_MAIN
