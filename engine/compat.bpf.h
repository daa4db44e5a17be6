/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where kernels differ: one accessor for each difference. A field that some
 * version or configuration lacks is declared here in a type named ___compat
 * (libbpf ignores what follows the three underscores). So the build does not
 * depend on the kernel it runs on, and bpf_core_field_exists() decides when the
 * programs are loaded.
 *
 * One such type holds all fields that a struct has in any kernel, because
 * libbpf searches the whole BTF of the kernel for each type while users wait.
 */
#ifndef __RUNQSLOWER_COMPAT_BPF_H
#define __RUNQSLOWER_COMPAT_BPF_H

#define TASK_RUNNING	0

#define MAX_CGROUP_DEPTH	32

struct rq___compat {
	u64 clock;
	u64 clock_task;
	u64 clock_pelt;
	u64 lost_idle_time;
	u64 prev_irq_time;		/* CONFIG_IRQ_TIME_ACCOUNTING */
} __attribute__((preserve_access_index));

struct cfs_rq___compat {
	struct rq___compat *rq;		/* CONFIG_FAIR_GROUP_SCHED */
	struct task_group___compat *tg;	/* CONFIG_FAIR_GROUP_SCHED */
	/* CONFIG_CFS_BANDWIDTH, all fields below */
	u64 throttled_clock_self;	/* since 6.6 */
	u64 throttled_clock_self_time;
	u64 throttled_clock_pelt;	/* since 5.19 */
	u64 throttled_clock_pelt_time;
	u64 throttled_clock_task;	/* before 5.19 */
	u64 throttled_clock_task_time;
	int throttled;			/* a bit since 6.18 */
	int throttle_count;
} __attribute__((preserve_access_index));

struct kernfs_node___compat {
	u64 id;
} __attribute__((preserve_access_index));

struct cgroup_subsys_state___compat {
	struct cgroup___compat *cgroup;
} __attribute__((preserve_access_index));

struct cgroup___compat {
	struct {
		struct cgroup_subsys_state___compat *parent;
	} self;
	struct kernfs_node___compat *kn;
} __attribute__((preserve_access_index));

struct css_set___compat {
	struct cgroup___compat *dfl_cgrp;
} __attribute__((preserve_access_index));

/* The sched_entity of a group, not of a task. */
struct sched_entity___compat {
	struct sched_entity___compat *parent;	/* of the parent group */
	struct cfs_rq___compat *cfs_rq;	/* the parent group's queue */
} __attribute__((preserve_access_index));

struct task_group___compat {
	struct {
		struct cgroup___compat *cgroup;
	} css;
	struct cfs_rq___compat **cfs_rq;
	/* before 7.x: see task_cfs_rq_on() */
	struct sched_entity___compat **se;
	struct {			/* empty without CONFIG_CFS_BANDWIDTH */
		struct {
			struct {
				s64 expires;
			} node;
		} period_timer;
	} cfs_bandwidth;
} __attribute__((preserve_access_index));

struct pid___compat {
	unsigned int level;
	struct {
		int nr;
		void *ns;
	} numbers[1];			/* level + 1 entries */
} __attribute__((preserve_access_index));

struct task_struct___compat {
	struct {
		u32 cpu;		/* since 5.16 */
		int preempt_count;	/* riscv */
		struct {
			u32 count;	/* arm64 */
		} preempt;
	} thread_info;
	unsigned int cpu;		/* before 5.16 */
	unsigned int __state;		/* since 5.14 */
	long state;			/* before 5.14 */
	struct {
		/* parent and cfs_rq: CONFIG_FAIR_GROUP_SCHED */
		struct sched_entity___compat *parent;
		struct cfs_rq___compat *cfs_rq;
		u64 deadline;		/* since 6.6 */
	} se;
	/* CONFIG_CGROUP_SCHED */
	struct task_group___compat *sched_task_group;
	bool throttled;			/* since 6.18, CONFIG_CFS_BANDWIDTH */
	int prio;
	/*
	 * on_rq and on_cpu are bytes since 7.x. libbpf adjusts the loads,
	 * because both fields are unsigned.
	 */
	unsigned int on_rq;
	unsigned int on_cpu;		/* CONFIG_SMP */
	struct css_set___compat *cgroups;	/* CONFIG_CGROUPS */
	const struct cpumask *cpus_ptr;
	struct {			/* empty without CONFIG_SCHED_INFO */
		unsigned long long last_arrival;
		unsigned long long last_queued;
	} sched_info;
	u32 pid;
	u32 tgid;
	u64 start_time;
	struct task_struct___compat *group_leader;
	struct pid___compat *thread_pid;
	unsigned long nvcsw;
	unsigned long nivcsw;
	char comm[TASK_COMM_LEN];
} __attribute__((preserve_access_index));

