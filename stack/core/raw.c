// SPDX-License-Identifier: MIT
/*
 * Raw sockets get a copy of every packet of their IP protocol, from the IP
 * header on, also of those that a protocol of the stack takes, as in Linux.
 * Packet sockets get a copy of every frame.
 */
#include "stack/core/core.h"
#include "stack/core/l4.h"
#include "stack/core/sock.h"
#include "stack/wire/eth.h"
#include "stack/wire/ip4.h"

/* The next raw or packet socket, from `at` on, or NULL: see sock_link(). */
static struct sock *raw_from(struct stack *st, struct list_node *at)
{
	struct sock *sk;

	if (at == &st->socks.head)
		return NULL;
	sk = container_of(at, struct sock, node);
	return sk->type >= SK_RAW ? sk : NULL;
}

#define for_each_raw(st, sk) \
	for (sk = raw_from(st, (st)->socks.head.next); sk; sk = raw_from(st, sk->node.next))

/* Tells all that have something new; see sock.c. */
static void raw_tell(struct stack *st)
{
	struct sock *sk;
	bool again = true;

	while (again) {
		again = false;
		for_each_raw(st, sk) {
			if (sock_is_dirty(sk)) {
				again = true;
				sock_ready_changed(sk);
				break;
			}
		}
	}
}

/* local and peer: as this host sees them. */
static bool raw_wants(const struct sock *sk, uint8_t proto, ip4_t local, ip4_t peer)
{
	return sk->type == SK_RAW && sk->proto == proto && proto != IP_PROTO_RAW &&
	       (!sk->local || sk->local == local) && (!sk->connected || sk->peer == peer);
}

bool raw_any(struct stack *st) { return raw_from(st, st->socks.head.next) != NULL; }

bool raw_input(struct stack *st, const struct pkt *p, const struct ip_meta *m)
{
	struct sock *sk;
	bool any = false;

	for_each_raw(st, sk) {
		struct pkt *q;

		if (!raw_wants(sk, m->proto, m->dst, m->src) ||
		    (sk->ifindex && (!m->dev || sk->ifindex != m->dev->ifindex)))
			continue;
		any = true;
		q = pkt_clone(p);
		if (!q) {
			pkt_drop_note(st, m->dev, p, DROP_NO_MEMORY);
			continue;
		}
		assert(m->hdr_off <= q->off);
		pkt_push(q, (size_t)q->off - m->hdr_off);  /* the header is still there */
		sock_enqueue(sk, q, m, 0);
	}
	if (any)
		raw_tell(st);
	return any;
}

void raw_error(struct stack *st, const struct icmp_err *e)
{
	struct sock *sk;

	for_each_raw(st, sk)
		if (raw_wants(sk, e->proto, e->src, e->dst))
			sock_error(sk, e, 0);
	raw_tell(st);
}

/* SKO_HDRINCL: a header that can go onto the wire, now whole in the head. */
static bool header_ok(struct pkt *p)
{
	const uint8_t *b;

	if (!pkt_pullup(p, IP4_HLEN))
		return false;
	b = pkt_data(p);
	return ip4_get_version(b) == 4 && ip4_get_hlen(b) >= IP4_HLEN &&
	       pkt_pullup(p, ip4_get_hlen(b));
}

int raw_output(struct sock *sk, struct pkt *p, const struct ip4_tx *tx)
{
	struct ip4_tx t = *tx;

	t.proto = (uint8_t)sk->proto;
	t.hdrincl = sock_opt(sk, SKO_HDRINCL);
	if (pkt_len(p) + (t.hdrincl ? 0 : IP4_HLEN + tx->n_opt) > IP4_LEN_MAX) {
		pkt_free(p);
		return ERR_MSGSIZE;
	}
	if (t.hdrincl && !header_ok(p)) {
		pkt_free(p);
		return ERR_INVAL;
	}
	return ip4_output(sk->st, p, &t);
}

/* --- frames ------------------------------------------------------------------------- */

void packet_input(struct stack *st, struct netdev *dev, const struct pkt *p, uint16_t ethertype)
{
	struct ip_meta m = { .dev = dev };
	struct sock *sk;

	for_each_raw(st, sk) {
		struct pkt *q;

		if (sk->type != SK_PACKET || (sk->proto && sk->proto != ethertype) ||
		    (sk->ifindex && sk->ifindex != dev->ifindex))
			continue;
		q = pkt_clone(p);
		if (!q) {
			pkt_drop_note(st, dev, p, DROP_NO_MEMORY);
			continue;
		}
		pkt_push(q, (size_t)q->off - q->l2);
		sock_enqueue(sk, q, &m, 0);
	}
	raw_tell(st);
}

int packet_output(struct sock *sk, struct pkt *p, unsigned ifindex)
{
	struct netdev *dev = stack_dev_index(sk->st, ifindex ? ifindex : sk->ifindex);
	int err = OK;

	if (!dev)
		err = ERR_NODEV;
	else if (!(dev->flags & DEV_UP))
		err = ERR_NETDOWN;
	else if (!pkt_pullup(p, ETH_HLEN))
		err = ERR_INVAL;
	else if (pkt_len(p) > dev->mtu + ETH_HLEN + ETH_VLAN_LEN)
		err = ERR_MSGSIZE;
	if (err) {
		pkt_free(p);
		return err;
	}
	p->l2 = p->off;
	p->flags |= PKT_LOCAL;
	return dev->ops->xmit(dev, p);
}
