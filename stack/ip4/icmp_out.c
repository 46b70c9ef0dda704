// SPDX-License-Identifier: MIT
/*
 * ICMP errors and redirects: RFC 792, RFC 1122 3.2.2, RFC 1812 4.3.2.  What an
 * error quotes, when none may be sent, and how many: the limits are Linux's,
 * one for the host (RFC 1812 4.3.2.8) and one for each receiver.
 */
#include <stdlib.h>

#include "stack/ip4/ip4.h"
#include "stack/util/hash.h"
#include "stack/wire/icmp4.h"
#include "stack/wire/ip4opt.h"

/* RFC 1812 4.3.2.5: precedence 6, and the TOS of what the error is about. */
#define ERROR_TOS(tos) ((uint8_t)(((tos) & 0x1e) | 0xc0))
#define HOST_BURST 6                      /* errors to one host at once, then OPT_ICMP_RATE */

/* Redirects to one host: each later than the last by twice as much, nine in
 * all, then no more until it was silent for 20.48 s (Linux's ip_rt_redirect_*). */
#define REDIRECT_LOAD MSEC(20)
#define REDIRECT_NUMBER 9
#define REDIRECT_SILENCE (REDIRECT_LOAD << (REDIRECT_NUMBER + 1))

#define PEER_SETS 32                      /* a power of two */
#define PEER_WAYS 4

/* What was sent to one host lately; addr 0: unused. */
struct icmp_peer {
	ip4_t addr;
	uint8_t redirects;
	ns_t used_at;
	ns_t credit;                      /* OPT_ICMP_RATE buys one error */
	ns_t credit_at;                   /* when it was counted */
	ns_t redirect_at;                 /* last sent, or wished for */
};

struct icmp_limit {
	int64_t msgs;                     /* errors that may go out now */
	ns_t msgs_at;
	struct icmp_peer peers[PEER_SETS][PEER_WAYS];
};

/* --- limits ----------------------------------------------------------------------- */

static struct icmp_limit *limit_get(struct stack *st)
{
	struct icmp_limit *l = st->icmp_limit;

	if (l)
		return l;
	l = calloc(1, sizeof(*l));
	if (!l)
		return NULL;
	l->msgs = stack_option(st, OPT_ICMP_BURST);
	l->msgs_at = st->now;
	st->icmp_limit = l;
	return l;
}

void icmp_limit_fini(struct stack *st)
{
	free(st->icmp_limit);
	st->icmp_limit = NULL;
}

/* The host's entry; who was not spoken to for longest gives way to a new one. */
static struct icmp_peer *peer_get(struct stack *st, struct icmp_limit *l, ip4_t addr)
{
	struct icmp_peer *set = l->peers[hash_u32(addr ^ st->flow_seed) & (PEER_SETS - 1)];
	struct icmp_peer *oldest = &set[0];
	unsigned i = 0;

	while (i < PEER_WAYS && set[i].addr != addr) {
		if (!set[i].addr || (oldest->addr && set[i].used_at < oldest->used_at))
			oldest = &set[i];
		i++;
	}
	if (i < PEER_WAYS)
		oldest = &set[i];
	else
		*oldest = (struct icmp_peer){
			.addr = addr, .credit = HOST_BURST * MSEC(stack_option(st, OPT_ICMP_RATE)),
			.credit_at = st->now,
		};
	oldest->used_at = st->now;
	return oldest;
}

static bool peer_allows(struct stack *st, struct icmp_peer *peer)
{
	ns_t price = MSEC(stack_option(st, OPT_ICMP_RATE)), most = HOST_BURST * price;

	peer->credit += st->now - peer->credit_at;
	peer->credit_at = st->now;
	if (peer->credit > most)
		peer->credit = most;
	if (peer->credit < price)
		return false;
	peer->credit -= price;
	return true;
}

static bool host_allows(struct stack *st, struct icmp_limit *l)
{
	int64_t rate = stack_option(st, OPT_ICMP_MSGS), burst = stack_option(st, OPT_ICMP_BURST);
	int64_t more;
	ns_t each;

	if (!rate)
		return true;
	each = rate < SEC(1) ? SEC(1) / rate : 1;
	more = (st->now - l->msgs_at) / each;
	l->msgs_at += more * each;
	l->msgs = more < burst - l->msgs ? l->msgs + more : burst;
	if (l->msgs <= 0)
		return false;
	l->msgs--;
	return true;
}

/* Linux's default icmp_ratemask; path MTU discovery is never held up. */
static bool is_limited(uint8_t type, uint8_t code)
{
	if (type == ICMP4_UNREACH)
		return code != ICMP4_UNREACH_FRAG;
	return type == ICMP4_SOURCE_QUENCH || type == ICMP4_TIME_EXCEEDED ||
	       type == ICMP4_PARAM_PROBLEM;
}

