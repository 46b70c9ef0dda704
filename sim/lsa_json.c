// SPDX-License-Identifier: GPL-3.0-or-later
/* LSAs as JSON, with FRR's keys: what `show ip ospf database` says of one. */
#include <jansson.h>
#include <stdio.h>

#include "sim/sim.h"
#include "stack/ospf.h"
#include "stack/wire/ospf_lsa.h"

static void set_id(json_t *o, const char *key, ip4_t id)
{
	char text[ADDR_STRLEN];

	json_object_set_new(o, key, json_string(ip4_fmt(id, text)));
}

static void set_int(json_t *o, const char *key, json_int_t v)
{
	json_object_set_new(o, key, json_integer(v));
}

static void set_hex(json_t *o, const char *key, const char *fmt, uint32_t v)
{
	char text[16];

	snprintf(text, sizeof(text), fmt, v);
	json_object_set_new(o, key, json_string(text));
}

static unsigned mask_len(ip4_t mask)
{
	unsigned n = 0;

	while (n < 32 && mask & (1u << (31 - n)))
		n++;
	return n;
}

static void set_prefix(json_t *o, const char *key, ip4_t id, ip4_t mask)
{
	struct prefix p = { addr_ip4(id & mask), (uint8_t)mask_len(mask) };
	char text[PREFIX_STRLEN];

	json_object_set_new(o, key, json_string(prefix_fmt(&p, text)));
}

/* --- one line of the list ------------------------------------------------------------- */

json_t *lsa_brief_json(const struct show_ospf_lsa *l)
{
	struct rd r = ospf_lsa_body(l->image, l->len);
	struct ospf_lsa_hdr h;
	struct ospf_router rt;
	struct ospf_summary s;
	struct ospf_external x;
	json_t *o = json_object();

	ospf_lsa_hdr_get(&h, l->image);
	set_id(o, "lsId", h.id);
	set_id(o, "advertisedRouter", h.adv);
	set_int(o, "lsaAge", l->age);
	set_hex(o, "sequenceNumber", "%08x", (uint32_t)h.seq.v);
	set_hex(o, "checksum", "%x", h.csum);
	if (h.type == OSPF_LSA_ROUTER && ospf_router_parse(&rt, &r))
		set_int(o, "numOfRouterLinks", rt.n_links);
	if (h.type == OSPF_LSA_SUMMARY && ospf_summary_parse(&s, &r))
		set_prefix(o, "summaryAddress", h.id, s.mask);
	if ((h.type == OSPF_LSA_EXTERNAL || h.type == OSPF_LSA_NSSA) &&
	    ospf_external_parse(&x, &r)) {
		json_object_set_new(o, "metricType", json_string(x.e2 ? "E2" : "E1"));
		set_prefix(o, "route", h.id, x.mask);
		set_int(o, "tag", x.tag);
	}
	return o;
}

/* --- all of it --------------------------------------------------------------------------- */

static json_t *link_json(const struct ospf_link *l)
{
	static const char *const words[] = {
		[OSPF_LINK_P2P] = "another Router (point-to-point)",
		[OSPF_LINK_TRANSIT] = "a Transit Network", [OSPF_LINK_STUB] = "Stub Network",
		[OSPF_LINK_VIRTUAL] = "a Virtual Link",
	};
	static const char *const ids[] = {
		[OSPF_LINK_P2P] = "neighborRouterId", [OSPF_LINK_TRANSIT] = "designatedRouterAddress",
		[OSPF_LINK_STUB] = "networkAddress", [OSPF_LINK_VIRTUAL] = "neighborRouterId",
	};
	json_t *o = json_object();

	if (l->type < OSPF_LINK_P2P || l->type > OSPF_LINK_VIRTUAL)
		return o;
	json_object_set_new(o, "linkType", json_string(words[l->type]));
	set_id(o, ids[l->type], l->id);
	set_id(o, l->type == OSPF_LINK_STUB ? "networkMask" : "routerInterfaceAddress", l->data);
	set_int(o, "numOfTosMetrics", l->n_tos);
	set_int(o, "tos0Metric", l->metric);
	return o;
}

static void router_body(json_t *o, struct rd *r)
{
	struct ospf_router rt;
	struct ospf_link link;
	json_t *links = json_object();
	char key[24];

	if (ospf_router_parse(&rt, r)) {
		set_int(o, "numOfLinks", rt.n_links);
		for (unsigned i = 0; i < rt.n_links && ospf_link_parse(&link, r); i++) {
			snprintf(key, sizeof(key), "link%u", i);
			json_object_set_new(links, key, link_json(&link));
		}
	}
	json_object_set_new(o, "routerLinks", links);
}

/* FRR's spelling. */
static void network_body(json_t *o, struct rd *r)
{
	json_t *routers = json_object();
	char text[ADDR_STRLEN];
	ip4_t mask, id;

	if (ospf_network_parse(&mask, r))
		set_int(o, "networkMask", mask_len(mask));
	while (ospf_id_parse(&id, r)) {
		json_t *one = json_object();

		set_id(one, "attachedRouterId", id);
		json_object_set_new(routers, ip4_fmt(id, text), one);
	}
	json_object_set_new(o, "attchedRouters", routers);
}

