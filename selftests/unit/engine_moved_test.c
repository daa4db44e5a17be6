// SPDX-License-Identifier: GPL-2.0
/*
 * What the BPF programs note of quota where the task is moved while it waits:
 * to another CPU, where its group may have quota or not, or to another group.
 */
#include "kselftest_harness.h"
#include "throttling.h"

FIXTURE(engine_moved) {};

EACH_KERNEL(engine_moved);

FIXTURE_SETUP(engine_moved)
{
	begin_throttling(variant->kernel);
}

FIXTURE_TEARDOWN(engine_moved) {}

/* --- to another CPU ------------------------------------------------------- */

/* @p has CPU 1 from 2 ms on. */
static void has_cpu_1(struct task *p)
{
	at(2 * MS);
	wake(p, 1);
	switch_to(1, p, SLEEPS);
}

/* @a, which waits on CPU 0, is queued on CPU 1 instead. */
static void moves_to_cpu_1(void)
{
	update_clock(0);
	leave_for(a, 1);
	arrive(a);
}

/* The time that it lacked quota on a CPU which it has left counts, too. */
TEST_F(engine_moved, moved_while_throttled)
{
	struct group *g = new_group(&root, 60);
	const struct why_event *e;

	set_group(a, g);
	has_cpu_1(d);
	at(5 * MS);
	wake(a, 0);
	switch_to(0, a, PREEMPTED);
	runs_out(g, NULL);
	at(16 * MS);
	throttle(g, NULL, 1);
	at(20 * MS);
	moves_to_cpu_1();
	at(40 * MS);
	unthrottle(g, NULL, 1);
	a->t.throttled = false;
	at(41 * MS);
	switch_to(1, a, SLEEPS);
	e = reported(0);
	ASSERT_NE(NULL, e);
	EXPECT_EQ(31 * MS, e->wait.wait_ns);
	/*
	 * 10 ms there and 20 here; what had passed here before it came is not
	 * its.
	 */
	EXPECT_EQ(30 * MS, e->quota_ns);
	EXPECT_EQ(BEGIN + 10 * MS, e->quota_since_ns);
	EXPECT_EQ(60, e->quota_cgroup);

	/* And of a later wait only what it lacks then. */
	at(50 * MS);
	throttle(g, NULL, 1);
	a->t.throttled = true;
	switch_to(1, d, PREEMPTED);
	at(62 * MS);
	unthrottle(g, NULL, 1);
	a->t.throttled = false;
	at(63 * MS);
	switch_to(1, a, SLEEPS);
	e = reported(1);
	ASSERT_NE(NULL, e);
	EXPECT_EQ(13 * MS, e->wait.wait_ns);
	EXPECT_EQ(12 * MS, e->quota_ns);
	EXPECT_EQ(BEGIN + 50 * MS, e->quota_since_ns);
}

/*
 * @a, of @g, waits on CPU 0 from 8 ms on, where @g runs out at 10 until 30. At
 * 40 it goes to CPU 1.
 */
static void leaves_after_quota(struct group *g)
{

	waits_for_sibling(g, g);
	at(10 * MS);
	has_to_leave(g, NULL, 0, b);
	at(30 * MS);
	unthrottle(g, NULL, 0);
	at(40 * MS);
	moves_to_cpu_1();
}

/* Without quota on the CPU that it has left: there it is known when. */
TEST_F(engine_moved, without_quota_before_it_is_moved)
{
	struct group *g = new_group(&root, 77);
	const struct why_event *e;

	if (variant->kernel >= V6_18)
		return;
	has_cpu_1(d);
	leaves_after_quota(g);
	at(50 * MS);
	e = wait_ends(1);
	ASSERT_NE(NULL, e);
	EXPECT_EQ(42 * MS, e->wait.wait_ns);
	EXPECT_EQ(20 * MS, e->quota_ns);
	EXPECT_EQ(BEGIN + 10 * MS, e->quota_since_ns);
	EXPECT_EQ(77, e->quota_cgroup);
}

/* Since 6.18: given quota before it comes to a queue without. */
TEST_F(engine_moved, given_quota_before_it_is_moved)
{
	struct group *g;
	const struct why_event *e;

	if (variant->kernel < V6_18)
		return;
	has_cpu_1(d);
	g = own_group_runs_out();
	at(20 * MS);
	throttle(g, NULL, 1);
	at(30 * MS);
	is_given_quota(g);
	at(40 * MS);
	moves_to_cpu_1();
	at(60 * MS);
	e = wait_ends(1);
	ASSERT_NE(NULL, e);
	EXPECT_EQ(50 * MS, e->wait.wait_ns);
	EXPECT_EQ(20 * MS, e->quota_ns);
	EXPECT_EQ(BEGIN + 10 * MS, e->quota_since_ns);
}

