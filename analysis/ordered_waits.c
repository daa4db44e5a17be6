// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * Waits arrive almost in order. A wait may be late, because another CPU can
 * overtake its CPU between reading the clock and reserving the event. So
 * ordered_waits_push() searches from the newest wait back.
 */
#include <stdlib.h>
#include <string.h>
#include "ordered_waits.h"

static bool make_room(struct ordered_waits *o)
{
	size_t size = o->size ? 2 * o->size : 64;
	struct held_wait *waits;

	if (o->head + o->nr < o->size)
		return true;
	/* Move the waits instead of growing if the front half is free. */
	if (o->head >= o->size / 2 && o->head) {
		memmove(o->waits, o->waits + o->head, o->nr * sizeof(*o->waits));
		o->head = 0;
		return true;
	}
	waits = reallocarray(o->waits, size, sizeof(*waits));
	if (!waits)
		return false;
	o->waits = waits;
	o->size = size;
	return true;
}

bool ordered_waits_push(struct ordered_waits *o, const struct held_wait *wait)
{
	size_t i;

	if (!make_room(o))
		return false;
	for (i = o->head + o->nr; i > o->head; i--) {
		if (o->waits[i - 1].place_ns <= wait->place_ns)
			break;
		o->waits[i] = o->waits[i - 1];
	}
	o->waits[i] = *wait;
	o->nr++;
	return true;
}

const struct held_wait *ordered_waits_pop(struct ordered_waits *o, __u64 until)
{
	const struct held_wait *wait;

	if (!o->nr)
		return NULL;
	wait = o->waits + o->head;
	if (wait->place_ns > until)
		return NULL;
	o->nr--;
	o->head++;
	if (!o->nr)
		o->head = 0;
	return wait;
}

void held_wait_free(const struct held_wait *wait)
{
	free(wait->why);
	free(wait->stack);
}

void ordered_waits_free(struct ordered_waits *o)
{
	size_t i;

	for (i = 0; i < o->nr; i++)
		held_wait_free(&o->waits[o->head + i]);
	free(o->waits);
	memset(o, 0, sizeof(*o));
}
