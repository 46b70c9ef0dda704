/* SPDX-License-Identifier: MIT */
#ifndef STACK_CORE_L3_H
#define STACK_CORE_L3_H
/* What transports and sockets ask of the network layer (stack/ip4). */
#include <stdbool.h>
#include <stdint.h>

#include "stack/pkt.h"
#include "stack/stack.h"
#include "stack/util/addr.h"

struct nexthops;

/* How a packet came: what ip4_input() found, handed to the transport with the
 * packet, whose IP header has been pulled.  Lives on the C stack. */
struct ip_meta {
	struct netdev *dev;
	ip4_t src, dst;
	uint8_t proto, ttl, tos;
	uint8_t hlen;                     /* of the IP header, options included */
	bool bcast;                       /* dst is a broadcast or multicast address */
	bool raw;                         /* a raw socket took a copy */
	uint16_t hdr_off;                 /* the IP header in p->head, until something is pushed */
	uint8_t n_opt;
	uint8_t opt[40];                  /* IPv4 options as received */
};

/* How a packet shall leave. */
struct ip4_tx {
	ip4_t src;                        /* 0: chosen (RFC 1122 3.3.4.3) */
	ip4_t dst;
	uint8_t proto, tos;
	uint8_t ttl;                      /* 0: OPT_TTL */
	bool df;                          /* never fragment: ERR_MSGSIZE instead */
	bool probe;                       /* the interface's MTU counts, not the path's */
	bool bcast_ok;                    /* SO_BROADCAST */
	bool no_loop;                     /* multicast: no copy to this host */
	bool hdrincl;                     /* p starts with an IP header already */
	struct netdev *dev;               /* leave by this, or NULL */
	uint32_t flow;                    /* ECMP key, e.g. both ports */
	uint8_t n_opt;                    /* a multiple of 4 */
	const uint8_t *opt;
};

/*
 * Routes, fragments if it must and may, and sends.  Consumes p.  OK, or
 * ERR_NETUNREACH, ERR_NOROUTE, ERR_ACCES (broadcast without bcast_ok, or a
 * prohibit route), ERR_INVAL (blackhole), ERR_MSGSIZE, ERR_NETDOWN, ERR_NOBUFS.
 */
int ip4_output(struct stack *st, struct pkt *p, const struct ip4_tx *tx);

/* One IPv4 packet behind its link header (ip4/in.c); consumes it. */
void ip4_input(struct stack *st, struct netdev *dev, struct pkt *p);
/* A whole frame, of a flow of which one was delivered before: delivers it as
 * ip4_input() would, and consumes it.  False: it is another, and untouched. */
bool ip4_input_known(struct stack *st, struct netdev *dev, struct pkt *p);
/* A whole frame to this router's MAC that goes on to another, as nearly all do:
 * sends it as ip4_input() would, and consumes it (ip4/plain.c).  False: there is
 * something about it to be judged, and it is untouched. */
bool ip4_forward_plain(struct stack *st, struct netdev *dev, struct pkt *p);
/* What ip4 keeps of a host: reassembly, rate limits (ip4/in.c). */
void ip4_fini(struct stack *st);

/* The way that ip4_output() would take, its source address and its MTU.  With
 * dev only routes by it count, and a destination that has none is on its link,
 * as Linux has it for SO_BINDTODEVICE. */
struct ip4_path {
	ip4_t src;
	ip4_t via;                        /* the gateway; 0: none, dst is on the link */
	struct netdev *dev;
	const struct nexthops *nexthops;  /* of the route taken, until routes change; or NULL */
	uint32_t mtu;                     /* least of interface, route and what ICMP said */
	ns_t mtu_expires;                 /* mtu is of ICMP, and forgotten in so long; or 0 */
	bool mtu_locked;                  /* below min_pmtu: routers shall cut what is longer */
	bool bcast, local;
};
int must_check ip4_path(struct stack *st, ip4_t dst, ip4_t src, struct netdev *dev, uint32_t flow,
			struct ip4_path *out);
/* The longest packet, headers included, that is known to reach dst in one
 * piece; 0: no route.  It changes with routes, with ICMP and with time, so a
 * transport asks before each segment, and after pmtu_learn(). */
uint32_t ip4_path_mtu(struct stack *st, ip4_t dst);

/* The source route by which m's packet came, reversed (RFC 1122 3.2.1.8 c), into
 * out[40]; *first_hop: where packets that have it go.  Returns its bytes, a
 * multiple of 4; 0: there was none. */
size_t ip4_return_route(const struct ip_meta *m, uint8_t *out, ip4_t *first_hop);

/* A transport has long had no answer from dst (RFC 9293 MUST-20, RFC 1122
 * 3.3.1.4): is the neighbour on the way still there?  It is asked with the next
 * packet; if it does not answer, other gateways are taken. */
void ip4_doubt(struct stack *st, ip4_t dst, ip4_t src, unsigned ifindex, uint32_t flow);

/* What an ICMP error says about a packet that we sent. */
struct icmp_err {
	uint8_t type, code;
	uint32_t info;                    /* MTU, pointer or gateway */
	ip4_t from;                       /* reporter */
	ip4_t src, dst;                   /* of the packet in error */
	uint16_t len;                     /* its total length, as quoted */
	uint8_t hlen;                     /* of its IP header */
	uint8_t proto, ttl;               /* proto of it; ttl of the ICMP message */
	int err;                          /* the errno Linux maps it to, negative */
	bool hard;                        /* RFC 1122 4.2.3.9: will not go away */
	uint16_t n;                       /* quoted transport bytes ... */
	uint8_t data[64];                 /* ... at least 8 of them */
};

/*
 * A transport has found e to be about a packet of its own (RFC 5927 4): if it
 * says that the packet was too long, the whole host knows from now on (RFC
 * 1191; core/pmtu.c).  Called before anybody is told, who may send again at
 * once; any other error is none of its business.
 */
void pmtu_learn(struct stack *st, const struct icmp_err *e);

/*
 * Answers p, whose IP header is still at head + meta->hdr_off, with an ICMP
 * error, unless RFC 1122 3.2.2 or the rate limits forbid; then drops p with
 * `why`.  Consumes p.
 */
void icmp_error_output(struct stack *st, struct pkt *p, const struct ip_meta *meta,
		       uint8_t type, uint8_t code, uint32_t info, enum drop why);

#endif
