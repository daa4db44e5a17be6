// SPDX-License-Identifier: GPL-2.0
#include <string.h>
#include "fake_file.h"

static const char *fake_path;
static const __u8 *fake_data;
static size_t fake_size;

void fake_file(const char *path, const __u8 *data, size_t size)
{
	fake_path = path;
	fake_data = data;
	fake_size = size;
}

FILE *__real_fopen(const char *path, const char *mode);

FILE *__wrap_fopen(const char *path, const char *mode)
{
	if (!fake_path || strcmp(path, fake_path))
		return __real_fopen(path, mode);
	/* fmemopen() refuses to have no bytes. */
	return fake_size ? fmemopen((void *)fake_data, fake_size, mode) : NULL;
}
