/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/* Where the kernel keeps its preempt count. */
#ifndef __RUNQSLOWER_PREEMPT_H
#define __RUNQSLOWER_PREEMPT_H

#include <linux/types.h>

/*
 * How many bytes after a CPU's run queue x86 keeps the preempt count of that CPU: both
 * are per-CPU variables. It is one of its own (__preempt_count), but from 6.3 to 6.14 a
 * member of pcpu_hot. 0 if it is not found; other architectures keep it with the task.
 */
__s64 preempt_count_offset(void);

#endif /* __RUNQSLOWER_PREEMPT_H */
