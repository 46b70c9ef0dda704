// SPDX-License-Identifier: GPL-3.0-or-later
/* System calls over stack/socket.h, as Linux answers them. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/pktdrill/const.h"
#include "sim/pktdrill/lex.h"
#include "sim/pktdrill/run.h"
#include "stack/util/cc.h"
#include "stack/util/err.h"

/* --- arguments ------------------------------------------------------------------------- */

int64_t pd_lacks(struct pd_run *r, const char *fmt, ...)
{
	char text[160];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	pd_say(r->says, PD_SKIPPED, r->event->line, "%s", text);
	return 0;
}

const struct pd_expr *pd_arg(const struct pd_call *c, unsigned i)
{
	const struct pd_expr *e = c->args;

	while (e && i--)
		e = e->next;
	return e;
}

int64_t pd_arg_num(struct pd_run *r, const struct pd_call *c, unsigned i)
{
	const struct pd_expr *e = pd_arg(c, i);

	if (e && e->kind == PD_LIST && e->first)
		e = e->first;
	if (e && e->kind == PD_NUM)
		return e->num;
	if (e && e->kind == PD_UNKNOWN)
		return pd_lacks(r, "%s", e->text);
	if (!e || e->kind != PD_ANY_VALUE)
		pd_say(r->says, PD_FAILED, r->event->line, "%s: argument %u: expected a number",
		       c->name, i + 1);
	return 0;
}

struct pd_fd *pd_fd(struct pd_run *r, int64_t fd)
{
	return fd >= 0 && fd < PD_FDS && r->fd[fd].used ? &r->fd[fd] : NULL;
}

struct pd_fd *pd_arg_fd(struct pd_run *r, const struct pd_call *c, unsigned i)
{
	return pd_fd(r, pd_arg_num(r, c, i));
}

static struct sock *arg_sock(struct pd_run *r, const struct pd_call *c)
{
	struct pd_fd *f = pd_arg_fd(r, c, 0);

	return f ? f->sk : NULL;
}

const struct pd_expr *pd_field(const struct pd_expr *s, const char *name)
{
	const struct pd_expr *e = s && s->kind == PD_STRUCT ? s->first : NULL;

	while (e && !(e->field && strcmp(e->field, name) == 0))
		e = e->next;
	return e;
}

void pd_arg_endpoint(const struct pd_expr *e, struct endpoint *ep)
{
	const struct pd_expr *family = pd_field(e, "sa_family"), *p = pd_field(e, "sin_port");

	bool named = e && e->kind == PD_NUM && e->text && strcmp(e->text, "AF_UNSPEC") == 0;

	if (named || (family && family->kind == PD_NUM && family->num == L_AF_UNSPEC))
		*ep = (struct endpoint){ .addr.family = ADDR_NONE };
	else if (p && p->kind == PD_NUM)
		ep->port = (uint16_t)p->num;
}

/* The address of argument i, or what packetdrill takes for "...". */
static void arg_endpoint(const struct pd_call *c, unsigned i, ip4_t a, uint16_t port,
			 struct endpoint *ep)
{
	*ep = (struct endpoint){ addr_ip4(a), port };
	pd_arg_endpoint(pd_arg(c, i), ep);
}

void pd_flow_udp(struct pd_run *r, struct sock *sk, uint16_t rport)
{
	struct endpoint ep;

	sk_local(sk, &ep);
	r->flow = (struct pd_flow){ .udp = true, .lport = ep.port, .rport = rport };
}

int64_t pd_fd_take(struct pd_run *r, int64_t fd, const struct pd_fd *f)
{
	int spare = PD_FDS;

	if (fd < 0 || fd >= PD_FDS)
		return fd < 0 ? 0 : pd_lacks(r, "descriptor %d", (int)fd);
	if (r->fd[fd].used) {                     /* which stays open without a name */
		while (--spare > fd && r->fd[spare].used)
			;
		if (spare <= fd)
			return pd_lacks(r, "descriptor %d", (int)fd);
		r->fd[spare] = r->fd[fd];
	}
	r->fd[fd] = *f;
	r->fd[fd].used = true;
	return fd;
}

/* The script says what number the new descriptor has. */
static int64_t fd_new(struct pd_run *r, const struct pd_call *c, struct sock *sk, bool nonblock)
{
	struct pd_fd f = { .sk = sk, .nonblock = nonblock };
	int64_t fd = pd_fd_take(r, c->result, &f);

	if (!pd_fd(r, fd) || r->fd[fd].sk != sk)
		sk_close(sk);
	else
		r->last_fd = (int)fd;
	return fd;
}

/* --- opening and closing ----------------------------------------------------------------- */

