// SPDX-License-Identifier: GPL-2.0
/* What is reported: known schedules, filters, names, and how tracing ends. */
#include <fcntl.h>
#include <libgen.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include "kselftest_harness.h"
#include "load.h"
#include "tool.h"

/*
 * How long the hog keeps the CPU: less than real-time tasks may in a second,
 * all in all. Emulated CPUs stand still at times: longer, as 10 % must be more
 * than that.
 */
static uint64_t hog_ns(void)
{
	return (slack() > 1 ? 150 : 60) * NSEC_PER_MSEC;
}

FIXTURE(wait) {
	struct tool tool;
	struct starve *s;
	struct tool_wait *waits;
	size_t nr;
};

FIXTURE_SETUP(wait)
{
	self->s = starve_new(last_cpu());
	if (!self->s)
		SKIP(return, "real-time priority is not permitted here");
}

FIXTURE_TEARDOWN(wait)
{
	if (self->s)
		starve_end(self->s);
	free(self->waits);
	tool_free(&self->tool);
}

/* Stop the tool, which must have nothing to complain of, and read its waits. */
static bool stop_and_parse(struct _test_data_wait *self)
{
	int code = tool_stop(&self->tool);

	self->waits = parse_waits(self->tool.out, &self->nr);
	if (code || *self->tool.err || !self->waits)
		printf("# exit %d, stderr '%s'\n", code, self->tool.err);
	return !code && !*self->tool.err && self->waits;
}

/* The longest wait of @tid. */
static const struct tool_wait *longest(const struct _test_data_wait *self, pid_t tid)
{
	const struct tool_wait *w, *found = NULL;

	for (w = self->waits; w < self->waits + self->nr; w++) {
		if (w->tid == (uint32_t)tid && (!found || w->lat_us > found->lat_us))
			found = w;
	}
	return found;
}

/*
 * Is the longest wait of @tid that from woken_ns on, until between end_ns and
 * when @tid ran, within 10 %? A CPU can stand still in between.
 */
static bool waited_for_the_hog(const struct _test_data_wait *self, pid_t tid)
{
	const struct tool_wait *w = longest(self, tid);
	uint64_t ran_ns = tid == self->s->victim ? self->s->victim_ran_ns :
						   self->s->other_ran_ns;
	double least_us = (self->s->end_ns - self->s->queued_ns) / 1e3;
	double most_us = (ran_ns - self->s->woken_ns) / 1e3;

	if (w && w->lat_us > 0.9 * least_us && w->lat_us < 1.1 * most_us)
		return true;
	printf("# TID %d: %llu us, was %.0f to %.0f us\n", tid,
	       w ? (unsigned long long)w->lat_us : 0, least_us, most_us);
	return false;
}

static size_t nr_of(const struct _test_data_wait *self, pid_t tid)
{
	size_t i, nr = 0;

	for (i = 0; i < self->nr; i++)
		nr += self->waits[i].tid == (uint32_t)tid;
	return nr;
}

/*
 * Are the waits for the hog those of the victims named, once each, and is there
 * none of another task? (The hog may have to wait, too.)
 */
static bool waited_only(const struct _test_data_wait *self, pid_t a, pid_t b)
{
	size_t i, strangers = 0;

	for (i = 0; i < self->nr; i++)
		strangers += self->waits[i].tid != (uint32_t)a &&
			     self->waits[i].tid != (uint32_t)b &&
			     self->waits[i].tid != (uint32_t)self->s->pid;
	return !strangers && nr_of(self, a) == 1 && (!b || nr_of(self, b) == 1) &&
	       waited_for_the_hog(self, a) && (!b || waited_for_the_hog(self, b));
}

static const char *str(long n)
{
	static char buf[8][16];
	static int i;

	snprintf(buf[++i % 8], sizeof(buf[0]), "%ld", n);
	return buf[i % 8];
}

