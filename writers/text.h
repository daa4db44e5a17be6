/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/* Parts of lines of text, on stdout. */
#ifndef __RUNQSLOWER_TEXT_H
#define __RUNQSLOWER_TEXT_H

#include "field.h"
#include "options.h"

/* Print @mono_ns (CLOCK_MONOTONIC, ns) in the format opts->time, padded. */
void text_time(const struct options *opts, __u64 mono_ns);

/* How many columns text_time() takes. */
int text_time_width(const struct options *opts);

/*
 * Print @name, padded to @width columns. '?' replaces control characters and
 * invalid UTF-8, which could harm a terminal or the line.
 */
void text_name(const char *name, int width);

/*
 * Print the columns of rows of @kind: the headings, or the values of @row. @row
 * may be of another kind, as the rest of a list is. Columns that @row lacks are
 * blank.
 */
void text_heading(const struct options *opts, const struct table *table, unsigned int kind);
void text_row(const struct options *opts, const struct table *table, unsigned int kind,
	      const void *row);

#endif /* __RUNQSLOWER_TEXT_H */
