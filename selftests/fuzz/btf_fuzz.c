// SPDX-License-Identifier: GPL-2.0
/* The BTF of a kernel, as far as libbpf accepts it. */
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include "fake_file.h"
#include "util/preempt_count.h"

static const __u8 *btf_data;
static size_t btf_size;

struct btf *__wrap_btf__load_vmlinux_btf(void)
{
	return btf__new(btf_data, btf_size);
}

int LLVMFuzzerTestOneInput(const __u8 *data, size_t size)
{
	btf_data = data;
	btf_size = size;
	fake_file("/proc/kallsyms", NULL, 0);
	find_preempt_count();
	return 0;
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	libbpf_set_print(NULL);
	return 0;
}