/* Threads of the kernel run no program; those of PREEMPT_RT run at any time. */
static bool is_kthread(uint32_t tid)
{
	char path[32], exe[16];

	snprintf(path, sizeof(path), "/proc/%u/exe", tid);
	return readlink(path, exe, sizeof(exe)) < 0 && !access(dirname(path), F_OK);
}

TEST_F(wait, known_schedule)
{
	const struct tool_wait *w, *other;

	ASSERT_TRUE(tool_start(&self->tool, TOOL, ARGS("-P", "-T", "mono", "5ms")));
	starve_for(self->s, hog_ns());
	ASSERT_TRUE(stop_and_parse(self));
	EXPECT_TRUE(waited_for_the_hog(self, self->s->victim));
	EXPECT_TRUE(waited_for_the_hog(self, self->s->other));
	w = longest(self, self->s->victim);
	other = longest(self, self->s->other);
	ASSERT_TRUE(w && other);
	EXPECT_STREQ("rqs-victim", w->comm);
	EXPECT_STREQ("rqs-other", other->comm);
	/* The one that came first came right after the hog. */
	if (other->end_ns < w->end_ns)
		w = other;
	EXPECT_GE(w->end_ns + 1000000, self->s->end_ns);
	if (is_kthread(w->prev_tid))
		SKIP(return, "a thread of the kernel came in between");
	EXPECT_STREQ("rqs-hog", w->prev_comm);
	EXPECT_EQ(self->s->pid, w->prev_tid);
}

/*
 * Below the first wait that ended when the hog left: how it left, which was to
 * wait for the next command. NULL: a thread of the kernel came in between.
 */
static char *stack_of_hog(const struct tool *t)
{
	char *line = strstr(t->out, "rqs-hog "), *end;

	if (!line)
		return NULL;
	line = strchr(line, '\n') + 1;
	for (end = line; !strncmp(end, "    ", 4); end = strchr(end, '\n') + 1)
		;
	return strndup(line, end - line);
}

static void check_stack(struct __test_metadata *_metadata, struct _test_data_wait *self,
			const char *const args[])
{
	char *stack;

	ASSERT_TRUE(tool_start(&self->tool, TOOL, args));
	starve_for(self->s, hog_ns());
	EXPECT_EQ(0, tool_stop(&self->tool));
	stack = stack_of_hog(&self->tool);
	if (stack) {
		EXPECT_EQ(0, strncmp(stack, "    __schedule+0x", 17));
		EXPECT_NE(NULL, strstr(stack, "\n    futex_wait"));
		EXPECT_EQ(NULL, strstr(stack, "bpf"));
		EXPECT_LE(4, count_lines(stack));
	} else {
		printf("# a thread of the kernel came in between\n");
	}
	free(stack);
	tool_free(&self->tool);
	memset(&self->tool, 0, sizeof(self->tool));
}

TEST_F(wait, stack)
{
	check_stack(_metadata, self, ARGS("--stack", "-P", "5ms"));
	check_stack(_metadata, self, ARGS("--stack", "-wP", "5ms"));
	if (notes_queueing())
		check_stack(_metadata, self, ARGS("--stack", "--light", "-P", "5ms"));
}

/*
 * Shorter waits than the threshold are not printed, and leave nothing behind.
 */
TEST_F(wait, threshold)
{
	char min_us[24];

	snprintf(min_us, sizeof(min_us), "%llu",
		 (unsigned long long)(2 * hog_ns() / 1000));
	ASSERT_TRUE(tool_start(&self->tool, TOOL, ARGS("-T", "mono", min_us)));
	starve_for(self->s, hog_ns());
	starve_for(self->s, hog_ns());
	starve_for(self->s, 3 * hog_ns());
	ASSERT_TRUE(stop_and_parse(self));
	EXPECT_EQ(1, nr_of(self, self->s->victim));
	EXPECT_TRUE(waited_for_the_hog(self, self->s->victim));
}

