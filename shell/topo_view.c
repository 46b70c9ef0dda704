// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/topo_view.h"

#include <stdlib.h>
#include <string.h>

#include "shell/table.h"
#include "sim/sim.h"
#include "stack/util/cc.h"

#define WIDTH_MAX 100                     /* characters of a picture */
#define ADDRS_MAX 16                      /* of an interface, that are looked at */

static size_t read_prefixes(const json_t *all, struct prefix *v, size_t room)
{
	const json_t *s;
	size_t i, n = 0;

	json_array_foreach(all, i, s)
		if (n < room && prefix_parse(&v[n], json_string_value(s)))
			n++;
	return n;
}

static const json_t *end_of(const json_t *link, size_t i)
{
	return json_array_get(jget(link, "ends"), i);
}

/* --- the picture ------------------------------------------------------------------ */

/* The picture's texts are kept in an array of JSON, which hands out pointers. */
struct view {
	const json_t *topo;
	struct pic_node *nodes;
	struct pic_link *links;
	size_t n_nodes, n_links;
	json_t *texts;
};

/* The text stays as long as the view; consumes b. */
static const char *keep(struct view *v, struct buf *b)
{
	json_t *s = json_string(b->s ? b->s : "");
	const char *text = json_string_value(s);

	buf_free(b);
	return json_array_append_new(v->texts, s) == 0 && text ? text : "";
}

static enum pic_look look_of(const char *kind)
{
	static const char *const kinds[] = {
		[PIC_ROUTER] = "router", [PIC_HOST] = "host", [PIC_HUB] = "hub",
	};

	for (unsigned i = 0; i < N_ELEM(kinds); i++)
		if (strcmp(kind, kinds[i]) == 0)
			return (enum pic_look)i;
	return PIC_OUTSIDE;
}

static void node_view(struct view *v, const json_t *node, struct pic_node *out)
{
	struct buf b = { 0 };
	const json_t *s;
	size_t i;

	out->look = look_of(jstr(node, "kind"));
	buf_printf(&b, "%s%s", jstr(node, "name"), jtrue(node, "up") ? "" : " (stopped)");
	json_array_foreach(jget(node, "loopback"), i, s)
		buf_printf(&b, "\nlo %s", json_string_value(s));
	out->text = keep(v, &b);
}

static const char *addrs_view(struct view *v, const struct prefix *p, size_t n,
			      const struct prefix *net)
{
	struct buf b = { 0 };

	for (size_t i = 0; i < n; i++) {
		buf_str(&b, i ? " " : "");
		topo_host_fmt(&p[i], net, &b);
	}
	return keep(v, &b);
}

static void link_view(struct view *v, const json_t *link, struct pic_link *out)
{
	struct prefix p[2][ADDRS_MAX], net = { 0 };
	char text[PREFIX_STRLEN];
	struct buf b = { 0 };
	size_t n[2];

	for (size_t i = 0; i < 2; i++)
		n[i] = read_prefixes(jget(end_of(link, i), "addresses"), p[i], ADDRS_MAX);
	if (topo_link_net(p[0], n[0], p[1], n[1], &net))
		buf_str(&b, prefix_fmt(&net, text));
	out->net = keep(v, &b);
	for (size_t i = 0; i < 2; i++) {
		const json_t *e = end_of(link, i);

		buf_printf(&b, "%s%s", jstr(e, "ifname"), jtrue(e, "up") ? "" : "(down)");
		out->name[i] = keep(v, &b);
		out->addr[i] = addrs_view(v, p[i], n[i], &net);
	}
	out->down = strcmp(jstr(link, "state"), "up") != 0;
}

/* Nodes are few here: a picture has room for two dozen. */
static uint32_t node_index(const json_t *nodes, const char *name)
{
	const json_t *n;
	size_t i;

	json_array_foreach(nodes, i, n)
		if (strcmp(jstr(n, "name"), name) == 0)
			return (uint32_t)i;
	return 0;
}

static void view_fill(struct view *v)
{
	const json_t *nodes = jget(v->topo, "nodes"), *links = jget(v->topo, "links");

	for (size_t i = 0; i < v->n_nodes; i++)
		node_view(v, json_array_get(nodes, i), &v->nodes[i]);
	for (size_t i = 0; i < v->n_links; i++) {
		const json_t *l = json_array_get(links, i);

		for (size_t k = 0; k < 2; k++)
			v->links[i].node[k] = node_index(nodes, jstr(end_of(l, k), "node"));
		link_view(v, l, &v->links[i]);
	}
}

