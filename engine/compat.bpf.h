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
	/* CONFIG_CFS_BANDWIDTH */
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

/* That of a group. */
struct sched_entity___compat {
	struct sched_entity___compat *parent;	/* in the group above */
	struct cfs_rq___compat *cfs_rq;		/* that it is on: the group above has it */
} __attribute__((preserve_access_index));

struct task_group___compat {
	struct {
		struct cgroup___compat *cgroup;
	} css;
	struct cfs_rq___compat **cfs_rq;
	struct sched_entity___compat **se;	/* before 7.x: see task_cfs_rq_on() */
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
	} numbers[1];			/* as many as there are levels */
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
		struct sched_entity___compat *parent;	/* CONFIG_FAIR_GROUP_SCHED */
		struct cfs_rq___compat *cfs_rq;	/* CONFIG_FAIR_GROUP_SCHED */
		u64 deadline;		/* since 6.6 */
	} se;
	struct task_group___compat *sched_task_group;	/* CONFIG_CGROUP_SCHED */
	bool throttled;			/* since 6.18, CONFIG_CFS_BANDWIDTH */
	int prio;
	/* Bytes since 7.x; libbpf adjusts what is unsigned. */
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

/* A task as the helpers want it, and as it is read. */
static __always_inline struct task_struct___compat *compat(struct task_struct *p)
{
	return (void *)p;
}

/* Is @a before @b? Both may wrap around. */
static __always_inline bool time_before(u64 a, u64 b)
{
	return (s64)(a - b) < 0;
}

/* Is there a way from a task to its run queue? CONFIG_FAIR_GROUP_SCHED */
static __always_inline bool has_rq_clock(void)
{
	struct task_struct___compat *t = NULL;
	struct cfs_rq___compat *cfs_rq = NULL;

	return bpf_core_field_exists(t->se.cfs_rq) &&
	       bpf_core_field_exists(cfs_rq->rq);
}

/*
 * The run queue of the group of @p on its CPU. Every class keeps p->se.cfs_rq
 * up to date when a task changes CPU. NULL without has_rq_clock(). To be asked
 * once, and handed on: for each pointer that is loaded from a task the verifier
 * searches the kernel's types, 1 ms.
 */
static __always_inline struct cfs_rq___compat *task_cfs_rq(struct task_struct *p)
{
	return has_rq_clock() ? compat(p)->se.cfs_rq : NULL;
}

/* The clock of its CPU's run queue, in ns; 0 without has_rq_clock(). */
static __always_inline u64 rq_clock(struct cfs_rq___compat *cfs_rq)
{
	return has_rq_clock() ? cfs_rq->rq->clock : 0;
}

/* CONFIG_SCHED_INFO */
static __always_inline bool has_sched_info(void)
{
	struct task_struct___compat *t = NULL;

	return bpf_core_field_exists(t->sched_info.last_queued);
}

/*
 * When @p was put on this run queue, by the clock of that run queue; 0 if that
 * is not known. At sched_switch last_queued is still set for the task that
 * comes in, because prepare_task_switch() clears it later.
 */
static __always_inline u64 last_queued(struct task_struct *p)
{
	return has_rq_clock() && has_sched_info() ? compat(p)->sched_info.last_queued : 0;
}

/*
 * When @p was switched in, by the clock of the run queue, 0 if that is not
 * known; at sched_switch the last time before this one. The real time can be
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

/* How often @p has been switched out: counted before sched_switch fires. */
static __always_inline u64 nr_switches(struct task_struct *p)
{
	return compat(p)->nvcsw + compat(p)->nivcsw;
}

/*
 * The PID of @p in the namespace it is in at nesting depth @level, and which
 * namespace that is. 0 if it is not that deep.
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
 * May task storage be created while a run queue is locked? Not with the
 * kmalloc(GFP_ATOMIC) of kernels before 6.4: it can wake kswapd, or sleep on
 * PREEMPT_RT. What changed then is in a struct that would have to be looked for
 * (bpf_local_storage_map.selem_ma); a field that came a little later tells
 * enough.
 */
static __always_inline bool can_create_under_rq_lock(void)
{
	struct task_struct___compat *t = NULL;

	return bpf_core_field_exists(t->se.deadline);
}

/*
 * The ID of the CPU cgroup that @cfs_rq is a queue of, v1 or v2; 0 of an
 * autogroup.
 */
static __always_inline u64 cfs_rq_cgroup_id(struct cfs_rq___compat *cfs_rq)
{
	return has_rq_clock() ? cfs_rq->tg->css.cgroup->kn->id : 0;
}

/* What ran on a run queue's CPU besides tasks, in ns since some time. */
struct nontask {
	u64 all;			/* interrupts and the hypervisor */
	u64 irq;			/* interrupts, 0 if not told apart */
};

/* From the CPU of @cfs_rq. Needs the lock of its run queue. */
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

/* Has @p a CPU? */
static __always_inline bool task_on_cpu(struct task_struct *p)
{
	struct task_struct___compat *t = compat(p);

	if (!bpf_core_field_exists(t->on_cpu))
		return bpf_get_current_task() == (u64)p;	/* the only CPU has that */
	return t->on_cpu;
}

/*
 * Its cgroup in the hierarchy of v2, or in that of v1 which has the cpu
 * controller.
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

/* CPUs 64 * @word to 64 * @word + 63 that @p may use. */
static __always_inline u64 allowed_cpus(struct task_struct *p, u32 word)
{
	const struct cpumask *mask = compat(p)->cpus_ptr;
	u64 cpus = 0;

	bpf_probe_read_kernel(&cpus, sizeof(cpus), (const u64 *)mask + word);
	return cpus;
}

/* The name of @p, which is always terminated. */
static __always_inline void load_comm(char *to, struct task_struct *p)
{
	const u64 *comm = (const void *)compat(p)->comm;
	u64 *words = (void *)to;

	words[0] = comm[0];
	words[1] = comm[1];
}

/*
 * The preempt count of this CPU: that of the task where it is kept there, else
 * (x86) at @offset from the run queue. 0 where it is not known, as if never
 * interrupted.
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