static int64_t open_udp(struct pd_run *r, const struct pd_call *c, int64_t type)
{
	struct sock *sk;
	int64_t fd = sk_open(r->st, ADDR_IP4, SK_DGRAM, 0, &sk);

	if (fd)
		return fd;
	fd = fd_new(r, c, sk, type & L_SOCK_NONBLOCK);
	if (r->last_fd == fd && r->fd[fd].sk == sk) {
		r->fd[fd].dgram = true;
		pd_flow_udp(r, sk, 0);
	}
	return fd;
}

static int64_t call_socket(struct pd_run *r, const struct pd_call *c)
{
	int64_t type = pd_arg_num(r, c, 1), proto = pd_arg_num(r, c, 2);
	struct sock *sk;
	int err;

	if (pd_arg(c, 0)->kind == PD_NUM && pd_arg(c, 0)->num == L_AF_INET6 && !r->mapped)
		return pd_lacks(r, "a socket of IPv6");
	if ((type & 0xf) == L_SOCK_DGRAM && (!proto || proto == L_IPPROTO_UDP))
		return open_udp(r, c, type);
	if ((type & 0xf) != L_SOCK_STREAM || (proto && proto != L_SOL_TCP))
		return pd_lacks(r, "a socket that is not TCP or UDP over IPv4");
	err = sk_open(r->st, ADDR_IP4, SK_STREAM, 0, &sk);
	return err ? err : fd_new(r, c, sk, type & L_SOCK_NONBLOCK);
}

static int64_t call_bind(struct pd_run *r, const struct pd_call *c)
{
	struct pd_fd *f = pd_arg_fd(r, c, 0);
	struct endpoint ep;
	int err;

	arg_endpoint(c, 1, r->local, r->bind_port, &ep);
	r->bind_port = ep.port;
	err = f && f->sk ? sk_bind(f->sk, &ep) : -EBADF;
	if (!err && f->dgram)
		pd_flow_udp(r, f->sk, r->flow.rport);
	return err;
}

static int64_t call_listen(struct pd_run *r, const struct pd_call *c)
{
	struct sock *sk = arg_sock(r, c);
	int err = sk ? sk_listen(sk, (int)pd_arg_num(r, c, 1)) : -EBADF;

	if (!err)
		r->listens_anew = true;
	return err;
}

static int64_t call_accept(struct pd_run *r, const struct pd_call *c)
{
	struct sock *sk = arg_sock(r, c), *child;
	const struct pd_expr *flags = pd_arg(c, 3);
	int err = sk ? sk_accept(sk, &child) : -EBADF;

	if (err)
		return err;
	return fd_new(r, c, child, flags && (flags->num & L_SOCK_NONBLOCK));
}

/* A blocking connect() that is asked again says how far it is. */
static int64_t connect_goes_on(struct sock *sk)
{
	int err = 0;

	if (sk_ready(sk) & (SK_ERR | SK_HUP) && sk_getopt(sk, SKO_ERROR, &err) == OK && err)
		return err;
	return sk_ready(sk) & SK_OUT ? 0 : ERR_AGAIN;
}

static int64_t connect_udp(struct pd_run *r, struct sock *sk, const struct endpoint *ep)
{
	int err = sk_connect(sk, ep);

	if (!err)
		pd_flow_udp(r, sk, ep->port);
	return err;
}

void pd_flow_begun(struct pd_run *r)
{
	r->listens_anew = false;
	while (r->sent && r->sent->next)          /* of another connection */
		free(pd_host_take(r));
	if (r->sent) {
		r->flow.lport = r->sent->h.sport;
		r->flow.rport = r->sent->h.dport;
	}
}

static int64_t call_connect(struct pd_run *r, const struct pd_call *c)
{
	struct pd_fd *f = pd_arg_fd(r, c, 0);
	struct pd_flow was = r->flow;
	struct endpoint ep;
	int err;

	if (!f || !f->sk)
		return -EBADF;
	if (r->blocked)
		return connect_goes_on(f->sk);
	arg_endpoint(c, 1, r->remote, r->connect_port, &ep);
	if (f->dgram)
		return connect_udp(r, f->sk, &ep);
	r->last_fd = (int)pd_arg_num(r, c, 0);
	if (ep.addr.family == ADDR_NONE)          /* the end of one, which the script may see */
		return sk_connect(f->sk, &ep);
	r->flow = (struct pd_flow){ 0 };
	err = sk_connect(f->sk, &ep);
	if (err && err != ERR_INPROGRESS) {       /* it is what it was */
		r->flow = was;
		return err;
	}
	pd_flow_begun(r);
	return err == ERR_INPROGRESS && !f->nonblock ? ERR_AGAIN : err;
}

