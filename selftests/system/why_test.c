// SPDX-License-Identifier: GPL-2.0
/* Why tasks wait: known schedules, quota, migration, against what -w says. */
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include "cgroup.h"
#include "kselftest_harness.h"
#include "load.h"
#include "tool.h"

/*
 * Emulated CPUs stand still at times: longer there. Less than a RT task may
 * run.
 */
static uint64_t scale(void)
{
	return slack() > 1 ? 4 : 1;
}

/* How far a share may be off, in percent; rounded ones are. */
#define OFF	3

#define MAX_ACTORS	4

/* What is shared with the processes of a test. */
struct stage {
	sem_t ready;			/* posted by each actor */
	sem_t cue[MAX_ACTORS];		/* each waits for its own */
	sem_t done;			/* by each actor that has played */
	uint64_t ns;			/* a length that they know */
	uint64_t at;			/* and a time */
	/* Actor i had its CPU in between, as far as it has seen itself. */
	uint64_t from[MAX_ACTORS], to[MAX_ACTORS];
	pid_t pid[MAX_ACTORS];
	int cpu[MAX_ACTORS];
};

FIXTURE(why) {
	struct stage *stage;
	struct tool tool;
	struct tool_wait *waits;
	size_t nr;
	struct cgroup group, child;
	bool has_group, has_child;
	int cpu;
};

FIXTURE_SETUP(why)
{
	int i;

	self->cpu = last_cpu();
	self->stage = mmap(NULL, sizeof(*self->stage), PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ASSERT_TRUE(self->stage != MAP_FAILED);
	sem_init(&self->stage->ready, 1, 0);
	sem_init(&self->stage->done, 1, 0);
	for (i = 0; i < MAX_ACTORS; i++)
		sem_init(&self->stage->cue[i], 1, 0);
}

FIXTURE_TEARDOWN(why)
{
	int i;

	for (i = 0; i < MAX_ACTORS; i++) {
		if (!self->stage->pid[i])
			continue;
		kill(self->stage->pid[i], SIGKILL);
		waitpid(self->stage->pid[i], NULL, 0);
	}
	if (self->has_child)
		cgroup_delete(&self->child);
	if (self->has_group)
		cgroup_delete(&self->group);
	munmap(self->stage, sizeof(*self->stage));
	free(self->waits);
	tool_free(&self->tool);
}

/*
 * Start actor @i: a process with this name and SCHED_FIFO priority (0:
 * SCHED_OTHER), pinned to @cpu unless that is negative. It plays @part when it
 * has its cue.
 */
static void actor(struct stage *stage, int i, const char *name, int cpu, int fifo,
		  void (*part)(struct stage *stage))
{
	pid_t pid = fork();

	stage->cpu[i] = cpu;
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		set_name(name);
		if (cpu >= 0)
			pin_to(cpu);
		if (fifo && !set_fifo(fifo))
			_exit(1);
		sem_post(&stage->ready);
		sem_wait(&stage->cue[i]);
		part(stage);
		sem_post(&stage->done);
		for (;;)
			pause();
	}
	stage->pid[i] = pid;
	sem_wait(&stage->ready);
}

/* Let actor @i play, and wait until @nr have played. */
static void play(struct stage *stage, int i, int nr)
{
	sem_post(&stage->cue[i]);
	while (nr--)
		sem_wait(&stage->done);
}

static void nothing(struct stage *stage)
{
	(void)stage;
}

static bool trace(struct _test_data_why *self, const char *const args[])
{
	if (tool_start(&self->tool, TOOL, args))
		return true;
	tool_wait(&self->tool);
	printf("# %s", self->tool.err);
	return false;
}

static bool stop(struct _test_data_why *self)
{
	int code = tool_stop(&self->tool);

	self->waits = parse_waits(self->tool.out, &self->nr);
	if (code || *self->tool.err || !self->waits)
		printf("# exit %d, stderr '%s'\n", code, self->tool.err);
	return !code && !*self->tool.err && self->waits;
}

