/* SPDX-License-Identifier: MIT */
#ifndef STACK_STACK_H
#define STACK_STACK_H
/*
 * One host's TCP/IP as an object.  A program holds as many as it likes;
 * nothing mutable is shared between them but the pools it hands in.
 *
 * The stack never waits, never asks the time and knows no thread, file
 * descriptor or operating system.  Its driver is the event engine in a lab,
 * an epoll loop on a real wire, the test in a test:
 *
 *	stack_input(st, now, dev, pkt);   a frame arrived
 *	stack_run(st, now);               fire the timers now due
 *	stack_next_at(st)                 when to call stack_run() next
 *
 * Before other calls that act at an instant (sockets, addresses, routes) the
 * driver says what time it is with stack_enter().  Time never goes back.
 */
#include <stdbool.h>
#include <stdint.h>

#include "stack/util/addr.h"
#include "stack/util/cc.h"
#include "stack/util/drop.h"
#include "stack/util/err.h"
#include "stack/util/list.h"
#include "stack/util/ns.h"

struct netdev;
struct pkt;
struct pkt_pool;
struct stack;
struct tcp_event;
struct ospf_event;
struct ospf_pool;
struct prefix_pool;

/* What the driver wants to hear.  Every member may be NULL. */
struct stack_hooks {
	/* stack_next_at() is now earlier than it was. */
	void (*wake)(void *ctx, ns_t at);
	/* A packet dies; dev is where (NULL: nowhere in particular).  The
	 * packet is only borrowed. */
	void (*drop)(void *ctx, struct netdev *dev, const struct pkt *p, enum drop why);
	/* Another host claims our address (RFC 5227 2.4). */
	void (*conflict)(void *ctx, struct netdev *dev, ip4_t addr, struct mac by);
	/* A stream changed; only after show_tcp_watch() (stack/show.h). */
	void (*tcp)(void *ctx, const struct tcp_event *e);
	/* OSPF: neighbours, interfaces, problems, routes (stack/ospf.h). */
	void (*ospf)(void *ctx, const struct ospf_event *e);
};

struct stack_config {
	const char *name;                 /* copied */
	struct pkt_pool *pool;            /* borrowed, outlives the stack */
	struct prefix_pool *prefixes;     /* borrowed likewise; NULL: the stack has its own */
	struct ospf_pool *lsas;           /* ... likewise (ospf.h), of the same prefixes; NULL: OSPF
					   * makes its own */
	uint64_t seed;                    /* of the lab; streams add the name */
	const struct stack_hooks *hooks;  /* borrowed; NULL: none */
	void *ctx;                        /* for the hooks */
	bool forwarding;                  /* IPv4 router (RFC 1812), else host (RFC 1122) */
};

/* Tunables, Linux's names and defaults where Linux has them: default, least
 * and most.  The bounds keep time moving and counters from wrapping. */
