// SPDX-License-Identifier: GPL-2.0
/*
 * Groups with quota that share a CPU, are in one another, or lose a task to
 * another: whose quota does -w name, how much is it, and who is blamed?
 */
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "kselftest_harness.h"
#include "actors.h"
#include "load.h"

#define PERIOD_US	100000
#define TIGHT_US	20000
#define WIDE_US		60000

FIXTURE(group) {
	struct actors actors;
	int cpu;
};

FIXTURE_SETUP(group)
{
	actors_begin(&self->actors);
	self->cpu = last_cpu();
}

FIXTURE_TEARDOWN(group)
{
	actors_end(&self->actors);
}

static bool enters_first(struct stage *stage)
{
	return cgroup_enter(&stage->groups[0], 0);
}

static bool enters_second(struct stage *stage)
{
	return cgroup_enter(&stage->groups[1], 0);
}

#define NEED_GROUP(group, ...)	do {						\
	group = actors_group(&self->actors, __VA_ARGS__);			\
	if (!group)								\
		SKIP(return, "no cpu controller here");				\
} while (0)

/* Is this line of a wait the one of TID @tid? */
static bool is_of(const struct tool_wait *w, pid_t tid)
{
	return w->tid == (uint32_t)tid;
}

/*
 * Of the waits of @tid: how many have quota for most of it, and how many name
 * @group then.
 */
static size_t count_named(const struct actors *a, pid_t tid, const struct cgroup *group,
			  size_t *named)
{
	struct tool_share shares[MAX_SHARES];
	char text[PATH_MAX + 16];
	size_t nr = 0, i, k, nr_shares;

	snprintf(text, sizeof(text), "quota %s", group->name);
	*named = 0;
	for (i = 0; i < a->nr_waits; i++) {
		if (!is_of(&a->waits[i], tid) || percent_of(&a->waits[i], "quota") < 50)
			continue;
		nr++;
		nr_shares = parse_shares(&a->waits[i], shares);
		for (k = 0; k < nr_shares; k++)
			*named += !strcmp(shares[k].text, text);
	}
	printf("# %zu waits for quota, %zu name %s\n", nr, *named, group->name);
	return nr;
}

/* The quota that is shown of waits of @tid, in ns. */
static double shown_ns(const struct actors *a, pid_t tid)
{
	double sum = 0;
	size_t i;

	for (i = 0; i < a->nr_waits; i++) {
		if (is_of(&a->waits[i], tid))
			sum += ns_of(&a->waits[i], "quota");
	}
	return sum;
}

/* --- two on a CPU --------------------------------------------------------- */

TEST_F_TIMEOUT(group, each_is_named_for_its_own, 120)
{
	struct cgroup *first, *second;
	pid_t one, two;
	char tids[40];
	size_t named;

	NEED_GROUP(first, NULL, "rqs-first");
	NEED_GROUP(second, NULL, "rqs-second");
	ASSERT_TRUE(cgroup_limit(first, TIGHT_US, PERIOD_US));
	ASSERT_TRUE(cgroup_limit(second, TIGHT_US + 5000, PERIOD_US + 10000));
	one = actor(&self->actors, "rqs-one", self->cpu, enters_first, spins);
	two = actor(&self->actors, "rqs-two", self->cpu, enters_second, spins);
	snprintf(tids, sizeof(tids), "%d,%d", one, two);
	EXPECT_TRUE(actors_trace(&self->actors, 24,
				 ARGS("-w", "-T", "mono", "-t", tids, "20000")));
	show_waits(&self->actors);
	EXPECT_LT(5, count_named(&self->actors, one, first, &named));
	EXPECT_EQ(count_named(&self->actors, one, first, &named), named);
	EXPECT_LT(5, count_named(&self->actors, two, second, &named));
	EXPECT_EQ(count_named(&self->actors, two, second, &named), named);
	EXPECT_LE(MOST(self->actors.nr_waits), nr_with(&self->actors, "quota", 50));
}

/* All that is shown is the time that the kernel says each was throttled. */
TEST_F_TIMEOUT(group, sums_of_both, 120)
{
	struct cgroup *first, *second;
	double one_ns, two_ns, first_ns, second_ns;
	pid_t one, two;
	char tids[40];

	NEED_GROUP(first, NULL, "rqs-first");
	NEED_GROUP(second, NULL, "rqs-second");
	ASSERT_TRUE(cgroup_limit(first, TIGHT_US, PERIOD_US));
	ASSERT_TRUE(cgroup_limit(second, TIGHT_US + 5000, PERIOD_US + 10000));
	one = actor(&self->actors, "rqs-one", self->cpu, enters_first, spins);
	two = actor(&self->actors, "rqs-two", self->cpu, enters_second, spins);
	snprintf(tids, sizeof(tids), "%d,%d", one, two);
	EXPECT_TRUE(actors_trace(&self->actors, 60,
				 ARGS("-w", "-T", "mono", "-t", tids, "0")));
	first_ns = cgroup_throttled_ns(first);
	second_ns = cgroup_throttled_ns(second);
	one_ns = shown_ns(&self->actors, one);
	two_ns = shown_ns(&self->actors, two);
	printf("# %.1f of %.1f ms, %.1f of %.1f ms\n", one_ns / 1e6, first_ns / 1e6,
	       two_ns / 1e6, second_ns / 1e6);
	/* The last one of each may have ended after the tool. */
	EXPECT_GE(first_ns * 1.05, one_ns);
	EXPECT_LE(first_ns * 0.95 - 2.0 * PERIOD_US * 1000, one_ns);
	EXPECT_GE(second_ns * 1.05, two_ns);
	EXPECT_LE(second_ns * 0.95 - 2.0 * PERIOD_US * 1000, two_ns);
}

