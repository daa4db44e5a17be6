/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
#ifndef __RUNQSLOWER_SIGNALS_H
#define __RUNQSLOWER_SIGNALS_H

/*
 * Block SIGINT and SIGTERM and return a signalfd of both, which the caller
 * closes; -1: error() has printed the reason. SIGPIPE is ignored from now on,
 * and SIGCHLD is not.
 */
int signals_open(void);

#endif /* __RUNQSLOWER_SIGNALS_H */
