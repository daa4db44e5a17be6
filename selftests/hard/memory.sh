#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Does the tool need more memory the longer it traces? Three of it, which have
# all options between them, trace a load of threads and processes that come and
# go and change CPUs, for MINUTES (30). Each minute what each has is printed. It
# must not grow after the second minute, and all that the programs saw must be
# printed or counted as lost.
#
#	[MINUTES=30] memory.sh DIRECTORY	where the tests were built
cd "$(dirname "$0")/.." || exit 1
. build/tap.sh
tool=$(realpath "${1:?where the tests were built}")/runqslower
minutes=${MINUTES:-30}

for program in stress-ng perf; do
	command -v $program >/dev/null || skip_all "no $program"
done
work=$(mktemp -d) || exit 1
children=()
trap 'kill "${children[@]}" 2>/dev/null; wait; rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

load()
{
	local stress bench

	stress-ng --quiet --switch 2 --fork 2 --pthread 2 --sem 2 --timeout 0 &
	stress=$!
	trap 'kill $stress $bench; wait; exit' TERM
	while :; do
		perf bench sched messaging -g 25 -l 50 &
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
declare -A pid rss kernel

# rss_of NAME: KiB
rss_of() { sed -n 's/^VmRSS:[^0-9]*\([0-9]*\).*/\1/p' "/proc/${pid[$1]}/status"; }

# kernel_of NAME: KiB of its maps, the storage of tasks included where the
# kernel counts that
kernel_of()
{
	local fd bytes=0 n

	for fd in "/proc/${pid[$1]}/fdinfo/"*; do
		n=$(sed -n 's/^memlock:[^0-9]*\([0-9]*\).*/\1/p' "$fd" 2>/dev/null)
		bytes=$((bytes + ${n:-0}))
	done
	echo $((bytes / 1024))
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

# grown NAME WHAT BEFORE NOW: more than a tenth and 4 MiB?
grown()
{
	[ "$4" -gt $(($3 + $3 / 10 + 4096)) ] || return
	echo "$1: $2 was $3 KiB after two minutes, now $4 KiB"
}

flat()
{
	local minute name r k bad=0

	printf '# minute, KiB of each as process + maps\n' >&3
	for ((minute = 1; minute <= minutes; minute++)); do
		sleep 60
		printf '# %d:' "$minute" >&3
		for name in "${names[@]}"; do
			kill -0 "${pid[$name]}" || { echo "$name has ended"; return 1; }
			r=$(rss_of "$name") k=$(kernel_of "$name")
			printf ' %s %d + %d' "$name" "$r" "$k" >&3
			if [ "$minute" -le 2 ]; then
				rss[$name]=$r kernel[$name]=$k
				continue
			fi
			grown "$name" process "${rss[$name]}" "$r" && bad=1
			grown "$name" maps "${kernel[$name]}" "$k" && bad=1
		done
		printf '\n' >&3
	done
	return $bad
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
