/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/* The BPF programs as user space handles them. */
#ifndef __RUNQSLOWER_PROGRAMS_H
#define __RUNQSLOWER_PROGRAMS_H

#include "analysis/histogram.h"
#include "options.h"
#include "runqslower.h"
#include "writers/writer.h"

struct runqslower_bpf;

/*
 * Open and load what @opts need. NULL, and one line on stderr that says why and the way
 * out. To be freed.
 */
struct runqslower_bpf *programs_load(const struct options *opts);

/* Begin to trace: 0, or the same line. programs_detach() ends that. */
int programs_attach(struct runqslower_bpf *skel, const struct options *opts);
void programs_detach(struct runqslower_bpf *skel);

void programs_free(struct runqslower_bpf *skel);

/* The file descriptor of the ring buffer with their records. */
int programs_events(struct runqslower_bpf *skel);

/* What they count; it goes on while they are attached. */
const struct wait_stats *programs_stats(struct runqslower_bpf *skel);

/* With -S: have them report the tasks that are waiting now. */
void programs_find_waiting(struct runqslower_bpf *skel);

/* With -H: what they have counted so far. */
void programs_histogram(struct runqslower_bpf *skel, struct histogram *h);

/* What each has cost, of @max at most. How many. Names live as long as @skel. */
size_t programs_costs(struct runqslower_bpf *skel, struct cost *costs, size_t max);

/* How many events the kernel did not show them, as they were running. */
__u64 programs_missed(struct runqslower_bpf *skel);

/* One line that says why @what, as in "cannot ...", failed with @err, and the way out. */
void explain_failure(const char *what, int err);

/* One more than the highest number that a CPU can have. */
int max_cpus(void);

#endif /* __RUNQSLOWER_PROGRAMS_H */
