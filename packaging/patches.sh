#!/bin/bash
# SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
#
# Write the series of patches that adds this directory to a kernel tree:
#
#	KERNEL_SRC=/path/to/linux packaging/patches.sh DIRECTORY
#
# The tree is one without tools/bpf/runqslower, and is only read. Author and
# maintainer is who git says that you are.
set -eu -o pipefail
cd "$(dirname "$0")/.."
export LC_ALL=C

die()
{
	echo "patches: $*" >&2
	exit 1
}

tree=${KERNEL_SRC:?a kernel tree}
out=${1:?where the patches go}
touched="MAINTAINERS tools/bpf/Makefile tools/testing/selftests/Makefile"
dir=tools/bpf/runqslower

[ -e "$tree/MAINTAINERS" ] || die "no whole kernel tree in $tree: set KERNEL_SRC=/path/to/linux"
[ ! -e "$tree/$dir" ] || die "$tree has a $dir: set KERNEL_SRC to a tree without (later than 6.18)"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
repo=$work/linux

# All of this directory in a tree, to take the parts from.
mkdir -p "$work/whole/tools/bpf"
make -s graft KERNEL_SRC="$work/whole"

git init -q "$repo"
for file in $touched; do
	install -D -m 644 "$tree/$file" "$repo/$file"
done
git -C "$repo" config user.name "$(git config user.name)"
git -C "$repo" config user.email "$(git config user.email)"
git -C "$repo" add .
git -C "$repo" commit -q -m base
git -C "$repo" tag base

# add FILE...: take these of our directory
add()
{
	mkdir -p "$repo/$dir"
	(cd "$work/whole/$dir" && cp -a --parents "$@" "$repo/$dir")
}

# commit: the message is on stdin
commit()
{
	git -C "$repo" add -A
	git -C "$repo" commit -q -s -F -
}

# edit FILE SED-SCRIPT...: each of them has to change the file
edit()
{
	local file=$repo/$1 script

	shift
	for script; do
		cp "$file" "$work/before"
		sed -i "$script" "$file"
		! cmp -s "$work/before" "$file" || die "$file is not as expected: no \"$script\""
	done
}

# insert FILE PREFIX TEXT: before the first line that starts with PREFIX and
# sorts after TEXT
insert()
{
	awk -v prefix="$2" -v text="$3" '
		!done && index($0, prefix) == 1 && $0 > text { print text; done = 1 }
		{ print }' "$repo/$1" >"$work/after"
	cp "$work/after" "$repo/$1"
}

add runqslower.bpf.c runqslower.h engine
commit <<'END'
tools/bpf/runqslower: Add BPF programs that time waits for a CPU

They note at sched_wakeup, sched_wakeup_new and sched_switch when a task
became ready to run, and send to user space what it waited once it is
switched in. A wait never spans time in which the task ran, also where
events are hidden from tracers.

A flight recorder of the last tasks of each CPU lets user space say who
or what had the CPU meanwhile: tasks, quota, interrupts, the hypervisor.

All types that are read of the kernel are declared here and relocated by
CO-RE, so one binary runs on all kernels since 5.8, and a builder needs
no BTF.
END

add Makefile .gitignore ./*.[ch] analysis util writers bash-completion
rm "$repo/$dir"/selftests -rf
commit <<'END'
tools/bpf/runqslower: Add the user side

It loads the programs, orders the waits of all CPUs by time, shares out
each wait among what had the CPU, and writes text, CSV, JSON, or a file
for Perfetto.

It is a tool like the former runqslower, which was removed for its
upkeep and could not be installed, and takes the same arguments.
END

# shellcheck disable=SC2016 # make expands them
edit tools/bpf/Makefile \
	'/^NON_CHECK_FEAT_TARGETS/s/bpftool_clean/& runqslower_clean/' \
	'/^all:/s/ bpftool/& runqslower/' \
	'/^clean:/s/ bpftool_clean/& runqslower_clean/' \
	'/^install:/s/ bpftool_install/& runqslower_install/' \
	'/^\.PHONY:/s/ bpftool_clean/& \\\n\trunqslower runqslower_install runqslower_clean/' \
	'/^bpftool_clean:/,/^$/s/^$/\
runqslower:\
	$(call descend,runqslower)\
\
runqslower_install:\
	$(call descend,runqslower,install)\
\
runqslower_clean:\
	$(call descend,runqslower,clean)\
/'
insert MAINTAINERS RU "RUNQSLOWER (RUN QUEUE LATENCY)
M:	$(git config user.name) <$(git config user.email)>
L:	bpf@vger.kernel.org
S:	Maintained
F:	tools/bpf/runqslower/
F:	tools/testing/selftests/runqslower
"
commit <<'END'
tools/bpf: Build, install and clean runqslower

tools/Makefile descends into tools/bpf, so "make -C tools bpf" and
"bpf_install" now bring the tool along.
END

add selftests
rm -rf "$repo/$dir/selftests/mutants"
ln -s ../../bpf/runqslower/selftests "$repo/tools/testing/selftests/runqslower"
insert tools/testing/selftests/Makefile TARGETS "TARGETS += runqslower"
commit <<'END'
selftests: Add tests of runqslower

Unit tests run the BPF programs in a made-up scheduler and user space on
made-up records. System tests compare every wait with an independent log
of the scheduler's events.

The tests are beside the tool, because they are built from its objects;
the link makes them reachable as TARGETS=runqslower.
END

add Documentation
commit <<'END'
tools/bpf/runqslower: Add the manual and a description of the design

The manual is made by rst2man, as bpftool's. The description says how a
verdict is reached, what it is worth, and what each kernel lacks.
END

git -C "$repo" branch -q -M runqslower
git -C "$repo" config branch.runqslower.description 'runqslower: who waits for a CPU, and for what

The former tools/bpf/runqslower, a demonstration of CO-RE, was removed for
its upkeep. This is a tool for users: it shows which task was ready to run
and did not get a CPU, for how long, and with -w who or what had the CPU
meanwhile. It has a manual, completion and "make install", and does not
depend on tools/testing/selftests/bpf, nor that on the tool.'
mkdir -p "$out"
rm -f "$out"/*.patch
git -C "$repo" format-patch -q --cover-letter --cover-from-description=subject --no-signature \
	-o "$(realpath "$out")" base
ls "$out"
