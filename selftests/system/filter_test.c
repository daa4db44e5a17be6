// SPDX-License-Identifier: GPL-2.0
/*
 * Every filter, with one task that it lets through and one that it does not: of
 * waits that are over and, with -S, of waits that go on. All at the same time:
 * the tool runs once for each line of the table, while a SCHED_FIFO task keeps
 * a CPU.
 */
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "cgroup.h"
#include "kselftest_harness.h"
#include "load.h"
#include "tool.h"

#define MAX_RUNS	32

/* Who waits behind the hog; the last one is SCHED_OTHER, and in a cgroup. */
enum { VICTIM = 1, OTHER = 2, SPIN = 4 };

/*
 * The tool with these options; the tasks that it must show, and whether no
 * others.
 */
struct run {
	const char *args[4];
	unsigned int shows;
	bool strict;
	struct tool tool;
};

FIXTURE(filter) {
	struct starve *s;
	pid_t spinner;
	struct cgroup outer, inner, sibling;
	bool has_outer, has_inner, has_sibling;
	char text[32][160];		/* arguments */
	int nr_texts;
	struct run runs[MAX_RUNS];
	int nr_runs;
	int cpu;			/* the one that is kept */
};

FIXTURE_VARIANT(filter) {
	bool first;
};

FIXTURE_VARIANT_ADD(filter, last_cpu) {};
FIXTURE_VARIANT_ADD(filter, first_cpu) { .first = true };

static int first_cpu(void)
{
	cpu_set_t set;
	int cpu = 0;

	sched_getaffinity(0, sizeof(set), &set);
	while (!CPU_ISSET(cpu, &set))
		cpu++;
	return cpu;
}

static pid_t start_spinner(int cpu)
{
	pid_t pid = fork();

	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		set_name("rqs-spin");
		pin_to(cpu);
		for (;;)
			spin_until(UINT64_MAX);
	}
	return pid;
}

FIXTURE_SETUP(filter)
{
	int first = first_cpu(), last = last_cpu();
	char name[64];

	if (first == last)
		SKIP(return, "only one CPU");
	self->cpu = variant->first ? first : last;
	self->s = starve_new(self->cpu);
	if (!self->s)
		SKIP(return, "real-time priority is not permitted here");
	if (!rt_throttling_off()) {
		starve_end(self->s);
		SKIP(return, "real-time throttling cannot be switched off");
	}
	/* What looks at them must be able to run. */
	ASSERT_TRUE(pin_to(variant->first ? last : first));
	self->spinner = start_spinner(self->cpu);
	snprintf(name, sizeof(name), "rqs-filter-%d", getpid());
	self->has_outer = cgroup_new(&self->outer, NULL, name);
	if (!self->has_outer)
		return;
	self->has_sibling = cgroup_new(&self->sibling, &self->outer, "sibling");
	self->has_inner = cgroup_new(&self->inner, &self->outer, "inner") &&
			  cgroup_enter(&self->inner, self->spinner);
}

FIXTURE_TEARDOWN(filter)
{
	starve_end(self->s);
	rt_throttling_on();
	kill(self->spinner, SIGKILL);
	waitpid(self->spinner, NULL, 0);
	if (self->has_inner)
		cgroup_delete(&self->inner);
	if (self->has_sibling)
		cgroup_delete(&self->sibling);
	if (self->has_outer)
		cgroup_delete(&self->outer);
	while (self->nr_runs)
		tool_free(&self->runs[--self->nr_runs].tool);
}

/* No task has this ID: even the first one may have to wait. */
#define NOBODY	1		/* init: is none of these tasks */

/* An argument, for as long as the test runs. */
#define TEXT(...)						\
	(snprintf(self->text[self->nr_texts], sizeof(self->text[0]), __VA_ARGS__), \
	 self->text[self->nr_texts++])

#define SHOWS(who, is_strict, ...) \
	(self->runs[self->nr_runs++] = (struct run) { { __VA_ARGS__ }, who, is_strict })

static bool start(struct run *run)
{
	const char *args[16] = { "-S100ms", "-T", "mono", "30ms" };
	int i;

	for (i = 0; i < 4 && run->args[i]; i++)
		args[4 + i] = run->args[i];
	return tool_start(&run->tool, TOOL, args);
}

