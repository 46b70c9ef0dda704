// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * A lab as commands of a Linux machine.
 *
 * Names are letters, digits and . _ - (types_net.c), so nothing needs quotes;
 * texts of the file stand in comments only, on one line.
 */
#include <stdlib.h>
#include <string.h>

#include "sim/topo/export.h"
#include "sim/topo/lab.h"
#include "sim/topo/mem.h"

struct script {
	const struct topo *t;
	struct buf *out;
	char bridge[TOPO_IF_MAX];         /* the name of every hub's bridge */
	bool stp;                         /* hubs form a loop */
};

static void comment(struct buf *out, const char *text)
{
	for (; *text; text++)
		buf_putc(out, (unsigned char)*text < ' ' ? ' ' : *text);
}

/* ---- hubs ---- */

static bool ifname_taken(const struct topo *t, const char *name)
{
	for (size_t i = 0; i < 2 * t->n_links; i++)
		if (strcmp(t->links[i / 2].end[i % 2].ifname, name) == 0)
			return true;
	return false;
}

static void bridge_name(struct script *s)
{
	unsigned n = 0;

	do
		snprintf(s->bridge, sizeof(s->bridge), "br%u", n++);
	while (ifname_taken(s->t, s->bridge));
}

static uint32_t hub_root(uint32_t *up, uint32_t i)
{
	while (up[i] != i)
		i = up[i] = up[up[i]];
	return i;
}

/* Linux would let a broadcast go around a loop of bridges for ever. */
static bool hubs_loop(const struct topo *t)
{
	uint32_t *up = mem_zalloc(t->n_nodes, sizeof(*up));
	bool loop = false;

	for (uint32_t i = 0; i < t->n_nodes; i++)
		up[i] = i;
	for (size_t i = 0; i < t->n_links; i++) {
		uint32_t a = t->links[i].end[0].node, b = t->links[i].end[1].node;

		if (t->nodes[a].kind != NODE_HUB || t->nodes[b].kind != NODE_HUB)
			continue;
		loop |= hub_root(up, a) == hub_root(up, b);
		up[hub_root(up, a)] = hub_root(up, b);
	}
	free(up);
	return loop;
}

/* ---- steps ---- */

/* What the lab only has a door to is not known here. */
static void script_outside(struct script *s, const struct topo_node *n)
{
	buf_printf(s->out, "# %s is of kind ", n->name);
	topo_kind_word(n, s->out);
	buf_str(s->out, ": this namespace stands in its place.\n");
}

/* Settings that a namespace would take over from the machine are set. */
static void script_sysctl(struct script *s, const struct topo_node *n,
			  const struct topo_sysctl *v)
{
	const char *name = sysctl_name(v->key);

	if (sysctl_is_of_namespace(v->key))
		buf_printf(s->out, "ip netns exec %s sysctl -qw %s=\"%s\"\n", n->name, name,
			   v->value);
	else
		buf_printf(s->out, "# No namespace has a %s of its own: %s of %s is not set.\n",
			   name, v->value, n->name);
}

static void script_node(struct script *s, const struct topo_step *step)
{
	const struct topo_node *n = step->node;

	buf_putc(s->out, '\n');
	if (n->kind > NODE_HUB)
		script_outside(s, n);
	buf_printf(s->out, "ip netns add %s\n", n->name);
	if (n->kind == NODE_HUB) {
		buf_printf(s->out, "ip -n %s link add %s type bridge ageing_time 0 "
			   "mcast_snooping 0 stp_state %d\n", n->name, s->bridge, s->stp);
		buf_printf(s->out, "ip -n %s link set %s up\n", n->name, s->bridge);
		return;
	}
	buf_printf(s->out, "ip -n %s link set lo up\n", n->name);
	buf_printf(s->out, "ip netns exec %s sysctl -qw net.ipv4.ip_forward=%d "
		   "net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0\n",
		   n->name, n->forward);
	for (size_t i = 0; i < n->n_sysctls; i++)
		script_sysctl(s, n, &n->sysctls[i]);
}

static void script_end(struct script *s, const struct topo_link *l, const struct topo_end *e)
{
	const struct topo_node *n = &s->t->nodes[e->node];
	char text[MAC_STRLEN];

	if (l->mtu != 1500)
		buf_printf(s->out, "ip -n %s link set %s mtu %" PRIu32 "\n", n->name, e->ifname,
			   l->mtu);
	if (!e->auto_mac && n->kind != NODE_HUB)
		buf_printf(s->out, "ip -n %s link set %s address %s\n", n->name, e->ifname,
			   mac_fmt(e->mac, text));
	if (n->kind == NODE_HUB)
		buf_printf(s->out, "ip -n %s link set %s master %s\n", n->name, e->ifname,
			   s->bridge);
	topo_export_tc(s->t, e, l->mtu, s->out);
	buf_printf(s->out, "ip -n %s link set %s up\n", n->name, e->ifname);
}

