// SPDX-License-Identifier: GPL-2.0
/*
 * What the options set in the BPF programs before these are loaded, which of
 * them are loaded at all, and what is read back from them. They are opened, but
 * never loaded, so this needs no privilege.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include "kselftest_harness.h"
#include "fake_libbpf.h"
#include "tracer.h"
#include <runqslower.skel.h>

#define MS	1000000ULL

/* --- set up --------------------------------------------------------------- */

#define DEFAULTS .min_us = 10000, .history = 1024

static struct runqslower_bpf *load(const struct options *opts)
{
	nr_loads = 0;
	updates[0] = '\0';
	return tracer_load(opts);
}

#define LOAD(...) load(&(struct options){ __VA_ARGS__ })

/* What stderr says in @stmt; a static buffer. */
static char said[1 << 20];
static int said_fd, stderr_fd;

static void listen_begin(void)
{
	said_fd = memfd_create("said", 0);
	stderr_fd = dup(STDERR_FILENO);
	dup2(said_fd, STDERR_FILENO);
}

static const char *listen_end(void)
{
	ssize_t len = pread(said_fd, said, sizeof(said) - 1, 0);

	dup2(stderr_fd, STDERR_FILENO);
	close(stderr_fd);
	close(said_fd);
	said[len > 0 ? len : 0] = '\0';
	return said;
}

#define SAYS(stmt) ({ listen_begin(); stmt; listen_end(); })

static bool has_name(const char *list, const char *name)
{
	size_t len = strlen(name);
	const char *s = list;

	for (; (s = strstr(s, name)); s += len) {
		if ((s == list || s[-1] == ' ') && (s[len] == ' ' || !s[len]))
			return true;
	}
	return false;
}

/* Are those of @maps and @progs, and no others, in use? */
static bool uses(const struct runqslower_bpf *skel, const char *maps, const char *progs)
{
	struct bpf_program *prog;
	struct bpf_map *map;
	bool ok = true;
	const char *s;

	bpf_object__for_each_map(map, skel->obj) {
		s = bpf_map__name(map);
		if (bpf_map__is_internal(map) || bpf_map__autocreate(map) == has_name(maps, s))
			continue;
		printf("# map %s: %d\n", s, bpf_map__autocreate(map));
		ok = false;
	}
	bpf_object__for_each_program(prog, skel->obj) {
		s = bpf_program__name(prog);
		if (bpf_program__autoload(prog) == has_name(progs, s))
			continue;
		printf("# program %s: %d\n", s, bpf_program__autoload(prog));
		ok = false;
	}
	return ok;
}

#define PLAIN_PROGS "sched_wakeup sched_wakeup_new sched_switch existing_tasks"
#define EXACT_PROGS PLAIN_PROGS " sched_migrate"
#define WHY_PROGS "why_wakeup why_wakeup_new why_switch why_migrate why_rename"	\
		  " why_existing_tasks"
#define WHY_MAPS "cpus events cgroups history"

static char *command[] = { "made-up", NULL };