static unsigned int who_is(const struct _test_data_filter *self, uint32_t tid)
{
	return tid == (uint32_t)self->s->victim ? VICTIM :
	       tid == (uint32_t)self->s->other ? OTHER :
	       tid == (uint32_t)self->spinner ? SPIN : 0;
}

/* What the tool has shown. */
struct shown {
	unsigned int over, stalled;	/* whose waits */
	unsigned int strangers, twice;
	bool valid;
};

static struct shown shown_in(const struct _test_data_filter *self, const char *out)
{
	struct shown shown = {};
	const struct tool_wait *w;
	struct tool_wait *waits;
	unsigned int who;
	size_t nr;

	waits = parse_waits(out, &nr);
	for (w = waits; waits && w < waits + nr; w++) {
		who = who_is(self, w->tid);
		/* The hog runs, but may have waited before. */
		shown.strangers += !who && (w->stalled || w->tid != (uint32_t)self->s->pid);
		if (w->stalled) {
			shown.stalled |= who;
			continue;
		}
		/* The spinner is let run in between at times. */
		shown.twice += (shown.over & who) && who != SPIN;
		shown.over |= who;
	}
	shown.valid = waits;
	free(waits);
	return shown;
}

/* Wait until @run has shown that each goes on waiting. */
static bool await_stalled(const struct _test_data_filter *self, struct run *run)
{
	size_t nr = 2 + 1;
	char *out;
	bool done;

	if (!run->shows)
		return true;
	do {
		if (!tool_await_lines(&run->tool, nr))
			return false;
		out = tool_lines(&run->tool);
		nr = count_lines(out) + 1;
		done = !(run->shows & ~shown_in(self, out).stalled);
		free(out);
	} while (!done);
	return true;
}

/* Wait until @pid, which does nothing but run, has had the CPU once more. */
static void await_run(pid_t pid)
{
	struct timespec before, now;
	clockid_t clock;

	if (clock_getcpuclockid(pid, &clock) || clock_gettime(clock, &before))
		return;
	do {
		sched_yield();
		clock_gettime(clock, &now);
	} while (now.tv_sec == before.tv_sec && now.tv_nsec == before.tv_nsec);
}

/*
 * Keep the CPU until every tool has shown each that it must show, and end them.
 */
static bool play(struct _test_data_filter *self)
{
	bool ok = true;
	int i;

	for (i = 0; i < self->nr_runs; i++)
		ok = start(&self->runs[i]) && ok;
	if (ok) {
		starve_begin(self->s);
		for (i = 0; i < self->nr_runs; i++)
			ok = await_stalled(self, &self->runs[i]) && ok;
		starve_release(self->s);
		await_run(self->spinner);
	}
	for (i = 0; i < self->nr_runs; i++)
		ok = !tool_stop(&self->runs[i].tool) && ok;
	return ok;
}

static bool shows(const struct _test_data_filter *self, const struct run *run)
{
	struct shown shown = shown_in(self, run->tool.out);
	/* The TID of a thread is no process, which is said. */
	bool quiet = !*run->tool.err || (!run->shows && strstr(run->tool.err, "no process"));
	bool ok = shown.valid && quiet && shown.over == run->shows &&
		  shown.stalled == run->shows && !shown.twice &&
		  (!shown.strangers || !run->strict);

	if (!ok)
		printf("# %s %s %s: must show %x; over %x, stalled %x, %u others, %u twice, stderr '%s'\n",
		       run->args[0], run->args[1] ?: "", run->args[2] ?: "", run->shows,
		       shown.over, shown.stalled, shown.strangers, shown.twice, run->tool.err);
	return ok;
}

/*
 * A kernel may hide a switch to the spinner from all tracers, where a system
 * thread ran before. So what is wrong is tried again, but not where nothing is
 * hidden.
 */
static void check(struct __test_metadata *_metadata, struct _test_data_filter *self)
{
	int rounds = getenv("RUNQSLOWER_TEST_EXACT") ? 1 : 3, wrong, i;

	for (;;) {
		ASSERT_TRUE(play(self));
		for (wrong = 0, i = 0; i < self->nr_runs; i++)
			wrong += !shows(self, &self->runs[i]);
		if (!wrong || !--rounds)
			break;
		printf("# tried again\n");
		for (i = 0; i < self->nr_runs; i++)
			tool_free(&self->runs[i].tool);
	}
	EXPECT_EQ(0, wrong);
}

