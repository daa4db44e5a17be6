// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * Trace Event JSON, an array of events around waits. Each CPU has a track,
 * where a slice is a task that ran. Each task that waited or woke a waiter has
 * a track, too. Viewers drop a slice that overlaps another on its track. So
 * @drawn holds the time until which each segment is drawn, because a later wait
 * may draw the segment again, up to a later end.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "names.h"
#include "trace_file.h"
#include "utf8.h"
#include "util/cgroups.h"
#include "util/output.h"

/* The TID selects the track. TIDs of tasks are at most 4194304. */
#define CPU_TRACKS	10000000U
#define NO_PID_TRACKS	20000000U	/* one per wait without a TID here */

#define MAX_BATCH	(1024 * 1024)	/* bytes; then trace_flush() */
#define NR_NAMED	1024		/* tracks with a name, remembered */

static const struct history *history;
static __u64 **drawn;			/* [cpu][seq % size]: drawn until, ns */
static struct {
	__u32 tid;
	char comm[TASK_COMM_LEN];
} named[NR_NAMED];
static bool no_pid_is_named;
static __u32 nr_waits;

static int fd = -1;
static off_t end;			/* offset behind the last event */
static FILE *batch;			/* events not yet in the file */
static char *batch_data;
static size_t batch_len;
static int first_error;			/* errno, 0: none */

/*
 * Write @s within a JSON string. Invalid UTF-8 becomes U+FFFD and DEL is
 * escaped, because some viewers refuse lone surrogates and DEL.
 */
static void put_escaped(const char *s)
{
	int len;

	for (; *s; s += len ?: 1) {
		len = utf8_length(s);
		if (!len)
			fputs("\\ufffd", batch);
		else if (len == 1 && (*s < 0x20 || *s == 0x7f))
			fprintf(batch, "\\u%04x", *s);
		else if (*s == '"' || *s == '\\')
			fprintf(batch, "\\%c", *s);
		else
			fwrite(s, len, 1, batch);
	}
}

static void put_task(const char *comm, __u32 tid)
{
	put_escaped(comm);
	fprintf(batch, "/%u", tid);
}

static void put_cgroup(const char *field, __u64 id)
{
	if (!id)
		return;
	fprintf(batch, ",\"%s\":\"", field);
	put_escaped(cgroup_path(id));
	putc('"', batch);
}

/* The format has microseconds. */
static void put_time(const char *field, __u64 ns)
{
	fprintf(batch, "\"%s\":%llu.%03llu,", field, ns / 1000, ns % 1000);
}

/*
 * Begin an event, which end_event() ends. The time comes before names, because
 * some viewers search for the time and stop at an escaped character of a name.
 */
static void begin_event(char phase, __u32 pid, __u32 tid)
{
	fprintf(batch, "%s{\"ph\":\"%c\",\"pid\":%u,\"tid\":%u,", end || ftell(batch) ?
		",\n" : "[\n", phase, pid, tid);
}

static void end_event(void)
{
	fputs("}", batch);
	if (ftell(batch) >= MAX_BATCH)
		trace_flush();
}

/* What a viewer reads of put_time(). */
static double as_read(__u64 ns)
{
	__u64 us = ns / 1000;

	return us + ns % 1000 / 1000.0;
}

/*
 * Viewers add up doubles, and some tangle all later slices of a track if one
 * ends a part of a nanosecond after the next begins. So a slice may be that
 * little shorter.
 */
static void put_duration(__u64 from, __u64 to)
{
	double longest = as_read(to) - as_read(from);
	__u64 ps = (to - from) * 1000;

	if (ps / 1e6 > longest)
		ps = longest * 1e6;
	while (ps && ps / 1e6 > longest)
		ps--;
	fprintf(batch, "\"dur\":%llu.%0*llu,", ps / 1000000, ps % 1000 ? 6 : 3,
		ps % 1000 ? ps % 1000000 : ps % 1000000 / 1000);
}

static void begin_slice(__u32 pid, __u32 tid, __u64 from, __u64 to)
{
	begin_event('X', pid, tid);
	put_time("ts", from);
	put_duration(from, to);
}

/* Name a track or a process, as @what says. */
static void put_name(const char *what, __u32 pid, __u32 tid, const char *name)
{
	begin_event('M', pid, tid);
	fprintf(batch, "\"name\":\"%s\",\"args\":{\"name\":\"", what);
	put_escaped(name);
	fputs("\"}", batch);
	end_event();
}

/* Name the track of a task, again if another task took the slot in @named. */
static void name_task(const char *comm, __u32 pid, __u32 tid)
{
	size_t slot = tid % NR_NAMED;

	if (named[slot].tid == tid && !strcmp(named[slot].comm, comm))
		return;
	named[slot].tid = tid;
	memcpy(named[slot].comm, comm, TASK_COMM_LEN);
	put_name("thread_name", pid, tid, comm);
	if (pid == tid)
		put_name("process_name", pid, tid, comm);
}

