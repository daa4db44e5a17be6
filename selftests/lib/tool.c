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

double slack(void)
{
	const char *s = getenv("RUNQSLOWER_TEST_SLACK");

	return s ? atof(s) : 1;
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

char *tool_lines(struct tool *t)
{
	char *out, *end;

	pthread_mutex_lock(&t->lock);
	out = strdup(t->out);
	pthread_mutex_unlock(&t->lock);
	end = strrchr(out, '\n');
	out[end ? end + 1 - out : 0] = '\0';
	return out;
}

bool tool_start(struct tool *t, const char *name, const char *const args[])
{
	tool_spawn(t, name, args);
	return tool_await_lines(t, 2);
}

/*
 * Take out of stderr what the tool says of this kernel, to @to: the line in
 * which @text is.
 */
static void take_line(struct tool *t, const char *text, char *to, size_t size)
{
	char *line = strstr(t->err, text), *rest;

	if (!line)
		return;
	while (line > t->err && line[-1] != '\n')
		line--;
	rest = line + strcspn(line, "\n");
	rest += *rest == '\n';
	snprintf(to, size, "%.*s", (int)(rest - line), line);
	memmove(line, rest, strlen(rest) + 1);
	t->err_len = strlen(t->err);
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
	take_line(t, " this kernel does not tell ", t->limits, sizeof(t->limits));
	take_line(t, " switches were not seen; ", t->unseen, sizeof(t->unseen));
	return WIFEXITED(t->status) ? WEXITSTATUS(t->status) : -1;
}

bool child_has_ended(pid_t pid)
{
	siginfo_t info = {};

	return waitid(P_PID, pid, &info, WEXITED | WNOHANG | WNOWAIT) || info.si_pid;
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

/* Less the spaces at the end. */
static void trim(char *name)
{
	int len;

	for (len = 15; len >= 0 && (name[len] == ' ' || !name[len]); len--)
		name[len] = '\0';
}

/* " %-16s %-6u", or the like. What follows it, NULL if it is something else. */
static const char *parse_task(const char *line, char *name, uint32_t *tid)
{
	int len;

	if (strlen(line) < 18 || sscanf(line + 17, " %u%n", tid, &len) != 1)
		return NULL;
	memcpy(name, line + 1, 16);
	trim(name);
	return line + 17 + len;
}

/* Behind a share there is ", 5% ", "; " or nothing: names may have a comma. */
static const char *share_end(const char *s)
{
	unsigned int percent;
	char sign;

	while (*(s += strcspn(s, ";,"))) {
		if (!strncmp(s, "; ", 2) ||
		    (sscanf(s, ", %u%c", &percent, &sign) == 2 && sign == '%'))
			break;
		s++;
	}
	return s;
}

size_t parse_shares(const struct tool_wait *w, struct tool_share *shares)
{
	const char *s = w->why, *end, *slash;
	unsigned int sum = 0, last = 100;
	struct tool_share *share;
	size_t nr = 0;
	int len;

	for (;; s = end + 2) {
		if (nr == MAX_SHARES)
			return 0;
		share = &shares[nr++];
		memset(share, 0, sizeof(*share));
		end = share_end(s);
		if (sscanf(s, "%u%% %n", &share->percent, &len) != 1 ||
		    end - s - len >= (long)sizeof(share->text))
			return 0;
		memcpy(share->text, s + len, end - s - len);
		slash = strrchr(share->text, '/');
		if (slash && strncmp(share->text, "quota ", 6) &&
		    strncmp(share->text, "rt limit ", 9))
			share->tid = atoi(slash + 1);
		sum += share->percent;
		/* Largest first. */
		if (share->percent > last || !share->percent)
			return 0;
		last = share->percent;
		if (*end != ',')
			return sum == 100 ? nr : 0;
	}
}

unsigned int percent_of(const struct tool_wait *w, const char *text)
{
	struct tool_share shares[MAX_SHARES];
	size_t nr = parse_shares(w, shares), i;
	unsigned int sum = 0;

	for (i = 0; i < nr; i++) {
		if (!strncmp(shares[i].text, text, strlen(text)))
			sum += shares[i].percent;
	}
	return sum;
}

double ns_of(const struct tool_wait *w, const char *text)
{
	return w->lat_us * 10.0 * percent_of(w, text);
}

bool why_says(const struct tool_wait *w, const char *text)
{
	return strstr(w->why, text);
}

/*
 * "%-17s %-16s %-6d %14llu", with -S perhaps "+", with -P then " %-16s %-6d",
 * with -W " %-16s %-9d", with -w " %-9s %-4s %s".
 */
static bool parse_wait(const char *line, const char *header, struct tool_wait *w)
{
	unsigned long long sec, usec, lat;
	struct tool_share shares[MAX_SHARES];
	int len;

	memset(w, 0, sizeof(*w));
	if (strlen(line) < 18 + 17 + 6 + 15 ||
	    sscanf(line, "%llu.%6llu", &sec, &usec) != 2)
		return false;
	w->end_ns = sec * 1000000000 + usec * 1000;
	memcpy(w->comm, line + 18, 16);
	trim(w->comm);
	if (sscanf(line + 34, " %u %llu%n", &w->tid, &lat, &len) != 2)
		return false;
	w->lat_us = lat;
	line += 34 + len;
	w->stalled = *line == '+';
	line += w->stalled;
	if (strstr(header, "PREV")) {
		line = parse_task(line, w->prev_comm, &w->prev_tid);
		if (!line)
			return false;
		line += strspn(line, " ");
		line -= line[-1] == ' ';
	}
	if (strstr(header, "WAKER")) {
		line = parse_task(line, w->waker, &w->waker_tid);
		if (!line)
			return false;
	}
	if (strstr(header, "WHY")) {
		if (sscanf(line, " %11s %39s %n", w->from, w->path, &len) != 2)
			return false;
		w->why = line + len;
		if (!parse_shares(w, shares))
			return false;
		return true;
	}
	return !line[strspn(line, " ")];
}

struct tool_wait *parse_waits(const char *out, size_t *nr)
{
	size_t size = (count_lines(out) + 1) * sizeof(struct tool_wait);
	struct tool_wait *waits = calloc(1, size + strlen(out) + 1);
	char *rest = strcpy((char *)waits + size, out);
	const char *header, *line;

	*nr = 0;
	strsep(&rest, "\n");			/* Tracing ... */
	header = strsep(&rest, "\n");
	while ((line = strsep(&rest, "\n")) && *line) {
		if (!parse_wait(line, header, &waits[*nr])) {
			fprintf(stderr, "# not a wait: '%s'\n", line);
			free(waits);
			return NULL;
		}
		(*nr)++;
	}
	return waits;
}

const char *tid_of(pid_t pid)
{
	static char buf[4][16];
	static int next;
	char *text = buf[next++ % 4];

	snprintf(text, sizeof(buf[0]), "%d", pid);
	return text;
}

unsigned int percent_of_tasks(const struct tool_wait *w)
{
	struct tool_share shares[MAX_SHARES];
	size_t nr = parse_shares(w, shares), i;
	unsigned int sum = 0;

	for (i = 0; i < nr; i++)
		sum += shares[i].tid ? shares[i].percent : 0;
	return sum;
}

const struct tool_wait *longest_wait(const struct tool_wait *waits, size_t nr, uint32_t tid)
{
	const struct tool_wait *w, *found = NULL;

	for (w = waits; w < waits + nr; w++) {
		if (w->tid == tid && (!found || w->lat_us > found->lat_us))
			found = w;
	}
	return found;
}

bool is_starved(const struct tool_wait *waits, size_t nr, uint32_t tid)
{
	double all = 0, known = 0;
	const struct tool_wait *w;

	for (w = waits; w < waits + nr; w++) {
		if (w->tid != tid)
			continue;
		all += w->lat_us * 1000.0;
		known += ns_of(w, "rqs-") + ns_of(w, "quota");
	}
	return known < all / 2;
}

unsigned int percent_between(const struct tool_wait *w, uint64_t from, uint64_t to)
{
	uint64_t begin = w->end_ns - w->lat_us * 1000;

	from = from > begin ? from : begin;
	to = to < w->end_ns ? to : w->end_ns;
	return from < to ? (to - from) / (w->lat_us * 10) : 0;
}
