// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Any bytes as a topology file of vnetUtils.  Of a file that is taken every
 * host, address and route is where the format puts it, and the same lab is
 * read from what it is written as.
 */
#include "tests/fuzz/fuzz.h"

#include "sim/topo/keys.h"
#include "tests/fuzz/lab_file.h"

#define HOSTS_MAX 3000                    /* of a lab that is written: it takes time */

static void check_nodes(const struct topo *t)
{
	char tail[32];

	assert(t->n_nodes >= 1);
	for (size_t i = 0; i < t->n_nodes; i++) {
		const struct topo_node *n = &t->nodes[i];
		size_t len = strlen(n->name);

		snprintf(tail, sizeof(tail), "ns%zu", i);
		assert(len >= strlen(tail) && strcmp(n->name + len - strlen(tail), tail) == 0);
		assert(n->kind == NODE_ROUTER && n->forward);
		assert(topo_node_find(t, n->name) == (int)i);
	}
}

/* The lower host has .1, the higher one .2. */
static void check_link(const struct topo *t, const struct topo_link *l)
{
	for (unsigned i = 0; i < 2; i++) {
		const struct topo_end *e = &l->end[i];
		ip4_t host = e->addrs[0].addr.v4 & ~ip4_mask(e->addrs[0].len);

		assert(e->n_addrs == 1 && host == i + 1);
		assert(e->node < t->n_nodes && strstr(e->ifname, "veth"));
	}
	assert(l->end[0].node < l->end[1].node);
	assert(l->end[0].addrs[0].len == l->end[1].addrs[0].len);
}

/* The end of a node's interface, or NULL. */
static const struct topo_end *end_of(const struct topo *t, size_t node, const char *ifname)
{
	for (size_t i = 0; i < 2 * t->n_links; i++) {
		const struct topo_end *e = &t->links[i / 2].end[i % 2];

		if (e->node == node && strcmp(e->ifname, ifname) == 0)
			return e;
	}
	return NULL;
}

static void check_route(const struct topo *t, size_t node, const struct topo_route *r)
{
	const struct topo_end *e = end_of(t, node, r->dev);
	ip4_t mask;

	assert(e && r->via.family == ADDR_IP4 && r->to.len <= 32);
	assert(!(r->to.addr.v4 & ~ip4_mask(r->to.len)));
	mask = ip4_mask(e->addrs[0].len);
	assert((r->via.v4 & mask) == (e->addrs[0].addr.v4 & mask));
	assert(r->via.v4 != e->addrs[0].addr.v4);
}

static void check_lab(const struct topo *t)
{
	assert(t->vnet);
	check_nodes(t);
	for (size_t i = 0; i < t->n_links; i++)
		check_link(t, &t->links[i]);
	for (size_t i = 0; i < t->n_nodes; i++)
		for (size_t k = 0; k < t->nodes[i].n_routes; k++)
			check_route(t, i, &t->nodes[i].routes[k]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct topo *t;

	if (!vnet_looks_so((const char *)data, size))
		return 0;                 /* it would be read as YAML */
	t = read_lab("lab.txt", (const char *)data, size);
	if (t) {
		check_lab(t);
		if (t->n_nodes <= HOSTS_MAX)
			check_round_trip(t);
	}
	topo_free(t);
	return 0;
}
