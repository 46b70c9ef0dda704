// SPDX-License-Identifier: GPL-3.0-or-later
/* A node that a command adds, or takes away. */
#include <stdlib.h>
#include <string.h>

#include "sim/topo/lab.h"
#include "sim/topo/mem.h"
#include "sim/topo/said.h"

/* ---- reading ---- */

static const struct topo_pos by_command = { POS_COMMAND, 1 };

static struct topo_node *lab_with_one_more(struct topo *t, const struct topo *now)
{
	*t = *now;
	t->notes = (struct buf){ 0 };
	t->nodes = mem_zalloc(now->n_nodes + 1, sizeof(*t->nodes));
	if (now->n_nodes)
		memcpy(t->nodes, now->nodes, now->n_nodes * sizeof(*t->nodes));
	return &t->nodes[t->n_nodes++];
}

static void put_behind_file(struct topo_node *n)
{
	n->pos = n->port_pos = by_command;
	for (size_t i = 0; i < n->n_routes; i++)
		n->routes[i].pos = by_command;
	for (size_t i = 0; i < n->ospf.n_areas; i++)
		n->ospf.areas[i].pos = by_command;
	for (size_t i = 0; i < n->ospf.n_redist; i++)
		n->ospf.redist[i].pos = by_command;
}

static void read_words(struct load *ld, struct topo_node *n, const char *name,
		       const struct said *said)
{
	struct ynode as_key = { .type = YNODE_SCALAR, .pos = by_command };
	struct buf text = { 0 };
	struct ynode *map;

	if (!said_ok(ld->diag, by_command, said))
		return;
	buf_putc(&text, '{');
	said_print(said, &text);
	buf_putc(&text, '}');
	map = yaml_parse(mem_or_die(text.s), text.len, ld->diag);
	buf_free(&text);
	if (!map)
		return;
	as_key.text = mem_strdup(name);
	topo_node_parse(ld, &as_key, map, n);
	free(as_key.text);
	ynode_free(map);
	put_behind_file(n);
}

/* What is outside gets its doors when the lab begins, whatever else it lacks. */
static void refuse_door(struct load *ld, const struct topo_node *n)
{
	struct buf other = { 0 };

	if (!topo_is_door(n))
		return;
	diag_flush(ld->diag, &other);
	buf_free(&other);
	diag_error(ld->diag, n->pos, "a node of kind %s is outside the lab; expected it in the lab "
		   "file", n->kind == NODE_NETNS ? "netns" : "external");
}

/* The line's node; whole: among those that there are. */
static bool read_node(const struct topo *now, const char *name, const struct said *said,
		      bool whole, struct topo_node *out, struct buf *notes, struct buf *err)
{
	struct diag diag = { .file = { "", 0 } };
	struct topo t;
	struct load ld = { .topo = &t, .diag = &diag, .defaults = now->defaults,
			   .kinds = now->kinds, .groups = now->groups };
	struct topo_node *n = lab_with_one_more(&t, now);
	bool ok;

	if (whole && topo_node_find(now, name) >= 0)
		diag_error(&diag, by_command, "there is a node '%s' already", name);
	else
		read_words(&ld, n, name, said);
	refuse_door(&ld, n);
	if (!diag.n && whole) {
		ld.addr_pos = mem_zalloc(2 * t.n_links, sizeof(*ld.addr_pos));
		node_complete(&ld, (uint32_t)now->n_nodes);
	}
	ok = said_well(&diag, err);
	if (ok && whole) {
		*out = *n;
		buf_add(notes, t.notes.s, t.notes.len);
	} else {
		topo_node_fini(n);
	}
	buf_free(&t.notes);
	free(t.nodes);
	free(ld.addr_pos);
	return ok;
}

bool topo_node_read(const struct topo *now, const char *name, int argc, char *const *argv,
		    struct topo_node *out, struct buf *notes, struct buf *err)
{
	const struct said said = { "the node", &node_keys, &ospf_keys, argc, argv };

	return read_node(now, name, &said, true, out, notes, err);
}

bool topo_node_words_ok(const struct topo *now, const char *name, int argc, char *const *argv,
			struct buf *err)
{
	const struct said said = { "the node", &node_keys, &ospf_keys, argc, argv };

	return read_node(now, name, &said, false, NULL, NULL, err);
}

/* ---- the lab's list ---- */

/* Where a name stands among the others, or would. */
static size_t place_by_name(const struct topo *t, const char *name)
{
	size_t lo = 0, hi = t->n_nodes;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (strcmp(t->nodes[t->by_name[mid]].name, name) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

void topo_node_append(struct topo *t, struct topo_node *n)
{
	size_t at = place_by_name(t, n->name);

	t->nodes = mem_grow(t->nodes, t->n_nodes + 1, sizeof(*t->nodes));
	t->by_name = mem_grow(t->by_name, t->n_nodes + 1, sizeof(*t->by_name));
	memmove(&t->by_name[at + 1], &t->by_name[at], (t->n_nodes - at) * sizeof(*t->by_name));
	t->by_name[at] = (uint32_t)t->n_nodes;
	n->number = t->n_nodes_ever++;
	t->nodes[t->n_nodes++] = *n;
	*n = (struct topo_node){ 0 };
}

void topo_node_remove(struct topo *t, size_t i, struct topo_node *out)
{
	size_t at = place_by_name(t, t->nodes[i].name);

	*out = t->nodes[i];
	t->n_nodes--;
	memmove(&t->nodes[i], &t->nodes[i + 1], (t->n_nodes - i) * sizeof(*t->nodes));
	memmove(&t->by_name[at], &t->by_name[at + 1], (t->n_nodes - at) * sizeof(*t->by_name));
	for (size_t k = 0; k < t->n_nodes; k++)
		t->by_name[k] -= t->by_name[k] > i;
	for (uint32_t k = 0; k < 2 * t->n_links; k++)
		end_at(t, k)->node -= end_at(t, k)->node > i;
	if (t->uplink)
		t->uplink->node -= t->uplink->node > i;
}
