// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * exec: a program of this machine, in the network namespace of a node of kind
 * netns (keeper.h runs it).  For the lab it is a program like any other: it
 * has a status and output, and is interrupted and killed.  What it writes
 * comes in while lab time moves; with a terminal it reads and writes that
 * itself.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <termios.h>
#include <fcntl.h>
#include <unistd.h>

#include "sim/lab.h"
#include "sim/port/fdmsg.h"
#include "sim/port/keeper.h"
#include "sim/port/netns.h"
#include "sim/port/port.h"
#include "sim/prog/prog.h"

#define KEPT_MAX (1u << 20)               /* bytes of each stream that JSON shows */
#define PATIENCE_MS 500                   /* for a program to end after SIGINT */
#define SIGNALLED 128                     /* a shell's status, beside the signal */

/* One of its two outputs. */
struct stream {
	struct port_event ev;
	struct exec *exec;
	bool is_err, cut;
	struct buf kept;
};

struct exec {
	struct prog prog;
	struct port_event control;        /* its status comes from here */
	struct stream out, err;
	bool started;                     /* what is open is to be closed */
	bool terminal;                    /* it has ours */
	struct termios was;
	struct sigaction ttou;
};

static struct lab *lab_of(const struct exec *x) { return x->prog.node->lab; }

static void event_close(struct exec *x, struct port_event *ev)
{
	int fd = ev->fd;

	port_event_unwatch(lab_of(x), ev);
	if (fd >= 0)
		close(fd);
}

/* --- what it writes ------------------------------------------------------------------ */

/* Reads once; false: nothing is there now, or ever again. */
static bool stream_read(struct stream *s)
{
	const struct prog_io *io = &s->exec->prog.io;
	char room[16384];
	ssize_t n = s->ev.fd < 0 ? 0 : read(s->ev.fd, room, sizeof(room));
	size_t keep;

	if (n <= 0) {
		if (n == 0 || (errno != EAGAIN && errno != EINTR))
			event_close(s->exec, &s->ev);
		return false;
	}
	keep = KEPT_MAX - s->kept.len;
	s->cut |= (size_t)n > keep;
	buf_add(&s->kept, room, (size_t)n < keep ? (size_t)n : keep);
	if (s->is_err ? io->err != NULL : io->out != NULL)
		(s->is_err ? io->err : io->out)(io->ctx, room, (size_t)n);
	return true;
}

static void stream_ready(struct port_event *ev, ns_t at)
{
	(void)at;
	stream_read(container_of(ev, struct stream, ev));
}

/* What it wrote before it ended is in the pipes; what its children may still
 * write is not waited for. */
static void streams_drain(struct exec *x)
{
	while (stream_read(&x->out))
		;
	while (stream_read(&x->err))
		;
}

/* --- its end -------------------------------------------------------------------------- */

