// SPDX-License-Identifier: GPL-2.0
/*
 * What a wait is to the BPF programs: events and times of a made-up scheduler
 * in, records out. Every test runs with the programs that only measure and with
 * those that also explain: a wait is the same to both.
 */
#include "kselftest_harness.h"
#include "engine.h"

static struct task *a, *b, *c;

FIXTURE(engine) {};

FIXTURE_VARIANT(engine)
{
	enum kernel kernel;
	bool why;
	char *lacks;
};

FIXTURE_VARIANT_ADD(engine, plain) { V6_12, false, NULL };
FIXTURE_VARIANT_ADD(engine, why) { V6_12, true, NULL };
FIXTURE_VARIANT_ADD(engine, plain_5_10) { V5_10, false, NULL };
FIXTURE_VARIANT_ADD(engine, why_5_10) { V5_10, true, NULL };
FIXTURE_VARIANT_ADD(engine, plain_6_1) { V6_1, false, NULL };
FIXTURE_VARIANT_ADD(engine, plain_7_3) { V7_3, false, NULL };
FIXTURE_VARIANT_ADD(engine, why_7_3) { V7_3, true, NULL };
FIXTURE_VARIANT_ADD(engine, no_sched_info) { V6_12, false, "sched_info.last_queued" };
FIXTURE_VARIANT_ADD(engine, no_rq_clock) { V6_12, false, "se.cfs_rq" };

/* @b runs on CPU 0; @a and @c sleep. */
FIXTURE_SETUP(engine)
{
	boot(variant->kernel, variant->why);
	if (variant->lacks)
		sim_lacks(variant->lacks);
	a = make_task(101, 100, "waiter");
	b = make_task(201, 200, "runner");
	c = make_task(301, 300, "third");
	see_existing(a);
	see_existing(b);
	see_existing(c);
	at(MS);
	wake(b, 0);
	switch_to(0, b, SLEEPS);
	sim_forget_records();
}

FIXTURE_TEARDOWN(engine) {}

TEST_F(engine, every_field_of_a_wait)
{
	const struct wait_event *e;

	at(20 * MS);
	wake(a, 0);
	at(45 * MS + 3);
	switch_to(0, a, SLEEPS);
	ASSERT_EQ(1, nr_reported());
	e = (void *)reported(0);
	EXPECT_EQ(variant->why ? RECORD_WHY : RECORD_WAIT, e->kind);
	EXPECT_EQ(0, e->stalled);
	EXPECT_EQ(0, e->cpu);
	EXPECT_EQ(101, e->tid);
	EXPECT_EQ(100, e->tgid);
	EXPECT_EQ(201, e->prev_tid);
	EXPECT_EQ(BEGIN + 45 * MS + 3, e->end_ns);
	EXPECT_EQ(25 * MS + 3, e->wait_ns);
	EXPECT_STREQ("waiter", e->comm);
	EXPECT_STREQ("runner", e->prev_comm);
	EXPECT_EQ(1, stats.seen);
	EXPECT_EQ(0, stats.lost[LOST_RING] + stats.lost[LOST_STORAGE] + stats.lost[LOST_CLOCK]);
}

/* The threshold itself is not over the threshold. */
TEST_F(engine, threshold_is_exact)
{
	at(20 * MS);
	wake(a, 0);
	at(30 * MS);
	switch_to(0, a, SLEEPS);
	EXPECT_EQ(0, nr_reported());
	EXPECT_EQ(0, stats.seen);
	at(40 * MS);
	wake(b, 0);
	at(50 * MS + 1);
	switch_to(0, b, SLEEPS);
	ASSERT_EQ(1, nr_reported());
	WAS_REPORTED(0, b, 50 * MS + 1, 10 * MS + 1);
}

TEST_F(engine, threshold_0_reports_all)
{
	threshold(0);
	at(20 * MS);
	wake(a, 0);
	switch_to(0, a, SLEEPS);
	WAS_REPORTED(0, a, 20 * MS, 0);
	EXPECT_EQ(1, stats.seen);
}

TEST_F(engine, second_wakeup_does_not_restart)
{
	at(20 * MS);
	wake(a, 0);
	at(29 * MS);
	wake(a, 0);
	at(31 * MS);
	switch_to(0, a, SLEEPS);
	WAS_REPORTED(0, a, 31 * MS, 11 * MS);
}

