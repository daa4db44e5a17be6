// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * Tables of a fixed size, 3 MiB in all, by the Space-Saving algorithm (Metwally
 * et al., 2005). A table is divided into sets of WAYS slots. The hash of a key
 * selects its set, so table_add() searches only one set. In a full set, a new
 * key evicts the key of the lowest rank. The new key inherits this rank,
 * because otherwise keys with many short waits could not displace keys that
 * once had a long wait. The ns of a slot count only its own key. So:
 *
 * - The ns of an entry are exact since its key last entered the table, hence
 *   never too large.
 * - The time that no entry has is the total less the ns of the entries.
 * - A key with more than 1 / WAYS of the time of its set is in the table, hence
 *   a key with more than about 1 / TABLE_SIZE of all time. With fewer than some
 *   300 keys, none is evicted.
 *
 * A task is known by TID and TGID, because waits tell no more. A task that
 * reuses both counts as the old task under a new name. Tasks without a TID in
 * this PID namespace are told apart by name.
 */
#include <stdlib.h>
#include <string.h>
#include "histogram.h"
#include "totals.h"

#define TABLE_SIZE	1024
#define WAYS		16

/*
 * Waiters merge buckets to save memory: a bucket is at most 12.5 % wide, and
 * percentile() returns its middle.
 */
#define MERGED		4
#define NR_MERGED	(NR_BUCKETS / MERGED)

/*
 * Up to NR_FEW, the number of distinct tasks is exact. Above, the estimate is
 * off by 4 % (1 sigma).
 */
#define NR_FEW		64
#define NR_RANKS	512

struct slot {
	__u64 key;			/* 0: free, so is the rest of the set */
	__u64 ns;
	__u64 rank;			/* ns + the rank of the evicted key */
};

struct table {
	struct slot slots[TABLE_SIZE];
};

/*
 * @waiter lacks total_ns, p50_ns and p99_ns, because totals_waiters() computes
 * them. @min_ns is the shortest wait.
 */
struct waiter_entry {
	struct waiter waiter;
	__u64 min_ns;
	__u32 counts[NR_MERGED];
};

/*
 * Counts the distinct tasks that waited for the culprit. Up to NR_FEW, @few
 * lists their hashes. Above, @ranks is a HyperLogLog sketch: of each of
 * NR_RANKS classes of hashes, the longest run of zeros, plus 1. @chance is the
 * probability that a new task changes @ranks, so a change stands for 1 /
 * @chance tasks.
 */
struct culprit_entry {
	struct culprit culprit;
	double nr;
	double chance;			/* 0: @few is in use */
	union {
		__u64 few[NR_FEW];
		__u8 ranks[NR_RANKS];
	};
};

struct totals {
	enum totals_by by;
	__u64 nr;
	__u64 ns;
	__u64 nr_stalled;
	__u64 stalled_ns;
	__u64 causes[NR_CAUSES];
	struct table waiters;
	struct table culprits;
	struct table pairs;
	/* Entry i is of slot i, set up when a new key takes the slot. */
	struct waiter_entry waiter_entries[TABLE_SIZE];
	struct culprit_entry culprit_entries[TABLE_SIZE];
	struct cgroup_pair pair_entries[TABLE_SIZE];
};

struct totals *totals_new(enum totals_by by)
{
	struct totals *t = calloc(1, sizeof(*t));

	if (t)
		t->by = by;
	return t;
}

void totals_free(struct totals *t)
{
	free(t);
}

void totals_clear(struct totals *t)
{
	/* Skip the entries: those never written take no memory. */
	memset(&t->nr, 0, offsetof(struct totals, waiter_entries) - offsetof(struct totals, nr));
}

/* The finalizer of MurmurHash3: only 0 hashes to 0. */
static __u64 mix(__u64 x)
{
	x = (x ^ x >> 33) * 0xff51afd7ed558ccdULL;
	x = (x ^ x >> 33) * 0xc4ceb9fe1a85ec53ULL;
	return x ^ x >> 33;
}

/* What the totals know of a task. */
struct who {
	__u32 tid;
	__u32 tgid;
	char comm[TASK_COMM_LEN];	/* padded with 0 */
	__u64 cgroup;
};

/* Forget what does not tell tasks apart by t->by. */
static struct who who_is(const struct totals *t, __u32 tid, __u32 tgid, const char *comm,
			 __u64 cgroup)
{
	struct who who = { .cgroup = cgroup };

	if (t->by <= BY_PROCESS) {
		who.tid = t->by == BY_PROCESS ? tgid : tid;
		who.tgid = tgid;
	}
	if (t->by != BY_CGROUP)
		memcpy(who.comm, comm, strnlen(comm, sizeof(who.comm)));
	return who;
}

