/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the code under test prints on stdout, compared with what it should
 * print.
 */
#ifndef __CAPTURE_H
#define __CAPTURE_H

/*
 * From here on stdout is kept. A test's own messages must not come before the
 * end.
 */
void capture_begin(void);

/* All that was printed since capture_begin(). Valid until the next call. */
const char *capture_end(void);

/*
 * "" if @got is @expected, else where the first difference is and what is there
 * in both: a whole line may be long. Valid until the next call.
 */
const char *difference(const char *expected, const char *got);

/* "" if @part is somewhere in @got, else what is missing, and of what. */
const char *missing(const char *part, const char *got);

/*
 * @text with " for each ', so that JSON can be read in C. Valid until the next
 * call.
 */
const char *quoted(const char *text);

/* What @call prints is @expected. */
#define EXPECT_PRINTS(expected, call) do {					\
	capture_begin();							\
	call;									\
	EXPECT_STREQ("", difference(expected, capture_end()));			\
} while (0)

#endif /* __CAPTURE_H */
