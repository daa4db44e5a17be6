// SPDX-License-Identifier: GPL-2.0
/*
 * Why a task waited that was moved from CPU to CPU, or was out of quota: as in
 * explain_test.c.
 */
#include "kselftest_harness.h"
#include "build_waits.h"
#include "show_why.h"

/* Several CPUs */

TEST(wait_migration)
{
	begin(100);
	run(0, -10, 11, "a", 0);
	run(0, 60, 12, "b", 0);
	run(1, -10, 13, "c", 0);
	run(1, 70, 14, "d", 0);
	moves(40, 50, 1);
	EXPECT_STREQ("40 a/11, 30 d/14, 20 c/13, 10 flight", budget());
}

TEST(wait_migration_without_flight)
{
	begin(100);
	run(0, 0, 11, "a", 0);
	run(1, 0, 12, "b", 0);
	moves(40, 40, 1);
	EXPECT_STREQ("60 b/12, 40 a/11", budget());
}

TEST(wait_migration_queued_not_known)
{
	begin(100);
	run(0, 0, 11, "a", 0);
	run(1, 0, 12, "b", 0);
	moves(40, 40, 1);
	event.queued_ns = 0;
	EXPECT_STREQ("60 b/12, 40 a/11", budget());
}

/* Where it was queued when tells only of the last CPU. */
TEST(wait_migrations)
{
	begin(100);
	run(0, 0, 11, "a", 0);
	run(1, 0, 12, "b", 0);
	run(2, 0, 13, "c", 0);
	moves(20, 25, 1);
	moves(50, 60, 2);
	EXPECT_STREQ("40 c/13, 30 b/12, 20 a/11, 10 flight", budget());
}

TEST(wait_migration_and_back)
{
	begin(100);
	run(0, 0, 11, "a", 0);
	run(0, 30, 12, "b", 0);
	run(0, 90, 11, "a", 0);
	run(1, 0, 13, "c", 0);
	moves(20, 20, 1);
	moves(60, 60, 0);
	EXPECT_STREQ("40 c/13, 30 a/11, 30 b/12", budget());
}

TEST(wait_one_task_on_two_cpus)
{
	begin(100);
	run(0, 0, 11, "a", 0);
	run(1, 0, 12, "b", 0);
	run(1, 60, 11, "a", 0);
	moves(40, 40, 1);
	EXPECT_STREQ("80 a/11, 20 b/12", budget());
}

TEST(wait_migration_without_history)
{
	begin(100);
	run(1, 0, 12, "b", 0);
	moves(40, 50, 1);
	EXPECT_STREQ("50 b/12, 40 other, 10 flight, 40 of it uncovered", budget());
}

TEST(wait_migration_segment_missing)
{
	begin(100);
	run(0, 0, 11, "a", 0);
	run(0, 30, 12, "b", 0);
	run(1, 0, 13, "c", 0);
	missing[0] = 1;
	moves(40, 50, 1);
	EXPECT_STREQ("50 c/13, 30 a/11, 10 flight, 10 other, 10 of it uncovered", budget());
}

TEST(wait_migration_to_cpu_with_missing_segment)
{
	begin(100);
	run(0, 0, 11, "a", 0);
	run(1, 0, 12, "b", 0);
	run(1, 70, 13, "c", 0);
	missing[1] = 1;
	moves(40, 50, 1);
	EXPECT_STREQ("40 a/11, 30 other, 20 b/12, 10 flight, 30 of it uncovered", budget());
}

TEST(wait_migration_from_unknown_cpu)
{
	begin(100);
	event.wait.cpu = -1;
	run(1, 0, 12, "b", 0);
	moves(40, 50, 1);
	event.migrations[0].cpu = -1U;
	EXPECT_STREQ("50 b/12, 40 other, 10 flight, 40 of it uncovered", budget());
}

TEST(wait_migrations_as_many_as_are_kept)
{
	int i;

	begin(100);
	for (i = 0; i < CPUS; i++)
		run(i, 0, 11 + i, "a", 0);
	for (i = 1; i <= MAX_MIGRATIONS; i++)
		moves(10 * i, 10 * i + 5, i % CPUS);
	EXPECT_STREQ("65 a/11, 10 a/12, 10 a/13, 10 a/14, 5 flight", budget());
}

TEST(wait_migrations_as_many_as_are_kept_queued_not_known)
{
	int i;

	begin(100);
	for (i = 0; i < CPUS; i++)
		run(i, 0, 11 + i, "a", 0);
	for (i = 1; i <= MAX_MIGRATIONS; i++)
		moves(10 * i, 10 * i, i % CPUS);
	event.queued_ns = 0;
	EXPECT_STREQ("70 a/11, 10 a/12, 10 a/13, 10 a/14", budget());
}

