/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Cgroups of the tests' own, v1 or v2, in the hierarchy with the cpu
 * controller, if not said otherwise.
 */
#ifndef __CGROUP_H
#define __CGROUP_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct cgroup {
	char dir[PATH_MAX];
	const char *name;		/* what follows the mount point in dir */
	bool v1;
};

/*
 * Make @name below @parent, or below the root if that is NULL. False if there
 * is no cpu controller, or it may not be used. On v2 a cgroup with children has
 * no tasks.
 */
bool cgroup_new(struct cgroup *g, const struct cgroup *parent, const char *name);

/*
 * The same below the root of the memory controller. Its tasks may then have so
 * many bytes of memory.
 */
bool cgroup_new_for_memory(struct cgroup *g, const char *name);
bool cgroup_limit_memory(const struct cgroup *g, size_t bytes);

/* Let its tasks run for @quota_us in each @period_us. */
bool cgroup_limit(const struct cgroup *g, int quota_us, int period_us);

/*
 * Put @pid, 0 for the calling process, into @g. True, too, if @pid is about to
 * exit and therefore stays where it is: see cgroup_has().
 */
bool cgroup_enter(const struct cgroup *g, pid_t pid);

/* Is @pid in @g itself? */
bool cgroup_has(const struct cgroup *g, pid_t pid);

/*
 * How long it has been throttled, on all CPUs, up to the last time that ended.
 */
uint64_t cgroup_throttled_ns(const struct cgroup *g);

/* It must be empty; the last task may still be about to leave. */
void cgroup_delete(const struct cgroup *g);

#endif /* __CGROUP_H */
