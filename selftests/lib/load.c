// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "load.h"

uint64_t mono_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * NSEC_PER_SEC + ts.tv_nsec;
}

pid_t my_tid(void)
{
	return syscall(SYS_gettid);
}

bool pin_to(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	return !sched_setaffinity(0, sizeof(set), &set);
}

bool set_fifo(int priority)
{
	struct sched_param param = { .sched_priority = priority };

	return !sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &param);
}

/* A task that exits with real-time priority can starve what it waits for. */
static void set_other(pid_t tid)
{
	struct sched_param param = {};

	sched_setscheduler(tid, SCHED_OTHER, &param);
}

void set_name(const char *name)
{
	prctl(PR_SET_NAME, name);
}

int last_cpu(void)
{
	int cpu, last = 0;
	cpu_set_t set;

	sched_getaffinity(0, sizeof(set), &set);
	for (cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (CPU_ISSET(cpu, &set))
			last = cpu;
	}
	return last;
}

void spin_until(uint64_t until)
{
	while (mono_ns() < until)
		;
}

#define RT_RUNTIME	"/proc/sys/kernel/sched_rt_runtime_us"

static char rt_runtime[32];

static bool write_file(const char *path, const char *s)
{
	int fd = open(path, O_WRONLY);
	bool ok = fd >= 0 && write(fd, s, strlen(s)) == (ssize_t)strlen(s);

	close(fd);
	return ok;
}

static bool read_rt_runtime(char *to, size_t size)
{
	int fd = open(RT_RUNTIME, O_RDONLY);
	ssize_t len = read(fd, to, size - 1);

	close(fd);
	if (len <= 0)
		return false;
	to[len] = '\0';
	return true;
}

bool rt_is_throttled(void)
{
	char runtime[sizeof(rt_runtime)];

	return read_rt_runtime(runtime, sizeof(runtime)) && atol(runtime) > 0;
}

bool rt_throttling_off(void)
{
	return read_rt_runtime(rt_runtime, sizeof(rt_runtime)) && write_file(RT_RUNTIME, "-1");
}

void rt_throttling_on(void)
{
	write_file(RT_RUNTIME, rt_runtime);
}

static void futex_wait(int *word, int value)
{
	syscall(SYS_futex, word, FUTEX_WAIT, value, NULL, NULL, 0);
}

