// SPDX-License-Identifier: GPL-2.0
/*
 * What the BPF programs note of tasks that are not fair, or are not only fair:
 * budgets, the limit of real-time tasks, who outranks whom; and of names,
 * sched_yield() and sleepers in a queue. Each number is known from the schedule
 * that the test made.
 */
#include "kselftest_harness.h"
#include "engine.h"
#include "analysis/history.h"

#define DEADLINE_PRIO	(-1)
#define POLICY_FIFO	1
#define POLICY_DEADLINE	6
#define PERIOD		(100 * MS)

static struct task *a, *b, *d;

FIXTURE(engine_classes) {};

EACH_KERNEL(engine_classes);

/* @a runs on CPU 0 from 1 ms on; all other CPUs are idle. */
FIXTURE_SETUP(engine_classes)
{
	boot(variant->kernel, true);
	a = known_task(101, 100, "first");
	b = known_task(201, 200, "second");
	d = known_task(301, 300, "third");
	begin_with(a);
}

FIXTURE_TEARDOWN(engine_classes) {}

static void is_of_class(struct task *p, int prio, unsigned int policy)
{
	p->t.prio = prio;
	p->t.policy = policy;
}

/* Its period has begun at @begin, and lasts PERIOD. */
static void is_deadline_since(struct task *p, u64 begin)
{
	is_of_class(p, DEADLINE_PRIO, POLICY_DEADLINE);
	p->t.dl.dl_deadline = PERIOD;
	p->t.dl.dl_period = PERIOD;
	p->t.dl.deadline = BEGIN + begin + PERIOD - cpu[0].ahead;
}

/* --- deadline ------------------------------------------------------------- */

/* @a uses up the budget of a period that ends at 101 ms, and runs at 105 ms. */
static void check_used_up(struct __test_metadata *_metadata)
{
	at(11 * MS);
	wake(b, 0);
	a->t.dl.dl_throttled = 1;
	switch_to(0, b, YIELDS);
	at(105 * MS);
	switch_to(0, a, SLEEPS);
	ASSERT_EQ(1, nr_reported());
	EXPECT_EQ(94 * MS, reported(0)->wait.wait_ns);
	EXPECT_EQ(FROM_THROTTLED, reported(0)->from);
	EXPECT_EQ(BEGIN + 101 * MS, reported(0)->budget_ns);
	EXPECT_EQ(DEADLINE_PRIO, reported(0)->prio);
	EXPECT_EQ(POLICY_DEADLINE, reported(0)->policy);
}

TEST_F(engine_classes, a_budget_that_is_used_up)
{
	is_deadline_since(a, MS);
	check_used_up(_metadata);
}

/* As without CONFIG_FAIR_GROUP_SCHED: the kernel's timer says when. */
TEST_F(engine_classes, a_budget_without_rq_clock)
{
	sim_lacks("rq");
	sim_lacks("throttle_count");
	is_deadline_since(a, 0);
	a->t.dl.dl_timer.node.expires = BEGIN + 101 * MS;
	check_used_up(_metadata);
}

/* Woken in a period of which it has used up the budget. */
TEST_F(engine_classes, woken_without_budget)
{
	is_deadline_since(b, 5 * MS);
	b->t.dl.dl_throttled = 1;
	at(11 * MS);
	wake(b, 0);
	at(120 * MS);
	switch_to(0, b, PREEMPTED);
	ASSERT_EQ(1, nr_reported());
	EXPECT_EQ(109 * MS, reported(0)->wait.wait_ns);
	EXPECT_EQ(FROM_WOKEN, reported(0)->from);
	EXPECT_EQ(BEGIN + 105 * MS, reported(0)->budget_ns);
}

/* The programs that do not explain leave the sleep out, too. */
TEST_F(engine_classes, yields_without_why)
{
	why = false;
	see_existing(a);
	is_deadline_since(a, 2 * MS);
	at(11 * MS);
	wake(b, 0);
	a->t.dl.dl_throttled = 1;
	a->t.dl.dl_yielded = 1;
	switch_to(0, b, YIELDS);
	at(122 * MS);
	switch_to(0, a, SLEEPS);
	ASSERT_EQ(1, nr_reported());
	EXPECT_EQ(20 * MS, reported(0)->wait.wait_ns);
}

