/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/* What is in each row of rows.h, in every format. */
#ifndef __RUNQSLOWER_TABLES_H
#define __RUNQSLOWER_TABLES_H

#include "field.h"

/* Records: an object each in JSON. */
extern const struct table wait_table, summary_table, histogram_table, lost_table, cost_table;

/* Parts of records; lines of CSV and text. */
extern const struct table total_table, bucket_table;

#endif /* __RUNQSLOWER_TABLES_H */
