// SPDX-License-Identifier: MIT
/*
 * ARP (RFC 826) with conflict detection (RFC 5227).  As in Linux, a request
 * for any address of this host is answered on any interface, an entry is only
 * made for who asks us or answers us, and a gratuitous ARP updates what is
 * already there.
 */
#include <stdlib.h>

#include "stack/core/arp.h"
#include "stack/ip4/ip4.h"
#include "stack/wire/arp.h"
#include "stack/wire/eth.h"

/* RFC 5227 1.1 */
#define PROBE_NUM 3
#define PROBE_WAIT_MAX SEC(1)
#define PROBE_MIN SEC(1)
#define PROBE_MAX SEC(2)
#define ANNOUNCE_NUM 2
#define ANNOUNCE_WAIT SEC(2)
#define ANNOUNCE_INTERVAL SEC(2)
#define DEFEND_INTERVAL SEC(10)

/* A probe or an announcement under way. */
struct arp_probe {
	struct list_node node;            /* in st->arp_jobs */
	struct timer timer;
	struct stack *st;
	struct netdev *dev;
	ip4_t addr;
	unsigned left;                    /* packets still to send */
	bool announce;
	void (*done)(void *arg, ip4_t addr, const struct mac *used_by);
	void *arg;
};

/* --- sending ------------------------------------------------------------------ */

static void arp_send(struct stack *st, struct netdev *dev, const struct arp *a, struct mac to)
{
	struct eth_hdr eth = { .dst = to, .src = dev->mac, .type = ETHERTYPE_ARP };
	struct pkt *p;
	struct wr w;

	if (!netdev_running(dev) || (dev->flags & DEV_NOARP))
		return;
	p = pkt_new(st->pool);
	if (!p)
		return;
	p->flags = PKT_LOCAL;
	w = wr_init(pkt_push(p, ETH_HLEN + ARP_LEN), ETH_HLEN + ARP_LEN);
	eth_hdr_emit(&eth, &w);
	arp_emit(a, &w);
	p->l2 = p->off;
	st->stat[a->op == ARP_REQUEST ? ST_ARP_OUT_REQUESTS : ST_ARP_OUT_REPLIES]++;
	dev->ops->xmit(dev, p);
}

static void arp_request(struct stack *st, struct netdev *dev, ip4_t spa, ip4_t tpa, struct mac to)
{
	struct arp a = { .op = ARP_REQUEST, .sha = dev->mac, .spa = spa, .tpa = tpa };

	arp_send(st, dev, &a, to);
}

void arp_solicit(struct stack *st, struct neigh *n, struct mac to)
{
	struct pkt *first = n->queue.head;
	struct ip4_hdr h;
	ip4_t spa = 0;

	/* Speak as the packet that waits does, if that is an address of ours. */
	if (first && ip4_hdr_parse(&h, pkt_data(first), first->len, pkt_len(first)) == DROP_NONE &&
	    ifaddr_find(st, n->dev, h.src))
		spa = h.src;
	arp_request(st, n->dev, spa ? spa : ifaddr_select(st, n->dev, n->addr), n->addr, to);
}

static void arp_reply(struct stack *st, struct netdev *dev, const struct arp *q)
{
	struct arp a = { .op = ARP_REPLY, .sha = dev->mac, .spa = q->tpa,
			 .tha = q->sha, .tpa = q->spa };

	arp_send(st, dev, &a, q->sha);
}

/* --- probes and announcements --------------------------------------------------- */

static void job_free(struct arp_probe *j)
{
	timer_stop(&j->st->timers, &j->timer);
	list_remove(&j->node);
	free(j);
}

static void job_done(struct arp_probe *j, const struct mac *used_by)
{
	void (*done)(void *, ip4_t, const struct mac *) = j->done;
	void *arg = j->arg;
	ip4_t addr = j->addr;

	job_free(j);
	if (done)
		done(arg, addr, used_by);
}

/* Uniform in [lo, hi), to the microsecond. */
static ns_t between(struct stack *st, ns_t lo, ns_t hi)
{
	return lo + USEC(rng_below(&st->rng, (uint32_t)((hi - lo) / USEC(1))));
}

static void probe_fire(struct timer *t)
{
	struct arp_probe *j = container_of(t, struct arp_probe, timer);
	struct stack *st = j->st;

	if (j->left == 0) {
		job_done(j, NULL);
		return;
	}
	j->left--;
	arp_request(st, j->dev, j->announce ? j->addr : 0, j->addr, mac_broadcast);
	if (j->announce)
		timer_set(&st->timers, t, st->now + ANNOUNCE_INTERVAL);
	else
		timer_set(&st->timers, t, st->now +
			  (j->left ? between(st, PROBE_MIN, PROBE_MAX) : ANNOUNCE_WAIT));
}

static struct arp_probe *job_new(struct stack *st, struct netdev *dev, ip4_t addr, unsigned left)
{
	struct arp_probe *j = calloc(1, sizeof(*j));

	if (!j)
		return NULL;
	j->st = st;
	j->dev = dev;
	j->addr = addr;
	j->left = left;
	timer_init(&j->timer, probe_fire);
	list_push_back(&st->arp_jobs, &j->node);
	return j;
}

