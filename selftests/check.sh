#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Run all selftests, pass their TAP through and count: what "make check" runs.
#
#	check.sh DIRECTORY	where the tests were built
#
# KERNEL_SRC is a kernel source tree. The last line is "N passed, N failed".
set -u -o pipefail
built=$(realpath "${1:?where they were built}")
cd "$(dirname "$0")" || exit 1

passed=0 failed=0 skipped=0

# One program that prints TAP; its exit code must agree with what it prints.
run()
{
	local name=$1 log ok bad skip code
	shift

	log=$(mktemp)
	echo "# $name"
	# The program has a session of its own: what it leaves behind
	# ends with that.
	setsid --wait timeout --kill-after=10 2400 "$@" 2>&1 </dev/null | tee "$log"
	code=$?
	ok=$(grep -c '^ok ' "$log")
	bad=$(grep -c '^not ok ' "$log")
	skip=$(grep -ci '^ok .*# skip' "$log")
	if [ $code -ne 0 ] && [ $code -ne 4 ] && [ "$bad" -eq 0 ]; then
		echo "not ok - $name ended with $code"
		bad=1
	fi
	if [ $((ok + bad)) -eq 0 ]; then
		echo "not ok - $name ran no test"
		bad=1
	fi
	passed=$((passed + ok - skip))
	failed=$((failed + bad))
	skipped=$((skipped + skip))
	rm -f "$log"
}

export RUNQSLOWER=$built/runqslower
while read -r kind test; do
	case "$kind" in
	unit | system | host | script)	run "$test" "$built/$test" ;;
	build)	run "$test" "build/$test" ;;
	esac
done < <(grep -v '^#' tests.list)

[ $failed -eq 0 ]
status=$?
if [ $skipped -gt 0 ]; then
	echo "$passed passed, $failed failed, $skipped skipped"
else
	echo "$passed passed, $failed failed"
fi
exit $status
