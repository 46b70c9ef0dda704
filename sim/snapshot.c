// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * The lab as it is now, as a lab file: what was loaded, with the addresses,
 * routes, forwarding and links that commands changed since.  What a lab file
 * has no word for becomes a comment line.  A stopped node is written as it was
 * loaded, for so it would start.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "sim/lab.h"
#include "sim/mem.h"
#include "sim/topo/keys.h"
#include "stack/ospf.h"
#include "stack/show.h"

struct snapshot {
	struct topo t;                    /* its arrays, and the lists of nodes and links, are its
					   * own */
	struct buf *out;                  /* for the comments */
	const struct node *n;             /* the node under way */
};

static void say(struct snapshot *s, const char *fmt, ...) printf_like(2, 3);

static void say(struct snapshot *s, const char *fmt, ...)
{
	va_list ap;

	buf_str(s->out, "# Not in this file: ");
	va_start(ap, fmt);
	buf_vprintf(s->out, fmt, ap);
	va_end(ap);
	buf_putc(s->out, '\n');
}

/* free() it; NULL of nothing. */
static void *copy(const void *v, size_t n, size_t size)
{
	return n ? memcpy(xcalloc(n, size), v, n * size) : NULL;
}

/* --- addresses --------------------------------------------------------------------- */

/* The addresses that dev has now; 127.0.0.1/8 of lo goes without saying. */
static void take_addrs(struct snapshot *s, const struct netdev *dev, struct prefix **v, size_t *n)
{
	const struct ifaddr *ia;
	char err[160];

	*n = 0;
	list_for_each(&dev->addrs, ia, node) {
		if (dev->flags & DEV_LOOPBACK && ia->prefix.addr.v4 == IP4_LOOPBACK)
			continue;
		if (!host_addr_ok(&ia->prefix, err)) {
			say(s, "%s %s: address %s", node_name(s->n), dev->name, err);
			continue;
		}
		*v = xrealloc(*v, (*n + 1) * sizeof(**v));
		(*v)[(*n)++] = ia->prefix;
	}
}

/* An address in one of the lists; `at` keeps the order of the file. */
struct owned { ip4_t a; size_t at; struct prefix *list; size_t *n; const char *node; };

static int owned_cmp(const void *va, const void *vb)
{
	const struct owned *a = va, *b = vb;

	if (a->a != b->a)
		return a->a < b->a ? -1 : 1;
	return a->at < b->at ? -1 : a->at > b->at;
}

static void own(struct owned **v, size_t *n, struct prefix *list, size_t *count, const char *node)
{
	if (*count)
		*v = xrealloc(*v, (*n + *count) * sizeof(**v));
	for (size_t i = 0; i < *count; i++, (*n)++)
		(*v)[*n] = (struct owned){ list[i].addr.v4, *n, list, count, node };
}

static void list_remove_addr(const struct owned *o)
{
	size_t i = 0;

	while (i < *o->n && o->list[i].addr.v4 != o->a)
		i++;
	if (i == *o->n)
		return;
	memmove(&o->list[i], &o->list[i + 1], (*o->n - i - 1) * sizeof(*o->list));
	--*o->n;
}

/* A lab file gives an address only once. */
static void drop_twins(struct snapshot *s)
{
	struct topo *t = &s->t;
	struct owned *v = NULL;
	size_t n = 0;
	char text[ADDR_STRLEN];

	for (size_t i = 0; i < 2 * t->n_links; i++) {
		struct topo_end *e = &t->links[i / 2].end[i % 2];

		own(&v, &n, e->addrs, &e->n_addrs, t->nodes[e->node].name);
	}
	for (size_t i = 0; i < t->n_nodes; i++)
		own(&v, &n, t->nodes[i].loopback, &t->nodes[i].n_loopback, t->nodes[i].name);
	if (n)
		qsort(v, n, sizeof(*v), owned_cmp);
	for (size_t i = 1; i < n; i++) {
		if (v[i].a != v[i - 1].a)
			continue;
		say(s, "%s: address %s, which %s has too", v[i].node, ip4_fmt(v[i].a, text),
		    v[i - 1].node);
		list_remove_addr(&v[i]);
	}
	free(v);
}

