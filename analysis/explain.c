// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * Split a wait into shares. A wait consists of stays, one for each CPU that the
 * task was queued on. A stay consists of segments of the CPU's history, clipped
 * to the stay. A segment is split into interrupts, the hypervisor and the task
 * that ran. While the waiter was held back, by quota or something like quota,
 * that is the cause, whoever ran meanwhile. The time without a share is
 * CAUSE_OTHER.
 */
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include "explain.h"

/* How far the times of two events may be wrong. */
#define CLOCKS_DIFFER_NS	300000

/* A stretch of time, CLOCK_MONOTONIC, ns. */
struct span {
	__u64 from;
	__u64 to;
};

static __u64 min64(__u64 a, __u64 b)
{
	return a < b ? a : b;
}

static __u64 max64(__u64 a, __u64 b)
{
	return a > b ? a : b;
}

static __u64 overlap(struct span a, struct span b)
{
	__u64 from = max64(a.from, b.from), to = min64(a.to, b.to);

	return from < to ? to - from : 0;
}

/* @ns * @part / @whole without overflow; @part is at most @whole. */
static __u64 fraction(__u64 ns, __u64 part, __u64 whole)
{
	double fraction = whole ? (double)ns * part / whole : 0;

	/* A double rounds long times, so the result may exceed @ns. */
	if (fraction < ns)
		return fraction;
	return ns;
}

struct breakdown {
	const struct why_event *event;
	const struct history *history;
	struct span wait;
	__u64 queued;			/* end of the wakeup */
	struct span held;		/* by quota or something like it */
	__u64 given;			/* ns, sum of the shares */
	/* ns that history, a migration, @held or the wakeup covers */
	__u64 covered;
	struct why *why;
	size_t size;			/* room in why->shares */
	bool failed;			/* out of memory */
};

static bool is_same(const struct share *a, const struct share *b)
{
	if (a->cause != b->cause)
		return false;
	/* Compare tasks without a TID in this PID namespace by name. */
	return a->cause != CAUSE_TASK ||
	       (a->tid == b->tid && (a->tid || !strcmp(a->comm, b->comm)));
}

/* Add @ns of @share to @to. A task can change its class in a wait. */
static void add(struct share *to, const struct share *share, __u64 ns)
{
	to->ns += ns;
	if (share->outranks && !to->outranks) {
		to->outranks = true;
		to->class = share->class;
		to->rt_priority = share->rt_priority;
		to->prio = share->prio;
		to->policy = share->policy;
	}
	to->fair_server |= share->fair_server;
}

static void give(struct breakdown *b, const struct share *share, __u64 ns)
{
	struct why *why = b->why;
	size_t i, size;

	if (!ns || b->failed)
		return;
	b->given += ns;
	for (i = 0; i < why->nr; i++) {
		if (is_same(&why->shares[i], share)) {
			add(&why->shares[i], share, ns);
			return;
		}
	}
	if (why->nr == b->size) {
		size = 2 * b->size;
		why = realloc(why, sizeof(*why) + size * sizeof(*why->shares));
		if (!why) {
			b->failed = true;
			return;
		}
		b->why = why;
		b->size = size;
	}
	why->shares[why->nr] = *share;
	why->shares[why->nr++].ns = ns;
}

static void give_cause(struct breakdown *b, enum cause what, __u64 ns)
{
	const struct share share = { .cause = what };

	give(b, &share, ns);
}

/* How many ns of @span are outside b->held. */
static __u64 not_held(const struct breakdown *b, struct span span)
{
	return span.to - span.from - overlap(span, b->held);
}

/* The scheduler runs the task of the lowest rank. Normal tasks share one. */
static int rank_of(__s16 prio)
{
	return prio < MAX_RT_PRIO ? prio : MAX_RT_PRIO;
}

static bool is_rt(__s16 prio)
{
	return prio >= 0 && prio < MAX_RT_PRIO;
}

static enum task_class class_of(const struct run_segment *s)
{
	if (s->flags & SEGMENT_STOP)
		return CLASS_STOP;
	if (s->prio < 0)
		return CLASS_DEADLINE;
	if (!is_rt(s->prio))
		return CLASS_NORMAL;
	switch (s->policy) {
	case SCHED_FIFO:
		return CLASS_FIFO;
	case SCHED_RR:
		return CLASS_RR;
	default:
		return CLASS_BOOSTED;
	}
}

