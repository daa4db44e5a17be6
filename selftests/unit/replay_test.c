// SPDX-License-Identifier: GPL-2.0
/* The main loop, in a world of its own: see replay.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "replay_fixture.h"

/* --- when a wait is printed, and in which order --------------------------- */

/* One of another CPU that ended before it and came after it finds its place. */
TEST_F(replay, late_wait)
{
	wait_at(10 * MS, 1);
	wait_late(9 * MS, 13 * MS, 2);
	world->signal_at = SEC;
	RUN("0");
	EXPECT_OUTPUT("begin at 0\nwait 2 at 15\nwait 1 at 15\n");
}

/*
 * The hold time is the bound: one that comes later than that is out of order.
 */
TEST_F(replay, too_late_wait)
{
	wait_at(10 * MS, 1);
	wait_late(9 * MS, 17 * MS, 2);
	world->signal_at = SEC;
	RUN("0");
	EXPECT_OUTPUT("begin at 0\nwait 1 at 15\nwait 2 at 17\n");
}

/*
 * Every wait is printed soon after the hold time, though others go on coming.
 */
TEST_F(replay, printed_in_time)
{
	char text[16384] = "begin at 0\n";
	unsigned int tid;
	const char *line;
	__u64 at, end;

	for (tid = 1; tid <= 200; tid++)
		wait_at(10 * MS + tid * 700 * US, tid);
	world->signal_at = SEC;
	RUN("0");
	EXPECT_EQ(0, self->ended.code);
	tid = 0;
	for (line = strchr(self->ended.out, '\n'); line && line[1]; line = strchr(line + 1, '\n')) {
		ASSERT_EQ(1, sscanf(line, "\nwait %*u at %llu", &at));
		end = 10 * MS + ++tid * 700 * US;
		EXPECT_LE(end + HOLD, (at + 1) * MS);
		EXPECT_GE(end + 2 * HOLD + MS, at * MS);
		sprintf(text + strlen(text), "wait %u at %llu\n", tid, at);
	}
	EXPECT_EQ(200U, tid);
	EXPECT_OUTPUT(text);
	/*
	 * Its own wakeups are not as many: it does not look at the ring while
	 * it holds some.
	 */
	EXPECT_GT(100, world->nr_polls);
}

/*
 * With more waits than a batch, those of the batch are printed before more are
 * taken.
 */
TEST_F(replay, batches)
{
	__u32 i, tid = 0;
	const char *line;

	for (i = 1; i <= 9000; i++)
		wait_at(10 * MS + i, i);
	wait_late(10 * MS, 10 * MS + 9001, 9999);
	world->signal_at = 10 * MS + 1;
	world->oversleep_at = 0;
	world->oversleep = 10 * MS + 10000;
	self->out_fd = memfd_create("all", 0);
	RUN("0");
	EXPECT_EQ(0, self->ended.code);
	line = mmap(NULL, 1 << 20, PROT_READ, MAP_PRIVATE, self->out_fd, 0);
	/*
	 * All are there, and in order: the last one that arrived is the first.
	 */
	ASSERT_EQ(0, strncmp(line, "begin at 0\nwait 9999 at ", 24));
	line = strchr(strchr(line, '\n') + 1, '\n');
	while (line[1]) {
		ASSERT_EQ(1, sscanf(line, "\nwait %u at ", &i));
		ASSERT_EQ(++tid, i);
		line = strchr(line + 1, '\n');
	}
	EXPECT_EQ(9000U, tid);
}

/*
 * While there is more to take the clock is no measure: what is still in the
 * ring may have ended before what has come out of it.
 */
TEST_F(replay, more_in_the_ring)
{
	__u32 i;

	/*
	 * 100 ms were slept through. The last of the second batch goes before
	 * the first.
	 */
	for (i = 1; i <= 4096; i++)
		wait_at(10 * MS + i, 1);
	wait_late(10 * MS, 10 * MS + 4097, 2);
	world->oversleep_at = 0;
	world->oversleep = 100 * MS;
	world->signal_at = SEC;
	RUN("-n", "4", "0");
	EXPECT_EQ(0, self->ended.code);
	EXPECT_EQ(0, strncmp(self->ended.out, "begin at 0\nwait 2 at ", 21));
}

