// SPDX-License-Identifier: GPL-2.0
/*
 * Why a task waited, from an event and segments made up here: no kernel has a part
 * in it. Times are ns from the begin of the wait, which mostly has 100: shares are
 * as good as percents.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "kselftest_harness.h"
#include "../explain.h"
#include "../history.h"

#define BEGIN		1000000ULL	/* of the wait */
#define VICTIM		1		/* who waits */
#define CPUS		4
#define SIZE		MIN_HISTORY

/* Of this test: each has a process of its own. */
static struct history history;
static struct why_event event;
static __u32 missing[CPUS];	/* so many of the last segments have not come */

/* A wait of @ns, on CPU 0, that nothing is known of. */
static void begin(__u64 ns)
{
	history_free(&history);
	if (!history_init(&history, CPUS, SIZE))
		abort();
	event = (struct why_event) {
		.wait = {
			.kind = RECORD_WHY, .tid = VICTIM, .tgid = VICTIM,
			.wait_ns = ns, .end_ns = BEGIN + ns,
		},
		.from = FROM_PREEMPTED,
	};
	memset(missing, 0, sizeof(missing));
}

/* A segment that comes after those its CPU has. */
static struct run_segment segment(__u32 cpu, long at, __u32 tid, const char *name)
{
	const struct run_segment *last = history_newest(&history, cpu);
	struct run_segment s = {
		.kind = RECORD_SEGMENTS,
		.cpu = cpu,
		.seq = last ? last->seq + 1 : 0,
		.start_ns = BEGIN + at,
		.tid = tid,
		.tgid = tid,
	};

	snprintf(s.comm, sizeof(s.comm), "%s", name);
	return s;
}

/* From @at on @cpu ran @name. */
static void run(__u32 cpu, long at, __u32 tid, const char *name, __u8 flags)
{
	struct run_segment s = segment(cpu, at, tid, name);

	s.flags = flags;
	history_add(&history, &s, 1);
}

/* The same. @stolen had gone to interrupts and the hypervisor by then, @irq to the former. */
static void run_stolen(__u32 cpu, long at, __u32 tid, const char *name, __u64 stolen,
		       __u64 irq)
{
	struct run_segment s = segment(cpu, at, tid, name);

	s.stolen_ns = stolen;
	s.irq_ns = irq;
	history_add(&history, &s, 1);
}

static void run_group(long at, __u32 tid, const char *name, __u32 tgid, __u64 cgroup)
{
	struct run_segment s = segment(0, at, tid, name);

	s.tgid = tgid;
	s.cgroup = cgroup;
	history_add(&history, &s, 1);
}

static void idle(__u32 cpu, long at)
{
	run(cpu, at, 0, "swapper", SEGMENT_IDLE);
}

/* The task left its CPU at @left for @cpu, where it was queued at @queued. */
static void moves(long left, long queued, __u32 cpu)
{
	if (event.nr_hops < MAX_HOPS)
		event.hops[event.nr_hops] = (struct hop) { BEGIN + left, event.wait.cpu, 0 };
	event.nr_hops++;
	event.queued_ns = BEGIN + queued;
	event.wait.cpu = cpu;
}

static void throttled(long since, __u64 ns)
{
	event.quota_since_ns = BEGIN + since;
	event.quota_ns = ns;
}

/* As in "30 a/11 process". */
static void print_share(FILE *f, unsigned long long amount, const struct share *s)
{
	static const char * const names[] = {
		[CAUSE_QUOTA] = "quota", [CAUSE_IRQ] = "irq", [CAUSE_STEAL] = "steal",
		[CAUSE_IDLE] = "idle", [CAUSE_FLIGHT] = "flight",
		[CAUSE_WAKEUP] = "wakeup", [CAUSE_OTHER] = "other",
	};

	fprintf(f, "%s%llu ", ftell(f) ? ", " : "", amount);
	if (s->cause == CAUSE_TASK)
		fprintf(f, "%s/%u%s%s", s->comm, s->tid, s->same_process ? " process" : "",
			s->same_cgroup ? " cgroup" : "");
	else
		fputs(names[s->cause], f);
	if (s->cause == CAUSE_QUOTA && s->cgroup)
		fprintf(f, " of %llu", (unsigned long long)s->cgroup);
}

static bool same_kind(const struct share *a, const struct share *b)
{
	return a->cause == b->cause &&
	       (a->cause != CAUSE_TASK ||
		(a->tid == b->tid && (a->tid || !strcmp(a->comm, b->comm))));
}

/* What no wait may be explained as, or NULL. */
static const char *shares_flaw(const struct why *why)
{
	__u64 left = why->event.wait.wait_ns, other = 0;
	size_t i, j;

	for (i = 0; i < why->nr; i++) {
		if (!why->shares[i].ns)
			return "a share is 0";
		if (why->shares[i].ns > left)
			return "the shares are more than the wait";
		left -= why->shares[i].ns;
		if (i && why->shares[i].ns > why->shares[i - 1].ns)
			return "the shares are not sorted";
		for (j = 0; j < i; j++) {
			if (same_kind(&why->shares[i], &why->shares[j]))
				return "two shares are of one kind";
		}
		if (why->shares[i].cause == CAUSE_OTHER)
			other = why->shares[i].ns;
	}
	if (left)
		return "the shares are less than the wait";
	if (why->uncovered_ns > other)
		return "more is uncovered than not known";
	return NULL;
}

/* Nor printed as. */
static const char *percents_flaw(const struct why *why)
{
	struct percent p[MAX_PERCENTS];
	size_t nr = percents(why, p), i, j;
	__u64 wait = why->event.wait.wait_ns;
	unsigned int sum = 0;
	double off;

	if (!nr || nr > MAX_PERCENTS)
		return "too few or too many percents";
	for (i = 0; i < nr; i++) {
		sum += p[i].percent;
		if (!p[i].percent)
			return "a percent is 0";
		if (i && p[i].percent > p[i - 1].percent)
			return "the percents are not sorted";
		off = wait ? p[i].percent - 100.0 * p[i].share.ns / wait : 0;
		if (off < -1 || off > 1)
			return "a percent is not that of its share";
		for (j = 0; j < i; j++) {
			if (same_kind(&p[i].share, &p[j].share))
				return "two percents are of one kind";
		}
	}
	return sum != 100 ? "the percents are not 100" : NULL;
}

static const char *flaw(const struct why *why)
{
	return shares_flaw(why) ?: percents_flaw(why);
}

static __u32 newest_seq(__u32 cpu)
{
	const struct run_segment *s = history_newest(&history, cpu);

	return s ? s->seq + missing[cpu] : -1U;
}

static struct why *explained(void)
{
	__u32 i;

	event.seq = newest_seq(event.wait.cpu);
	for (i = 0; i < event.nr_hops && i < MAX_HOPS; i++)
		event.hops[i].seq = newest_seq(event.hops[i].cpu);
	return explain(&event, &history);
}

