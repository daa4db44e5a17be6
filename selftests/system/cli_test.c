// SPDX-License-Identifier: GPL-2.0
/*
 * The command line: every option, every refusal, and what goes to which stream.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>
#include "kselftest_harness.h"
#include "tool.h"

#define EXIT_USAGE	64

/* One line on stderr that has both words, nothing on stdout. */
static bool is_refused(const char *const args[], const char *names,
		       const char *accepted)
{
	struct tool t;
	int code = tool_run(&t, args);
	bool ok = code == EXIT_USAGE && !t.out_len && count_lines(t.err) == 1 &&
		  !strncmp(t.err, "runqslower: ", 12) &&
		  strstr(t.err, names) && strstr(t.err, accepted);

	if (!ok)
		printf("# %s %s: exit %d, stdout '%s', stderr '%s'\n", args[0],
		       args[1] ?: "", code, t.out, t.err);
	tool_free(&t);
	return ok;
}

TEST(refusals)
{
	static const char * const thresholds[] = {
		"10x", "1e3", "", " 5", "5 ", "+5", "0x10", "10 ms", "ms", "10msx",
		"1.5", "99999999999999999999", "9223372036855m", "10MS", "5ns",
	};
	static const char * const ids[] = {
		"0", "-1", "abc", "12abc", "", "1,", ",1", "1,,2", "4294967296",
		"99999999999999999999", "1 ", "0x1",
	};
	static const char * const durations[] = { "0", "-1", "1w", "", "x", "0ms", "1.s", ".5" };
	static const char * const cpus[] = {
		"", "a", "1-", "-1", "3-1", "0,", "0-1-2", "8192", "0;1", "1 ",
	};
	static const char * const sizes[] = {
		"", "0", "3000", "1", "8X", "5M", "2G", "-8M", "4096KB",
	};
	static const char * const counts[] = { "0", "-1", "1k", "", "99999999999999999999" };
	size_t i;

#define EACH(array, ...) \
	for (i = 0; i < ARRAY_SIZE(array); i++) \
		EXPECT_TRUE(is_refused(ARGS(__VA_ARGS__), array[i], "accepted"))

	EACH(thresholds, thresholds[i]);
	EACH(thresholds, thresholds[i], "--", "true");
	EXPECT_TRUE(is_refused(ARGS("-1"), "'-1'", "accepted"));
	EACH(ids, "-p", ids[i]);
	EACH(ids, "--tid", ids[i]);
	EACH(durations, "-d", durations[i]);
	EACH(durations, "-si", durations[i]);
	EACH(cpus, "-C", cpus[i]);
	EACH(sizes, "--ring-size", sizes[i]);
	EACH(counts, "--history", counts[i]);
	EXPECT_TRUE(is_refused(ARGS("--history", "16385"), "'16385'", "16384 is accepted"));
	EACH(counts, "-n", counts[i]);
	EXPECT_TRUE(is_refused(ARGS("-c", ""), "prefix", "accepted"));
	EXPECT_TRUE(is_refused(ARGS("-c", "a,,b"), "prefix", "accepted"));
	EXPECT_TRUE(is_refused(ARGS("-T", "utc"), "'utc'", "clock, us, iso, mono or unix"));
	EXPECT_TRUE(is_refused(ARGS("-o", "xml"), "'xml'", "text, json or csv"));
	EXPECT_TRUE(is_refused(ARGS("-g", "/tmp"), "'/tmp'", "accepted"));
	EXPECT_TRUE(is_refused(ARGS("-g", "/no/such"), "'/no/such'", "No such file"));
	EXPECT_TRUE(is_refused(ARGS("-i", "1s"), "--interval", "--summary"));
	EXPECT_TRUE(is_refused(ARGS("-sH", "-o", "csv"), "CSV", "not both"));
	EXPECT_TRUE(is_refused(ARGS("--cost", "-o", "csv"), "CSV", "json is accepted"));
	EXPECT_TRUE(is_refused(ARGS("10", "20"), "'20'", "accepted"));
	EXPECT_TRUE(is_refused(ARGS("10", "ls"), "'ls'", "-- before a command"));
	EXPECT_TRUE(is_refused(ARGS("-x"), "'-x'", "--help"));
	EXPECT_TRUE(is_refused(ARGS("-Px"), "'-x'", "--help"));
	EXPECT_TRUE(is_refused(ARGS("--frobnicate"), "'--frobnicate'", "--help"));
	EXPECT_TRUE(is_refused(ARGS("--frobnicate=1"), "'--frobnicate=1'", "--help"));
	EXPECT_TRUE(is_refused(ARGS("-p"), "'--pid'", "--help"));
	EXPECT_TRUE(is_refused(ARGS("--ring-size"), "'--ring-size'", "--help"));
	EXPECT_TRUE(is_refused(ARGS("--previous=1"), "'--previous'", "--help"));
}

