// SPDX-License-Identifier: MIT
/*
 * Network-LSAs (RFC 2328 12.4.2): a DR with a full adjacency says who is on its
 * network, by address; any other says nothing.
 */
#include <stdlib.h>

#include "stack/ospf/ospf.h"

static size_t n_full(const struct ospf_if *oi)
{
	const struct ospf_nbr *n;
	size_t full = 0;

	list_for_each(&oi->nbrs, n, node)
		full += n->state == OSPF_NBR_FULL;
	return full;
}

static void routers_put(const struct ospf_if *oi, struct wr *w)
{
	bool own = false;                 /* is written */
	const struct ospf_nbr *n;

	list_for_each(&oi->nbrs, n, node) {
		if (!own && n->addr > oi->addr.addr.v4) {
			ospf_id_emit(oi->area->ospf->router_id, w);
			own = true;
		}
		if (n->state == OSPF_NBR_FULL)
			ospf_id_emit(n->id, w);
	}
	if (!own)
		ospf_id_emit(oi->area->ospf->router_id, w);
}

int ospf_net_lsa_build(struct ospf_if *oi)
{
	struct ospf *o = oi->area->ospf;
	size_t full = n_full(oi), len = 4 + 4 * (full + 1);
	ip4_t id = oi->addr.addr.v4;
	uint8_t *body;
	struct wr w;
	int err;

	if (oi->state != OSPF_IF_DR || !full) {
		ospf_flush(o, oi->area->id, OSPF_LSA_NETWORK, id);
		return OK;
	}
	body = malloc(len);
	if (!body)
		return ERR_NOMEM;
	w = wr_init(body, len);
	ospf_network_emit(ip4_mask(oi->addr.len), &w);
	routers_put(oi, &w);
	assert(wr_ok(&w) && wr_len(&w) == len);
	err = ospf_originate(o, oi->area->id, OSPF_LSA_NETWORK, id, ospf_lsa_options(oi->area),
			     body, len);
	free(body);
	return err;
}
