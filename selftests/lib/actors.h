/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Processes that play a part while the tool traces, and what -w says of their
 * waits.
 */
#ifndef __ACTORS_H
#define __ACTORS_H

#include <semaphore.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include "cgroup.h"
#include "tool.h"

#define MAX_ACTORS	8

/* What is shared with the processes. */
struct stage {
	sem_t ready;			/* posted by each actor */
	sem_t cue;			/* for all of them */
	struct cgroup groups[3];	/* of the test */
	bool refused;			/* an actor may not be what it is to be */
};

struct actors {
	struct stage *stage;
	pid_t pid[MAX_ACTORS];
	int nr;
	int nr_groups;			/* of stage->groups, to be deleted */
	/*
	 * Stay on CPU 0, and the tool, because a real-time actor may keep both
	 * from running elsewhere.
	 */
	bool aside;
	struct tool tool;
	struct tool_wait *waits;
	size_t nr_waits;
};

/* Set @a up; end all that is left of it. */
void actors_begin(struct actors *a);
void actors_end(struct actors *a);

/* Make a cgroup of the test: see cgroup_new(). NULL if that is not possible. */
struct cgroup *actors_group(struct actors *a, const struct cgroup *parent, const char *name);

/*
 * Start a process with this name, pinned to @cpu unless that is negative. It is
 * made what it is to be by @becomes, if any, and plays @part when there is a
 * cue. Returns when it is ready.
 */
pid_t actor(struct actors *a, const char *name, int cpu, bool (*becomes)(struct stage *stage),
	    void (*part)(void));

/*
 * Trace while all actors play, until the tool has printed so many @waits, and
 * end the actors. False if the tool failed or printed what it should not.
 */
bool actors_trace(struct actors *a, size_t waits, const char *const args[]);

/*
 * How many waits have shares that begin with @text and come to @percent or
 * more; how many began as @from says.
 */
size_t nr_with(const struct actors *a, const char *text, unsigned int percent);
size_t nr_from(const struct actors *a, const char *from);

/* Print the first few waits as comments. */
void show_waits(const struct actors *a);

/* All but a few: the machine has work of its own, some of it unseen. */
#define MOST(nr)	((nr) - (nr) / 4)

/* Parts. */
void spins(void);
void yields(void);

#endif /* __ACTORS_H */
