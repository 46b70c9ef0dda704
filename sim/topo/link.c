// SPDX-License-Identifier: GPL-3.0-or-later
/* Links: their two ends, and the values that need both. */
#include <stdlib.h>
#include <string.h>

#include "sim/topo/keys.h"
#include "sim/topo/mem.h"

#define HINT_NODES 2000                   /* a misspelt name is looked for among so many */

void topo_link_fini(struct topo_link *l)
{
	for (int i = 0; i < 2; i++) {
		netem_spec_fini(&l->end[i].netem);
		free(l->end[i].addrs);
		topo_ospf_if_fini(&l->end[i].ospf);
	}
	topo_ospf_if_fini(&l->ospf);
}

void topo_link_init(struct load *ld, void *link)
{
	struct topo_link *l = link;

	if (!ld->addr_pos)
		ld->addr_pos = mem_zalloc(2 * ld->topo->n_links, sizeof(*ld->addr_pos));
	*l = ld->base_link;
	topo_ospf_if_copy(&l->ospf, &ld->base_link.ospf);
	for (int i = 0; i < 2; i++) {
		struct topo_end *e = &l->end[i];

		if (netem_spec_copy(&e->netem, &ld->base_link.end[i].netem) != 0)
			mem_or_die(NULL);
		topo_ospf_if_init(&e->ospf);
		e->node = TOPO_NO_NODE;
		e->auto_name = e->auto_mac = e->auto_addr = true;
	}
}

static void taint(struct load *ld, int node)
{
	if (node < 0 || ld->diag->quiet)
		return;
	if (!ld->tainted)
		ld->tainted = mem_zalloc(ld->topo->n_nodes, sizeof(bool));
	ld->tainted[node] = true;
}

static void taint_link(struct load *ld, const struct topo_link *l)
{
	for (int i = 0; i < 2; i++)
		if (l->end[i].node != TOPO_NO_NODE)
			taint(ld, (int)l->end[i].node);
}

static struct topo_pos *addr_pos_of(struct load *ld, const struct topo_link *l)
{
	return &ld->addr_pos[2 * (l - ld->topo->links)];
}

/* After an error in a value of the link: nothing is assigned on it, and what
 * would follow from the error is not reported. */
static void taint_since(struct load *ld, struct topo_link *l, size_t errors)
{
	if (ld->diag->n == errors)
		return;
	l->end[0].auto_addr = l->end[1].auto_addr = false;
	taint_link(ld, l);
}

/* A list of two, one for each end. */
static bool want_two(struct load *ld, const struct ykey *k, const struct ynode *n)
{
	if (n->type == YNODE_LIST && n->n == 2)
		return true;
	if (n->type == YNODE_LIST)
		diag_error(ld->diag, n->pos, "%s: expected a list of two, one for each end, "
			   "found a list of %zu", k->key, n->n);
	else
		diag_error(ld->diag, n->pos, "%s: expected a list of two, one for each end, "
			   "found %s", k->key, ynode_what(n));
	return false;
}

/* ---- endpoints ---- */

static const char *nearest_node(const struct topo *t, const char *name)
{
	const char **words = mem_zalloc(t->n_nodes, sizeof(*words));
	size_t n = t->n_nodes < HINT_NODES ? t->n_nodes : HINT_NODES;
	const char *near;

	for (size_t i = 0; i < n; i++)
		words[i] = t->nodes[i].name;
	near = closest_word(name, words, n);
	free(words);
	return near;
}

static void end_set_node(struct load *ld, struct topo_end *e, const char *name,
			 struct topo_pos pos)
{
	int node = topo_node_find(ld->topo, name);
	const char *near;

	if (node >= 0) {
		e->node = (uint32_t)node;
		return;
	}
	near = nearest_node(ld->topo, name);
	diag_error(ld->diag, pos, "endpoints: no node '%s'%s%s%s", name,
		   near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
	if (near)                         /* the link it lacks may carry its routes */
		taint(ld, topo_node_find(ld->topo, near));
}

/* "node:interface" or "node" */
static void end_short(struct load *ld, const struct ynode *n, struct topo_end *e)
{
	char *name = mem_strdup(n->text), *colon = strchr(name, ':'), err[160];

	if (colon) {
		*colon++ = '\0';
		if (name_ok(colon, TOPO_IF_MAX, false, err)) {
			memcpy(e->ifname, colon, strlen(colon) + 1);
			e->auto_name = false;
		} else {
			diag_error(ld->diag, n->pos, "endpoints: %s", err);
		}
	}
	end_set_node(ld, e, name, n->pos);
	free(name);
}

static void end_long(struct load *ld, const struct ynode *n, struct topo_end *e,
		     struct topo_pos *addr_pos)
{
	struct end_build b = { .end = *e };

