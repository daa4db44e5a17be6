#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Do the packages build, install, run, upgrade and go without a trace? Does the
# series of patches for a kernel tree apply and build? Do cross builds work?
#
#	KERNEL_SRC=/path/to/linux packaging/check.sh
#
# The packages are made of what is committed. All is done in a copy of this
# machine's root directory: an overlay, of which nothing is left. There the
# packages are built without network and without /sys. Needs root. A test is a
# function: it fails with the first command that does.
# shellcheck disable=SC2317 # they are called by name

here=$(cd "$(dirname "$0")/.." && pwd)
kernel=$(realpath "${KERNEL_SRC:-$here/.linux}")
. "$here/selftests/build/tap.sh"

# To "make" this is no failure.
skip_here()
{
	( skip_all "$1" )
	echo "0 passed, 0 failed, 1 skipped"
	exit 0
}
[ "$(id -u)" -eq 0 ] || skip_here "needs root"

# In a mount namespace of its own, because all mounts then end with this script.
if [ -z "${WORK:-}" ]; then
	WORK=$(mktemp -d) || exit 1
	trap 'rmdir "$WORK"' EXIT
	WORK=$WORK KERNEL_SRC=$kernel unshare -m "$0"
	exit
fi
work=$WORK
mount -t tmpfs none "$work" || exit 1
# BCC's tool of the same name is hidden, because ours takes its place: a
# whiteout of overlayfs covers it.
mkdir -p "$work/hidden/usr/sbin"
mknod "$work/hidden/usr/sbin/runqslower" c 0 0

unset MAKEFLAGS MFLAGS MAKELEVEL KERNEL_SRC OUTPUT O V DESTDIR prefix
export LC_ALL=C DEBIAN_FRONTEND=noninteractive

# --- helpers -----------------------------------------------------------------

# new_root NAME: $root is a copy of the root directory, $changes what becomes of
# it.
new_root()
{
	root=$work/$1 changes=$work/$1.changes
	mkdir "$root" "$changes" "$changes.work"
	mount -t overlay -o "lowerdir=$work/hidden:/,upperdir=$changes,workdir=$changes.work" \
		overlay "$root" || return
	mount -t proc none "$root/proc"
	mount --rbind /dev "$root/dev"
	mkdir "$root/build"
}

in_root() { chroot "$root" "$@"; }

# Files that came, changed or went in the root. What a package manager notes
# down, and what ldconfig and man keep as a cache, is no trace of a package.
traces()
{
	find "$changes" ! -type d -printf '%P\n' | grep -vE \
		'^(build/|var/(lib/dpkg|log|cache)/|etc/ld.so.cache$)' | sort
}

# What Debian notes down of a service, until the package is purged.
not_noted() { grep -v '^var/lib/systemd/deb-systemd-helper-enabled/'; }

# build TARGET: make it from a clean clone with the kernel tree $kernel, without
# network and without /sys
build()
{
	new_root "$1.build"
	git clone -q "$here" "$root/build/runqslower"
	mkdir "$root/build/linux" "$work/$1.tree" "$work/$1.tree.work"
	mount -t overlay -o "lowerdir=$kernel,upperdir=$work/$1.tree,workdir=$work/$1.tree.work" \
		overlay "$root/build/linux"
	# shellcheck disable=SC2016 # expanded by the inner shell
	in_root unshare -m -n sh -c 'mount -t tmpfs none /sys &&
		make -C /build/runqslower "$1" KERNEL_SRC=/build/linux' sh "$1"
}

# The files that users meet. Only some rpmbuilds compress a manual, and only
# later Debians have units in /usr.
files()
{
	traces | grep -vE '^usr/(share/(doc|licenses|lintian)|lib/.build-id)/' | not_noted |
		sed -e 's/\.8\.gz$/.8/' -e 's|^lib/|usr/lib/|' | sort
}

# --- tests -------------------------------------------------------------------

deb_builds()
{
	build deb
	mv "$root"/build/runqslower/.output/deb "$work/deb"
	cp "$root"/build/runqslower/packaging/debian/tests/known-wait "$work"
}

deb_lintian() { lintian --fail-on error,warning "$work"/deb/*.changes; }

deb_installs()
{
	cp "$work"/deb/runqslower-linux_*.deb "$root/build/package.deb"
	in_root dpkg -i /build/package.deb
	same "$(printf 'usr/%s\n' lib/systemd/system/runqslower-metrics.service \
		sbin/runqslower-linux \
		share/bash-completion/completions/runqslower-linux \
		share/man/man8/runqslower-linux.8)" "$(files)"
	in_root runqslower-linux --version
	in_root man -P cat runqslower-linux | grep '^ *runqslower-linux .*min_us'
	in_root bash -c '. /usr/share/bash-completion/completions/runqslower-linux &&
		complete -p runqslower-linux'
}

# What Debian's CI runs of the package.
deb_autopkgtest()
{
	mount --rbind /sys "$root/sys"
	cp "$work/known-wait" "$root/build"
	in_root /build/known-wait
}

# The same package, as of later.
deb_upgrades()
{
	dpkg-deb -R "$root/build/package.deb" "$work/later"
	sed -i 's/^Version: .*/&+later/' "$work/later/DEBIAN/control"
	dpkg-deb --root-owner-group -b "$work/later" "$root/build/later.deb"
	in_root dpkg -i /build/later.deb
	in_root dpkg-query -W runqslower-linux | grep later
	in_root runqslower-linux --version
}

