// SPDX-License-Identifier: GPL-3.0-or-later
#include <stdlib.h>
#include <string.h>

#include "shell/ip.h"
#include "shell/net_json.h"
#include "shell/state.h"
#include "shell/table.h"

/*
 * ip addr, link and neigh, with iproute2's words, text and JSON.  The routes
 * are in cmd_ip_route.c.
 */

#define MTU_MIN 68                /* RFC 791: what every link must carry */

int ip_no_device(struct shell *sh, const char *name)
{
	return shell_error(sh, "Cannot find device \"%s\"", name);
}

int ip_answer(struct shell *sh, int err)
{
	static const struct { int err; const char *text; } answers[] = {
		{ ERR_EXIST, "File exists" }, { ERR_NOENT, "No such process" },
		{ ERR_NETUNREACH, "Network is unreachable" }, { ERR_NOROUTE, "No route to host" },
		{ ERR_NETDOWN, "Network is down" }, { ERR_NODEV, "No such device" },
		{ ERR_INVAL, "Invalid argument" }, { ERR_ACCES, "Permission denied" },
		{ ERR_NOMEM, "Cannot allocate memory" },
		{ ERR_NOBUFS, "No buffer space available" },
		{ ERR_PERM, "Operation not permitted" },
	};

	if (!err)
		return 0;
	for (size_t i = 0; i < N_ELEM(answers); i++)
		if (answers[i].err == err)
			return shell_error(sh, "RTNETLINK answers: %s", answers[i].text);
	return shell_error(sh, "RTNETLINK answers: %s", err_text(err));
}

/* --- ip addr, ip link: show --------------------------------------------------- */

struct devs { struct shell *sh; const struct args *a; json_t *all; bool addrs; };

static bool add_dev(void *arg, const struct netdev *dev)
{
	struct devs *d = arg;
	const char *only = args_word(d->a, "DEV");
	json_t *o;

	if (only && strcmp(only, dev->name) != 0)
		return true;
	if (args_has(d->a, "up") && !(dev->flags & DEV_UP))
		return true;
	if (d->addrs && args_option(d->a, "-4") && list_empty(&dev->addrs))
		return true;
	o = net_dev_json(d->sh->lab, d->a->node, dev);
	if (d->addrs)
		jset(o, "addr_info", net_dev_addrs_json(dev));
	if (args_option(d->a, "-s -stats -statistics"))
		jset(o, "stats64", net_dev_stats_json(dev));
	json_array_append_new(d->all, o);
	return true;
}

/* iproute2's keys have their place: linkmode before group, for links only. */
static json_t *with_linkmode(json_t *dev)
{
	json_t *o = json_object(), *v;
	const char *key;

	json_object_foreach(dev, key, v) {
		if (strcmp(key, "group") == 0)
			jset_str(o, "linkmode", "DEFAULT");
		json_object_set(o, key, v);
	}
	return o;
}

/* ip -br keeps only what it prints. */
static json_t *brief(const json_t *dev, bool addrs)
{
	json_t *o = json_object(), *list = json_array(), *ia;
	size_t i;

	jset_str(o, "ifname", jstr(dev, "ifname"));
	jset_str(o, "operstate", jstr(dev, "operstate"));
	json_array_foreach(jget(dev, "addr_info"), i, ia)
		json_array_append_new(list, json_pack("{s:O,s:O}", "local", jget(ia, "local"),
						      "prefixlen", jget(ia, "prefixlen")));
	if (addrs) {
		jset(o, "addr_info", list);
		return o;
	}
	json_decref(list);
	jset_str(o, "address", jstr(dev, "address"));
	json_object_set(o, "flags", json_object_get(dev, "flags"));
	return o;
}

static int devs_run(struct shell *sh, const struct args *a, bool addrs)
{
	struct stack *st = shell_stack(sh, a->node);
	const char *only = args_word(a, "DEV");
	struct devs d = { sh, a, json_array(), addrs };

	if (!st || (only && !stack_dev(st, only))) {
		json_decref(d.all);
		return st ? shell_error(sh, "Device \"%s\" does not exist.", only) : 1;
	}
	show_devs(st, add_dev, &d);
	for (size_t i = 0; i < json_array_size(d.all); i++) {
		json_t *dev = json_array_get(d.all, i);

		if (args_option(a, "-br -brief"))
			json_array_set_new(d.all, i, brief(dev, addrs));
		else if (!addrs)
			json_array_set_new(d.all, i, with_linkmode(dev));
	}
	return shell_result(sh, d.all);
}