/* Batches are whole again and again: it does not look for each wait. */
TEST_F(replay, many_batches)
{
	__u32 i;

	for (i = 1; i <= 19000; i++)
		wait_at(10 * MS + i, i);
	world->oversleep_at = 0;
	world->oversleep = 100 * MS;
	world->signal_at = SEC;
	self->out_fd = memfd_create("all", 0);
	RUN("0");
	EXPECT_EQ(0, self->ended.code);
	EXPECT_EQ(world->nr_items, world->next);
	EXPECT_GT(20, world->nr_polls);
}

/* Nothing to do: it sleeps, but looks for work once a second. */
TEST_F(replay, idle)
{
	world->signal_at = 3600 * SEC;
	RUN("-wS1m");
	EXPECT_OUTPUT("begin at 0\n");
	EXPECT_GE(3662, world->nr_polls);
	EXPECT_LE(3600, world->nr_polls);
	EXPECT_EQ(60, world->nr_found);
}

/* The kernel cannot wake it: what is in the ring is still printed. */
TEST_F(replay, not_woken)
{
	world->never_woken = true;
	wait_at(20 * MS, 1);
	wait_at(2500 * MS, 2);
	world->signal_at = 10 * SEC;
	RUN("0");
	EXPECT_OUTPUT("begin at 0\nwait 1 at 1000\nwait 2 at 3000\n");
}

/* --- how it ends ---------------------------------------------------------- */

TEST_F(replay, count)
{
	int i;

	for (i = 1; i <= 20; i++)
		wait_at(10 * MS + i * US, i);
	world->signal_at = 10 * SEC;
	RUN("-n", "3");
	EXPECT_OUTPUT("begin at 0\nwait 1 at 15\nwait 2 at 20\nwait 3 at 20\n");
	EXPECT_EQ(20U, ms(world->detached));
}

/* What goes on waiting is not one of N, but is shown. */
TEST_F(replay, count_and_stalled)
{
	world->find_waiting_tid = 7;
	wait_at(1500 * MS, 1);
	wait_at(2500 * MS, 2);
	world->signal_at = 10 * SEC;
	RUN("-S", "-n", "2");
	EXPECT_OUTPUT("begin at 0\nstalled 7 at 1005\nwait 1 at 1505\nstalled 7 at 2005\n"
		      "wait 2 at 2505\n");
}

TEST_F(replay, count_of_a_summary)
{
	wait_at(10 * MS, 1);
	wait_at(11 * MS, 1);
	wait_at(12 * MS, 1);
	world->signal_at = 10 * SEC;
	RUN("-s", "-n", "2");
	EXPECT_OUTPUT("begin at 0\nsummary of 2 waits, 0 to 20\n");
}

TEST_F(replay, duration)
{
	wait_at(10 * MS, 1);
	wait_at(297 * MS, 2);
	wait_at(301 * MS, 3);
	RUN("-d", "300ms");
	EXPECT_OUTPUT("begin at 0\nwait 1 at 15\nwait 2 at 300\n");
	EXPECT_EQ(300U, ms(world->detached));
}

TEST_F(replay, signal)
{
	wait_at(98 * MS, 1);
	world->signal_at = 100 * MS;
	RUN("0");
	EXPECT_OUTPUT("begin at 0\nwait 1 at 100\n");
	EXPECT_EQ(100U, ms(world->detached));
	EXPECT_EQ(2, world->nr_frees);
}

TEST_F(replay, nobody_reads)
{
	world->hangup_at = 50 * MS;
	RUN("0");
	EXPECT_OUTPUT("begin at 0\n");
	EXPECT_EQ(50U, ms(world->detached));
}

