/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/* Names of cgroups. */
#ifndef __RUNQSLOWER_CGROUPS_H
#define __RUNQSLOWER_CGROUPS_H

#include <linux/types.h>

/*
 * The path of the cgroup with this ID (cgroup.kn.id, the inode number of its
 * directory) in the hierarchy that has the cpu controller, from the mount point on:
 * "/" is the root. "cgroup:ID" if it is gone, or if we may not look
 * (CAP_DAC_READ_SEARCH). Valid until the next call. Not cleaned of characters that
 * could harm a terminal.
 */
const char *cgroup_path(__u64 id);

#endif /* __RUNQSLOWER_CGROUPS_H */
