// SPDX-License-Identifier: MIT
/*
 * IPv4 input and forwarding: RFC 791, RFC 1122 3.2.1 (hosts), RFC 1812 5.2 and
 * 5.3 (routers).  One lookup in the FIB, which holds local and broadcast
 * addresses too, decides between delivery and forwarding.  The host model is
 * weak, as Linux's is: any local address is answered on any interface.
 */
#include "stack/core/train.h"
#include "stack/ip4/ip4.h"
#include "stack/wire/eth.h"
#include "stack/wire/icmp4.h"
#include "stack/wire/udp.h"

/* RFC 1812 5.3.7: addresses that cannot be a source or a destination here.
 * 0.0.0.0 may speak to a broadcast address only (RFC 1122 3.2.1.3 a). */
static inline enum drop rx_martian(const struct netdev *dev, const struct ip4_hdr *h)
{
	bool lo = dev->flags & DEV_LOOPBACK;

	if (ip4_is_mcast(h->src) || ip4_is_class_e(h->src) ||
	    (ip4_is_loopback(h->src) && !lo))
		return DROP_IP4_MARTIAN_SRC;
	if (h->src >> 24 == 0 && (h->src || h->dst != IP4_BROADCAST) &&
	    !(h->src == 0 && ip4_is_mcast(h->dst)))
		return DROP_IP4_MARTIAN_SRC;
	if (h->dst >> 24 == 0 || (ip4_is_loopback(h->dst) && !lo) ||
	    (ip4_is_class_e(h->dst) && h->dst != IP4_BROADCAST))
		return DROP_IP4_MARTIAN_DST;
	return DROP_NONE;
}

/* One of our own addresses as a source coming in from outside, or a broadcast
 * address of a subnet we are on (RFC 1812 5.3.7, 4.2.2.11). */
static bool rx_source_is_ours(struct stack *st, const struct netdev *dev, ip4_t src)
{
	return !(dev->flags & DEV_LOOPBACK) && own_has(st, src);
}

/* RFC 3704: strict asks for the same interface, loose for any. */
static bool rx_reverse_path_ok(struct stack *st, const struct netdev *dev, ip4_t src)
{
	const struct nexthops *nh = route_lookup(st, src);

	if (!nh || nh->type != RT_UNICAST)
		return false;
	for (unsigned i = 0; i < nh->n_hops; i++)
		if (nh->hops[i].dev == dev || stack_option(st, OPT_RP_FILTER) == 2)
			return true;
	return false;
}

static void meta_fill(struct ip_meta *m, const struct pkt *p, const struct ip4_hdr *h, bool bcast)
{
	m->dev = p->dev;
	m->src = h->src;
	m->dst = h->dst;
	m->proto = h->proto;
	m->ttl = h->ttl;
	m->tos = h->tos;
	m->hlen = h->hlen;
	m->bcast = bcast;
	m->raw = false;
	m->hdr_off = p->off;
	m->n_opt = (uint8_t)(h->hlen - IP4_HLEN);
	assert(m->n_opt <= sizeof(m->opt));
	if (m->n_opt)
		memcpy(m->opt, p->head + p->off + IP4_HLEN, m->n_opt);
}

/* An ICMP error about p, whose IP header is in front; consumes it. */
static void reject(struct stack *st, struct pkt *p, const struct ip4_hdr *h,
		   uint8_t type, uint8_t code, uint32_t info, enum drop why)
{
	struct ip_meta m;

	meta_fill(&m, p, h, false);
	icmp_error_output(st, p, &m, type, code, info, why);
}

/* --- to this host ------------------------------------------------------------- */

/* A whole datagram. */
static hot_inline void deliver(struct stack *st, struct pkt *p, const struct ip4_hdr *h, bool bcast)
{
	const struct l4_proto *l4;
	struct ip_meta m;

	st->stat[ST_IP_IN_DELIVERS]++;
	if (unlikely(h->hlen > IP4_HLEN))         /* RFC 1122 3.2.2.6, RFC 1812 4.2.2.1 */
		ip4_opt_forward(st, p, h,
				bcast ? ifaddr_select(st, p->dev, h->src) : h->dst, false);
	/* Now, since a transport that pulls up its header must not move ours. */
	if (unlikely(p->len < h->hlen + 8u))
		(void)!pkt_pullup(p, pkt_len(p) < h->hlen + 8u ? pkt_len(p) : h->hlen + 8u);
	meta_fill(&m, p, h, bcast);
	m.raw = raw_input(st, p, &m);
	l4 = l4_find(h->proto);
	pkt_pull(p, h->hlen);
	if (likely(l4))
		l4->input(st, p, &m);
	else if (m.raw)
		pkt_free(p);
	else
		icmp_error_output(st, p, &m, ICMP4_UNREACH, ICMP4_UNREACH_PROTO, 0, DROP_IP4_PROTO);
}

