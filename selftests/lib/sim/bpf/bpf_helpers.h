/* SPDX-License-Identifier: GPL-2.0 */
/* Stands in for libbpf's: maps and helpers are those of sim_kernel.h. */
#ifndef __BPF_HELPERS__
#define __BPF_HELPERS__

#include "../../sim_kernel.h"

#define SEC(name)
#ifndef __always_inline
#define __always_inline	inline __attribute__((always_inline))
#endif
#define __noinline	__attribute__((noinline))
#define barrier()	do { } while (0)

#define __uint(name, val)	int (*name)[val]
#define __type(name, val)	typeof(val) *name

#define bpf_map_lookup_elem(map, key)	sim_lookup(map, key)
#define bpf_map_update_elem(map, key, value, flags)	sim_update(map, key, value, flags)
#define bpf_map_delete_elem(map, key)	sim_delete(map, key)
#define bpf_task_storage_get(map, task, value, flags)	sim_storage(map, task, flags)
#define bpf_seq_write(seq, data, len)	((void)(data))
#define bpf_ringbuf_reserve(map, size, flags)	sim_ring_reserve(size)
#define bpf_ringbuf_submit(data, flags)		sim_ring_submit(data)
#define bpf_ringbuf_output(map, data, size, flags)	sim_ring_output(data, size)

#define bpf_ktime_get_ns()		(sim.nr_reads++, sim.now)
#define bpf_jiffies64()			(sim.jiffies)
#define bpf_get_current_task()		((__u64)sim.current)
#define bpf_get_current_task_btf()	((void *)sim.current)
#define bpf_task_pt_regs(p)		(sim.regs)
#define bpf_get_current_pid_tgid()	(sim.current_pid_tgid)

static inline long bpf_get_stack(void *ctx, void *to, __u32 size, __u64 flags)
{
	if (sim.stack_size > 0)
		memcpy(to, sim.stack, sim.stack_size);
	return sim.stack_size;
}

static inline long bpf_get_current_comm(void *to, __u32 size)
{
	memcpy(to, sim.current_comm, size);
	return 0;
}

static inline long bpf_probe_read_kernel(void *to, __u32 size, const void *from)
{
	memcpy(to, from, size);
	return 0;
}

static inline long bpf_probe_read_kernel_str(void *to, __u32 size, const void *from)
{
	return snprintf(to, size, "%s", (const char *)from) + 1;
}

#endif /* __BPF_HELPERS__ */
