/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The BPF programs as user-space code, and a scheduler that acts as the test
 * says: it keeps what the programs read of the kernel as the kernel does, and
 * fires their tracepoints, at times that the test has set. So every number that
 * comes out is known beforehand to the nanosecond.
 *
 * One state for the whole process; the kselftest harness forks for each test.
 */
#ifndef __ENGINE_H
#define __ENGINE_H

#include <stdlib.h>
#include "sim_kernel.h"
#include "sim/vmlinux.h"

/* User space sets what is read-only to the programs; here the test does. */
#define const
#include "runqslower.bpf.c"
#undef const

#define US		1000ULL
#define MS		(1000 * US)
#define SECOND		(1000 * MS)
#define TICK		(4 * MS)
#define BEGIN		(1000 * SECOND)	/* CLOCK_MONOTONIC when a test begins */

#define SIM_CPUS	4
#define MAX_GROUPS	4		/* the root among them */
#define NR_CHUNKS	2		/* nr_chunks, unless a test sets it */
#define MAX_CHUNKS	64

#define TASK_SLEEPS	1		/* TASK_INTERRUPTIBLE */
#define NICE_0		120		/* task_struct.prio */

struct group {
	struct group *parent;		/* NULL: the root */
	struct task_group___compat tg;
	struct cgroup___compat cgroup;
	struct kernfs_node___compat kn;
	struct cgroup_subsys_state___compat css;
	struct cfs_rq___compat *queues[SIM_CPUS];
	struct sched_entity___compat entities[SIM_CPUS];
};

struct task {
	struct task_struct___compat t;	/* first: as the programs see it */
	struct group *group;
	struct css_set___compat css_set;
	u64 cpus_allowed[MAX_IDLE_CPUS / 64];
	struct {
		struct pid___compat pid;
		struct {
			int nr;
			void *ns;
		} deeper[2];
	} pid;
};

/* In the memory of a CPU all has its place: how far apart matters to 7.x. */
static struct {
	struct rq___compat rq;
	u32 preempt_count;
	struct cfs_rq___compat queues[MAX_GROUPS];
	struct task idle;
	struct task *curr;
	u64 ahead;			/* CLOCK_MONOTONIC of its clock */
	u64 nontask;			/* interrupts and hypervisor so far */
	u64 slow;			/* clock_pelt is so far behind */
	bool stale;			/* the next switch leaves rq.clock */
} cpu[SIM_CPUS];

static const struct pt_regs___compat no_syscall = { .orig_ax = -1, .cs = X86_64_USER_CS };
static const struct pt_regs___compat in_yield = {
	.orig_ax = X86_64_YIELD, .cs = X86_64_USER_CS,
};

static struct group root, groups[MAX_GROUPS];
static int nr_groups;
static bool why;			/* the programs that explain are used */
static bool light;			/* light_switch() is used, and alone */

static inline struct task_struct *tp(struct task *p)
{
	return (struct task_struct *)&p->t;
}

/* --- time ----------------------------------------------------------------- */

static inline void update_clock(int c)
{
	cpu[c].rq.clock = sim.now - cpu[c].ahead;
	cpu[c].rq.clock_task = cpu[c].rq.clock - cpu[c].nontask;
	cpu[c].rq.clock_pelt = cpu[c].rq.clock_task - cpu[c].slow;
}

/* It is @ns after the begin. CPUs that are busy have had their ticks. */
static inline void at(u64 ns)
{
	u64 now = BEGIN + ns, tick = now / TICK * TICK;
	bool ticks = sim.now < tick;
	int c;

	sim.now = tick;
	for (c = 0; c < SIM_CPUS; c++) {
		if (ticks && cpu[c].curr != &cpu[c].idle)
			update_clock(c);
	}
	sim.now = now;
	sim.jiffies = now / TICK + 4294667296ULL;
}

static inline void pass(u64 ns)
{
	at(sim.now - BEGIN + ns);
}

/* Interrupts and the hypervisor have taken so much more of @c's time. */
static inline void steal(int c, u64 irq, u64 hypervisor)
{
	cpu[c].nontask += irq + hypervisor;
	cpu[c].rq.prev_irq_time += irq;
}

/* --- tasks and groups ----------------------------------------------------- */