/* A packet for this host, its IP header in front; consumes it. */
static void ip4_deliver(struct stack *st, struct pkt *p, const struct ip4_hdr *first, bool bcast)
{
	struct ip4_hdr h;

	if (likely(!ip4_is_frag(first))) {
		deliver(st, p, first, bcast);
		return;
	}
	h = *first;
	p = reass_input(st, p, &h);
	if (!p)
		return;
	if (ip4_hdr_parse(&h, pkt_data(p), p->len, pkt_len(p)) == DROP_NONE)
		deliver(st, p, &h, bcast);
	else
		pkt_drop(st, p, DROP_FRAG_MALFORMED);
}

/* --- to this host, once more ---------------------------------------------------- */

/* Which bytes of the two headers are judged, and the same in a flow: all but
 * TOS, length, identification, TTL and checksum. */
static hot_inline bool same_flow(const uint8_t *a, const uint8_t *b)
{
	return memcmp(a + 20, b + 20, 2) == 0 && a[23] == b[23] &&
	       memcmp(a + 26, b + 26, 8) == 0 && memcmp(a, b, 8) == 0 &&
	       memcmp(a + 7, b + 7, 8) == 0;
}

static inline struct rx_known *known_slot(struct stack *st, ip4_t src)
{
	return &st->known[(src ^ src >> 8) % RX_KNOWN];
}

/* h was found to be for this host, of this interface's MAC: so is each that
 * looks like it, until something changes.  Raw and packet sockets, fragments
 * and checks of the reverse path want to see each. */
static void known_keep(struct stack *st, struct netdev *dev, const struct pkt *p,
		       const struct ip4_hdr *h)
{
	const struct l4_proto *l4 = l4_find(h->proto);
	struct rx_known *k = known_slot(st, h->src);

	if (!l4 || h->hlen > IP4_HLEN || ip4_is_frag(h) || p->flags || p->l2 + ETH_HLEN != p->off ||
	    (dev->flags & DEV_LOOPBACK) || st->opt[OPT_RP_FILTER] || raw_any(st))
		return;
	st->knows = true;
	k->dev = dev;
	k->l4 = l4;
	memcpy(k->hdr, p->head + p->l2, sizeof(k->hdr));
}

const uint8_t *ip4_known(struct stack *st, const struct netdev *dev, ip4_t src)
{
	const struct rx_known *k = known_slot(st, src);

	return st->knows && k->dev == dev && ip4_get_src(k->hdr + ETH_HLEN) == src ? k->hdr : NULL;
}

bool ip4_input_known(struct stack *st, struct netdev *dev, struct pkt *p)
{
	const uint8_t *b = pkt_data(p), *ip = b + ETH_HLEN;
	const struct rx_known *k;
	struct ip_meta m;

	if (!st->knows || unlikely(p->len < ETH_HLEN + IP4_HLEN + 8))
		return false;
	k = known_slot(st, ip4_get_src(ip));
	if (k->dev != dev || !same_flow(b, k->hdr) || ip4_get_len(ip) != pkt_len(p) - ETH_HLEN ||
	    !ip4_csum_ok(ip))
		return false;
	st->stat[ST_IP_IN_RECEIVES]++;
	st->stat[ST_IP_IN_DELIVERS]++;
	pkt_pull(p, ETH_HLEN);
	m.dev = dev;
	m.src = ip4_get_src(ip);
	m.dst = ip4_get_dst(ip);
	m.proto = k->l4->ipproto;
	m.ttl = ip4_get_ttl(ip);
	m.tos = ip4_get_tos(ip);
	m.hlen = IP4_HLEN;
	m.bcast = m.raw = false;
	m.hdr_off = p->off;
	m.n_opt = 0;
	pkt_pull(p, IP4_HLEN);
	k->l4->input(st, p, &m);
	return true;
}

