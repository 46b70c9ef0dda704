// SPDX-License-Identifier: MIT
/* IPv4 output: where a packet of this host goes, and the way onto the link. */
#include "stack/core/pmtu.h"
#include "stack/core/train.h"
#include "stack/ip4/ip4.h"
#include "stack/util/hash.h"
#include "stack/wire/eth.h"

/* --- onto a link ------------------------------------------------------------ */

struct neigh *ip4_hop_neigh(struct stack *st, struct hop *h, ip4_t dst)
{
	struct neigh *n;

	if (!h->via)
		return neigh_get(st, h->dev, dst);
	if (likely(h->neigh && h->neigh_gen == st->neigh.gen))
		return h->neigh;
	n = neigh_get(st, h->dev, h->via);
	h->neigh = n;
	h->neigh_gen = st->neigh.gen;
	return n;
}

/* To a MAC that needs no asking: loopback, broadcast, multicast (RFC 1112 6.4). */
static int xmit_known(struct pkt *p, struct netdev *dev, ip4_t dst)
{
	struct mac to = (dev->flags & DEV_LOOPBACK) ? mac_zero : mac_broadcast;

	if (ip4_is_mcast(dst) && !(dev->flags & DEV_LOOPBACK))
		to = (struct mac){ { 0x01, 0x00, 0x5e, (uint8_t)(dst >> 16 & 0x7f),
				     (uint8_t)(dst >> 8), (uint8_t)dst } };
	eth_put(pkt_push(p, ETH_HLEN), &to, &dev->mac, ETHERTYPE_IP4);
	p->l2 = p->off;
	return dev->ops->xmit(dev, p);
}

/* Where the fragments of one packet go. */
struct way { struct netdev *dev; ip4_t next; struct neigh *n; };

static int send_piece(struct stack *st, struct pkt *p, void *arg)
{
	const struct way *w = arg;

	if (!w->n)
		return xmit_known(p, w->dev, w->next);
	neigh_output(st, w->n, p);
	return OK;
}

int ip4_send(struct stack *st, struct pkt *p, struct netdev *dev, ip4_t next, struct neigh *n,
	     uint32_t mtu)
{
	struct way w = { dev, next, n };

	if (pkt_len(p) > mtu)
		return ip4_fragment(st, p, mtu, send_piece, &w);
	return send_piece(st, p, &w);
}

/* --- where to --------------------------------------------------------------- */

struct out_route {
	struct netdev *dev;
	const struct nexthops *nh;        /* of the route taken; or NULL */
	struct hop *hop;                  /* NULL: the destination is on dev's link */
	ip4_t next, src;
	uint32_t mtu;
	const struct pmtu *told;          /* mtu is what ICMP said, or NULL */
	bool bcast, local;
};

static struct netdev *first_link(const struct stack *st)
{
	struct netdev *dev;

	list_for_each(&st->devs, dev, node)
		if (netdev_running(dev) && (dev->flags & DEV_BROADCAST))
			return dev;
	return NULL;
}

/* Multicast and limited broadcast: by the interface asked for, else by the
 * route that would be taken, else by the first interface. */
static int route_group(struct stack *st, ip4_t dst, struct netdev *dev, struct out_route *o)
{
	struct nexthops *nh = dev ? NULL : route_lookup(st, dst);

	if (!dev && nh && nh->type == RT_UNICAST)
		dev = route_pick(st, nh, 0)->dev;
	if (!dev)
		dev = first_link(st);
	if (!dev)
		return ERR_NETUNREACH;
	*o = (struct out_route){ .dev = dev, .nh = nh, .next = dst, .mtu = dev->mtu,
				 .bcast = !ip4_is_mcast(dst) };
	return OK;
}

static int route_reject(enum route_type t)
{
	switch (t) {
	case RT_BLACKHOLE:   return ERR_INVAL;
	case RT_UNREACHABLE: return ERR_NOROUTE;
	case RT_PROHIBIT:    return ERR_ACCES;
	default:             return OK;
	}
}

/* To this host, or to all of one of its subnets. */
static void way_here(struct stack *st, ip4_t dst, const struct nexthops *nh, struct out_route *o)
{
	o->local = nh->type == RT_LOCAL;
	o->bcast = !o->local;
	o->dev = o->local ? st->lo : nh->hops[0].dev;
	o->src = nh->src ? nh->src : o->local ? dst : 0;
	o->mtu = o->dev->mtu;
}

