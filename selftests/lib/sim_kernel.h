/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What BPF programs ask of a kernel, for programs that are compiled as
 * user-space code: clocks that stand where the test has set them, maps, a ring
 * buffer of which every record can be looked at, and a kernel that lacks what
 * the test says. The headers in sim/ lead here. One state for the whole
 * process.
 */
#ifndef __SIM_KERNEL_H
#define __SIM_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <linux/types.h>

struct sim {
	__u64 now;			/* CLOCK_MONOTONIC, ns */
	__u64 nr_reads;			/* how often that was asked for */
	__u64 jiffies;
	const void *current;		/* the task whose context this is */
	__u64 current_pid_tgid;
	const void *regs;		/* of the user, of whatever task */
	char current_comm[16];
	bool no_storage;		/* task storage cannot be created */
	bool full;			/* no map has room for another element */
	size_t nr_created;		/* records of tasks that were */
	size_t ring_room;		/* records that still find room */
	long stack_size;		/* of the current task's stack, or an error */
	__u64 stack[8];
};

extern struct sim sim;

struct sim_map {
	const void *id;			/* its address */
	int type;			/* BPF_MAP_TYPE_... */
	size_t key_size, value_size;
};

/* What there is to know of a map that is declared as libbpf wants it. */
#define SIM_MAP(map)								\
	(struct sim_map) {							\
		.id = (map), .type = sizeof(*(map)->type) / sizeof(int),	\
		.key_size = sizeof(*(map)->key),				\
		.value_size = sizeof(*(map)->value),				\
	}

/* Begin anew: no map has an element, no record was sent, every field exists. */
void sim_reset(void);

/* From now on @field, as it stands in the code behind "->", does not exist. */
void sim_lacks(const char *field);
void sim_lacks_no_more(const char *field);

/*
 * There is such a map; if it is an array, of @nr elements. SIM_MAP() describes
 * it.
 */
void sim_add_map(struct sim_map map, size_t nr);

/* The number of records sent; one of them, or NULL; all are forgotten. */
size_t sim_nr_records(void);
const void *sim_record(size_t i, size_t *size);
void sim_forget_records(void);

/* For the headers in sim/. */
bool sim_has_field(const char *field);
void *sim_lookup(const void *map, const void *key);
long sim_update(const void *map, const void *key, const void *value, __u64 flags);
long sim_delete(const void *map, const void *key);
void *sim_storage(const void *map, const void *task, __u64 flags);
void *sim_ring_reserve(size_t size);
void sim_ring_submit(void *data);
long sim_ring_output(const void *data, size_t size);

#endif /* __SIM_KERNEL_H */
