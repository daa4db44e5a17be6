// SPDX-License-Identifier: GPL-2.0
/*
 * Are the waits that the tool prints those that happened? Both the tool and an
 * oracle watch the same load.
 *
 * What the kernel hides from all tracers neither sees. A wait whose start was
 * hidden cannot be judged: the tool prints it by the kernel's own account,
 * which the oracle does not read. Those are counted, and there must not be
 * many; with RUNQSLOWER_TEST_EXACT=1, for kernels that hide nothing, there must
 * be none.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timex.h>
#include <sys/utsname.h>
#include "kselftest_harness.h"
#include "load.h"
#include "oracle.h"
#include "tool.h"

#define USEC	1000ULL

/*
 * The tool reads the clock after the oracle at the same event; this much later
 * it is still the same event. A hypervisor may have had the CPU in between.
 */
#define SAME_EVENT_NS	(1000 * USEC)

/* A printed wait may begin so much too early. */
static uint64_t clock_error(void)
{
	return 100 * USEC * slack();
}

static bool exact(void)
{
	return getenv("RUNQSLOWER_TEST_EXACT");
}

struct result {
	size_t printed;
	size_t phantoms;		/* printed, but nothing was switched in */
	size_t overlaps;		/* printed, but the task ran meanwhile */
	size_t unjudged;		/* printed, the oracle did not see the start */
	size_t missed;			/* happened, not printed */
	/*
	 * The same, but by the run queue's clock they were too short: the CPU
	 * stood still between the scheduler's look at its clock and the events.
	 */
	size_t too_short;
	size_t judged;			/* printed and happened */
	size_t migrated;		/* among the judged */
	size_t dozed;			/* among the judged */
	/*
	 * Judged, but with another length; the latter beyond what was blind
	 * time.
	 */
	size_t off_2us, off_100us;
	size_t blind;			/* off by that, but within blind time */
	size_t too_long;		/* of those, longer than they were */
	double worst_us;
};

static int by_tid_end(const void *pa, const void *pb)
{
	const struct tool_wait *a = pa, *b = pb;

	if (a->tid != b->tid)
		return a->tid < b->tid ? -1 : 1;
	return a->end_ns < b->end_ns ? -1 : a->end_ns > b->end_ns;
}

/* The first run of @tid that ended after @ns, or the end of the array. */
static const struct truth_run *first_run(const struct truth *t, uint32_t tid,
					 uint64_t ns)
{
	size_t low = 0, high = t->nr_runs, mid;
	const struct truth_run *r;

	while (low < high) {
		mid = (low + high) / 2;
		r = &t->runs[mid];
		if (r->tid < tid || (r->tid == tid && r->out_ns <= ns))
			low = mid + 1;
		else
			high = mid;
	}
	return t->runs + low;
}

/*
 * The run of the task that ended during the wait, or NULL. Where the wait ends
 * the next run begins. The wait may be as the kernel has it (sched_info): by
 * the run queue's clock, which may be late.
 */
static const struct truth_run *run_meanwhile(const struct truth *t, const struct tool_wait *w,
					     uint64_t tolerance)
{
	uint64_t start = w->end_ns - w->lat_us * USEC + tolerance;
	const struct truth_run *r = first_run(t, w->tid, start);

	return r < t->runs + t->nr_runs && r->tid == w->tid && r->out_ns < w->end_ns &&
	       r->out_ns - r->late_ns > start ? r : NULL;
}

static void tell_overlap(const struct tool_wait *w, const struct truth_run *run,
			 const struct truth_wait *real, uint64_t tolerance)
{
	printf("# ran meanwhile: %s/%u at %.6f, %llu us; from %.6f to %.6f on CPU %u; %s start, a tolerance of %.1f us\n",
	       w->comm, w->tid, w->end_ns / 1e9, (unsigned long long)w->lat_us,
	       run->in_ns / 1e9, run->out_ns / 1e9, run->cpu,
	       !real ? "no" : real->sure ? "sure" : "unsure", tolerance / 1e3);
}

/*
 * From being queued to being switched in; cut to whole microseconds. @blind is
 * what of the error may come from a CPU that stood still between the oracle's
 * look at the clock and the tool's: at the end a wait is longer to the tool
 * then, at the begin it is shorter.
 */
