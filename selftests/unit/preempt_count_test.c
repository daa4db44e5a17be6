// SPDX-License-Identifier: GPL-2.0
/*
 * Where the preempt count is, of kernels made up here: types as in BTF, and
 * lines of /proc/kallsyms. So the layouts of all kernels are tested on any.
 */
#include <stdio.h>
#include <string.h>
#include <bpf/btf.h>
#include "kselftest_harness.h"
#include "util/preempt_count.h"

static struct btf *btf;			/* of the kernel; NULL: it has none */
static const char *kallsyms;
static int section, int_type, nr_freed;

struct btf *__wrap_btf__load_vmlinux_btf(void)
{
	return btf;
}

void __wrap_btf__free(struct btf *b)
{
	nr_freed += b == btf;
}

FILE *__real_fopen(const char *path, const char *mode);

FILE *__wrap_fopen(const char *path, const char *mode)
{
	if (strcmp(path, "/proc/kallsyms"))
		return __real_fopen(path, mode);
	return kallsyms ? fmemopen((void *)kallsyms, strlen(kallsyms), "r") : NULL;
}

static void new_btf(void)
{
	btf = btf__new_empty();
	int_type = btf__add_int(btf, "int", 4, BTF_INT_SIGNED);
}

/* A variable in the section that was begun last. It is added after its type. */
static int new_section(const char *name)
{
	section = btf__add_datasec(btf, name, 65536);
	return section;
}

static int new_var(const char *name, int type)
{
	return btf__add_var(btf, name, BTF_VAR_GLOBAL_ALLOCATED, type);
}

static void put(int var, unsigned int offset)
{
	btf__add_datasec_var_info(btf, var, offset, 4);
}

/* A per-CPU variable, and its offset. */
struct percpu {
	const char *name;
	int type;			/* 0: int */
	unsigned int offset;
};

static void new_percpu(const struct percpu *vars, int nr)
{
	int first = btf__type_cnt(btf), i;

	for (i = 0; i < nr; i++)
		new_var(vars[i].name, vars[i].type ?: int_type);
	new_section(".data..percpu");
	for (i = 0; i < nr; i++)
		put(first + i, vars[i].offset);
}

#define PERCPU(...)							\
	new_percpu((const struct percpu[]) { __VA_ARGS__ },		\
		   ARRAY_SIZE(((const struct percpu[]) { __VA_ARGS__ })))

/* As before 6.3 and from 6.15 on: a variable of its own. */
TEST(own_variable)
{
	struct preempt_count count;

	new_btf();
	PERCPU({ "cpu_number", 0, 0 }, { "__preempt_count", 0, 0x1000 },
	       { "runqueues", 0, 0x30000 });
	/* This is of another kernel: BTF goes first. */
	kallsyms = "0000000000000100 A runqueues\n0000000000000200 A __preempt_count\n";
	count = find_preempt_count();
	EXPECT_EQ(0x1000 - 0x30000, count.offset);
	EXPECT_EQ(0xff0000U, count.in_irq_mask);
	EXPECT_EQ(1, nr_freed);
}

/* In 7.x there are other bits below those of interrupts. */
TEST(interrupt_disable_state)
{
	struct preempt_count count;

	new_btf();
	PERCPU({ "runqueues", 0, 0x500 }, { "__preempt_count", 0, 0x1500 },
	       { "local_interrupt_disable_state", 0, 0 });
	count = find_preempt_count();
	EXPECT_EQ(0x1000, count.offset);
	EXPECT_EQ(0xff000000U, count.in_irq_mask);
}

/*
 * From 6.3 to 6.14: in a struct without a name in a union without a name in
 * pcpu_hot.
 */
TEST(member)
{
	int inner, outer, hot;
	struct preempt_count count;

	new_btf();
	inner = btf__add_struct(btf, NULL, 24);
	btf__add_field(btf, "current_task", int_type, 0, 0);
	btf__add_field(btf, "preempt_count", int_type, 64, 0);
	btf__add_field(btf, "cpu_number", int_type, 96, 0);
	outer = btf__add_union(btf, NULL, 24);
	btf__add_field(btf, "pad", int_type, 0, 0);
	btf__add_field(btf, NULL, inner, 0, 0);
	hot = btf__add_struct(btf, "pcpu_hot", 40);
	btf__add_field(btf, "before", int_type, 0, 0);
	btf__add_field(btf, NULL, outer, 128, 0);
	PERCPU({ "pcpu_hot", hot, 0x2000 }, { "runqueues", 0, 0x100 });
	count = find_preempt_count();
	EXPECT_EQ(0x2000 + 16 + 8 - 0x100, count.offset);
	EXPECT_EQ(0xff0000U, count.in_irq_mask);
}

