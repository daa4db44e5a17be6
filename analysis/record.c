// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
#include <string.h>
#include "record.h"
#include "runqslower.h"

/* What is behind the end of a name is left of an earlier record. */
static bool is_name(const char *comm)
{
	return memchr(comm, '\0', TASK_COMM_LEN);
}

static bool wait_is_sound(const struct wait_event *e)
{
	return e->wait_ns <= e->end_ns && is_name(e->comm) && is_name(e->prev_comm);
}

static bool why_is_sound(const struct why_event *e)
{
	return wait_is_sound(&e->wait) && e->from < NR_FROM &&
	       e->waker_kind < NR_WAKER_KINDS &&
	       (e->waker_kind != WAKER_TASK || is_name(e->waker_comm));
}

static bool segments_are_sound(const struct run_segment *s, size_t size)
{
	size_t nr = size / sizeof(*s), i;

	for (i = 0; i < nr; i++) {
		if (s[i].cpu != s->cpu || !is_name(s[i].comm))
			return false;
	}
	return nr && !(size % sizeof(*s));
}

static bool stack_is_sound(const struct stack_event *e)
{
	return e->nr <= MAX_FRAMES;
}

bool record_is_sound(const void *data, size_t size, bool explained)
{
	switch (size ? *(const __u8 *)data : 0) {
	case RECORD_WAIT:
		return !explained && size >= sizeof(struct wait_event) && wait_is_sound(data);
	case RECORD_WHY:
		return explained && size >= sizeof(struct why_event) && why_is_sound(data);
	case RECORD_SEGMENTS:
		return explained && segments_are_sound(data, size);
	case RECORD_STACK:
		return size >= sizeof(struct stack_event) && stack_is_sound(data);
	default:
		return false;
	}
}
