// SPDX-License-Identifier: GPL-2.0
/*
 * Totals, from waits made up here: no kernel has a part in them. What is random
 * is so by a fixed seed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "kselftest_harness.h"
#include "numbers.h"
#include "analysis/histogram.h"
#include "analysis/totals.h"

#define US		1000ULL
#define MS		1000000ULL
#define SEC		1000000000ULL
#define MAX_ENTRIES	4096		/* more than any table has */

/* Of this test: each has a process of its own. */
static struct waiter waiters[MAX_ENTRIES];
static struct culprit culprits[MAX_ENTRIES];
static struct cgroup_pair pairs[MAX_ENTRIES];

static struct wait_event event(__u32 tid, __u32 tgid, const char *comm, __u64 ns)
{
	struct wait_event e = { .kind = RECORD_WHY, .tid = tid, .tgid = tgid, .wait_ns = ns };

	snprintf(e.comm, sizeof(e.comm), "%s", comm);
	return e;
}

/* A wait of a task that is a process, not explained. */
static void add(struct totals *t, __u32 tid, __u64 ns)
{
	struct wait_event e = event(tid, tid, "task", ns);

	totals_add(t, &e, NULL);
}

static struct share task_share(__u32 tid, const char *comm, __u64 cgroup, __u64 ns)
{
	struct share s = {
		.cause = CAUSE_TASK, .tid = tid, .tgid = tid, .cgroup = cgroup, .ns = ns,
	};

	snprintf(s.comm, sizeof(s.comm), "%s", comm);
	return s;
}

/* As long as @shares are together. */
static void add_why(struct totals *t, __u32 tid, __u64 cgroup, const struct share *shares,
		    size_t nr)
{
	static struct {
		struct why why;
		struct share shares[8];
	} w;
	size_t i;

	memset(&w, 0, sizeof(w));
	w.why.event.wait = event(tid, tid, "task", 0);
	w.why.event.cgroup = cgroup;
	w.why.nr = nr;
	for (i = 0; i < nr; i++) {
		w.shares[i] = shares[i];
		w.why.event.wait.wait_ns += shares[i].ns;
	}
	totals_add(t, &w.why.event.wait, &w.why);
}

/* It all was one task's fault. */
static void add_fault(struct totals *t, __u32 tid, __u32 culprit, __u64 ns)
{
	struct share s = task_share(culprit, "culprit", 0, ns);

	add_why(t, tid, 0, &s, 1);
}

static const struct waiter *find_waiter(const struct totals *t, __u32 tid)
{
	size_t nr = totals_waiters(t, waiters, MAX_ENTRIES), i;

	for (i = 0; i < nr; i++) {
		if (waiters[i].tid == tid)
			return &waiters[i];
	}
	return NULL;
}

/* Time that is in no entry: of waiters, culprits and pairs. */
static __u64 waiters_left(const struct totals *t)
{
	size_t nr = totals_waiters(t, waiters, MAX_ENTRIES), i;
	__u64 left = totals_ns(t);

	for (i = 0; i < nr; i++)
		left -= waiters[i].total_ns;
	return left;
}

static __u64 culprits_left(const struct totals *t)
{
	size_t nr = totals_culprits(t, culprits, MAX_ENTRIES), i;
	__u64 left = totals_cause(t, CAUSE_TASK);

	for (i = 0; i < nr; i++)
		left -= culprits[i].ns;
	return left;
}

static __u64 pairs_left(const struct totals *t)
{
	size_t nr = totals_pairs(t, pairs, MAX_ENTRIES), i;
	__u64 left = totals_cause(t, CAUSE_TASK);

	for (i = 0; i < nr; i++)
		left -= pairs[i].ns;
	return left;
}

