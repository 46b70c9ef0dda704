// SPDX-License-Identifier: MIT
/*
 * What waits in a socket, and who is told.
 *
 * A watch may do anything, also close this socket or any other.  So whoever
 * fills several sockets fills all of them first, and then tells one at a
 * time, looking for the next from the start (sock_is_dirty()).
 */
#include "stack/core/sock.h"

#include <stdlib.h>
#include <string.h>

#include "stack/core/core.h"
#include "stack/wire/icmp4.h"
#include "stack/wire/ip4.h"
#include "stack/wire/ip4opt.h"
#include "stack/wire/udp.h"

/* --- readiness --------------------------------------------------------------- */

uint32_t sock_ready(const struct sock *sk)
{
	uint32_t ev = SK_OUT;                     /* datagrams never wait to be sent */

	if (sk->ops)
		return sk->ops->ready(sk);
	if (!list_empty(&sock_dgram(sk)->rxq))
		ev |= SK_IN;
	if (sk->shut & SK_SHUT_RD)
		ev |= SK_IN | SK_RDHUP;
	if (sk->shut == (SK_SHUT_RD | SK_SHUT_WR))
		ev |= SK_HUP;
	if (sk->pending_err || !list_empty(&sk->errq))
		ev |= SK_ERR;
	return ev;
}

bool sock_is_dirty(const struct sock *sk)
{
	uint32_t now = sock_ready(sk);

	return (now & (~sk->ready_was | sk->arrived)) != 0;
}

/* A mark in the list, a watch without a function, keeps our place while
 * another is told.  Closing the socket empties the list, mark and all, which
 * is how we notice.  n: one that watches again from within ends up behind the
 * others, and must not keep us here for ever. */
static outlined void tell_all(struct sock *sk, uint32_t rose, uint32_t news)
{
	struct list_node *at = sk->watches.head.next;
	struct sk_watch mark = { .ready = NULL };
	unsigned n = 0;

	for (struct list_node *i = at; i != &sk->watches.head; i = i->next)
		n++;
	while (n-- > 0 && at != &sk->watches.head) {
		struct sk_watch *w = container_of(at, struct sk_watch, node);

		/* Without ready: the mark of a call further out. */
		if (!w->ready || (!rose && !w->each)) {
			at = at->next;
			continue;
		}
		list_insert_before(at->next, &mark.node);
		w->ready(w, w->each ? news : rose);
		if (!list_linked(&mark.node))
			return;
		at = mark.node.next;
		list_remove(&mark.node);
	}
}

void sock_ready_changed(struct sock *sk)
{
	uint32_t now = sock_ready(sk), rose = now & ~sk->ready_was;
	uint32_t news = rose | (sk->each ? now & sk->arrived : 0);
	const struct list_node *at = sk->watches.head.next;
	struct sk_watch *w;

	sk->ready_was = now;
	sk->arrived = 0;
	if (!news || at == &sk->watches.head)
		return;
	if (unlikely(at->next != &sk->watches.head)) {    /* not one, as mostly */
		tell_all(sk, rose, news);
		return;
	}
	w = list_first(&sk->watches, struct sk_watch, node);
	if (w->ready && (rose || w->each))
		w->ready(w, w->each ? news : rose);
}

/* --- datagrams --------------------------------------------------------------- */