/* --- routes ------------------------------------------------------------------------ */

static struct topo_end *end_of(struct snapshot *s, const struct netdev *dev)
{
	for (uint32_t i = 0; i < s->n->n_ends; i++) {
		const struct link_end *e = s->n->ends[i];

		if (&e->dev == dev)
			return &s->t.links[e->link->index].end[e == &e->link->end[1]];
	}
	return NULL;
}

/* A lab file knows gateways in a network of their interface. */
static bool reaches(const struct topo_end *e, const struct addr *via)
{
	bool in = false;

	for (size_t i = 0; e && i < e->n_addrs; i++) {
		if (addr_eq(&e->addrs[i].addr, via))
			return false;
		in |= prefix_has(&e->addrs[i], via);
	}
	return in;
}

static bool is_users(const struct route_info *r)
{
	enum route_proto p = r->spec.proto;

	return r->spec.type != RT_LOCAL && r->spec.type != RT_BROADCAST && p != RP_KERNEL &&
	       p != RP_REDIRECT && p != RP_RIP && p != RP_OSPF;
}

/* TO, VIA, DEV and METRIC are all that a route of a lab file has. */
static bool is_plain(struct snapshot *s, const struct route_spec *r)
{
	const struct route_hop *h = &r->hops[0];
	const struct topo_end *e = r->n_hops == 1 ? end_of(s, h->dev) : NULL;

	return r->type == RT_UNICAST && e && !r->src.family && !r->mtu && !h->onlink &&
	       (!h->via.family || reaches(e, &h->via));
}

static bool take_route(void *arg, const struct route_info *info)
{
	struct snapshot *s = arg;
	struct topo_node *n = &s->t.nodes[s->n->index];
	const struct route_spec *r = &info->spec;
	struct topo_route *last = n->n_routes ? &n->routes[n->n_routes - 1] : NULL, *to;
	bool twin = last && prefix_eq(&last->to, &r->to) && last->metric == r->metric;
	char text[PREFIX_STRLEN];

	if (!is_users(info))
		return true;
	if (twin || !is_plain(s, r)) {
		say(s, "%s: the route to %s, which is more than TO, VIA, DEV and METRIC",
		    n->name, prefix_fmt(&r->to, text));
		return true;
	}
	n->routes = xrealloc(n->routes, (n->n_routes + 1) * sizeof(*n->routes));
	to = &n->routes[n->n_routes++];
	*to = (struct topo_route){ .to = r->to, .via = r->hops[0].via, .metric = r->metric };
	snprintf(to->dev, sizeof(to->dev), "%s", r->hops[0].dev->name);
	return true;
}

/* --- nodes and links ------------------------------------------------------------------ */

static bool say_neigh(void *arg, const struct neigh_info *i)
{
	struct snapshot *s = arg;
	char text[ADDR_STRLEN];

	if (i->state == NUD_PERMANENT)
		say(s, "%s %s: the neighbour %s set by hand", node_name(s->n), i->dev->name,
		    addr_fmt(&i->addr, text));
	return true;
}

/* Those that are not as in a stack that nobody changed, those that the file names, and where
 * there is a profile all that it sets. */
static void take_sysctls(struct topo_node *to, struct stack *st)
{
	bool profile = stack_option(st, OPT_TCP_PROFILE) != 0 ||
		       (to->n_sysctls && sysctl_has(to->sysctls[0].key, OPT_TCP_PROFILE));
	char now[SYSCTL_TEXT_MAX];
	const struct sysctl *key;

	for (size_t i = 0; i < to->n_sysctls; i++)
		topo_sysctl_put(to, to->sysctls[i].key, sysctl_value(to->sysctls[i].key, st, now));
	for (unsigned i = 0; (key = sysctl_nth(i)); i++)
		if ((sysctl_changed(key, st) || (profile && sysctl_is_of_profile(key))) &&
		    !sysctl_has(key, OPT_FORWARDING))
			topo_sysctl_put(to, key, sysctl_value(key, st, now));
}