/* Where it was between the last that was kept and its last CPU is not known. */
TEST(wait_migrations_more_than_are_kept)
{
	int i;

	begin(100);
	for (i = 0; i < CPUS; i++)
		run(i, 0, 11 + i, "a", 0);
	for (i = 1; i <= MAX_MIGRATIONS + 2; i++)
		moves(10 * i, 10 * i + 5, i % CPUS);
	EXPECT_STREQ("45 a/13, 25 other, 10 a/11, 10 a/12, 10 a/14, 25 of it uncovered",
		     budget());
}

/* Nor is it, then, since when it was on its last CPU. */
TEST(wait_migrations_more_than_are_kept_queued_not_known)
{
	int i;

	begin(100);
	for (i = 0; i < CPUS; i++)
		run(i, 0, 11 + i, "a", 0);
	for (i = 1; i <= MAX_MIGRATIONS + 2; i++)
		moves(10 * i, 10 * i + 5, i % CPUS);
	event.queued_ns = 0;
	EXPECT_STREQ("60 other, 10 a/11, 10 a/12, 10 a/13, 10 a/14, 60 of it uncovered",
		     budget());
}

/* Clocks that disagree: times that are not in order, or not in the wait. */
TEST(wait_migration_before_the_begin)
{
	begin(100);
	run(0, -50, 11, "a", 0);
	run(1, -50, 12, "b", 0);
	moves(-20, -10, 1);
	EXPECT_STREQ("100 b/12", budget());
}

TEST(wait_migration_after_the_end)
{
	begin(100);
	run(0, 0, 11, "a", 0);
	run(1, 0, 12, "b", 0);
	moves(120, 130, 1);
	EXPECT_STREQ("100 a/11", budget());
}

TEST(wait_migration_queued_after_the_end)
{
	begin(100);
	run(0, 0, 11, "a", 0);
	run(1, 0, 12, "b", 0);
	moves(40, 130, 1);
	EXPECT_STREQ("60 flight, 40 a/11", budget());
}

TEST(wait_migrations_out_of_order)
{
	begin(100);
	run(0, 0, 11, "a", 0);
	run(1, 0, 12, "b", 0);
	run(2, 0, 13, "c", 0);
	moves(50, 50, 1);
	moves(30, 30, 2);
	EXPECT_STREQ("50 a/11, 50 c/13", budget());
}

/* Each CPU has counters of its own: the begin's are the first one's, */
TEST(wait_migration_nontask)
{
	begin(100);
	run_nontask(0, -40, 11, "a", 5000, 0);
	run_nontask(0, 60, 12, "b", 5030, 0);
	run_nontask(1, -50, 13, "c", 100, 40);
	event.begin_nontask_ns = 5000;
	event.end_nontask_ns = 130;
	event.end_irq_ns = 70;
	moves(40, 50, 1);
	EXPECT_STREQ("40 c/13, 20 a/11, 20 steal, 10 irq, 10 flight", budget());
}

/* not that of another in between; */
TEST(wait_migrations_nontask)
{
	begin(100);
	run_nontask(0, -100, 11, "a", 30, 0);
	run_nontask(1, -100, 12, "b", 0, 0);
	run_nontask(1, 40, 13, "c", 70, 0);
	run_nontask(2, -100, 14, "d", 5000, 0);
	event.begin_nontask_ns = 30;
	event.end_nontask_ns = 5000;
	moves(20, 20, 1);
	moves(50, 50, 2);
	EXPECT_STREQ("50 d/14, 20 a/11, 10 b/12, 10 c/13, 10 steal", budget());
}

/* also if it left at once; */
TEST(wait_migration_at_once_nontask)
{
	begin(100);
	run_nontask(0, -100, 11, "a", 0, 0);
	run_nontask(1, -100, 12, "b", 0, 0);
	event.begin_nontask_ns = 50;
	event.end_nontask_ns = 60;
	moves(0, 0, 1);
	EXPECT_STREQ("70 b/12, 30 steal", budget());
}

/* the end's are the last one's; */
TEST(wait_migration_at_the_end_nontask)
{
	begin(100);
	run_nontask(0, 0, 11, "a", 0, 0);
	run_nontask(1, 0, 12, "b", 5000, 0);
	event.end_nontask_ns = 5000;
	moves(100, 100, 1);
	EXPECT_STREQ("100 a/11", budget());
}

/*
 * and of what was nontask after the last segment of another, nothing is known.
 */
TEST(wait_migration_nontask_since_last_segment)
{
	begin(100);
	run_nontask(0, 0, 11, "a", 100, 100);
	run_nontask(1, 0, 12, "b", 5000, 0);
	event.begin_nontask_ns = 100;
	event.begin_irq_ns = 100;
	event.end_nontask_ns = 5000;
	moves(40, 40, 1);
	EXPECT_STREQ("60 b/12, 40 a/11", budget());
}

/* Quota */

TEST(wait_quota_at_begin)
{
	begin(100);
	run(0, 0, 11, "a", 0);
	throttled(0, 40);
	EXPECT_STREQ("60 a/11, 40 quota", budget());
}

