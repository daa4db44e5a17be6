/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
#ifndef __RUNQSLOWER_FIRST_LINE_H
#define __RUNQSLOWER_FIRST_LINE_H

/*
 * The first line of file @path, at most 255 bytes and without the newline, or
 * "". Valid until the next call.
 */
const char *first_line(const char *path);

#endif /* __RUNQSLOWER_FIRST_LINE_H */