TEST_F_TIMEOUT(filter, tasks, 60)
{
	int pid = self->s->pid, victim = self->s->victim, other = self->s->other;

	SHOWS(VICTIM | OTHER | SPIN, true, "-c", "rqs-");
	SHOWS(VICTIM, true, "-t", TEXT("%d", victim));
	SHOWS(OTHER, true, "-t", TEXT("%d,%d", other, NOBODY));
	SHOWS(VICTIM | SPIN, true, "-t", TEXT("%d,%d", victim, self->spinner));
	SHOWS(VICTIM | OTHER, true, "-p", TEXT("%d", pid));
	SHOWS(0, true, "-p", TEXT("%d", victim));
	SHOWS(VICTIM | OTHER, true, "-p", TEXT("%d,%d", NOBODY, pid));
	SHOWS(SPIN, true, "-p", TEXT("%d,%d,%d", NOBODY, NOBODY, self->spinner));
	SHOWS(VICTIM, true, "-c", "rqs-victim");
	SHOWS(VICTIM | SPIN, true, "-c", "rqs-v,rqs-sp");
	SHOWS(0, true, "-c", "qs-victim,rqs-victims");
	SHOWS(VICTIM | OTHER | SPIN, true, "-c", "rqs-", "--kthreads=no");
	SHOWS(0, true, "-c", "rqs-", "--kthreads=only");
	/* Options narrow each other. */
	SHOWS(OTHER, true, "-c", "rqs-o,rqs-sp", TEXT("-p%d", pid));
	SHOWS(0, true, "-c", "rqs-v", TEXT("-t%d", other));
	/* The programs that explain have filters of their own. */
	SHOWS(VICTIM, true, "-w", "-t", TEXT("%d", victim));
	SHOWS(OTHER | SPIN, true, "-w", "-c", "rqs-o,rqs-sp");
	SHOWS(VICTIM | OTHER, true, "-W", "-p", TEXT("%d", pid));
	check(_metadata, self);
}

/* The highest number of a CPU. */
static int last_possible_cpu(void)
{
	FILE *f = fopen("/sys/devices/system/cpu/possible", "r");
	int cpu = 0;

	while (f && fscanf(f, "%*[-,]") != EOF && fscanf(f, "%d", &cpu) == 1)
		;
	if (f)
		fclose(f);
	return cpu;
}

TEST_F_TIMEOUT(filter, cpus, 60)
{
	const unsigned int all = VICTIM | OTHER | SPIN;
	int cpu = self->cpu, last = last_possible_cpu();

	SHOWS(all, false, "-C", TEXT("%d", cpu));
	SHOWS(all, false, "-C", TEXT("%d-%d", cpu, last));
	SHOWS(all, false, "-C", TEXT("0-%d", cpu));
	SHOWS(all, false, "-C", TEXT("%d,%d", last, cpu));
	if (cpu < last) {
		SHOWS(0, false, "-C", TEXT("%d", cpu + 1));
		SHOWS(0, false, "-C", TEXT("%d-%d", cpu + 1, last));
		SHOWS(0, false, "-w", "-C", TEXT("%d", cpu + 1));
	}
	if (cpu)
		SHOWS(0, false, "-C", TEXT("0-%d", cpu - 1));
	if (cpu && cpu < last)
		SHOWS(0, false, "-C", TEXT("0-%d,%d-%d", cpu - 1, cpu + 1, last));
	SHOWS(SPIN, true, "-C", TEXT("%d", cpu), "-c", "rqs-sp");
	SHOWS(all, false, "-w", "-C", TEXT("%d", cpu));
	check(_metadata, self);
}

TEST_F_TIMEOUT(filter, cgroups, 60)
{
	if (!self->has_inner || !self->has_sibling)
		SKIP(return, "no cgroups with the cpu controller");
	SHOWS(SPIN, true, "-g", self->inner.dir);
	SHOWS(SPIN, true, "-g", TEXT("%s", self->inner.name));
	SHOWS(SPIN, true, "-g", self->outer.dir);
	SHOWS(0, true, "-g", self->sibling.dir);
	SHOWS(SPIN, true, "-g", TEXT("%s,%s", self->sibling.name, self->outer.name));
	SHOWS(0, true, "-g", self->inner.dir, TEXT("-p%d", self->s->pid));
	SHOWS(SPIN, true, "-w", "-g", self->inner.dir);
	check(_metadata, self);
}

TEST_HARNESS_MAIN
