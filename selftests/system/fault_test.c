// SPDX-License-Identifier: GPL-2.0
/*
 * Any allocation may fail: then the tool ends with one line that says so, or
 * does without, but does not crash. With FAULTS=all each allocation is tried,
 * and that all later ones fail, too; else some of them, in turn.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "kselftest_harness.h"
#include "tool.h"

#ifdef TEST_TIMEOUT_DEFAULT
#undef TEST_TIMEOUT_DEFAULT
#define TEST_TIMEOUT_DEFAULT	3600
#endif

#define NR_TRIED	8

static const char trace[] = "/tmp/rqs-fault.trace";
static const char metrics[] = "/tmp/rqs-fault.prom";

/*
 * Run the tool so that allocation number @at fails (0: none), and those after
 * too if @all. How many there were, or 0 where it ended too early to tell.
 */
static unsigned long run_failing(struct tool *t, unsigned long at, bool all,
				 const char *const args[])
{
	int counted = memfd_create("counted", 0);
	unsigned long nr = 0;
	char number[24];

	snprintf(number, sizeof(number), "%d", counted);
	setenv("FAIL_FD", number, 1);
	snprintf(number, sizeof(number), "%lu", at);
	setenv("FAIL_AT", number, 1);
	if (all)
		setenv("FAIL_ALL", "1", 1);
	else
		unsetenv("FAIL_ALL");
	setenv("LD_PRELOAD", beside_us("failing_alloc.so"), 1);
	tool_run(t, args);
	unsetenv("LD_PRELOAD");
	if (pread(counted, &nr, sizeof(nr), 0) != sizeof(nr))
		nr = 0;
	close(counted);
	return nr;
}

/*
 * Does the tool say one thing? On a busy machine it may have lost waits, too,
 * which other lines say.
 */
static bool says_one_thing(const char *said)
{
	static const char name[] = "runqslower: ", lost[] = "runqslower: lost ";
	size_t nr = 0;

	for (; *said; said = strchr(said, '\n') + 1) {
		if (strncmp(said, name, strlen(name)) || !strchr(said, '\n'))
			return false;
		nr += strncmp(said, lost, strlen(lost)) != 0;
	}
	return nr == 1;
}

/* What is wrong with how it has ended, or NULL. */
static const char *fault(const struct tool *t)
{
	if (!WIFEXITED(t->status))
		return "a signal";
	if (!WEXITSTATUS(t->status))
		return NULL;
	if (WEXITSTATUS(t->status) != 1)
		return "its exit status";
	return says_one_thing(t->err) ? NULL : "what it says";
}

static void fail_one_by_one(struct __test_metadata *_metadata, const char *const args[])
{
	unsigned long nr, at, step, i, nr_ended = 0;
	bool each = getenv("FAULTS"), all;
	const char *wrong;
	struct tool t;

	nr = run_failing(&t, 0, false, args);
	tool_free(&t);
	ASSERT_LT(100, nr);
	step = each ? 1 : nr / NR_TRIED;
	for (i = 0; at = 1 + (each ? i / 2 : i) * step, at <= nr; i++) {
		all = i % 2;
		run_failing(&t, at, all, args);
		wrong = fault(&t);
		if (wrong)
			TH_LOG("allocation %lu%s: %s: '%s'", at,
			       all ? " and all after" : "", wrong, t.err);
		EXPECT_EQ(NULL, wrong);
		nr_ended += t.status != 0;
		tool_free(&t);
	}
	printf("# %lu allocations; %lu times one failed, which was the end %lu times\n",
	       nr, i, nr_ended);
	EXPECT_LT(0, nr_ended);
}

TEST(waits)
{
	fail_one_by_one(_metadata, ARGS("-d", "2ms", "1us"));
}

TEST(everything)
{
	fail_one_by_one(_metadata, ARGS("-jw", "-S1ms", "--trace", trace, "--metrics", metrics,
					"-d", "5ms", "1us"));
	unlink(trace);
	unlink(metrics);
}

TEST(totals)
{
	fail_one_by_one(_metadata, ARGS("-s", "-i", "1ms", "-d", "5ms", "1us"));
}

TEST_HARNESS_MAIN
