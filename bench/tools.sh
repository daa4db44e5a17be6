# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# The tools that are compared: how each is built, started and stopped. Sourced,
# from the directory of this file.
out=$(cd .. && pwd)/.output
bench=$out/bench
bpftool=$out/bpftool/bootstrap/bpftool
# The CPU that benchmarks of one CPU are pinned to.
cpu=$(($(nproc) - 1))
# What does the least, for each mode: see least.bpf.c.
leasts="least least-light least-why least-hist"

build_floors()
{
	local flags="-O2 -g -I$bench -I$out -I$out/libbpf/include -I$KERNEL_SRC/tools/include/uapi"
	local libbpf=$out/libbpf/libbpf.a name

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
	cc -O2 tasks.c -pthread -o "$bench/tasks"
}

# The kernel's and BCC's: what is not there is left out.
build_peers()
{
	local peer=$KERNEL_SRC/tools/bpf/runqslower name

	if [ -f "$peer/runqslower.c" ] && [ ! -d "$peer/engine" ]; then
		mkdir -p "$bench/kernel.d"
		make -s -C "$peer" OUTPUT="$bench/kernel.d/" BPFTOOL="$bpftool" \
			VMLINUX_H="$out/vmlinux.h" >/dev/null
		cp "$bench/kernel.d/runqslower" "$bench/kernel"
	else
		echo "bench: no in-kernel runqslower in $KERNEL_SRC: it is left out" >&2
	fi
	for name in runqslower runqlat; do
		if [ -x "/usr/sbin/$name" ]; then
			cp "/usr/sbin/$name" "$bench/bcc-$name"
		else
			echo "bench: no BCC $name (package libbpf-tools): it is left out" >&2
		fi
	done
}

build()
{
	mkdir -p "$bench"
	build_floors
	build_peers
	cp "$out/runqslower" "$bench/ours"
	rm -f "$bench/base"
	[ -z "${BASE:-}" ] || cp "$BASE" "$bench/base"
}

# perf says by a second FIFO when it records.
start_perf()
{
	local answer

	rm -f "$bench/control" "$bench/answer"
	mkfifo "$bench/control" "$bench/answer"
	perf sched record -q -D -1 --control="fifo:$bench/control,$bench/answer" \
		-o "$bench/perf.data" >/dev/null 2>&1 &
	pid=$!
	echo enable >"$bench/control"
	# shellcheck disable=SC2034 # only that it has come matters
	read -r answer <"$bench/answer"
}

# start NAME [ARG...]: returns when NAME traces, with its PID in $pid.
# The kernel's and BCC's do not flush their header into a pipe by themselves.
start()
{
	local name=$1 line

	shift
	if [ "$name" = perf ]; then
		start_perf
		return
	fi
	exec {fd}< <(exec stdbuf -oL "$bench/$name" "$@" 2>/dev/null)
	pid=$!
	read -r -u $fd line
	# The kernel's and BCC's runqslower print the header just before the last
	# step. Without lines of waits there is no second one.
	# shellcheck disable=SC2034
	[[ $name = @(floor|least*|bcc-runqlat) ]] || [ "$*" = -H ] || read -r -u $fd line
}

# start_into FILE NAME [ARG...]: the same for ours with its output in FILE
start_into()
{
	local file=$1 name=$2

	shift 2
	"$bench/$name" "$@" >"$file" 2>"$file.err" &
	pid=$!
	# Links are what is made last.
	until cat "/proc/$pid/fdinfo/"* 2>/dev/null | grep -q '^link_id:'; do
		kill -0 "$pid"
	done
}

stop()
{
	kill "$pid"
	wait "$pid" 2>/dev/null || true
	[ -z "${fd:-}" ] || exec {fd}<&-
	fd=
}

# "PROGRAM RUNS NS" of each program of the tool that is started
progs()
{
	"$bench/progstats" "$pid"
}

# ns_between BEFORE AFTER: "HOOK NS" for each hook, from two outputs of progs
ns_between()
{
	paste -d' ' <(echo "$1") <(echo "$2") | awk '
	{
		hook = $1 ~ /switch|sched_s/ ? "switch" : $1 ~ /waking/ ? "waking" : "wakeup"
		runs[hook] += $5 - $2
		ns[hook] += $6 - $3
	}
	END {
		for (hook in runs)
			if (runs[hook] > 1000)
				print hook, ns[hook] / runs[hook]
	}'
}

# usecs per round trip of two tasks on one CPU
pipe()
{
	taskset -c "$cpu" perf bench sched pipe -l "$LOOPS" 2>/dev/null |
		awk '/usecs\/op/ { print $1 }'
}

now_us()
{
	echo "${EPOCHREALTIME/[.,]/}"
}

machine()
{
	echo "$(uname -r), $(nproc) CPUs ($(awk -F': ' '/^model name/ { print $2; exit }' \
		/proc/cpuinfo)), $(date +%F)"
}
