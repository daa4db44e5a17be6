// SPDX-License-Identifier: GPL-2.0
/*
 * For LD_PRELOAD: allocation number FAIL_AT of the process fails, and all after
 * that one where FAIL_ALL is set. How many there were is written to file
 * descriptor FAIL_FD at exit, as a number of native size.
 */
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t nr, size_t size);
void *__libc_realloc(void *old, size_t size);

static unsigned long nr, fail_at;
static int fail_all;

static int fails(void)
{
	unsigned long this = __atomic_add_fetch(&nr, 1, __ATOMIC_RELAXED);

	if (!fail_at || (fail_all ? this < fail_at : this != fail_at))
		return 0;
	errno = ENOMEM;
	return 1;
}

void *malloc(size_t size)
{
	return fails() ? NULL : __libc_malloc(size);
}

/*
 * The list of programs of a skeleton is left alone, and with this list all
 * that has elements of the same size. Without the list
 * bpf_object__detach_skeleton() crashes, as seen in libbpf 1.5, because what
 * bpftool generates calls this function although there is nothing to detach.
 */
void *calloc(size_t nr, size_t size)
{
	return fails() && size != sizeof(struct bpf_prog_skeleton) ? NULL :
	       __libc_calloc(nr, size);
}

void *realloc(void *old, size_t size)
{
	return fails() ? NULL : __libc_realloc(old, size);
}

__attribute__((constructor)) static void begin(void)
{
	const char *at = getenv("FAIL_AT");

	nr = 0;
	fail_at = at ? strtoul(at, NULL, 10) : 0;
	fail_all = !!getenv("FAIL_ALL");
	/* Not for what this process runs. */
	unsetenv("LD_PRELOAD");
}

__attribute__((destructor)) static void end(void)
{
	const char *fd = getenv("FAIL_FD");

	if (fd && write(atoi(fd), &nr, sizeof(nr)) != sizeof(nr))
		abort();
}
