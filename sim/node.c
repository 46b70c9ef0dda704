// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/node.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/lab.h"
#include "sim/mem.h"
#include "sim/port/expose.h"
#include "sim/port/port.h"
#include "sim/taps.h"
#include "sim/tcp_watch.h"
#include "sim/topo/topo.h"
#include "stack/netdev.h"
#include "stack/stack.h"

/* A loop of hubs would carry a frame around for ever.  Where there is one, a
 * frame dies at its 16th hub, and of frames that passed more than four (as
 * many as the 5-4-3 rule of 10 Mbit Ethernet allows) a hub sends no more than
 * so many copies in each second of lab time. */
#define HUB_HOPS_FREE 4
#define HUB_HOPS_MAX 16
#define HUB_STORM_MAX 1000
#define HUB_STORM_WINDOW SEC(1)

/* How often one conflict is told of. */
#define CONFLICT_AGAIN SEC(10)

static const struct topo_node *node_spec(const struct node *n)
{
	return unlikely(n->gone) ? n->gone : &n->lab->topo->nodes[n->index];
}

const char *node_name(const struct node *n) { return node_spec(n)->name; }
bool node_is_up(const struct node *n) { return n->up; }
bool node_has_stack(const struct node *n) { return !n->is_hub && !n->is_door; }
bool node_is_door(const struct node *n) { return n->is_door; }
ns_t node_now(const struct node *n) { return n->lab->engine.now; }
struct list *node_progs(struct node *n) { return &n->progs; }
const struct lab *node_lab(const struct node *n) { return n->lab; }

const char *node_kind(const struct node *n)
{
	static const char *const kinds[] = {
		[NODE_ROUTER] = "router", [NODE_HOST] = "host", [NODE_HUB] = "hub",
		[NODE_NETNS] = "netns", [NODE_EXTERNAL] = "external",
	};

	return kinds[node_spec(n)->kind];
}

struct stack *node_stack(struct node *n)
{
	if (n->stack)
		stack_enter(n->stack, n->lab->engine.now);
	return n->stack;
}

/* --- timers ------------------------------------------------------------------ */

static void node_rearm(struct node *n)
{
	struct node_timer *t = list_first(&n->timers, struct node_timer, node);
	ns_t at = n->stack ? stack_next_at(n->stack) : NS_NEVER;
	ns_t now = n->lab->engine.now;

	if (t && t->at < at)
		at = t->at;
	if (at < now)
		at = now;
	engine_set(&n->lab->engine, &n->wake, at);
}

/* The stack's first timer moved forward. */
static void node_on_wake(void *ctx, ns_t at)
{
	struct node *n = ctx;
	ns_t now = n->lab->engine.now;

	if (at < n->wake.at)
		engine_set(&n->lab->engine, &n->wake, at < now ? now : at);
}

static void node_fire(struct event *ev, ns_t now)
{
	struct node *n = container_of(ev, struct node, wake);
	struct node_timer *t;

	if (n->stack)
		stack_run(n->stack, now);
	while ((t = list_first(&n->timers, struct node_timer, node)) && t->at <= now) {
		list_remove(&t->node);
		if (n->stack)
			stack_enter(n->stack, now);
		t->fire(t);
	}
	node_rearm(n);
}

void node_timer_init(struct node_timer *t, struct node *n, void (*fire)(struct node_timer *t))
{
	*t = (struct node_timer){ .at = NS_NEVER, .on = n, .fire = fire };
}

void node_timer_set(struct node_timer *t, ns_t at)
{
	struct node_timer *later;

	node_timer_stop(t);
	t->at = at;
	list_for_each(&t->on->timers, later, node)
		if (later->at > at || (t->first && !later->first && later->at == at))
			break;
	list_insert_before(&later->node, &t->node);
	node_on_wake(t->on, at);
}

void node_timer_stop(struct node_timer *t)
{
	if (list_linked(&t->node))
		list_remove(&t->node);
	t->at = NS_NEVER;
}

/* --- frames --------------------------------------------------------------------- */

/* Is this frame part of a storm that has had its share? */
static bool hub_storm(struct node *n, const struct pkt *p, ns_t now)
{
	if (!n->may_loop || p->hops <= HUB_HOPS_FREE)
		return false;
	if (now - n->storm_at >= HUB_STORM_WINDOW) {
		n->storm_at = now;
		n->storm_n = 0;
	}
	if (p->hops < HUB_HOPS_MAX && n->storm_n + n->n_ends <= HUB_STORM_MAX) {
		n->storm_n += n->n_ends;
		return false;
	}
	if (!n->storm_told)
		lab_say(n->lab, "broadcast storm: frames go around a loop of hubs at %s",
			node_name(n));
	n->storm_told = true;
	return true;
}

