// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/ospf/graph.h"

#include <stdlib.h>

#include "stack/core/core.h"
#include "stack/core/learn.h"

#define FAR UINT32_MAX

uint32_t graph_id(unsigned router) { return IP4(10, 255, 0, 1) + router; }

ip4_t graph_addr(unsigned link, bool of_b) { return IP4(10, 0, 0, 0) + 2 * link + of_b; }

ip4_t graph_lan_addr(unsigned lan, unsigned router)
{
	return IP4(172, 16, 0, 1) + (lan << 8) + router;
}

struct graph *graph_new(unsigned n)
{
	struct graph *g = calloc(1, sizeof(*g));

	REQUIRE(g && n <= GRAPH_ROUTERS);
	g->n = n;
	g->net = net_new();
	g->prefixes = prefix_pool_new();
	REQUIRE(g->prefixes);
	g->pool = ospf_pool_new(g->prefixes);
	REQUIRE(g->pool);
	for (unsigned i = 0; i < GRAPH_ROUTERS + GRAPH_LANS; i++)
		g->seq[i] = OSPF_SEQ_INITIAL.v;
	return g;
}

unsigned graph_link(struct graph *g, unsigned a, unsigned b, uint16_t cost, uint16_t back)
{
	REQUIRE(g->n_links < GRAPH_LINKS);
	g->link[g->n_links] = (struct graph_link){ a, b, cost, back, false };
	return g->n_links++;
}

unsigned graph_lan(struct graph *g)
{
	REQUIRE(g->n_lans < GRAPH_LANS);
	return g->n_lans++;
}

void graph_join(struct graph *g, unsigned lan, unsigned router, uint16_t cost)
{
	struct graph_lan *l = &g->lan[lan];

	l->router[l->n] = router;
	l->cost[l->n++] = cost;
}

/* --- routers that compute ------------------------------------------------------------- */

static struct ospf_if *new_if(struct ospf_area *a, ip4_t addr, unsigned len, unsigned k)
{
	struct ospf_if *oi = calloc(1, sizeof(*oi));
	char name[16], text[ADDR_STRLEN], with_len[ADDR_STRLEN + 4];

	REQUIRE(oi);
	snprintf(name, sizeof(name), "eth%u", k);
	snprintf(with_len, sizeof(with_len), "%s/%u", ip4_fmt(addr, text), len);
	oi->dev = net_dev(a->ospf->st, name, with_len);
	oi->addr = (struct prefix){ addr_ip4(addr), (uint8_t)len };
	oi->area = a;
	oi->state = OSPF_IF_P2P;
	list_init(&oi->nbrs);
	list_push_back(&a->ifs, &oi->node);
	return oi;
}

static void new_nbr(struct ospf_if *oi, uint32_t id, ip4_t addr)
{
	struct ospf_nbr *n = calloc(1, sizeof(*n));

	REQUIRE(n);
	n->oi = oi;
	n->id = id;
	n->addr = addr;
	n->state = OSPF_NBR_FULL;
	list_push_back(&oi->nbrs, &n->node);
}

void graph_computes(struct graph *g, unsigned r)
{
	struct ospf *o = calloc(1, sizeof(*o));
	struct ospf_area *a = calloc(1, sizeof(*a));
	char name[16];
	struct stack_config cfg = { .name = name, .prefixes = g->prefixes, .forwarding = true };
	unsigned k = 0;

	REQUIRE(o && a);
	snprintf(name, sizeof(name), "r%u", r);
	o->st = net_stack(g->net, &cfg);
	o->pool = g->pool;
	o->router_id = graph_id(r);
	o->conf.spf_hold = MSEC(50);
	o->conf.spf_max_hold = SEC(5);
	list_init(&o->areas);
	a->ospf = o;
	list_init(&a->ifs);
	list_push_back(&o->areas, &a->node);
	g->o[r] = o;
	for (unsigned i = 0; i < g->n_links; i++) {
		const struct graph_link *l = &g->link[i];

		if (l->a == r)
			new_nbr(new_if(a, graph_addr(i, false), 31, k++), graph_id(l->b),
				graph_addr(i, true));
		if (l->b == r)
			new_nbr(new_if(a, graph_addr(i, true), 31, k++), graph_id(l->a),
				graph_addr(i, false));
	}
	for (unsigned i = 0; i < g->n_lans; i++)
		for (unsigned j = 0; j < g->lan[i].n; j++)
			if (g->lan[i].router[j] == r)
				new_if(a, graph_lan_addr(i, r), 24, k++);
}

