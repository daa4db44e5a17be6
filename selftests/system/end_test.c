// SPDX-License-Identifier: GPL-2.0
/*
 * How the tool ends: told by a signal or by -d, also while nobody reads what it
 * prints, or while it loads. What is red here does not end at all.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "kselftest_harness.h"
#include "load.h"
#include "tool.h"

/* Small pipes are full soon; a default one grows with the size of a page. */
#define PIPE_BYTES	(64 << 10)

/* Nothing here takes so long but what hangs. */
#define HANGS_MS	20000

FIXTURE(end) {
	pid_t pid, busy[2];
	int out, err;			/* what we read of it */
	int into;			/* the other end of out, to see if it is full */
	int status;
	char said[4096];		/* on stderr */
};

/* Two tasks that wait for each other all the time. */
FIXTURE_SETUP(end)
{
	int i;

	self->into = -1;
	for (i = 0; i < 2; i++) {
		self->busy[i] = fork();
		if (!self->busy[i]) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			pin_to(last_cpu());
			for (;;)
				sched_yield();
		}
	}
}

FIXTURE_TEARDOWN(end)
{
	int i;

	for (i = 0; i < 2; i++) {
		kill(self->busy[i], SIGKILL);
		waitpid(self->busy[i], NULL, 0);
	}
	if (self->pid) {
		kill(self->pid, SIGKILL);
		waitpid(self->pid, NULL, 0);
	}
}

/*
 * Start it with pipes that nobody reads. With @one_pipe stderr has that of
 * stdout. If @file is not -1, stdout is that.
 */
static void start_with(struct _test_data_end *self, int file, bool one_pipe,
		       const char *const args[])
{
	const char *argv[16] = { beside_us(TOOL) };
	int out[2], err[2], i;

	for (i = 0; args[i]; i++)
		argv[i + 1] = args[i];
	if (pipe2(out, O_CLOEXEC) || pipe2(err, O_CLOEXEC) ||
	    fcntl(out[1], F_SETPIPE_SZ, PIPE_BYTES) < 0 ||
	    fcntl(err[1], F_SETPIPE_SZ, PIPE_BYTES) < 0)
		abort();
	self->pid = fork();
	if (!self->pid) {
		dup2(file >= 0 ? file : out[1], STDOUT_FILENO);
		dup2(one_pipe ? out[1] : err[1], STDERR_FILENO);
		execv(argv[0], (char **)argv);
		_exit(127);
	}
	close(err[1]);
	close(self->into);
	self->into = out[1];
	self->out = out[0];
	self->err = err[0];
}

static void start(struct _test_data_end *self, const char *const args[])
{
	start_with(self, -1, false, args);
}

/* Wait until so many bytes of output are there to be read. */
static bool await_output(struct _test_data_end *self, int size)
{
	__u64 give_up = mono_ns() + HANGS_MS * NSEC_PER_MSEC;
	int there = 0;

	while (!ioctl(self->out, FIONREAD, &there) && there < size) {
		if (mono_ns() > give_up)
			return false;
		usleep(1000);
	}
	return true;
}

/* Is the tool in write(), to stdout? True if the kernel does not tell. */
static bool is_writing(struct _test_data_end *self)
{
	char path[64], call[64];
	FILE *f;
	int n;

	snprintf(path, sizeof(path), "/proc/%d/syscall", self->pid);
	f = fopen(path, "r");
	if (!f)
		return true;
	n = fread(call, 1, sizeof(call) - 1, f);
	fclose(f);
	call[n] = '\0';
	snprintf(path, sizeof(path), "%ld 0x1 ", (long)SYS_write);
	return !strncmp(call, path, strlen(path));
}

static bool is_full(struct _test_data_end *self)
{
	struct pollfd fd = { .fd = self->into, .events = POLLOUT };

	return !poll(&fd, 1, 0);
}