TEST(what_is_loaded)
{
	__u64 group = 7;

	EXPECT_TRUE(uses(LOAD(DEFAULTS), "cpus events waits", PLAIN_PROGS " new_task"));
	EXPECT_TRUE(uses(LOAD(.min_us = 1000, .history = 1024), "cpus events waits",
			 EXACT_PROGS " new_task"));
	EXPECT_TRUE(uses(LOAD(DEFAULTS, .histogram = true),
			 "cpus events waits waits_by_length", PLAIN_PROGS " new_task"));
	EXPECT_TRUE(uses(LOAD(DEFAULTS, .stalled_ns = 1), "cpus events waits",
			 PLAIN_PROGS " new_task waiting_tasks"));
	EXPECT_TRUE(uses(LOAD(DEFAULTS, .light = true), "cpus events",
			 "light_switch existing_tasks"));
	EXPECT_TRUE(uses(LOAD(DEFAULTS, .why = true), WHY_MAPS " why_waits",
			 WHY_PROGS " why_new_task"));
	EXPECT_TRUE(uses(LOAD(DEFAULTS, .summary = true, .histogram = true),
			 WHY_MAPS " why_waits waits_by_length", WHY_PROGS " why_new_task"));
	EXPECT_TRUE(uses(LOAD(DEFAULTS, .cgroups = &group, .nr_cgroups = 1),
			 WHY_MAPS " why_waits", WHY_PROGS " why_new_task"));
	EXPECT_TRUE(uses(LOAD(DEFAULTS, .waker = true), WHY_MAPS " why_waits",
			 WHY_PROGS " why_new_task why_waking"));
	EXPECT_TRUE(uses(LOAD(DEFAULTS, .trace = "x"), WHY_MAPS " why_waits",
			 WHY_PROGS " why_new_task why_waking"));
	EXPECT_TRUE(uses(LOAD(DEFAULTS, .metrics = "x"), WHY_MAPS " why_waits waits_by_length",
			 WHY_PROGS " why_new_task"));
	EXPECT_TRUE(uses(LOAD(DEFAULTS, .why = true, .stalled_ns = 1), WHY_MAPS " why_waits",
			 WHY_PROGS " why_new_task why_waiting_tasks"));
	EXPECT_TRUE(uses(LOAD(DEFAULTS, .command = command), "cpus events waits followed",
			 PLAIN_PROGS " new_task task_gone"));
	EXPECT_TRUE(uses(LOAD(DEFAULTS, .why = true, .command = command),
			 WHY_MAPS " why_waits followed", WHY_PROGS " why_new_task why_task_gone"));
	EXPECT_EQ(1, nr_loads);
}

TEST(what_is_loaded_where_there_is_core_scheduling)
{
	core_scheduling = 0;
	EXPECT_TRUE(uses(LOAD(DEFAULTS), "cpus events waits", PLAIN_PROGS " new_task"));
	EXPECT_TRUE(uses(LOAD(DEFAULTS, .why = true), WHY_MAPS " why_waits",
			 WHY_PROGS " why_new_task why_idle"));
}

/* Where the kernel does not allow task storage to tracing programs. */
TEST(without_task_storage)
{
	struct runqslower_bpf *skel;

	load_errors[0] = -EINVAL;
	EXPECT_STREQ("", SAYS(skel = LOAD(DEFAULTS)));
	ASSERT_NE(NULL, skel);
	EXPECT_EQ(2, nr_loads);
	EXPECT_TRUE(uses(skel, "cpus events waits_by_tid", PLAIN_PROGS " task_gone"));
	EXPECT_TRUE(skel->rodata->use_tids);
	/*
	 * A record for each task that there can be: of pid_max and threads-max
	 * the lesser.
	 */
	EXPECT_EQ(2000U, bpf_map__max_entries(skel->maps.waits_by_tid));
	threads_max = "99999\n";
	pid_max = "32768\n";
	skel = LOAD(DEFAULTS, .why = true);
	EXPECT_TRUE(uses(skel, WHY_MAPS " why_waits_by_tid", WHY_PROGS " why_task_gone"));
	EXPECT_EQ(32768U, bpf_map__max_entries(skel->maps.why_waits_by_tid));
	skel = LOAD(DEFAULTS, .command = command);
	EXPECT_TRUE(uses(skel, "cpus events waits_by_tid followed",
			 PLAIN_PROGS " new_task task_gone"));
	EXPECT_LT(10000U, bpf_map__max_entries(skel->maps.followed));
	skel = LOAD(DEFAULTS, .command = command, .why = true);
	EXPECT_TRUE(uses(skel, WHY_MAPS " why_waits_by_tid followed",
			 WHY_PROGS " why_new_task why_task_gone"));
	/* Not known, or of no use. */
	pid_max = NULL;
	EXPECT_EQ(1U << 22, bpf_map__max_entries(LOAD(DEFAULTS)->maps.waits_by_tid));
	pid_max = threads_max = "99999999\n";
	EXPECT_EQ(1U << 22, bpf_map__max_entries(LOAD(DEFAULTS)->maps.waits_by_tid));
	/* Among much that libbpf says. */
	EXPECT_NE(NULL, strstr(SAYS(skel = LOAD(DEFAULTS, .verbose = true)),
			       "\nrunqslower: no task storage here, waits are kept by TID\n"));
	load_errors[0] = 0;
	skel = LOAD(DEFAULTS);
	EXPECT_FALSE(skel->rodata->use_tids);
	EXPECT_EQ(1U, bpf_map__max_entries(skel->maps.waits_by_tid));
}