/* --- one in the other: the tighter one holds it --------------------------- */

static void nested(struct __test_metadata *_metadata, struct _test_data_group *self,
		   int outer_us, int inner_us)
{
	struct cgroup *outer, *inner;
	size_t named;
	pid_t pid;

	NEED_GROUP(outer, NULL, "rqs-outer");
	NEED_GROUP(inner, outer, "rqs-inner");
	ASSERT_TRUE(cgroup_limit(outer, outer_us, PERIOD_US));
	if (!cgroup_limit(inner, inner_us, PERIOD_US))
		SKIP(return, "v1 refuses an inner quota above the outer one");
	pid = actor(&self->actors, "rqs-in", self->cpu, enters_second, spins);
	actor(&self->actors, "rqs-innocent", self->cpu, NULL, spins);
	EXPECT_TRUE(actors_trace(&self->actors, 15, ARGS("-w", "-T", "mono", "-t",
							 tid_of(pid), "20000")));
	show_waits(&self->actors);
	EXPECT_LE(MOST(count_named(&self->actors, pid, outer_us < inner_us ? outer : inner,
				   &named)), named);
	EXPECT_LT(5, count_named(&self->actors, pid, outer, &named));
	EXPECT_GE(5, outer_us < inner_us ? 0 : named);
	/* It may have had the CPU for long where that stood still. */
	EXPECT_GE(self->actors.nr_waits / 4, nr_with(&self->actors, "rqs-innocent", 90));
}

TEST_F_TIMEOUT(group, the_outer_one_is_tighter, 120)
{
	nested(_metadata, self, TIGHT_US, WIDE_US);
}

TEST_F_TIMEOUT(group, the_inner_one_is_tighter, 120)
{
	nested(_metadata, self, WIDE_US, TIGHT_US);
}

/* --- moved between groups ------------------------------------------------- */

static struct stage *moves_in;

/*
 * Move the first actor's process from one to the other, and back: @stage has
 * its pid where the test puts it.
 */
static pid_t *moved;

static void moves(void)
{
	uint64_t next = mono_ns();

	for (;;) {
		next += 37 * NSEC_PER_MSEC;
		while (mono_ns() < next)
			usleep(1000);
		cgroup_enter(&moves_in->groups[1], *moved);
		next += 41 * NSEC_PER_MSEC;
		while (mono_ns() < next)
			usleep(1000);
		cgroup_enter(&moves_in->groups[0], *moved);
	}
}

/*
 * It runs out of quota in the one, and is moved to the other, as an operator
 * does to rescue a task, and back. That it waited is blamed on nobody, nor on
 * its CPU for being idle: that it was, because the task had no quota.
 */
TEST_F_TIMEOUT(group, a_task_that_is_moved, 120)
{
	struct cgroup *first, *second;
	uint64_t idle, ns;
	size_t i, named_wrong = 0;
	pid_t pid;

	NEED_GROUP(first, NULL, "rqs-first");
	NEED_GROUP(second, NULL, "rqs-second");
	ASSERT_TRUE(cgroup_limit(first, TIGHT_US, PERIOD_US));
	ASSERT_TRUE(cgroup_limit(second, WIDE_US, PERIOD_US));
	pid = actor(&self->actors, "rqs-moved", self->cpu, enters_first, spins);
	moves_in = self->actors.stage;
	moved = &pid;
	actor(&self->actors, "rqs-mover", -1, NULL, moves);
	idle = idle_ns(-1) - idle_ns(self->cpu);
	ns = mono_ns();
	EXPECT_TRUE(actors_trace(&self->actors, 30, ARGS("-w", "-T", "mono", "-t",
							 tid_of(pid), "10000")));
	idle = idle_ns(-1) - idle_ns(self->cpu) - idle;
	ns = mono_ns() - ns;
	show_waits(&self->actors);
	/*
	 * The mover sleeps nearly all the time, and nobody else is to be on
	 * this CPU for so long.
	 */
	for (i = 0; i < self->actors.nr_waits; i++) {
		const struct tool_wait *w = &self->actors.waits[i];

		named_wrong += percent_of(w, "quota") + percent_of(w, "other") < 50;
	}
	printf("# %zu of %zu waits are blamed on others\n", named_wrong, self->actors.nr_waits);
	/* A CPU where only this task runs is idle while that is throttled. */
	if (named_wrong > self->actors.nr_waits / 10 &&
	    idle < ns / 10)
		SKIP(return, "another process keeps this CPU busy");
	EXPECT_GE(self->actors.nr_waits / 10, named_wrong);
}