/*
 * Was the waiter, a real-time task, held back by the limit of real-time tasks
 * while its CPU, from which it had been waiting since @since, was given to @s?
 * Where WHY_CAN_LIMIT_RT is set, the scheduler gives no CPU to a task of a
 * lower class for another reason. But a task that had the CPU already may keep
 * the CPU for a while, because the kernel is not preemptible everywhere.
 *
 * While the waiter's group is over its limit, real-time tasks of other groups
 * run, too: that they do is no fault of those that the waiter outranks.
 */
static bool is_rt_limit(const struct why_event *e, const struct run_segment *s, __u64 since)
{
	if (!is_rt(e->prio) || s->flags & (SEGMENT_SERVED | SEGMENT_FORCED))
		return false;
	if (s->prio < MAX_RT_PRIO && !(s->flags & SEGMENT_IDLE))
		return e->flags & WHY_RT_LIMIT && s->prio > e->prio;
	return e->flags & WHY_RT_LIMIT ||
	       (e->flags & WHY_CAN_LIMIT_RT && s->start_ns > since + CLOCKS_DIFFER_NS);
}

static struct share task_share(const struct why_event *e, const struct run_segment *s)
{
	struct share share = {
		.cause = CAUSE_TASK,
		.tid = s->tid,
		.tgid = s->tgid,
		.cgroup = s->cgroup,
		.same_process = s->tgid && s->tgid == e->wait.tgid,
		/* Skip the root (ID 1): it has all tasks outside containers. */
		.same_cgroup = s->cgroup > 1 && s->cgroup == e->cgroup,
		.outranks = s->flags & SEGMENT_STOP || rank_of(s->prio) < rank_of(e->prio),
		.fair_server = e->prio < MAX_RT_PRIO && s->flags & SEGMENT_SERVED,
		.class = class_of(s),
		.prio = s->prio,
		.policy = s->policy,
	};

	/* The stop task's priority says nothing, because its class does. */
	if (is_rt(s->prio) && share.class != CLASS_STOP)
		share.rt_priority = MAX_RT_PRIO - 1 - s->prio;
	memcpy(share.comm, s->comm, sizeof(share.comm));
	return share;
}

/*
 * Is it not known who had the CPU in @s? A broken segment, or one where the
 * waiter runs, missed a switch.
 */
static bool is_unknown(const struct why_event *e, const struct run_segment *s)
{
	return s->flags & SEGMENT_BROKEN || (s->tid && s->tid == e->wait.tid) ||
	       (e->flags & WHY_RUNS_UNSEEN && s->cpu == e->wait.cpu && s->seq == e->seq - 1);
}

/*
 * Share out @part of segment @s. Interrupts and the hypervisor took @nontask ns
 * of @part, interrupts alone @irq ns. The task has been queued on the CPU since
 * @since.
 */
static void charge(struct breakdown *b, const struct run_segment *s, struct span part,
		   __u64 since, __u64 nontask, __u64 irq)
{
	const struct why_event *e = b->event;
	const struct share limit = { .cause = CAUSE_RT_LIMIT, .cgroup = e->rt_cgroup };
	__u64 len = part.to - part.from, ns = not_held(b, part);
	struct share share;

	b->covered += ns;
	if (is_unknown(e, s))
		return;
	nontask = min64(fraction(nontask, ns, len), ns);
	irq = min64(fraction(irq, ns, len), nontask);
	give_cause(b, CAUSE_IRQ, irq);
	give_cause(b, CAUSE_STEAL, nontask - irq);
	ns -= nontask;
	share = task_share(e, s);
	if (s->flags & SEGMENT_FORCED)
		give_cause(b, CAUSE_FORCED_IDLE, ns);
	else if (is_rt_limit(e, s, since))
		give(b, &limit, ns);
	else if (s->flags & SEGMENT_IDLE)
		give_cause(b, CAUSE_IDLE, ns);
	else
		give(b, &share, ns);
}

/* The interrupt and hypervisor counters of a CPU at one time, in ns. */
struct reading {
	__u64 at;
	__u64 nontask;
	__u64 irq;
};

/* Interpolate the counters at @at from readings @a and @b. */
static struct reading reading_at(struct reading a, struct reading b, __u64 at)
{
	__u64 len = b.at - a.at, part = at - a.at;

	return (struct reading) {
		.at = at,
		.nontask = a.nontask + fraction(b.nontask - a.nontask, part, len),
		.irq = a.irq + fraction(b.irq - a.irq, part, len),
	};
}

