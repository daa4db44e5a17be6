/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
#ifndef __RUNQSLOWER_ERROR_H
#define __RUNQSLOWER_ERROR_H

#include <linux/compiler.h>

#define EXIT_USAGE	64		/* EX_USAGE of sysexits.h */

/* Print one line on stderr that begins with "runqslower: ". */
void __printf(1, 2) error(const char *fmt, ...);

/* Refuse the command line: error(), then exit with EXIT_USAGE. */
void __noreturn __printf(1, 2) refuse(const char *fmt, ...);

/*
 * Print text on stderr, a terminal, that the next one replaces. What else is
 * printed on a terminal is to hide this first, as error() does.
 */
void __printf(1, 2) print_status(const char *fmt, ...);
void hide_status(void);

/* Print that memory ran out, and exit with EXIT_FAILURE. */
void __noreturn out_of_memory(void);

#endif /* __RUNQSLOWER_ERROR_H */
