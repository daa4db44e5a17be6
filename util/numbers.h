/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/* Numbers of a command line, of which nothing is guessed. */
#ifndef __RUNQSLOWER_NUMBERS_H
#define __RUNQSLOWER_NUMBERS_H

#include <stdbool.h>
#include <linux/types.h>

/* A suffix of a number; "" stands for none. Arrays end with {}. */
struct unit {
	const char *name;
	__u64 factor;
};

/*
 * Parse the decimal number at the begin of @s; @end is what follows the number.
 * False without a digit at the begin (no sign, no white space), or above @max.
 */
bool parse_number(const char *s, __u64 max, __u64 *value, char **end);

/*
 * Parse a number with one of @units, and with a decimal point if need be. False
 * for anything else, also for less than a whole of what @value counts.
 */
bool parse_with_unit(const char *s, const struct unit *units, __u64 *value);

/* Parse a time into @ns. A plain number is in units of @plain_ns. */
bool parse_duration(const char *s, __u64 plain_ns, __u64 *ns);

#endif /* __RUNQSLOWER_NUMBERS_H */
