/* SPDX-License-Identifier: GPL-2.0 */
/* Which tasks and CPUs to report, and what PIDs and TIDs the user knows. */
#ifndef __RUNQSLOWER_FILTER_BPF_H
#define __RUNQSLOWER_FILTER_BPF_H

#include "compat.bpf.h"
#include "follow.bpf.h"

const volatile bool filter_tasks;	/* by any of what stands below */
const volatile u32 kthreads;		/* enum kthreads */
const volatile u32 nr_tgids;		/* 0: any, 1: only_tgid, else tgids */
const volatile u32 nr_tids;		/* 0: any, 1: only_tid, else tids */
const volatile bool filter_comms;
const volatile u32 only_tgid;
const volatile u32 only_tid;
const volatile bool filter_cpus;
const volatile u64 cpu_mask[MAX_CPUS / 64];
const volatile u32 nr_cgroups;		/* entries of cgroups, 0: any cgroup */
const volatile bool cgroups_v1;		/* cgroups has IDs of v1 */
const volatile bool shows_v1;		/* cgroups of v1 are shown */
const volatile bool in_pidns;		/* tool is in a nested PID namespace */

/* Depth and address of the tool's PID namespace, set by learn_of_kernel(). */
u64 pidns_level, pidns;

/* Processes to report, if more than one. Sized by user space. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, u8);
} tgids SEC(".maps");

/* Threads to report, if more than one. Sized by user space. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, u8);
} tids SEC(".maps");

/* IDs of the cgroups to report. Sized by user space. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, u64);
	__type(value, u8);
} cgroups SEC(".maps");

/* Beginnings of the names to report. Sized by user space. */
struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 1);
	__type(key, struct comm_key);
	__type(value, u8);
} comms SEC(".maps");

static __noinline u32 pid_for_user(struct task_struct___compat *p)
{
	u64 ns;
	u32 pid = pid_at(p, pidns_level, &ns);

	return ns == pidns ? pid : 0;
}

static __always_inline u32 tid_of(struct task_struct *p)
{
	return in_pidns ? pid_for_user(compat(p)) : compat(p)->pid;
}

static __always_inline u32 tgid_of(struct task_struct *p)
{
	return in_pidns ? pid_for_user(compat(p)->group_leader) : compat(p)->tgid;
}

/* What tid_of() and tgid_of() are of the current task. */
static __always_inline void current_ids(u32 *tid, u32 *tgid)
{
	struct task_struct *p = current_task();
	u64 ids;

	if (can_load_current()) {
		*tid = tid_of(p);
		*tgid = tgid_of(p);
	} else if (in_pidns) {
		*tid = pid_for_user(compat(p));
		*tgid = pid_for_user(BPF_CORE_READ(compat(p), group_leader));
	} else {
		ids = bpf_get_current_pid_tgid();
		*tid = ids;
		*tgid = ids >> 32;
	}
}

/* Not inlined, because many places use filters that are mostly off. */
static __noinline bool is_wanted_id(struct task_struct *p)
{
	u32 id;

	if (follows && !is_followed(p))
		return false;
	if (kthreads && (kthreads == KTHREADS_ONLY) != is_kthread(p))
		return false;
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

	bpf_probe_read_kernel_str(key.comm, sizeof(key.comm), compat(p)->comm);
	return bpf_map_lookup_elem(&comms, &key);
}

static __always_inline bool is_wanted(struct task_struct *p)
{
	if (!filter_tasks)
		return true;
	return is_wanted_id(p) && (!filter_comms || is_wanted_comm(p));
}

/*
 * Is @p in one of the cgroups, or below one? Ask last, because the walk up the
 * hierarchy takes long.
 */
static __always_inline bool is_wanted_cgroup(struct task_struct *p)
{
	struct cgroup___compat *cgroup;
	int depth;
	u64 id;

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

static __always_inline bool is_wanted_cpu(u32 cpu)
{
	if (!filter_cpus)
		return true;
	return cpu < MAX_CPUS && cpu_mask[cpu / 64] & 1ULL << cpu % 64;
}

#endif /* __RUNQSLOWER_FILTER_BPF_H */
