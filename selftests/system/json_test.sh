#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Is every line of "runqslower -o json" what --json-schema says, do the numbers
# in it add up, and has "-o csv" the same in a form that others can read?
#
#	[RUNQSLOWER=path] json_test.sh

tool=${RUNQSLOWER:-$(dirname "$0")/runqslower}

skip() { printf 'TAP version 13\n1..0 # SKIP %s\n' "$1"; exit 4; }
[ "$(id -u)" -eq 0 ] || skip "not root"
# The first python3 that is found may be another one than the distribution's.
for python in python3 /usr/bin/python3 none; do
	"$python" -c 'from jsonschema import Draft202012Validator' 2>/dev/null && break
done
[ "$python" != none ] || skip "no python3-jsonschema of 4.0 or later"

exec timeout -s KILL 120 "$python" - "$tool" <<'END'
import atexit, collections, csv, datetime, io, json, os, re, resource, signal, subprocess
import sys, tempfile, time
from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

tool = sys.argv[1]
CPU = max(os.sched_getaffinity(0))
SECONDS = 2
MIN_WAITS = 50
MAX_VALIDATED = 3000    # of one type
NASTY = b'q"b\\s\nn\xff,\xc3\xa4\x1b'

# The load. It ends by itself, whatever becomes of this script.
children = []

def child(work, name=b'json_test', priority=0):
    """Do @work on one CPU, again and again."""
    pid = os.fork()
    if pid:
        children.append(pid)
        return
    try:
        end = time.monotonic() + 25
        os.sched_setaffinity(0, {CPU})
        with open('/proc/self/comm', 'wb', 0) as comm:
            comm.write(name)
        if priority:
            os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(priority))
        while time.monotonic() < end:
            work()
    finally:
        os._exit(0)

def spin(seconds=0.01):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        pass

def nap():
    time.sleep(0.003)
    spin(0.001)

def hog():
    """What has not SCHED_FIFO is kept waiting for a while."""
    spin(0.3)
    time.sleep(0.05)

def quick():
    time.sleep(0.000001)

def start_spinners():
    child(spin)
    child(spin, NASTY)
    child(nap)

def end_load():
    while children:
        pid = children.pop()
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)

atexit.register(end_load)
failed = False
number = 0

def test(good, what):
    global failed, number
    number += 1
    failed |= not good
    print('%s %d - %s' % ('ok' if good else 'not ok', number, what), flush=True)

def say(what):
    print('# ' + what[:500].encode('ascii', 'backslashreplace').decode())

def bytes_of(name):
    return name.encode('utf-8', 'surrogateescape')

