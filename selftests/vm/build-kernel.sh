#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Build a kernel that no distribution has, for vm.sh:
#
#	build-kernel.sh NAME TARBALL DIRECTORY
#
# The configuration is what base.config and NAME.config set, and nothing else;
# the latter wins. TARBALL, Debian's of a kernel, is unpacked to
# DIRECTORY/source unless that is there. Builds
# DIRECTORY/NAME/arch/x86/boot/bzImage.
set -eu

[ $# -eq 3 ] || {
	sed -n '3,/^set/s/^#[ ]\{0,1\}//p' "$0" >&2
	exit 2
}
name=$1 tarball=$(realpath "$2") source=$(realpath -m "$3/source") build=$(realpath -m "$3/$1")
configs=$(cd "$(dirname "$0")" && pwd)/configs
asked="$configs/base.config $configs/$name.config"

for tool in make:make gcc:gcc flex:flex bison:bison bc:bc pahole:dwarves xz:xz-utils; do
	command -v ${tool%:*} >/dev/null || missing="${missing:-} ${tool#*:}"
done
[ -z "${missing:-}" ] || {
	echo "build-kernel.sh: missing packages:$missing" >&2
	exit 1
}

# Without what is large and not built, but with every Kconfig and Makefile.
unpack()
{
	rm -rf "$source.tmp"
	mkdir -p "$source.tmp"
	tar -xf "$tarball" -C "$source.tmp" --strip-components=1 \
		--exclude='*/Documentation/*/*' --exclude='*/tools/testing' \
		--exclude='*/tools/perf' --exclude='*/boot/dts' \
		--exclude='*/arch/[!x]*/*.[chS]' \
		--exclude='*/sound/*.[ch]' --exclude='*/drivers/gpu/*.[ch]' \
		--exclude='*/drivers/media/*.[ch]' --exclude='*/drivers/net/*/*.[ch]'
	mv "$source.tmp" "$source"
}

# What was asked for and did not come out so, by a dependency that is not met.
show_refused()
{
	# shellcheck disable=SC2086 # two files
	awk -F '[ =]' '
		/^CONFIG_/ { symbol = $1; line = $0 }
		/^# CONFIG_.* is not set$/ { symbol = $2; line = "" }
		symbol && !final { asked[symbol] = line }
		symbol && final { is[symbol] = line }
		{ symbol = "" }
		END {
			for (symbol in asked)
				if (asked[symbol] != is[symbol])
					print symbol
		}' $asked final=1 "$build/.config"
}

[ -e "$source" ] || unpack
mkdir -p "$build"
# shellcheck disable=SC2086
cat $asked >"$build/asked.config"
make -s -C "$source" O="$build" KCONFIG_ALLCONFIG=asked.config allnoconfig
refused=$(show_refused)
[ -z "$refused" ] || {
	echo "build-kernel.sh: not as asked for: ${refused//$'\n'/ }" >&2
	exit 1
}
make -s -C "$source" O="$build" -j"$(nproc)" bzImage
