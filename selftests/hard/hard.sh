#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What "make check-hard" runs: tests that take long, or need a machine that
# does nothing else. Over an hour.
#
#	[MINUTES=30] hard.sh DIRECTORY	where the tests were built
# shellcheck disable=SC2317 # functions are called by name
cd "$(dirname "$0")/.." || exit 1
built=$(realpath "${1:?where the tests were built}")
export TEST_TIMEOUT=10800
log=$(mktemp) || exit 1
trap 'rm -f "$log"' EXIT

# part NAME COMMAND...: check.sh's last line says what has passed
part()
{
	echo "# $1"
	"${@:2}" 2>&1 | tee "$log.part"
	tail -n 1 "$log.part" >>"$log"
	rm "$log.part"
}

# The tests of the real tool while a hundred others want the CPUs.
starved()
{
	local pid

	stress-ng --quiet --cpu 100 --timeout 0 &
	pid=$!
	# shellcheck disable=SC2046 # words
	./check.sh "$built" $(sed -nE 's/^(system|host|script)[[:space:]]+//p' tests.list)
	kill "$pid"
	wait "$pid"
}

part "each allocation fails" env FAULTS=all ./check.sh "$built" fault_test
part "100,000 command lines" env FUZZERS=options INPUTS=100000 ./check.sh "$built" fuzz.sh
part "beside a hundred others" starved
part "memory" ./check.sh "$built" memory.sh

tr -d , <"$log" | awk '
	{ passed += $1; failed += $3; skipped += $5 }
	$2 != "passed" { failed++ }
	END {
		printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped
		exit failed > 0
	}'
