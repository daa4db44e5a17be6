/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
#ifndef __RUNQSLOWER_COST_H
#define __RUNQSLOWER_COST_H

#include <linux/types.h>

/* The cost of one BPF program since tracing began. */
struct cost {
	const char *program;		/* name, not owned */
	__u64 runs;
	__u64 ns;			/* of all @runs together */
};

#endif /* __RUNQSLOWER_COST_H */
