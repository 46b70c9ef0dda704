// SPDX-License-Identifier: GPL-3.0-or-later
/* System calls over stack/socket.h, as Linux answers them. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/pktdrill/const.h"
#include "sim/pktdrill/run.h"
#include "stack/util/cc.h"
#include "stack/util/err.h"

#define IO_MAX (16 << 20)                 /* bytes of one read or write */
#define SEND_FLAGS (L_MSG_OOB | L_MSG_DONTWAIT | L_MSG_NOSIGNAL | L_MSG_MORE)
#define RECV_FLAGS (L_MSG_OOB | L_MSG_PEEK | L_MSG_TRUNC | L_MSG_DONTWAIT | L_MSG_WAITALL | \
		    L_MSG_NOSIGNAL)

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

/* The address of argument i, or what packetdrill takes for "...". */
static void arg_endpoint(const struct pd_call *c, unsigned i, ip4_t a, uint16_t port,
			 struct endpoint *ep)
{
	const struct pd_expr *e = pd_arg(c, i), *p = pd_field(e, "sin_port");

	*ep = (struct endpoint){ addr_ip4(a), port };
	if (p && p->kind == PD_NUM)
		ep->port = (uint16_t)p->num;
}

/* The script says what number the new descriptor has. */
static int64_t fd_new(struct pd_run *r, const struct pd_call *c, struct sock *sk, bool nonblock)
{
	int64_t fd = c->result;

	if (fd < 0 || fd >= PD_FDS || r->fd[fd].used) {
		sk_close(sk);
		return fd < 0 ? 0 : pd_lacks(r, "descriptor %d", (int)fd);
	}
	r->fd[fd] = (struct pd_fd){ .used = true, .sk = sk, .nonblock = nonblock };
	r->last_fd = (int)fd;
	return fd;
}

/* --- opening and closing ----------------------------------------------------------------- */

static int64_t call_socket(struct pd_run *r, const struct pd_call *c)
{
	int64_t type = pd_arg_num(r, c, 1), proto = pd_arg_num(r, c, 2);
	struct sock *sk;
	int err;

	if ((type & 0xf) != L_SOCK_STREAM || (proto && proto != L_SOL_TCP))
		return pd_lacks(r, "a socket that is not TCP over IPv4");
	err = sk_open(r->st, ADDR_IP4, SK_STREAM, 0, &sk);
	if (!err && r->cc[0] && sk_set_congestion(sk, r->cc) != OK)
		pd_lacks(r, "the congestion control %s", r->cc);
	return err ? err : fd_new(r, c, sk, type & L_SOCK_NONBLOCK);
}

static int64_t call_bind(struct pd_run *r, const struct pd_call *c)
{
	struct sock *sk = arg_sock(r, c);
	struct endpoint ep;

	arg_endpoint(c, 1, r->local, r->bind_port, &ep);
	r->bind_port = ep.port;
	return sk ? sk_bind(sk, &ep) : -EBADF;
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
	r->flow = (struct pd_flow){ 0 };
	r->last_fd = (int)pd_arg_num(r, c, 0);
	err = sk_connect(f->sk, &ep);
	if (err && err != ERR_INPROGRESS) {       /* it is what it was */
		r->flow = was;
		return err;
	}
	r->listens_anew = false;
	while (r->sent && r->sent->next)          /* of another connection */
		free(pd_host_take(r));
	if (r->sent) {
		r->flow.lport = r->sent->h.sport;
		r->flow.rport = r->sent->h.dport;
	}
	return err == ERR_INPROGRESS && !f->nonblock ? ERR_AGAIN : err;
}

