/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/*
 * The windows around waits as a Trace Event JSON file, which Perfetto's UI opens: who
 * ran on each CPU, the waits with their shares, and arrows from waker to wait.
 */
#ifndef __RUNQSLOWER_TRACE_H
#define __RUNQSLOWER_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include "explain.h"
#include "runqslower.h"

/* Create the file. False, with errno, if that fails. There is one. */
bool trace_open(const char *path);

/*
 * What came from the recorder, in the order it came; segments may come again. The
 * functions keep what they must; nothing is written before trace_flush().
 */
void trace_segments(const struct run_segment *segments, size_t nr);
void trace_wait(const struct why *why);

/*
 * Write what there is, so that the file is whole and valid whenever the tool ends, by
 * whatever. False, with errno, if that fails: then there is no use in more.
 */
bool trace_flush(void);

/* The same for the last time. */
bool trace_close(void);

#endif /* __RUNQSLOWER_TRACE_H */