/* A wakeup of a task that has a CPU begins nothing. */
TEST_F(engine, wakeup_of_a_running_task)
{
	at(20 * MS);
	wake(b, 0);
	at(40 * MS);
	idle(0);
	at(60 * MS);
	wake(b, 0);
	at(60 * MS + 5);
	switch_to(0, b, SLEEPS);
	EXPECT_EQ(0, nr_reported());
}

TEST_F(engine, preempted)
{
	at(20 * MS);
	wake(a, 0);
	switch_to(0, a, PREEMPTED);
	at(50 * MS);
	switch_to(0, b, SLEEPS);
	ASSERT_EQ(1, nr_reported());
	WAS_REPORTED(0, b, 50 * MS, 30 * MS);
}

TEST_F(engine, gave_up_the_cpu)
{
	at(20 * MS);
	wake(a, 0);
	switch_to(0, a, YIELDS);
	at(50 * MS);
	switch_to(0, b, SLEEPS);
	WAS_REPORTED(0, b, 50 * MS, 30 * MS);
}

/* Preemption ignores the state: the task is still queued. */
TEST_F(engine, preempted_on_the_way_to_sleep)
{
	at(20 * MS);
	wake(a, 0);
	switch_to(0, a, PREEMPTED_DOZING);
	at(50 * MS);
	switch_to(0, b, SLEEPS);
	WAS_REPORTED(0, b, 50 * MS, 30 * MS);
}

TEST_F(engine, sleep_is_no_wait)
{
	at(20 * MS);
	idle(0);
	at(90 * MS);
	wake(b, 0);
	at(90 * MS + 7);
	switch_to(0, b, SLEEPS);
	EXPECT_EQ(0, nr_reported());
}

TEST_F(engine, idle_never_waits)
{
	at(20 * MS);
	wake(a, 1);
	switch_to(1, a, PREEMPTED);
	at(90 * MS);
	idle(1);
	EXPECT_EQ(0, nr_reported());
}

TEST_F(engine, new_task)
{
	struct task *child = make_task(102, 102, "child");

	at(20 * MS);
	wake_new(child, 0);
	at(50 * MS);
	switch_to(0, child, SLEEPS);
	WAS_REPORTED(0, child, 50 * MS, 30 * MS);
}

/* It ran and was preempted, and none of that was seen: the begin is void. */
TEST_F(engine, ran_unseen)
{
	bool known = !variant->lacks;

	at(20 * MS);
	wake(a, 0);
	sees_switches = false;
	at(25 * MS);
	switch_to(0, a, SLEEPS);
	at(60 * MS);
	switch_to(0, c, PREEMPTED);
	sees_switches = true;
	at(75 * MS);
	switch_to(0, a, SLEEPS);
	/* The kernel knows since when it is queued, where it counts that. */
	ASSERT_EQ(known, nr_reported());
	if (known)
		WAS_REPORTED(0, a, 75 * MS, 15 * MS);
}

TEST_F(engine, wakeup_unseen)
{
	bool known = !variant->lacks;

	sees_wakeups = false;
	at(20 * MS);
	wake(a, 0);
	at(45 * MS);
	cpu[0].stale = false;
	switch_to(0, a, SLEEPS);
	ASSERT_EQ(known, nr_reported());
	if (known)
		WAS_REPORTED(0, a, 45 * MS, 25 * MS);
}

/* Its sleep was not seen, nor its wakeup: time that it slept is no wait. */
TEST_F(engine, slept_unseen)
{
	at(20 * MS);
	wake(a, 0);
	switch_to(0, a, SLEEPS);
	sees_switches = false;
	sees_wakeups = false;
	at(30 * MS);
	idle(0);
	at(80 * MS);
	wake(a, 0);
	sees_switches = true;
	switch_to(0, a, SLEEPS);
	EXPECT_EQ(0, nr_reported());
}

/* --- clocks --------------------------------------------------------------- */

/* A CPU without a tick has a clock of any age, and so have the jiffies then. */
TEST_F(engine, idle_cpu_has_an_old_clock)
{
	u64 jiffies;

	at(20 * MS);
	wake(a, 1);
	jiffies = sim.jiffies;
	at(60 * MS);
	sim.jiffies = jiffies;
	cpu[1].stale = true;
	switch_to(1, a, SLEEPS);
	WAS_REPORTED(0, a, 60 * MS, 40 * MS);
}