TEST(help)
{
	static const char * const all[] = {
		"-p", "--pid", "-t", "--tid", "-c", "--comm", "-C", "--cpu", "-P",
		"--previous", "-T", "--time", "-d", "--duration", "-n", "--count",
		"-w", "--why", "-W", "--waker", "--history", "-g", "--cgroup", "-S",
		"--stalled", "-s", "--summary", "-H", "--histogram", "-i", "--interval",
		"-o", "--output", "-j", "--json-schema", "--trace", "--metrics", "--cost",
		"--ring-size", "-v", "--verbose", "-V", "--version", "-h", "--help",
		"--usage", "--to", "min_us", "-- COMMAND [ARG...]", "--kthreads", "--by",
		"--heat", "--light",
	};
	static const char * const forms[] = { "-h", "-?", "--help", "--hel" };
	struct tool t;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(forms); i++) {
		EXPECT_EQ(0, tool_run(&t, ARGS(forms[i])));
		EXPECT_EQ(0, t.err_len);
		EXPECT_NE(NULL, strstr(t.out, "Usage: runqslower"));
		tool_free(&t);
	}
	EXPECT_EQ(0, tool_run(&t, ARGS("--help")));
	for (i = 0; i < ARRAY_SIZE(all); i++)
		EXPECT_TRUE(strstr(t.out, all[i]) || !printf("# no %s\n", all[i]));
	tool_free(&t);
	EXPECT_EQ(0, tool_run(&t, ARGS("--usage")));
	EXPECT_EQ(1, count_lines(t.out));
	EXPECT_NE(NULL, strstr(t.out, "Usage: runqslower"));
	tool_free(&t);
}

TEST(version)
{
	unsigned int major, minor;
	struct tool t;
	int nr;

	EXPECT_EQ(0, tool_run(&t, ARGS("-V")));
	nr = sscanf(t.out, "runqslower %u.%u\n", &major, &minor);
	EXPECT_EQ(2, nr);
	EXPECT_EQ(1, count_lines(t.out));
	EXPECT_EQ(0, t.err_len);
	tool_free(&t);
	EXPECT_EQ(0, tool_run(&t, ARGS("--version")));
	nr = sscanf(t.out, "runqslower %u.%u\n", &major, &minor);
	EXPECT_EQ(2, nr);
	tool_free(&t);
}

static bool has_header(const char *const args[], const char *header)
{
	struct tool t;
	int code = tool_run(&t, args);
	bool ok = !code && !strncmp(t.out, header, strlen(header));

	if (!ok)
		printf("# %s: exit %d, stdout '%s', stderr '%s'\n", args[0], code,
		       t.out, t.err);
	tool_free(&t);
	return ok;
}

/* Byte for byte those of the tool it replaces. */
TEST(header)
{
	EXPECT_TRUE(has_header(ARGS("-d", "1ms"),
		"Tracing run queue latency higher than 10000 us\n"
		"TIME     COMM             TID           LAT(us)\n"));
	EXPECT_TRUE(has_header(ARGS("-d", "1ms", "-P", "20000"),
		"Tracing run queue latency higher than 20000 us\n"
		"TIME     COMM             TID           LAT(us) PREV COMM        PREV TID\n"));
	EXPECT_TRUE(has_header(ARGS("-d", "1ms", "-w"),
		"Tracing run queue latency higher than 10000 us\n"
		"TIME     COMM             TID           LAT(us) FROM      CPU  WHY\n"));
	EXPECT_TRUE(has_header(ARGS("-d", "1ms", "-wWP", "--history", "16384"),
		"Tracing run queue latency higher than 10000 us\n"
		"TIME     COMM             TID           LAT(us) PREV COMM        PREV TID WAKER          WAKER TID FROM      CPU  WHY\n"));
	EXPECT_TRUE(has_header(ARGS("-d", "1ms", "-T", "us"),
		"Tracing run queue latency higher than 10000 us\n"
		"TIME            COMM             TID           LAT(us)\n"));
}

TEST(threshold_units)
{
	static const struct {
		const char *arg, *us;
	} cases[] = {
		{ "5", "5 us" }, { "0", "0 us" }, { "500us", "500 us" },
		{ "10ms", "10000 us" }, { "1s", "1000000 us" },
		{ "2m", "120000000 us" }, { "0ms", "0 us" },
	};
	char header[64];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		snprintf(header, sizeof(header),
			 "Tracing run queue latency higher than %s\n", cases[i].us);
		EXPECT_TRUE(has_header(ARGS("-d", "1ms", cases[i].arg), header));
	}
	/* Options may follow. */
	EXPECT_TRUE(has_header(ARGS("7ms", "-d", "1ms"),
			       "Tracing run queue latency higher than 7000 us\n"));
}

