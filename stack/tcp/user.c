// SPDX-License-Identifier: MIT
/* The user's calls: RFC 9293 3.9.1 and 3.10.1 to 3.10.6, as Linux spells them; RECEIVE is
 * in recv.c. */
#include "stack/tcp/fastopen.h"
#include "stack/tcp/info.h"
#include "stack/tcp/rate.h"
#include "stack/tcp/rcvbuf.h"
#include "stack/tcp/recv.h"
#include "stack/tcp/sndbuf.h"
#include "stack/tcp/urgent.h"
#include "stack/tcp/zerocopy.h"

/* --- OPEN -------------------------------------------------------------------------- */

int tcp_bind(struct sock *sk, ip4_t a, uint16_t port)
{
	struct tcp_conn *tc = tcp_conn(sk);

	if (tc->state != TCP_CLOSED || list_linked(&sk->port_node))
		return ERR_INVAL;
	return tcp_port_bind(tc, a, port);
}

/* connect() again: Linux tells once how the first one ended. */
static int connect_again(struct tcp_conn *tc)
{
	int err;

	if (tc->user == USER_ENDING)
		return ERR_INVAL;
	if (tc->user == USER_CONNECTED || tc->state == TCP_LISTEN || tc->fo_later)
		return ERR_ISCONN;
	if (tc->state == TCP_SYN_SENT || tc->state == TCP_SYN_RECEIVED)
		return ERR_ALREADY;
	if (!tc->over) {
		tc->user = USER_CONNECTED;
		return OK;
	}
	err = sock_take_error(&tc->sk);
	tcp_renew(tc);
	sock_turned(&tc->sk);
	return err ? err : ERR_CONNABORTED;
}

/* With the data behind it, which is a segment of its own from then on. */
static void syn_xmit(struct tcp_conn *tc, const struct tcp_seg *s)
{
	struct tcp_seg *data = tcp_seg_next(tc, s), both = *s;

	if (data) {
		both.len = data->len;
		both.off = data->off;
		both.sum = data->sum;
		both.blk = data->blk;
	}
	(void)tcp_seg_xmit(tc, &both, NULL);
	if (!data)
		return;
	tcp_rate_sent(tc, data);
	tcp_seg_sent(tc, data, tcp_now(tc));
	tc->sent_at = tcp_now(tc);
	tc->n_out++;
}

static void syn_send(struct tcp_conn *tc)
{
	struct tcp_seg *s = list_first(&tc->sendq, struct tcp_seg, node);

	tcp_stack(tc)->stat[ST_TCP_ACTIVE_OPENS]++;
	tcp_set_state(tc, TCP_SYN_SENT);
	tc->fo_later = false;
	tc->snd_nxt = seg_end(s);
	tc->unsent = NULL;
	tc->n_out = 1;
	s->sent = true;
	s->sent_at = tc->stuck_at = tcp_now(tc);
	syn_xmit(tc, s);
	if (unlikely(tcp_fo(tc) != NULL))
		tcp_fo(tc)->cookie.kind = 0;  /* RFC 7413 4.1.3.1: not in one sent again */
	tcp_xmit_timer_set(tc);
}

/* All but the SYN, which is queued. */
static int connect_begin(struct sock *sk, ip4_t dst, uint16_t port)
{
	struct tcp_conn *tc = tcp_conn(sk);
	struct tcp_reuse old = { 0 };
	struct ip4_path path;
	struct netdev *dev = sk->ifindex ? stack_dev_index(sk->st, sk->ifindex) : NULL;
	ip4_t src;
	int err = sock_bound_source(sk, &src);

	dst = sock_this_host(dst, src);
	if (!err)
		err = ip4_path(sk->st, dst, src, dev, port, &path);
	if (err)
		return err;
	if (path.bcast || ip4_is_mcast(dst) || !port)     /* MUST-46 */
		return path.bcast || ip4_is_mcast(dst) ? ERR_NETUNREACH : ERR_NOTAVAIL;
	tcp_rcv_fini(tc);
	tc->over = tc->fin_queued = tc->fin_seen = false;
	sk->local = src ? src : path.src;
	err = sk->lport ? tcp_port_reuse(tc, dst, port, &old) : tcp_port_for(tc, dst, port, &old);
	if (err)
		return err;
	sk->peer = dst;
	sk->pport = port;
	if (tcp_ip_opts(tc))
		tcp_ip_opts_aim(tc);
	tcp_conn_begin(tc, &path, &old);
	if (!tcp_sendq_flag(tc, TCP_SYN) || !tcp_hash(tc)) {
		tcp_sendq_fini(tc);
		return ERR_NOMEM;
	}
	sk->connected = true;
	sk->pending_err = OK;
	tc->user = USER_CONNECTING;
	return OK;
}

