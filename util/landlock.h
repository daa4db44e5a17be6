/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
#ifndef __RUNQSLOWER_LANDLOCK_H
#define __RUNQSLOWER_LANDLOCK_H

#include <stdbool.h>

/*
 * From now on this process makes, writes, removes and executes no file, but it
 * may replace @replaced and write beside @replaced (NULL: no file). Nor does it
 * use TCP. What is open remains so. By Landlock, since 5.13: without, nothing
 * happens. False: error() has printed the reason.
 */
bool forbid_writing(const char *replaced);

#endif /* __RUNQSLOWER_LANDLOCK_H */
