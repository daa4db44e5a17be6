/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/* Cgroups: from path to ID and back. */
#ifndef __RUNQSLOWER_CGROUPS_H
#define __RUNQSLOWER_CGROUPS_H

#include <stdbool.h>
#include <linux/types.h>

/*
 * Look up the cgroup at @path, a directory or what cgroup_path() returns. Set
 * @id to its ID and @v1 to whether it is of v1. Return NULL, or the reason of a
 * refusal, to print after "invalid cgroup '...': ". The reason is valid until
 * the next call.
 */
const char *cgroup_find(const char *path, __u64 *id, bool *v1);

/* Does v1 have the cpu controller? Then cgroup_path() takes IDs of v1. */
bool cgroups_are_v1(void);

/*
 * False: cgroup_path() finds no path, because CAP_DAC_READ_SEARCH is missing.
 */
bool cgroups_may_be_named(void);

/*
 * The path of cgroup @id below the mount point of the cpu controller's
 * hierarchy; "/" is the root. @id is cgroup.kn.id, the inode number of the
 * directory. Returns "cgroup:ID" if the cgroup is gone or CAP_DAC_READ_SEARCH
 * is missing. The path is valid until the next call, and may hold characters
 * that harm a terminal.
 */
const char *cgroup_path(__u64 id);

/*
 * Look up the path of cgroup @id (0: none) now, because the cgroup may be gone
 * when cgroup_path() is called.
 */
void cgroup_remember(__u64 id);

#endif /* __RUNQSLOWER_CGROUPS_H */
