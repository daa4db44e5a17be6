// SPDX-License-Identifier: GPL-2.0
/* Shares as whole percents. */
#include <stdio.h>
#include <stdlib.h>
#include "kselftest_harness.h"
#include "show_why.h"

/* Percents of a wait of which tasks a, b, ... had @tasks, largest first. */
static const char *printed(__u64 other, const __u64 *tasks, size_t nr_tasks)
{
	static char text[1024];
	struct why *why = calloc(1, sizeof(*why) + (nr_tasks + 1) * sizeof(*why->shares));
	struct percent p[MAX_PERCENTS];
	FILE *f = fmemopen(text, sizeof(text), "w");
	size_t nr, i;

	for (i = 0; i <= nr_tasks; i++) {
		if (other && (i == nr_tasks || tasks[i] < other)) {
			why->shares[why->nr].cause = CAUSE_OTHER;
			why->shares[why->nr++].ns = other;
			why->event.wait.wait_ns += other;
			other = 0;
		}
		if (i == nr_tasks)
			break;
		why->shares[why->nr].cause = CAUSE_TASK;
		why->shares[why->nr].comm[0] = 'a' + i % 26;
		why->shares[why->nr].tid = 11 + i;
		why->shares[why->nr++].ns = tasks[i];
		why->event.wait.wait_ns += tasks[i];
	}
	nr = percents(why, p);
	for (i = 0; i < nr; i++)
		print_share(f, p[i].percent, &p[i].share);
	if (flaw(why))
		fprintf(f, ": %s", flaw(why));
	fclose(f);
	free(why);
	return text;
}

#define PRINTED(other, ...) ({ \
	const __u64 tasks[] = { __VA_ARGS__ }; \
	printed(other, tasks, ARRAY_SIZE(tasks)); \
})

TEST(percents_of_no_time)
{
	EXPECT_STREQ("100 other", printed(0, NULL, 0));
}

TEST(percents_of_one)
{
	EXPECT_STREQ("100 a/11", PRINTED(0, 12345));
	EXPECT_STREQ("100 other", printed(12345, NULL, 0));
}

TEST(percents_are_exact)
{
	EXPECT_STREQ("50 a/11, 30 b/12, 20 c/13", PRINTED(0, 500, 300, 200));
}

/* The missing points go to the largest rests, */
TEST(percents_rounded)
{
	EXPECT_STREQ("66 a/11, 34 b/12", PRINTED(0, 664, 336));
	EXPECT_STREQ("67 a/11, 33 b/12", PRINTED(0, 666, 334));
	EXPECT_STREQ("50 a/11, 29 b/12, 21 c/13", PRINTED(0, 506, 287, 207));
}

/* of equal ones to the first. */
TEST(percents_of_equals)
{
	EXPECT_STREQ("34 a/11, 33 b/12, 33 c/13", PRINTED(0, 1, 1, 1));
	EXPECT_STREQ("50 a/11, 50 b/12", PRINTED(0, 7, 7));
}

TEST(percents_other_is_kept)
{
	EXPECT_STREQ("60 a/11, 40 other", PRINTED(40, 60));
	EXPECT_STREQ("60 other, 40 a/11", PRINTED(60, 40));
	EXPECT_STREQ("99 a/11, 1 other", PRINTED(6, 994));
}

TEST(percents_small_ones_are_other)
{
	EXPECT_STREQ("98 a/11, 2 other", PRINTED(0, 980, 9, 9, 2));
	EXPECT_STREQ("95 a/11, 5 other", PRINTED(40, 950, 9, 1));
}

TEST(percents_one_is_not_small)
{
	EXPECT_STREQ("99 a/11, 1 b/12", PRINTED(0, 99, 1));
	EXPECT_STREQ("99 a/11, 1 b/12", PRINTED(0, 9899, 100));
}

/* Also of a length that is no multiple of 100. */
TEST(percents_just_below_one)
{
	EXPECT_STREQ("99 a/11, 1 other", PRINTED(0, 1089, 10));
	EXPECT_STREQ("99 a/11, 1 other", PRINTED(0, 198, 1));
}

/* Nor is other shown for next to nothing. */
TEST(percents_next_to_nothing)
{
	EXPECT_STREQ("100 a/11", PRINTED(0, 999, 1));
	EXPECT_STREQ("100 a/11", PRINTED(1, 999));
}

TEST(percents_all_small)
{
	__u64 tasks[200];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(tasks); i++)
		tasks[i] = 5;
	EXPECT_STREQ("100 other", printed(0, tasks, ARRAY_SIZE(tasks)));
}

TEST(percents_no_room)
{
	EXPECT_STREQ("30 a/11, 25 b/12, 20 c/13, 10 d/14, 8 e/15, 7 other",
		     PRINTED(0, 30, 25, 20, 10, 8, 7));
	EXPECT_STREQ("50 other, 10 a/11, 10 b/12, 10 c/13, 10 d/14, 10 e/15",
		     PRINTED(0, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10));
	EXPECT_STREQ("31 a/11, 21 b/12, 17 other, 16 c/13, 10 d/14, 5 e/15",
		     PRINTED(13, 31, 21, 16, 10, 5, 4));
}

TEST(percents_just_room)
{
	EXPECT_STREQ("30 a/11, 25 b/12, 20 c/13, 15 d/14, 10 e/15",
		     PRINTED(0, 30, 25, 20, 15, 10));
	EXPECT_STREQ("30 a/11, 25 b/12, 20 c/13, 15 d/14, 6 e/15, 4 other",
		     PRINTED(4, 30, 25, 20, 15, 6));
}

TEST(percents_of_a_year)
{
	EXPECT_STREQ("67 a/11, 33 b/12", PRINTED(0, 2ULL << 53, 1ULL << 53));
}

TEST_HARNESS_MAIN
