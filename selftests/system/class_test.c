// SPDX-License-Identifier: GPL-2.0
/*
 * Why tasks wait that are not fair, or that a task of another class keeps
 * waiting: what -w says of schedules that are known.
 */
#include <fcntl.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "cgroup.h"
#include "kselftest_harness.h"
#include "load.h"
#include "tool.h"

#define MAX_ACTORS	4

/* What is shared with the processes of a test. */
struct stage {
	sem_t ready;			/* posted by each actor */
	sem_t cue;			/* for all of them */
	struct cgroup group;		/* where rt_in_group() goes */
	bool refused;			/* an actor may not be what it is to be */
};

FIXTURE(class) {
	struct stage *stage;
	pid_t pid[MAX_ACTORS];
	int nr;
	struct tool tool;
	struct tool_wait *waits;
	size_t nr_waits;
	bool has_group;
	int cpu;
};

FIXTURE_SETUP(class)
{
	self->cpu = last_cpu();
	self->stage = mmap(NULL, sizeof(*self->stage), PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ASSERT_TRUE(self->stage != MAP_FAILED);
	sem_init(&self->stage->ready, 1, 0);
	sem_init(&self->stage->cue, 1, 0);
}

static void end_actors(struct _test_data_class *self)
{
	while (self->nr) {
		kill(self->pid[--self->nr], SIGKILL);
		waitpid(self->pid[self->nr], NULL, 0);
	}
}

FIXTURE_TEARDOWN(class)
{
	end_actors(self);
	if (self->has_group)
		cgroup_delete(&self->stage->group);
	munmap(self->stage, sizeof(*self->stage));
	free(self->waits);
	tool_free(&self->tool);
}

/*
 * Start a process with this name, pinned to @cpu unless that is negative. It is
 * made what it is to be by @becomes, and plays @part when there is a cue.
 */
static pid_t actor(struct _test_data_class *self, const char *name, int cpu,
		   bool (*becomes)(struct stage *stage), void (*part)(void))
{
	struct stage *stage = self->stage;
	pid_t pid = fork();

	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		set_name(name);
		if (cpu >= 0)
			pin_to(cpu);
		stage->refused |= becomes && !becomes(stage);
		sem_post(&stage->ready);
		sem_wait(&stage->cue);
		part();
		for (;;)
			pause();
	}
	self->pid[self->nr++] = pid;
	while (sem_wait(&stage->ready))
		;
	return pid;
}

#define HEADER_LINES	2

/* Trace while all actors play, until the tool has printed @waits. */
static bool trace(struct _test_data_class *self, size_t waits, const char *const args[])
{
	bool traces = tool_start(&self->tool, TOOL, args);
	int i, code;

	for (i = 0; i < self->nr; i++)
		sem_post(&self->stage->cue);
	traces = traces && tool_await_lines(&self->tool, HEADER_LINES + waits);
	code = traces ? tool_stop(&self->tool) : tool_wait(&self->tool);
	end_actors(self);
	self->waits = parse_waits(self->tool.out, &self->nr_waits);
	if (code || *self->tool.err || !self->waits)
		printf("# exit %d, stderr '%s'\n", code, self->tool.err);
	return !code && !*self->tool.err && self->waits;
}

static const char *tid_of(pid_t pid)
{
	static char buf[16];

	snprintf(buf, sizeof(buf), "%d", pid);
	return buf;
}

/* How many waits have a share that begins with @text of at least @percent. */
static size_t nr_with(struct _test_data_class *self, const char *text, unsigned int percent)
{
	size_t nr = 0, i;

	for (i = 0; i < self->nr_waits; i++)
		nr += percent_of(&self->waits[i], text) >= percent;
	return nr;
}

static size_t nr_from(struct _test_data_class *self, const char *from)
{
	size_t nr = 0, i;

	for (i = 0; i < self->nr_waits; i++)
		nr += !strcmp(self->waits[i].from, from);
	return nr;
}

static void show(struct _test_data_class *self)
{
	size_t i;

	for (i = 0; i < self->nr_waits && i < 8; i++)
		printf("# %s %llu us %s %s\n", self->waits[i].comm,
		       (unsigned long long)self->waits[i].lat_us, self->waits[i].from,
		       self->waits[i].why);
}

/* All but a few: the machine has work of its own, some of it unseen. */
#define MOST(nr)	((nr) - (nr) / 4)

static void spins(void)
{
	for (;;)
		;
}

static void yields(void)
{
	for (;;)
		sched_yield();
}

/* --- deadline ------------------------------------------------------------- */

#define PERIOD		(100 * NSEC_PER_MSEC)

/* struct sched_attr of linux/sched/types.h, which does not go with sched.h. */
struct deadline {
	uint32_t size, policy;
	uint64_t flags;
	int32_t nice;
	uint32_t priority;
	uint64_t runtime, deadline, period;
};