/* And again on the other: nobody knows when. */
TEST_F(engine_moved, without_quota_on_both_cpus)
{
	struct group *g = new_group(&root, 77);
	struct task *p = known_task(501, 500, "there");
	const struct why_event *e;

	if (variant->kernel >= V6_18)
		return;
	set_group(p, g);
	has_cpu_1(p);
	leaves_after_quota(g);
	at(120 * MS);
	wake(d, 1);
	has_to_leave(g, NULL, 1, d);
	at(160 * MS);
	unthrottle(g, NULL, 1);
	at(190 * MS);
	cpu[1].stale = false;
	e = wait_ends(1);
	ASSERT_NE(NULL, e);
	EXPECT_EQ(182 * MS, e->wait.wait_ns);
	EXPECT_EQ(60 * MS, e->quota_ns);
	EXPECT_EQ(0, e->quota_since_ns);
	EXPECT_EQ(77, e->quota_cgroup);
}

/*
 * @a waits on CPU 0 from 8 ms on. At 20 its group, which is returned, runs out
 * on CPU 1, and that is given to @next.
 */
static struct group *runs_out_elsewhere(struct task *next)
{
	struct group *g = new_group(&root, 77);
	struct task *p = known_task(501, 500, "there");

	set_group(a, g);
	set_group(p, g);
	has_cpu_1(p);
	at(8 * MS);
	wake(a, 0);
	at(20 * MS);
	if (next != &cpu[1].idle)
		wake(next, 1);
	has_to_leave(g, NULL, 1, next);
	return g;
}

/*
 * Its group has run out on the CPU to which it comes at 40 ms: since then it
 * lacks quota, though the group ran out at 20, when @a was elsewhere.
 */
TEST_F(engine_moved, comes_to_a_throttled_queue)
{
	const struct why_event *e;
	struct group *g;

	if (variant->kernel >= V6_18)
		return;
	g = runs_out_elsewhere(d);
	at(40 * MS);
	moves_to_cpu_1();
	at(70 * MS);
	unthrottle(g, NULL, 1);
	at(75 * MS);
	cpu[1].stale = false;
	e = wait_ends(1);
	ASSERT_NE(NULL, e);
	EXPECT_EQ(67 * MS, e->wait.wait_ns);
	EXPECT_EQ(30 * MS, e->quota_ns);
	EXPECT_EQ(BEGIN + 40 * MS, e->quota_since_ns);
	EXPECT_EQ(77, e->quota_cgroup);
}

/* The same where two groups could have run out: which one is not known. */
TEST_F(engine_moved, comes_to_a_throttled_queue_of_two)
{
	struct group *outer = new_group(&root, 60), *inner = new_group(outer, 61);
	const struct why_event *e;

	if (variant->kernel >= V6_18)
		return;
	set_group(a, inner);
	has_cpu_1(d);
	outer->queues[1]->runtime_enabled = 1;
	throttle(inner, NULL, 1);
	at(8 * MS);
	wake(a, 0);
	at(40 * MS);
	moves_to_cpu_1();
	at(70 * MS);
	unthrottle(inner, NULL, 1);
	at(75 * MS);
	cpu[1].stale = false;
	e = wait_ends(1);
	ASSERT_NE(NULL, e);
	EXPECT_EQ(30 * MS, e->quota_ns);
	EXPECT_EQ(0, e->quota_cgroup);
}

/*
 * As comes_to_a_throttled_queue, but the CPU has been idle since its group ran
 * out, and with it the clock.
 */
TEST_F(engine_moved, comes_to_an_idle_cpu)
{
	const struct why_event *e;
	struct group *g;

	if (variant->kernel >= V6_18)
		return;
	g = runs_out_elsewhere(&cpu[1].idle);
	at(41 * MS);
	moves_to_cpu_1();
	at(70 * MS);
	unthrottle(g, NULL, 1);
	wake(d, 1);
	switch_to(1, d, SLEEPS);
	at(100 * MS);
	cpu[1].stale = false;
	e = wait_ends(1);
	ASSERT_NE(NULL, e);
	EXPECT_EQ(92 * MS, e->wait.wait_ns);
	EXPECT_EQ(29 * MS, e->quota_ns);
	EXPECT_EQ(BEGIN + 41 * MS, e->quota_since_ns);
}

/*
 * Without quota on CPU 0, then with, then on CPU 1 in a queue that is throttled
 * already: nobody knows when.
 */