static void rx_local(struct stack *st, struct netdev *dev, struct pkt *p,
		     const struct ip4_hdr *h, bool bcast)
{
	if (unlikely(rx_source_is_ours(st, dev, h->src)))
		pkt_drop(st, p, DROP_IP4_MARTIAN_SRC);
	else if (unlikely(!bcast && (p->flags & (PKT_LINK_BCAST | PKT_LINK_MCAST))))
		pkt_drop(st, p, DROP_IP4_LINK_BCAST);     /* RFC 1122 3.3.6 */
	else if (unlikely(st->opt[OPT_RP_FILTER] && h->src && !(dev->flags & DEV_LOOPBACK) &&
			  !rx_reverse_path_ok(st, dev, h->src)))
		pkt_drop(st, p, DROP_IP4_RPF);
	else {
		if (!bcast)
			known_keep(st, dev, p, h);
		ip4_deliver(st, p, h, bcast);
	}
}

static bool mcast_is_ours(const struct stack *st, const struct netdev *dev, ip4_t group)
{
	const struct netdev *d;

	if (!(dev->flags & DEV_LOOPBACK))
		return mcast_member(dev, group);
	list_for_each(&st->devs, d, node)         /* a copy that we sent to ourselves */
		if (mcast_member(d, group))
			return true;
	return false;
}

/* --- to others --------------------------------------------------------------- */

static uint32_t flow_of(const struct stack *st, const struct pkt *p, const struct ip4_hdr *h)
{
	uint32_t ports = 0;

	if (!ip4_is_frag(h) && (h->proto == IP_PROTO_UDP || h->proto == IP_PROTO_TCP) &&
	    p->len >= h->hlen + 4)
		ports = udp_get_ports(p->head + p->off + h->hlen);
	return route_flow(h->src, h->dst, h->proto, ports, st->flow_seed);
}

/* RFC 1812 5.2.7.2: the sender could have used the next hop itself. */
static bool should_redirect(struct stack *st, const struct pkt *p, const struct ip4_hdr *h,
			    const struct netdev *out, ip4_t next)
{
	struct ifaddr *ia;

	if (p->dev != out || !stack_option(st, OPT_SEND_REDIRECTS) || h->hlen > IP4_HLEN)
		return false;
	list_for_each(&out->addrs, ia, node)
		if (ip4_in(h->src, ia->prefix.addr.v4, ia->prefix.len) &&
		    ip4_in(next, ia->prefix.addr.v4, ia->prefix.len))
			return true;
	return false;
}

static void redirect(struct stack *st, const struct pkt *p, const struct ip4_hdr *h, ip4_t next)
{
	struct ip_meta m;

	meta_fill(&m, p, h, false);
	icmp_redirect_output(st, p, &m, next);
}

/* RFC 1812 5.3.1, 4.2.2.7: too long for the way out? Consumes p if so and DF. */
static bool fwd_fits(struct stack *st, struct pkt *p, const struct ip4_hdr *h, uint32_t mtu)
{
	if (likely(h->total_len <= mtu || !h->df))
		return true;
	reject(st, p, h, ICMP4_UNREACH, ICMP4_UNREACH_FRAG, mtu, DROP_IP4_DF);
	return false;
}

/* What a hop changes: the TTL, and options that record it. */
static inline void fwd_change(struct stack *st, struct pkt *p, const struct ip4_hdr *h,
			      const struct netdev *dev, ip4_t next, bool source_routed)
{
	st->stat[ST_IP_FORWARDED]++;
	ip4_dec_ttl(pkt_data(p));
	if (unlikely(h->hlen > IP4_HLEN))
		ip4_opt_forward(st, p, h, ifaddr_select(st, dev, next), source_routed);
}

static void forward_to(struct stack *st, struct pkt *p, const struct ip4_hdr *h,
		       struct nexthops *nh, bool source_routed)
{
	struct hop *hop = route_pick(st, nh, nh->n_hops > 1 ? flow_of(st, p, h) : 0);
	struct netdev *dev = hop->dev;
	uint32_t mtu = nh->mtu && nh->mtu < dev->mtu ? nh->mtu : dev->mtu;
	ip4_t next = hop->via ? hop->via : h->dst;
	struct neigh *n;

	if (unlikely(source_routed && hop->via && ip4_opt_is_strict(p, h))) {
		reject(st, p, h, ICMP4_UNREACH, ICMP4_UNREACH_SRCROUTE, 0, DROP_IP4_SRCROUTE);
		return;
	}
	if (unlikely(!fwd_fits(st, p, h, mtu)))
		return;
	if (unlikely(p->dev == dev && should_redirect(st, p, h, dev, next)))
		redirect(st, p, h, next);
	n = ip4_hop_neigh(st, hop, h->dst);
	if (unlikely(!n)) {
		pkt_drop_at(st, dev, p, DROP_NEIGH_FULL);
		return;
	}
	fwd_change(st, p, h, dev, next, source_routed);
	if (likely(h->total_len <= mtu))
		neigh_output(st, n, p);
	else
		ip4_send(st, p, dev, next, n, mtu);
}

