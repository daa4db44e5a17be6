// SPDX-License-Identifier: GPL-2.0
/*
 * What lines of text, CSV and JSON say of why a task waited, beyond the lines
 * of output_test.c: who outranks it, what held it back, what is not known.
 */
#include "kselftest_harness.h"
#include "capture.h"
#include "print_waits.h"
#include "util/sched_ext.h"
#include "writers/names.h"

FIXTURE(output_why) {};

FIXTURE_SETUP(output_why)
{
	set_up();
}

FIXTURE_TEARDOWN(output_why)
{
}

/* Who outranks the waiter, and what lets a task run that does not. */
TEST_F(output_why, text_class)
{
	opts.why = true;
	event->nr_migrations = 0;
	only((struct share) { CAUSE_TASK, .tid = 8, .comm = "hog", .class = CLASS_FIFO,
			      .rt_priority = 50, .outranks = true });
	EXPECT_PRINTS(TEXT " woken     3    100% hog/8 (fifo 50)\n", text());
	why->shares[0].class = CLASS_RR;
	EXPECT_PRINTS(TEXT " woken     3    100% hog/8 (rr 50)\n", text());
	why->shares[0].class = CLASS_BOOSTED;
	EXPECT_PRINTS(TEXT " woken     3    100% hog/8 (boosted 50)\n", text());
	why->shares[0].outranks = false;
	EXPECT_PRINTS(TEXT " woken     3    100% hog/8\n", text());
	only((struct share) { CAUSE_TASK, .tid = 8, .comm = "hog", .class = CLASS_DEADLINE,
			      .outranks = true, .same_process = true });
	EXPECT_PRINTS(TEXT " woken     3    100% hog/8 (same process) (deadline)\n", text());
	why->shares[0].class = CLASS_STOP;
	EXPECT_PRINTS(TEXT " woken     3    100% hog/8 (same process) (stop)\n", text());
	only((struct share) { CAUSE_TASK, .tid = 8, .comm = "hog", .fair_server = true });
	EXPECT_PRINTS(TEXT " woken     3    100% hog/8 (fair server)\n", text());
}

/* Who has asked for less than others that ran has that behind the shares. */
TEST_F(output_why, text_nice)
{
	opts.why = true;
	event->nr_migrations = 0;
	event->policy = SCHED_OTHER;
	event->prio = 139;
	only((struct share) { CAUSE_TASK, .tid = 8, .comm = "hog", .prio = 120,
			      .cgroup = event->cgroup });
	EXPECT_PRINTS(TEXT " woken     3    100% hog/8; nice 19\n", text());
	event->idle_cpus[0] = 2;
	EXPECT_PRINTS(TEXT " woken     3    100% hog/8; nice 19; CPU 1 idle all the while\n", text());
	event->idle_cpus[0] = 0;
	event->policy = SCHED_BATCH;
	event->prio = 121;
	EXPECT_PRINTS(TEXT " woken     3    100% hog/8; nice 1\n", text());
	why->shares[0].policy = SCHED_BATCH;
	EXPECT_PRINTS(TEXT " woken     3    100% hog/8; nice 1\n", text());
	why->shares[0].cgroup = event->cgroup + 1;
	EXPECT_PRINTS(TEXT " woken     3    100% hog/8\n", text());
	why->shares[0].same_process = true;
	EXPECT_PRINTS(TEXT " woken     3    100% hog/8 (same process); nice 1\n", text());
	event->policy = SCHED_IDLE;
	event->prio = 120;
	EXPECT_PRINTS(TEXT " woken     3    100% hog/8 (same process); of policy idle\n", text());
	why->shares[0].policy = SCHED_IDLE;
	EXPECT_PRINTS(TEXT " woken     3    100% hog/8 (same process)\n", text());
}

