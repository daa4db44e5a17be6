// SPDX-License-Identifier: GPL-2.0
/* That the trace file is whole, whatever happens to it or to the tool. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "kselftest_harness.h"
#include "build_trace.h"
#include "util/output.h"

/* Of a child that writes to a device that does not answer; NULL: it does. */
static volatile pid_t *stuck;

ssize_t __real_pwrite(int fd, const void *data, size_t size, off_t at);

ssize_t __wrap_pwrite(int fd, const void *data, size_t size, off_t at)
{
	if (stuck)
		*stuck = getpid();
	while (stuck)
		pause();
	return __real_pwrite(fd, data, size, at);
}

FIXTURE(file) {};

FIXTURE_SETUP(file)
{
	if (!has_python())
		SKIP(return, "no python3");
	ASSERT_TRUE(begin_trace());
}

FIXTURE_TEARDOWN(file)
{
	end_trace();
}

TEST_F(file, cannot_be_created)
{
	EXPECT_FALSE(trace_open("/nowhere/at/all", &history));
	EXPECT_EQ(ENOENT, errno);
}

/* And it says so at once. */
TEST_F(file, is_a_pipe)
{
	char path[] = "/tmp/trace_fifo.XXXXXX";
	int fds[2];

	ASSERT_NE(NULL, mkdtemp(path));
	ASSERT_EQ(0, rmdir(path));
	ASSERT_EQ(0, mkfifo(path, 0600));
	EXPECT_FALSE(trace_open(path, &history));
	EXPECT_EQ(ENXIO, errno);
	unlink(path);
	ASSERT_EQ(0, pipe(fds));
	snprintf(path, sizeof(path), "/dev/fd/%d", fds[1]);
	EXPECT_FALSE(trace_open(path, &history));
	EXPECT_EQ(ESPIPE, errno);
}

static bool is_told_to_end(void *ctx)
{
	return *(bool *)ctx;
}

/*
 * The tool ends although its file is stuck. What is stuck has nothing else
 * open.
 */
TEST_F(file, is_stuck)
{
	bool told = false;
	int fds[2];
	char c;

	ASSERT_TRUE(trace_open(trace_path, &history));
	ASSERT_TRUE(output_init(is_told_to_end, &told));
	ASSERT_EQ(0, pipe(fds));
	waited(0, 100, -1);
	stuck = mmap(NULL, sizeof(*stuck), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		     -1, 0);
	ASSERT_NE(MAP_FAILED, stuck);
	told = true;
	EXPECT_FALSE(trace_flush());
	EXPECT_EQ(ETIMEDOUT, errno);
	close(fds[1]);
	EXPECT_EQ(0, read(fds[0], &c, 1));
	waited(100, 200, -1);
	EXPECT_FALSE(trace_close());
	EXPECT_EQ(ETIMEDOUT, errno);
	ASSERT_LT(0, *stuck);
	kill(*stuck, SIGKILL);
}

/* What was in the file before is gone, also if it was longer. */
TEST_F(file, created_anew)
{
	FILE *f = fopen(trace_path, "w");
	int i;

	ASSERT_NE(NULL, f);
	for (i = 0; i < 1000; i++)
		fputs("what was there before\n", f);
	ASSERT_EQ(0, fclose(f));
	ASSERT_TRUE(trace_open(trace_path, &history));
	EXPECT_TRUE(is_true("names == ['CPUs']"));
	waited(0, 100, -1);
	trace_close();
	EXPECT_TRUE(is_true("len(w) == 1"));
}

/* With the space gone it is what it was. */
TEST_F(file, cannot_be_written)
{
	struct rlimit limit;
	int i;

	ASSERT_TRUE(trace_open(trace_path, &history));
	EXPECT_FALSE(trace_is_pending());
	ran(0, 0, 0, 11, "a");
	waited(0, 100, 0);
	EXPECT_TRUE(trace_is_pending());
	ASSERT_TRUE(trace_flush());
	EXPECT_FALSE(trace_is_pending());
	signal(SIGXFSZ, SIG_IGN);
	ASSERT_EQ(0, getrlimit(RLIMIT_FSIZE, &limit));
	limit.rlim_cur = 4096;
	ASSERT_EQ(0, setrlimit(RLIMIT_FSIZE, &limit));
	for (i = 1; i < 50; i++)
		waited(100 * i, 100 * i + 100, 0);
	EXPECT_FALSE(trace_flush());
	EXPECT_EQ(EFBIG, errno);
	EXPECT_TRUE(is_true("len(w) == 1"));
	/* There is room again, but what was lost is lost. */
	limit.rlim_cur = limit.rlim_max;
	ASSERT_EQ(0, setrlimit(RLIMIT_FSIZE, &limit));
	waited(5000, 5100, 0);
	EXPECT_FALSE(trace_flush());
	EXPECT_EQ(EFBIG, errno);
	EXPECT_TRUE(is_true("len(w) == 2"));
	EXPECT_FALSE(trace_close());
	EXPECT_EQ(EFBIG, errno);
}