#define STACK_OPTIONS(X) \
	X(OPT_FORWARDING,      "ip_forward",          0, 0, 1, \
	  "forward packets between interfaces") \
	X(OPT_TTL,             "ip_default_ttl",      64, 1, 255, "TTL of packets made here") \
	X(OPT_SEND_REDIRECTS,  "send_redirects",      1, 0, 1, \
	  "a router tells hosts of better gateways") \
	X(OPT_ACCEPT_REDIRECTS,"accept_redirects",    1, 0, 1, \
	  "a host believes its gateways' redirects") \
	X(OPT_ACCEPT_SRCROUTE, "accept_source_route", 0, 0, 1, "forward source-routed packets") \
	X(OPT_RP_FILTER,       "rp_filter",           0, 0, 2, \
	  "RFC 3704 check: 0 off, 1 strict, 2 loose") \
	X(OPT_BC_FORWARDING,   "bc_forwarding",       0, 0, 1, \
	  "forward directed broadcasts (RFC 2644)") \
	X(OPT_ECHO_IGNORE_BC,  "icmp_echo_ignore_broadcasts", 1, 0, 1, \
	  "no answer to broadcast echo") \
	X(OPT_ICMP_RATE,       "icmp_ratelimit",      0, 0, 3600000, \
	  "ms between ICMP errors to one host, after 6; 0 off (Linux: 1000)") \
	X(OPT_ICMP_MSGS,       "icmp_msgs_per_sec",   1000, 0, 1000000000, \
	  "ICMP errors a second in all; 0 no limit") \
	X(OPT_ICMP_BURST,      "icmp_msgs_burst",     50, 0, 1000000000, "ICMP errors at once") \
	X(OPT_FRAG_TIME,       "ipfrag_time",         30000, 1, 3600000, \
	  "ms a datagram waits for its fragments") \
	X(OPT_FRAG_MEM,        "ipfrag_high_thresh",  4194304, 0, INT32_MAX, \
	  "bytes that may wait for reassembly") \
	X(OPT_NEIGH_REACHABLE, "base_reachable_time_ms", 30000, 1, 86400000, \
	  "RFC 4861 REACHABLE_TIME") \
	X(OPT_NEIGH_RETRANS,   "retrans_time_ms",     1000, 1, 3600000, "ms between ARP requests") \
	X(OPT_NEIGH_PROBES,    "mcast_solicit",       3, 1, 100, "ARP requests before giving up") \
	X(OPT_NEIGH_DELAY,     "delay_first_probe_time", 5000, 0, 3600000, \
	  "ms in DELAY before a probe") \
	X(OPT_NEIGH_STALE,     "gc_stale_time",       60000, 1, 86400000, \
	  "ms until an unused entry may go, or a silent gateway is tried again") \
	X(OPT_NEIGH_MAX,       "gc_thresh3",          1024, 1, 1048576, "most neighbours") \
	X(OPT_NEIGH_QUEUE,     "unres_qlen_bytes",    212992, 0, INT32_MAX, \
	  "bytes of memory that wait for one neighbour; one packet always may") \
	X(OPT_ARP_PROBE,       "arp_probe",           0, 0, 1, \
	  "probe before use of an address, announce it then (RFC 5227)") \
	X(OPT_RMEM,            "rmem_default",        212992, 0, INT32_MAX, \
	  "socket receive buffer, bytes") \
	X(OPT_RMEM_LIMIT,      "rmem_max",            212992, 2304, INT32_MAX, \
	  "most that SO_RCVBUF may ask for, bytes") \
	X(OPT_WMEM_LIMIT,      "wmem_max",            212992, 4608, INT32_MAX, \
	  "most that SO_SNDBUF may ask for, bytes") \
	X(OPT_MTU_EXPIRES,     "mtu_expires",         600000, 1, 86400000, \
	  "ms that a path MTU learned from ICMP is believed (RFC 1191 6.3)") \
	X(OPT_MIN_PMTU,        "min_pmtu",            552, 68, 65535, \
	  "no path MTU below this is believed: DF stays clear then") \
	X(OPT_TCP_RMEM,        "tcp_rmem_default",    131072, 4096, INT32_MAX, \
	  "a stream's receive buffer, bytes") \
	X(OPT_TCP_RMEM_MAX,    "tcp_rmem_max",        6291456, 4096, INT32_MAX, \
	  "what it may grow to") \
	X(OPT_TCP_WMEM,        "tcp_wmem_default",    262144, 4096, INT32_MAX, \
	  "a stream's send buffer, bytes") \
	X(OPT_TCP_WMEM_MAX,    "tcp_wmem_max",        4194304, 4096, INT32_MAX, \
	  "what it may grow to") \
	X(OPT_TCP_MODERATE,    "tcp_moderate_rcvbuf", 1, 0, 1, \
	  "receive buffers grow with what is read in a round trip") \
	X(OPT_TCP_RTO_MAX,     "tcp_rto_max_ms",      120000, 1000, 120000, \
	  "ms: the longest retransmission timeout (RFC 6298 2.5)") \
	X(OPT_TCP_MIN_TSO_SEGS, "tcp_min_tso_segs",   2, 1, 65535, \
	  "segments that a send buffer counts as one when they leave, at least") \
	X(OPT_TCP_TIMESTAMPS,  "tcp_timestamps",      1, 0, 1, "RFC 7323 timestamps") \
	X(OPT_TCP_SACK,        "tcp_sack",            1, 0, 1, \
	  "RFC 2018 selective acknowledgments") \
	X(OPT_TCP_DSACK,       "tcp_dsack",           1, 0, 1, \
	  "RFC 2883: say what came twice") \
	X(OPT_TCP_WSCALE,      "tcp_window_scaling",  1, 0, 1, "RFC 7323 window scaling") \
	X(OPT_TCP_MTU_PROBING, "tcp_mtu_probing",     0, 0, 2, \
	  "find the path's MTU by length of segments (RFC 4821): 1 if long ones vanish, 2 always") \
	X(OPT_TCP_BASE_MSS,    "tcp_base_mss",        1024, 48, 65495, \
	  "with tcp_mtu_probing: the MSS to begin with, bytes") \
	X(OPT_TCP_MTU_FLOOR,   "tcp_mtu_probe_floor", 48, 48, 65495, \
	  "the least MSS that is tried when long segments vanish") \
	X(OPT_TCP_PROBE_THRESHOLD, "tcp_probe_threshold", 8, 2, 65535, \
	  "bytes of MTU for which it is not worth it to probe") \
	X(OPT_TCP_PROBE_INTERVAL, "tcp_probe_interval", 600, 1, 86400, \
	  "seconds until longer segments are tried again") \
	X(OPT_TCP_ECN,         "tcp_ecn",             2, 0, 2, \
	  "RFC 3168: 0 never, 1 ask for it, 2 agree to it") \
	X(OPT_TCP_CHECKSUMS,   "tcp_checksums",       1, 0, 1, \
	  "0: between hosts that trust their links, neither computed nor verified") \
	X(OPT_TCP_RTO_MIN,     "tcp_rto_min_ms",      200, 1, 60000, \
	  "least retransmission timeout; RFC 6298: 1000") \
	X(OPT_GRO, "gro",                             1, 0, 1, \
	  "frames of one instant: told of, and acknowledged, together") \
	X(OPT_TCP_SYN_ORDER, "tcp_syn_order",         0, 0, 1, \
	  "options of a SYN: 0 mss,sackOK,TS,nop,wscale; 1 mss,nop,wscale,sackOK,TS") \
	X(OPT_TCP_SYN_WINDOW, "tcp_syn_window",       0, 0, 1, \
	  "window of a SYN: 0 what whole segments fill of the buffer; 1 all of it") \
	X(OPT_TCP_QUICK_ACKS, "tcp_quick_acks",       16, 0, 255, \
	  "most ACKs in a row that are not delayed, when data begins or order is lost") \
	X(OPT_TCP_TRIM,        "tcp_trim",            0, 0, 1, \
	  "data behind the window is cut off; 0: all of the segment counts, or nothing") \
	X(OPT_TCP_RST_EXACT, "tcp_rst_exact",         0, 0, 1, \
	  "only the next number makes a RST genuine (RFC 5961 3.2); Linux: a SACKed end, too") \
	X(OPT_TCP_RTO_RFC6298, "tcp_rto_rfc6298",     0, 0, 1, \
	  "variance of round trips by RFC 6298 alone, without Linux's maximum of each") \
	X(OPT_TCP_FRTO,        "tcp_frto",            2, 0, 2, \
	  "find out whether a timeout was spurious (RFC 5682); 0: no") \
	X(OPT_TCP_EARLY_RETRANS, "tcp_early_retrans", 3, 0, 4, \
	  "3, 4: probe the tail of what is out (RFC 8985 7); else not") \
	X(OPT_TCP_IDLE_RESTART, "tcp_slow_start_after_idle", 1, 0, 1, \
	  "a pause ends what the window knew (RFC 5681 4.1)") \
	X(OPT_TCP_RETRIES1,    "tcp_retries1",        3, 0, 255, \
	  "timeouts until IP is asked for another way (R1)") \
	X(OPT_TCP_RETRIES2,    "tcp_retries2",        15, 0, 255, \
	  "R2: given up after the time that so many timeouts from 200 ms on take; 15: 924.6 s") \
	X(OPT_TCP_SYN_RETRIES, "tcp_syn_retries",     7, 0, 127, \
	  "SYNs sent again; 7 make the 3 minutes of RFC 9293 MUST-23 (Linux: 6, 127 s)") \
	X(OPT_TCP_SYNACK_RETRIES, "tcp_synack_retries", 5, 0, 127, "SYN-ACKs sent again") \
	X(OPT_TCP_ORPHAN_RETRIES, "tcp_orphan_retries", 0, 0, 255, \
	  "timeouts until what nobody owns is given up; 0: 8") \
	X(OPT_TCP_MAX_ORPHANS, "tcp_max_orphans",     65536, 0, INT32_MAX, \
	  "connections without an owner that may wait for their peers") \
	X(OPT_TCP_INVALID_RATE, "tcp_invalid_ratelimit", 500, 0, 3600000, \
	  "ms between answers to what is not acceptable, of one connection") \
	X(OPT_TCP_CHALLENGES,  "tcp_challenge_ack_limit", INT32_MAX, 0, INT32_MAX, \
	  "challenge ACKs a second of the host (RFC 5961 7); the most: no limit") \
	X(OPT_TCP_SYNCOOKIES,  "tcp_syncookies",      1, 0, 2, \
	  "when too many connections are half open, answer and forget") \
	X(OPT_TCP_FASTOPEN,    "tcp_fastopen",        1, 0, 65535, \
	  "data in a SYN (RFC 7413): 1 as client, 2 as server; 4, 0x200 they need no cookie; " \
	  "0x400 every listener") \
	X(OPT_SOMAXCONN,       "somaxconn",           4096, 0, INT32_MAX, \
	  "most connections that wait for a listener, half open or to be accepted") \
	X(OPT_TCP_ABORT_ON_OVERFLOW, "tcp_abort_on_overflow", 0, 0, 1, \
	  "a listener whose queue is full answers the last ACK of a handshake with RST") \
	X(OPT_TCP_KEEPIDLE,    "tcp_keepalive_time",  7200, 1, 32767, \
	  "seconds of silence until keepalive asks (RFC 9293 MUST-28)") \
	X(OPT_TCP_KEEPINTVL,   "tcp_keepalive_intvl", 75, 1, 32767, \
	  "seconds between its probes") \
	X(OPT_TCP_KEEPCNT,     "tcp_keepalive_probes", 9, 1, 127, \
	  "probes without answer until it gives up") \
	X(OPT_TCP_STDURG,      "tcp_stdurg",          0, 0, 1, \
	  "1: an urgent pointer is that of the urgent byte itself, not of the next") \
	X(OPT_TCP_FIN_TIMEOUT, "tcp_fin_timeout",     60, 1, 86400, \
	  "seconds in FIN-WAIT-2 of what nobody owns") \
	X(OPT_TCP_TIME_WAIT,   "tcp_time_wait_ms",    60000, 1, 86400000, "2 MSL") \
	X(OPT_PORT_MIN,        "ip_local_port_min",   49152, 1, 65535, \
	  "first ephemeral port (RFC 6335)") \
	X(OPT_PORT_MAX,        "ip_local_port_max",   65535, 1, 65535, "last ephemeral port") \
	X(OPT_TCP_PROFILE, "tcp_profile",             0, 0, 1, \
	  "0: Linux's TCP, 1: FreeBSD's; sets the options in which they differ (core/profile.c)")