static inline struct group *new_group(struct group *parent, u64 id)
{
	struct group *g = parent ? &groups[nr_groups] : &root;
	int i = nr_groups++, c;

	if (i == MAX_GROUPS)
		abort();
	g->parent = parent;
	g->kn.id = id;
	g->cgroup.kn = &g->kn;
	g->css.cgroup = &g->cgroup;
	g->cgroup.self.parent = parent ? &parent->css : NULL;
	g->tg.css.cgroup = &g->cgroup;
	g->tg.cfs_rq = g->queues;
	for (c = 0; c < SIM_CPUS; c++) {
		g->queues[c] = &cpu[c].queues[i];
		g->queues[c]->rq = &cpu[c].rq;
		g->queues[c]->tg = &g->tg;
		if (!parent)
			continue;
		g->entities[c].cfs_rq = parent->queues[c];
		g->entities[c].parent = parent->parent ? &parent->entities[c] : NULL;
	}
	return g;
}

/* __set_task_cpu() */
static inline void place(struct task *p, int c)
{
	p->t.cpu = c;
	p->t.thread_info.cpu = c;
	p->t.se.cfs_rq = p->group->queues[c];
	p->t.se.parent = p->group->parent ? &p->group->entities[c] : NULL;
}

static inline void set_group(struct task *p, struct group *g)
{
	p->group = g;
	p->css_set.dfl_cgrp = &g->cgroup;
	p->t.sched_task_group = &g->tg;
	place(p, p->t.thread_info.cpu);
}

static inline void init_task(struct task *p, u32 tid, u32 tgid, char *comm)
{
	memset(p, 0, sizeof(*p));
	p->t.pid = tid;
	p->t.tgid = tgid;
	p->t.group_leader = &p->t;
	p->t.prio = NICE_0;
	p->t.__state = TASK_SLEEPS;
	p->t.state = TASK_SLEEPS;
	p->t.start_time = tid;
	p->t.stack = (void *)((u64)p << 12);
	p->t.thread_pid = &p->pid.pid;
	p->pid.pid.numbers[0].nr = tid;
	p->t.cgroups = &p->css_set;
	p->t.cpus_ptr = (void *)p->cpus_allowed;
	memset(p->cpus_allowed, 0xff, sizeof(p->cpus_allowed));
	snprintf(p->t.comm, sizeof(p->t.comm), "%s", comm);
	set_group(p, &root);
}

static inline struct task *make_task(u32 tid, u32 tgid, char *comm)
{
	struct task *p = malloc(sizeof(*p));

	init_task(p, tid, tgid, comm);
	return p;
}

static inline void set_state(struct task *p, u32 state)
{
	p->t.__state = state;
	p->t.state = state;
}

/* As user space tells the programs where it has found the count. */
static inline void know_preempt_count(void)
{
	preempt_count_at = (char *)&cpu[0].preempt_count - (char *)&cpu[0].rq;
	in_irq_mask = 0xf0000;
}

static inline void in_context_of(struct task *p)
{
	sim.current = &p->t;
	sim.current_pid_tgid = (u64)p->t.tgid << 32 | p->t.pid;
	memcpy(sim.current_comm, p->t.comm, sizeof(sim.current_comm));
}

/* --- what the scheduler does ---------------------------------------------- */

/* Clear: the events of these kinds go unseen from here on. */
static bool sees_wakeups = true, sees_switches = true;

/* try_to_wake_up() before it finds a CPU. */
static inline void waking(struct task *p, struct task *waker)
{
	in_context_of(waker);
	why_waking(tp(p));
}

static inline void enqueue(struct task *p, int c)
{
	update_clock(c);
	place(p, c);
	p->t.on_rq = 1;
	if (!p->t.on_cpu && !p->t.sched_info.last_queued)
		p->t.sched_info.last_queued = cpu[c].rq.clock;
}

/*
 * Queue @p on @c, as @waker's doing. Where it is queued already, just a wakeup.
 */
static inline void wake_by(struct task *p, int c, struct task *waker)
{
	set_state(p, TASK_RUNNING);
	enqueue(p, c);
	in_context_of(waker);
	cpu[c].stale = true;
	if (sees_wakeups)
		(why ? why_wakeup : sched_wakeup)(tp(p));
}

static inline void wake(struct task *p, int c)
{
	wake_by(p, c, cpu[c].curr);
}

static inline void fork_task(struct task *p)
{
	(why ? why_new_task : new_task)((void *)sim.current, tp(p));
}

static inline void wake_new(struct task *p, int c)
{
	set_state(p, TASK_RUNNING);
	in_context_of(cpu[c].curr);
	fork_task(p);
	enqueue(p, c);
	cpu[c].stale = true;
	if (sees_wakeups)
		(why ? why_wakeup_new : sched_wakeup_new)(tp(p));
}