/* Why a packet of st->suspects is not forwarded, if it is not. */
static outlined enum drop
fwd_suspect(struct stack *st, const struct pkt *p, const struct ip4_hdr *h)
{
	if (!st->forwarding)
		return DROP_IP4_NOT_US;
	if (rx_source_is_ours(st, p->dev, h->src))
		return DROP_IP4_MARTIAN_SRC;
	if (st->opt[OPT_RP_FILTER] && !rx_reverse_path_ok(st, p->dev, h->src))
		return DROP_IP4_RPF;
	return DROP_NONE;
}

/* May it go on at all, and for one hop more?  False: p is consumed.  (A call
 * for each packet shows in the cost of a hop.) */
static hot_inline bool
fwd_may(struct stack *st, struct pkt *p, const struct ip4_hdr *h, const struct nexthops *nh,
	bool source_routed)
{
	enum drop bad = DROP_NONE;

	if (unlikely(own_is_suspect(st->suspects, &st->own, h->src)))
		bad = fwd_suspect(st, p, h);
	if (unlikely(bad))
		pkt_drop(st, p, bad);
	else if (unlikely(p->flags & (PKT_LINK_BCAST | PKT_LINK_MCAST)))
		pkt_drop(st, p, DROP_IP4_LINK_BCAST);     /* RFC 1812 5.3.4 */
	else if (unlikely(!nh))                           /* RFC 1812 5.2.4.3 */
		reject(st, p, h, ICMP4_UNREACH,
		       source_routed ? ICMP4_UNREACH_SRCROUTE : ICMP4_UNREACH_NET, 0,
		       DROP_IP4_NO_ROUTE);
	else if (unlikely(h->ttl <= 1))
		reject(st, p, h, ICMP4_TIME_EXCEEDED, ICMP4_TIME_TTL, 0, DROP_IP4_TTL);
	else
		return true;
	return false;
}

static void forward(struct stack *st, struct pkt *p, const struct ip4_hdr *h, struct nexthops *nh,
		    bool source_routed)
{
	if (likely(fwd_may(st, p, h, nh, source_routed)))
		forward_to(st, p, h, nh, source_routed);
}

static void forward_broadcast(struct stack *st, struct pkt *p, const struct ip4_hdr *h,
			      const struct nexthops *nh)
{
	struct netdev *dev = nh->hops[0].dev;

	if (!fwd_may(st, p, h, nh, false) || !fwd_fits(st, p, h, dev->mtu))
		return;
	fwd_change(st, p, h, dev, h->dst, false);
	ip4_send(st, p, dev, IP4_BROADCAST, NULL, dev->mtu);
}

/* A directed broadcast for a subnet of ours.  One for another than it came
 * from: a router sends it on if it was told to (RFC 2644), and else takes it
 * for itself (RFC 1812 4.2.2.11 d); a host is not meant (RFC 1122 3.2.1.3). */
static void rx_broadcast(struct stack *st, struct netdev *dev, struct pkt *p,
			 const struct ip4_hdr *h, const struct nexthops *nh)
{
	bool here = nh->hops[0].dev == dev || (dev->flags & DEV_LOOPBACK) ||
		    ifaddr_is_broadcast(dev, h->dst);

	if (!here && !st->forwarding)
		pkt_drop(st, p, DROP_IP4_BCAST_FWD);
	else if (here || !stack_option(st, OPT_BC_FORWARDING))
		rx_local(st, dev, p, h, true);
	else
		forward_broadcast(st, p, h, nh);
}

/* A route that leads nowhere. */
static void rx_dead_end(struct stack *st, struct pkt *p, const struct ip4_hdr *h,
			enum route_type type)
{
	if (type == RT_UNREACHABLE)
		reject(st, p, h, ICMP4_UNREACH, ICMP4_UNREACH_HOST, 0, DROP_IP4_NO_ROUTE);
	else if (type == RT_PROHIBIT)
		reject(st, p, h, ICMP4_UNREACH, ICMP4_UNREACH_ADMIN, 0, DROP_IP4_PROHIBIT);
	else
		pkt_drop(st, p, DROP_IP4_BLACKHOLE);
}

