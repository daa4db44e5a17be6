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
 * Not seen, but with -W: time before sched_wakeup fires (an IPI to an idle CPU, for one).
 *
 * Why a task waited is found with what the programs named why_... also do:
 *
 * - A flight recorder notes for each CPU who runs, from every switch on. A wait that is
 *   reported takes along the segments that overlap it, from each CPU that the task was
 *   queued on; a segment is sent once. What is made of them is up to user space.
 *
 * - The recorder checks itself in the same way: who leaves a CPU must be who came last,
 *   and must not have been switched out in between.
 *
 * - The quota that a group lacked is the growth of the time that its run queue was
 *   throttled, which counts the groups above it as well.
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
const volatile bool count_all;		/* in waits_by_length */
const volatile __u32 nr_cgroups;	/* number of values to filter by, 0: off */
const volatile bool cgroups_v1;		/* they are of v1 */
const volatile bool explain;		/* the programs named why are in use */
const volatile __s64 preempt_count_at;	/* from a run queue on, see preempt_count() */
const volatile __u32 in_irq_mask;	/* of the preempt count */
const volatile __u32 nr_cpus;		/* possible ones */
const volatile __u32 nr_chunks = 1;	/* of segments per CPU, a power of two */

__u64 jiffies_ahead;			/* CLOCK_MONOTONIC when jiffies were 0 */
__u64 pidns_level, pidns;		/* but of this, set by existing_tasks */
struct wait_stats stats = {};

/* The wait of a task: when it began, and how to tell whether that still holds. */
struct wait {
	__u64 since;			/* CLOCK_MONOTONIC, ns */
	__u64 stamp;			/* wait_stamp() at that time */
};

/* The same with what it takes to explain it. See struct why_event. */
struct why_wait {
	struct wait wait;		/* first */
	struct stolen stolen;		/* at the begin */
	__u64 throttled;		/* throttled_time() when it came to this CPU */
	__u64 quota_ns;			/* on CPUs it has left */
	__u64 quota_since;
	__u64 quota_cgroup;
	struct hop hops[MAX_HOPS];
	__u32 nr_hops;
	__u8 from;
	__u8 waker_kind;
	__u8 pad[2];
	/* Of the wakeup under way; waking is 0 when there is none. */
	__u64 waking;
	__u64 wakeup_ns;
	__u32 waker_tid;
	__u32 waker_tgid;
	char waker_comm[TASK_COMM_LEN];
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

/* The two again, in use instead of them where waits are explained. */
struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct why_wait);
} why_waits SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct why_wait);
} why_waits_by_tid SEC(".maps");

struct cpu_state {
	/*
	 * What to add to the run queue's clock to get CLOCK_MONOTONIC. Times are
	 * those of the run queue's clock.
	 */
	__u64 offset;
	__u64 sampled;			/* when it was last looked at, 0: never */
	__u64 span;			/* begin of the present span */
	__u64 least;			/* difference seen in it */
	/* The last wakeup since the last switch: the clock then, or 0; and jiffies. */
	__u64 woken;
#define SOME_TIME	1		/* or a task has come from another CPU */
	__u64 woken_jiffies;
	/* The flight recorder. Times are CLOCK_MONOTONIC. */
	__u64 running;			/* run_stamp() of who has the CPU */
	__u64 started;			/* when the last segment began */
	__u64 idle_since;		/* 0: it is not */
	__u32 next_seq;			/* of the next segment */
	__u32 pad;
	/* The last time a task left this CPU because its group was throttled. */
	__u64 throttled_since;
	__u64 throttled_cgroup;
	__u64 rq;			/* the address of its run queue, 0: not known */
	__u64 pad2[3];			/* fills a cache line */
};

/* By CPU, written under the lock of its run queue. Sized by user space. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct cpu_state);
} cpus SEC(".maps");

/* A part of the flight recorder: what a CPU has run last. */
struct run_chunk {
	__u64 nr_sent;			/* of these segments: user space has them */
	struct run_segment segments[CHUNK];
};

