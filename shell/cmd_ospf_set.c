// SPDX-License-Identifier: GPL-3.0-or-later
#include <stdlib.h>
#include <string.h>

#include "shell/offer.h"
#include "shell/ospf.h"
#include "shell/state.h"
#include "shell/table.h"
#include "stack/ospf.h"
#include "stack/show.h"

#define METRIC_MAX 16777214               /* of LSAs 3, 4, 5 and 7: below LSInfinity */

/* ospf: a router's configuration while it runs, in FRR's words.  A node that is
 * stopped and started has what the lab file says again. */

/* What was typed is a change that routing now follows. */
static void note_line(struct shell *sh, const struct args *a)
{
	struct buf line = { 0 };

	for (int i = a->from; i < a->words->n; i++)
		buf_printf(&line, " %s", a->words->v[i]);
	lab_note_change(sh->lab, "%s%s", node_name(a->node), line.s ? line.s : "");
	buf_free(&line);
}

static int answer(struct shell *sh, const struct args *a, int err)
{
	if (!err)
		note_line(sh, a);
	if (err == ERR_NOENT)
		return shell_error(sh, "OSPF does not run here");
	if (err == ERR_INVAL)
		return shell_error(sh, "the value is out of range, or not possible here");
	return err ? shell_error(sh, "%s", err_text(err)) : 0;
}

static bool number(struct shell *sh, const struct args *a, const char *name, uint64_t min,
		   uint64_t max, uint64_t *out)
{
	*out = args_count(a, name, 0);
	if (args_word(a, name) && *out >= min && *out <= max)
		return true;
	shell_error(sh, "'%s' is not a number from %llu to %llu", args_word(a, name),
		    (unsigned long long)min, (unsigned long long)max);
	return false;
}

/* --- interfaces --------------------------------------------------------------------------- */

static bool area_id(struct shell *sh, const char *s, uint32_t *out)
{
	unsigned long long v;

	if (ip4_parse(out, s))
		return true;
	if (word_u64(s, &v) && v < OSPF_AREA_AS) {
		*out = (uint32_t)v;
		return true;
	}
	shell_error(sh, "'%s' is not an area: a number, or as 0.0.0.1", s);
	return false;
}

/* The words of a line; false: an error was said. */
static bool if_words(struct shell *sh, const struct args *a, struct ospf_if_config *c)
{
	uint64_t v;

	if (args_word(a, "COST")) {
		if (!number(sh, a, "COST", 1, OSPF_COST_MAX, &v))
			return false;
		c->cost = (uint16_t)v;
	}
	if (args_word(a, "HELLO")) {
		if (!number(sh, a, "HELLO", 1, UINT16_MAX, &v))
			return false;
		c->hello = (uint16_t)v;
		c->dead = 4 * (uint32_t)v;
	}
	if (args_word(a, "DEAD")) {
		if (!number(sh, a, "DEAD", 1, UINT16_MAX, &v))
			return false;
		c->dead = (uint32_t)v;
	}
	if (args_word(a, "PRIORITY")) {
		if (!number(sh, a, "PRIORITY", 0, 255, &v))
			return false;
		c->priority = (uint8_t)v;
	}
	if (args_word(a, "AREA") && !area_id(sh, args_word(a, "AREA"), &c->area))
		return false;
	c->type = args_has(a, "broadcast") ? OSPF_NET_BROADCAST :
		  args_has(a, "point-to-point") ? OSPF_NET_P2P :
		  args_has(a, "point-to-multipoint") ? OSPF_NET_P2MP : c->type;
	c->passive = args_has(a, "passive") || (c->passive && !args_has(a, "active"));
	c->mtu_ignore |= args_has(a, "mtu-ignore");
	return true;
}

static int if_run(struct shell *sh, const struct args *a)
{
	struct stack *st = shell_stack(sh, a->node);
	const char *name = args_word(a, "IF");
	struct netdev *dev = st ? stack_dev(st, name) : NULL;
	struct show_ospf_if now;
	struct ospf_if_config c;

	if (!st)
		return 1;
	if (!dev)
		return shell_error(sh, "%s has no interface '%s'", node_name(a->node), name);
	ospf_if_config_init(&c);
	if (show_ospf_if(st, dev, &now))
		c = now.config;
	if (args_has(a, "disable")) {
		stack_ospf_if_del(st, dev);
		return answer(sh, a, OK);
	}
	return if_words(sh, a, &c) ? answer(sh, a, stack_ospf_if(st, dev, &c)) : 1;
}

