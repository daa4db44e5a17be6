// SPDX-License-Identifier: GPL-2.0
/*
 * The command line by itself: arguments in, every field of struct options out.
 * What options.c asks of cgroups and of JSON is made up here, so no kernel has
 * a part in it.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include "kselftest_harness.h"
#include "options.h"
#include "util/cgroups.h"
#include "util/error.h"
#include "writers/writer.h"

#define US	1000ULL
#define MS	1000000ULL
#define SEC	1000000000ULL

/* "v1:7" and "v2:7" are cgroups with the ID 7, nothing else is. */
const char *cgroup_find(const char *path, __u64 *id, bool *v1)
{
	if (path[0] != 'v' || path[2] != ':')
		return "made up refusal";
	*v1 = path[1] == '1';
	*id = strtoull(path + 3, NULL, 10);
	return NULL;
}

#define DEFAULTS .min_us = 10000, .history = 1024

/* Arguments, and the options that must come of them beside the defaults. */
struct accepted {
	const char *args[12];
	struct options options;
};

static int count_args(const char *const args[])
{
	int nr = 0;

	while (args[nr])
		nr++;
	return nr;
}

/* parse_options() as a process sees it that was called with @args. */
static void parse(const char *const args[], struct options *opts)
{
	char *argv[20] = { "runqslower" };
	int nr = count_args(args), i;

	/* getopt_long() moves them, and options point into them. */
	for (i = 0; i < nr; i++)
		argv[i + 1] = strdup(args[i]);
	memset(opts, 0xa5, sizeof(*opts));
	optind = 0;			/* begin anew */
	errno = ERANGE;			/* of something before */
	parse_options(nr + 1, argv, opts);
}

static bool same_ids(const struct id_list *a, const struct id_list *b)
{
	return a->nr == b->nr && (!a->nr || !memcmp(a->ids, b->ids, a->nr * sizeof(*a->ids)));
}

