// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * Names of cgroups, by file handle: that of a cgroup's directory is its ID. What has
 * been asked for once is remembered, as a cgroup may be gone the next time.
 */
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "cgroups.h"

#define FILEID_KERNFS	0xfe		/* include/linux/exportfs.h, since 5.5 */
#define NR_KNOWN	256		/* names remembered */

static struct {
	__u64 id;
	char *path;
} known[NR_KNOWN];

static int mount_fd = -1;		/* -2: there is none */
static size_t mount_len;		/* of the path of the mount point */

/* Is @word one of the comma-separated words of @list? */
static bool has_word(const char *list, const char *word)
{
	size_t len = strlen(word);

	for (; list; list = strchr(list, ',')) {
		list += *list == ',';
		if (!strncmp(list, word, len) && (!list[len] || list[len] == ','))
			return true;
	}
	return false;
}

/* The hierarchy with the cpu controller: v1 if that has it, else v2. */
static void open_mount(void)
{
	char line[4096], point[PATH_MAX], type[64], options[1024], best[PATH_MAX] = "";
	FILE *f = fopen("/proc/self/mountinfo", "r");
	char *rest;

	mount_fd = -2;
	if (!f)
		return;
	while (fgets(line, sizeof(line), f)) {
		rest = strstr(line, " - ");
		if (!rest || sscanf(line, "%*s %*s %*s %*s %4095s", point) != 1 ||
		    sscanf(rest, " - %63s %*s %1023s", type, options) != 2)
			continue;
		if (!strcmp(type, "cgroup") && has_word(options, "cpu")) {
			strcpy(best, point);
			break;
		}
		if (!strcmp(type, "cgroup2") && !best[0])
			strcpy(best, point);
	}
	fclose(f);
	if (!best[0])
		return;
	mount_fd = open(best, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (mount_fd < 0)
		mount_fd = -2;
	mount_len = strlen(best);
}

/* For free(), NULL if it cannot be found. */
static char *find_path(__u64 id)
{
	struct {
		struct file_handle head;
		__u64 id;
	} handle = {
		.head = { .handle_bytes = sizeof(id), .handle_type = FILEID_KERNFS },
	};
	char link[64], path[PATH_MAX];
	ssize_t len;
	int fd;

	if (mount_fd == -1)
		open_mount();
	memcpy(handle.head.f_handle, &id, sizeof(id));
	fd = open_by_handle_at(mount_fd, &handle.head, O_PATH | O_CLOEXEC);
	if (fd < 0)
		return NULL;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	len = readlink(link, path, sizeof(path) - 1);
	close(fd);
	if (len < (ssize_t)mount_len)
		return NULL;
	path[len] = '\0';
	return strdup(path[mount_len] ? path + mount_len : "/");
}

const char *cgroup_path(__u64 id)
{
	static char number[32];
	size_t slot = id % NR_KNOWN;
	char *path;

	if (known[slot].path && known[slot].id == id)
		return known[slot].path;
	path = find_path(id);
	if (!path) {
		snprintf(number, sizeof(number), "cgroup:%llu", id);
		return number;
	}
	free(known[slot].path);
	known[slot].id = id;
	known[slot].path = path;
	return path;
}
