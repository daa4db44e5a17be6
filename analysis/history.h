/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/*
 * The recent segments of each CPU: those that the flight recorder sent and, of
 * those that it did not send, what its rings still have.
 */
#ifndef __RUNQSLOWER_HISTORY_H
#define __RUNQSLOWER_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include "runqslower.h"

struct cpu_history;
struct ring;

struct history {
	struct cpu_history *cpus;
	__u32 nr_cpus;
	__u32 size;			/* segments per CPU, a power of two */
	/*
	 * The map with the recorder's own rings, size / CHUNK chunks for each
	 * CPU, while the recorder writes to them. -1: none. The caller may set
	 * it after history_init(), and owns it.
	 */
	int rings_fd;
	struct ring *ring;
};

/*
 * Set up @h; history_free() frees its memory. False: no memory. The segments of
 * a CPU take memory only when history_add() gets the first segment.
 */
bool history_init(struct history *h, __u32 nr_cpus, __u32 size);
void history_free(struct history *h);

/*
 * Copy @nr segments, all of one CPU. A segment may come repeatedly. False: no
 * memory.
 */
bool history_add(struct history *h, const struct run_segment *segments, size_t nr);

/*
 * The newest segment of @cpu that arrived, and the one before @s on the CPU of
 * @s, which is taken from the rings if need be. NULL: the segment is lost, or
 * was overwritten. The result is valid until the next call.
 */
const struct run_segment *history_newest(const struct history *h, __u32 cpu);
const struct run_segment *history_before(const struct history *h,
					 const struct run_segment *s);

#endif /* __RUNQSLOWER_HISTORY_H */
