// SPDX-License-Identifier: GPL-2.0
/*
 * Whose waits the BPF programs report where the tool runs a command: those of
 * the command and of all that the command starts, from their first wait on.
 */
#include "kselftest_harness.h"
#include "engine.h"

static struct task *tool, *shell, *command;

FIXTURE(follow) {};

FIXTURE_VARIANT(follow)
{
	enum kernel kernel;
	bool why;
};

/* No task storage; none under the lock of a run queue; with all. */
FIXTURE_VARIANT_ADD(follow, v5_10) { V5_10, false };
FIXTURE_VARIANT_ADD(follow, v5_10_why) { V5_10, true };
FIXTURE_VARIANT_ADD(follow, v6_1) { V6_1, false };
FIXTURE_VARIANT_ADD(follow, v6_1_why) { V6_1, true };
FIXTURE_VARIANT_ADD(follow, v7_3) { V7_3, false };
FIXTURE_VARIANT_ADD(follow, v7_3_why) { V7_3, true };

/* @parent forks @child, as a process or as a thread. */
static void forks(struct task *parent, struct task *child)
{
	in_context_of(parent);
	fork_task(child);
}

/* A new task, born when no other was. */
static struct task *new_task_of(u32 tid, u32 tgid)
{
	static u64 born = 1000;
	struct task *p = make_task(tid, tgid, "task");

	p->t.start_time = ++born;
	return p;
}

static struct task *child_of(struct task *parent, u32 tid, u32 tgid)
{
	struct task *p = new_task_of(tid, tgid);

	forks(parent, p);
	return p;
}

static void freed(struct task *p)
{
	(why ? why_task_gone : task_gone)(tp(p));
}

/* @p waits for 20 ms, and nobody else does. Is that reported? */
static bool is_shown(struct task *p)
{
	bool shown;

	sim_forget_records();
	pass(20 * MS);
	wake(p, 1);
	pass(20 * MS);
	switch_to(1, p, SLEEPS);
	shown = nr_reported() == 1 && reported(0)->wait.tid == p->t.pid;
	idle(1);
	return shown;
}

FIXTURE_SETUP(follow)
{
	boot(variant->kernel, variant->why);
	follows = true;
	filter_tasks = true;
	tool = new_task_of(300, 300);
	shell = new_task_of(200, 200);
	in_context_of(tool);
	see_existing(shell);
	see_existing(tool);
	command = child_of(tool, 400, 400);
}

FIXTURE_TEARDOWN(follow) {}

TEST_F(follow, the_command_and_nobody_else)
{
	EXPECT_TRUE(is_shown(command));
	EXPECT_FALSE(is_shown(tool));
	EXPECT_FALSE(is_shown(shell));
	EXPECT_TRUE(is_shown(command));
}

TEST_F(follow, all_that_it_starts)
{
	struct task *thread = child_of(command, 401, 400);
	struct task *child = child_of(thread, 500, 500), *grandchild;
	struct task *stranger = child_of(shell, 210, 210);

	grandchild = child_of(child, 600, 600);
	EXPECT_TRUE(is_shown(thread));
	EXPECT_TRUE(is_shown(child));
	/* Whoever made it has gone. */
	freed(child);
	EXPECT_TRUE(is_shown(grandchild));
	EXPECT_TRUE(is_shown(child_of(grandchild, 700, 700)));
	EXPECT_FALSE(is_shown(stranger));
	EXPECT_FALSE(is_shown(child_of(stranger, 220, 220)));
}

/* From its fork on: the wait for its first time on a CPU is shown. */
TEST_F(follow, the_first_wait)
{
	struct task *child = new_task_of(500, 500);

	pass(20 * MS);
	switch_to(1, command, SLEEPS);
	sim_forget_records();
	wake_new(child, 1);
	pass(20 * MS);
	switch_to(1, child, SLEEPS);
	ASSERT_EQ(1, nr_reported());
	EXPECT_EQ(500, reported(0)->wait.tid);
	EXPECT_EQ(20 * MS, reported(0)->wait.wait_ns);
}

/* The tool also forks those that write the trace file. */
TEST_F(follow, later_children_of_the_tool)
{
	struct task *writer = child_of(tool, 310, 310);

	EXPECT_FALSE(is_shown(writer));
	EXPECT_FALSE(is_shown(child_of(writer, 320, 320)));
	EXPECT_TRUE(is_shown(command));
}

/* Others fork while the tool begins. */
TEST_F(follow, children_before_the_command)
{
	tool_tgid = 0;
	in_context_of(tool);
	see_existing(tool);
	EXPECT_FALSE(is_shown(child_of(shell, 210, 210)));
	EXPECT_TRUE(is_shown(child_of(tool, 410, 410)));
}

