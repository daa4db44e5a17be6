/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
#ifndef __RUNQSLOWER_RECORD_H
#define __RUNQSLOWER_RECORD_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Is the record at @data, of @size bytes, as runqslower.h promises? The rest of
 * user space relies on that: sizes, terminated names, values of enums, and
 * segments that are of one CPU. @explained: the programs that explain waits are
 * loaded, and send struct why_event instead of struct wait_event.
 */
bool record_is_sound(const void *data, size_t size, bool explained);

#endif /* __RUNQSLOWER_RECORD_H */
