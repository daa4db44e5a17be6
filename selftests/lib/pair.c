// SPDX-License-Identifier: GPL-2.0
/*
 * Pair the events of the log to waits and runs.
 *
 * A kernel may hide events from all tracers (a recursing tracepoint, a system
 * thread that is not to be traced). Where that has happened between a start and
 * an end, the task has been switched out more often at the end than at the
 * start, or has no start at all: such a wait is not "sure", and nothing can be
 * said of its length.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "oracle.h"

/*
 * How old the run queue's clock was when an event was logged. Between a task
 * is queued and its wakeup, the scheduler may have sent an IPI, which in a
 * virtual machine takes its time. The run queue's clock and ours differ by a
 * constant plus that age; the constant is the least difference seen on that CPU
 * lately.
 */
#define SPAN_NS		(50 * 1000 * 1000ULL)
#define MAX_CPUS_SEEN	1024

struct lateness {
	__u64 start;			/* of the log */
	size_t nr_spans;
	__s64 *least;			/* by CPU and span */
};

/* Below 0 where the run queue's clock is ahead of ours. */
static __s64 ahead(const struct oracle_event *e)
{
	return e->ns - e->rq_clock;
}

static void learn_lateness(struct lateness *l, const struct oracle_event *events,
			   size_t nr)
{
	const struct oracle_event *e;
	size_t i;

	l->start = nr ? events[0].ns : 0;
	l->nr_spans = nr ? (events[nr - 1].ns - l->start) / SPAN_NS + 1 : 1;
	l->least = malloc(MAX_CPUS_SEEN * l->nr_spans * sizeof(*l->least));
	if (!l->least)
		abort();
	for (i = 0; i < MAX_CPUS_SEEN * l->nr_spans; i++)
		l->least[i] = INT64_MAX;
	for (e = events; e < events + nr; e++) {
		i = e->cpu % MAX_CPUS_SEEN * l->nr_spans +
		    (e->ns - l->start) / SPAN_NS;
		/*
		 * A task that wakes itself does so by an old clock: no matter.
		 */
		if (e->rq_clock && ahead(e) < l->least[i])
			l->least[i] = ahead(e);
	}
}

static __u64 lateness(const struct lateness *l, const struct oracle_event *e)
{
	size_t span = (e->ns - l->start) / SPAN_NS, i;
	const __s64 *least = l->least + e->cpu % MAX_CPUS_SEEN * l->nr_spans;
	__s64 constant = ahead(e);

	if (!e->rq_clock)
		return 0;
	for (i = span ? span - 1 : 0; i <= span + 1 && i < l->nr_spans; i++) {
		if (least[i] < constant)
			constant = least[i];
	}
	return ahead(e) - constant;
}

/* What is known of a task while the log is read. */
struct task {
	__u64 since, in;		/* 0: not known */
	__u64 late;			/* lateness at since */
	__u64 blind;			/* blind_ns at since */
	__u32 nr_switches;		/* at since */
	__u16 cpu;			/* at since */
	bool dozes;			/* at since */
};

#define MAX_TID	(1 << 22)

/* What is said of an event right behind it. */
static int by_time(const void *pa, const void *pb)
{
	const struct oracle_event *a = pa, *b = pb;

	if (a->ns != b->ns)
		return a->ns < b->ns ? -1 : 1;
	if (a->on_cpu != b->on_cpu)
		return a->on_cpu < b->on_cpu ? -1 : 1;
	return a->kind < b->kind ? -1 : a->kind > b->kind;
}

/* Tell the events what ORACLE_BLIND says of them. */
static void tell_blind(struct oracle_event *events, size_t nr)
{
	size_t i;

	for (i = 1; i < nr; i++) {
		if (events[i].kind == ORACLE_BLIND && events[i - 1].ns == events[i].ns &&
		    events[i - 1].on_cpu == events[i].on_cpu)
			events[i - 1].blind_ns = events[i].blind_ns;
	}
}

static int by_end(const void *pa, const void *pb)
{
	const struct truth_wait *a = pa, *b = pb;

	if (a->tid != b->tid)
		return a->tid < b->tid ? -1 : 1;
	return a->end_ns < b->end_ns ? -1 : a->end_ns > b->end_ns;
}

static int by_in(const void *pa, const void *pb)
{
	const struct truth_run *a = pa, *b = pb;

	if (a->tid != b->tid)
		return a->tid < b->tid ? -1 : 1;
	return a->in_ns < b->in_ns ? -1 : a->in_ns > b->in_ns;
}

