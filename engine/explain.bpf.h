/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is noted of a wait beside its length, so that user space can explain the
 * wait: how it began, who woke the task, which CPUs the task was queued on, how
 * long the task lacked quota or something like quota, and which other CPUs were
 * idle.
 *
 * The time without quota is the growth of throttled_time(), because
 * throttled_time() counts the groups above as well.
 */
#ifndef __RUNQSLOWER_EXPLAIN_BPF_H
#define __RUNQSLOWER_EXPLAIN_BPF_H

#include "classes.bpf.h"
#include "clock.bpf.h"
#include "compat.bpf.h"
#include "quota.bpf.h"
#include "recorder.bpf.h"
#include "wait.bpf.h"

const volatile s64 preempt_count_at;	/* see preempt_count(), 0: not known */
const volatile u32 in_irq_mask;		/* interrupt bits of preempt_count() */
const volatile u32 nr_cpus;		/* possible CPUs */

/* A wait with what it takes to explain the wait. See struct why_event. */
struct why_wait {
	struct wait wait;
	struct nontask nontask;		/* when the wait began */
	/*
	 * throttled_time() when the task came to its present CPU, and the
	 * address of the cfs_rq that has that time, 0: not known.
	 */
	u64 throttled;
	u64 throttled_of;
	u64 quota_ns;			/* on CPUs that the task has left */
	u64 quota_since;
	u64 quota_cgroup;
	u64 budget;			/* budget_ns of struct why_event */
	u64 rt_group;			/* limited_rt_group() at the begin */
	struct migration migrations[MAX_MIGRATIONS];
	u32 nr_migrations;
	u8 from;
	u8 waker_kind;
	u8 quota_unknown;
	u8 in_ext_queue;
	s8 class;			/* class_of() at the begin */
	u8 pad[7];
	/* Of the last wakeup. waking is 0 unless a wakeup is under way. */
	u64 waking;
	u64 wakeup_ns;
	u32 waker_tid;
	u32 waker_tgid;
	char waker_comm[TASK_COMM_LEN];
};

/* Deadline, real-time, or any other. */
static __always_inline s8 class_of(struct task_struct *p)
{
	return is_deadline(p) ? -1 : is_rt(p);
}

/* Can throttling have a part in the wait of @p? */
static __always_inline bool may_lack_quota(const struct why_wait *w, struct task_struct *p)
{
	return has_quota(p) && (!throttles_tasks() || w->quota_cgroup);
}

/* From now on the throttled time of @cfs_rq, or NULL, counts for @w. */
static __always_inline void note_throttled(struct why_wait *w, struct cfs_rq___compat *cfs_rq,
					   const bool probe)
{
	w->throttled_of = (u64)cfs_rq;
	w->throttled = cfs_rq ? throttled_time(cfs_rq, probe) : 0;
}

/*
 * Is w->throttled a time of @cfs_rq? If not, the task has been moved to another
 * cgroup, which no event tells.
 */
static __always_inline bool is_throttled_of(const struct why_wait *w,
					    struct cfs_rq___compat *cfs_rq)
{
	return w->throttled_of == (u64)cfs_rq;
}

/* Could the task of @w, now of @cfs_rq, have lacked quota in either group? */
static __always_inline bool could_lack_quota(const struct why_wait *w,
					     struct cfs_rq___compat *cfs_rq)
{
	struct cfs_rq___compat *before = (void *)w->throttled_of;

	return (before && throttled_time(before, true) != w->throttled) ||
	       throttled_time(cfs_rq, false) || w->quota_ns;
}

/* Did the task leave the CPU by itself or by force, without going to sleep? */
static __always_inline bool left_cpu(const struct why_wait *w)
{
	return w->from == FROM_PREEMPTED || w->from == FROM_YIELDED;
}

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
	if (is_rt(p)) {
		w->rt_group = limited_rt_group(address_of(p));
	} else if (is_deadline(p)) {
		note_budget(w, p);
	} else if (is_ext(p)) {
		w->in_ext_queue = is_in_ext_queue(address_of(p));
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
	w->quota_ns = 0;
	w->quota_unknown = false;
	w->quota_since = group ? w->wait.since : 0;
	w->quota_cgroup = group;
	if (may_lack_quota(w, p))
		note_throttled(w, cfs_rq, false);
}

/*
 * Note a throttle for find_quota(): @p, of @cfs_rq, leaves the CPU of @c at
 * @now. Returns the throttled_group() of @p.
 */
static __always_inline u64 why_leaves(struct cpu_state *c, struct task_struct *p,
				      struct cfs_rq___compat *cfs_rq, u64 now)
{
	u64 group = throttled_group(p, cfs_rq);
	struct throttling *t;

	if (!group)
		return 0;
	t = &c->throttled[group % NR_THROTTLED];
	t->before = t->cgroup == group ? t->since : 0;
	t->since = now;
	t->cgroup = group;
	return group;
}

/*
 * @p was throttled before tracing began: note what is known now. The wait
 * began, as sched_info says, when @p was queued.
 */
static __always_inline void why_began_throttled(struct why_wait *w, struct task_struct *p,
						struct cfs_rq___compat *cfs_rq, u64 group)
{
	wait_begin(&w->wait, p, bpf_ktime_get_ns());
	why_begin(w, p, cfs_rq, FROM_PREEMPTED, group);
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
	struct migration *m;

