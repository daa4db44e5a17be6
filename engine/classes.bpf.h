/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What keeps a task of another class than fair from running, although the task
 * is ready and no other task is in its way: the budget of a deadline task, the
 * limit of real-time tasks, and the queues of a sched_ext scheduler. No event
 * tells of these.
 */
#ifndef __RUNQSLOWER_CLASSES_BPF_H
#define __RUNQSLOWER_CLASSES_BPF_H

#include "clock.bpf.h"
#include "compat.bpf.h"
#include "quota.bpf.h"

/*
 * The address of @p as a number, because global functions, which are verified
 * once, take no pointers to tasks.
 */
static __always_inline u64 address_of(struct task_struct *p)
{
	u64 address = 0;

	bpf_probe_read_kernel(&address, sizeof(address), &p);
	return address;
}

static __always_inline bool is_rt(struct task_struct *p)
{
	return compat(p)->prio >= 0 && compat(p)->prio < MAX_RT_PRIO;
}

#define BUDGET_USED	1		/* the scheduler took the CPU */
#define BUDGET_YIELDED	2		/* by sched_yield() until the period */

/*
 * Does the deadline task at address @task have no budget left, and how did that
 * come? 0: it has some. Global, so that it is verified once, by itself.
 */
__noinline u32 budget_of(u64 task)
{
	struct task_struct___compat *t = (void *)task;

	if (!BPF_CORE_READ_BITFIELD_PROBED(t, dl.dl_throttled))
		return 0;
	return BPF_CORE_READ_BITFIELD_PROBED(t, dl.dl_yielded) ? BUDGET_YIELDED : BUDGET_USED;
}

/*
 * When the deadline task @p, without budget, gets a new one: CLOCK_MONOTONIC,
 * not before @now. As dl_next_period() of the kernel. The kernel has just
 * updated rq.clock, because it has taken the CPU from @p, or queues @p. Without
 * rq.clock: when the timer goes off that the kernel has started for that.
 */
static __always_inline u64 next_budget(struct task_struct *p, u64 now)
{
	struct task_struct___compat *t = compat(p);
	u64 clock = rq_clock(task_cfs_rq(p)), at = now;

	if (clock)
		at += t->dl.deadline - t->dl.dl_deadline + t->dl.dl_period - clock;
	else if (bpf_core_field_exists(t->dl.dl_timer.node.expires))
		at = t->dl.dl_timer.node.expires;
	return time_before(now, at) ? at : now;
}

/*
 * When does the wait of @prev begin, which is switched out at @now but wants to
 * run? sched_yield() of a deadline task is a sleep until its next period.
 */
static __always_inline u64 wait_begins(struct task_struct *prev, u64 now)
{
	if (!is_deadline(prev) || budget_of(address_of(prev)) != BUDGET_YIELDED)
		return now;
	return next_budget(prev, now);
}

/*
 * Can the kernel stop real-time tasks for a while, and is that the only reason
 * why a CPU may run a task of a lower class? With proxy execution such a task
 * also runs for a real-time task that needs a lock of it.
 */
static __always_inline bool limits_rt(void)
{
	struct task_struct___compat *t = NULL;
	struct rq___compat *rq = NULL;

	return (bpf_core_field_exists(t->rt.rt_rq) || bpf_core_field_exists(rq->rt.rt_throttled)) &&
	       !has_proxies();
}

/*
 * The ID of the cgroup of which real-time tasks have had all the time they may
 * have, of that of the task at address @task and those above. 0: no such group;
 * NO_GROUP: all real-time tasks of the CPU have (sched_rt_runtime_us). Global,
 * so that it is verified once, by itself.
 */
__noinline u64 limited_rt_group(u64 task)
{
	struct task_struct___compat *t = (void *)task;
	struct sched_rt_entity___compat *se;
	struct rq___compat *rq;
	struct rt_rq___compat *rt_rq;
	int depth;
	u64 id;

	if (!bpf_core_field_exists(t->rt.rt_rq)) {
		rq = has_rq_clock() ? BPF_CORE_READ(t, se.cfs_rq, rq) : NULL;
		if (!bpf_core_field_exists(rq->rt.rt_throttled))
			return 0;
		return BPF_CORE_READ(rq, rt.rt_throttled) ? NO_GROUP : 0;
	}
	rt_rq = BPF_CORE_READ(t, rt.rt_rq);
	se = BPF_CORE_READ(t, rt.parent);
	for (depth = 0; depth < MAX_CGROUP_DEPTH && rt_rq; depth++) {
		if (BPF_CORE_READ(rt_rq, rt_throttled)) {
			id = BPF_CORE_READ(rt_rq, tg, css.cgroup, kn, id);
			return id > 1 ? id : NO_GROUP;
		}
		rt_rq = se ? BPF_CORE_READ(se, rt_rq) : NULL;
		se = se ? BPF_CORE_READ(se, parent) : NULL;
	}
	return 0;
}

/* IDs of queues, of enum scx_dsq_id_flags. */
#define SCX_DSQ_BUILTIN		0x8000000000000000ULL
#define SCX_DSQ_LOCAL_ON	0x4000000000000000ULL
#define SCX_DSQ_LOCAL		2
#define SCX_DSQ_BYPASS		3

/*
 * Is the task at address @task, of the sched_ext class, in a queue of its
 * scheduler from which no CPU takes tasks by itself? Global, so that it is
 * verified once, by itself.
 */
__noinline u32 is_in_ext_queue(u64 task)
{
	struct task_struct___compat *t = (void *)task;
	struct scx_dispatch_q___compat *dsq;
	u64 id;

	if (!has_sched_ext())
		return 0;
	dsq = BPF_CORE_READ(t, scx.dsq);
	/* Without a queue: on its way to one, or kept by the BPF program. */
	id = dsq ? BPF_CORE_READ(dsq, id) : BPF_CORE_READ(t, scx.ddsp_dsq_id);
	if (!(id & SCX_DSQ_BUILTIN))
		return 1;
	return !(id & SCX_DSQ_LOCAL_ON) && (u32)id != SCX_DSQ_LOCAL &&
	       (u32)id != SCX_DSQ_BYPASS;
}

/*
 * Which insertion of a queue put the task @p of the sched_ext class there; 0:
 * not known. A task that runs keeps that of the last queue.
 */
static __always_inline u32 ext_place(struct task_struct *p)
{
	struct task_struct___compat *t = compat(p);

	return has_sched_ext() && bpf_core_field_exists(t->scx.dsq_seq) ? t->scx.dsq_seq : 0;
}

static __always_inline bool has_ext_queue(struct task_struct *p)
{
	return has_sched_ext() && compat(p)->scx.dsq;
}

#endif /* __RUNQSLOWER_CLASSES_BPF_H */
