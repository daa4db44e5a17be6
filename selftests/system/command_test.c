// SPDX-License-Identifier: GPL-2.0
/*
 * The tool runs a command: whose waits it shows, what the command gets, how
 * both end. Most commands are parts that this program itself plays.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <linux/capability.h>
#include "kselftest_harness.h"
#include "actors.h"
#include "load.h"
#include "command_parts.h"
#include "tool.h"

/* More than the tool takes a signal for one that was sent twice. */
#define AGAIN_MS	400

static char *program;			/* the path of this program */

/* A command that plays a part: see parts.h. */
#define PART(...)	program, "--part", __VA_ARGS__

/* --- whose waits ---------------------------------------------------------- */

FIXTURE(tree) {
	struct actors a;
	pid_t busy;
	char path[32];			/* of a file */
};

static void make_file(char *path)
{
	sprintf(path, "/tmp/rqs-command.XXXXXX");
	close(mkstemp(path));
}

/* For free(). */
static char *content(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	off_t size = lseek(fd, 0, SEEK_END);
	char *text = calloc(1, size + 1);

	if (pread(fd, text, size, 0) != size)
		printf("# %s cannot be read\n", path);
	close(fd);
	return text;
}

/* Another one that waits: the CPU is that of the command, too. */
static void forks_and_spins(void)
{
	pid_t pid;

	for (;;) {
		pid = fork();
		if (!pid)
			_exit(0);
		spin_until(mono_ns() + NSEC_PER_MSEC);
		waitpid(pid, NULL, 0);
	}
}

FIXTURE_SETUP(tree)
{
	actors_begin(&self->a);
	make_file(self->path);
	self->busy = actor(&self->a, "rqs-busy", last_cpu(), NULL, forks_and_spins);
	sem_post(&self->a.stage->cue);
}

FIXTURE_TEARDOWN(tree)
{
	actors_end(&self->a);
	unlink(self->path);
}

static unsigned long long delay_of(pid_t pid)
{
	unsigned long long ran, delay = 0;
	char path[64];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/schedstat", pid);
	f = fopen(path, "r");
	if (f && fscanf(f, "%llu %llu", &ran, &delay) != 2)
		delay = 0;
	if (f)
		fclose(f);
	return delay;
}

/* Has the command said that there is such a task? */
static bool has_member(const char *said, const char *name, uint32_t tid)
{
	const char *line, *next;
	char who[32];
	uint32_t id;

	for (line = said; line && *line; line = next ? next + 1 : NULL) {
		next = strchr(line, '\n');
		if (sscanf(line, "%31s %u", who, &id) == 2 && id == tid &&
		    (!name || !strcmp(name, who)))
			return true;
	}
	return false;
}

/* All of the command, each under its name, and nobody else. */
static bool is_whole(const char *said, const struct tool_wait *w, size_t nr)
{
	bool ok = true, found;
	size_t i, k;

	for (i = 0; i < nr; i++) {
		if (has_member(said, NULL, w[i].tid))
			continue;
		printf("# a stranger: %s %u\n", w[i].comm, w[i].tid);
		ok = false;
	}
	for (k = 0; tree_members[k]; k++) {
		found = false;
		for (i = 0; i < nr && !found; i++)
			found = !strcmp(w[i].comm, tree_members[k]) &&
				has_member(said, tree_members[k], w[i].tid);
		if (!found)
			printf("# no wait of %s\n", tree_members[k]);
		ok &= found;
	}
	return ok;
}

/* Was the first wait of the command that of a new task? */
static bool begins_as_new(const char *said, const struct tool_wait *w, size_t nr)
{
	size_t i;

	for (i = 0; i < nr; i++) {
		if (has_member(said, "rqs-command", w[i].tid) && !strcmp(w[i].from, "new"))
			return true;
	}
	return false;
}

/*
 * Data goes to a file, because stderr may have a word of the kernel's on it: a
 * preemptible one skips programs of forks that meet on a CPU.
 */
