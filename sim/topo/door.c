// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Nodes of kind netns and external, and the links to them.  What such a node
 * may say:
 *
 *		port	forwarding, loopback, gateway, routes	interfaces, addresses
 * netns	no	as a host: netloom sets Linux so	as a host
 * external	needed	no: netloom knows nothing behind it	as a host
 *
 * The addresses of an external node are what others shall take it for: names
 * and routes lead there.  Whoever stands behind the port must be told them.
 */
#include <stdlib.h>
#include <string.h>

#include "sim/port/port.h"
#include "sim/topo/keys.h"
#include "sim/topo/lab.h"

#define IFNAME_MARK "%i"                  /* in a port: the interface's name */

static bool is_netns_word(const char *spec)
{
	return strncmp(spec, "netns", 5) == 0 && (spec[5] == ':' || !spec[5]);
}

static void port_check(struct load *ld, const struct ynode *name, const struct ynode *port,
		       struct topo_node *n)
{
	char err[256];

	n->port_pos = port ? port->pos : name->pos;
	if (n->kind != NODE_EXTERNAL && port)
		diag_error(ld->diag, port->pos, "port: only a node of kind external has one");
	else if (n->kind == NODE_EXTERNAL && !port)
		diag_error(ld->diag, name->pos, "%s: a node of kind external needs 'port', "
			   "such as unix:PATH", name->text);
	else if (n->kind == NODE_EXTERNAL && n->port && is_netns_word(n->port))
		diag_error(ld->diag, port->pos, "port: a network namespace is a node of kind "
			   "netns, and needs no port");
	else if (n->kind == NODE_EXTERNAL && n->port && !port_spec_ok(n->port, err))
		diag_error(ld->diag, port->pos, "port: %s", err);
}

/* What an external node inherits of IP is nothing, what it says is wrong. */
static void external_check(struct load *ld, const struct ynode *own, struct topo_node *n)
{
	static const char *const keys[] = {
		"forwarding", "loopback", "gateway", "routes", "sysctls",
	};

	for (size_t i = 0; i < N_ELEM(keys); i++) {
		const struct ynode *v = ynode_get(own, keys[i]);

		if (v)
			diag_error(ld->diag, v->pos, "%s: not of an external node: what is behind "
				   "its port sees to that itself", keys[i]);
	}
	topo_node_clear_ip(n);
}

/* What defaults say of them is for nodes of the lab. */
static void netns_check(struct load *ld, const struct ynode *own, struct topo_node *n)
{
	const struct ynode *v = ynode_get(own, "sysctls");

	if (v)
		diag_error(ld->diag, v->pos, "sysctls: not of a node of kind netns: set them with "
			   "'NODE exec sysctl -w KEY=VALUE'");
	free(n->sysctls);
	n->sysctls = NULL, n->n_sysctls = 0;
}

void door_check(struct load *ld, const struct ynode *name, const struct ynode *own,
		struct topo_node *n)
{
	port_check(ld, name, ynode_get(own, "port"), n);
	if (n->kind == NODE_EXTERNAL)
		external_check(ld, own, n);
	if (n->kind == NODE_NETNS)
		netns_check(ld, own, n);
}

/* ---- interfaces ---- */

/* Linux keeps these two names for itself, in /proc/sys/net/ipv4/conf. */
static bool linux_refuses(const char *ifname)
{
	return strcmp(ifname, "all") == 0 || strcmp(ifname, "default") == 0;
}

/* Each interface is a port of its own, so their places must differ.  A port
 * without a place ("tap:") takes a free one. */
static bool needs_mark(const struct topo_node *n)
{
	const char *colon = n->port ? strchr(n->port, ':') : NULL;

	return n->kind == NODE_EXTERNAL && colon && colon[1] && !strstr(colon, IFNAME_MARK);
}

void door_check_ends(struct load *ld, const struct ends *ends, uint32_t node)
{
	const struct topo *t = ld->topo;
	const struct topo_node *n = &t->nodes[node];
	uint32_t n_ends = ends->first[node + 1] - ends->first[node];

	for (uint32_t i = ends->first[node]; i < ends->first[node + 1]; i++) {
		const struct topo_end *e = end_at(t, ends->ref[i]);

		if (n->kind == NODE_NETNS && linux_refuses(e->ifname))
			diag_error(ld->diag, e->pos, "Linux has no interface named '%s'; expected "
				   "another name", e->ifname);
	}
	if (n_ends > 1 && needs_mark(n))
		diag_error(ld->diag, n->port_pos, "port: %s has %u interfaces; expected %s, which "
			   "stands for the interface's name, in '%.100s'", n->name, n_ends,
			   IFNAME_MARK, n->port);
}

/* ---- links ---- */

bool topo_link_has_door(const struct topo *t, const struct topo_link *l)
{
	for (int i = 0; i < 2; i++)
		if (l->end[i].node != TOPO_NO_NODE && topo_is_door(&t->nodes[l->end[i].node]))
			return true;
	return false;
}

/* Does a link of the file say so, for what this side sends? */
static bool link_says(const struct ynode *link, int side, const char *key)
{
	return ynode_get(link, key) ||
	       ynode_get(ynode_get(link, side == 0 ? "forward" : "reverse"), key);
}

/* The real world brings a rate and a delay of its own. */
void door_link_defaults(struct topo_end *e, bool rate, bool delay)
{
	if (rate)
		e->rate_bps = 0;
	if (delay)
		e->netem.delay = 0;
}

void door_link_check(struct load *ld, const struct ynode *link, struct topo_link *l)
{
	const struct ynode *base = ynode_get(ld->defaults, "link");

	for (int i = 0; i < 2 && topo_link_has_door(ld->topo, l); i++)
		door_link_defaults(&l->end[i],
				   !link_says(link, i, "rate") && !link_says(base, i, "rate"),
				   !link_says(link, i, "delay") && !link_says(base, i, "delay"));
}
