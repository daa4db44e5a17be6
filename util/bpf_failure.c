// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <bpf/libbpf.h>
#include "bpf_failure.h"
#include "error.h"
#include "first_line.h"
#include "privilege.h"

#define ENOTSUPP	524		/* of the kernel, not of libc */

#define LOCKDOWN	"/sys/kernel/security/lockdown"

/* The effective capabilities of this process, a bit each. */
static unsigned long long capabilities(void)
{
	FILE *f = fopen("/proc/self/status", "r");
	unsigned long long bits = 0;
	char line[256];

	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "CapEff: %llx", &bits) == 1)
			break;
	}
	if (f)
		fclose(f);
	return bits;
}

static bool may_trace(void)
{
	unsigned long long bits = capabilities();

	return bits >> CAP_SYS_ADMIN & 1 ||
	       (bits >> CAP_BPF & 1 && bits >> CAP_PERFMON & 1);
}

/*
 * Without privilege libbpf may find that the kernel lacks what is needed, and
 * say EINVAL.
 */
static bool is_refusal(int err)
{
	return err == -EPERM || err == -EACCES || err == -ENOSYS ||
	       (err == -EINVAL && !may_trace());
}

static void refused(const char *what)
{
	if (!may_trace())
		error("cannot %s: not enough privilege; %s", what,
		      "run it as root, or with CAP_BPF and CAP_PERFMON (CAP_SYS_ADMIN before Linux 5.8)");
	else if (access(LOCKDOWN, R_OK))
		error("cannot %s: refused although it has the capabilities: %s", what,
		      "by seccomp, a security module, ulimit -l (before Linux 5.11) "
		      "or lockdown (mount securityfs to see); -v shows what libbpf says of it");
	else
		error("cannot %s: refused although it has the capabilities: %s", what,
		      "by seccomp, a security module or ulimit -l (before Linux 5.11); "
		      "-v shows what libbpf says of it");
}

void bpf_failure(const char *what, int err)
{
	if (strstr(first_line(LOCKDOWN), "[confidentiality]"))
		error("cannot %s: the kernel is locked down (confidentiality), %s", what,
		      "which forbids BPF to read its memory; boot with lockdown=integrity or less");
	else if (is_refusal(err))
		refused(what);
	else if (err == -ENOMEM)
		error("cannot %s: out of memory; try a smaller --ring-size, and with -w --history",
		      what);
	else if (err == -ENOTSUPP)
		error("cannot %s: the BPF compiler (JIT) of this kernel cannot do it", what);
	else if (access("/sys/kernel/btf/vmlinux", R_OK))
		error("cannot %s: the kernel has no BTF (/sys/kernel/btf/vmlinux); %s", what,
		      "it needs one built with CONFIG_DEBUG_INFO_BTF=y");
	else if (libbpf_probe_bpf_map_type(BPF_MAP_TYPE_RINGBUF, NULL) == 0)
		error("cannot %s: the kernel is too old, it has no BPF ring buffer; %s", what,
		      "Linux 5.8 or later is needed");
	else
		error("cannot %s: %s; -v shows what libbpf says of it",
		      what, strerror(-err));
}
