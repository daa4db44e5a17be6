#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Which lines of the user side do the tests run? Build with gcov's counters, run
# the unit tests and those of the system that do not depend on time, and print
# a table of files, the least covered first:
#
#	KERNEL_SRC=/path/to/linux selftests/coverage.sh DIRECTORY [PERCENT]
#
# DIRECTORY is where to build. Exits with 1 below PERCENT (90).
set -u
cd "$(dirname "$0")" || exit 1
out=$(mkdir -p "${1:?where to build}" && realpath "$1") least=${2:-90}
programs="$(sed -n 's/^unit[[:space:]]*//p' tests.list | tr '\n' ' ')"
programs+="cli_test caps_test cgroups_test command_test class_test"
scripts=json_test.sh
link="--coverage -Wl,--wrap=_exit,--wrap=syscall $out/coverage.o"

gcc -O2 -c lib/coverage.c -o "$out/coverage.o" &&
	make -s -j"$(nproc)" KERNEL_SRC="${KERNEL_SRC:-../.linux}" OUTPUT="$out" \
		EXTRA_CFLAGS=--coverage EXTRA_LDFLAGS=--coverage LDFLAGS="$link" \
		programs="$programs" scripts=$scripts tools_to_run=runqslower all \
		>"$out/build.log" 2>&1 || {
	tail "$out/build.log"
	exit 1
}
find "$out/obj" -name '*.gcda' -delete
# What fails here fails in "make check", too.
for test in $programs $scripts; do
	RUNQSLOWER=$out/runqslower timeout 300 "$out/$test" >"$out/$test.log" 2>&1
done

# Of each file of ours, as gcov prints it: File 'NAME', Lines executed:P% of N
cd .. || exit 1
gcov -n -o "$out/obj" "$out"/obj/*.gcno 2>/dev/null | awk -F "'" '
	/^File/ { file = $2 }
	/^Lines executed/ {
		split($0, word, /[:% ]+/)
		if (file ~ /^(analysis|util|writers)\/[^\/]*\.c$|^[^\/]*\.c$/)
			printf "%6.1f %5d %s\n", word[3], word[5], file
		file = ""
	}' | sort -n | tee "$out/coverage"
awk -v least="$least" '
	{ lines += $2; run += $1 * $2 / 100 }
	END {
		if (!lines)
			exit 1
		printf "%6.1f %5d all\n", 100 * run / lines, lines
		exit 100 * run / lines < least
	}' "$out/coverage"