/* The longest wait of @tid; NULL and all of them shown if there is none. */
static const struct tool_wait *wait_of(struct _test_data_why *self, pid_t tid)
{
	const struct tool_wait *found = longest_wait(self->waits, self->nr, tid);

	if (found)
		printf("# %llu us %s %s %s\n", (unsigned long long)found->lat_us,
		       found->from, found->path, found->why);
	else
		printf("# no wait of %d in '%s'\n", tid, self->tool.out);
	return found;
}

/*
 * Is the share of actor @i what it knows of itself? More may be, because
 * nobody knows of the time on the way from one to the other, and an emulated
 * CPU may stand still there.
 */
static bool has_its_share(struct _test_data_why *self, const struct tool_wait *w, int i,
			  const char *name)
{
	unsigned int known = percent_between(w, self->stage->from[i], self->stage->to[i]);

	printf("# %s had %u %%\n", name, known);
	return known && percent_of(w, name) + OFF >= known;
}

/* --- two hogs: 0 is the victim, 2 the second hog -------------------------- */

static void first_hog(struct stage *stage)
{
	stage->from[1] = mono_ns();
	sem_post(&stage->cue[0]);
	spin_until(stage->from[1] + stage->ns * 7 / 10);
	stage->to[1] = mono_ns();
	sem_post(&stage->cue[2]);	/* first, as of higher priority */
}

static void second_hog(struct stage *stage)
{
	stage->from[2] = mono_ns();
	spin_until(stage->from[2] + stage->ns * 3 / 10);
	stage->to[2] = mono_ns();
}

static void make_two_hogs(struct _test_data_why *self)
{
	self->stage->ns = 60 * NSEC_PER_MSEC * scale();
	actor(self->stage, 0, "rqs-victim", self->cpu, 1, nothing);
	actor(self->stage, 1, "rqs-seventy", self->cpu, 2, first_hog);
	actor(self->stage, 2, "rqs-thirty", self->cpu, 3, second_hog);
}

TEST_F(why, two_hogs)
{
	const struct tool_wait *w;

	make_two_hogs(self);
	ASSERT_TRUE(trace(self, ARGS("-w", "-T", "mono", "20ms")));
	play(self->stage, 1, 3);
	ASSERT_TRUE(stop(self));
	w = wait_of(self, self->stage->pid[0]);
	ASSERT_NE(NULL, w);
	EXPECT_TRUE(has_its_share(self, w, 1, "rqs-seventy/"));
	EXPECT_TRUE(has_its_share(self, w, 2, "rqs-thirty/"));
	EXPECT_GE(100U + OFF, percent_of(w, "rqs-seventy/") + percent_of(w, "rqs-thirty/"));
	EXPECT_EQ(0U, percent_of(w, "quota"));
	EXPECT_STREQ("woken", w->from);
	EXPECT_FALSE(why_says(w, "(same process)"));
	EXPECT_FALSE(why_says(w, "idle all the while"));
}

/* The same in totals: who waited, and who made it wait, the worst first. */
TEST_F(why, summary)
{
	const char *waited, *kept, *first, *second;

	make_two_hogs(self);
	/* The first hog, too, waits for the second. */
	tool_spawn(&self->tool, TOOL, ARGS("-s", "-t", tid_of(self->stage->pid[0]), "20ms"));
	ASSERT_TRUE(tool_await_lines(&self->tool, 1));
	play(self->stage, 1, 3);
	ASSERT_EQ(0, tool_stop(&self->tool));
	EXPECT_STREQ("", self->tool.err);
	waited = strstr(self->tool.out, "WAITED MOST");
	kept = strstr(self->tool.out, "KEPT OTHERS WAITING");
	ASSERT_TRUE(waited && kept && waited < kept);
	EXPECT_TRUE(strstr(waited, "rqs-victim") && strstr(waited, "rqs-victim") < kept);
	first = strstr(kept, "rqs-seventy");
	second = strstr(kept, "rqs-thirty");
	EXPECT_TRUE(first && second && first < second);
	EXPECT_TRUE(strstr(self->tool.out, "Causes: ") != NULL);
	if (!first || !second || first > second)
		printf("# in '%s'\n", self->tool.out);
}

