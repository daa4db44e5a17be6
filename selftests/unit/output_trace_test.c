// SPDX-License-Identifier: GPL-2.0
/*
 * The events of the trace file, each as a whole, of waits and segments made up
 * here in which each field has a value of its own. Which segments are drawn,
 * and that the file is whole whatever happens, is for trace_test.c.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "kselftest_harness.h"
#include "capture.h"
#include "util/cgroups.h"
#include "writers/trace_file.h"

#define BEGIN		5000000000ULL
#define CPUS		4
#define MAX_TEST_SHARES	8

/* Of cgroups.c, which is not what is tested. */
const char *cgroup_path(__u64 id)
{
	static char path[32];

	snprintf(path, sizeof(path), id == 99 ? "/,\"\n" : "/cg%llu", (unsigned long long)id);
	return path;
}

/* Of this test: each has a process of its own. */
static char room[sizeof(struct why) + MAX_TEST_SHARES * sizeof(struct share)]
	__attribute__((aligned(8)));
static struct why * const why = (void *)room;
static struct why_event * const event = &((struct why *)room)->event;
static struct history history;
static char path[64];

FIXTURE(trace) {};

FIXTURE_SETUP(trace)
{
	snprintf(path, sizeof(path), "/tmp/output_trace_test.%d", getpid());
	ASSERT_TRUE(history_init(&history, CPUS, MIN_HISTORY));
	ASSERT_TRUE(trace_open(path, &history));
}

FIXTURE_TEARDOWN(trace)
{
	unlink(path);
	history_free(&history);
}

/* A wait without a waker, on CPU 3, where no segment has come. */
static void wait_is(__u64 ns)
{
	*event = (struct why_event) {
		.wait = {
			.kind = RECORD_WHY, .cpu = 3, .tid = 1002, .tgid = 1001,
			.prev_tid = 1004, .end_ns = BEGIN + ns, .wait_ns = ns,
			.comm = "waiter", .prev_comm = "previous",
		},
		.from = FROM_WOKEN,
		.seq = -1,
	};
	why->nr = 0;
}

static void add_share(struct share share)
{
	why->shares[why->nr++] = share;
}

static void waker_is_task(void)
{
	event->waker_kind = WAKER_TASK;
	event->waker_tid = 1006;
	event->waker_tgid = 1005;
	strcpy(event->waker_comm, "waker");
}

static void ran(__u32 cpu, __u32 seq, __u64 at, __u8 flags, struct share by)
{
	struct run_segment s = {
		.kind = RECORD_SEGMENTS, .flags = flags, .cpu = cpu, .seq = seq,
		.start_ns = BEGIN + at, .cgroup = by.cgroup, .tid = by.tid, .tgid = by.tgid,
	};

	memcpy(s.comm, by.comm, sizeof(s.comm));
	history_add(&history, &s, 1);
}

/* The whole file. */
static const char *written(void)
{
	static char text[65536];
	FILE *f;

	trace_close();
	f = fopen(path, "r");
	if (!f)
		abort();
	text[fread(text, 1, sizeof(text) - 1, f)] = '\0';
	fclose(f);
	return text;
}

#define EXPECT_FILE(expected) \
	EXPECT_STREQ("", difference(quoted(HEAD expected "\n]\n"), written()))

#define HEAD									\
	"[\n"									\
	"{'ph':'M','pid':10000000,'tid':10000000,'name':'process_name',"	\
		"'args':{'name':'CPUs'}}"

#define WAITER									\
	",\n{'ph':'M','pid':1001,'tid':1002,'name':'thread_name','args':{'name':'waiter'}}"

TEST_F(trace, nothing)
{
	EXPECT_FILE("");
}

