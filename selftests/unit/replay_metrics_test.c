// SPDX-License-Identifier: GPL-2.0
/*
 * When the main loop writes the file of --metrics, what it has by then, and
 * what becomes of a failure, in a world of its own: see replay.h.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "replay_fixture.h"

/* The times of all writes in ms, and what they had of waits. */
static const char *writes(void)
{
	static char text[4096];
	const struct metrics_write *w;
	int len = 0, i;

	text[0] = '\0';
	for (i = 0; i < world->nr_metrics; i++) {
		w = &world->metrics[i];
		len += sprintf(text + len, "%s%llu: %llu, %llu, %llu", i ? "; " : "", ms(w->at),
			       w->lengths, ms(w->ns), ms(w->shown_ns));
	}
	return text;
}

/*
 * At the begin, every 15 s and at the end. A cgroup that is new shows 0 once.
 * Each wait has 3 ms. Nothing but the header comes to stdout.
 */
TEST_F(replay, service)
{
	wait_at(10 * MS, 1);
	wait_at(31 * SEC, 2);
	length_at(5 * MS, 7, 100);
	length_at(20 * SEC, 1247, 50);
	world->signal_at = 40 * SEC;
	RUN("--metrics", "made-up");
	EXPECT_OUTPUT("begin at 0\n");
	EXPECT_STREQ("0: 0, 0, 0; 15000: 100, 3, 0; 30000: 150, 3, 3; 40000: 150, 6, 6",
		     writes());
	EXPECT_EQ(0U, world->metrics[0].nr_costs);
}

/* There is no later file for what is new at the end. */
TEST_F(replay, new_at_the_end)
{
	wait_at(10 * MS, 1);
	world->signal_at = SEC;
	RUN("--metrics", "made-up");
	EXPECT_STREQ("0: 0, 0, 0; 1000: 0, 3, 3", writes());
}

TEST_F(replay, interval)
{
	wait_at(10 * MS, 1);
	world->signal_at = 2500 * MS;
	RUN("--metrics", "made-up", "-i", "1");
	EXPECT_OUTPUT("begin at 0\n");
	EXPECT_STREQ("0: 0, 0, 0; 1000: 0, 3, 0; 2000: 0, 3, 3; 2500: 0, 3, 3", writes());
}

/* What is slept through is not made up for. */
TEST_F(replay, slept_through)
{
	world->oversleep_at = 1000 * MS;
	world->oversleep = 2300 * MS;
	world->signal_at = 4400 * MS;
	RUN("--metrics", "made-up", "-i", "1");
	EXPECT_STREQ("0: 0, 0, 0; 3300: 0, 0, 0; 4000: 0, 0, 0; 4400: 0, 0, 0", writes());
}

/* -s and -H begin anew with each interval, metrics do not. */
TEST_F(replay, beside_totals)
{
	wait_at(10 * MS, 1);
	wait_at(1010 * MS, 2);
	length_at(10 * MS, 5, 1);
	length_at(1010 * MS, 5, 2);
	world->signal_at = 2 * SEC;
	RUN("--metrics", "made-up", "-sH", "-i", "1");
	EXPECT_OUTPUT("begin at 0\nsummary of 1 waits, 0 to 1000\nhistogram 0 to 1000: 5: 1\n"
		      "summary of 1 waits, 1000 to 2000\nhistogram 1000 to 2000: 5: 2\n");
	EXPECT_STREQ("0: 0, 0, 0; 1000: 1, 3, 0; 2000: 3, 6, 6; 2000: 3, 6, 6", writes());
}

/* Without -i totals come at the end, metrics do not wait for that. */
TEST_F(replay, totals_without_interval)
{
	world->signal_at = 16 * SEC;
	RUN("--metrics", "made-up", "-s");
	EXPECT_OUTPUT("begin at 0\nsummary of 0 waits, 0 to 16000\n");
	EXPECT_STREQ("0: 0, 0, 0; 15000: 0, 0, 0; 16000: 0, 0, 0", writes());
}

TEST_F(replay, beside_lines)
{
	wait_at(10 * MS, 1);
	world->signal_at = SEC;
	RUN("--metrics", "made-up", "-w");
	EXPECT_OUTPUT("begin at 0\nwait 1 at 15 for culprit\n");
	world_rewind();
	RUN("--metrics", "made-up", "-j");
	EXPECT_STREQ("begin at 0\nlimits 0 at 0\nwait 1 at 15 for culprit\n", self->ended.out);
}

/* What goes on waiting is shown, and counted when it is over. */
TEST_F(replay, stalled)
{
	world->find_waiting_tid = 7;
	wait_at(1500 * MS, 7);
	world->signal_at = 1900 * MS;
	RUN("--metrics", "made-up", "-S");
	EXPECT_OUTPUT("begin at 0\nstalled 7 at 1005 for culprit\n");
	EXPECT_STREQ("0: 0, 0, 0; 1900: 0, 3, 3", writes());
}

