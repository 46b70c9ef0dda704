// SPDX-License-Identifier: GPL-3.0-or-later
/* A lab for Graphviz: nodes by kind, links with names and networks. */
#include "sim/topo/export.h"

#include "stack/util/cc.h"

/* A double-quoted string of the language, in which \n ends a line. */
static void quoted(struct buf *out, const char *s)
{
	buf_putc(out, '"');
	for (; *s; s++) {
		if (*s == '"' || *s == '\\')
			buf_putc(out, '\\');
		buf_putc(out, (unsigned char)*s < ' ' ? ' ' : *s);
	}
	buf_putc(out, '"');
}

static void dot_node(const struct topo_node *n, struct buf *out)
{
	static const char *const looks[] = {
		[NODE_ROUTER] = "shape=box", [NODE_HOST] = "shape=ellipse",
		[NODE_HUB] = "shape=box style=\"filled\" fillcolor=\"lightgrey\"",
	};
	char text[PREFIX_STRLEN];

	buf_printf(out, "\t\"%s\" [%s", n->name,
		   (size_t)n->kind < N_ELEM(looks) ? looks[n->kind] : "shape=hexagon");
	if (n->n_loopback) {
		buf_printf(out, " label=\"%s", n->name);
		for (size_t i = 0; i < n->n_loopback; i++)
			buf_printf(out, "\\nlo %s", prefix_fmt(&n->loopback[i], text));
		buf_putc(out, '"');
	}
	buf_str(out, "];\n");
}

static void dot_end(const char *attr, const struct topo_end *e, const struct prefix *net,
		    struct buf *out)
{
	buf_printf(out, " %s=\"%s", attr, e->ifname);
	for (size_t i = 0; i < e->n_addrs; i++) {
		buf_str(out, "\\n");
		topo_host_fmt(&e->addrs[i], net, out);
	}
	buf_putc(out, '"');
}

static void dot_link(const struct topo *t, const struct topo_link *l, struct buf *out)
{
	const struct topo_end *a = &l->end[0], *b = &l->end[1];
	struct prefix net = { 0 };
	char text[PREFIX_STRLEN];
	bool known = topo_link_net(a->addrs, a->n_addrs, b->addrs, b->n_addrs, &net);

	buf_printf(out, "\t\"%s\" -- \"%s\" [", t->nodes[a->node].name, t->nodes[b->node].name);
	buf_printf(out, "label=\"%s%s%s\"", known ? prefix_fmt(&net, text) : "",
		   known && l->down ? "\\n" : "", l->down ? "down" : "");
	dot_end("taillabel", a, &net, out);
	dot_end("headlabel", b, &net, out);
	buf_printf(out, "%s];\n", l->down ? " style=dashed" : "");
}

void topo_export_dot(const struct topo *t, struct buf *out)
{
	buf_str(out, "graph ");
	quoted(out, t->name);
	buf_str(out, " {\n\tgraph [overlap=false splines=true nodesep=1 ranksep=1.2];\n"
		"\tnode [fontname=\"sans-serif\"];\n"
		"\tedge [fontname=\"sans-serif\" fontsize=9 labeldistance=2];\n");
	for (size_t i = 0; i < t->n_nodes; i++)
		dot_node(&t->nodes[i], out);
	for (size_t i = 0; i < t->n_links; i++)
		dot_link(t, &t->links[i], out);
	buf_str(out, "}\n");
}
