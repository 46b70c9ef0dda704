// SPDX-License-Identifier: GPL-3.0-or-later
/* Which links are one layer-2 network: those that meet in hubs. */
#include <stdlib.h>

#include "sim/joined.h"
#include "sim/topo/lab.h"
#include "sim/topo/mem.h"

static bool is_hub(const struct topo *t, const struct topo_end *e)
{
	return e->node != TOPO_NO_NODE && t->nodes[e->node].kind == NODE_HUB;
}

/* A link between hubs that are joined already closes a loop, in which a
 * broadcast goes around for ever. */
static void note_loop(struct topo *t, const struct topo_link *l)
{
	topo_warn(t, l->pos, "broadcast loop via hub %s (the link to %s closes it)",
		  t->nodes[l->end[0].node].name, t->nodes[l->end[1].node].name);
}

/* Joins the links at each hub, by way of an entry a hub behind the links. */
static void join_hubs(struct topo *t, uint32_t *up, uint32_t from)
{
	for (size_t i = 0; i < t->n_links; i++) {
		const struct topo_link *l = &t->links[i];
		bool hub0 = is_hub(t, &l->end[0]), hub1 = is_hub(t, &l->end[1]);
		uint32_t h0 = (uint32_t)t->n_links + (hub0 ? l->end[0].node : 0);
		uint32_t h1 = (uint32_t)t->n_links + (hub1 ? l->end[1].node : 0);

		if (hub0)
			joined_join(up, (uint32_t)i, h0);
		if (hub0 && hub1) {
			if (!joined_join(up, h0, h1) && i >= from)
				note_loop(t, l);
		} else if (hub1) {
			joined_join(up, (uint32_t)i, h1);
		}
	}
}

void segments_find(struct topo *t, uint32_t *seg, uint32_t from)
{
	size_t n = t->n_links + t->n_nodes;
	uint32_t *up = mem_zalloc(n, sizeof(*up));

	for (size_t i = 0; i < n; i++)
		up[i] = (uint32_t)i;
	join_hubs(t, up, from);
	for (size_t i = 0; i < t->n_links; i++)
		seg[i] = joined_root(up, (uint32_t)i);
	free(up);
}
