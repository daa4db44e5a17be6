// SPDX-License-Identifier: GPL-2.0
/*
 * Two schedulers of sched_ext: the one has a queue for all CPUs, as it says
 * nothing else; the other puts each task into the queue of the CPU where the
 * task is. The build's kernel need not have sched_ext, so that the types are
 * declared here.
 */
#include <vmlinux.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

/* What is not here libbpf leaves 0. */
struct sched_ext_ops___rqs {
	void (*enqueue)(struct task_struct *p, u64 enq_flags);
	u32 timeout_ms;
	char name[128];
};

#define SCX_DSQ_LOCAL		(1ULL << 63 | 2)
#define SLICE_NS		(20 * 1000 * 1000)

void scx_bpf_dsq_insert(struct task_struct *p, u64 dsq_id, u64 slice, u64 enq_flags)
	__ksym __weak;

SEC("struct_ops/local_enqueue")
int BPF_PROG(local_enqueue, struct task_struct *p, u64 enq_flags)
{
	scx_bpf_dsq_insert(p, SCX_DSQ_LOCAL, SLICE_NS, enq_flags);
	return 0;
}

SEC(".struct_ops.link")
struct sched_ext_ops___rqs global_queue = {
	.name = "rqs_global",
};

SEC(".struct_ops.link")
struct sched_ext_ops___rqs local_queues = {
	.enqueue = (void *)local_enqueue,
	.name = "rqs_local",
};

char LICENSE[] SEC("license") = "GPL";
