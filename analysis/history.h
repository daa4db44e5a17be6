/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/* What each CPU has run lately, as far as the flight recorder has sent it. */
#ifndef __RUNQSLOWER_HISTORY_H
#define __RUNQSLOWER_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include "runqslower.h"

struct cpu_history;

struct history {
	struct cpu_history *cpus;
	__u32 nr_cpus;
	__u32 size;			/* segments kept of each CPU, a power of two */
};

/*
 * False if there is no memory. A CPU takes its share when it first has
 * segments.
 */
bool history_init(struct history *h, __u32 nr_cpus, __u32 size);
void history_free(struct history *h);

/*
 * Take copies of @nr segments of one CPU. Those it has already may come again.
 */
bool history_add(struct history *h, const struct run_segment *segments, size_t nr);

/*
 * The newest segment of @cpu, and the one before @s on its CPU. NULL if there
 * is none, or it did not arrive. Valid until the next history_add().
 */
const struct run_segment *history_newest(const struct history *h, __u32 cpu);
const struct run_segment *history_before(const struct history *h,
					 const struct run_segment *s);

#endif /* __RUNQSLOWER_HISTORY_H */