static int by_cpu(const void *pa, const void *pb)
{
	const struct truth_run *a = pa, *b = pb;

	if (a->cpu != b->cpu)
		return a->cpu < b->cpu ? -1 : 1;
	return a->in_ns < b->in_ns ? -1 : a->in_ns > b->in_ns;
}

/*
 * What of @runs, in order of CPU and time, @tid had of @cpu in that time, and
 * in how many runs.
 */
static __u64 sum_of(const struct truth_run *runs, size_t nr, __u16 cpu, __u32 tid,
		    __u64 from, __u64 to, size_t *nr_summed)
{
	size_t low = 0, high = nr, mid;
	const struct truth_run *r;
	__u64 sum = 0;

	/* Runs of a CPU do not overlap: they end in the order they begin. */
	while (low < high) {
		mid = (low + high) / 2;
		r = &runs[mid];
		if (r->cpu < cpu || (r->cpu == cpu && r->out_ns <= from))
			low = mid + 1;
		else
			high = mid;
	}
	for (r = runs + low; r < runs + nr && r->cpu == cpu && r->in_ns < to; r++) {
		if (r->tid != tid)
			continue;
		++*nr_summed;
		sum += (r->out_ns < to ? r->out_ns : to) - (r->in_ns > from ? r->in_ns : from);
	}
	return sum;
}

__u64 truth_ran(const struct truth *t, __u16 cpu, __u32 tid, __u64 from, __u64 to, size_t *nr)
{
	*nr = 0;
	return sum_of(t->cpu_runs, t->nr_runs, cpu, tid, from, to, nr);
}

__u64 truth_may_have_run(const struct truth *t, __u16 cpu, __u32 tid, __u64 from, __u64 to)
{
	size_t nr = 0;

	return sum_of(t->maybes, t->nr_maybes, cpu, tid, from, to, &nr);
}

__u64 truth_blind_ns(const struct truth *t, __u16 cpu, __u64 from, __u64 to)
{
	const struct truth_blind *b;
	__u64 sum = 0;

	for (b = t->blinds; b < t->blinds + t->nr_blinds && b->at <= to; b++) {
		if (b->cpu == cpu && b->at + b->ns >= from)
			sum += b->ns;
	}
	return sum;
}

static void list_blinds(const struct oracle_event *events, size_t nr, struct truth *t)
{
	const struct oracle_event *e;

	t->blinds = calloc(nr + 1, sizeof(*t->blinds));
	if (!t->blinds)
		abort();
	for (e = events; e < events + nr; e++) {
		if (e->kind == ORACLE_SWITCH && e->blind_ns)
			t->blinds[t->nr_blinds++] = (struct truth_blind) {
				e->ns, e->blind_ns, e->cpu
			};
	}
}

/*
 * A second wakeup does not restart a wait, because that task was preempted
 * before it slept. A wakeup of a task on a CPU does not begin one.
 */
static void wake(struct task *p, const struct oracle_event *e, __u64 late)
{
	if ((p->in || p->since) && p->nr_switches == e->nr_switches)
		return;
	*p = (struct task) {
		.since = e->ns,
		.nr_switches = e->nr_switches,
		.late = late,
		.blind = e->blind_ns,
		.cpu = e->cpu,
	};
}

static void switch_in(struct task *p, const struct oracle_event *e, __u64 late,
		      struct truth *t)
{
	struct truth_wait *w = &t->waits[t->nr_waits++];

	w->tid = e->tid;
	w->end_ns = e->ns;
	w->end_blind_ns = e->blind_ns;
	w->cpu = e->cpu;
	w->sure = p->since && p->nr_switches == e->nr_switches;
	if (w->sure) {
		w->wait_ns = e->ns - p->since;
		w->late_ns = p->late;
		w->end_late_ns = late;
		w->begin_blind_ns = p->blind;
		w->dozed = p->dozes;
		w->migrated = p->cpu != e->cpu;
	}
	t->nr_unsure += !w->sure;
	p->since = 0;
	p->in = e->ns;
	p->nr_switches = e->nr_switches;
}

/* Has @p, which leaves the CPU with @e, been there since p->in? */
static bool ends_run(const struct task *p, const struct oracle_event *e)
{
	return p->in && p->nr_switches + 1 == e->prev_nr_switches;
}

