/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/*
 * Writers of results to stdout: text, JSON lines and CSV. A writer does not
 * flush stdout, and leaves errors in ferror(stdout).
 */
#ifndef __RUNQSLOWER_WRITER_H
#define __RUNQSLOWER_WRITER_H

#include "analysis/cost.h"
#include "analysis/explain.h"
#include "analysis/histogram.h"
#include "analysis/totals.h"
#include "options.h"
#include "runqslower.h"

/*
 * All times are CLOCK_MONOTONIC, ns. The caller calls clock_sync() before each
 * batch of calls, and keeps ownership of all arguments.
 */
struct writer {
	/* The first call: tracing has begun. */
	void (*begin)(const struct options *opts);
	/*
	 * Write a wait. @stalled: the wait goes on, end_ns is the time of the
	 * look at the task, and prev is meaningless. @why NULL: not explained.
	 * @stack NULL: not known, or not asked for.
	 */
	void (*wait)(const struct options *opts, const struct wait_event *e,
		     const struct why *why, const struct stack_event *stack, bool stalled);
	/* Write the totals of the time from @since to @now. */
	void (*summary)(const struct options *opts, const struct totals *totals,
			__u64 since, __u64 now);
	void (*histogram)(const struct options *opts, const struct histogram *h,
			  __u64 since, __u64 now);
	/*
	 * Write that @nr more waits were lost. The user knows already from
	 * stderr. A writer may leave lost NULL.
	 */
	void (*lost)(const struct options *opts, const char *reason, __u64 nr, __u64 now);
	/*
	 * With -w, -s or --metrics, once: what the kernel cannot tell, bits of
	 * enum limits. The user knows already from stderr. A writer may leave
	 * limits NULL.
	 */
	void (*limits)(const struct options *opts, unsigned int limits, __u64 now);
	/* With --cost only: the last call. */
	void (*cost)(const struct options *opts, const struct cost *costs, size_t nr,
		     __u64 now);
};

extern const struct writer text_writer;
extern const struct writer json_writer;
extern const struct writer csv_writer;

#endif /* __RUNQSLOWER_WRITER_H */
