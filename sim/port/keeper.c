// SPDX-License-Identifier: GPL-3.0-or-later
/* Netloom's side: what it asks of the keeper. */
#include "sim/port/keeper.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/port/fdmsg.h"
#include "sim/port/keeper_proc.h"

#define NAMESPACES (CLONE_NEWNET | CLONE_NEWNS | CLONE_NEWPID)

struct keeper {
	pid_t pid;
	int sock;
	int link_events;
	bool rootless;
};

pid_t keeper_pid(const struct keeper *k) { return k->pid; }
bool keeper_is_rootless(const struct keeper *k) { return k->rootless; }
int keeper_link_events(const struct keeper *k) { return k->link_events; }

int keeper_text(const void *text, size_t n)
{
	int fd = memfd_create("netloom", MFD_CLOEXEC);
	const char *at = text;

	while (fd >= 0 && n) {
		ssize_t wrote = write(fd, at, n);

		if (wrote <= 0) {
			close(fd);
			return -1;
		}
		at += wrote;
		n -= (size_t)wrote;
	}
	if (fd >= 0)
		(void)lseek(fd, 0, SEEK_SET);
	return fd;
}

/* Asks, and waits; *fd gets the descriptor of the answer, if it has one. */
static bool ask(struct keeper *k, const struct keeper_request *rq, int text,
		struct keeper_reply *reply, int *fd, char err[256])
{
	int fds[FDMSG_FDS];
	int n;

	if (!fdmsg_send(k->sock, rq, sizeof(*rq), &text, text >= 0) ||
	    (n = fdmsg_recv(k->sock, reply, sizeof(*reply), fds)) < 0) {
		snprintf(err, 256, "the process that keeps the namespaces is gone");
		return false;
	}
	for (int i = fd ? 1 : 0; i < n; i++)
		close(fds[i]);
	if (fd)
		*fd = n ? fds[0] : -1;
	if (!reply->ok)
		snprintf(err, 256, "%s", reply->err);
	return reply->ok;
}

/* --- life ------------------------------------------------------------------------- */

/* As fork(2), but the child is in namespaces of its own. */
static pid_t fork_into(unsigned long flags)
{
	return (pid_t)syscall(SYS_clone, flags | SIGCHLD, NULL, NULL, NULL, NULL);
}

static bool keeper_fork(struct keeper *k, char err[256])
{
	int pair[2];

	if (!fdmsg_pair(pair)) {
		snprintf(err, 256, "socketpair: %s", strerror(errno));
		return false;
	}
	k->pid = fork_into(NAMESPACES);
	if (k->pid < 0 && errno == EPERM) {
		k->rootless = true;
		k->pid = fork_into(NAMESPACES | CLONE_NEWUSER);
	}
	if (k->pid == 0)
		keeper_main(pair[1]);
	close(pair[1]);
	k->sock = pair[0];
	if (k->pid < 0)
		snprintf(err, 256, "needs root or unprivileged user namespaces (%s)",
			 errno == ENOSPC ? "a limit of sysctl user.max_*_namespaces is reached" :
			 strerror(errno));
	return k->pid > 0;
}

static bool keeper_begin(struct keeper *k, const struct buf *hosts, char err[256])
{
	struct keeper_request rq = { .op = KEEPER_BEGIN, .uid = geteuid(), .gid = getegid(),
				     .rootless = k->rootless };
	int text = keeper_text(hosts->s, hosts->len);
	struct keeper_reply reply;
	bool ok = false;

	if (text < 0)
		snprintf(err, 256, "memfd: %s", strerror(errno));
	else
		ok = ask(k, &rq, text, &reply, &k->link_events, err);
	if (text >= 0)
		close(text);
	return ok;
}

struct keeper *keeper_start(const struct buf *hosts, char err[256])
{
	struct keeper *k = calloc(1, sizeof(*k));

	if (!k) {
		snprintf(err, 256, "out of memory");
		return NULL;
	}
	k->sock = k->link_events = -1;
	if (!keeper_fork(k, err) || !keeper_begin(k, hosts, err)) {
		keeper_stop(k);
		return NULL;
	}
	return k;
}

void keeper_stop(struct keeper *k)
{
	if (!k)
		return;
	if (k->sock >= 0)
		close(k->sock);
	if (k->link_events >= 0)
		close(k->link_events);
	if (k->pid > 0) {
		(void)kill(k->pid, SIGKILL);
		while (waitpid(k->pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	free(k);
}

/* --- requests ----------------------------------------------------------------------- */

int keeper_node(struct keeper *k, bool forward, char err[256])
{
	struct keeper_request rq = { .op = KEEPER_NODE, .forward = forward };
	struct keeper_reply reply;

	return ask(k, &rq, -1, &reply, NULL, err) ? reply.ns : -1;
}

int keeper_link(struct keeper *k, int ns, const struct keeper_link *link, char err[256])
{
	struct keeper_request rq = { .op = KEEPER_LINK, .ns = ns, .link = *link };
	struct keeper_reply reply;
	int fd;

	return ask(k, &rq, -1, &reply, &fd, err) ? fd : -1;
}

bool keeper_ip(struct keeper *k, int ns, const struct buf *batch, char err[256])
{
	struct keeper_request rq = { .op = KEEPER_IP, .ns = ns };
	int text = keeper_text(batch->s, batch->len);
	struct keeper_reply reply;
	bool ok;

	if (text < 0) {
		snprintf(err, 256, "memfd: %s", strerror(errno));
		return false;
	}
	ok = ask(k, &rq, text, &reply, NULL, err);
	close(text);
	return ok;
}

bool keeper_run(struct keeper *k, int ns, const struct keeper_run *run)
{
	struct keeper_request rq = { .op = KEEPER_RUN, .ns = ns, .terminal = run->terminal };
	int fds[RUN_FDS] = { -1, run->control, run->fds[0], run->fds[1], run->fds[2] };
	struct buf argv = { 0 };
	bool ok = false;

	snprintf(rq.name, sizeof(rq.name), "%s", run->name);
	for (int i = 0; i < run->argc; i++)
		buf_add(&argv, run->argv[i], strlen(run->argv[i]) + 1);
	fds[RUN_ARGV] = argv.bad ? -1 : keeper_text(argv.s, argv.len);
	if (fds[RUN_ARGV] >= 0) {
		ok = fdmsg_send(k->sock, &rq, sizeof(rq), fds, RUN_FDS);
		close(fds[RUN_ARGV]);
	}
	buf_free(&argv);
	return ok;
}
