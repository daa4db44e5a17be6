// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include "util/cgroups.h"
#include "util/clock.h"
#include "util/command.h"
#include "util/output.h"
#include "util/privilege.h"
#include "options.h"
#include "tracer.h"
#include "util/error.h"
#include "writers/metrics_file.h"
#include "writers/schema.h"
#include "writers/trace_file.h"
#include "writers/writer.h"
#include "replay.h"

#define RING_FD		777

int tool_main(int argc, char **argv);

struct world *world;

/* --- time ----------------------------------------------------------------- */

static void count_at(struct count *c, size_t nr, __u64 *sums, size_t max)
{
	size_t i;

	memset(sums, 0, max * sizeof(*sums));
	for (i = 0; i < nr; i++) {
		if (c[i].at <= world->now && c[i].at <= world->detached)
			sums[c[i].what] += c[i].nr;
	}
}

static void set_time(__u64 now)
{
	const struct item *item;

	world->now = now;
	count_at(world->lost, world->nr_lost, world->stats.lost, NR_LOST);
	/* What found no room in the ring was seen, too. */
	world->stats.seen = world->stats.lost[LOST_RING];
	for (item = world->items; item < world->items + world->nr_items; item++)
		world->stats.seen += !item->stalled && item->end <= now &&
				     item->end <= world->detached;
}

__u64 clock_mono_ns(void)
{
	set_time(world->now + 100);
	return START + world->now;
}

void clock_init(void)
{
}

void cgroup_remember(__u64 id)
{
}

void clock_sync(void)
{
	world->synced = world->now;
}

unsigned long long ms(__u64 ns)
{
	return ns / MS;
}

static unsigned long long now_ms(void)
{
	return ms(world->now);
}

/* The record that comes next, or NEVER. */
static __u64 next_arrival(void)
{
	return world->next < world->nr_items ? world->items[world->next].arrives : NEVER;
}

int __wrap_ppoll(struct pollfd *fds, nfds_t nr, const struct timespec *timeout,
		 const sigset_t *mask)
{
	__u64 wake = NEVER, at[4] = { NEVER, NEVER, NEVER, NEVER };
	int ready = 0;
	nfds_t i;

	world->nr_polls++;
	world->nr_unflushed += __fpending(stdout) != 0;
	if (timeout)
		wake = world->now + timeout->tv_sec * SEC + timeout->tv_nsec;
	for (i = 0; i < nr; i++) {
		at[i] = fds[i].fd < 0 ? NEVER :
			fds[i].fd == output_fd() ? world->hangup_at :
			fds[i].fd == world->command_fd ? world->command_ends_at :
			fds[i].fd != RING_FD ? world->signal_at :
			world->never_woken ? NEVER : next_arrival();
		if (at[i] < wake)
			wake = at[i];
	}
	if (wake == NEVER) {
		fprintf(stderr, "nothing will ever wake it up\n");
		_exit(99);
	}
	if (world->oversleep_at <= wake) {
		wake += world->oversleep;
		world->oversleep_at = NEVER;
	}
	if (wake > world->now)
		set_time(wake);
	for (i = 0; i < nr; i++) {
		fds[i].revents = 0;
		if (at[i] > world->now)
			continue;
		fds[i].revents = fds[i].fd == output_fd() ? POLLERR : POLLIN;
		ready++;
	}
	return ready;
}

int __wrap_isatty(int fd)
{
	return fd == STDERR_FILENO && world->terminal;
}

/* --- the ring buffer ------------------------------------------------------ */

static ring_buffer_sample_fn on_record;
static void *on_record_ctx;

struct ring_buffer *ring_buffer__new(int map_fd, ring_buffer_sample_fn fn, void *ctx,
				     const struct ring_buffer_opts *opts)
{
	on_record = fn;
	on_record_ctx = ctx;
	errno = world->ring_error;
	return world->ring_error ? NULL : (struct ring_buffer *)world;
}

void ring_buffer__free(struct ring_buffer *rb)
{
	world->nr_frees += rb != NULL;
}

int ring_buffer__epoll_fd(const struct ring_buffer *rb)
{
	return RING_FD;
}