enum leaves {
	SLEEPS,
	PREEMPTED,
	PREEMPTED_DOZING,		/* it had set its state to sleep */
	YIELDS,				/* __schedule() without a preemption */
};

/* __schedule() on @c: @next is switched in; how does the one before leave? */
static inline void switch_to(int c, struct task *next, enum leaves how)
{
	struct task *prev = cpu[c].curr;

	if (!cpu[c].stale)
		update_clock(c);
	cpu[c].stale = false;
	if (how == SLEEPS || how == PREEMPTED_DOZING)
		set_state(prev, prev == &cpu[c].idle ? TASK_RUNNING : TASK_SLEEPS);
	if (how == SLEEPS) {
		prev->t.nvcsw++;
		prev->t.on_rq = prev == &cpu[c].idle;
	} else {
		prev->t.nivcsw++;
	}
	in_context_of(prev);
	cpu[c].rq.curr = tp(next);
	if (sees_switches)
		(why ? why_switch : light ? light_switch : sched_switch)
			(how != SLEEPS && how != YIELDS, tp(prev), tp(next));
	prev->t.on_cpu = 0;
	next->t.on_cpu = 1;
	/* sched_info_depart() */
	if (prev->t.on_rq && prev != &cpu[c].idle && task_is_running(tp(prev)))
		prev->t.sched_info.last_queued = cpu[c].rq.clock;
	next->t.sched_info.last_arrival = cpu[c].rq.clock;
	next->t.sched_info.last_queued = 0;
	cpu[c].curr = next;
}

static inline void idle(int c)
{
	switch_to(c, &cpu[c].idle, SLEEPS);
}

/*
 * move_queued_task() in two halves: it leaves its CPU; it is queued on the
 * other.
 */
static inline void leave_for(struct task *p, int c)
{
	in_context_of(cpu[c].curr);
	(why ? why_migrate : sched_migrate)(tp(p), c);
	p->t.sched_info.last_queued = 0;
	place(p, c);
}

static inline void arrive(struct task *p)
{
	enqueue(p, p->t.thread_info.cpu);
	cpu[p->t.thread_info.cpu].stale = true;
}

/* --- what the kernel and the user are like -------------------------------- */

enum kernel { V5_10, V6_1, V6_12, V6_18, V7_3 };

static inline void kernel_is(enum kernel v)
{
	/* x86: the count is a per-CPU variable. */
	sim_lacks("thread_info.preempt.count");
	sim_lacks("thread_info.preempt_count");
	sim_lacks(v < V6_1 ? "__state" : "cpu");
	sim_lacks("syscallno");
	sim_lacks("softirq_disable_cnt");
	sim_lacks("rt.rt_rq");
	sim_lacks("rq->core_enabled");
	sim_lacks("donor");
	if (v < V6_1) {
		sim_lacks("throttled_clock_pelt_time");
		sim_lacks("BPF_FUNC_task_pt_regs___compat");
		sim_lacks("BPF_FUNC_get_current_task_btf___compat");
	}
	if (v < V6_12) {
		sim_lacks("throttled_clock_self_time");
		sim_lacks("se.deadline");
		sim_lacks("se.sched_delayed");
		sim_lacks("dl_server");
	} else {
		sim_lacks("rt.rt_throttled");
	}
	if (v < V6_18)
		sim_lacks("throttled");
	if (v < V7_3)
		sim_lacks("scx.dsq");
	else
		sim_lacks("se");
}

/* A variant of @fixture for each of them. */
#define EACH_KERNEL(fixture)							\
	FIXTURE_VARIANT(fixture) { enum kernel kernel; };			\
	FIXTURE_VARIANT_ADD(fixture, v5_10) { V5_10 };				\
	FIXTURE_VARIANT_ADD(fixture, v6_1) { V6_1 };				\
	FIXTURE_VARIANT_ADD(fixture, v6_12) { V6_12 };				\
	FIXTURE_VARIANT_ADD(fixture, v6_18) { V6_18 };				\
	FIXTURE_VARIANT_ADD(fixture, v7_3) { V7_3 }

/* A kernel option that Debian does not set: @field exists all the same. */
static inline void kernel_has(const char *field)
{
	sim_lacks_no_more(field);
}

/* Report what is longer than @min_us, as programs.c sets it. */
static inline void threshold(u64 min_us)
{
	threshold_ns = min_us ? min_us * US + 1 : 0;
	rough_times = threshold_ns > 2 * TICK;
}

