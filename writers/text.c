// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
#include <stdio.h>
#include <string.h>
#include "text.h"
#include "text_totals.h"
#include "utf8.h"
#include "util/cgroups.h"
#include "util/clock.h"
#include "writer.h"

const char * const cause_names[] = {
	[CAUSE_QUOTA] = "quota",
	[CAUSE_TASK] = "task",
	[CAUSE_IRQ] = "irq",
	[CAUSE_STEAL] = "steal",
	[CAUSE_IDLE] = "idle",
	[CAUSE_MIGRATING] = "migrating",
	[CAUSE_WAKEUP] = "wakeup",
	[CAUSE_OTHER] = "other",
};

const char * const from_names[] = {
	[FROM_UNSEEN] = "unseen",
	[FROM_WOKEN] = "woken",
	[FROM_NEW] = "new",
	[FROM_PREEMPTED] = "preempted",
	[FROM_THROTTLED] = "throttled",
};

const char * const waker_names[] = {
	[WAKER_UNSEEN] = "unseen",
	[WAKER_TASK] = "task",
	[WAKER_SOFTIRQ] = "softirq",
	[WAKER_IRQ] = "irq",
};

static const int time_width[] = {
	[TIME_CLOCK] = 8,
	[TIME_US] = 15,
	[TIME_ISO] = 32,
	[TIME_MONO] = 17,
};

void text_time(const struct options *opts, __u64 mono_ns)
{
	char buf[64];

	if (opts->time == TIME_MONO)
		snprintf(buf, sizeof(buf), "%llu.%06llu", mono_ns / NSEC_PER_SEC,
			 mono_ns % NSEC_PER_SEC / 1000);
	else
		clock_format(buf, sizeof(buf), opts->time == TIME_ISO ? "%FT%T" : "%T",
			     mono_ns, opts->time == TIME_CLOCK ? 0 : 6,
			     opts->time == TIME_ISO);
	printf("%-*s", time_width[opts->time], buf);
}

void text_name(const char *name, int width)
{
	int column, len;

	for (column = 0; *name; column++) {
		len = utf8_is_control(name) ? 0 : utf8_length(name);
		if (len)
			fwrite(name, len, 1, stdout);
		else
			putchar('?');
		name += len ?: 1;
	}
	printf("%*s", column < width ? width - column : 0, "");
}

/*
 * With -S one more column, so that what follows has one place in all lines: '+'
 * for a wait that goes on.
 */
static void print_mark(const struct options *opts, bool stalled)
{
	if (opts->stalled_ns)
		putchar(stalled ? '+' : ' ');
}

static void begin(const struct options *opts)
{
	/* Of use even there, as the sign that tracing has begun. */
	printf("Tracing run queue latency higher than %llu us\n", opts->min_us);
	if (!prints_lines(opts) && !opts->stalled_ns)
		return;
	printf("%-*s %-16s %-6s %14s", time_width[opts->time],
	       "TIME", "COMM", "TID", "LAT(us)");
	print_mark(opts, false);
	if (opts->previous)
		printf(" %-16s %-6s", "PREV COMM", "PREV TID");
	if (opts->waker)
		printf(" %-16s %-9s", "WAKER", "WAKER TID");
	if (opts->why)
		printf(" %-9s %-4s %s", "FROM", "CPU", "WHY");
	putchar('\n');
}

static void print_waker(const struct why_event *e)
{
	putchar(' ');
	text_name(e->waker_kind == WAKER_TASK ? e->waker_comm :
		  e->waker_kind == WAKER_UNSEEN ? "-" : waker_names[e->waker_kind], 16);
	printf(" %-9u", e->waker_kind == WAKER_TASK ? e->waker_tid : 0);
}

