// SPDX-License-Identifier: GPL-2.0
/*
 * runqslower: report tasks that waited too long for a CPU.
 *
 * A wait begins when a task becomes ready to run (sched_wakeup,
 * sched_wakeup_new) or is switched out while it still wants to run
 * (sched_switch), and ends when it is switched in. The start is kept in task
 * storage, so it can neither be mixed up by TID reuse nor overflow.
 *
 * What is not obvious:
 *
 * - A start is never trusted by its mere presence, because the events in
 *   between may have gone unseen (another tracer recursed, the kernel hid
 *   them). Next to it stands how often the task had been switched out by then.
 *   Once the task has run again that number has grown and the start is void.
 *   So nothing needs to be cleared at switch-in, a wakeup of a task that is
 *   already queued does not restart its wait, and a wakeup of a task that is
 *   running cannot leave anything behind.
 *
 * - Where no start is known (the task was queued before tracing began, or its
 *   wakeup went unseen), sched_info.last_queued has it for this run queue.
 *
 * - Reading the time is the largest cost, so it is mostly not done. At a wakeup
 *   the run queue's own clock has just been updated, under the lock that is
 *   still held. At a switch that clock may be some ticks old (the scheduler
 *   skips the update when a wakeup has just asked for the switch), and on a CPU
 *   that was idle, with its tick stopped, older still. It is good enough there
 *   to tell that a wait cannot have been long, which is nearly always the
 *   answer. Whatever is reported is measured with the monotonic clock.
 *
 * - A task that is preempted between set_current_state() and schedule() stays
 *   queued although its state is not TASK_RUNNING: preemption ignores the
 *   state. It waits, so it is measured. The kernel's own run_delay misses it.
 *
 * Not seen: time before sched_wakeup fires (an IPI to an idle CPU, for one).
 */
#include <vmlinux.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>
#include "runqslower.h"
#include "kernel.bpf.h"

/* Set by user space before loading. An option that is off costs nothing. */
const volatile __u64 report_from_ns;	/* report waits of at least this */
const volatile __u64 quick_ns;		/* the same less clock_age_ns, 0 if below */
const volatile __u64 clock_age_ns;	/* no busy CPU's clock is older than this */
const volatile __u64 tick_ns;		/* length of a jiffy */
const volatile bool filter_tasks;	/* by any of these: */
const volatile __u32 nr_tgids;		/* number of values, 0: off, */
const volatile __u32 nr_tids;
const volatile bool filter_comms;
const volatile __u32 only_tgid;		/* and the value if there is one */
const volatile __u32 only_tid;
const volatile bool filter_cpus;
const volatile __u64 cpu_mask[MAX_CPUS / 64];
const volatile bool use_tids;		/* waits_by_tid instead of waits */
const volatile bool in_pidns;		/* PIDs are not those of the initial one */

__u64 jiffies_ahead;			/* CLOCK_MONOTONIC when jiffies were 0 */
__u64 pidns_level, pidns;		/* but of this, set by existing_tasks */
struct wait_stats stats = {};

/* The wait of a task: when it began, and how to tell whether that still holds. */
struct wait {
	__u64 since;			/* CLOCK_MONOTONIC, ns */
	__u64 stamp;			/* wait_stamp() at that time */
};

/* The current or the last wait of every task. */
struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct wait);
} waits SEC(".maps");

/*
 * The same by TID, where tracing programs have no task storage (before 5.13).
 * Allocated beforehand, as nothing can be allocated when it is needed. Sized by
 * user space.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct wait);
} waits_by_tid SEC(".maps");

/*
 * What to add to a run queue's clock to get CLOCK_MONOTONIC. Times are those of
 * the run queue's clock.
 */
struct clock {
	__u64 offset;
	__u64 sampled;			/* when it was last looked at, 0: never */
	__u64 span;			/* begin of the present span */
	__u64 least;			/* difference seen in it */
	__u64 pad[4];			/* fills a cache line */
};

/* By CPU, written under the lock of its run queue. Sized by user space. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct clock);
} clocks SEC(".maps");

/* Reported waits. Sized by user space. */
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} events SEC(".maps");

/* Processes to report, when there are several. Sized by user space. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u8);
} tgids SEC(".maps");

/* Threads to report, when there are several. Sized by user space. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u8);
} tids SEC(".maps");

/* Beginnings of the names to report. Sized by user space. */
struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 1);
	__type(key, struct comm_key);
	__type(value, __u8);
} comms SEC(".maps");

