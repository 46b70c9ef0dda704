// SPDX-License-Identifier: GPL-3.0-or-later
/* What only the whole file shows: names, addresses and routes that clash. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "sim/topo/lab.h"
#include "sim/topo/mem.h"

void ends_init(struct ends *e, const struct topo *t)
{
	uint32_t *next;

	e->first = mem_zalloc(t->n_nodes + 1, sizeof(*e->first));
	e->ref = mem_zalloc(2 * t->n_links, sizeof(*e->ref));
	for (uint32_t i = 0; i < 2 * t->n_links; i++)
		if (end_at(t, i)->node != TOPO_NO_NODE)
			e->first[end_at(t, i)->node + 1]++;
	for (size_t i = 0; i < t->n_nodes; i++)
		e->first[i + 1] += e->first[i];
	next = mem_zalloc(t->n_nodes, sizeof(*next));
	memcpy(next, e->first, t->n_nodes * sizeof(*next));
	for (uint32_t i = 0; i < 2 * t->n_links; i++)
		if (end_at(t, i)->node != TOPO_NO_NODE)
			e->ref[next[end_at(t, i)->node]++] = i;
	free(next);
}

void ends_fini(struct ends *e)
{
	free(e->first);
	free(e->ref);
}

/* ", in line N"; nothing of what a command made. */
static const char *in_line(char text[24], struct topo_pos pos)
{
	text[0] = '\0';
	if (pos.line && pos.line != POS_COMMAND)
		snprintf(text, 24, ", in line %" PRIu32, pos.line);
	return text;
}

/* ---- interfaces ---- */

static int ifname_cmp(const void *va, const void *vb, void *topo)
{
	uint32_t a = *(const uint32_t *)va, b = *(const uint32_t *)vb;
	int by_name = strcmp(end_at(topo, a)->ifname, end_at(topo, b)->ifname);

	return by_name ? by_name : a < b ? -1 : a > b;
}

static void check_ifnames(struct load *ld, const struct ends *ends, uint32_t node)
{
	struct topo *t = ld->topo;
	uint32_t n = ends->first[node + 1] - ends->first[node];
	uint32_t *ref = mem_zalloc(n, sizeof(*ref));
	char line[24];

	memcpy(ref, &ends->ref[ends->first[node]], n * sizeof(*ref));
	qsort_r(ref, n, sizeof(*ref), ifname_cmp, t);
	for (uint32_t i = 1; i < n; i++) {
		const struct topo_end *a = end_at(t, ref[i - 1]), *b = end_at(t, ref[i]);

		if (*a->ifname && strcmp(a->ifname, b->ifname) == 0)
			diag_error(ld->diag, b->pos, "interface '%s:%s' has a link already%s",
				   t->nodes[node].name, b->ifname, in_line(line, a->pos));
	}
	free(ref);
}

static void check_hub_ends(struct load *ld, const struct ends *ends, uint32_t node)
{
	for (uint32_t i = ends->first[node]; i < ends->first[node + 1]; i++) {
		uint32_t ref = ends->ref[i];
		struct topo_end *e = end_at(ld->topo, ref);

		e->auto_addr = false;
		if (e->n_addrs)
			diag_error(ld->diag, ld->addr_pos[ref], "'%s' is a hub; a hub has no "
				   "addresses", ld->topo->nodes[node].name);
	}
}

struct mac_at { struct mac mac; uint32_t ref; };

static int mac_at_cmp(const void *va, const void *vb)
{
	const struct mac_at *a = va, *b = vb;
	int by_mac = memcmp(&a->mac, &b->mac, sizeof(a->mac));

	return by_mac ? by_mac : a->ref < b->ref ? -1 : a->ref > b->ref;
}

