// SPDX-License-Identifier: MIT
/*
 * ICMP messages for this host: RFC 792, RFC 1122 3.2.2, RFC 1812 4.3.3.
 *
 * Left out: information and mask requests, which RFC 6918 takes back from RFC
 * 1122 3.2.2.7, 3.2.2.9 and RFC 1812 4.3.3.9; source quench (RFC 6633); router
 * discovery (RFC 1256).  Raw sockets have had their copy before a message comes
 * here.
 */
#include "stack/core/sock.h"
#include "stack/ip4/ip4.h"
#include "stack/wire/icmp4.h"
#include "stack/wire/ip4opt.h"

#define TIMESTAMP_LEN 20                  /* header and three stamps */
#define REDIRECTS_MAX 1024                /* routes that others may make us have */

/* --- requests -------------------------------------------------------------------------- */

/* What is left of a received packet becomes one of ours: room in front again. */
static void make_ours(struct pkt *p)
{
	pkt_make_room(p);
	p->dev = NULL;
	p->flags = PKT_LOCAL;
}

/* p: the message behind its header; becomes the answer, headed by h.  RFC 1122 3.2.2.6:
 * from the specific destination, by the way the request came. */
static void answer(struct stack *st, struct pkt *p, const struct ip_meta *m, struct icmp4_hdr *h)
{
	struct ip4_tx tx = { .src = m->dst, .dst = m->src, .proto = IP_PROTO_ICMP, .tos = m->tos };
	uint8_t opt[IP4OPT_MAX];
	ip4_t hop = 0;
	struct wr w;

	if (m->bcast)
		tx.src = ifaddr_select(st, m->dev, m->src);
	if (m->n_opt)
		tx.n_opt = (uint8_t)ip4_opt_reply(m, opt, &hop);
	tx.opt = opt;
	if (hop)
		tx.dst = hop;
	make_ours(p);
	w = wr_init(pkt_push(p, ICMP4_HLEN), ICMP4_HLEN);
	icmp4_hdr_emit(h, &w);
	st->stat[ST_ICMP_OUT_MSGS]++;
	st->stat[ST_ICMP_OUT_ECHO_REPS] += h->type == ICMP4_ECHO_REPLY;
	(void)ip4_output(st, p, &tx);
}

/* To everybody: the answers of all are how a Smurf attack works. */
static bool asks_all(const struct stack *st, const struct ip_meta *m)
{
	return m->bcast && stack_option(st, OPT_ECHO_IGNORE_BC);
}

static enum drop rx_echo(struct stack *st, struct pkt *p, const struct ip_meta *m,
			 struct icmp4_hdr *h)
{
	st->stat[ST_ICMP_IN_ECHOS]++;
	if (asks_all(st, m))
		return DROP_ICMP_BCAST;
	h->csum = csum_update16(h->csum, (uint16_t)(ICMP4_ECHO << 8 | h->code), h->code);
	h->type = ICMP4_ECHO_REPLY;
	pkt_pull(p, ICMP4_HLEN);
	if (unlikely(!h->csum))                   /* RFC 1624 3: not if all else is zero */
		h->csum = icmp4_csum(h, pkt_csum(p, 0));
	answer(st, p, m, h);
	return DROP_NONE;
}

/* RFC 1122 3.2.2.8: the stamp it was sent with goes back, with two of ours. */
static enum drop rx_timestamp(struct stack *st, struct pkt *p, const struct ip_meta *m,
			      struct icmp4_hdr *h)
{
	uint32_t now = ip4_time_of_day(st);
	struct wr w;

	if (asks_all(st, m))
		return DROP_ICMP_BCAST;
	if (!pkt_pullup(p, TIMESTAMP_LEN))
		return DROP_ICMP_SHORT;
	pkt_trim(p, TIMESTAMP_LEN);
	h->type = ICMP4_TIMESTAMP_REPLY;
	pkt_pull(p, ICMP4_HLEN);
	w = wr_init(pkt_data(p) + 4, 8);
	wr_u32(&w, now);
	wr_u32(&w, now);
	h->csum = icmp4_csum(h, pkt_csum(p, 0));
	answer(st, p, m, h);
	return DROP_NONE;
}

/* --- answers ----------------------------------------------------------------------------- */

/* Only raw sockets hear of answers. */
static enum drop rx_reply(struct pkt *p, const struct ip_meta *m)
{
	if (!m->raw)
		return DROP_ICMP_NO_SOCKET;
	pkt_free(p);
	return DROP_NONE;
}

