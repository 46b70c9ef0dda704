// SPDX-License-Identifier: MIT
/*
 * Router-LSAs (RFC 2328 12.4.1; RFC 3021 for /31, RFC 6987 for stub routers,
 * RFC 3101 for the Nt bit): the links of an area's interfaces, by ifindex.
 */
#include <stdlib.h>

#include "stack/ospf/ospf.h"

#define STUB_ROUTER_METRIC 0xffff         /* RFC 6987: MaxLinkMetric */
#define HOST_MASK 0xffffffff

struct links { const struct ospf_if *oi; struct wr w; uint16_t n; };

static void link_put(struct links *ls, uint8_t type, uint32_t id, uint32_t data, uint16_t metric)
{
	struct ospf_link k = { .id = id, .data = data, .type = type, .metric = metric };

	ospf_link_emit(&k, &ls->w);
	ls->n++;
}

/* A link over which others could pass: not by a stub router. */
static void transit_put(struct links *ls, uint8_t type, uint32_t id)
{
	const struct ospf_if *oi = ls->oi;

	link_put(ls, type, id, oi->addr.addr.v4,
		 oi->area->ospf->conf.stub_router ? STUB_ROUTER_METRIC : oi->conf.cost);
}

static void subnet_put(struct links *ls, const struct prefix *p)
{
	ip4_t mask = ip4_mask(p->len);

	link_put(ls, OSPF_LINK_STUB, p->addr.v4 & mask, mask, ls->oi->conf.cost);
}

static void neighbors_put(struct links *ls)
{
	const struct ospf_nbr *n;

	list_for_each(&ls->oi->nbrs, n, node)
		if (n->state == OSPF_NBR_FULL)
			transit_put(ls, OSPF_LINK_P2P, n->id);
}

/* 12.4.1.1, with option 2 for the stub: the subnet, whether there is a neighbour or not. */
static void p2p_put(struct links *ls)
{
	neighbors_put(ls);
	subnet_put(ls, &ls->oi->addr);
}

/* 12.4.1.4 */
static void p2mp_put(struct links *ls)
{
	link_put(ls, OSPF_LINK_STUB, ls->oi->addr.addr.v4, HOST_MASK, 0);
	neighbors_put(ls);
}

/* Are we fully adjacent to the DR, or are the DR and fully adjacent to anybody? */
static bool is_transit(const struct ospf_if *oi)
{
	const struct ospf_nbr *n;

	list_for_each(&oi->nbrs, n, node)
		if (n->state == OSPF_NBR_FULL && (oi->state == OSPF_IF_DR || n->addr == oi->dr))
			return true;
	return false;
}

/* 12.4.1.2 */
static void broadcast_put(struct links *ls)
{
	if (ls->oi->state > OSPF_IF_P2P && is_transit(ls->oi))
		transit_put(ls, OSPF_LINK_TRANSIT, ls->oi->dr);
	else
		subnet_put(ls, &ls->oi->addr);
}

/* 12.4.1.3: hosts that cost nothing. */
static void loopback_put(struct links *ls)
{
	const struct ifaddr *ia;

	list_for_each(&ls->oi->dev->addrs, ia, node)
		if (!ia->tentative && !ip4_is_loopback(ia->prefix.addr.v4))
			link_put(ls, OSPF_LINK_STUB, ia->prefix.addr.v4, HOST_MASK, 0);
}

/* The interface's other addresses: subnets on which there are no neighbours. */
static void others_put(struct links *ls)
{
	const struct prefix *own = &ls->oi->addr;
	const struct ifaddr *ia;

	list_for_each(&ls->oi->dev->addrs, ia, node) {
		ip4_t mask = ip4_mask(ia->prefix.len);
		bool same = ia->prefix.len == own->len &&
			    ((ia->prefix.addr.v4 ^ own->addr.v4) & mask) == 0;

		if (!ia->tentative && !ia->secondary && !same)
			subnet_put(ls, &ia->prefix);
	}
}

static void if_put(struct links *ls)
{
	switch (ls->oi->state) {
	case OSPF_IF_DOWN:
		return;
	case OSPF_IF_LOOPBACK:
		loopback_put(ls);
		return;
	}
	switch (ls->oi->conf.type) {
	case OSPF_NET_P2P:
		p2p_put(ls);
		break;
	case OSPF_NET_P2MP:
		p2mp_put(ls);
		break;
	case OSPF_NET_BROADCAST:
		broadcast_put(ls);
		break;
	}
	others_put(ls);
}

static uint8_t flags(const struct ospf_area *a)
{
	const struct ospf *o = a->ospf;
	bool nssa_border = o->is_abr && a->conf.type == OSPF_AREA_NSSA;
	uint8_t f = o->is_abr ? OSPF_ROUTER_B : 0;

	if (nssa_border || (o->is_asbr && a->conf.type != OSPF_AREA_STUB))
		f |= OSPF_ROUTER_E;
	if (nssa_border && a->conf.translate == OSPF_NSSA_ALWAYS)
		f |= OSPF_ROUTER_NT;              /* RFC 3101 3.1 */
	return f;
}

/* Bytes of a body that is large enough whatever the interfaces are. */
static size_t room(const struct ospf_area *a)
{
	const struct ospf_if *oi;
	const struct list_node *i;
	size_t links = 0;

	list_for_each(&a->ifs, oi, node) {
		links += 1;
		for (i = oi->nbrs.head.next; i != &oi->nbrs.head; i = i->next)
			links++;
		for (i = oi->dev->addrs.head.next; i != &oi->dev->addrs.head; i = i->next)
			links++;
	}
	return 4 + links * OSPF_LINK_LEN;
}

int ospf_router_lsa_build(struct ospf_area *a)
{
	struct ospf *o = a->ospf;
	size_t n = room(a);
	struct links ls = { 0 };
	struct ospf_router rt;
	uint8_t *body;
	int err;

	if (list_empty(&a->ifs)) {
		ospf_flush(o, a->id, OSPF_LSA_ROUTER, o->router_id);
		return OK;
	}
	body = malloc(n);
	if (!body)
		return ERR_NOMEM;
	ls.w = wr_init(body + 4, n - 4);
	list_for_each(&a->ifs, ls.oi, node)
		if_put(&ls);
	assert(wr_ok(&ls.w));
	rt = (struct ospf_router){ .flags = flags(a), .n_links = ls.n };
	n = 4 + wr_len(&ls.w);
	ls.w = wr_init(body, 4);
	ospf_router_emit(&rt, &ls.w);
	err = ospf_originate(o, a->id, OSPF_LSA_ROUTER, o->router_id, ospf_lsa_options(a), body,
			     n);
	free(body);
	if (err == ERR_MSGSIZE)
		ospf_problem(container_of(a->ifs.head.next, struct ospf_if, node), 0, IP4_ANY,
			     DROP_NONE, "%u links are more than a router-LSA has room for",
			     (unsigned)rt.n_links);
	return err;
}