static bool shows_tree(struct _test_data_tree *self, const char *const options[])
{
	const char *args[24] = { "-T", "mono", "--to", self->path, "0" };
	const char *const command[] = { "--", PART("tree") };
	struct tool_wait *w = NULL;
	int i, n = 5, code;
	struct tool t;
	char *data;
	size_t nr;
	bool ok;

	for (i = 0; options[i]; i++)
		args[n++] = options[i];
	memcpy(args + n, command, sizeof(command));
	code = tool_run(&t, args);
	data = content(self->path);
	ok = !code && (w = parse_waits(data, &nr)) && is_whole(t.out, w, nr) &&
	     (!w[0].from[0] || begins_as_new(t.out, w, nr));
	if (!ok)
		printf("# %s: exit %d, stderr '%s', stdout '%s'\n", options[0] ?: "plain",
		       code, t.err, t.out);
	free(w);
	free(data);
	tool_free(&t);
	return ok;
}

TEST_F(tree, whole)
{
	unsigned long long delay = delay_of(self->busy);

	EXPECT_TRUE(shows_tree(self, ARGS(NULL)));
	EXPECT_TRUE(shows_tree(self, ARGS("-w")));
	EXPECT_TRUE(shows_tree(self, ARGS("-W", "-P")));
	/* The tool forks, too. */
	EXPECT_TRUE(shows_tree(self, ARGS("-w", "--trace", "/dev/null")));
	/* Somebody else had to wait all the while. */
	if (notes_queueing())
		EXPECT_LT(delay, delay_of(self->busy));
}

TEST_F(tree, pid_namespace)
{
	int status;
	pid_t pid;

	ASSERT_EQ(0, unshare(CLONE_NEWPID | CLONE_NEWNS));
	pid = fork();
	if (!pid) {
		if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
		    mount("proc", "/proc", "proc", 0, NULL))
			_exit(1);
		_exit(!shows_tree(self, ARGS(NULL)));
	}
	waitpid(pid, &status, 0);
	EXPECT_EQ(0, status);
}

/* Options narrow what is shown of the command. */
TEST_F(tree, narrowed)
{
	struct tool_wait *w;
	struct tool t;
	size_t nr, i;
	char *data;

	EXPECT_EQ(0, tool_run(&t, ARGS("-T", "mono", "-c", "rqs-orphan,rqs-busy", "--to",
				       self->path, "0", "--", PART("tree"))));
	tool_free(&t);
	data = content(self->path);
	w = parse_waits(data, &nr);
	ASSERT_NE(NULL, w);
	EXPECT_LT(0, nr);
	for (i = 0; i < nr; i++)
		EXPECT_STREQ("rqs-orphan", w[i].comm);
	free(w);
	free(data);
	EXPECT_EQ(0, tool_run(&t, ARGS("-p", tid_of(self->busy), "--to", self->path, "0", "--",
				       PART("tree"))));
	tool_free(&t);
	data = content(self->path);
	EXPECT_EQ(2, count_lines(data));
	free(data);
}

/* The number behind @key in JSON. */
static double number_of(const char *json, const char *key)
{
	const char *at = strstr(json, key);

	return at ? atof(at + strlen(key) + 1) : 0;
}

/* For tasks that wait for whole time slices: see truth_test.c. */
TEST_F(tree, sum_is_that_of_schedstat)
{
	double sum = 0, shown, limit = slack() > 1 ? 0.08 : 0.01;
	char *rest, *line;
	struct tool t;

	if (!notes_queueing())
		SKIP(return, "this kernel does not note when a task was queued");
	ASSERT_EQ(0, tool_run(&t, ARGS("-sj", "0", "--", PART("busy"))));
	EXPECT_EQ(3, count_lines(t.out));
	rest = t.out;
	while ((line = strsep(&rest, "\n")))
		sum += atof(line);
	shown = number_of(t.err, "\"wait_ns\"");
	printf("# %.3f ms shown, %.3f ms in schedstat\n", shown / 1e6, sum / 1e6);
	EXPECT_LT(1e9, sum);
	EXPECT_LT(sum * (1 - limit), shown);
	EXPECT_GT(sum * (1 + limit), shown);
	tool_free(&t);
}