static void name_no_pid(void)
{
	if (no_pid_is_named)
		return;
	no_pid_is_named = true;
	put_name("process_name", NO_PID_TRACKS, NO_PID_TRACKS, "not in this PID namespace");
}

/* An older segment may have left its time, which is never after @s begins. */
static __u64 *drawn_until(const struct run_segment *s)
{
	return &drawn[s->cpu][s->seq & (history->size - 1)];
}

/* Draw @s until @to. @goes_on: @s runs on after @to. */
static void draw_segment(const struct run_segment *s, __u64 to, bool goes_on)
{
	const struct run_segment *before = history_before(history, s);
	__u64 *until = drawn_until(s), from = s->start_ns;

	if (from < *until)
		from = *until;
	/* @before may be drawn too far, because clocks of CPUs disagree. */
	if (before && from < *drawn_until(before))
		from = *drawn_until(before);
	if (from >= to)
		return;
	*until = to;
	if (s->flags & SEGMENT_IDLE)
		return;
	begin_slice(CPU_TRACKS, CPU_TRACKS + s->cpu, from, to);
	if (s->flags & SEGMENT_BROKEN) {
		fputs("\"name\":\"?\"", batch);
		end_event();
		return;
	}
	fputs("\"name\":\"", batch);
	put_task(s->comm, s->tid);
	fprintf(batch, "\",\"args\":{\"tid\":%u,\"pid\":%u", s->tid, s->tgid);
	put_cgroup("cgroup", s->cgroup);
	if (goes_on)
		fputs(",\"goes_on\":true", batch);
	putc('}', batch);
	end_event();
}

static bool init_track(__u32 cpu)
{
	char name[16];

	if (!drawn)
		drawn = calloc(history->nr_cpus, sizeof(*drawn));
	if (!drawn)
		return false;
	if (drawn[cpu])
		return true;
	drawn[cpu] = calloc(history->size, sizeof(*drawn[cpu]));
	if (!drawn[cpu])
		return false;
	snprintf(name, sizeof(name), "CPU %u", cpu);
	put_name("thread_name", CPU_TRACKS, CPU_TRACKS + cpu, name);
	return true;
}

/*
 * Draw what @cpu ran during wait @w, and before, from the begin of a chunk on.
 * @seq is the newest segment of @cpu when the wait ended. @last: segment @seq
 * ended with the wait, because @cpu is the last CPU of the wait.
 */
static void draw_cpu(const struct wait_event *w, __u32 cpu, __u32 seq, bool last)
{
	const struct run_segment *s = history_newest(history, cpu), *next = NULL;

	if (!s)
		return;
	if (!init_track(cpu)) {
		first_error = first_error ?: ENOMEM;
		return;
	}
	for (; s; next = s, s = history_before(history, s)) {
		/* Without @next, only segment @seq has a known end. */
		if (next)
			draw_segment(s, next->start_ns, false);
		else if (s->seq == seq)
			draw_segment(s, w->end_ns, !last);
		if (s->start_ns <= w->end_ns - w->wait_ns && s->seq % CHUNK == 0)
			break;
	}
}

static void put_share(const struct percent *p)
{
	const struct share *s = &p->share;

	fprintf(batch, "{\"percent\":%u,\"ns\":%llu,\"what\":\"", p->percent, s->ns);
	if (s->cause == CAUSE_TASK) {
		put_task(s->comm, s->tid);
		fputs(relation_text(s), batch);
	} else {
		fputs(cause_text(s->cause), batch);
	}
	putc('"', batch);
	put_cgroup("cgroup", s->cgroup);
	putc('}', batch);
}

static void put_why(const struct why *why)
{
	const struct why_event *e = &why->event;
	struct percent shares[MAX_PERCENTS];
	size_t nr = percents(why, shares), i;

	fprintf(batch, "\"from\":\"%s\",\"cpus\":\"%s\",\"why\":[", from_names[e->from],
		path_text(e).text);
	for (i = 0; i < nr; i++) {
		if (i)
			putc(',', batch);
		put_share(&shares[i]);
	}
	fputs("],\"previous\":\"", batch);
	put_task(e->wait.prev_comm, e->wait.prev_tid);
	putc('"', batch);
	put_cgroup("cgroup", e->cgroup);
	fputs(",\"waker\":\"", batch);
	if (e->waker_kind == WAKER_TASK)
		put_task(e->waker_comm, e->waker_tid);
	else
		fputs(waker_names[e->waker_kind], batch);
	putc('"', batch);
}

/* Draw the begin (@phase s) or end (f) of the arrow from waker to wait. */
static void draw_arrow(char phase, __u32 pid, __u32 tid, __u64 at)
{
	begin_event(phase, pid, tid);
	put_time("ts", at);
	fprintf(batch, "%s\"id\":%u,\"cat\":\"wakeup\",\"name\":\"wakeup\"",
		phase == 'f' ? "\"bp\":\"e\"," : "", nr_waits);
	end_event();
}

