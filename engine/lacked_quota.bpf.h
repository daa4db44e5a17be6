/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How long a task lacked quota in its wait, and which group had run out.
 *
 * The time is the growth of throttled_time(), because throttled_time() counts
 * the groups above as well.
 */
#ifndef __RUNQSLOWER_LACKED_QUOTA_BPF_H
#define __RUNQSLOWER_LACKED_QUOTA_BPF_H

#include "clock.bpf.h"
#include "compat.bpf.h"
#include "quota.bpf.h"
#include "wait.bpf.h"
#include "why_wait.bpf.h"

/* Can throttling have a part in the wait of @p? */
static __always_inline bool may_lack_quota(const struct why_wait *w, struct task_struct *p)
{
	return has_quota(p) && (!throttles_tasks() || w->quota.cgroup);
}

/*
 * The task of @w is queued on its present CPU since @now. @throttled: one of
 * its groups has run out of quota there.
 */
static __always_inline void stay_begins(struct why_wait *w, u64 now, bool throttled)
{
	w->stay_since = now;
	w->stay_throttled = throttled;
}

/* From now on the throttled time of @cfs_rq, or NULL, counts for @w. */
static __always_inline void note_throttled(struct why_wait *w, struct cfs_rq___compat *cfs_rq,
					   const bool probe)
{
	struct rq___compat *rq;

	w->throttled_of = (u64)cfs_rq;
	if (!cfs_rq)
		return;
	w->throttled = throttled_time(cfs_rq, true, probe);
	w->throttle_clock = throttle_clock(cfs_rq, probe);
	rq = LOAD(cfs_rq, rq, probe);
	w->task_clock = LOAD(rq, clock_task, probe);
	w->rq_clock = LOAD(rq, clock, probe);
}

/*
 * @w was just given the times of the cfs_rq @there, on the CPU of @c, where the
 * clock is as old as the last event: bring them up to @now.
 */
static __always_inline void note_clock_behind(struct why_wait *w, const struct cpu_state *c,
					      struct cfs_rq___compat *there, u64 now)
{
	u64 behind = now - c->offset - w->rq_clock;

	if (!c->sampled || !time_before(0, behind))
		return;
	if (is_counting(there, true))
		w->throttled += behind;
	w->throttle_clock += behind;
	w->task_clock += behind;
	w->rq_clock += behind;
}

/*
 * How long @p, of which @w is the record and which is of @cfs_rq still, has
 * lacked quota since note_throttled(), in ns. Sets *@unsure if nobody knows
 * when. Where tasks are throttled, one that no longer is will not be again
 * before it has run: what its group lacks now is not lacked by the task.
 *
 * rq.clock_pelt may run slower than rq.clock_task: then the task is taken to
 * have lacked quota in the same proportion. rq.clock_pelt may also be ahead,
 * because an idle CPU makes up for slowness. Where the two differ by more than
 * a quarter, the least that is certain counts.
 */
static __always_inline u64 lacked_quota(const struct why_wait *w, struct task_struct *p,
					struct cfs_rq___compat *cfs_rq, bool *unsure)
{
	bool counts_present = !throttles_tasks() || compat(p)->throttled;
	u64 ns = throttled_time(cfs_rq, counts_present, false) - w->throttled;
	u64 by_clock = throttle_clock(cfs_rq, false) - w->throttle_clock;
	u64 passed = cfs_rq->rq->clock_task - w->task_clock;
	/* Against overflow, which comes after a few minutes. */
	u64 shift = passed >> 37 ? 24 : 14;

	*unsure = false;
	if (!time_before(0, ns))
		return 0;
	/* All the while, and quota comes before interrupts. */
	if (ns >= by_clock)
		return rq_clock(cfs_rq) - w->rq_clock;
	if (!throttles_by_pelt(cfs_rq))
		return ns;
	*unsure = passed > by_clock + passed / 4 || by_clock > passed + passed / 4;
	if (by_clock > passed)
		return ns > by_clock - passed ? ns - (by_clock - passed) : 0;
	if (*unsure || by_clock == passed)
		return ns;
	return (ns >> shift) * passed / ((by_clock >> shift) + 1);
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

	return (before && throttled_time(before, true, true) != w->throttled) ||
	       throttled_time(cfs_rq, true, false) || w->quota.ns;
}

/*
 * Note for find_throttling() that a throttled task leaves @cpu at @now: of the
 * group with @cfs_rq and @se and of those above all that have run out. Global,
 * so that it is verified once, by itself.
 */
__noinline u32 note_throttles(u64 cfs_rq, u64 se, u32 cpu, u64 now)
{
	struct cpu_state *c = bpf_map_lookup_elem(&cpus, &cpu);
	struct own_group g = { cfs_rq, se };
	struct cfs_rq___compat *q;
	struct throttling *t;
	int depth;
	u64 id;

	if (!c || !has_cfs_quota())
		return 0;
	for (depth = 0; depth < MAX_CGROUP_DEPTH && g.cfs_rq; depth++) {
		q = (void *)g.cfs_rq;
		if (BPF_CORE_READ_BITFIELD_PROBED(q, throttled)) {
			id = group_id(g.cfs_rq);
			t = &c->throttled[id % NR_THROTTLED];
			t->before = t->since;
			t->since = now;
			t->cgroup = id;
		}
		g = group_above(g.se);
	}
	return 0;
}

