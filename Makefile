# SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
#
# In a kernel tree (tools/bpf/runqslower) this builds against that tree.
# Elsewhere KERNEL_SRC names one; "make run" and "make check" fetch one.

ifneq ($(word 2,$(CURDIR) $(KERNEL_SRC) $(OUTPUT) $(O)),)
space_in := $(strip $(foreach v,CURDIR KERNEL_SRC OUTPUT O,$(if $(word 2,$($(v))),$(v))))
ifneq ($(space_in),)
$(error $(firstword $(space_in)) has a space in it, which kbuild cannot handle: $($(firstword $(space_in))))
endif
endif

ifneq ($(wildcard ../../scripts/Makefile.include),)
KERNEL_SRC := $(abspath ../../..)
else
KERNEL_SRC ?= $(CURDIR)/.linux
endif

# Goals that build nothing by themselves.
NON_BUILD_GOALS := clean uninstall graft run check bench setup
ifneq ($(filter-out $(NON_BUILD_GOALS),$(or $(MAKECMDGOALS),all)),)
building := 1
endif

tools := $(KERNEL_SRC)/tools
ifneq ($(wildcard $(tools)/scripts/Makefile.include),)
# It insists that the directory exists.
$(if $(OUTPUT),$(shell mkdir -p $(OUTPUT)))
CFLAGS ?= -g -O2
include $(tools)/scripts/Makefile.include
else ifneq ($(building),)
$(error no kernel source tree in $(KERNEL_SRC): set KERNEL_SRC=/path/to/linux, or run "make setup" as root to fetch one)
endif

ifeq ($(OUTPUT),)
override OUTPUT := $(CURDIR)/.output/
else
override OUTPUT := $(abspath $(OUTPUT))/
endif

BPFTOOL_OUTPUT	:= $(OUTPUT)bpftool/
DEFAULT_BPFTOOL	:= $(BPFTOOL_OUTPUT)bootstrap/bpftool
BPFTOOL		?= $(DEFAULT_BPFTOOL)
BPFOBJ_OUTPUT	:= $(OUTPUT)libbpf/
BPFOBJ		:= $(BPFOBJ_OUTPUT)/libbpf.a
BPF_INCLUDE	:= $(BPFOBJ_OUTPUT)/include

prefix		?= /usr/local
sbindir		?= $(prefix)/sbin
INSTALL		?= install
PKG_CONFIG	?= $(CROSS_COMPILE)pkg-config

SRCS := runqslower.c options.c order.c text.c
OBJS := $(SRCS:%.c=$(OUTPUT)%.o)

# Variables of our own, as any of CFLAGS, LDFLAGS and EXTRA_* may come from the
# command line, where += is ignored.
includes	:= -I$(OUTPUT) -I$(BPF_INCLUDE) -I$(tools)/include/uapi
cc_flags	:= -D_GNU_SOURCE -D__SANE_USERSPACE_TYPES__ -Wall -Wextra $(includes)
bpf_flags	:= -g -O2 --target=bpf -Wall -Wextra \
		   -Wno-unused-parameter $(includes)
static		:= $(filter -static,$(LDFLAGS) $(EXTRA_LDFLAGS))
libelf		:= $(if $(static),$(shell $(PKG_CONFIG) --static --libs libelf 2>/dev/null))
libs		:= $(or $(libelf),-lelf) -lz

VMLINUX_BTF_PATHS := $(if $(O),$(ABSOLUTE_O)/vmlinux)			\
		     $(if $(KBUILD_OUTPUT),$(KBUILD_OUTPUT)/vmlinux)	\
		     $(KERNEL_SRC)/vmlinux /sys/kernel/btf/vmlinux	\
		     /boot/vmlinux-$(shell uname -r)
VMLINUX_BTF_PATH := $(or $(VMLINUX_BTF),$(firstword $(wildcard $(VMLINUX_BTF_PATHS))))
vmlinux_from	 := $(or $(VMLINUX_H),$(VMLINUX_BTF_PATH))

# What is missing is said before anything is built.
missing = $(error $(1); on Debian "make setup" as root installs it)
ifneq ($(building),)
ifeq ($(shell command -v $(firstword $(CLANG))),)
$(call missing,clang is needed to build the BPF programs: no "$(CLANG)" (set CLANG, or install clang))
endif
ifeq ($(shell command -v $(firstword $(LLVM_STRIP))),)
$(call missing,llvm-strip is needed to build the BPF programs: no "$(LLVM_STRIP)" (set LLVM_STRIP, or install llvm))
endif
ifeq ($(shell command -v $(firstword $(CC))),)
$(call missing,a C compiler is needed: no "$(CC)" (set CC, or install gcc))
endif
have_header = $(shell echo '\#include <$(1)>' | $(CC) $(CLANG_CROSS_FLAGS) $(CFLAGS) $(EXTRA_CFLAGS) -E -x c - >/dev/null 2>&1 && echo y)
ifeq ($(call have_header,libelf.h),)
$(call missing,libelf is needed: no libelf.h (install libelf-dev or elfutils-libelf-devel))
endif
ifeq ($(call have_header,zlib.h),)
$(call missing,zlib is needed: no zlib.h (install zlib1g-dev or zlib-devel))
endif
ifeq ($(wildcard $(vmlinux_from)),)
$(error no kernel BTF in any of $(or $(vmlinux_from),$(VMLINUX_BTF_PATHS)): set VMLINUX_H to a vmlinux.h, or VMLINUX_BTF to a kernel built with CONFIG_DEBUG_INFO_BTF=y)
endif
endif

