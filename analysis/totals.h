/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/*
 * Totals over many waits: the tasks that waited most, the tasks and cgroups
 * that kept others waiting, and the time of each cause. Memory is bounded,
 * because each table has a fixed size. If a table is full, a new entry evicts
 * an entry with little time. The time of an evicted entry is in no table any
 * more: an entry that comes back begins at 0.
 */
#ifndef __RUNQSLOWER_TOTALS_H
#define __RUNQSLOWER_TOTALS_H

#include <stdbool.h>
#include <stddef.h>
#include "explain.h"
#include "parts.h"
#include "runqslower.h"

/* What waits are added up by. */
enum totals_by {
	BY_THREAD,
	BY_PROCESS,			/* the tid of a task is its tgid */
	BY_COMM,			/* tid and tgid are 0 */
	BY_CGROUP,			/* tid and tgid are 0, comm is empty */
	NR_BY,
};

/* A task that waited, or tasks that count as one. */
struct waiter {
	__u32 tid;
	__u32 tgid;
	char comm[TASK_COMM_LEN];	/* the last name seen, padded with 0 */
	__u64 cgroup;			/* ID of the last one seen, 0: none */
	__u64 nr;			/* waits over the threshold */
	__u64 total_ns;
	__u64 p50_ns, p99_ns;		/* accurate to 10 % */
	__u64 max_ns;
	__u64 max_at_ns;		/* end of the longest wait */
	__u64 causes[NR_CAUSES];	/* ns; add up to total_ns if explained */
	struct parts parts;		/* of total_ns, largest first */
};

/* A task that others waited for, or tasks that count as one. */
struct culprit {
	__u32 tid;
	__u32 tgid;
	char comm[TASK_COMM_LEN];
	__u64 cgroup;
	__u64 ns;			/* ns that others waited for the task */
	/* Distinct tasks that waited; above 64 estimated to 4 % (1 sigma). */
	__u64 nr_tasks;
};

/*
 * Tasks of cgroup @waiting waited while tasks of cgroup @running ran. Both are
 * IDs and may be equal; 0: no cgroup.
 */
struct cgroup_pair {
	__u64 waiting;
	__u64 running;
	__u64 ns;
};

struct totals;

/* Free the result with totals_free(). NULL: no memory. */
struct totals *totals_new(enum totals_by by);
void totals_free(struct totals *t);

/* Forget all waits. */
void totals_clear(struct totals *t);

/*
 * Count wait @e; keeps no pointer. @why NULL: only waiters are counted, by what
 * @e tells.
 */
void totals_add(struct totals *t, const struct wait_event *e, const struct why *why);

/*
 * Fill @out with at most @max entries, most time first, and return their
 * number.
 */
size_t totals_waiters(const struct totals *t, struct waiter *out, size_t max);
size_t totals_culprits(const struct totals *t, struct culprit *out, size_t max);
size_t totals_pairs(const struct totals *t, struct cgroup_pair *out, size_t max);

/* @nr tasks wait now, the longest for @longest_ns, until totals_clear(). */
void totals_set_stalled(struct totals *t, __u64 nr, __u64 longest_ns);
__u64 totals_nr_stalled(const struct totals *t);
__u64 totals_stalled_ns(const struct totals *t);

enum totals_by totals_by(const struct totals *t);

/* Of all waits: the number, the ns, and the ns of @cause. */
__u64 totals_nr(const struct totals *t);
__u64 totals_ns(const struct totals *t);
__u64 totals_cause(const struct totals *t, enum cause cause);

#endif /* __RUNQSLOWER_TOTALS_H */
