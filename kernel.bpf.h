/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where kernels differ: one accessor each. A field that not every version or
 * configuration has is declared here in a type of its own (libbpf ignores what
 * follows the three underscores), so the build does not depend on the kernel it
 * runs on, and bpf_core_field_exists() decides when the programs are loaded.
 */
#ifndef __RUNQSLOWER_KERNEL_BPF_H
#define __RUNQSLOWER_KERNEL_BPF_H

#define TASK_RUNNING	0

struct rq___clock {
	u64 clock;
} __attribute__((preserve_access_index));

struct cfs_rq___rq {
	struct rq___clock *rq;
} __attribute__((preserve_access_index));

struct sched_entity___cfs_rq {
	struct cfs_rq___rq *cfs_rq;
} __attribute__((preserve_access_index));

struct task_struct___se {
	struct sched_entity___cfs_rq se;
} __attribute__((preserve_access_index));

/* sched_entity.cfs_rq and cfs_rq.rq: with CONFIG_FAIR_GROUP_SCHED. */
static __always_inline bool has_rq_clock(void)
{
	return bpf_core_field_exists(struct sched_entity___cfs_rq, cfs_rq) &&
	       bpf_core_field_exists(struct cfs_rq___rq, rq);
}

/*
 * The clock of the run queue that @p is on, in ns. Every class keeps
 * p->se.cfs_rq up to date when a task changes CPU. Needs has_rq_clock().
 */
static __always_inline u64 rq_clock_of(struct task_struct *p)
{
	struct task_struct___se *t = (void *)p;

	return t->se.cfs_rq->rq->clock;
}

struct sched_info___opt {
	unsigned long long last_arrival;
	unsigned long long last_queued;
} __attribute__((preserve_access_index));

struct task_struct___sched_info {
	struct sched_info___opt sched_info;
} __attribute__((preserve_access_index));

/* CONFIG_SCHED_INFO; the struct is empty without it. */
static __always_inline bool has_sched_info(void)
{
	return bpf_core_field_exists(struct sched_info___opt, last_queued);
}

/*
 * When @p was put on this run queue, by the clock of that run queue; 0 if it is
 * not known. At sched_switch this is still set for the task that comes in: it
 * is cleared right after, in prepare_task_switch(). Needs has_sched_info().
 */
static __always_inline u64 last_queued(struct task_struct *p)
{
	struct task_struct___sched_info *t = (void *)p;

	return t->sched_info.last_queued;
}

/*
 * When @p was switched in, by the clock of the run queue; at sched_switch that
 * is the last time before this one. It can be older than that, never younger:
 * the kernel does not record every arrival. Needs has_sched_info().
 */
static __always_inline u64 last_arrival(struct task_struct *p)
{
	struct task_struct___sched_info *t = (void *)p;

	return t->sched_info.last_arrival;
}

struct task_struct___old {
	volatile long state;
} __attribute__((preserve_access_index));

struct task_struct___new {
	unsigned int __state;
} __attribute__((preserve_access_index));

/* task_struct.state became __state in 5.14. */
static __always_inline bool task_is_running(struct task_struct *p)
{
	struct task_struct___new *t = (void *)p;

	if (bpf_core_field_exists(t->__state))
		return t->__state == TASK_RUNNING;
	return ((struct task_struct___old *)t)->state == TASK_RUNNING;
}

struct thread_info___cpu {
	u32 cpu;
} __attribute__((preserve_access_index));

struct task_struct___thread_info {
	struct thread_info___cpu thread_info;
} __attribute__((preserve_access_index));

struct task_struct___cpu {
	unsigned int cpu;
} __attribute__((preserve_access_index));

/* task_struct.cpu moved into thread_info in 5.16. */
static __always_inline u32 task_cpu(struct task_struct *p)
{
	struct task_struct___cpu *t = (void *)p;

	if (bpf_core_field_exists(t->cpu))
		return t->cpu;
	return ((struct task_struct___thread_info *)t)->thread_info.cpu;
}

/* How often @p has been switched out: counted before sched_switch fires. */
static __always_inline u64 nr_switches(struct task_struct *p)
{
	return p->nvcsw + p->nivcsw;
}

/*
 * The PID of @p in the PID namespace that has this level and inode number; 0 if
 * it is not in it.
 */
static __always_inline u32 task_pid_in_ns(struct task_struct *p, u32 level,
					  u32 inum)
{
	struct pid *pid = BPF_CORE_READ(p, thread_pid);
	struct upid upid = {};

	if (!pid || BPF_CORE_READ(pid, level) < level)
		return 0;
	bpf_probe_read_kernel(&upid, sizeof(upid), &pid->numbers[level]);
	if (BPF_CORE_READ(upid.ns, ns.inum) != inum)
		return 0;
	return upid.nr;
}

struct bpf_local_storage_map___ma {
	struct {} selem_ma;
} __attribute__((preserve_access_index));

struct bpf_local_storage_map___nolock {
	bool use_kmalloc_nolock;
} __attribute__((preserve_access_index));

/*
 * May task storage be created while a run queue is locked? Not with the
 * kmalloc(GFP_ATOMIC) of kernels before 6.4: it can wake kswapd, or sleep on
 * PREEMPT_RT.
 */
static __always_inline bool can_create_under_rq_lock(void)
{
	return bpf_core_field_exists(struct bpf_local_storage_map___ma, selem_ma) ||
	       bpf_core_field_exists(struct bpf_local_storage_map___nolock,
				     use_kmalloc_nolock);
}

#endif /* __RUNQSLOWER_KERNEL_BPF_H */