	keys_apply(ld, &endpoint_keys, n, &b, false);
	*e = b.end;
	e->auto_name = !*e->ifname;
	*addr_pos = b.addr_pos;
	if (b.node)
		end_set_node(ld, e, b.node, ynode_get(n, "node")->pos);
}

static void endpoints_parse(struct load *ld, const struct ykey *k, const struct ynode *n,
			    void *target)
{
	struct topo_link *l = target;
	size_t errors = ld->diag->n;

	if (!want_two(ld, k, n))
		return;
	for (int i = 0; i < 2; i++) {
		struct ynode *item = n->item[i];

		l->end[i].pos = item->pos;
		if (item->type == YNODE_MAP)
			end_long(ld, item, &l->end[i], &addr_pos_of(ld, l)[i]);
		else if (value_text(ld, k, item))
			end_short(ld, item, &l->end[i]);
	}
	taint_since(ld, l, errors);
}

/* Does an end say something that the short form has no place for? */
static bool end_is_long(const struct topo_link *l)
{
	struct buf ospf = { 0 };
	bool says;

	for (int i = 0; i < 2; i++)
		flow_print(NULL, &ospf_if_keys, &l->end[i].ospf, NULL, &ospf);
	says = ospf.len > 0;
	buf_free(&ospf);
	return says || l->end[0].n_addrs > 1 || l->end[1].n_addrs > 1;
}

static void end_print_long(const struct topo *t, const struct topo_end *e, struct buf *out)
{
	char text[PREFIX_STRLEN];
	struct buf ospf = { 0 };

	buf_printf(out, "{node: \"%s\", interface: \"%s\", ipv4: ", t->nodes[e->node].name,
		   e->ifname);
	for (size_t i = 0; i < e->n_addrs; i++)
		buf_printf(out, "%s%s", i ? ", " : "[", prefix_fmt(&e->addrs[i], text));
	buf_str(out, e->n_addrs ? "]" : "none");
	flow_print(t, &ospf_if_keys, &e->ospf, NULL, &ospf);
	buf_printf(out, "%s%s}", ospf.len ? ", ospf: " : "", ospf.len ? ospf.s : "");
	buf_free(&ospf);
}

static void endpoints_print(const struct topo *t, const struct ykey *k, const void *target,
			    struct buf *out)
{
	const struct topo_link *l = target;

	(void)k;
	buf_putc(out, '[');
	for (int i = 0; i < 2; i++) {
		const struct topo_end *e = &l->end[i];

		if (end_is_long(l))
			end_print_long(t, e, out);
		else
			buf_printf(out, "\"%s:%s\"", t->nodes[e->node].name, e->ifname);
		buf_str(out, i == 0 ? ", " : "]");
	}
}

#define END_SCHEMA "{\"anyOf\":[{\"type\":\"string\"},{\"$ref\":\"#/definitions/endpoint\"}]}"

const struct ytype type_endpoints = {
	.name = "an end such as \"a:eth0\"", .parse = endpoints_parse, .print = endpoints_print,
	.schema = "{\"type\":\"array\",\"minItems\":2,\"maxItems\":2,\"items\":" END_SCHEMA "}",
};

/* ---- addresses ---- */

static void end_add_addr(struct topo_end *e, struct prefix p)
{
	e->addrs = mem_grow(e->addrs, e->n_addrs + 1, sizeof(*e->addrs));
	e->addrs[e->n_addrs++] = p;
	e->auto_addr = false;
}

/* "A.B.C.D/LEN" of an interface, "none", or nothing for an automatic one. */
static void end_addr(struct load *ld, const struct ykey *k, const struct ynode *n,
		     struct topo_end *e)
{
	struct prefix p;
	const char *s;
	char err[160];

