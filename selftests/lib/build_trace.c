// SPDX-License-Identifier: GPL-2.0
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "build_trace.h"
#include "util/cgroups.h"

char trace_path[64];
static char *file;			/* its text, after look() */

/* Of cgroups.c, which is not what is tested. */
const char *cgroup_path(__u64 id)
{
	static char path[32];

	snprintf(path, sizeof(path), "/\"%llu\"", (unsigned long long)id);
	return path;
}

bool begin_trace(void)
{
	snprintf(trace_path, sizeof(trace_path), "/tmp/trace_test.%d", getpid());
	return history_init(&history, CPUS, TRACE_SIZE);
}

void end_trace(void)
{
	unlink(trace_path);
	history_free(&history);
	free(file);
}

void ran(__u32 cpu, __u32 seq, long at, __u32 tid, const char *name)
{
	struct run_segment s = segment(cpu, seq, at, tid, name);

	history_add(&history, &s, 1);
}

void ran_flags(__u32 cpu, __u32 seq, long at, __u8 flags)
{
	struct run_segment s = segment(cpu, seq, at, 0, "swapper");

	s.flags = flags;
	history_add(&history, &s, 1);
}

void wait_until(long from, long to, __u32 seq)
{
	wait_is(from, to);
	event.seq = seq;
}

void report(void)
{
	struct why *why = explain(&event, &history);

	trace_wait(why);
	free(why);
}

void waited(long from, long to, __u32 seq)
{
	wait_until(from, to, seq);
	report();
}

static void look(void)
{
	FILE *f = fopen(trace_path, "r");

	free(file);
	file = calloc(1, 1 << 23);
	if (!file || !f || !fread(file, 1, (1 << 23) - 1, f))
		abort();
	fclose(f);
}

struct slice slices[MAX_SLICES];
size_t nr_slices;

static int by_time(const void *pa, const void *pb)
{
	const struct slice *a = pa, *b = pb;

	if (a->tid != b->tid)
		return a->tid < b->tid ? -1 : 1;
	return a->from < b->from ? -1 : a->from > b->from;
}

void find_slices(void)
{
	struct slice *s = slices;
	const char *line;

	look();
	for (line = file; (line = strstr(line, "{\"ph\":\"X\"")); line++) {
		if (s == slices + MAX_SLICES)
			abort();
		if (sscanf(line + 10, "\"pid\":%*u,\"tid\":%u,\"ts\":%lf,\"dur\":%lf",
			   &s->tid, &s->at, &s->len) != 3 ||
		    sscanf(strstr(line, "\"name\""), "\"name\":\"%63[^\"]", s->name) != 1)
			abort();
		s->from = s->at * 1000 + .5;
		s->to = s->from + (unsigned long long)(s->len * 1000 + .5);
		s++;
	}
	nr_slices = s - slices;
	qsort(slices, nr_slices, sizeof(*slices), by_time);
}

const char *track(__u32 tid)
{
	static char text[8192];
	size_t len = 0, i;

	find_slices();
	text[0] = '\0';
	for (i = 0; i < nr_slices; i++) {
		if (slices[i].tid == tid)
			len += sprintf(text + len, "%s%lld-%lld %s", len ? ", " : "",
				       (long long)(slices[i].from - BEGIN),
				       (long long)(slices[i].to - BEGIN), slices[i].name);
	}
	return text;
}

const char *cpu(__u32 cpu)
{
	return track(10000000 + cpu);
}

/*
 * In ns, and as viewers add up doubles. Some count times from the first one of
 * a track on.
 */
static bool is_over_before(const struct slice *s, const struct slice *next, double first)
{
	return s->to <= next->from && s->at + s->len <= next->at &&
	       s->at - first + s->len <= next->at - first;
}

bool overlaps(void)
{
	const struct slice *s, *first = slices;

	find_slices();
	for (s = slices; s + 1 < slices + nr_slices; s++) {
		if (s[1].tid != s->tid)
			first = &s[1];
		else if (!is_over_before(s, &s[1], first->at))
			return true;
	}
	return false;
}

bool has(const char *text)
{
	look();
	return strstr(file, text);
}

static const char program[] =
	"import json, sys, traceback\n"
	"def facts(path):\n"
	"    t = json.load(open(path, encoding='utf-8'))\n"
	"    assert isinstance(t, list)\n"
	"    assert all(e['ph'] in 'XMsf' and 'pid' in e and 'tid' in e for e in t)\n"
	"    w = [e for e in t if e['name'].startswith('waited')]\n"
	"    s = [e for e in t if e['ph'] == 's']\n"
	"    f = [e for e in t if e['ph'] == 'f']\n"
	"    assert [e['id'] for e in s] == [e['id'] for e in f]\n"
	"    for e in w: assert sum(x['percent'] for x in e['args']['why']) == 100\n"
	"    why = w[0]['args']['why'] if w else []\n"
	"    names = [e['args']['name'] for e in t if e['ph'] == 'M']\n"
	"    def is_nasty(n):\n"
	"        last = w[-1]['args']\n"
	"        return n in names and n + '/11' in [e['name'] for e in t] and \\\n"
	"            'wakes ' + n + '/7' in [e['name'] for e in t] and \\\n"
	"            last['why'][0]['what'] == n + '/11' and \\\n"
	"            last['previous'] == n + '/6' and last['waker'] == n + '/12'\n"
	"    return locals()\n"
	"print(1, flush=True)\n"
	"for line in sys.stdin:\n"
	"    path, condition = line.rstrip('\\n').split('\\t')\n"
	"    try:\n"
	"        true = eval(condition, facts(path))\n"
	"    except Exception:\n"
	"        traceback.print_exc()\n"
	"        true = False\n"
	"    print(int(bool(true)), flush=True)\n";

static int question = -1, answer = -1;

static bool is_yes(void)
{
	char digit, end;

	return read(answer, &digit, 1) == 1 && read(answer, &end, 1) == 1 && digit == '1';
}

/*
 * One for all tests, each of which is a child of this process, because where
 * the machine is busy it takes seconds to start.
 */
static void __attribute__((constructor)) start_python(void)
{
	int to[2], from[2];

	if (pipe2(to, O_CLOEXEC) || pipe2(from, O_CLOEXEC))
		return;
	if (!fork()) {
		dup2(to[0], STDIN_FILENO);
		dup2(from[1], STDOUT_FILENO);
		execlp("python3", "python3", "-c", program, NULL);
		_exit(127);
	}
	close(to[0]);
	close(from[1]);
	answer = from[0];
	if (is_yes())
		question = to[1];
}

bool has_python(void)
{
	return question >= 0;
}

bool is_true(const char *condition)
{
	dprintf(question, "%s\t%s\n", trace_path, condition);
	return is_yes();
}

bool is_valid(void)
{
	return is_true("True");
}

bool is_whole(void)
{
	look();
	return strlen(file) > 4 && !strcmp(file + strlen(file) - 4, "}\n]\n");
}
