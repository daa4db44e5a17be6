/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/* Why a task waited: its wait shared out among who and what had the CPU. */
#ifndef __RUNQSLOWER_EXPLAIN_H
#define __RUNQSLOWER_EXPLAIN_H

#include <stdbool.h>
#include <stddef.h>
#include "history.h"
#include "runqslower.h"

enum cause {
	CAUSE_QUOTA,			/* throttled for want of CPU bandwidth */
	CAUSE_TASK,			/* another task ran where this one was queued */
	CAUSE_IRQ,
	CAUSE_STEAL,			/* the hypervisor had the CPU */
	CAUSE_IDLE,			/* nothing ran, although the task was ready */
	CAUSE_MIGRATING,			/* between two run queues */
	CAUSE_WAKEUP,			/* between sched_waking and sched_wakeup */
	CAUSE_OTHER,			/* not known */
	NR_CAUSES,
};

struct share {
	enum cause cause;
	__u64 ns;
	__u64 cgroup;			/* ID: of the task, or that ran out of quota */
	/* Of CAUSE_TASK: */
	__u32 tid;
	__u32 tgid;
	char comm[TASK_COMM_LEN];
	bool same_process;		/* as the one that waited */
	bool same_cgroup;		/* and that is not the root */
};

/* The wait of an event, explained. The shares add up to event.wait.wait_ns. */
struct why {
	struct why_event event;
	__u64 uncovered_ns;		/* part of CAUSE_OTHER: no history of that time */
	size_t nr;
	struct share shares[];		/* largest first; none is 0, no two are of one kind */
};

/* The result is for free(). NULL if there is no memory. */
struct why *explain(const struct why_event *e, const struct history *h);

#define MAX_PERCENTS	6

/* A share as it is printed. */
struct percent {
	struct share share;
	unsigned int percent;
};

/*
 * At most MAX_PERCENTS shares in whole percent that add up to 100, largest
 * first. What has less than 1 %, or finds no room, is in CAUSE_OTHER. Returns
 * how many.
 */
size_t percents(const struct why *why, struct percent *out);

#endif /* __RUNQSLOWER_EXPLAIN_H */
