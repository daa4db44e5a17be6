/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/*
 * A Trace Event JSON file for Perfetto's UI. The file shows who ran on each CPU
 * around the waits, the waits with their shares, and arrows from waker to wait.
 */
#ifndef __RUNQSLOWER_TRACE_FILE_H
#define __RUNQSLOWER_TRACE_FILE_H

#include <stdbool.h>
#include "analysis/explain.h"
#include "analysis/history.h"

/*
 * Create the file; a process has only one. False, with errno, on failure:
 * ESPIPE for what cannot be written at any place, as pipes, and ENXIO for a
 * pipe without a reader.
 * @history must live until trace_close(), and may be empty before the first
 * wait.
 */
bool trace_open(const char *path, const struct history *history);

/*
 * Add a wait that is over. Call trace_wait() right after explain(), because new
 * segments overwrite the history of the wait. trace_flush() returns errors.
 */
void trace_wait(const struct why *why);

/* Is there an event that trace_flush() has not written? */
bool trace_is_pending(void);

/*
 * Write all events so far. Afterwards the file is valid JSON, however the tool
 * ends. False, with the first errno, if any write has failed.
 */
bool trace_flush(void);

/*
 * Write all events, close the file and free memory. False, with errno, if any
 * write has failed.
 */
bool trace_close(void);

#endif /* __RUNQSLOWER_TRACE_FILE_H */
