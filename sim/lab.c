// SPDX-License-Identifier: GPL-3.0-or-later
/* The life of a lab, its nodes by name, its drops and its own voice. */
#include "sim/lab.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "sim/mem.h"
#include "sim/port/port.h"
#include "sim/taps.h"
#include "sim/tcp_watch.h"
#include "sim/topo/topo.h"
#include "stack/ospf.h"
#include "stack/stack.h"
#include "stack/util/be.h"
#include "stack/wire/eth.h"
#include "stack/wire/show.h"

/* --- scheduled events ---------------------------------------------------------- */

static void script_arm(struct lab *lab)
{
	const struct topo *t = lab->topo;

	engine_set(&lab->engine, &lab->script,
		   lab->next_event < t->n_events ? t->events[lab->next_event].at : NS_NEVER);
}

static void script_fire(struct event *ev, ns_t now)
{
	struct lab *lab = container_of(ev, struct lab, script);
	const struct topo *t = lab->topo;

	while (lab->next_event < t->n_events && t->events[lab->next_event].at <= now) {
		const struct topo_event *e = &t->events[lab->next_event++];

		if (lab->hooks.command)
			lab->hooks.command(lab->hooks.ctx, e->cmd, e->pos.line);
	}
	script_arm(lab);
}

/* --- birth and death ---------------------------------------------------------------- */

#define NODE_BYTES 65536                  /* a router of a large network */

struct lab *lab_new(struct topo *topo, const uint64_t *seed_override)
{
	struct lab *lab;

	mem_expect(topo->n_nodes * (size_t)NODE_BYTES);
	lab = xcalloc(1, sizeof(*lab));
	lab->topo = topo;
	lab->seed = seed_override ? *seed_override : topo->seed;
	lab->building = true;
	lab->pool = pkt_pool_new(0);
	if (!lab->pool)
		mem_die();
	lab->prefixes = prefix_pool_new();
	if (!lab->prefixes)
		mem_die();
	lab->ospf.lsas = ospf_pool_new(lab->prefixes);
	list_init(&lab->ports);
	list_init(&lab->flushing);
	list_init(&lab->exposed);
	list_init(&lab->exposed_tcp);
	lab->ports_fd = -1;
	pace_init(&lab->pace);
	engine_init(&lab->engine);
	engine_set_lab_event(&lab->engine, &lab->script, script_fire);
	lab->n_nodes = topo->n_nodes;
	lab->n_links = topo->n_links;
	lab->nodes = xcalloc(lab->n_nodes, sizeof(struct node *));
	lab->first_nodes = xcalloc(lab->n_nodes, sizeof(struct node));
	lab->links = xcalloc(lab->n_links, sizeof(struct link *));
	lab->first_links = xcalloc(lab->n_links, sizeof(struct link));
	for (size_t i = 0; i < lab->n_nodes; i++) {
		lab->nodes[i] = &lab->first_nodes[i];
		lab->nodes[i]->in_block = true;
		node_build(lab->nodes[i], lab, (uint32_t)i);
	}
	for (size_t i = 0; i < lab->n_links; i++) {
		lab->links[i] = &lab->first_links[i];
		lab->links[i]->in_block = true;
		link_build(lab->links[i], lab, (uint32_t)i, &topo->links[i]);
	}
	hubs_find_loops(lab);
	for (size_t i = 0; i < lab->n_nodes; i++)
		if (node_boot(lab->nodes[i]) != OK)
			exit(2);
	for (size_t i = 0; i < lab->n_links; i++)
		link_update_carrier(lab->links[i]);
	script_arm(lab);
	lab->building = false;
	return lab;
}

struct lab *lab_parse(const char *name, const char *text, const uint64_t *seed_override,
		      struct buf *errs)
{
	struct topo *topo = topo_parse(name, text, strlen(text), errs);

	return topo ? lab_new(topo, seed_override) : NULL;
}

struct lab *lab_load(const char *path, const uint64_t *seed_override, struct buf *errs)
{
	struct topo *topo = topo_load(path, errs);

	return topo ? lab_new(topo, seed_override) : NULL;
}

static void links_fini(struct lab *lab)
{
	struct link *l;

	for (size_t i = 0; i < lab->n_links; i++)
		link_free(lab->links[i]);
	while ((l = lab->gone_links)) {
		lab->gone_links = l->next_gone;
		link_free(l);
	}
}

static void nodes_fini(struct lab *lab)
{
	struct node *n;

	for (size_t i = 0; i < lab->n_nodes; i++)
		node_free(lab->nodes[i]);
	while ((n = lab->gone_nodes)) {
		lab->gone_nodes = n->next_gone;
		node_free(n);
	}
}

