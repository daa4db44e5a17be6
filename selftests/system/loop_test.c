// SPDX-License-Identifier: GPL-2.0
/*
 * What the main loop promises, in real runs: totals and intervals against the
 * single waits that another instance prints at the same time, waits that go on
 * against what they come to, and how it ends when nobody reads. To the
 * microsecond the same is tested in replay_test.c, with a clock of its own.
 */
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include "kselftest_harness.h"
#include "load.h"
#include "tool.h"

#define NR_INTERVALS	4
#define MAX_ROUNDS	500

FIXTURE(loop) {
	struct starve *s;
	struct tool tool, lines;
	struct tool_wait *waits;
	size_t nr;
	char pid[16], tids[40];
	bool throttling_off;
};

FIXTURE_SETUP(loop)
{
	self->s = starve_new(last_cpu());
	if (!self->s)
		SKIP(return, "real-time priority is not permitted here");
	snprintf(self->pid, sizeof(self->pid), "%d", self->s->pid);
	snprintf(self->tids, sizeof(self->tids), "%d,%d", self->s->victim, self->s->other);
}

FIXTURE_TEARDOWN(loop)
{
	starve_end(self->s);
	if (self->throttling_off)
		rt_throttling_on();
	tool_free(&self->tool);
	tool_free(&self->lines);
	free(self->waits);
}

/* --- totals and intervals ------------------------------------------------- */

/*
 * One traces with intervals; the other, of which header and lines are text,
 * prints the single waits meanwhile. The victims are kept waiting in several
 * intervals. How often is returned, or 0 if something went wrong.
 */
static int run_both(struct _test_data_loop *self, const char *const totals[],
		    const char *const lines[])
{
	int rounds = 0;
	bool ok;

	tool_spawn(&self->tool, TOOL, totals);
	/* JSON has no header. After an interval it must be tracing. */
	ok = tool_await_lines(&self->tool, 1) && tool_start(&self->lines, TOOL, lines);
	if (ok) {
		char *out = tool_lines(&self->tool);
		size_t end = count_lines(out) + NR_INTERVALS;
		bool done;

		free(out);
		do {
			starve_for(self->s, 20 * NSEC_PER_MSEC);
			out = tool_lines(&self->tool);
			done = count_lines(out) >= end;
			free(out);
		} while (++rounds < MAX_ROUNDS && !done);
		starve_settle(self->s);
	}
	ok = !tool_stop(&self->tool) && !tool_stop(&self->lines) && ok;
	self->waits = parse_waits(self->lines.out, &self->nr);
	if (*self->tool.err || *self->lines.err || !self->waits)
		printf("# stderr '%s', '%s'\n", self->tool.err, self->lines.err);
	return ok && !*self->tool.err && !*self->lines.err && self->waits ? rounds : 0;
}

/* The number behind the first "@key": in @line. */
static unsigned long long number(const char *line, const char *key)
{
	const char *s = strstr(line, key);

	return s ? strtoull(s + strlen(key), NULL, 10) : 0;
}

/*
 * All records of @type: what the numbers called @key come to, and how many are
 * not 0.
 */
struct sum {
	unsigned long long all;
	size_t nr;
	bool adjoin;			/* each begins where the one before it ended */
};

static struct sum sum_of(const char *out, const char *type, const char *key)
{
	unsigned long long n, last = 0, from;
	struct sum sum = { .adjoin = true };
	const char *s;

	for (s = out; (s = strstr(s, type)); s++) {
		n = number(s, key);
		sum.all += n;
		sum.nr += n != 0;
		from = number(s, "\"since_mono_ns\":");
		sum.adjoin = sum.adjoin && (!last || from == last);
		last = number(s, "\"mono_ns\":");
	}
	return sum;
}

static size_t nr_over(const struct _test_data_loop *self, uint64_t us)
{
	size_t i, nr = 0;

	for (i = 0; i < self->nr; i++)
		nr += self->waits[i].lat_us > us;
	return nr;
}

/*
 * Each wait is in one summary: those of the intervals, and what is left for the
 * end.
 */