static char text[1024];

/* As in "70 a/11, 30 other, 10 of it uncovered", valid until the next call. */
static const char *budget(void)
{
	struct why *why = explained();
	FILE *f = fmemopen(text, sizeof(text), "w");
	size_t i;

	for (i = 0; i < why->nr; i++)
		print_share(f, why->shares[i].ns, &why->shares[i]);
	if (why->uncovered_ns)
		fprintf(f, ", %llu of it uncovered", (unsigned long long)why->uncovered_ns);
	if (flaw(why))
		fprintf(f, ": %s", flaw(why));
	fclose(f);
	free(why);
	return text;
}

TEST(wait_no_history)
{
	begin(100);
	EXPECT_STREQ("100 other, 100 of it uncovered", budget());
}

TEST(wait_one_task)
{
	begin(100);
	run(0, 0, 11, "a", 0);
	EXPECT_STREQ("100 a/11", budget());
}

TEST(wait_two_tasks)
{
	begin(100);
	run(0, 0, 11, "a", 0);
	run(0, 70, 12, "b", 0);
	EXPECT_STREQ("70 a/11, 30 b/12", budget());
}

TEST(wait_largest_first)
{
	begin(100);
	run(0, 0, 11, "a", 0);
	run(0, 10, 12, "b", 0);
	run(0, 30, 13, "c", 0);
	EXPECT_STREQ("70 c/13, 20 b/12, 10 a/11", budget());
}

TEST(wait_clipped_at_begin)
{
	begin(100);
	run(0, -900, 10, "before", 0);
	run(0, -50, 11, "a", 0);
	run(0, 70, 12, "b", 0);
	EXPECT_STREQ("70 a/11, 30 b/12", budget());
}

TEST(wait_clipped_at_end)
{
	begin(100);
	run(0, 0, 11, "a", 0);
	run(0, 70, 12, "b", 0);
	run(0, 100, VICTIM, "victim", 0);
	run(0, 150, 13, "after", 0);
	EXPECT_STREQ("70 a/11, 30 b/12", budget());
}

TEST(wait_within_one_segment)
{
	begin(100);
	run(0, -50, 11, "a", 0);
	run(0, 150, 12, "b", 0);
	EXPECT_STREQ("100 a/11", budget());
}

TEST(wait_segments_of_one_task)
{
	begin(100);
	run(0, 0, 11, "a", 0);
	run(0, 20, 12, "b", 0);
	run(0, 50, 11, "a", 0);
	run(0, 90, 12, "b", 0);
	EXPECT_STREQ("60 a/11, 40 b/12", budget());
}

/* It was renamed; the last name counts. */
TEST(wait_one_task_two_names)
{
	begin(100);
	run(0, 0, 11, "sh", 0);
	run(0, 20, 11, "make", 0);
	EXPECT_STREQ("100 make/11", budget());
}

TEST(wait_empty_segment)
{
	begin(100);
	run(0, 0, 11, "a", 0);
	run(0, 70, 12, "b", 0);
	run(0, 70, 13, "c", 0);
	EXPECT_STREQ("70 a/11, 30 c/13", budget());
}

TEST(wait_many_tasks)
{
	char expected[256] = "";
	int i;

	begin(45);
	for (i = 1; i < 10; i++)
		run(0, i * (i - 1) / 2, 10 + i, "a", 0);
	for (i = 9; i; i--)
		sprintf(expected + strlen(expected), "%s%d a/%d", i < 9 ? ", " : "", i, 10 + i);
	EXPECT_STREQ(expected, budget());
}

TEST(wait_no_time)
{
	begin(0);
	run(0, -10, 11, "a", 0);
	EXPECT_STREQ("", budget());
}

TEST(wait_fields)
{
	struct why *why;

	begin(100);
	event.waker_tid = 99;
	run_group(0, 11, "a", 10, 77);
	why = explained();
	ASSERT_NE(NULL, why);
	EXPECT_EQ(0, memcmp(&event, &why->event, sizeof(event)));
	EXPECT_EQ(1U, why->nr);
	EXPECT_EQ(11U, why->shares[0].tid);
	EXPECT_EQ(10U, why->shares[0].tgid);
	EXPECT_EQ(77U, why->shares[0].cgroup);
	free(why);
}

/* What cannot be told */

TEST(wait_history_of_the_end)
{
	begin(100);
	run(0, 40, 11, "a", 0);
	EXPECT_STREQ("60 a/11, 40 other, 40 of it uncovered", budget());
}

TEST(wait_history_after_the_wait)
{
	begin(100);
	run(0, 100, 11, "a", 0);
	EXPECT_STREQ("100 other, 100 of it uncovered", budget());
}

TEST(wait_history_of_another_cpu)
{
	begin(100);
	run(1, 0, 11, "a", 0);
	EXPECT_STREQ("100 other, 100 of it uncovered", budget());
}

TEST(wait_history_overwritten)
{
	int i;

	begin(100);
	for (i = 0; i < SIZE + 4; i++)
		run(0, 5 * i, 11, "a", 0);
	EXPECT_STREQ("80 a/11, 20 other, 20 of it uncovered", budget());
}

/* One did not arrive: what was before cannot be trusted to end where the next begins. */
TEST(wait_history_with_a_gap)
{
	struct run_segment s;

	begin(100);
	run(0, 0, 11, "a", 0);
	s = segment(0, 60, 12, "b");
	s.seq++;
	history_add(&history, &s, 1);
	EXPECT_STREQ("60 other, 40 b/12, 60 of it uncovered", budget());
}

/* When the last that came was over is not known. */
TEST(wait_last_segment_missing)
{
	begin(100);
	run(0, 0, 11, "a", 0);
	run(0, 60, 12, "b", 0);
	missing[0] = 1;
	EXPECT_STREQ("60 a/11, 40 other, 40 of it uncovered", budget());
}

TEST(wait_all_but_one_segment_missing)
{
	begin(100);
	run(0, -50, 11, "a", 0);
	missing[0] = 3;
	EXPECT_STREQ("100 other, 100 of it uncovered", budget());
}

TEST(wait_segment_missing_after_wrap_around)
{
	struct run_segment s;

	begin(100);
	s = segment(0, 0, 11, "a");
	s.seq = -1;
	history_add(&history, &s, 1);
	missing[0] = 1;
	EXPECT_STREQ("100 other, 100 of it uncovered", budget());
}

/* For other waits, which ended later. */
TEST(wait_more_segments_than_needed)
{
	begin(100);
	run(0, 0, 11, "a", 0);
	run(0, 110, 12, "b", 0);
	run(0, 120, 13, "c", 0);
	missing[0] = -2;
	EXPECT_STREQ("100 a/11", budget());
}

TEST(wait_stolen_from_missing_segment)
{
	begin(100);
	run_stolen(0, 0, 11, "a", 5000, 0);
	run_stolen(0, 60, 12, "b", 5020, 0);
	event.end_stolen_ns = 5060;
	missing[0] = 1;
	EXPECT_STREQ("40 a/11, 40 other, 20 steal, 40 of it uncovered", budget());
}

