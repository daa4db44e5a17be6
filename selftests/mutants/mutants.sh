#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Do the tests notice when the code changes? Make one change at a time in a copy
# of the tree, build, run the tests that should see it, and say which changes
# survived:
#
#	mutants.sh [OPTION]... [SOURCE...]
#
#	-j N		try N at a time, each in a copy of its own (1)
#	--list FILE	the mutants of this list; may be repeated
#	--only PATTERN	only those whose line matches this regular expression
#	--random N	N changes at random places instead of those of lists
#	--seed S	the same places again
#	--table FILE	put the table there, too
#
# Without --list and --random it tries all of *.list. SOURCE, a name without
# folder, leaves out all other sources. mutate.py says what is in a list.
#
# A mutant is killed by a test that fails or hangs. mutants.sh exits with 1 if a
# mutant does not compile, survives without a reason in its list, or is killed
# despite a reason.
#
# Environment:
#	KERNEL_SRC	a kernel source tree
#	TMPDIR		where the copies are made: 50 MB each
set -u

here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
unset MAKEFLAGS MAKELEVEL

die()
{
	echo "mutants.sh: $*" >&2
	exit 2
}

# ---- Building and running, in a copy: DIR ----

# source_of TEST: of "name" or "name.one_test", a program or a script
source_of()
{
	find "$work/pristine" -name "${1%%.*}_test.c" -o -name "${1%%.*}_test.sh"
}

# Tests that trace disturb each other; nor are they to be ended before they
# clean up.
traces()
{
	[[ $(source_of "$1") == *.sh ]] ||
		grep -qE '"([^"]*/)?(tool|load)\.h"' "$(source_of "$1")"
}

# build DIR TEST...: no more than these tests need
build()
{
	local dir=$1 name source
	local out=$dir/.output/selftests
	local targets=()

	shift
	for name; do
		source=$(source_of "$name")
		! traces "$name" || targets+=("$out/runqslower")
		[[ $source == *.sh ]] || targets+=("$out/${name%%.*}_test")
		! grep -q TOOL_UNSEEN "$source" || targets+=("$out/runqslower-unseen")
	done
	make -j "$make_jobs" -C "$dir/selftests" KERNEL_SRC="$kernel" OUTPUT="$out" \
		"${targets[@]}" >"$dir.log" 2>&1
}

end_session()
{
	# shellcheck disable=SC2046 # a word each
	kill -KILL $(ps -o pid= -s "$1") 2>/dev/null
}

# run_test DIR TEST SECONDS: passed, failed, hung, skipped (or no test ran)
run_test()
{
	local out=$1/.output/selftests name=${2%%.*} verdict=skipped
	local end=$((SECONDS + $3)) source command line code session stdout

	source=$(source_of "$name")
	if [[ $source == *.sh ]]; then
		command=(env RUNQSLOWER="$out/runqslower" "$source")
	else
		command=("$out/${name}_test")
		# The harness runs all tests of that name, of whatever fixture.
		[ "$name" = "$2" ] || [ -z "$can_select" ] || command+=(-t "${2##*.}")
	fi
	# The test has a session of its own: what it leaves behind ends
	# with that.
	exec {stdout}< <(cd "$1/selftests" && exec setsid "${command[@]}" 2>&1 </dev/null)
	session=$!
	echo $session >"$1.session"
	: >"$1.tap"
	while :; do
		IFS= read -r -t $((end > SECONDS ? end - SECONDS : 1)) line <&"$stdout"
		code=$?
		[ $code -le 128 ] || { verdict=hung && break; }
		[ $code -eq 0 ] || break
		echo "$line" >>"$1.tap"
		case $line in
		"not ok "*)
			verdict=failed
			traces "$name" || break
			;;
		"ok "*) [[ $line == *"# SKIP"* || $verdict == failed ]] || verdict=passed ;;
		esac
	done
	[ $code -eq 1 ] || end_session $session
	wait $session 2>/dev/null
	code=$?
	end_session $session
	# The session's number may be another's soon.
	rm -f "$1.session"
	exec {stdout}<&-
	case $verdict:$code in
	passed:[!04]* | skipped:[!04]*) echo failed ;;
	*) echo $verdict ;;
	esac
}

# The tests that are to see mutants must pass without one. How long they take
# sets their limits.
baseline()
{
	local test begin verdict

	for test; do
		begin=$SECONDS
		verdict=$(run_test "$work/1" "$test" 1200)
		if [ "$verdict" != passed ]; then
			cat "$work/1.tap"
			die "without a mutant, test $test: $verdict"
		fi
		limits[$test]=$((30 + 5 * (SECONDS - begin)))
	done
}

# try DIR TEST...: broken, survived, or killed by which test
try()
{
	local dir=$1 test verdict

	if ! build "$@"; then
		echo "broken by $(grep -m 1 -E 'error|\*\*\*' "$dir.log")"
		return
	fi
	shift
	for test; do
		verdict=$(exec 7>"$work/tracing"
			! traces "$test" || flock 7
			run_test "$dir" "$test" "${limits[$test]}")
		case $verdict in
		hung) echo "killed by $test, which hung" && return ;;
		failed) echo "killed by $test" && return ;;
		esac
	done
	echo survived
}

# ---- The mutants ----

# Take one of the mutants that are left; all workers share these.
take()
{
	local status

	flock 9
	IFS=$'\x1f' read -r -u 8 path at len new tests reason text
	status=$?
	flock -u 9
	return $status
}

# mutate DIR: make the change that the variables of take() say
mutate()
{
	local from=$work/pristine/$path

	{
		head -c "$at" "$from"
		printf %s "$new"
		tail -c +$((at + len + 1)) "$from"
	} >"$1/$path"
}