static int addr_show_run(struct shell *sh, const struct args *a)
{
	return devs_run(sh, a, true);
}

static int link_show_run(struct shell *sh, const struct args *a)
{
	return devs_run(sh, a, false);
}

static void print_list(struct shell *sh, const json_t *list)
{
	const json_t *v;
	size_t i;

	json_array_foreach(list, i, v)
		shell_printf(sh, "%s%s", i ? "," : "", json_string_value(v));
}

static void print_head(struct shell *sh, const struct args *a, const json_t *d)
{
	shell_printf(sh, "%lld: %s: <", (long long)jint(d, "ifindex"), jstr(d, "ifname"));
	print_list(sh, jget(d, "flags"));
	shell_printf(sh, "> mtu %lld qdisc %s state %s ", (long long)jint(d, "mtu"),
		     jstr(d, "qdisc"), jstr(d, "operstate"));
	if (jget(d, "linkmode"))
		shell_printf(sh, "mode %s ", jstr(d, "linkmode"));
	shell_printf(sh, "group %s qlen %lld\n", jstr(d, "group"), (long long)jint(d, "txqlen"));
	if (!args_option(a, "-4") || !jget(d, "addr_info"))
		shell_printf(sh, "    link/%s %s brd %s\n", jstr(d, "link_type"),
			     jstr(d, "address"), jstr(d, "broadcast"));
}

static void print_addrs(struct shell *sh, const json_t *d)
{
	const json_t *ia;
	size_t i;

	json_array_foreach(jget(d, "addr_info"), i, ia) {
		shell_printf(sh, "    inet %s/%lld ", jstr(ia, "local"),
			     (long long)jint(ia, "prefixlen"));
		if (jget(ia, "broadcast"))
			shell_printf(sh, "brd %s ", jstr(ia, "broadcast"));
		shell_printf(sh, "scope %s %s%s%s\n", jstr(ia, "scope"),
			     jtrue(ia, "secondary") ? "secondary " : "",
			     jtrue(ia, "tentative") ? "tentative " : "", jstr(ia, "label"));
		shell_printf(sh, "       valid_lft forever preferred_lft forever\n");
	}
}

static void print_stats(struct shell *sh, const json_t *d)
{
	const json_t *rx = jget(jget(d, "stats64"), "rx"), *tx = jget(jget(d, "stats64"), "tx");

	if (!rx)
		return;
	shell_printf(sh, "    RX:  bytes packets errors dropped  missed   mcast           \n");
	shell_printf(sh, "    %10lld %7lld %6lld %7lld %7lld %7lld \n",
		     (long long)jint(rx, "bytes"), (long long)jint(rx, "packets"),
		     (long long)jint(rx, "errors"), (long long)jint(rx, "dropped"),
		     (long long)jint(rx, "over_errors"), (long long)jint(rx, "multicast"));
	shell_printf(sh, "    TX:  bytes packets errors dropped carrier collsns           \n");
	shell_printf(sh, "    %10lld %7lld %6lld %7lld %7lld %7lld \n",
		     (long long)jint(tx, "bytes"), (long long)jint(tx, "packets"),
		     (long long)jint(tx, "errors"), (long long)jint(tx, "dropped"),
		     (long long)jint(tx, "carrier_errors"), (long long)jint(tx, "collisions"));
}

static void print_brief(struct shell *sh, const json_t *d)
{
	const json_t *ia;
	size_t i;

	shell_printf(sh, "%-16s %-14s ", jstr(d, "ifname"), jstr(d, "operstate"));
	json_array_foreach(jget(d, "addr_info"), i, ia)
		shell_printf(sh, "%s/%lld ", jstr(ia, "local"), (long long)jint(ia, "prefixlen"));
	if (jget(d, "address")) {
		shell_printf(sh, "%s <", jstr(d, "address"));
		print_list(sh, jget(d, "flags"));
		shell_printf(sh, "> ");
	}
	shell_printf(sh, "\n");
}