static void way_there(struct stack *st, ip4_t dst, const struct nexthops *nh, struct hop *hop,
		      struct out_route *o)
{
	o->hop = hop;
	o->dev = hop->dev;
	if (hop->via)
		o->next = hop->via;
	o->src = nh->src;
	o->mtu = nh->mtu && nh->mtu < hop->dev->mtu ? nh->mtu : hop->dev->mtu;
	if (unlikely(st->pmtu))
		o->told = pmtu_find(st, dst);
}

/* SO_BINDTODEVICE: where no route says more, dst is on dev's link. */
static void way_onlink(struct stack *st, ip4_t dst, struct netdev *dev, struct out_route *o)
{
	o->dev = dev;
	o->bcast = ifaddr_is_broadcast(dev, dst);
	o->mtu = dev->mtu;
	if (unlikely(st->pmtu) && !o->bcast)
		o->told = pmtu_find(st, dst);
}

static int route_unicast(struct stack *st, ip4_t dst, ip4_t src, struct netdev *dev,
			 uint32_t flow, struct out_route *o)
{
	struct hop *hop = NULL;
	struct nexthops *nh = dev ? route_lookup_by(st, dst, dev, &hop) : route_lookup(st, dst);
	int err = nh ? route_reject(nh->type) : dev ? OK : ERR_NETUNREACH;

	o->next = dst;
	o->nh = nh;
	if (err)
		return err;
	if (!nh) {
		way_onlink(st, dst, dev, o);
	} else if (nh->type != RT_UNICAST) {
		way_here(st, dst, nh, o);
	} else {
		if (!hop)
			hop = route_pick(st, nh, nh->n_hops > 1 ?
					 route_flow(src, dst, 0, flow, st->flow_seed) : 0);
		way_there(st, dst, nh, hop, o);
	}
	if (unlikely(o->told)) {
		if (o->told->mtu < o->mtu)
			o->mtu = o->told->mtu;
		else
			o->told = NULL;
	}
	return OK;
}

static int route_out(struct stack *st, ip4_t dst, ip4_t src, struct netdev *dev, uint32_t flow,
		     struct out_route *o)
{
	int err;

	*o = (struct out_route){ 0 };
	if (ip4_is_mcast(dst) || dst == IP4_BROADCAST)
		err = route_group(st, dst, dev, o);
	else
		err = route_unicast(st, dst, src, dev, flow, o);
	if (err)
		return err;
	if (!(o->dev->flags & DEV_UP))
		return ERR_NETDOWN;
	if (src)
		o->src = src;
	if (!o->src)
		o->src = ifaddr_select(st, o->dev, o->next);
	return OK;
}

int ip4_path(struct stack *st, ip4_t dst, ip4_t src, struct netdev *dev, uint32_t flow,
	     struct ip4_path *out)
{
	struct out_route o;
	int err = route_out(st, dst, src, dev, flow, &o);

	if (err)
		return err;
	*out = (struct ip4_path){ .src = o.src, .via = o.hop ? o.hop->via : 0, .dev = o.dev,
				  .nexthops = o.nh, .mtu = o.mtu,
				  .bcast = o.bcast, .local = o.local };
	if (o.told) {
		out->mtu_locked = o.told->locked;
		out->mtu_expires = o.told->ends_at - st->now;
	}
	return OK;
}

uint32_t ip4_path_mtu(struct stack *st, ip4_t dst)
{
	struct out_route o;

	return route_out(st, dst, 0, NULL, 0, &o) == OK ? o.mtu : 0;
}

void ip4_doubt(struct stack *st, ip4_t dst, ip4_t src, unsigned ifindex, uint32_t flow)
{
	struct netdev *dev = ifindex ? stack_dev_index(st, ifindex) : NULL;
	struct ip4_path path;
	struct neigh *n;

	if (ip4_path(st, dst, src, dev, flow, &path) != OK || path.local)
		return;
	n = neigh_find(st, path.dev, path.via ? path.via : dst);
	if (n)
		neigh_doubt(st, n);
}

/* --- a packet of ours --------------------------------------------------------- */

static hot_inline struct ip4_hdr header_of(struct stack *st, const struct pkt *p,
					   const struct ip4_tx *tx, ip4_t src, ip4_t dst)
{
	uint8_t hlen = (uint8_t)(IP4_HLEN + tx->n_opt);

	return (struct ip4_hdr){
		.hlen = hlen, .tos = tx->tos, .total_len = (uint16_t)(pkt_len(p) + hlen),
		.id = st->ip_id++, .df = tx->df,
		.ttl = tx->ttl ? tx->ttl : (uint8_t)st->opt[OPT_TTL],
		.proto = tx->proto, .src = src, .dst = dst,
	};
}