/* What ran long ago does not run now, be the numbers as they may. */
TEST(wait_after_long_silence)
{
	struct run_segment s;

	begin(100);
	run(0, -90, 11, "a", 0);
	s = segment(0, 0, 12, "b");
	s.seq += 1U << 31;
	history_add(&history, &s, 1);
	EXPECT_STREQ("100 b/12", budget());
}

TEST(wait_unknown_cpu)
{
	begin(100);
	event.wait.cpu = CPUS;
	EXPECT_STREQ("100 other, 100 of it uncovered", budget());
}

TEST(wait_broken_segment)
{
	begin(100);
	run(0, 0, 11, "a", 0);
	run(0, 20, 12, "b", SEGMENT_BROKEN);
	run(0, 50, 13, "c", 0);
	EXPECT_STREQ("50 c/13, 30 other, 20 a/11", budget());
}

TEST(wait_broken_segment_stolen)
{
	struct run_segment s = segment(0, 0, 0, "swapper");

	begin(100);
	s.flags = SEGMENT_IDLE | SEGMENT_BROKEN;
	history_add(&history, &s, 1);
	event.end_stolen_ns = 50;
	EXPECT_STREQ("100 other", budget());
}

TEST(wait_segment_of_the_victim)
{
	begin(100);
	run(0, 0, VICTIM, "victim", 0);
	run(0, 20, 12, "b", 0);
	EXPECT_STREQ("80 b/12, 20 other", budget());
}

/* Idle, interrupts, the hypervisor */

TEST(wait_idle)
{
	begin(100);
	run(0, 0, 11, "a", 0);
	idle(0, 30);
	EXPECT_STREQ("70 idle, 30 a/11", budget());
}

TEST(wait_stolen_while_idle)
{
	begin(100);
	idle(0, 0);
	event.end_stolen_ns = 30;
	event.end_irq_ns = 30;
	EXPECT_STREQ("70 idle, 30 irq", budget());
}

TEST(wait_steal)
{
	begin(100);
	run_stolen(0, 0, 11, "a", 5000, 0);
	run_stolen(0, 60, 12, "b", 5020, 0);
	event.end_stolen_ns = 5020;
	EXPECT_STREQ("40 a/11, 40 b/12, 20 steal", budget());
}

TEST(wait_irq_and_steal)
{
	begin(100);
	run_stolen(0, 0, 11, "a", 5000, 300);
	run_stolen(0, 60, 12, "b", 5030, 310);
	event.end_stolen_ns = 5030;
	event.end_irq_ns = 310;
	EXPECT_STREQ("40 b/12, 30 a/11, 20 steal, 10 irq", budget());
}

TEST(wait_stolen_since_last_segment)
{
	begin(100);
	run_stolen(0, 0, 11, "a", 5000, 300);
	event.end_stolen_ns = 5030;
	event.end_irq_ns = 320;
	EXPECT_STREQ("70 a/11, 20 irq, 10 steal", budget());
}

/* Of a segment that began before the wait, the reading at the begin tells. */
TEST(wait_stolen_before_the_wait)
{
	begin(100);
	run_stolen(0, -100, 11, "a", 5000, 300);
	event.begin_stolen_ns = 5050;
	event.begin_irq_ns = 320;
	event.end_stolen_ns = 5050;
	event.end_irq_ns = 320;
	EXPECT_STREQ("100 a/11", budget());
}

TEST(wait_stolen_after_the_begin)
{
	begin(100);
	run_stolen(0, -100, 11, "a", 5000, 300);
	event.begin_stolen_ns = 5000;
	event.begin_irq_ns = 300;
	event.end_stolen_ns = 5040;
	event.end_irq_ns = 310;
	EXPECT_STREQ("60 a/11, 30 steal, 10 irq", budget());
}

TEST(wait_stolen_after_wakeup)
{
	begin(100);
	run_stolen(0, -100, 11, "a", 5000, 0);
	event.wakeup_ns = 20;
	event.begin_stolen_ns = 5090;
	event.end_stolen_ns = 5100;
	EXPECT_STREQ("70 a/11, 20 wakeup, 10 steal", budget());
}

TEST(wait_stolen_since_wakeup)
{
	begin(100);
	run_stolen(0, 10, 11, "a", 5000, 0);
	event.wakeup_ns = 20;
	event.begin_stolen_ns = 5010;
	event.end_stolen_ns = 5040;
	EXPECT_STREQ("50 a/11, 30 steal, 20 wakeup", budget());
}

/* The begin was not seen, so there is no reading of it: in proportion. */
TEST(wait_stolen_from_unseen)
{
	begin(100);
	run_stolen(0, -100, 11, "a", 5000, 300);
	event.from = FROM_UNSEEN;
	event.begin_stolen_ns = 5040;
	event.begin_irq_ns = 320;
	event.end_stolen_ns = 5040;
	event.end_irq_ns = 320;
	EXPECT_STREQ("80 a/11, 10 irq, 10 steal", budget());
}

/* It cannot be: no more than that is to be made of it. */
TEST(wait_stolen_begin_after_end)
{
	begin(100);
	run_stolen(0, -100, 11, "a", 5000, 0);
	event.begin_stolen_ns = 9000;
	event.end_stolen_ns = 5040;
	EXPECT_STREQ("80 a/11, 20 steal", budget());
}

TEST(wait_stolen_begin_irq_after_end)
{
	begin(100);
	run_stolen(0, -100, 11, "a", 5000, 300);
	event.begin_stolen_ns = 5000;
	event.begin_irq_ns = 900;
	event.end_stolen_ns = 5040;
	event.end_irq_ns = 320;
	EXPECT_STREQ("80 a/11, 10 irq, 10 steal", budget());
}

TEST(wait_stolen_begin_before_segment)
{
	begin(100);
	run_stolen(0, -100, 11, "a", 5000, 0);
	event.begin_stolen_ns = 10;
	event.end_stolen_ns = 5040;
	EXPECT_STREQ("80 a/11, 20 steal", budget());
}

TEST(wait_stolen_backwards)
{
	begin(100);
	run_stolen(0, 0, 11, "a", 5000, 300);
	run_stolen(0, 50, 12, "b", 4000, 200);
	event.end_stolen_ns = 3000;
	event.end_irq_ns = 100;
	EXPECT_STREQ("50 a/11, 50 b/12", budget());
}

TEST(wait_irq_backwards)
{
	begin(100);
	run_stolen(0, 0, 11, "a", 5000, 300);
	event.end_stolen_ns = 5040;
	event.end_irq_ns = 200;
	EXPECT_STREQ("100 a/11", budget());
}

TEST(wait_stolen_more_than_there_was)
{
	begin(100);
	run_stolen(0, 0, 11, "a", 0, 0);
	run_stolen(0, 50, 12, "b", 5000, 0);
	event.end_stolen_ns = 5000;
	EXPECT_STREQ("50 b/12, 50 steal", budget());
}

