/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/*
 * Fields of results. A row is a struct, and a table lists the fields of a row.
 * Text, JSON, CSV and its header, and the JSON Schema are made from tables, so
 * that each field is described once.
 */
#ifndef __RUNQSLOWER_FIELD_H
#define __RUNQSLOWER_FIELD_H

#include <stdbool.h>
#include <stddef.h>
#include "options.h"

/* The kind of a value, and its type in C. */
enum field_type {
	FIELD_END,			/* ends a table */
	FIELD_WORD,			/* __u32 or enum: index of @words */
	FIELD_WORD8,			/* __u8: index of @words */
	FIELD_TEXT,			/* const char * */
	FIELD_COMM,			/* char[]: any bytes */
	FIELD_CGROUP,			/* __u64: ID, as a path; 0: none */
	FIELD_TIME,			/* __u64: monotonic ns, as a date */
	FIELD_NS,			/* __u64 */
	FIELD_COUNT,			/* __u64 */
	FIELD_ID,			/* __u32: TID or PID */
	FIELD_CPU,			/* __u16 */
	FIELD_PRIO,			/* __s16: task_struct.prio */
	FIELD_BOOL,			/* bool */
	FIELD_REAL,			/* double; NAN: none */
	FIELD_CAUSES,			/* __u64[NR_CAUSES]: ns of each cause */
	FIELD_PATH,			/* struct why_event: CPUs of the wait */
	FIELD_CPUS,			/* __u64[MAX_IDLE_CPUS / 64]: a mask */
	FIELD_STACK,			/* struct stack_event *; CSV: a ';' between */
	FIELD_SCHEDULER,		/* no value: that of sched_ext, now */
	FIELD_OBJECT,			/* the row, by the fields of @table */
	FIELD_ROWS,			/* struct rows of @table; CSV: first */
	/* In text only: */
	FIELD_MARK,			/* __u8: '+' if set, no space before */
	FIELD_WHY,			/* struct wait_row: shares, idle CPUs */
	FIELD_PARTS,			/* struct total_row: shares */
	FIELD_PAIR,			/* struct total_row: two cgroups */
};

enum field_only {
	ANY_FORMAT,
	ONLY_JSON,
	ONLY_CSV,			/* text goes by @head alone */
};

/* Bits of options that add fields. */
enum field_with {
	WITH_PREVIOUS = 1,
	WITH_WAKER = 2,
	WITH_WHY = 4,
	WITH_STALLED = 8,
	/* What totals are by. */
	WITH_THREADS = 16,
	WITH_PROCESSES = 32,
	WITH_COMMS = 64,
	WITH_CGROUPS = 128,
	WITH_STACK = 256,
};

struct field {
	const char *name;		/* JSON, CSV name; NULL: text only */
	const char *csv;		/* CSV name if not @name */
	enum field_only only;
	enum field_type type;
	size_t offset;			/* of the value in the row, bytes */
	/*
	 * Text: the heading (NULL: no column), and the width of the column in
	 * characters (negative: left-justified).
	 */
	const char *head;
	int width;
	unsigned int per;		/* text: divisor, 0: 1 */
	unsigned int digits;		/* text: decimals */
	unsigned int with;		/* enum field_with bits, 0: always */
	unsigned int kinds;		/* bits of the kinds of rows, 0: all */
	bool absent_if_0;
	bool null_if_0;
	const char * const *words;
	unsigned int nr_words;
	const struct table *table;
	unsigned int rows_kinds;	/* FIELD_ROWS: their @kinds, 0: all */
	const char *about;		/* for the schema, or NULL */
};

struct table {
	const struct field *fields;
	size_t kind;			/* index of the field: kind of row */
	size_t row_size;
	const char *about;
};

struct rows {
	const void *rows;
	size_t nr;
};

static inline const void *field_at(const struct field *f, const void *row)
{
	return (const char *)row + f->offset;
}

/* The value of @f in @row, for any type that is a number, not negative. */
__u64 field_number(const struct field *f, const void *row);

/*
 * The word of a FIELD_WORD or FIELD_WORD8. A number beyond the words has the
 * last one.
 */
const char *field_word(const struct field *f, const void *row);

/* The enum field_with bits of @opts. */
unsigned int fields_with(const struct options *opts);

/* Does JSON, CSV or text have @f, with options @with (enum field_with)? */
static inline bool field_in_json(const struct field *f, unsigned int with)
{
	return f->name && f->only != ONLY_CSV && (!f->with || f->with & with);
}

static inline bool field_in_csv(const struct field *f, unsigned int with)
{
	return f->name && f->only != ONLY_JSON && (!f->with || f->with & with);
}

static inline bool field_in_text(const struct field *f, unsigned int with)
{
	return f->head && (!f->with || f->with & with);
}

static inline const char *field_column(const struct field *f)
{
	return f->csv ?: f->name;
}

/* Do rows of any of @kinds (bits) have @f? */
static inline bool field_is_of(const struct field *f, unsigned int kinds)
{
	return !f->kinds || f->kinds & kinds;
}

/* Is @number, of a row, no value? */
static inline bool field_is_null(const struct field *f, __u64 number)
{
	return !number && (f->null_if_0 || f->type == FIELD_CGROUP);
}

/* Does @row of @table have a value for @f? */
bool field_present(const struct table *table, const struct field *f, const void *row);

#endif /* __RUNQSLOWER_FIELD_H */