static void switch_out(struct task *p, const struct oracle_event *e, __u64 late,
		       struct truth *t)
{
	if (ends_run(p, e))
		t->runs[t->nr_runs++] = (struct truth_run) {
			.tid = e->prev_tid,
			.cpu = e->cpu,
			.in_ns = p->in,
			.out_ns = e->ns,
			.late_ns = late,
		};
	*p = (struct task) {
		.since = e->prev_waits ? e->ns : 0,
		.nr_switches = e->prev_nr_switches,
		.blind = e->blind_ns,
		.dozes = e->prev_dozes,
		.cpu = e->cpu,
	};
}

/* The task that was switched in on a CPU at last, for all that was seen. */
struct last_in {
	__u32 tid;
	__u64 ns;
};

static void may_have_run(struct truth *t, const struct last_in *last, __u32 tid,
			 const struct oracle_event *e)
{
	if (tid && last->ns)
		t->maybes[t->nr_maybes++] = (struct truth_run) {
			.tid = tid,
			.cpu = e->cpu,
			.in_ns = last->ns,
			.out_ns = e->ns,
		};
}

/*
 * A switch went unseen if with @e another task leaves the CPU than came last,
 * or if that was away in between. Either may have had the CPU since.
 */
static void find_unseen(struct truth *t, struct last_in *last, const struct task *prev,
			const struct oracle_event *e)
{
	if (e->prev_tid != last->tid || (e->prev_tid && !ends_run(prev, e))) {
		may_have_run(t, last, last->tid, e);
		if (e->prev_tid != last->tid)
			may_have_run(t, last, e->prev_tid, e);
	}
	last->tid = e->tid;
	last->ns = e->ns;
}

static void sort(struct truth *t)
{
	qsort(t->waits, t->nr_waits, sizeof(*t->waits), by_end);
	qsort(t->runs, t->nr_runs, sizeof(*t->runs), by_in);
	t->cpu_runs = malloc((t->nr_runs + 1) * sizeof(*t->runs));
	if (!t->cpu_runs)
		abort();
	memcpy(t->cpu_runs, t->runs, t->nr_runs * sizeof(*t->runs));
	qsort(t->cpu_runs, t->nr_runs, sizeof(*t->runs), by_cpu);
	qsort(t->maybes, t->nr_maybes, sizeof(*t->maybes), by_cpu);
}

static void pair(const struct oracle_event *events, size_t nr, struct truth *t)
{
	struct last_in *last = calloc(MAX_CPUS_SEEN, sizeof(*last));
	struct task *tasks = calloc(MAX_TID, sizeof(*tasks));
	const struct oracle_event *e;
	struct lateness late = {};

	learn_lateness(&late, events, nr);
	t->waits = calloc(nr, sizeof(*t->waits));
	t->runs = calloc(nr, sizeof(*t->runs));
	t->maybes = calloc(2 * nr, sizeof(*t->maybes));
	if (!tasks || !last || !t->waits || !t->runs || !t->maybes)
		abort();
	for (e = events; e < events + nr; e++) {
		if (e->kind == ORACLE_BLIND)
			continue;
		if (e->kind == ORACLE_WAKE) {
			wake(&tasks[e->tid % MAX_TID], e, lateness(&late, e));
			continue;
		}
		find_unseen(t, &last[e->cpu % MAX_CPUS_SEEN], &tasks[e->prev_tid % MAX_TID], e);
		if (e->tid)
			switch_in(&tasks[e->tid % MAX_TID], e, lateness(&late, e), t);
		if (e->prev_tid)
			switch_out(&tasks[e->prev_tid % MAX_TID], e, lateness(&late, e), t);
	}
	free(late.least);
	free(last);
	free(tasks);
	sort(t);
}

void oracle_pair(struct oracle_event *events, size_t nr, struct truth *truth)
{
	memset(truth, 0, sizeof(*truth));
	/* The CPUs reserve in another order than they read the clock. */
	qsort(events, nr, sizeof(*events), by_time);
	tell_blind(events, nr);
	truth->nr_events = nr;
	list_blinds(events, nr, truth);
	pair(events, nr, truth);
}

void truth_free(struct truth *truth)
{
	free(truth->waits);
	free(truth->runs);
	free(truth->cpu_runs);
	free(truth->maybes);
	free(truth->blinds);
	memset(truth, 0, sizeof(*truth));
}
