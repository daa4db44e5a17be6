// SPDX-License-Identifier: GPL-2.0
/*
 * Which waits the BPF programs report, and which tasks they find waiting (-S):
 * each filter with one that it lets through and one that it does not.
 */
#include "kselftest_harness.h"
#include "engine.h"

static struct task *a, *b;

FIXTURE(filter) {};

FIXTURE_VARIANT(filter)
{
	bool why;
};

FIXTURE_VARIANT_ADD(filter, plain) { false };
FIXTURE_VARIANT_ADD(filter, why) { true };

FIXTURE_SETUP(filter)
{
	boot(V6_12, variant->why);
	a = make_task(101, 100, "alpha");
	b = make_task(201, 200, "beta");
	sim_forget_records();
}

FIXTURE_TEARDOWN(filter) {}

/*
 * Both wait for 20 ms: @a on CPU 0, @b on the last. And that is all there is.
 */
static void both_wait(void)
{
	pass(20 * MS);
	wake(a, 0);
	wake(b, SIM_CPUS - 1);
	pass(20 * MS);
	switch_to(0, a, SLEEPS);
	switch_to(SIM_CPUS - 1, b, SLEEPS);
}

/* The same, and they still do. */
static void both_are_stalled(void)
{
	pass(20 * MS);
	wake(a, 0);
	wake(b, SIM_CPUS - 1);
	pass(20 * MS);
	look_for_stalled(a);
	look_for_stalled(b);
}

static void add_key(void *map, u32 key)
{
	u8 value = 1;

	sim_update(map, &key, &value, 0);
}

/*
 * In turn: ended waits and stalled ones; which must be of @only, NULL: of none.
 */
static bool lets_through(struct task *only)
{
	const struct wait_event *e;
	bool ok = true;
	int i;

	for (i = 0; i < 2; i++) {
		if (i)
			both_are_stalled();
		else
			both_wait();
		e = (void *)reported(0);
		ok &= only ? e && e->tid == only->t.pid && !reported(1) : !e;
		ok &= !e || e->stalled == i;
		sim_forget_records();
		idle(0);
		idle(SIM_CPUS - 1);
		sim_forget_records();
	}
	return ok;
}

TEST_F(filter, none)
{
	both_wait();
	EXPECT_EQ(2, nr_reported());
	EXPECT_EQ(2, stats.seen);
}

TEST_F(filter, tid)
{
	filter_tasks = true;
	nr_tids = 1;
	only_tid = 201;
	EXPECT_TRUE(lets_through(b));
	only_tid = 200;
	EXPECT_TRUE(lets_through(NULL));
}

TEST_F(filter, kernel_threads)
{
	a->t.flags = 0x40;
	b->t.flags = PF_KTHREAD | 0x40;
	filter_tasks = true;
	kthreads = KTHREADS_ONLY;
	EXPECT_TRUE(lets_through(b));
	kthreads = KTHREADS_NO;
	EXPECT_TRUE(lets_through(a));
	nr_tids = 1;
	only_tid = 201;
	EXPECT_TRUE(lets_through(NULL));
	kthreads = KTHREADS_ONLY;
	EXPECT_TRUE(lets_through(b));
	kthreads = 0;
	EXPECT_TRUE(lets_through(b));
}

TEST_F(filter, tids)
{
	filter_tasks = true;
	nr_tids = 2;
	only_tid = 201;			/* not asked for when there are more */
	add_key(&tids, 101);
	add_key(&tids, 55);
	EXPECT_TRUE(lets_through(a));
}

TEST_F(filter, tgid)
{
	filter_tasks = true;
	nr_tgids = 1;
	only_tgid = 100;
	EXPECT_TRUE(lets_through(a));
	only_tgid = 101;
	EXPECT_TRUE(lets_through(NULL));
}

TEST_F(filter, tgids)
{
	filter_tasks = true;
	nr_tgids = 2;
	only_tgid = 100;
	add_key(&tgids, 200);
	add_key(&tgids, 101);
	EXPECT_TRUE(lets_through(b));
}

TEST_F(filter, tid_and_tgid_narrow)
{
	filter_tasks = true;
	nr_tids = 1;
	only_tid = 101;
	nr_tgids = 1;
	only_tgid = 200;
	EXPECT_TRUE(lets_through(NULL));
	only_tgid = 100;
	EXPECT_TRUE(lets_through(a));
}

static void add_prefix(char *prefix)
{
	struct comm_key key = { .prefixlen = 8 * strlen(prefix) };
	u8 value = 1;

	memcpy(key.comm, prefix, strlen(prefix));
	sim_update(&comms, &key, &value, 0);
}

TEST_F(filter, comm)
{
	filter_tasks = true;
	filter_comms = true;
	add_prefix("bet");
	add_prefix("lpha");
	EXPECT_TRUE(lets_through(b));
}

