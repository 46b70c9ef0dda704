// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * A lab as a topology file of the course's vnetUtils (vnet.c says what that
 * is).  Only labs that such a file makes are written: what it cannot say is
 * told, the first thing in the order of the lab.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "sim/topo/export.h"
#include "sim/topo/mem.h"
#include "stack/util/cc.h"

#define HOSTS_MAX 100000                  /* as vnet.c reads them */
#define PREFIX_MAX 8                      /* of names: PREFIXveth9-8 has to fit */
#define NET_LEN_MAX 30

struct vnet {
	const struct topo *t;
	struct buf *out, *why;
	uint32_t *number;                 /* of each node */
	uint32_t hosts;                   /* the highest */
	char prefix[TOPO_NAME_MAX];
	size_t prefix_len;
};

/* Always false, for callers to return. */
static bool printf_like(2, 3) cannot(struct vnet *v, const char *fmt, ...)
{
	va_list ap;

	buf_str(v->why, "vnetUtils files cannot say this: ");
	va_start(ap, fmt);
	buf_vprintf(v->why, fmt, ap);
	va_end(ap);
	return false;
}

static const char *name_of(const struct vnet *v, const struct topo_end *e)
{
	return v->t->nodes[e->node].name;
}

/* ---- nodes ---- */

/* PREFIXns<number>, without zeros in front; the prefix may be empty. */
static bool name_split(const char *name, size_t *prefix_len, uint32_t *number)
{
	size_t len = strlen(name), at = len;
	uint64_t n = 0;

	while (at > 0 && name[at - 1] >= '0' && name[at - 1] <= '9')
		at--;
	if (at == len || len - at > 6 || (name[at] == '0' && len - at > 1))
		return false;
	for (size_t i = at; i < len; i++)
		n = n * 10 + (uint64_t)(name[i] - '0');
	if (at < 2 || memcmp(name + at - 2, "ns", 2) != 0 || n > HOSTS_MAX)
		return false;
	*prefix_len = at - 2;
	*number = (uint32_t)n;
	return true;
}

static bool kind_cannot(struct vnet *v, const struct topo_node *n)
{
	cannot(v, "%s is of kind ", n->name);
	topo_kind_word(n, v->why);
	return false;
}

static bool read_node(struct vnet *v, size_t i)
{
	const struct topo_node *n = &v->t->nodes[i];
	size_t len;

	if (n->kind != NODE_ROUTER && n->kind != NODE_HOST)
		return kind_cannot(v, n);
	if (!n->forward)
		return cannot(v, "%s does not forward", n->name);
	if (n->n_loopback)
		return cannot(v, "%s has addresses on lo", n->name);
	if (!name_split(n->name, &len, &v->number[i]))
		return cannot(v, "node '%s' is not called ns<number>", n->name);
	if (len > PREFIX_MAX)
		return cannot(v, "'%s' has more than %d characters before ns", n->name, PREFIX_MAX);
	if (i == 0) {
		memcpy(v->prefix, n->name, len);
		v->prefix_len = len;
	}
	if (len != v->prefix_len || memcmp(n->name, v->prefix, len) != 0)
		return cannot(v, "the names %s and %s begin differently", v->t->nodes[0].name,
			      n->name);
	if (v->number[i] > v->hosts)
		v->hosts = v->number[i];
	return true;
}

/* Names differ, so of N + 1 or, without the first, N nodes none is missing. */
static bool read_nodes(struct vnet *v)
{
	bool *seen;
	uint32_t gap = 1;

	for (size_t i = 0; i < v->t->n_nodes; i++)
		if (!read_node(v, i))
			return false;
	seen = mem_zalloc((size_t)v->hosts + 2, sizeof(*seen));
	for (size_t i = 0; i < v->t->n_nodes; i++)
		seen[v->number[i]] = true;
	while (seen[gap])
		gap++;
	free(seen);
	return gap > v->hosts || cannot(v, "there is a %sns%u but no %sns%u", v->prefix, v->hosts,
					v->prefix, gap);
}

