/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/* Shares of many waits, added up by cause, task and cgroup. */
#ifndef __RUNQSLOWER_PARTS_H
#define __RUNQSLOWER_PARTS_H

#include <stddef.h>
#include "explain.h"

#define NR_PARTS	8

/*
 * The largest shares. A new share evicts one with little time if there is no
 * room, so the ns of a share count since the share entered, and are never too
 * large.
 */
struct parts {
	size_t nr;
	struct share shares[NR_PARTS];
	__u64 ranks[NR_PARTS];		/* ns + the rank of the evicted share */
};

/* Count @s. Tasks without a TID are told apart by name, else by cgroup. */
void parts_add(struct parts *p, const struct share *s);

/* Put the largest share first. More shares may be added afterwards. */
void parts_sort(struct parts *p);

#endif /* __RUNQSLOWER_PARTS_H */
