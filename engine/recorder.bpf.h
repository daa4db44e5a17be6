/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A flight recorder: which task has each CPU, from every switch on.
 *
 * A wait that is reported takes along the newest segments that overlap the
 * wait, from each CPU that the task was queued on, unless user space has them.
 * User space reads older ones here, and makes of them what it will.
 *
 * The recorder checks itself: the task that leaves a CPU must be the task that
 * came last, and must not have been switched out in between.
 */
#ifndef __RUNQSLOWER_RECORDER_BPF_H
#define __RUNQSLOWER_RECORDER_BPF_H

#include "clock.bpf.h"
#include "compat.bpf.h"
#include "filter.bpf.h"
#include "wait.bpf.h"

const volatile u32 nr_chunks = 1;	/* chunks per CPU, a power of two */

/*
 * nr_chunks for each CPU. Not per CPU, because other CPUs read the segments and
 * write nr_sent. Sized by user space, which maps it (BPF_F_MMAPABLE, 5.5).
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, struct run_chunk);
} history SEC(".maps");

/*
 * Changes whenever @p is switched out. No two tasks that exist at one time
 * share a value, because each has a stack, of a page or more: the shifts keep
 * the part of the address that differs. The TID would not do, because exec() of
 * a thread changes the TID.
 */
static __always_inline u64 run_gen(struct task_struct *p)
{
	return nr_switches(p) + ((u64)compat(p)->stack >> 12 << 34);
}

static __always_inline struct run_chunk *chunk_of(u32 cpu, u32 seq)
{
	u32 key = cpu * nr_chunks + (seq / CHUNK & (nr_chunks - 1));

	return bpf_map_lookup_elem(&history, &key);
}

static __always_inline u8 segment_flags(struct task_struct *p,
					struct cfs_rq___compat *cfs_rq)
{
	if (!compat(p)->pid)
		return SEGMENT_IDLE | (is_forced_idle(cfs_rq) ? SEGMENT_FORCED : 0);
	if (!compat(p)->prio && is_stop_task(p, cfs_rq))
		return SEGMENT_STOP;
	return is_served(p) ? SEGMENT_SERVED : 0;
}

/* Fill @s: @p, of @cfs_rq, has @cpu from @start on. */
static __always_inline void fill_segment(struct run_segment *s, u32 cpu, u32 seq,
					 struct task_struct *p,
					 struct cfs_rq___compat *cfs_rq, u64 start)
{
	struct nontask nontask = nontask_time(cfs_rq);

	s->kind = RECORD_SEGMENTS;
	s->flags = segment_flags(p, cfs_rq);
	s->cpu = cpu;
	s->seq = seq;
	s->start_ns = start;
	s->nontask_ns = nontask.all;
	s->irq_ns = nontask.irq;
	s->cgroup = own_cgroup_id(p, cfs_rq, shows_v1);
	s->tid = tid_of(p);
	s->tgid = tgid_of(p);
	load_comm(s->comm, p);
	s->prio = compat(p)->prio;
	s->policy = compat(p)->policy;
}

/*
 * @start, but not before the newest segment: the two may be from different
 * clocks, and segments must not overlap.
 */
static __always_inline u64 not_before_last(const struct cpu_state *c, u64 start)
{
	return time_before(start, c->started) ? c->started : start;
}

/* @p, of @cfs_rq, has @cpu from @start on. */
static __always_inline void segment_begin(struct cpu_state *c, u32 cpu,
					  struct task_struct *p,
					  struct cfs_rq___compat *cfs_rq, u64 start)
{
	u32 seq = c->next_seq, i = seq % CHUNK;
	struct run_chunk *chunk = chunk_of(cpu, seq);

	if (!chunk)
		return;			/* never: history has all chunks */
	start = not_before_last(c, start);
	c->started = start;
	if (!i)
		chunk->nr_sent = 0;
	fill_segment(&chunk->segments[i], cpu, seq, p, cfs_rq, start);
	c->next_seq = seq + 1;
}

/* Mark the newest segment broken, because who had the CPU last is not known. */
static __always_inline void segment_break(struct cpu_state *c, u32 cpu)
{
	struct run_chunk *chunk = chunk_of(cpu, c->next_seq - 1);
	u32 last = (c->next_seq - 1) % CHUNK;

	if (!chunk || !c->next_seq)
		return;
	chunk->segments[last].flags |= SEGMENT_BROKEN;
	/*
	 * Send again, because user space may have the segment without the flag.
	 */
	if (chunk->nr_sent > last)
		chunk->nr_sent = last;
}

/*
 * Since when has @p the CPU of @c, to which @p came unseen? Not before @now if
 * the kernel does not tell.
 */
static __always_inline u64 unseen_start(const struct cpu_state *c, struct task_struct *p, u64 now)
{
	u64 arrival = last_arrival(p);

	if (!arrival || !c->sampled || !compat(p)->pid)
		return now;
	/*
	 * Add a tick, because rq.clock may have been a tick behind when the
	 * kernel recorded the arrival.
	 */
	arrival += c->offset + tick_ns;
	return time_before(arrival, now) ? arrival : now;
}

/*
 * @p, of @cfs_rq, has had @cpu until @now. If the recorder does not know of @p,
 * switches went unseen.
 */
static __always_inline void recorder_leaves(struct cpu_state *c, u32 cpu,
					    struct task_struct *p,
					    struct cfs_rq___compat *cfs_rq, u64 now)
{
	if (run_gen(p) == c->running + 1)
		return;
	if (c->running)
		__sync_fetch_and_add(&stats.unseen, 1);
	segment_break(c, cpu);
	segment_begin(c, cpu, p, cfs_rq, unseen_start(c, p, now));
}