TEST_F_TIMEOUT(loop, summary_intervals, 60)
{
	int rounds = run_both(self, ARGS("-sj", "-i", "100ms", "-t", self->tids, "10ms"),
			      ARGS("-T", "mono", "-t", self->tids, "10ms"));
	struct sum waits = sum_of(self->tool.out, "\"summary\"", "\"waits\":");
	struct sum ns = sum_of(self->tool.out, "\"summary\"", "\"wait_ns\":");
	double stall_us = slack() > 1 ? 100000 : 0;
	unsigned long long us = 0;
	size_t i;

	ASSERT_LT(0, rounds);
	printf("# %d rounds, %llu waits in %zu intervals\n", rounds, waits.all, waits.nr);
	/* Both victims in each round, for 20 ms at least. */
	EXPECT_EQ(2 * rounds, self->nr);
	EXPECT_EQ(2 * rounds, waits.all);
	EXPECT_LE(2, waits.nr);
	EXPECT_TRUE(waits.adjoin);
	for (i = 0; i < self->nr; i++)
		us += self->waits[i].lat_us;
	/*
	 * Each instance looks at the clock for itself, and an emulated CPU may
	 * stand still in between.
	 */
	EXPECT_LE(us * 0.98 - stall_us, ns.all / 1000);
	EXPECT_GE(us * 1.02 + stall_us, ns.all / 1000);
}

/* Each wait of any length is counted in one interval. */
TEST_F_TIMEOUT(loop, histogram_intervals, 60)
{
	int rounds = run_both(self, ARGS("-Hj", "-i", "100ms", "-t", self->tids, "10ms"),
			      ARGS("-T", "mono", "-t", self->tids, "0"));
	struct sum waits = sum_of(self->tool.out, "\"histogram\"", "\"count\":");

	ASSERT_LT(0, rounds);
	printf("# %d rounds, %llu waits in %zu intervals\n", rounds, waits.all, waits.nr);
	EXPECT_EQ(2 * rounds, nr_over(self, 10000));
	EXPECT_EQ(self->nr, waits.all);
	EXPECT_LE(2, waits.nr);
	EXPECT_TRUE(waits.adjoin);
}

/* --- waits that go on ----------------------------------------------------- */

/* Nothing of the test may be where the hog is, and that may take its time. */
static bool can_starve(struct _test_data_loop *self)
{
	cpu_set_t set;
	int cpu;

	sched_getaffinity(0, sizeof(set), &set);
	for (cpu = 0; cpu < self->s->cpu && !CPU_ISSET(cpu, &set); cpu++)
		;
	if (cpu == self->s->cpu || !pin_to(cpu))
		return false;
	self->throttling_off = rt_throttling_off();
	return self->throttling_off;
}

static size_t nr_stalled_in(const char *out)
{
	size_t nr = 0, stalled = 0, i;
	struct tool_wait *waits;

	if (*out == '{') {
		for (; (out = strstr(out, "{\"type\":\"stalled\"")); out++)
			stalled++;
		return stalled;
	}
	waits = parse_waits(out, &nr);
	for (i = 0; waits && i < nr; i++)
		stalled += waits[i].stalled;
	free(waits);
	return stalled;
}

/*
 * Keep the victims waiting until the tool has shown @nr times more that one
 * goes on.
 */
static bool starve_until(struct _test_data_loop *self, size_t nr)
{
	char *out = tool_lines(&self->tool);
	bool ok = true;

	nr += nr_stalled_in(out);
	starve_begin(self->s);
	while (ok && nr_stalled_in(out) < nr) {
		ok = tool_await_lines(&self->tool, count_lines(out) + 1);
		free(out);
		out = tool_lines(&self->tool);
	}
	free(out);
	starve_release(self->s);
	starve_settle(self->s);
	return ok;
}

/* The wait of the same task that is over and that @stalled is of. */
static const struct tool_wait *whole_wait(const struct _test_data_loop *self,
					  const struct tool_wait *stalled)
{
	const struct tool_wait *w;

	for (w = self->waits; w < self->waits + self->nr; w++) {
		if (!w->stalled && w->tid == stalled->tid && w->end_ns > stalled->end_ns)
			return w;
	}
	return NULL;
}

/*
 * What is shown of a wait that goes on is a part of what is shown when it is
 * over, from the same begin on. That is known exactly, as it came when all was
 * traced.
 */
