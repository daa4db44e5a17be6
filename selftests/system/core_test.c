// SPDX-License-Identifier: GPL-2.0
/*
 * Core scheduling: two CPUs of one core do not run tasks of different cookies
 * at the same time, so one of the CPUs is idle although a task waits there.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>
#include <linux/prctl.h>
#include "kselftest_harness.h"
#include "actors.h"
#include "load.h"

#define THIS_THREAD	0		/* PIDTYPE_PID of the kernel */

FIXTURE(core) {
	struct actors actors;
	int cpu, sibling;
};

/* Another CPU of the core of @cpu, or -1. */
static int sibling_of(int cpu)
{
	int first = -1, last = -1;
	char path[80];
	FILE *f;

	snprintf(path, sizeof(path),
		 "/sys/devices/system/cpu/cpu%d/topology/thread_siblings_list", cpu);
	f = fopen(path, "r");
	if (!f)
		return -1;
	/* As in 0-1 or 0,4. */
	if (fscanf(f, "%d%*[-,]%d", &first, &last) != 2)
		last = -1;
	fclose(f);
	return first == cpu ? last : first;
}

static const char *core_scheduling(void)
{
	uint64_t cookie;

	return prctl(PR_SCHED_CORE, PR_SCHED_CORE_GET, 0, THIS_THREAD, &cookie) ?
		strerror(errno) : NULL;
}

FIXTURE_SETUP(core)
{
	const char *error = core_scheduling();

	actors_begin(&self->actors);
	self->cpu = last_cpu();
	self->sibling = sibling_of(self->cpu);
	if (self->sibling < 0)
		SKIP(return, "CPU %d has no SMT sibling", self->cpu);
	if (error)
		SKIP(return, "no core scheduling here: %s", error);
}

FIXTURE_TEARDOWN(core)
{
	actors_end(&self->actors);
}

/* Gets a cookie of its own. */
static bool alone(struct stage *stage)
{
	(void)stage;
	return !prctl(PR_SCHED_CORE, PR_SCHED_CORE_CREATE, 0, THIS_THREAD, 0);
}

static bool alone_and_fifo(struct stage *stage)
{
	return alone(stage) && set_fifo(50);
}

#define BURST		(50 * NSEC_PER_MSEC)

/* Leaves no doubt whose turn it is: real-time, and half of the time. */
static void bursts(void)
{
	for (;;) {
		spin_until(mono_ns() + BURST);
		usleep(BURST / 1000);
	}
}

static void naps(void)
{
	for (;;)
		usleep(5000);
}

/*
 * Trace the waits of a task that plays @part, with a cookie, beside one with
 * another cookie that has the core in bursts.
 */
static bool trace_held(struct _test_data_core *self, void (*part)(void))
{
	pid_t pid = actor(&self->actors, "rqs-held", self->cpu, alone, part);

	actor(&self->actors, "rqs-holder", self->sibling, alone_and_fifo, bursts);
	return actors_trace(&self->actors, 10, ARGS("-w", "-T", "mono", "-t", tid_of(pid),
						    "25000"));
}

/* The shares of all waits that begin with @text, in percent of all waits. */
static double percent_of_all(const struct actors *a, const char *text)
{
	double all = 0, part = 0;
	size_t i;

	for (i = 0; i < a->nr_waits; i++) {
		all += a->waits[i].lat_us * 1e3;
		part += ns_of(&a->waits[i], text);
	}
	printf("# %.1f ms, %.1f ms of it %s\n", all / 1e6, part / 1e6, text);
	return 100 * part / all;
}

/* The tool and the test run on these two CPUs, too, and emulated CPUs stop. */
#define EXPECT_HELD(from)							\
do {										\
	show_waits(&self->actors);						\
	EXPECT_FALSE(self->actors.stage->refused);				\
	EXPECT_LT(50, percent_of_all(&self->actors, "forced idle"));		\
	EXPECT_GT(25, percent_of_all(&self->actors, "idle"));			\
	EXPECT_LE(self->actors.nr_waits / 2, nr_from(&self->actors, from));	\
	EXPECT_EQ(NULL, strstr(self->actors.tool.out, "idle all the while"));	\
} while (0)

/* Its CPU is switched to idle while the task is queued. */
TEST_F(core, a_task_that_is_preempted)
{
	EXPECT_TRUE(trace_held(self, spins));
	EXPECT_HELD("preempted");
}

/* Its CPU is idle already, and remains so without a switch. */
TEST_F(core, a_task_that_is_woken)
{
	EXPECT_TRUE(trace_held(self, naps));
	EXPECT_HELD("woken");
}

static void sleeps(void)
{
	for (;;)
		pause();
}

/*
 * Nothing is forced where the tasks of a CPU keep one another waiting, and the
 * sibling runs tasks of the same cookie, which is none. That somebody has one
 * switches core scheduling on.
 */
TEST_F(core, a_task_that_shares_its_cpu)
{
	pid_t pid = actor(&self->actors, "rqs-spins", self->cpu, NULL, spins);

	actor(&self->actors, "rqs-other", self->cpu, NULL, spins);
	actor(&self->actors, "rqs-sleeps", self->sibling, alone, sleeps);
	EXPECT_TRUE(actors_trace(&self->actors, 20, ARGS("-w", "-T", "mono", "-t", tid_of(pid),
							 "2000")));
	show_waits(&self->actors);
	EXPECT_FALSE(self->actors.stage->refused);
	EXPECT_LT(40, percent_of_all(&self->actors, "rqs-other/"));
	EXPECT_GT(50, percent_of_all(&self->actors, "forced idle"));
}

TEST_HARNESS_MAIN
