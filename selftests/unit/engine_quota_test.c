// SPDX-License-Identifier: GPL-2.0
/*
 * What the BPF programs note of quota: how long a task lacked it, since when,
 * and whose it was, for each way in which kernels throttle.
 */
#include "kselftest_harness.h"
#include "throttling.h"

FIXTURE(engine_quota) {};

EACH_KERNEL(engine_quota);

FIXTURE_SETUP(engine_quota)
{
	begin_throttling(variant->kernel);
}

FIXTURE_TEARDOWN(engine_quota) {}

/*
 * @a, of @inner, loses CPU 0 at 10 ms, as @g has run out until 30; it runs at
 * 32.
 */
static void wait_for_quota(struct group *g, struct group *inner)
{
	set_group(a, inner);
	/* Time of before is not of this wait. */
	at(2 * MS);
	throttle(g, inner == g ? NULL : inner, 0);
	at(4 * MS);
	unthrottle(g, inner == g ? NULL : inner, 0);
	at(5 * MS);
	wake(a, 0);
	switch_to(0, a, PREEMPTED);
	runs_out(g, inner == g ? NULL : inner);
	at(30 * MS);
	unthrottle(g, inner == g ? NULL : inner, 0);
	a->t.throttled = false;
	at(32 * MS);
	switch_to(0, a, SLEEPS);
}

TEST_F(engine_quota, quota)
{
	struct group *g = new_group(&root, 60);
	const struct why_event *e;

	wait_for_quota(g, g);
	e = reported(0);
	ASSERT_NE(NULL, e);
	EXPECT_EQ(101, e->wait.tid);
	EXPECT_EQ(22 * MS, e->wait.wait_ns);
	EXPECT_EQ(FROM_THROTTLED, e->from);
	EXPECT_EQ(20 * MS, e->quota_ns);
	EXPECT_EQ(BEGIN + 10 * MS, e->quota_since_ns);
	EXPECT_EQ(60, e->quota_cgroup);
}

TEST_F(engine_quota, quota_of_the_group_above)
{
	struct group *outer = new_group(&root, 60), *inner = new_group(outer, 61);

	wait_for_quota(outer, inner);
	ASSERT_NE(NULL, reported(0));
	EXPECT_EQ(20 * MS, reported(0)->quota_ns);
	EXPECT_EQ(60, reported(0)->quota_cgroup);
	EXPECT_EQ(61, reported(0)->cgroup);
}

/*
 * It still is: the time so far. Before 6.6 that is kept by a clock which stands
 * still in interrupts, and since 5.19 also leaves out idle time that was made
 * up for.
 */
TEST_F(engine_quota, stalled_for_quota)
{
	cpu[0].rq.lost_idle_time = 7 * MS;
	own_group_runs_out();
	at(30 * MS);
	steal(0, MS, 0);
	cpu[0].rq.lost_idle_time += 3 * MS;
	update_clock(0);
	look_for_stalled(a);
	ASSERT_NE(NULL, reported(0));
	EXPECT_EQ(20 * MS, reported(0)->quota_ns);
	EXPECT_EQ(BEGIN + 10 * MS, reported(0)->quota_since_ns);
	EXPECT_EQ(20 * MS, reported(0)->wait.wait_ns);
	EXPECT_EQ(60, reported(0)->quota_cgroup);
}

/* Nor has an idle CPU a tick that would move the clock of its run queue. */
TEST_F(engine_quota, stalled_for_quota_beside_an_idle_task)
{
	struct group *g = new_group(&root, 60);

	set_group(a, g);
	at(5 * MS);
	wake(a, 0);
	switch_to(0, a, PREEMPTED);
	at(6 * MS);
	switch_to(0, b, PREEMPTED);
	switch_to(0, a, SLEEPS);
	at(10 * MS);
	throttle(g, NULL, 0);
	a->t.throttled = true;
	cpu[0].stale = false;
	switch_to(0, &cpu[0].idle, PREEMPTED);
	sim_forget_records();
	at(100 * MS);
	look_for_stalled(a);
	ASSERT_NE(NULL, reported(0));
	EXPECT_EQ(90 * MS, reported(0)->wait.wait_ns);
	EXPECT_EQ(90 * MS, reported(0)->quota_ns);
}

