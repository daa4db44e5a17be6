// SPDX-License-Identifier: GPL-2.0
/*
 * Which capabilities each option needs, as the manual has them, what is said
 * where one is missing, and which are left once tracing has begun.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <linux/capability.h>
#include "kselftest_harness.h"
#include "landlock_version.h"
#include "cgroup.h"
#include "load.h"
#include "tool.h"

#ifndef CAP_PERFMON
#define CAP_PERFMON	38
#define CAP_BPF		39
#endif

#define BIT_OF(cap)	(1ULL << (cap))
#define TRACE		(BIT_OF(CAP_BPF) | BIT_OF(CAP_PERFMON))
#define NAMES		BIT_OF(CAP_DAC_READ_SEARCH)
#define ADMIN		BIT_OF(CAP_SYS_ADMIN)

/* Of this process and what it runs, root or not. False: not possible here. */
static bool leave_only(unsigned long long caps)
{
	const struct rlimit all = { RLIM_INFINITY, RLIM_INFINITY };
	int cap;

	if ((in_status(getpid(), "CapBnd", 16) & caps) != caps)
		return false;
	/* Before 5.11 maps count as locked memory; later it does not matter. */
	setrlimit(RLIMIT_MEMLOCK, &all);
	for (cap = 0; cap < 64; cap++) {
		if (!(caps >> cap & 1) && prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) && errno != EINVAL)
			return false;
	}
	return true;
}

/*
 * Run it with these capabilities only. It ends with @code and says no more than
 * @says; the limits of the kernel aside. 4: not possible here.
 */
static int run_with(unsigned long long caps, int code, const char *says,
		    const char *const args[])
{
	struct tool t;
	int status;
	pid_t pid = fork();

	if (!pid) {
		if (!leave_only(caps))
			_exit(4);
		status = tool_run(&t, args);
		if (status == code && !strcmp(t.err, says))
			_exit(0);
		printf("# %s %s: exit %d, '%s'\n", args[0], args[1] ?: "", status, t.err);
		fflush(stdout);
		_exit(1);
	}
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* With nothing but what the manual says. */
TEST(each_option)
{
	static const struct {
		const char *options[5];
		unsigned long long caps;
	} cases[] = {
		{ { "-P" }, TRACE }, { { "-H" }, TRACE }, { { "-S10ms" }, TRACE },
		{ { "-p", "1" }, TRACE }, { { "-t", "1" }, TRACE }, { { "-c", "x,y" }, TRACE },
		{ { "-C", "0" }, TRACE }, { { "-n", "1" }, TRACE },
		{ { "--ring-size", "1M" }, TRACE }, { { "-o", "csv" }, TRACE },
		{ { "-jT", "iso" }, TRACE },
		{ { "-w" }, TRACE | NAMES }, { { "-s" }, TRACE | NAMES },
		{ { "-wS10ms" }, TRACE | NAMES }, { { "--cost" }, TRACE | ADMIN },
		{ { "--kthreads=no" }, TRACE }, { { "-s", "--by", "cgroup" }, TRACE | NAMES },
		{ { "--to", "/dev/null", "--", "true" }, TRACE },
	};
	struct cgroup group;
	size_t i;
	int code;

	if (cgroup_new(&group, NULL, "rqs-caps"))
		EXPECT_EQ(0, run_with(TRACE, 0, "", ARGS("-g", group.dir, "-d", "50ms", "10s")));
	cgroup_delete(&group);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		const char *args[12] = { "-d", "50ms", "10s" };

		memcpy(args + 3, cases[i].options, sizeof(cases[i].options));
		code = run_with(cases[i].caps, 0, "", args);
		if (code == 4)
			SKIP(return, "this process lacks capabilities itself");
		EXPECT_EQ(0, code);
	}
}

/* Some kernels hide from others where the preempt count is. */
TEST(options_with_wakers)
{
	static const char hidden[] =
		"runqslower: wakers are not told: /proc/kallsyms hides addresses; run it with CAP_SYSLOG, and kernel.kptr_restrict below 2\n";
	const char *const waker[] = { "-W", "-d", "50ms", "10s", NULL };
	const char *const trace[] = { "--trace", "/dev/null", "-d", "50ms", "10s", NULL };
	int code = run_with(TRACE, 0, "", waker);

	if (code == 4)
		SKIP(return, "this process lacks capabilities itself");
	if (!code) {
		EXPECT_EQ(0, run_with(TRACE | NAMES, 0, "", trace));
		return;
	}
	EXPECT_EQ(0, run_with(TRACE, 0, hidden, waker));
	EXPECT_EQ(0, run_with(TRACE | BIT_OF(CAP_SYSLOG), 0, "", waker));
	EXPECT_EQ(0, run_with(TRACE | NAMES | BIT_OF(CAP_SYSLOG), 0, "", trace));
}

/* What is said of cgroups that cannot be named, where there are any. */
static const char *of_cgroups(const char *text)
{
	return access("/proc/cgroups", F_OK) ? "" : text;
}

