/* SPDX-License-Identifier: GPL-2.0 */
/* Metrics as Prometheus reads them. */
#ifndef __METRICS_TEXT_H
#define __METRICS_TEXT_H

#include <stdlib.h>
#include <string.h>

/* The value of the line of @text that begins with @name, -1 without one. */
static inline double value_of(const char *text, const char *name)
{
	const char *line = text;
	size_t len = strlen(name);

	for (; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (!strncmp(line, name, len) && line[len] == ' ')
			return atof(line + len);
	}
	return -1;
}

#endif /* __METRICS_TEXT_H */
