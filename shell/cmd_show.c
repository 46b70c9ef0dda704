// SPDX-License-Identifier: GPL-3.0-or-later
#include <stdlib.h>
#include <string.h>

#include "shell/net_json.h"
#include "shell/rows.h"
#include "shell/state.h"
#include "shell/table.h"

/*
 * show: the lab's state as flat tables, of all nodes or of one.  Inside a
 * node that node is meant.
 */

/* --- hosts --------------------------------------------------------------------- */

static int hosts_run(struct shell *sh, const struct args *a)
{
	json_t *all = json_array();

	(void)a;
	for (size_t i = 0; i < lab_n_nodes(sh->lab); i++) {
		struct node *n = lab_node(sh->lab, i);
		struct stack *st = node_stack(n);
		char text[ADDR_STRLEN];
		json_t *o = json_object();
		struct addr addr;

		jset_str(o, "node", node_name(n));
		jset_str(o, "kind", node_kind(n));
		jset_str(o, "state", node_is_up(n) ? "up" : "stopped");
		if (node_addr(n, &addr))
			jset_str(o, "address", addr_fmt(&addr, text));
		if (st)
			jset_bool(o, "forwarding", stack_option(st, OPT_FORWARDING) != 0);
		json_array_append_new(all, o);
	}
	return shell_result(sh, all);
}

static void hosts_print(struct shell *sh, const struct args *a, const json_t *all)
{
	static const struct table_col cols[] = {
		{ "node", "NODE", false }, { "kind", "KIND", false }, { "state", "STATE", false },
		{ "address", "ADDRESS", false }, { "forwarding", "FORWARDS", false }, { 0 },
	};

	(void)a;
	table_print(sh, all, cols);
}

/* --- interfaces, neighbours, counters -------------------------------------------- */

static bool add_dev(void *arg, const struct netdev *dev)
{
	struct rows *r = arg;
	json_t *o = net_dev_json(r->sh->lab, r->node, dev), *addrs = json_array(), *info, *ia;
	char text[PREFIX_STRLEN];
	size_t i;

	info = net_dev_addrs_json(dev);
	json_array_foreach(info, i, ia) {
		snprintf(text, sizeof(text), "%s/%lld", jstr(ia, "local"),
			 (long long)jint(ia, "prefixlen"));
		json_array_append_new(addrs, json_string(text));
	}
	jset(o, "addr_info", info);
	jset(o, "addresses", addrs);
	jset(o, "stats64", net_dev_stats_json(dev));
	rows_add(r, o);
	return true;
}

static void add_devs(struct rows *r, struct stack *st)
{
	show_devs(st, add_dev, r);
}

static int interfaces_run(struct shell *sh, const struct args *a)
{
	return rows_report(sh, a, add_devs);
}

static void interfaces_print(struct shell *sh, const struct args *a, const json_t *all)
{
	static const struct table_col cols[] = {
		{ "node", "NODE", false }, { "ifname", "INTERFACE", false },
		{ "operstate", "STATE", false }, { "addresses", "ADDRESSES", false },
		{ "address", "MAC", false }, { "mtu", "MTU", true }, { 0 },
	};

	(void)a;
	table_print(sh, all, cols);
}

static bool add_neigh(void *arg, const struct neigh_info *n)
{
	rows_add(arg, net_neigh_json(n));
	return true;
}

static void add_neighs(struct rows *r, struct stack *st)
{
	show_neighs(st, add_neigh, r);
}

static int neighbours_run(struct shell *sh, const struct args *a)
{
	return rows_report(sh, a, add_neighs);
}

static void neighbours_print(struct shell *sh, const struct args *a, const json_t *all)
{
	static const struct table_col cols[] = {
		{ "node", "NODE", false }, { "dst", "ADDRESS", false },
		{ "dev", "INTERFACE", false },
		{ "lladdr", "MAC", false }, { "state", "STATE", false }, { 0 },
	};

	(void)a;
	table_print(sh, all, cols);
}

static void add_counters(struct rows *r, struct stack *st)
{
	for (int s = 0; s < ST_N; s++)
		rows_add(r, json_pack("{s:s,s:I}", "counter", show_stat_name((enum stack_stat)s),
				     "value", (json_int_t)show_stat(st, (enum stack_stat)s)));
}

