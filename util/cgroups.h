/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/* Names of cgroups. */
#ifndef __RUNQSLOWER_CGROUPS_H
#define __RUNQSLOWER_CGROUPS_H

#include <stdbool.h>
#include <linux/types.h>

/*
 * The ID of the cgroup at @path, a directory or what follows the mount point,
 * and whether it is of v1. NULL, or why it will not do, for "invalid cgroup:
 * ...".
 */
const char *cgroup_find(const char *path, __u64 *id, bool *v1);

/*
 * The path of the cgroup with this ID (cgroup.kn.id, the inode number of its
 * directory) in the hierarchy that has the cpu controller, from the mount point
 * on: "/" is the root. "cgroup:ID" if it is gone, or if we may not look
 * (CAP_DAC_READ_SEARCH). Valid until the next call. Not cleaned of characters
 * that could harm a terminal.
 */
const char *cgroup_path(__u64 id);

#endif /* __RUNQSLOWER_CGROUPS_H */