/* The highest real-time task is no deadline task. */
TEST_F(engine_classes, fifo_99_has_no_budget)
{
	is_deadline_since(a, MS);
	is_of_class(a, 0, POLICY_FIFO);
	a->t.dl.dl_throttled = 1;
	a->t.dl.dl_yielded = 1;
	at(11 * MS);
	wake(b, 0);
	switch_to(0, b, PREEMPTED);
	at(60 * MS);
	switch_to(0, a, SLEEPS);
	ASSERT_EQ(1, nr_reported());
	EXPECT_EQ(49 * MS, reported(0)->wait.wait_ns);
	EXPECT_EQ(FROM_PREEMPTED, reported(0)->from);
	EXPECT_EQ(0, reported(0)->budget_ns);
}

TEST_F(engine_classes, preempted_with_budget_left)
{
	is_deadline_since(a, MS);
	at(11 * MS);
	wake(b, 0);
	switch_to(0, b, PREEMPTED);
	at(60 * MS);
	switch_to(0, a, SLEEPS);
	ASSERT_EQ(1, nr_reported());
	EXPECT_EQ(FROM_PREEMPTED, reported(0)->from);
	EXPECT_EQ(0, reported(0)->budget_ns);
}

/* It sleeps until its period begins. */
static void yields_until_101(void)
{
	is_deadline_since(a, MS);
	at(11 * MS);
	wake(b, 0);
	a->t.dl.dl_throttled = 1;
	a->t.dl.dl_yielded = 1;
	switch_to(0, b, YIELDS);
}

TEST_F(engine_classes, a_deadline_task_that_yields_does_not_wait)
{
	yields_until_101();
	at(101 * MS);
	switch_to(0, a, SLEEPS);
	EXPECT_EQ(0, nr_reported());
	EXPECT_EQ(0, stats.lost[LOST_CLOCK]);
}

TEST_F(engine_classes, until_its_period_begins)
{
	yields_until_101();
	at(121 * MS);
	switch_to(0, a, SLEEPS);
	ASSERT_EQ(1, nr_reported());
	EXPECT_EQ(20 * MS, reported(0)->wait.wait_ns);
	EXPECT_EQ(FROM_YIELDED, reported(0)->from);
	EXPECT_EQ(BEGIN + 101 * MS, reported(0)->budget_ns);
}

TEST_F(engine_classes, nor_is_it_stalled)
{
	yields_until_101();
	at(99 * MS);
	look_for_stalled(a);
	EXPECT_EQ(0, nr_reported());
	at(121 * MS);
	look_for_stalled(a);
	ASSERT_EQ(1, nr_reported());
	EXPECT_EQ(20 * MS, reported(0)->wait.wait_ns);
}

/* It has had no budget for most of that. */
TEST_F(engine_classes, no_wait_of_a_deadline_task_without_its_begin)
{
	is_deadline_since(a, MS);
	at(11 * MS);
	wake(b, 0);
	a->t.dl.dl_throttled = 1;
	sees_switches = false;
	switch_to(0, b, YIELDS);
	sees_switches = true;
	at(101 * MS);
	switch_to(0, a, SLEEPS);
	EXPECT_EQ(0, nr_reported());
}

/* --- the limit of real-time tasks ----------------------------------------- */

static void leaves_as_fifo(void)
{
	is_of_class(a, 49, POLICY_FIFO);
	pass(10 * MS);
	wake(b, 0);
	switch_to(0, b, YIELDS);
}

TEST_F(engine_classes, the_limit_of_all_rt_tasks)
{
	cpu[0].rq.rt.rt_throttled = 1;
	leaves_as_fifo();
	cpu[0].rq.rt.rt_throttled = 0;
	at(60 * MS);
	switch_to(0, a, SLEEPS);
	ASSERT_EQ(1, nr_reported());
	EXPECT_EQ(49, reported(0)->prio);
	EXPECT_EQ(0, reported(0)->rt_cgroup);
	if (variant->kernel < V6_12) {
		EXPECT_EQ(FROM_THROTTLED, reported(0)->from);
		EXPECT_EQ(WHY_RT_LIMIT | WHY_CAN_LIMIT_RT, reported(0)->flags);
	} else {
		EXPECT_EQ(FROM_PREEMPTED, reported(0)->from);
		EXPECT_EQ(0, reported(0)->flags);
	}
}