static void free_instance(struct ospf *o)
{
	struct ospf_area *a, *next_a;
	struct ospf_if *oi, *next_if;
	struct ospf_nbr *n, *next_n;

	ospf_spf_fini(o);
	lsdb_fini(o);
	list_for_each_safe(&o->areas, a, next_a, node) {
		ospf_spf_area_fini(a);
		list_for_each_safe(&a->ifs, oi, next_if, node) {
			list_for_each_safe(&oi->nbrs, n, next_n, node)
				free(n);
			free(oi);
		}
		free(a);
	}
	timer_stop(&o->st->timers, &o->age_timer);
	free(o);
}

void graph_free(struct graph *g)
{
	for (unsigned i = 0; i < g->n; i++)
		if (g->o[i])
			free_instance(g->o[i]);
	net_free(g->net);
	ospf_pool_free(g->pool);
	prefix_pool_free(g->prefixes);
	free(g);
}

/* --- LSAs ----------------------------------------------------------------------------------- */

void graph_install(struct graph *g, struct ospf *o, uint32_t area, const uint8_t *image, size_t n,
		   uint16_t age)
{
	enum ospf_lsa_fault bad;
	struct ospf_lsa *l = ospf_lsa_get(g->pool, area, image, n, &bad);

	REQUIRE(l);
	REQUIRE(lsdb_install(o, l, age) == OK);
}

static void link_emit(struct wr *w, uint16_t *n, uint32_t id, uint32_t data, uint8_t type,
		      uint16_t metric)
{
	ospf_link_emit(&(struct ospf_link){ .id = id, .data = data, .type = type,
					    .metric = metric }, w);
	++*n;
}

static void p2p_emit(struct graph *g, unsigned r, unsigned i, bool is_b, struct wr *w, uint16_t *n)
{
	const struct graph_link *l = &g->link[i];
	uint16_t cost = is_b ? l->back : l->cost;

	if (l->down || (is_b ? l->b : l->a) != r)
		return;
	link_emit(w, n, graph_id(is_b ? l->a : l->b), graph_addr(i, is_b), OSPF_LINK_P2P, cost);
	link_emit(w, n, graph_addr(i, false), ip4_mask(31), OSPF_LINK_STUB, cost);
}

static struct wr lsa_begin(uint8_t *image, size_t room, uint8_t type, uint32_t id, uint32_t adv,
			   int32_t seq)
{
	struct wr w = wr_init(image, room);

	ospf_lsa_hdr_emit(&(struct ospf_lsa_hdr){ .type = type, .id = id, .adv = adv,
						  .options = OSPF_OPT_E, .seq = { seq } }, &w);
	return w;
}

static size_t router_lsa(struct graph *g, unsigned r, uint8_t *image, size_t room)
{
	struct wr w = lsa_begin(image, room, OSPF_LSA_ROUTER, graph_id(r), graph_id(r), g->seq[r]);
	uint16_t n = 0;

	ospf_router_emit(&(struct ospf_router){ 0 }, &w);
	for (unsigned i = 0; i < g->n_links; i++) {
		p2p_emit(g, r, i, false, &w, &n);
		p2p_emit(g, r, i, true, &w, &n);
	}
	for (unsigned i = 0; i < g->n_lans; i++)
		for (unsigned j = 0; j < g->lan[i].n; j++)
			if (g->lan[i].router[j] == r)
				link_emit(&w, &n, graph_lan_addr(i, g->lan[i].router[0]),
					  graph_lan_addr(i, r), OSPF_LINK_TRANSIT, g->lan[i].cost[j]);
	link_emit(&w, &n, graph_id(r), IP4_BROADCAST, OSPF_LINK_STUB, g->stub[r]);
	REQUIRE(wr_ok(&w));
	ospf_router_put_n_links(image, n);
	ospf_lsa_finish(image, wr_len(&w));
	return wr_len(&w);
}

