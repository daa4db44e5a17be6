// SPDX-License-Identifier: GPL-2.0
/*
 * The least that a tool can do that notes when each wait begins: one look-up of
 * the task's storage, and one read of the clock where the kernel has not just
 * read it, which is at a switch.
 */
#include <vmlinux.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

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

SEC("tp_btf/sched_switch")
int BPF_PROG(sched_switch, bool preempt, struct task_struct *prev)
{
	if (prev->pid && (preempt || !prev->__state))
		note(prev, bpf_ktime_get_ns());
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
