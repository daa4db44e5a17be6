// SPDX-License-Identifier: GPL-2.0
/*
 * What the BPF programs note to explain a wait: the flight recorder, the waker,
 * the way over CPUs, quota, idle CPUs. Each number is known from the schedule
 * that the test made.
 */
#include "kselftest_harness.h"
#include "mirror.h"

static struct task *a, *b, *d;

FIXTURE(engine_why) {};

EACH_KERNEL(engine_why);

/*
 * @b runs on CPU 0 from 1 ms on; all other CPUs are idle, and not seen to be.
 */
FIXTURE_SETUP(engine_why)
{
	boot(variant->kernel, true);
	know_preempt_count();
	a = known_task(101, 100, "waiter");
	b = known_task(201, 200, "runner");
	d = known_task(301, 300, "other");
	begin_with(b);
	mirror_begin(NR_CHUNKS * CHUNK);
}

FIXTURE_TEARDOWN(engine_why)
{
	mirror_end();
}

/* @s begins at @ns, and is of @p. */
static bool is_segment(const struct run_segment *s, u64 ns, const struct task *p)
{
	return s && s->start_ns == BEGIN + ns && s->tid == p->t.pid &&
	       s->tgid == p->t.tgid && !strcmp(s->comm, p->t.comm);
}

/* --- the flight recorder -------------------------------------------------- */

TEST_F(engine_why, every_field_of_a_segment)
{
	struct group *g = new_group(&root, 77);
	const struct run_segment *s;

	set_group(d, g);
	at(10 * MS);
	steal(0, 300 * US, 200 * US);
	wake(a, 0);
	at(20 * MS);
	cpu[0].stale = false;
	switch_to(0, d, SLEEPS);
	at(40 * MS);
	switch_to(0, a, SLEEPS);
	ASSERT_EQ(1, nr_reported());
	EXPECT_EQ(3, take_segments(ANY_CPU));
	/* The newest that came: the one that ended with the wait. */
	s = history_newest(&mirror, 0);
	ASSERT_TRUE(is_segment(s, 20 * MS, d));
	EXPECT_EQ(RECORD_SEGMENTS, s->kind);
	EXPECT_EQ(0, s->flags);
	EXPECT_EQ(0, s->cpu);
	EXPECT_EQ(500 * US, s->nontask_ns);
	EXPECT_EQ(300 * US, s->irq_ns);
	EXPECT_EQ(77, s->cgroup);
	EXPECT_EQ(s->seq, reported(0)->seq);
	s = history_before(&mirror, s);
	ASSERT_TRUE(is_segment(s, MS, b));
	EXPECT_EQ(0, s->nontask_ns);
	EXPECT_EQ(1, s->cgroup);
	s = history_before(&mirror, s);
	ASSERT_NE(NULL, s);
	EXPECT_EQ(SEGMENT_IDLE, s->flags);
	EXPECT_EQ(0, s->tid);
}

TEST_F(engine_why, a_segment_is_sent_once)
{
	at(10 * MS);
	wake(a, 0);
	at(30 * MS);
	switch_to(0, a, SLEEPS);
	EXPECT_EQ(2, take_segments(ANY_CPU));
	sim_forget_records();
	at(40 * MS);
	wake(d, 0);
	at(60 * MS);
	switch_to(0, d, SLEEPS);
	EXPECT_EQ(1, take_segments(ANY_CPU));
	EXPECT_TRUE(is_segment(history_newest(&mirror, 0), 30 * MS, a));
}

/* What finds no room comes the next time. */
TEST_F(engine_why, a_segment_that_found_no_room)
{
	at(10 * MS);
	wake(a, 0);
	at(30 * MS);
	sim.ring_room = 0;
	switch_to(0, a, SLEEPS);
	EXPECT_EQ(1, stats.seen);
	EXPECT_EQ(1, stats.lost[LOST_RING]);
	sim.ring_room = -1;
	at(40 * MS);
	wake(d, 0);
	at(60 * MS);
	switch_to(0, d, SLEEPS);
	take_segments(ANY_CPU);
	EXPECT_TRUE(is_segment(history_newest(&mirror, 0), 30 * MS, a));
	EXPECT_TRUE(is_segment(history_before(&mirror, history_newest(&mirror, 0)), MS, b));
}

