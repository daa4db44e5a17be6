/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which tasks are of the command that the tool runs: the command itself and all
 * that the command starts. A task is marked when the task is made, because then
 * its maker is the current task. Later nobody could tell: the parent of a task
 * changes when the parent ends.
 */
#ifndef __RUNQSLOWER_FOLLOW_BPF_H
#define __RUNQSLOWER_FOLLOW_BPF_H

#include "compat.bpf.h"

const volatile bool follows;		/* report tasks of the command only */

/*
 * The TGID of the tool until the tool has forked the command, then 0, because
 * the tool's later children are not the command's. 0 is also the TGID of the
 * idle tasks, which fork nothing.
 */
u32 tool_tgid;

/* Tasks of the command have an element, other tasks have none. */
struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, u8);
} followed SEC(".maps");

/*
 * Instead of followed with use_tids: from TID to start_time(), because TIDs are
 * reused. A thread that calls exec() takes over both from the leader of its
 * process. Sized by user space.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, u64);
} followed_by_tid SEC(".maps");

/*
 * Is @p of the command? Before 6.2 false for any task, too, while this CPU is
 * inside of another look-up.
 */
static __always_inline bool is_followed(struct task_struct *p)
{
	u64 *start;
	u32 tid;

	if (!use_tids)
		return bpf_task_storage_get(&followed, p, NULL, 0);
	tid = compat(p)->pid;
	start = bpf_map_lookup_elem(&followed_by_tid, &tid);
	return start && *start == start_time(p);
}

/* False: no memory. */
static __always_inline bool follow(struct task_struct *p)
{
	u64 start;
	u32 tid;

	if (!use_tids)
		return bpf_task_storage_get(&followed, p, NULL, BPF_LOCAL_STORAGE_GET_F_CREATE);
	tid = compat(p)->pid;
	start = start_time(p);
	return !bpf_map_update_elem(&followed_by_tid, &tid, &start, BPF_ANY);
}

/*
 * @parent has forked @child. False: @child is of the command and cannot be
 * followed.
 */
static __always_inline bool follow_fork(struct task_struct *parent, struct task_struct *child)
{
	if (!follows)
		return true;
	if (compat(parent)->tgid == tool_tgid)
		tool_tgid = 0;
	else if (!is_followed(parent))
		return true;
	return follow(child);
}

/*
 * The current task wakes @p, a new task. The kernel makes some threads of a
 * process without a fork: the workers of io_uring (since 5.12) and of vhost
 * (since 6.4). Before 6.6 they are not followed, because the run queue is
 * locked. False: @p is of the command and cannot be followed.
 */
static __always_inline bool follow_unforked(struct task_struct *p)
{
	if (!follows || use_tids || !can_create_under_rq_lock())
		return true;
	if (is_followed(p) || !is_followed(bpf_get_current_task_btf()))
		return true;
	return follow(p);
}

/* @p is freed. Its TID may belong to a newer task already. */
static __always_inline void unfollow(struct task_struct *p)
{
	u32 tid = compat(p)->pid;

	if (follows && is_followed(p))
		bpf_map_delete_elem(&followed_by_tid, &tid);
}

#endif /* __RUNQSLOWER_FOLLOW_BPF_H */
