// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include "util/preempt_count.h"
#include "runqslower.h"
#include "fake_libbpf.h"

int nr_cpus = 2;
long tick_ns = 4000000;
unsigned long pidns = 0xEFFFFFFC;
const char *nohz_full = "(null)\n", *pid_max = "4194304\n", *threads_max = "2000\n";
const char *cpu_list = "";
int core_scheduling = -1;
int load_errors[2], nr_loads;
char updates[4096];
int update_error;
char calls[1024];
const char *failing;
int iter_fd, iter_reads;
__u32 no_bucket = NR_BUCKETS;

/* --- what they call ------------------------------------------------------- */

/* CPUs 0 to nr_cpus - 1, unless the test sets cpu_list; NULL: not to be had. */
static const char *possible(void)
{
	static char text[32];

	if (cpu_list[0])
		return cpu_list;
	if (nr_cpus == 1)
		return "0\n";
	snprintf(text, sizeof(text), "0-%d\n", nr_cpus - 1);
	return nr_cpus ? text : NULL;
}

FILE *__real_fopen(const char *path, const char *mode);

FILE *__wrap_fopen(const char *path, const char *mode)
{
	const char *text;

	if (!strcmp(path, "/sys/devices/system/cpu/nohz_full"))
		text = nohz_full;
	else if (!strcmp(path, "/sys/devices/system/cpu/possible"))
		text = possible();
	else if (!strcmp(path, "/proc/sys/kernel/pid_max"))
		text = pid_max;
	else if (!strcmp(path, "/proc/sys/kernel/threads-max"))
		text = threads_max;
	else
		return __real_fopen(path, mode);
	return text ? fmemopen((void *)text, strlen(text), "r") : NULL;
}

int __wrap_prctl(int op, unsigned long sub, unsigned long pid, unsigned long type,
		 __u64 *cookie)
{
	if (op != PR_SCHED_CORE || sub != PR_SCHED_CORE_GET || pid || type || !cookie)
		abort();
	*cookie = 0;
	return core_scheduling;
}

int __real_stat(const char *path, struct stat *st);

int __wrap_stat(const char *path, struct stat *st)
{
	if (strcmp(path, "/proc/self/ns/pid"))
		return __real_stat(path, st);
	st->st_ino = pidns;
	return pidns ? 0 : -1;
}

int __wrap_clock_getres(clockid_t clock, struct timespec *res)
{
	*res = (struct timespec) { .tv_nsec = clock == CLOCK_MONOTONIC_COARSE ? tick_ns : 1 };
	return 0;
}

int __wrap_libbpf_num_possible_cpus(void)
{
	return nr_cpus;
}

void bpf_failure(const char *what, int err)
{
	fprintf(stderr, "cannot %s: %s\n", what, strerror(-err));
}

struct preempt_count find_preempt_count(void)
{
	return (struct preempt_count) { .offset = -4096, .in_irq_mask = 0xff0000 };
}

static libbpf_print_fn_t print;
const char *no_map;

libbpf_print_fn_t __real_libbpf_set_print(libbpf_print_fn_t fn);

libbpf_print_fn_t __wrap_libbpf_set_print(libbpf_print_fn_t fn)
{
	print = fn;
	return __real_libbpf_set_print(fn);
}

static void libbpf_says(enum libbpf_print_level level, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	print(level, format, ap);
	va_end(ap);
}

int __wrap_bpf_object__load_skeleton(struct bpf_object_skeleton *s)
{
	if (no_map) {
		libbpf_says(LIBBPF_WARN, "libbpf: map '%s': failed to create: -ENOMEM\n", no_map);
		libbpf_says(LIBBPF_WARN, "libbpf: failed to load object '%s'\n", "runqslower_bpf");
	}
	return load_errors[nr_loads++];
}

/* --- maps and programs have a file descriptor by their name --------------- */

static const char *names[64];

int fd_of(const char *name)
{
	int i;

	for (i = 0; names[i] && strcmp(names[i], name); i++)
		;
	names[i] = name;
	return 1000 + i;
}

