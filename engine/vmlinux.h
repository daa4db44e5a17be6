/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Stands in for the vmlinux.h of a kernel where the builder has no BTF. The
 * programs declare in types.bpf.h what they read of most structs, so here are
 * only the rest, the names that libbpf's headers use, and constants of
 * linux/bpf.h.
 */
#ifndef __VMLINUX_H__
#define __VMLINUX_H__

typedef unsigned char __u8;
typedef unsigned short __u16;
typedef unsigned int __u32;
typedef unsigned long long __u64;
typedef signed char __s8;
typedef short __s16;
typedef int __s32;
typedef long long __s64;
typedef __u16 __be16;
typedef __u32 __be32;
typedef __u32 __wsum;

typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;
typedef __s8 s8;
typedef __s16 s16;
typedef __s32 s32;
typedef __s64 s64;

typedef _Bool bool;
enum { false, true };

struct seq_file;
struct task_struct;

struct bpf_iter_meta {
	struct seq_file *seq;
} __attribute__((preserve_access_index));

enum bpf_map_type {
	BPF_MAP_TYPE_HASH = 1,
	BPF_MAP_TYPE_ARRAY = 2,
	BPF_MAP_TYPE_PERCPU_ARRAY = 6,
	BPF_MAP_TYPE_LPM_TRIE = 11,
	BPF_MAP_TYPE_RINGBUF = 27,
};

enum {
	BPF_ANY = 0,			/* of bpf_map_update_elem() */
	BPF_NOEXIST = 1,		/* of bpf_map_update_elem() */
	BPF_F_NO_PREALLOC = 1,		/* of map_flags */
	BPF_F_MMAPABLE = 1024,		/* of map_flags */
	BPF_LOCAL_STORAGE_GET_F_CREATE = 1,
	BPF_RB_NO_WAKEUP = 1,		/* of bpf_ringbuf_submit() */
};

#endif /* __VMLINUX_H__ */
