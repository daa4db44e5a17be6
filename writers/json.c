// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * JSON: one object a line. What is in it says the schema, at the end of this
 * file.
 */
#include <stdio.h>
#include "json_writer.h"
#include "utf8.h"
#include "util/cgroups.h"
#include "util/clock.h"
#include "util/error.h"
#include "writer.h"

static json_writer_t *json;

/*
 * Names may hold any byte. jsonw_string() lets through what JSON does not
 * allow, and in some trees turns a backslash into a newline, so it is only for
 * strings of our own.
 */
static void string_field(const char *field, const char *s)
{
	int len;

	jsonw_name(json, field);
	jsonw_printf(json, "\"");
	for (; *s; s += len ?: 1) {
		len = utf8_length(s);
		if (!len)
			printf("\\udc%02x", (unsigned char)*s);
		else if (len == 1 && *s < 0x20)
			printf("\\u%04x", *s);
		else if (*s == '"' || *s == '\\')
			printf("\\%c", *s);
		else
			fwrite(s, len, 1, stdout);
	}
	putchar('"');
}

static void cgroup_field(const char *field, __u64 id)
{
	if (id)
		string_field(field, cgroup_path(id));
	else
		jsonw_null_field(json, field);
}

static void time_field(const char *field, __u64 mono_ns)
{
	char buf[64];

	clock_format(buf, sizeof(buf), "%FT%T", mono_ns, 9, 1);
	jsonw_string_field(json, field, buf);
}

static void task_fields(const char *comm, __u32 tid, __u32 tgid)
{
	string_field("comm", comm);
	jsonw_uint_field(json, "tid", tid);
	jsonw_uint_field(json, "pid", tgid);
}

static void start_object(const char *field)
{
	jsonw_name(json, field);
	jsonw_start_object(json);
}

static void start_array(const char *field)
{
	jsonw_name(json, field);
	jsonw_start_array(json);
}

static void start_record(const char *type, __u64 now)
{
	jsonw_reset(json);
	jsonw_start_object(json);
	jsonw_string_field(json, "type", type);
	time_field("time", now);
	jsonw_uint_field(json, "mono_ns", now);
}

/* Of what came together since then. */
static void since_fields(__u64 since)
{
	time_field("since", since);
	jsonw_uint_field(json, "since_mono_ns", since);
}

static void end_record(void)
{
	jsonw_end_object(json);
	putchar('\n');
}

static void json_begin(const struct options *opts)
{
	(void)opts;
	json = jsonw_new(stdout);
	if (!json)
		out_of_memory();
}

static void waker_fields(const struct why_event *e)
{
	start_object("waker");
	jsonw_string_field(json, "kind", waker_names[e->waker_kind]);
	if (e->waker_kind == WAKER_TASK)
		task_fields(e->waker_comm, e->waker_tid, e->waker_tgid);
	jsonw_end_object(json);
	/* It may seem longer by a little: the clock is read in two ways. */
	jsonw_uint_field(json, "wakeup_ns", e->wakeup_ns < e->wait.wait_ns ?
			 e->wakeup_ns : e->wait.wait_ns);
}

static void path_fields(const struct why_event *e)
{
	__u32 i;

	start_array("cpus");
	for (i = 0; i < e->nr_migrations && i < MAX_MIGRATIONS; i++)
		jsonw_uint(json, e->migrations[i].cpu);
	jsonw_uint(json, e->wait.cpu);
	jsonw_end_array(json);
	if (e->nr_migrations > MAX_MIGRATIONS)
		jsonw_uint_field(json, "hops", e->nr_migrations);
}

static void write_share(const struct share *s)
{
	jsonw_start_object(json);
	jsonw_string_field(json, "cause", cause_names[s->cause]);
	jsonw_uint_field(json, "ns", s->ns);
	if (s->cause == CAUSE_TASK)
		task_fields(s->comm, s->tid, s->tgid);
	if (s->cause == CAUSE_TASK || s->cause == CAUSE_QUOTA)
		cgroup_field("cgroup", s->cgroup);
	if (s->cause == CAUSE_TASK) {
		jsonw_bool_field(json, "same_process", s->same_process);
		jsonw_bool_field(json, "same_cgroup", s->same_cgroup);
	}
	jsonw_end_object(json);
}

