// SPDX-License-Identifier: GPL-2.0
/*
 * Why a task waited on one CPU, from an event and segments made up here. Times
 * are ns from the begin of the wait, which mostly has 100: shares are as good
 * as percents.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "kselftest_harness.h"
#include "build_waits.h"
#include "show_why.h"

TEST(wait_no_history)
{
	begin(100);
	EXPECT_STREQ("100 other, 100 of it uncovered", budget());
}

TEST(wait_one_task)
{
	begin(100);
	run(0, 0, 11, "a", 0);
	EXPECT_STREQ("100 a/11", budget());
}

TEST(wait_two_tasks)
{
	begin(100);
	run(0, 0, 11, "a", 0);
	run(0, 70, 12, "b", 0);
	EXPECT_STREQ("70 a/11, 30 b/12", budget());
}

TEST(wait_largest_first)
{
	begin(100);
	run(0, 0, 11, "a", 0);
	run(0, 10, 12, "b", 0);
	run(0, 30, 13, "c", 0);
	EXPECT_STREQ("70 c/13, 20 b/12, 10 a/11", budget());
}

TEST(wait_clipped_at_begin)
{
	begin(100);
	run(0, -900, 10, "before", 0);
	run(0, -50, 11, "a", 0);
	run(0, 70, 12, "b", 0);
	EXPECT_STREQ("70 a/11, 30 b/12", budget());
}

TEST(wait_clipped_at_end)
{
	begin(100);
	run(0, 0, 11, "a", 0);
	run(0, 70, 12, "b", 0);
	run(0, 100, VICTIM, "victim", 0);
	run(0, 150, 13, "after", 0);
	EXPECT_STREQ("70 a/11, 30 b/12", budget());
}

TEST(wait_within_one_segment)
{
	begin(100);
	run(0, -50, 11, "a", 0);
	run(0, 150, 12, "b", 0);
	EXPECT_STREQ("100 a/11", budget());
}

TEST(wait_segments_of_one_task)
{
	begin(100);
	run(0, 0, 11, "a", 0);
	run(0, 20, 12, "b", 0);
	run(0, 50, 11, "a", 0);
	run(0, 90, 12, "b", 0);
	EXPECT_STREQ("60 a/11, 40 b/12", budget());
}

/* It was renamed; the last name counts. */
TEST(wait_one_task_two_names)
{
	begin(100);
	run(0, 0, 11, "sh", 0);
	run(0, 20, 11, "make", 0);
	EXPECT_STREQ("100 make/11", budget());
}

TEST(wait_empty_segment)
{
	begin(100);
	run(0, 0, 11, "a", 0);
	run(0, 70, 12, "b", 0);
	run(0, 70, 13, "c", 0);
	EXPECT_STREQ("70 a/11, 30 c/13", budget());
}

TEST(wait_many_tasks)
{
	char expected[256] = "";
	int i;

	begin(45);
	for (i = 1; i < 10; i++)
		run(0, i * (i - 1) / 2, 10 + i, "a", 0);
	for (i = 9; i; i--)
		sprintf(expected + strlen(expected), "%s%d a/%d", i < 9 ? ", " : "", i, 10 + i);
	EXPECT_STREQ(expected, budget());
}

/* More than find room where the first ones are kept. */
TEST(wait_thousands_of_tasks)
{
	const int nr = 8000;
	struct why *why;
	int i;

	begin(nr);
	history_free(&history);
	ASSERT_TRUE(history_init(&history, CPUS, MAX_HISTORY));
	for (i = 0; i < nr; i++)
		run(0, i, 11 + i, "a", 0);
	why = explained();
	ASSERT_NE(NULL, why);
	EXPECT_EQ(NULL, flaw(why));
	EXPECT_EQ(nr, why->nr);
	EXPECT_EQ(11U, why->shares[0].tid);
	EXPECT_EQ(11U + nr - 1, why->shares[nr - 1].tid);
	free(why);
}

TEST(wait_no_time)
{
	begin(0);
	run(0, -10, 11, "a", 0);
	EXPECT_STREQ("", budget());
}

