// SPDX-License-Identifier: GPL-2.0
/*
 * What the BPF programs know of cgroups, of what began before tracing, and what
 * they say that this kernel cannot tell.
 */
#include "kselftest_harness.h"
#include "engine.h"

static struct task *a, *b, *d;

FIXTURE(engine_limits) {};

EACH_KERNEL(engine_limits);

/* @a runs on CPU 0 from 1 ms on; all other CPUs are idle. */
FIXTURE_SETUP(engine_limits)
{
	boot(variant->kernel, true);
	a = known_task(101, 100, "first");
	b = known_task(201, 200, "second");
	d = known_task(301, 300, "third");
	begin_with(a);
}

FIXTURE_TEARDOWN(engine_limits) {}

/* --- cgroups -------------------------------------------------------------- */

/* The cpu controller is enabled above only. */
TEST_F(engine_limits, cgroup_below_the_one_that_competes)
{
	struct kernfs_node___compat kn = { .id = 88 };
	struct cgroup___compat below = { .kn = &kn };
	struct group *g = new_group(&root, 77);
	bool v1;

	set_group(a, g);
	set_group(b, g);
	for (v1 = false; ; v1 = true) {
		shows_v1 = v1;
		a->css_set.dfl_cgrp = &below;
		b->css_set.dfl_cgrp = &below;
		pass(10 * MS);
		wake(b, 0);
		switch_to(0, b, PREEMPTED);
		EXPECT_EQ(v1 ? 77 : 88, newest_segment(0)->cgroup);
		pass(50 * MS);
		switch_to(0, a, SLEEPS);
		ASSERT_EQ(1, nr_reported());
		EXPECT_EQ(v1 ? 77 : 88, reported(0)->cgroup);
		EXPECT_EQ(77, reported(0)->cpu_cgroup);
		sim_forget_records();
		if (v1)
			break;
	}
}

/* --- what began before tracing, or goes unseen ---------------------------- */

TEST_F(engine_limits, throttled_before_tracing)
{
	struct group *g = new_group(&root, 77);
	struct task *p = make_task(9, 9, "throttled");
	bool by_task = variant->kernel >= V6_18;

	set_group(p, g);
	place(p, 0);
	at(2 * MS);
	update_clock(0);
	set_state(p, TASK_RUNNING);
	p->t.on_rq = 1;
	p->t.sched_info.last_queued = cpu[0].rq.clock;
	p->t.throttled = by_task;
	g->queues[0]->throttled = 1;
	g->queues[0]->throttle_count = 1;
	g->queues[0]->throttled_clock_self = cpu[0].rq.clock;
	g->queues[0]->throttled_clock_pelt = cpu[0].rq.clock_pelt;
	g->queues[0]->throttled_clock_task = cpu[0].rq.clock_task;
	at(20 * MS);
	update_clock(0);
	see_existing(p);
	at(60 * MS);
	update_clock(0);
	switch_to(0, p, PREEMPTED);
	ASSERT_EQ(1, nr_reported());
	EXPECT_EQ(FROM_THROTTLED, reported(0)->from);
	EXPECT_EQ(58 * MS, reported(0)->wait.wait_ns);
	EXPECT_EQ(77, reported(0)->quota_cgroup);
	EXPECT_EQ(40 * MS, reported(0)->quota_ns);
	/* Not only since tracing began. */
	EXPECT_EQ(0, reported(0)->quota_since_ns);
}

/*
 * Asleep and queued still (since 6.12), in a group without quota. That it is
 * woken later is seen, and what held it back before was no wait.
 */
TEST_F(engine_limits, asleep_in_a_throttled_queue_before_tracing)
{
	struct group *g = new_group(&root, 77);
	struct task *p = make_task(9, 9, "sleeper");

	if (variant->kernel < V6_12)
		return;
	set_group(p, g);
	place(p, 0);
	p->t.on_rq = 1;
	p->t.se.sched_delayed = 1;
	p->t.throttled = variant->kernel >= V6_18;
	g->queues[0]->throttled = 1;
	g->queues[0]->throttle_count = 1;
	at(20 * MS);
	see_existing(p);
	g->queues[0]->throttled = 0;
	g->queues[0]->throttle_count = 0;
	p->t.throttled = false;
	p->t.se.sched_delayed = 0;
	at(50 * MS);
	wake(p, 0);
	at(70 * MS);
	cpu[0].stale = false;
	switch_to(0, p, PREEMPTED);
	ASSERT_EQ(1, nr_reported());
	EXPECT_EQ(FROM_WOKEN, reported(0)->from);
	EXPECT_EQ(20 * MS, reported(0)->wait.wait_ns);
	EXPECT_EQ(0, reported(0)->quota_cgroup);
	EXPECT_EQ(0, reported(0)->quota_since_ns);
}

