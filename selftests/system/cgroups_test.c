// SPDX-License-Identifier: GPL-2.0
/*
 * Names of cgroups by ID, and IDs by name, against cgroups made here. An ID is
 * the inode number of the directory, which stat() tells.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>
#include <linux/magic.h>
#include "cgroup.h"
#include "kselftest_harness.h"
#include "util/cgroups.h"

#define NR_GROUPS	300		/* more than names are remembered */

FIXTURE(cgroups) {
	struct cgroup outer;
	struct cgroup groups[NR_GROUPS];
	__u64 ids[NR_GROUPS];
	int nr;
};

FIXTURE_SETUP(cgroups)
{
	char name[64];

	snprintf(name, sizeof(name), "rqs-names-%d", getpid());
	if (!cgroup_new(&self->outer, NULL, name)) {
		self->outer.name = NULL;
		SKIP(return, "no cgroups with the cpu controller can be made here");
	}
}

FIXTURE_TEARDOWN(cgroups)
{
	while (self->nr)
		cgroup_delete(&self->groups[--self->nr]);
	if (self->outer.name)
		cgroup_delete(&self->outer);
}

static __u64 id_of(const char *dir)
{
	struct stat st;

	return stat(dir, &st) ? 0 : st.st_ino;
}

/* One more, below the outer one; its number. */
static int make(struct _test_data_cgroups *self, const char *format)
{
	struct cgroup *g = &self->groups[self->nr];
	char name[64];

	snprintf(name, sizeof(name), format, self->nr);
	if (!cgroup_new(g, &self->outer, name))
		return -1;
	self->ids[self->nr] = id_of(g->dir);
	return self->nr++;
}

/* What is wrong with @path, or "". */
static const char *refusal(const char *path)
{
	bool v1;
	__u64 id;

	return cgroup_find(path, &id, &v1) ?: "";
}

static const char *number(__u64 id)
{
	static char buf[32];

	snprintf(buf, sizeof(buf), "cgroup:%llu", id);
	return buf;
}

TEST_F(cgroups, name)
{
	char root[PATH_MAX];
	int i = make(self, "a b%d");

	ASSERT_LE(0, i);
	EXPECT_STREQ(self->outer.name, cgroup_path(id_of(self->outer.dir)));
	EXPECT_STREQ(self->groups[i].name, cgroup_path(self->ids[i]));
	EXPECT_STREQ(self->groups[i].name, cgroup_path(self->ids[i]));
	/* What the mount point is, less nothing. */
	snprintf(root, sizeof(root), "%.*s", (int)(self->outer.name - self->outer.dir),
		 self->outer.dir);
	EXPECT_STREQ("/", cgroup_path(id_of(root)));
}

static int nr_asked;

int __real_open_by_handle_at(int mount, struct file_handle *handle, int flags);

int __wrap_open_by_handle_at(int mount, struct file_handle *handle, int flags)
{
	nr_asked++;
	return __real_open_by_handle_at(mount, handle, flags);
}

/* Asked for before: it keeps its name. Never asked for: it has none. */
TEST_F(cgroups, gone)
{
	char name[PATH_MAX];
	int asked = make(self, "asked%d"), never = make(self, "never%d");

	ASSERT_TRUE(asked >= 0 && never >= 0);
	strcpy(name, self->groups[asked].name);
	EXPECT_STREQ(name, cgroup_path(self->ids[asked]));
	cgroup_delete(&self->groups[never]);
	cgroup_delete(&self->groups[asked]);
	self->nr = 0;
	EXPECT_STREQ(name, cgroup_path(self->ids[asked]));
	EXPECT_STREQ(number(self->ids[never]), cgroup_path(self->ids[never]));
	EXPECT_STREQ(name, cgroup_path(self->ids[asked]));
	/* None at all: the kernel is asked once. */
	EXPECT_STREQ(number(~0ULL), cgroup_path(~0ULL));
	nr_asked = 0;
	EXPECT_STREQ(number(~0ULL), cgroup_path(~0ULL));
	EXPECT_EQ(0, nr_asked);
}