/* A frame dies where it arrived; consumes it. */
static void end_rx_drop(struct link_end *e, struct pkt *p, enum drop why)
{
	e->dev.stats.rx_dropped++;
	link_end_note_drop(e, p, why);
	pkt_free(p);
}

static void hub_input(struct node *n, struct link_end *from, struct pkt *p, ns_t now)
{
	struct link_end *last = NULL;

	if (!from->peer->node->is_hub)            /* a router's frame is a new one */
		p->hops = 0;
	p->hops += p->hops < UINT8_MAX;
	if (hub_storm(n, p, now)) {
		end_rx_drop(from, p, DROP_HUB_STORM);
		return;
	}
	for (uint32_t i = 0; i < n->n_ends; i++) {
		struct link_end *e = n->ends[i];
		struct pkt *copy;

		if (e == from || !netdev_running(&e->dev))
			continue;
		copy = last ? pkt_clone(p) : NULL;
		if (copy)
			link_end_xmit(last, copy);
		else if (last)
			link_end_note_drop(last, p, DROP_NO_MEMORY);
		last = e;
	}
	if (last)
		link_end_xmit(last, p);
	else
		pkt_free(p);
}

/* Of a node without a stack, or where somebody looks. */
static outlined void input_any(struct node *n, struct link_end *e, struct pkt *p, ns_t now)
{
	if (unlikely(e->taps))
		taps_in(e, p, now);
	if (unlikely(!n->stack)) {
		e->dev.stats.rx_packets++;
		e->dev.stats.rx_bytes += pkt_len(p);
		if (n->is_hub && n->up)
			hub_input(n, e, p, now);
		else if (n->is_door && n->up)
			port_output(e, p);
		else
			end_rx_drop(e, p, DROP_NODE_DOWN);
	} else {
		stack_input(n->stack, now, &e->dev, p);
	}
	if (unlikely(e->taps))
		taps_settle(e);
}

void node_input(struct node *n, struct link_end *e, struct pkt *p, ns_t now)
{
	if (likely(n->stack && !e->taps))
		stack_input(n->stack, now, &e->dev, p);
	else
		input_any(n, e, p, now);
}

/* --- building, stopping, starting --------------------------------------------------- */

static void node_on_drop(void *ctx, struct netdev *dev, const struct pkt *p, enum drop why)
{
	struct node *n = ctx;

	if (dev)
		dev->stats.rx_dropped += p->dev == dev;
	lab_on_drop(n->lab, n, dev, p, why);
}

static void node_on_conflict(void *ctx, struct netdev *dev, ip4_t addr, struct mac by)
{
	struct node *n = ctx;
	char a[ADDR_STRLEN], m[MAC_STRLEN];
	ns_t now = n->lab->engine.now;

	if (n->conflict_addr == addr && now - n->conflict_at < CONFLICT_AGAIN)
		return;
	n->conflict_addr = addr;
	n->conflict_at = now;
	lab_say(n->lab, "%s %s: address conflict: %s is also used by %s", node_name(n),
		dev->name, ip4_fmt(addr, a), mac_fmt(by, m));
}

static void node_on_tcp(void *ctx, const struct tcp_event *e)
{
	struct node *n = ctx;

	tcp_watch_event(n->lab, n, e);
}

static void node_on_ospf(void *ctx, const struct ospf_event *e)
{
	ospf_node_event(ctx, e);
}

static const struct stack_hooks node_hooks = {
	.wake = node_on_wake, .drop = node_on_drop, .conflict = node_on_conflict,
	.tcp = node_on_tcp, .ospf = node_on_ospf,
};

void node_build(struct node *n, struct lab *lab, uint32_t index)
{
	n->lab = lab;
	n->index = index;
	n->is_hub = node_spec(n)->kind == NODE_HUB;
	n->is_door = node_spec(n)->kind == NODE_NETNS || node_spec(n)->kind == NODE_EXTERNAL;
	list_init(&n->timers);
	list_init(&n->progs);
	engine_add_dst(&lab->engine, &n->wake, node_fire);
}

void node_add_end(struct node *n, struct link_end *e)
{
	if ((n->n_ends & (n->n_ends - 1)) == 0)
		n->ends = xrealloc(n->ends, (n->n_ends ? n->n_ends * 2 : 1) *
				   sizeof(struct link_end *));
	n->ends[n->n_ends++] = e;
}