TEST_F(wait, waiting_before_the_start)
{
	bool started;

	if (!notes_queueing())
		SKIP(return, "this kernel does not note when a task was queued");
	/* Starting the tool may take longer than real-time tasks may run. */
	if (!rt_throttling_off())
		SKIP(return, "real-time throttling cannot be switched off");
	starve_begin(self->s);
	started = tool_start(&self->tool, TOOL, ARGS("-T", "mono"));
	starve_release(self->s);
	rt_throttling_on();
	ASSERT_TRUE(started);
	ASSERT_TRUE(stop_and_parse(self));
	EXPECT_TRUE(waited_for_the_hog(self, self->s->victim));
}

/* A child of a task that keeps the CPU waits from its creation on. */
TEST_F(wait, new_task)
{
	uint64_t start, forked, end, *began = mmap(NULL, sizeof(*began), PROT_READ | PROT_WRITE,
				      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	const struct tool_wait *w;
	pid_t child;

	ASSERT_TRUE(tool_start(&self->tool, TOOL, ARGS("-T", "mono")));
	pin_to(self->s->cpu);
	ASSERT_TRUE(set_fifo(2));
	set_name("rqs-parent");
	start = mono_ns();
	child = fork();
	if (!child) {
		*began = mono_ns();
		_exit(0);
	}
	forked = mono_ns();
	spin_until(forked + hog_ns());
	end = mono_ns();
	waitpid(child, NULL, 0);
	ASSERT_TRUE(stop_and_parse(self));
	w = longest(self, child);
	ASSERT_NE(NULL, w);
	EXPECT_STREQ("rqs-parent", w->comm);
	/*
	 * It was created between start and forked, and ran between end and
	 * began.
	 */
	EXPECT_LT(0.9 * (end - forked) / 1e3, w->lat_us);
	EXPECT_GT(1.1 * (*began - start) / 1e3, w->lat_us);
}

TEST_F(wait, pid_is_the_process)
{
	ASSERT_TRUE(tool_start(&self->tool, TOOL,
			       ARGS("-T", "mono", "-p", str(self->s->pid))));
	starve_for(self->s, hog_ns());
	ASSERT_TRUE(stop_and_parse(self));
	EXPECT_TRUE(waited_only(self, self->s->victim, self->s->other));
}

/* A thread that does not lead its group is no process. */
TEST_F(wait, pid_is_not_the_thread)
{
	char said[64];

	ASSERT_TRUE(tool_start(&self->tool, TOOL,
			       ARGS("-T", "mono", "-p", str(self->s->victim))));
	starve_for(self->s, hog_ns());
	EXPECT_EQ(0, tool_stop(&self->tool));
	EXPECT_EQ(2, count_lines(self->tool.out));
	snprintf(said, sizeof(said), "runqslower: there is no process %d\n", self->s->victim);
	EXPECT_STREQ(said, self->tool.err);
}

TEST_F(wait, tid_is_the_thread)
{
	ASSERT_TRUE(tool_start(&self->tool, TOOL,
			       ARGS("-T", "mono", "-t", str(self->s->other))));
	starve_for(self->s, hog_ns());
	ASSERT_TRUE(stop_and_parse(self));
	EXPECT_TRUE(waited_only(self, self->s->other, 0));
}

/* No task has this ID: even the first one may have to wait. */
#define NOBODY	"1"		/* init: is none of these tasks */

/* Several values of one option widen, ... */
TEST_F(wait, several_tids)
{
	char list[40];

	snprintf(list, sizeof(list), NOBODY ",%d", self->s->other);
	ASSERT_TRUE(tool_start(&self->tool, TOOL,
			       ARGS("-T", "mono", "-t", list, "--tid",
				    str(self->s->victim))));
	starve_for(self->s, hog_ns());
	ASSERT_TRUE(stop_and_parse(self));
	EXPECT_TRUE(waited_only(self, self->s->victim, self->s->other));
}

TEST_F(wait, several_pids)
{
	ASSERT_TRUE(tool_start(&self->tool, TOOL,
			       ARGS("-T", "mono", "-p", NOBODY, "-p",
				    str(self->s->pid))));
	starve_for(self->s, hog_ns());
	ASSERT_TRUE(stop_and_parse(self));
	EXPECT_EQ(1, nr_of(self, self->s->victim));
	EXPECT_EQ(1, nr_of(self, self->s->other));
}

/* ... different options narrow each other. */
TEST_F(wait, options_narrow)
{
	ASSERT_TRUE(tool_start(&self->tool, TOOL,
			       ARGS("-T", "mono", "-p", str(self->s->pid),
				    "-c", "rqs-o")));
	starve_for(self->s, hog_ns());
	ASSERT_TRUE(stop_and_parse(self));
	EXPECT_TRUE(waited_only(self, self->s->other, 0));
	tool_free(&self->tool);
	free(self->waits);

	ASSERT_TRUE(tool_start(&self->tool, TOOL,
			       ARGS("-T", "mono", "-p", str(self->s->pid), "-t",
				    "1")));
	starve_for(self->s, hog_ns());
	ASSERT_TRUE(stop_and_parse(self));
	EXPECT_EQ(0, self->nr);
}

TEST_F(wait, comm_prefixes)
{
	ASSERT_TRUE(tool_start(&self->tool, TOOL,
			       ARGS("-T", "mono", "-c", "rqs-vic,nobody", "-c", "qs-o")));
	starve_for(self->s, hog_ns());
	ASSERT_TRUE(stop_and_parse(self));
	EXPECT_TRUE(waited_only(self, self->s->victim, 0));
	tool_free(&self->tool);
	free(self->waits);

	/* The whole name is a prefix, too. */
	ASSERT_TRUE(tool_start(&self->tool, TOOL,
			       ARGS("-T", "mono", "-c", "rqs-victim", "-c", "rqs-other")));
	starve_for(self->s, hog_ns());
	ASSERT_TRUE(stop_and_parse(self));
	EXPECT_TRUE(waited_only(self, self->s->victim, self->s->other));
}

TEST_F(wait, cpus)
{
	char list[40];
	int cpu = self->s->cpu;

	snprintf(list, sizeof(list), "%d-%d", cpu, cpu);
	ASSERT_TRUE(tool_start(&self->tool, TOOL,
			       ARGS("-T", "mono", "-C", list, "-c", "rqs-")));
	starve_for(self->s, hog_ns());
	ASSERT_TRUE(stop_and_parse(self));
	EXPECT_TRUE(waited_only(self, self->s->victim, self->s->other));
	tool_free(&self->tool);
	free(self->waits);
	self->waits = NULL;

	if (!cpu)
		SKIP(return, "one CPU is all there is");
	snprintf(list, sizeof(list), "0-%d", cpu - 1);
	ASSERT_TRUE(tool_start(&self->tool, TOOL,
			       ARGS("-T", "mono", "-C", list, "-c", "rqs-")));
	starve_for(self->s, hog_ns());
	ASSERT_TRUE(stop_and_parse(self));
	EXPECT_EQ(0, self->nr);
}

/* In a PID namespace both the filters and what is printed are of that one. */
TEST_F(wait, pid_namespace)
{
	int status;
	pid_t pid;

	starve_end(self->s);
	self->s = NULL;
	ASSERT_EQ(0, unshare(CLONE_NEWPID | CLONE_NEWNS));
	pid = fork();
	if (!pid) {
		/* In here the process is 2, its threads 3 and 4. */
		if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
		    mount("proc", "/proc", "proc", 0, NULL))
			_exit(1);
		self->s = starve_new(last_cpu());
		if (!self->s || self->s->victim > 100 ||
		    !tool_start(&self->tool, TOOL,
				ARGS("-T", "mono", "-p", str(self->s->pid),
				     "-t", str(self->s->victim))))
			_exit(1);
		starve_for(self->s, hog_ns());
		_exit(!stop_and_parse(self) ||
		      !waited_for_the_hog(self, self->s->victim) ||
		      self->nr != 1);
	}
	waitpid(pid, &status, 0);
	EXPECT_EQ(0, status);
}

