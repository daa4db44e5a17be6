/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/* Where the kernel keeps its preempt count. */
#ifndef __RUNQSLOWER_PREEMPT_COUNT_H
#define __RUNQSLOWER_PREEMPT_COUNT_H

#include <stdbool.h>
#include <linux/types.h>

struct preempt_count {
	/*
	 * x86: the distance in bytes from the run queue of a CPU to its preempt
	 * count. Both are per-CPU variables: the count is __preempt_count, from
	 * 6.2 to 6.14 a member of pcpu_hot. 0: not found, or another
	 * architecture, because others keep the count in the task.
	 */
	__s64 offset;
	/*
	 * The bits of the count for interrupts and NMIs. 7.x puts other bits
	 * below them and adds the per-CPU variable
	 * local_interrupt_disable_state.
	 */
	__u32 in_irq_mask;
	/* offset is 0 because kallsyms is not to be seen: CAP_SYSLOG. */
	bool hidden;
};

struct preempt_count find_preempt_count(void);

#endif /* __RUNQSLOWER_PREEMPT_COUNT_H */
