// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * runqslower: show tasks that waited too long for a CPU.
 *
 * This file is the life cycle: load, attach, wait, write, detach.
 * runqslower.bpf.c says what a wait is.
 */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <linux/compiler.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include "analysis/explain.h"
#include "analysis/histogram.h"
#include "analysis/history.h"
#include "analysis/ordered_waits.h"
#include "analysis/totals.h"
#include "options.h"
#include "runqslower.h"
#include "tracer.h"
#include "util/cgroups.h"
#include "util/clock.h"
#include "util/error.h"
#include "util/period.h"
#include "util/signals.h"
#include "writers/names.h"
#include "writers/schema.h"
#include "writers/trace_file.h"
#include "writers/writer.h"

/*
 * A wait is printed HOLD_NS after its end, because an earlier wait of another
 * CPU may arrive late. While waits are held, the tool reads the ring buffer
 * every HOLD_NS, because printing must not wake the tool: its own waits are
 * records, too.
 */
#define HOLD_NS		5000000ULL

/* The trace file is flushed every TRACE_NS. */
#define TRACE_NS	200000000ULL

/* At most BATCH waits are received before those due are printed. */
#define BATCH		4096

#define MAX_PROGRAMS	32		/* more than the skeleton has */

/* The state of a run, from the command line to the exit. */
struct session {
	struct options opts;
	struct runqslower_bpf *skel;
	struct ring_buffer *rb;
	int signals;			/* signalfd of SIGINT and SIGTERM */
	struct ordered_waits order;
	struct history history;		/* used if explains(&opts) */
	struct totals *totals;		/* NULL without -s */
	struct histogram counted;	/* with -H: counts already written */
	const struct writer *writer;
	__u64 start;			/* begin of tracing */
	__u64 totals_since;		/* begin of the present totals */
	__u64 nr_received;		/* waits received that are over */
	unsigned int nr_batch;		/* waits in this batch, also stalled */
	__u64 nr_taken;			/* waits printed or counted */
	__u64 told[NR_LOST];		/* lost waits the user knows of */
	__u64 lost_told;		/* sum of @told */
	int write_error;		/* first errno on stdout, or 0 */
	bool trace_failed;
	bool shows_status;		/* stderr is a terminal */
	bool status_is_shown;
	bool interrupted;		/* by a signal, or stdout is closed */
};

static void on_segments(struct session *s, const struct run_segment *segments, size_t nr)
{
	if (!history_add(&s->history, segments, nr))
		out_of_memory();
	while (nr--)
		cgroup_remember(segments[nr].cgroup);
}

static void on_why(struct session *s, const struct why_event *e)
{
	struct why *why = explain(e, &s->history);

	cgroup_remember(e->cgroup);
	cgroup_remember(e->quota_cgroup);
	if (!why || !ordered_waits_push(&s->order, &e->wait, why))
		out_of_memory();
	if (s->opts.trace && !e->wait.stalled)
		trace_wait(why);
}

static int on_record(void *ctx, void *data, size_t size)
{
	const struct wait_event *e = data;
	struct session *s = ctx;

	switch (*(__u8 *)data) {
	case RECORD_SEGMENTS:
		on_segments(s, data, size / sizeof(struct run_segment));
		return 0;
	case RECORD_WHY:
		on_why(s, data);
		break;
	case RECORD_WAIT:
		if (!ordered_waits_push(&s->order, data, NULL))
			out_of_memory();
		break;
	}
	s->nr_received += !e->stalled;
	/* -EAGAIN ends the batch, but libbpf consumes this record. */
	return ++s->nr_batch < BATCH ? 0 : -EAGAIN;
}

static __u64 nr_lost(const struct wait_stats *stats)
{
	__u64 sum = 0;
	int i;

	for (i = 0; i < NR_LOST; i++)
		sum += stats->lost[i];
	return sum;
}

static void hide_status(struct session *s)
{
	if (s->status_is_shown)
		fputs("\r\033[K", stderr);
	s->status_is_shown = false;
}

