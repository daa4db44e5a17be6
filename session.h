/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/*
 * A run of the tool. runqslower.c begins and ends the run, collect.c receives
 * waits meanwhile, and report.c writes them, totals and messages.
 */
#ifndef __RUNQSLOWER_SESSION_H
#define __RUNQSLOWER_SESSION_H

#include <stdbool.h>
#include "analysis/histogram.h"
#include "analysis/history.h"
#include "analysis/metrics.h"
#include "analysis/ordered_waits.h"
#include "analysis/stacks.h"
#include "analysis/stalled_waits.h"
#include "analysis/totals.h"
#include "options.h"
#include "runqslower.h"
#include "util/command.h"
#include "writers/writer.h"

struct ring_buffer;
struct runqslower_bpf;

/* The state of a run, from the command line to the exit. */
struct session {
	struct options opts;
	struct runqslower_bpf *skel;
	struct ring_buffer *rb;
	int signals;			/* signals_open() */
	struct command command;		/* used if opts.command */
	struct ordered_waits order;
	struct stalled_waits stalled;	/* of the last look of -S */
	__u64 looked_at, looked_until;	/* when that look began and ended */
	struct history history;		/* used if needs_why_programs(&opts) */
	struct stacks stacks;		/* used with --stack */
	struct totals *totals;		/* NULL without -s */
	struct metrics *metrics;	/* NULL without --metrics */
	struct histogram counted;	/* with -H: counts already written */
	const struct writer *writer;
	__u64 start;			/* begin of tracing */
	__u64 end;			/* of tracing; ULLONG_MAX without -d */
	__u64 totals_since;		/* begin of the present totals */
	__u64 nr_received;		/* waits received that are over */
	__u64 nr_damaged;		/* records that cannot be used */
	unsigned int nr_batch;		/* waits in this batch, also stalled */
	__u64 nr_taken;			/* waits printed or counted */
	__u64 nr_written;		/* of these, before the last flush */
	__u64 told[NR_LOST];		/* lost waits the user knows of */
	__u64 lost_told;		/* sum of @told */
	int write_error;		/* first errno of the output, or 0 */
	bool trace_failed;
	bool metrics_failed;		/* at least once */
	bool stalled_failed;		/* tasks that wait cannot be looked at */
	bool shows_status;		/* see prepare_output() */
	bool interrupted;		/* by a signal, the output, or the command's end */
};

/* --- collect.c --- */

/* Takes records from the ring buffer; @ctx is the session. */
int on_record(void *ctx, void *data, size_t size);

/*
 * Receive and write waits until a signal, -d, -n, failed output, or the end of
 * the command. A signal is passed on to the command, if there is one.
 */
void collect(struct session *s);

/*
 * Receive and write the remaining waits. A program may still run on another
 * CPU, so drain() lasts until each wait seen has arrived or is lost, at most a
 * second.
 */
void drain(struct session *s);

/*
 * Is the tracing of the session @ctx to end? Looks for signals and for the end
 * of the command. For output_init().
 */
bool has_ended(void *ctx);

/* Return when the command has ended. Signals are passed on meanwhile. */
void await_command(struct session *s);

/* --- report.c --- */

/* Show on a terminal how many waits there were until now. */
void show_status(struct session *s, __u64 elapsed_ns);

/* Flush the output. False: the flush failed, write_error says why. */
bool flush(struct session *s);

/*
 * Print or count the waits that ended by @until. False: stop tracing, because
 * -n is reached or the output failed.
 */
bool take_until(struct session *s, __u64 until);

/* Report that @nr more tasks wait than are listed. */
void tell_more_waiting(__u64 nr);

/*
 * Write the totals from s->totals_since to @now, from when on new ones count.
 * With -i, skip empty totals at the @end, because an interval may just be over.
 */
void write_totals(struct session *s, __u64 now, bool end);

/* Report the waits lost since the last call. */
void tell_lost(struct session *s);

/* The waits lost until now. */
__u64 nr_lost(const struct wait_stats *stats);

/* Say once what this kernel cannot tell, where verdicts depend on that. */
void tell_limits(struct session *s);

/* Flush the trace file, at the @end close it. False: the file just failed. */
bool write_trace(struct session *s, bool end);

/*
 * With --metrics: write the file, at the @end with all there is. False: a file
 * could not be written, now or before, which has been reported.
 */
bool write_metrics(struct session *s, bool end);

/* Did the reader get all output that the reader wanted? If not, say so. */
bool succeeded(const struct session *s);

#endif /* __RUNQSLOWER_SESSION_H */
