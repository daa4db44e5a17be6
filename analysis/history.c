// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * A mirror of the recorder's rings. Segment seq is in slot seq modulo the ring
 * size. A slot with another seq means that the segment has not arrived yet, or
 * was overwritten.
 */
#include <stdlib.h>
#include <string.h>
#include "history.h"

struct cpu_history {
	struct run_segment *segments;	/* NULL: no segment yet */
	__u32 newest;			/* seq of the newest segment */
};

bool history_init(struct history *h, __u32 nr_cpus, __u32 size)
{
	h->cpus = calloc(nr_cpus, sizeof(*h->cpus));
	h->nr_cpus = nr_cpus;
	h->size = size;
	return h->cpus;
}

void history_free(struct history *h)
{
	__u32 cpu;

	for (cpu = 0; h->cpus && cpu < h->nr_cpus; cpu++)
		free(h->cpus[cpu].segments);
	free(h->cpus);
	memset(h, 0, sizeof(*h));
}

bool history_add(struct history *h, const struct run_segment *segments, size_t nr)
{
	struct cpu_history *c;
	struct run_segment *s;
	size_t i;

	if (!nr || segments->cpu >= h->nr_cpus)
		return true;
	c = &h->cpus[segments->cpu];
	if (!c->segments) {
		c->segments = calloc(h->size, sizeof(*c->segments));
		if (!c->segments)
			return false;
		c->newest = segments->seq;
	}
	for (i = 0; i < nr; i++) {
		s = &c->segments[segments[i].seq & (h->size - 1)];
		/* The slot may hold a newer segment: then skip the old one. */
		if (s->kind == RECORD_SEGMENTS && segments[i].start_ns < s->start_ns)
			continue;
		*s = segments[i];
		/*
		 * A repeat is less than one ring behind newest. Any other
		 * segment is newer, however many are missing.
		 */
		if (c->newest - segments[i].seq >= h->size)
			c->newest = segments[i].seq;
	}
	return true;
}

/* Where the recorder of @cpu has segment @seq, or had, or will have. */
static const struct run_segment *place_in_ring(const struct history *h, __u32 cpu, __u32 seq)
{
	__u32 nr_chunks = h->size / CHUNK;
	const struct run_chunk *ring = h->rings + (size_t)cpu * nr_chunks;

	return &ring[seq / CHUNK & (nr_chunks - 1)].segments[seq % CHUNK];
}

/*
 * Copy segment @seq of @cpu to @to from the recorder's ring. False: it is
 * overwritten. A CPU writes a segment only after the one before, because each
 * belongs to a switch: so if that is old, @seq was still whole.
 */
static bool copy_from_ring(const struct history *h, __u32 cpu, __u32 seq, struct run_segment *to)
{
	const struct run_segment *before = place_in_ring(h, cpu, seq - 1);
	__u32 seq_before;

	*to = *place_in_ring(h, cpu, seq);
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	seq_before = *(const volatile __u32 *)&before->seq;
	return to->kind == RECORD_SEGMENTS && to->cpu == cpu && to->seq == seq &&
	       (__s32)(seq_before - seq) <= 0;
}

static const struct run_segment *find(const struct history *h, __u32 cpu, __u32 seq)
{
	struct run_segment *s = &h->cpus[cpu].segments[seq & (h->size - 1)], copy;

	if (s->kind == RECORD_SEGMENTS && s->seq == seq)
		return s;
	if (!h->rings || !copy_from_ring(h, cpu, seq, &copy))
		return NULL;
	/* The slot may hold a newer segment. */
	if (s->kind == RECORD_SEGMENTS && copy.start_ns < s->start_ns)
		return NULL;
	*s = copy;
	return s;
}

const struct run_segment *history_newest(const struct history *h, __u32 cpu)
{
	if (cpu >= h->nr_cpus || !h->cpus[cpu].segments)
		return NULL;
	return find(h, cpu, h->cpus[cpu].newest);
}

const struct run_segment *history_before(const struct history *h,
					 const struct run_segment *s)
{
	const struct run_segment *before = find(h, s->cpu, s->seq - 1);

	/* A CPU may overwrite @before while another CPU sends it. */
	return before && before->start_ns <= s->start_ns ? before : NULL;
}
