// SPDX-License-Identifier: MIT
/*
 * Forwarding of a frame about which there is nothing to be said: no options, no
 * padding, addresses that need no second look, one next hop, on another interface,
 * where it fits.  A router spends its life with such.  This asks in a row, of the
 * bytes as they lie there, what ip4/in.c asks of each in its place with a header
 * parsed, an answer to send and a reason to give; whatever has a no for an answer
 * goes that way from the beginning.
 */
#include "stack/ip4/ip4.h"
#include "stack/wire/eth.h"

/* 1.0.0.0 to 223.255.255.255 but for 127.0.0.0/8: one host's, to be judged by routes alone. */
static inline bool is_plain(ip4_t a)
{
	uint32_t net = a >> 24;

	return net - 1 < 223 && net != 127;
}

static hot_inline bool frame_is_plain(const struct netdev *dev, const struct pkt *p)
{
	const uint8_t *b = p->head + p->off, *ip = b + ETH_HLEN;

	return p->len >= ETH_HLEN + IP4_HLEN && memcmp(b, dev->mac.b, 6) == 0 &&
	       !eth_src_is_group(b) && eth_get_type(b) == ETHERTYPE_IP4 && ip[0] == 0x45 &&
	       ip4_get_len(ip) == pkt_len(p) - ETH_HLEN && ip4_get_ttl(ip) > 1 &&
	       ip4_csum_ok(ip) && is_plain(ip4_get_src(ip)) && is_plain(ip4_get_dst(ip));
}

/* The next hop, if there is but one and it is no news to the sender. */
static hot_inline struct hop *sole_hop(struct stack *st, const struct netdev *dev, ip4_t dst,
				       uint32_t len)
{
	struct nexthops *nh = route_lookup(st, dst);
	struct hop *hop = nh ? &nh->hops[0] : NULL;

	return nh && nh->type == RT_UNICAST && nh->n_hops == 1 && hop->dev != dev &&
	       len <= hop->dev->mtu && (!nh->mtu || len <= nh->mtu) ? hop : NULL;
}

bool ip4_forward_plain(struct stack *st, struct netdev *dev, struct pkt *p)
{
	const uint8_t *ip = p->head + p->off + ETH_HLEN;
	struct neigh *n;
	struct hop *hop;

	if (!st->forwarding || st->packet_socks || (dev->flags & DEV_LOOPBACK) ||
	    !frame_is_plain(dev, p) || own_is_suspect(st->suspects, &st->own, ip4_get_src(ip)))
		return false;
	hop = sole_hop(st, dev, ip4_get_dst(ip), ip4_get_len(ip));
	n = hop ? ip4_hop_neigh(st, hop, ip4_get_dst(ip)) : NULL;
	if (!n)
		return false;
	st->stat[ST_IP_IN_RECEIVES]++;
	st->stat[ST_IP_FORWARDED]++;
	pkt_pull(p, ETH_HLEN);
	ip4_dec_ttl(pkt_data(p));
	neigh_output(st, n, p);
	return true;
}
