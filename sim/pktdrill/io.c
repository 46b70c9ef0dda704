// SPDX-License-Identifier: GPL-3.0-or-later
/* Reading and writing, of streams and of datagrams. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sim/pktdrill/const.h"
#include "sim/pktdrill/run.h"
#include "stack/util/err.h"

#define IO_MAX (16 << 20)                 /* bytes of one read or write */
#define ZEROCOPY_IOV 17                   /* pieces; Linux: MAX_SKB_FRAGS, where it begins anew */
#define SEND_FLAGS (L_MSG_OOB | L_MSG_DONTWAIT | L_MSG_NOSIGNAL | L_MSG_MORE | L_MSG_EOR | \
		    L_MSG_ZEROCOPY | L_MSG_FASTOPEN)
#define RECV_FLAGS (L_MSG_OOB | L_MSG_PEEK | L_MSG_TRUNC | L_MSG_DONTWAIT | L_MSG_WAITALL | \
		    L_MSG_NOSIGNAL)
#define DGRAM_SEND_FLAGS (L_MSG_DONTWAIT | L_MSG_NOSIGNAL | L_MSG_CONFIRM)
#define DGRAM_RECV_FLAGS (RECV_FLAGS & ~L_MSG_OOB)

/* --- streams ----------------------------------------------------------------------------- */

static uint8_t send_flags(int64_t flags)
{
	return (uint8_t)((flags & L_MSG_MORE ? SK_MORE : 0) | (flags & L_MSG_OOB ? SK_OOB : 0) |
			 (flags & L_MSG_EOR ? SK_EOR : 0) |
			 (flags & L_MSG_ZEROCOPY ? SK_ZEROCOPY : 0));
}

/* The address of sendto() and recvfrom(), or of a msghdr; NULL: none, or the
 * call has no place for one. */
static const struct pd_expr *address(const struct pd_call *c)
{
	const struct pd_expr *msg = pd_arg(c, 1);

	return msg && msg->kind == PD_STRUCT ? pd_field(msg, "msg_name") : pd_arg(c, 4);
}

/* MSG_FASTOPEN: connects, with the first of the data. */
static ssize_t send_first(struct pd_run *r, struct pd_fd *f, struct sk_msg *m)
{
	struct pd_flow was = r->flow;
	ssize_t done;

	m->peer = (struct endpoint){ addr_ip4(r->remote), r->connect_port };
	pd_arg_endpoint(address(&r->event->call), &m->peer);
	m->flags |= SK_FASTOPEN;
	r->flow = (struct pd_flow){ 0 };
	done = sk_sendmsg(f->sk, m);
	m->flags &= (uint8_t)~SK_FASTOPEN;
	if (done < 0 && done != ERR_INPROGRESS) {
		r->flow = was;
		return done;
	}
	r->last_fd = (int)(f - r->fd);
	pd_flow_begun(r);
	return done;
}