/* What is not as it must always be, or NULL. */
static const char *flaw(const struct totals *t)
{
	__u64 nr_left = totals_nr(t);
	size_t nr, i;

	nr = totals_waiters(t, waiters, MAX_ENTRIES);
	for (i = 0; i < nr; i++) {
		if (i && waiters[i].total_ns > waiters[i - 1].total_ns)
			return "the waiters are not sorted";
		if (waiters[i].max_ns > waiters[i].total_ns ||
		    waiters[i].p50_ns > waiters[i].p99_ns ||
		    waiters[i].p99_ns > waiters[i].max_ns)
			return "a waiter has impossible lengths";
		if (!waiters[i].nr || waiters[i].nr > nr_left)
			return "the waiters have another number of waits";
		nr_left -= waiters[i].nr;
	}
	if (waiters_left(t) > totals_ns(t))
		return "the waiters waited for more than all";
	if (!waiters_left(t) && nr_left)
		return "nobody left the waiters, but waits are missing";

	nr = totals_culprits(t, culprits, MAX_ENTRIES);
	for (i = 0; i < nr; i++) {
		if (i && culprits[i].ns > culprits[i - 1].ns)
			return "the culprits are not sorted";
		if (!culprits[i].nr_tasks)
			return "a culprit kept nobody waiting";
	}
	if (culprits_left(t) > totals_cause(t, CAUSE_TASK))
		return "the culprits have more than all time of tasks";

	nr = totals_pairs(t, pairs, MAX_ENTRIES);
	for (i = 0; i < nr; i++) {
		if (i && pairs[i].ns > pairs[i - 1].ns)
			return "the pairs are not sorted";
	}
	if (pairs_left(t) > totals_cause(t, CAUSE_TASK))
		return "the pairs have more than all time of tasks";
	return NULL;
}

FIXTURE(totals)
{
	struct totals *t;
};

FIXTURE_SETUP(totals)
{
	self->t = totals_new(BY_THREAD);
	ASSERT_NE(NULL, self->t);
}

FIXTURE_TEARDOWN(totals)
{
	EXPECT_EQ(NULL, flaw(self->t))
		TH_LOG("%s", flaw(self->t));
	totals_free(self->t);
}

TEST_F(totals, empty)
{
	EXPECT_EQ(0U, totals_nr(self->t));
	EXPECT_EQ(0U, totals_ns(self->t));
	EXPECT_EQ(0U, totals_waiters(self->t, waiters, 10));
	EXPECT_EQ(0U, totals_culprits(self->t, culprits, 10));
	EXPECT_EQ(0U, totals_pairs(self->t, pairs, 10));
}

TEST_F(totals, one_waiter)
{
	struct wait_event e = event(11, 10, "one", 5 * MS);

	totals_add(self->t, &e, NULL);
	ASSERT_EQ(1U, totals_waiters(self->t, waiters, 10));
	EXPECT_EQ(11U, waiters[0].tid);
	EXPECT_EQ(10U, waiters[0].tgid);
	EXPECT_STREQ("one", waiters[0].comm);
	EXPECT_EQ(1U, waiters[0].nr);
	EXPECT_EQ(5 * MS, waiters[0].total_ns);
	EXPECT_EQ(5 * MS, waiters[0].max_ns);
	EXPECT_EQ(5 * MS, waiters[0].p50_ns);
	EXPECT_EQ(5 * MS, waiters[0].p99_ns);
	EXPECT_EQ(0U, totals_culprits(self->t, culprits, 10));
}

TEST_F(totals, waiters_add_up)
{
	add(self->t, 1, 3 * MS);
	add(self->t, 2, 10 * MS);
	add(self->t, 3, 2 * MS);
	add(self->t, 1, 4 * MS);
	EXPECT_EQ(4U, totals_nr(self->t));
	EXPECT_EQ(19 * MS, totals_ns(self->t));
	EXPECT_EQ(0U, waiters_left(self->t));
	ASSERT_EQ(3U, totals_waiters(self->t, waiters, 10));
	EXPECT_EQ(2U, waiters[0].tid);
	EXPECT_EQ(1U, waiters[1].tid);
	EXPECT_EQ(2U, waiters[1].nr);
	EXPECT_EQ(7 * MS, waiters[1].total_ns);
	EXPECT_EQ(4 * MS, waiters[1].max_ns);
	EXPECT_EQ(3U, waiters[2].tid);
}