TEST(wait_stolen_for_months)
{
	begin((1ULL << 53) + 3);
	run(0, 0, 11, "a", 0);
	event.end_stolen_ns = (1ULL << 53) + 3;
	EXPECT_STREQ("9007199254740995 steal", budget());
}

TEST(wait_irq_more_than_stolen)
{
	begin(100);
	run(0, 0, 11, "a", 0);
	event.end_stolen_ns = 10;
	event.end_irq_ns = 30;
	EXPECT_STREQ("90 a/11, 10 irq", budget());
}

/* Between the begin and the first segment nothing is known, whatever was stolen. */
TEST(wait_stolen_before_first_segment)
{
	begin(100);
	run_stolen(0, 40, 11, "a", 5000, 0);
	event.begin_stolen_ns = 4000;
	event.end_stolen_ns = 5000;
	EXPECT_STREQ("60 a/11, 40 other, 40 of it uncovered", budget());
}

/* Several CPUs */

TEST(wait_hop)
{
	begin(100);
	run(0, -10, 11, "a", 0);
	run(0, 60, 12, "b", 0);
	run(1, -10, 13, "c", 0);
	run(1, 70, 14, "d", 0);
	moves(40, 50, 1);
	EXPECT_STREQ("40 a/11, 30 d/14, 20 c/13, 10 flight", budget());
}

TEST(wait_hop_without_flight)
{
	begin(100);
	run(0, 0, 11, "a", 0);
	run(1, 0, 12, "b", 0);
	moves(40, 40, 1);
	EXPECT_STREQ("60 b/12, 40 a/11", budget());
}

TEST(wait_hop_queued_not_known)
{
	begin(100);
	run(0, 0, 11, "a", 0);
	run(1, 0, 12, "b", 0);
	moves(40, 40, 1);
	event.queued_ns = 0;
	EXPECT_STREQ("60 b/12, 40 a/11", budget());
}

/* Where it was queued when tells only of the last CPU. */
TEST(wait_hops)
{
	begin(100);
	run(0, 0, 11, "a", 0);
	run(1, 0, 12, "b", 0);
	run(2, 0, 13, "c", 0);
	moves(20, 25, 1);
	moves(50, 60, 2);
	EXPECT_STREQ("40 c/13, 30 b/12, 20 a/11, 10 flight", budget());
}

TEST(wait_hop_and_back)
{
	begin(100);
	run(0, 0, 11, "a", 0);
	run(0, 30, 12, "b", 0);
	run(0, 90, 11, "a", 0);
	run(1, 0, 13, "c", 0);
	moves(20, 20, 1);
	moves(60, 60, 0);
	EXPECT_STREQ("40 c/13, 30 a/11, 30 b/12", budget());
}

TEST(wait_one_task_on_two_cpus)
{
	begin(100);
	run(0, 0, 11, "a", 0);
	run(1, 0, 12, "b", 0);
	run(1, 60, 11, "a", 0);
	moves(40, 40, 1);
	EXPECT_STREQ("80 a/11, 20 b/12", budget());
}

TEST(wait_hop_without_history)
{
	begin(100);
	run(1, 0, 12, "b", 0);
	moves(40, 50, 1);
	EXPECT_STREQ("50 b/12, 40 other, 10 flight, 40 of it uncovered", budget());
}

TEST(wait_hop_segment_missing)
{
	begin(100);
	run(0, 0, 11, "a", 0);
	run(0, 30, 12, "b", 0);
	run(1, 0, 13, "c", 0);
	missing[0] = 1;
	moves(40, 50, 1);
	EXPECT_STREQ("50 c/13, 30 a/11, 10 flight, 10 other, 10 of it uncovered", budget());
}

TEST(wait_hop_to_cpu_with_missing_segment)
{
	begin(100);
	run(0, 0, 11, "a", 0);
	run(1, 0, 12, "b", 0);
	run(1, 70, 13, "c", 0);
	missing[1] = 1;
	moves(40, 50, 1);
	EXPECT_STREQ("40 a/11, 30 other, 20 b/12, 10 flight, 30 of it uncovered", budget());
}

TEST(wait_hop_from_unknown_cpu)
{
	begin(100);
	event.wait.cpu = -1;
	run(1, 0, 12, "b", 0);
	moves(40, 50, 1);
	event.hops[0].cpu = -1U;
	EXPECT_STREQ("50 b/12, 40 other, 10 flight, 40 of it uncovered", budget());
}

TEST(wait_hops_as_many_as_are_kept)
{
	int i;

	begin(100);
	for (i = 0; i < CPUS; i++)
		run(i, 0, 11 + i, "a", 0);
	for (i = 1; i <= MAX_HOPS; i++)
		moves(10 * i, 10 * i + 5, i % CPUS);
	EXPECT_STREQ("65 a/11, 10 a/12, 10 a/13, 10 a/14, 5 flight", budget());
}

/* Where it was between the last that was kept and its last CPU is not known. */
TEST(wait_hops_more_than_are_kept)
{
	int i;

	begin(100);
	for (i = 0; i < CPUS; i++)
		run(i, 0, 11 + i, "a", 0);
	for (i = 1; i <= MAX_HOPS + 2; i++)
		moves(10 * i, 10 * i + 5, i % CPUS);
	EXPECT_STREQ("45 a/13, 25 other, 10 a/11, 10 a/12, 10 a/14, 25 of it uncovered",
		     budget());
}

/* Clocks that disagree: times that are not in order, or not in the wait. */
TEST(wait_hop_before_the_begin)
{
	begin(100);
	run(0, -50, 11, "a", 0);
	run(1, -50, 12, "b", 0);
	moves(-20, -10, 1);
	EXPECT_STREQ("100 b/12", budget());
}

TEST(wait_hop_after_the_end)
{
	begin(100);
	run(0, 0, 11, "a", 0);
	run(1, 0, 12, "b", 0);
	moves(120, 130, 1);
	EXPECT_STREQ("100 a/11", budget());
}

TEST(wait_hop_queued_after_the_end)
{
	begin(100);
	run(0, 0, 11, "a", 0);
	run(1, 0, 12, "b", 0);
	moves(40, 130, 1);
	EXPECT_STREQ("60 flight, 40 a/11", budget());
}

TEST(wait_hops_out_of_order)
{
	begin(100);
	run(0, 0, 11, "a", 0);
	run(1, 0, 12, "b", 0);
	run(2, 0, 13, "c", 0);
	moves(50, 50, 1);
	moves(30, 30, 2);
	EXPECT_STREQ("50 a/11, 50 c/13", budget());
}

