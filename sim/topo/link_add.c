// SPDX-License-Identifier: GPL-3.0-or-later
/* A link that a command adds, or takes away. */
#include <stdlib.h>
#include <string.h>

#include "sim/topo/lab.h"
#include "sim/topo/mem.h"
#include "sim/topo/said.h"

static void print_link(struct buf *out, const char *a, const char *b, const struct said *s)
{
	buf_str(out, "{endpoints: [");
	print_quoted(a, out);
	buf_str(out, ", ");
	print_quoted(b, out);
	buf_str(out, "], ");
	said_print(s, out);
	buf_putc(out, '}');
}

/* ---- reading ---- */

/* The lab with one link more, whose ends alone may be assigned something. */
static void lab_with_one_more(struct topo *t, const struct topo *now)
{
	*t = *now;
	t->notes = (struct buf){ 0 };
	t->links = mem_zalloc(now->n_links + 1, sizeof(*t->links));
	if (now->n_links)
		memcpy(t->links, now->links, now->n_links * sizeof(*t->links));
	t->n_links++;
	for (uint32_t i = 0; i < 2 * now->n_links; i++)
		end_at(t, i)->auto_name = end_at(t, i)->auto_mac = end_at(t, i)->auto_addr = false;
}

static void put_behind_file(struct load *ld, struct topo_link *l)
{
	const struct topo_pos pos = { POS_COMMAND, 1 };
	uint32_t first = 2 * (uint32_t)(l - ld->topo->links);

	l->pos = pos;
	for (uint32_t i = 0; i < 2; i++)
		l->end[i].pos = ld->addr_pos[first + i] = pos;
}

static void read_words(struct load *ld, struct topo_link *l, const char *a, const char *b,
		       int argc, char *const *argv)
{
	const struct said said = { "the link", &link_keys, &ospf_if_keys, argc, argv };
	struct buf text = { 0 };
	struct ynode *map;

	topo_link_init(ld, l);
	if (!said_ok(ld->diag, l->pos, &said))
		return;
	print_link(&text, a, b, &said);
	map = yaml_parse(mem_or_die(text.s), text.len, ld->diag);
	buf_free(&text);
	if (!map)
		return;
	keys_apply(ld, &link_keys, map, l, false);
	if (!ld->diag->n)
		topo_link_check(ld, map, l);
	ynode_free(map);
	put_behind_file(ld, l);
}

/* What is outside was told its interfaces when the lab began. */
static void refuse_doors(struct load *ld, const struct topo_link *l)
{
	for (int i = 0; i < 2; i++) {
		const struct topo_node *n = &ld->topo->nodes[l->end[i].node];

		if (topo_is_door(n))
			diag_error(ld->diag, l->pos, "%s is outside the lab; expected its links in "
				   "the lab file", n->name);
	}
}

static bool read_link(const struct topo *now, const char *a, const char *b, int argc,
		      char *const *argv, bool whole, struct topo_link *out, struct buf *notes,
		      struct buf *err)
{
	struct diag diag = { .file = { "", 0 } };
	struct topo t;
	struct load ld = { .topo = &t, .diag = &diag, .base_link = now->base_link };
	struct topo_link *l;
	bool ok;

	lab_with_one_more(&t, now);
	l = &t.links[now->n_links];
	read_words(&ld, l, a, b, argc, argv);
	if (!diag.n)
		refuse_doors(&ld, l);
	if (!diag.n && whole)
		link_complete(&ld, (uint32_t)now->n_links);
	ok = said_well(&diag, err);
	if (ok && whole) {
		*out = *l;
		buf_add(notes, t.notes.s, t.notes.len);
	} else {
		topo_link_fini(l);
	}
	buf_free(&t.notes);
	free(t.links);
	free(ld.addr_pos);
	free(ld.tainted);
	return ok;
}

bool topo_link_read(const struct topo *now, const char *a, const char *b, int argc,
		    char *const *argv, struct topo_link *out, struct buf *notes, struct buf *err)
{
	return read_link(now, a, b, argc, argv, true, out, notes, err);
}

bool topo_link_words_ok(const struct topo *now, const char *a, const char *b, int argc,
			char *const *argv, struct buf *err)
{
	return read_link(now, a, b, argc, argv, false, NULL, NULL, err);
}

/* ---- the lab's list ---- */

void topo_link_append(struct topo *t, struct topo_link *l)
{
	t->links = mem_grow(t->links, t->n_links + 1, sizeof(*t->links));
	t->links[t->n_links++] = *l;
	for (int i = 0; i < 2; i++)
		t->nodes[l->end[i].node].n_ifs_ever++;
	*l = (struct topo_link){ 0 };
}

bool topo_route_leaves_by(const struct topo_route *r, const struct topo_end *e)
{
	if (*r->dev)
		return strcmp(r->dev, e->ifname) == 0;
	for (size_t k = 0; k < e->n_addrs; k++)
		if (prefix_has(&e->addrs[k], &r->via))
			return true;
	return false;
}

static void remove_routes(struct topo_node *n, const struct topo_end *e)
{
	size_t to = 0;

	for (size_t i = 0; i < n->n_routes; i++)
		if (!topo_route_leaves_by(&n->routes[i], e))
			n->routes[to++] = n->routes[i];
	n->n_routes = to;
}

void topo_link_remove(struct topo *t, size_t i)
{
	for (int s = 0; s < 2; s++) {
		const struct topo_end *e = &t->links[i].end[s];

		remove_routes(&t->nodes[e->node], e);
	}
	topo_link_fini(&t->links[i]);
	memmove(&t->links[i], &t->links[i + 1], (t->n_links - i - 1) * sizeof(*t->links));
	t->n_links--;
}
