/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/* A heat map on stdout: the option --heat. */
#ifndef __RUNQSLOWER_TEXT_HEAT_H
#define __RUNQSLOWER_TEXT_HEAT_H

#include "analysis/histogram.h"
#include "options.h"

/* Print the headings. Blocks are of UTF-8 if the locale says so, else ASCII. */
void text_heat_begin(const struct options *opts);

/* Print the row of an interval that ended at @now (CLOCK_MONOTONIC, ns). */
void text_heat(const struct options *opts, const struct histogram *h, __u64 now);

#endif /* __RUNQSLOWER_TEXT_HEAT_H */
