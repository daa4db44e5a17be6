/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The present time, mostly without a read of CLOCK_MONOTONIC.
 *
 * Reading CLOCK_MONOTONIC is the largest cost of a program, so the programs use
 * rq.clock and an offset where they can. At a wakeup rq.clock has just been
 * updated, under the lock that is still held. At a switch rq.clock may be some
 * ticks old, because the scheduler skips the update when a wakeup has just
 * asked for the switch. On a CPU that was idle, with its tick stopped, rq.clock
 * may be of any age.
 */
#ifndef __RUNQSLOWER_CLOCK_BPF_H
#define __RUNQSLOWER_CLOCK_BPF_H

#include "compat.bpf.h"

const volatile u64 clock_age_ns;	/* age limit of a busy CPU's rq.clock */
const volatile u64 tick_ns;		/* length of a jiffy */

/* CLOCK_MONOTONIC when jiffies were 0, or up to a tick less. */
u64 jiffies_ahead;

#define NR_THROTTLED	16

/*
 * What is known of a CPU. Writers hold the lock of its run queue, with these
 * exceptions: iterators; note_arrival(), which writes woken; the wakeup of a
 * task by itself; and recorder_idles(), with interrupts disabled.
 */
struct cpu_state {
	/*
	 * CLOCK_MONOTONIC - rq.clock. sampled and woken are times of rq.clock.
	 */
	u64 offset;
	u64 sampled;			/* last learn_offset(), 0: never */
	u64 seen;			/* the difference seen by that */
	u64 alone;			/* no learn_offset() shortly before */
	/*
	 * rq.clock at the last wakeup since the last switch, or 0; and the
	 * jiffies of that wakeup.
	 */
	u64 woken;
#define SOME_TIME	1		/* a task came from another CPU */
	u64 woken_jiffies;
	/* The flight recorder. Its times are CLOCK_MONOTONIC. */
	u64 running;			/* run_gen() of the task on the CPU */
	u64 started;			/* begin of the newest segment */
	u64 idle_since;			/* 0: the CPU is not idle */
	u32 next_seq;			/* seq of the next segment */
	u32 pad;
	u64 rq;				/* address of the run queue, or 0 */
	/* Throttled groups, each in the place that its ID hashes to. */
	struct throttling {
		u64 cgroup;		/* ID */
		u64 since;		/* a throttled task last left */
		u64 before;		/* the last but one, of any; 0 */
	} throttled[NR_THROTTLED];
	u64 pad2[5];			/* fills a cache line */
};

/* By CPU. Sized by user space. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, struct cpu_state);
} cpus SEC(".maps");

/*
 * The state of the CPU of @p. Never NULL, but the verifier does not know that.
 */
static __always_inline struct cpu_state *cpu_state(struct task_struct *p)
{
	u32 cpu = task_cpu(p);

	return bpf_map_lookup_elem(&cpus, &cpu);
}

/*
 * A seen difference, now - clock, is the offset plus the time that passed
 * between the update of rq.clock and the read of CLOCK_MONOTONIC: mostly less
 * than 1 us, but milliseconds where a hypervisor took the CPU. So the offset is
 * the lesser of the last two differences.
 *
 * Older differences do not count, because NTP slews CLOCK_MONOTONIC, and not
 * rq.clock, by up to a tenth (adjtimex(), ADJ_TICK; chrony does). An offset
 * that is 3 ms old is then wrong by 300 us. After a gap the new difference
 * counts alone, but for what no slew explains: the offset grows by no more than
 * an eighth of the gap. The next event samples again, because one sample alone
 * may be a bad one.
 *
 * What is less than NOISE_NS is no slew but the time between update and read.
 * Then the offset grows by no more than the clocks drift, 244 ppm.
 */
#define SAMPLE_NS	(1000 * 1000)
#define GAP_NS		(2 * SAMPLE_NS)
#define SLEW_SHIFT	3
#define NOISE_NS	(20 * 1000)
#define DRIFT_SHIFT	12
#define CLOCK_ERROR_NS	(300 * 1000)

