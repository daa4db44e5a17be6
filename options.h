/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/* The command line, checked and in the units of the code. */
#ifndef __RUNQSLOWER_OPTIONS_H
#define __RUNQSLOWER_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>
#include "analysis/totals.h"
#include "runqslower.h"
#include "util/clock.h"

enum time_format {
	TIME_CLOCK,			/* HH:MM:SS */
	TIME_US,			/* HH:MM:SS.ffffff */
	TIME_ISO,			/* RFC 3339, with us and UTC offset */
	TIME_MONO,			/* seconds of CLOCK_MONOTONIC */
	TIME_UNIX,			/* seconds since 1970, with ns */
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
	__u64 min_us;			/* report longer waits; 0: all */
	struct id_list tgids;		/* empty: all */
	struct id_list tids;
	struct comm_key *comms;		/* prefixes of names */
	size_t nr_comms;
	__u64 *cgroups;			/* IDs */
	size_t nr_cgroups;
	bool cgroups_v1;		/* @cgroups are of v1 */
	enum kthreads kthreads;
	bool filter_cpus;
	__u64 cpu_mask[MAX_CPUS / 64];
	bool light;			/* no records, one program */
	bool previous;
	bool stack;
	bool why;
	bool waker;
	__u32 history;			/* segments per CPU, a power of two */
	bool summary;			/* instead of lines, as @histogram */
	enum totals_by by;		/* of @summary */
	bool histogram;
	bool heat;			/* @histogram as a heat map */
	bool cost;
	enum output output;
	const char *to;			/* path of the output, NULL: none */
	const char *trace;		/* path, NULL: no trace file */
	const char *metrics;		/* path, NULL: no metrics */
	__u64 stalled_ns;		/* period of -S, 0: no -S */
	__u64 interval_ns;		/* 0: see the functions ..._period() */
	bool verbose;
	enum time_format time;
	__u64 duration_ns;		/* 0: until interrupted */
	__u64 count;			/* 0: any number */
	__u64 ring_size;		/* bytes, 0: sized by the tool */
	bool json_schema;		/* only print the schema */
	char **command;			/* with arguments, as main() has them; NULL: none */
};

/*
 * Does @opts need the why_ programs, which record what explains a wait? Only
 * these programs filter by cgroup.
 */
static inline bool needs_why_programs(const struct options *opts)
{
	return opts->why || opts->waker || opts->summary || opts->trace || opts->metrics ||
	       opts->nr_cgroups;
}

/* Does @opts need all waits counted by length, also below the threshold? */
static inline bool needs_lengths(const struct options *opts)
{
	return opts->histogram || opts->metrics;
}

/*
 * Is each wait written, not only totals or a histogram? --metrics is for a
 * service: waits are written only if @opts says what to write of them, or how.
 */
static inline bool prints_lines(const struct options *opts)
{
	bool asked = opts->why || opts->previous || opts->stack || opts->waker ||
		     opts->output != OUTPUT_TEXT;

	return !opts->summary && !opts->histogram && (!opts->metrics || asked);
}

/* The period of -s and -H, in ns; 0: at the end only. */
static inline __u64 totals_period(const struct options *opts)
{
	if (opts->interval_ns || !opts->heat)
		return opts->interval_ns;
	return NSEC_PER_SEC;
}

/* The period of --metrics, in ns; 0: never. */
static inline __u64 metrics_period(const struct options *opts)
{
	if (!opts->metrics)
		return 0;
	return opts->interval_ns ? opts->interval_ns : 15 * NSEC_PER_SEC;
}

/*
 * Fill @opts from the command line. Exits after printing help or the version
 * (0), and after one line on stderr if the command line is wrong (EXIT_USAGE).
 * Arrays of @opts live as long as the process.
 */
void parse_options(int argc, char **argv, struct options *opts);

#endif /* __RUNQSLOWER_OPTIONS_H */
