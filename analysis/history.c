// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * A mirror of the recorder's rings. Segment seq is in slot seq modulo the ring
 * size. A slot with another seq means that the segment has not arrived yet, or
 * was overwritten.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "history.h"

struct cpu_history {
	struct run_segment *segments;	/* NULL: no segment yet */
	__u32 newest;			/* seq of the newest segment */
};

/*
 * The ring of one CPU, the last that was asked for. Not all of them, because
 * each mapped page counts as resident.
 */
struct ring {
	void *map;			/* NULL: none */
	size_t len;
	const struct run_chunk *chunks;
	__u32 cpu;
};

bool history_init(struct history *h, __u32 nr_cpus, __u32 size)
{
	h->cpus = calloc(nr_cpus, sizeof(*h->cpus));
	h->nr_cpus = nr_cpus;
	h->size = size;
	h->rings_fd = -1;
	h->ring = calloc(1, sizeof(*h->ring));
	return h->cpus && h->ring;
}

static void unmap_ring(struct ring *r)
{
	if (r->map)
		munmap(r->map, r->len);
	r->map = NULL;
}

void history_free(struct history *h)
{
	__u32 cpu;

	for (cpu = 0; h->cpus && cpu < h->nr_cpus; cpu++)
		free(h->cpus[cpu].segments);
	if (h->ring)
		unmap_ring(h->ring);
	free(h->ring);
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
	/*
	 * The newest so far was sent while it could change, and more came after
	 * it than one report sends: do without, or read it in the ring.
	 */
	if ((__s32)(segments->seq - c->newest) > 1)
		c->segments[c->newest & (h->size - 1)].kind = 0;
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

/* Map the ring of @cpu. False: there is none, or it cannot be mapped. */
static bool map_ring(const struct history *h, __u32 cpu)
{
	size_t len = h->size / CHUNK * sizeof(struct run_chunk);
	off_t at = (off_t)cpu * len, before = at % sysconf(_SC_PAGESIZE);
	struct ring *r = h->ring;
	char *map;

	if (r->map && r->cpu == cpu)
		return true;
	unmap_ring(r);
	map = mmap(NULL, before + len, PROT_READ, MAP_SHARED, h->rings_fd, at - before);
	if (map == MAP_FAILED)
		return false;
	r->map = map;
	r->len = before + len;
	r->chunks = (const void *)(map + before);
	r->cpu = cpu;
	return true;
}

/* Where the recorder has segment @seq in the ring, or had, or will have. */
static const struct run_segment *place_in_ring(const struct history *h, __u32 seq)
{
	__u32 nr_chunks = h->size / CHUNK;

	return &h->ring->chunks[seq / CHUNK & (nr_chunks - 1)].segments[seq % CHUNK];
}

/*
 * Copy segment @seq of @cpu to @to from the recorder's ring. False: the segment
 * is not there, or no longer. A CPU writes its segments in order. So if the one
 * before @seq has not been overwritten, @seq was whole when it was copied.
 */
static bool copy_from_ring(const struct history *h, __u32 cpu, __u32 seq, struct run_segment *to)
{
	const struct run_segment *before;
	__u32 seq_before;

	if (h->rings_fd < 0 || !map_ring(h, cpu))
		return false;
	before = place_in_ring(h, seq - 1);
	*to = *place_in_ring(h, seq);
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
	if (!copy_from_ring(h, cpu, seq, &copy))
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