TEST_F(engine_classes, below_the_limit)
{
	leaves_as_fifo();
	at(60 * MS);
	switch_to(0, a, SLEEPS);
	ASSERT_EQ(1, nr_reported());
	EXPECT_EQ(FROM_PREEMPTED, reported(0)->from);
	EXPECT_EQ(0, reported(0)->flags & WHY_RT_LIMIT);
}

/* A lower class that runs under core scheduling is no sign of the limit. */
TEST_F(engine_classes, no_limit_by_core_scheduling)
{
	kernel_has("rq->core_enabled");
	cpu[0].rq.core_enabled = 1;
	leaves_as_fifo();
	at(60 * MS);
	switch_to(0, a, SLEEPS);
	ASSERT_EQ(1, nr_reported());
	EXPECT_EQ(0, reported(0)->flags);
}

/* A fair task has no part in it. */
TEST_F(engine_classes, not_of_fair_tasks)
{
	cpu[0].rq.rt.rt_throttled = 1;
	at(11 * MS);
	wake(b, 0);
	switch_to(0, b, PREEMPTED);
	at(60 * MS);
	switch_to(0, a, SLEEPS);
	ASSERT_EQ(1, nr_reported());
	EXPECT_EQ(FROM_PREEMPTED, reported(0)->from);
	EXPECT_EQ(0, reported(0)->flags & WHY_RT_LIMIT);
}

static struct rt_rq___compat rt_queues[3];
static struct sched_rt_entity___compat rt_entities[3];

/* @a is in a group in a group, with real-time queues. Returns the inner one. */
static struct group *rt_groups(void)
{
	struct group *outer = new_group(&root, 55), *inner = new_group(outer, 66);

	kernel_has("rt.rt_rq");
	set_group(a, inner);
	rt_queues[0].tg = &root.tg;
	rt_queues[1].tg = &outer->tg;
	rt_queues[2].tg = &inner->tg;
	rt_entities[1].rt_rq = &rt_queues[0];
	rt_entities[2].rt_rq = &rt_queues[1];
	rt_entities[2].parent = &rt_entities[1];
	a->t.rt.rt_rq = &rt_queues[2];
	a->t.rt.parent = &rt_entities[2];
	return inner;
}

TEST_F(engine_classes, the_limit_of_a_group)
{
	static const u64 ids[] = { 0, 55, 66 };
	int limited;

	rt_groups();
	for (limited = 0; limited < 3; limited++) {
		rt_queues[limited].rt_throttled = 1;
		leaves_as_fifo();
		rt_queues[limited].rt_throttled = 0;
		pass(50 * MS);
		switch_to(0, a, SLEEPS);
		ASSERT_EQ(1, nr_reported());
		EXPECT_EQ(ids[limited], reported(0)->rt_cgroup);
		EXPECT_EQ(WHY_RT_LIMIT | WHY_CAN_LIMIT_RT, reported(0)->flags);
		EXPECT_EQ(FROM_THROTTLED, reported(0)->from);
		sim_forget_records();
	}
	leaves_as_fifo();
	pass(50 * MS);
	switch_to(0, a, SLEEPS);
	ASSERT_EQ(1, nr_reported());
	EXPECT_EQ(WHY_CAN_LIMIT_RT, reported(0)->flags);
}

/* A CPU may run a fair task for a real-time one that needs its lock. */
TEST_F(engine_classes, no_limit_by_proxy)
{
	kernel_has("rt.rt_rq");
	kernel_has("donor");
	leaves_as_fifo();
	pass(50 * MS);
	switch_to(0, a, SLEEPS);
	ASSERT_EQ(1, nr_reported());
	EXPECT_EQ(0, reported(0)->flags);
}

TEST_F(engine_classes, woken_while_its_group_is_over_the_limit)
{
	rt_groups();
	idle(0);
	is_of_class(a, 49, POLICY_FIFO);
	rt_queues[2].rt_throttled = 1;
	at(11 * MS);
	wake(a, 0);
	at(60 * MS);
	switch_to(0, a, SLEEPS);
	ASSERT_EQ(1, nr_reported());
	EXPECT_EQ(FROM_WOKEN, reported(0)->from);
	EXPECT_EQ(66, reported(0)->rt_cgroup);
	EXPECT_EQ(WHY_RT_LIMIT | WHY_CAN_LIMIT_RT, reported(0)->flags);
}

