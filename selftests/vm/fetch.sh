# SPDX-License-Identifier: GPL-2.0
#
# For vm.sh: kernels and an emulator from Debian. To be sourced.
# shellcheck shell=bash disable=SC2154,SC2034 # $cache, $work, $here, $emulator
# are vm.sh's

. "$here/debian.sh"

# is_built NAME: from source, which Debian does not do in this way
is_built()
{
	[ -e "$here/configs/${1%+*}.config" ]
}

# fetch NAME: put its kernel into the cache, unless it is there
fetch()
{
	local image pattern arch suites package dir

	image=$(image_of "$1")
	[ ! -e "$image" ] || return 0
	command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null || {
		echo "apt is missing; set KERNEL_IMAGE to boot a kernel of your own" >&2
		return 1
	}
	pattern=$(column_of "$1" 2) arch=$(column_of "$1" 3) suites=$(column_of "$1" 4)
	is_built "$1" && pattern="source-$pattern" || pattern="(image|binary)-$pattern"
	update_lists "$suites" "$arch" || return
	package=$(newest_package "$suites" "$arch" "$pattern")
	[ -n "$package" ] || {
		echo "no kernel package in $suites is named like $pattern" >&2
		return 1
	}
	dir=$work/$package
	[ -e "$dir" ] || get_package "$suites" "$arch" "$package" "$dir" || return
	mkdir -p "${image%/*}"
	if is_built "$1"; then
		# Others are built from the same source.
		"$here/build-kernel.sh" "${1%+*}" "$dir"/usr/src/linux-source-*.tar.* "$dir" >&2 &&
			mv "$dir/${1%+*}/arch/x86/boot/bzImage" "$image"
		rm -rf "${dir:?}/${1%+*}"
	else
		find "$dir" -type f -name 'vmlinu[xz]*' -exec mv {} "$image" \;
		rm -rf "$dir"
	fi
	[ -e "$image" ]
}

# image_of NAME: two names may have one kernel, and differ in the command line
image_of()
{
	echo "${KERNEL_IMAGE:-$cache/kernels/${1%+*}/vmlinuz}"
}

# set_emulator: the array emulator is the command. Before 8.1 QEMU did not lock
# the page that it was translating. There an emulated CPU can keep a breakpoint
# that another one has taken out of the kernel's text, and runs into it ("Oops:
# int3"). Where the machine's is older, take the one of Debian's backports.
set_emulator()
{
	local version arch suite package dir=$cache/qemu

	emulator=(qemu-system-x86_64)
	version=$(qemu-system-x86_64 --version | sed -n 's/.*version \([0-9.]*\).*/\1/p')
	[ "$(printf '%s\n' 8.1 "$version" | sort -V | head -n 1)" != 8.1 ] || return 0
	if [ ! -x "$dir/usr/bin/qemu-system-x86_64" ]; then
		arch=$(dpkg --print-architecture) || return
		suite=$(. /etc/os-release && echo "$VERSION_CODENAME-backports")
		update_lists "$suite" "$arch" || return
		for package in qemu-system-data seabios qemu-system-x86; do
			get_package "$suite" "$arch" "$package" "$work/qemu" || return
		done
		rm -rf "$dir" && mv "$work/qemu" "$dir" || return
	fi
	"$dir/usr/bin/qemu-system-x86_64" --version >/dev/null || return
	emulator=("$dir/usr/bin/qemu-system-x86_64" -L "$dir/usr/share/qemu" -L "$dir/usr/share/seabios")
}
