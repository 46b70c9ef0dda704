/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_UNIT_OSPF_GRAPH_H
#define TESTS_UNIT_OSPF_GRAPH_H
/*
 * A network as a graph, for tests of the routing table alone: there are no
 * packets.  Each router says its LSAs, which are put into the databases of
 * those that compute; what these install is compared with distances that
 * Floyd and Warshall's algorithm finds.
 *
 *	struct graph *g = graph_new(n);
 *	graph_link(g, a, b, cost, cost back);  /31
 *	graph_lan(g); graph_join(g, lan, router, cost); ...
 *	graph_computes(g, r);                  r has a stack
 *	graph_flood(g);                        what was changed is known
 *	graph_check(g);
 */
#include "stack/ospf/spf.h"
#include "tests/unit/harness.h"

#define GRAPH_ROUTERS 64
#define GRAPH_LINKS 256
#define GRAPH_LANS 8

struct graph_link { unsigned a, b; uint16_t cost, back; bool down; };
struct graph_lan {
	unsigned n, router[GRAPH_ROUTERS];
	uint16_t cost[GRAPH_ROUTERS];
};

struct graph {
	unsigned n, n_links, n_lans;
	struct graph_link link[GRAPH_LINKS];
	struct graph_lan lan[GRAPH_LANS];
	uint16_t stub[GRAPH_ROUTERS];     /* cost of 10.255.0.n/32 */
	bool silent[GRAPH_ROUTERS];       /* its LSA is flushed */
	struct prefix_pool *prefixes;
	struct ospf_pool *pool;
	struct net *net;
	struct ospf *o[GRAPH_ROUTERS];    /* or NULL */
	int32_t seq[GRAPH_ROUTERS + GRAPH_LANS];
	uint8_t said[GRAPH_ROUTERS + GRAPH_LANS][4096];
	size_t said_n[GRAPH_ROUTERS + GRAPH_LANS];
	ns_t now;
};

struct graph *graph_new(unsigned n);
void graph_free(struct graph *g);
unsigned graph_link(struct graph *g, unsigned a, unsigned b, uint16_t cost, uint16_t back);
unsigned graph_lan(struct graph *g);
void graph_join(struct graph *g, unsigned lan, unsigned router, uint16_t cost);
/* Before the first flood, and after the links. */
void graph_computes(struct graph *g, unsigned router);
/* All LSAs that changed are put into all databases, and ten seconds pass: longer than
 * any computation is put off, but nothing may become old. */
void graph_flood(struct graph *g);
/* The same, but nobody has computed anything yet. */
void graph_put(struct graph *g);
void graph_run(struct graph *g, ns_t d);
/* Every route of every computing router: distance and next hops. */
void graph_check(struct graph *g);
uint32_t graph_id(unsigned router);
ip4_t graph_addr(unsigned link, bool of_b);
ip4_t graph_lan_addr(unsigned lan, unsigned router);
/* Any LSA into the database of a router. */
struct lsa_text { uint32_t area; struct ospf_lsa_hdr h; const void *body; size_t n; };
void graph_install(struct graph *g, struct ospf *o, uint32_t area, const uint8_t *image, size_t n,
		   uint16_t age);

#endif
