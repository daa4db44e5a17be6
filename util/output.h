/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/* stdout and stderr: a reader that stands still holds nothing up for ever. */
#ifndef __RUNQSLOWER_OUTPUT_H
#define __RUNQSLOWER_OUTPUT_H

#include <stdbool.h>
#include <sys/types.h>

/*
 * From now on a write to stdout or stderr fails with ETIMEDOUT if it gets
 * nowhere for half a second and @ended(@ctx), which is asked every 100 ms
 * meanwhile, says that the tool is to end. False: out of memory. Uses SIGALRM
 * and ITIMER_REAL, because O_NONBLOCK would be set for all who share the
 * terminal or pipe.
 */
bool output_init(bool (*ended)(void *ctx), void *ctx);

/*
 * waitpid() for a child that writes: gives up as a write does. Returns 0 or an
 * errno, not negated. Before output_init() it waits for ever.
 */
int output_await(pid_t pid, int *status);

/*
 * The errno of the first write to stdout that failed, or 0. After a failure
 * nothing more is written.
 */
int output_error(void);

#endif /* __RUNQSLOWER_OUTPUT_H */
