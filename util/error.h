/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
#ifndef __RUNQSLOWER_ERROR_H
#define __RUNQSLOWER_ERROR_H

#include <linux/compiler.h>

/* One line on stderr, which begins with the name of the tool. */
void __printf(1, 2) error(const char *fmt, ...);

#endif /* __RUNQSLOWER_ERROR_H */
