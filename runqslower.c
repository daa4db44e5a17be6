// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * runqslower: show tasks that waited too long for a CPU.
 *
 * This file is the life cycle: open, load, attach, wait, detach. What a wait is
 * stands in runqslower.bpf.c.
 */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <linux/compiler.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include "clock.h"
#include "explain.h"
#include "histogram.h"
#include "history.h"
#include "options.h"
#include "order.h"
#include "preempt.h"
#include "runqslower.h"
#include <runqslower.skel.h>
#include "totals.h"
#include "trace.h"
#include "writer.h"

/*
 * A wait is printed this long after it ended, so that one of another CPU that
 * ended before it but arrives after it still finds its place. It is also the
 * time between two looks at the ring buffer while waits come in: the tool, whose
 * own waits count too, must not wake itself by printing them.
 */
#define HOLD_NS		5000000ULL

/* The trace file is brought up to date so often. */
#define TRACE_NS	200000000ULL

/* At most this many waits are taken before those due are printed. */
#define BATCH		4096

#define MAX_PROGRAMS	32		/* more than there are */

/* The inode number of the initial PID namespace: PROC_PID_INIT_INO. */
#define INIT_PIDNS_INUM	0xEFFFFFFCU

static struct options opts;
static struct order order;
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

static void __printf(1, 2) error(const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "runqslower: ");
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
}

static int print_libbpf(enum libbpf_print_level level, const char *fmt,
			va_list ap)
{
	(void)level;
	return opts.verbose ? vfprintf(stderr, fmt, ap) : 0;
}

/*
 * Are the programs in use that also record what it takes to explain a wait? They are
 * those that know of cgroups, too.
 */
static bool explains(void)
{
	return opts.why || opts.waker || opts.summary || opts.trace || opts.nr_cgroups;
}

/* The first line of @path, or "". */
static const char *first_line(const char *path)
{
	static char line[256];
	FILE *f = fopen(path, "r");

	line[0] = '\0';
	if (f) {
		if (!fgets(line, sizeof(line), f))
			line[0] = '\0';
		fclose(f);
	}
	line[strcspn(line, "\n")] = '\0';
	return line;
}

/* One line that says why tracing could not start, and the way out. */
static void explain_failure(const char *what, int err)
{
	if (strstr(first_line("/sys/kernel/security/lockdown"), "[confidentiality]"))
		error("cannot %s: the kernel is locked down (confidentiality), which forbids BPF to read its memory; boot with lockdown=integrity or less",
		      what);
	else if (err == -EPERM || err == -EACCES)
		error("cannot %s: not enough privilege; run it as root, or with CAP_BPF and CAP_PERFMON (CAP_SYS_ADMIN before Linux 5.8)",
		      what);
	else if (err == -ENOMEM)
		error("cannot %s: out of memory; try a smaller --ring-size", what);
	else if (access("/sys/kernel/btf/vmlinux", R_OK))
		error("cannot %s: the kernel has no BTF (/sys/kernel/btf/vmlinux); it needs one built with CONFIG_DEBUG_INFO_BTF=y",
		      what);
	else if (libbpf_probe_bpf_map_type(BPF_MAP_TYPE_RINGBUF, NULL) == 0)
		error("cannot %s: the kernel is too old, it has no BPF ring buffer; Linux 5.8 or later is needed",
		      what);
	else
		error("cannot %s: %s; -v shows what libbpf says of it",
		      what, strerror(-err));
}

/* Bytes: as much per CPU as the perf buffers of other tools, at most 8 MiB. */
static __u64 default_ring_size(int nr_cpus)
{
	__u64 size = 256 << 10;

	while (size < nr_cpus * (128ULL << 10) && size < 8 << 20)
		size <<= 1;
	return explains() ? 2 * size : size;
}

