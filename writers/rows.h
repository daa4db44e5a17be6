/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/* Results, ready to be written: the rows that tables.h describes. */
#ifndef __RUNQSLOWER_ROWS_H
#define __RUNQSLOWER_ROWS_H

#include "analysis/explain.h"
#include "analysis/histogram.h"
#include "analysis/totals.h"
#include "field.h"
#include "runqslower.h"
#include "writer.h"

struct wait_row {
	struct why_event event;		/* with nothing but the wait if not explained */
	const struct why *why;		/* NULL if not explained */
	__u64 wakeup_ns;		/* not more than the wait */
	__u64 hops;			/* if more than can be named, or 0 */
	struct rows shares;		/* struct share */
	struct rows top;		/* that of the task that ran for longest */
	__u64 causes[NR_CAUSES];	/* ns */
	__u64 quota_cgroup;
	__u64 uncovered_ns;
	/* For people, with something in the place of nothing: */
	const char *prev_comm;
	const char *waker;
	__u32 waker_tid;
};

/* A line of the summary. */
enum total_kind {
	TOTAL_ALL,
	TOTAL_CAUSE,
	TOTAL_WAITER,
	TOTAL_WAITERS_REST,
	TOTAL_CULPRIT,
	TOTAL_CULPRITS_REST,
	TOTAL_CGROUPS,
	TOTAL_CGROUPS_REST,
	NR_TOTALS,
};

struct total_row {
	__u32 kind;			/* enum total_kind */
	__u32 cause;
	__u64 since_ns, now_ns;
	char comm[TASK_COMM_LEN];
	__u32 tid, tgid;
	__u64 waiting, running;		/* cgroups */
	__u64 ns;
	__u64 waits;
	__u64 p50_ns, p99_ns, max_ns;
	__u64 tasks;
	double percent;			/* of all waiting */
};

/* As many waiters, culprits and pairs of cgroups each as anybody wants. */
#define MAX_TOP		20

struct summary_row {
	__u32 kind;			/* 0 */
	__u64 since_ns, now_ns;
	__u64 waits, wait_ns;
	__u64 causes[NR_CAUSES];
	struct rows all;		/* struct total_row: every line there is */
	struct rows waiters, culprits, cgroups;	/* parts of it */
	__u64 waiters_rest_ns, culprits_rest_ns, cgroups_rest_ns;
	struct total_row rows[1 + NR_CAUSES + 3 * (MAX_TOP + 1)];
};

struct bucket_row {
	__u64 since_ns, now_ns;
	__u64 from_ns, to_ns;		/* 0: no end */
	__u64 count;
};

struct histogram_row {
	__u32 kind;			/* 0 */
	__u64 since_ns, now_ns;
	__u64 count;
	__u64 p50_ns, p90_ns, p99_ns, p99_9_ns, max_ns;
	struct rows buckets;		/* struct bucket_row: those with any waits */
	struct bucket_row rows[NR_BUCKETS];
};

struct lost_row {
	__u32 kind;			/* 0 */
	__u64 now_ns;
	const char *reason;
	__u64 waits;
};

struct cost_row {
	__u32 kind;			/* 0 */
	__u64 now_ns;
	struct cost cost;
	double ns_per_run;
};

/* What they point to is in the arguments, or in the row: do not copy a row. */
void fill_wait(struct wait_row *row, const struct wait_event *e, const struct why *why,
	       bool stalled);
/* At most @max, not over MAX_TOP, waiters, culprits and pairs of cgroups each. */
void fill_summary(struct summary_row *row, const struct totals *t, size_t max,
		  __u64 since, __u64 now);
void fill_histogram(struct histogram_row *row, const struct histogram *h, __u64 since,
		    __u64 now);
void fill_cost(struct cost_row *row, const struct cost *cost, __u64 now);

#endif /* __RUNQSLOWER_ROWS_H */
