// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/port/expose_tcp.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sim/lab.h"
#include "sim/port/expose.h"
#include "sim/port/port.h"
#include "sim/port/replay.h"
#include "stack/socket.h"

#define BACKLOG 128

struct expose_tcp {
	struct list_node node;            /* in the lab's */
	struct lab *lab;
	int id;
	struct node *on;
	uint16_t node_port, port;
	ip4_t addr;
	struct port_event event;          /* the socket that listens */
	struct list pipes;
	unsigned n_pipes;
	uint64_t n_in, n_out, refused;    /* bytes; connections that nobody took */
};

/* Bytes on their way in one direction. */
struct flow {
	uint8_t *room;                    /* EXPOSE_PIPE bytes */
	size_t at, len;
	bool eof, shut;                   /* no more comes; and the other side was told */
};

/* Two streams that are one. */
struct pipe {
	struct list_node node;
	struct expose_tcp *ex;
	struct port_event event;          /* of the program's socket */
	struct sock *sk;
	struct sk_watch watch;
	struct node_timer due;            /* what was read enters, and what was sent makes room */
	struct flow in, out;              /* into the lab, out of it */
	bool up, broken;                  /* broken: the program's side is reset */
	bool busy, again;                 /* within pump(); look again after it */
};

/* --- the end --------------------------------------------------------------------------- */

