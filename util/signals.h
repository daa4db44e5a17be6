/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/* The signals that end the tool: SIGINT, SIGTERM and SIGHUP. */
#ifndef __RUNQSLOWER_SIGNALS_H
#define __RUNQSLOWER_SIGNALS_H

#include <stdbool.h>

/*
 * Until signals_open() is called signal N ends the process at once, with exit
 * code 0, because there is nothing to write yet; with @command with 128 + N,
 * because the command has not been run. SIGPIPE is ignored from now on, SIGCHLD
 * is not, and SIGHUP stays ignored if it is (nohup).
 */
void signals_init(bool command);

/*
 * Block the signals and return a signalfd of them, which the caller closes; -1:
 * error() has printed the reason. With a command SIGINT and SIGQUIT are ignored
 * instead, as system(3) does, because the terminal sends both to the command,
 * too, which may use them for something else than to end.
 */
int signals_open(void);

/*
 * The first signal has come, or the command has ended: the next signal ends the
 * process at once, unless it comes right after, because some send their signal
 * twice (timeout(1)). Returns the first signal, 0 if none has come.
 */
int signals_again_ends(void);

#endif /* __RUNQSLOWER_SIGNALS_H */