def run(*args):
    """What the tool writes to stdout, and how many waits it says it has printed
    and lost."""
    result = subprocess.run([tool, '-v', '-d', str(SECONDS), *args], timeout=30,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    said = re.search(rb'(\d+) taken, (\d+) lost\n', result.stderr)
    if result.returncode or not said:
        say('%s: exit code %d, %r' % (args, result.returncode, result.stderr[-300:]))
        return result.stdout, -1, -1
    return result.stdout, int(said[1]), int(said[2])

def run_json(*args):
    out, printed, lost = run('-j', *args)
    records = [json.loads(line) for line in out.decode('utf-8').splitlines()]
    records_of_all_runs.extend(records)
    by_type = collections.defaultdict(list)
    for record in records:
        by_type[record['type']].append(record)
    return by_type, printed, lost

def run_csv(*args):
    """The records, the number of lines, and how many waits the tool says."""
    out, printed, lost = run('-o', 'csv', *args)
    text = out.decode('utf-8', 'surrogateescape')
    rows = csv.DictReader(io.StringIO(text, newline=''), strict=True)
    return list(rows), text.count('\n'), printed

def all_hold(records, holds):
    """Is @holds true of all records, and are there any? The first few of which
    it is not true are shown."""
    wrong = [record for record in records if not holds(record)]
    for record in wrong[:3]:
        say(str(record))
    return bool(records) and not wrong

print('TAP version 13\n1..17')
schema = json.loads(subprocess.check_output([tool, '--json-schema'], timeout=10))
Draft202012Validator.check_schema(schema)
records_of_all_runs = []

# Waits, with all there is about them.
child(hog, priority=50)
start_spinners()
found, printed, lost = run_json('-wW', '--stack', '--stalled=100ms', '--cost', '1ms')
rows, lines, csv_printed = run_csv('-wW', '--stack', '--stalled=100ms', '1ms')
end_load()
waits = found['wait']

test(printed == len(waits) >= MIN_WAITS, 'every wait is a record')
test(all_hold(waits + found['stalled'],
              lambda r: sum(s['ns'] for s in r['shares']) == r['wait_ns'] and
              r['uncovered_ns'] <= r['wait_ns'] and r['wakeup_ns'] <= r['wait_ns'] and
              r['cpus'][-1] == r['cpu'] and
              r['shares'] == sorted(r['shares'], key=lambda s: -s['ns'])),
     'shares add up to the wait')
test(any(r['comm'] == 'json_test' and r['cpu'] == CPU and r['wait_ns'] > 1000000
         for r in found['stalled']), 'a task that is starved is stalled')
test({NASTY} == {bytes_of(r['comm']) for r in waits if 'q"b' in r['comm']} and
     NASTY in {bytes_of(s['comm']) for r in waits for s in r['shares'] if 'comm' in s},
     'a name keeps every byte')
test(all_hold(found['cost'], lambda r: r['ns_per_run'] is None if not r['runs'] else
              abs(r['ns_per_run'] - r['ns'] / r['runs']) < 0.1) and
     any(r['runs'] for r in found['cost']), 'programs have a cost')

# CSV: a line is a record; '?' is for what would break it.
csv_waits = [r for r in rows if r['type'] == 'wait']
PARTS = [name for name in rows[0] if name.endswith('_ns') and
         name not in ('mono_ns', 'wait_ns', 'top_ns')]
test(csv_printed == len(csv_waits) >= MIN_WAITS and len(rows) + 1 == lines and
     all_hold(rows, lambda r: None not in r and None not in r.values() and
              sum(int(r[part]) for part in PARTS) == int(r['wait_ns']) and
              int(r['top_ns'] or 0) <= int(r['task_ns'])) and
     any(r['type'] == 'stalled' for r in rows) and
     {NASTY.replace(b'\n', b'?').replace(b'\x1b', b'?')} ==
     {bytes_of(r['comm']) for r in csv_waits if 'q"b' in r['comm']},
     'CSV has the same')

test(all_hold(waits, lambda r: r['stack'][0].startswith('__schedule')) and
     all_hold(csv_waits, lambda r: r['stack'].startswith('__schedule')),
     'stacks begin in the scheduler')

# Totals.
start_spinners()
found, printed, lost = run_json('-sH', '-i', '1s', '1ms')
SHORT = '-d', '1'        # instead of SECONDS: the last -d counts
csv_summary = run_csv(*SHORT, '-s', '1ms')[0]
csv_histogram = run_csv(*SHORT, '-H', '1ms')[0]
by = {what: run_json(*SHORT, '-s', '--by', what, '1ms')[0]['summary'][-1]
      for what in ('process', 'comm', 'cgroup')}
end_load()

def total(table):
    return sum(int(r['ns']) for r in csv_summary if r['table'] in table)

summaries = [r for r in found['summary'] if r['waits']]
test(sum(r['waits'] for r in summaries) == printed >= MIN_WAITS and not found['wait'],
     'every wait is in a summary')
def rest_fits(r, entries, ns, whole):
    rest = r[entries + '_rest_ns']
    return 0 <= rest <= whole == rest + sum(entry[ns] for entry in r[entries])

test(all_hold(summaries, lambda r: sum(r['causes'].values()) == r['wait_ns'] and
              rest_fits(r, 'waiters', 'wait_ns', r['wait_ns']) and
              rest_fits(r, 'culprits', 'ns', r['causes']['task']) and
              rest_fits(r, 'cgroups', 'ns', r['causes']['task']) and
              r['mono_ns'] > r['since_mono_ns']) and
     total(['all']) == total(['cause']) == total(['waiter', 'waiters_rest']) > 0 and
     total(['culprit', 'culprits_rest']) == total(['cgroups', 'cgroups_rest']) > 0,
     'the tables of a summary add up')
waiters = [(r, w) for r in summaries for w in r['waiters']]
columns = [cause + '_ns' for cause in summaries[0]['causes']] if summaries else []
test(all_hold(waiters, lambda pair: sum(pair[1]['causes'].values()) == pair[1]['wait_ns'] and
              0 < sum(s['ns'] for s in pair[1]['shares']) <= pair[1]['wait_ns'] and
              summaries[0]['since_mono_ns'] - 10**9 < pair[1]['max_mono_ns'] <=
              pair[0]['mono_ns']) and
     all_hold([r for r in csv_summary if r['table'] == 'waiter'],
              lambda r: sum(int(r[c]) for c in columns) == int(r['ns'])),
     'the time of a waiter adds up by cause, and the longest wait ended meanwhile')
def keys(what, *names):
    return all(set(w) & {'comm', 'tid', 'pid', 'cgroup'} == set(names)
               for w in by[what]['waiters'] + by[what]['culprits'])

test(all(s['by'] == what and s['waits'] for what, s in by.items()) and
     keys('process', 'comm', 'pid') and keys('comm', 'comm') and keys('cgroup', 'cgroup'),
     'totals by process, by name and by cgroup')
test(all_hold(found['histogram'], lambda r: sum(b['count'] for b in r['buckets']) == r['count'] and
              all(b['to_ns'] is None or b['from_ns'] < b['to_ns'] for b in r['buckets']) and
              r['p50_ns'] <= r['p90_ns'] <= r['p99_ns'] <= r['p99_9_ns'] <= r['max_ns']) and
     sum(r['count'] for r in found['histogram']) >= sum(r['waits'] for r in summaries) and
     sum(int(r['count']) for r in csv_histogram) >= MIN_WAITS,
     'the buckets of a histogram add up')

# Metrics of the same waits: seconds with nine decimals, so all ns are there.
def metrics_of(path):
    """The value of each series in ns or as a count, and the number of lines."""
    lines = [line for line in open(path, encoding='utf-8') if line[0] != '#']
    pairs = [line.rsplit(' ', 1) for line in lines]
    return {name: int(value.replace('.', '')) for name, value in pairs}, len(lines)

def escaped(label):
    return label.replace('\\', '\\\\').replace('"', '\\"')

start_spinners()
with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, 'a.prom')
    found, printed, lost = run_json('-w', '--metrics', path, '-i', '300ms', '1ms')
    metrics, lines = metrics_of(path)