static void show_status(struct session *s, const struct wait_stats *stats, __u64 elapsed_ns)
{
	if (!s->shows_status)
		return;
	fprintf(stderr, "\r\033[K%llu waits, %llu lost, %llu s", stats->seen,
		nr_lost(stats), elapsed_ns / NSEC_PER_SEC);
	s->status_is_shown = true;
}

/* Flush stdout. False: the flush failed, write_error says why. */
static bool flush(struct session *s)
{
	hide_status(s);
	if (!fflush(stdout) && !ferror(stdout))
		return true;
	if (!s->write_error)
		s->write_error = errno;
	return false;
}

/*
 * Print or count the waits that ended by @until. False: stop tracing, because
 * -n is reached or stdout failed.
 */
static bool take_until(struct session *s, __u64 until)
{
	const struct held_wait *wait;
	bool stalled;

	clock_sync();
	while ((wait = ordered_waits_pop(&s->order, until))) {
		stalled = wait->event.stalled;
		if (s->totals && !stalled)
			totals_add(s->totals, &wait->event, wait->why);
		if (stalled || prints_lines(&s->opts))
			s->writer->wait(&s->opts, &wait->event, wait->why, stalled);
		free(wait->why);
		s->nr_taken += !stalled;
		if (!stalled && s->nr_taken == s->opts.count)
			break;
	}
	return flush(s) && s->nr_taken != (s->opts.count ?: ULLONG_MAX);
}

/*
 * Write the totals since s->totals_since and start new ones. With -i, skip
 * empty totals at the @end, because an interval may just be over.
 */
static void write_totals(struct session *s, __u64 now, bool end)
{
	struct histogram histogram, counted;
	bool always = !end || !s->opts.interval_ns;
	__u32 i;

	if (s->opts.summary && (always || totals_nr(s->totals))) {
		s->writer->summary(&s->opts, s->totals, s->totals_since, now);
		totals_clear(s->totals);
	}
	if (!s->opts.histogram)
		return;
	tracer_histogram(s->skel, &counted);
	for (i = 0; i < NR_BUCKETS; i++)
		histogram.counts[i] = counted.counts[i] - s->counted.counts[i];
	s->counted = counted;
	if (always || histogram_total(&histogram))
		s->writer->histogram(&s->opts, &histogram, s->totals_since, now);
}

/* Receive at most BATCH waits. True: there may be more. */
static bool take_batch(struct session *s)
{
	s->nr_batch = 0;
	return ring_buffer__consume(s->rb) == -EAGAIN;
}

/* Report the waits lost since the last call. */
static void tell_lost(struct session *s, const struct wait_stats *stats)
{
	static const char * const reasons[] = {
		[LOST_RING] = "no room in the ring buffer (see --ring-size)",
		[LOST_STORAGE] = "no memory for a task's record",
		[LOST_CLOCK] = "clocks of CPUs disagree",
	};
	__u64 lost;
	int i;

	for (i = 0; i < NR_LOST; i++) {
		lost = stats->lost[i] - s->told[i];
		if (lost) {
			hide_status(s);
			error("lost %llu waits: %s", lost, reasons[i]);
			if (s->writer->lost)
				s->writer->lost(&s->opts, reasons[i], lost, clock_mono_ns());
		}
		s->told[i] += lost;
		s->lost_told += lost;
	}
}

/* Say once what this kernel cannot tell, where verdicts depend on that. */
static void tell_limits(struct session *s)
{
	unsigned int limits = tracer_limits(s->skel, &s->opts);

	if (!s->opts.why && !s->opts.summary)
		return;
	if (limits)
		error("this kernel does not tell %s", limits_text(limits).text);
	if (s->writer->limits)
		s->writer->limits(&s->opts, limits, s->start);
}

/* Sleep until there is work, at most @timeout_ns (0: no limit). */
static void wait_for_work(struct session *s, __u64 timeout_ns)
{
	struct pollfd fds[] = {
		{ .fd = STDOUT_FILENO },	/* only for POLLERR */
		{ .fd = s->signals, .events = POLLIN },
		{ .fd = ring_buffer__epoll_fd(s->rb), .events = POLLIN },
	};
	struct timespec timeout = {
		.tv_sec = timeout_ns / NSEC_PER_SEC,
		.tv_nsec = timeout_ns % NSEC_PER_SEC,
	};

	/* While waits are held, records must not wake the tool: see HOLD_NS. */
	nfds_t nr = ordered_waits_is_empty(&s->order) ? 3 : 2;

	if (ppoll(fds, nr, timeout_ns ? &timeout : NULL, NULL) > 0 &&
	    (fds[0].revents & (POLLERR | POLLNVAL) || fds[1].revents))
		s->interrupted = true;
}