TEST_F(filter, comm_and_tid_narrow)
{
	filter_tasks = true;
	filter_comms = true;
	nr_tids = 1;
	only_tid = 101;
	add_prefix("beta");
	EXPECT_TRUE(lets_through(NULL));
}

TEST_F(filter, cpu)
{
	filter_cpus = true;
	cpu_mask[0] = 1;
	EXPECT_TRUE(lets_through(a));
	cpu_mask[0] = 1 << (SIM_CPUS - 1);
	EXPECT_TRUE(lets_through(b));
	cpu_mask[0] = ~(1ULL | 1 << (SIM_CPUS - 1));
	cpu_mask[1] = -1ULL;
	EXPECT_TRUE(lets_through(NULL));
}

/* Where a wait ended counts, not where it began. */
TEST_F(filter, cpu_is_the_last)
{
	filter_cpus = true;
	cpu_mask[0] = 1 << 1;
	at(20 * MS);
	wake(a, 0);
	leave_for(a, 1);
	arrive(a);
	at(40 * MS);
	switch_to(1, a, SLEEPS);
	EXPECT_EQ(1, nr_reported());
}

static void only_cgroup(u64 id)
{
	u8 value = 1;

	nr_cgroups = 1;
	sim_update(&cgroups, &id, &value, 0);
}

TEST_F(filter, cgroup)
{
	struct group *outer = new_group(&root, 70), *inner = new_group(outer, 71);
	struct group *beside = new_group(&root, 72);

	if (!variant->why)
		return;			/* for these programs only */
	set_group(a, inner);
	set_group(b, beside);
	only_cgroup(70);
	EXPECT_TRUE(lets_through(a));
	set_group(a, outer);
	EXPECT_TRUE(lets_through(a));
	set_group(a, &root);
	EXPECT_TRUE(lets_through(NULL));
}

/* v2 has a hierarchy of its own; the cpu controller may be in that of v1. */
TEST_F(filter, cgroup_v1)
{
	struct group *of_cpu = new_group(&root, 70);

	if (!variant->why)
		return;
	a->t.sched_task_group = &of_cpu->tg;
	only_cgroup(70);
	EXPECT_TRUE(lets_through(NULL));
	cgroups_v1 = true;
	EXPECT_TRUE(lets_through(a));
}

/* A histogram is of the same waits. */
TEST_F(filter, lengths)
{
	u32 bucket = bucket_of(20 * MS);
	u64 *count;

	count_lengths = true;
	filter_cpus = true;
	cpu_mask[0] = 1;
	both_wait();
	count = bpf_map_lookup_elem(&waits_by_length, &bucket);
	EXPECT_EQ(1, *count);
}

/* --- tasks that are waiting now ------------------------------------------- */

TEST_F(filter, every_field_of_a_stalled_wait)
{
	const struct wait_event *e;

	at(20 * MS);
	wake(b, 1);
	wake(a, 1);
	switch_to(1, b, SLEEPS);
	at(50 * MS);
	look_for_stalled(a);
	ASSERT_EQ(1, nr_reported());
	e = (void *)reported(0);
	EXPECT_EQ(variant->why ? RECORD_WHY : RECORD_WAIT, e->kind);
	EXPECT_EQ(1, e->stalled);
	EXPECT_EQ(1, e->cpu);
	EXPECT_EQ(101, e->tid);
	EXPECT_EQ(100, e->tgid);
	EXPECT_EQ(0, e->prev_tid);
	EXPECT_STREQ("", e->prev_comm);
	EXPECT_STREQ("alpha", e->comm);
	EXPECT_EQ(BEGIN + 50 * MS, e->end_ns);
	EXPECT_EQ(30 * MS, e->wait_ns);
	/* It is not over. */
	EXPECT_EQ(0, stats.seen);
}

TEST_F(filter, who_runs_is_not_stalled)
{
	at(20 * MS);
	wake(a, 0);
	at(40 * MS);
	switch_to(0, a, SLEEPS);
	sim_forget_records();
	at(60 * MS);
	look_for_stalled(a);
	look_for_stalled(&cpu[0].idle);
	EXPECT_EQ(0, nr_reported());
}

TEST_F(filter, who_sleeps_is_not_stalled)
{
	at(20 * MS);
	wake(a, 0);
	switch_to(0, a, SLEEPS);
	idle(0);
	at(60 * MS);
	look_for_stalled(a);
	EXPECT_EQ(0, nr_reported());
	/* It stays on the run queue for a while: delayed dequeue. */
	a->t.on_rq = 1;
	a->t.sched_info.last_queued = cpu[0].rq.clock;
	look_for_stalled(a);
	EXPECT_EQ(0, nr_reported());
}

/*
 * It is about to leave its CPU: not queued any more, nor counted as having
 * left.
 */