#define X(name, str, def, min, max, help) name,
enum stack_option { STACK_OPTIONS(X) OPT_N };
#undef X

/* Holds each prefix once that any stack of a thread has learned a route to.  Nothing in it can
 * be seen to be shared. */
struct prefix_pool *prefix_pool_new(void);        /* NULL: no memory */
void prefix_pool_free(struct prefix_pool *pool);  /* after its stacks; NULL is fine */

struct stack *stack_new(const struct stack_config *cfg);   /* NULL: no memory */
void stack_free(struct stack *st);        /* NULL is fine; frees attached devices' state */

void stack_input(struct stack *st, ns_t now, struct netdev *dev, struct pkt *p);
/* Frames that arrive at one instant: for those between these two TCP tells
 * its users and acknowledges once, as a network card's GRO makes it do, unless
 * OPT_GRO is 0.  The second may do anything that a user's watch does. */
void stack_burst_begin(struct stack *st);
void stack_burst_end(struct stack *st);
/* Between these two, of frames in a row (by next, each with its pkt->at): takes
 * from the front those that are due now and are no more than the next data of what
 * came just before, as stack_input() would one by one; no user hears of them yet.
 * Returns the first that it leaves, or NULL. */
struct pkt *must_check stack_input_train(struct stack *st, ns_t now, struct netdev *dev,
					 struct pkt *first);
