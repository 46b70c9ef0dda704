// SPDX-License-Identifier: MIT
/*
 * Loopback.  A frame comes in again LO_DELAY later: time always advances
 * between sending and receiving, so two sockets of one host that answer each
 * other cannot stop the clock.  And bytes take time as they do where a
 * processor copies them, so that a host that talks to itself as fast as it can
 * ends as soon as others.
 */
#include <stdlib.h>

#include "stack/core/core.h"

#define LO_DELAY USEC(10)
#define LO_RATE 20                        /* bits a nanosecond: 20 Gbit/s */
#define LO_WAIT MSEC(10)                  /* what would wait longer is dropped: 25 MB */

struct loopback {
	struct netdev dev;
	struct pkt_queue queue;           /* by arrival: p->at */
	struct timer timer;
	ns_t busy_until;
};

static void lo_arm(struct loopback *lo)
{
	if (lo->queue.head && !timer_armed(&lo->timer))
		timer_set(&lo->dev.stack->timers, &lo->timer, lo->queue.head->at);
}

static void lo_fire(struct timer *t)
{
	struct loopback *lo = container_of(t, struct loopback, timer);
	struct stack *st = lo->dev.stack;

	while (lo->queue.head && lo->queue.head->at <= st->now)
		stack_input(st, st->now, &lo->dev, pkt_queue_pop(&lo->queue));
	lo_arm(lo);
}

static int lo_xmit(struct netdev *dev, struct pkt *p)
{
	struct loopback *lo = container_of(dev, struct loopback, dev);
	ns_t now = dev->stack->now;

	if (!(dev->flags & DEV_UP)) {
		pkt_drop_at(dev->stack, dev, p, DROP_DEV_DOWN);
		return ERR_NETDOWN;
	}
	if (lo->busy_until < now)
		lo->busy_until = now;
	if (lo->busy_until - now > LO_WAIT) {
		pkt_drop_at(dev->stack, dev, p, DROP_LINK_QUEUE);
		return OK;                        /* as a link's queue does */
	}
	dev->stats.tx_packets++;
	dev->stats.tx_bytes += pkt_len(p);
	lo->busy_until += (ns_t)pkt_len(p) * 8 / LO_RATE;
	p->at = lo->busy_until + LO_DELAY;
	pkt_queue_push(&lo->queue, p);
	lo_arm(lo);
	return OK;
}

struct netdev *loopback_new(void)
{
	static const struct netdev_ops ops = { .xmit = lo_xmit };
	struct loopback *lo = calloc(1, sizeof(*lo));

	if (!lo)
		return NULL;
	netdev_init(&lo->dev, &ops, "lo", mac_zero,
		    DEV_UP | DEV_CARRIER | DEV_LOOPBACK | DEV_NOARP);
	lo->dev.mtu = 65535;              /* Linux has 65536; an IPv4 packet is no longer */
	timer_init(&lo->timer, lo_fire);
	return &lo->dev;
}

void loopback_free(struct netdev *dev)
{
	struct loopback *lo;

	if (!dev)
		return;
	lo = container_of(dev, struct loopback, dev);
	pkt_queue_free(&lo->queue);
	free(lo);
}
