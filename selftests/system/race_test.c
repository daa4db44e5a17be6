// SPDX-License-Identifier: GPL-2.0
/*
 * Tasks come, go and are moved between groups with quota, and groups come and
 * go, all at once. Whatever the order: the quota that -w names is of a group
 * that the task was in, or of one above, and no task is named that did not run.
 *
 * RUNQSLOWER_TEST_SECONDS=60 makes it run for so long instead of 4 s.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/sysinfo.h>
#include <sys/wait.h>
#include <unistd.h>
#include "kselftest_harness.h"
#include "cgroup.h"
#include "load.h"
#include "oracle.h"
#include "tool.h"

#define USEC		1000ULL
#define NR_WORKERS	6
#define NR_LEAVES	3
#define MAX_STAYS	(1 << 16)
#define NAME		"rqs-race"

/* A task is in a group from some time between the first two times on. */
struct stay {
	uint64_t before, after;
	uint64_t until;			/* at the latest */
	pid_t pid;
	char group[32];
};

/*
 * The first leaf is in the first of the tops. The second has no quota. The last
 * has another name each time that it is made again.
 */
struct race {
	struct cgroup tops[2], leaves[NR_LEAVES];
	unsigned int nr_made;		/* the last leaf, in all */
	struct {
		pid_t pid;
		int leaf;
		size_t stay;
	} workers[NR_WORKERS];
	struct stay *stays;
	size_t nr_stays;
	size_t nr_moves, nr_exits;
};

static uint64_t test_ns(void)
{
	const char *s = getenv("RUNQSLOWER_TEST_SECONDS");

	return (s ? atoi(s) : 4) * NSEC_PER_SEC;
}

static int below(int n)
{
	return random() % n;
}

/* --- the race ------------------------------------------------------------- */

static void work(unsigned int seed)
{
	uint64_t end = mono_ns() + (20 + seed % 700) * NSEC_PER_MSEC;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	set_name(NAME);
	srandom(seed);
	while (mono_ns() < end) {
		spin_until(mono_ns() + below(6000) * USEC);
		if (!below(3))
			usleep(below(2000));
	}
	_exit(0);
}

static bool move(struct race *r, int worker, int leaf)
{
	struct stay *stay = &r->stays[r->nr_stays];
	bool ok;

	if (r->nr_stays == MAX_STAYS)
		return false;
	stay->pid = r->workers[worker].pid;
	stay->until = UINT64_MAX;
	snprintf(stay->group, sizeof(stay->group), "%s", r->leaves[leaf].name);
	stay->before = mono_ns();
	ok = cgroup_enter(&r->leaves[leaf], stay->pid);
	stay->after = mono_ns();
	/* A task that is about to exit is not moved, which is no failure. */
	if (ok && !cgroup_has(&r->leaves[leaf], stay->pid))
		return true;
	if (r->workers[worker].stay != MAX_STAYS)
		r->stays[r->workers[worker].stay].until = stay->after;
	r->workers[worker].stay = r->nr_stays++;
	r->workers[worker].leaf = leaf;
	r->nr_moves++;
	return ok;
}

/* Start another one where a worker has ended. */
static bool replace(struct race *r, int worker)
{
	int leaf = below(NR_LEAVES);
	unsigned int seed = random();
	int go[2];

	if (r->workers[worker].pid && !waitpid(r->workers[worker].pid, NULL, WNOHANG))
		return true;
	r->nr_exits += r->workers[worker].pid != 0;
	if (pipe(go))
		return false;
	r->workers[worker].pid = fork();
	if (!r->workers[worker].pid) {
		close(go[1]);
		if (read(go[0], &leaf, 1))
			_exit(1);
		work(seed);
	}
	r->workers[worker].stay = MAX_STAYS;
	close(go[0]);
	if (!move(r, worker, leaf))
		return false;
	close(go[1]);
	return true;
}

static bool make_leaf(struct race *r, int leaf)
{
	char name[16] = "in";

	if (leaf == NR_LEAVES - 1)
		snprintf(name, sizeof(name), "tmp%u", r->nr_made++);
	return cgroup_new(&r->leaves[leaf], &r->tops[leaf > 0], name) &&
	       (leaf == 1 || cgroup_limit(&r->leaves[leaf], 15000 + below(10000), 100000));
}