	if (w->nr_migrations < MAX_MIGRATIONS) {
		m = &w->migrations[w->nr_migrations % MAX_MIGRATIONS];
		m->left_ns = bpf_ktime_get_ns();
		m->cpu = task_cpu(p);
		m->seq = 0;
	}
	w->nr_migrations++;
	if (may_lack_quota(w, p)) {
		if (is_throttled_of(w, task_cfs_rq(p)))
			w->quota_ns += throttled_time(task_cfs_rq(p), false) - w->throttled;
		else
			w->quota_unknown |= could_lack_quota(w, task_cfs_rq(p));
		note_throttled(w, c ? task_cfs_rq_on(p, cpu, c->rq) : NULL, true);
	}
}

/* The CPUs below nr_cpus, as a bitmap, because a mask may have more. */
static __always_inline u64 possible_cpus(u32 word)
{
	return word < nr_cpus / 64 ? ~0ULL : (1ULL << nr_cpus % 64) - 1;
}

/*
 * Find the CPUs that @p may use, and those that have been idle since @since,
 * apart from @except (-1: none).
 */
static __always_inline void find_idle_cpus(struct why_event *to, struct task_struct *p,
					   s32 except, u64 since)
{
	struct cpu_state *c;
	u32 i, key;

	__builtin_memset(to->idle_cpus, 0, sizeof(to->idle_cpus));
	__builtin_memset(to->allowed_cpus, 0, sizeof(to->allowed_cpus));
	for (i = 0; i < MAX_IDLE_CPUS && i < nr_cpus; i++) {
		if (i % 64 == 0)
			to->allowed_cpus[i / 64] = allowed_cpus(p, i / 64) &
						   possible_cpus(i / 64);
		if (i == (u32)except)
			continue;
		key = i;
		c = bpf_map_lookup_elem(&cpus, &key);
		if (c && c->idle_since && !time_before(since, c->idle_since))
			to->idle_cpus[i / 64] |= 1ULL << i % 64;
	}
}

#define NR_FOUND	8		/* more than NR_THROTTLED */

/*
 * Of the group with @cfs_rq and @se and of those above: how often they ran out
 * of quota on @cpu since @since, apart from @first, times NR_FOUND, plus the
 * place in cpu_state of the last time. Global, so that it is verified once, by
 * itself.
 */
__noinline u32 find_throttling(u64 cfs_rq, u64 se, u32 cpu, u64 since, u64 first)
{
	struct cpu_state *c = bpf_map_lookup_elem(&cpus, &cpu);
	struct own_group g = { cfs_rq, se };
	const struct throttling *t;
	u64 id, last = since;
	u32 nr = 0, place = 0;
	int depth;

	if (!c)
		return 0;
	for (depth = 0; depth < MAX_CGROUP_DEPTH && g.cfs_rq; depth++) {
		id = group_id(g.cfs_rq);
		t = &c->throttled[id % NR_THROTTLED];
		if (t->cgroup == id && !time_before(t->since, since)) {
			nr += t->since != first;
			nr += t->before != first && !time_before(t->before, since);
			if (!time_before(t->since, last)) {
				last = t->since;
				place = id % NR_THROTTLED;
			}
		}
		g = group_above(g.se);
	}
	return nr * NR_FOUND + place;
}

/*
 * Which of its groups ran out of quota last while e->task waited, and since
 * when, if only once. Before 6.18 a group runs out while its other tasks wait,
 * and a wait can see more than one period.
 */
static __always_inline void note_throttling(struct why_event *to, const struct ended *e,
					    const struct why_wait *w)
{
	struct own_group g = nearest_group(e->task);
	u32 found = find_throttling(g.cfs_rq, g.se, task_cpu(e->task), e->since,
				    w->quota_since);
	const struct throttling *t = &e->cpu->throttled[found % NR_THROTTLED];
	u32 nr = found / NR_FOUND;

	if (nr) {
		to->quota_cgroup = t->cgroup;
		to->quota_since_ns = nr > 1 || w->quota_since ? 0 : t->since;
	}
}

/* Find how long, and since when, e->task lacked quota in its wait. */
static __always_inline void find_quota(struct why_event *to, const struct ended *e,
				       const struct why_wait *w)
{
	u64 ns = 0;

	to->quota_since_ns = w->quota_since;
	to->quota_cgroup = w->quota_cgroup == NO_GROUP ? 0 : w->quota_cgroup;
	to->quota_unknown = w->quota_unknown;
	if (may_lack_quota(w, e->task)) {
		if (is_throttled_of(w, e->cfs_rq))
			ns = w->quota_ns + throttled_time(e->cfs_rq, false) - w->throttled;
		else
			to->quota_unknown |= could_lack_quota(w, e->cfs_rq);
	}
	if (ns && !throttles_tasks())
		note_throttling(to, e, w);
	if (time_before(ns, 0))
		ns = 0;
	if (ns > to->wait.wait_ns)
		ns = to->wait.wait_ns;
	to->quota_ns = ns;
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
	to->quota_unknown |= !same_class;
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
	to->flags = limits_rt() ? WHY_CAN_LIMIT_RT : 0;
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
	to->quota_unknown = false;
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