static int deliver(const struct item *item)
{
	struct why_event e = {
		.wait = {
			.kind = world->explained ? RECORD_WHY : RECORD_WAIT,
			.stalled = item->stalled, .tid = item->tid,
			.end_ns = START + item->end, .wait_ns = 3 * MS,
		},
		.seq = 1,
	};
	struct run_segment segments[] = {
		{ .kind = RECORD_SEGMENTS, .seq = 0, .start_ns = START - 2 * SEC },
		{ .kind = RECORD_SEGMENTS, .seq = 1, .tid = 4711, .start_ns = START - SEC,
		  .comm = "culprit" },
	};

	struct stack_event stack = {
		.kind = RECORD_STACK, .nr = 1, .tid = item->tid, .end_ns = e.wait.end_ns,
		.frames = { 1000 + item->tid },
	};

	if (item->tid && item->tid == world->stack_tid)
		on_record(on_record_ctx, &stack, sizeof(stack));
	if (item->tid && item->tid == world->damaged_tid)
		e.wait.wait_ns = NEVER;
	if (!world->explained)
		return on_record(on_record_ctx, &e.wait, sizeof(e.wait));
	on_record(on_record_ctx, segments, sizeof(segments));
	return on_record(on_record_ctx, &e, sizeof(e));
}

int ring_buffer__consume(struct ring_buffer *rb)
{
	const struct item *item;
	int nr = 0, err;

	while (next_arrival() <= world->now) {
		item = &world->items[world->next++];
		if (!item->stalled && item->end > world->detached)
			continue;	/* it never came to that */
		nr++;
		err = deliver(item);
		if (err)
			return err;
	}
	return nr;
}

/* --- the BPF programs ----------------------------------------------------- */

struct runqslower_bpf *tracer_load(const struct options *opts)
{
	if (world->load_error)
		fprintf(stderr, "load failed\n");
	world->explained = needs_why_programs(opts);
	return world->load_error ? NULL : (struct runqslower_bpf *)world;
}

int tracer_attach(struct runqslower_bpf *skel, const struct options *opts)
{
	set_time(0);
	if (world->attach_error)
		fprintf(stderr, "attach failed\n");
	return world->attach_error;
}

void tracer_detach(struct runqslower_bpf *skel)
{
	world->detached = world->now;
}

void tracer_free(struct runqslower_bpf *skel)
{
	world->nr_frees += skel != NULL;
}

int tracer_events(struct runqslower_bpf *skel)
{
	return 1;
}

int tracer_rings(struct runqslower_bpf *skel)
{
	return -1;
}

const struct wait_stats *tracer_stats(struct runqslower_bpf *skel)
{
	return &world->stats;
}

int tracer_find_waiting(struct runqslower_bpf *skel, bool (*piece)(void *ctx), void *ctx)
{
	struct item *item = world->items + world->next;

	world->found_at[world->nr_found++ % 64] = world->now;
	if (!world->find_waiting_tid)
		return world->find_error;
	memmove(item + 1, item, (world->nr_items++ - world->next) * sizeof(*item));
	*item = (struct item) { world->now, world->now, world->find_waiting_tid, true };
	return 0;
}

int tracer_histogram(struct runqslower_bpf *skel, struct histogram *h)
{
	memset(h, 0, sizeof(*h));
	count_at(world->lengths, world->nr_lengths, h->counts, NR_BUCKETS);
	return world->histogram_error;
}

size_t tracer_costs(struct runqslower_bpf *skel, struct cost *costs, size_t max)
{
	costs[0] = (struct cost) { "one", 2, 3 };
	return 1;
}

__u64 tracer_missed(struct runqslower_bpf *skel)
{
	return world->missed;
}

unsigned int tracer_limits(struct runqslower_bpf *skel, const struct options *opts)
{
	return world->limits;
}

void bpf_failure(const char *what, int err)
{
	error("cannot %s: %s", what, strerror(-err));
}

int max_cpus(void)
{
	return 2;
}

int bpf_enable_stats(enum bpf_stats_type type)
{
	return world->cost_error ?: open("/dev/null", O_RDONLY);
}

