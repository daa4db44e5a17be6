#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Does the build keep its promises inside a kernel tree and outside of one?
#
#	KERNEL_SRC=/path/to/linux selftests/build/build.sh [PATTERN]
#
# Works on a copy of that tree's tools, in TMPDIR; nothing else is written.
# PATTERN is a regular expression: only the tests with such a name are run.
# A test is a function: it fails with the first command that does.
# shellcheck disable=SC2317 # they are called by name

. "$(dirname "$0")/trial.sh"

# --- tests -------------------------------------------------------------------

plain()
{
	local before

	before=$(files "$tree")
	m "$jobs" -C "$dir"
	works "$dir/.output/runqslower"
	has_not ' -Wall '		# quiet: no commands
	has '^  CLANG '
	out=$dir/.output
	nothing_to_do -C "$dir"
	cp -a "$dir/.output" "$lib"
	m -C "$dir" clean
	same "$before" "$(files "$tree")"
}

output()
{
	local before

	before=$(files "$tree")
	cd "$work"
	quick OUTPUT="$1"
	works "$2"
	same "$before" "$(files "$tree")"
	quick OUTPUT="$1" clean
	[ -z "$(find "$(dirname "$2")" -type f)" ]
}

o()
{
	local before

	before=$(files "$tree")
	mkdir "$out"
	cd "$work"
	quick O="$1"
	works "$out/runqslower"
	same "$before" "$(files "$tree")"
	nothing_to_do -C "$dir" O="$1" VMLINUX_H="$lib/vmlinux.h" BPFOBJ_OUTPUT="$lib/libbpf" \
		BPFTOOL="$lib/bpftool/bootstrap/bpftool"
	quick O="$1" clean
	[ -z "$(find "$out" -type f)" ]
}

o_vmlinux()
{
	mkdir "$out"
	cp /sys/kernel/btf/vmlinux "$out/vmlinux"
	cd "$work"
	quick V=1 O=out VMLINUX_H=
	has "btf dump file $out/vmlinux"
}

llvm()
{
	installed clang llvm-strip llvm-ar ld.lld || skip "no llvm-strip, llvm-ar or ld.lld"
	# Warnings of clang do not depend on -O.
	quick LLVM=1 V=1 OUTPUT="$out/" CFLAGS="-g -O0"
	works "$out/runqslower"
	has '^clang .*-c options.c'
	has_not '^ *gcc .*-c '
	all_warn
	mkdir "$out/other"
	seed "$out/other"
	rm "$out/other/libbpf/libbpf.a"
	m -n -C "$dir" LLVM=1 V=1 OUTPUT="$out/other/" "$out/other/libbpf/libbpf.a"
	has "'  clang .* -c -o .*/staticobjs/libbpf.o libbpf.c'"
	has_not ' gcc .*-c '
}

llvm_suffixed()
{
	local suffix dry=

	grep -q 'allow-override,CLANG' "$tree/tools/scripts/Makefile.include" ||
		skip "this tree has LLVM=-NN for CC only"
	suffix=$(llvm_suffix)
	[ -n "$suffix" ] || skip "no clang-NN with llvm-strip-NN, llvm-ar-NN and ld.lld-NN"
	# The clang of LLVM=1 has built all of this before.
	[ "$("clang$suffix" --version)" != "$(clang --version)" ] || dry=-n
	# shellcheck disable=SC2086 # no word, or one
	quick $dry V=1 LLVM="$suffix" CFLAGS=-O0 OUTPUT="$out/"
	[ -n "$dry" ] || works "$out/runqslower"
	has "^clang$suffix .*-c runqslower.c"
	has "^clang$suffix .*-c runqslower.bpf.c"
	has "^llvm-strip$suffix "
	rm -rf "$out"
	export LLVM=$suffix
	quick -n V=1 OUTPUT="$out/"
	has "^clang$suffix .*-c runqslower.bpf.c"
}

# All of ours is compiled with warnings on. (m has looked for them.)
all_warn()
{
	local sources

	sources=$(grep -c -e '^[a-z].* -c [a-z._/]*\.c ' "$log")
	[ "$sources" -ge 5 ]
	[ "$(grep -c -e '^[a-z].*-Wall -Wextra.* -c [a-z._/]*\.c ' "$log")" -eq "$sources" ]
}

warnings()
{
	installed gcc || skip "no gcc"
	quick V=1 CC=gcc OUTPUT="$out/"
	has '^gcc .*-c runqslower.c'
	all_warn
}