int tcp_connect(struct sock *sk, ip4_t dst, uint16_t port)
{
	struct tcp_conn *tc = tcp_conn(sk);
	int err;

	if (tc->user != USER_NEW || tc->state != TCP_CLOSED)
		return connect_again(tc);
	err = connect_begin(sk, dst, port);
	if (err)
		return err;
	if (unlikely(sock_opt(sk, SKO_FASTOPEN_CONNECT)) && tcp_fastopen_defers(tc)) {
		tcp_set_state(tc, TCP_SYN_SENT);
		tc->fo_later = true;
		sock_ready_changed(sk);
		return OK;
	}
	syn_send(tc);
	sock_ready_changed(sk);                   /* only falls */
	return ERR_INPROGRESS;
}

/* The SYN of a connection that has begun. */
static ssize_t syn_with_data(struct tcp_conn *tc, const void *buf, size_t n, unsigned flags)
{
	size_t done = tcp_fastopen_fill(tc, buf, n, flags);

	syn_send(tc);
	sock_ready_changed(&tc->sk);              /* only falls */
	return done ? (ssize_t)done : ERR_INPROGRESS;
}

ssize_t tcp_send_fastopen(struct sock *sk, const struct endpoint *to, const void *buf, size_t n,
			  unsigned flags)
{
	struct tcp_conn *tc = tcp_conn(sk);
	int err;

	if (!(sk->st->opt[OPT_TCP_FASTOPEN] & FO_CLIENT))
		return ERR_OPNOTSUP;
	if (tc->fo_later)
		return syn_with_data(tc, buf, n, flags);
	if (tc->user != USER_NEW || tc->state != TCP_CLOSED) {
		err = connect_again(tc);
		return err ? err : tcp_send(sk, buf, n, NULL, flags & ~(unsigned)SK_FASTOPEN);
	}
	if (to->addr.family != ADDR_IP4)
		return to->addr.family == ADDR_NONE ? ERR_INVAL : ERR_AFNOSUP;
	err = connect_begin(sk, to->addr.v4, to->port);
	return err ? err : syn_with_data(tc, buf, n, flags);
}

/* There is a peer that waits for more of us. */
static bool needs_rst(const struct tcp_conn *tc)
{
	return tc->state >= TCP_SYN_RECEIVED && tc->state <= TCP_CLOSE_WAIT;
}

void tcp_disconnect(struct sock *sk)
{
	struct tcp_conn *tc = tcp_conn(sk);
	bool told = tc->state == TCP_SYN_SENT || needs_rst(tc);

	if (tc->state == TCP_LISTEN)
		tcp_listen_close(tc);
	if (needs_rst(tc))
		tcp_send_rst(tc);
	tcp_renew(tc);
	if (told)
		sk->pending_err = ERR_CONNRESET;
	sock_turned(sk);
}

bool tcp_is_closed(const struct sock *sk) { return tcp_conn(sk)->state == TCP_CLOSED; }

bool tcp_has_peer(const struct sock *sk)
{
	return sk->pport && tcp_conn(sk)->state >= TCP_SYN_RECEIVED &&
	       tcp_conn(sk)->state != TCP_TIME_WAIT;
}

int tcp_listen(struct sock *sk, int backlog)
{
	struct tcp_conn *tc = tcp_conn(sk);
	int64_t most = sk->st->opt[OPT_SOMAXCONN];
	int err;

	if ((tc->state != TCP_CLOSED && tc->state != TCP_LISTEN) || tc->user != USER_NEW)
		return ERR_INVAL;
	if (tc->state == TCP_CLOSED) {
		err = tcp_listen_begin(tc);
		if (!err)
			err = sk->lport ? tcp_port_listen(tc) : tcp_port_bind(tc, sk->bind_addr, 0);
		if (err) {
			tcp_listen_fini(tc);
			return err;
		}
	}
	tc->listen->backlog = (uint32_t)(backlog < 0 || backlog > most ? most : backlog);
	if (tc->state == TCP_CLOSED)
		tcp_fastopen_listen(tc);
	tcp_set_state(tc, TCP_LISTEN);
	sock_ready_changed(sk);                   /* only falls */
	return OK;
}

