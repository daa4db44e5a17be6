// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * System calls as in tools/perf/util/cap.c, because two of them are not worth a
 * library that each build must find.
 */
#include <errno.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <linux/types.h>
#include "error.h"
#include "privilege.h"

#define BIT_OF(cap)	(1ULL << (cap))

static struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };

/* Of @permitted, those that are needed to the end. */
static __u64 needed(__u64 permitted, bool names)
{
	__u64 keep = BIT_OF(CAP_BPF);

	/* Before 6.0 any call of bpf() may need it, as of -H and -S. */
	if (!(permitted & keep))
		keep = BIT_OF(CAP_SYS_ADMIN);
	/* A cgroup is opened by its ID. */
	if (names)
		keep |= BIT_OF(CAP_DAC_READ_SEARCH);
	return permitted & keep;
}

bool drop_privileges(bool names)
{
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];
	__u64 keep;
	int i;

	if (syscall(SYS_capget, &header, data))
		goto failed;
	keep = needed(data[0].permitted | (__u64)data[1].permitted << 32, names);
	for (i = 0; i < _LINUX_CAPABILITY_U32S_3; i++) {
		data[i].permitted = keep >> 32 * i;
		data[i].effective = data[i].permitted;
		data[i].inheritable = 0;
	}
	/* Else root gets all of them back by exec(). */
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || syscall(SYS_capset, &header, data))
		goto failed;
	return true;
failed:
	error("cannot give up privileges: %s; seccomp may forbid capset() or prctl()",
	      strerror(errno));
	return false;
}
