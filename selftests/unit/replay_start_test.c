// SPDX-License-Identifier: GPL-2.0
/*
 * What the tool does before and when it begins to trace, in a world of its own:
 * see replay.h.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "replay_fixture.h"

TEST_F(replay, privileges_are_dropped)
{
	world->signal_at = SEC;
	RUN("-S", "-W", "-H");
	EXPECT_EQ(0, self->ended.code);
	EXPECT_TRUE(world->dropped);
	EXPECT_EQ(0, world->kept);
	world_rewind();
	RUN("-w");
	EXPECT_EQ(CAP_BIT(CAP_DAC_READ_SEARCH), world->kept);
	EXPECT_STREQ("", self->ended.err);
}

/* It does not go on with more than it needs. */
TEST_F(replay, privileges_are_not_dropped)
{
	world->drop_fails = true;
	world->signal_at = SEC;
	RUN("0");
	EXPECT_EQ(1, self->ended.code);
	EXPECT_STREQ("", self->ended.out);
}

/* But for the file that is to be written again and again. */
TEST_F(replay, writing_is_given_up)
{
	world->signal_at = SEC;
	world->may_write = "what it was";
	RUN("-w");
	EXPECT_EQ(NULL, world->may_write);
	world_rewind();
	RUN("--metrics", "x");
	EXPECT_STREQ("x", world->may_write);
	world_rewind();
	world->forbid_fails = true;
	RUN("0");
	EXPECT_EQ(1, self->ended.code);
	EXPECT_STREQ("", self->ended.out);
}

TEST_F(replay, no_names_of_cgroups)
{
	world->no_names = true;
	world->signal_at = SEC;
	RUN("-s");
	EXPECT_EQ(0, self->ended.code);
	EXPECT_STREQ("runqslower: cgroups are shown by ID: their names need CAP_DAC_READ_SEARCH\n",
		     self->ended.err);
	world_rewind();
	RUN("-S");
	EXPECT_STREQ("", self->ended.err);
}

/*
 * What fails before anything is traced: said in a line, and nothing on stdout.
 */
#define EXPECT_FAILURE(text)				\
	do {						\
		EXPECT_EQ(1, self->ended.code);		\
		EXPECT_STREQ(text, self->ended.err);		\
		EXPECT_STREQ("", self->ended.out);		\
	} while (0)

TEST_F(replay, failures)
{
	world->signal_at = 100 * MS;
	world->load_error = 1;
	RUN("0");
	EXPECT_FAILURE("load failed\n");
	world->load_error = 0;
	world->ring_error = ENOMEM;
	RUN("0");
	EXPECT_FAILURE("runqslower: cannot map the ring buffer: Cannot allocate memory\n");
	world->ring_error = 0;
	world->trace_error = ENOENT;
	RUN("--trace", "made-up");
	EXPECT_FAILURE("runqslower: cannot write to made-up: No such file or directory\n");
	world->trace_error = 0;
	world->cost_error = -EPERM;
	RUN("--cost");
	EXPECT_FAILURE("runqslower: cannot count what the programs cost: --cost needs CAP_SYS_ADMIN\n");
	world->cost_error = -EINVAL;
	RUN("--cost");
	EXPECT_FAILURE("runqslower: cannot count what the programs cost: Invalid argument\n");
	world->cost_error = 0;
	world->attach_error = -1;
	RUN("0");
	EXPECT_FAILURE("attach failed\n");
}

/* Nothing else is done, and a schema that was cut off is told of. */
TEST_F(replay, json_schema)
{
	RUN("--json-schema", "nonsense");
	EXPECT_OUTPUT("made up schema\n");
	self->out_fd = open("/dev/full", O_WRONLY);
	RUN("--json-schema");
	EXPECT_EQ(1, self->ended.code);
	EXPECT_STREQ("runqslower: cannot write to stdout: No space left on device\n",
		     self->ended.err);
}

/*
 * As a parent may have left it: then nothing would be known of the end of the
 * child that writes the trace file.
 */
TEST_F(replay, sigchld_ignored)
{
	world->sigchld_ignored = true;
	world->signal_at = SEC;
	RUN("--trace=x", "0");
	EXPECT_OUTPUT("begin at 0\n");
	EXPECT_FALSE(world->sigchld_ignored);
}

/* CPUs 0 and 1 are all there are. */
TEST_F(replay, no_such_cpu)
{
	RUN("-C", "0-2");
	EXPECT_EQ(64, self->ended.code);
	EXPECT_STREQ("runqslower: there is no CPU 2: 0 to 1 are accepted\n", self->ended.err);
	world->signal_at = 100 * MS;
	RUN("-C", "0-1");
	EXPECT_EQ(0, self->ended.code);
}

/* They may come. */
TEST_F(replay, no_such_task)
{
	char own[16];

	snprintf(own, sizeof(own), "%d", getpid());
	world->signal_at = 100 * MS;
	RUN("-p", "2147483647", "-p", own, "-t", "2147483646");
	EXPECT_EQ(0, self->ended.code);
	EXPECT_STREQ("runqslower: there is no process 2147483647\n"
		     "runqslower: there is no thread 2147483646\n", self->ended.err);
}

TEST_HARNESS_MAIN
