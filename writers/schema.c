// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * The JSON Schema of what json.c writes, from the tables of json.c. All objects
 * are closed: an object must not have undescribed properties.
 */
#include <stdio.h>
#include <linux/kernel.h>
#include "json_writer.h"
#include "names.h"
#include "rows.h"
#include "schema.h"
#include "tables.h"
#include "util/error.h"

#define DRAFT	"https://json-schema.org/draft/2020-12/schema"
#define TIME_PATTERN	\
	"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[.][0-9]{9}[+-][0-9]{2}:[0-9]{2}$"
#define ABOUT	"Times ending in _ns are nanoseconds; mono_ns is CLOCK_MONOTONIC. PIDs and TIDs are those of the PID namespace that the tool runs in, 0 for a task that has none there. Names can hold any byte: one that is not UTF-8 is written as a lone surrogate, U+DC00 plus the byte, which Python turns back into the byte with errors=surrogateescape."
#define EVERYTHING	(~0U)

static const struct {
	const char *name;
	const struct table *table;
} records[] = {
	{ "wait", &wait_table },
	{ "summary", &summary_table },
	{ "histogram", &histogram_table },
	{ "lost", &lost_table },
	{ "limits", &limits_table },
	{ "cost", &cost_table },
};

static json_writer_t *json;

static void start_object(const char *name)
{
	jsonw_name(json, name);
	jsonw_start_object(json);
}

static void start_array(const char *name)
{
	jsonw_name(json, name);
	jsonw_start_array(json);
}

static void describe(const char *about)
{
	if (about)
		jsonw_string_field(json, "description", about);
}

static void type(const char *name)
{
	jsonw_string_field(json, "type", name);
}

static void nullable(const char *name)
{
	start_array("type");
	jsonw_string(json, name);
	jsonw_string(json, "null");
	jsonw_end_array(json);
}

static void words(const char *keyword, const char * const *list, unsigned int nr)
{
	unsigned int i;

	start_array(keyword);
	for (i = 0; i < nr; i++)
		jsonw_string(json, list[i]);
	jsonw_end_array(json);
}

/* An integer from 0 to @max; @max 0: no upper limit. */
static void integer(__u64 max)
{
	type("integer");
	jsonw_uint_field(json, "minimum", 0);
	if (max)
		jsonw_uint_field(json, "maximum", max);
}

static void causes(void)
{
	type("object");
	start_object("propertyNames");
	words("enum", cause_names, NR_CAUSES);
	jsonw_end_object(json);
	start_object("additionalProperties");
	jsonw_string_field(json, "$ref", "#/$defs/ns");
	jsonw_end_object(json);
	jsonw_uint_field(json, "minProperties", NR_CAUSES);
}

static void object(const struct table *table, unsigned int kinds);

/* Write keywords for @f, a list, into an object that has begun. */
static void list(const struct field *f)
{
	type("array");
	start_object("items");
	if (f->type == FIELD_ROWS)
		object(f->table, f->rows_kinds);
	else if (f->type == FIELD_STACK)
		type("string");
	else
		jsonw_string_field(json, "$ref", "#/$defs/cpu");
	jsonw_end_object(json);
	if (f->type == FIELD_PATH)
		jsonw_uint_field(json, "minItems", 1);
	else if (f->type == FIELD_CPUS)
		jsonw_bool_field(json, "uniqueItems", true);
}

/* Write keywords for the value of @f into an object that has begun. */
static void value(const struct field *f)
{
	switch (f->type) {
	case FIELD_WORD:
	case FIELD_WORD8:
		words("enum", f->words, f->nr_words);
		break;
	case FIELD_TEXT:
	case FIELD_SCHEDULER:
		type("string");
		break;
	case FIELD_COMM:
		type("string");
		jsonw_uint_field(json, "maxLength", TASK_COMM_LEN - 1);
		break;
	case FIELD_CGROUP:
		nullable("string");
		jsonw_string_field(json, "pattern", "^(/|cgroup:[0-9]+$)");
		break;
	case FIELD_TIME:
		type("string");
		jsonw_string_field(json, "pattern", TIME_PATTERN);
		break;
	case FIELD_ID:
		integer(4294967295);
		break;
	case FIELD_CPU:
		integer(65535);
		break;
	case FIELD_PRIO:
		type("integer");
		break;
	case FIELD_BOOL:
		type("boolean");
		break;
	case FIELD_REAL:
		nullable("number");
		jsonw_uint_field(json, "minimum", 0);
		break;
	case FIELD_CAUSES:
		causes();
		break;
	case FIELD_PATH:
	case FIELD_CPUS:
	case FIELD_STACK:
	case FIELD_ROWS:
		list(f);
		break;
	case FIELD_OBJECT:
		object(f->table, 0);
		break;
	default:
		integer(0);
	}
}

/* Types that the schema defines once, and refers to. */
static const struct {
	enum field_type type;
	const char *name;
	const char *about;
} types[] = {
	{ FIELD_COUNT, "count", NULL },
	{ FIELD_NS, "ns", NULL },
	{ FIELD_ID, "id", NULL },
	{ FIELD_CPU, "cpu", NULL },
	{ FIELD_TIME, "time", "RFC 3339, in the local time zone" },
	{ FIELD_COMM, "comm", "name of a task" },
	{ FIELD_CGROUP, "cgroup",
	  "path below the mount point; cgroup:ID if gone; null: none, an autogroup, or not known" },
};

