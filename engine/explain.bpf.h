/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is noted of a wait beside its length, so that user space can explain the
 * wait: how it began, who woke the task, which CPUs the task was queued on, how
 * long the task lacked quota or something like quota, and which other CPUs were
 * idle.
 */
#ifndef __RUNQSLOWER_EXPLAIN_BPF_H
#define __RUNQSLOWER_EXPLAIN_BPF_H

#include "classes.bpf.h"
#include "clock.bpf.h"
#include "compat.bpf.h"
#include "idle_cpus.bpf.h"
#include "lacked_quota.bpf.h"
#include "quota.bpf.h"
#include "recorder.bpf.h"
#include "wait.bpf.h"
#include "why_wait.bpf.h"

const volatile s64 preempt_count_at;	/* see preempt_count(), 0: not known */
const volatile u32 in_irq_mask;		/* interrupt bits of preempt_count() */

/* @p, a deadline task, begins to wait. */
static __always_inline void note_budget(struct why_wait *w, struct task_struct *p)
{
	u32 budget = budget_of(address_of(p));

	if (!budget)
		return;
	if (budget == BUDGET_YIELDED && left_cpu(w)) {
		w->from = FROM_YIELDED;
		/* As wait_begins() has said. */
		w->budget = w->wait.since;
		return;
	}
	if (left_cpu(w))
		w->from = FROM_THROTTLED;
	w->budget = next_budget(p, w->wait.since);
}

/*
 * Note what of other classes than fair keeps @p from running. A real-time task
 * may also be queued, or be woken, while its group is over the limit.
 */
static __always_inline void note_class(struct why_wait *w, struct task_struct *p)
{
	w->class = class_of(p);
	w->budget = 0;
	w->rt_group = 0;
	w->in_ext_queue = false;
	w->ext_place = 0;
	if (is_rt(p)) {
		w->rt_group = limited_rt_group(address_of(p));
	} else if (is_deadline(p)) {
		note_budget(w, p);
	} else if (is_ext(p)) {
		w->in_ext_queue = is_in_ext_queue(address_of(p));
		if (!w->in_ext_queue && has_ext_queue(p))
			w->ext_place = ext_place(p);
	}
}

/*
 * Fill @w at the begin of a wait of @p, of @cfs_rq, after wait_begin(). @group:
 * the throttled_group() of @p.
 */
static __always_inline void why_begin(struct why_wait *w, struct task_struct *p,
				      struct cfs_rq___compat *cfs_rq, enum wait_from from,
				      u64 group)
{
	w->from = from;
	note_class(w, p);
	if (left_cpu(w) && (group || w->rt_group))
		w->from = FROM_THROTTLED;
	w->nr_migrations = 0;
	w->nontask = nontask_time(cfs_rq);
	w->quota_unknown = false;
	w->quota = (struct lacked) {
		.since = group ? w->wait.since : 0,
		.cgroup = group,
		.goes_on = group,
	};
	stay_begins(w, w->wait.since, group);
	/* Of another class the task may still come to lack quota. */
	note_throttled(w, may_lack_quota(w, p) ? cfs_rq : NULL, false);
}

/*
 * Note a throttle for find_throttling(): @p, of @cfs_rq, leaves @cpu at @now.
 * Returns the throttled_group() of @p.
 */
static __always_inline u64 why_leaves(struct task_struct *p, struct cfs_rq___compat *cfs_rq,
				      u32 cpu, u64 now)
{
	u64 group = throttled_group(p, cfs_rq);
	struct own_group g;

	if (group && !throttles_tasks()) {
		g = nearest_group(p);
		note_throttles(g.cfs_rq, g.se, cpu, now);
	}
	return group;
}

/*
 * @p was throttled before tracing began: note what is known now. The wait
 * began, as sched_info says, when @p was queued. What @p lacked since then and
 * until now is not known.
 */
static __always_inline void why_began_throttled(struct why_wait *w, struct task_struct *p,
						struct cfs_rq___compat *cfs_rq, u64 group)
{
	wait_begin(&w->wait, p, bpf_ktime_get_ns());
	why_begin(w, p, cfs_rq, FROM_PREEMPTED, group);
	w->quota.unsure = true;
	wait_began_before(&w->wait);
}

