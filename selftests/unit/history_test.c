// SPDX-License-Identifier: GPL-2.0
/*
 * The segments that the CPUs have run, as the recorder sends them: in order,
 * again, late, never. A segment's time and TID are its number, so that a wrong
 * one shows.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "kselftest_harness.h"
#include "analysis/history.h"

#define BEGIN		1000000ULL
#define CPUS		4
#define SIZE		(2 * MIN_HISTORY)

/* Of this test: each has a process of its own. */
static struct history history;

FIXTURE(history) {};

FIXTURE_SETUP(history)
{
	ASSERT_TRUE(history_init(&history, CPUS, SIZE));
}

FIXTURE_TEARDOWN(history)
{
	history_free(&history);
}

static struct run_segment numbered(__u32 seq)
{
	return (struct run_segment) {
		.kind = RECORD_SEGMENTS, .cpu = 1, .seq = seq, .tid = seq,
		.start_ns = BEGIN + seq,
	};
}

/* Segments of CPU 1, from one number to another. */
static void send(__u32 from, __u32 to)
{
	struct run_segment segments[64];
	size_t nr = 0;

	for (; from != to + 1; from++)
		segments[nr++] = numbered(from);
	history_add(&history, segments, nr);
}

/* A number comes again after 2^32 segments. */
static bool send_later(__u32 seq)
{
	struct run_segment s = numbered(seq);

	s.start_ns += 1ULL << 32;
	return history_add(&history, &s, 1);
}

/*
 * How many there are of CPU 1, in an unbroken row, from @seq back. 0 if @seq is
 * not the newest.
 */
static int count_back(__u32 seq)
{
	const struct run_segment *s = history_newest(&history, 1);
	int nr = 0;

	for (; s; s = history_before(&history, s)) {
		if (s->seq != seq - nr || s->tid != s->seq || s->cpu != 1)
			return 0;
		nr++;
	}
	return nr;
}

/* The segment that is @nr before the newest of CPU 1. */
static const struct run_segment *before(int nr)
{
	const struct run_segment *s = history_newest(&history, 1);

	while (nr--)
		s = history_before(&history, s);
	return s;
}

TEST_F(history, empty)
{
	EXPECT_EQ(NULL, history_newest(&history, 1));
	EXPECT_TRUE(history_add(&history, NULL, 0));
	EXPECT_EQ(NULL, history_newest(&history, 1));
}

TEST_F(history, one)
{
	send(0, 0);
	EXPECT_EQ(1, count_back(0));
}

/* The number of what never came is that of no segment. */
TEST_F(history, without_the_first)
{
	send(1, 9);
	EXPECT_EQ(9, count_back(9));
}

TEST_F(history, many)
{
	send(1000, 1000);
	send(1001, 1009);
	EXPECT_EQ(10, count_back(1009));
}

TEST_F(history, of_each_cpu)
{
	struct run_segment s;
	__u32 seq, cpu;

	send(5, 9);
	EXPECT_EQ(NULL, history_newest(&history, 0));
	EXPECT_EQ(NULL, history_newest(&history, 2));

	/* Nor does a full one take another's places. */
	for (seq = 0; seq < SIZE; seq++) {
		for (cpu = 0; cpu < CPUS; cpu++) {
			s = numbered(seq);
			s.cpu = cpu;
			history_add(&history, &s, 1);
		}
	}
	for (cpu = 0; cpu < CPUS; cpu++) {
		ASSERT_NE(NULL, history_newest(&history, cpu));
		EXPECT_EQ(cpu, history_newest(&history, cpu)->cpu);
		EXPECT_EQ(SIZE - 1, history_newest(&history, cpu)->seq);
	}
	EXPECT_EQ(SIZE, count_back(SIZE - 1));
}

TEST_F(history, repeated)
{
	send(0, 9);
	send(0, 9);
	EXPECT_EQ(10, count_back(9));
}

/*
 * The first copy may have been made while it was written: the last one counts.
 */
TEST_F(history, sent_again_mended)
{
	struct run_segment s = numbered(4);

	s.tid = 99;
	history_add(&history, &s, 1);
	send(0, 9);
	EXPECT_EQ(10, count_back(9));
}

