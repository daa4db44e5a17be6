// SPDX-License-Identifier: GPL-2.0
/*
 * The file of --metrics in real runs: what it has of known schedules, that it
 * is whole whenever it is read, and what is said when it cannot be written.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "kselftest_harness.h"
#include "metrics_text.h"
#include "actors.h"
#include "load.h"
#include "tool.h"
#include "version.h"

#define MAX_TEXT	(1 << 20)

FIXTURE(metrics) {
	struct actors actors;
	char dir[64], path[80];
	char *text;			/* of the file, as last read */
};

FIXTURE_SETUP(metrics)
{
	actors_begin(&self->actors);
	strcpy(self->dir, "/tmp/rqs-metrics-XXXXXX");
	ASSERT_NE(NULL, mkdtemp(self->dir));
	snprintf(self->path, sizeof(self->path), "%s/a.prom", self->dir);
	self->text = calloc(1, MAX_TEXT);
}

FIXTURE_TEARDOWN(metrics)
{
	actors_end(&self->actors);
	unlink(self->path);
	/* Nothing else is left there. */
	EXPECT_EQ(0, rmdir(self->dir));
	free(self->text);
}

/* False if there is no file. */
static bool read_text(const char *path, char *text)
{
	int fd = open(path, O_RDONLY);
	ssize_t len = fd < 0 ? -1 : read(fd, text, MAX_TEXT - 1);

	text[len > 0 ? len : 0] = '\0';
	if (fd >= 0)
		close(fd);
	return len >= 0;
}

#define VALUE(name) value_of(self->text, "runqslower_" name)

/* What @group waited for @cause. */
static double waited_of(const char *text, const struct cgroup *group, const char *cause)
{
	char name[PATH_MAX + 128];

	snprintf(name, sizeof(name),
		 "runqslower_cgroup_waited_seconds_total{id=\"%s\",cause=\"%s\"}",
		 group->name, cause);
	return value_of(text, name);
}

/* The time of all causes together. */
static double waited(const char *text)
{
	static const char name[] = "\nrunqslower_waited_seconds_total{";
	double sum = 0;

	for (; (text = strstr(text, name)); text++)
		sum += atof(strchr(text, '}') + 1);
	return sum;
}

/* --- known schedules ------------------------------------------------------ */

static bool enters_first(struct stage *stage)
{
	return cgroup_enter(&stage->groups[0], 0);
}

/* A task with a fifth of a CPU, of whose waits there are lines, too. */
TEST_F_TIMEOUT(metrics, quota_of_a_cgroup, 120)
{
	struct actors *a = &self->actors;
	const struct cgroup *group = actors_group(a, NULL, "rqs-metrics");
	double lines = 0, quota = 0;
	const char *tid;
	size_t i;

	if (!group)
		SKIP(return, "no cpu controller here");
	ASSERT_TRUE(cgroup_limit(group, 20000, 100000));
	tid = tid_of(actor(a, "rqs-metrics", last_cpu(), enters_first, spins));
	ASSERT_TRUE(actors_trace(a, 16, ARGS("-wT", "mono", "-t", tid, "--metrics", self->path,
					     "-i", "300ms", "20000")));
	show_waits(a);
	for (i = 0; i < a->nr_waits; i++) {
		lines += a->waits[i].lat_us / 1e6;
		quota += ns_of(&a->waits[i], "quota") / 1e9;
	}
	if (quota < lines / 2)
		SKIP(return, "something else has the CPU most of the time");
	ASSERT_TRUE(read_text(self->path, self->text));
	EXPECT_EQ(a->nr_waits, VALUE("waits_over_threshold_total"));
	/* Lines have whole us. */
	EXPECT_LE(lines - 1e-6, waited(self->text));
	EXPECT_GE(lines + 1e-6 * (a->nr_waits + 1), waited(self->text));
	/* And shares whole percents. */
	printf("# quota for %.3f s of %.3f s, by lines %.3f s\n",
	       waited_of(self->text, group, "quota"), waited(self->text), quota);
	EXPECT_LE(quota - lines / 100, waited_of(self->text, group, "quota"));
	EXPECT_GE(quota + lines / 100, waited_of(self->text, group, "quota"));
	EXPECT_EQ(VALUE("waited_seconds_total{cause=\"quota\"}"),
		  waited_of(self->text, group, "quota"));
	EXPECT_EQ(0.02, VALUE("threshold_seconds"));
	EXPECT_EQ(1, VALUE("build_info{version=\"" VERSION "\"}"));
}

