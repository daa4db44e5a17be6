// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
#include "histogram.h"

__u64 bucket_start(unsigned int i)
{
	unsigned int shift = i / SUB_BUCKETS;

	if (shift < 2)
		return i;
	return (__u64)(SUB_BUCKETS + i % SUB_BUCKETS) << (shift - 1);
}

__u64 histogram_total(const struct histogram *h)
{
	__u64 total = 0;
	unsigned int i;

	for (i = 0; i < NR_BUCKETS; i++)
		total += h->counts[i];
	return total;
}

__u64 histogram_percentile(const struct histogram *h, double percent)
{
	__u64 total = histogram_total(h), below = 0;
	double wanted = total * percent / 100;
	unsigned int i;

	for (i = 0; i < NR_BUCKETS; i++) {
		below += h->counts[i];
		if (below && below >= wanted)
			return (bucket_start(i) + bucket_start(i + 1)) / 2;
	}
	return 0;
}