static bool same_string(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

/* Of NULL-terminated lists; NULL is none. */
static bool same_words(char **a, char **b)
{
	if (!a || !b)
		return a == b;
	while (*a && same_string(*a, *b)) {
		a++;
		b++;
	}
	return same_string(*a, *b);
}

/* The name of the first field that is not as @e has it, or NULL. */
static const char *different_list(const struct options *o, const struct options *e)
{
	if (!same_ids(&o->tgids, &e->tgids))
		return "tgids";
	if (!same_ids(&o->tids, &e->tids))
		return "tids";
	if (o->nr_comms != e->nr_comms ||
	    (e->nr_comms && memcmp(o->comms, e->comms, e->nr_comms * sizeof(*e->comms))))
		return "comms";
	if (o->nr_cgroups != e->nr_cgroups ||
	    (e->nr_cgroups &&
	     memcmp(o->cgroups, e->cgroups, e->nr_cgroups * sizeof(*e->cgroups))))
		return "cgroups";
	if (memcmp(o->cpu_mask, e->cpu_mask, sizeof(e->cpu_mask)))
		return "cpu_mask";
	return NULL;
}

#define DIFFERS(field)				\
	do {					\
		if (o->field != e->field)	\
			return #field;		\
	} while (0)

static const char *different(const struct options *o, const struct options *e)
{
	DIFFERS(min_us);
	DIFFERS(cgroups_v1);
	DIFFERS(kthreads);
	DIFFERS(filter_cpus);
	DIFFERS(light);
	DIFFERS(previous);
	DIFFERS(stack);
	DIFFERS(why);
	DIFFERS(waker);
	DIFFERS(history);
	DIFFERS(summary);
	DIFFERS(by);
	DIFFERS(histogram);
	DIFFERS(heat);
	DIFFERS(cost);
	DIFFERS(output);
	DIFFERS(stalled_ns);
	DIFFERS(interval_ns);
	DIFFERS(verbose);
	DIFFERS(time);
	DIFFERS(duration_ns);
	DIFFERS(count);
	DIFFERS(ring_size);
	DIFFERS(json_schema);
	if (!same_string(o->trace, e->trace))
		return "trace";
	if (!same_string(o->metrics, e->metrics))
		return "metrics";
	if (!same_string(o->to, e->to))
		return "to";
	if (!same_words(o->command, e->command))
		return "command";
	return different_list(o, e);
}

static void print_args(const char *const args[])
{
	int i;

	for (i = 0; args[i]; i++)
		fprintf(stderr, " '%s'", args[i]);
}

static bool all_come_out(const struct accepted *cases, size_t nr)
{
	struct options opts;
	const char *field;
	bool ok = true;
	size_t i;

	for (i = 0; i < nr; i++) {
		parse(cases[i].args, &opts);
		field = different(&opts, &cases[i].options);
		if (!field)
			continue;
		fprintf(stderr, "# %s is wrong:", field);
		print_args(cases[i].args);
		fprintf(stderr, "\n");
		ok = false;
	}
	return ok;
}

#define EXPECT_ACCEPTED(cases) EXPECT_TRUE(all_come_out(cases, ARRAY_SIZE(cases)))

TEST(defaults)
{
	static const struct accepted cases[] = {
		{ { NULL }, { .min_us = 10000, .history = 1024, .output = OUTPUT_TEXT,
			      .time = TIME_CLOCK } },
		{ { "--" }, { DEFAULTS } },
	};

	EXPECT_ACCEPTED(cases);
}

TEST(flags)
{
	static const struct accepted cases[] = {
		{ { "-P" }, { DEFAULTS, .previous = true } },
		{ { "--previous" }, { DEFAULTS, .previous = true } },
		{ { "--stack" }, { DEFAULTS, .stack = true } },
		{ { "-w" }, { DEFAULTS, .why = true } },
		{ { "--why" }, { DEFAULTS, .why = true } },
		{ { "-W" }, { DEFAULTS, .waker = true } },
		{ { "--waker" }, { DEFAULTS, .waker = true } },
		{ { "-s" }, { DEFAULTS, .summary = true } },
		{ { "--summary" }, { DEFAULTS, .summary = true } },
		{ { "-H" }, { DEFAULTS, .histogram = true } },
		{ { "--histogram" }, { DEFAULTS, .histogram = true } },
		{ { "--cost" }, { DEFAULTS, .cost = true } },
		{ { "-v" }, { DEFAULTS, .verbose = true } },
		{ { "--verbose" }, { DEFAULTS, .verbose = true } },
		{ { "-PwWsHv" }, { DEFAULTS, .previous = true, .why = true, .waker = true,
				   .summary = true, .histogram = true, .verbose = true } },
		/* Once more changes nothing. */
		{ { "-P", "-P", "-ww", "--why" }, { DEFAULTS, .previous = true, .why = true } },
	};

	EXPECT_ACCEPTED(cases);
}

TEST(threshold)
{
	static const struct accepted cases[] = {
		{ { "0" }, { .history = 1024, .min_us = 0 } },
		{ { "1" }, { .history = 1024, .min_us = 1 } },
		{ { "0s" }, { .history = 1024, .min_us = 0 } },
		{ { "12345" }, { .history = 1024, .min_us = 12345 } },
		{ { "500us" }, { .history = 1024, .min_us = 500 } },
		{ { "7ms" }, { .history = 1024, .min_us = 7000 } },
		{ { "3s" }, { .history = 1024, .min_us = 3000000 } },
		{ { "2m" }, { .history = 1024, .min_us = 120000000 } },
		{ { "1h" }, { .history = 1024, .min_us = 3600000000 } },
		{ { "1.5ms" }, { .history = 1024, .min_us = 1500 } },
		{ { "0.123456s" }, { .history = 1024, .min_us = 123456 } },
		{ { "2.50ms" }, { .history = 1024, .min_us = 2500 } },
		{ { "007" }, { .history = 1024, .min_us = 7 } },
		/* What a length in ns can hold. */
		{ { "9223372036854775" }, { .history = 1024, .min_us = 9223372036854775 } },
		/* Before and behind options. */
		{ { "5", "-P" }, { .history = 1024, .min_us = 5, .previous = true } },
		{ { "-P", "5" }, { .history = 1024, .min_us = 5, .previous = true } },
		{ { "-P", "5", "-w" }, { .history = 1024, .min_us = 5, .previous = true,
					 .why = true } },
		{ { "5", "-P", "--" }, { .history = 1024, .min_us = 5, .previous = true } },
	};

	EXPECT_ACCEPTED(cases);
}

TEST(durations)
{
	static const struct accepted cases[] = {
		{ { "-d", "3" }, { DEFAULTS, .duration_ns = 3 * SEC } },
		{ { "-d3" }, { DEFAULTS, .duration_ns = 3 * SEC } },
		{ { "--duration", "3s" }, { DEFAULTS, .duration_ns = 3 * SEC } },
		{ { "--duration=250ms" }, { DEFAULTS, .duration_ns = 250 * MS } },
		{ { "-d", "1us" }, { DEFAULTS, .duration_ns = US } },
		{ { "-d", "2m" }, { DEFAULTS, .duration_ns = 120 * SEC } },
		{ { "-d", "1.5" }, { DEFAULTS, .duration_ns = 1500 * MS } },
		{ { "-d", "0.000000001" }, { DEFAULTS, .duration_ns = 1 } },
		{ { "-d", "0.5h" }, { DEFAULTS, .duration_ns = 1800 * SEC } },
		{ { "-d", "1.123456789d" }, { DEFAULTS, .duration_ns = 97066666569600 } },
		{ { "-d", "1.1us" }, { DEFAULTS, .duration_ns = 1100 } },
		{ { "-d", "9223372036" }, { DEFAULTS, .duration_ns = 9223372036 * SEC } },
		{ { "-sH", "-i", "3" },
		  { DEFAULTS, .summary = true, .histogram = true, .interval_ns = 3 * SEC } },
		{ { "-s", "--interval", "250ms" },
		  { DEFAULTS, .summary = true, .interval_ns = 250 * MS } },
		{ { "-i", "7us", "-H" }, { DEFAULTS, .histogram = true, .interval_ns = 7 * US } },
		{ { "-i", "2m", "-H" }, { DEFAULTS, .histogram = true, .interval_ns = 120 * SEC } },
		/* The last one counts. */
		{ { "-d", "3", "-d", "5" }, { DEFAULTS, .duration_ns = 5 * SEC } },
		{ { "-s", "-i", "3", "-i", "5ms" },
		  { DEFAULTS, .summary = true, .interval_ns = 5 * MS } },
		/* Each is one of its own. */
		{ { "-s", "-d", "1", "-i", "2", "-S3", "4" },
		  { .history = 1024, .min_us = 4, .summary = true, .duration_ns = SEC,
		    .interval_ns = 2 * SEC, .stalled_ns = 3 * SEC } },
	};

	EXPECT_ACCEPTED(cases);
}

/* The value of -S may be left out, so it stands in the same argument. */
TEST(stalled)
{
	static const struct accepted cases[] = {
		{ { "-S" }, { DEFAULTS, .stalled_ns = SEC } },
		{ { "--stalled" }, { DEFAULTS, .stalled_ns = SEC } },
		{ { "-S5" }, { DEFAULTS, .stalled_ns = 5 * SEC } },
		{ { "-S100ms" }, { DEFAULTS, .stalled_ns = 100 * MS } },
		{ { "--stalled=7us" }, { DEFAULTS, .stalled_ns = 7 * US } },
		{ { "-wS" }, { DEFAULTS, .why = true, .stalled_ns = SEC } },
		{ { "-wS2m" }, { DEFAULTS, .why = true, .stalled_ns = 120 * SEC } },
		{ { "-S", "5" }, { .history = 1024, .min_us = 5, .stalled_ns = SEC } },
		{ { "--stalled", "5" }, { .history = 1024, .min_us = 5, .stalled_ns = SEC } },
	};

	EXPECT_ACCEPTED(cases);
}

TEST(count)
{
	static const struct accepted cases[] = {
		{ { "-n", "1" }, { DEFAULTS, .count = 1 } },
		{ { "--count=17" }, { DEFAULTS, .count = 17 } },
		{ { "--count", "18446744073709551615" }, { DEFAULTS, .count = ~0ULL } },
		{ { "-n", "3", "-n", "2" }, { DEFAULTS, .count = 2 } },
	};

	EXPECT_ACCEPTED(cases);
}

TEST(words)
{
	static const struct accepted cases[] = {
		{ { "-o", "text" }, { DEFAULTS, .output = OUTPUT_TEXT } },
		{ { "-o", "json" }, { DEFAULTS, .output = OUTPUT_JSON } },
		{ { "-o", "csv" }, { DEFAULTS, .output = OUTPUT_CSV } },
		{ { "--output=csv" }, { DEFAULTS, .output = OUTPUT_CSV } },
		{ { "-j" }, { DEFAULTS, .output = OUTPUT_JSON } },
		{ { "-j", "-o", "csv" }, { DEFAULTS, .output = OUTPUT_CSV } },
		{ { "-o", "csv", "-j" }, { DEFAULTS, .output = OUTPUT_JSON } },
		{ { "-j", "-o", "text" }, { DEFAULTS, .output = OUTPUT_TEXT } },
		{ { "-T", "clock" }, { DEFAULTS, .time = TIME_CLOCK } },
		{ { "-T", "us" }, { DEFAULTS, .time = TIME_US } },
		{ { "-T", "iso" }, { DEFAULTS, .time = TIME_ISO } },
		{ { "-T", "mono" }, { DEFAULTS, .time = TIME_MONO } },
		{ { "-T", "unix" }, { DEFAULTS, .time = TIME_UNIX } },
		{ { "--time", "mono" }, { DEFAULTS, .time = TIME_MONO } },
		{ { "-Tmono", "-T", "us" }, { DEFAULTS, .time = TIME_US } },
		{ { "--trace", "/a/b" }, { DEFAULTS, .trace = "/a/b" } },
		{ { "--trace=c", "--trace", "d,e" }, { DEFAULTS, .trace = "d,e" } },
		{ { "--kthreads", "only" }, { DEFAULTS, .kthreads = KTHREADS_ONLY } },
		{ { "--kthreads=no" }, { DEFAULTS, .kthreads = KTHREADS_NO } },
		{ { "-s", "--by", "thread" }, { DEFAULTS, .summary = true, .by = BY_THREAD } },
		{ { "-s", "--by=process" }, { DEFAULTS, .summary = true, .by = BY_PROCESS } },
		{ { "--by", "comm", "-s" }, { DEFAULTS, .summary = true, .by = BY_COMM } },
		{ { "-s", "--by", "comm", "--by", "cgroup" },
		  { DEFAULTS, .summary = true, .by = BY_CGROUP } },
		{ { "--heat" }, { DEFAULTS, .histogram = true, .heat = true } },
		{ { "--heat", "-i", "5" },
		  { DEFAULTS, .histogram = true, .heat = true, .interval_ns = 5 * SEC } },
		{ { "--light", "-P", "--kthreads=no" },
		  { DEFAULTS, .light = true, .previous = true, .kthreads = KTHREADS_NO } },
		{ { "--metrics", "/a/b" }, { DEFAULTS, .metrics = "/a/b" } },
		{ { "-i", "5", "--metrics=c" },
		  { DEFAULTS, .metrics = "c", .interval_ns = 5 * SEC } },
		{ { "-s", "--metrics", "c", "--cost" },
		  { DEFAULTS, .metrics = "c", .summary = true, .cost = true } },
		{ { "--to", "/a/b" }, { DEFAULTS, .to = "/a/b" } },
		{ { "--to=c", "--to", "d,e" }, { DEFAULTS, .to = "d,e" } },
		/* CSV is one table: of one of them. */
		{ { "-s", "-o", "csv" },
		  { DEFAULTS, .summary = true, .output = OUTPUT_CSV } },
		{ { "-H", "-o", "csv" },
		  { DEFAULTS, .histogram = true, .output = OUTPUT_CSV } },
		{ { "-sHj", "--cost" }, { DEFAULTS, .summary = true, .histogram = true,
					  .cost = true, .output = OUTPUT_JSON } },
	};

	EXPECT_ACCEPTED(cases);
}

#define COMMAND(...) .command = (char *[]){ __VA_ARGS__, NULL }

/* What stands behind the first "--" that is not the value of an option. */
TEST(command)
{
	const struct accepted cases[] = {
		{ { "--", "ls" }, { DEFAULTS, COMMAND("ls") } },
		{ { "--", "5" }, { DEFAULTS, COMMAND("5") } },
		{ { "--", "" }, { DEFAULTS, COMMAND("") } },
		{ { "5", "--", "ls", "-P", "6" },
		  { .history = 1024, .min_us = 5, COMMAND("ls", "-P", "6") } },
		{ { "-s", "5", "-P", "--", "make", "-j8", "all" },
		  { .history = 1024, .min_us = 5, .summary = true, .previous = true,
		    COMMAND("make", "-j8", "all") } },
		{ { "--", "a", "--", "b" }, { DEFAULTS, COMMAND("a", "--", "b") } },
		{ { "--", "--", "b" }, { DEFAULTS, COMMAND("--", "b") } },
		{ { "--", "--help" }, { DEFAULTS, COMMAND("--help") } },
		{ { "--to", "--", "5" }, { .history = 1024, .min_us = 5, .to = "--" } },
		{ { "--to", "--", "--", "a" }, { DEFAULTS, .to = "--", COMMAND("a") } },
		{ { "--to", "--" }, { DEFAULTS, .to = "--" } },
		{ { "-S", "--", "a" }, { DEFAULTS, .stalled_ns = SEC, COMMAND("a") } },
	};

	EXPECT_ACCEPTED(cases);
}

TEST(ring_size)
{
	__u64 page = sysconf(_SC_PAGESIZE);
	char least[24];
	const struct accepted cases[] = {
		{ { "--ring-size", least }, { DEFAULTS, .ring_size = page } },
		{ { "--ring-size", "65536" }, { DEFAULTS, .ring_size = 65536 } },
		{ { "--ring-size", "64K" }, { DEFAULTS, .ring_size = 64 << 10 } },
		{ { "--ring-size=8M" }, { DEFAULTS, .ring_size = 8 << 20 } },
		{ { "--ring-size=1G" }, { DEFAULTS, .ring_size = 1 << 30 } },
		{ { "--ring-size=1024M" }, { DEFAULTS, .ring_size = 1 << 30 } },
		{ { "--ring-size", "8M", "--ring-size", "4M" },
		  { DEFAULTS, .ring_size = 4 << 20 } },
	};

	sprintf(least, "%llu", page);
	EXPECT_ACCEPTED(cases);
}

/* The next power of two, one chunk at least. */
TEST(history)
{
	static const struct accepted cases[] = {
		{ { "--history", "1" }, { .min_us = 10000, .history = 16 } },
		{ { "--history", "16" }, { .min_us = 10000, .history = 16 } },
		{ { "--history", "17" }, { .min_us = 10000, .history = 32 } },
		{ { "--history=1024" }, { .min_us = 10000, .history = 1024 } },
		{ { "--history=1025" }, { .min_us = 10000, .history = 2048 } },
		{ { "--history=8192" }, { .min_us = 10000, .history = 8192 } },
		{ { "--history=8193" }, { .min_us = 10000, .history = 16384 } },
		{ { "--history=16384" }, { .min_us = 10000, .history = 16384 } },
		{ { "--history=100", "--history=40" }, { .min_us = 10000, .history = 64 } },
	};

	EXPECT_ACCEPTED(cases);
}

#define IDS(...) { (__u32 []){ __VA_ARGS__ }, \
		   sizeof((__u32 []){ __VA_ARGS__ }) / sizeof(__u32) }