/* Nice values explain nothing there. */
TEST_F(output_why, text_not_for_being_nice)
{
	opts.why = true;
	event->nr_migrations = 0;
	event->policy = SCHED_OTHER;
	event->prio = 120;
	only((struct share) { CAUSE_TASK, .tid = 8, .comm = "hog", .prio = 100,
			      .cgroup = event->cgroup });
	EXPECT_PRINTS(TEXT " woken     3    100% hog/8\n", text());
	event->prio = 139;
	why->shares[0].prio = 139;
	EXPECT_PRINTS(TEXT " woken     3    100% hog/8\n", text());
	why->shares[0].policy = SCHED_FIFO;
	why->shares[0].prio = 49;
	EXPECT_PRINTS(TEXT " woken     3    100% hog/8\n", text());
	why->shares[0].policy = SCHED_IDLE;
	why->shares[0].prio = 120;
	EXPECT_PRINTS(TEXT " woken     3    100% hog/8\n", text());
	/* Of an autogroup, or not known: which one, nobody knows. */
	why->shares[0].policy = SCHED_OTHER;
	event->cgroup = 0;
	why->shares[0].cgroup = 0;
	EXPECT_PRINTS(TEXT " woken     3    100% hog/8\n", text());
	/* It had no part in it. */
	event->cgroup = 22;
	only((struct share) { CAUSE_QUOTA, .cgroup = event->cgroup });
	EXPECT_PRINTS(TEXT " woken     3    100% quota /cg22\n", text());
	event->policy = SCHED_FIFO;
	only((struct share) { CAUSE_TASK, .tid = 8, .comm = "hog", .prio = 120,
			      .cgroup = event->cgroup });
	EXPECT_PRINTS(TEXT " woken     3    100% hog/8\n", text());
}

static const char *scheduler;

const char *sched_ext_name(void)
{
	return scheduler;
}

TEST_F(output_why, text_held)
{
	opts.why = true;
	event->nr_migrations = 0;
	only((struct share) { CAUSE_RT_LIMIT });
	EXPECT_PRINTS(TEXT " woken     3    100% rt limit\n", text());
	only((struct share) { CAUSE_RT_LIMIT, .cgroup = 24 });
	EXPECT_PRINTS(TEXT " woken     3    100% rt limit /cg24\n", text());
	only((struct share) { CAUSE_DEADLINE });
	EXPECT_PRINTS(TEXT " woken     3    100% deadline\n", text());
	only((struct share) { CAUSE_FORCED_IDLE });
	EXPECT_PRINTS(TEXT " woken     3    100% forced idle\n", text());
	only((struct share) { CAUSE_SCHED_EXT });
	scheduler = "si\33mple";
	EXPECT_PRINTS(TEXT " woken     3    100% sched_ext si?mple\n", text());
	scheduler = "";
	EXPECT_PRINTS(TEXT " woken     3    100% sched_ext\n", text());
}

TEST_F(output_why, json_class)
{
	opts.why = true;
	event->nr_migrations = 0;
	event->cpu_cgroup = 26;
	only((struct share) { CAUSE_TASK, .tid = 1008, .tgid = 1007, .comm = "hog",
			      .class = CLASS_RR, .rt_priority = 50, .outranks = true,
			      .fair_server = true });
	EXPECT_PRINTS(quoted(JSON ",'from':'woken','cpus':[3],'cgroup':'/cg21',"
			     "'cpu_cgroup':'/cg26'," POLICY ",'shares':["
			     "{'cause':'task','ns':100000999,'comm':'hog','tid':1008,"
			     "'pid':1007,'cgroup':null,'same_process':false,"
			     "'same_cgroup':false,'policy':'normal','prio':0,'class':'rr','rt_priority':50,"
			     "'outranks':true,'fair_server':true}],"
			     "'uncovered_ns':0,'idle_cpus':[],'forbidden_idle_cpus':[]}\n"),
		      json());
	event->cpu_cgroup = 21;
	scheduler = "simple";
	only((struct share) { CAUSE_SCHED_EXT });
	EXPECT_PRINTS(quoted(JSON ",'from':'woken','cpus':[3],'cgroup':'/cg21'," POLICY ",'shares':["
			     "{'cause':'sched_ext','ns':100000999,'scheduler':'simple'}],"
			     "'uncovered_ns':0,'idle_cpus':[],'forbidden_idle_cpus':[]}\n"),
		      json());
}