/* --- the files of --trace and --metrics, cgroups, the schema -------------- */

bool trace_open(const char *path, const struct history *history)
{
	struct sigaction action;

	sigaction(SIGCHLD, NULL, &action);
	world->sigchld_ignored = action.sa_handler == SIG_IGN;
	errno = world->trace_error;
	return !world->trace_error;
}

void trace_wait(const struct why *why)
{
	world->nr_traced++;
}

bool trace_is_pending(void)
{
	return world->nr_traced > world->nr_flushed;
}

bool trace_flush(void)
{
	if (trace_is_pending())
		world->trace_flushed = world->now;
	world->nr_flushed = world->nr_traced;
	errno = ENOSPC;
	return world->nr_trace_flushes++ < world->flush_error_after;
}

bool trace_close(void)
{
	errno = ENOSPC;
	return world->nr_closes++ < world->flush_error_after;
}

const char *metrics_id(__u64 cgroup)
{
	return "/made-up";
}

bool metrics_file_write(const char *path, const struct metrics_page *page)
{
	struct metrics_write *w = &world->metrics[world->nr_metrics % 64];
	const struct metrics *m = page->metrics;
	int nr = world->nr_metrics++;
	enum cause cause;

	*w = (struct metrics_write) {
		.at = world->now, .lengths = histogram_total(page->lengths),
		.nr_costs = page->nr_costs,
	};
	for (cause = 0; cause < NR_CAUSES; cause++) {
		w->ns += m->ns[cause];
		w->shown_ns += metrics_ns(&m->cgroups[0], cause);
	}
	errno = world->metrics_error;
	return !errno || nr < world->metrics_fails_from || nr > world->metrics_fails_to;
}

bool cgroups_may_be_named(void)
{
	return !world->no_names;
}

bool drop_privileges(__u64 also)
{
	world->dropped = true;
	world->kept = also;
	return !world->drop_fails;
}

bool forbid_writing(const char *replaced)
{
	world->may_write = replaced;
	return !world->forbid_fails;
}

bool symbols_load(void)
{
	return !world->no_symbols;
}

const char *cgroup_find(const char *path, __u64 *id, bool *v1)
{
	return "not here";
}

/* --- the command ---------------------------------------------------------- */

void command_init(void)
{
}

bool command_fork(struct command *c, char **argv)
{
	if (world->fork_error)
		fprintf(stderr, "fork failed\n");
	/* Looked at by poll(), too, but never ready. */
	world->command_fd = c->fd = eventfd(0, 0);
	world->command_dropped = world->dropped;
	return !world->fork_error;
}

int command_exec(struct command *c)
{
	world->executed = world->now;
	if (world->exec_error)
		fprintf(stderr, "exec failed\n");
	return world->exec_error;
}

void command_signal(const struct command *c, int sig)
{
	world->nr_passed++;
	world->signal_at = NEVER;
}

int command_wait(struct command *c)
{
	world->waited = world->now;
	return world->command_status;
}

void print_schema(void)
{
	puts("made up schema");
}

/* --- a writer: what is written, and when ---------------------------------- */

static void say_begin(const struct options *opts)
{
	printf("begin at %llu\n", now_ms());
}

static void say_wait(const struct options *opts, const struct wait_event *e,
		     const struct why *why, const struct stack_event *stack, bool stalled)
{
	/* The wall clock may have been set meanwhile. */
	if (world->now - world->synced > MS)
		printf("not synced: ");
	printf("%s %u at %llu", stalled ? "stalled" : "wait", e->tid, now_ms());
	if (why)
		printf(" for %s", why->nr ? why->shares[0].comm : "nothing");
	if (stack)
		printf(" at %llu", stack->frames[0]);
	printf("\n");
}

static void say_summary(const struct options *opts, const struct totals *totals,
			__u64 since, __u64 now)
{
	printf("summary of %llu waits, ", totals_nr(totals));
	if (totals_nr_stalled(totals))
		printf("%llu stalled, ", totals_nr_stalled(totals));
	printf("%llu to %llu\n", ms(since - START), ms(now - START));
}