static double length_error_us(const struct tool_wait *w,
			      const struct truth_wait *real, double *blind)
{
	double low = w->lat_us, high = low + 1, us = real->wait_ns / 1000.0;

	if (us < low) {
		us += real->late_ns / 1000.0;
		*blind = real->end_blind_ns / 1000.0;
		return us < low ? low - us : 0;
	}
	*blind = real->begin_blind_ns / 1000.0;
	return us > high ? us - high : 0;
}

static void judge(struct tool_wait *w, struct truth_wait *real,
		  struct result *res, double tolerance, uint64_t early_ns)
{
	double error, blind;

	real->matched = true;
	w->matched = true;
	if (real->early)
		return;
	if (!real->sure) {
		res->unjudged++;
		return;
	}
	res->judged++;
	res->migrated += real->migrated;
	res->dozed += real->dozed;
	error = length_error_us(w, real, &blind);
	res->blind += error > 2 * tolerance && error - blind <= 2 * tolerance;
	error -= blind;
	res->off_2us += error > 2 * tolerance;
	if (error > res->worst_us)
		res->worst_us = error;
	if (error > 100 * tolerance) {
		res->too_long += w->lat_us * USEC >
				 real->wait_ns + real->late_ns + early_ns +
				 real->end_blind_ns;
		if (res->off_100us++ >= 5)
			return;
		printf("# %s/%u at %.6f: printed %llu us, was %.1f us%s\n",
		       w->comm, w->tid, w->end_ns / 1e9,
		       (unsigned long long)w->lat_us, real->wait_ns / 1e3,
		       real->migrated ? " (migrated)" : "");
	}
}

/* Did the scheduler look at its clock before the end that was printed? */
static bool ended_before(const struct truth_wait *real, const struct tool_wait *w)
{
	return !real->matched && real->sure &&
	       real->end_ns - real->end_late_ns < w->end_ns + USEC;
}

/* Count what happened between @from and @to, and nobody printed. */
static void count_missed(const struct truth *truth, uint64_t from, uint64_t to,
			 uint64_t min_ns, struct result *res)
{
	uint64_t margin = clock_error();
	const struct truth_wait *r;

	for (r = truth->waits; r < truth->waits + truth->nr_waits; r++) {
		/*
		 * The tool may have read the clock up to begin_blind_ns after
		 * the oracle, and then the wait is shorter to the tool.
		 */
		if (r->matched || !r->sure || r->early || r->end_ns > to ||
		    (min_ns && r->wait_ns < min_ns + margin + r->begin_blind_ns))
			continue;
		if (min_ns && r->wait_ns + r->late_ns < min_ns + margin + r->end_late_ns) {
			res->too_short++;
			continue;
		}
		if (res->missed++ < 5)
			printf("# missed: %u at %.6f, %.1f us%s, %.1f and %.1f us late, %.1f us blind, %.3f s after the start\n",
			       r->tid, r->end_ns / 1e9, r->wait_ns / 1e3,
			       r->migrated ? " (migrated)" : "", r->late_ns / 1e3,
			       r->end_late_ns / 1e3, r->begin_blind_ns / 1e3, (r->end_ns - from) / 1e9);
	}
}

/*
 * Compare what was printed between @from and @to with what happened then.
 * @min_ns: the threshold of the tool. @early_ns: so much earlier than it really
 * did may a wait have begun.
 */
