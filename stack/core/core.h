/* SPDX-License-Identifier: MIT */
#ifndef STACK_CORE_CORE_H
#define STACK_CORE_CORE_H
/*
 * struct stack and what the protocol folders share.  Private to stack/.
 * What every packet of a router touches stands first and together.
 */
#include <string.h>

#include "stack/core/neigh.h"
#include "stack/core/own.h"
#include "stack/core/route.h"
#include "stack/core/timer.h"
#include "stack/netdev.h"
#include "stack/pkt.h"
#include "stack/show.h"
#include "stack/stack.h"
#include "stack/util/rng.h"

struct reass;                             /* ip4/reass.c */
struct icmp_limit;                        /* ip4/icmp_out.c */
struct tcp_table;                         /* tcp/table.c */
struct pmtu_table;                        /* core/pmtu.c */
struct ospf;                              /* ospf/ospf.c */
struct ospf_pool;                         /* ospf/pool.c */
struct l4_proto;                          /* core/l4.h */

/* The last flows of packets to this host, direct-mapped by source (ip4/in.c);
 * emptied by whatever may change what becomes of them. */
#define RX_KNOWN 4
struct rx_known {
	struct netdev *dev;               /* NULL: none */
	const struct l4_proto *l4;
	uint8_t hdr[34];                  /* Ethernet and IPv4, of one of them */
};

struct stack {
	ns_t now;                         /* set by the driver at every entry */
	struct pkt_pool *pool;            /* borrowed */
	struct fib fib;
	struct neigh_table neigh;
	uint64_t suspects;                /* own.h: sources to be looked at before forwarding */
	bool forwarding;                  /* copy of OPT_FORWARDING */
	bool knows;                       /* there is something in known[] */
	uint32_t ways_gen;                /* counts what may change how a packet leaves */
	uint16_t ip_id;                   /* RFC 6864: next identification */
	uint32_t flow_seed;               /* ECMP: differs between hosts (RFC 2992 5) */
	const struct stack_hooks *hooks;  /* never NULL; members may be */
	void *ctx;
	struct timerq timers;
	struct rib rib;
	struct nexthops_table nexthops;
	struct list devs;                 /* struct netdev, by ifindex; lo first */
	struct netdev *lo;                /* owned */
	struct list socks;                /* struct sock, all, owned by their openers */
	uint32_t packet_socks;            /* how many of them are SK_PACKET */
	struct list *udp_ports;           /* hash of bound UDP sockets, made on first bind */
	struct reass *reass;              /* made by the first fragment */
	struct icmp_limit *icmp_limit;    /* made by the first ICMP error */
	struct tcp_table *tcp;            /* made by the first stream */
	const struct tcp_cc_ops *tcp_cc;  /* stack_set_congestion(); NULL: the first there is */
	struct pmtu_table *pmtu;          /* made by the first that ICMP tells of */
	struct ospf *ospf;                /* while it runs */
	struct prefix_pool *prefixes;     /* borrowed; or own_prefixes */
	struct prefix_pool own_prefixes;
	struct ospf_pool *lsas;           /* borrowed; or NULL */
	struct own own;
	struct rx_known known[RX_KNOWN];
	struct list route_watches;
	struct list arp_jobs;             /* probes and announcements under way */
	struct rng rng;
	bool tcp_watched;                 /* hooks->tcp is told of streams */
	bool burst;                       /* more frames of this instant follow */
	uint16_t next_ifindex;
	uint16_t port_hint;
	char *name;
	uint64_t stat[ST_N];
	uint64_t drop[DROP_N];
	int64_t opt[OPT_N];
};

/* A packet that dies at dev (NULL: nowhere in particular); consumes it. */
void pkt_drop_at(struct stack *st, struct netdev *dev, struct pkt *p, enum drop why);
/* The same, but p lives on: for who still answers it, and frees it after. */
void pkt_drop_note(struct stack *st, struct netdev *dev, const struct pkt *p, enum drop why);
/* ... at the interface it arrived on. */
static inline void pkt_drop(struct stack *st, struct pkt *p, enum drop why)
{
	pkt_drop_at(st, p->dev, p, why);
}

/* Routes, options or who listens changed. */
static inline void rx_known_flush(struct stack *st)
{
	st->ways_gen++;
	if (!st->knows)
		return;
	memset(st->known, 0, sizeof(st->known));
	st->knows = false;
}

/* profile.c: the options by which TCP is like another system's, OPT_TCP_PROFILE. */
void profile_apply(struct stack *st, unsigned profile);

/* An IPv4 address of this host, not a tentative one; or NULL.  dev NULL: any
 * interface. */
struct ifaddr *ifaddr_find(const struct stack *st, const struct netdev *dev, ip4_t a);
/* The address to speak from on dev towards dst (Linux's inet_select_addr:
 * same subnet first, then primary, then another interface's); 0 if none. */
ip4_t ifaddr_select(const struct stack *st, const struct netdev *dev, ip4_t dst);
/* Is a the directed broadcast of a subnet on dev? */
bool ifaddr_is_broadcast(const struct netdev *dev, ip4_t a);
/* dev was brought up, or lost or gained its carrier. */
void ifaddr_dev_changed(struct stack *st, struct netdev *dev);
void ifaddr_fini(struct netdev *dev);

/* dev/loopback.c: "lo"; what is sent comes in again, LO_DELAY later. */
struct netdev *loopback_new(void);        /* NULL: no memory */
void loopback_free(struct netdev *dev);   /* NULL is fine */

bool mcast_member(const struct netdev *dev, ip4_t group);
int must_check mcast_join(struct netdev *dev, ip4_t group);
void mcast_leave(struct netdev *dev, ip4_t group);
void mcast_fini(struct netdev *dev);

#endif