enum { L_ESTABLISHED = 1, L_FIN_WAIT_1 = 4, L_CLOSE_WAIT = 8, L_LAST_ACK = 9, L_CLOSING = 11 };

static int64_t state_of(const struct sock *sk)
{
	struct sk_tcp_info info;

	return sk_tcp_info(sk, &info) == OK ? info.state : 0;
}

/* How long close() waits at most: SO_LINGER, whether or not the socket blocks. */
static ns_t linger_of(struct sock *sk)
{
	int s = 0;

	return sk && sk_getopt(sk, SKO_LINGER, &s) == OK && s > 0 ? SEC(s) : 0;
}

/* Until the peer has all of it, and our FIN.  What was not read ends it at once. */
static bool lingers(const struct pd_run *r, struct sock *sk)
{
	int64_t state = state_of(sk);
	int unread = 0;

	if ((state == L_ESTABLISHED || state == L_CLOSE_WAIT) &&
	    sk_getopt(sk, SKO_NREAD, &unread) == OK && !unread) {
		(void)!sk_shutdown(sk, SK_SHUT_RD | SK_SHUT_WR);
		state = state_of(sk);
	}
	return r->now < r->call_at + linger_of(sk) &&
	       (state == L_FIN_WAIT_1 || state == L_LAST_ACK || state == L_CLOSING);
}

static int64_t call_close(struct pd_run *r, const struct pd_call *c)
{
	struct pd_fd *f = pd_arg_fd(r, c, 0);
	int fd = (int)pd_arg_num(r, c, 0);

	if (!f)
		return -EBADF;
	if (linger_of(f->sk) && lingers(r, f->sk))
		return ERR_AGAIN;
	sk_set_free(f->set);
	sk_close(f->sk);
	*f = (struct pd_fd){ 0 };
	if (r->last_fd == fd)
		r->last_fd = -1;
	return 0;
}

static int64_t call_shutdown(struct pd_run *r, const struct pd_call *c)
{
	struct sock *sk = arg_sock(r, c);
	int64_t how = pd_arg_num(r, c, 1);

	if (how < 0 || how > 2)
		return -EINVAL;
	return sk ? sk_shutdown(sk, (unsigned)how + 1) : -EBADF;
}

/* --- descriptors -------------------------------------------------------------------------- */

static int64_t call_fcntl(struct pd_run *r, const struct pd_call *c)
{
	struct pd_fd *f = pd_arg_fd(r, c, 0);
	int64_t cmd = pd_arg_num(r, c, 1);

	if (!f)
		return -EBADF;
	if (cmd == L_F_GETFL)
		return L_O_RDWR | (f->nonblock ? L_O_NONBLOCK : 0);
	if (cmd == L_F_GETFD)
		return f->cloexec;
	if (cmd == L_F_SETFD) {
		f->cloexec = pd_arg_num(r, c, 2) & L_FD_CLOEXEC;
		return 0;
	}
	if (cmd != L_F_SETFL)
		return pd_lacks(r, "this fcntl");
	f->nonblock = pd_arg_num(r, c, 2) & L_O_NONBLOCK;
	return 0;
}

static const struct { int64_t what; enum sk_opt o; } ioctls[] = {
	{ L_SIOCINQ, SKO_NREAD }, { L_SIOCOUTQ, SKO_NWRITE }, { L_SIOCOUTQNSD, SKO_NUNSENT },
	{ L_SIOCATMARK, SKO_ATMARK },
};

static int64_t call_ioctl(struct pd_run *r, const struct pd_call *c)
{
	struct sock *sk = arg_sock(r, c);
	int64_t what = pd_arg_num(r, c, 1), want = pd_arg_num(r, c, 2);
	size_t i = 0;
	int v = 0, err;

	if (!sk)
		return -EBADF;
	while (i < N_ELEM(ioctls) && ioctls[i].what != what)
		i++;
	if (i == N_ELEM(ioctls))
		return pd_lacks(r, "this ioctl");
	err = sk_getopt(sk, ioctls[i].o, &v);
	if (!err && c->result == 0 && v != want)
		pd_say(r->says, PD_FAILED, r->event->line, "runtime error in ioctl call: "
		       "expected %" PRId64 " but got %d", want, v);
	return err;
}

/* --- the table ------------------------------------------------------------------------------ */

typedef int64_t call_fn(struct pd_run *r, const struct pd_call *c);

