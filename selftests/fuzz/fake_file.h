/* SPDX-License-Identifier: GPL-2.0 */
/* A file of the kernel with the input in it, by -Wl,--wrap=fopen. */
#ifndef __FAKE_FILE_H
#define __FAKE_FILE_H

#include <stdio.h>
#include <linux/types.h>

/* From now on @path has these bytes; it is read with fopen() only. */
void fake_file(const char *path, const __u8 *data, size_t size);

#endif /* __FAKE_FILE_H */