static void check_stalled(struct __test_metadata *_metadata, struct _test_data_loop *self,
			  const char *const args[])
{
	const struct tool_wait *w, *whole;
	uint64_t since, whole_since;
	size_t nr_stalled = 0, over = 0;
	int round;

	if (!can_starve(self))
		SKIP(return, "no CPU that a task may keep");
	ASSERT_TRUE(tool_start(&self->tool, TOOL, args));
	for (round = 0; round < 3; round++)
		ASSERT_TRUE(starve_until(self, 2 * 2));
	ASSERT_EQ(0, tool_stop(&self->tool));
	self->waits = parse_waits(self->tool.out, &self->nr);
	ASSERT_NE(NULL, self->waits);
	for (w = self->waits; w < self->waits + self->nr; w++) {
		if (!w->stalled) {
			/* The hog may have waited before it ran. */
			over += w->tid != (uint32_t)self->s->pid;
			continue;
		}
		nr_stalled++;
		/* The hog runs. */
		EXPECT_NE(self->s->pid, w->tid);
		whole = whole_wait(self, w);
		ASSERT_NE(NULL, whole);
		since = w->end_ns - w->lat_us * 1000;
		whole_since = whole->end_ns - whole->lat_us * 1000;
		/* Either number is cut to 1 us. */
		EXPECT_LE(since, whole_since + 2000);
		EXPECT_LE(whole_since, since + 2000);
		EXPECT_LT(w->lat_us, whole->lat_us);
	}
	printf("# %zu stalled, %zu over\n", nr_stalled, over);
	/*
	 * At least two looks at two tasks in each round; each of the waits
	 * ended once.
	 */
	EXPECT_LE(3 * 2 * 2, nr_stalled);
	EXPECT_EQ(3 * 2, over);
}

TEST_F_TIMEOUT(loop, stalled, 60)
{
	check_stalled(_metadata, self, ARGS("-S50ms", "-T", "mono", "-p", self->pid, "30ms"));
}

TEST_F_TIMEOUT(loop, stalled_and_why, 60)
{
	check_stalled(_metadata, self, ARGS("-wS50ms", "-T", "mono", "-p", self->pid, "30ms"));
}

/* What goes on is in no total: it comes there when it is over, and once. */
TEST_F_TIMEOUT(loop, stalled_and_summary, 60)
{
	struct sum waits, ns;
	double least, most;

	if (!can_starve(self))
		SKIP(return, "no CPU that a task may keep");
	tool_spawn(&self->tool, TOOL, ARGS("-sj", "-S50ms", "-i", "100ms", "-t", self->tids,
					   "30ms"));
	/* An interval is over: then it traces. */
	ASSERT_TRUE(tool_await_lines(&self->tool, 1));
	ASSERT_TRUE(starve_until(self, 6));
	ASSERT_EQ(0, tool_stop(&self->tool));
	waits = sum_of(self->tool.out, "\"summary\"", "\"waits\":");
	ns = sum_of(self->tool.out, "\"summary\"", "\"wait_ns\":");
	EXPECT_EQ(2U, waits.all);
	EXPECT_LE(6U, nr_stalled_in(self->tool.out));
	least = 2.0 * (self->s->end_ns - self->s->queued_ns);
	most = self->s->victim_ran_ns + self->s->other_ran_ns - 2.0 * self->s->woken_ns;
	EXPECT_LT(0.9 * least, ns.all);
	EXPECT_GT(1.1 * most, ns.all);
}

/* Nor is it one of the N that -n asks for. */
TEST_F_TIMEOUT(loop, stalled_and_count, 60)
{
	size_t i, over = 0;

	if (!can_starve(self))
		SKIP(return, "no CPU that a task may keep");
	ASSERT_TRUE(tool_start(&self->tool, TOOL, ARGS("-S50ms", "-n", "2", "-T", "mono",
						       "-t", self->tids, "30ms")));
	ASSERT_TRUE(starve_until(self, 6));
	/* By itself. */
	ASSERT_EQ(0, tool_wait(&self->tool));
	self->waits = parse_waits(self->tool.out, &self->nr);
	ASSERT_NE(NULL, self->waits);
	for (i = 0; i < self->nr; i++)
		over += !self->waits[i].stalled;
	EXPECT_EQ(2U, over);
	EXPECT_LE(6U, self->nr - over);
}

/* --- how it ends ---------------------------------------------------------- */

/*
 * Start it with this threshold; it has the second of @ends for stdout, and @err
 * for stderr if that is not -1. The test has the first.
 */