void sock_enqueue(struct sock *sk, struct pkt *p, const struct ip_meta *m, uint16_t sport)
{
	struct sock_dgram *d = sock_dgram(sk);
	uint32_t cost = pkt_len(p) + SOCK_ITEM_COST;
	struct sk_item *it;

	/* One datagram always fits, however small the buffer. */
	if (d->rx_bytes && d->rx_bytes + cost > (uint32_t)sk->opt[SKO_RCVBUF]) {
		pkt_drop(sk->st, p, DROP_SOCK_FULL);
		return;
	}
	it = malloc(sizeof(*it) + m->n_opt);
	if (!it) {
		pkt_drop(sk->st, p, DROP_NO_MEMORY);
		return;
	}
	*it = (struct sk_item){
		.p = p, .src = m->src, .dst = m->dst, .sport = sport,
		.ifindex = m->dev ? m->dev->ifindex : 0, .cost = cost, .at = sk->st->now,
		.ttl = m->ttl, .tos = m->tos, .n_opt = m->n_opt,
	};
	if (m->n_opt)
		memcpy(it->opt, m->opt, m->n_opt);
	p->dev = NULL;                            /* may go before the reader comes */
	d->rx_bytes += cost;
	sk->arrived |= SK_IN;
	list_push_back(&d->rxq, &it->node);
}

static void sock_drain(struct sock *sk, enum drop why)
{
	struct sock_dgram *d = sock_dgram(sk);
	struct sk_item *it, *tmp;

	list_for_each_safe(&d->rxq, it, tmp, node) {
		list_remove(&it->node);
		if (sk->type == SK_DGRAM)
			pkt_drop_at(sk->st, stack_dev_index(sk->st, it->ifindex), it->p, why);
		else
			pkt_free(it->p);
		free(it);
	}
	d->rx_bytes = 0;
}

/* --- errors ------------------------------------------------------------------- */

/* Not what says that a send is over: somebody waits for that. */
static struct sk_err_item *oldest_error(struct sock *sk)
{
	struct sk_err_item *it;

	list_for_each(&sk->errq, it, node)
		if (it->e.origin != SK_ERR_ZEROCOPY)
			break;
	return it;
}

static void errq_push(struct sock *sk, const struct sk_err *e)
{
	struct sk_err_item *it = malloc(sizeof(*it)), *old;
	unsigned n = 0;

	if (!it)
		return;
	it->e = *e;
	list_push_back(&sk->errq, &it->node);
	list_for_each(&sk->errq, old, node)
		n += old->e.origin != SK_ERR_ZEROCOPY;
	if (n > SOCK_ERRQ_MAX) {
		old = oldest_error(sk);
		list_remove(&old->node);
		free(old);
	}
}

void sock_error(struct sock *sk, const struct icmp_err *e, uint16_t dport)
{
	bool hard = e->hard;

	pmtu_learn(sk->st, e);
	if (e->type == ICMP4_UNREACH && e->code == ICMP4_UNREACH_FRAG)
		hard = sk->opt[SKO_PMTUDISC] != PMTU_DONT;
	if (sock_opt(sk, SKO_RECVERR)) {
		struct sk_err se = {
			.err = e->err, .type = e->type, .code = e->code, .info = e->info,
			.from = addr_ip4(e->from), .to = { addr_ip4(e->dst), dport },
			.at = sk->st->now, .ttl = e->ttl, .n = e->n,
		};

		assert(e->n <= sizeof(se.data));
		memcpy(se.data, e->data, e->n);
		errq_push(sk, &se);
	} else if (!hard || !sk->connected) {
		return;                           /* RFC 1122 4.1.3.3: who did not ask */
	}
	sk->pending_err = e->err;
	sk->arrived |= SK_ERR;
}

void sock_local_error(struct sock *sk, int err, uint32_t info, const struct endpoint *to)
{
	struct sk_err se = { .err = err, .info = info, .to = *to, .at = sk->st->now };

	if (sock_opt(sk, SKO_RECVERR))
		errq_push(sk, &se);
}

void sock_stamp(struct sock *sk, enum sk_stamp what, uint32_t key)
{
	errq_push(sk, &(struct sk_err){ .origin = SK_ERR_STAMP, .info = what, .data2 = key,
					.at = sk->st->now });
	sk->arrived |= SK_ERR;
}

static bool note_joins(const struct sk_err *e, uint32_t number, bool copied)
{
	return e->origin == SK_ERR_ZEROCOPY && e->code == copied && e->data2 + 1 == number;
}