void stack_run(struct stack *st, ns_t now);
ns_t stack_next_at(const struct stack *st);       /* NS_NEVER when idle */
/* The time, before a call that acts at an instant: what was due by then comes
 * first, so this is stack_run() by its other reason. */
static inline void stack_enter(struct stack *st, ns_t now) { stack_run(st, now); }

const char *stack_name(const struct stack *st);
void *stack_ctx(const struct stack *st);
int64_t stack_option(const struct stack *st, enum stack_option o);
/* ERR_INVAL: no such option, or a value outside its bounds; nothing changes. */
int stack_set_option(struct stack *st, enum stack_option o, int64_t v);
bool stack_profile_sets(enum stack_option o);     /* is it one that OPT_TCP_PROFILE sets? */
/* What sockets that choose none (sk_set_congestion()) have; the n-th there is, from 0, or
 * NULL.  ERR_NOENT: no such name. */
int must_check stack_set_congestion(struct stack *st, const char *name);
const char *stack_congestion(const struct stack *st);
const char *stack_congestion_nth(unsigned n);
/* tcp_fastopen_key: "xxxxxxxx-xxxxxxxx-xxxxxxxx-xxxxxxxx", and a second after a comma
 * whose cookies are good, too.  A host has one of its own from its seed.  ERR_INVAL,
 * ERR_NOMEM.  st NULL: would it be one? */