static inline void see_existing(struct task *p)
{
	struct iter_task ctx = { .task = tp(p) };

	(why ? why_existing_tasks : existing_tasks)(&ctx);
}

static inline struct task *known_task(u32 tid, u32 tgid, char *comm)
{
	struct task *p = make_task(tid, tgid, comm);

	see_existing(p);
	return p;
}

static inline void look_for_stalled(struct task *p)
{
	struct iter_task ctx = { .task = tp(p) };

	(why ? why_waiting_tasks : waiting_tasks)(&ctx);
}

static inline void add_maps(void)
{
	sim_add_map(SIM_MAP(&cpus), SIM_CPUS);
	sim_add_map(SIM_MAP(&history), SIM_CPUS * MAX_CHUNKS);
	sim_add_map(SIM_MAP(&waits_by_length), NR_BUCKETS);
	sim_add_map(SIM_MAP(&waits), 0);
	sim_add_map(SIM_MAP(&waits_by_tid), 0);
	sim_add_map(SIM_MAP(&why_waits), 0);
	sim_add_map(SIM_MAP(&why_waits_by_tid), 0);
	sim_add_map(SIM_MAP(&tids), 0);
	sim_add_map(SIM_MAP(&tgids), 0);
	sim_add_map(SIM_MAP(&comms), 0);
	sim_add_map(SIM_MAP(&cgroups), 0);
	sim_add_map(SIM_MAP(&followed), 0);
}

/*
 * A machine with idle CPUs on which tracing has just begun. Before this the
 * test sets what kernel there is; after it what else it wants.
 */
static inline void boot(enum kernel v, bool explains)
{
	int c;

	sim_reset();
	kernel_is(v);
	sim.regs = &no_syscall;
	why = explains;
	clock_age_ns = 2 * TICK;
	tick_ns = TICK;
	nr_cpus = SIM_CPUS;
	nr_chunks = NR_CHUNKS;
	use_tids = v < V6_1;
	threshold(10 * 1000);
	add_maps();
	new_group(NULL, 1);
	for (c = 0; c < SIM_CPUS; c++) {
		/*
		 * Nearly as far apart on any two, as where sched_clock is
		 * stable.
		 */
		cpu[c].ahead = 500 * SECOND + 17 + 3 * c;
		cpu[c].rq.online = 1;
		init_task(&cpu[c].idle, 0, 0, "swapper");
		place(&cpu[c].idle, c);
		cpu[c].curr = &cpu[c].idle;
		cpu[c].idle.t.on_cpu = 1;
		set_state(&cpu[c].idle, TASK_RUNNING);
	}
	at(0);
	for (c = 0; c < SIM_CPUS; c++)
		update_clock(c);
	in_context_of(&cpu[0].idle);
	see_existing(&cpu[0].idle);
}

/*
 * The @i-th wait that was reported, segments and stacks aside; NULL if there
 * are fewer.
 */
static inline struct why_event *reported(size_t i)
{
	size_t nr = sim_nr_records(), k;
	const __u8 *kind;

	for (k = 0; k < nr; k++) {
		kind = sim_record(k, NULL);
		if (*kind != RECORD_SEGMENTS && *kind != RECORD_STACK && !i--)
			return (void *)kind;
	}
	return NULL;
}

static inline size_t nr_reported(void)
{
	size_t nr = 0;

	while (reported(nr))
		nr++;
	return nr;
}

/* How a test begins: @p has CPU 0, which was idle, from 1 ms on. */
static inline void begin_with(struct task *p)
{
	at(MS);
	wake(p, 0);
	switch_to(0, p, SLEEPS);
	sim_forget_records();
}

/* The newest segment of CPU @c, as the programs keep it. */
static inline const struct run_segment *newest_segment(u32 c)
{
	const struct cpu_state *state = bpf_map_lookup_elem(&cpus, &c);

	return &chunk_of(c, state->next_seq - 1)->segments[(state->next_seq - 1) % CHUNK];
}

/* Record @i is of a wait of @task, which ended @to_ns after BEGIN. */
#define WAS_REPORTED(i, task, to_ns, ns)					\
	do {									\
		const struct wait_event *__e = (void *)reported(i);		\
										\
		ASSERT_NE(NULL, __e);						\
		EXPECT_EQ((task)->t.pid, __e->tid);				\
		EXPECT_EQ(BEGIN + (to_ns), __e->end_ns);			\
		EXPECT_EQ(ns, __e->wait_ns);					\
	} while (0)

#endif /* __ENGINE_H */
