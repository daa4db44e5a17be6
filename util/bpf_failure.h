/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
#ifndef __RUNQSLOWER_BPF_FAILURE_H
#define __RUNQSLOWER_BPF_FAILURE_H

/*
 * Print one line that says why @what, as in "cannot ...", failed with @err, a
 * negative errno, and the way out.
 */
void bpf_failure(const char *what, int err);

#endif /* __RUNQSLOWER_BPF_FAILURE_H */
