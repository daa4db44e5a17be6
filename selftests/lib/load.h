/* SPDX-License-Identifier: GPL-2.0 */
/* Tasks that make each other wait, in ways that the test knows. */
#ifndef __LOAD_H
#define __LOAD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define NSEC_PER_MSEC	1000000ULL
#define NSEC_PER_SEC	1000000000ULL

uint64_t mono_ns(void);
pid_t my_tid(void);

/*
 * For the calling thread. False if that is not permitted. Children are
 * SCHED_OTHER.
 */
bool pin_to(int cpu);
bool set_fifo(int priority);
void set_name(const char *name);

/* The last CPU we may run on: the first one has the machine's own work. */
int last_cpu(void);

/* Keep the CPU busy until @until (mono_ns()). */
void spin_until(uint64_t until);

/*
 * Let SCHED_FIFO tasks keep a CPU for longer than a second, and put that right
 * again. False if it cannot be set.
 */
bool rt_throttling_off(void);
void rt_throttling_on(void);

/* Does the kernel limit real-time tasks? Not with sched_rt_runtime_us of -1. */
bool rt_is_throttled(void);

/*
 * Two victims, SCHED_FIFO 1, asleep, and a hog, SCHED_FIFO 2, that wakes both
 * and then keeps the CPU: three threads of a process of their own, all pinned
 * to one CPU and named rqs-victim, rqs-other and rqs-hog.
 */
struct starve {
	pid_t pid;			/* also the TID of the hog */
	pid_t victim, other;		/* TIDs */
	uint64_t woken_ns;		/* just before the hog woke them */
	uint64_t queued_ns;		/* and just after that */
	uint64_t end_ns;		/* just before it gave up the CPU */
	uint64_t victim_ran_ns;		/* when each was running after that */
	uint64_t other_ran_ns;
	/* The rest is private. */
	int cpu;
	uint64_t ns;
	int command, started, released, wake, done;
};

/* NULL if real-time priority is not permitted. Ended by starve_end(). */
struct starve *starve_new(int cpu);

/*
 * Returns when all three are asleep: nothing of them begins or ends until the
 * next call.
 */
void starve_settle(struct starve *s);

/*
 * Have the hog keep the CPU for @ns. Returns when the victims have run after
 * it.
 */
void starve_for(struct starve *s, uint64_t ns);

/*
 * The same in two halves: returns when the victims wait; starve_release() ends
 * that (at the latest it ends by itself after 20 s) and returns when they have
 * run.
 */
void starve_begin(struct starve *s);
void starve_release(struct starve *s);

void starve_end(struct starve *s);

/* A task of the load, as it was when it ended. */
struct load_task {
	pid_t tid;
	char name[16];
	uint64_t run_delay;		/* field 2 of schedstat */
};

#define MAX_LOAD_TASKS	256

#define MAX_SAMPLES	65536

/* How long the tasks had run by then: the kernel's own sum_exec_runtime. */
struct load_sample {
	uint64_t ns;			/* mono_ns() before they were read */
	uint64_t until;			/* and after */
	uint64_t runtime[MAX_LOAD_TASKS];
};

struct load {
	size_t nr;
	struct load_task tasks[MAX_LOAD_TASKS];
	size_t nr_samples;		/* about one each ms */
	struct load_sample samples[MAX_SAMPLES];
};

/*
 * A mixed load for @ns: spinners, sleepers, tasks that change CPU, pairs that
 * play ping-pong, storms of forks. All names begin with "rqs-"; those of
 * spinners with "rqs-spin". Returns when all of it has ended; freed by
 * load_free(). The children of the storms are not among the tasks.
 */
struct load *mixed_load(uint64_t ns);

/*
 * Tasks that go to sleep all the time, on one CPU, and one of real-time
 * priority that often comes in between. Otherwise as mixed_load().
 */
struct load *sleepy_load(uint64_t ns);
void load_free(struct load *load);

/*
 * The most that @tid can have run from @from to @to: between the samples
 * around. UINT64_MAX if it is not of the load, or there are no such samples.
 */
uint64_t load_runtime(const struct load *load, pid_t tid, uint64_t from, uint64_t to);

/*
 * The CPU that @pid has run on last: field 39 of its stat, -1 if it has gone.
 */
int cpu_of(pid_t pid);

/*
 * How long the calling thread has waited for a CPU, in ns: field 2 of its
 * schedstat.
 */
uint64_t my_run_delay(void);

/* Does this kernel note when a task was queued (CONFIG_SCHED_INFO)? */
bool notes_queueing(void);

/* The number behind @key in the status of @pid; 0 if there is none. */
unsigned long long in_status(pid_t pid, const char *key, int base);

/* The time that all CPUs but @except have been idle, in ns. */
uint64_t idle_ns(int except);

#endif /* __LOAD_H */