static void why_fields(const struct why *why)
{
	const struct why_event *e = &why->event;
	unsigned int cpu;
	size_t i;

	jsonw_string_field(json, "from", from_names[e->from]);
	path_fields(e);
	cgroup_field("cgroup", e->cgroup);
	start_array("shares");
	for (i = 0; i < why->nr; i++)
		write_share(&why->shares[i]);
	jsonw_end_array(json);
	jsonw_uint_field(json, "uncovered_ns", why->uncovered_ns);
	start_array("idle_cpus");
	for (cpu = 0; cpu < MAX_IDLE_CPUS; cpu++) {
		if (e->idle_cpus[cpu / 64] >> cpu % 64 & 1)
			jsonw_uint(json, cpu);
	}
	jsonw_end_array(json);
}

static void json_wait(const struct options *opts, const struct wait_event *e,
		      const struct why *why, bool stalled)
{
	start_record(stalled ? "stalled" : "wait", e->end_ns);
	jsonw_uint_field(json, "wait_ns", e->wait_ns);
	task_fields(e->comm, e->tid, e->tgid);
	jsonw_uint_field(json, "cpu", e->cpu);
	if (!stalled) {
		start_object("prev");
		string_field("comm", e->prev_comm);
		jsonw_uint_field(json, "tid", e->prev_tid);
		jsonw_end_object(json);
	}
	if (why && opts->waker)
		waker_fields(&why->event);
	if (why && opts->why)
		why_fields(why);
	end_record();
}

static void write_waiters(const struct totals *totals)
{
	struct waiter waiters[NR_TOP], *w;
	size_t nr = totals_waiters(totals, waiters, NR_TOP);
	__u64 rest = totals_ns(totals);

	start_array("waiters");
	for (w = waiters; w < waiters + nr; w++) {
		jsonw_start_object(json);
		task_fields(w->comm, w->tid, w->tgid);
		jsonw_uint_field(json, "waits", w->nr);
		jsonw_uint_field(json, "wait_ns", w->total_ns);
		jsonw_uint_field(json, "p50_ns", w->p50_ns);
		jsonw_uint_field(json, "p99_ns", w->p99_ns);
		jsonw_uint_field(json, "max_ns", w->max_ns);
		jsonw_end_object(json);
		rest -= w->total_ns;
	}
	jsonw_end_array(json);
	jsonw_uint_field(json, "waiters_rest_ns", rest);
}

static void write_culprits(const struct totals *totals)
{
	struct culprit culprits[NR_TOP], *c;
	size_t nr = totals_culprits(totals, culprits, NR_TOP);
	__u64 rest = totals_cause(totals, CAUSE_TASK);

	start_array("culprits");
	for (c = culprits; c < culprits + nr; c++) {
		jsonw_start_object(json);
		task_fields(c->comm, c->tid, c->tgid);
		jsonw_uint_field(json, "ns", c->ns);
		jsonw_uint_field(json, "tasks", c->nr_tasks);
		jsonw_end_object(json);
		rest -= c->ns;
	}
	jsonw_end_array(json);
	jsonw_uint_field(json, "culprits_rest_ns", rest);
}

static void write_cgroups(const struct totals *totals)
{
	struct cgroup_pair pairs[NR_TOP], *p;
	size_t nr = totals_pairs(totals, pairs, NR_TOP);
	__u64 rest = totals_cause(totals, CAUSE_TASK);

	start_array("cgroups");
	for (p = pairs; p < pairs + nr; p++) {
		jsonw_start_object(json);
		cgroup_field("waiting", p->waiting);
		cgroup_field("running", p->running);
		jsonw_uint_field(json, "ns", p->ns);
		jsonw_end_object(json);
		rest -= p->ns;
	}
	jsonw_end_array(json);
	jsonw_uint_field(json, "cgroups_rest_ns", rest);
}

static void json_summary(const struct options *opts, const struct totals *totals,
			 __u64 since, __u64 now)
{
	enum cause cause;

	(void)opts;
	start_record("summary", now);
	since_fields(since);
	jsonw_uint_field(json, "waits", totals_nr(totals));
	jsonw_uint_field(json, "wait_ns", totals_ns(totals));
	start_object("causes");
	for (cause = 0; cause < NR_CAUSES; cause++)
		jsonw_uint_field(json, cause_names[cause], totals_cause(totals, cause));
	jsonw_end_object(json);
	write_waiters(totals);
	write_culprits(totals);
	write_cgroups(totals);
	end_record();
}