/* Flush the trace file, at the @end close it. False: the file just failed. */
static bool write_trace(struct session *s, bool end)
{
	if (!s->opts.trace || s->trace_failed || (end ? trace_close() : trace_flush()))
		return true;
	error("cannot write to %s: %s", s->opts.trace, strerror(errno));
	s->trace_failed = true;
	return false;
}

/* When collect() does what. All times are CLOCK_MONOTONIC, ns. */
struct schedule {
	__u64 end;
	struct period stalled;
	struct period totals;
	struct period trace;
	struct period status;
	__u64 told_at;			/* last report of lost waits */
};

/* The timeout of wait_for_work(), in ns; 0: no limit. */
static __u64 time_left(const struct session *s, const struct schedule *due, __u64 now, bool more)
{
	__u64 wake = earliest(due->end, &due->stalled);

	wake = earliest(wake, &due->totals);
	wake = earliest(wake, &due->status);

	/* If the ring buffer has @more, look for signals but do not sleep. */
	if (more)
		return 1;
	if (!ordered_waits_is_empty(&s->order) && now + HOLD_NS < wake)
		wake = now + HOLD_NS;
	if (wake == ULLONG_MAX)
		return 0;
	return wake > now ? wake - now : 1;
}

/* Write and report what is due. False: stop tracing, output failed. */
static bool do_what_is_due(struct session *s, struct schedule *due, __u64 now)
{
	const struct wait_stats *stats = tracer_stats(s->skel);

	if (is_due(&due->trace, now) && !write_trace(s, false))
		return false;
	if (is_due(&due->totals, now)) {
		write_totals(s, now, false);
		s->totals_since = now;
		if (!flush(s))
			return false;
	}
	if (now - due->told_at > NSEC_PER_SEC && nr_lost(stats) != s->lost_told) {
		tell_lost(s, stats);
		due->told_at = now;
	}
	if (is_due(&due->status, now))
		show_status(s, stats, now - s->start);
	return true;
}

/* Receive and write waits until a signal, -d, -n or failed output. */
static void collect(struct session *s)
{
	struct schedule due = {
		.end = s->opts.duration_ns ? s->start + s->opts.duration_ns : ULLONG_MAX,
		.stalled = { s->opts.stalled_ns, s->start + s->opts.stalled_ns },
		.totals = { s->opts.interval_ns, s->start + s->opts.interval_ns },
		.trace = { s->opts.trace ? TRACE_NS : 0, s->start },
		.status = { s->shows_status ? NSEC_PER_SEC : 0, s->start },
	};
	__u64 now = s->start, limit;
	bool more = false;

	while (!s->interrupted && now < due.end) {
		wait_for_work(s, time_left(s, &due, now, more));
		now = clock_mono_ns();
		if (is_due(&due.stalled, now))
			tracer_find_waiting(s->skel);
		more = take_batch(s);
		limit = more ? ordered_waits_newest(&s->order) : now;
		if (!take_until(s, limit - HOLD_NS) || !do_what_is_due(s, &due, now))
			return;
	}
}

/*
 * Receive and write the remaining waits. A program may still run on another
 * CPU, so drain() lasts until each wait seen has arrived or is lost, at most a
 * second.
 */
static void drain(struct session *s)
{
	const struct wait_stats *stats = tracer_stats(s->skel);
	__u64 give_up = clock_mono_ns() + NSEC_PER_SEC, seen, lost;

	do {
		while (take_batch(s))
			;
		seen = __atomic_load_n(&stats->seen, __ATOMIC_RELAXED);
		lost = __atomic_load_n(&stats->lost[LOST_RING], __ATOMIC_RELAXED);
	} while (s->nr_received + lost < seen && clock_mono_ns() < give_up);
	if (s->nr_taken != (s->opts.count ?: ULLONG_MAX))
		take_until(s, ULLONG_MAX);
}