static bool deadline(struct stage *stage)
{
	struct deadline attr = {
		.size = sizeof(attr), .policy = SCHED_DEADLINE,
		.runtime = 10 * NSEC_PER_MSEC, .deadline = PERIOD, .period = PERIOD,
	};

	(void)stage;
	return !syscall(SYS_sched_setattr, 0, &attr, 0);
}

#define SKIP_REFUSED(what)	do {						\
	if (self->stage->refused)						\
		SKIP(return, "no " what " here");				\
} while (0)

/* An innocent spins beside it, on each CPU. */
TEST_F(class, budget_used_up)
{
	pid_t pid = actor(self, "rqs-deadline", -1, deadline, spins);
	int cpu;

	SKIP_REFUSED("deadline tasks");
	for (cpu = 0; cpu < 2; cpu++)
		actor(self, "rqs-innocent", cpu ? self->cpu : 0, NULL, spins);
	EXPECT_TRUE(trace(self, 10, ARGS("-w", "-T", "mono", "-t", tid_of(pid), "40000")));
	show(self);
	EXPECT_LE(MOST(self->nr_waits), nr_with(self, "deadline", 90));
	EXPECT_LE(MOST(self->nr_waits), nr_from(self, "throttled"));
	EXPECT_EQ(0, nr_with(self, "rqs-innocent", 50));
	EXPECT_EQ(0, nr_with(self, "idle", 50));
}

static void deadline_yields(void)
{
	for (;;) {
		spin_until(mono_ns() + NSEC_PER_MSEC);
		sched_yield();
	}
}

/* What it sleeps until its next period is no wait. */
TEST_F(class, deadline_yield_is_no_wait)
{
	pid_t pid = actor(self, "rqs-deadline", -1, deadline, deadline_yields);

	SKIP_REFUSED("deadline tasks");
	sem_post(&self->stage->cue);
	EXPECT_EQ(0, tool_run(&self->tool, ARGS("-T", "mono", "-d", "2", "-t", tid_of(pid),
						"60000")));
	self->waits = parse_waits(self->tool.out, &self->nr_waits);
	EXPECT_EQ(0, self->nr_waits);
	show(self);
}

/* --- real-time ------------------------------------------------------------ */

static bool fifo_50(struct stage *stage)
{
	(void)stage;
	return set_fifo(50);
}

TEST_F(class, who_outranks)
{
	pid_t pid = actor(self, "rqs-victim", self->cpu, NULL, spins);

	actor(self, "rqs-fifo", self->cpu, fifo_50, spins);
	SKIP_REFUSED("real-time tasks");
	EXPECT_TRUE(trace(self, 1, ARGS("-w", "-T", "mono", "-S100ms", "-t", tid_of(pid),
					"20000")));
	show(self);
	EXPECT_LE(1, nr_with(self, "rqs-fifo", 60));
	EXPECT_NE(NULL, strstr(self->tool.out, " (fifo 50)"));
}

/* Do the kernel's types have a member or a struct of this name? */
static bool btf_has(const char *name)
{
	int fd = open("/sys/kernel/btf/vmlinux", O_RDONLY);
	struct stat st;
	size_t len = 0;
	ssize_t part;
	char *types;
	bool has;

	if (fd < 0 || fstat(fd, &st))
		return false;
	types = malloc(st.st_size);
	while ((part = read(fd, types + len, st.st_size - len)) > 0)
		len += part;
	close(fd);
	has = memmem(types, len, name, strlen(name) + 1);
	free(types);
	return has;
}

/* The share of a second that is not for real-time tasks: who has it? */
TEST_F(class, limit_of_all_rt_tasks)
{
	bool has_server = btf_has("fair_server");
	pid_t pid;

	actor(self, "rqs-fair", self->cpu, NULL, spins);
	pid = actor(self, "rqs-fifo", self->cpu, fifo_50, spins);
	SKIP_REFUSED("real-time tasks");
	EXPECT_TRUE(trace(self, 3, ARGS("-w", "-T", "mono", "-t", tid_of(pid), "30000")));
	show(self);
	if (has_server) {
		EXPECT_LE(1, nr_with(self, "rqs-fair", 60));
		EXPECT_NE(NULL, strstr(self->tool.out, " (fair server)"));
		return;
	}
	EXPECT_LE(1, nr_with(self, "rt limit", 60));
	EXPECT_LE(1, nr_from(self, "throttled"));
	EXPECT_EQ(0, nr_with(self, "rqs-fair", 50));
}

static bool rt_limit(const struct cgroup *g, const char *runtime_us)
{
	char path[2 * PATH_MAX];
	FILE *f;

	snprintf(path, sizeof(path), "%s/cpu.rt_runtime_us", g->dir);
	f = fopen(path, "w");
	return f && fputs(runtime_us, f) >= 0 && !fclose(f);
}