void lab_free(struct lab *lab)
{
	if (!lab)
		return;
	lab->hooks = (struct lab_hooks){ 0 };
	lab->on_drop = NULL;
	lab->on_ospf = NULL;
	tcp_watch_fini(lab);
	ports_close(lab);
	taps_fini(lab);
	nodes_fini(lab);
	links_fini(lab);
	pkt_pool_free(lab->pool);
	ospf_pool_free(lab->ospf.lsas);
	prefix_pool_free(lab->prefixes);
	engine_fini(&lab->engine);
	free(lab->nodes);
	free(lab->first_nodes);
	free(lab->links);
	free(lab->first_links);
	topo_free(lab->topo);
	free(lab);
}

void lab_set_hooks(struct lab *lab, const struct lab_hooks *hooks)
{
	lab->hooks = *hooks;
}

const struct topo *lab_topo(const struct lab *lab) { return lab->topo; }
const char *lab_name(const struct lab *lab) { return lab->topo->name; }
uint64_t lab_seed(const struct lab *lab) { return lab->seed; }

const char *lab_notes(const struct lab *lab)
{
	return lab->topo->notes.s ? lab->topo->notes.s : "";
}

/* --- lab files without a lab ------------------------------------------------------------ */

void lab_schema(struct buf *out) { topo_schema(out); }
void lab_reference(struct buf *out) { topo_reference(out); }

/* --- nodes by name and address ---------------------------------------------------------- */

size_t lab_n_nodes(const struct lab *lab) { return lab->n_nodes; }
struct node *lab_node(const struct lab *lab, size_t i) { return lab->nodes[i]; }

struct node *lab_find_node(const struct lab *lab, const char *name)
{
	int i = topo_node_find(lab->topo, name);

	return i < 0 ? NULL : lab->nodes[i];
}

bool lab_resolve(const struct lab *lab, const char *text, struct addr *out)
{
	const struct node *n = lab_find_node(lab, *text == '@' ? text + 1 : text);

	if (n)
		return node_addr(n, out);
	if (strcmp(text, "localhost") == 0) {
		*out = addr_ip4(IP4_LOOPBACK);
		return true;
	}
	return addr_parse(out, text);
}

const char *lab_owner(const struct lab *lab, const struct addr *a)
{
	for (size_t i = 0; i < lab->n_links; i++) {
		for (int s = 0; s < 2; s++) {
			const struct topo_end *e = &lab->topo->links[i].end[s];

			for (size_t k = 0; k < e->n_addrs; k++)
				if (addr_eq(&e->addrs[k].addr, a))
					return lab->topo->nodes[e->node].name;
		}
	}
	return NULL;
}

/* --- what the lab says ---------------------------------------------------------------------- */

void lab_say(struct lab *lab, const char *fmt, ...)
{
	struct buf b = { 0 };
	va_list ap;

	if (!lab->hooks.event)
		return;
	va_start(ap, fmt);
	buf_vprintf(&b, fmt, ap);
	va_end(ap);
	if (b.s)
		lab->hooks.event(lab->hooks.ctx, lab->engine.now, b.s);
	buf_free(&b);
}

static struct link_end *end_of(const struct node *n, const struct netdev *dev)
{
	for (uint32_t i = 0; i < n->n_ends; i++)
		if (&n->ends[i]->dev == dev)
			return n->ends[i];
	return NULL;
}

/* The frame as bytes.  A packet that never got a link header
 * (its neighbour did not answer) is shown behind an empty one. */
static size_t frame_bytes(const struct pkt *p, uint8_t *frame, size_t room)
{
	if (p->l2 <= p->off)
		return pkt_frame(p, frame, room);
	memset(frame, 0, ETH_HLEN);
	put_be16(frame + ETH_HLEN - 2, ETHERTYPE_IP4);
	return ETH_HLEN + pkt_copy_out(p, 0, frame + ETH_HLEN, room - ETH_HLEN);
}

static void trace_drop(struct lab *lab, const struct node *n, const struct netdev *dev,
		       const struct pkt *p, enum drop why)
{
	uint8_t frame[PKT_MAX];
	struct buf line = { 0 };
	struct drop_record r = {
		.at = lab->engine.now, .node = node_name(n), .ifname = dev ? dev->name : "",
		.why = why, .len = pkt_len(p),
	};
	size_t len = frame_bytes(p, frame, sizeof(frame));

	wire_show(frame, len, &line);
	r.frame = line.s ? line.s : "";
	lab->on_drop(lab->drop_ctx, &r);
	buf_free(&line);
}

void lab_on_drop(struct lab *lab, struct node *n, struct netdev *dev, const struct pkt *p,
		 enum drop why)
{
	lab->drops[why]++;
	if (unlikely(lab->taps && dev)) {
		struct link_end *e = end_of(n, dev);

		if (e && e->taps)
			taps_dropped(e, p, why);
	}
	if (unlikely(lab->on_drop))
		trace_drop(lab, n, dev, p, why);
}

void lab_trace_drops(struct lab *lab, void (*fn)(void *ctx, const struct drop_record *r), void *ctx)
{
	lab->on_drop = fn;
	lab->drop_ctx = ctx;
}

uint64_t lab_drops(const struct lab *lab, enum drop why) { return lab->drops[why]; }