/* Its pipe is full, and a write stands still. */
static bool await_full(struct _test_data_end *self)
{
	__u64 give_up = mono_ns() + HANGS_MS * NSEC_PER_MSEC;

	while (!is_full(self) || !is_writing(self)) {
		if (mono_ns() > give_up)
			return false;
		usleep(1000);
	}
	return true;
}

/* What it prints until it ends: the last half of @buf or more. */
static ssize_t read_all(struct _test_data_end *self, char *buf, size_t size)
{
	ssize_t len, all = 0;

	close(self->into);
	self->into = -1;
	while ((len = read(self->out, buf + all, size - 1 - all)) > 0) {
		all += len;
		/* What came first is not of interest where there is more. */
		if (all == (ssize_t)size - 1) {
			memmove(buf, buf + size / 2, size - 1 - size / 2);
			all -= size / 2;
		}
	}
	buf[all] = '\0';
	return all;
}

/* The exit code; 128 + the signal that ended it; -1 if it does not end. */
static int ends(struct _test_data_end *self)
{
	__u64 give_up = mono_ns() + HANGS_MS * NSEC_PER_MSEC;
	ssize_t len;

	while (!waitpid(self->pid, &self->status, WNOHANG)) {
		if (mono_ns() > give_up)
			return -1;
		usleep(1000);
	}
	self->pid = 0;
	len = read(self->err, self->said, sizeof(self->said) - 1);
	self->said[len > 0 ? len : 0] = '\0';
	if (len > 0)
		printf("# %s", self->said);
	return WIFEXITED(self->status) ? WEXITSTATUS(self->status) :
					 128 + WTERMSIG(self->status);
}

/* --- nobody reads --------------------------------------------------------- */

static unsigned long long unwritten(struct _test_data_end *self)
{
	const char *text = strstr(self->said, "nobody reads stdout: ");

	return text ? strtoull(text + strlen("nobody reads stdout: "), NULL, 10) : 0;
}

TEST_F(end, told_while_nobody_reads)
{
	static const int signals[] = { SIGTERM, SIGINT, SIGHUP };
	int i;

	for (i = 0; i < 3; i++) {
		start(self, ARGS("0"));
		ASSERT_TRUE(await_full(self));
		kill(self->pid, signals[i]);
		EXPECT_EQ(0, ends(self));
		EXPECT_LT(0, unwritten(self));
	}
}

TEST_F(end, told_while_nobody_reads_json_and_why)
{
	start(self, ARGS("-jwS", "0"));
	ASSERT_TRUE(await_full(self));
	kill(self->pid, SIGTERM);
	EXPECT_EQ(0, ends(self));
	EXPECT_LT(0, unwritten(self));
}

TEST_F(end, duration_while_nobody_reads)
{
	start(self, ARGS("-d", "2", "0"));
	ASSERT_TRUE(await_full(self));
	EXPECT_EQ(0, ends(self));
	EXPECT_LT(0, unwritten(self));
}

/* The totals come at the end only, and find no room then. */
TEST_F(end, totals_while_nobody_reads)
{
	start(self, ARGS("-si", "100ms", "-o", "csv", "0"));
	ASSERT_TRUE(await_full(self));
	kill(self->pid, SIGTERM);
	EXPECT_EQ(0, ends(self));
	EXPECT_NE(NULL, strstr(self->said, "nobody reads stdout: the totals were not written\n"));
}

/* As with "2>&1 | less": what the tool says of that cannot be said, either. */
TEST_F(end, told_while_nobody_reads_stderr)
{
	start_with(self, -1, true, ARGS("0"));
	ASSERT_TRUE(await_full(self));
	kill(self->pid, SIGTERM);
	EXPECT_EQ(0, ends(self));
	start_with(self, -1, true, ARGS("-d", "2", "0"));
	ASSERT_TRUE(await_full(self));
	EXPECT_EQ(0, ends(self));
}