static hot_inline void push_plain(struct stack *st, struct pkt *p, const struct ip4_tx *tx)
{
	struct ip4_hdr h = header_of(st, p, tx, tx->src, tx->dst);

	ip4_hdr_emit_plain(&h, pkt_push(p, IP4_HLEN));
}

static void push_header(struct stack *st, struct pkt *p, const struct ip4_tx *tx, ip4_t src,
			ip4_t dst)
{
	struct ip4_hdr h = header_of(st, p, tx, src, dst);
	uint8_t *b = pkt_push(p, h.hlen);
	struct wr w = wr_init(b, h.hlen);

	if (tx->n_opt)
		memcpy(b + IP4_HLEN, tx->opt, tx->n_opt);
	ip4_hdr_emit(&h, tx->opt, &w);
}

/* IP_HDRINCL: what the caller left 0 is filled in, as raw(7) says.  The header
 * is whole in the head: raw_output() has looked. */
static void mend_header(struct stack *st, struct pkt *p, ip4_t src)
{
	uint8_t *b = pkt_data(p);

	ip4_put_len(b, (uint16_t)pkt_len(p));
	if (ip4_get_id(b) == 0)
		ip4_put_id(b, st->ip_id++);
	if (ip4_get_src(b) == 0)
		ip4_put_src(b, src);
	ip4_hdr_seal(b, ip4_get_hlen(b));
}

/* Our own copy of a broadcast or multicast that we send. */
static void loop_back(struct stack *st, struct pkt *p, const struct out_route *o)
{
	struct pkt *copy;

	if (!o->bcast && !mcast_member(o->dev, o->next))
		return;
	p->l2 = PKT_HEAD;                         /* there is no link header yet */
	copy = pkt_clone(p);
	if (copy)
		xmit_known(copy, st->lo, o->next);
	else
		pkt_drop_note(st, st->lo, p, DROP_NO_MEMORY);
}

/* --- the way that was taken last ------------------------------------------------ */

static struct way_cached *way_slot(struct stack *st, ip4_t dst)
{
	return &st->fib.ways[hash_slot(dst, WAY_CACHE_BITS)];
}

/* Kept if it stays right until routes change, see route_cache_flush(). */
static void way_keep(struct stack *st, const struct ip4_tx *tx, const struct out_route *o,
		     struct neigh *n)
{
	if (st->pmtu || !tx->src || tx->dev || tx->probe || o->nh->n_hops > 1 ||
	    !route_is_cached(st, tx->dst, o->nh))
		return;
	*way_slot(st, tx->dst) = (struct way_cached){
		.dst = tx->dst, .src = tx->src, .mtu = o->mtu, .neigh_gen = st->neigh.gen,
		.neigh = n,
	};
}

static int output_on(struct stack *st, struct pkt *p, const struct ip4_tx *tx,
		     const struct out_route *o)
{
	bool group = o->bcast || ip4_is_mcast(o->next);
	struct neigh *n = NULL;

	if (group && !tx->no_loop && !(o->dev->flags & DEV_LOOPBACK))
		loop_back(st, p, o);
	if (!group && !(o->dev->flags & (DEV_LOOPBACK | DEV_NOARP))) {
		n = o->hop ? ip4_hop_neigh(st, o->hop, tx->dst) : neigh_get(st, o->dev, o->next);
		if (!n) {
			pkt_drop_at(st, o->dev, p, DROP_NEIGH_FULL);
			return ERR_NOBUFS;
		}
		if (o->hop)
			way_keep(st, tx, o, n);
	}
	if (tx->n_opt) {
		struct ip4_hdr h;

		if (ip4_hdr_parse(&h, pkt_data(p), p->len, pkt_len(p)) == DROP_NONE)
			ip4_opt_forward(st, p, &h, o->src, false);
	}
	return ip4_send(st, p, o->dev, o->next, n, o->mtu);
}

void ip4_unsent_drop(struct stack *st, struct pkt *p, const struct ip4_tx *tx, enum drop why)
{
	if (!tx->hdrincl)
		push_header(st, p, tx, tx->src, tx->dst);
	p->l2 = PKT_HEAD;                         /* there is no link header */
	pkt_drop_at(st, NULL, p, why);
}

/* Why ip4_output() failed, as a drop; df: the packet was not to be cut. */
static enum drop unsent_reason(int err, bool df)
{
	switch (err) {
	case ERR_ACCES:   return DROP_IP4_PROHIBIT;
	case ERR_INVAL:   return DROP_IP4_BLACKHOLE;
	case ERR_NETDOWN: return DROP_DEV_DOWN;
	case ERR_MSGSIZE: return df ? DROP_IP4_DF : DROP_IP4_LENGTH;
	}
	return DROP_IP4_NO_ROUTE;
}

