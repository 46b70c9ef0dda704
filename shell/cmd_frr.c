// SPDX-License-Identifier: GPL-3.0-or-later
#include <stdlib.h>
#include <string.h>

#include "shell/net_json.h"
#include "shell/state.h"
#include "shell/table.h"
#include "stack/ospf.h"

/* show ip route and show ip interface, as vtysh prints them. */

/* 00:01:11, then 1d02h03m, then 01w2d03h. */
static void uptime(ns_t d, char out[24])
{
	long s = (long)(d / SEC(1)), day = 86400, week = 7 * day;

	if (s < day)
		snprintf(out, 24, "%02ld:%02ld:%02ld", s / 3600, s / 60 % 60, s % 60);
	else if (s < week)
		snprintf(out, 24, "%ldd%02ldh%02ldm", s / day, s % day / 3600, s / 60 % 60);
	else
		snprintf(out, 24, "%02ldw%ldd%02ldh", s / week, s % week / day, s % day / 3600);
}

static char code_of(enum route_proto p, bool connected)
{
	switch (p) {
	case RP_KERNEL: return connected ? 'C' : 'K';
	case RP_STATIC: return 'S';
	case RP_RIP:    return 'R';
	case RP_OSPF:   return 'O';
	default:        return 'K';
	}
}

static const char *protocol_name(char code)
{
	return code == 'C' ? "connected" : code == 'S' ? "static" : code == 'R' ? "rip" :
		code == 'O' ? "ospf" : "kernel";
}

enum { TABLE_MAIN = 254 };
enum { HOP_ACTIVE = 1, HOP_FIB = 2 };    /* zebra's NEXTHOP_FLAG_... */

static json_t *nexthop_json(const struct route_hop *h, bool alive, bool fib)
{
	char text[ADDR_STRLEN];
	json_t *o = json_object();

	jset_int(o, "flags", (alive ? HOP_ACTIVE : 0) | (fib ? HOP_FIB : 0));
	if (fib)
		jset_bool(o, "fib", true);
	if (h->via.family) {
		jset_str(o, "ip", addr_fmt(&h->via, text));
		jset_str(o, "afi", "ipv4");
	} else {
		jset_bool(o, "directlyConnected", true);
	}
	if (h->dev) {
		jset_int(o, "interfaceIndex", h->dev->ifindex);
		jset_str(o, "interfaceName", h->dev->name);
	}
	jset_bool(o, "active", alive);
	if (!alive)
		jset_bool(o, "linkDown", true);
	jset_int(o, "weight", h->weight ? h->weight : 1);
	return o;
}

static json_t *unreachable_json(enum route_type t)
{
	json_t *o = json_pack("{s:b,s:b}", "unreachable", true, "active", true);

	jset_bool(o, t == RT_BLACKHOLE ? "blackhole" : t == RT_PROHIBIT ? "admin-prohibited" :
		  "reject", true);
	return o;
}

struct rib { json_t *all; ns_t now; unsigned distance; };

/* What all entries say, whoever made the route. */
static json_t *entry_json(const struct prefix *to, const char *proto, bool selected,
			  unsigned distance, uint32_t metric)
{
	char text[PREFIX_STRLEN];
	json_t *o = json_object();

	jset_str(o, "prefix", prefix_fmt(to, text));
	jset_int(o, "prefixLen", to->len);
	jset_str(o, "protocol", proto);
	jset_int(o, "vrfId", 0);
	jset_str(o, "vrfName", "default");
	if (selected) {
		jset_bool(o, "selected", true);
		jset_bool(o, "destSelected", true);
	}
	jset_int(o, "distance", distance);
	jset_int(o, "metric", metric);
	return o;
}

/* An address of lo: Linux has it in table local alone, zebra calls it connected. */
static bool is_loopback(const struct route_info *r)
{
	const struct route_spec *s = &r->spec;

	return s->type == RT_LOCAL && s->to.len == 32 && s->to.addr.v4 >> 24 != 127 &&
	       s->n_hops && s->hops[0].dev && s->hops[0].dev->flags & DEV_LOOPBACK;
}

static bool add_route(void *arg, const struct route_info *r)
{
	const struct route_spec *s = &r->spec;
	bool lo = is_loopback(r), connected = lo || (s->n_hops && !s->hops[0].via.family);
	char code = code_of(s->proto, connected), text[PREFIX_STRLEN], up[24];
	struct rib *rib = arg;
	uint8_t place[ROUTE_HOPS_MAX];
	json_t *o, *hops, *list;

	if (!lo && !net_route_is_main(r))
		return true;
	o = entry_json(&s->to, protocol_name(code), r->selected,
		       code == 'K' ? 0 : s->distance,     /* zebra has it from the kernel */
		       s->metric);
	hops = json_array();
	net_hops_by_addr(s->hops, s->n_hops, place);
	for (unsigned i = 0; i < s->n_hops; i++) {
		bool alive = !(r->dead_hops & (1u << place[i]));

		json_array_append_new(hops, nexthop_json(&s->hops[place[i]], alive,
							 alive && r->selected));
	}
	if (s->type != RT_UNICAST && !lo)
		json_array_append_new(hops, unreachable_json(s->type));
	if (r->selected && r->active)
		jset_bool(o, "installed", true);
	jset_int(o, "table", TABLE_MAIN);
	uptime(rib->now - r->since, up);
	jset_str(o, "uptime", up);
	jset(o, "nexthops", hops);
	prefix_fmt(&s->to, text);
	list = json_object_get(rib->all, text);
	if (!list)
		json_object_set_new(rib->all, text, list = json_array());
	json_array_append_new(list, o);
	return true;
}

