#!/bin/sh
# SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
#
# Install what a stand-alone build needs and unpack a kernel source tree:
#
#	packaging/setup.sh build|check|hard|viewer|vm|cross|bench|packages|lint
#
# All but "build" add what the tests, the benchmark and the packages need.
# KERNEL_SRC names the tree; if it is not there and is .linux of this directory,
# it is unpacked from the newest linux-source package. The script does nothing
# the second time.
set -eu

die()
{
	echo "setup: $*" >&2
	exit 1
}

here=$(cd "$(dirname "$0")/.." && pwd)
own_tree=$here/.linux
tree=${KERNEL_SRC:-$own_tree}

case ${1:-} in
build|check|hard|viewer|vm|cross|bench|packages|lint) what=$1 ;;
*) die "usage: packaging/setup.sh build|check|hard|viewer|vm|cross|bench|packages|lint" ;;
esac

# Package names: Debian (tested), Ubuntu, Fedora, Arch, openSUSE (listed).
# bpftool needs OpenSSL in 6.18 and a few after that.
if command -v apt-get >/dev/null; then
	build="make gcc libc6-dev clang llvm libelf-dev zlib1g-dev libssl-dev python3 pkg-config xz-utils bzip2"
	check="git lld rsync perl dwarves strace util-linux procps linux-perf python3-jsonschema ccache python3-docutils mandoc libclang-rt-dev"
	cross="gcc-aarch64-linux-gnu libc6-dev-arm64-cross gcc-powerpc64le-linux-gnu libc6-dev-ppc64el-cross gcc-riscv64-linux-gnu libc6-dev-riscv64-cross gcc-s390x-linux-gnu libc6-dev-s390x-cross"
	vm="qemu-system-x86 busybox-static cpio flex bison bc"
	bench="linux-perf libbpf-tools rt-tests"
	pack="debhelper dpkg-dev lintian rpm rpmlint bpftool libbpf-dev python3-docutils pkgconf util-linux git rsync binutils-dev flex bison libreadline-dev $cross"
	lint="git cppcheck shellcheck clang-tidy"
	is_installed()
	{
		dpkg-query -W -f '${Status}\n' "$1" 2>/dev/null |
			grep -qx 'install ok installed'
	}
	refresh() { apt-get update -qq; }
	install()
	{
		DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
			--no-install-recommends "$@" >/dev/null
	}
elif command -v dnf >/dev/null; then
	build="make gcc clang llvm elfutils-libelf-devel zlib-devel openssl-devel python3 pkgconf xz"
	check="git lld rsync perl dwarves strace util-linux procps-ng perf python3-jsonschema ccache python3-docutils mandoc compiler-rt"
	vm="qemu-system-x86 busybox cpio flex bison bc"
	bench="perf bcc-tools realtime-tests"
	pack="rpm-build rpmlint bpftool libbpf-devel python3-docutils util-linux"
	lint="git cppcheck ShellCheck clang-tools-extra"
	is_installed() { rpm -q "$1" >/dev/null 2>&1; }
	refresh() { :; }
	install() { dnf install -y -q "$@"; }
elif command -v pacman >/dev/null; then
	build="make gcc clang llvm libelf zlib openssl python pkgconf xz"
	check="git lld rsync perl pahole strace util-linux procps-ng perf python-jsonschema python-docutils mandoc compiler-rt"
	vm="qemu-system-x86 busybox cpio flex bison bc"
	bench="perf bcc-tools rt-tests"
	pack="rpm-tools bpf libbpf python-docutils util-linux"
	lint="git cppcheck shellcheck clang"
	is_installed() { pacman -Q "$1" >/dev/null 2>&1; }
	refresh() { :; }
	install() { pacman -S --noconfirm --needed "$@"; }
elif command -v zypper >/dev/null; then
	build="make gcc clang llvm libelf-devel zlib-devel libopenssl-devel python3 pkgconf xz"
	check="git lld rsync perl dwarves strace util-linux procps perf python3-jsonschema ccache python3-docutils mandoc"
	vm="qemu-system-x86 busybox cpio flex bison bc"
	bench="perf bcc-tools rt-tests"
	pack="rpm-build rpmlint bpftool libbpf-devel python3-docutils util-linux"
	lint="git cppcheck ShellCheck clang-tools-extra"
	is_installed() { rpm -q "$1" >/dev/null 2>&1; }
	refresh() { :; }
	install() { zypper -n -q install "$@"; }
else
	die "no package manager that is known here; install by hand: make gcc clang llvm libelf zlib, and set KERNEL_SRC"
fi

is_tree()
{
	[ -f "$1/tools/lib/bpf/Makefile" ] && [ -f "$1/tools/bpf/bpftool/Makefile" ]
}

# install_missing PACKAGE...
install_missing()
{
	missing=
	for package; do
		is_installed "$package" || missing="$missing $package"
	done
	[ -n "$missing" ] || return 0
	[ "$(id -u)" -eq 0 ] || die "missing packages:$missing; run this as root"
	echo "setup: installing$missing" >&2
	if [ -z "${refreshed:-}" ]; then
		refresh
		refreshed=1
	fi
	# shellcheck disable=SC2086 # a list of words
	install $missing || die "cannot install$missing"
}

newest_source_package()
{
	apt-cache search --names-only '^linux-source-[0-9.]+$' |
		cut -d' ' -f1 | sort -V | tail -n 1
}

packages=$build
case $what in
check) packages="$packages $check" ;;
hard) packages="$packages $check stress-ng" ;;
viewer)	packages="$packages $check chromium"
	# Often there is one that is not of a package.
	command -v npm >/dev/null || packages="$packages npm" ;;
vm) packages="$packages $check $vm" ;;
cross) packages="$packages ${cross:-}" ;;
bench) packages="$packages $check $bench" ;;
packages) packages="$packages $pack" ;;
lint) packages="$packages $lint" ;;
esac
# shellcheck disable=SC2086
install_missing $packages

is_tree "$tree" && exit 0
[ "$tree" = "$own_tree" ] || die "no kernel source tree in KERNEL_SRC=$tree"
command -v apt-get >/dev/null ||
	die "unpack a kernel source tree and set KERNEL_SRC=/path/to/linux"

source=$(newest_source_package)
if [ -z "$source" ]; then
	refresh
	refreshed=1
	source=$(newest_source_package)
fi
[ -n "$source" ] || die "no linux-source package found; set KERNEL_SRC=/path/to/linux"
install_missing "$source"

# Only what the build and the tests use; the whole tree would be 1.5 GB.
echo "setup: unpacking $source" >&2
rm -rf "$own_tree.tmp"
mkdir "$own_tree.tmp"
tar -xf "/usr/src/$source".tar.* -C "$own_tree.tmp" --strip-components=1 \
	--wildcards "$source/Makefile" "$source/tools" "$source/scripts" \
	"$source/include" "$source/arch/*/include" "$source/kernel/bpf"
mv "$own_tree.tmp" "$own_tree"
