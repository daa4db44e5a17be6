// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* Attach the programs of SKELETON, print "attached", and stay until killed. */
#include <stdio.h>
#include <unistd.h>
#include SKELETON

int main(void)
{
	struct floor_bpf *skel = floor_bpf__open_and_load();

	if (!skel || floor_bpf__attach(skel)) {
		fprintf(stderr, "floor: cannot attach the programs\n");
		return 1;
	}
	puts("attached");
	fflush(stdout);
	pause();
	return 0;
}
