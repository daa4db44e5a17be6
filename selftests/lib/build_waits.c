// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "build_waits.h"

struct history history;
struct why_event event;
__u32 missing[CPUS];

void set_name(char *comm, const char *name)
{
	snprintf(comm, TASK_COMM_LEN, "%s", name);
}

struct run_segment segment(__u32 cpu, __u32 seq, long at, __u32 tid, const char *name)
{
	struct run_segment s = {
		.kind = RECORD_SEGMENTS,
		.cpu = cpu,
		.seq = seq,
		.start_ns = BEGIN + at,
		.tid = tid,
		.tgid = tid,
		.prio = 120,
	};

	set_name(s.comm, name);
	return s;
}

struct run_segment next_segment(__u32 cpu, long at, __u32 tid, const char *name)
{
	const struct run_segment *last = history_newest(&history, cpu);

	return segment(cpu, last ? last->seq + 1 : 0, at, tid, name);
}

void run(__u32 cpu, long at, __u32 tid, const char *name, __u8 flags)
{
	struct run_segment s = next_segment(cpu, at, tid, name);

	s.flags = flags;
	history_add(&history, &s, 1);
}

void idle(__u32 cpu, long at)
{
	run(cpu, at, 0, "swapper", SEGMENT_IDLE);
}

void run_nontask(__u32 cpu, long at, __u32 tid, const char *name, __u64 nontask, __u64 irq)
{
	struct run_segment s = next_segment(cpu, at, tid, name);

	s.nontask_ns = nontask;
	s.irq_ns = irq;
	history_add(&history, &s, 1);
}

void run_group(long at, __u32 tid, const char *name, __u32 tgid, __u64 cgroup)
{
	struct run_segment s = next_segment(0, at, tid, name);

	s.tgid = tgid;
	s.cgroup = cgroup;
	history_add(&history, &s, 1);
}

void wait_is(long from, long to)
{
	event = (struct why_event) {
		.wait = {
			.kind = RECORD_WHY, .tid = VICTIM, .tgid = VICTIM,
			.end_ns = BEGIN + to, .wait_ns = to - from, .comm = "victim",
			.prev_comm = "previous", .prev_tid = 6,
		},
		.from = FROM_PREEMPTED,
		.prio = 120,
	};
}

void begin(__u64 ns)
{
	history_free(&history);
	if (!history_init(&history, CPUS, HISTORY_SIZE))
		abort();
	wait_is(0, ns);
	memset(missing, 0, sizeof(missing));
}

void moves(long left, long queued, __u32 cpu)
{
	if (event.nr_migrations < MAX_MIGRATIONS)
		event.migrations[event.nr_migrations] = (struct migration) { BEGIN + left, event.wait.cpu, 0 };
	event.nr_migrations++;
	event.queued_ns = BEGIN + queued;
	event.wait.cpu = cpu;
}

void throttled(long since, __u64 ns)
{
	event.quota_since_ns = BEGIN + since;
	event.quota_ns = ns;
}

static __u32 newest_seq(__u32 cpu)
{
	const struct run_segment *s = history_newest(&history, cpu);

	return s ? s->seq + missing[cpu] : -1U;
}

struct why *explained(void)
{
	__u32 i;

	event.seq = newest_seq(event.wait.cpu);
	for (i = 0; i < event.nr_migrations && i < MAX_MIGRATIONS; i++)
		event.migrations[i].seq = newest_seq(event.migrations[i].cpu);
	return explain(&event, &history);
}