/* By two ticks: a wait that is over the threshold by less is not missed. */
TEST_F(engine, busy_cpu_has_a_clock_of_two_ticks)
{
	u64 jiffies;

	if (variant->why)
		return;			/* which knows how old it is */
	at(20 * MS);
	wake(a, 0);
	switch_to(0, a, PREEMPTED);
	wake(c, 0);
	switch_to(0, b, PREEMPTED);
	jiffies = sim.jiffies;
	at(30 * MS + 1);
	sim.jiffies = jiffies;
	cpu[0].rq.clock = sim.now - 2 * TICK - cpu[0].ahead;
	cpu[0].stale = true;
	switch_to(0, a, SLEEPS);
	cpu[0].stale = true;
	switch_to(0, c, SLEEPS);
	ASSERT_EQ(2, nr_reported());
	WAS_REPORTED(0, a, 30 * MS + 1, 10 * MS + 1);
	WAS_REPORTED(1, c, 30 * MS + 1, 10 * MS + 1);
}

/*
 * The hypervisor took the CPU and its ticks are late: others count the jiffies.
 */
TEST_F(engine, cpu_whose_ticks_are_late)
{
	at(20 * MS);
	wake(a, 0);
	at(40 * MS + 1);
	cpu[0].rq.clock = BEGIN + 20 * MS - cpu[0].ahead;
	switch_to(0, a, SLEEPS);
	WAS_REPORTED(0, a, 40 * MS + 1, 20 * MS + 1);
}

/* Nobody asks for the time where a clock at hand says that no wait was long. */
TEST_F(engine, time_is_not_read_without_need)
{
	if (!has_rq_clock())
		return;
	at(20 * MS);
	wake(a, 0);
	EXPECT_LE(sim.nr_reads, 6);
	sim.nr_reads = 0;
	/* The CPU's clock was compared only just. */
	wake(c, 0);
	EXPECT_EQ(0, sim.nr_reads);
	/* Who explains needs to know of a switch that a wakeup asked for. */
	switch_to(0, c, SLEEPS);
	EXPECT_EQ(variant->why, sim.nr_reads);
	sim.nr_reads = 0;
	switch_to(0, a, SLEEPS);
	EXPECT_EQ(0, sim.nr_reads);
	wake(b, 0);
	switch_to(0, b, PREEMPTED);
	sim.nr_reads = 0;
	idle(0);
	EXPECT_EQ(0, sim.nr_reads);
}

/*
 * Below two ticks, too, a switch that nobody asked for tells the time itself.
 */
TEST_F(engine, time_is_not_read_at_a_switch)
{
	int i;

	if (!has_rq_clock())
		return;
	threshold(1000);
	for (i = 0; i < 5; i++) {
		at(20 * MS + i * 300 * US);
		wake(a, 0);
		switch_to(0, a, PREEMPTED);
		pass(100 * US);
		sim.nr_reads = 0;
		switch_to(0, b, SLEEPS);
		pass(10 * US);
	}
	EXPECT_EQ(0, sim.nr_reads);
	EXPECT_EQ(0, nr_reported());
}

/* The clock of a CPU is as old as what asked for the switch. */
TEST_F(engine, small_threshold)
{
	threshold(1000);
	at(20 * MS);
	wake(a, 0);
	at(22 * MS + 5);
	switch_to(0, a, SLEEPS);
	WAS_REPORTED(0, a, 22 * MS + 5, 2 * MS + 5);
	sim_forget_records();
	at(40 * MS);
	wake_new(b, 0);
	at(41 * MS + 7);
	switch_to(0, b, SLEEPS);
	WAS_REPORTED(0, b, 41 * MS + 7, MS + 7);
	sim_forget_records();
	/* A task that comes from another CPU asks for a switch. */
	at(60 * MS);
	wake(c, 1);
	at(60 * MS + 200 * US);
	leave_for(c, 0);
	arrive(c);
	at(62 * MS + 300 * US);
	switch_to(0, c, SLEEPS);
	WAS_REPORTED(0, c, 62 * MS + 300 * US, 2 * MS + 300 * US);
}

/*
 * The task has run since the threshold: no long wait, whatever its record says.
 */
TEST_F(engine, ran_lately)
{
	at(20 * MS);
	wake(a, 0);
	switch_to(0, a, PREEMPTED);
	at(28 * MS);
	switch_to(0, b, PREEMPTED);
	at(36 * MS);
	switch_to(0, a, PREEMPTED);
	EXPECT_EQ(0, nr_reported());
	at(45 * MS);
	switch_to(0, b, PREEMPTED);
	EXPECT_EQ(0, nr_reported());
	at(47 * MS);
	switch_to(0, a, PREEMPTED);
	ASSERT_EQ(0, nr_reported());
	at(58 * MS);
	switch_to(0, b, PREEMPTED);
	ASSERT_EQ(1, nr_reported());
	WAS_REPORTED(0, b, 58 * MS, 11 * MS);
}

