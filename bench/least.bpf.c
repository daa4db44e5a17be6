// SPDX-License-Identifier: GPL-2.0
/*
 * The least that a tool can do. At a wakeup, and at a switch away from a task
 * that wants to go on: one look-up of the task's storage, to note when its wait
 * begins, and at the switch one read of the clock, which the kernel has not
 * just read there. At each switch: look whether the wait that ends was long, in
 * what the kernel itself notes.
 *
 * LEAST_LIGHT	only the latter
 * LEAST_WHY	also note which task has the CPU, from when on
 * LEAST_HIST	count each wait by its length: one more look-up, of the task
 *		that had waited
 */
#include <vmlinux.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#ifndef LEAST_LIGHT
struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, u64);
} waits SEC(".maps");

static __always_inline void note(struct task_struct *p, u64 since)
{
	u64 *wait = bpf_task_storage_get(&waits, p, NULL, BPF_LOCAL_STORAGE_GET_F_CREATE);

	if (wait)
		*wait = since;
}

SEC("tp_btf/sched_wakeup")
int BPF_PROG(sched_wakeup, struct task_struct *p)
{
	note(p, p->se.cfs_rq->rq->clock);
	return 0;
}

SEC("tp_btf/sched_wakeup_new")
int BPF_PROG(sched_wakeup_new, struct task_struct *p)
{
	note(p, p->se.cfs_rq->rq->clock);
	return 0;
}
#endif

#ifdef LEAST_WHY
struct segment {
	u64 since;
	u64 comm[2];
	u32 tid;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1024);
	__type(key, u32);
	__type(value, struct segment);
} segments SEC(".maps");

static __always_inline void note_segment(struct task_struct *next, u64 clock)
{
	u32 key = next->thread_info.cpu << 8 | (next->nvcsw & 255);
	struct segment *s = bpf_map_lookup_elem(&segments, &key);

	if (!s)
		return;
	s->since = clock;
	s->comm[0] = ((u64 *)next->comm)[0];
	s->comm[1] = ((u64 *)next->comm)[1];
	s->tid = next->pid;
}
#endif

#ifdef LEAST_HIST
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 64);
	__type(key, u32);
	__type(value, u64);
} lengths SEC(".maps");

static __always_inline void look(struct task_struct *next, u64 clock)
{
	u64 *since = bpf_task_storage_get(&waits, next, NULL, 0), *nr;
	u32 bucket;

	if (!since)
		return;
	bucket = (clock - *since) >> 16 & 63;
	nr = bpf_map_lookup_elem(&lengths, &bucket);
	if (nr)
		(*nr)++;
}
#else
static const volatile u64 threshold_ns = 10 * 1000 * 1000;
static u64 nr_long;

static __always_inline void look(struct task_struct *next, u64 clock)
{
	u64 queued = next->sched_info.last_queued;

	if (queued && clock - queued >= threshold_ns)
		__sync_fetch_and_add(&nr_long, 1);
}
#endif

SEC("tp_btf/sched_switch")
int BPF_PROG(sched_switch, bool preempt, struct task_struct *prev, struct task_struct *next)
{
	u64 clock = next->se.cfs_rq->rq->clock;

#ifndef LEAST_LIGHT
	if (prev->pid && (preempt || !prev->__state))
		note(prev, bpf_ktime_get_ns());
#endif
	look(next, clock);
#ifdef LEAST_WHY
	note_segment(next, clock);
#endif
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
