// SPDX-License-Identifier: GPL-2.0
/*
 * The command line: each string of the input is an argument. options.c is built
 * with exit(), strdup() and free() named as below, because a refusal exits and
 * leaves a copy behind.
 */
#include <getopt.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "options.h"
#include "util/error.h"

#define MAX_ARGS	64

static jmp_buf exited;
static char *copies[MAX_ARGS];
static size_t nr_copies;

void __noreturn fuzz_exit(int status);
char *fuzz_strdup(const char *s);
void fuzz_free(void *data);

void __noreturn fuzz_exit(int status)
{
	longjmp(exited, 1 + status);
}

char *fuzz_strdup(const char *s)
{
	copies[nr_copies] = strdup(s);
	return copies[nr_copies++];
}

void fuzz_free(void *data)
{
	(void)data;
}

/* Formatted, because a bad format is a finding, too. */
static void say(const char *fmt, va_list ap)
{
	char line[1024];

	if (vsnprintf(line, sizeof(line), fmt, ap) <= 0)
		abort();
}

void error(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(fmt, ap);
	va_end(ap);
}

void refuse(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(fmt, ap);
	va_end(ap);
	fuzz_exit(EXIT_USAGE);
}

void out_of_memory(void)
{
	abort();
}

static bool is_power_of_2(__u64 n)
{
	return n && !(n & (n - 1));
}

/* What the rest of the tool relies on. */
static void check(const struct options *opts)
{
	if (!is_power_of_2(opts->history) || opts->history < MIN_HISTORY ||
	    opts->history > MAX_HISTORY ||
	    (opts->ring_size && !is_power_of_2(opts->ring_size)) ||
	    (opts->output == OUTPUT_CSV && opts->summary && opts->histogram) ||
	    (opts->command && !*opts->command))
		abort();
}

static struct options opts;		/* longjmp() leaves it as it is */

int LLVMFuzzerTestOneInput(const __u8 *data, size_t size)
{
	char *text = malloc(size + 1), *argv[MAX_ARGS + 1] = { "runqslower" };
	int argc = 1;
	size_t at;

	memcpy(text, data, size);
	text[size] = '\0';
	for (at = 0; at < size && argc < MAX_ARGS; at += strlen(text + at) + 1)
		argv[argc++] = text + at;
	optind = 0;			/* glibc: anew */
	if (!setjmp(exited)) {
		parse_options(argc, argv, &opts);
		check(&opts);
	}
	while (nr_copies)
		free(copies[--nr_copies]);
	free(opts.tgids.ids);
	free(opts.tids.ids);
	free(opts.comms);
	free(opts.cgroups);
	memset(&opts, 0, sizeof(opts));
	free(text);
	return 0;
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	stdout = fopen("/dev/null", "w");
	return 0;
}
