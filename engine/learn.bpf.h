/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the programs learn once, before tracing begins: what this kernel cannot
 * tell, how jiffies and CLOCK_MONOTONIC go together, and who the tool is.
 */
#ifndef __RUNQSLOWER_LEARN_BPF_H
#define __RUNQSLOWER_LEARN_BPF_H

#include "clock.bpf.h"
#include "compat.bpf.h"
#include "explain.bpf.h"
#include "filter.bpf.h"
#include "follow.bpf.h"

/* What this kernel cannot tell, of enum limits. */
u32 cannot_tell;

static __always_inline u32 limits_of_kernel(void)
{
	struct rq___compat *rq = NULL;
	u32 limits = 0;

	if (!has_rq_clock())
		limits |= LIMIT_GROUPS;
	if (!has_rq_clock() || !bpf_core_field_exists(rq->prev_irq_time))
		limits |= LIMIT_IRQ;
	if (!has_rq_clock() || !bpf_core_field_exists(rq->prev_steal_time))
		limits |= LIMIT_STEAL;
	if (preempt_count(preempt_count_at) == COUNT_UNKNOWN)
		limits |= LIMIT_WAKER;
	if (!sees_yields())
		limits |= LIMIT_YIELD;
	if (!has_rq_clock() || !has_sched_info())
		limits |= LIMIT_QUEUED;
	return limits;
}

/*
 * Learn what only the kernel knows. The current task is the tool, because an
 * iterator runs this.
 */
static __always_inline void learn_of_kernel(void)
{
	struct task_struct___compat *self;

	cannot_tell = limits_of_kernel();
	if (follows)
		tool_tgid = bpf_get_current_pid_tgid() >> 32;
	/*
	 * Less a tick, because the present tick may be nearly over and
	 * recent_time() must never be ahead of time.
	 */
	if (!jiffies_ahead)
		jiffies_ahead = bpf_ktime_get_ns() - (bpf_jiffies64() + 1) * tick_ns;
	if (in_pidns && !pidns) {
		self = (void *)bpf_get_current_task();
		pidns_level = pid_level(self);
		pid_at(self, pidns_level, &pidns);
	}
}

#endif /* __RUNQSLOWER_LEARN_BPF_H */
