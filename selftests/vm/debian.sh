# SPDX-License-Identifier: GPL-2.0
#
# Packages of any suite of Debian, with an apt of our own: the machine's is not
# touched. To be sourced. What apt knows is kept in $cache/apt.
# shellcheck shell=bash disable=SC2154 # $cache is of the script

updated=

# mirror_of LABEL: where the machine's own apt gets Debian, or its updates, from
mirror_of()
{
	apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' \
		'Origin: Debian' "Label: $1" | head -n 1
}

# own_apt SUITES ARCH COMMAND...
own_apt()
{
	local state=$cache/apt/$1-$2 arch=$2 command=$3

	shift 3
	# As root, apt would drop to a user that may not enter the cache.
	"$command" -q -o APT::Architecture="$arch" -o APT::Architectures="$arch" \
		-o APT::Sandbox::User=root -o Acquire::Languages=none \
		-o Dir::Etc::sourcelist="$state/sources.list" -o Dir::Etc::sourceparts=- \
		-o Dir::Etc::preferences=/dev/null -o Dir::Etc::preferencesparts=/dev/null \
		-o Dir::State="$state" -o Dir::State::status="$state/status" \
		-o Dir::Cache="$state" "$@"
}

# update_lists SUITES ARCH: read the index of these suites, once in this run
update_lists()
{
	local suites=$1 arch=$2 state=$cache/apt/$1-$2 keys='' label mirror suite

	[[ "$updated " != *" $1-$2 "* ]] || return 0
	mkdir -p "$state/lists/partial" "$state/archives/partial" &&
		: >"$state/status" && : >"$state/sources.list" || return
	# Where the machine does not trust these keys for everything anyway.
	if [ -e /usr/share/keyrings/debian-archive-keyring.gpg ]; then
		keys=signed-by=/usr/share/keyrings/debian-archive-keyring.gpg
	fi
	for suite in ${suites//,/ }; do
		case $suite in
		*-security) label=Debian-Security ;;
		*) label=Debian ;;
		esac
		mirror=$(mirror_of $label)
		[ -z "$mirror" ] || echo "deb [$keys] $mirror $suite main"
	done >"$state/sources.list"
	[ -s "$state/sources.list" ] || {
		echo "apt knows of no Debian mirror (has \"apt-get update\" been run?)" >&2
		return 1
	}
	own_apt "$suites" "$arch" apt-get update >&2 && updated+=" $1-$2"
}

# packages_like SUITES ARCH PATTERN: their names, that of the highest version
# first; PATTERN begins behind linux-. Names change, and from 7.2 the kernel is
# in linux-binary-* and linux-image-* only depends on it, as metapackages do:
# what is small does not hold a kernel.
packages_like()
{
	own_apt "$1" "$2" apt-cache dumpavail |
		awk -v pattern="^linux-$3\$" '
			/^Package:/ { name = $2 }
			/^Version:/ { version = $2 }
			/^Size:/ { size = $2 }
			!NF {
				if (name ~ pattern && size > 1000000)
					print version, name
				name = ""
			}' |
		sort -rV | cut -d' ' -f2 | awk '!seen[$0]++'
}

# get_package SUITES ARCH PACKAGE DIR: unpack it there
get_package()
{
	mkdir -p "$4" && rm -f "$4"/*.deb &&
		(cd "$4" && own_apt "$1" "$2" apt-get download "$3") >&2 &&
		dpkg-deb -x "$4"/*.deb "$4" &&
		rm "$4"/*.deb
}

# get_newest SUITES ARCH PATTERN DIR: unpack the first of packages_like() that
# can be had there, and print its name. A mirror may list what it has no more,
# or not yet.
get_newest()
{
	local package

	for package in $(packages_like "$1" "$2" "$3"); do
		get_package "$1" "$2" "$package" "$4" || continue
		echo "$package"
		return
	done
	echo "no package in $1 that is named like linux-$3 can be had" >&2
	return 1
}
