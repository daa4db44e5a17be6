# SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
#
# In a kernel tree (tools/bpf/runqslower) this builds against that tree.
# Elsewhere KERNEL_SRC names one: see Makefile.standalone.

all: runqslower

$(foreach v,CURDIR KERNEL_SRC OUTPUT O,$(if $(word 2,$($(v))),\
	$(error $(v) has a space in it, which kbuild cannot handle: "$($(v))")))

ifneq ($(wildcard ../../scripts/Makefile.include),)
KERNEL_SRC := $(abspath ../../..)
else
KERNEL_SRC ?= $(CURDIR)/.linux
endif
tools := $(abspath $(KERNEL_SRC))/tools

# Goals that compile nothing here; the file has more of them.
other_goals := clean distclean doc doc-install doc-uninstall uninstall version
-include Makefile.standalone
goals := $(or $(MAKECMDGOALS),all)
building := $(filter-out $(other_goals),$(goals))
comma := ,
or_setup := $(if $(filter setup,$(other_goals)),$(comma) or run "make setup" as root)

ifneq ($(wildcard $(tools)/scripts/Makefile.include),)
# Makefile.include insists that OUTPUT exists.
$(if $(OUTPUT),$(if $(filter-out clean distclean doc-uninstall uninstall,$(goals)),$(shell mkdir -p $(OUTPUT))))
CFLAGS ?= -g -O2
include $(tools)/scripts/Makefile.include
else ifneq ($(building),)
$(error no kernel source tree in $(KERNEL_SRC): set KERNEL_SRC=/path/to/linux$(or_setup))
endif

# Makefile.include has Q from 6.15 on.
ifeq ($(origin Q),undefined)
Q := $(if $(filter 1,$(V)),,@)
endif
ifneq ($(V),1)
MAKEFLAGS += --no-print-directory
submake_extras := feature_display=0
endif

override OUTPUT := $(abspath $(or $(OUTPUT),.output))/

# tools/testing/selftests/bpf sets these, with or without a slash at the end.
BPFTOOL_OUTPUT	:= $(OUTPUT)bpftool/
BPFOBJ_OUTPUT	:= $(OUTPUT)libbpf/
DEFAULT_BPFTOOL	:= $(abspath $(BPFTOOL_OUTPUT))/bootstrap/bpftool
DEFAULT_BPFOBJ	:= $(abspath $(BPFOBJ_OUTPUT))/libbpf.a
BPFTOOL		?= $(DEFAULT_BPFTOOL)
BPFOBJ		:= $(DEFAULT_BPFOBJ)
BPF_INCLUDE	:= $(abspath $(BPFOBJ_OUTPUT))/include
# A little-endian object in a big-endian program would build and never load.
ifeq ($(origin BPF_TARGET_ENDIAN),undefined)
byte_order := $(shell $(CC) $(CLANG_CROSS_FLAGS) -dM -E -x c /dev/null 2>/dev/null | \
		sed -n 's/^.define __BYTE_ORDER__ //p')
BPF_TARGET_ENDIAN := --target=bpf$(if $(findstring BIG,$(byte_order)),eb)
endif

prefix		?= /usr/local
sbindir		?= $(prefix)/sbin
mandir		?= $(prefix)/share/man
bash_compdir	?= $(prefix)/share/bash-completion/completions
unitdir		?= $(prefix)/lib/systemd/system
RST2MAN		?= rst2man
INSTALL		?= install
PROGRAM		?= runqslower
PKG_CONFIG	?= $(CROSS_COMPILE)pkg-config

SRCS := runqslower.c collect.c help.c options.c report.c tracer.c			\
	$(addprefix analysis/,explain.c histogram.c history.c metrics.c			\
			      ordered_waits.c parts.c record.c stacks.c		\
			      stalled_waits.c totals.c)	\
	$(addprefix util/,bpf_failure.c cgroups.c clock.c command.c error.c first_line.c	\
			   landlock.c numbers.c output.c preempt_count.c privilege.c	\
			   process_name.c sched_ext.c signals.c symbols.c)		\
	$(addprefix writers/,csv.c field.c json.c metrics_file.c names.c rows.c	\
			     schema.c tables.c text.c text_heat.c text_totals.c trace_file.c)
