// SPDX-License-Identifier: MIT
/*
 * Of routers that tell the same of a destination outside of the AS, one is
 * enough: RFC 2328 12.4.4.1, and RFC 3101 2.4 and 3.2 (2) for NSSAs.
 */
#include "stack/core/core.h"
#include "stack/ospf/ext.h"
#include "stack/ospf/spf.h"

/* A functionally equal LSA: destination, cost and forwarding address. */
static bool is_equal(const struct ospf_lsa *l, const struct ext_row *row, ip4_t fwd)
{
	struct rd r = ospf_lsa_body(l->image, l->len);
	struct ospf_external x;

	return ospf_external_parse(&x, &r) && x.fwd == fwd && x.e2 != row->conf.type1 &&
	       x.metric == row->conf.metric;
}

/* Of two of type 7, that with the P-bit, then that of the higher router ID. */
static bool is_preferred(const struct ospf *o, const struct ospf_lsa *l, uint8_t p_bit)
{
	if (l->h.type == OSPF_LSA_NSSA && ((l->h.options ^ p_bit) & OSPF_OPT_NP))
		return !p_bit;
	return l->h.adv > o->router_id;
}

/* Of a type 7 within its area, of a type 5 anywhere else. */
static bool is_reached(struct table *t, const struct ospf_lsa *l)
{
	struct asbr_path p;

	if (l->h.type == OSPF_LSA_NSSA)
		return table_router(ospf_area_find(t->o, l->area), l->h.adv, OSPF_ROUTER_E, &p);
	return asbr_path(t, l->h.adv, &p);
}

bool ext_is_left(struct table *t, uint32_t area, uint8_t type, const struct ext_row *row,
		 ip4_t fwd, uint8_t p_bit)
{
	struct ospf *o = t->o;
	ospf_pnum p = fwd ? ospf_prefix_find(o->pool, row->to.key, row->to.len) : OSPF_NUM_NONE;
	const ospf_knum *keys;
	size_t n;

	if (p == OSPF_NUM_NONE)
		return false;
	for (keys = ospf_prefix_keys(o->pool, p, &n); n > 0; n--, keys++) {
		const struct ospf_lsa *l = spf_lsa_of(o, *keys);

		if (l && l->h.type == type && l->area == area && l->dests[0].prefix == p &&
		    l->h.adv != o->router_id && is_preferred(o, l, p_bit) &&
		    is_equal(l, row, fwd) && is_reached(t, l))
			return true;
	}
	return false;
}
