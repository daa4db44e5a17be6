/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What really happened, by a plain log of the three tracepoints: every event
 * with the monotonic clock, paired afterwards. The oracle shares no code with
 * the tool, so that a fault in the tool's own accessors cannot hide in both.
 */
#ifndef __ORACLE_H
#define __ORACLE_H

#ifndef __VMLINUX_H__
#include <linux/types.h>
#endif

enum oracle_kind {
	ORACLE_WAKE,			/* sched_wakeup, sched_wakeup_new */
	ORACLE_SWITCH,
	ORACLE_BLIND,			/* the clock stood or jumped after @ns, see blind_ns */
};

struct oracle_event {
	__u64 ns;			/* CLOCK_MONOTONIC */
	__u64 rq_clock;			/* when the task was queued, or chosen; or 0 */
	__u64 blind_ns;			/* from this look at the clock to one after the tool's */
	__u32 tid;			/* woken, or switched in */
	__u32 nr_switches;		/* how often it had been switched out */
	__u32 prev_tid;			/* switched out */
	__u32 prev_nr_switches;		/* this time included */
	__u32 kind;
	__u16 cpu;			/* where it is queued, or switched */
	__u16 on_cpu;			/* where the event was seen */
	__u8 prev_waits;		/* it still wants to run */
	__u8 prev_dozes;		/* though it had set its state to sleep */
	__u8 pad[6];
};

#ifndef __VMLINUX_H__
#include <stdbool.h>
#include <stddef.h>

/* A task was switched in after it had waited. */
struct truth_wait {
	__u64 end_ns;
	__u64 wait_ns;			/* from tracepoint to tracepoint */
	__u64 late_ns;			/* from being queued to the first of them */
	__u64 end_late_ns;		/* the age of the run queue's clock at the end */
	/* The tool looked at the clock within so long after the oracle. */
	__u64 begin_blind_ns, end_blind_ns;
	__u32 tid;
	__u16 cpu;
	/*
	 * The start was seen too, and the task did not run since: see oracle.c.
	 */
	bool sure;
	bool migrated;			/* it began on another CPU */
	bool dozed;			/* preempted on its way to sleep */
	bool early, matched;		/* for the test */
};

/* The tool looked at the clock within @ns after @at, when @cpu switched. */
struct truth_blind {
	__u64 at;
	__u64 ns;
	__u16 cpu;
};

/* A task was on a CPU. Both ends were seen. */
struct truth_run {
	__u64 in_ns;
	__u64 out_ns;
	__u64 late_ns;			/* the kernel's time of the end is so much earlier */
	__u32 tid;
	__u16 cpu;
};

struct truth {
	struct truth_wait *waits;	/* in order of tid, then of end_ns */
	size_t nr_waits;
	size_t nr_unsure;
	struct truth_run *runs;		/* in order of tid, then of in_ns */
	size_t nr_runs;
	struct truth_run *cpu_runs;	/* the same in order of CPU, then of in_ns */
	/* What may have been runs: a switch went unseen. In the same order. */
	struct truth_run *maybes;
	size_t nr_maybes;
	struct truth_blind *blinds;	/* in order of time */
	size_t nr_blinds;
	size_t nr_events;
};

struct oracle;

/*
 * Start to log. NULL, with a message on stderr, if that cannot be done.
 * Programs of a tracepoint run in the order in which they were attached: to be
 * called before the tool traces; oracle_bracket() after. It adds a second look
 * at the clock, behind the tool's. Where a hypervisor took the CPU between the
 * two, the tool's may be any time in between.
 */
struct oracle *oracle_start(void);
bool oracle_bracket(struct oracle *o);

/* End the log and read it. False if it was too small. Frees @o. */
bool oracle_stop(struct oracle *o, struct truth *truth);

/*
 * Make waits and runs of @events, which it sorts. Ends the process without
 * memory.
 */
void oracle_pair(struct oracle_event *events, size_t nr, struct truth *truth);

void truth_free(struct truth *truth);

/*
 * By how much in all the tool may tell the switches on @cpu in that time later.
 */
__u64 truth_blind_ns(const struct truth *truth, __u16 cpu, __u64 from, __u64 to);

/* How long @tid was seen to run on @cpu in that time, in ns, in @nr runs. */
__u64 truth_ran(const struct truth *truth, __u16 cpu, __u32 tid, __u64 from, __u64 to,
		size_t *nr);

/* How much longer it may have run there, because switches went unseen. */
__u64 truth_may_have_run(const struct truth *truth, __u16 cpu, __u32 tid, __u64 from,
			 __u64 to);
#endif

#endif /* __ORACLE_H */
