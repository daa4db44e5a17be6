// SPDX-License-Identifier: GPL-2.0
/*
 * As plain as can be: one record for each event, and one more where the time
 * until all other programs on the hook had run was long. Nothing else.
 */
#include <vmlinux.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>
#include "oracle.h"

#define TASK_RUNNING	0

/* So long the programs themselves may take. */
#define BLIND_NS	5000

/*
 * The fields that are read, because some kernels lack one or have it elsewhere,
 * and a builder may have no BTF.
 */
struct rq___oracle {
	__u64 clock;
} __attribute__((preserve_access_index));

struct cfs_rq___oracle {
	struct rq___oracle *rq;		/* CONFIG_FAIR_GROUP_SCHED */
} __attribute__((preserve_access_index));

struct task_struct___oracle {
	struct {
		__u32 cpu;		/* since 5.16 */
	} thread_info;
	unsigned int cpu;		/* before 5.16 */
	unsigned int __state;		/* since 5.14 */
	long state;			/* before 5.14 */
	struct {
		struct cfs_rq___oracle *cfs_rq;	/* CONFIG_FAIR_GROUP_SCHED */
	} se;
	int pid;
	unsigned long nvcsw;
	unsigned long nivcsw;
} __attribute__((preserve_access_index));

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 128 << 20);
} entries SEC(".maps");

/* When the present event was seen, of each CPU. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} seen SEC(".maps");

__u64 dropped;

static __always_inline __u32 cpu_of(struct task_struct *p)
{
	struct task_struct___oracle *t = (void *)p;

	if (bpf_core_field_exists(t->cpu))
		return t->cpu;
	/* Without CONFIG_SMP there is neither, and one CPU. */
	return bpf_core_field_exists(t->thread_info.cpu) ? t->thread_info.cpu : 0;
}

static __always_inline bool is_running(struct task_struct *p)
{
	struct task_struct___oracle *t = (void *)p;

	return (bpf_core_field_exists(t->__state) ? t->__state : t->state) == TASK_RUNNING;
}

/* The clock of the run queue that @p is on, 0 if it has no way there. */
static __always_inline __u64 clock_of(struct task_struct *p)
{
	struct task_struct___oracle *t = (void *)p;
	struct cfs_rq___oracle *cfs_rq = NULL;

	if (!bpf_core_field_exists(t->se.cfs_rq) || !bpf_core_field_exists(cfs_rq->rq))
		return 0;
	return t->se.cfs_rq->rq->clock;
}

static __always_inline __u32 tid_of(struct task_struct *p)
{
	struct task_struct___oracle *t = (void *)p;

	return t->pid;
}

static __always_inline __u32 nr_switches(struct task_struct *p)
{
	struct task_struct___oracle *t = (void *)p;

	return t->nvcsw + t->nivcsw;
}

static __always_inline struct oracle_event *new_event(void)
{
	__u64 now = bpf_ktime_get_ns(), *at;
	__u32 zero = 0;
	struct oracle_event *e;

	at = bpf_map_lookup_elem(&seen, &zero);
	if (at)
		*at = now;
	e = bpf_ringbuf_reserve(&entries, sizeof(*e), 0);

	if (!e) {
		__sync_fetch_and_add(&dropped, 1);
		return NULL;
	}
	__builtin_memset(e, 0, sizeof(*e));
	e->ns = now;
	e->on_cpu = bpf_get_smp_processor_id();
	e->cpu = e->on_cpu;
	return e;
}

static __always_inline int log_wake(struct task_struct *p)
{
	struct oracle_event *e = new_event();

	if (!e)
		return 0;
	e->kind = ORACLE_WAKE;
	e->rq_clock = clock_of(p);
	e->tid = tid_of(p);
	e->nr_switches = nr_switches(p);
	e->cpu = cpu_of(p);
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
	e->rq_clock = clock_of(next);
	e->tid = tid_of(next);
	e->nr_switches = nr_switches(next);
	e->prev_tid = tid_of(prev);
	e->prev_nr_switches = nr_switches(prev);
	e->prev_waits = preempt || is_running(prev);
	e->prev_dozes = preempt && !is_running(prev);
	bpf_ringbuf_submit(e, BPF_RB_NO_WAKEUP);
	return 0;
}

/* The second look at the clock. */
static __always_inline int look_again(void)
{
	__u64 now = bpf_ktime_get_ns(), *at;
	struct oracle_event *e;
	__u32 zero = 0;

	at = bpf_map_lookup_elem(&seen, &zero);
	if (!at || now - *at < BLIND_NS)
		return 0;
	e = bpf_ringbuf_reserve(&entries, sizeof(*e), 0);
	if (!e) {
		__sync_fetch_and_add(&dropped, 1);
		return 0;
	}
	__builtin_memset(e, 0, sizeof(*e));
	e->kind = ORACLE_BLIND;
	e->ns = *at;
	e->blind_ns = now - *at;
	e->on_cpu = bpf_get_smp_processor_id();
	bpf_ringbuf_submit(e, BPF_RB_NO_WAKEUP);
	return 0;
}

SEC("tp_btf/sched_wakeup")
int BPF_PROG(oracle_after_wakeup, struct task_struct *p)
{
	return look_again();
}

SEC("tp_btf/sched_wakeup_new")
int BPF_PROG(oracle_after_wakeup_new, struct task_struct *p)
{
	return look_again();
}

SEC("tp_btf/sched_switch")
int BPF_PROG(oracle_after_switch, bool preempt, struct task_struct *prev,
	     struct task_struct *next)
{
	return look_again();
}

char LICENSE[] SEC("license") = "GPL";
