// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * Print the name, the runs and the total ns of every BPF program that a process
 * holds. The kernel counts runs and ns only with kernel.bpf_stats_enabled=1.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <bpf/bpf.h>

static void print_prog(__u32 id)
{
	struct bpf_prog_info info = {};
	__u32 len = sizeof(info);
	int fd = bpf_prog_get_fd_by_id(id);

	if (fd < 0 || bpf_obj_get_info_by_fd(fd, &info, &len)) {
		perror("progstats");
		exit(1);
	}
	printf("%s %llu %llu\n", info.name, (unsigned long long)info.run_cnt,
	       (unsigned long long)info.run_time_ns);
	close(fd);
}

int main(int argc, char **argv)
{
	__u32 ids[64], id, nr = 0, i;
	char path[300], line[128];
	struct dirent *d;
	DIR *dir;
	FILE *f;

	if (argc != 2) {
		fprintf(stderr, "usage: progstats PID\n");
		return 1;
	}
	snprintf(path, sizeof(path), "/proc/%s/fdinfo", argv[1]);
	dir = opendir(path);
	if (!dir) {
		perror(path);
		return 1;
	}
	while ((d = readdir(dir))) {
		snprintf(path, sizeof(path), "/proc/%s/fdinfo/%s", argv[1],
			 d->d_name);
		f = fopen(path, "r");
		if (!f)
			continue;
		while (fgets(line, sizeof(line), f)) {
			if (sscanf(line, "prog_id: %u", &id) != 1)
				continue;
			/* The link of a program shows prog_id, too. */
			for (i = 0; i < nr && ids[i] != id; i++)
				;
			if (i < nr || nr == 64)
				continue;
			ids[nr++] = id;
			print_prog(id);
		}
		fclose(f);
	}
	closedir(dir);
	return 0;
}
