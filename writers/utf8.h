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

/* The code point of the character at @s, 0 if invalid or above U+FFFF. */
static inline unsigned int utf8_code(const char *s)
{
	const unsigned char *c = (const void *)s;

	switch (utf8_length(s)) {
	case 1:
		return c[0];
	case 2:
		return (c[0] & 0x1f) << 6 | (c[1] & 0x3f);
	case 3:
		return (c[0] & 0xf) << 12 | (c[1] & 0x3f) << 6 | (c[2] & 0x3f);
	default:
		return 0;
	}
}

/*
 * Is the character at @s a control character: of a terminal, of the direction
 * of writing, or of lines? None is above U+FFFF.
 */
static inline bool utf8_is_control(const char *s)
{
	unsigned int code = utf8_code(s);

	return (code && code < 0x20) || (code >= 0x7f && code < 0xa0) || code == 0x61c ||
	       code == 0x200e || code == 0x200f || (code >= 0x2028 && code <= 0x202e) ||
	       (code >= 0x2066 && code <= 0x2069);
}

#endif /* __RUNQSLOWER_UTF8_H */