/* Every printed name is that of the task with that TID. */
TEST_F_TIMEOUT(wait, names, 60)
{
	size_t i, k, checked = 0;
	struct load *load;

	ASSERT_TRUE(tool_start(&self->tool, TOOL,
			       ARGS("-P", "-T", "mono", "--ring-size", "8M", "0")));
	load = mixed_load(2 * NSEC_PER_SEC);
	ASSERT_TRUE(stop_and_parse(self));
	for (i = 0; i < self->nr; i++) {
		const struct tool_wait *w = &self->waits[i];

		for (k = 0; k < load->nr; k++) {
			const struct load_task *task = &load->tasks[k];

			/*
			 * A thread has its own name a little after it begins.
			 */
			if (w->tid == (uint32_t)task->tid &&
			    strncmp(w->comm, "wait_test", 9)) {
				EXPECT_STREQ(task->name, w->comm);
				checked++;
			}
			if (w->prev_tid == (uint32_t)task->tid &&
			    strncmp(w->prev_comm, "wait_test", 9))
				EXPECT_STREQ(task->name, w->prev_comm);
		}
		EXPECT_NE(0, w->tid);
	}
	EXPECT_LT(100U, checked);
	load_free(load);
}

TEST_F_TIMEOUT(wait, in_order_of_time, 60)
{
	size_t i, late;
	int tries = 3;

	/* A CPU may stand still for longer than waits are held. */
	for (;;) {
		ASSERT_TRUE(tool_start(&self->tool, TOOL,
				       ARGS("-T", "mono", "--ring-size", "8M", "0")));
		load_free(mixed_load(2 * NSEC_PER_SEC));
		ASSERT_TRUE(stop_and_parse(self));
		for (late = 0, i = 1; i < self->nr; i++)
			late += self->waits[i].end_ns < self->waits[i - 1].end_ns;
		EXPECT_LT(100U, self->nr);
		if (!late || !--tries)
			break;
		printf("# %zu of %zu came late: once more\n", late, self->nr);
		tool_free(&self->tool);
		free(self->waits);
		self->waits = NULL;
	}
	EXPECT_EQ(0U, late);
}