TEST(ids)
{
	const struct accepted cases[] = {
		{ { "-p", "1" }, { DEFAULTS, .tgids = IDS(1) } },
		{ { "-p1,22,2147483647" }, { DEFAULTS, .tgids = IDS(1, 22, 2147483647) } },
		{ { "--pid", "5,4", "-p", "3" }, { DEFAULTS, .tgids = IDS(5, 4, 3) } },
		{ { "-t", "1" }, { DEFAULTS, .tids = IDS(1) } },
		{ { "-t", "7,8", "--tid=9,10,11" }, { DEFAULTS, .tids = IDS(7, 8, 9, 10, 11) } },
		{ { "-t", "1,2", "-p", "3" }, { DEFAULTS, .tids = IDS(1, 2), .tgids = IDS(3) } },
		{ { "-p", "007" }, { DEFAULTS, .tgids = IDS(7) } },
	};

	EXPECT_ACCEPTED(cases);
}

#define COMMS(...) .comms = (struct comm_key []){ __VA_ARGS__ }, \
		   .nr_comms = sizeof((struct comm_key []){ __VA_ARGS__ }) / \
			       sizeof(struct comm_key)

TEST(comms)
{
	const struct accepted cases[] = {
		{ { "-c", "a" }, { DEFAULTS, COMMS({ 8, "a" }) } },
		{ { "--comm", "ab,c d,efg" },
		  { DEFAULTS, COMMS({ 16, "ab" }, { 24, "c d" }, { 24, "efg" }) } },
		{ { "-c", "x", "-c", "yy,z" },
		  { DEFAULTS, COMMS({ 8, "x" }, { 16, "yy" }, { 8, "z" }) } },
		{ { "-c", "123456789012345" }, { DEFAULTS, COMMS({ 120, "123456789012345" }) } },
		/* Cut as the kernel cuts names, and the next one whole. */
		{ { "-c", "1234567890123456,b" },
		  { DEFAULTS, COMMS({ 120, "123456789012345" }, { 8, "b" }) } },
		{ { "-c", "b,123456789012345678901234567890" },
		  { DEFAULTS, COMMS({ 8, "b" }, { 120, "123456789012345" }) } },
	};

	EXPECT_ACCEPTED(cases);
}

