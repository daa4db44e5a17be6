// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * CSV as in RFC 4180, but that lines end as usual here: one table, of the
 * waits, the summary or the histogram. A record is one line: control characters
 * are written as '?' also where quotes would allow them, so that line-based
 * tools can be used. Other bytes are as they are, UTF-8 or not; JSON keeps all.
 */
#include <stdio.h>
#include <string.h>
#include "utf8.h"
#include "util/cgroups.h"
#include "util/clock.h"
#include "writer.h"

/* One more field; the first one of a line is not written by this. */
static void put_text(const char *s)
{
	const char *quote = strpbrk(s, ",\"") ? "\"" : "";

	printf(",%s", quote);
	for (; *s; s++) {
		if (utf8_is_control(s)) {
			putchar('?');
			s += *s == '\xc2';	/* which has two bytes */
		} else {
			if (*s == '"')
				putchar('"');
			putchar(*s);
		}
	}
	printf("%s", quote);
}

static void put_number(__u64 number)
{
	printf(",%llu", number);
}

static void put_nothing(int nr)
{
	while (nr--)
		putchar(',');
}

static void put_cgroup(__u64 id)
{
	put_text(id ? cgroup_path(id) : "");
}

static const char *time_of(__u64 mono_ns)
{
	static char buf[64];

	clock_format(buf, sizeof(buf), "%FT%T", mono_ns, 9, 1);
	return buf;
}

static void csv_begin(const struct options *opts)
{
	if (opts->histogram) {
		puts("since,time,from_ns,to_ns,count");
		return;
	}
	if (opts->summary) {
		fputs("since,time,table,name,tid,pid,running,ns,waits", stdout);
		puts(",p50_ns,p99_ns,max_ns,tasks");
		return;
	}
	fputs("type,time,mono_ns,comm,tid,pid,wait_ns,cpu,prev_comm,prev_tid", stdout);
	if (opts->waker)
		fputs(",waker,waker_comm,waker_tid", stdout);
	if (opts->waker || opts->why)
		fputs(",wakeup_ns", stdout);
	/* wakeup_ns, and from quota_ns to other_ns: they add up to wait_ns. */
	if (opts->why) {
		fputs(",from,cpus,cgroup,quota_cgroup,quota_ns,task_ns,irq_ns,steal_ns", stdout);
		fputs(",idle_ns,migrating_ns,other_ns,top_comm,top_tid,top_ns,idle_cpus", stdout);
	}
	putchar('\n');
}

static void put_waker(const struct why_event *e)
{
	put_text(waker_names[e->waker_kind]);
	if (e->waker_kind == WAKER_TASK) {
		put_text(e->waker_comm);
		put_number(e->waker_tid);
	} else {
		put_nothing(2);
	}
}

static void put_wakeup(const struct why_event *e)
{
	/* It may seem longer by a little: the clock is read in two ways. */
	put_number(e->wakeup_ns < e->wait.wait_ns ? e->wakeup_ns : e->wait.wait_ns);
}

/* The CPUs where it was queued, one after the other. */
static void put_path(const struct why_event *e)
{
	__u32 i;

	putchar(',');
	for (i = 0; i < e->nr_migrations && i < MAX_MIGRATIONS; i++)
		printf("%u>", e->migrations[i].cpu);
	printf("%s%u", e->nr_migrations > MAX_MIGRATIONS ? "..>" : "", e->wait.cpu);
}

static void put_why(const struct why *why)
{
	const struct why_event *e = &why->event;
	const struct share *top = NULL, *s;
	__u64 ns[NR_CAUSES] = {};
	const char *space = "";
	__u64 quota_cgroup = 0;
	unsigned int cpu;

	for (s = why->shares; s < why->shares + why->nr; s++) {
		ns[s->cause] += s->ns;
		if (s->cause == CAUSE_QUOTA)
			quota_cgroup = s->cgroup;
		if (s->cause == CAUSE_TASK && !top)
			top = s;
	}
	put_text(from_names[e->from]);
	put_path(e);
	put_cgroup(e->cgroup);
	put_cgroup(quota_cgroup);
	put_number(ns[CAUSE_QUOTA]);
	put_number(ns[CAUSE_TASK]);
	put_number(ns[CAUSE_IRQ]);
	put_number(ns[CAUSE_STEAL]);
	put_number(ns[CAUSE_IDLE]);
	put_number(ns[CAUSE_MIGRATING]);
	put_number(ns[CAUSE_OTHER]);
	if (top) {
		put_text(top->comm);
		put_number(top->tid);
		put_number(top->ns);
	} else {
		put_nothing(3);
	}
	putchar(',');
	for (cpu = 0; cpu < MAX_IDLE_CPUS; cpu++) {
		if (e->idle_cpus[cpu / 64] >> cpu % 64 & 1) {
			printf("%s%u", space, cpu);
			space = " ";
		}
	}
}

