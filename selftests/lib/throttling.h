/* SPDX-License-Identifier: GPL-2.0 */
/* Groups that run out of quota in the made-up scheduler of engine.h. */
#ifndef __THROTTLING_H
#define __THROTTLING_H

#include "engine.h"

static struct task *a, *b, *d;

/*
 * @b runs on CPU 0 from 1 ms on; all other CPUs are idle, and not seen to be.
 */
static inline void begin_throttling(enum kernel v)
{
	boot(v, true);
	a = known_task(101, 100, "waiter");
	b = known_task(201, 200, "runner");
	d = known_task(301, 300, "other");
	begin_with(b);
}

/*
 * @g has run out: its queue on CPU @c, and those of the groups below are
 * throttled.
 */
static inline void throttle(struct group *g, struct group *below, int c)
{
	struct cfs_rq___compat *q[] = { g->queues[c], below ? below->queues[c] : NULL };
	int i;

	update_clock(c);
	g->queues[c]->throttled = 1;
	g->queues[c]->runtime_enabled = 1;
	for (i = 0; i < 2 && q[i]; i++) {
		q[i]->throttle_count++;
		q[i]->throttled_clock_self = cpu[c].rq.clock;
		q[i]->throttled_clock_pelt = cpu[c].rq.clock_pelt - cpu[c].rq.lost_idle_time;
		q[i]->throttled_clock_task = cpu[c].rq.clock_task;
	}
}

static inline void unthrottle(struct group *g, struct group *below, int c)
{
	struct cfs_rq___compat *q[] = { g->queues[c], below ? below->queues[c] : NULL };
	const struct rq___compat *rq = &cpu[c].rq;
	int i;

	update_clock(c);
	g->queues[c]->throttled = 0;
	for (i = 0; i < 2 && q[i]; i++) {
		q[i]->throttled_clock_self_time += rq->clock - q[i]->throttled_clock_self;
		q[i]->throttled_clock_pelt_time += rq->clock_pelt - rq->lost_idle_time -
						   q[i]->throttled_clock_pelt;
		q[i]->throttled_clock_task_time += rq->clock_task - q[i]->throttled_clock_task;
		q[i]->throttled_clock_self = 0;
		q[i]->throttle_count--;
	}
}

/* @g has run out, as in throttle(), and CPU @c is given to @next. */
static inline void has_to_leave(struct group *g, struct group *below, int c, struct task *next)
{
	throttle(g, below, c);
	cpu[c].stale = false;
	switch_to(c, next, PREEMPTED);
}

/* At 10 ms @g runs out, and @a, of @g or @below, has to leave CPU 0 to @b. */
static inline void runs_out(struct group *g, struct group *below)
{
	at(10 * MS);
	a->t.throttled = true;
	has_to_leave(g, below, 0, b);
}

/* The same of a new group with ID 60, in which @a runs from 5 ms on. */
static inline struct group *own_group_runs_out(void)
{
	struct group *g = new_group(&root, 60);

	set_group(a, g);
	at(5 * MS);
	wake(a, 0);
	switch_to(0, a, PREEMPTED);
	runs_out(g, NULL);
	return g;
}

static inline void is_given_quota(struct group *g)
{
	unthrottle(g, NULL, 0);
	a->t.throttled = false;
}

/*
 * @a, of @g, waits from 8 ms on for another task, of @others, which has CPU 0
 * from 5 ms on. Returns that task.
 */
static inline struct task *waits_for_sibling(struct group *g, struct group *others)
{
	struct task *p = known_task(401, 400, "sibling");

	set_group(a, g);
	set_group(p, others);
	at(5 * MS);
	wake(p, 0);
	switch_to(0, p, PREEMPTED);
	at(8 * MS);
	wake(a, 0);
	return p;
}

/* @d, of @g, gets CPU 0 and, as @g runs out at once, has to leave it to @to. */
static inline void another_runs_out(struct group *g, struct task *to)
{
	set_group(d, g);
	wake(d, 0);
	switch_to(0, d, PREEMPTED);
	throttle(g, NULL, 0);
	switch_to(0, to, PREEMPTED);
}

/* @a is switched in on CPU @c: its wait, if that is all that is reported. */
static inline const struct why_event *wait_ends(int c)
{
	sim_forget_records();
	switch_to(c, a, SLEEPS);
	return nr_reported() == 1 ? reported(0) : NULL;
}

#endif /* __THROTTLING_H */