/*
 * However often the recorder has been round, and wherever in a chunk a wait is
 * reported: all of its time that is kept arrives, in one piece.
 */
TEST_F(engine_why, all_that_is_kept_arrives)
{
	int kept = NR_CHUNKS * CHUNK, i, n;
	const struct run_segment *s;
	u64 since;

	threshold(50 * 1000);
	for (i = 0; i < 5 * kept; i++) {
		sim_forget_records();
		pass(MS);
		wake(a, 0);
		since = sim.now;
		take_turns(b, d, 55 + i % 3);
		pass(MS);
		switch_to(0, a, SLEEPS);
		ASSERT_EQ(1, nr_reported());
		take_segments(ANY_CPU);
		n = 0;
		for (s = history_newest(&mirror, 0); s; s = history_before(&mirror, s)) {
			ASSERT_EQ(reported(0)->seq - n, s->seq);
			if (n)
				ASSERT_EQ(sim.now - (n + 1) * MS, s->start_ns);
			n++;
			if (s->start_ns <= since)
				break;
		}
		/* All but the chunk that is being filled anew. */
		ASSERT_LE(kept - CHUNK + reported(0)->seq % CHUNK + 1, n);
		pass(MS);
		switch_to(0, b, PREEMPTED);
	}
}

/*
 * Two ways to tell the time may differ; still no two tasks have a CPU at a
 * time.
 */
TEST_F(engine_why, segments_do_not_overlap)
{
	const struct run_segment *s;

	at(19 * MS + 500 * US);
	wake(d, 0);
	switch_to(0, d, PREEMPTED);
	switch_to(0, a, SLEEPS);
	at(20 * MS);
	sees_wakeups = false;
	wake(d, 0);
	at(20 * MS + 900 * US);
	switch_to(0, d, PREEMPTED);
	at(21 * MS);
	cpu[0].stale = true;
	switch_to(0, a, SLEEPS);
	sees_wakeups = true;
	at(30 * MS);
	wake(d, 0);
	at(50 * MS);
	switch_to(0, d, SLEEPS);
	take_segments(ANY_CPU);
	s = history_newest(&mirror, 0);
	EXPECT_TRUE(is_segment(s, 20 * MS + 900 * US, a));
	EXPECT_TRUE(is_segment(history_before(&mirror, s), 20 * MS + 900 * US, d));
}

/*
 * A switch that went unseen: what was noted last is broken off, and said to be.
 */
TEST_F(engine_why, unseen_switch)
{
	const struct run_segment *s;
	u64 since;

	at(10 * MS);
	wake(a, 0);
	sees_switches = false;
	at(20 * MS);
	update_clock(0);
	cpu[0].stale = false;
	switch_to(0, d, PREEMPTED);
	sees_switches = true;
	at(40 * MS);
	switch_to(0, a, PREEMPTED);
	ASSERT_EQ(1, nr_reported());
	take_segments(ANY_CPU);
	s = history_newest(&mirror, 0);
	ASSERT_NE(NULL, s);
	/* It came at 20 ms: the kernel knows, but for a tick. */
	since = s->start_ns - BEGIN;
	EXPECT_EQ(301, s->tid);
	EXPECT_EQ(20 * MS + TICK, since);
	EXPECT_EQ(0, s->flags);
	s = history_before(&mirror, s);
	ASSERT_TRUE(is_segment(s, MS, b));
	EXPECT_EQ(SEGMENT_BROKEN, s->flags);
}

