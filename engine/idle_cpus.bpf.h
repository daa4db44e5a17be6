/* SPDX-License-Identifier: GPL-2.0 */
/* Which CPUs could have run a task that waited, because they were idle. */
#ifndef __RUNQSLOWER_IDLE_CPUS_BPF_H
#define __RUNQSLOWER_IDLE_CPUS_BPF_H

#include "clock.bpf.h"
#include "compat.bpf.h"

const volatile u32 nr_cpus;		/* possible CPUs */

/* The CPUs below nr_cpus, as a bitmap, because a mask may have more. */
static __always_inline u64 possible_cpus(u32 word)
{
	return word < nr_cpus / 64 ? ~0ULL : (1ULL << nr_cpus % 64) - 1;
}

/*
 * Find the CPUs that @p may use, and those that have been idle since @since,
 * apart from @except (-1: none).
 */
static __always_inline void find_idle_cpus(struct why_event *to, struct task_struct *p,
					   s32 except, u64 since)
{
	struct cpu_state *c;
	u32 i, key;

	__builtin_memset(to->idle_cpus, 0, sizeof(to->idle_cpus));
	__builtin_memset(to->allowed_cpus, 0, sizeof(to->allowed_cpus));
	for (i = 0; i < MAX_IDLE_CPUS && i < nr_cpus; i++) {
		if (i % 64 == 0)
			to->allowed_cpus[i / 64] = allowed_cpus(p, i / 64) &
						   possible_cpus(i / 64);
		if (i == (u32)except)
			continue;
		key = i;
		c = bpf_map_lookup_elem(&cpus, &key);
		if (c && c->idle_since && !time_before(since, c->idle_since) &&
		    is_online(c->rq))
			to->idle_cpus[i / 64] |= 1ULL << i % 64;
	}
}

#endif /* __RUNQSLOWER_IDLE_CPUS_BPF_H */
