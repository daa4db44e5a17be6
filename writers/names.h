/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/* Names that all formats share. */
#ifndef __RUNQSLOWER_NAMES_H
#define __RUNQSLOWER_NAMES_H

#include "analysis/explain.h"
#include "analysis/totals.h"
#include "runqslower.h"

extern const char * const cause_names[NR_CAUSES];
/* @cause for people; cause_names has keys. */
const char *cause_text(enum cause cause);

/* Behind the name of the task of @s: what it has in common with who waits. */
const char *relation_text(const struct share *s);

extern const char * const from_names[NR_FROM];
extern const char * const waker_names[NR_WAKER_KINDS];
extern const char * const class_names[NR_CLASSES];
extern const char * const lost_names[NR_LOST];

/* The scheduling policies, by number; the last stands for those to come. */
#define NR_POLICIES	9
extern const char * const policy_names[NR_POLICIES];
extern const char * const by_names[NR_BY];	/* as --by has them */

struct length_text {
	char text[16];
};

/* @ns as in "812ns", "4.02us", "40.2ms", "402s". */
struct length_text length_text(__u64 ns);

struct limits_text {
	char text[256];
};

/* What @limits (bits of enum limits) leaves untold, and what stands for it. */
struct limits_text limits_text(unsigned int limits);

struct path_text {
	char text[80];
};

/*
 * The CPUs where the task was queued, in order, as in "0>1". ".." stands for
 * CPUs that the event lacks.
 */
struct path_text path_text(const struct why_event *e);

#endif /* __RUNQSLOWER_NAMES_H */
