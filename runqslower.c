// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * runqslower: show tasks that waited too long for a CPU.
 *
 * This file is the life cycle: load, attach, wait, write, detach. What a wait
 * is stands in runqslower.bpf.c.
 */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
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
#include "util/clock.h"
#include "util/error.h"
#include "writers/trace_file.h"
#include "writers/writer.h"

/*
 * A wait is printed this long after it ended, so that one of another CPU that
 * ended before it but arrives after it still finds its place. It is also the
 * time between two looks at the ring buffer while waits come in: the tool,
 * whose own waits count too, must not wake itself by printing them.
 */
#define HOLD_NS		5000000ULL

/* The trace file is brought up to date so often. */
#define TRACE_NS	200000000ULL

/* At most this many waits are taken before those due are printed. */
#define BATCH		4096

#define MAX_PROGRAMS	32		/* more than there are */

static struct options opts;
static struct ordered_waits order;
static struct history history;		/* where waits are explained */
static struct totals *totals;		/* with -s */
static const struct writer *writer;
static __u64 nr_received;		/* waits taken from the ring buffer */
static unsigned int nr_batch;		/* the same, in this batch */
static __u64 nr_taken;			/* waits printed or counted */
static __u64 lost_told;			/* lost waits the user knows of */
static int write_error;			/* errno of the first failure on stdout */
static bool trace_failed;
static __u64 totals_since;		/* when those of -s and -H were begun */
static bool shows_status;		/* on stderr, for a person */
static bool status_is_shown;
static bool interrupted;		/* by a signal, or nobody reads any more */

static void on_why(const struct why_event *e)
{
	struct why *why = explain(e, &history);

	if (!why || !ordered_waits_push(&order, &e->wait, why))
		out_of_memory();
	if (opts.trace && !e->wait.stalled)
		trace_wait(why);
}

static int on_record(void *ctx, void *data, size_t size)
{
	const struct wait_event *e = data;

	(void)ctx;
	switch (*(__u8 *)data) {
	case RECORD_SEGMENTS:
		if (!history_add(&history, data, size / sizeof(struct run_segment)))
			out_of_memory();
		return 0;
	case RECORD_WHY:
		on_why(data);
		break;
	case RECORD_WAIT:
		if (!ordered_waits_push(&order, data, NULL))
			out_of_memory();
		break;
	}
	nr_received += !e->stalled;
	/*
	 * A negative value ends the batch; this wait has been taken all the
	 * same.
	 */
	return ++nr_batch < BATCH ? 0 : -EAGAIN;
}

static __u64 nr_lost(const struct wait_stats *stats)
{
	__u64 sum = 0;
	int i;

	for (i = 0; i < NR_LOST; i++)
		sum += stats->lost[i];
	return sum;
}

static void hide_status(void)
{
	if (status_is_shown)
		fputs("\r\033[K", stderr);
	status_is_shown = false;
}

static void show_status(const struct wait_stats *stats, __u64 elapsed_ns)
{
	if (!shows_status)
		return;
	fprintf(stderr, "\r\033[K%llu waits, %llu lost, %llu s", stats->seen,
		nr_lost(stats), elapsed_ns / NSEC_PER_SEC);
	status_is_shown = true;
}

/* Write what was printed. False if that failed; write_error says why. */
static bool flush(void)
{
	hide_status();
	if (!fflush(stdout) && !ferror(stdout))
		return true;
	if (!write_error)
		write_error = errno;
	return false;
}

/* Print or count the waits that ended until @until. False: no use in more. */
static bool take_until(__u64 until)
{
	const struct held_wait *wait;
	bool stalled;

	clock_sync();
	while ((wait = ordered_waits_pop(&order, until))) {
		stalled = wait->event.stalled;
		if (totals && !stalled)
			totals_add(totals, &wait->event, wait->why);
		if (stalled || prints_lines(&opts))
			writer->wait(&opts, &wait->event, wait->why, stalled);
		free(wait->why);
		nr_taken += !stalled;
		if (!stalled && nr_taken == opts.count)
			break;
	}
	return flush() && nr_taken != (opts.count ?: ULLONG_MAX);
}

/*
 * Write what has come together since @since, and begin anew. At the end only if
 * there is something: an interval may just have been over.
 */
static void write_totals(struct runqslower_bpf *skel, __u64 since, __u64 now, bool end)
{
	static struct histogram histogram, before, counted;
	bool always = !end || !opts.interval_ns;
	__u32 i;

	if (opts.summary && (always || totals_nr(totals))) {
		writer->summary(&opts, totals, since, now);
		totals_clear(totals);
	}
	if (!opts.histogram)
		return;
	tracer_histogram(skel, &counted);
	for (i = 0; i < NR_BUCKETS; i++)
		histogram.counts[i] = counted.counts[i] - before.counts[i];
	before = counted;
	if (always || histogram_total(&histogram))
		writer->histogram(&opts, &histogram, since, now);
}

/* Take a batch of waits. True if there may be more. */
static bool take_batch(struct ring_buffer *rb)
{
	nr_batch = 0;
	return ring_buffer__consume(rb) == -EAGAIN;
}

