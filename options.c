// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * getopt_long() parses the command line, because argp adds a second line to
 * every error.
 */
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <linux/compiler.h>
#include <linux/kernel.h>
#include "help.h"
#include "options.h"
#include "util/cgroups.h"
#include "util/error.h"
#include "util/numbers.h"
#include "version.h"
#include "writers/names.h"

enum {
	OPT_USAGE = 256,
	OPT_RING_SIZE,
	OPT_HISTORY,
	OPT_KTHREADS,
	OPT_BY,
	OPT_HEAT,
	OPT_LIGHT,
	OPT_STACK,
	OPT_TRACE,
	OPT_METRICS,
	OPT_COST,
	OPT_JSON_SCHEMA,
	OPT_TO,
};

static const struct option long_options[] = {
	{ "pid",	required_argument,	NULL, 'p' },
	{ "tid",	required_argument,	NULL, 't' },
	{ "comm",	required_argument,	NULL, 'c' },
	{ "cpu",	required_argument,	NULL, 'C' },
	{ "kthreads",	required_argument,	NULL, OPT_KTHREADS },
	{ "previous",	no_argument,		NULL, 'P' },
	{ "stack",	no_argument,		NULL, OPT_STACK },
	{ "time",	required_argument,	NULL, 'T' },
	{ "duration",	required_argument,	NULL, 'd' },
	{ "count",	required_argument,	NULL, 'n' },
	{ "why",	no_argument,		NULL, 'w' },
	{ "waker",	no_argument,		NULL, 'W' },
	{ "history",	required_argument,	NULL, OPT_HISTORY },
	{ "cgroup",	required_argument,	NULL, 'g' },
	{ "stalled",	optional_argument,	NULL, 'S' },
	{ "summary",	no_argument,		NULL, 's' },
	{ "by",		required_argument,	NULL, OPT_BY },
	{ "histogram",	no_argument,		NULL, 'H' },
	{ "heat",	no_argument,		NULL, OPT_HEAT },
	{ "interval",	required_argument,	NULL, 'i' },
	{ "output",	required_argument,	NULL, 'o' },
	{ "trace",	required_argument,	NULL, OPT_TRACE },
	{ "metrics",	required_argument,	NULL, OPT_METRICS },
	{ "cost",	no_argument,		NULL, OPT_COST },
	{ "json-schema", no_argument,		NULL, OPT_JSON_SCHEMA },
	{ "light",	no_argument,		NULL, OPT_LIGHT },
	{ "to",		required_argument,	NULL, OPT_TO },
	{ "ring-size",	required_argument,	NULL, OPT_RING_SIZE },
	{ "verbose",	no_argument,		NULL, 'v' },
	{ "version",	no_argument,		NULL, 'V' },
	{ "help",	no_argument,		NULL, 'h' },
	{ "usage",	no_argument,		NULL, OPT_USAGE },
	{}
};

static __u64 parse_ring_size(const char *s)
{
	static const struct unit units[] = {
		{ "", 1 }, { "K", 1 << 10 }, { "M", 1 << 20 }, { "G", 1 << 30 }, {}
	};
	__u64 page = sysconf(_SC_PAGESIZE), size;

	if (!parse_with_unit(s, units, &size) || size & (size - 1) ||
	    size < page || size > 1 << 30)
		refuse("invalid ring size '%s': a power of two from %lluK to 1G is accepted",
		       s, page >> 10);
	return size;
}

static __u32 parse_history(const char *s)
{
	__u64 wanted;
	__u32 size = MIN_HISTORY;
	char *end;

	if (!parse_number(s, MAX_HISTORY, &wanted, &end) || *end || !wanted)
		refuse("invalid history '%s': a number of switches from 1 to %d is accepted",
		       s, MAX_HISTORY);
	while (size < wanted)
		size *= 2;
	return size;
}

/* The index of @s in @names, or -1. */
static int find_name(const char *s, const char * const *names, int nr)
{
	int i;

	for (i = 0; i < nr; i++) {
		if (!strcmp(s, names[i]))
			return i;
	}
	return -1;
}