static void json_histogram(const struct options *opts, const struct histogram *h,
			   __u64 since, __u64 now)
{
	unsigned int i;

	(void)opts;
	start_record("histogram", now);
	since_fields(since);
	jsonw_uint_field(json, "count", histogram_total(h));
	jsonw_uint_field(json, "p50_ns", histogram_percentile(h, 50));
	jsonw_uint_field(json, "p90_ns", histogram_percentile(h, 90));
	jsonw_uint_field(json, "p99_ns", histogram_percentile(h, 99));
	jsonw_uint_field(json, "p99_9_ns", histogram_percentile(h, 99.9));
	jsonw_uint_field(json, "max_ns", histogram_percentile(h, 100));
	start_array("buckets");
	for (i = 0; i < NR_BUCKETS; i++) {
		if (!h->counts[i])
			continue;
		jsonw_start_object(json);
		jsonw_uint_field(json, "from_ns", bucket_start(i));
		if (i < NR_BUCKETS - 1)
			jsonw_uint_field(json, "to_ns", bucket_start(i + 1));
		else
			jsonw_null_field(json, "to_ns");
		jsonw_uint_field(json, "count", h->counts[i]);
		jsonw_end_object(json);
	}
	jsonw_end_array(json);
	end_record();
}

static void json_lost(const struct options *opts, const char *reason, __u64 nr, __u64 now)
{
	(void)opts;
	start_record("lost", now);
	jsonw_string_field(json, "reason", reason);
	jsonw_uint_field(json, "waits", nr);
	end_record();
}

static void json_cost(const struct options *opts, const struct cost *costs, size_t nr,
		      __u64 now)
{
	const struct cost *c;

	(void)opts;
	for (c = costs; c < costs + nr; c++) {
		start_record("cost", now);
		jsonw_string_field(json, "program", c->program);
		jsonw_uint_field(json, "runs", c->runs);
		jsonw_uint_field(json, "ns", c->ns);
		if (c->runs)
			jsonw_float_field_fmt(json, "ns_per_run", "%.1f",
					      (double)c->ns / c->runs);
		else
			jsonw_null_field(json, "ns_per_run");
		end_record();
	}
}

const struct writer json_writer = {
	.begin = json_begin,
	.wait = json_wait,
	.summary = json_summary,
	.histogram = json_histogram,
	.lost = json_lost,
	.cost = json_cost,
};

