/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/*
 * Results, ready to be written. tables.h describes the rows. Times are ns,
 * points in time are CLOCK_MONOTONIC.
 */
#ifndef __RUNQSLOWER_ROWS_H
#define __RUNQSLOWER_ROWS_H

#include "analysis/explain.h"
#include "analysis/histogram.h"
#include "analysis/totals.h"
#include "field.h"
#include "runqslower.h"
#include "writer.h"

struct wait_row {
	struct why_event event;		/* not explained: only .wait is set */
	const struct why *why;		/* NULL if not explained */
	__u64 wakeup_ns;		/* at most event.wait.wait_ns */
	__u64 migrations;		/* their number; 0: event has them all */
	const struct stack_event *stack;	/* NULL: not known */
	struct rows shares;		/* struct share */
	struct rows top;		/* share of the task that ran longest */
	__u64 causes[NR_CAUSES];	/* ns */
	__u64 quota_cgroup;
	__u64 uncovered_ns;
	__u64 cpu_cgroup;		/* 0: event.cgroup */
	/* Masks of CPUs that were idle all the while. */
	__u64 idle_cpus[MAX_IDLE_CPUS / 64];
	__u64 forbidden_cpus[MAX_IDLE_CPUS / 64];
	/* For text; "-" stands for no task. */
	const char *prev_comm;
	const char *waker;
	__u32 waker_tid;
};

/* The kind of a line of the summary. */
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
	__u64 cgroup;			/* IDs */
	__u64 waiting, running;
	__u64 ns;
	__u64 waits;
	__u64 p50_ns, p99_ns, max_ns;
	__u64 max_at_ns;		/* end of the longest wait */
	__u64 causes[NR_CAUSES];	/* ns */
	struct rows shares;		/* struct share */
	struct rows top;		/* that of who ran longest */
	__u64 tasks;
	double percent;			/* of the time of all waits */
};

/* The most waiters, culprits and pairs of cgroups that a format shows. */
#define MAX_TOP		20

struct summary_row {
	__u32 kind;			/* 0 */
	__u32 by;			/* enum totals_by */
	__u64 since_ns, now_ns;
	__u64 waits, wait_ns;
	__u64 nr_stalled, stalled_ns;
	__u64 causes[NR_CAUSES];
	struct rows all;		/* every struct total_row */
	struct rows waiters, culprits, cgroups;	/* parts of @all */
	__u64 waiters_rest_ns, culprits_rest_ns, cgroups_rest_ns;
	struct total_row rows[1 + NR_CAUSES + 3 * (MAX_TOP + 1)];
	struct waiter waiter[MAX_TOP];
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
	__u64 nr_stalled, stalled_ns;
	__u64 p50_ns, p90_ns, p99_ns, p99_9_ns, max_ns;
	struct rows buckets;		/* struct bucket_row with waits */
	struct bucket_row rows[NR_BUCKETS];
};

struct lost_row {
	__u32 kind;			/* 0 */
	__u64 now_ns;
	const char *reason;
	__u64 waits;
};

/* What the kernel can tell. */
struct limits_row {
	__u32 kind;			/* 0 */
	__u64 now_ns;
	bool irq, steal, waker, yielded, groups;
};

struct cost_row {
	__u32 kind;			/* 0 */
	__u64 now_ns;
	struct cost cost;
	double ns_per_run;
};

/*
 * Fill @row. @row may point to the arguments and into itself: keep the
 * arguments, and do not copy @row.
 */
void fill_wait(struct wait_row *row, const struct wait_event *e, const struct why *why,
	       const struct stack_event *stack, bool stalled);
/* @max: the most waiters, culprits and pairs each, at most MAX_TOP. */
void fill_summary(struct summary_row *row, const struct totals *t, size_t max,
		  __u64 since, __u64 now);
void fill_histogram(struct histogram_row *row, const struct histogram *h, __u64 since,
		    __u64 now);
/* @limits: bits of enum limits. */
void fill_limits(struct limits_row *row, unsigned int limits, __u64 now);
void fill_cost(struct cost_row *row, const struct cost *cost, __u64 now);

#endif /* __RUNQSLOWER_ROWS_H */
