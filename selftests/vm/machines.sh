# SPDX-License-Identifier: GPL-2.0
#
# For vm.sh: the emulated machines, by Debian's name of an architecture, and
# their emulators. To be sourced.
# shellcheck shell=bash disable=SC2154,SC2034 # $cache, $here, $emulator,
# $machine, $words are vm.sh's

. "$here/debian.sh"

declare -A program_of=([amd64]=qemu-system-x86_64 [arm64]=qemu-system-aarch64
	[ppc64el]=qemu-system-ppc64 [riscv64]=qemu-system-riscv64 [s390x]=qemu-system-s390x)
declare -A packages_of=([amd64]="qemu-system-data seabios qemu-system-x86"
	[arm64]="qemu-system-data qemu-system-arm"
	[ppc64el]="qemu-system-data qemu-system-ppc"
	[riscv64]="qemu-system-data opensbi qemu-system-riscv"
	[s390x]="qemu-system-data qemu-system-s390x")

# Before 8.1 QEMU did not lock the page that it was translating. There an
# emulated CPU can keep a breakpoint that another one has taken out of the
# kernel's text, and runs into it ("Oops: int3").
is_new()
{
	local version

	version=$("$@" --version 2>/dev/null | sed -n 's/.*version \([0-9.]*\).*/\1/p')
	[ "$(printf '%s\n' 8.1 "${version:-0}" | sort -V | head -n 1)" = 8.1 ]
}

# get_emulator ARCH: unpack it into $cache/qemu, from Debian's backports where
# they have it
get_emulator()
{
	local arch release suite package

	arch=$(dpkg --print-architecture) || return
	release=$(. /etc/os-release && echo "$VERSION_CODENAME")
	for package in ${packages_of[$1]}; do
		for suite in "$release-backports" "$release"; do
			update_lists "$suite" "$arch" || continue
			! get_package "$suite" "$arch" "$package" "$cache/qemu" || continue 2
		done
		return 1
	done
}

# find_emulator ARCH: the array emulator is the command. False: an old one, or
# none.
find_emulator()
{
	local ours

	emulator=("${program_of[$1]}")
	! is_new "${emulator[@]}" || return 0
	ours=("$cache/qemu/usr/bin/${program_of[$1]}" -L "$cache/qemu/usr/share/qemu"
	      -L "$cache/qemu/usr/share/seabios")
	is_new "${ours[@]}" && emulator=("${ours[@]}")
}

# set_machine ARCH LOG: the array machine is what to tell QEMU, $words is for
# the kernel's command line. The kernel's messages go to LOG, the output of the
# tests goes to stdout by the device TEST_OUTPUT.
set_machine()
{
	local virtio=(-chardev "stdio,id=tests" -device "virtconsole,chardev=tests")

	case $1 in
	amd64)
		machine=(-machine q35 -cpu max -serial "file:$2" -serial stdio)
		# The emulated TSCs are one clock, but do not claim it: without
		# tsc=reliable every reading of the time is one of the HPET.
		words="console=ttyS0 tsc=reliable TEST_OUTPUT=ttyS1" ;;
	arm64)
		# Newer ones authenticate pointers, which takes long to emulate.
		machine=(-machine "virt,gic-version=3" -cpu cortex-a72 -serial "file:$2"
			 -device virtio-serial-pci "${virtio[@]}")
		words="console=ttyAMA0 TEST_OUTPUT=hvc0" ;;
	ppc64el)
		machine=(-machine pseries -cpu power9 -serial "file:$2"
			 -device virtio-serial-pci "${virtio[@]}")
		# The log is hvc0.
		words="console=hvc0 TEST_OUTPUT=hvc1" ;;
	riscv64)
		machine=(-machine virt -cpu rv64 -serial "file:$2"
			 -device virtio-serial-pci "${virtio[@]}")
		# The packages have the firmware in a place of its own.
		[ ! -e "$cache/qemu/usr/lib/riscv64-linux-gnu/opensbi" ] || machine+=(-bios
			"$cache/qemu/usr/lib/riscv64-linux-gnu/opensbi/generic/fw_dynamic.bin")
		words="console=ttyS0 TEST_OUTPUT=hvc0" ;;
	s390x)
		machine=(-machine s390-ccw-virtio -cpu max -chardev "file,path=$2,id=log"
			 -device "sclpconsole,chardev=log" -device virtio-serial-ccw "${virtio[@]}")
		words="console=ttyS1 TEST_OUTPUT=hvc0" ;;
	esac
}
