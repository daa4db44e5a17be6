// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * A new field is one line here and one in rows.c, which fills the field in. All
 * formats write fields in the order of the lines. A field has two lines if its
 * place in CSV or text differs.
 */
#include "names.h"
#include "rows.h"
#include "tables.h"

#define FIELD(what, row, member)	\
	.type = FIELD_##what, .offset = offsetof(struct row, member)
#define HEAD(text, columns)	.head = text, .width = columns
#define WORDS(list, nr)		.words = list, .nr_words = nr
#define BIT(nr)			(1U << (nr))

/* Totals by what has a name. */
#define NAMED	(WITH_THREADS | WITH_PROCESSES | WITH_COMMS)

/* ---- A wait ---- */

static const struct field prev_fields[] = {
	{ .name = "comm", .csv = "prev_comm", FIELD(COMM, wait_row, event.wait.prev_comm) },
	{ .name = "tid", .csv = "prev_tid", FIELD(ID, wait_row, event.wait.prev_tid) },
	{}
};

static const struct table prev_table = { .fields = prev_fields };

static const struct field waker_fields[] = {
	{ .name = "kind", .csv = "waker", FIELD(WORD8, wait_row, event.waker_kind),
	  WORDS(waker_names, NR_WAKER_KINDS) },
	{ .name = "comm", .csv = "waker_comm", FIELD(COMM, wait_row, event.waker_comm),
	  .kinds = BIT(WAKER_TASK) },
	{ .name = "tid", .csv = "waker_tid", FIELD(ID, wait_row, event.waker_tid),
	  .kinds = BIT(WAKER_TASK) },
	{ .name = "pid", .only = ONLY_JSON, FIELD(ID, wait_row, event.waker_tgid),
	  .kinds = BIT(WAKER_TASK) },
	{}
};

static const struct table waker_table = { .fields = waker_fields };

static const struct field share_fields[] = {
	{ .name = "cause", FIELD(WORD, share, cause), WORDS(cause_names, NR_CAUSES) },
	{ .name = "ns", FIELD(NS, share, ns) },
	{ .name = "comm", FIELD(COMM, share, comm), .kinds = BIT(CAUSE_TASK) },
	{ .name = "tid", FIELD(ID, share, tid), .kinds = BIT(CAUSE_TASK) },
	{ .name = "pid", FIELD(ID, share, tgid), .kinds = BIT(CAUSE_TASK) },
	{ .name = "cgroup", FIELD(CGROUP, share, cgroup),
	  .kinds = BIT(CAUSE_TASK) | BIT(CAUSE_QUOTA) | BIT(CAUSE_RT_LIMIT),
	  .about = "of the task, or that ran out of quota or real-time" },
	{ .name = "same_process", FIELD(BOOL, share, same_process), .kinds = BIT(CAUSE_TASK) },
	{ .name = "same_cgroup", FIELD(BOOL, share, same_cgroup), .kinds = BIT(CAUSE_TASK),
	  .about = "and not the root" },
	{ .name = "policy", FIELD(WORD8, share, policy), WORDS(policy_names, NR_POLICIES),
	  .kinds = BIT(CAUSE_TASK) },
	{ .name = "prio", FIELD(PRIO, share, prio), .kinds = BIT(CAUSE_TASK) },
	{ .name = "class", FIELD(WORD, share, class), WORDS(class_names, NR_CLASSES),
	  .kinds = BIT(CAUSE_TASK), .absent_if_0 = true,
	  .about = "unless normal, which is fair, idle or sched_ext" },
	{ .name = "rt_priority", FIELD(ID, share, rt_priority), .kinds = BIT(CAUSE_TASK),
	  .absent_if_0 = true },
	{ .name = "outranks", FIELD(BOOL, share, outranks), .kinds = BIT(CAUSE_TASK),
	  .absent_if_0 = true,
	  .about = "is of a higher class or priority than the one that waited" },
	{ .name = "fair_server", FIELD(BOOL, share, fair_server), .kinds = BIT(CAUSE_TASK),
	  .absent_if_0 = true,
	  .about = "ran before a real-time task because the fair server let it" },
	{ .name = "scheduler", .type = FIELD_SCHEDULER, .kinds = BIT(CAUSE_SCHED_EXT) },
	{}
};

static const struct table share_table = {
	.fields = share_fields, .row_size = sizeof(struct share),
};