/* The newest segments come first. */
TEST_F(trace, all_fields)
{
	struct share hog = { CAUSE_TASK, 40000, .cgroup = 41, .tid = 1008, .tgid = 1007,
			     .comm = "hog", .same_process = true };
	struct share pig = { CAUSE_TASK, 30000, .cgroup = 42, .tid = 1010, .tgid = 1009,
			     .comm = "pig", .same_cgroup = true };
	struct share cow = { .tid = 1012, .tgid = 1011, .comm = "cow" };

	ran(3, 0, 0, 0, hog);
	ran(3, 1, 70001, 0, pig);
	ran(2, 0, 0, SEGMENT_IDLE, cow);
	ran(2, 1, 50002, 0, cow);
	wait_is(100000);
	waker_is_task();
	event->seq = 1;
	event->cgroup = 21;
	event->quota_cgroup = 22;
	event->nr_migrations = 1;
	event->migrations[0] = (struct migration) { BEGIN + 60000, 2, 1 };
	add_share(hog);
	add_share(pig);
	add_share((struct share) { CAUSE_QUOTA, 19000, .cgroup = 23 });
	add_share((struct share) { CAUSE_STEAL, 11000 });
	trace_wait(why);
	EXPECT_FILE(",\n"
		"{'ph':'M','pid':10000000,'tid':10000003,'name':'thread_name',"
			"'args':{'name':'CPU 3'}},\n"
		"{'ph':'X','pid':10000000,'tid':10000003,'ts':5000070.001,'dur':29.998999,"
			"'name':'pig/1010','args':{'tid':1010,'pid':1009,"
			"'cgroup':'/cg42'}},\n"
		"{'ph':'X','pid':10000000,'tid':10000003,'ts':5000000.000,'dur':70.001,"
			"'name':'hog/1008','args':{'tid':1008,'pid':1007,"
			"'cgroup':'/cg41'}},\n"
		"{'ph':'M','pid':10000000,'tid':10000002,'name':'thread_name',"
			"'args':{'name':'CPU 2'}},\n"
		"{'ph':'X','pid':10000000,'tid':10000002,'ts':5000050.002,'dur':49.997999,"
			"'name':'cow/1012','args':{'tid':1012,'pid':1011,'goes_on':true}}"
		WAITER ",\n"
		"{'ph':'M','pid':1005,'tid':1006,'name':'thread_name',"
			"'args':{'name':'waker'}},\n"
		"{'ph':'X','pid':1005,'tid':1006,'ts':5000000.000,'dur':0.001,"
			"'name':'wakes waiter/1002'},\n"
		"{'ph':'s','pid':1005,'tid':1006,'ts':5000000.000,'id':1,'cat':'wakeup',"
			"'name':'wakeup'},\n"
		"{'ph':'X','pid':1001,'tid':1002,'ts':5000000.000,'dur':100.000,"
			"'name':'waited 100us','args':{'from':'woken','cpus':'2>3','why':["
			"{'percent':40,'ns':40000,'what':'hog/1008 (same process)',"
				"'cgroup':'/cg41'},"
			"{'percent':30,'ns':30000,'what':'pig/1010 (same cgroup)',"
				"'cgroup':'/cg42'},"
			"{'percent':19,'ns':19000,'what':'quota','cgroup':'/cg23'},"
			"{'percent':11,'ns':11000,'what':'steal'}],"
			"'previous':'previous/1004','cgroup':'/cg21',"
			"'waker':'waker/1006'}},\n"
		"{'ph':'f','pid':1001,'tid':1002,'ts':5000000.000,'bp':'e','id':1,"
			"'cat':'wakeup','name':'wakeup'}");
}

#define WAITED(times, length, cpus, why, waker)					\
	",\n{'ph':'X','pid':1001,'tid':1002,'ts':5000000.000,'dur':" times	\
	",'name':'waited " length "','args':{'from':'woken','cpus':'" cpus "','why':["	\
	why "],'previous':'previous/1004','waker':'" waker "'}}"
#define OTHER "{'percent':100,'ns':1000,'what':'other'}"

/* There is no arrow from what is not a task. The track is named once. */
TEST_F(trace, wakers)
{
	wait_is(1000);
	trace_wait(why);
	event->waker_tid = 1006;
	event->waker_kind = WAKER_SOFTIRQ;
	trace_wait(why);
	event->waker_kind = WAKER_IRQ;
	trace_wait(why);
	EXPECT_FILE(WAITER WAITED("1.000", "1.00us", "3", OTHER, "unseen")
		    WAITED("1.000", "1.00us", "3", OTHER, "softirq")
		    WAITED("1.000", "1.00us", "3", OTHER, "irq"));
}

