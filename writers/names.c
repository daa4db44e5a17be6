// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
#include <stdio.h>
#include "names.h"

const char * const cause_names[NR_CAUSES] = {
	[CAUSE_QUOTA] = "quota",
	[CAUSE_TASK] = "task",
	[CAUSE_IRQ] = "irq",
	[CAUSE_STEAL] = "steal",
	[CAUSE_IDLE] = "idle",
	[CAUSE_MIGRATING] = "migrating",
	[CAUSE_WAKEUP] = "wakeup",
	[CAUSE_OTHER] = "other",
};

const char * const from_names[NR_FROM] = {
	[FROM_UNSEEN] = "unseen",
	[FROM_WOKEN] = "woken",
	[FROM_NEW] = "new",
	[FROM_PREEMPTED] = "preempted",
	[FROM_THROTTLED] = "throttled",
};

const char * const waker_names[NR_WAKER_KINDS] = {
	[WAKER_UNSEEN] = "unseen",
	[WAKER_TASK] = "task",
	[WAKER_SOFTIRQ] = "softirq",
	[WAKER_IRQ] = "irq",
};

struct path_text path_text(const struct why_event *e)
{
	struct path_text path;
	int len = 0;
	__u32 i;

	for (i = 0; i < e->nr_migrations && i < MAX_MIGRATIONS; i++)
		len += sprintf(path.text + len, "%u>", e->migrations[i].cpu);
	sprintf(path.text + len, "%s%u", e->nr_migrations > MAX_MIGRATIONS ? "..>" : "",
		e->wait.cpu);
	return path;
}