static void compare(struct tool_wait *waits, size_t nr, struct truth *truth,
		    uint64_t from, uint64_t to, uint64_t min_ns,
		    uint64_t early_ns, struct result *res)
{
	struct truth_wait *real = truth->waits, *end = real + truth->nr_waits;
	struct truth_wait *found;
	struct tool_wait *w;
	struct timespec tick;
	const struct truth_run *run;
	uint64_t early;

	memset(res, 0, sizeof(*res));
	clock_getres(CLOCK_MONOTONIC_COARSE, &tick);
	/*
	 * The tool may not have seen the start of what began before it traced.
	 */
	for (real = truth->waits; real < end; real++)
		real->early = real->end_ns - real->wait_ns < from;
	real = truth->waits;
	qsort(waits, nr, sizeof(*waits), by_tid_end);
	for (w = waits; w < waits + nr; w++) {
		if (w->end_ns < from || w->end_ns > to)
			continue;
		res->printed++;
		/*
		 * The oracle's time is the earlier one, and the task cannot be
		 * switched in again before the tool has looked, too. So it is
		 * the last one before. (What is printed is cut to 1 us.)
		 */
		while (real < end && (real->tid < w->tid ||
				      (real->tid == w->tid &&
				       real->end_ns < w->end_ns + USEC)))
			real++;
		found = real > truth->waits && real[-1].tid == w->tid ? real - 1 : NULL;
		if (found && !found->matched &&
		    w->end_ns < found->end_ns + found->end_blind_ns + SAME_EVENT_NS * slack()) {
			judge(w, found, res, slack(), early_ns);
		} else if (real < end && real->tid == w->tid && ended_before(real, w)) {
			real->matched = true;
			w->matched = true;
			res->too_short++;
		} else if (res->phantoms++ < 5) {
			printf("# phantom: %s/%u at %.6f, %llu us; the next real one at %.6f, %.1f us\n",
			       w->comm, w->tid, w->end_ns / 1e9,
			       (unsigned long long)w->lat_us,
			       real < end ? real->end_ns / 1e9 : 0,
			       real < end ? real->wait_ns / 1e3 : 0);
		}
		/* By sched_info a wait may begin a tick early. */
		early = early_ns + (found && found->sure ? 0 : tick.tv_nsec);
		run = run_meanwhile(truth, w, early);
		if (run && res->overlaps++ < 5)
			tell_overlap(w, run, found, early);
	}
	count_missed(truth, from, to, min_ns, res);
	printf("# %zu printed, %zu judged (%zu migrated), %zu unjudged, %zu missed, %zu too short, %zu phantoms, %zu ran meanwhile; length: %zu off by more than %g us, %zu by more than %g, worst %.1f us; %zu blind\n",
	       res->printed, res->judged, res->migrated, res->unjudged,
	       res->missed, res->too_short, res->phantoms, res->overlaps, res->off_2us,
	       2 * slack(), res->off_100us, 100 * slack(), res->worst_us, res->blind);
}

/*
 * The load's own tasks: sums of what was printed against the kernel's account.
 */
static int compare_sums(const struct tool_wait *waits, size_t nr,
			const struct load *load)
{
	/* That clock stands still longer when the CPU does. */
	double sum, error, hidden, more = slack() > 1 ? 8 : 1;
	const struct tool_wait *longest;
	size_t i, k;
	int bad = 0;

	for (k = 0; k < load->nr; k++) {
		const struct load_task *task = &load->tasks[k];

		/* Those that wait for whole time slices: see below. */
		if (strncmp(task->name, "rqs-spin", 8) || !task->run_delay)
			continue;
		sum = 0;
		for (i = 0; i < nr; i++) {
			if (waits[i].tid == (uint32_t)task->tid)
				sum += waits[i].lat_us + 0.5;
		}
		error = sum * 1000 / task->run_delay - 1;
		printf("# %s: %.1f ms printed, %.1f ms in schedstat, %+.2f %%\n",
		       task->name, sum / 1e3, task->run_delay / 1e6, 100 * error);
		/*
		 * schedstat reads a clock that can be old at a switch, by the
		 * time since the wakeup that asked for it: little beside a time
		 * slice, a lot beside the waits of sleepers.
		 *
		 * A wait whose end this kernel hides is printed by nobody.
		 */
		longest = exact() ? NULL : longest_wait(waits, nr, task->tid);
		hidden = longest ? longest->lat_us * 1000.0 / task->run_delay : 0;
		bad += error > 0.01 * more || error < -0.01 * more - hidden;
	}
	return bad;
}

FIXTURE(truth) {
	struct oracle *oracle;
	struct tool tool;
	struct truth truth;
	struct load *load;
	struct tool_wait *waits;
	size_t nr;
	uint64_t from, to;
};

FIXTURE_SETUP(truth)
{
	/* First, so that it reads the clock first at every event. */
	self->oracle = oracle_start();
	ASSERT_NE(NULL, self->oracle);
}

FIXTURE_TEARDOWN(truth)
{
	if (self->load)
		load_free(self->load);
	free(self->waits);
	truth_free(&self->truth);
	tool_free(&self->tool);
}

#define LOAD_NS	(4 * NSEC_PER_SEC)

