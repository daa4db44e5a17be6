// SPDX-License-Identifier: GPL-2.0
/* What options need: programs, counts of lengths, lines, and how often. */
#include <linux/types.h>
#include "kselftest_harness.h"
#include "options.h"

#define SEC	1000000000ULL

#define DEFAULTS .min_us = 10000, .history = 1024

/* Which programs are in use hangs on this. */
TEST(what_explains)
{
	__u64 group = 1;

	EXPECT_FALSE(needs_why_programs(&(struct options) { DEFAULTS, .previous = true, .histogram = true,
						  .stalled_ns = SEC, .cost = true }));
	EXPECT_TRUE(needs_why_programs(&(struct options) { .why = true }));
	EXPECT_TRUE(needs_why_programs(&(struct options) { .waker = true }));
	EXPECT_TRUE(needs_why_programs(&(struct options) { .summary = true }));
	EXPECT_TRUE(needs_why_programs(&(struct options) { .trace = "x" }));
	EXPECT_TRUE(needs_why_programs(&(struct options) { .metrics = "x" }));
	EXPECT_TRUE(needs_why_programs(&(struct options) { .cgroups = &group, .nr_cgroups = 1 }));
	EXPECT_TRUE(prints_lines(&(struct options) { .why = true, .stalled_ns = SEC }));
	EXPECT_FALSE(prints_lines(&(struct options) { .summary = true }));
	EXPECT_FALSE(prints_lines(&(struct options) { .histogram = true }));
}

TEST(what_counts_lengths)
{
	EXPECT_FALSE(needs_lengths(&(struct options) { .why = true, .summary = true }));
	EXPECT_TRUE(needs_lengths(&(struct options) { .histogram = true }));
	EXPECT_TRUE(needs_lengths(&(struct options) { .metrics = "x" }));
}

/* Of --metrics: only if something was asked for that only lines can have. */
TEST(lines_of_metrics)
{
#define METRICS(...) (&(struct options) { .metrics = "x", __VA_ARGS__ })
	EXPECT_FALSE(prints_lines(METRICS()));
	EXPECT_FALSE(prints_lines(METRICS(.stalled_ns = SEC, .cost = true, .trace = "y")));
	EXPECT_TRUE(prints_lines(METRICS(.why = true)));
	EXPECT_TRUE(prints_lines(METRICS(.previous = true)));
	EXPECT_TRUE(prints_lines(METRICS(.stack = true)));
	EXPECT_TRUE(prints_lines(METRICS(.waker = true)));
	EXPECT_TRUE(prints_lines(METRICS(.output = OUTPUT_JSON)));
	EXPECT_TRUE(prints_lines(METRICS(.output = OUTPUT_CSV)));
	EXPECT_FALSE(prints_lines(METRICS(.why = true, .summary = true)));
	EXPECT_FALSE(prints_lines(METRICS(.output = OUTPUT_JSON, .histogram = true)));
	EXPECT_EQ(15 * SEC, metrics_period(METRICS()));
	EXPECT_EQ(SEC, metrics_period(METRICS(.interval_ns = SEC)));
	EXPECT_EQ(0, metrics_period(&(struct options) { .summary = true, .interval_ns = SEC }));
}

TEST_HARNESS_MAIN
