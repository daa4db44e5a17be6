// SPDX-License-Identifier: GPL-2.0
/* Which wait a stack is of. */
#include <stdlib.h>
#include "kselftest_harness.h"
#include "analysis/stacks.h"

FIXTURE(stacks)
{
	struct stacks s;
};

FIXTURE_SETUP(stacks)
{
	ASSERT_TRUE(stacks_init(&self->s, 2));
}

FIXTURE_TEARDOWN(stacks)
{
	stacks_free(&self->s);
	EXPECT_EQ(NULL, self->s.of_cpu);
}

static bool add(struct stacks *s, __u16 cpu, __u32 tid, __u64 end_ns)
{
	struct stack_event e = {
		.kind = RECORD_STACK, .nr = 1, .cpu = cpu, .tid = tid, .end_ns = end_ns,
		.frames = { 1000 + tid },
	};

	return stacks_add(s, &e);
}

/* The address in the stack of this wait; 0: none. */
static __u64 take(struct stacks *s, __u16 cpu, __u32 tid, __u64 end_ns)
{
	struct wait_event e = { .cpu = cpu, .tid = tid, .end_ns = end_ns };
	struct stack_event *stack = stacks_take(s, &e);
	__u64 frame = stack ? stack->frames[0] : 0;

	free(stack);
	return frame;
}

TEST_F(stacks, of_its_wait)
{
	ASSERT_TRUE(add(&self->s, 0, 7, 100));
	ASSERT_TRUE(add(&self->s, 1, 8, 100));
	EXPECT_EQ(1008, take(&self->s, 1, 8, 100));
	EXPECT_EQ(1007, take(&self->s, 0, 7, 100));
	/* Once. */
	EXPECT_EQ(0, take(&self->s, 0, 7, 100));
}

TEST_F(stacks, of_another_wait)
{
	ASSERT_TRUE(add(&self->s, 0, 7, 100));
	EXPECT_EQ(0, take(&self->s, 1, 7, 100));
	EXPECT_EQ(0, take(&self->s, 0, 8, 100));
	EXPECT_EQ(0, take(&self->s, 0, 7, 101));
	EXPECT_EQ(1007, take(&self->s, 0, 7, 100));
}

TEST_F(stacks, of_a_wait_that_was_lost)
{
	ASSERT_TRUE(add(&self->s, 0, 7, 100));
	ASSERT_TRUE(add(&self->s, 0, 7, 200));
	EXPECT_EQ(0, take(&self->s, 0, 7, 100));
	EXPECT_EQ(1007, take(&self->s, 0, 7, 200));
}

/* A damaged record may say anything. */
TEST_F(stacks, of_no_cpu)
{
	ASSERT_TRUE(add(&self->s, 2, 7, 100));
	ASSERT_TRUE(add(&self->s, 65535, 7, 100));
	EXPECT_EQ(0, take(&self->s, 2, 7, 100));
	EXPECT_EQ(0, take(&self->s, 65535, 7, 100));
}

TEST(not_asked_for)
{
	struct stacks s = {};

	ASSERT_TRUE(add(&s, 0, 7, 100));
	EXPECT_EQ(0, take(&s, 0, 7, 100));
	stacks_free(&s);
}

TEST_HARNESS_MAIN