/*
 * Without quota from 10 to 50 ms of a wait until 90 ms, on a CPU slower than it
 * could be: so much does rq.clock_pelt fall behind in each half. Negative: the
 * CPU makes up for time of before.
 */
static const struct why_event *on_a_slow_cpu(s64 slow_while_throttled, s64 slow_after)
{
	struct group *g = own_group_runs_out();

	at(50 * MS);
	cpu[0].slow += slow_while_throttled;
	is_given_quota(g);
	at(90 * MS);
	cpu[0].slow += slow_after;
	cpu[0].stale = false;
	switch_to(0, a, SLEEPS);
	return reported(nr_reported() - 1);
}

#define EXPECT_ABOUT(ns, value)	do {			\
	EXPECT_GE((ns) + MS / 4, value);		\
	EXPECT_LE((ns) - MS / 4, value);		\
} while (0)

TEST_F(engine_quota, on_a_slow_cpu)
{
	const struct why_event *e = on_a_slow_cpu(8 * MS, 8 * MS);

	EXPECT_EQ(80 * MS, e->wait.wait_ns);
	EXPECT_ABOUT(40 * MS, e->quota_ns);
	EXPECT_EQ(BEGIN + 10 * MS, e->quota_since_ns);
}

/* So much that one cannot say when, or how long, but at least so long. */
TEST_F(engine_quota, on_a_very_slow_cpu)
{
	bool by_pelt = variant->kernel == V6_1;
	const struct why_event *e = on_a_slow_cpu(20 * MS, 20 * MS);

	EXPECT_EQ(by_pelt ? 20 * MS : 40 * MS, e->quota_ns);
	EXPECT_EQ(by_pelt ? 0 : BEGIN + 10 * MS, e->quota_since_ns);
}

TEST_F(engine_quota, slow_only_after)
{
	bool by_pelt = variant->kernel == V6_1;
	const struct why_event *e = on_a_slow_cpu(0, 30 * MS);

	EXPECT_EQ(40 * MS, e->quota_ns);
	EXPECT_EQ(by_pelt ? 0 : BEGIN + 10 * MS, e->quota_since_ns);
}

TEST_F(engine_quota, on_a_cpu_that_makes_up_for_slowness)
{
	const struct why_event *e = on_a_slow_cpu(-8 * MS, 0);

	EXPECT_EQ(40 * MS, e->quota_ns);
	EXPECT_EQ(BEGIN + 10 * MS, e->quota_since_ns);
}

/* Much more than is plausible: what is certain, and not when. */
TEST_F(engine_quota, on_a_cpu_that_makes_up_for_much)
{
	bool by_pelt = variant->kernel == V6_1;
	const struct why_event *e = on_a_slow_cpu(0, -30 * MS);

	EXPECT_EQ(by_pelt ? 10 * MS : 40 * MS, e->quota_ns);
	EXPECT_EQ(by_pelt ? 0 : BEGIN + 10 * MS, e->quota_since_ns);
}

/* What is stolen after the quota is back is not quota. */
TEST_F(engine_quota, stolen_after_it_is_back)
{
	struct group *g = own_group_runs_out();

	at(15 * MS);
	is_given_quota(g);
	at(66 * MS);
	steal(0, 10 * MS, 40 * MS);
	cpu[0].stale = false;
	switch_to(0, a, SLEEPS);
	ASSERT_NE(NULL, reported(0));
	EXPECT_EQ(56 * MS, reported(0)->wait.wait_ns);
	EXPECT_EQ(5 * MS, reported(0)->quota_ns);
	EXPECT_EQ(BEGIN + 10 * MS, reported(0)->quota_since_ns);
}

