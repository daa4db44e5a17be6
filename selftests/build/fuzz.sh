#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Does user space survive any input? Each fuzzer of selftests/fuzz tries its
# seeds and what it makes of them.
#
#	[SECONDS_EACH=300 | INPUTS=100000] [FUZZERS="numbers options"] fuzz.sh
#
# Without SECONDS_EACH a number of inputs bounds each run, because a machine may
# be slow. Findings are kept where the tests were built, in obj/fuzz/found.
cd "$(dirname "$0")/.." || exit 1
. build/tap.sh
here=$(pwd)
tests=$here/../.output/selftests
[ -n "${RUNQSLOWER:-}" ] && tests=$(dirname "$RUNQSLOWER")
kept=$tests/obj/fuzz/found

clang=${CLANG:-clang}
echo 'int LLVMFuzzerTestOneInput(const char *d, long n) { return d && n < 0; }' |
	"$clang" -fsanitize=fuzzer,address,undefined -x c -o /dev/null - 2>/dev/null ||
	skip_all "$clang has no libFuzzer: install libclang-rt-dev or compiler-rt"

# Few where one input takes long.
inputs_of()
{
	case "$1" in
	records)	echo "${INPUTS:-1000}" ;;
	*)		echo "${INPUTS:-10000}" ;;
	esac
}

# fuzz NAME: prints nothing but what is wrong
fuzz()
{
	local log=$kept/$1.log limit=-max_total_time=${SECONDS_EACH:-}

	[ -n "${SECONDS_EACH:-}" ] || limit="-runs=$(inputs_of "$1") -seed=1"
	mkdir -p "$kept/$1" || return
	# shellcheck disable=SC2086 # words
	"$tests/$1_fuzz" $limit -max_len=8192 -timeout=60 -artifact_prefix="$kept/$1-" \
		"$kept/$1" "$here/fuzz/seeds/$1" >"$log" 2>&1 && return
	grep -E -m 3 'ERROR|SUMMARY|runtime error' "$log"
	tail -n 5 "$log"
	return 1
}

names=${FUZZERS:-$(cd fuzz && echo *_fuzz.c)}
names=${names//_fuzz.c/}
# shellcheck disable=SC2086 # words
set -- $names
echo "TAP version 13"
echo "1..$#"
# Whoever started this may have variables for another build.
if ! log=$(env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL make -j"$(nproc)" fuzzers CLANG="$clang" \
	   OUTPUT="$tests" ${KERNEL_SRC:+KERNEL_SRC="$KERNEL_SRC"} 2>&1); then
	tail -n 20 <<<"$log" | sed 's/^/# /'
	echo "Bail out! the fuzzers do not build"
	exit 1
fi

nr=0 failed=0
for name; do
	nr=$((nr + 1))
	if said=$(fuzz "$name"); then
		echo "ok $nr - $name: $(grep -oE 'Done [0-9]+ runs' "$kept/$name.log")"
	else
		# shellcheck disable=SC2001 # of each line
		sed 's/^/# /' <<<"$said"
		echo "not ok $nr - $name"
		failed=1
	fi
done
exit $failed
