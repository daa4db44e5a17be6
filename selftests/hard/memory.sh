#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Does the tool need more memory the longer it traces? Three of it, which have
# all options between them, trace a load of threads and processes that come and
# go and change CPUs, for MINUTES (30). Each minute what each has is printed.
# Memory must not grow, and all that the programs saw must be printed or counted
# as lost.
#
#	[MINUTES=30] RUNQSLOWER=path memory.sh
cd "$(dirname "$0")/.." || exit 1
. build/tap.sh
tool=$(realpath "${RUNQSLOWER:?the tool}")
minutes=${MINUTES:-30}

for program in stress-ng perf; do
	command -v $program >/dev/null || skip_all "no $program"
done
work=$(mktemp -d) || exit 1
children=()
trap 'kill "${children[@]}" 2>/dev/null; wait; rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

# The benchmark has a session of its own, because its tasks outlive it.
load()
{
	local stress bench

	stress-ng --quiet --switch 2 --fork 2 --pthread 2 --sem 2 --timeout 0 &
	stress=$!
	trap 'kill $stress -$bench; wait; exit' TERM
	while :; do
		setsid perf bench sched messaging -g 25 -l 50 &
		bench=$!
		wait $bench
	done
}

names=(waits totals histogram)
declare -A options=(
	[waits]="-vjwPW -S10ms -i 1s --metrics $work/prom --trace $work/trace 1ms"
	[totals]="-vs --by process -i 10s --to $work/totals 0"
	[histogram]="-vH -i 10s --to $work/histogram 0"
)
declare -A pid peak late

# process_of NAME: KiB
process_of() { awk '/^VmRSS:/ { print $2 }' "/proc/${pid[$1]}/status"; }

# maps_of NAME: KiB of its maps, the storage of tasks included where the kernel
# counts that
maps_of()
{
	# Some are closed by now.
	cat "/proc/${pid[$1]}/fdinfo/"* 2>/dev/null |
		awk '/^memlock:/ { bytes += $2 } END { print int(bytes / 1024) }'
}

begin()
{
	local name

	load >"$work/load" 2>&1 &
	children+=($!)
	for name in "${names[@]}"; do
		# shellcheck disable=SC2086 # words
		"$tool" ${options[$name]} 2>"$work/$name.err" > >(grep -c '"type":"wait"' >"$work/$name.lines") &
		pid[$name]=$!
		children+=($!)
	done
}

# note MINUTE NAME WHAT KIB
note()
{
	local third=$(((minutes - 2) / 3))

	if [ "$1" -le $((2 + third)) ]; then
		[ "$4" -le "${peak[$2 $3]:-0}" ] || peak[$2 $3]=$4
	elif [ "$1" -gt $((minutes - third)) ]; then
		late[$2 $3]+="$4 "
	fi
}

# In the last third, is the median larger than the peak of the first one by more
# than a tenth and 4 MiB? Peaks come late, too, because what the tool has not
# read yet piles up whenever the tool has to wait for a CPU.
tell_grown()
{
	local what before now

	for what in "${!late[@]}"; do
		before=${peak[$what]}
		now=$(tr ' ' '\n' <<<"${late[$what]% }" | sort -n |
			awk '{ of[NR] = $1 } END { print of[int((NR + 1) / 2)] }')
		[ "$now" -le $((before + before / 10 + 4096)) ] ||
			echo "$what: $before KiB at most at first, $now KiB later"
	done
}

flat()
{
	local began=$SECONDS minute name process maps

	printf '# minute, KiB of each as process + maps\n' >&3
	for ((minute = 1; minute <= minutes; minute++)); do
		sleep $((began + 60 * minute > SECONDS ? began + 60 * minute - SECONDS : 0))
		printf '# %d:' "$minute" >&3
		for name in "${names[@]}"; do
			kill -0 "${pid[$name]}" || { echo "$name has ended"; return 1; }
			process=$(process_of "$name") maps=$(maps_of "$name")
			printf ' %s %d + %d' "$name" "$process" "$maps" >&3
			note "$minute" "$name" process "$process"
			note "$minute" "$name" maps "$maps"
		done
		printf '\n' >&3
	done
	tell_grown
}

# All end when told, and say how many waits they saw: seen = taken + lost, and
# what was taken has been printed.
counted()
{
	local name said seen taken lost

	for name in "${names[@]}"; do
		kill "${pid[$name]}"
		tail --pid="${pid[$name]}" -f /dev/null
		said=$(grep 'over the threshold' "$work/$name.err")
		[[ $said =~ ([0-9]+)\ waits.*\ ([0-9]+)\ taken ]] || return
		seen=${BASH_REMATCH[1]} taken=${BASH_REMATCH[2]}
		# A wait that is lost for another reason is not over.
		lost=$(awk '/: no room in the ring buffer \(/ { nr += $3 } END { print nr + 0 }' \
			"$work/$name.err")
		echo "# $name: $seen waits, $taken taken, $lost lost" >&3
		[ "$seen" -gt 1000 ] || echo "$name: no load"
		same "$seen" $((taken + lost))
		[ "$name" = waits ] || continue
		until [ -s "$work/waits.lines" ]; do sleep 0.1; done
		same "$taken" "$(cat "$work/waits.lines")"
	done
}

kernel_is_silent()
{
	dmesg | tail -n +"$dmesg_before" | grep -E 'BUG|WARN|Call Trace|BPF|runqslower|hung'
	[ $? -eq 1 ]
}

exec 3>&1
echo "TAP version 13"
echo "1..3"
# shellcheck disable=SC2034 # says_nothing counts
nr=0 failed=0
dmesg_before=$(($(dmesg | wc -l) + 1))
begin
says_nothing "memory is flat for $minutes minutes" flat
says_nothing "all that was seen is printed or counted" counted
says_nothing "the kernel says nothing" kernel_is_silent
exit $failed
