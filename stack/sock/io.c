// SPDX-License-Identifier: MIT
/* Sending and receiving datagrams. */
#include <stdlib.h>
#include <string.h>

#include "stack/core/core.h"
#include "stack/sock/sock.h"
#include "stack/tcp/tcp.h"

ip4_t sock_source(const struct sock *sk, const struct addr *want)
{
	if (want && want->family == ADDR_IP4 && want->v4)
		return want->v4;
	if (sock_opt(sk, SKO_TRANSPARENT) && !sock_is_shared_addr(sk->st, sk->local))
		return sk->local;
	return sock_is_local_addr(sk->st, sk->local) ? sk->local : IP4_ANY;
}

int sock_dev(const struct sock *sk, ip4_t dst, unsigned ifindex, struct netdev **dev)
{
	if (!ifindex)
		ifindex = sk->ifindex;
	if (!ifindex && ip4_is_mcast(dst))
		ifindex = (unsigned)sock_opt(sk, SKO_MCAST_IF);
	*dev = ifindex ? stack_dev_index(sk->st, ifindex) : NULL;
	return ifindex && !*dev ? ERR_NODEV : OK;
}

/* --- sending -------------------------------------------------------------------- */

/* Where to; OK or an error. */
static int send_peer(const struct sock *sk, const struct sk_msg *m, struct endpoint *to)
{
	*to = m->peer;
	if (to->addr.family == ADDR_NONE) {
		if (!sk->connected)
			return ERR_DESTREQ;
		*to = (struct endpoint){ addr_ip4(sk->peer), sk->pport };
	}
	if (to->addr.family != ADDR_IP4)
		return ERR_AFNOSUP;
	if (!to->addr.v4)
		to->addr.v4 = sock_this_host(0, sock_source(sk, &m->local));
	if (sk->type == SK_DGRAM && to->port == 0)
		return ERR_INVAL;
	return OK;
}

/* Fills tx from the message and the socket's options. */
static int send_tx(const struct sock *sk, const struct sk_msg *m, const struct endpoint *to,
		   struct ip4_tx *tx)
{
	bool mcast = ip4_is_mcast(to->addr.v4);
	int ttl = m->ttl > 0 ? m->ttl : sock_opt(sk, mcast ? SKO_MCAST_TTL : SKO_TTL);

	if (ttl > 255 || m->tos > 255)
		return ERR_INVAL;
	*tx = (struct ip4_tx){
		.src = sock_source(sk, &m->local), .dst = to->addr.v4,
		.tos = (uint8_t)(m->tos >= 0 ? m->tos : sk->opt[SKO_TOS]),
		.ttl = (uint8_t)(ttl > 0 ? ttl : 0),
		.bcast_ok = sock_opt(sk, SKO_BROADCAST),
		.no_loop = mcast && !sock_opt(sk, SKO_MCAST_LOOP),
		.n_opt = m->n_opt, .opt = m->opt,
	};
	if (tx->src && !sock_is_local_addr(sk->st, tx->src) && !sock_opt(sk, SKO_TRANSPARENT))
		return ERR_NOTAVAIL;
	if (!tx->src && sk->local && !sock_is_shared_addr(sk->st, sk->local))
		return ERR_NETUNREACH;            /* bound to one that is not ours (yet) */
	return sock_dev(sk, to->addr.v4, m->ifindex, &tx->dev);
}

/* RFC 1191 as Linux's IP_MTU_DISCOVER has it: sets tx->df and tx->probe, or
 * finds that the packet is too long.  len: of the whole IP packet. */
