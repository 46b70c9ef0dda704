// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Nodes.  A node is laid together from four layers: the file's defaults, its
 * kind, its group and its own keys; each says only what it changes.  Every
 * layer is checked once, by itself, and laid quietly after that.
 */
#include <stdlib.h>
#include <string.h>

#include "sim/topo/keys.h"
#include "sim/topo/mem.h"

void topo_node_fini(struct topo_node *n)
{
	free(n->name);
	free(n->loopback);
	free(n->routes);
	free(n->sysctls);
	free(n->port);
	topo_ospf_fini(&n->ospf);
}

static bool want_map(struct load *ld, const struct ykey *k, const struct ynode *n)
{
	if (n->type == YNODE_MAP)
		return true;
	if (!ynode_is_null(n))
		diag_error(ld->diag, n->pos, "%s: expected a map of names, found %s", k->key,
			   ynode_what(n));
	return false;
}

/* ---- layers ---- */

static void defaults_parse(struct load *ld, const struct ykey *k, const struct ynode *n,
			   void *target)
{
	struct defaults_build b = { .link = ld->base_link };

	(void)k, (void)target;
	keys_init(ld, &node_keys, &b.node);
	keys_apply(ld, &defaults_keys, n, &b, true);
	topo_node_fini(&b.node.node);
	ld->base_link = b.link;
	if (n->type == YNODE_MAP)
		ld->defaults = n;
}

const struct ytype type_defaults = { .name = "a map", .parse = defaults_parse };

static void layer_check(struct load *ld, const struct ykey *k, const struct ynode *name,
			const struct ynode *map, bool kinds)
{
	const struct ynode *kind = ynode_get(map, "kind");
	struct node_build b = { 0 };

	if (kinds) {
		keys_find(&node_keys, "kind")->type->parse(ld, keys_find(&node_keys, "kind"),
							   name, &b);
		if (kind)
			diag_error(ld->diag, kind->pos, "%s: a kind cannot name another", k->key);
	}
	keys_init(ld, &node_keys, &b);
	keys_apply(ld, &node_keys, map, &b, true);
	topo_node_fini(&b.node);
}

/* kinds and groups */
static void layers_parse(struct load *ld, const struct ykey *k, const struct ynode *n,
			 void *target)
{
	bool kinds = strcmp(k->key, "kinds") == 0;

	(void)target;
	if (!want_map(ld, k, n))
		return;
	*(kinds ? &ld->kinds : &ld->groups) = n;
	for (size_t i = 0; i + 1 < n->n; i += 2)
		if (strncmp(n->item[i]->text, "x-", 2) != 0)
			layer_check(ld, k, n->item[i], n->item[i + 1], kinds);
}

const struct ytype type_layers = { .name = "a map of maps", .parse = layers_parse };

/* ---- one node ---- */

static const struct ynode *find_group(struct load *ld, const struct ynode *own)
{
	const struct ynode *name = ynode_get(own, "group"), *group;
	const char *words[64];
	size_t n = 0;
	char hint[80];

	if (!name || name->type != YNODE_SCALAR || ynode_is_null(name))
		return NULL;
	group = ynode_get(ld->groups, name->text);
	if (group)
		return group;
	for (size_t i = 0; ld->groups && i + 1 < ld->groups->n && n < N_ELEM(words); i += 2)
		words[n++] = ld->groups->item[i]->text;
	diag_error(ld->diag, name->pos, "group: no group '%s' in groups%s", name->text,
		   diag_hint(hint, name->text, words, n));
	return NULL;
}

static const char *find_kind(const struct load *ld, const struct ynode *own,
			     const struct ynode *group)
{
	const struct ynode *maps[] = { own, group, ld->defaults };

	for (size_t i = 0; i < N_ELEM(maps); i++) {
		const struct ynode *kind = ynode_get(maps[i], "kind");

		if (kind && kind->type == YNODE_SCALAR)
			return kind->text;
	}
	return "router";
}

static void lay(struct load *ld, const struct ynode *map, struct node_build *b)
{
	if (map)
		keys_apply(ld, &node_keys, map, b, true);
}

static void add_gateway(struct topo_node *n, const struct node_build *b)
{
	if (b->gateway.family == ADDR_NONE)
		return;
	n->routes = mem_grow(n->routes, n->n_routes + 1, sizeof(*n->routes));
	n->routes[n->n_routes++] = (struct topo_route){
		.to = { .addr = addr_ip4(0) }, .via = b->gateway, .pos = b->gateway_pos,
	};
}