static bool limits_allow(struct stack *st, ip4_t to, uint8_t type, uint8_t code)
{
	struct ip4_path path;
	struct icmp_limit *l;

	if (!is_limited(type, code))
		return true;
	if (ip4_path(st, to, 0, NULL, 0, &path) != OK)
		return true;              /* ip4_output() will say so */
	if (path.dev->flags & DEV_LOOPBACK)
		return true;
	l = limit_get(st);
	if (!l)
		return false;
	if (stack_option(st, OPT_ICMP_RATE) && !peer_allows(st, peer_get(st, l, to)))
		return false;
	return host_allows(st, l);
}

/* --- when not to answer -------------------------------------------------------------- */

/* Several hosts, or none, or not to be reached from here. */
static bool not_one_host(struct stack *st, const struct pkt *p, ip4_t a)
{
	bool from_link = p->dev && !(p->dev->flags & DEV_LOOPBACK);
	const struct nexthops *nh = route_lookup(st, a);

	return a >> 24 == 0 || ip4_is_mcast(a) || ip4_is_class_e(a) ||
	       (ip4_is_loopback(a) && from_link) || (nh && nh->type == RT_BROADCAST);
}

static bool to_many(struct stack *st, const struct pkt *p, const struct ip_meta *m)
{
	const struct nexthops *nh;

	if (m->bcast || ip4_is_mcast(m->dst) || m->dst == IP4_BROADCAST)
		return true;
	if (p->flags & (PKT_LINK_BCAST | PKT_LINK_MCAST))
		return true;
	nh = route_lookup(st, m->dst);
	return nh && nh->type == RT_BROADCAST;
}

/* quote: the packet from its IP header on.  An ICMP message is taken for an
 * error unless its type is seen and known to be none. */
static bool about_error(const struct ip4_hdr *h, const uint8_t *quote, size_t n)
{
	if (h->proto != IP_PROTO_ICMP)
		return false;
	return n <= h->hlen || icmp4_is_error(quote[h->hlen]) || quote[h->hlen] > ICMP4_MASK_REPLY;
}

/* RFC 1122 3.2.2, RFC 1812 4.3.2.7. */
static bool forbidden(struct stack *st, const struct pkt *p, const struct ip_meta *m,
		      const uint8_t *quote, size_t n)
{
	struct ip4_hdr h;

	/* A header that was moved or overwritten.  Its destination may differ:
	 * a source route leads on to m->dst. */
	if (!ip4_quote_parse(&h, quote, n) || h.src != m->src || h.proto != m->proto ||
	    h.hlen != m->hlen)
		return true;
	return h.frag_off != 0 || to_many(st, p, m) || not_one_host(st, p, m->src) ||
	       about_error(&h, quote, n);
}

/* --- sending ------------------------------------------------------------------------- */

/* The packet from its IP header on, although that was pulled. */
static size_t quote_copy(const struct pkt *p, const struct ip_meta *m, uint8_t *to, size_t n)
{
	size_t pulled = p->off > m->hdr_off ? (size_t)(p->off - m->hdr_off) : 0;
	size_t k = pulled < n ? pulled : n;

	memcpy(to, p->head + m->hdr_off, k);
	return k + pkt_copy_out(p, 0, to + k, n - k);
}

static struct pkt *message_new(struct stack *st, struct icmp4_hdr *h, const uint8_t *quote,
			       size_t n)
{
	struct pkt *p = pkt_new(st->pool);
	struct wr w;

	if (!p)
		return NULL;
	if (pkt_add_bytes(p, quote, (uint32_t)n) != OK) {
		pkt_free(p);
		return NULL;
	}
	h->csum = icmp4_csum(h, csum_add(0, quote, n));
	w = wr_init(pkt_push(p, ICMP4_HLEN), ICMP4_HLEN);
	icmp4_hdr_emit(h, &w);
	return p;
}

/* The bytes that stand for info differ by type. */
static struct icmp4_hdr header_of(uint8_t type, uint8_t code, uint32_t info)
{
	struct icmp4_hdr h = { .type = type, .code = code };

	if (type == ICMP4_REDIRECT)
		h.u.gateway = info;
	else if (type == ICMP4_PARAM_PROBLEM)
		h.u.pointer = (uint8_t)info;
	else if (type == ICMP4_UNREACH && code == ICMP4_UNREACH_FRAG)
		h.u.mtu = (uint16_t)info;
	return h;
}