static int send_pmtu(struct sock *sk, const struct sk_msg *m, struct ip4_tx *tx,
		     const struct ip4_path *path, uint32_t len, const struct endpoint *to)
{
	int mode = sk->opt[SKO_PMTUDISC];
	bool hdrincl = sock_opt(sk, SKO_HDRINCL);
	bool must = hdrincl ? sock_header_df(m) : mode == PMTU_DO || mode == PMTU_PROBE;
	uint32_t mtu = path->mtu;

	if (mode == PMTU_PROBE || (hdrincl && !must))
		mtu = path->dev->mtu;             /* what is too long for the path, we cut */
	if (len > mtu && (must || hdrincl)) {
		sock_local_error(sk, ERR_MSGSIZE, mtu, to);
		sock_ready_changed(sk);
		return ERR_MSGSIZE;
	}
	tx->probe = mode == PMTU_PROBE;
	tx->df = must || (!hdrincl && mode == PMTU_WANT && len <= mtu && !path->mtu_locked);
	return OK;
}

/* What keeps it from sending, though it knew the way. */
static int send_error(struct sock *sk)
{
	int err = sock_take_error(sk);

	if (err)
		sock_ready_changed(sk);
	return err ? err : sk->shut & SK_SHUT_WR ? ERR_PIPE : OK;
}

static struct pkt *send_pkt(struct stack *st, const void *bytes, size_t n)
{
	struct pkt *p = pkt_new(st->pool);

	if (p && pkt_add_bytes(p, bytes, (uint32_t)n) != OK) {
		pkt_free(p);
		return NULL;
	}
	if (p)
		p->flags |= PKT_LOCAL;
	return p;
}

static ssize_t send_frame(struct sock *sk, const struct sk_msg *m)
{
	struct pkt *p;
	int err;

	if (m->n > PKT_MAX)
		return ERR_MSGSIZE;
	err = send_error(sk);
	if (err)
		return err;
	p = pkt_from_bytes(sk->st->pool, m->buf, m->n);
	if (!p)
		return ERR_NOBUFS;
	err = packet_output(sk, p, m->ifindex);
	return err ? err : (ssize_t)m->n;
}

static ssize_t send_ip(struct sock *sk, const struct sk_msg *m)
{
	bool udp = sk->type == SK_DGRAM;
	struct endpoint to;
	struct ip4_path path;
	struct ip4_tx tx;
	struct pkt *p;
	uint32_t len;
	int err = sock_autobind(sk);              /* first, as in Linux */

	if (!err)
		err = sock_packet_len(sk, m, &len);
	if (!err)
		err = send_peer(sk, m, &to);
	if (!err)
		err = send_tx(sk, m, &to, &tx);
	if (err)
		return err;
	err = ip4_path(sk->st, tx.dst, tx.src, tx.dev, udp ? udp_flow(sk, to.port) : 0, &path);
	if (err)
		return err;
	if (path.bcast && !tx.bcast_ok)
		return ERR_ACCES;
	err = send_error(sk);
	if (err)
		return err;
	if (!tx.src)
		tx.src = path.src;
	/* A watch that is told of the error may close the socket: nothing
	 * touches it after that. */
	err = send_pmtu(sk, m, &tx, &path, len, &to);
	if (err)
		return err;
	p = send_pkt(sk->st, m->buf, m->n);
	if (!p)
		return ERR_NOBUFS;
	err = udp ? udp_output(sk, p, &tx, to.port) : raw_output(sk, p, &tx);
	return err ? err : (ssize_t)m->n;
}

ssize_t sk_sendmsg(struct sock *sk, const struct sk_msg *m)
{
	if (sk->type == SK_STREAM && unlikely(m->flags & SK_FASTOPEN))
		return tcp_send_fastopen(sk, &m->peer, m->buf, m->n, m->flags);
	if (sk->type == SK_STREAM)
		return tcp_send(sk, m->buf, m->n, m->mem, m->flags);
	return sk->type == SK_PACKET ? send_frame(sk, m) : send_ip(sk, m);
}