int sock_zerocopy_over(struct sock *sk, uint32_t number, bool copied)
{
	struct sk_err_item *it = list_empty(&sk->errq) ? NULL :
				 container_of(sk->errq.head.prev, struct sk_err_item, node);

	sk->arrived |= SK_ERR;
	if (it && note_joins(&it->e, number, copied)) {
		it->e.data2 = number;
		return OK;
	}
	it = malloc(sizeof(*it));
	if (!it)
		return ERR_NOMEM;
	it->e = (struct sk_err){ .origin = SK_ERR_ZEROCOPY, .code = copied, .info = number,
				 .data2 = number, .at = sk->st->now };
	list_push_back(&sk->errq, &it->node);
	return OK;
}

int sock_take_error(struct sock *sk)
{
	int err = sk->pending_err;

	sk->pending_err = OK;
	return err;
}

/* --- sending -------------------------------------------------------------------- */

int sock_packet_len(const struct sock *sk, const struct sk_msg *m, uint32_t *len)
{
	bool hdrincl = sock_opt(sk, SKO_HDRINCL);
	uint32_t headers = hdrincl ? 0 : IP4_HLEN + m->n_opt;

	if (m->n > IP4_LEN_MAX)
		return ERR_MSGSIZE;
	if (m->n_opt > sizeof(m->opt) || m->n_opt % 4 || (m->n_opt && hdrincl) ||
	    ip4opt_check(m->opt, m->n_opt))
		return ERR_INVAL;
	if (sk->type == SK_DGRAM)
		headers += UDP_HLEN;
	*len = (uint32_t)m->n + headers;
	return *len > IP4_LEN_MAX ? ERR_MSGSIZE : OK;
}

bool sock_header_df(const struct sk_msg *m)
{
	struct ip4_hdr h;

	return ip4_quote_parse(&h, m->buf, m->n) && h.df;
}

/* --- options -------------------------------------------------------------------- */

/* SKO_RCVBUF, and a stream's SKO_SNDBUF, are the host's to say, and what
 * sock_opt_host() knows. */
const int sock_opt_default[SKO_N_STORED] = {
	[SKO_TTL] = -1,                   /* OPT_TTL */
	[SKO_SNDBUF] = 212992,
	[SKO_PMTUDISC] = PMTU_WANT,
	[SKO_MCAST_TTL] = 1, [SKO_MCAST_LOOP] = 1,        /* RFC 1112 6.1 */
	[SKO_CHECKSUM] = 1,
	[SKO_LINGER] = -1,
};

int sock_opt_host(const struct sock *sk, enum sk_opt o)
{
	const int64_t *host = sk->st->opt;

	switch (o) {
	case SKO_TTL:       return (int)host[OPT_TTL];
	case SKO_KEEPIDLE:  return (int)host[OPT_TCP_KEEPIDLE];
	case SKO_KEEPINTVL: return (int)host[OPT_TCP_KEEPINTVL];
	case SKO_KEEPCNT:   return (int)host[OPT_TCP_KEEPCNT];
	default:            return 0;
	}
}

static struct sock_rare *rare_new(const int *opt)
{
	struct sock_rare *r = calloc(1, sizeof(*r));

	if (r)
		memcpy(r->opt, opt, sizeof(r->opt));
	return r;
}

struct sock_rare *sock_rare(struct sock *sk)
{
	if (!sk->rare)
		sk->rare = rare_new(sock_opt_default + SKO_N_HOT);
	return sk->rare;
}

int sock_opt_set(struct sock *sk, enum sk_opt o, int v)
{
	if (o < SKO_N_HOT) {
		sk->opt[o] = v;
		return OK;
	}
	if (!sk->rare && v == sock_opt_default[o])
		return OK;
	if (!sock_rare(sk))
		return ERR_NOMEM;
	sk->rare->opt[o - SKO_N_HOT] = v;
	return OK;
}