#define CGROUPS(...) .cgroups = (__u64 []){ __VA_ARGS__ }, \
		     .nr_cgroups = sizeof((__u64 []){ __VA_ARGS__ }) / sizeof(__u64)

TEST(cgroups)
{
	const struct accepted cases[] = {
		{ { "-g", "v2:1" }, { DEFAULTS, CGROUPS(1) } },
		{ { "-g", "v1:1" }, { DEFAULTS, CGROUPS(1), .cgroups_v1 = true } },
		{ { "--cgroup", "v2:4294967299,v2:5", "-g", "v2:6" },
		  { DEFAULTS, CGROUPS(4294967299, 5, 6) } },
		{ { "-g", "v1:3", "-g", "v1:2,v1:1" },
		  { DEFAULTS, CGROUPS(3, 2, 1), .cgroups_v1 = true } },
	};

	EXPECT_ACCEPTED(cases);
}

TEST(cpus)
{
	static const struct accepted cases[] = {
#define CPUS DEFAULTS, .filter_cpus = true, .cpu_mask
		{ { "-C", "0" }, { CPUS = { 0x1 } } },
		{ { "-C", "1" }, { CPUS = { 0x2 } } },
		{ { "-C", "5-5" }, { CPUS = { 0x20 } } },
		{ { "-C", "0-1" }, { CPUS = { 0x3 } } },
		{ { "-C", "0-3" }, { CPUS = { 0xf } } },
		{ { "--cpu", "1-3,8" }, { CPUS = { 0x10e } } },
		{ { "--cpu=8,1-3,2" }, { CPUS = { 0x10e } } },
		{ { "-C", "0", "-C", "2-3" }, { CPUS = { 0xd } } },
		{ { "-C", "62" }, { CPUS = { 1ULL << 62 } } },
		{ { "-C", "63" }, { CPUS = { 1ULL << 63 } } },
		{ { "-C", "64" }, { CPUS = { 0, 1 } } },
		{ { "-C", "63-64" }, { CPUS = { 1ULL << 63, 1 } } },
		{ { "-C", "0-63" }, { CPUS = { ~0ULL } } },
		{ { "-C", "64-127" }, { CPUS = { 0, ~0ULL } } },
		{ { "-C", "60-195" },
		  { CPUS = { 0xfULL << 60, ~0ULL, ~0ULL, 0xf } } },
		{ { "-C", "8191" }, { CPUS = { [127] = 1ULL << 63 } } },
		{ { "-C", "8190-8191,0" }, { CPUS = { [0] = 1, [127] = 3ULL << 62 } } },
		{ { "-C", "0-8191" }, { CPUS = { [0 ... 127] = ~0ULL } } },
#undef CPUS
	};

	EXPECT_ACCEPTED(cases);
}

