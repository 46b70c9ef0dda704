// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * When routing has converged: no router has anything left to do, and routers that
 * links join within an area have equal databases of it.  What joins them is the
 * wire, not the adjacency, so that a lab in which nobody has said hello yet, or
 * two never come to terms, is not taken for one that is done.  Nor is a lab in which
 * a router has a full neighbour who crashed, or was made passive: his silence is still
 * to be noticed.
 * A LAN where all routers have priority 0 joins nobody: it has no designated router,
 * so those on it stay 2-Way (RFC 2328 10.4), and are done when they are.
 */
#include <stdlib.h>

#include "sim/joined.h"
#include "sim/lab.h"
#include "sim/mem.h"
#include "sim/topo/topo.h"
#include "stack/ospf.h"
#include "stack/show.h"
#include "stack/util/hash.h"

#define WHY_MAX 8                         /* reasons that are told */

/* One router's part of one area. */
struct member {
	uint32_t node, area;
	bool externals;                   /* the area has AS-external LSAs */
	uint64_t digest, external;
};
/* An interface that talks OSPF. */
struct port_at {
	uint32_t seg, area, member, end;
	uint32_t n_two_way;
	bool never_dr;                    /* of a LAN, with priority 0 */
	bool two_way;                     /* with all of a LAN where nobody may be DR */
};

struct census {
	struct lab *lab;
	struct node *node;                /* under way */
	struct member *members;
	struct port_at *ports;
	uint32_t *first;                  /* by node: its first member */
	uint32_t *seg;                    /* by link: its network */
	uint32_t *up;                     /* by member: its component */
	size_t n_members, n_ports;
	bool strangers;                   /* somebody on a LAN without a DR lacks a neighbour */
};

/* --- who is there ------------------------------------------------------------------- */

/* Which links are one network: those that meet in a running hub, and are up. */
static void find_segments(struct census *c)
{
	const struct lab *lab = c->lab;
	size_t n = lab->n_links + lab->n_nodes;

	c->seg = xcalloc(n + 1, sizeof(*c->seg));
	for (size_t i = 0; i < n; i++)
		c->seg[i] = (uint32_t)i;
	for (size_t i = 0; i < lab->n_links; i++) {
		const struct link *l = lab->links[i];

		for (int s = 0; s < 2 && l->up; s++)
			if (l->end[s].node->is_hub && l->end[s].node->up)
				joined_join(c->seg, (uint32_t)i,
				     (uint32_t)lab->n_links + l->end[s].node->index);
	}
}

static bool add_member(void *arg, const struct show_ospf_area *a)
{
	struct census *c = arg;

	c->members = xrealloc(c->members, (c->n_members + 1) * sizeof(*c->members));
	c->members[c->n_members] = (struct member){
		.node = c->node->index, .area = a->id,
		.externals = a->config.type == OSPF_AREA_NORMAL, .digest = a->digest,
		.external = show_ospf_external_digest(c->node->stack),
	};
	c->n_members++;
	return true;
}

static struct link_end *end_of(const struct node *n, const struct netdev *dev)
{
	for (uint32_t i = 0; i < n->n_ends; i++)
		if (&n->ends[i]->dev == dev)
			return n->ends[i];
	return NULL;
}

static bool add_port(void *arg, const struct show_ospf_if *i)
{
	struct census *c = arg;
	struct link_end *e = end_of(c->node, i->dev);

	if (!e || i->config.passive || i->state == OSPF_IF_DOWN || !e->link->up)
		return true;
	for (uint32_t m = c->first[c->node->index]; m < c->n_members; m++) {
		if (c->members[m].area != i->config.area)
			continue;
		c->ports = xrealloc(c->ports, (c->n_ports + 1) * sizeof(*c->ports));
		c->ports[c->n_ports++] = (struct port_at){
			.seg = joined_root(c->seg, e->link->index), .area = i->config.area,
			.member = m, .end = 2 * e->link->index + (e == &e->link->end[1]),
			.n_two_way = i->n_two_way,
			.never_dr = i->config.type == OSPF_NET_BROADCAST && !i->config.priority,
		};
	}
	return true;
}