/* It is sent again if it was there already, unbroken. */
TEST_F(engine_why, sent_before_it_was_broken)
{
	const struct run_segment *s;

	at(10 * MS);
	wake(a, 0);
	at(30 * MS);
	switch_to(0, a, PREEMPTED);
	pass(20 * MS);
	wake(d, 0);
	look_for_stalled(b);
	take_segments(ANY_CPU);
	ASSERT_TRUE(is_segment(history_newest(&mirror, 0), 30 * MS, a));
	EXPECT_EQ(0, history_newest(&mirror, 0)->flags);
	sim_forget_records();
	sees_switches = false;
	switch_to(0, d, PREEMPTED);
	sees_switches = true;
	pass(30 * MS);
	switch_to(0, b, PREEMPTED);
	take_segments(ANY_CPU);
	for (s = history_newest(&mirror, 0); s && s->tid != 101; s = history_before(&mirror, s))
		;
	ASSERT_NE(NULL, s);
	EXPECT_EQ(SEGMENT_BROKEN, s->flags);
}

/* Nothing ends the segment of who has left unseen, until the next switch. */
TEST_F(engine_why, left_unseen_and_looked_at)
{
	const struct run_segment *s;

	at(10 * MS);
	wake(a, 0);
	pass(20 * MS);
	look_for_stalled(a);
	ASSERT_EQ(1, nr_reported());
	EXPECT_EQ(0, reported(0)->flags & WHY_RUNS_UNSEEN);
	/* It is about to leave. */
	b->t.nivcsw++;
	look_for_stalled(a);
	ASSERT_EQ(2, nr_reported());
	EXPECT_EQ(0, reported(1)->flags & WHY_RUNS_UNSEEN);
	b->t.nivcsw--;
	sees_switches = false;
	update_clock(0);
	cpu[0].stale = false;
	switch_to(0, d, PREEMPTED);
	sees_switches = true;
	pass(20 * MS);
	look_for_stalled(a);
	ASSERT_EQ(3, nr_reported());
	EXPECT_EQ(WHY_RUNS_UNSEEN, reported(2)->flags & WHY_RUNS_UNSEEN);
	/* It came at 30 ms: the kernel knows, but for a tick. */
	take_segments(ANY_CPU);
	s = history_newest(&mirror, 0);
	ASSERT_TRUE(is_segment(s, 30 * MS + TICK, d));
	EXPECT_EQ(reported(2)->seq, s->seq);
	ASSERT_TRUE(is_segment(history_before(&mirror, s), MS, b));
	/* The same when it leaves: what was sent was right. */
	switch_to(0, a, PREEMPTED);
	ASSERT_EQ(4, nr_reported());
	EXPECT_EQ(0, reported(3)->flags & WHY_RUNS_UNSEEN);
	take_segments(ANY_CPU);
	s = history_newest(&mirror, 0);
	ASSERT_TRUE(is_segment(s, 30 * MS + TICK, d));
	EXPECT_EQ(reported(2)->seq, s->seq);
	EXPECT_EQ(reported(3)->seq, s->seq);
	EXPECT_EQ(SEGMENT_BROKEN, history_before(&mirror, s)->flags);
}

/* Without room for the segment, the event says that one is missing. */
TEST_F(engine_why, left_unseen_without_room)
{
	at(10 * MS);
	wake(a, 0);
	sees_switches = false;
	switch_to(0, d, PREEMPTED);
	sees_switches = true;
	pass(20 * MS);
	sim.ring_room = 0;
	look_for_stalled(a);
	sim.ring_room = 100;
	look_for_stalled(a);
	ASSERT_EQ(1, nr_reported());
	take_segments(ANY_CPU);
	EXPECT_EQ(reported(0)->seq, history_newest(&mirror, 0)->seq);
}

/* Who had the CPU when tracing began, since when. */
TEST_F(engine_why, first_segment)
{
	const struct run_segment *s;

	cpu[2].curr = d;
	place(d, 2);
	d->t.on_cpu = 1;
	set_state(d, TASK_RUNNING);
	at(2 * TICK);
	d->t.sched_info.last_arrival = BEGIN + TICK - cpu[2].ahead;
	update_clock(2);
	see_existing(d);
	at(20 * MS);
	wake(a, 2);
	at(40 * MS);
	switch_to(2, a, PREEMPTED);
	take_segments(ANY_CPU);
	s = history_newest(&mirror, 2);
	EXPECT_TRUE(is_segment(s, TICK, d));
	EXPECT_EQ(0, s->seq);
}

/* --- what is noted of a wait ---------------------------------------------- */

