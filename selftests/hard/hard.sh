#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What "make check-hard" runs: tests that take long, or need a machine that
# does nothing else. About an hour.
#
#	[MINUTES=30] hard.sh DIRECTORY	where the tests were built
set -o pipefail
cd "$(dirname "$0")/.." || exit 1
built=$(realpath "${1:?where the tests were built}")
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
passed=0 failed=0

# part NAME COMMAND...: prints TAP, and its exit status agrees
part()
{
	local name=$1 log=$work/log
	shift

	echo "# $name"
	"$@" 2>&1 </dev/null | tee "$log"
	case $? in
	0 | 4)	;;
	*)	grep -q '^not ok ' "$log" || { echo "not ok - $name"; failed=$((failed + 1)); } ;;
	esac
	passed=$((passed + $(grep -c '^ok ' "$log")))
	failed=$((failed + $(grep -c '^not ok ' "$log")))
}

# The tests of the real tool while a hundred others want the CPUs.
starved()
{
	local status pid

	stress-ng --quiet --cpu 100 --timeout 0 &
	pid=$!
	# shellcheck disable=SC2046 # words
	./check.sh "$built" $(sed -nE 's/^(system|host|script)[[:space:]]+//p' tests.list)
	status=$?
	kill $pid
	wait $pid
	return $status
}

part "each allocation fails" env FAULTS=all "$built/fault_test"
part "100,000 command lines" env FUZZERS=options INPUTS=100000 RUNQSLOWER="$built/runqslower" \
	build/fuzz.sh
part "beside a hundred others" starved
part "memory" hard/memory.sh "$built"

echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