TEST_F(follow, without_a_command)
{
	u32 tid = 210;

	follows = false;
	filter_tasks = false;
	see_existing(shell);
	EXPECT_TRUE(is_shown(shell));
	EXPECT_TRUE(is_shown(child_of(shell, 210, 210)));
	EXPECT_EQ(NULL, sim_lookup(&followed, &tid));
	EXPECT_EQ(0, stats.lost[LOST_STORAGE]);
}

TEST_F(follow, other_filters_narrow)
{
	struct task *child = child_of(command, 500, 500);

	nr_tids = 1;
	only_tid = 500;
	EXPECT_TRUE(is_shown(child));
	EXPECT_FALSE(is_shown(command));
	only_tid = 200;
	EXPECT_FALSE(is_shown(shell));
}

TEST_F(follow, who_still_waits)
{
	pass(20 * MS);
	wake(shell, 0);
	wake(command, 1);
	pass(20 * MS);
	sim_forget_records();
	look_for_stalled(shell);
	EXPECT_EQ(0, nr_reported());
	look_for_stalled(command);
	EXPECT_EQ(1, nr_reported());
}

/* A TID is given anew, before or after the former task is freed. */
TEST_F(follow, reused_tid)
{
	struct task *child = child_of(command, 500, 500), *heir;

	freed(child);
	EXPECT_FALSE(is_shown(child_of(shell, 500, 500)));
	child = child_of(command, 501, 501);
	heir = child_of(shell, 501, 501);
	EXPECT_FALSE(is_shown(heir));
	freed(child);
	EXPECT_FALSE(is_shown(heir));
	child = child_of(command, 502, 502);
	heir = child_of(command, 502, 502);
	freed(child);
	EXPECT_TRUE(is_shown(heir));
}

/* What is freed leaves no element behind. */
TEST_F(follow, freed)
{
	u32 tid = 500;
	struct task *child = child_of(command, tid, tid);

	EXPECT_NE(NULL, sim_lookup(&followed, &tid));
	freed(child);
	EXPECT_EQ(NULL, sim_lookup(&followed, &tid));
	follows = false;
	freed(command);
	EXPECT_TRUE(is_followed(tp(command)));
}

/* de_thread(): the thread becomes the leader, in all that one may ask for. */
TEST_F(follow, exec_by_a_thread)
{
	struct task *thread = child_of(command, 401, 400);

	thread->t.pid = 400;
	thread->t.start_time = command->t.start_time;
	command->t.pid = 401;
	EXPECT_TRUE(is_shown(thread));
	freed(command);
	EXPECT_TRUE(is_shown(thread));
	EXPECT_TRUE(is_shown(child_of(thread, 500, 500)));
}

/* As create_io_thread(): no fork is seen, only the wakeup. */
static void wake_unforked(struct task *maker, struct task *p)
{
	pass(20 * MS);
	switch_to(1, maker, SLEEPS);
	set_state(p, TASK_RUNNING);
	in_context_of(maker);
	enqueue(p, 1);
	(why ? why_wakeup_new : sched_wakeup_new)(tp(p));
	pass(20 * MS);
	sim_forget_records();
	switch_to(1, p, SLEEPS);
}

TEST_F(follow, unforked_threads)
{
	struct task *worker = new_task_of(402, 400), *other = new_task_of(202, 200);

	wake_unforked(command, worker);
	EXPECT_EQ(1, nr_reported());
	wake_unforked(shell, other);
	EXPECT_EQ(0, nr_reported());
	EXPECT_TRUE(is_followed(tp(worker)));
	EXPECT_FALSE(is_followed(tp(other)));
	EXPECT_EQ(0, stats.lost[LOST_STORAGE]);
}

/* The fork of the command itself can go unseen, too. */
TEST_F(follow, unforked_command)
{
	struct task *late = new_task_of(410, 410);

	in_context_of(tool);
	see_existing(tool);
	wake_unforked(tool, late);
	EXPECT_EQ(1, nr_reported());
	idle(1);
	EXPECT_FALSE(is_shown(child_of(tool, 420, 420)));
}

/* Told once, and not for others. */
TEST_F(follow, no_room)
{
	struct task *child;

	is_shown(command);		/* which has its record now */
	sim.full = true;
	wake_unforked(shell, child_of(shell, 210, 210));
	idle(1);
	EXPECT_EQ(0, stats.lost[LOST_STORAGE]);
	child = child_of(command, 500, 500);
	EXPECT_EQ(0, stats.lost[LOST_STORAGE]);
	wake_unforked(command, child);
	EXPECT_EQ(1, stats.lost[LOST_STORAGE]);
	idle(1);
	EXPECT_FALSE(is_shown(child));
	EXPECT_TRUE(is_shown(command));
}

TEST_HARNESS_MAIN
