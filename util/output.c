// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/time.h>
#include <unistd.h>
#include "output.h"

#define TICK_US		100000
#define MAX_STUCK	5		/* ticks without progress */

static bool (*has_ended)(void *ctx);
static void *has_ended_ctx;
static int error;

/* A handler must exist, because only then a write ends with EINTR. */
static void nothing(int sig)
{
	(void)sig;
}

static void set_ticks(long us)
{
	const struct itimerval timer = { { 0, us }, { 0, us } };

	setitimer(ITIMER_REAL, &timer, NULL);
}

/* A write function as fopencookie() wants it: 0 is a failure. */
static ssize_t put(void *cookie, const char *data, size_t size)
{
	size_t done = 0;
	int stuck = 0;
	ssize_t len;
	bool ended;

	(void)cookie;
	set_ticks(TICK_US);
	while (!error && done < size) {
		len = write(STDOUT_FILENO, data + done, size - done);
		if (len < 0 && errno != EINTR) {
			error = errno;
			break;
		}
		/*
		 * Always ask, because a second signal only ends the tool at
		 * once if the first was seen, also while a slow reader reads.
		 */
		ended = has_ended(has_ended_ctx);
		if (len >= 0) {
			done += len;
			stuck = 0;
		} else if (ended && ++stuck >= MAX_STUCK) {
			error = ETIMEDOUT;
		}
	}
	set_ticks(0);
	errno = error;
	return error ? 0 : size;
}

int output_error(void)
{
	return error;
}

bool output_init(bool (*ended)(void *ctx), void *ctx)
{
	const struct sigaction action = { .sa_handler = nothing };
	const cookie_io_functions_t functions = { .write = put };
	FILE *f = fopencookie(NULL, "w", functions);

	if (!f)
		return false;
	has_ended = ended;
	has_ended_ctx = ctx;
	sigaction(SIGALRM, &action, NULL);
	stdout = f;
	return true;
}
