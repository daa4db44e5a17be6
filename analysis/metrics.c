// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
#include <stdlib.h>
#include <string.h>
#include "metrics.h"

struct metrics *metrics_new(void)
{
	return calloc(1, sizeof(struct metrics));
}

void metrics_free(struct metrics *m)
{
	size_t i;

	for (i = 0; m && i < m->nr_cgroups; i++)
		free(m->cgroups[i].id);
	free(m);
}

/*
 * A free place, or that of the cgroup that has not waited for longest. Time
 * that is not published yet would be lost with its place. NULL: no room.
 */
static struct cgroup_metrics *find_place(struct metrics *m, __u64 now)
{
	struct cgroup_metrics *quietest = NULL, *c;

	if (m->nr_cgroups < MAX_METRICS_CGROUPS)
		return &m->cgroups[m->nr_cgroups];
	for (c = m->cgroups; c < m->cgroups + m->nr_cgroups; c++) {
		if (c->published && (!quietest || c->last_ns < quietest->last_ns))
			quietest = c;
	}
	return quietest && quietest->last_ns + METRICS_QUIET_NS <= now ? quietest : NULL;
}

/* The counters of @cgroup, which waits until @now. NULL: no memory. */
static struct cgroup_metrics *find_cgroup(struct metrics *m, __u64 cgroup, __u64 now,
					  const char *(*id_of)(__u64 cgroup))
{
	struct cgroup_metrics *c;
	const char *id;
	char *copy;

	/* The ID is tried first, because a cgroup that is gone has no path. */
	for (c = m->cgroups; c < m->cgroups + m->nr_cgroups; c++) {
		if (c->cgroup == cgroup)
			return c;
	}
	id = id_of(cgroup);
	if (!id)
		return &m->others;
	/* A service that is started again has a new cgroup of the old path. */
	for (c = m->cgroups; c < m->cgroups + m->nr_cgroups; c++) {
		if (!strcmp(c->id, id)) {
			c->cgroup = cgroup;
			return c;
		}
	}
	c = find_place(m, now);
	if (!c)
		return &m->others;
	copy = strdup(id);
	if (!copy)
		return NULL;
	if (c == m->cgroups + m->nr_cgroups)
		m->nr_cgroups++;
	free(c->id);
	*c = (struct cgroup_metrics) { .id = copy, .cgroup = cgroup };
	return c;
}

bool metrics_add(struct metrics *m, const struct why *why, const char *(*id_of)(__u64 cgroup))
{
	__u64 end = why->event.wait.end_ns;
	struct cgroup_metrics *c = find_cgroup(m, why->event.cgroup, end, id_of);
	const struct share *s;

	if (!c)
		return false;
	for (s = why->shares; s < why->shares + why->nr; s++) {
		m->ns[s->cause] += s->ns;
		c->ns[s->cause] += s->ns;
	}
	/* Waits that arrive late are out of order. */
	if (end > c->last_ns)
		c->last_ns = end;
	c->published = false;
	return true;
}

__u64 metrics_ns(const struct cgroup_metrics *c, enum cause cause)
{
	return c->begun >> cause & 1 ? c->ns[cause] : 0;
}

static void set_published(struct cgroup_metrics *c)
{
	__u32 begun = 0;
	enum cause cause;

	for (cause = 0; cause < NR_CAUSES; cause++) {
		if (c->ns[cause])
			begun |= 1U << cause;
	}
	/* Of a cause that has just begun, 0 was published. */
	c->published = begun == c->begun;
	c->begun = begun;
}

void metrics_published(struct metrics *m)
{
	size_t i;

	set_published(&m->others);
	for (i = 0; i < m->nr_cgroups; i++)
		set_published(&m->cgroups[i]);
}
