/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/*
 * How results are written to stdout: text, JSON lines or CSV. Nothing is
 * flushed there, and errors stay in ferror(stdout).
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
 * All times are CLOCK_MONOTONIC, ns; clock_sync() is called before each batch.
 */
struct writer {
	/* Tracing has begun. */
	void (*begin)(const struct options *opts);
	/*
	 * A wait; or one that goes on, if @stalled: then end_ns is when it was
	 * looked at and prev is meaningless. @why is NULL if the programs do
	 * not explain.
	 */
	void (*wait)(const struct options *opts, const struct wait_event *e,
		     const struct why *why, bool stalled);
	/* What has come together from @since to @now. */
	void (*summary)(const struct options *opts, const struct totals *totals,
			__u64 since, __u64 now);
	void (*histogram)(const struct options *opts, const struct histogram *h,
			  __u64 since, __u64 now);
	/*
	 * @nr more waits were lost; the user has been told on stderr. May be
	 * NULL.
	 */
	void (*lost)(const struct options *opts, const char *reason, __u64 nr, __u64 now);
	/* The last call. */
	void (*cost)(const struct options *opts, const struct cost *costs, size_t nr,
		     __u64 now);
};

extern const struct writer text_writer;
extern const struct writer json_writer;
extern const struct writer csv_writer;

#endif /* __RUNQSLOWER_WRITER_H */
