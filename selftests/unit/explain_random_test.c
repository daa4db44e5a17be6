// SPDX-License-Identifier: GPL-2.0
/*
 * Waits at random, but in each run the same, and random nonsense: what holds of
 * all.
 */
#include <stdlib.h>
#include <string.h>
#include "kselftest_harness.h"
#include "build_waits.h"
#include "show_why.h"

static __u64 random_state;

static __u64 rnd(__u64 nr)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (random_state >> 8) % nr;
}

/*
 * The budget by counting: who had each single ns? Only for times that are in
 * order, with nothing but tasks and no migrations that were not kept.
 */
struct log {
	struct run_segment segments[CPUS][3 * HISTORY_SIZE];
	int nr[CPUS];
};

struct counts {
	__u64 of[NR_CAUSES][VICTIM + 20];
	__u64 uncovered;
};

static void count_segment(struct counts *counts, const struct log *log, __u32 cpu, __u64 t)
{
	const struct run_segment *s;
	int i = log->nr[cpu] - 1;

	while (i >= 0 && log->segments[cpu][i].start_ns > t)
		i--;
	if (i < 0 || i < log->nr[cpu] - HISTORY_SIZE || (i == log->nr[cpu] - 1 && missing[cpu])) {
		counts->uncovered++;
		counts->of[CAUSE_OTHER][0]++;
		return;
	}
	s = &log->segments[cpu][i];
	if (s->flags & SEGMENT_BROKEN || s->tid == VICTIM)
		counts->of[CAUSE_OTHER][0]++;
	else if (s->flags & SEGMENT_IDLE)
		counts->of[CAUSE_IDLE][0]++;
	else
		counts->of[CAUSE_TASK][s->tid]++;
}

static void count(struct counts *counts, const struct why_event *e, const struct log *log)
{
	__u64 t;
	__u32 i;

	memset(counts, 0, sizeof(*counts));
	for (t = BEGIN; t < e->wait.end_ns; t++) {
		for (i = 0; i < e->nr_migrations && t >= e->migrations[i].left_ns; i++)
			;
		if (t < BEGIN + e->wakeup_ns)
			counts->of[CAUSE_WAKEUP][0]++;
		else if (t >= e->quota_since_ns && t < e->quota_since_ns + e->quota_ns)
			counts->of[CAUSE_QUOTA][0]++;
		else if (i < e->nr_migrations)
			count_segment(counts, log, e->migrations[i].cpu, t);
		else if (e->nr_migrations && t < e->queued_ns)
			counts->of[CAUSE_MIGRATING][0]++;
		else
			count_segment(counts, log, e->wait.cpu, t);
	}
}

static void random_segments(struct log *log)
{
	struct run_segment s;
	int cpu, i;
	long at;

	for (cpu = 0; cpu < CPUS; cpu++) {
		log->nr[cpu] = rnd(ARRAY_SIZE(log->segments[cpu]));
		missing[cpu] = rnd(4) ? 0 : rnd(5);
		at = (long)rnd(120) - 60;
		for (i = 0; i < log->nr[cpu]; i++) {
			s = next_segment(cpu, at, VICTIM + rnd(20), "a");
			if (!i)
				s.seq = -rnd(20);
			if (!rnd(8))
				s.flags = SEGMENT_BROKEN;
			if (!rnd(5)) {
				s.flags |= SEGMENT_IDLE;
				s.tid = 0;
			}
			history_add(&history, &s, 1);
			log->segments[cpu][i] = s;
			at += rnd(12);
		}
	}
}

static void random_event(void)
{
	__u64 ns = event.wait.wait_ns, at = 0;

	if (!rnd(3)) {
		event.wakeup_ns = rnd(ns + 1);
		at = event.wakeup_ns;
	}
	if (!rnd(2)) {
		throttled(at + rnd(ns - at + 1), 0);
		event.quota_ns = rnd(event.wait.end_ns - event.quota_since_ns + 1);
	}
	event.wait.cpu = rnd(CPUS);
	while (event.nr_migrations < MAX_MIGRATIONS && !rnd(2)) {
		at += rnd(ns - at + 1);
		moves(at, rnd(2) ? at + rnd(ns - at + 1) : at, rnd(CPUS));
	}
}

