// SPDX-License-Identifier: GPL-2.0
/*
 * runqslower: report tasks that waited too long for a CPU.
 *
 * A wait begins when a task becomes ready to run (sched_wakeup,
 * sched_wakeup_new) or is switched out while it still wants to run
 * (sched_switch). The wait ends when the task is switched in. The begin is kept
 * in task storage, which neither overflows nor mixes up tasks by TID reuse; for
 * kernels without, see record_of().
 *
 * This file has the programs: what happens at each event, in order. How it
 * happens is in engine/:
 *
 *   filter        which tasks, CPUs and cgroups to report
 *   follow        which tasks are of the command that the tool runs
 *   clock         the present time, mostly without a read of the clock
 *   wait          a wait from its begin to its end, whatever its cause
 *   light         a wait without a record of its own (--light)
 *   why_wait      a wait that is to be explained
 *   records       the record of each task's wait
 *   recorder      which task had each CPU, from when on
 *   explain       what else is noted of a wait, so that user space can say why
 *   idle_cpus     which CPUs could have run the task
 *   quota         whose CPU time is used up
 *   lacked_quota  for how long the task was not allowed to run because of that
 *   classes       what holds back tasks that are not of the fair class
 *   learn         what is learnt once, before tracing begins
 *   compat        where kernels differ, and types, their structs
 *   vmlinux       the few types of the kernel, for a build without BTF
 *
 * The programs named why_... also explain waits. They are separate programs,
 * because the others then pay nothing for explanations: neither at an event nor
 * when they are loaded.
 *
 * Time before sched_wakeup fires (an IPI to an idle CPU, for one) is seen only
 * by why_waking(), with -W or --trace.
 */
#include <vmlinux.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>
#include "runqslower.h"
#include "engine/classes.bpf.h"
#include "engine/clock.bpf.h"
#include "engine/compat.bpf.h"
#include "engine/explain.bpf.h"
#include "engine/filter.bpf.h"
#include "engine/follow.bpf.h"
#include "engine/learn.bpf.h"
#include "engine/light.bpf.h"
#include "engine/quota.bpf.h"
#include "engine/recorder.bpf.h"
#include "engine/records.bpf.h"
#include "engine/wait.bpf.h"

static __always_inline void report(const struct ended *e)
{
	struct wait_event *to = new_event(e, sizeof(*to));

	if (!to)
		return;
	to->kind = RECORD_WAIT;
	fill_wait_event(to, e);
	bpf_ringbuf_submit(to, 0);
}

/* Test builds ignore every UNSEEN_EVERY-th event of a hook, as if unseen. */
#ifdef UNSEEN_EVERY
u32 nr_events[3];

static __always_inline bool is_unseen(int hook)
{
	return !(++nr_events[hook] % UNSEEN_EVERY);
}
#else
static __always_inline bool is_unseen(int hook)
{
	return false;
}
#endif

SEC("tp_btf/sched_wakeup")
int BPF_PROG(sched_wakeup, struct task_struct *p)
{
	struct cfs_rq___compat *cfs_rq = task_cfs_rq(p);
	struct wait *w;

	if (is_unseen(0))
		return 0;
	if (!rough_times)
		note_wakeup(p, cfs_rq);
	if (!is_wanted(p))
		return 0;
	w = new_wait_of(p);
	if (w && !has_begun(w, p))
		wait_begin(w, p, wakeup_time(p, cfs_rq));
	return 0;
}

SEC("tp_btf/sched_wakeup_new")
int BPF_PROG(sched_wakeup_new, struct task_struct *p)
{
	struct wait *w;

	if (is_unseen(1))
		return 0;
	if (!follow_child(p))
		count_lost(LOST_STORAGE);
	if (!rough_times)
		note_wakeup(p, task_cfs_rq(p));
	if (!is_wanted(p))
		return 0;
	w = new_wait_of(p);
	/*
	 * New tasks are few, so loading wakeup_time() would cost more than it
	 * saves.
	 */
	if (w && !has_begun(w, p))
		wait_begin(w, p, bpf_ktime_get_ns());
	return 0;
}

