/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Quota of CPU time: who is throttled, by which group, and for how long. A
 * group has a queue on each CPU, and is throttled on each by itself.
 */
#ifndef __RUNQSLOWER_QUOTA_BPF_H
#define __RUNQSLOWER_QUOTA_BPF_H

#include "compat.bpf.h"

/* Needs CONFIG_CFS_BANDWIDTH. */
static __always_inline bool has_cfs_quota(void)
{
	struct cfs_rq___compat *cfs_rq = NULL;

	return bpf_core_field_exists(cfs_rq->throttle_count);
}

/* Can CFS bandwidth throttle @p? Real-time and sched_ext tasks run on. */
static __always_inline bool has_quota(struct task_struct *p)
{
	return has_cfs_quota() && compat(p)->prio >= MAX_RT_PRIO && !is_ext(p);
}

/*
 * Does the kernel throttle single tasks? Since 6.18 a group that runs out of
 * quota leaves its tasks on the CPU. Each task leaves by itself, when it
 * returns to user space, and is queued again, with no wakeup, when there is
 * quota. Before 6.18 the pick of the next task left out whole groups.
 */
static __always_inline bool throttles_tasks(void)
{
	struct task_struct___compat *t = NULL;

	return bpf_core_field_exists(t->throttled);
}

/*
 * Is @p, of @cfs_rq, kept from running because one of its groups has no quota?
 */
static __always_inline bool is_throttled(struct task_struct *p, struct cfs_rq___compat *cfs_rq)
{
	if (!has_quota(p))
		return false;
	return throttles_tasks() ? compat(p)->throttled : cfs_rq->throttle_count > 0;
}

/* Does rq.clock_pelt say how long @cfs_rq is throttled? From 5.19 to 6.5. */
static __always_inline bool throttles_by_pelt(struct cfs_rq___compat *cfs_rq)
{
	return !bpf_core_field_exists(cfs_rq->throttled_clock_self_time) &&
	       bpf_core_field_exists(cfs_rq->throttled_clock_pelt_time);
}

/*
 * The clock by which the kernel counts how long @cfs_rq is throttled. Since 6.6
 * rq.clock. From 5.19 on rq.clock_pelt, which stands still in interrupts and
 * runs slower than time where the CPU does, and makes up for some of that while
 * the CPU is idle. Before 5.19 rq.clock_task, which stands still in interrupts.
 */
static __always_inline u64 throttle_clock(struct cfs_rq___compat *cfs_rq, const bool probe)
{
	struct rq___compat *rq = LOAD(cfs_rq, rq, probe);

	if (bpf_core_field_exists(cfs_rq->throttled_clock_self_time))
		return LOAD(rq, clock, probe);
	if (throttles_by_pelt(cfs_rq))
		return LOAD(rq, clock_pelt, probe) - LOAD(rq, lost_idle_time, probe);
	return LOAD(rq, clock_task, probe);
}

/* Does @cfs_rq count time as throttled at present? */
static __always_inline bool is_counting(struct cfs_rq___compat *cfs_rq, const bool probe)
{
	if (bpf_core_field_exists(cfs_rq->throttled_clock_self_time))
		return LOAD(cfs_rq, throttled_clock_self, probe);
	return LOAD(cfs_rq, throttle_count, probe);
}

/*
 * How long @cfs_rq has been throttled in all, in ns of throttle_clock(),
 * whichever of its groups ran out of quota. @present: if it is now, that counts
 * as well.
 */
static __always_inline u64 throttled_time(struct cfs_rq___compat *cfs_rq, bool present,
					  const bool probe)
{
	u64 time, since;

	if (bpf_core_field_exists(cfs_rq->throttled_clock_self_time)) {
		time = LOAD(cfs_rq, throttled_clock_self_time, probe);
		since = present ? LOAD(cfs_rq, throttled_clock_self, probe) : 0;
		return since ? time + throttle_clock(cfs_rq, probe) - since : time;
	}
	if (throttles_by_pelt(cfs_rq))
		time = LOAD(cfs_rq, throttled_clock_pelt_time, probe);
	else
		time = LOAD(cfs_rq, throttled_clock_task_time, probe);
	if (!present || !LOAD(cfs_rq, throttle_count, probe))
		return time;
	if (throttles_by_pelt(cfs_rq))
		since = LOAD(cfs_rq, throttled_clock_pelt, probe);
	else
		since = LOAD(cfs_rq, throttled_clock_task, probe);
	return time + throttle_clock(cfs_rq, probe) - since;
}

/*
 * The cfs_rq of the group of @p on @cpu, to be probed; NULL: not known. @rq is
 * the address of the run queue of @cpu, or 0. In 7.x the cfs_rqs of a group are
 * in per-CPU memory, as far from one another as the run queues; before 7.x the
 * group has an array of them.
 */