/* Each has a number of its own; and names come again if they are others. */
TEST_F(trace, two_wakeups)
{
	int i;

	for (i = 0; i < 2; i++) {
		wait_is(1000);
		waker_is_task();
		trace_wait(why);
		strcpy(event->waker_comm, "another");
	}
	wait_is(1000);
	waker_is_task();
	strcpy(event->waker_comm, "another");
	trace_wait(why);
#define WAKEUP(waker, id)							\
	",\n{'ph':'X','pid':1005,'tid':1006,'ts':5000000.000,'dur':0.001,"	\
	"'name':'wakes waiter/1002'},\n{'ph':'s','pid':1005,'tid':1006,'ts':5000000.000,"	\
	"'id':" id ",'cat':'wakeup','name':'wakeup'}"				\
	WAITED("1.000", "1.00us", "3", OTHER, waker "/1006")			\
	",\n{'ph':'f','pid':1001,'tid':1002,'ts':5000000.000,'bp':'e','id':" id	\
	",'cat':'wakeup','name':'wakeup'}"
#define NAME(waker)								\
	",\n{'ph':'M','pid':1005,'tid':1006,'name':'thread_name','args':{'name':'" waker "'}}"
	EXPECT_FILE(WAITER NAME("waker") WAKEUP("waker", "1") WAKEUP("waker", "2")
		    NAME("another") WAKEUP("another", "3"));
}

TEST_F(trace, hops)
{
	struct migration hops[MAX_MIGRATIONS] = { { .cpu = 1 }, { .cpu = 2 }, { .cpu = 3 }, { .cpu = 0 } };

	wait_is(1000);
	memcpy(event->migrations, hops, sizeof(hops));
	event->nr_migrations = MAX_MIGRATIONS;
	trace_wait(why);
	event->nr_migrations = MAX_MIGRATIONS + 1;
	trace_wait(why);
	EXPECT_FILE(WAITER WAITED("1.000", "1.00us", "1>2>3>0>3", OTHER, "unseen")
		    WAITED("1.000", "1.00us", "1>2>3>0>..>3", OTHER, "unseen"));
}

/* Below a thousand of one unit there is no other. */
TEST_F(trace, lengths)
{
	static const struct {
		__u64 ns;
		const char *name;
	} lengths[] = {
		{ 50, "waited 50ns" }, { 999449, "waited 999us" },
		{ 1000000, "waited 1.00ms" }, { 999449999, "waited 999ms" },
		{ 1000000000, "waited 1.00s" }, { 12345678901, "waited 12.3s" },
	};
	const char *text;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(lengths); i++) {
		wait_is(lengths[i].ns);
		trace_wait(why);
	}
	text = written();
	for (i = 0; i < ARRAY_SIZE(lengths); i++)
		EXPECT_STREQ("", missing(lengths[i].name, text));
	EXPECT_STREQ("", missing("\"dur\":12345678.901,", text));
}

TEST_F(trace, causes)
{
	wait_is(100000);
	add_share((struct share) { CAUSE_TASK, 30000, .tid = 1008, .tgid = 1007,
				   .comm = "hog" });
	add_share((struct share) { CAUSE_IRQ, 25000 });
	add_share((struct share) { CAUSE_IDLE, 20000 });
	add_share((struct share) { CAUSE_MIGRATING, 15000 });
	add_share((struct share) { CAUSE_WAKEUP, 10000 });
	trace_wait(why);
	EXPECT_FILE(WAITER WAITED("100.000", "100us", "3",
		"{'percent':30,'ns':30000,'what':'hog/1008'},"
		"{'percent':25,'ns':25000,'what':'irq'},"
		"{'percent':20,'ns':20000,'what':'idle'},"
		"{'percent':15,'ns':15000,'what':'migrating'},"
		"{'percent':10,'ns':10000,'what':'wakeup'}", "unseen"));
}