SEC("tp_btf/sched_switch")
int BPF_PROG(sched_switch, bool preempt, struct task_struct *prev,
	     struct task_struct *next)
{
	struct ended e = { .task = next, .prev = prev };
	struct wait *w;

	if (is_unseen(2))
		return 0;
	if (wants_cpu(preempt, prev)) {
		read_clock(&e);
		w = new_wait_of(prev);
		if (w)
			wait_begin(w, prev, wait_begins(prev, e.now));
	}
	if (!compat(next)->pid)
		return 0;
	e.cfs_rq = task_cfs_rq(next);
	e.cpu = cpu_state(next);
	if (!e.cpu)
		return 0;
	if (!rough_times) {
		if (e.now)
			e.cpu->woken = 0;
		else
			e.now = switch_time(e.cpu, e.cfs_rq, &e.behind);
	}
	if (!may_matter(&e) || !wait_end(&e, wait_of(next)))
		return 0;
	count_length(&e);
	if (over_threshold(&e)) {
		send_stack(ctx, &e);
		report(&e);
	}
	return 0;
}

SEC("tp_btf/sched_switch")
int BPF_PROG(light_switch, bool preempt, struct task_struct *prev,
	     struct task_struct *next)
{
	struct ended e = { .task = next, .prev = prev, .cfs_rq = task_cfs_rq(next) };

	if (is_unseen(2) || !light_may_matter(next, e.cfs_rq) || !compat(next)->pid)
		return 0;
	e.cpu = cpu_state(next);
	if (!e.cpu)
		return 0;
	read_clock(&e);
	if (may_matter_now(&e) && wait_end(&e, NULL) && over_threshold(&e)) {
		send_stack(ctx, &e);
		report(&e);
	}
	return 0;
}

/* @p was woken, or is new. */
static __always_inline void why_wakes(struct task_struct *p, enum wait_from from)
{
	struct cfs_rq___compat *cfs_rq = task_cfs_rq(p);
	struct why_wait *w;

	note_wakeup(p, cfs_rq);
	if (!is_wanted(p))
		return;
	w = new_why_wait_of(p);
	if (!w || has_begun(&w->wait, p))
		return;
	wait_begin(&w->wait, p, from == FROM_NEW ? bpf_ktime_get_ns() :
						   wakeup_time(p, cfs_rq));
	why_begin(w, p, cfs_rq, from, throttled_group(p, cfs_rq));
	why_woken(w, p);
}

SEC("tp_btf/sched_wakeup")
int BPF_PROG(why_wakeup, struct task_struct *p)
{
	if (!is_unseen(0))
		why_wakes(p, FROM_WOKEN);
	return 0;
}

SEC("tp_btf/sched_wakeup_new")
int BPF_PROG(why_wakeup_new, struct task_struct *p)
{
	if (is_unseen(1))
		return 0;
	if (!follow_child(p))
		count_lost(LOST_STORAGE);
	why_wakes(p, FROM_NEW);
	return 0;
}

SEC("tp_btf/sched_switch")
int BPF_PROG(why_switch, bool preempt, struct task_struct *prev,
	     struct task_struct *next)
{
	struct cfs_rq___compat *cfs_rq = task_cfs_rq(next), *prev_cfs_rq = task_cfs_rq(prev);
	struct cpu_state *c = cpu_state(next);
	struct ended e = { .task = next, .prev = prev, .cfs_rq = cfs_rq, .cpu = c };
	bool waits_again = wants_cpu(preempt, prev);
	u32 cpu = task_cpu(next);
	struct why_wait *w;
	u64 now, group;

