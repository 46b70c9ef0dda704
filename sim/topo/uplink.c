// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * A node for which this machine itself stands: each of its interfaces is a TAP
 * of that name, and what the lab file says of its addresses and routes is told
 * to the machine's own kernel (sim/port/uplink.h).
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/topo/keys.h"
#include "sim/topo/lab.h"
#include "sim/topo/mem.h"
#include "sim/topo/topo.h"

#define DEFAULT_NODE "ns0"

struct build {
	struct topo *t;
	uint32_t node;
	struct ends ends;
	struct topo_uplink *up;
};

static struct prefix network(struct prefix p)
{
	p.addr.v4 &= ip4_mask(p.len);
	return p;
}

static void net_add(struct topo_uplink *up, struct prefix p)
{
	up->nets = mem_grow(up->nets, up->n_nets + 1, sizeof(*up->nets));
	up->nets[up->n_nets++] = network(p);
}

static void addr_line(struct build *b, const struct prefix *p, const char *dev)
{
	char text[PREFIX_STRLEN];

	buf_printf(&b->up->batch, "addr add %s%s dev %s\n", prefix_fmt(p, text),
		   p->len < 31 ? " brd +" : "", dev);
	net_add(b->up, *p);
}

static void end_lines(struct build *b, const struct topo_end *e)
{
	char text[MAC_STRLEN];

	buf_printf(&b->up->batch, "link set dev %s address %s\n", e->ifname,
		   mac_fmt(e->mac, text));
	for (size_t i = 0; i < e->n_addrs; i++)
		addr_line(b, &e->addrs[i], e->ifname);
}

/* The interface by which a route leaves; its next router is in a network of
 * the node, as is checked when a lab file is read.  The kernel is told it, for
 * a route by another interface of the machine would outlive the lab. */
static const char *route_ifname(const struct build *b, const struct topo_route *r)
{
	if (r->dev[0])
		return r->dev;
	for (uint32_t i = b->ends.first[b->node]; i < b->ends.first[b->node + 1]; i++) {
		const struct topo_end *e = end_at(b->t, b->ends.ref[i]);

		for (size_t k = 0; k < e->n_addrs; k++)
			if (prefix_has(&e->addrs[k], &r->via))
				return e->ifname;
	}
	abort();
}

static void route_line(struct build *b, const struct topo_route *r)
{
	char to[PREFIX_STRLEN], via[ADDR_STRLEN];

	buf_printf(&b->up->batch, "route add %s", prefix_fmt(&r->to, to));
	if (r->via.family)
		buf_printf(&b->up->batch, " via %s", addr_fmt(&r->via, via));
	buf_printf(&b->up->batch, " dev %s", route_ifname(b, r));
	if (r->metric)
		buf_printf(&b->up->batch, " metric %" PRIu32, r->metric);
	buf_putc(&b->up->batch, '\n');
	net_add(b->up, r->to);
}

/* The machine's own lo is left alone: such addresses go to the first TAP. */
static void loopback_lines(struct build *b, const struct topo_node *n, const char *dev)
{
	for (size_t i = 0; i < n->n_loopback; i++) {
		struct prefix one = { .addr = n->loopback[i].addr, .len = 32 };

		addr_line(b, &one, dev);
	}
}

static void node_lines(struct build *b)
{
	const struct topo_node *n = &b->t->nodes[b->node];
	uint32_t first = b->ends.first[b->node], last = b->ends.first[b->node + 1];

	for (uint32_t i = first; i < last; i++)
		end_lines(b, end_at(b->t, b->ends.ref[i]));
	loopback_lines(b, n, end_at(b->t, b->ends.ref[first])->ifname);
	for (size_t i = 0; i < n->n_routes; i++)
		if (n->routes[i].to.len)
			route_line(b, &n->routes[i]);
		else
			topo_warn(b->t, n->routes[i].pos, "%s is this machine, which keeps its own "
				  "default route", n->name);
}

static int node_find(const struct topo *t, const char *name, char err[256])
{
	int i = topo_node_find(t, name ? name : DEFAULT_NODE);

	if (i < 0 && !name && t->vnet && t->n_nodes)
		return 0;                         /* with the file's prefix: PREFIXns0 */
	if (i < 0)
		snprintf(err, 256, "--uplink: there is no node '%.40s'%s",
			 name ? name : DEFAULT_NODE, name ? "" : "; expected --uplink=NODE");
	else if (t->nodes[i].kind != NODE_ROUTER && t->nodes[i].kind != NODE_HOST)
		snprintf(err, 256, "--uplink: %s is neither a router nor a host", t->nodes[i].name);
	else
		return i;
	return -1;
}

bool topo_uplink(struct topo *t, const char *name, char err[256])
{
	struct build b = { .t = t };
	int found = node_find(t, name, err);
	struct topo_node *n;

	if (found < 0)
		return false;
	b.node = (uint32_t)found;
	n = &t->nodes[found];
	ends_init(&b.ends, t);
	if (b.ends.first[found] == b.ends.first[found + 1]) {
		snprintf(err, 256, "--uplink: %s has no interface", n->name);
		ends_fini(&b.ends);
		return false;
	}
	b.up = mem_zalloc(1, sizeof(*b.up));
	b.up->node = b.node;
	node_lines(&b);
	ends_fini(&b.ends);
	topo_node_clear_ip(n);
	n->kind = NODE_EXTERNAL;
	n->port = mem_strdup("tap:%i");
	t->uplink = b.up;
	return true;
}

void topo_uplink_free(struct topo_uplink *u)
{
	if (!u)
		return;
	buf_free(&u->batch);
	free(u->nets);
	free(u);
}
