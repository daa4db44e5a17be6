// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* A block begins with an empty line and times, because it may be in a log. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include "names.h"
#include "rows.h"
#include "tables.h"
#include "text.h"
#include "text_totals.h"
#include "util/output.h"

#define NR_LINES	10		/* of a list, at most */

/* The width of a row without its bar. */
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

static void print_causes(const struct summary_row *row)
{
	__u64 left[NR_CAUSES], all = 0;
	const char *comma = "Causes: ";
	int i, largest;

	for (i = 0; i < NR_CAUSES; i++) {
		left[i] = row->causes[i];
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
		printf("%s%.1f%% %s", comma, 100.0 * left[largest] / all,
		       cause_text(largest));
		left[largest] = 0;
		comma = ", ";
	}
	putchar('\n');
}

/* Print @list. @rest: also print the row behind @list, which is its rest. */
static void print_list(const struct options *opts, const struct rows *list, bool rest)
{
	const struct total_row *row = list->rows, *end = row + list->nr;
	unsigned int kind = row->kind;

	putchar('\n');
	text_heading(opts, &total_table, kind);
	for (; row < end; row++)
		text_row(opts, &total_table, kind, row);
	if (rest)
		text_row(opts, &total_table, kind, row);
}

static void print_waiters(const struct options *opts, const struct rows *list)
{
	const struct total_row *rest = (const struct total_row *)list->rows + list->nr;

	/* Look at the number of waits, because waits of 0 ns exist. */
	print_list(opts, list, rest->waits);
}

static void print_cgroups(const struct options *opts, const struct rows *list, bool rest)
{
	const struct total_row *row = list->rows, *end = row + list->nr;

	for (; row < end; row++) {
		if (row->waiting || row->running) {
			print_list(opts, list, rest);
			return;
		}
	}
}

/* @nr as in "1 wait", "2 waits". */
static void print_nr(__u64 nr)
{
	printf("%llu wait%s", nr, nr == 1 ? "" : "s");
}

/* What -S has found, which is in no total. */
static void print_stalled(__u64 nr, __u64 longest_ns)
{
	if (nr)
		printf("; %llu still waiting, longest %s", nr, length_text(longest_ns).text);
}

void text_summary(const struct options *opts, const struct totals *t, __u64 since,
		  __u64 now)
{
	struct summary_row row;

	fill_summary(&row, t, NR_LINES, since, now);
	print_begin(opts, since, now);
	if (row.waits)
		print_nr(row.waits);
	else
		fputs("no waits", stdout);
	if (opts->min_us)
		printf(" over %llu us", opts->min_us);
	if (row.waits)
		printf(", %s in all", length_text(row.wait_ns).text);
	print_stalled(row.nr_stalled, row.stalled_ns);
	putchar('\n');
	if (!row.waits)
		return;
	print_causes(&row);
	print_waiters(opts, &row.waiters);
	if (row.culprits.nr)
		print_list(opts, &row.culprits, row.culprits_rest_ns);
	print_cgroups(opts, &row.cgroups, row.cgroups_rest_ns);
}

static int terminal_width(void)
{
	const char *columns = getenv("COLUMNS");
	struct winsize size;
	int width = 0;

	if (!ioctl(output_fd(), TIOCGWINSZ, &size))
		width = size.ws_col;
	else if (columns)
		width = atoi(columns);
	/* 80 if the width is not known, 0 or absurd. */
	return width > 0 && width < 1000 ? width : 80;
}

#define NR_ROWS		(NR_BUCKETS / SUB_BUCKETS)

/* One row has all buckets of a power of two. */
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
		printf("%8s to %-8s : %-10llu |", length_text(bucket_start(i * SUB_BUCKETS)).text,
		       length_text(bucket_start((i + 1) * SUB_BUCKETS)).text, rows[i]);
		bar = (double)rows[i] / most * width;
		for (j = 0; j < width; j++)
			putchar(j < bar ? '*' : ' ');
		puts("|");
	}
}

void text_histogram(const struct options *opts, const struct histogram *h, __u64 since,
		    __u64 now)
{
	struct histogram_row row;
	const char *space = "";
	const struct field *f;

	print_begin(opts, since, now);
	fill_histogram(&row, h, since, now);
	if (row.count)
		print_nr(row.count);
	fputs(row.count ? " of any length" : "no waits", stdout);
	print_stalled(row.nr_stalled, row.stalled_ns);
	putchar('\n');
	if (!row.count)
		return;
	print_rows(h);
	for (f = histogram_table.fields; f->type; f++) {
		if (!f->head)
			continue;
		printf("%s%s %s", space, f->head, length_text(field_number(f, &row)).text);
		space = "  ";
	}
	printf("  (");
	print_nr(row.count);
	puts(")");
}
