// SPDX-License-Identifier: GPL-2.0
/*
 * Why tasks wait that are not fair, or that a task of another class keeps
 * waiting: what -w says of schedules that are known.
 */
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <bpf/libbpf.h>
#include <scx.skel.h>
#include "kselftest_harness.h"
#include "actors.h"
#include "load.h"

FIXTURE(class) {
	struct actors actors;
	int cpu;
};

FIXTURE_SETUP(class)
{
	actors_begin(&self->actors);
	self->cpu = last_cpu();
}

FIXTURE_TEARDOWN(class)
{
	actors_end(&self->actors);
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
	if (self->actors.stage->refused)						\
		SKIP(return, "no " what " here");				\
} while (0)

/* An innocent spins beside it, on each CPU. */
TEST_F(class, budget_used_up)
{
	pid_t pid = actor(&self->actors, "rqs-deadline", -1, deadline, spins);
	int cpu;

	SKIP_REFUSED("deadline tasks");
	for (cpu = 0; cpu < 2; cpu++)
		actor(&self->actors, "rqs-innocent", cpu ? self->cpu : 0, NULL, spins);
	EXPECT_TRUE(actors_trace(&self->actors, 10, ARGS("-w", "-T", "mono", "-t", tid_of(pid), "40000")));
	show_waits(&self->actors);
	EXPECT_LE(MOST(self->actors.nr_waits), nr_with(&self->actors, "deadline", 90));
	EXPECT_LE(MOST(self->actors.nr_waits), nr_from(&self->actors, "throttled"));
	EXPECT_EQ(0, nr_with(&self->actors, "rqs-innocent", 50));
	EXPECT_EQ(0, nr_with(&self->actors, "idle", 50));
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
	pid_t pid = actor(&self->actors, "rqs-deadline", -1, deadline, deadline_yields);

	SKIP_REFUSED("deadline tasks");
	sem_post(&self->actors.stage->cue);
	EXPECT_EQ(0, tool_run(&self->actors.tool, ARGS("-T", "mono", "-d", "2", "-t", tid_of(pid),
						"60000")));
	self->actors.waits = parse_waits(self->actors.tool.out, &self->actors.nr_waits);
	/*
	 * Of 20 periods. A machine that stands still uses up the budget, and
	 * then it does wait.
	 */
	EXPECT_GE(4, self->actors.nr_waits);
	show_waits(&self->actors);
}

/* --- real-time ------------------------------------------------------------ */

static bool fifo_50(struct stage *stage)
{
	(void)stage;
	return set_fifo(50);
}

