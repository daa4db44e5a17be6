/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A wait from its begin to its end.
 *
 * That a record has a begin does not prove that the begin still holds, because
 * later events may have gone unseen: another tracer recursed, or the kernel hid
 * them. So the record also has wait_gen(): how often the task had been switched
 * out. Once the task has been switched out again, wait_gen() has grown and the
 * begin is void. So nothing needs to be cleared at switch-in, a wakeup of a
 * queued task does not restart its wait, and a wakeup of a running task leaves
 * nothing behind.
 *
 * Where no begin is known (the task was queued before tracing, or its wakeup
 * went unseen), sched_info.last_queued has the time for this run queue.
 */
#ifndef __RUNQSLOWER_WAIT_BPF_H
#define __RUNQSLOWER_WAIT_BPF_H

#include "clock.bpf.h"
#include "compat.bpf.h"
#include "filter.bpf.h"

const volatile u64 threshold_ns;	/* report waits of at least this */
const volatile bool rough_times;	/* recent_time() rules most waits out */
const volatile bool count_lengths;	/* count waits in waits_by_length */
const volatile bool use_tids;		/* records by TID, see records.bpf.h */

struct wait_stats stats = {};

/* The record of a task: valid while has_begun() says so. */
struct wait {
	u64 since;			/* CLOCK_MONOTONIC, ns */
	u64 gen;			/* wait_gen() at the begin */
};

/*
 * How many waits had each length, over the threshold or not: see bucket_of().
 */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, NR_BUCKETS);
	__type(key, u32);
	__type(value, u64);
} waits_by_length SEC(".maps");

/* Records for user space, see enum record_kind. Sized by user space. */
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} events SEC(".maps");

/* A wait that ends or, without @prev, a wait that goes on. */
struct ended {
	struct task_struct *task;	/* the task that waits */
	struct task_struct *prev;	/* switched out for @task */
	struct cfs_rq___compat *cfs_rq;	/* of @task */
	struct cpu_state *cpu;		/* of @task */
	u64 now;			/* CLOCK_MONOTONIC, 0: not read yet */
	u64 behind;			/* how early @now may be, 0: exact */
	/* Set by wait_end(): */
	u64 since;			/* CLOCK_MONOTONIC */
	u64 queued;			/* last_queued() of @task */
	bool begin_seen;		/* the record is of this wait */
	bool by_queued;			/* @since is from @queued */
};

static __always_inline void count_lost(enum lost_reason reason)
{
	__sync_fetch_and_add(&stats.lost[reason], 1);
}

/*
 * Differs for each wait of @p. Never 0, because an empty record has 0. With
 * use_tids also differs for each task, because TIDs are reused.
 */
static __always_inline u64 wait_gen(struct task_struct *p)
{
	return nr_switches(p) + (use_tids ? start_time(p) : 0) + 1;
}

/* Is the record @w of the present wait of @p, not of an earlier one? */
static __always_inline bool has_begun(const struct wait *w, struct task_struct *p)
{
	return w->gen == wait_gen(p);
}

static __always_inline void wait_begin(struct wait *w, struct task_struct *p, u64 since)
{
	w->since = since;
	w->gen = wait_gen(p);
}

/* The wait of @w began before tracing, at last_queued(). */
static __always_inline void wait_began_before(struct wait *w)
{
	w->since = 0;
}

/* The present last_queued() of @p is no begin of a wait: @p sleeps. */
static __always_inline void wait_is_none(struct wait *w, struct task_struct *p)
{
	w->gen = ~wait_gen(p);
}

static __always_inline bool is_none(const struct wait *w, struct task_struct *p)
{
	return w->gen == ~wait_gen(p);
}

/*
 * Does @prev, which is switched out, still want to run, and is it to be
 * reported?
 */
static __always_inline bool wants_cpu(bool preempt, struct task_struct *prev)
{
	/*
	 * A preempted task stays queued even on its way to sleep, because
	 * preemption ignores the state.
	 */
	return (preempt || task_is_running(prev)) && compat(prev)->pid && is_wanted(prev);
}

static __always_inline void read_clock(struct ended *e)
{
	e->now = bpf_ktime_get_ns();
	e->behind = 0;
}

/*
 * Is a wait since @since below the threshold for sure? No wait is too short
 * where all lengths are counted, or all waits reported.
 */
static __always_inline bool is_short(const struct ended *e, u64 since)
{
	return !count_lengths && threshold_ns &&
	       time_before(e->now + e->behind + CLOCK_ERROR_NS, since + threshold_ns);
}

/*
 * Has e->task had the CPU so lately that it cannot have waited long? While NTP
 * slows CLOCK_MONOTONIC an old offset is too large, and makes a wait seem
 * shorter.
 */
static __always_inline bool ran_lately(const struct ended *e)
{
	u64 clock = rq_clock(e->cfs_rq);

	if (!e->behind && clock)
		improve_offset(e->cpu, clock, e->now);
	return e->cpu->sampled &&
	       is_short(e, last_arrival(e->task) + e->cpu->offset);
}

/*
 * Can the wait of e->task be one to report? Needs e->now. Does without the
 * record, because most switches end here.
 */