TEST_F(engine_why, every_field_of_a_woken_wait)
{
	struct group *g = new_group(&root, 88);
	const struct why_event *e;

	set_group(a, g);
	at(10 * MS);
	steal(0, 100 * US, 50 * US);
	wake(a, 0);
	at(20 * MS);
	steal(0, 10 * US, 5 * US);
	cpu[0].stale = false;
	at(40 * MS);
	switch_to(0, a, SLEEPS);
	e = reported(0);
	ASSERT_NE(NULL, e);
	EXPECT_EQ(FROM_WOKEN, e->from);
	EXPECT_EQ(88, e->cgroup);
	EXPECT_EQ(0, e->wakeup_ns);
	EXPECT_EQ(BEGIN + 10 * MS, e->queued_ns);
	EXPECT_EQ(150 * US, e->begin_nontask_ns);
	EXPECT_EQ(100 * US, e->begin_irq_ns);
	EXPECT_EQ(165 * US, e->end_nontask_ns);
	EXPECT_EQ(110 * US, e->end_irq_ns);
	EXPECT_EQ(0, e->quota_ns);
	EXPECT_EQ(0, e->quota_since_ns);
	EXPECT_EQ(0, e->quota_cgroup);
	EXPECT_EQ(0, e->nr_migrations);
	EXPECT_EQ(WAKER_UNSEEN, e->waker_kind);
	EXPECT_EQ(0, e->idle_cpus[0]);
}

/* Where the begin went unseen, what is known of an earlier wait is not told. */
TEST_F(engine_why, how_it_began)
{
	at(5 * MS);
	waking(d, b);
	wake(d, 0);
	switch_to(0, d, PREEMPTED);
	switch_to(0, b, SLEEPS);
	at(10 * MS);
	wake_new(a, 0);
	at(30 * MS);
	switch_to(0, a, PREEMPTED);
	at(50 * MS);
	switch_to(0, b, PREEMPTED);
	sees_wakeups = false;
	wake(d, 0);
	at(80 * MS);
	cpu[0].stale = false;
	switch_to(0, d, SLEEPS);
	ASSERT_EQ(3, nr_reported());
	EXPECT_EQ(FROM_NEW, reported(0)->from);
	EXPECT_EQ(FROM_PREEMPTED, reported(1)->from);
	EXPECT_EQ(FROM_UNSEEN, reported(2)->from);
	EXPECT_EQ(0, reported(2)->wakeup_ns);
	EXPECT_EQ(0, reported(2)->nr_migrations);
	EXPECT_EQ(WAKER_UNSEEN, reported(2)->waker_kind);
	EXPECT_EQ(0, reported(2)->quota_ns);
}

/* --- who woke it ---------------------------------------------------------- */

TEST_F(engine_why, woken_by_a_task)
{
	const struct why_event *e;

	at(10 * MS);
	waking(a, b);
	at(11 * MS);
	wake(a, 0);
	at(40 * MS);
	switch_to(0, a, SLEEPS);
	e = reported(0);
	ASSERT_NE(NULL, e);
	EXPECT_EQ(WAKER_TASK, e->waker_kind);
	EXPECT_EQ(201, e->waker_tid);
	EXPECT_EQ(200, e->waker_tgid);
	EXPECT_STREQ("runner", e->waker_comm);
	/* It counts from when that was asked for. */
	EXPECT_EQ(MS, e->wakeup_ns);
	EXPECT_EQ(30 * MS, e->wait.wait_ns);
	EXPECT_EQ(BEGIN + 11 * MS, e->queued_ns);
}

TEST_F(engine_why, woken_by_an_interrupt)
{
	at(5 * MS);
	waking(a, b);
	wake(a, 0);
	switch_to(0, a, PREEMPTED);
	switch_to(0, b, SLEEPS);
	at(10 * MS);
	cpu[0].preempt_count = 0x10000;
	waking(a, b);
	wake(a, 0);
	at(40 * MS);
	switch_to(0, a, SLEEPS);
	cpu[0].preempt_count = 0x100;
	waking(d, a);
	wake(d, 0);
	at(70 * MS);
	switch_to(0, d, SLEEPS);
	ASSERT_EQ(2, nr_reported());
	EXPECT_EQ(WAKER_IRQ, reported(0)->waker_kind);
	EXPECT_EQ(0, reported(0)->waker_tid);
	EXPECT_EQ(0, reported(0)->waker_tgid);
	EXPECT_STREQ("", reported(0)->waker_comm);
	EXPECT_EQ(WAKER_SOFTIRQ, reported(1)->waker_kind);
}