TEST_F(class, who_outranks)
{
	pid_t pid = actor(&self->actors, "rqs-victim", self->cpu, NULL, spins);

	actor(&self->actors, "rqs-fifo", self->cpu, fifo_50, spins);
	SKIP_REFUSED("real-time tasks");
	self->actors.aside = true;
	/*
	 * A line each 100 ms, and for more than a second, because the limit of
	 * real-time tasks ends the first wait: a kernel may hide the switch
	 * that begins one.
	 */
	EXPECT_TRUE(actors_trace(&self->actors, 14, ARGS("-w", "-T", "mono", "-S100ms", "-t", tid_of(pid),
					"20000")));
	show_waits(&self->actors);
	EXPECT_LE(1, nr_with(&self->actors, "rqs-fifo", 60));
	EXPECT_NE(NULL, strstr(self->actors.tool.out, " (fifo 50)"));
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

/*
 * Lets the kernel's own real-time threads run beside it: on PREEMPT_RT much
 * hangs on these, what wakes the tool, too.
 */
static bool rr_1(struct stage *stage)
{
	const struct sched_param param = { .sched_priority = 1 };

	(void)stage;
	return !sched_setscheduler(0, SCHED_RR, &param);
}

/* The share of a second that is not for real-time tasks: who has it? */
TEST_F(class, limit_of_all_rt_tasks)
{
	bool has_server = btf_has("fair_server");
	pid_t pid;

	if (!has_server && !rt_is_throttled())
		SKIP(return, "the limit of real-time tasks is off");
	actor(&self->actors, "rqs-fair", self->cpu, NULL, spins);
	pid = actor(&self->actors, "rqs-rr", self->cpu, rr_1, spins);
	SKIP_REFUSED("real-time tasks");
	self->actors.aside = true;
	EXPECT_TRUE(actors_trace(&self->actors, 3, ARGS("-w", "-T", "mono", "-t", tid_of(pid), "30000")));
	show_waits(&self->actors);
	if (has_server) {
		EXPECT_LE(1, nr_with(&self->actors, "rqs-fair", 60));
		EXPECT_NE(NULL, strstr(self->actors.tool.out, " (fair server)"));
		return;
	}
	EXPECT_LE(1, nr_with(&self->actors, "rt limit", 60));
	EXPECT_LE(1, nr_from(&self->actors, "throttled"));
	EXPECT_EQ(0, nr_with(&self->actors, "rqs-fair", 50));
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
	return cgroup_enter(stage->groups, 0) && set_fifo(50);
}

/* 200 of 1000 ms, and an innocent beside it. */
TEST_F(class, limit_of_an_rt_group)
{
	char text[PATH_MAX + 16];
	struct cgroup *group;
	pid_t pid;

	if (!rt_is_throttled())
		SKIP(return, "the limit of real-time tasks is off");
	group = actors_group(&self->actors, NULL, "rqs-rt");
	if (!group || !rt_limit(group, "200000"))
		SKIP(return, "no real-time groups here");
	pid = actor(&self->actors, "rqs-fifo", self->cpu, rt_in_group, spins);
	SKIP_REFUSED("real-time tasks");
	self->actors.aside = true;
	actor(&self->actors, "rqs-innocent", self->cpu, NULL, spins);
	EXPECT_TRUE(actors_trace(&self->actors, 3, ARGS("-w", "-T", "mono", "-t", tid_of(pid), "100000")));
	show_waits(&self->actors);
	snprintf(text, sizeof(text), "rt limit %s", group->name);
	EXPECT_LE(MOST(self->actors.nr_waits), nr_with(&self->actors, text, 90));
	EXPECT_LE(MOST(self->actors.nr_waits), nr_from(&self->actors, "throttled"));
}

/* --- sched_ext ------------------------------------------------------------ */

static int no_messages(enum libbpf_print_level level, const char *format, va_list args)
{
	(void)level;
	(void)format;
	(void)args;
	return 0;
}

/*
 * Load a scheduler, with its own queues for each CPU (@local) or with one for
 * all. NULL if that is not possible here; ended by scheduler_end().
 */
static struct scx_bpf *scheduler(bool local)
{
	struct scx_bpf *skel;
	struct bpf_map *map;

	libbpf_set_print(no_messages);
	skel = scx_bpf__open();
	if (!skel)
		return NULL;
	bpf_map__set_autocreate(skel->maps.global_queue, !local);
	bpf_map__set_autocreate(skel->maps.local_queues, local);
	bpf_program__set_autoload(skel->progs.local_enqueue, local);
	map = local ? skel->maps.local_queues : skel->maps.global_queue;
	if (!scx_bpf__load(skel)) {
		skel->links.global_queue = bpf_map__attach_struct_ops(map);
		if (skel->links.global_queue)
			return skel;
	}
	scx_bpf__destroy(skel);
	return NULL;
}

static void scheduler_end(struct scx_bpf *skel)
{
	scx_bpf__destroy(skel);
}

/* Two tasks that are to share a CPU, by a scheduler. */
static bool trace_two(struct _test_data_class *self)
{
	pid_t pid = actor(&self->actors, "rqs-spins", self->cpu, NULL, spins);

	actor(&self->actors, "rqs-other", self->cpu, NULL, spins);
	return actors_trace(&self->actors, 20, ARGS("-w", "-T", "mono", "-t", tid_of(pid),
						    "3000"));
}

/* Nobody is to blame but the scheduler, which keeps the task in its queue. */
TEST_F(class, sched_ext_with_a_global_queue)
{
	struct scx_bpf *skel = scheduler(false);
	bool traced;

	if (!skel)
		SKIP(return, "no sched_ext here");
	traced = trace_two(self);
	scheduler_end(skel);
	EXPECT_TRUE(traced);
	show_waits(&self->actors);
	EXPECT_LE(MOST(self->actors.nr_waits), nr_with(&self->actors, "sched_ext rqs_global", 90));
}

/* In the queue of a CPU a task waits for who has the CPU. */
TEST_F(class, sched_ext_with_local_queues)
{
	struct scx_bpf *skel = scheduler(true);
	bool traced;

	if (!skel)
		SKIP(return, "no sched_ext here that takes this scheduler");
	traced = trace_two(self);
	scheduler_end(skel);
	EXPECT_TRUE(traced);
	show_waits(&self->actors);
	EXPECT_LE(MOST(self->actors.nr_waits), nr_with(&self->actors, "rqs-other/", 50));
	EXPECT_EQ(0, nr_with(&self->actors, "sched_ext", 10));
}

TEST_F(class, after_a_scheduler_has_gone)
{
	struct scx_bpf *skel = scheduler(false);

	if (!skel)
		SKIP(return, "no sched_ext here");
	scheduler_end(skel);
	EXPECT_TRUE(trace_two(self));
	EXPECT_LE(MOST(self->actors.nr_waits), nr_with(&self->actors, "rqs-other/", 50));
	EXPECT_EQ(0, nr_with(&self->actors, "sched_ext", 10));
}

/* --- sched_yield() -------------------------------------------------------- */

TEST_F(class, yielded)
{
	pid_t pid = actor(&self->actors, "rqs-yields", self->cpu, NULL, yields);

	actor(&self->actors, "rqs-spins", self->cpu, NULL, spins);
	EXPECT_TRUE(actors_trace(&self->actors, 20, ARGS("-w", "-T", "mono", "-t", tid_of(pid), "500")));
	if (strstr(self->actors.tool.limits, "yielded"))
		SKIP(return, "this kernel does not tell");
	show_waits(&self->actors);
	EXPECT_LE(MOST(self->actors.nr_waits), nr_from(&self->actors, "yielded"));
}

TEST_F(class, preempted_is_not_yielded)
{
	pid_t pid = actor(&self->actors, "rqs-spins", self->cpu, NULL, spins);

	actor(&self->actors, "rqs-others", self->cpu, NULL, spins);
	EXPECT_TRUE(actors_trace(&self->actors, 20, ARGS("-w", "-T", "mono", "-t", tid_of(pid), "500")));
	EXPECT_LE(MOST(self->actors.nr_waits), nr_from(&self->actors, "preempted"));
	EXPECT_EQ(0, nr_from(&self->actors, "yielded"));
}

/* --- names ---------------------------------------------------------------- */

static void becomes_another(void)
{
	for (;;) {
		set_name("rqs-before");
		spin_until(mono_ns() + 20 * NSEC_PER_MSEC);
		set_name("rqs-after");
		spin_until(mono_ns() + 60 * NSEC_PER_MSEC);
		usleep(50000);
	}
}

/* Exec gives a new name in the same way. */
static bool in_group(struct stage *stage)
{
	return cgroup_enter(stage->groups, 0);
}

static bool nice_in_group(struct stage *stage)
{
	return in_group(stage) && !setpriority(PRIO_PROCESS, 0, 19);
}

/* It asks for less than the other one of its group, and gets that. */
TEST_F(class, nice)
{
	const struct tool_wait *w;
	size_t nr = 0;
	pid_t pid;

	if (!actors_group(&self->actors, NULL, "rqs-weights"))
		SKIP(return, "no cgroups of the cpu controller here");
	pid = actor(&self->actors, "rqs-nice", self->cpu, nice_in_group, spins);
	actor(&self->actors, "rqs-hog", self->cpu, in_group, spins);
	SKIP_REFUSED("nice tasks");
	EXPECT_TRUE(actors_trace(&self->actors, 5, ARGS("-w", "-T", "mono", "-t", tid_of(pid), "5000")));
	show_waits(&self->actors);
	/* Others may have their part in each wait. */
	EXPECT_LE(MOST(self->actors.nr_waits), nr_with(&self->actors, "rqs-hog", 10));
	for (w = self->actors.waits; w < self->actors.waits + self->actors.nr_waits; w++)
		nr += why_says(w, "; nice 19");
	EXPECT_LE(MOST(self->actors.nr_waits), nr);
}

TEST_F(class, a_culprit_that_changes_its_name)
{
	pid_t pid = actor(&self->actors, "rqs-victim", self->cpu, NULL, spins);

	actor(&self->actors, "rqs-fifo", self->cpu, fifo_50, becomes_another);
	SKIP_REFUSED("real-time tasks");
	self->actors.aside = true;
	EXPECT_TRUE(actors_trace(&self->actors, 3, ARGS("-w", "-T", "mono", "-t", tid_of(pid),
						       "50000")));
	show_waits(&self->actors);
	EXPECT_LE(1, nr_with(&self->actors, "rqs-after", 60));
	EXPECT_EQ(0, nr_with(&self->actors, "rqs-before", 20));
}

/* --- idle CPUs ------------------------------------------------------------ */

TEST_F(class, idle_but_not_allowed)
{
	uint64_t idle, ns;
	pid_t pid = actor(&self->actors, "rqs-victim", self->cpu, NULL, spins);
	char text[64];

	if (!self->cpu)
		SKIP(return, "one CPU is all there is");
	actor(&self->actors, "rqs-other", self->cpu, NULL, spins);
	/*
	 * With the tool there, too, because the tool wakes up in each wait, and
	 * would keep no other CPU idle all the while.
	 */
	pin_to(self->cpu);
	idle = idle_ns(self->cpu);
	ns = mono_ns();
	EXPECT_TRUE(actors_trace(&self->actors, 100, ARGS("-w", "-T", "mono", "-t", tid_of(pid), "1000")));
	idle = idle_ns(self->cpu) - idle;
	ns = mono_ns() - ns;
	snprintf(text, sizeof(text), " idle, but not allowed (%d)", self->cpu);
	if (!strstr(self->actors.tool.out, text)) {
		show_waits(&self->actors);
		/* No wait has a CPU that is idle all the while then. */
		if (idle < ns * 0.95)
			SKIP(return, "the other CPUs are busy");
	}
	EXPECT_NE(NULL, strstr(self->actors.tool.out, text));
	EXPECT_EQ(NULL, strstr(self->actors.tool.out, "idle all the while"));
}

TEST_HARNESS_MAIN
