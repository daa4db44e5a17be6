/* SPDX-License-Identifier: GPL-2.0 */
/* Commands for the tool to run, of which is known what they do. */
#ifndef __COMMAND_PARTS_H
#define __COMMAND_PARTS_H

/*
 * Play the part that @args say, and return the exit status. A part that
 * executes something executes @path with "--part" and other @args.
 *
 * tree		starts others in each way there is; each says on stdout "NAME
 *		TID", and is woken some times; all end before it does
 * waits NAME	one of these
 * busy		three tasks share a CPU for a second; each says how many ns the
 *		kernel had it wait
 * io_uring	a kernel thread does something for it; 4: not possible here
 * told N STATUS [UID]
 *		says its PID, then N signals as they come, and ends with STATUS;
 *		as another user
 * reads STATUS	reads stdin to its end, and ends with STATUS
 * inherits	says what it got: privileges, signals, files, limits
 */
int play_part(const char *path, char **args);

/* The names of those of "tree" that are woken, up to NULL. */
extern const char * const tree_members[];

#endif /* __COMMAND_PARTS_H */
