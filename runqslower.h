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

/*
 * Segments are kept in chunks: a chunk is what one helper call can copy. So
 * many segments, a power of two, may be kept for each CPU.
 */
#define CHUNK		16
#define MIN_HISTORY	CHUNK
#define MAX_HISTORY	16384

/* CPUs that a CPU filter can name; the largest NR_CPUS that kernels allow. */
#define MAX_CPUS	8192

/* What a record in the ring buffer is: its first byte. */
enum record_kind {
	RECORD_WAIT = 1,		/* struct wait_event */
	RECORD_WHY,			/* struct why_event */
	RECORD_SEGMENTS,		/* one or more struct run_segment */
};

/*
 * One wait that was longer than the threshold. All times are nanoseconds of
 * CLOCK_MONOTONIC. PIDs are those of the PID namespace the tool runs in, 0 for
 * a task that has none there.
 */
struct wait_event {
	__u8 kind;
	__u8 stalled;			/* it goes on; end_ns is now, and there is no prev */
	__u16 cpu;			/* where the wait ended */
	__u32 tid;
	__u32 tgid;
	__u32 prev_tid;			/* the task that was switched out for it */
	__u64 end_ns;			/* switched in */
	__u64 wait_ns;			/* from ready to run to switched in */
	char comm[TASK_COMM_LEN];	/* always terminated */
	char prev_comm[TASK_COMM_LEN];
};

/*
 * A stretch of one CPU's time: who ran from start_ns on, until the next segment
 * begins. Only what may be needed to explain a wait crosses the border, and
 * each segment does so once, before the first wait that needs it.
 */
struct run_segment {
	__u8 kind;
	__u8 flags;			/* of enum segment_flags */
	__u16 cpu;
	__u32 seq;			/* the number of this segment on its CPU */
	__u64 start_ns;
	__u64 nontask_ns;		/* rq.clock - rq.clock_task at start_ns */
	__u64 irq_ns;			/* rq.prev_irq_time then, 0 if not known */
	__u64 cgroup;			/* its ID; 0: none, or in an autogroup */
	__u32 tid;
	__u32 tgid;
	char comm[TASK_COMM_LEN];
};

enum segment_flags {
	SEGMENT_IDLE = 1,		/* the CPU had nothing to run */
	SEGMENT_BROKEN = 2,		/* a switch in it went unseen */
};

/* How a wait began. */
enum wait_from {
	FROM_UNSEEN,			/* before tracing, or the event went unseen */
	FROM_WOKEN,
	FROM_NEW,
	FROM_PREEMPTED,			/* or it gave up the CPU, still ready to run */
	FROM_THROTTLED,			/* its group had used up its quota */
	NR_FROM,
};

/* What woke the task. */
enum waker_kind {
	WAKER_UNSEEN,
	WAKER_TASK,
	WAKER_SOFTIRQ,			/* the interrupted task had no part in it */
	WAKER_IRQ,
	NR_WAKER_KINDS,
};

/* A queued task was moved away from a CPU. */
struct migration {
	__u64 left_ns;
	__u32 cpu;			/* where it had been */
	__u32 seq;			/* of the newest segment there when the wait ended */
};

#define MAX_MIGRATIONS	4		/* kept of one wait; more are counted */
#define MAX_IDLE_CPUS	1024		/* CPUs that are looked at for idle_cpus */

/* A wait, with what is needed beside the segments to explain it. */
struct why_event {
	struct wait_event wait;
	__u64 cgroup;
	__u64 wakeup_ns;		/* at its begin: from sched_waking to _wakeup */
	__u64 queued_ns;		/* when it came to its last CPU, 0: not known */
	/*
	 * As in struct run_segment, at the begin on the first and the end on
	 * the last CPU.
	 */
	__u64 begin_nontask_ns;
	__u64 begin_irq_ns;
	__u64 end_nontask_ns;
	__u64 end_irq_ns;
	/*
	 * Throttled for want of quota, for so long from then on (0: not known,
	 * or not at one go); the group that ran out.
	 */
	__u64 quota_ns;
	__u64 quota_since_ns;
	__u64 quota_cgroup;		/* 0: not known */
	struct migration migrations[MAX_MIGRATIONS];
	__u32 seq;			/* of the newest segment on the last CPU */
	__u32 nr_migrations;			/* may be more than MAX_MIGRATIONS */
	__u8 from;			/* enum wait_from */
	__u8 waker_kind;
	__u8 pad[6];
	__u32 waker_tid;
	__u32 waker_tgid;
	char waker_comm[TASK_COMM_LEN];
	/*
	 * Allowed CPUs that were idle all the while, less the share of the
	 * quota.
	 */
	__u64 idle_cpus[MAX_IDLE_CPUS / 64];
};

/*
 * Buckets that lengths of waits are counted in: below 2 * SUB_BUCKETS ns one
 * for each, above SUB_BUCKETS for every power of two. The last one also has
 * what is longer.
 */
#define SUB_BUCKETS	32
#define MAX_WAIT_BITS	43		/* 2.4 hours */
#define NR_BUCKETS	((MAX_WAIT_BITS - 4) * SUB_BUCKETS)

static inline __u32 bucket_of(__u64 ns)
{
	__u32 shift = 0;

	if (ns >> MAX_WAIT_BITS)
		return NR_BUCKETS - 1;
	/* The place of the highest bit, less that of SUB_BUCKETS: 0 to 37. */
	if (ns >> 37) {
		ns >>= 32;
		shift = 32;
	}
	if (ns >> 21) {
		ns >>= 16;
		shift += 16;
	}
	if (ns >> 13) {
		ns >>= 8;
		shift += 8;
	}
	if (ns >> 9) {
		ns >>= 4;
		shift += 4;
	}
	if (ns >> 7) {
		ns >>= 2;
		shift += 2;
	}
	if (ns >> 6) {
		ns >>= 1;
		shift += 1;
	}
	return shift * SUB_BUCKETS + ns;
}

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