/* Each CPU has counters of its own: the begin's are the first one's, */
TEST(wait_hop_stolen)
{
	begin(100);
	run_stolen(0, -40, 11, "a", 5000, 0);
	run_stolen(0, 60, 12, "b", 5030, 0);
	run_stolen(1, -50, 13, "c", 100, 40);
	event.begin_stolen_ns = 5000;
	event.end_stolen_ns = 130;
	event.end_irq_ns = 70;
	moves(40, 50, 1);
	EXPECT_STREQ("40 c/13, 20 a/11, 20 steal, 10 irq, 10 flight", budget());
}

/* also if it left at once; */
TEST(wait_hop_at_once_stolen)
{
	begin(100);
	run_stolen(0, -100, 11, "a", 0, 0);
	run_stolen(1, -100, 12, "b", 0, 0);
	event.begin_stolen_ns = 50;
	event.end_stolen_ns = 60;
	moves(0, 0, 1);
	EXPECT_STREQ("70 b/12, 30 steal", budget());
}

/* the end's are the last one's; */
TEST(wait_hop_at_the_end_stolen)
{
	begin(100);
	run_stolen(0, 0, 11, "a", 0, 0);
	run_stolen(1, 0, 12, "b", 5000, 0);
	event.end_stolen_ns = 5000;
	moves(100, 100, 1);
	EXPECT_STREQ("100 a/11", budget());
}

/* and of what was stolen after the last segment of another, nothing is known. */
TEST(wait_hop_stolen_since_last_segment)
{
	begin(100);
	run_stolen(0, 0, 11, "a", 100, 100);
	run_stolen(1, 0, 12, "b", 5000, 0);
	event.begin_stolen_ns = 100;
	event.begin_irq_ns = 100;
	event.end_stolen_ns = 5000;
	moves(40, 40, 1);
	EXPECT_STREQ("60 b/12, 40 a/11", budget());
}

/* Quota */

TEST(wait_quota_at_begin)
{
	begin(100);
	run(0, 0, 11, "a", 0);
	throttled(0, 40);
	EXPECT_STREQ("60 a/11, 40 quota", budget());
}

TEST(wait_quota_in_the_middle)
{
	begin(100);
	run(0, 0, 11, "a", 0);
	run(0, 50, 12, "b", 0);
	run(0, 80, 13, "c", 0);
	throttled(30, 40);
	EXPECT_STREQ("40 quota, 30 a/11, 20 c/13, 10 b/12", budget());
}

TEST(wait_quota_at_end)
{
	begin(100);
	run(0, 0, 11, "a", 0);
	run(0, 70, 12, "b", 0);
	throttled(60, 40);
	EXPECT_STREQ("60 a/11, 40 quota", budget());
}

TEST(wait_quota_of_a_group)
{
	begin(100);
	run(0, 0, 11, "a", 0);
	throttled(0, 40);
	event.quota_cgroup = 77;
	EXPECT_STREQ("60 a/11, 40 quota of 77", budget());
}

TEST(wait_quota_while_idle)
{
	begin(100);
	idle(0, 0);
	throttled(0, 60);
	EXPECT_STREQ("60 quota, 40 idle", budget());
}

TEST(wait_quota_all_the_wait)
{
	begin(100);
	run(0, 0, 11, "a", 0);
	throttled(0, 100);
	EXPECT_STREQ("100 quota", budget());
}

TEST(wait_quota_longer_than_the_wait)
{
	begin(100);
	run(0, 0, 11, "a", 0);
	throttled(30, 500);
	EXPECT_STREQ("100 quota", budget());
}

/* How long is known better than since when. */
TEST(wait_quota_beyond_the_end)
{
	begin(100);
	run(0, 0, 11, "a", 0);
	run(0, 60, 12, "b", 0);
	throttled(80, 40);
	EXPECT_STREQ("60 a/11, 40 quota", budget());
}

TEST(wait_quota_since_before_the_wait)
{
	begin(100);
	run(0, 0, 11, "a", 0);
	run(0, 40, 12, "b", 0);
	throttled(-50, 40);
	EXPECT_STREQ("60 b/12, 40 quota", budget());
}

TEST(wait_quota_since_after_the_wait)
{
	begin(100);
	run(0, 0, 11, "a", 0);
	run(0, 60, 12, "b", 0);
	throttled(200, 40);
	EXPECT_STREQ("60 a/11, 40 quota", budget());
}

TEST(wait_quota_since_not_known)
{
	begin(100);
	run(0, 0, 11, "a", 0);
	run(0, 40, 12, "b", 0);
	event.quota_ns = 40;
	EXPECT_STREQ("60 b/12, 40 quota", budget());
}

/* What was stolen in the part with quota is its part of all. */
TEST(wait_quota_and_steal)
{
	begin(100);
	run(0, 0, 11, "a", 0);
	event.end_stolen_ns = 40;
	event.end_irq_ns = 20;
	throttled(0, 50);
	EXPECT_STREQ("50 quota, 30 a/11, 10 irq, 10 steal", budget());
}

TEST(wait_quota_and_hop)
{
	begin(100);
	run(0, 0, 11, "a", 0);
	run(1, 0, 12, "b", 0);
	moves(30, 50, 1);
	throttled(20, 40);
	EXPECT_STREQ("40 quota, 40 b/12, 20 a/11", budget());
}

TEST(wait_quota_and_flight)
{
	begin(100);
	run(0, 0, 11, "a", 0);
	run(1, 0, 12, "b", 0);
	moves(30, 50, 1);
	throttled(10, 25);
	EXPECT_STREQ("50 b/12, 25 quota, 15 flight, 10 a/11", budget());
}

TEST(wait_quota_and_broken_segment)
{
	begin(100);
	run(0, 0, 11, "a", SEGMENT_BROKEN);
	throttled(0, 40);
	EXPECT_STREQ("60 other, 40 quota", budget());
}

TEST(wait_quota_without_history)
{
	begin(100);
	throttled(30, 40);
	EXPECT_STREQ("60 other, 40 quota, 60 of it uncovered", budget());
}

/* Time that quota and history both cover is not covered twice. */
TEST(wait_quota_and_some_history)
{
	begin(100);
	run(0, 50, 11, "a", 0);
	throttled(50, 30);
	EXPECT_STREQ("50 other, 30 quota, 20 a/11, 50 of it uncovered", budget());
}

/* The wakeup */

TEST(wait_wakeup)
{
	begin(100);
	run(0, -10, 11, "a", 0);
	run(0, 50, 12, "b", 0);
	event.from = FROM_WOKEN;
	event.wakeup_ns = 20;
	EXPECT_STREQ("50 b/12, 30 a/11, 20 wakeup", budget());
}

TEST(wait_wakeup_without_history)
{
	begin(100);
	event.wakeup_ns = 20;
	EXPECT_STREQ("80 other, 20 wakeup, 80 of it uncovered", budget());
}

TEST(wait_wakeup_all_the_wait)
{
	begin(100);
	run(0, 0, 11, "a", 0);
	event.wakeup_ns = 100;
	EXPECT_STREQ("100 wakeup", budget());
}