static void script_link(struct script *s, const struct topo_step *step)
{
	const struct topo_end *a = &step->link->end[0], *b = &step->link->end[1];

	buf_printf(s->out, "\nip link add %s netns %s type veth peer name %s netns %s\n",
		   a->ifname, s->t->nodes[a->node].name, b->ifname, s->t->nodes[b->node].name);
	script_end(s, step->link, a);
	script_end(s, step->link, b);
}

static void script_addr(struct script *s, const struct topo_step *step)
{
	char text[PREFIX_STRLEN];

	buf_printf(s->out, "ip -n %s addr add %s dev %s\n", step->node->name,
		   prefix_fmt(step->addr, text), step->end ? step->end->ifname : "lo");
}

/* A route to a network of the node's own stands behind that; "add" would not
 * take it. */
static const char *route_verb(const struct script *s, const struct topo_step *step)
{
	for (size_t i = 0; i < 2 * s->t->n_links; i++) {
		const struct topo_end *e = end_at(s->t, (uint32_t)i);

		for (size_t k = 0; k < e->n_addrs; k++)
			if (&s->t->nodes[e->node] == step->node && !step->route->metric &&
			    e->addrs[k].len == step->route->to.len &&
			    prefix_has(&step->route->to, &e->addrs[k].addr))
				return "append";
	}
	return "add";
}

static void script_route(struct script *s, const struct topo_step *step)
{
	const struct topo_route *r = step->route;
	char text[PREFIX_STRLEN];

	buf_printf(s->out, "ip -n %s route %s %s", step->node->name, route_verb(s, step),
		   r->to.len ? prefix_fmt(&r->to, text) : "default");
	if (r->via.family != ADDR_NONE)
		buf_printf(s->out, " via %s", addr_fmt(&r->via, text));
	if (r->dev[0])
		buf_printf(s->out, " dev %s", r->dev);
	if (r->metric)
		buf_printf(s->out, " metric %" PRIu32, r->metric);
	buf_putc(s->out, '\n');
}

static void script_step(void *ctx, const struct topo_step *step)
{
	static void (*const write[STEP_N])(struct script *s, const struct topo_step *step) = {
		[STEP_NODE] = script_node, [STEP_LINK] = script_link, [STEP_ADDR] = script_addr,
		[STEP_ROUTE] = script_route,
	};

	if (write[step->kind])
		write[step->kind](ctx, step);
}

/* ---- the script ---- */

static void script_head(struct script *s)
{
	const struct topo *t = s->t;

	buf_str(s->out, "#!/bin/sh\n# Lab ");
	comment(s->out, t->name);
	buf_str(s->out, " (");
	comment(s->out, t->file);
	buf_str(s->out, ") on a Linux machine, for root; ip netns exec NODE COMMAND runs a\n"
		"# program there.  Links with netloom's usual rate, queue and delay get no tc.\n");
	if (t->n_events || t->n_checks)
		buf_str(s->out, "# The lab's events and checks are not in it.\n");
	if (s->stp)
		buf_str(s->out, "# The hubs form a loop: spanning tree takes 30 s to open it.\n");
	buf_str(s->out, "set -e\n");
}

/* Cut links come last: no route can be added over them. */
static void script_cuts(struct script *s)
{
	bool told = false;

	for (size_t i = 0; i < 2 * s->t->n_links; i++) {
		const struct topo_end *e = end_at(s->t, (uint32_t)i);

		if (!s->t->links[i / 2].down)
			continue;
		if (!told)
			buf_str(s->out, "\n# Links that start cut; Linux forgets the routes over "
				"them.\n");
		told = true;
		buf_printf(s->out, "ip -n %s link set %s down\n", s->t->nodes[e->node].name,
			   e->ifname);
	}
}

static void script_undo(struct script *s)
{
	buf_str(s->out, "\n# To undo it: for n in");
	for (size_t i = 0; i < s->t->n_nodes; i++)
		buf_printf(s->out, " %s", s->t->nodes[i].name);
	buf_str(s->out, "; do ip netns del $n; done\n");
}

void topo_export_ip(const struct topo *t, struct buf *out)
{
	struct script s = { .t = t, .out = out, .stp = hubs_loop(t) };

	bridge_name(&s);
	script_head(&s);
	topo_steps(t, script_step, &s);
	script_cuts(&s);
	script_undo(&s);
}
