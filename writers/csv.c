// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * CSV as in RFC 4180, but a line ends with "\n". A run writes one table: waits,
 * summary or histogram. Control characters become '?', even where quotes would
 * allow them, because line-based tools need one record a line. Other bytes are
 * written unchanged, UTF-8 or not. JSON keeps all bytes.
 */
#include <stdio.h>
#include <string.h>
#include "names.h"
#include "rows.h"
#include "stack.h"
#include "tables.h"
#include "utf8.h"
#include "util/cgroups.h"
#include "util/clock.h"
#include "writer.h"

static void put_text(const char *s)
{
	const char *quote = strpbrk(s, ",\"") ? "\"" : "";

	fputs(quote, stdout);
	for (; *s; s++) {
		if (utf8_is_control(s)) {
			putchar('?');
			s += (utf8_length(s) ?: 1) - 1;
		} else {
			if (*s == '"')
				putchar('"');
			putchar(*s);
		}
	}
	fputs(quote, stdout);
}

static void put_time(__u64 mono_ns)
{
	char buf[64];

	clock_format(buf, sizeof(buf), "%FT%T", mono_ns, 9, 1);
	fputs(buf, stdout);
}

/*
 * CAUSE_WAKEUP is wakeup_ns, a field of its own because -W has it without -w.
 * @header: write the names of the columns. @ns NULL: leave them empty.
 */
static void put_causes(bool header, const __u64 *ns)
{
	const char *comma = "";
	enum cause cause;

	for (cause = 0; cause < NR_CAUSES; cause++) {
		if (cause == CAUSE_WAKEUP)
			continue;
		fputs(comma, stdout);
		if (header)
			printf("%s_ns", cause_names[cause]);
		else if (ns)
			printf("%llu", ns[cause]);
		comma = ",";
	}
}

static void put_cpus(const __u64 *mask)
{
	const char *space = "";
	unsigned int cpu;

	for (cpu = 0; cpu < MAX_IDLE_CPUS; cpu++) {
		if (mask[cpu / 64] >> cpu % 64 & 1) {
			printf("%s%u", space, cpu);
			space = " ";
		}
	}
}

static void put_stack(const struct stack_event *stack)
{
	const char *semicolon = "";
	unsigned int i;

	for_each_frame(i, stack) {
		printf("%s%s", semicolon, symbol_text(stack->frames[i]));
		semicolon = ";";
	}
}

static void put_value(const struct field *f, const void *row)
{
	const void *at = field_at(f, row);
	__u64 number;

	switch (f->type) {
	case FIELD_TEXT:
		put_text(*(const char * const *)at);
		return;
	case FIELD_COMM:
		put_text(at);
		return;
	case FIELD_PATH:
		fputs(path_text(at).text, stdout);
		return;
	case FIELD_CPUS:
		put_cpus(at);
		return;
	case FIELD_STACK:
		put_stack(*(struct stack_event * const *)at);
		return;
	default:
		break;
	}
	number = field_number(f, row);
	if (field_is_null(f, number))
		return;
	if (f->type == FIELD_WORD || f->type == FIELD_WORD8)
		put_text(field_word(f, row));
	else if (f->type == FIELD_CGROUP)
		put_text(cgroup_path(number));
	else if (f->type == FIELD_TIME)
		put_time(number);
	else
		printf("%llu", number);
}

/* The line being written, the header or a row. */
struct line {
	unsigned int with;
	bool header;
	bool begun;
};

static bool same_column(const struct field *f, const struct field *g)
{
	return !strcmp(field_column(f), field_column(g));
}

/* Is @f the first field of its column? Only kinds of rows share a column. */
static bool begins_column(const struct table *table, const struct field *f, unsigned int with)
{
	const struct field *g;

	if (!f->kinds)
		return true;
	for (g = table->fields; g < f; g++) {
		if (field_in_csv(g, with) && same_column(f, g))
			return false;
	}
	return true;
}

/* The field with the value of @row in the column of @f, or NULL. */
static const struct field *value_in(const struct table *table, const struct field *f,
				    const void *row, unsigned int with)
{
	const struct field *g;

	if (!row)
		return NULL;
	if (!f->kinds)
		return field_present(table, f, row) ? f : NULL;
	for (g = table->fields; g->type; g++) {
		if (field_in_csv(g, with) && same_column(f, g) && field_present(table, g, row))
			return g;
	}
	return NULL;
}

/* @row NULL: the header, or a part that the row lacks (empty columns). */
static void put_columns(struct line *line, const struct table *table, const void *row)
{
	const struct field *f, *value;
	const struct rows *rows;

	for (f = table->fields; f->type; f++) {
		if (!field_in_csv(f, line->with) || !begins_column(table, f, line->with))
			continue;
		value = value_in(table, f, row, line->with);
		if (f->type == FIELD_OBJECT) {
			put_columns(line, f->table, value ? row : NULL);
			continue;
		}
		if (f->type == FIELD_ROWS) {
			rows = value ? field_at(f, row) : NULL;
			put_columns(line, f->table, rows && rows->nr ? rows->rows : NULL);
			continue;
		}
		if (line->begun)
			putchar(',');
		line->begun = true;
		if (f->type == FIELD_CAUSES)
			put_causes(line->header, value ? field_at(f, row) : NULL);
		else if (line->header)
			fputs(field_column(f), stdout);
		else if (value)
			put_value(value, row);
	}
}

static void put_header(const struct options *opts, const struct table *table)
{
	struct line line = { .with = fields_with(opts), .header = true };

	put_columns(&line, table, NULL);
	putchar('\n');
}

static void put_row(const struct options *opts, const struct table *table, const void *row)
{
	struct line line = { .with = fields_with(opts) };

	put_columns(&line, table, row);
	putchar('\n');
}

static void put_rows(const struct options *opts, const struct table *table,
		     const struct rows *rows)
{
	size_t i;

	for (i = 0; i < rows->nr; i++)
		put_row(opts, table, rows->rows + i * table->row_size);
}

static void csv_begin(const struct options *opts)
{
	put_header(opts, opts->histogram ? &bucket_table :
			 opts->summary ? &total_table : &wait_table);
}

static void csv_wait(const struct options *opts, const struct wait_event *e,
		     const struct why *why, const struct stack_event *stack, bool stalled)
{
	struct wait_row row;

	/* Skip stalled waits of -s and -H: CSV has one table. */
	if (!prints_lines(opts))
		return;
	fill_wait(&row, e, why, stack, stalled);
	put_row(opts, &wait_table, &row);
}

static void csv_summary(const struct options *opts, const struct totals *totals,
			__u64 since, __u64 now)
{
	struct summary_row row;

	fill_summary(&row, totals, MAX_TOP, since, now);
	put_rows(opts, &total_table, &row.all);
}

static void csv_histogram(const struct options *opts, const struct histogram *h,
			  __u64 since, __u64 now)
{
	struct histogram_row row;

	fill_histogram(&row, h, since, now);
	put_rows(opts, &bucket_table, &row.buckets);
}

/* options.c refuses --cost with CSV, because costs are another table. */
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