/*
 * Why it cannot be loaded, and the way out. Where a second try is of no use,
 * there is none.
 */
TEST(why_it_cannot_be_loaded)
{
	static const struct {
		int err, nr_loads;
		const char *says;
	} cases[] = {
		{ EPERM, 1, "Operation not permitted" },
		{ EACCES, 1, "Permission denied" },
		{ ENOMEM, 1, "Cannot allocate memory" },
		{ EINVAL, 2, "Invalid argument" },
	};
	struct runqslower_bpf *skel;
	char line[256];
	size_t i;

	load_errors[1] = -EIO;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		load_errors[0] = -cases[i].err;
		snprintf(line, sizeof(line), "cannot load the BPF programs: %s\n",
			 cases[i].says);
		EXPECT_STREQ(line, SAYS(skel = LOAD(DEFAULTS)));
		EXPECT_EQ(NULL, skel);
		EXPECT_EQ(cases[i].nr_loads, nr_loads);
	}
}

/* Too little memory for a map: which it is says what to ask less of. */
TEST(no_memory_for_a_map)
{
	struct runqslower_bpf *skel;

	load_errors[0] = -ENOMEM;
	no_map = "why_waits_by_tid";
	EXPECT_STREQ("cannot make the map 'why_waits_by_tid': Cannot allocate memory\n",
		     SAYS(skel = LOAD(DEFAULTS)));
	EXPECT_EQ(NULL, skel);
}

/* The filters cannot be filled: as if it could not be loaded. */
TEST(filters_cannot_be_filled)
{
	static __u32 ids[] = { 1, 2 };
	struct runqslower_bpf *skel;

	update_error = -ENOMEM;
	EXPECT_NE(NULL, strstr(SAYS(skel = LOAD(DEFAULTS, .tgids = { ids, 2 })), "Cannot allocate"));
	EXPECT_EQ(NULL, skel);
	EXPECT_STREQ("tgids 1 1\n", updates);
}

TEST(threshold_and_tick)
{
	struct runqslower_bpf *skel = LOAD(DEFAULTS);

	/* Longer than 10000 us. Its tick is 4 ms, and one may come late. */
	EXPECT_EQ(10 * MS + 1, skel->rodata->threshold_ns);
	EXPECT_EQ(4 * MS, skel->rodata->tick_ns);
	EXPECT_EQ(8 * MS, skel->rodata->clock_age_ns);
	EXPECT_TRUE(skel->rodata->rough_times);
	/* No longer than what a clock may be behind: no use. */
	EXPECT_TRUE(LOAD(.min_us = 8000, .history = 16)->rodata->rough_times);
	EXPECT_FALSE(LOAD(.min_us = 7999, .history = 16)->rodata->rough_times);
	skel = LOAD(.min_us = 0, .history = 16);
	EXPECT_EQ(0U, skel->rodata->threshold_ns);
	EXPECT_FALSE(skel->rodata->rough_times);
	EXPECT_EQ(1001U, LOAD(.min_us = 1, .history = 16)->rodata->threshold_ns);
	/* A CPU that may be without a tick: a clock may be of any age. */
	nohz_full = "1-3\n";
	EXPECT_FALSE(LOAD(DEFAULTS)->rodata->rough_times);
	nohz_full = "\n";
	EXPECT_TRUE(LOAD(DEFAULTS)->rodata->rough_times);
	nohz_full = NULL;
	EXPECT_TRUE(LOAD(DEFAULTS)->rodata->rough_times);
}

