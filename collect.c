// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* Receive waits from the ring buffer, and do all else when it is due. */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>
#include <linux/compiler.h>
#include <linux/kernel.h>
#include <bpf/libbpf.h>
#include "analysis/explain.h"
#include "analysis/record.h"
#include "session.h"
#include "tracer.h"
#include "util/bpf_failure.h"
#include "util/cgroups.h"
#include "util/clock.h"
#include "util/command.h"
#include "util/error.h"
#include "util/output.h"
#include "util/period.h"
#include "util/signals.h"
#include "writers/trace_file.h"

/*
 * A wait is printed HOLD_NS after its end, because an earlier wait of another
 * CPU may arrive late. While waits are held, the tool reads the ring buffer
 * every HOLD_NS. Records do not wake the tool then, because its own waits are
 * records: printing would cause more of them, again and again.
 */
#define HOLD_NS		5000000ULL

/* What the trace file lacks is written every TRACE_NS. */
#define TRACE_NS	200000000ULL

/* At most BATCH waits are received before those due are printed. */
#define BATCH		4096

static void on_segments(struct session *s, const struct run_segment *segments, size_t nr)
{
	if (!history_add(&s->history, segments, nr))
		out_of_memory();
	while (nr--)
		cgroup_remember(segments[nr].cgroup);
}

static void hold(struct session *s, const struct wait_event *e, struct why *why)
{
	struct held_wait wait = { .event = *e, .why = why, .place_ns = e->end_ns };

	wait.stack = stacks_take(&s->stacks, e);
	if (e->stalled)
		stalled_add(&s->stalled, &wait);
	else if (!ordered_waits_push(&s->order, &wait))
		out_of_memory();
}

static void on_why(struct session *s, const struct why_event *e)
{
	struct why *why = explain(e, &s->history);
	size_t i;

	cgroup_remember(e->cgroup);
	cgroup_remember(e->cpu_cgroup);
	cgroup_remember(e->quota_cgroup);
	if (!why)
		out_of_memory();
	/* A segment that was not sent may have another cgroup. */
	for (i = 0; i < why->nr; i++)
		cgroup_remember(why->shares[i].cgroup);
	if (s->opts.trace && !e->wait.stalled)
		trace_wait(why);
	hold(s, &e->wait, why);
}

int on_record(void *ctx, void *data, size_t size)
{
	const struct wait_event *e = data;
	struct session *s = ctx;

	if (!record_is_sound(data, size, needs_why_programs(&s->opts))) {
		s->nr_damaged++;
		return 0;
	}
	switch (e->kind) {
	case RECORD_SEGMENTS:
		on_segments(s, data, size / sizeof(struct run_segment));
		return 0;
	case RECORD_STACK:
		if (!stacks_add(&s->stacks, data))
			out_of_memory();
		return 0;
	case RECORD_WHY:
		on_why(s, data);
		break;
	case RECORD_WAIT:
		hold(s, e, NULL);
		break;
	}
	s->nr_received += !e->stalled;
	/* -EAGAIN ends the batch, but libbpf consumes this record. */
	return ++s->nr_batch < BATCH ? 0 : -EAGAIN;
}

/* A signal has come, or the command has ended. */
static void interrupt(struct session *s, bool command_ended)
{
	int sig = signals_again_ends();

	/* Go on, because what the command does last is of interest. */
	if (s->opts.command && !command_ended)
		command_signal(&s->command, sig);
	else
		s->interrupted = true;
}

bool has_ended(void *ctx)
{
	struct session *s = ctx;
	struct pollfd fds[] = {
		{ .fd = s->signals, .events = POLLIN },
		{ .fd = s->command.fd, .events = POLLIN },
	};

	if (!s->interrupted && poll(fds, ARRAY_SIZE(fds), 0) > 0)
		interrupt(s, fds[1].revents);
	return s->interrupted || clock_mono_ns() >= s->end;
}

void await_command(struct session *s)
{
	struct pollfd fds[] = {
		{ .fd = s->signals, .events = POLLIN },
		{ .fd = s->command.fd, .events = POLLIN },
	};

	for (;;) {
		if (ppoll(fds, ARRAY_SIZE(fds), NULL, NULL) <= 0)
			continue;
		if (fds[1].revents)
			break;
		interrupt(s, false);
	}
}

/* Receive at most BATCH waits. True: there may be more. */
static bool take_batch(struct session *s)
{
	s->nr_batch = 0;
	return ring_buffer__consume(s->rb) == -EAGAIN;
}

/*
 * For tracer_find_waiting(): make room for more, because a batch is more than a
 * piece. False: end the search.
 */
static bool take_piece(void *ctx)
{
	take_batch(ctx);
	return !has_ended(ctx);
}

static void find_waiting(struct session *s, __u64 now)
{
	int err;

	stalled_clear(&s->stalled);
	s->looked_at = now;
	err = tracer_find_waiting(s->skel, take_piece, s);
	s->looked_until = clock_mono_ns();
	if (err && !s->stalled_failed)
		bpf_failure("look for tasks that wait", err);
	s->stalled_failed = err;
}

/*
 * Have all records of the last look come? The ring buffer keeps their order, so
 * a later record says so even if there is @more.
 */
