#!/bin/bash
# SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
#
# What do static analyzers find in the user side and in the scripts, that is not
# in lint.known?
#
#	KERNEL_SRC=/path/to/linux packaging/lint.sh DIRECTORY
#
# DIRECTORY is where the tool was built. A line of lint.known is a finding
# without its place in the file, "::" and why the analyzer is wrong.
cd "$(dirname "$0")/.." || exit 1
. selftests/build/tap.sh
export LC_ALL=C

built=${1:?where the tool was built}
kernel=${KERNEL_SRC:-.linux}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

mapfile -t sources < <(git ls-files '*.c' | grep -vE '\.bpf\.c$|^(selftests|bench)/')
mapfile -t scripts < <(git ls-files | xargs grep -lE '^#!/bin/(ba)?sh|^# shellcheck shell')
flags=(-D_GNU_SOURCE -D__SANE_USERSPACE_TYPES__ -I. -I"$built" -I"$built/libbpf/include"
       -I"$kernel/tools/include" -I"$kernel/tools/include/uapi" -I"$kernel/tools/bpf/bpftool")
# Checks that find something in most C of the kernel, and nothing of worth here.
checks='-*,bugprone-*,clang-analyzer-*'
for check in bugprone-{assignment-in-if-condition,branch-clone,easily-swappable-parameters} \
	bugprone-{implicit-widening-of-multiplication-result,macro-parentheses} \
	bugprone-{narrowing-conversions,not-null-terminated-result,reserved-identifier} \
	bugprone-{sizeof-expression,suspicious-string-compare} \
	clang-analyzer-security.insecureAPI.DeprecatedOrUnsafeBufferHandling; do
	checks+=,-$check
done

# each COMMAND...: with each source in the place of {}, as many at a time as
# there are CPUs
each() { printf '%s\0' "${sources[@]}" | xargs -0 -P "$(nproc)" -I '{}' "$@"; }

# new: of what is on stdin, what is not in lint.known
new()
{
	sed -nE 's|^(\./)?([^:]*):[0-9]+(:[0-9]+)?: (warning\|error): (.*)|\2: \5|p' | sort -u |
		grep -vxFf <(sed -n 's/ :: .*//p' packaging/lint.known) || :
}

analyzer() { each gcc -O2 -Wall -Wextra -fanalyzer "${flags[@]}" -o /dev/null -c '{}' 2>&1 | new; }
tidy()
{
	each clang-tidy --quiet --checks="$checks" '{}' -- "${flags[@]}" 2>/dev/null |
		sed "s|^$PWD/||" | new
}
cppcheck_()
{
	cppcheck -q --std=c11 --enable=warning,performance,portability --suppress=missingInclude \
		"${flags[@]}" --template=gcc "${sources[@]}" 2>&1 |
		sed -E 's/: (portability|performance): /: warning: /' | new
}
shellcheck_() { shellcheck -x -P SCRIPTDIR -S warning -e SC2317 -f gcc "${scripts[@]}" | new; }

# lint NAME PROGRAM FUNCTION
lint() { ! has_program "$1" "$2" || says_nothing "$1" "$3"; }

nr=0 failed=0
{
	printf 'TAP version 13\n1..4\n'
	lint "gcc -fanalyzer" gcc analyzer
	lint "clang-tidy" clang-tidy tidy
	lint "cppcheck" cppcheck cppcheck_
	lint "shellcheck" shellcheck shellcheck_
} > >(tee "$work/log")
wait
skipped=$(grep -c '^ok .* # SKIP' "$work/log")
echo "$(($(grep -c '^ok ' "$work/log") - skipped)) passed, $(grep -c '^not ok' "$work/log") failed, $skipped skipped"
exit $failed