TEST_F(engine_limits, switches_that_go_unseen_are_counted)
{
	EXPECT_EQ(0, stats.unseen);
	sees_switches = false;
	wake(b, 0);
	switch_to(0, b, SLEEPS);
	sees_switches = true;
	wake(d, 0);
	switch_to(0, d, SLEEPS);
	EXPECT_EQ(1, stats.unseen);
	pass(MS);
	idle(0);
	EXPECT_EQ(1, stats.unseen);
}

/* --- what the kernel cannot tell ------------------------------------------ */

static u32 limits_are(void)
{
	see_existing(a);
	return cannot_tell;
}

TEST_F(engine_limits, limits)
{
	u32 yields = variant->kernel == V5_10 ? LIMIT_YIELD : 0;

	preempt_count_at = 0;
	EXPECT_EQ(yields | LIMIT_WAKER, limits_are());
	preempt_count_at = (char *)&cpu[0].preempt_count - (char *)&cpu[0].rq;
	EXPECT_EQ(yields, limits_are());
	sim_lacks("prev_irq_time");
	EXPECT_EQ(yields | LIMIT_IRQ, limits_are());
	sim_lacks("prev_steal_time");
	EXPECT_EQ(yields | LIMIT_IRQ | LIMIT_STEAL, limits_are());
	sim_lacks("rq");
	EXPECT_EQ(yields | LIMIT_IRQ | LIMIT_STEAL | LIMIT_WAKER | LIMIT_GROUPS | LIMIT_QUEUED,
		  limits_are());
	/* What there is of it cannot be reached. */
	sim_lacks_no_more("prev_irq_time");
	sim_lacks_no_more("prev_steal_time");
	EXPECT_EQ(yields | LIMIT_IRQ | LIMIT_STEAL | LIMIT_WAKER | LIMIT_GROUPS | LIMIT_QUEUED,
		  limits_are());
}

/* rq.clock_task leaves steal out, or ticks count it. */
TEST_F(engine_limits, steal_without_its_accounting)
{
	cpu[0].rq.prev_steal_time = 700 * US;
	steal(0, 200 * US, 0);
	wake(b, 0);
	switch_to(0, b, PREEMPTED);
	EXPECT_EQ(200 * US, newest_segment(0)->nontask_ns);
	sim_lacks("prev_steal_time_rq");
	pass(MS);
	switch_to(0, a, PREEMPTED);
	EXPECT_EQ(900 * US, newest_segment(0)->nontask_ns);
	EXPECT_EQ(200 * US, newest_segment(0)->irq_ns);
}

/* What lies in a task where the number of its CPU would be is no number. */
TEST_F(engine_limits, without_smp)
{
	sim_lacks("cpu");
	sim_lacks("thread_info.cpu");
	wake(b, 0);
	b->t.cpu = 3;
	b->t.thread_info.cpu = 3;
	pass(50 * MS);
	switch_to(0, b, PREEMPTED);
	ASSERT_NE(NULL, reported(0));
	EXPECT_EQ(0, reported(0)->wait.cpu);
	EXPECT_EQ(201, newest_segment(0)->tid);
}

static u32 waker_of(void)
{
	waking(b, a);
	wake(b, 0);
	pass(50 * MS);
	switch_to(0, b, PREEMPTED);
	return reported(0)->waker_kind;
}

TEST_F(engine_limits, waker_where_the_count_is_not_known)
{
	preempt_count_at = 0;
	EXPECT_EQ(WAKER_UNSEEN, waker_of());
	EXPECT_EQ(0, reported(0)->waker_tid);
}

/* PREEMPT_RT runs softirqs as tasks. */
TEST_F(engine_limits, softirq_that_can_be_preempted)
{
	know_preempt_count();
	kernel_has("softirq_disable_cnt");
	a->t.softirq_disable_cnt = SERVING_SOFTIRQ;
	EXPECT_EQ(WAKER_SOFTIRQ, waker_of());
}

TEST_F(engine_limits, softirqs_that_are_only_disabled)
{
	know_preempt_count();
	kernel_has("softirq_disable_cnt");
	a->t.softirq_disable_cnt = 2 * SERVING_SOFTIRQ;
	EXPECT_EQ(WAKER_TASK, waker_of());
}

TEST_HARNESS_MAIN