TEST(pid_namespace)
{
	EXPECT_FALSE(LOAD(DEFAULTS)->rodata->in_pidns);
	pidns = 4026532000;
	EXPECT_TRUE(LOAD(DEFAULTS)->rodata->in_pidns);
	pidns = 0;
	EXPECT_FALSE(LOAD(DEFAULTS)->rodata->in_pidns);
}

TEST(modes)
{
	struct runqslower_bpf *skel = LOAD(DEFAULTS);

	EXPECT_FALSE(skel->rodata->count_lengths);
	EXPECT_FALSE(skel->rodata->shows_stacks);
	EXPECT_TRUE(LOAD(DEFAULTS, .stack = true)->rodata->shows_stacks);
	EXPECT_EQ(0, skel->rodata->preempt_count_at);
	EXPECT_TRUE(LOAD(DEFAULTS, .histogram = true)->rodata->count_lengths);
	EXPECT_TRUE(LOAD(DEFAULTS, .histogram = true, .summary = true)->rodata->count_lengths);
	EXPECT_TRUE(LOAD(DEFAULTS, .metrics = "x")->rodata->count_lengths);
	EXPECT_EQ(0, LOAD(DEFAULTS, .why = true)->rodata->preempt_count_at);
	skel = LOAD(DEFAULTS, .waker = true);
	EXPECT_EQ(-4096, skel->rodata->preempt_count_at);
	EXPECT_EQ(0xff0000U, skel->rodata->in_irq_mask);
	EXPECT_EQ(-4096, LOAD(DEFAULTS, .trace = "x")->rodata->preempt_count_at);
}

/* By CPU: their state, and what they have run. */
TEST(sizes_by_cpu)
{
	struct runqslower_bpf *skel;

	nr_cpus = 6;
	skel = LOAD(.why = true, .history = 128);
	EXPECT_EQ(6, max_cpus());
	EXPECT_EQ(6U, skel->rodata->nr_cpus);
	EXPECT_EQ(6U, bpf_map__max_entries(skel->maps.cpus));
	EXPECT_EQ(8U, skel->rodata->nr_chunks);
	EXPECT_EQ(48U, bpf_map__max_entries(skel->maps.history));
	nr_cpus = 1;
	EXPECT_EQ(1, max_cpus());
	/* Numbers can have gaps: the highest counts, not how many there are. */
	cpu_list = "0-3,8\n";
	EXPECT_EQ(9, max_cpus());
	EXPECT_EQ(9U, bpf_map__max_entries(LOAD(DEFAULTS)->maps.cpus));
	cpu_list = "2,4-11\n";
	EXPECT_EQ(12, max_cpus());
}

TEST(no_word_of_cpus)
{
	struct options opts = { DEFAULTS };

	nr_cpus = 0;
	EXPECT_EQ(0, max_cpus());
	EXPECT_EQ(NULL, tracer_load(&opts));
	EXPECT_EQ(0, nr_loads);
}

#define RING(...) (bpf_map__max_entries(LOAD(__VA_ARGS__)->maps.events) >> 10)

/*
 * In KiB: by CPUs, twice where waits are explained, four times if all are
 * reported.
 */
TEST(ring_size)
{
	static const struct {
		int cpus;
		__u32 size;
	} cases[] = {
		{ 1, 256 }, { 2, 256 }, { 3, 512 }, { 4, 512 }, { 5, 1024 }, { 32, 4096 },
		{ 33, 8192 }, { 64, 8192 }, { 65, 8192 }, { 8192, 8192 },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		nr_cpus = cases[i].cpus;
		EXPECT_EQ(cases[i].size, RING(DEFAULTS));
		EXPECT_EQ(2 * cases[i].size, RING(DEFAULTS, .why = true));
		EXPECT_EQ(4 * cases[i].size, RING(.min_us = 0, .history = 1024));
		EXPECT_EQ(8 * cases[i].size, RING(.min_us = 0, .history = 1024, .summary = true));
	}
	EXPECT_EQ(64U, RING(.min_us = 0, .history = 1024, .ring_size = 64 << 10));
	EXPECT_EQ(16384U, RING(DEFAULTS, .why = true, .ring_size = 16 << 20));
}