static __always_inline bool may_matter_now(const struct ended *e)
{
	return !ran_lately(e) && is_wanted_cpu(task_cpu(e->task)) && is_wanted(e->task);
}

/* may_matter_now() where e->now may be 0. If true, e->now is known. */
static __always_inline bool may_matter(struct ended *e)
{
	u64 clock = rq_clock(e->cfs_rq);

	/*
	 * recent_time() needs a tick. The tick of an idle CPU may stand still.
	 * With nohz_full any CPU's tick may stand still, so user space leaves
	 * rough_times clear. Elsewhere a tick that is due comes before the
	 * switch, because interrupts were enabled in between.
	 */
	if (rough_times && !e->now && e->cpu->sampled && compat(e->prev)->pid) {
		e->now = recent_time(e->cpu, clock);
		e->behind = clock_age_ns;
	}
	if (e->now)
		return may_matter_now(e);
	if (!is_wanted_cpu(task_cpu(e->task)) || !is_wanted(e->task))
		return false;
	read_clock(e);
	return !ran_lately(e);
}

/*
 * Find the begin of the wait, in the record @w (or NULL) or in sched_info.
 * False if neither has the begin.
 */
static __always_inline bool find_begin(struct ended *e, const struct wait *w)
{
	e->queued = last_queued(e->task);
	e->begin_seen = w && has_begun(w, e->task);
	e->by_queued = !e->begin_seen || !w->since;
	if (!e->by_queued) {
		e->since = w->since;
		return true;
	}
	e->since = e->queued + e->cpu->offset;
	/*
	 * The kernel says that a deadline task was queued when the task left
	 * the CPU, though it may have had no budget until lately.
	 */
	return e->queued && !is_deadline(e->task) && !(w && is_none(w, e->task));
}

/*
 * Measure the wait, of which @w is the record or NULL. False if the begin is
 * not known, the wait is below the threshold for sure, or clocks disagree. Else
 * e->now is exact, and e->since is set.
 */
static __always_inline bool wait_end(struct ended *e, const struct wait *w)
{
	u64 clock = rq_clock(e->cfs_rq);

	if (!find_begin(e, w))
		return false;
	if (e->behind) {
		if (is_short(e, e->since))
			return false;
		read_clock(e);
	}
	if (clock)
		improve_offset(e->cpu, clock, e->now);
	if (e->by_queued)
		e->since = e->queued + e->cpu->offset;
	if (!time_before(e->now, e->since))
		return true;
	/*
	 * A very short wait may seem to end a little before its begin, because
	 * begin and end may be from different clocks.
	 */
	if (e->since - e->now > clock_age_ns) {
		if (e->prev)
			count_lost(LOST_CLOCK);
		return false;
	}
	e->since = e->now;
	return true;
}

/* For -H and --metrics. */
static __always_inline void count_length(const struct ended *e)
{
	u32 bucket;
	u64 *count;

	if (!count_lengths)
		return;
	bucket = bucket_of(e->now - e->since);
	count = bpf_map_lookup_elem(&waits_by_length, &bucket);
	if (count)
		(*count)++;
}

static __always_inline bool over_threshold(const struct ended *e)
{
	return e->now - e->since >= threshold_ns;
}

static __always_inline void fill_wait_event(struct wait_event *to, const struct ended *e)
{
	to->stalled = !e->prev;
	to->end_ns = e->now;
	to->wait_ns = e->now - e->since;
	to->tid = tid_of(e->task);
	to->tgid = tgid_of(e->task);
	to->cpu = task_cpu(e->task);
	bpf_probe_read_kernel_str(to->comm, sizeof(to->comm), compat(e->task)->comm);
	if (e->prev) {
		to->prev_tid = tid_of(e->prev);
		bpf_probe_read_kernel_str(to->prev_comm, sizeof(to->prev_comm),
					  compat(e->prev)->comm);
	} else {
		to->prev_tid = 0;
		to->prev_comm[0] = '\0';
	}
}

/*
 * Reserve a record, which the caller submits. Counts the wait if it has ended.
 * NULL if there is no room, which is counted.
 */
static __always_inline void *new_event(const struct ended *e, u64 size)
{
	void *event = bpf_ringbuf_reserve(&events, size, 0);

	if (e->prev)
		__sync_fetch_and_add(&stats.seen, 1);
	if (!event)
		count_lost(e->prev ? LOST_RING : LOST_STALLED);
	return event;
}

const volatile bool shows_stacks;

/*
 * Send the stack of e->prev, on which the program of context @ctx runs. Without
 * room in the ring buffer the wait has no stack.
 */
static __always_inline void send_stack(void *ctx, const struct ended *e)
{
	struct stack_event *to;
	long size;

	if (!shows_stacks)
		return;
	to = bpf_ringbuf_reserve(&events, sizeof(*to), 0);
	if (!to)
		return;
	to->kind = RECORD_STACK;
	to->cpu = task_cpu(e->task);
	to->tid = tid_of(e->task);
	to->end_ns = e->now;
	size = bpf_get_stack(ctx, to->frames, sizeof(to->frames), 0);
	to->nr = size > 0 ? size / sizeof(to->frames[0]) : 0;
	bpf_ringbuf_submit(to, 0);
}

#endif /* __RUNQSLOWER_WAIT_BPF_H */
