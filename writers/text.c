// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
#include <math.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "names.h"
#include "rows.h"
#include "stack.h"
#include "tables.h"
#include "text.h"
#include "text_heat.h"
#include "text_totals.h"
#include "utf8.h"
#include "util/cgroups.h"
#include "util/clock.h"
#include "util/sched_ext.h"
#include "writer.h"

static const int time_width[] = {
	[TIME_CLOCK] = 8,
	[TIME_US] = 15,
	[TIME_ISO] = 32,
	[TIME_MONO] = 17,
	[TIME_UNIX] = 20,
};

int text_time_width(const struct options *opts)
{
	return time_width[opts->time];
}

void text_time(const struct options *opts, __u64 mono_ns)
{
	char buf[64];

	if (opts->time == TIME_MONO)
		snprintf(buf, sizeof(buf), "%llu.%06llu", mono_ns / NSEC_PER_SEC,
			 mono_ns % NSEC_PER_SEC / 1000);
	else if (opts->time == TIME_UNIX)
		clock_format(buf, sizeof(buf), "%s", mono_ns, 9, 0);
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
		len = utf8_length(name);
		if (len && !utf8_is_control(name))
			fwrite(name, len, 1, stdout);
		else
			putchar('?');
		name += len ?: 1;
	}
	printf("%*s", column < width ? width - column : 0, "");
}

/* In parentheses, what lets the task of @s run before the one that waits. */
static void print_class(const struct share *s)
{
	if (s->fair_server)
		fputs(" (fair server)", stdout);
	if (!s->outranks)
		return;
	printf(" (%s", class_names[s->class]);
	if (s->rt_priority)
		printf(" %u", s->rt_priority);
	putchar(')');
}

static void print_cause(const struct share *s)
{
	const char *scheduler;

	fputs(cause_text(s->cause), stdout);
	if (s->cgroup) {
		putchar(' ');
		text_name(cgroup_path(s->cgroup), 0);
	}
	if (s->cause == CAUSE_SCHED_EXT) {
		scheduler = sched_ext_name();
		printf("%s", *scheduler ? " " : "");
		text_name(scheduler, 0);
	}
}

static void print_share(const struct share *s)
{
	if (s->cause != CAUSE_TASK) {
		print_cause(s);
		return;
	}
	text_name(s->comm, 0);
	printf("/%u%s", s->tid, relation_text(s));
	print_class(s);
}

/* A share of many waits: a name without a TID stands for several tasks. */
static void print_part(const struct share *s)
{
	if (s->cause != CAUSE_TASK)
		print_cause(s);
	else if (s->comm[0])
		text_name(s->comm, 0);
	else
		text_name(s->cgroup ? cgroup_path(s->cgroup) : "-", 0);
	if (s->tid)
		printf("/%u", s->tid);
}

static void print_percents(const struct percent *shares, size_t nr,
			   void (*print)(const struct share *s))
{
	size_t i;

	for (i = 0; i < nr; i++) {
		printf("%s%u%% ", i ? ", " : "", shares[i].percent);
		print(&shares[i].share);
	}
}

#define MAX_PARTS	4		/* with a name of their own */

/* The largest shares of many waits, and one for all other tasks. */
static void print_parts(const struct total_row *row)
{
	const struct share *s = row->shares.rows, *end = s + row->shares.nr;
	struct share parts[MAX_PARTS + 1], *others;
	__u64 tasks = row->causes[CAUSE_TASK];
	struct percent percent[MAX_PERCENTS];
	size_t nr = 0;

	for (; s < end && nr < MAX_PARTS; s++) {
		if (s->cause == CAUSE_OTHER || s->ns < row->ns / 100)
			continue;
		parts[nr++] = *s;
		if (s->cause == CAUSE_TASK)
			tasks -= s->ns;
	}
	others = &parts[nr++];
	*others = (struct share) { .cause = CAUSE_TASK, .ns = tasks, .comm = "other tasks" };
	print_percents(percent, percents_of(parts, nr, row->ns, percent), print_part);
}

/* Print the CPUs of @mask as in "4" or "0-3,8". */
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

