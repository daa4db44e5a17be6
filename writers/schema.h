/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
#ifndef __RUNQSLOWER_SCHEMA_H
#define __RUNQSLOWER_SCHEMA_H

/* Print the JSON Schema of the output of json_writer on stdout. */
void print_schema(void);

#endif /* __RUNQSLOWER_SCHEMA_H */
