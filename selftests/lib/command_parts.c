// SPDX-License-Identifier: GPL-2.0
#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "load.h"
#include "command_parts.h"

static const char *program;		/* to be executed */

/* --- waits ---------------------------------------------------------------- */

static void say(const char *name)
{
	set_name(name);
	dprintf(STDOUT_FILENO, "%s %d\n", name, my_tid());
}

/* Say so, and be woken some times, which is a wait each. */
static void be_woken(const char *name)
{
	int i;

	say(name);
	for (i = 0; i < 20; i++)
		usleep(1000);
}

static int waits(char **args)
{
	be_woken(args[0]);
	return 0;
}

static void *thread_waits(void *name)
{
	be_woken(name);
	return NULL;
}

static void *thread_execs(void *name)
{
	say("rqs-thread-2");
	execl(program, program, "--part", "waits", name, NULL);
	abort();
}

/* Its parent has ended when it waits. */
static void double_fork(void)
{
	int gone[2];
	char end;

	say("rqs-middle");
	if (pipe(gone))
		abort();
	if (fork())
		_exit(0);
	close(gone[1]);
	if (read(gone[0], &end, 1))
		abort();
	be_woken("rqs-orphan");
	_exit(0);
}

const char * const tree_members[] = {
	"rqs-command", "rqs-thread", "rqs-child", "rqs-orphan", "rqs-exec", "rqs-late-exec",
	NULL
};

/* A command that starts others in each way there is, and outlives them. */
static int tree(char **args)
{
	pthread_t thread;
	int left[2];
	char end;

	if (!pin_to(last_cpu()) || pipe(left))
		abort();
	say("rqs-command");
	pthread_create(&thread, NULL, thread_waits, "rqs-thread");
	if (!fork()) {
		be_woken("rqs-child");
		_exit(0);
	}
	if (!fork())
		double_fork();
	if (!fork())
		execl(program, program, "--part", "waits", "rqs-exec", NULL);
	if (!fork()) {
		say("rqs-leader");
		pthread_create(&thread, NULL, thread_execs, "rqs-late-exec");
		pause();
	}
	be_woken("rqs-command");
	pthread_join(thread, NULL);
	/* All have the other end open, until they end. */
	close(left[1]);
	return read(left[0], &end, 1);
}

static void say_delay(void)
{
	printf("%llu\n", (unsigned long long)my_run_delay());
	fflush(stdout);
}

static void *thread_is_busy(void *arg)
{
	spin_until(mono_ns() + NSEC_PER_SEC);
	say_delay();
	return arg;
}

/* Three tasks on one CPU, which say how long the kernel had them wait. */
static int busy(char **args)
{
	pthread_t thread;
	pid_t child;

	if (!pin_to(last_cpu()))
		abort();
	child = fork();
	if (!child) {
		thread_is_busy(NULL);
		_exit(0);
	}
	pthread_create(&thread, NULL, thread_is_busy, NULL);
	spin_until(mono_ns() + NSEC_PER_SEC);
	pthread_join(thread, NULL);
	waitpid(child, NULL, 0);
	say_delay();
	return 0;
}

/* What it takes of linux/io_uring.h, which not every machine has. */
struct ring_params {
	uint32_t entries, unused[9];
	struct {
		uint32_t head, tail, unused[4], array, unused_2[3];
	} sq;
	uint32_t cq[10];
};

struct ring_entry {
	uint8_t opcode;			/* 0: nothing */
	uint8_t flags;
	uint8_t unused[62];
};

#define RING_ASYNC		(1 << 4)	/* a kernel thread is to do it */
#define RING_AWAIT		1
#define RING_ENTRIES		0x10000000	/* offset */

static void *map(int fd, size_t size, off_t offset)
{
	void *at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, offset);

	return at == MAP_FAILED ? NULL : at;
}

