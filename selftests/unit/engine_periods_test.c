// SPDX-License-Identifier: GPL-2.0
/*
 * What the BPF programs note of quota where groups run out several times in a
 * wait, or several groups do: since when a task lacked it, if that is known.
 */
#include "kselftest_harness.h"
#include "throttling.h"

FIXTURE(engine_periods) {};

EACH_KERNEL(engine_periods);

FIXTURE_SETUP(engine_periods)
{
	begin_throttling(variant->kernel);
}

FIXTURE_TEARDOWN(engine_periods) {}

/* Twice in a wait: how long is known, but not when. */
TEST_F(engine_periods, two_periods_in_a_wait)
{
	struct group *g = new_group(&root, 60);
	struct task *sibling = known_task(5, 5, "sibling");
	int i;

	if (variant->kernel >= V6_18)
		return;
	set_group(a, g);
	set_group(sibling, g);
	at(5 * MS);
	wake(sibling, 0);
	switch_to(0, sibling, PREEMPTED);
	wake(a, 0);
	for (i = 0; i < 2; i++) {
		at(20 * MS + i * 100 * MS);
		throttle(g, NULL, 0);
		cpu[0].stale = false;
		switch_to(0, b, PREEMPTED);
		at(100 * MS + i * 100 * MS);
		unthrottle(g, NULL, 0);
		switch_to(0, i ? a : sibling, PREEMPTED);
	}
	ASSERT_EQ(101, reported(nr_reported() - 1)->wait.tid);
	EXPECT_EQ(160 * MS, reported(nr_reported() - 1)->quota_ns);
	EXPECT_EQ(0, reported(nr_reported() - 1)->quota_since_ns);
	EXPECT_EQ(60, reported(nr_reported() - 1)->quota_cgroup);

	/* The next wait does not count those of the one before. */
	at(220 * MS);
	throttle(g, NULL, 0);
	switch_to(0, b, PREEMPTED);
	at(290 * MS);
	unthrottle(g, NULL, 0);
	at(300 * MS);
	switch_to(0, a, PREEMPTED);
	ASSERT_EQ(101, reported(nr_reported() - 1)->wait.tid);
	EXPECT_EQ(70 * MS, reported(nr_reported() - 1)->quota_ns);
	EXPECT_EQ(BEGIN + 220 * MS, reported(nr_reported() - 1)->quota_since_ns);
}

/*
 * Its group runs out at 10 and at 60 ms; another one, whose ID has the same
 * place, in between (@between) or after that.
 */
static const struct why_event *shares_its_place(bool between)
{
	struct group *g = new_group(&root, 5 * NR_THROTTLED);
	struct group *other = new_group(&root, 6 * NR_THROTTLED);
	u64 other_at = between ? 40 : 90;
	int i;
	struct task *p;

	p = waits_for_sibling(g, g);
	for (i = 0; i < 2; i++) {
		at((10 + 50 * i) * MS);
		throttle(g, NULL, 0);
		cpu[0].stale = false;
		switch_to(0, b, PREEMPTED);
		at((30 + 50 * i) * MS);
		unthrottle(g, NULL, 0);
		switch_to(0, p, PREEMPTED);
		if (between == !i) {
			at(other_at * MS);
			another_runs_out(other, p);
		}
	}
	at(100 * MS);
	return wait_ends(0);
}

/* That of the other hides the first. */
TEST_F(engine_periods, place_taken_in_between)
{
	const struct why_event *e;

	if (variant->kernel >= V6_18)
		return;
	e = shares_its_place(true);
	ASSERT_NE(NULL, e);
	EXPECT_EQ(40 * MS, e->quota_ns);
	EXPECT_EQ(0, e->quota_since_ns);
	EXPECT_EQ(5 * NR_THROTTLED, e->quota_cgroup);
}

/* That of the other hides both. There is one group that it can have been. */
TEST_F(engine_periods, place_taken_after_it)
{
	const struct why_event *e;

	if (variant->kernel >= V6_18)
		return;
	e = shares_its_place(false);
	ASSERT_NE(NULL, e);
	EXPECT_EQ(40 * MS, e->quota_ns);
	EXPECT_EQ(0, e->quota_since_ns);
	EXPECT_EQ(5 * NR_THROTTLED, e->quota_cgroup);
}

/*
 * @a waits from 10 ms on, when its group has run out until 30. A sibling runs,
 * and the group runs out again from 60 to 80; @stranger after that.
 */
static u64 since_when_twice(struct group *g, struct group *stranger)
{
	struct task *p = known_task(401, 400, "sibling");

	set_group(a, g);
	set_group(p, g);
	at(5 * MS);
	wake(a, 0);
	switch_to(0, a, PREEMPTED);
	runs_out(g, NULL);
	at(30 * MS);
	is_given_quota(g);
	wake(p, 0);
	switch_to(0, p, PREEMPTED);
	at(60 * MS);
	has_to_leave(g, NULL, 0, b);
	at(80 * MS);
	unthrottle(g, NULL, 0);
	if (stranger) {
		another_runs_out(stranger, b);
	}
	at(100 * MS);
	sim_forget_records();
	cpu[0].stale = false;
	switch_to(0, a, SLEEPS);
	if (nr_reported() != 1 || reported(0)->quota_ns != 40 * MS)
		return -1;
	return reported(0)->quota_since_ns;
}

