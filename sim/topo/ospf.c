// SPDX-License-Identifier: GPL-3.0-or-later
/* From what a lab file says of OSPF to what the stacks are told. */
#include "sim/topo/ospf.h"

#include <stddef.h>
#include <string.h>

#include "sim/topo/topo.h"
#include "stack/util/cc.h"

#define COST_DEFAULT 1
#define REFERENCE_BPS UINT64_C(100000000)

bool topo_runs_ospf(const struct topo *t, uint32_t node)
{
	const struct topo_node *n = &t->nodes[node];

	return n->routing == ROUTING_OSPF && (n->kind == NODE_ROUTER || n->kind == NODE_HOST);
}

/* What `to` leaves unsaid is what `from` says. */
static void lay_under(struct topo_ospf_if *to, const struct topo_ospf_if *from)
{
	static const size_t off[] = {
		offsetof(struct topo_ospf_if, enabled), offsetof(struct topo_ospf_if, area),
		offsetof(struct topo_ospf_if, cost), offsetof(struct topo_ospf_if, type),
		offsetof(struct topo_ospf_if, hello), offsetof(struct topo_ospf_if, dead),
		offsetof(struct topo_ospf_if, rxmt), offsetof(struct topo_ospf_if, transmit_delay),
		offsetof(struct topo_ospf_if, priority), offsetof(struct topo_ospf_if, passive),
		offsetof(struct topo_ospf_if, mtu_ignore),
	};

	for (size_t i = 0; i < N_ELEM(off); i++) {
		uint32_t *v = (uint32_t *)((char *)to + off[i]);

		if (*v == TOPO_UNSET)
			*v = *(const uint32_t *)((const char *)from + off[i]);
	}
	if (!to->auth)
		to->auth = from->auth;
}

/* What holds of an interface; its auth is borrowed. */
static struct topo_ospf_if said(const struct topo *t, uint32_t link, int side)
{
	const struct topo_link *l = &t->links[link];
	struct topo_ospf_if i = l->end[side].ospf;

	lay_under(&i, &l->ospf);
	lay_under(&i, &t->nodes[l->end[side].node].ospf.ifs);
	return i;
}

static uint32_t or_else(uint32_t v, uint32_t def)
{
	return v == TOPO_UNSET ? def : v;
}

/* A link of two is point-to-point; where more may be, or the other side has a
 * mind of its own, it is what an Ethernet is to others. */
static enum ospf_net_type type_by_shape(const struct topo *t, uint32_t peer)
{
	const struct topo_node *n = &t->nodes[peer];

	return n->kind == NODE_HUB || topo_is_door(n) ? OSPF_NET_BROADCAST : OSPF_NET_P2P;
}

static uint16_t cost_clamp(uint64_t v)
{
	return (uint16_t)(v < 1 ? 1 : v > OSPF_COST_MAX ? OSPF_COST_MAX : v);
}

uint16_t topo_ospf_cost(const struct topo *t, uint32_t link, int side, uint64_t rate_bps,
			ns_t delay)
{
	uint32_t cost = said(t, link, side).cost;
	uint64_t ref = t->nodes[t->links[link].end[side].node].ospf.reference_bps;

	switch (cost) {
	case TOPO_UNSET:          return COST_DEFAULT;
	case TOPO_COST_DELAY:     return cost_clamp((uint64_t)delay / 1000);
	case TOPO_COST_BANDWIDTH: return rate_bps ?
				  cost_clamp((ref ? ref : REFERENCE_BPS) / rate_bps) : 1;
	default:                  return cost_clamp(cost);
	}
}

static void add_key(struct ospf_auth *a, uint32_t id, const char *key)
{
	struct ospf_key *k;
	size_t n = key ? strlen(key) : 0;

	if (!key || a->n_keys == OSPF_N_KEYS || n > OSPF_KEY_MAX)
		return;
	k = &a->keys[a->n_keys++];
	k->id = (uint8_t)id;
	k->len = (uint8_t)n;
	memcpy(k->key, key, n);
}

static void auth_of(const struct topo_ospf_auth *from, struct ospf_auth *a)
{
	*a = (struct ospf_auth){ .type = OSPF_AUTH_NONE };
	if (!from)
		return;
	a->type = (enum ospf_auth_type)from->type;
	for (size_t i = 0; i < from->n_keys; i++)
		add_key(a, from->keys[i].id, from->keys[i].key);
	add_key(a, from->key_id, from->key);
}

static void numbers_of(const struct topo_ospf_if *i, struct ospf_if_config *out)
{
	out->area = or_else(i->area, 0);
	out->hello = (uint16_t)or_else(i->hello, 10);
	out->dead = or_else(i->dead, 4 * (uint32_t)out->hello);
	out->rxmt = (uint16_t)or_else(i->rxmt, 5);
	out->transmit_delay = (uint16_t)or_else(i->transmit_delay, 1);
	out->priority = (uint8_t)or_else(i->priority, 1);
	out->mtu_ignore = or_else(i->mtu_ignore, 0);
}

bool topo_ospf_end(const struct topo *t, uint32_t link, int side, struct ospf_if_config *out,
		   struct ospf_auth *auth)
{
	const struct topo_link *l = &t->links[link];
	const struct topo_end *e = &l->end[side];
	uint32_t peer = l->end[!side].node;
	struct topo_ospf_if i = said(t, link, side);

	ospf_if_config_init(out);
	if (!topo_runs_ospf(t, e->node) || !or_else(i.enabled, true))
		return false;
	numbers_of(&i, out);
	out->cost = topo_ospf_cost(t, link, side, e->rate_bps, e->netem.delay);
	out->type = (enum ospf_net_type)or_else(i.type, type_by_shape(t, peer));
	out->passive = or_else(i.passive, t->nodes[peer].kind == NODE_HOST &&
			       !topo_runs_ospf(t, peer));
	if (auth)
		auth_of(i.auth, auth);
	out->auth = auth && auth->type != OSPF_AUTH_NONE ? auth : NULL;
	return true;
}

bool topo_ospf_lo(const struct topo *t, uint32_t node, uint32_t area, struct ospf_if_config *out)
{
	const struct topo_node *n = &t->nodes[node];

	ospf_if_config_init(out);
	out->area = or_else(n->ospf.ifs.area, area);
	out->passive = true;
	out->cost = 1;
	return topo_runs_ospf(t, node) && n->n_loopback && or_else(n->ospf.ifs.enabled, true);
}