/* One ID is compared, several are looked up. */
TEST(ids)
{
	static __u32 ids[] = { 11, 22, 33 };
	struct runqslower_bpf *skel = LOAD(DEFAULTS);

	EXPECT_FALSE(skel->rodata->filter_tasks);
	EXPECT_FALSE(skel->rodata->follows);
	EXPECT_EQ(0U, skel->rodata->nr_tgids);
	EXPECT_EQ(0U, skel->rodata->nr_tids);
	skel = LOAD(DEFAULTS, .tgids = { ids, 1 });
	EXPECT_TRUE(skel->rodata->filter_tasks);
	EXPECT_EQ(1U, skel->rodata->nr_tgids);
	EXPECT_EQ(11U, skel->rodata->only_tgid);
	EXPECT_EQ(0U, skel->rodata->nr_tids);
	EXPECT_TRUE(uses(skel, "cpus events waits", PLAIN_PROGS " new_task"));
	EXPECT_STREQ("", updates);
	skel = LOAD(DEFAULTS, .tids = { ids + 1, 1 });
	EXPECT_TRUE(skel->rodata->filter_tasks);
	EXPECT_EQ(1U, skel->rodata->nr_tids);
	EXPECT_EQ(22U, skel->rodata->only_tid);
	EXPECT_EQ(0U, skel->rodata->nr_tgids);
	EXPECT_STREQ("", updates);
	skel = LOAD(DEFAULTS, .tgids = { ids, 2 });
	EXPECT_EQ(2U, skel->rodata->nr_tgids);
	EXPECT_EQ(2U, bpf_map__max_entries(skel->maps.tgids));
	EXPECT_TRUE(uses(skel, "cpus events waits tgids", PLAIN_PROGS " new_task"));
	EXPECT_STREQ("tgids 11 1\ntgids 22 1\n", updates);
	skel = LOAD(DEFAULTS, .tids = { ids + 1, 2 });
	EXPECT_TRUE(uses(skel, "cpus events waits tids", PLAIN_PROGS " new_task"));
	EXPECT_STREQ("tids 22 1\ntids 33 1\n", updates);
	skel = LOAD(DEFAULTS, .tids = { ids, 3 }, .tgids = { ids, 1 });
	EXPECT_EQ(3U, skel->rodata->nr_tids);
	EXPECT_EQ(3U, bpf_map__max_entries(skel->maps.tids));
	EXPECT_TRUE(uses(skel, "cpus events waits tids", PLAIN_PROGS " new_task"));
	EXPECT_STREQ("tids 11 1\ntids 22 1\ntids 33 1\n", updates);
}

TEST(comms_and_cgroups)
{
	static struct comm_key comms[] = { { 16, "ab" }, { 24, "xyz" } };
	static __u64 groups[] = { 1ULL << 32 | 5, 6 };
	struct runqslower_bpf *skel;

	skel = LOAD(DEFAULTS, .comms = comms, .nr_comms = 2);
	EXPECT_TRUE(skel->rodata->filter_tasks);
	EXPECT_TRUE(skel->rodata->filter_comms);
	EXPECT_EQ(2U, bpf_map__max_entries(skel->maps.comms));
	EXPECT_TRUE(uses(skel, "cpus events waits comms", PLAIN_PROGS " new_task"));
	EXPECT_STREQ("comms ab/16 1\ncomms xyz/24 1\n", updates);
	skel = LOAD(DEFAULTS, .comms = comms, .nr_comms = 1);
	EXPECT_TRUE(uses(skel, "cpus events waits comms", PLAIN_PROGS " new_task"));
	EXPECT_STREQ("comms ab/16 1\n", updates);
	/*
	 * Groups are not a filter of tasks: those that wake and run are in
	 * others.
	 */
	skel = LOAD(DEFAULTS, .cgroups = groups, .nr_cgroups = 2, .cgroups_v1 = true);
	EXPECT_FALSE(skel->rodata->filter_tasks);
	EXPECT_FALSE(skel->rodata->filter_comms);
	EXPECT_EQ(2U, skel->rodata->nr_cgroups);
	EXPECT_TRUE(skel->rodata->cgroups_v1);
	EXPECT_EQ(2U, bpf_map__max_entries(skel->maps.cgroups));
	EXPECT_STREQ("cgroups 4294967301 1\ncgroups 6 1\n", updates);
	EXPECT_FALSE(LOAD(DEFAULTS, .cgroups = groups, .nr_cgroups = 1)->rodata->cgroups_v1);
}

