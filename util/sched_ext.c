// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
#include <stdio.h>
#include "first_line.h"
#include "sched_ext.h"

const char *sched_ext_name(void)
{
	static char name[128];		/* SCX_OPS_NAME_LEN */
	const char *line = first_line("/sys/kernel/sched_ext/root/ops");

	if (*line)
		snprintf(name, sizeof(name), "%s", line);
	return name;
}
