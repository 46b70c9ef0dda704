/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SIM_TOPO_OSPF_H
#define SIM_TOPO_OSPF_H
/*
 * What a lab file says of OSPF.  A node says it for all its interfaces, a link
 * for its two, an end for its own; who is nearer wins, and TOPO_UNSET is what
 * nobody said.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/topo/pos.h"
#include "stack/ospf.h"
#include "stack/util/addr.h"
#include "stack/util/ns.h"

struct topo;

#define TOPO_UNSET UINT32_MAX
#define TOPO_COST_DELAY     0x10000u      /* the configured delay one way, in us */
#define TOPO_COST_BANDWIDTH 0x10001u      /* the reference bandwidth over the rate */

struct topo_ospf_key { uint32_t id; char *key; struct topo_pos pos; };

struct topo_ospf_auth {
	unsigned type;                    /* enum ospf_auth_type */
	char *key;                        /* short for one of keys, with key_id; or NULL */
	uint32_t key_id;
	struct topo_ospf_key *keys;
	size_t n_keys;
};

struct topo_ospf_if {
	uint32_t enabled;                 /* 0, 1 */
	uint32_t area, cost, type;        /* type: enum ospf_net_type */
	uint32_t hello, dead, rxmt, transmit_delay;       /* s */
	uint32_t priority, passive, mtu_ignore;
	struct topo_ospf_auth *auth;      /* owned; NULL: nothing said */
};

struct topo_ospf_range {
	struct prefix prefix;
	bool hide;
	uint32_t cost;                    /* TOPO_UNSET: the largest of what it covers */
	bool nssa;                        /* of what is translated of an NSSA; tag: of such a one */
	uint32_t tag;
	struct topo_pos pos;
};

struct topo_ospf_area {
	uint32_t id;
	unsigned type;                    /* enum ospf_area_type */
	bool no_summary, nssa_default;
	uint32_t default_cost;
	unsigned translate;               /* enum ospf_nssa_role */
	struct topo_ospf_range *ranges;
	size_t n_ranges;
	struct topo_pos pos;
};

struct topo_ospf_redist {
	unsigned from;                    /* enum topo_redist_from */
	uint32_t metric, tag;             /* TOPO_UNSET: FRR's 20; none */
	unsigned type2;                   /* 0: type 1, 1: type 2 */
	struct topo_pos pos;
};
enum topo_redist_from { REDIST_STATIC, REDIST_CONNECTED, REDIST_KERNEL, REDIST_RIP, REDIST_N };

struct topo_ospf {
	struct topo_ospf_if ifs;          /* first: of all its interfaces */
	uint32_t router_id;               /* 0: not said */
	struct topo_ospf_area *areas;
	size_t n_areas;
	struct topo_ospf_redist *redist;
	size_t n_redist;
	struct { uint32_t originate; uint32_t metric, type2; } dflt;
	ns_t spf_delay, spf_hold, spf_max_hold;   /* below 0: not said */
	uint32_t stub_router, rfc1583;
	uint64_t reference_bps;           /* 0: not said */
	uint32_t max_paths, distance, max_lsas;
};
enum topo_ospf_default { DEFAULT_NO, DEFAULT_IF_THERE, DEFAULT_ALWAYS };

/* Says nothing. */
void topo_ospf_if_init(struct topo_ospf_if *i);
void topo_ospf_init(struct topo_ospf *o);
/* Free what it owns. */
void topo_ospf_if_fini(struct topo_ospf_if *i);
void topo_ospf_fini(struct topo_ospf *o);
/* Takes a copy of the keys. */
void topo_ospf_if_copy(struct topo_ospf_if *to, const struct topo_ospf_if *from);

/* ---- what follows from it ---- */

/* Does this node run OSPF? */
bool topo_runs_ospf(const struct topo *t, uint32_t node);
/* What the stack of the node on this side of the link is told; cost: as
 * topo_ospf_cost() has it.  auth: room for what out->auth points to; NULL: not
 * wanted.  False: OSPF is not on this interface. */
bool topo_ospf_end(const struct topo *t, uint32_t link, int side, struct ospf_if_config *out,
		   struct ospf_auth *auth);
/* The cost of that interface when it sends at rate_bps (0: infinite) over delay. */
uint16_t topo_ospf_cost(const struct topo *t, uint32_t link, int side, uint64_t rate_bps,
			ns_t delay);
/* Of lo, which has the node's loopback addresses; area: the lowest of its interfaces. */
bool topo_ospf_lo(const struct topo *t, uint32_t node, uint32_t area, struct ospf_if_config *out);

const char *topo_ospf_auth_word(unsigned type);           /* "md5" */

#endif
