// SPDX-License-Identifier: GPL-3.0-or-later
#include <stdlib.h>
#include <string.h>

#include "shell/state.h"
#include "shell/table.h"
#include "stack/show.h"

/* show links, queues and drops: what the links hold and lose. */

static void end_name(const struct link *l, enum link_side s, char out[2 * SHELL_NAME_MAX])
{
	snprintf(out, 2 * SHELL_NAME_MAX, "%s:%s", node_name(link_node(l, s)), link_ifname(l, s));
}

static json_t *drops_json(const uint64_t drops[DROP_N])
{
	json_t *o = json_object();

	for (int i = DROP_NONE + 1; i < DROP_N; i++)
		if (drops[i])
			jset_int(o, drop_name((enum drop)i), (json_int_t)drops[i]);
	return o;
}

static json_int_t drops_sum(const uint64_t drops[DROP_N])
{
	uint64_t sum = 0;

	for (int i = DROP_NONE + 1; i < DROP_N; i++)
		sum += drops[i];
	return (json_int_t)sum;
}

/* One direction of a link: what side s sends. */
static json_t *direction_json(struct link *l, enum link_side s)
{
	char from[2 * SHELL_NAME_MAX], to[2 * SHELL_NAME_MAX];
	struct link_end_info i;
	json_t *o = json_object();

	link_info(l, s, &i);
	end_name(l, s, from);
	end_name(l, !s, to);
	jset_str(o, "from", from);
	jset_str(o, "to", to);
	jset_str(o, "state", !link_is_up(l) ? "cut" : i.up && i.carrier ? "up" : "down");
	jset_int(o, "mtu", link_mtu(l));
	jset_int(o, "rate_bps", (json_int_t)i.rate_bps);
	jset_str(o, "netem", i.netem);
	jset_int(o, "queue_bytes", (json_int_t)i.queue_bytes);
	jset_int(o, "queue_packets", i.queue_pkts);
	jset_int(o, "queue_max_bytes", (json_int_t)i.queue_max_bytes);
	jset_int(o, "queue_limit_bytes", (json_int_t)i.queue_limit_bytes);
	jset_int(o, "queue_limit_packets", i.queue_limit_pkts);
	jset_int(o, "in_flight", i.in_flight);
	jset_int(o, "tx_packets", (json_int_t)i.tx_packets);
	jset_int(o, "tx_bytes", (json_int_t)i.tx_bytes);
	jset_int(o, "delivered_packets", (json_int_t)i.delivered_packets);
	jset_int(o, "delivered_bytes", (json_int_t)i.delivered_bytes);
	jset_int(o, "dropped_packets", drops_sum(i.drops));
	jset(o, "drops", drops_json(i.drops));
	return o;
}

static int links_run(struct shell *sh, const struct args *a)
{
	struct node *only = args_node(a, "NODE");
	json_t *all = json_array();

	only = only ? only : a->node;
	for (size_t i = 0; i < lab_n_links(sh->lab); i++) {
		struct link *l = lab_link(sh->lab, i);

		if (only && link_node(l, SIDE_A) != only && link_node(l, SIDE_B) != only)
			continue;
		json_array_append_new(all, direction_json(l, SIDE_A));
		json_array_append_new(all, direction_json(l, SIDE_B));
	}
	return shell_result(sh, all);
}

/* The largest unit that leaves a whole number: 10000000 is "10mbit". */
static void set_rate_text(json_t *o)
{
	static const struct { json_int_t n; const char *unit; } units[] = {
		{ 1000000000, "gbit" }, { 1000000, "mbit" }, { 1000, "kbit" }, { 1, "bit" },
	};
	json_int_t bps = jint(o, "rate_bps");
	char text[40] = "infinite";

	for (size_t i = 0; bps && i < N_ELEM(units); i++)
		if (bps % units[i].n == 0) {
			snprintf(text, sizeof(text), "%lld%s", (long long)(bps / units[i].n),
				 units[i].unit);
			break;
		}
	jset_str(o, "rate", text);
}

static void links_print(struct shell *sh, const struct args *a, const json_t *all)
{
	static const struct table_col cols[] = {
		{ "from", "FROM", false }, { "to", "TO", false }, { "state", "STATE", false },
		{ "rate", "RATE", false }, { "mtu", "MTU", true },
		{ "tx_packets", "SENT", true }, { "delivered_packets", "DELIVERED", true },
		{ "dropped_packets", "DROPPED", true }, { "netem", "IMPAIRMENTS", false }, { 0 },
	};
	json_t *rows = json_deep_copy(all), *o;
	size_t i;

	(void)a;
	json_array_foreach(rows, i, o)
		set_rate_text(o);
	table_print(sh, rows, cols);
	json_decref(rows);
}