TEST_F(filter, who_leaves_is_not_stalled)
{
	at(20 * MS);
	wake(a, 0);
	at(60 * MS);
	a->t.on_rq = 0;
	look_for_stalled(a);
	EXPECT_EQ(0, nr_reported());
}

TEST_F(filter, stalled_has_a_threshold)
{
	at(20 * MS);
	wake(a, 0);
	at(30 * MS);
	look_for_stalled(a);
	EXPECT_EQ(0, nr_reported());
	at(30 * MS + 1);
	look_for_stalled(a);
	EXPECT_EQ(1, nr_reported());
}

/* It was queued before tracing began, or its wakeup went unseen. */
TEST_F(filter, stalled_since_unseen)
{
	cpu[0].curr = b;
	sees_wakeups = false;
	at(20 * MS);
	wake(a, 0);
	at(12 * TICK);
	look_for_stalled(a);
	ASSERT_EQ(1, nr_reported());
	EXPECT_EQ(12 * TICK - 20 * MS, reported(0)->wait.wait_ns);
}

TEST_F(filter, no_room_for_a_stalled_one)
{
	sim.ring_room = 0;
	both_are_stalled();
	EXPECT_EQ(0, nr_reported());
	EXPECT_EQ(0, stats.lost[LOST_RING]);
	EXPECT_EQ(2, stats.lost[LOST_STALLED]);
}

/* --- a PID namespace ------------------------------------------------------ */

static int outer_ns, inner_ns;

static void give_pid(struct task *p, u32 outside, u32 inside)
{
	p->pid.pid.level = inside ? 1 : 0;
	p->pid.pid.numbers[0].nr = outside;
	p->pid.pid.numbers[0].ns = &outer_ns;
	p->pid.deeper[0].nr = inside;
	p->pid.deeper[0].ns = &inner_ns;
}

/*
 * The tool is in a PID namespace, and so is @p: its process has the PID @tgid
 * there, and @p itself @tid.
 */
static void trace_in_namespace(struct task *p, u32 tgid, u32 tid)
{
	struct task *tool = make_task(301, 300, "runqslower");
	struct task *leader = make_task(p->t.tgid, p->t.tgid, "leader");

	in_pidns = true;
	give_pid(tool, 301, 9);
	give_pid(leader, p->t.tgid, tgid);
	give_pid(p, p->t.pid, tid);
	p->t.group_leader = &leader->t;
	in_context_of(tool);
	see_existing(leader);
}

TEST_F(filter, pids_of_a_namespace)
{
	give_pid(b, 201, 0);
	trace_in_namespace(a, 4, 5);
	both_wait();
	ASSERT_EQ(2, nr_reported());
	EXPECT_EQ(5, reported(0)->wait.tid);
	EXPECT_EQ(4, reported(0)->wait.tgid);
	EXPECT_EQ(0, reported(1)->wait.tid);
	EXPECT_EQ(0, reported(1)->wait.tgid);
	sim_forget_records();

	filter_tasks = true;
	nr_tids = 1;
	only_tid = 5;
	idle(0);
	idle(SIM_CPUS - 1);
	both_wait();
	ASSERT_EQ(1, nr_reported());
	EXPECT_EQ(5, reported(0)->wait.tid);
}

/* As deep, but another one. */
TEST_F(filter, pids_of_a_sister_namespace)
{
	struct task *tool = make_task(301, 300, "runqslower");
	int sister_ns;

	in_pidns = true;
	give_pid(tool, 301, 9);
	give_pid(a, 101, 5);
	a->pid.deeper[0].ns = &sister_ns;
	in_context_of(tool);
	see_existing(tool);
	both_wait();
	EXPECT_EQ(0, reported(0)->wait.tid);
}

static void check_waker(struct __test_metadata *_metadata, enum kernel v)
{
	struct task *waker;

	boot(v, true);
	know_preempt_count();
	waker = make_task(201, 200, "waker");
	a = make_task(101, 100, "alpha");
	give_pid(a, 101, 5);
	trace_in_namespace(waker, 7, 8);
	pass(20 * MS);
	waking(a, waker);
	wake(a, 0);
	pass(20 * MS);
	switch_to(0, a, SLEEPS);
	ASSERT_EQ(1, nr_reported());
	EXPECT_EQ(8, reported(0)->waker_tid);
	EXPECT_EQ(7, reported(0)->waker_tgid);
	EXPECT_STREQ("waker", reported(0)->waker_comm);
}

TEST(waker_of_a_namespace)
{
	check_waker(_metadata, V6_12);
}

/* Where fields of the current task cannot be loaded. */
TEST(waker_of_a_namespace_on_5_10)
{
	check_waker(_metadata, V5_10);
}

TEST_HARNESS_MAIN