	if (is_unseen(2) || !c)
		return 0;
	if (waits_again) {
		c->woken = 0;
		read_clock(&e);
	} else {
		e.now = switch_time(c, cfs_rq, &e.behind);
	}
	now = e.now;
	recorder_leaves(c, cpu, prev, prev_cfs_rq, now);
	group = why_leaves(prev, prev_cfs_rq, cpu, now);
	if (waits_again) {
		w = new_why_wait_of(prev);
		if (w) {
			wait_begin(&w->wait, prev, wait_begins(prev, now));
			why_begin(w, prev, prev_cfs_rq, !preempt && is_in_yield(prev) ?
				  FROM_YIELDED : FROM_PREEMPTED, group);
			why_no_waker(w);
		}
	}
	if (compat(next)->pid && may_matter_now(&e)) {
		w = why_wait_of(next);
		if (wait_end(&e, w ? &w->wait : NULL) && is_wanted_cgroup(next)) {
			count_length(&e);
			if (over_threshold(&e)) {
				send_stack(ctx, &e);
				report_why(&e, w, 0);
			}
		}
	}
	recorder_enters(c, cpu, next, cfs_rq, now);
	return 0;
}

#define PWR_EVENT_EXIT	-1U

/*
 * Fired by the idle task when it lets the CPU rest, and when that is over.
 * Loaded where there is core scheduling, since 5.14.
 */
SEC("tp_btf/cpu_idle")
int BPF_PROG(why_idle, u32 state, u32 cpu)
{
	struct task_struct *p = bpf_get_current_task_btf();

	if (state != PWR_EVENT_EXIT)
		recorder_idles(p, task_cfs_rq(p));
	return 0;
}

SEC("tp_btf/sched_waking")
int BPF_PROG(why_waking, struct task_struct *p)
{
	struct why_wait *w;

	if (!is_wanted(p))
		return 0;
	w = new_why_wait_of(p);
	/* A task that is queued or running is not being woken up. */
	if (w && !(has_begun(&w->wait, p) && task_on_rq(p)))
		why_note_waker(w);
	return 0;
}

/* Loaded where the times of switches are asked for: see switch_time(). */
SEC("tp_btf/sched_migrate_task")
int BPF_PROG(sched_migrate, struct task_struct *p, int dest_cpu)
{
	struct wait *w;

	if (!task_on_rq(p))
		return 0;
	note_arrival(dest_cpu);
	w = sleeps_queued(p) ? wait_of(p) : NULL;
	if (w)
		wait_is_none(w, p);
	return 0;
}

/*
 * @p goes to @dest_cpu. If @p is queued, the run queue that @p leaves is
 * locked, but that of @dest_cpu need not be.
 */
SEC("tp_btf/sched_migrate_task")
int BPF_PROG(why_migrate, struct task_struct *p, int dest_cpu)
{
	struct cpu_state *c;
	struct why_wait *w;

	if (!task_on_rq(p))
		return 0;
	c = note_arrival(dest_cpu);
	w = why_wait_of(p);
	if (w && sleeps_queued(p))
		wait_is_none(&w->wait, p);
	else if (w && has_begun(&w->wait, p))
		why_note_migration(w, p, c, dest_cpu);
	return 0;
}

/* Fired before the task has its new name. Exec renames, too. */
SEC("tp_btf/task_rename")
int BPF_PROG(why_rename, struct task_struct *p, const char *comm)
{
	recorder_renames(p, comm);
	return 0;
}

/* The context of every iter/task program. */
struct iter_task {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
};

/*
 * Records are made while no run queue is locked, because under that lock memory
 * cannot always be had: here for new tasks, at their fork. For other tasks
 * iterators make the records, before tracing begins. With use_tids loaded for
 * a command only.
 */
SEC("tp_btf/sched_process_fork")
int BPF_PROG(new_task, struct task_struct *parent, struct task_struct *child)
{
	follow_child(child);
	if (!use_tids && is_wanted_id(child))
		bpf_task_storage_get(&waits, child, NULL, BPF_LOCAL_STORAGE_GET_F_CREATE);
	return 0;
}

SEC("tp_btf/sched_process_fork")
int BPF_PROG(why_new_task, struct task_struct *parent, struct task_struct *child)
{
	follow_child(child);
	if (!use_tids && is_wanted_id(child))
		bpf_task_storage_get(&why_waits, child, NULL, BPF_LOCAL_STORAGE_GET_F_CREATE);
	return 0;
}

