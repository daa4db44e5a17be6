// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
#include <stdio.h>
#include <string.h>
#include <time.h>
#include "text.h"

#define NSEC_PER_SEC	1000000000LL

static __s64 wall_ahead_ns;		/* CLOCK_REALTIME - CLOCK_MONOTONIC */

static const int time_width[] = {
	[TIME_CLOCK] = 8,
	[TIME_US] = 15,
	[TIME_ISO] = 32,
	[TIME_MONO] = 17,
};

static __s64 now_ns(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return ts.tv_sec * NSEC_PER_SEC + ts.tv_nsec;
}

void text_sync_clock(void)
{
	wall_ahead_ns = now_ns(CLOCK_REALTIME) - now_ns(CLOCK_MONOTONIC);
}

static void print_time(enum time_format format, __u64 mono_ns)
{
	__s64 ns = mono_ns + (format == TIME_MONO ? 0 : wall_ahead_ns);
	time_t sec = ns / NSEC_PER_SEC;
	int us = ns % NSEC_PER_SEC / 1000;
	char buf[64], zone[8];
	struct tm tm;

	if (format == TIME_MONO) {
		snprintf(buf, sizeof(buf), "%lld.%06d", (long long)sec, us);
	} else {
		localtime_r(&sec, &tm);
		strftime(buf, sizeof(buf),
			 format == TIME_ISO ? "%FT%T" : "%T", &tm);
		if (format != TIME_CLOCK)
			sprintf(buf + strlen(buf), ".%06d", us);
		if (format == TIME_ISO) {
			strftime(zone, sizeof(zone), "%z", &tm);
			sprintf(buf + strlen(buf), "%.3s:%s", zone, zone + 3);
		}
	}
	printf("%-*s", time_width[format], buf);
}

/* The length of the printable UTF-8 character at @s; 0 if it is not one. */
static int printable(const char *s)
{
	const unsigned char *c = (const void *)s;
	int len, i;

	if (c[0] < 0x80)
		return c[0] >= 0x20 && c[0] != 0x7f;
	/* From U+00A0 on; those before are control characters. */
	if (c[0] < 0xc2 || (c[0] == 0xc2 && c[1] < 0xa0) || c[0] > 0xf4)
		return 0;
	len = c[0] < 0xe0 ? 2 : c[0] < 0xf0 ? 3 : 4;
	for (i = 1; i < len; i++) {
		if ((c[i] & 0xc0) != 0x80)
			return 0;
	}
	/* Longer than need be, a surrogate, or beyond U+10FFFF. */
	if ((c[0] == 0xe0 && c[1] < 0xa0) || (c[0] == 0xed && c[1] > 0x9f) ||
	    (c[0] == 0xf0 && c[1] < 0x90) || (c[0] == 0xf4 && c[1] > 0x8f))
		return 0;
	return len;
}

/* @name padded to 16 columns, '?' for what could harm a terminal or the line. */
static void print_name(const char *name)
{
	int column, len;

	for (column = 0; *name; column++) {
		len = printable(name);
		if (len)
			fwrite(name, len, 1, stdout);
		else
			putchar('?');
		name += len ?: 1;
	}
	printf("%*s", column < 16 ? 16 - column : 0, "");
}

void text_header(const struct options *opts)
{
	printf("Tracing run queue latency higher than %llu us\n", opts->min_us);
	printf("%-*s %-16s %-6s %14s", time_width[opts->time],
	       "TIME", "COMM", "TID", "LAT(us)");
	if (opts->previous)
		printf(" %-16s %-6s", "PREV COMM", "PREV TID");
	putchar('\n');
}

void text_wait(const struct options *opts, const struct wait_event *e)
{
	print_time(opts->time, e->end_ns);
	putchar(' ');
	print_name(e->comm);
	printf(" %-6u %14llu", e->tid, e->wait_ns / 1000);
	if (opts->previous) {
		putchar(' ');
		print_name(e->prev_comm);
		printf(" %-6u", e->prev_tid);
	}
	putchar('\n');
}
