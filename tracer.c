// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * Load, attach and read the BPF programs. Options set constants of the programs
 * before loading. Programs and maps that no option needs are not loaded.
 */
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <linux/compiler.h>
#include <linux/kernel.h>
#include <linux/prctl.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include "tracer.h"
#include "util/bpf_failure.h"
#include "util/cgroups.h"
#include "util/error.h"
#include "util/first_line.h"
#include "util/preempt_count.h"
#include <runqslower.skel.h>

/* The inode number of the initial PID namespace: PROC_PID_INIT_INO. */
#define INIT_PIDNS_INUM	0xEFFFFFFCU

/* Tasks of a command at a time, also those that have ended lately: 6 MB. */
#define MAX_FOLLOWED	65536

static bool verbose;
static char failed_map[64];		/* which could not be made */

static int print_libbpf(enum libbpf_print_level level, const char *fmt,
			va_list ap)
{
	char text[256];
	va_list copy;

	if (level == LIBBPF_WARN) {
		va_copy(copy, ap);
		vsnprintf(text, sizeof(text), fmt, copy);
		va_end(copy);
		/* Nothing else tells, because libbpf closes all maps then. */
		if (strstr(text, "failed to create"))
			sscanf(text, "libbpf: map '%63[^']'", failed_map);
	}
	return verbose ? vfprintf(stderr, fmt, ap) : 0;
}

/*
 * The size in bytes: 128 KiB per CPU, as the perf buffers of other tools, from
 * 256 KiB to 8 MiB. Options with more records multiply the size.
 */
static __u64 default_ring_size(const struct options *opts, int nr_cpus)
{
	__u64 size = 256 << 10;

	while (size < nr_cpus * (128ULL << 10) && size < 8 << 20)
		size <<= 1;
	if (needs_why_programs(opts))
		size *= 2;
	/* Without a threshold, each switch may end a wait that is reported. */
	if (!opts->min_us)
		size *= 4;
	return size;
}

static void configure_filters(struct runqslower_bpf *skel, const struct options *opts)
{
	skel->rodata->follows = opts->command;
	skel->rodata->nr_tgids = opts->tgids.nr;
	skel->rodata->nr_tids = opts->tids.nr;
	skel->rodata->filter_comms = opts->nr_comms;
	skel->rodata->kthreads = opts->kthreads;
	skel->rodata->filter_tasks = opts->command || opts->tgids.nr || opts->tids.nr ||
				     opts->nr_comms || opts->kthreads;
	if (opts->tgids.nr == 1)
		skel->rodata->only_tgid = opts->tgids.ids[0];
	if (opts->tids.nr == 1)
		skel->rodata->only_tid = opts->tids.ids[0];
	bpf_map__set_max_entries(skel->maps.tgids, opts->tgids.nr ?: 1);
	bpf_map__set_max_entries(skel->maps.tids, opts->tids.nr ?: 1);
	bpf_map__set_max_entries(skel->maps.comms, opts->nr_comms ?: 1);
	skel->rodata->nr_cgroups = opts->nr_cgroups;
	skel->rodata->cgroups_v1 = opts->cgroups_v1;
	skel->rodata->shows_v1 = cgroups_are_v1();
	bpf_map__set_max_entries(skel->maps.cgroups, opts->nr_cgroups ?: 1);
	skel->rodata->filter_cpus = opts->filter_cpus;
	memcpy((void *)skel->rodata->cpu_mask, opts->cpu_mask,
	       sizeof(opts->cpu_mask));
}

static int fill_filters(struct runqslower_bpf *skel, const struct options *opts)
{
	const __u8 value = 1;
	int err = 0;
	size_t i;

	for (i = 0; !err && opts->tgids.nr > 1 && i < opts->tgids.nr; i++)
		err = bpf_map_update_elem(bpf_map__fd(skel->maps.tgids),
					  &opts->tgids.ids[i], &value, BPF_ANY);
	for (i = 0; !err && opts->tids.nr > 1 && i < opts->tids.nr; i++)
		err = bpf_map_update_elem(bpf_map__fd(skel->maps.tids),
					  &opts->tids.ids[i], &value, BPF_ANY);
	for (i = 0; !err && i < opts->nr_cgroups; i++)
		err = bpf_map_update_elem(bpf_map__fd(skel->maps.cgroups),
					  &opts->cgroups[i], &value, BPF_ANY);
	for (i = 0; !err && i < opts->nr_comms; i++)
		err = bpf_map_update_elem(bpf_map__fd(skel->maps.comms),
					  &opts->comms[i], &value, BPF_ANY);
	return err;
}