tools_bpf()
{
	grep -q '^runqslower:' "$tree/tools/bpf/Makefile" || skip "this tree has no rule for it"
	# shellcheck disable=SC2086
	m "$jobs" -C "$tree/tools/bpf" $share runqslower
	works "$dir/.output/runqslower"
	m -C "$tree/tools/bpf" runqslower_clean
	same "$(files "$pristine")" "$(files "$dir")"
	mkdir "$out"
	# shellcheck disable=SC2086
	m "$jobs" -C "$tree/tools/bpf" $share O="$out" runqslower
	works "$out/runqslower/runqslower"
	m -C "$tree/tools/bpf" O="$out" runqslower_clean
	[ -z "$(find "$out/runqslower" -type f)" ]
	same "$(files "$pristine")" "$(files "$dir")"
}

# Objects beside the sources: O is the source tree itself.
top_in_tree()
{
	in_git "$dir"
	seed "$dir"
	cd "$tree"
	top_of_tree srctree=.
	works "$dir/runqslower"
	same "" "$(git -C "$dir" status --porcelain)"
	m -C "$dir" OUTPUT="$dir/" clean
	same "" "$(git -C "$dir" status --porcelain --ignored)"
	rm -rf "$dir/.git"
	same "$(files "$pristine")" "$(files "$dir")"
}

top_elsewhere()
{
	mkdir -p "$out/tools/bpf/runqslower"
	seed "$out/tools/bpf/runqslower"
	cd "$out"
	top_of_tree srctree="$tree" building_out_of_srctree=1
	works "$out/tools/bpf/runqslower/runqslower"
	same "$(files "$pristine")" "$(files "$dir")"
}

