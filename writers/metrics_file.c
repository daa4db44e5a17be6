// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * All times are seconds with nine decimals, as the format asks for base units:
 * no ns is lost. A new metric takes a family here and a line of the manual.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "metrics_file.h"
#include "names.h"
#include "utf8.h"
#include "util/cgroups.h"
#include "util/clock.h"
#include "version.h"

/*
 * The histogram has a bound at each power of two ns, 1.02 us to 17.2 s. struct
 * histogram has these bounds, too, so counts are exact.
 */
#define FIRST_BOUND	10
#define LAST_BOUND	34

static FILE *out;

/* Begin a family of metrics. */
static void put_family(const char *name, const char *type, const char *help)
{
	fprintf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void put_seconds(__u64 ns)
{
	fprintf(out, "%llu.%09llu", ns / NSEC_PER_SEC, ns % NSEC_PER_SEC);
}

/* Put @label="@value", escaped. */
static void put_label(const char *label, const char *value)
{
	fprintf(out, "%s=\"", label);
	for (; *value; value++) {
		if (*value == '\n') {
			fputs("\\n", out);
			continue;
		}
		if (*value == '\\' || *value == '"')
			putc('\\', out);
		putc(*value, out);
	}
	putc('"', out);
}

/* Put a count that has one label. */
static void put_count(const char *name, const char *label, const char *value, __u64 count)
{
	fprintf(out, "%s{", name);
	put_label(label, value);
	fprintf(out, "} %llu\n", count);
}

/* Write a time as put_count() writes a count. */
static void put_time(const char *name, const char *label, const char *value, __u64 ns)
{
	fprintf(out, "%s{", name);
	put_label(label, value);
	fputs("} ", out);
	put_seconds(ns);
	putc('\n', out);
}

static void put_settings(const struct metrics_page *page)
{
	put_family("runqslower_build_info", "gauge", "Always 1, the version is a label.");
	put_count("runqslower_build_info", "version", VERSION, 1);
	put_family("runqslower_threshold_seconds", "gauge",
		   "The threshold: how long a wait must be to have its cause told.");
	fputs("runqslower_threshold_seconds ", out);
	put_seconds(page->threshold_ns);
	putc('\n', out);
}

/*
 * A bound is 1 ns less than a power of two, because le includes the bound and a
 * bucket of struct histogram ends before the power.
 */
static void put_lengths(const struct histogram *h)
{
	__u64 count = 0, sum = 0;
	unsigned int bound = FIRST_BOUND, i;

	put_family("runqslower_wait_seconds", "histogram",
		   "Waits for a CPU of any length. The sum is right to 1.6 %, as it takes each wait for the middle of a narrow bucket.");
	for (i = 0; i < NR_BUCKETS; i++) {
		if (bound <= LAST_BOUND && bucket_start(i) == 1ULL << bound) {
			fputs("runqslower_wait_seconds_bucket{le=\"", out);
			put_seconds((1ULL << bound) - 1);
			fprintf(out, "\"} %llu\n", count);
			bound++;
		}
		count += h->counts[i];
		sum += h->counts[i] * ((bucket_start(i) + bucket_start(i + 1)) / 2);
	}
	fprintf(out, "runqslower_wait_seconds_bucket{le=\"+Inf\"} %llu\n", count);
	fputs("runqslower_wait_seconds_sum ", out);
	put_seconds(sum);
	fprintf(out, "\nrunqslower_wait_seconds_count %llu\n", count);
}

static void put_causes(const struct metrics_page *page)
{
	enum cause cause;

	put_family("runqslower_waits_over_threshold_total", "counter",
		   "Waits over the threshold, also those lost for want of room in the ring buffer.");
	fprintf(out, "runqslower_waits_over_threshold_total %llu\n", page->stats->seen);
	put_family("runqslower_waited_seconds_total", "counter",
		   "Time of the waits over the threshold, by what the task waited for.");
	for (cause = 0; cause < NR_CAUSES; cause++)
		put_time("runqslower_waited_seconds_total", "cause", cause_names[cause],
			 page->metrics->ns[cause]);
}

/* A cause that the cgroup has not waited for has no line, to save space. */
static void put_cgroup(const struct cgroup_metrics *c)
{
	enum cause cause;

	for (cause = 0; cause < NR_CAUSES; cause++) {
		if (!c->ns[cause])
			continue;
		fputs("runqslower_cgroup_waited_seconds_total{", out);
		/* No path is like this, because a path begins with a slash. */
		put_label("id", c->id ?: "other");
		putc(',', out);
		put_label("cause", cause_names[cause]);
		fputs("} ", out);
		put_seconds(metrics_ns(c, cause));
		putc('\n', out);
	}
}

static void put_cgroups(const struct metrics *m)
{
	size_t i;

	put_family("runqslower_cgroup_waited_seconds_total", "counter",
		   "Time of the waits over the threshold by cgroup; other: of all without a line.");
	for (i = 0; i < m->nr_cgroups; i++)
		put_cgroup(&m->cgroups[i]);
	put_cgroup(&m->others);
}

static void put_lost(const struct wait_stats *stats)
{
	enum lost_reason reason;

	put_family("runqslower_lost_waits_total", "counter", "Waits that could not be told.");
	for (reason = 0; reason < NR_LOST; reason++)
		put_count("runqslower_lost_waits_total", "reason", lost_names[reason],
			  stats->lost[reason]);
}

static void put_costs(const struct cost *costs, size_t nr)
{
	size_t i;

	put_family("runqslower_program_runs_total", "counter", "Runs of each BPF program.");
	for (i = 0; i < nr; i++)
		put_count("runqslower_program_runs_total", "program", costs[i].program,
			  costs[i].runs);
	put_family("runqslower_program_seconds_total", "counter", "Time of these runs.");
	for (i = 0; i < nr; i++)
		put_time("runqslower_program_seconds_total", "program", costs[i].program,
			 costs[i].ns);
}

static void put_page(const struct metrics_page *page)
{
	put_settings(page);
	put_lengths(page->lengths);
	put_causes(page);
	put_cgroups(page->metrics);
	put_lost(page->stats);
	if (page->nr_costs)
		put_costs(page->costs, page->nr_costs);
}

/* The text of @page, to be freed by the caller. NULL: no memory. */
static char *text_of(const struct metrics_page *page, size_t *len)
{
	char *text = NULL;

	out = open_memstream(&text, len);
	if (!out)
		return NULL;
	put_page(page);
	if (!fclose(out))
		return text;
	free(text);
	return NULL;
}

/* Returns 0 or an errno, not negated. */
static int write_all(int fd, const char *text, size_t len)
{
	ssize_t written;

	for (; len; text += written, len -= written) {
		written = write(fd, text, len);
		if (written < 0)
			return errno;
	}
	return 0;
}

/* Create the file at @path. Returns 0 or an errno, not negated. */
static int write_file(const char *path, const char *text, size_t len)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644), err;

	if (fd < 0)
		return errno;
	err = write_all(fd, text, len);
	/* The umask may have taken bits off. */
	if (!err && fchmod(fd, 0644))
		err = errno;
	/* Else the file may be empty after a crash of the machine. */
	if (!err && fsync(fd))
		err = errno;
	if (close(fd) && !err)
		err = errno;
	return err;
}

bool metrics_file_write(const char *path, const struct metrics_page *page)
{
	char tmp[PATH_MAX + 32], *text;
	size_t len;
	int err;

	text = text_of(page, &len);
	if (!text) {
		errno = ENOMEM;
		return false;
	}
	/*
	 * Each process has a name of its own, because two may write @path. What
	 * is there is of a process that was killed.
	 */
	snprintf(tmp, sizeof(tmp), "%s.%d.tmp", path, getpid());
	unlink(tmp);
	err = write_file(tmp, text, len);
	if (!err && rename(tmp, path))
		err = errno;
	if (err)
		unlink(tmp);
	free(text);
	errno = err;
	return !err;
}

const char *metrics_id(__u64 cgroup)
{
	static const char unknown[] = "\xef\xbf\xbd";	/* U+FFFD */
	static char id[PATH_MAX * (sizeof(unknown) - 1)];
	const char *path = cgroup_path(cgroup);
	char *to = id;
	int len;

	if (*path != '/')
		return NULL;
	/* There is room: a path is shorter than PATH_MAX. */
	for (; *path; path += len ?: 1) {
		len = utf8_length(path);
		to = len ? mempcpy(to, path, len) : stpcpy(to, unknown);
	}
	*to = '\0';
	return id;
}
