#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Does each folder include only what it may? Data goes one way: engine, ring
# buffer, analysis, writers.
cd "$(dirname "$0")/../.." || exit 1

nr=0 failed=0

# keeps NAME PATTERN FILE...: no line of these files matches
keeps()
{
	local name=$1 pattern=$2 found
	shift 2

	nr=$((nr + 1))
	found=$(grep -nE "$pattern" "$@" /dev/null)
	if [ $# -gt 0 ] && [ -e "$1" ] && [ -z "$found" ]; then
		echo "ok $nr - $name"
		return
	fi
	# shellcheck disable=SC2001 # of each line
	sed 's/^/# /' <<<"${found:-no such file: $*}"
	echo "not ok $nr - $name"
	failed=1
}

include='^#[[:space:]]*include[[:space:]]*'
others=$(git ls-files '*.c' '*.h' 2>/dev/null | grep -v '^engine/' | grep -v '\.bpf\.c$')
[ -n "$others" ] || others=$(printf '%s\n' ./*.[ch] analysis/*.[ch] util/*.[ch] writers/*.[ch] |
	grep -v '\.bpf\.c$')

echo "TAP version 13"
echo "1..7"
keeps "analysis/ prints nothing and knows no libbpf" \
	"$include"'[<"](stdio\.h|bpf/|writers/|util/|tracer|session|options)' analysis/*.[ch]
keeps "writers/ know no libbpf" "$include"'[<"](bpf/|tracer|session)' writers/*.[ch]
keeps "util/ knows nothing of waits" "$include"'"((analysis|writers|engine)/|(tracer|session|options)\.h)' \
	util/*.[ch]
# shellcheck disable=SC2086 # a list of files
keeps "engine/ is included by BPF programs only" "$include"'".*\.bpf\.h"' $others
keeps "engine/ includes nothing of user space" \
	"$include"'([<]|"(analysis|util|writers|tracer|options))' engine/*.h
keeps "a wait does not know that it can be explained" '\bwhy_|explain|recorder' \
	engine/wait.bpf.h engine/filter.bpf.h
keeps "the oracle has declarations of its own" \
	"$include"'".*(engine|analysis|writers|util|compat|kernel\.bpf)' \
	selftests/lib/oracle* selftests/lib/pair.c
exit $failed