/* Threads that the kernel makes for a process, without a fork. */
TEST_F(tree, workers_of_io_uring)
{
	struct tool t;
	int code = tool_run(&t, ARGS("-T", "mono", "0", "--", PART("io_uring")));

	if (code == 4)
		SKIP(return, "io_uring is not permitted, or has no workers that are of a process");
	EXPECT_EQ(0, code);
	EXPECT_NE(NULL, strstr(t.err, " iou-wrk-"));
	tool_free(&t);
}

/* --- how it ends ---------------------------------------------------------- */

FIXTURE(command) {
	struct tool t;
	char path[32];			/* of a file that is there, and empty */
	char *data;			/* what it has */
	char buf[4096];
};

FIXTURE_SETUP(command)
{
	make_file(self->path);
}

FIXTURE_TEARDOWN(command)
{
	unlink(self->path);
	free(self->data);
	tool_free(&self->t);
}

/* The exit code. */
static int run(struct _test_data_command *self, const char *const args[])
{
	tool_free(&self->t);
	return tool_run(&self->t, args);
}

TEST_F(command, exit_status)
{
	EXPECT_EQ(0, run(self, ARGS("--", "true")));
	EXPECT_EQ(0, run(self, ARGS("-w", "1ms", "--", "true")));
	EXPECT_EQ(3, run(self, ARGS("--", "sh", "-c", "exit 3")));
	EXPECT_EQ(255, run(self, ARGS("-s", "--", "sh", "-c", "exit 255")));
	EXPECT_EQ(128 + SIGKILL, run(self, ARGS("--", "sh", "-c", "kill -KILL $$")));
	EXPECT_EQ(128 + SIGTERM, run(self, ARGS("--", "sh", "-c", "kill -TERM $$")));
	EXPECT_EQ(5, run(self, ARGS("--", "sh", "-c", "exit $#", "-P", "-s", "--", "1", "-d", "9")));
}

static bool cannot_run(struct _test_data_command *self, const char *name, int status,
		       const char *reason)
{
	char line[256];
	int code = run(self, ARGS("-s", "0", "--", name, "x"));

	snprintf(line, sizeof(line), "runqslower: cannot run '%s': %s\n", name, reason);
	if (code == status && !*self->t.out && !strcmp(self->t.err, line))
		return true;
	printf("# %s: exit %d, '%s', '%s'\n", name, code, self->t.out, self->t.err);
	return false;
}

TEST_F(command, cannot_be_run)
{
	EXPECT_TRUE(cannot_run(self, "no-such-command", 127, strerror(ENOENT)));
	EXPECT_TRUE(cannot_run(self, "/no/such/command", 127, strerror(ENOENT)));
	EXPECT_TRUE(cannot_run(self, "", 127, strerror(ENOENT)));
	EXPECT_TRUE(cannot_run(self, "/dev/null", 126, strerror(EACCES)));
	EXPECT_TRUE(cannot_run(self, self->path, 126, strerror(EACCES)));
}

/* Wait until its stderr has @text. */
static bool await_text(struct _test_data_command *self, const char *text)
{
	ssize_t len;

	do {
		usleep(1000);
		len = pread(self->t.err_fd, self->buf, sizeof(self->buf) - 1, 0);
		self->buf[len > 0 ? len : 0] = '\0';
	} while (!strstr(self->buf, text) && !child_has_ended(self->t.pid));
	return strstr(self->buf, text);
}

static void pass_time(int ms)
{
	uint64_t until = mono_ns() + ms * NSEC_PER_MSEC;

	while (mono_ns() < until)
		usleep(1000);
}

/* What it has said: its PID, and signals. */
static bool has_heard(const struct tool *t, const char *signals)
{
	const char *rest = strchr(t->out, '\n');

	if (rest && !strcmp(rest + 1, signals))
		return true;
	printf("# the command said '%s'\n", t->out);
	return false;
}

static void nothing(int sig)
{
	(void)sig;
}