TEST_F(history, sent_again_with_more)
{
	send(0, 4);
	send(0, 9);
	EXPECT_EQ(10, count_back(9));
}

TEST_F(history, older_sent_again)
{
	send(0, 9);
	send(0, 4);
	EXPECT_EQ(10, count_back(9));
}

/* Newer chunks come first. */
TEST_F(history, older_sent_after)
{
	send(6, 9);
	send(0, 5);
	EXPECT_EQ(10, count_back(9));
}

TEST_F(history, overwritten)
{
	send(0, 39);
	EXPECT_EQ(SIZE, count_back(39));
}

/* What is so old that it has lost its place does not get it back. */
TEST_F(history, overwritten_sent_again)
{
	send(0, SIZE + 4);
	send(0, 9);
	EXPECT_EQ(SIZE, count_back(SIZE + 4));
}

/* The rest of its chunk has not. */
TEST_F(history, overwritten_sent_first_time)
{
	send(SIZE, SIZE + 4);
	send(0, SIZE - 1);
	EXPECT_EQ(SIZE, count_back(SIZE + 4));
}

TEST_F(history, gap)
{
	send(0, 4);
	send(6, 9);
	EXPECT_EQ(4, count_back(9));
	send(4, 5);
	EXPECT_EQ(10, count_back(9));
}

/* By another time round the same place. */
TEST_F(history, gap_of_its_size)
{
	send(0, 9);
	send(SIZE + 10, SIZE + 12);
	EXPECT_EQ(3, count_back(SIZE + 12));
}

TEST_F(history, numbers_wrap_around)
{
	struct run_segment s;
	__u32 seq;

	for (seq = -4U; seq != 6; seq++) {
		s = numbered(seq);
		s.start_ns = BEGIN + (__u32)(seq + 4);
		history_add(&history, &s, 1);
		EXPECT_EQ((int)(seq + 5), count_back(seq));
	}
}

/* So many switches of which none had a part in a wait: hours to days. */
TEST_F(history, long_silence)
{
	send(0, 9);
	send((1U << 31) + 20, (1U << 31) + 29);
	EXPECT_EQ(10, count_back((1U << 31) + 29));
}

/*
 * So many that the next has the number of one which may come again, but for
 * one.
 */
TEST_F(history, longest_silence)
{
	send(100, 109);
	EXPECT_TRUE(send_later(109 - SIZE));
	EXPECT_EQ(1, count_back(109 - SIZE));
}

/* What ran at one time is in the order of the numbers. */
TEST_F(history, no_time_between)
{
	struct run_segment s;
	__u32 seq;

	for (seq = 0; seq < 10; seq++) {
		s = numbered(seq);
		s.start_ns = BEGIN;
		history_add(&history, &s, 1);
	}
	EXPECT_EQ(10, count_back(9));
}

/* It was overwritten while it was copied. */
TEST_F(history, before_is_not_later)
{
	struct run_segment s = numbered(4);

	s.start_ns = BEGIN + 100;
	history_add(&history, &s, 1);
	send(5, 9);
	EXPECT_EQ(5, count_back(9));
}

TEST_F(history, unknown_cpu)
{
	struct run_segment s = numbered(0);

	s.cpu = CPUS;
	EXPECT_TRUE(history_add(&history, &s, 1));
	s.cpu = 65535;
	EXPECT_TRUE(history_add(&history, &s, 1));
	EXPECT_EQ(NULL, history_newest(&history, CPUS));
	EXPECT_EQ(NULL, history_newest(&history, -1U));

	/* Nor is it kept. */
	history.nr_cpus = CPUS - 1;
	s.cpu = CPUS - 1;
	EXPECT_TRUE(history_add(&history, &s, 1));
	EXPECT_EQ(NULL, history_newest(&history, CPUS - 1));
	history.nr_cpus = CPUS;
	EXPECT_EQ(NULL, history_newest(&history, CPUS - 1));
}

TEST_F(history, freed_twice)
{
	send(0, 9);
	history_free(&history);
	EXPECT_EQ(NULL, history_newest(&history, 1));
	history_free(&history);
}

