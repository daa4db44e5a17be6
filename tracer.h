/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/* The BPF programs as user space handles them. */
#ifndef __RUNQSLOWER_TRACER_H
#define __RUNQSLOWER_TRACER_H

#include "analysis/cost.h"
#include "analysis/histogram.h"
#include "options.h"
#include "runqslower.h"

struct runqslower_bpf;

/*
 * Open and load what @opts need. NULL, and one line on stderr that says why and
 * the way out. To be freed.
 */
struct runqslower_bpf *tracer_load(const struct options *opts);

/* Begin to trace: 0, or the same line. tracer_detach() ends that. */
int tracer_attach(struct runqslower_bpf *skel, const struct options *opts);
void tracer_detach(struct runqslower_bpf *skel);

void tracer_free(struct runqslower_bpf *skel);

/* The file descriptor of the ring buffer with their records. */
int tracer_events(struct runqslower_bpf *skel);

/* What they count; it goes on while they are attached. */
const struct wait_stats *tracer_stats(struct runqslower_bpf *skel);

/* With -S: have them report the tasks that are waiting now. */
void tracer_find_waiting(struct runqslower_bpf *skel);

/* With -H: what they have counted so far. */
void tracer_histogram(struct runqslower_bpf *skel, struct histogram *h);

/*
 * What each has cost, of @max at most. How many. Names live as long as @skel.
 */
size_t tracer_costs(struct runqslower_bpf *skel, struct cost *costs, size_t max);

/* How many events the kernel did not show them, as they were running. */
__u64 tracer_missed(struct runqslower_bpf *skel);

/*
 * One line that says why @what, as in "cannot ...", failed with @err, and the
 * way out.
 */
void bpf_failure(const char *what, int err);

/* One more than the highest number that a CPU can have. */
int max_cpus(void);

#endif /* __RUNQSLOWER_TRACER_H */
