// SPDX-License-Identifier: GPL-3.0-or-later
/* The making of a lab, step by step. */
#include "sim/topo/export.h"

#include <string.h>

#include "stack/util/cc.h"

struct walk {
	const struct topo *t;
	void (*fn)(void *ctx, const struct topo_step *s);
	void *ctx;
};

static void walk_node(const struct walk *w, const struct topo_node *n)
{
	struct topo_step s = { .kind = STEP_NODE, .node = n };

	w->fn(w->ctx, &s);
	s.kind = STEP_ADDR;
	for (size_t i = 0; i < n->n_loopback; i++) {
		s.addr = &n->loopback[i];
		w->fn(w->ctx, &s);
	}
}

static void walk_link(const struct walk *w, const struct topo_link *l)
{
	struct topo_step s = { .kind = STEP_LINK, .link = l };

	w->fn(w->ctx, &s);
	s.kind = STEP_ADDR;
	for (int i = 0; i < 2; i++) {
		s.end = &l->end[i];
		s.node = &w->t->nodes[s.end->node];
		for (size_t k = 0; k < s.end->n_addrs; k++) {
			s.addr = &s.end->addrs[k];
			w->fn(w->ctx, &s);
		}
	}
}

static void walk_routes(const struct walk *w, const struct topo_node *n)
{
	struct topo_step s = { .kind = STEP_ROUTE, .node = n };

	for (size_t i = 0; i < n->n_routes; i++) {
		s.route = &n->routes[i];
		w->fn(w->ctx, &s);
	}
}

void topo_steps(const struct topo *t, void (*fn)(void *ctx, const struct topo_step *s),
		void *ctx)
{
	const struct walk w = { t, fn, ctx };

	for (size_t i = 0; i < t->n_nodes; i++)
		walk_node(&w, &t->nodes[i]);
	for (size_t i = 0; i < t->n_links; i++)
		walk_link(&w, &t->links[i]);
	for (size_t i = 0; i < t->n_nodes; i++)
		walk_routes(&w, &t->nodes[i]);
	for (size_t i = 0; i < t->n_events; i++)
		fn(ctx, &(struct topo_step){ .kind = STEP_EVENT, .event = &t->events[i] });
}

/* ---- as text ---- */

struct print { const struct topo *t; struct buf *out; };

static void print_node(struct print *p, const struct topo_step *s)
{
	const struct topo_node *n = s->node;

	buf_printf(p->out, "node %s ", n->name);
	topo_kind_word(n, p->out);
	if (n->kind == NODE_ROUTER || n->kind == NODE_HOST)
		buf_str(p->out, n->forward ? ", forwards" : ", does not forward");
}

/* Both directions in one if they are alike. */
static void print_link(struct print *p, const struct topo_step *s)
{
	const struct topo_link *l = s->link;
	struct buf there = { 0 }, back = { 0 };

	topo_end_words(p->t, &l->end[0], &there);
	topo_end_words(p->t, &l->end[1], &back);
	buf_str(p->out, "link ");
	topo_end_name(p->t, &l->end[0], p->out);
	buf_putc(p->out, ' ');
	topo_end_name(p->t, &l->end[1], p->out);
	if (there.s && back.s && strcmp(there.s, back.s) == 0)
		buf_printf(p->out, " %s", there.s);
	else if (there.s && back.s)
		buf_printf(p->out, " forward %s reverse %s", there.s, back.s);
	buf_printf(p->out, " mtu %" PRIu32 "%s", l->mtu, l->down ? " down" : "");
	buf_free(&there);
	buf_free(&back);
}

static void print_addr(struct print *p, const struct topo_step *s)
{
	char text[PREFIX_STRLEN];

	buf_printf(p->out, "address %s:%s %s", s->node->name, s->end ? s->end->ifname : "lo",
		   prefix_fmt(s->addr, text));
}

static void print_route(struct print *p, const struct topo_step *s)
{
	const struct topo_route *r = s->route;
	char text[PREFIX_STRLEN];

	buf_printf(p->out, "route %s %s", s->node->name,
		   r->to.len ? prefix_fmt(&r->to, text) : "default");
	if (r->via.family != ADDR_NONE)
		buf_printf(p->out, " via %s", addr_fmt(&r->via, text));
	if (r->dev[0])
		buf_printf(p->out, " dev %s", r->dev);
	if (r->metric)
		buf_printf(p->out, " metric %" PRIu32, r->metric);
}

/* The command on one line, as it is one step. */
static void print_event(struct print *p, const struct topo_step *s)
{
	buf_str(p->out, "event ");
	unit_time_fmt(s->event->at, p->out);
	buf_putc(p->out, ' ');
	for (const char *c = s->event->cmd; *c; c++)
		buf_putc(p->out, (unsigned char)*c < ' ' ? ' ' : *c);
}

static void print_step(void *ctx, const struct topo_step *s)
{
	static void (*const print[STEP_N])(struct print *p, const struct topo_step *s) = {
		[STEP_NODE] = print_node, [STEP_LINK] = print_link, [STEP_ADDR] = print_addr,
		[STEP_ROUTE] = print_route, [STEP_EVENT] = print_event,
	};
	struct print *p = ctx;

	print[s->kind](p, s);
	buf_putc(p->out, '\n');
}

void topo_steps_print(const struct topo *t, struct buf *out)
{
	struct print p = { t, out };

	topo_steps(t, print_step, &p);
}
