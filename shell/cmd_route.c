// SPDX-License-Identifier: GPL-3.0-or-later
#include <stdlib.h>
#include <string.h>

#include "shell/state.h"
#include "shell/table.h"
#include "stack/ospf.h"
#include "stack/show.h"

/* route dist and route path: what the routing tables of the whole lab come to.
 * Nothing is sent; each router's table is asked where a packet would go next. */

#define PATH_MAX_HOPS 255

/* --- the way ---------------------------------------------------------------------------- */

/* The node behind an address, if it has it now, and is up. */
static struct node *owner_of(struct shell *sh, const struct addr *a)
{
	const char *name = lab_owner(sh->lab, a);
	struct node *n = name ? lab_find_node(sh->lab, name) : NULL;

	return n && node_is_up(n) ? n : NULL;
}

struct owns { const struct addr *a; bool yes; };

static bool dev_owns(void *arg, const struct netdev *dev)
{
	struct owns *o = arg;
	const struct ifaddr *ia;

	list_for_each(&dev->addrs, ia, node)
		o->yes |= addr_eq(&ia->prefix.addr, o->a);
	return !o->yes;
}

static bool node_owns(struct node *n, const struct addr *a)
{
	struct stack *st = node_stack(n);
	struct owns o = { a, false };

	if (st)
		show_devs(st, dev_owns, &o);
	return o.yes;
}

enum way { WAY_ARRIVED, WAY_NO_ROUTE, WAY_LOOP, WAY_LOST, WAY_ON };

static const char *way_word(enum way w)
{
	static const char *const words[] = {
		"arrived", "no route", "loop", "nobody is there", "on the way"
	};

	return words[w];
}

/* One hop from *at towards dst; the interface's name in out, the next node in *at. */
static enum way hop(struct shell *sh, struct node **at, const struct addr *dst,
		    struct route_answer *r)
{
	struct stack *st = node_stack(*at);
	struct node *next;

	if (node_owns(*at, dst))
		return WAY_ARRIVED;
	if (!st || show_route_get(st, dst, NULL, r) != OK || r->type != RT_UNICAST)
		return WAY_NO_ROUTE;
	if (!r->dev || !(r->dev->flags & DEV_CARRIER))
		return WAY_LOST;
	next = owner_of(sh, r->via.family ? &r->via : dst);
	if (!next)
		return WAY_LOST;
	*at = next;
	return WAY_ON;
}

/* --- route path --------------------------------------------------------------------------- */

static json_t *hop_json(const struct node *n, const struct route_answer *r, ns_t cost)
{
	char text[ADDR_STRLEN];
	json_t *o = json_object();

	jset_str(o, "node", node_name(n));
	if (!r)
		return o;
	jset_str(o, "dev", r->dev ? r->dev->name : "");
	if (r->via.family)
		jset_str(o, "via", addr_fmt(&r->via, text));
	jset_int(o, "metric", cost);
	return o;
}

static bool visited(const json_t *hops, const char *name)
{
	const json_t *h;
	size_t i;

	json_array_foreach(hops, i, h)
		if (strcmp(jstr(h, "node"), name) == 0)
			return true;
	return false;
}

static int path_run(struct shell *sh, const struct args *a)
{
	struct node *at = args_node(a, "A");
	struct addr dst;
	json_t *hops = json_array();
	enum way way = WAY_ON;
	char text[ADDR_STRLEN];

	at = at ? at : a->node;
	if (!shell_stack(sh, at) || !args_addr(a, "B", &dst)) {
		json_decref(hops);
		return 1;
	}
	for (int i = 0; way == WAY_ON && i < PATH_MAX_HOPS; i++) {
		struct node *here = at;
		struct route_answer r = { 0 };

		way = hop(sh, &at, &dst, &r);
		json_array_append_new(hops, hop_json(here, way == WAY_ON || way == WAY_LOST ? &r :
						     NULL, r.metric));
		if (way == WAY_ON && visited(hops, node_name(at))) {
			json_array_append_new(hops, hop_json(at, NULL, 0));
			way = WAY_LOOP;
		}
	}
	shell_result(sh, json_pack("{s:s,s:s,s:s,s:o}", "from", node_name(args_node(a, "A") ?
				   args_node(a, "A") : a->node), "to", addr_fmt(&dst, text),
				   "result", way_word(way), "hops", hops));
	return way != WAY_ARRIVED;
}

static void path_print(struct shell *sh, const struct args *a, const json_t *o)
{
	const json_t *h;
	size_t i;

	(void)a;
	json_array_foreach(jget(o, "hops"), i, h) {
		shell_printf(sh, "%2zu  %s", i, jstr(h, "node"));
		if (jget(h, "dev"))
			shell_printf(sh, " %s", jstr(h, "dev"));
		if (jget(h, "via"))
			shell_printf(sh, " via %s", jstr(h, "via"));
		if (jget(h, "metric"))
			shell_printf(sh, " metric %lld", (long long)jint(h, "metric"));
		shell_printf(sh, "\n");
	}
	if (strcmp(jstr(o, "result"), "arrived") != 0)
		shell_printf(sh, "%s\n", jstr(o, "result"));
}