ifeq ($(origin Q),undefined)
ifeq ($(V),1)
Q =
else
Q = @
endif
endif
ifneq ($(V),1)
MAKEFLAGS += --no-print-directory
submake_extras := feature_display=0
endif

# What came on the command line reaches other Makefiles by the environment, so
# that they can still add to it; but not where it would misplace their output.
MAKEOVERRIDES =
submake := $(MAKE) $(submake_extras) V=$(V) O= subdir=

.DELETE_ON_ERROR:
.PHONY: all runqslower clean install uninstall graft setup run check bench FORCE

all: runqslower
runqslower: $(OUTPUT)runqslower

$(OUTPUT)runqslower: $(OBJS) $(BPFOBJ)
	$(QUIET_LINK)$(CC) $(CFLAGS) $(EXTRA_CFLAGS) $(LDFLAGS) $(EXTRA_LDFLAGS) \
		$^ $(LDLIBS) $(libs) -o $@

$(OBJS): $(OUTPUT)%.o: %.c | $(BPFOBJ)
	$(QUIET_CC)$(CC) $(cc_flags) $(CFLAGS) $(EXTRA_CFLAGS) -MMD -MP -c $< -o $@

$(OUTPUT)runqslower.o: $(OUTPUT)runqslower.skel.h

$(OUTPUT)runqslower.skel.h: $(OUTPUT)runqslower.bpf.o | $(BPFTOOL)
	$(QUIET_GENSKEL)$(BPFTOOL) gen skeleton $< name runqslower_bpf > $@

$(OUTPUT)runqslower.bpf.o: runqslower.bpf.c $(OUTPUT)vmlinux.h | $(BPFOBJ)
	$(QUIET_CLANG)$(CLANG) $(bpf_flags) -MMD -MP -c $< -o $@
	$(Q)$(LLVM_STRIP) -g $@

-include $(wildcard $(OUTPUT)*.d)

$(OUTPUT)vmlinux.h: $(vmlinux_from) | $(OUTPUT) $(BPFTOOL)
ifeq ($(VMLINUX_H),)
	$(QUIET_GEN)$(BPFTOOL) btf dump file $< format c > $@
else
	$(QUIET_GEN)cp $< $@
endif

$(BPFOBJ): $(wildcard $(tools)/lib/bpf/*.[ch] $(tools)/lib/bpf/Makefile) | $(OUTPUT)
	$(Q)mkdir -p $(BPFOBJ_OUTPUT)
	$(Q)$(submake) -C $(tools)/lib/bpf OUTPUT=$(BPFOBJ_OUTPUT)/ \
		DESTDIR=$(BPFOBJ_OUTPUT) prefix= $(BPFOBJ) install_headers

# It runs on the machine that builds.
$(DEFAULT_BPFTOOL): | $(OUTPUT)
	$(Q)mkdir -p $(BPFTOOL_OUTPUT)
	$(Q)env -u CFLAGS -u LDFLAGS $(submake) -C $(tools)/bpf/bpftool \
		OUTPUT=$(BPFTOOL_OUTPUT) ARCH= CROSS_COMPILE= \
		EXTRA_CFLAGS= EXTRA_LDFLAGS= bootstrap

$(OUTPUT):
	$(Q)mkdir -p $@

# OUTPUT may be this directory, or one that holds more than ours.
clean:
	$(call QUIET_CLEAN, runqslower)
	$(Q)rm -rf $(OUTPUT)libbpf $(OUTPUT)bpftool
	$(Q)rm -f $(OBJS) $(OBJS:.o=.d) $(OUTPUT)runqslower $(OUTPUT)vmlinux.h \
		$(OUTPUT)runqslower.bpf.o $(OUTPUT)runqslower.bpf.d \
		$(OUTPUT)runqslower.skel.h
	$(Q)rm -rf .output

install: $(OUTPUT)runqslower
	$(call QUIET_INSTALL, runqslower)
	$(Q)$(INSTALL) -m 0755 -d $(DESTDIR)$(sbindir)
	$(Q)$(INSTALL) -m 0755 $< $(DESTDIR)$(sbindir)/runqslower

uninstall:
	$(call QUIET_UNINST, runqslower)
	$(Q)rm -f $(DESTDIR)$(sbindir)/runqslower

# Put this directory into a kernel tree.
graft: dest = $(KERNEL_SRC)/tools/bpf/runqslower
graft:
	$(Q)test -d $(KERNEL_SRC)/tools/bpf || \
		{ echo "graft: no kernel tree in $(KERNEL_SRC): set KERNEL_SRC=/path/to/linux" >&2; exit 1; }
	$(Q)mkdir -p $(dest)
	$(Q)tar -c --exclude=./.git --exclude=./.output --exclude='./.linux*' \
		--exclude='*.o' --exclude='*.d' --exclude='*.skel.h' . | tar -x -C $(dest)

# Stand-alone, from a fresh clone: install what is missing, then the main job.
setup:
	$(Q)KERNEL_SRC=$(KERNEL_SRC) packaging/setup.sh build

run: setup
	$(Q)$(MAKE) KERNEL_SRC=$(KERNEL_SRC) all
	$(Q)$(OUTPUT)runqslower $(ARGS)

check:
	$(Q)KERNEL_SRC=$(KERNEL_SRC) packaging/setup.sh check
	$(Q)$(MAKE) KERNEL_SRC=$(KERNEL_SRC) all
	$(Q)KERNEL_SRC=$(KERNEL_SRC) selftests/check.sh

bench:
	$(Q)KERNEL_SRC=$(KERNEL_SRC) packaging/setup.sh bench
	$(Q)$(MAKE) KERNEL_SRC=$(KERNEL_SRC) all
	$(Q)KERNEL_SRC=$(KERNEL_SRC) bench/bench.sh