/* --- what ends the process ------------------------------------------------ */

struct ended {
	int code;			/* -1: it went on */
	char out[8192], err[1024];
};

static void read_back(int fd, char *buf, size_t size)
{
	ssize_t len = pread(fd, buf, size - 1, 0);

	buf[len > 0 ? len : 0] = '\0';
	close(fd);
}

static struct ended *run(const char *const args[])
{
	int out = memfd_create("out", 0), err = memfd_create("err", 0), status;
	static struct ended ended;
	struct options opts;
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (!pid) {
		dup2(out, STDOUT_FILENO);
		dup2(err, STDERR_FILENO);
		parse(args, &opts);
		_exit(255);
	}
	waitpid(pid, &status, 0);
	ended.code = !WIFEXITED(status) || WEXITSTATUS(status) == 255 ? -1 :
		     WEXITSTATUS(status);
	read_back(out, ended.out, sizeof(ended.out));
	read_back(err, ended.err, sizeof(ended.err));
	return &ended;
}

/* Refused with the one line "runqslower: @says", and nothing on stdout. */
struct refused {
	const char *args[6];
	const char *says;
};

static bool all_refused(const struct refused *cases, size_t nr)
{
	struct ended *ended;
	char line[512];
	bool ok = true;
	size_t i;

	for (i = 0; i < nr; i++) {
		ended = run(cases[i].args);
		snprintf(line, sizeof(line), "runqslower: %s\n", cases[i].says);
		if (ended->code == EXIT_USAGE && !*ended->out && !strcmp(ended->err, line))
			continue;
		fprintf(stderr, "# exit %d, stdout '%s', stderr '%s':", ended->code,
			ended->out, ended->err);
		print_args(cases[i].args);
		fprintf(stderr, "\n");
		ok = false;
	}
	return ok;
}