# Objects lie flat in OUTPUT.
vpath %.c analysis util writers
own_objs := $(patsubst %.c,$(OUTPUT)%.o,$(notdir $(SRCS)))
OBJS := $(own_objs) $(OUTPUT)json_writer.o
# json_writer is bpftool's.
jsonw := $(tools)/bpf/bpftool/json_writer

# Variables of our own, as any of CFLAGS, LDFLAGS and EXTRA_* may come from the
# command line, where += is ignored.
includes  := -I. -I$(OUTPUT) -I$(BPF_INCLUDE) -I$(tools)/include -I$(tools)/include/uapi
# No output file has the path of the build.
no_paths  := -ffile-prefix-map=$(abspath $(KERNEL_SRC))= -ffile-prefix-map=$(OUTPUT:/=)=. \
	     -ffile-prefix-map=$(CURDIR)=.
cc_flags  := -D_GNU_SOURCE -D__SANE_USERSPACE_TYPES__ -Wall -Wextra $(includes) $(no_paths) \
	     $(CLANG_CROSS_FLAGS) $(CPPFLAGS) $(CFLAGS) $(EXTRA_CFLAGS)
ld_flags  := $(LDFLAGS) $(EXTRA_LDFLAGS)
bpf_flags := -g -O2 $(BPF_TARGET_ENDIAN) -Wall -Wextra -Wno-unused-parameter $(includes) $(no_paths) \
	     $(EXTRA_BPF_CFLAGS)
# A static libelf may need more libraries.
libelf    := $(if $(filter -static,$(ld_flags)),$(shell $(PKG_CONFIG) --static --libs libelf 2>/dev/null))
libs      := $(LDLIBS) $(or $(libelf),-lelf) -lz

VMLINUX_BTF_PATHS := $(if $(O),$(ABSOLUTE_O)/vmlinux)			\
		     $(if $(KBUILD_OUTPUT),$(KBUILD_OUTPUT)/vmlinux)	\
		     $(KERNEL_SRC)/vmlinux /sys/kernel/btf/vmlinux	\
		     /boot/vmlinux-$(shell uname -r)
vmlinux_btf := $(if $(VMLINUX_H),,$(or $(VMLINUX_BTF),$(firstword $(wildcard $(VMLINUX_BTF_PATHS)))))
# Without BTF the types are those that the programs use, and no more.
vmlinux_from := $(or $(VMLINUX_H),$(vmlinux_btf),engine/vmlinux.h)
bpftool_to_build := $(filter $(DEFAULT_BPFTOOL),$(BPFTOOL))
# What is built is installed without what built it.
compiling := $(filter-out $(if $(wildcard $(OUTPUT)runqslower),install),$(building))

# What is missing is said before anything is built.
# $(call need,COMMAND THAT SUCCEEDS,WHAT IS MISSING: WAY OUT)
need = $(if $(shell { $(1); } >/dev/null 2>&1 && echo y),,$(error $(2)$(or_setup)))
have = $(CC) $(cc_flags) -E -include $(1) -x c /dev/null
# ELF, and BTF in either byte order, begin with these bytes.
is_elf_or_btf = head -c 2 $(vmlinux_btf) | od -An -tx1 | grep -E '7f 45|9f eb|eb 9f'
ifneq ($(compiling),)
$(call need,command -v $(CLANG),no "$(CLANG)" for the BPF programs: set CLANG or install clang)
$(call need,command -v $(LLVM_STRIP),no "$(LLVM_STRIP)" for the BPF programs: set LLVM_STRIP or install llvm)
$(call need,command -v $(firstword $(CC)),no C compiler "$(CC)": set CC or install gcc)
$(call need,command -v python3,no python3 for libbpf: install python3)
$(call need,$(call have,libelf.h),no libelf.h: install libelf-dev or elfutils-libelf-devel)
$(call need,$(call have,zlib.h),no zlib.h: install zlib1g-dev or zlib-devel)
ifeq ($(bpftool_to_build),)
$(call need,command -v $(BPFTOOL),no "$(BPFTOOL)": leave BPFTOOL unset to have it built)
endif
ifeq ($(wildcard $(vmlinux_from)),)
$(error no kernel BTF in $(vmlinux_from): set VMLINUX_H to a vmlinux.h, or VMLINUX_BTF to a kernel built with CONFIG_DEBUG_INFO_BTF=y, or neither)
endif
ifneq ($(vmlinux_btf),)
$(if $(shell $(is_elf_or_btf)),,$(error neither ELF nor BTF: $(vmlinux_btf). \
	If it is a compressed kernel, set VMLINUX_BTF to what scripts/extract-vmlinux makes of it))
