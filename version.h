/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
#ifndef __RUNQSLOWER_VERSION_H
#define __RUNQSLOWER_VERSION_H

/* The one place: --version, "make version" and packages have it from here. */
#define VERSION		"1.0"

#endif /* __RUNQSLOWER_VERSION_H */