TEST_F(engine_periods, twice_from_the_begin_on)
{
	if (variant->kernel < V6_18)
		EXPECT_EQ(0, since_when_twice(new_group(&root, 77), NULL));
}

TEST_F(engine_periods, twice_but_the_place_was_taken)
{
	struct group *g = new_group(&root, 77);

	if (variant->kernel < V6_18)
		EXPECT_EQ(0, since_when_twice(g, new_group(&root, 77 + NR_THROTTLED)));
}

/* That of a group that cannot run out does not matter. */
TEST_F(engine_periods, place_of_a_group_without_quota)
{
	struct group *outer = new_group(&root, 60), *inner = new_group(outer, 77);
	struct group *stranger = new_group(&root, 77 + NR_THROTTLED);
	const struct why_event *e;

	if (variant->kernel >= V6_18)
		return;
	set_group(a, inner);
	at(5 * MS);
	wake(a, 0);
	switch_to(0, a, PREEMPTED);
	runs_out(outer, inner);
	at(20 * MS);
	another_runs_out(stranger, b);
	at(30 * MS);
	unthrottle(outer, inner, 0);
	at(50 * MS);
	e = wait_ends(0);
	ASSERT_NE(NULL, e);
	EXPECT_EQ(20 * MS, e->quota_ns);
	EXPECT_EQ(BEGIN + 10 * MS, e->quota_since_ns);
	EXPECT_EQ(60, e->quota_cgroup);
}

/* Groups above each other run out in one moment: that is once. */
TEST_F(engine_periods, nested_groups_at_once)
{
	struct group *outer = new_group(&root, 60), *inner = new_group(outer, 61);
	const struct why_event *e;

	if (variant->kernel >= V6_18)
		return;
	waits_for_sibling(inner, inner);
	at(10 * MS);
	throttle(outer, inner, 0);
	has_to_leave(inner, NULL, 0, b);
	at(30 * MS);
	unthrottle(inner, NULL, 0);
	unthrottle(outer, inner, 0);
	at(60 * MS);
	e = wait_ends(0);
	ASSERT_NE(NULL, e);
	EXPECT_EQ(BEGIN + 10 * MS, e->quota_since_ns);
	EXPECT_EQ(61, e->quota_cgroup);
}

/*
 * Of a group next to it, below the same one, which runs out alone before: that
 * the outer one runs out as well is noted when a task of another inner group
 * leaves.
 */
TEST_F(engine_periods, outer_group_runs_out_with_another_inner_one)
{
	struct group *outer = new_group(&root, 60), *inner = new_group(outer, 61);
	const struct why_event *e;

	if (variant->kernel >= V6_18)
		return;
	outer->tg.cfs_bandwidth.period_timer.node.expires = 400;
	inner->tg.cfs_bandwidth.period_timer.node.expires = 500;
	waits_for_sibling(outer, inner);
	at(10 * MS);
	throttle(outer, inner, 0);
	has_to_leave(inner, NULL, 0, b);
	at(30 * MS);
	unthrottle(outer, inner, 0);
	at(60 * MS);
	e = wait_ends(0);
	ASSERT_NE(NULL, e);
	EXPECT_EQ(20 * MS, e->quota_ns);
	EXPECT_EQ(BEGIN + 10 * MS, e->quota_since_ns);
	EXPECT_EQ(60, e->quota_cgroup);
}

/*
 * The group runs out from 20 to 60 ms without a task that leaves, and from 80
 * to 100 with one: the second time alone cannot be so long.
 */
TEST_F(engine_periods, longer_than_since_then)
{
	struct group *g = new_group(&root, 77);
	struct task *p = known_task(401, 400, "sibling");
	const struct why_event *e;

	if (variant->kernel >= V6_18)
		return;
	set_group(a, g);
	set_group(p, g);
	at(8 * MS);
	wake(a, 0);
	at(20 * MS);
	throttle(g, NULL, 0);
	at(60 * MS);
	unthrottle(g, NULL, 0);
	wake(p, 0);
	switch_to(0, p, PREEMPTED);
	at(80 * MS);
	has_to_leave(g, NULL, 0, b);
	at(100 * MS);
	unthrottle(g, NULL, 0);
	at(110 * MS);
	e = wait_ends(0);
	ASSERT_NE(NULL, e);
	EXPECT_EQ(60 * MS, e->quota_ns);
	EXPECT_EQ(0, e->quota_since_ns);
}

TEST_HARNESS_MAIN
