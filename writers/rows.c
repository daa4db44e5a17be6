// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
#include <math.h>
#include <string.h>
#include "names.h"
#include "rows.h"
#include "util/process_name.h"

/* The share of the task that ran longest, if any did. */
static struct rows top_of(const struct rows *shares)
{
	const struct share *s = shares->rows, *end = s + shares->nr;

	for (; s < end; s++) {
		if (s->cause == CAUSE_TASK)
			return (struct rows) { s, 1 };
	}
	return (struct rows) {};
}

static void fill_shares(struct wait_row *row, const struct why *why)
{
	const struct share *s;

	for (s = why->shares; s < why->shares + why->nr; s++) {
		row->causes[s->cause] += s->ns;
		if (s->cause == CAUSE_QUOTA)
			row->quota_cgroup = s->cgroup;
	}
	row->shares = (struct rows) { why->shares, why->nr };
	row->top = top_of(&row->shares);
	row->uncovered_ns = why->uncovered_ns;
}

/* An idle CPU that the waiter might not use is another matter. */
static void fill_cpus(struct wait_row *row)
{
	const struct why_event *e = &row->event;
	unsigned int i;

	for (i = 0; i < MAX_IDLE_CPUS / 64; i++) {
		row->idle_cpus[i] = e->idle_cpus[i] & e->allowed_cpus[i];
		row->forbidden_cpus[i] = e->idle_cpus[i] & ~e->allowed_cpus[i];
	}
}

static void fill_waker(struct wait_row *row)
{
	const struct why_event *e = &row->event;

	switch (e->waker_kind) {
	case WAKER_TASK:
		row->waker = e->waker_comm;
		row->waker_tid = e->waker_tid;
		break;
	case WAKER_UNSEEN:
		row->waker = "-";
		break;
	default:
		row->waker = waker_names[e->waker_kind];
	}
}

void fill_wait(struct wait_row *row, const struct wait_event *e, const struct why *why,
	       const struct stack_event *stack, bool stalled)
{
	memset(row, 0, sizeof(*row));
	if (why)
		row->event = why->event;
	row->event.wait = *e;
	row->event.wait.stalled = stalled;
	row->why = why;
	row->stack = stack;
	row->prev_comm = stalled ? "-" : row->event.wait.prev_comm;
	row->wakeup_ns = time_of_wakeup(&row->event);
	row->migrations = row->event.nr_migrations > MAX_MIGRATIONS ?
			  row->event.nr_migrations : 0;
	fill_waker(row);
	if (row->event.cpu_cgroup != row->event.cgroup)
		row->cpu_cgroup = row->event.cpu_cgroup;
	fill_cpus(row);
	if (why)
		fill_shares(row, why);
}

static struct total_row *add_total(struct summary_row *row, enum total_kind kind, __u64 ns)
{
	struct total_row *total = &row->rows[row->all.nr++];

	*total = (struct total_row) {
		.kind = kind, .since_ns = row->since_ns, .now_ns = row->now_ns, .ns = ns,
		.percent = row->wait_ns ? 100.0 * ns / row->wait_ns : 0,
	};
	return total;
}

static void set_task(struct total_row *total, const struct totals *t, const char *comm,
		     __u32 tid, __u32 tgid, __u64 cgroup)
{
	memcpy(total->comm, comm, sizeof(total->comm));
	total->tid = tid;
	total->tgid = tgid;
	total->cgroup = cgroup;
	if (totals_by(t) == BY_PROCESS)
		process_name(tgid, total->comm);
}

/* The rows from index @from on. */
static struct rows totals_from(const struct summary_row *row, size_t from)
{
	return (struct rows) { row->rows + from, row->all.nr - from };
}

static void fill_waiter(struct total_row *total, const struct totals *t, struct waiter *w)
{
	size_t i;

	set_task(total, t, w->comm, w->tid, w->tgid, w->cgroup);
	for (i = 0; totals_by(t) == BY_PROCESS && i < w->parts.nr; i++)
		process_name(w->parts.shares[i].tgid, w->parts.shares[i].comm);
	total->waits = w->nr;
	total->p50_ns = w->p50_ns;
	total->p99_ns = w->p99_ns;
	total->max_ns = w->max_ns;
	total->max_at_ns = w->max_at_ns;
	memcpy(total->causes, w->causes, sizeof(total->causes));
	total->shares = (struct rows) { w->parts.shares, w->parts.nr };
	total->top = top_of(&total->shares);
}