static void take_node_addrs(struct snapshot *s, const struct node *n)
{
	struct topo_node *to = &s->t.nodes[n->index];

	s->n = n;
	take_addrs(s, stack_dev(n->stack, "lo"), &to->loopback, &to->n_loopback);
	for (uint32_t i = 0; i < n->n_ends; i++) {
		const struct netdev *dev = &n->ends[i]->dev;
		struct topo_end *e = end_of(s, dev);

		take_addrs(s, dev, &e->addrs, &e->n_addrs);
	}
}

/* --- OSPF --------------------------------------------------------------------------- */

struct find_ospf { const struct netdev *dev; struct show_ospf_if i; bool found; };

static bool find_ospf(void *arg, const struct show_ospf_if *i)
{
	struct find_ospf *f = arg;

	if (i->dev != f->dev)
		return true;
	f->i = *i;
	f->found = true;
	return false;
}

/* What a command said of an interface stands at its end. */
static void take_ospf_end(struct snapshot *s, const struct link_end *e)
{
	const struct topo *t = e->link->lab->topo;
	struct topo_ospf_if *to = &end_of(s, &e->dev)->ospf;
	struct find_ospf f = { .dev = &e->dev };
	const struct ospf_if_config *now = &f.i.config;
	struct ospf_if_config was;
	bool had = topo_ospf_end(t, e->link->index, e == &e->link->end[1], &was, NULL);

	show_ospf_ifs(s->n->stack, find_ospf, &f);
	if (f.found != had)
		to->enabled = f.found;
	if (!f.found)
		return;
#define TAKE(field, was_so) do { if (now->field != (was_so)) to->field = now->field; } while (0)
	TAKE(area, was.area);
	TAKE(cost, ospf_end_cost(e));
	TAKE(type, was.type);
	TAKE(hello, was.hello);
	TAKE(dead, was.dead);
	TAKE(rxmt, was.rxmt);
	TAKE(transmit_delay, was.transmit_delay);
	TAKE(priority, was.priority);
	TAKE(passive, was.passive);
	TAKE(mtu_ignore, was.mtu_ignore);
#undef TAKE
}

static bool take_area(void *arg, const struct show_ospf_area *a)
{
	struct topo_ospf *to = arg;
	const struct ospf_area_config *c = &a->config;
	struct topo_ospf_area *t;

	if (c->type == OSPF_AREA_NORMAL && !c->n_ranges)
		return true;
	to->areas = xrealloc(to->areas, (to->n_areas + 1) * sizeof(*to->areas));
	t = &to->areas[to->n_areas++];
	*t = (struct topo_ospf_area){
		.id = a->id, .type = c->type, .no_summary = c->no_summary,
		.nssa_default = c->nssa_default, .translate = c->translate,
		.default_cost = c->default_cost ? c->default_cost : 1,
		.ranges = xcalloc(c->n_ranges + 1, sizeof(*t->ranges)), .n_ranges = c->n_ranges,
	};
	for (size_t i = 0; i < c->n_ranges; i++) {
		t->ranges[i].prefix = c->ranges[i].prefix;
		t->ranges[i].hide = c->ranges[i].hide;
		t->ranges[i].cost = c->ranges[i].has_cost ? c->ranges[i].cost : TOPO_UNSET;
		t->ranges[i].nssa = c->ranges[i].nssa;
		t->ranges[i].tag = c->ranges[i].tag;
	}
	return true;
}

static uint32_t unless(uint32_t v, uint32_t dflt)
{
	return v == dflt ? TOPO_UNSET : v;
}

static ns_t unless_ns(ns_t v, ns_t dflt)
{
	return v == dflt ? -1 : v;
}