	if (ynode_is_null(n) || !(s = value_text(ld, k, n)))
		return;
	if (strcmp(s, "none") == 0) {
		e->auto_addr = false;
		return;
	}
	if (read_ip4_prefix(s, &p, err) && host_addr_ok(&p, err)) {
		if (strchr(s, '/')) {
			end_add_addr(e, p);
			return;
		}
		snprintf(err, sizeof(err), "'%.40s' has no prefix length; expected %.40s/24 or "
			 "another", s, s);
	}
	diag_error(ld->diag, n->pos, "%s: %s", k->key, err);
}

/* In the long form of an end: one address, or several. */
static void end_ipv4_parse(struct load *ld, const struct ykey *k, const struct ynode *n,
			   void *target)
{
	struct end_build *b = target;

	b->addr_pos = n->pos;
	if (n->type != YNODE_LIST)
		end_addr(ld, k, n, &b->end);
	else
		for (size_t i = 0; i < n->n; i++)
			end_addr(ld, k, n->item[i], &b->end);
}

#define ADDR_SCHEMA "{\"type\":[\"string\",\"null\"]}"

const struct ytype type_end_ipv4 = {
	.name = "an address such as 10.0.0.1/24", .parse = end_ipv4_parse,
	.schema = "{\"anyOf\":[" ADDR_SCHEMA ",{\"type\":\"array\",\"items\":" ADDR_SCHEMA "}]}",
};

static bool end_is_hub(const struct load *ld, const struct topo_end *e)
{
	return e->node != TOPO_NO_NODE && ld->topo->nodes[e->node].kind == NODE_HUB;
}

/* The ends get the first two addresses of a network.  Behind a hub the network
 * has more ends: the address is left to be assigned within it. */
static void link_network(struct load *ld, const struct ykey *k, const struct ynode *n,
			 struct topo_link *l, struct prefix net)
{
	bool hub = end_is_hub(ld, &l->end[0]) || end_is_hub(ld, &l->end[1]);
	uint32_t first = net.len < 31;
	struct prefix host = net;
	char err[160];

	if (net.len > 31) {
		diag_error(ld->diag, n->pos, "%s: a /%u has no two addresses", k->key, net.len);
		return;
	}
	host.addr.v4 += first;
	if (!host_addr_ok(&host, err)) {
		diag_error(ld->diag, n->pos, "%s: %s", k->key, err);
		return;
	}
	for (uint32_t i = 0; i < 2; i++) {
		struct prefix p = net;

		if (end_is_hub(ld, &l->end[i]))
			continue;
		p.addr.v4 += hub ? 0 : first + i;
		end_add_addr(&l->end[i], p);
		l->end[i].auto_addr = hub;
	}
}

/* One value for both ends. */
static void link_one_prefix(struct load *ld, const struct ykey *k, const struct ynode *n,
			    struct topo_link *l)
{
	bool hub0 = end_is_hub(ld, &l->end[0]), hub1 = end_is_hub(ld, &l->end[1]);
	const char *s = value_text(ld, k, n);
	struct prefix p;
	char err[160], text[PREFIX_STRLEN];

	if (!s)
		return;
	if (strcmp(s, "none") == 0) {
		l->end[0].auto_addr = l->end[1].auto_addr = false;
	} else if (!read_ip4_prefix(s, &p, err)) {
		diag_error(ld->diag, n->pos, "%s: %s", k->key, err);
	} else if (strchr(s, '/') && !(p.addr.v4 & ~ip4_mask(p.len))) {
		link_network(ld, k, n, l, p);
	} else if (hub0 != hub1) {
		end_addr(ld, k, n, &l->end[hub0]);
	} else if (strchr(s, '/')) {
		p.addr.v4 &= ip4_mask(p.len);
		diag_error(ld->diag, n->pos, "%s: '%.40s' is one address; expected the network %s, "
			   "or [FIRST, SECOND]", k->key, s, prefix_fmt(&p, text));
	} else {
		diag_error(ld->diag, n->pos, "%s: '%.40s' has no prefix length; expected a "
			   "network such as 10.0.0.0/24", k->key, s);
	}
}

static bool ends_have_addrs(struct load *ld, const struct ykey *k, const struct ynode *n,
			    const struct topo_link *l)
{
	if (!l->end[0].n_addrs && !l->end[1].n_addrs)
		return false;
	diag_error(ld->diag, n->pos, "%s: given twice, in endpoints too", k->key);
	return true;
}

static void link_ipv4_parse(struct load *ld, const struct ykey *k, const struct ynode *n,
			    void *target)
{
	struct topo_link *l = target;
	struct topo_pos *pos = addr_pos_of(ld, l);
	size_t errors = ld->diag->n;

	if (ynode_is_null(n) || ends_have_addrs(ld, k, n, l))
		return;
	pos[0] = pos[1] = n->pos;
	if (n->type == YNODE_SCALAR) {
		link_one_prefix(ld, k, n, l);
	} else if (want_two(ld, k, n)) {
		for (int i = 0; i < 2; i++) {
			pos[i] = n->item[i]->pos;
			end_addr(ld, k, n->item[i], &l->end[i]);
		}
	}
	taint_since(ld, l, errors);
}

static void link_ipv4_print(const struct topo *t, const struct ykey *k, const void *target,
			    struct buf *out)
{
	const struct topo_link *l = target;
	char text[PREFIX_STRLEN];