int tcp_accept(struct sock *sk, struct sock **out)
{
	const struct tcp_conn *l = tcp_conn(sk);
	struct sock *first;

	if (l->state != TCP_LISTEN)
		return ERR_INVAL;
	first = list_first(&l->listen->accept_q, struct sock, node);
	if (!first)
		return ERR_AGAIN;
	tcp_listen_forget(tcp_conn(first));
	sock_link(sk->st, first);
	first->ready_was = sock_ready(first);
	sock_ready_changed(sk);                   /* only falls */
	*out = first;
	return OK;
}

/* --- SEND ---------------------------------------------------------------------------- */

uint32_t tcp_unsent(const struct tcp_conn *tc)
{
	const struct tcp_seg *end;

	if (!tc->unsent)
		return 0;
	end = container_of(tc->sendq.head.prev, struct tcp_seg, node);
	return (uint32_t)seq_diff(seq_add(end->seq, end->len), tc->unsent->seq);
}

uint32_t tcp_user_unsent(const struct tcp_conn *tc)
{
	return tcp_unsent(tc) + (tc->fin_queued && tc->unsent);
}

uint32_t tcp_user_unacked(const struct tcp_conn *tc)
{
	if (tc->state < TCP_ESTABLISHED)
		return tc->sendq_bytes;
	return (uint32_t)seq_diff(tc->snd_nxt, tc->snd_una) + tcp_user_unsent(tc);
}

/* How it ended, once; else what `then` says. */
static ssize_t ended(struct sock *sk, int then)
{
	int err = sock_take_error(sk);

	return err ? err : then;
}

/* SK_OUT: as Linux, from a third of the buffer on, if not half of what may be
 * waits to be sent. */
static hot_inline bool may_write(const struct tcp_conn *tc)
{
	uint32_t lowat;

	if (!tc->sendq_bytes)
		return true;
	lowat = (uint32_t)sock_opt(&tc->sk, SKO_NOTSENT_LOWAT);
	if (unlikely(lowat) && 2 * (uint64_t)tcp_unsent(tc) >= lowat)
		return false;
	return likely(tcp_sndbuf_ample(tc, 0)) || tcp_sndbuf_writable(tc);
}

bool tcp_may_write(const struct tcp_conn *tc) { return may_write(tc); }

/* So much that it is pushed in between, too. */
static ssize_t add_long(struct tcp_conn *tc, struct tcp_write *w, size_t n)
{
	size_t each = tcp_push_every(tc), done = 0;
	const uint8_t *buf = w->buf;
	ssize_t part;

	for (;;) {
		w->buf = buf + done;
		part = tcp_sendq_add(tc, w, n - done < each ? n - done : each);
		done += part > 0 ? (size_t)part : 0;
		if (part <= 0 || done == n)
			return done ? (ssize_t)done : part;
		tcp_sendq_push(tc);
	}
}

static ssize_t add(struct tcp_conn *tc, const void *buf, size_t n, struct sk_mem *mem,
		   unsigned flags)
{
	struct tcp_write w = { .buf = buf, .mem = mem };

	if (unlikely(n > TCP_MSS_DEFAULT) && !(flags & SK_ZEROCOPY) && n > tc->max_snd_wnd / 2)
		return add_long(tc, &w, n);
	return likely(!(flags & SK_ZEROCOPY)) ? tcp_sendq_add(tc, &w, n) : tcp_zc_add(tc, &w, n);
}