/* By a little: the clock was read in two ways. */
TEST(wait_wakeup_longer_than_the_wait)
{
	begin(100);
	run(0, 0, 11, "a", 0);
	event.wakeup_ns = 130;
	EXPECT_STREQ("100 wakeup", budget());
}

TEST(wait_wakeup_and_hop)
{
	begin(100);
	run(0, 0, 11, "a", 0);
	run(1, 0, 12, "b", 0);
	moves(50, 60, 1);
	event.wakeup_ns = 20;
	EXPECT_STREQ("40 b/12, 30 a/11, 20 wakeup, 10 flight", budget());
}

TEST(wait_wakeup_and_quota)
{
	begin(100);
	run(0, 0, 11, "a", 0);
	event.wakeup_ns = 20;
	throttled(0, 30);
	EXPECT_STREQ("50 a/11, 30 quota, 20 wakeup", budget());
}

TEST(wait_wakeup_and_quota_longer_than_the_rest)
{
	begin(100);
	run(0, 0, 11, "a", 0);
	event.wakeup_ns = 20;
	throttled(40, 90);
	EXPECT_STREQ("80 quota, 20 wakeup", budget());
}

/* Who it was */

TEST(wait_same_process)
{
	begin(100);
	run_group(0, 11, "a", VICTIM, 0);
	run_group(70, 12, "b", 2, 0);
	EXPECT_STREQ("70 a/11 process, 30 b/12", budget());
}

TEST(wait_same_cgroup)
{
	begin(100);
	event.cgroup = 77;
	run_group(0, 11, "a", 11, 77);
	run_group(70, 12, "b", 12, 78);
	EXPECT_STREQ("70 a/11 cgroup, 30 b/12", budget());
}

TEST(wait_same_process_and_cgroup)
{
	begin(100);
	event.cgroup = 77;
	run_group(0, 11, "a", VICTIM, 77);
	EXPECT_STREQ("100 a/11 process cgroup", budget());
}

/* Neither what is in no group, nor the root, is one. */
TEST(wait_no_cgroup)
{
	begin(100);
	run_group(0, 11, "a", 11, 0);
	EXPECT_STREQ("100 a/11", budget());
}

TEST(wait_root_cgroup)
{
	begin(100);
	event.cgroup = 1;
	run_group(0, 11, "a", 11, 1);
	EXPECT_STREQ("100 a/11", budget());
}

/* In another PID namespace: all of them have 0. */
TEST(wait_no_pid)
{
	begin(100);
	run(0, 0, 0, "a", 0);
	run(0, 50, 0, "b", 0);
	run(0, 80, 0, "a", 0);
	EXPECT_STREQ("70 a/0, 30 b/0", budget());
}

TEST(wait_no_pid_is_no_process)
{
	begin(100);
	event.wait.tid = 0;
	event.wait.tgid = 0;
	run(0, 0, 0, "a", 0);
	EXPECT_STREQ("100 a/0", budget());
}

TEST(wait_no_pid_and_idle)
{
	begin(100);
	run(0, 0, 0, "swapper", 0);
	idle(0, 60);
	EXPECT_STREQ("60 swapper/0, 40 idle", budget());
}

/* Percents of a wait of which tasks a, b, ... had @tasks, largest first. */
static const char *printed(__u64 other, const __u64 *tasks, size_t nr_tasks)
{
	struct why *why = calloc(1, sizeof(*why) + (nr_tasks + 1) * sizeof(*why->shares));
	struct percent p[MAX_PERCENTS];
	FILE *f = fmemopen(text, sizeof(text), "w");
	size_t nr, i;

	for (i = 0; i <= nr_tasks; i++) {
		if (other && (i == nr_tasks || tasks[i] < other)) {
			why->shares[why->nr].cause = CAUSE_OTHER;
			why->shares[why->nr++].ns = other;
			why->event.wait.wait_ns += other;
			other = 0;
		}
		if (i == nr_tasks)
			break;
		why->shares[why->nr].cause = CAUSE_TASK;
		why->shares[why->nr].comm[0] = 'a' + i % 26;
		why->shares[why->nr].tid = 11 + i;
		why->shares[why->nr++].ns = tasks[i];
		why->event.wait.wait_ns += tasks[i];
	}
	nr = percents(why, p);
	for (i = 0; i < nr; i++)
		print_share(f, p[i].percent, &p[i].share);
	if (flaw(why))
		fprintf(f, ": %s", flaw(why));
	fclose(f);
	free(why);
	return text;
}

#define PRINTED(other, ...) ({ \
	const __u64 tasks[] = { __VA_ARGS__ }; \
	printed(other, tasks, ARRAY_SIZE(tasks)); \
})

TEST(percents_of_no_time)
{
	EXPECT_STREQ("100 other", printed(0, NULL, 0));
}

TEST(percents_of_one)
{
	EXPECT_STREQ("100 a/11", PRINTED(0, 12345));
	EXPECT_STREQ("100 other", printed(12345, NULL, 0));
}

TEST(percents_are_exact)
{
	EXPECT_STREQ("50 a/11, 30 b/12, 20 c/13", PRINTED(0, 500, 300, 200));
}

/* The missing points go to the largest rests, */
TEST(percents_rounded)
{
	EXPECT_STREQ("66 a/11, 34 b/12", PRINTED(0, 664, 336));
	EXPECT_STREQ("67 a/11, 33 b/12", PRINTED(0, 666, 334));
	EXPECT_STREQ("50 a/11, 29 b/12, 21 c/13", PRINTED(0, 506, 287, 207));
}

/* of equal ones to the first. */
TEST(percents_of_equals)
{
	EXPECT_STREQ("34 a/11, 33 b/12, 33 c/13", PRINTED(0, 1, 1, 1));
	EXPECT_STREQ("50 a/11, 50 b/12", PRINTED(0, 7, 7));
}

TEST(percents_other_is_kept)
{
	EXPECT_STREQ("60 a/11, 40 other", PRINTED(40, 60));
	EXPECT_STREQ("60 other, 40 a/11", PRINTED(60, 40));
	EXPECT_STREQ("99 a/11, 1 other", PRINTED(6, 994));
}

TEST(percents_small_ones_are_other)
{
	EXPECT_STREQ("98 a/11, 2 other", PRINTED(0, 980, 9, 9, 2));
	EXPECT_STREQ("95 a/11, 5 other", PRINTED(40, 950, 9, 1));
}

TEST(percents_one_is_not_small)
{
	EXPECT_STREQ("99 a/11, 1 b/12", PRINTED(0, 99, 1));
	EXPECT_STREQ("99 a/11, 1 b/12", PRINTED(0, 9899, 100));
}

/* Also of a length that is no multiple of 100. */
TEST(percents_just_below_one)
{
	EXPECT_STREQ("99 a/11, 1 other", PRINTED(0, 1089, 10));
	EXPECT_STREQ("99 a/11, 1 other", PRINTED(0, 198, 1));
}