#define EXPECT_REFUSED(cases) EXPECT_TRUE(all_refused(cases, ARRAY_SIZE(cases)))

TEST(refused_numbers)
{
#define ID(what, s) "invalid " what " '" s "': positive numbers, with commas between, are accepted"
#define TIME(what, s) "invalid " what " '" s "': seconds above 0, or a number with us, ms, s, m, h or d is accepted"
#define LEAST(s) "invalid threshold '" s "': whole microseconds, or a number with us, ms, s, m, h or d is accepted"
#define COUNT(s) "invalid count '" s "': a positive number is accepted"
#define MORE(s) "unexpected argument '" s "': one threshold is accepted; write -- before a command"
#define HISTORY(s) "invalid history '" s "': a number of switches from 1 to 16384 is accepted"
	static const struct refused cases[] = {
		{ { "-p", "0" }, ID("PID", "0") },
		{ { "-p", "1,2,0" }, ID("PID", "1,2,0") },
		{ { "-p", "2147483648" }, ID("PID", "2147483648") },
		{ { "-p", "1;2" }, ID("PID", "1;2") },
		{ { "-p", "1," }, ID("PID", "1,") },
		{ { "-p", "1", "-t", "0" }, ID("TID", "0") },
		{ { "-t", "" }, ID("TID", "") },
		{ { "-t", "+1" }, ID("TID", "+1") },
		{ { "-d", "0" }, TIME("duration", "0") },
		{ { "-d", "1w" }, TIME("duration", "1w") },
		{ { "-d", "1.0000000001" }, TIME("duration", "1.0000000001") },
		{ { "-d", "1.1234ns" }, TIME("duration", "1.1234ns") },
		{ { "-d", "0.0001us" }, TIME("duration", "0.0001us") },
		{ { "-d", "1.0001us" }, TIME("duration", "1.0001us") },
		{ { "-d", "1.0000000000" }, TIME("duration", "1.0000000000") },
		{ { "-d", "1.s" }, TIME("duration", "1.s") },
		{ { "-d", "1.5.5" }, TIME("duration", "1.5.5") },
		{ { "-d", ".5" }, TIME("duration", ".5") },
		{ { "-d", "106752d" }, TIME("duration", "106752d") },
		{ { "-d", "9223372037" }, TIME("duration", "9223372037") },
		{ { "-d", "18446744073710" }, TIME("duration", "18446744073710") },
		{ { "-s", "-i", "0ms" }, TIME("interval", "0ms") },
		{ { "-S0" }, TIME("period of --stalled", "0") },
		{ { "-Sw" }, TIME("period of --stalled", "w") },
		{ { "x" }, LEAST("x") },
		{ { "-P", "5ns" }, LEAST("5ns") },
		{ { "0.5" }, LEAST("0.5") },
		{ { "1.0001ms" }, LEAST("1.0001ms") },
		{ { "x", "--", "ls" }, LEAST("x") },
		{ { "9223372036854776" }, LEAST("9223372036854776") },
		{ { "153722867281m" }, LEAST("153722867281m") },
		{ { "-n", "0" }, COUNT("0") },
		{ { "-n", "1x" }, COUNT("1x") },
		{ { "-n", "18446744073709551616" }, COUNT("18446744073709551616") },
		{ { "--history", "0" }, HISTORY("0") },
		{ { "--history", "16385" }, HISTORY("16385") },
		{ { "--history", "16x" }, HISTORY("16x") },
		{ { "1", "2" }, MORE("2") },
		{ { "1", "ls", "la", "--", "x" }, MORE("ls") },
		{ { "1", "-P", "2" }, MORE("2") },
	};

	EXPECT_REFUSED(cases);
}

