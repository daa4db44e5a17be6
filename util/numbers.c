// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include "numbers.h"

bool parse_number(const char *s, __u64 max, __u64 *value, char **end)
{
	if (*s < '0' || *s > '9')
		return false;
	errno = 0;
	*value = strtoull(s, end, 10);
	return !errno && *value <= max;
}

/* Digits behind a decimal point: @value / @ones of a unit. */
struct fraction {
	__u64 value;
	__u64 ones;
};

/* Parse what follows the whole part at *@s, up to 9 digits, if anything. */
static bool parse_fraction(char **s, struct fraction *f)
{
	char *c = *s;

	*f = (struct fraction) { 0, 1 };
	if (*c != '.')
		return true;
	for (c++; *c >= '0' && *c <= '9'; c++) {
		f->value = 10 * f->value + *c - '0';
		f->ones *= 10;
		if (f->ones > 1000000000)
			return false;
	}
	*s = c;
	return f->ones > 1;
}

bool parse_with_unit(const char *s, const struct unit *units, __u64 *value)
{
	struct fraction f;
	__u64 part;
	char *end;

	if (!parse_number(s, ULLONG_MAX, value, &end) || !parse_fraction(&end, &f))
		return false;
	while (units->name && strcmp(end, units->name))
		units++;
	if (!units->name)
		return false;
	/* Neither way overflows: a factor above 2^30 is a multiple of 10^9. */
	if (units->factor % f.ones) {
		part = f.value * units->factor;
		if (part % f.ones)
			return false;
		part /= f.ones;
	} else {
		part = units->factor / f.ones * f.value;
	}
	return !__builtin_mul_overflow(*value, units->factor, value) &&
	       !__builtin_add_overflow(*value, part, value);
}

bool parse_duration(const char *s, __u64 plain_ns, __u64 *ns)
{
	const struct unit units[] = {
		{ "", plain_ns },
		{ "us", 1000 },
		{ "ms", 1000 * 1000 },
		{ "s", 1000 * 1000 * 1000 },
		{ "m", 60ULL * 1000 * 1000 * 1000 },
		{ "h", 3600ULL * 1000 * 1000 * 1000 },
		{ "d", 86400ULL * 1000 * 1000 * 1000 },
		{}
	};

	/* @ns must fit a struct timespec and a signed difference of times. */
	return parse_with_unit(s, units, ns) && *ns <= LLONG_MAX;
}
