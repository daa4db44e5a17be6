// SPDX-License-Identifier: GPL-2.0
/*
 * The main loop with a command, and with data that does not go to stdout, in a
 * world of its own: see replay.h.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "replay_fixture.h"

/* Its status, and waits to the last; data goes to stderr. */
TEST_F(replay, ends)
{
	wait_at(10 * MS, 1);
	wait_at(98 * MS, 2);
	wait_late(99 * MS, 103 * MS, 3);
	wait_at(120 * MS, 4);		/* no: it was detached by then */
	world->command_ends_at = 100 * MS;
	world->command_status = 3;
	RUN("0", "--", "made-up");
	EXPECT_EQ(3, self->ended.code);
	EXPECT_STREQ("", self->ended.out);
	EXPECT_STREQ("begin at 0\nwait 1 at 15\nwait 2 at 103\nwait 3 at 103\n", self->ended.err);
	EXPECT_EQ(100U, ms(world->detached));
	EXPECT_FALSE(world->command_dropped);
	EXPECT_TRUE(world->dropped);
	EXPECT_EQ(CAP_BIT(CAP_KILL), world->kept);
	EXPECT_EQ(0, world->nr_passed);
	EXPECT_EQ(0, world->nr_unflushed);
}

/* A signal is the command's, and does not end the tracing. */
TEST_F(replay, is_told)
{
	wait_at(150 * MS, 1);
	world->signal_at = 50 * MS;
	world->command_ends_at = 200 * MS;
	world->command_status = 143;
	RUN("--to", "/dev/stdout", "0", "--", "made-up");
	EXPECT_EQ(143, self->ended.code);
	EXPECT_STREQ("begin at 0\nwait 1 at 155\n", self->ended.out);
	EXPECT_EQ(1, world->nr_passed);
	EXPECT_EQ(200U, ms(world->detached));
}

/* What is asked for is written before the command ends. */
TEST_F(replay, goes_on)
{
	wait_at(10 * MS, 1);
	wait_at(150 * MS, 2);
	world->signal_at = 200 * MS;
	world->command_ends_at = 300 * MS;
	RUN("-s", "-d", "100ms", "--to", "/dev/stdout", "--", "made-up");
	EXPECT_OUTPUT("begin at 0\nsummary of 1 waits, 0 to 100\n");
	EXPECT_EQ(1, world->nr_passed);
	EXPECT_EQ(300U, ms(world->waited));
	world_rewind();
	world->command_status = 7;
	RUN("-n", "1", "--to", "/dev/stdout", "--", "made-up");
	EXPECT_EQ(7, self->ended.code);
	EXPECT_STREQ("begin at 0\nwait 1 at 15\n", self->ended.out);
	EXPECT_EQ(15U, ms(world->detached));
	EXPECT_EQ(300U, ms(world->waited));
}

/* Nobody reads: the command is no less for that. */
TEST_F(replay, without_a_reader)
{
	world->hangup_at = 50 * MS;
	world->command_ends_at = 300 * MS;
	RUN("--", "made-up");
	EXPECT_EQ(0, self->ended.code);
	EXPECT_EQ(50U, ms(world->detached));
	EXPECT_EQ(300U, ms(world->waited));
}

TEST_F(replay, fails)
{
	world->exec_error = 127;
	RUN("-s", "--to", "/dev/stdout", "--", "made-up");
	EXPECT_EQ(127, self->ended.code);
	EXPECT_STREQ("exec failed\n", self->ended.err);
	EXPECT_STREQ("", self->ended.out);
	world_rewind();
	world->executed = NEVER;
	world->fork_error = 1;
	RUN("--", "made-up");
	EXPECT_EQ(1, self->ended.code);
	EXPECT_STREQ("fork failed\n", self->ended.err);
	world_rewind();
	world->fork_error = 0;
	world->drop_fails = true;
	RUN("--", "made-up");
	EXPECT_EQ(1, self->ended.code);
	EXPECT_EQ(NEVER, world->executed);
}

/* The tool fails, and the command does not: or both do. */
TEST_F(replay, and_full_disk)
{
	world->command_ends_at = 300 * MS;
	RUN("--to", "/dev/full", "--", "made-up");
	EXPECT_EQ(1, self->ended.code);
	EXPECT_STREQ("runqslower: cannot write to /dev/full: No space left on device\n",
		     self->ended.err);
	EXPECT_EQ(300U, ms(world->waited));
	world->command_status = 5;
	RUN("--to", "/dev/full", "--", "made-up");
	EXPECT_EQ(5, self->ended.code);
}

TEST_F(replay, output_to_a_file)
{
	wait_at(10 * MS, 1);
	world->signal_at = SEC;
	RUN("--to", "/dev/stderr", "0");
	EXPECT_EQ(0, self->ended.code);
	EXPECT_STREQ("", self->ended.out);
	EXPECT_STREQ("begin at 0\nwait 1 at 15\n", self->ended.err);
	RUN("--to", "/no/such/file", "0");
	EXPECT_EQ(1, self->ended.code);
	EXPECT_STREQ("runqslower: cannot write to /no/such/file: No such file or directory\n",
		     self->ended.err);
}

TEST_HARNESS_MAIN