/* The largest number of tasks that can exist at one time. */
static __u32 max_tasks(void)
{
	__u64 by_pid = strtoull(first_line("/proc/sys/kernel/pid_max"), NULL, 10);
	__u64 by_memory = strtoull(first_line("/proc/sys/kernel/threads-max"), NULL, 10);
	__u64 max = by_pid < by_memory ? by_pid : by_memory;

	return max > 0 && max <= 1 << 22 ? max : 1 << 22;
}

int max_cpus(void)
{
	/* As in 0-3 or 0,4-7: the last number is the highest. */
	const char *list = first_line("/sys/devices/system/cpu/possible"), *last = list;

	for (; *list; list++) {
		if (*list == '-' || *list == ',')
			last = list + 1;
	}
	return *last ? atoi(last) + 1 : 0;
}

/* Set the threshold, and what the clock of the programs needs. */
static void configure_times(struct runqslower_bpf *skel, const struct options *opts)
{
	struct timespec tick = {};
	__u64 threshold_ns;

	/* The resolution of CLOCK_MONOTONIC_COARSE is the length of a tick. */
	clock_getres(CLOCK_MONOTONIC_COARSE, &tick);
	threshold_ns = opts->min_us ? opts->min_us * 1000 + 1 : 0;
	skel->rodata->threshold_ns = threshold_ns;
	skel->rodata->count_lengths = needs_lengths(opts);
	skel->rodata->tick_ns = tick.tv_nsec;
	/* Two ticks, because one tick may come late. */
	skel->rodata->clock_age_ns = 2 * tick.tv_nsec;
	skel->rodata->rough_times = threshold_ns > skel->rodata->clock_age_ns &&
		first_line("/sys/devices/system/cpu/nohz_full")[0] < '0';
}

static void configure_sizes(struct runqslower_bpf *skel, const struct options *opts,
			    bool use_tids)
{
	int nr_cpus = max_cpus(), nr_chunks = opts->history / CHUNK;
	__u32 nr_tasks = use_tids ? max_tasks() : 1;

	skel->rodata->nr_cpus = nr_cpus;
	skel->rodata->nr_chunks = nr_chunks;
	bpf_map__set_max_entries(skel->maps.cpus, nr_cpus);
	bpf_map__set_max_entries(skel->maps.history, nr_cpus * nr_chunks);
	bpf_map__set_max_entries(skel->maps.events,
				 opts->ring_size ?: default_ring_size(opts, nr_cpus));
	bpf_map__set_max_entries(skel->maps.waits_by_tid, nr_tasks);
	bpf_map__set_max_entries(skel->maps.why_waits_by_tid, nr_tasks);
	bpf_map__set_max_entries(skel->maps.followed, MAX_FOLLOWED);
}

/* --trace draws arrows from wakers. */
static bool notes_wakers(const struct options *opts)
{
	return opts->waker || opts->trace;
}

/*
 * Can core scheduling keep a CPU idle? It needs an option of the kernel, and
 * CPUs that share a core.
 */
static bool has_core_scheduling(void)
{
	__u64 cookie;

	return !prctl(PR_SCHED_CORE, PR_SCHED_CORE_GET, 0, PR_SCHED_CORE_SCOPE_THREAD,
		      (unsigned long)&cookie);
}

/* Load only the programs that @opts needs. */
static void choose_programs(struct runqslower_bpf *skel, const struct options *opts,
			    bool use_tids)
{
	bool why = needs_why_programs(opts), plain = !why && !opts->light;
	bool sees_forks = !use_tids || opts->command;
	bool sees_frees = use_tids || opts->command;
	const struct {
		struct bpf_program *program;
		bool used;
	} programs[] = {
		{ skel->progs.light_switch,		opts->light },
		{ skel->progs.sched_wakeup,		plain },
		{ skel->progs.sched_wakeup_new,		plain },
		{ skel->progs.sched_switch,		plain },
		{ skel->progs.sched_migrate,		plain && !skel->rodata->rough_times },
		{ skel->progs.new_task,			plain && sees_forks },
		{ skel->progs.task_gone,		plain && sees_frees },
		{ skel->progs.existing_tasks,		!why },
		{ skel->progs.waiting_tasks,		plain && opts->stalled_ns },
		{ skel->progs.why_wakeup,		why },
		{ skel->progs.why_wakeup_new,		why },
		{ skel->progs.why_switch,		why },
		{ skel->progs.why_migrate,		why },
		{ skel->progs.why_rename,		why },
		{ skel->progs.why_idle,			why && has_core_scheduling() },
		{ skel->progs.why_waking,		notes_wakers(opts) },
		{ skel->progs.why_new_task,		why && sees_forks },
		{ skel->progs.why_task_gone,		why && sees_frees },
		{ skel->progs.why_existing_tasks,	why },
		{ skel->progs.why_waiting_tasks,	why && opts->stalled_ns },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(programs); i++)
		bpf_program__set_autoload(programs[i].program, programs[i].used);
}

