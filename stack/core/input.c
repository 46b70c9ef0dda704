// SPDX-License-Identifier: MIT
/* A frame arrives: Ethernet II and 802.3 with SNAP (RFC 894, RFC 1042). */
#include "stack/core/arp.h"
#include "stack/core/core.h"
#include "stack/core/l4.h"
#include "stack/wire/eth.h"

/* Is it for us?  Sets the PKT_ flags that say how it came. */
static bool rx_for_us(struct netdev *dev, struct pkt *p, const uint8_t *h)
{
	if (likely(memcmp(h, dev->mac.b, 6) == 0))
		return true;
	if (eth_dst_is_group(h)) {
		bool bcast = memcmp(h, mac_broadcast.b, 6) == 0;

		p->flags |= bcast ? PKT_LINK_BCAST : PKT_LINK_MCAST;
		dev->stats.rx_multicast++;
		return true;
	}
	p->flags |= PKT_OTHERHOST;
	return false;
}

/* An 802.3 length field: trims the padding, steps over LLC and SNAP. */
static enum drop rx_llc(struct pkt *p, uint16_t *type)
{
	struct rd r;
	enum drop bad;

	if (*type > pkt_len(p))
		return DROP_ETH_LENGTH;
	pkt_trim(p, *type);
	if (!pkt_pullup(p, ETH_SNAP_LEN))
		return DROP_ETH_LLC;
	r = rd_init(pkt_data(p), p->len);
	bad = eth_llc_parse(type, *type, &r);
	if (bad == DROP_NONE)
		pkt_pull(p, ETH_SNAP_LEN);
	return bad;
}

static void rx_type(struct stack *st, struct netdev *dev, struct pkt *p, uint16_t type)
{
	enum drop bad = DROP_ETH_TYPE;

	if (unlikely(eth_is_llc(type))) {
		bad = rx_llc(p, &type);
		if (bad) {
			pkt_drop(st, p, bad);
			return;
		}
		bad = DROP_ETH_TYPE;
	}
	if (likely(type == ETHERTYPE_IP4))
		ip4_input(st, dev, p);
	else if (type == ETHERTYPE_ARP)
		arp_input(st, dev, p);
	else
		pkt_drop(st, p, bad);
}

void stack_burst_begin(struct stack *st)
{
	st->burst = st->opt[OPT_GRO];
}

void stack_burst_end(struct stack *st)
{
	if (!st->burst)
		return;
	st->burst = false;
	l4_burst_end(st);
}

struct pkt *stack_input_train(struct stack *st, ns_t now, struct netdev *dev, struct pkt *first)
{
	if (!st->burst || st->now != now || !(dev->flags & DEV_UP))
		return first;
	return l4_burst_more(st, dev, first);
}

/* What neither ip4_input_known() nor ip4_forward_plain() has taken. */
static outlined void rx_frame(struct stack *st, struct netdev *dev, struct pkt *p)
{
	const uint8_t *h = pkt_data(p);
	uint16_t type = eth_get_type(h);
	bool ours = (dev->flags & DEV_LOOPBACK) || rx_for_us(dev, p, h);

	if (unlikely(st->packet_socks && (ours || (dev->flags & DEV_PROMISC))))
		packet_input(st, dev, p, type);
	if (unlikely(!ours))
		pkt_drop(st, p, DROP_ETH_NOT_US);
	else if (unlikely(eth_src_is_group(h)))
		pkt_drop(st, p, DROP_ETH_SRC_MCAST);
	else {
		pkt_pull(p, ETH_HLEN);
		rx_type(st, dev, p, type);
	}
}

void stack_input(struct stack *st, ns_t now, struct netdev *dev, struct pkt *p)
{
	st->now = now;
	p->dev = dev;
	p->flags = 0;
	p->l2 = p->off;
	dev->stats.rx_packets++;
	dev->stats.rx_bytes += pkt_len(p);
	if (unlikely(!(dev->flags & DEV_UP))) {
		pkt_drop(st, p, DROP_DEV_DOWN);
		return;
	}
	if (unlikely(!pkt_pullup(p, ETH_HLEN))) {
		pkt_drop(st, p, DROP_ETH_SHORT);
		return;
	}
	if (!ip4_input_known(st, dev, p) && !ip4_forward_plain(st, dev, p))
		rx_frame(st, dev, p);
}