ssize_t tcp_send(struct sock *sk, const void *buf, size_t n, struct sk_mem *mem, unsigned flags)
{
	struct tcp_conn *tc = tcp_conn(sk);
	uint32_t lowat = (uint32_t)sock_opt(sk, SKO_NOTSENT_LOWAT), limit;
	bool push = !(flags & SK_MORE), ample = !lowat && tcp_sndbuf_ample(tc, n);
	size_t room;
	ssize_t done;

	if (tc->snd_shut || sk->pending_err || tc->state == TCP_CLOSED || tc->state == TCP_LISTEN)
		return ended(sk, ERR_PIPE);
	if (tc->fo_later)
		return syn_with_data(tc, buf, n, flags);
	if (tc->state < TCP_ESTABLISHED && !tc->fo_child)
		return ERR_AGAIN;
	room = likely(ample) ? n : tcp_send_room(tc, n);
	if (unlikely(lowat) && (limit = tcp_unsent_room(tc, lowat)) < room)
		room = limit;
	if (!room && n) {
		tcp_wait_space(tc);
		sock_ready_fell(sk, SK_OUT);
		return ERR_AGAIN;
	}
	if ((flags & SK_OOB) && !tcp_urgent_begin(tc))
		return ERR_NOBUFS;
	if (tc->waits)
		tcp_rate_wrote(tc);
	done = add(tc, buf, n < room ? n : room, mem, flags);
	if (!tc->waits && done > 0)
		tcp_rate_begin(tc);
	tc->more = !push;
	if ((flags & SK_OOB) && done > 0)
		tcp_urgent_wrote(tc);
	if (push)
		tcp_sendq_push(tc);
	if (unlikely(sk->rare != NULL) && done > 0)
		tcp_stamp_wrote(tc);
	if (unlikely(flags & SK_EOR) && done > 0 && (size_t)done == n)
		tcp_sendq_mark(tc, SEG_EOR);
	tcp_output(tc);
	if (room < n)
		tcp_wait_space(tc);
	if (unlikely(!ample) && !may_write(tc))
		sock_ready_fell(sk, SK_OUT);
	return done;
}

/* --- CLOSE ---------------------------------------------------------------------------- */

/* Our FIN joins the queue, and the state says so. */
static bool fin_queue(struct tcp_conn *tc)
{
	if (tc->fin_queued)
		return true;
	if (!tcp_sendq_flag(tc, TCP_FIN))
		return false;
	tc->fin_queued = true;
	if (!tc->waits)
		tcp_wait_set(tc, WAIT_ACK);
	tc->more = false;
	if (tc->state == TCP_ESTABLISHED || tc->fo_child)
		tcp_set_state(tc, TCP_FIN_WAIT_1);
	else if (tc->state == TCP_CLOSE_WAIT)
		tcp_set_state(tc, TCP_LAST_ACK);
	tcp_output(tc);
	return true;
}

int tcp_shutdown(struct sock *sk, unsigned how)
{
	struct tcp_conn *tc = tcp_conn(sk);
	bool alive;

	if (!how || (how & ~(unsigned)(TCP_SHUT_RD | TCP_SHUT_WR)))
		return ERR_INVAL;
	if (tc->state == TCP_SYN_SENT || (tc->state == TCP_LISTEN && (how & TCP_SHUT_RD))) {
		if (tc->state == TCP_SYN_SENT)
			sk->pending_err = ERR_CONNRESET;
		else
			tcp_listen_close(tc);
		tcp_renew(tc);
		sock_turned(sk);
		return OK;
	}
	if (tc->state == TCP_LISTEN) {
		sock_turned(sk);
		return OK;
	}
	alive = tc->state != TCP_CLOSED && tc->state != TCP_TIME_WAIT;
	if (alive && (how & TCP_SHUT_WR) && !fin_queue(tc))
		return ERR_NOMEM;
	if (tc->user == USER_CONNECTING)
		tc->user = alive ? USER_CONNECTED : USER_ENDING;
	tc->rcv_shut |= !!(how & TCP_SHUT_RD);
	tc->snd_shut |= !!(how & TCP_SHUT_WR);
	sock_turned(sk);
	return alive ? OK : ERR_NOTCONN;
}

/* The owner is gone; the connection lives on by itself. */
static void orphan(struct tcp_conn *tc)
{
	tc->orphan = true;
	tcp_zc_fini(tc);
	tcp_rcv_fini(tc);
	tcp_orphan_recount(tc);
	if (tc->state == TCP_FIN_WAIT_2)
		tcp_fin_wait_2_set(tc);
	else if (tc->state != TCP_TIME_WAIT)
		tcp_life_stop(tc);
	if (tcp_orphans_too_many(tcp_stack(tc)) && tc->orphan_counted) {
		tcp_count(tc, EXT_ABORT_ON_MEMORY);       /* Linux: tcp_check_oom() */
		tcp_send_rst(tc);
		tcp_done(tc, OK);
	}
}

