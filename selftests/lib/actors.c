// SPDX-License-Identifier: GPL-2.0
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include "actors.h"
#include "load.h"

#define HEADER_LINES	2

void actors_begin(struct actors *a)
{
	memset(a, 0, sizeof(*a));
	a->stage = mmap(NULL, sizeof(*a->stage), PROT_READ | PROT_WRITE,
			MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (a->stage == MAP_FAILED)
		abort();
	sem_init(&a->stage->ready, 1, 0);
	sem_init(&a->stage->cue, 1, 0);
}

static void end_processes(struct actors *a)
{
	while (a->nr) {
		kill(a->pid[--a->nr], SIGKILL);
		waitpid(a->pid[a->nr], NULL, 0);
	}
}

void actors_end(struct actors *a)
{
	end_processes(a);
	while (a->nr_groups)
		cgroup_delete(&a->stage->groups[--a->nr_groups]);
	munmap(a->stage, sizeof(*a->stage));
	free(a->waits);
	tool_free(&a->tool);
}

struct cgroup *actors_group(struct actors *a, const struct cgroup *parent, const char *name)
{
	struct cgroup *g = &a->stage->groups[a->nr_groups];

	if (!cgroup_new(g, parent, name))
		return NULL;
	a->nr_groups++;
	return g;
}

pid_t actor(struct actors *a, const char *name, int cpu, bool (*becomes)(struct stage *stage),
	    void (*part)(void))
{
	struct stage *stage = a->stage;
	pid_t pid = fork();

	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		set_name(name);
		if (cpu >= 0)
			pin_to(cpu);
		stage->refused |= becomes && !becomes(stage);
		sem_post(&stage->ready);
		sem_wait(&stage->cue);
		part();
		for (;;)
			pause();
	}
	a->pid[a->nr++] = pid;
	while (sem_wait(&stage->ready))
		;
	return pid;
}

bool actors_trace(struct actors *a, size_t waits, const char *const args[])
{
	bool traces;
	int i, code;

	if (a->aside && last_cpu())
		pin_to(0);
	traces = tool_start(&a->tool, TOOL, args);
	for (i = 0; i < a->nr; i++)
		sem_post(&a->stage->cue);
	traces = traces && tool_await_lines(&a->tool, HEADER_LINES + waits);
	code = traces ? tool_stop(&a->tool) : tool_wait(&a->tool);
	end_processes(a);
	a->waits = parse_waits(a->tool.out, &a->nr_waits);
	if (code || *a->tool.err || !a->waits)
		printf("# exit %d, stderr '%s'\n", code, a->tool.err);
	return !code && !*a->tool.err && a->waits;
}

size_t nr_with(const struct actors *a, const char *text, unsigned int percent)
{
	size_t nr = 0, i;

	for (i = 0; i < a->nr_waits; i++)
		nr += percent_of(&a->waits[i], text) >= percent;
	return nr;
}

size_t nr_from(const struct actors *a, const char *from)
{
	size_t nr = 0, i;

	for (i = 0; i < a->nr_waits; i++)
		nr += !strcmp(a->waits[i].from, from);
	return nr;
}

void show_waits(const struct actors *a)
{
	size_t i;

	for (i = 0; i < a->nr_waits && i < 8; i++)
		printf("# %s %llu us %s %s\n", a->waits[i].comm,
		       (unsigned long long)a->waits[i].lat_us, a->waits[i].from,
		       a->waits[i].why);
}

void spins(void)
{
	for (;;)
		;
}

void yields(void)
{
	for (;;)
		sched_yield();
}
