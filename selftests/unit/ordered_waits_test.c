// SPDX-License-Identifier: GPL-2.0
/*
 * Waits put in order of time, from waits made up here: no kernel has a part in
 * it.
 */
#include <stdlib.h>
#include <string.h>
#include "kselftest_harness.h"
#include "analysis/ordered_waits.h"

/* @tid tells apart what has the same time. */
static bool push(struct ordered_waits *o, __u64 end_ns, __u32 tid)
{
	struct held_wait w = {
		.event = { .kind = RECORD_WAIT, .end_ns = end_ns, .tid = tid },
		.place_ns = end_ns,
	};

	return ordered_waits_push(o, &w);
}

/* The TID of the oldest wait that ended until @until; 0: there is none. */
static __u32 pop(struct ordered_waits *o, __u64 until)
{
	const struct held_wait *w = ordered_waits_pop(o, until);

	return w ? w->event.tid : 0;
}

TEST(empty)
{
	struct ordered_waits o = {};

	EXPECT_EQ(NULL, ordered_waits_pop(&o, ~0ULL));
	ASSERT_TRUE(push(&o, 5, 1));
	EXPECT_EQ(1U, o.nr);
	EXPECT_EQ(1U, pop(&o, ~0ULL));
	EXPECT_EQ(0U, o.nr);
	EXPECT_EQ(0U, pop(&o, ~0ULL));
	ordered_waits_free(&o);
	EXPECT_EQ(0U, o.nr);
	EXPECT_EQ(NULL, ordered_waits_pop(&o, ~0ULL));
}

TEST(until_is_inclusive)
{
	struct ordered_waits o = {};

	ASSERT_TRUE(push(&o, 1000, 1));
	ASSERT_TRUE(push(&o, 1001, 2));
	EXPECT_EQ(0U, pop(&o, 0));
	EXPECT_EQ(0U, pop(&o, 999));
	EXPECT_EQ(2U, o.nr);
	EXPECT_EQ(1U, pop(&o, 1000));
	EXPECT_EQ(0U, pop(&o, 1000));
	EXPECT_EQ(1U, o.nr);
	EXPECT_EQ(2U, pop(&o, 1001));
	ordered_waits_free(&o);
}

TEST(late_ones_find_their_place)
{
	static const __u64 times[] = { 50, 40, 60, 10, 55, 70, 5, 65 };
	static const __u32 sorted[] = { 7, 4, 2, 1, 5, 3, 8, 6 };
	struct ordered_waits o = {};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(times); i++)
		ASSERT_TRUE(push(&o, times[i], i + 1));
	for (i = 0; i < ARRAY_SIZE(sorted); i++)
		EXPECT_EQ(sorted[i], pop(&o, ~0ULL));
	ordered_waits_free(&o);
}

/* Those of one time come out as they came in. */
TEST(equal_times)
{
	struct ordered_waits o = {};
	__u32 i;

	for (i = 1; i <= 5; i++)
		ASSERT_TRUE(push(&o, 7, i));
	ASSERT_TRUE(push(&o, 8, 9));
	ASSERT_TRUE(push(&o, 7, 6));
	for (i = 1; i <= 6; i++)
		EXPECT_EQ(i, pop(&o, 7));
	EXPECT_EQ(0U, pop(&o, 7));
	EXPECT_EQ(9U, pop(&o, 8));
	ordered_waits_free(&o);
}

/* The whole event is kept; explanation and stack are handed on. */
TEST(what_is_kept)
{
	struct held_wait wait = {
		.event = {
			.kind = RECORD_WHY, .stalled = 1, .cpu = 2, .tid = 3, .tgid = 4,
			.prev_tid = 5, .end_ns = 6, .wait_ns = 7, .comm = "who",
			.prev_comm = "before",
		},
		.why = calloc(1, sizeof(struct why)),
		.stack = calloc(1, sizeof(struct stack_event)),
		.place_ns = 6,
	}, copy = wait;
	const struct held_wait *w;
	struct ordered_waits o = {};

	ASSERT_TRUE(ordered_waits_push(&o, &wait));
	memset(&wait, 0, sizeof(wait));
	w = ordered_waits_pop(&o, 6);
	ASSERT_NE(NULL, w);
	EXPECT_EQ(0, memcmp(&copy.event, &w->event, sizeof(copy.event)));
	EXPECT_EQ(copy.why, w->why);
	EXPECT_EQ(copy.stack, w->stack);
	held_wait_free(w);
	ordered_waits_free(&o);
}