end_load()
expected = collections.Counter()
for r in found['wait']:
    group = r['cgroup'] if (r['cgroup'] or '').startswith('/') else 'other'
    for s in r['shares']:
        expected['runqslower_waited_seconds_total{cause="%s"}' % s['cause']] += s['ns']
        expected['runqslower_cgroup_waited_seconds_total{id="%s",cause="%s"}' %
                 (escaped(group), s['cause'])] += s['ns']
got = {name: ns for name, ns in metrics.items() if 'waited_seconds' in name and ns}
for name in set(got) ^ set(expected):
    say('%s: %s, not %s' % (name, got.get(name), expected.get(name)))
test(got == expected and len(metrics) == lines and
     metrics['runqslower_waits_over_threshold_total'] == printed +
     metrics['runqslower_lost_waits_total{reason="ring_buffer"}'] >= MIN_WAITS and
     metrics['runqslower_wait_seconds_count'] >= printed and
     metrics['runqslower_wait_seconds_sum'] * 1.016 >= sum(r['wait_ns'] for r in found['wait']),
     'metrics have the same')

# More waits than there is room for.
for _ in range(8):
    child(quick)
found, printed, lost = run_json('--ring-size', str(resource.getpagesize()), '0')
end_load()
test(lost > 0 and sum(r['waits'] for r in found['lost']) == lost and
     printed == len(found['wait']), 'lost waits are told of')

