#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Do help, manual and completion know the same options? Is the manual well
# formed, and does the completion work in a real bash?
#
#	[RUNQSLOWER=path] doc.sh
cd "$(dirname "$0")/../.." || exit 1
. selftests/build/tap.sh
tool=${RUNQSLOWER:-.output/runqslower}
manual=Documentation/runqslower.rst
completion=bash-completion/runqslower

nr=0 failed=0

# options_in FILE: the long options that a text of any kind names
options_in()
{
	grep -oE -e '(^|[^[:alnum:]-])--?[[:alpha:]][[:alpha:]-]*' "$1" |
		grep -oE -e '--[[:alpha:]-]+' | sort -u
}

help=$(mktemp) && "$tool" --help >"$help" || exit 1
trap 'rm -rf "$help" "$help".*' EXIT

same_options()
{
	diff <(options_in "$help") <(options_in "$1")
}

long_form()
{
	local option

	while read -r option; do
		grep -q -e "^${option}[, ]" "$manual" || echo "$option is not in $manual"
	done < <(grep -oE '^  -[[:alpha:]]' "$help" | tr -d ' ')
}

# What a line can say, by what the tool has words for.
words()
{
	local word

	for word in $("$tool" --json-schema | tr ',[]{}' '\n' |
		      grep -oE -e '^"(quota|rt_limit|deadline|sched_ext|forced_idle|irq)"$' \
			       -e '^"(steal|idle|migrating|wakeup|other)"$' \
			       -e '^"(woken|new|preempted|yielded|throttled|unseen)"$' |
		      tr -d '"' | sort -u); do
		grep -q "\*\*${word//_/[ _]}\*\*" "$manual" || echo "$word is not in $manual"
	done
}

manual_is_well_formed()
{
	rst2man --strict "$manual" "$help.8" || return
	make -s doc OUTPUT="$help.d" || return
	mandoc -Tlint "$help.d/runqslower.8"
}

# complete_to WORDS... : what bash makes of the last one; $known are functions
# that it has
known=
complete_to()
{
	bash --norc -c '
		. '"$completion"'
		'"$known"'
		compopt() { :; }
		COMP_WORDS=(runqslower "$@")
		COMP_CWORD=$#
		_runqslower
		echo ${COMPREPLY[@]}' bash "$@"
}

# completes EXPECTED WORDS...
completes()
{
	local expected=$1 got
	shift

	got=$(complete_to "$@")
	[ "$got" = "$expected" ] || echo "$*: $got, not $expected"
}

# completes_with WORD WORDS...: WORD is one of several answers
completes_with()
{
	local word=$1 got
	shift

	got=$(complete_to "$@")
	[[ " $got " == *" $word "* ]] || echo "$*: no $word in $got"
}

completion_works()
{
	completes "json" -o j
	completes "--pid --previous" --p
	completes "iso" --time = i
	completes "us unix" -T u
	completes "comm cgroup" --by c
	completes "only no" --kthreads = ""
	completes "text json csv" --output ""
	completes_with "$$" -p "${$%?}"
	completes_with "1,$$" --pid "1,${$%?}"
	completes_with 0 -C ""
	completes_with bash -c ba
	completes_with "$PWD/selftests" -g "$PWD/selft"
	completes "10ms" 10m
	completes "$PWD/selftests" --to "$PWD/selft"
	completes "$PWD/selftests" 1ms -- cat "$PWD/selft"
	completes_with bash -- bas
	completes "" -- cat --pi
	# Where bash-completion is installed, it knows the command.
	known="_command_offset() { COMPREPLY=(word \$1); }"
	completes "word 4" -s 1ms -- m
	completes "word 2" -- m -j8 --
	known="_comp_command_offset() { COMPREPLY=(word \$1 anew); }; $known"
	completes "word 2 anew" -- m -j
	known=
}

printf 'TAP version 13\n1..6\n'
says_nothing "help and manual have the same long options" same_options "$manual"
says_nothing "every short option is in the manual" long_form
says_nothing "help and completion have the same long options" same_options "$completion"
says_nothing "every cause and begin of a wait is in the manual" words
if has_program "the manual is well formed" rst2man &&
   has_program "the manual is well formed" mandoc; then
	says_nothing "the manual is well formed" manual_is_well_formed
fi
says_nothing "completion in a real bash" completion_works
exit $failed