/* Nor is other shown for next to nothing. */
TEST(percents_next_to_nothing)
{
	EXPECT_STREQ("100 a/11", PRINTED(0, 999, 1));
	EXPECT_STREQ("100 a/11", PRINTED(1, 999));
}

TEST(percents_all_small)
{
	__u64 tasks[200];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(tasks); i++)
		tasks[i] = 5;
	EXPECT_STREQ("100 other", printed(0, tasks, ARRAY_SIZE(tasks)));
}

TEST(percents_no_room)
{
	EXPECT_STREQ("30 a/11, 25 b/12, 20 c/13, 10 d/14, 8 e/15, 7 other",
		     PRINTED(0, 30, 25, 20, 10, 8, 7));
	EXPECT_STREQ("50 other, 10 a/11, 10 b/12, 10 c/13, 10 d/14, 10 e/15",
		     PRINTED(0, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10));
	EXPECT_STREQ("31 a/11, 21 b/12, 17 other, 16 c/13, 10 d/14, 5 e/15",
		     PRINTED(13, 31, 21, 16, 10, 5, 4));
}

TEST(percents_just_room)
{
	EXPECT_STREQ("30 a/11, 25 b/12, 20 c/13, 15 d/14, 10 e/15",
		     PRINTED(0, 30, 25, 20, 15, 10));
	EXPECT_STREQ("30 a/11, 25 b/12, 20 c/13, 15 d/14, 6 e/15, 4 other",
		     PRINTED(4, 30, 25, 20, 15, 6));
}

TEST(percents_of_a_year)
{
	EXPECT_STREQ("67 a/11, 33 b/12", PRINTED(0, 2ULL << 53, 1ULL << 53));
}

/* History */

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

/* How many there are of CPU 1, in an unbroken row, from @seq back. 0 if @seq is not the newest. */
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

TEST(history_empty)
{
	begin(100);
	EXPECT_EQ(NULL, history_newest(&history, 1));
	EXPECT_TRUE(history_add(&history, NULL, 0));
	EXPECT_EQ(NULL, history_newest(&history, 1));
}

TEST(history_one)
{
	begin(100);
	send(0, 0);
	EXPECT_EQ(1, count_back(0));
}

/* The number of what never came is that of no segment. */
TEST(history_without_the_first)
{
	begin(100);
	send(1, 9);
	EXPECT_EQ(9, count_back(9));
}

TEST(history_many)
{
	begin(100);
	send(1000, 1000);
	send(1001, 1009);
	EXPECT_EQ(10, count_back(1009));
}

TEST(history_of_each_cpu)
{
	begin(100);
	send(5, 9);
	EXPECT_EQ(NULL, history_newest(&history, 0));
	EXPECT_EQ(NULL, history_newest(&history, 2));
}

TEST(history_repeated)
{
	begin(100);
	send(0, 9);
	send(0, 9);
	EXPECT_EQ(10, count_back(9));
}

TEST(history_sent_again_with_more)
{
	begin(100);
	send(0, 4);
	send(0, 9);
	EXPECT_EQ(10, count_back(9));
}

TEST(history_older_sent_again)
{
	begin(100);
	send(0, 9);
	send(0, 4);
	EXPECT_EQ(10, count_back(9));
}

/* Newer chunks come first. */
TEST(history_older_sent_after)
{
	begin(100);
	send(6, 9);
	send(0, 5);
	EXPECT_EQ(10, count_back(9));
}

TEST(history_overwritten)
{
	begin(100);
	send(0, 39);
	EXPECT_EQ(SIZE, count_back(39));
}

/* What is so old that it has lost its place does not get it back. */
TEST(history_overwritten_sent_again)
{
	begin(100);
	send(0, SIZE + 4);
	send(0, 9);
	EXPECT_EQ(SIZE, count_back(SIZE + 4));
}

TEST(history_gap)
{
	begin(100);
	send(0, 4);
	send(6, 9);
	EXPECT_EQ(4, count_back(9));
	send(5, 5);
	EXPECT_EQ(10, count_back(9));
}

/* By another time round the same place. */
TEST(history_gap_of_its_size)
{
	begin(100);
	send(0, 9);
	send(SIZE + 10, SIZE + 12);
	EXPECT_EQ(3, count_back(SIZE + 12));
}

TEST(history_numbers_wrap_around)
{
	struct run_segment s;
	__u32 seq;

	begin(100);
	for (seq = -4U; seq != 6; seq++) {
		s = numbered(seq);
		s.start_ns = BEGIN + (__u32)(seq + 4);
		history_add(&history, &s, 1);
		EXPECT_EQ((int)(seq + 5), count_back(seq));
	}
}

/* So many switches of which none had a part in a wait: hours to days. */
TEST(history_long_silence)
{
	begin(100);
	send(0, 9);
	send((1U << 31) + 20, (1U << 31) + 29);
	EXPECT_EQ(10, count_back((1U << 31) + 29));
}

/* It was overwritten while it was copied. */
TEST(history_before_is_not_later)
{
	struct run_segment s = numbered(4);

	begin(100);
	s.start_ns = BEGIN + 100;
	history_add(&history, &s, 1);
	send(5, 9);
	EXPECT_EQ(5, count_back(9));
}

TEST(history_unknown_cpu)
{
	struct run_segment s = numbered(0);

	begin(100);
	s.cpu = CPUS;
	EXPECT_TRUE(history_add(&history, &s, 1));
	s.cpu = 65535;
	EXPECT_TRUE(history_add(&history, &s, 1));
	EXPECT_EQ(NULL, history_newest(&history, CPUS));
	EXPECT_EQ(NULL, history_newest(&history, -1U));
}

TEST(history_freed_twice)
{
	begin(100);
	send(0, 9);
	history_free(&history);
	EXPECT_EQ(NULL, history_newest(&history, 1));
	history_free(&history);
}

/* At random, but in each run the same */

static __u64 random_state;

static __u64 rnd(__u64 nr)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (random_state >> 8) % nr;
}

/*
 * The budget by counting: who had each single ns? Only for times that are in order,
 * with nothing stolen and no hops that were not kept.
 */
struct log {
	struct run_segment segments[CPUS][3 * SIZE];
	int nr[CPUS];
};

struct counts {
	__u64 of[CAUSE_OTHER + 1][VICTIM + 20];
	__u64 uncovered;
};

static void count_segment(struct counts *counts, const struct log *log, __u32 cpu, __u64 t)
{
	const struct run_segment *s;
	int i = log->nr[cpu] - 1;

	while (i >= 0 && log->segments[cpu][i].start_ns > t)
		i--;
	if (i < 0 || i < log->nr[cpu] - SIZE || (i == log->nr[cpu] - 1 && missing[cpu])) {
		counts->uncovered++;
		counts->of[CAUSE_OTHER][0]++;
		return;
	}
	s = &log->segments[cpu][i];
	if (s->flags & SEGMENT_BROKEN || s->tid == VICTIM)
		counts->of[CAUSE_OTHER][0]++;
	else if (s->flags & SEGMENT_IDLE)
		counts->of[CAUSE_IDLE][0]++;
	else
		counts->of[CAUSE_TASK][s->tid]++;
}