static bool has_proto(const json_t *list, const char *proto)
{
	const json_t *o;
	size_t i;

	json_array_foreach(list, i, o)
		if (strcmp(jstr(o, "protocol"), proto) == 0)
			return true;
	return false;
}

/* OSPF's route to a network that is connected, perhaps a shorter way through
 * others: the stack has only the connected one, which is preferred. */
static bool add_ospf(void *arg, const struct show_ospf_route *r)
{
	struct rib *rib = arg;
	char text[PREFIX_STRLEN];
	json_t *list = json_object_get(rib->all, prefix_fmt(&r->to, text)), *o, *hops;
	const json_t *first = json_array_get(list, 0);

	if (!first || r->router || !r->n_hops || has_proto(list, "ospf"))
		return true;
	hops = json_array();
	for (unsigned i = 0; i < r->n_hops; i++)
		json_array_append_new(hops, nexthop_json(&r->hops[i], true, false));
	o = entry_json(&r->to, "ospf", false, rib->distance, r->cost);
	jset_int(o, "table", TABLE_MAIN);
	jset_str(o, "uptime", jstr(first, "uptime"));
	jset(o, "nexthops", hops);
	json_array_insert_new(list, 0, o);
	return true;
}

/* Leaves those of one protocol. */
static void keep_proto(json_t *all, const char *proto)
{
	const char *prefix;
	json_t *list;
	void *next;

	json_object_foreach_safe(all, next, prefix, list) {
		for (size_t i = json_array_size(list); i-- > 0; )
			if (strcmp(jstr(json_array_get(list, i), "protocol"), proto) != 0)
				json_array_remove(list, i);
		if (!json_array_size(list))
			json_object_del(all, prefix);
	}
}

/* Leaves the network asked for; of an address, the longest that holds it. */
static void keep_prefix(json_t *all, const char *word)
{
	struct prefix want, p, best = { 0 };
	bool exact = strchr(word, '/'), found = false;
	char text[PREFIX_STRLEN];
	const char *prefix;
	json_t *list;
	void *next;

	if (!prefix_parse(&want, word))
		return;
	json_object_foreach(all, prefix, list)
		if (prefix_parse(&p, prefix) && (exact ? p.len == want.len : p.len <= want.len) &&
		    prefix_has(&p, &want.addr) && (!found || p.len > best.len)) {
			best = p;
			found = true;
		}
	prefix_fmt(&best, text);
	json_object_foreach_safe(all, next, prefix, list)
		if (!found || strcmp(prefix, text) != 0)
			json_object_del(all, prefix);
}

static const char *const protos[] = { "connected", "kernel", "ospf", "static" };

static json_t *rib_json(struct shell *sh, const struct args *a, struct node *n)
{
	struct stack *st = shell_stack(sh, n);
	struct rib rib = { json_object(), lab_now(sh->lab), OSPF_DISTANCE };
	struct show_ospf ospf;

	if (!st)
		return rib.all;
	show_routes(st, add_route, &rib);
	if (show_ospf(st, &ospf) && ospf.config.distance)
		rib.distance = ospf.config.distance;
	show_ospf_routes(st, add_ospf, &rib);
	for (size_t i = 0; i < N_ELEM(protos); i++)
		if (args_has(a, protos[i]))
			keep_proto(rib.all, protos[i]);
	if (args_word(a, "PREFIX"))
		keep_prefix(rib.all, args_word(a, "PREFIX"));
	return rib.all;
}

/* With several nodes, an object with one member a node. */
static int route_run(struct shell *sh, const struct args *a)
{
	struct node *only = args_node(a, "NODE");
	json_t *all;

	only = only ? only : a->node;
	if (only) {
		if (!shell_stack(sh, only))
			return 1;
		all = rib_json(sh, a, only);
		if (args_word(a, "PREFIX") && !json_object_size(all)) {
			json_decref(all);
			return shell_error(sh, "Network not in table");
		}
		return shell_result(sh, all);
	}
	all = json_object();
	for (size_t i = 0; i < lab_n_nodes(sh->lab); i++) {
		struct node *n = lab_node(sh->lab, i);

		if (node_has_stack(n) && node_is_up(n))
			json_object_set_new(all, node_name(n), rib_json(sh, a, n));
	}
	return shell_result(sh, all);
}

