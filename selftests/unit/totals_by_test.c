// SPDX-License-Identifier: GPL-2.0
/*
 * What totals are added up by, and of what each part of a waiter's time
 * consists.
 */
#include <stdio.h>
#include <string.h>
#include "kselftest_harness.h"
#include "analysis/totals.h"

#define MS	1000000ULL
#define MAX	16

static struct waiter waiters[MAX];
static struct culprit culprits[MAX];

/* A wait for @running, and as long on an idle CPU. Names hold stale bytes. */
static void add(struct totals *t, __u32 tid, __u32 tgid, const char *comm, __u64 cgroup,
		const struct share *running)
{
	static struct {
		struct why why;
		struct share shares[2];
	} w;

	memset(&w, 0, sizeof(w));
	memset(w.why.event.wait.comm, tid, TASK_COMM_LEN);
	strcpy(w.why.event.wait.comm, comm);
	w.why.event.wait.tid = tid;
	w.why.event.wait.tgid = tgid;
	w.why.event.wait.wait_ns = 2 * running->ns;
	w.why.event.wait.end_ns = 1000 + tid;
	w.why.event.cgroup = cgroup;
	w.why.nr = 2;
	w.why.shares[0] = *running;
	w.why.shares[1] = (struct share) { .cause = CAUSE_IDLE, .ns = running->ns };
	totals_add(t, &w.why.event.wait, &w.why);
}

static struct share run(__u32 tid, __u32 tgid, const char *comm, __u64 cgroup, __u64 ns)
{
	struct share s = { CAUSE_TASK, ns, .cgroup = cgroup, .tid = tid, .tgid = tgid };

	memset(s.comm, tid, sizeof(s.comm));
	strcpy(s.comm, comm);
	return s;
}

/*
 * Threads 101 and 102 of process 100 and thread 201 of process 200 wait, for
 * threads of processes 300 and 400. The names of 102 and 201 are the same, as
 * are the groups of 101 and 201.
 */
static struct totals *some_waits(enum totals_by by)
{
	struct totals *t = totals_new(by);
	struct share share;

	share = run(301, 300, "x", 61, 1 * MS);
	add(t, 101, 100, "a", 51, &share);
	share = run(302, 300, "y", 62, 2 * MS);
	add(t, 102, 100, "b", 52, &share);
	share = run(401, 400, "x", 62, 4 * MS);
	add(t, 201, 200, "b", 51, &share);
	return t;
}

static const struct waiter *waiter_of(const struct totals *t, size_t i)
{
	return i < totals_waiters(t, waiters, MAX) ? &waiters[i] : NULL;
}

TEST(by_thread)
{
	struct totals *t = some_waits(BY_THREAD);

	EXPECT_EQ(BY_THREAD, totals_by(t));
	ASSERT_EQ(3, totals_waiters(t, waiters, MAX));
	EXPECT_EQ(201, waiters[0].tid);
	EXPECT_EQ(200, waiters[0].tgid);
	EXPECT_STREQ("b", waiters[0].comm);
	EXPECT_EQ(51, waiters[0].cgroup);
	EXPECT_EQ(8 * MS, waiters[0].total_ns);
	EXPECT_EQ(8 * MS, waiters[0].max_ns);
	EXPECT_EQ(1201, waiters[0].max_at_ns);
	EXPECT_EQ(3, totals_culprits(t, culprits, MAX));
	totals_free(t);
}

TEST(by_process)
{
	struct totals *t = some_waits(BY_PROCESS);

	ASSERT_EQ(2, totals_waiters(t, waiters, MAX));
	EXPECT_EQ(200, waiters[0].tid);
	EXPECT_EQ(100, waiters[1].tid);
	EXPECT_EQ(100, waiters[1].tgid);
	EXPECT_EQ(2, waiters[1].nr);
	EXPECT_EQ(6 * MS, waiters[1].total_ns);
	EXPECT_EQ(1102, waiters[1].max_at_ns);
	/* The two culprits are one process, idle comes to as much. */
	ASSERT_EQ(2, waiters[1].parts.nr);
	EXPECT_EQ(3 * MS, waiters[1].parts.shares[0].ns);
	EXPECT_EQ(3 * MS, waiters[1].parts.shares[1].ns);
	EXPECT_EQ(3 * MS, waiters[1].causes[CAUSE_TASK]);
	EXPECT_EQ(3 * MS, waiters[1].causes[CAUSE_IDLE]);
	ASSERT_EQ(2, totals_culprits(t, culprits, MAX));
	EXPECT_EQ(400, culprits[0].tid);
	EXPECT_EQ(300, culprits[1].tid);
	EXPECT_EQ(3 * MS, culprits[1].ns);
	/* Tasks that waited, not processes. */
	EXPECT_EQ(2, culprits[1].nr_tasks);
	totals_free(t);
}

TEST(by_comm)
{
	struct totals *t = some_waits(BY_COMM);

	ASSERT_EQ(2, totals_waiters(t, waiters, MAX));
	EXPECT_STREQ("b", waiters[0].comm);
	EXPECT_EQ(0, waiters[0].tid);
	EXPECT_EQ(0, waiters[0].tgid);
	EXPECT_EQ(2, waiters[0].nr);
	EXPECT_EQ(12 * MS, waiters[0].total_ns);
	EXPECT_STREQ("a", waiters[1].comm);
	ASSERT_EQ(2, totals_culprits(t, culprits, MAX));
	EXPECT_STREQ("x", culprits[0].comm);
	EXPECT_EQ(5 * MS, culprits[0].ns);
	EXPECT_EQ(2, culprits[0].nr_tasks);
	ASSERT_EQ(3, waiters[0].parts.nr);
	EXPECT_EQ(CAUSE_IDLE, waiters[0].parts.shares[0].cause);
	EXPECT_STREQ("x", waiters[0].parts.shares[1].comm);
	EXPECT_EQ(0, waiters[0].parts.shares[1].tid);
	totals_free(t);
}