/* A timer can expire before the task that set it sleeps: again, then. */
static void sleep_for_sure(void)
{
	struct rusage before, now;

	getrusage(RUSAGE_SELF, &before);
	do {
		usleep(1000);
		getrusage(RUSAGE_SELF, &now);
	} while (now.ru_nvcsw == before.ru_nvcsw);
}

/* A name that would clear the screen, ring, or start a new line does not. */
TEST_F(wait, harmful_names)
{
	static const struct {
		const char *name, *printed;
	} cases[] = {
		{ "a\033[2J\nb\a\177", "a?[2J?b??       " },
		{ "caf\303\251", "caf\303\251            " },
		{ "\302\233x\200\377", "?x??            " },
		{ "two words", "two words       " },
	};
	char line[64];
	size_t i;
	pid_t pid;

	ASSERT_TRUE(tool_start(&self->tool, TOOL, ARGS("-T", "mono", "0")));
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		pid = fork();
		if (!pid) {
			set_name(cases[i].name);
			sleep_for_sure();	/* so that it waits under this name */
			_exit(0);
		}
		waitpid(pid, NULL, 0);
	}
	tool_stop(&self->tool);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		snprintf(line, sizeof(line), " %s ", cases[i].printed);
		EXPECT_NE(NULL, strstr(self->tool.out, line))
			TH_LOG("no '%s'", cases[i].printed);
	}
	EXPECT_EQ(NULL, strchr(self->tool.out, '\033'));
}

TEST_F(wait, count)
{
	ASSERT_TRUE(tool_start(&self->tool, TOOL, ARGS("-T", "mono", "-n", "3", "0")));
	load_free(mixed_load(100 * NSEC_PER_MSEC));
	/* By itself. */
	EXPECT_EQ(0, tool_wait(&self->tool));
	self->waits = parse_waits(self->tool.out, &self->nr);
	EXPECT_EQ(3U, self->nr);
	EXPECT_STREQ("", self->tool.err);
}

