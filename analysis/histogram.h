/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/*
 * Lengths of time counted in buckets that grow with them: 32 to every power of
 * two, so that a bucket is at most 3 % wide; below 64 ns one for each. The BPF
 * programs count in the same way: see bucket_of() in runqslower.h.
 */
#ifndef __RUNQSLOWER_HISTOGRAM_H
#define __RUNQSLOWER_HISTOGRAM_H

#include <stddef.h>
#include "runqslower.h"

struct histogram {
	__u64 counts[NR_BUCKETS];
};

/*
 * The least length that bucket @i counts, in ns; it ends where the next begins.
 */
__u64 bucket_start(unsigned int i);

__u64 histogram_total(const struct histogram *h);

/*
 * The length that @percent of the counted ones do not exceed, in ns: the middle
 * of its bucket. 100: the largest. 0 if nothing was counted.
 */
__u64 histogram_percentile(const struct histogram *h, double percent);

#endif /* __RUNQSLOWER_HISTOGRAM_H */
