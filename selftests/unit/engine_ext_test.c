// SPDX-License-Identifier: GPL-2.0
/*
 * What the BPF programs note of tasks of sched_ext: in which queue they waited,
 * and what makes that uncertain.
 */
#include "kselftest_harness.h"
#include "engine.h"

static struct task *a, *b;

FIXTURE(engine_ext) {};

EACH_KERNEL(engine_ext);

/* @a runs on CPU 0 from 1 ms on; all other CPUs are idle. */
FIXTURE_SETUP(engine_ext)
{
	boot(variant->kernel, true);
	a = known_task(101, 100, "first");
	b = known_task(201, 200, "second");
	begin_with(a);
}

FIXTURE_TEARDOWN(engine_ext) {}

#define SCX_INVALID	SCX_DSQ_BUILTIN
#define SCX_GLOBAL	(SCX_DSQ_BUILTIN | 1)
#define SCX_LOCAL	(SCX_DSQ_BUILTIN | 2)

/*
 * @a, of the ext class, waits in the queue @id (0: in none, but on its way to
 * @direct), and has been put into a queue @nr_again times more when it runs.
 */
static const struct why_event *waits_in_queue(u64 id, u64 direct, u32 nr_again)
{
	struct scx_dispatch_q___compat dsq = { .id = id };

	sim_forget_records();
	a->t.scx.flags = SCX_TASK_QUEUED;
	a->t.scx.dsq = id ? &dsq : NULL;
	a->t.scx.ddsp_dsq_id = direct;
	a->t.scx.dsq_seq = 8;
	pass(10 * MS);
	wake(b, 0);
	switch_to(0, b, PREEMPTED);
	pass(50 * MS);
	a->t.scx.dsq = NULL;
	a->t.scx.dsq_seq += nr_again;
	switch_to(0, a, SLEEPS);
	return nr_reported() == 1 ? reported(0) : NULL;
}

static u32 flags_in_queue(u64 id, u64 direct)
{
	const struct why_event *e = waits_in_queue(id, direct, 0);

	return e ? e->flags & WHY_SCHED_EXT : -1U;
}

/* Is nobody to blame, because nobody knows who is? */
static int is_unknown(const struct why_event *e)
{
	return e ? e->quota_unknown : -1;
}

TEST_F(engine_ext, queues_of_sched_ext)
{
	if (variant->kernel < V7_3) {
		EXPECT_EQ(0, flags_in_queue(SCX_GLOBAL, SCX_INVALID));
		return;
	}
	EXPECT_EQ(WHY_SCHED_EXT, flags_in_queue(SCX_GLOBAL, SCX_INVALID));
	EXPECT_EQ(WHY_SCHED_EXT, flags_in_queue(7, SCX_INVALID));
	EXPECT_EQ(WHY_SCHED_EXT, flags_in_queue(0, SCX_INVALID));
	/* Local, or for all while no BPF program may choose. */
	EXPECT_EQ(0, flags_in_queue(SCX_LOCAL, SCX_INVALID));
	EXPECT_EQ(0, flags_in_queue(SCX_DSQ_BUILTIN | SCX_DSQ_BYPASS, SCX_INVALID));
	/* What newer kernels have beside these is not for a CPU to run. */
	EXPECT_EQ(WHY_SCHED_EXT, flags_in_queue(SCX_DSQ_BUILTIN | 5, SCX_INVALID));
	/* On its way to the queue of a CPU. */
	EXPECT_EQ(0, flags_in_queue(0, SCX_DSQ_BUILTIN | SCX_DSQ_LOCAL_ON | 1));
	EXPECT_EQ(0, flags_in_queue(0, SCX_LOCAL));
}

/* The scheduler takes back what it has given to a CPU. */
TEST_F(engine_ext, requeued_by_sched_ext)
{
	EXPECT_EQ(0, is_unknown(waits_in_queue(SCX_LOCAL, SCX_INVALID, 0)));
	EXPECT_EQ(variant->kernel == V7_3,
		  is_unknown(waits_in_queue(SCX_LOCAL, SCX_INVALID, 1)));
	EXPECT_EQ(0, is_unknown(waits_in_queue(0, SCX_LOCAL, 1)));
}

/* A task that left the class keeps what it had there. */
TEST_F(engine_ext, no_task_of_sched_ext)
{
	struct scx_dispatch_q___compat dsq = { .id = SCX_GLOBAL };

	a->t.scx.dsq = &dsq;
	at(11 * MS);
	wake(b, 0);
	switch_to(0, b, PREEMPTED);
	at(60 * MS);
	switch_to(0, a, SLEEPS);
	ASSERT_EQ(1, nr_reported());
	EXPECT_EQ(0, reported(0)->flags & WHY_SCHED_EXT);
}

TEST_F(engine_ext, sched_ext_obeys_no_quota)
{
	struct group *g = new_group(&root, 77);

	if (variant->kernel != V7_3)
		kernel_has("scx.dsq");
	set_group(a, g);
	a->t.scx.flags = SCX_TASK_QUEUED;
	a->t.throttled = true;
	g->queues[0]->throttled = 1;
	g->queues[0]->throttle_count = 1;
	at(11 * MS);
	wake(b, 0);
	switch_to(0, b, PREEMPTED);
	at(60 * MS);
	switch_to(0, a, SLEEPS);
	ASSERT_EQ(1, nr_reported());
	EXPECT_EQ(FROM_PREEMPTED, reported(0)->from);
	EXPECT_EQ(0, reported(0)->quota_cgroup);
	EXPECT_EQ(0, reported(0)->quota_ns);
}

/* A scheduler of sched_ext goes, or comes. */
TEST_F(engine_ext, from_sched_ext_and_back)
{
	int goes;

	if (variant->kernel != V7_3)
		return;
	for (goes = 0; goes < 2; goes++) {
		a->t.scx.flags = goes ? SCX_TASK_QUEUED : 0;
		a->t.scx.ddsp_dsq_id = SCX_LOCAL;
		pass(MS);
		wake(b, 0);
		switch_to(0, b, PREEMPTED);
		a->t.scx.flags = goes ? 0 : SCX_TASK_QUEUED;
		pass(50 * MS);
		sim_forget_records();
		switch_to(0, a, SLEEPS);
		ASSERT_EQ(1, nr_reported());
		EXPECT_EQ(1, reported(0)->quota_unknown);
	}
}

TEST_HARNESS_MAIN
