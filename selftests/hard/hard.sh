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
. build/sum.sh

# The tests of the real tool while a hundred others want the CPUs.
starved()
{
	local status pid

	stress-ng --quiet --cpu 100 --timeout 0 &
	pid=$!
	# shellcheck disable=SC2046 # words
	./check.sh "$built" $(sed -nE 's/^(system|host|script)[[:space:]]+//p' tests.list)
	status=$?
	kill "$pid"
	wait "$pid"
	return $status
}

run starved
run env FAULTS=all ./check.sh "$built" fault_test
run env FUZZERS=options INPUTS=100000 ./check.sh "$built" fuzz.sh
run ./check.sh "$built" memory.sh
tell_sum
