/* SPDX-License-Identifier: MIT */
#ifndef STACK_NETDEV_H
#define STACK_NETDEV_H
/*
 * A network interface: an embedded struct and a small ops table.  Simulated
 * link ends, loopback, bridges, tunnels and real devices differ only in ops.
 */
#include <stdbool.h>
#include <stdint.h>

#include "stack/util/addr.h"
#include "stack/util/drop.h"
#include "stack/util/list.h"

struct pkt;
struct stack;
struct netdev;

#define IFNAME_MAX 16                     /* with the NUL; Linux's IFNAMSIZ */

enum dev_flag {
	DEV_UP        = 1,                /* administratively */
	DEV_CARRIER   = 2,                /* LOWER_UP; without it NO-CARRIER */
	DEV_LOOPBACK  = 4,
	DEV_BROADCAST = 8,
	DEV_MULTICAST = 16,
	DEV_NOARP     = 32,
	DEV_PROMISC   = 64,
};

struct netdev_ops {
	int  (*xmit)(struct netdev *dev, struct pkt *p);  /* a whole frame; consumes it */
	/* Optional: the same of several, by next, none longer than that. */
	void (*xmit_list)(struct netdev *dev, struct pkt *first, uint32_t longest);
	void (*up)(struct netdev *dev, bool up);          /* optional */
	void (*free)(struct netdev *dev);                 /* optional */
};

struct dev_stats {
	uint64_t rx_packets, rx_bytes, rx_dropped, rx_errors, rx_multicast;
	uint64_t tx_packets, tx_bytes, tx_dropped, tx_errors, tx_carrier;
};

/* One address of an interface; the first of a list is the primary. */
struct ifaddr {
	struct list_node node;
	struct prefix prefix;
	ip4_t broadcast;                  /* 0: none (/31, /32, loopback) */
	bool secondary;                   /* same subnet as an earlier one */
	bool tentative;                   /* not ours yet (RFC 5227), or another host's */
	uint8_t probes;                   /* probing under way, so often begun */
};

/* Who joined a multicast group on an interface. */
struct mcast_group {
	struct list_node node;
	ip4_t group;
	uint32_t users;
};

struct netdev {
	const struct netdev_ops *ops;
	struct stack *stack;              /* NULL until attached */
	uint32_t flags;                   /* enum dev_flag */
	uint32_t mtu;                     /* largest IP packet, bytes */
	struct mac mac;
	uint16_t ifindex;                 /* from 1; 0 until attached */
	struct dev_stats stats;
	struct list addrs;                /* struct ifaddr, owned */
	struct list groups;               /* struct mcast_group, owned */
	struct list_node node;            /* in its stack's devs */
	uint32_t *drops;                  /* DROP_N counters, made at the first drop */
	char name[IFNAME_MAX];
};

/* ops, name and flags as given; mtu 1500; no stack yet. */
void netdev_init(struct netdev *dev, const struct netdev_ops *ops, const char *name,
		 struct mac mac, uint32_t flags);

static inline bool netdev_running(const struct netdev *dev)
{
	return (dev->flags & (DEV_UP | DEV_CARRIER)) == (DEV_UP | DEV_CARRIER);
}

/* What a driver reports, and what ip-link(8) sets.  Routes and neighbours
 * follow: a device that stops running loses its connected routes' use, as in
 * Linux, but its addresses stay ours; one that starts to probes for them first
 * if OPT_ARP_PROBE asks for it (RFC 5227 2.1). */
void netdev_set_up(struct netdev *dev, bool up);
void netdev_set_carrier(struct netdev *dev, bool on);
int  netdev_set_mtu(struct netdev *dev, uint32_t mtu);   /* 68..65535, else ERR_INVAL */

/* Counts a frame that died at this interface; the caller frees it. */
void netdev_count_drop(struct netdev *dev, enum drop why);

#endif
