// SPDX-License-Identifier: GPL-3.0-or-later
#include <stdlib.h>
#include <string.h>

#include "shell/net_json.h"
#include "shell/state.h"
#include "shell/table.h"

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

static json_t *nexthop_json(const struct route_info *r, unsigned i)
{
	const struct route_hop *h = &r->spec.hops[i];
	bool alive = !(r->dead_hops & (1u << i));
	char text[ADDR_STRLEN];
	json_t *o = json_object();

	if (alive && r->selected)
		jset_bool(o, "fib", true);
	if (h->via.family) {
		jset_str(o, "ip", addr_fmt(&h->via, text));
		jset_str(o, "afi", "ipv4");
	} else {
		jset_bool(o, "directlyConnected", true);
	}
	if (h->dev)
		jset_str(o, "interfaceName", h->dev->name);
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

struct rib { json_t *all; ns_t now; };

static bool add_route(void *arg, const struct route_info *r)
{
	const struct route_spec *s = &r->spec;
	bool connected = s->n_hops && !s->hops[0].via.family;
	char code = code_of(s->proto, connected), text[PREFIX_STRLEN], up[24];
	struct rib *rib = arg;
	json_t *o = json_object(), *hops = json_array(), *list;

	if (!net_route_is_main(r)) {
		json_decref(o);
		json_decref(hops);
		return true;
	}
	prefix_fmt(&s->to, text);
	uptime(rib->now - r->since, up);
	for (unsigned i = 0; i < s->n_hops; i++)
		json_array_append_new(hops, nexthop_json(r, i));
	if (s->type != RT_UNICAST)
		json_array_append_new(hops, unreachable_json(s->type));
	jset_str(o, "prefix", text);
	jset_int(o, "prefixLen", s->to.len);
	jset_str(o, "protocol", protocol_name(code));
	if (r->selected)
		jset_bool(o, "selected", true);
	jset_int(o, "distance", code == 'K' ? 0 : s->distance);   /* zebra has it from the kernel */
	jset_int(o, "metric", s->metric);
	if (r->selected && r->active)
		jset_bool(o, "installed", true);
	jset_str(o, "uptime", up);
	jset(o, "nexthops", hops);
	list = json_object_get(rib->all, text);
	if (!list)
		json_object_set_new(rib->all, text, list = json_array());
	json_array_append_new(list, o);
	return true;
}

static json_t *rib_json(struct shell *sh, struct node *n)
{
	struct stack *st = shell_stack(sh, n);
	struct rib rib = { json_object(), lab_now(sh->lab) };

	if (st)
		show_routes(st, add_route, &rib);
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
		return shell_result(sh, rib_json(sh, only));
	}
	all = json_object();
	for (size_t i = 0; i < lab_n_nodes(sh->lab); i++) {
		struct node *n = lab_node(sh->lab, i);

		if (node_has_stack(n) && node_is_up(n))
			json_object_set_new(all, node_name(n), rib_json(sh, n));
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

static void print_rib(struct shell *sh, const json_t *rib)
{
	const char *prefix;
	json_t *list, *r;
	size_t i;

	json_object_foreach((json_t *)(uintptr_t)rib, prefix, list)
		json_array_foreach(list, i, r)
			print_route(sh, r);
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
	const char *name;
	json_t *rib;

	if (json_object_size(all))
		shell_write(sh, legend, sizeof(legend) - 1);
	if (a->node || args_word(a, "NODE")) {
		print_rib(sh, all);
		return;
	}
	json_object_foreach((json_t *)(uintptr_t)all, name, rib) {
		shell_printf(sh, "%s:\n", name);
		print_rib(sh, rib);
	}
}

#define BOTH (CMD_LAB | CMD_NODE)

const struct cmd cmds_frr[] = {
	{ .name = "show ip route", .args = "[NODE:node] [json]", .flags = BOTH, .run = route_run,
	  .print = route_print, .help = "routing tables as vtysh shows them",
	  .text = "K kernel, C connected, S static, R RIP, O OSPF; > selected, * in use." },
	{ 0 },
};
