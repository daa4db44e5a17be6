// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include "error.h"

#define CLEAR_LINE	"\r\033[K"

static bool status_is_shown;

/* One line, whatever is in the arguments: what controls a terminal is '?'. */
static void print(const char *fmt, va_list ap)
{
	char line[1024], *c;

	vsnprintf(line, sizeof(line), fmt, ap);
	for (c = line; *c; c++) {
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			*c = '?';
	}
	hide_status();
	fprintf(stderr, "runqslower: %s\n", line);
}

void print_status(const char *fmt, ...)
{
	va_list ap;

	fputs(CLEAR_LINE, stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	status_is_shown = true;
}

void hide_status(void)
{
	if (status_is_shown)
		fputs(CLEAR_LINE, stderr);
	status_is_shown = false;
}

void error(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	print(fmt, ap);
	va_end(ap);
}

void refuse(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	print(fmt, ap);
	va_end(ap);
	exit(EXIT_USAGE);
}

void out_of_memory(void)
{
	error("out of memory; a higher threshold has fewer waits to hold");
	exit(EXIT_FAILURE);
}
