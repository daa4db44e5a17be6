/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/*
 * The command line: what the user asked for, checked and in the units of the
 * code.
 */
#ifndef __RUNQSLOWER_OPTIONS_H
#define __RUNQSLOWER_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>
#include "runqslower.h"

enum time_format {
	TIME_CLOCK,			/* HH:MM:SS */
	TIME_US,			/* HH:MM:SS.ffffff */
	TIME_ISO,			/* RFC 3339, with us and UTC offset */
	TIME_MONO,			/* seconds of CLOCK_MONOTONIC */
};

enum output {
	OUTPUT_TEXT,
	OUTPUT_JSON,			/* one object a line */
	OUTPUT_CSV,
};

struct id_list {
	__u32 *ids;
	size_t nr;
};

struct options {
	__u64 min_us;			/* report waits longer than this */
	struct id_list tgids;		/* empty: all */
	struct id_list tids;
	struct comm_key *comms;		/* beginnings of names */
	size_t nr_comms;
	__u64 *cgroups;			/* IDs */
	size_t nr_cgroups;
	bool cgroups_v1;		/* they are of v1 */
	bool filter_cpus;
	__u64 cpu_mask[MAX_CPUS / 64];
	bool previous;
	bool why;
	bool waker;
	__u32 history;			/* segments per CPU, a power of two */
	bool summary;			/* these two: instead of lines */
	bool histogram;
	bool cost;
	enum output output;
	const char *trace;		/* file, NULL: none */
	__u64 stalled_ns;		/* look for tasks that wait so often, 0: never */
	__u64 interval_ns;		/* of summary and histogram, 0: once, at the end */
	bool verbose;
	enum time_format time;
	__u64 duration_ns;		/* 0: until interrupted */
	__u64 count;			/* 0: any number */
	__u64 ring_size;		/* bytes, 0: by the number of CPUs */
	bool json_schema;		/* print it, and nothing else counts */
};

/*
 * Are the programs in use that also record what it takes to explain a wait?
 * They are those that know of cgroups, too.
 */
static inline bool explains(const struct options *opts)
{
	return opts->why || opts->waker || opts->summary || opts->trace || opts->nr_cgroups;
}

/* Are single waits written, or only what they come to? */
static inline bool prints_lines(const struct options *opts)
{
	return !opts->summary && !opts->histogram;
}

/*
 * Fill @opts from the command line. Does not return where the command line asks
 * for help or the version (exit 0) or is wrong (one line, EXIT_USAGE). What
 * @opts points to lives as long as the process.
 */
void parse_options(int argc, char **argv, struct options *opts);

#endif /* __RUNQSLOWER_OPTIONS_H */