/* Whatever signals the parent has blocked. */
TEST_F(end, signals_blocked_by_the_parent)
{
	sigset_t all;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL);
	start(self, ARGS("0"));
	sigprocmask(SIG_UNBLOCK, &all, NULL);
	ASSERT_TRUE(await_full(self));
	kill(self->pid, SIGTERM);
	EXPECT_EQ(0, ends(self));
	EXPECT_LT(0, unwritten(self));
}

/* Another process that shares the pipe has set O_NONBLOCK. */
TEST_F(end, nonblocking_stdout)
{
	char buf[65536];

	start(self, ARGS("-d", "3", "0"));
	fcntl(self->into, F_SETFL, O_NONBLOCK);
	while (!is_full(self))
		usleep(1000);
	read_all(self, buf, sizeof(buf));
	EXPECT_EQ(0, ends(self));
	EXPECT_EQ(NULL, strstr(self->said, "cannot write"));
}

TEST_F(end, file_size_limit)
{
	struct rlimit limit, less;
	char path[] = "/tmp/rqs-end.XXXXXX";
	int fd = mkstemp(path);

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, getrlimit(RLIMIT_FSIZE, &limit));
	less = limit;
	less.rlim_cur = 8192;
	setrlimit(RLIMIT_FSIZE, &less);
	start_with(self, fd, false, ARGS("-d", "10", "0"));
	setrlimit(RLIMIT_FSIZE, &limit);
	EXPECT_EQ(1, ends(self));
	EXPECT_NE(NULL, strstr(self->said, "cannot write to stdout: File too large\n"));
	unlink(path);
	close(fd);
}

/* It says of no more waits than were asked for that they were not written. */
TEST_F(end, count_while_nobody_reads)
{
	start(self, ARGS("-n", "2000", "0"));
	ASSERT_TRUE(await_full(self));
	kill(self->pid, SIGTERM);
	EXPECT_EQ(0, ends(self));
	EXPECT_LT(0, unwritten(self));
	EXPECT_GE(2000, unwritten(self));
}

/* What it opens does not get the number of a stream, to be written over. */
TEST_F(end, streams_closed_at_the_start)
{
	char path[] = "/tmp/rqs-end.XXXXXX", text[16] = "", end[3] = "";
	int fd = mkstemp(path);

	ASSERT_LE(0, fd);
	self->pid = fork();
	if (!self->pid) {
		close(STDIN_FILENO);
		close(STDOUT_FILENO);
		close(STDERR_FILENO);
		execl(beside_us(TOOL), TOOL, "-w", "--trace", path, "-d", "1", "0", NULL);
		_exit(127);
	}
	waitpid(self->pid, &self->status, 0);
	self->pid = 0;
	EXPECT_EQ(1, WEXITSTATUS(self->status));
	ASSERT_LT(0, pread(fd, text, sizeof(text) - 1, 0));
	EXPECT_EQ(0, strncmp(text, "[\n{", 3));
	ASSERT_EQ(2, pread(fd, end, 2, lseek(fd, 0, SEEK_END) - 2));
	EXPECT_STREQ("]\n", end);
	unlink(path);
	close(fd);
}

/* A reader that comes back gets what was printed, from the begin on. */
TEST_F(end, reader_that_comes_back)
{
	char buf[65536];
	ssize_t len;

	start(self, ARGS("-o", "csv", "0"));
	ASSERT_TRUE(await_full(self));
	ASSERT_LT(0, read(self->out, buf, sizeof(buf)));
	EXPECT_EQ(0, strncmp(buf, "type,time,", 10));
	ASSERT_TRUE(await_full(self));
	kill(self->pid, SIGTERM);
	len = read_all(self, buf, sizeof(buf));
	ASSERT_LT(0, len);
	EXPECT_EQ('\n', buf[len - 1]);
	EXPECT_EQ(0, ends(self));
	EXPECT_EQ(0, unwritten(self));
}