/* In it ' stands for ", so that it can be read. */
static const char schema[] =
"{\n"
"  '$schema': 'https://json-schema.org/draft/2020-12/schema',\n"
"  'title': 'One line of runqslower -o json',\n"
"  'description': 'Times ending in _ns are nanoseconds; mono_ns is CLOCK_MONOTONIC. PIDs and TIDs are those of the PID namespace that the tool runs in, 0 for a task that has none there. Names can hold any byte: one that is not UTF-8 is written as a lone surrogate, U+DC00 plus the byte, which Python turns back into the byte with errors=surrogateescape.',\n"
"  'type': 'object',\n"
"  'oneOf': [\n"
"    { '$ref': '#/$defs/wait' },\n"
"    { '$ref': '#/$defs/summary' },\n"
"    { '$ref': '#/$defs/histogram' },\n"
"    { '$ref': '#/$defs/lost' },\n"
"    { '$ref': '#/$defs/cost' }\n"
"  ],\n"
"  '$defs': {\n"
"    'count': { 'type': 'integer', 'minimum': 0 },\n"
"    'ns': { 'type': 'integer', 'minimum': 0 },\n"
"    'id': { 'type': 'integer', 'minimum': 0, 'maximum': 4294967295 },\n"
"    'cpu': { 'type': 'integer', 'minimum': 0, 'maximum': 65535 },\n"
"    'time': {\n"
"      'description': 'RFC 3339, in the local time zone',\n"
"      'type': 'string',\n"
"      'pattern': '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[.][0-9]{9}[+-][0-9]{2}:[0-9]{2}$'\n"
"    },\n"
"    'comm': { 'description': 'name of a task', 'type': 'string', 'maxLength': 15 },\n"
"    'cgroup': {\n"
"      'description': 'path from the mount point on; cgroup:ID if it is gone; null: in none, in an autogroup, or not known',\n"
"      'type': ['string', 'null'],\n"
"      'pattern': '^(/|cgroup:[0-9]+$)'\n"
"    },\n"
"    'wait': {\n"
"      'description': 'a task waited for a CPU; stalled: it still does, and time is when it was looked at',\n"
"      'type': 'object',\n"
"      'properties': {\n"
"        'type': { 'enum': ['wait', 'stalled'] },\n"
"        'time': { '$ref': '#/$defs/time' },\n"
"        'mono_ns': { '$ref': '#/$defs/ns' },\n"
"        'wait_ns': { '$ref': '#/$defs/ns' },\n"
"        'comm': { '$ref': '#/$defs/comm' },\n"
"        'tid': { '$ref': '#/$defs/id' },\n"
"        'pid': { '$ref': '#/$defs/id' },\n"
"        'cpu': { 'description': 'where the wait ended', '$ref': '#/$defs/cpu' },\n"
"        'prev': {\n"
"          'description': 'the task that ran just before',\n"
"          'type': 'object',\n"
"          'properties': {\n"
"            'comm': { '$ref': '#/$defs/comm' },\n"
"            'tid': { '$ref': '#/$defs/id' }\n"
"          },\n"
"          'required': ['comm', 'tid'],\n"
"          'additionalProperties': false\n"
"        },\n"
"        'waker': { 'description': 'with -W', '$ref': '#/$defs/waker' },\n"
"        'wakeup_ns': {\n"
"          'description': 'with -W: how much of the wait is the delay of the wakeup itself',\n"
"          '$ref': '#/$defs/ns'\n"
"        },\n"
"        'from': {\n"
"          'description': 'with -w: how the wait began',\n"
"          'enum': ['unseen', 'woken', 'new', 'preempted', 'throttled']\n"
"        },\n"
"        'cpus': {\n"
"          'description': 'with -w: where it was queued, one after the other',\n"
"          'type': 'array',\n"
"          'items': { '$ref': '#/$defs/cpu' },\n"
"          'minItems': 1\n"
"        },\n"
"        'hops': {\n"
"          'description': 'how often it was moved, if cpus leaves out some before the last',\n"
"          '$ref': '#/$defs/count'\n"
"        },\n"
"        'cgroup': { 'description': 'with -w', '$ref': '#/$defs/cgroup' },\n"
"        'shares': {\n"
"          'description': 'with -w: the wait by cause, largest first; they add up to wait_ns',\n"
"          'type': 'array',\n"
"          'items': { '$ref': '#/$defs/share' }\n"
"        },\n"
"        'uncovered_ns': {\n"
"          'description': 'with -w: how much is other for want of history',\n"
"          '$ref': '#/$defs/ns'\n"
"        },\n"
"        'idle_cpus': {\n"
"          'description': 'with -w: CPUs it could have used that were idle all the while',\n"
"          'type': 'array',\n"
"          'items': { '$ref': '#/$defs/cpu' },\n"
"          'uniqueItems': true\n"
"        }\n"
"      },\n"
"      'required': ['type', 'time', 'mono_ns', 'wait_ns', 'comm', 'tid', 'pid', 'cpu'],\n"
"      'dependentRequired': {\n"
"        'waker': ['wakeup_ns'],\n"
"        'wakeup_ns': ['waker'],\n"
"        'from': ['cpus', 'cgroup', 'shares', 'uncovered_ns', 'idle_cpus'],\n"
"        'cpus': ['from'],\n"
"        'hops': ['from'],\n"
"        'cgroup': ['from'],\n"
"        'shares': ['from'],\n"
"        'uncovered_ns': ['from'],\n"
"        'idle_cpus': ['from']\n"
"      },\n"
"      'if': { 'properties': { 'type': { 'const': 'wait' } } },\n"
"      'then': { 'required': ['prev'] },\n"
"      'else': { 'properties': { 'prev': false } },\n"
"      'additionalProperties': false\n"
"    },\n"
"    'waker': {\n"
"      'description': 'what woke it; kind unseen also if it was not woken',\n"
"      'type': 'object',\n"
"      'properties': {\n"
"        'kind': { 'enum': ['task', 'softirq', 'irq', 'unseen'] },\n"
"        'comm': { '$ref': '#/$defs/comm' },\n"
"        'tid': { '$ref': '#/$defs/id' },\n"
"        'pid': { '$ref': '#/$defs/id' }\n"
"      },\n"
"      'required': ['kind'],\n"
"      'if': { 'properties': { 'kind': { 'const': 'task' } } },\n"
"      'then': { 'required': ['comm', 'tid', 'pid'] },\n"
"      'else': { 'maxProperties': 1 },\n"
"      'additionalProperties': false\n"
"    },\n"
"    'share': {\n"
"      'type': 'object',\n"
"      'properties': {\n"
"        'cause': { '$ref': '#/$defs/cause' },\n"
"        'ns': { '$ref': '#/$defs/ns', 'minimum': 1 },\n"
"        'comm': { '$ref': '#/$defs/comm' },\n"
"        'tid': { '$ref': '#/$defs/id' },\n"
"        'pid': { '$ref': '#/$defs/id' },\n"
"        'cgroup': {\n"
"          'description': 'of the task, or that ran out of quota',\n"
"          '$ref': '#/$defs/cgroup'\n"
"        },\n"
"        'same_process': { 'type': 'boolean' },\n"
"        'same_cgroup': { 'description': 'and not the root', 'type': 'boolean' }\n"
"      },\n"
"      'required': ['cause', 'ns'],\n"
"      'if': { 'properties': { 'cause': { 'const': 'task' } } },\n"
"      'then': {\n"
"        'required': ['comm', 'tid', 'pid', 'cgroup', 'same_process', 'same_cgroup']\n"
"      },\n"
"      'else': {\n"
"        'if': { 'properties': { 'cause': { 'const': 'quota' } } },\n"
"        'then': { 'required': ['cgroup'], 'maxProperties': 3 },\n"
"        'else': { 'maxProperties': 2 }\n"
"      },\n"
"      'additionalProperties': false\n"
"    },\n"
"    'cause': {\n"
"      'enum': ['quota', 'task', 'irq', 'steal', 'idle', 'migrating', 'wakeup', 'other']\n"
"    },\n"
"    'summary': {\n"
"      'description': 'waits that ended from then until time; what a list has no room for is its rest',\n"
"      'type': 'object',\n"
"      'properties': {\n"
"        'type': { 'const': 'summary' },\n"
"        'time': { '$ref': '#/$defs/time' },\n"
"        'mono_ns': { '$ref': '#/$defs/ns' },\n"
"        'since': { '$ref': '#/$defs/time' },\n"
"        'since_mono_ns': { '$ref': '#/$defs/ns' },\n"
"        'waits': { '$ref': '#/$defs/count' },\n"
"        'wait_ns': { '$ref': '#/$defs/ns' },\n"
"        'causes': {\n"
"          'description': 'all of wait_ns, by cause',\n"
"          'type': 'object',\n"
"          'propertyNames': { '$ref': '#/$defs/cause' },\n"
"          'additionalProperties': { '$ref': '#/$defs/ns' },\n"
"          'minProperties': 8\n"
"        },\n"
"        'waiters': {\n"
"          'description': 'who waited most; p50_ns and p99_ns are right to 10 %',\n"
"          'type': 'array',\n"
"          'items': {\n"
"            'type': 'object',\n"
"            'properties': {\n"
"              'comm': { '$ref': '#/$defs/comm' },\n"
"              'tid': { '$ref': '#/$defs/id' },\n"
"              'pid': { '$ref': '#/$defs/id' },\n"
"              'waits': { '$ref': '#/$defs/count' },\n"
"              'wait_ns': { '$ref': '#/$defs/ns' },\n"
"              'p50_ns': { '$ref': '#/$defs/ns' },\n"
"              'p99_ns': { '$ref': '#/$defs/ns' },\n"
"              'max_ns': { '$ref': '#/$defs/ns' }\n"
"            },\n"
"            'required': ['comm', 'tid', 'pid', 'waits', 'wait_ns', 'p50_ns', 'p99_ns', 'max_ns'],\n"
"            'additionalProperties': false\n"
"          }\n"
"        },\n"
"        'waiters_rest_ns': { '$ref': '#/$defs/ns' },\n"
"        'culprits': {\n"
"          'description': 'who kept others waiting for ns, about so many different tasks',\n"
"          'type': 'array',\n"
"          'items': {\n"
"            'type': 'object',\n"
"            'properties': {\n"
"              'comm': { '$ref': '#/$defs/comm' },\n"
"              'tid': { '$ref': '#/$defs/id' },\n"
"              'pid': { '$ref': '#/$defs/id' },\n"
"              'ns': { '$ref': '#/$defs/ns' },\n"
"              'tasks': { '$ref': '#/$defs/count' }\n"
"            },\n"
"            'required': ['comm', 'tid', 'pid', 'ns', 'tasks'],\n"
"            'additionalProperties': false\n"
"          }\n"
"        },\n"
"        'culprits_rest_ns': { '$ref': '#/$defs/ns' },\n"
"        'cgroups': {\n"
"          'description': 'how long tasks of one waited while those of the other, or the same, ran',\n"
"          'type': 'array',\n"
"          'items': {\n"
"            'type': 'object',\n"
"            'properties': {\n"
"              'waiting': { '$ref': '#/$defs/cgroup' },\n"
"              'running': { '$ref': '#/$defs/cgroup' },\n"
"              'ns': { '$ref': '#/$defs/ns' }\n"
"            },\n"
"            'required': ['waiting', 'running', 'ns'],\n"
"            'additionalProperties': false\n"
"          }\n"
"        },\n"
"        'cgroups_rest_ns': { '$ref': '#/$defs/ns' }\n"
"      },\n"
"      'required': [\n"
"        'type', 'time', 'mono_ns', 'since', 'since_mono_ns', 'waits', 'wait_ns', 'causes',\n"
"        'waiters', 'waiters_rest_ns', 'culprits', 'culprits_rest_ns', 'cgroups',\n"
"        'cgroups_rest_ns'\n"
"      ],\n"
"      'additionalProperties': false\n"
"    },\n"
"    'histogram': {\n"
"      'description': 'all waits that ended from then until time, by length, whatever the threshold',\n"
"      'type': 'object',\n"
"      'properties': {\n"
"        'type': { 'const': 'histogram' },\n"
"        'time': { '$ref': '#/$defs/time' },\n"
"        'mono_ns': { '$ref': '#/$defs/ns' },\n"
"        'since': { '$ref': '#/$defs/time' },\n"
"        'since_mono_ns': { '$ref': '#/$defs/ns' },\n"
"        'count': { '$ref': '#/$defs/count' },\n"
"        'p50_ns': { '$ref': '#/$defs/ns' },\n"
"        'p90_ns': { '$ref': '#/$defs/ns' },\n"
"        'p99_ns': { '$ref': '#/$defs/ns' },\n"
"        'p99_9_ns': { '$ref': '#/$defs/ns' },\n"
"        'max_ns': { '$ref': '#/$defs/ns' },\n"
"        'buckets': {\n"
"          'description': 'those with any waits: from_ns and longer, but less than to_ns; null: no end',\n"
"          'type': 'array',\n"
"          'items': {\n"
"            'type': 'object',\n"
"            'properties': {\n"
"              'from_ns': { '$ref': '#/$defs/ns' },\n"
"              'to_ns': { 'type': ['integer', 'null'], 'minimum': 1 },\n"
"              'count': { '$ref': '#/$defs/count', 'minimum': 1 }\n"
"            },\n"
"            'required': ['from_ns', 'to_ns', 'count'],\n"
"            'additionalProperties': false\n"
"          }\n"
"        }\n"
"      },\n"
"      'required': [\n"
"        'type', 'time', 'mono_ns', 'since', 'since_mono_ns', 'count', 'p50_ns', 'p90_ns',\n"
"        'p99_ns', 'p99_9_ns', 'max_ns', 'buckets'\n"
"      ],\n"
"      'additionalProperties': false\n"
"    },\n"
"    'lost': {\n"
"      'description': 'so many more waits could not be reported',\n"
"      'type': 'object',\n"
"      'properties': {\n"
"        'type': { 'const': 'lost' },\n"
"        'time': { '$ref': '#/$defs/time' },\n"
"        'mono_ns': { '$ref': '#/$defs/ns' },\n"
"        'reason': { 'type': 'string' },\n"
"        'waits': { '$ref': '#/$defs/count' }\n"
"      },\n"
"      'required': ['type', 'time', 'mono_ns', 'reason', 'waits'],\n"
"      'additionalProperties': false\n"
"    },\n"
"    'cost': {\n"
"      'description': 'with --cost: what a BPF program has cost since tracing began',\n"
"      'type': 'object',\n"
"      'properties': {\n"
"        'type': { 'const': 'cost' },\n"
"        'time': { '$ref': '#/$defs/time' },\n"
"        'mono_ns': { '$ref': '#/$defs/ns' },\n"
"        'program': { 'type': 'string' },\n"
"        'runs': { '$ref': '#/$defs/count' },\n"
"        'ns': { '$ref': '#/$defs/ns' },\n"
"        'ns_per_run': { 'type': ['number', 'null'], 'minimum': 0 }\n"
"      },\n"
"      'required': ['type', 'time', 'mono_ns', 'program', 'runs', 'ns', 'ns_per_run'],\n"
"      'additionalProperties': false\n"
"    }\n"
"  }\n"
"}\n";

void json_print_schema(void)
{
	const char *c;

	for (c = schema; *c; c++)
		putchar(*c == '\'' ? '"' : *c);
}