void node_remove_end(struct node *n, struct link_end *e)
{
	uint32_t i = 0;

	while (n->ends[i] != e)
		i++;
	n->n_ends--;
	memmove(&n->ends[i], &n->ends[i + 1], (n->n_ends - i) * sizeof(struct link_end *));
}

/* A hub with at most one such neighbour is in no loop, and then perhaps the
 * neighbour is in none either. */
static void hub_strip(struct node *n)
{
	while (n && n->may_loop && n->loop_links <= 1) {
		struct node *next = NULL;

		n->may_loop = false;
		for (uint32_t i = 0; i < n->n_ends; i++) {
			struct node *peer = n->ends[i]->peer->node;

			if (peer->may_loop) {
				peer->loop_links--;
				next = peer;
			}
		}
		n = next;
	}
}

void hubs_find_loops(struct lab *lab)
{
	for (size_t i = 0; i < lab->n_nodes; i++) {
		struct node *n = lab->nodes[i];

		n->may_loop = n->is_hub;
		n->loop_links = 0;
		for (uint32_t k = 0; k < n->n_ends; k++)
			n->loop_links += n->ends[k]->peer->node->is_hub;
	}
	for (size_t i = 0; i < lab->n_nodes; i++)
		hub_strip(lab->nodes[i]);
}

/* Says what failed; returns err. */
static int boot_step(const struct node *n, const char *what, int err)
{
	if (err)
		fprintf(stderr, "netloom: %s: %s: %s\n", node_name(n), what, err_text(err));
	return err;
}

static const struct topo_end *end_spec(const struct link_end *e)
{
	return &e->link->lab->topo->links[e->link->index].end[e == &e->link->end[1]];
}

static int boot_interface(struct node *n, struct link_end *e)
{
	return boot_step(n, "interface", stack_attach(n->stack, &e->dev));
}

static int boot_addresses(struct node *n, struct link_end *e)
{
	const struct topo_end *s = end_spec(e);
	int err = OK;

	for (size_t k = 0; k < s->n_addrs && !err; k++)
		err = boot_step(n, "address", stack_addr_add(n->stack, &e->dev, &s->addrs[k]));
	return err;
}

static int boot_ends(struct node *n, int (*boot)(struct node *n, struct link_end *e))
{
	int err = OK;

	for (uint32_t i = 0; i < n->n_ends && !err; i++)
		err = boot(n, n->ends[i]);
	return err;
}

static int boot_loopback(struct node *n, const struct topo_node *spec)
{
	struct netdev *lo = stack_dev(n->stack, "lo");
	int err = OK;

	for (size_t i = 0; i < spec->n_loopback && !err; i++)
		err = boot_step(n, "loopback address",
				stack_addr_add(n->stack, lo, &spec->loopback[i]));
	return err;
}

bool node_route_waits(const struct node *n, const struct topo_route *r, const struct link_end *but)
{
	for (uint32_t i = 0; i < n->n_ends; i++)
		if (n->ends[i] != but && topo_route_leaves_by(r, end_spec(n->ends[i])))
			return false;
	return true;
}

static int boot_route(struct node *n, const struct topo_route *r)
{
	struct route_spec s = { .to = r->to, .proto = RP_STATIC, .metric = r->metric,
				.n_hops = 1, .hops = { { .via = r->via } } };

	if (r->dev[0])
		s.hops[0].dev = stack_dev(n->stack, r->dev);
	return boot_step(n, "route", stack_route_set(n->stack, ROUTE_APPEND, &s));
}

static int boot_routes(struct node *n, const struct topo_node *spec)
{
	int err = OK;

	for (size_t i = 0; i < spec->n_routes && !err; i++)
		if (!node_route_waits(n, &spec->routes[i], NULL))
			err = boot_route(n, &spec->routes[i]);
	return err;
}

/* Those that waited for this end. */
static int boot_end_routes(struct node *n, const struct link_end *e)
{
	const struct topo_node *spec = node_spec(n);
	int err = OK;

	for (size_t i = 0; i < spec->n_routes && !err; i++)
		if (topo_route_leaves_by(&spec->routes[i], end_spec(e)) &&
		    node_route_waits(n, &spec->routes[i], e))
			err = boot_route(n, &spec->routes[i]);
	return err;
}

static void node_unboot(struct node *n)
{
	if (!n->stack)
		return;
	for (uint32_t i = 0; i < n->n_ends; i++)
		if (n->ends[i]->dev.stack)
			stack_detach(n->stack, &n->ends[i]->dev);
	stack_free(n->stack);
	n->stack = NULL;
}

