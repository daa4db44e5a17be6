/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/*
 * Totals over many waits: who waited most, who made others wait, whose cgroup
 * against whose, and for what. Memory is bounded, however many tasks come and
 * go: each table has room for so many; where it is full, an entry with little
 * time makes room, and what it had is in no table any more. If it comes back it
 * begins anew.
 */
#ifndef __RUNQSLOWER_TOTALS_H
#define __RUNQSLOWER_TOTALS_H

#include <stdbool.h>
#include <stddef.h>
#include "explain.h"
#include "runqslower.h"

/* A task that waited. */
struct waiter {
	__u32 tid;
	__u32 tgid;
	char comm[TASK_COMM_LEN];	/* the last one seen */
	__u64 nr;			/* waits over the threshold */
	__u64 total_ns;
	__u64 p50_ns, p99_ns;		/* to 10 % */
	__u64 max_ns;
};

/* A task that others waited for. */
struct culprit {
	__u32 tid;
	__u32 tgid;
	char comm[TASK_COMM_LEN];
	__u64 ns;			/* that it kept others waiting */
	__u64 nr_tasks;			/* different ones; beyond 64 about, to 4 % (1 sigma) */
};

/*
 * Tasks of one cgroup waited for those of another, or the same; 0: no cgroup.
 */
struct cgroup_pair {
	__u64 waiting;
	__u64 running;
	__u64 ns;
};

struct totals;

/* NULL if there is no memory. */
struct totals *totals_new(void);
void totals_free(struct totals *t);

/* Begin anew. */
void totals_clear(struct totals *t);

/* Count a wait. @why may be NULL: then there are only waiters. */
void totals_add(struct totals *t, const struct wait_event *e, const struct why *why);

/* At most @max, most time first. Returns how many there are in @out. */
size_t totals_waiters(const struct totals *t, struct waiter *out, size_t max);
size_t totals_culprits(const struct totals *t, struct culprit *out, size_t max);
size_t totals_pairs(const struct totals *t, struct cgroup_pair *out, size_t max);

/* All waits: how many, how long, and how much of that for this cause. */
__u64 totals_nr(const struct totals *t);
__u64 totals_ns(const struct totals *t);
__u64 totals_cause(const struct totals *t, enum cause cause);

#endif /* __RUNQSLOWER_TOTALS_H */