/* Remove the last leaf, whose workers find another home, and make a new one. */
static bool renew_leaf(struct race *r)
{
	int last = NR_LEAVES - 1, i;

	for (i = 0; i < NR_WORKERS; i++) {
		if (r->workers[i].leaf == last && !move(r, i, below(last)))
			return false;
	}
	cgroup_delete(&r->leaves[last]);
	return make_leaf(r, last);
}

static bool begin_race(struct race *r)
{
	int i;

	r->stays = calloc(MAX_STAYS, sizeof(*r->stays));
	if (!r->stays || !cgroup_new(&r->tops[0], NULL, "rqs-a") ||
	    !cgroup_new(&r->tops[1], NULL, "rqs-b") ||
	    !cgroup_limit(&r->tops[0], 60000, 100000) ||
	    !cgroup_limit(&r->tops[1], 40000, 110000))
		return false;
	for (i = 0; i < NR_LEAVES; i++) {
		if (!make_leaf(r, i))
			return false;
	}
	return true;
}

static bool has_raced(const struct race *r, uint64_t end)
{
	/* On a starved machine that takes its time. */
	return mono_ns() >= end && r->nr_moves > 200 && r->nr_exits > 20 && r->nr_made > 5;
}

static bool race(struct race *r, uint64_t end)
{
	int i;

	while (!has_raced(r, end)) {
		for (i = 0; i < NR_WORKERS; i++) {
			if (!replace(r, i))
				return false;
		}
		/* Sleeps, because its own spinning would be a worker's wait. */
		usleep(1000 + below(4000));
		if (!below(12) && !renew_leaf(r))
			return false;
		if (!move(r, below(NR_WORKERS), below(NR_LEAVES)))
			return false;
	}
	return true;
}

static void end_race(struct race *r)
{
	int i;

	for (i = 0; i < NR_WORKERS; i++) {
		if (r->workers[i].pid <= 0)
			continue;
		kill(r->workers[i].pid, SIGKILL);
		waitpid(r->workers[i].pid, NULL, 0);
	}
	for (i = 0; i < NR_LEAVES; i++) {
		if (*r->leaves[i].dir)
			cgroup_delete(&r->leaves[i]);
	}
	for (i = 0; i < 2; i++) {
		if (*r->tops[i].dir)
			cgroup_delete(&r->tops[i]);
	}
	free(r->stays);
}

/* --- what was said of it -------------------------------------------------- */

struct result {
	size_t waits, quota;		/* of these, with a share of quota */
	size_t unnamed;			/* quota of "cgroup:N", or of none */
	size_t wrong;			/* of a group that the task was not in */
	size_t judged;			/* shares of tasks */
	size_t blind;			/* too much, but within blind time */
	size_t too_much;		/* that the task did not run for */
	size_t never_ran;		/* of these, tasks that had no CPU at all */
};

/* Is @name @group or above? */
static bool is_above(const char *name, const char *group)
{
	size_t len = strlen(name);

	return !strncmp(name, group, len) && (!group[len] || group[len] == '/');
}

/* Was the task of @w in @name, or below it, at some time of its wait? */
static bool was_in(const struct race *r, const struct tool_wait *w, const char *name)
{
	uint64_t from = w->end_ns - w->lat_us * USEC;
	const struct stay *s;

	for (s = r->stays; s < r->stays + r->nr_stays; s++) {
		if (s->pid == (pid_t)w->tid && s->before <= w->end_ns && s->until >= from &&
		    is_above(name, s->group))
			return true;
	}
	return false;
}

static void judge_quota(const struct race *r, const struct tool_wait *w,
			const struct tool_share *share, struct result *res)
{
	const char *name = share->text + strlen("quota ");

	res->quota++;
	if (*name != '/') {
		res->unnamed++;
		return;
	}
	if (was_in(r, w, name))
		return;
	if (res->wrong++ < 5)
		printf("# %u at %.6f, %llu us: %u%% %s\n", w->tid, w->end_ns / 1e9,
		       (unsigned long long)w->lat_us, share->percent, share->text);
}