endif
endif

.DELETE_ON_ERROR:
.PHONY: all runqslower install $(other_goals)

runqslower: $(OUTPUT)runqslower

$(OUTPUT)runqslower: $(OBJS) $(BPFOBJ)
	$(QUIET_LINK)$(CC) $(cc_flags) $(ld_flags) $^ $(libs) -o $@

$(own_objs): $(OUTPUT)%.o: %.c | $(OUTPUT) $(BPFOBJ)
	$(QUIET_CC)$(CC) $(cc_flags) -MMD -MP -c $< -o $@

$(OUTPUT)json_writer.o: $(jsonw).c $(jsonw).h | $(OUTPUT) $(BPFOBJ)
	$(QUIET_CC)$(CC) $(cc_flags) -c $< -o $@

$(OUTPUT)json.o $(OUTPUT)schema.o: cc_flags += -I$(tools)/bpf/bpftool
$(OUTPUT)tracer.o: $(OUTPUT)runqslower.skel.h

# Before 6.13 bpftool makes skeletons for its own byte order only.
needs_6_13 = || { echo "for this byte order bpftool must be of 6.13 or later: set KERNEL_SRC or BPFTOOL" >&2; exit 1; }
$(OUTPUT)runqslower.skel.h: $(OUTPUT)runqslower.bpf.o | $(bpftool_to_build)
	$(QUIET_GENSKEL)$(BPFTOOL) gen skeleton $< name runqslower_bpf > $@	\
		$(if $(findstring bpfeb,$(BPF_TARGET_ENDIAN)),$(needs_6_13))

$(OUTPUT)runqslower.bpf.o: runqslower.bpf.c $(OUTPUT)vmlinux.h | $(BPFOBJ)
	$(QUIET_CLANG)$(CLANG) $(bpf_flags) -MMD -MP -c $< -o $@
	$(Q)$(LLVM_STRIP) -g $@

-include $(OBJS:.o=.d) $(OUTPUT)runqslower.bpf.d

# The time of a file in /sys is when it was last looked up.
$(OUTPUT)vmlinux.h: $(filter-out /sys/%,$(wildcard $(vmlinux_from))) | $(OUTPUT) $(bpftool_to_build)
ifneq ($(vmlinux_btf),)
	$(QUIET_GEN)$(BPFTOOL) btf dump file $(vmlinux_btf) format c > $@
else
	$(if $(VMLINUX_H),,@echo "no kernel BTF: the kernel's types are those of $<" >&2)
	$(QUIET_GEN)cp $< $@
endif

# Command-line variables reach libbpf and bpftool by the environment only, where
# their Makefiles can add to them, and our OUTPUT does not override theirs.
$(DEFAULT_BPFOBJ) $(DEFAULT_BPFTOOL): MAKEOVERRIDES =
# libbpf and bpftool find the tree by themselves, because tools/Makefile has
# emptied srctree.
unexport srctree building_out_of_srctree