/* As that of a network may not be. */
TEST_F(file, cannot_be_closed)
{
	int fd = dup(STDIN_FILENO);

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, close(fd));
	/* The lowest that is free. */
	ASSERT_TRUE(trace_open(trace_path, &history));
	ASSERT_EQ(0, close(fd));
	EXPECT_FALSE(trace_close());
	EXPECT_EQ(EBADF, errno);
}

/*
 * Between two flushes a full batch is written: how that went, the next one
 * tells.
 */
TEST_F(file, failure_is_told_later)
{
	struct rlimit limit;
	int i;

	ASSERT_TRUE(trace_open(trace_path, &history));
	signal(SIGXFSZ, SIG_IGN);
	ASSERT_EQ(0, getrlimit(RLIMIT_FSIZE, &limit));
	ASSERT_EQ(0, setrlimit(RLIMIT_FSIZE, &(struct rlimit) { 4096, limit.rlim_max }));
	for (i = 0; i < 6000; i++)
		waited(100 * i, 100 * i + 100, -1);
	ASSERT_EQ(0, setrlimit(RLIMIT_FSIZE, &limit));
	EXPECT_FALSE(trace_flush());
	EXPECT_EQ(EFBIG, errno);
	EXPECT_FALSE(trace_close());
}

TEST_F(file, nothing_before_flush)
{
	ASSERT_TRUE(trace_open(trace_path, &history));
	ran(0, 0, 0, 11, "a");
	waited(0, 100, 0);
	EXPECT_FALSE(has("a/11"));
	EXPECT_TRUE(trace_flush());
	EXPECT_TRUE(has("a/11"));
	EXPECT_TRUE(is_valid());
}

/* More than one batch may hold is written at once. */
TEST_F(file, large_batch)
{
	int i;

	ASSERT_TRUE(trace_open(trace_path, &history));
	for (i = 0; i < 6000; i++)
		waited(100 * i, 100 * i + 100, -1);
	EXPECT_TRUE(has("waited"));
	EXPECT_TRUE(is_true("0 < len(w) < 6000"));
	trace_close();
	EXPECT_TRUE(is_true("len(w) == 6000"));
}

/* Whatever it was at. It says at each flush how many waits there are. */
static void trace_until_killed(int fd)
{
	__u32 flushes, i, seq = 0;
	long at = 0;

	for (flushes = 0;; flushes++) {
		for (i = 0; i < 1 + 40 * (flushes % 3); i++, at += 100) {
			ran(0, seq, at, 11, "a");
			waited(at, at + 100, seq++);
		}
		if (!trace_flush() || write(fd, &seq, sizeof(seq)) != sizeof(seq))
			_exit(1);
	}
}

TEST_F_TIMEOUT(file, killed, 600)
{
	__u32 count, told;
	char condition[64];
	int i, fds[2];
	pid_t pid;

	srand(getpid());
	/* Whoever still writes when the tool is gone, is ours to wait for. */
	ASSERT_EQ(0, prctl(PR_SET_CHILD_SUBREAPER, 1));
	for (i = 0; i < 50; i++) {
		ASSERT_EQ(0, pipe(fds));
		pid = fork();
		if (!pid) {
			close(fds[0]);
			if (!trace_open(trace_path, &history))
				_exit(1);
			trace_until_killed(fds[1]);
		}
		close(fds[1]);
		for (count = 1 + rand() % 30; count; count--)
			ASSERT_EQ(sizeof(told), read(fds[0], &told, sizeof(told)));
		kill(pid, SIGKILL);
		while (read(fds[0], &told, sizeof(told)) == sizeof(told))
			;
		close(fds[0]);
		while (waitpid(-1, NULL, 0) > 0)
			;
		snprintf(condition, sizeof(condition), "len(w) >= %u", told);
		ASSERT_TRUE(is_whole() && (i % 10 || is_true(condition)))
			TH_LOG("round %d, at least %u waits", i, told);
	}
}

TEST_HARNESS_MAIN