static void judge_task(const struct truth *t, const struct tool_wait *w,
		       const struct tool_share *share, struct result *res)
{
	uint64_t lat_ns = w->lat_us * USEC, from = w->end_ns - lat_ns;
	/* Percents are rounded; and clipped runs are cut to 1 us. */
	double off = 0.012 * lat_ns + 25 * USEC * slack();
	double said = share->percent * lat_ns / 100.0, ran = 0, blind = 0;
	size_t nr_runs;
	int cpu;

	for (cpu = 0; cpu < get_nprocs_conf(); cpu++) {
		ran += truth_ran(t, cpu, share->tid, from, w->end_ns, &nr_runs);
		/* The tool reads the clock a little later than the oracle. */
		off += nr_runs * 2 * USEC * slack();
		ran += truth_may_have_run(t, cpu, share->tid, from, w->end_ns);
		blind += truth_blind_ns(t, cpu, from, w->end_ns);
	}
	res->judged++;
	if (said <= ran + off)
		return;
	if (said <= ran + off + blind) {
		res->blind++;
		return;
	}
	res->never_ran += !ran;
	if (res->too_much++ < 5)
		printf("# %u at %.6f, %llu us on %s: %u%% %s, ran %.1f us\n", w->tid,
		       w->end_ns / 1e9, (unsigned long long)w->lat_us, w->path,
		       share->percent, share->text, ran / 1e3);
}

static void judge(const struct race *r, const struct truth *t, const struct tool_wait *waits,
		  size_t nr, struct result *res)
{
	struct tool_share shares[MAX_SHARES];
	const struct tool_wait *w;
	size_t nr_shares, i;

	memset(res, 0, sizeof(*res));
	for (w = waits; w < waits + nr; w++) {
		res->waits++;
		nr_shares = parse_shares(w, shares);
		for (i = 0; i < nr_shares; i++) {
			if (!strncmp(shares[i].text, "quota", 5))
				judge_quota(r, w, &shares[i], res);
			else if (!strncmp(shares[i].text, NAME, strlen(NAME)))
				judge_task(t, w, &shares[i], res);
		}
	}
	printf("# %zu moves, %zu exits, %u groups; %zu waits, %zu for quota, %zu unnamed, %zu wrong; %zu shares of tasks, %zu blind, %zu too much\n",
	       r->nr_moves, r->nr_exits, r->nr_made, res->waits, res->quota, res->unnamed,
	       res->wrong, res->judged, res->blind, res->too_much);
}

FIXTURE(race) {
	struct race race;
	struct oracle *oracle;
	struct truth truth;
	struct tool tool;
	struct tool_wait *waits;
	size_t nr;
};

FIXTURE_SETUP(race)
{
	srandom(1);
}

FIXTURE_TEARDOWN(race)
{
	end_race(&self->race);
	truth_free(&self->truth);
	tool_free(&self->tool);
	free(self->waits);
}

TEST_F_TIMEOUT(race, groups_and_tasks, 600)
{
	struct result res;
	bool raced;

	if (!begin_race(&self->race))
		SKIP(return, "no cpu controller here");
	self->oracle = oracle_start();
	ASSERT_NE(NULL, self->oracle);
	ASSERT_TRUE(tool_start(&self->tool, TOOL, ARGS("-w", "-T", "mono", "-c", NAME,
						       "--ring-size", "64M", "1ms")));
	EXPECT_TRUE(oracle_bracket(self->oracle));
	raced = race(&self->race, mono_ns() + test_ns());
	EXPECT_EQ(0, tool_stop(&self->tool));
	EXPECT_TRUE(raced);
	EXPECT_STREQ("", self->tool.err);
	ASSERT_TRUE(oracle_stop(self->oracle, &self->truth));
	self->waits = parse_waits(self->tool.out, &self->nr);
	ASSERT_NE(NULL, self->waits);
	judge(&self->race, &self->truth, self->waits, self->nr, &res);
	EXPECT_LT(50U, res.quota);
	EXPECT_LT(50U, res.judged);
	EXPECT_EQ(0U, res.wrong);
	EXPECT_EQ(0U, res.never_ran);
	/* A group may be gone before the first wait for its quota is read. */
	EXPECT_GE(1 + res.quota / 20, res.unnamed);
	if (!res.wrong && !res.never_ran && res.blind > res.judged / 20)
		SKIP(return, "the CPUs stood still too often");
	/*
	 * A CPU may stand still between the scheduler's look at its clock and
	 * the oracle's. That time is part of the waits of all others. Where
	 * CPUs are shared with other machines a busy second has more of these.
	 */
	EXPECT_GE((NR_WORKERS - 1) * (2 + res.judged / 1000), res.too_much);
}

TEST_HARNESS_MAIN