/* --- errors ------------------------------------------------------------------------------ */

/* Linux's icmp_err_convert.  Hard: trying again will not help.  RFC 1122
 * 4.2.3.9 has 2 to 4 as hard; 4 is soft for who does path MTU discovery. */
static const struct { int err; bool hard; } unreach_errs[] = {
	[ICMP4_UNREACH_NET]          = { ERR_NETUNREACH, false },
	[ICMP4_UNREACH_HOST]         = { ERR_NOROUTE, false },
	[ICMP4_UNREACH_PROTO]        = { ERR_NOPROTOOPT, true },
	[ICMP4_UNREACH_PORT]         = { ERR_REFUSED, true },
	[ICMP4_UNREACH_FRAG]         = { ERR_MSGSIZE, false },
	[ICMP4_UNREACH_SRCROUTE]     = { ERR_OPNOTSUP, false },
	[ICMP4_UNREACH_NET_UNKNOWN]  = { ERR_NETUNREACH, true },
	[ICMP4_UNREACH_HOST_UNKNOWN] = { ERR_HOSTDOWN, true },
	[ICMP4_UNREACH_ISOLATED]     = { ERR_NETUNREACH, true },
	[ICMP4_UNREACH_NET_PROHIB]   = { ERR_NETUNREACH, true },
	[ICMP4_UNREACH_HOST_PROHIB]  = { ERR_NOROUTE, true },
	[ICMP4_UNREACH_NET_TOS]      = { ERR_NETUNREACH, false },
	[ICMP4_UNREACH_HOST_TOS]     = { ERR_NOROUTE, false },
	[ICMP4_UNREACH_ADMIN]        = { ERR_NOROUTE, true },
	[ICMP4_UNREACH_PRECEDENCE]   = { ERR_NOROUTE, true },
	[ICMP4_UNREACH_CUTOFF]       = { ERR_NOROUTE, true },
};

/* Time exceeded and parameter problems are soft (RFC 1122 4.2.3.9). */
static void judge(struct icmp_err *e)
{
	e->err = e->type == ICMP4_PARAM_PROBLEM ? ERR_PROTO : ERR_NOROUTE;
	if (e->type == ICMP4_UNREACH && e->code < N_ELEM(unreach_errs)) {
		e->err = unreach_errs[e->code].err;
		e->hard = unreach_errs[e->code].hard;
	}
}

static uint32_t info_of(const struct icmp4_hdr *h)
{
	if (h->type == ICMP4_UNREACH)
		return h->code == ICMP4_UNREACH_FRAG ? h->u.mtu : 0;
	if (h->type == ICMP4_PARAM_PROBLEM)
		return h->u.pointer;
	return h->type == ICMP4_REDIRECT ? h->u.gateway : 0;
}

/* The packet in error: one of ours, with enough of its transport header to
 * tell whose (RFC 792 promises eight bytes). */
static bool quote_parse(struct stack *st, const struct pkt *p, struct icmp_err *e)
{
	uint8_t q[IP4_HLEN_MAX + sizeof(e->data)];
	size_t n = pkt_copy_out(p, ICMP4_HLEN, q, sizeof(q));
	struct ip4_hdr h;

	if (!ip4_quote_parse(&h, q, n) || h.frag_off || n < (size_t)h.hlen + ICMP4_QUOTE_MIN)
		return false;
	if (!ifaddr_find(st, NULL, h.src) && !ip4_is_loopback(h.src))
		return false;
	n -= h.hlen;
	e->src = h.src;
	e->dst = h.dst;
	e->len = h.total_len;
	e->hlen = h.hlen;
	e->proto = h.proto;
	e->n = (uint16_t)(n < sizeof(e->data) ? n : sizeof(e->data));
	memcpy(e->data, q + h.hlen, e->n);
	return true;
}

static enum drop rx_error(struct stack *st, struct pkt *p, const struct ip_meta *m,
			  const struct icmp4_hdr *h)
{
	struct icmp_err e = {
		.type = h->type, .code = h->code, .info = info_of(h), .from = m->src, .ttl = m->ttl,
	};
	const struct l4_proto *l4;

	st->stat[ST_ICMP_IN_ERRORS]++;
	if (!quote_parse(st, p, &e))
		return DROP_ICMP_QUOTE;
	judge(&e);
	pkt_free(p);
	raw_error(st, &e);
	l4 = l4_find(e.proto);
	if (l4 && l4->error)
		l4->error(st, &e);
	return DROP_NONE;
}

/* --- redirects --------------------------------------------------------------------------- */