TEST(wait_fields)
{
	struct why *why;

	begin(100);
	event.waker_tid = 99;
	run_group(0, 11, "a", 10, 77);
	why = explained();
	ASSERT_NE(NULL, why);
	EXPECT_EQ(0, memcmp(&event, &why->event, sizeof(event)));
	EXPECT_EQ(1U, why->nr);
	EXPECT_EQ(11U, why->shares[0].tid);
	EXPECT_EQ(10U, why->shares[0].tgid);
	EXPECT_EQ(77U, why->shares[0].cgroup);
	free(why);
}

/* What cannot be told */

TEST(wait_history_of_the_end)
{
	begin(100);
	run(0, 40, 11, "a", 0);
	EXPECT_STREQ("60 a/11, 40 other, 40 of it uncovered", budget());
}

TEST(wait_history_after_the_wait)
{
	begin(100);
	run(0, 100, 11, "a", 0);
	EXPECT_STREQ("100 other, 100 of it uncovered", budget());
}

TEST(wait_history_of_another_cpu)
{
	begin(100);
	run(1, 0, 11, "a", 0);
	EXPECT_STREQ("100 other, 100 of it uncovered", budget());
}

TEST(wait_history_overwritten)
{
	int i;

	begin(100);
	for (i = 0; i < HISTORY_SIZE + 4; i++)
		run(0, 5 * i, 11, "a", 0);
	EXPECT_STREQ("80 a/11, 20 other, 20 of it uncovered", budget());
}

/*
 * One did not arrive: what was before cannot be trusted to end where the next
 * begins.
 */
TEST(wait_history_with_a_gap)
{
	struct run_segment s;

	begin(100);
	run(0, 0, 11, "a", 0);
	s = next_segment(0, 60, 12, "b");
	s.seq++;
	history_add(&history, &s, 1);
	EXPECT_STREQ("60 other, 40 b/12, 60 of it uncovered", budget());
}

/* When the last that came was over is not known. */
TEST(wait_last_segment_missing)
{
	begin(100);
	run(0, 0, 11, "a", 0);
	run(0, 60, 12, "b", 0);
	missing[0] = 1;
	EXPECT_STREQ("60 a/11, 40 other, 40 of it uncovered", budget());
}

TEST(wait_all_but_one_segment_missing)
{
	begin(100);
	run(0, -50, 11, "a", 0);
	missing[0] = 3;
	EXPECT_STREQ("100 other, 100 of it uncovered", budget());
}

TEST(wait_segment_missing_after_wrap_around)
{
	struct run_segment s;

	begin(100);
	s = next_segment(0, 0, 11, "a");
	s.seq = -1;
	history_add(&history, &s, 1);
	missing[0] = 1;
	EXPECT_STREQ("100 other, 100 of it uncovered", budget());
}

/* For other waits, which ended later. */
TEST(wait_more_segments_than_needed)
{
	begin(100);
	run(0, 0, 11, "a", 0);
	run(0, 110, 12, "b", 0);
	run(0, 120, 13, "c", 0);
	missing[0] = -2;
	EXPECT_STREQ("100 a/11", budget());
}

TEST(wait_nontask_from_missing_segment)
{
	begin(100);
	run_nontask(0, 0, 11, "a", 5000, 0);
	run_nontask(0, 60, 12, "b", 5020, 0);
	event.end_nontask_ns = 5060;
	missing[0] = 1;
	EXPECT_STREQ("40 a/11, 40 other, 20 steal, 40 of it uncovered", budget());
}

/* What ran long ago does not run now, be the numbers as they may. */
TEST(wait_after_long_silence)
{
	struct run_segment s;

	begin(100);
	run(0, -90, 11, "a", 0);
	s = next_segment(0, 0, 12, "b");
	s.seq += 1U << 31;
	history_add(&history, &s, 1);
	EXPECT_STREQ("100 b/12", budget());
}

TEST(wait_unknown_cpu)
{
	begin(100);
	event.wait.cpu = CPUS;
	EXPECT_STREQ("100 other, 100 of it uncovered", budget());
}

TEST(wait_broken_segment)
{
	begin(100);
	run(0, 0, 11, "a", 0);
	run(0, 20, 12, "b", SEGMENT_BROKEN);
	run(0, 50, 13, "c", 0);
	EXPECT_STREQ("50 c/13, 30 other, 20 a/11", budget());
}

