#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Run the selftests in virtual machines, one for each kernel:
#
#	vm.sh [-j 1|2] [--retry] [--table FILE] [KERNEL...]
#	vm.sh --list
#	vm.sh --cross [KERNEL...]	architectures to build tests for
#
# Without a KERNEL it runs all of them, but those of other architectures only if
# there are tests. Software emulation is enough, and root is not needed. A
# kernel fails on a failed test, a crash, a hang, or a complaint in its log. The
# results are KTAP; the table at the end is Markdown.
# With --retry a test program that fails is run up to twice more, and the last
# run counts, because an emulated machine stands still whenever its host has
# something else to do, which no test can tell from a slow kernel. The table
# says how many programs ran again. Then a kernel that cannot be fetched is
# skipped, too.
#
# Environment:
#	TESTS_DIR	where "make install INSTALL_PATH=DIR" has put the tests;
#			the directory of this script if it is not set
#	CROSS_DIR	CROSS_DIR/ARCH is where "packaging/cross.sh ARCH" has
#			put the tests of another architecture
#	RUNQSLOWER	the binary for amd64, if it is not in TESTS_DIR
#	KERNEL_IMAGE	boot this bzImage instead of a Debian kernel
#	KERNEL_CMDLINE	words to add to the kernel's command line; NAME=value is
#			in the environment of the tests
#	TEST_TIMEOUT	seconds that one test program may take (300)
#	VM_TIMEOUT	seconds that one virtual machine may take (1200)
#			Kernels that are known to be slow have more of both.
#
# Kernels are kept in ~/.cache/runqslower-vm (XDG_CACHE_HOME). Remove it to get
# newer ones. Each VM's kernel log is there too.
set -u

# A line for each kernel: its name, what its package is called behind
# linux-image- or linux-binary- (a regular expression), the architecture, the
# suites to look for it in, what to add to its command line, its CPUs as QEMU's
# -smp has them (2), and how many times longer than others it may take (1).
# NAME+... is another run of NAME's image. A kernel with a configs/NAME.config
# is built from linux-source-.
kernels='
5.10		5[.]10[.][^-]*-[0-9]+-amd64	amd64	bullseye,bullseye-security
5.10+pid_max	5[.]10[.][^-]*-[0-9]+-amd64	amd64	bullseye,bullseye-security	sysctl.kernel.pid_max=4194304
6.1		6[.]1[.][^-]*-[0-9]+-amd64	amd64	bookworm,bookworm-security
6.1+240cpus	6[.]1[.][^-]*-[0-9]+-amd64	amd64	bookworm,bookworm-security	possible_cpus=240
6.1+preempt	6[.]1[.][^-]*-[0-9]+-amd64	amd64	bookworm,bookworm-security	preempt=full
6.1-rt		6[.]1[.][^-]*-[0-9]+-rt-amd64	amd64	bookworm,bookworm-security
6.12		6[.]12[.][^-]*-amd64	amd64	bookworm,bookworm-security
6.12+preempt	6[.]12[.][^-]*-amd64	amd64	bookworm,bookworm-security	preempt=full
6.12+1cpu	6[.]12[.][^-]*-amd64	amd64	bookworm,bookworm-security	-	1
6.12-rt		6[.]12[.][^-]*-rt-amd64	amd64	bookworm,bookworm-security
6.18		6[.]18[.][^-]*-amd64	amd64	trixie-backports
6.18+preempt	6[.]18[.][^-]*-amd64	amd64	trixie-backports	preempt=full
newest		[0-9][^-]*-amd64	amd64	sid,experimental,trixie-backports
newest+preempt	[0-9][^-]*-amd64	amd64	sid,experimental,trixie-backports	preempt=full
6.12-arm64	6[.]12[.][^-]*-arm64	arm64	bookworm,bookworm-security	-	2	2
6.12-riscv64	6[.]12[.][^-]*-riscv64	riscv64	trixie	-	2	2
6.12-s390x	6[.]12[.][^-]*-s390x	s390x	trixie	-	2	2
6.12-ppc64el	6[.]12[.][^-]*-powerpc64le-64k	ppc64el	bookworm-backports	-	2	2
core		6[.]12	amd64	bookworm,bookworm-security	-	2,threads=2
debug		6[.]12	amd64	bookworm,bookworm-security	-	2	6
lean		6[.]12	amd64	bookworm,bookworm-security	-	1
acct		6[.]12	amd64	bookworm,bookworm-security
'

