/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
#ifndef __RUNQSLOWER_COST_H
#define __RUNQSLOWER_COST_H

#include <linux/types.h>

/* What one BPF program has cost since tracing began. */
struct cost {
	const char *program;
	__u64 runs;
	__u64 ns;			/* in all */
};

#endif /* __RUNQSLOWER_COST_H */