static size_t network_lsa(struct graph *g, unsigned i, uint8_t *image, size_t room)
{
	const struct graph_lan *l = &g->lan[i];
	struct wr w = lsa_begin(image, room, OSPF_LSA_NETWORK, graph_lan_addr(i, l->router[0]),
				graph_id(l->router[0]), g->seq[g->n + i]);

	ospf_network_emit(ip4_mask(24), &w);
	for (unsigned j = 0; j < l->n; j++)
		ospf_id_emit(graph_id(l->router[j]), &w);
	REQUIRE(wr_ok(&w));
	ospf_lsa_finish(image, wr_len(&w));
	return wr_len(&w);
}

static void say(struct graph *g, unsigned i)
{
	uint8_t image[4096];
	bool gone = i < g->n && g->silent[i];
	size_t n;

	n = i < g->n ? router_lsa(g, i, image, sizeof(image)) :
		       network_lsa(g, i - g->n, image, sizeof(image));
	if (!gone && n == g->said_n[i] && memcmp(image, g->said[i], n) == 0)
		return;
	if (gone && !g->said_n[i])
		return;
	g->seq[i]++;
	n = i < g->n ? router_lsa(g, i, image, sizeof(image)) :
		       network_lsa(g, i - g->n, image, sizeof(image));
	memcpy(g->said[i], image, n);
	g->said_n[i] = gone ? 0 : n;
	for (unsigned r = 0; r < g->n; r++)
		if (g->o[r])
			graph_install(g, g->o[r], 0, image, n, gone ? OSPF_MAX_AGE : 1);
}

void graph_put(struct graph *g)
{
	for (unsigned i = 0; i < g->n + g->n_lans; i++)
		say(g, i);
}

void graph_run(struct graph *g, ns_t d)
{
	net_run(g->net, d);
}

void graph_flood(struct graph *g)
{
	graph_put(g);
	graph_run(g, SEC(10));
}

/* --- what is right -------------------------------------------------------------------------- */

struct truth {
	unsigned n;                       /* routers, then LANs */
	uint32_t d[GRAPH_ROUTERS + GRAPH_LANS][GRAPH_ROUTERS + GRAPH_LANS];
};

static void shorten(uint32_t *d, uint32_t to) { *d = to < *d ? to : *d; }

static void edges(const struct graph *g, struct truth *t)
{
	for (unsigned i = 0; i < g->n_links; i++) {
		const struct graph_link *l = &g->link[i];

		if (l->down || g->silent[l->a] || g->silent[l->b])
			continue;
		shorten(&t->d[l->a][l->b], l->cost);
		shorten(&t->d[l->b][l->a], l->back);
	}
	for (unsigned i = 0; i < g->n_lans; i++) {
		for (unsigned j = 0; j < g->lan[i].n; j++) {
			if (g->silent[g->lan[i].router[j]])
				continue;
			shorten(&t->d[g->lan[i].router[j]][g->n + i], g->lan[i].cost[j]);
			shorten(&t->d[g->n + i][g->lan[i].router[j]], 0);
		}
	}
}

static void all_pairs(const struct graph *g, struct truth *t)
{
	t->n = g->n + g->n_lans;
	memset(t->d, 0xff, sizeof(t->d));
	for (unsigned i = 0; i < t->n; i++)
		t->d[i][i] = 0;
	edges(g, t);
	for (unsigned k = 0; k < t->n; k++)
		for (unsigned i = 0; i < t->n; i++)
			for (unsigned j = 0; j < t->n; j++)
				if (t->d[i][k] != FAR && t->d[k][j] != FAR)
					shorten(&t->d[i][j], t->d[i][k] + t->d[k][j]);
}

struct want { uint32_t cost; unsigned n; ip4_t via[64]; bool direct; };

static void want_via(struct want *w, ip4_t via)
{
	for (unsigned i = 0; i < w->n; i++)
		if (w->via[i] == via)
			return;
	w->via[w->n++] = via;
}