static __u64 key_of(const struct who *who)
{
	__u64 half[2];

	if (who->tid)
		return (__u64)who->tgid << 32 | who->tid;
	memcpy(half, who->comm, sizeof(half));
	if (!who->comm[0])
		half[1] = who->cgroup;
	/* Bit 63 tells names from TGIDs, because no TGID has bit 31 set. */
	return mix(mix(half[0]) + half[1]) | 1ULL << 63;
}

/* Add @ns to @key and return its slot. @fresh: @key is new in the slot. */
static size_t table_add(struct table *t, __u64 key, __u64 ns, bool *fresh)
{
	size_t first = mix(key) % (TABLE_SIZE / WAYS) * WAYS, least = first, i;
	struct slot *s = t->slots;

	*fresh = false;
	for (i = first; i < first + WAYS; i++) {
		if (s[i].key == key) {
			s[i].ns += ns;
			s[i].rank += ns;
			return i;
		}
		if (s[i].rank < s[least].rank)
			least = i;
		if (!s[i].key) {
			least = i;
			break;
		}
	}
	*fresh = true;
	s[least] = (struct slot) { key, ns, s[least].rank + ns };
	return least;
}

static struct waiter *add_waiter(struct totals *t, const struct wait_event *e,
				 const struct who *who)
{
	struct waiter_entry *entry;
	struct waiter *w;
	bool fresh;
	__u32 *count;

	entry = &t->waiter_entries[table_add(&t->waiters, key_of(who), e->wait_ns, &fresh)];
	w = &entry->waiter;
	if (fresh) {
		memset(entry, 0, sizeof(*entry));
		w->tid = who->tid;
		w->tgid = who->tgid;
		entry->min_ns = e->wait_ns;
	}
	memcpy(w->comm, who->comm, sizeof(w->comm));
	w->cgroup = who->cgroup;
	w->nr++;
	if (e->wait_ns >= w->max_ns) {
		w->max_ns = e->wait_ns;
		w->max_at_ns = e->end_ns;
	}
	if (e->wait_ns < entry->min_ns)
		entry->min_ns = e->wait_ns;
	count = &entry->counts[bucket_of(e->wait_ns) / MERGED];
	/* Do not wrap: 32 bits last half a day at 100,000 waits a second. */
	if (*count + 1)
		++*count;
	return w;
}

static void sketch_task(struct culprit_entry *c, __u64 hash)
{
	__u8 *rank = &c->ranks[hash % NR_RANKS];
	/* Bit 54 ends the run of zeros, because the ctz of 0 is undefined. */
	int zeros = __builtin_ctzll(hash / NR_RANKS | 1ULL << 54) + 1;

	if (zeros <= *rank)
		return;
	c->nr += 1 / c->chance;
	c->chance -= (1.0 / (1ULL << *rank) - 1.0 / (1ULL << zeros)) / NR_RANKS;
	*rank = zeros;
}

/* Count the task of @hash, unless it is counted already. */
static void count_task(struct culprit_entry *c, __u64 hash)
{
	__u64 few[NR_FEW];
	size_t i;

	if (!c->chance) {
		for (i = 0; i < c->nr; i++) {
			if (c->few[i] == hash)
				return;
		}
		if (c->nr < NR_FEW) {
			c->few[i] = hash;
			c->nr++;
			return;
		}
		memcpy(few, c->few, sizeof(few));
		memset(c->ranks, 0, sizeof(c->ranks));
		c->chance = 1;
		for (i = 0; i < NR_FEW; i++)
			sketch_task(c, few[i]);
		c->nr = NR_FEW;
	}
	sketch_task(c, hash);
}

static void add_culprit(struct totals *t, const struct who *who, __u64 ns, __u64 waiter)
{
	struct culprit_entry *entry;
	struct culprit *c;
	bool fresh;

	entry = &t->culprit_entries[table_add(&t->culprits, key_of(who), ns, &fresh)];
	c = &entry->culprit;
	if (fresh) {
		memset(entry, 0, sizeof(*entry));
		c->tid = who->tid;
		c->tgid = who->tgid;
	}
	memcpy(c->comm, who->comm, sizeof(c->comm));
	c->cgroup = who->cgroup;
	count_task(entry, mix(waiter));
}

static void add_pair(struct totals *t, __u64 waiting, const struct share *share)
{
	/* 64 bits make collisions unlikely; key 0 is a free slot. */
	__u64 key = mix(mix(waiting) + share->cgroup) | 1;
	bool fresh;
	size_t i = table_add(&t->pairs, key, share->ns, &fresh);

	if (fresh) {
		t->pair_entries[i].waiting = waiting;
		t->pair_entries[i].running = share->cgroup;
	}
}

