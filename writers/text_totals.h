/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/*
 * Totals and histograms as blocks of text on stdout: see summary() in writer.h.
 */
#ifndef __RUNQSLOWER_TEXT_TOTALS_H
#define __RUNQSLOWER_TEXT_TOTALS_H

#include "analysis/histogram.h"
#include "analysis/totals.h"
#include "options.h"

void text_summary(const struct options *opts, const struct totals *t, __u64 since,
		  __u64 now);

/* Bars use the full width of the terminal. */
void text_histogram(const struct options *opts, const struct histogram *h, __u64 since,
		    __u64 now);

#endif /* __RUNQSLOWER_TEXT_TOTALS_H */
