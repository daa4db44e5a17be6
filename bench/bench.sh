#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What it costs to run runqslower, against the kernel's and BCC's, in one run:
# rounds are interleaved, so that all see the same machine, and medians are
# compared. KERNEL_SRC is a kernel source tree that still has its own
# tools/bpf/runqslower. The script prints a Markdown table. ROUNDS and LOOPS
# make the run shorter or more exact; BASE is another runqslower of ours, to see
# what a change costs.
set -eu -o pipefail
cd "$(dirname "$0")"

ROUNDS=${ROUNDS:-9}
LOOPS=${LOOPS:-60000}
out=$(cd .. && pwd)/.output
bench=$out/bench
peer=$KERNEL_SRC/tools/bpf/runqslower
bpftool=$out/bpftool/bootstrap/bpftool
libbpf=$out/libbpf/libbpf.a
flags="-O2 -g -I$bench -I$out -I$out/libbpf/include -I$KERNEL_SRC/tools/include/uapi"
cpu=$(($(nproc) - 1))
# What does the least, for each mode: see least.bpf.c.
leasts="least least-light least-why least-hist"
# The rows of the table, in order; those that are not here are left out.
all="floor $leasts kernel bcc base base-1ms base-why \
	ours ours-1ms ours-why ours-light ours-hist ours-waker"

build()
{
	local name

	mkdir -p "$bench"
	for name in floor $leasts; do
		# As in -DLEAST_WHY.
		# shellcheck disable=SC2086 # lists of words
		clang $flags "-D$(tr a-z- A-Z_ <<<"$name")" --target=bpf -c "${name%-*}.bpf.c" \
			-o "$bench/$name.bpf.o"
		"$bpftool" gen object "$bench/$name.o" "$bench/$name.bpf.o"
		"$bpftool" gen skeleton "$bench/$name.o" name floor_bpf >"$bench/$name.skel.h"
		# shellcheck disable=SC2086
		cc $flags -DSKELETON="<$name.skel.h>" floor.c "$libbpf" -lelf -lz -o "$bench/$name"
	done
	# shellcheck disable=SC2086
	cc $flags progstats.c "$libbpf" -lelf -lz -o "$bench/progstats"
	cp "$out/runqslower" "$bench/ours"
	rm -f "$bench/base"
	[ -z "${BASE:-}" ] || cp "$BASE" "$bench/base"

	if [ -f "$peer/runqslower.c" ] && [ ! -d "$peer/engine" ]; then
		mkdir -p "$bench/kernel.d"
		make -s -C "$peer" OUTPUT="$bench/kernel.d/" BPFTOOL="$bpftool" \
			VMLINUX_H="$out/vmlinux.h" >/dev/null
		cp "$bench/kernel.d/runqslower" "$bench/kernel"
	else
		echo "bench: no in-kernel runqslower in $KERNEL_SRC: it is left out" >&2
	fi
	if [ -x /usr/sbin/runqslower ]; then
		cp /usr/sbin/runqslower "$bench/bcc"
	else
		echo "bench: no BCC runqslower (package libbpf-tools): it is left out" >&2
	fi
}

# start NAME [ARG...]: returns when NAME traces, with its PID in $pid.
# The kernel's and BCC's do not flush their header into a pipe by themselves.
start()
{
	local name=$1 line
	shift
	exec {fd}< <(exec stdbuf -oL "$bench/$name" "$@" 2>/dev/null)
	pid=$!
	read -r -u $fd line
	# BCC's and the kernel's print the header just before the last step.
	# Without lines of waits there is no second one.
	# shellcheck disable=SC2034 # only that the line has come matters
	[[ $name = @(floor|least*) ]] || [ "$*" = -H ] || read -r -u $fd line
}

stop()
{
	kill "$pid"
	wait "$pid" 2>/dev/null || true
	exec {fd}<&-
}

# usecs per round trip of two tasks on one CPU
pipe()
{
	taskset -c "$cpu" perf bench sched pipe -l "$LOOPS" 2>/dev/null |
		awk '/usecs\/op/ { print $1 }'
}

# "NAME HOOK ns" for each hook, while pipe() runs
ns_per_run()
{
	local name=$1 before after
	shift
	start "$name" "$@"
	before=$("$bench/progstats" "$pid")
	pipe >/dev/null
	after=$("$bench/progstats" "$pid")
	stop
	paste -d' ' <(echo "$before") <(echo "$after") | awk -v name="$label" '
	{
		hook = $1 ~ /switch|sched_s/ ? "switch" : $1 ~ /waking/ ? "waking" : "wakeup"
		runs[hook] += $5 - $2
		ns[hook] += $6 - $3
	}
	END {
		for (hook in runs)
			if (runs[hook] > 1000)
				print name, hook, ns[hook] / runs[hook]
	}'
}

now_us()
{
	echo "${EPOCHREALTIME/[.,]/}"
}

measure()
{
	local round label name begin

	for ((round = 0; round < ROUNDS; round++)); do
		for label in $labels; do
			set -- ${args[$label]}
			name=$1
			shift
			sysctl -qw kernel.bpf_stats_enabled=1
			ns_per_run "$name" "$@"
			sysctl -qw kernel.bpf_stats_enabled=0
			# Meanwhile the kernel frees what the last tool left.
			echo "none pipe $(pipe)"
			begin=$(now_us)
			start "$name" "$@"
			echo "$label header $(($(now_us) - begin))"
			echo "$label rss $(awk '/VmRSS/ { print $2 }' "/proc/$pid/status")"
			echo "$label pipe $(pipe)"
			stop
		done
	done
}

