/* SPDX-License-Identifier: GPL-2.0 */
/* A trace file of segments and waits made up, and what it says. */
#ifndef __BUILD_TRACE_H
#define __BUILD_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include "build_waits.h"
#include "writers/trace_file.h"

#define TRACE_SIZE	(2 * MIN_HISTORY)
#define MAX_SLICES	4096

extern char trace_path[64];

/* That the file is JSON is for python3 to say. */
bool has_python(void);

/* The path of a file, which is not there yet, and a history. */
bool begin_trace(void);
void end_trace(void);

/* Segment @seq of @cpu: from @at on ran @name. */
void ran(__u32 cpu, __u32 seq, long at, __u32 tid, const char *name);
void ran_flags(__u32 cpu, __u32 seq, long at, __u8 flags);

/* A wait, on CPU 0, where segment @seq was the newest when it ended. */
void wait_until(long from, long to, __u32 seq);

/* It is in the trace. */
void report(void);
void waited(long from, long to, __u32 seq);

/* What the file says of a slice. */
struct slice {
	unsigned int tid;
	unsigned long long from;
	unsigned long long to;
	char name[64];
	double at, len;			/* us, as they are read */
};

/* All of them, by track and time, after find_slices(). */
extern struct slice slices[MAX_SLICES];
extern size_t nr_slices;
void find_slices(void);

/*
 * As in "0-70 a/11, 70-100 b/12": the slices of a track, valid until the next
 * call.
 */
const char *track(__u32 tid);
const char *cpu(__u32 cpu);

/* Does a slice begin before the one before it on its track is over? */
bool overlaps(void);

/* Does the file have @text in it? Is it whole to its last bracket? */
bool has(const char *text);
bool is_whole(void);

/* Is @condition, which is Python, true of the trace? */
bool is_true(const char *condition);
bool is_valid(void);

#endif /* __BUILD_TRACE_H */
