/* SPDX-License-Identifier: GPL-2.0 */
/* Stands in for libbpf's: plain loads, where NULL has 0 in all fields. */
#ifndef __BPF_CORE_READ_H__
#define __BPF_CORE_READ_H__

#include "../../sim_kernel.h"

/*
 * Whether a field exists is up to the test; its name as it stands in the code.
 */
#define bpf_core_field_exists(field)	\
	((void)sizeof(field), sim_has_field(#field))

/* @field as in NULL->name. */
#define bpf_core_field_offset(field)	((__u64)&(field))

#define bpf_core_enum_value_exists(type, value)	sim_has_field(#value)

#define SIM_LOAD(p, field)						\
	({								\
		__auto_type __from = (p);				\
									\
		__from ? __from->field : (typeof(__from->field))0;	\
	})

#define SIM_READ1(p, a)			SIM_LOAD(p, a)
#define SIM_READ2(p, a, b)		SIM_LOAD(SIM_READ1(p, a), b)
#define SIM_READ3(p, a, b, c)		SIM_LOAD(SIM_READ2(p, a, b), c)
#define SIM_READ4(p, a, b, c, d)	SIM_LOAD(SIM_READ3(p, a, b, c), d)
#define SIM_READ_N(_1, _2, _3, _4, name, ...)	name
#define BPF_CORE_READ(p, ...)						\
	SIM_READ_N(__VA_ARGS__, SIM_READ4, SIM_READ3, SIM_READ2, SIM_READ1)(p, __VA_ARGS__)
#define BPF_CORE_READ_BITFIELD_PROBED(p, field)	((p) ? (p)->field : 0)

#endif /* __BPF_CORE_READ_H__ */