TEST(without)
{
	static const char privilege[] =
		"runqslower: cannot load the BPF programs: not enough privilege; run it as root, or with CAP_BPF and CAP_PERFMON (CAP_SYS_ADMIN before Linux 5.8)\n";
	static const char names[] =
		"runqslower: cgroups are shown by ID: their names need CAP_DAC_READ_SEARCH\n";
	static const char cost[] =
		"runqslower: cannot count what the programs cost: --cost needs CAP_SYS_ADMIN\n";
	int code = run_with(BIT_OF(CAP_BPF), 1, privilege, ARGS("-d", "1ms"));

	if (code == 4)
		SKIP(return, "this process lacks capabilities itself");
	EXPECT_EQ(0, code);
	EXPECT_EQ(0, run_with(BIT_OF(CAP_PERFMON), 1, privilege, ARGS("-d", "1ms")));
	EXPECT_EQ(0, run_with(TRACE, 0, of_cgroups(names), ARGS("-w", "-d", "1ms", "10s")));
	EXPECT_EQ(0, run_with(TRACE, 0, of_cgroups(names), ARGS("-s", "-d", "1ms", "10s")));
	EXPECT_EQ(0, run_with(TRACE, 1, cost, ARGS("--cost", "-d", "1ms")));
}

/*
 * The file of --metrics is written when most capabilities are gone: root may
 * write where it is its own, and not where others are.
 */
TEST(metrics)
{
	static const char not_told[] =
		"runqslower: cgroups are not told apart: their names need CAP_DAC_READ_SEARCH\n";
	char dir[] = "/tmp/rqs-caps-XXXXXX", path[64], says[256];
	struct stat st;
	int code;

	ASSERT_NE(NULL, mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/a.prom", dir);
	code = run_with(TRACE | NAMES, 0, "", ARGS("--metrics", path, "-d", "50ms"));
	if (code != 4) {
		EXPECT_EQ(0, code);
		ASSERT_EQ(0, stat(path, &st));
		EXPECT_EQ(S_IFREG | 0644, st.st_mode);
		EXPECT_EQ(0, run_with(TRACE, 0, of_cgroups(not_told),
				      ARGS("--metrics", path, "-d", "1ms")));
		ASSERT_EQ(0, chown(dir, 65534, 65534));
		snprintf(says, sizeof(says),
			 "runqslower: cannot write %s: Permission denied; UID 0 must be allowed to, without capabilities\n",
			 path);
		/* However many it had. */
		EXPECT_EQ(0, run_with(TRACE | NAMES | BIT_OF(CAP_DAC_OVERRIDE), 1, says,
				      ARGS("--metrics", path, "-d", "1ms")));
	}
	unlink(path);
	rmdir(dir);
	if (code == 4)
		SKIP(return, "this process lacks capabilities itself");
}

static void check_left(struct __test_metadata *_metadata, unsigned long long caps,
		       const char *const args[])
{
	struct tool t;

	tool_spawn(&t, TOOL, args);
	ASSERT_TRUE(tool_await_lines(&t, 1));
	EXPECT_EQ(caps, in_status(t.pid, "CapPrm", 16));
	EXPECT_EQ(caps, in_status(t.pid, "CapEff", 16));
	EXPECT_EQ(0, in_status(t.pid, "CapInh", 16));
	EXPECT_EQ(0, in_status(t.pid, "CapAmb", 16));
	EXPECT_EQ(1, in_status(t.pid, "NoNewPrivs", 10));
	EXPECT_EQ(0, tool_stop(&t));
	tool_free(&t);
}

TEST(left_while_it_traces)
{
	if (!(in_status(getpid(), "CapEff", 16) & BIT_OF(CAP_BPF)))
		SKIP(return, "this process lacks CAP_BPF itself");
	check_left(_metadata, BIT_OF(CAP_BPF), ARGS("-WPHS"));
	check_left(_metadata, BIT_OF(CAP_BPF) | NAMES, ARGS("-w"));
	check_left(_metadata, BIT_OF(CAP_BPF) | NAMES, ARGS("-s", "--trace", "/dev/null"));
	check_left(_metadata, BIT_OF(CAP_BPF) | NAMES, ARGS("--metrics", "/tmp/rqs-caps.prom"));
	unlink("/tmp/rqs-caps.prom");
}

/*
 * While it traces, only the directory of --metrics is written to: not what has
 * taken the place of that directory.
 */
TEST(written_while_it_traces)
{
	char dir[] = "/tmp/rqs-caps-XXXXXX", path[5][64];
	static const char *const names[] = { "first", "second", "link", "link/m", "second/m" };
	struct tool t;
	struct stat st;
	size_t i;

	if (landlock_version() < 1)
		SKIP(return, "this kernel has no Landlock");
	ASSERT_NE(NULL, mkdtemp(dir));
	for (i = 0; i < ARRAY_SIZE(names); i++)
		snprintf(path[i], sizeof(path[i]), "%s/%s", dir, names[i]);
	ASSERT_EQ(0, mkdir(path[0], 0755));
	ASSERT_EQ(0, mkdir(path[1], 0755));
	ASSERT_EQ(0, symlink("first", path[2]));
	ASSERT_TRUE(tool_start(&t, TOOL, ARGS("--metrics", path[3], "-P", "10s")));
	ASSERT_EQ(0, unlink(path[2]));
	ASSERT_EQ(0, symlink("second", path[2]));
	EXPECT_EQ(1, tool_stop(&t));
	EXPECT_NE(NULL, strstr(t.err, "Permission denied"));
	EXPECT_EQ(-1, stat(path[4], &st));
	tool_free(&t);
	unlink(path[2]);
	snprintf(path[0], sizeof(path[0]), "rm -r %s", dir);
	EXPECT_EQ(0, system(path[0]));
}

TEST_HARNESS_MAIN
