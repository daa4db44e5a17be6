/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Stands in for the vmlinux.h of a kernel where the BPF programs are compiled
 * as user-space code: see sim_kernel.h. The programs declare themselves what
 * they read of the kernel's structs, so only names are missing.
 */
#ifndef __VMLINUX_H__
#define __VMLINUX_H__

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;
typedef __s8 s8;
typedef __s32 s32;
typedef __s64 s64;

struct bpf_iter_meta;
struct cpumask;
struct task_struct;

enum bpf_map_type {
	BPF_MAP_TYPE_HASH = 1,
	BPF_MAP_TYPE_ARRAY,
	BPF_MAP_TYPE_PERCPU_ARRAY,
	BPF_MAP_TYPE_LPM_TRIE,
	BPF_MAP_TYPE_RINGBUF,
};

enum {
	BPF_F_NO_PREALLOC = 1,
	BPF_F_MMAPABLE = 1024,
	BPF_ANY = 0,
	BPF_NOEXIST = 1,
	BPF_LOCAL_STORAGE_GET_F_CREATE = 1,
};

#endif /* __VMLINUX_H__ */