static int output_slow(struct stack *st, struct pkt *p, const struct ip4_tx *tx)
{
	ip4_t dst = tx->dst ? tx->dst : IP4_LOOPBACK;     /* as Linux takes 0.0.0.0 */
	uint32_t hlen = tx->hdrincl ? 0 : IP4_HLEN + tx->n_opt;
	struct out_route o;
	int err = route_out(st, dst, tx->src, tx->dev, tx->flow, &o);

	if (tx->probe && !err)
		o.mtu = o.dev->mtu;
	st->stat[ST_IP_OUT_REQUESTS]++;
	if (!err && o.bcast && !tx->bcast_ok)
		err = ERR_ACCES;
	if (!err && (pkt_len(p) + hlen > IP4_LEN_MAX || (tx->df && pkt_len(p) + hlen > o.mtu)))
		err = ERR_MSGSIZE;
	if (err) {
		st->stat[ST_IP_OUT_NO_ROUTES] += err == ERR_NETUNREACH;
		ip4_unsent_drop(st, p, tx, unsent_reason(err, tx->df));
		return err;
	}
	p->flags |= PKT_LOCAL;
	if (tx->hdrincl)
		mend_header(st, p, o.src);
	else
		push_header(st, p, tx, o.src, dst);
	return output_on(st, p, tx, &o);
}

/* NULL: not known, or not for such a packet. */
static hot_inline struct neigh *way_known(struct stack *st, uint32_t len, const struct ip4_tx *tx)
{
	const struct way_cached *w = way_slot(st, tx->dst);

	len += IP4_HLEN;
	if (w->dst != tx->dst || w->src != tx->src || w->neigh_gen != st->neigh.gen || !tx->dst ||
	    tx->dev || tx->n_opt || tx->hdrincl || tx->probe || len > w->mtu ||
	    len > w->neigh->dev->mtu || !(w->neigh->dev->flags & DEV_UP))
		return NULL;
	return w->neigh;
}

int ip4_output(struct stack *st, struct pkt *p, const struct ip4_tx *tx)
{
	struct neigh *n = way_known(st, pkt_len(p), tx);

	if (unlikely(!n))
		return output_slow(st, p, tx);
	st->stat[ST_IP_OUT_REQUESTS]++;
	p->flags |= PKT_LOCAL;
	push_plain(st, p, tx);
	neigh_output(st, n, p);
	return OK;
}

/* --- packets in a row --------------------------------------------------------------- */

bool ip4_train_begin(struct stack *st, const struct ip4_tx *tx, uint32_t len, struct ip4_train *t)
{
	struct neigh *n = way_known(st, len, tx);
	enum neigh_state state = n ? neigh_state_now(st, n) : NUD_FAILED;
	struct ip4_hdr h = { .hlen = IP4_HLEN, .tos = tx->tos, .df = tx->df, .proto = tx->proto,
			     .ttl = tx->ttl ? tx->ttl : (uint8_t)st->opt[OPT_TTL],
			     .src = tx->src, .dst = tx->dst };
	uint32_t mtu = way_slot(st, tx->dst)->mtu;

	if (state == NUD_STALE || !n || !n->has_mac)
		return false;
	t->dev = n->dev;
	t->longest = len + (uint32_t)sizeof(t->hdr);
	t->neigh = n;
	t->gen = st->ways_gen;
	t->max = (mtu < n->dev->mtu ? mtu : n->dev->mtu) - IP4_HLEN;
	t->until = state == NUD_REACHABLE ?
		   n->confirmed_at + MSEC(st->opt[OPT_NEIGH_REACHABLE]) : NS_NEVER;
	eth_put(t->hdr, &n->mac, &n->dev->mac, ETHERTYPE_IP4);
	ip4_hdr_emit_plain(&h, t->hdr + ETH_HLEN);
	t->sum = (uint16_t)~ip4_get_csum(t->hdr + ETH_HLEN);
	return true;
}

void ip4_train_output(struct stack *st, struct pkt *first, uint32_t n, const struct ip4_train *t)
{
	struct pkt *next;

	st->stat[ST_IP_OUT_REQUESTS] += n;
	t->neigh->used_at = st->now;
	if (t->dev->ops->xmit_list && n > 1) {
		t->dev->ops->xmit_list(t->dev, first, t->longest);
		return;
	}
	for (struct pkt *p = first; p; p = next) {
		next = p->next;
		p->next = NULL;
		t->dev->ops->xmit(t->dev, p);
	}
}