int must_check stack_set_fastopen_key(struct stack *st, const char *text);
#define STACK_FASTOPEN_KEY_STRLEN 72
const char *stack_fastopen_key(struct stack *st, char out[STACK_FASTOPEN_KEY_STRLEN]);

/* Interfaces.  The stack borrows dev; detach before freeing it.  Each stack
 * has "lo" from birth, with 127.0.0.1/8. */
int  stack_attach(struct stack *st, struct netdev *dev);   /* ERR_EXIST: the name is taken */
void stack_detach(struct stack *st, struct netdev *dev);
struct netdev *stack_dev(const struct stack *st, const char *name);        /* or NULL */
struct netdev *stack_dev_index(const struct stack *st, unsigned ifindex);  /* or NULL */

/* Addresses.  ERR_EXIST, ERR_NOTAVAIL, ERR_INVAL as ip-address(8) has them.
 * With OPT_ARP_PROBE an address is tentative, and nobody's, until RFC 5227
 * probes went unanswered; so is each when its interface starts to run.  One
 * that another host uses stays tentative; hooks->conflict tells of it.
 * Without the interface's primary address the next one of its subnet becomes
 * primary; routes that speak from a deleted address go with it. */
int stack_addr_add(struct stack *st, struct netdev *dev, const struct prefix *p);
int stack_addr_del(struct stack *st, struct netdev *dev, const struct prefix *p);
/* Primary address of the lowest interface that has one, lo last. */
bool stack_primary_addr(const struct stack *st, struct addr *out);

