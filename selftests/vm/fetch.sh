# SPDX-License-Identifier: GPL-2.0
#
# For vm.sh: kernels from Debian. To be sourced.
# shellcheck shell=bash disable=SC2154 # $cache, $work, $here are vm.sh's

# is_built NAME: from source, which Debian does not do in this way
is_built()
{
	[ -e "$here/configs/${1%+*}.config" ]
}

# fetch NAME: put its kernel into the cache, unless it is there
fetch()
{
	local image pattern arch suites dir

	image=$(image_of "$1")
	[ ! -e "$image" ] || return 0
	command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null || {
		echo "apt is missing; set KERNEL_IMAGE to boot a kernel of your own" >&2
		return 1
	}
	pattern=$(column_of "$1" 2) arch=$(column_of "$1" 3) suites=$(column_of "$1" 4)
	is_built "$1" && pattern="source-$pattern" || pattern="(image|binary)-$pattern"
	update_lists "$suites" "$arch" || return
	dir=$work/${pattern//[^a-z0-9.-]/}
	[ -e "$dir/usr" ] || get_newest "$suites" "$arch" "$pattern" "$dir" >&2 || return
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