int sock_opt_copy(struct sock *to, const struct sock *from)
{
	memcpy(to->opt, from->opt, sizeof(to->opt));
	if (!from->rare)
		return OK;
	to->rare = rare_new(from->rare->opt);
	return to->rare ? OK : ERR_NOMEM;
}

/* --- life ----------------------------------------------------------------------- */

bool sock_is_local_addr(const struct stack *st, ip4_t a)
{
	return ip4_is_loopback(a) || ifaddr_find(st, NULL, a) != NULL;
}

bool sock_is_shared_addr(const struct stack *st, ip4_t a)
{
	const struct netdev *dev;

	if (a == IP4_BROADCAST || ip4_is_mcast(a))
		return true;
	list_for_each(&st->devs, dev, node)
		if (ifaddr_is_broadcast(dev, a))
			return true;
	return false;
}

int sock_bound_source(const struct sock *sk, ip4_t *src)
{
	ip4_t a = sk->bind_addr;

	*src = IP4_ANY;
	if (!a || sock_is_shared_addr(sk->st, a))
		return OK;
	if (!sock_is_local_addr(sk->st, a) && !sock_opt(sk, SKO_TRANSPARENT))
		return ERR_NETUNREACH;
	*src = a;
	return OK;
}

/* Inlined into sk_open(), gcc would take what it makes for a stream, and warn. */
outlined struct sock *sock_dgram_new(void)
{
	struct sock_dgram *d = calloc(1, sizeof(*d));

	return d ? &d->sk : NULL;
}

void sock_init(struct sock *sk, struct stack *st, int type, int proto)
{
	sk->st = st;
	sk->type = (uint8_t)type;
	sk->proto = (uint16_t)proto;
	list_init(&sk->errq);
	list_init(&sk->watches);
	if (type == SK_STREAM)
		return;
	list_init(&sock_dgram(sk)->rxq);
	list_init(&sock_dgram(sk)->groups);
}

void sock_link(struct stack *st, struct sock *sk)
{
	struct list_node *at = st->socks.head.next;

	while (at != &st->socks.head && container_of(at, struct sock, node)->type >= SK_RAW)
		at = at->next;
	if (sk->type < SK_RAW)
		at = &st->socks.head;
	else
		rx_known_flush(st);               /* it wants a copy */
	list_insert_before(at, &sk->node);
	if (sk->type == SK_PACKET)
		st->packet_socks++;
}

static void groups_leave(struct sock *sk)
{
	struct sk_group *g, *tmp;

	list_for_each_safe(&sock_dgram(sk)->groups, g, tmp, node) {
		struct netdev *dev = stack_dev_index(sk->st, g->ifindex);

		if (dev)
			mcast_leave(dev, g->group);
		list_remove(&g->node);
		free(g);
	}
}

/* Nobody knows of it any more. */
static void sock_unlink(struct sock *sk)
{
	struct sk_err_item *e, *etmp;
	struct sk_watch *w;

	while ((w = list_first(&sk->watches, struct sk_watch, node))) {
		list_remove(&w->node);
		w->sk = NULL;
		if (w->gone)
			w->gone(w);
	}
	list_for_each_safe(&sk->errq, e, etmp, node) {
		list_remove(&e->node);
		free(e);
	}
	list_remove(&sk->node);
	if (sk->type == SK_PACKET)
		sk->st->packet_socks--;
}

void sock_free(struct sock *sk, enum drop why)
{
	sock_unlink(sk);
	if (sk->ops) {
		(why == DROP_SHUTDOWN ? sk->ops->free : sk->ops->close)(sk);
		return;
	}
	if (list_linked(&sk->port_node))
		udp_unbind(sk);
	groups_leave(sk);
	sock_drain(sk, why);
	free(sk->rare);
	free(sock_dgram(sk));
}

void sock_fini(struct stack *st)
{
	struct sock *sk, *tmp;

	list_for_each_safe(&st->socks, sk, tmp, node)
		sock_free(sk, DROP_SHUTDOWN);
	free(st->udp_ports);
	st->udp_ports = NULL;
}
