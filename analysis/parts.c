// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* The Space-Saving algorithm, as in totals.c, on a single small set. */
#include <stdbool.h>
#include <string.h>
#include "parts.h"

static bool same_part(const struct share *a, const struct share *b)
{
	if (a->cause != b->cause)
		return false;
	if (a->cause != CAUSE_TASK)
		return a->cgroup == b->cgroup;
	if (a->tid || b->tid)
		return a->tid == b->tid && a->tgid == b->tgid;
	if (a->comm[0] || b->comm[0])
		return !strncmp(a->comm, b->comm, sizeof(a->comm));
	return a->cgroup == b->cgroup;
}

void parts_add(struct parts *p, const struct share *s)
{
	size_t least = 0, i;
	__u64 ns = 0, rank = 0;

	for (i = 0; i < p->nr; i++) {
		if (same_part(&p->shares[i], s)) {
			ns = p->shares[i].ns;
			break;
		}
		if (p->ranks[i] < p->ranks[least])
			least = i;
	}
	if (i < p->nr) {
		rank = p->ranks[i];
	} else if (p->nr < NR_PARTS) {
		p->nr++;
	} else {
		i = least;
		rank = p->ranks[i];
	}
	p->shares[i] = *s;
	p->shares[i].ns = ns + s->ns;
	p->ranks[i] = rank + s->ns;
}

/* By insertion, because ranks have to move along and there are few. */
void parts_sort(struct parts *p)
{
	struct share share;
	__u64 rank;
	size_t i, j;

	for (i = 1; i < p->nr; i++) {
		share = p->shares[i];
		rank = p->ranks[i];
		for (j = i; j && p->shares[j - 1].ns < share.ns; j--) {
			p->shares[j] = p->shares[j - 1];
			p->ranks[j] = p->ranks[j - 1];
		}
		p->shares[j] = share;
		p->ranks[j] = rank;
	}
}