static void configure_filters(struct runqslower_bpf *skel)
{
	skel->rodata->nr_tgids = opts.tgids.nr;
	skel->rodata->nr_tids = opts.tids.nr;
	skel->rodata->filter_comms = opts.nr_comms;
	skel->rodata->filter_tasks = opts.tgids.nr || opts.tids.nr || opts.nr_comms;
	if (opts.tgids.nr == 1)
		skel->rodata->only_tgid = opts.tgids.ids[0];
	if (opts.tids.nr == 1)
		skel->rodata->only_tid = opts.tids.ids[0];
	bpf_map__set_max_entries(skel->maps.tgids, opts.tgids.nr ?: 1);
	bpf_map__set_max_entries(skel->maps.tids, opts.tids.nr ?: 1);
	bpf_map__set_max_entries(skel->maps.comms, opts.nr_comms ?: 1);
	bpf_map__set_autocreate(skel->maps.tgids, opts.tgids.nr > 1);
	bpf_map__set_autocreate(skel->maps.tids, opts.tids.nr > 1);
	bpf_map__set_autocreate(skel->maps.comms, opts.nr_comms > 0);
	skel->rodata->nr_cgroups = opts.nr_cgroups;
	skel->rodata->cgroups_v1 = opts.cgroups_v1;
	bpf_map__set_max_entries(skel->maps.cgroups, opts.nr_cgroups ?: 1);
	bpf_map__set_autocreate(skel->maps.cgroups, explains());
	skel->rodata->filter_cpus = opts.filter_cpus;
	memcpy((void *)skel->rodata->cpu_mask, opts.cpu_mask,
	       sizeof(opts.cpu_mask));
}

static int fill_filters(struct runqslower_bpf *skel)
{
	const __u8 value = 1;
	int err = 0;
	size_t i;

	for (i = 0; !err && opts.tgids.nr > 1 && i < opts.tgids.nr; i++)
		err = bpf_map_update_elem(bpf_map__fd(skel->maps.tgids),
					  &opts.tgids.ids[i], &value, BPF_ANY);
	for (i = 0; !err && opts.tids.nr > 1 && i < opts.tids.nr; i++)
		err = bpf_map_update_elem(bpf_map__fd(skel->maps.tids),
					  &opts.tids.ids[i], &value, BPF_ANY);
	for (i = 0; !err && i < opts.nr_cgroups; i++)
		err = bpf_map_update_elem(bpf_map__fd(skel->maps.cgroups),
					  &opts.cgroups[i], &value, BPF_ANY);
	for (i = 0; !err && i < opts.nr_comms; i++)
		err = bpf_map_update_elem(bpf_map__fd(skel->maps.comms),
					  &opts.comms[i], &value, BPF_ANY);
	return err;
}

/* How many tasks there can be at a time. */
static __u32 max_tasks(void)
{
	__u64 by_pid = strtoull(first_line("/proc/sys/kernel/pid_max"), NULL, 10);
	__u64 by_memory = strtoull(first_line("/proc/sys/kernel/threads-max"), NULL, 10);
	__u64 max = by_pid < by_memory ? by_pid : by_memory;

	return max > 0 && max <= 1 << 22 ? max : 1 << 22;
}

/* One more than the highest number that a CPU can have. */
static int max_cpus(void)
{
	int nr = libbpf_num_possible_cpus();

	return nr > 0 ? nr : 1;
}