/* How the program learns of a reset: its socket is closed with one. */
static void pipe_free(struct pipe *p, bool reset)
{
	struct linger now = { .l_onoff = 1 };
	int fd = p->event.fd;

	port_event_unwatch(p->ex->lab, &p->event);
	if (reset)
		(void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	close(fd);
	node_timer_stop(&p->due);
	if (p->sk) {
		if (reset && sk_setopt(p->sk, SKO_LINGER, 0) != OK)
			p->ex->refused++;         /* unreachable: every stream has the option */
		sk_unwatch(&p->watch);
		sk_close(p->sk);
	}
	list_remove(&p->node);
	if (p->ex->n_pipes-- == EXPOSE_CONNS)
		port_event_want(p->ex->lab, &p->ex->event, true, false);
	free(p->in.room);
	free(p->out.room);
	free(p);
}

/* --- the program's side: moves bytes, frees nothing ------------------------------------- */

static void flow_shift(struct flow *f, size_t n)
{
	f->at += n;
	f->len -= n;
	if (!f->len)
		f->at = 0;
}

static void program_read(struct pipe *p)
{
	struct flow *f = &p->in;
	ssize_t n;

	if (f->len || f->eof || p->broken)
		return;
	n = recv(p->event.fd, f->room, EXPOSE_PIPE, MSG_DONTWAIT);
	if (n > 0)
		f->len = (size_t)n;
	else if (n == 0)
		f->eof = true;
	else if (errno != EAGAIN && errno != EINTR)
		p->broken = true;
}

static void program_write(struct pipe *p)
{
	struct flow *f = &p->out;

	while (f->len && !p->broken) {
		ssize_t n = send(p->event.fd, f->room + f->at, f->len, MSG_DONTWAIT | MSG_NOSIGNAL);

		if (n < 0 && errno != EINTR) {
			p->broken = errno != EAGAIN;
			break;
		}
		if (n > 0) {
			p->ex->n_out += (uint64_t)n;
			flow_shift(f, (size_t)n);
		}
	}
	if (f->eof && !f->len && !f->shut) {
		(void)shutdown(p->event.fd, SHUT_WR);
		f->shut = true;
	}
}

static void program_wait(struct pipe *p)
{
	port_event_want(p->ex->lab, &p->event, !p->in.len && !p->in.eof && !p->broken,
			p->out.len && !p->broken);
}

static void program_ready(struct port_event *ev, ns_t at)
{
	struct pipe *p = container_of(ev, struct pipe, event);

	program_read(p);
	program_write(p);
	program_wait(p);
	if (!list_linked(&p->due.node))
		node_timer_set(&p->due, at);
}

/* --- the lab's side ------------------------------------------------------------------------ */

/* False: the connection was refused, reset or timed out. */
static bool lab_up(struct pipe *p)
{
	uint32_t ev = sk_ready(p->sk);
	int err = OK;

	if (p->up)
		return true;
	if (ev & (SK_ERR | SK_HUP)) {
		(void)!sk_getopt(p->sk, SKO_ERROR, &err);
		p->ex->refused++;
		return false;
	}
	p->up = ev & SK_OUT;
	return true;
}

static bool lab_write(struct pipe *p)
{
	struct flow *f = &p->in;

	while (f->len) {
		ssize_t n = sk_send(p->sk, f->room + f->at, f->len, NULL);

		if (n == ERR_AGAIN)
			return true;
		if (n < 0)
			return false;
		p->ex->n_in += (uint64_t)n;
		flow_shift(f, (size_t)n);
	}
	if (f->eof && !f->shut) {
		f->shut = true;
		return sk_shutdown(p->sk, SK_SHUT_WR) == OK;
	}
	return true;
}

static bool lab_read(struct pipe *p)
{
	struct flow *f = &p->out;

	while (!f->len && !f->eof && !p->broken) {
		ssize_t n = sk_recv(p->sk, f->room, EXPOSE_PIPE, NULL);

		if (n == ERR_AGAIN)
			return true;
		if (n < 0)
			return false;
		f->len = (size_t)n;
		f->eof = n == 0;
		program_write(p);
	}
	return true;
}

/* False: one side has ended badly. */
static bool move(struct pipe *p)
{
	if (p->broken || !lab_up(p))
		return false;
	if (!p->up)
		return true;
	if (!lab_write(p) || !lab_read(p))
		return false;
	if (p->in.len)
		return true;
	program_read(p);                          /* there is room for more now */
	return !p->broken && lab_write(p);
}

/* Moves what can move; at the node's time.  Its own calls may tell of events
 * that ask for it once more. */
static void pump(struct pipe *p)
{
	bool ok = true;

	p->again = true;
	if (p->busy)
		return;
	p->busy = true;
	while (ok && p->again) {
		p->again = false;
		ok = move(p);
	}
	p->busy = false;
	if (!ok)
		pipe_free(p, true);
	else if (p->in.shut && p->out.shut)
		pipe_free(p, false);
	else
		program_wait(p);
}

static void lab_ready(struct sk_watch *w, uint32_t events)
{
	(void)events;
	pump(container_of(w, struct pipe, watch));
}

/* Opens the lab's side, in the first instant; false: it cannot be. */
static bool dial(struct pipe *p)
{
	struct endpoint to = { .port = p->ex->node_port };
	struct stack *st = node_stack(p->ex->on);
	int err;

	if (!st || !node_addr(p->ex->on, &to.addr) ||
	    sk_open(st, ADDR_IP4, SK_STREAM, 0, &p->sk) != OK)
		return false;
	p->watch.ready = lab_ready;
	sk_watch(p->sk, &p->watch);
	err = sk_setopt(p->sk, SKO_NODELAY, 1);   /* the program's side has its own Nagle */
	if (!err)
		err = sk_connect(p->sk, &to);
	return !err || err == ERR_INPROGRESS;
}

static void pipe_due(struct node_timer *t)
{
	struct pipe *p = container_of(t, struct pipe, due);

	if (!p->sk && !dial(p)) {
		p->ex->refused++;
		pipe_free(p, true);
		return;
	}
	pump(p);
}

/* --- who knocks ------------------------------------------------------------------------------ */

static struct pipe *pipe_new(struct expose_tcp *ex, int fd)
{
	struct pipe *p = calloc(1, sizeof(*p));
	int one = 1;

	if (!p)
		return NULL;
	*p = (struct pipe){ .ex = ex, .event = { .fd = fd, .ready = program_ready } };
	p->in.room = malloc(EXPOSE_PIPE);
	p->out.room = malloc(EXPOSE_PIPE);
	if (!p->in.room || !p->out.room || !port_event_watch(ex->lab, &p->event)) {
		free(p->in.room);
		free(p->out.room);
		free(p);
		return NULL;
	}
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	node_timer_init(&p->due, ex->on, pipe_due);
	p->due.first = true;
	list_push_back(&ex->pipes, &p->node);
	return p;
}

static void expose_ready(struct port_event *ev, ns_t at)
{
	struct expose_tcp *ex = container_of(ev, struct expose_tcp, event);
	struct pipe *p;
	int fd;

	while (ex->n_pipes < EXPOSE_CONNS &&
	       (fd = accept4(ev->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK)) >= 0) {
		p = pipe_new(ex, fd);
		if (!p) {
			close(fd);
			ex->refused++;
			continue;
		}
		ex->n_pipes++;
		node_timer_set(&p->due, at);
	}
	if (ex->n_pipes == EXPOSE_CONNS)
		port_event_want(ex->lab, ev, false, false);
}

/* --- beginning and end ----------------------------------------------------------------------- */

static void pipes_free(struct expose_tcp *ex)
{
	struct pipe *p;

	(void)node_stack(ex->on);         /* tell it the time first */
	while ((p = list_first(&ex->pipes, struct pipe, node)))
		pipe_free(p, true);
}

static void expose_free(struct expose_tcp *ex)
{
	int fd = ex->event.fd;

	pipes_free(ex);
	port_event_unwatch(ex->lab, &ex->event);
	if (fd >= 0)
		close(fd);
	list_remove(&ex->node);
	free(ex);
}

static bool expose_open(struct expose_tcp *ex, char err[256])
{
	ex->event.fd = expose_bind(SOCK_STREAM, ex->addr, &ex->port, err);
	if (ex->event.fd < 0)
		return false;
	if (listen(ex->event.fd, BACKLOG) != 0) {
		snprintf(err, 256, "cannot listen: %s", strerror(errno));
		return false;
	}
	if (!outside_open(ex->lab, err))
		return false;
	if (port_event_watch(ex->lab, &ex->event))
		return true;
	snprintf(err, 256, "cannot be watched: %s", strerror(errno));
	return false;
}

int expose_tcp_new(struct lab *lab, struct node *n, uint16_t node_port, ip4_t addr, uint16_t port,
		   int id, char err[256])
{
	struct expose_tcp *ex;

	if (lab->record || replay_runs(lab)) {
		snprintf(err, 256, "what comes by a TCP port cannot be %s",
			 lab->record ? "recorded" : "replayed");
		return ERR_INVAL;
	}
	ex = calloc(1, sizeof(*ex));
	if (!ex) {
		snprintf(err, 256, "out of memory");
		return ERR_INVAL;
	}
	*ex = (struct expose_tcp){ .lab = lab, .id = id, .on = n, .node_port = node_port,
				   .port = port, .addr = addr,
				   .event = { .fd = -1, .ready = expose_ready } };
	list_init(&ex->pipes);
	list_push_back(&lab->exposed_tcp, &ex->node);
	if (expose_open(ex, err))
		return OK;
	expose_free(ex);
	return ERR_INVAL;
}

bool expose_tcp_has(const struct lab *lab, const struct node *n, uint16_t node_port)
{
	const struct expose_tcp *ex;

	list_for_each(&lab->exposed_tcp, ex, node)
		if (ex->on == n && ex->node_port == node_port)
			return true;
	return false;
}

bool expose_tcp_stop(struct lab *lab, int id)
{
	struct expose_tcp *ex, *next;
	bool found = false;

	list_for_each_safe(&lab->exposed_tcp, ex, next, node)
		if (!id || ex->id == id) {
			expose_free(ex);
			found = true;
		}
	return found;
}

size_t expose_tcp_list(const struct lab *lab, struct expose_info *out, size_t room, size_t n)
{
	const struct expose_tcp *ex;

	list_for_each(&lab->exposed_tcp, ex, node) {
		if (n < room)
			out[n] = (struct expose_info){
				.id = ex->id, .tcp = true, .node = ex->on,
				.node_port = ex->node_port, .port = ex->port,
				.addr = addr_ip4(ex->addr), .clients = ex->n_pipes,
				.in = ex->n_in, .out = ex->n_out, .refused = ex->refused,
			};
		n++;
	}
	return n;
}

void expose_tcp_node_stopped(struct node *n)
{
	struct expose_tcp *ex;

	list_for_each(&n->lab->exposed_tcp, ex, node)
		if (ex->on == n)
			pipes_free(ex);
}