SEC("iter/task")
int existing_tasks(struct iter_task *ctx)
{
	struct task_struct *p = ctx->task;

	learn_of_kernel();
	if (p && !use_tids && is_wanted_id(p))
		bpf_task_storage_get(&waits, p, NULL, BPF_LOCAL_STORAGE_GET_F_CREATE);
	return 0;
}

/*
 * Was @p, which is queued, throttled before tracing began? Not if @p sleeps: a
 * wait begins when it is woken.
 */
static __always_inline void find_throttled(struct task_struct *p)
{
	struct cfs_rq___compat *cfs_rq = task_cfs_rq(p);
	u64 group = throttled_group(p, cfs_rq);
	struct why_wait *w;

	if (!group || sleeps_queued(p) || !is_wanted(p))
		return;
	w = new_why_wait_of(p);
	if (w)
		why_began_throttled(w, p, cfs_rq, group);
}

SEC("iter/task")
int why_existing_tasks(struct iter_task *ctx)
{
	struct task_struct *p = ctx->task;

	learn_of_kernel();
	if (p && !use_tids && is_wanted_id(p))
		bpf_task_storage_get(&why_waits, p, NULL, BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (p && task_on_cpu(p))
		recorder_begins(p);
	else if (p && task_on_rq(p))
		find_throttled(p);
	return 0;
}

/*
 * Does @p wait, and is it to be reported? Fills @e. Nothing is locked, so @p
 * may be about to run.
 */
static __always_inline bool is_waiting(struct ended *e, struct task_struct *p)
{
	if (!p)
		return false;
	e->task = p;
	e->cpu = cpu_state(p);
	if (!e->cpu || !task_on_rq(p) || task_on_cpu(p) ||
	    !is_wanted_cpu(task_cpu(p)) || !is_wanted(p))
		return false;
	e->cfs_rq = task_cfs_rq(p);
	read_clock(e);
	return true;
}

/*
 * Does e->task wait for sure? Not if only sched_info has the begin and the task
 * sleeps, because a sleeping task can still be on the run queue (delayed
 * dequeue, since 6.12).
 */
static __always_inline bool is_certain(const struct ended *e)
{
	return e->begin_seen || task_is_running(e->task);
}

/*
 * A task was reported. User space reads a byte for each, and what it reads at
 * once is a piece, after which it empties the ring buffer: see iterate().
 */
static __always_inline void end_of_piece(struct iter_task *ctx)
{
	const char byte = 0;

	bpf_seq_write(ctx->meta->seq, &byte, sizeof(byte));
}

SEC("iter/task")
int waiting_tasks(struct iter_task *ctx)
{
	struct ended e = {};

	if (is_waiting(&e, ctx->task) && wait_end(&e, wait_of(e.task)) && is_certain(&e) &&
	    over_threshold(&e)) {
		report(&e);
		end_of_piece(ctx);
	}
	return 0;
}

SEC("iter/task")
int why_waiting_tasks(struct iter_task *ctx)
{
	struct ended e = {};
	struct why_wait *w;

	if (!is_waiting(&e, ctx->task))
		return 0;
	w = why_wait_of(e.task);
	if (wait_end(&e, w ? &w->wait : NULL) && is_certain(&e) && over_threshold(&e) &&
	    is_wanted_cgroup(e.task)) {
		report_why(&e, w, recorder_looks(e.cpu, task_cpu(e.task), rq_curr(e.cfs_rq),
						 e.now));
		end_of_piece(ctx);
	}
	return 0;
}

/* Delete what is kept by TID, because only task storage goes with its task. */
SEC("tp_btf/sched_process_free")
int BPF_PROG(task_gone, struct task_struct *p)
{
	u32 tid = compat(p)->pid;

	if (use_tids)
		bpf_map_delete_elem(&waits_by_tid, &tid);
	unfollow(p);
	return 0;
}

SEC("tp_btf/sched_process_free")
int BPF_PROG(why_task_gone, struct task_struct *p)
{
	u32 tid = compat(p)->pid;

	if (use_tids)
		bpf_map_delete_elem(&why_waits_by_tid, &tid);
	unfollow(p);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
