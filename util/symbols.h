/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/* Names of the kernel's functions, modules and BPF programs included. */
#ifndef __RUNQSLOWER_SYMBOLS_H
#define __RUNQSLOWER_SYMBOLS_H

#include <stdbool.h>
#include <linux/types.h>

/*
 * Read /proc/kallsyms, once. What is loaded into the kernel later has no name.
 * False: names are not to be had, because the file is not there or hides
 * addresses. Out of memory exits.
 */
bool symbols_load(void);

/*
 * Is @address a return address in function @name, or in a copy of it that the
 * compiler made, as in "schedule.constprop.0"? False without names.
 */
bool symbol_is(__u64 address, const char *name);

/*
 * The function that @address returns to, as in "nfs_wait+0x1f [nfs]"; the
 * address in hexadecimal if no function is known there. Valid until the next
 * call.
 */
const char *symbol_text(__u64 address);

#endif /* __RUNQSLOWER_SYMBOLS_H */