/*
 * Borrows p.  tx: src as it shall be, and where to; a source route of the
 * packet leads its error back (RFC 1812 4.3.2.6), unless it is what is wrong.
 */
static void error_send(struct stack *st, const struct pkt *p, const struct ip_meta *m,
		       struct icmp4_hdr *h, ip4_t src)
{
	struct ip4_tx tx = { .src = src, .dst = m->src, .proto = IP_PROTO_ICMP,
			     .tos = ERROR_TOS(m->tos) };
	uint8_t quote[ICMP4_ERROR_MAX], opt[IP4OPT_MAX];
	bool answer_opt = m->n_opt && h->type != ICMP4_PARAM_PROBLEM;
	struct pkt *e;
	ip4_t hop = 0;
	size_t n;

	if (answer_opt)
		tx.n_opt = (uint8_t)ip4_opt_reply(m, opt, &hop);
	tx.opt = opt;
	n = quote_copy(p, m, quote, ICMP4_ERROR_MAX - IP4_HLEN - tx.n_opt - ICMP4_HLEN);
	if (forbidden(st, p, m, quote, n))
		return;
	e = message_new(st, h, quote, n);
	if (!e)
		return;
	if (!limits_allow(st, tx.dst, h->type, h->code)) {
		st->stat[ST_ICMP_RATE_LIMITED]++;
		ip4_unsent_drop(st, e, &tx, DROP_ICMP_RATE);
		return;
	}
	if (hop)
		tx.dst = hop;
	st->stat[ST_ICMP_OUT_MSGS]++;
	st->stat[ST_ICMP_OUT_ERRORS]++;
	(void)ip4_output(st, e, &tx);
}

/* An error about a packet for us comes from the address it was for; about one
 * that we forward, from the interface the error leaves by (RFC 1812 4.3.2.4). */
static void error_about(struct stack *st, const struct pkt *p, const struct ip_meta *m,
			uint8_t type, uint8_t code, uint32_t info)
{
	struct icmp4_hdr h = header_of(type, code, info);

	error_send(st, p, m, &h, ifaddr_find(st, NULL, m->dst) ? m->dst : 0);
}

void icmp_error_output(struct stack *st, struct pkt *p, const struct ip_meta *meta,
		       uint8_t type, uint8_t code, uint32_t info, enum drop why)
{
	pkt_drop_note(st, p->dev, p, why);        /* first what died, then what is said of it */
	error_about(st, p, meta, type, code, info);
	pkt_free(p);
}

void icmp_error_about(struct stack *st, const struct pkt *p, uint8_t type, uint8_t code)
{
	const uint8_t *b = p->head + p->off;
	struct ip_meta m = { .dev = p->dev, .hdr_off = p->off };
	struct ip4_hdr h;

	if (!ip4_quote_parse(&h, b, p->len))
		return;
	m.src = h.src, m.dst = h.dst, m.proto = h.proto;
	m.ttl = h.ttl, m.tos = h.tos, m.hlen = h.hlen;
	m.n_opt = (uint8_t)(h.hlen - IP4_HLEN);
	memcpy(m.opt, b + IP4_HLEN, m.n_opt);
	error_about(st, p, &m, type, code, 0);
}

/* A packet of our own is told of by an ICMP message to ourselves, as in Linux:
 * sockets hear of both in one way. */
void l3_unresolved(struct stack *st, struct netdev *dev, struct pkt *p)
{
	icmp_error_about(st, p, ICMP4_UNREACH, ICMP4_UNREACH_HOST);
	pkt_drop_at(st, dev, p, DROP_NEIGH_FAILED);
}

/* --- redirects ------------------------------------------------------------------------- */

static bool redirect_is_due(struct stack *st, ip4_t to)
{
	struct icmp_limit *l = limit_get(st);
	struct icmp_peer *peer = l ? peer_get(st, l, to) : NULL;
	ns_t since;

	if (!peer)
		return false;
	since = st->now - peer->redirect_at;
	if (since > REDIRECT_SILENCE)
		peer->redirects = 0;
	if (peer->redirects >= REDIRECT_NUMBER) {
		peer->redirect_at = st->now;      /* it does not listen */
		return false;
	}
	if (peer->redirects && since <= REDIRECT_LOAD << peer->redirects)
		return false;
	peer->redirect_at = st->now;
	peer->redirects++;
	return true;
}

void icmp_redirect_output(struct stack *st, const struct pkt *p, const struct ip_meta *m,
			  ip4_t gateway)
{
	struct icmp4_hdr h = header_of(ICMP4_REDIRECT, ICMP4_REDIRECT_HOST, gateway);

	if (redirect_is_due(st, m->src))
		error_send(st, p, m, &h, ifaddr_select(st, m->dev, m->src));
}
