/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Random numbers by a fixed seed, so that each run is the same, and what is
 * exact of many numbers.
 */
#ifndef __NUMBERS_H
#define __NUMBERS_H

#include <stddef.h>
#include <linux/types.h>

static __u64 random_state = 1;

/* xorshift64* */
static inline __u64 rnd64(void)
{
	random_state ^= random_state >> 12;
	random_state ^= random_state << 25;
	random_state ^= random_state >> 27;
	return random_state * 0x2545f4914f6cdd1dULL;
}

static inline __u64 rnd(__u64 below)
{
	return rnd64() % below;
}

/* Any length of time up to 2^@bits, short ones as often as long ones. */
static inline __u64 rnd_length(unsigned int bits)
{
	return rnd64() >> (64 - bits + rnd(bits));
}

static inline int by_value(const void *pa, const void *pb)
{
	__u64 a = *(const __u64 *)pa, b = *(const __u64 *)pb;

	return a < b ? -1 : a > b;
}

/* The least of the sorted @v that @percent of them do not exceed. */
static inline __u64 exact_percentile(const __u64 *v, size_t nr, double percent)
{
	size_t i = 0;

	while ((i + 1) * 100.0 < nr * percent)
		i++;
	return v[i];
}

/* |@a - @b| / @b */
static inline double off(double a, double b)
{
	return a > b ? (a - b) / b : (b - a) / b;
}

#endif /* __NUMBERS_H */
