#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What it costs to run runqslower, against the kernel's, BCC's and perf, each
# figure a comparison within one run:
#
#	KERNEL_SRC=/path/to/linux bench.sh [PART...]
#
# programs	ns of each BPF program, slowdown, start, memory
# growth	ns of each BPF program beside up to 30,000 tasks
# user		what the process itself takes
# worst		how late a real-time task becomes
#
# KERNEL_SRC still has its own tools/bpf/runqslower. Prints Markdown; each
# figure is in .output/bench/PART.csv. ROUNDS (9 of programs, 3 of all else),
# LOOPS and SECONDS_EACH make the run shorter or more exact; BASE is another
# runqslower of ours, to see what a change costs.
set -eu -o pipefail
shopt -s inherit_errexit
export LC_ALL=C
cd "$(dirname "$0")"

LOOPS=${LOOPS:-60000}
SECONDS_EACH=${SECONDS_EACH:-10}
. ./tools.sh
. ./programs.sh
. ./growth.sh
. ./user.sh
. ./worst.sh

parts=${*:-programs growth user worst}
for part in $parts; do
	case $part in
	programs|growth|user|worst) ;;
	*) echo "usage: bench.sh [programs|growth|user|worst]..." >&2; exit 2 ;;
	esac
done
for program in perf cyclictest; do
	command -v $program >/dev/null || die "there is no $program; make bench installs it"
done
trap 'end_others; [ -z "$pid" ] || kill "$pid"; rm -f "$output"*; \
      sysctl -qw kernel.bpf_stats_enabled=0' EXIT
trap 'exit 130' INT TERM
build
for part in $parts; do
	echo "## $part"
	echo
	"$part"
	echo
done