/* ---- links ---- */

static uint64_t pair_of(const struct vnet *v, const struct topo_link *l)
{
	uint32_t a = v->number[l->end[0].node], b = v->number[l->end[1].node];

	return a < b ? (uint64_t)a << 32 | b : (uint64_t)b << 32 | a;
}

/* The interface that the format would make; again: links of the pair before. */
static bool ifname_fits(struct vnet *v, const struct topo_end *e, const struct topo_end *peer,
			unsigned again)
{
	char want[TOPO_NAME_MAX + 48], no[16] = "";

	if (again)
		snprintf(no, sizeof(no), ".%u", again);
	snprintf(want, sizeof(want), "%sveth%u-%u%s", v->prefix, v->number[e->node],
		 v->number[peer->node], no);
	return strcmp(want, e->ifname) == 0 ||
	       cannot(v, "interface %s:%s is not called %s", name_of(v, e), e->ifname, want);
}

static bool end_fits(struct vnet *v, const struct topo_link *l, const struct topo_end *e)
{
	struct buf words = { 0 };

	if (!e->auto_mac)
		return cannot(v, "%s:%s has a MAC address of its own", name_of(v, e), e->ifname);
	if (l->mtu != 1500)
		return cannot(v, "%s:%s has an MTU of %" PRIu32, name_of(v, e), e->ifname, l->mtu);
	if (l->down)
		return cannot(v, "the link at %s:%s starts cut", name_of(v, e), e->ifname);
	if (topo_end_is_plain(v->t, e))
		return true;
	topo_end_words(v->t, e, &words);
	cannot(v, "%s:%s sends with %s", name_of(v, e), e->ifname, words.s ? words.s : "");
	buf_free(&words);
	return false;
}

static bool addr_fits(struct vnet *v, const struct topo_end *e, unsigned host)
{
	const struct prefix *p = e->addrs;
	char text[PREFIX_STRLEN];

	if (e->n_addrs != 1)
		return cannot(v, "%s:%s has %zu addresses, not one", name_of(v, e), e->ifname,
			      e->n_addrs);
	if (p->len > NET_LEN_MAX)
		return cannot(v, "%s:%s has %s, and a network is a /%d or larger", name_of(v, e),
			      e->ifname, prefix_fmt(p, text), NET_LEN_MAX);
	return (p->addr.v4 & ~ip4_mask(p->len)) == host ||
	       cannot(v, "%s:%s has %s, and the %s host of a link is number %u of its network",
		      name_of(v, e), e->ifname, prefix_fmt(p, text),
		      host == 1 ? "lower" : "higher", host);
}

static void write_link(struct vnet *v, const struct topo_end *lo, const struct topo_end *hi)
{
	struct prefix net = lo->addrs[0];
	char text[PREFIX_STRLEN];

	net.addr.v4 &= ip4_mask(net.len);
	prefix_fmt(&net, text);
	if (net.len == 24)
		*strrchr(text, '.') = '\0';       /* as the scripts read it: A.B.C */
	buf_printf(v->out, "%u %u %s\n", v->number[lo->node], v->number[hi->node], text);
}

static bool read_link(struct vnet *v, size_t i)
{
	const struct topo_link *l = &v->t->links[i];
	bool swap = v->number[l->end[0].node] > v->number[l->end[1].node];
	const struct topo_end *lo = &l->end[swap], *hi = &l->end[!swap];
	struct prefix net;
	unsigned again = 0;

	for (size_t k = 0; k < i; k++)
		again += pair_of(v, &v->t->links[k]) == pair_of(v, l);
	if (!ifname_fits(v, lo, hi, again) || !ifname_fits(v, hi, lo, again) ||
	    !end_fits(v, l, lo) || !end_fits(v, l, hi) ||
	    !addr_fits(v, lo, 1) || !addr_fits(v, hi, 2))
		return false;
	if (!topo_link_net(lo->addrs, 1, hi->addrs, 1, &net))
		return cannot(v, "%s:%s and %s:%s are in different networks", name_of(v, lo),
			      lo->ifname, name_of(v, hi), hi->ifname);
	write_link(v, lo, hi);
	return true;
}

