// SPDX-License-Identifier: GPL-2.0
/* Numbers and durations, against an exact sum in 128 bits. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include "util/numbers.h"

#define MAX_U64		(~(__u64)0)
#define MAX_NS		(MAX_U64 >> 1)

static const struct unit units[] = {
	{ "", 1000000000 }, { "us", 1000 }, { "ms", 1000000 }, { "s", 1000000000 },
	{ "m", 60000000000 }, { "h", 3600000000000 }, { "d", 86400000000000 }, {}
};

/* Add the digits at *@s to @n; more than MAX_U64 stays more. How many. */
static int add_digits(const char **s, unsigned __int128 *n)
{
	const char *begin = *s;

	for (; **s >= '0' && **s <= '9'; (*s)++) {
		if (*n <= MAX_U64)
			*n = 10 * *n + **s - '0';
	}
	return *s - begin;
}

/* What parse_duration() promises for @s, in the plainest way. */
static bool expected(const char *s, __u64 *ns)
{
	unsigned __int128 whole = 0, part = 0, ones = 1, sum;
	const struct unit *unit;
	int digits;

	if (!add_digits(&s, &whole) || whole > MAX_U64)
		return false;
	if (*s == '.') {
		s++;
		digits = add_digits(&s, &part);
		if (!digits || digits > 9)
			return false;
		while (digits--)
			ones *= 10;
	}
	for (unit = units; unit->name && strcmp(s, unit->name);)
		unit++;
	if (!unit->name || part * unit->factor % ones)
		return false;
	sum = whole * unit->factor + part * unit->factor / ones;
	*ns = sum;
	return sum <= MAX_NS;
}

int LLVMFuzzerTestOneInput(const __u8 *data, size_t size)
{
	__u64 ns = 0, right = 0;
	char *s = malloc(size + 1);
	bool accepted;

	memcpy(s, data, size);
	s[size] = '\0';
	accepted = parse_duration(s, 1000000000, &ns);
	if (accepted != expected(s, &right) || (accepted && ns != right))
		abort();
	free(s);
	return 0;
}