bool topo_view_picture(const json_t *topo, struct buf *out)
{
	struct view v = { .topo = topo };
	bool ok = false;

	v.n_nodes = json_array_size(jget(topo, "nodes"));
	v.n_links = json_array_size(jget(topo, "links"));
	if (v.n_nodes > PICTURE_NODES_MAX || v.n_links > PICTURE_LINKS_MAX)
		return false;
	v.nodes = calloc(v.n_nodes + 1, sizeof(*v.nodes));
	v.links = calloc(v.n_links + 1, sizeof(*v.links));
	v.texts = json_array();
	if (v.nodes && v.links && v.texts) {
		view_fill(&v);
		ok = picture_draw(&(struct picture){ v.nodes, v.n_nodes, v.links, v.n_links },
				  WIDTH_MAX, out);
	}
	free(v.nodes);
	free(v.links);
	json_decref(v.texts);
	return ok;
}

/* --- the list ----------------------------------------------------------------------- */

/* Column widths: interface, addresses, the other end. */
struct widths { int name, addr, peer; };

static void addrs_text(const json_t *e, struct buf *out)
{
	const json_t *s;
	size_t i;

	buf_reset(out);
	buf_str(out, json_array_size(jget(e, "addresses")) ? "" : "-");
	json_array_foreach(jget(e, "addresses"), i, s)
		buf_printf(out, "%s%s", i ? "," : "", json_string_value(s));
}

static void peer_text(const json_t *e, struct buf *out)
{
	buf_reset(out);
	buf_printf(out, "%s:%s", jstr(e, "node"), jstr(e, "ifname"));
}

static void widen(int *w, size_t n)
{
	*w = (int)n > *w ? (int)n : *w;
}

static struct widths find_widths(const json_t *topo)
{
	struct widths w = { 0 };
	struct buf text = { 0 };
	const json_t *l;
	size_t i;

	json_array_foreach(jget(topo, "links"), i, l) {
		for (size_t k = 0; k < 2; k++) {
			widen(&w.name, strlen(jstr(end_of(l, k), "ifname")));
			addrs_text(end_of(l, k), &text);
			widen(&w.addr, text.len);
			peer_text(end_of(l, k), &text);
			widen(&w.peer, text.len);
		}
	}
	buf_free(&text);
	return w;
}

static void list_node(const json_t *n, struct buf *out)
{
	const json_t *s;
	size_t i;

	buf_printf(out, "%s (%s)%s", jstr(n, "name"), jstr(n, "kind"),
		   jtrue(n, "up") ? "" : " stopped");
	json_array_foreach(jget(n, "loopback"), i, s)
		buf_printf(out, "%s%s", i ? "," : " lo ", json_string_value(s));
	buf_putc(out, '\n');
}

static void list_end(const json_t *l, size_t k, const struct widths *w, struct buf *out)
{
	struct buf text = { 0 };
	const char *state = jstr(l, "state");
	bool mine = jtrue(end_of(l, k), "up"), up = strcmp(state, "up") == 0;

	addrs_text(end_of(l, k), &text);
	buf_printf(out, "  %-*s  %-*s", w->name, jstr(end_of(l, k), "ifname"), w->addr,
		   text.s ? text.s : "");
	peer_text(end_of(l, !k), &text);
	buf_printf(out, "  -- %-*s", up ? 0 : w->peer, text.s ? text.s : "");
	if (!up)
		buf_printf(out, "  DOWN (%s)", strcmp(state, "cut") == 0 ? "cut" :
			   mine ? "other end" : "this end");
	buf_putc(out, '\n');
	buf_free(&text);
}

/* Ends by node, so that a node's are found without looking at every link. */
struct at_node { const json_t *link; const char *node; size_t k, i; };

static int by_node(const void *va, const void *vb)
{
	const struct at_node *a = va, *b = vb;
	int cmp = strcmp(a->node, b->node);

	return cmp ? cmp : a->i < b->i ? -1 : a->i > b->i;
}

static struct at_node *sort_ends(const json_t *topo, size_t *n)
{
	const json_t *links = jget(topo, "links"), *l;
	struct at_node *v;
	size_t i;

	*n = 2 * json_array_size(links);
	v = calloc(*n + 1, sizeof(*v));
	if (!v)
		return NULL;
	json_array_foreach(links, i, l)
		for (size_t k = 0; k < 2; k++)
			v[2 * i + k] = (struct at_node){ l, jstr(end_of(l, k), "node"), k,
							 2 * i + k };
	qsort(v, *n, sizeof(*v), by_node);
	return v;
}

static size_t first_of(const struct at_node *v, size_t n, const char *node)
{
	size_t lo = 0, hi = n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (strcmp(v[mid].node, node) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

void topo_view_list(const json_t *topo, struct buf *out)
{
	struct widths w = find_widths(topo);
	struct at_node *v;
	const json_t *node;
	size_t i, n;

	v = sort_ends(topo, &n);
	json_array_foreach(jget(topo, "nodes"), i, node) {
		list_node(node, out);
		for (size_t k = v ? first_of(v, n, jstr(node, "name")) : n;
		     k < n && strcmp(v[k].node, jstr(node, "name")) == 0; k++)
			list_end(v[k].link, v[k].k, &w, out);
	}
	free(v);
}