$(DEFAULT_BPFOBJ): $(wildcard $(tools)/lib/bpf/*.[ch] $(tools)/lib/bpf/Makefile) | $(OUTPUT)
	$(Q)mkdir -p $(@D)
	$(Q)$(MAKE) $(submake_extras) -C $(tools)/lib/bpf V=$(V) O= \
		OUTPUT=$(@D)/ DESTDIR=$(@D) prefix= $@ install_headers

# bpftool runs on the machine that builds, and needs no program signing.
$(DEFAULT_BPFTOOL): | $(OUTPUT)
	$(Q)mkdir -p $(BPFTOOL_OUTPUT)
	$(Q)env -u CFLAGS -u LDFLAGS $(MAKE) $(submake_extras) -C $(tools)/bpf/bpftool \
		V=$(V) O= OUTPUT=$(abspath $(BPFTOOL_OUTPUT))/ ARCH= CROSS_COMPILE= \
		CC="$(HOSTCC)" LD="$(HOSTLD)" EXTRA_CFLAGS= EXTRA_LDFLAGS= \
		SKIP_CRYPTO=1 bootstrap

$(OUTPUT):
	$(Q)mkdir -p $@

# OUTPUT may be this directory, or one that holds more than ours.
clean:
	$(call QUIET_CLEAN, runqslower)
	$(Q)rm -rf $(filter-out $(tools)/bpf/bpftool,$(OUTPUT)libbpf $(OUTPUT)bpftool) .output
	$(Q)rm -f $(OBJS) $(OBJS:.o=.d) $(addprefix $(OUTPUT),runqslower vmlinux.h \
		runqslower.bpf.o runqslower.bpf.d runqslower.skel.h runqslower.8)

# The kernel source tree that "make setup" unpacked, too.
distclean: clean
	$(Q)rm -rf .linux .linux.tmp

# The service of --metrics; a kernel tree has none. Nobody enables the service
# but the user.
unit := $(notdir $(wildcard packaging/runqslower-metrics.service))

# Manual, completion and service say the name that the tool is installed under.
install: $(OUTPUT)runqslower
	$(call QUIET_INSTALL, $(PROGRAM))
	$(Q)$(INSTALL) -m 0755 -d $(DESTDIR)$(sbindir)
	$(Q)$(INSTALL) -m 0755 $< $(DESTDIR)$(sbindir)/$(PROGRAM)
	$(Q)$(INSTALL) -m 0755 -d $(DESTDIR)$(bash_compdir)
	$(Q)sed 's/ runqslower$$/ $(PROGRAM)/' bash-completion/runqslower | \
		$(INSTALL) -m 0644 /dev/stdin $(DESTDIR)$(bash_compdir)/$(PROGRAM)
ifneq ($(unit),)
	$(Q)$(INSTALL) -m 0755 -d $(DESTDIR)$(unitdir)
	$(Q)sed -e 's|^ExecStart=[^ ]*|ExecStart=$(sbindir)/$(PROGRAM)|' \
		-e 's|man:runqslower(8)|man:$(PROGRAM)(8)|' packaging/$(unit) | \
		$(INSTALL) -m 0644 /dev/stdin $(DESTDIR)$(unitdir)/$(unit)
endif

uninstall:
	$(call QUIET_UNINST, $(PROGRAM))
	$(Q)rm -f $(DESTDIR)$(sbindir)/$(PROGRAM) $(DESTDIR)$(bash_compdir)/$(PROGRAM) \
		$(if $(unit),$(DESTDIR)$(unitdir)/$(unit))

# The manual. rst2man leaves what some readers of manuals complain about.
doc: $(OUTPUT)runqslower.8

$(OUTPUT)runqslower.8: Documentation/runqslower.rst | $(OUTPUT)
	$(QUIET_GEN)$(RST2MAN) --strict $< $@.tmp
	$(Q)awk '!(/^\.sp$$/ && heading) && !/^\.ft [CP]$$/; { heading = /^\.S[HS] / }' \
		$@.tmp > $@
	$(Q)rm -f $@.tmp

# Metrics and their service have the same name on all machines.
doc-install: $(OUTPUT)runqslower.8
	$(call QUIET_INSTALL, $(PROGRAM).8)
	$(Q)$(INSTALL) -m 0755 -d $(DESTDIR)$(mandir)/man8
	$(Q)sed -e 's/runqslower\(_\|\\-metrics\|\.prom\)/@@\1/g' \
		-e 's/runqslower/$(PROGRAM)/gI' -e 's/@@/runqslower/g' $< | \
		$(INSTALL) -m 0644 /dev/stdin $(DESTDIR)$(mandir)/man8/$(PROGRAM).8

doc-uninstall:
	$(call QUIET_UNINST, $(PROGRAM).8)
	$(Q)rm -f $(DESTDIR)$(mandir)/man8/$(PROGRAM).8

# Of the tool, for packages; a kernel tree's is another.
version:
	@sed -n 's/^#define VERSION[^"]*"\(.*\)"/\1/p' version.h
