// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>
#include "sim/vmlinux.h"
#include "sim_kernel.h"

#define MAX_LACKING	32
#define MAX_MAPS	16

struct sim sim;

/* An element of any map. */
struct element {
	struct element *next;
	const void *map;
	size_t key_size;
	void *key, *value;
};

struct record {
	size_t size;
	void *data;
};

static const char *lacking[MAX_LACKING];
static size_t nr_lacking;
static struct element *elements;
static struct {
	struct sim_map map;
	size_t nr;
} maps[MAX_MAPS];
static size_t nr_maps;
static struct record *records;
static size_t nr_records;

static void free_element(struct element *e)
{
	free(e->key);
	free(e->value);
	free(e);
}

void sim_reset(void)
{
	struct element *e;

	while ((e = elements)) {
		elements = e->next;
		free_element(e);
	}
	sim_forget_records();
	nr_lacking = 0;
	nr_maps = 0;
	memset(&sim, 0, sizeof(sim));
	sim.ring_room = -1;
}

void sim_lacks(const char *field)
{
	if (nr_lacking == MAX_LACKING)
		abort();
	lacking[nr_lacking++] = field;
}

void sim_lacks_no_more(const char *field)
{
	size_t i;

	for (i = 0; i < nr_lacking; i++) {
		if (!strcmp(field, lacking[i]))
			lacking[i] = "";
	}
}

bool sim_has_field(const char *field)
{
	const char *name = strstr(field, "->");
	size_t i;

	for (i = 0; i < nr_lacking; i++) {
		if (!strcmp(name ? name + 2 : field, lacking[i]))
			return false;
	}
	return true;
}

void sim_add_map(struct sim_map map, size_t nr)
{
	size_t i;

	for (i = 0; i < nr_maps && maps[i].map.id != map.id; i++)
		;
	if (i == MAX_MAPS)
		abort();
	maps[i].map = map;
	maps[i].nr = nr;
	nr_maps += i == nr_maps;
}

static size_t index_of(const void *map)
{
	size_t i;

	for (i = 0; i < nr_maps; i++) {
		if (maps[i].map.id == map)
			return i;
	}
	fprintf(stderr, "# a map that the test does not know\n");
	abort();
}

static struct element *find(const void *map, const void *key, size_t key_size)
{
	struct element *e;

	for (e = elements; e; e = e->next) {
		if (e->map == map && !memcmp(e->key, key, key_size))
			return e;
	}
	return NULL;
}

static void *copy(const void *data, size_t size)
{
	void *to = calloc(1, size);

	if (!to)
		abort();
	return data ? memcpy(to, data, size) : to;
}

/* @value NULL: all 0. */
static void *add(const void *map, const void *key, size_t key_size, const void *value)
{
	size_t size = maps[index_of(map)].map.value_size;
	struct element *e = copy(NULL, sizeof(*e));

	*e = (struct element) { elements, map, key_size, copy(key, key_size), copy(value, size) };
	elements = e;
	return e->value;
}

/*
 * The longest prefix that @key begins with; a key is a length in bits and
 * bytes.
 */
static void *find_prefix(const void *map, const void *key)
{
	const struct element *e, *best = NULL;
	__u32 bits, most = 0;

	for (e = elements; e; e = e->next) {
		if (e->map != map)
			continue;
		memcpy(&bits, e->key, sizeof(bits));
		if (!memcmp((char *)e->key + sizeof(bits), (const char *)key + sizeof(bits),
			    bits / 8) && (!best || bits > most)) {
			best = e;
			most = bits;
		}
	}
	return best ? best->value : NULL;
}

void *sim_lookup(const void *map, const void *key)
{
	size_t i = index_of(map);
	struct element *e;
	__u32 index;

	if (maps[i].map.type == BPF_MAP_TYPE_LPM_TRIE)
		return find_prefix(map, key);
	e = find(map, key, maps[i].map.key_size);
	if (e)
		return e->value;
	if (maps[i].map.type != BPF_MAP_TYPE_ARRAY &&
	    maps[i].map.type != BPF_MAP_TYPE_PERCPU_ARRAY)
		return NULL;
	memcpy(&index, key, sizeof(index));
	return index < maps[i].nr ? add(map, key, sizeof(index), NULL) : NULL;
}

long sim_update(const void *map, const void *key, const void *value, __u64 flags)
{
	const struct sim_map *m = &maps[index_of(map)].map;
	struct element *e = find(map, key, m->key_size);

	if (e ? flags & BPF_NOEXIST : sim.full)
		return -1;
	if (e)
		memcpy(e->value, value, m->value_size);
	else
		add(map, key, m->key_size, value);
	return 0;
}

long sim_delete(const void *map, const void *key)
{
	size_t size = maps[index_of(map)].map.key_size;
	struct element **link, *e;

	for (link = &elements; (e = *link); link = &e->next) {
		if (e->map == map && !memcmp(e->key, key, size)) {
			*link = e->next;
			free_element(e);
			return 0;
		}
	}
	return -1;
}

void *sim_storage(const void *map, const void *task, __u64 flags)
{
	struct element *e = find(map, &task, sizeof(task));

	if (e)
		return e->value;
	if (sim.no_storage || !(flags & BPF_LOCAL_STORAGE_GET_F_CREATE))
		return NULL;
	sim.nr_created++;
	return add(map, &task, sizeof(task), NULL);
}

void *sim_ring_reserve(size_t size)
{
	struct record *r;

	if (!sim.ring_room)
		return NULL;
	sim.ring_room--;
	records = realloc(records, (nr_records + 1) * sizeof(*records));
	if (!records)
		abort();
	r = &records[nr_records++];
	*r = (struct record) { size, copy(NULL, size) };
	/* A field that is not set must be seen. */
	return memset(r->data, 0xa5, size);
}

void sim_ring_submit(void *data)
{
	/* What was reserved last is all that can be submitted. */
	if (!nr_records || records[nr_records - 1].data != data)
		abort();
}

long sim_ring_output(const void *data, size_t size)
{
	void *to = sim_ring_reserve(size);

	if (!to)
		return -1;
	memcpy(to, data, size);
	return 0;
}

size_t sim_nr_records(void)
{
	return nr_records;
}

const void *sim_record(size_t i, size_t *size)
{
	if (i >= nr_records)
		return NULL;
	if (size)
		*size = records[i].size;
	return records[i].data;
}

void sim_forget_records(void)
{
	size_t i;

	for (i = 0; i < nr_records; i++)
		free(records[i].data);
	free(records);
	records = NULL;
	nr_records = 0;
}
