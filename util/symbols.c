// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "error.h"
#include "symbols.h"

#define MAX_NAME	512		/* KSYM_NAME_LEN, since 6.1 */
#define MAX_MODULE	64

struct symbol {
	__u64 address;
	char *name;			/* of the function alone */
	const char *module;		/* as in " [nfs]", or "" */
	size_t nr;			/* in the file */
};

/*
 * In order of addresses. Of several names of an address the last one counts,
 * which is the first one of the file: the kernel lists what marks a section
 * after the function that begins there.
 */
static struct symbol *symbols;
static size_t nr_symbols, room;

static void make_room(void)
{
	size_t size = room ? 2 * room : 1 << 16;
	struct symbol *more = reallocarray(symbols, size, sizeof(*symbols));

	if (!more)
		out_of_memory();
	symbols = more;
	room = size;
}

static void add(__u64 address, const char *name, const char *module)
{
	size_t len = strlen(name) + 1;
	struct symbol *s;
	char *copy;

	if (nr_symbols == room)
		make_room();
	copy = malloc(len + strlen(module) + 1);
	if (!copy)
		out_of_memory();
	memcpy(copy, name, len);
	memcpy(copy + len, module, strlen(module) + 1);
	s = &symbols[nr_symbols];
	s->nr = nr_symbols++;
	s->address = address;
	s->name = copy;
	s->module = copy + len;
}

/* A line is as in "ffffffffc0a01000 t nfs_wait\t[nfs]". */
static void add_line(const char *line)
{
	char name[MAX_NAME], module[MAX_MODULE] = " ", type;
	unsigned long long address;
	int nr = sscanf(line, "%llx %c %511s %62s", &address, &type, name, module + 1);

	if (nr >= 3 && address && strchr("tTwW", type))
		add(address, name, nr == 4 ? module : "");
}

static int by_address(const void *pa, const void *pb)
{
	const struct symbol *a = pa, *b = pb;

	if (a->address != b->address)
		return a->address < b->address ? -1 : 1;
	return a->nr > b->nr ? -1 : a->nr < b->nr;
}

bool symbols_load(void)
{
	FILE *f = fopen("/proc/kallsyms", "r");
	char line[MAX_NAME + MAX_MODULE + 32];

	while (f && fgets(line, sizeof(line), f))
		add_line(line);
	if (f)
		fclose(f);
	if (nr_symbols)
		qsort(symbols, nr_symbols, sizeof(*symbols), by_address);
	return nr_symbols;
}

/*
 * No function is larger. An address that is further from the last symbol is of
 * code that came after /proc/kallsyms was read: a module or a BPF program.
 */
#define MAX_FUNCTION	(1 << 20)

/*
 * The function that @address returns to, NULL if not known. The call is before
 * @address, and may be the last of the function.
 */
static const struct symbol *find(__u64 address)
{
	size_t first = 0, end = nr_symbols, middle;

	while (first < end) {
		middle = first + (end - first) / 2;
		if (symbols[middle].address < address)
			first = middle + 1;
		else
			end = middle;
	}
	if (!first || address - symbols[first - 1].address > MAX_FUNCTION)
		return NULL;
	return &symbols[first - 1];
}

bool symbol_is(__u64 address, const char *name)
{
	const struct symbol *s = find(address);
	size_t len = strlen(name);

	return s && !strncmp(s->name, name, len) && (!s->name[len] || s->name[len] == '.');
}

const char *symbol_text(__u64 address)
{
	static char text[MAX_NAME + MAX_MODULE + 32];
	const struct symbol *s = find(address);

	if (s)
		snprintf(text, sizeof(text), "%s+0x%llx%s", s->name, address - s->address,
			 s->module);
	else
		snprintf(text, sizeof(text), "0x%llx", address);
	return text;
}
