/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/*
 * What results consist of. A row is a struct; a table says what is in it. Text,
 * JSON, CSV with its header, and the JSON Schema are made from the same tables,
 * so that a field is described once.
 */
#ifndef __RUNQSLOWER_FIELD_H
#define __RUNQSLOWER_FIELD_H

#include <stdbool.h>
#include <stddef.h>
#include "options.h"

/* What a value is, and its type in C. */
enum field_type {
	FIELD_END,			/* of a table */
	FIELD_WORD,			/* __u32 or an enum: one of @words */
	FIELD_WORD8,			/* __u8: the same */
	FIELD_TEXT,			/* const char * */
	FIELD_COMM,			/* char[], any bytes */
	FIELD_CGROUP,			/* __u64: an ID, written as a path; 0: none */
	FIELD_TIME,			/* __u64: ns of CLOCK_MONOTONIC, written as a date */
	FIELD_NS,			/* __u64 */
	FIELD_COUNT,			/* __u64 */
	FIELD_ID,			/* __u32: of a task */
	FIELD_CPU,			/* __u16 */
	FIELD_BOOL,			/* bool */
	FIELD_REAL,			/* double; NAN: none */
	FIELD_CAUSES,			/* __u64[NR_CAUSES]: ns of each cause */
	FIELD_PATH,			/* struct why_event: where it was queued */
	FIELD_CPUS,			/* __u64[MAX_IDLE_CPUS / 64]: a bit each */
	FIELD_OBJECT,			/* @table, of the same row */
	FIELD_ROWS,			/* struct rows, of @table; in CSV the first one */
	/* In text only: */
	FIELD_MARK,			/* __u8: '+' if not 0, with no space before */
	FIELD_WHY,			/* const struct why *: its shares, in words */
	FIELD_PAIR,			/* struct total_row: one cgroup -> another */
};

enum field_only {
	ANY_FORMAT,
	ONLY_JSON,
	ONLY_CSV,			/* and text */
};

/* What the user asked for: bits. */
enum field_with {
	WITH_PREVIOUS = 1,
	WITH_WAKER = 2,
	WITH_WHY = 4,
	WITH_STALLED = 8,
};

struct field {
	const char *name;		/* JSON key and CSV column; NULL: text only */
	const char *csv;		/* the CSV column, if another */
	enum field_only only;
	enum field_type type;
	size_t offset;			/* in the row */
	/*
	 * In text: the heading, NULL if it has no column; so many characters
	 * wide, negative: from the left.
	 */
	const char *head;
	int width;
	unsigned int per;		/* divided by this, 0: 1 */
	unsigned int digits;		/* behind the point */
	unsigned int with;		/* only with any of these, 0: always */
	unsigned int kinds;		/* only in rows of these, bits; 0: in all */
	bool absent_if_0;
	bool null_if_0;
	const char * const *words;
	unsigned int nr_words;
	const struct table *table;
	unsigned int rows_kinds;	/* of FIELD_ROWS: they are all of these, 0: of any */
	const char *about;		/* for the schema, NULL: the name says all */
};

struct table {
	const struct field *fields;
	size_t kind;			/* the field that says of which kind a row is */
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

/* Of any of the types that are a number. */
__u64 field_number(const struct field *f, const void *row);

/* The bits of enum field_with. */
unsigned int fields_with(const struct options *opts);

/* Does the format have @f at all? */
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

/* Do rows of these kinds, bits, have it? */
static inline bool field_is_of(const struct field *f, unsigned int kinds)
{
	return !f->kinds || f->kinds & kinds;
}

/* Does this row of @table have a value for @f? */
bool field_present(const struct table *table, const struct field *f, const void *row);

#endif /* __RUNQSLOWER_FIELD_H */
