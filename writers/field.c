// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
#include "field.h"

__u64 field_number(const struct field *f, const void *row)
{
	const void *at = field_at(f, row);

	switch (f->type) {
	case FIELD_BOOL:
		return *(const bool *)at;
	case FIELD_WORD8:
	case FIELD_MARK:
		return *(const __u8 *)at;
	case FIELD_CPU:
		return *(const __u16 *)at;
	case FIELD_WORD:
	case FIELD_ID:
		return *(const __u32 *)at;
	default:
		return *(const __u64 *)at;
	}
}

const char *field_word(const struct field *f, const void *row)
{
	__u64 number = field_number(f, row);

	return f->words[number < f->nr_words ? number : f->nr_words - 1];
}

unsigned int fields_with(const struct options *opts)
{
	static const unsigned int by[NR_BY] = {
		[BY_THREAD] = WITH_THREADS,
		[BY_PROCESS] = WITH_PROCESSES,
		[BY_COMM] = WITH_COMMS,
		[BY_CGROUP] = WITH_CGROUPS,
	};

	return (opts->previous ? WITH_PREVIOUS : 0) | (opts->waker ? WITH_WAKER : 0) |
	       (opts->why ? WITH_WHY : 0) | (opts->stalled_ns ? WITH_STALLED : 0) |
	       (opts->stack ? WITH_STACK : 0) |
	       by[opts->by];
}

bool field_present(const struct table *table, const struct field *f, const void *row)
{
	if (f->kinds && !field_is_of(f, 1U << field_number(&table->fields[table->kind], row)))
		return false;
	return !f->absent_if_0 || field_number(f, row);
}