/* h->dst is the next hop that a source route names, and must be one host. */
static void rx_source_routed(struct stack *st, struct pkt *p, const struct ip4_hdr *h,
			     struct nexthops *nh)
{
	if (ip4_is_mcast(h->dst) || h->dst == IP4_BROADCAST || (nh && nh->type == RT_BROADCAST))
		pkt_drop(st, p, DROP_IP4_MARTIAN_DST);
	else if (!nh || nh->type == RT_UNICAST)
		forward(st, p, h, nh, true);
	else
		rx_dead_end(st, p, h, (enum route_type)nh->type);
}

/* To an address of ours, with options: a source route may lead on, and that
 * to another address of ours. */
static void rx_to_local_with_opt(struct stack *st, struct netdev *dev, struct pkt *p,
				 const struct ip4_hdr *first)
{
	struct ip4_hdr h = *first;
	bool leads_on;
	enum drop bad;
	ip4_t next;

	while (!(bad = ip4_opt_source_route(st, p, &h, &leads_on, &next)) && leads_on) {
		struct nexthops *nh = route_lookup(st, next);

		h.dst = next;
		bad = rx_martian(dev, &h);
		if (bad) {
			pkt_drop(st, p, bad);
			return;
		}
		if (!nh || nh->type != RT_LOCAL) {
			rx_source_routed(st, p, &h, nh);
			return;
		}
		ip4_opt_advance(p, &h);
	}
	if (bad)
		reject(st, p, &h, ICMP4_UNREACH, ICMP4_UNREACH_SRCROUTE, 0, bad);
	else
		rx_local(st, dev, p, &h, false);
}

static void rx_to_local(struct stack *st, struct netdev *dev, struct pkt *p,
			const struct ip4_hdr *h)
{
	if (likely(h->hlen == IP4_HLEN))
		rx_local(st, dev, p, h, false);
	else
		rx_to_local_with_opt(st, dev, p, h);
}

static void rx_route(struct stack *st, struct netdev *dev, struct pkt *p, const struct ip4_hdr *h)
{
	struct nexthops *nh = route_lookup(st, h->dst);

	if (likely(!nh || nh->type == RT_UNICAST))
		forward(st, p, h, nh, false);
	else if (nh->type == RT_LOCAL)
		rx_to_local(st, dev, p, h);
	else if (nh->type == RT_BROADCAST)
		rx_broadcast(st, dev, p, h, nh);
	else
		rx_dead_end(st, p, h, (enum route_type)nh->type);
}

/* Header, length, options, addresses; false: p is consumed. */
static bool rx_check(struct stack *st, struct netdev *dev, struct pkt *p, struct ip4_hdr *h)
{
	uint8_t pointer = 0;
	enum drop bad;

	if (unlikely(!pkt_pullup(p, IP4_HLEN))) {
		pkt_drop(st, p, DROP_IP4_SHORT);
		return false;
	}
	if (unlikely(ip4_get_hlen(pkt_data(p)) > IP4_HLEN))
		(void)!pkt_pullup(p, ip4_get_hlen(pkt_data(p)));
	bad = ip4_hdr_parse(h, pkt_data(p), p->len, pkt_len(p));
	if (likely(!bad)) {
		if (h->total_len < pkt_len(p))
			pkt_trim(p, h->total_len);        /* Ethernet padding */
		bad = rx_martian(dev, h);
	}
	if (likely(!bad) && unlikely(h->hlen > IP4_HLEN)) {
		bad = ip4_opt_check(p, h, &pointer);
		if (bad) {
			reject(st, p, h, ICMP4_PARAM_PROBLEM, ICMP4_PARAM_POINTER, pointer, bad);
			return false;
		}
	}
	if (likely(!bad))
		return true;
	pkt_drop(st, p, bad);
	return false;
}

void ip4_input(struct stack *st, struct netdev *dev, struct pkt *p)
{
	struct ip4_hdr h;

	st->stat[ST_IP_IN_RECEIVES]++;
	if (unlikely(!rx_check(st, dev, p, &h)))
		return;
	if (unlikely(h.dst == IP4_BROADCAST))
		rx_local(st, dev, p, &h, true);
	else if (likely(!ip4_is_mcast(h.dst)))
		rx_route(st, dev, p, &h);
	else if (mcast_is_ours(st, dev, h.dst))
		rx_local(st, dev, p, &h, true);
	else
		pkt_drop(st, p, DROP_IP4_MCAST);
}

void ip4_fini(struct stack *st)
{
	reass_fini(st);
	icmp_limit_fini(st);
}