static bool take_redist(void *arg, const struct show_ospf_redist *r)
{
	struct topo_ospf *to = arg;
	struct topo_ospf_redist *t;

	if (r->is_default) {
		to->dflt.originate = r->always ? DEFAULT_ALWAYS : DEFAULT_IF_THERE;
		to->dflt.metric = unless(r->conf.metric, r->always ? OSPF_DEFAULT_METRIC_ALWAYS :
					 OSPF_DEFAULT_METRIC);
		to->dflt.type2 = unless(!r->conf.type1, true);
		return true;
	}
	to->redist = xrealloc(to->redist, (to->n_redist + 1) * sizeof(*to->redist));
	t = &to->redist[to->n_redist++];
	*t = (struct topo_ospf_redist){
		.from = r->from == RP_STATIC ? REDIST_STATIC : r->from == RP_KERNEL ?
			REDIST_CONNECTED : r->from == RP_RIP ? REDIST_RIP : REDIST_KERNEL,
		.metric = unless(r->conf.metric, OSPF_REDIST_METRIC),
		.tag = unless(r->conf.tag, 0), .type2 = !r->conf.type1,
	};
	return true;
}

static void free_ospf_lists(struct topo_ospf *o)
{
	for (size_t i = 0; i < o->n_areas; i++)
		free(o->areas[i].ranges);
	free(o->areas);
	free(o->redist);
	o->areas = NULL;
	o->redist = NULL;
	o->n_areas = o->n_redist = 0;
}

/* What a command said of the router. */
static void take_ospf(struct topo_ospf *to, struct stack *st)
{
	struct ospf_config was;
	struct show_ospf now;

	if (!show_ospf(st, &now))
		return;
	ospf_config_init(&was);
	free_ospf_lists(to);
	to->dflt.originate = to->dflt.metric = to->dflt.type2 = TOPO_UNSET;
	show_ospf_areas(st, take_area, to);
	show_ospf_redists(st, take_redist, to);
	to->stub_router = unless(now.config.stub_router, false);
	to->spf_delay = unless_ns(now.config.spf_delay, was.spf_delay);
	to->spf_hold = unless_ns(now.config.spf_hold, was.spf_hold);
	to->spf_max_hold = unless_ns(now.config.spf_max_hold, was.spf_max_hold);
}

static void take_node(struct snapshot *s, const struct node *n)
{
	struct topo_node *to = &s->t.nodes[n->index];

	s->n = n;
	to->forward = stack_option(n->stack, OPT_FORWARDING);
	to->n_routes = 0;
	show_routes(n->stack, take_route, s);
	take_sysctls(to, n->stack);
	show_neighs(n->stack, say_neigh, s);
	for (uint32_t i = 0; i < n->n_ends && topo_runs_ospf(&s->t, n->index); i++)
		take_ospf_end(s, n->ends[i]);
	take_ospf(&to->ospf, n->stack);
	for (uint32_t i = 0; i < n->n_ends; i++)
		if (!(n->ends[i]->dev.flags & DEV_UP))
			say(s, "%s %s is down", to->name, n->ends[i]->dev.name);
}

static void take_end(struct topo_end *to, const struct link_end *e)
{
	const struct netem_spec plain = { .delay = e->delay };

	to->addrs = copy(to->addrs, to->n_addrs, sizeof(*to->addrs));
	to->netem = (struct netem_spec){ 0 };
	if (netem_spec_copy(&to->netem, e->netem ? &e->netem->spec : &plain) != OK)
		mem_die();
	to->rate_bps = e->rate_bps;
	to->queue_bytes = e->queue_bytes;
	to->queue_pkts = e->queue_pkts;
}

static void take_link(struct snapshot *s, const struct link *l)
{
	struct topo_link *to = &s->t.links[l->index];
	uint32_t mtu = l->end[0].dev.mtu;

	to->down = !l->up;
	for (int i = 0; i < 2; i++)
		take_end(&to->end[i], &l->end[i]);
	to->mtu = mtu;
	if (l->end[1].dev.mtu != mtu)
		say(s, "%s %s: mtu %" PRIu32, node_name(l->end[1].node), l->end[1].dev.name,
		    l->end[1].dev.mtu);
}