static int port_cmp(const void *va, const void *vb)
{
	const struct port_at *a = va, *b = vb;

	if (a->seg != b->seg)
		return a->seg < b->seg ? -1 : 1;
	if (a->area != b->area)
		return a->area < b->area ? -1 : 1;
	return a->member < b->member ? -1 : a->member > b->member;
}

static bool together(const struct port_at *a, const struct port_at *b)
{
	return a->seg == b->seg && a->area == b->area;
}

/* Those n on one network of an area. */
static void join_group(struct census *c, struct port_at *p, size_t n)
{
	bool hopeless = n > 1;

	for (size_t i = 0; i < n; i++)
		hopeless &= p[i].never_dr;
	for (size_t i = 0; i < n; i++) {
		p[i].two_way = hopeless && p[i].n_two_way >= n - 1;
		c->strangers |= hopeless && !p[i].two_way;
		if (!hopeless)
			joined_join(c->up, p[0].member, p[i].member);
	}
}

static void join_members(struct census *c)
{
	for (size_t i = 0, end; i < c->n_ports; i = end) {
		for (end = i + 1; end < c->n_ports && together(&c->ports[i], &c->ports[end]); )
			end++;
		join_group(c, &c->ports[i], end - i);
	}
}

static void census_take(struct census *c)
{
	struct lab *lab = c->lab;

	c->first = xcalloc(lab->n_nodes + 1, sizeof(*c->first));
	find_segments(c);
	for (size_t i = 0; i < lab->n_nodes; i++) {
		c->node = lab->nodes[i];
		c->first[i] = (uint32_t)c->n_members;
		if (!c->node->stack)
			continue;
		show_ospf_areas(c->node->stack, add_member, c);
		show_ospf_ifs(c->node->stack, add_port, c);
	}
	if (c->n_ports)
		qsort(c->ports, c->n_ports, sizeof(*c->ports), port_cmp);
	c->up = xcalloc(c->n_members + 1, sizeof(*c->up));
	for (size_t i = 0; i < c->n_members; i++)
		c->up[i] = (uint32_t)i;
	join_members(c);
}

static void census_free(struct census *c)
{
	free(c->members);
	free(c->ports);
	free(c->first);
	free(c->seg);
	free(c->up);
}

static const struct member *member_root(const struct census *c, size_t i)
{
	return &c->members[joined_root(c->up, (uint32_t)i)];
}

static bool members_agree(const struct member *a, const struct member *b)
{
	return a->digest == b->digest &&
	       (!a->externals || !b->externals || a->external == b->external);
}

/* --- are they done? -------------------------------------------------------------------- */

/* The one that was at work when it was looked at last is asked first. */
static bool all_settled(struct lab *lab)
{
	size_t n = lab->n_nodes;

	for (size_t k = 0; k < n; k++) {
		struct node *d = lab->nodes[(lab->ospf.cursor + k) % n];

		if (d->stack && node_runs_ospf(d) && !show_ospf_settled(d->stack, NULL)) {
			lab->ospf.cursor = d->index;
			return false;
		}
	}
	return true;
}

static bool has_addr(const struct netdev *dev, ip4_t addr)
{
	const struct ifaddr *ia;

	list_for_each(&dev->addrs, ia, node)
		if (ia->prefix.addr.v4 == addr)
			return true;
	return false;
}

/* Who may send from addr over this link; NULL: nobody. */
static const struct link_end *link_sender(const struct link *l, ip4_t addr)
{
	for (int s = 0; s < 2 && l->up; s++) {
		const struct node *n = l->end[s].node;

		if (n->is_door || (n->stack && l->end[s].dev.flags & DEV_UP &&
				   has_addr(&l->end[s].dev, addr)))
			return &l->end[s];
	}
	return NULL;
}

/* The same of the network behind e.  Of who is on a LAN nobody hears when he crashes
 * or his cable is cut. */