/* No wakeup began the wait, or the wakeup was not seen. */
static __always_inline void why_no_waker(struct why_wait *w)
{
	w->waking = 0;
	w->wakeup_ns = 0;
	w->waker_kind = WAKER_UNSEEN;
}

/*
 * A wakeup has queued @p. The wait began at sched_waking, when the wakeup was
 * asked for, unless @p has run since: then sched_waking was of an earlier
 * wakeup.
 */
static __always_inline void why_woken(struct why_wait *w, struct task_struct *p)
{
	u64 waking = w->waking, since = w->wait.since, arrival = last_arrival(p);
	struct cpu_state *c = cpu_state(p);

	if (!waking || !c || time_before(since, waking) ||
	    (arrival && time_before(waking, arrival + c->offset))) {
		why_no_waker(w);
		return;
	}
	w->wakeup_ns = since - waking;
	w->wait.since = waking;
	w->waking = 0;
}

#define SERVING_SOFTIRQ	0x100		/* SOFTIRQ_OFFSET of linux/preempt.h */

/*
 * What the present code runs for: the current task, or an interrupt. User space
 * finds where the kernel keeps the preempt count: see util/preempt_count.h.
 */
static __always_inline enum waker_kind waker_kind(void)
{
	u32 count = preempt_count(preempt_count_at);

	if (count == COUNT_UNKNOWN)
		return WAKER_UNSEEN;
	if (count & in_irq_mask)
		return WAKER_IRQ;
	return (count | softirq_count()) & SERVING_SOFTIRQ ? WAKER_SOFTIRQ : WAKER_TASK;
}

/* The present context is about to wake the task of @w. */
static __always_inline void why_note_waker(struct why_wait *w)
{
	w->waking = bpf_ktime_get_ns();
	w->waker_kind = waker_kind();
	w->waker_tid = 0;
	w->waker_tgid = 0;
	w->waker_comm[0] = '\0';
	if (w->waker_kind == WAKER_TASK) {
		current_ids(&w->waker_tid, &w->waker_tgid);
		load_current_comm(w->waker_comm);
	}
}

/*
 * @p, which waits, leaves its CPU for @cpu. @c is the state of @cpu, or NULL.
 */
static __always_inline void why_note_migration(struct why_wait *w, struct task_struct *p,
					       struct cpu_state *c, u32 cpu)
{
	struct cfs_rq___compat *cfs_rq, *there;
	u64 now = bpf_ktime_get_ns();
	struct migration *m;

	if (w->nr_migrations < MAX_MIGRATIONS) {
		m = &w->migrations[w->nr_migrations % MAX_MIGRATIONS];
		m->left_ns = now;
		m->cpu = task_cpu(p);
		m->seq = 0;
	}
	w->nr_migrations++;
	if (!may_lack_quota(w, p))
		return;
	cfs_rq = task_cfs_rq(p);
	if (is_throttled_of(w, cfs_rq))
		add_lacked(&w->quota, w, p, cfs_rq);
	else
		w->quota_unknown |= could_lack_quota(w, cfs_rq);
	there = c ? task_cfs_rq_on(p, cpu, c->rq) : NULL;
	stay_begins(w, now, there && LOAD(there, throttle_count, true));
	note_throttled(w, there, true);
	if (!c || !there)
		return;
	note_clock_behind(w, c, there, now);
	/* Since 6.18 a queue that a task comes to may count no time. */
	if (throttles_tasks() && w->quota.goes_on && w->stay_throttled)
		w->quota_unknown |= !is_counting(there, true);
}

/*
 * When e->task came to its last CPU, CLOCK_MONOTONIC, within the wait; 0: not
 * known.
 */
static __always_inline u64 queued_time(const struct ended *e)
{
	u64 queued = e->queued + e->cpu->offset;

	if (!e->queued)
		return 0;
	if (time_before(queued, e->since))
		return e->since;
	return time_before(e->now, queued) ? e->now : queued;
}

static __always_inline u8 why_flags(const struct why_wait *w)
{
	u8 flags = 0;

	if (w->rt_group)
		flags |= WHY_RT_LIMIT;
	if (w->in_ext_queue)
		flags |= WHY_SCHED_EXT;
	return flags;
}

/*
 * Was @p, of sched_ext, put into a queue once more since the wait began in that
 * of a CPU? In between the BPF scheduler may have kept the task.
 */