static void own_ospf_lists(struct topo_ospf *o)
{
	o->areas = copy(o->areas, o->n_areas, sizeof(*o->areas));
	for (size_t i = 0; i < o->n_areas; i++)
		o->areas[i].ranges = copy(o->areas[i].ranges, o->areas[i].n_ranges,
					  sizeof(*o->areas[i].ranges));
	o->redist = copy(o->redist, o->n_redist, sizeof(*o->redist));
}

static void snapshot_init(struct snapshot *s, const struct lab *lab)
{
	struct topo *t = &s->t;

	*t = *lab->topo;
	t->nodes = copy(t->nodes, t->n_nodes, sizeof(*t->nodes));
	t->links = copy(t->links, t->n_links, sizeof(*t->links));
	t->events = copy(t->events, t->n_events, sizeof(*t->events));
	t->checks = copy(t->checks, t->n_checks, sizeof(*t->checks));
	for (size_t i = 0; i < t->n_nodes; i++) {
		struct topo_node *n = &t->nodes[i];

		n->loopback = copy(n->loopback, n->n_loopback, sizeof(*n->loopback));
		n->routes = copy(n->routes, n->n_routes, sizeof(*n->routes));
		n->sysctls = copy(n->sysctls, n->n_sysctls, sizeof(*n->sysctls));
		own_ospf_lists(&n->ospf);
	}
	for (size_t i = 0; i < t->n_links; i++)
		take_link(s, lab->links[i]);
}

static void snapshot_fini(struct snapshot *s)
{
	for (size_t i = 0; i < s->t.n_nodes; i++) {
		free(s->t.nodes[i].loopback);
		free(s->t.nodes[i].routes);
		free(s->t.nodes[i].sysctls);
		free_ospf_lists(&s->t.nodes[i].ospf);
	}
	for (size_t i = 0; i < 2 * s->t.n_links; i++) {
		netem_spec_fini(&s->t.links[i / 2].end[i % 2].netem);
		free(s->t.links[i / 2].end[i % 2].addrs);
	}
	free(s->t.nodes);
	free(s->t.links);
	free(s->t.events);
	free(s->t.checks);
}

/* With the addresses that there are now. */
static void snapshot_begin(struct snapshot *s, const struct lab *lab)
{
	snapshot_init(s, lab);
	for (size_t i = 0; i < lab->n_nodes; i++)
		if (lab->nodes[i]->stack)
			take_node_addrs(s, lab->nodes[i]);
	drop_twins(s);
}

bool lab_read_link(const struct lab *lab, const char *a, const char *b, int argc,
		   char *const *argv, struct topo_link *out, struct buf *notes, struct buf *err)
{
	struct buf comments = { 0 };
	struct snapshot s = { .out = &comments };
	bool ok;

	snapshot_begin(&s, lab);
	ok = topo_link_read(&s.t, a, b, argc, argv, out, notes, err);
	snapshot_fini(&s);
	buf_free(&comments);
	return ok;
}

bool lab_read_node(const struct lab *lab, const char *name, int argc, char *const *argv,
		   struct topo_node *out, struct buf *notes, struct buf *err)
{
	struct buf comments = { 0 };
	struct snapshot s = { .out = &comments };
	bool ok;

	snapshot_begin(&s, lab);
	ok = topo_node_read(&s.t, name, argc, argv, out, notes, err);
	snapshot_fini(&s);
	buf_free(&comments);
	return ok;
}

/* Routes that wait for a link: a file in which nothing reaches their next router is
 * no lab's. */
