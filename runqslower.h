/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/*
 * What the BPF programs and user space share: records, counters, limits, the
 * key of the name filter, and the buckets of the histogram. All types have a
 * fixed width and no struct has implicit padding, so that both sides see one
 * layout on every architecture.
 */
#ifndef __RUNQSLOWER_H
#define __RUNQSLOWER_H

#ifndef __VMLINUX_H__			/* vmlinux.h has the types for BPF */
#include <linux/types.h>
#endif

#define TASK_COMM_LEN	16

/*
 * Segments are kept in chunks: a chunk is what one helper call can copy. Each
 * CPU keeps MIN_HISTORY to MAX_HISTORY segments, a power of two.
 */
#define CHUNK		16
#define MIN_HISTORY	CHUNK
#define MAX_HISTORY	16384

/*
 * How many of the newest chunks a report sends: SENT_CHUNKS if the task waited
 * on one CPU, else SENT_CHUNKS_OF_MANY of each. No more, because the run queue
 * is locked and interrupts are off meanwhile. User space reads older segments
 * itself.
 */
#define SENT_CHUNKS		32
#define SENT_CHUNKS_OF_MANY	8

/* CPUs that a CPU filter can name: the largest NR_CPUS that kernels allow. */
#define MAX_CPUS	8192

/* The kind of a record in the ring buffer, in the first byte of the record. */
enum record_kind {
	RECORD_WAIT = 1,		/* struct wait_event */
	RECORD_WHY,			/* struct why_event */
	RECORD_SEGMENTS,		/* one or more struct run_segment */
	RECORD_STACK,			/* struct stack_event */
};

/*
 * A wait of at least the threshold. Points in time are CLOCK_MONOTONIC, and all
 * times are ns. PIDs are those of the PID namespace that the tool runs in, 0
 * for a task that has no PID in that namespace.
 */
struct wait_event {
	__u8 kind;
	/*
	 * The wait goes on: end_ns is now, prev_tid is 0, prev_comm is empty.
	 */
	__u8 stalled;
	__u16 cpu;			/* last CPU the task was queued on */
	__u32 tid;
	__u32 tgid;
	__u32 prev_tid;			/* task switched out for this one */
	__u64 end_ns;			/* when the task was switched in */
	__u64 wait_ns;			/* from the begin of the wait */
	char comm[TASK_COMM_LEN];	/* always terminated */
	char prev_comm[TASK_COMM_LEN];
};

#define MAX_FRAMES	64

/*
 * The kernel stack of the task that was switched out at the end of a wait, with
 * --stack. The stack is sent on the same CPU just before the wait, whose tid
 * and end_ns it has.
 */
struct stack_event {
	__u8 kind;
	__u8 nr;			/* of frames; 0: not known */
	__u16 cpu;
	__u32 tid;
	__u64 end_ns;
	__u64 frames[MAX_FRAMES];	/* return addresses, innermost first */
};

/*
 * A stretch of one CPU's time: the task has the CPU from start_ns until the
 * CPU's next segment begins. A segment is sent only if a wait to report may
 * need it, and ahead of that wait if the ring buffer has room. A segment may be
 * sent again, then the newest copy counts.
 */
struct run_segment {
	__u8 kind;
	__u8 flags;			/* of enum segment_flags */
	__u16 cpu;
	__u32 seq;			/* number of the segment on its CPU */
	__u64 start_ns;
	/*
	 * Counters of the CPU at start_ns, or later where the recorder learned
	 * late of the task: rq.clock - rq.clock_task, and rq.prev_irq_time (0:
	 * not known).
	 */
	__u64 nontask_ns;
	__u64 irq_ns;
	__u64 cgroup;			/* ID of the task's, 0: not known */
	__u32 tid;
	__u32 tgid;
	char comm[TASK_COMM_LEN];
	__s16 prio;			/* task_struct.prio, see below */
	__u8 policy;			/* SCHED_... */
	__u8 pad[5];
};

