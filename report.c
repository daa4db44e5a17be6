// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* Write waits and totals to the output, and messages to stderr. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <linux/compiler.h>
#include <linux/kernel.h>
#include "session.h"
#include "tracer.h"
#include "util/bpf_failure.h"
#include "util/clock.h"
#include "util/error.h"
#include "util/output.h"
#include "writers/metrics_file.h"
#include "writers/names.h"
#include "writers/trace_file.h"

__u64 nr_lost(const struct wait_stats *stats)
{
	__u64 sum = 0;
	int i;

	for (i = 0; i < NR_LOST; i++)
		sum += stats->lost[i];
	return sum;
}

void show_status(struct session *s, __u64 elapsed_ns)
{
	const struct wait_stats *stats = tracer_stats(s->skel);

	if (s->shows_status)
		print_status("%llu waits, %llu lost, %llu s", stats->seen, nr_lost(stats),
			     elapsed_ns / NSEC_PER_SEC);
}

bool flush(struct session *s)
{
	if (__fpending(stdout))
		hide_status();
	if (!fflush(stdout) && !ferror(stdout)) {
		s->nr_written = s->nr_taken;
		return true;
	}
	s->write_error = output_error() ?: errno;
	return false;
}

bool take_until(struct session *s, __u64 until)
{
	const struct held_wait *wait;
	bool stalled;

	clock_sync();
	while ((wait = ordered_waits_pop(&s->order, until))) {
		stalled = wait->event.stalled;
		if (s->totals && !stalled)
			totals_add(s->totals, &wait->event, wait->why);
		if (s->metrics && !stalled && !metrics_add(s->metrics, wait->why, metrics_id))
			out_of_memory();
		if (!s->write_error && (stalled || prints_lines(&s->opts))) {
			/* A long batch is written before it is flushed. */
			hide_status();
			s->writer->wait(&s->opts, &wait->event, wait->why, wait->stack, stalled);
		}
		held_wait_free(wait);
		s->nr_taken += !stalled;
		if (!stalled && s->nr_taken == s->opts.count)
			break;
	}
	return flush(s) && s->nr_taken != (s->opts.count ?: ULLONG_MAX);
}

void write_totals(struct session *s, __u64 now, bool end)
{
	struct histogram histogram, counted;
	bool always = !end || !totals_period(&s->opts) || s->stalled.nr_found;
	__u64 since = s->totals_since;
	__u32 i;
	int err;

	if (s->write_error)
		return;
	hide_status();
	s->totals_since = now;
	if (s->opts.summary && (always || totals_nr(s->totals))) {
		totals_set_stalled(s->totals, s->stalled.nr_found, s->stalled.longest_ns);
		s->writer->summary(&s->opts, s->totals, since, now);
		totals_clear(s->totals);
	}
	if (!s->opts.histogram)
		return;
	err = tracer_histogram(s->skel, &counted);
	if (err) {
		bpf_failure("read the histogram", err);
		return;
	}
	for (i = 0; i < NR_BUCKETS; i++)
		histogram.counts[i] = counted.counts[i] - s->counted.counts[i];
	s->counted = counted;
	histogram.nr_stalled = s->stalled.nr_found;
	histogram.stalled_ns = s->stalled.longest_ns;
	if (always || histogram_total(&histogram))
		s->writer->histogram(&s->opts, &histogram, since, now);
}

void tell_lost(struct session *s)
{
	const struct wait_stats *stats = tracer_stats(s->skel);
	static const char * const reasons[] = {
		[LOST_RING] = "no room in the ring buffer (see --ring-size)",
		[LOST_STALLED] = "no room in the ring buffer for tasks that still wait",
		[LOST_STORAGE] = "no memory for a task's record",
		[LOST_CLOCK] = "clocks of CPUs disagree",
	};
	__u64 lost;
	int i;

	for (i = 0; i < NR_LOST; i++) {
		lost = stats->lost[i] - s->told[i];
		if (lost) {
			error("lost %llu waits: %s", lost, reasons[i]);
			if (s->writer->lost && !s->write_error)
				s->writer->lost(&s->opts, reasons[i], lost, clock_mono_ns());
		}
		s->told[i] += lost;
		s->lost_told += lost;
	}
}

void tell_more_waiting(__u64 nr)
{
	error("%llu more tasks are waiting: the %d that wait longest are listed", nr,
	      MAX_STALLED);
}

void tell_limits(struct session *s)
{
	unsigned int limits = tracer_limits(s->skel, &s->opts), matter = limits;

	/* Without verdicts only wakers, of -W or --trace, are looked for. */
	if (!s->opts.why && !s->opts.summary && !s->opts.metrics) {
		matter &= LIMIT_WAKER;
		if (!matter)
			return;
	}
	if (matter)
		error("this kernel does not tell %s", limits_text(matter).text);
	if (s->writer->limits)
		s->writer->limits(&s->opts, limits, s->start);
}

bool write_trace(struct session *s, bool end)
{
	if (!s->opts.trace || s->trace_failed || (end ? trace_close() : trace_flush()))
		return true;
	error("cannot write to %s: %s", s->opts.trace, strerror(errno));
	s->trace_failed = true;
	return false;
}

/* Say why the file of --metrics could not be written: @err, an errno. */
static void tell_metrics_failed(const struct session *s, int err)
{
	if (err == EACCES)
		error("cannot write %s: %s; UID %u must be allowed to, without capabilities",
		      s->opts.metrics, strerror(err), geteuid());
	else
		error("cannot write %s: %s", s->opts.metrics, strerror(err));
}

bool write_metrics(struct session *s, bool end)
{
	static struct histogram lengths;
	struct cost costs[MAX_PROGRAMS];
	struct metrics_page page = {
		.threshold_ns = s->opts.min_us * 1000, .lengths = &lengths,
		.stats = tracer_stats(s->skel), .metrics = s->metrics, .costs = costs,
	};
	bool told = s->metrics_failed;
	int err;

	if (!s->metrics)
		return true;
	if (s->opts.cost)
		page.nr_costs = tracer_costs(s->skel, costs, MAX_PROGRAMS);
	/* No later file will show what has just begun. */
	if (end)
		metrics_published(s->metrics);
	err = tracer_histogram(s->skel, &lengths);
	if (!err && metrics_file_write(s->opts.metrics, &page)) {
		metrics_published(s->metrics);
		return !s->metrics_failed;
	}
	s->metrics_failed = true;
	if (err && !told)
		bpf_failure("read the histogram", err);
	else if (!told)
		tell_metrics_failed(s, errno);
	return false;
}

bool succeeded(const struct session *s)
{
	bool files_are_whole = !s->trace_failed && !s->metrics_failed;
	__u64 wanted = s->nr_received;

	/* EPIPE is no failure, because the reader closed the pipe. */
	if (!s->write_error || s->write_error == EPIPE)
		return files_are_whole;
	/* See output_init(). The tool was told to end, and did. */
	if (s->write_error == ETIMEDOUT) {
		if (s->opts.count && wanted > s->opts.count)
			wanted = s->opts.count;
		if (prints_lines(&s->opts))
			error("nobody reads %s: %llu waits were not written", output_name(),
			      wanted - s->nr_written);
		else
			error("nobody reads %s: the totals were not written", output_name());
		return files_are_whole;
	}
	error("cannot write to %s: %s", output_name(), strerror(s->write_error));
	return false;
}
