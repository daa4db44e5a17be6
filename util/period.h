/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/* Something that is due every so often. All times are of one clock, ns. */
#ifndef __RUNQSLOWER_PERIOD_H
#define __RUNQSLOWER_PERIOD_H

#include <stdbool.h>
#include <linux/types.h>

struct period {
	__u64 ns;			/* 0: never */
	__u64 next;
};

/* Is it due? If so, it is not due again before the next period. */
static inline bool is_due(struct period *p, __u64 now)
{
	if (!p->ns || now < p->next)
		return false;
	/* Periods that were slept through are not made up for. */
	p->next += (now - p->next) / p->ns * p->ns + p->ns;
	return true;
}

/* @ns, or when @p is next due if that is before. */
static inline __u64 earliest(__u64 ns, const struct period *p)
{
	return p->ns && p->next < ns ? p->next : ns;
}

#endif /* __RUNQSLOWER_PERIOD_H */