/*
 * CHUNK segments of one CPU, in order. The chunks of a CPU are a ring, those of
 * the next CPU follow. User space maps all of them.
 */
struct run_chunk {
	__u64 nr_sent;			/* segments sent, from the first on */
	struct run_segment segments[CHUNK];
};

enum segment_flags {
	SEGMENT_IDLE = 1,		/* the CPU had nothing to run */
	SEGMENT_BROKEN = 2,		/* a switch in it went unseen */
	SEGMENT_FORCED = 4,		/* idle for core scheduling's sake */
	SEGMENT_STOP = 8,		/* the task is of the stop class */
	SEGMENT_SERVED = 16,		/* the fair server chose the task */
};

/*
 * task_struct.prio: negative for deadline tasks, below MAX_RT_PRIO real-time
 * tasks, of which 0 is the highest; above all others. It is what counts now,
 * also while the task has inherited it with a lock.
 */
#define MAX_RT_PRIO	100

/* How a wait began. */
enum wait_from {
	FROM_UNSEEN,			/* before tracing, or not seen */
	FROM_WOKEN,
	FROM_NEW,
	FROM_PREEMPTED,			/* switched out, still ready to run */
	FROM_YIELDED,			/* by sched_yield() */
	/* Switched out while out of quota, budget or real-time limit. */
	FROM_THROTTLED,
	NR_FROM,
};

/*
 * In which context the waker ran. Only WAKER_TASK comes with a waker's TID,
 * because an interrupted task has no part in a wakeup by softirq or irq.
 */
enum waker_kind {
	WAKER_UNSEEN,
	WAKER_TASK,
	WAKER_SOFTIRQ,
	WAKER_IRQ,
	NR_WAKER_KINDS,
};

/* A move of a queued task away from a CPU. */
struct migration {
	__u64 left_ns;
	__u32 cpu;			/* the CPU that the task left */
	__u32 seq;			/* cpu's newest segment at the end */
};

#define MAX_MIGRATIONS	4		/* kept of one wait; more are counted */
#define MAX_IDLE_CPUS	1024		/* idle_cpus has CPUs below this */

/*
 * A wait, with what explains it besides the segments. begin_*, migrations and
 * waker_tid to waker_comm are not set if from is FROM_UNSEEN.
 */
struct why_event {
	struct wait_event wait;
	__u64 cgroup;			/* ID of the task's, 0: not known */
	/*
	 * ID of the one that competes for CPUs: cgroup, or one above it if the
	 * cpu controller is not enabled so far down. 0: an autogroup, or not
	 * known.
	 */
	__u64 cpu_cgroup;
	/* First part of the wait: from sched_waking to sched_wakeup. */
	__u64 wakeup_ns;
	/* When the task was queued on its last CPU; 0: not known. */
	__u64 queued_ns;
	/*
	 * Counters as in struct run_segment: begin_* of the first CPU when the
	 * task was queued, end_* of the last CPU at end_ns.
	 */
	__u64 begin_nontask_ns;
	__u64 begin_irq_ns;
	__u64 end_nontask_ns;
	__u64 end_irq_ns;
	/*
	 * The task was throttled for quota_ns from quota_since_ns on, because
	 * quota_cgroup had run out of quota. quota_since_ns is 0 if not known,
	 * or if the task was throttled more than once.
	 */
	__u64 quota_ns;
	__u64 quota_since_ns;
	__u64 quota_cgroup;		/* ID, 0: not known */
	/*
	 * A deadline task had no budget before this time, 0: it had. May be
	 * after the end of a wait that goes on.
	 */
	__u64 budget_ns;
	/* With WHY_RT_LIMIT: ID of the cgroup; 0: the limit of all tasks. */
	__u64 rt_cgroup;
	struct migration migrations[MAX_MIGRATIONS];
	__u32 seq;			/* last CPU's newest segment */
	__u32 nr_migrations;		/* may be more than MAX_MIGRATIONS */
	__u8 from;			/* enum wait_from */
	__u8 waker_kind;
	/*
	 * Moved between groups with quota, to another class or, by sched_ext,
	 * out of the queue of a CPU; or the begin went unseen of a task that
	 * may have lacked quota: who is to blame is not known.
	 */
	__u8 quota_unknown;
	__u8 flags;			/* of enum why_flags */
	__s16 prio;			/* as in struct run_segment */
	__u8 policy;
	__u8 pad;
	__u32 waker_tid;
	__u32 waker_tgid;
	char waker_comm[TASK_COMM_LEN];
	/*
	 * Bitmap of the CPUs that were idle during the whole wait; if the wait
	 * began throttled, after the throttle. The CPU where the wait ended is
	 * left out unless the task migrated.
	 */
	__u64 idle_cpus[MAX_IDLE_CPUS / 64];
	__u64 allowed_cpus[MAX_IDLE_CPUS / 64];
};

