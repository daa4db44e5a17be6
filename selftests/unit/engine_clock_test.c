// SPDX-License-Identifier: GPL-2.0
/*
 * Waits while NTP slews CLOCK_MONOTONIC, and not the clocks of run queues: by
 * 500 ppm, the most of a corrected frequency; by 5000 ppm, as
 * systemd-timesyncd does; and by 83333 ppm, as chrony does.
 */
#include "kselftest_harness.h"
#include "engine.h"

static struct task *a, *b, *c;

FIXTURE(slew) {};

FIXTURE_VARIANT(slew)
{
	bool why;
	int ppm;	/* how much faster CLOCK_MONOTONIC is than sched_clock() */
};

FIXTURE_VARIANT_ADD(slew, plain_500) { false, 500 };
FIXTURE_VARIANT_ADD(slew, plain_5000) { false, 5000 };
FIXTURE_VARIANT_ADD(slew, plain_83333) { false, 83333 };
FIXTURE_VARIANT_ADD(slew, plain_minus_500) { false, -500 };
FIXTURE_VARIANT_ADD(slew, plain_minus_5000) { false, -5000 };
FIXTURE_VARIANT_ADD(slew, plain_minus_83333) { false, -83333 };
FIXTURE_VARIANT_ADD(slew, why_500) { true, 500 };
FIXTURE_VARIANT_ADD(slew, why_5000) { true, 5000 };
FIXTURE_VARIANT_ADD(slew, why_83333) { true, 83333 };
FIXTURE_VARIANT_ADD(slew, why_minus_500) { true, -500 };
FIXTURE_VARIANT_ADD(slew, why_minus_5000) { true, -5000 };
FIXTURE_VARIANT_ADD(slew, why_minus_83333) { true, -83333 };

/* @b runs on CPU 0; @a and @c sleep. */
FIXTURE_SETUP(slew)
{
	boot(V6_12, variant->why);
	a = known_task(101, 100, "waker");
	b = known_task(201, 200, "runner");
	c = known_task(301, 300, "waiter");
	at(MS);
	wake(b, 0);
	switch_to(0, b, SLEEPS);
}

FIXTURE_TEARDOWN(slew) {}

static void pass_slewed(u64 ns, int ppm)
{
	int i;

	for (i = 0; i < SIM_CPUS; i++)
		cpu[i].ahead += (s64)ns * ppm / 1000000;
	pass(ns);
}

#define NR_SLEWED	10

/*
 * The CPU has a short wakeup every @period. Now and then @c waits for 12 ms, by
 * which @b is preempted later. The error that is allowed is what is slewed in
 * the wait and in 2 ms more, and 100 us.
 */
static void slewed_waits(struct __test_metadata *_metadata, int ppm, u64 period)
{
	const u64 wait = 12 * MS, error = 100 * US + 14 * (u64)abs(ppm);
	size_t i;
	int k;

	sim_forget_records();
	for (k = 0; k < 20 * NR_SLEWED; k++) {
		pass_slewed(period, ppm);
		wake(a, 0);
		switch_to(0, a, PREEMPTED);
		switch_to(0, b, SLEEPS);
		if (k % 20)
			continue;
		wake(c, 0);
		pass_slewed(wait, ppm);
		cpu[0].stale = false;
		switch_to(0, c, SLEEPS);
		wake(b, 0);
		switch_to(0, b, SLEEPS);
	}
	EXPECT_EQ(NR_SLEWED, nr_reported());
	for (i = 0; i < nr_reported(); i++) {
		EXPECT_EQ(301, reported(i)->wait.tid);
		EXPECT_GE(wait + error, reported(i)->wait.wait_ns);
		EXPECT_LE(wait - error, reported(i)->wait.wait_ns);
	}
}

TEST_F(slew, often)
{
	slewed_waits(_metadata, variant->ppm, 300 * US);
}

TEST_F(slew, as_often_as_looks)
{
	slewed_waits(_metadata, variant->ppm, 1100 * US);
	slewed_waits(_metadata, variant->ppm, 1900 * US);
}

TEST_F(slew, seldom)
{
	slewed_waits(_metadata, variant->ppm, 3 * MS);
	slewed_waits(_metadata, variant->ppm, 40 * MS);
}

/* What is below the threshold stays so, however long the clock was bent. */
TEST_F(slew, no_phantom)
{
	int k;

	for (k = 0; k < 100; k++) {
		pass_slewed(k % 10 ? 5 * MS : 500 * MS, variant->ppm);
		wake(c, 0);
		pass_slewed(8 * MS, variant->ppm);
		cpu[0].stale = false;
		switch_to(0, c, SLEEPS);
		wake(b, 0);
		switch_to(0, b, SLEEPS);
	}
	EXPECT_EQ(0, nr_reported());
}

/*
 * Two spinners take turns on the CPU, and only they: no wakeup samples the
 * offset, which has grown wrong by milliseconds when a turn lasts longer than
 * the threshold.
 */
