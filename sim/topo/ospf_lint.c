// SPDX-License-Identifier: GPL-3.0-or-later
/* OSPF over a whole lab: the network type of each link is put where the file
 * shows it, and what cannot work together is warned of.  It is no error: a lab
 * may be about it. */
#include <stdlib.h>
#include <string.h>

#include "sim/topo/lab.h"
#include "sim/topo/mem.h"

/* ---- network types ---- */

static bool type_is_said(const struct topo *t, const struct topo_link *l)
{
	bool said = l->ospf.type != TOPO_UNSET;

	for (int i = 0; i < 2; i++)
		said |= l->end[i].ospf.type != TOPO_UNSET ||
			t->nodes[l->end[i].node].ospf.ifs.type != TOPO_UNSET;
	return said;
}

/* Towards hosts that do not speak OSPF there is no type to get wrong. */
static bool type_matters(const struct topo *t, const struct topo_link *l)
{
	bool a = topo_runs_ospf(t, l->end[0].node), b = topo_runs_ospf(t, l->end[1].node);
	uint32_t other = l->end[a].node;

	return (a && b) || ((a || b) && t->nodes[other].kind != NODE_HOST);
}

static void show_type(struct topo *t, uint32_t i)
{
	struct topo_link *l = &t->links[i];
	struct ospf_if_config c;

	if (!topo_runs_ospf(t, l->end[0].node) && !topo_runs_ospf(t, l->end[1].node)) {
		for (int s = 0; s < 2; s++) {
			topo_ospf_if_fini(&l->end[s].ospf);
			topo_ospf_if_init(&l->end[s].ospf);
		}
		topo_ospf_if_fini(&l->ospf);
		topo_ospf_if_init(&l->ospf);
	} else if (type_matters(t, l) && !type_is_said(t, l)) {
		if (topo_ospf_end(t, i, 0, &c, NULL) || topo_ospf_end(t, i, 1, &c, NULL))
			l->ospf.type = c.type;
	}
}

/* ---- warnings ---- */

static void warn_areas(struct topo *t, uint32_t i)
{
	const struct topo_link *l = &t->links[i];
	struct ospf_if_config c[2];
	char a[ADDR_STRLEN], b[ADDR_STRLEN];

	if (!topo_ospf_end(t, i, 0, &c[0], NULL) || !topo_ospf_end(t, i, 1, &c[1], NULL) ||
	    c[0].area == c[1].area)
		return;
	topo_warn(t, l->pos, "%s:%s is in area %s, and %s:%s in area %s",
		  t->nodes[l->end[0].node].name, l->end[0].ifname, ip4_fmt(c[0].area, a),
		  t->nodes[l->end[1].node].name, l->end[1].ifname, ip4_fmt(c[1].area, b));
}

/* A neighbour would be gone before it can say hello again. */
static void warn_dead(struct topo *t, uint32_t i)
{
	const struct topo_link *l = &t->links[i];
	struct ospf_if_config c;

	for (int s = 0; s < 2; s++)
		if (topo_ospf_end(t, i, s, &c, NULL) && c.dead <= c.hello && !c.passive)
			topo_warn(t, l->pos, "%s:%s says hello each %u s, and is dead after %u s",
				  t->nodes[l->end[s].node].name, l->end[s].ifname, c.hello, c.dead);
}

static unsigned area_type(const struct topo_ospf *o, uint32_t id)
{
	for (size_t i = 0; i < o->n_areas; i++)
		if (o->areas[i].id == id)
			return o->areas[i].type;
	return OSPF_AREA_NORMAL;
}

/* Two routers of a link that take their area for different things. */
static void warn_area_types(struct topo *t, uint32_t i)
{
	static const char *const words[] = { "normal", "stub", "nssa" };
	const struct topo_link *l = &t->links[i];
	const struct topo_node *n[2];
	struct ospf_if_config c[2];
	unsigned type[2];
	char text[ADDR_STRLEN];

	for (int s = 0; s < 2; s++) {
		if (!topo_ospf_end(t, i, s, &c[s], NULL))
			return;
		n[s] = &t->nodes[l->end[s].node];
		type[s] = area_type(&n[s]->ospf, c[s].area);
	}
	if (c[0].area == c[1].area && type[0] != type[1])
		topo_warn(t, l->pos, "area %s is %s for %s and %s for %s",
			  ip4_fmt(c[0].area, text), words[type[0]], n[0]->name, words[type[1]],
			  n[1]->name);
}

struct id_at { uint32_t id, node; };

static int id_cmp(const void *va, const void *vb)
{
	const struct id_at *a = va, *b = vb;

	if (a->id != b->id)
		return a->id < b->id ? -1 : 1;
	return a->node < b->node ? -1 : a->node > b->node;
}

/* Those of one node, or of all: TOPO_NO_NODE. */
static void warn_ids(struct topo *t, uint32_t only)
{
	struct id_at *ids = mem_zalloc(t->n_nodes, sizeof(*ids));
	char text[ADDR_STRLEN];
	size_t n = 0;

	for (uint32_t i = 0; i < t->n_nodes; i++)
		if (topo_runs_ospf(t, i) && t->nodes[i].ospf.router_id)
			ids[n++] = (struct id_at){ t->nodes[i].ospf.router_id, i };
	qsort(ids, n, sizeof(*ids), id_cmp);
	for (size_t i = 1; i < n; i++)
		if (ids[i].id == ids[i - 1].id &&
		    (only == TOPO_NO_NODE || only == ids[i].node || only == ids[i - 1].node))
			topo_warn(t, t->nodes[ids[i].node].pos, "%s and %s have the same router "
				  "id %s", t->nodes[ids[i - 1].node].name,
				  t->nodes[ids[i].node].name, ip4_fmt(ids[i].id, text));
	free(ids);
}

/* Each replaces what was said of the same before. */
static void warn_twice(struct topo *t, const struct topo_node *n)
{
	const struct topo_ospf *o = &n->ospf;
	char text[ADDR_STRLEN];

	for (size_t i = 0; i < o->n_areas; i++)
		for (size_t j = 0; j < i; j++)
			if (o->areas[j].id == o->areas[i].id)
				topo_warn(t, o->areas[i].pos, "area %s of %s stands here twice; the "
					  "later counts", ip4_fmt(o->areas[i].id, text), n->name);
	for (size_t i = 0; i < o->n_redist; i++)
		for (size_t j = 0; j < i; j++)
			if (o->redist[j].from == o->redist[i].from)
				topo_warn(t, o->redist[i].pos, "%s redistributes the same twice; the "
					  "later counts", n->name);
}

void ospf_complete_link(struct topo *t, uint32_t link)
{
	show_type(t, link);
	warn_areas(t, link);
	warn_dead(t, link);
	warn_area_types(t, link);
}

/* What is said of OSPF where there is none is nothing. */
static void complete_node(struct topo *t, uint32_t node)
{
	struct topo_node *n = &t->nodes[node];

	if (topo_runs_ospf(t, node)) {
		warn_twice(t, n);
		return;
	}
	topo_ospf_fini(&n->ospf);
	topo_ospf_init(&n->ospf);
}

void ospf_complete_node(struct topo *t, uint32_t node)
{
	complete_node(t, node);
	warn_ids(t, node);
}

void ospf_complete(struct topo *t)
{
	for (uint32_t i = 0; i < t->n_nodes; i++)
		complete_node(t, i);
	for (uint32_t i = 0; i < t->n_links; i++)
		ospf_complete_link(t, i);
	warn_ids(t, TOPO_NO_NODE);
}