static void print_nexthop(struct shell *sh, const json_t *r, const json_t *h)
{
	bool connected = strcmp(jstr(r, "protocol"), "connected") == 0;

	if (jtrue(h, "unreachable"))
		shell_printf(sh, " unreachable (%s)", jget(h, "blackhole") ? "blackhole" :
			     jget(h, "reject") ? "ICMP unreachable" : "ICMP admin-prohibited");
	else if (jget(h, "ip"))
		shell_printf(sh, " via %s, %s", jstr(h, "ip"), jstr(h, "interfaceName"));
	else
		shell_printf(sh, " is directly connected, %s", jstr(h, "interfaceName"));
	if (jtrue(h, "linkDown"))
		shell_printf(sh, " linkdown");
	if (!connected)
		shell_printf(sh, ", weight %lld",
			     jget(h, "weight") ? (long long)jint(h, "weight") : 1);
	shell_printf(sh, ", %s\n", jstr(r, "uptime"));
}

static void print_route(struct shell *sh, const json_t *r)
{
	const char *proto = jstr(r, "protocol");
	char code = proto[0] == 'c' ? 'C' : proto[0] == 'k' ? 'K' : proto[0] == 's' ? 'S' :
		proto[0] == 'r' ? 'R' : 'O';
	struct buf head = { 0 };
	const json_t *h;
	size_t i;

	buf_printf(&head, "%c%c%c %s", code, jtrue(r, "selected") ? '>' : ' ',
		   jtrue(r, "installed") ? '*' : ' ', jstr(r, "prefix"));
	if (code != 'C')
		buf_printf(&head, " [%lld/%lld]", (long long)jint(r, "distance"),
			   (long long)jint(r, "metric"));
	json_array_foreach(jget(r, "nexthops"), i, h) {
		if (i)
			shell_printf(sh, "  %c%*s", jtrue(h, "fib") ? '*' : ' ',
				     (int)head.len - 3, "");
		else
			shell_printf(sh, "%s", head.s ? head.s : "");
		print_nexthop(sh, r, h);
	}
	buf_free(&head);
}

static void print_detail(struct shell *sh, const json_t *r)
{
	const json_t *h;
	size_t i;

	shell_printf(sh, "Routing entry for %s\n  Known via \"%s\", distance %lld, metric %lld%s\n"
		     "  Last update %s ago\n", jstr(r, "prefix"), jstr(r, "protocol"),
		     (long long)jint(r, "distance"), (long long)jint(r, "metric"),
		     jtrue(r, "selected") ? ", best" : "", jstr(r, "uptime"));
	json_array_foreach(jget(r, "nexthops"), i, h) {
		shell_printf(sh, "  %c ", jtrue(h, "fib") ? '*' : ' ');
		if (jtrue(h, "unreachable"))
			shell_printf(sh, "unreachable\n");
		else
			shell_printf(sh, "%s, %s%s, weight %lld\n",
				     jget(h, "ip") ? jstr(h, "ip") : "directly connected",
				     jget(h, "ip") ? "via " : "", jstr(h, "interfaceName"),
				     (long long)jint(h, "weight"));
	}
	shell_printf(sh, "\n");
}

static void print_each(struct shell *sh, const json_t *rib,
		       void (*print)(struct shell *sh, const json_t *route))
{
	const char *prefix;
	json_t *list, *r;
	size_t i;

	json_object_foreach((json_t *)(uintptr_t)rib, prefix, list)
		json_array_foreach(list, i, r)
			print(sh, r);
}

/* What a letter means, in vtysh's words. */
static const char legend[] =
	"Codes: K - kernel route, C - connected, S - static, R - RIP,\n"
	"       O - OSPF, I - IS-IS, B - BGP, E - EIGRP, N - NHRP,\n"
	"       T - Table, v - VNC, V - VNC-Direct, A - Babel, F - PBR,\n"
	"       f - OpenFabric,\n"
	"       > - selected route, * - FIB route, q - queued, r - rejected, b - backup\n"
	"       t - trapped, o - offload failure\n\n";

static void route_print(struct shell *sh, const struct args *a, const json_t *all)
{
	bool detail = args_word(a, "PREFIX");
	void (*print)(struct shell *sh, const json_t *route) = detail ? print_detail : print_route;
	const char *name;
	json_t *rib;

	if (json_object_size(all) && !detail)
		shell_write(sh, legend, sizeof(legend) - 1);
	if (a->node || args_word(a, "NODE")) {
		print_each(sh, all, print);
		return;
	}
	json_object_foreach((json_t *)(uintptr_t)all, name, rib) {
		shell_printf(sh, "%s:\n", name);
		print_each(sh, rib, print);
	}
}

#define BOTH (CMD_LAB | CMD_NODE)

const struct cmd cmds_frr[] = {
	{ .name = "show ip route",
	  .args = "[NODE:node] [connected|kernel|ospf|static | PREFIX:prefix] [json]",
	  .flags = BOTH, .run = route_run, .print = route_print,
	  .help = "routing tables as vtysh shows them",
	  .text = "K kernel, C connected, S static, R RIP, O OSPF; > selected, * in use.  Of "
		  "PREFIX all that is known; of an address, the route that holds it." },
	{ 0 },
};