/* Routes. */
enum route_type {
	RT_UNICAST, RT_LOCAL, RT_BROADCAST, RT_BLACKHOLE, RT_UNREACHABLE, RT_PROHIBIT,
	RT_MULTICAST,                     /* only an answer of show_route_get() */
};
/* Who made a route, by rtnetlink(7)'s numbers; a user may give any below RP_N. */
enum route_proto {
	RP_UNSPEC, RP_REDIRECT, RP_KERNEL, RP_BOOT, RP_STATIC, RP_DHCP = 16,
	RP_OSPF = 188, RP_RIP, RP_N = 256,
};

#define ROUTE_HOPS_MAX 16
struct route_hop {
	struct addr via;                  /* ADDR_NONE: the destination is on the link */
	struct netdev *dev;               /* NULL in a request: found from via */
	uint16_t weight;                  /* from 1; 0 is taken as 1 */
	bool onlink;                      /* via is on dev's link, whatever routes say */
};

struct route_spec {
	struct prefix to;
	enum route_type type;
	enum route_proto proto;
	uint32_t metric;                  /* lower wins within one distance */
	uint8_t distance;                 /* 0: the protocol's own (static 1, OSPF 110, RIP 120,
					   * others 0: before all) */
	struct addr src;                  /* preferred source, an address of ours; or ADDR_NONE */
	uint32_t mtu;                     /* 0: the device's */
	unsigned n_hops;
	struct route_hop hops[ROUTE_HOPS_MAX];
};

enum route_op {
	ROUTE_ADD,                        /* ERR_EXIST if prefix, proto and metric are there */
	ROUTE_REPLACE,                    /* instead of one that has them, or new */
	ROUTE_APPEND,                     /* another next hop of the same route */
};
/* ERR_NETUNREACH: via is on no link, by no connected subnet and no route
 * without a gateway.  ERR_INVAL: also a broadcast address as gateway, onlink
 * without dev, src not ours.  ERR_NODEV, ERR_NETDOWN (the device is down),
 * ERR_NOMEM.  A gateway that is our own address means, as in Linux, that the
 * destinations are on that link. */
int stack_route_set(struct stack *st, enum route_op op, const struct route_spec *r);
/* Every given field must match: proto RP_N, metric 0, no hops match all.
 * ERR_NOENT if none. */
int stack_route_del(struct stack *st, const struct route_spec *r);

/* Called when a route comes into use or goes out of it, after the change; must
 * not change routes.  Valid until unwatched.  For routing protocols, traces
 * and "monitor". */
struct route_watch {
	struct list_node node;
	void (*changed)(struct route_watch *w, const struct route_spec *r, bool added);
};
void stack_route_watch(struct stack *st, struct route_watch *w);
void stack_route_unwatch(struct stack *st, struct route_watch *w);

/* Forgets what ICMP said of path MTUs ("ip route flush cache"). */
void stack_pmtu_flush(struct stack *st);

/* Neighbours (ip-neighbour(8)). */
int stack_neigh_set(struct stack *st, struct netdev *dev, const struct addr *a, struct mac mac);
int stack_neigh_del(struct stack *st, struct netdev *dev, const struct addr *a);
void stack_neigh_flush(struct stack *st, struct netdev *dev);   /* NULL: all; not PERMANENT */

/* RFC 5227 2.1.1: is this address in use on the link?  done is called once,
 * after at most about 7 s, with the MAC of the one who uses it or NULL; never
 * if the interface is detached meanwhile. */
struct arp_probe;
int stack_arp_probe(struct stack *st, struct netdev *dev, ip4_t addr,
		    void (*done)(void *arg, ip4_t addr, const struct mac *used_by), void *arg);
/* RFC 5227 2.3: gratuitous announcement, now and once more 2 s later. */
void stack_arp_announce(struct stack *st, struct netdev *dev, ip4_t addr);

#endif
