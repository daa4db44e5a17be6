/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/* The name of a process, which threads of another name belong to. */
#ifndef __RUNQSLOWER_PROCESS_NAME_H
#define __RUNQSLOWER_PROCESS_NAME_H

#include <linux/types.h>

/*
 * Replace @comm (TASK_COMM_LEN bytes) by the name of process @tgid, padded with
 * 0. @comm stays as is if the process has ended, or @tgid is 0.
 */
void process_name(__u32 tgid, char *comm);

#endif /* __RUNQSLOWER_PROCESS_NAME_H */
