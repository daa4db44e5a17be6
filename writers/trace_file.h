/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/*
 * The windows around waits as a Trace Event JSON file, which Perfetto's UI
 * opens: who ran on each CPU, the waits with their shares, and arrows from
 * waker to wait.
 */
#ifndef __RUNQSLOWER_TRACE_H
#define __RUNQSLOWER_TRACE_H

#include <stdbool.h>
#include "analysis/explain.h"
#include "analysis/history.h"

/*
 * Create the file. False, with errno, if that fails. There is one. @history is
 * looked at when there is a wait, not before.
 */
bool trace_open(const char *path, const struct history *history);

/*
 * A wait that is over, as soon as it is explained: while the history has what
 * it needs. What fails here is told by trace_flush().
 */
void trace_wait(const struct why *why);

/*
 * Write what there is, so that the file is whole and valid whenever the tool
 * ends, by whatever. False, with errno, if that fails: then there is no use in
 * more.
 */
bool trace_flush(void);

/* The same for the last time. */
bool trace_close(void);

#endif /* __RUNQSLOWER_TRACE_H */