static __noinline __u32 pid_for_user(struct task_struct___any *p)
{
	__u64 ns;
	__u32 pid = pid_at(p, pidns_level, &ns);

	return ns == pidns ? pid : 0;
}

static __always_inline __u32 tid_of(struct task_struct *p)
{
	return in_pidns ? pid_for_user(any(p)) : any(p)->pid;
}

static __always_inline __u32 tgid_of(struct task_struct *p)
{
	return in_pidns ? pid_for_user(any(p)->group_leader) : any(p)->tgid;
}

/* Not inlined: filters are used in many places, and mostly off. */
static __noinline bool is_wanted_id(struct task_struct *p)
{
	__u32 id;

	if (nr_tids) {
		id = tid_of(p);
		if (nr_tids == 1 ? id != only_tid :
				   !bpf_map_lookup_elem(&tids, &id))
			return false;
	}
	if (nr_tgids) {
		id = tgid_of(p);
		if (nr_tgids == 1 ? id != only_tgid :
				    !bpf_map_lookup_elem(&tgids, &id))
			return false;
	}
	return true;
}

static __noinline bool is_wanted_comm(struct task_struct *p)
{
	struct comm_key key = { .prefixlen = 8 * TASK_COMM_LEN };

	bpf_probe_read_kernel_str(key.comm, sizeof(key.comm), any(p)->comm);
	return bpf_map_lookup_elem(&comms, &key);
}

static __always_inline bool is_wanted(struct task_struct *p)
{
	if (!filter_tasks)
		return true;
	return is_wanted_id(p) && (!filter_comms || is_wanted_comm(p));
}

static __always_inline bool is_wanted_cpu(__u32 cpu)
{
	if (!filter_cpus)
		return true;
	return cpu < MAX_CPUS && cpu_mask[cpu / 64] & 1ULL << cpu % 64;
}

/*
 * The difference between the two clocks, as seen, is the real one plus the time
 * that passed between updating the one and reading the other: mostly less than
 * 1 us, but milliseconds where a hypervisor took the CPU. So it is the least seen
 * in the present span and the one before, no longer as the clocks drift apart; and
 * it does not grow faster than they do: NTP slews CLOCK_MONOTONIC by 500 ppm.
 */
#define SAMPLE_NS	(1000 * 1000)
#define SPAN_NS		(32 * 1000 * 1000)
#define MAX_DRIFT_SHIFT	10		/* 1 / 1024 */
#define CLOCK_ERROR_NS	(100 * 1000)	/* more than was ever seen */

static __always_inline void learn_offset(struct clock *c, __u64 clock, __u64 now)
{
	__u64 seen = now - clock, age = clock - c->span, offset, limit;

	if (age < SPAN_NS) {
		if ((__s64)(seen - c->least) < 0)
			c->least = seen;
		if ((__s64)(seen - c->offset) < 0)
			c->offset = seen;
	} else {
		offset = seen;
		if (age < 4 * SPAN_NS && (__s64)(c->least - seen) < 0)
			offset = c->least;
		limit = c->offset + (age >> MAX_DRIFT_SHIFT);
		if (c->sampled && (__s64)(offset - limit) > 0)
			offset = limit;
		c->offset = offset;
		c->least = seen;
		c->span = clock;
	}
	c->sampled = clock;
}

/* From a clock that may be old: good for no more than to find a smaller one. */
static __always_inline void improve_offset(struct clock *c, __u64 clock, __u64 now)
{
	if (!c->sampled || (__s64)(now - clock - c->offset) < 0)
		c->offset = now - clock;
}

/*
 * A time that is not far behind the present one, without asking the clock: what
 * the run queue's clock says, or the jiffies, which another CPU counts. Either
 * stands still for a while where a hypervisor has taken the CPU that updates it.
 */
static __always_inline __u64 recent_time(struct clock *c, __u64 clock)
{
	__u64 by_jiffies = bpf_jiffies64() * tick_ns + jiffies_ahead;
	__u64 by_clock = clock + c->offset;

	return by_jiffies > by_clock ? by_jiffies : by_clock;
}