TEST_F(wait, duration)
{
	uint64_t start = mono_ns();

	EXPECT_EQ(0, tool_run(&self->tool, ARGS("-d", "300ms")));
	EXPECT_LE(start + 300 * NSEC_PER_MSEC, mono_ns());
	EXPECT_STREQ("", self->tool.err);
}

/* Every wait that ended before the signal is printed. */
static bool ended_by(struct _test_data_wait *self, int sig)
{
	if (!tool_start(&self->tool, TOOL, ARGS("-T", "mono")))
		return false;
	starve_for(self->s, hog_ns());
	kill(self->tool.pid, sig);
	if (tool_wait(&self->tool))
		return false;
	self->waits = parse_waits(self->tool.out, &self->nr);
	return waited_for_the_hog(self, self->s->victim) &&
	       waited_for_the_hog(self, self->s->other) &&
	       self->tool.out[self->tool.out_len - 1] == '\n';
}

TEST_F(wait, sigterm)
{
	EXPECT_TRUE(ended_by(self, SIGTERM));
}

TEST_F(wait, sigint)
{
	EXPECT_TRUE(ended_by(self, SIGINT));
}

/* Lines come while it traces, not only at the end. */
TEST_F(wait, flushed)
{
	ASSERT_TRUE(tool_start(&self->tool, TOOL,
			       ARGS("-t", str(self->s->victim), "5ms")));
	starve_for(self->s, hog_ns());
	EXPECT_TRUE(tool_await_lines(&self->tool, 3));
	EXPECT_EQ(0, tool_stop(&self->tool));
}

/* Nobody reads any more: it ends by itself, even if no wait comes. */
/* Sleeps and waits all the time, whatever the hog does. */
static void rise_above(int cpu)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	set_name("rqs-above");
	pin_to(cpu);
	set_fifo(3);
	for (;;)
		usleep(1000);
}

/*
 * PREEMPT_RT leaves it to a thread to wake the tool: one that a hog on the CPU
 * where a wait has ended keeps from running.
 */
TEST_F(wait, printed_while_the_hog_runs)
{
	int cpu = last_cpu();
	size_t lines;
	char *out;
	pid_t pid;

	if (!cpu)
		SKIP(return, "one CPU only");
	/* The tool, too, or the hog may keep it from running. */
	pin_to(0);
	ASSERT_TRUE(tool_start(&self->tool, TOOL, ARGS("-c", "rqs-above", "-T", "mono", "0")));
	pid = fork();
	if (!pid)
		rise_above(cpu);
	starve_begin(self->s);
	out = tool_lines(&self->tool);
	lines = count_lines(out);
	free(out);
	EXPECT_TRUE(tool_await_lines(&self->tool, lines + 200));
	/* The hog still runs: by itself it ends after 20 s. */
	EXPECT_EQ(0U, self->s->end_ns);
	starve_release(self->s);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	EXPECT_TRUE(stop_and_parse(self));
}

TEST_F(wait, closed_pipe)
{
	char buf[200];
	int out[2], status;
	pid_t pid;

	ASSERT_EQ(0, pipe(out));
	pid = fork();
	if (!pid) {
		dup2(out[1], STDOUT_FILENO);
		close(out[0]);
		close(out[1]);
		execl(beside_us(TOOL), TOOL, "1m", NULL);
		_exit(127);
	}
	close(out[1]);
	ASSERT_LT(0, read(out[0], buf, sizeof(buf)));
	close(out[0]);
	waitpid(pid, &status, 0);
	EXPECT_EQ(0, status);
}

/*
 * Where nothing is over the threshold it does not wake up: the kernel counts
 * how often it gave up the CPU.
 */
static unsigned long long switches_of(pid_t pid)
{
	return in_status(pid, "voluntary_ctxt_switches", 10);
}

