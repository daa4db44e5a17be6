// SPDX-License-Identifier: GPL-2.0
/* The log of the events, until oracle_pair() makes waits of them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <oracle.skel.h>
#include "oracle.h"

#define MAX_LINKS	6

struct oracle {
	struct oracle_bpf *skel;
	struct bpf_link *links[MAX_LINKS];
	size_t nr_links;
	struct ring_buffer *rb;
	struct oracle_event *events;
	size_t nr, size;
};

static int take(void *ctx, void *data, size_t size)
{
	struct oracle *o = ctx;

	(void)size;
	if (o->nr == o->size) {
		o->size = o->size ? 2 * o->size : 1 << 16;
		o->events = reallocarray(o->events, o->size, sizeof(*o->events));
		if (!o->events)
			return -1;
	}
	o->events[o->nr++] = *(struct oracle_event *)data;
	return 0;
}

/* Those that run before the tool's programs, or @after. */
static bool attach(struct oracle *o, bool after)
{
	struct bpf_program *prog;
	struct bpf_link *link;

	bpf_object__for_each_program(prog, o->skel->obj) {
		if (!!strstr(bpf_program__name(prog), "_after_") != after)
			continue;
		link = bpf_program__attach(prog);
		if (!link || o->nr_links == MAX_LINKS)
			return false;
		o->links[o->nr_links++] = link;
	}
	return true;
}

static void detach(struct oracle *o)
{
	while (o->nr_links)
		bpf_link__destroy(o->links[--o->nr_links]);
}

bool oracle_bracket(struct oracle *o)
{
	return attach(o, true);
}

struct oracle *oracle_start(void)
{
	struct oracle *o = calloc(1, sizeof(*o));

	if (!o)
		return NULL;
	o->skel = oracle_bpf__open_and_load();
	if (o->skel)
		o->rb = ring_buffer__new(bpf_map__fd(o->skel->maps.entries), take,
					 o, NULL);
	if (!o->rb || !attach(o, false)) {
		fprintf(stderr, "# cannot start the oracle\n");
		detach(o);
		ring_buffer__free(o->rb);
		oracle_bpf__destroy(o->skel);
		free(o);
		return NULL;
	}
	return o;
}

bool oracle_stop(struct oracle *o, struct truth *truth)
{
	bool ok;

	detach(o);
	ok = ring_buffer__consume(o->rb) >= 0 && !o->skel->bss->dropped;
	oracle_pair(o->events, o->nr, truth);
	free(o->events);
	ring_buffer__free(o->rb);
	oracle_bpf__destroy(o->skel);
	free(o);
	return ok;
}