static pid_t start_into(const int ends[2], int err, const char *threshold)
{
	pid_t pid = fork();

	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		dup2(ends[1], STDOUT_FILENO);
		if (err >= 0)
			dup2(err, STDERR_FILENO);
		close(ends[0]);
		close(ends[1]);
		execl(beside_us(TOOL), TOOL, threshold, NULL);
		_exit(127);
	}
	close(ends[1]);
	return pid;
}

/*
 * Who closes the pipe has seen enough: no failure, nothing to complain of, even
 * where lines are waiting to be written.
 */
TEST_F_TIMEOUT(loop, reader_leaves, 60)
{
	int out[2], err = memfd_create("err", 0), status, round;
	char buf[1024];
	pid_t pid;

	for (round = 0; round < 5; round++) {
		ASSERT_EQ(0, pipe(out));
		pid = start_into(out, err, "0");
		ASSERT_LT(0, read(out[0], buf, sizeof(buf)));
		starve_for(self->s, 20 * NSEC_PER_MSEC);
		ASSERT_LT(0, read(out[0], buf, sizeof(buf)));
		close(out[0]);
		waitpid(pid, &status, 0);
		EXPECT_EQ(0, status);
	}
	EXPECT_EQ(0, lseek(err, 0, SEEK_END));
	close(err);
}

/*
 * Also where nothing is to be written, and of a socket, which says so in
 * another way than a pipe.
 */
TEST_F_TIMEOUT(loop, reader_of_a_socket_leaves, 60)
{
	int sockets[2], kinds[] = { SOCK_STREAM, SOCK_SEQPACKET }, i, status;
	char buf[1024];
	pid_t pid;

	for (i = 0; i < 2; i++) {
		ASSERT_EQ(0, socketpair(AF_UNIX, kinds[i], 0, sockets));
		/* No wait is as long. */
		pid = start_into(sockets, -1, "1h");
		ASSERT_LT(0, read(sockets[0], buf, sizeof(buf)));
		close(sockets[0]);
		waitpid(pid, &status, 0);
		EXPECT_EQ(0, status);
	}
}

/* Nothing is traced for a file that cannot be written. */
TEST(no_trace_file)
{
	struct tool t;

	EXPECT_EQ(1, tool_run(&t, ARGS("--trace", "/no/such/file", "-d", "1ms")));
	EXPECT_STREQ("runqslower: cannot write to /no/such/file: No such file or directory\n",
		     t.err);
	EXPECT_EQ(0, t.out_len);
	tool_free(&t);
}

/* --- a time namespace ----------------------------------------------------- */

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME	0x80
#endif

static void *nothing(void *unused)
{
	return unused;
}

/* From now on the clock of our children is @seconds ahead. */
static bool children_are_ahead(int seconds)
{
	pthread_t thread;
	FILE *f;

	if (unshare(CLONE_NEWTIME))
		return false;
	f = fopen("/proc/self/timens_offsets", "w");
	if (!f || fprintf(f, "monotonic %d 500000000\n", seconds) < 0 || fclose(f))
		return false;
	/* Before 6.0 such a process has no threads, as tool_spawn() wants. */
	return !pthread_create(&thread, NULL, nothing, NULL) && !pthread_join(thread, NULL);
}

/* Times are those of the events, and no line is held back or early. */
static void check_time_namespace(struct __test_metadata *_metadata,
				 struct _test_data_loop *self, int ahead)
{
	uint64_t begin = mono_ns();

	if (!children_are_ahead(ahead))
		SKIP(return, "no time namespaces here");
	ASSERT_TRUE(tool_start(&self->tool, TOOL,
			       ARGS("-T", "mono", "-p", self->pid, "10000")));
	starve_for(self->s, 20 * NSEC_PER_MSEC);
	EXPECT_TRUE(tool_await_lines(&self->tool, 4));
	EXPECT_EQ(0, tool_stop(&self->tool));
	EXPECT_STREQ("", self->tool.err);
	self->waits = parse_waits(self->tool.out, &self->nr);
	ASSERT_NE(NULL, self->waits);
	ASSERT_LE(2, self->nr);
	EXPECT_LE(begin, self->waits[0].end_ns);
	EXPECT_GE(mono_ns(), self->waits[0].end_ns);
}

TEST_F(loop, time_namespace_ahead)
{
	check_time_namespace(_metadata, self, 86400);
}

TEST_F(loop, time_namespace_behind)
{
	check_time_namespace(_metadata, self, -5);
}

TEST_HARNESS_MAIN