# Lines of a kernel log that no test run may leave behind.
complaints='WARNING:|BUG:|BUG |Oops|general protection fault|Kernel panic|KASAN|KCSAN|UBSAN'
complaints+='|possible (recursive|circular) locking|inconsistent lock state|suspicious RCU usage'
complaints+='|lockdep|hung task|blocked for more than|rcu.*detected.* stall|rcu.*starved'
complaints+='|scheduling while atomic|sleeping function called|LOCKUP|trying to register non-static'
# A kernel that cannot be made preemptible is not the one that was asked for.
complaints+='|Unknown kernel command line parameters.* preempt='

cache=${XDG_CACHE_HOME:-$HOME/.cache}/runqslower-vm
here=$(cd "$(dirname "$0")" && pwd)
tests_dir=${TESTS_DIR:-$here}
list=$here/tests.list
[ -e "$list" ] || list=$here/../tests.list
test_timeout=${TEST_TIMEOUT:-300}
vm_timeout=${VM_TIMEOUT:-1200}

die()
{
	echo "vm.sh: $*" >&2
	exit 2
}

# column_of NAME COLUMN
column_of()
{
	awk -v name="$1" -v column="$2" '$1 == name { print $column }' <<<"$kernels"
}

# arch_of NAME: KERNEL_IMAGE has no line
arch_of()
{
	local arch

	arch=$(column_of "$1" 3)
	echo "${arch:-amd64}"
}

# times_slower NAME SECONDS: what a limit is for this kernel
times_slower()
{
	local times

	times=$(column_of "$1" 7)
	echo $((${times:-1} * $2))
}

all_names()
{
	awk 'NF { print $1 }' <<<"$kernels"
}

. "$here/machines.sh"
. "$here/fetch.sh"

# ---- What runs inside ----

# add_libs ROOT PROGRAM: its shared libraries, if it has any
add_libs()
{
	local lib

	for lib in $(ldd "$2" 2>/dev/null | grep -o '/[^ ]*'); do
		[ -e "$1$lib" ] || cp -L --parents "$lib" "$1"
	done
}

# add_interpreter ROOT PROGRAM: what the #! line of a script names, if not sh
add_interpreter()
{
	local shebang word program

	read -r shebang <"$2" 2>/dev/null
	[[ $shebang == '#!'* ]] || return 0
	for word in ${shebang#'#!'}; do
		program=$(command -v "$word") || continue
		case $program in
		*/sh | */env) continue ;;
		esac
		cp -L --parents "$program" "$1"
		add_libs "$1" "$program"
	done
}

# list_tests DIRECTORY: those of tests.list that a kernel makes a difference to
list_tests()
{
	local kind test

	while read -r kind test; do
		[ "$kind" != system ] || [ ! -x "$1/$test" ] || echo "$test"
	done <"$list"
}

# make_native_root ROOT
make_native_root()
{
	local program

	list_tests "$tests_dir" >"$1/tests.list"
	[ -s "$1/tests.list" ] ||
		die "no tests in $tests_dir; set TESTS_DIR to where \"make install INSTALL_PATH=DIR\" put them"
	cp -RL "$tests_dir/." "$1/tests"
	[ -z "${RUNQSLOWER:-}" ] || cp -L "$RUNQSLOWER" "$1/tests/runqslower"
	[ -x "$1/tests/runqslower" ] ||
		die "no runqslower in $tests_dir; set RUNQSLOWER"
	cp -L "$(command -v busybox)" "$1/bin/busybox"
	add_libs "$1" "$1/bin/busybox"
	find "$1/tests" -type f -executable | while read -r program; do
		add_libs "$1" "$program"
		add_interpreter "$1" "$program"
	done
}

