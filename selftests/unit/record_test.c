// SPDX-License-Identifier: GPL-2.0
/* Which records from the ring buffer are taken: only those that are sound. */
#include <string.h>
#include "kselftest_harness.h"
#include "analysis/record.h"
#include "runqslower.h"

static struct wait_event event = {
	.kind = RECORD_WAIT, .end_ns = 10, .wait_ns = 10,
	.comm = "fifteen letters", .prev_comm = "fifteen letters",
};

static struct why_event why = {
	.wait = {
		.kind = RECORD_WHY, .end_ns = 10, .wait_ns = 10, .comm = "fifteen letters",
	},
	.from = NR_FROM - 1, .waker_kind = WAKER_TASK,
	.waker_comm = "fifteen letters",
};

static struct run_segment segments[] = {
	{ .kind = RECORD_SEGMENTS, .cpu = 3, .comm = "fifteen letters" },
	{ .kind = RECORD_SEGMENTS, .cpu = 3, .seq = 1, .comm = "fifteen letters" },
};

static struct stack_event stack = { .kind = RECORD_STACK, .nr = MAX_FRAMES };

/* Does a change of @field to @value make it unsound? */
#define BREAKS(record, explained, field, value)				\
({									\
	typeof(record) copy;						\
									\
	memcpy(&copy, &record, sizeof(copy));				\
	copy field = value;						\
	!record_is_sound(&copy, sizeof(copy), explained);		\
})

TEST(sound)
{
	EXPECT_TRUE(record_is_sound(&event, sizeof(event), false));
	EXPECT_TRUE(record_is_sound(&why, sizeof(why), true));
	EXPECT_TRUE(record_is_sound(segments, sizeof(segments), true));
	EXPECT_TRUE(record_is_sound(segments, sizeof(segments[0]), true));
	EXPECT_TRUE(record_is_sound(&stack, sizeof(stack), true));
	EXPECT_TRUE(record_is_sound(&stack, sizeof(stack), false));
}

/* Room in the ring buffer is used again as it is. */
TEST(left_of_earlier_records)
{
	EXPECT_FALSE(BREAKS(event, false, .prev_comm[0], 0));
	memset(why.wait.prev_comm + 1, 'x', TASK_COMM_LEN - 1);
	EXPECT_TRUE(record_is_sound(&why, sizeof(why), true));
	memset(why.waker_comm, 'x', TASK_COMM_LEN);
	why.waker_kind = WAKER_SOFTIRQ;
	EXPECT_TRUE(record_is_sound(&why, sizeof(why), true));
}

TEST(too_short)
{
	EXPECT_FALSE(record_is_sound(&event, 0, false));
	EXPECT_FALSE(record_is_sound(&event, 1, false));
	EXPECT_FALSE(record_is_sound(&event, sizeof(event) - 1, false));
	EXPECT_FALSE(record_is_sound(&stack, sizeof(stack) - 1, false));
	EXPECT_FALSE(record_is_sound(&why, sizeof(event), true));
	EXPECT_FALSE(record_is_sound(&why, sizeof(why) - 1, true));
	EXPECT_FALSE(record_is_sound(segments, sizeof(segments[0]) - 1, true));
	EXPECT_FALSE(record_is_sound(segments, sizeof(segments) - 1, true));
}

/* What the options did not ask for has nothing set up for it. */
TEST(of_another_kind)
{
	EXPECT_FALSE(record_is_sound(&event, sizeof(event), true));
	EXPECT_FALSE(record_is_sound(&why, sizeof(why), false));
	EXPECT_FALSE(record_is_sound(segments, sizeof(segments), false));
	EXPECT_TRUE(BREAKS(event, false, .kind, 0));
	EXPECT_TRUE(BREAKS(event, false, .kind, RECORD_STACK + 1));
}

TEST(longer_than_time)
{
	EXPECT_TRUE(BREAKS(event, false, .wait_ns, 11));
	EXPECT_TRUE(BREAKS(why, true, .wait.wait_ns, 11));
}

TEST(no_word_for_it)
{
	EXPECT_TRUE(BREAKS(why, true, .from, NR_FROM));
	EXPECT_TRUE(BREAKS(why, true, .waker_kind, NR_WAKER_KINDS));
}

TEST(more_frames_than_there_can_be)
{
	EXPECT_TRUE(BREAKS(stack, false, .nr, MAX_FRAMES + 1));
}

TEST(name_without_end)
{
	EXPECT_TRUE(BREAKS(event, false, .comm[TASK_COMM_LEN - 1], 'x'));
	EXPECT_TRUE(BREAKS(event, false, .prev_comm[TASK_COMM_LEN - 1], 'x'));
	EXPECT_TRUE(BREAKS(why, true, .wait.comm[TASK_COMM_LEN - 1], 'x'));
	EXPECT_TRUE(BREAKS(why, true, .waker_comm[TASK_COMM_LEN - 1], 'x'));
	EXPECT_TRUE(BREAKS(segments, true, [1].comm[TASK_COMM_LEN - 1], 'x'));
}

TEST(of_two_cpus)
{
	EXPECT_TRUE(BREAKS(segments, true, [1].cpu, 4));
}

TEST_HARNESS_MAIN