static void say_histogram(const struct options *opts, const struct histogram *h,
			  __u64 since, __u64 now)
{
	unsigned int i;

	printf("histogram %llu to %llu:", ms(since - START), ms(now - START));
	if (h->nr_stalled)
		printf(" %llu stalled", h->nr_stalled);
	for (i = 0; i < NR_BUCKETS; i++) {
		if (h->counts[i])
			printf(" %u: %llu", i, h->counts[i]);
	}
	printf("\n");
}

static void say_lost(const struct options *opts, const char *reason, __u64 nr, __u64 now)
{
	printf("lost %llu %.2s at %llu\n", nr, reason, ms(now - START));
}

static void say_cost(const struct options *opts, const struct cost *costs, size_t nr,
		     __u64 now)
{
	printf("cost %s %llu %llu (%zu)\n", costs->program, costs->runs, costs->ns, nr);
}

#define SAYS .begin = say_begin, .wait = say_wait, .summary = say_summary, \
	     .histogram = say_histogram, .cost = say_cost

static void say_limits(const struct options *opts, unsigned int limits, __u64 now)
{
	printf("limits %u at %llu\n", limits, (now - START) / MS);
}

const struct writer text_writer = { SAYS };
const struct writer csv_writer = { SAYS };
const struct writer json_writer = { SAYS, .lost = say_lost, .limits = say_limits };

/* --- a run ---------------------------------------------------------------- */

void world_new(void)
{
	world = mmap(NULL, sizeof(*world), PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (world == MAP_FAILED)
		abort();
	world->signal_at = NEVER;
	world->command_ends_at = NEVER;
	world->command_fd = -1;
	world->hangup_at = NEVER;
	world->oversleep_at = NEVER;
	world->detached = NEVER;
	world->flush_error_after = INT_MAX;
	world->metrics_fails_to = INT_MAX;
}

void world_rewind(void)
{
	world->now = 0;
	world->next = 0;
	world->nr_metrics = 0;
	world->dropped = false;
	world->detached = NEVER;
}

void world_free(void)
{
	munmap(world, sizeof(*world));
}

void wait_late(__u64 end, __u64 arrives, __u32 tid)
{
	world->items[world->nr_items++] = (struct item) { end, arrives, tid };
}

void wait_at(__u64 end, __u32 tid)
{
	wait_late(end, end, tid);
}

void lost_at(__u64 at, enum lost_reason reason, __u64 nr)
{
	world->lost[world->nr_lost++] = (struct count) { at, nr, reason };
}

void length_at(__u64 at, unsigned int bucket, __u64 nr)
{
	world->lengths[world->nr_lengths++] = (struct count) { at, nr, bucket };
}

static void read_back(int fd, char *buf, size_t size)
{
	ssize_t len = pread(fd, buf, size - 1, 0);

	buf[len > 0 ? len : 0] = '\0';
	close(fd);
}

void run_tool(struct ended *ended, int out_fd, char **args)
{
	int out = memfd_create("out", 0), err = memfd_create("err", 0), status, nr = 0;
	const struct rlimit limit = { 4, 4 };
	char *argv[20] = { "runqslower" };
	pid_t pid;

	while (args[nr]) {
		argv[nr + 1] = args[nr];
		nr++;
	}
	fflush(NULL);
	pid = fork();
	if (!pid) {
		dup2(out_fd < 0 ? out : out_fd, STDOUT_FILENO);
		dup2(err, STDERR_FILENO);
		/* The harness sets stdout to flush every line. */
		setvbuf(stdout, NULL, _IOFBF, 0);
		if (world->sigchld_ignored)
			signal(SIGCHLD, SIG_IGN);
		/* Nothing here sleeps: what hangs takes CPU time. */
		setrlimit(RLIMIT_CPU, &limit);
		optind = 0;		/* the harness has used getopt(), too */
		exit(tool_main(nr + 1, argv));
	}
	waitpid(pid, &status, 0);
	ended->code = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
	read_back(out, ended->out, sizeof(ended->out));
	read_back(err, ended->err, sizeof(ended->err));
}
