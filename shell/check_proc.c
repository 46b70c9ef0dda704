// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/check_proc.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "shell/check_run.h"
#include "sim/sim.h"
#include "stack/util/buf.h"

struct child {
	struct report_lab *l;
	pid_t pid;
	int pipe;                         /* its lines; -1 at their end */
	int sigs;                         /* signalfd */
	sigset_t mask_before;
	struct buf in;                    /* bytes of a line not complete yet */
	uint32_t wall_limit_ms;
	int status;                       /* waitpid()'s, once reaped */
	bool ended;                       /* it said {"end": true} */
	bool reaped, late, interrupted;
};

/* --- what the child says ---------------------------------------------------- */

static void on_list(struct report_lab *l, const json_t *line)
{
	const char *seed = json_string_value(json_object_get(line, "seed"));
	json_t *v;
	size_t i;

	result_set(&l->name, json_string_value(json_object_get(line, "lab")));
	l->seed = seed ? strtoull(seed, NULL, 10) : 0;
	json_array_foreach(json_object_get(line, "checks"), i, v) {
		struct check_result r;

		if (result_from_json(v, &r))
			report_add(l, &r);
	}
}

static void on_line(struct child *c, const json_t *line)
{
	const json_t *begin = json_object_get(line, "begin");
	const json_t *done = json_object_get(line, "done");
	struct check_result r;

	if (json_object_get(line, "lab"))
		on_list(c->l, line);
	else if (begin)
		report_begin(c->l, (size_t)json_integer_value(begin),
			     json_integer_value(json_object_get(line, "at")));
	else if (done && result_from_json(json_object_get(line, "result"), &r))
		report_set(c->l, (size_t)json_integer_value(done), &r);
	else if (json_object_get(line, "broken"))
		report_broken(c->l, json_string_value(json_object_get(line, "broken")));
	else if (json_object_get(line, "end"))
		c->ended = true;
}

static void take_lines(struct child *c)
{
	char *at = c->in.s, *nl;
	struct buf rest = { 0 };

	while (at && (nl = memchr(at, '\n', c->in.len - (size_t)(at - c->in.s)))) {
		json_t *line = json_loadb(at, (size_t)(nl - at), 0, NULL);

		if (line)
			on_line(c, line);
		json_decref(line);
		at = nl + 1;
	}
	if (!at || at == c->in.s)
		return;
	buf_add(&rest, at, c->in.len - (size_t)(at - c->in.s));
	buf_free(&c->in);
	c->in = rest;
}

/* Reads what there is; the pipe does not block. */
static void read_pipe(struct child *c)
{
	char bytes[4096];
	ssize_t n;

	while (c->pipe >= 0 && (n = read(c->pipe, bytes, sizeof(bytes))) != -1) {
		if (n > 0) {
			buf_add(&c->in, bytes, (size_t)n);
			continue;
		}
		close(c->pipe);
		c->pipe = -1;
	}
	take_lines(c);
}

/* --- its life ----------------------------------------------------------------- */

static void child_kill(struct child *c)
{
	kill(-c->pid, SIGKILL);           /* and what it started */
	kill(c->pid, SIGKILL);            /* if it has no group yet */
}

/*
 * What a lab prints besides its report is a message; nothing is to be read
 * but a lab file; a check must not depend on the user's ~/.jq.
 */
static void child_main(const char *file, const uint64_t *seed, int fd, const sigset_t *mask)
{
	bool from_stdin = strcmp(file, "-") == 0;
	FILE *to = fdopen(fd, "w");
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	sigprocmask(SIG_SETMASK, mask, NULL);
	dup2(STDERR_FILENO, STDOUT_FILENO);
	if (!from_stdin && null >= 0)
		dup2(null, STDIN_FILENO);
	if (null >= 0)
		close(null);
	unsetenv("HOME");
	if (!to)
		exit(EXIT_FAILURE);
	check_run(file, seed, to);
	fclose(to);
	exit(EXIT_SUCCESS);
}