static const struct field top_fields[] = {
	{ .name = "top_comm", FIELD(COMM, share, comm) },
	{ .name = "top_tid", FIELD(ID, share, tid) },
	{ .name = "top_ns", FIELD(NS, share, ns) },
	{}
};

static const struct table top_table = {
	.fields = top_fields, .row_size = sizeof(struct share),
};

/* Of many waits, so without what may differ from one to the next. */
static const struct field part_fields[] = {
	{ .name = "cause", FIELD(WORD, share, cause), WORDS(cause_names, NR_CAUSES) },
	{ .name = "ns", FIELD(NS, share, ns) },
	{ .name = "comm", FIELD(COMM, share, comm), .kinds = BIT(CAUSE_TASK), .with = NAMED },
	{ .name = "tid", FIELD(ID, share, tid), .kinds = BIT(CAUSE_TASK), .with = WITH_THREADS },
	{ .name = "pid", FIELD(ID, share, tgid), .kinds = BIT(CAUSE_TASK),
	  .with = WITH_THREADS | WITH_PROCESSES },
	{ .name = "cgroup", FIELD(CGROUP, share, cgroup),
	  .kinds = BIT(CAUSE_TASK) | BIT(CAUSE_QUOTA) | BIT(CAUSE_RT_LIMIT),
	  .about = "of the task, lately, or that ran out of quota or real-time" },
	{}
};

static const struct table part_table = {
	.fields = part_fields, .row_size = sizeof(struct share),
};

static const char * const wait_types[] = { "wait", "stalled" };

static const struct field wait_fields[] = {
	{ .name = "type", FIELD(WORD8, wait_row, event.wait.stalled), WORDS(wait_types, 2) },
	{ .name = "time", FIELD(TIME, wait_row, event.wait.end_ns), HEAD("TIME", 0) },
	{ .name = "mono_ns", FIELD(NS, wait_row, event.wait.end_ns) },
	{ .name = "wait_ns", .only = ONLY_JSON, FIELD(NS, wait_row, event.wait.wait_ns) },
	{ .name = "comm", FIELD(COMM, wait_row, event.wait.comm), HEAD("COMM", -16) },
	{ .name = "tid", FIELD(ID, wait_row, event.wait.tid), HEAD("TID", -6) },
	{ .name = "pid", FIELD(ID, wait_row, event.wait.tgid) },
	{ .name = "wait_ns", .only = ONLY_CSV, FIELD(NS, wait_row, event.wait.wait_ns),
	  HEAD("LAT(us)", 14), .per = 1000 },
	{ FIELD(MARK, wait_row, event.wait.stalled), HEAD("", 0), .with = WITH_STALLED },
	{ .name = "cpu", FIELD(CPU, wait_row, event.wait.cpu),
	  .about = "where the wait ended" },
	{ FIELD(TEXT, wait_row, prev_comm), HEAD("PREV COMM", -16), .with = WITH_PREVIOUS },
	{ FIELD(ID, wait_row, event.wait.prev_tid), HEAD("PREV TID", -6),
	  .with = WITH_PREVIOUS },
	{ .name = "prev", .type = FIELD_OBJECT, .table = &prev_table, .kinds = BIT(0),
	  .about = "the task that ran just before" },
	{ .name = "stack", FIELD(STACK, wait_row, stack), .with = WITH_STACK, .kinds = BIT(0),
	  .about = "with --stack: where in the kernel that task left the CPU, innermost first" },
	{ FIELD(TEXT, wait_row, waker), HEAD("WAKER", -16), .with = WITH_WAKER },
	{ FIELD(ID, wait_row, waker_tid), HEAD("WAKER TID", -9), .with = WITH_WAKER },
	{ .name = "waker", .type = FIELD_OBJECT, .table = &waker_table, .with = WITH_WAKER,
	  .about = "with -W: what woke it; unseen also if it was not woken" },
	{ .name = "wakeup_ns", .only = ONLY_JSON, FIELD(NS, wait_row, wakeup_ns),
	  .with = WITH_WAKER,
	  .about = "with -W: how much of the wait is the delay of the wakeup itself" },
	/* wakeup_ns and the columns of causes add up to wait_ns. */
	{ .name = "wakeup_ns", .only = ONLY_CSV, FIELD(NS, wait_row, wakeup_ns),
	  .with = WITH_WAKER | WITH_WHY },
	{ .name = "from", FIELD(WORD8, wait_row, event.from), WORDS(from_names, NR_FROM),
	  HEAD("FROM", -9), .with = WITH_WHY, .about = "with -w: how the wait began" },
	{ .name = "cpus", FIELD(PATH, wait_row, event), HEAD("CPU", -4), .with = WITH_WHY,
	  .about = "with -w: where it was queued, one after the other" },
	{ .name = "migrations", .only = ONLY_JSON, FIELD(COUNT, wait_row, migrations), .with = WITH_WHY,
	  .absent_if_0 = true,
	  .about = "how often it was moved, if cpus leaves out some before the last" },
	{ .name = "cgroup", FIELD(CGROUP, wait_row, event.cgroup), .with = WITH_WHY,
	  .about = "with -w: its own" },
	{ .name = "cpu_cgroup", .only = ONLY_JSON, FIELD(CGROUP, wait_row, cpu_cgroup),
	  .with = WITH_WHY, .absent_if_0 = true,
	  .about = "the one above that competes for CPUs, where cgroup itself does not" },
	{ .name = "policy", .only = ONLY_JSON, FIELD(WORD8, wait_row, event.policy),
	  WORDS(policy_names, NR_POLICIES), .with = WITH_WHY,
	  .about = "with -w: its scheduling policy" },
	{ .name = "prio", .only = ONLY_JSON, FIELD(PRIO, wait_row, event.prio), .with = WITH_WHY,
	  .about = "with -w: task_struct.prio, of deadline tasks negative, of real-time ones below 100, of others 120 + nice" },
	{ .name = "shares", .only = ONLY_JSON, FIELD(ROWS, wait_row, shares),
	  .table = &share_table, .with = WITH_WHY,
	  .about = "with -w: the wait by cause, largest first; they add up to wait_ns" },
	{ .name = "quota_cgroup", .only = ONLY_CSV, FIELD(CGROUP, wait_row, quota_cgroup),
	  .with = WITH_WHY },
	{ .name = "causes", .only = ONLY_CSV, FIELD(CAUSES, wait_row, causes),
	  .with = WITH_WHY },
	{ .name = "top", .only = ONLY_CSV, FIELD(ROWS, wait_row, top), .table = &top_table,
	  .with = WITH_WHY },
	{ .name = "uncovered_ns", .only = ONLY_JSON, FIELD(NS, wait_row, uncovered_ns),
	  .with = WITH_WHY, .about = "with -w: how much is other for want of history" },
	{ .name = "idle_cpus", FIELD(CPUS, wait_row, idle_cpus), .with = WITH_WHY,
	  .about = "with -w: CPUs it could have used that were idle all the while" },
	{ .name = "forbidden_idle_cpus", .only = ONLY_JSON, FIELD(CPUS, wait_row, forbidden_cpus),
	  .with = WITH_WHY, .about = "with -w: CPUs it may not use that were idle all the while" },
	{ .type = FIELD_WHY, HEAD("WHY", 0), .with = WITH_WHY },
	{}
};