static const struct link_end *sender(const struct census *c, const struct link_end *e, ip4_t addr)
{
	const struct lab *lab = c->lab;
	const struct link *own = e->link;
	uint32_t seg = joined_root(c->seg, own->index);
	const struct link_end *found = NULL;

	if (!own->end[0].node->is_hub && !own->end[1].node->is_hub)
		return link_sender(own, addr);
	for (size_t i = 0; i < lab->n_links && !found; i++)
		if (joined_root(c->seg, (uint32_t)i) == seg)
			found = link_sender(lab->links[i], addr);
	return found;
}

struct adjacency { const struct link_end *from, *to; bool full; };

static bool find_adjacency(void *arg, const struct show_ospf_nbr *n)
{
	struct adjacency *a = arg;

	a->full = n->dev == &a->from->dev && n->state == OSPF_NBR_FULL &&
		  has_addr(&a->to->dev, n->addr);
	return !a->full;
}

/* Is `to` a full neighbour of `from`? */
static bool is_full(const struct link_end *from, const struct link_end *to)
{
	struct adjacency a = { .from = from, .to = to };

	show_ospf_nbrs(from->node->stack, find_adjacency, &a);
	return a.full;
}

struct gone {
	const struct census *c;
	const struct node *node;          /* who takes nbr for there */
	struct show_ospf_nbr nbr;
	bool any, there;                  /* there: but he is not adjacent to node any more */
};

/* Not who is 2-Way alone: no database changes when he is found gone. */
static bool find_gone(void *arg, const struct show_ospf_nbr *n)
{
	struct gone *g = arg;
	const struct link_end *e = end_of(g->node, n->dev), *peer;

	if (!e || n->state != OSPF_NBR_FULL)
		return true;
	peer = sender(g->c, e, n->addr);
	if (peer && (peer->node->is_door || is_full(peer, e)))
		return true;
	g->nbr = *n;
	g->there = peer;
	g->any = true;
	return false;
}

/* A neighbour whom a router takes for there though he is not. */
static bool someone_gone(const struct census *c, struct gone *g)
{
	for (size_t i = 0; i < c->lab->n_nodes && !g->any; i++) {
		*g = (struct gone){ .c = c, .node = c->lab->nodes[i] };
		if (g->node->stack)
			show_ospf_nbrs(g->node->stack, find_gone, g);
	}
	return g->any;
}

enum agreement { AGREE, DIFFER, STRANGERS };

static enum agreement databases_agree(struct lab *lab)
{
	struct census c = { .lab = lab };
	struct gone g = { .any = false };
	bool agree = true;

	census_take(&c);
	for (size_t i = 0; i < c.n_members && agree; i++)
		agree = members_agree(&c.members[i], member_root(&c, i));
	agree = agree && !someone_gone(&c, &g);
	census_free(&c);
	return !agree ? DIFFER : c.strangers ? STRANGERS : AGREE;
}

bool node_runs_ospf(struct node *n)
{
	struct show_ospf o;

	return n->stack && show_ospf(n->stack, &o);
}

bool lab_has_ospf(const struct lab *lab)
{
	for (size_t i = 0; i < lab->n_nodes; i++)
		if (node_runs_ospf(lab->nodes[i]))
			return true;
	return false;
}

static bool add_digest(void *arg, const struct show_ospf_area *a)
{
	uint64_t *sum = arg;

	*sum = hash_pair(hash_pair(*sum, a->digest), a->n_full);
	return true;
}

/* Another one when any database is, or anybody has another number of full neighbours. */
static uint64_t databases_sum(struct lab *lab)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < lab->n_nodes; i++) {
		if (!lab->nodes[i]->stack)
			continue;
		show_ospf_areas(lab->nodes[i]->stack, add_digest, &sum);
		sum = hash_pair(sum, show_ospf_external_digest(lab->nodes[i]->stack));
	}
	return sum;
}

/* Asked after every event: databases are compared only where nobody is at work,
 * and not again while they are what they were. */
bool lab_is_converged(struct lab *lab)
{
	struct ospf_lab *o = &lab->ospf;
	enum agreement found;
	uint64_t sum;

	if (!all_settled(lab))
		return false;
	if (!lab_has_ospf(lab))
		return lab_is_quiet(lab);
	sum = databases_sum(lab);
	if (o->differed && sum == o->differed_sum)
		return false;
	found = databases_agree(lab);
	o->differed = found == DIFFER;            /* strangers do not change the sum by meeting */
	o->differed_sum = sum;
	return found == AGREE;
}