/* Takes the budget from @counts, where nothing must remain. */
static const char *flaw_by_count(const struct why *why, struct counts *counts)
{
	const __u64 *left = counts->of[0];
	size_t i;

	for (i = 0; i < why->nr; i++)
		counts->of[why->shares[i].cause][why->shares[i].tid] -= why->shares[i].ns;
	counts->uncovered -= why->uncovered_ns;
	for (i = 0; i < sizeof(counts->of) / sizeof(__u64); i++) {
		if (left[i])
			return "a share is not as counted";
	}
	return counts->uncovered ? "what is uncovered is not as counted" : NULL;
}

TEST(random_by_count)
{
	static struct counts counts;
	static struct log log;
	const char *wrong;
	struct why *why;
	int i;

	random_state = 1;
	for (i = 0; i < 5000; i++) {
		begin(rnd(200));
		random_segments(&log);
		random_event();
		count(&counts, &event, &log);

		why = explained();
		wrong = flaw(why) ?: flaw_by_count(why, &counts);
		free(why);
		ASSERT_EQ(NULL, wrong)
			TH_LOG("event %d: %s: %s", i, wrong, budget());
	}
}

/* Times in and about the wait, in any order. */
static __u64 disorder(void)
{
	return rnd(20) ? BEGIN - 100 + rnd(300) : 0;
}

/* Any at all. */
static __u64 absurd(void)
{
	switch (rnd(6)) {
	case 0:
		return 0;
	case 1:
		return -rnd(1000);
	case 2:
		return rnd(-1ULL) << 8 | rnd(256);
	case 3:
		return BEGIN + (1ULL << rnd(64));
	default:
		return disorder();
	}
}

static void random_history(__u64 time(void))
{
	struct run_segment s;
	int i;

	for (i = rnd(4 * HISTORY_SIZE); i; i--) {
		s = next_segment(rnd(CPUS), 0, rnd(20), rnd(2) ? "a" : "b");
		s.seq += rnd(10) ? 0 : rnd(3 * HISTORY_SIZE) - HISTORY_SIZE;
		s.flags = rnd(4) ? 0 : rnd(4);
		s.start_ns = time();
		s.nontask_ns = time() - BEGIN;
		s.irq_ns = time() - BEGIN;
		history_add(&history, &s, 1);
	}
}

static void random_times(__u64 time(void))
{
	__u32 i;

	event.from = rnd(FROM_THROTTLED + 1);
	event.begin_nontask_ns = time() - BEGIN;
	event.begin_irq_ns = time() - BEGIN;
	event.end_nontask_ns = time() - BEGIN;
	event.end_irq_ns = time() - BEGIN;
	event.quota_since_ns = rnd(2) ? time() : 0;
	event.quota_ns = rnd(2) ? time() - BEGIN : 0;
	event.queued_ns = time();
	event.nr_migrations = rnd(2) ? 0 : rnd(2 * MAX_MIGRATIONS);
	event.wait.cpu = rnd(CPUS + 1);
	event.seq = rnd(4 * HISTORY_SIZE);
	for (i = 0; i < MAX_MIGRATIONS; i++)
		event.migrations[i] = (struct migration) { time(), rnd(CPUS + 1), rnd(4 * HISTORY_SIZE) };
}

TEST(random_disorder)
{
	const char *wrong;
	struct why *why;
	int i;

	random_state = 2;
	for (i = 0; i < 5000; i++) {
		begin(rnd(200));
		random_history(disorder);
		random_times(disorder);
		event.wakeup_ns = rnd(event.wait.wait_ns + 1);
		event.quota_ns = rnd(400);

		why = explain(&event, &history);
		wrong = flaw(why);
		free(why);
		ASSERT_EQ(NULL, wrong)
			TH_LOG("event %d: %s", i, wrong);
	}
}

TEST(random_absurd)
{
	const char *wrong;
	struct why *why;
	int i;

	random_state = 3;
	for (i = 0; i < 20000; i++) {
		begin(0);
		random_history(absurd);
		random_times(absurd);
		event.wait.end_ns = absurd();
		event.wait.wait_ns = rnd(2) ? rnd(200) : absurd();
		event.wakeup_ns = rnd(2) ? 0 : absurd();

		why = explain(&event, &history);
		wrong = flaw(why);
		free(why);
		ASSERT_EQ(NULL, wrong)
			TH_LOG("event %d: %s", i, wrong);
	}
}

TEST_HARNESS_MAIN