/* Context switches of the machine since it was booted. */
static __u64 nr_switches(void)
{
	unsigned long long nr = 0;
	FILE *f = fopen("/proc/stat", "r");
	char *line = NULL;
	size_t size = 0;

	while (f && !nr && getline(&line, &size, f) > 0)
		sscanf(line, "ctxt %llu", &nr);
	free(line);
	if (f)
		fclose(f);
	return nr;
}

/* The load goes on: until there is much more to write. */
static bool await_switches(__u64 nr)
{
	__u64 give_up = mono_ns() + HANGS_MS * NSEC_PER_MSEC, from = nr_switches();

	while (nr_switches() < from + nr) {
		if (mono_ns() > give_up)
			return false;
		usleep(10000);
	}
	return true;
}

/* --- told again ----------------------------------------------------------- */

/* Who reads slowly is waited for, until the user has had enough. */
TEST_F(end, told_again)
{
	size_t page = sysconf(_SC_PAGESIZE);
	char buf[PIPE_BYTES];
	__u64 told;
	int i;

	start(self, ARGS("--ring-size", "64M", "0"));
	ASSERT_TRUE(await_full(self));
	ASSERT_TRUE(await_switches(20000));
	kill(self->pid, SIGTERM);
	told = mono_ns();
	/*
	 * The tool gives up after half a second without room for a page. So
	 * read a page at a time, because a starved reader may come late.
	 */
	while (mono_ns() < told + 1000 * NSEC_PER_MSEC) {
		ASSERT_LT(0, read(self->out, buf, page));
		usleep(80000);
	}
	for (i = 0; i < 1000 && !kill(self->pid, SIGTERM); i++) {
		if (child_has_ended(self->pid))
			break;
		usleep(1000);
	}
	EXPECT_EQ(128 + SIGTERM, ends(self));
}

/* timeout(1) sends its signal to the process and to its group. */
TEST_F(end, told_twice_at_once)
{
	char buf[65536];

	start(self, ARGS("-s", "0"));
	ASSERT_TRUE(await_output(self, 40));
	kill(self->pid, SIGTERM);
	kill(self->pid, SIGTERM);
	read_all(self, buf, sizeof(buf));
	EXPECT_EQ(0, ends(self));
	EXPECT_NE(NULL, strstr(buf, "\nCauses: "));
}

/* --- other times ---------------------------------------------------------- */

TEST_F(end, told_while_it_loads)
{
	char buf[64];

	start(self, ARGS("-w", "1s"));
	/* It has no handler of its own before it runs. */
	kill(self->pid, SIGSTOP);
	waitpid(self->pid, NULL, WUNTRACED);
	kill(self->pid, SIGTERM);
	kill(self->pid, SIGCONT);
	ends(self);
	EXPECT_TRUE(!WIFEXITED(self->status) || !WEXITSTATUS(self->status));
	EXPECT_EQ(0, read_all(self, buf, sizeof(buf)));
}

TEST_F(end, hangup_has_the_totals)
{
	char buf[65536];

	start(self, ARGS("-s", "0"));
	ASSERT_TRUE(await_output(self, 40));
	kill(self->pid, SIGHUP);
	read_all(self, buf, sizeof(buf));
	EXPECT_EQ(0, ends(self));
	EXPECT_NE(NULL, strstr(buf, "\nCauses: "));
}

/* It goes on, and prints more than it can have had in store. */
TEST_F(end, nohup)
{
	char buf[65536];
	int i;

	signal(SIGHUP, SIG_IGN);
	start(self, ARGS("--ring-size", "64K", "0"));
	signal(SIGHUP, SIG_DFL);
	ASSERT_TRUE(await_full(self));
	kill(self->pid, SIGHUP);
	for (i = 0; i < 20; i++) {
		ASSERT_TRUE(await_full(self));
		ASSERT_LT(0, read(self->out, buf, sizeof(buf)));
	}
	kill(self->pid, SIGTERM);
	read_all(self, buf, sizeof(buf));
	EXPECT_EQ(0, ends(self));
}

TEST_HARNESS_MAIN
