// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * Find the preempt count of the kernel. BTF has the offset of each per-CPU
 * variable if a new enough pahole made it. Otherwise kallsyms may have the
 * offset. A ksym of the BPF program does not do, because a ksym must be in
 * both.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <bpf/btf.h>
#include "preempt_count.h"

/* Offsets in the per-CPU area in bytes; -1: not found. */
struct places {
	__s64 runqueues;
	__s64 preempt_count;
	__s64 interrupt_disable;
};

#define MAX_NESTED	8		/* unions and structs without a name */

/* Do the names agree? @offset is that of a name in @btf, or of none. */
static bool is_named(const struct btf *btf, __u32 offset, const char *name)
{
	const char *s = btf__name_by_offset(btf, offset);

	return s && !strcmp(s, name);
}

/*
 * The offset of member @name in @type, in bytes, or -1. Members may be @nested
 * so many times.
 */
static __s64 member_offset(const struct btf *btf, __u32 type, const char *name, int nested)
{
	const struct btf_type *t = btf__type_by_id(btf, type);
	const struct btf_member *m;
	__s64 inner;
	__u32 i;

	if (!t || !btf_is_composite(t) || nested < 0)
		return -1;
	for (i = 0, m = btf_members(t); i < btf_vlen(t); i++, m++) {
		/* A member without a name is a union or struct within @type. */
		inner = m->name_off ? -1 : member_offset(btf, m->type, name, nested - 1);
		if (is_named(btf, m->name_off, name))
			inner = 0;
		if (inner >= 0)
			return btf_member_bit_offset(t, i) / 8 + inner;
	}
	return -1;
}

static void find_in_btf(struct places *places)
{
	struct btf *btf = btf__load_vmlinux_btf();
	const struct btf_var_secinfo *var;
	const struct btf_type *section, *t;
	__s64 member;
	__s32 id;
	__u32 i;

	id = btf ? btf__find_by_name_kind(btf, ".data..percpu", BTF_KIND_DATASEC) : -1;
	if (id <= 0)
		goto out;
	section = btf__type_by_id(btf, id);
	for (i = 0, var = btf_var_secinfos(section); i < btf_vlen(section); i++, var++) {
		t = btf__type_by_id(btf, var->type);
		if (!t)
			continue;
		if (is_named(btf, t->name_off, "runqueues")) {
			places->runqueues = var->offset;
		} else if (is_named(btf, t->name_off, "__preempt_count")) {
			places->preempt_count = var->offset;
		} else if (is_named(btf, t->name_off, "local_interrupt_disable_state")) {
			places->interrupt_disable = var->offset;
		} else if (is_named(btf, t->name_off, "pcpu_hot")) {
			member = member_offset(btf, t->type, "preempt_count", MAX_NESTED);
			if (member >= 0)
				places->preempt_count = var->offset + member;
		}
	}
out:
	btf__free(btf);
}

/*
 * kallsyms shows a per-CPU variable by its offset. 0 means that we lack the
 * privilege to see the offset: true if so.
 */
static bool find_in_kallsyms(struct places *places)
{
	FILE *f = fopen("/proc/kallsyms", "r");
	char line[512], name[128];
	unsigned long long at;
	bool hidden = false;

	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%llx %*c %127s", &at, name) != 2)
			continue;
		if (!at)
			hidden |= !strcmp(name, "__preempt_count");
		else if (!strcmp(name, "runqueues"))
			places->runqueues = at;
		else if (!strcmp(name, "__preempt_count"))
			places->preempt_count = at;
	}
	if (f)
		fclose(f);
	return hidden;
}

struct preempt_count find_preempt_count(void)
{
	struct places places = { -1, -1, -1 };
	struct preempt_count count = {};

	find_in_btf(&places);
	if (places.runqueues < 0)
		count.hidden = find_in_kallsyms(&places);
	if (places.runqueues >= 0 && places.preempt_count >= 0)
		count.offset = places.preempt_count - places.runqueues;
	count.in_irq_mask = 0xffU << (places.interrupt_disable < 0 ? 16 : 24);
	return count;
}