TEST_F(totals, no_more_than_asked_for)
{
	__u32 i;

	for (i = 1; i <= 20; i++)
		add_fault(self->t, i, 100 + i, i * MS);
	memset(waiters, 0, sizeof(waiters));
	ASSERT_EQ(3U, totals_waiters(self->t, waiters, 3));
	EXPECT_EQ(20U, waiters[0].tid);
	EXPECT_EQ(18U, waiters[2].tid);
	EXPECT_EQ(0U, waiters[3].tid);
	EXPECT_EQ(0U, totals_waiters(self->t, waiters, 0));
	ASSERT_EQ(3U, totals_culprits(self->t, culprits, 3));
	EXPECT_EQ(120U, culprits[0].tid);
	EXPECT_EQ(0U, totals_pairs(self->t, pairs, 0));
}

/* With a threshold of 0 there may be such. */
TEST_F(totals, no_time)
{
	__u32 i;

	for (i = 1; i <= 100; i++)
		add(self->t, i, 0);
	EXPECT_EQ(100U, totals_nr(self->t));
	ASSERT_EQ(100U, totals_waiters(self->t, waiters, MAX_ENTRIES));
	EXPECT_EQ(0U, waiters[0].p99_ns);
}

/*
 * No percentile is less than the least, which may be just above the threshold.
 */
TEST_F(totals, percentiles_within_bounds)
{
	int us;

	for (us = 10001; us < 10400; us++)
		add(self->t, 1, us * US);
	ASSERT_EQ(1U, totals_waiters(self->t, waiters, 10));
	EXPECT_LE(10001 * US, waiters[0].p50_ns);
	EXPECT_GE(10399 * US, waiters[0].p99_ns);
}

TEST_F(totals, last_name_counts)
{
	struct wait_event e = event(11, 10, "bash-long-name", MS);

	totals_add(self->t, &e, NULL);
	e = event(11, 10, "cc1", MS);
	totals_add(self->t, &e, NULL);
	ASSERT_EQ(1U, totals_waiters(self->t, waiters, 10));
	EXPECT_STREQ("cc1", waiters[0].comm);
	EXPECT_EQ(2U, waiters[0].nr);
}

/* Its TID was used anew. */
TEST_F(totals, other_process_is_another_task)
{
	struct wait_event e = event(11, 10, "old", MS);

	totals_add(self->t, &e, NULL);
	e = event(11, 9, "new", 2 * MS);
	totals_add(self->t, &e, NULL);
	ASSERT_EQ(2U, totals_waiters(self->t, waiters, 10));
	EXPECT_STREQ("new", waiters[0].comm);
	EXPECT_STREQ("old", waiters[1].comm);
}

/* They are of another PID namespace. */
TEST_F(totals, no_tid_is_known_by_name)
{
	struct wait_event e = event(0, 0, "a", MS);

	totals_add(self->t, &e, NULL);
	totals_add(self->t, &e, NULL);
	e = event(0, 0, "b", MS);
	totals_add(self->t, &e, NULL);
	e = event(0, 0, "", MS / 2);
	totals_add(self->t, &e, NULL);
	ASSERT_EQ(3U, totals_waiters(self->t, waiters, 10));
	EXPECT_STREQ("a", waiters[0].comm);
	EXPECT_EQ(2U, waiters[0].nr);
	EXPECT_STREQ("b", waiters[1].comm);
}

/* Of names all 15 bytes count. */
TEST_F(totals, no_tid_and_long_names)
{
	static const char * const names[] = {
		"kworker/0:1", "kworker/0:2", "kworker/10:1-ev", "kworker/10:1-mm",
	};
	struct wait_event e;
	size_t i;

	for (i = 0; i < 4; i++) {
		e = event(0, 0, names[i], (4 - i) * MS);
		totals_add(self->t, &e, NULL);
	}
	ASSERT_EQ(4U, totals_waiters(self->t, waiters, 10));
	for (i = 0; i < 4; i++)
		EXPECT_STREQ(names[i], waiters[i].comm);
}