/* Softirqs that are only switched off (0x200) do not make it one. */
TEST_F(engine_why, softirqs_disabled_is_a_task)
{
	at(10 * MS);
	cpu[0].preempt_count = 0x200;
	waking(a, b);
	wake(a, 0);
	at(40 * MS);
	switch_to(0, a, SLEEPS);
	EXPECT_EQ(WAKER_TASK, reported(0)->waker_kind);
}

TEST_F(engine_why, preempted_has_no_waker)
{
	at(10 * MS);
	waking(a, b);
	wake(a, 0);
	at(30 * MS);
	switch_to(0, a, PREEMPTED);
	at(40 * MS);
	switch_to(0, b, PREEMPTED);
	at(60 * MS);
	switch_to(0, a, PREEMPTED);
	ASSERT_EQ(2, nr_reported());
	EXPECT_EQ(101, reported(1)->wait.tid);
	EXPECT_EQ(FROM_PREEMPTED, reported(1)->from);
	EXPECT_EQ(WAKER_UNSEEN, reported(1)->waker_kind);
	EXPECT_EQ(0, reported(1)->wakeup_ns);
}

/* What was to wake it once is not who wakes it later, when it has run. */
TEST_F(engine_why, waking_of_an_earlier_time)
{
	at(10 * MS);
	waking(a, d);
	/* That wakeup went unseen, and that it ran. */
	sees_wakeups = false;
	pass(US);
	wake(a, 0);
	sees_wakeups = true;
	at(11 * MS);
	switch_to(0, a, SLEEPS);
	idle(0);
	at(20 * MS);
	wake(b, 0);
	switch_to(0, b, SLEEPS);
	at(30 * MS);
	wake(a, 0);
	at(50 * MS);
	switch_to(0, a, SLEEPS);
	ASSERT_EQ(1, nr_reported());
	EXPECT_EQ(20 * MS, reported(0)->wait.wait_ns);
	EXPECT_EQ(WAKER_UNSEEN, reported(0)->waker_kind);
}

/* Who wakes a task that is queued already has not ended its sleep. */
TEST_F(engine_why, waking_of_a_queued_task)
{
	at(10 * MS);
	waking(a, b);
	wake(a, 0);
	at(15 * MS);
	waking(a, d);
	at(40 * MS);
	switch_to(0, a, SLEEPS);
	EXPECT_EQ(201, reported(0)->waker_tid);
	EXPECT_EQ(30 * MS, reported(0)->wait.wait_ns);
}

/* --- from CPU to CPU ------------------------------------------------------ */

TEST_F(engine_why, migrated)
{
	const struct why_event *e;

	at(2 * MS);
	wake(d, 1);
	switch_to(1, d, SLEEPS);
	at(10 * MS);
	wake(a, 0);
	at(20 * MS);
	leave_for(a, 1);
	at(21 * MS);
	arrive(a);
	at(40 * MS);
	cpu[1].stale = false;
	switch_to(1, a, SLEEPS);
	e = reported(0);
	ASSERT_NE(NULL, e);
	EXPECT_EQ(1, e->wait.cpu);
	EXPECT_EQ(30 * MS, e->wait.wait_ns);
	EXPECT_EQ(1, e->nr_migrations);
	EXPECT_EQ(0, e->migrations[0].cpu);
	EXPECT_EQ(BEGIN + 20 * MS, e->migrations[0].left_ns);
	EXPECT_EQ(BEGIN + 21 * MS, e->queued_ns);
	/* What both CPUs ran has come. */
	take_segments(ANY_CPU);
	ASSERT_TRUE(is_segment(history_newest(&mirror, 0), MS, b));
	EXPECT_EQ(history_newest(&mirror, 0)->seq, e->migrations[0].seq);
	ASSERT_TRUE(is_segment(history_newest(&mirror, 1), 2 * MS, d));
	EXPECT_EQ(history_newest(&mirror, 1)->seq, e->seq);
}

