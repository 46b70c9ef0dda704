/* SPDX-License-Identifier: MIT */
#ifndef STACK_OSPF_H
#define STACK_OSPF_H
/*
 * OSPFv2 (RFC 2328) on a stack: what its driver configures, and what people
 * and graders see of it.  Everything of a router's OSPF is made here, while it
 * runs or before; a change takes effect at once, without a restart.
 *
 * Area and router ids are 32-bit numbers in host order.  Intervals that the
 * wire has are whole seconds, others are ns_t.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "stack/stack.h"

struct netdev;

/* ---- interned LSAs, shared between the stacks of one thread ---- */

/* Holds one copy of each LSA that any router of a lab has (stack_config.lsas).
 * What it hands out never changes; nothing in it can be seen to be shared. */
struct ospf_pool;
/* prefixes: those of its stacks (stack_config.prefixes); borrowed, outlives the pool.  NULL:
 * the pool is for no stack.  Returns NULL: no memory. */
struct ospf_pool *ospf_pool_new(struct prefix_pool *prefixes);
void ospf_pool_free(struct ospf_pool *pool);      /* after its stacks; NULL is fine */

/* ---- configuration ---- */

#define OSPF_DISTANCE 110
#define OSPF_COST_MAX 65535u
/* What others may make a router keep.  Beyond it an LSA that is not there yet is neither
 * taken nor acknowledged nor asked for, and a neighbour is not heard; the user is told. */
#define OSPF_MAX_LSAS 250000u
#define OSPF_MAX_NBRS 1024u               /* on one interface: a Hello lists them all */
#define OSPF_AREA_AS 0xffffffffu          /* stands for LSAs of AS scope; no area has it */

struct ospf_config {
	uint32_t router_id;               /* 0: the lowest address on lo beside 127/8, else
					   * the lowest of all at the start; then it stays */
	ns_t spf_delay, spf_hold, spf_max_hold;   /* "timers throttle spf"; FRR: 0, 50 ms, 5 s */
	uint8_t distance;                 /* 0: OSPF_DISTANCE */
	uint8_t max_paths;                /* of equal cost; 0: ROUTE_HOPS_MAX */
	bool stub_router;                 /* RFC 6987: others do not route through it */
	bool rfc1583;                     /* RFC 2328 16.4 RFC1583Compatibility */
	uint32_t max_lsas;                /* in the database; 0: OSPF_MAX_LSAS */
	/* Seconds that the caller's clock was at when ours began: cryptographic sequence
	 * numbers are this and ours, so that neighbours who remember some of an
	 * earlier run believe the next (RFC 2328 D.3). */
	uint32_t seq_base;
};
/* FRR's defaults. */
void ospf_config_init(struct ospf_config *c);

/* ERR_EXIST: it runs; ERR_NOTAVAIL: no router id (no address); ERR_INVAL: the stack's LSAs
 * have other prefixes than the stack; ERR_NOMEM. */
int stack_ospf_start(struct stack *st, const struct ospf_config *c) must_check;
/* What runs now; ERR_NOENT: nothing.  The router id does not change. */
int stack_ospf_set(struct stack *st, const struct ospf_config *c) must_check;
/* Silently, as a crash; its routes go.  Nothing when it does not run. */
void stack_ospf_stop(struct stack *st);

enum ospf_area_type { OSPF_AREA_NORMAL, OSPF_AREA_STUB, OSPF_AREA_NSSA };
enum ospf_nssa_role { OSPF_NSSA_CANDIDATE, OSPF_NSSA_ALWAYS, OSPF_NSSA_NEVER };

struct ospf_range {                       /* of an area border router, RFC 2328 C.2 */
	struct prefix prefix;
	bool hide;                        /* DoNotAdvertise */
	bool has_cost;
	uint32_t cost;                    /* instead of the largest of what it covers */
	bool nssa;                        /* not of an area's networks, but of what an NSSA says of
					   * external ones, when it is translated (RFC 3101 3.2) */
	uint32_t tag;                     /* of such a one */
};