static void check_macs(struct load *ld)
{
	struct topo *t = ld->topo;
	struct mac_at *m = mem_zalloc(2 * t->n_links, sizeof(*m));
	size_t n = 0;
	char text[MAC_STRLEN], line[24];

	for (uint32_t i = 0; i < 2 * t->n_links; i++)
		if (!end_at(t, i)->auto_mac)
			m[n++] = (struct mac_at){ end_at(t, i)->mac, i };
	qsort(m, n, sizeof(*m), mac_at_cmp);
	for (size_t i = 1; i < n; i++)
		if (mac_eq(m[i - 1].mac, m[i].mac))
			diag_error(ld->diag, end_at(t, m[i].ref)->pos, "MAC address %s is used "
				   "already%s", mac_fmt(m[i].mac, text),
				   in_line(line, end_at(t, m[i - 1].ref)->pos));
	free(m);
}

/* ---- addresses ---- */

struct addr_at { ip4_t a; struct topo_pos pos; const char *node; };

static int addr_at_cmp(const void *va, const void *vb)
{
	const struct addr_at *a = va, *b = vb;

	if (a->a != b->a)
		return a->a < b->a ? -1 : 1;
	if (a->pos.line != b->pos.line)
		return a->pos.line < b->pos.line ? -1 : 1;
	return a->pos.col < b->pos.col ? -1 : a->pos.col > b->pos.col;
}

static struct topo_pos pos_of(const struct load *ld, uint32_t ref)
{
	const struct topo_end *e = end_at(ld->topo, ref);

	return e->auto_addr || !ld->addr_pos[ref].line ? e->pos : ld->addr_pos[ref];
}

static size_t collect_addrs(const struct load *ld, struct addr_at *at)
{
	const struct topo *t = ld->topo;
	size_t n = 0;

	for (uint32_t i = 0; i < 2 * t->n_links; i++) {
		const struct topo_end *e = end_at(t, i);

		for (size_t k = 0; k < e->n_addrs && e->node != TOPO_NO_NODE; k++)
			at[n++] = (struct addr_at){ e->addrs[k].addr.v4, pos_of(ld, i),
						    t->nodes[e->node].name };
	}
	for (size_t i = 0; i < t->n_nodes; i++)
		for (size_t k = 0; k < t->nodes[i].n_loopback; k++)
			at[n++] = (struct addr_at){ t->nodes[i].loopback[k].addr.v4,
						    t->nodes[i].pos, t->nodes[i].name };
	return n;
}

static void check_addrs(struct load *ld)
{
	const struct topo *t = ld->topo;
	size_t n = 0;
	struct addr_at *at;
	char text[ADDR_STRLEN], line[24];

	for (uint32_t i = 0; i < 2 * t->n_links; i++)
		n += end_at(t, i)->n_addrs;
	for (size_t i = 0; i < t->n_nodes; i++)
		n += t->nodes[i].n_loopback;
	at = mem_zalloc(n, sizeof(*at));
	n = collect_addrs(ld, at);
	qsort(at, n, sizeof(*at), addr_at_cmp);
	for (size_t i = 1; i < n; i++)
		if (at[i - 1].a == at[i].a)
			diag_error(ld->diag, at[i].pos, "address %s of %s is used already by %s%s",
				   ip4_fmt(at[i].a, text), at[i].node, at[i - 1].node,
				   in_line(line, at[i - 1].pos));
	free(at);
}

/* ---- routes ---- */

static bool end_reaches(const struct topo_end *e, const struct addr *via)
{
	for (size_t i = 0; i < e->n_addrs; i++)
		if (prefix_has(&e->addrs[i], via))
			return true;
	return false;
}

static void list_networks(const struct topo *t, const struct ends *ends, uint32_t node,
			  struct buf *out)
{
	unsigned shown = 0;
	char text[PREFIX_STRLEN];

