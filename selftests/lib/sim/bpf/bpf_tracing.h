/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Stands in for libbpf's: a program is a function of its tracepoint's
 * arguments.
 */
#ifndef __BPF_TRACING_H__
#define __BPF_TRACING_H__

/* Of all programs. */
static unsigned long long *ctx __attribute__((unused));

#define BPF_PROG(name, args...)	name(args)

#endif /* __BPF_TRACING_H__ */