/* The time of the wakeup of @p: its run queue's clock was updated for it. */
static __always_inline __u64 wakeup_time(struct task_struct *p)
{
	__u32 cpu = task_cpu(p);
	struct clock *c;
	__u64 clock;

	if (!has_rq_clock())
		return bpf_ktime_get_ns();
	clock = rq_clock_of(p);
	c = bpf_map_lookup_elem(&clocks, &cpu);
	if (!c)
		return clock;		/* cannot be: there is one for every CPU */
	/* A task that wakes itself does so without the lock: a stale clock. */
	if (clock - c->sampled > SAMPLE_NS && (__u64)p != bpf_get_current_task())
		learn_offset(c, clock, bpf_ktime_get_ns());
	return clock + c->offset;
}

static __always_inline void count_lost(enum lost_reason reason)
{
	__sync_fetch_and_add(&stats.lost[reason], 1);
}

/* Unique for each wait of @p, and never 0; by TID, also for each task. */
static __always_inline __u64 wait_stamp(struct task_struct *p)
{
	return nr_switches(p) + (use_tids ? start_time(p) : 0) + 1;
}

/*
 * The wait record of @p. NULL if it could not be given one, and before 6.2 also
 * while this CPU is inside of another look-up; sched_info tells of the wait then.
 */
static __always_inline struct wait *wait_of(struct task_struct *p)
{
	__u32 tid;

	if (use_tids) {
		tid = any(p)->pid;
		return bpf_map_lookup_elem(&waits_by_tid, &tid);
	}
	return bpf_task_storage_get(&waits, p, NULL,
				    can_create_under_rq_lock() ?
				    BPF_LOCAL_STORAGE_GET_F_CREATE : 0);
}

/* The same for a wait that begins now. */
static __always_inline struct wait *new_wait_of(struct task_struct *p)
{
	struct wait *w = wait_of(p);

	if (!w && use_tids) {
		struct wait none = {};
		__u32 tid = any(p)->pid;

		bpf_map_update_elem(&waits_by_tid, &tid, &none, BPF_NOEXIST);
		w = bpf_map_lookup_elem(&waits_by_tid, &tid);
	}
	if (!w && !has_sched_info())
		count_lost(LOST_STORAGE);
	return w;
}

/* @p was woken, or is new. */
static __always_inline void wait_begin(struct task_struct *p, bool is_new)
{
	__u64 stamp = wait_stamp(p);
	struct wait *w;

	if (!is_wanted(p))
		return;
	w = new_wait_of(p);
	if (!w || w->stamp == stamp)
		return;			/* it was queued already */
	/* New tasks are few: not worth the time to load the other way. */
	w->since = is_new ? bpf_ktime_get_ns() : wakeup_time(p);
	w->stamp = stamp;
}

/* @p was switched out at @now though it wants to run. */
static __always_inline void wait_begin_again(struct task_struct *p, __u64 now)
{
	struct wait *w = new_wait_of(p);

	if (!w)
		return;
	w->since = now;
	w->stamp = wait_stamp(p);
}

/* @next has waited for @wait_ns. */
static __always_inline void report(struct task_struct *prev,
				   struct task_struct *next, __u64 now,
				   __u64 wait_ns)
{
	struct wait_event *e;

	__sync_fetch_and_add(&stats.seen, 1);
	e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);
	if (!e) {
		count_lost(LOST_RING);
		return;
	}
	e->end_ns = now;
	e->wait_ns = wait_ns;
	e->tid = tid_of(next);
	e->tgid = tgid_of(next);
	e->prev_tid = tid_of(prev);
	e->cpu = task_cpu(next);
	bpf_probe_read_kernel_str(e->comm, sizeof(e->comm), any(next)->comm);
	bpf_probe_read_kernel_str(e->prev_comm, sizeof(e->prev_comm),
				  any(prev)->comm);
	bpf_ringbuf_submit(e, 0);
}

/*
 * @next is switched in after @prev. @now is 0 if the time has not been read yet.
 */
static __always_inline void wait_end(struct task_struct *prev,
				     struct task_struct *next, __u64 now)
{
	/*
	 * An idle CPU may have no tick, and so a clock of any age. (With nohz_full
	 * any CPU may: there user space leaves quick_ns at 0.) Elsewhere a tick that
	 * is due comes before the switch, as interrupts were enabled in between.
	 */
	bool quick = quick_ns && has_rq_clock() && any(prev)->pid;
	__u64 clock = has_rq_clock() ? rq_clock_of(next) : 0;
	__u64 since = 0, queued = 0, recent = 0;
	__u32 cpu = task_cpu(next);
	struct clock *c = bpf_map_lookup_elem(&clocks, &cpu);
	struct wait *w;