/* --- areas --------------------------------------------------------------------------------- */

#define RANGES_MAX 64                     /* that these commands keep */

struct find_area { uint32_t id; struct ospf_area_config c; struct ospf_range *ranges; };

static bool find_area(void *arg, const struct show_ospf_area *a)
{
	struct find_area *f = arg;

	if (a->id != f->id)
		return true;
	f->c = a->config;
	if (f->c.n_ranges > RANGES_MAX)
		f->c.n_ranges = RANGES_MAX;
	if (f->c.n_ranges)
		memcpy(f->ranges, a->config.ranges, f->c.n_ranges * sizeof(*f->ranges));
	return false;
}

/* The range of the line; one that was there of the same prefix goes. */
static bool range_words(struct shell *sh, const struct args *a, struct find_area *f)
{
	struct ospf_range r = { .hide = args_has(a, "not-advertise"),
				.has_cost = args_word(a, "METRIC"), .nssa = args_has(a, "nssa") };
	uint64_t cost = 0;
	size_t i = 0;

	if (!args_prefix(a, "PREFIX", &r.prefix))
		return true;
	if (r.has_cost && !number(sh, a, "METRIC", 0, METRIC_MAX, &cost))
		return false;
	r.cost = (uint32_t)cost;
	if (r.nssa && f->c.type != OSPF_AREA_NSSA) {
		shell_error(sh, "the area is not an NSSA");
		return false;
	}
	while (i < f->c.n_ranges && (f->ranges[i].nssa != r.nssa ||
				     !prefix_eq(&f->ranges[i].prefix, &r.prefix)))
		i++;
	f->ranges[i] = r;
	f->c.n_ranges += i == f->c.n_ranges;
	return true;
}

static void type_words(const struct args *a, struct ospf_area_config *c)
{
	c->type = args_has(a, "stub") ? OSPF_AREA_STUB : args_has(a, "nssa") ? OSPF_AREA_NSSA :
		  OSPF_AREA_NORMAL;
	c->no_summary = args_has(a, "no-summary");
	c->translate = args_has(a, "translate-candidate") ? OSPF_NSSA_CANDIDATE :
		       args_has(a, "translate-always") ? OSPF_NSSA_ALWAYS :
		       args_has(a, "translate-never") ? OSPF_NSSA_NEVER : c->translate;
}

static int area_run(struct shell *sh, const struct args *a)
{
	struct stack *st = shell_stack(sh, a->node);
	struct ospf_range ranges[RANGES_MAX + 1];
	struct find_area f = { .ranges = ranges, .c.default_cost = 1 };
	uint64_t cost = f.c.default_cost;
	bool is_range = args_word(a, "PREFIX");

	if (!st || !area_id(sh, args_word(a, "AREA"), &f.id))
		return 1;
	if (!f.id && (args_has(a, "stub") || args_has(a, "nssa")))
		return shell_error(sh, "area 0 is the backbone, which cannot be a stub or NSSA");
	if (args_word(a, "COST") && !number(sh, a, "COST", 0, METRIC_MAX, &cost))
		return 1;
	show_ospf_areas(st, find_area, &f);
	f.c.ranges = ranges;
	if (!is_range && (args_has(a, "stub") || args_has(a, "nssa") || args_has(a, "normal")))
		type_words(a, &f.c);
	if (args_word(a, "COST"))
		f.c.default_cost = (uint32_t)cost;
	if (!range_words(sh, a, &f))
		return 1;
	return answer(sh, a, stack_ospf_area(st, f.id, &f.c));
}

/* --- the router ------------------------------------------------------------------------------ */