/* And as a file for Perfetto; what is in it in detail is trace_test's. */
TEST_F(why, trace_file)
{
	char path[] = "/tmp/rqs-trace.XXXXXX", *text;
	int fd = mkstemp(path);
	ssize_t len;

	ASSERT_LE(0, fd);
	make_two_hogs(self);
	ASSERT_TRUE(trace(self, ARGS("-w", "--trace", path, "-T", "mono", "20ms")));
	play(self->stage, 1, 3);
	ASSERT_TRUE(stop(self));
	text = calloc(1, 1 << 24);
	len = read(fd, text, (1 << 24) - 1);
	unlink(path);
	close(fd);
	ASSERT_LT(10, len);
	EXPECT_EQ('[', text[0]);
	EXPECT_STREQ("]\n", text + len - 2);
	EXPECT_TRUE(strstr(text, "\"waited ") && strstr(text, "\"rqs-victim\"") &&
		    strstr(text, "rqs-seventy/") && strstr(text, "rqs-thirty/"));
	free(text);
}

TEST_F(why, same_process)
{
	struct starve *s = starve_new(self->cpu);
	const struct tool_wait *w;

	if (!s)
		SKIP(return, "real-time priority is not permitted here");
	ASSERT_TRUE(trace(self, ARGS("-w", "-T", "mono", "20ms")));
	starve_for(s, 50 * NSEC_PER_MSEC * scale());
	ASSERT_TRUE(stop(self));
	w = wait_of(self, s->victim);
	self->stage->from[1] = s->woken_ns;
	self->stage->to[1] = s->end_ns;
	starve_end(s);
	ASSERT_NE(NULL, w);
	EXPECT_TRUE(has_its_share(self, w, 1, "rqs-hog/"));
	EXPECT_TRUE(why_says(w, "(same process)"));
}

TEST_F(why, waker)
{
	struct starve *s = starve_new(self->cpu);
	const struct tool_wait *w;
	pid_t hog;

	if (!s)
		SKIP(return, "real-time priority is not permitted here");
	ASSERT_TRUE(trace(self, ARGS("-wW", "-T", "mono", "20ms")));
	starve_for(s, 50 * NSEC_PER_MSEC * scale());
	ASSERT_TRUE(stop(self));
	w = wait_of(self, s->victim);
	hog = s->pid;
	starve_end(s);
	ASSERT_NE(NULL, w);
	if (strstr(self->tool.limits, "wakers (shown as -)")) {
		EXPECT_STREQ("-", w->waker);
		SKIP(return, "this kernel does not tell");
	}
	EXPECT_STREQ("rqs-hog", w->waker);
	EXPECT_EQ((uint32_t)hog, w->waker_tid);
}

static void sleep_until(uint64_t at)
{
	struct timespec ts = { at / NSEC_PER_SEC, at % NSEC_PER_SEC };

	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL);
}

/* A timer wakes the victim, in the middle of a hog that has no part in it. */
static void sleep_a_little(struct stage *stage)
{
	sleep_until(stage->at + stage->ns / 3);
}

static void hog(struct stage *stage)
{
	sleep_until(stage->at);
	stage->from[1] = mono_ns();
	spin_until(stage->at + stage->ns);
	stage->to[1] = mono_ns();
}