static bool watch(struct _test_data_truth *self, const char *name, const char *how,
		  const char *min, struct load *(*run)(uint64_t ns), uint64_t ns)
{
	int code;

	if (!tool_start(&self->tool, name,
			ARGS(how, "-T", "mono", "--ring-size", "64M", min))) {
		tool_wait(&self->tool);
		printf("# %s", self->tool.err);
		return false;
	}
	if (!oracle_bracket(self->oracle)) {
		printf("# the oracle cannot look twice\n");
		return false;
	}
	self->from = mono_ns();
	self->load = run(ns);
	self->to = mono_ns();
	code = tool_stop(&self->tool);
	if (!oracle_stop(self->oracle, &self->truth)) {
		printf("# the oracle's log was too small\n");
		return false;
	}
	self->waits = parse_waits(self->tool.out, &self->nr);
	printf("# %zu events\n", self->truth.nr_events);
	if (code || *self->tool.err)
		printf("# exit %d, stderr '%s'\n", code, self->tool.err);
	return self->waits && !code && !*self->tool.err;
}

/*
 * On kernels that hide some events a few starts go unseen, and many while
 * something else runs: see SKIP_IF_BLIND().
 */
static bool is_true(const struct result *res)
{
	/* An emulated CPU also stands still between two instructions. */
	size_t may_be_off = slack() > 1 ? res->judged / 20 : res->judged / 100;
	size_t may_be_far_off = slack() > 1 ? res->judged / 200 : 0;

	return res->judged > 20 && !res->phantoms && !res->overlaps &&
	       !res->missed && res->too_short <= 1 + res->judged / 1000 &&
	       res->off_100us <= may_be_far_off &&
	       res->off_2us <= may_be_off &&
	       (!exact() || !res->unjudged);
}

/*
 * What the oracle did not see is not to be an excuse for anything. A test that
 * has failed remains so, which SKIP() alone would undo.
 */
#define SKIP_IF_BLIND(res)	do {						\
	if (!is_true(&(res)))							\
		break;								\
	if ((res).blind > (res).judged / 20)					\
		SKIP(return, "the CPUs stood still too often");			\
	if ((res).unjudged > (res).printed / 20)				\
		SKIP(return, "too many starts are hidden here");		\
} while (0)

TEST_F_TIMEOUT(truth, every_wait, 300)
{
	struct result res;

	ASSERT_TRUE(watch(self, TOOL, "-P", "0", mixed_load, LOAD_NS));
	compare(self->waits, self->nr, &self->truth, self->from, self->to, 0,
		clock_error(), &res);
	EXPECT_TRUE(is_true(&res));
	if (sysconf(_SC_NPROCESSORS_ONLN) > 1)
		EXPECT_LT(0U, res.migrated);
	SKIP_IF_BLIND(res);
	EXPECT_EQ(0, compare_sums(self->waits, self->nr, self->load));
}

TEST_F_TIMEOUT(truth, waits_over_1ms, 300)
{
	struct result res;

	ASSERT_TRUE(watch(self, TOOL, "-P", "1ms", mixed_load, LOAD_NS));
	compare(self->waits, self->nr, &self->truth, self->from, self->to,
		1000 * USEC, clock_error(), &res);
	EXPECT_TRUE(is_true(&res));
	SKIP_IF_BLIND(res);
}

/* The default threshold: there the cheap way out is taken most often. */
TEST_F_TIMEOUT(truth, waits_over_10ms, 300)
{
	struct result res;

	ASSERT_TRUE(watch(self, TOOL, "-P", "10ms", mixed_load, 2 * LOAD_NS));
	compare(self->waits, self->nr, &self->truth, self->from, self->to,
		10000 * USEC, clock_error(), &res);
	EXPECT_TRUE(is_true(&res));
	SKIP_IF_BLIND(res);
}

/* NTP slews CLOCK_MONOTONIC by so much from now on. */
static bool slew(int ppm)
{
	/* Microseconds that a hundredth of a second has. */
	struct timex timex = { .modes = ADJ_TICK, .tick = 10000 + ppm / 100 };

	return adjtimex(&timex) >= 0;
}

/*
 * From now on the PLL works off an offset of @us: 1 % of a second in the first
 * one, then less and less.
 */
static bool step(int us)
{
	struct timex timex = {
		.modes = ADJ_OFFSET | ADJ_STATUS | ADJ_TIMECONST,
		.status = us ? STA_PLL : 0, .offset = us,
	};

	return adjtimex(&timex) >= 0;
}

/*
 * The run queue's clock and CLOCK_MONOTONIC part, as @bend, by @amount, has
 * them. Still a wait is as long as it was, but for what is slewed meanwhile.
 */