/* Three waits of 100 ms, which lie between two bounds. */
TEST_F_TIMEOUT(metrics, histogram, 120)
{
	struct starve *s = starve_new(last_cpu());
	double shorter, longer;
	struct tool t;
	int i;

	if (!s)
		SKIP(return, "no real-time priority");
	starve_settle(s);
	tool_spawn(&t, TOOL, ARGS("-t", tid_of(s->victim), "--metrics", self->path, "--cost",
				  "1s"));
	ASSERT_TRUE(tool_await_lines(&t, 1));
	for (i = 0; i < 3; i++)
		starve_for(s, 100 * NSEC_PER_MSEC);
	ASSERT_EQ(0, tool_stop(&t));
	starve_end(s);
	ASSERT_STREQ("", t.err);
	ASSERT_TRUE(read_text(self->path, self->text));
	shorter = VALUE("wait_seconds_bucket{le=\"0.067108863\"}");
	longer = VALUE("wait_seconds_count") - shorter;
	printf("# %.0f shorter, %.0f longer, %.6f s\n", shorter, longer, VALUE("wait_seconds_sum"));
	/* Emulated CPUs stand still, which makes other waits long. */
	ASSERT_LE(3, longer);
	if (slack() == 1) {
		if (VALUE("wait_seconds_sum") > 0.32)
			SKIP(return, "something else has the CPU meanwhile");
		EXPECT_EQ(3, longer);
		EXPECT_EQ(3, VALUE("wait_seconds_bucket{le=\"0.134217727\"}") - shorter);
	}
	EXPECT_EQ(VALUE("wait_seconds_count"), VALUE("wait_seconds_bucket{le=\"+Inf\"}"));
	EXPECT_LE(0.295, VALUE("wait_seconds_sum"));
	EXPECT_EQ(0, VALUE("waits_over_threshold_total"));
	EXPECT_EQ(0, waited(self->text));
	EXPECT_LT(0, VALUE("program_runs_total{program=\"why_switch\"}"));
	EXPECT_LT(0, VALUE("program_seconds_total{program=\"why_switch\"}"));
	tool_free(&t);
}

/* Of a service: the header, whatever waits there are, and no more. */
TEST_F(metrics, no_lines)
{
	struct tool t;

	tool_spawn(&t, TOOL, ARGS("--metrics", self->path, "0"));
	ASSERT_TRUE(tool_await_lines(&t, 1));
	load_free(mixed_load(NSEC_PER_SEC / 2));
	EXPECT_EQ(0, tool_stop(&t));
	EXPECT_STREQ("Tracing run queue latency higher than 0 us\n", t.out);
	ASSERT_TRUE(read_text(self->path, self->text));
	EXPECT_LT(100, VALUE("waits_over_threshold_total"));
	/* Without a threshold all waits are over it. */
	EXPECT_LT(0, waited(self->text));
	tool_free(&t);
}

/* --- the file ------------------------------------------------------------- */

/* From the first line to the last? */
static bool is_whole(const char *text)
{
	static const char first[] = "# HELP runqslower_build_info ";
	const char *last = strstr(text, "\nrunqslower_lost_waits_total{reason=\"clock\"} ");

	return !strncmp(text, first, strlen(first)) && last && count_lines(last) == 2;
}