/* What is shown of one without a name can be asked for. */
TEST_F(cgroups, find_by_id)
{
	char text[64];
	__u64 id = 0;
	bool v1;

	snprintf(text, sizeof(text), "cgroup:%llu", id_of(self->outer.dir));
	EXPECT_EQ(NULL, cgroup_find(text, &id, &v1));
	EXPECT_EQ(id_of(self->outer.dir), id);
	EXPECT_EQ(self->outer.v1, v1);
	EXPECT_STREQ("there is none of this ID", cgroup_find("cgroup:18446744073709551614", &id, &v1));
	EXPECT_STREQ("cgroup: and a number is accepted", cgroup_find("cgroup:1x", &id, &v1));
	EXPECT_STREQ("cgroup: and a number is accepted",
		     cgroup_find("cgroup:18446744073709551616", &id, &v1));
	EXPECT_STREQ("No such file or directory", cgroup_find("cgroup:-1", &id, &v1));
}

/* More than are remembered: two that share a slot are told apart. */
TEST_F(cgroups, one_slot)
{
	int i, k, rounds;

	for (i = 0; i < NR_GROUPS; i++)
		ASSERT_EQ(i, make(self, "slot%d"));
	for (rounds = 0; rounds < 2; rounds++) {
		for (i = 0; i < NR_GROUPS; i++) {
			ASSERT_STREQ(self->groups[i].name, cgroup_path(self->ids[i]));
		}
	}
	/*
	 * The numbers are given in steps that are mostly the same: some two
	 * share one.
	 */
	for (i = 0; i < NR_GROUPS; i++) {
		for (k = i + 1; k < NR_GROUPS; k++) {
			if (self->ids[i] % 256 != self->ids[k] % 256)
				continue;
			EXPECT_STREQ(self->groups[i].name, cgroup_path(self->ids[i]));
			EXPECT_STREQ(self->groups[k].name, cgroup_path(self->ids[k]));
			EXPECT_STREQ(self->groups[i].name, cgroup_path(self->ids[i]));
			return;
		}
	}
	EXPECT_TRUE(false) TH_LOG("no two share a slot");
}

/* One that is gone must not take the slot of another, or its name. */
TEST_F(cgroups, gone_in_one_slot)
{
	int first = make(self, "first%d");
	char name[PATH_MAX];
	__u64 id;

	ASSERT_LE(0, first);
	id = self->ids[first];
	strcpy(name, self->groups[first].name);
	EXPECT_STREQ(name, cgroup_path(id));
	/* An ID of the same slot, 2^32 * 256 on: none has it. */
	EXPECT_STREQ(number(id + (1ULL << 40)), cgroup_path(id + (1ULL << 40)));
	cgroup_delete(&self->groups[first]);
	self->nr = 0;
	EXPECT_STREQ(name, cgroup_path(id));
}

TEST_F(cgroups, find)
{
	int i = make(self, "found%d");
	bool v1 = !self->outer.v1;
	const char *name, *dir;
	char path[PATH_MAX];
	__u64 id = 0;

	ASSERT_LE(0, i);
	dir = self->groups[i].dir;
	name = self->groups[i].name;
	/* By its directory; */
	EXPECT_EQ(NULL, cgroup_find(dir, &id, &v1));
	EXPECT_EQ(self->ids[i], id);
	EXPECT_EQ(self->outer.v1, v1);
	/* as it is shown; */
	id = 0;
	v1 = !self->outer.v1;
	EXPECT_EQ(NULL, cgroup_find(name, &id, &v1));
	EXPECT_EQ(self->ids[i], id);
	EXPECT_EQ(self->outer.v1, v1);
	/* and from where we are. */
	id = 0;
	ASSERT_EQ(0, chdir(self->outer.dir));
	EXPECT_EQ(NULL, cgroup_find(strrchr(dir, '/') + 1, &id, &v1));
	EXPECT_EQ(self->ids[i], id);
	/* The root. */
	snprintf(path, sizeof(path), "%.*s", (int)(self->outer.name - self->outer.dir),
		 self->outer.dir);
	EXPECT_EQ(NULL, cgroup_find(path, &id, &v1));
	EXPECT_EQ(id_of(path), id);
}

