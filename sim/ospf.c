// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/ospf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/lab.h"
#include "sim/topo/topo.h"
#include "stack/ospf.h"
#include "stack/stack.h"

/* FRR's metrics of what is told as external. */

/* --- configuration ----------------------------------------------------------------- */

static uint32_t or_else(uint32_t v, uint32_t def)
{
	return v == TOPO_UNSET ? def : v;
}

static struct ospf_config config_of(const struct topo_ospf *o)
{
	struct ospf_config c;

	ospf_config_init(&c);
	c.router_id = o->router_id;
	c.spf_delay = o->spf_delay >= 0 ? o->spf_delay : c.spf_delay;
	c.spf_hold = o->spf_hold >= 0 ? o->spf_hold : c.spf_hold;
	c.spf_max_hold = o->spf_max_hold >= 0 ? o->spf_max_hold : c.spf_max_hold;
	c.stub_router = or_else(o->stub_router, 0);
	c.rfc1583 = or_else(o->rfc1583, 0);
	c.max_paths = (uint8_t)or_else(o->max_paths, 0);
	c.distance = (uint8_t)or_else(o->distance, 0);
	c.max_lsas = or_else(o->max_lsas, 0);
	return c;
}

static int boot_area(struct node *n, const struct topo_ospf_area *a)
{
	struct ospf_range *ranges = calloc(a->n_ranges + 1, sizeof(*ranges));
	struct ospf_area_config c = {
		.type = (enum ospf_area_type)a->type, .no_summary = a->no_summary,
		.default_cost = a->default_cost, .nssa_default = a->nssa_default,
		.translate = (enum ospf_nssa_role)a->translate, .ranges = ranges,
		.n_ranges = a->n_ranges,
	};
	int err;

	if (!ranges)
		return ERR_NOMEM;
	for (size_t i = 0; i < a->n_ranges; i++) {
		const struct topo_ospf_range *r = &a->ranges[i];

		ranges[i] = (struct ospf_range){
			.prefix = r->prefix, .hide = r->hide, .has_cost = r->cost != TOPO_UNSET,
			.cost = or_else(r->cost, 0), .nssa = r->nssa, .tag = r->tag };
	}
	err = stack_ospf_area(n->stack, a->id, &c);
	free(ranges);
	return err;
}

static enum link_side side_of(const struct link_end *e)
{
	return e == &e->link->end[1] ? SIDE_B : SIDE_A;
}

/* OSPF on an interface, if the lab file wants it there; *area becomes its area
 * if that is lower. */
static int boot_if(struct link_end *e, uint32_t *area)
{
	struct ospf_if_config c;
	struct ospf_auth auth;

	if (!topo_ospf_end(e->link->lab->topo, e->link->index, side_of(e), &c, &auth))
		return OK;
	*area = c.area < *area ? c.area : *area;
	return stack_ospf_if(e->node->stack, &e->dev, &c);
}

static int boot_lo(struct node *n, uint32_t area)
{
	struct ospf_if_config c;

	if (!topo_ospf_lo(n->lab->topo, n->index, or_else(area, 0), &c))
		return OK;
	return stack_ospf_if(n->stack, stack_dev(n->stack, "lo"), &c);
}

/* Of its interfaces, and of lo, which is in the lowest of their areas: a border
 * router's in the backbone. */
static int boot_ifs(struct node *n)
{
	uint32_t area = TOPO_UNSET;
	int err = OK;

	for (uint32_t i = 0; i < n->n_ends && !err; i++)
		err = boot_if(n->ends[i], &area);
	return err ? err : boot_lo(n, area);
}

static int boot_externals(struct node *n, const struct topo_ospf *o)
{
	static const enum route_proto protos[REDIST_N] = {
		[REDIST_STATIC] = RP_STATIC, [REDIST_CONNECTED] = RP_KERNEL,
		[REDIST_KERNEL] = RP_BOOT, [REDIST_RIP] = RP_RIP,
	};
	uint32_t originate = or_else(o->dflt.originate, DEFAULT_NO);
	bool always = originate == DEFAULT_ALWAYS;
	struct ospf_redistribute r = { .on = true };
	int err = OK;

	for (size_t i = 0; i < o->n_redist && !err; i++) {
		const struct topo_ospf_redist *s = &o->redist[i];

		r.type1 = !s->type2;
		r.metric = or_else(s->metric, OSPF_REDIST_METRIC);
		r.tag = or_else(s->tag, 0);
		err = stack_ospf_redistribute(n->stack, protos[s->from], &r);
	}
	if (err || originate == DEFAULT_NO)
		return err;
	r.type1 = !or_else(o->dflt.type2, 1);
	r.metric = or_else(o->dflt.metric, always ? OSPF_DEFAULT_METRIC_ALWAYS :
			   OSPF_DEFAULT_METRIC);
	r.tag = 0;
	return stack_ospf_default(n->stack, &r, always);
}

