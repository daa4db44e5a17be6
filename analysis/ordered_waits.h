/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/* Waits of all CPUs put in order of time. */
#ifndef __RUNQSLOWER_ORDER_H
#define __RUNQSLOWER_ORDER_H

#include <stdbool.h>
#include <stddef.h>
#include "explain.h"
#include "runqslower.h"

/* A wait that is held until those before it have come. */
struct held_wait {
	struct wait_event event;
	struct why *why;		/* NULL if it is not explained */
};

struct ordered_waits {
	struct held_wait *waits;
	size_t head;			/* the oldest */
	size_t nr;			/* waits held */
	size_t size;			/* of @waits */
};

/* Take a copy of @e, and over @why. False if there is no memory. */
bool ordered_waits_push(struct ordered_waits *o, const struct wait_event *e, struct why *why);

/*
 * The oldest wait if it ended at @until (CLOCK_MONOTONIC, ns) or before, else
 * NULL. It stays valid until the next call of ordered_waits_push(); its
 * explanation is the caller's, for free().
 */
const struct held_wait *ordered_waits_pop(struct ordered_waits *o, __u64 until);

static inline bool ordered_waits_is_empty(const struct ordered_waits *o)
{
	return !o->nr;
}

/* When the newest wait ended; one must be held. */
static inline __u64 ordered_waits_newest(const struct ordered_waits *o)
{
	return o->waits[o->head + o->nr - 1].event.end_ns;
}

/* And the explanations that are still held. */
void ordered_waits_free(struct ordered_waits *o);

#endif /* __RUNQSLOWER_ORDER_H */