struct ospf_area_config {
	enum ospf_area_type type;
	bool no_summary;                  /* "totally": only a default summary goes in */
	uint32_t default_cost;            /* of that default; 0 is taken as 1 */
	enum ospf_nssa_role translate;    /* RFC 3101 2.3 */
	bool nssa_default;                /* a type-7 default, too (RFC 3101 2.7) */
	const struct ospf_range *ranges;  /* copied */
	size_t n_ranges;
};
/* An area exists from here, or from its first interface (then NORMAL).  The
 * backbone (0) is always NORMAL: ERR_INVAL.  ERR_NOENT: OSPF does not run. */
int stack_ospf_area(struct stack *st, uint32_t area, const struct ospf_area_config *c) must_check;

enum ospf_net_type { OSPF_NET_BROADCAST, OSPF_NET_P2P, OSPF_NET_P2MP };

enum ospf_auth_type {
	OSPF_AUTH_NONE, OSPF_AUTH_TEXT,  /* RFC 2328 D.1, D.2 */
	OSPF_AUTH_MD5,                    /* RFC 2328 D.3 */
	OSPF_AUTH_HMAC_SHA1, OSPF_AUTH_HMAC_SHA256,       /* RFC 5709 */
	OSPF_AUTH_HMAC_SHA384, OSPF_AUTH_HMAC_SHA512,
};
#define OSPF_KEY_MAX 64                   /* bytes; TEXT 8, MD5 16 */
#define OSPF_N_KEYS 4
struct ospf_key { uint8_t id, len; uint8_t key[OSPF_KEY_MAX]; };
struct ospf_auth {
	enum ospf_auth_type type;
	uint8_t n_keys;                   /* sends with the last, takes any */
	struct ospf_key keys[OSPF_N_KEYS];
};

struct ospf_if_config {
	uint32_t area;
	enum ospf_net_type type;
	uint16_t cost;                    /* 1..65535 */
	uint16_t hello;                   /* HelloInterval, s */
	uint32_t dead;                    /* RouterDeadInterval, s */
	uint16_t rxmt;                    /* RxmtInterval, s */
	uint16_t transmit_delay;          /* InfTransDelay, s */
	uint8_t priority;                 /* Router Priority; 0: never DR */
	bool passive;                     /* advertised, no hellos */
	bool mtu_ignore;                  /* DD packets with another MTU are taken */
	const struct ospf_auth *auth;     /* copied; NULL: none */
};
/* Broadcast, cost 10, hello 10, dead 40, rxmt 5, delay 1, priority 1. */
void ospf_if_config_init(struct ospf_if_config *c);

/* OSPF on dev's primary address (and stubs for its others), from now or with
 * other values; area and type may change, which restarts the interface.
 * dev may be lo: a stub with host routes.  ERR_NOENT: OSPF does not run;
 * ERR_INVAL: a value out of range, or another stack's device; ERR_NOMEM. */
int stack_ospf_if(struct stack *st, struct netdev *dev, const struct ospf_if_config *c) must_check;
void stack_ospf_if_del(struct stack *st, struct netdev *dev);     /* nothing if it is not */

/* Routes of that maker become AS-external LSAs (RP_KERNEL: connected ones that
 * OSPF does not have on an interface). */
struct ospf_redistribute {
	bool on;
	bool type1;                       /* else type 2: the cost inside does not count */
	uint32_t metric;                  /* 0..16777214 */
	uint32_t tag;
};
int stack_ospf_redistribute(struct stack *st, enum route_proto from,
			    const struct ospf_redistribute *r) must_check;
#define OSPF_REDIST_METRIC 20             /* FRR's, where nobody says another; of ... */
#define OSPF_DEFAULT_METRIC 10            /* ... the default route, and of one that ... */
#define OSPF_DEFAULT_METRIC_ALWAYS 1      /* ... is told always */
/* "default-information originate"; always: without a default route of ours. */
int stack_ospf_default(struct stack *st, const struct ospf_redistribute *r, bool always) must_check;

/* ---- what happens ---- */

