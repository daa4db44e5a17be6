/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/*
 * The command that the tool runs. The command gets what the tool was started
 * with: privileges, streams, signals.
 */
#ifndef __RUNQSLOWER_COMMAND_H
#define __RUNQSLOWER_COMMAND_H

#include <stdbool.h>
#include <sys/types.h>

struct command {
	pid_t pid;			/* 0: there is no command */
	int fd;				/* readable once it has ended; -1: no command */
	/* The rest is private. */
	char **argv;
	int socket;			/* to the process, until it is the command */
};

/*
 * Note how the process was started, for the command. Call command_init() before
 * anything that changes signals or limits.
 */
void command_init(void);

/*
 * Fork the process that is to be the command @argv, which is not copied. The
 * process waits for command_exec(), or ends when this process ends before.
 * False: error() has printed the reason.
 */
bool command_fork(struct command *c, char **argv);

/*
 * Let the process become the command. 0, or after error() has printed the
 * reason the exit status of env(1): 127 if there is no such command, else 126.
 */
int command_exec(struct command *c);

/* Pass signal @sig on to the command. error() tells if that is not possible. */
void command_signal(const struct command *c, int sig);

/*
 * Wait until the command has ended, and close @c. The exit status as shells
 * have it: 128 + N if signal N ended the command.
 */
int command_wait(struct command *c);

#endif /* __RUNQSLOWER_COMMAND_H */