static void choose_maps(struct runqslower_bpf *skel, const struct options *opts,
			bool use_tids)
{
	bool why = needs_why_programs(opts);
	const struct {
		struct bpf_map *map;
		bool used;
	} maps[] = {
		{ skel->maps.waits,		!why && !use_tids },
		{ skel->maps.waits_by_tid,	!why && use_tids && !opts->light },
		{ skel->maps.why_waits,		why && !use_tids },
		{ skel->maps.why_waits_by_tid,	why && use_tids },
		{ skel->maps.followed,		opts->command },
		{ skel->maps.history,		why },
		{ skel->maps.cgroups,		why },
		{ skel->maps.waits_by_length,	needs_lengths(opts) },
		{ skel->maps.tgids,		opts->tgids.nr > 1 },
		{ skel->maps.tids,		opts->tids.nr > 1 },
		{ skel->maps.comms,		opts->nr_comms > 0 },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(maps); i++)
		bpf_map__set_autocreate(maps[i].map, maps[i].used);
}

/* Set all that must be set before loading. @use_tids: see record_of(). */
static void configure(struct runqslower_bpf *skel, const struct options *opts,
		      bool use_tids)
{
	struct preempt_count count;
	struct stat ns = {};

	skel->rodata->use_tids = use_tids;
	if (!stat("/proc/self/ns/pid", &ns) && ns.st_ino != INIT_PIDNS_INUM)
		skel->rodata->in_pidns = true;
	if (notes_wakers(opts)) {
		count = find_preempt_count();
		skel->rodata->preempt_count_at = count.offset;
		skel->rodata->in_irq_mask = count.in_irq_mask;
		/* Once, whatever is tried after this. */
		if (count.hidden && !use_tids)
			error("wakers are not told: /proc/kallsyms hides addresses; %s",
			      "run it with CAP_SYSLOG, and kernel.kptr_restrict below 2");
	}
	skel->rodata->shows_stacks = opts->stack;
	configure_filters(skel, opts);
	configure_times(skel, opts);
	configure_sizes(skel, opts, use_tids);
	choose_programs(skel, opts, use_tids);
	choose_maps(skel, opts, use_tids);
}

/* Returns 0 and the loaded @skel, or a negative errno and NULL. */
static int open_and_load(struct runqslower_bpf **skel, const struct options *opts,
			 bool use_tids)
{
	int err;

	*skel = runqslower_bpf__open();
	if (!*skel)
		return -errno;
	configure(*skel, opts, use_tids);
	err = runqslower_bpf__load(*skel) ?: fill_filters(*skel, opts);
	if (err) {
		runqslower_bpf__destroy(*skel);
		*skel = NULL;
	}
	return err;
}

/*
 * Try task storage first, then records by TID. Only loading shows whether
 * tracing programs may use task storage, because the map type is older.
 */
struct runqslower_bpf *tracer_load(const struct options *opts)
{
	struct runqslower_bpf *skel;
	char what[128];
	int err;

	if (!max_cpus()) {
		error("cannot tell which CPUs there are: /sys/devices/system/cpu/possible %s",
		      "cannot be read; mount /sys");
		return NULL;
	}
	verbose = opts->verbose;
	libbpf_set_print(print_libbpf);
	/* --light has no records, by TID neither. */
	err = open_and_load(&skel, opts, opts->light);
	if (err && err != -EPERM && err != -EACCES && err != -ENOMEM && !opts->light) {
		if (!open_and_load(&skel, opts, true)) {
			if (opts->verbose)
				error("no task storage here, waits are kept by TID");
			return skel;
		}
	}
	if (err == -ENOMEM && failed_map[0]) {
		snprintf(what, sizeof(what), "make the map '%s'", failed_map);
		bpf_failure(what, err);
	} else if (err) {
		bpf_failure("load the BPF programs", err);
	}
	return skel;
}

/*
 * Run the iter/task program of @link on all tasks. 0 or a negative errno. A
 * program that writes something of a task, a byte, ends the present piece when
 * buf is full: @piece (may be NULL) is called then, false ends the iteration.
 */
static int iterate(const struct bpf_link *link, bool (*piece)(void *ctx), void *ctx)
{
	char buf[64];
	int fd, len;

	fd = bpf_iter_create(bpf_link__fd(link));
	if (fd < 0)
		return -errno;
	do {
		len = read(fd, buf, sizeof(buf));
		if (len > 0 && piece && !piece(ctx))
			break;
	} while (len > 0 || (len < 0 && errno == EAGAIN));
	len = len < 0 ? -errno : 0;
	close(fd);
	return len;
}