/* Of equal times, the order is that of the tasks. */
TEST_F(totals, equals)
{
	__u32 i;

	for (i = 10; i; i--)
		add_fault(self->t, i, 100 + i, MS);
	ASSERT_EQ(10U, totals_waiters(self->t, waiters, 10));
	ASSERT_EQ(10U, totals_culprits(self->t, culprits, 10));
	for (i = 0; i < 10; i++) {
		EXPECT_EQ(i + 1, waiters[i].tid);
		EXPECT_EQ(i + 101, culprits[i].tid);
	}
}

/*
 * A thread is told from its process, and a task that waits from one that runs.
 */
TEST_F(totals, threads)
{
	struct share s = task_share(21, "x", 7, MS);
	struct wait_event e = event(11, 10, "thread", 3 * MS);

	s.tgid = 20;
	add_why(self->t, 1, 5, &s, 1);
	totals_add(self->t, &e, NULL);
	e = event(10, 10, "process", 2 * MS);
	totals_add(self->t, &e, NULL);
	ASSERT_EQ(3U, totals_waiters(self->t, waiters, 10));
	EXPECT_EQ(11U, waiters[0].tid);
	EXPECT_EQ(10U, waiters[0].tgid);
	EXPECT_EQ(10U, waiters[1].tid);
	EXPECT_EQ(10U, waiters[1].tgid);
	ASSERT_EQ(1U, totals_culprits(self->t, culprits, 10));
	EXPECT_EQ(21U, culprits[0].tid);
	EXPECT_EQ(20U, culprits[0].tgid);
}

TEST_F(totals, shares)
{
	const struct share first[] = {
		task_share(21, "x", 7, 50 * MS),
		task_share(22, "y", 8, 30 * MS),
		{ .cause = CAUSE_IRQ, .ns = 15 * MS },
		{ .cause = CAUSE_OTHER, .ns = 5 * MS },
	};
	const struct share second[] = {
		{ .cause = CAUSE_QUOTA, .cgroup = 5, .ns = 60 * MS },
		task_share(22, "z", 8, 40 * MS),
	};

	add_why(self->t, 1, 5, first, 4);
	add_why(self->t, 2, 5, second, 2);
	EXPECT_EQ(200 * MS, totals_ns(self->t));
	EXPECT_EQ(120 * MS, totals_cause(self->t, CAUSE_TASK));
	EXPECT_EQ(60 * MS, totals_cause(self->t, CAUSE_QUOTA));
	EXPECT_EQ(15 * MS, totals_cause(self->t, CAUSE_IRQ));
	EXPECT_EQ(5 * MS, totals_cause(self->t, CAUSE_OTHER));
	EXPECT_EQ(0U, totals_cause(self->t, CAUSE_STEAL));

	ASSERT_EQ(2U, totals_culprits(self->t, culprits, 10));
	EXPECT_EQ(22U, culprits[0].tid);
	EXPECT_EQ(22U, culprits[0].tgid);
	EXPECT_STREQ("z", culprits[0].comm);
	EXPECT_EQ(70 * MS, culprits[0].ns);
	EXPECT_EQ(2U, culprits[0].nr_tasks);
	EXPECT_EQ(21U, culprits[1].tid);
	EXPECT_EQ(1U, culprits[1].nr_tasks);

	ASSERT_EQ(2U, totals_pairs(self->t, pairs, 10));
	EXPECT_EQ(5U, pairs[0].waiting);
	EXPECT_EQ(8U, pairs[0].running);
	EXPECT_EQ(70 * MS, pairs[0].ns);
	EXPECT_EQ(5U, pairs[1].waiting);
	EXPECT_EQ(7U, pairs[1].running);
}