table()
{
	sort -k1,2 -k3,3n | awk -v all="$all" '
	{
		key = $1 " " $2
		value[key, nr[key]++] = $3
	}
	function median(key) { return value[key, int(nr[key] / 2)] }
	# There is no empty program on sched_waking.
	function like(hook) { return hook == "waking" ? "wakeup" : hook }
	function beyond(label, hook) {
		return median(label " " hook) - median("floor " like(hook))
	}
	function of_kernel(label, hook) {
		return beyond(label, hook) / beyond("kernel", like(hook))
	}
	function ratio(label, hook) {
		if (label == "kernel" || label == "floor" || !nr["kernel " like(hook)])
			return ""
		return sprintf(" (%.2f x)", of_kernel(label, hook))
	}
	function cell(label, hook) {
		if (!nr[label " " hook])
			return "-"
		return sprintf("%.0f%s", beyond(label, hook), ratio(label, hook))
	}
	function slower(label) { return median(label " pipe") - median("floor pipe") }
	function slowdown(label, percent) {
		percent = 100 * (median(label " pipe") / median("none pipe") - 1)
		if (label == "kernel" || label == "floor" || !nr["kernel pipe"])
			return sprintf("%+.1f %%", percent)
		return sprintf("%+.1f %% (%.2f x)", percent, slower(label) / slower("kernel"))
	}
	# What is to be at most so many times what the kernel has. Least: what
	# the programs have that do the least.
	function bar(what, times, limit, least) {
		printf "%s: %.2f x, at most %.2f x: ", what, times, limit
		if (times <= limit)
			print "met"
		else if (least <= limit)
			print "MISSED"
		else
			printf "out of reach, the least is %.2f x\n", least
	}
	function bars(wakeup, waker, pipe) {
		waker = of_kernel("ours-waker", "waking")
		waker += of_kernel("ours-waker", "wakeup") - of_kernel("ours-why", "wakeup")
		wakeup = of_kernel("least", "wakeup")
		pipe = slower("least") / slower("kernel")
		bar("default, wakeup", of_kernel("ours", "wakeup"), 0.40, wakeup)
		bar("default, switch", of_kernel("ours", "switch"), 0.55,
		    of_kernel("least", "switch"))
		bar("1 ms, switch", of_kernel("ours-1ms", "switch"), 0.70,
		    of_kernel("least", "switch"))
		bar("-w, wakeup", of_kernel("ours-why", "wakeup"), 0.80, wakeup)
		bar("-w, switch", of_kernel("ours-why", "switch"), 0.80,
		    of_kernel("least-why", "switch"))
		bar("--light, switch", of_kernel("ours-light", "switch"), 0.12,
		    of_kernel("least-light", "switch"))
		bar("-H, wakeup", of_kernel("ours-hist", "wakeup"), 1, wakeup)
		bar("-H, switch", of_kernel("ours-hist", "switch"), 1,
		    of_kernel("least-hist", "switch"))
		bar("-W, what a wakeup of -w has more", waker, 1)
		bar("default, slowdown beyond empty", slower("ours") / slower("kernel"), 0.5, pipe)
		bar("-w, slowdown beyond empty", slower("ours-why") / slower("kernel"), 0.9,
		    slower("least-why") / slower("kernel"))
		bar("default, start", median("ours header") / median("kernel header"), 1.3)
		bar("-w, start", median("ours-why header") / median("kernel header"), 2.5)
	}
	function times(label, what) {
		return label == "kernel" || !nr["kernel " what] ? "" : sprintf(" (%.2f x)",
			median(label " " what) / median("kernel " what))
	}
	END {
		print "| | wakeup, ns a run beyond empty | switch | waking " \
			"| slowdown of the benchmark (beyond empty) | start to header, ms " \
			"| resident, KiB |"
		print "|---|---|---|---|---|---|---|"
		n = split(all, labels)
		for (i = 1; i <= n; i++) {
			l = labels[i]
			if (!nr[l " switch"])
				continue
			printf "| %s | %s | %s | %s | %s | %.0f%s | %d |\n", l,
				cell(l, "wakeup"), cell(l, "switch"), cell(l, "waking"),
				slowdown(l), median(l " header") / 1000, times(l, "header"),
				median(l " rss")
		}
		if (nr["kernel switch"]) {
			print ""
			bars()
		}
	}'
}

build
declare -A args=([floor]=floor [kernel]=kernel [bcc]=bcc
		 [base]=base [base-1ms]="base 1ms" [base-why]="base -w"
		 [ours]=ours [ours-1ms]="ours 1ms" [ours-why]="ours -w"
		 [ours-light]="ours --light" [ours-hist]="ours -H" [ours-waker]="ours -wW")
for label in $leasts; do
	args[$label]=$label
done
labels=
for label in $all; do
	set -- ${args[$label]}
	[ ! -x "$bench/$1" ] || labels="$labels $label"
done
trap 'sysctl -qw kernel.bpf_stats_enabled=0' EXIT
measure | table
echo
echo "$(uname -r), $(nproc) CPUs, medians of $ROUNDS interleaved rounds;" \
	"perf bench sched pipe on one CPU, threshold 10 ms (ours-1ms: 1 ms; ours-why: -w;" \
	"ours-hist: -H; ours-waker: -wW)."
