/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/* Waits of all CPUs put in order of time. */
#ifndef __RUNQSLOWER_ORDER_H
#define __RUNQSLOWER_ORDER_H

#include <stdbool.h>
#include <stddef.h>
#include "runqslower.h"

struct order {
	struct wait_event *waits;
	size_t head;			/* the oldest */
	size_t nr;			/* waits held */
	size_t size;			/* of @waits */
};

/* Take a copy of @e. False if there is no memory. */
bool order_push(struct order *o, const struct wait_event *e);

/*
 * The oldest wait if it ended at @until (CLOCK_MONOTONIC, ns) or before, else
 * NULL. It stays valid until the next call of order_push().
 */
const struct wait_event *order_pop(struct order *o, __u64 until);

void order_free(struct order *o);

#endif /* __RUNQSLOWER_ORDER_H */