static unsigned int nr_cpus(const __u64 *mask)
{
	unsigned int nr = 0, i;

	for (i = 0; i < MAX_IDLE_CPUS / 64; i++)
		nr += __builtin_popcountll(mask[i]);
	return nr;
}

/* Does the fair class weigh tasks of this policy by their nice value? */
static bool has_weight(__u8 policy)
{
	return policy == SCHED_OTHER || policy == SCHED_BATCH || policy == SCHED_IDLE;
}

/*
 * Did the task of @s get more of the CPU than the one that waits, because the
 * latter has asked for less? Only tasks of a cgroup are weighed against each
 * other.
 */
static bool outweighs(const struct share *s, const struct why_event *e)
{
	bool together = s->same_process || (s->cgroup && s->cgroup == e->cgroup);

	if (s->cause != CAUSE_TASK || s->outranks || !together || !has_weight(s->policy))
		return false;
	return s->policy != SCHED_IDLE && (e->policy == SCHED_IDLE || s->prio < e->prio);
}

#define NICE_0	120			/* task_struct.prio */

/* Say that the task has asked for less than others of its cgroup. */
static void print_weight(const struct why *why)
{
	const struct why_event *e = &why->event;
	size_t i;

	if (!has_weight(e->policy) || (e->policy != SCHED_IDLE && e->prio <= NICE_0))
		return;
	for (i = 0; i < why->nr && !outweighs(&why->shares[i], e); i++)
		;
	if (i == why->nr)
		return;
	if (e->policy == SCHED_IDLE)
		fputs("; of policy idle", stdout);
	else
		printf("; nice %d", e->prio - NICE_0);
}

static void print_idle_cpus(const struct wait_row *row)
{
	unsigned int nr = nr_cpus(row->idle_cpus), forbidden = nr_cpus(row->forbidden_cpus);

	if (!nr && !forbidden)
		return;
	printf("; CPU%s ", (nr ?: forbidden) > 1 ? "s" : "");
	if (nr) {
		print_cpus(row->idle_cpus, MAX_IDLE_CPUS);
		fputs(" idle all the while", stdout);
		return;
	}
	print_cpus(row->forbidden_cpus, MAX_IDLE_CPUS);
	fputs(" idle, but not allowed (", stdout);
	print_cpus(row->event.allowed_cpus, MAX_IDLE_CPUS);
	putchar(')');
}

static void print_uncovered(const struct why *why)
{
	__u64 covered = why->event.wait.wait_ns - why->uncovered_ns;

	if (why->uncovered_ns <= why->event.wait.wait_ns / 100)
		return;
	if (why->event.nr_migrations > MAX_MIGRATIONS)
		printf("; moved %u times, %d known", why->event.nr_migrations, MAX_MIGRATIONS);
	else
		printf("; history covers %.0f%%", 100.0 * covered / why->event.wait.wait_ns);
}

static void print_why(const struct wait_row *row)
{
	const struct why *why = row->why;
	struct percent shares[MAX_PERCENTS];

	print_percents(shares, percents(why, shares), print_share);
	print_weight(why);
	print_idle_cpus(row);
	print_uncovered(why);
}

static void print_pair(const struct total_row *row)
{
	if (row->kind == TOTAL_CGROUPS_REST) {
		fputs(" (others)", stdout);
		return;
	}
	putchar(' ');
	text_name(row->waiting ? cgroup_path(row->waiting) : "-", 0);
	fputs(" -> ", stdout);
	text_name(row->running ? cgroup_path(row->running) : "-", 0);
}

static void print_number(const struct field *f, const void *row)
{
	__u64 number = field_number(f, row);
	unsigned int per = f->per ?: 1;
	char buf[32];

	if (f->digits)
		snprintf(buf, sizeof(buf), "%.*f", f->digits, (double)number / per);
	else
		snprintf(buf, sizeof(buf), "%llu", number / per);
	printf("%*s", f->width, buf);
}

