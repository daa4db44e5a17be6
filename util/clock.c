// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include "clock.h"

static __s64 wall_ahead_ns;		/* CLOCK_REALTIME - CLOCK_MONOTONIC */
static __s64 ours_ahead_ns;		/* in a time namespace (since 5.6) */

static __u64 now_ns(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return ts.tv_sec * NSEC_PER_SEC + ts.tv_nsec;
}

__u64 clock_mono_ns(void)
{
	return now_ns(CLOCK_MONOTONIC) - ours_ahead_ns;
}

void clock_init(void)
{
	struct stat ours, of_children;
	long long sec, ns;
	char line[64];
	FILE *f;

	/* The file is about the namespace of children. */
	if (stat("/proc/self/ns/time", &ours) ||
	    stat("/proc/self/ns/time_for_children", &of_children) ||
	    ours.st_ino != of_children.st_ino)
		return;
	f = fopen("/proc/self/timens_offsets", "r");
	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "monotonic %lld %lld", &sec, &ns) == 2)
			ours_ahead_ns = sec * (__s64)NSEC_PER_SEC + ns;
	}
	if (f)
		fclose(f);
}

void clock_sync(void)
{
	wall_ahead_ns = now_ns(CLOCK_REALTIME) - clock_mono_ns();
}

void clock_format(char *buf, size_t size, const char *format, __u64 mono_ns,
		  int digits, int zone)
{
	__u64 ns = mono_ns + wall_ahead_ns;
	time_t sec = ns / NSEC_PER_SEC;
	char fraction[16], offset[8];
	struct tm tm;
	size_t len;

	localtime_r(&sec, &tm);
	len = strftime(buf, size, format, &tm);
	buf[len] = '\0';
	if (digits) {
		sprintf(fraction, "%09llu", ns % NSEC_PER_SEC);
		len += snprintf(buf + len, size - len, ".%.*s", digits, fraction);
	}
	if (zone && len < size) {
		strftime(offset, sizeof(offset), "%z", &tm);
		snprintf(buf + len, size - len, "%.3s:%s", offset, offset + 3);
	}
}
