/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/* A queue of waits from all CPUs, ordered by the end of the wait. */
#ifndef __RUNQSLOWER_ORDERED_WAITS_H
#define __RUNQSLOWER_ORDERED_WAITS_H

#include <stdbool.h>
#include <stddef.h>
#include "explain.h"
#include "runqslower.h"

/* A wait that is held until each earlier wait has arrived. */
struct held_wait {
	struct wait_event event;
	struct why *why;		/* NULL: the wait is not explained */
	struct stack_event *stack;	/* NULL: not known, or not asked for */
	__u64 place_ns;			/* orders waits, as event.end_ns does */
};

struct ordered_waits {
	struct held_wait *waits;
	size_t head;			/* index of the oldest wait */
	size_t nr;			/* waits held */
	size_t size;			/* room in @waits */
};

/*
 * Copy @wait and take ownership of what @wait points to. False: no memory; the
 * caller keeps that.
 */
bool ordered_waits_push(struct ordered_waits *o, const struct held_wait *wait);

/* Free what @wait points to. */
void held_wait_free(const struct held_wait *wait);

/*
 * Remove and return the oldest wait if it ended by @until (CLOCK_MONOTONIC,
 * ns), else return NULL. The wait is valid until the next ordered_waits_push().
 * The caller calls held_wait_free().
 */
const struct held_wait *ordered_waits_pop(struct ordered_waits *o, __u64 until);

static inline bool ordered_waits_is_empty(const struct ordered_waits *o)
{
	return !o->nr;
}

/* When the newest wait ended, CLOCK_MONOTONIC, ns. @o must not be empty. */
static inline __u64 ordered_waits_newest(const struct ordered_waits *o)
{
	return o->waits[o->head + o->nr - 1].place_ns;
}

/* Free the waits and what they point to. */
void ordered_waits_free(struct ordered_waits *o);

#endif /* __RUNQSLOWER_ORDERED_WAITS_H */
