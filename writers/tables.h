/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/* The fields of each row of rows.h, in every format. */
#ifndef __RUNQSLOWER_TABLES_H
#define __RUNQSLOWER_TABLES_H

#include "field.h"

/* Tables of records. A record is one object in JSON. */
extern const struct table wait_table, summary_table, histogram_table, lost_table,
			  limits_table, cost_table;

/* Tables of rows within a record. A row is one line in CSV. */
extern const struct table total_table, bucket_table;

#endif /* __RUNQSLOWER_TABLES_H */
