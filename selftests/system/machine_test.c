// SPDX-License-Identifier: GPL-2.0
/*
 * What a machine may do while the tool traces: take a CPU away and give it back
 * under each option, and set the wall clock. In virtual machines only, because
 * the machine is not the test's alone.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "kselftest_harness.h"
#include "load.h"
#include "tool.h"

#define NR_BUSY		3
#define HOUR		3600

static const char metrics[] = "/tmp/rqs-machine.prom";

FIXTURE(machine) {
	pid_t busy[NR_BUSY];
	int cpu;			/* the last one */
	struct tool tool;
};

/* A child of that name that keeps a CPU busy, @cpu if that is not -1. */
static pid_t spinner(const char *name, int cpu, uint64_t ns)
{
	pid_t pid = fork();

	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		set_name(name);
		if (cpu >= 0 && !pin_to(cpu))
			_exit(1);
		spin_until(mono_ns() + ns);
		_exit(0);
	}
	return pid;
}

FIXTURE_SETUP(machine)
{
	int i;

	if (!getenv("RUNQSLOWER_TEST_CLOCK"))
		SKIP(return, "changes the machine: in virtual machines only");
	self->cpu = last_cpu();
	for (i = 0; i < NR_BUSY; i++)
		self->busy[i] = spinner("rqs-busy", -1, HOUR * NSEC_PER_SEC);
}

static bool set_online(int cpu, bool online)
{
	char path[64];
	bool ok;
	FILE *f;

	snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%d/online", cpu);
	f = fopen(path, "w");
	if (!f)
		return false;
	ok = fputs(online ? "1" : "0", f) >= 0;
	return !fclose(f) && ok;
}

FIXTURE_TEARDOWN(machine)
{
	int i;

	for (i = 0; i < NR_BUSY; i++) {
		if (self->busy[i] <= 0)
			continue;
		kill(self->busy[i], SIGKILL);
		waitpid(self->busy[i], NULL, 0);
	}
	if (self->cpu)
		set_online(self->cpu, true);
	unlink(metrics);
}

/* Two tasks wait for each other on @cpu; false if they may not be there. */
static bool contend(int cpu)
{
	uint64_t ns = NSEC_PER_SEC / 3;
	pid_t one = spinner("rqs-back", cpu, ns), other = spinner("rqs-back", cpu, ns);
	int failed = 0, status;

	waitpid(one, &status, 0);
	failed |= status;
	waitpid(other, &status, 0);
	return !(failed | status);
}

static void take_cpu(struct __test_metadata *_metadata, struct _test_data_machine *self,
		     const char *const args[])
{
	int i;

	printf("#");
	for (i = 0; args[i]; i++)
		printf(" %s", args[i]);
	printf("\n");
	tool_spawn(&self->tool, TOOL, args);
	ASSERT_TRUE(tool_await_lines(&self->tool, 1));
	ASSERT_TRUE(set_online(self->cpu, false));
	spin_until(mono_ns() + NSEC_PER_SEC / 3);
	ASSERT_TRUE(set_online(self->cpu, true));
	EXPECT_TRUE(contend(self->cpu));
	EXPECT_EQ(0, tool_stop(&self->tool));
	EXPECT_STREQ("", self->tool.err);
	/* These name nobody. */
	if (strcmp(args[0], "-H") && strcmp(args[0], "--metrics"))
		EXPECT_NE(NULL, strstr(self->tool.out, "rqs-back"));
	tool_free(&self->tool);
}

TEST_F_TIMEOUT(machine, a_cpu_goes_and_comes, 300)
{
	if (!self->cpu || !set_online(self->cpu, true))
		SKIP(return, "no CPU that can be taken away");
	take_cpu(_metadata, self, ARGS("1ms"));
	take_cpu(_metadata, self, ARGS("-w", "1ms"));
	take_cpu(_metadata, self, ARGS("-wWPj", "-S50ms", "1ms"));
	take_cpu(_metadata, self, ARGS("-s", "1ms"));
	take_cpu(_metadata, self, ARGS("-H", "0"));
	take_cpu(_metadata, self, ARGS("--stack", "-o", "csv", "1ms"));
	take_cpu(_metadata, self, ARGS("--metrics", metrics, "1ms"));
	take_cpu(_metadata, self, ARGS("--trace", "/dev/null", "1ms"));
	if (notes_queueing())
		take_cpu(_metadata, self, ARGS("--light", "1ms"));
}

static bool set_wall_clock(int ahead)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	ts.tv_sec += ahead;
	return !clock_settime(CLOCK_REALTIME, &ts);
}

/* How far the time of the last line of @out is from the present, in s. */
static double age_of_last(const char *out)
{
	const char *last = out, *line;
	struct timespec now;

	for (line = out; (line = strstr(line, "rqs-back")); line++)
		last = line;
	while (last > out && last[-1] != '\n')
		last--;
	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec + now.tv_nsec / 1e9 - atof(last);
}

TEST_F(machine, times_are_of_the_wall_clock_as_it_is)
{
	double age;

	ASSERT_TRUE(tool_start(&self->tool, TOOL, ARGS("-T", "unix", "1ms")));
	ASSERT_TRUE(contend(self->cpu));
	ASSERT_TRUE(set_wall_clock(HOUR));
	ASSERT_TRUE(contend(self->cpu));
	EXPECT_EQ(0, tool_stop(&self->tool));
	age = age_of_last(self->tool.out);
	ASSERT_TRUE(set_wall_clock(-HOUR));
	printf("# the last line is %.1f s old\n", age);
	EXPECT_GT(HOUR / 2, age);
	EXPECT_LT(-1, age);
	tool_free(&self->tool);
}

/* How long it traces, and when it prints, is not the wall clock's. */
TEST_F(machine, intervals_are_not_of_the_wall_clock)
{
	uint64_t begin = mono_ns();
	const char *s;
	int nr = 0;

	tool_spawn(&self->tool, TOOL, ARGS("-s", "-i", "500ms", "-d", "2", "1ms"));
	ASSERT_TRUE(tool_await_lines(&self->tool, 1));
	ASSERT_TRUE(set_wall_clock(HOUR));
	ASSERT_TRUE(contend(self->cpu));
	ASSERT_TRUE(set_wall_clock(-2 * HOUR));
	EXPECT_EQ(0, tool_wait(&self->tool));
	ASSERT_TRUE(set_wall_clock(HOUR));
	EXPECT_LE(2 * NSEC_PER_SEC, mono_ns() - begin);
	EXPECT_STREQ("", self->tool.err);
	for (s = self->tool.out; (s = strstr(s, "WAITED MOST")); s++)
		nr++;
	printf("# %d intervals\n", nr);
	EXPECT_LE(3, nr);
	EXPECT_GE(5, nr);
	tool_free(&self->tool);
}

TEST_HARNESS_MAIN