static void leave_out_waiting(struct snapshot *s, const struct node *n)
{
	struct topo_node *to = &s->t.nodes[n->index];
	char text[PREFIX_STRLEN];
	size_t left = 0;

	for (size_t i = 0; i < to->n_routes; i++)
		if (node_route_waits(n, &to->routes[i], NULL))
			say(s, "%s: the route to %s, which waits for a link", to->name,
			    prefix_fmt(&to->routes[i].to, text));
		else
			to->routes[left++] = to->routes[i];
	to->n_routes = left;
}

/* --- events and checks -------------------------------------------------------------- */

/* The deleted node, whose name no other has now, that a line names; or NULL. */
static const char *named_gone(const struct lab *lab, const char *line)
{
	static const char name_chars[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
					 "0123456789._-";

	for (const struct node *n = lab->gone_nodes; n; n = n->next_gone) {
		const char *name = node_name(n);
		size_t len = strlen(name);

		if (lab_find_node(lab, name))
			continue;
		for (const char *s = line; *s; ) {
			size_t word = strspn(s, name_chars);

			if (word == len && memcmp(s, name, len) == 0)
				return name;
			s += word ? word : 1;
		}
	}
	return NULL;
}

/* A node is added once; so is a link of before now. */
static bool adds_what_is_there(const struct lab *lab, const char *line, ns_t at)
{
	char name[TOPO_NAME_MAX];

	if (sscanf(line, "node add %31s", name) == 1)
		return lab_find_node(lab, name);
	return sscanf(line, "link add %31s", name) == 1 && at <= lab_now(lab);
}

struct doing { const char *what, *name, *line; ns_t at; bool alone; };

/* Does it stay?  What names nodes that are not there would be an error of the file. */
static bool take_doing(struct snapshot *s, const struct lab *lab, const struct lab_doings *doings,
		       const struct doing *d)
{
	const char *gone = named_gone(lab, d->line);
	struct buf why = { 0 };
	bool ok = false;

	if (gone)
		say(s, "the %s '%s': %s was deleted", d->what, d->name, gone);
	else if (adds_what_is_there(lab, d->line, d->at))
		say(s, "the %s '%s', which has been", d->what, d->name);
	else if (doings && !doings->take(doings->ctx, d->line, d->alone, &why))
		say(s, "the %s '%s': %.*s", d->what, d->name,
		    why.s ? (int)strcspn(why.s, "\n") : 13, why.s ? why.s : "out of memory");
	else
		ok = true;
	buf_free(&why);
	return ok;
}

static void leave_out_doings(struct snapshot *s, const struct lab *lab,
			     const struct lab_doings *doings)
{
	struct topo *t = &s->t;
	size_t left = 0;

	for (size_t i = 0; i < t->n_events; i++) {
		const struct topo_event *e = &t->events[i];

		if (take_doing(s, lab, doings, &(struct doing){ "event", e->cmd, e->cmd, e->at,
								false }))
			t->events[left++] = *e;
	}
	t->n_events = left;
	left = 0;
	for (size_t i = 0; i < t->n_checks; i++) {
		const struct topo_check *k = &t->checks[i];

		if (!k->run || take_doing(s, lab, doings, &(struct doing){ "check", k->name, k->run,
						NS_NEVER, !i || k->fresh }))
			t->checks[left++] = *k;
	}
	t->n_checks = left;
}

void lab_dump_with(const struct lab *lab, const struct lab_doings *doings, struct buf *out)
{
	struct snapshot s = { .out = out };

	snapshot_begin(&s, lab);
	for (size_t i = 0; i < lab->n_nodes; i++) {
		leave_out_waiting(&s, lab->nodes[i]);
		if (lab->nodes[i]->stack)
			take_node(&s, lab->nodes[i]);
		else if (!lab->nodes[i]->up)
			say(&s, "%s is stopped", node_name(lab->nodes[i]));
	}
	leave_out_doings(&s, lab, doings);
	topo_dump_yaml(&s.t, out);
	snapshot_fini(&s);
}

void lab_dump(const struct lab *lab, struct buf *out) { lab_dump_with(lab, NULL, out); }
