// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
#include <stdio.h>
#include <string.h>
#include "first_line.h"
#include "process_name.h"
#include "runqslower.h"

void process_name(__u32 tgid, char *comm)
{
	char path[32];
	const char *name;

	snprintf(path, sizeof(path), "/proc/%u/comm", tgid);
	name = first_line(path);
	if (!*name)
		return;
	memset(comm, 0, TASK_COMM_LEN);
	memcpy(comm, name, strnlen(name, TASK_COMM_LEN - 1));
}