/* Say what has been lost since the last time. */
static void tell_lost(const struct wait_stats *stats)
{
	static const char * const reasons[] = {
		[LOST_RING] = "no room in the ring buffer (see --ring-size)",
		[LOST_STORAGE] = "no memory for a task's record",
		[LOST_CLOCK] = "clocks of CPUs disagree",
	};
	static __u64 told[NR_LOST];
	__u64 lost;
	int i;

	for (i = 0; i < NR_LOST; i++) {
		lost = stats->lost[i] - told[i];
		if (lost) {
			hide_status();
			error("lost %llu waits: %s", lost, reasons[i]);
			if (writer->lost)
				writer->lost(&opts, reasons[i], lost, clock_mono_ns());
		}
		told[i] += lost;
		lost_told += lost;
	}
}

/*
 * Wait until there is something to do, or until @timeout_ns (0: no limit).
 * @signals: a signalfd of those that end the tracing.
 */
static void wait_for_work(struct ring_buffer *rb, __u64 timeout_ns, int signals)
{
	struct pollfd fds[] = {
		{ .fd = STDOUT_FILENO },	/* only whether it was closed */
		{ .fd = signals, .events = POLLIN },
		{ .fd = ring_buffer__epoll_fd(rb), .events = POLLIN },
	};
	struct timespec timeout = {
		.tv_sec = timeout_ns / NSEC_PER_SEC,
		.tv_nsec = timeout_ns % NSEC_PER_SEC,
	};

	/* While waits are held, only time and signals wake us: see HOLD_NS. */
	nfds_t nr = ordered_waits_is_empty(&order) ? 3 : 2;

	if (ppoll(fds, nr, timeout_ns ? &timeout : NULL, NULL) > 0 &&
	    (fds[0].revents & (POLLERR | POLLNVAL) || fds[1].revents))
		interrupted = true;
}

/* Something that is due every so often. */
struct period {
	__u64 ns;			/* 0: never */
	__u64 next;
};

static bool is_due(struct period *p, __u64 now)
{
	if (!p->ns || now < p->next)
		return false;
	/* What was slept through is not made up for. */
	p->next += (now - p->next) / p->ns * p->ns + p->ns;
	return true;
}

/* False if the trace file cannot be written. */
static bool write_trace(bool end)
{
	if (!opts.trace || trace_failed || (end ? trace_close() : trace_flush()))
		return true;
	error("cannot write to %s: %s", opts.trace, strerror(errno));
	trace_failed = true;
	return false;
}

static __u64 earliest(__u64 ns, const struct period *p)
{
	return p->ns && p->next < ns ? p->next : ns;
}

/* What is due while waits are collected. */
struct schedule {
	__u64 end;
	struct period stalled;
	struct period totals;
	struct period trace;
	struct period status;
	__u64 told_at;			/* when lost waits were last told of */
};

/* How long to wait for work, in ns; 0: until there is some. */
static __u64 time_left(const struct schedule *s, __u64 now, bool more)
{
	__u64 wake = earliest(earliest(earliest(s->end, &s->stalled), &s->totals), &s->status);

	/* With more to take, only to learn of signals. */
	if (more)
		return 1;
	if (!ordered_waits_is_empty(&order) && now + HOLD_NS < wake)
		wake = now + HOLD_NS;
	if (wake == ULLONG_MAX)
		return 0;
	return wake > now ? wake - now : 1;
}

/* Write and tell what is due. False when there is no use in more. */
static bool do_what_is_due(struct runqslower_bpf *skel, struct schedule *s, __u64 start,
			   __u64 now)
{
	const struct wait_stats *stats = tracer_stats(skel);

	if (is_due(&s->trace, now) && !write_trace(false))
		return false;
	if (is_due(&s->totals, now)) {
		write_totals(skel, totals_since, now, false);
		totals_since = now;
		if (!flush())
			return false;
	}
	if (now - s->told_at > NSEC_PER_SEC && nr_lost(stats) != lost_told) {
		tell_lost(stats);
		s->told_at = now;
	}
	if (is_due(&s->status, now))
		show_status(stats, now - start);
	return true;
}

/* Take waits until the user, the duration or the count says stop. */
static void collect(struct runqslower_bpf *skel, struct ring_buffer *rb, int signals,
		    __u64 start)
{
	struct schedule s = {
		.end = opts.duration_ns ? start + opts.duration_ns : ULLONG_MAX,
		.stalled = { opts.stalled_ns, start + opts.stalled_ns },
		.totals = { opts.interval_ns, start + opts.interval_ns },
		.trace = { opts.trace ? TRACE_NS : 0, start },
		.status = { shows_status ? NSEC_PER_SEC : 0, start },
	};
	__u64 now = start, limit;
	bool more = false;

	while (!interrupted && now < s.end) {
		wait_for_work(rb, time_left(&s, now, more), signals);
		now = clock_mono_ns();
		if (is_due(&s.stalled, now))
			tracer_find_waiting(skel);
		more = take_batch(rb);
		limit = more ? ordered_waits_newest(&order) : now;
		if (!take_until(limit - HOLD_NS) || !do_what_is_due(skel, &s, start, now))
			return;
	}
}