# What tools/testing/selftests/bpf/Makefile says: 6.1 without the slash after
# libbpf, 6.12 with it and more.
selftests_call()
{
	local before

	before=$(files "$lib")
	mkdir "$out"
	m "$jobs" -C "$dir" V=1 OUTPUT="$out/" VMLINUX_BTF=/sys/kernel/btf/vmlinux \
		BPFTOOL_OUTPUT="$lib/bpftool/" BPFOBJ_OUTPUT="$1" \
		BPFOBJ="$lib/libbpf/libbpf.a" BPF_INCLUDE="$lib/libbpf/include" "${@:2}"
	works "$out/runqslower"
	same "$before" "$(files "$lib")"
	if [ $# -gt 1 ]; then
		has '-O0.* -c runqslower.c'
		has '-Wl,--build-id=md5 .*libbpf.a'
	fi
	m -C "$dir" OUTPUT="$out/" BPFTOOL_OUTPUT="$lib/bpftool/" BPFOBJ_OUTPUT="$1" clean
	same "$before" "$(files "$lib")"
}

selftests_bpf()
{
	grep -q '/runqslower:' "$tree/tools/testing/selftests/bpf/Makefile" ||
		skip "this tree has no rule for it"
	[ -d "$tree/kernel/bpf" ] || skip "no kernel/bpf in KERNEL_SRC"
	# What it builds with flags of its own, and does not hand us, is there.
	mkdir -p "$out/tools/build" "$out/tools/sbin"
	seed "$out/tools/build"
	cp -a "$lib/libbpf/include" "$out/tools/include"
	cp "$lib/bpftool/bootstrap/bpftool" "$out/tools/sbin/bpftool"
	make "$jobs" -C "$tree/tools/testing/selftests/bpf" OUTPUT="$out" runqslower
	works "$out/runqslower"
	same "$(files "$pristine")" "$(files "$dir")"
}

command_line()
{
	local flags=(CFLAGS="-O0 -DMARK_C" "LDFLAGS=-Wl,--build-id=md5"
		     EXTRA_CFLAGS=-DMARK_EXTRA "EXTRA_LDFLAGS=-Wl,--hash-style=gnu")

	quick V=1 OUTPUT="$out/" "${flags[@]}"
	works "$out/runqslower"
	has '-Wextra .*-O0 -DMARK_C -DMARK_EXTRA .*-c options.c'
	has '--build-id=md5 -Wl,--hash-style=gnu .*libbpf.a'
	# libbpf takes the extra flags, bpftool, which runs here, none.
	mkdir "$out/other"
	seed "$out/other"
	rm -r "$out/other/"{libbpf/libbpf.a,bpftool/bootstrap/{main.o,bpftool}}
	m -n -C "$dir" V=1 OUTPUT="$out/other/" "${flags[@]}" "$out/other/libbpf/libbpf.a"
	has 'MARK_EXTRA.* -c -o .*staticobjs/libbpf.o'
	m -C "$dir" V=1 OUTPUT="$out/other/" "${flags[@]}" "$out/other/bpftool/bootstrap/bpftool"
	has ' -c .*main.c'
	has_not 'MARK.*/bootstrap/'
}

environment()
{
	export CFLAGS="-O0 -DMARK_C" LDFLAGS=-Wl,--build-id=md5 EXTRA_CFLAGS=-DMARK_EXTRA
	quick V=1 OUTPUT="$out/"
	has '-O0 -DMARK_C -DMARK_EXTRA .*-c options.c'
	has '-Wl,--build-id=md5 .*libbpf.a'
}

sanitized()
{
	local san=-fsanitize=address,undefined

	echo 'int main(void) { return 0; }' >"$work/main.c"
	gcc "$san" "$work/main.c" -o "$work/main" || skip "gcc without libasan or libubsan"
	quick OUTPUT="$out/" CFLAGS=-g EXTRA_CFLAGS="$san" EXTRA_LDFLAGS="$san"
	nm "$out/runqslower" | grep -q __asan_init
	works "$out/runqslower"
}

# 6.1 passes LDFLAGS= to all of tools/.
static()
{
	echo 'int elf_end(void *); int main(void) { return elf_end(0); }' >"$work/main.c"
	# shellcheck disable=SC2046 # a list of words
	gcc -static "$work/main.c" $(pkg-config --static --libs libelf || echo -lelf -lz) \
		-o "$work/main" || skip "no static libelf that can be linked"
	quick V=1 OUTPUT="$out/" LDFLAGS= EXTRA_LDFLAGS=-static
	works "$out/runqslower"
	readelf -l "$out/runqslower" >"$log"
	has_not INTERP
}

vmlinux_h()
{
	cp "$lib/vmlinux.h" "$work/own.h"
	echo "/* MARK */" >>"$work/own.h"
	quick OUTPUT="$out/" VMLINUX_H="$work/own.h"
	grep -q MARK "$out/vmlinux.h"
	touch "$work/own.h"
	quick OUTPUT="$out/" VMLINUX_H="$work/own.h"
	has CLANG
	has LINK
}

# As of 5.10, which has no task storage.
vmlinux_h_older()
{
	grep -v BPF_MAP_TYPE_TASK_STORAGE "$lib/vmlinux.h" >"$work/older.h"
	quick OUTPUT="$out/" VMLINUX_H="$work/older.h"
	works "$out/runqslower"
}

vmlinux_h_empty()
{
	quick V=1 OUTPUT="$out/" VMLINUX_H=
	works "$out/runqslower"
	has 'btf dump file'
}

# A bpftool of a few versions speaks up about the one in /sys, so not here.
vmlinux_btf()
{
	cp /sys/kernel/btf/vmlinux "$work/btf"
	quick V=1 OUTPUT="$out/" VMLINUX_H= VMLINUX_BTF="$work/btf"
	has "btf dump file $work/btf"
	touch "$work/btf"
	quick OUTPUT="$out/" VMLINUX_H= VMLINUX_BTF="$work/btf"
	has CLANG
}

# Its time changes whenever the kernel has forgotten the file.
sys_time()
{
	quick OUTPUT="$out/" VMLINUX_H= VMLINUX_BTF=/sys/kernel/btf/vmlinux
	nothing_to_do -C "$dir" -W /sys/kernel/btf/vmlinux OUTPUT="$out/" \
		VMLINUX_BTF=/sys/kernel/btf/vmlinux BPFOBJ_OUTPUT="$lib/libbpf" \
		BPFTOOL="$lib/bpftool/bootstrap/bpftool"
}

other_bpftool()
{
	quick OUTPUT="$out/"
	[ ! -e "$out/bpftool" ]
	rm -rf "$out"
	PATH=$lib/bpftool/bootstrap:$PATH quick OUTPUT="$out/" BPFTOOL=bpftool
	[ ! -e "$out/bpftool" ]
}

# Older than libbpf's sources, but not ours to rebuild.
other_libbpf()
{
	local before

	mkdir "$work/other"
	cp "$lib/libbpf/libbpf.a" "$work/other/libbpf.a"
	touch -d 2001-01-01 "$work/other/libbpf.a"
	before=$(files "$work/other")
	m -C "$dir" OUTPUT="$out/" BPFTOOL="$lib/bpftool/bootstrap/bpftool" \
		BPFOBJ="$work/other/libbpf.a" BPF_INCLUDE="$lib/libbpf/include"
	works "$out/runqslower"
	[ ! -e "$out/libbpf" ]
	same "$before" "$(files "$work/other")"
	# Nothing of others is built, so the output directory is ours to make.
	m -C "$dir" BPFTOOL="$lib/bpftool/bootstrap/bpftool" BPFOBJ="$work/other/libbpf.a" \
		BPF_INCLUDE="$lib/libbpf/include" "$dir/.output/names.o"
}

verbose()
{
	quick V=1 OUTPUT="$out/"
	has_not '^  [A-Z][A-Z]'
	has ' -c writers/text.c '
	has 'gen skeleton'
}

silent()
{
	# Where the first test has built them: ccache knows the commands.
	local there=$dir/.output

	m -s -j4 -C "$dir" OUTPUT="$out/r/" BPFTOOL_OUTPUT="$there/bpftool" \
		BPFOBJ_OUTPUT="$there/libbpf" VMLINUX_H="$lib/vmlinux.h"
	same "" "$(cat "$log")"
	works "$out/r/runqslower"
	[ -x "$there/bpftool/bootstrap/bpftool" ]
	[ -e "$there/libbpf/libbpf.a" ]
	[ ! -e "$out/r/bpftool" ]
}

# Cross compilers that note what they are asked to do.
cross()
{
	local tool

	mkdir "$work/cross"
	for tool in gcc ld ar; do
		printf '#!/bin/sh\necho "%s $*" >>%s\nexec %s "$@"\n' \
			"$tool" "$work/cross/log" "$tool" >"$work/cross/other-$tool"
		chmod +x "$work/cross/other-$tool"
	done
	# Where the first test has built: ccache knows the commands.
	PATH=$work/cross:$PATH m "$jobs" -C "$dir" \
		CROSS_COMPILE=other- ARCH="$(uname -m)"
	log=$work/cross/log
	has '^gcc .*-c options.c'
	has '^gcc .*libbpf.c'
	has '^ar .*libbpf.a'
	has_not "$dir/.output/bpftool/"
}

target_endian()
{
	quick V=1 OUTPUT="$out/" BPF_TARGET_ENDIAN=--target=bpfel
	has '--target=bpfel .*-c runqslower.bpf.c'
}

# The byte order is that of what the compiler compiles for. (A bpftool before
# 6.13 cannot make a skeleton for another order than its own.)
target_of_cc()
{
	mkdir -p "$work/cross"
	cat >"$work/cross/big-cc" <<-'END'
		#!/bin/sh
		case " $* " in
		*' -dM '*) echo '#define __BYTE_ORDER__ __ORDER_BIG_ENDIAN__' ;;
		*) exec gcc "$@" ;;
		esac
	END
	chmod +x "$work/cross/big-cc"
	quick V=1 OUTPUT="$out/"
	has '--target=bpf .*-c runqslower.bpf.c'
	rm -rf "$out"
	quick V=1 OUTPUT="$out/" CC="$work/cross/big-cc" || has '^for this byte order bpftool'
	has '--target=bpfeb .*-c runqslower.bpf.c'
}

