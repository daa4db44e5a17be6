# SPDX-License-Identifier: GPL-2.0
#
# What scripts of tests have in common. A test is a function: it fails with the
# first command that does. $work is a directory of the script. To be sourced.
# shellcheck shell=bash disable=SC2154 # work is of the script

skip_all() { printf 'TAP version 13\n1..0 # SKIP %s\n' "$1"; exit 4; }

# skip REASON...: end this test, which cannot run here
skip() { echo "$*" >"$work/skip"; exit 4; }

same() { [ "$1" = "$2" ] || { echo "differs:"; diff <(echo "$1") <(echo "$2"); return 1; }; }

# run_test NUMBER NAME CALL: 0, 4 if it was skipped, else it failed. Not to be
# called in a condition, because bash then goes on after a command that fails.
run_test()
{
	local status

	( set -e; $3 ) >"$work/result" 2>&1
	status=$?
	case $status in
	0)	echo "ok $1 - $2" ;;
	4)	echo "ok $1 - $2 # SKIP $(cat "$work/skip")" ;;
	*)	echo "not ok $1 - $2"
		grep -v '^  [A-Z]' "$work/result" | tail -n 40 | sed 's/^/# /' ;;
	esac
	return $status
}