static enum time_format parse_time_format(const char *s)
{
	static const char * const names[] = {
		[TIME_CLOCK] = "clock",
		[TIME_US] = "us",
		[TIME_ISO] = "iso",
		[TIME_MONO] = "mono",
		[TIME_UNIX] = "unix",
	};
	int i = find_name(s, names, ARRAY_SIZE(names));

	if (i < 0)
		refuse("invalid time format '%s': clock, us, iso, mono or unix is accepted", s);
	return i;
}

static enum output parse_output(const char *s)
{
	static const char * const names[] = {
		[OUTPUT_TEXT] = "text",
		[OUTPUT_JSON] = "json",
		[OUTPUT_CSV] = "csv",
	};
	int i = find_name(s, names, ARRAY_SIZE(names));

	if (i < 0)
		refuse("invalid output format '%s': text, json or csv is accepted", s);
	return i;
}

static enum kthreads parse_kthreads(const char *s)
{
	static const char * const names[] = {
		[KTHREADS_ONLY - 1] = "only",
		[KTHREADS_NO - 1] = "no",
	};
	int i = find_name(s, names, ARRAY_SIZE(names));

	if (i < 0)
		refuse("invalid choice of --kthreads '%s': only or no is accepted", s);
	return i + 1;
}

static enum totals_by parse_by(const char *s)
{
	int i = find_name(s, by_names, NR_BY);

	if (i < 0)
		refuse("invalid choice of --by '%s': thread, process, comm or cgroup is accepted", s);
	return i;
}

static __u64 parse_count(const char *s)
{
	__u64 count;
	char *end;

	if (!parse_number(s, ULLONG_MAX, &count, &end) || *end || !count)
		refuse("invalid count '%s': a positive number is accepted", s);
	return count;
}

/* Parse a time that is not 0, in ns. A plain number is seconds. */
static __u64 parse_period(const char *s, const char *what)
{
	__u64 ns;

	if (!parse_duration(s, 1000000000, &ns) || !ns)
		refuse("invalid %s '%s': %s", what, s,
		       "seconds above 0, or a number with us, ms, s, m, h or d is accepted");
	return ns;
}

/* Make room for one more element; out of memory exits. */
static void *grow(void *array, size_t nr, size_t size)
{
	array = reallocarray(array, nr + 1, size);
	if (!array)
		out_of_memory();
	return array;
}

/* Each add_ function takes one value or a list with commas. */
static void add_ids(struct id_list *list, const char *arg, const char *what)
{
	const char *s = arg;
	char *end;
	__u64 id;

	for (;; s = end + 1) {
		if (!parse_number(s, INT_MAX, &id, &end) || !id ||
		    (*end && *end != ','))
			refuse("invalid %s '%s': %s", what, arg,
			       "positive numbers, with commas between, are accepted");
		list->ids = grow(list->ids, list->nr, sizeof(*list->ids));
		list->ids[list->nr++] = id;
		if (!*end)
			break;
	}
}

static void add_comms(struct options *opts, const char *arg)
{
	const char *s = arg;
	struct comm_key *key;
	size_t whole, len;

	for (;; s += whole + 1) {
		whole = strcspn(s, ",");
		if (!whole)
			refuse("empty name prefix in '%s': %s", arg,
			       "prefixes, with commas between, are accepted");
		len = whole;
		if (len >= TASK_COMM_LEN) {
			/* The kernel cuts names to this length. */
			len = TASK_COMM_LEN - 1;
			error("name prefix '%.*s' cut to '%.*s': names have at most %d bytes",
			      (int)whole, s, (int)len, s, TASK_COMM_LEN - 1);
		}
		opts->comms = grow(opts->comms, opts->nr_comms, sizeof(*key));
		key = &opts->comms[opts->nr_comms++];
		memset(key, 0, sizeof(*key));
		key->prefixlen = 8 * len;
		memcpy(key->comm, s, len);
		if (!s[whole])
			break;
	}
}