static bool child_start(struct child *c, const uint64_t *seed)
{
	int fds[2];

	if (pipe2(fds, O_CLOEXEC) < 0)
		return false;
	fflush(NULL);                     /* the child ends with exit() */
	c->pid = fork();
	if (c->pid == 0) {
		close(fds[0]);
		close(c->sigs);
		child_main(c->l->file, seed, fds[1], &c->mask_before);
	}
	close(fds[1]);
	c->pipe = fds[0];
	fcntl(c->pipe, F_SETFL, O_NONBLOCK);
	if (c->pid > 0)
		setpgid(c->pid, c->pid);
	return c->pid > 0;
}

static void on_signal(struct child *c)
{
	struct signalfd_siginfo si;

	while (read(c->sigs, &si, sizeof(si)) == (ssize_t)sizeof(si)) {
		if (si.ssi_signo == SIGCHLD)
			c->reaped |= waitpid(c->pid, &c->status, WNOHANG) == c->pid;
		else
			c->interrupted = true;
	}
}

static int64_t wall_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* Until it is gone and everything it said is read. */
static void child_watch(struct child *c)
{
	int64_t end = wall_ms() + c->wall_limit_ms, left;

	while (!c->reaped) {
		struct pollfd fds[] = {
			{ .fd = c->sigs, .events = POLLIN },
			{ .fd = c->pipe, .events = POLLIN },
		};

		left = end - wall_ms();
		c->late = left <= 0;
		if (c->late || c->interrupted)
			break;
		if (poll(fds, 2, left > INT32_MAX ? INT32_MAX : (int)left) < 0 && errno != EINTR)
			break;
		read_pipe(c);
		on_signal(c);
	}
	child_kill(c);                    /* also what it left behind */
	if (!c->reaped)
		waitpid(c->pid, &c->status, 0);
	read_pipe(c);
}

/* --- what it means --------------------------------------------------------------- */

static void child_judge(struct child *c)
{
	const char *what = NULL;
	char text[128];

	if (c->interrupted) {
		what = "interrupted";
	} else if (c->late) {
		snprintf(text, sizeof(text), "stopped: not done after %g s of wall time "
			 "(--wall-limit)", c->wall_limit_ms / 1000.0);
		what = text;
	} else if (WIFSIGNALED(c->status)) {
		const char *name = sigdescr_np(WTERMSIG(c->status));

		snprintf(text, sizeof(text), "killed by signal %d (%s)", WTERMSIG(c->status),
			 name ? name : "unknown");
		what = text;
	} else if (WEXITSTATUS(c->status) != 0 || !c->ended) {
		snprintf(text, sizeof(text), "the process of the lab ended with status %d",
			 WEXITSTATUS(c->status));
		what = text;
	}
	if (what)
		report_fault(c->l, what);
}

bool check_proc(struct report_lab *l, const uint64_t *seed, uint32_t wall_limit_ms)
{
	struct child c = { .l = l, .pipe = -1, .wall_limit_ms = wall_limit_ms };
	sigset_t mask;

	sigemptyset(&mask);
	sigaddset(&mask, SIGCHLD);
	sigaddset(&mask, SIGINT);
	sigaddset(&mask, SIGTERM);
	sigaddset(&mask, SIGHUP);
	signal(SIGCHLD, SIG_DFL);         /* ignored by some parents: no status then */
	sigprocmask(SIG_BLOCK, &mask, &c.mask_before);
	c.sigs = signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK);
	if (c.sigs >= 0 && child_start(&c, seed)) {
		child_watch(&c);
		child_judge(&c);
	} else {
		report_fault(l, strerror(errno));
	}
	if (c.sigs >= 0)
		close(c.sigs);
	if (c.pipe >= 0)
		close(c.pipe);
	buf_free(&c.in);
	sigprocmask(SIG_SETMASK, &c.mask_before, NULL);
	return !c.interrupted;
}
