// SPDX-License-Identifier: GPL-2.0
/*
 * Why a call of BPF failed, in words: each way out is that of a kernel, and of
 * privileges, that are made up here.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <bpf/libbpf.h>
#include "kselftest_harness.h"
#include "util/bpf_failure.h"

static const char *lockdown;		/* NULL: no securityfs */
static unsigned long long privileges;	/* CapEff */
static bool has_btf = true;
static int has_ringbuf = 1;

#define SYS_ADMIN	(1ULL << 21)
#define PERFMON		(1ULL << 38)
#define BPF		(1ULL << 39)

FILE *__real_fopen(const char *path, const char *mode);

FILE *__wrap_fopen(const char *path, const char *mode)
{
	static char status[128];

	if (!strcmp(path, "/sys/kernel/security/lockdown"))
		return lockdown ? fmemopen((void *)lockdown, strlen(lockdown), "r") : NULL;
	if (strcmp(path, "/proc/self/status"))
		return __real_fopen(path, mode);
	snprintf(status, sizeof(status), "Name:\tx\nCapPrm:\t0\nCapEff:\t%016llx\nCapBnd:\t0\n",
		 privileges);
	return fmemopen(status, strlen(status), "r");
}

int __real_access(const char *path, int mode);

int __wrap_access(const char *path, int mode)
{
	if (!strcmp(path, "/sys/kernel/btf/vmlinux"))
		return has_btf ? 0 : -1;
	if (!strcmp(path, "/sys/kernel/security/lockdown"))
		return lockdown ? 0 : -1;
	return __real_access(path, mode);
}

int __wrap_libbpf_probe_bpf_map_type(enum bpf_map_type type, const void *opts)
{
	return type == BPF_MAP_TYPE_RINGBUF ? has_ringbuf : 1;
}

/* What is said of it, without the begin that each line has. */
static const char *said(int err)
{
	static const char begin[] = "runqslower: cannot x: ";
	static char text[512];
	int saved = dup(STDERR_FILENO), fd = memfd_create("err", 0);
	ssize_t len;

	dup2(fd, STDERR_FILENO);
	bpf_failure("x", -err);
	dup2(saved, STDERR_FILENO);
	close(saved);
	len = pread(fd, text, sizeof(text) - 1, 0);
	close(fd);
	text[len > 0 ? len : 0] = '\0';
	return strncmp(text, begin, strlen(begin)) ? text : text + strlen(begin);
}

TEST(too_little_privilege)
{
	const char *says = "not enough privilege; run it as root, or with CAP_BPF and CAP_PERFMON (CAP_SYS_ADMIN before Linux 5.8)\n";

	EXPECT_STREQ(says, said(EPERM));
	EXPECT_STREQ(says, said(EACCES));
	privileges = BPF;
	EXPECT_STREQ(says, said(EPERM));
	privileges = PERFMON | ~(SYS_ADMIN | BPF | PERFMON);
	EXPECT_STREQ(says, said(EPERM));
	EXPECT_STREQ(says, said(EINVAL));
}

/* Root in a container, for one. */
TEST(refused_with_privilege)
{
	const char *says = "refused although it has the capabilities: by seccomp, a security module, ulimit -l (before Linux 5.11) or lockdown (mount securityfs to see); -v shows what libbpf says of it\n";

	privileges = SYS_ADMIN;
	EXPECT_STREQ(says, said(EPERM));
	EXPECT_STREQ(says, said(EACCES));
	EXPECT_STREQ(says, said(ENOSYS));
	privileges = BPF | PERFMON;
	EXPECT_STREQ(says, said(EPERM));
	lockdown = "[none] integrity confidentiality\n";
	EXPECT_STREQ("refused although it has the capabilities: by seccomp, a security module or ulimit -l (before Linux 5.11); -v shows what libbpf says of it\n",
		     said(EPERM));
}

TEST(locked_down)
{
	privileges = SYS_ADMIN;
	lockdown = "none integrity [confidentiality]\n";
	EXPECT_STREQ("the kernel is locked down (confidentiality), which forbids BPF to read its memory; boot with lockdown=integrity or less\n",
		     said(EPERM));
	lockdown = "none [integrity] confidentiality\n";
	EXPECT_STREQ("refused although it has the capabilities: by seccomp, a security module or ulimit -l (before Linux 5.11); -v shows what libbpf says of it\n",
		     said(EPERM));
}

TEST(what_the_kernel_lacks)
{
	privileges = SYS_ADMIN;
	EXPECT_STREQ("Invalid argument; -v shows what libbpf says of it\n", said(EINVAL));
	EXPECT_STREQ("out of memory; try a smaller --ring-size, and with -w --history\n",
		     said(ENOMEM));
	EXPECT_STREQ("the BPF compiler (JIT) of this kernel cannot do it\n", said(524));
	/* Not known is not no. */
	has_ringbuf = -1;
	EXPECT_STREQ("Invalid argument; -v shows what libbpf says of it\n", said(EINVAL));
	has_ringbuf = 0;
	EXPECT_STREQ("the kernel is too old, it has no BPF ring buffer; Linux 5.8 or later is needed\n",
		     said(EINVAL));
	has_btf = false;
	EXPECT_STREQ("the kernel has no BTF (/sys/kernel/btf/vmlinux); it needs one built with CONFIG_DEBUG_INFO_BTF=y\n",
		     said(EINVAL));
}

TEST_HARNESS_MAIN