static void bent(struct __test_metadata *_metadata, struct _test_data_truth *self,
		 bool (*bend)(int amount), int amount, const char *threshold, uint64_t min_us)
{
	struct result res;
	bool watched;

	if (!getenv("RUNQSLOWER_TEST_CLOCK"))
		SKIP(return, "bends the clock: in virtual machines only");
	ASSERT_TRUE(bend(amount));
	watched = watch(self, TOOL, "-P", threshold, mixed_load, LOAD_NS);
	bend(0);
	ASSERT_TRUE(watched);
	compare(self->waits, self->nr, &self->truth, self->from, self->to,
		min_us * USEC, clock_error(), &res);
	EXPECT_TRUE(is_true(&res));
	SKIP_IF_BLIND(res);
}

TEST_F_TIMEOUT(truth, clock_slewed_ahead, 300)
{
	bent(_metadata, self, slew, 83300, "10ms", 10000);
}

TEST_F_TIMEOUT(truth, clock_slewed_back, 300)
{
	bent(_metadata, self, slew, -83300, "10ms", 10000);
}

TEST_F_TIMEOUT(truth, clock_slewed_ahead_1ms, 300)
{
	bent(_metadata, self, slew, 83300, "1ms", 1000);
}

TEST_F_TIMEOUT(truth, clock_slewed_back_1ms, 300)
{
	bent(_metadata, self, slew, -5000, "1ms", 1000);
}

TEST_F_TIMEOUT(truth, clock_slewed_ahead_0, 300)
{
	bent(_metadata, self, slew, 5000, "0", 0);
}

TEST_F_TIMEOUT(truth, clock_slewed_back_0, 300)
{
	bent(_metadata, self, slew, -83300, "0", 0);
}

TEST_F_TIMEOUT(truth, clock_of_another_frequency, 300)
{
	bent(_metadata, self, slew, 500, "0", 0);
}

TEST_F_TIMEOUT(truth, clock_stepped, 300)
{
	bent(_metadata, self, step, 40000, "10ms", 10000);
}

TEST_F_TIMEOUT(truth, clock_stepped_back, 300)
{
	bent(_metadata, self, step, -40000, "1ms", 1000);
}

struct blame {
	size_t judged;			/* shares of the load's tasks, of waits from 1 ms on */
	size_t too_much;		/* that the task did not run for */
	size_t too_little;		/* or for longer, and nobody else is said to have */
	size_t blind;			/* or so, but within blind time */
	size_t nr_runtime;		/* shares held against the kernel's account */
	size_t beyond_runtime;		/* more than all that the task ran meanwhile */
};

/*
 * The shares of a wait that stayed on one CPU against the runs that the oracle
 * saw.
 */
static void judge_shares(const struct tool_wait *w, const struct truth *t,
			 const struct load *load, struct blame *b)
{
	uint64_t lat_ns = w->lat_us * USEC, from = w->end_ns - lat_ns;
	/* Percents are rounded; and clipped runs are cut to 1 us. */
	double rounded = 0.012 * lat_ns, off;
	struct tool_share shares[MAX_SHARES];
	size_t nr = parse_shares(w, shares), nr_runs, i;
	double other = 0, said, ran, may, runtime, blind;
	struct timespec tick;

	/* The kernel accounts by a clock that can be old at a switch. */
	clock_getres(CLOCK_MONOTONIC_COARSE, &tick);
	for (i = 0; i < nr; i++) {
		/*
		 * What is no task may still be time that the oracle gives to
		 * one.
		 */
		if (!shares[i].tid && strcmp(shares[i].text, "idle"))
			other += shares[i].percent * lat_ns / 100.0;
	}
	for (i = 0; i < nr; i++) {
		said = shares[i].percent * lat_ns / 100.0;
		/*
		 * Of others than the load's tasks the kernel may hide switches.
		 */
		runtime = load_runtime(load, shares[i].tid, from, w->end_ns);
		if (!shares[i].tid || runtime == UINT64_MAX)
			continue;
		b->nr_runtime++;
		ran = truth_ran(t, atoi(w->path), shares[i].tid, from, w->end_ns, &nr_runs);
		/* The tool reads the clock a little later than the oracle. */
		off = rounded + (25 + 2 * nr_runs) * USEC * slack();
		if (said > runtime + off + tick.tv_nsec && b->beyond_runtime++ < 5)
			printf("# %s/%u at %.6f, %llu us: %u %% to %s, which had %.1f us of runtime\n",
			       w->comm, w->tid, w->end_ns / 1e9,
			       (unsigned long long)w->lat_us, shares[i].percent,
			       shares[i].text, runtime / 1e3);
		if (strchr(w->path, '>'))
			continue;
		may = ran + truth_may_have_run(t, atoi(w->path), shares[i].tid, from, w->end_ns);
		b->judged++;
		if (said <= may + off && ran <= said + other + off)
			continue;
		blind = truth_blind_ns(t, atoi(w->path), from, w->end_ns);
		if (said <= may + off + blind && ran <= said + other + off + blind) {
			b->blind++;
			continue;
		}
		if (said > may + off)
			b->too_much++;
		else
			b->too_little++;
		if (b->too_much + b->too_little <= 5)
			printf("# %s/%u at %.6f, %llu us: %u %% to %s, it ran %.1f us\n",
			       w->comm, w->tid, w->end_ns / 1e9,
			       (unsigned long long)w->lat_us, shares[i].percent,
			       shares[i].text, ran / 1e3);
	}
}