static void status_read(struct exec *x)
{
	int status = 0;
	ssize_t n = recv(x->control.fd, &status, sizeof(status), MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	streams_drain(x);
	if (n != sizeof(status)) {
		prog_fail(&x->prog, PROG_KILLED, OK, "it could not be run, or was killed with "
			  "the namespaces");
	} else if (WIFSIGNALED(status)) {
		if (x->terminal)          /* behind the "^C" */
			prog_printf(&x->prog, "\n");
		prog_exit(&x->prog, SIGNALLED + WTERMSIG(status));
	} else {
		prog_exit(&x->prog, WEXITSTATUS(status));
	}
}

static void status_ready(struct port_event *ev, ns_t at)
{
	(void)at;
	status_read(container_of(ev, struct exec, control));
}

/* As Ctrl-C; a program that does not care is killed by stop(). */
static void exec_interrupt(struct prog *p)
{
	struct exec *x = (struct exec *)p;
	struct pollfd f[] = { { .fd = x->control.fd, .events = POLLIN },
			      { .fd = x->out.ev.fd, .events = POLLIN },
			      { .fd = x->err.ev.fd, .events = POLLIN } };
	uint8_t sig = SIGINT;

	if (send(x->control.fd, &sig, 1, MSG_NOSIGNAL) != 1)
		return;
	while (!p->done && poll(f, N_ELEM(f), PATIENCE_MS) > 0) {
		streams_drain(x);
		f[1].fd = x->out.ev.fd;
		f[2].fd = x->err.ev.fd;
		if (f[0].revents)
			status_read(x);
	}
	prog_exit(p, SIGNALLED + SIGINT);
}

/* --- the terminal ---------------------------------------------------------------------- */

/* It is the program's soon; what we write meanwhile must not stop us. */
static void terminal_lend(struct exec *x)
{
	struct sigaction ign = { .sa_handler = SIG_IGN };

	x->terminal = tcgetattr(STDIN_FILENO, &x->was) == 0 &&
		      tcgetpgrp(STDIN_FILENO) == getpgrp();
	if (x->terminal)
		(void)sigaction(SIGTTOU, &ign, &x->ttou);
}

static void terminal_take_back(struct exec *x)
{
	if (!x->terminal)
		return;
	x->terminal = false;
	(void)tcsetpgrp(STDIN_FILENO, getpgrp());
	(void)tcsetattr(STDIN_FILENO, TCSADRAIN, &x->was);
	(void)sigaction(SIGTTOU, &x->ttou, NULL);
}

/* --- its beginning ----------------------------------------------------------------------- */

static bool watch(struct exec *x, struct port_event *ev, int fd)
{
	ev->fd = fd;
	return port_event_watch(lab_of(x), ev);
}

/* A pipe whose reading end is watched; the writing end is the program's. */
static bool stream_open(struct stream *s, int *to)
{
	int pair[2];

	if (pipe2(pair, O_CLOEXEC) != 0)
		return false;
	(void)fcntl(pair[0], F_SETFL, O_NONBLOCK);
	*to = pair[1];
	return watch(s->exec, &s->ev, pair[0]);
}

/* Opens its standard streams and the way to it; fds: what it gets of them. */
static bool exec_open(struct exec *x, int fds[3], int *control)
{
	int pair[2];

	if (!fdmsg_pair(pair))
		return false;
	*control = pair[1];
	if (!watch(x, &x->control, pair[0]))
		return false;
	if (x->terminal) {
		for (int i = 0; i < 3; i++)
			fds[i] = dup(i);
		return fds[2] >= 0;
	}
	fds[0] = open("/dev/null", O_RDONLY | O_CLOEXEC);
	return stream_open(&x->out, &fds[1]) && stream_open(&x->err, &fds[2]);
}

static void exec_run(struct exec *x, struct keeper *k, int ns, int argc, char *const *argv)
{
	struct keeper_run run = { .name = node_name(x->prog.node), .argc = argc, .argv = argv,
				  .fds = { -1, -1, -1 }, .control = -1 };
	bool ok;

	if (x->prog.io.terminal)
		terminal_lend(x);
	run.terminal = x->terminal;
	ok = exec_open(x, run.fds, &run.control);
	if (!ok)
		prog_fail(&x->prog, 1, OK, "%s", strerror(errno));
	else if (!keeper_run(k, ns, &run))
		prog_fail(&x->prog, 1, OK, "the process that keeps the namespaces is gone");
	for (int i = 0; i < 3; i++)
		if (run.fds[i] >= 0)
			close(run.fds[i]);
	if (run.control >= 0)
		close(run.control);
}

static void exec_start(struct prog *p, int argc, char *const *argv)
{
	struct exec *x = (struct exec *)p;
	struct keeper *k;
	int ns;

	x->out.exec = x->err.exec = x;
	x->err.is_err = true;
	x->started = true;
	x->control = (struct port_event){ .fd = -1, .ready = status_ready };
	x->out.ev = x->err.ev = (struct port_event){ .fd = -1, .ready = stream_ready };
	k = netns_of(p->node, &ns);
	if (strcmp(node_kind(p->node), "netns") != 0)
		prog_fail(p, PROG_USAGE, OK, "%s is a %s: only a node of kind netns runs programs "
			  "of this machine", node_name(p->node), node_kind(p->node));
	else if (argc < 2)
		prog_fail(p, PROG_USAGE, OK, "which program?");
	else if (!k)
		prog_fail(p, 1, OK, "%s has no namespace now: it has no interface, or its door is "
			  "shut", node_name(p->node));
	else
		exec_run(x, k, ns, argc - 1, argv + 1);
}

static void exec_stop(struct prog *p)
{
	struct exec *x = (struct exec *)p;

	if (!x->started)                  /* the node is down: there is nothing to close */
		return;
	event_close(x, &x->control);
	event_close(x, &x->out.ev);
	event_close(x, &x->err.ev);
	terminal_take_back(x);
}

static void exec_free(struct prog *p)
{
	struct exec *x = (struct exec *)p;

	buf_free(&x->out.kept);
	buf_free(&x->err.kept);
}

/* --- what it reports ----------------------------------------------------------------------- */

static json_t *stream_json(const struct stream *s)
{
	struct buf text = { 0 };
	json_t *v;

	text_utf8(&text, s->kept.s ? s->kept.s : "", s->kept.len);
	v = json_stringn(text.s ? text.s : "", text.len);
	buf_free(&text);
	return v;
}

static json_t *exec_json(const struct prog *p)
{
	const struct exec *x = (const struct exec *)p;
	json_t *o = json_pack("{s:i, s:o, s:o}", "status", p->status, "stdout",
			      stream_json(&x->out), "stderr", stream_json(&x->err));

	if (o && (x->out.cut || x->err.cut))
		json_object_set_new(o, "truncated", json_true());
	return o;
}

const struct prog_ops exec_prog = {
	.name = "exec", .size = sizeof(struct exec), .anywhere = true, .start = exec_start,
	.interrupt = exec_interrupt, .stop = exec_stop, .json = exec_json, .free = exec_free,
};