# deb_leaves_nothing HOW: remove or purge
deb_leaves_nothing()
{
	in_root dpkg -i /build/package.deb
	in_root dpkg "--$1" runqslower-linux
	if [ "$1" = purge ]; then
		same "" "$(traces)"
	else
		same "" "$(traces | not_noted)"
	fi
}

rpm_builds()
{
	build rpm
	mv "$root/build/runqslower/.output/rpm" "$work/rpm"
}

rpm_rpmlint()
{
	command -v rpmlint >/dev/null || skip "no rpmlint"
	ls "$work"/rpm/RPMS/*/*.rpm
	rpmlint --strict -r "$here/packaging/rpm/runqslower.rpmlintrc" \
		"$here/packaging/rpm/runqslower.spec" "$work"/rpm/RPMS
}

# What it needs is known to dpkg, not to rpm.
rpm_installs()
{
	cp "$work"/rpm/RPMS/*/runqslower-[0-9]*.rpm "$root/build/package.rpm"
	in_root rpm --dbpath /build/rpmdb -i --nodeps /build/package.rpm
	same "$(printf 'usr/%s\n' lib/systemd/system/runqslower-metrics.service sbin/runqslower \
		share/bash-completion/completions/runqslower \
		share/man/man8/runqslower.8)" "$(files)"
	in_root runqslower --version
}

rpm_traces()
{
	mount --rbind /sys "$root/sys"
	cp "$work/known-wait" "$root/build"
	in_root env RUNQSLOWER=runqslower /build/known-wait
}

rpm_leaves_nothing()
{
	in_root rpm --dbpath /build/rpmdb -e runqslower
	same "" "$(traces)"
}

# $kernel becomes the newest source that Debian has, or what of it tools take.
take_newest_tree()
{
	local suites=sid,experimental,trixie-backports arch package
	# shellcheck disable=SC2034 # debian.sh keeps there what apt knows
	local cache=$work/apt

	kernel=$work/newest/linux
	[ ! -d "$kernel" ] || return 0
	command -v apt-get >/dev/null || skip "no apt for a newer kernel source"
	. "$here/selftests/vm/debian.sh"
	arch=$(dpkg --print-architecture)
	update_lists "$suites" "$arch" || skip "no Debian mirror for a newer kernel source"
	package=$(get_newest "$suites" "$arch" 'source-[0-9.]*' "$work/newest")
	mkdir "$kernel"
	tar -xf "$work/newest/usr/src/$package".tar.* -C "$kernel" --strip-components=1 \
		--wildcards "$package"/{Makefile,MAINTAINERS,tools,scripts,include,kernel/bpf} \
		"$package/arch/*/include"
}

# Are there no errors in the patches that checkpatch finds? (It takes macros
# that stand in for libbpf's for errors, as it does libbpf's, and a pointer to
# __int128 for a product.)
check_patches()
{
	local patch

	for patch in "$root"/build/runqslower/.output/patches/000[1-9]-*.patch; do
		"$kernel/scripts/checkpatch.pl" --no-tree --terse "$patch" >"$work/said" || :
		same "" "$(grep ERROR: "$work/said" |
			grep -v -e 'Macros with complex values' -e "spacing around '\*'")"
	done
}

# In a tree without the tool, as it came: by tools/bpf, by tools, and by
# selftests, installed and run.
patches_apply()
{
	if [ ! -e "$kernel/MAINTAINERS" ] || [ -e "$kernel/tools/bpf/runqslower" ]; then
		take_newest_tree
	fi
	export GIT_CONFIG_COUNT=2 GIT_CONFIG_KEY_0=user.name GIT_CONFIG_VALUE_0="A Tester" \
		GIT_CONFIG_KEY_1=user.email GIT_CONFIG_VALUE_1=test@localhost
	build patches
	# shellcheck disable=SC2016 # expanded by the inner shell
	in_root sh -e -c 'cd /build/linux
		export GIT_DIR=/build/git GIT_WORK_TREE=/build/linux
		git init -q
		git add MAINTAINERS tools/bpf/Makefile tools/testing/selftests/Makefile
		git commit -q -m base
		for patch in /build/runqslower/.output/patches/000[1-9]-*.patch; do
			git am -q "$patch"
			# The first one brings what the second one builds.
			test ! -e tools/bpf/runqslower/Makefile ||
				env -u GIT_DIR -u GIT_WORK_TREE make -j"$(nproc)" -C tools/bpf/runqslower
		done
		unset GIT_DIR GIT_WORK_TREE
		make -j"$(nproc)" -C tools/bpf runqslower
		make -C tools/bpf DESTDIR=/build/installed runqslower_install
		make -C tools/bpf runqslower_clean
		test -x /build/installed/usr/local/sbin/runqslower
		make -j"$(nproc)" -C tools DESTDIR=/build/all bpf_install
		test -x /build/all/usr/local/sbin/runqslower
		make -j"$(nproc)" -C tools/testing/selftests TARGETS=runqslower gen_tar
		mkdir /build/tests
		tar -x -C /build/tests -f tools/testing/selftests/kselftest_install/kselftest-packages/kselftest.tar.gz
		cd /build/tests
		./run_kselftest.sh -l
		./run_kselftest.sh -t runqslower:explain_test >/build/ran
		grep "^ok 1 selftests: runqslower: explain_test" /build/ran'
	check_patches
}

