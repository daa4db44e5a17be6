/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/* Read CLOCK_MONOTONIC, and format its times as wall time. */
#ifndef __RUNQSLOWER_CLOCK_H
#define __RUNQSLOWER_CLOCK_H

#include <stddef.h>
#include <linux/types.h>

#define NSEC_PER_SEC	1000000000ULL

/*
 * CLOCK_MONOTONIC of the initial time namespace, which the kernel's events are
 * in. clock_init() finds out how far the clock of our namespace is ahead.
 */
void clock_init(void);
__u64 clock_mono_ns(void);

/*
 * Measure how far the wall clock is ahead of CLOCK_MONOTONIC. Later calls of
 * clock_format() use the result.
 */
void clock_sync(void);

/*
 * Format @mono_ns (CLOCK_MONOTONIC, ns) as local wall time, by a strftime()
 * @format. @digits: decimals of the second (0: no point). @zone: append the UTC
 * offset as +hh:mm. @buf, of @size bytes, is always terminated.
 */
void clock_format(char *buf, size_t size, const char *format, __u64 mono_ns,
		  int digits, int zone);

#endif /* __RUNQSLOWER_CLOCK_H */