/* A look at the wait takes nothing from what is known at its end. */
TEST_F(engine_quota, looked_at_while_slow)
{
	struct group *g = own_group_runs_out();

	at(50 * MS);
	is_given_quota(g);
	at(90 * MS);
	cpu[0].slow += 40 * MS;
	update_clock(0);
	look_for_stalled(a);
	at(500 * MS);
	cpu[0].stale = false;
	switch_to(0, a, SLEEPS);
	ASSERT_EQ(2, nr_reported());
	EXPECT_EQ(BEGIN + 10 * MS, reported(1)->quota_since_ns);
}

/* Of minutes: what is multiplied does not overflow. */
TEST_F(engine_quota, on_a_slow_cpu_for_minutes)
{
	struct group *g = own_group_runs_out();
	u64 quota;

	at(1000 * SECOND);
	cpu[0].slow += 100 * SECOND;
	is_given_quota(g);
	at(2000 * SECOND);
	cpu[0].slow += 100 * SECOND;
	cpu[0].stale = false;
	switch_to(0, a, SLEEPS);
	ASSERT_NE(NULL, reported(0));
	quota = reported(0)->quota_ns;
	EXPECT_LE(999 * SECOND, quota);
	EXPECT_GE(1001 * SECOND, quota);
}

/*
 * Nobody saw the wait begin, and its group may have been out of quota. Nobody
 * is blamed then.
 */
TEST_F(engine_quota, begin_unseen)
{
	struct group *g = new_group(&root, 60);

	set_group(a, g);
	at(5 * MS);
	wake(a, 0);
	switch_to(0, a, PREEMPTED);
	at(6 * MS);
	throttle(g, NULL, 0);
	at(7 * MS);
	unthrottle(g, NULL, 0);
	at(8 * MS);
	sees_switches = false;
	switch_to(0, b, PREEMPTED);
	sees_switches = true;
	at(40 * MS);
	cpu[0].stale = false;
	switch_to(0, a, SLEEPS);
	ASSERT_EQ(1, nr_reported());
	EXPECT_EQ(FROM_UNSEEN, reported(0)->from);
	EXPECT_EQ(1, reported(0)->quota_unknown);
	/* Without quota there is nothing to be out of. */
	sim_forget_records();
	wake(d, 0);
	sees_switches = false;
	switch_to(0, b, SLEEPS);
	sees_switches = true;
	pass(50 * MS);
	cpu[0].stale = false;
	switch_to(0, d, SLEEPS);
	ASSERT_EQ(1, nr_reported());
	EXPECT_EQ(0, reported(0)->quota_unknown);
}

/*
 * It waits as a real-time task, whom quota does not concern, while its group
 * has none, and ends the wait as a fair one. An earlier wait knew a time of the
 * same group.
 */
TEST_F(engine_quota, becomes_fair_while_it_waits)
{
	struct group *g = new_group(&root, 60);
	const struct why_event *e;

	set_group(a, g);
	at(5 * MS);
	wake(a, 0);
	switch_to(0, a, PREEMPTED);
	at(6 * MS);
	switch_to(0, b, PREEMPTED);
	at(7 * MS);
	switch_to(0, a, PREEMPTED);
	a->t.prio = 49;
	at(8 * MS);
	throttle(g, NULL, 0);
	at(40 * MS);
	unthrottle(g, NULL, 0);
	switch_to(0, b, PREEMPTED);
	at(50 * MS);
	a->t.prio = NICE_0;
	at(90 * MS);
	cpu[0].stale = false;
	e = wait_ends(0);
	ASSERT_NE(NULL, e);
	EXPECT_EQ(50 * MS, e->wait.wait_ns);
	EXPECT_EQ(0, e->quota_ns);
	EXPECT_EQ(1, e->quota_unknown);
}

/* Real-time tasks run on when their group has run out. */
TEST_F(engine_quota, no_quota_for_real_time)
{
	struct group *g = new_group(&root, 60);

	a->t.prio = 99;
	wait_for_quota(g, g);
	ASSERT_NE(NULL, reported(0));
	EXPECT_EQ(0, reported(0)->quota_ns);
	EXPECT_EQ(FROM_PREEMPTED, reported(0)->from);
}

/*
 * While it waits, its group runs out: before 6.18 it is throttled where it is.
 */