TEST_F(totals, pairs_have_a_direction)
{
	struct share s = task_share(21, "x", 7, MS);

	add_why(self->t, 1, 8, &s, 1);
	s = task_share(22, "y", 8, 2 * MS);
	add_why(self->t, 2, 7, &s, 1);
	s = task_share(22, "y", 0, 3 * MS);
	add_why(self->t, 3, 0, &s, 1);
	ASSERT_EQ(3U, totals_pairs(self->t, pairs, 10));
	EXPECT_EQ(0U, pairs[0].waiting);
	EXPECT_EQ(0U, pairs[0].running);
	EXPECT_EQ(7U, pairs[1].waiting);
	EXPECT_EQ(8U, pairs[2].waiting);
}

/* Random waits of many tasks: every table overflows. */
TEST_F(totals, all_add_up)
{
	__u64 causes[NR_CAUSES] = {}, ns = 0;
	struct share s[3];
	int i, j;

	for (i = 0; i < 300000; i++) {
		for (j = 0; j < 3; j++) {
			s[j] = task_share(1 + rnd_length(16), "c", rnd_length(12),
					  1 + rnd_length(30));
			if (j)
				s[j].cause = rnd(NR_CAUSES);
			causes[s[j].cause] += s[j].ns;
			ns += s[j].ns;
		}
		add_why(self->t, 1 + rnd_length(16), rnd_length(12), s, 3);
		if (i % 10000 == 0)
			ASSERT_EQ(NULL, flaw(self->t))
				TH_LOG("wait %d: %s", i, flaw(self->t));
	}
	EXPECT_EQ(300000U, totals_nr(self->t));
	EXPECT_EQ(ns, totals_ns(self->t));
	for (i = 0; i < NR_CAUSES; i++)
		EXPECT_EQ(causes[i], totals_cause(self->t, i));
	EXPECT_LT(0U, waiters_left(self->t));
	EXPECT_LT(0U, culprits_left(self->t));
	EXPECT_LT(0U, pairs_left(self->t));
}

TEST_F(totals, percentiles)
{
	static __u64 v[20000];
	const struct waiter *w;
	size_t nr, i;

	for (nr = 1; nr <= 20000; nr = nr * 3 + 1) {
		totals_clear(self->t);
		for (i = 0; i < nr; i++) {
			v[i] = 40 + rnd_length(36);
			add(self->t, 1, v[i]);
			add(self->t, 2, rnd_length(40));
		}
		qsort(v, nr, sizeof(*v), by_value);
		w = find_waiter(self->t, 1);
		ASSERT_NE(NULL, w);
		EXPECT_LE(off(w->p50_ns, exact_percentile(v, nr, 50)), 0.1);
		EXPECT_LE(off(w->p99_ns, exact_percentile(v, nr, 99)), 0.1);
		EXPECT_EQ(v[nr - 1], w->max_ns);
	}
}

/* Wherever in its bucket it is, and no matter what else there was. */
TEST_F(totals, percentiles_of_any_length)
{
	int us, i;

	for (us = 10000; us < 20000; us += 50) {
		totals_clear(self->t);
		add(self->t, 1, US);
		add(self->t, 1, SEC);
		for (i = 0; i < 10; i++)
			add(self->t, 1, us * US);
		ASSERT_EQ(1U, totals_waiters(self->t, waiters, 10));
		EXPECT_LE(off(waiters[0].p50_ns, us * US), 0.1);
	}
}

TEST_F(totals, different_tasks)
{
	__u32 nr, i, round;

	for (nr = 1; nr < 300000; nr += 1 + nr / 2) {
		/*
		 * Of several, as chance has a part in it. All wait more than
		 * once.
		 */
		for (round = 0; round < 3; round++) {
			totals_clear(self->t);
			for (i = 0; i < 2 * nr; i++)
				add_fault(self->t, round << 24 | (i % nr + 1), 7, MS);
			ASSERT_EQ(1U, totals_culprits(self->t, culprits, 10));
			EXPECT_LE(off(culprits[0].nr_tasks, nr), nr <= 64 ? 0 : 0.1);
		}
	}
}

