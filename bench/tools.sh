# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# The tools that are compared: how each is built, started and stopped. Sourced,
# from the directory of this file.
out=$(cd .. && pwd)/.output
bench=$out/bench
bpftool=$out/bpftool/bootstrap/bpftool
# Of the tool that is started, in memory.
output=/dev/shm/bench.$$
pid=
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

	rm -f "$bench/kernel" "$bench"/bcc-*
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

# perf says by a second FIFO when it records. Both are open for reading and
# writing, because perf may die.
start_perf()
{
	local answer control

	rm -f "$bench/control" "$bench/answer"
	mkfifo "$bench/control" "$bench/answer"
	exec {control}<>"$bench/control" {answer}<>"$bench/answer"
	perf sched record -q -D -1 --control="fifo:$bench/control,$bench/answer" \
		-o "$bench/perf.data" >/dev/null 2>&1 &
	pid=$!
	echo enable >&$control
	# shellcheck disable=SC2034 # only that it has come matters
	read -r -t 20 line <&$answer || die "perf does not record"
	exec {control}>&- {answer}>&-
}

# start NAME [ARG...]: returns when NAME traces, with its PID in $pid. Its
# output is in a file, because a pipe that nobody reads would stop it. The
# kernel's and BCC's do not flush their header by themselves.
start()
{
	# BCC's and the kernel's print the header just before the last step.
	local lines=2 fd follower line

	case $* in
	perf) start_perf; return ;;
	floor|least*|bcc-runqlat*|"ours -H") lines=1 ;;
	esac
	: >"$output"
	stdbuf -oL "$bench/$1" "${@:2}" >>"$output" 2>"$output.err" &
	pid=$!
	exec {fd}< <(exec tail -n +1 -f --pid="$pid" "$output")
	follower=$!
	for ((; lines; lines--)); do
		# shellcheck disable=SC2034 # only that it has come matters
		read -r -u $fd line || die "$*: $(tail -n 1 "$output.err")"
	done
	kill "$follower"
	exec {fd}<&-
}

# As start, where no header comes: the links are what is made last.
start_quiet()
{
	local before=0 links

	"$bench/$1" "${@:2}" >"$output" 2>"$output.err" &
	pid=$!
	until links=$(cat "/proc/$pid/fdinfo/"* 2>/dev/null | grep -c '^link_id:'); \
			[ "$links" -gt 0 ] && [ "$links" -eq "$before" ]; do
		kill -0 "$pid" 2>/dev/null || die "$*: $(tail -n 1 "$output.err")"
		before=$links
		sleep 0.1
	done
}

stop()
{
	kill "$pid" 2>/dev/null || true
	wait "$pid" 2>/dev/null || true
	pid=
	rm -f "$bench/perf.data" "$bench/perf.data.old"
}

# What runs beside: ended by end_others, or when the benchmark ends.
others=
beside()
{
	"$@" >/dev/null 2>&1 &
	others="$others $!"
}

end_others()
{
	# shellcheck disable=SC2086 # a list of words
	[ -z "$others" ] || { kill $others; wait $others; } 2>/dev/null || true
	others=
}

die()
{
	echo "bench: $*" >&2
	exit 1
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
