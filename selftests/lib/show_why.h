/* SPDX-License-Identifier: GPL-2.0 */
/* Explanations as text, and what is wrong with them. */
#ifndef __SHOW_WHY_H
#define __SHOW_WHY_H

#include <stdio.h>
#include "analysis/explain.h"

/* As in "30 a/11 process", after ", " if it is not the first in @f. */
void print_share(FILE *f, unsigned long long amount, const struct share *s);

/* What no wait may be explained as, or printed in percent; or NULL. */
const char *flaw(const struct why *why);

/*
 * The event of build_waits.h explained, as in "70 a/11, 30 other, 10 of it
 * uncovered". Valid until the next call.
 */
const char *budget(void);

#endif /* __SHOW_WHY_H */