/* nr_chunks for each CPU. Not per CPU, so that other CPUs can read it. Sized by user space. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct run_chunk);
} history SEC(".maps");

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

/* IDs of the cgroups to report. Sized by user space. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, __u64);
	__type(value, __u8);
} cgroups SEC(".maps");

/* How many waits there were of each length, over the threshold or not. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, NR_BUCKETS);
	__type(key, __u32);
	__type(value, __u64);
} waits_by_length SEC(".maps");

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

static __always_inline __u32 current_tid(void)
{
	struct task_struct___any *p = (void *)bpf_get_current_task();

	return in_pidns ? pid_for_user(p) : (__u32)bpf_get_current_pid_tgid();
}

static __always_inline __u32 current_tgid(void)
{
	struct task_struct___any *p = (void *)bpf_get_current_task();

	return in_pidns ? pid_for_user(BPF_CORE_READ(p, group_leader)) :
			  bpf_get_current_pid_tgid() >> 32;
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

/*
 * Is @p in one of the cgroups, or below? By programs that explain only, and for waits
 * that would be reported: this takes long.
 */
static __always_inline bool is_wanted_cgroup(struct task_struct *p)
{
	struct cgroup___any *cgroup;
	__u64 id;
	int depth;

	if (!nr_cgroups)
		return true;
	cgroup = cgroup_in(p, cgroups_v1);
	for (depth = 0; depth < MAX_CGROUP_DEPTH && cgroup; depth++) {
		id = cgroup_id(cgroup);
		if (bpf_map_lookup_elem(&cgroups, &id))
			return true;
		cgroup = cgroup_above(cgroup);
	}
	return false;
}

