/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/* Load, attach and read the BPF programs. */
#ifndef __RUNQSLOWER_TRACER_H
#define __RUNQSLOWER_TRACER_H

#include "analysis/cost.h"
#include "analysis/histogram.h"
#include "options.h"
#include "runqslower.h"

struct runqslower_bpf;

#define MAX_PROGRAMS	32		/* more than there are */

/*
 * Open and load the programs that @opts needs. The caller frees the result with
 * tracer_free(). NULL: the reason has been printed.
 */
struct runqslower_bpf *tracer_load(const struct options *opts);

/*
 * Begin to trace. 0, or a negative errno after the reason has been printed.
 * tracer_detach() ends the tracing.
 */
int tracer_attach(struct runqslower_bpf *skel, const struct options *opts);
void tracer_detach(struct runqslower_bpf *skel);

void tracer_free(struct runqslower_bpf *skel);

/* The file descriptor of the ring buffer with the records; @skel owns it. */
int tracer_events(struct runqslower_bpf *skel);

/*
 * The file descriptor of the map with the recorder's rings, see struct history;
 * @skel owns it.
 */
int tracer_rings(struct runqslower_bpf *skel);

/* The counters of the programs, which go on while attached; @skel owns them. */
const struct wait_stats *tracer_stats(struct runqslower_bpf *skel);

/*
 * With -S: have the programs report the tasks that are waiting now. Between
 * pieces of some 60 tasks calls @piece(@ctx), which makes room in the ring
 * buffer; false ends the search. 0 or a negative errno.
 */
int tracer_find_waiting(struct runqslower_bpf *skel, bool (*piece)(void *ctx), void *ctx);

/*
 * If needs_lengths(): copy the counts since tracing began to @h. 0 or a
 * negative errno.
 */
int tracer_histogram(struct runqslower_bpf *skel, struct histogram *h);

/*
 * Fill @costs with the costs of at most @max programs and return their number.
 * Names live as long as @skel.
 */
size_t tracer_costs(struct runqslower_bpf *skel, struct cost *costs, size_t max);

/*
 * How many events the kernel kept from a program, because the program was
 * already running on the CPU of the event.
 */
__u64 tracer_missed(struct runqslower_bpf *skel);

/* What this kernel cannot tell, of what @opts asks: bits of enum limits. */
unsigned int tracer_limits(struct runqslower_bpf *skel, const struct options *opts);

/*
 * The highest number of a possible CPU, plus 1; 0: not known. May be more than
 * the number of possible CPUs, because numbers can have gaps.
 */
int max_cpus(void);

#endif /* __RUNQSLOWER_TRACER_H */