/* Of writing, too: the reader may go while a wait is held. */
TEST_F(replay, broken_pipe)
{
	int fds[2];

	ASSERT_EQ(0, pipe(fds));
	close(fds[0]);
	self->out_fd = fds[1];
	wait_at(10 * MS, 1);
	world->signal_at = SEC;
	RUN("0");
	EXPECT_OUTPUT("");
	/* Its header could not be written: it need not begin. */
	EXPECT_EQ(0U, ms(world->detached));
}

TEST_F(replay, full_disk)
{
	self->out_fd = open("/dev/full", O_WRONLY);
	if (self->out_fd < 0)
		SKIP(return, "no /dev/full");
	wait_at(10 * MS, 1);
	world->signal_at = SEC;
	RUN("0");
	EXPECT_EQ(1, self->ended.code);
	EXPECT_STREQ("runqslower: cannot write to stdout: No space left on device\n", self->ended.err);
}

/*
 * A program that was under way at the end has its wait in the ring a little
 * later.
 */
TEST_F(replay, drain_waits)
{
	wait_at(50 * MS, 1);
	wait_late(98 * MS, 102 * MS, 2);
	wait_late(99 * MS, 103 * MS, 3);
	wait_at(120 * MS, 4);		/* no: it was detached by then */
	world->signal_at = 100 * MS;
	RUN("0");
	EXPECT_OUTPUT("begin at 0\nwait 1 at 55\nwait 2 at 103\nwait 3 at 103\n");
}

/* But not for ever, and not for what found no room. */
TEST_F(replay, drain_gives_up)
{
	wait_at(50 * MS, 1);
	wait_late(99 * MS, 3600 * SEC, 2);
	world->signal_at = 100 * MS;
	RUN("0");
	EXPECT_OUTPUT("begin at 0\nwait 1 at 55\n");
	EXPECT_EQ(1100U, ms(world->now));
}

TEST_F(replay, drain_does_not_wait_for_lost)
{
	wait_at(99 * MS, 1);
	lost_at(98 * MS, LOST_RING, 5);
	world->signal_at = 100 * MS;
	RUN("0");
	EXPECT_EQ(0, self->ended.code);
	EXPECT_STREQ("begin at 0\nwait 1 at 100\n", self->ended.out);
	EXPECT_EQ(100U, ms(world->now));
}

/*
 * Stalled ones are not seen by the programs: they do not stand for one that is
 * missing.
 */
TEST_F(replay, drain_does_not_count_stalled)
{
	world->find_waiting_tid = 7;
	wait_late(1998 * MS, 2004 * MS, 1);
	world->signal_at = 2002 * MS;
	RUN("-S2");
	EXPECT_OUTPUT("begin at 0\nwait 1 at 2004\nstalled 7 at 2004\n");
}

/* What a look has found is listed, also if there is no time for more. */
TEST_F(replay, drain_a_look_before_a_batch)
{
	char tail[32] = "";
	__u32 i;

	world->find_waiting_tid = 7;
	for (i = 1; i <= 5000; i++)
		wait_at(10 * MS + i, i);
	world->oversleep_at = 0;
	world->oversleep = 2001 * MS;
	world->signal_at = 11 * MS;
	self->out_fd = memfd_create("all", 0);
	RUN("-S2");
	EXPECT_EQ(0, self->ended.code);
	pread(self->out_fd, tail, sizeof(tail) - 1, lseek(self->out_fd, 0, SEEK_END) - 20);
	EXPECT_STREQ("stalled 7 at 2011\n", strchr(tail, '\n') + 1);
}

/* That one goes on waiting is no end, be there a count or not. */
TEST_F(replay, drain_after_stalled)
{
	world->find_waiting_tid = 7;
	wait_at(2001 * MS, 1);
	world->signal_at = 2002 * MS;
	RUN("-S2");
	EXPECT_OUTPUT("begin at 0\nstalled 7 at 2002\nwait 1 at 2002\n");
}