static __always_inline void learn_offset(struct cpu_state *c, u64 clock, u64 now)
{
	u64 seen = now - clock, age = clock - c->sampled;
	u64 offset, bound, drifted = c->offset + (age >> DRIFT_SHIFT);

	c->alone = age > GAP_NS;
	bound = c->alone ? c->offset + (age >> SLEW_SHIFT) : c->seen;
	offset = c->sampled && time_before(bound, seen) ? bound : seen;
	if (c->sampled && time_before(drifted, offset) && offset - drifted < NOISE_NS)
		offset = drifted;
	c->offset = offset;
	c->seen = seen;
	c->sampled = clock;
}

/* Is the offset due for a sample? @clock, an rq.clock, is new. */
static __always_inline bool needs_sample(const struct cpu_state *c, u64 clock)
{
	return clock - c->sampled > (c->alone ? 0 : SAMPLE_NS);
}

/*
 * @clock may be stale, so now - clock is an upper bound of the offset: use it
 * only to lower the offset.
 */
static __always_inline void improve_offset(struct cpu_state *c, u64 clock, u64 now)
{
	if (!c->sampled || time_before(now - clock, c->offset))
		c->offset = now - clock;
}

/*
 * A time at most clock_age_ns behind the present on a busy CPU, without a read
 * of CLOCK_MONOTONIC: the later of rq.clock plus offset and of the jiffies,
 * which another CPU counts. One alone will not do, because each of the two
 * stands still while a hypervisor has taken the CPU that updates it.
 */
static __always_inline u64 recent_time(struct cpu_state *c, u64 clock)
{
	u64 by_jiffies = bpf_jiffies64() * tick_ns + jiffies_ahead;
	u64 by_clock = clock + c->offset;

	return by_jiffies > by_clock ? by_jiffies : by_clock;
}

/*
 * When @p was woken, by CLOCK_MONOTONIC. rq.clock is good enough, because the
 * kernel has just updated rq.clock for the wakeup.
 */
static __always_inline u64 wakeup_time(struct task_struct *p,
				       struct cfs_rq___compat *cfs_rq)
{
	struct cpu_state *c = cpu_state(p);
	u64 clock = rq_clock(cfs_rq);

	if (!clock || !c)
		return bpf_ktime_get_ns();
	/*
	 * A task that wakes itself does so without the lock, so rq.clock is
	 * stale.
	 */
	if (needs_sample(c, clock) && (u64)p != bpf_get_current_task())
		learn_offset(c, clock, bpf_ktime_get_ns());
	return clock + c->offset;
}

/* Note the wakeup of @p for switch_time(): a wakeup may ask for a switch. */
static __always_inline void note_wakeup(struct task_struct *p,
					struct cfs_rq___compat *cfs_rq)
{
	struct cpu_state *c = cpu_state(p);
	u64 clock = rq_clock(cfs_rq);

	if (c && clock) {
		c->woken = clock;
		c->woken_jiffies = bpf_jiffies64();
	}
}

/*
 * A task that comes from another CPU may ask for a switch on @cpu: for
 * switch_time(). Returns the state of @cpu, or NULL.
 */
static __always_inline struct cpu_state *note_arrival(u32 cpu)
{
	struct cpu_state *c = bpf_map_lookup_elem(&cpus, &cpu);

	if (c)
		c->woken = SOME_TIME;
	return c;
}

/*
 * The time of a switch on the CPU of @c and @cfs_rq, by CLOCK_MONOTONIC.
 * *@behind: how much later the real time may be, 0 if the clock was read.
 *
 * The clock is read only where rq.clock may be stale. __schedule() updates
 * rq.clock, but not when a wakeup since the last switch, or a task that came
 * from another CPU, has asked for the present switch. Then rq.clock is as old
 * as the wakeup or, if the old task went on for long, as the last tick.
 */
static __always_inline u64 switch_time(struct cpu_state *c, struct cfs_rq___compat *cfs_rq,
				       u64 *behind)
{
	u64 woken = c->woken, clock = rq_clock(cfs_rq), now;

	c->woken = 0;
	*behind = 0;
	if (!clock)
		return bpf_ktime_get_ns();
	if (woken && (clock == woken || woken == SOME_TIME ||
		      c->woken_jiffies != bpf_jiffies64())) {
		now = bpf_ktime_get_ns();
		improve_offset(c, clock, now);
		return now;
	}
	if (needs_sample(c, clock))
		learn_offset(c, clock, bpf_ktime_get_ns());
	*behind = CLOCK_ERROR_NS;
	return clock + c->offset;
}

#endif /* __RUNQSLOWER_CLOCK_BPF_H */