/* The terminal tells all of its group, and the command may go on. */
TEST_F(command, interrupted)
{
	/* Not ignored, because that would be inherited. */
	signal(SIGINT, nothing);
	signal(SIGQUIT, nothing);
	setpgid(0, 0);
	tool_spawn(&self->t, TOOL, ARGS("-s", "0", "--", PART("told", "3", "5")));
	ASSERT_TRUE(tool_await_lines(&self->t, 1));
	kill(0, SIGINT);
	ASSERT_TRUE(tool_await_lines(&self->t, 2));
	pass_time(AGAIN_MS);
	kill(0, SIGINT);
	ASSERT_TRUE(tool_await_lines(&self->t, 3));
	kill(0, SIGQUIT);
	EXPECT_EQ(5, tool_wait(&self->t));
	EXPECT_TRUE(has_heard(&self->t, "2\n2\n3\n"));
	EXPECT_NE(NULL, strstr(self->t.err, "\nCauses: "));
}

TEST_F(command, signals_are_passed_on)
{
	static const int signals[] = { SIGTERM, SIGHUP };
	char heard[8];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(signals); i++) {
		tool_free(&self->t);
		tool_spawn(&self->t, TOOL, ARGS("-s", "0", "--", PART("told", "1", "6")));
		ASSERT_TRUE(tool_await_lines(&self->t, 1));
		kill(self->t.pid, signals[i]);
		/* Some send their signal twice. */
		kill(self->t.pid, signals[i]);
		EXPECT_EQ(6, tool_wait(&self->t));
		snprintf(heard, sizeof(heard), "%d\n", signals[i]);
		EXPECT_TRUE(has_heard(&self->t, heard));
		EXPECT_NE(NULL, strstr(self->t.err, "\nCauses: "));
	}
}

/* A command that does not end when told: the second signal ends the tool. */
TEST_F(command, told_again)
{
	siginfo_t info;

	tool_spawn(&self->t, TOOL, ARGS("0", "--", PART("told", "9", "0")));
	ASSERT_TRUE(tool_await_lines(&self->t, 1));
	kill(self->t.pid, SIGTERM);
	ASSERT_TRUE(tool_await_lines(&self->t, 2));
	pass_time(AGAIN_MS);
	kill(self->t.pid, SIGTERM);
	waitid(P_PID, self->t.pid, &info, WEXITED | WNOWAIT);
	/* The command lives on, and has the stdout that is read. */
	EXPECT_EQ(0, kill(atoi(self->t.out), SIGKILL));
	EXPECT_EQ(128 + SIGTERM, tool_wait(&self->t));
	EXPECT_TRUE(has_heard(&self->t, "15\n"));
}

/* Ctrl-C is the command's alone, also after a signal was passed on. */
TEST_F(command, interrupted_after_a_signal)
{
	tool_spawn(&self->t, TOOL, ARGS("-s", "0", "--", PART("told", "9", "0")));
	ASSERT_TRUE(tool_await_lines(&self->t, 1));
	kill(self->t.pid, SIGHUP);
	ASSERT_TRUE(tool_await_lines(&self->t, 2));
	pass_time(AGAIN_MS);
	kill(self->t.pid, SIGINT);
	EXPECT_EQ(0, kill(atoi(self->t.out), SIGKILL));
	EXPECT_EQ(128 + SIGKILL, tool_wait(&self->t));
	EXPECT_NE(NULL, strstr(self->t.err, "\nCauses: "));
}

/* As sudo -u makes one. */
TEST_F(command, of_another_user)
{
	tool_spawn(&self->t, TOOL, ARGS("--to", "/dev/null", "--", PART("told", "9", "0", "65534")));
	ASSERT_TRUE(tool_await_lines(&self->t, 1));
	kill(self->t.pid, SIGTERM);
	ASSERT_TRUE(tool_await_lines(&self->t, 2));
	EXPECT_EQ(0, kill(atoi(self->t.out), SIGKILL));
	EXPECT_EQ(128 + SIGKILL, tool_wait(&self->t));
	EXPECT_TRUE(has_heard(&self->t, "15\n"));
	EXPECT_STREQ("", self->t.err);
}