TEST_F(engine_quota, throttled_while_it_waits)
{
	struct group *g = new_group(&root, 60);
	struct task *sibling = known_task(5, 5, "sibling");
	bool at_once = variant->kernel < V6_18;

	set_group(a, g);
	set_group(sibling, g);
	at(5 * MS);
	wake(sibling, 0);
	switch_to(0, sibling, PREEMPTED);
	at(8 * MS);
	wake(a, 0);
	at(15 * MS);
	throttle(g, NULL, 0);
	sibling->t.throttled = true;
	cpu[0].stale = false;
	switch_to(0, b, PREEMPTED);
	at(25 * MS);
	unthrottle(g, NULL, 0);
	at(26 * MS);
	switch_to(0, a, PREEMPTED);
	ASSERT_EQ(101, reported(nr_reported() - 1)->wait.tid);
	EXPECT_EQ(at_once ? 10 * MS : 0, reported(nr_reported() - 1)->quota_ns);
	if (!at_once)
		return;
	EXPECT_EQ(BEGIN + 15 * MS, reported(nr_reported() - 1)->quota_since_ns);
	EXPECT_EQ(60, reported(nr_reported() - 1)->quota_cgroup);
}

/*
 * What the waiter's own group lacks is not the fault of one that ran out later.
 */
TEST_F(engine_quota, two_groups_on_a_cpu)
{
	struct group *g = new_group(&root, 60), *stranger = new_group(&root, 61);
	struct task *sibling = known_task(5, 5, "sibling");
	struct task *other = known_task(6, 6, "other");

	if (variant->kernel >= V6_18)
		return;		/* there tasks are throttled, not queues */
	set_group(a, g);
	set_group(sibling, g);
	set_group(other, stranger);
	at(5 * MS);
	wake(sibling, 0);
	switch_to(0, sibling, PREEMPTED);
	wake(a, 0);
	at(15 * MS);
	has_to_leave(g, NULL, 0, other);
	at(20 * MS);
	has_to_leave(stranger, NULL, 0, b);
	at(35 * MS);
	unthrottle(g, NULL, 0);
	at(36 * MS);
	switch_to(0, a, PREEMPTED);
	ASSERT_EQ(101, reported(nr_reported() - 1)->wait.tid);
	EXPECT_EQ(20 * MS, reported(nr_reported() - 1)->quota_ns);
	EXPECT_EQ(BEGIN + 15 * MS, reported(nr_reported() - 1)->quota_since_ns);
	EXPECT_EQ(60, reported(nr_reported() - 1)->quota_cgroup);
}

/*
 * Of nested groups that have both run out, the one that gets quota back last.
 */
TEST_F(engine_quota, nested_groups)
{
	struct group *outer = new_group(&root, 60), *inner = new_group(outer, 61);
	int outer_last;

	for (outer_last = 0; outer_last < 2; outer_last++) {
		outer->tg.cfs_bandwidth.period_timer.node.expires = outer_last ? 500 : 400;
		inner->tg.cfs_bandwidth.period_timer.node.expires = 450;
		set_group(a, inner);
		at(5 * MS + outer_last * 100 * MS);
		wake(a, 0);
		switch_to(0, a, PREEMPTED);
		at(10 * MS + outer_last * 100 * MS);
		throttle(outer, inner, 0);
		throttle(inner, NULL, 0);
		a->t.throttled = true;
		cpu[0].stale = false;
		switch_to(0, b, PREEMPTED);
		at(30 * MS + outer_last * 100 * MS);
		unthrottle(outer, inner, 0);
		unthrottle(inner, NULL, 0);
		a->t.throttled = false;
		at(32 * MS + outer_last * 100 * MS);
		switch_to(0, a, SLEEPS);
		ASSERT_EQ(101, reported(nr_reported() - 1)->wait.tid);
		EXPECT_EQ(outer_last ? 60 : 61, reported(nr_reported() - 1)->quota_cgroup);
		switch_to(0, b, SLEEPS);
	}
}

/*
 * A CPU that was idle for all of the wait but its quota was idle all the while.
 */