ssize_t sk_send(struct sock *sk, const void *buf, size_t n, const struct endpoint *to)
{
	/* sk_msg serves both ways, so its buffer is not const. */
	struct sk_msg m;

	if (sk->type == SK_STREAM)
		return tcp_send(sk, buf, n, NULL, 0);
	m = (struct sk_msg){ .buf = (void *)(uintptr_t)buf, .n = n, .ttl = -1, .tos = -1 };
	if (to)
		m.peer = *to;
	return sk_sendmsg(sk, &m);
}

/* --- receiving -------------------------------------------------------------------- */

static ssize_t recv_stream(struct sock *sk, struct sk_msg *m)
{
	ssize_t n = tcp_recv(sk, m->buf, m->n, m->flags);

	m->full = n > 0 ? (size_t)n : 0;
	m->peer = (struct endpoint){ addr_ip4(sk->peer), sk->pport };
	m->local = addr_ip4(sk->local);
	return n;
}

static void item_about(const struct sock *sk, const struct sk_item *it, struct sk_msg *m)
{
	m->peer = (struct endpoint){ .port = it->sport };
	m->local = (struct addr){ .family = ADDR_NONE };
	if (sk->type != SK_PACKET) {
		m->peer.addr = addr_ip4(it->src);
		m->local = addr_ip4(it->dst);
	}
	m->full = pkt_len(it->p);
	m->ifindex = it->ifindex;
	m->ttl = it->ttl;
	m->tos = it->tos;
	m->at = it->at;
	m->n_opt = it->n_opt;
	if (it->n_opt)
		memcpy(m->opt, it->opt, it->n_opt);
}

ssize_t sk_recvmsg(struct sock *sk, struct sk_msg *m)
{
	struct sk_item *it;
	ssize_t n;
	int err;

	if (sk->type == SK_STREAM)
		return recv_stream(sk, m);
	err = sock_take_error(sk);
	if (err) {
		sock_ready_changed(sk);
		return err;
	}
	it = list_first(&sock_dgram(sk)->rxq, struct sk_item, node);
	if (!it)
		return ERR_AGAIN;
	item_about(sk, it, m);
	n = (ssize_t)pkt_copy_out(it->p, 0, m->buf, m->n);
	if (m->flags & SK_TRUNC)
		n = (ssize_t)m->full;
	if (m->flags & SK_PEEK)
		return n;
	list_remove(&it->node);
	sock_dgram(sk)->rx_bytes -= it->cost;
	pkt_free(it->p);
	free(it);
	sock_ready_changed(sk);                   /* only falls: tells nobody */
	return n;
}

ssize_t sk_recv(struct sock *sk, void *buf, size_t n, struct endpoint *from)
{
	struct sk_msg m;
	ssize_t got;

	if (sk->type == SK_STREAM && !from)
		return tcp_recv(sk, buf, n, 0);
	m = (struct sk_msg){ .buf = buf, .n = n };
	got = sk_recvmsg(sk, &m);
	if (got >= 0 && from)
		*from = m.peer;
	return got;
}

int sk_recv_spans(struct sock *sk, struct sk_span *v, int max)
{
	return sk->type == SK_STREAM ? tcp_recv_spans(sk, v, max) : ERR_OPNOTSUP;
}

void sk_recv_used(struct sock *sk, size_t n)
{
	if (sk->type == SK_STREAM && n)
		(void)tcp_recv(sk, NULL, n, SK_TRUNC);
}

/* As in Linux the pending error goes with the ICMP message that made it, and is
 * then that of the next one. */
bool sk_recverr(struct sock *sk, struct sk_err *e)
{
	struct sk_err_item *it = list_first(&sk->errq, struct sk_err_item, node), *next;

	if (!it)
		return false;
	*e = it->e;
	list_remove(&it->node);
	free(it);
	next = list_first(&sk->errq, struct sk_err_item, node);
	if (next && next->e.type)
		sk->pending_err = next->e.err;
	else if (e->type)
		sk->pending_err = OK;
	sock_ready_changed(sk);
	return true;
}