static void compare_blame(const struct tool_wait *waits, size_t nr,
			  const struct truth *t, const struct load *load,
			  uint64_t from, uint64_t to, struct blame *b)
{
	const struct tool_wait *w;

	memset(b, 0, sizeof(*b));
	for (w = waits; w < waits + nr; w++) {
		if (w->end_ns - w->lat_us * USEC > from && w->end_ns < to &&
		    w->lat_us >= 1000)
			judge_shares(w, t, load, b);
	}
	printf("# shares of tasks: %zu judged, %zu too much, %zu too little, %zu blind; %zu against their runtime, %zu beyond it\n",
	       b->judged, b->too_much, b->too_little, b->blind, b->nr_runtime, b->beyond_runtime);
}

/*
 * With -w: the waits are the same, and nobody is blamed for what he did not do.
 */
TEST_F_TIMEOUT(truth, explained, 300)
{
	struct result res;
	struct blame blame;
	size_t may_be_off;

	ASSERT_TRUE(watch(self, TOOL, "-w", "0", mixed_load,
			  (slack() > 1 ? 1 : 3) * LOAD_NS));
	compare(self->waits, self->nr, &self->truth, self->from, self->to, 0,
		clock_error(), &res);
	EXPECT_TRUE(is_true(&res));
	SKIP_IF_BLIND(res);
	compare_blame(self->waits, self->nr, &self->truth, self->load, self->from,
		      self->to, &blame);
	EXPECT_LT(500U, blame.judged);
	EXPECT_LT(500U, blame.nr_runtime);
	/*
	 * As often as between the two looks of the oracle, emulated CPUs stand
	 * still between the scheduler's look at its clock and the first one.
	 */
	if (slack() > 1 && blame.blind > blame.judged / 400)
		SKIP(return, "the CPUs stood still too often");
	/*
	 * A CPU may stand still between the kernel's look at the clock and
	 * ours: often an emulated one, seldom one that a hypervisor takes for
	 * some ms. Then a few waits on it at that moment are off.
	 */
	EXPECT_GE(blame.nr_runtime / (slack() > 1 ? 1000 : 20000), blame.beyond_runtime);
	/*
	 * What a CPU stood still between the scheduler's look at its clock
	 * and the oracle's, which comes first of all programs, is not known.
	 */
	may_be_off = slack() > 1 ? blame.judged / 1000 : exact() ? 0 : blame.judged / 2000;
	EXPECT_GE(may_be_off, blame.too_much);
	EXPECT_GE(may_be_off, blame.too_little);
}

static int by_length(const void *pa, const void *pb)
{
	const struct tool_wait *a = pa, *b = pb;

	return a->lat_us < b->lat_us ? -1 : a->lat_us > b->lat_us;
}

/*
 * The number behind @name in the last line of a histogram, such as "p50
 * 36.4us", in us.
 */
static double percentile_us(const char *out, const char *name)
{
	const char *at = strstr(out, name);
	double value = 0;
	char unit[8] = "";

	if (!at || sscanf(at + strlen(name), " %lf%7s", &value, unit) != 2)
		return -1;
	return !strcmp(unit, "ns") ? value / 1e3 : !strcmp(unit, "us") ? value :
	       !strcmp(unit, "ms") ? value * 1e3 : !strcmp(unit, "s") ? value * 1e6 : -1;
}