/*
 * Share out @stay, in which the task was queued on @cpu. @seq is the newest
 * segment of @cpu when the wait ended. The event has a reading at the begin of
 * the @first stay and one at the end of the @last stay.
 */
static void explain_stay(struct breakdown *b, __u32 cpu, __u32 seq, struct span stay,
			 bool first, bool last)
{
	const struct why_event *e = b->event;
	const struct reading begin = { b->queued, e->begin_nontask_ns, e->begin_irq_ns };
	const struct reading end = { b->wait.to, e->end_nontask_ns, e->end_irq_ns };
	const bool has_begin = e->from != FROM_UNSEEN && first;
	const struct run_segment *s;
	struct reading r0, r1, next;
	struct span part;

	/* After the newest segment begins, only the last stay has a reading. */
	next = end;
	if (!last)
		next.at = stay.to;
	s = history_newest(b->history, cpu);
	if (s && (__s32)(s->seq - seq) < 0) {
		/*
		 * Segments after @s are missing, so nobody knows when @s ended:
		 * leave @s out.
		 */
		stay.to = min64(stay.to, s->start_ns);
		next = (struct reading) { s->start_ns, s->nontask_ns, s->irq_ns };
		s = history_before(b->history, s);
	} else if (s && !last) {
		next.nontask = s->nontask_ns;
		next.irq = s->irq_ns;
	}
	for (; s; s = history_before(b->history, s)) {
		r0 = (struct reading) { s->start_ns, s->nontask_ns, s->irq_ns };
		r1 = next;
		next = r0;
		part.from = max64(r0.at, stay.from);
		part.to = min64(r1.at, stay.to);
		if (part.from >= part.to) {
			if (r0.at <= stay.from)
				break;
			continue;
		}
		/* Counters only grow; if clocks disagree, assume no growth. */
		if (r1.nontask < r0.nontask || r1.irq < r0.irq) {
			r1.nontask = r0.nontask;
			r1.irq = r0.irq;
		}
		if (has_begin && r0.at < begin.at && begin.nontask >= r0.nontask &&
		    begin.nontask <= r1.nontask && begin.irq <= r1.irq)
			r0 = begin;
		else if (r0.at < part.from)
			r0 = reading_at(r0, r1, part.from);
		if (r1.at > part.to)
			r1 = reading_at(r0, r1, part.to);
		charge(b, s, part, stay.from, r1.nontask - r0.nontask, r1.irq - r0.irq);
		if (s->start_ns <= stay.from)
			break;
	}
}

/* Share out all stays and the migration to the last CPU. */
static void explain_stays(struct breakdown *b)
{
	const struct why_event *e = b->event;
	__u64 at = b->queued, left;
	__u32 i;

	for (i = 0; i < e->nr_migrations && i < MAX_MIGRATIONS; i++) {
		left = min64(max64(e->migrations[i].left_ns, at), b->wait.to);
		explain_stay(b, e->migrations[i].cpu, e->migrations[i].seq,
			     (struct span) { at, left }, !i, false);
		at = left;
	}
	if (e->nr_migrations && e->queued_ns > at) {
		struct span migration = { at, min64(e->queued_ns, b->wait.to) };

		/*
		 * If the event lacks some migrations, the time is no
		 * migration, because the task was queued on unknown CPUs.
		 */
		if (e->nr_migrations <= MAX_MIGRATIONS) {
			give_cause(b, CAUSE_MIGRATING, not_held(b, migration));
			b->covered += not_held(b, migration);
		}
		at = migration.to;
	}
	/*
	 * The begin of the last stay is unknown if the event lacks some
	 * migrations and queued_ns.
	 */
	if (e->nr_migrations > MAX_MIGRATIONS && !e->queued_ns)
		return;
	explain_stay(b, e->wait.cpu, e->seq, (struct span) { at, b->wait.to },
		     !e->nr_migrations, true);
}

static int by_size(const void *pa, const void *pb)
{
	const struct share *a = pa, *b = pb;

	if (a->ns != b->ns)
		return a->ns > b->ns ? -1 : 1;
	if (a->cause != b->cause)
		return a->cause < b->cause ? -1 : 1;
	return a->tid < b->tid ? -1 : a->tid > b->tid;
}

/*
 * Find b->held, between the wakeup and the end of the wait, and its share. A
 * task is held back in one way only, because each class has its own.
 */
