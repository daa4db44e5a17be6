// SPDX-License-Identifier: GPL-2.0
/*
 * What a report takes along of the recorder's rings, and what is left for user
 * space to read there: the run queue is locked meanwhile, so it must not hang
 * on how long the rings are.
 */
#include "kselftest_harness.h"
#include "mirror.h"

/* On each CPU. */
#define KEPT		(MAX_CHUNKS * CHUNK)

static struct task *a, *b, *d;

FIXTURE(engine_history) {};

EACH_KERNEL(engine_history);

/* Tasks b and d have CPU 0 in turn. */
FIXTURE_SETUP(engine_history)
{
	boot(variant->kernel, true);
	nr_chunks = MAX_CHUNKS;
	threshold(10 * 1000);
	a = known_task(101, 100, "waiter");
	b = known_task(201, 200, "runner");
	d = known_task(301, 300, "other");
	begin_with(b);
	wake(d, 0);
	sim_forget_records();
	mirror_begin(KEPT);
}

FIXTURE_TEARDOWN(engine_history)
{
	mirror_end();
}

/* User space can read the rings, too, as they are now: in a file like a map. */
static void map_rings(void)
{
	FILE *f = tmpfile();
	u32 key;

	for (key = 0; f && key < SIM_CPUS * MAX_CHUNKS; key++)
		fwrite(sim_lookup(&history, &key), sizeof(struct run_chunk), 1, f);
	if (!f || fflush(f))
		abort();
	mirror.rings_fd = fileno(f);
}

/*
 * How many segments of a millisecond each, to the ns, come before the newest of
 * CPU @c, in an unbroken row.
 */
static int known_before(u32 c)
{
	const struct run_segment *s = history_newest(&mirror, c), *before;
	int nr = 0;

	for (; (before = history_before(&mirror, s)); s = before, nr++) {
		if (before->seq != s->seq - 1 || before->cpu != c ||
		    before->start_ns != s->start_ns - MS || before->tid == s->tid)
			break;
	}
	return nr;
}

TEST_F(engine_history, a_report_is_bounded)
{
	int sent;

	wake(a, 0);
	take_turns(b, d, KEPT - 1);
	pass(MS);
	switch_to(0, a, SLEEPS);
	ASSERT_EQ(1, nr_reported());
	sent = take_segments(0);
	EXPECT_GE(SENT_CHUNKS * CHUNK, sent);
	EXPECT_LE((SENT_CHUNKS - 1) * CHUNK, sent);
	EXPECT_EQ(reported(0)->seq, history_newest(&mirror, 0)->seq);
	EXPECT_EQ(sent - 1, known_before(0));
	map_rings();
	EXPECT_LE(KEPT - CHUNK, known_before(0));
}

/*
 * How many segments of CPU 0 are sent if that is one of two CPUs: the first or
 * the last.
 */
static int sent_of_two(bool last)
{
	wake(a, last);
	take_turns(b, d, KEPT / 2);
	leave_for(a, !last);
	arrive(a);
	pass(MS);
	switch_to(!last, a, SLEEPS);
	return nr_reported() == 1 ? take_segments(0) : -1;
}

TEST_F(engine_history, also_of_the_first_of_two_cpus)
{
	int sent = sent_of_two(false);

	EXPECT_GE(SENT_CHUNKS_OF_MANY * CHUNK, sent);
	EXPECT_LE((SENT_CHUNKS_OF_MANY - 1) * CHUNK, sent);
}

TEST_F(engine_history, also_of_the_last_of_two_cpus)
{
	int sent = sent_of_two(true);

	EXPECT_GE(SENT_CHUNKS_OF_MANY * CHUNK, sent);
	EXPECT_LE((SENT_CHUNKS_OF_MANY - 1) * CHUNK, sent);
}

/* Of shorter rings no more than they keep, each segment once. */
TEST_F(engine_history, no_more_than_is_kept)
{
	nr_chunks = 2;
	wake(a, 0);
	take_turns(b, d, 5 * CHUNK);
	pass(MS);
	switch_to(0, a, SLEEPS);
	ASSERT_EQ(1, nr_reported());
	EXPECT_GE(2 * CHUNK, take_segments(0));
}

/* What comes later goes on where it was. */
TEST_F(engine_history, read_while_written)
{
	const struct run_segment *s;
	int known;

	wake(a, 0);
	take_turns(b, d, KEPT / 2);
	pass(MS);
	switch_to(0, a, SLEEPS);
	take_segments(0);
	sim_forget_records();
	take_turns(b, d, KEPT - CHUNK);
	map_rings();
	/* Of older ones than were sent a chunk is left, less the next to go. */
	known = known_before(0);
	EXPECT_LE((SENT_CHUNKS - 1) * CHUNK, known);
	EXPECT_GE((SENT_CHUNKS + 1) * CHUNK, known);
	/* Nothing else is in their place. */
	s = history_newest(&mirror, 0);
	while (known--)
		s = history_before(&mirror, s);
	EXPECT_EQ(NULL, history_before(&mirror, s));
}

TEST_HARNESS_MAIN
