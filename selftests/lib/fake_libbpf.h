/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What libbpf and the kernel answer to tracer.c: programs are opened, but never
 * loaded. A test links this with --wrap of each function that is called here
 * __wrap_*. A test may change what follows.
 */
#ifndef __FAKE_LIBBPF_H
#define __FAKE_LIBBPF_H

#include <linux/types.h>

/* The machine. */
extern int nr_cpus;
extern long tick_ns;
extern unsigned long pidns;		/* inode of our PID namespace; 0: unknown */
extern const char *nohz_full, *pid_max, *threads_max;	/* files; NULL: none */
extern const char *cpu_list;		/* the possible CPUs, "": those of nr_cpus */
extern int core_scheduling;		/* what prctl() returns */

/* -errno of the first and the second try to load, and the number of tries */
extern int load_errors[2], nr_loads;
/* The map that libbpf says it cannot make, NULL: none. */
extern const char *no_map;

/* What was put into maps: "NAME KEY VALUE", one after the other. */
extern char updates[4096];
extern int update_error;		/* -errno of each of these */

/* "CALL NAME" of those that attach, one after the other */
extern char calls[1024];
extern const char *failing;		/* this call fails, with EIO */
extern int iter_fd, iter_reads;		/* of the last iterator; 0: none yet */
extern __u32 no_bucket;			/* of the histogram: cannot be read */

/* A map or program and its file descriptor. NAME is kept. */
int fd_of(const char *name);
const char *name_of(int fd);

#endif /* __FAKE_LIBBPF_H */
