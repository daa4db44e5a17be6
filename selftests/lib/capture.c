// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include "capture.h"

#define MAX_TEXT	65536
#define SHOWN		60		/* bytes of a difference */
#define SHOWN_BEFORE	20		/* so many of them are equal */

static int kept = -1;			/* memory in the place of stdout */
static int real_stdout;

void capture_begin(void)
{
	fflush(stdout);
	kept = memfd_create("stdout", MFD_CLOEXEC);
	real_stdout = dup(STDOUT_FILENO);
	if (kept < 0 || real_stdout < 0 || dup2(kept, STDOUT_FILENO) < 0)
		abort();
}

const char *capture_end(void)
{
	static char text[MAX_TEXT];
	ssize_t len;

	fflush(stdout);
	len = pread(kept, text, sizeof(text) - 1, 0);
	if (len < 0 || dup2(real_stdout, STDOUT_FILENO) < 0)
		abort();
	close(kept);
	close(real_stdout);
	text[len] = '\0';
	return text;
}

const char *difference(const char *expected, const char *got)
{
	static char text[3 * SHOWN + 80];
	size_t i, line = 1, start;

	for (i = 0; expected[i] && expected[i] == got[i]; i++)
		line += expected[i] == '\n';
	if (expected[i] == got[i])
		return "";
	start = i < SHOWN_BEFORE ? 0 : i - SHOWN_BEFORE;
	snprintf(text, sizeof(text), "line %zu, byte %zu: %.*s instead of %.*s", line, i,
		 SHOWN, got + start, SHOWN, expected + start);
	return text;
}

const char *missing(const char *part, const char *got)
{
	static char text[2 * MAX_TEXT];

	if (strstr(got, part))
		return "";
	snprintf(text, sizeof(text), "no %s in %s", part, got);
	return text;
}

const char *quoted(const char *text)
{
	static char out[MAX_TEXT];
	size_t i;

	for (i = 0; text[i] && i < sizeof(out) - 1; i++)
		out[i] = text[i] == '\'' ? '"' : text[i];
	out[i] = '\0';
	return out;
}
