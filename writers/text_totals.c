// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* Each block begins with an empty line and its time: it may stand in a log. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "text.h"
#include "text_totals.h"
#include "util/cgroups.h"
#include "writer.h"

#define NR_LINES	10		/* of a table */

/* All columns of a row but the bar. */
#define ROW_WIDTH	36
#define MIN_BAR		10

static void print_begin(const struct options *opts, __u64 since, __u64 now)
{
	putchar('\n');
	text_time(opts, since);
	fputs(" to ", stdout);
	text_time(opts, now);
	fputs("  ", stdout);
}

struct length {
	char text[16];
};

/* As in "812ns", "4.02us", "40.2ms", "402s". */
static struct length length(__u64 ns)
{
	static const char * const units[] = { "us", "ms", "s" };
	struct length l;
	double value = ns / 1e3;
	size_t i = 0;

	if (ns < 1000) {
		snprintf(l.text, sizeof(l.text), "%lluns", ns);
		return l;
	}
	/* What would be rounded to 1000. */
	while (i < 2 && value >= 999.5) {
		value /= 1000;
		i++;
	}
	snprintf(l.text, sizeof(l.text), "%.*f%s",
		 value < 9.995 ? 2 : value < 99.95 ? 1 : 0, value, units[i]);
	return l;
}

static double percent(__u64 part, __u64 whole)
{
	return whole ? 100.0 * part / whole : 0;
}

static void print_causes(const struct totals *t)
{
	__u64 left[NR_CAUSES], all = 0;
	const char *comma = "Causes: ";
	int i, largest;

	for (i = 0; i < NR_CAUSES; i++) {
		left[i] = totals_cause(t, i);
		all += left[i];
	}
	if (!all)
		return;
	for (;;) {
		largest = 0;
		for (i = 1; i < NR_CAUSES; i++) {
			if (left[i] > left[largest])
				largest = i;
		}
		if (!left[largest])
			break;
		printf("%s%.1f%% %s", comma, percent(left[largest], all),
		       cause_names[largest]);
		left[largest] = 0;
		comma = ", ";
	}
	putchar('\n');
}

static void print_waiters(const struct totals *t)
{
	__u64 nr_left = totals_nr(t), left = totals_ns(t);
	struct waiter w[NR_LINES];
	size_t nr = totals_waiters(t, w, NR_LINES), i;

	printf("\n%-16s %7s %9s %12s %10s %10s %10s\n", "WAITED MOST", "TID", "WAITS",
	       "TOTAL(ms)", "P50(us)", "P99(us)", "MAX(us)");
	for (i = 0; i < nr; i++) {
		text_name(w[i].comm, 16);
		printf(" %7u %9llu %12.1f %10llu %10llu %10llu\n", w[i].tid, w[i].nr,
		       w[i].total_ns / 1e6, w[i].p50_ns / 1000, w[i].p99_ns / 1000,
		       w[i].max_ns / 1000);
		nr_left -= w[i].nr;
		left -= w[i].total_ns;
	}
	if (nr_left)
		printf("%-16s %7s %9llu %12.1f\n", "(others)", "", nr_left, left / 1e6);
}

static void print_culprits(const struct totals *t)
{
	__u64 all = totals_ns(t), left = totals_cause(t, CAUSE_TASK);
	struct culprit c[NR_LINES];
	size_t nr = totals_culprits(t, c, NR_LINES), i;

	if (!nr)
		return;
	printf("\n%-20s%4s %9s %12s %6s\n", "KEPT OTHERS WAITING", "TID", "TASKS",
	       "TIME(ms)", "%");
	for (i = 0; i < nr; i++) {
		text_name(c[i].comm, 16);
		printf(" %7u %9llu %12.1f %6.1f\n", c[i].tid, c[i].nr_tasks,
		       c[i].ns / 1e6, percent(c[i].ns, all));
		left -= c[i].ns;
	}
	if (left)
		printf("%-16s %7s %9s %12.1f %6.1f\n", "(others)", "", "", left / 1e6,
		       percent(left, all));
}

static void print_cgroup(__u64 id)
{
	text_name(id ? cgroup_path(id) : "-", 0);
}

