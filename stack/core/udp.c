// SPDX-License-Identifier: MIT
/*
 * UDP (RFC 768; RFC 1122 4.1).
 *
 * A datagram goes to the best socket on its port: a connected one with this
 * very peer, else one bound to this very address, else one bound to any; of
 * equals the one bound last.  Broadcasts and multicasts go to all that match,
 * as in Linux with IP_MULTICAST_ALL, which is its default.
 */
#include <stdlib.h>

#include "stack/core/core.h"
#include "stack/core/l4.h"
#include "stack/core/sock.h"
#include "stack/util/hash.h"
#include "stack/wire/icmp4.h"
#include "stack/wire/ip4.h"
#include "stack/wire/udp.h"

#define N_BUCKET 64                       /* of st->udp_ports; a power of two */

/* --- ports ---------------------------------------------------------------------- */

static struct list *bucket(struct stack *st, uint16_t port)
{
	return &st->udp_ports[port & (N_BUCKET - 1)];
}

static bool ports_init(struct stack *st)
{
	if (st->udp_ports)
		return true;
	st->udp_ports = calloc(N_BUCKET, sizeof(*st->udp_ports));
	for (unsigned i = 0; st->udp_ports && i < N_BUCKET; i++)
		list_init(&st->udp_ports[i]);
	return st->udp_ports != NULL;
}

/* Both said SO_REUSEADDR, or both SO_REUSEPORT. */
static bool may_share(const struct sock *a, const struct sock *b)
{
	return (a->opt[SKO_REUSEADDR] && b->opt[SKO_REUSEADDR]) ||
	       (sock_opt(a, SKO_REUSEPORT) && sock_opt(b, SKO_REUSEPORT));
}

/* May sk not have address a with port, because another has?  share: two that
 * may share do not mind each other. */
static bool port_taken(const struct sock *sk, ip4_t a, uint16_t port, bool share)
{
	const struct sock *o;

	list_for_each(bucket(sk->st, port), o, port_node) {
		if (o->lport != port || (o->local && a && o->local != a))
			continue;
		if (o->ifindex && sk->ifindex && o->ifindex != sk->ifindex)
			continue;
		if (!share || !may_share(sk, o))
			return true;
	}
	return false;
}

/* A free port, or 0: RFC 6056 3.3.1, simple port randomization. */
static uint16_t port_ephemeral(struct sock *sk, ip4_t a)
{
	uint32_t lo = (uint32_t)sk->st->opt[OPT_PORT_MIN], hi = (uint32_t)sk->st->opt[OPT_PORT_MAX];
	uint32_t n, start;

	if (hi < lo)
		return 0;
	n = hi - lo + 1;
	start = rng_below(&sk->st->rng, n);
	for (uint32_t i = 0; i < n; i++) {
		uint16_t port = (uint16_t)(lo + (start + i) % n);

		if (!port_taken(sk, a, port, false))
			return port;
	}
	return 0;
}

int udp_bind(struct sock *sk, ip4_t a, uint16_t port)
{
	if (!ports_init(sk->st))
		return ERR_NOMEM;
	if (port == 0) {
		port = port_ephemeral(sk, a);
		if (!port)
			return ERR_INUSE;
	} else if (port_taken(sk, a, port, true)) {
		return ERR_INUSE;
	}
	sk->local = a;
	sk->lport = port;
	list_push_front(bucket(sk->st, port), &sk->port_node);
	return OK;
}

void udp_unbind(struct sock *sk)
{
	list_remove(&sk->port_node);
	sk->lport = 0;
}

/* --- input ------------------------------------------------------------------------ */

/* Who speaks to whom, as we see it. */
struct flow { ip4_t local, peer; uint16_t lport, pport; unsigned ifindex; };

/* How well sk fits; -1: not at all. */
static int sock_score(const struct sock *sk, const struct flow *f)
{
	if (sk->lport != f->lport)
		return -1;
	if (sk->connected && (sk->peer != f->peer || sk->pport != f->pport))
		return -1;
	if (sk->local && sk->local != f->local)
		return -1;
	if (sk->ifindex && f->ifindex && sk->ifindex != f->ifindex)
		return -1;
	return (sk->connected ? 4 : 0) + (sk->local ? 2 : 0) + (sk->ifindex ? 1 : 0);
}

/* SO_REUSEPORT: of those that fit alike one for each flow. */
static struct sock *udp_choose(struct stack *st, const struct flow *f, int score, uint32_t n)
{
	uint32_t nth = hash_flow4(f->peer, f->local, 0, f->pport, f->lport, 0) % n;
	struct sock *sk;

	list_for_each(bucket(st, f->lport), sk, port_node)
		if (sock_score(sk, f) == score && sock_opt(sk, SKO_REUSEPORT) && nth-- == 0)
			return sk;
	return NULL;
}

static struct sock *udp_lookup(struct stack *st, const struct flow *f)
{
	struct sock *sk, *best = NULL;
	int best_score = -1;
	uint32_t alike = 0;

	if (!st->udp_ports)
		return NULL;
	list_for_each(bucket(st, f->lport), sk, port_node) {
		int score = sock_score(sk, f);

		if (score > best_score)
			best = sk, best_score = score, alike = 0;
		alike += score >= 0 && score == best_score && sock_opt(sk, SKO_REUSEPORT);
	}
	return alike > 1 ? udp_choose(st, f, best_score, alike) : best;
}

