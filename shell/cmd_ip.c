// SPDX-License-Identifier: GPL-3.0-or-later
#include <stdlib.h>
#include <string.h>

#include "shell/ip.h"
#include "shell/net_json.h"
#include "shell/state.h"
#include "shell/table.h"

/*
 * ip addr and link, with iproute2's words, text and JSON.  The routes are in
 * cmd_ip_route.c; what changes addresses is in cmd_ip_addr.c, and what ip neigh
 * does in cmd_ip_neigh.c.
 */

#define MTU_MIN 68                /* RFC 791: what every link must carry */

static int ip_no_device(struct shell *sh, const char *name)
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

int ip_wrong(struct shell *sh, const char *word, const char *why)
{
	return shell_error(sh, "Error: argument \"%s\" is wrong: %s", word, why);
}

/* --- ip addr, ip link: show --------------------------------------------------- */

struct devs { struct shell *sh; const struct args *a; json_t *all; bool addrs; };

/* Words that choose among the addresses. */
static bool chooses_addrs(const struct args *a)
{
	return args_has(a, "primary") || args_has(a, "secondary") || args_word(a, "SCOPE") ||
		args_word(a, "PREFIX");
}

/* Then, as with -4, ip(8) asks for IPv4 alone and leaves the link's line out. */
static bool only_ip4(const struct args *a)
{
	return args_option(a, "-4") || args_word(a, "PREFIX");
}

static bool addr_chosen(const struct args *a, const json_t *ia)
{
	const char *scope = args_word(a, "SCOPE");
	struct prefix p;
	struct addr addr;

	if (args_has(a, jtrue(ia, "secondary") ? "primary" : "secondary"))
		return false;
	if (scope && strcmp(scope, jstr(ia, "scope")) != 0)
		return false;
	return !args_prefix(a, "PREFIX", &p) ||
	       (addr_parse(&addr, jstr(ia, "local")) && prefix_has(&p, &addr));
}

static json_t *addrs_json(const struct args *a, const struct netdev *dev)
{
	json_t *all = net_dev_addrs_json(dev);

	for (size_t i = json_array_size(all); i-- > 0;)
		if (!addr_chosen(a, json_array_get(all, i)))
			json_array_remove(all, i);
	return all;
}