int stack_arp_probe(struct stack *st, struct netdev *dev, ip4_t addr,
		    void (*done)(void *arg, ip4_t addr, const struct mac *used_by), void *arg)
{
	struct arp_probe *j = job_new(st, dev, addr, PROBE_NUM);

	if (!j)
		return ERR_NOMEM;
	j->done = done;
	j->arg = arg;
	timer_set(&st->timers, &j->timer, st->now + between(st, 0, PROBE_WAIT_MAX));
	return OK;
}

void stack_arp_announce(struct stack *st, struct netdev *dev, ip4_t addr)
{
	struct arp_probe *j = job_new(st, dev, addr, ANNOUNCE_NUM);

	if (!j)
		return;
	j->announce = true;
	probe_fire(&j->timer);
}

void arp_fini(struct stack *st)
{
	struct arp_probe *j, *tmp;

	list_for_each_safe(&st->arp_jobs, j, tmp, node)
		job_free(j);
}

void arp_dev_gone(struct stack *st, struct netdev *dev)
{
	struct arp_probe *j, *tmp;

	list_for_each_safe(&st->arp_jobs, j, tmp, node)
		if (j->dev == dev)
			job_free(j);
}

/* --- receiving --------------------------------------------------------------------- */

/* Somebody uses, or probes for, an address that we probe for (RFC 5227 2.1.1). */
static void rx_probe(struct stack *st, struct netdev *dev, const struct arp *a)
{
	struct arp_probe *j, *tmp;

	list_for_each_safe(&st->arp_jobs, j, tmp, node) {
		if (j->announce || j->dev != dev)
			continue;
		if (a->spa == j->addr || (a->spa == 0 && a->tpa == j->addr))
			job_done(j, &a->sha);
	}
}

/* RFC 5227 2.4 b: defend with one announcement, then hold still. */
static void rx_conflict(struct stack *st, struct netdev *dev, const struct arp *a)
{
	struct arp_probe *j;

	if (st->hooks->conflict)
		st->hooks->conflict(st->ctx, dev, a->spa, a->sha);
	list_for_each(&st->arp_jobs, j, node)
		if (j->announce && j->addr == a->spa && j->dev == dev)
			return;
	j = job_new(st, dev, a->spa, 0);
	if (!j)
		return;
	j->announce = true;               /* its timer keeps it for DEFEND_INTERVAL */
	arp_request(st, dev, a->spa, a->spa, mac_broadcast);
	timer_set(&st->timers, &j->timer, st->now + DEFEND_INTERVAL);
}

static enum drop rx_check(const struct netdev *dev, const struct arp *a)
{
	if (a->op != ARP_REQUEST && a->op != ARP_REPLY)
		return DROP_ARP_BAD;
	if (mac_is_group(a->sha) || mac_eq(a->sha, mac_zero) || ip4_is_mcast(a->spa) ||
	    a->spa == IP4_BROADCAST || ip4_is_loopback(a->spa) ||
	    ifaddr_is_broadcast(dev, a->spa))
		return DROP_ARP_SOURCE;
	if (ip4_is_mcast(a->tpa) || ip4_is_loopback(a->tpa))
		return DROP_ARP_BAD;
	return DROP_NONE;
}

/* The packet answers what we asked, updates what we knew, or is for others. */
static enum drop rx_reply(struct stack *st, struct netdev *dev, const struct arp *a, bool to_us)
{
	struct neigh *n = neigh_find(st, dev, a->spa);

	st->stat[ST_ARP_IN_REPLIES]++;
	if (!n)
		return a->spa == a->tpa || !to_us ? DROP_ARP_NOT_US : DROP_ARP_UNASKED;
	neigh_update(st, n, a->sha, to_us && !(n->dev->flags & DEV_NOARP), true);
	return DROP_NONE;
}

static enum drop rx_request(struct stack *st, struct netdev *dev, const struct arp *a, bool to_us)
{
	struct neigh *n;

	st->stat[ST_ARP_IN_REQUESTS]++;
	n = a->spa && a->spa != a->tpa && to_us ? neigh_get(st, dev, a->spa)
						: neigh_find(st, dev, a->spa);
	if (n)
		neigh_update(st, n, a->sha, false, true);
	if (!to_us)
		return DROP_ARP_NOT_US;
	arp_reply(st, dev, a);
	return DROP_NONE;
}

void arp_input(struct stack *st, struct netdev *dev, struct pkt *p)
{
	enum drop bad = DROP_ARP_BAD;
	struct arp a;
	struct rd r;
	bool to_us;

	if (pkt_pullup(p, ARP_LEN)) {
		r = rd_init(pkt_data(p), p->len);
		bad = arp_parse(&a, &r) ? rx_check(dev, &a) : DROP_ARP_BAD;
	}
	if (bad) {
		pkt_drop(st, p, bad);
		return;
	}
	if (!mac_eq(a.sha, dev->mac))
		rx_probe(st, dev, &a);
	if (a.spa && ifaddr_find(st, dev, a.spa)) {
		if (!mac_eq(a.sha, dev->mac)) {
			rx_conflict(st, dev, &a);
			pkt_drop(st, p, DROP_ARP_CONFLICT);
			return;
		}
		pkt_drop(st, p, DROP_ARP_NOT_US);         /* our own, come back */
		return;
	}
	to_us = ifaddr_find(st, NULL, a.tpa) != NULL;
	bad = a.op == ARP_REQUEST ? rx_request(st, dev, &a, to_us) : rx_reply(st, dev, &a, to_us);
	if (bad)
		pkt_drop(st, p, bad);
	else
		pkt_free(p);
}