static int redistribute_run(struct shell *sh, const struct args *a)
{
	struct stack *st = shell_stack(sh, a->node);
	uint64_t metric = !args_has(a, "default") ? OSPF_REDIST_METRIC :
			  args_has(a, "always") ? OSPF_DEFAULT_METRIC_ALWAYS : OSPF_DEFAULT_METRIC;
	uint64_t type = 2;
	struct ospf_redistribute r = { .on = !args_has(a, "no") };
	enum route_proto from = args_has(a, "static") ? RP_STATIC : args_has(a, "connected") ?
				RP_KERNEL : RP_BOOT;

	if (!st || (args_word(a, "METRIC") &&
		    !number(sh, a, "METRIC", 0, METRIC_MAX, &metric)) ||
	    (args_word(a, "TYPE") && !number(sh, a, "TYPE", 1, 2, &type)))
		return 1;
	r.metric = (uint32_t)metric;
	r.type1 = type == 1;
	if (args_has(a, "default"))
		return answer(sh, a, stack_ospf_default(st, &r, args_has(a, "always")));
	return answer(sh, a, stack_ospf_redistribute(st, from, &r));
}

static int router_run(struct shell *sh, const struct args *a)
{
	struct stack *st = shell_stack(sh, a->node);
	struct show_ospf s;

	if (!st)
		return 1;
	if (!show_ospf(st, &s))
		return answer(sh, a, ERR_NOENT);
	if (args_has(a, "max-metric"))
		s.config.stub_router = !args_has(a, "no");
	if (args_word(a, "DELAY")) {
		s.config.spf_delay = args_ns(a, "DELAY", 0);
		s.config.spf_hold = args_ns(a, "HOLD", 0);
		s.config.spf_max_hold = args_ns(a, "MAX", 0);
	}
	return answer(sh, a, stack_ospf_set(st, &s.config));
}

static bool offer_area(void *arg, const struct show_ospf_area *a)
{
	char text[ADDR_STRLEN];
	const struct offer *o = arg;

	o->add(o->ctx, ip4_fmt(a->id, text));
	return true;
}

/* Those that the router is in. */
void offer_areas(const struct offer *o)
{
	struct offer copy = *o;

	if (o->node && node_stack(o->node))
		show_ospf_areas(node_stack(o->node), offer_area, &copy);
}

const struct cmd cmds_ospf_set[] = {
	{ .name = "ospf interface",
	  .args = "IF:iface [cost COST:count | hello HELLO:count | dead DEAD:count | "
		  "priority PRIORITY:count | area AREA | passive|active | mtu-ignore | "
		  "network broadcast|point-to-point|point-to-multipoint]...",
	  .flags = CMD_NODE, .run = if_run, .help = "OSPF on an interface, with these values",
	  .text = "Seconds for hello and dead; a new hello makes dead four of it." },
	{ .name = "ospf interface", .args = "IF:iface disable", .flags = CMD_NODE, .run = if_run,
	  .help = "no OSPF on an interface any more" },
	{ .name = "ospf area",
	  .args = "AREA (stub [no-summary] | nssa [no-summary | "
		  "translate-candidate|translate-always|translate-never]... | normal | "
		  "default-cost COST:count | "
		  "range PREFIX:prefix [not-advertise | cost METRIC:count])",
	  .flags = CMD_NODE, .run = area_run, .help = "what an area is to this router" },
	{ .name = "ospf area",
	  .args = "AREA nssa range PREFIX:prefix [not-advertise | cost METRIC:count]",
	  .flags = CMD_NODE, .run = area_run,
	  .help = "tell what an NSSA says of external networks as one" },
	{ .name = "ospf", .args = "[no] redistribute static|connected|kernel "
	  "[metric METRIC:count | metric-type TYPE:count]...", .flags = CMD_NODE,
	  .run = redistribute_run, .help = "tell routes of others as external ones, or no more" },
	{ .name = "ospf", .args = "[no] default originate [always] "
	  "[metric METRIC:count | metric-type TYPE:count]...", .flags = CMD_NODE,
	  .run = redistribute_run, .help = "tell a default route, or no more" },
	{ .name = "ospf", .args = "[no] max-metric", .flags = CMD_NODE, .run = router_run,
	  .help = "others do not route through this router (RFC 6987)" },
	{ .name = "ospf timers spf", .args = "DELAY:time HOLD:time MAX:time", .flags = CMD_NODE,
	  .run = router_run, .help = "how soon routes are computed" },
	{ 0 },
};