/* With so many arguments at least and at most. */
static const struct { const char *name; call_fn *fn; unsigned min, max; } calls[] = {
	{ "socket", call_socket, 3, 3 }, { "bind", call_bind, 3, 3 },
	{ "listen", call_listen, 2, 2 }, { "accept", call_accept, 3, 3 },
	{ "accept4", call_accept, 4, 4 }, { "connect", call_connect, 3, 3 },
	{ "close", call_close, 1, 1 }, { "shutdown", call_shutdown, 2, 2 },
	{ "write", pd_write, 3, 3 }, { "send", pd_send, 4, 4 }, { "sendto", pd_send, 6, 6 },
	{ "writev", pd_writev, 3, 3 }, { "sendmsg", pd_sendmsg, 3, 3 },
	{ "read", pd_read, 3, 3 }, { "recv", pd_recv, 4, 4 }, { "recvfrom", pd_recv, 6, 6 },
	{ "readv", pd_readv, 3, 3 }, { "recvmsg", pd_recvmsg, 3, 3 },
	{ "setsockopt", pd_setsockopt, 5, 5 }, { "getsockopt", pd_getsockopt, 5, 5 },
	{ "open", pd_open, 2, 3 }, { "sendfile", pd_sendfile, 4, 4 }, { "pipe", pd_pipe, 1, 1 },
	{ "splice", pd_splice, 6, 6 }, { "fcntl", call_fcntl, 2, 3 },
	{ "ioctl", call_ioctl, 2, 3 }, { "poll", pd_poll, 3, 3 },
	{ "epoll_create", pd_epoll_create, 1, 1 }, { "epoll_create1", pd_epoll_create, 1, 1 },
	{ "epoll_ctl", pd_epoll_ctl, 4, 4 }, { "epoll_wait", pd_epoll_wait, 4, 4 },
};

int64_t pd_call(struct pd_run *r, const struct pd_call *c)
{
	unsigned n = 0;
	size_t i = 0;

	while (i < N_ELEM(calls) && strcmp(c->name, calls[i].name) != 0)
		i++;
	if (i == N_ELEM(calls))
		return pd_lacks(r, "the system call %s", c->name);
	for (const struct pd_expr *e = c->args; e; e = e->next)
		n++;
	if (n >= calls[i].min && n <= calls[i].max)
		return calls[i].fn(r, c);
	pd_say(r->says, PD_FAILED, r->event->line, "runtime error in %s call: Expected %u args "
	       "but got %u", c->name, n < calls[i].min ? calls[i].min : calls[i].max, n);
	return 0;
}

static bool is_close(const struct pd_call *c) { return strcmp(c->name, "close") == 0; }

static bool is_timed(const struct pd_call *c)
{
	return strcmp(c->name, "poll") == 0 || strcmp(c->name, "epoll_wait") == 0;
}

bool pd_call_may_block(const struct pd_run *r, const struct pd_call *c)
{
	bool of_msg = strcmp(c->name, "recvmsg") == 0 || strcmp(c->name, "sendmsg") == 0;
	bool reads = strncmp(c->name, "recv", 4) == 0;
	const struct pd_expr *fd = pd_arg(c, 0), *flags = pd_arg(c, of_msg ? 2 : 3);

	if (is_close(c))
		return true;
	if (is_timed(c) || !fd || fd->num < 0 || fd->num >= PD_FDS)
		return is_timed(c);
	if (flags && flags->kind == PD_NUM && strcmp(c->name, "sendfile") != 0 &&
	    (flags->num & (reads ? L_MSG_DONTWAIT | L_MSG_OOB | L_MSG_ERRQUEUE : L_MSG_DONTWAIT)))
		return false;
	return !r->fd[fd->num].nonblock;
}

ns_t pd_call_gives_up(const struct pd_run *r, const struct pd_call *c)
{
	static const char *const receiving[] = { "read", "readv", "recv", "recvfrom", "recvmsg",
						 "accept", "accept4" };
	const struct pd_expr *arg = pd_arg(c, 0);
	const struct pd_fd *f = arg && arg->kind == PD_NUM && arg->num >= 0 && arg->num < PD_FDS ?
				&r->fd[arg->num] : NULL;
	enum sk_opt o = SKO_SNDTIMEO;
	int ms = 0;

	if (is_timed(c))
		return r->call_until;
	if (is_close(c) && f)
		return r->call_at + linger_of(f->sk);
	for (size_t i = 0; i < N_ELEM(receiving); i++)
		if (strcmp(c->name, receiving[i]) == 0)
			o = SKO_RCVTIMEO;
	if (!f || !f->sk || sk_getopt(f->sk, o, &ms) != OK || !ms)
		return NS_NEVER;
	return r->call_at + MSEC(ms);
}

int64_t pd_call_gave_up(const struct pd_run *r, const struct pd_call *c)
{
	if (r->call_done)
		return (int64_t)r->call_done;
	return strcmp(c->name, "connect") == 0 ? ERR_INPROGRESS : ERR_AGAIN;
}