static void print_value(const struct options *opts, const struct field *f, const void *row)
{
	const void *at = field_at(f, row);
	__u64 number;
	double real;

	switch (f->type) {
	case FIELD_TIME:
		text_time(opts, field_number(f, row));
		break;
	case FIELD_TEXT:
		text_name(*(const char * const *)at, -f->width);
		break;
	case FIELD_COMM:
		text_name(at, -f->width);
		break;
	case FIELD_CGROUP:
		number = field_number(f, row);
		text_name(number ? cgroup_path(number) : "-", -f->width);
		break;
	case FIELD_WORD:
	case FIELD_WORD8:
		printf("%*s", f->width, field_word(f, row));
		break;
	case FIELD_PATH:
		printf("%*s", f->width, path_text(at).text);
		break;
	case FIELD_REAL:
		real = *(const double *)at;
		printf("%*.*f", f->width, f->digits, isnan(real) ? 0 : real);
		break;
	case FIELD_MARK:
		putchar(field_number(f, row) ? '+' : ' ');
		break;
	case FIELD_WHY:
		print_why(row);
		break;
	case FIELD_PARTS:
		print_parts(row);
		break;
	case FIELD_PAIR:
		print_pair(row);
		break;
	default:
		print_number(f, row);
	}
}

static bool is_column(const struct options *opts, const struct field *f, unsigned int kind)
{
	return field_in_text(f, fields_with(opts)) && field_is_of(f, 1U << kind);
}

/* A heading that is too long for its column takes room from the next one. */
void text_heading(const struct options *opts, const struct table *table, unsigned int kind)
{
	const struct field *f;
	bool begun = false;
	int width, over = 0;

	for (f = table->fields; f->type; f++) {
		if (!is_column(opts, f, kind))
			continue;
		width = f->type == FIELD_TIME ? -time_width[opts->time] : f->width;
		if (width > over)
			width -= over;
		else if (width < -over)
			width += over;
		over = strlen(f->head) - abs(width);
		if (over < 0)
			over = 0;
		if (f->type == FIELD_MARK)
			putchar(' ');
		else
			printf("%s%*s", begun ? " " : "", width, f->head);
		begun = true;
	}
	putchar('\n');
}

void text_row(const struct options *opts, const struct table *table, unsigned int kind,
	      const void *row)
{
	const struct field *f;
	bool begun = false;
	int blank = 0;

	for (f = table->fields; f->type; f++) {
		if (!is_column(opts, f, kind))
			continue;
		if (begun && f->type != FIELD_MARK)
			blank++;
		if (field_present(table, f, row)) {
			printf("%*s", blank, "");
			print_value(opts, f, row);
			blank = 0;
		} else if (!begun) {
			printf("%*s", f->width, "(others)");
		} else {
			/* Hold back blanks: no line ends with blanks. */
			blank += abs(f->width);
		}
		begun = true;
	}
	putchar('\n');
}

static void begin(const struct options *opts)
{
	/* Print the line even with -s or -H, to show that tracing has begun. */
	printf("Tracing run queue latency higher than %llu us\n", opts->min_us);
	if (prints_lines(opts) || opts->stalled_ns)
		text_heading(opts, &wait_table, 0);
	if (opts->heat)
		text_heat_begin(opts);
}

static void print_stack(const struct stack_event *stack)
{
	unsigned int i;

	for_each_frame(i, stack)
		printf("    %s\n", symbol_text(stack->frames[i]));
}

static void wait(const struct options *opts, const struct wait_event *e,
		 const struct why *why, const struct stack_event *stack, bool stalled)
{
	struct wait_row row;

	fill_wait(&row, e, why, stack, stalled);
	text_row(opts, &wait_table, stalled, &row);
	print_stack(stack);
}

static void histogram(const struct options *opts, const struct histogram *h, __u64 since,
		      __u64 now)
{
	if (opts->heat)
		text_heat(opts, h, now);
	else
		text_histogram(opts, h, since, now);
}

static void cost(const struct options *opts, const struct cost *costs, size_t nr, __u64 now)
{
	struct cost_row row;
	size_t i;

	putchar('\n');
	text_heading(opts, &cost_table, 0);
	for (i = 0; i < nr; i++) {
		fill_cost(&row, &costs[i], now);
		text_row(opts, &cost_table, 0, &row);
	}
}

const struct writer text_writer = {
	.begin = begin,
	.wait = wait,
	.summary = text_summary,
	.histogram = histogram,
	.cost = cost,
};