TEST(follows)
{
	struct runqslower_bpf *skel = LOAD(DEFAULTS, .command = command);

	EXPECT_TRUE(skel->rodata->follows);
	EXPECT_TRUE(skel->rodata->filter_tasks);
	EXPECT_STREQ("", updates);
}

TEST(cpus)
{
	static const struct options opts = {
		DEFAULTS, .filter_cpus = true, .cpu_mask = { 5, [127] = 1ULL << 63 },
	};
	struct runqslower_bpf *skel = load(&opts);

	EXPECT_TRUE(skel->rodata->filter_cpus);
	EXPECT_EQ(0, memcmp((void *)skel->rodata->cpu_mask, opts.cpu_mask, sizeof(opts.cpu_mask)));
	EXPECT_FALSE(LOAD(DEFAULTS)->rodata->filter_cpus);
}

/* --- attached: who does what in which order ------------------------------- */

static bool is_open(int fd)
{
	return fcntl(fd, F_GETFD) >= 0;
}

/* Tasks have their records before the first event can come. */
TEST(attach)
{
	static const struct options plain = { DEFAULTS }, why = { DEFAULTS, .why = true };
	struct runqslower_bpf *skel = load(&plain);

	EXPECT_EQ(0, tracer_attach(skel, &plain));
	EXPECT_STREQ("attach new_task\nattach existing_tasks\n"
		     "iterate existing_tasks\nattach rest\n", calls);
	EXPECT_EQ(3, iter_reads);
	EXPECT_FALSE(is_open(iter_fd));
	calls[0] = '\0';
	skel = load(&why);
	EXPECT_EQ(0, tracer_attach(skel, &why));
	EXPECT_STREQ("attach why_new_task\nattach why_existing_tasks\n"
		     "iterate why_existing_tasks\nattach rest\n", calls);
	/* By TID nothing has to be made for a new task. */
	calls[0] = '\0';
	load_errors[0] = -EINVAL;
	skel = load(&plain);
	EXPECT_EQ(0, tracer_attach(skel, &plain));
	EXPECT_STREQ("attach existing_tasks\niterate existing_tasks\nattach rest\n", calls);
}

TEST(attach_fails)
{
	static const char * const places[] = {
		"new_task", "existing_tasks", "iterate", "read", "rest",
	};
	static const struct options opts = { DEFAULTS };
	struct runqslower_bpf *skel;
	int err = 0;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(places); i++) {
		failing = places[i];
		calls[0] = '\0';
		skel = load(&opts);
		EXPECT_STREQ("cannot attach the BPF programs: Input/output error\n",
			     SAYS(err = tracer_attach(skel, &opts)));
		EXPECT_EQ(-EIO, err);
		/*
		 * And nothing more was done, but what had been begun was
		 * closed.
		 */
		if (strcmp(failing, "rest"))
			EXPECT_EQ(NULL, strstr(calls, "rest"));
		if (!strcmp(failing, "read"))
			EXPECT_FALSE(is_open(iter_fd));
	}
}

static int nr_pieces;

static bool piece(void *goes_on)
{
	nr_pieces++;
	return *(bool *)goes_on;
}