/* @p is woken on @c; @ns pass between the look at that CPU's clock and ours. */
static void wake_late(struct task *p, int c, u64 ns)
{
	set_state(p, TASK_RUNNING);
	enqueue(p, c);
	cpu[c].stale = true;
	in_context_of(cpu[c].curr);
	sim.now += ns;
	(why ? why_wakeup : sched_wakeup)(tp(p));
}

/*
 * The distance of the two clocks as seen is too large where the hypervisor took
 * the CPU between the two looks. The next good look mends that.
 */
TEST_F(engine, offset_from_a_bad_moment)
{
	if (!has_rq_clock())
		return;			/* nothing is converted */
	/* CPU 1 was never looked at. */
	at(20 * MS);
	wake_late(a, 1, 5 * MS);
	at(30 * MS);
	wake(c, 1);
	at(50 * MS);
	switch_to(1, c, SLEEPS);
	WAS_REPORTED(0, c, 50 * MS, 20 * MS);
}

/* So does a look at a switch; what is converted later is right. */
TEST_F(engine, offset_is_improved_at_a_switch)
{
	bool known = !variant->lacks;

	at(20 * MS);
	wake_late(a, 1, 5 * MS);
	at(40 * MS);
	cpu[1].stale = false;
	switch_to(1, a, SLEEPS);
	sim_forget_records();
	sees_wakeups = false;
	at(60 * MS);
	wake(c, 1);
	at(80 * MS);
	switch_to(1, c, SLEEPS);
	ASSERT_EQ(known, nr_reported());
	if (known)
		WAS_REPORTED(0, c, 80 * MS, 20 * MS);
}

/* A bad look among good ones counts for nothing. */
TEST_F(engine, offset_is_the_lesser_of_two)
{
	int i;

	if (!has_rq_clock())
		return;
	for (i = 0; i < 4; i++) {
		at(40 * MS + i * 1100 * US);
		if (i == 3)
			wake_late(a, 0, 700 * US);
		else
			wake(a, 0);
		switch_to(0, a, PREEMPTED);
		switch_to(0, b, SLEEPS);
	}
	at(44 * MS);
	wake(c, 0);
	at(64 * MS);
	switch_to(0, c, SLEEPS);
	ASSERT_EQ(1, nr_reported());
	WAS_REPORTED(0, c, 64 * MS, 20 * MS);
}

/* Looks are late by a little, each by another time: the least counts. */
TEST_F(engine, offset_is_without_noise)
{
	int i;

	if (!has_rq_clock())
		return;
	for (i = 0; i < 40; i++) {
		at(40 * MS + i * 1100 * US);
		wake_late(a, 0, i % 8 ? 5 * US : 0);
		switch_to(0, a, PREEMPTED);
		switch_to(0, b, SLEEPS);
	}
	sim_forget_records();
	at(84 * MS);
	wake(c, 0);
	at(104 * MS);
	switch_to(0, c, SLEEPS);
	ASSERT_EQ(1, nr_reported());
	EXPECT_GE(20 * MS, reported(0)->wait.wait_ns);
	EXPECT_LE(20 * MS - 2500, reported(0)->wait.wait_ns);
}

/* After a gap nothing is known: the look may have been a bad one. */
TEST_F(engine, offset_after_a_gap_is_looked_at_again)
{
	if (!has_rq_clock())
		return;
	at(200 * MS);
	wake_late(a, 0, 700 * US);
	at(200 * MS + 800 * US);
	wake(c, 0);
	at(220 * MS);
	switch_to(0, c, SLEEPS);
	ASSERT_EQ(1, nr_reported());
	WAS_REPORTED(0, c, 220 * MS, 19200 * US);
}

/*
 * A task that wakes itself does so without the lock: nobody updates the clock.
 */
