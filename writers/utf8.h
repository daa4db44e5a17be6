/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/* UTF-8 characters of names, which can hold any byte. */
#ifndef __RUNQSLOWER_UTF8_H
#define __RUNQSLOWER_UTF8_H

#include <stdbool.h>

/*
 * The length in bytes of the UTF-8 character at @s, 0 if invalid. @s ends with
 * a 0 byte.
 */
static inline int utf8_length(const char *s)
{
	const unsigned char *c = (const void *)s;
	int len, i;

	if (c[0] < 0x80)
		return 1;
	if (c[0] < 0xc2 || c[0] > 0xf4)
		return 0;
	len = c[0] < 0xe0 ? 2 : c[0] < 0xf0 ? 3 : 4;
	for (i = 1; i < len; i++) {
		if ((c[i] & 0xc0) != 0x80)
			return 0;
	}
	/* Refuse overlong forms, surrogates, and code points above U+10FFFF. */
	if ((c[0] == 0xe0 && c[1] < 0xa0) || (c[0] == 0xed && c[1] > 0x9f) ||
	    (c[0] == 0xf0 && c[1] < 0x90) || (c[0] == 0xf4 && c[1] > 0x8f))
		return 0;
	return len;
}

/*
 * Does the character at @s control a terminal, or what is left and right or a
 * line there? Up to U+001F, U+007F to U+009F, U+2028 to U+202E and U+2066 to
 * U+2069.
 */
static inline bool utf8_is_control(const char *s)
{
	const unsigned char *c = (const void *)s;

	if (c[0] == 0xe2 && c[1] == 0x80)
		return c[2] >= 0xa8 && c[2] <= 0xae;
	if (c[0] == 0xe2 && c[1] == 0x81)
		return c[2] >= 0xa6 && c[2] <= 0xa9;
	return c[0] < 0x20 || c[0] == 0x7f || (c[0] == 0xc2 && c[1] >= 0x80 && c[1] < 0xa0);
}

#endif /* __RUNQSLOWER_UTF8_H */