/* Set up the output before tracing begins, because the set-up can fail. */
static bool prepare_output(struct session *s)
{
	static const struct writer * const writers[] = {
		[OUTPUT_TEXT] = &text_writer,
		[OUTPUT_JSON] = &json_writer,
		[OUTPUT_CSV] = &csv_writer,
	};

	s->writer = writers[s->opts.output];
	s->shows_status = isatty(STDERR_FILENO) && (s->opts.duration_ns || s->opts.summary);
	if (explains(&s->opts) && !history_init(&s->history, max_cpus(), s->opts.history))
		out_of_memory();
	if (s->opts.summary) {
		s->totals = totals_new();
		if (!s->totals)
			out_of_memory();
	}
	if (s->opts.trace && !trace_open(s->opts.trace, &s->history)) {
		error("cannot write to %s: %s", s->opts.trace, strerror(errno));
		return false;
	}
	return true;
}

/*
 * Load the BPF programs and set up what takes their records. Nothing is
 * attached yet.
 */
static bool prepare(struct session *s)
{
	int stats;

	s->skel = tracer_load(&s->opts);
	if (!s->skel)
		return false;
	s->rb = ring_buffer__new(tracer_events(s->skel), on_record, s, NULL);
	if (!s->rb) {
		bpf_failure("map the ring buffer", -errno);
		return false;
	}
	if (!prepare_output(s))
		return false;
	if (!s->opts.cost)
		return true;
	/* The kernel counts while @stats is open: until the process ends. */
	stats = bpf_enable_stats(BPF_STATS_RUN_TIME);
	if (stats < 0)
		bpf_failure("count what the programs cost", stats);
	return stats >= 0;
}

/* Detach, receive the remaining waits, and write all final results. */
static void finish(struct session *s)
{
	const struct wait_stats *stats = tracer_stats(s->skel);
	struct cost costs[MAX_PROGRAMS];
	__u64 now, missed;

	tracer_detach(s->skel);
	drain(s);
	now = clock_mono_ns();
	clock_sync();
	tell_lost(s, stats);
	write_totals(s, now, true);
	if (s->opts.cost)
		s->writer->cost(&s->opts, costs, tracer_costs(s->skel, costs, MAX_PROGRAMS), now);
	flush(s);
	missed = tracer_missed(s->skel);
	if (missed)
		error("the kernel skipped %llu scheduler events; %s", missed,
		      "waits that began or ended there may be missing");
	write_trace(s, true);
	if (stats->unseen)
		error("%llu switches were not seen; who ran there is other", stats->unseen);
	if (s->opts.verbose)
		error("%llu waits over the threshold, %llu taken, %llu lost",
		      stats->seen, s->nr_taken, s->lost_told);
}

/* Did the reader get all output that the reader wanted? */
static bool succeeded(const struct session *s)
{
	/* EPIPE is no failure, because the reader closed the pipe. */
	if (!s->write_error || s->write_error == EPIPE)
		return !s->trace_failed;
	error("cannot write to stdout: %s", strerror(s->write_error));
	return false;
}

int main(int argc, char **argv)
{
	struct session s = {};
	int status = EXIT_FAILURE;

	parse_options(argc, argv, &s.opts);
	clock_init();
	if (s.opts.json_schema) {
		print_schema();
		flush(&s);
		return succeeded(&s) ? EXIT_SUCCESS : EXIT_FAILURE;
	}
	s.signals = signals_open();
	if (s.signals < 0)
		return EXIT_FAILURE;
	if (prepare(&s) && !tracer_attach(s.skel, &s.opts)) {
		s.start = clock_mono_ns();
		s.totals_since = s.start;
		clock_sync();
		s.writer->begin(&s.opts);
		tell_limits(&s);
		if (flush(&s))
			collect(&s);
		finish(&s);
		if (succeeded(&s))
			status = EXIT_SUCCESS;
	}
	ring_buffer__free(s.rb);
	tracer_free(s.skel);
	ordered_waits_free(&s.order);
	totals_free(s.totals);
	history_free(&s.history);
	close(s.signals);
	return status;
}