# In whatever folder and with whatever OUTPUT: the same to the bit. (Paths get
# into a file by what -g adds, not by what -O does.)
reproducible()
{
	local one=$out/one two=$out/else/where

	# It makes paths relative, each in its own way.
	export CCACHE_DISABLE=1
	mkdir -p "$out/else"
	cp -a "$dir" "$one"
	cp -a "$dir" "$two"
	# shellcheck disable=SC2086 # a list of words
	m -j3 -C "$one" $share CFLAGS=-g KERNEL_SRC="$tree" OUTPUT="$out/built/"
	# shellcheck disable=SC2086
	m -j2 -C "$two" $share CFLAGS=-g KERNEL_SRC="$tree" \
		OUTPUT="$out/built/some/where/"
	cmp "$out/built/runqslower" "$out/built/some/where/runqslower"
}

# What the selftests' Makefile or an editor touches is noticed, and only that.
dependencies()
{
	quick OUTPUT="$out/"
	touch "$dir/engine/wait.bpf.h"
	quick OUTPUT="$out/"
	has CLANG
	has 'CC .*/tracer.o'
	has_not 'CC .*/text.o'
	touch "$dir/writers/text.h"
	quick OUTPUT="$out/"
	has 'CC .*/text.o'
	has_not CLANG
}

# Objects beside the sources, from another day, are not taken for new ones.
beside()
{
	echo '#error stale' | tee "$dir/vmlinux.h" >"$dir/runqslower.skel.h"
	quick OUTPUT="$out/"
	works "$out/runqslower"
}

half_made()
{
	fails quick OUTPUT="$out/" LLVM_STRIP=false
	[ -e "$out/vmlinux.h" ]
	[ ! -e "$out/runqslower.bpf.o" ]
}

