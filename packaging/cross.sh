#!/bin/bash
# SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
#
# Build for another architecture with Debian's cross compiler:
#
#	KERNEL_SRC=/path/to/linux packaging/cross.sh ARCH DIRECTORY [selftests]
#
# ARCH is arm64, ppc64el, riscv64 or s390x. The binary is DIRECTORY/runqslower.
# With selftests, DIRECTORY/tests has these, the tool and the libraries that
# they need, for vm.sh. libelf and zlib of that architecture are unpacked into
# DIRECTORY/sysroot, with an apt of this script's own. What is built takes the
# kernel's types from where it runs, so it needs no BTF. For s390x, which has
# the other byte order, KERNEL_SRC must be 6.13 or later.
set -eu -o pipefail

die()
{
	echo "cross: $*" >&2
	exit 1
}

usage="usage: packaging/cross.sh arm64|ppc64el|riscv64|s390x DIRECTORY [selftests]"
case ${1:-} in
arm64)	 triplet=aarch64-linux-gnu arch=arm64 ;;
ppc64el) triplet=powerpc64le-linux-gnu arch=powerpc ;;
riscv64) triplet=riscv64-linux-gnu arch=riscv ;;
s390x)	 triplet=s390x-linux-gnu arch=s390 ;;
*)	 die "$usage" ;;
esac
debian=$1
here=$(cd "$(dirname "$0")/.." && pwd)
kernel=$(realpath "${KERNEL_SRC:-$here/.linux}")
[ -n "${2:-}" ] && [[ "${3:-selftests}" = selftests ]] || die "$usage"
mkdir -p "$2"
out=$(realpath "$2")
sysroot=$out/sysroot
cache=$out
command -v "$triplet-gcc" >/dev/null ||
	die "no $triplet-gcc: install gcc-$triplet and libc6-dev-$debian-cross"

. "$here/selftests/vm/debian.sh"

# get_libraries SUITE: from 2024 on Debian calls a library t64 whose time_t
# grew, libelf1 among them.
get_libraries()
{
	local package

	update_lists "$1" "$debian" || return
	for package in libelf-dev zlib1g-dev zlib1g libzstd1 libc6; do
		get_package "$1" "$debian" "$package" "$sysroot" || return
	done
	get_package "$1" "$debian" libelf1t64 "$sysroot" 2>/dev/null ||
		get_package "$1" "$debian" libelf1 "$sysroot"
}

# A release lacks the architectures that came later.
if [ ! -e "$sysroot/complete" ]; then
	for suite in $(. /etc/os-release && echo "${VERSION_CODENAME:-}") trixie sid; do
		rm -rf "$sysroot"
		! get_libraries "$suite" >"$out/apt.log" 2>&1 || break
		rm -rf "$sysroot"
	done
	[ -e "$sysroot" ] ||
		die "no libelf and zlib of $debian; $out/apt.log has what apt says"
	# Older releases have libraries in /lib, by absolute paths.
	for lib in "$sysroot/lib/$triplet"/*.so*; do
		[ ! -e "$lib" ] || mv "$lib" "$sysroot/usr/lib/$triplet/"
	done
	for lib in "$sysroot/usr/lib/$triplet"/lib{elf,z}.so; do
		ln -sf "$(basename "$(readlink "$lib")")" "$lib"
	done
	touch "$sysroot/complete"
fi

# build WHERE OUTPUT MAKE-ARGUMENTS... The libraries may be newer than the cross
# compiler's C library.
include="-isystem $sysroot/usr/include -isystem $sysroot/usr/include/$triplet"
link="-L$sysroot/usr/lib/$triplet -Wl,--unresolved-symbols=ignore-in-shared-libs"
build()
{
	make -j"$(nproc)" -C "$1" OUTPUT="$2" KERNEL_SRC="$kernel" CROSS_COMPILE="$triplet-" \
		ARCH="$arch" VMLINUX_H="$here/engine/vmlinux.h" EXTRA_CFLAGS="$include" \
		EXTRA_LDFLAGS="$link" USERCFLAGS="$include" USERLDFLAGS="$link" "${@:3}"
}

if [ -z "${3:-}" ]; then
	build "$here" "$out/"
	exit
fi
rm -rf "$out/tests"
build "$here/selftests" "$out/selftests" INSTALL_PATH="$out/tests" install
# vm.sh puts them into /lib, where the loader looks.
loader=$(LC_ALL=C readelf -l "$out/tests/runqslower" | sed -n 's/.*interpreter: \(.*\)]/\1/p')
mkdir -p "$out/tests/lib"
for lib in "${loader##*/}" libc.so.6 libelf.so.1 libz.so.1 libzstd.so.1; do
	cp -L "$sysroot/usr/lib/$triplet/$lib" "$out/tests/lib/"
done