enum why_flags {
	/* When the wait began, real-time tasks had run as long as they may. */
	WHY_RT_LIMIT = 1,
	/* The kernel stops real-time tasks that run longer than they may. */
	WHY_CAN_LIMIT_RT = 2,
	/* The task was in a queue of sched_ext that belongs to no CPU. */
	WHY_SCHED_EXT = 4,
	/*
	 * The wait goes on, and the task of segment seq came to the CPU
	 * unseen: who had the CPU in the segment before is not known.
	 */
	WHY_RUNS_UNSEEN = 8,
};

/*
 * Waits are counted by length in buckets: one for each ns below 2 * SUB_BUCKETS
 * ns, SUB_BUCKETS for each power of two above. The last bucket also counts
 * longer waits.
 */
#define SUB_BUCKETS	32
#define MAX_WAIT_BITS	43		/* 2.4 hours */
#define NR_BUCKETS	((MAX_WAIT_BITS - 4) * SUB_BUCKETS)

static inline __u32 bucket_of(__u64 ns)
{
	__u32 shift = 0;

	if (ns >> MAX_WAIT_BITS)
		return NR_BUCKETS - 1;
	/*
	 * shift: the place of the highest bit, less that of SUB_BUCKETS: 0 to
	 * 37.
	 */
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

/* Which tasks to report, of kernel threads and others. */
enum kthreads {
	KTHREADS_TOO,
	KTHREADS_ONLY,
	KTHREADS_NO,
};

/* Matches names that begin with the first prefixlen / 8 bytes of comm. */
struct comm_key {
	__u32 prefixlen;
	char comm[TASK_COMM_LEN];
};

/* Why a wait over the threshold, or the begin of a wait, is lost. */
enum lost_reason {
	LOST_RING,			/* no room in the ring buffer */
	LOST_STALLED,			/* no room, the wait goes on (-S) */
	LOST_STORAGE,			/* no wait record for the task */
	LOST_CLOCK,			/* clocks disagree: end before begin */
	NR_LOST,
};

/* Totals since the start; the programs only ever add to a total. */
struct wait_stats {
	__u64 seen;			/* ended waits over the threshold */
	__u64 lost[NR_LOST];
	__u64 unseen;			/* switches that the recorder missed */
};

/* What a kernel may be unable to tell. Bits of the global cannot_tell. */
enum limits {
	LIMIT_IRQ = 1,			/* interrupts from tasks */
	LIMIT_STEAL = 2,		/* the hypervisor from tasks */
	LIMIT_WAKER = 4,		/* wakeups by interrupts */
	LIMIT_YIELD = 8,		/* sched_yield() from preemption */
	LIMIT_GROUPS = 16,		/* groups, their quota, the clock */
	LIMIT_QUEUED = 32,		/* when a task was queued */
};

#endif /* __RUNQSLOWER_H */