/* --- route dist ------------------------------------------------------------------------------- */

/* What the interface that a hop leaves by costs in OSPF; 1 where it does not run. */
struct cost_of { const struct netdev *dev; uint32_t cost; };

static bool find_cost(void *arg, const struct show_ospf_if *i)
{
	struct cost_of *c = arg;

	if (i->dev == c->dev)
		c->cost = i->config.cost;
	return i->dev != c->dev;
}

/* The cost of the way that packets take to an address of `to`, or -1. */
static json_int_t cost_to(struct shell *sh, struct node *from, struct node *to,
			  const struct addr *dst)
{
	struct node *at = from;
	json_int_t sum = 0;

	for (int i = 0; i < PATH_MAX_HOPS; i++) {
		struct stack *st = node_stack(at);
		struct cost_of c = { NULL, 1 };
		struct route_answer r;
		enum way way;

		if (at == to)
			return sum;
		way = hop(sh, &at, dst, &r);
		if (way == WAY_ARRIVED)
			return sum;
		if (way != WAY_ON)
			return -1;
		c.dev = r.dev;
		show_ospf_ifs(st, find_cost, &c);
		sum += c.cost;
	}
	return -1;
}

struct dist { struct shell *sh; struct node *from, *to; json_int_t best; };

/* By each address of an interface that runs; the least counts. */
static bool try_dev(void *arg, const struct netdev *dev)
{
	struct dist *d = arg;
	const struct ifaddr *ia;

	if (!(dev->flags & DEV_UP) || !(dev->flags & DEV_CARRIER))
		return true;
	list_for_each(&dev->addrs, ia, node) {
		json_int_t cost;

		if (ip4_is_loopback(ia->prefix.addr.v4))
			continue;
		cost = cost_to(d->sh, d->from, d->to, &ia->prefix.addr);
		if (cost >= 0 && (d->best < 0 || cost < d->best))
			d->best = cost;
	}
	return true;
}

static json_int_t distance(struct shell *sh, struct node *from, struct node *to)
{
	struct dist d = { sh, from, to, -1 };

	show_devs(node_stack(to), try_dev, &d);
	return d.best;
}

static bool counts(struct node *n)
{
	return node_has_stack(n);
}

static int dist_run(struct shell *sh, const struct args *a)
{
	json_t *all = json_object();

	(void)a;
	for (size_t i = 0; i < lab_n_nodes(sh->lab); i++) {
		struct node *from = lab_node(sh->lab, i);
		json_t *row = json_object();

		for (size_t k = 0; k < lab_n_nodes(sh->lab) && counts(from); k++) {
			struct node *to = lab_node(sh->lab, k);
			bool up = node_is_up(from) && node_is_up(to);
			json_int_t d = up && from != to && counts(to) ? distance(sh, from, to) : -1;

			if (counts(to))
				jset(row, node_name(to), d < 0 ? json_null() : json_integer(d));
		}
		if (counts(from))
			jset(all, node_name(from), row);
		else
			json_decref(row);
	}
	return shell_result(sh, all);
}

static void dist_print(struct shell *sh, const struct args *a, const json_t *all)
{
	const char *from, *to;
	json_t *row, *d;
	int width = 4;

	(void)a;
	json_object_foreach((json_t *)(uintptr_t)all, from, row)
		if ((int)strlen(from) > width)
			width = (int)strlen(from);
	shell_printf(sh, "%-*s", width, "");
	json_object_foreach((json_t *)(uintptr_t)all, from, row)
		shell_printf(sh, " %*s", width, from);
	shell_printf(sh, "\n");
	json_object_foreach((json_t *)(uintptr_t)all, from, row) {
		shell_printf(sh, "%-*s", width, from);
		json_object_foreach(row, to, d) {
			if (json_is_integer(d))
				shell_printf(sh, " %*lld", width, (long long)json_integer_value(d));
			else
				shell_printf(sh, " %*s", width, "-");
		}
		shell_printf(sh, "\n");
	}
}

const struct cmd cmds_route[] = {
	{ .name = "route dist", .flags = CMD_LAB, .run = dist_run, .print = dist_print,
	  .help = "what the way from each node to each other costs; - is no way",
	  .text = "From node to node: the interfaces that a packet leaves by, as the tables are now,\n"
		  "to the address of the other that is nearest, also one of its lo.  Each counts what\n"
		  "OSPF says of it, and 1 where OSPF does not run; the networks of the other count\n"
		  "nothing.  With OSPF alone this is the distance of the shortest-path tree." },
	{ .name = "route path", .args = "A:node B:addr", .flags = CMD_LAB, .run = path_run,
	  .print = path_print, .help = "the way by the tables, hop by hop; a loop is named",
	  .text = "Fails if it does not arrive.  Nothing is sent." },
	{ .name = "route path", .args = "B:addr", .flags = CMD_NODE, .run = path_run,
	  .print = path_print, .help = "the way by the tables, hop by hop" },
	{ 0 },
};
