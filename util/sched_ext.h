/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/* The BPF scheduler of sched_ext (since 6.12). */
#ifndef __RUNQSLOWER_SCHED_EXT_H
#define __RUNQSLOWER_SCHED_EXT_H

/*
 * The name of the scheduler that is loaded or, if none is, of the last one that
 * was seen; "" if none was. From /sys/kernel/sched_ext/root/ops. Valid until
 * the next call.
 */
const char *sched_ext_name(void);

#endif /* __RUNQSLOWER_SCHED_EXT_H */