# bpftool/ there is no output of ours.
clean_elsewhere()
{
	local before

	before=$(files "$tree")
	make -C "$dir" OUTPUT="$tree/tools/bpf/" clean || :
	same "$before" "$(files "$tree")"
	m -C "$dir" OUTPUT="$dir/" clean
	same "$before" "$(files "$tree")"
}

no_clang() { refuses 'no "no-such-clang".*install clang' -C "$dir" CLANG=no-such-clang; }
no_strip() { refuses 'no "no-such-strip".*install llvm' -C "$dir" LLVM_STRIP=no-such-strip; }
no_python()
{
	mkdir "$work/bin"
	find /usr/sbin /usr/bin -mindepth 1 ! -name 'python3*' -exec ln -sft "$work/bin" {} +
	PATH=$work/bin refuses 'no python3' -C "$dir"
}

no_bpftool() { refuses 'no "/no/bpftool".*BPFTOOL' -C "$dir" BPFTOOL=/no/bpftool; }
no_libelf() { refuses 'no libelf.h: install' -C "$dir" EXTRA_CFLAGS=-nostdinc; }

no_zlib()
{
	mkdir "$work/include"
	touch "$work/include/libelf.h"
	refuses 'no zlib.h: install' -C "$dir" EXTRA_CFLAGS="-nostdinc -I$work/include"
}

no_btf()
{
	refuses 'no kernel BTF in /no/btf: set VMLINUX_H' -C "$dir" VMLINUX_BTF=/no/btf
	refuses 'no kernel BTF in /no/v.h: set VMLINUX_H' -C "$dir" VMLINUX_H=/no/v.h
}

# The programs are the same, whatever vmlinux.h they are compiled with. (Where a
# type or a field is missing in ours, the build fails.)
without_btf()
{
	local with

	with=$(llvm-objdump -d "$lib/runqslower.bpf.o" | tail -n +3)
	[ "$(wc -l <<<"$with")" -gt 1000 ]
	quick OUTPUT="$out/" VMLINUX_H= VMLINUX_BTF_PATHS=
	has 'no kernel BTF: .* engine/vmlinux.h'
	works "$out/runqslower"
	same "$with" "$(llvm-objdump -d "$out/runqslower.bpf.o" | tail -n +3)"
	nothing_to_do -C "$dir" OUTPUT="$out/" VMLINUX_BTF_PATHS= BPFOBJ_OUTPUT="$lib/libbpf" \
		BPFTOOL="$lib/bpftool/bootstrap/bpftool"
}

# As a bzImage begins.
compressed()
{
	printf 'MZ' >"$work/vmlinuz"
	refuses "neither ELF nor BTF: $work/vmlinuz.*extract-vmlinux" -C "$dir" \
		VMLINUX_BTF="$work/vmlinuz"
	has_not 'make setup'
}

no_kernel()
{
	refuses 'no kernel source tree in /no/linux: set KERNEL_SRC' -C "$pristine" KERNEL_SRC=/no/linux
	refuses "no kernel source tree in $pristine/.linux: set KERNEL_SRC" -C "$pristine"
	has_not 'make setup'
	m -C "$pristine" clean
	[ -e "$standalone/Makefile.standalone" ] || return 0
	refuses 'set KERNEL_SRC=/path/to/linux, or run "make setup" as root' -C "$standalone"
	fails m -C "$standalone" graft KERNEL_SRC=/no/linux
	has 'graft: no kernel tree in /no/linux: set KERNEL_SRC'
}

space()
{
	mkdir "$work/a space"
	cp -a "$pristine" "$work/a space/runqslower"
	refuses 'CURDIR has a space' -C "$work/a space/runqslower" KERNEL_SRC="$tree"
	refuses 'KERNEL_SRC has a space' -C "$pristine" KERNEL_SRC="$work/a space"
	refuses 'O has a space' -C "$dir" O="$work/a space"
	out="$work/a space/out"
	refuses 'OUTPUT has a space' -C "$dir"
}

# in_root EXPECTED-FILE...: what is in $out/root, apart from directories
in_root() { same "$(printf '%s\n' "$@" | sort)" "$(cd "$out/root" && find . ! -type d -printf '%P\n' | sort)"; }

