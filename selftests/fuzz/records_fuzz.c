// SPDX-License-Identifier: GPL-2.0
/*
 * Records as they come from the ring buffer, through all of user space:
 * history, explanation, order, totals, metrics, each writer and the trace
 * file. The first bytes of the input choose options, then come names of a
 * cgroup and of a sched_ext scheduler, then records. Some are made sound, so
 * that not only refusals are tried.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <bpf/libbpf.h>
#include "fake_file.h"
#include "session.h"
#include "tracer.h"
#include "util/cgroups.h"
#include "util/error.h"
#include "util/output.h"
#include "util/signals.h"
#include "writers/trace_file.h"
#include "writers/utf8.h"

#define CPUS		4
#define LATEST		(1ULL << 40)	/* ns; near enough to what is read as time */

struct input {
	const __u8 *at;
	size_t left;
};

static struct session session;
static struct wait_stats stats;
static struct histogram lengths;
static char cgroup[64];
static char *out;
static size_t out_len;

/* --- what the session needs besides --------------------------------------- */

const struct wait_stats *tracer_stats(struct runqslower_bpf *skel)
{
	(void)skel;
	return &stats;
}

int tracer_histogram(struct runqslower_bpf *skel, struct histogram *h)
{
	(void)skel;
	*h = lengths;
	return 0;
}

size_t tracer_costs(struct runqslower_bpf *skel, struct cost *costs, size_t max)
{
	(void)skel;
	(void)max;
	costs[0] = (struct cost) { "program", stats.seen, stats.seen };
	return 1;
}

unsigned int tracer_limits(struct runqslower_bpf *skel, const struct options *opts)
{
	(void)skel;
	return opts->waker ? ~0U : 0;
}

int tracer_find_waiting(struct runqslower_bpf *skel, bool (*piece)(void *ctx), void *ctx)
{
	(void)skel;
	(void)piece;
	(void)ctx;
	return 0;
}

const char *cgroup_path(__u64 id)
{
	static char path[sizeof(cgroup) + 24];

	snprintf(path, sizeof(path), "/%llu%s", id, cgroup);
	return path;
}

void cgroup_remember(__u64 id)
{
	(void)id;
}

void bpf_failure(const char *what, int err)
{
	(void)what;
	(void)err;
}

void error(const char *fmt, ...)
{
	(void)fmt;
}

void print_status(const char *fmt, ...)
{
	(void)fmt;
}

void hide_status(void)
{
}

void out_of_memory(void)
{
	abort();
}

int signals_again_ends(void)
{
	return 0;
}

void command_signal(const struct command *c, int sig)
{
	(void)c;
	(void)sig;
}

int output_await(pid_t pid, int *status)
{
	(void)pid;
	*status = 0;
	return 0;
}

int output_error(void)
{
	return 0;
}

int output_fd(void)
{
	return -1;
}

const char *output_name(void)
{
	return "nowhere";
}

/* Without a child: see write_safely(). */
pid_t __wrap_fork(void)
{
	return -1;
}

/* --- input ---------------------------------------------------------------- */

/* The next bytes, zeroes behind the end. */
static void take(struct input *in, void *to, size_t size)
{
	size_t len = size < in->left ? size : in->left;

	memset(to, 0, size);
	memcpy(to, in->at, len);
	in->at += len;
	in->left -= len;
}

static __u8 take_byte(struct input *in)
{
	__u8 byte;

	take(in, &byte, 1);
	return byte;
}

static void take_options(struct input *in, struct options *opts)
{
	__u8 bits = take_byte(in), format = take_byte(in);

	*opts = (struct options) {
		.previous = bits & 1, .why = bits & 2, .waker = bits & 4, .summary = bits & 8,
		.histogram = bits & 16, .stalled_ns = bits >> 5 & 1, .trace =
		bits & 64 ? "/dev/null" : NULL, .min_us = bits >> 7,
		.output = format % 3, .time = format / 3 % 5, .history = MIN_HISTORY,
		/* No such file can be, so only its text is made. */
		.metrics = format / 15 % 2 ? "/dev/null/a.prom" : NULL, .cost = format / 30 % 2,
		.stack = format / 60 % 2,
	};
}

/* --- records -------------------------------------------------------------- */

static void repair_wait(struct wait_event *e)
{
	e->cpu %= CPUS;
	e->end_ns %= LATEST;
	e->wait_ns %= e->end_ns + 1;
	e->comm[TASK_COMM_LEN - 1] = '\0';
	e->prev_comm[TASK_COMM_LEN - 1] = '\0';
}