static void fill_waiters(struct summary_row *row, const struct totals *t, size_t max)
{
	__u64 ns = row->wait_ns, waits = row->waits;
	size_t nr = totals_waiters(t, row->waiter, max), from = row->all.nr, i;
	struct waiter *w;

	for (i = 0; i < nr; i++) {
		w = &row->waiter[i];
		fill_waiter(add_total(row, TOTAL_WAITER, w->total_ns), t, w);
		ns -= w->total_ns;
		waits -= w->nr;
	}
	row->waiters = totals_from(row, from);
	row->waiters_rest_ns = ns;
	add_total(row, TOTAL_WAITERS_REST, ns)->waits = waits;
}

static void fill_culprits(struct summary_row *row, const struct totals *t, size_t max)
{
	__u64 ns = row->causes[CAUSE_TASK];
	struct culprit culprits[MAX_TOP], *c;
	size_t nr = totals_culprits(t, culprits, max), from = row->all.nr;
	struct total_row *total;

	for (c = culprits; c < culprits + nr; c++) {
		total = add_total(row, TOTAL_CULPRIT, c->ns);
		set_task(total, t, c->comm, c->tid, c->tgid, c->cgroup);
		total->tasks = c->nr_tasks;
		ns -= c->ns;
	}
	row->culprits = totals_from(row, from);
	row->culprits_rest_ns = ns;
	add_total(row, TOTAL_CULPRITS_REST, ns);
}

static void fill_cgroups(struct summary_row *row, const struct totals *t, size_t max)
{
	__u64 ns = row->causes[CAUSE_TASK];
	struct cgroup_pair pairs[MAX_TOP], *p;
	size_t nr = totals_pairs(t, pairs, max), from = row->all.nr;
	struct total_row *total;

	for (p = pairs; p < pairs + nr; p++) {
		total = add_total(row, TOTAL_CGROUPS, p->ns);
		total->waiting = p->waiting;
		total->running = p->running;
		ns -= p->ns;
	}
	row->cgroups = totals_from(row, from);
	row->cgroups_rest_ns = ns;
	add_total(row, TOTAL_CGROUPS_REST, ns);
}

void fill_summary(struct summary_row *row, const struct totals *t, size_t max,
		  __u64 since, __u64 now)
{
	enum cause cause;

	row->kind = 0;
	row->since_ns = since;
	row->now_ns = now;
	row->by = totals_by(t);
	row->waits = totals_nr(t);
	row->wait_ns = totals_ns(t);
	row->nr_stalled = totals_nr_stalled(t);
	row->stalled_ns = totals_stalled_ns(t);
	row->all = (struct rows) { row->rows, 0 };
	add_total(row, TOTAL_ALL, row->wait_ns)->waits = row->waits;
	for (cause = 0; cause < NR_CAUSES; cause++) {
		row->causes[cause] = totals_cause(t, cause);
		add_total(row, TOTAL_CAUSE, row->causes[cause])->cause = cause;
	}
	fill_waiters(row, t, max);
	fill_culprits(row, t, max);
	fill_cgroups(row, t, max);
}

void fill_histogram(struct histogram_row *row, const struct histogram *h, __u64 since,
		    __u64 now)
{
	struct bucket_row *bucket = row->rows;
	unsigned int i;

	row->kind = 0;
	row->since_ns = since;
	row->now_ns = now;
	row->count = histogram_total(h);
	row->nr_stalled = h->nr_stalled;
	row->stalled_ns = h->stalled_ns;
	row->p50_ns = histogram_percentile(h, 50);
	row->p90_ns = histogram_percentile(h, 90);
	row->p99_ns = histogram_percentile(h, 99);
	row->p99_9_ns = histogram_percentile(h, 99.9);
	row->max_ns = histogram_percentile(h, 100);
	for (i = 0; i < NR_BUCKETS; i++) {
		if (!h->counts[i])
			continue;
		*bucket++ = (struct bucket_row) {
			since, now, bucket_start(i),
			i < NR_BUCKETS - 1 ? bucket_start(i + 1) : 0, h->counts[i],
		};
	}
	row->buckets = (struct rows) { row->rows, bucket - row->rows };
}

void fill_limits(struct limits_row *row, unsigned int limits, __u64 now)
{
	*row = (struct limits_row) {
		.now_ns = now,
		.irq = !(limits & LIMIT_IRQ),
		.steal = !(limits & LIMIT_STEAL),
		.waker = !(limits & LIMIT_WAKER),
		.yielded = !(limits & LIMIT_YIELD),
		.groups = !(limits & LIMIT_GROUPS),
	};
}

void fill_cost(struct cost_row *row, const struct cost *cost, __u64 now)
{
	row->kind = 0;
	row->now_ns = now;
	row->cost = *cost;
	row->ns_per_run = cost->runs ? (double)cost->ns / cost->runs : NAN;
}