/* The last but one of its CPU only. */
TEST(wait_runs_unseen)
{
	begin(100);
	run(0, 0, 11, "a", 0);
	run(0, 20, 12, "b", 0);
	run(0, 50, 13, "c", 0);
	run(1, 0, 14, "d", 0);
	run(1, 30, 14, "e", 0);
	event.flags = WHY_RUNS_UNSEEN;
	EXPECT_STREQ("50 c/13, 30 other, 20 a/11", budget());
	event.flags = WHY_CAN_LIMIT_RT;
	EXPECT_STREQ("50 c/13, 30 b/12, 20 a/11", budget());
}

TEST(wait_broken_segment_nontask)
{
	struct run_segment s = next_segment(0, 0, 0, "swapper");

	begin(100);
	s.flags = SEGMENT_IDLE | SEGMENT_BROKEN;
	history_add(&history, &s, 1);
	event.end_nontask_ns = 50;
	EXPECT_STREQ("100 other", budget());
}

TEST(wait_segment_of_the_victim)
{
	begin(100);
	run(0, 0, VICTIM, "victim", 0);
	run(0, 20, 12, "b", 0);
	EXPECT_STREQ("80 b/12, 20 other", budget());
}

/* Idle, interrupts, the hypervisor */

TEST(wait_idle)
{
	begin(100);
	run(0, 0, 11, "a", 0);
	idle(0, 30);
	EXPECT_STREQ("70 idle, 30 a/11", budget());
}

TEST(wait_nontask_while_idle)
{
	begin(100);
	idle(0, 0);
	event.end_nontask_ns = 30;
	event.end_irq_ns = 30;
	EXPECT_STREQ("70 idle, 30 irq", budget());
}

TEST(wait_steal)
{
	begin(100);
	run_nontask(0, 0, 11, "a", 5000, 0);
	run_nontask(0, 60, 12, "b", 5020, 0);
	event.end_nontask_ns = 5020;
	EXPECT_STREQ("40 a/11, 40 b/12, 20 steal", budget());
}

TEST(wait_irq_and_steal)
{
	begin(100);
	run_nontask(0, 0, 11, "a", 5000, 300);
	run_nontask(0, 60, 12, "b", 5030, 310);
	event.end_nontask_ns = 5030;
	event.end_irq_ns = 310;
	EXPECT_STREQ("40 b/12, 30 a/11, 20 steal, 10 irq", budget());
}

TEST(wait_nontask_since_last_segment)
{
	begin(100);
	run_nontask(0, 0, 11, "a", 5000, 300);
	event.end_nontask_ns = 5030;
	event.end_irq_ns = 320;
	EXPECT_STREQ("70 a/11, 20 irq, 10 steal", budget());
}

/* Of a segment that began before the wait, the reading at the begin tells. */
TEST(wait_nontask_before_the_wait)
{
	begin(100);
	run_nontask(0, -100, 11, "a", 5000, 300);
	event.begin_nontask_ns = 5050;
	event.begin_irq_ns = 320;
	event.end_nontask_ns = 5050;
	event.end_irq_ns = 320;
	EXPECT_STREQ("100 a/11", budget());
}

TEST(wait_nontask_after_the_begin)
{
	begin(100);
	run_nontask(0, -100, 11, "a", 5000, 300);
	event.begin_nontask_ns = 5000;
	event.begin_irq_ns = 300;
	event.end_nontask_ns = 5040;
	event.end_irq_ns = 310;
	EXPECT_STREQ("60 a/11, 30 steal, 10 irq", budget());
}

TEST(wait_nontask_after_wakeup)
{
	begin(100);
	run_nontask(0, -100, 11, "a", 5000, 0);
	event.wakeup_ns = 20;
	event.begin_nontask_ns = 5090;
	event.end_nontask_ns = 5100;
	EXPECT_STREQ("70 a/11, 20 wakeup, 10 steal", budget());
}