/* Only if the waiter could use none of those that were idle. */
TEST_F(output_why, idle_cpus_that_are_not_allowed)
{
	opts.why = true;
	event->nr_migrations = 0;
	only((struct share) { CAUSE_OTHER });
	event->idle_cpus[0] = 0xf0;
	memset(event->allowed_cpus, 0, sizeof(event->allowed_cpus));
	event->allowed_cpus[0] = 0xb;
	EXPECT_PRINTS(TEXT " woken     3    100% other; CPUs 4-7 idle, but not allowed (0-1,3)\n",
		      text());
	EXPECT_PRINTS(CSV ",3000009,woken,3,/cg21,,0,0,0,0,0,0,0,0,0,0,100000999,,,,\n", csv());
	EXPECT_PRINTS(quoted(JSON ",'from':'woken','cpus':[3],'cgroup':'/cg21'," POLICY ",'shares':["
			     "{'cause':'other','ns':100000999}],"
			     "'uncovered_ns':0,'idle_cpus':[],'forbidden_idle_cpus':[4,5,6,7]}\n"),
		      json());
	event->idle_cpus[0] = 0x10;
	EXPECT_PRINTS(TEXT " woken     3    100% other; CPU 4 idle, but not allowed (0-1,3)\n",
		      text());
	event->allowed_cpus[0] |= 0x10;
	EXPECT_PRINTS(TEXT " woken     3    100% other; CPU 4 idle all the while\n", text());
}

/* Why so much is other: more moves than an event has room for. */
TEST_F(output_why, text_uncovered)
{
	opts.why = true;
	event->nr_migrations = 0;
	only((struct share) { CAUSE_OTHER });
	why->uncovered_ns = 60000600;
	EXPECT_PRINTS(TEXT " woken     3    100% other; history covers 40%\n", text());
	event->nr_migrations = MAX_MIGRATIONS + 4;
	EXPECT_PRINTS(TEXT " woken     50>60>70>80>..>3 100% other; moved 8 times, 4 known\n",
		      text());
}

TEST_F(output_why, limits)
{
	json_writer.begin(&opts);
	EXPECT_PRINTS(quoted("{'type':'limits'," JSON_TIME ",'irq':true,'steal':true,"
			     "'waker':true,'yielded':true,'groups':true}\n"),
		      json_writer.limits(&opts, 0, END));
	EXPECT_PRINTS(quoted("{'type':'limits'," JSON_TIME ",'irq':false,'steal':true,"
			     "'waker':true,'yielded':false,'groups':true}\n"),
		      json_writer.limits(&opts, LIMIT_IRQ | LIMIT_YIELD, END));
	EXPECT_PRINTS(quoted("{'type':'limits'," JSON_TIME ",'irq':true,'steal':false,"
			     "'waker':false,'yielded':true,'groups':false}\n"),
		      json_writer.limits(&opts, LIMIT_STEAL | LIMIT_WAKER | LIMIT_GROUPS, END));
	EXPECT_EQ(NULL, text_writer.limits);
	EXPECT_EQ(NULL, csv_writer.limits);
	EXPECT_STREQ("irq (counts as the task that ran), wakers (shown as -)",
		     limits_text(LIMIT_IRQ | LIMIT_WAKER).text);
	EXPECT_STREQ("steal (counts as the task that ran), yielded (counts as preempted), "
		     "quota and cgroups (count as the task that ran, none)",
		     limits_text(LIMIT_STEAL | LIMIT_YIELD | LIMIT_GROUPS).text);
	EXPECT_STREQ("", limits_text(0).text);
	/* All of them fit. */
	EXPECT_GT(sizeof(struct limits_text), strlen(limits_text(~0U).text));
}

TEST_HARNESS_MAIN