static void queues_print(struct shell *sh, const struct args *a, const json_t *all)
{
	static const struct table_col cols[] = {
		{ "from", "FROM", false }, { "to", "TO", false },
		{ "queue_packets", "PACKETS", true },
		{ "queue_bytes", "BYTES", true }, { "queue_max_bytes", "MOST", true },
		{ "queue_limit_bytes", "LIMIT", true }, { "in_flight", "ON THE WIRE", true },
		{ "dropped_packets", "DROPPED", true }, { 0 },
	};

	(void)a;
	table_print(sh, all, cols);
}

/* --- drops ------------------------------------------------------------------------ */

static void add_drop(json_t *rows, const char *node, const char *ifname, enum drop why,
		     uint64_t count)
{
	if (count)
		json_array_append_new(rows, json_pack("{s:s,s:s,s:s,s:I,s:s}", "node", node,
			"ifname", ifname, "reason", drop_name(why), "count", (json_int_t)count,
			"text", drop_text(why)));
}

struct dev_drops { json_t *rows; const char *node; uint64_t seen[DROP_N]; };

static bool add_dev_drops(void *arg, const struct netdev *dev)
{
	struct dev_drops *d = arg;

	for (int i = DROP_NONE + 1; i < DROP_N; i++) {
		uint64_t n = show_dev_drops(dev, (enum drop)i);

		d->seen[i] += n;
		add_drop(d->rows, d->node, dev->name, (enum drop)i, n);
	}
	return true;
}

/* What a host dropped: at its interfaces, then elsewhere in it. */
static void add_stack_drops(json_t *rows, struct node *n, struct stack *st)
{
	struct dev_drops d = { .rows = rows, .node = node_name(n) };

	show_devs(st, add_dev_drops, &d);
	for (int i = DROP_NONE + 1; i < DROP_N; i++) {
		uint64_t all = show_drops(st, (enum drop)i);

		if (all > d.seen[i])
			add_drop(rows, d.node, "", (enum drop)i, all - d.seen[i]);
	}
}

static void add_link_drops(json_t *rows, struct link *l, enum link_side s)
{
	struct link_end_info info;

	link_info(l, s, &info);
	for (int i = DROP_NONE + 1; i < DROP_N; i++)
		add_drop(rows, node_name(link_node(l, s)), link_ifname(l, s), (enum drop)i,
			 info.drops[i]);
}

static int drops_run(struct shell *sh, const struct args *a)
{
	struct node *only = args_node(a, "NODE");
	uint64_t total[DROP_N] = { 0 };
	json_t *rows = json_array();

	only = only ? only : a->node;
	for (size_t i = 0; i < lab_n_nodes(sh->lab); i++) {
		struct node *n = lab_node(sh->lab, i);
		struct stack *st = node_stack(n);

		if (st && (!only || only == n))
			add_stack_drops(rows, n, st);
	}
	for (size_t i = 0; i < lab_n_links(sh->lab); i++)
		for (int s = SIDE_A; s <= SIDE_B; s++) {
			struct link *l = lab_link(sh->lab, i);

			if (!only || link_node(l, (enum link_side)s) == only)
				add_link_drops(rows, l, (enum link_side)s);
		}
	for (int i = 0; i < DROP_N; i++)
		total[i] = lab_drops(sh->lab, (enum drop)i);
	return shell_result(sh, json_pack("{s:o,s:o}", "total", drops_json(total), "places", rows));
}

static void drops_print(struct shell *sh, const struct args *a, const json_t *r)
{
	static const struct table_col cols[] = {
		{ "node", "NODE", false }, { "ifname", "INTERFACE", false },
		{ "reason", "REASON", false }, { "count", "COUNT", true },
		{ "text", "WHY", false }, { 0 },
	};

	(void)a;
	if (json_array_size(jget(r, "places")))
		table_print(sh, jget(r, "places"), cols);
	else
		shell_printf(sh, "nothing was dropped\n");
}

#define BOTH (CMD_LAB | CMD_NODE)

const struct cmd cmds_show_links[] = {
	{ .name = "show links", .args = "[NODE:node]", .flags = BOTH, .run = links_run,
	  .print = links_print, .help = "links, each direction with its settings and counters" },
	{ .name = "show queues", .args = "[NODE:node]", .flags = BOTH, .run = links_run,
	  .print = queues_print, .help = "the queues of the links" },
	{ .name = "show drops", .args = "[NODE:node]", .flags = BOTH, .run = drops_run,
	  .print = drops_print, .help = "what was dropped, where and why" },
	{ 0 },
};
