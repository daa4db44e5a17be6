/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/*
 * The file of --metrics, in the text format of Prometheus. The textfile
 * collector of node_exporter reads such files.
 */
#ifndef __RUNQSLOWER_METRICS_FILE_H
#define __RUNQSLOWER_METRICS_FILE_H

#include <stdbool.h>
#include "analysis/cost.h"
#include "analysis/histogram.h"
#include "analysis/metrics.h"
#include "runqslower.h"

/* What the file shows, all since the start. The caller owns all of it. */
struct metrics_page {
	__u64 threshold_ns;
	const struct histogram *lengths;	/* of all waits */
	const struct wait_stats *stats;
	const struct metrics *metrics;
	const struct cost *costs;
	size_t nr_costs;			/* 0: leave costs out */
};

/*
 * The label of @cgroup for metrics_add(): its path in valid UTF-8. NULL: the
 * path is not known. Valid until the next call.
 */
const char *metrics_id(__u64 cgroup);

/*
 * Replace the file at @path by one that shows @page, with mode 0644. Whoever
 * reads the file finds the old or the new one, never a part. False, with errno,
 * on failure: the old file stays as it was.
 */
bool metrics_file_write(const char *path, const struct metrics_page *page);

#endif /* __RUNQSLOWER_METRICS_FILE_H */