TEST_F(why, waker_is_an_interrupt)
{
	const struct tool_wait *w;

	self->stage->ns = 60 * NSEC_PER_MSEC * scale();
	actor(self->stage, 0, "rqs-victim", self->cpu, 1, sleep_a_little);
	actor(self->stage, 1, "rqs-hog", self->cpu, 2, hog);
	ASSERT_TRUE(trace(self, ARGS("-wW", "-T", "mono", "15ms")));
	self->stage->at = mono_ns() + 50 * NSEC_PER_MSEC * scale();
	sem_post(&self->stage->cue[1]);
	play(self->stage, 0, 2);
	ASSERT_TRUE(stop(self));
	w = wait_of(self, self->stage->pid[0]);
	ASSERT_NE(NULL, w);
	if (!strcmp(w->waker, "-"))
		SKIP(return, "this kernel hides what timers wake");
	/* With PREEMPT_RT a thread may do it. */
	EXPECT_TRUE(strstr(w->waker, "irq") != NULL);
	EXPECT_TRUE(has_its_share(self, w, 1, "rqs-hog/"));
}

/* --- quota: 0 is in the group, 1 is not ----------------------------------- */

#define QUOTA_US	10000
#define PERIOD_US	100000

/* It ends itself, on the CPU: nothing of its group is throttled any more. */
static void spin(struct stage *stage)
{
	spin_until(mono_ns() + stage->ns);
}