TEST(wait_quota_in_the_middle)
{
	begin(100);
	run(0, 0, 11, "a", 0);
	run(0, 50, 12, "b", 0);
	run(0, 80, 13, "c", 0);
	throttled(30, 40);
	EXPECT_STREQ("40 quota, 30 a/11, 20 c/13, 10 b/12", budget());
}

TEST(wait_quota_at_end)
{
	begin(100);
	run(0, 0, 11, "a", 0);
	run(0, 70, 12, "b", 0);
	throttled(60, 40);
	EXPECT_STREQ("60 a/11, 40 quota", budget());
}

TEST(wait_quota_of_a_group)
{
	begin(100);
	run(0, 0, 11, "a", 0);
	throttled(0, 40);
	event.quota_cgroup = 77;
	EXPECT_STREQ("60 a/11, 40 quota of 77", budget());
}

TEST(wait_quota_while_idle)
{
	begin(100);
	idle(0, 0);
	throttled(0, 60);
	EXPECT_STREQ("60 quota, 40 idle", budget());
}

TEST(wait_quota_all_the_wait)
{
	begin(100);
	run(0, 0, 11, "a", 0);
	throttled(0, 100);
	EXPECT_STREQ("100 quota", budget());
}

TEST(wait_quota_longer_than_the_wait)
{
	begin(100);
	run(0, 0, 11, "a", 0);
	throttled(30, 500);
	EXPECT_STREQ("100 quota", budget());
}

/* How long is known better than since when. */
TEST(wait_quota_beyond_the_end)
{
	begin(100);
	run(0, 0, 11, "a", 0);
	run(0, 60, 12, "b", 0);
	throttled(80, 40);
	EXPECT_STREQ("60 a/11, 40 quota", budget());
}

TEST(wait_quota_since_before_the_wait)
{
	begin(100);
	run(0, 0, 11, "a", 0);
	run(0, 40, 12, "b", 0);
	throttled(-50, 40);
	EXPECT_STREQ("60 b/12, 40 quota", budget());
}

TEST(wait_quota_since_after_the_wait)
{
	begin(100);
	run(0, 0, 11, "a", 0);
	run(0, 60, 12, "b", 0);
	throttled(200, 40);
	EXPECT_STREQ("60 a/11, 40 quota", budget());
}

TEST(wait_quota_since_not_known)
{
	begin(100);
	run(0, 0, 11, "a", 0);
	run(0, 40, 12, "b", 0);
	event.quota_ns = 40;
	EXPECT_STREQ("60 other, 40 quota", budget());
	/* It is not history that lacks. */
	event.quota_ns = 7;
	EXPECT_STREQ("93 other, 7 quota", budget());
	/* So little makes no difference. */
	event.quota_ns = 6;
	EXPECT_STREQ("60 b/12, 34 a/11, 6 quota", budget());
}

/* Not even how much: the task was moved to another cgroup. */
TEST(wait_quota_not_known)
{
	begin(100);
	run(0, 0, 11, "a", 0);
	event.quota_unknown = 1;
	EXPECT_STREQ("100 other", budget());
}

/* What was nontask in the part with quota is its part of all. */
TEST(wait_quota_and_steal)
{
	begin(100);
	run(0, 0, 11, "a", 0);
	event.end_nontask_ns = 40;
	event.end_irq_ns = 20;
	throttled(0, 50);
	EXPECT_STREQ("50 quota, 30 a/11, 10 irq, 10 steal", budget());
}

TEST(wait_quota_and_migration)
{
	begin(100);
	run(0, 0, 11, "a", 0);
	run(1, 0, 12, "b", 0);
	moves(30, 50, 1);
	throttled(20, 40);
	EXPECT_STREQ("40 quota, 40 b/12, 20 a/11", budget());
}

TEST(wait_quota_and_flight)
{
	begin(100);
	run(0, 0, 11, "a", 0);
	run(1, 0, 12, "b", 0);
	moves(30, 50, 1);
	throttled(10, 25);
	EXPECT_STREQ("50 b/12, 25 quota, 15 flight, 10 a/11", budget());
}

TEST(wait_quota_and_broken_segment)
{
	begin(100);
	run(0, 0, 11, "a", SEGMENT_BROKEN);
	throttled(0, 40);
	EXPECT_STREQ("60 other, 40 quota", budget());
}

TEST(wait_quota_without_history)
{
	begin(100);
	throttled(30, 40);
	EXPECT_STREQ("60 other, 40 quota, 60 of it uncovered", budget());
}

/* Time that quota and history both cover is not covered twice. */
TEST(wait_quota_and_some_history)
{
	begin(100);
	run(0, 50, 11, "a", 0);
	throttled(50, 30);
	EXPECT_STREQ("50 other, 30 quota, 20 a/11, 50 of it uncovered", budget());
}

TEST_HARNESS_MAIN