/* --- totals --------------------------------------------------------------- */

TEST_F(replay, summary)
{
	wait_at(10 * MS, 1);
	wait_at(20 * MS, 2);
	wait_at(999 * MS, 3);
	world->signal_at = 1000 * MS;
	RUN("-s");
	EXPECT_OUTPUT("begin at 0\nsummary of 3 waits, 0 to 1000\n");
}

/*
 * Intervals adjoin, each has its own; the last one is left out if there is
 * nothing in it.
 */
TEST_F(replay, summary_intervals)
{
	wait_at(10 * MS, 1);
	wait_at(20 * MS, 2);
	wait_at(1500 * MS, 3);
	wait_at(3100 * MS, 4);
	world->signal_at = 3200 * MS;
	RUN("-s", "-i", "1");
	EXPECT_OUTPUT("begin at 0\nsummary of 2 waits, 0 to 1000\nsummary of 1 waits, 1000 to 2000\n"
		      "summary of 0 waits, 2000 to 3000\nsummary of 1 waits, 3000 to 3200\n");
}

TEST_F(replay, nothing_at_the_end)
{
	wait_at(10 * MS, 1);
	length_at(10 * MS, 5, 1);
	world->signal_at = 1200 * MS;
	RUN("-sH", "-i", "1");
	EXPECT_OUTPUT("begin at 0\nsummary of 1 waits, 0 to 1000\nhistogram 0 to 1000: 5: 1\n");
}

/* Without intervals there is always one. */
TEST_F(replay, nothing_at_all)
{
	world->signal_at = 1200 * MS;
	RUN("-sH");
	EXPECT_OUTPUT("begin at 0\nsummary of 0 waits, 0 to 1200\nhistogram 0 to 1200:\n");
}

/* What the programs count goes on and on; an interval is what came in it. */
TEST_F(replay, histogram_intervals)
{
	length_at(100 * MS, 5, 3);
	length_at(100 * MS, 1247, 1);
	length_at(1100 * MS, 5, 4);
	length_at(1200 * MS, 0, 2);
	length_at(3100 * MS, 1247, 7);
	world->signal_at = 3200 * MS;
	RUN("-H", "-i", "1");
	EXPECT_OUTPUT("begin at 0\nhistogram 0 to 1000: 5: 3 1247: 1\n"
		      "histogram 1000 to 2000: 0: 2 5: 4\nhistogram 2000 to 3000:\n"
		      "histogram 3000 to 3200: 1247: 7\n");
}

/* What is slept through is not made up for, and the next is in step again. */
TEST_F(replay, slept_through)
{
	world->oversleep_at = 1000 * MS;
	world->oversleep = 2300 * MS;
	world->signal_at = 4400 * MS;
	length_at(4200 * MS, 1, 1);
	RUN("-H", "-i", "1", "-S500ms");
	EXPECT_OUTPUT("begin at 0\nhistogram 0 to 3300:\nhistogram 3300 to 4000:\n"
		      "histogram 4000 to 4400: 1: 1\n");
	ASSERT_EQ(4, world->nr_found);
	EXPECT_EQ(500U, ms(world->found_at[0]));
	EXPECT_EQ(3300U, ms(world->found_at[1]));
	EXPECT_EQ(3500U, ms(world->found_at[2]));
	EXPECT_EQ(4000U, ms(world->found_at[3]));
}

/*
 * What is not over is shown, but in no total: in the end it would be there
 * twice.
 */
TEST_F(replay, stalled_is_not_in_totals)
{
	world->find_waiting_tid = 7;
	wait_at(2500 * MS, 7);
	world->signal_at = 3500 * MS;
	RUN("-sHS", "-i", "10");
	EXPECT_OUTPUT("begin at 0\nstalled 7 at 1005 for culprit\n"
		      "stalled 7 at 2005 for culprit\nstalled 7 at 3005 for culprit\n"
		      "summary of 1 waits, 1 stalled, 0 to 3500\n"
		      "histogram 0 to 3500: 1 stalled\n");
}