/* All that must be set before loading. @use_tids: see waits_by_tid. */
static void configure(struct runqslower_bpf *skel, bool use_tids)
{
	int nr_cpus = max_cpus();
	struct preempt_count count;
	struct timespec tick = {};
	struct stat ns = {};
	__u64 from_ns, age_ns;

	/* The clock that ticks shows how often. Two, as one may come late. */
	clock_getres(CLOCK_MONOTONIC_COARSE, &tick);
	age_ns = 2 * tick.tv_nsec;
	from_ns = opts.min_us ? opts.min_us * 1000 + 1 : 0;
	skel->rodata->report_from_ns = from_ns;
	skel->rodata->tick_ns = tick.tv_nsec;
	skel->rodata->clock_age_ns = age_ns;
	if (from_ns > age_ns &&
	    first_line("/sys/devices/system/cpu/nohz_full")[0] < '0')
		skel->rodata->quick_ns = from_ns - age_ns;
	if (!stat("/proc/self/ns/pid", &ns) && ns.st_ino != INIT_PIDNS_INUM)
		skel->rodata->in_pidns = true;
	configure_filters(skel);
	bpf_map__set_max_entries(skel->maps.cpus, nr_cpus);
	bpf_map__set_max_entries(skel->maps.events,
				 opts.ring_size ?: default_ring_size(nr_cpus));

	skel->rodata->use_tids = use_tids;
	bpf_map__set_max_entries(skel->maps.waits_by_tid, use_tids ? max_tasks() : 1);
	bpf_map__set_max_entries(skel->maps.why_waits_by_tid, use_tids ? max_tasks() : 1);
	bpf_map__set_autocreate(skel->maps.waits_by_tid, use_tids && !explains());
	bpf_map__set_autocreate(skel->maps.why_waits_by_tid, use_tids && explains());
	bpf_map__set_autocreate(skel->maps.waits, !use_tids && !explains());
	bpf_map__set_autocreate(skel->maps.why_waits, !use_tids && explains());
	bpf_program__set_autoload(skel->progs.sched_process_free, use_tids);
	bpf_program__set_autoload(skel->progs.sched_process_fork, !use_tids);

	skel->rodata->explain = explains();
	skel->rodata->nr_cpus = nr_cpus;
	if (opts.waker || opts.trace) {
		count = find_preempt_count();
		skel->rodata->preempt_count_at = count.offset;
		skel->rodata->in_irq_mask = count.in_irq_mask;
	}
	skel->rodata->nr_chunks = opts.history / CHUNK;
	bpf_map__set_max_entries(skel->maps.history, nr_cpus * (opts.history / CHUNK));
	bpf_map__set_autocreate(skel->maps.history, explains());
	bpf_program__set_autoload(skel->progs.sched_wakeup, !explains());
	bpf_program__set_autoload(skel->progs.sched_wakeup_new, !explains());
	bpf_program__set_autoload(skel->progs.sched_switch, !explains());
	bpf_program__set_autoload(skel->progs.existing_tasks, !explains());
	bpf_program__set_autoload(skel->progs.why_existing_tasks, explains());
	bpf_program__set_autoload(skel->progs.why_wakeup, explains());
	bpf_program__set_autoload(skel->progs.why_wakeup_new, explains());
	bpf_program__set_autoload(skel->progs.why_switch, explains());
	bpf_program__set_autoload(skel->progs.why_migrate, explains());
	bpf_program__set_autoload(skel->progs.why_waking, opts.waker || opts.trace);

	skel->rodata->count_all = opts.histogram;
	bpf_map__set_autocreate(skel->maps.waits_by_length, opts.histogram);
	bpf_program__set_autoload(skel->progs.waiting_tasks,
				  opts.stalled_ns && !explains());
	bpf_program__set_autoload(skel->progs.why_waiting_tasks,
				  opts.stalled_ns && explains());
}

/* 0 and @skel, or a negative errno. */
static int open_and_load(struct runqslower_bpf **skel, bool use_tids)
{
	int err;

	*skel = runqslower_bpf__open();
	if (!*skel)
		return -errno;
	configure(*skel, use_tids);
	err = runqslower_bpf__load(*skel) ?: fill_filters(*skel);
	if (err) {
		runqslower_bpf__destroy(*skel);
		*skel = NULL;
	}
	return err;
}

/*
 * Whether tracing programs may use task storage shows only when they are loaded:
 * the map came before.
 */
static struct runqslower_bpf *load_programs(void)
{
	struct runqslower_bpf *skel;
	int err = open_and_load(&skel, false);

	if (err && err != -EPERM && err != -EACCES && err != -ENOMEM) {
		if (!open_and_load(&skel, true)) {
			if (opts.verbose)
				error("no task storage here, waits are kept by TID");
			return skel;
		}
	}
	if (err)
		explain_failure("load the BPF programs", err);
	return skel;
}

/* Have an attached iter/task program look at all tasks. 0 or a negative errno. */
static int iterate(const struct bpf_link *link)
{
	char buf[64];
	int fd, len;

	fd = bpf_iter_create(bpf_link__fd(link));
	if (fd < 0)
		return -errno;
	while ((len = read(fd, buf, sizeof(buf))) > 0 || (len < 0 && errno == EAGAIN))
		;
	len = len < 0 ? -errno : 0;
	close(fd);
	return len;
}

/*
 * Give the tasks that exist a record (the iterator does), and see to it that new
 * ones get theirs. All before there is anything to record: on a CPU that is at it
 * no other record can be made.
 */
static int prepare_tasks(struct runqslower_bpf *skel)
{
	const struct bpf_program *prog;
	struct bpf_link **link;

	if (bpf_program__autoload(skel->progs.sched_process_fork)) {
		skel->links.sched_process_fork =
			bpf_program__attach(skel->progs.sched_process_fork);
		if (!skel->links.sched_process_fork)
			return -errno;
	}
	prog = explains() ? skel->progs.why_existing_tasks : skel->progs.existing_tasks;
	link = explains() ? &skel->links.why_existing_tasks : &skel->links.existing_tasks;
	*link = bpf_program__attach(prog);
	return *link ? iterate(*link) : -errno;
}

static int attach_programs(struct runqslower_bpf *skel)
{
	int err = prepare_tasks(skel) ?: runqslower_bpf__attach(skel);

	if (err)
		explain_failure("attach the BPF programs", err);
	return err;
}