/* Who may not send it a signal says so. */
TEST_F(command, out_of_reach)
{
	ASSERT_EQ(0, prctl(PR_CAPBSET_DROP, CAP_KILL, 0, 0, 0));
	tool_spawn(&self->t, TOOL, ARGS("--to", "/dev/null", "--", PART("told", "9", "0", "65534")));
	ASSERT_TRUE(tool_await_lines(&self->t, 1));
	kill(self->t.pid, SIGTERM);
	EXPECT_TRUE(await_text(self, "runqslower: cannot pass on the signal 'Terminated' to '"));
	EXPECT_EQ(0, kill(atoi(self->t.out), SIGKILL));
	EXPECT_EQ(128 + SIGKILL, tool_wait(&self->t));
	EXPECT_EQ(1, count_lines(self->t.err));
}

/* The command is not run then, which must not pass for a success. */
TEST_F(command, told_while_it_loads)
{
	int tries = 5, code;

	do {
		tool_free(&self->t);
		tool_spawn(&self->t, TOOL, ARGS("-w", "--", "echo", "hello"));
		/* From when on it has handlers; loading takes longer. */
		while (!(in_status(self->t.pid, "SigCgt", 16) & 1 << (SIGTERM - 1)) &&
		       !child_has_ended(self->t.pid))
			usleep(100);
		kill(self->t.pid, SIGTERM);
		code = tool_wait(&self->t);
	} while (*self->t.out && --tries);
	EXPECT_EQ(128 + SIGTERM, code);
	EXPECT_STREQ("", self->t.out);
}

/* Start it with a pipe as stdin, of which the result is the other end. */
static int start_reader(struct _test_data_command *self, const char *const args[])
{
	int in[2], old = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);

	tool_free(&self->t);
	if (pipe2(in, O_CLOEXEC))
		abort();
	dup2(in[0], STDIN_FILENO);
	tool_spawn(&self->t, TOOL, args);
	dup2(old, STDIN_FILENO);
	close(old);
	close(in[0]);
	return in[1];
}

/* The results are there before the command ends, whose status counts. */
TEST_F(command, longer_than_the_tracing)
{
	int fd = start_reader(self, ARGS("-s", "-d", "100ms", "0", "--", PART("reads", "7")));

	EXPECT_TRUE(await_text(self, "\nCauses: "));
	EXPECT_FALSE(child_has_ended(self->t.pid));
	close(fd);
	EXPECT_EQ(7, tool_wait(&self->t));
	EXPECT_EQ(0, count_lines(self->t.out));
	fd = start_reader(self, ARGS("-n", "1", "0", "--", PART("reads", "8")));
	/* It has that name until it is the command. */
	EXPECT_TRUE(await_text(self, " runqslower "));
	EXPECT_FALSE(child_has_ended(self->t.pid));
	close(fd);
	EXPECT_EQ(8, tool_wait(&self->t));
	EXPECT_EQ(3, count_lines(self->t.err));
}

TEST_F(command, told_after_the_tracing)
{
	tool_spawn(&self->t, TOOL, ARGS("-s", "-d", "100ms", "0", "--", PART("told", "1", "6")));
	EXPECT_TRUE(await_text(self, "\nCauses: "));
	ASSERT_TRUE(tool_await_lines(&self->t, 1));
	kill(self->t.pid, SIGTERM);
	EXPECT_EQ(6, tool_wait(&self->t));
	EXPECT_TRUE(has_heard(&self->t, "15\n"));
}

/* --- streams, and what the command gets ----------------------------------- */

static const char *data_of(struct _test_data_command *self)
{
	free(self->data);
	self->data = content(self->path);
	return self->data;
}

#define HEADER "Tracing run queue latency higher than 0 us\nTIME     COMM "