# make_cross_root ROOT ARCH: cross.sh has added the libraries
make_cross_root()
{
	local dir=${CROSS_DIR:-}/$2/tests busybox=$cache/busybox/$2

	list_tests "$dir" >"$1/tests.list"
	[ -s "$1/tests.list" ] || return
	cp -RL "$dir/." "$1/tests"
	mv "$1/tests/lib" "$1/lib"
	ln -s lib "$1/lib64"
	[ -x "$busybox/usr/bin/busybox" ] || {
		update_lists trixie "$2" &&
			get_package trixie "$2" busybox-static "$busybox" || return
	}
	cp "$busybox/usr/bin/busybox" "$1/bin/busybox"
}

# make_initramfs ARCH
make_initramfs()
{
	local root=$work/root.$1

	mkdir -p "$root/bin" "$root/dev" "$root/tests"
	if [ "$1" = amd64 ]; then
		make_native_root "$root"
	else
		make_cross_root "$root" "$1" || return
	fi
	cp "$here/vm-init.sh" "$root/init"
	chmod +x "$root/init"
	(cd "$root" && find . | cpio -o -H newc --owner=+0:+0 --quiet) >"$work/initramfs.$1"
}

# ---- Running it ----

# boot NAME LOG: the kernel log goes to LOG, the tests' output to stdout
boot()
{
	local arch emulator machine words added cpus

	arch=$(arch_of "$1") added=$(column_of "$1" 5) cpus=$(column_of "$1" 6)
	find_emulator "$arch"
	set_machine "$arch" "$2"
	words+=" panic=-1 TEST_TIMEOUT=$(times_slower "$1" "$test_timeout") TEST_TRIES=${retry:+3}"

	timeout --foreground -k 5 "$(times_slower "$1" "$vm_timeout")" \
		"${emulator[@]}" "${machine[@]}" -accel tcg,thread=multi -smp "${cpus:-2}" \
		-m 2G -no-reboot -nodefaults -display none \
		-kernel "$(image_of "$1")" -initrd "$work/initramfs.$arch" \
		-append "$words ${added#-} ${KERNEL_CMDLINE:-}" </dev/null
}

