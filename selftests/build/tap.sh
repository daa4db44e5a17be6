# SPDX-License-Identifier: GPL-2.0
#
# What scripts of tests have in common. A test is a function: it fails with the
# first command that does. $work is a directory of the script. To be sourced.
# shellcheck shell=bash disable=SC2154,SC2034 # work, nr, failed are of the script

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

# says_nothing NAME COMMAND...: a test passes if COMMAND does, and prints
# nothing. For scripts that run their tests one after the other: $nr counts
# them, and $failed is set.
says_nothing()
{
	local name=$1 said
	shift

	nr=$((nr + 1))
	if said=$("$@" 2>&1) && [ -z "$said" ]; then
		echo "ok $nr - $name"
		return
	fi
	# shellcheck disable=SC2001 # of each line
	sed 's/^/# /' <<<"$said"
	echo "not ok $nr - $name"
	failed=1
}

# has_program NAME PROGRAM [WAY-OUT]: if not, test NAME is skipped
has_program()
{
	command -v "$2" >/dev/null && return
	nr=$((nr + 1))
	echo "ok $nr - $1 # SKIP no $2${3:+: $3}"
	return 1
}
