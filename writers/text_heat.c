// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * The distribution of waits over time: a row for each interval, a column for
 * each power of two, and a shade for each power of ten of the number of waits.
 * Shades are absolute, so that rows can be compared.
 */
#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include "names.h"
#include "text.h"
#include "text_heat.h"

/* The first column has all waits below 2 us, the last all from 8.6 s on. */
#define FIRST_COLUMN	6
#define NR_COLUMNS	24

#define NR_SHADES	5

static const char * const utf8_shades[NR_SHADES] = {
	"  ", "\u2591\u2591", "\u2592\u2592", "\u2593\u2593", "\u2588\u2588",
};

static const char * const ascii_shades[NR_SHADES] = { "  ", "..", "::", "**", "##" };

static const char * const *shades = ascii_shades;

void text_heat_begin(const struct options *opts)
{
	if (setlocale(LC_CTYPE, "") && !strcmp(nl_langinfo(CODESET), "UTF-8"))
		shades = utf8_shades;
	printf("%-*s |%-20s%-20s%-8s| %9s %8s %8s  %s 1 %s 10 %s 100 %s 1000 waits\n",
	       text_time_width(opts), "TIME", "1us", "1ms", "1s", "WAITS", "P99", "MAX",
	       shades[1], shades[2], shades[3], shades[4]);
}

static unsigned int shade_of(__u64 count)
{
	unsigned int shade = 0;

	for (; count && shade < NR_SHADES - 1; count /= 10)
		shade++;
	return shade;
}

/* The column of bucket @i, which is of a power of two of its own. */
static unsigned int column_of(unsigned int i)
{
	unsigned int power = i / SUB_BUCKETS;

	if (power < FIRST_COLUMN)
		return 0;
	return power < FIRST_COLUMN + NR_COLUMNS ? power - FIRST_COLUMN : NR_COLUMNS - 1;
}

void text_heat(const struct options *opts, const struct histogram *h, __u64 now)
{
	__u64 counts[NR_COLUMNS] = {};
	__u64 nr = histogram_total(h);
	unsigned int i;

	for (i = 0; i < NR_BUCKETS; i++)
		counts[column_of(i)] += h->counts[i];
	text_time(opts, now);
	fputs(" |", stdout);
	for (i = 0; i < NR_COLUMNS; i++)
		fputs(shades[shade_of(counts[i])], stdout);
	printf("| %9llu %8s %8s", nr, nr ? length_text(histogram_percentile(h, 99)).text : "-",
	       nr ? length_text(histogram_percentile(h, 100)).text : "-");
	if (h->nr_stalled)
		printf("  %llu still waiting", h->nr_stalled);
	putchar('\n');
}