/* Checks, and cuts off what is behind the datagram.  The header is then in
 * the head, and still in front. */
static enum drop udp_check(struct udp_hdr *h, struct pkt *p, const struct ip_meta *m)
{
	struct rd r;

	if (!pkt_pullup(p, UDP_HLEN))
		return DROP_UDP_SHORT;
	r = rd_init(pkt_data(p), UDP_HLEN);
	if (!udp_hdr_parse(h, &r) || h->len > pkt_len(p))
		return DROP_UDP_LENGTH;
	pkt_trim(p, h->len);
	if (!udp_csum4_ok(h, m->src, m->dst, pkt_csum(p, UDP_HLEN)))
		return DROP_UDP_CHECKSUM;
	return DROP_NONE;
}

/* Tells all of a port that have something new; see sock.c. */
static void udp_tell(struct stack *st, uint16_t port)
{
	struct sock *sk;
	bool again = true;

	while (again) {
		again = false;
		list_for_each(bucket(st, port), sk, port_node) {
			if (sock_is_dirty(sk)) {
				again = true;
				sock_ready_changed(sk);
				break;
			}
		}
	}
}

/* Every socket that matches gets a copy; borrows p. */
static bool udp_flood(struct stack *st, const struct pkt *p, const struct ip_meta *m,
		      const struct flow *f)
{
	struct sock *sk;
	bool any = false;

	if (!st->udp_ports)
		return false;
	list_for_each(bucket(st, f->lport), sk, port_node) {
		struct pkt *q;

		if (sock_score(sk, f) < 0)
			continue;
		any = true;
		q = pkt_clone(p);
		if (!q) {
			pkt_drop_note(st, m->dev, p, DROP_NO_MEMORY);
			continue;
		}
		pkt_pull(q, UDP_HLEN);
		sock_enqueue(sk, q, m, f->pport);
	}
	if (any)
		udp_tell(st, f->lport);
	return any;
}

static void udp_input(struct stack *st, struct pkt *p, const struct ip_meta *m)
{
	struct udp_hdr h;
	enum drop bad = udp_check(&h, p, m);
	struct flow f;
	struct sock *sk;

	if (bad) {
		pkt_drop(st, p, bad);
		return;
	}
	f = (struct flow){ m->dst, m->src, h.dport, h.sport, m->dev ? m->dev->ifindex : 0 };
	if (m->bcast) {
		if (udp_flood(st, p, m, &f)) {
			st->stat[ST_UDP_IN]++;
			pkt_free(p);
		} else {
			st->stat[ST_UDP_NO_PORTS]++;
			pkt_drop(st, p, DROP_UDP_NO_PORT);
		}
		return;
	}
	sk = udp_lookup(st, &f);
	if (!sk) {                                /* RFC 1122 4.1.3.1 */
		st->stat[ST_UDP_NO_PORTS]++;
		icmp_error_output(st, p, m, ICMP4_UNREACH, ICMP4_UNREACH_PORT, 0,
				  DROP_UDP_NO_PORT);
		return;
	}
	st->stat[ST_UDP_IN]++;
	pkt_pull(p, UDP_HLEN);
	sock_enqueue(sk, p, m, h.sport);
	sock_ready_changed(sk);
}

/* RFC 1122 4.1.3.3: to the socket whose ports the quote names. */
static void udp_error(struct stack *st, const struct icmp_err *e)
{
	struct flow f;
	struct sock *sk;
	uint32_t ports;

	if (e->n < 4)
		return;
	ports = udp_get_ports(e->data);
	f = (struct flow){ e->src, e->dst, (uint16_t)(ports >> 16), (uint16_t)ports, 0 };
	sk = udp_lookup(st, &f);
	if (!sk)
		return;
	sock_error(sk, e, f.pport);
	sock_ready_changed(sk);
}

/* --- output ----------------------------------------------------------------------- */

int udp_output(struct sock *sk, struct pkt *p, const struct ip4_tx *tx, uint16_t dport)
{
	struct udp_hdr h = { .sport = sk->lport, .dport = dport };
	struct ip4_tx with_src = *tx;
	struct ip4_path path;
	struct wr w;
	int err;

	if (pkt_len(p) + UDP_HLEN + IP4_HLEN + tx->n_opt > IP4_LEN_MAX) {
		pkt_free(p);
		return ERR_MSGSIZE;
	}
	with_src.proto = IP_PROTO_UDP;
	with_src.flow = udp_flow(sk, dport);
	if (!with_src.src) {                      /* the checksum covers it */
		err = ip4_path(sk->st, tx->dst, 0, tx->dev, with_src.flow, &path);
		if (err) {
			pkt_free(p);
			return err;
		}
		with_src.src = path.src;
	}
	h.len = (uint16_t)(pkt_len(p) + UDP_HLEN);
	if (sock_opt(sk, SKO_CHECKSUM))
		h.csum = udp_csum4(&h, with_src.src, tx->dst, pkt_csum(p, 0));
	w = wr_init(pkt_push(p, UDP_HLEN), UDP_HLEN);
	udp_hdr_emit(&h, &w);
	sk->st->stat[ST_UDP_OUT]++;
	return ip4_output(sk->st, p, &with_src);
}

const struct l4_proto udp_proto = {
	.name = "udp", .ipproto = IP_PROTO_UDP, .input = udp_input, .error = udp_error,
};