TEST_F(cgroups, refusals)
{
	static const char accepted[] = "the directory of a cgroup is accepted";
	char path[PATH_MAX + 32];
	int i = make(self, "refused%d");

	ASSERT_LE(0, i);
	EXPECT_STREQ("No such file or directory", refusal("/rqs/no/such"));
	EXPECT_STREQ("No such file or directory", refusal("rqs-no-such"));
	EXPECT_STREQ(accepted, refusal("/tmp"));
	EXPECT_STREQ(accepted, refusal("/"));
	/* A file of a cgroup. */
	snprintf(path, sizeof(path), "%s/cgroup.procs", self->groups[i].dir);
	EXPECT_STREQ(accepted, refusal(path));
	/* Of what is relative, only what is there counts. */
	ASSERT_EQ(0, chdir("/"));
	EXPECT_STREQ("No such file or directory", refusal(self->groups[i].name + 1));
}

/* A path that exists is taken as it is, even if there is such a cgroup, too. */
TEST_F(cgroups, path_before_name)
{
	struct cgroup tmp;

	if (!cgroup_new(&tmp, NULL, "tmp"))
		SKIP(return, "cannot make a cgroup named tmp");
	EXPECT_STREQ("the directory of a cgroup is accepted", refusal("/tmp"));
	cgroup_delete(&tmp);
}

/*
 * The mount point of a hierarchy of this kind, with or without the cpu
 * controller.
 */
static bool find_mount(const char *type, bool cpu, char *point)
{
	char line[4096], words[1024], found[64], *rest;
	FILE *f = fopen("/proc/self/mountinfo", "r");
	bool ok = false;

	while (f && !ok && fgets(line, sizeof(line), f)) {
		rest = strstr(line, " - ");
		if (!rest || sscanf(line, "%*s %*s %*s %*s %4095s", point) != 1 ||
		    sscanf(rest, " - %63s %*s %1000s", found, words) != 2)
			continue;
		strcat(words, ",");
		ok = !strcmp(found, type) && cpu == !!strstr(words, ",cpu,");
	}
	if (f)
		fclose(f);
	return ok;
}

/* Of v1 only the cpu hierarchy will do: tasks are somewhere else in others. */
TEST_F(cgroups, other_hierarchy)
{
	char point[4096];

	if (!find_mount("cgroup", false, point))
		SKIP(return, "no hierarchy of v1 without the cpu controller");
	EXPECT_STREQ("of v1, cgroups of the cpu controller are accepted", refusal(point));
}

/*
 * Both kinds where both are mounted. What -w shows are names of the one with
 * cpu.
 */
TEST_F(cgroups, both_versions)
{
	char one[4096], two[4096];
	bool v1;
	__u64 id;

	if (!find_mount("cgroup", true, one) || !find_mount("cgroup2", false, two))
		SKIP(return, "not both v1 with the cpu controller and v2 are mounted");
	EXPECT_EQ(NULL, cgroup_find(one, &id, &v1));
	EXPECT_TRUE(v1);
	EXPECT_EQ(id_of(one), id);
	EXPECT_STREQ("/", cgroup_path(id));
	EXPECT_EQ(NULL, cgroup_find(two, &id, &v1));
	EXPECT_FALSE(v1);
	EXPECT_EQ(id_of(two), id);
}

/* --- mounts, from a table made up here ------------------------------------ */

FILE *__real_fopen(const char *path, const char *mode);

static const char *mountinfo;

FILE *__wrap_fopen(const char *path, const char *mode)
{
	if (!mountinfo || strcmp(path, "/proc/self/mountinfo"))
		return __real_fopen(path, mode);
	return *mountinfo ? fmemopen((void *)mountinfo, strlen(mountinfo), "r") : NULL;
}

static int opened;
static char opened_path[PATH_MAX];

int __real_open(const char *path, int flags, ...);

int __wrap_open(const char *path, int flags, ...)
{
	if (!mountinfo)
		return __real_open(path, flags);
	if (!strcmp(path, "/closed"))
		return -1;
	opened++;
	snprintf(opened_path, sizeof(opened_path), "%s", path);
	return __real_open("/", flags);
}

/* Which mount point does it take? Each test is a process of its own. */
static const char *taken(const char *table)
{
	mountinfo = table;
	opened_path[0] = '\0';
	cgroup_path(~0ULL);
	return opened_path;
}

#define MOUNT(point, rest) "36 35 98:0 / " point " rw,noatime shared:1 - " rest "\n"