# count_line LINE: of the output of a test
count_line()
{
	case ${1^^} in
	'#  RUN '*)
		has_failed='' ;;
	'#'*':EXPECTED '*)
		has_failed=1 ;;
	'OK '*'# SKIP'*)
		points=$((points + 1))
		# The harness says so also of a test that had failed before.
		if [ -n "$has_failed" ]; then
			bad=$((bad + 1))
		else
			skipped "${1#*# [Ss][Kk][Ii][Pp]}"
		fi ;;
	'OK '*)
		points=$((points + 1)) nr_passed=$((nr_passed + 1)) ;;
	'NOT OK '*)
		points=$((points + 1)) bad=$((bad + 1)) ;;
	1..[0-9]*)
		plan=${1#1..}
		plan=${plan%% *}
		skip_all=${1#*# [Ss][Kk][Ii][Pp]} ;;
	esac
}

# skipped REASON
skipped()
{
	local reason="$test:${1:- no reason given}"

	nr_skipped=$((nr_skipped + 1))
	[[ "$reasons; " == *"$reason; "* ]] || reasons+="${reasons:+; }$reason"
}

# end_of_test STATUS SECONDS: what its output and its exit status come to
end_of_test()
{
	if [ "$1" -eq 137 ] && [ "$2" -ge "$test_limit" ]; then
		fail_test "time limit of $test_limit s" $((bad + 1))
	elif [ "$bad" -gt 0 ]; then
		fail_test "$bad of $points failed" "$bad"
	elif [ "$1" -ne 0 ] && [ "$1" -ne 4 ]; then
		fail_test "exit status $1"
	elif [ "$points" -eq 0 ] && { [ "$1" -eq 4 ] || [ "$plan" = 0 ]; }; then
		skipped "$skip_all"
		show_result ok "$test # SKIP$skip_all"
	elif [ "$points" -ne "${plan:--1}" ]; then
		fail_test "$points results, ${plan:-none} planned"
	else
		show_result ok "$test"
	fi
}

# fail_test REASON [NUMBER]
fail_test()
{
	nr_failed=$((nr_failed + ${2:-1}))
	show_result "not ok" "$test # $1"
}

# show_result ok|"not ok" TEXT
show_result()
{
	nr=$((nr + 1))
	echo "  $1 $nr $2"
}

# check_log LOG
check_log()
{
	test="kernel log"
	if grep -Eq "$complaints" "$1"; then
		grep -E -A 25 "$complaints" "$1" | head -n 200 | tr -d '\r' |
			sed 's/^/    # /'
		fail_test "see $1"
	else
		show_result ok "$test"
	fi
}

# run_kernel NUMBER NAME: boot it, show the results, leave a row for the table
run_kernel()
{
	local name=$2 log=$cache/logs/$2.log began=$SECONDS release=none ending='the machine went down' line
	local nr=0 nr_passed=0 nr_failed=0 nr_skipped=0 reasons=
	local test_limit vm_limit tests nr_tests
	local test='' points=0 bad=0 has_failed='' plan='' skip_all='' before reasons_before again=0

	tests=$work/root.$(arch_of "$name")/tests.list
	nr_tests=$(wc -l <"$tests")
	echo "  # Subtest: $name"
	echo "  KTAP version 1"
	echo "  1..$((nr_tests + 1))"
	mkdir -p "${log%/*}" && : >"$log"
	test_limit=$(times_slower "$name" "$test_timeout")
	vm_limit=$(times_slower "$name" "$vm_timeout")
	while IFS= read -r line; do
		case $line in
		'@vm kernel '*) release=${line#@vm kernel } ;;
		'@vm start '*)
			test=${line#@vm start } points=0 bad=0 has_failed='' plan='' skip_all=''
			before=$nr_passed,$nr_skipped reasons_before=$reasons
			echo "    # Subtest: $test" ;;
		'@vm again '*)
			nr_passed=${before%,*} nr_skipped=${before#*,} reasons=$reasons_before
			again=$((again + 1))
			echo "  # $test ended with ${line#@vm again }: once more" ;;
		'@vm end '*)
			line=${line#@vm end }
			end_of_test "${line% *}" "${line#* }" ;;
		'@vm done') ending= ;;
		'@vm exit 124') ending="time limit of $vm_limit s" ;;
		'@vm exit '*) ;;
		?*)
			echo "    $line"
			count_line "$line" ;;
		esac
	done < <(boot "$name" "$log" 2>&1; echo "@vm exit $?")

	# Those that did not come to their end.
	while [ $nr -lt "$nr_tests" ]; do
		test=$(sed -n "$((nr + 1))p" "$tests")
		fail_test "not finished: $ending" $((bad + 1))
		bad=0
	done
	check_log "$log"

	[ $nr_failed -eq 0 ] && line=ok || line="not ok"
	echo "$line $1 $name # $release, $((SECONDS - began)) s"
	[ $again -eq 0 ] || reasons+="${reasons:+; }$again programs were run again"
	echo "| $name | $release | $nr_passed | $nr_failed | $nr_skipped | ${reasons//|/\\|} |" \
		>"$work/$name.row"
}

# show_kernel NUMBER NAME: run_kernel(), all of it shown at the end
show_kernel()
{
	run_kernel "$1" "$2" >"$work/$2.tap"
	cat "$work/$2.tap"
}

table()
{
	local name

	echo "| kernel | release as booted | passed | failed | skipped | remarks |"
	echo "|---|---|---|---|---|---|"
	for name in "${names[@]}"; do
		cat "$work/$name.row" 2>/dev/null || echo "| $name | none | 0 | 1 | 0 | |"
	done
}

# ---- The command line ----