static bool add_dev(void *arg, const struct netdev *dev)
{
	struct devs *d = arg;
	const char *only = args_word(d->a, "DEV");
	json_t *o, *addrs;

	if (only && strcmp(only, dev->name) != 0)
		return true;
	if (args_has(d->a, "up") && !(dev->flags & DEV_UP))
		return true;
	addrs = d->addrs ? addrs_json(d->a, dev) : NULL;
	if (addrs && !json_array_size(addrs) && (only_ip4(d->a) || chooses_addrs(d->a))) {
		json_decref(addrs);
		return true;
	}
	o = net_dev_json(d->sh->lab, d->a->node, dev);
	if (addrs)
		jset(o, "addr_info", addrs);
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

bool ip_one_dev(struct shell *sh, const struct args *a)
{
	const char *word = args_word(a, "DEV");
	int n = 0;

	for (int i = 0; i < a->n; i++)
		n += a->bind[i].ins->op == GRAM_ARG && a->bind[i].ins->len == 3 &&
		     memcmp(a->bind[i].ins->s, "DEV", 3) == 0;
	if (n > 1)
		shell_error(sh, "Error: either \"dev\" is duplicate, or \"%s\" is a garbage.",
			    word);
	return n <= 1;
}

static int devs_run(struct shell *sh, const struct args *a, bool addrs)
{
	struct stack *st = shell_stack(sh, a->node);
	const char *only = args_word(a, "DEV");
	struct devs d = { sh, a, NULL, addrs };

	if (!st || !ip_one_dev(sh, a))
		return 1;
	if (only && !stack_dev(st, only))
		return shell_error(sh, "Device \"%s\" does not exist.", only);
	d.all = json_array();
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

/* -o: what else were lines is one, with these for their ends. */
static const char *line_end(const struct args *a)
{
	return args_option(a, "-o -oneline") ? "\\" : "\n";
}

static void print_head(struct shell *sh, const struct args *a, const json_t *d)
{
	shell_printf(sh, "%lld: %s: <", (long long)jint(d, "ifindex"), jstr(d, "ifname"));
	print_list(sh, jget(d, "flags"));
	shell_printf(sh, "> mtu %lld qdisc %s state %s ", (long long)jint(d, "mtu"),
		     jstr(d, "qdisc"), jstr(d, "operstate"));
	if (jget(d, "linkmode"))
		shell_printf(sh, "mode %s ", jstr(d, "linkmode"));
	shell_printf(sh, "group %s qlen %lld", jstr(d, "group"), (long long)jint(d, "txqlen"));
	if (!only_ip4(a) || !jget(d, "addr_info"))
		shell_printf(sh, "%s    link/%s %s brd %s", line_end(a), jstr(d, "link_type"),
			     jstr(d, "address"), jstr(d, "broadcast"));
}

static void print_addrs(struct shell *sh, const struct args *a, const json_t *d)
{
	bool one = args_option(a, "-o -oneline");
	const json_t *ia;
	size_t i;

	json_array_foreach(jget(d, "addr_info"), i, ia) {
		if (one)
			shell_printf(sh, "%lld: %s", (long long)jint(d, "ifindex"),
				     jstr(d, "ifname"));
		shell_printf(sh, "    inet %s/%lld ", jstr(ia, "local"),
			     (long long)jint(ia, "prefixlen"));
		if (jget(ia, "broadcast"))
			shell_printf(sh, "brd %s ", jstr(ia, "broadcast"));
		shell_printf(sh, "scope %s %s%s%s", jstr(ia, "scope"),
			     jtrue(ia, "secondary") ? "secondary " : "",
			     jtrue(ia, "tentative") ? "tentative " : "", jstr(ia, "label"));
		shell_printf(sh, "%s       valid_lft forever preferred_lft forever\n",
			     line_end(a));
	}
}

static void print_stats(struct shell *sh, const struct args *a, const json_t *d)
{
	const json_t *rx = jget(jget(d, "stats64"), "rx"), *tx = jget(jget(d, "stats64"), "tx");
	const char *end = line_end(a);

	if (!rx)
		return;
	shell_printf(sh, "    RX:  bytes packets errors dropped  missed   mcast           %s", end);
	shell_printf(sh, "    %10lld %7lld %6lld %7lld %7lld %7lld %s",
		     (long long)jint(rx, "bytes"), (long long)jint(rx, "packets"),
		     (long long)jint(rx, "errors"), (long long)jint(rx, "dropped"),
		     (long long)jint(rx, "over_errors"), (long long)jint(rx, "multicast"), end);
	shell_printf(sh, "    TX:  bytes packets errors dropped carrier collsns           %s", end);
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
	bool one = args_option(a, "-o -oneline");
	const json_t *d;
	size_t i;

	json_array_foreach(all, i, d) {
		if (args_option(a, "-br -brief")) {
			print_brief(sh, d);
			continue;
		}
		if (!one || !jget(d, "addr_info")) {
			print_head(sh, a, d);
			shell_printf(sh, "%s", one && jget(d, "stats64") ? "\\" : "\n");
		}
		print_addrs(sh, a, d);
		print_stats(sh, a, d);
	}
}

/* --- ip link: change -------------------------------------------------------------- */

struct netdev *ip_dev(struct shell *sh, struct stack *st, const char *name)
{
	struct netdev *dev = stack_dev(st, name);

	if (!dev)
		ip_no_device(sh, name);
	return dev;
}

static int link_set_run(struct shell *sh, const struct args *a)
{
	struct stack *st = shell_stack(sh, a->node);
	const char *name = args_word(a, "DEV");
	struct netdev *dev = st && name ? ip_dev(sh, st, name) : NULL;
	uint64_t mtu = args_count(a, "MTU", 0);

	if (st && !name)
		return shell_error(sh, "Not enough information: \"dev\" argument is required.");
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

static int help_run(struct shell *sh, const struct args *a)
{
	static const char *const objects[] = { "addr", "link", "neigh", "route" };
	struct buf line = { 0 };
	int status;

	buf_str(&line, "help ip");
	for (size_t i = 0; i < N_ELEM(objects); i++)
		if (a->n > 1 && strncmp(a->words->v[a->bind[1].word], objects[i], 1) == 0)
			buf_printf(&line, " %s", objects[i]);
	status = line.bad ? 1 : shell_exec_nested(sh, line.s, NULL);
	buf_free(&line);
	return status;
}

#define OPTS "-c -color -4 -s -stats -statistics -br -brief -d -details -o -oneline"
#define LINK_SHOW "[[dev] DEV:iface] [up]"
#define LINK_SET "[[dev] DEV:iface [up|down | mtu MTU:count]...]"
#define ADDR_SHOW "[up | primary | secondary | scope SCOPE | to PREFIX:prefix | [dev] DEV:iface]..."
#define ADDR_CHANGE "ADDR:prefix [[dev] DEV:iface | brd|broadcast BRD | label LABEL]..."
#define NEIGH_SHOW "[dev DEV:iface | nud NUD | [to] PREFIX:prefix]..."
#define NEIGH_CHANGE "[ADDR:addr] [lladdr MAC:mac | dev DEV:iface | nud NUD]..."

/* The quiet ones are short words that ip(8) gives to the first that fits. */
const struct cmd cmds_ip[] = {
	{ .name = "ip addr|address", .args = "[show|list " ADDR_SHOW "]", .opts = OPTS,
	  .flags = CMD_NODE, .run = addr_show_run, .print = devs_print,
	  .help = "show addresses" },
	{ .name = "ip addr|address", .args = "ls|lst " ADDR_SHOW, .opts = OPTS,
	  .flags = CMD_NODE | CMD_QUIET, .run = addr_show_run, .print = devs_print,
	  .help = "show addresses" },
	{ .name = "ip addr|address", .args = "add|replace|change|del|delete " ADDR_CHANGE,
	  .opts = OPTS, .flags = CMD_NODE, .run = ip_addr_change_run,
	  .help = "add or delete an address" },
	{ .name = "ip addr|address", .args = "flush [[dev] DEV:iface]", .opts = OPTS,
	  .flags = CMD_NODE, .run = ip_addr_flush_run,
	  .help = "delete all addresses of an interface" },
	{ .name = "ip link", .args = "[show|list " LINK_SHOW "]", .opts = OPTS,
	  .flags = CMD_NODE, .run = link_show_run, .print = devs_print,
	  .help = "show interfaces; -s with counters" },
	{ .name = "ip link", .args = "ls|lst " LINK_SHOW, .opts = OPTS,
	  .flags = CMD_NODE | CMD_QUIET, .run = link_show_run, .print = devs_print,
	  .help = "show interfaces" },
	{ .name = "ip link", .args = "set " LINK_SET, .opts = OPTS, .flags = CMD_NODE,
	  .run = link_set_run, .help = "change an interface" },
	{ .name = "ip link", .args = "s " LINK_SET, .opts = OPTS, .flags = CMD_NODE | CMD_QUIET,
	  .run = link_set_run, .help = "change an interface" },
	{ .name = "ip neigh|neighbour|neighbor", .args = "[show|list " NEIGH_SHOW "]",
	  .opts = OPTS, .flags = CMD_NODE, .run = ip_neigh_show_run, .print = ip_neigh_print,
	  .help = "show the neighbour cache (ARP)" },
	{ .name = "ip neigh|neighbour|neighbor", .args = "ls|lst " NEIGH_SHOW,
	  .opts = OPTS, .flags = CMD_NODE | CMD_QUIET, .run = ip_neigh_show_run,
	  .print = ip_neigh_print, .help = "show the neighbour cache (ARP)" },
	{ .name = "ip neigh|neighbour|neighbor", .args = "get [ADDR:addr] [dev DEV:iface]",
	  .opts = OPTS, .flags = CMD_NODE, .run = ip_neigh_get_run, .print = ip_neigh_print,
	  .help = "show one neighbour" },
	{ .name = "ip neigh|neighbour|neighbor", .args = "add|replace|change|del|delete "
	  NEIGH_CHANGE, .opts = OPTS, .flags = CMD_NODE, .run = ip_neigh_change_run,
	  .help = "change the neighbour cache" },
	{ .name = "ip neigh|neighbour|neighbor",
	  .args = "flush [all | dev DEV:iface | nud NUD | [to] PREFIX:prefix]...",
	  .opts = OPTS, .flags = CMD_NODE, .run = ip_neigh_flush_run,
	  .help = "forget what was learnt" },
	{ .name = "ip addr|address|link|neigh|neighbour|neighbor|route", .args = "help",
	  .opts = OPTS, .flags = CMD_NODE | CMD_QUIET, .run = help_run, .help = "what there is" },
	{ .name = "ip help", .opts = OPTS, .flags = CMD_NODE | CMD_QUIET, .run = help_run,
	  .help = "what there is" },
	{ 0 },
};