/* --- another class at the end --------------------------------------------- */

TEST_F(engine_classes, a_class_that_changes_in_the_wait)
{
	is_deadline_since(a, MS);
	at(11 * MS);
	wake(b, 0);
	a->t.dl.dl_throttled = 1;
	switch_to(0, b, YIELDS);
	at(60 * MS);
	is_of_class(a, NICE_0, 0);
	switch_to(0, a, SLEEPS);
	ASSERT_EQ(1, nr_reported());
	EXPECT_EQ(1, reported(0)->quota_unknown);
	EXPECT_EQ(0, reported(0)->budget_ns);
	EXPECT_EQ(NICE_0, reported(0)->prio);
}

TEST_F(engine_classes, a_class_that_stays)
{
	at(11 * MS);
	wake(b, 0);
	switch_to(0, b, PREEMPTED);
	a->t.prio = NICE_0 + 5;
	at(60 * MS);
	switch_to(0, a, SLEEPS);
	ASSERT_EQ(1, nr_reported());
	EXPECT_EQ(0, reported(0)->quota_unknown);
}

/* --- who has the CPU ------------------------------------------------------ */

TEST_F(engine_classes, priority_of_a_segment)
{
	is_of_class(b, 49, POLICY_FIFO);
	wake(b, 0);
	pass(MS);
	switch_to(0, b, SLEEPS);
	EXPECT_EQ(49, newest_segment(0)->prio);
	EXPECT_EQ(POLICY_FIFO, newest_segment(0)->policy);
	EXPECT_EQ(0, newest_segment(0)->flags);
}

/* The highest real-time task is not the stopper. */
TEST_F(engine_classes, stop_task)
{
	is_of_class(b, 0, POLICY_FIFO);
	is_of_class(d, 0, POLICY_FIFO);
	cpu[0].rq.stop = &b->t;
	wake(b, 0);
	switch_to(0, b, SLEEPS);
	EXPECT_EQ(SEGMENT_STOP, newest_segment(0)->flags);
	pass(MS);
	wake(d, 0);
	switch_to(0, d, SLEEPS);
	EXPECT_EQ(0, newest_segment(0)->flags);
}

TEST_F(engine_classes, fair_server)
{
	b->t.dl_server = &b;
	wake(b, 0);
	switch_to(0, b, SLEEPS);
	EXPECT_EQ(variant->kernel < V6_12 ? 0 : SEGMENT_SERVED, newest_segment(0)->flags);
}

static bool is_idle_all_the_while(u32 c)
{
	sim_forget_records();
	pass(MS);
	wake(d, 2);
	pass(50 * MS);
	switch_to(2, d, SLEEPS);
	pass(MS);
	idle(2);
	return reported(0) && reported(0)->idle_cpus[0] & 1ULL << c;
}

TEST_F(engine_classes, forced_idle)
{
	kernel_has("rq->core_enabled");
	cpu[0].rq.core_enabled = 1;
	cpu[0].rq.nr_running = 1;
	idle(0);
	EXPECT_EQ(SEGMENT_IDLE | SEGMENT_FORCED, newest_segment(0)->flags);
	EXPECT_FALSE(is_idle_all_the_while(0));
}

TEST_F(engine_classes, idle_with_core_scheduling)
{
	kernel_has("rq->core_enabled");
	cpu[0].rq.core_enabled = 1;
	idle(0);
	EXPECT_EQ(SEGMENT_IDLE, newest_segment(0)->flags);
	EXPECT_TRUE(is_idle_all_the_while(0));
}

/* The idle task of @c looks for a task to run, and lets the CPU rest. */
static void rest(int c)
{
	in_context_of(&cpu[c].idle);
	update_clock(c);
	why_idle(PWR_EVENT_EXIT, c);
	why_idle(1, c);
}