/*
 * The arrow begins on the track of the waker, because the CPU of the waker is
 * not known. An arrow needs a slice. The slice is at most 1 ns long, because
 * the shortest slice never overlaps another in part.
 */
static void draw_waker(const struct why_event *e, __u64 at)
{
	name_task(e->waker_comm, e->waker_tgid, e->waker_tid);
	begin_slice(e->waker_tgid, e->waker_tid, at, at + 1);
	fputs("\"name\":\"wakes ", batch);
	put_task(e->wait.comm, e->wait.tid);
	putc('"', batch);
	end_event();
	draw_arrow('s', e->waker_tgid, e->waker_tid, at);
}

void trace_wait(const struct why *why)
{
	const struct why_event *e = &why->event;
	const struct wait_event *w = &e->wait;
	__u32 pid = w->tgid, tid = w->tid, i;
	__u64 begin = w->end_ns - w->wait_ns;
	bool has_waker = e->waker_kind == WAKER_TASK && e->waker_tid;

	nr_waits++;
	draw_cpu(w, w->cpu, e->seq, true);
	for (i = 0; i < e->nr_migrations && i < MAX_MIGRATIONS; i++)
		draw_cpu(w, e->migrations[i].cpu, e->migrations[i].seq, false);
	if (!tid) {
		pid = NO_PID_TRACKS;
		tid = NO_PID_TRACKS + nr_waits;
		name_no_pid();
	}
	name_task(w->comm, pid, tid);
	/* The ends of an arrow follow their slices, all at time @begin. */
	if (has_waker)
		draw_waker(e, begin);
	begin_slice(pid, tid, begin, w->end_ns);
	fprintf(batch, "\"name\":\"waited %s\",\"args\":{", length_text(w->wait_ns).text);
	put_why(why);
	putc('}', batch);
	end_event();
	if (has_waker)
		draw_arrow('f', pid, tid, begin);
}

/* Returns 0 or an errno, not negated. */
static int write_at(const char *s, size_t len, off_t at)
{
	ssize_t written;

	for (; len; s += written, at += written, len -= written) {
		written = pwrite(fd, s, len, at);
		if (written < 0)
			return errno;
	}
	return 0;
}

static int write_batch(void)
{
	static const char closing[] = "\n]\n";
	int err;

	/*
	 * One write has the batch and its closing bracket, because the file
	 * must be valid JSON with all of the batch or with none.
	 */
	err = write_at(batch_data, batch_len, end);
	if (err && end && !ftruncate(fd, end))
		write_at(closing, strlen(closing), end);
	return err;
}

/*
 * A child that is stuck in a write must not keep the BPF programs attached.
 * close_range() is there since 5.9.
 */
static void close_all_but_fd(void)
{
	syscall(SYS_close_range, STDERR_FILENO + 1, fd - 1, 0);
	syscall(SYS_close_range, fd + 1, ~0U, 0);
}

/*
 * A child writes the batch, because the kernel breaks off the write of a
 * process that is killed, and nobody kills the child. Returns 0 or an errno.
 */
static int write_safely(void)
{
	pid_t pid = fork();
	int status, err;

	if (!pid) {
		close_all_but_fd();
		_exit(write_batch());
	}
	if (pid < 0)
		return write_batch();
	err = output_await(pid, &status);
	if (err)
		return err;
	return WIFEXITED(status) ? WEXITSTATUS(status) : EIO;
}

bool trace_is_pending(void)
{
	return ftell(batch) > 0;
}

bool trace_flush(void)
{
	size_t len;
	int err;

	if (ftell(batch)) {
		len = ftell(batch);
		fputs("\n]\n", batch);
		/* A file that has been given up is left alone. */
		err = first_error == ETIMEDOUT ? ETIMEDOUT :
		      fflush(batch) ? errno : write_safely();
		if (!err)
			end += len;
		first_error = first_error ?: err;
		rewind(batch);
	}
	errno = first_error;
	return !first_error;
}

bool trace_open(const char *path, const struct history *h)
{
	history = h;
	/* O_NONBLOCK, because a pipe without a reader holds up the tool. */
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NONBLOCK, 0666);
	if (fd >= 0 && lseek(fd, 0, SEEK_CUR) < 0)
		return false;
	batch = open_memstream(&batch_data, &batch_len);
	if (fd < 0 || !batch)
		return false;
	put_name("process_name", CPU_TRACKS, CPU_TRACKS, "CPUs");
	return trace_flush();
}

bool trace_close(void)
{
	bool ok = trace_flush();
	int err = first_error;
	__u32 cpu;

	/* close() writes what a network has not got yet. */
	if (err != ETIMEDOUT && close(fd) && ok) {
		err = errno;
		ok = false;
	}
	fclose(batch);
	free(batch_data);
	for (cpu = 0; drawn && cpu < history->nr_cpus; cpu++)
		free(drawn[cpu]);
	free(drawn);
	errno = err;
	return ok;
}
