// SPDX-License-Identifier: GPL-2.0
/*
 * For coverage.sh: what would keep gcov from writing what it has counted when a
 * process ends. Linked with --wrap=_exit and --wrap=syscall.
 */
#define LANDLOCK_RESTRICT_SELF	446

void __gcov_dump(void);
void __attribute__((noreturn)) __real__exit(int code);
long __real_syscall(long nr, long a, long b, long c, long d, long e, long f);

/* A test ends with _exit(). */
void __attribute__((noreturn)) __wrap__exit(int code)
{
	__gcov_dump();
	__real__exit(code);
}

/* The tool gives up writing files: see util/landlock.h. */
long __wrap_syscall(long nr, long a, long b, long c, long d, long e, long f)
{
	return nr == LANDLOCK_RESTRICT_SELF ? 0 : __real_syscall(nr, a, b, c, d, e, f);
}
