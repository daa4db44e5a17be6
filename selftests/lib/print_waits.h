/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A wait made up for tests of its lines of text, CSV and JSON: each field has a
 * value of its own, so that a field in the wrong column, or in the wrong unit,
 * is seen. One wait for the whole process; the kselftest harness forks for each
 * test.
 */
#ifndef __PRINT_WAITS_H
#define __PRINT_WAITS_H

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "util/cgroups.h"
#include "writers/writer.h"

/*
 * By the clock of the tests, in their time zone:
 * 2023-11-15T03:43:20.123456789+05:30
 */
#define END		1700000000123456789ULL
#define TIME_ZONE	"TEST-05:30"

#define MAX_TEST_SHARES	16

/* Of cgroups.c, which is not what is tested. */
const char *cgroup_path(__u64 id)
{
	/* Of the task that waits, in JSON. */
#define POLICY "'policy':'batch','prio':137"

static char path[32];

	snprintf(path, sizeof(path), id == 99 ? "/,\"\n" : "/cg%llu", (unsigned long long)id);
	return path;
}

/* Of this test: each has a process of its own. */
static char room[sizeof(struct why) + MAX_TEST_SHARES * sizeof(struct share)]
	__attribute__((aligned(8)));
static struct why * const why = (void *)room;
static struct why_event * const event = &((struct why *)room)->event;
static struct wait_event * const waited = &((struct why *)room)->event.wait;
static struct stack_event *stack;
static struct options opts;

static inline void add_share(struct share share)
{
	why->shares[why->nr++] = share;
}

/* One of each cause, and two tasks; they add up to wait_ns. */
static inline void add_all_shares(void)
{
	add_share((struct share) { CAUSE_QUOTA, 30000001, .cgroup = 23 });
	add_share((struct share) { CAUSE_TASK, 20000002, .cgroup = 24, .policy = 6, .prio = -1, .tid = 1008,
				   .tgid = 1007, .comm = "hog", .same_process = true });
	add_share((struct share) { CAUSE_TASK, 14000003, .cgroup = 25, .policy = 200, .prio = 49, .tid = 1010,
				   .tgid = 1009, .comm = "pig", .same_cgroup = true });
	add_share((struct share) { CAUSE_IRQ, 11000004 });
	add_share((struct share) { CAUSE_STEAL, 9000005 });
	add_share((struct share) { CAUSE_IDLE, 7000006 });
	add_share((struct share) { CAUSE_MIGRATING, 5000007 });
	add_share((struct share) { CAUSE_WAKEUP, 3000008 });
	add_share((struct share) { CAUSE_OTHER, 1000963 });
}

static inline void set_up(void)
{
	setenv("TZ", TIME_ZONE, 1);
	tzset();
	opts.min_us = 77;
	*event = (struct why_event) {
		.wait = {
			.kind = RECORD_WHY, .cpu = 3, .tid = 1002, .tgid = 1001,
			.prev_tid = 1004, .end_ns = END, .wait_ns = 100000999,
			.comm = "waiter", .prev_comm = "previous",
		},
		.cgroup = 21, .quota_cgroup = 22, .wakeup_ns = 3000009,
		.policy = SCHED_BATCH, .prio = 137,
		.from = FROM_WOKEN, .nr_migrations = 2,
		.migrations = { { .cpu = 50 }, { .cpu = 60 }, { .cpu = 70 }, { .cpu = 80 } },
		.waker_kind = WAKER_TASK, .waker_tid = 1006, .waker_tgid = 1005,
		.waker_comm = "waker",
	};
	/* The border of two words, and the last CPU. */
	event->idle_cpus[0] = 1ULL << 63 | 0x10f;
	event->idle_cpus[1] = 1;
	event->idle_cpus[MAX_IDLE_CPUS / 64 - 1] = 1ULL << 63;
	memset(event->allowed_cpus, 0xff, sizeof(event->allowed_cpus));
	why->uncovered_ns = 500009;
	add_all_shares();
}

/*
 * Only this share, and no idle CPU, so that a line of text tells of nothing
 * else.
 */
static inline void only(struct share share)
{
	memset(event->idle_cpus, 0, sizeof(event->idle_cpus));
	why->uncovered_ns = 0;
	why->nr = 0;
	share.ns = waited->wait_ns;
	add_share(share);
}

static inline void begin(const struct writer *writer)
{
	writer->begin(&opts);
}

static inline void text(void)
{
	text_writer.wait(&opts, waited, why, stack, false);
}

static inline void text_stalled(void)
{
	text_writer.wait(&opts, waited, why, stack, true);
}

static inline void csv(void)
{
	csv_writer.wait(&opts, waited, why, stack, false);
}

static inline void csv_stalled(void)
{
	csv_writer.wait(&opts, waited, why, stack, true);
}

/* All a JSON writer has to do before is to begin. */
static inline void json(void)
{
	json_writer.begin(&opts);
	json_writer.wait(&opts, waited, why, stack, false);
}

static inline void json_stalled(void)
{
	json_writer.begin(&opts);
	json_writer.wait(&opts, waited, why, stack, true);
}

#define TEXT "03:43:20 waiter           1002           100000"

#define CSV_TIME ",2023-11-15T03:43:20.123456789+05:30,1700000000123456789"
#define CSV "wait" CSV_TIME ",waiter,1002,1001,100000999,3,previous,1004"

#define JSON_TIME "'time':'2023-11-15T03:43:20.123456789+05:30','mono_ns':1700000000123456789"
#define JSON_TASK "'wait_ns':100000999,'comm':'waiter','tid':1002,'pid':1001,'cpu':3"
#define JSON "{'type':'wait'," JSON_TIME "," JSON_TASK ",'prev':{'comm':'previous','tid':1004}"

#endif /* __PRINT_WAITS_H */
