// SPDX-License-Identifier: GPL-2.0
/* Buckets and histograms, with lengths made up here. */
#include <stdlib.h>
#include <string.h>
#include "kselftest_harness.h"
#include "numbers.h"
#include "analysis/histogram.h"

TEST(bucket_round_trip)
{
	unsigned int i;

	for (i = 0; i < NR_BUCKETS; i++) {
		ASSERT_EQ(i, bucket_of(bucket_start(i)));
		ASSERT_EQ(i, bucket_of(bucket_start(i + 1) - 1));
	}
	EXPECT_EQ(0U, bucket_start(0));
	EXPECT_EQ(1ULL << MAX_WAIT_BITS, bucket_start(NR_BUCKETS));
	EXPECT_EQ(NR_BUCKETS - 1, bucket_of(1ULL << MAX_WAIT_BITS));
	EXPECT_EQ(NR_BUCKETS - 1, bucket_of(-1ULL));
}

TEST(bucket_any_length)
{
	__u32 i, bucket;
	__u64 ns;

	for (i = 0; i < 1000000; i++) {
		ns = rnd_length(MAX_WAIT_BITS);
		bucket = bucket_of(ns);
		ASSERT_LT(bucket, NR_BUCKETS);
		ASSERT_LE(bucket_start(bucket), ns);
		ASSERT_GT(bucket_start(bucket + 1), ns);
	}
}

TEST(bucket_width)
{
	unsigned int i;

	for (i = 0; i < 2 * SUB_BUCKETS; i++)
		ASSERT_EQ(i, bucket_start(i));
	for (; i < NR_BUCKETS; i++)
		ASSERT_LE(off(bucket_start(i + 1), bucket_start(i)), 0.032);
}

TEST(histogram_empty)
{
	static const struct histogram h;

	EXPECT_EQ(0U, histogram_total(&h));
	EXPECT_EQ(0U, histogram_percentile(&h, 50));
	EXPECT_EQ(0U, histogram_percentile(&h, 100));
}

TEST(histogram_one)
{
	static struct histogram h;

	h.counts[bucket_of(17)] = 1;
	EXPECT_EQ(1U, histogram_total(&h));
	EXPECT_EQ(17U, histogram_percentile(&h, 0));
	EXPECT_EQ(17U, histogram_percentile(&h, 50));
	EXPECT_EQ(17U, histogram_percentile(&h, 100));
}

/* Ranks, where each length has a bucket of its own. */
TEST(histogram_ranks)
{
	static struct histogram h;
	int i;

	for (i = 1; i <= 50; i++)
		h.counts[bucket_of(i)]++;
	EXPECT_EQ(1U, histogram_percentile(&h, 2));
	EXPECT_EQ(2U, histogram_percentile(&h, 2.1));
	EXPECT_EQ(25U, histogram_percentile(&h, 50));
	EXPECT_EQ(26U, histogram_percentile(&h, 51));
	EXPECT_EQ(49U, histogram_percentile(&h, 98));
	EXPECT_EQ(50U, histogram_percentile(&h, 99));
	EXPECT_EQ(50U, histogram_percentile(&h, 100));
}

TEST(histogram_percentiles)
{
	static const double percents[] = { 1, 50, 90, 99, 99.9, 100 };
	static const unsigned int bits[] = { 10, 24, MAX_WAIT_BITS };
	static struct histogram h;
	static __u64 v[100000];
	__u64 shown, exact;
	size_t i, j;

	for (j = 0; j < 3; j++) {
		memset(&h, 0, sizeof(h));
		for (i = 0; i < 100000; i++) {
			v[i] = 1 + rnd_length(bits[j]);
			h.counts[bucket_of(v[i])]++;
		}
		qsort(v, 100000, sizeof(*v), by_value);
		EXPECT_EQ(100000U, histogram_total(&h));
		for (i = 0; i < 6; i++) {
			exact = exact_percentile(v, 100000, percents[i]);
			shown = histogram_percentile(&h, percents[i]);
			EXPECT_LE(off(shown, exact), exact < 2 * SUB_BUCKETS ? 0 : 0.032);
		}
	}
}

TEST_HARNESS_MAIN