max_jobs=1
retry=
shows_cross=
table_file=
names=()
while [ $# -gt 0 ]; do
	case $1 in
	--list) awk 'NF { printf "%-16s %-6s %s %s\n", $1, $3, $4, $5 }' <<<"$kernels"; exit ;;
	--cross) shows_cross=yes ;;
	--retry) retry=yes ;;
	--table) table_file=${2:?--table takes a file}; shift ;;
	-j) max_jobs=${2:?-j takes 1 or 2}; shift ;;
	-h | --help) sed -n '3,/^set/s/^#[ ]\{0,1\}//p' "$0"; exit ;;
	-*) die "unknown option $1" ;;
	*) names+=("$1") ;;
	esac
	shift
done
case $max_jobs in
1 | 2) ;;
*) die "-j takes 1 or 2" ;;
esac

for tool in qemu-system-x86_64:qemu-system-x86 busybox:busybox-static cpio:cpio; do
	command -v ${tool%:*} >/dev/null || missing+=" ${tool#*:}"
done
[ -z "${missing:-}" ] || die "missing packages:$missing"

if [ -n "${KERNEL_IMAGE:-}" ]; then
	[ -r "$KERNEL_IMAGE" ] || die "cannot read $KERNEL_IMAGE"
	[ ${#names[@]} -eq 0 ] || die "KERNEL_IMAGE and a KERNEL exclude each other"
	names=(own)
elif [ ${#names[@]} -eq 0 ]; then
	for name in $(all_names); do
		arch=$(arch_of "$name")
		[ "$arch" != amd64 ] && [ -z "$shows_cross" ] &&
			[ ! -d "${CROSS_DIR:-}/$arch/tests" ] || names+=("$name")
	done
fi
for name in "${names[@]}"; do
	[ "$name" = own ] || all_names | grep -qxF -e "$name" ||
		die "unknown kernel $name: one of $(all_names | xargs)"
done

if [ -n "$shows_cross" ]; then
	for name in "${names[@]}"; do
		arch_of "$name"
	done | sort -u | grep -vx amd64
	exit
fi

# Every job in a process group of its own: what it started ends with it.
set -m
mkdir -p "$cache"
work=$(mktemp -d "$cache/tmp.XXXXXX") || exit
cleanup()
{
	local pid

	for pid in $(jobs -p); do
		kill -- -"$pid" 2>/dev/null
	done
	rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

for arch in $(for name in "${names[@]}"; do arch_of "$name"; done | sort -u); do
	make_initramfs "$arch" || continue
	find_emulator "$arch" || { get_emulator "$arch" && find_emulator "$arch"; } ||
		echo "vm.sh: no newer emulator than $("${emulator[@]}" --version | head -n 1)" >&2
done
for name in "${names[@]}"; do
	[ ! -e "$work/initramfs.$(arch_of "$name")" ] || fetch "$name" ||
		echo "vm.sh: cannot fetch a kernel for $name" >&2
done

echo "KTAP version 1"
echo "1..${#names[@]}"
number=0
for name in "${names[@]}"; do
	number=$((number + 1))
	while [ "$(jobs -pr | wc -l)" -ge "$max_jobs" ]; do
		wait -n
	done
	if [ ! -e "$work/initramfs.$(arch_of "$name")" ]; then
		echo "not ok $number $name # no tests for $(arch_of "$name") in CROSS_DIR"
		continue
	fi
	if [ ! -e "$(image_of "$name")" ]; then
		if [ -n "$retry" ]; then
			echo "ok $number $name # SKIP no kernel could be fetched"
			echo "| $name | none | 0 | 0 | 1 | no kernel could be fetched |" \
				>"$work/$name.row"
		else
			echo "not ok $number $name # no kernel"
		fi
		continue
	fi
	if [ "$max_jobs" -eq 1 ]; then
		run_kernel $number "$name" &
	else
		show_kernel $number "$name" &
	fi
done
wait

table | tee ${table_file:+"$table_file"}
awk -F '|' 'NR > 2 { passed += $4; failed += $5 }
	END { printf "%d passed, %d failed\n", passed, failed; exit failed > 0 }' \
	< <(table)
