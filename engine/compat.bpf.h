/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where kernels differ: one accessor for each difference. types.bpf.h has the
 * fields.
 */
#ifndef __RUNQSLOWER_COMPAT_BPF_H
#define __RUNQSLOWER_COMPAT_BPF_H

#include "types.bpf.h"

#define TASK_RUNNING	0

#define MAX_CGROUP_DEPTH	32

/* Helpers take @p itself; fields are read through the result. */
static __always_inline struct task_struct___compat *compat(struct task_struct *p)
{
	return (void *)p;
}

/*
 * @p->field: by a plain load if the verifier knows the pointer @p, else by
 * @probe.
 */
#define LOAD(p, field, probe) ((probe) ? BPF_CORE_READ(p, field) : (p)->field)

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

/* The task that has the CPU of @cfs_rq; NULL without has_rq_clock(). */
static __always_inline struct task_struct *rq_curr(struct cfs_rq___compat *cfs_rq)
{
	return has_rq_clock() ? cfs_rq->rq->curr : NULL;
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

/*
 * task_struct.cpu moved into thread_info in 5.16. Without CONFIG_SMP tasks have
 * neither field, and there is one CPU.
 */
static __always_inline u32 task_cpu(struct task_struct *p)
{
	struct task_struct___compat *t = compat(p);

	if (bpf_core_field_exists(t->cpu))
		return t->cpu;
	return bpf_core_field_exists(t->thread_info.cpu) ? t->thread_info.cpu : 0;
}

static __always_inline bool is_deadline(struct task_struct *p)
{
	return compat(p)->prio < 0;
}

/* Is @p the task of stop_machine() on its CPU, of @cfs_rq? It outranks all. */
static __always_inline bool is_stop_task(struct task_struct *p,
					 struct cfs_rq___compat *cfs_rq)
{
	return has_rq_clock() && bpf_core_field_exists(cfs_rq->rq->stop) &&
	       (u64)cfs_rq->rq->stop == (u64)p;
}

/*
 * Has the fair server (since 6.8) chosen @p? It gives fair tasks some time
 * although real-time tasks are queued.
 */
static __always_inline bool is_served(struct task_struct *p)
{
	struct task_struct___compat *t = compat(p);

	return bpf_core_field_exists(t->dl_server) && t->dl_server;
}

/*
 * Is the CPU of the run queue at @address (0: not known) there to run tasks? A
 * CPU that is taken away has its idle task last.
 */
static __always_inline bool is_online(u64 address)
{
	struct rq___compat *rq = (void *)address;

	return !address || !bpf_core_field_exists(rq->online) || BPF_CORE_READ(rq, online);
}

/*
 * Is core scheduling on (since 5.14)? Then a CPU may run a task of a lower
 * class than one that is queued there, or none.
 */
static __always_inline bool is_core_scheduled(struct cfs_rq___compat *cfs_rq)
{
	return has_rq_clock() && bpf_core_field_exists(cfs_rq->rq->core_enabled) &&
	       cfs_rq->rq->core_enabled;
}

/*
 * May a CPU run another task than the one that the scheduler has chosen? Since
 * 6.17, with CONFIG_SCHED_PROXY_EXEC; else the two are one field.
 */
static __always_inline bool has_proxies(void)
{
	struct rq___compat *rq = NULL;

	return bpf_core_field_exists(rq->donor) &&
	       bpf_core_field_offset(rq->donor) != bpf_core_field_offset(rq->curr);
}

/*
 * Does core scheduling keep the CPU of @cfs_rq idle, which runs nothing,
 * although tasks are queued?
 */
static __always_inline bool is_forced_idle(struct cfs_rq___compat *cfs_rq)
{
	return is_core_scheduled(cfs_rq) && cfs_rq->rq->nr_running;
}

#define X86_64_YIELD	24		/* numbers of sched_yield() */
#define X86_64_USER_CS	0x33
#define GENERIC_YIELD	124

/* Can is_in_yield() tell? Needs a helper that there is since 5.15. */
static __always_inline bool sees_yields(void)
{
	struct pt_regs___compat *regs = NULL;

	return bpf_core_enum_value_exists(enum bpf_func_id___compat,
					  BPF_FUNC_task_pt_regs___compat) &&
	       (bpf_core_field_exists(regs->orig_ax) ||
		bpf_core_field_exists(regs->syscallno));
}

/*
 * Is @p, which leaves its CPU of its own accord, in sched_yield()? No
 * tracepoint tells, but the user's registers have the number of the system
 * call.
 */
static __always_inline bool is_in_yield(struct task_struct *p)
{
	struct pt_regs___compat *regs;

	if (!sees_yields())
		return false;
	regs = (void *)bpf_task_pt_regs(p);
	if (bpf_core_field_exists(regs->orig_ax))
		return regs->orig_ax == X86_64_YIELD && regs->cs == X86_64_USER_CS;
	return regs->syscallno == GENERIC_YIELD;
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
	/* rq.clock_task leaves this out, and ticks count it. */
	if (bpf_core_field_exists(rq->prev_steal_time) &&
	    !bpf_core_field_exists(rq->prev_steal_time_rq))
		nontask.all += rq->prev_steal_time;
	return nontask;
}

/* Is @p on a run queue, or on its way from one to another? */
static __always_inline bool task_on_rq(struct task_struct *p)
{
	return compat(p)->on_rq;
}

#define PF_KTHREAD	0x00200000	/* of include/linux/sched.h */

/* Exec takes the flag from a kernel thread that becomes a program. */
static __always_inline bool is_kthread(struct task_struct *p)
{
	return compat(p)->flags & PF_KTHREAD;
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

/*
 * The ID of the cgroup of @p: with @v1 that of @cfs_rq, as cfs_rq_cgroup_id().
 * Else that in the v2 hierarchy, which may be below the one that @cfs_rq
 * belongs to, because the cpu controller need not be enabled so far down.
 */
static __always_inline u64 own_cgroup_id(struct task_struct *p,
					 struct cfs_rq___compat *cfs_rq, bool v1)
{
	struct task_struct___compat *t = compat(p);

	if (v1 || !bpf_core_field_exists(t->cgroups))
		return cfs_rq_cgroup_id(cfs_rq);
	return t->cgroups->dfl_cgrp->kn->id;
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
 * Can fields of the current task be loaded, by the helper that there is since
 * 5.11? Else BPF_CORE_READ() reads them, a call for each.
 */
static __always_inline bool can_load_current(void)
{
	return bpf_core_enum_value_exists(enum bpf_func_id___compat,
					  BPF_FUNC_get_current_task_btf___compat);
}

static __always_inline struct task_struct *current_task(void)
{
	return can_load_current() ? bpf_get_current_task_btf() : (void *)bpf_get_current_task();
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

/* The same of the current task. */
static __always_inline void load_current_comm(char *to)
{
	if (can_load_current())
		load_comm(to, current_task());
	else
		bpf_get_current_comm(to, TASK_COMM_LEN);
}

#define COUNT_UNKNOWN	~0U

/*
 * The preempt count of this CPU: of the current task where tasks have the
 * count, else (x86) at @offset from the run queue. COUNT_UNKNOWN: not known.
 */
static __always_inline u32 preempt_count(s64 offset)
{
	struct task_struct___compat *t = compat(current_task());
	bool probe = !can_load_current();
	struct rq___compat *rq;
	u32 count = 0;

	if (bpf_core_field_exists(t->thread_info.preempt.count))
		return LOAD(t, thread_info.preempt.count, probe);
	if (bpf_core_field_exists(t->thread_info.preempt_count))
		return LOAD(t, thread_info.preempt_count, probe);
	if (!offset || !has_rq_clock())
		return COUNT_UNKNOWN;
	rq = probe ? BPF_CORE_READ(t, se.cfs_rq, rq) : t->se.cfs_rq->rq;
	bpf_probe_read_kernel(&count, sizeof(count), (void *)rq + offset);
	return count;
}

/*
 * How deep the current task is in softirqs, as in preempt_count(). PREEMPT_RT
 * counts softirqs here, because a softirq can be preempted there.
 */
static __always_inline u32 softirq_count(void)
{
	struct task_struct___compat *t = compat(current_task());

	return bpf_core_field_exists(t->softirq_disable_cnt) ?
		LOAD(t, softirq_disable_cnt, !can_load_current()) : 0;
}

static __always_inline bool has_sched_ext(void)
{
	struct task_struct___compat *t = NULL;

	return bpf_core_field_exists(t->scx.dsq);
}

#define SCX_TASK_QUEUED		1

/* Is @p, which is queued or runs, of the sched_ext class? */
static __always_inline bool is_ext(struct task_struct *p)
{
	return has_sched_ext() && compat(p)->scx.flags & SCX_TASK_QUEUED;
}

/*
 * Is @p asleep, but still queued, to work off its lag (delayed dequeue, since
 * 6.12)?
 */
static __always_inline bool sleeps_queued(struct task_struct *p)
{
	struct task_struct___compat *t = compat(p);

	return bpf_core_field_exists(t->se.sched_delayed) && t->se.sched_delayed;
}

#endif /* __RUNQSLOWER_COMPAT_BPF_H */