/* A name can have 15 bytes; a longer prefix is cut as the kernel cuts names. */
TEST(long_prefix)
{
	struct tool t;

	EXPECT_EQ(0, tool_run(&t, ARGS("-d", "1ms", "-c", "a123456789abcdefgh")));
	EXPECT_EQ(1, count_lines(t.err));
	EXPECT_NE(NULL, strstr(t.err, "'a123456789abcdefgh' cut to 'a123456789abcde'"));
	tool_free(&t);
}

TEST(verbose)
{
	struct tool t;

	EXPECT_EQ(0, tool_run(&t, ARGS("-d", "1ms", "-v", "10m")));
	EXPECT_NE(NULL, strstr(t.err, "libbpf: "));
	EXPECT_EQ(2, count_lines(t.out));
	tool_free(&t);
}

/* Without privilege: one line that names what is missing. */
TEST(no_privilege)
{
	struct tool t;
	pid_t pid = fork();
	int status;

	ASSERT_LE(0, pid);
	if (!pid) {
		/* The directory of the test may not be open to others. */
		if (setgid(65534) || setuid(65534))
			_exit(2);
		if (access(beside_us(TOOL), X_OK))
			_exit(4);
		_exit(tool_run(&t, ARGS("-d", "1ms")) != 1 || t.out_len ||
		      count_lines(t.err) != 1 || !strstr(t.err, "CAP_BPF") ||
		      !strstr(t.err, "CAP_PERFMON"));
	}
	waitpid(pid, &status, 0);
	if (WEXITSTATUS(status) == 4)
		SKIP(return, "the program cannot be reached by another user");
	EXPECT_EQ(0, status);
}

/* Without BTF: one line that names it. Here it is only hidden. */
TEST(no_btf)
{
	struct tool t;
	pid_t pid = fork();
	int status;

	ASSERT_LE(0, pid);
	if (!pid) {
		if (unshare(CLONE_NEWNS) ||
		    mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
		    mount("none", "/sys/kernel/btf", "tmpfs", 0, NULL))
			_exit(4);
		_exit(tool_run(&t, ARGS("-d", "1ms")) != 1 || t.out_len ||
		      count_lines(t.err) != 1 ||
		      !strstr(t.err, "CONFIG_DEBUG_INFO_BTF"));
	}
	waitpid(pid, &status, 0);
	if (WEXITSTATUS(status) == 4)
		SKIP(return, "/sys/kernel/btf cannot be hidden");
	EXPECT_EQ(0, status);
}

/*
 * What comes to stderr of a tool that may think it is a terminal; false if
 * there is none.
 */
static bool on_terminal(const char *const args[], char *buf, size_t size)
{
	int terminal = posix_openpt(O_RDWR | O_NOCTTY);
	size_t len = 0;
	ssize_t got;
	pid_t pid;

	if (terminal < 0 || grantpt(terminal) || unlockpt(terminal))
		return false;
	pid = fork();
	if (!pid) {
		dup2(open("/dev/null", O_WRONLY), STDOUT_FILENO);
		dup2(open(ptsname(terminal), O_WRONLY | O_NOCTTY), STDERR_FILENO);
		close(terminal);
		execv(beside_us(TOOL), (char *const *)args);
		_exit(1);
	}
	/* Until it ends: then nobody has the other side open. */
	do {
		got = read(terminal, buf + len, size - 1 - len);
		len += got > 0 ? got : 0;
	} while (got > 0 || (got < 0 && errno == EIO && !waitpid(pid, NULL, WNOHANG)));
	buf[len] = '\0';
	close(terminal);
	return true;
}

/* A person sees how it goes on, and nothing of that stays. */
TEST(status_line)
{
	static const char wipe[] = "\r\033[K";
	char buf[4096];

	if (!on_terminal(ARGS("runqslower", "-d", "1500ms"), buf, sizeof(buf)))
		SKIP(return, "no pseudo terminal");
	EXPECT_NE(NULL, strstr(buf, " waits, 0 lost, 1 s"));
	EXPECT_LT(strlen(wipe), strlen(buf));
	EXPECT_STREQ(wipe, buf + strlen(buf) - strlen(wipe));
	/* Who waits for Ctrl-C or a count has not asked for it. */
	ASSERT_TRUE(on_terminal(ARGS("runqslower", "-n", "1", "0"), buf, sizeof(buf)));
	EXPECT_STREQ("", buf);
}

/* A full disk is a failure, said in one line. */
TEST(write_error)
{
	char cmd[5000];
	int status;

	if (access("/dev/full", W_OK))
		SKIP(return, "no /dev/full");
	snprintf(cmd, sizeof(cmd),
		 "err=$(%s -d 1ms 2>&1 >/dev/full); [ $? -eq 1 ] && [ \"$err\" = 'runqslower: cannot write to stdout: No space left on device' ]",
		 beside_us(TOOL));
	status = system(cmd);
	EXPECT_EQ(0, status);
}

TEST_HARNESS_MAIN
