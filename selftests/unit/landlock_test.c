// SPDX-License-Identifier: GPL-2.0
/*
 * What a process may still do with files once it has given up writing them.
 * Each test is a process of its own, so that nothing is given up for the next
 * one.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "kselftest_harness.h"
#include "landlock_version.h"
#include "util/landlock.h"

FIXTURE(landlock)
{
	char dir[64], beside[128], elsewhere[128];
	int version;
};

static int make(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	if (fd < 0)
		return errno;
	close(fd);
	return 0;
}

/* Another process removes the files once this one has ended, which may not. */
static void remove_at_end(const char *dir)
{
	char command[80];
	int fd[2];

	if (pipe(fd))
		return;
	if (!fork()) {
		close(fd[1]);
		if (!read(fd[0], command, 1)) {
			snprintf(command, sizeof(command), "rm -r %s", dir);
			_exit(system(command));
		}
	}
	close(fd[0]);
}

FIXTURE_SETUP(landlock)
{
	self->version = landlock_version();
	if (self->version < 1)
		SKIP(return, "this kernel has no Landlock");
	snprintf(self->dir, sizeof(self->dir), "/tmp/rqs-landlock-XXXXXX");
	ASSERT_NE(NULL, mkdtemp(self->dir));
	remove_at_end(self->dir);
	sprintf(self->beside, "%s/in", self->dir);
	ASSERT_EQ(0, mkdir(self->beside, 0755));
	strcat(self->beside, "/a");
	sprintf(self->elsewhere, "%s/b", self->dir);
	ASSERT_EQ(0, make(self->elsewhere));
	ASSERT_EQ(0, make(self->beside));
	ASSERT_EQ(0, prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
}

FIXTURE_TEARDOWN(landlock)
{
}

/* Returns what is left of a process that has executed something else. */
static int execute(void)
{
	char *const args[] = { "true", NULL };
	int status;
	pid_t pid = fork();

	if (!pid) {
		execv("/bin/true", args);
		_exit(errno);
	}
	waitpid(pid, &status, 0);
	return WEXITSTATUS(status);
}

TEST_F(landlock, nothing_is_written)
{
	FILE *open_before;
	char path[160];

	open_before = fopen(self->beside, "w");
	ASSERT_NE(NULL, open_before);
	EXPECT_EQ(0, execute());
	ASSERT_TRUE(forbid_writing(NULL));

	EXPECT_EQ(EACCES, make(self->elsewhere));
	sprintf(path, "%s.new", self->elsewhere);
	EXPECT_EQ(EACCES, make(path));
	EXPECT_EQ(-1, unlink(self->elsewhere));
	EXPECT_EQ(-1, mkdir(path, 0755));
	EXPECT_EQ(-1, symlink("x", path));
	EXPECT_EQ(-1, mkfifo(path, 0644));
	EXPECT_EQ(-1, rmdir(self->dir));
	EXPECT_EQ(EACCES, errno);
	EXPECT_EQ(-1, rename(self->elsewhere, path));
	if (self->version >= 3) {
		EXPECT_EQ(-1, truncate(self->elsewhere, 1));
		EXPECT_EQ(EACCES, errno);
	}
	EXPECT_EQ(-1, open(self->elsewhere, O_WRONLY));
	EXPECT_EQ(EACCES, errno);
	EXPECT_EQ(EACCES, execute());

	/* Reading, and what is open, remains. */
	EXPECT_LE(0, open(self->elsewhere, O_RDONLY));
	EXPECT_LE(0, fputs("x", open_before));
	EXPECT_EQ(0, fflush(open_before));
	EXPECT_EQ(0, ftruncate(fileno(open_before), 0));
}

TEST_F(landlock, one_file_is_replaced)
{
	char tmp[160];

	ASSERT_TRUE(forbid_writing(self->beside));

	sprintf(tmp, "%s.tmp", self->beside);
	EXPECT_EQ(0, make(tmp));
	EXPECT_EQ(0, rename(tmp, self->beside));
	EXPECT_EQ(0, make(tmp));
	EXPECT_EQ(0, unlink(tmp));
	EXPECT_EQ(-1, mkdir(tmp, 0755));
	EXPECT_EQ(EACCES, errno);
	EXPECT_EQ(EACCES, make(self->elsewhere));
	EXPECT_EQ(-1, unlink(self->elsewhere));
	EXPECT_EQ(EACCES, errno);
}

/* A name alone is of the current directory. */
TEST_F(landlock, one_file_is_replaced_here)
{
	*strrchr(self->beside, '/') = '\0';
	ASSERT_EQ(0, chdir(self->beside));
	self->beside[strlen(self->beside)] = '/';
	ASSERT_TRUE(forbid_writing("a"));
	EXPECT_EQ(0, make("a"));
	EXPECT_EQ(EACCES, make("../b"));
}

TEST_F(landlock, no_connection)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(9) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (self->version < 4)
		SKIP(return, "this kernel's Landlock is of files only");
	if (fd < 0)
		SKIP(return, "no network");
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	ASSERT_TRUE(forbid_writing(NULL));
	EXPECT_EQ(-1, connect(fd, (struct sockaddr *)&to, sizeof(to)));
	EXPECT_EQ(EACCES, errno);
	EXPECT_EQ(-1, bind(fd, (struct sockaddr *)&to, sizeof(to)));
	EXPECT_EQ(EACCES, errno);
}

/* There is nothing to allow. */
TEST_F(landlock, no_such_directory)
{
	strcat(self->beside, "/no/such");
	EXPECT_TRUE(forbid_writing(self->beside));
	EXPECT_EQ(EACCES, make(self->elsewhere));
}

/*
 * Not said to have happened when it has not: no right to, because this process
 * could still gain privileges.
 */
TEST(refused)
{
	if (landlock_version() < 1)
		SKIP(return, "this kernel has no Landlock");
	if (geteuid() || setresuid(65534, 65534, 65534))
		SKIP(return, "root only can become another user");
	EXPECT_FALSE(forbid_writing(NULL));
}

TEST_HARNESS_MAIN