/* What -H says against all the waits that another one prints, sorted. */
TEST_F_TIMEOUT(truth, histogram, 300)
{
	static const struct {
		const char *name;
		double percent;
	} all[] = { { "p50", 50 }, { "p90", 90 }, { "p99", 99 }, { "p99.9", 99.9 } };
	double said, low, high;
	struct tool counting;
	size_t i;

	/* Of the load only, which begins after and ends before both tools. */
	tool_spawn(&counting, TOOL, ARGS("-H", "-c", "rqs-"));
	ASSERT_TRUE(tool_await_lines(&counting, 1));
	ASSERT_TRUE(watch(self, TOOL, "-Pcrqs-", "0", mixed_load, LOAD_NS));
	EXPECT_EQ(0, tool_stop(&counting));
	ASSERT_LT(1000U, self->nr);
	qsort(self->waits, self->nr, sizeof(*self->waits), by_length);
	for (i = 0; i < ARRAY_SIZE(all); i++) {
		said = percentile_us(counting.out, all[i].name);
		/* Each reads the clock by itself, which may shift ranks. */
		low = self->waits[(size_t)(self->nr * (all[i].percent - 0.1) / 100)].lat_us;
		high = all[i].percent + 0.1 >= 100 ? self->waits[self->nr - 1].lat_us :
			self->waits[(size_t)(self->nr * (all[i].percent + 0.1) / 100)].lat_us;
		printf("# %s: %.1f us, exactly %.0f to %.0f us\n", all[i].name, said, low,
		       high + 1);
		/* Half a bucket, and three digits are printed. */
		EXPECT_LE(low * 0.98, said);
		EXPECT_GE((high + 1) * 1.02, said);
	}
	tool_free(&counting);
}

/* Does the kernel preempt itself anywhere? */
static bool is_preemptible(void)
{
	char mode[100] = "";
	FILE *f = fopen("/sys/kernel/debug/sched/preempt", "r");
	struct utsname uts;

	if (f) {
		if (!fgets(mode, sizeof(mode), f))
			mode[0] = '\0';
		fclose(f);
		return strstr(mode, "(full)");
	}
	uname(&uts);
	return strstr(uts.version, "PREEMPT_RT") || strstr(uts.version, "PREEMPT ");
}

/*
 * A task that is preempted after it has set its state to sleep, and before it
 * does, waits. The kernel's own account misses that.
 */
TEST_F_TIMEOUT(truth, preempted_on_the_way_to_sleep, 300)
{
	struct result res;

	ASSERT_TRUE(watch(self, TOOL, "-P", "0", sleepy_load, LOAD_NS));
	compare(self->waits, self->nr, &self->truth, self->from, self->to, 0,
		clock_error(), &res);
	EXPECT_TRUE(is_true(&res));
	SKIP_IF_BLIND(res);
	printf("# %zu began on the way to sleep\n", res.dozed);
	if (!res.dozed && !is_preemptible())
		SKIP(return, "this kernel is not preemptible");
	EXPECT_LT(0U, res.dozed);
}

/*
 * Of the test build every 50th event of each hook goes unseen. It may miss
 * waits, or find them shorter than they were. But none spans time that the task
 * ran, and next to none time that it slept. Where it did not see the start it
 * goes by sched_info, which for a task that was preempted is by up to a tick
 * early.
 */
TEST_F_TIMEOUT(truth, no_phantom_when_events_go_unseen, 300)
{
	struct timespec tick;
	struct result res;

	clock_getres(CLOCK_MONOTONIC_COARSE, &tick);

	ASSERT_TRUE(watch(self, TOOL_UNSEEN, "-P", "0", mixed_load, 2 * LOAD_NS));
	compare(self->waits, self->nr, &self->truth, self->from, self->to, 0,
		clock_error() + tick.tv_nsec, &res);
	EXPECT_LT(1000U, res.judged);
	EXPECT_LT(0U, res.missed);	/* the seam works */
	EXPECT_EQ(0U, res.phantoms);
	EXPECT_EQ(0U, res.overlaps);
	/*
	 * Since 6.12 a task that sleeps may still be queued (delayed dequeue),
	 * and sched_info takes it for waiting when it is migrated then. Where
	 * its wakeup goes unseen, too, the tool has nothing else to go by.
	 */
	EXPECT_GE(res.judged / 10000, res.too_long);
}

TEST_HARNESS_MAIN
