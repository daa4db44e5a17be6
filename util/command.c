// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <linux/compiler.h>
#include "command.h"
#include "error.h"

/* Since 5.3: headers may be older than the kernel. */
#ifndef SYS_pidfd_open
#define SYS_pidfd_open	434
#endif

static struct sigaction actions[NSIG];
static sigset_t blocked;
static struct rlimit memlock;		/* libbpf lifts it before Linux 5.11 */

void command_init(void)
{
	int sig;

	for (sig = 1; sig < NSIG; sig++)
		sigaction(sig, NULL, &actions[sig]);
	sigprocmask(SIG_BLOCK, NULL, &blocked);
	getrlimit(RLIMIT_MEMLOCK, &memlock);
}

/* In the child: run @argv when told to by @socket, and answer with an errno. */
static void __noreturn become(char **argv, int socket)
{
	int sig, err;
	char go;

	for (sig = 1; sig < NSIG; sig++)
		sigaction(sig, &actions[sig], NULL);
	setrlimit(RLIMIT_MEMLOCK, &memlock);
	sigprocmask(SIG_SETMASK, &blocked, NULL);
	if (read(socket, &go, sizeof(go)) == sizeof(go)) {
		execvp(argv[0], argv);
		err = errno;
		/* If the tool has gone, nobody is left to be told. */
		send(socket, &err, sizeof(err), MSG_NOSIGNAL);
	}
	_exit(EXIT_FAILURE);
}

bool command_fork(struct command *c, char **argv)
{
	int ends[2];

	c->argv = argv;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends))
		goto failed;
	c->pid = fork();
	if (!c->pid) {
		close(ends[0]);
		become(argv, ends[1]);
	}
	close(ends[1]);
	c->socket = ends[0];
	if (c->pid > 0)
		c->fd = syscall(SYS_pidfd_open, c->pid, 0);
	if (c->pid > 0 && c->fd >= 0)
		return true;
failed:
	error("cannot run '%s': %s", argv[0], strerror(errno));
	return false;
}

int command_exec(struct command *c)
{
	int err = 0;

	/* A signal before exec() ends the process, which then says nothing. */
	if (send(c->socket, "", 1, MSG_NOSIGNAL) == 1)
		recv(c->socket, &err, sizeof(err), MSG_WAITALL);
	close(c->socket);
	if (!err)
		return 0;
	command_wait(c);
	error("cannot run '%s': %s", c->argv[0], strerror(err));
	return err == ENOENT ? 127 : 126;
}

void command_signal(const struct command *c, int sig)
{
	if (kill(c->pid, sig))
		error("cannot pass on the signal '%s' to '%s': %s", strsignal(sig), c->argv[0],
		      strerror(errno));
}

int command_wait(struct command *c)
{
	int status = 0;

	while (waitpid(c->pid, &status, 0) < 0 && errno == EINTR)
		;
	close(c->fd);
	c->fd = -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
