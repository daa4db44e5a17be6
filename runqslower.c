// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * runqslower: show tasks that waited too long for a CPU.
 *
 * This file is the life cycle: load, attach, wait, write, detach.
 * runqslower.bpf.c says what a wait is.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <linux/compiler.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include "session.h"
#include "tracer.h"
#include "util/bpf_failure.h"
#include "util/cgroups.h"
#include "util/clock.h"
#include "util/command.h"
#include "util/error.h"
#include "util/landlock.h"
#include "util/output.h"
#include "util/privilege.h"
#include "util/signals.h"
#include "util/symbols.h"
#include "writers/schema.h"
#include "writers/trace_file.h"

/*
 * Is @fd a pipe? The reader of a pipe may print to the terminal that stderr is
 * on.
 */
static bool is_pipe(int fd)
{
	struct stat st;

	return !fstat(fd, &st) && S_ISFIFO(st.st_mode);
}

/*
 * May the file of --metrics be put at @path? It would replace a device or a
 * link that is there.
 */
static bool may_replace(const char *path)
{
	struct stat st;

	if (lstat(path, &st) || S_ISREG(st.st_mode))
		return true;
	error("cannot write %s: it would replace what is no regular file; %s", path,
	      "name another one");
	return false;
}

static void prepare_stacks(struct session *s)
{
	if (!stacks_init(&s->stacks, max_cpus()))
		out_of_memory();
	if (!symbols_load())
		error("stacks are shown as addresses: /proc/kallsyms hides them; %s",
		      "run it with CAP_SYSLOG, and kernel.kptr_restrict below 2");
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
	/* stdout is the command's. */
	if ((s->opts.to || s->opts.command) && !output_divert(s->opts.to)) {
		error("cannot write to %s: %s", s->opts.to, strerror(errno));
		return false;
	}
	s->shows_status = isatty(STDERR_FILENO) && !is_pipe(output_fd()) && !s->opts.command &&
			  (s->opts.duration_ns || s->opts.summary);
	if (needs_why_programs(&s->opts) && !history_init(&s->history, max_cpus(), s->opts.history))
		out_of_memory();
	if (s->opts.stack)
		prepare_stacks(s);
	if (s->opts.summary) {
		s->totals = totals_new(s->opts.by);
		if (!s->totals)
			out_of_memory();
	}
	if (s->opts.metrics) {
		if (!may_replace(s->opts.metrics))
			return false;
		s->metrics = metrics_new();
		if (!s->metrics)
			out_of_memory();
	}
	if (s->opts.trace && !trace_open(s->opts.trace, &s->history)) {
		error("cannot write to %s: %s", s->opts.trace, errno == ESPIPE || errno == ENXIO ?
		      "--trace needs a regular file" : strerror(errno));
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
	if (!output_init(has_ended, s))
		out_of_memory();
	if (!prepare_output(s))
		return false;
	s->history.rings_fd = tracer_rings(s->skel);
	if (!s->opts.cost)
		return true;
	/* The kernel counts while @stats is open: until the process ends. */
	stats = bpf_enable_stats(BPF_STATS_RUN_TIME);
	if (stats == -EPERM)
		error("cannot count what the programs cost: --cost needs CAP_SYS_ADMIN");
	else if (stats < 0)
		bpf_failure("count what the programs cost", stats);
	return stats >= 0;
}

/* Detach, receive the remaining waits, and write all final results. */
static void finish(struct session *s)
{
	const struct wait_stats *stats = tracer_stats(s->skel);
	struct cost costs[MAX_PROGRAMS];
	__u64 now, missed;

	/* Who stands still from now on is given up: see output_init(). */
	s->end = 0;
	tracer_detach(s->skel);
	drain(s);
	now = clock_mono_ns();
	clock_sync();
	tell_lost(s);
	write_totals(s, now, true);
	write_metrics(s, true);
	if (s->opts.cost && !s->write_error)
		s->writer->cost(&s->opts, costs, tracer_costs(s->skel, costs, MAX_PROGRAMS), now);
	flush(s);
	missed = tracer_missed(s->skel);
	if (missed)
		error("the kernel skipped %llu scheduler events; %s", missed,
		      "waits that began or ended there may be missing");
	write_trace(s, true);
	if (stats->unseen)
		error("%llu switches were not seen; their time counts as other", stats->unseen);
	if (s->nr_damaged)
		error("%llu records were damaged; waits may be missing", s->nr_damaged);
	if (s->opts.verbose)
		error("%llu waits over the threshold, %llu taken, %llu lost",
		      stats->seen, s->nr_taken, s->lost_told);
}

static bool is_process(__u32 id)
{
	/* kill() takes any TID, and tgkill() that of the first thread only. */
	return !syscall(SYS_tgkill, id, id, 0) || errno != ESRCH;
}

static bool is_thread(__u32 id)
{
	return !kill(id, 0) || errno != ESRCH;
}

static void tell_missing(const char *what, const struct id_list *list, bool (*exists)(__u32 id))
{
	size_t i;

	for (i = 0; i < list->nr; i++) {
		if (!exists(list->ids[i]))
			error("there is no %s %u", what, list->ids[i]);
	}
}

/* Refuse CPUs that do not exist, and say which PIDs and TIDs do not. */
static void check_filters(const struct options *opts)
{
	int cpu, nr = opts->filter_cpus ? max_cpus() : 0;

	for (cpu = nr; nr && cpu < MAX_CPUS; cpu++) {
		if (opts->cpu_mask[cpu / 64] >> cpu % 64 & 1)
			refuse("there is no CPU %d: 0 to %d are accepted", cpu, nr - 1);
	}
	tell_missing("process", &opts->tgids, is_process);
	tell_missing("thread", &opts->tids, is_thread);
}

/* Attach the programs. What comes later needs few privileges. */
static bool attach(struct session *s)
{
	bool shown = s->opts.why || s->opts.summary || s->opts.trace;
	bool names = shown || s->opts.metrics;
	__u64 keep = 0;

	if (tracer_attach(s->skel, &s->opts))
		return false;
	if (names && !cgroups_may_be_named())
		error("cgroups are %s: their names need CAP_DAC_READ_SEARCH",
		      shown ? "shown by ID" : "not told apart");
	s->signals = signals_open();
	if (s->signals < 0)
		return false;
	/*
	 * The programs take the first process that the tool forks from now on
	 * for the command, which keeps the privileges.
	 */
	if (s->opts.command && !command_fork(&s->command, s->opts.command))
		return false;
	/* A cgroup is opened by its ID; a command may become another user's. */
	if (names)
		keep |= CAP_BIT(CAP_DAC_READ_SEARCH);
	if (s->opts.command)
		keep |= CAP_BIT(CAP_KILL);
	return drop_privileges(keep) && forbid_writing(s->opts.metrics);
}

/* Trace, write what comes of that, and return the exit status. */
static int run(struct session *s)
{
	int status;

	if (!write_metrics(s, false))
		return EXIT_FAILURE;
	s->start = clock_mono_ns();
	s->end = s->opts.duration_ns ? s->start + s->opts.duration_ns : ULLONG_MAX;
	s->totals_since = s->start;
	if (s->opts.command) {
		status = command_exec(&s->command);
		if (status)
			return status;
	}
	clock_sync();
	s->writer->begin(&s->opts);
	tell_limits(s);
	if (flush(s))
		collect(s);
	hide_status();
	finish(s);
	status = succeeded(s) ? EXIT_SUCCESS : EXIT_FAILURE;
	if (!s->opts.command)
		return status;
	await_command(s);
	return command_wait(&s->command) ?: status;
}

/*
 * If a standard stream is closed, the next file that is opened would get its
 * number. /dev/null gets the number instead, read-only, so that writing to the
 * stream still fails. A command has the stream closed again.
 */
static void fill_streams(void)
{
	int fd;

	do {
		fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	} while (fd >= 0 && fd <= STDERR_FILENO);
	close(fd);
}

int main(int argc, char **argv)
{
	struct session s = { .signals = -1, .command.fd = -1 };
	int status = EXIT_FAILURE;

	fill_streams();
	parse_options(argc, argv, &s.opts);
	clock_init();
	if (s.opts.json_schema) {
		print_schema();
		flush(&s);
		return succeeded(&s) ? EXIT_SUCCESS : EXIT_FAILURE;
	}
	check_filters(&s.opts);
	command_init();
	signals_init(s.opts.command);
	if (prepare(&s) && attach(&s))
		status = run(&s);
	ring_buffer__free(s.rb);
	tracer_free(s.skel);
	stalled_clear(&s.stalled);
	ordered_waits_free(&s.order);
	totals_free(s.totals);
	metrics_free(s.metrics);
	history_free(&s.history);
	stacks_free(&s.stacks);
	close(s.signals);
	return status;
}
