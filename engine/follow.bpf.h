/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which tasks are of the command that the tool runs: the command itself and all
 * that the command starts. A task is marked when the task is made, because then
 * its maker is the current task. Later nobody could tell: the parent of a task
 * changes when the parent ends.
 *
 * Marks are kept by TID, not in task storage, because a mark must also be found
 * while this CPU is inside of another look-up, and set while a run queue is
 * locked. Task storage can do neither on all kernels.
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

/*
 * From the TID of a task of the command to its start_time(), because TIDs are
 * reused. A thread that calls exec() takes over both from the leader of its
 * process. Preallocated, because of the run queue's lock. Sized by user space.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, u64);
} followed SEC(".maps");

static __always_inline bool is_marked(u32 tid, u64 start)
{
	u64 *marked = bpf_map_lookup_elem(&followed, &tid);

	return marked && *marked == start;
}

/* Is @p of the command? */
static __always_inline bool is_followed(struct task_struct *p)
{
	return is_marked(compat(p)->pid, start_time(p));
}

/* Does the current task make tasks of the command? */
static __always_inline bool makes_followed(void)
{
	struct task_struct___compat *p = (void *)bpf_get_current_task();
	u64 pid_tgid = bpf_get_current_pid_tgid();

	if (pid_tgid >> 32 != tool_tgid)
		return is_marked(pid_tgid, BPF_CORE_READ(p, start_time));
	tool_tgid = 0;
	return true;
}

/*
 * The current task makes @child. Call follow_child() at the fork and at the
 * first wakeup: some threads are made without a fork (workers of io_uring and
 * of vhost), and a kernel that is preemptible skips the program of a fork if
 * the CPU is inside of that program already. False: no room for a mark.
 */
static __always_inline bool follow_child(struct task_struct *child)
{
	u32 tid = compat(child)->pid;
	u64 start = start_time(child);

	if (!follows || is_marked(tid, start) || !makes_followed())
		return true;
	return !bpf_map_update_elem(&followed, &tid, &start, BPF_ANY);
}

/* @p is freed. Its TID may be that of a newer task already. */
static __always_inline void unfollow(struct task_struct *p)
{
	u32 tid = compat(p)->pid;

	if (follows && is_followed(p))
		bpf_map_delete_elem(&followed, &tid);
}

#endif /* __RUNQSLOWER_FOLLOW_BPF_H */