static void repair_why(struct why_event *e)
{
	repair_wait(&e->wait);
	e->from %= NR_FROM;
	e->waker_kind %= NR_WAKER_KINDS;
	e->waker_comm[TASK_COMM_LEN - 1] = '\0';
}

static void repair_segments(struct run_segment *s, size_t nr)
{
	size_t i;

	s->cpu %= CPUS;
	for (i = 0; i < nr; i++) {
		s[i].cpu = s->cpu;
		s[i].kind = RECORD_SEGMENTS;
		s[i].seq %= 2 * MIN_HISTORY;
		s[i].start_ns %= LATEST;
		s[i].comm[TASK_COMM_LEN - 1] = '\0';
	}
}

/* One record of its own exact size, so that a look behind it is seen. */
static void give_record(struct input *in)
{
	__u8 what = take_byte(in), nr = take_byte(in);
	size_t sizes[] = {
		nr, sizeof(struct wait_event), sizeof(struct why_event),
		(1 + nr % CHUNK) * sizeof(struct run_segment),
	};
	size_t size = sizes[what % 4];
	void *data = malloc(size ?: 1);
	bool sound = what & 4;

	take(in, data, size);
	if (what % 4)
		*(__u8 *)data = what % 4;
	if (sound && what % 4 == RECORD_WAIT)
		repair_wait(data);
	else if (sound && what % 4 == RECORD_WHY)
		repair_why(data);
	else if (sound && what % 4 == RECORD_SEGMENTS)
		repair_segments(data, size / sizeof(struct run_segment));
	if (what & 8)
		stats.lost[nr % NR_LOST]++;
	lengths.counts[bucket_of((__u64)nr << (what >> 3))]++;
	on_record(&session, data, size);
	free(data);
}

/* --- output --------------------------------------------------------------- */

/* No name breaks a line or reaches a terminal as anything but text. */
static void check_output(bool json)
{
	size_t i;

	for (i = 0; i < out_len; i++) {
		if (out[i] == '\n')
			continue;
		if (json ? (unsigned char)out[i] < 0x20 : utf8_is_control(out + i))
			abort();
	}
}

static void begin(void)
{
	static bool json_begun;

	session.writer = session.opts.output == OUTPUT_JSON ? &json_writer :
			 session.opts.output == OUTPUT_CSV ? &csv_writer : &text_writer;
	/* The writer of JSON is made once, for the one stdout. */
	if (session.opts.output != OUTPUT_JSON || !json_begun)
		session.writer->begin(&session.opts);
	json_begun |= session.opts.output == OUTPUT_JSON;
	tell_limits(&session);
}

int LLVMFuzzerTestOneInput(const __u8 *data, size_t size)
{
	struct input in = { data, size };
	__u8 scheduler[16];

	memset(&stats, 0, sizeof(stats));
	memset(&lengths, 0, sizeof(lengths));
	session = (struct session) { .end = ~0ULL, .history = session.history };
	take_options(&in, &session.opts);
	take(&in, cgroup, sizeof(cgroup) - 1);
	take(&in, scheduler, sizeof(scheduler));
	fake_file("/sys/kernel/sched_ext/root/ops", scheduler, sizeof(scheduler));
	if (needs_why_programs(&session.opts) &&
	    !history_init(&session.history, CPUS, MIN_HISTORY))
		abort();
	session.totals = session.opts.summary ? totals_new(BY_THREAD) : NULL;
	session.metrics = session.opts.metrics ? metrics_new() : NULL;
	rewind(stdout);
	begin();
	while (in.left) {
		give_record(&in);
		if (take_byte(&in) & 1)
			take_until(&session, LATEST / 2);
	}
	if (!stalled_move(&session.stalled, &session.order, LATEST / 2))
		abort();
	take_until(&session, ~0ULL);
	tell_lost(&session);
	write_totals(&session, LATEST, true);
	write_metrics(&session, true);
	write_trace(&session, false);
	fflush(stdout);
	check_output(session.opts.output == OUTPUT_JSON);
	stalled_clear(&session.stalled);
	ordered_waits_free(&session.order);
	totals_free(session.totals);
	metrics_free(session.metrics);
	history_free(&session.history);
	return 0;
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	stdout = open_memstream(&out, &out_len);
	if (!history_init(&session.history, CPUS, MIN_HISTORY) ||
	    !trace_open("/dev/null", &session.history))
		abort();
	history_free(&session.history);
	return 0;
}