TEST(wait_nontask_since_wakeup)
{
	begin(100);
	run_nontask(0, 10, 11, "a", 5000, 0);
	event.wakeup_ns = 20;
	event.begin_nontask_ns = 5010;
	event.end_nontask_ns = 5040;
	EXPECT_STREQ("50 a/11, 30 steal, 20 wakeup", budget());
}

/* The begin was not seen, so there is no reading of it: in proportion. */
TEST(wait_nontask_from_unseen)
{
	begin(100);
	run_nontask(0, -100, 11, "a", 5000, 300);
	event.from = FROM_UNSEEN;
	event.begin_nontask_ns = 5040;
	event.begin_irq_ns = 320;
	event.end_nontask_ns = 5040;
	event.end_irq_ns = 320;
	EXPECT_STREQ("80 a/11, 10 irq, 10 steal", budget());
}

/* It cannot be: no more than that is to be made of it. */
TEST(wait_nontask_begin_after_end)
{
	begin(100);
	run_nontask(0, -100, 11, "a", 5000, 0);
	event.begin_nontask_ns = 9000;
	event.end_nontask_ns = 5040;
	EXPECT_STREQ("80 a/11, 20 steal", budget());
}

TEST(wait_nontask_begin_irq_after_end)
{
	begin(100);
	run_nontask(0, -100, 11, "a", 5000, 300);
	event.begin_nontask_ns = 5000;
	event.begin_irq_ns = 900;
	event.end_nontask_ns = 5040;
	event.end_irq_ns = 320;
	EXPECT_STREQ("80 a/11, 10 irq, 10 steal", budget());
}

TEST(wait_nontask_begin_before_segment)
{
	begin(100);
	run_nontask(0, -100, 11, "a", 5000, 0);
	event.begin_nontask_ns = 10;
	event.end_nontask_ns = 5040;
	EXPECT_STREQ("80 a/11, 20 steal", budget());
}

/* Of a segment that began in the wait, its own reading tells. */
TEST(wait_nontask_begin_after_segment)
{
	begin(100);
	run_nontask(0, 40, 11, "a", 5000, 0);
	event.begin_nontask_ns = 5010;
	event.end_nontask_ns = 5030;
	EXPECT_STREQ("40 other, 30 a/11, 30 steal, 40 of it uncovered", budget());
}

TEST(wait_nontask_backwards)
{
	begin(100);
	run_nontask(0, 0, 11, "a", 5000, 300);
	run_nontask(0, 50, 12, "b", 4000, 200);
	event.end_nontask_ns = 3000;
	event.end_irq_ns = 100;
	EXPECT_STREQ("50 a/11, 50 b/12", budget());
}

TEST(wait_steal_backwards)
{
	begin(100);
	run_nontask(0, 0, 11, "a", 5000, 300);
	event.end_nontask_ns = 4000;
	event.end_irq_ns = 310;
	EXPECT_STREQ("100 a/11", budget());
}

TEST(wait_irq_backwards)
{
	begin(100);
	run_nontask(0, 0, 11, "a", 5000, 300);
	event.end_nontask_ns = 5040;
	event.end_irq_ns = 200;
	EXPECT_STREQ("100 a/11", budget());
}

TEST(wait_nontask_more_than_there_was)
{
	begin(100);
	run_nontask(0, 0, 11, "a", 0, 0);
	run_nontask(0, 50, 12, "b", 5000, 0);
	event.end_nontask_ns = 5000;
	EXPECT_STREQ("50 b/12, 50 steal", budget());
}

TEST(wait_nontask_for_months)
{
	begin((1ULL << 53) + 3);
	run(0, 0, 11, "a", 0);
	event.end_nontask_ns = (1ULL << 53) + 3;
	EXPECT_STREQ("9007199254740995 steal", budget());
}

TEST(wait_irq_more_than_nontask)
{
	begin(100);
	run(0, 0, 11, "a", 0);
	event.end_nontask_ns = 10;
	event.end_irq_ns = 30;
	EXPECT_STREQ("90 a/11, 10 irq", budget());
}

/*
 * Between the begin and the first segment nothing is known, whatever was
 * nontask.
 */
