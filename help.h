/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/* What --usage and --help print. */
#ifndef __RUNQSLOWER_HELP_H
#define __RUNQSLOWER_HELP_H

extern const char usage[];
extern const char help[];		/* behind usage */

#endif /* __RUNQSLOWER_HELP_H */