const struct table wait_table = {
	.fields = wait_fields,
	.about = "a task waited for a CPU; stalled: it still does, and did at time",
};

/* ---- Totals ---- */

static const char * const total_kinds[NR_TOTALS] = {
	[TOTAL_ALL] = "all",
	[TOTAL_CAUSE] = "cause",
	[TOTAL_WAITER] = "waiter",
	[TOTAL_WAITERS_REST] = "waiters_rest",
	[TOTAL_CULPRIT] = "culprit",
	[TOTAL_CULPRITS_REST] = "culprits_rest",
	[TOTAL_CGROUPS] = "cgroups",
	[TOTAL_CGROUPS_REST] = "cgroups_rest",
};

#define TASKS		(BIT(TOTAL_WAITER) | BIT(TOTAL_CULPRIT))
#define WAITERS		(BIT(TOTAL_WAITER) | BIT(TOTAL_WAITERS_REST))
#define CULPRITS	(BIT(TOTAL_CULPRIT) | BIT(TOTAL_CULPRITS_REST))
#define CGROUPS		(BIT(TOTAL_CGROUPS) | BIT(TOTAL_CGROUPS_REST))

#define TOTAL_KIND_FIELD	2

static const struct field total_fields[] = {
	{ .name = "since", .only = ONLY_CSV, FIELD(TIME, total_row, since_ns) },
	{ .name = "time", .only = ONLY_CSV, FIELD(TIME, total_row, now_ns) },
	[TOTAL_KIND_FIELD] = { .name = "table", .only = ONLY_CSV, FIELD(WORD, total_row, kind),
			       WORDS(total_kinds, NR_TOTALS) },
	{ .name = "name", .only = ONLY_CSV, FIELD(WORD, total_row, cause),
	  WORDS(cause_names, NR_CAUSES), .kinds = BIT(TOTAL_CAUSE) },
	{ .name = "comm", .csv = "name", FIELD(COMM, total_row, comm),
	  HEAD("WAITED MOST", -16), .kinds = BIT(TOTAL_WAITER), .with = NAMED },
	{ .name = "comm", .csv = "name", FIELD(COMM, total_row, comm),
	  HEAD("KEPT OTHERS WAITING", -16), .kinds = BIT(TOTAL_CULPRIT), .with = NAMED },
	{ .name = "cgroup", .csv = "name", FIELD(CGROUP, total_row, cgroup),
	  HEAD("WAITED MOST", -40), .kinds = BIT(TOTAL_WAITER), .with = WITH_CGROUPS },
	{ .name = "cgroup", .csv = "name", FIELD(CGROUP, total_row, cgroup),
	  HEAD("KEPT OTHERS WAITING", -40), .kinds = BIT(TOTAL_CULPRIT), .with = WITH_CGROUPS },
	{ .name = "waiting", .csv = "name", FIELD(CGROUP, total_row, waiting),
	  .kinds = BIT(TOTAL_CGROUPS) },
	{ .name = "tid", FIELD(ID, total_row, tid), HEAD("TID", 7), .kinds = TASKS,
	  .with = WITH_THREADS },
	{ FIELD(ID, total_row, tgid), HEAD("PID", 7), .kinds = TASKS, .with = WITH_PROCESSES },
	{ .name = "pid", FIELD(ID, total_row, tgid), .kinds = TASKS,
	  .with = WITH_THREADS | WITH_PROCESSES },
	{ .name = "running", FIELD(CGROUP, total_row, running), .kinds = BIT(TOTAL_CGROUPS) },
	{ .name = "waits", .only = ONLY_JSON, FIELD(COUNT, total_row, waits),
	  HEAD("WAITS", 9), .kinds = WAITERS },
	{ FIELD(COUNT, total_row, tasks), HEAD("TASKS", 9), .kinds = BIT(TOTAL_CULPRIT) },
	{ .name = "ns", .only = ONLY_CSV, FIELD(NS, total_row, ns),
	  .kinds = BIT(TOTAL_ALL) | BIT(TOTAL_CAUSE) },
	{ .name = "wait_ns", .csv = "ns", FIELD(NS, total_row, ns), HEAD("TOTAL(ms)", 12),
	  .per = 1000000, .digits = 1, .kinds = WAITERS },
	{ .name = "ns", FIELD(NS, total_row, ns), HEAD("TIME(ms)", 12),
	  .per = 1000000, .digits = 1, .kinds = CULPRITS | CGROUPS },
	{ FIELD(REAL, total_row, percent), HEAD("%", 6), .digits = 1,
	  .kinds = CULPRITS | CGROUPS },
	{ .name = "waits", .only = ONLY_CSV, FIELD(COUNT, total_row, waits),
	  .kinds = BIT(TOTAL_ALL) | BIT(TOTAL_WAITER) },
	{ .name = "p50_ns", FIELD(NS, total_row, p50_ns), HEAD("P50(us)", 10), .per = 1000,
	  .kinds = BIT(TOTAL_WAITER), .about = "right to 10 %" },
	{ .name = "p99_ns", FIELD(NS, total_row, p99_ns), HEAD("P99(us)", 10), .per = 1000,
	  .kinds = BIT(TOTAL_WAITER), .about = "right to 10 %" },
	{ .name = "max_ns", FIELD(NS, total_row, max_ns), HEAD("MAX(us)", 10), .per = 1000,
	  .kinds = BIT(TOTAL_WAITER) },
	{ .name = "tasks", FIELD(COUNT, total_row, tasks), .kinds = BIT(TOTAL_CULPRIT),
	  .about = "how many different ones it kept waiting, about" },
	{ .name = "max_time", FIELD(TIME, total_row, max_at_ns), HEAD("MAX AT", 0),
	  .kinds = BIT(TOTAL_WAITER), .about = "when the longest wait ended" },
	{ .name = "max_mono_ns", FIELD(NS, total_row, max_at_ns), .kinds = BIT(TOTAL_WAITER) },
	{ .name = "wakeup_ns", .only = ONLY_CSV, FIELD(NS, total_row, causes[CAUSE_WAKEUP]),
	  .kinds = BIT(TOTAL_WAITER) },
	{ .name = "causes", FIELD(CAUSES, total_row, causes), .kinds = BIT(TOTAL_WAITER),
	  .about = "all of wait_ns, by cause" },
	{ .name = "shares", .only = ONLY_JSON, FIELD(ROWS, total_row, shares),
	  .table = &part_table, .kinds = BIT(TOTAL_WAITER),
	  .about = "the largest parts of wait_ns, largest first; not all of it" },
	{ .name = "top", .only = ONLY_CSV, FIELD(ROWS, total_row, top), .table = &top_table,
	  .kinds = BIT(TOTAL_WAITER) },
	{ .type = FIELD_PARTS, HEAD("WHY", 0), .kinds = BIT(TOTAL_WAITER) },
	{ FIELD(PAIR, total_row, running), HEAD(" CGROUP WAITING -> RUNNING", 0),
	  .kinds = CGROUPS },
	{}
};