TEST(refused_lists)
{
#define CPU(s) "invalid CPU list '" s "': numbers below 8192 and ranges like 0-3,8 are accepted"
	static const struct refused cases[] = {
		{ { "-C", "" }, CPU("") },
		{ { "-C", "8192" }, CPU("8192") },
		{ { "-C", "0-8192" }, CPU("0-8192") },
		{ { "-C", "3-2" }, CPU("3-2") },
		{ { "-C", "0-1-2" }, CPU("0-1-2") },
		{ { "-C", "1,,2" }, CPU("1,,2") },
		{ { "-C", "1," }, CPU("1,") },
		{ { "-C", "1-" }, CPU("1-") },
		{ { "-C", "-1" }, CPU("-1") },
		{ { "-C", "1 " }, CPU("1 ") },
		{ { "-c", "" }, "empty name prefix in '': prefixes, with commas between, are accepted" },
		{ { "-c", "a,,b" }, "empty name prefix in 'a,,b': prefixes, with commas between, are accepted" },
		{ { "-c", "a," }, "empty name prefix in 'a,': prefixes, with commas between, are accepted" },
		{ { "-g", "x" }, "invalid cgroup 'x': made up refusal" },
		{ { "-g", "v1:1,x" }, "invalid cgroup 'x': made up refusal" },
		{ { "-g", "v1:1,v2:2" }, "invalid cgroup 'v2:2': all must be of v1, or all of v2" },
		{ { "-g", "v2:1", "-g", "v1:2" }, "invalid cgroup 'v1:2': all must be of v1, or all of v2" },
	};

	EXPECT_REFUSED(cases);
}

TEST(refused_words)
{
	static const struct refused cases[] = {
		{ { "-o", "JSON" }, "invalid output format 'JSON': text, json or csv is accepted" },
		{ { "-o", "" }, "invalid output format '': text, json or csv is accepted" },
		{ { "-T", "monotonic" }, "invalid time format 'monotonic': clock, us, iso, mono or unix is accepted" },
		{ { "--kthreads", "\33[2J\x7f" }, "invalid choice of --kthreads '?[2J?': only or no is accepted" },
		{ { "--kthreads", "yes" }, "invalid choice of --kthreads 'yes': only or no is accepted" },
		{ { "-s", "--by", "tid" }, "invalid choice of --by 'tid': thread, process, comm or cgroup is accepted" },
		{ { "-x" }, "unknown option '-x'; runqslower --help lists what is accepted" },
		{ { "-Px" }, "unknown option '-x'; runqslower --help lists what is accepted" },
		{ { "--frob" }, "unknown option '--frob'; runqslower --help lists what is accepted" },
		/* Of --summary and --stalled. */
		{ { "--s" }, "unknown option '--s'; runqslower --help lists what is accepted" },
		{ { "-p" }, "option '--pid' needs a value; see runqslower --help" },
		{ { "--trace" }, "option '--trace' needs a value; see runqslower --help" },
		{ { "--metrics" }, "option '--metrics' needs a value; see runqslower --help" },
		{ { "--why=1" }, "option '--why' takes no value; see runqslower --help" },
	};

	EXPECT_REFUSED(cases);
}