/* Helpers take @p itself; fields are read through the result. */
static __always_inline struct task_struct___compat *compat(struct task_struct *p)
{
	return (void *)p;
}

/* Is @a before @b? Both may wrap around. */
static __always_inline bool time_before(u64 a, u64 b)
{
	return (s64)(a - b) < 0;
}

/* Can a task's run queue be reached? Needs CONFIG_FAIR_GROUP_SCHED. */
static __always_inline bool has_rq_clock(void)
{
	struct task_struct___compat *t = NULL;
	struct cfs_rq___compat *cfs_rq = NULL;

	return bpf_core_field_exists(t->se.cfs_rq) &&
	       bpf_core_field_exists(cfs_rq->rq);
}

/*
 * The cfs_rq of the group of @p on the CPU of @p; NULL without has_rq_clock().
 * Right for every class, because each keeps p->se.cfs_rq up to date when a task
 * changes CPU. Call once and hand the result on, because for each pointer
 * loaded from a task the verifier searches the kernel's types, 1 ms.
 */
static __always_inline struct cfs_rq___compat *task_cfs_rq(struct task_struct *p)
{
	return has_rq_clock() ? compat(p)->se.cfs_rq : NULL;
}

/* rq.clock of the CPU of @cfs_rq, in ns; 0 without has_rq_clock(). */
static __always_inline u64 rq_clock(struct cfs_rq___compat *cfs_rq)
{
	return has_rq_clock() ? cfs_rq->rq->clock : 0;
}

/* Needs CONFIG_SCHED_INFO. */
static __always_inline bool has_sched_info(void)
{
	struct task_struct___compat *t = NULL;

	return bpf_core_field_exists(t->sched_info.last_queued);
}

/*
 * When @p was put on its run queue, by the rq.clock of that queue, in ns; 0:
 * not known. At sched_switch last_queued is still set for the task that is
 * switched in, because prepare_task_switch() clears last_queued later.
 */
static __always_inline u64 last_queued(struct task_struct *p)
{
	return has_rq_clock() && has_sched_info() ? compat(p)->sched_info.last_queued : 0;
}

/*
 * When @p was last switched in, by rq.clock, in ns; 0: not known. At
 * sched_switch the present switch does not count yet. The real time can be
 * later, but not earlier, because the kernel does not record every arrival.
 */
static __always_inline u64 last_arrival(struct task_struct *p)
{
	return has_rq_clock() && has_sched_info() ? compat(p)->sched_info.last_arrival : 0;
}

/* task_struct.state became __state in 5.14. */
static __always_inline bool task_is_running(struct task_struct *p)
{
	struct task_struct___compat *t = compat(p);

	return bpf_core_field_exists(t->__state) ? t->__state == TASK_RUNNING :
						   t->state == TASK_RUNNING;
}

/* task_struct.cpu moved into thread_info in 5.16. */
static __always_inline u32 task_cpu(struct task_struct *p)
{
	struct task_struct___compat *t = compat(p);

	return bpf_core_field_exists(t->cpu) ? t->cpu : t->thread_info.cpu;
}

/* When @p was created, in ns. */
static __always_inline u64 start_time(struct task_struct *p)
{
	return compat(p)->start_time;
}

/*
 * How often @p has been switched out. The kernel counts a switch before
 * sched_switch fires.
 */
static __always_inline u64 nr_switches(struct task_struct *p)
{
	return compat(p)->nvcsw + compat(p)->nivcsw;
}

/*
 * The PID of @p in the PID namespace at nesting depth @level, and the address
 * of that namespace in *@ns. Both are 0 if @p is not nested so deep.
 */
