// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * A lab as a lab file, row by row of the key tables.  A value equal to the
 * default is left out; what was assigned is written, so that the file says
 * all there is.
 */
#include <stdlib.h>
#include <string.h>

#include "sim/topo/keys.h"
#include "sim/topo/mem.h"

struct dump {
	const struct topo *t;
	struct buf *out;
	struct buf value, other;          /* scratch */
};

/* The text of one row's value; "" where it has none. */
static const char *row_text(struct dump *d, struct buf *b, const struct ykey *k,
			    const void *target)
{
	buf_reset(b);
	buf_str(b, "");
	if (k->type->print)
		k->type->print(d->t, k, target, b);
	return b->s ? b->s : "";
}

/* The row, unless it says what base says.  Rows that a place must have, or
 * that are its own, are written in any case: to leave them out means another
 * thing than any of their values. */
static void dump_row(struct dump *d, const char *indent, const struct ykey *k,
		     const void *target, const void *base)
{
	const char *value = row_text(d, &d->value, k, target);

	bool always = k->need || k->own;

	if (*value && (always || strcmp(value, row_text(d, &d->other, k, base)) != 0))
		buf_printf(d->out, "%s%s: %s\n", indent, k->key, value);
}

static void dump_rows(struct dump *d, const char *indent, const struct ytable *t,
		      const void *target, const void *base)
{
	for (size_t i = 0; i < t->n; i++)
		dump_row(d, indent, &t->rows[i], target, base);
}

/* "- " in front of the first key, which every element has. */
static void dump_element(struct dump *d, const struct ytable *t, const char *indent,
			 const void *target, const void *base)
{
	size_t start = d->out->len, n = strlen(indent);

	dump_rows(d, indent, t, target, base);
	if (d->out->len > start + n)
		d->out->s[start + n - 2] = '-';
}

/* ---- nodes ---- */

static void dump_routes(struct dump *d, const struct topo_node *n)
{
	const struct topo_route none = { 0 };

	if (n->n_routes)
		buf_str(d->out, "    routes:\n");
	for (size_t i = 0; i < n->n_routes; i++)
		dump_element(d, &route_keys, "      ", &n->routes[i], &none);
}

static void dump_node(struct dump *d, const struct topo_node *n, const struct node_build *base)
{
	const struct node_build b = { .node = *n };
	size_t start;

	buf_printf(d->out, "  %s:", n->name);
	start = d->out->len;
	buf_putc(d->out, '\n');
	dump_rows(d, "    ", &node_keys, &b, base);
	dump_routes(d, n);
	if (d->out->len == start + 1) {
		d->out->len = start;
		buf_str(d->out, " {}\n");
	}
}

/* ---- links ---- */

static bool same_both_ways(struct dump *d, const struct ykey *k, const struct topo_link *l)
{
	const char *a = row_text(d, &d->value, k, &l->end[0]);

	return strcmp(a, row_text(d, &d->other, k, &l->end[1])) == 0;
}

static void dump_direction(struct dump *d, const struct topo_link *l, int side,
			   const struct topo_link *base)
{
	size_t start = d->out->len, head;

	buf_str(d->out, side == 0 ? "    forward:\n" : "    reverse:\n");
	head = d->out->len;
	for (size_t i = 0; i < impair_keys.n; i++) {
		const struct ykey *k = &impair_keys.rows[i];

		if (!same_both_ways(d, k, l))
			dump_row(d, "      ", k, &l->end[side], &base->end[side]);
	}
	if (d->out->len == head) {
		d->out->len = start;
		d->out->s[start] = '\0';
	}
}

static void dump_link(struct dump *d, const struct topo_link *l, const struct topo_link *base)
{
	dump_element(d, &link_keys, "    ", l, base);
	for (size_t i = 0; i < impair_keys.n; i++)
		if (same_both_ways(d, &impair_keys.rows[i], l))
			dump_row(d, "    ", &impair_keys.rows[i], &l->end[0], &base->end[0]);
	dump_direction(d, l, 0, base);
	dump_direction(d, l, 1, base);
}

/* ---- the lab ---- */

static void dump_links(struct dump *d, struct load *ld)
{
	struct topo_link base = { 0 }, to_door = { 0 };

	keys_init(ld, &link_keys, &base);
	keys_init(ld, &link_keys, &to_door);
	for (int i = 0; i < 2; i++)
		door_link_defaults(&to_door.end[i], true, true);
	buf_str(d->out, d->t->n_links ? "links:\n" : "");
	for (size_t i = 0; i < d->t->n_links; i++) {
		const struct topo_link *l = &d->t->links[i];

		dump_link(d, l, topo_link_has_door(d->t, l) ? &to_door : &base);
	}
	topo_link_fini(&base);
	topo_link_fini(&to_door);
}

static void dump_nodes(struct dump *d, struct load *ld)
{
	struct node_build base = { 0 };

	keys_init(ld, &node_keys, &base);
	base.node.forward = true;
	base.node.routing = topo_routing_of(NODE_ROUTER);
	buf_str(d->out, "nodes:\n");
	for (size_t i = 0; i < d->t->n_nodes; i++)
		dump_node(d, &d->t->nodes[i], &base);
}

static void dump_doings(struct dump *d, struct load *ld)
{
	const struct topo_event no_event = { .at = -1 };
	struct topo_check base = { 0 };

	topo_check_init(ld, &base);
	buf_str(d->out, d->t->n_events ? "events:\n" : "");
	for (size_t i = 0; i < d->t->n_events; i++)
		dump_element(d, &event_keys, "    ", &d->t->events[i], &no_event);
	buf_str(d->out, d->t->n_checks ? "checks:\n" : "");
	for (size_t i = 0; i < d->t->n_checks; i++)
		dump_element(d, &check_keys, "    ", &d->t->checks[i], &base);
}

void topo_dump_yaml(const struct topo *t, struct buf *out)
{
	struct dump d = { .t = t, .out = out };
	struct diag diag = { 0 };
	struct load ld = { .diag = &diag };       /* for the defaults, which are right */
	struct topo base = { .seed = 1 };

	buf_str(out, "version: 1\n");
	dump_row(&d, "", keys_find(&lab_keys, "name"), t, &base);
	dump_row(&d, "", keys_find(&lab_keys, "seed"), t, &base);
	dump_nodes(&d, &ld);
	dump_links(&d, &ld);
	dump_doings(&d, &ld);
	buf_free(&d.value);
	buf_free(&d.other);
}
