#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Does "runqslower -w" name those who had the CPU while a task waited, as
# "perf sched timehist" shows them for the same time?
#
#	[RUNQSLOWER=path] perf_test.sh

export tool=${RUNQSLOWER:-$(dirname "$0")/runqslower}

skip() { printf 'TAP version 13\n1..0 # SKIP %s\n' "$1"; exit 4; }
[ "$(id -u)" -eq 0 ] || skip "not root"
perf sched timehist -h 2>&1 | grep -q -e --next || skip "no perf with sched timehist"
command -v python3 >/dev/null || skip "no python3"
# perf has the PIDs of the initial namespace, the tool those of its own.
[ "$(readlink /proc/self/ns/pid)" = "pid:[4026531836]" ] || skip "in a PID namespace"

export work
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

# The load: tasks wait for one CPU, the last, among few and many others, that
# run for long or not; some wait for any CPU. The load ends by itself, whatever
# becomes of this script.
# shellcheck disable=SC2016,SC2317 # variables of another shell; perf runs it
load()
{
	local spin='while :; do :; done'
	local nap='while sleep "$0"; do i=0; while [ $i -lt 3000 ]; do i=$((i + 1)); done; done'
	local cpu i

	cpu=$(taskset -cp $$ | grep -o '[0-9]*$')
	for i in 1 2 3; do
		taskset -c "$cpu" timeout 8 sh -c "$spin" &
	done
	for i in 0.001 0.003 0.007; do
		taskset -c "$cpu" timeout 8 sh -c "$nap" "$i" &
	done
	for i in 0.002 0.005; do
		timeout 8 sh -c "$nap" "$i" &
	done
	timeout -s KILL 15 "$tool" -w -T mono -d 5 3ms >"$work/waits"
	wait
}
export -f load

# perf begins before the tool and ends after it.
touch "$work/waits"
timeout -s KILL 25 perf sched record -k CLOCK_MONOTONIC -o "$work/data" -- \
	bash -c load >"$work/log" 2>&1
timeout -s KILL 10 perf sched timehist --next -i "$work/data" >"$work/runs" 2>>"$work/log"

python3 - "$work/runs" "$work/waits" <<'END' && exit
import bisect, collections, re, sys

MIN_WAITS = 200
MAX_SKIPPED = 0.1       # of all that perf saw without a gap
TOLERANCE = 2           # points, of a share
MISSING = 3             # points that need no name,
MAX_NAMES = 5           # or more, if there are as many names as can be
MAX_UNKNOWN = 1         # points
GAPS = 'with gaps in perf'
# A hypervisor may take the CPU in the middle of a switch, between the run
# queue's clock, by which the tool goes, and perf's; and the time that it took
# may be in the tool's other.
MAX_OFF = 0.005         # of the waits

def us(decimal):
    return int(decimal.replace('.', ''))

# A line is a task's time on a CPU, printed when that is over. Some kernels hide
# switches: if the task is not the one that was to be next, who ran is not
# known.
RUN = re.compile(r' *([\d.]+) \[(\d+)\] +(?:<idle>|.*\[(-?\d+)[]/]).* ([\d.]+) +next: .*\[(\d+)\]')
runs = collections.defaultdict(list)
following = {}
for line in open(sys.argv[1], errors='replace'):
    m = RUN.match(line)
    if m:
        end, cpu, tid = us(m[1]), int(m[2]), int(m[3] or 0)
        known = following.get(cpu) == tid
        runs[cpu].append((end, end - us(m[4]), tid if known else None))
        following[cpu] = int(m[5])

def by_perf(cpu, start, end):
    """Percent of this time by TID, 0 for idle, None for what is not known."""
    shares = collections.Counter({None: 100})
    for i in range(bisect.bisect(runs[cpu], (start,)), len(runs[cpu])):
        until, since, tid = runs[cpu][i]
        if since >= end:
            break
        part = 100 * (min(until, end) - max(since, start)) / (end - start)
        shares[tid] += part
        shares[None] -= part
    return shares

def by_tool(why):
    """Percent by TID, 0 for idle, or by other cause."""
    shares = collections.Counter()
    for share in re.split(r', (?=\d+% )', why.split('; ')[0]):
        percent, cause = share.split('% ', 1)
        task = re.fullmatch(r'.*/(\d+)(?: \(same \w+\))?', cause)
        shares[int(task[1]) if task else 0 if cause == 'idle' else cause] += int(percent)
    return shares

WAIT = re.compile(r'([\d. ]{17}) .{16} (\d+) +(\d+) (\w+) +([\d.>]+) +(.*)')
off, missing, skipped = [], [], collections.Counter()
mixed = 0
for line in open(sys.argv[2], errors='replace'):
    m = WAIT.match(line)
    if not m or '>' in m[5]:
        continue
    end, why = us(m[1].strip()), m[6]
    perf, tool = by_perf(int(m[5]), end - int(m[3]), end), by_tool(why)
    is_full = len(tool.keys() - {'other'}) >= MAX_NAMES
    # perf knows nothing of time that was taken from a task. Of the tool's
    # other, such time is what is more than the tasks without a name.
    taken = tool.pop('irq', 0) + tool.pop('steal', 0)
    unnamed = {tid: share for tid, share in perf.items() if tid not in tool}
    taken += max(0, tool.pop('other', 0) - sum(unnamed.values()))
    reason = ('of unseen begin' if m[4] == 'unseen' else
              'without history' if 'history covers' in why else
              'for quota' if '% quota /' in why else
              GAPS if perf[None] > MAX_UNKNOWN else
              'with time taken from tasks' if taken > MAX_UNKNOWN else None)
    if reason:
        skipped[reason] += 1
        continue
    mixed += len(tool) > 2
    said = '%s -- perf: %s' % (line.rstrip(), ', '.join(
        '%.1f%% %s' % (share, tid) for tid, share in perf.most_common() if share >= 1))
    off.append((max((abs(perf[name] - tool[name]) for name in tool), default=0) - TOLERANCE, said))
    # The tool names the largest.
    allowed = max(MISSING, min(tool.values()) + TOLERANCE) if is_full else MISSING
    missing.append((max(unnamed.values()) - allowed, said))

failed = False
compared, nr_skipped = len(off), sum(skipped.values())

def test(number, good, what):
    global failed
    failed |= not good
    print('%s %d - %s' % ('ok' if good else 'not ok', number, what))

def test_all(number, results, what):
    wrong = sorted((r for r in results if r[0] > 0), reverse=True)
    test(number, compared and len(wrong) <= MAX_OFF * compared, what)
    if wrong:
        print('# %d are not; so many points beyond:' % len(wrong))
    for points, said in wrong[:5]:
        print('# %.2f: %s' % (points, said))

print('TAP version 13\n1..3')
# The busier the machine is, the more switches some kernels hide.
nr_seen = compared + nr_skipped - skipped[GAPS]
test(1, compared >= MIN_WAITS and compared >= (1 - MAX_SKIPPED) * nr_seen,
     'at least %d waits, and most that perf saw, can be compared' % MIN_WAITS)
print('# %d compared, %d of them with three names or more' % (compared, mixed))
for reason, nr in skipped.items():
    print('# %d %s skipped' % (nr, reason))
test_all(2, off, "shares are within %d points of perf's" % TOLERANCE)
if off:
    print('# the worst is %.2f points off' % (max(off)[0] + TOLERANCE))
test_all(3, missing, 'the tasks that perf shows are named')
sys.exit(failed)
END

sed 's/^/# /' "$work/log"
exit 1