	for (uint32_t i = ends->first[node]; i < ends->first[node + 1]; i++) {
		const struct topo_end *e = end_at(t, ends->ref[i]);

		for (size_t k = 0; k < e->n_addrs; k++) {
			struct prefix p = e->addrs[k];

			p.addr.v4 &= ip4_mask(p.len);
			if (++shown <= 8)
				buf_printf(out, "%s%s", shown == 1 ? "; expected one in " : ", ",
					   prefix_fmt(&p, text));
		}
	}
	buf_str(out, shown > 8 ? ", ..." : "");
}

static void report_via(struct load *ld, const struct ends *ends, uint32_t node,
		       const struct topo_route *r)
{
	struct buf nets = { 0 };
	char text[ADDR_STRLEN];

	list_networks(ld->topo, ends, node, &nets);
	diag_error(ld->diag, r->pos, "the next router %s is in no network of %s%s%s%s",
		   addr_fmt(&r->via, text), ld->topo->nodes[node].name, *r->dev ? ":" : "",
		   r->dev, nets.len ? nets.s : ", which has none");
	buf_free(&nets);
}

static void check_own(struct load *ld, const struct topo_route *r, const struct topo_end *e)
{
	char text[ADDR_STRLEN];

	for (size_t k = 0; k < e->n_addrs; k++)
		if (addr_eq(&r->via, &e->addrs[k].addr))
			diag_error(ld->diag, r->pos, "the next router %s is %s itself",
				   addr_fmt(&r->via, text), ld->topo->nodes[e->node].name);
}

static void check_route(struct load *ld, const struct ends *ends, uint32_t node,
			const struct topo_route *r)
{
	const struct topo *t = ld->topo;
	bool dev = !*r->dev, via = r->via.family == ADDR_NONE;

	for (uint32_t i = ends->first[node]; i < ends->first[node + 1]; i++) {
		const struct topo_end *e = end_at(t, ends->ref[i]);
		bool here = !*r->dev || strcmp(r->dev, e->ifname) == 0;

		dev |= here;
		via |= here && end_reaches(e, &r->via);
		check_own(ld, r, e);
	}
	if (!dev)
		diag_error(ld->diag, r->pos, "%s has no interface '%s'", t->nodes[node].name,
			   r->dev);
	else if (!via)
		report_via(ld, ends, node, r);
}

/* Those that waited for this end, or find it, too. */
static void check_routes_by(struct load *ld, const struct ends *ends, const struct topo_end *e)
{
	const struct topo_node *n = &ld->topo->nodes[e->node];

	for (size_t i = 0; i < n->n_routes; i++) {
		const struct topo_route *r = &n->routes[i];

		if (!topo_route_leaves_by(r, e))
			continue;
		check_own(ld, r, e);
		if (r->via.family != ADDR_NONE && !end_reaches(e, &r->via))
			report_via(ld, ends, e->node, r);
	}
}

static int route_cmp(const void *va, const void *vb)
{
	const struct topo_route *a = *(const struct topo_route *const *)va;
	const struct topo_route *b = *(const struct topo_route *const *)vb;

	if (a->to.addr.v4 != b->to.addr.v4)
		return a->to.addr.v4 < b->to.addr.v4 ? -1 : 1;
	if (a->to.len != b->to.len)
		return a->to.len < b->to.len ? -1 : 1;
	if (a->metric != b->metric)
		return a->metric < b->metric ? -1 : 1;
	if (a->pos.line != b->pos.line)
		return a->pos.line < b->pos.line ? -1 : 1;
	return a->pos.col < b->pos.col ? -1 : a->pos.col > b->pos.col;
}

static bool same_route(const struct topo_route *a, const struct topo_route *b)
{
	return prefix_eq(&a->to, &b->to) && a->metric == b->metric;
}