/* --- against the kernel's account of pressure ----------------------------- */

/* How long a task of @g has waited for a CPU, up to now, in us. -1: unknown. */
static long long pressure_us(const struct cgroup *g)
{
	unsigned long long us = -1;
	char path[PATH_MAX + 32];
	FILE *f;

	snprintf(path, sizeof(path), "%s/cpu.pressure", g->dir);
	f = fopen(path, "r");
	if (f && fscanf(f, "some avg10=%*f avg60=%*f avg300=%*f total=%llu", &us) != 1)
		us = -1;
	if (f)
		fclose(f);
	return us;
}

/* What of the waits lies before @until, in us. */
static double waited_us(const struct actors *a, uint64_t until)
{
	double sum = 0, begin, end;
	size_t i;

	for (i = 0; i < a->nr_waits; i++) {
		end = a->waits[i].end_ns / 1e3;
		begin = end - a->waits[i].lat_us;
		if (begin < until / 1e3)
			sum += (end < until / 1e3 ? end : until / 1e3) - begin;
	}
	return sum;
}

/* The only task of a group waits as long as the group is under pressure. */
TEST_F_TIMEOUT(group, pressure_of_its_only_task, 120)
{
	struct cgroup *group;
	long long pressure;
	uint64_t now;
	double sum;
	pid_t pid;
	bool ok;

	NEED_GROUP(group, NULL, "rqs-pressed");
	if (pressure_us(group) < 0)
		SKIP(return, "no pressure of cgroups here");
	pid = actor(&self->actors, "rqs-pressed", self->cpu, enters_first, spins);
	actor(&self->actors, "rqs-rival", self->cpu, NULL, spins);
	ok = tool_start(&self->actors.tool, TOOL, ARGS("-T", "mono", "-t", tid_of(pid), "0"));
	sem_post(&self->actors.stage->cue);
	sem_post(&self->actors.stage->cue);
	ok = ok && tool_await_lines(&self->actors.tool, 300);
	pressure = pressure_us(group);
	now = mono_ns();
	EXPECT_EQ(0, tool_stop(&self->actors.tool));
	ASSERT_TRUE(ok);
	self->actors.waits = parse_waits(self->actors.tool.out, &self->actors.nr_waits);
	ASSERT_NE(NULL, self->actors.waits);
	/* Without the wait of that moment, which is one of 300. */
	sum = waited_us(&self->actors, now);
	printf("# %.1f ms of waits, %.1f ms of pressure\n", sum / 1e3, pressure / 1e3);
	EXPECT_GE(pressure * 1.05, sum);
	EXPECT_LE(pressure * 0.95, sum);
}

/* --- which cgroup is shown ------------------------------------------------ */

/* @name below @parent, where the cpu controller is not enabled. */
static struct cgroup *plain_group(struct actors *a, const struct cgroup *parent,
				  const char *name)
{
	struct cgroup *g = &a->stage->groups[a->nr_groups];

	*g = *parent;
	g->name = g->dir + (parent->name - parent->dir);
	strcat(strcat(g->dir, "/"), name);
	if (mkdir(g->dir, 0755))
		return NULL;
	a->nr_groups++;
	return g;
}

/* The cpu controller is not enabled so far down, as systemd has it. */
TEST_F(group, below_the_one_that_competes)
{
	struct cgroup *slice, *db, *backup;
	pid_t pid;

	NEED_GROUP(slice, NULL, "rqs-slice");
	if (slice->v1)
		SKIP(return, "v1 has the cpu controller everywhere");
	db = plain_group(&self->actors, slice, "db");
	backup = plain_group(&self->actors, slice, "backup");
	ASSERT_NE(NULL, db);
	ASSERT_NE(NULL, backup);
	pid = actor(&self->actors, "rqs-db", self->cpu, enters_second, spins);
	ASSERT_TRUE(cgroup_enter(backup, actor(&self->actors, "rqs-backup", self->cpu, NULL,
					       spins)));
	tool_spawn(&self->actors.tool, TOOL, ARGS("-j", "-w", "-n", "10", "-g", db->dir, "-t",
						  tid_of(pid), "1000"));
	sem_post(&self->actors.stage->cue);
	sem_post(&self->actors.stage->cue);
	EXPECT_EQ(0, tool_wait(&self->actors.tool));
	EXPECT_NE(NULL, strstr(self->actors.tool.out, "\"cgroup\":\"/rqs-slice/db\""));
	EXPECT_NE(NULL, strstr(self->actors.tool.out, "\"cpu_cgroup\":\"/rqs-slice\""));
	EXPECT_NE(NULL, strstr(self->actors.tool.out, "\"cgroup\":\"/rqs-slice/backup\""));
	EXPECT_EQ(NULL, strstr(self->actors.tool.out, "\"same_cgroup\":true"));
}

TEST_HARNESS_MAIN