static __always_inline struct cfs_rq___compat *task_cfs_rq_on(struct task_struct *p,
							      u32 cpu, u64 rq)
{
	/*
	 * Probed, because the verifier forbids arithmetic on pointers that it
	 * tracks.
	 */
	struct cfs_rq___compat *cfs_rq = BPF_CORE_READ(compat(p), se.cfs_rq);
	struct task_group___compat *tg = BPF_CORE_READ(cfs_rq, tg);
	struct cfs_rq___compat **queues, *there = NULL;

	if (!bpf_core_field_exists(tg->se))
		return rq ? (void *)cfs_rq + (rq - (u64)BPF_CORE_READ(cfs_rq, rq)) : NULL;
	queues = BPF_CORE_READ(tg, cfs_rq);
	bpf_probe_read_kernel(&there, sizeof(there), queues + cpu);
	return there;
}

/*
 * The groups that a task is in, on the CPU of the task, from the nearest
 * upwards. Addresses, to be probed, because functions that are verified once
 * take no pointers.
 */
struct own_group {
	u64 cfs_rq;			/* 0: none is left */
	u64 se;				/* of this group, in the one above */
};

static __always_inline struct own_group nearest_group(struct task_struct *p)
{
	return (struct own_group) {
		(u64)BPF_CORE_READ(compat(p), se.cfs_rq),
		(u64)BPF_CORE_READ(compat(p), se.parent),
	};
}

static __always_inline struct own_group group_above(u64 address)
{
	struct sched_entity___compat *se = (void *)address;

	return (struct own_group) {
		se ? (u64)BPF_CORE_READ(se, cfs_rq) : 0,
		se ? (u64)BPF_CORE_READ(se, parent) : 0,
	};
}

static __always_inline u64 group_id(u64 address)
{
	struct cfs_rq___compat *cfs_rq = (void *)address;

	return BPF_CORE_READ(cfs_rq, tg, css.cgroup, kn, id);
}

/* Has the group a quota? */
static __always_inline bool limits_time(u64 address)
{
	struct cfs_rq___compat *cfs_rq = (void *)address;

	return BPF_CORE_READ_BITFIELD_PROBED(cfs_rq, runtime_enabled);
}

/* When the group is next given quota, 0 if that is not known. */
static __always_inline u64 next_refill(struct cfs_rq___compat *cfs_rq)
{
	struct task_group___compat *tg = NULL;

	if (!bpf_core_field_exists(tg->cfs_bandwidth.period_timer.node.expires))
		return 0;
	return BPF_CORE_READ(cfs_rq, tg, cfs_bandwidth.period_timer.node.expires);
}

/*
 * The ID of the cgroup that has a quota, of that with @cfs_rq and @se and those
 * above; 0: several have one, or none. Global, so that it is verified once, by
 * itself.
 */
__noinline u64 only_limited_group(u64 cfs_rq, u64 se)
{
	struct own_group g = { cfs_rq, se };
	u64 id = 0;
	int depth;

	if (!has_cfs_quota())
		return 0;
	for (depth = 0; depth < MAX_CGROUP_DEPTH && g.cfs_rq; depth++) {
		if (limits_time(g.cfs_rq)) {
			if (id)
				return 0;
			id = group_id(g.cfs_rq);
		}
		g = group_above(g.se);
	}
	return id;
}

#define NO_GROUP	~0ULL

/*
 * The ID of the cgroup that has run out of quota, of that with @cfs_rq and @se
 * and those above; of several the one that is given quota last. NO_GROUP if
 * there is none. Global, so that it is verified once, by itself.
 */
__noinline u64 group_without_quota(u64 cfs_rq, u64 se)
{
	struct own_group g = { cfs_rq, se };
	u64 id = NO_GROUP, refill, last = 0;
	struct cfs_rq___compat *q;
	int depth;

	if (!has_cfs_quota())
		return id;
	for (depth = 0; depth < MAX_CGROUP_DEPTH && g.cfs_rq; depth++) {
		q = (void *)g.cfs_rq;
		if (BPF_CORE_READ_BITFIELD_PROBED(q, throttled)) {
			refill = next_refill(q);
			if (id == NO_GROUP || time_before(last, refill)) {
				id = group_id(g.cfs_rq);
				last = refill;
			}
		}
		g = group_above(g.se);
	}
	return id;
}

/*
 * The ID of the cgroup that keeps @p, of @cfs_rq, from running. 0 if @p is not
 * throttled, NO_GROUP if no group is found.
 */
static __always_inline u64 throttled_group(struct task_struct *p,
					   struct cfs_rq___compat *cfs_rq)
{
	struct own_group g;

	if (!is_throttled(p, cfs_rq))
		return 0;
	g = nearest_group(p);
	return group_without_quota(g.cfs_rq, g.se);
}

#endif /* __RUNQSLOWER_QUOTA_BPF_H */