const struct table total_table = {
	.fields = total_fields, .kind = TOTAL_KIND_FIELD, .row_size = sizeof(struct total_row),
};

static const char * const summary_types[] = { "summary" };

static const struct field summary_fields[] = {
	{ .name = "type", FIELD(WORD, summary_row, kind), WORDS(summary_types, 1) },
	{ .name = "time", FIELD(TIME, summary_row, now_ns) },
	{ .name = "mono_ns", FIELD(NS, summary_row, now_ns) },
	{ .name = "since", FIELD(TIME, summary_row, since_ns) },
	{ .name = "since_mono_ns", FIELD(NS, summary_row, since_ns) },
	{ .name = "by", FIELD(WORD, summary_row, by), WORDS(by_names, NR_BY),
	  .about = "what the lists have a row for" },
	{ .name = "waits", FIELD(COUNT, summary_row, waits) },
	{ .name = "wait_ns", FIELD(NS, summary_row, wait_ns) },
	{ .name = "stalled", FIELD(COUNT, summary_row, nr_stalled), .with = WITH_STALLED,
	  .about = "with -S: tasks that still waited when it last looked" },
	{ .name = "stalled_max_ns", FIELD(NS, summary_row, stalled_ns), .with = WITH_STALLED },
	{ .name = "causes", FIELD(CAUSES, summary_row, causes),
	  .about = "all of wait_ns, by cause" },
	{ .name = "waiters", FIELD(ROWS, summary_row, waiters), .table = &total_table,
	  .rows_kinds = BIT(TOTAL_WAITER), .about = "who waited most" },
	{ .name = "waiters_rest_ns", FIELD(NS, summary_row, waiters_rest_ns) },
	{ .name = "culprits", FIELD(ROWS, summary_row, culprits), .table = &total_table,
	  .rows_kinds = BIT(TOTAL_CULPRIT), .about = "who kept others waiting for ns" },
	{ .name = "culprits_rest_ns", FIELD(NS, summary_row, culprits_rest_ns) },
	{ .name = "cgroups", FIELD(ROWS, summary_row, cgroups), .table = &total_table,
	  .rows_kinds = BIT(TOTAL_CGROUPS),
	  .about = "how long tasks of one waited while those of the other, or the same, ran" },
	{ .name = "cgroups_rest_ns", FIELD(NS, summary_row, cgroups_rest_ns) },
	{}
};

