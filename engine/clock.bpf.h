/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What time it is, mostly without asking.
 *
 * Reading CLOCK_MONOTONIC is the largest cost of a program. At a wakeup the run
 * queue's own clock has just been updated, under the lock that is still held.
 * At a switch that clock may be some ticks old, because the scheduler skips the
 * update when a wakeup has just asked for the switch; on a CPU that was idle,
 * with its tick stopped, the clock may be of any age. An offset turns the one
 * clock into the other.
 */
#ifndef __RUNQSLOWER_CLOCK_BPF_H
#define __RUNQSLOWER_CLOCK_BPF_H

#include "compat.bpf.h"

const volatile u64 clock_age_ns;	/* no busy CPU's clock is older than this */
const volatile u64 tick_ns;		/* length of a jiffy */

u64 jiffies_ahead;			/* CLOCK_MONOTONIC when jiffies were 0 */

#define NR_THROTTLED	4

/*
 * What is known of a CPU. Written under the lock of its run queue, but for two
 * exceptions: offset, by programs that look for waiting tasks, and woken, when
 * a task comes from another CPU.
 */
struct cpu_state {
	/*
	 * What to add to the run queue's clock to get CLOCK_MONOTONIC. The
	 * other times are those of the run queue's clock.
	 */
	u64 offset;
	u64 sampled;			/* when both clocks were compared last, 0: never */
	u64 seen;			/* the difference that was seen then */
	u64 alone;			/* no comparison came shortly before that one */
	/*
	 * The last wakeup since the last switch: the clock then, or 0; and
	 * jiffies.
	 */
	u64 woken;
#define SOME_TIME	1		/* or a task has come from another CPU */
	u64 woken_jiffies;
	/* The flight recorder. Times are CLOCK_MONOTONIC. */
	u64 running;			/* run_gen() of who has the CPU */
	u64 started;			/* when the last segment began */
	u64 idle_since;			/* 0: it is not */
	u32 next_seq;			/* of the next segment */
	u32 pad;
	u64 rq;				/* the address of its run queue, 0: not known */
	/* Groups that ran out of quota here, by ID: what was noted last of each. */
	struct throttling {
		u64 cgroup;		/* ID */
		u64 since;		/* a task of the group had to leave then */
		u64 before;		/* and the time before that, 0: never */
	} throttled[NR_THROTTLED];
	u64 pad2[7];			/* fills a cache line */
};

/* By CPU. Sized by user space. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct cpu_state);
} cpus SEC(".maps");

/* Of the CPU of @p; never NULL, but the verifier does not know that. */
static __always_inline struct cpu_state *cpu_state(struct task_struct *p)
{
	u32 cpu = task_cpu(p);

	return bpf_map_lookup_elem(&cpus, &cpu);
}

/*
 * The difference between the two clocks, as seen, is the real one plus the time
 * that passed between updating the one and reading the other: mostly less than
 * 1 us, but milliseconds where a hypervisor took the CPU. So the offset is the
 * lesser one of the last two differences.
 *
 * Not of more, because NTP bends CLOCK_MONOTONIC and not the clock of the run
 * queue: by up to a tenth (adjtimex(), ADJ_TICK), which chrony and
 * systemd-timesyncd do use. So an offset that is 3 ms old is wrong by up to
 * 300 us. After a gap the new difference counts alone, and the clocks are
 * compared again at the next event, because the first look may have been a bad
 * one.
 */
#define SAMPLE_NS	(1000 * 1000)
#define GAP_NS		(2 * SAMPLE_NS)
#define CLOCK_ERROR_NS	(300 * 1000)

static __always_inline void learn_offset(struct cpu_state *c, u64 clock, u64 now)
{
	u64 seen = now - clock;

	c->alone = clock - c->sampled > GAP_NS;
	c->offset = !c->alone && time_before(c->seen, seen) ? c->seen : seen;
	c->seen = seen;
	c->sampled = clock;
}

/* Is it time to compare the clocks? That of the run queue, @clock, is new. */
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
 * A time that is at most clock_age_ns behind the present one, without asking:
 * what the run queue's clock says, or the jiffies, which another CPU counts.
 * Each of the two stands still for a while where a hypervisor has taken the CPU
 * that updates it.
 */
static __always_inline u64 recent_time(struct cpu_state *c, u64 clock)
{
	u64 by_jiffies = bpf_jiffies64() * tick_ns + jiffies_ahead;
	u64 by_clock = clock + c->offset;

	return by_jiffies > by_clock ? by_jiffies : by_clock;
}

/*
 * The time of the wakeup of @p, of @cfs_rq: its clock was updated for the
 * wakeup.
 */
static __always_inline u64 wakeup_time(struct task_struct *p,
				       struct cfs_rq___compat *cfs_rq)
{
	struct cpu_state *c = cpu_state(p);
	u64 clock = rq_clock(cfs_rq);

	if (!clock || !c)
		return bpf_ktime_get_ns();
	/*
	 * A task that wakes itself does so without the lock: the clock is
	 * stale.
	 */
	if (needs_sample(c, clock) && (u64)p != bpf_get_current_task())
		learn_offset(c, clock, bpf_ktime_get_ns());
	return clock + c->offset;
}

/* A wakeup of @p, of @cfs_rq, may ask for a switch: for switch_time(). */
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

/* The same for a task that comes from another CPU. The state of @cpu, or NULL. */
static __always_inline struct cpu_state *note_arrival(u32 cpu)
{
	struct cpu_state *c = bpf_map_lookup_elem(&cpus, &cpu);

	if (c)
		c->woken = SOME_TIME;
	return c;
}

/*
 * The time of a switch on the CPU of @c and @cfs_rq, by CLOCK_MONOTONIC.
 * @behind: by how much the real time may be later, 0 if the clock was asked.
 *
 * The clock is not asked where that of the run queue is known to be new:
 * __schedule() updates the clock of the run queue, but not when a wakeup since
 * the last switch, or a task that came from another CPU, has asked for this
 * one. Then that clock is as old as the wakeup, or, if the task went on for so
 * long, as the last tick.
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