TEST(by_cgroup)
{
	struct totals *t = some_waits(BY_CGROUP);

	ASSERT_EQ(2, totals_waiters(t, waiters, MAX));
	EXPECT_STREQ("", waiters[0].comm);
	EXPECT_EQ(51, waiters[0].cgroup);
	EXPECT_EQ(10 * MS, waiters[0].total_ns);
	EXPECT_EQ(52, waiters[1].cgroup);
	ASSERT_EQ(2, totals_culprits(t, culprits, MAX));
	EXPECT_EQ(62, culprits[0].cgroup);
	EXPECT_EQ(6 * MS, culprits[0].ns);
	ASSERT_EQ(3, waiters[0].parts.nr);
	EXPECT_EQ(62, waiters[0].parts.shares[1].cgroup);
	EXPECT_STREQ("", waiters[0].parts.shares[1].comm);
	totals_free(t);
}

/* The longest wait, not the last one; of two that are as long, the later. */
TEST(when_the_longest_ended)
{
	struct totals *t = totals_new(BY_COMM);
	struct share share = run(301, 300, "x", 61, 3 * MS);

	add(t, 5, 5, "a", 0, &share);
	add(t, 6, 6, "a", 0, &share);
	share.ns = 1 * MS;
	add(t, 7, 7, "a", 0, &share);
	ASSERT_NE(NULL, waiter_of(t, 0));
	EXPECT_EQ(6 * MS, waiters[0].max_ns);
	EXPECT_EQ(1006, waiters[0].max_at_ns);
	totals_clear(t);
	EXPECT_EQ(BY_COMM, totals_by(t));
	add(t, 8, 8, "a", 0, &share);
	ASSERT_NE(NULL, waiter_of(t, 0));
	EXPECT_EQ(1008, waiters[0].max_at_ns);
	EXPECT_EQ(2 * MS, waiters[0].causes[CAUSE_TASK] + waiters[0].causes[CAUSE_IDLE]);
	EXPECT_EQ(2, waiters[0].parts.nr);
	totals_free(t);
}

static void add_part(struct parts *p, enum cause cause, __u64 cgroup, __u32 tid, __u64 ns)
{
	const struct share s = { cause, ns, .cgroup = cgroup, .tid = tid, .tgid = tid };

	parts_add(p, &s);
}

TEST(parts_that_are_the_same)
{
	struct parts p = {};

	add_part(&p, CAUSE_QUOTA, 7, 0, 1);
	add_part(&p, CAUSE_QUOTA, 8, 0, 2);
	add_part(&p, CAUSE_RT_LIMIT, 8, 0, 4);
	add_part(&p, CAUSE_QUOTA, 8, 0, 8);
	/* A task stays the same in whatever group. */
	add_part(&p, CAUSE_TASK, 7, 9, 16);
	add_part(&p, CAUSE_TASK, 8, 9, 32);
	/* What has neither TID nor name is its group. */
	add_part(&p, CAUSE_TASK, 7, 0, 64);
	add_part(&p, CAUSE_TASK, 8, 0, 128);
	parts_sort(&p);
	ASSERT_EQ(6, p.nr);
	EXPECT_EQ(128, p.shares[0].ns);
	EXPECT_EQ(64, p.shares[1].ns);
	EXPECT_EQ(48, p.shares[2].ns);
	EXPECT_EQ(8, p.shares[2].cgroup);
	EXPECT_EQ(10, p.shares[3].ns);
	EXPECT_EQ(CAUSE_QUOTA, p.shares[3].cause);
	EXPECT_EQ(4, p.shares[4].ns);
	EXPECT_EQ(1, p.shares[5].ns);
}

/* One that has much time stays, and none has more than it had. */
TEST(parts_that_are_many)
{
	struct parts p = {};
	__u32 tid;
	size_t i;

	add_part(&p, CAUSE_TASK, 0, 1000, 10);
	add_part(&p, CAUSE_QUOTA, 7, 0, 1000);
	for (tid = 1; tid <= 100; tid++)
		add_part(&p, CAUSE_TASK, 0, tid, 10);
	add_part(&p, CAUSE_QUOTA, 7, 0, 1000);
	parts_sort(&p);
	ASSERT_EQ(NR_PARTS, p.nr);
	EXPECT_EQ(CAUSE_QUOTA, p.shares[0].cause);
	EXPECT_EQ(2000, p.shares[0].ns);
	for (i = 1; i < p.nr; i++)
		EXPECT_EQ(10, p.shares[i].ns);
	/* Ranks go where their shares go: the quota's is not the least. */
	for (tid = 101; tid <= 120; tid++)
		add_part(&p, CAUSE_TASK, 0, tid, 500);
	parts_sort(&p);
	EXPECT_EQ(CAUSE_QUOTA, p.shares[0].cause);
}

/* What takes the place of another has the time of that one to stay by. */
TEST(part_that_comes_again_and_again)
{
	struct parts p = {};
	__u32 tid;

	for (tid = 1; tid <= NR_PARTS; tid++)
		add_part(&p, CAUSE_TASK, 0, tid, 10);
	for (tid = 101; tid <= 150; tid++) {
		add_part(&p, CAUSE_TASK, 0, 100, 10);
		add_part(&p, CAUSE_TASK, 0, tid, 10);
	}
	parts_sort(&p);
	EXPECT_EQ(100, p.shares[0].tid);
	EXPECT_EQ(500, p.shares[0].ns);
}

TEST_HARNESS_MAIN
