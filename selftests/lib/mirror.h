/* SPDX-License-Identifier: GPL-2.0 */
/* What user space keeps of the segments that programs send: see engine.h. */
#ifndef __MIRROR_H
#define __MIRROR_H

#include <stdlib.h>
#include "engine.h"
#include "analysis/history.h"

static struct history mirror;

/* So many segments of each CPU are kept. */
static inline void mirror_begin(u32 size)
{
	if (!history_init(&mirror, SIM_CPUS, size))
		abort();
}

static inline void mirror_end(void)
{
	history_free(&mirror);
}

#define ANY_CPU		-1

/* User space takes what was sent of CPU @c. How many segments that were. */
static inline int take_segments(int c)
{
	const struct run_segment *s;
	size_t size, i;
	int nr = 0;

	for (i = 0; i < sim_nr_records(); i++) {
		s = sim_record(i, &size);
		if (s->kind != RECORD_SEGMENTS || (c != ANY_CPU && s->cpu != c))
			continue;
		if (!history_add(&mirror, s, size / sizeof(*s)))
			abort();
		nr += size / sizeof(*s);
	}
	return nr;
}

/* CPU 0 switches @nr times between two tasks, each millisecond. */
static inline void take_turns(struct task *one, struct task *other, int nr)
{
	while (nr--) {
		pass(MS);
		switch_to(0, cpu[0].curr == one ? other : one, PREEMPTED);
	}
}

#endif /* __MIRROR_H */