TEST_F(engine, nothing_is_learnt_from_who_wakes_itself)
{
	if (!has_rq_clock())
		return;
	at(10 * MS);
	wake(c, 1);
	switch_to(1, c, SLEEPS);
	idle(1);
	/* Not seen before: else it is known to run. */
	sees_wakeups = false;
	wake(a, 1);
	sees_wakeups = true;
	switch_to(1, a, SLEEPS);
	at(200 * MS);
	cpu[1].rq.clock = sim.now - 900 * US - cpu[1].ahead;
	in_context_of(a);
	(why ? why_wakeup : sched_wakeup)(tp(a));
	wake(c, 1);
	at(220 * MS);
	switch_to(1, c, SLEEPS);
	WAS_REPORTED(0, c, 220 * MS, 20 * MS);
}

/* A wait that ended before it began, by more than clocks can be old. */
TEST_F(engine, clocks_disagree)
{
	threshold(0);
	at(20 * MS);
	wake_new(a, 0);
	at(0);
	switch_to(0, a, SLEEPS);
	EXPECT_EQ(0, nr_reported());
	EXPECT_EQ(1, stats.lost[LOST_CLOCK]);
}

/* The same where the time of the switch is not asked for at first. */
TEST_F(engine, clocks_disagree_by_a_rough_time)
{
	threshold(0);
	at(19 * MS);
	wake(c, 0);
	at(20 * MS);
	wake_new(a, 0);
	switch_to(0, c, SLEEPS);
	at(0);
	switch_to(0, a, SLEEPS);
	ASSERT_EQ(1, nr_reported());
	EXPECT_EQ(301, reported(0)->wait.tid);
	EXPECT_EQ(1, stats.lost[LOST_CLOCK]);
}

/*
 * Nothing is concluded from clocks of which nobody knows how far apart they
 * are.
 */
TEST_F(engine, clocks_that_were_never_compared)
{
	bool known = !variant->lacks;

	cpu[1].ahead = -5 * SECOND;
	update_clock(1);
	a->t.sched_info.last_arrival = cpu[1].rq.clock;
	sees_wakeups = false;
	at(20 * MS);
	wake(a, 1);
	at(50 * MS);
	cpu[1].stale = false;
	switch_to(1, a, SLEEPS);
	ASSERT_EQ(known, nr_reported());
	if (known)
		WAS_REPORTED(0, a, 50 * MS, 30 * MS);
}

TEST_F(engine, ended_a_little_before_it_began)
{
	threshold(0);
	at(20 * MS);
	wake_new(a, 0);
	at(20 * MS - 100);
	switch_to(0, a, SLEEPS);
	WAS_REPORTED(0, a, 20 * MS - 100, 0);
	EXPECT_EQ(0, stats.lost[LOST_CLOCK]);
}

/* --- what is lost --------------------------------------------------------- */

static void wait_20ms(struct task *p, u64 from)
{
	at(from);
	wake(p, 0);
	at(from + 20 * MS);
	switch_to(0, p, SLEEPS);
}

TEST_F(engine, no_room_in_the_ring)
{
	sim.ring_room = 0;
	wait_20ms(a, 20 * MS);
	EXPECT_EQ(0, nr_reported());
	EXPECT_EQ(1, stats.seen);
	EXPECT_EQ(1, stats.lost[LOST_RING]);
	EXPECT_EQ(0, stats.lost[LOST_STORAGE] + stats.lost[LOST_CLOCK]);
}

/* The stack of the task that leaves, just before the wait that ends. */
TEST_F(engine, stack)
{
	const struct stack_event *e;
	size_t nr;

	sim.stack_size = 2 * sizeof(sim.stack[0]);
	sim.stack[0] = 0xffffffff81000001;
	sim.stack[1] = 0xffffffff82000002;
	shows_stacks = true;
	wait_20ms(a, 20 * MS);
	ASSERT_EQ(1, nr_reported());
	nr = sim_nr_records();
	ASSERT_LE(2, nr);
	EXPECT_EQ(reported(0), sim_record(nr - 1, NULL));
	for (nr = 0, e = sim_record(0, NULL); e->kind != RECORD_STACK; nr++)
		e = sim_record(nr, NULL);
	EXPECT_EQ(0, e->cpu);
	EXPECT_EQ(101, e->tid);
	EXPECT_EQ(BEGIN + 40 * MS, e->end_ns);
	EXPECT_EQ(2, e->nr);
	EXPECT_EQ(0, memcmp(e->frames, sim.stack, sim.stack_size));

	sim.stack_size = -14;
	sim_forget_records();
	wait_20ms(b, 60 * MS);
	EXPECT_EQ(1, nr_reported());
	e = sim_record(0, NULL);
	EXPECT_EQ(RECORD_STACK, e->kind);
	EXPECT_EQ(0, e->nr);
}

