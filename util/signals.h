/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/* The signals that end the tool: SIGINT, SIGTERM and SIGHUP. */
#ifndef __RUNQSLOWER_SIGNALS_H
#define __RUNQSLOWER_SIGNALS_H

/*
 * Until signals_open() is called a signal ends the process at once, with exit
 * code 0, because there is nothing to write yet. SIGPIPE is ignored from now
 * on, SIGCHLD is not, and SIGHUP stays ignored if it is (nohup).
 */
void signals_init(void);

/*
 * Block the signals and return a signalfd of them, which the caller closes; -1:
 * error() has printed the reason.
 */
int signals_open(void);

/*
 * The first signal has come: the next one ends the process at once, unless it
 * comes right after, because some send their signal twice (timeout(1)).
 */
void signals_again_ends(void);

#endif /* __RUNQSLOWER_SIGNALS_H */
