// SPDX-License-Identifier: MIT
/* The routing table and the trees for show; both are computed when they are asked for. */
#include <stdlib.h>

#include "stack/core/core.h"
#include "stack/ospf/spf.h"

static unsigned hops_show(const struct ospf *o, nexthops_id id, struct route_hop *out)
{
	const struct nexthops *nh = id ? nexthops_of(o->st, id) : NULL;
	unsigned n = nh ? nh->n_hops : 0;

	for (unsigned i = 0; i < n; i++) {
		out[i] = (struct route_hop){ .dev = nh->hops[i].dev, .weight = 1 };
		if (nh->hops[i].via)
			out[i].via = addr_ip4(nh->hops[i].via);
	}
	return n;
}

static void network_show(const struct ospf *o, const struct table_row *row,
			 struct show_ospf_route *out)
{
	static const enum ospf_path path[] = {
		[SPF_INTRA] = OSPF_INTRA, [SPF_INTER] = OSPF_INTER,
		[SPF_EXT1] = OSPF_EXT1, [SPF_EXT2] = OSPF_EXT2,
	};

	*out = (struct show_ospf_route){
		.to = { addr_ip4(row->to.key), row->to.len },
		.path = path[spf_rank_class(row->r.rank)],
		.area = row->r.area,
		.cost = spf_rank_cost(row->r.rank),
		.cost2 = spf_rank_cost2(row->r.rank),
		.tag = row->r.tag,
		.nssa_translated = row->r.flags & SPF_P_NSSA,
	};
	out->n_hops = hops_show(o, row->r.hops, out->hops);
}

static bool networks(const struct ospf *o, struct table_row *rows, size_t n,
		     bool (*fn)(void *arg, const struct show_ospf_route *r), void *arg)
{
	struct show_ospf_route out;

	for (size_t i = 0; i < n; i++) {
		if (spf_rank_class(rows[i].r.rank) == SPF_DISCARD)
			continue;
		network_show(o, &rows[i], &out);
		if (!fn(arg, &out))
			return false;
	}
	return true;
}

static void routers(const struct ospf *o, struct router_row *rows, size_t n,
		    bool (*fn)(void *arg, const struct show_ospf_route *r), void *arg)
{
	struct show_ospf_route out;

	for (size_t i = 0; i < n; i++) {
		const struct asbr_path *p = &rows[i].path;

		out = (struct show_ospf_route){
			.to = { addr_ip4(p->id), 32 }, .router = true, .abr = p->abr,
			.asbr = rows[i].asbr, .path = p->inter ? OSPF_INTER : OSPF_INTRA,
			.area = p->area, .cost = p->cost,
		};
		out.n_hops = hops_show(o, p->hops, out.hops);
		if (!fn(arg, &out))
			return;
	}
}

void show_ospf_routes(struct stack *st, bool (*fn)(void *arg, const struct show_ospf_route *r),
		      void *arg)
{
	struct ospf *o = st->ospf;
	struct router_row *r_rows;
	struct table_row *rows;
	size_t n, r_n;

	if (!o)
		return;
	rows = table_rows(o, &n);
	r_rows = table_routers(o, &r_n);
	if (networks(o, rows, n, fn, arg))
		routers(o, r_rows, r_n, fn, arg);
	free(r_rows);
	free(rows);
}

/* --- the tree --------------------------------------------------------------------------- */

struct tree { struct show_ospf_vertex *at; size_t n, cap; };

static bool joined(struct spf_run *r, ospf_vnum n)
{
	const struct spf_v *v = &r->s->v[n];
	const struct ospf_lsa *l = v->lsa;
	struct tree *t = r->arg;

	if (t->n == t->cap) {
		size_t cap = t->cap ? 2 * t->cap : 16;
		struct show_ospf_vertex *at = realloc(t->at, cap * sizeof(*at));

		if (!at)
			return false;
		t->at = at;
		t->cap = cap;
	}
	t->at[t->n] = (struct show_ospf_vertex){
		.network = l->h.type == OSPF_LSA_NETWORK, .id = l->h.id, .cost = v->dist,
		.parent = r->s->v[v->parent].lsa->h.id,
	};
	if (t->at[t->n].network)
		t->at[t->n].mask = ip4_mask(ospf_prefix(r->o->pool, l->dests[0].prefix).len);
	t->at[t->n].n_hops = hops_show(r->o, v->hops, t->at[t->n].hops);
	t->n++;
	return true;
}

void show_ospf_tree(struct stack *st, uint32_t area,
		    bool (*fn)(void *arg, const struct show_ospf_vertex *v), void *arg)
{
	struct ospf *o = st->ospf;
	struct ospf_area *a = o && o->spf ? ospf_area_find(o, area) : NULL;
	struct spf_scratch s;
	struct tree t = { 0 };
	struct spf_run r = { .o = o, .area = a, .s = &s, .joined = joined, .arg = &t };

	if (!a || !spf_scratch_open(o, &s))
		return;
	r.root = spf_root(a);
	if (!spf_tree(&r))
		t.n = 0;                  /* no memory */
	spf_tree_clear(&r);
	for (size_t i = 0; i < t.n && fn(arg, &t.at[i]); i++)
		;
	free(t.at);
}