/* No kernel has such types, but they must not end the tool, either. */
TEST(type_that_contains_itself)
{
	struct preempt_count count;
	int hot;

	new_btf();
	hot = btf__add_struct(btf, "pcpu_hot", 40);
	btf__add_field(btf, NULL, hot, 0, 0);
	btf__add_field(btf, "preempt_count", int_type, 64, 0);
	PERCPU({ "pcpu_hot", hot, 0x2000 }, { "runqueues", 0, 0x100 });
	count = find_preempt_count();
	EXPECT_LT(0, count.offset);
}

TEST(type_that_does_not_exist)
{
	int rq, var;

	new_btf();
	rq = new_var("runqueues", int_type);
	var = new_var("pcpu_hot", 99);
	new_section(".data..percpu");
	put(98, 0x3000);
	put(var, 0x2000);
	put(rq, 0x100);
	EXPECT_EQ(0, find_preempt_count().offset);
}

static const char symbols[] =
"0000000000000000 A fixed_percpu_data\n"
"ffffffff81000000 T _text\n"
"0000000000021000 A __preempt_count_of_another\n"
"0000000000020010 A __preempt_count\n"
"0000000000031c40 A runqueues\n"
"0000000000041c40 d runqueues_too\t[module]\n"
"ffffffffc0000000 t something\t[module]\n";

/*
 * The struct is there, but it has no such member, or only one of a struct with
 * a name.
 */
TEST(no_member)
{
	int inner, hot;

	new_btf();
	inner = btf__add_struct(btf, "other", 24);
	btf__add_field(btf, "preempt_count", int_type, 64, 0);
	hot = btf__add_struct(btf, "pcpu_hot", 40);
	btf__add_field(btf, "named", inner, 0, 0);
	PERCPU({ "pcpu_hot", hot, 0x2000 }, { "runqueues", 0, 0x100 });
	/* What is in BTF is in there whole. */
	kallsyms = symbols;
	EXPECT_EQ(0, find_preempt_count().offset);
}

/* Older pahole left per-CPU variables out. */
TEST(no_section)
{
	new_btf();
	put((new_section(".data"), 1), 0);
	kallsyms = symbols;
	EXPECT_EQ(0x20010 - 0x31c40, find_preempt_count().offset);
	EXPECT_EQ(1, nr_freed);
}

TEST(no_btf)
{
	kallsyms = symbols;
	EXPECT_EQ(0x20010 - 0x31c40, find_preempt_count().offset);
	EXPECT_EQ(0xff0000U, find_preempt_count().in_irq_mask);
}

/* Who may not see addresses is shown zeros. */
TEST(hidden)
{
	kallsyms = "0000000000000000 A __preempt_count\n0000000000000000 A runqueues\n";
	EXPECT_EQ(0, find_preempt_count().offset);
	EXPECT_TRUE(find_preempt_count().hidden);
	kallsyms = "0000000000000000 A __preempt_count\n0000000000031c40 A runqueues\n";
	EXPECT_EQ(0, find_preempt_count().offset);
	kallsyms = NULL;
	EXPECT_EQ(0, find_preempt_count().offset);
	EXPECT_FALSE(find_preempt_count().hidden);
	kallsyms = symbols;
	EXPECT_FALSE(find_preempt_count().hidden);
}

/* Other architectures keep it with the task. */
TEST(of_the_task)
{
	new_btf();
	PERCPU({ "runqueues", 0, 0x100 });
	EXPECT_EQ(0, find_preempt_count().offset);
	btf = NULL;
	kallsyms = "0000000000031c40 A runqueues\n";
	EXPECT_EQ(0, find_preempt_count().offset);
}

TEST_HARNESS_MAIN
