/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/*
 * stdout and stderr: a reader that stands still holds nothing up for ever. What
 * the tool writes to stdout, its data, can go elsewhere.
 */
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
 * From now on what is written to stdout goes to file @path, which is created or
 * truncated; to stderr if @path is NULL. False, with errno: the file cannot be
 * opened.
 */
bool output_divert(const char *path);

/* Where data goes: the file descriptor; what the user calls it. */
int output_fd(void);
const char *output_name(void);

/*
 * The errno of the first write of data that failed, or 0. After a failure
 * nothing more is written.
 */
int output_error(void);

#endif /* __RUNQSLOWER_OUTPUT_H */
