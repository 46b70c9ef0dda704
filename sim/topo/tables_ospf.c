// SPDX-License-Identifier: GPL-3.0-or-later
/* The keys of a lab file that are OSPF's. */
#include <stdlib.h>

#include "sim/topo/keys.h"

#define ROWS(r) .rows = (r), .n = N_ELEM(r)

static const char *const net_words[] = { "broadcast", "p2p", "p2mp", NULL };
static const char *const area_words[] = { "normal", "stub", "nssa", NULL };
static const char *const role_words[] = { "candidate", "always", "never", NULL };
static const char *const from_words[] = { "static", "connected", "kernel", "rip", NULL };
static const char *const metric_words[] = { "1", "2", NULL };
static const char *const auth_words[] = {
	"none", "text", "md5", "hmac-sha-1", "hmac-sha-256", "hmac-sha-384", "hmac-sha-512", NULL
};

const char *topo_ospf_auth_word(unsigned type)
{
	return auth_words[type];
}

/* ---- interfaces ---- */

#define KEY(f) offsetof(struct topo_ospf_key, f)

static const struct ykey key_rows[] = {
	{ .key = "id", .type = &type_u32, .off = KEY(id), .max = 255, .need = true,
	  .help = "its number, the same on all sides" },
	{ .key = "key", .type = &type_text, .off = KEY(key), .need = true, .help = "the secret" },
};

static void key_fini(void *target)
{
	struct topo_ospf_key *k = target;

	free(k->key);
}

const struct ytable ospf_key_keys = {
	.what = "a key", ROWS(key_rows), .size = sizeof(struct topo_ospf_key), .pos_off = KEY(pos),
	.fini = key_fini, .help = "Packets are sent with the last of them, and taken with any.",
};

#define AUTH(f) offsetof(struct topo_ospf_auth, f)

static const struct ykey auth_rows[] = {
	{ .key = "type", .type = &type_enum, .off = AUTH(type), .words = auth_words, .need = true,
	  .help = "RFC 2328 appendix D; hmac-sha-... are RFC 5709's" },
	{ .key = "key", .type = &type_text, .off = AUTH(key), .help = "the secret, if it is one" },
	{ .key = "key_id", .type = &type_u32, .off = AUTH(key_id), .def = "1", .max = 255,
	  .help = "its number, the same on all sides" },
	{ .key = "keys", .type = &type_flow_list, .sub = &ospf_key_keys, .off = AUTH(keys),
	  .off_n = AUTH(n_keys), .help = "several, for a change of keys" },
};

const struct ytable ospf_auth_keys = {
	.what = "auth", ROWS(auth_rows), .size = sizeof(struct topo_ospf_auth),
	.help = "Who is on the link must have the same.",
};

#define IF(f) offsetof(struct topo_ospf_if, f)
#define NUMBER(k, f, d, lo, hi, text) { .key = (k), .type = &type_said_u32, .off = IF(f), \
	.def = (d), .min = (lo), .max = (hi), .help = (text) }

static const struct ykey if_rows[] = {
	{ .key = "enabled", .type = &type_said_bool, .off = IF(enabled), .def = "true",
	  .help = "false: no OSPF here, and the network is told to nobody" },
	{ .key = "area", .type = &type_area_id, .off = IF(area), .def = "0",
	  .help = "the area: a number, or as 0.0.0.1" },
	{ .key = "cost", .type = &type_ospf_cost, .off = IF(cost), .def = "1",
	  .help = "of sending; `delay`: the link's delay one way in us, `bandwidth` (or `auto`): "
		  "the reference bandwidth over its rate; both at least 1" },
	{ .key = "type", .type = &type_ospf_net, .off = IF(type), .words = net_words,
	  .help = "of network, the same on all sides; left out: p2p on a link of two, broadcast "
		  "on a hub and towards the outside" },
	NUMBER("hello", hello, "10", 1, 65535, "seconds between hellos, the same on all sides"),
	{ .key = "dead", .type = &type_said_u32, .off = IF(dead), .min = 1, .max = 65535,
	  .help = "seconds without hello until a neighbour is gone, the same on all sides; "
		  "left out: 4 hellos" },
	NUMBER("rxmt", rxmt, "5", 1, 65535, "seconds until something is sent again"),
	NUMBER("transmit_delay", transmit_delay, "1", 1, 65535, "seconds that an LSA ages here"),
	NUMBER("priority", priority, "1", 0, 255, "to become designated router; 0: never"),
	{ .key = "passive", .type = &type_said_bool, .off = IF(passive),
	  .help = "the network is told, but no hellos are sent; left out: towards hosts only" },
	{ .key = "mtu_ignore", .type = &type_said_bool, .off = IF(mtu_ignore), .def = "false",
	  .help = "a neighbour may have another MTU" },
	{ .key = "auth", .type = &type_ospf_auth, .sub = &ospf_auth_keys, .off = IF(auth),
	  .help = "authentication" },
};