/* First hops of r on paths of this cost to vertex v, of a destination that far behind it. */
static void first_hops(const struct graph *g, const struct truth *t, unsigned r, unsigned v,
		       uint32_t behind, struct want *w)
{
	if (v == r)
		w->direct |= behind == w->cost;
	for (unsigned i = 0; i < g->n_links; i++) {
		const struct graph_link *l = &g->link[i];

		if (l->down || g->silent[l->a] || g->silent[l->b])
			continue;
		if (l->a == r && t->d[l->b][v] != FAR && l->cost + t->d[l->b][v] + behind == w->cost)
			want_via(w, graph_addr(i, true));
		if (l->b == r && t->d[l->a][v] != FAR && l->back + t->d[l->a][v] + behind == w->cost)
			want_via(w, graph_addr(i, false));
	}
	for (unsigned i = 0; i < g->n_lans; i++) {
		uint32_t c = FAR;

		for (unsigned j = 0; j < g->lan[i].n; j++)
			if (g->lan[i].router[j] == r)
				c = g->lan[i].cost[j];
		if (c == FAR || g->silent[r])
			continue;
		if (v == g->n + i && c + behind == w->cost)
			w->direct = true;
		for (unsigned j = 0; j < g->lan[i].n; j++) {
			unsigned b = g->lan[i].router[j];

			if (b != r && v != g->n + i && !g->silent[b] && t->d[b][v] != FAR &&
			    c + t->d[b][v] + behind == w->cost)
				want_via(w, graph_lan_addr(i, b));
		}
	}
}

struct owner { unsigned vertex; uint32_t cost; };

static void check_prefix(struct graph *g, const struct truth *t, unsigned r, ip4_t key,
			 unsigned len, const struct owner *of, unsigned n)
{
	struct want w = { .cost = FAR };
	struct learned_route got;
	const struct nexthops *nh;
	bool there, own = false;

	for (unsigned i = 0; i < n; i++) {
		own |= of[i].vertex == r;
		if (t->d[r][of[i].vertex] != FAR)
			shorten(&w.cost, t->d[r][of[i].vertex] + of[i].cost);
	}
	if (of[0].vertex >= g->n)
		for (unsigned j = 0; j < g->lan[of[0].vertex - g->n].n; j++)
			own |= g->lan[of[0].vertex - g->n].router[j] == r;
	for (unsigned i = 0; i < n && w.cost != FAR; i++)
		if (t->d[r][of[i].vertex] != FAR)
			first_hops(g, t, r, of[i].vertex, of[i].cost, &w);
	there = route_learned(g->o[r]->st, RP_OSPF, key, len, &got);
	CHECK_EQ(there, !own && w.cost != FAR);
	if (!there || own || w.cost == FAR)
		return;
	CHECK_EQ(got.metric, w.cost);
	nh = nexthops_of(g->o[r]->st, got.nexthops);
	CHECK_EQ(nh->n_hops, w.n < ROUTE_HOPS_MAX ? w.n : ROUTE_HOPS_MAX);
	for (unsigned i = 0; i < nh->n_hops; i++) {
		unsigned j = 0;

		while (j < w.n && w.via[j] != nh->hops[i].via)
			j++;
		CHECK(j < w.n);
	}
}

void graph_check(struct graph *g)
{
	struct truth *t = malloc(sizeof(*t));

	REQUIRE(t);
	all_pairs(g, t);
	for (unsigned r = 0; r < g->n; r++) {
		if (!g->o[r] || g->silent[r])
			continue;
		for (unsigned i = 0; i < g->n_links; i++) {
			const struct graph_link *l = &g->link[i];
			struct owner of[2] = { { l->a, l->cost }, { l->b, l->back } };

			if (l->down)
				CHECK(!route_learned(g->o[r]->st, RP_OSPF, graph_addr(i, false), 31,
						     NULL));
			else
				check_prefix(g, t, r, graph_addr(i, false), 31, of, 2);
		}
		for (unsigned i = 0; i < g->n_lans; i++) {
			struct owner of = { g->n + i, 0 };

			check_prefix(g, t, r, graph_lan_addr(i, 0) & ip4_mask(24), 24, &of, 1);
		}
		for (unsigned i = 0; i < g->n; i++) {
			struct owner of = { i, g->stub[i] };

			check_prefix(g, t, r, graph_id(i), 32, &of, 1);
		}
	}
	free(t);
}