TEST(wait_nontask_before_first_segment)
{
	begin(100);
	run_nontask(0, 40, 11, "a", 5000, 0);
	event.begin_nontask_ns = 4000;
	event.end_nontask_ns = 5000;
	EXPECT_STREQ("60 a/11, 40 other, 40 of it uncovered", budget());
}

/* The wakeup */

TEST(wait_wakeup)
{
	begin(100);
	run(0, -10, 11, "a", 0);
	run(0, 50, 12, "b", 0);
	event.from = FROM_WOKEN;
	event.wakeup_ns = 20;
	EXPECT_STREQ("50 b/12, 30 a/11, 20 wakeup", budget());
}

TEST(wait_wakeup_without_history)
{
	begin(100);
	event.wakeup_ns = 20;
	EXPECT_STREQ("80 other, 20 wakeup, 80 of it uncovered", budget());
}

TEST(wait_wakeup_all_the_wait)
{
	begin(100);
	run(0, 0, 11, "a", 0);
	event.wakeup_ns = 100;
	EXPECT_STREQ("100 wakeup", budget());
}

/* By a little: the clock was read in two ways. */
TEST(wait_wakeup_longer_than_the_wait)
{
	begin(100);
	run(0, 0, 11, "a", 0);
	event.wakeup_ns = 130;
	EXPECT_STREQ("100 wakeup", budget());
}

TEST(wait_wakeup_and_hop)
{
	begin(100);
	run(0, 0, 11, "a", 0);
	run(1, 0, 12, "b", 0);
	moves(50, 60, 1);
	event.wakeup_ns = 20;
	EXPECT_STREQ("40 b/12, 30 a/11, 20 wakeup, 10 flight", budget());
}

TEST(wait_wakeup_and_quota)
{
	begin(100);
	run(0, 0, 11, "a", 0);
	event.wakeup_ns = 20;
	throttled(0, 30);
	EXPECT_STREQ("50 a/11, 30 quota, 20 wakeup", budget());
}

TEST(wait_wakeup_and_quota_longer_than_the_rest)
{
	begin(100);
	run(0, 0, 11, "a", 0);
	event.wakeup_ns = 20;
	throttled(40, 90);
	EXPECT_STREQ("80 quota, 20 wakeup", budget());
}

/* Who it was */

TEST(wait_same_process)
{
	begin(100);
	run_group(0, 11, "a", VICTIM, 0);
	run_group(70, 12, "b", 2, 0);
	EXPECT_STREQ("70 a/11 process, 30 b/12", budget());
}

TEST(wait_same_cgroup)
{
	begin(100);
	event.cgroup = 77;
	run_group(0, 11, "a", 11, 77);
	run_group(70, 12, "b", 12, 78);
	EXPECT_STREQ("70 a/11 cgroup, 30 b/12", budget());
}

TEST(wait_same_process_and_cgroup)
{
	begin(100);
	event.cgroup = 77;
	run_group(0, 11, "a", VICTIM, 77);
	EXPECT_STREQ("100 a/11 process cgroup", budget());
}

/* Neither what is in no group, nor the root, is one. */
TEST(wait_no_cgroup)
{
	begin(100);
	run_group(0, 11, "a", 11, 0);
	EXPECT_STREQ("100 a/11", budget());
}

TEST(wait_root_cgroup)
{
	begin(100);
	event.cgroup = 1;
	run_group(0, 11, "a", 11, 1);
	EXPECT_STREQ("100 a/11", budget());
}

/* In another PID namespace: all of them have 0. */
TEST(wait_no_pid)
{
	begin(100);
	run(0, 0, 0, "a", 0);
	run(0, 50, 0, "b", 0);
	run(0, 80, 0, "a", 0);
	EXPECT_STREQ("70 a/0, 30 b/0", budget());
}

TEST(wait_no_pid_is_no_process)
{
	begin(100);
	event.wait.tid = 0;
	event.wait.tgid = 0;
	run(0, 0, 0, "a", 0);
	EXPECT_STREQ("100 a/0", budget());
}

TEST(wait_no_pid_and_idle)
{
	begin(100);
	run(0, 0, 0, "swapper", 0);
	idle(0, 60);
	EXPECT_STREQ("60 swapper/0, 40 idle", budget());
}

TEST_HARNESS_MAIN
