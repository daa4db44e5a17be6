/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/* The frames of a stack, by name. */
#ifndef __RUNQSLOWER_STACK_H
#define __RUNQSLOWER_STACK_H

#include "runqslower.h"
#include "util/symbols.h"

/*
 * How many of the innermost frames are not to be shown: those above
 * __schedule() are of tracing.
 */
static inline unsigned int stack_begin(const struct stack_event *s)
{
	unsigned int i;

	for (i = 0; i < s->nr; i++) {
		if (symbol_is(s->frames[i], "__schedule"))
			return i;
	}
	return 0;
}

/* For each frame @i of @s, or none if @s is NULL, innermost first. */
#define for_each_frame(i, s)	\
	for ((i) = (s) ? stack_begin(s) : 0; (s) && (i) < (s)->nr; (i)++)

#endif /* __RUNQSLOWER_STACK_H */