/* Attach @program, if it is loaded. 0 or a negative errno. */
static int attach(const struct bpf_program *program, struct bpf_link **link)
{
	if (!bpf_program__autoload(program))
		return 0;
	*link = bpf_program__attach(program);
	return *link ? 0 : -errno;
}

/*
 * Attach the programs that give new tasks their record, then give existing
 * tasks theirs by an iterator. Other programs attach later, because a CPU that
 * creates one record cannot create another.
 */
static int prepare_tasks(struct runqslower_bpf *skel, const struct options *opts)
{
	int err = attach(skel->progs.new_task, &skel->links.new_task) ?:
		  attach(skel->progs.why_new_task, &skel->links.why_new_task) ?:
		  attach(skel->progs.existing_tasks, &skel->links.existing_tasks) ?:
		  attach(skel->progs.why_existing_tasks, &skel->links.why_existing_tasks);

	return err ?: iterate(needs_why_programs(opts) ? skel->links.why_existing_tasks :
					       skel->links.existing_tasks, NULL, NULL);
}

int tracer_attach(struct runqslower_bpf *skel, const struct options *opts)
{
	int err = prepare_tasks(skel, opts);

	if (!err && opts->light && skel->bss->cannot_tell & LIMIT_QUEUED) {
		error("--light cannot work: this kernel keeps no time of queueing %s",
		      "(CONFIG_SCHED_INFO, CONFIG_FAIR_GROUP_SCHED); run it without --light");
		return -ENOTSUP;
	}
	err = err ?: runqslower_bpf__attach(skel);
	if (err)
		bpf_failure("attach the BPF programs", err);
	return err;
}

unsigned int tracer_limits(struct runqslower_bpf *skel, const struct options *opts)
{
	unsigned int limits = skel->bss->cannot_tell & ~LIMIT_QUEUED;

	if (!notes_wakers(opts))
		limits &= ~LIMIT_WAKER;
	return limits;
}

void tracer_detach(struct runqslower_bpf *skel)
{
	runqslower_bpf__detach(skel);
}

void tracer_free(struct runqslower_bpf *skel)
{
	runqslower_bpf__destroy(skel);
}

int tracer_events(struct runqslower_bpf *skel)
{
	return bpf_map__fd(skel->maps.events);
}

int tracer_rings(struct runqslower_bpf *skel)
{
	return bpf_map__fd(skel->maps.history);
}

const struct wait_stats *tracer_stats(struct runqslower_bpf *skel)
{
	return &skel->bss->stats;
}

int tracer_find_waiting(struct runqslower_bpf *skel, bool (*piece)(void *ctx), void *ctx)
{
	return iterate(skel->links.why_waiting_tasks ?: skel->links.waiting_tasks, piece, ctx);
}

int tracer_histogram(struct runqslower_bpf *skel, struct histogram *h)
{
	static __u64 counts[MAX_CPUS];
	int nr = libbpf_num_possible_cpus(), cpu, err;
	__u32 i;

	if (nr < 0)
		return nr;
	memset(h, 0, sizeof(*h));
	for (i = 0; i < NR_BUCKETS; i++) {
		err = bpf_map_lookup_elem(bpf_map__fd(skel->maps.waits_by_length), &i, counts);
		if (err)
			return err;
		for (cpu = 0; cpu < nr; cpu++)
			h->counts[i] += counts[cpu];
	}
	return 0;
}

size_t tracer_costs(struct runqslower_bpf *skel, struct cost *costs, size_t max)
{
	struct bpf_program *prog;
	size_t nr = 0;

	bpf_object__for_each_program(prog, skel->obj) {
		struct bpf_prog_info info = {};
		__u32 len = sizeof(info);

		if (!bpf_program__autoload(prog) || nr == max ||
		    bpf_obj_get_info_by_fd(bpf_program__fd(prog), &info, &len))
			continue;
		costs[nr++] = (struct cost) {
			bpf_program__name(prog), info.run_cnt, info.run_time_ns
		};
	}
	return nr;
}

__u64 tracer_missed(struct runqslower_bpf *skel)
{
	struct bpf_program *prog;
	__u64 sum = 0;

	bpf_object__for_each_program(prog, skel->obj) {
		struct bpf_prog_info info = {};
		__u32 len = sizeof(info);

		if (bpf_program__autoload(prog) &&
		    !bpf_obj_get_info_by_fd(bpf_program__fd(prog), &info, &len))
			sum += info.recursion_misses;
	}
	return sum;
}
