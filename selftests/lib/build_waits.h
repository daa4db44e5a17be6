/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Segments and waits made up for unit tests: no kernel has a part in them.
 * Times are ns from BEGIN on.
 */
#ifndef __BUILD_WAITS_H
#define __BUILD_WAITS_H

#include "analysis/explain.h"
#include "analysis/history.h"

#define BEGIN		1000000000ULL
#define VICTIM		7		/* who waits */
#define CPUS		4
#define HISTORY_SIZE	MIN_HISTORY	/* after begin() */

/* Of this test: each has a process of its own. */
extern struct history history;
extern struct why_event event;
extern __u32 missing[CPUS];		/* so many of the last segments have not come */

void set_name(char *comm, const char *name);

/* Segment @seq of @cpu: from @at on ran @name. */
struct run_segment segment(__u32 cpu, __u32 seq, long at, __u32 tid, const char *name);

/* The one that comes after those its CPU has. */
struct run_segment next_segment(__u32 cpu, long at, __u32 tid, const char *name);

/* From @at on @cpu ran @name: the next segment is in the history. */
void run(__u32 cpu, long at, __u32 tid, const char *name, __u8 flags);
void idle(__u32 cpu, long at);

/*
 * The same. @nontask had gone to interrupts and the hypervisor by then, @irq to
 * the former.
 */
void run_nontask(__u32 cpu, long at, __u32 tid, const char *name, __u64 nontask, __u64 irq);

/* The same, on CPU 0. */
void run_group(long at, __u32 tid, const char *name, __u32 tgid, __u64 cgroup);

/* The event is a wait on CPU 0, of which no more is known. */
void wait_is(long from, long to);

/* It is a wait of @ns from BEGIN on, and the history is empty. */
void begin(__u64 ns);

/* The task left its CPU at @left for @cpu, where it was queued at @queued. */
void moves(long left, long queued, __u32 cpu);

/* It was out of quota for @ns from @since on. */
void throttled(long since, __u64 ns);

/*
 * The event, of which the segments are the newest that the history has. For
 * free().
 */
struct why *explained(void);

#endif /* __BUILD_WAITS_H */
