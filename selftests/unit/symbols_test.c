// SPDX-License-Identifier: GPL-2.0
/* Names of addresses, from a /proc/kallsyms that is made up. */
#include <stdio.h>
#include <string.h>
#include "kselftest_harness.h"
#include "util/symbols.h"
#include "writers/stack.h"

static const char *kallsyms;		/* NULL: there is no such file */

FILE *__real_fopen(const char *path, const char *mode);

FILE *__wrap_fopen(const char *path, const char *mode)
{
	if (strcmp(path, "/proc/kallsyms"))
		return __real_fopen(path, mode);
	return kallsyms ? fmemopen((void *)kallsyms, strlen(kallsyms), "r") : NULL;
}

/* In no order, as modules are. Only functions are of interest. */
static const char some[] =
	"ffffffff81000000 T _text\n"
	"ffffffff81002000 t __schedule\n"
	"ffffffff81001800 D some_data\n"
	"ffffffffc0a01000 t nfs_wait\t[nfs]\n"
	"ffffffff81003000 W schedule\n"
	"0000000000000000 A hidden\n"
	"ffffffff81003000\n"
	"\n"
	"ffffffff81001000 w first\n";

TEST(names)
{
	kallsyms = some;
	ASSERT_TRUE(symbols_load());
	EXPECT_STREQ("_text+0x10", symbol_text(0xffffffff81000010));
	EXPECT_STREQ("first+0xfff", symbol_text(0xffffffff81001fff));
	EXPECT_STREQ("__schedule+0x1", symbol_text(0xffffffff81002001));
	EXPECT_STREQ("nfs_wait+0x123 [nfs]", symbol_text(0xffffffffc0a01123));
	EXPECT_STREQ("schedule+0x2a", symbol_text(0xffffffff8100302a));
}

/* A call that does not return is the last of its function. */
TEST(behind_a_function)
{
	kallsyms = some;
	ASSERT_TRUE(symbols_load());
	EXPECT_STREQ("first+0x1000", symbol_text(0xffffffff81002000));
}

TEST(copies)
{
	kallsyms = "ffffffff81002000 t __schedule.constprop.0\n";
	ASSERT_TRUE(symbols_load());
	EXPECT_TRUE(symbol_is(0xffffffff81002001, "__schedule"));
	EXPECT_FALSE(symbol_is(0xffffffff81002001, "__sched"));
	EXPECT_FALSE(symbol_is(0xffffffff81002001, "__schedule.constprop.01"));
	EXPECT_STREQ("__schedule.constprop.0+0x1", symbol_text(0xffffffff81002001));
}

/* The name of a function comes before what marks a section. */
TEST(names_of_one_address)
{
	kallsyms =
		"ffffffff81001000 t first\n"
		"ffffffff81002000 t __schedule\n"
		"ffffffff81002000 T __sched_text_start\n"
		"ffffffff81002000 T __cpuidle_text_end\n"
		"ffffffff81003000 T schedule\n";
	ASSERT_TRUE(symbols_load());
	EXPECT_STREQ("first+0x1000", symbol_text(0xffffffff81002000));
	EXPECT_STREQ("__schedule+0x1", symbol_text(0xffffffff81002001));
	EXPECT_TRUE(symbol_is(0xffffffff81002fff, "__schedule"));
	EXPECT_STREQ("schedule+0x1", symbol_text(0xffffffff81003001));
}

/* What is not in the list is not of the last function before. */
TEST(far_from_all)
{
	kallsyms = some;
	ASSERT_TRUE(symbols_load());
	EXPECT_STREQ("0xffffffffa0000000", symbol_text(0xffffffffa0000000));
	EXPECT_FALSE(symbol_is(0xffffffff81182003, "__schedule"));
}

TEST(below_all)
{
	kallsyms = some;
	ASSERT_TRUE(symbols_load());
	EXPECT_STREQ("0xffffffff80ffffff", symbol_text(0xffffffff80ffffff));
	EXPECT_FALSE(symbol_is(0xffffffff80ffffff, "_text"));
}

TEST(none)
{
	EXPECT_FALSE(symbols_load());
	EXPECT_STREQ("0xffffffff81002001", symbol_text(0xffffffff81002001));
	EXPECT_FALSE(symbol_is(0xffffffff81002001, "__schedule"));
}

TEST(hidden)
{
	kallsyms = "0000000000000000 T _text\n0000000000000000 t __schedule\n";
	EXPECT_FALSE(symbols_load());
	EXPECT_STREQ("0x1", symbol_text(1));
}

static unsigned int nr_shown(const struct stack_event *s)
{
	unsigned int nr = 0, i;

	for_each_frame(i, s)
		nr++;
	return nr;
}

/* Tracing has frames of its own, which differ from kernel to kernel. */
TEST(where_a_stack_begins)
{
	struct stack_event s = { .nr = 4, .frames = {
		0xffffffff81000010, 0xffffffffc0a01123, 0xffffffff81002001, 0xffffffff81003001,
	} };

	EXPECT_EQ(4, nr_shown(&s));
	kallsyms = some;
	ASSERT_TRUE(symbols_load());
	EXPECT_TRUE(symbol_is(s.frames[2], "__schedule"));
	EXPECT_EQ(2, stack_begin(&s));
	EXPECT_EQ(2, nr_shown(&s));
	s.frames[2] = 0xffffffff81003002;
	EXPECT_EQ(0, stack_begin(&s));
	s.nr = 0;
	EXPECT_EQ(0, nr_shown(&s));
	EXPECT_EQ(0, nr_shown(NULL));
}

TEST_HARNESS_MAIN
