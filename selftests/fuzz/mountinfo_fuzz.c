// SPDX-License-Identifier: GPL-2.0
/* /proc/self/mountinfo: mount points have any bytes that a user likes. */
#include <stdlib.h>
#include "fake_file.h"
#include "util/cgroups.c"

int LLVMFuzzerTestOneInput(const __u8 *data, size_t size)
{
	fake_file("/proc/self/mountinfo", data, size);
	open_mount();
	if (strnlen(mount_point, sizeof(mount_point)) == sizeof(mount_point))
		abort();
	if (mount_fd >= 0)
		close(mount_fd);
	mount_fd = -1;
	mount_point[0] = '\0';
	mount_is_v1 = false;
	return 0;
}
