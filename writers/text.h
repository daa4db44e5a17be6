/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/* Parts of lines of text, on stdout. */
#ifndef __RUNQSLOWER_TEXT_H
#define __RUNQSLOWER_TEXT_H

#include "field.h"
#include "options.h"

/* In the form that the user wants, padded. */
void text_time(const struct options *opts, __u64 mono_ns);

/*
 * @name padded to @width columns, '?' for what could harm a terminal or the
 * line.
 */
void text_name(const char *name, int width);

/*
 * The columns that rows of this kind have: their headings, or what is in @row.
 * A row that is the rest of them has another kind, and some are blank.
 */
void text_heading(const struct options *opts, const struct table *table, unsigned int kind);
void text_row(const struct options *opts, const struct table *table, unsigned int kind,
	      const void *row);

#endif /* __RUNQSLOWER_TEXT_H */
