// SPDX-License-Identifier: GPL-2.0
/* Which of the tasks that wait are listed, and in which order. */
#include <stdlib.h>
#include "kselftest_harness.h"
#include "analysis/stalled_waits.h"

static struct stalled_waits stalled;
static struct ordered_waits order;

static void found(__u32 tid, __u64 wait_ns, __u64 end_ns)
{
	struct held_wait wait = {
		.event = { .stalled = 1, .tid = tid, .wait_ns = wait_ns, .end_ns = end_ns },
		.why = malloc(1), .place_ns = end_ns,
	};

	stalled_add(&stalled, &wait);
}

static __u32 next_tid(__u64 until)
{
	const struct held_wait *wait = ordered_waits_pop(&order, until);

	if (!wait)
		return 0;
	free(wait->why);
	return wait->event.tid;
}

TEST(longest_first)
{
	found(1, 500, 1000);
	found(2, 900, 1001);
	found(4, 700, 1002);
	found(3, 700, 1003);
	EXPECT_EQ(4, stalled.nr_found);
	EXPECT_EQ(900, stalled.longest_ns);
	ASSERT_TRUE(stalled_move(&stalled, &order, 990));
	EXPECT_EQ(0, stalled.nr);
	EXPECT_EQ(4, stalled.nr_found);
	EXPECT_EQ(0, next_tid(989));
	EXPECT_EQ(2, next_tid(990));
	EXPECT_EQ(3, next_tid(990));
	EXPECT_EQ(4, next_tid(990));
	EXPECT_EQ(1, next_tid(990));
	EXPECT_EQ(0, next_tid(2000));
}

/* Before waits that ended after the look began, behind those before. */
TEST(among_others)
{
	struct held_wait wait = { .event = { .tid = 8, .end_ns = 989 }, .place_ns = 989 };

	ASSERT_TRUE(ordered_waits_push(&order, &wait));
	wait.event.tid = 9;
	wait.place_ns = 991;
	ASSERT_TRUE(ordered_waits_push(&order, &wait));
	found(1, 500, 1000);
	found(2, 900, 995);
	ASSERT_TRUE(stalled_move(&stalled, &order, 990));
	EXPECT_EQ(8, next_tid(2000));
	EXPECT_EQ(2, next_tid(2000));
	EXPECT_EQ(1, next_tid(2000));
	EXPECT_EQ(9, next_tid(2000));
}

/* In whatever order they are found, those that wait longest are listed. */
TEST(more_than_have_room)
{
	enum { NR = 40 * MAX_STALLED };
	__u32 i, tid;

	for (i = 0; i < NR; i++) {
		tid = 1 + i * 1237ULL % NR;	/* each number once */
		found(tid, 10 * tid, 1000);
	}
	EXPECT_EQ(MAX_STALLED, stalled.nr);
	EXPECT_EQ(NR, stalled.nr_found);
	EXPECT_EQ(10 * NR, stalled.longest_ns);
	ASSERT_TRUE(stalled_move(&stalled, &order, 1000));
	for (i = 0; i < MAX_STALLED; i++)
		ASSERT_EQ(NR - i, next_tid(1000));
	EXPECT_EQ(0, next_tid(1000));
}

TEST(forgotten)
{
	found(1, 500, 1000);
	stalled_clear(&stalled);
	EXPECT_EQ(0, stalled.nr);
	EXPECT_EQ(0, stalled.nr_found);
	EXPECT_EQ(0, stalled.longest_ns);
	ASSERT_TRUE(stalled_move(&stalled, &order, 1000));
	EXPECT_EQ(0, next_tid(1000));
}

TEST_HARNESS_MAIN