static void define_types(void)
{
	struct field any = {};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(types); i++) {
		any.type = types[i].type;
		start_object(types[i].name);
		describe(types[i].about);
		value(&any);
		jsonw_end_object(json);
	}
}

static void property(const struct field *f)
{
	char ref[32];
	size_t i;

	start_object(f->name);
	describe(f->about);
	for (i = 0; i < ARRAY_SIZE(types); i++) {
		if (types[i].type == f->type && !f->null_if_0)
			break;
	}
	if (i < ARRAY_SIZE(types)) {
		snprintf(ref, sizeof(ref), "#/$defs/%s", types[i].name);
		jsonw_string_field(json, "$ref", ref);
	} else if (f->null_if_0) {
		nullable("integer");
		jsonw_uint_field(json, "minimum", 1);
	} else {
		value(f);
	}
	jsonw_end_object(json);
}

/* Do all objects with the fields of option @with have @f? */
static bool is_required(const struct field *f, unsigned int with)
{
	return field_in_json(f, EVERYTHING) && f->with == with && !f->absent_if_0;
}

/* Require all fields of option @with in an object, or none of them. */
static void required_together(const struct table *table, unsigned int with)
{
	const struct field *f, *g, *first = NULL;

	for (f = table->fields; f->type; f++) {
		if (!field_in_json(f, EVERYTHING) || f->with != with)
			continue;
		if (!first && is_required(f, with))
			first = f;
		start_array(f->name);
		for (g = table->fields; g->type; g++) {
			if (g != f && is_required(g, with) && (f == first || g == first))
				jsonw_string(json, g->name);
		}
		jsonw_end_array(json);
	}
}

static void dependencies(const struct table *table)
{
	const struct field *f;
	bool any = false;

	for (f = table->fields; f->type; f++)
		any |= field_in_json(f, EVERYTHING) && f->with;
	if (!any)
		return;
	start_object("dependentRequired");
	required_together(table, WITH_WAKER);
	required_together(table, WITH_WHY);
	jsonw_end_object(json);
}

/* Require the fields of rows of @kind, and forbid those of other kinds. */
static void condition(const struct table *table, unsigned int kind)
{
	const struct field *by = &table->fields[table->kind], *f;

	jsonw_start_object(json);
	start_object("if");
	start_object("properties");
	start_object(by->name);
	jsonw_string_field(json, "const", by->words[kind]);
	jsonw_end_object(json);
	jsonw_end_object(json);
	jsonw_end_object(json);
	start_object("then");
	start_array("required");
	for (f = table->fields; f->type; f++) {
		if (f->kinds && is_required(f, 0) && field_is_of(f, 1U << kind))
			jsonw_string(json, f->name);
	}
	jsonw_end_array(json);
	start_object("properties");
	for (f = table->fields; f->type; f++) {
		if (field_in_json(f, EVERYTHING) && !field_is_of(f, 1U << kind))
			jsonw_bool_field(json, f->name, false);
	}
	jsonw_end_object(json);
	jsonw_end_object(json);
	jsonw_end_object(json);
}

static void conditions(const struct table *table)
{
	const struct field *f;
	bool any = false;
	unsigned int kind;

	for (f = table->fields; f->type; f++)
		any |= field_in_json(f, EVERYTHING) && f->kinds;
	if (!any)
		return;
	start_array("allOf");
	for (kind = 0; kind < table->fields[table->kind].nr_words; kind++)
		condition(table, kind);
	jsonw_end_array(json);
}

/* Describe rows of @table, of any of @kinds (bits; 0: all). */
static void object(const struct table *table, unsigned int kinds)
{
	const struct field *f;

	type("object");
	start_object("properties");
	for (f = table->fields; f->type; f++) {
		if (field_in_json(f, EVERYTHING) && (!kinds || field_is_of(f, kinds)))
			property(f);
	}
	jsonw_end_object(json);
	start_array("required");
	for (f = table->fields; f->type; f++) {
		if (is_required(f, 0) && field_is_of(f, kinds))
			jsonw_string(json, f->name);
	}
	jsonw_end_array(json);
	dependencies(table);
	if (!kinds)
		conditions(table);
	jsonw_bool_field(json, "additionalProperties", false);
}

void print_schema(void)
{
	char ref[32];
	size_t i;

	json = jsonw_new(stdout);
	if (!json)
		out_of_memory();
	jsonw_pretty(json, true);
	jsonw_start_object(json);
	jsonw_string_field(json, "$schema", DRAFT);
	jsonw_string_field(json, "title", "One line of runqslower -o json");
	describe(ABOUT);
	type("object");
	start_array("oneOf");
	for (i = 0; i < ARRAY_SIZE(records); i++) {
		snprintf(ref, sizeof(ref), "#/$defs/%s", records[i].name);
		jsonw_start_object(json);
		jsonw_string_field(json, "$ref", ref);
		jsonw_end_object(json);
	}
	jsonw_end_array(json);
	start_object("$defs");
	define_types();
	for (i = 0; i < ARRAY_SIZE(records); i++) {
		start_object(records[i].name);
		describe(records[i].table->about);
		object(records[i].table, 0);
		jsonw_end_object(json);
	}
	jsonw_end_object(json);
	jsonw_end_object(json);
	jsonw_destroy(&json);
}