/* Paths may be long: they go last. */
static void print_pairs(const struct totals *t)
{
	__u64 all = totals_ns(t), left = totals_cause(t, CAUSE_TASK);
	struct cgroup_pair p[NR_LINES];
	size_t nr = totals_pairs(t, p, NR_LINES), i;
	bool any = false;

	for (i = 0; i < nr; i++)
		any |= p[i].waiting || p[i].running;
	if (!any)
		return;
	printf("\n%12s %6s  %s\n", "TIME(ms)", "%", "CGROUP WAITING -> RUNNING");
	for (i = 0; i < nr; i++) {
		printf("%12.1f %6.1f  ", p[i].ns / 1e6, percent(p[i].ns, all));
		print_cgroup(p[i].waiting);
		fputs(" -> ", stdout);
		print_cgroup(p[i].running);
		putchar('\n');
		left -= p[i].ns;
	}
	if (left)
		printf("%12.1f %6.1f  (others)\n", left / 1e6, percent(left, all));
}

/* As in "1 wait", "2 waits". */
static void print_nr(__u64 nr)
{
	printf("%llu wait%s", nr, nr == 1 ? "" : "s");
}

void text_summary(const struct options *opts, const struct totals *t, __u64 since,
		  __u64 now)
{
	print_begin(opts, since, now);
	if (totals_nr(t))
		print_nr(totals_nr(t));
	else
		fputs("no waits", stdout);
	if (opts->min_us)
		printf(" over %llu us", opts->min_us);
	if (!totals_nr(t)) {
		putchar('\n');
		return;
	}
	printf(", %s in all\n", length(totals_ns(t)).text);
	print_causes(t);
	print_waiters(t);
	print_culprits(t);
	print_pairs(t);
}

static int terminal_width(void)
{
	const char *columns = getenv("COLUMNS");
	struct winsize size;
	int width = 0;

	if (!ioctl(STDOUT_FILENO, TIOCGWINSZ, &size))
		width = size.ws_col;
	else if (columns)
		width = atoi(columns);
	/* As much as anybody has; 80 also where the terminal does not know. */
	return width > 0 && width < 1000 ? width : 80;
}

#define NR_ROWS		(NR_BUCKETS / SUB_BUCKETS)

/* The buckets of each power of two make one row. */
static void print_rows(const struct histogram *h)
{
	int width = terminal_width() - ROW_WIDTH, bar, i, j;
	int first = NR_ROWS, last = 0;
	__u64 rows[NR_ROWS] = {}, most = 0;

	if (width < MIN_BAR)
		width = MIN_BAR;
	for (i = 0; i < NR_BUCKETS; i++)
		rows[i / SUB_BUCKETS] += h->counts[i];
	for (i = 0; i < NR_ROWS; i++) {
		if (!rows[i])
			continue;
		if (first > i)
			first = i;
		last = i;
		if (rows[i] > most)
			most = rows[i];
	}
	printf("%8s to %-8s : %-10s  distribution\n", "from", "below", "count");
	for (i = first; i <= last; i++) {
		printf("%8s to %-8s : %-10llu |", length(bucket_start(i * SUB_BUCKETS)).text,
		       length(bucket_start((i + 1) * SUB_BUCKETS)).text, rows[i]);
		bar = (double)rows[i] / most * width;
		for (j = 0; j < width; j++)
			putchar(j < bar ? '*' : ' ');
		puts("|");
	}
}

void text_histogram(const struct options *opts, const struct histogram *h, __u64 since,
		    __u64 now)
{
	static const struct {
		const char *name;
		double percent;
	} shown[] = {
		{ "p50", 50 }, { "p90", 90 }, { "p99", 99 }, { "p99.9", 99.9 }, { "max", 100 },
	};
	__u64 total = histogram_total(h);
	size_t i;

	print_begin(opts, since, now);
	if (!total) {
		puts("no waits");
		return;
	}
	print_nr(total);
	puts(" of any length");
	print_rows(h);
	for (i = 0; i < sizeof(shown) / sizeof(*shown); i++)
		printf("%s%s %s", i ? "  " : "", shown[i].name,
		       length(histogram_percentile(h, shown[i].percent)).text);
	printf("  (");
	print_nr(total);
	puts(")");
}
