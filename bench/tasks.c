// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * Keep many tasks: "tasks sleep NR CPU" sleeps in NR threads, "tasks spin NR
 * CPU" spins in them on that CPU, in SCHED_IDLE, so that any other task runs
 * first. Prints "ready" when all are there, and stays until killed.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static pthread_barrier_t all_there;
static int cpu;

static void *sleeps(void *arg)
{
	for (;;)
		pause();
	return arg;
}

static void *spins(void *arg)
{
	const struct sched_param param = {};
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set) ||
	    sched_setscheduler(0, SCHED_IDLE, &param)) {
		perror("tasks: CPU");
		exit(1);
	}
	pthread_barrier_wait(&all_there);
	for (;;)
		;
	return arg;
}

int main(int argc, char **argv)
{
	bool spin = argc == 4 && !strcmp(argv[1], "spin");
	pthread_attr_t attr;
	pthread_t thread;
	int nr, i;

	if (argc != 4 || (!spin && strcmp(argv[1], "sleep"))) {
		fprintf(stderr, "usage: tasks sleep|spin NR CPU\n");
		return 1;
	}
	nr = atoi(argv[2]);
	cpu = atoi(argv[3]);
	pthread_barrier_init(&all_there, NULL, nr + 1);
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 64 * 1024);
	for (i = 0; i < nr; i++) {
		if (pthread_create(&thread, &attr, spin ? spins : sleeps, NULL)) {
			fprintf(stderr, "tasks: only %d threads\n", i);
			return 1;
		}
	}
	if (spin)
		pthread_barrier_wait(&all_there);
	puts("ready");
	fflush(stdout);
	pause();
	return 0;
}
