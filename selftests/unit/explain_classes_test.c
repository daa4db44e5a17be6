// SPDX-License-Identifier: GPL-2.0
/*
 * Why a task waited that is not fair, or that a task of another class kept
 * waiting. Times are ms from the begin of the wait; a wait has 100, so that
 * shares are as good as percents.
 */
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "kselftest_harness.h"
#include "build_waits.h"
#include "show_why.h"

#define MS		1000000L
#define FIFO_50		49		/* task_struct.prio */
#define NORMAL		120
#define DEADLINE	(-1)

/* The wait of a task of priority @prio: 100 ms on CPU 0. */
static void waits(__s16 prio, __u8 flags)
{
	begin(100 * MS);
	event.prio = prio;
	event.flags = flags;
}

/* From @at ms on ran @name, of priority @prio. */
static void runs(long at, __u32 tid, const char *name, __s16 prio, __u8 policy, __u8 flags)
{
	struct run_segment s = next_segment(0, at * MS, tid, name);

	s.prio = prio;
	s.policy = policy;
	s.flags = flags;
	history_add(&history, &s, 1);
}

/* The shares in percent, as in "97 a/11". */
static const char *percent(void)
{
	static char text[512];
	struct percent shares[MAX_PERCENTS];
	struct why *why = explained();
	FILE *f = fmemopen(text, sizeof(text), "w");
	size_t nr = percents(why, shares), i;

	for (i = 0; i < nr; i++)
		print_share(f, shares[i].percent, &shares[i].share);
	if (flaw(why))
		fprintf(f, ": %s", flaw(why));
	fclose(f);
	free(why);
	return text;
}

/* --- budget --------------------------------------------------------------- */

TEST(deadline_without_budget)
{
	waits(DEADLINE, 0);
	event.budget_ns = BEGIN + 90 * MS;
	runs(0, 11, "a", NORMAL, 0, 0);
	EXPECT_STREQ("90 deadline, 10 a/11", percent());
}

/* It still has none. */
TEST(deadline_until_after_the_end)
{
	waits(DEADLINE, 0);
	event.budget_ns = BEGIN + 900 * MS;
	runs(0, 11, "a", NORMAL, 0, 0);
	EXPECT_STREQ("100 deadline", percent());
}

TEST(deadline_with_budget)
{
	waits(DEADLINE, 0);
	event.budget_ns = BEGIN;
	runs(0, 11, "a", NORMAL, 0, 0);
	EXPECT_STREQ("100 a/11", percent());
}

TEST(deadline_without_history)
{
	waits(DEADLINE, 0);
	event.budget_ns = BEGIN + 60 * MS;
	EXPECT_STREQ("60 deadline, 40 other", percent());
}

/* --- the limit of real-time tasks ----------------------------------------- */

TEST(rt_limit_while_lower_classes_run)
{
	waits(FIFO_50, WHY_CAN_LIMIT_RT | WHY_RT_LIMIT);
	event.rt_cgroup = 66;
	runs(0, 11, "a", NORMAL, 0, 0);
	runs(30, 0, "swapper", NORMAL, 0, SEGMENT_IDLE);
	runs(70, 12, "b", FIFO_50, SCHED_FIFO, 0);
	EXPECT_STREQ("70 rt limit of 66, 30 b/12", percent());
}

/*
 * Real-time tasks of other groups run on: those that the waiter outranks do so
 * because of its limit, the others for their own sake.
 */
TEST(rt_limit_of_a_group)
{
	waits(FIFO_50, WHY_CAN_LIMIT_RT | WHY_RT_LIMIT);
	event.rt_cgroup = 66;
	runs(0, 11, "lower", FIFO_50 + 1, SCHED_FIFO, 0);
	runs(40, 12, "equal", FIFO_50, SCHED_FIFO, 0);
	runs(60, 13, "stop", 0, SCHED_FIFO, SEGMENT_STOP);
	runs(90, 14, "deadline", DEADLINE, SCHED_DEADLINE, 0);
	EXPECT_STREQ("40 rt limit of 66, 30 stop/13 outranks, 20 equal/12, 10 deadline/14 outranks",
		     percent());
	/* Without one that was seen: a switch that was late, for instance. */
	waits(FIFO_50, WHY_CAN_LIMIT_RT);
	runs(0, 11, "lower", FIFO_50 + 1, SCHED_FIFO, 0);
	EXPECT_STREQ("100 lower/11", percent());
}