const struct ytable ospf_if_keys = {
	.what = "ospf", ROWS(if_rows), .size = sizeof(struct topo_ospf_if),
	.help = "Of an end in its long form, of a link for its two ends, of a node for all its "
		"interfaces: what the end says holds, then the link, then the node.",
};

/* ---- areas ---- */

#define RANGE(f) offsetof(struct topo_ospf_range, f)

static const struct ykey range_rows[] = {
	{ .key = "prefix", .type = &type_to, .off = RANGE(prefix), .need = true,
	  .help = "A.B.C.D/LEN: what lies in it is told outside the area as this one network" },
	{ .key = "hide", .type = &type_bool, .off = RANGE(hide), .def = "false",
	  .help = "tell nothing of it" },
	{ .key = "cost", .type = &type_said_u32, .off = RANGE(cost), .max = 16777214,
	  .help = "left out: that of the farthest network in it" },
	{ .key = "nssa", .type = &type_bool, .off = RANGE(nssa), .def = "false",
	  .help = "not of the area's networks, but of external ones that an nssa tells (RFC 3101)" },
	{ .key = "tag", .type = &type_u32, .off = RANGE(tag), .def = "0", .max = UINT32_MAX,
	  .help = "route tag, if nssa" },
};

const struct ytable ospf_range_keys = {
	.what = "a range", ROWS(range_rows), .size = sizeof(struct topo_ospf_range),
	.pos_off = RANGE(pos), .help = "Of an area border router (RFC 2328 C.2).",
};

#define AREA(f) offsetof(struct topo_ospf_area, f)

static const struct ykey area_rows[] = {
	{ .key = "id", .type = &type_area_id, .off = AREA(id), .need = true,
	  .help = "a number, or as 0.0.0.1" },
	{ .key = "type", .type = &type_enum, .off = AREA(type), .def = "normal",
	  .words = area_words, .help = "the same on all routers of the area" },
	{ .key = "no_summary", .type = &type_bool, .off = AREA(no_summary), .def = "false",
	  .help = "of a stub or nssa: no more than a default route goes in (totally stubby)" },
	{ .key = "default_cost", .type = &type_u32, .off = AREA(default_cost), .def = "1",
	  .min = 1, .max = 16777214, .help = "of that default route" },
	{ .key = "default", .type = &type_bool, .off = AREA(nssa_default), .def = "false",
	  .help = "of an nssa: tell a default route of type 7, too" },
	{ .key = "translate", .type = &type_enum, .off = AREA(translate), .def = "candidate",
	  .words = role_words,
	  .help = "of an nssa: type 7 into type 5 (RFC 3101); never: nor stand for election" },
	{ .key = "ranges", .type = &type_flow_list, .sub = &ospf_range_keys, .off = AREA(ranges),
	  .off_n = AREA(n_ranges), .help = "what is told of it as one network" },
};

static void area_fini(void *target)
{
	struct topo_ospf_area *a = target;

	free(a->ranges);
}

static void area_check(struct load *ld, const struct ynode *n, void *target)
{
	const struct topo_ospf_area *a = target;

	if (a->id == 0 && a->type != OSPF_AREA_NORMAL)
		diag_error(ld->diag, n->pos, "area 0, the backbone, is always normal");
	if (a->no_summary && a->type == OSPF_AREA_NORMAL)
		diag_error(ld->diag, n->pos, "no_summary: only a stub or nssa area has it");
	for (size_t i = 0; i < a->n_ranges; i++) {
		const struct topo_ospf_range *r = &a->ranges[i];

		if (r->nssa && a->type != OSPF_AREA_NSSA)
			diag_error(ld->diag, r->pos, "nssa: only a range of an nssa area has it");
		if (r->tag && !r->nssa)
			diag_error(ld->diag, r->pos, "tag: only a range with nssa has one");
	}
}

const struct ytable ospf_area_keys = {
	.what = "an area", ROWS(area_rows), .size = sizeof(struct topo_ospf_area),
	.pos_off = AREA(pos), .check = area_check, .fini = area_fini,
	.help = "An area that is not normal, or has ranges.",
};

/* ---- a node ---- */

#define REDIST(f) offsetof(struct topo_ospf_redist, f)