TEST_F(engine_moved, from_quota_to_a_throttled_queue)
{
	struct group *g = new_group(&root, 77);
	struct task *p = known_task(501, 500, "there");
	const struct why_event *e;

	if (variant->kernel >= V6_18)
		return;
	set_group(p, g);
	has_cpu_1(p);
	at(4 * MS);
	wake(d, 1);
	has_to_leave(g, NULL, 1, d);
	leaves_after_quota(g);
	at(60 * MS);
	unthrottle(g, NULL, 1);
	at(100 * MS);
	cpu[1].stale = false;
	e = wait_ends(1);
	ASSERT_NE(NULL, e);
	EXPECT_EQ(92 * MS, e->wait.wait_ns);
	EXPECT_EQ(40 * MS, e->quota_ns);
	EXPECT_EQ(0, e->quota_since_ns);
}

/*
 * Since 6.18: it stays throttled, but no task has left the queue to which it
 * comes, so the kernel counts no time there.
 */
TEST_F(engine_moved, comes_to_a_queue_that_counts_nothing)
{
	struct group *g;
	const struct why_event *e;

	if (variant->kernel < V6_18)
		return;
	has_cpu_1(d);
	g = own_group_runs_out();
	at(16 * MS);
	throttle(g, NULL, 1);
	g->queues[1]->throttled_clock_self = 0;
	at(20 * MS);
	moves_to_cpu_1();
	at(40 * MS);
	g->queues[1]->throttle_count = 0;
	a->t.throttled = false;
	at(60 * MS);
	e = wait_ends(1);
	ASSERT_NE(NULL, e);
	EXPECT_EQ(1, e->quota_unknown);
	EXPECT_EQ(10 * MS, e->quota_ns);
}

/*
 * Since 6.18: it has quota, and waits on, when it comes to a queue without,
 * which is given some later.
 */
TEST_F(engine_moved, what_others_lack_where_it_comes_to)
{
	struct group *g;
	const struct why_event *e;

	if (variant->kernel < V6_18)
		return;
	has_cpu_1(d);
	g = own_group_runs_out();
	at(30 * MS);
	is_given_quota(g);
	at(33 * MS);
	throttle(g, NULL, 1);
	at(35 * MS);
	moves_to_cpu_1();
	at(45 * MS);
	unthrottle(g, NULL, 1);
	at(60 * MS);
	e = wait_ends(1);
	ASSERT_NE(NULL, e);
	EXPECT_EQ(20 * MS, e->quota_ns);
	EXPECT_EQ(0, e->quota_unknown);
}

/* --- to another group ----------------------------------------------------- */

/* @a waits from 8 to 26 ms, and is moved from its group to @to at 12 ms. */
static const struct why_event *moved_to(struct group *to)
{
	at(8 * MS);
	wake(a, 0);
	at(12 * MS);
	set_group(a, to);
	at(26 * MS);
	switch_to(0, a, PREEMPTED);
	return reported(nr_reported() - 1);
}

/*
 * Of a task that is moved to another group while it waits nobody knows what it
 * lacked in which.
 */
TEST_F(engine_moved, moved_to_another_group)
{
	struct group *g = new_group(&root, 60), *rich = new_group(&root, 61);
	const struct why_event *e;

	/* Long before the wait: no quota of its own. */
	at(2 * MS);
	throttle(g, NULL, 0);
	at(6 * MS);
	unthrottle(g, NULL, 0);
	e = moved_to(g);
	ASSERT_NE(NULL, e);
	EXPECT_EQ(18 * MS, e->wait.wait_ns);
	EXPECT_EQ(0, e->quota_ns);
	/* Since 6.18 it would have been taken off the CPU for that. */
	EXPECT_EQ(variant->kernel < V6_18, e->quota_unknown);

	/* Neither has ever run out. */
	idle(0);
	set_group(a, &root);
	at(100 * MS);
	wake(b, 0);
	switch_to(0, b, SLEEPS);
	at(101 * MS);
	wake(a, 0);
	set_group(a, rich);
	at(120 * MS);
	switch_to(0, a, SLEEPS);
	EXPECT_EQ(19 * MS, reported(nr_reported() - 1)->wait.wait_ns);
	EXPECT_EQ(0, reported(nr_reported() - 1)->quota_unknown);
}

/* The same of a task that was throttled, or is moved to another CPU then. */
TEST_F(engine_moved, moved_while_throttled_to_another_group)
{
	struct group *rich = new_group(&root, 61);

	own_group_runs_out();
	at(20 * MS);
	a->t.throttled = false;
	set_group(a, rich);
	at(22 * MS);
	leave_for(a, 1);
	arrive(a);
	at(40 * MS);
	switch_to(1, a, SLEEPS);
	ASSERT_EQ(101, reported(nr_reported() - 1)->wait.tid);
	EXPECT_EQ(30 * MS, reported(nr_reported() - 1)->wait.wait_ns);
	EXPECT_EQ(0, reported(nr_reported() - 1)->quota_ns);
	EXPECT_EQ(1, reported(nr_reported() - 1)->quota_unknown);
}

TEST_HARNESS_MAIN