/* It was seen, whatever else could be the reason. */
TEST(rt_limit_that_was_seen)
{
	waits(FIFO_50, WHY_RT_LIMIT);
	runs(0, 11, "a", NORMAL, 0, 0);
	EXPECT_STREQ("100 rt limit", percent());
}

/* The CPU was theirs when the wait began, and the kernel not preemptible. */
TEST(no_rt_limit_at_first)
{
	waits(FIFO_50, WHY_CAN_LIMIT_RT);
	runs(-50, 11, "a", NORMAL, 0, 0);
	EXPECT_STREQ("100 a/11", percent());
}

/* The clocks of a switch and a wakeup are not one. */
TEST(no_rt_limit_in_the_same_moment)
{
	waits(FIFO_50, WHY_CAN_LIMIT_RT);
	begin(100 * MS);
	event.prio = FIFO_50;
	event.flags = WHY_CAN_LIMIT_RT;
	runs(0, 11, "a", NORMAL, 0, 0);
	EXPECT_STREQ("100 a/11", percent());
}

/* Another task of its group has run until the limit. */
TEST(rt_limit_that_came_later)
{
	waits(FIFO_50, WHY_CAN_LIMIT_RT);
	runs(-50, 12, "b", FIFO_50, SCHED_FIFO, 0);
	runs(40, 11, "a", NORMAL, 0, 0);
	EXPECT_STREQ("60 rt limit, 40 b/12", percent());
}

/*
 * From 6.12 on there is none, but there may be by the time this is read. And
 * core scheduling runs a lower class for reasons of its own.
 */
TEST(no_rt_limit_where_there_is_none)
{
	waits(FIFO_50, 0);
	runs(-50, 12, "b", FIFO_50, SCHED_FIFO, 0);
	runs(40, 11, "a", NORMAL, 0, 0);
	EXPECT_STREQ("60 a/11, 40 b/12", percent());
}

TEST(no_rt_limit_for_others)
{
	waits(NORMAL, WHY_CAN_LIMIT_RT | WHY_RT_LIMIT);
	runs(0, 11, "a", NORMAL, 0, 0);
	EXPECT_STREQ("100 a/11", percent());
	waits(DEADLINE, WHY_CAN_LIMIT_RT | WHY_RT_LIMIT);
	runs(0, 11, "a", NORMAL, 0, 0);
	EXPECT_STREQ("100 a/11", percent());
}

TEST(rt_limit_beside_interrupts)
{
	struct run_segment s;

	waits(FIFO_50, WHY_CAN_LIMIT_RT | WHY_RT_LIMIT);
	event.end_nontask_ns = 20 * MS;
	event.end_irq_ns = 20 * MS;
	s = next_segment(0, 0, 11, "a");
	history_add(&history, &s, 1);
	EXPECT_STREQ("80 rt limit, 20 irq", percent());
}

TEST(fair_server)
{
	waits(FIFO_50, 0);
	runs(0, 11, "a", NORMAL, 0, SEGMENT_SERVED);
	runs(60, 11, "a", NORMAL, 0, 0);
	EXPECT_STREQ("100 a/11 served", percent());
	waits(FIFO_50, WHY_CAN_LIMIT_RT | WHY_RT_LIMIT);
	runs(0, 11, "a", NORMAL, 0, SEGMENT_SERVED);
	EXPECT_STREQ("100 a/11 served", percent());
	waits(DEADLINE, 0);
	runs(0, 11, "a", NORMAL, 0, SEGMENT_SERVED);
	EXPECT_STREQ("100 a/11 served", percent());
	/* A fair task would have run anyway. */
	waits(NORMAL, 0);
	runs(0, 11, "a", NORMAL, 0, SEGMENT_SERVED);
	EXPECT_STREQ("100 a/11", percent());
}

/* --- core scheduling ------------------------------------------------------ */

TEST(forced_idle)
{
	waits(NORMAL, 0);
	runs(0, 0, "swapper", NORMAL, 0, SEGMENT_IDLE | SEGMENT_FORCED);
	runs(60, 0, "swapper", NORMAL, 0, SEGMENT_IDLE);
	EXPECT_STREQ("60 forced idle, 40 idle", percent());
	waits(FIFO_50, WHY_CAN_LIMIT_RT | WHY_RT_LIMIT);
	runs(0, 0, "swapper", NORMAL, 0, SEGMENT_IDLE | SEGMENT_FORCED);
	EXPECT_STREQ("100 forced idle", percent());
}

/* --- sched_ext ------------------------------------------------------------ */

