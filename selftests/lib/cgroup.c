// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "cgroup.h"

static bool write_in(const char *dir, const char *file, const char *text)
{
	char path[PATH_MAX + 64];
	bool ok;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", dir, file);
	fd = open(path, O_WRONLY);
	if (fd < 0)
		return false;
	ok = write(fd, text, strlen(text)) == (ssize_t)strlen(text);
	close(fd);
	return ok;
}

static bool has_file(const char *dir, const char *file)
{
	char path[PATH_MAX + 64];

	snprintf(path, sizeof(path), "%s/%s", dir, file);
	return !access(path, F_OK);
}

/*
 * The mount point of the controller that @enable turns on in v2, and that has
 * @v1_file in v1. False if there is none.
 */
static bool find_root(const char *enable, const char *v1_file, char *dir, bool *v1)
{
	char line[4096], type[64], *rest;
	FILE *f = fopen("/proc/self/mountinfo", "r");
	bool found = false;

	while (f && !found && fgets(line, sizeof(line), f)) {
		rest = strstr(line, " - ");
		if (!rest || sscanf(line, "%*s %*s %*s %*s %4095s", dir) != 1 ||
		    sscanf(rest, " - %63s", type) != 1)
			continue;
		*v1 = !strcmp(type, "cgroup");
		found = *v1 ? has_file(dir, v1_file) :
			!strcmp(type, "cgroup2") &&
			write_in(dir, "cgroup.subtree_control", enable);
	}
	if (f)
		fclose(f);
	return found;
}

/* Make @name below @dir, of which @root characters are the mount point. */
static bool make(struct cgroup *g, const char *dir, size_t root, const char *name)
{
	if (snprintf(g->dir, sizeof(g->dir), "%s/%s", dir, name) >= PATH_MAX)
		return false;
	g->name = g->dir + root;
	return !mkdir(g->dir, 0755) || errno == EEXIST;
}

bool cgroup_new(struct cgroup *g, const struct cgroup *parent, const char *name)
{
	char dir[PATH_MAX];

	if (parent) {
		g->v1 = parent->v1;
		return (g->v1 || write_in(parent->dir, "cgroup.subtree_control", "+cpu")) &&
		       make(g, parent->dir, parent->name - parent->dir, name);
	}
	return find_root("+cpu", "cpu.shares", dir, &g->v1) &&
	       make(g, dir, strlen(dir), name);
}

bool cgroup_new_for_memory(struct cgroup *g, const char *name)
{
	char dir[PATH_MAX];

	return find_root("+memory", "memory.limit_in_bytes", dir, &g->v1) &&
	       make(g, dir, strlen(dir), name);
}

bool cgroup_limit_memory(const struct cgroup *g, size_t bytes)
{
	char text[32];

	sprintf(text, "%zu", bytes);
	return write_in(g->dir, g->v1 ? "memory.limit_in_bytes" : "memory.max", text);
}

bool cgroup_limit(const struct cgroup *g, int quota_us, int period_us)
{
	char text[64];

	if (g->v1) {
		sprintf(text, "%d", period_us);
		if (!write_in(g->dir, "cpu.cfs_period_us", text))
			return false;
		sprintf(text, "%d", quota_us);
		return write_in(g->dir, "cpu.cfs_quota_us", text);
	}
	sprintf(text, "%d %d", quota_us, period_us);
	return write_in(g->dir, "cpu.max", text);
}

bool cgroup_enter(const struct cgroup *g, pid_t pid)
{
	char text[32];

	sprintf(text, "%d", pid);
	return write_in(g->dir, "cgroup.procs", text);
}

bool cgroup_has(const struct cgroup *g, pid_t pid)
{
	char path[32], line[PATH_MAX + 64];
	bool found = false;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/cgroup", pid);
	f = fopen(path, "r");
	while (f && !found && fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = '\0';
		found = !strcmp(strrchr(line, ':') + 1, g->name);
	}
	if (f)
		fclose(f);
	return found;
}

uint64_t cgroup_throttled_ns(const struct cgroup *g)
{
	char path[PATH_MAX + 64], key[64];
	unsigned long long value, ns = 0;
	FILE *f;

	snprintf(path, sizeof(path), "%s/cpu.stat", g->dir);
	f = fopen(path, "r");
	while (f && fscanf(f, "%63s %llu", key, &value) == 2) {
		if (!strcmp(key, "throttled_time"))
			ns = value;
		else if (!strcmp(key, "throttled_usec"))
			ns = value * 1000;
	}
	if (f)
		fclose(f);
	return ns;
}

void cgroup_delete(const struct cgroup *g)
{
	while (rmdir(g->dir) && errno == EBUSY)
		sched_yield();
}
