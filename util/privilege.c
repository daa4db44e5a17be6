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
#include "error.h"
#include "privilege.h"

static struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };

/*
 * Of @permitted, the capability that bpf() may still ask for: -H and -S call
 * bpf() while tracing, and before 6.0 the kernel may refuse each call without.
 */
static __u64 for_bpf(__u64 permitted)
{
	return permitted & CAP_BIT(CAP_BPF) ?: permitted & CAP_BIT(CAP_SYS_ADMIN);
}

bool drop_privileges(__u64 also)
{
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];
	__u64 permitted, keep;
	int i;

	if (syscall(SYS_capget, &header, data))
		goto failed;
	permitted = data[0].permitted | (__u64)data[1].permitted << 32;
	keep = for_bpf(permitted) | (permitted & also);
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
