// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * Find the path of a cgroup by its ID, which is the file handle of its
 * directory. Paths are cached, because a cgroup may be gone when its path is
 * needed again.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>
#include <linux/magic.h>
#include "cgroups.h"

#define FILEID_KERNFS	0xfe		/* linux/exportfs.h, since 5.5 */
#define ROOT_ID		1		/* of each hierarchy */
#define NR_KNOWN	1024		/* paths cached */

static struct {
	__u64 id;
	char *path;
} known[NR_KNOWN];

/* IDs that have no path, so that nobody asks the kernel at each wait. */
static __u64 unknown[NR_KNOWN];

static int mount_fd = -1;		/* -1: not looked for, -2: no mount */
static char mount_point[PATH_MAX];
static bool mount_is_v1;

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

static bool is_octal(char c)
{
	return c >= '0' && c <= '7';
}

/* Undo in place how mountinfo writes blanks and backslashes: as in \040. */
static void unescape(char *s)
{
	char *to = s;

	for (; *s; s++) {
		if (s[0] == '\\' && s[1] >= '0' && s[1] <= '3' && is_octal(s[2]) &&
		    is_octal(s[3])) {
			*to++ = (s[1] - '0') << 6 | (s[2] - '0') << 3 | (s[3] - '0');
			s += 3;
		} else {
			*to++ = *s;
		}
	}
	*to = '\0';
}

/*
 * How many levels above the root of our cgroup namespace a mount begins, below
 * it if negative. @root: as mountinfo has it. In a container the mount of the
 * host is "/../..".
 */
static int levels_above(const char *root)
{
	int levels = 0;

	for (; *root; root++) {
		if (*root != '/' || !root[1])
			continue;
		levels += !strncmp(root, "/..", 3) && (!root[3] || root[3] == '/') ? 1 : -1;
	}
	return levels;
}

/*
 * Open the hierarchy with the cpu controller: v1 if one has it, else v2. Of its
 * mounts that can be opened take the one that shows most of it. Once.
 */
static void open_mount(void)
{
	char line[4096], root[PATH_MAX], point[PATH_MAX], type[64], options[1024];
	int levels, most = INT_MIN, fd;
	char *rest;
	bool v1;
	FILE *f;

	if (mount_fd != -1)
		return;
	mount_fd = -2;
	f = fopen("/proc/self/mountinfo", "r");
	if (!f)
		return;
	while (fgets(line, sizeof(line), f)) {
		rest = strstr(line, " - ");
		if (!rest || sscanf(line, "%*s %*s %*s %4095s %4095s", root, point) != 2 ||
		    sscanf(rest, " - %63s %*s %1023s", type, options) != 2)
			continue;
		v1 = !strcmp(type, "cgroup") && has_word(options, "cpu");
		if (!v1 && (mount_is_v1 || strcmp(type, "cgroup2")))
			continue;
		levels = levels_above(root);
		if (v1 == mount_is_v1 && levels <= most)
			continue;
		unescape(point);
		fd = open(point, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (fd < 0)
			continue;
		if (mount_fd >= 0)
			close(mount_fd);
		mount_fd = fd;
		most = levels;
		mount_is_v1 = v1;
		snprintf(mount_point, sizeof(mount_point), "%s", point);
	}
	fclose(f);
}

bool cgroups_are_v1(void)
{
	open_mount();
	return mount_is_v1;
}

/* Open cgroup @id: a file descriptor, or -1 with errno. */
static int open_cgroup(__u64 id)
{
	struct {
		struct file_handle head;
		__u64 id;
	} handle = {
		.head = { .handle_bytes = sizeof(id), .handle_type = FILEID_KERNFS },
	};

	open_mount();
	memcpy(handle.head.f_handle, &id, sizeof(id));
	return open_by_handle_at(mount_fd, &handle.head, O_PATH | O_CLOEXEC);
}

/* cgroup_find() of a path as cgroup_path() has one where it knows no other. */
static const char *find_by_id(const char *path, __u64 *id, bool *v1)
{
	char *end;
	int fd;

	if (strncmp(path, "cgroup:", 7) || path[7] < '0' || path[7] > '9')
		return strerror(ENOENT);
	errno = 0;
	*id = strtoull(path + 7, &end, 10);
	*v1 = cgroups_are_v1();
	if (*end || errno)
		return "cgroup: and a number is accepted";
	fd = open_cgroup(*id);
	if (fd >= 0)
		close(fd);
	else if (errno == ESTALE)
		return "there is none of this ID";
	else if (errno != EPERM)
		return strerror(errno);
	return NULL;
}

const char *cgroup_find(const char *path, __u64 *id, bool *v1)
{
	char below[2 * PATH_MAX], file[2 * PATH_MAX + 16];
	struct statfs fs;
	struct stat st;

	open_mount();
	/* If no such path exists, @path may be as -w shows paths. */
	if (stat(path, &st) && mount_point[0] && path[0] == '/') {
		snprintf(below, sizeof(below), "%s%s", mount_point, path);
		path = below;
	}
	if (stat(path, &st) || statfs(path, &fs))
		return errno == ENOENT ? find_by_id(path, id, v1) : strerror(errno);
	*id = st.st_ino;
	*v1 = fs.f_type == CGROUP_SUPER_MAGIC;
	if ((!*v1 && fs.f_type != CGROUP2_SUPER_MAGIC) || !S_ISDIR(st.st_mode))
		return "the directory of a cgroup is accepted";
	if (*v1) {
		snprintf(file, sizeof(file), "%s/cpu.shares", path);
		if (access(file, F_OK))
			return "of v1, cgroups of the cpu controller are accepted";
	}
	return NULL;
}

bool cgroups_may_be_named(void)
{
	int fd = open_cgroup(ROOT_ID);

	if (fd < 0)
		return errno != EPERM;
	close(fd);
	return true;
}

/* The path of cgroup @id, for free() by the caller. NULL: not found. */
static char *find_path(__u64 id)
{
	char link[64], path[PATH_MAX];
	int fd = open_cgroup(id);
	ssize_t len;

	if (fd < 0)
		return NULL;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	len = readlink(link, path, sizeof(path) - 1);
	close(fd);
	if (len < (ssize_t)strlen(mount_point))
		return NULL;
	path[len] = '\0';
	len = strlen(mount_point);
	return strdup(path[len] ? path + len : "/");
}

/* Is it of use to try again? Else the cgroup is gone, or hidden for good. */
static bool is_temporary(int err)
{
	return err == EMFILE || err == ENFILE || err == ENOMEM || err == EINTR;
}

const char *cgroup_path(__u64 id)
{
	static char number[32];
	size_t slot = id % NR_KNOWN;
	char *path;

	if (known[slot].path && known[slot].id == id)
		return known[slot].path;
	path = unknown[slot] == id ? NULL : find_path(id);
	if (!path) {
		if (!is_temporary(errno))
			unknown[slot] = id;
		snprintf(number, sizeof(number), "cgroup:%llu", id);
		return number;
	}
	free(known[slot].path);
	known[slot].id = id;
	known[slot].path = path;
	return path;
}

void cgroup_remember(__u64 id)
{
	if (id)
		cgroup_path(id);
}