static int counters_run(struct shell *sh, const struct args *a)
{
	return rows_report(sh, a, add_counters);
}

/* Counters at zero are left out of the text. */
static void counters_print(struct shell *sh, const struct args *a, const json_t *all)
{
	static const struct table_col cols[] = {
		{ "node", "NODE", false }, { "counter", "COUNTER", false },
		{ "value", "VALUE", true }, { 0 },
	};
	json_t *some = json_array(), *row;
	size_t i;

	(void)a;
	json_array_foreach(all, i, row)
		if (jint(row, "value"))
			json_array_append(some, row);
	table_print(sh, some, cols);
	json_decref(some);
}

/* --- routes ------------------------------------------------------------------------ */

static bool add_route(void *arg, const struct route_info *ri)
{
	json_t *o;

	if (!net_route_is_main(ri))
		return true;
	o = net_route_json(ri);
	jset_int(o, "distance", ri->spec.distance);
	jset_bool(o, "selected", ri->selected);
	jset_bool(o, "active", ri->active);
	jset_int(o, "since", ri->since);
	rows_add(arg, o);
	return true;
}

static void add_routes(struct rows *r, struct stack *st)
{
	show_routes(st, add_route, r);
}

static int routes_run(struct shell *sh, const struct args *a)
{
	return rows_report(sh, a, add_routes);
}

/* A multipath route is a line for each next hop. */
static void routes_print(struct shell *sh, const struct args *a, const json_t *all)
{
	static const struct table_col cols[] = {
		{ "node", "NODE", false }, { "dst", "DESTINATION", false },
		{ "gateway", "VIA", false }, { "dev", "INTERFACE", false },
		{ "protocol", "PROTOCOL", false }, { "metric", "METRIC", true },
		{ "type", "TYPE", false }, { "flags", "FLAGS", false }, { 0 },
	};
	json_t *lines = json_array(), *r, *h;
	size_t i, k;

	(void)a;
	json_array_foreach(all, i, r) {
		if (!jget(r, "nexthops"))
			json_array_append(lines, r);
		json_array_foreach(jget(r, "nexthops"), k, h) {
			json_t *line = json_copy(r);

			json_object_update(line, h);
			json_array_append_new(lines, line);
		}
	}
	table_print(sh, lines, cols);
	json_decref(lines);
}

/* --- seed ---------------------------------------------------------------------------- */

static int seed_run(struct shell *sh, const struct args *a)
{
	char text[24];

	(void)a;
	/* Text: a seed may be larger than a JSON integer. */
	snprintf(text, sizeof(text), "%" PRIu64, lab_seed(sh->lab));
	shell_printf(sh, "%s\n", text);
	return shell_result(sh, json_pack("{s:s,s:s}", "lab", lab_name(sh->lab), "seed", text));
}

#define BOTH (CMD_LAB | CMD_NODE)

const struct cmd cmds_show[] = {
	{ .name = "show hosts", .flags = CMD_LAB, .run = hosts_run, .print = hosts_print,
	  .help = "the nodes: kind, state, address" },
	{ .name = "show interfaces", .args = "[NODE:node]", .flags = BOTH, .run = interfaces_run,
	  .print = interfaces_print, .help = "interfaces with their addresses" },
	{ .name = "show routes", .args = "[NODE:node]", .flags = BOTH, .run = routes_run,
	  .print = routes_print, .help = "routing tables" },
	{ .name = "show neighbours", .args = "[NODE:node]", .flags = BOTH, .run = neighbours_run,
	  .print = neighbours_print, .help = "neighbour caches (ARP)" },
	{ .name = "show counters", .args = "[NODE:node]", .flags = BOTH, .run = counters_run,
	  .print = counters_print, .help = "what the stacks counted" },
	{ .name = "show seed", .flags = CMD_LAB, .run = seed_run,
	  .help = "the seed of every random stream" },
	{ .name = "show nodes", .flags = CMD_LAB | CMD_QUIET, .run = hosts_run,
	  .print = hosts_print },
	{ .name = "show neighbors", .args = "[NODE:node]", .flags = BOTH | CMD_QUIET,
	  .run = neighbours_run, .print = neighbours_print },
	{ 0 },
};