const char *name_of(int fd)
{
	return fd < 1000 ? "none" : names[fd - 1000];
}

int __wrap_bpf_map__fd(const struct bpf_map *map)
{
	return fd_of(bpf_map__name(map));
}

int __wrap_bpf_program__fd(const struct bpf_program *prog)
{
	return fd_of(bpf_program__name(prog));
}

int __wrap_bpf_map_update_elem(int fd, const void *key, const void *value, __u64 flags)
{
	const char *name = name_of(fd);
	const struct comm_key *comm = key;
	char *end = updates + strlen(updates);
	__u64 id = 0;

	if (!strcmp(name, "comms")) {
		sprintf(end, "%s %s/%u %d\n", name, comm->comm, comm->prefixlen, *(__u8 *)value);
	} else {
		memcpy(&id, key, strcmp(name, "cgroups") ? 4 : 8);
		sprintf(end, "%s %llu %d\n", name, id, *(__u8 *)value);
	}
	return update_error;
}

/* --- attached: who does what in which order ------------------------------- */

static void note(const char *what, const char *name)
{
	sprintf(calls + strlen(calls), "%s %s\n", what, name);
}

struct bpf_link *__wrap_bpf_program__attach(const struct bpf_program *prog)
{
	const char *name = bpf_program__name(prog);

	note("attach", name);
	errno = EIO;
	return failing && !strcmp(failing, name) ? NULL : (void *)name;
}

int __wrap_bpf_link__fd(const struct bpf_link *link)
{
	return fd_of((const char *)link);
}

int __wrap_bpf_iter_create(int link_fd)
{
	note("iterate", name_of(link_fd));
	iter_reads = 0;
	iter_fd = open("/dev/null", O_RDONLY);
	errno = EIO;
	return failing && !strcmp(failing, "iterate") ? -1 : iter_fd;
}

ssize_t __real_read(int fd, void *buf, size_t size);

/* What an iterator may answer before it is done. */
ssize_t __wrap_read(int fd, void *buf, size_t size)
{
	if (!iter_fd || fd != iter_fd)
		return __real_read(fd, buf, size);
	errno = iter_reads == 0 ? EAGAIN : EIO;
	switch (iter_reads++) {
	case 0:
		return -1;
	case 1:
		return 8;
	default:
		return failing && !strcmp(failing, "read") ? -1 : 0;
	}
}

int __wrap_bpf_object__attach_skeleton(struct bpf_object_skeleton *s)
{
	note("attach", "rest");
	return failing && !strcmp(failing, "rest") ? -EIO : 0;
}

/* --- what is read back ---------------------------------------------------- */

int __wrap_bpf_map_lookup_elem(int fd, const void *key, void *value)
{
	__u64 *counts = value;
	__u32 bucket = *(__u32 *)key;
	int cpu;

	if (strcmp(name_of(fd), "waits_by_length") || bucket >= NR_BUCKETS || bucket == no_bucket)
		return -ENOENT;
	for (cpu = 0; cpu < nr_cpus; cpu++)
		counts[cpu] = (cpu + 1) * (bucket + 1000ULL);
	return 0;
}

int __wrap_bpf_obj_get_info_by_fd(int fd, void *info, __u32 *len)
{
	struct bpf_prog_info *prog = info;
	const char *name = name_of(fd);

	if (*len != sizeof(*prog))
		return -EINVAL;
	prog->run_cnt = strlen(name);
	prog->run_time_ns = 1000 * strlen(name);
	prog->recursion_misses = !strcmp(name, "sched_wakeup") ? 1 :
				 !strcmp(name, "sched_wakeup_new") ? 20 :
				 !strcmp(name, "sched_switch") ? 300 :
				 !strcmp(name, "why_wakeup") ? 4000 :
				 !strcmp(name, "why_wakeup_new") ? 50000 :
				 !strcmp(name, "why_switch") ? 600000 :
				 !strcmp(name, "why_migrate") ? 7000000 :
				 !strcmp(name, "why_waking") ? 80000000 : 0;
	return failing && !strcmp(failing, name) ? -EIO : 0;
}