static void csv_wait(const struct options *opts, const struct wait_event *e,
		     const struct why *why, bool stalled)
{
	/* One that is stalled comes with a summary, too. */
	if (!prints_lines(opts))
		return;
	printf("%s,%s", stalled ? "stalled" : "wait", time_of(e->end_ns));
	put_number(e->end_ns);
	put_text(e->comm);
	put_number(e->tid);
	put_number(e->tgid);
	put_number(e->wait_ns);
	put_number(e->cpu);
	if (stalled) {
		put_nothing(2);
	} else {
		put_text(e->prev_comm);
		put_number(e->prev_tid);
	}
	if (opts->waker)
		put_waker(&why->event);
	if (opts->waker || opts->why)
		put_wakeup(&why->event);
	if (opts->why)
		put_why(why);
	putchar('\n');
}

static void put_span(__u64 since, __u64 now)
{
	printf("%s,", time_of(since));
	fputs(time_of(now), stdout);
}

/* A line of the summary that is only a name and a time. */
static void put_total(__u64 since, __u64 now, const char *table, const char *name, __u64 ns)
{
	put_span(since, now);
	put_text(table);
	put_text(name);
	put_nothing(3);
	put_number(ns);
	put_nothing(5);
	putchar('\n');
}

static void put_waiters(const struct totals *totals, __u64 since, __u64 now)
{
	struct waiter waiters[NR_TOP], *w;
	size_t nr = totals_waiters(totals, waiters, NR_TOP);
	__u64 rest = totals_ns(totals);

	for (w = waiters; w < waiters + nr; w++) {
		put_span(since, now);
		put_text("waiter");
		put_text(w->comm);
		put_number(w->tid);
		put_number(w->tgid);
		put_nothing(1);
		put_number(w->total_ns);
		put_number(w->nr);
		put_number(w->p50_ns);
		put_number(w->p99_ns);
		put_number(w->max_ns);
		put_nothing(1);
		putchar('\n');
		rest -= w->total_ns;
	}
	put_total(since, now, "waiters_rest", "", rest);
}

static void put_culprits(const struct totals *totals, __u64 since, __u64 now)
{
	struct culprit culprits[NR_TOP], *c;
	size_t nr = totals_culprits(totals, culprits, NR_TOP);
	__u64 rest = totals_cause(totals, CAUSE_TASK);

	for (c = culprits; c < culprits + nr; c++) {
		put_span(since, now);
		put_text("culprit");
		put_text(c->comm);
		put_number(c->tid);
		put_number(c->tgid);
		put_nothing(1);
		put_number(c->ns);
		put_nothing(4);
		put_number(c->nr_tasks);
		putchar('\n');
		rest -= c->ns;
	}
	put_total(since, now, "culprits_rest", "", rest);
}

static void put_cgroups(const struct totals *totals, __u64 since, __u64 now)
{
	struct cgroup_pair pairs[NR_TOP], *p;
	size_t nr = totals_pairs(totals, pairs, NR_TOP);
	__u64 rest = totals_cause(totals, CAUSE_TASK);

	for (p = pairs; p < pairs + nr; p++) {
		put_span(since, now);
		put_text("cgroups");
		put_cgroup(p->waiting);
		put_nothing(2);
		put_cgroup(p->running);
		put_number(p->ns);
		put_nothing(5);
		putchar('\n');
		rest -= p->ns;
	}
	put_total(since, now, "cgroups_rest", "", rest);
}

static void csv_summary(const struct options *opts, const struct totals *totals,
			__u64 since, __u64 now)
{
	enum cause cause;

	(void)opts;
	put_span(since, now);
	put_text("all");
	put_nothing(4);
	put_number(totals_ns(totals));
	put_number(totals_nr(totals));
	put_nothing(4);
	putchar('\n');
	for (cause = 0; cause < NR_CAUSES; cause++)
		put_total(since, now, "cause", cause_names[cause],
			  totals_cause(totals, cause));
	put_waiters(totals, since, now);
	put_culprits(totals, since, now);
	put_cgroups(totals, since, now);
}

/* The last bucket has no end. */
static void csv_histogram(const struct options *opts, const struct histogram *h,
			  __u64 since, __u64 now)
{
	unsigned int i;

	(void)opts;
	for (i = 0; i < NR_BUCKETS; i++) {
		if (!h->counts[i])
			continue;
		put_span(since, now);
		put_number(bucket_start(i));
		if (i < NR_BUCKETS - 1)
			put_number(bucket_start(i + 1));
		else
			put_nothing(1);
		put_number(h->counts[i]);
		putchar('\n');
	}
}

/* It has no place in the table. */
static void csv_cost(const struct options *opts, const struct cost *costs, size_t nr,
		     __u64 now)
{
	(void)opts;
	(void)costs;
	(void)nr;
	(void)now;
}

const struct writer csv_writer = {
	.begin = csv_begin,
	.wait = csv_wait,
	.summary = csv_summary,
	.histogram = csv_histogram,
	.cost = csv_cost,
};
