/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/* The tasks that one look (-S) found waiting. */
#ifndef __RUNQSLOWER_STALLED_WAITS_H
#define __RUNQSLOWER_STALLED_WAITS_H

#include <stddef.h>
#include "ordered_waits.h"

/* The most tasks of a look that are listed. */
#define MAX_STALLED	1000

struct stalled_waits {
	struct held_wait waits[MAX_STALLED];
	size_t nr;
	__u64 nr_found;			/* more than nr if not all have room */
	__u64 longest_ns;
};

/*
 * Copy @wait and take ownership of what @wait points to, which is freed if
 * tasks that wait longer take all the room.
 */
void stalled_add(struct stalled_waits *s, const struct held_wait *wait);

/*
 * Move all waits to @to, longest first, in the place of a wait that ended at
 * @look_ns (CLOCK_MONOTONIC). False: no memory.
 */
bool stalled_move(struct stalled_waits *s, struct ordered_waits *to, __u64 look_ns);

/* Forget the look, and free the waits that have not moved. */
void stalled_clear(struct stalled_waits *s);

#endif /* __RUNQSLOWER_STALLED_WAITS_H */