TEST_F(replay, cost)
{
	world->signal_at = SEC;
	RUN("--metrics", "made-up", "--cost");
	EXPECT_OUTPUT("begin at 0\ncost one 2 3 (1)\n");
	EXPECT_EQ(1U, world->metrics[0].nr_costs);
	EXPECT_EQ(1U, world->metrics[1].nr_costs);
}

TEST_F(replay, privileges)
{
	world->signal_at = SEC;
	RUN("--metrics", "made-up");
	EXPECT_TRUE(world->dropped);
	EXPECT_EQ(CAP_BIT(CAP_DAC_READ_SEARCH), world->kept);
	world_rewind();
	world->no_names = true;
	RUN("--metrics", "made-up");
	EXPECT_STREQ("runqslower: cgroups are not told apart: their names need CAP_DAC_READ_SEARCH\n",
		     self->ended.err);
	world_rewind();
	RUN("--metrics", "made-up", "-w");
	EXPECT_STREQ("runqslower: cgroups are shown by ID: their names need CAP_DAC_READ_SEARCH\n",
		     self->ended.err);
}

TEST_F(replay, limits)
{
	world->limits = LIMIT_STEAL;
	world->signal_at = SEC;
	RUN("--metrics", "made-up");
	EXPECT_STREQ("runqslower: this kernel does not tell steal (counts as the task that ran)\n",
		     self->ended.err);
}

/* --- what fails ----------------------------------------------------------- */

/* At once, before who waits for the header begins. */
TEST_F(replay, fails_at_the_start)
{
	world->metrics_error = ENOENT;
	world->signal_at = SEC;
	RUN("--metrics", "no/such");
	EXPECT_EQ(1, self->ended.code);
	EXPECT_STREQ("", self->ended.out);
	EXPECT_STREQ("runqslower: cannot write no/such: No such file or directory\n",
		     self->ended.err);
	EXPECT_EQ(1, world->nr_metrics);
	EXPECT_EQ(2, world->nr_frees);
}

/* Privileges are given up by then, so root may be refused. */
TEST_F(replay, is_refused)
{
	char line[128];

	world->metrics_error = EACCES;
	RUN("--metrics", "not/mine");
	EXPECT_EQ(1, self->ended.code);
	snprintf(line, sizeof(line),
		 "runqslower: cannot write not/mine: Permission denied; UID %u must be allowed to, without capabilities\n",
		 geteuid());
	EXPECT_STREQ(line, self->ended.err);
}

/* Said once, tried again, and not forgotten. */
TEST_F(replay, fails_later)
{
	wait_at(10 * MS, 1);
	world->metrics_error = ENOSPC;
	world->metrics_fails_from = 1;
	world->metrics_fails_to = 2;
	world->signal_at = 4500 * MS;
	RUN("--metrics", "made-up", "-wi", "1");
	EXPECT_EQ(1, self->ended.code);
	EXPECT_STREQ("runqslower: cannot write made-up: No space left on device\n",
		     self->ended.err);
	EXPECT_STREQ("begin at 0\nwait 1 at 15 for culprit\n", self->ended.out);
	/* 0 is shown in the first file that there is. */
	EXPECT_STREQ("0: 0, 0, 0; 1000: 0, 3, 0; 2000: 0, 3, 0; 3000: 0, 3, 0; 4000: 0, 3, 3; "
		     "4500: 0, 3, 3", writes());
}

/* Only at the end: that is a failure, too. */
TEST_F(replay, fails_at_the_end)
{
	world->metrics_error = EIO;
	world->metrics_fails_from = 1;
	world->signal_at = SEC;
	RUN("--metrics", "made-up");
	EXPECT_EQ(1, self->ended.code);
	EXPECT_STREQ("runqslower: cannot write made-up: Input/output error\n", self->ended.err);
	EXPECT_STREQ("begin at 0\n", self->ended.out);
}

TEST_F(replay, histogram_cannot_be_read)
{
	world->histogram_error = -ENOENT;
	RUN("--metrics", "made-up");
	EXPECT_EQ(1, self->ended.code);
	EXPECT_STREQ("runqslower: cannot read the histogram: No such file or directory\n", self->ended.err);
	EXPECT_EQ(0, world->nr_metrics);
}

/* A file in the place of a device or of a link is not what is wanted. */
TEST_F(replay, no_regular_file)
{
	RUN("--metrics", "/dev/null");
	EXPECT_EQ(1, self->ended.code);
	EXPECT_STREQ("runqslower: cannot write /dev/null: it would replace what is no regular file; name another one\n",
		     self->ended.err);
	RUN("--metrics", "/proc/self/exe");
	EXPECT_STREQ("runqslower: cannot write /proc/self/exe: it would replace what is no regular file; name another one\n",
		     self->ended.err);
	EXPECT_EQ(0, world->nr_metrics);
}

TEST_HARNESS_MAIN
