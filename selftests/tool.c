// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include "tool.h"

const char *beside_us(const char *name)
{
	static char path[PATH_MAX + 256];
	char self[PATH_MAX];
	ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);

	self[len > 0 ? len : 0] = '\0';
	snprintf(path, sizeof(path), "%s/%s", dirname(self), name);
	return path;
}

static void *read_all(void *arg)
{
	struct tool *t = arg;
	char buf[65536];
	ssize_t len;

	while ((len = read(t->out_fd, buf, sizeof(buf))) > 0) {
		pthread_mutex_lock(&t->lock);
		t->out = realloc(t->out, t->out_len + len + 1);
		memcpy(t->out + t->out_len, buf, len);
		t->out_len += len;
		t->out[t->out_len] = '\0';
		pthread_cond_signal(&t->grown);
		pthread_mutex_unlock(&t->lock);
	}
	pthread_mutex_lock(&t->lock);
	t->eof = true;
	pthread_cond_signal(&t->grown);
	pthread_mutex_unlock(&t->lock);
	return NULL;
}

void tool_spawn(struct tool *t, const char *name, const char *const args[])
{
	const char *path = beside_us(name), *argv[64] = { name };
	int out[2], i;

	memset(t, 0, sizeof(*t));
	t->out = calloc(1, 1);
	for (i = 0; args[i] && i < 62; i++)
		argv[i + 1] = args[i];
	t->err_fd = memfd_create("stderr", 0);
	if (pipe(out) || t->err_fd < 0)
		abort();
	t->pid = fork();
	if (!t->pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		dup2(out[1], STDOUT_FILENO);
		dup2(t->err_fd, STDERR_FILENO);
		close(out[0]);
		close(out[1]);
		execv(path, (char **)argv);
		_exit(127);
	}
	close(out[1]);
	t->out_fd = out[0];
	pthread_mutex_init(&t->lock, NULL);
	pthread_cond_init(&t->grown, NULL);
	pthread_create(&t->reader, NULL, read_all, t);
}

size_t count_lines(const char *s)
{
	size_t nr = 0;

	for (; *s; s++)
		nr += *s == '\n';
	return nr;
}

bool tool_await_lines(struct tool *t, size_t nr)
{
	bool enough;

	pthread_mutex_lock(&t->lock);
	while (!(enough = count_lines(t->out) >= nr) && !t->eof)
		pthread_cond_wait(&t->grown, &t->lock);
	pthread_mutex_unlock(&t->lock);
	return enough;
}

bool tool_start(struct tool *t, const char *name, const char *const args[])
{
	tool_spawn(t, name, args);
	return tool_await_lines(t, 2);
}

int tool_wait(struct tool *t)
{
	off_t len;

	pthread_join(t->reader, NULL);
	while (waitpid(t->pid, &t->status, 0) < 0 && errno == EINTR)
		;
	close(t->out_fd);
	len = lseek(t->err_fd, 0, SEEK_END);
	t->err = calloc(1, len + 1);
	t->err_len = pread(t->err_fd, t->err, len, 0);
	close(t->err_fd);
	return WIFEXITED(t->status) ? WEXITSTATUS(t->status) : -1;
}

int tool_stop(struct tool *t)
{
	kill(t->pid, SIGTERM);
	return tool_wait(t);
}

int tool_run(struct tool *t, const char *const args[])
{
	tool_spawn(t, TOOL, args);
	return tool_wait(t);
}

void tool_free(struct tool *t)
{
	free(t->out);
	free(t->err);
	memset(t, 0, sizeof(*t));
}

/* "%-17s %-16s %-6d %14llu", with -P then " %-16s %-6d". */
static bool parse_wait(const char *line, bool previous, struct tool_wait *w)
{
	unsigned long long sec, usec, lat;
	int len;

	memset(w, 0, sizeof(*w));
	if (strlen(line) < 18 + 17 + 6 + 15 ||
	    sscanf(line, "%llu.%6llu", &sec, &usec) != 2)
		return false;
	w->end_ns = sec * 1000000000 + usec * 1000;
	memcpy(w->comm, line + 18, 16);
	if (sscanf(line + 34, " %u %llu%n", &w->tid, &lat, &len) != 2)
		return false;
	w->lat_us = lat;
	line += 34 + len;
	if (previous) {
		if (strlen(line) < 18)
			return false;
		memcpy(w->prev_comm, line + 1, 16);
		if (sscanf(line + 17, " %u%n", &w->prev_tid, &len) != 1)
			return false;
		line += 17 + len;
	}
	while (*line == ' ')
		line++;
	for (len = 15; len >= 0 && (w->comm[len] == ' ' || !w->comm[len]); len--)
		w->comm[len] = '\0';
	for (len = 15; len >= 0 && (w->prev_comm[len] == ' ' || !w->prev_comm[len]); len--)
		w->prev_comm[len] = '\0';
	return !*line;
}

struct tool_wait *parse_waits(const char *out, size_t *nr)
{
	struct tool_wait *waits = calloc(count_lines(out) + 1, sizeof(*waits));
	char *copy = strdup(out), *rest = copy, *line;
	bool previous = false;

	*nr = 0;
	strsep(&rest, "\n");			/* Tracing ... */
	line = strsep(&rest, "\n");
	if (line && strstr(line, "PREV"))
		previous = true;
	while ((line = strsep(&rest, "\n")) && *line) {
		if (!parse_wait(line, previous, &waits[*nr])) {
			fprintf(stderr, "# not a wait: '%s'\n", line);
			free(waits);
			waits = NULL;
			break;
		}
		(*nr)++;
	}
	free(copy);
	return waits;
}