install_()
{
	local before root="DESTDIR=$out/root" complete=share/bash-completion/completions/runqslower

	quick OUTPUT="$out/"
	before=$(files "$out")
	quick OUTPUT="$out/" "$root" install
	in_root usr/local/sbin/runqslower usr/local/$complete
	[ -x "$out/root/usr/local/sbin/runqslower" ]
	quick OUTPUT="$out/" "$root" uninstall
	in_root ""
	quick OUTPUT="$out/" "$root" prefix=/usr install
	in_root usr/sbin/runqslower usr/$complete
	quick OUTPUT="$out/" "$root" prefix=/usr uninstall
	quick OUTPUT="$out/" "$root" prefix=/usr sbindir=/usr/bin bash_compdir=/etc/compl install
	in_root usr/bin/runqslower etc/compl/runqslower
	quick OUTPUT="$out/" "$root" prefix=/usr sbindir=/usr/bin bash_compdir=/etc/compl uninstall
	in_root ""
	quick OUTPUT="$out/" "$root" PROGRAM=other install
	in_root usr/local/sbin/other usr/local/${complete%runqslower}other
	grep -qx 'complete -F _runqslower other' "$out/root/usr/local/${complete%runqslower}other"
	quick OUTPUT="$out/" "$root" PROGRAM=other uninstall
	in_root ""
	# Nor does it take what the build took.
	m -C "$dir" OUTPUT="$out/" "$root" CLANG=no-such-clang CC=no-such-cc VMLINUX_BTF=/no/btf \
		BPFTOOL=/no/bpftool BPFOBJ_OUTPUT="$lib/libbpf" install
	in_root usr/local/sbin/runqslower usr/local/$complete
	rm -rf "$out/root"
	same "$before" "$(files "$out")"
}

# A kernel tree has no service: see graft.
install_service()
{
	local unit=runqslower-metrics.service

	[ -e "$standalone/Makefile.standalone" ] || skip "this is in a kernel tree"
	cp -a "$standalone" "$work/service"
	# Not built, as only its name matters.
	mkdir "$out"
	printf '#!/bin/sh\n' >"$out/runqslower"
	chmod +x "$out/runqslower"
	# shellcheck disable=SC2086
	set -- -C "$work/service" $share KERNEL_SRC="$tree" OUTPUT="$out/" DESTDIR="$out/root" \
		-o "$out/runqslower"
	m "$@" install
	grep -qx 'ExecStart=/usr/local/sbin/runqslower --metrics .*' \
		"$out/root/usr/local/lib/systemd/system/$unit"
	m "$@" uninstall
	in_root ""
	m "$@" prefix=/usr unitdir=/units PROGRAM=other install
	grep -qx 'ExecStart=/usr/sbin/other --metrics .*' "$out/root/units/$unit"
	grep -qx 'Documentation=man:other(8)' "$out/root/units/$unit"
	m "$@" prefix=/usr unitdir=/units PROGRAM=other uninstall
	in_root ""
	installed systemd-analyze || skip "no systemd-analyze"
	m "$@" sbindir="$out" DESTDIR= bash_compdir="$out/root" unitdir="$out/root" \
		PROGRAM=tool install
	same "" "$(systemd-analyze verify --man=no "$out/root/$unit" 2>&1)"
}

doc_install()
{
	local root="DESTDIR=$out/root"

	installed rst2man || skip "no rst2man"
	m -C "$dir" OUTPUT="$out/" doc
	[ -s "$out/runqslower.8" ]
	m -C "$dir" OUTPUT="$out/" "$root" prefix=/usr doc-install
	in_root usr/share/man/man8/runqslower.8
	m -C "$dir" OUTPUT="$out/" "$root" prefix=/usr doc-uninstall
	in_root ""
	m -C "$dir" OUTPUT="$out/" "$root" mandir=/usr/man doc-install
	in_root usr/man/man8/runqslower.8
	m -C "$dir" OUTPUT="$out/" "$root" mandir=/usr/man doc-uninstall
	m -C "$dir" OUTPUT="$out/" "$root" PROGRAM=other mandir=/usr/man doc-install
	in_root usr/man/man8/other.8
	grep '^\.TH "*other"* ' "$out/root/usr/man/man8/other.8"
	# Metrics and their service keep their names.
	grep 'runqslower_wait_seconds$' "$out/root/usr/man/man8/other.8"
	fails grep -i 'runqslower\($\|[^_.\\]\|\\[^-]\)' "$out/root/usr/man/man8/other.8"
	m -C "$dir" OUTPUT="$out/" clean
	[ ! -e "$out/runqslower.8" ]
}

# The first build, too, may be "make install": its DESTDIR is not libbpf's.
install_first()
{
	# Where the first test has built them: ccache knows the commands.
	m "$jobs" -C "$dir" BPFTOOL="$lib/bpftool/bootstrap/bpftool" VMLINUX_H="$lib/vmlinux.h" \
		DESTDIR="$out/root" prefix=/usr install
	[ -e "$dir/.output/libbpf/libbpf.a" ]
	in_root usr/sbin/runqslower usr/share/bash-completion/completions/runqslower
}

