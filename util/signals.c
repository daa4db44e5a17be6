// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>
#include "error.h"
#include "signals.h"

#define AGAIN_NS	300000000LL

static bool has_command;
static sigset_t ends;			/* the signals that end the tool */
static struct timespec first;		/* when signals_again_ends() was called */

static void handle(int sig, void (*handler)(int sig))
{
	struct sigaction action = {};

	sigaction(sig, NULL, &action);
	/* By nohup, or SIGINT by signals_open(). */
	if ((sig == SIGHUP || (sig == SIGINT && has_command)) && action.sa_handler == SIG_IGN)
		return;
	sigaddset(&ends, sig);
	action = (struct sigaction) { .sa_handler = handler };
	sigaction(sig, &action, NULL);
}

static void handle_all(void (*handler)(int sig))
{
	sigemptyset(&ends);
	handle(SIGINT, handler);
	handle(SIGTERM, handler);
	handle(SIGHUP, handler);
}

static void end_early(int sig)
{
	_exit(has_command ? 128 + sig : 0);
}

static void end_again(int sig)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	if ((now.tv_sec - first.tv_sec) * 1000000000LL + now.tv_nsec - first.tv_nsec > AGAIN_NS)
		_exit(128 + sig);
}

void signals_init(bool command)
{
	sigset_t used;

	has_command = command;
	handle_all(end_early);
	/* A process inherits the mask, too. SIGALRM: see output_init(). */
	used = ends;
	sigaddset(&used, SIGALRM);
	sigprocmask(SIG_UNBLOCK, &used, NULL);
	signal(SIGPIPE, SIG_IGN);
	/* A write beyond "ulimit -f" is to fail, not to end the tool. */
	signal(SIGXFSZ, SIG_IGN);
	/* trace_file.c waits for a child, which fails if SIGCHLD is ignored. */
	signal(SIGCHLD, SIG_DFL);
}

int signals_open(void)
{
	int fd;

	if (has_command) {
		signal(SIGINT, SIG_IGN);
		signal(SIGQUIT, SIG_IGN);
		sigdelset(&ends, SIGINT);
	}
	sigprocmask(SIG_BLOCK, &ends, NULL);
	fd = signalfd(-1, &ends, SFD_CLOEXEC);
	if (fd < 0)
		error("cannot wait for signals: %s", strerror(errno));
	return fd;
}

int signals_again_ends(void)
{
	const struct timespec none = {};
	int sig = 0, pending;

	handle_all(end_again);
	/* The first signal is still pending, because signalfd was not read. */
	while ((pending = sigtimedwait(&ends, NULL, &none)) > 0)
		sig = sig ?: pending;
	clock_gettime(CLOCK_MONOTONIC, &first);
	sigprocmask(SIG_UNBLOCK, &ends, NULL);
	return sig;
}