static void futex_wake(int *word)
{
	syscall(SYS_futex, word, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}

static int get(int *word)
{
	return __atomic_load_n(word, __ATOMIC_SEQ_CST);
}

static void set(int *word, int value)
{
	__atomic_store_n(word, value, __ATOMIC_SEQ_CST);
	futex_wake(word);
}

static void add(int *word, int value)
{
	__atomic_add_fetch(word, value, __ATOMIC_SEQ_CST);
	futex_wake(word);
}

/* Return when @word has at least @value. */
static void await(int *word, int value)
{
	int now;

	while ((now = get(word)) < value)
		futex_wait(word, now);
}

static void *share(size_t size)
{
	void *mem = mmap(NULL, size, PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (mem == MAP_FAILED)
		abort();
	return mem;
}

static bool is_asleep(pid_t pid, pid_t tid)
{
	char path[64], stat[256];
	ssize_t len;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/stat", pid, tid);
	fd = open(path, O_RDONLY);
	len = read(fd, stat, sizeof(stat) - 1);
	close(fd);
	stat[len > 0 ? len : 0] = '\0';
	return strstr(stat, ") S ");
}

static void victim(struct starve *s, const char *name, pid_t *tid, uint64_t *ran_ns)
{
	int round = 0;

	set_name(name);
	set_fifo(1);
	*tid = my_tid();
	for (;;) {
		await(&s->wake, ++round);
		*ran_ns = mono_ns();
		add(&s->done, 1);
	}
}

static void *victim_main(void *s)
{
	struct starve *starve = s;

	victim(starve, "rqs-victim", &starve->victim, &starve->victim_ran_ns);
	return NULL;
}

static void *other_main(void *s)
{
	struct starve *starve = s;

	victim(starve, "rqs-other", &starve->other, &starve->other_ran_ns);
	return NULL;
}

static void hog_main(struct starve *s)
{
	pthread_t thread;
	int round = 0;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	set_name("rqs-hog");
	pin_to(s->cpu);
	pthread_create(&thread, NULL, victim_main, s);
	pthread_create(&thread, NULL, other_main, s);
	if (!set_fifo(2))
		_exit(1);
	for (;;) {
		await(&s->command, ++round);
		s->woken_ns = mono_ns();
		set(&s->wake, round);
		s->queued_ns = mono_ns();
		set(&s->started, round);
		while (mono_ns() < s->woken_ns + s->ns && get(&s->released) < round)
			;
		s->end_ns = mono_ns();
	}
}

struct starve *starve_new(int cpu)
{
	struct starve *s = share(sizeof(*s));
	pid_t pid;

	s->cpu = cpu;
	pid = fork();
	if (!pid)
		hog_main(s);
	s->pid = pid;
	do {
		if (waitpid(pid, NULL, WNOHANG)) {
			munmap(s, sizeof(*s));
			return NULL;
		}
		sched_yield();
	} while (!is_asleep(s->pid, s->pid) || !s->victim ||
		 !is_asleep(s->pid, s->victim) || !s->other ||
		 !is_asleep(s->pid, s->other));
	return s;
}

void starve_settle(struct starve *s)
{
	while (!is_asleep(s->pid, s->victim) || !is_asleep(s->pid, s->other) ||
	       !is_asleep(s->pid, s->pid))
		sched_yield();
}

static void starve_command(struct starve *s, uint64_t ns)
{
	starve_settle(s);
	s->ns = ns;
	add(&s->command, 1);
	await(&s->started, get(&s->command));
}

void starve_for(struct starve *s, uint64_t ns)
{
	starve_command(s, ns);
	await(&s->done, 2 * get(&s->command));
}

void starve_begin(struct starve *s)
{
	starve_command(s, 20 * NSEC_PER_SEC);
}

void starve_release(struct starve *s)
{
	set(&s->released, get(&s->command));
	await(&s->done, 2 * get(&s->command));
}

void starve_end(struct starve *s)
{
	set_other(s->pid);
	set_other(s->victim);
	set_other(s->other);
	kill(s->pid, SIGKILL);
	waitpid(s->pid, NULL, 0);
	munmap(s, sizeof(*s));
}

uint64_t my_run_delay(void)
{
	unsigned long long run, delay = 0;
	FILE *f = fopen("/proc/thread-self/schedstat", "r");

	if (f) {
		if (fscanf(f, "%llu %llu", &run, &delay) != 2)
			delay = 0;
		fclose(f);
	}
	return delay;
}

bool notes_queueing(void)
{
	return !access("/proc/self/schedstat", F_OK);
}

struct worker {
	void (*main)(struct worker *w);
	const char *name;
	int cpu;			/* -1: any */
	int *ball;			/* of a pair */
	int side;
	/* Set when it is started. */
	struct load *load;
	uint64_t until;
	int nr;
	pthread_t thread;
};

static void spinner(struct worker *w)
{
	spin_until(w->until);
}

/* Sleeps of 50 us to 3 ms, then a little work. */
static void sleeper(struct worker *w)
{
	unsigned int seed = w->nr;

	while (mono_ns() < w->until) {
		usleep(50 + rand_r(&seed) % 3000);
		spin_until(mono_ns() + rand_r(&seed) % 200000);
	}
}

/* Moves itself between the CPUs, as the load balancer would. */
static void mover(struct worker *w)
{
	int cpu = 0, last = last_cpu();

	while (mono_ns() < w->until) {
		pin_to(cpu++ % (last + 1));
		spin_until(mono_ns() + 3 * NSEC_PER_MSEC);
	}
}

static void pingpong(struct worker *w)
{
	struct timespec limit = { .tv_nsec = 10 * NSEC_PER_MSEC };

	while (mono_ns() < w->until) {
		if (get(w->ball) % 2 == w->side) {
			add(w->ball, 1);
			spin_until(mono_ns() + 20000);
			continue;
		}
		syscall(SYS_futex, w->ball, FUTEX_WAIT, 1 - w->side, &limit,
			NULL, 0);
	}
}

static void dozer(struct worker *w)
{
	while (mono_ns() < w->until)
		usleep(1);
}

static void ticker(struct worker *w)
{
	unsigned int seed = w->nr;

	set_fifo(1);
	while (mono_ns() < w->until) {
		usleep(10 + rand_r(&seed) % 100);
		spin_until(mono_ns() + 20000);
	}
	set_other(my_tid());
}

static void storm(struct worker *w)
{
	pid_t pid;

	while (mono_ns() < w->until) {
		pid = fork();
		if (!pid) {
			spin_until(mono_ns() + 300000);
			usleep(200);
			_exit(0);
		}
		waitpid(pid, NULL, 0);
		usleep(500);
	}
}

static void *worker_main(void *arg)
{
	struct worker *w = arg;
	struct load_task *task;
	char name[16];

	snprintf(name, sizeof(name), "rqs-%s%d", w->name, w->nr);
	set_name(name);
	if (w->cpu >= 0)
		pin_to(w->cpu);
	task = &w->load->tasks[w->nr];
	memcpy(task->name, name, sizeof(name));
	task->tid = my_tid();
	w->main(w);
	task->run_delay = my_run_delay();
	return NULL;
}

/* A thread's CPU clock, for others of its process: MAKE_THREAD_CPUCLOCK() */
static clockid_t cpu_clock_of(pid_t tid)
{
	return ~(clockid_t)tid << 3 | 4 | 2;
}

struct sampler {
	struct load *load;
	uint64_t until;
	pthread_t thread;
};

static void *sample(void *arg)
{
	struct sampler *s = arg;
	struct load_sample *sample;
	struct timespec ts;
	size_t i;

	set_name("rqs-sampler");
	set_fifo(1);
	while (mono_ns() < s->until && s->load->nr_samples < MAX_SAMPLES) {
		sample = &s->load->samples[s->load->nr_samples++];
		sample->ns = mono_ns();
		for (i = 0; i < s->load->nr; i++) {
			if (!s->load->tasks[i].tid ||
			    clock_gettime(cpu_clock_of(s->load->tasks[i].tid), &ts))
				continue;
			sample->runtime[i] = ts.tv_sec * NSEC_PER_SEC + ts.tv_nsec;
		}
		sample->until = mono_ns();
		usleep(1000);
	}
	set_other(my_tid());
	return NULL;
}

uint64_t load_runtime(const struct load *load, pid_t tid, uint64_t from, uint64_t to)
{
	const struct load_sample *before, *after;
	size_t low, high, mid, i;

	for (i = 0; i < load->nr && load->tasks[i].tid != tid; i++)
		;
	if (i == load->nr)
		return UINT64_MAX;
	/* The first that was begun at @to or later; */
	for (low = 0, high = load->nr_samples; low < high;) {
		mid = (low + high) / 2;
		if (load->samples[mid].ns < to)
			low = mid + 1;
		else
			high = mid;
	}
	after = load->samples + low;
	if (low == load->nr_samples)
		return UINT64_MAX;
	/* from there back, the last that was done at @from. */
	for (before = after; before >= load->samples && before->until > from; before--)
		;
	if (before < load->samples || !before->runtime[i] || !after->runtime[i])
		return UINT64_MAX;
	return after->runtime[i] - before->runtime[i];
}

/* Of a shared address space: the process that load is built in. */
struct plan {
	struct load *load;
	struct worker *workers, *next;
	int *balls;
};

static void add_worker(struct plan *plan, struct worker w)
{
	*plan->next++ = w;
}

static void plan_mixed(struct plan *plan)
{
	int nr_cpus = last_cpu() + 1, i;

	if (nr_cpus > 8)
		nr_cpus = 8;
	for (i = 0; i < nr_cpus; i++) {
		add_worker(plan, (struct worker){ spinner, "spin", i });
		add_worker(plan, (struct worker){ spinner, "spin", i });
		add_worker(plan, (struct worker){ sleeper, "sleep", i });
		add_worker(plan, (struct worker){ sleeper, "sleep", -1 });
		add_worker(plan, (struct worker){ mover, "move", -1 });
		add_worker(plan, (struct worker){ pingpong, "ping", -1,
						  &plan->balls[i], 0 });
		add_worker(plan, (struct worker){ pingpong, "pong", -1,
						  &plan->balls[i], 1 });
	}
	add_worker(plan, (struct worker){ storm, "storm", -1 });
}

static void plan_sleepy(struct plan *plan)
{
	int cpu = last_cpu(), i;

	add_worker(plan, (struct worker){ ticker, "tick", cpu });
	for (i = 0; i < 6; i++)
		add_worker(plan, (struct worker){ dozer, "doze", cpu });
}

/* In a process of its own, so that forking does not copy the test. */
static struct load *run_load(void (*make_plan)(struct plan *plan), uint64_t ns)
{
	struct plan plan = { .load = share(sizeof(*plan.load)) };
	struct sampler sampler = { plan.load, mono_ns() + ns };
	struct worker *w;
	pid_t pid;

	pid = fork();
	if (pid) {
		waitpid(pid, NULL, 0);
		return plan.load;
	}
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	plan.workers = calloc(MAX_LOAD_TASKS, sizeof(*plan.workers));
	plan.next = plan.workers;
	plan.balls = calloc(MAX_LOAD_TASKS, sizeof(*plan.balls));
	make_plan(&plan);
	plan.load->nr = plan.next - plan.workers;
	for (w = plan.workers; w < plan.next; w++) {
		w->nr = w - plan.workers;
		w->load = plan.load;
		w->until = mono_ns() + ns;
		pthread_create(&w->thread, NULL, worker_main, w);
	}
	pthread_create(&sampler.thread, NULL, sample, &sampler);
	for (w = plan.workers; w < plan.next; w++)
		pthread_join(w->thread, NULL);
	pthread_join(sampler.thread, NULL);
	_exit(0);
}

struct load *mixed_load(uint64_t ns)
{
	return run_load(plan_mixed, ns);
}

struct load *sleepy_load(uint64_t ns)
{
	return run_load(plan_sleepy, ns);
}

void load_free(struct load *load)
{
	munmap(load, sizeof(*load));
}

int cpu_of(pid_t pid)
{
	char path[64], stat[1024] = "", *s;
	int field = 2;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	f = fopen(path, "r");
	if (f) {
		if (!fgets(stat, sizeof(stat), f))
			stat[0] = '\0';
		fclose(f);
	}
	/* The name, field 2, can have anything in it. */
	for (s = strrchr(stat, ')'); s && field < 39; field++)
		s = strchr(s + 1, ' ');
	return s ? atoi(s) : -1;
}

unsigned long long in_status(pid_t pid, const char *key, int base)
{
	unsigned long long number = 0;
	char path[64], line[256];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	f = fopen(path, "r");
	while (f && fgets(line, sizeof(line), f)) {
		if (!strncmp(line, key, strlen(key)) && line[strlen(key)] == ':')
			number = strtoull(line + strlen(key) + 1, NULL, base);
	}
	if (f)
		fclose(f);
	return number;
}

uint64_t idle_ns(int except)
{
	unsigned long long idle, sum = 0;
	FILE *f = fopen("/proc/stat", "r");
	char line[512];
	int cpu;

	while (f && fgets(line, sizeof(line), f)) {
		/* The first line, of all CPUs, has no number. */
		if (line[3] != ' ' &&
		    sscanf(line, "cpu%d %*u %*u %*u %llu", &cpu, &idle) == 2 && cpu != except)
			sum += idle;
	}
	if (f)
		fclose(f);
	return sum * NSEC_PER_SEC / sysconf(_SC_CLK_TCK);
}