TEST(find_waiting)
{
	bool goes_on = true;
	struct runqslower_bpf *skel = LOAD(DEFAULTS, .stalled_ns = 1);

	skel->links.waiting_tasks = (void *)"waiting_tasks";
	EXPECT_EQ(0, tracer_find_waiting(skel, piece, &goes_on));
	EXPECT_STREQ("iterate waiting_tasks\n", calls);
	EXPECT_EQ(3, iter_reads);
	EXPECT_EQ(1, nr_pieces);
	EXPECT_FALSE(is_open(iter_fd));
	calls[0] = '\0';
	skel = LOAD(DEFAULTS, .stalled_ns = 1, .why = true);
	skel->links.why_waiting_tasks = (void *)"why_waiting_tasks";
	goes_on = false;
	EXPECT_EQ(0, tracer_find_waiting(skel, piece, &goes_on));
	EXPECT_STREQ("iterate why_waiting_tasks\n", calls);
	/* The second had something, and was enough. */
	EXPECT_EQ(2, iter_reads);
	EXPECT_FALSE(is_open(iter_fd));
	failing = "iterate";
	EXPECT_EQ(-EIO, tracer_find_waiting(skel, piece, &goes_on));
	failing = NULL;
}

/* --- what is read back ---------------------------------------------------- */

/* Of all CPUs, and anew each time. */
TEST(histogram)
{
	struct runqslower_bpf *skel;
	static struct histogram h;
	__u32 i;

	nr_cpus = 3;
	skel = LOAD(DEFAULTS, .histogram = true);
	EXPECT_EQ(0, tracer_histogram(skel, &h));
	EXPECT_EQ(0, tracer_histogram(skel, &h));
	for (i = 0; i < NR_BUCKETS; i++)
		ASSERT_EQ(6 * (i + 1000ULL), h.counts[i]);
	no_bucket = 70;
	EXPECT_EQ(-ENOENT, tracer_histogram(skel, &h));
	no_bucket = -1;
	nr_cpus = -ENOENT;
	EXPECT_EQ(-ENOENT, tracer_histogram(skel, &h));
	nr_cpus = 3;
}

/* Of all that are loaded, and no others. */
TEST(costs)
{
	struct runqslower_bpf *skel = LOAD(DEFAULTS);
	struct cost costs[32];
	char list[512] = "";
	size_t nr, i;

	nr = tracer_costs(skel, costs, ARRAY_SIZE(costs));
	ASSERT_EQ(5U, nr);
	for (i = 0; i < nr; i++) {
		EXPECT_EQ(strlen(costs[i].program), costs[i].runs);
		EXPECT_EQ(1000 * costs[i].runs, costs[i].ns);
		sprintf(list + strlen(list), " %s", costs[i].program);
	}
	EXPECT_TRUE(uses(skel, "cpus events waits", list));
	EXPECT_EQ(3U, tracer_costs(skel, costs, 3));
	failing = "sched_switch";
	EXPECT_EQ(4U, tracer_costs(skel, costs, ARRAY_SIZE(costs)));
}

TEST(limits_of_what_is_asked)
{
	struct options opts = { DEFAULTS, .why = true };
	struct runqslower_bpf *skel = LOAD(DEFAULTS, .why = true);

	skel->bss->cannot_tell = LIMIT_IRQ | LIMIT_WAKER;
	EXPECT_EQ(LIMIT_IRQ, tracer_limits(skel, &opts));
	opts.waker = true;
	EXPECT_EQ(LIMIT_IRQ | LIMIT_WAKER, tracer_limits(skel, &opts));
}

TEST(missed)
{
	struct runqslower_bpf *skel = LOAD(DEFAULTS);
	__u64 missed = tracer_missed(skel);

	/* All that are loaded, and only those. */
	EXPECT_EQ(321U, missed);
	missed = tracer_missed(LOAD(DEFAULTS, .why = true));
	EXPECT_EQ(7654000U, missed);
	missed = tracer_missed(LOAD(DEFAULTS, .waker = true));
	EXPECT_EQ(87654000U, missed);
	failing = "why_switch";
	EXPECT_EQ(7054000U, tracer_missed(LOAD(DEFAULTS, .why = true)));
}

TEST_HARNESS_MAIN
