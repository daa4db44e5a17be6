// SPDX-License-Identifier: GPL-2.0
/* Empty programs, to measure what the hooks alone cost. */
#include <vmlinux.h>
#include <bpf/bpf_helpers.h>

SEC("tp_btf/sched_wakeup")
int sched_wakeup(void *ctx)
{
	return 0;
}

SEC("tp_btf/sched_wakeup_new")
int sched_wakeup_new(void *ctx)
{
	return 0;
}

SEC("tp_btf/sched_switch")
int sched_switch(void *ctx)
{
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