/* A neighbour on dev's link that could be a gateway. */
static bool is_neighbour(const struct netdev *dev, ip4_t a)
{
	struct ifaddr *ia;

	list_for_each(&dev->addrs, ia, node)
		if (ip4_in(a, ia->prefix.addr.v4, ia->prefix.len) && !ifaddr_is_broadcast(dev, a))
			return true;
	return false;
}

/* Do we send to dst by this gateway? */
static bool is_gateway(struct stack *st, const struct netdev *dev, ip4_t a, ip4_t dst)
{
	const struct nexthops *nh = route_lookup(st, dst);

	for (unsigned i = 0; nh && nh->type == RT_UNICAST && i < nh->n_hops; i++)
		if (nh->hops[i].via == a && nh->hops[i].dev == dev && !nh->hops[i].dead)
			return true;
	return false;
}

static unsigned count_redirects(const struct stack *st)
{
	struct trie_iter it = trie_iter_init(&st->rib.trie);
	unsigned n = 0;

	while (trie_iter_next(&it))
		for (const struct route *r = st->rib.slots[it.value]; r; r = r->next)
			n += r->proto == RP_REDIRECT;
	return n;
}

/* RFC 1122 3.2.2.2: from the gateway that we use, to another on the same link.
 * Network redirects are taken for the host alone. */
static enum drop rx_redirect(struct stack *st, struct pkt *p, const struct ip_meta *m,
			     const struct icmp4_hdr *h)
{
	struct icmp_err e = { .type = h->type };
	ip4_t gw = h->u.gateway;
	struct route_spec s = {
		.type = RT_UNICAST, .proto = RP_REDIRECT, .n_hops = 1,
		.hops = { { .via = addr_ip4(gw), .dev = m->dev } },
	};

	st->stat[ST_ICMP_IN_ERRORS]++;
	if (!quote_parse(st, p, &e))
		return DROP_ICMP_QUOTE;
	if (st->forwarding || !stack_option(st, OPT_ACCEPT_REDIRECTS) ||
	    h->code > ICMP4_REDIRECT_TOS_HOST || ifaddr_find(st, NULL, gw) ||
	    !is_neighbour(m->dev, gw) || !is_gateway(st, m->dev, m->src, e.dst) ||
	    count_redirects(st) >= REDIRECTS_MAX)
		return DROP_ICMP_REDIRECT;
	s.to = (struct prefix){ addr_ip4(e.dst), 32 };
	if (route_add(st, ROUTE_REPLACE, &s) != OK)
		return DROP_ICMP_REDIRECT;
	pkt_free(p);
	return DROP_NONE;
}

/* --- every message ----------------------------------------------------------------------- */

/* DROP_NONE: p is consumed. */
static enum drop rx_message(struct stack *st, struct pkt *p, const struct ip_meta *m)
{
	struct icmp4_hdr h;
	struct rd r;

	if (!pkt_pullup(p, ICMP4_HLEN))
		return DROP_ICMP_SHORT;
	if (csum_fold(pkt_csum(p, 0)) != 0)
		return DROP_ICMP_CHECKSUM;
	r = rd_init(pkt_data(p), ICMP4_HLEN);
	icmp4_hdr_parse(&h, &r);
	if (m->bcast && h.type != ICMP4_ECHO && h.type != ICMP4_TIMESTAMP)
		return DROP_ICMP_BCAST;           /* no error, no answer is for many */
	switch (h.type) {
	case ICMP4_ECHO:
		return rx_echo(st, p, m, &h);
	case ICMP4_TIMESTAMP:
		return rx_timestamp(st, p, m, &h);
	case ICMP4_ECHO_REPLY:
	case ICMP4_TIMESTAMP_REPLY:
		return rx_reply(p, m);
	case ICMP4_UNREACH:
	case ICMP4_TIME_EXCEEDED:
	case ICMP4_PARAM_PROBLEM:
		return rx_error(st, p, m, &h);
	case ICMP4_REDIRECT:
		return rx_redirect(st, p, m, &h);
	}
	return DROP_ICMP_TYPE;
}

static void icmp_input(struct stack *st, struct pkt *p, const struct ip_meta *m)
{
	enum drop bad;

	st->stat[ST_ICMP_IN_MSGS]++;
	bad = rx_message(st, p, m);
	if (bad)
		pkt_drop(st, p, bad);
}

const struct l4_proto icmp4_proto = {
	.name = "icmp", .ipproto = IP_PROTO_ICMP, .input = icmp_input,
};