/* What cannot be used is counted, and the rest goes on. */
TEST_F(replay, damaged)
{
	wait_at(10 * MS, 1);
	wait_at(20 * MS, 666);
	wait_at(30 * MS, 2);
	world->damaged_tid = 666;
	world->signal_at = SEC;
	RUN("0");
	EXPECT_EQ(0, self->ended.code);
	EXPECT_STREQ("runqslower: 1 records were damaged; waits may be missing\n",
		     self->ended.err);
	EXPECT_STREQ("begin at 0\nwait 1 at 15\nwait 2 at 35\n", self->ended.out);
}

/* --- what is lost --------------------------------------------------------- */

TEST_F(replay, lost)
{
	lost_at(10 * MS, LOST_RING, 2);
	lost_at(1300 * MS, LOST_CLOCK, 3);
	lost_at(1400 * MS, LOST_RING, 4);
	lost_at(5000 * MS, LOST_STORAGE, 5);
	wait_at(20 * MS, 1);
	wait_at(1310 * MS, 2);
	wait_at(1450 * MS, 3);
	wait_at(2600 * MS, 4);
	world->signal_at = 5100 * MS;
	RUN("-jv", "0");
	EXPECT_EQ(0, self->ended.code);
	/* At once, then at most once in a second, and in the end the rest. */
	EXPECT_STREQ("runqslower: lost 2 waits: no room in the ring buffer (see --ring-size)\n"
		     "runqslower: lost 3 waits: clocks of CPUs disagree\n"
		     "runqslower: lost 4 waits: no room in the ring buffer (see --ring-size)\n"
		     "runqslower: lost 5 waits: no memory for a task's record\n"
		     "runqslower: 10 waits over the threshold, 4 taken, 14 lost\n", self->ended.err);
	EXPECT_STREQ("begin at 0\nlost 2 no at 20\nwait 1 at 25\nlost 3 cl at 1310\n"
		     "wait 2 at 1315\nwait 3 at 1455\nlost 4 no at 2455\n"
		     "wait 4 at 2605\nlost 5 no at 5100\n", self->ended.out);
	/* It does not lie in memory until another wait comes. */
	EXPECT_EQ(0, world->nr_unflushed);
}

/* Nothing else happens: a loss is told all the same. */
TEST_F(replay, lost_alone)
{
	lost_at(2500 * MS, LOST_RING, 2);
	world->signal_at = 10 * SEC;
	RUN("-j");
	EXPECT_STREQ("begin at 0\nlost 2 no at 3000\n", self->ended.out);
}

TEST_F(replay, lost_at_the_end)
{
	lost_at(10 * MS, LOST_RING, 2);
	wait_at(20 * MS, 1);
	lost_at(90 * MS, LOST_RING, 3);
	world->signal_at = 100 * MS;
	RUN("-o", "csv");
	EXPECT_EQ(0, self->ended.code);
	EXPECT_STREQ("runqslower: lost 2 waits: no room in the ring buffer (see --ring-size)\n"
		     "runqslower: lost 3 waits: no room in the ring buffer (see --ring-size)\n",
		     self->ended.err);
	EXPECT_STREQ("begin at 0\nwait 1 at 25\n", self->ended.out);
}

TEST_F(replay, missed)
{
	world->missed = 6;
	world->signal_at = 100 * MS;
	RUN("0");
	EXPECT_EQ(0, self->ended.code);
	EXPECT_STREQ("runqslower: the kernel skipped 6 scheduler events; waits that began or ended there may be missing\n",
		     self->ended.err);
}

TEST_F(replay, unseen)
{
	world->stats.unseen = 7;
	world->signal_at = 100 * MS;
	RUN("-w");
	EXPECT_EQ(0, self->ended.code);
	EXPECT_STREQ("runqslower: 7 switches were not seen; their time counts as other\n",
		     self->ended.err);
}