/* Did the task leave the CPU by itself or by force, without going to sleep? */
static __always_inline bool left_cpu(const struct why_wait *w)
{
	return w->from == FROM_PREEMPTED || w->from == FROM_YIELDED;
}

#define NR_FOUND	32		/* more than NR_THROTTLED */
#define MANY		2		/* that of several is not known when */

/*
 * Of the group with @cfs_rq and @se and of those above: how often they ran out
 * of quota on @cpu since @since, apart from @first, at most MANY times, times
 * NR_FOUND, plus the place in cpu_state of the last time (NR_THROTTLED: none).
 * MANY where another group took the place of one. Global, so that it is
 * verified once, by itself.
 */
__noinline u32 find_throttling(u64 cfs_rq, u64 se, u32 cpu, u64 since, u64 first)
{
	struct cpu_state *c = bpf_map_lookup_elem(&cpus, &cpu);
	struct own_group g = { cfs_rq, se };
	const struct throttling *t;
	u32 nr = 0, place = NR_THROTTLED;
	u64 id, last = 0;
	int depth;

	if (!c || !has_cfs_quota())
		return place;
	for (depth = 0; depth < MAX_CGROUP_DEPTH && g.cfs_rq; depth++) {
		id = group_id(g.cfs_rq);
		t = &c->throttled[id % NR_THROTTLED];
		if (!time_before(t->since, since) && t->cgroup != id) {
			nr += limits_time(g.cfs_rq) ? MANY : 0;
		} else if (!time_before(t->since, since)) {
			/* Groups above each other may run out at once. */
			nr += t->since != first && t->since != last;
			nr += t->before != first && !time_before(t->before, since);
			if (place == NR_THROTTLED || time_before(last, t->since)) {
				last = t->since;
				place = id % NR_THROTTLED;
			}
		}
		/* So that the verifier has fewer values to follow. */
		if (nr > MANY)
			nr = MANY;
		g = group_above(g.se);
	}
	return nr * NR_FOUND + place;
}

/*
 * Note in @q when, and by which group, @p was throttled in its stay, if only
 * once. Before 6.18 a group runs out while its other tasks wait, and a wait can
 * see more than one period.
 */
static __always_inline void note_throttling(struct lacked *q, const struct why_wait *w,
					    struct task_struct *p)
{
	struct own_group g = nearest_group(p);
	u32 found = find_throttling(g.cfs_rq, g.se, task_cpu(p), w->stay_since, q->since);
	u32 nr = found / NR_FOUND, place = found % NR_FOUND;
	struct cpu_state *c = cpu_state(p);
	const struct throttling *t;

	if (!c)
		return;
	t = &c->throttled[place % NR_THROTTLED];
	if (nr && place < NR_THROTTLED)
		q->cgroup = t->cgroup;
	else if (w->nr_migrations || !w->stay_throttled)
		/* Nobody saw which one ran out. */
		q->cgroup = only_limited_group(g.cfs_rq, g.se);
	if (w->stay_throttled) {
		/* Since the wait or the stay began, or the stay before. */
		q->unsure |= nr || (q->ns && !q->goes_on);
		if (!q->ns)
			q->since = w->stay_since;
	} else {
		q->unsure |= nr != 1 || q->ns;
		q->since = t->since;
	}
}

/*
 * The stay of @p, of @cfs_rq, ends: add to @q what the task lacked. Where tasks
 * are throttled, one that was not when it came will not be before it has run.
 */
static __always_inline void add_lacked(struct lacked *q, const struct why_wait *w,
				       struct task_struct *p, struct cfs_rq___compat *cfs_rq)
{
	bool unsure;
	u64 ns;

	if (throttles_tasks() && !q->goes_on)
		return;
	ns = lacked_quota(w, p, cfs_rq, &unsure);
	q->unsure |= unsure;
	/* Where tasks are throttled, there is one time, from the begin on. */
	if (ns && !throttles_tasks())
		note_throttling(q, w, p);
	q->ns += ns;
	q->goes_on = is_throttled(p, cfs_rq);
}

/*
 * How far is rq.clock behind e->now? Far, if the CPU is idle while the wait
 * goes on, because an idle CPU has no ticks that would move its clock.
 */
static __always_inline u64 clock_behind(const struct ended *e)
{
	u64 clock = rq_clock(e->cfs_rq) + e->cpu->offset;

	return e->cpu->sampled && time_before(clock, e->now) ? e->now - clock : 0;
}

/* Find how long, and since when, e->task lacked quota in its wait. */
static __always_inline void find_quota(struct why_event *to, const struct ended *e,
				       const struct why_wait *w)
{
	struct lacked q = w->quota;

	to->quota_unknown = w->quota_unknown;
	if (may_lack_quota(w, e->task)) {
		if (is_throttled_of(w, e->cfs_rq))
			add_lacked(&q, w, e->task, e->cfs_rq);
		else
			to->quota_unknown |= could_lack_quota(w, e->cfs_rq);
		if (is_throttled(e->task, e->cfs_rq))
			q.ns += clock_behind(e);
	}
	/* More than can be since then: not all at once. */
	if (q.ns > e->now - q.since + clock_age_ns)
		q.unsure = true;
	to->quota_ns = q.ns < to->wait.wait_ns ? q.ns : to->wait.wait_ns;
	to->quota_since_ns = q.unsure ? 0 : q.since;
	to->quota_cgroup = q.cgroup == NO_GROUP ? 0 : q.cgroup;
}

#endif /* __RUNQSLOWER_LACKED_QUOTA_BPF_H */
