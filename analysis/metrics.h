/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/*
 * Counters for a monitoring system: the time of waits over the threshold, by
 * cause, and by cgroup and cause. Memory is bounded. A counter never falls,
 * because the monitoring system computes rates from differences. For the same
 * reason a counter begins at 0 in what is published.
 */
#ifndef __RUNQSLOWER_METRICS_H
#define __RUNQSLOWER_METRICS_H

#include <stdbool.h>
#include <stddef.h>
#include "explain.h"
#include "runqslower.h"

#define MAX_METRICS_CGROUPS	200

/*
 * A full table gives the place of a cgroup to another one only after the first
 * has not waited for so long. No sane interval between two scrapes is longer.
 */
#define METRICS_QUIET_NS	600000000000ULL

/* Counters of a cgroup. All are ns since the cgroup took its place. */
struct cgroup_metrics {
	char *id;			/* label, owned; NULL: of the others */
	__u64 cgroup;			/* ID that @id stands for, the last */
	__u64 last_ns;			/* end of the last wait */
	__u64 ns[NR_CAUSES];
	__u32 begun;			/* causes that are published, a bit each */
	bool published;			/* all of @ns is published */
};

struct metrics {
	__u64 ns[NR_CAUSES];		/* of all waits */
	/* Waits of cgroups without an id, or for which there was no room. */
	struct cgroup_metrics others;
	size_t nr_cgroups;
	struct cgroup_metrics cgroups[MAX_METRICS_CGROUPS];
};

/* Free the result with metrics_free(). NULL: no memory. */
struct metrics *metrics_new(void);
void metrics_free(struct metrics *m);

/*
 * Count the wait @why, of which nothing is kept. @id_of returns the label of a
 * cgroup, valid until the next call, or NULL. Cgroups with the same label are
 * one, because a label must not occur twice. False: no memory.
 */
bool metrics_add(struct metrics *m, const struct why *why, const char *(*id_of)(__u64 cgroup));

/*
 * The ns of @cause to publish: 0 if @cause has not been published before. A
 * cause that c->ns has no time of is not to be published.
 */
__u64 metrics_ns(const struct cgroup_metrics *c, enum cause cause);

/* What metrics_ns() returns has been published. */
void metrics_published(struct metrics *m);

#endif /* __RUNQSLOWER_METRICS_H */