static bool look_is_over(const struct session *s, bool more)
{
	return !more || (!ordered_waits_is_empty(&s->order) &&
			 ordered_waits_newest(&s->order) > s->looked_until);
}

/* List the tasks that the last look found. */
static void list_waiting(struct session *s, bool more)
{
	__u64 unlisted = s->stalled.nr_found - s->stalled.nr;

	if (!s->stalled.nr || !look_is_over(s, more))
		return;
	if (!stalled_move(&s->stalled, &s->order, s->looked_at))
		out_of_memory();
	if (unlisted)
		tell_more_waiting(unlisted);
}

/* Sleep until there is work, at most @timeout_ns. */
static void wait_for_work(struct session *s, __u64 timeout_ns)
{
	struct pollfd fds[] = {
		{ .fd = output_fd() },	/* only for errors: who reads is gone */
		{ .fd = s->signals, .events = POLLIN },
		{ .fd = s->command.fd, .events = POLLIN },
		{ .fd = ring_buffer__epoll_fd(s->rb), .events = POLLIN },
	};
	struct timespec timeout = {
		.tv_sec = timeout_ns / NSEC_PER_SEC,
		.tv_nsec = timeout_ns % NSEC_PER_SEC,
	};

	/* While waits are held, records must not wake the tool: see HOLD_NS. */
	nfds_t nr = ordered_waits_is_empty(&s->order) ? 4 : 3;

	if (ppoll(fds, nr, &timeout, NULL) <= 0)
		return;
	if (fds[1].revents || fds[2].revents)
		interrupt(s, fds[2].revents);
	/* A socket says POLLHUP, a pipe POLLERR. */
	else if (fds[0].revents & (POLLERR | POLLHUP | POLLNVAL))
		s->interrupted = true;
}

/* When collect() does what. All times are CLOCK_MONOTONIC, ns. */
struct schedule {
	struct period stalled;
	struct period totals;
	struct period metrics;
	struct period trace;
	struct period status;
	__u64 told_at;			/* last report of lost waits */
};

/*
 * The tool looks for work this often even if nothing wakes it: losses do not,
 * and PREEMPT_RT leaves the wakeup to a thread, irq_work/N, that a real-time
 * task can keep from running.
 */
#define LOOK_NS		NSEC_PER_SEC

/* The timeout of wait_for_work(), in ns. */
static __u64 time_left(const struct session *s, const struct schedule *due, __u64 now, bool more)
{
	__u64 wake = earliest(s->end, &due->stalled);

	wake = earliest(wake, &due->totals);
	wake = earliest(wake, &due->metrics);
	wake = earliest(wake, &due->status);
	if (s->opts.trace && !s->trace_failed && trace_is_pending())
		wake = earliest(wake, &due->trace);

	/* If the ring buffer has @more, look for signals but do not sleep. */
	if (more)
		return 1;
	if (!ordered_waits_is_empty(&s->order) && now + HOLD_NS < wake)
		wake = now + HOLD_NS;
	if (now + LOOK_NS < wake)
		wake = now + LOOK_NS;
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
		if (!flush(s))
			return false;
	}
	/* Tracing goes on if the write fails: the next one may not. */
	if (is_due(&due->metrics, now))
		write_metrics(s, false);
	if (now - due->told_at > NSEC_PER_SEC && nr_lost(stats) != s->lost_told) {
		tell_lost(s);
		due->told_at = now;
		if (!flush(s))
			return false;
	}
	if (is_due(&due->status, now))
		show_status(s, now - s->start);
	return true;
}

void collect(struct session *s)
{
	struct schedule due = {
		.stalled = { s->opts.stalled_ns, s->start + s->opts.stalled_ns },
		.totals = { totals_period(&s->opts), s->start + totals_period(&s->opts) },
		.metrics = { metrics_period(&s->opts), s->start + metrics_period(&s->opts) },
		.trace = { s->opts.trace ? TRACE_NS : 0, s->start },
		.status = { s->shows_status ? NSEC_PER_SEC : 0, s->start },
	};
	__u64 now = s->start, limit;
	bool more = false;

	while (!s->interrupted && now < s->end) {
		wait_for_work(s, time_left(s, &due, now, more));
		now = clock_mono_ns();
		if (is_due(&due.stalled, now))
			find_waiting(s, now);
		more = take_batch(s);
		list_waiting(s, more);
		limit = more ? ordered_waits_newest(&s->order) : now;
		if (!take_until(s, limit - HOLD_NS) || !do_what_is_due(s, &due, now))
			return;
	}
}

void drain(struct session *s)
{
	const struct wait_stats *stats = tracer_stats(s->skel);
	__u64 give_up = clock_mono_ns() + NSEC_PER_SEC, seen, lost;

	do {
		while (take_batch(s))
			;
		seen = __atomic_load_n(&stats->seen, __ATOMIC_RELAXED);
		lost = __atomic_load_n(&stats->lost[LOST_RING], __ATOMIC_RELAXED);
	} while (s->nr_received + lost < seen && clock_mono_ns() < give_up);
	list_waiting(s, false);
	if (s->nr_taken != (s->opts.count ?: ULLONG_MAX))
		take_until(s, ULLONG_MAX);
}