TEST(refused_together)
{
#define NEEDS "--interval is for --summary, --histogram and --metrics: give one of them, too"
#define LIGHT "--light does not go with -w, -W, -s, -S, -H, --heat, -g, --metrics, --trace or a command"
#define STACK "--stack is for waits, and --summary and --histogram show totals: give one or the other"
#define BOTH "CSV is one table: --summary or --histogram is accepted, not both"
#define COST "CSV is one table, and not that of --cost: text or json is accepted"
	static const struct refused cases[] = {
		{ { "-i", "1" }, NEEDS },
		{ { "-w", "-i", "1" }, NEEDS },
		{ { "--light", "-w" }, LIGHT },
		{ { "-W", "--light" }, LIGHT },
		{ { "--light", "-s" }, LIGHT },
		{ { "--light", "-S" }, LIGHT },
		{ { "--light", "-H" }, LIGHT },
		{ { "--light", "--heat" }, LIGHT },
		{ { "--light", "--trace", "x" }, LIGHT },
		{ { "--stack", "-s" }, STACK },
		{ { "-wH", "--stack" }, STACK },
		{ { "--heat", "--stack" }, STACK },
		{ { "--by", "comm" }, "--by is for --summary: give that, too" },
		{ { "-sH", "-o", "csv" }, BOTH },
		{ { "-o", "csv", "-H", "-s" }, BOTH },
		{ { "--cost", "-o", "csv" }, COST },
		{ { "-s", "--cost", "-o", "csv" }, COST },
	};

	EXPECT_REFUSED(cases);
}

TEST(ring_sizes_refused)
{
	static const char * const sizes[] = {
		"", "0", "1", "3000", "65535", "3M", "2G", "1073741825", "8X", "8m", "-8M",
		"18014398509481984K",
	};
	__u64 page = sysconf(_SC_PAGESIZE);
	struct refused c = { { "--ring-size" } };
	char says[256], half[24];
	size_t i;

	sprintf(half, "%llu", page / 2);
	for (i = 0; i <= ARRAY_SIZE(sizes); i++) {
		c.args[1] = i < ARRAY_SIZE(sizes) ? sizes[i] : half;
		snprintf(says, sizeof(says),
			 "invalid ring size '%s': a power of two from %lluK to 1G is accepted",
			 c.args[1], page >> 10);
		c.says = says;
		EXPECT_TRUE(all_refused(&c, 1));
	}
}

/* Every prefix that is cut is told of, and the rest goes on. */
TEST(cut_prefixes)
{
	struct ended *ended = run((const char *[]){
		"-c", "1234567890123456,abc,123456789012345,abcdefghijklmnopq", NULL });

	EXPECT_EQ(-1, ended->code);
	EXPECT_STREQ("runqslower: name prefix '1234567890123456' cut to '123456789012345': names have at most 15 bytes\n"
		     "runqslower: name prefix 'abcdefghijklmnopq' cut to 'abcdefghijklmno': names have at most 15 bytes\n",
		     ended->err);
}

/* What is asked for on stdout ends it at once, whatever else is there. */
static bool shows(const char *arg, const char *begin, const char *end)
{
	struct ended *ended = run((const char *[]){ arg, "-x", NULL });
	size_t len = strlen(ended->out), tail = strlen(end);
	bool ok = !ended->code && !*ended->err &&
		  !strncmp(ended->out, begin, strlen(begin)) && len >= tail &&
		  !strcmp(ended->out + len - tail, end);

	if (!ok)
		fprintf(stderr, "# %s: exit %d, stdout '%s', stderr '%s'\n", arg,
			ended->code, ended->out, ended->err);
	return ok;
}

#define USAGE "Usage: runqslower [OPTION...] [min_us] [-- COMMAND [ARG...]]\n"

TEST(shown_on_request)
{
	static const char * const help[] = { "-h", "-?", "--help" };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(help); i++)
		EXPECT_TRUE(shows(help[i], USAGE "Show the tasks ",
				  "of a command and of all that it starts\n"));
	EXPECT_TRUE(shows("--usage", USAGE, USAGE));
	EXPECT_TRUE(shows("-V", "runqslower 1.0\n", "runqslower 1.0\n"));
	EXPECT_TRUE(shows("--version", "runqslower 1.0\n", "runqslower 1.0\n"));
}

TEST_HARNESS_MAIN