worker()
{
	local path at len new tests reason text result note begin

	exec 9>"$work/lock"
	while take; do
		begin=$SECONDS
		mutate "$1"
		# shellcheck disable=SC2086 # names of tests
		result=$(try "$1" $tests)
		# The file gets a new time, or make would not see the change.
		cat "$work/pristine/$path" >"$1/$path"
		note=
		case ${result%% *}:$reason in
		broken:*) [ -z "$random" ] || result=dropped ;;
		killed:?*) note=" BUT REASON IS STALE: $reason" ;;
		survived:equivalent:*) result=equivalent ;;
		esac
		printf '%s%s (%d s) %s\n' "$result" "$note" $((SECONDS - begin)) "$text"
		printf '%s\t%s\t%s\t%s\n' "${result%% *}" "${text%%:*}" "$reason" "$text" \
			>>"$work/results"
	done
}

# copy_build DIR: copy the first build, as if it had been made in DIR
copy_build()
{
	cp -a "$work/1" "$1"
	find "$1/.output" -name '*.d' -exec sed -i "s|$work/1/|$1/|g" {} +
}

# ---- What is told at the end ----

table()
{
	echo "| source | mutants | killed | survived | equivalent |"
	echo "|---|---|---|---|---|"
	awk -F '\t' '$1 != "dropped" { all[$2]++; nr[$1, $2]++ }
		END {
			for (file in all)
				printf "| %s | %d | %d | %d | %d |\n", file,
					all[file], nr["killed", file],
					nr["survived", file], nr["equivalent", file]
		}' "$work/results" | sort
}

# The status is 1 if somebody has to look at the results.
summary()
{
	awk -F '\t' '
		{ nr[$1]++ }
		$1 == "survived" { print "survived: " $4 " :: " ($3 ? $3 : "no reason given") }
		$1 == "broken" { print "broken: " $4 }
		$1 == "killed" && $3 { print "killed, reason is stale: " $4 " :: " $3 }
		$1 == "broken" || ($1 == "survived" && !$3) || ($1 == "killed" && $3) { bad = 1 }
		END {
			counted = nr["killed"] + nr["survived"]
			printf "%d mutants, %d killed (%.1f %%), %d survived, " \
				"%d equivalent, %d broken\n",
				NR - nr["dropped"], nr["killed"],
				counted ? 100 * nr["killed"] / counted : 0,
				nr["survived"], nr["equivalent"], nr["broken"]
			exit bad
		}' "$work/results"
}

# ---- The command line ----

jobs=1
random=
seed=
table_file=
lists=()
choose=()
while [ $# -gt 0 ]; do
	case $1 in
	-j) jobs=${2:?-j takes a number}; shift ;;
	--list) lists+=("$(realpath -e "${2:?--list takes a file}")") || exit 2; shift ;;
	--only) choose+=(--only "${2:?--only takes a pattern}"); shift ;;
	--random) random=${2:?--random takes a number}; shift ;;
	--seed) seed=${2:?--seed takes a number}; shift ;;
	--table) table_file=${2:?--table takes a file}; shift ;;
	-h | --help) sed -n '3,/^set/s/^#[ ]\{0,1\}//p' "$0"; exit ;;
	-*) die "unknown option $1" ;;
	*) choose+=(--source "$1") ;;
	esac
	shift
done
for number in "$jobs" "${random:-1}" "${seed:-1}"; do
	[[ $number =~ ^[0-9]+$ && $number != 0 ]] || die "$number is not a number"
done
if [ -n "$random" ]; then
	seed=${seed:-$((RANDOM + 1))}
	choose+=(--random "$random" --seed "$seed")
	echo "random changes with --seed $seed"
elif [ ${#lists[@]} -eq 0 ]; then
	lists=("$here"/*.list)
fi

kernel=${KERNEL_SRC:-$top/.linux}
! [ -e "$top/../../../scripts/Makefile.include" ] || kernel=$(realpath "$top/../../..")
harness=$kernel/tools/testing/selftests/kselftest_harness.h
[ -e "$harness" ] || die "no kernel source tree in $kernel: set KERNEL_SRC=/path/to/linux"
can_select=$(grep -o -m 1 'include test' "$harness")

# ---- Running it ----

work=$(mktemp -d) || exit 2
cleanup()
{
	local pid

	for pid in $(jobs -p); do
		kill -- -"$pid" 2>/dev/null
	done
	while read -r pid; do
		end_session "$pid"
	done < <(cat "$work"/*.session 2>/dev/null)
	rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

mkdir "$work/pristine" "$work/1"
(cd "$top" && git ls-files -z | xargs -0 cp --parents -t "$work/pristine") || exit 2
cp -r "$work/pristine/." "$work/1"
"$here/mutate.py" "$work/pristine" "$here/tests" "${choose[@]}" \
	"${lists[@]}" >"$work/mutants" || exit 2
[ -s "$work/mutants" ] || die "no mutants"

mapfile -t tests < <(cut -d $'\x1f' -f 5 "$work/mutants" | tr ' ' '\n' | sort -u)
for test in "${tests[@]}"; do
	[ -n "$(source_of "$test")" ] || die "no test is called $test"
done
echo "building, and ${#tests[@]} tests without a mutant"
make_jobs=$jobs
build "$work/1" "${tests[@]}" || { cat "$work/1.log" && die "cannot build"; }
declare -A limits
baseline "${tests[@]}"

make_jobs=1
# Every worker has a process group of its own: what it started ends with it.
set -m
exec 8<"$work/mutants"
for ((number = 1; number <= jobs; number++)); do
	[ $number -eq 1 ] || copy_build "$work/$number"
	worker "$work/$number" &
done
wait

echo
table | tee ${table_file:+"$table_file"}
echo
summary
