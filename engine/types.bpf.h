/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the programs read of the kernel's structs. A field that some version or
 * configuration lacks is declared here in a type named ___compat (libbpf
 * ignores what follows the three underscores). So the build does not depend on
 * the kernel it runs on, and bpf_core_field_exists() decides when the programs
 * are loaded.
 *
 * A commit stands where a field came, went or moved.
 *
 * One such type holds all fields that a struct has in any kernel, because
 * libbpf searches the whole BTF of the kernel for each type while users wait.
 */
#ifndef __RUNQSLOWER_TYPES_BPF_H
#define __RUNQSLOWER_TYPES_BPF_H

struct rq___compat {
	unsigned int nr_running;
	int online;			/* CONFIG_SMP */
	struct task_struct *curr;
	struct task_struct *donor;	/* since 6.13 */
	/*
	 * CONFIG_SCHED_CORE; 9edeaea1bc45 ("sched: Core-wide rq->lock"), 5.14
	 */
	unsigned int core_enabled;
	u64 clock;
	u64 clock_task;
	u64 clock_pelt;
	u64 lost_idle_time;
	u64 prev_irq_time;		/* CONFIG_IRQ_TIME_ACCOUNTING */
	u64 prev_steal_time;		/* CONFIG_PARAVIRT */
	u64 prev_steal_time_rq;		/* CONFIG_PARAVIRT_TIME_ACCOUNTING */
	struct {			/* see limited_rt_group() */
		int rt_throttled;
	} rt;
	struct task_struct___compat *stop;	/* CONFIG_SMP */
} __attribute__((preserve_access_index));

struct cfs_rq___compat {
	struct rq___compat *rq;		/* CONFIG_FAIR_GROUP_SCHED */
	struct task_group___compat *tg;	/* CONFIG_FAIR_GROUP_SCHED */
	/* CONFIG_CFS_BANDWIDTH, all fields below */
	/*
	 * 677ea015f231 ("sched: add throttled time stat for throttled
	 * children"), 6.6
	 */
	u64 throttled_clock_self;
	u64 throttled_clock_self_time;
	/*
	 * 64eaf50731ac ("sched/fair: Fix cfs_rq_clock_pelt() for throttled
	 * cfs_rq"), 5.19
	 */
	u64 throttled_clock_pelt;
	u64 throttled_clock_pelt_time;
	u64 throttled_clock_task;	/* before that commit */
	u64 throttled_clock_task_time;
	int runtime_enabled;
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

struct rt_rq___compat {
	/* From 6.12 on with CONFIG_RT_GROUP_SCHED only. */
	int rt_throttled;
	struct task_group___compat *tg;	/* CONFIG_RT_GROUP_SCHED */
} __attribute__((preserve_access_index));

/* The sched_rt_entity of a group, not of a task. */
struct sched_rt_entity___compat {
	/* CONFIG_RT_GROUP_SCHED, both fields */
	struct sched_rt_entity___compat *parent;	/* of the group above */
	struct rt_rq___compat *rt_rq;	/* the parent group's queue */
} __attribute__((preserve_access_index));

struct scx_dispatch_q___compat {
	u64 id;
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

/* What user space had in the registers when it called the kernel. */
struct pt_regs___compat {
	unsigned long orig_ax;		/* x86 */
	unsigned short cs;
	unsigned int syscallno;		/* arm64 */
} __attribute__((preserve_access_index));

enum bpf_func_id___compat {
	BPF_FUNC_task_pt_regs___compat = 1,
	BPF_FUNC_get_current_task_btf___compat,
};

struct task_struct___compat {
	struct {
		/*
		 * bcf9033e5449 ("sched: move CPU field back into thread_info
		 * if THREAD_INFO_IN_TASK=y"), 5.16
		 */
		u32 cpu;		/* CONFIG_SMP */
		int preempt_count;	/* riscv */
		struct {
			u32 count;	/* arm64 */
		} preempt;
	} thread_info;
	unsigned int cpu;		/* before that commit */
	/* 2f064a59a11f ("sched: Change task_struct::state"), 5.14 */
	unsigned int __state;
	long state;			/* before that commit */
	void *stack;
	struct {
		/* parent and cfs_rq: CONFIG_FAIR_GROUP_SCHED */
		struct sched_entity___compat *parent;
		struct cfs_rq___compat *cfs_rq;
		/*
		 * 147f3efaa241 ("sched/fair: Implement an EEVDF-like
		 * scheduling policy"), 6.6
		 */
		u64 deadline;
		/*
		 * 152e11f6df29 ("sched/fair: Implement delayed dequeue"),
		 * 6.12
		 */
		unsigned char sched_delayed;
	} se;
	struct {			/* CONFIG_RT_GROUP_SCHED */
		struct sched_rt_entity___compat *parent;
		struct rt_rq___compat *rt_rq;
	} rt;
	struct {
		u64 dl_deadline;	/* of each period, relative */
		u64 dl_period;
		u64 deadline;		/* of the present period, rq.clock */
		unsigned int dl_throttled : 1;
		unsigned int dl_yielded : 1;
		struct {
			struct {
				s64 expires;	/* CLOCK_MONOTONIC */
			} node;
		} dl_timer;		/* for the next budget */
	} dl;
	/* 63ba8422f876 ("sched/deadline: Introduce deadline servers"), 6.8 */
	void *dl_server;
	/*
	 * CONFIG_SCHED_CLASS_EXT; f0e1a0643a59 ("sched_ext: Implement BPF
	 * extensible scheduler class"), 6.12
	 */
	struct {
		struct scx_dispatch_q___compat *dsq;
		u64 ddsp_dsq_id;
		u32 dsq_seq;		/* grows with each insertion */
		u32 flags;
	} scx;
	/* CONFIG_CGROUP_SCHED */
	struct task_group___compat *sched_task_group;
	/*
	 * CONFIG_CFS_BANDWIDTH; e1fad12dcb66 ("sched/fair: Switch to task based
	 * throttle model"), 6.18
	 */
	bool throttled;
	int prio;
	unsigned int policy;
	int softirq_disable_cnt;	/* CONFIG_PREEMPT_RT */
	/*
	 * on_rq and on_cpu are bytes since 7.x. libbpf adjusts the loads,
	 * because both fields are unsigned.
	 */
	unsigned int on_rq;
	unsigned int on_cpu;		/* CONFIG_SMP */
	struct css_set___compat *cgroups;	/* CONFIG_CGROUPS */
	unsigned int flags;
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

#endif /* __RUNQSLOWER_TYPES_BPF_H */
