/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/* Where the kernel keeps its preempt count. */
#ifndef __RUNQSLOWER_PREEMPT_H
#define __RUNQSLOWER_PREEMPT_H

#include <linux/types.h>

struct preempt_count {
	/*
	 * x86: how many bytes after a CPU's run queue the count of that CPU is.
	 * Both are per-CPU variables: it is one of its own (__preempt_count),
	 * but from 6.3 to 6.14 a member of pcpu_hot. 0 if it is not found;
	 * other architectures keep it with the task.
	 */
	__s64 offset;
	/*
	 * Its bits for interrupts and NMIs. In 7.x others have come in below
	 * them, together with the per-CPU variable
	 * local_interrupt_disable_state.
	 */
	__u32 in_irq_mask;
};

struct preempt_count find_preempt_count(void);

#endif /* __RUNQSLOWER_PREEMPT_H */