/* ---- routes ---- */

/* The link that the format takes for a way from a node to next: the first of
 * the pair.  Side says which end is the node's. */
static const struct topo_link *first_link(const struct vnet *v, uint32_t node, uint32_t next,
					  int *side)
{
	for (size_t i = 0; i < v->t->n_links; i++) {
		const struct topo_link *l = &v->t->links[i];

		for (*side = 0; *side < 2; ++*side)
			if (l->end[*side].node == node && l->end[!*side].node == next)
				return l;
	}
	return NULL;
}

/* The node behind an interface of a node that has the address, or -1. */
static int64_t next_of(const struct vnet *v, uint32_t node, const struct addr *via)
{
	for (size_t i = 0; i < 2 * v->t->n_links; i++) {
		const struct topo_link *l = &v->t->links[i / 2];

		if (l->end[i % 2].node == node && addr_eq(&l->end[!(i % 2)].addrs[0].addr, via))
			return l->end[!(i % 2)].node;
	}
	return -1;
}

static bool route_cannot(struct vnet *v, const struct topo_node *n, const struct topo_route *r,
			 const char *why)
{
	char text[PREFIX_STRLEN];

	return cannot(v, "the route of %s to %s %s", n->name,
		      r->to.len ? prefix_fmt(&r->to, text) : "default", why);
}

static bool read_route(struct vnet *v, uint32_t node, const struct topo_route *r)
{
	const struct topo_node *n = &v->t->nodes[node];
	const struct topo_link *l;
	char text[PREFIX_STRLEN];
	int64_t next;
	int side;

	if (r->via.family == ADDR_NONE)
		return route_cannot(v, n, r, "has no next router");
	if (r->metric)
		return route_cannot(v, n, r, "has a metric");
	next = next_of(v, node, &r->via);
	if (next < 0)
		return route_cannot(v, n, r, "goes by way of an address that is no neighbour's");
	l = first_link(v, node, (uint32_t)next, &side);
	assert(l);                        /* next is behind one */
	if (!addr_eq(&l->end[!side].addrs[0].addr, &r->via) ||
	    (r->dev[0] && strcmp(r->dev, l->end[side].ifname) != 0))
		return route_cannot(v, n, r, "takes another link than the first to its next "
				    "router");
	buf_printf(v->out, "%u %s %u\n", v->number[node],
		   r->to.len ? prefix_fmt(&r->to, text) : "default", v->number[next]);
	return true;
}

static bool read_all(struct vnet *v)
{
	if (!read_nodes(v))
		return false;
	buf_printf(v->out, "%s\n%u\n", v->prefix, v->hosts);
	for (size_t i = 0; i < v->t->n_links; i++)
		if (!read_link(v, i))
			return false;
	buf_putc(v->out, '\n');
	for (uint32_t i = 0; i < v->t->n_nodes; i++)
		for (size_t k = 0; k < v->t->nodes[i].n_routes; k++)
			if (!read_route(v, i, &v->t->nodes[i].routes[k]))
				return false;
	buf_putc(v->out, '\n');
	return true;
}

bool topo_export_vnet(const struct topo *t, struct buf *out, struct buf *why)
{
	struct vnet v = { .t = t, .out = out, .why = why };
	size_t before = out->len;
	bool ok;

	v.number = mem_zalloc(t->n_nodes, sizeof(*v.number));
	ok = read_all(&v);
	free(v.number);
	if (!ok && out->s) {
		out->len = before;
		out->s[before] = '\0';
	}
	return ok;
}