TEST_F(engine_why, migrated_too_often)
{
	const struct why_event *e;
	int i;

	at(10 * MS);
	wake(a, 0);
	for (i = 1; i <= MAX_MIGRATIONS + 2; i++) {
		pass(MS);
		leave_for(a, i % SIM_CPUS);
		arrive(a);
	}
	at(40 * MS);
	switch_to((MAX_MIGRATIONS + 2) % SIM_CPUS, a, SLEEPS);
	e = reported(0);
	ASSERT_NE(NULL, e);
	EXPECT_EQ(MAX_MIGRATIONS + 2, e->nr_migrations);
	for (i = 0; i < MAX_MIGRATIONS; i++) {
		EXPECT_EQ(i % SIM_CPUS, e->migrations[i].cpu);
		EXPECT_EQ(BEGIN + (11 + i) * MS, e->migrations[i].left_ns);
	}
}

/* Of a later wait they are forgotten; who sleeps is not queued anywhere. */
TEST_F(engine_why, migrations_of_this_wait_only)
{
	at(10 * MS);
	wake(a, 0);
	leave_for(a, 1);
	arrive(a);
	switch_to(1, a, SLEEPS);
	idle(1);
	leave_for(a, 0);
	at(20 * MS);
	wake(a, 0);
	at(40 * MS);
	switch_to(0, a, SLEEPS);
	ASSERT_EQ(1, nr_reported());
	EXPECT_EQ(0, reported(0)->nr_migrations);
}

/* The place of a task that sleeps asks for no switch: nobody needs the time. */
TEST_F(engine_why, who_sleeps_does_not_migrate)
{
	at(10 * MS);
	wake(a, 0);
	switch_to(0, a, SLEEPS);
	sim.nr_reads = 0;
	leave_for(b, 0);
	idle(0);
	EXPECT_EQ(0, sim.nr_reads);
}

/*
 * A task came from another CPU and asked for the switch: that CPU's clock is
 * old.
 */
TEST_F(engine_why, clock_is_old_after_a_migration)
{
	at(10 * MS);
	wake(a, 1);
	at(20 * MS + 100 * US);
	wake(d, 0);
	switch_to(0, d, SLEEPS);
	at(20 * MS + 500 * US);
	leave_for(a, 0);
	cpu[0].rq.clock = BEGIN + 20 * MS + 200 * US - cpu[0].ahead;
	cpu[0].stale = true;
	at(23 * MS);
	switch_to(0, a, SLEEPS);
	at(50 * MS);
	wake(b, 0);
	at(70 * MS);
	switch_to(0, b, SLEEPS);
	take_segments(ANY_CPU);
	EXPECT_TRUE(is_segment(history_newest(&mirror, 0), 23 * MS, a));
}

/* And so after a wakeup: it is that of the wakeup, or of the last tick. */
TEST_F(engine_why, clock_is_old_after_a_wakeup)
{
	at(10 * MS);
	wake(a, 0);
	at(10 * MS + 900 * US);
	switch_to(0, a, SLEEPS);
	at(20 * MS);
	wake(b, 0);
	at(26 * MS);			/* a tick was at 24 */
	switch_to(0, b, SLEEPS);
	at(50 * MS);
	wake(d, 0);
	at(70 * MS);
	switch_to(0, d, SLEEPS);
	take_segments(ANY_CPU);
	ASSERT_TRUE(is_segment(history_newest(&mirror, 0), 26 * MS, b));
	EXPECT_TRUE(is_segment(history_before(&mirror, history_newest(&mirror, 0)),
			       10 * MS + 900 * US, a));
}

/* --- idle CPUs ------------------------------------------------------------ */