static void check_twice(struct load *ld, const struct topo_node *n)
{
	const struct topo_route **r = mem_zalloc(n->n_routes, sizeof(*r));
	char text[PREFIX_STRLEN], line[24];

	for (size_t i = 0; i < n->n_routes; i++)
		r[i] = &n->routes[i];
	qsort(r, n->n_routes, sizeof(*r), route_cmp);
	for (size_t i = 1; i < n->n_routes; i++)
		if (r[i]->to.addr.family && same_route(r[i - 1], r[i]))
			diag_error(ld->diag, r[i]->pos, "%s has a route to %s already%s", n->name,
				   prefix_fmt(&r[i]->to, text), in_line(line, r[i - 1]->pos));
	free(r);
}

static void check_node(struct load *ld, const struct ends *ends, uint32_t node)
{
	const struct topo_node *n = &ld->topo->nodes[node];

	check_twice(ld, n);
	if (ld->tainted && ld->tainted[node])
		return;                           /* its networks are not all known */
	for (size_t i = 0; i < n->n_routes; i++)
		if (n->routes[i].to.addr.family != ADDR_NONE)
			check_route(ld, ends, node, &n->routes[i]);
}

/* ---- notes ---- */

void topo_warn(struct topo *t, struct topo_pos pos, const char *fmt, ...)
{
	va_list ap;

	if (pos.line && pos.line != POS_COMMAND)
		buf_printf(&t->notes, "%s:%" PRIu32 ":%" PRIu32 ": ", t->file, pos.line, pos.col);
	buf_str(&t->notes, "warning: ");
	va_start(ap, fmt);
	buf_vprintf(&t->notes, fmt, ap);
	va_end(ap);
	buf_putc(&t->notes, '\n');
}

/* Two ends of a link that share no network do not hear each other. */
static void note_strangers(struct topo *t, uint32_t link)
{
	const struct topo_end *a = &t->links[link].end[0], *b = &t->links[link].end[1];

	if (a->n_addrs && b->n_addrs && !end_reaches(a, &b->addrs[0].addr) &&
	    !end_reaches(b, &a->addrs[0].addr))
		topo_warn(t, t->links[link].pos, "%s:%s and %s:%s are joined but in "
			  "different networks", t->nodes[a->node].name, a->ifname,
			  t->nodes[b->node].name, b->ifname);
}

/* One address of a node, and the end it is on. */
struct net_at { struct prefix p; uint32_t ref, k; };

static int net_at_cmp(const void *va, const void *vb)
{
	const struct net_at *a = va, *b = vb;
	ip4_t x = a->p.addr.v4 & ip4_mask(a->p.len), y = b->p.addr.v4 & ip4_mask(b->p.len);

	if (x != y)
		return x < y ? -1 : 1;
	if (a->p.len != b->p.len)
		return a->p.len < b->p.len ? -1 : 1;
	if (a->ref != b->ref)
		return a->ref < b->ref ? -1 : 1;
	return a->k < b->k ? -1 : a->k > b->k;
}

static void warn_overlap(struct load *ld, uint32_t node, const struct net_at *wide,
			 const struct net_at *in)
{
	const struct topo *t = ld->topo;
	const struct net_at *later = wide->ref > in->ref ? wide : in;
	const struct net_at *first = later == wide ? in : wide;
	char a[PREFIX_STRLEN], b[PREFIX_STRLEN];

	topo_warn(ld->topo, pos_of(ld, later->ref), "%s on %s:%s overlaps %s on %s:%s",
		  prefix_fmt(&later->p, a), t->nodes[node].name, end_at(t, later->ref)->ifname,
		  prefix_fmt(&first->p, b), t->nodes[node].name, end_at(t, first->ref)->ifname);
}

/* Networks of two links of one node that share addresses: the longer prefix
 * takes them, which is seldom what was meant.  Of the links from `from` on. */