/* --- what was not sent ---------------------------------------------------- */

static struct run_chunk *rings;

/* The recorder's rings, in a file that is mapped. */
static void make_rings(void)
{
	size_t size = CPUS * SIZE / CHUNK * sizeof(*rings);

	history.rings_fd = memfd_create("rings", 0);
	if (history.rings_fd < 0 || ftruncate(history.rings_fd, size))
		abort();
	rings = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, history.rings_fd, 0);
	if (rings == MAP_FAILED)
		abort();
}

/* The recorder of CPU 1 writes segments from one number to another. */
static void record(__u32 from, __u32 to)
{
	for (; from != to + 1; from++)
		rings[(SIZE + from % SIZE) / CHUNK].segments[from % CHUNK] = numbered(from);
}

TEST_F(history, read_from_the_ring)
{
	int fd;

	make_rings();
	fd = history.rings_fd;
	history.rings_fd = -1;
	record(0, 19);
	send(18, 19);
	EXPECT_EQ(2, count_back(19));
	history.rings_fd = fd;
	EXPECT_EQ(20, count_back(19));
	/* What was read once is kept. */
	history.rings_fd = -1;
	EXPECT_EQ(20, count_back(19));
}

TEST_F(history, read_across_a_gap)
{
	make_rings();
	record(0, 29);
	send(5, 9);
	send(20, 29);
	EXPECT_EQ(30, count_back(29));
}

TEST_F(history, read_when_numbers_begin_anew)
{
	int i;

	make_rings();
	record(-11U, 9);
	for (i = 0; i < 10; i++)
		rings[SIZE / CHUNK].segments[i].start_ns += 1ULL << 32;
	send_later(9);
	EXPECT_EQ(20, count_back(9));
}

/* The oldest may be about to be overwritten. */
TEST_F(history, overwritten_in_the_ring)
{
	make_rings();
	record(0, SIZE + 4);
	send(SIZE + 4, SIZE + 4);
	EXPECT_EQ(SIZE - 1, count_back(SIZE + 4));
}

/* Half of a segment is of another one. */
TEST_F(history, read_while_overwritten)
{
	make_rings();
	record(0, SIZE - 1);
	send(SIZE - 1, SIZE - 1);
	record(SIZE, SIZE + 8);
	rings[SIZE / CHUNK].segments[9].tid = 0;
	EXPECT_EQ(SIZE - 10, count_back(SIZE - 1));
}

/* Where one of a place to come has been sent, an old one does not take it. */
TEST_F(history, sent_before_it_is_in_the_ring)
{
	make_rings();
	record(0, SIZE - 1);
	send(SIZE, SIZE);
	EXPECT_EQ(SIZE, count_back(SIZE));
	EXPECT_EQ(SIZE, count_back(SIZE));
}

/* What was the newest may have changed since: a switch in it went unseen. */
TEST_F(history, read_again_before_a_gap)
{
	make_rings();
	record(0, 9);
	send(3, 5);
	rings[SIZE / CHUNK].segments[5].flags = SEGMENT_BROKEN;
	send(8, 9);
	ASSERT_EQ(10, count_back(9));
	EXPECT_EQ(SEGMENT_BROKEN, before(9 - 5)->flags);
}

/* Each has its own ring, and one is mapped at a time. */
TEST_F(history, another_cpus_ring)
{
	struct run_segment s = numbered(9);

	make_rings();
	record(0, 9);
	s.cpu = 2;
	history_add(&history, &s, 1);
	EXPECT_EQ(NULL, history_before(&history, history_newest(&history, 2)));
	send(9, 9);
	EXPECT_EQ(10, count_back(9));
	EXPECT_EQ(NULL, history_before(&history, history_newest(&history, 2)));
}

/* Then all is as without. */
TEST_F(history, a_ring_that_cannot_be_mapped)
{
	make_rings();
	record(0, 9);
	ASSERT_EQ(0, ftruncate(history.rings_fd, 0));
	history.rings_fd = open("/dev/null", O_RDONLY);
	send(8, 9);
	EXPECT_EQ(2, count_back(9));
	EXPECT_EQ(2, count_back(9));
}

TEST_HARNESS_MAIN
