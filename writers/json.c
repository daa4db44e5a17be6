// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* JSON: one object a line. schema.c writes the schema of the objects. */
#include <math.h>
#include <stdio.h>
#include "json_writer.h"
#include "names.h"
#include "rows.h"
#include "stack.h"
#include "tables.h"
#include "utf8.h"
#include "util/cgroups.h"
#include "util/clock.h"
#include "util/error.h"
#include "util/sched_ext.h"
#include "writer.h"

static json_writer_t *json;

/*
 * Write a name, which may hold any byte. jsonw_string() is only for our own
 * strings, because it passes bytes that JSON forbids, and in some trees turns a
 * backslash into a newline.
 */
static void write_string(const char *s)
{
	int len;

	jsonw_printf(json, "\"");
	for (; *s; s += len ?: 1) {
		len = utf8_length(s);
		if (!len)
			printf("\\udc%02x", (unsigned char)*s);
		else if (utf8_is_control(s))
			printf("\\u%04x", utf8_code(s));
		else if (*s == '"' || *s == '\\')
			printf("\\%c", *s);
		else
			fwrite(s, len, 1, stdout);
	}
	putchar('"');
}

static void write_time(__u64 mono_ns)
{
	char buf[64];

	clock_format(buf, sizeof(buf), "%FT%T", mono_ns, 9, 1);
	jsonw_string(json, buf);
}

static void write_real(double number)
{
	if (isnan(number))
		jsonw_null(json);
	else
		jsonw_float_fmt(json, "%.1f", number);
}

static void write_causes(const __u64 *ns)
{
	enum cause cause;

	jsonw_start_object(json);
	for (cause = 0; cause < NR_CAUSES; cause++)
		jsonw_uint_field(json, cause_names[cause], ns[cause]);
	jsonw_end_object(json);
}

static void write_path(const struct why_event *e)
{
	__u32 i;

	jsonw_start_array(json);
	for (i = 0; i < e->nr_migrations && i < MAX_MIGRATIONS; i++)
		jsonw_uint(json, e->migrations[i].cpu);
	jsonw_uint(json, e->wait.cpu);
	jsonw_end_array(json);
}

static void write_cpus(const __u64 *mask)
{
	unsigned int cpu;

	jsonw_start_array(json);
	for (cpu = 0; cpu < MAX_IDLE_CPUS; cpu++) {
		if (mask[cpu / 64] >> cpu % 64 & 1)
			jsonw_uint(json, cpu);
	}
	jsonw_end_array(json);
}

static void write_stack(const struct stack_event *stack)
{
	unsigned int i;

	jsonw_start_array(json);
	for_each_frame(i, stack)
		write_string(symbol_text(stack->frames[i]));
	jsonw_end_array(json);
}

static void write_object(const struct table *table, const void *row, unsigned int with);

static void write_rows(const struct rows *rows, const struct table *table, unsigned int with)
{
	size_t i;

	jsonw_start_array(json);
	for (i = 0; i < rows->nr; i++)
		write_object(table, rows->rows + i * table->row_size, with);
	jsonw_end_array(json);
}

static void write_value(const struct field *f, const void *row, unsigned int with)
{
	const void *at = field_at(f, row);
	__u64 number;

	switch (f->type) {
	case FIELD_TEXT:
		write_string(*(const char * const *)at);
		return;
	case FIELD_COMM:
		write_string(at);
		return;
	case FIELD_SCHEDULER:
		write_string(sched_ext_name());
		return;
	case FIELD_REAL:
		write_real(*(const double *)at);
		return;
	case FIELD_PRIO:
		jsonw_int(json, *(const __s16 *)at);
		return;
	case FIELD_CAUSES:
		write_causes(at);
		return;
	case FIELD_PATH:
		write_path(at);
		return;
	case FIELD_CPUS:
		write_cpus(at);
		return;
	case FIELD_STACK:
		write_stack(*(struct stack_event * const *)at);
		return;
	case FIELD_OBJECT:
		write_object(f->table, row, with);
		return;
	case FIELD_ROWS:
		write_rows(at, f->table, with);
		return;
	default:
		break;
	}
	number = field_number(f, row);
	if (field_is_null(f, number))
		jsonw_null(json);
	else if (f->type == FIELD_WORD || f->type == FIELD_WORD8)
		jsonw_string(json, field_word(f, row));
	else if (f->type == FIELD_CGROUP)
		write_string(cgroup_path(number));
	else if (f->type == FIELD_TIME)
		write_time(number);
	else if (f->type == FIELD_BOOL)
		jsonw_bool(json, number);
	else
		jsonw_uint(json, number);
}

static void write_object(const struct table *table, const void *row, unsigned int with)
{
	const struct field *f;

	jsonw_start_object(json);
	for (f = table->fields; f->type; f++) {
		if (!field_in_json(f, with) || !field_present(table, f, row))
			continue;
		jsonw_name(json, f->name);
		write_value(f, row, with);
	}
	jsonw_end_object(json);
}

static void write_record(const struct table *table, const void *row, unsigned int with)
{
	jsonw_reset(json);
	write_object(table, row, with);
	putchar('\n');
}

static void json_begin(const struct options *opts)
{
	(void)opts;
	json = jsonw_new(stdout);
	if (!json)
		out_of_memory();
}

static void json_wait(const struct options *opts, const struct wait_event *e,
		      const struct why *why, const struct stack_event *stack, bool stalled)
{
	unsigned int with = fields_with(opts);
	struct wait_row row;

	fill_wait(&row, e, why, stack, stalled);
	write_record(&wait_table, &row, why ? with : with & WITH_STACK);
}

static void json_summary(const struct options *opts, const struct totals *totals,
			 __u64 since, __u64 now)
{
	struct summary_row row;

	fill_summary(&row, totals, MAX_TOP, since, now);
	write_record(&summary_table, &row, fields_with(opts));
}

static void json_histogram(const struct options *opts, const struct histogram *h,
			   __u64 since, __u64 now)
{
	struct histogram_row row;

	fill_histogram(&row, h, since, now);
	write_record(&histogram_table, &row, fields_with(opts));
}

static void json_lost(const struct options *opts, const char *reason, __u64 nr, __u64 now)
{
	struct lost_row row = { .now_ns = now, .reason = reason, .waits = nr };

	write_record(&lost_table, &row, fields_with(opts));
}

static void json_limits(const struct options *opts, unsigned int limits, __u64 now)
{
	struct limits_row row;

	fill_limits(&row, limits, now);
	write_record(&limits_table, &row, fields_with(opts));
}

static void json_cost(const struct options *opts, const struct cost *costs, size_t nr,
		      __u64 now)
{
	struct cost_row row;
	size_t i;

	for (i = 0; i < nr; i++) {
		fill_cost(&row, &costs[i], now);
		write_record(&cost_table, &row, fields_with(opts));
	}
}

const struct writer json_writer = {
	.begin = json_begin,
	.wait = json_wait,
	.summary = json_summary,
	.histogram = json_histogram,
	.lost = json_lost,
	.limits = json_limits,
	.cost = json_cost,
};