#define OSPF_NBR_STATES(X) \
	X(NBR_DOWN, "Down") X(NBR_ATTEMPT, "Attempt") X(NBR_INIT, "Init") X(NBR_2WAY, "2-Way") \
	X(NBR_EXSTART, "ExStart") X(NBR_EXCHANGE, "Exchange") X(NBR_LOADING, "Loading") \
	X(NBR_FULL, "Full")
#define OSPF_IF_STATES(X) \
	X(IF_DOWN, "Down") X(IF_LOOPBACK, "Loopback") X(IF_WAITING, "Waiting") \
	X(IF_P2P, "Point-To-Point") X(IF_DROTHER, "DROther") X(IF_BACKUP, "Backup") X(IF_DR, "DR")
#define X(name, text) OSPF_##name,
enum ospf_nbr_state { OSPF_NBR_STATES(X) OSPF_NBR_STATES_N };
enum ospf_if_state { OSPF_IF_STATES(X) OSPF_IF_STATES_N };
#undef X
const char *ospf_nbr_state_name(enum ospf_nbr_state s);
const char *ospf_if_state_name(enum ospf_if_state s);

enum ospf_event_kind {
	OSPF_EV_NBR,                      /* a neighbour went from old to new */
	OSPF_EV_IF,                       /* an interface did */
	OSPF_EV_PROBLEM,                  /* a packet or a neighbour that cannot be right */
	OSPF_EV_ROUTES,                   /* the routing table was changed */
};
struct ospf_event {
	enum ospf_event_kind kind;
	ns_t at;
	const struct netdev *dev;         /* or NULL */
	uint32_t nbr;                     /* router id of the other, or 0 */
	ip4_t from;                       /* its address, or 0 */
	uint8_t old_state, new_state;
	/* PROBLEM: one line for people, which names what was found and what is
	 * expected ("hello interval 5 s, expected 10 s").  Told once for each
	 * sender and reason until that changes; counted always. */
	enum drop why;                    /* PROBLEM; DROP_NONE: no packet died of it */
	const char *text;                 /* also the cause of a state change */
};

/* ---- what there is (text and JSON are the shell's) ---- */

struct show_ospf {
	uint32_t router_id;
	struct ospf_config config;
	bool is_abr, is_asbr;
	ns_t started_at;
	ns_t spf_at, spf_took;            /* last run; lab time from its first cause on */
	uint64_t n_spf, n_spf_incremental;
	ns_t spf_due_at;                  /* NS_NEVER: none is pending */
	ns_t routes_changed_at;
	uint32_t n_areas, n_external;     /* AS-external LSAs; ... */
	uint32_t external_sum;            /* ... sum of their checksums (RFC 1850) */
	uint64_t rx[6], tx[6];            /* packets by type 1..5 */
};
bool show_ospf(struct stack *st, struct show_ospf *out);          /* false: it does not run */

/* What a router tells of others' routes: what it was told to, no more. */
struct show_ospf_redist {
	bool is_default, always;          /* the default route; else the routes ... */
	enum route_proto from;            /* ... of that maker */
	struct ospf_redistribute conf;
};
void show_ospf_redists(struct stack *st, bool (*fn)(void *arg, const struct show_ospf_redist *r),
		       void *arg);

struct show_ospf_area {
	uint32_t id;
	struct ospf_area_config config;   /* ranges borrowed */
	uint32_t n_ifs, n_full;           /* fully adjacent neighbours */
	uint64_t n_spf;
	bool transit, translator;         /* NSSA: it translates now */
	uint32_t n_lsas[12], lsa_sum[12]; /* by LS type */
	uint64_t digest;                  /* equal where the LSDB is equal, ages aside */
};
void show_ospf_areas(struct stack *st, bool (*fn)(void *arg, const struct show_ospf_area *a),
		     void *arg);
/* Of the AS-external LSAs. */
uint64_t show_ospf_external_digest(struct stack *st);

