/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/* Parts of lines of text, on stdout. */
#ifndef __RUNQSLOWER_TEXT_H
#define __RUNQSLOWER_TEXT_H

#include "options.h"

/* In the form that the user wants, padded. */
void text_time(const struct options *opts, __u64 mono_ns);

/*
 * @name padded to @width columns, '?' for what could harm a terminal or the
 * line.
 */
void text_name(const char *name, int width);

#endif /* __RUNQSLOWER_TEXT_H */
