/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where kernels differ: one accessor each. A field that not every version or
 * configuration has is declared here in a type of its own (libbpf ignores what
 * follows the three underscores), so the build does not depend on the kernel it
 * runs on, and bpf_core_field_exists() decides when the programs are loaded.
 *
 * One such type holds all fields of a struct that any kernel had: libbpf looks
 * through the whole BTF of the kernel for each type, and users wait for that.
 */
#ifndef __RUNQSLOWER_KERNEL_BPF_H
#define __RUNQSLOWER_KERNEL_BPF_H

#define TASK_RUNNING	0

struct rq___any {
	u64 clock;
} __attribute__((preserve_access_index));

struct cfs_rq___any {
	struct rq___any *rq;		/* CONFIG_FAIR_GROUP_SCHED */
} __attribute__((preserve_access_index));

struct pid___any {
	unsigned int level;
	struct {
		int nr;
		void *ns;
	} numbers[1];			/* as many as there are levels */
} __attribute__((preserve_access_index));

struct task_struct___any {
	struct {
		u32 cpu;		/* since 5.16 */
	} thread_info;
	unsigned int cpu;		/* before 5.16 */
	unsigned int __state;		/* since 5.14 */
	long state;			/* before 5.14 */
	struct {
		struct cfs_rq___any *cfs_rq;	/* CONFIG_FAIR_GROUP_SCHED */
		u64 deadline;		/* since 6.6 */
	} se;
	struct {			/* empty without CONFIG_SCHED_INFO */
		unsigned long long last_arrival;
		unsigned long long last_queued;
	} sched_info;
	u32 pid;
	u32 tgid;
	u64 start_time;
	struct task_struct___any *group_leader;
	struct pid___any *thread_pid;
	unsigned long nvcsw;
	unsigned long nivcsw;
	char comm[TASK_COMM_LEN];
} __attribute__((preserve_access_index));

/* A task as the helpers want it, and as it is read. */
static __always_inline struct task_struct___any *any(struct task_struct *p)
{
	return (void *)p;
}

static __always_inline bool has_rq_clock(void)
{
	struct task_struct___any *t = NULL;
	struct cfs_rq___any *cfs_rq = NULL;

	return bpf_core_field_exists(t->se.cfs_rq) &&
	       bpf_core_field_exists(cfs_rq->rq);
}

/*
 * The clock of the run queue that @p is on, in ns. Every class keeps
 * p->se.cfs_rq up to date when a task changes CPU. Needs has_rq_clock().
 */
static __always_inline u64 rq_clock_of(struct task_struct *p)
{
	return any(p)->se.cfs_rq->rq->clock;
}

static __always_inline bool has_sched_info(void)
{
	struct task_struct___any *t = NULL;

	return bpf_core_field_exists(t->sched_info.last_queued);
}

/*
 * When @p was put on this run queue, by the clock of that run queue; 0 if it is
 * not known. At sched_switch this is still set for the task that comes in: it
 * is cleared right after, in prepare_task_switch(). Needs has_sched_info().
 */
static __always_inline u64 last_queued(struct task_struct *p)
{
	return any(p)->sched_info.last_queued;
}

/*
 * When @p was switched in, by the clock of the run queue; at sched_switch that
 * is the last time before this one. It can be older than that, never younger:
 * the kernel does not record every arrival. Needs has_sched_info().
 */
static __always_inline u64 last_arrival(struct task_struct *p)
{
	return any(p)->sched_info.last_arrival;
}

/* task_struct.state became __state in 5.14. */
static __always_inline bool task_is_running(struct task_struct *p)
{
	struct task_struct___any *t = any(p);

	return bpf_core_field_exists(t->__state) ? t->__state == TASK_RUNNING :
						   t->state == TASK_RUNNING;
}

/* task_struct.cpu moved into thread_info in 5.16. */
static __always_inline u32 task_cpu(struct task_struct *p)
{
	struct task_struct___any *t = any(p);

	return bpf_core_field_exists(t->cpu) ? t->cpu : t->thread_info.cpu;
}

/* When @p was created, in ns. */
static __always_inline u64 start_time(struct task_struct *p)
{
	return any(p)->start_time;
}

/* How often @p has been switched out: counted before sched_switch fires. */
static __always_inline u64 nr_switches(struct task_struct *p)
{
	return any(p)->nvcsw + any(p)->nivcsw;
}

/*
 * The PID of @p in the namespace it is in at nesting depth @level, and which
 * namespace that is. 0 if it is not that deep.
 */
static __always_inline u32 pid_at(struct task_struct___any *p, u64 level, u64 *ns)
{
	struct pid___any *pid = BPF_CORE_READ(p, thread_pid);
	u64 offset = level * sizeof(pid->numbers[0]);
	void *nr, *in;
	u32 id = 0;

	*ns = 0;
	if (!pid || BPF_CORE_READ(pid, level) < level)
		return 0;
	nr = &pid->numbers[0].nr;
	in = &pid->numbers[0].ns;
	bpf_probe_read_kernel(&id, sizeof(id), nr + offset);
	bpf_probe_read_kernel(ns, sizeof(*ns), in + offset);
	return id;
}

/* How deep the PID namespace of @p is nested. */
static __always_inline u64 pid_level(struct task_struct___any *p)
{
	return BPF_CORE_READ(p, thread_pid, level);
}

/*
 * May task storage be created while a run queue is locked? Not with the
 * kmalloc(GFP_ATOMIC) of kernels before 6.4: it can wake kswapd, or sleep on
 * PREEMPT_RT. What changed then is in a struct that would have to be looked for
 * (bpf_local_storage_map.selem_ma); a field that came a little later tells enough.
 */
static __always_inline bool can_create_under_rq_lock(void)
{
	struct task_struct___any *t = NULL;

	return bpf_core_field_exists(t->se.deadline);
}

#endif /* __RUNQSLOWER_KERNEL_BPF_H */
