/* SPDX-License-Identifier: GPL-2.0 */
/* The record of a wait that is to be explained. */
#ifndef __RUNQSLOWER_WHY_WAIT_BPF_H
#define __RUNQSLOWER_WHY_WAIT_BPF_H

#include "classes.bpf.h"
#include "compat.bpf.h"
#include "wait.bpf.h"

/* What a task has lacked of quota, in the wait so far. */
struct lacked {
	u64 ns;
	u64 since;			/* CLOCK_MONOTONIC; 0: has not */
	u64 cgroup;			/* ID or NO_GROUP; 0: not known */
	bool unsure;			/* several times, or not known when */
	bool goes_on;			/* when it left, or the wait began */
};

/* A wait with what it takes to explain the wait. See struct why_event. */
struct why_wait {
	struct wait wait;
	struct nontask nontask;		/* when the wait began */
	/* When the task came to its present CPU: throttled_time(), clocks. */
	u64 throttled;
	u64 throttle_clock;		/* throttle_clock() */
	u64 task_clock;			/* rq.clock_task */
	u64 rq_clock;			/* rq.clock */
	u64 throttled_of;		/* address of the cfs_rq, or 0 */
	u64 stay_since;			/* when that was, CLOCK_MONOTONIC */
	struct lacked quota;		/* on CPUs that the task has left */
	u64 budget;			/* budget_ns of struct why_event */
	u64 rt_group;			/* limited_rt_group() at the begin */
	struct migration migrations[MAX_MIGRATIONS];
	u32 nr_migrations;
	u8 from;
	u8 waker_kind;
	u8 quota_unknown;
	bool stay_throttled;		/* at the begin of the stay */
	u8 in_ext_queue;
	s8 class;			/* class_of() at the begin */
	u8 pad[2];
	u32 ext_place;			/* at the begin, in a queue of a CPU */
	/* Of the last wakeup. waking is 0 unless a wakeup is under way. */
	u64 waking;
	u64 wakeup_ns;
	u32 waker_tid;
	u32 waker_tgid;
	char waker_comm[TASK_COMM_LEN];
};

/* Deadline, real-time, fair or sched_ext: what may hold @p back differs. */
static __always_inline s8 class_of(struct task_struct *p)
{
	if (is_ext(p))
		return 2;
	return is_deadline(p) ? -1 : is_rt(p);
}

#endif /* __RUNQSLOWER_WHY_WAIT_BPF_H */