static __always_inline bool was_requeued(const struct why_wait *w, struct task_struct *p)
{
	return w->ext_place && is_ext(p) && w->ext_place != ext_place(p);
}

static __always_inline void fill_why(struct why_event *to, const struct ended *e,
				     const struct why_wait *w)
{
	bool same_class = w->class == class_of(e->task);

	to->from = w->from;
	if (same_class) {
		to->flags |= why_flags(w);
		to->budget_ns = w->budget;
		to->rt_cgroup = w->rt_group == NO_GROUP ? 0 : w->rt_group;
	}
	to->wakeup_ns = w->wakeup_ns;
	to->begin_nontask_ns = w->nontask.all;
	to->begin_irq_ns = w->nontask.irq;
	to->nr_migrations = w->nr_migrations;
	__builtin_memcpy(to->migrations, w->migrations, sizeof(to->migrations));
	to->waker_kind = w->waker_kind;
	to->waker_tid = w->waker_tid;
	to->waker_tgid = w->waker_tgid;
	__builtin_memcpy(to->waker_comm, w->waker_comm, sizeof(to->waker_comm));
	find_quota(to, e, w);
	/* Another class than at the begin: either may have held the task. */
	to->quota_unknown |= !same_class || was_requeued(w, e->task);
}

/*
 * Report a wait and what explains it. @w is used only if the begin was seen,
 * because otherwise @w is of an earlier wait. @unseen_seq: what
 * recorder_looks() said, 0 at a switch.
 */
static __always_inline void report_why(const struct ended *e, struct why_wait *w,
				       u32 unseen_seq)
{
	struct nontask nontask = nontask_time(e->cfs_rq);
	u32 cpu = task_cpu(e->task), seq, i;
	u64 busy_since = e->since;
	struct why_event *to;

	if (!e->begin_seen)
		w = NULL;
	for (i = 0; w && i < MAX_MIGRATIONS && i < w->nr_migrations; i++)
		w->migrations[i].seq = send_history(w->migrations[i].cpu, e->since,
						    SENT_CHUNKS_OF_MANY);
	seq = send_history(cpu, e->since, i ? SENT_CHUNKS_OF_MANY : SENT_CHUNKS);
	to = new_event(e, sizeof(*to));
	if (!to)
		return;
	to->wait.kind = RECORD_WHY;
	fill_wait_event(&to->wait, e);
	to->seq = seq;
	to->cgroup = own_cgroup_id(e->task, e->cfs_rq, shows_v1);
	to->cpu_cgroup = cfs_rq_cgroup_id(e->cfs_rq);
	to->prio = compat(e->task)->prio;
	to->policy = compat(e->task)->policy;
	to->flags = limits_rt() && !is_core_scheduled(e->cfs_rq) ? WHY_CAN_LIMIT_RT : 0;
	if (unseen_seq && unseen_seq == seq + 1) {
		to->flags |= WHY_RUNS_UNSEEN;
		to->seq = unseen_seq;
	}
	to->budget_ns = 0;
	to->rt_cgroup = 0;
	to->pad = 0;
	to->queued_ns = queued_time(e);
	to->end_nontask_ns = nontask.all;
	to->end_irq_ns = nontask.irq;
	to->quota_ns = 0;
	to->quota_since_ns = 0;
	to->quota_cgroup = 0;
	if (w) {
		fill_why(to, e, w);
		if (to->quota_since_ns == e->since + w->wakeup_ns)
			busy_since += w->wakeup_ns + to->quota_ns;
		else if (time_before(busy_since, w->budget))
			busy_since = w->budget;
	} else {
		to->from = FROM_UNSEEN;
		/* Nor was seen what held the task back when the wait began. */
		to->quota_unknown = is_ext(e->task) || (has_quota(e->task) &&
							throttled_time(e->cfs_rq, true, false));
		to->wakeup_ns = 0;
		to->nr_migrations = 0;
		to->waker_kind = WAKER_UNSEEN;
	}
	/*
	 * After a migration the last CPU counts, because the task could have
	 * had that CPU all the while.
	 */
	find_idle_cpus(to, e->task, to->nr_migrations ? -1 : (s32)cpu, busy_since);
	bpf_ringbuf_submit(to, 0);
}

#endif /* __RUNQSLOWER_EXPLAIN_BPF_H */