TEST_F(engine_quota, idle_all_the_while_but_for_quota)
{
	struct group *g;

	at(4 * MS);
	wake(d, 1);
	switch_to(1, d, SLEEPS);
	g = own_group_runs_out();
	at(29 * MS);
	idle(1);
	at(30 * MS);
	unthrottle(g, NULL, 0);
	at(32 * MS);
	switch_to(0, a, SLEEPS);
	ASSERT_NE(NULL, reported(0));
	EXPECT_EQ(1ULL << 1, reported(0)->idle_cpus[0]);
}

/*
 * Woken while its group, of which another task ran out of quota before, is
 * throttled (before 6.18: since then a task that is woken runs).
 */
TEST_F(engine_quota, woken_into_a_throttled_group)
{
	struct group *g = new_group(&root, 77);
	struct task *p = known_task(401, 400, "sibling");

	if (variant->kernel >= V6_18)
		return;
	set_group(a, g);
	set_group(p, g);
	at(5 * MS);
	wake(p, 0);
	switch_to(0, p, PREEMPTED);
	at(10 * MS);
	throttle(g, NULL, 0);
	switch_to(0, b, PREEMPTED);
	at(15 * MS);
	wake(a, 0);
	at(40 * MS);
	unthrottle(g, NULL, 0);
	at(42 * MS);
	cpu[0].stale = false;
	switch_to(0, a, SLEEPS);
	ASSERT_EQ(1, nr_reported());
	EXPECT_EQ(27 * MS, reported(0)->wait.wait_ns);
	EXPECT_EQ(77, reported(0)->quota_cgroup);
	EXPECT_EQ(BEGIN + 15 * MS, reported(0)->quota_since_ns);
	EXPECT_EQ(25 * MS, reported(0)->quota_ns);
}

/*
 * Since 6.18: given quota at 30 ms, it waits on for others until 80. Meanwhile
 * a task of its group runs, and the group runs out again. That one cannot be
 * throttled again that has not run.
 */
TEST_F(engine_quota, others_run_out_after_it_was_given_quota)
{
	struct task *sibling = known_task(401, 400, "sibling");
	struct group *g;

	if (variant->kernel < V6_18)
		return;
	g = own_group_runs_out();
	set_group(sibling, g);
	at(30 * MS);
	is_given_quota(g);
	wake(sibling, 0);
	switch_to(0, sibling, PREEMPTED);
	at(40 * MS);
	throttle(g, NULL, 0);
	sibling->t.throttled = true;
	switch_to(0, b, PREEMPTED);
	sim_forget_records();
	at(80 * MS);
	cpu[0].stale = false;
	switch_to(0, a, SLEEPS);
	ASSERT_EQ(1, nr_reported());
	EXPECT_EQ(70 * MS, reported(0)->wait.wait_ns);
	EXPECT_EQ(20 * MS, reported(0)->quota_ns);
	EXPECT_EQ(BEGIN + 10 * MS, reported(0)->quota_since_ns);
}

/* Its group runs out while it waits; another one does, too. */
TEST_F(engine_quota, runs_out_in_the_wait)
{
	struct group *g = new_group(&root, 77), *other = new_group(&root, 4 * 20);

	if (variant->kernel >= V6_18)
		return;
	waits_for_sibling(g, g);
	at(10 * MS);
	has_to_leave(g, NULL, 0, b);
	at(20 * MS);
	wake(d, 0);
	switch_to(0, d, PREEMPTED);
	throttle(other, NULL, 0);
	at(21 * MS);
	switch_to(0, b, PREEMPTED);
	at(40 * MS);
	unthrottle(g, NULL, 0);
	sim_forget_records();
	at(42 * MS);
	switch_to(0, a, SLEEPS);
	ASSERT_EQ(1, nr_reported());
	EXPECT_EQ(34 * MS, reported(0)->wait.wait_ns);
	EXPECT_EQ(77, reported(0)->quota_cgroup);
	EXPECT_EQ(BEGIN + 10 * MS, reported(0)->quota_since_ns);
	EXPECT_EQ(30 * MS, reported(0)->quota_ns);
}

TEST_HARNESS_MAIN
