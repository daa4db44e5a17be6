// SPDX-License-Identifier: GPL-2.0
/* /proc/kallsyms, where BTF does not have the places of per-CPU variables. */
#include <bpf/btf.h>
#include "fake_file.h"
#include "util/preempt_count.h"

struct btf *__wrap_btf__load_vmlinux_btf(void)
{
	return NULL;
}

int LLVMFuzzerTestOneInput(const __u8 *data, size_t size)
{
	fake_file("/proc/kallsyms", data, size);
	find_preempt_count();
	return 0;
}