/* ABORT: RST, and gone. */
static void tcp_abort(struct sock *sk)
{
	struct tcp_conn *tc = tcp_conn(sk);

	if (tc->state == TCP_LISTEN) {
		tcp_listen_close(tc);
	} else {
		if (needs_rst(tc))
			tcp_send_rst(tc);
		tcp_set_state(tc, TCP_CLOSED);
	}
	tcp_free(tc);
}

/* RFC 2525 2.17: data that nobody read is told of by a RST. */
static bool ends_at_once(const struct tcp_conn *tc)
{
	return tc->state < TCP_SYN_RECEIVED || tc->over || tc->rcvq_bytes ||
	       sock_opt(&tc->sk, SKO_LINGER) == 0 ||
	       (tc->state == TCP_FIN_WAIT_2 && sock_opt(&tc->sk, SKO_LINGER2) < 0);
}

/* CLOSE: the socket is gone for its owner; the connection ends in its own
 * time, or at once with a RST if data was not read (RFC 2525 2.17) or
 * SKO_LINGER is 0. */
static void tcp_close(struct sock *sk)
{
	struct tcp_conn *tc = tcp_conn(sk);

	if (sock_opt(sk, SKO_TIMESTAMPING))       /* of what leaves now nobody can be told */
		(void)!sock_opt_set(sk, SKO_TIMESTAMPING, 0);
	if (ends_at_once(tc) || !fin_queue(tc)) {
		if (tc->state == TCP_TIME_WAIT) {
			orphan(tc);
			return;
		}
		if (tc->rcvq_bytes)
			tcp_count(tc, EXT_ABORT_ON_CLOSE);
		else if (sock_opt(sk, SKO_LINGER) == 0 && needs_rst(tc))
			tcp_count(tc, EXT_ABORT_ON_DATA);
		else if (tc->state == TCP_FIN_WAIT_2)
			tcp_count(tc, EXT_ABORT_ON_LINGER);
		tcp_abort(sk);
		return;
	}
	orphan(tc);
}

/* --- for the socket layer ---------------------------------------------------------------- */

/* As Linux's tcp_poll(). */
static outlined uint32_t ready_any(const struct sock *sk)
{
	const struct tcp_conn *tc = tcp_conn(sk);
	bool rd_end = tcp_at_end(tc), wr_end = tc->over || tc->snd_shut;
	uint32_t ev = sk->pending_err || !list_empty(&sk->errq) ? SK_ERR : 0;

	if (tc->state == TCP_LISTEN)
		return list_empty(&tc->listen->accept_q) ? 0 : SK_IN;
	if (tc->state == TCP_CLOSED || (rd_end && wr_end))
		ev |= SK_HUP;
	if (rd_end)
		ev |= SK_IN | SK_RDHUP;
	if (unlikely(tc->urgent != NULL))
		ev |= tcp_urgent_ready(tc);
	if (tc->state == TCP_SYN_SENT || (tc->state == TCP_SYN_RECEIVED && !tc->fo_child))
		return ev | (tc->fo_later ? SK_OUT : 0);
	return ev | (tcp_has_enough(tc) ? SK_IN : 0) | (wr_end || may_write(tc) ? SK_OUT : 0);
}

/* Mostly data comes and goes, and nothing else. */
static uint32_t tcp_ready(const struct sock *sk)
{
	const struct tcp_conn *tc = tcp_conn(sk);

	if (unlikely(tc->state != TCP_ESTABLISHED || sk->pending_err || !list_empty(&sk->errq) ||
		     (tc->over | tc->rcv_shut | tc->snd_shut) || tc->urgent))
		return ready_any(sk);
	return (tcp_has_enough(tc) ? SK_IN : 0) | (may_write(tc) ? SK_OUT : 0);
}

/* TCP_NODELAY is a push, whatever else holds what is there, as in Linux. */
static void push_all(struct tcp_conn *tc)
{
	tc->more = false;
	tc->pushing = true;
	tcp_output(tc);
	tc->pushing = false;
}