#define UNTOLD "runqslower: this kernel does not tell irq (counts as the task that ran)\n"

/* Once, where verdicts depend on it. */
TEST_F(replay, limits)
{
	world->limits = LIMIT_IRQ;
	world->signal_at = 100 * MS;
	RUN("-w");
	EXPECT_STREQ(UNTOLD, self->ended.err);
	EXPECT_STREQ("begin at 0\n", self->ended.out);
	RUN("-jw");
	EXPECT_STREQ(UNTOLD, self->ended.err);
	EXPECT_STREQ("begin at 0\nlimits 1 at 0\n", self->ended.out);
	RUN("-js");
	EXPECT_STREQ(UNTOLD, self->ended.err);
	EXPECT_NE(NULL, strstr(self->ended.out, "limits 1 at 0\n"));
	RUN("-j");
	EXPECT_STREQ("", self->ended.err);
	EXPECT_STREQ("begin at 0\n", self->ended.out);
	/* Wakers matter without verdicts, too. */
	world->limits = LIMIT_IRQ | LIMIT_WAKER;
	RUN("-jW");
	EXPECT_STREQ("runqslower: this kernel does not tell wakers (shown as -)\n", self->ended.err);
	EXPECT_STREQ("begin at 0\nlimits 5 at 0\n", self->ended.out);
	/* A program is told, also if there is nothing to say to the user. */
	world->limits = 0;
	RUN("-jw");
	EXPECT_STREQ("", self->ended.err);
	EXPECT_STREQ("begin at 0\nlimits 0 at 0\n", self->ended.out);
}

/* --- what else is written ------------------------------------------------- */

TEST_F(replay, explained)
{
	wait_at(10 * MS, 1);
	world->signal_at = 100 * MS;
	RUN("-w");
	EXPECT_OUTPUT("begin at 0\nwait 1 at 15 for culprit\n");
}

TEST_F(replay, stack)
{
	wait_at(10 * MS, 1);
	wait_at(20 * MS, 2);
	wait_at(30 * MS, 3);
	world->stack_tid = 2;
	world->signal_at = 100 * MS;
	RUN("--stack");
	EXPECT_OUTPUT("begin at 0\nwait 1 at 15\nwait 2 at 25 at 1002\nwait 3 at 35\n");
	world_rewind();
	world->no_symbols = true;
	RUN("-w", "--stack");
	EXPECT_STREQ("begin at 0\nwait 1 at 15 for culprit\n"
		     "wait 2 at 25 for culprit at 1002\nwait 3 at 35 for culprit\n",
		     self->ended.out);
	EXPECT_STREQ("runqslower: stacks are shown as addresses: /proc/kallsyms hides them; run it with CAP_SYSLOG, and kernel.kptr_restrict below 2\n",
		     self->ended.err);
}

/* Told once, as it goes on; the waits are not less for that. */
TEST_F(replay, tasks_that_wait_cannot_be_looked_at)
{
	world->find_error = -ENOMEM;
	wait_at(10 * MS, 1);
	world->signal_at = 3500 * MS;
	RUN("-S");
	EXPECT_STREQ("begin at 0\nwait 1 at 15\n", self->ended.out);
	EXPECT_STREQ("runqslower: cannot look for tasks that wait: Cannot allocate memory\n", self->ended.err);
	EXPECT_LT(2, world->nr_found);
}

TEST_F(replay, histogram_cannot_be_read)
{
	world->histogram_error = -ENOENT;
	world->signal_at = 100 * MS;
	RUN("-H");
	EXPECT_STREQ("begin at 0\n", self->ended.out);
	EXPECT_STREQ("runqslower: cannot read the histogram: No such file or directory\n", self->ended.err);
}

/* Of each program, behind all else. */
TEST_F(replay, cost)
{
	world->signal_at = 100 * MS;
	RUN("-sH", "--cost");
	EXPECT_OUTPUT("begin at 0\nsummary of 0 waits, 0 to 100\nhistogram 0 to 100:\n"
		      "cost one 2 3 (1)\n");
}