void topo_node_clear_ip(struct topo_node *n)
{
	free(n->loopback);
	free(n->routes);
	free(n->sysctls);
	n->loopback = NULL, n->n_loopback = 0;
	n->routes = NULL, n->n_routes = 0;
	n->sysctls = NULL, n->n_sysctls = 0;
	n->forward = false;
	n->routing = ROUTING_NONE;
}

/* A hub has no IP: what it inherits of that is nothing, what it says is wrong. */
static void hub_check(struct load *ld, const struct ynode *own, struct topo_node *n)
{
	static const char *const keys[] = {
		"forwarding", "loopback", "gateway", "routes", "sysctls",
	};

	for (size_t i = 0; i < N_ELEM(keys); i++) {
		const struct ynode *v = ynode_get(own, keys[i]);

		if (v)
			diag_error(ld->diag, v->pos, "%s: a hub has no addresses and no routes",
				   keys[i]);
	}
	topo_node_clear_ip(n);
}

/* What defaults say of routing is for routers. */
static void lay_defaults(struct load *ld, const char *kind, struct node_build *b)
{
	lay(ld, ld->defaults, b);
	if (strcmp(kind, "host") == 0 && b->node.routing == ROUTING_OSPF)
		b->routing_said = false;
}

/* A door and a hub run nothing of ours. */
static void routing_check(struct load *ld, const struct ynode *own, struct topo_node *n)
{
	const struct ynode *v = ynode_get(own, "routing");

	if (n->routing != ROUTING_OSPF || n->kind == NODE_ROUTER || n->kind == NODE_HOST)
		return;
	n->routing = ROUTING_STATIC;
	if (v)
		diag_error(ld->diag, v->pos, "routing: ospf is for routers and hosts of the lab");
}

void topo_node_from_defaults(struct load *ld, struct topo_node *n)
{
	struct node_build b = { 0 };
	bool routing = ynode_get(ld->defaults, "routing");

	keys_init(ld, &node_keys, &b);
	ld->diag->quiet++;
	lay(ld, ld->defaults, &b);
	ld->diag->quiet--;
	n->routing = routing ? b.node.routing : ROUTING_NONE;
	n->ospf = b.node.ospf;
	b.node.ospf = (struct topo_ospf){ 0 };
	topo_node_fini(&b.node);
}

/* Of a vnetUtils file nodes only have the routes that it says. */
static enum routing unsaid_routing(const struct topo *t, enum node_kind kind)
{
	return t->vnet ? ROUTING_NONE : topo_routing_of(kind);
}

void topo_node_parse(struct load *ld, const struct ynode *name, const struct ynode *own,
		     struct topo_node *to)
{
	const struct ynode *group = find_group(ld, own);
	const char *kind = find_kind(ld, own, group);
	struct node_build b = { 0 };
	char err[160];

	keys_init(ld, &node_keys, &b);
	ld->diag->quiet++;
	lay_defaults(ld, kind, &b);
	lay(ld, ynode_get(ld->kinds, kind), &b);
	lay(ld, group, &b);
	ld->diag->quiet--;
	keys_apply(ld, &node_keys, own, &b, false);

	*to = b.node;
	to->pos = name->pos;
	to->forward = b.forward == FORWARD_BY_KIND ? to->kind == NODE_ROUTER :
		      b.forward == FORWARD_YES;
	add_gateway(to, &b);
	if (!b.routing_said)
		to->routing = unsaid_routing(ld->topo, to->kind);
	routing_check(ld, own, to);
	if (to->kind == NODE_HUB)
		hub_check(ld, own, to);
	door_check(ld, name, own, to);
	to->name = mem_strdup(name->text);
	if (!name_ok(name->text, TOPO_NAME_MAX, true, err))
		diag_error(ld->diag, name->pos, "%s", err);
}

static void nodes_parse(struct load *ld, const struct ykey *k, const struct ynode *n,
			void *target)
{
	struct topo *t = target;

	if (!want_map(ld, k, n))
		return;
	t->nodes = mem_zalloc(n->n / 2, sizeof(*t->nodes));
	for (size_t i = 0; i + 1 < n->n; i += 2)
		if (strncmp(n->item[i]->text, "x-", 2) != 0)
			topo_node_parse(ld, n->item[i], n->item[i + 1],
					&t->nodes[t->n_nodes++]);
	topo_index(t);
}

const struct ytype type_nodes = { .name = "a map of names", .parse = nodes_parse };

void topo_route_check(struct load *ld, const struct ynode *n, void *route)
{
	(void)route;
	if (n->type == YNODE_MAP && !ynode_get(n, "via") && !ynode_get(n, "dev"))
		diag_error(ld->diag, n->pos, "a route needs 'via' (the next router) or 'dev' "
			   "(the interface)");
}