/* A router without any address has no id, and nobody to talk to. */
int ospf_node_boot(struct node *n)
{
	const struct topo_ospf *o = &n->lab->topo->nodes[n->index].ospf;
	struct ospf_config c = config_of(o);
	int err;

	if (!topo_runs_ospf(n->lab->topo, n->index))
		return OK;
	c.seq_base = n->lab->ospf.seq_base;
	err = stack_ospf_start(n->stack, &c);
	if (err)
		return err == ERR_NOTAVAIL ? OK : err;
	for (size_t i = 0; i < o->n_areas && !err; i++)
		err = boot_area(n, &o->areas[i]);
	if (!err)
		err = boot_ifs(n);
	return err ? err : boot_externals(n, o);
}

void ospf_lab_clock(struct lab *lab, uint32_t base)
{
	struct show_ospf s;

	lab->ospf.seq_base = base;
	for (size_t i = 0; i < lab->n_nodes; i++) {
		struct stack *st = node_stack(lab->nodes[i]);

		if (!st || !show_ospf(st, &s))
			continue;
		s.config.seq_base = base;
		if (stack_ospf_set(st, &s.config) != OK)
			abort();                  /* it runs */
	}
}

/* A node that had no address, and so no id, starts now.  One that had but lo learns
 * by its first link in which area that is. */
int ospf_end_boot(struct link_end *e)
{
	struct node *n = e->node;
	struct show_ospf now;
	uint32_t area = TOPO_UNSET;
	int err;

	if (!show_ospf(n->stack, &now))
		return ospf_node_boot(n);
	err = boot_if(e, &area);
	return err || n->n_ends > 1 || area == TOPO_UNSET ? err : boot_lo(n, area);
}

/* --- the costs of links --------------------------------------------------------------- */

uint16_t ospf_end_cost(const struct link_end *e)
{
	ns_t delay = e->netem ? e->netem->spec.delay : e->delay;

	return topo_ospf_cost(e->link->lab->topo, e->link->index, side_of(e), e->rate_bps, delay);
}

/* A cost that a command set stays. */
void ospf_end_changed(struct link_end *e, uint16_t old_cost)
{
	struct show_ospf_if i;
	uint16_t cost = ospf_end_cost(e);
	struct stack *st = node_stack(e->node);

	if (!st || cost == old_cost)
		return;
	if (!show_ospf_if(st, &e->dev, &i) || i.config.cost != old_cost)
		return;
	i.config.cost = cost;
	if (stack_ospf_if(st, &e->dev, &i.config) == OK)
		lab_note_change(e->link->lab, "%s %s: cost %u", node_name(e->node), e->dev.name,
				cost);
}

/* --- what happens ---------------------------------------------------------------------- */

static void say_problem(struct node *n, const struct ospf_event *e)
{
	char from[ADDR_STRLEN], id[ADDR_STRLEN];
	struct buf b = { 0 };

	buf_printf(&b, "%s ospf", node_name(n));
	if (e->dev)
		buf_printf(&b, " %s", e->dev->name);
	buf_printf(&b, ": %s", e->text);
	if (e->from && e->nbr)
		buf_printf(&b, ", from %s (%s)", ip4_fmt(e->from, from), ip4_fmt(e->nbr, id));
	else if (e->from)
		buf_printf(&b, ", from %s", ip4_fmt(e->from, from));
	if (b.s)
		lab_say(n->lab, "%s", b.s);
	buf_free(&b);
}

void ospf_node_event(struct node *n, const struct ospf_event *e)
{
	struct lab *lab = n->lab;
	struct ospf_record r = { lab->engine.now, node_name(n), e };

	if (e->kind == OSPF_EV_PROBLEM)
		say_problem(n, e);
	if (lab->on_ospf)
		lab->on_ospf(lab->ospf_ctx, &r);
}

void lab_trace_ospf(struct lab *lab, void (*fn)(void *ctx, const struct ospf_record *r), void *ctx)
{
	lab->on_ospf = fn;
	lab->ospf_ctx = ctx;
}

bool lab_noted_change(const struct lab *lab)
{
	return lab->ospf.change[0] && lab->ospf.change_at == lab->engine.now;
}

/* Changes of one instant are one. */
void lab_note_change(struct lab *lab, const char *fmt, ...)
{
	struct ospf_lab *o = &lab->ospf;
	size_t n = lab_noted_change(lab) ? strlen(o->change) : 0;
	va_list ap;

	if (lab->building)
		return;
	if (!n) {
		o->change_at = lab->engine.now;
		memcpy(o->change_drops, lab->drops, sizeof(o->change_drops));
	} else if (n + 2 < sizeof(o->change)) {
		memcpy(o->change + n, ", ", 3);
		n += 2;
	}
	o->differed = false;
	va_start(ap, fmt);
	vsnprintf(o->change + n, sizeof(o->change) - n, fmt, ap);
	va_end(ap);
}

void lab_last_change(const struct lab *lab, struct change_info *out)
{
	const struct ospf_lab *o = &lab->ospf;

	*out = (struct change_info){ .at = o->change_at, .what = o->change[0] ? o->change : NULL };
	for (int i = 0; i < DROP_N; i++)
		out->drops[i] = lab->drops[i] - o->change_drops[i];
}