static void explain_held(struct breakdown *b)
{
	const struct why_event *e = b->event;
	struct share share = { .cause = CAUSE_QUOTA, .cgroup = e->quota_cgroup };
	__u64 ns = min64(e->quota_ns, b->wait.to - b->queued);

	b->held.from = min64(max64(e->quota_since_ns, b->queued), b->wait.to - ns);
	b->held.to = b->held.from + ns;
	if (e->budget_ns > b->queued) {
		share = (struct share) { .cause = CAUSE_DEADLINE };
		b->held = (struct span) { b->queued, min64(e->budget_ns, b->wait.to) };
	} else if (e->flags & WHY_SCHED_EXT) {
		share = (struct share) { .cause = CAUSE_SCHED_EXT };
		b->held = (struct span) { b->queued, b->wait.to };
		/* A scheduler that chooses a CPU moves the task there. */
		if (e->nr_migrations && e->queued_ns > b->queued)
			b->held.to = min64(e->queued_ns, b->wait.to);
	}
	give(b, &share, b->held.to - b->held.from);
}

/*
 * Where nobody knows when the task was throttled, nobody knows who had the CPU
 * while it was not. Less than 6 % of quota makes no verdict.
 */
static bool knows_when_held(const struct breakdown *b)
{
	const struct why_event *e = b->event;

	return e->quota_since_ns || e->quota_ns <= e->wait.wait_ns / 16;
}

struct why *explain(const struct why_event *e, const struct history *h)
{
	struct breakdown b = { .event = e, .history = h, .size = 8 };
	__u64 wait_ns = e->wait.wait_ns;
	__u64 wakeup = time_of_wakeup(e);

	b.why = calloc(1, sizeof(*b.why) + b.size * sizeof(*b.why->shares));
	if (!b.why)
		return NULL;
	b.why->event = *e;
	b.wait.to = e->wait.end_ns;
	b.wait.from = e->wait.end_ns - wait_ns;
	b.queued = b.wait.from + wakeup;

	give_cause(&b, CAUSE_WAKEUP, wakeup);
	explain_held(&b);
	b.covered = wakeup + b.held.to - b.held.from;
	if (!e->quota_unknown && knows_when_held(&b))
		explain_stays(&b);
	else
		b.covered = wait_ns;
	b.why->uncovered_ns = wait_ns - min64(b.covered, wait_ns);
	give_cause(&b, CAUSE_OTHER, wait_ns - min64(b.given, wait_ns));
	if (b.failed) {
		free(b.why);
		return NULL;
	}
	qsort(b.why->shares, b.why->nr, sizeof(*b.why->shares), by_size);
	return b.why;
}

static int by_percent(const void *pa, const void *pb)
{
	const struct percent *a = pa, *b = pb;

	return by_size(&a->share, &b->share);
}

/*
 * Round the shares to whole percents of @whole. The largest remainders round
 * up, so that the percents add up to 100.
 */
static void round_percents(struct percent *p, size_t nr, __u64 whole)
{
	unsigned int sum = 0;
	double rest[MAX_PERCENTS], exact;
	size_t i, largest;

	for (i = 0; i < nr; i++) {
		exact = 100.0 * p[i].share.ns / whole;
		p[i].percent = exact;
		rest[i] = exact - p[i].percent;
		sum += p[i].percent;
	}
	for (; sum < 100; sum++) {
		largest = 0;
		for (i = 1; i < nr; i++) {
			if (rest[i] > rest[largest])
				largest = i;
		}
		p[largest].percent++;
		rest[largest] = -1;
	}
}

size_t percents_of(const struct share *shares, size_t nr_shares, __u64 whole,
		   struct percent *out)
{
	__u64 one = whole / 100 + !!(whole % 100), kept = 0;
	size_t nr = 0, i;

	if (!whole) {
		out[0] = (struct percent) { { .cause = CAUSE_OTHER }, 100 };
		return 1;
	}
	/* Keep one place free for CAUSE_OTHER. */
	for (i = 0; i < nr_shares && nr < MAX_PERCENTS - 1; i++) {
		if (shares[i].cause == CAUSE_OTHER || shares[i].ns < one)
			continue;
		out[nr++].share = shares[i];
		kept += shares[i].ns;
	}
	if (kept < whole)
		out[nr++].share = (struct share) { .cause = CAUSE_OTHER, .ns = whole - kept };
	qsort(out, nr, sizeof(*out), by_percent);
	round_percents(out, nr, whole);
	while (nr > 1 && !out[nr - 1].percent)
		nr--;
	return nr;
}