/* Room is made by growing, and none of those held is lost. */
TEST(growth)
{
	struct ordered_waits o = {};
	__u32 i;

	for (i = 1; i <= 5000; i++)
		ASSERT_TRUE(push(&o, 2 * i, i));
	EXPECT_EQ(5000U, o.nr);
	ASSERT_TRUE(push(&o, 3, 9999));
	EXPECT_EQ(1U, pop(&o, ~0ULL));
	EXPECT_EQ(9999U, pop(&o, ~0ULL));
	for (i = 2; i <= 5000; i++)
		ASSERT_EQ(i, pop(&o, ~0ULL));
	EXPECT_EQ(0U, pop(&o, ~0ULL));
	ordered_waits_free(&o);
}

/* What is free at the front is used again: a queue of few waits stays small. */
TEST(room_at_the_front)
{
	struct ordered_waits o = {};
	__u32 i, next = 1;
	size_t size;

	for (i = 1; i <= 40; i++)
		ASSERT_TRUE(push(&o, i, i));
	size = o.size;
	for (; i <= 100000; i++) {
		ASSERT_EQ(next++, pop(&o, ~0ULL));
		ASSERT_TRUE(push(&o, i, i));
	}
	EXPECT_GE(4 * size, o.size);
	EXPECT_EQ(40U, o.nr);
	while (o.nr)
		ASSERT_EQ(next++, pop(&o, ~0ULL));
	EXPECT_EQ(i, next);
	ordered_waits_free(&o);
}

/*
 * Of random times each batch comes out sorted, whatever is held and free
 * meanwhile.
 */
TEST(random_order)
{
	__u64 now = 1000000, last, late;
	const struct held_wait *w;
	struct ordered_waits o = {};
	size_t in = 0, out = 0;
	int round, i;

	srand(1);
	last = 0;
	for (round = 0; round < 2000; round++) {
		for (i = rand() % 200; i; i--) {
			now += rand() % 20;
			late = rand() % 4 ? 0 : rand() % 1000;
			ASSERT_TRUE(push(&o, now - late, 1));
			in++;
		}
		while ((w = ordered_waits_pop(&o, now - 1000))) {
			ASSERT_LE(last, w->event.end_ns);
			last = w->event.end_ns;
			out++;
		}
		ASSERT_EQ(in - out, o.nr);
	}
	while ((w = ordered_waits_pop(&o, ~0ULL))) {
		ASSERT_LE(last, w->event.end_ns);
		last = w->event.end_ns;
		out++;
	}
	EXPECT_EQ(in, out);
	ordered_waits_free(&o);
}

/* --- explanations that are still held: free() is counted ------------------ */

void __real_free(void *mem);

static void *watched[8];
static int nr_freed[8], nr_freed_other;

void __wrap_free(void *mem)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(watched); i++) {
		if (mem && mem == watched[i]) {
			nr_freed[i]++;
			return;
		}
	}
	nr_freed_other += mem != NULL;
	__real_free(mem);
}

TEST(freed_once)
{
	struct ordered_waits o = {};
	struct held_wait wait = {};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(watched); i++) {
		/* A wait has an explanation, or a stack. */
		watched[i] = calloc(1, sizeof(struct why) + sizeof(struct stack_event));
		wait.place_ns = i;
		wait.why = i % 2 ? NULL : watched[i];
		wait.stack = i % 2 ? watched[i] : NULL;
		ASSERT_TRUE(ordered_waits_push(&o, &wait));
	}
	/* Three are the caller's now. */
	for (i = 0; i < 3; i++) {
		wait = *ordered_waits_pop(&o, ~0ULL);
		EXPECT_EQ(watched[i], i % 2 ? (void *)wait.stack : wait.why);
	}
	nr_freed_other = 0;
	ordered_waits_free(&o);
	for (i = 0; i < ARRAY_SIZE(watched); i++)
		EXPECT_EQ(i >= 3, nr_freed[i]);
	/* And what holds them. */
	EXPECT_EQ(1, nr_freed_other);
	EXPECT_EQ(0U, o.size);
	EXPECT_EQ(NULL, o.waits);
}

TEST_HARNESS_MAIN
