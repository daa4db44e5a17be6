// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
#include <stdio.h>
#include <linux/kernel.h>
#include "names.h"

const char * const cause_names[NR_CAUSES] = {
	[CAUSE_QUOTA] = "quota",
	[CAUSE_RT_LIMIT] = "rt_limit",
	[CAUSE_DEADLINE] = "deadline",
	[CAUSE_TASK] = "task",
	[CAUSE_SCHED_EXT] = "sched_ext",
	[CAUSE_FORCED_IDLE] = "forced_idle",
	[CAUSE_IRQ] = "irq",
	[CAUSE_STEAL] = "steal",
	[CAUSE_IDLE] = "idle",
	[CAUSE_MIGRATING] = "migrating",
	[CAUSE_WAKEUP] = "wakeup",
	[CAUSE_OTHER] = "other",
};

const char *cause_text(enum cause cause)
{
	switch (cause) {
	case CAUSE_RT_LIMIT:	return "rt limit";
	case CAUSE_FORCED_IDLE:	return "forced idle";
	default:		return cause_names[cause];
	}
}

const char *relation_text(const struct share *s)
{
	return s->same_process ? " (same process)" : s->same_cgroup ? " (same cgroup)" : "";
}

const char * const from_names[NR_FROM] = {
	[FROM_UNSEEN] = "unseen",
	[FROM_WOKEN] = "woken",
	[FROM_NEW] = "new",
	[FROM_PREEMPTED] = "preempted",
	[FROM_YIELDED] = "yielded",
	[FROM_THROTTLED] = "throttled",
};

const char * const waker_names[NR_WAKER_KINDS] = {
	[WAKER_UNSEEN] = "unseen",
	[WAKER_TASK] = "task",
	[WAKER_SOFTIRQ] = "softirq",
	[WAKER_IRQ] = "irq",
};

const char * const class_names[NR_CLASSES] = {
	[CLASS_NORMAL] = "normal",
	[CLASS_FIFO] = "fifo",
	[CLASS_RR] = "rr",
	[CLASS_BOOSTED] = "boosted",
	[CLASS_DEADLINE] = "deadline",
	[CLASS_STOP] = "stop",
};

const char * const policy_names[NR_POLICIES] = {
	"normal", "fifo", "rr", "batch", "iso", "idle", "deadline", "ext", "other",
};

const char * const by_names[NR_BY] = {
	[BY_THREAD] = "thread",
	[BY_PROCESS] = "process",
	[BY_COMM] = "comm",
	[BY_CGROUP] = "cgroup",
};

struct length_text length_text(__u64 ns)
{
	static const char * const units[] = { "us", "ms", "s" };
	struct length_text l;
	double value = ns / 1e3;
	size_t i = 0;

	if (ns < 1000) {
		snprintf(l.text, sizeof(l.text), "%lluns", ns);
		return l;
	}
	/* Take the next unit if @value would be rounded to 1000. */
	while (i < 2 && value >= 999.5) {
		value /= 1000;
		i++;
	}
	snprintf(l.text, sizeof(l.text), "%.*f%s",
		 value < 9.995 ? 2 : value < 99.95 ? 1 : 0, value, units[i]);
	return l;
}

const char * const lost_names[NR_LOST] = {
	[LOST_RING] = "ring_buffer",
	[LOST_STALLED] = "stalled",
	[LOST_STORAGE] = "storage",
	[LOST_CLOCK] = "clock",
};

struct limits_text limits_text(unsigned int limits)
{
	static const struct {
		unsigned int limit;
		const char *text;
	} texts[] = {
		{ LIMIT_IRQ, "irq (counts as the task that ran)" },
		{ LIMIT_STEAL, "steal (counts as the task that ran)" },
		{ LIMIT_WAKER, "wakers (shown as -)" },
		{ LIMIT_YIELD, "yielded (counts as preempted)" },
		{ LIMIT_GROUPS, "quota and cgroups (count as the task that ran, none)" },
	};
	struct limits_text list = {};
	size_t i, len = 0;

	for (i = 0; i < ARRAY_SIZE(texts); i++) {
		if (limits & texts[i].limit)
			len += sprintf(list.text + len, "%s%s", len ? ", " : "", texts[i].text);
	}
	return list;
}

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
