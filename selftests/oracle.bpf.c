// SPDX-License-Identifier: GPL-2.0
/* As plain as can be: one record for each event, and nothing else. */
#include <vmlinux.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>
#include "../runqslower.h"
#include "../kernel.bpf.h"
#include "oracle.h"

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 128 << 20);
} entries SEC(".maps");

__u64 dropped;

static __always_inline struct oracle_event *new_event(void)
{
	__u64 now = bpf_ktime_get_ns();
	struct oracle_event *e = bpf_ringbuf_reserve(&entries, sizeof(*e), 0);

	if (!e) {
		__sync_fetch_and_add(&dropped, 1);
		return NULL;
	}
	e->ns = now;
	e->cpu = bpf_get_smp_processor_id();
	return e;
}

static __always_inline int log_wake(struct task_struct *p)
{
	struct oracle_event *e = new_event();

	if (!e)
		return 0;
	e->kind = ORACLE_WAKE;
	e->rq_clock = has_rq_clock() ? rq_clock(queue_of(p)) : 0;
	e->tid = p->pid;
	e->nr_switches = p->nvcsw + p->nivcsw;
	e->cpu = task_cpu(p);
	e->prev_tid = 0;
	e->prev_nr_switches = 0;
	e->prev_waits = 0;
	e->prev_dozes = 0;
	bpf_ringbuf_submit(e, BPF_RB_NO_WAKEUP);
	return 0;
}

SEC("tp_btf/sched_wakeup")
int BPF_PROG(oracle_wakeup, struct task_struct *p)
{
	return log_wake(p);
}

SEC("tp_btf/sched_wakeup_new")
int BPF_PROG(oracle_wakeup_new, struct task_struct *p)
{
	return log_wake(p);
}

SEC("tp_btf/sched_switch")
int BPF_PROG(oracle_switch, bool preempt, struct task_struct *prev,
	     struct task_struct *next)
{
	struct oracle_event *e = new_event();

	if (!e)
		return 0;
	e->kind = ORACLE_SWITCH;
	e->rq_clock = 0;
	e->tid = next->pid;
	e->nr_switches = next->nvcsw + next->nivcsw;
	e->prev_tid = prev->pid;
	e->prev_nr_switches = prev->nvcsw + prev->nivcsw;
	e->prev_waits = preempt || task_is_running(prev);
	e->prev_dozes = preempt && !task_is_running(prev);
	bpf_ringbuf_submit(e, BPF_RB_NO_WAKEUP);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