static bool rt_in_group(struct stage *stage)
{
	return cgroup_enter(&stage->group, 0) && set_fifo(50);
}

/* 200 of 1000 ms, and an innocent beside it. */
TEST_F(class, limit_of_an_rt_group)
{
	char text[PATH_MAX + 16];
	pid_t pid;

	self->has_group = cgroup_new(&self->stage->group, NULL, "rqs-rt");
	if (!self->has_group || !rt_limit(&self->stage->group, "200000"))
		SKIP(return, "no real-time groups here");
	pid = actor(self, "rqs-fifo", self->cpu, rt_in_group, spins);
	SKIP_REFUSED("real-time tasks");
	actor(self, "rqs-innocent", self->cpu, NULL, spins);
	EXPECT_TRUE(trace(self, 3, ARGS("-w", "-T", "mono", "-t", tid_of(pid), "100000")));
	show(self);
	snprintf(text, sizeof(text), "rt limit %s", self->stage->group.name);
	EXPECT_LE(MOST(self->nr_waits), nr_with(self, text, 90));
	EXPECT_LE(MOST(self->nr_waits), nr_from(self, "throttled"));
}

/* --- sched_yield() -------------------------------------------------------- */

TEST_F(class, yielded)
{
	pid_t pid = actor(self, "rqs-yields", self->cpu, NULL, yields);

	actor(self, "rqs-spins", self->cpu, NULL, spins);
	EXPECT_TRUE(trace(self, 20, ARGS("-w", "-T", "mono", "-t", tid_of(pid), "500")));
	if (strstr(self->tool.limits, "yielded"))
		SKIP(return, "this kernel does not tell");
	show(self);
	EXPECT_LE(MOST(self->nr_waits), nr_from(self, "yielded"));
}

TEST_F(class, preempted_is_not_yielded)
{
	pid_t pid = actor(self, "rqs-spins", self->cpu, NULL, spins);

	actor(self, "rqs-others", self->cpu, NULL, spins);
	EXPECT_TRUE(trace(self, 20, ARGS("-w", "-T", "mono", "-t", tid_of(pid), "500")));
	EXPECT_LE(MOST(self->nr_waits), nr_from(self, "preempted"));
	EXPECT_EQ(0, nr_from(self, "yielded"));
}

/* --- names ---------------------------------------------------------------- */

static void becomes_another(void)
{
	set_name("rqs-before");
	spin_until(mono_ns() + 20 * NSEC_PER_MSEC);
	set_name("rqs-after");
	spin_until(mono_ns() + 60 * NSEC_PER_MSEC);
	set_name("rqs-later");
}

/* Exec gives a new name in the same way. */
TEST_F(class, a_culprit_that_changes_its_name)
{
	pid_t pid = actor(self, "rqs-victim", self->cpu, NULL, spins);

	actor(self, "rqs-fifo", self->cpu, fifo_50, becomes_another);
	SKIP_REFUSED("real-time tasks");
	EXPECT_TRUE(trace(self, 1, ARGS("-w", "-T", "mono", "-t", tid_of(pid), "50000")));
	show(self);
	EXPECT_LE(1, nr_with(self, "rqs-after", 60) + nr_with(self, "rqs-later", 60));
}

/* --- idle CPUs ------------------------------------------------------------ */

/* The time that all CPUs but @except have been idle, in ticks of USER_HZ. */
static unsigned long long idle_ticks(int except)
{
	unsigned long long idle, sum = 0;
	FILE *f = fopen("/proc/stat", "r");
	char line[512];
	int cpu;

	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "cpu%d %*u %*u %*u %llu", &cpu, &idle) == 2 && cpu != except)
			sum += idle;
	}
	if (f)
		fclose(f);
	return sum;
}

TEST_F(class, idle_but_not_allowed)
{
	unsigned long long ticks, ns;
	pid_t pid = actor(self, "rqs-victim", self->cpu, NULL, spins);
	char text[64];

	if (!self->cpu)
		SKIP(return, "one CPU is all there is");
	actor(self, "rqs-other", self->cpu, NULL, spins);
	ticks = idle_ticks(self->cpu);
	ns = mono_ns();
	EXPECT_TRUE(trace(self, 100, ARGS("-w", "-T", "mono", "-t", tid_of(pid), "1000")));
	ticks = idle_ticks(self->cpu) - ticks;
	ns = mono_ns() - ns;
	if (ticks < ns * sysconf(_SC_CLK_TCK) / NSEC_PER_SEC / 2)
		SKIP(return, "the other CPUs are busy");
	snprintf(text, sizeof(text), " idle, but not allowed (%d)", self->cpu);
	if (!strstr(self->tool.out, text))
		show(self);
	EXPECT_NE(NULL, strstr(self->tool.out, text));
	EXPECT_EQ(NULL, strstr(self->tool.out, "idle all the while"));
}

TEST_HARNESS_MAIN