TEST_F(engine, no_stack_below_the_threshold)
{
	shows_stacks = true;
	at(20 * MS);
	wake(a, 0);
	at(29 * MS);
	switch_to(0, a, SLEEPS);
	EXPECT_EQ(0, sim_nr_records());
}

TEST_F(engine, no_stack_unless_asked_for)
{
	size_t i;

	wait_20ms(a, 20 * MS);
	ASSERT_EQ(1, nr_reported());
	for (i = 0; i < sim_nr_records(); i++)
		EXPECT_NE(RECORD_STACK, *(const __u8 *)sim_record(i, NULL));
}

TEST_F(engine, no_storage)
{
	struct task *p = make_task(401, 400, "unknown");

	if (use_tids)
		return;			/* waits by TID need no storage of tasks */
	sim.no_storage = true;
	wait_20ms(p, 20 * MS);
	if (!has_sched_info()) {
		EXPECT_EQ(0, nr_reported());
		EXPECT_EQ(1, stats.lost[LOST_STORAGE]);
		return;
	}
	EXPECT_EQ(0, stats.lost[LOST_STORAGE]);
	if (!variant->lacks)
		WAS_REPORTED(0, p, 40 * MS, 20 * MS);
}

/* A TID that is used again is another task. */
TEST_F(engine, tid_used_again)
{
	struct task *p = make_task(101, 101, "again");

	p->t.start_time = 9999;
	at(20 * MS);
	wake(a, 0);
	wait_20ms(p, 40 * MS);
	ASSERT_EQ(1, nr_reported());
	WAS_REPORTED(0, p, 60 * MS, 20 * MS);
	EXPECT_STREQ("again", reported(0)->wait.comm);
}

TEST_F(engine, record_goes_with_its_task)
{
	u32 tid = 101;

	if (!use_tids)
		return;			/* task storage goes by itself */
	wait_20ms(a, 20 * MS);
	EXPECT_NE(NULL, variant->why ? bpf_map_lookup_elem(&why_waits_by_tid, &tid) :
				       bpf_map_lookup_elem(&waits_by_tid, &tid));
	(variant->why ? why_task_gone : task_gone)(tp(a));
	EXPECT_EQ(NULL, variant->why ? bpf_map_lookup_elem(&why_waits_by_tid, &tid) :
				       bpf_map_lookup_elem(&waits_by_tid, &tid));
}

/* Before 6.4 records can only be made beforehand. */
TEST_F(engine, records_are_made_beforehand)
{
	struct task *child = make_task(102, 102, "child");

	if (use_tids)
		return;			/* waits by TID are made when needed */
	sim.no_storage = false;
	at(20 * MS);
	in_context_of(b);
	fork_task(child);
	sim.no_storage = true;
	sim_lacks("sched_info.last_queued");
	wait_20ms(child, 20 * MS);
	wait_20ms(a, 60 * MS);
	ASSERT_EQ(2, nr_reported());
	EXPECT_EQ(0, stats.lost[LOST_STORAGE]);
}

/*
 * A run queue is locked when a wait begins: memory is asked for since 6.4 only.
 */
TEST_F(engine, memory_under_a_lock)
{
	struct task *p = make_task(401, 400, "unknown");

	sim.nr_created = 0;
	wait_20ms(p, 20 * MS);
	EXPECT_EQ(variant->kernel >= V6_12, sim.nr_created);
}

/* --- lengths of all waits ------------------------------------------------- */

static u64 nr_of_length(u64 ns)
{
	u32 bucket = bucket_of(ns);
	u64 *count = bpf_map_lookup_elem(&waits_by_length, &bucket);

	return *count;
}

TEST_F(engine, histogram_counts_all)
{
	count_lengths = true;
	at(20 * MS);
	wake(a, 0);
	at(20 * MS + 700);
	switch_to(0, a, SLEEPS);
	wait_20ms(b, 30 * MS);
	EXPECT_EQ(1, nr_of_length(700));
	EXPECT_EQ(1, nr_of_length(20 * MS));
	EXPECT_EQ(0, nr_of_length(0));
	ASSERT_EQ(1, nr_reported());
	WAS_REPORTED(0, b, 50 * MS, 20 * MS);
	EXPECT_EQ(1, stats.seen);
}

TEST_F(engine, no_histogram_unless_asked_for)
{
	wait_20ms(a, 20 * MS);
	EXPECT_EQ(0, nr_of_length(20 * MS));
}

TEST_HARNESS_MAIN