static const struct ykey redist_rows[] = {
	{ .key = "from", .type = &type_enum, .off = REDIST(from), .words = from_words,
	  .need = true, .help = "whose routes" },
	{ .key = "metric", .type = &type_said_u32, .off = REDIST(metric), .def = "20",
	  .max = 16777214, .help = "the cost outside" },
	{ .key = "type", .type = &type_enum, .off = REDIST(type2), .def = "2",
	  .words = metric_words, .help = "1: the cost inside counts, too" },
	{ .key = "tag", .type = &type_said_u32, .off = REDIST(tag), .help = "goes with them" },
};

const struct ytable ospf_redist_keys = {
	.what = "redistribute", ROWS(redist_rows), .size = sizeof(struct topo_ospf_redist),
	.pos_off = REDIST(pos),
	.help = "Routes of others that are told as external; a word alone is short for its `from`.",
};

#define OSPF(f) offsetof(struct topo_ospf, f)
#define DFLT(f) (OSPF(dflt.f) - OSPF(dflt))

static const struct ykey default_rows[] = {
	{ .key = "originate", .type = &type_originate, .off = DFLT(originate), .def = "false",
	  .help = "tell a default route, where the router has one itself, or always" },
	{ .key = "metric", .type = &type_said_u32, .off = DFLT(metric), .max = 16777214,
	  .help = "left out: 10, always 1" },
	{ .key = "type", .type = &type_said_word, .off = DFLT(type2), .def = "2",
	  .words = metric_words, .help = "1: the cost inside counts, too" },
};

const struct ytable ospf_default_keys = {
	.what = "default_information", ROWS(default_rows),
	.help = "A default route told as external.",
};

#define SPF(f) (OSPF(f) - OSPF(spf_delay))

static const struct ykey spf_rows[] = {
	{ .key = "delay", .type = &type_said_time, .off = SPF(spf_delay), .def = "0",
	  .help = "from the first change to the computation" },
	{ .key = "hold", .type = &type_said_time, .off = SPF(spf_hold), .def = "50ms",
	  .help = "to the next one; it doubles while changes go on" },
	{ .key = "max_hold", .type = &type_said_time, .off = SPF(spf_max_hold), .def = "5s",
	  .help = "at most so long" },
};

const struct ytable ospf_spf_keys = {
	.what = "spf", ROWS(spf_rows), .help = "How soon routes are computed (FRR's throttle).",
};

static const struct ykey ospf_rows[] = {
	{ .key = "router_id", .type = &type_router_id, .off = OSPF(router_id),
	  .help = "as 1.1.1.1; left out: the lowest address of lo, else the lowest of all" },
	{ .key = "areas", .type = &type_flow_list, .sub = &ospf_area_keys, .off = OSPF(areas),
	  .off_n = OSPF(n_areas), .help = "those that are not normal, or have ranges" },
	{ .key = "redistribute", .type = &type_redist, .sub = &ospf_redist_keys,
	  .off = OSPF(redist), .off_n = OSPF(n_redist), .help = "[static, connected], or maps" },
	{ .key = "default_information", .type = &type_flow_map, .sub = &ospf_default_keys,
	  .off = OSPF(dflt), .help = "a default route for all others" },
	{ .key = "spf", .type = &type_flow_map, .sub = &ospf_spf_keys, .off = OSPF(spf_delay),
	  .help = "how soon routes are computed" },
	{ .key = "stub_router", .type = &type_said_bool, .off = OSPF(stub_router), .def = "false",
	  .help = "nobody shall route through it (RFC 6987)" },
	{ .key = "rfc1583", .type = &type_said_bool, .off = OSPF(rfc1583), .def = "false",
	  .help = "RFC1583Compatibility" },
	{ .key = "reference_bandwidth", .type = &type_said_rate, .off = OSPF(reference_bps),
	  .def = "100mbit", .help = "what costs 1, where the cost is `bandwidth`" },
	{ .key = "max_paths", .type = &type_said_u32, .off = OSPF(max_paths), .def = "16",
	  .min = 1, .max = ROUTE_HOPS_MAX, .help = "next hops of equal cost" },
	{ .key = "distance", .type = &type_said_u32, .off = OSPF(distance), .def = "110",
	  .min = 1, .max = 255, .help = "its routes' administrative distance" },
	{ .key = "max_lsas", .type = &type_said_u32, .off = OSPF(max_lsas), .def = "250000",
	  .min = 1, .max = 16777215, .help = "LSAs in its database; more are not taken, and told" },
};

static const size_t ospf_ifs[] = { 0 };

const struct ytable ospf_keys = {
	.what = "ospf", ROWS(ospf_rows), .size = sizeof(struct topo_ospf),
	.also = &ospf_if_keys, .also_off = ospf_ifs, .n_also = 1,
	.help = "Of a node whose `routing` is `ospf`.",
};