#define MOUNT_OF(root, point, rest) "36 35 0:30 " root " " point " rw shared:1 - " rest "\n"

/* Of several mounts the one that shows most, as of the host in a container. */
TEST(mount_that_shows_most)
{
	EXPECT_STREQ("/host", taken(MOUNT_OF("/", "/sys/fs/cgroup", "cgroup2 c rw")
				    MOUNT_OF("/../../..", "/host", "cgroup2 c rw")
				    MOUNT_OF("/../..", "/pod", "cgroup2 c rw")));
}

TEST(mount_of_a_part)
{
	EXPECT_STREQ("/all", taken(MOUNT_OF("/a/b", "/part", "cgroup2 c rw")
				   MOUNT_OF("/", "/all", "cgroup2 c rw")
				   MOUNT_OF("/", "/again", "cgroup2 c rw")));
}

/* As the host's, behind a directory that is the root user's. */
TEST(mount_that_cannot_be_opened)
{
	EXPECT_STREQ("/open", taken(MOUNT_OF("/", "/open", "cgroup2 c rw")
				    MOUNT_OF("/..", "/closed", "cgroup2 c rw")
				    MOUNT_OF("/", "/again", "cgroup2 c rw")));
}

TEST(mount_of_a_part_that_is_all)
{
	EXPECT_STREQ("/part", taken(MOUNT_OF("/..a/...", "/part", "cgroup2 c rw")));
}

/* Whatever is seen of v2. */
TEST(mount_of_v1)
{
	EXPECT_STREQ("/cpu", taken(MOUNT_OF("/..", "/two", "cgroup2 c rw")
				   MOUNT_OF("/a", "/cpu", "cgroup c rw,cpu")
				   MOUNT_OF("/../..", "/three", "cgroup2 c rw")));
}

/* The kernel writes blanks and backslashes as octal numbers. */
TEST(mount_point_with_a_blank)
{
	EXPECT_STREQ("/c/a b\\c\td", taken(MOUNT("/c/a\\040b\\134c\\011d", "cgroup c rw,cpu")));
}

TEST(mount_point_that_is_no_escape)
{
	EXPECT_STREQ("/c/a\\", taken(MOUNT("/c/a\\", "cgroup c rw,cpu")));
}

/* Only the kernel's own way is undone: three digits of an octal number. */
TEST(mount_point_that_is_no_number)
{
	EXPECT_STREQ("/c/a\\09\\0xy", taken(MOUNT("/c/a\\09\\0xy", "cgroup c rw,cpu")));
}

TEST(v1_with_cpu)
{
	EXPECT_STREQ("/c/three", taken(MOUNT("/", "ext4 /dev/root rw") MOUNT("/c/one", "cgroup2 c rw")
				       MOUNT("/c/two", "cgroup c rw,cpuset")
				       MOUNT("/c/three", "cgroup c rw,cpuacct,cpu")
				       MOUNT("/c/four", "cgroup2 c rw")));
	/* It is looked for once. */
	opened = 0;
	cgroup_path(~0ULL - 1);
	EXPECT_EQ(0, opened);
}

TEST(v1_with_cpu_in_between)
{
	EXPECT_STREQ("/c/two", taken(MOUNT("/c/one", "cgroup c rw,cpuset,cpuacct")
				     MOUNT("/c/two", "cgroup c rw,cpu,cpuacct")
				     MOUNT("/c/three", "cgroup c rw,cpu")));
}

TEST(v2)
{
	EXPECT_STREQ("/c/two", taken(MOUNT("/c/one", "cgroup c rw,cpuacct,xcpu,cpux")
				     MOUNT("/c/two", "cgroup2 c rw")
				     MOUNT("/c/three", "cgroup2 c rw")));
}

TEST(no_cgroups)
{
	EXPECT_STREQ("", taken(MOUNT("/", "ext4 /dev/root rw")));
	EXPECT_STREQ(number(7), cgroup_path(7));
	EXPECT_STREQ("No such file or directory", refusal("/rqs/no/such"));
	EXPECT_EQ(0, opened);
}

TEST(no_mounts)
{
	EXPECT_STREQ("", taken(""));
	EXPECT_STREQ(number(7), cgroup_path(7));
	EXPECT_EQ(0, opened);
}

TEST_HARNESS_MAIN
