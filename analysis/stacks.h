/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/* Stacks that have arrived, each until its wait arrives. */
#ifndef __RUNQSLOWER_STACKS_H
#define __RUNQSLOWER_STACKS_H

#include <stdbool.h>
#include "runqslower.h"

struct stacks {
	struct stack_event **of_cpu;	/* the last stack of each CPU, or NULL */
	unsigned int nr_cpus;
};

/* For CPUs below @nr_cpus. False: no memory. */
bool stacks_init(struct stacks *s, unsigned int nr_cpus);

/* Copy @e. A stack whose wait was lost makes room. False: no memory. */
bool stacks_add(struct stacks *s, const struct stack_event *e);

/* The stack of the wait @e, for free() by the caller; NULL: none came. */
struct stack_event *stacks_take(struct stacks *s, const struct wait_event *e);

void stacks_free(struct stacks *s);

#endif /* __RUNQSLOWER_STACKS_H */