/*
 * Take what is left. A program may still be running on another CPU: every wait
 * it has seen must have arrived, or be lost, before it is the end.
 */
static void drain(struct runqslower_bpf *skel, struct ring_buffer *rb)
{
	const struct wait_stats *stats = tracer_stats(skel);
	__u64 give_up = clock_mono_ns() + NSEC_PER_SEC, seen, lost;

	do {
		while (take_batch(rb))
			;
		seen = __atomic_load_n(&stats->seen, __ATOMIC_RELAXED);
		lost = __atomic_load_n(&stats->lost[LOST_RING], __ATOMIC_RELAXED);
	} while (nr_received + lost < seen && clock_mono_ns() < give_up);
	if (nr_taken != (opts.count ?: ULLONG_MAX))
		take_until(ULLONG_MAX);
}

/* All that can fail before there is anything to trace. */
static bool prepare_output(void)
{
	static const struct writer * const writers[] = {
		[OUTPUT_TEXT] = &text_writer,
		[OUTPUT_JSON] = &json_writer,
		[OUTPUT_CSV] = &csv_writer,
	};

	writer = writers[opts.output];
	shows_status = isatty(STDERR_FILENO) && (opts.duration_ns || opts.summary);
	if (explains(&opts) && !history_init(&history, max_cpus(), opts.history))
		out_of_memory();
	if (opts.summary) {
		totals = totals_new();
		if (!totals)
			out_of_memory();
	}
	if (opts.trace && !trace_open(opts.trace, &history)) {
		error("cannot write to %s: %s", opts.trace, strerror(errno));
		return false;
	}
	return true;
}

/*
 * Set what signals do. Returns a signalfd of those that end the tracing, or -1.
 */
static int set_up_signals(void)
{
	sigset_t set;
	int fd;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	fd = signalfd(-1, &set, SFD_CLOEXEC);
	if (fd < 0)
		error("cannot wait for signals: %s", strerror(errno));
	return fd;
}

/*
 * Load the programs and prepare all that takes their records, with nothing
 * attached yet. False, with *@skel and *@rb for the caller to free, if that
 * failed.
 */
static bool prepare(struct runqslower_bpf **skel, struct ring_buffer **rb)
{
	int stats;

	*skel = tracer_load(&opts);
	if (!*skel)
		return false;
	*rb = ring_buffer__new(tracer_events(*skel), on_record, NULL, NULL);
	if (!*rb) {
		bpf_failure("map the ring buffer", -errno);
		return false;
	}
	if (!prepare_output())
		return false;
	if (!opts.cost)
		return true;
	/* The kernel counts while this is open: until the process ends. */
	stats = bpf_enable_stats(BPF_STATS_RUN_TIME);
	if (stats < 0)
		bpf_failure("count what the programs cost", stats);
	return stats >= 0;
}

/* Detach, take what is left and write what comes last. */
static void finish(struct runqslower_bpf *skel, struct ring_buffer *rb)
{
	struct cost costs[MAX_PROGRAMS];
	__u64 now, missed;

	tracer_detach(skel);
	drain(skel, rb);
	now = clock_mono_ns();
	clock_sync();
	tell_lost(tracer_stats(skel));
	write_totals(skel, totals_since, now, true);
	if (opts.cost)
		writer->cost(&opts, costs, tracer_costs(skel, costs, MAX_PROGRAMS), now);
	flush();
	missed = tracer_missed(skel);
	if (missed)
		error("the kernel skipped %llu scheduler events; waits that began or ended there may be missing",
		      missed);
	write_trace(true);
	if (opts.verbose)
		error("%llu waits over the threshold, %llu taken, %llu lost",
		      tracer_stats(skel)->seen, nr_taken, lost_told);
}

/* Has all been written that somebody wanted to read? */
static bool succeeded(void)
{
	/* Who closes the pipe has seen enough. */
	if (!write_error || write_error == EPIPE)
		return !trace_failed;
	error("cannot write to stdout: %s", strerror(write_error));
	return false;
}

int main(int argc, char **argv)
{
	struct runqslower_bpf *skel = NULL;
	struct ring_buffer *rb = NULL;
	int status = EXIT_FAILURE, signals;
	__u64 start;

	parse_options(argc, argv, &opts);
	signals = set_up_signals();
	if (signals < 0)
		return EXIT_FAILURE;
	if (prepare(&skel, &rb) && !tracer_attach(skel, &opts)) {
		start = clock_mono_ns();
		totals_since = start;
		clock_sync();
		writer->begin(&opts);
		if (flush())
			collect(skel, rb, signals, start);
		finish(skel, rb);
		if (succeeded())
			status = EXIT_SUCCESS;
	}
	ring_buffer__free(rb);
	tracer_free(skel);
	ordered_waits_free(&order);
	totals_free(totals);
	history_free(&history);
	close(signals);
	return status;
}
