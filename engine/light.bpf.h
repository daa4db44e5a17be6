/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The wait of a task as the kernel itself keeps it: sched_info.last_queued. No
 * record of the tool's own says when the wait began, so
 *
 * - the wait of a task that was moved begins with the move, because the kernel
 *   keeps one time, by the clock of the present run queue;
 * - the wait of a task that was preempted on its way to sleep is not seen,
 *   because the kernel takes the task for asleep;
 * - the wait of a deadline task is not seen, because the kernel does not say
 *   since when the task has its budget;
 * - the time from the last wakeup on the CPU to the switch is missing if that
 *   wakeup asked for the switch, because the switch then leaves the run queue's
 *   clock alone. That is all of the wait if an idle CPU was woken.
 */
#ifndef __RUNQSLOWER_LIGHT_BPF_H
#define __RUNQSLOWER_LIGHT_BPF_H

#include "wait.bpf.h"

/* Is the wait of @next, which ends by the run queue's clock, one to report? */
static __always_inline bool light_may_matter(struct task_struct *next,
					     struct cfs_rq___compat *cfs_rq)
{
	u64 queued = last_queued(next);

	return queued && !time_before(rq_clock(cfs_rq), queued + threshold_ns);
}

#endif /* __RUNQSLOWER_LIGHT_BPF_H */
