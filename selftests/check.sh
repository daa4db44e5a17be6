#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Run all selftests, pass their TAP through and count: what "make check" runs.
#
#	check.sh DIRECTORY [TEST...]
#
# The tests were built in DIRECTORY. TEST is a name in tests.list: only these.
# KERNEL_SRC is a kernel source tree. The last line is "N passed, N failed".
set -u -o pipefail
built=$(realpath "${1:?where they were built}")
cd "$(dirname "$0")" || exit 1

shift
only="$*"
passed=0 failed=0 skipped=0
logs=$(mktemp -d) || exit 1
trap 'rm -rf "$logs"' EXIT

# KIND NAME of each test to run
tests()
{
	local kind test

	while read -r kind test; do
		[[ -z $only && $kind != hard || " $only " == *" $test "* ]] && echo "$kind $test"
	done < <(grep -v '^#' tests.list)
}

for test; do
	grep -q "[[:space:]]$test\$" tests.list || { echo "check.sh: no test '$test'" >&2; exit 2; }
done

# Unit tests do not mind each other: as many at a time as there are CPUs.
# shellcheck disable=SC2016 # expanded by the inner shell
tests | sed -n 's/^unit //p' | xargs -P "$(nproc)" -I '{}' sh -c '
	setsid --wait timeout --kill-after=10 2400 "$1/$2" >"$3/$2" 2>&1 </dev/null
	echo $? >"$3/$2.status"' - "$built" '{}' "$logs"

# run NAME PROGRAM: it prints TAP, and its exit code must agree. A unit test has
# run, and is shown.
run()
{
	local name=$1 log=$logs/$1 ok bad skip code ran plan hidden

	echo "# $name"
	if [ -e "$log.status" ]; then
		cat "$log"
		code=$(cat "$log.status")
	else
		# The program has a session of its own: what it leaves behind
		# ends with that.
		setsid --wait timeout --kill-after=10 "${TEST_TIMEOUT:-2400}" "$2" 2>&1 </dev/null | tee "$log"
		code=$?
	fi
	ok=$(grep -c '^ok ' "$log")
	bad=$(grep -c '^not ok ' "$log")
	skip=$(grep -ci '^ok .*# skip' "$log")
	ran=$((ok + bad))
	if [ "$code" -ne 0 ] && [ "$code" -ne 4 ] && [ "$bad" -eq 0 ]; then
		echo "not ok - $name ended with $code"
		bad=1
	fi
	# The harness lets a test that has failed skip the rest, and then calls
	# the test skipped.
	hidden=$(awk '/^#  RUN /{ failed = 0 } /^#.*:Expected /{ failed = 1 }
		      /^ok .*# SKIP/{ n += failed } END { print n + 0 }' "$log")
	if [ "$hidden" -gt 0 ]; then
		echo "not ok - $name skipped $hidden tests that had failed"
		bad=$((bad + hidden)) ok=$((ok - hidden)) skip=$((skip - hidden))
	fi
	plan=$(sed -n 's/^1\.\.\([0-9]*\).*/\1/p;T;q' "$log")
	if [ "${plan:-0}" -ne "$ran" ]; then
		echo "not ok - $name planned ${plan:-no} tests and ran $ran"
		bad=$((bad + 1))
	fi
	if [ $((ok + bad)) -eq 0 ] && [ "$code" -eq 4 ] && grep -q '^1\.\.0 # SKIP' "$log"; then
		ok=1 skip=1
	elif [ $((ok + bad)) -eq 0 ]; then
		echo "not ok - $name ran no test"
		bad=1
	fi
	passed=$((passed + ok - skip))
	failed=$((failed + bad))
	skipped=$((skipped + skip))
}

export RUNQSLOWER=$built/runqslower LOGS=$logs
while read -r kind test; do
	case "$kind" in
	unit | system | host | script)	run "$test" "$built/$test" ;;
	build | hard) run "$test" "$kind/$test" ;;
	esac
done < <(tests)

[ $failed -eq 0 ]
status=$?
if [ $skipped -gt 0 ]; then
	echo "$passed passed, $failed failed, $skipped skipped"
else
	echo "$passed passed, $failed failed"
fi
exit $status