static void add_cgroups(struct options *opts, const char *arg)
{
	char *copy = strdup(arg), *rest = copy, *path;
	const char *refusal;
	__u64 id = 0;
	bool v1 = false;

	if (!copy)
		out_of_memory();
	while ((path = strsep(&rest, ","))) {
		refusal = cgroup_find(path, &id, &v1);
		if (refusal)
			refuse("invalid cgroup '%s': %s", path, refusal);
		if (opts->nr_cgroups && opts->cgroups_v1 != v1)
			refuse("invalid cgroup '%s': all must be of v1, or all of v2", path);
		opts->cgroups_v1 = v1;
		opts->cgroups = grow(opts->cgroups, opts->nr_cgroups, sizeof(id));
		opts->cgroups[opts->nr_cgroups++] = id;
	}
	free(copy);
}

static void add_cpus(struct options *opts, const char *arg)
{
	const char *s = arg;
	__u64 first, last;
	char *end;

	for (;; s = end + 1) {
		if (!parse_number(s, MAX_CPUS - 1, &first, &end))
			goto invalid;
		last = first;
		if (*end == '-' && !parse_number(end + 1, MAX_CPUS - 1, &last, &end))
			goto invalid;
		if ((*end && *end != ',') || last < first)
			goto invalid;
		for (; first <= last; first++)
			opts->cpu_mask[first / 64] |= 1ULL << first % 64;
		if (!*end)
			break;
	}
	opts->filter_cpus = true;
	return;
invalid:
	refuse("invalid CPU list '%s': numbers below %d and ranges like 0-3,8 are accepted",
	       arg, MAX_CPUS);
}

/* Refuse an option that is unknown, lacks its value, or has one too many. */
static void __noreturn refuse_option(char **argv, int err)
{
	const struct option *o;

	for (o = long_options; o->name; o++) {
		if (optopt && o->val == optopt)
			break;
	}
	if (err == ':')
		refuse("option '--%s' needs a value; see runqslower --help", o->name);
	if (o->name)
		refuse("option '--%s' takes no value; see runqslower --help", o->name);
	if (optopt)
		refuse("unknown option '-%c'; runqslower --help lists what is accepted",
		       optopt);
	refuse("unknown option '%s'; runqslower --help lists what is accepted",
	       argv[optind - 1]);
}

/* Parse the first @nr arguments that are not options. */
static void parse_threshold(int nr, char **args, struct options *opts)
{
	__u64 ns;

	if (!nr)
		return;
	if (!parse_duration(args[0], 1000, &ns) || ns % 1000)
		refuse("invalid threshold '%s': %s", args[0],
		       "whole microseconds, or a number with us, ms, s, m, h or d is accepted");
	opts->min_us = ns / 1000;
	if (nr > 1)
		refuse("unexpected argument '%s': one threshold is accepted; %s", args[1],
		       "write -- before a command");
	/* Who means milliseconds finds the tool noisy, and not why. */
	if (opts->min_us && opts->min_us < 1000 && !args[0][strspn(args[0], "0123456789")] &&
	    isatty(STDERR_FILENO))
		error("%llu us; write %llums for milliseconds", opts->min_us, opts->min_us);
}

/* Refuse options that do not go together. */
static void check_options(const struct options *opts)
{
	if (opts->interval_ns && !opts->summary && !opts->histogram && !opts->metrics)
		refuse("--interval is for --summary, --histogram and --metrics: %s",
		       "give one of them, too");
	if (opts->light && (needs_why_programs(opts) || needs_lengths(opts) ||
			    opts->stalled_ns || opts->command))
		refuse("--light does not go with -w, -W, -s, -S, -H, --heat, -g, --metrics, --trace %s",
		       "or a command");
	if (opts->stack && !prints_lines(opts))
		refuse("--stack is for waits, and --summary and --histogram show totals: %s",
		       "give one or the other");
	if (opts->by && !opts->summary)
		refuse("--by is for --summary: give that, too");
	if (opts->output == OUTPUT_CSV && opts->summary && opts->histogram)
		refuse("CSV is one table: --summary or --histogram is accepted, not both");
	if (opts->output == OUTPUT_CSV && opts->cost)
		refuse("CSV is one table, and not that of --cost: text or json is accepted");
}

