// SPDX-License-Identifier: GPL-2.0
/* What could not be reported is counted, and the count is shown. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "kselftest_harness.h"
#include "load.h"
#include "tool.h"

/* The sum of N in all lines "runqslower: lost N waits: ...". */
static unsigned long long told_lost(const char *err)
{
	unsigned long long n, sum = 0;
	const char *s = err;

	while ((s = strstr(s, "runqslower: lost "))) {
		if (sscanf(s, "runqslower: lost %llu waits: ", &n) == 1)
			sum += n;
		s++;
	}
	return sum;
}

static bool adds_up(struct tool *t, unsigned long long *lost)
{
	unsigned long long seen, printed;
	size_t nr = count_lines(t->out) - 2;
	const char *line = t->err, *s;

	/* The last of what -v says. */
	for (s = t->err; (s = strstr(s, "runqslower: ")); s++)
		line = s;
	if (sscanf(line, "runqslower: %llu waits over the threshold, %llu taken, %llu lost",
		   &seen, &printed, lost) != 3) {
		printf("# '%s'\n", line);
		return false;
	}
	printf("# %llu seen, %zu lines, %llu taken, %llu lost, %llu told\n",
	       seen, nr, printed, *lost, told_lost(t->err));
	if (strstr(t->err, "damaged"))
		printf("# some records were damaged\n");
	return seen > 100 && printed == nr && *lost == told_lost(t->err) &&
	       seen == printed + *lost;
}

/*
 * A buffer of one page, and a reader that stands still for a while: what finds
 * no room is counted, with these options, and told of.
 */
static void check_tiny_ring(struct __test_metadata *_metadata, const char *options)
{
	unsigned long long lost = 0;
	struct tool t;
	char page[24];

	snprintf(page, sizeof(page), "%ld", sysconf(_SC_PAGESIZE));
	ASSERT_TRUE(tool_start(&t, TOOL, ARGS(options, "--ring-size", page, "0")));
	kill(t.pid, SIGSTOP);
	load_free(mixed_load(3 * NSEC_PER_SEC));
	kill(t.pid, SIGCONT);
	load_free(mixed_load(NSEC_PER_SEC));
	EXPECT_EQ(0, tool_stop(&t));
	EXPECT_TRUE(adds_up(&t, &lost));
	EXPECT_LT(0, lost);
	EXPECT_NE(NULL, strstr(t.err, "(see --ring-size)"));
	tool_free(&t);
}

TEST(tiny_ring)
{
	check_tiny_ring(_metadata, "-v");
}

/* The programs that explain report in another way. */
TEST(tiny_ring_and_why)
{
	check_tiny_ring(_metadata, "-vw");
}

TEST(ring_that_is_large_enough)
{
	unsigned long long lost;
	struct tool t;

	ASSERT_TRUE(tool_start(&t, TOOL, ARGS("-v", "--ring-size", "16M", "0")));
	load_free(mixed_load(3 * NSEC_PER_SEC));
	EXPECT_EQ(0, tool_stop(&t));
	EXPECT_TRUE(adds_up(&t, &lost));
	EXPECT_EQ(0, lost);
	tool_free(&t);
}

TEST_HARNESS_MAIN
