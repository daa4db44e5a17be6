/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/* Times of CLOCK_MONOTONIC as people and programs read them. */
#ifndef __RUNQSLOWER_CLOCK_H
#define __RUNQSLOWER_CLOCK_H

#include <stddef.h>
#include <linux/types.h>

#define NSEC_PER_SEC	1000000000ULL

__u64 clock_mono_ns(void);

/*
 * Note how far the wall clock is ahead of CLOCK_MONOTONIC now, for the times
 * asked for from here on.
 */
void clock_sync(void);

/*
 * @mono_ns as wall time in the local time zone by a format of strftime(), with
 * so many @digits behind the seconds (0: and no point), and the UTC offset as
 * +hh:mm if @zone. Always terminated.
 */
void clock_format(char *buf, size_t size, const char *format, __u64 mono_ns,
		  int digits, int zone);

#endif /* __RUNQSLOWER_CLOCK_H */
