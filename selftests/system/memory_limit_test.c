// SPDX-License-Identifier: GPL-2.0
/*
 * The tool in a cgroup that may have little memory, the maps included, as in a
 * container: with 24 MiB it traces, with 32 MiB also with all that takes
 * memory. Each CPU that there can be has a history of its own.
 */
#include <stdio.h>
#include <unistd.h>
#include "cgroup.h"
#include "kselftest_harness.h"
#include "tool.h"

#define MIB		(1UL << 20)
#define NR_CPUS_FREE	16		/* which those MiB are enough for */
#define CPU_BYTES	(128UL << 10)	/* a CPU more */

FIXTURE(memory_limit) {
	struct cgroup cgroup;
	struct tool tool;
};

FIXTURE_SETUP(memory_limit)
{
	char name[64];

	snprintf(name, sizeof(name), "rqs-memory-%d", getpid());
	if (!cgroup_new_for_memory(&self->cgroup, name)) {
		self->cgroup.name = NULL;
		SKIP(return, "no cgroups with the memory controller can be made here");
	}
}

FIXTURE_TEARDOWN(memory_limit)
{
	struct cgroup root = self->cgroup;

	if (!self->cgroup.name)
		return;
	root.dir[root.name - self->cgroup.dir] = '\0';
	EXPECT_TRUE(cgroup_enter(&root, 0));
	cgroup_delete(&self->cgroup);
}

static void trace_within(struct __test_metadata *_metadata, struct _test_data_memory_limit *self,
			 size_t bytes, const char *const args[])
{
	long nr_cpus = sysconf(_SC_NPROCESSORS_CONF);

	if (nr_cpus > NR_CPUS_FREE)
		bytes += (nr_cpus - NR_CPUS_FREE) * CPU_BYTES;
	ASSERT_TRUE(cgroup_limit_memory(&self->cgroup, bytes));
	ASSERT_TRUE(cgroup_enter(&self->cgroup, 0));
	/* SIGKILL is the kernel's answer where that does not suffice. */
	EXPECT_EQ(0, tool_run(&self->tool, args)) {
		TH_LOG("%zu KiB, status %#x: %s", bytes >> 10, self->tool.status, self->tool.err);
	}
	EXPECT_LT(1, count_lines(self->tool.out));
	tool_free(&self->tool);
}

TEST_F(memory_limit, default_options)
{
	trace_within(_metadata, self, 24 * MIB, ARGS("-d", "1", "0"));
}

TEST_F(memory_limit, why)
{
	trace_within(_metadata, self, 24 * MIB, ARGS("-w", "-d", "1", "1us"));
}

TEST_F(memory_limit, all_that_takes_memory)
{
	trace_within(_metadata, self, 32 * MIB,
		     ARGS("-wWj", "-S100ms", "--stack", "--trace", "/dev/null",
			  "-d", "1", "1us"));
}

TEST_HARNESS_MAIN