/* --- and if not, why? ------------------------------------------------------------------ */

struct why { struct census *c; struct buf *out; unsigned n; };

/* Begins a reason; false: there are enough of them. */
static bool reason(struct why *w)
{
	if (w->n++ >= WHY_MAX)
		return false;
	buf_str(w->out, w->n > 1 ? "; " : "");
	return true;
}

static const char *member_name(const struct census *c, const struct member *m)
{
	return node_name(c->lab->nodes[m->node]);
}

struct adjacent { const struct netdev *dev; unsigned n_full; enum ospf_nbr_state best; bool any; };

static bool add_nbr(void *arg, const struct show_ospf_nbr *n)
{
	struct adjacent *a = arg;

	if (n->dev != a->dev)
		return true;
	a->n_full += n->state == OSPF_NBR_FULL;
	a->best = !a->any || n->state > a->best ? n->state : a->best;
	a->any = true;
	return true;
}

/* An interface with somebody on its wire, and nobody adjacent. */
static void why_port(struct why *w, const struct port_at *p)
{
	const struct link_end *e = &w->c->lab->links[p->end / 2]->end[p->end % 2];
	struct adjacent a = { .dev = &e->dev };

	if (p->two_way)
		return;
	show_ospf_nbrs(e->node->stack, add_nbr, &a);
	if (a.n_full || !reason(w))
		return;
	if (a.any)
		buf_printf(w->out, "%s %s has no full neighbour (%s)", node_name(e->node),
			   e->dev.name, ospf_nbr_state_name(a.best));
	else
		buf_printf(w->out, "%s %s hears no neighbour that it can take",
			   node_name(e->node), e->dev.name);
}

static void why_ports(struct why *w)
{
	const struct port_at *p = w->c->ports;

	for (size_t i = 0; i < w->c->n_ports; i++)
		if ((i && together(&p[i - 1], &p[i])) ||
		    (i + 1 < w->c->n_ports && together(&p[i], &p[i + 1])))
			why_port(w, &p[i]);
}

static void why_databases(struct why *w)
{
	char text[ADDR_STRLEN];

	for (size_t i = 0; i < w->c->n_members; i++) {
		const struct member *m = &w->c->members[i], *root = member_root(w->c, i);

		if (!members_agree(m, root) && reason(w))
			buf_printf(w->out, "%s and %s have different databases of area %s",
				   member_name(w->c, root), member_name(w->c, m),
				   ip4_fmt(m->area, text));
	}
}

static void why_gone(struct why *w)
{
	char id[ADDR_STRLEN];
	struct gone g = { .any = false };
	ns_t left;

	if (!someone_gone(w->c, &g) || !reason(w))
		return;
	left = g.nbr.dead_at - w->c->lab->engine.now;
	buf_printf(w->out, "%s %s takes %s, who is %s, for there for another %lld s",
		   node_name(g.node), g.nbr.dev->name, ip4_fmt(g.nbr.id, id),
		   g.there ? "not adjacent to it" : "gone",
		   (long long)(left > 0 ? (left + SEC(1) - 1) / SEC(1) : 0));
}

static void why_busy(struct why *w)
{
	for (size_t i = 0; i < w->c->lab->n_nodes; i++) {
		struct node *n = w->c->lab->nodes[i];
		const char *text = "is at work";

		if (node_runs_ospf(n) && !show_ospf_settled(n->stack, &text) && reason(w))
			buf_printf(w->out, "%s: %s", node_name(n), text);
	}
}

void lab_why_not_converged(struct lab *lab, struct buf *out)
{
	struct census c = { .lab = lab };
	struct why w = { &c, out, 0 };

	if (!lab_has_ospf(lab))
		return;
	census_take(&c);
	why_ports(&w);
	why_gone(&w);
	why_busy(&w);
	why_databases(&w);
	if (w.n > WHY_MAX)
		buf_printf(out, "; and %u more", w.n - WHY_MAX);
	census_free(&c);
}
