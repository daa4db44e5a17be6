# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154
#
# What the BPF programs cost: ns a run by hook, the slowdown of two benchmarks,
# the time to start and the memory, of each tool in each mode. Sourced.

# Two tasks on one CPU cannot wait; 200 on all do.
messaging()
{
	perf bench sched messaging -t -g 5 -l "$((LOOPS / 400))" 2>/dev/null |
		awk '/Total time/ { print $3 }'
}

# KiB of maps and programs
kernel_memory()
{
	cat "/proc/$pid/fdinfo/"* 2>/dev/null |
		awk '/^memlock:/ { sum += $2 } END { printf "%d\n", sum / 1024 }'
}

# While the kernel counts runs and ns.
programs_alone()
{
	local label=$1 before after

	shift
	[ "$1" != perf ] || return 0
	sysctl -qw kernel.bpf_stats_enabled=1
	start "$@"
	before=$(progs)
	pipe >/dev/null
	after=$(progs)
	stop
	sysctl -qw kernel.bpf_stats_enabled=0
	ns_between "$before" "$after" | sed "s/^/$label /"
}

# Each benchmark without a tool comes just before the one with the tool, so that
# what is compared is of the same moment.
programs_round()
{
	local label=$1 begin

	shift
	programs_alone "$label" "$@"
	# Meanwhile the kernel frees what the last tool left.
	echo "$label none-pipe $(pipe)"
	echo "$label none-messaging $(messaging)"
	begin=$(now_us)
	start "$@"
	echo "$label header $(($(now_us) - begin))"
	echo "$label rss $(awk '/VmRSS/ { print $2 }' "/proc/$pid/status")"
	echo "$label kernel-memory $(kernel_memory)"
	echo "$label pipe $(pipe)"
	echo "$label messaging $(messaging)"
	stop
}

# The rows of the table, in order; those that are not here are left out.
programs()
{
	local all label labels round
	declare -A args=([floor]=floor [kernel]=kernel [bcc]=bcc-runqslower
			 [bcc-runqlat]="bcc-runqlat 3600" [perf]=perf
			 [base]=base [base-1ms]="base 1ms" [base-why]="base -w"
			 [ours]=ours [ours-1ms]="ours 1ms" [ours-why]="ours -w"
			 [ours-light]="ours --light" [ours-hist]="ours -H"
			 [ours-waker]="ours -wW" [ours-all]="ours -wWP --stack 1ms")

	all="floor $leasts kernel bcc bcc-runqlat perf base base-1ms base-why ours ours-1ms \
		ours-why ours-light ours-hist ours-waker ours-all"
	for label in $leasts; do
		args[$label]=$label
	done
	labels=
	for label in $all; do
		set -- ${args[$label]}
		[ "$1" = perf ] || [ -x "$bench/$1" ] || continue
		labels="$labels $label"
	done
	for ((round = 0; round < ${ROUNDS:-9}; round++)); do
		for label in $labels; do
			# shellcheck disable=SC2086 # a list of words
			programs_round $label ${args[$label]} >"$bench/round.txt"
			sed "s/^/$round /" "$bench/round.txt"
		done
	done >"$bench/programs.txt"
	tr ' ' , <"$bench/programs.txt" | sed '1i round,tool,what,value' >"$bench/programs.csv"
	awk -v all="$all" -f programs.awk "$bench/programs.txt"
	echo
	echo "$(machine); medians of ${ROUNDS:-9} interleaved rounds. Threshold 10 ms (ours-1ms and" \
		"ours-all: 1 ms). ours-why: -w, ours-hist: -H, ours-waker: -wW, ours-all: -wWP" \
		"--stack. Slowdown: of sched pipe on one CPU and of sched messaging on all, with" \
		"the quartiles."
}