TEST_F(replay, trace_file)
{
	world->find_waiting_tid = 7;
	wait_at(10 * MS, 1);
	wait_at(11 * MS, 2);
	world->signal_at = 1010 * MS;
	RUN("-S", "--trace", "made-up");
	EXPECT_OUTPUT("begin at 0\nwait 1 at 15 for culprit\nwait 2 at 20 for culprit\n"
		      "stalled 7 at 1005 for culprit\n");
	/* Waits that are over; brought up to date, and closed once. */
	EXPECT_EQ(2, world->nr_traced);
	EXPECT_EQ(3, world->nr_trace_flushes);
	EXPECT_EQ(1, world->nr_closes);
}

/* Although nothing else happens. */
TEST_F(replay, trace_file_is_brought_up_to_date)
{
	wait_at(10 * MS, 1);
	wait_at(3000 * MS, 2);
	world->signal_at = 3600 * SEC;
	RUN("--trace", "made-up");
	EXPECT_GT(3300U, ms(world->trace_flushed));
	/* It does not wake up without need: see idle. */
	EXPECT_GT(3620, world->nr_polls);
}

/* Told once, and it ends. */
TEST_F(replay, trace_file_fails)
{
	world->flush_error_after = 1;
	wait_at(10 * MS, 1);
	wait_at(500 * MS, 2);
	wait_at(600 * MS, 3);
	world->signal_at = SEC;
	RUN("--trace", "made-up");
	EXPECT_EQ(1, self->ended.code);
	EXPECT_STREQ("runqslower: cannot write to made-up: No space left on device\n", self->ended.err);
	EXPECT_GT(600U, ms(world->detached));
	EXPECT_EQ(0, world->nr_closes);
}

/* Only at the end: that is a failure, too. */
TEST_F(replay, trace_file_fails_at_the_end)
{
	world->flush_error_after = 0;
	world->oversleep_at = 0;
	world->oversleep = 100 * MS;
	RUN("--trace", "made-up", "-d", "1ms");
	EXPECT_EQ(1, self->ended.code);
	EXPECT_STREQ("runqslower: cannot write to made-up: No space left on device\n", self->ended.err);
}

#define LINE "\r\033[K"

/*
 * For a person who has asked for a time or a summary: once a second, and then
 * no more.
 */
TEST_F(replay, status_line)
{
	world->terminal = true;
	wait_at(10 * MS, 1);
	wait_at(1500 * MS, 2);
	lost_at(1600 * MS, LOST_CLOCK, 3);
	world->signal_at = 10 * SEC;
	RUN("-d", "2500ms");
	EXPECT_EQ(0, self->ended.code);
	EXPECT_STREQ(LINE "0 waits, 0 lost, 0 s" LINE
		     LINE "1 waits, 0 lost, 1 s" LINE
		     "runqslower: lost 3 waits: clocks of CPUs disagree\n"
		     LINE "2 waits, 3 lost, 2 s" LINE, self->ended.err);
	/* It stays where nothing is written. */
	world_rewind();
	RUN("-s", "-d", "1500ms");
	EXPECT_STREQ(LINE "0 waits, 0 lost, 0 s" LINE "1 waits, 0 lost, 1 s" LINE, self->ended.err);
	world_rewind();
	RUN("0");
	EXPECT_EQ(NULL, strchr(self->ended.err, '\r'));
	/* An error takes its place. */
	world_rewind();
	world->find_error = -EIO;
	RUN("-d", "1500ms", "-S1");
	EXPECT_NE(NULL, strstr(self->ended.err, " 0 s" LINE "runqslower: cannot look for tasks"));
	/* The terminal is the command's. */
	world_rewind();
	world->command_ends_at = 2500 * MS;
	RUN("-s", "--to", "/dev/stdout", "--", "made-up");
	EXPECT_EQ(NULL, strchr(self->ended.err, '\r'));
}

TEST_HARNESS_MAIN
