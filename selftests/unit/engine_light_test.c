// SPDX-License-Identifier: GPL-2.0
/* What --light sees with one program, and what it does not. */
#include "kselftest_harness.h"
#include "engine.h"

static struct task *a, *b;

FIXTURE(light) {};

/* @b runs on CPU 0; @a sleeps. Only switches are seen. */
FIXTURE_SETUP(light)
{
	boot(V6_12, false);
	light = true;
	sees_wakeups = false;
	a = make_task(101, 100, "waiter");
	b = make_task(201, 200, "runner");
	at(MS);
	wake(b, 0);
	switch_to(0, b, SLEEPS);
	sim_forget_records();
}

FIXTURE_TEARDOWN(light) {}

/* No wakeup has asked for this switch: it updates the clock. */
static void switch_in(int c, struct task *p, enum leaves how)
{
	cpu[c].stale = false;
	switch_to(c, p, how);
}

TEST_F(light, woken)
{
	size_t created = sim.nr_created;
	const struct wait_event *e;

	at(20 * MS);
	wake(a, 0);
	at(45 * MS + 3);
	switch_in(0, a, SLEEPS);
	ASSERT_EQ(1, nr_reported());
	WAS_REPORTED(0, a, 45 * MS + 3, 25 * MS + 3);
	e = (void *)reported(0);
	EXPECT_EQ(RECORD_WAIT, e->kind);
	EXPECT_EQ(201, e->prev_tid);
	EXPECT_EQ(1, stats.seen);
	EXPECT_EQ(created, sim.nr_created);
}

/* The clock stays that of the wakeup, which asks an idle CPU for the switch. */
TEST_F(light, woken_onto_an_idle_cpu_is_not_seen)
{
	at(20 * MS);
	wake(a, 1);
	at(45 * MS);
	switch_to(1, a, SLEEPS);
	EXPECT_EQ(0, nr_reported());
}

TEST_F(light, stack)
{
	const struct stack_event *e;

	sim.stack_size = sizeof(sim.stack[0]);
	shows_stacks = true;
	at(20 * MS);
	wake(a, 0);
	at(45 * MS);
	switch_in(0, a, SLEEPS);
	ASSERT_EQ(2, sim_nr_records());
	e = sim_record(0, NULL);
	EXPECT_EQ(RECORD_STACK, e->kind);
	EXPECT_EQ(101, e->tid);
	EXPECT_EQ(1, e->nr);
	WAS_REPORTED(0, a, 45 * MS, 25 * MS);
}

TEST_F(light, preempted)
{
	at(20 * MS);
	wake(a, 0);
	switch_to(0, a, PREEMPTED);
	at(40 * MS);
	switch_in(0, b, SLEEPS);
	ASSERT_EQ(1, nr_reported());
	WAS_REPORTED(0, b, 40 * MS, 20 * MS);
}

TEST_F(light, threshold_is_exact)
{
	at(20 * MS);
	wake(a, 0);
	at(30 * MS);
	switch_in(0, a, SLEEPS);
	at(40 * MS);
	wake(b, 0);
	at(50 * MS + 1);
	switch_in(0, b, SLEEPS);
	ASSERT_EQ(1, nr_reported());
	WAS_REPORTED(0, b, 50 * MS + 1, 10 * MS + 1);
}

/* Short waits end it early: before the clock is read. */
TEST_F(light, short_waits_cost_nothing)
{
	__u64 reads = sim.nr_reads;

	at(20 * MS);
	wake(a, 0);
	at(21 * MS);
	switch_to(0, a, SLEEPS);
	idle(0);
	EXPECT_EQ(0, nr_reported());
	EXPECT_EQ(reads, sim.nr_reads);
}

TEST_F(light, moved_counts_from_the_move)
{
	at(20 * MS);
	wake(a, 0);
	at(30 * MS);
	leave_for(a, 1);
	arrive(a);
	at(45 * MS);
	switch_in(1, a, SLEEPS);
	ASSERT_EQ(1, nr_reported());
	WAS_REPORTED(0, a, 45 * MS, 15 * MS);
}

TEST_F(light, preempted_on_the_way_to_sleep_is_not_seen)
{
	at(20 * MS);
	wake(a, 0);
	switch_to(0, a, PREEMPTED_DOZING);
	at(40 * MS);
	switch_to(0, b, SLEEPS);
	EXPECT_EQ(0, nr_reported());
}

/* Whatever goes unseen: who ran meanwhile did not wait. */
TEST_F(light, no_phantom)
{
	at(20 * MS);
	wake(a, 0);
	at(21 * MS);
	sees_switches = false;
	switch_to(0, a, SLEEPS);
	at(45 * MS);
	switch_to(0, b, SLEEPS);
	sees_switches = true;
	at(50 * MS);
	wake(a, 0);
	at(51 * MS);
	switch_to(0, a, SLEEPS);
	idle(0);
	EXPECT_EQ(0, nr_reported());
}

TEST_F(light, filters)
{
	filter_tasks = true;
	nr_tids = 1;
	only_tid = 201;
	at(20 * MS);
	wake(a, 0);
	at(45 * MS);
	switch_in(0, a, PREEMPTED);
	at(70 * MS);
	switch_in(0, b, SLEEPS);
	ASSERT_EQ(1, nr_reported());
	WAS_REPORTED(0, b, 70 * MS, 25 * MS);
	filter_cpus = true;
	cpu_mask[0] = 2;
	at(80 * MS);
	wake(a, 0);
	switch_in(0, a, PREEMPTED);
	at(100 * MS);
	switch_in(0, b, SLEEPS);
	EXPECT_EQ(1, nr_reported());
}

TEST_F(light, kernel_without_times_of_queueing)
{
	learn_of_kernel();
	EXPECT_EQ(0, cannot_tell & LIMIT_QUEUED);
	sim_lacks("sched_info.last_queued");
	learn_of_kernel();
	EXPECT_NE(0, cannot_tell & LIMIT_QUEUED);
}

TEST_HARNESS_MAIN
