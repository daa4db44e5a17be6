/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
#ifndef __RUNQSLOWER_PRIVILEGE_H
#define __RUNQSLOWER_PRIVILEGE_H

#include <stdbool.h>
#include <linux/capability.h>

/* Since 5.8: headers may be older than the kernel. */
#ifndef CAP_PERFMON
#define CAP_PERFMON	38
#define CAP_BPF		39
#endif

/*
 * Once tracing has begun: give up all capabilities but CAP_BPF and, with
 * @names, CAP_DAC_READ_SEARCH, and the way to get them back. False: error() has
 * printed the reason.
 */
bool drop_privileges(bool names);

#endif /* __RUNQSLOWER_PRIVILEGE_H */
