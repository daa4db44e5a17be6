/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/*
 * What crosses the border between the BPF programs and user space: records,
 * counters and limits. Nothing else is shared. Fixed-width types only and no
 * implicit padding, so that both sides see one layout on every architecture.
 */
#ifndef __RUNQSLOWER_H
#define __RUNQSLOWER_H

#ifndef __VMLINUX_H__			/* which has the types for BPF */
#include <linux/types.h>
#endif

#define TASK_COMM_LEN	16

/* CPUs that a CPU filter can name; the largest NR_CPUS that kernels allow. */
#define MAX_CPUS	8192

/*
 * One wait that was longer than the threshold. All times are nanoseconds of
 * CLOCK_MONOTONIC. PIDs are those of the PID namespace the tool runs in, 0 for
 * a task that has none there.
 */
struct wait_event {
	__u64 end_ns;			/* switched in */
	__u64 wait_ns;			/* from ready to run to switched in */
	__u32 tid;
	__u32 tgid;
	__u32 prev_tid;			/* the task that was switched out for it */
	__u32 cpu;			/* where the wait ended */
	char comm[TASK_COMM_LEN];	/* always terminated */
	char prev_comm[TASK_COMM_LEN];
};

/* Matches names that begin with the first prefixlen / 8 bytes of comm. */
struct comm_key {
	__u32 prefixlen;
	char comm[TASK_COMM_LEN];
};

/* Why a wait over the threshold, or the start of one, could not be kept. */
enum lost_reason {
	LOST_RING,			/* no room in the ring buffer */
	LOST_STORAGE,			/* no memory for the task's wait record */
	LOST_CLOCK,			/* ended before it began: clocks disagree */
	NR_LOST,
};

/* Totals since the start; the programs only ever add to them. */
struct wait_stats {
	__u64 seen;			/* waits over the threshold */
	__u64 lost[NR_LOST];
};

#endif /* __RUNQSLOWER_H */