/* Print what the user asked for, and exit. */
static void __noreturn said(const char *text, const char *more)
{
	printf("%s%s", text, more);
	if (fflush(stdout)) {
		error("cannot write to stdout: %s", strerror(errno));
		exit(EXIT_FAILURE);
	}
	exit(EXIT_SUCCESS);
}

void parse_options(int argc, char **argv, struct options *opts)
{
	int opt, nr_args = 0;
	char *args[2];

	*opts = (struct options) { .min_us = 10000, .history = 1024 };
	opterr = 0;
	/* "-": arguments stay in order, because of those of a command. */
	while ((opt = getopt_long(argc, argv, "-:p:t:c:g:C:PwWS::sHi:o:jT:d:n:vVh",
				  long_options, NULL)) != -1) {
		switch (opt) {
		case 1:			/* not an option */
			if (nr_args < 2)
				args[nr_args++] = optarg;
			break;
		case 'p':
			add_ids(&opts->tgids, optarg, "PID");
			break;
		case 't':
			add_ids(&opts->tids, optarg, "TID");
			break;
		case 'c':
			add_comms(opts, optarg);
			break;
		case OPT_KTHREADS:
			opts->kthreads = parse_kthreads(optarg);
			break;
		case 'C':
			add_cpus(opts, optarg);
			break;
		case 'P':
			opts->previous = true;
			break;
		case OPT_STACK:
			opts->stack = true;
			break;
		case 'w':
			opts->why = true;
			break;
		case 'W':
			opts->waker = true;
			break;
		case OPT_HISTORY:
			opts->history = parse_history(optarg);
			break;
		case 'T':
			opts->time = parse_time_format(optarg);
			break;
		case 'd':
			opts->duration_ns = parse_period(optarg, "duration");
			break;
		case 'i':
			opts->interval_ns = parse_period(optarg, "interval");
			break;
		case 'S':
			opts->stalled_ns = parse_period(optarg ?: "1s", "period of --stalled");
			break;
		case 's':
			opts->summary = true;
			break;
		case OPT_BY:
			opts->by = parse_by(optarg);
			break;
		case 'H':
			opts->histogram = true;
			break;
		case OPT_HEAT:
			opts->histogram = true;
			opts->heat = true;
			break;
		case 'o':
			opts->output = parse_output(optarg);
			break;
		case 'j':
			opts->output = OUTPUT_JSON;
			break;
		case 'g':
			add_cgroups(opts, optarg);
			break;
		case OPT_TRACE:
			opts->trace = optarg;
			break;
		case OPT_METRICS:
			opts->metrics = optarg;
			break;
		case OPT_COST:
			opts->cost = true;
			break;
		case OPT_TO:
			opts->to = optarg;
			break;
		case OPT_JSON_SCHEMA:
			opts->json_schema = true;
			return;
		case 'n':
			opts->count = parse_count(optarg);
			break;
		case OPT_LIGHT:
			opts->light = true;
			break;
		case OPT_RING_SIZE:
			opts->ring_size = parse_ring_size(optarg);
			break;
		case 'v':
			opts->verbose = true;
			break;
		case 'V':
			said("runqslower " VERSION "\n", "");
		case OPT_USAGE:
			said(usage, "");
		case 'h':
		case '?':
			if (opt == '?' && optopt != '?')
				refuse_option(argv, opt);
			said(usage, help);
		default:
			refuse_option(argv, opt);
		}
	}

	parse_threshold(nr_args, args, opts);
	/* getopt_long() stops before the end at "--" only. */
	if (optind < argc)
		opts->command = argv + optind;
	check_options(opts);
}