static int64_t call_close(struct pd_run *r, const struct pd_call *c)
{
	struct pd_fd *f = pd_arg_fd(r, c, 0);
	int fd = (int)pd_arg_num(r, c, 0);

	if (!f)
		return -EBADF;
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

/* --- data ----------------------------------------------------------------------------------- */

/* A blocking write goes on until all of it is taken. */
static int64_t do_send(struct pd_run *r, struct pd_fd *f, int64_t n, int64_t flags)
{
	struct sk_msg m = { .ttl = -1, .tos = -1 };
	bool waits = !f->nonblock && !(flags & L_MSG_DONTWAIT);
	ssize_t done = 0;
	uint8_t *bytes;

	if (n < 0 || n > IO_MAX || (flags & ~SEND_FLAGS))
		return pd_lacks(r, "a write with these flags or of this length");
	bytes = calloc(1, (size_t)n + 1);
	if (!bytes)
		return -ENOMEM;
	m.flags = (uint8_t)((flags & L_MSG_MORE ? SK_MORE : 0) | (flags & L_MSG_OOB ? SK_OOB : 0));
	do {
		m.buf = bytes + r->call_done;
		m.n = (size_t)n - r->call_done;
		done = sk_sendmsg(f->sk, &m);
		if (done > 0)
			r->call_done += (size_t)done;
	} while (done > 0 && r->call_done < (size_t)n);
	free(bytes);
	if (r->call_done == (size_t)n && n)
		return n;
	if (done == ERR_AGAIN && waits)
		return ERR_AGAIN;
	return r->call_done ? (int64_t)r->call_done : done;
}

/* So many bytes end a read that may wait, as in Linux. */
static size_t least(const struct pd_fd *f, size_t n, int64_t flags)
{
	int lowat = 0;

	if (flags & L_MSG_WAITALL)
		return n;
	if (sk_getopt(f->sk, SKO_RCVLOWAT, &lowat) != OK || lowat < 1)
		lowat = 1;
	return (size_t)lowat < n ? (size_t)lowat : n;
}

/* What came may be all there is: an error and the mark of urgent data are for
 * the next read. */
static bool goes_on(const struct pd_fd *f)
{
	int mark = 0;

	return !(sk_ready(f->sk) & SK_ERR) && sk_getopt(f->sk, SKO_ATMARK, &mark) == OK && !mark;
}

/* Reads on where it was; 0: the end. */
static int64_t recv_on(struct pd_run *r, struct pd_fd *f, struct sk_msg *m, int64_t flags)
{
	size_t all = m->n, until = least(f, all, flags);
	bool waits = !f->nonblock && !(flags & (L_MSG_DONTWAIT | L_MSG_OOB | L_MSG_PEEK));
	ssize_t got;

	do {
		m->n = all - r->call_done;
		got = sk_recvmsg(f->sk, m);
		if (got > 0)
			r->call_done += (size_t)got;
	} while (got > 0 && r->call_done < until && waits && goes_on(f));
	if (got == ERR_AGAIN && waits)
		return ERR_AGAIN;
	return r->call_done ? (int64_t)r->call_done : got;
}

static int64_t do_recv(struct pd_run *r, struct pd_fd *f, int64_t n, int64_t flags)
{
	struct sk_msg m = { .flags = (uint8_t)((flags & L_MSG_PEEK ? SK_PEEK : 0) |
					       (flags & L_MSG_OOB ? SK_OOB : 0) |
					       (flags & L_MSG_TRUNC ? SK_TRUNC : 0)) };
	int64_t got;

	if (n < 0 || n > IO_MAX || (flags & ~RECV_FLAGS) ||
	    (flags & (L_MSG_PEEK | L_MSG_WAITALL)) == (L_MSG_PEEK | L_MSG_WAITALL))
		return pd_lacks(r, "a read with these flags or of this length");
	m.n = (size_t)n;
	m.buf = malloc(m.n + 1);
	if (!m.buf)
		return -ENOMEM;
	got = recv_on(r, f, &m, flags);
	free(m.buf);
	return got;
}

typedef int64_t io_fn(struct pd_run *r, struct pd_fd *f, int64_t n, int64_t flags);

static int64_t io(struct pd_run *r, const struct pd_call *c, io_fn *fn, int64_t n, int64_t flags)
{
	struct pd_fd *f = pd_arg_fd(r, c, 0);

	return f && f->sk ? fn(r, f, n, flags) : -EBADF;
}

/* Of so many bytes; the buffer is "..." or what was written, and not NULL. */
static int64_t io_buf(struct pd_run *r, const struct pd_call *c, io_fn *fn, int64_t flags)
{
	const struct pd_expr *buf = pd_arg(c, 1);
	struct pd_fd *f = pd_arg_fd(r, c, 0);

	if (f && f->sk && buf && buf->kind == PD_NUM && !buf->num &&
	    (fn == do_send || sk_ready(f->sk) & SK_IN))
		return -EFAULT;
	return io(r, c, fn, pd_arg_num(r, c, 2), flags);
}

static int64_t call_write(struct pd_run *r, const struct pd_call *c)
{
	return io_buf(r, c, do_send, 0);
}

static int64_t call_send(struct pd_run *r, const struct pd_call *c)
{
	return io_buf(r, c, do_send, pd_arg_num(r, c, 3));
}

static int64_t call_read(struct pd_run *r, const struct pd_call *c)
{
	return io_buf(r, c, do_recv, 0);
}

static int64_t call_recv(struct pd_run *r, const struct pd_call *c)
{
	return io_buf(r, c, do_recv, pd_arg_num(r, c, 3));
}

/* Bytes in an iovec "[{..., 1000}, {..., 2000}]". */
static int64_t iov_len(struct pd_run *r, const struct pd_expr *iov)
{
	const struct pd_expr *v = iov && iov->kind == PD_LIST ? iov->first : NULL;
	int64_t n = 0;

	if (!v)
		return pd_lacks(r, "this form of an iovec");
	for (; v; v = v->next) {
		const struct pd_expr *len = v->first ? v->first->next : NULL;

		if (len && len->kind == PD_NUM && len->num >= 0 && len->num <= IO_MAX &&
		    n <= IO_MAX)
			n += len->num;
	}
	return n;
}

static const struct pd_expr *msg_iov(const struct pd_call *c)
{
	const struct pd_expr *m = pd_arg(c, 1), *e = m && m->kind == PD_STRUCT ? m->first : NULL;

	while (e && !(e->field && strncmp(e->field, "msg_iov", 7) == 0))
		e = e->next;
	return e;
}

static int64_t call_sendmsg(struct pd_run *r, const struct pd_call *c)
{
	return io(r, c, do_send, iov_len(r, msg_iov(c)), pd_arg_num(r, c, 2));
}

/* TCP_CM_INQ, the one message beside the data that there is: bytes left to
 * read, and one for the end of the stream. */
static void check_control(struct pd_run *r, const struct pd_call *c, struct pd_fd *f)
{
	const struct pd_expr *ctl = pd_field(pd_arg(c, 1), "msg_control"), *m, *type, *data;
	int left = 0;

	for (m = ctl ? ctl->first : NULL; m; m = m->next) {
		type = pd_field(m, "cmsg_type");
		data = pd_field(m, "cmsg_data");
		if (!type || type->kind != PD_NUM || type->num != L_TCP_INQ || !data) {
			pd_lacks(r, "this control message");
			return;
		}
		if (!f->inq || sk_getopt(f->sk, SKO_NREAD, &left) != OK)
			left = -1;
		else if (!left && (sk_ready(f->sk) & SK_IN))
			left = 1;
		if (data->num != left)
			pd_say(r->says, PD_FAILED, r->event->line, "runtime error in recvmsg call: "
			       "Bad cmsg_data for TCP_CM_INQ: expected: %" PRId64 " actual: %d",
			       data->num, left);
	}
}

static int64_t call_recvmsg(struct pd_run *r, const struct pd_call *c)
{
	int64_t got = io(r, c, do_recv, iov_len(r, msg_iov(c)), pd_arg_num(r, c, 2));
	struct pd_fd *f = pd_arg_fd(r, c, 0);

	if (got >= 0 && f && f->sk)
		check_control(r, c, f);
	return got;
}

static int64_t call_writev(struct pd_run *r, const struct pd_call *c)
{
	return io(r, c, do_send, iov_len(r, pd_arg(c, 1)), 0);
}

static int64_t call_readv(struct pd_run *r, const struct pd_call *c)
{
	return io(r, c, do_recv, iov_len(r, pd_arg(c, 1)), 0);
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

static const struct { const char *name; int64_t (*fn)(struct pd_run *r, const struct pd_call *c); }
calls[] = {
	{ "socket", call_socket }, { "bind", call_bind }, { "listen", call_listen },
	{ "accept", call_accept }, { "accept4", call_accept }, { "connect", call_connect },
	{ "close", call_close }, { "shutdown", call_shutdown },
	{ "write", call_write }, { "send", call_send }, { "sendto", call_send },
	{ "writev", call_writev }, { "sendmsg", call_sendmsg },
	{ "read", call_read }, { "recv", call_recv }, { "recvfrom", call_recv },
	{ "readv", call_readv }, { "recvmsg", call_recvmsg },
	{ "setsockopt", pd_setsockopt }, { "getsockopt", pd_getsockopt },
	{ "fcntl", call_fcntl }, { "ioctl", call_ioctl }, { "poll", pd_poll },
	{ "epoll_create", pd_epoll_create }, { "epoll_create1", pd_epoll_create },
	{ "epoll_ctl", pd_epoll_ctl }, { "epoll_wait", pd_epoll_wait },
};

int64_t pd_call(struct pd_run *r, const struct pd_call *c)
{
	for (size_t i = 0; i < N_ELEM(calls); i++)
		if (strcmp(c->name, calls[i].name) == 0)
			return calls[i].fn(r, c);
	return pd_lacks(r, "the system call %s", c->name);
}

bool pd_call_may_block(const struct pd_run *r, const struct pd_call *c)
{
	bool of_msg = strcmp(c->name, "recvmsg") == 0 || strcmp(c->name, "sendmsg") == 0;
	bool reads = strncmp(c->name, "recv", 4) == 0;
	const struct pd_expr *fd = pd_arg(c, 0), *flags = pd_arg(c, of_msg ? 2 : 3);
	bool timed = strcmp(c->name, "poll") == 0 || strcmp(c->name, "epoll_wait") == 0;

	if (timed || !fd || fd->num < 0 || fd->num >= PD_FDS)
		return timed;
	if (flags && flags->kind == PD_NUM &&
	    (flags->num & (reads ? L_MSG_DONTWAIT | L_MSG_OOB : L_MSG_DONTWAIT)))
		return false;
	return !r->fd[fd->num].nonblock;
}