# cross_builds ARCH MACHINE: for another architecture, by what readelf calls it
cross_builds()
{
	take_newest_tree
	KERNEL_SRC=$kernel "$here/packaging/cross.sh" "$1" "$work/$1"
	readelf -h "$work/$1/runqslower" | grep "Machine: .*$2"
	# The BPF object has the byte order of the program.
	same "$(readelf -h "$work/$1/runqslower" | grep Data:)" \
		"$(readelf -h "$work/$1/runqslower.bpf.o" | grep Data:)"
}

# The programs do not depend on whose types they are built with: those of a
# kernel of another architecture, against those of engine/vmlinux.h.
others_types()
{
	local suite=bookworm out=$work/arm64.types arm64=$work/arm64
	# shellcheck disable=SC2034 # debian.sh keeps there what apt knows
	local cache=$work/apt

	[ -e "$arm64/runqslower.bpf.o" ] || skip "the build for arm64 failed"
	command -v apt-get >/dev/null || skip "no apt for a kernel of arm64"
	. "$here/selftests/vm/debian.sh"
	update_lists $suite arm64 || skip "no Debian mirror for a kernel of arm64"
	get_newest $suite arm64 'image-6[.]1[.][^-]*-[0-9]+-cloud-arm64' "$out"
	"$here/packaging/btf_of_image.py" "$out"/boot/vmlinuz-* "$out/btf"
	make -C "$here" KERNEL_SRC="$kernel" OUTPUT="$out/" VMLINUX_BTF="$out/btf" \
		BPFTOOL="$arm64/bpftool/bootstrap/bpftool" BPFOBJ="$arm64/libbpf/libbpf.a" \
		BPF_INCLUDE="$arm64/libbpf/include" "$out/runqslower.bpf.o"
	same "$(programs_of "$arm64")" "$(programs_of "$out")"
}

programs_of() { llvm-objdump -d "$1/runqslower.bpf.o" | grep -v 'file format'; }

# --- run ---------------------------------------------------------------------

tests=(
	"deb: builds from a clean clone, without network and /sys" deb_builds
	"deb: lintian" deb_lintian
	"deb: installs binary, manual, completion and service" deb_installs
	"deb: traces a known wait (autopkgtest)" deb_autopkgtest
	"deb: upgrades" deb_upgrades
	"deb: remove leaves nothing" "deb_leaves_nothing remove"
	"deb: purge leaves nothing" "deb_leaves_nothing purge"
	"rpm: builds from a clean clone, without network and /sys" rpm_builds
	"rpm: rpmlint" rpm_rpmlint
	"rpm: installs binary, manual, completion and service" rpm_installs
	"rpm: traces a known wait" rpm_traces
	"rpm: removal leaves nothing" rpm_leaves_nothing
	"patches: the newest tree builds, installs and tests runqslower" patches_apply
	"cross: arm64" "cross_builds arm64 AArch64"
	"cross: ppc64el" "cross_builds ppc64el PowerPC64"
	"cross: riscv64" "cross_builds riscv64 RISC-V"
	"cross: s390x" "cross_builds s390x S/390"
	"another architecture's types: the same programs" others_types
)
( new_root probe ) >/dev/null 2>&1 || skip_here "no overlay of the root directory"

nr=$((${#tests[@]} / 2))
passed=0 failed=0 skipped=0

echo "TAP version 13"
echo "1..$nr"
for ((i = 0; i < nr; i++)); do
	name=${tests[2 * i]} call=${tests[2 * i + 1]}
	case $call in
	*_installs) new_root "${call%_installs}.installed" ;;
	esac
	run_test $((i + 1)) "$name" "$call"
	case $? in
	0) passed=$((passed + 1)) ;;
	4) skipped=$((skipped + 1)) ;;
	*) failed=$((failed + 1)) ;;
	esac
done
echo "$passed passed, $failed failed, $skipped skipped"
exit $((failed > 0))