	if (!c)
		return;			/* cannot be: there is one for every CPU */
	if (!c->sampled)
		quick = false;
	if (quick)
		recent = recent_time(c, clock);
	/* It has run so lately that it cannot have waited that long. */
	if (quick && has_sched_info() &&
	    (__s64)(recent - c->offset - last_arrival(next)) < (__s64)quick_ns)
		return;
	if (!is_wanted_cpu(cpu) || !is_wanted(next))
		return;
	/* The same by the exact time, where the run queue's clock will not do. */
	if (!quick && report_from_ns && has_rq_clock() && has_sched_info()) {
		if (!now)
			now = bpf_ktime_get_ns();
		if (c->sampled && (__s64)(now - c->offset - last_arrival(next) +
					  CLOCK_ERROR_NS - report_from_ns) < 0)
			return;
	}
	w = wait_of(next);
	if (w && w->stamp == wait_stamp(next)) {
		since = w->since;
		if (quick && (__s64)(recent - since) < (__s64)quick_ns)
			return;
	} else {
		if (has_rq_clock() && has_sched_info())
			queued = last_queued(next);
		if (!queued ||
		    (quick && (__s64)(recent - c->offset - queued) < (__s64)quick_ns))
			return;
	}

	if (!now)
		now = bpf_ktime_get_ns();
	if (has_rq_clock())
		improve_offset(c, clock, now);
	if (queued)
		since = queued + c->offset;
	if ((__s64)(now - since) < 0) {
		/* By a little: the two readings of a very short wait. */
		if (since - now > clock_age_ns) {
			count_lost(LOST_CLOCK);
			return;
		}
		since = now;
	}
	if (now - since >= report_from_ns)
		report(prev, next, now, now - since);
}

/* Test builds act as if every so many events of a hook had gone unseen. */
#ifdef UNSEEN_EVERY
__u32 nr_events[3];

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
	if (is_unseen(0))
		return 0;
	wait_begin(p, false);
	return 0;
}

SEC("tp_btf/sched_wakeup_new")
int BPF_PROG(sched_wakeup_new, struct task_struct *p)
{
	if (is_unseen(1))
		return 0;
	wait_begin(p, true);
	return 0;
}

SEC("tp_btf/sched_switch")
int BPF_PROG(sched_switch, bool preempt, struct task_struct *prev,
	     struct task_struct *next)
{
	__u64 now = 0;

	if (is_unseen(2))
		return 0;
	if ((preempt || task_is_running(prev)) && any(prev)->pid && is_wanted(prev)) {
		now = bpf_ktime_get_ns();
		wait_begin_again(prev, now);
	}
	if (any(next)->pid)
		wait_end(prev, next, now);
	return 0;
}

/*
 * Give every task a record while no run queue is locked: there it takes long, or
 * is not possible. New tasks,
 */
SEC("tp_btf/sched_process_fork")
int BPF_PROG(sched_process_fork, struct task_struct *parent,
	     struct task_struct *child)
{
	if (is_wanted_id(child))
		bpf_task_storage_get(&waits, child, NULL,
				     BPF_LOCAL_STORAGE_GET_F_CREATE);
	return 0;
}

/* and those that exist. The context is that of every iter/task program. */
struct iter_task {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
};

SEC("iter/task")
int existing_tasks(struct iter_task *ctx)
{
	struct task_struct *p = ctx->task;
	struct task_struct___any *self;

	/* Less a tick, as the present one may be nearly over: never ahead of time. */
	if (!jiffies_ahead)
		jiffies_ahead = bpf_ktime_get_ns() - (bpf_jiffies64() + 1) * tick_ns;
	/* This runs in the context of the tool. */
	if (in_pidns && !pidns) {
		self = (void *)bpf_get_current_task();
		pidns_level = pid_level(self);
		pid_at(self, pidns_level, &pidns);
	}
	if (p && !use_tids && is_wanted_id(p))
		bpf_task_storage_get(&waits, p, NULL,
				     BPF_LOCAL_STORAGE_GET_F_CREATE);
	return 0;
}

/* Only for waits_by_tid: task storage goes with its task. */
SEC("tp_btf/sched_process_free")
int BPF_PROG(sched_process_free, struct task_struct *p)
{
	__u32 tid = any(p)->pid;

	bpf_map_delete_elem(&waits_by_tid, &tid);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
