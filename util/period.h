/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/* A recurring event. All times are ns of one clock. */
#ifndef __RUNQSLOWER_PERIOD_H
#define __RUNQSLOWER_PERIOD_H

#include <stdbool.h>
#include <linux/types.h>

struct period {
	__u64 ns;			/* 0: never */
	__u64 next;
};

/* Is @p due at @now? If so, @p is next due in the next period. */
static inline bool is_due(struct period *p, __u64 now)
{
	if (!p->ns || now < p->next)
		return false;
	/* Skip missed periods: @p is due once for all of them. */
	p->next += (now - p->next) / p->ns * p->ns + p->ns;
	return true;
}

/* The earlier of @ns and the time when @p is next due. */
static inline __u64 earliest(__u64 ns, const struct period *p)
{
	return p->ns && p->next < ns ? p->next : ns;
}

#endif /* __RUNQSLOWER_PERIOD_H */