const struct table summary_table = {
	.fields = summary_fields,
	.about = "waits that ended from then until time; what a list has no room for is its rest",
};

/* ---- The histogram ---- */

static const struct field bucket_fields[] = {
	{ .name = "since", .only = ONLY_CSV, FIELD(TIME, bucket_row, since_ns) },
	{ .name = "time", .only = ONLY_CSV, FIELD(TIME, bucket_row, now_ns) },
	{ .name = "from_ns", FIELD(NS, bucket_row, from_ns) },
	{ .name = "to_ns", FIELD(NS, bucket_row, to_ns), .null_if_0 = true },
	{ .name = "count", FIELD(COUNT, bucket_row, count) },
	{}
};

const struct table bucket_table = {
	.fields = bucket_fields, .row_size = sizeof(struct bucket_row),
};

static const char * const histogram_types[] = { "histogram" };

static const struct field histogram_fields[] = {
	{ .name = "type", FIELD(WORD, histogram_row, kind), WORDS(histogram_types, 1) },
	{ .name = "time", FIELD(TIME, histogram_row, now_ns) },
	{ .name = "mono_ns", FIELD(NS, histogram_row, now_ns) },
	{ .name = "since", FIELD(TIME, histogram_row, since_ns) },
	{ .name = "since_mono_ns", FIELD(NS, histogram_row, since_ns) },
	{ .name = "count", FIELD(COUNT, histogram_row, count) },
	{ .name = "stalled", FIELD(COUNT, histogram_row, nr_stalled), .with = WITH_STALLED,
	  .about = "with -S: tasks over the threshold that still waited when it last looked" },
	{ .name = "stalled_max_ns", FIELD(NS, histogram_row, stalled_ns), .with = WITH_STALLED },
	{ .name = "p50_ns", FIELD(NS, histogram_row, p50_ns), HEAD("p50", 0) },
	{ .name = "p90_ns", FIELD(NS, histogram_row, p90_ns), HEAD("p90", 0) },
	{ .name = "p99_ns", FIELD(NS, histogram_row, p99_ns), HEAD("p99", 0) },
	{ .name = "p99_9_ns", FIELD(NS, histogram_row, p99_9_ns), HEAD("p99.9", 0) },
	{ .name = "max_ns", FIELD(NS, histogram_row, max_ns), HEAD("max", 0) },
	{ .name = "buckets", FIELD(ROWS, histogram_row, buckets), .table = &bucket_table,
	  .about = "those with any waits: from_ns and longer, but less than to_ns; null: no end" },
	{}
};