TEST(sched_ext)
{
	waits(NORMAL, WHY_SCHED_EXT);
	runs(0, 11, "a", NORMAL, 0, 0);
	EXPECT_STREQ("100 sched_ext", percent());
}

/* The scheduler has moved it to the queue of a CPU. */
TEST(sched_ext_until_a_cpu_is_chosen)
{
	waits(NORMAL, WHY_SCHED_EXT);
	event.wait.cpu = 1;
	event.nr_migrations = 1;
	event.migrations[0] = (struct migration) { BEGIN + 70 * MS, 1, 0 };
	event.wait.cpu = 0;
	event.queued_ns = BEGIN + 70 * MS;
	runs(0, 11, "a", NORMAL, 0, 0);
	EXPECT_STREQ("70 sched_ext, 30 a/11", percent());
}

/* --- who outranks --------------------------------------------------------- */

static bool outranks(__s16 waiter, __s16 prio, __u8 policy, __u8 flags)
{
	waits(waiter, 0);
	runs(0, 11, "a", prio, policy, flags);
	return !strcmp("100 a/11 outranks", percent());
}

TEST(who_outranks)
{
	EXPECT_TRUE(outranks(NORMAL, FIFO_50, SCHED_FIFO, 0));
	EXPECT_TRUE(outranks(NORMAL, 99, SCHED_RR, 0));
	EXPECT_TRUE(outranks(NORMAL, DEADLINE, SCHED_DEADLINE, 0));
	EXPECT_TRUE(outranks(99, 98, SCHED_FIFO, 0));
	EXPECT_TRUE(outranks(0, DEADLINE, SCHED_DEADLINE, 0));
	EXPECT_TRUE(outranks(0, 0, SCHED_FIFO, SEGMENT_STOP));
	EXPECT_TRUE(outranks(DEADLINE, 0, SCHED_FIFO, SEGMENT_STOP));
	EXPECT_FALSE(outranks(NORMAL, 100, 0, 0));
	EXPECT_FALSE(outranks(139, NORMAL, SCHED_BATCH, 0));
	EXPECT_FALSE(outranks(FIFO_50, FIFO_50, SCHED_FIFO, 0));
	EXPECT_FALSE(outranks(FIFO_50, FIFO_50 + 1, SCHED_FIFO, 0));
	EXPECT_FALSE(outranks(DEADLINE, 0, SCHED_FIFO, 0));
	EXPECT_FALSE(outranks(DEADLINE, DEADLINE, SCHED_DEADLINE, 0));
}

static struct share share_of(__s16 prio, __u8 policy, __u8 flags)
{
	struct why *why;
	struct share share;

	waits(NORMAL, 0);
	runs(0, 11, "a", prio, policy, flags);
	why = explained();
	share = why->shares[0];
	free(why);
	return share;
}

TEST(class_and_priority)
{
	struct share s = share_of(FIFO_50, SCHED_FIFO, 0);

	EXPECT_EQ(CLASS_FIFO, s.class);
	EXPECT_EQ(50, s.rt_priority);
	EXPECT_EQ(FIFO_50, s.prio);
	EXPECT_EQ(SCHED_FIFO, s.policy);
	s = share_of(0, SCHED_RR, 0);
	EXPECT_EQ(CLASS_RR, s.class);
	EXPECT_EQ(99, s.rt_priority);
	s = share_of(98, SCHED_OTHER, 0);
	EXPECT_EQ(CLASS_BOOSTED, s.class);
	EXPECT_EQ(1, s.rt_priority);
	s = share_of(DEADLINE, SCHED_OTHER, 0);
	EXPECT_EQ(CLASS_DEADLINE, s.class);
	EXPECT_EQ(DEADLINE, s.prio);
	EXPECT_EQ(0, s.rt_priority);
	s = share_of(NORMAL, SCHED_OTHER, 0);
	EXPECT_EQ(CLASS_NORMAL, s.class);
	EXPECT_EQ(0, s.rt_priority);
	s = share_of(0, SCHED_FIFO, SEGMENT_STOP);
	EXPECT_EQ(CLASS_STOP, s.class);
	EXPECT_EQ(0, s.rt_priority);
}

/* What counts is that it once did. */
TEST(outranks_for_a_while)
{
	waits(NORMAL, 0);
	runs(0, 11, "a", NORMAL, 0, 0);
	runs(40, 11, "a", FIFO_50, SCHED_FIFO, 0);
	runs(60, 11, "a", NORMAL, 0, 0);
	EXPECT_STREQ("100 a/11 outranks", percent());
}

TEST_HARNESS_MAIN