struct show_ospf_if {
	const struct netdev *dev;
	struct ospf_if_config config;
	enum ospf_if_state state;
	struct prefix addr;
	uint32_t dr_id, bdr_id;           /* 0: none */
	ip4_t dr, bdr;
	uint32_t n_nbrs, n_two_way, n_adjacent;   /* n_two_way: 2-Way or more */
	ns_t hello_due_at;                /* NS_NEVER: none is sent */
	uint64_t rx[6], tx[6], errors;
};
void show_ospf_ifs(struct stack *st, bool (*fn)(void *arg, const struct show_ospf_if *i),
		   void *arg);
/* One of them; false: OSPF is not on dev.  config.auth is borrowed until the next change. */
bool show_ospf_if(struct stack *st, const struct netdev *dev, struct show_ospf_if *out);

struct show_ospf_nbr {
	const struct netdev *dev;
	ip4_t if_addr, addr;              /* ours, its */
	uint32_t id, dr, bdr;             /* dr, bdr: addresses, as it says */
	uint8_t priority, options;
	enum ospf_nbr_state state;
	enum ospf_if_state role;          /* IF_DR, IF_BACKUP, IF_DROTHER; IF_P2P: no election */
	ns_t state_at, dead_at;           /* of the last change; of its death if it stays silent */
	uint32_t n_changes, rxmt_len, request_len, summary_len;
	bool master;                      /* we are */
	uint32_t dd_seq;
};
void show_ospf_nbrs(struct stack *st, bool (*fn)(void *arg, const struct show_ospf_nbr *n),
		    void *arg);

/* LSAs sorted by area (AS scope last), type, id, advertising router. */
struct show_ospf_lsa {
	uint32_t area;
	const uint8_t *image;             /* as on the wire but for its age (wire/ospf.h) */
	uint16_t len, age;                /* s */
	bool self;
	ns_t installed_at;
};
void show_ospf_lsas(struct stack *st, bool (*fn)(void *arg, const struct show_ospf_lsa *l),
		    void *arg);

enum ospf_path { OSPF_INTRA, OSPF_INTER, OSPF_EXT1, OSPF_EXT2 };
struct show_ospf_route {
	struct prefix to;                 /* of a router: its id as /32 */
	bool router;                      /* to an ABR or ASBR */
	bool abr, asbr;
	enum ospf_path path;
	uint32_t area;
	uint32_t cost, cost2;             /* cost2: of type 2 */
	uint32_t tag;
	unsigned n_hops;
	struct route_hop hops[ROUTE_HOPS_MAX];    /* via ADDR_NONE: directly attached */
	bool nssa_translated;             /* learned as type 7 */
};
void show_ospf_routes(struct stack *st, bool (*fn)(void *arg, const struct show_ospf_route *r),
		      void *arg);

/* The shortest-path tree of one area: vertices by cost, then as they were added. */
struct show_ospf_vertex {
	bool network;                     /* a transit network: id is its DR's address */
	uint32_t id;
	ip4_t mask;                       /* of a network */
	uint32_t cost;
	uint32_t parent;                  /* id of one parent; its own: the root */
	unsigned n_hops;
	struct route_hop hops[ROUTE_HOPS_MAX];
};
void show_ospf_tree(struct stack *st, uint32_t area,
		    bool (*fn)(void *arg, const struct show_ospf_vertex *v), void *arg);

/* The state machines, row by row as this program follows them, in the RFC's
 * order (RFC 2328 9.3, 10.3): an event in a state of the set. */
struct show_ospf_rule {
	uint32_t in;                      /* 1 << state */
	const char *event;                /* its name in the RFC */
	int to;                           /* state; -1: as the action decides */
	const char *action;               /* "": none */
};
bool show_ospf_if_rule(size_t i, struct show_ospf_rule *out);     /* false: no row i */
bool show_ospf_nbr_rule(size_t i, struct show_ospf_rule *out);

/* Nothing is under way: no SPF, origination or flood pending, no LSA waits for
 * its acknowledgment, no neighbour is between ExStart and Loading, and no
 * interface is Waiting.  *why: if not, what, in a few words; may be NULL. */
bool show_ospf_settled(struct stack *st, const char **why);

#endif
