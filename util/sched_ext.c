// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
#include <stdio.h>
#include <string.h>
#include "sched_ext.h"

const char *sched_ext_name(void)
{
	static char name[128];		/* SCX_OPS_NAME_LEN */
	FILE *f = fopen("/sys/kernel/sched_ext/root/ops", "r");
	char line[sizeof(name)];

	if (!f)
		return name;
	if (fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = '\0';
		strcpy(name, line);
	}
	fclose(f);
	return name;
}
