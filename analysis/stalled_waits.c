// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* A full list is a heap with the shortest wait on top, which goes first. */
#include <stdlib.h>
#include "stalled_waits.h"

static __u64 length(const struct stalled_waits *s, size_t i)
{
	return s->waits[i].event.wait_ns;
}

static void swap_waits(struct stalled_waits *s, size_t i, size_t j)
{
	struct held_wait wait = s->waits[i];

	s->waits[i] = s->waits[j];
	s->waits[j] = wait;
}

/* Let wait @i sink to its place. */
static void sink(struct stalled_waits *s, size_t i)
{
	size_t child;

	while ((child = 2 * i + 1) < s->nr) {
		if (child + 1 < s->nr && length(s, child + 1) < length(s, child))
			child++;
		if (length(s, i) <= length(s, child))
			break;
		swap_waits(s, i, child);
		i = child;
	}
}

static void rise(struct stalled_waits *s, size_t i)
{
	while (i && length(s, i) < length(s, (i - 1) / 2)) {
		swap_waits(s, i, (i - 1) / 2);
		i = (i - 1) / 2;
	}
}

void stalled_add(struct stalled_waits *s, const struct held_wait *wait)
{
	s->nr_found++;
	if (wait->event.wait_ns > s->longest_ns)
		s->longest_ns = wait->event.wait_ns;
	if (s->nr < MAX_STALLED) {
		s->waits[s->nr] = *wait;
		rise(s, s->nr++);
	} else if (wait->event.wait_ns > length(s, 0)) {
		held_wait_free(&s->waits[0]);
		s->waits[0] = *wait;
		sink(s, 0);
	} else {
		held_wait_free(wait);
	}
}

static int longest_first(const void *pa, const void *pb)
{
	const struct held_wait *a = pa, *b = pb;

	if (a->event.wait_ns != b->event.wait_ns)
		return a->event.wait_ns > b->event.wait_ns ? -1 : 1;
	return a->event.tid < b->event.tid ? -1 : a->event.tid > b->event.tid;
}

bool stalled_move(struct stalled_waits *s, struct ordered_waits *to, __u64 look_ns)
{
	size_t i;

	qsort(s->waits, s->nr, sizeof(*s->waits), longest_first);
	for (i = 0; i < s->nr; i++) {
		s->waits[i].place_ns = look_ns;
		if (!ordered_waits_push(to, &s->waits[i]))
			return false;
		s->waits[i].why = NULL;
	}
	s->nr = 0;
	return true;
}

void stalled_clear(struct stalled_waits *s)
{
	size_t i;

	for (i = 0; i < s->nr; i++)
		held_wait_free(&s->waits[i]);
	s->nr = 0;
	s->nr_found = 0;
	s->longest_ns = 0;
}
