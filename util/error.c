// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include "error.h"

static void print(const char *fmt, va_list ap)
{
	fprintf(stderr, "runqslower: ");
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
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