static void devs_print(struct shell *sh, const struct args *a, const json_t *all)
{
	const json_t *d;
	size_t i;

	json_array_foreach(all, i, d) {
		if (args_option(a, "-br -brief")) {
			print_brief(sh, d);
			continue;
		}
		print_head(sh, a, d);
		print_addrs(sh, d);
		print_stats(sh, d);
	}
}

/* --- ip addr, ip link: change ---------------------------------------------------- */

struct netdev *ip_dev(struct shell *sh, struct stack *st, const char *name)
{
	struct netdev *dev = stack_dev(st, name);

	if (!dev)
		ip_no_device(sh, name);
	return dev;
}

static int addr_change_run(struct shell *sh, const struct args *a)
{
	struct stack *st = shell_stack(sh, a->node);
	const char *name = args_word(a, "DEV");
	struct netdev *dev;
	struct prefix p;
	int err;

	if (!st)
		return 1;
	if (!name)
		return shell_error(sh, "Not enough information: \"dev\" argument is required.");
	dev = ip_dev(sh, st, name);
	if (!dev || !args_prefix(a, "ADDR", &p))
		return 1;
	err = args_has(a, "add") ? stack_addr_add(st, dev, &p) : stack_addr_del(st, dev, &p);
	if (err == ERR_EXIST)
		return shell_error(sh, "Error: ipv4: Address already assigned.");
	if (err == ERR_NOENT || err == ERR_NOTAVAIL)
		return shell_error(sh, "Error: ipv4: Address not found.");
	return ip_answer(sh, err);
}

static int addr_flush_run(struct shell *sh, const struct args *a)
{
	struct stack *st = shell_stack(sh, a->node);
	struct netdev *dev = st ? ip_dev(sh, st, args_word(a, "DEV")) : NULL;
	struct ifaddr *ia;
	int err = OK;

	if (!dev)
		return 1;
	while (!err && (ia = list_first(&dev->addrs, struct ifaddr, node))) {
		struct prefix p = ia->prefix;

		err = stack_addr_del(st, dev, &p);
	}
	return ip_answer(sh, err);
}

static int link_set_run(struct shell *sh, const struct args *a)
{
	struct stack *st = shell_stack(sh, a->node);
	struct netdev *dev = st ? ip_dev(sh, st, args_word(a, "DEV")) : NULL;
	uint64_t mtu = args_count(a, "MTU", 0);

	if (!dev)
		return 1;
	if (args_word(a, "MTU") &&
	    (mtu > UINT32_MAX || netdev_set_mtu(dev, (uint32_t)mtu) != OK))
		return shell_error(sh, "Error: mtu %s than device %s.",
				   mtu < MTU_MIN ? "less" : "greater",
				   mtu < MTU_MIN ? "minimum" : "maximum");
	if (args_has(a, "up"))
		netdev_set_up(dev, true);
	if (args_has(a, "down"))
		netdev_set_up(dev, false);
	return 0;
}

/* --- ip neigh ---------------------------------------------------------------------- */

struct neighs { const struct args *a; json_t *all; };

static bool add_neigh(void *arg, const struct neigh_info *n)
{
	struct neighs *l = arg;
	const char *dev = args_word(l->a, "DEV");

	if (!dev || strcmp(dev, n->dev->name) == 0)
		json_array_append_new(l->all, net_neigh_json(n));
	return true;
}

static int neigh_show_run(struct shell *sh, const struct args *a)
{
	struct stack *st = shell_stack(sh, a->node);
	const char *dev = args_word(a, "DEV");
	struct neighs l = { a, NULL };

	if (!st || (dev && !ip_dev(sh, st, dev)))
		return 1;
	l.all = json_array();
	show_neighs(st, add_neigh, &l);
	return shell_result(sh, l.all);
}

static void neigh_print(struct shell *sh, const struct args *a, const json_t *all)
{
	const json_t *n;
	size_t i;

	json_array_foreach(all, i, n) {
		shell_printf(sh, "%s ", jstr(n, "dst"));
		if (!args_word(a, "DEV"))
			shell_printf(sh, "dev %s ", jstr(n, "dev"));
		if (jget(n, "lladdr"))
			shell_printf(sh, "lladdr %s ", jstr(n, "lladdr"));
		shell_printf(sh, "%s \n", json_string_value(json_array_get(jget(n, "state"), 0)));
	}
}