TEST_F(command, streams)
{
	EXPECT_EQ(0, run(self, ARGS("0", "--", "echo", "hello")));
	EXPECT_STREQ("hello\n", self->t.out);
	EXPECT_EQ(0, strncmp(self->t.err, HEADER, strlen(HEADER)));
	EXPECT_LT(2, count_lines(self->t.err));
	EXPECT_EQ(0, run(self, ARGS("--to", self->path, "0", "--", "echo", "hello")));
	EXPECT_STREQ("hello\n", self->t.out);
	EXPECT_STREQ("", self->t.err);
	EXPECT_EQ(0, strncmp(data_of(self), HEADER, strlen(HEADER)));
	EXPECT_LT(2, count_lines(self->data));
	/* Both of the command: none of it is taken for data. */
	EXPECT_EQ(0, run(self, ARGS("-j", "--to", self->path, "0", "--", "sh", "-c",
				    "echo hello; echo there >&2")));
	EXPECT_STREQ("hello\n", self->t.out);
	EXPECT_STREQ("there\n", self->t.err);
	EXPECT_EQ(0, strncmp(data_of(self), "{\"type\":\"wait\",", 15));
}

TEST_F(command, file)
{
	mode_t mask = umask(0);
	struct stat st;

	umask(mask);
	/* Without a command as well: what was there goes, or it is made. */
	EXPECT_EQ(0, run(self, ARGS("--to", self->path, "0", "--", "true")));
	EXPECT_EQ(0, run(self, ARGS("--to", self->path, "-d", "1ms", "1h")));
	EXPECT_STREQ("", self->t.out);
	EXPECT_STREQ("", self->t.err);
	EXPECT_EQ(2, count_lines(data_of(self)));
	unlink(self->path);
	EXPECT_EQ(0, run(self, ARGS("--to", self->path, "-Hd", "1ms")));
	EXPECT_EQ(0, stat(self->path, &st));
	EXPECT_EQ(0666 & ~mask, st.st_mode & 0777);
	EXPECT_NE(NULL, strstr(data_of(self), " wait"));
	/* Nothing is run without a place for what is seen of it. */
	EXPECT_EQ(1, run(self, ARGS("--to", "/no/such/file", "--", "echo", "hello")));
	EXPECT_STREQ("", self->t.out);
	EXPECT_STREQ("runqslower: cannot write to /no/such/file: No such file or directory\n",
		     self->t.err);
}

/* What a shell command prints, for free(). */
static char *output_of(const char *command)
{
	FILE *f = popen(command, "r");
	char *text = calloc(1, 8192);

	if (f && !fread(text, 1, 8191, f))
		printf("# no output of %s\n", command);
	if (f)
		pclose(f);
	return text;
}

/*
 * Privileges, signals, streams, limits: all as if there were no tool. One of
 * the streams is closed.
 */
TEST_F(command, inherits)
{
	static const int ignored[] = {
		SIGHUP, SIGINT, SIGPIPE, SIGALRM, SIGXFSZ, SIGCHLD,
	};
	char alone[5000], with[10000], *expected, *got;
	sigset_t blocked;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(ignored); i++)
		signal(ignored[i], SIG_IGN);
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGINT);
	sigaddset(&blocked, SIGTERM);
	sigaddset(&blocked, SIGUSR1);
	sigprocmask(SIG_BLOCK, &blocked, NULL);
	snprintf(alone, sizeof(alone), "exec %s --part inherits <&-", program);
	snprintf(with, sizeof(with), "exec %s --to /dev/null 0 -- %s --part inherits <&-",
		 beside_us(TOOL), program);
	expected = output_of(alone);
	got = output_of(with);
	EXPECT_STREQ(expected, got);
	EXPECT_NE(NULL, strstr(got, "NoNewPrivs:\t0\n"));
	EXPECT_NE(NULL, strstr(got, "fd 1\n"));
	EXPECT_EQ(NULL, strstr(got, "fd 0\n"));
	free(expected);
	free(got);
}

#define main	main_of_tests
TEST_HARNESS_MAIN
#undef main

int main(int argc, char **argv)
{
	program = strdup(beside_us("command_test"));
	if (argc > 2 && !strcmp(argv[1], "--part"))
		return play_part(program, argv + 2);
	return main_of_tests(argc, argv);
}