/* So many are listed: there chance has no part in it. */
TEST_F(totals, different_tasks_exact)
{
	__u32 nr, i;

	for (nr = 1; nr <= 64; nr++) {
		totals_clear(self->t);
		for (i = 0; i < 2 * nr; i++)
			add_fault(self->t, i % nr + 1, 7, MS);
		ASSERT_EQ(1U, totals_culprits(self->t, culprits, 10));
		EXPECT_EQ(nr, culprits[0].nr_tasks);
	}
}

#define HEAVY		30
#define HEAVY_TID	20000000

/*
 * A million tasks that wait once, for 1 ms, and 30 that each have 0.7 % of all
 * or less.
 */
TEST_F(totals, storm)
{
	__u64 had[HEAVY] = {};
	struct share s;
	__u32 i, heavy;
	size_t nr;

	for (i = 1; i <= 1000000; i++) {
		add_fault(self->t, i, i, MS);
		/*
		 * The second half of them comes late, when the tables are full.
		 */
		heavy = rnd(HEAVY);
		if (i % 10 || (heavy >= HEAVY / 2 && i < 500000))
			continue;
		had[heavy] += 2 * MS;
		s = task_share(HEAVY_TID + HEAVY + heavy, "heavy", heavy, 2 * MS);
		add_why(self->t, HEAVY_TID + heavy, heavy, &s, 1);
	}
	ASSERT_EQ(HEAVY, totals_waiters(self->t, waiters, HEAVY));
	for (nr = 0; nr < HEAVY; nr++) {
		heavy = waiters[nr].tid - HEAVY_TID;
		ASSERT_GT(HEAVY, heavy);
		EXPECT_LE(off(waiters[nr].total_ns, had[heavy]), 0.01);
		EXPECT_GE(had[heavy], waiters[nr].total_ns);
	}
	ASSERT_EQ(HEAVY, totals_culprits(self->t, culprits, HEAVY));
	for (nr = 0; nr < HEAVY; nr++) {
		heavy = culprits[nr].tid - HEAVY_TID - HEAVY;
		ASSERT_GT(HEAVY, heavy);
		EXPECT_LE(off(culprits[nr].ns, had[heavy]), 0.01);
		EXPECT_EQ(1U, culprits[nr].nr_tasks);
	}
}

/*
 * The tables are full of tasks that had one long wait and are gone. Then
 * somebody has short ones again and again, and in between others come and go.
 */
TEST_F(totals, little_by_little)
{
	const struct waiter *w;
	__u32 i;

	for (i = 1; i <= 3000; i++)
		add(self->t, i, SEC);
	for (i = 1; i <= 1000000; i++) {
		add(self->t, 10000 + i, MS);
		if (i % 100 == 0)
			add(self->t, HEAVY_TID, 5 * MS);
	}
	w = find_waiter(self->t, HEAVY_TID);
	ASSERT_NE(NULL, w);
	EXPECT_LE(off(w->total_ns, 50 * SEC), 0.1);
}

/* Some hundred tasks: nothing has to go. */
TEST_F(totals, room_for_many)
{
	__u32 i;

	for (i = 0; i < 10000; i++)
		add_fault(self->t, 1000 + i % 300, 5000 + i % 299, MS);
	EXPECT_EQ(300U, totals_waiters(self->t, waiters, MAX_ENTRIES));
	EXPECT_EQ(299U, totals_culprits(self->t, culprits, MAX_ENTRIES));
	EXPECT_EQ(0U, waiters_left(self->t));
	EXPECT_EQ(0U, culprits_left(self->t));
}

/*
 * Whatever their numbers: threads of one pool are often made one after the
 * other.
 */
TEST_F(totals, room_for_any_numbers)
{
	__u32 step, i;

	for (step = 1; step <= 1 << 12; step *= 2) {
		totals_clear(self->t);
		for (i = 1; i <= 200; i++)
			add_fault(self->t, i * step, i * step, MS);
		EXPECT_EQ(200U, totals_waiters(self->t, waiters, MAX_ENTRIES));
		EXPECT_EQ(200U, totals_culprits(self->t, culprits, MAX_ENTRIES));
	}
}

