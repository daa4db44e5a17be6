// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
#include <stdlib.h>
#include <string.h>
#include "stacks.h"

bool stacks_init(struct stacks *s, unsigned int nr_cpus)
{
	s->of_cpu = calloc(nr_cpus, sizeof(*s->of_cpu));
	s->nr_cpus = s->of_cpu ? nr_cpus : 0;
	return s->of_cpu;
}

bool stacks_add(struct stacks *s, const struct stack_event *e)
{
	struct stack_event *copy;

	if (e->cpu >= s->nr_cpus)
		return true;
	copy = malloc(sizeof(*copy));
	if (!copy)
		return false;
	*copy = *e;
	free(s->of_cpu[e->cpu]);
	s->of_cpu[e->cpu] = copy;
	return true;
}

struct stack_event *stacks_take(struct stacks *s, const struct wait_event *e)
{
	struct stack_event *stack;

	if (e->cpu >= s->nr_cpus)
		return NULL;
	stack = s->of_cpu[e->cpu];
	if (!stack || stack->tid != e->tid || stack->end_ns != e->end_ns)
		return NULL;
	s->of_cpu[e->cpu] = NULL;
	return stack;
}

void stacks_free(struct stacks *s)
{
	unsigned int cpu;

	for (cpu = 0; cpu < s->nr_cpus; cpu++)
		free(s->of_cpu[cpu]);
	free(s->of_cpu);
	memset(s, 0, sizeof(*s));
}
