/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/*
 * A histogram of waits by length. Each power of two has SUB_BUCKETS buckets, so
 * a bucket is at most 1/32 as wide as its start. Below 64 ns, each bucket has
 * one length. BPF programs use these buckets, too: see bucket_of() in
 * runqslower.h.
 */
#ifndef __RUNQSLOWER_HISTOGRAM_H
#define __RUNQSLOWER_HISTOGRAM_H

#include <stddef.h>
#include "runqslower.h"

struct histogram {
	__u64 counts[NR_BUCKETS];
	/* Tasks that wait now, and for how long; 0 without -S. */
	__u64 nr_stalled;
	__u64 stalled_ns;
};

/*
 * The shortest wait that bucket @i counts, in ns. Bucket @i ends before the
 * start of the next bucket.
 */
__u64 bucket_start(unsigned int i);

__u64 histogram_total(const struct histogram *h);

/*
 * The length that @percent of the waits do not exceed, in ns: the middle of a
 * bucket. @percent 100: the longest wait. Returns 0 if @h is empty.
 */
__u64 histogram_percentile(const struct histogram *h, double percent);

#endif /* __RUNQSLOWER_HISTOGRAM_H */