/* Read again and again while it is written, until the tool is killed. */
TEST_F_TIMEOUT(metrics, whole_at_any_time, 120)
{
	double before = 0, waits;
	int nr_whole = 0, nr_fallen = 0, nr_new = 0, status;
	ino_t inode = 0;
	struct stat st;
	struct tool t;
	uint64_t end;

	tool_spawn(&t, TOOL, ARGS("--metrics", self->path, "-i", "1ms", "1000"));
	ASSERT_TRUE(tool_await_lines(&t, 1));
	end = mono_ns() + 2 * NSEC_PER_SEC;
	while (mono_ns() < end) {
		/* It is there from the first line of output on. */
		ASSERT_TRUE(read_text(self->path, self->text));
		ASSERT_TRUE(is_whole(self->text));
		waits = VALUE("wait_seconds_count");
		nr_fallen += waits < before;
		before = waits;
		nr_whole++;
		nr_new += !stat(self->path, &st) && st.st_ino != inode;
		inode = st.st_ino;
	}
	kill(t.pid, SIGKILL);
	waitpid(t.pid, &status, 0);
	printf("# read %d times, %d new files\n", nr_whole, nr_new);
	EXPECT_EQ(0, nr_fallen);
	EXPECT_LT(2, nr_new);
	ASSERT_TRUE(read_text(self->path, self->text));
	EXPECT_TRUE(is_whole(self->text));
	/* What the killed one may have left: see TEARDOWN. */
	snprintf(self->text, MAX_TEXT, "%s.%d.tmp", self->path, t.pid);
	unlink(self->text);
}

TEST_F(metrics, cannot_be_written)
{
	char line[256];
	struct tool t;

	EXPECT_EQ(1, tool_run(&t, ARGS("--metrics", "/nowhere/at/all", "-d", "1ms")));
	EXPECT_STREQ("", t.out);
	EXPECT_STREQ("runqslower: cannot write /nowhere/at/all: No such file or directory\n",
		     t.err);
	tool_free(&t);
	EXPECT_EQ(1, tool_run(&t, ARGS("--metrics", self->dir, "-d", "1ms")));
	snprintf(line, sizeof(line),
		 "runqslower: cannot write %s: it would replace what is no regular file; name another one\n",
		 self->dir);
	EXPECT_STREQ(line, t.err);
	tool_free(&t);
}

/* Take all room in @dir, in file "full". */
static bool fill(const char *dir)
{
	static char data[4096];
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "%s/full", dir);
	fd = open(path, O_WRONLY | O_CREAT, 0600);
	while (write(fd, data, sizeof(data)) > 0)
		;
	return !close(fd) && errno == ENOSPC;
}

static bool has_said(const struct tool *t, const char *line)
{
	char said[4096];
	ssize_t len = pread(t->err_fd, said, sizeof(said) - 1, 0);

	said[len > 0 ? len : 0] = '\0';
	return strstr(said, line);
}

/*
 * A full disk, and room again: 0 if the tool said so once, went on, and ended
 * with 1. In a mount namespace of its own. 4: not possible here.
 */
static int run_on_full_disk(const char *dir, const char *path)
{
	char full[128], line[256];
	struct stat before, after;
	struct tool t;

	snprintf(full, sizeof(full), "%s/full", dir);
	snprintf(line, sizeof(line), "runqslower: cannot write %s: No space left on device\n",
		 path);
	if (unshare(CLONE_NEWNS) || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("none", dir, "tmpfs", 0, "size=256k"))
		return 4;
	tool_spawn(&t, TOOL, ARGS("--metrics", path, "-i", "10ms"));
	if (!tool_await_lines(&t, 1) || !fill(dir))
		return 1;
	while (!has_said(&t, line))
		usleep(1000);
	if (stat(path, &before))
		return 2;
	unlink(full);
	do
		usleep(1000);
	while (stat(path, &after) || before.st_ino == after.st_ino);
	if (tool_stop(&t) == 1 && !strcmp(t.err, line))
		return 0;
	printf("# '%s'\n", t.err);
	fflush(stdout);
	return 3;
}

TEST_F_TIMEOUT(metrics, full_disk, 120)
{
	pid_t pid = fork();
	int status;

	if (!pid)
		_exit(run_on_full_disk(self->dir, self->path));
	waitpid(pid, &status, 0);
	if (status == 4 << 8)
		SKIP(return, "no mount namespace");
	EXPECT_EQ(0, status);
}

TEST_HARNESS_MAIN