static __always_inline void count_length(__u64 ns)
{
	__u32 bucket = bucket_of(ns);
	__u64 *count = bpf_map_lookup_elem(&waits_by_length, &bucket);

	if (count)
		(*count)++;
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

static __always_inline void learn_offset(struct cpu_state *c, __u64 clock, __u64 now)
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
static __always_inline void improve_offset(struct cpu_state *c, __u64 clock, __u64 now)
{
	if (!c->sampled || (__s64)(now - clock - c->offset) < 0)
		c->offset = now - clock;
}

/*
 * A time that is not far behind the present one, without asking the clock: what
 * the run queue's clock says, or the jiffies, which another CPU counts. Either
 * stands still for a while where a hypervisor has taken the CPU that updates it.
 */
static __always_inline __u64 recent_time(struct cpu_state *c, __u64 clock)
{
	__u64 by_jiffies = bpf_jiffies64() * tick_ns + jiffies_ahead;
	__u64 by_clock = clock + c->offset;

	return by_jiffies > by_clock ? by_jiffies : by_clock;
}

/* The time of the wakeup of @p, of @q: its run queue's clock was updated for it. */
static __always_inline __u64 wakeup_time(struct task_struct *p, struct cfs_rq___any *q)
{
	__u32 cpu = task_cpu(p);
	struct cpu_state *c;
	__u64 clock;

	if (!has_rq_clock())
		return bpf_ktime_get_ns();
	clock = rq_clock(q);
	c = bpf_map_lookup_elem(&cpus, &cpu);
	if (!c)
		return clock;		/* cannot be: there is one for every CPU */
	/* A task that wakes itself does so without the lock: a stale clock. */
	if (clock - c->sampled > SAMPLE_NS && (__u64)p != bpf_get_current_task())
		learn_offset(c, clock, bpf_ktime_get_ns());
	return clock + c->offset;
}

/*
 * The time of a switch to which no wait begins, without asking the clock where that of the run queue is
 * known to be new: __schedule() updates it, but not when a wakeup since the last
 * switch, or a task that came from another CPU, has asked for this one. Then it is as
 * old as that, or, if the task went on for so long, as the last tick.
 */
static __always_inline __u64 switch_time(struct cpu_state *c, struct cfs_rq___any *q)
{
	__u64 woken = c->woken, clock, now;

	if (!has_rq_clock())
		return bpf_ktime_get_ns();
	clock = rq_clock(q);
	c->woken = 0;
	if (woken && (clock == woken || woken == SOME_TIME ||
		      c->woken_jiffies != bpf_jiffies64())) {
		now = bpf_ktime_get_ns();
		improve_offset(c, clock, now);
		return now;
	}
	if (clock - c->sampled > SAMPLE_NS)
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
 * The wait record of @p: a struct why_wait if @why. NULL if it could not be given
 * one, and before 6.2 also while this CPU is inside of another look-up; sched_info
 * tells of the wait then.
 */
static __always_inline struct wait *wait_of(struct task_struct *p, const bool why)
{
	__u64 flags = can_create_under_rq_lock() ? BPF_LOCAL_STORAGE_GET_F_CREATE : 0;
	__u32 tid;

	if (use_tids) {
		tid = any(p)->pid;
		return why ? bpf_map_lookup_elem(&why_waits_by_tid, &tid) :
			     bpf_map_lookup_elem(&waits_by_tid, &tid);
	}
	return why ? bpf_task_storage_get(&why_waits, p, NULL, flags) :
		     bpf_task_storage_get(&waits, p, NULL, flags);
}

/* The same for a wait that begins now. */
static __always_inline struct wait *new_wait_of(struct task_struct *p, const bool why)
{
	struct wait *w = wait_of(p, why);

	if (!w && use_tids) {
		struct why_wait none = {};
		__u32 tid = any(p)->pid;

		if (why)
			bpf_map_update_elem(&why_waits_by_tid, &tid, &none, BPF_NOEXIST);
		else
			bpf_map_update_elem(&waits_by_tid, &tid, &none.wait, BPF_NOEXIST);
		w = wait_of(p, why);
	}
	if (!w && !has_sched_info())
		count_lost(LOST_STORAGE);
	return w;
}

/* May throttling have a part in the wait of @p? */
static __always_inline bool may_lack_quota(struct why_wait *w, struct task_struct *p)
{
	return has_quota(p) && (!throttles_tasks() || w->from == FROM_THROTTLED);
}

/* Note what will be needed to explain the wait of @p, of @q, which begins now. */
static __always_inline void why_begin(struct why_wait *w, struct task_struct *p,
				      struct cfs_rq___any *q, enum wait_from from)
{
	__u32 cpu = task_cpu(p);
	struct cpu_state *c = bpf_map_lookup_elem(&cpus, &cpu);
	bool throttled = is_throttled(p, q);

	w->from = throttled && from == FROM_PREEMPTED ? FROM_THROTTLED : from;
	w->nr_hops = 0;
	w->stolen = stolen_time(q);
	w->quota_ns = 0;
	w->quota_since = 0;
	w->quota_cgroup = 0;
	if (throttled && c) {
		/* At a switch that is done already. */
		if (from != FROM_PREEMPTED)
			c->throttled_cgroup = throttled_group(p);
		w->quota_since = w->wait.since;
		w->quota_cgroup = c->throttled_cgroup;
	}
	if (may_lack_quota(w, p))
		w->throttled = throttled_time(q, false);
}

/* The wait was not begun by a wakeup, or that was not seen. */
static __always_inline void why_no_waker(struct why_wait *w)
{
	w->waking = 0;
	w->wakeup_ns = 0;
	w->waker_kind = WAKER_UNSEEN;
}

/*
 * @p, woken by now, is queued: the wait began when its wakeup was asked for. But
 * not if the task has run since: it was for an earlier one.
 */
static __always_inline void why_woken(struct why_wait *w, struct task_struct *p)
{
	__u64 waking = w->waking, since = w->wait.since;
	__u32 cpu = task_cpu(p);
	struct cpu_state *c = bpf_map_lookup_elem(&cpus, &cpu);

	if (!waking || !c || (__s64)(since - waking) < 0 ||
	    (has_sched_info() && has_rq_clock() &&
	     (__s64)(last_arrival(p) + c->offset - waking) > 0)) {
		why_no_waker(w);
		return;
	}
	w->wakeup_ns = since - waking;
	w->wait.since = waking;
	w->waking = 0;
}

/* For switch_time() */
static __always_inline void note_wakeup(struct task_struct *p, struct cfs_rq___any *q)
{
	__u32 cpu = task_cpu(p);
	struct cpu_state *c = bpf_map_lookup_elem(&cpus, &cpu);

	if (c && has_rq_clock()) {
		c->woken = rq_clock(q);
		c->woken_jiffies = bpf_jiffies64();
	}
}

/* @p was woken, or is new. */
static __always_inline void wait_begin(struct task_struct *p, bool is_new,
				       const bool why)
{
	__u64 stamp = wait_stamp(p);
	struct cfs_rq___any *q = NULL;
	struct wait *w;

	if (why) {
		q = queue_of(p);
		note_wakeup(p, q);
	}
	if (!is_wanted(p))
		return;
	w = new_wait_of(p, why);
	if (!w || w->stamp == stamp)
		return;			/* it was queued already */
	/* New tasks are few: not worth the time to load the other way. */
	if (!is_new && !why)
		q = queue_of(p);
	w->since = is_new ? bpf_ktime_get_ns() : wakeup_time(p, q);
	w->stamp = stamp;
	if (why) {
		why_begin((struct why_wait *)w, p, q, is_new ? FROM_NEW : FROM_WOKEN);
		why_woken((struct why_wait *)w, p);
	}
}

/* @p, of @q, was switched out at @now though it wants to run. */
static __always_inline void wait_begin_again(struct task_struct *p,
					     struct cfs_rq___any *q, __u64 now,
					     const bool why)
{
	struct wait *w = new_wait_of(p, why);

	if (!w)
		return;
	w->since = now;
	w->stamp = wait_stamp(p);
	if (why) {
		why_begin((struct why_wait *)w, p, q, FROM_PREEMPTED);
		why_no_waker((struct why_wait *)w);
	}
}

/* Changes whenever @p is switched out; of no two tasks the same. */
static __always_inline __u64 run_stamp(struct task_struct *p)
{
	return nr_switches(p) + ((__u64)any(p)->pid << 40);
}

static __always_inline struct run_chunk *chunk_of(__u32 cpu, __u32 seq)
{
	__u32 key = cpu * nr_chunks + (seq / CHUNK & (nr_chunks - 1));

	return bpf_map_lookup_elem(&history, &key);
}

/* @p, of @q, has @cpu from @start on. */
static __always_inline void segment_begin(struct cpu_state *c, __u32 cpu,
					  struct task_struct *p,
					  struct cfs_rq___any *q, __u64 start)
{
	__u32 seq = c->next_seq, i = seq % CHUNK;
	struct run_chunk *chunk = chunk_of(cpu, seq);
	struct stolen stolen = stolen_time(q);
	struct run_segment *s;

	if (!chunk)
		return;			/* cannot be: see nr_chunks */
	/* Two ways to tell the time; but segments do not overlap. */
	if ((__s64)(start - c->started) < 0)
		start = c->started;
	c->started = start;
	if (!i)
		chunk->nr_sent = 0;
	s = &chunk->segments[i];
	s->kind = RECORD_SEGMENTS;
	s->flags = any(p)->pid ? 0 : SEGMENT_IDLE;
	s->cpu = cpu;
	s->seq = seq;
	s->start_ns = start;
	s->stolen_ns = stolen.all;
	s->irq_ns = stolen.irq;
	s->cgroup = cgroup_of(q);
	s->tid = tid_of(p);
	s->tgid = tgid_of(p);
	load_comm(s->comm, p);
	c->next_seq = seq + 1;
}

/*
 * @prev has had @cpu until now. Where the recorder does not know of that, switches
 * went unseen: what it has is not to be trusted from the last segment on, but since
 * when @prev has run is known to the kernel.
 */
static __always_inline void check_running(struct cpu_state *c, __u32 cpu,
					  struct task_struct *prev,
					  struct cfs_rq___any *q, __u64 now)
{
	__u64 start = now, arrival;
	struct run_chunk *chunk;
	__u32 last;

	if (run_stamp(prev) == c->running + 1)
		return;
	chunk = chunk_of(cpu, c->next_seq - 1);
	if (chunk && c->next_seq) {
		last = (c->next_seq - 1) % CHUNK;
		chunk->segments[last].flags |= SEGMENT_BROKEN;
		/* User space may have it without. */
		if (chunk->nr_sent > last)
			chunk->nr_sent = last;
	}
	/* The clock that it was taken from may have been a tick behind. */
	if (has_sched_info() && c->sampled && any(prev)->pid) {
		arrival = last_arrival(prev) + c->offset + tick_ns;
		if ((__s64)(now - arrival) > 0)
			start = arrival;
	}
	segment_begin(c, cpu, prev, q, start);
}

/*
 * Send user space what @cpu has run since @since, as far as it does not have it. What
 * finds no room now may do so the next time. The number of the newest segment, which
 * tells user space whether it has come. Global, so that it is verified once, by itself.
 */
__noinline __u32 send_history(__u32 cpu, __u64 since)
{
	struct cpu_state *c = bpf_map_lookup_elem(&cpus, &cpu);
	struct run_chunk *chunk;
	__u32 newest, seq, i, nr;

	if (!c || !c->next_seq)
		return -1;
	newest = c->next_seq - 1;
	seq = newest;
	for (i = 0; i < MAX_HISTORY / CHUNK && i < nr_chunks; i++) {
		chunk = chunk_of(cpu, seq);
		if (!chunk)
			break;
		nr = seq % CHUNK + 1;
		/* Either the only one that is new, or all: the sizes must be known. */
		if (chunk->nr_sent == nr - 1) {
			if (!bpf_ringbuf_output(&events, &chunk->segments[seq % CHUNK],
						sizeof(struct run_segment), 0))
				chunk->nr_sent = nr;
		} else if (chunk->nr_sent != nr) {
			if (!bpf_ringbuf_output(&events, chunk->segments,
						nr * sizeof(struct run_segment), 0))
				chunk->nr_sent = nr;
		}
		if (chunk->segments[0].start_ns <= since || seq < CHUNK)
			break;
		seq -= nr;
	}
	return newest;
}

/*
 * Which CPUs that @p may use have been idle since @since? But for @cpu, where it was
 * queued.
 */
static __always_inline void find_idle_cpus(struct why_event *e, struct task_struct *p,
					   __s32 cpu, __u64 since)
{
	__u64 allowed = 0;
	struct cpu_state *c;
	__u32 i, key;

	__builtin_memset(e->idle_cpus, 0, sizeof(e->idle_cpus));
	for (i = 0; i < MAX_IDLE_CPUS && i < nr_cpus; i++) {
		if (i % 64 == 0)
			allowed = allowed_cpus(p, i / 64);
		if (i == (__u32)cpu || !(allowed & 1ULL << i % 64))
			continue;
		key = i;
		c = bpf_map_lookup_elem(&cpus, &key);
		if (c && c->idle_since && (__s64)(since - c->idle_since) >= 0)
			e->idle_cpus[i / 64] |= 1ULL << i % 64;
	}
}

/* For want of quota @p was throttled, some time in its wait of @e. */
static __always_inline void find_quota(struct why_event *e, struct why_wait *w,
				       struct task_struct *p,
				       struct cfs_rq___any *q, struct cpu_state *c)
{
	__u64 ns = 0;

	e->quota_since_ns = w->quota_since;
	e->quota_cgroup = w->quota_cgroup;
	if (may_lack_quota(w, p))
		ns = w->quota_ns + throttled_time(q, false) - w->throttled;
	if (ns && !w->quota_since) {
		e->quota_since_ns = c->throttled_since;
		e->quota_cgroup = c->throttled_cgroup;
	}
	if ((__s64)ns < 0)
		ns = 0;
	if (ns > e->wait.wait_ns)
		ns = e->wait.wait_ns;
	e->quota_ns = ns;
}

/* @prev is NULL if @p still waits. */
static __always_inline void fill_event(struct wait_event *e, struct task_struct *prev,
				       struct task_struct *p, __u64 now, __u64 wait_ns)
{
	e->stalled = !prev;
	e->end_ns = now;
	e->wait_ns = wait_ns;
	e->tid = tid_of(p);
	e->tgid = tgid_of(p);
	e->cpu = task_cpu(p);
	bpf_probe_read_kernel_str(e->comm, sizeof(e->comm), any(p)->comm);
	if (prev) {
		e->prev_tid = tid_of(prev);
		bpf_probe_read_kernel_str(e->prev_comm, sizeof(e->prev_comm),
					  any(prev)->comm);
	} else {
		e->prev_tid = 0;
		e->prev_comm[0] = '\0';
	}
}

/* @next has waited for @wait_ns, and still does if @prev is NULL. */
static __always_inline void report(struct task_struct *prev,
				   struct task_struct *next, __u64 now,
				   __u64 wait_ns)
{
	struct wait_event *e;

	if (prev)
		__sync_fetch_and_add(&stats.seen, 1);
	e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);
	if (!e) {
		count_lost(LOST_RING);
		return;
	}
	e->kind = RECORD_WAIT;
	fill_event(e, prev, next, now, wait_ns);
	bpf_ringbuf_submit(e, 0);
}

/*
 * The same and why. @w is NULL if the begin of the wait is not known. @queued: when
 * it came to this CPU, by the run queue's clock, or 0.
 */
static __always_inline void report_why(struct cpu_state *c, struct why_wait *w,
				       struct task_struct *prev,
				       struct task_struct *next,
				       struct cfs_rq___any *q, __u64 now,
				       __u64 wait_ns, __u64 queued)
{
	__u64 since = now - wait_ns, busy_since = since;
	struct stolen stolen = stolen_time(q);
	__u32 cpu = task_cpu(next), seq, i;
	struct why_event *e;

	if (prev)
		__sync_fetch_and_add(&stats.seen, 1);
	for (i = 0; w && i < MAX_HOPS && i < w->nr_hops; i++)
		w->hops[i].seq = send_history(w->hops[i].cpu, since);
	seq = send_history(cpu, since);
	e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);
	if (!e) {
		count_lost(LOST_RING);
		return;
	}
	e->wait.kind = RECORD_WHY;
	fill_event(&e->wait, prev, next, now, wait_ns);
	e->seq = seq;
	e->cgroup = cgroup_of(q);
	e->queued_ns = queued ? queued + c->offset : 0;
	if (e->queued_ns && (__s64)(e->queued_ns - since) < 0)
		e->queued_ns = since;
	if (e->queued_ns && (__s64)(now - e->queued_ns) < 0)
		e->queued_ns = now;
	e->end_stolen_ns = stolen.all;
	e->end_irq_ns = stolen.irq;
	e->quota_ns = 0;
	e->quota_since_ns = 0;
	e->quota_cgroup = 0;
	if (w) {
		e->from = w->from;
		e->wakeup_ns = w->wakeup_ns;
		e->begin_stolen_ns = w->stolen.all;
		e->begin_irq_ns = w->stolen.irq;
		e->nr_hops = w->nr_hops;
		__builtin_memcpy(e->hops, w->hops, sizeof(e->hops));
		e->waker_kind = w->waker_kind;
		e->waker_tid = w->waker_tid;
		e->waker_tgid = w->waker_tgid;
		__builtin_memcpy(e->waker_comm, w->waker_comm, sizeof(e->waker_comm));
		find_quota(e, w, next, q, c);
		if (e->quota_since_ns == since + w->wakeup_ns)
			busy_since += w->wakeup_ns + e->quota_ns;
	} else {
		e->from = FROM_UNSEEN;
		e->wakeup_ns = 0;
		e->nr_hops = 0;
		e->waker_kind = WAKER_UNSEEN;
	}
	/* Where it came to only now it could have been all the while. */
	find_idle_cpus(e, next, e->nr_hops ? -1 : (__s32)cpu, busy_since);
	bpf_ringbuf_submit(e, 0);
}