static __always_inline u32 pid_at(struct task_struct___compat *p, u64 level, u64 *ns)
{
	struct pid___compat *pid = BPF_CORE_READ(p, thread_pid);
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
static __always_inline u64 pid_level(struct task_struct___compat *p)
{
	return BPF_CORE_READ(p, thread_pid, level);
}

/*
 * May task storage be created while a run queue is locked? Not before 6.4,
 * because the kmalloc(GFP_ATOMIC) of those kernels can wake kswapd, or sleep on
 * PREEMPT_RT. se.deadline, a little younger, stands in for the field that
 * changed then (bpf_local_storage_map.selem_ma), because libbpf would have to
 * search for one more struct.
 */
static __always_inline bool can_create_under_rq_lock(void)
{
	struct task_struct___compat *t = NULL;

	return bpf_core_field_exists(t->se.deadline);
}

/*
 * The ID of the CPU cgroup, v1 or v2, that owns @cfs_rq. 0 for an autogroup,
 * and without has_rq_clock().
 */
static __always_inline u64 cfs_rq_cgroup_id(struct cfs_rq___compat *cfs_rq)
{
	return has_rq_clock() ? cfs_rq->tg->css.cgroup->kn->id : 0;
}

/* Time that a CPU gave to other things than tasks, in ns since some time. */
struct nontask {
	u64 all;			/* interrupts and the hypervisor */
	u64 irq;			/* interrupts, 0 if not told apart */
};

/*
 * The nontask time of the CPU of @cfs_rq. Exact only under the lock of the run
 * queue, which iterators do not hold.
 */
static __always_inline struct nontask nontask_time(struct cfs_rq___compat *cfs_rq)
{
	struct nontask nontask = {};
	struct rq___compat *rq;

	if (!has_rq_clock())
		return nontask;
	rq = cfs_rq->rq;
	nontask.all = rq->clock - rq->clock_task;
	if (bpf_core_field_exists(rq->prev_irq_time))
		nontask.irq = rq->prev_irq_time;
	return nontask;
}

/* Is @p on a run queue, or on its way from one to another? */
static __always_inline bool task_on_rq(struct task_struct *p)
{
	return compat(p)->on_rq;
}

/* Does @p have a CPU? Without CONFIG_SMP the current task has the only one. */
static __always_inline bool task_on_cpu(struct task_struct *p)
{
	struct task_struct___compat *t = compat(p);

	if (!bpf_core_field_exists(t->on_cpu))
		return bpf_get_current_task() == (u64)p;
	return t->on_cpu;
}

/*
 * The cgroup of @p: with @v1 in the v1 hierarchy of the cpu controller, else in
 * the v2 hierarchy. NULL if the kernel has no such cgroups.
 */
static __always_inline struct cgroup___compat *cgroup_in(struct task_struct *p, bool v1)
{
	struct task_struct___compat *t = compat(p);

	if (v1)
		return bpf_core_field_exists(t->sched_task_group) ?
			BPF_CORE_READ(t, sched_task_group, css.cgroup) : NULL;
	return bpf_core_field_exists(t->cgroups) ?
		BPF_CORE_READ(t, cgroups, dfl_cgrp) : NULL;
}

static __always_inline u64 cgroup_id(struct cgroup___compat *cgroup)
{
	return BPF_CORE_READ(cgroup, kn, id);
}

static __always_inline struct cgroup___compat *cgroup_above(struct cgroup___compat *cgroup)
{
	return BPF_CORE_READ(cgroup, self.parent, cgroup);
}

/* Which CPUs of 64 * @word to 64 * @word + 63 @p may use, a bitmap. */
static __always_inline u64 allowed_cpus(struct task_struct *p, u32 word)
{
	const struct cpumask *mask = compat(p)->cpus_ptr;
	u64 cpus = 0;

	bpf_probe_read_kernel(&cpus, sizeof(cpus), (const u64 *)mask + word);
	return cpus;
}

/*
 * Copy the name of @p, which is always terminated. @to has TASK_COMM_LEN bytes.
 */
static __always_inline void load_comm(char *to, struct task_struct *p)
{
	const u64 *comm = (const void *)compat(p)->comm;
	u64 *words = (void *)to;

	words[0] = comm[0];
	words[1] = comm[1];
}

/*
 * The preempt count of this CPU: of the current task where tasks have the
 * count, else (x86) at @offset from the run queue. 0 if not known, as if no
 * task was interrupted.
 */
static __always_inline u32 preempt_count(s64 offset)
{
	struct task_struct___compat *t = (void *)bpf_get_current_task();
	struct rq___compat *rq;
	u32 count = 0;

	if (bpf_core_field_exists(t->thread_info.preempt.count))
		return BPF_CORE_READ(t, thread_info.preempt.count);
	if (bpf_core_field_exists(t->thread_info.preempt_count))
		return BPF_CORE_READ(t, thread_info.preempt_count);
	if (!offset || !has_rq_clock())
		return 0;
	rq = BPF_CORE_READ(t, se.cfs_rq, rq);
	bpf_probe_read_kernel(&count, sizeof(count), (void *)rq + offset);
	return count;
}

#endif /* __RUNQSLOWER_COMPAT_BPF_H */