static void note_overlaps(struct load *ld, const struct ends *ends, uint32_t node, uint32_t from)
{
	const struct topo *t = ld->topo;
	struct net_at *net;
	size_t n = 0, wide = 0;

	for (uint32_t i = ends->first[node]; i < ends->first[node + 1]; i++)
		n += end_at(t, ends->ref[i])->n_addrs;
	net = mem_zalloc(n, sizeof(*net));
	n = 0;
	for (uint32_t i = ends->first[node]; i < ends->first[node + 1]; i++)
		for (uint32_t k = 0; k < end_at(t, ends->ref[i])->n_addrs; k++)
			net[n++] = (struct net_at){ end_at(t, ends->ref[i])->addrs[k],
						    ends->ref[i], k };
	qsort(net, n, sizeof(*net), net_at_cmp);
	/* Sorted, a network stands behind the widest one it lies in. */
	for (size_t i = 1; i < n; i++) {
		if (!prefix_has(&net[wide].p, &net[i].p.addr))
			wide = i;
		else if (net[i].ref != net[wide].ref &&
			 (net[i].ref / 2 >= from || net[wide].ref / 2 >= from))
			warn_overlap(ld, node, &net[wide], &net[i]);
	}
	free(net);
}

void lab_complete(struct load *ld)
{
	struct topo *t = ld->topo;
	uint32_t *seg = mem_zalloc(t->n_links, sizeof(*seg));
	struct ends ends;

	ends_init(&ends, t);
	for (uint32_t i = 0; i < t->n_nodes; i++)
		if (t->nodes[i].kind == NODE_HUB)
			check_hub_ends(ld, &ends, i);
	assign_names(ld, &ends);
	for (uint32_t i = 0; i < t->n_nodes; i++)
		check_ifnames(ld, &ends, i);
	for (uint32_t i = 0; i < t->n_nodes; i++)
		if (topo_is_door(&t->nodes[i]))
			door_check_ends(ld, &ends, i);
	check_macs(ld);
	assign_macs(ld, &ends);
	segments_find(t, seg, 0);
	assign_addrs(ld, seg);
	check_addrs(ld);
	for (uint32_t i = 0; i < t->n_nodes; i++)
		check_node(ld, &ends, i);
	if (ld->diag->n == 0) {
		for (uint32_t i = 0; i < t->n_links; i++)
			note_strangers(t, i);
		ospf_complete(t);
		for (uint32_t i = 0; i < t->n_nodes; i++)
			note_overlaps(ld, &ends, i, 0);
	}
	for (size_t i = 0; i < t->n_nodes; i++) {
		t->nodes[i].n_ifs_ever = ends.first[i + 1] - ends.first[i];
		t->nodes[i].number = (uint32_t)i;
	}
	t->n_nodes_ever = (uint32_t)t->n_nodes;
	ends_fini(&ends);
	free(seg);
}

void link_complete(struct load *ld, uint32_t link)
{
	struct topo *t = ld->topo;
	uint32_t *seg = mem_zalloc(t->n_links, sizeof(*seg));
	const uint32_t nodes[] = { t->links[link].end[0].node, t->links[link].end[1].node };
	struct ends ends;

	ends_init(&ends, t);
	for (int i = 0; i < 2; i++)
		if (t->nodes[nodes[i]].kind == NODE_HUB)
			check_hub_ends(ld, &ends, nodes[i]);
	assign_link(ld, &ends, link);
	for (int i = 0; i < 2; i++)
		check_ifnames(ld, &ends, nodes[i]);
	check_macs(ld);
	segments_find(t, seg, link);
	assign_addrs(ld, seg);
	check_addrs(ld);
	for (int i = 0; i < 2; i++)
		check_routes_by(ld, &ends, &t->links[link].end[i]);
	if (ld->diag->n == 0) {
		note_strangers(t, link);
		ospf_complete_link(t, link);
		for (int i = 0; i < 2; i++)
			note_overlaps(ld, &ends, nodes[i], link);
	}
	ends_fini(&ends);
	free(seg);
}

void node_complete(struct load *ld, uint32_t node)
{
	check_addrs(ld);
	check_twice(ld, &ld->topo->nodes[node]);
	if (ld->diag->n == 0)
		ospf_complete_node(ld->topo, node);
}