int tcp_option_within(const struct sock *sk, enum sk_opt o, int v)
{
	int64_t most = sk->st->opt[OPT_SOMAXCONN];

	if (o == SKO_FASTOPEN)
		return v < most ? v : (int)most;
	if (o == SKO_TOS)                         /* ECN is ours: RFC 3168 */
		return v & ~3;
	return o == SKO_RCVLOWAT ? tcp_rcvbuf_lowat(tcp_conn(sk), v) : v;
}

void tcp_option_changed(struct sock *sk, enum sk_opt o)
{
	struct tcp_conn *tc = tcp_conn(sk);

	tc->rcvbuf_fixed |= o == SKO_RCVBUF;
	tc->sndbuf_fixed |= o == SKO_SNDBUF;
	if (o == SKO_RCVLOWAT)
		tcp_rcvbuf_lowat_set(tc, (uint32_t)sock_opt(sk, o));
	if (o == SKO_WINDOW_CLAMP && tc->state >= TCP_SYN_RECEIVED && sock_opt(sk, o))
		tcp_rcvbuf_clamp(tc, (uint32_t)sock_opt(sk, o));
	if (o == SKO_KEEPALIVE || o == SKO_KEEPIDLE)
		tcp_keepalive_set(tc, o == SKO_KEEPIDLE);
	else if (o == SKO_QUICKACK)
		tcp_quick_set(tc, sock_opt(sk, o));
	else if (o == SKO_NODELAY && sk->opt[o] && tc->state >= TCP_ESTABLISHED)
		push_all(tc);
	else if ((o == SKO_NODELAY || o == SKO_CORK) && tc->state >= TCP_ESTABLISHED) {
		tc->more = tc->more && (o != SKO_CORK || sk->opt[o]);
		tcp_output(tc);
	} else if (o == SKO_RCVLOWAT || o == SKO_NOTSENT_LOWAT || o == SKO_SNDBUF) {
		sock_ready_changed(sk);           /* whose end the watches may be */
	}
}

/* What no listener has. */
static int queue_get(const struct tcp_conn *tc, enum sk_opt o, int *v)
{
	if (tc->state == TCP_LISTEN)
		return ERR_INVAL;
	*v = (int)(o == SKO_NREAD ? tcp_urgent_nread(tc) :
		   o == SKO_NWRITE ? tcp_user_unacked(tc) : tcp_user_unsent(tc));
	return OK;
}

/* SO_ERROR: a soft one too, which ended nothing. */
static int error_take(struct sock *sk)
{
	int err = sock_take_error(sk);

	if (!err) {
		err = sk->soft_err;
		sk->soft_err = OK;
	}
	sock_ready_changed(sk);
	return err;
}

int tcp_option_get(struct sock *sk, enum sk_opt o, int *v)
{
	const struct tcp_conn *tc = tcp_conn(sk);

	switch (o) {
	case SKO_QUICKACK:
		*v = !tc->pingpong;
		return OK;
	case SKO_ATMARK:
		*v = tcp_at_mark(tc);
		return OK;
	case SKO_NREAD: case SKO_NWRITE: case SKO_NUNSENT:
		return queue_get(tc, o, v);
	case SKO_ERROR:
		*v = error_take(sk);
		return OK;
	case SKO_MAXSEG:
		*v = tc->state <= TCP_LISTEN && sk->opt[o] ? sk->opt[o] : (int)tcp_info_snd_mss(tc);
		return OK;
	case SKO_SYNCNT:
		*v = (int)tcp_syn_retries(tc);
		return OK;
	case SKO_LINGER2:
		*v = sock_opt(sk, o);
		if (!*v)
			*v = (int)sk->st->opt[OPT_TCP_FIN_TIMEOUT];
		return OK;
	case SKO_ACCEPTCONN:
		*v = tc->state == TCP_LISTEN;
		return OK;
	default:
		return ERR_NOPROTOOPT;
	}
}

static void sock_gone(struct sock *sk)
{
	tcp_free(tcp_conn(sk));
}

const struct sock_ops tcp_sock_ops = {
	.ready = tcp_ready, .close = tcp_close, .free = sock_gone,
};