TEST_F(slew, spinners)
{
	struct task *turn[] = { a, b };
	int k;

	wake(a, 0);
	for (k = 0; k < 100; k++) {
		pass_slewed(4 * MS, variant->ppm);
		cpu[0].stale = false;
		switch_to(0, turn[k % 2], PREEMPTED);
	}
	sim_forget_records();
	for (k = 0; k < 10; k++) {
		pass_slewed(12 * MS, variant->ppm);
		cpu[0].stale = false;
		switch_to(0, turn[k % 2], PREEMPTED);
	}
	EXPECT_EQ(10, nr_reported());
}

/* --- the offset by itself ------------------------------------------------- */

FIXTURE(clock) {
	struct cpu_state *state;	/* of CPU 0 */
	u64 ahead;			/* the true offset */
};

/* Threshold 1 ms: times of switches are asked for. */
FIXTURE_SETUP(clock)
{
	u32 key = 0;

	boot(V6_12, false);
	threshold(1000);
	a = known_task(101, 100, "waker");
	b = known_task(201, 200, "runner");
	c = known_task(301, 300, "waiter");
	at(MS);
	wake(b, 0);
	switch_to(0, b, SLEEPS);
	self->state = bpf_map_lookup_elem(&cpus, &key);
	self->ahead = cpu[0].ahead;
	sim_forget_records();
}

FIXTURE_TEARDOWN(clock) {}

/* A wakeup at which the clock is read @late ns after rq.clock was updated. */
static void late_wakeup(u64 late)
{
	cpu[0].ahead += late;
	wake(a, 0);
	cpu[0].ahead -= late;
	switch_to(0, a, PREEMPTED);
	switch_to(0, b, SLEEPS);
}

/* That some reads come later than others is no slew. */
TEST_F(clock, noise)
{
	int k;

	for (k = 0; k < 10; k++) {
		pass(1100 * US);
		late_wakeup(100);
	}
	for (k = 0; k < 10; k++) {
		pass(1100 * US);
		late_wakeup(15 * US);
	}
	EXPECT_GE(self->ahead + 100 + 4 * US, self->state->offset);
}

/* What is older than two samples says nothing of a clock that is slewed. */
TEST_F(clock, after_a_gap)
{
	pass(1100 * US);
	late_wakeup(0);
	pass_slewed(5 * MS, 83333);
	late_wakeup(0);
	EXPECT_EQ(self->ahead + 5 * MS * 83333 / 1000000, self->state->offset);
}

/* A hypervisor had the CPU for longer than any slew of the gap explains. */
TEST_F(clock, late_after_a_gap)
{
	pass(1100 * US);
	late_wakeup(0);
	pass(12 * MS);
	cpu[0].ahead += 8 * MS;
	wake(a, 0);
	cpu[0].ahead -= 8 * MS;
	EXPECT_LE(self->ahead, self->state->offset);
	EXPECT_GE(self->ahead + 501 * US, self->state->offset);
	/* The next look puts the offset right. */
	pass(100 * US);
	late_wakeup(0);
	EXPECT_EQ(self->ahead, self->state->offset);
}

/* A task that wakes itself has not locked the run queue: rq.clock is old. */
TEST_F(clock, wakes_itself)
{
	u64 offset;

	/* It runs, and its record is of an earlier wait. */
	pass(MS);
	idle(0);
	pass(MS);
	sees_wakeups = false;
	wake(b, 0);
	switch_to(0, b, SLEEPS);
	offset = self->state->offset;
	at(12500 * US);
	in_context_of(b);
	sched_wakeup(tp(b));
	EXPECT_EQ(offset, self->state->offset);
}

/* The new task has asked for the switch, so rq.clock is that of its wakeup. */
TEST_F(clock, switch_that_a_new_task_asked_for)
{
	struct task *p = make_task(401, 400, "new");

	at(12100 * US);
	late_wakeup(0);
	at(12400 * US);
	late_wakeup(0);
	at(12500 * US);
	wake_new(p, 0);
	at(13800 * US);
	switch_to(0, p, SLEEPS);
	ASSERT_EQ(1, nr_reported());
	EXPECT_EQ(1300 * US, reported(0)->wait.wait_ns);
}

/* The last tick, at 12 ms, has updated rq.clock since the wakeup. */
TEST_F(clock, switch_long_after_the_wakeup)
{
	at(11900 * US);
	wake(c, 0);
	at(13200 * US);
	switch_to(0, c, SLEEPS);
	ASSERT_EQ(1, nr_reported());
	EXPECT_EQ(1300 * US, reported(0)->wait.wait_ns);
}

/* A wait over the threshold has the time of its end from the clock itself. */
TEST_F(clock, end_of_a_wait_is_read)
{
	pass(1100 * US);
	late_wakeup(0);
	pass(200 * US);
	wake(c, 0);
	/* No time for another sample, and the clock has gone on by so much. */
	cpu[0].ahead += 50 * US;
	sim.now += 50 * US;
	pass(700 * US);
	threshold(500);
	update_clock(0);
	cpu[0].stale = false;
	switch_to(0, c, SLEEPS);
	ASSERT_EQ(1, nr_reported());
	EXPECT_EQ(750 * US, reported(0)->wait.wait_ns);
}

TEST_HARNESS_MAIN