TEST_F(totals, cleared)
{
	struct share s[2] = { task_share(21, "x", 7, 50 * MS), { .cause = CAUSE_IDLE, .ns = MS } };
	__u32 i;

	for (i = 1; i <= 10000; i++) {
		s[0].tid = 20000 + i;
		s[0].cgroup = i;
		add_why(self->t, i, 3, s, 2);
	}
	totals_clear(self->t);
	EXPECT_EQ(0U, totals_nr(self->t));
	EXPECT_EQ(0U, totals_ns(self->t));
	EXPECT_EQ(0U, totals_cause(self->t, CAUSE_TASK));
	EXPECT_EQ(0U, totals_cause(self->t, CAUSE_IDLE));
	EXPECT_EQ(0U, waiters_left(self->t));
	EXPECT_EQ(0U, culprits_left(self->t));
	EXPECT_EQ(0U, pairs_left(self->t));
	EXPECT_EQ(0U, totals_waiters(self->t, waiters, 10));
	EXPECT_EQ(0U, totals_culprits(self->t, culprits, 10));
	EXPECT_EQ(0U, totals_pairs(self->t, pairs, 10));

	/* And nothing of before comes back with who was there. */
	for (i = 1; i <= 10; i++)
		add_fault(self->t, i, 20000 + i, MS);
	ASSERT_EQ(10U, totals_waiters(self->t, waiters, MAX_ENTRIES));
	ASSERT_EQ(10U, totals_culprits(self->t, culprits, MAX_ENTRIES));
	for (i = 0; i < 10; i++) {
		EXPECT_EQ(1U, waiters[i].nr);
		EXPECT_EQ(MS, waiters[i].max_ns);
		EXPECT_EQ(1U, culprits[i].nr_tasks);
	}
}

/* Resident memory of this process, in bytes. */
static long resident(void)
{
	FILE *f = fopen("/proc/self/statm", "r");
	long pages = -1;

	if (f) {
		if (fscanf(f, "%*d %ld", &pages) != 1)
			pages = -1;
		fclose(f);
	}
	return pages * sysconf(_SC_PAGESIZE);
}

/*
 * 24 hours of 100 waits a second: half of them of tasks that come, wait three
 * times and go, each in a cgroup of its own.
 */
TEST(day)
{
	long before, hour = 0, day;
	struct totals *t;
	struct share s;
	__u32 i, tid;

	/* What the tests themselves need is there. */
	memset(waiters, 1, sizeof(waiters));
	memset(culprits, 1, sizeof(culprits));
	memset(pairs, 1, sizeof(pairs));
	before = resident();
	ASSERT_LT(0, before);
	t = totals_new(BY_THREAD);
	ASSERT_NE(NULL, t);
	for (i = 0; i < 24 * 3600 * 100; i++) {
		tid = i & 1 ? 1 + rnd(500) : 1000 + i / 6;
		s = task_share(i & 2 ? 501 + rnd(400) : 1000 + i / 7, "c", tid, US + rnd(MS));
		add_why(t, tid, tid, &s, 1);
		if (i % (3600 * 100))
			continue;
		/* Once an hour somebody looks. */
		ASSERT_EQ(NULL, flaw(t))
			TH_LOG("after %d hours: %s", i / 3600 / 100, flaw(t));
		if (i == 3600 * 100)
			hour = resident();
	}
	day = resident();
	EXPECT_LT(day - before, 4L << 20);
	/*
	 * An eighth of a byte for each wait; a sanitizer keeps what was freed
	 * for a while.
	 */
	EXPECT_LT(day - hour, 1L << 20);
	EXPECT_LT(day, 16L << 20);
	TH_LOG("%ld KiB before, %ld after an hour, %ld after a day",
	       before >> 10, hour >> 10, day >> 10);
	totals_free(t);
}

TEST_HARNESS_MAIN
