/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/* Split a wait into shares by what the task waited for. */
#ifndef __RUNQSLOWER_EXPLAIN_H
#define __RUNQSLOWER_EXPLAIN_H

#include <stdbool.h>
#include <stddef.h>
#include "history.h"
#include "runqslower.h"

enum cause {
	CAUSE_QUOTA,			/* the waiter's group was throttled */
	CAUSE_RT_LIMIT,			/* real-time tasks have run too long */
	CAUSE_DEADLINE,			/* the waiter's budget was used up */
	CAUSE_TASK,			/* another task had the waiter's CPU */
	CAUSE_SCHED_EXT,		/* in a queue that belongs to no CPU */
	CAUSE_FORCED_IDLE,		/* idle for core scheduling's sake */
	CAUSE_IRQ,
	CAUSE_STEAL,			/* the hypervisor had the CPU */
	CAUSE_IDLE,			/* the waiter's CPU was idle */
	CAUSE_MIGRATING,		/* between two run queues */
	CAUSE_WAKEUP,			/* from sched_waking to sched_wakeup */
	CAUSE_OTHER,			/* the cause is not known */
	NR_CAUSES,
};

/* The scheduling class of a task, as its priority of that moment says. */
enum task_class {
	CLASS_NORMAL,			/* fair, idle and sched_ext */
	CLASS_FIFO,
	CLASS_RR,
	/* Has inherited a real-time priority with a lock. */
	CLASS_BOOSTED,
	CLASS_DEADLINE,
	CLASS_STOP,
	NR_CLASSES,
};

struct share {
	enum cause cause;
	__u64 ns;
	/* Cgroup ID: out of quota or time, or of the task that ran; 0: none. */
	__u64 cgroup;
	/* The task that ran, CAUSE_TASK only: */
	__u32 tid;
	__u32 tgid;
	char comm[TASK_COMM_LEN];
	bool same_process;		/* as the waiter */
	bool same_cgroup;		/* as the waiter, but not the root */
	bool outranks;			/* is of a higher class or priority */
	bool fair_server;		/* ran before real-time tasks by this */
	enum task_class class;
	__u32 rt_priority;		/* 1 to 99; 0: is not real-time */
	__s16 prio;			/* as in struct run_segment */
	__u8 policy;
};

/* A wait and its shares, which add up to event.wait.wait_ns. */
struct why {
	struct why_event event;
	/* Part of CAUSE_OTHER: the time that history does not cover. */
	__u64 uncovered_ns;
	size_t nr;
	/* Largest first, none 0 ns; one per cause, or per task that ran. */
	struct share shares[];
};

/*
 * How much of the wait the wakeup took. wakeup_ns can exceed wait_ns because
 * the clock is read two ways.
 */
static inline __u64 time_of_wakeup(const struct why_event *e)
{
	return e->wakeup_ns < e->wait.wait_ns ? e->wakeup_ns : e->wait.wait_ns;
}

/*
 * Explain @e from @h. Returns a copy of @e with shares, which the caller frees
 * with free(). NULL: no memory.
 */
struct why *explain(const struct why_event *e, const struct history *h);

#define MAX_PERCENTS	6

/* A share in whole percent of its wait. */
struct percent {
	struct share share;
	unsigned int percent;
};

/*
 * Write @nr @shares (largest first) in whole percent of @whole_ns to @out,
 * which has room for MAX_PERCENTS, and return their number. Percents add up to
 * 100, the largest share is first. CAUSE_OTHER takes what no share has, and
 * each share that is below 1 % or finds no room.
 */
size_t percents_of(const struct share *shares, size_t nr, __u64 whole_ns, struct percent *out);

/* percents_of() the shares of a wait. */
static inline size_t percents(const struct why *why, struct percent *out)
{
	return percents_of(why->shares, why->nr, why->event.wait.wait_ns, out);
}

#endif /* __RUNQSLOWER_EXPLAIN_H */
