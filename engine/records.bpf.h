/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The record of each task: its present or last wait. Of the four maps one is
 * created, as the programs need: with or without what explains a wait, in task
 * storage or by TID.
 */
#ifndef __RUNQSLOWER_RECORDS_BPF_H
#define __RUNQSLOWER_RECORDS_BPF_H

#include "compat.bpf.h"
#include "explain.bpf.h"
#include "wait.bpf.h"

/*
 * The record of @p: in task storage, or by TID where tracing programs have no
 * task storage (before 5.13). NULL if @p has no record and cannot be given one;
 * before 6.2 also while this CPU is inside of another look-up.
 */
static __always_inline void *record_of(void *storage, void *by_tid, struct task_struct *p)
{
	u64 flags = can_create_under_rq_lock() ? BPF_LOCAL_STORAGE_GET_F_CREATE : 0;
	u32 tid;

	if (use_tids) {
		tid = compat(p)->pid;
		return bpf_map_lookup_elem(by_tid, &tid);
	}
	return bpf_task_storage_get(storage, p, NULL, flags);
}

/* Make @none the record of @p in the map by TID, unless @p has a record. */
static __always_inline void add_record(void *by_tid, struct task_struct *p,
				       const void *none)
{
	u32 tid = compat(p)->pid;

	bpf_map_update_elem(by_tid, &tid, none, BPF_NOEXIST);
}

/* A wait without @record is lost, unless sched_info tells of the wait. */
static __always_inline void count_no_record(const void *record)
{
	if (!record && !has_sched_info())
		count_lost(LOST_STORAGE);
}

/* BPF_MAP_TYPE_TASK_STORAGE, which the vmlinux.h of 5.10 lacks. */
#define MAP_TYPE_TASK_STORAGE	29

/* The current or the last wait of every task. */
struct {
	__uint(type, MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct wait);
} waits SEC(".maps");

/*
 * Instead of waits with use_tids. Preallocated, because nothing can be
 * allocated when a record is needed. Sized by user space.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, struct wait);
} waits_by_tid SEC(".maps");

/* Instead of waits and waits_by_tid in the programs that explain. */
struct {
	__uint(type, MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct why_wait);
} why_waits SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, struct why_wait);
} why_waits_by_tid SEC(".maps");

static __always_inline struct wait *wait_of(struct task_struct *p)
{
	return record_of(&waits, &waits_by_tid, p);
}

/* wait_of() for a wait that begins now: @p gets a record if it has none. */
static __always_inline struct wait *new_wait_of(struct task_struct *p)
{
	struct wait *w = wait_of(p);

	if (!w && use_tids) {
		struct wait none = {};

		add_record(&waits_by_tid, p, &none);
		w = wait_of(p);
	}
	count_no_record(w);
	return w;
}

static __always_inline struct why_wait *why_wait_of(struct task_struct *p)
{
	return record_of(&why_waits, &why_waits_by_tid, p);
}

static __always_inline struct why_wait *new_why_wait_of(struct task_struct *p)
{
	struct why_wait *w = why_wait_of(p);

	if (!w && use_tids) {
		struct why_wait none = {};

		add_record(&why_waits_by_tid, p, &none);
		w = why_wait_of(p);
	}
	count_no_record(w);
	return w;
}

#endif /* __RUNQSLOWER_RECORDS_BPF_H */