/* Is there a thread of this process that only works for io_uring? */
static bool has_worker(void)
{
	DIR *dir = opendir("/proc/self/task");
	char path[300], comm[32] = "";
	struct dirent *entry;
	bool found = false;
	FILE *f;

	while (dir && !found && (entry = readdir(dir))) {
		snprintf(path, sizeof(path), "/proc/self/task/%s/comm", entry->d_name);
		f = fopen(path, "r");
		found = f && fgets(comm, sizeof(comm), f) && !strncmp(comm, "iou-wrk-", 8);
		if (f)
			fclose(f);
	}
	if (dir)
		closedir(dir);
	return found;
}

/*
 * A thread that the kernel makes for this process, without a fork, does nothing
 * for it. Before 5.12 the kernel has threads of its own for that.
 */
static int io_uring(char **args)
{
	struct ring_params params = {};
	int fd = syscall(SYS_io_uring_setup, 1, &params);
	struct ring_entry *entry;
	char *ring;

	if (fd < 0)
		return 4;
	ring = map(fd, params.sq.array + sizeof(uint32_t), 0);
	entry = map(fd, sizeof(*entry), RING_ENTRIES);
	if (!ring || !entry)
		return 4;
	memset(entry, 0, sizeof(*entry));
	entry->flags = RING_ASYNC;
	*(uint32_t *)(ring + params.sq.array) = 0;
	__atomic_store_n((uint32_t *)(ring + params.sq.tail), 1, __ATOMIC_RELEASE);
	if (syscall(SYS_io_uring_enter, fd, 1, 1, RING_AWAIT, NULL, 0) != 1)
		return 1;
	return has_worker() ? 0 : 4;
}

/* --- signals and streams -------------------------------------------------- */

/* Say who it is, then which signals come; end after so many. */
static int told(char **args)
{
	int nr = atoi(args[0]), sig;
	sigset_t signals;

	if (args[2] && setuid(atoi(args[2])))
		return 4;
	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGQUIT);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGHUP);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	dprintf(STDOUT_FILENO, "%d\n", getpid());
	while (nr--) {
		sigwait(&signals, &sig);
		dprintf(STDOUT_FILENO, "%d\n", sig);
	}
	return atoi(args[1]);
}

static int reads(char **args)
{
	char c;

	while (read(STDIN_FILENO, &c, 1) > 0)
		;
	return atoi(args[0]);
}

/* Say what a process inherits. */
static int inherits(char **args)
{
	static const char * const keys[] = {
		"Uid", "Gid", "Groups", "Umask", "Sig", "Cap", "NoNewPrivs", "Seccomp",
	};
	FILE *f = fopen("/proc/self/status", "re");
	struct rlimit memlock;
	char line[512];
	size_t i;
	int fd;

	while (f && fgets(line, sizeof(line), f)) {
		for (i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
			/* SigQ counts what others of this user have queued. */
			if (!strncmp(line, keys[i], strlen(keys[i])) && strncmp(line, "SigQ", 4))
				fputs(line, stdout);
		}
	}
	if (f)
		fclose(f);
	getrlimit(RLIMIT_MEMLOCK, &memlock);
	printf("memlock %llu\n", (unsigned long long)memlock.rlim_cur);
	printf("nice %d, group %d\n", getpriority(PRIO_PROCESS, 0), getpgrp());
	for (fd = 0; fd < 256; fd++) {
		if (fcntl(fd, F_GETFD) >= 0)
			printf("fd %d\n", fd);
	}
	return 0;
}

int play_part(const char *path, char **args)
{
	static const struct {
		const char *name;
		int (*play)(char **args);
	} parts[] = {
		{ "waits", waits }, { "tree", tree }, { "busy", busy },
		{ "io_uring", io_uring }, { "told", told }, { "reads", reads },
		{ "inherits", inherits }, {}
	};
	int i;

	program = path;
	for (i = 0; parts[i].name; i++) {
		if (!strcmp(args[0], parts[i].name))
			return parts[i].play(args + 1);
	}
	return 99;
}