/* CPU 1 runs from 2 to 3 ms, CPU 2 until now, CPU 3 until 15 ms. */
static void use_the_cpus(void)
{
	struct task *one = known_task(1, 1, "one"), *two = known_task(2, 2, "two");
	struct task *three = known_task(3, 3, "three");

	at(2 * MS);
	wake(one, 1);
	switch_to(1, one, SLEEPS);
	wake(two, 2);
	switch_to(2, two, SLEEPS);
	wake(three, 3);
	switch_to(3, three, SLEEPS);
	at(3 * MS);
	idle(1);
	at(10 * MS);
	wake(a, 0);
	at(15 * MS);
	idle(3);
	at(30 * MS);
}

TEST_F(engine_why, idle_all_the_while)
{
	use_the_cpus();
	switch_to(0, a, SLEEPS);
	ASSERT_NE(NULL, reported(0));
	EXPECT_EQ(1ULL << 1, reported(0)->idle_cpus[0]);
}

/* It ran something meanwhile, if only for a moment. */
TEST_F(engine_why, not_idle_all_the_while)
{
	struct task *brief = known_task(4, 4, "brief");

	use_the_cpus();
	wake(brief, 1);
	switch_to(1, brief, SLEEPS);
	pass(US);
	idle(1);
	pass(US);
	switch_to(0, a, SLEEPS);
	EXPECT_EQ(0, reported(0)->idle_cpus[0]);
}

TEST_F(engine_why, who_came_in_is_not_idle)
{
	struct task *brief = known_task(4, 4, "brief");

	use_the_cpus();
	wake(brief, 1);
	switch_to(1, brief, SLEEPS);
	switch_to(0, a, SLEEPS);
	EXPECT_EQ(0, reported(0)->idle_cpus[0]);
}

TEST_F(engine_why, idle_but_not_allowed)
{
	use_the_cpus();
	a->cpus_allowed[0] = ~(1ULL << 1);
	switch_to(0, a, SLEEPS);
	EXPECT_EQ(1ULL << 1, reported(0)->idle_cpus[0]);
	EXPECT_EQ(0xd, reported(0)->allowed_cpus[0]);
}

/* A CPU that is taken away leaves its idle task on it. */
TEST_F(engine_why, offline_is_not_idle)
{
	use_the_cpus();
	cpu[1].rq.online = 0;
	switch_to(0, a, SLEEPS);
	EXPECT_EQ(0, reported(0)->idle_cpus[0]);
}

/* The mask of a task is more than a word. */
TEST_F(engine_why, idle_cpu_of_many)
{
	struct cpu_state *c;
	u32 key = 66;

	nr_cpus = 70;
	sim_add_map(SIM_MAP(&cpus), nr_cpus);
	c = bpf_map_lookup_elem(&cpus, &key);
	c->idle_since = BEGIN;
	a->cpus_allowed[0] = ~(1ULL << (66 - 64));
	a->cpus_allowed[1] = 1ULL << (66 - 64);
	at(10 * MS);
	wake(a, 0);
	at(30 * MS);
	switch_to(0, a, SLEEPS);
	ASSERT_NE(NULL, reported(0));
	EXPECT_EQ(0, reported(0)->idle_cpus[0]);
	EXPECT_EQ(1ULL << (66 - 64), reported(0)->idle_cpus[1]);
	EXPECT_EQ(~4ULL, reported(0)->allowed_cpus[0]);
	EXPECT_EQ(4, reported(0)->allowed_cpus[1]);
}

/*
 * The CPU that it was queued on was idle all the while: that is in the shares.
 */
TEST_F(engine_why, own_cpu_is_not_listed)
{
	use_the_cpus();
	wake(d, 1);
	pass(20 * MS);
	switch_to(1, d, SLEEPS);
	ASSERT_NE(NULL, reported(0));
	EXPECT_EQ(1ULL << 3, reported(0)->idle_cpus[0]);
}

/* But where it came to it only at last, it could have run all the while. */
TEST_F(engine_why, own_cpu_is_listed_after_a_migration)
{
	use_the_cpus();
	leave_for(a, 1);
	arrive(a);
	pass(MS);
	switch_to(1, a, SLEEPS);
	ASSERT_NE(NULL, reported(0));
	EXPECT_EQ(1ULL << 1, reported(0)->idle_cpus[0]);
}

TEST_HARNESS_MAIN