/* The CPUs where it was queued, one after the other. */
static void print_path(const struct why_event *e)
{
	char path[80] = "";
	int len = 0;
	__u32 i;

	for (i = 0; i < e->nr_migrations && i < MAX_MIGRATIONS; i++)
		len += sprintf(path + len, "%u>", e->migrations[i].cpu);
	if (e->nr_migrations > MAX_MIGRATIONS)
		len += sprintf(path + len, "..>");
	sprintf(path + len, "%u", e->wait.cpu);
	printf(" %-4s ", path);
}

static void print_share(const struct share *s)
{
	switch (s->cause) {
	case CAUSE_QUOTA:
		fputs("quota", stdout);
		if (s->cgroup) {
			putchar(' ');
			text_name(cgroup_path(s->cgroup), 0);
		}
		break;
	case CAUSE_TASK:
		text_name(s->comm, 0);
		printf("/%u%s", s->tid, s->same_process ? " (same process)" :
					s->same_cgroup ? " (same cgroup)" : "");
		break;
	default:
		fputs(cause_names[s->cause], stdout);
	}
}

/* CPUs as in "4" or "0-3,8". */
static void print_cpus(const __u64 *mask, unsigned int nr)
{
	const char *comma = "";
	unsigned int cpu, last;

	for (cpu = 0; cpu < nr; cpu = last + 1) {
		last = cpu;
		if (!(mask[cpu / 64] >> cpu % 64 & 1))
			continue;
		while (last + 1 < nr && mask[(last + 1) / 64] >> (last + 1) % 64 & 1)
			last++;
		printf("%s%u", comma, cpu);
		if (last > cpu)
			printf("-%u", last);
		comma = ",";
	}
}

static void print_idle_cpus(const struct why *why)
{
	unsigned int nr = 0, i;

	for (i = 0; i < MAX_IDLE_CPUS / 64; i++)
		nr += __builtin_popcountll(why->event.idle_cpus[i]);
	if (!nr)
		return;
	printf("; CPU%s ", nr > 1 ? "s" : "");
	print_cpus(why->event.idle_cpus, MAX_IDLE_CPUS);
	fputs(" idle all the while", stdout);
}

static void print_why(const struct why *why)
{
	__u64 covered = why->event.wait.wait_ns - why->uncovered_ns;
	struct percent shares[MAX_PERCENTS];
	size_t nr = percents(why, shares), i;

	printf(" %-9s", from_names[why->event.from]);
	print_path(&why->event);
	for (i = 0; i < nr; i++) {
		printf("%s%u%% ", i ? ", " : "", shares[i].percent);
		print_share(&shares[i].share);
	}
	print_idle_cpus(why);
	if (why->uncovered_ns > why->event.wait.wait_ns / 100)
		printf("; history covers %.0f%%", 100.0 * covered / why->event.wait.wait_ns);
}

static void wait(const struct options *opts, const struct wait_event *e,
		 const struct why *why, bool stalled)
{
	text_time(opts, e->end_ns);
	putchar(' ');
	text_name(e->comm, 16);
	printf(" %-6u %14llu", e->tid, e->wait_ns / 1000);
	print_mark(opts, stalled);
	if (opts->previous) {
		putchar(' ');
		text_name(stalled ? "-" : e->prev_comm, 16);
		printf(" %-6u", e->prev_tid);
	}
	if (opts->waker)
		print_waker(&why->event);
	if (opts->why)
		print_why(why);
	putchar('\n');
}

static void cost(const struct options *opts, const struct cost *costs, size_t nr, __u64 now)
{
	size_t i;

	(void)opts;
	(void)now;
	printf("\n%-20s %12s %14s %8s\n", "BPF PROGRAM", "RUNS", "TIME(us)", "NS/RUN");
	for (i = 0; i < nr; i++)
		printf("%-20s %12llu %14.1f %8.0f\n", costs[i].program, costs[i].runs,
		       costs[i].ns / 1e3,
		       costs[i].runs ? (double)costs[i].ns / costs[i].runs : 0);
}

const struct writer text_writer = {
	.begin = begin,
	.wait = wait,
	.summary = text_summary,
	.histogram = text_histogram,
	.cost = cost,
};
