/* SPDX-License-Identifier: GPL-2.0 */
#ifndef __LANDLOCK_VERSION_H
#define __LANDLOCK_VERSION_H

#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Of the running kernel, as landlock_create_ruleset(2) says; below 1: none. */
static inline long landlock_version(void)
{
	/* By numbers, because the headers of 5.10 do not have the names. */
	return syscall(444, NULL, 0, 1);
}

#endif /* __LANDLOCK_VERSION_H */
