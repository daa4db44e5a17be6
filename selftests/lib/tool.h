/* SPDX-License-Identifier: GPL-2.0 */
/* Run runqslower and read what it prints. */
#ifndef __TOOL_H
#define __TOOL_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * A starved machine takes its time to load programs. What hangs is still found.
 */
#ifdef TEST_TIMEOUT_DEFAULT
#undef TEST_TIMEOUT_DEFAULT
#define TEST_TIMEOUT_DEFAULT	120
#endif

/* A line of output with -T mono. */
struct tool_wait {
	uint64_t end_ns;		/* CLOCK_MONOTONIC, to 1 us */
	uint64_t lat_us;
	bool stalled;			/* with -S: it goes on */
	uint32_t tid;
	uint32_t prev_tid;		/* with -P */
	char comm[20];
	char prev_comm[20];		/* with -P */
	char waker[20];			/* with -W */
	uint32_t waker_tid;
	char from[12], path[40];	/* with -w */
	const char *why;		/* with -w; lives as long as the array */
	bool matched;			/* for the test */
};

struct tool {
	pid_t pid;
	int status;			/* of waitpid(), once it has ended */
	/* All it printed, once it has ended; err is without the next two. */
	char *out, *err;
	char limits[512];		/* what this kernel does not tell: a line */
	char unseen[128];		/* how many switches it hid: a line */
	size_t out_len, err_len;
	/* The rest is private. */
	int out_fd, err_fd;
	pthread_t reader;
	pthread_mutex_t lock;
	pthread_cond_t grown;
	bool eof;
};

/*
 * The program, and the same that does not see every 50th event; beside this
 * test.
 */
#define TOOL		"runqslower"
#define TOOL_UNSEEN	"runqslower-unseen"

/* The path of @name in the directory of this test. Static. */
const char *beside_us(const char *name);

/*
 * Start @name with NULL-terminated arguments and return at once; tool_start()
 * returns when it traces (it has printed its header), false if it ended
 * instead.
 */
void tool_spawn(struct tool *t, const char *name, const char *const args[]);
bool tool_start(struct tool *t, const char *name, const char *const args[]);

/* Wait until it has printed @nr lines. False if it ended before. */
bool tool_await_lines(struct tool *t, size_t nr);

/* The whole lines that it has printed so far, for free(). */
char *tool_lines(struct tool *t);

/*
 * Wait until it ends. tool_stop() sends SIGTERM before. The exit code, or -1.
 */
int tool_wait(struct tool *t);
int tool_stop(struct tool *t);

/* Has this child ended? The child is still to be waited for. */
bool child_has_ended(pid_t pid);

/* tool_spawn() and tool_wait(). */
int tool_run(struct tool *t, const char *const args[]);

void tool_free(struct tool *t);

#define ARGS(...) ((const char *const[]){ __VA_ARGS__, NULL })

/*
 * The waits in @out, which the tool printed with -T mono; what other options it
 * had is seen from the header. An array that the caller frees; NULL and a
 * message if a line is not as promised. In the order of the output.
 */
struct tool_wait *parse_waits(const char *out, size_t *nr);

/* A share of a wait, as in "67% perl/25641 (same process)". */
struct tool_share {
	unsigned int percent;
	uint32_t tid;			/* 0: not a task */
	char text[80];			/* without the percent */
};

#define MAX_SHARES	6

/*
 * The shares of @w, and how many; 0 if they are not as promised: see
 * parse_waits().
 */
size_t parse_shares(const struct tool_wait *w, struct tool_share *shares);

/* What all shares of @w that begin with @text come to, in percent. */
unsigned int percent_of(const struct tool_wait *w, const char *text);

/* The same in ns, to the rounding of percents. */
double ns_of(const struct tool_wait *w, const char *text);

/* percent_of() all tasks. */
unsigned int percent_of_tasks(const struct tool_wait *w);

/* The percentage of @w that lies between @from and @to (mono_ns()). */
unsigned int percent_between(const struct tool_wait *w, uint64_t from, uint64_t to);

/* The longest wait of @tid, or NULL. */
const struct tool_wait *longest_wait(const struct tool_wait *waits, size_t nr, uint32_t tid);

/*
 * Is most of what @tid waited explained neither by tasks of the tests, which
 * are called rqs-..., nor by quota? Then the machine has other things to do.
 */
bool is_starved(const struct tool_wait *waits, size_t nr, uint32_t tid);

/* In a test: at least so many waits were as wanted, or @tid is_starved(). */
#define EXPECT_WAITS(least, wanted, waits, nr, tid) do {			\
	size_t __least = (least), __wanted = (wanted);				\
										\
	if (__wanted < __least && is_starved(waits, nr, tid))			\
		SKIP(return, "something else has the CPU");			\
	EXPECT_LE(__least, __wanted);						\
} while (0)

/* Does the explanation of @w have @text in it? */
bool why_says(const struct tool_wait *w, const char *text);

/*
 * By how much tolerances of time are to be multiplied, because emulated CPUs
 * stand still at times: 1, or more where vm-init.sh says so.
 */
double slack(void);

/* How many lines @s has. */
size_t count_lines(const char *s);

/* @pid as a word of the command line. Static, for four at a time. */
const char *tid_of(pid_t pid);

#endif /* __TOOL_H */