# The records of all these runs; of waits there may be very many.
validator = Draft202012Validator(schema)
wrong, valid = 0, collections.Counter()
for record in records_of_all_runs:
    if valid[record['type']] == MAX_VALIDATED:
        continue
    error = best_match(validator.iter_errors(record))
    if not error:
        valid[record['type']] += 1
        continue
    wrong += 1
    if wrong <= 3:
        say('%s: %s' % (error.message, record))
test(not wrong and set(valid) == {'wait', 'stalled', 'summary', 'histogram', 'lost', 'limits',
                                  'cost'},
     'records of every type are as in the schema')
say(', '.join('%d %s' % (nr, name) for name, nr in valid.items()))

# One record of each type, changed in every way that the schema is to refuse.
def without(record, key):
    return {k: v for k, v in record.items() if k != key}

OPTIONAL = {'migrations', 'cpu_cgroup', 'stack'}
PLAIN = ['type', 'time', 'mono_ns', 'wait_ns', 'comm', 'tid', 'pid', 'cpu', 'prev']
accepted = []
of_type = {record['type']: record for record in records_of_all_runs if
           record['type'] not in ('wait', 'stalled') or 'waker' in record}
for record in of_type.values():
    changed = [without(record, key) for key in record if key not in OPTIONAL]
    changed += [{**record, key: {}} for key in record]
    changed += [{**record, 'other': 0}, {**record, 'type': 'other'}, {**record, 'mono_ns': -1},
                {**record, 'time': record['time'][:-1]}]
    accepted += [r for r in changed if validator.is_valid(r)]
wait = of_type['wait']
task = {'kind': 'task', 'comm': '', 'tid': 0, 'pid': 0}
share = {'cause': 'task', 'ns': 1, 'comm': '', 'tid': 0, 'pid': 0, 'cgroup': None,
         'same_process': False, 'same_cgroup': False, 'policy': 'normal', 'prio': 120}
quota = {'cause': 'quota', 'ns': 1, 'cgroup': '/'}
ranks = {**share, 'class': 'fifo', 'rt_priority': 50, 'outranks': True, 'fair_server': True}
held = {'cause': 'sched_ext', 'ns': 1, 'scheduler': 'simple'}
changed = [{**of_type['stalled'], 'prev': wait['prev']},
           {**{key: wait[key] for key in PLAIN}, 'migrations': 5}]
changed += [{**wait, 'waker': r} for r in
            [without(task, 'tid'), {**task, 'kind': 'irq'}, {**task, 'kind': 'other'}]]
changed += [{**wait, 'shares': [r]} for r in
            [without(share, key) for key in share] +
            [{**share, 'cause': 'irq'}, {**share, 'policy': 'x'}, {**share, 'cause': 'other'}, {**quota, 'tid': 0},
             {**quota, 'cause': 'steal'}, without(quota, 'cgroup'), {**quota, 'cause': 'x'},
              {**quota, 'outranks': True}, {**ranks, 'class': 'x'}, without(held, 'scheduler')]]
changed += [{**wait, 'cpus': []}, {**wait, 'idle_cpus': [1, 1]}, {**wait, 'cgroup': 'x'}]
accepted += [r for r in changed if r != wait and validator.is_valid(r)]
for record in accepted[:3]:
    say('accepted: %s' % record)
test(len(of_type) == 7 and not accepted and
     all(validator.is_valid({**wait, **r}) for r in
         [{'waker': task}, {'migrations': 5}, {'shares': [share, quota, ranks, held]},
          {'cpu_cgroup': '/'}]) and
     validator.is_valid({key: wait[key] for key in PLAIN}),
     'the schema refuses what is not in a record')

def wall_ahead(record):
    """How far the wall clock is ahead of CLOCK_MONOTONIC, ns."""
    date, ns, zone = re.fullmatch(r'(.*)\.(\d{9})(.*)', record['time']).groups()
    seconds = datetime.datetime.strptime(date + zone, '%Y-%m-%dT%H:%M:%S%z').timestamp()
    return int(seconds) * 1000000000 + int(ns) - record['mono_ns']

now = time.time_ns() - time.monotonic_ns()
test(all_hold(records_of_all_runs[::50], lambda r: abs(wall_ahead(r) - now) < 100000000),
     'times are of the wall clock, with the zone')
sys.exit(failed)
END