#define NEED_GROUP(g, parent, name)						\
	do {									\
		self->has_##g = cgroup_new(&self->g, parent, name);		\
		if (!self->has_##g)						\
			SKIP(return, "no cpu controller of cgroups here");	\
	} while (0)

#define NEED_LIMIT(g)								\
	do {									\
		if (!cgroup_limit(&self->g, QUOTA_US, PERIOD_US))		\
			SKIP(return, "no CPU bandwidth control here");		\
	} while (0)

/*
 * Waits of actor 0, of which more than half is quota, and how many say @text.
 */
static size_t count_quota(struct _test_data_why *self, const char *text, size_t *saying)
{
	const struct tool_wait *w;
	size_t nr = 0;

	*saying = 0;
	for (w = self->waits; w < self->waits + self->nr; w++) {
		if (w->tid != (uint32_t)self->stage->pid[0] ||
		    percent_of(w, "quota") <= 50)
			continue;
		nr++;
		*saying += why_says(w, text);
	}
	return nr;
}

TEST_F_TIMEOUT(why, quota, 60)
{
	size_t nr, named;
	const struct tool_wait *w;
	char text[100];

	NEED_GROUP(group, NULL, "rqs-quota");
	NEED_LIMIT(group);
	self->stage->ns = NSEC_PER_SEC * scale();
	actor(self->stage, 0, "rqs-limited", self->cpu, 0, spin);
	ASSERT_TRUE(cgroup_enter(&self->group, self->stage->pid[0]));
	ASSERT_TRUE(trace(self, ARGS("-w", "-T", "mono", "20ms")));
	play(self->stage, 0, 1);
	ASSERT_TRUE(stop(self));
	snprintf(text, sizeof(text), "%% quota %s", self->group.name);
	nr = count_quota(self, text, &named);
	w = wait_of(self, self->stage->pid[0]);
	ASSERT_NE(NULL, w);
	printf("# %zu waits for quota, %zu name %s\n", nr, named, self->group.name);
	EXPECT_WAITS(5U, nr, self->waits, self->nr, self->stage->pid[0]);
	EXPECT_EQ(nr, named);
	/* Another process may have the CPU when there is quota again. */
	EXPECT_LE(95U, percent_of(w, "quota") + percent_of_tasks(w));
}

TEST_F_TIMEOUT(why, quota_of_the_parent, 60)
{
	size_t nr, named;
	char text[100];

	NEED_GROUP(group, NULL, "rqs-parent");
	NEED_GROUP(child, &self->group, "rqs-child");
	NEED_LIMIT(group);
	self->stage->ns = NSEC_PER_SEC * scale();
	actor(self->stage, 0, "rqs-limited", self->cpu, 0, spin);
	ASSERT_TRUE(cgroup_enter(&self->child, self->stage->pid[0]));
	ASSERT_TRUE(trace(self, ARGS("-w", "-T", "mono", "20ms")));
	play(self->stage, 0, 1);
	ASSERT_TRUE(stop(self));
	/* It ends there: it is not the child's. */
	snprintf(text, sizeof(text), "%% quota /rqs-parent");
	nr = count_quota(self, text, &named);
	EXPECT_WAITS(5U, nr, self->waits, self->nr, self->stage->pid[0]);
	EXPECT_EQ(nr, named);
	count_quota(self, "rqs-child", &named);
	EXPECT_EQ(0U, named);
}

/*
 * All the quota that is shown is the time that the kernel says it was
 * throttled.
 */
TEST_F_TIMEOUT(why, quota_and_contention, 60)
{
	double sum = 0, throttled, error;
	const struct tool_wait *w;

	NEED_GROUP(group, NULL, "rqs-quota");
	NEED_LIMIT(group);
	self->stage->ns = 3 * NSEC_PER_SEC * scale();
	actor(self->stage, 0, "rqs-limited", self->cpu, 0, spin);
	actor(self->stage, 1, "rqs-free", self->cpu, 0, spin);
	ASSERT_TRUE(cgroup_enter(&self->group, self->stage->pid[0]));
	ASSERT_TRUE(trace(self, ARGS("-w", "-T", "mono", "500us")));
	throttled = cgroup_throttled_ns(&self->group);
	sem_post(&self->stage->cue[1]);
	play(self->stage, 0, 2);
	throttled = cgroup_throttled_ns(&self->group) - throttled;
	ASSERT_TRUE(stop(self));
	for (w = self->waits; w < self->waits + self->nr; w++) {
		if (w->tid == (uint32_t)self->stage->pid[0])
			sum += ns_of(w, "quota");
		/* The other one has no quota to lack. */
		else if (w->tid == (uint32_t)self->stage->pid[1])
			EXPECT_EQ(0U, percent_of(w, "quota"));
	}
	error = sum / throttled - 1;
	printf("# %.1f ms of quota shown, %.1f ms throttled: %+.1f %%\n", sum / 1e6,
	       throttled / 1e6, 100 * error);
	EXPECT_LT(0.3 * self->stage->ns, throttled);
	EXPECT_GT(0.05, error);
	EXPECT_LT(-0.05, error);
}

TEST_F_TIMEOUT(why, contention_without_quota, 60)
{
	const struct tool_wait *w;
	size_t nr = 0;

	NEED_GROUP(group, NULL, "rqs-group");
	self->stage->ns = NSEC_PER_SEC * scale() / 2;
	actor(self->stage, 0, "rqs-a", self->cpu, 0, spin);
	actor(self->stage, 1, "rqs-b", self->cpu, 0, spin);
	ASSERT_TRUE(cgroup_enter(&self->group, self->stage->pid[0]));
	ASSERT_TRUE(cgroup_enter(&self->group, self->stage->pid[1]));
	ASSERT_TRUE(trace(self, ARGS("-w", "-T", "mono", "1ms")));
	sem_post(&self->stage->cue[1]);
	play(self->stage, 0, 2);
	ASSERT_TRUE(stop(self));
	for (w = self->waits; w < self->waits + self->nr; w++) {
		if (w->tid != (uint32_t)self->stage->pid[0] &&
		    w->tid != (uint32_t)self->stage->pid[1])
			continue;
		EXPECT_EQ(0U, percent_of(w, "quota"));
		if (w->tid == (uint32_t)self->stage->pid[0] &&
		    percent_of(w, "rqs-b/") > 50) {
			nr++;
			EXPECT_TRUE(why_says(w, " (same cgroup)"));
		}
	}
	printf("# %zu waits for the other one\n", nr);
	EXPECT_WAITS(10U, nr, self->waits, self->nr, self->stage->pid[0]);
}

/* --- other CPUs ----------------------------------------------------------- */

static void hog_and_wake(struct stage *stage)
{
	stage->from[1] = mono_ns();
	sem_post(&stage->cue[2]);
	sem_post(&stage->cue[0]);
	/* The other CPU may stand still before the victim is moved. */
	while (mono_ns() < stage->from[1] + stage->ns || !stage->from[2])
		;
}

/* On the other CPU; half way it moves the victim there. */
static void hog_and_move(struct stage *stage)
{
	uint64_t begin = mono_ns();
	cpu_set_t set;

	spin_until(begin + stage->ns / 2);
	CPU_ZERO(&set);
	CPU_SET(stage->cpu[2], &set);
	stage->to[1] = mono_ns();
	sched_setaffinity(stage->pid[0], sizeof(set), &set);
	stage->from[2] = mono_ns();
	spin_until(stage->from[2] + stage->ns / 2);
	stage->to[2] = mono_ns();
}

TEST_F(why, moved_while_it_waits)
{
	const struct tool_wait *w;
	char path[20];

	if (!self->cpu)
		SKIP(return, "only one CPU");
	self->stage->ns = 60 * NSEC_PER_MSEC * scale();
	actor(self->stage, 0, "rqs-victim", self->cpu, 1, nothing);
	actor(self->stage, 1, "rqs-here", self->cpu, 2, hog_and_wake);
	actor(self->stage, 2, "rqs-there", self->cpu - 1, 2, hog_and_move);
	ASSERT_TRUE(trace(self, ARGS("-w", "-T", "mono", "20ms")));
	play(self->stage, 1, 3);
	ASSERT_TRUE(stop(self));
	w = wait_of(self, self->stage->pid[0]);
	ASSERT_NE(NULL, w);
	snprintf(path, sizeof(path), "%d>%d", self->cpu, self->cpu - 1);
	EXPECT_STREQ(path, w->path);
	EXPECT_TRUE(has_its_share(self, w, 1, "rqs-here/"));
	EXPECT_TRUE(has_its_share(self, w, 2, "rqs-there/"));
}

static void hog_alone(struct stage *stage)
{
	stage->from[1] = mono_ns();
	sem_post(&stage->cue[0]);
	spin_until(stage->from[1] + stage->ns);
	stage->to[1] = mono_ns();
}

/* A CPU that the victim may not use is no way out. */
TEST_F(why, not_allowed_elsewhere)
{
	const struct tool_wait *w;

	self->stage->ns = 50 * NSEC_PER_MSEC * scale();
	actor(self->stage, 0, "rqs-victim", self->cpu, 0, nothing);
	actor(self->stage, 1, "rqs-hog", self->cpu, 2, hog_alone);
	ASSERT_TRUE(trace(self, ARGS("-w", "-T", "mono", "20ms")));
	play(self->stage, 1, 2);
	ASSERT_TRUE(stop(self));
	w = wait_of(self, self->stage->pid[0]);
	ASSERT_NE(NULL, w);
	EXPECT_TRUE(has_its_share(self, w, 1, "rqs-hog/"));
	EXPECT_FALSE(why_says(w, "idle all the while"));
}

static void spin_long(struct stage *stage)
{
	(void)stage;
	for (;;)
		;
}

static void follow_and_hog(struct stage *stage)
{
	int i;

	for (i = 0; i < 100; i++) {
		usleep(10000);
		pin_to(cpu_of(stage->pid[0]));
		spin_until(mono_ns() + stage->ns);
	}
}

/*
 * A real-time task comes in again and again, where the victim is; it takes the
 * balancer some time to see that it had better go to the other CPU.
 */
TEST_F_TIMEOUT(why, idle_elsewhere, 60)
{
	const struct tool_wait *w;
	size_t nr = 0;
	double idle;

	if (!self->cpu)
		SKIP(return, "only one CPU");
	self->stage->ns = NSEC_PER_MSEC * scale();
	actor(self->stage, 0, "rqs-victim", -1, 0, spin_long);
	actor(self->stage, 1, "rqs-hog", self->cpu, 2, follow_and_hog);
	ASSERT_TRUE(trace(self, ARGS("-w", "-T", "mono", "50us")));
	idle = idle_ns(-1);
	self->stage->at = mono_ns();
	sem_post(&self->stage->cue[0]);
	play(self->stage, 1, 1);
	idle = (idle_ns(-1) - idle) / (mono_ns() - self->stage->at);
	ASSERT_TRUE(stop(self));
	for (w = self->waits; w < self->waits + self->nr; w++) {
		if (w->tid == (uint32_t)self->stage->pid[0] &&
		    why_says(w, "; CPU") && why_says(w, " idle all the while"))
			nr++;
	}
	printf("# %zu waits with an idle CPU elsewhere; %.1f CPUs idle\n", nr, idle);
	if (!nr && idle < 0.5)
		SKIP(return, "something else keeps the other CPU busy");
	EXPECT_LT(0U, nr);
}

/* --- tasks that do not get to run ----------------------------------------- */

/* Trace a task that a hog keeps from its CPU, while it is looked at 5 times. */
static bool trace_starving(struct _test_data_why *self)
{
	struct starve *s = starve_new(self->cpu);

	if (!s)
		return false;
	/*
	 * It must be able to run, and its timers, which PREEMPT_RT leaves to a
	 * thread.
	 */
	pin_to(self->cpu - 1);
	starve_begin(s);
	/*
	 * With PREEMPT_RT threads of the kernel come in between at every tick.
	 */
	if (trace(self, ARGS("-wS", "--history", "4096", "-t", tid_of(s->victim),
			     "-T", "mono", "100ms")))
		tool_await_lines(&self->tool, 2 + 5);
	starve_release(s);
	starve_end(s);
	return stop(self);
}

/* How much of @w the history covers, in percent. */
static unsigned long covered_percent(const struct tool_wait *w)
{
	static const char covers[] = "; history covers ";
	const char *covered = strstr(w->why, covers);

	return covered ? strtoul(covered + strlen(covers), NULL, 10) : 100;
}

TEST_F_TIMEOUT(why, stalled, 60)
{
	uint64_t last_ns = 0, last_us = 0, off_us;
	bool hidden = false, named, traced;
	const struct tool_wait *w;
	size_t nr = 0;

	if (!self->cpu)
		SKIP(return, "only one CPU");
	if (!rt_throttling_off())
		SKIP(return, "real-time throttling cannot be switched off");
	traced = trace_starving(self);
	rt_throttling_on();
	ASSERT_TRUE(traced);
	for (w = self->waits; w < self->waits + self->nr; w++) {
		printf("# %llu us%s, %s\n", (unsigned long long)w->lat_us,
		       w->stalled ? ", and still" : "", w->why);
		EXPECT_LE(95U, percent_of(w, "rqs-hog/") + percent_of(w, "other"));
		/*
		 * But for what was before tracing, where the hog had not run on
		 * since.
		 */
		named = covered_percent(w) <= percent_of(w, "rqs-hog/") + 5UL;
		/* Who had the CPU until an unseen switch is not known. */
		if (*self->tool.unseen && !named)
			hidden = true;
		else
			EXPECT_TRUE(named);
		if (!w->stalled)
			continue;
		/*
		 * The same wait, a second later. When it began is told by a
		 * clock that only a tick updates there, and that gets better
		 * known.
		 */
		if (nr++) {
			off_us = 10000 * scale();
			EXPECT_LE(w->end_ns - last_ns, (w->lat_us - last_us + off_us) * 1000);
			EXPECT_GE(w->end_ns - last_ns, (w->lat_us - last_us - off_us) * 1000);
			EXPECT_LE(NSEC_PER_SEC / 2, w->end_ns - last_ns);
		}
		last_ns = w->end_ns;
		last_us = w->lat_us;
	}
	EXPECT_LE(5U, nr);
	/* And in the end as any other. */
	EXPECT_EQ(nr + 1, self->nr);
	EXPECT_FALSE(self->waits[self->nr - 1].stalled);
	if (hidden)
		SKIP(return, "a switch of the CPU went unseen");
}

/* --- which cgroup --------------------------------------------------------- */

/*
 * Of those that wait, not of those that wake or run: they are in others here.
 */
TEST_F_TIMEOUT(why, only_of_a_cgroup, 60)
{
	const struct tool_wait *w;
	size_t inside = 0, outside = 0;

	NEED_GROUP(group, NULL, "rqs-outer");
	NEED_GROUP(child, &self->group, "rqs-inner");
	self->stage->ns = NSEC_PER_SEC * scale() / 2;
	actor(self->stage, 0, "rqs-in", self->cpu, 0, spin);
	actor(self->stage, 1, "rqs-out", self->cpu, 0, spin);
	ASSERT_TRUE(cgroup_enter(&self->child, self->stage->pid[0]));
	ASSERT_TRUE(trace(self, ARGS("-w", "-g", self->group.dir, "-T", "mono", "100us")));
	sem_post(&self->stage->cue[1]);
	play(self->stage, 0, 2);
	ASSERT_TRUE(stop(self));
	for (w = self->waits; w < self->waits + self->nr; w++) {
		if (w->tid == (uint32_t)self->stage->pid[0])
			inside++;
		else
			outside++;
	}
	printf("# %zu waits of the cgroup, %zu others\n", inside, outside);
	EXPECT_WAITS(5U, inside, self->waits, self->nr, self->stage->pid[0]);
	EXPECT_EQ(0U, outside);
}

/* --- more switches than history ------------------------------------------- */

#define NR_BALLS	1000

static void serve(struct stage *stage)
{
	int i;

	sem_post(&stage->cue[0]);	/* the victim */
	for (i = 0; i < NR_BALLS; i++) {
		sem_post(&stage->cue[2]);
		sem_wait(&stage->cue[3]);
	}
}

static void serve_back(struct stage *stage)
{
	int i;

	for (i = 0; i < NR_BALLS; i++) {
		sem_post(&stage->cue[3]);
		if (i < NR_BALLS - 1)
			sem_wait(&stage->cue[2]);
	}
}

static const struct tool_wait *many_switches(struct _test_data_why *self,
					     const char *const args[])
{
	actor(self->stage, 0, "rqs-victim", self->cpu, 1, nothing);
	actor(self->stage, 1, "rqs-ping", self->cpu, 2, serve);
	actor(self->stage, 2, "rqs-pong", self->cpu, 2, serve_back);
	if (!trace(self, args))
		return NULL;
	play(self->stage, 1, 3);
	return stop(self) ? wait_of(self, self->stage->pid[0]) : NULL;
}

TEST_F(why, more_switches_than_history)
{
	const struct tool_wait *w = many_switches(self, ARGS("-w", "-T", "mono", "1ms"));
	unsigned int covered;
	const char *at;

	ASSERT_NE(NULL, w);
	at = strstr(w->why, "; history covers ");
	ASSERT_NE(NULL, at);
	covered = atoi(at + strlen("; history covers "));
	/* A CPU that stands still makes the part large in which it does so. */
	EXPECT_LE(100U, percent_of(w, "other") + covered + OFF);
	EXPECT_LE(covered, percent_of(w, "rqs-ping/") + percent_of(w, "rqs-pong/") + OFF);
	EXPECT_LT(0U, percent_of(w, "rqs-ping/"));
	EXPECT_LT(0U, percent_of(w, "rqs-pong/"));
}

TEST_F(why, more_history)
{
	const struct tool_wait *w = many_switches(self, ARGS("-w", "-T", "mono",
							     "--history", "4096", "1ms"));

	ASSERT_NE(NULL, w);
	EXPECT_FALSE(why_says(w, "; history covers "));
	EXPECT_LE(95U, percent_of(w, "rqs-ping/") + percent_of(w, "rqs-pong/"));
}

TEST_HARNESS_MAIN