static void __noreturn out_of_memory(void)
{
	error("out of memory; a higher threshold has fewer waits to hold");
	exit(EXIT_FAILURE);
}

static void on_why(const struct why_event *e)
{
	struct why *why = explain(e, &history);

	if (!why || !order_push(&order, &e->wait, why))
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
		if (!order_push(&order, data, NULL))
			out_of_memory();
		break;
	}
	nr_received += !e->stalled;
	/* A negative value ends the batch; this wait has been taken all the same. */
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

/* Print or count the waits that ended until @until. False when there is no use in more. */
static bool take_until(__u64 until)
{
	const struct held_wait *wait;
	bool stalled;

	clock_sync();
	while ((wait = order_pop(&order, until))) {
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

/* What all CPUs have counted so far, less what is in @before, which becomes that. */
static void read_histogram(struct runqslower_bpf *skel, struct histogram *h,
			   struct histogram *before)
{
	static __u64 *counts;
	int nr = max_cpus(), cpu;
	__u64 sum;
	__u32 i;

	if (!counts)
		counts = calloc(nr, sizeof(*counts));
	if (!counts)
		out_of_memory();
	for (i = 0; i < NR_BUCKETS; i++) {
		if (bpf_map_lookup_elem(bpf_map__fd(skel->maps.waits_by_length), &i, counts))
			continue;
		for (cpu = 0, sum = 0; cpu < nr; cpu++)
			sum += counts[cpu];
		h->counts[i] = sum - before->counts[i];
		before->counts[i] = sum;
	}
}

/*
 * Write what has come together since @since, and begin anew. At the end only if there
 * is something: an interval may just have been over.
 */
static void write_totals(struct runqslower_bpf *skel, __u64 since, __u64 now, bool end)
{
	static struct histogram histogram, before;
	bool always = !end || !opts.interval_ns;

	if (opts.summary && (always || totals_nr(totals))) {
		writer->summary(&opts, totals, since, now);
		totals_clear(totals);
	}
	if (!opts.histogram)
		return;
	read_histogram(skel, &histogram, &before);
	if (always || histogram_total(&histogram))
		writer->histogram(&opts, &histogram, since, now);
}

/* What each program has cost, by the kernel's own statistics. */
static void write_cost(struct runqslower_bpf *skel, __u64 now)
{
	struct cost costs[MAX_PROGRAMS];
	struct bpf_program *prog;
	size_t nr = 0;

	bpf_object__for_each_program(prog, skel->obj) {
		struct bpf_prog_info info = {};
		__u32 len = sizeof(info);

		if (!bpf_program__autoload(prog) || nr == MAX_PROGRAMS ||
		    bpf_obj_get_info_by_fd(bpf_program__fd(prog), &info, &len))
			continue;
		costs[nr++] = (struct cost) {
			bpf_program__name(prog), info.run_cnt, info.run_time_ns
		};
	}
	writer->cost(&opts, costs, nr, now);
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

static __u64 missed_by(const struct bpf_program *prog)
{
	struct bpf_prog_info info = {};
	__u32 len = sizeof(info);

	if (bpf_obj_get_info_by_fd(bpf_program__fd(prog), &info, &len))
		return 0;
	return info.recursion_misses;
}

/* Events that the kernel did not show to the programs: they were running. */
static void tell_missed(struct runqslower_bpf *skel)
{
	__u64 missed = missed_by(skel->progs.sched_wakeup) +
		       missed_by(skel->progs.sched_wakeup_new) +
		       missed_by(skel->progs.sched_switch) +
		       missed_by(skel->progs.why_wakeup) +
		       missed_by(skel->progs.why_wakeup_new) +
		       missed_by(skel->progs.why_switch);

	if (missed)
		error("the kernel skipped %llu scheduler events; waits that began or ended there may be missing",
		      missed);
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
	if (ppoll(fds, order.nr ? 2 : 3, timeout_ns ? &timeout : NULL, NULL) > 0 &&
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

/* Take waits until the user, the duration or the count says stop. */
static void trace(struct runqslower_bpf *skel, struct ring_buffer *rb, int signals,
		  __u64 start)
{
	struct period stalled = { opts.stalled_ns, start + opts.stalled_ns };
	struct period totals_due = { opts.interval_ns, start + opts.interval_ns };
	struct period trace_due = { opts.trace ? TRACE_NS : 0, start };
	struct period second = { shows_status ? NSEC_PER_SEC : 0, start };
	__u64 now = start, end = ULLONG_MAX, wake, upto, told_at = 0;
	const struct bpf_link *waiting = explains() ? skel->links.why_waiting_tasks :
						      skel->links.waiting_tasks;
	bool more = false;

	if (opts.duration_ns)
		end = start + opts.duration_ns;
	while (!interrupted && now < end) {
		wake = earliest(earliest(earliest(end, &stalled), &totals_due), &second);
		if (order.nr && now + HOLD_NS < wake)
			wake = now + HOLD_NS;
		/* With more to take, only to learn of signals. */
		wait_for_work(rb, more ? 1 : wake == ULLONG_MAX ? 0 :
			      wake > now ? wake - now : 1, signals);
		now = clock_mono_ns();
		if (is_due(&stalled, now))
			iterate(waiting);
		more = take_batch(rb);
		upto = more ? order.waits[order.head + order.nr - 1].event.end_ns : now;
		if (!take_until(upto - HOLD_NS))
			return;
		if (is_due(&trace_due, now) && !write_trace(false))
			return;
		if (is_due(&totals_due, now)) {
			write_totals(skel, totals_since, now, false);
			totals_since = now;
			if (!flush())
				return;
		}
		if (now - told_at > NSEC_PER_SEC &&
		    nr_lost(&skel->bss->stats) != lost_told) {
			tell_lost(&skel->bss->stats);
			told_at = now;
		}
		if (is_due(&second, now))
			show_status(&skel->bss->stats, now - start);
	}
}

/*
 * Take what is left. A program may still be running on another CPU: every wait it has
 * seen must have arrived, or be lost, before it is the end.
 */
static void drain(struct runqslower_bpf *skel, struct ring_buffer *rb)
{
	const struct wait_stats *stats = &skel->bss->stats;
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

static const struct writer *find_writer(void)
{
	switch (opts.output) {
	case OUTPUT_JSON:
		return &json_writer;
	case OUTPUT_CSV:
		return &csv_writer;
	default:
		return &text_writer;
	}
}

/* All that can fail before there is anything to trace. */
static bool prepare_output(void)
{
	writer = find_writer();
	shows_status = isatty(STDERR_FILENO) && (opts.duration_ns || opts.summary);
	if (explains() && !history_init(&history, max_cpus(), opts.history))
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

int main(int argc, char **argv)
{
	int status = EXIT_FAILURE, signals, stats = -1;
	struct runqslower_bpf *skel = NULL;
	struct ring_buffer *rb = NULL;
	__u64 start, now;
	sigset_t set;

	parse_options(argc, argv, &opts);
	libbpf_set_strict_mode(LIBBPF_STRICT_ALL);
	libbpf_set_print(print_libbpf);

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	signals = signalfd(-1, &set, SFD_CLOEXEC);
	if (signals < 0) {
		error("cannot wait for signals: %s", strerror(errno));
		return EXIT_FAILURE;
	}

	skel = load_programs();
	if (!skel)
		goto out;
	rb = ring_buffer__new(bpf_map__fd(skel->maps.events), on_record, NULL, NULL);
	if (!rb) {
		explain_failure("map the ring buffer", -errno);
		goto out;
	}
	if (!prepare_output())
		goto out;
	/* Held open, it has the kernel count. */
	if (opts.cost) {
		stats = bpf_enable_stats(BPF_STATS_RUN_TIME);
		if (stats < 0) {
			explain_failure("count what the programs cost", stats);
			goto out;
		}
	}
	if (attach_programs(skel))
		goto out;

	start = clock_mono_ns();
	totals_since = start;
	clock_sync();
	writer->begin(&opts);
	if (flush())
		trace(skel, rb, signals, start);
	runqslower_bpf__detach(skel);
	drain(skel, rb);
	now = clock_mono_ns();
	clock_sync();
	tell_lost(&skel->bss->stats);
	write_totals(skel, totals_since, now, true);
	if (opts.cost)
		write_cost(skel, now);
	flush();
	tell_missed(skel);
	write_trace(true);
	if (opts.verbose)
		error("%llu waits over the threshold, %llu taken, %llu lost",
		      skel->bss->stats.seen, nr_taken, lost_told);

	/* Who closes the pipe has seen enough. */
	if (!write_error || write_error == EPIPE)
		status = trace_failed ? EXIT_FAILURE : EXIT_SUCCESS;
	else
		error("cannot write to stdout: %s", strerror(write_error));
out:
	ring_buffer__free(rb);
	runqslower_bpf__destroy(skel);
	order_free(&order);
	totals_free(totals);
	history_free(&history);
	close(signals);
	return status;
}
