/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The main loop in a world of its own: the time, the ring buffer, what the BPF
 * programs count and the signals come from a script, so that each run is the
 * same and what hangs on a few microseconds can be told exactly. Writers say
 * what they are called with, in a line each. No kernel has a part in it.
 *
 * runqslower.c is built with main() named tool_main(); with it come those parts
 * that only compute (options, order, explain, history, totals, metrics).
 */
#ifndef __REPLAY_H
#define __REPLAY_H

#include <stdbool.h>
#include <stddef.h>
#include "runqslower.h"
#include "util/privilege.h"

#define US		1000ULL
#define MS		1000000ULL
#define SEC		1000000000ULL
#define NEVER		(~0ULL)
#define START		(1000 * SEC)	/* all times of a script are from here on */
#define HOLD		(5 * MS)	/* how long a wait is held: see HOLD_NS */
#define MAX_ITEMS	20000

/* A record in the ring buffer. */
struct item {
	__u64 end;			/* when the wait ended and was counted as seen */
	__u64 arrives;
	__u32 tid;
	bool stalled;
};

/* Something that is counted @nr times at @at. */
struct count {
	__u64 at;
	__u64 nr;
	unsigned int what;		/* enum lost_reason, or a bucket */
};

/* A file of --metrics, as it was to be written. */
struct metrics_write {
	__u64 at;
	__u64 lengths;			/* number of waits */
	__u64 ns;			/* of all waits over the threshold */
	__u64 shown_ns;			/* of these, what their one cgroup shows */
	size_t nr_costs;
};

/* Shared with the process of the tool. Times are from START on. */
struct world {
	__u64 now;
	/* The script. Items are in the order of arrival. */
	struct item items[MAX_ITEMS];
	size_t nr_items;
	struct count lost[16], lengths[16];
	size_t nr_lost, nr_lengths;
	__u64 signal_at, hangup_at;
	__u64 oversleep_at, oversleep;	/* who sleeps past it wakes up so much later */
	__u32 damaged_tid;		/* its waits are longer than time */
	int find_waiting_tid;		/* -S finds this task waiting */
	bool never_woken;		/* by the ring buffer */
	bool terminal;			/* on stderr */
	bool no_names, drop_fails;	/* of cgroups; of privileges */
	bool forbid_fails, no_symbols;
	__u32 stack_tid;		/* its waits come with a stack */
	bool sigchld_ignored;		/* by the parent, and then by the tool */
	int load_error, attach_error, ring_error, cost_error, trace_error;
	int find_error, histogram_error;
	int flush_error_after;		/* trace_flush() goes well so often */
	/* From the first to the last of these writes of metrics fail so. */
	int metrics_error, metrics_fails_from, metrics_fails_to;
	__u64 command_ends_at;
	int command_status;
	int fork_error, exec_error;	/* exec_error: the exit status */
	__u64 missed;
	unsigned int limits;		/* what the kernel cannot tell */
	/* What came of it. */
	const char *may_write;		/* what forbid_writing() was called with */
	bool dropped;			/* the privileges, but */
	__u64 kept;
	bool command_dropped;		/* the command has none, either */
	int command_fd;
	int nr_passed;			/* signals passed on to the command */
	__u64 executed, waited;		/* command_exec(), command_wait() */
	bool explained;			/* items are struct why_event */
	size_t next;			/* item */
	__u64 synced;			/* clock_sync() was called then */
	__u64 detached;
	struct wait_stats stats;
	int nr_polls, nr_unflushed, nr_found, nr_traced, nr_trace_flushes, nr_closes;
	int nr_flushed;			/* waits in the trace file */
	__u64 trace_flushed;		/* the last one came into the file then */
	struct metrics_write metrics[64];
	int nr_metrics;
	int nr_frees;
	__u64 found_at[64];
};

extern struct world *world;

/* What a tool that has ended has said. */
struct ended {
	int code;
	char out[16384], err[4096];
};

/* A new world, without events. */
void world_new(void);
void world_free(void);

/* Once more from the start. */
void world_rewind(void);

/* A wait that ends at @end; its record arrives at once, or at @arrives. */
void wait_at(__u64 end, __u32 tid);
void wait_late(__u64 end, __u64 arrives, __u32 tid);

/*
 * From @at on the programs have counted @nr more: lost waits; waits of this
 * length.
 */
void lost_at(__u64 at, enum lost_reason reason, __u64 nr);
void length_at(__u64 at, unsigned int bucket, __u64 nr);

/*
 * Run the tool with NULL-terminated @args; stdout goes to @out_fd if that is
 * not -1.
 */
void run_tool(struct ended *ended, int out_fd, char **args);

/* In ms, cut. */
unsigned long long ms(__u64 ns);

/* For tests with the fixture of replay_fixture.h. */
#define RUN(...) run_tool(&self->ended, self->out_fd, (char *[]){ __VA_ARGS__, NULL })

/* It ended well and said nothing but @text. */
#define EXPECT_OUTPUT(text)				\
	do {						\
		EXPECT_EQ(0, self->ended.code);		\
		EXPECT_STREQ("", self->ended.err);		\
		EXPECT_STREQ(text, self->ended.out);		\
		EXPECT_EQ(0, world->nr_unflushed);	\
	} while (0)

#endif /* __REPLAY_H */