/*
 * A look at @cpu, between switches: @p has the CPU, and may be about to leave.
 * If the recorder knows of another task, send the segment that
 * recorder_leaves() will make of @p, because until then the other one seems to
 * run. Returns the number of that segment, sent or not; 0: all is well.
 */
static __always_inline u32 recorder_looks(struct cpu_state *c, u32 cpu, struct task_struct *p,
					  u64 now)
{
	u64 gen = p ? run_gen(p) : 0, start;
	struct run_segment *s;
	u32 seq;

	if (!p || !c->running || gen == c->running || gen == c->running + 1)
		return 0;
	/*
	 * In this order, because what is sent later counts: a segment of this
	 * number that the recorder makes meanwhile.
	 */
	s = bpf_ringbuf_reserve(&events, sizeof(*s), 0);
	seq = c->next_seq;
	if (!s)
		return seq;
	start = not_before_last(c, unseen_start(c, p, now));
	fill_segment(s, cpu, seq, p, task_cfs_rq(p), start);
	bpf_ringbuf_submit(s, 0);
	return seq;
}

/* @p, of @cfs_rq, has @cpu from @now on. */
static __always_inline void recorder_enters(struct cpu_state *c, u32 cpu,
					    struct task_struct *p,
					    struct cfs_rq___compat *cfs_rq, u64 now)
{
	segment_begin(c, cpu, p, cfs_rq, now);
	c->running = run_gen(p);
	c->idle_since = compat(p)->pid || is_forced_idle(cfs_rq) ? 0 : now;
	c->rq = (u64)(has_rq_clock() ? cfs_rq->rq : NULL);
}

/*
 * The CPU of @p, of @cfs_rq, has nothing to run once more. Core scheduling may
 * hold back a task that was queued meanwhile, or no longer has one to hold
 * back. There is no switch then. If @p is not the idle task, it keeps the CPU
 * idle for a while to cool down (play_idle_precise()), and is in the way.
 */
static __always_inline void recorder_idles(struct task_struct *p, struct cfs_rq___compat *cfs_rq)
{
	bool forced = is_forced_idle(cfs_rq);
	struct cpu_state *c = cpu_state(p);
	u64 now;

	if (!c || compat(p)->pid || forced == !c->idle_since || run_gen(p) != c->running)
		return;
	now = bpf_ktime_get_ns();
	segment_begin(c, task_cpu(p), p, cfs_rq, now);
	c->idle_since = forced ? 0 : now;
}

/*
 * @p is called @comm from now on: by exec, or by itself. The segment has one
 * name, because who looks for the task knows the new one.
 */
static __always_inline void recorder_renames(struct task_struct *p, const char *comm)
{
	struct cpu_state *c = cpu_state(p);
	u32 last = c ? (c->next_seq - 1) % CHUNK : 0;
	struct run_chunk *chunk;
	struct run_segment *s;

	if (!c || run_gen(p) != c->running)
		return;
	chunk = chunk_of(task_cpu(p), c->next_seq - 1);
	if (!chunk)
		return;
	s = &chunk->segments[last];
	__builtin_memset(s->comm, 0, sizeof(s->comm));
	bpf_probe_read_kernel_str(s->comm, sizeof(s->comm), comm);
	if (chunk->nr_sent > last)
		chunk->nr_sent = last;
}

/*
 * Begin the record of a CPU that @p has already. why_switch() is not attached
 * yet.
 */
static __always_inline void recorder_begins(struct task_struct *p)
{
	struct cpu_state *c = cpu_state(p);
	struct cfs_rq___compat *cfs_rq = task_cfs_rq(p);
	u64 now = bpf_ktime_get_ns(), arrival = last_arrival(p), ago;

	if (!c || c->next_seq)
		return;
	/* rq.clock may be old, so ago may be less than the time @p has run. */
	ago = arrival ? rq_clock(cfs_rq) - arrival : 0;
	segment_begin(c, task_cpu(p), p, cfs_rq, time_before(0, ago) ? now - ago : now);
	c->running = run_gen(p);
	c->rq = (u64)(has_rq_clock() ? cfs_rq->rq : NULL);
}

/*
 * Send user space the segments of @cpu since @since (CLOCK_MONOTONIC), except
 * those that user space has, but of the @max newest chunks only. Segments that
 * find no room now may be sent next time. Returns the newest seq, by which user
 * space tells whether all have come, or -1 if there is none. Global, because
 * then the verifier checks the function only once.
 */
__noinline u32 send_history(u32 cpu, u64 since, u32 max)
{
	struct cpu_state *c = bpf_map_lookup_elem(&cpus, &cpu);
	struct run_chunk *chunk;
	u32 newest, seq, i, nr;

	if (!c || !c->next_seq)
		return -1;
	newest = c->next_seq - 1;
	seq = newest;
	for (i = 0; i < SENT_CHUNKS && i < max && i < nr_chunks; i++) {
		chunk = chunk_of(cpu, seq);
		if (!chunk)
			break;
		nr = seq % CHUNK + 1;
		/*
		 * Send one new segment or the chunk from its begin, because the
		 * verifier cannot bound offset plus size if both vary.
		 */
		if (chunk->nr_sent == nr - 1) {
			if (!bpf_ringbuf_output(&events, &chunk->segments[seq % CHUNK],
						sizeof(struct run_segment), 0))
				chunk->nr_sent = nr;
		} else if (chunk->nr_sent != nr) {
			if (!bpf_ringbuf_output(&events, chunk->segments,
						nr * sizeof(struct run_segment), 0))
				chunk->nr_sent = nr;
		}
		if (chunk->segments[0].start_ns <= since || seq < CHUNK)
			break;
		seq -= nr;
	}
	return newest;
}

#endif /* __RUNQSLOWER_RECORDER_BPF_H */