# Output goes to where the first test has built, in a folder that is mounted
# there, or to O.
read_only()
{
	unshare -m true || skip "no mount namespace"
	mkdir -p "$out" "$work/writable" "$dir/.output"
	# shellcheck disable=SC2016,SC2086 # expanded by the inner shell; a list of words
	unshare -m sh -e -c 'mount --bind "$1" "$1"
		mount -o remount,bind,ro "$1"
		mount --bind "$2" "$1/tools/bpf/runqslower/.output"
		! touch "$1/x" 2>/dev/null
		make "$4" -C "$1/tools/bpf/runqslower"
		make "$4" -C "$1/tools/bpf/runqslower" O="$3" "$5" "$6" "$7"' \
		sh "$tree" "$work/writable" "$out" "$jobs" $share
	works "$work/writable/runqslower"
	works "$out/runqslower"
}

# What was run, but for how it keeps the paths of folders out of files.
commands() { grep -e ' -[co] ' "$log" | sed 's/ -ffile-prefix-map=[^ ]*//g' | sort; }

# The commands are those of the build in a tree, but for the paths.
alone()
{
	local in_tree

	cp -a "$standalone" "$work/alone"
	in_git "$work/alone"
	quick -n V=1 OUTPUT="$out/"
	in_tree=$(commands)
	[ "$(wc -l <<<"$in_tree")" -gt 30 ]
	# shellcheck disable=SC2086
	m -n -C "$work/alone" $share KERNEL_SRC="$tree" V=1 OUTPUT="$out/"
	same "$in_tree" "$(commands)"
	# shellcheck disable=SC2086
	m "$jobs" -C "$work/alone" $share KERNEL_SRC="$tree"
	works "$work/alone/.output/runqslower"
	same "" "$(git -C "$work/alone" status --porcelain)"
	m -C "$work/alone" clean
	same "" "$(git -C "$work/alone" status --porcelain --ignored)"
}

# selftests_in DIRECTORY
selftests_in()
{
	installed rsync || skip "no rsync"
	mkdir -p "$1/obj"
	seed "$1/obj"
}

# One test, because "make check" has built all of them.
few="programs=truth_test tools_to_run=runqslower"

# Absolute and relative O are one directory: the second finds all done.
selftests_o()
{
	local before

	selftests_in "$out"
	m "$jobs" -C "$dir/selftests" $few O="$out" all
	before=$(files "$out" | grep -v '\.d ')
	(cd "$work" && m -C "$dir/selftests" $few O=out all)
	same "$before" "$(files "$out" | grep -v '\.d ')"
	(cd "$work" && m -C "$dir/selftests" $few O=out install gen_tar)
	[ -x "$out/kselftest_install/truth_test" ]
	works "$out/kselftest_install/runqslower"
	tar tzf "$out/runqslower-selftests.tar.gz" | grep -q /runqslower
	same "$(files "$pristine")" "$(files "$dir")"
	(cd "$work" && m -C "$dir/selftests" $few O=out clean)
	same "" "$(find "$out" -type f)"
}

selftests_in_place()
{
	selftests_in "$dir/selftests"
	m "$jobs" -C "$dir/selftests" $few all
	works "$dir/selftests/runqslower"
	m -C "$dir/selftests" $few INSTALL_PATH="$out" install
	[ -x "$out/truth_test" ]
	m -C "$dir/selftests" clean
	same "$(files "$pristine")" "$(files "$dir")"
}

# The tests' programs, too, do without BTF.
tests_without_btf()
{
	local source

	selftests_in "$out"
	rm "$out/obj/vmlinux.h"
	# shellcheck disable=SC2086 # a list of words
	m -C "$dir" $share OUTPUT="$out/obj/" VMLINUX_H= VMLINUX_BTF_PATHS= "$out/obj/vmlinux.h"
	for source in oracle scx; do
		m -C "$dir/selftests" OUTPUT="$out" -o "$out/obj/runqslower" \
			"$out/obj/$source.bpf.o"
	done
	cmp "$dir/engine/vmlinux.h" "$out/obj/vmlinux.h"
}