static void count(struct counts *counts, const struct why_event *e, const struct log *log)
{
	__u64 t;
	__u32 i;

	memset(counts, 0, sizeof(*counts));
	for (t = BEGIN; t < e->wait.end_ns; t++) {
		for (i = 0; i < e->nr_hops && t >= e->hops[i].left_ns; i++)
			;
		if (t < BEGIN + e->wakeup_ns)
			counts->of[CAUSE_WAKEUP][0]++;
		else if (t >= e->quota_since_ns && t < e->quota_since_ns + e->quota_ns)
			counts->of[CAUSE_QUOTA][0]++;
		else if (i < e->nr_hops)
			count_segment(counts, log, e->hops[i].cpu, t);
		else if (e->nr_hops && t < e->queued_ns)
			counts->of[CAUSE_FLIGHT][0]++;
		else
			count_segment(counts, log, e->wait.cpu, t);
	}
}

static void random_segments(struct log *log)
{
	struct run_segment s;
	int cpu, i;
	long at;

	for (cpu = 0; cpu < CPUS; cpu++) {
		log->nr[cpu] = rnd(ARRAY_SIZE(log->segments[cpu]));
		missing[cpu] = rnd(4) ? 0 : rnd(5);
		at = (long)rnd(120) - 60;
		for (i = 0; i < log->nr[cpu]; i++) {
			s = segment(cpu, at, VICTIM + rnd(20), "a");
			if (!i)
				s.seq = -rnd(20);
			if (!rnd(8))
				s.flags = SEGMENT_BROKEN;
			if (!rnd(5)) {
				s.flags |= SEGMENT_IDLE;
				s.tid = 0;
			}
			history_add(&history, &s, 1);
			log->segments[cpu][i] = s;
			at += rnd(12);
		}
	}
}

static void random_event(void)
{
	__u64 ns = event.wait.wait_ns, at = 0;

	if (!rnd(3)) {
		event.wakeup_ns = rnd(ns + 1);
		at = event.wakeup_ns;
	}
	if (!rnd(2)) {
		throttled(at + rnd(ns - at + 1), 0);
		event.quota_ns = rnd(event.wait.end_ns - event.quota_since_ns + 1);
	}
	event.wait.cpu = rnd(CPUS);
	while (event.nr_hops < MAX_HOPS && !rnd(2)) {
		at += rnd(ns - at + 1);
		moves(at, rnd(2) ? at + rnd(ns - at + 1) : at, rnd(CPUS));
	}
}

/* Takes the budget from @counts, where nothing must remain. */
static const char *flaw_by_count(const struct why *why, struct counts *counts)
{
	const __u64 *left = counts->of[0];
	size_t i;

	for (i = 0; i < why->nr; i++)
		counts->of[why->shares[i].cause][why->shares[i].tid] -= why->shares[i].ns;
	counts->uncovered -= why->uncovered_ns;
	for (i = 0; i < sizeof(counts->of) / sizeof(__u64); i++) {
		if (left[i])
			return "a share is not as counted";
	}
	return counts->uncovered ? "what is uncovered is not as counted" : NULL;
}

TEST(random_by_count)
{
	static struct counts counts;
	static struct log log;
	const char *wrong;
	struct why *why;
	int i;

	random_state = 1;
	for (i = 0; i < 5000; i++) {
		begin(rnd(200));
		random_segments(&log);
		random_event();
		count(&counts, &event, &log);

		why = explained();
		wrong = flaw(why) ?: flaw_by_count(why, &counts);
		free(why);
		ASSERT_EQ(NULL, wrong)
			TH_LOG("event %d: %s: %s", i, wrong, budget());
	}
}

/* Times in and about the wait, in any order. */
static __u64 disorder(void)
{
	return rnd(20) ? BEGIN - 100 + rnd(300) : 0;
}

/* Any at all. */
static __u64 absurd(void)
{
	switch (rnd(6)) {
	case 0:
		return 0;
	case 1:
		return -rnd(1000);
	case 2:
		return rnd(-1ULL) << 8 | rnd(256);
	case 3:
		return BEGIN + (1ULL << rnd(64));
	default:
		return disorder();
	}
}

static void random_history(__u64 time(void))
{
	struct run_segment s;
	int i;

	for (i = rnd(4 * SIZE); i; i--) {
		s = segment(rnd(CPUS), 0, rnd(20), rnd(2) ? "a" : "b");
		s.seq += rnd(10) ? 0 : rnd(3 * SIZE) - SIZE;
		s.flags = rnd(4) ? 0 : rnd(4);
		s.start_ns = time();
		s.stolen_ns = time() - BEGIN;
		s.irq_ns = time() - BEGIN;
		history_add(&history, &s, 1);
	}
}

static void random_times(__u64 time(void))
{
	__u32 i;

	event.from = rnd(FROM_THROTTLED + 1);
	event.begin_stolen_ns = time() - BEGIN;
	event.begin_irq_ns = time() - BEGIN;
	event.end_stolen_ns = time() - BEGIN;
	event.end_irq_ns = time() - BEGIN;
	event.quota_since_ns = rnd(2) ? time() : 0;
	event.quota_ns = rnd(2) ? time() - BEGIN : 0;
	event.queued_ns = time();
	event.nr_hops = rnd(2) ? 0 : rnd(2 * MAX_HOPS);
	event.wait.cpu = rnd(CPUS + 1);
	event.seq = rnd(4 * SIZE);
	for (i = 0; i < MAX_HOPS; i++)
		event.hops[i] = (struct hop) { time(), rnd(CPUS + 1), rnd(4 * SIZE) };
}

TEST(random_disorder)
{
	const char *wrong;
	struct why *why;
	int i;

	random_state = 2;
	for (i = 0; i < 5000; i++) {
		begin(rnd(200));
		random_history(disorder);
		random_times(disorder);
		event.wakeup_ns = rnd(event.wait.wait_ns + 1);
		event.quota_ns = rnd(400);

		why = explain(&event, &history);
		wrong = flaw(why);
		free(why);
		ASSERT_EQ(NULL, wrong)
			TH_LOG("event %d: %s", i, wrong);
	}
}

TEST(random_absurd)
{
	const char *wrong;
	struct why *why;
	int i;

	random_state = 3;
	for (i = 0; i < 20000; i++) {
		begin(0);
		random_history(absurd);
		random_times(absurd);
		event.wait.end_ns = absurd();
		event.wait.wait_ns = rnd(2) ? rnd(200) : absurd();
		event.wakeup_ns = rnd(2) ? 0 : absurd();

		why = explain(&event, &history);
		wrong = flaw(why);
		free(why);
		ASSERT_EQ(NULL, wrong)
			TH_LOG("event %d: %s", i, wrong);
	}
}

TEST_HARNESS_MAIN