	(void)t, (void)k;
	if (end_is_long(l))
		return;
	for (int i = 0; i < 2; i++)
		buf_printf(out, "%s%s", i ? ", " : "[", l->end[i].n_addrs ?
			   prefix_fmt(&l->end[i].addrs[0], text) : "none");
	buf_putc(out, ']');
}

const struct ytype type_link_ipv4 = {
	.name = "a network such as 10.0.0.0/24", .parse = link_ipv4_parse,
	.print = link_ipv4_print,
	.schema = "{\"anyOf\":[" ADDR_SCHEMA ",{\"type\":\"array\",\"minItems\":2,"
		  "\"maxItems\":2,\"items\":" ADDR_SCHEMA "}]}",
};

/* ---- MAC addresses ---- */

static void end_mac(struct load *ld, const struct ykey *k, const struct ynode *n,
		    struct topo_end *e)
{
	const char *s;
	struct mac m;

	if (ynode_is_null(n) || !(s = value_text(ld, k, n)))
		return;
	if (!mac_parse(&m, s)) {
		diag_error(ld->diag, n->pos, "%s: '%.40s' is not a MAC address; expected one such "
			   "as 02:00:00:00:00:01", k->key, s);
	} else if (mac_is_group(m) || mac_eq(m, mac_zero)) {
		diag_error(ld->diag, n->pos, "%s: '%.40s' %s; expected one such as "
			   "02:00:00:00:00:01", k->key, s, mac_is_group(m) ?
			   "is the address of a group" : "is not an address");
	} else {
		e->mac = m;
		e->auto_mac = false;
	}
}

static void mac_value_parse(struct load *ld, const struct ykey *k, const struct ynode *n,
			    void *target)
{
	struct end_build *b = target;

	end_mac(ld, k, n, &b->end);
}

#define MAC_SCHEMA "{\"type\":[\"string\",\"null\"]," \
	"\"pattern\":\"^([0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}$\"}"

const struct ytype type_mac = {
	.name = "a MAC address", .parse = mac_value_parse, .schema = MAC_SCHEMA,
};

static void link_mac_parse(struct load *ld, const struct ykey *k, const struct ynode *n,
			   void *target)
{
	struct topo_link *l = target;

	if (ynode_is_null(n) || !want_two(ld, k, n))
		return;
	for (int i = 0; i < 2; i++)
		end_mac(ld, k, n->item[i], &l->end[i]);
}

static void link_mac_print(const struct topo *t, const struct ykey *k, const void *target,
			   struct buf *out)
{
	const struct topo_link *l = target;
	char a[MAC_STRLEN], b[MAC_STRLEN];

	(void)t, (void)k;
	buf_printf(out, "[\"%s\", \"%s\"]", mac_fmt(l->end[0].mac, a), mac_fmt(l->end[1].mac, b));
}

const struct ytype type_link_mac = {
	.name = "a list of two MAC addresses", .parse = link_mac_parse, .print = link_mac_print,
	.schema = "{\"type\":\"array\",\"minItems\":2,\"maxItems\":2,\"items\":" MAC_SCHEMA "}",
};

void topo_link_check(struct load *ld, const struct ynode *n, void *link)
{
	struct topo_link *l = link;
	char err[160];

	door_link_check(ld, n, l);
	for (int i = 0; i < 2; i++)
		if (netem_check(&l->end[i].netem, err) != 0)
			diag_error(ld->diag, n->pos, "%s", err);
	if (l->end[0].node != l->end[1].node || l->end[0].node == TOPO_NO_NODE)
		return;
	diag_error(ld->diag, n->pos, "a link from '%s' to itself",
		   ld->topo->nodes[l->end[0].node].name);
	l->end[0].auto_addr = l->end[1].auto_addr = false;
}