/*
 * @next, of @q, is switched in after @prev. @now is 0 if the time has not been read yet.
 */
static __always_inline void wait_end(struct task_struct *prev,
				     struct task_struct *next,
				     struct cfs_rq___any *q, __u64 now,
				     const bool why)
{
	/*
	 * An idle CPU may have no tick, and so a clock of any age. (With nohz_full
	 * any CPU may: there user space leaves quick_ns at 0.) Elsewhere a tick that
	 * is due comes before the switch, as interrupts were enabled in between.
	 */
	bool quick = !why && !count_all && quick_ns && has_rq_clock() && any(prev)->pid;
	__u64 clock = has_rq_clock() ? rq_clock(q) : 0;
	__u64 since = 0, queued = 0, recent = 0;
	__u32 cpu = task_cpu(next);
	struct cpu_state *c = bpf_map_lookup_elem(&cpus, &cpu);
	bool known = false;
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
	if (!quick && !count_all && report_from_ns && has_rq_clock() && has_sched_info()) {
		if (!now)
			now = bpf_ktime_get_ns();
		if (c->sampled && (__s64)(now - c->offset - last_arrival(next) +
					  CLOCK_ERROR_NS - report_from_ns) < 0)
			return;
	}
	if (has_rq_clock() && has_sched_info())
		queued = last_queued(next);
	w = wait_of(next, why);
	if (w && w->stamp == wait_stamp(next)) {
		known = true;
		since = w->since;
		if (quick && (__s64)(recent - since) < (__s64)quick_ns)
			return;
	} else if (!queued ||
		   (quick && (__s64)(recent - c->offset - queued) < (__s64)quick_ns)) {
		return;
	}

	/* With the time at hand there may be no need for the exact one. */
	if (why && known && report_from_ns && !count_all &&
	    (__s64)(now - since + CLOCK_ERROR_NS - report_from_ns) < 0)
		return;
	if (why || !now)
		now = bpf_ktime_get_ns();
	if (has_rq_clock())
		improve_offset(c, clock, now);
	if (!known)
		since = queued + c->offset;
	if ((__s64)(now - since) < 0) {
		/* By a little: the two readings of a very short wait. */
		if (since - now > clock_age_ns) {
			count_lost(LOST_CLOCK);
			return;
		}
		since = now;
	}
	if (!count_all && now - since < report_from_ns)
		return;
	if (why && !is_wanted_cgroup(next))
		return;
	if (count_all)
		count_length(now - since);
	if (now - since < report_from_ns)
		return;
	if (why)
		report_why(c, known ? (struct why_wait *)w : NULL, prev, next, q, now,
			   now - since, queued);
	else
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

static __always_inline void on_switch(bool preempt, struct task_struct *prev,
				      struct task_struct *next, const bool why)
{
	bool begins = (preempt || task_is_running(prev)) && any(prev)->pid &&
		      is_wanted(prev);
	struct cfs_rq___any *q = NULL, *prev_q = NULL;
	__u32 cpu = task_cpu(next);
	struct cpu_state *c = NULL;
	__u64 now = 0;

	if (begins)
		now = bpf_ktime_get_ns();
	if (why) {
		c = bpf_map_lookup_elem(&cpus, &cpu);
		if (!c)
			return;		/* cannot be: there is one for every CPU */
		q = queue_of(next);
		prev_q = queue_of(prev);
		if (begins)
			c->woken = 0;
		else
			now = switch_time(c, q);
		check_running(c, cpu, prev, prev_q, now);
		if (is_throttled(prev, prev_q)) {
			c->throttled_since = now;
			c->throttled_cgroup = throttled_group(prev);
		}
	}
	if (begins)
		wait_begin_again(prev, prev_q, now, why);
	if (any(next)->pid)
		wait_end(prev, next, why ? q : queue_of(next), now, why);
	if (why) {
		segment_begin(c, cpu, next, q, now);
		c->rq = (__u64)(has_rq_clock() ? q->rq : NULL);
		c->running = run_stamp(next);
		c->idle_since = any(next)->pid ? 0 : now;
	}
}

SEC("tp_btf/sched_wakeup")
int BPF_PROG(sched_wakeup, struct task_struct *p)
{
	if (is_unseen(0))
		return 0;
	wait_begin(p, false, false);
	return 0;
}

SEC("tp_btf/sched_wakeup_new")
int BPF_PROG(sched_wakeup_new, struct task_struct *p)
{
	if (is_unseen(1))
		return 0;
	wait_begin(p, true, false);
	return 0;
}

SEC("tp_btf/sched_switch")
int BPF_PROG(sched_switch, bool preempt, struct task_struct *prev,
	     struct task_struct *next)
{
	if (is_unseen(2))
		return 0;
	on_switch(preempt, prev, next, false);
	return 0;
}

/*
 * The same for waits that are explained: other programs, as what one that is loaded
 * reads, used or not, must first be found in the kernel's types.
 */
SEC("tp_btf/sched_wakeup")
int BPF_PROG(why_wakeup, struct task_struct *p)
{
	if (is_unseen(0))
		return 0;
	wait_begin(p, false, true);
	return 0;
}

SEC("tp_btf/sched_wakeup_new")
int BPF_PROG(why_wakeup_new, struct task_struct *p)
{
	if (is_unseen(1))
		return 0;
	wait_begin(p, true, true);
	return 0;
}

SEC("tp_btf/sched_switch")
int BPF_PROG(why_switch, bool preempt, struct task_struct *prev,
	     struct task_struct *next)
{
	if (is_unseen(2))
		return 0;
	on_switch(preempt, prev, next, true);
	return 0;
}

SEC("tp_btf/sched_waking")
int BPF_PROG(why_waking, struct task_struct *p)
{
	struct why_wait *w;

	if (!is_wanted(p))
		return 0;
	w = (struct why_wait *)new_wait_of(p, true);
	/* It is queued, or on the CPU. */
	if (!w || (w->wait.stamp == wait_stamp(p) && is_queued(p)))
		return 0;
	w->waking = bpf_ktime_get_ns();
	w->waker_kind = waker_kind(preempt_count_at, in_irq_mask);
	w->waker_tid = 0;
	w->waker_tgid = 0;
	w->waker_comm[0] = '\0';
	if (w->waker_kind == WAKER_TASK) {
		w->waker_tid = current_tid();
		w->waker_tgid = current_tgid();
		bpf_get_current_comm(w->waker_comm, sizeof(w->waker_comm));
	}
	return 0;
}

/* @p goes to another CPU; it may be queued. The run queue it leaves is locked. */
SEC("tp_btf/sched_migrate_task")
int BPF_PROG(why_migrate, struct task_struct *p, int dest_cpu)
{
	struct cfs_rq___any *dest;
	__u32 cpu = dest_cpu;
	struct cpu_state *c;
	struct why_wait *w;
	struct hop *hop;

	if (!is_queued(p))
		return 0;
	c = bpf_map_lookup_elem(&cpus, &cpu);
	if (c)
		c->woken = SOME_TIME;
	w = (struct why_wait *)wait_of(p, true);
	if (!w || w->wait.stamp != wait_stamp(p))
		return 0;
	if (w->nr_hops < MAX_HOPS) {
		hop = &w->hops[w->nr_hops % MAX_HOPS];
		hop->left_ns = bpf_ktime_get_ns();
		hop->cpu = task_cpu(p);
		hop->seq = 0;
	}
	w->nr_hops++;
	if (may_lack_quota(w, p)) {
		w->quota_ns += throttled_time(queue_of(p), false) - w->throttled;
		dest = c ? queue_elsewhere(p, cpu, c->rq) : NULL;
		w->throttled = dest ? throttled_time(dest, true) : 0;
	}
	return 0;
}

/*
 * Give every task a record while no run queue is locked: there it takes long, or
 * is not possible. New tasks,
 */
static __always_inline void create_record(struct task_struct *p)
{
	if (explain) {
		bpf_task_storage_get(&why_waits, p, NULL, BPF_LOCAL_STORAGE_GET_F_CREATE);
		barrier();		/* one call with either map would not load */
		return;
	}
	bpf_task_storage_get(&waits, p, NULL, BPF_LOCAL_STORAGE_GET_F_CREATE);
}

/* @p has a CPU already. The sched programs are not attached yet. */
static __always_inline void first_segment(struct task_struct *p)
{
	__u32 cpu = task_cpu(p);
	struct cpu_state *c = bpf_map_lookup_elem(&cpus, &cpu);
	struct cfs_rq___any *q = queue_of(p);
	__u64 now = bpf_ktime_get_ns(), ago = 0;

	if (!c || c->next_seq)
		return;
	/* That clock may be old: then it seems to run for less long than it does. */
	if (has_rq_clock() && has_sched_info())
		ago = rq_clock(q) - last_arrival(p);
	segment_begin(c, cpu, p, q, (__s64)ago > 0 ? now - ago : now);
	c->running = run_stamp(p);
}

SEC("tp_btf/sched_process_fork")
int BPF_PROG(sched_process_fork, struct task_struct *parent,
	     struct task_struct *child)
{
	if (is_wanted_id(child))
		create_record(child);
	return 0;
}

/* and those that exist. The context is that of every iter/task program. */
struct iter_task {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
};

static __always_inline void look_at_existing(struct task_struct *p)
{
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
		create_record(p);
}

SEC("iter/task")
int existing_tasks(struct iter_task *ctx)
{
	look_at_existing(ctx->task);
	return 0;
}

SEC("iter/task")
int why_existing_tasks(struct iter_task *ctx)
{
	look_at_existing(ctx->task);
	if (ctx->task && is_on_cpu(ctx->task))
		first_segment(ctx->task);
	return 0;
}

/* Report @p if it is waiting now. Nothing is locked: it may just be about to run. */
static __always_inline void look_at(struct task_struct *p, const bool why)
{
	__u32 cpu = task_cpu(p);
	struct cpu_state *c = bpf_map_lookup_elem(&cpus, &cpu);
	__u64 since, now, clock = 0, queued = 0;
	struct cfs_rq___any *q = NULL;
	bool known = false;
	struct wait *w;

	if (!c || !is_queued(p) || is_on_cpu(p) || !is_wanted_cpu(cpu) || !is_wanted(p))
		return;
	if (has_rq_clock()) {
		q = queue_of(p);
		clock = rq_clock(q);
		if (has_sched_info())
			queued = last_queued(p);
	}
	w = wait_of(p, why);
	now = bpf_ktime_get_ns();
	/* Nothing may have been switched there since tracing began. */
	if (has_rq_clock())
		improve_offset(c, clock, now);
	if (w && w->stamp == wait_stamp(p)) {
		known = true;
		since = w->since;
	} else if (queued && task_is_running(p)) {
		/* Not one that sleeps on the run queue (delayed dequeue, since 6.12). */
		since = queued + c->offset;
	} else {
		return;
	}
	if ((__s64)(now - since) < 0 || now - since < report_from_ns)
		return;
	if (why && !is_wanted_cgroup(p))
		return;
	if (why)
		report_why(c, known ? (struct why_wait *)w : NULL, NULL, p, q, now,
			   now - since, queued);
	else
		report(NULL, p, now, now - since);
}

SEC("iter/task")
int waiting_tasks(struct iter_task *ctx)
{
	if (ctx->task)
		look_at(ctx->task, false);
	return 0;
}

SEC("iter/task")
int why_waiting_tasks(struct iter_task *ctx)
{
	if (ctx->task)
		look_at(ctx->task, true);
	return 0;
}

/* Only for the maps by TID: task storage goes with its task. */
SEC("tp_btf/sched_process_free")
int BPF_PROG(sched_process_free, struct task_struct *p)
{
	__u32 tid = any(p)->pid;

	if (explain) {
		bpf_map_delete_elem(&why_waits_by_tid, &tid);
		barrier();		/* as above */
		return 0;
	}
	bpf_map_delete_elem(&waits_by_tid, &tid);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