/* Count @share of a wait of @w. @waiter: hash of the thread that waited. */
static void add_share(struct totals *t, struct waiter *w, const struct share *share,
		      __u64 waiter)
{
	struct share part = *share;
	struct who who;

	t->causes[share->cause] += share->ns;
	w->causes[share->cause] += share->ns;
	if (share->cause == CAUSE_TASK) {
		who = who_is(t, share->tid, share->tgid, share->comm, share->cgroup);
		add_culprit(t, &who, share->ns, waiter);
		part.tid = who.tid;
		part.tgid = who.tgid;
		memcpy(part.comm, who.comm, sizeof(part.comm));
	}
	parts_add(&w->parts, &part);
}

void totals_add(struct totals *t, const struct wait_event *e, const struct why *why)
{
	__u64 cgroup = why ? why->event.cgroup : 0, thread;
	struct who who = who_is(t, e->tid, e->tgid, e->comm, cgroup);
	struct waiter *w = add_waiter(t, e, &who);
	size_t i;

	t->nr++;
	t->ns += e->wait_ns;
	if (!why)
		return;
	thread = e->tid ? (__u64)e->tgid << 32 | e->tid : key_of(&who);
	for (i = 0; i < why->nr; i++) {
		add_share(t, w, &why->shares[i], thread);
		if (why->shares[i].cause == CAUSE_TASK)
			add_pair(t, cgroup, &why->shares[i]);
	}
}

static int by_time(const void *pa, const void *pb)
{
	const struct slot *a = *(const struct slot **)pa, *b = *(const struct slot **)pb;

	if (a->ns != b->ns)
		return a->ns > b->ns ? -1 : 1;
	return a->key < b->key ? -1 : a->key > b->key;
}

/* Fill @out with the slots in use, most time first, and return their number. */
static size_t table_sort(const struct table *t, const struct slot **out)
{
	size_t nr = 0, i;

	for (i = 0; i < TABLE_SIZE; i++) {
		if (t->slots[i].key)
			out[nr++] = &t->slots[i];
	}
	qsort(out, nr, sizeof(*out), by_time);
	return nr;
}

/*
 * The @percent percentile in ns: the middle of a bucket, clipped to the
 * shortest and longest wait, because no wait is below the threshold.
 */
static __u64 percentile(const struct waiter_entry *entry, unsigned int percent)
{
	__u64 wanted = (entry->waiter.nr * percent + 99) / 100, below = 0, ns;
	unsigned int i;

	for (i = 0; i < NR_MERGED - 1; i++) {
		below += entry->counts[i];
		if (below >= wanted)
			break;
	}
	ns = (bucket_start(i * MERGED) + bucket_start((i + 1) * MERGED)) / 2;
	if (ns < entry->min_ns)
		return entry->min_ns;
	return ns < entry->waiter.max_ns ? ns : entry->waiter.max_ns;
}

size_t totals_waiters(const struct totals *t, struct waiter *out, size_t max)
{
	const struct slot *slots[TABLE_SIZE];
	size_t nr = table_sort(&t->waiters, slots), i;
	const struct waiter_entry *entry;

	for (i = 0; i < nr && i < max; i++) {
		entry = &t->waiter_entries[slots[i] - t->waiters.slots];
		out[i] = entry->waiter;
		out[i].total_ns = slots[i]->ns;
		out[i].p50_ns = percentile(entry, 50);
		out[i].p99_ns = percentile(entry, 99);
		parts_sort(&out[i].parts);
	}
	return i;
}

size_t totals_culprits(const struct totals *t, struct culprit *out, size_t max)
{
	const struct slot *slots[TABLE_SIZE];
	size_t nr = table_sort(&t->culprits, slots), i;
	const struct culprit_entry *entry;

	for (i = 0; i < nr && i < max; i++) {
		entry = &t->culprit_entries[slots[i] - t->culprits.slots];
		out[i] = entry->culprit;
		out[i].ns = slots[i]->ns;
		out[i].nr_tasks = entry->nr + 0.5;
	}
	return i;
}

size_t totals_pairs(const struct totals *t, struct cgroup_pair *out, size_t max)
{
	const struct slot *slots[TABLE_SIZE];
	size_t nr = table_sort(&t->pairs, slots), i;

	for (i = 0; i < nr && i < max; i++) {
		out[i] = t->pair_entries[slots[i] - t->pairs.slots];
		out[i].ns = slots[i]->ns;
	}
	return i;
}

void totals_set_stalled(struct totals *t, __u64 nr, __u64 longest_ns)
{
	t->nr_stalled = nr;
	t->stalled_ns = longest_ns;
}

__u64 totals_nr_stalled(const struct totals *t)
{
	return t->nr_stalled;
}

__u64 totals_stalled_ns(const struct totals *t)
{
	return t->stalled_ns;
}

enum totals_by totals_by(const struct totals *t)
{
	return t->by;
}

__u64 totals_nr(const struct totals *t)
{
	return t->nr;
}

__u64 totals_ns(const struct totals *t)
{
	return t->ns;
}

__u64 totals_cause(const struct totals *t, enum cause cause)
{
	return t->causes[cause];
}