/* A task that keeps its CPU idle, so that it cools down, is in the way. */
TEST_F(engine_classes, idle_injection)
{
	kernel_has("rq->core_enabled");
	pass(MS);
	in_context_of(a);
	why_idle(1, 0);
	EXPECT_EQ(101, newest_segment(0)->tid);
	EXPECT_FALSE(is_idle_all_the_while(0));
}

/* A task is queued and held back, and goes away: none of it is a switch. */
TEST_F(engine_classes, forced_idle_without_a_switch)
{
	u64 start;

	kernel_has("rq->core_enabled");
	cpu[0].rq.core_enabled = 1;
	idle(0);
	start = sim.now;
	pass(MS);
	rest(0);
	EXPECT_EQ(start, newest_segment(0)->start_ns);
	pass(MS);
	cpu[0].rq.nr_running = 1;
	why_idle(PWR_EVENT_EXIT, 0);
	EXPECT_EQ(SEGMENT_IDLE, newest_segment(0)->flags);
	rest(0);
	start = sim.now;
	EXPECT_EQ(SEGMENT_IDLE | SEGMENT_FORCED, newest_segment(0)->flags);
	EXPECT_EQ(start, newest_segment(0)->start_ns);
	pass(MS);
	rest(0);
	EXPECT_EQ(start, newest_segment(0)->start_ns);
	EXPECT_FALSE(is_idle_all_the_while(0));
	cpu[0].rq.nr_running = 0;
	rest(0);
	EXPECT_EQ(SEGMENT_IDLE, newest_segment(0)->flags);
	EXPECT_EQ(sim.now, newest_segment(0)->start_ns);
	EXPECT_TRUE(is_idle_all_the_while(0));
	/* The recorder does not take that for a switch. */
	wake(b, 0);
	switch_to(0, b, SLEEPS);
	EXPECT_EQ(0, stats.unseen);
}

TEST_F(engine_classes, rest_after_an_unseen_switch)
{
	kernel_has("rq->core_enabled");
	cpu[0].rq.core_enabled = 1;
	cpu[0].rq.nr_running = 1;
	sees_switches = false;
	idle(0);
	pass(MS);
	rest(0);
	EXPECT_EQ(101, newest_segment(0)->tid);
}

/* Tasks can be queued on a CPU that is idle: they were queued this instant. */
TEST_F(engine_classes, idle_without_core_scheduling)
{
	cpu[0].rq.nr_running = 1;
	cpu[0].rq.core_enabled = 1;
	idle(0);
	EXPECT_EQ(SEGMENT_IDLE, newest_segment(0)->flags);
	cpu[0].rq.core_enabled = 0;
	kernel_has("rq->core_enabled");
	wake(b, 0);
	switch_to(0, b, SLEEPS);
	idle(0);
	EXPECT_EQ(SEGMENT_IDLE, newest_segment(0)->flags);
}

/* --- sched_yield() -------------------------------------------------------- */

static u32 from_of(enum leaves how, const struct pt_regs___compat *regs)
{
	sim_forget_records();
	sim.regs = regs;
	pass(10 * MS);
	wake(b, 0);
	switch_to(0, b, how);
	sim.regs = &no_syscall;
	pass(50 * MS);
	switch_to(0, a, SLEEPS);
	return nr_reported() == 1 ? reported(0)->from : -1U;
}

TEST_F(engine_classes, yielded)
{
	const struct pt_regs___compat of_32_bits = { .orig_ax = X86_64_YIELD, .cs = 0x23 };
	const struct pt_regs___compat arm64 = { .syscallno = GENERIC_YIELD };
	bool tells = variant->kernel != V5_10;

	EXPECT_EQ(tells ? FROM_YIELDED : FROM_PREEMPTED, from_of(YIELDS, &in_yield));
	EXPECT_EQ(FROM_PREEMPTED, from_of(YIELDS, &no_syscall));
	/* Another call has this number there. */
	EXPECT_EQ(FROM_PREEMPTED, from_of(YIELDS, &of_32_bits));
	EXPECT_EQ(FROM_PREEMPTED, from_of(PREEMPTED, &in_yield));
	kernel_has("syscallno");
	sim_lacks("orig_ax");
	EXPECT_EQ(tells ? FROM_YIELDED : FROM_PREEMPTED, from_of(YIELDS, &arm64));
	EXPECT_EQ(FROM_PREEMPTED, from_of(YIELDS, &no_syscall));
}

