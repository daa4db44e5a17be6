// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>
#include "output.h"

#define TICK_US		100000
#define MAX_STUCK	5		/* ticks without progress */

static bool (*has_ended)(void *ctx);
static void *has_ended_ctx;

struct stream {
	int fd;
	const char *name;
	int error;			/* errno of the first failed write, or 0 */
};

static struct stream out = { .fd = STDOUT_FILENO, .name = "stdout" };
static struct stream err = { .fd = STDERR_FILENO, .name = "stderr" };

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

/*
 * Wait until @to takes more, because another process that has the pipe or
 * terminal may have set O_NONBLOCK. -1 with EINTR after a tick, else 0.
 */
static int wait_for_room(const struct stream *to)
{
	struct pollfd fd = { .fd = to->fd, .events = POLLOUT };

	return poll(&fd, 1, -1) < 0 ? -1 : 0;
}

/* A write function as fopencookie() wants it: 0 is a failure. */
static ssize_t put(void *cookie, const char *data, size_t size)
{
	struct stream *to = cookie;
	/* Whoever does not read stdout is likely not to read stderr, either. */
	int max_stuck = to == &err && out.error == ETIMEDOUT ? 1 : MAX_STUCK;
	size_t done = 0;
	int stuck = 0;
	ssize_t len;
	bool ended;

	set_ticks(TICK_US);
	while (!to->error && done < size) {
		len = write(to->fd, data + done, size - done);
		if (len < 0 && errno == EAGAIN)
			len = wait_for_room(to);
		if (len < 0 && errno != EINTR) {
			to->error = errno;
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
		} else if (ended && ++stuck >= max_stuck) {
			to->error = ETIMEDOUT;
		}
	}
	set_ticks(0);
	errno = to->error;
	return to->error ? 0 : size;
}

int output_await(pid_t pid, int *status)
{
	int stuck = 0, error = 0;

	if (has_ended)
		set_ticks(TICK_US);
	while (!error && waitpid(pid, status, 0) < 0) {
		if (errno != EINTR)
			error = errno;
		else if (has_ended && has_ended(has_ended_ctx) && ++stuck >= MAX_STUCK)
			error = ETIMEDOUT;
	}
	if (has_ended)
		set_ticks(0);
	return error;
}

bool output_divert(const char *path)
{
	out.fd = path ? open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666) : err.fd;
	out.name = path ?: err.name;
	return out.fd >= 0;
}

int output_fd(void)
{
	return out.fd;
}

const char *output_name(void)
{
	return out.name;
}

int output_error(void)
{
	return out.error;
}

bool output_init(bool (*ended)(void *ctx), void *ctx)
{
	const struct sigaction action = { .sa_handler = nothing };
	const cookie_io_functions_t functions = { .write = put };
	FILE *to_out = fopencookie(&out, "w", functions);
	FILE *to_err = fopencookie(&err, "w", functions);

	if (!to_out || !to_err)
		return false;
	setvbuf(to_err, NULL, _IONBF, 0);
	has_ended = ended;
	has_ended_ctx = ctx;
	sigaction(SIGALRM, &action, NULL);
	stdout = to_out;
	stderr = to_err;
	return true;
}
