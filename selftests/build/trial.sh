# SPDX-License-Identifier: GPL-2.0
#
# For build.sh: a copy of a kernel tree to build in, what tests of builds have
# in common, and how they are run. To be sourced; the argument is a regular
# expression: only the tests with such a name are run.
# shellcheck shell=bash disable=SC2034 # used where this is sourced

. "$(dirname "$0")/tap.sh"

here=$(cd "$(dirname "$0")/../.." && pwd)
pattern=${1:-.}
kernel=${KERNEL_SRC:-$here/.linux}
kernel=$(cd "$kernel" 2>/dev/null && pwd)
[ -f "$kernel/tools/scripts/Makefile.include" ] || skip_all "no kernel source tree: set KERNEL_SRC"
[ -r /sys/kernel/btf/vmlinux ] || skip_all "this kernel has no BTF"

# What this was started with is not to leak into the builds.
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES GNUMAKEFLAGS KERNEL_SRC O OUTPUT V Q
unset LLVM CC HOSTCC LD CLANG LLVM_STRIP ARCH CROSS_COMPILE KBUILD_OUTPUT
unset BPFTOOL BPFTOOL_OUTPUT BPFOBJ BPFOBJ_OUTPUT BPF_INCLUDE VMLINUX_BTF VMLINUX_H
unset CFLAGS LDFLAGS LDLIBS EXTRA_CFLAGS EXTRA_LDFLAGS DESTDIR prefix sbindir
export LC_ALL=C

work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

# The same files are compiled again and again, each time in another folder: with
# ccache only the first time. The cache is of this run.
if command -v ccache >/dev/null && [ -d /usr/lib/ccache ]; then
	export PATH=/usr/lib/ccache:$PATH CCACHE_DIR=$work/ccache CCACHE_BASEDIR=$work
	export CCACHE_NOHASHDIR=1
fi

jobs=-j$(nproc)
tree=$work/linux		# the copy
dir=$tree/tools/bpf/runqslower	# this directory in it
pristine=$work/pristine		# what it holds
standalone=$work/standalone	# this directory outside of a tree
lib=$work/lib			# libbpf, bpftool and vmlinux.h, for all to share
out=$work/out			# removed before each test
log=$work/log
share="BPFTOOL=$lib/bpftool/bootstrap/bpftool BPFOBJ_OUTPUT=$lib/libbpf VMLINUX_H=$lib/vmlinux.h"

# --- helpers -----------------------------------------------------------------

# make that must succeed without a warning; but flags of the tree may be newer
# than clang
m()
{
	make "$@" >"$log" 2>&1 || { cat "$log"; return 1; }
	cat "$log"
	! grep 'warning:' "$log" | grep -v unknown-warning-option
}

# seed DIRECTORY: libbpf, bpftool and vmlinux.h are there already
seed() { cp -a "$lib/libbpf" "$lib/bpftool" "$lib/vmlinux.h" "$1"; }

# A build of what is ours: the rest is shared.
# shellcheck disable=SC2086 # a list of words
quick() { m "$jobs" -C "$dir" $share "$@"; }

fails() { ! "$@"; }
installed() { for name; do command -v "$name" >/dev/null || return; done; }
works() { "$1" --help >/dev/null; }
has() { grep -e "$1" "$log" >/dev/null || { echo "no \"$1\" in the output"; return 1; }; }
has_not() { ! grep -e "$1" "$log"; }

# files DIR: all below it, with size and time; directories by name
files() { find "$1" \( -type d -printf '%P\n' \) -o -printf '%P %s %T@\n' | sort; }

# nothing_to_do MAKE-ARGUMENT...: make says so, and touches nothing in $out
nothing_to_do()
{
	local before

	before=$(files "$out")
	m "$@"
	has_not '^  [A-Z]'
	same "$before" "$(files "$out")"
}

# refuses PATTERN MAKE-ARGUMENT...: one line that says why, and nothing built
refuses()
{
	local said

	! make "${@:2}" OUTPUT="$out/" >"$log" 2>&1 || { echo "it did build"; return 1; }
	said=$(grep -v 'ing directory' "$log")
	echo "$said"
	[ "$(echo "$said" | wc -l)" -eq 1 ]
	has "$1"
	[ ! -e "$out" ] || [ -z "$(find "$out" -type f)" ]
}

# The clang of a version that is installed with all that LLVM=-NN asks for.
llvm_suffix()
{
	local clang suffix

	for clang in $(compgen -c clang- | grep -x 'clang-[0-9]*' | sort -Vr); do
		suffix=${clang#clang}
		installed "llvm-strip$suffix" "llvm-ar$suffix" "ld.lld$suffix" || continue
		echo "$suffix"
		return
	done
}

# top_of_tree VARIABLE=VALUE...: "make tools/bpf/runqslower" in the top
# directory. The top Makefile needs the whole tree and a .config, so its rule is
# taken out and given what that Makefile exports.
top_of_tree()
{
	sed -n '/^tools\/%: FORCE/,/^$/p' "$tree/Makefile" >"$work/rule.mk"
	[ -s "$work/rule.mk" ]
	printf 'MAKEFLAGS += -rR\nFORCE:\ninclude %s\n' "$work/rule.mk" >"$work/top.mk"
	export objtree=. abs_objtree="$PWD" abs_srctree="$tree" Q=@ quiet=quiet_ "${@?}"
	m -f "$work/top.mk" "$jobs" tools/bpf/runqslower
}

in_git()
{
	installed git || skip "no git"
	git -C "$1" init -q
	git -C "$1" add -A
	git -C "$1" -c user.name=test -c user.email=test@localhost commit -qm test
}

# --- run ---------------------------------------------------------------------

names=()
calls=()
# t NAME COMMAND...: a test
t()
{
	[[ $1 =~ $pattern || $2 = plain ]] || return
	names+=("$1")
	calls+=("${*:2}")
}

run_tests()
{
	local failed=0 part i

	echo "TAP version 13"
	echo "1..${#names[@]}"

	mkdir "$tree" "$tree/kernel"
	for part in Makefile tools scripts kernel/bpf; do
		[ ! -e "$kernel/$part" ] || cp -a --reflink=auto "$kernel/$part" "$tree/$part"
	done
	rm -rf "$dir"
	mkdir "$standalone"
	sed -e 's|^/|./|' -e 's|/$||' "$here/.gitignore" |
		tar -c -C "$here" --no-wildcards-match-slash --exclude=./.git -X - . | tar -x -C "$standalone"
	if [ -e "$standalone/Makefile.standalone" ]; then
		make -s -C "$standalone" graft KERNEL_SRC="$tree" || echo "Bail out! make graft fails"
	else
		cp -a "$standalone" "$dir"
	fi
	cp -a "$dir" "$pristine"

	# bpftool's search for libraries takes longer than its build with
	# ccache: once is enough.
	export FEATURES_DUMP

	for i in "${!names[@]}"; do
		FEATURES_DUMP=$(compgen -G "$lib/bpftool/FEATURE-DUMP.bpftool")
		rm -rf "$out" "$dir"
		cp -a "$pristine" "$dir"
		run_test $((i + 1)) "${names[i]}" "${calls[i]}"
		case $? in
		0 | 4) ;;
		*) failed=1 ;;
		esac
	done
	return $failed
}