static void summary_body(json_t *o, struct rd *r)
{
	struct ospf_summary s;

	if (!ospf_summary_parse(&s, r))
		return;
	set_int(o, "networkMask", mask_len(s.mask));
	set_int(o, "tos0Metric", s.metric);
}

static void external_body(json_t *o, struct rd *r, bool nssa)
{
	struct ospf_external x;

	if (!ospf_external_parse(&x, r))
		return;
	set_int(o, "networkMask", mask_len(x.mask));
	json_object_set_new(o, "metricType", json_string(x.e2 ?
		"E2 (Larger than any link state path)" : "E1"));
	set_int(o, "tos", 0);
	set_int(o, "metric", x.metric);
	set_id(o, nssa ? "nssaForwardAddress" : "forwardAddress", x.fwd);
	set_int(o, "externalRouteTag", x.tag);
}

void lsa_options_text(uint8_t options, char out[32])
{
	static const struct { uint8_t bit; const char *word; } bits[] = {
		{ OSPF_OPT_O, "O" }, { OSPF_OPT_DC, "DC" }, { OSPF_OPT_L, "EA" },
		{ OSPF_OPT_NP, "N/P" }, { OSPF_OPT_MC, "MC" }, { OSPF_OPT_E, "E" },
		{ OSPF_OPT_MT, "MT" },
	};
	size_t n = 1;

	snprintf(out, 32, "*");
	for (size_t i = 0; i < N_ELEM(bits); i++)
		n += (size_t)snprintf(out + n, 32 - n, "|%s", options & bits[i].bit ?
				      bits[i].word : "-");
}

static void header(json_t *o, const struct show_ospf_lsa *l, const struct ospf_lsa_hdr *h)
{
	static const char *const types[] = {
		[OSPF_LSA_ROUTER] = "router-LSA", [OSPF_LSA_NETWORK] = "network-LSA",
		[OSPF_LSA_SUMMARY] = "summary-LSA", [OSPF_LSA_ASBR] = "summary-LSA",
		[OSPF_LSA_EXTERNAL] = "AS-external-LSA", [6] = "", [OSPF_LSA_NSSA] = "NSSA-LSA",
	};
	char options[32];
	uint8_t flags = h->type == OSPF_LSA_ROUTER ? get_be16(l->image + OSPF_LSA_HLEN) >> 8 : 0;

	set_int(o, "lsaAge", l->age);
	lsa_options_text(h->options, options);
	json_object_set_new(o, "options", json_string(options));
	set_int(o, "optionsBits", h->options);
	set_int(o, "lsaFlags", !l->self ? 0x6 : h->type <= OSPF_LSA_NETWORK ? 0x3 : 0xb);
	if (h->type == OSPF_LSA_ROUTER) {
		set_int(o, "flags", flags);
		if (flags & OSPF_ROUTER_B)
			json_object_set_new(o, "abr", json_true());
		if (flags & OSPF_ROUTER_E)
			json_object_set_new(o, "asbr", json_true());
	}
	json_object_set_new(o, "lsaType", json_string(h->type <= OSPF_LSA_NSSA ? types[h->type] : ""));
	set_id(o, "linkStateId", h->id);
	set_id(o, "advertisingRouter", h->adv);
	set_hex(o, "lsaSeqNumber", "%08x", (uint32_t)h->seq.v);
	set_hex(o, "checksum", "%x", h->csum);
	set_int(o, "length", h->len);
}

json_t *lsa_json(const struct show_ospf_lsa *l)
{
	struct rd r = ospf_lsa_body(l->image, l->len);
	struct ospf_lsa_hdr h;
	json_t *o = json_object();

	ospf_lsa_hdr_get(&h, l->image);
	header(o, l, &h);
	switch (h.type) {
	case OSPF_LSA_ROUTER:
		router_body(o, &r);
		break;
	case OSPF_LSA_NETWORK:
		network_body(o, &r);
		break;
	case OSPF_LSA_SUMMARY: case OSPF_LSA_ASBR:
		summary_body(o, &r);
		break;
	case OSPF_LSA_EXTERNAL: case OSPF_LSA_NSSA:
		external_body(o, &r, h.type == OSPF_LSA_NSSA);
		break;
	default:
		break;
	}
	return o;
}

bool lsa_is_old(const struct show_ospf_lsa *l)
{
	return l->age >= OSPF_MAX_AGE;
}

void lsa_key(const struct show_ospf_lsa *l, struct lsa_key *k)
{
	struct ospf_lsa_hdr h;

	ospf_lsa_hdr_get(&h, l->image);
	*k = (struct lsa_key){ l->area, h.id, h.adv, (uint32_t)h.seq.v, h.type, h.csum };
}