TEST_F(wait, quiet)
{
	unsigned long long before, looks;
	uint64_t began;

	ASSERT_TRUE(tool_start(&self->tool, TOOL, ARGS("1m")));
	began = mono_ns();
	before = switches_of(self->tool.pid);
	load_free(mixed_load(2 * NSEC_PER_SEC));
	/*
	 * It sleeps by now, or will without being woken: allow for that one.
	 * And it looks for work once a second.
	 */
	looks = 2 + (mono_ns() - began) / NSEC_PER_SEC;
	EXPECT_GE(before + looks, switches_of(self->tool.pid));
	EXPECT_EQ(0, tool_stop(&self->tool));
}

static int time_fields(const char *format, const char *line)
{
	unsigned int a, b, c, d, e, f, g, h, i;
	char sign;
	int nr;

	if (!strcmp(format, "clock"))
		nr = sscanf(line, "%2u:%2u:%2u rqs", &a, &b, &c);
	else if (!strcmp(format, "us"))
		nr = sscanf(line, "%2u:%2u:%2u.%6u rqs", &a, &b, &c, &d);
	else if (!strcmp(format, "mono"))
		nr = sscanf(line, "%u.%6u rqs", &a, &b);
	else
		nr = sscanf(line, "%4u-%2u-%2uT%2u:%2u:%2u.%6u%c%2u:%2u rqs",
			    &a, &b, &c, &d, &e, &f, &g, &sign, &h, &i);
	return nr;
}

TEST_F(wait, time_formats)
{
	static const struct {
		const char *name;
		int fields;
	} formats[] = {
		{ "clock", 3 }, { "us", 4 }, { "iso", 10 }, { "mono", 2 },
	};
	char *line;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(formats); i++) {
		ASSERT_TRUE(tool_start(&self->tool, TOOL,
				       ARGS("-T", formats[i].name, "-t",
					    str(self->s->victim))));
		starve_for(self->s, hog_ns());
		EXPECT_EQ(0, tool_stop(&self->tool));
		ASSERT_EQ(3U, count_lines(self->tool.out));
		line = strchr(strchr(self->tool.out, '\n') + 1, '\n') + 1;
		EXPECT_EQ(formats[i].fields, time_fields(formats[i].name, line))
			TH_LOG("%s: %s", formats[i].name, line);
		tool_free(&self->tool);
	}
}

/* TIME is when the wait ended, by the wall clock. */
TEST_F(wait, wall_clock)
{
	struct timespec now;
	long long ahead_us, printed_us;
	int year, mon, day, h, m, s, us, nr;
	struct tm tm;
	char *line;

	setenv("TZ", "UTC", 1);
	ASSERT_TRUE(tool_start(&self->tool, TOOL,
			       ARGS("-T", "iso", "-t", str(self->s->victim))));
	starve_for(self->s, hog_ns());
	clock_gettime(CLOCK_REALTIME, &now);
	ahead_us = now.tv_sec * 1000000LL + now.tv_nsec / 1000 - (long long)(mono_ns() / 1000);
	EXPECT_EQ(0, tool_stop(&self->tool));
	line = strchr(strchr(self->tool.out, '\n') + 1, '\n') + 1;
	nr = sscanf(line, "%d-%d-%dT%d:%d:%d.%d+00:00", &year, &mon, &day, &h, &m,
		    &s, &us);
	ASSERT_EQ(7, nr);
	tm = (struct tm){ .tm_year = year - 1900, .tm_mon = mon - 1,
			  .tm_mday = day, .tm_hour = h, .tm_min = m, .tm_sec = s };
	printed_us = timegm(&tm) * 1000000LL + us - ahead_us;
	/* From the hog's end until the victim ran, to a tenth of the wait. */
	EXPECT_LT((long long)(self->s->end_ns - hog_ns() / 10) / 1000, printed_us);
	EXPECT_GT((long long)(self->s->victim_ran_ns + hog_ns() / 10) / 1000, printed_us);
}

TEST_HARNESS_MAIN
