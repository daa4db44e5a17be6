// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>
#include "build_waits.h"
#include "show_why.h"

void print_share(FILE *f, unsigned long long amount, const struct share *s)
{
	static const char * const names[] = {
		[CAUSE_QUOTA] = "quota", [CAUSE_RT_LIMIT] = "rt limit",
		[CAUSE_DEADLINE] = "deadline", [CAUSE_SCHED_EXT] = "sched_ext",
		[CAUSE_FORCED_IDLE] = "forced idle", [CAUSE_IRQ] = "irq", [CAUSE_STEAL] = "steal",
		[CAUSE_IDLE] = "idle", [CAUSE_MIGRATING] = "flight",
		[CAUSE_WAKEUP] = "wakeup", [CAUSE_OTHER] = "other",
	};

	fprintf(f, "%s%llu ", ftell(f) ? ", " : "", amount);
	if (s->cause == CAUSE_TASK)
		fprintf(f, "%s/%u%s%s%s%s", s->comm, s->tid, s->same_process ? " process" : "",
			s->same_cgroup ? " cgroup" : "", s->outranks ? " outranks" : "",
			s->fair_server ? " served" : "");
	else
		fputs(names[s->cause], f);
	if (s->cause != CAUSE_TASK && s->cgroup)
		fprintf(f, " of %llu", (unsigned long long)s->cgroup);
}

static bool same_kind(const struct share *a, const struct share *b)
{
	return a->cause == b->cause &&
	       (a->cause != CAUSE_TASK ||
		(a->tid == b->tid && (a->tid || !strcmp(a->comm, b->comm))));
}

/* What no wait may be explained as, or NULL. */
static const char *shares_flaw(const struct why *why)
{
	__u64 left = why->event.wait.wait_ns, other = 0;
	size_t i, j;

	for (i = 0; i < why->nr; i++) {
		if (!why->shares[i].ns)
			return "a share is 0";
		if (why->shares[i].ns > left)
			return "the shares are more than the wait";
		left -= why->shares[i].ns;
		if (i && why->shares[i].ns > why->shares[i - 1].ns)
			return "the shares are not sorted";
		for (j = 0; j < i; j++) {
			if (same_kind(&why->shares[i], &why->shares[j]))
				return "two shares are of one kind";
		}
		if (why->shares[i].cause == CAUSE_OTHER)
			other = why->shares[i].ns;
	}
	if (left)
		return "the shares are less than the wait";
	if (why->uncovered_ns > other)
		return "more is uncovered than not known";
	return NULL;
}

/* Nor printed as. */
static const char *percents_flaw(const struct why *why)
{
	struct percent p[MAX_PERCENTS];
	size_t nr = percents(why, p), i, j;
	__u64 wait = why->event.wait.wait_ns;
	unsigned int sum = 0;
	double off;

	if (!nr || nr > MAX_PERCENTS)
		return "too few or too many percents";
	for (i = 0; i < nr; i++) {
		sum += p[i].percent;
		if (!p[i].percent)
			return "a percent is 0";
		if (i && p[i].percent > p[i - 1].percent)
			return "the percents are not sorted";
		off = wait ? p[i].percent - 100.0 * p[i].share.ns / wait : 0;
		if (off < -1 || off > 1)
			return "a percent is not that of its share";
		for (j = 0; j < i; j++) {
			if (same_kind(&p[i].share, &p[j].share))
				return "two percents are of one kind";
		}
	}
	return sum != 100 ? "the percents are not 100" : NULL;
}

const char *flaw(const struct why *why)
{
	return shares_flaw(why) ?: percents_flaw(why);
}

const char *budget(void)
{
	static char text[1024];
	struct why *why = explained();
	FILE *f = fmemopen(text, sizeof(text), "w");
	size_t i;

	for (i = 0; i < why->nr; i++)
		print_share(f, why->shares[i].ns, &why->shares[i]);
	if (why->uncovered_ns)
		fprintf(f, ", %llu of it uncovered", (unsigned long long)why->uncovered_ns);
	if (flaw(why))
		fprintf(f, ": %s", flaw(why));
	fclose(f);
	free(why);
	return text;
}
