// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <linux/types.h>
#include "error.h"
#include "landlock.h"

/*
 * As in linux/landlock.h, because headers may be older than the kernel. Numbers
 * of system calls are the same on all architectures that have BPF.
 */
#define NR_LANDLOCK_CREATE_RULESET	444
#define NR_LANDLOCK_ADD_RULE		445
#define NR_LANDLOCK_RESTRICT_SELF	446
#define LANDLOCK_VERSION		1	/* a flag of the first */
#define LANDLOCK_PATH_BENEATH		1

#define FS_EXECUTE		0x1ULL
#define FS_WRITE_FILE		0x2ULL
#define FS_REMOVE_FILE		0x20ULL
#define FS_MAKE_REG		0x100ULL
#define FS_REMOVE_AND_MAKE	0x1ff0ULL	/* of all kinds of files */
#define FS_TRUNCATE		0x4000ULL	/* since version 3 */
#define NET_BIND_AND_CONNECT	0x3ULL		/* TCP, since version 4 */

struct landlock_rules {
	__u64 fs;
	__u64 net;			/* since version 4 */
};

struct landlock_path {
	__u64 fs;			/* what is allowed */
	__s32 fd;
};

/*
 * Let @ruleset allow that @file is replaced by one that is made beside it. If
 * there is no such directory, who writes @file will say so.
 */
static bool allow_replacing(int ruleset, const char *file, __u64 handled)
{
	struct landlock_path path = {
		.fs = handled & (FS_WRITE_FILE | FS_MAKE_REG | FS_REMOVE_FILE | FS_TRUNCATE),
	};
	char copy[PATH_MAX];
	bool allowed;

	snprintf(copy, sizeof(copy), "%s", file);
	path.fd = open(dirname(copy), O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (path.fd < 0)
		return true;
	allowed = !syscall(NR_LANDLOCK_ADD_RULE, ruleset, LANDLOCK_PATH_BENEATH, &path, 0);
	close(path.fd);
	return allowed;
}

bool forbid_writing(const char *replaced)
{
	struct landlock_rules rules = {
		.fs = FS_EXECUTE | FS_WRITE_FILE | FS_REMOVE_AND_MAKE,
		.net = NET_BIND_AND_CONNECT,
	};
	int version, ruleset;
	bool done;

	version = syscall(NR_LANDLOCK_CREATE_RULESET, NULL, 0, LANDLOCK_VERSION);
	if (version < 1)
		return true;
	if (version >= 3)
		rules.fs |= FS_TRUNCATE;
	ruleset = syscall(NR_LANDLOCK_CREATE_RULESET, &rules,
			  version >= 4 ? sizeof(rules) : sizeof(rules.fs), 0);
	done = ruleset >= 0 && (!replaced || allow_replacing(ruleset, replaced, rules.fs)) &&
	       !syscall(NR_LANDLOCK_RESTRICT_SELF, ruleset, 0);
	if (!done)
		error("cannot give up writing files: Landlock: %s", strerror(errno));
	if (ruleset >= 0)
		close(ruleset);
	return done;
}