const struct table histogram_table = {
	.fields = histogram_fields,
	.about = "all waits that ended from then until time, by length, whatever the threshold",
};

/* ---- The tool itself ---- */

static const char * const lost_types[] = { "lost" };

static const struct field lost_fields[] = {
	{ .name = "type", FIELD(WORD, lost_row, kind), WORDS(lost_types, 1) },
	{ .name = "time", FIELD(TIME, lost_row, now_ns) },
	{ .name = "mono_ns", FIELD(NS, lost_row, now_ns) },
	{ .name = "reason", FIELD(TEXT, lost_row, reason) },
	{ .name = "waits", FIELD(COUNT, lost_row, waits) },
	{}
};

const struct table lost_table = {
	.fields = lost_fields,
	.about = "waits lost since the record before, by reason",
};

static const char * const limits_types[] = { "limits" };

static const struct field limits_fields[] = {
	{ .name = "type", FIELD(WORD, limits_row, kind), WORDS(limits_types, 1) },
	{ .name = "time", FIELD(TIME, limits_row, now_ns) },
	{ .name = "mono_ns", FIELD(NS, limits_row, now_ns) },
	{ .name = "irq", FIELD(BOOL, limits_row, irq),
	  .about = "false: irq counts as the task that ran" },
	{ .name = "steal", FIELD(BOOL, limits_row, steal),
	  .about = "false: steal counts as the task that ran" },
	{ .name = "waker", FIELD(BOOL, limits_row, waker),
	  .about = "false: what woke a task is unseen" },
	{ .name = "yielded", FIELD(BOOL, limits_row, yielded),
	  .about = "false: a task that yielded counts as preempted" },
	{ .name = "groups", FIELD(BOOL, limits_row, groups),
	  .about = "false: quota counts as who ran meanwhile, and no cgroup is known" },
	{}
};

const struct table limits_table = {
	.fields = limits_fields,
	.about = "with -w, -s or --metrics, once (-W or --trace alone: if wakers are unseen): what this kernel lets the tool tell apart",
};

static const char * const cost_types[] = { "cost" };

static const struct field cost_fields[] = {
	{ .name = "type", FIELD(WORD, cost_row, kind), WORDS(cost_types, 1) },
	{ .name = "time", FIELD(TIME, cost_row, now_ns) },
	{ .name = "mono_ns", FIELD(NS, cost_row, now_ns) },
	{ .name = "program", FIELD(TEXT, cost_row, cost.program), HEAD("BPF PROGRAM", -20) },
	{ .name = "runs", FIELD(COUNT, cost_row, cost.runs), HEAD("RUNS", 12) },
	{ .name = "ns", FIELD(NS, cost_row, cost.ns), HEAD("TIME(us)", 14), .per = 1000,
	  .digits = 1 },
	{ .name = "ns_per_run", FIELD(REAL, cost_row, ns_per_run), HEAD("NS/RUN", 8) },
	{}
};

const struct table cost_table = {
	.fields = cost_fields,
	.about = "with --cost: what a BPF program has cost since tracing began",
};