/* A blocking write goes on until all of it is taken; what connects, until it is. */
int64_t pd_stream_send(struct pd_run *r, struct pd_fd *f, int64_t n, int64_t flags)
{
	struct sk_msg m = { .ttl = -1, .tos = -1 };
	bool waits = !f->nonblock && !(flags & L_MSG_DONTWAIT);
	ssize_t done = 0;
	uint8_t *bytes;

	if (n < 0 || n > IO_MAX || (flags & ~SEND_FLAGS))
		return pd_lacks(r, "a write with these flags or of this length");
	if (r->blocked && !(sk_ready(f->sk) & (SK_OUT | SK_ERR | SK_HUP)))
		return ERR_AGAIN;                 /* nobody has woken it */
	bytes = calloc(1, (size_t)n + 1);
	if (!bytes)
		return -ENOMEM;
	m.flags = send_flags(flags);
	m.buf = bytes;
	m.n = (size_t)n;
	if ((flags & L_MSG_FASTOPEN) && !r->blocked) {
		done = send_first(r, f, &m);
		free(bytes);
		r->call_done = done > 0 ? (size_t)done : 0;
		return (done > 0 || done == ERR_INPROGRESS) && waits ? ERR_AGAIN : done;
	}
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
	if (done == ERR_AGAIN && waits && r->call_done && (flags & L_MSG_ZEROCOPY))
		return pd_lacks(r, "a write of MSG_ZEROCOPY that waits in between");
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

int64_t pd_stream_recv(struct pd_run *r, struct pd_fd *f, int64_t n, int64_t flags)
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

/* --- datagrams ---------------------------------------------------------------------------- */

/* Where it goes; "..." is the peer that packetdrill has, if none is connected. */
static void dgram_to(struct pd_run *r, struct pd_fd *f, const struct pd_expr *e,
		     struct endpoint *to)
{
	struct endpoint peer;
	bool any = e && e->kind == PD_ANY_VALUE && sk_peer(f->sk, &peer) != OK;

	*to = (struct endpoint){ .addr.family = ADDR_NONE };
	if (!any && !(e && e->kind == PD_STRUCT))
		return;
	*to = (struct endpoint){ addr_ip4(r->remote), r->connect_port };
	pd_arg_endpoint(e, to);
}

static int64_t dgram_send(struct pd_run *r, struct pd_fd *f, const struct pd_call *c, int64_t n,
			  int64_t flags)
{
	struct sk_msg m = { .ttl = -1, .tos = -1 };
	int64_t done;

	if (n < 0 || n > IO_MAX || (flags & ~DGRAM_SEND_FLAGS))
		return pd_lacks(r, "a datagram with these flags or of this length");
	m.n = (size_t)n;
	m.buf = calloc(1, m.n + 1);
	if (!m.buf)
		return -ENOMEM;
	dgram_to(r, f, address(c), &m.peer);
	done = sk_sendmsg(f->sk, &m);
	free(m.buf);
	if (done >= 0)
		pd_flow_udp(r, f->sk, m.peer.port ? m.peer.port : r->flow.rport);
	return done;
}

static void check_msg_flags(struct pd_run *r, const struct pd_call *c, int64_t got)
{
	const struct pd_expr *flags = pd_field(pd_arg(c, 1), "msg_flags");

	if (flags && flags->kind == PD_NUM && flags->num != got)
		pd_say(r->says, PD_FAILED, r->event->line, "runtime error in %s call: Expected "
		       "msg_flags 0x%08X but got 0x%08X", c->name, (unsigned)flags->num,
		       (unsigned)got);
}

/* Who sent it, and whether it was cut, if the script says so. */
static void check_dgram(struct pd_run *r, const struct pd_call *c, const struct sk_msg *m)
{
	const struct pd_expr *from = address(c);
	const struct pd_expr *ip = pd_field(from, "sin_addr");
	struct endpoint want = m->peer;
	char text[2][ADDR_STRLEN];
	ip4_t a;

	pd_arg_endpoint(from, &want);
	if (ip && ip->first && ip->first->kind == PD_STR && ip4_parse(&a, ip->first->text))
		want.addr = addr_ip4(a);
	if (want.port != m->peer.port || want.addr.v4 != m->peer.addr.v4)
		pd_say(r->says, PD_FAILED, r->event->line, "runtime error in %s call: expected it "
		       "from %s:%u but it is from %s:%u", c->name,
		       ip4_fmt(want.addr.v4, text[0]), want.port,
		       ip4_fmt(m->peer.addr.v4, text[1]), m->peer.port);
	check_msg_flags(r, c, m->full > m->n ? L_MSG_TRUNC : 0);
}

static int64_t dgram_recv(struct pd_run *r, struct pd_fd *f, const struct pd_call *c, int64_t n,
			  int64_t flags)
{
	struct sk_msg m = { .flags = (uint8_t)((flags & L_MSG_PEEK ? SK_PEEK : 0) |
					       (flags & L_MSG_TRUNC ? SK_TRUNC : 0)) };
	int64_t got;

	if (flags == L_MSG_ERRQUEUE)
		return pd_recv_error(r, c, f);
	if (n < 0 || n > IO_MAX || (flags & ~DGRAM_RECV_FLAGS))
		return pd_lacks(r, "a read with these flags or of this length");
	m.n = (size_t)n;
	m.buf = malloc(m.n + 1);
	if (!m.buf)
		return -ENOMEM;
	got = sk_recvmsg(f->sk, &m);
	m.n = (size_t)n;
	free(m.buf);
	if (got >= 0) {
		check_dgram(r, c, &m);
		pd_check_control(r, c, f, &m, NULL);
	}
	return got;
}

/* --- the calls ------------------------------------------------------------------------------ */

typedef int64_t io_fn(struct pd_run *r, struct pd_fd *f, int64_t n, int64_t flags);

static int64_t io(struct pd_run *r, const struct pd_call *c, io_fn *fn, int64_t n, int64_t flags)
{
	struct pd_fd *f = pd_arg_fd(r, c, 0);

	if (!f || !f->sk)
		return -EBADF;
	if (!f->dgram && fn == pd_stream_recv && (flags & L_MSG_ERRQUEUE))
		return pd_recv_error(r, c, f);
	if (f->dgram)
		return fn == pd_stream_send ? dgram_send(r, f, c, n, flags) :
				       dgram_recv(r, f, c, n, flags);
	return fn(r, f, n, flags);
}

/* Of so many bytes; the buffer is "..." or what was written, and not NULL. */
static int64_t io_buf(struct pd_run *r, const struct pd_call *c, io_fn *fn, int64_t flags)
{
	const struct pd_expr *buf = pd_arg(c, 1);
	struct pd_fd *f = pd_arg_fd(r, c, 0);

	if (f && f->sk && buf && buf->kind == PD_NUM && !buf->num &&
	    (fn == pd_stream_send || sk_ready(f->sk) & SK_IN))
		return -EFAULT;
	return io(r, c, fn, pd_arg_num(r, c, 2), flags);
}

int64_t pd_write(struct pd_run *r, const struct pd_call *c)
{
	return io_buf(r, c, pd_stream_send, 0);
}

int64_t pd_send(struct pd_run *r, const struct pd_call *c)
{
	return io_buf(r, c, pd_stream_send, pd_arg_num(r, c, 3));
}

/* read(2), unlike recv(2), takes nothing from whatever it is. */
static bool wants_nothing(struct pd_run *r, const struct pd_call *c, int64_t n)
{
	const struct pd_fd *f = pd_arg_fd(r, c, 0);

	return f && f->sk && !n;
}

int64_t pd_read(struct pd_run *r, const struct pd_call *c)
{
	if (wants_nothing(r, c, pd_arg_num(r, c, 2)))
		return 0;
	return io_buf(r, c, pd_stream_recv, 0);
}

int64_t pd_recv(struct pd_run *r, const struct pd_call *c)
{
	return io_buf(r, c, pd_stream_recv, pd_arg_num(r, c, 3));
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

static unsigned iov_pieces(const struct pd_expr *iov)
{
	unsigned n = 0;

	for (const struct pd_expr *v = iov ? iov->first : NULL; v; v = v->next)
		n++;
	return n;
}

int64_t pd_sendmsg(struct pd_run *r, const struct pd_call *c)
{
	if ((pd_arg_num(r, c, 2) & L_MSG_ZEROCOPY) && iov_pieces(msg_iov(c)) > ZEROCOPY_IOV)
		return pd_lacks(r, "a write of MSG_ZEROCOPY of more than %d pieces", ZEROCOPY_IOV);
	return io(r, c, pd_stream_send, iov_len(r, msg_iov(c)), pd_arg_num(r, c, 2));
}

int64_t pd_recvmsg(struct pd_run *r, const struct pd_call *c)
{
	int64_t flags = pd_arg_num(r, c, 2);
	int64_t got = io(r, c, pd_stream_recv, iov_len(r, msg_iov(c)), flags);
	struct pd_fd *f = pd_arg_fd(r, c, 0);

	if (got >= 0 && f && f->sk && !f->dgram && !(flags & L_MSG_ERRQUEUE)) {
		pd_check_control(r, c, f, NULL, NULL);
		check_msg_flags(r, c, flags & L_MSG_OOB);
	}
	return got;
}

int64_t pd_writev(struct pd_run *r, const struct pd_call *c)
{
	return io(r, c, pd_stream_send, iov_len(r, pd_arg(c, 1)), 0);
}

int64_t pd_readv(struct pd_run *r, const struct pd_call *c)
{
	int64_t n = iov_len(r, pd_arg(c, 1));

	return wants_nothing(r, c, n) ? 0 : io(r, c, pd_stream_recv, n, 0);
}

