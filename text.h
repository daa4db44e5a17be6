/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/* Waits as lines of text on stdout. */
#ifndef __RUNQSLOWER_TEXT_H
#define __RUNQSLOWER_TEXT_H

#include "explain.h"
#include "options.h"
#include "runqslower.h"

/* Nothing is flushed here. Errors stay in ferror(stdout). */
void text_header(const struct options *opts);

/* @why: NULL if it is not explained. */
void text_wait(const struct options *opts, const struct wait_event *e,
	       const struct why *why);

/*
 * Note how far the wall clock is ahead of CLOCK_MONOTONIC now, for the waits
 * printed from here on.
 */
void text_sync_clock(void);

#endif /* __RUNQSLOWER_TEXT_H */
