/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
#ifndef __RUNQSLOWER_PRIVILEGE_H
#define __RUNQSLOWER_PRIVILEGE_H

#include <stdbool.h>
#include <linux/capability.h>
#include <linux/types.h>

/* Since 5.8: headers may be older than the kernel. */
#ifndef CAP_PERFMON
#define CAP_PERFMON	38
#define CAP_BPF		39
#endif

#define CAP_BIT(cap)	(1ULL << (cap))

/*
 * Once tracing has begun: give up all capabilities but CAP_BPF and those of
 * @also (CAP_BIT()), and the way to get them back. False: error() has printed
 * the reason.
 */
bool drop_privileges(__u64 also);

#endif /* __RUNQSLOWER_PRIVILEGE_H */