struct neigh_find { const struct addr *addr; const struct netdev *dev; bool found; };

static bool is_neigh(void *arg, const struct neigh_info *n)
{
	struct neigh_find *f = arg;

	f->found |= n->dev == f->dev && addr_eq(&n->addr, f->addr);
	return !f->found;
}

static int neigh_change_run(struct shell *sh, const struct args *a)
{
	struct stack *st = shell_stack(sh, a->node);
	struct neigh_find f = { 0 };
	struct netdev *dev;
	struct addr addr;
	struct mac mac;
	int err;

	if (!st)
		return 1;
	if (!args_word(a, "DEV") || !args_addr(a, "ADDR", &addr))
		return shell_error(sh, "Device and destination are required arguments.");
	dev = ip_dev(sh, st, args_word(a, "DEV"));
	if (!dev)
		return 1;
	if (args_has(a, "del")) {
		err = stack_neigh_del(st, dev, &addr);
		return err == ERR_NOENT ?
			shell_error(sh, "RTNETLINK answers: No such file or directory") :
			ip_answer(sh, err);
	}
	if (!args_mac(a, "MAC", &mac))
		return shell_error(sh, "Error: No link layer address given.");
	f = (struct neigh_find){ &addr, dev, false };
	show_neighs(st, is_neigh, &f);
	if (args_has(a, "add") && f.found)
		return ip_answer(sh, ERR_EXIST);
	return ip_answer(sh, stack_neigh_set(st, dev, &addr, mac));
}

static int neigh_flush_run(struct shell *sh, const struct args *a)
{
	struct stack *st = shell_stack(sh, a->node);
	struct netdev *dev = NULL;

	if (!st)
		return 1;
	if (!args_has(a, "all") && !args_word(a, "DEV"))
		return shell_error(sh, "Flush requires arguments.");
	if (args_word(a, "DEV") && !(dev = ip_dev(sh, st, args_word(a, "DEV"))))
		return 1;
	stack_neigh_flush(st, dev);
	return 0;
}

#define OPTS "-4 -s -stats -statistics -br -brief -d -details"

const struct cmd cmds_ip[] = {
	{ .name = "ip addr|address", .args = "[show|list [[dev] DEV:iface] [up]]", .opts = OPTS,
	  .flags = CMD_NODE, .run = addr_show_run, .print = devs_print,
	  .help = "show addresses" },
	{ .name = "ip addr|address", .args = "add|del ADDR:prefix [[dev] DEV:iface]", .opts = OPTS,
	  .flags = CMD_NODE, .run = addr_change_run, .help = "add or delete an address" },
	{ .name = "ip addr|address", .args = "flush [dev] DEV:iface", .opts = OPTS,
	  .flags = CMD_NODE, .run = addr_flush_run,
	  .help = "delete all addresses of an interface" },
	{ .name = "ip link", .args = "[show|list [[dev] DEV:iface] [up]]", .opts = OPTS,
	  .flags = CMD_NODE, .run = link_show_run, .print = devs_print,
	  .help = "show interfaces; -s with counters" },
	{ .name = "ip link", .args = "set [dev] DEV:iface [up|down | mtu MTU:count]...",
	  .opts = OPTS, .flags = CMD_NODE, .run = link_set_run, .help = "change an interface" },
	{ .name = "ip neigh|neighbour|neighbor", .args = "[show|list [dev DEV:iface]]",
	  .opts = OPTS, .flags = CMD_NODE, .run = neigh_show_run, .print = neigh_print,
	  .help = "show the neighbour cache (ARP)" },
	{ .name = "ip neigh|neighbour|neighbor",
	  .args = "add|replace|del [ADDR:addr] [lladdr MAC:mac | dev DEV:iface]...", .opts = OPTS,
	  .flags = CMD_NODE, .run = neigh_change_run, .help = "change the neighbour cache" },
	{ .name = "ip neigh|neighbour|neighbor", .args = "flush [all | dev DEV:iface]",
	  .opts = OPTS, .flags = CMD_NODE, .run = neigh_flush_run,
	  .help = "forget what was learnt" },
	{ 0 },
};