/* These have a key for programs and another name for people. */
TEST_F(trace, causes_of_two_words)
{
	wait_is(100000);
	add_share((struct share) { CAUSE_RT_LIMIT, 60000 });
	add_share((struct share) { CAUSE_FORCED_IDLE, 40000 });
	trace_wait(why);
	EXPECT_FILE(WAITER WAITED("100.000", "100us", "3",
		"{'percent':60,'ns':60000,'what':'rt limit'},"
		"{'percent':40,'ns':40000,'what':'forced idle'}", "unseen"));
}

/*
 * What ran in one that is broken is not known, and its end is that of the next.
 */
TEST_F(trace, broken)
{
	ran(3, 0, 0, SEGMENT_BROKEN, (struct share) { .tid = 1008 });
	ran(3, 1, 300, SEGMENT_IDLE, (struct share) { .tid = 1010 });
	wait_is(1000);
	event->seq = 1;
	trace_wait(why);
	EXPECT_FILE(",\n{'ph':'M','pid':10000000,'tid':10000003,'name':'thread_name',"
			"'args':{'name':'CPU 3'}},\n"
		    "{'ph':'X','pid':10000000,'tid':10000003,'ts':5000000.000,'dur':0.299999,"
			"'name':'?'}"
		    WAITER WAITED("1.000", "1.00us", "3", OTHER, "unseen"));
}

/*
 * A task that has no PID here has a track for each wait; a main thread, its
 * process.
 */
TEST_F(trace, tracks)
{
	wait_is(1000);
	event->wait.tid = 0;
	event->wait.tgid = 0;
	trace_wait(why);
	event->wait.tid = 1001;
	event->wait.tgid = 1001;
	trace_wait(why);
	EXPECT_FILE(",\n"
		"{'ph':'M','pid':20000000,'tid':20000000,'name':'process_name',"
			"'args':{'name':'not in this PID namespace'}},\n"
		"{'ph':'M','pid':20000000,'tid':20000001,'name':'thread_name',"
			"'args':{'name':'waiter'}},\n"
		"{'ph':'X','pid':20000000,'tid':20000001,'ts':5000000.000,'dur':1.000,"
			"'name':'waited 1.00us','args':{'from':'woken','cpus':'3',"
			"'why':[" OTHER "],'previous':'previous/1004','waker':'unseen'}},\n"
		"{'ph':'M','pid':1001,'tid':1001,'name':'thread_name',"
			"'args':{'name':'waiter'}},\n"
		"{'ph':'M','pid':1001,'tid':1001,'name':'process_name',"
			"'args':{'name':'waiter'}},\n"
		"{'ph':'X','pid':1001,'tid':1001,'ts':5000000.000,'dur':1.000,"
			"'name':'waited 1.00us','args':{'from':'woken','cpus':'3',"
			"'why':[" OTHER "],'previous':'previous/1004','waker':'unseen'}}");
}

TEST_F(trace, escapes)
{
	static const struct {
		const char *name;
		const char *escaped;
	} names[] = {
		{ "q\"b\\", "q\\\"b\\\\" },
		{ "\1\n\x1f \x7f", "\\u0001\\u000a\\u001f \\u007f" },
		{ "\xc3\xa4\xe2\x82\xac", "\xc3\xa4\xe2\x82\xac" },
		{ "\xff\xc3", "\\ufffd\\ufffd" },
		{ "\xed\xa0\x80", "\\ufffd\\ufffd\\ufffd" },
	};
	char expected[64];
	const char *text;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		wait_is(1000);
		event->cgroup = 99;
		strcpy(event->wait.prev_comm, names[i].name);
		trace_wait(why);
	}
	text = written();
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		snprintf(expected, sizeof(expected), "\"previous\":\"%s/1004\"",
			 names[i].escaped);
		EXPECT_STREQ("", missing(expected, text));
	}
	EXPECT_STREQ("", missing("\"cgroup\":\"/,\\\"\\u000a\"", text));
}

TEST_HARNESS_MAIN