/* They were found to be good when the file was read. */
static void boot_sysctls(struct node *n, const struct topo_node *spec)
{
	char err[128];

	for (size_t i = 0; i < spec->n_sysctls; i++)
		(void)sysctl_set(spec->sysctls[i].key, n->stack, spec->sysctls[i].value, err);
}

int node_boot(struct node *n)
{
	const struct topo_node *spec = node_spec(n);
	struct stack_config cfg = {
		.name = spec->name, .pool = n->lab->pool, .seed = n->lab->seed,
		.hooks = &node_hooks, .ctx = n, .forwarding = spec->forward,
		.prefixes = n->lab->prefixes, .lsas = n->lab->ospf.lsas,
	};

	int err;

	n->up = true;
	if (!node_has_stack(n))
		return OK;
	n->stack = stack_new(&cfg);
	err = boot_step(n, "start", n->stack ? OK : ERR_NOMEM);
	if (!err) {
		stack_enter(n->stack, n->lab->engine.now);
		tcp_watch_boot(n->lab, n->stack);
		err = boot_ends(n, boot_interface);
	}
	if (!err)
		boot_sysctls(n, spec);
	if (!err)
		err = boot_loopback(n, spec);
	if (!err)
		err = boot_ends(n, boot_addresses);
	if (!err)
		err = boot_routes(n, spec);
	if (!err)
		err = boot_step(n, "OSPF", ospf_node_boot(n));
	if (err) {
		node_unboot(n);
		n->up = false;
	}
	return err;
}

int node_attach_end(struct node *n, struct link_end *e)
{
	int err;

	if (!node_stack(n))
		return OK;
	err = boot_interface(n, e);
	if (!err)
		err = boot_addresses(n, e);
	if (!err)
		err = boot_end_routes(n, e);
	return err ? err : boot_step(n, "OSPF", ospf_end_boot(e));
}

void node_detach_end(struct node *n, struct link_end *e)
{
	if (node_stack(n) && e->dev.stack)
		stack_detach(n->stack, &e->dev);
}

void node_set_carrier(struct node *n, struct link_end *e, bool on)
{
	if (!!(e->dev.flags & DEV_CARRIER) == on)
		return;
	(void)node_stack(n);              /* tell it the time first */
	netdev_set_carrier(&e->dev, on);
	if (e->port)
		port_set_carrier(e, on);
	if (!lab_noted_change(e->link->lab))
		lab_note_change(e->link->lab, "%s %s: carrier %s", node_name(n), e->dev.name,
				on ? "on" : "lost");
	if (!e->link->lab->building)
		lab_say(e->link->lab, "%s %s: carrier %s", node_name(n), e->dev.name,
			on ? "on" : "lost");
}

static void node_update_links(struct node *n)
{
	for (uint32_t i = 0; i < n->n_ends; i++)
		link_update_carrier(n->ends[i]->link);
}

void node_halt(struct node *n, const char *how)
{
	prog_node_stopped(n);
	expose_node_stopped(n);
	lab_note_change(n->lab, "%s: %s", node_name(n), how);
	n->up = false;
	node_update_links(n);
	node_unboot(n);
	node_rearm(n);
	lab_say(n->lab, "%s: %s", node_name(n), how);
}

int node_stop(struct node *n)
{
	if (!n->up)
		return ERR_EXIST;
	node_halt(n, "stopped");
	return OK;
}

int node_start(struct node *n)
{
	int err;

	if (n->up)
		return ERR_EXIST;
	lab_note_change(n->lab, "%s: started", node_name(n));
	for (uint32_t i = 0; i < n->n_ends; i++)
		link_end_init_dev(n->ends[i]);
	err = node_boot(n);
	if (err)
		return err;
	node_update_links(n);
	node_rearm(n);
	lab_say(n->lab, "%s: started", node_name(n));
	return OK;
}

void node_free(struct node *n)
{
	prog_node_stopped(n);
	node_unboot(n);
	free(n->ends);
	if (n->gone)
		topo_node_fini(n->gone);
	free(n->gone);
	if (!n->in_block)
		free(n);
}

bool node_addr(const struct node *n, struct addr *out)
{
	if (n->is_hub)
		return false;
	if (n->stack)
		return stack_primary_addr(n->stack, out);
	for (uint32_t i = 0; i < n->n_ends; i++) {        /* stopped: what the file says */
		const struct topo_end *s = end_spec(n->ends[i]);

		if (s->n_addrs) {
			*out = s->addrs[0].addr;
			return true;
		}
	}
	return false;
}