TEST_F(engine_classes, throttled_in_a_yield)
{
	kernel_has("rq->rt.rt_throttled");
	kernel_has("rt.rt_throttled");
	is_of_class(a, 49, POLICY_FIFO);
	cpu[0].rq.rt.rt_throttled = 1;
	EXPECT_EQ(FROM_THROTTLED, from_of(YIELDS, &in_yield));
}

/* --- names ---------------------------------------------------------------- */

static void rename_to(struct task *p, const char *name)
{
	why_rename(tp(p), (char *)name);
	memset(p->t.comm, 0, sizeof(p->t.comm));
	memcpy(p->t.comm, name, strnlen(name, sizeof(p->t.comm) - 1));
}

TEST_F(engine_classes, a_task_that_execs)
{
	static const char padded[TASK_COMM_LEN] = "new";

	rename_to(a, "new");
	EXPECT_EQ(0, memcmp(padded, newest_segment(0)->comm, TASK_COMM_LEN));
	rename_to(a, "a name that is too long");
	EXPECT_STREQ("a name that is ", newest_segment(0)->comm);
}

/* What user space has is sent again. */
TEST_F(engine_classes, renamed_after_it_was_sent)
{
	const struct run_segment *s;
	size_t size;

	wake(b, 0);
	pass(50 * MS);
	look_for_stalled(b);
	ASSERT_EQ(1, nr_reported());
	sim_forget_records();
	rename_to(a, "new");
	look_for_stalled(b);
	ASSERT_EQ(1, nr_reported());
	s = sim_record(0, &size);
	ASSERT_EQ(RECORD_SEGMENTS, s->kind);
	EXPECT_STREQ("new", s[size / sizeof(*s) - 1].comm);
}

/* exec() of a thread that is not the first takes over the TID of that one. */
TEST_F(engine_classes, a_thread_that_execs)
{
	struct task *thread = known_task(402, 401, "old");

	wake(thread, 0);
	switch_to(0, thread, PREEMPTED);
	thread->t.pid = 401;
	thread->pid.pid.numbers[0].nr = 401;
	rename_to(thread, "new");
	EXPECT_STREQ("new", newest_segment(0)->comm);
	wake(d, 0);
	switch_to(0, d, SLEEPS);
	EXPECT_EQ(0, stats.unseen);
}

TEST_F(engine_classes, who_does_not_run_is_renamed)
{
	rename_to(b, "new");
	EXPECT_STREQ("first", newest_segment(0)->comm);
	wake(b, 0);
	pass(MS);
	switch_to(0, b, PREEMPTED);
	rename_to(a, "newer");
	EXPECT_STREQ("new", newest_segment(0)->comm);
}

/* --- a sleeper that is queued (delayed dequeue) --------------------------- */

static void moves_asleep(void)
{
	wake(b, 0);
	pass(MS);
	a->t.se.sched_delayed = 1;
	switch_to(0, b, SLEEPS);
	a->t.on_rq = 1;
	pass(10 * MS);
	leave_for(a, 1);
	arrive(a);
	pass(40 * MS);
	a->t.se.sched_delayed = 0;
}

static void check_moves_asleep(struct __test_metadata *_metadata, bool explains)
{
	why = explains;
	threshold(1000);
	moves_asleep();
	sees_wakeups = false;
	wake(a, 1);
	pass(2 * MS);
	switch_to(1, a, SLEEPS);
	EXPECT_EQ(0, nr_reported());
}

TEST_F(engine_classes, moved_asleep_and_woken_unseen)
{
	if (variant->kernel >= V6_12)
		check_moves_asleep(_metadata, true);
}

TEST_F(engine_classes, moved_asleep_without_why)
{
	if (variant->kernel >= V6_12)
		check_moves_asleep(_metadata, false);
}

TEST_F(engine_classes, moved_asleep_and_woken)
{
	threshold(1000);
	moves_asleep();
	wake(a, 1);
	pass(2 * MS);
	switch_to(1, a, SLEEPS);
	ASSERT_EQ(1, nr_reported());
	EXPECT_EQ(2 * MS, reported(0)->wait.wait_ns);
}

TEST_HARNESS_MAIN