# Output is what .gitignore says.
graft()
{
	local ignored from=$out/from to=$out/linux/tools/bpf/runqslower

	[ -e "$standalone/Makefile.standalone" ] || skip "this is in a kernel tree"
	mkdir -p "$out/linux/tools/bpf"
	cp -a "$standalone" "$from"
	sed -e '/^#/d' -e 's/\*/any/' "$from/.gitignore" | while read -r ignored; do
		case $ignored in
		*/) mkdir -p "$from/$ignored"; touch "$from/${ignored}file" ;;
		/*) touch "$from$ignored" ;;
		*) touch "$from/$ignored" "$from/selftests/$ignored" ;;
		esac
	done
	m -C "$from" graft KERNEL_SRC="$out/linux"
	same "$(files "$pristine")" "$(files "$to")"
	for ignored in .ci bench packaging LICENSES Makefile.standalone; do
		[ ! -e "$to/$ignored" ]
	done
	rm -rf "$to"
	mv "$from" "$to"
	fails m -C "$to" graft KERNEL_SRC="$out/linux"
	has 'graft: this is'
	[ -e "$to/runqslower.c" ]
}

# --- run ---------------------------------------------------------------------

t "make -C tools/bpf/runqslower: builds, twice nothing to do, clean leaves nothing" plain
t "OUTPUT: absolute, with a slash, not there yet" output "$out/" "$out/runqslower"
t "OUTPUT: absolute, without a slash" output "$out" "$out/runqslower"
t "OUTPUT: relative" output ../../../../out/ "$out/runqslower"
t "O: absolute" o "$out"
t "O: relative, from elsewhere" o out
t "O: relative: its vmlinux is used" o_vmlinux
t "LLVM=1: no warning with -Wall -Wextra" llvm
t "LLVM=-NN, as argument and in the environment" llvm_suffixed
t "CC=gcc: no warning with -Wall -Wextra" warnings
t "make -C tools/bpf runqslower, runqslower_clean" tools_bpf
t "make tools/bpf/runqslower (the top Makefile's rule): objects beside sources, clean" top_in_tree
t "make O=dir tools/bpf/runqslower (the top Makefile's rule)" top_elsewhere
t "the call of tools/testing/selftests/bpf, 6.1" selftests_call "$lib/libbpf"
t "the call of tools/testing/selftests/bpf, 6.12" selftests_call "$lib/libbpf/" \
	EXTRA_CFLAGS=-O0 EXTRA_LDFLAGS=-Wl,--build-id=md5
t "make -C tools/testing/selftests/bpf runqslower" selftests_bpf
t "CFLAGS LDFLAGS EXTRA_CFLAGS EXTRA_LDFLAGS as arguments" command_line
t "CFLAGS LDFLAGS EXTRA_CFLAGS in the environment" environment
t "EXTRA_CFLAGS=-fsanitize=address,undefined" sanitized
t "EXTRA_LDFLAGS=-static with LDFLAGS=" static
t "VMLINUX_H=file, and again when it has changed" vmlinux_h
t "VMLINUX_H of an older kernel" vmlinux_h_older
t "VMLINUX_H= means unset" vmlinux_h_empty
t "VMLINUX_BTF=file, and again when it has changed" vmlinux_btf
t "the time of /sys/kernel/btf/vmlinux says nothing" sys_time
t "BPFTOOL=path and BPFTOOL=name: none is built" other_bpftool
t "BPFOBJ=path BPF_INCLUDE=path: none is built" other_libbpf
t "V=1: commands" verbose
t "make -s -j4: silent; BPFTOOL_OUTPUT and BPFOBJ_OUTPUT elsewhere" silent
t "CROSS_COMPILE: for all but bpftool" cross
t "BPF_TARGET_ENDIAN" target_endian
t "the byte order of a cross compiler" target_of_cc
t "the same to the bit in any folder" reproducible
t "what is touched is rebuilt" dependencies
t "old output beside the sources is not used" beside
t "a step that fails leaves no half-made file" half_made
t "clean with a source directory as OUTPUT" clean_elsewhere
t "no clang" no_clang
t "no llvm-strip" no_strip
t "no python3" no_python
t "no bpftool" no_bpftool
t "no libelf" no_libelf
t "no zlib" no_zlib
t "no BTF" no_btf
t "a builder without BTF: the same programs" without_btf
t "a builder without BTF: the tests' programs" tests_without_btf
t "VMLINUX_BTF of a compressed kernel" compressed
t "no kernel source tree" no_kernel
t "a space in a path" space
t "install, uninstall: DESTDIR prefix sbindir bash_compdir PROGRAM" install_
t "install, uninstall: the service" install_service
t "doc, doc-install, doc-uninstall: DESTDIR prefix mandir" doc_install
t "install as the first build" install_first
t "read-only source tree: writable .output, O" read_only
t "stand-alone: the same commands; clean leaves nothing" alone
t "make -C selftests {all,install,gen_tar,clean} with O" selftests_o
t "make -C selftests {all,install,clean} in place" selftests_in_place
t "graft: takes no output along, nor itself" graft

run_tests
