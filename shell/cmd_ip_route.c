// SPDX-License-Identifier: GPL-3.0-or-later
#include <string.h>

#include "shell/ip.h"
#include "shell/net_json.h"
#include "shell/state.h"
#include "shell/table.h"

/* ip route: show and get, with iproute2's words, text and JSON.  What changes
 * routes is in cmd_ip_route_set.c. */

/* --- which routes ------------------------------------------------------------ */

/* rtnetlink(7)'s numbers of the tables. */
enum { TABLE_ALL, TABLE_DEFAULT = 253, TABLE_MAIN, TABLE_LOCAL };

int ip_route_proto(const char *word)
{
	unsigned long long n;
	int p = show_route_proto_find(word);

	return p >= 0 ? p : word_u64(word, &n) && n < RP_N ? (int)n : -1;
}

/* The table asked for, main without a word; -1: that is none. */
static int table_of(const struct args *a)
{
	const char *word = args_word(a, "TABLE");
	unsigned long long n;

	if (args_has(a, "local"))
		return TABLE_LOCAL;
	if (args_has(a, "table") && args_has(a, "all"))
		return TABLE_ALL;
	if (!word)
		return TABLE_MAIN;
	if (strcmp(word, "default") == 0)
		return TABLE_DEFAULT;
	return word_u64(word, &n) && n <= INT32_MAX ? (int)n : -1;
}

bool ip_route_select_ok(struct shell *sh, struct stack *st, const struct args *a)
{
	const char *dev = args_word(a, "DEV"), *proto = args_word(a, "PROTO");
	int table = table_of(a);

	if (dev && !ip_dev(sh, st, dev))
		return false;
	if (proto && ip_route_proto(proto) < 0)
		return ip_wrong(sh, proto, "invalid \"protocol\""), false;
	if (table < 0)
		return ip_wrong(sh, args_word(a, "TABLE"), "table id value is invalid"), false;
	if (table != TABLE_ALL && table != TABLE_MAIN && table != TABLE_LOCAL) {
		shell_error(sh, "Error: ipv4: FIB table does not exist.\nDump terminated");
		return false;
	}
	return true;
}

static bool holds(const struct prefix *wide, const struct prefix *p)
{
	return wide->len <= p->len && prefix_has(wide, &p->addr);
}

/* ip-route(8): root P is P and what lies in it, match P what P lies in, and
 * exact P, or P alone, only P. */
static bool prefix_chosen(const struct args *a, const struct prefix *to)
{
	struct prefix p;

	if (!args_prefix(a, "PREFIX", &p))
		return true;
	if (args_has(a, "root"))
		return holds(&p, to);
	if (args_has(a, "match"))
		return holds(to, &p);
	return prefix_eq(&p, to);
}

static bool table_chosen(const struct args *a, const struct route_info *r)
{
	int table = table_of(a);

	return table == TABLE_ALL || (table == TABLE_MAIN) == net_route_is_main(r);
}

/* As in ip(8), a route of several next hops is by none of their devices. */
static bool hop_chosen(const struct args *a, const struct route_spec *r)
{
	const char *dev = args_word(a, "DEV");
	const struct route_hop *h = r->n_hops == 1 ? &r->hops[0] : NULL;
	struct addr via;

	if (dev && !(h && h->dev && strcmp(h->dev->name, dev) == 0))
		return false;
	return !args_addr(a, "VIA", &via) || (h && addr_eq(&h->via, &via));
}

static const char *scope_word(const struct route_spec *r)
{
	bool gate = r->n_hops != 1 || r->hops[0].via.family;

	return r->type == RT_LOCAL ? "host" :
		r->type == RT_BROADCAST || (r->type == RT_UNICAST && !gate) ? "link" : "global";
}

/* A route that a routing protocol has, and another one beats, is none of Linux's:
 * zebra keeps it to itself (show ip route). */
static bool is_in_fib(const struct route_info *r)
{
	return r->selected || (r->spec.proto != RP_OSPF && r->spec.proto != RP_RIP);
}

bool ip_route_selected(const struct args *a, const struct route_info *r)
{
	const char *proto = args_word(a, "PROTO"), *scope = args_word(a, "SCOPE");
	const char *type = args_word(a, "TYPE");

	if (!is_in_fib(r) || !table_chosen(a, r) || !prefix_chosen(a, &r->spec.to) ||
	    !hop_chosen(a, &r->spec))
		return false;
	if (proto && ip_route_proto(proto) != (int)r->spec.proto)
		return false;
	if (scope && strcmp(scope, scope_word(&r->spec)) != 0)
		return false;
	return !type || strcmp(type, show_route_type(r->spec.type)) == 0;
}

/* --- show -------------------------------------------------------------------- */

struct routes { const struct args *a; json_t *all; bool local; };

/* iproute2's key for the table stands behind the device. */
static json_t *with_table(json_t *route)
{
	json_t *o = json_object(), *v;
	const char *key;

	json_object_foreach(route, key, v) {
		if (strcmp(key, "protocol") == 0)
			jset_str(o, "table", "local");
		json_object_set(o, key, v);
	}
	json_decref(route);
	return o;
}

/* What was asked for is not repeated; nor is it said that a user made it. */
static void drop_known(const struct args *a, bool details, json_t *o)
{
	static const struct { const char *word, *key; } known[] = {
		{ "DEV", "dev" }, { "VIA", "gateway" }, { "PROTO", "protocol" },
		{ "SCOPE", "scope" },
	};

	for (size_t i = 0; i < N_ELEM(known); i++)
		if (args_word(a, known[i].word))
			json_object_del(o, known[i].key);
	if (!details && strcmp(jstr(o, "protocol"), show_route_proto(RP_BOOT)) == 0)
		json_object_del(o, "protocol");
}

/* What an address brings goes with its interface's end, and comes back with it:
 * ip(8) has not got it then.  What a user made only waits, and is shown. */
static bool is_away(const struct route_info *r)
{
	const struct netdev *dev = r->spec.n_hops ? r->spec.hops[0].dev : NULL;

	return r->spec.proto == RP_KERNEL && net_route_is_main(r) && dev && !(dev->flags & DEV_UP);
}

static bool add_route(void *arg, const struct route_info *r)
{
	struct routes *l = arg;
	bool details = args_option(l->a, "-d -details");
	json_t *o;

	if (is_away(r) || l->local == net_route_is_main(r) || !ip_route_selected(l->a, r))
		return true;
	o = details ? net_route_details_json(r) : net_route_json(r);
	if (l->local && table_of(l->a) == TABLE_ALL)
		o = with_table(o);
	drop_known(l->a, details, o);
	json_array_append_new(l->all, o);
	return true;
}

static int route_show_run(struct shell *sh, const struct args *a)
{
	struct stack *st = shell_stack(sh, a->node);
	struct routes l = { a, NULL, false };

	if (!st || !ip_route_select_ok(sh, st, a))
		return 1;
	l.all = json_array();
	show_routes(st, add_route, &l);
	l.local = true;
	show_routes(st, add_route, &l);
	return shell_result(sh, l.all);
}

static void print_flags(struct shell *sh, const json_t *flags)
{
	const json_t *f;
	size_t i;

	json_array_foreach(flags, i, f)
		shell_printf(sh, "%s ", json_string_value(f));
}

static void print_opt(struct shell *sh, const char *word, const json_t *o, const char *key)
{
	if (json_is_string(jget(o, key)))
		shell_printf(sh, "%s %s ", word, jstr(o, key));
	else if (jget(o, key))
		shell_printf(sh, "%s %lld ", word, (long long)jint(o, key));
}

static void print_hops(struct shell *sh, const struct args *a, const json_t *hops)
{
	const char *end = args_option(a, "-o -oneline") ? "\\" : "\n";
	const json_t *h;
	size_t i;

	json_array_foreach(hops, i, h) {
		shell_printf(sh, "%s\tnexthop ", end);
		print_opt(sh, "via", h, "gateway");
		print_opt(sh, "dev", h, "dev");
		print_opt(sh, "weight", h, "weight");
		print_flags(sh, jget(h, "flags"));
	}
}

static void route_print(struct shell *sh, const struct args *a, const json_t *all)
{
	const json_t *r;
	size_t i;

	json_array_foreach(all, i, r) {
		if (jget(r, "type"))
			shell_printf(sh, "%s ", jstr(r, "type"));
		shell_printf(sh, "%s ", jstr(r, "dst"));
		print_opt(sh, "via", r, "gateway");
		print_opt(sh, "dev", r, "dev");
		print_opt(sh, "table", r, "table");
		print_opt(sh, "proto", r, "protocol");
		print_opt(sh, "scope", r, "scope");
		print_opt(sh, "src", r, "prefsrc");
		print_opt(sh, "metric", r, "metric");
		print_flags(sh, jget(r, "flags"));
		print_opt(sh, "mtu", json_array_get(jget(r, "metrics"), 0), "mtu");
		print_hops(sh, a, jget(r, "nexthops"));
		shell_printf(sh, "\n");
	}
}

/* --- get --------------------------------------------------------------------- */

static json_t *cache_json(const struct route_answer *r)
{
	bool group = r->type == RT_MULTICAST, bcast = r->type == RT_BROADCAST;
	json_t *a = json_array();

	if (r->type == RT_LOCAL || bcast || (group && r->member))
		json_array_append_new(a, json_string("local"));
	if (group)
		json_array_append_new(a, json_string("mc"));
	if (bcast)
		json_array_append_new(a, json_string("brd"));
	return a;
}

static json_t *mtu_json(uint32_t mtu, bool locked)
{
	return locked ? json_pack("[{s:I,s:b}]", "mtu", (json_int_t)mtu, "locked", 1) :
			json_pack("[{s:I}]", "mtu", (json_int_t)mtu);
}

static json_t *answer_json(const struct route_answer *r, const struct addr *from)
{
	char text[PREFIX_STRLEN];
	json_t *o = json_object();

	if (r->type != RT_UNICAST)
		jset_str(o, "type", show_route_type(r->type));
	jset_str(o, "dst", addr_fmt(&r->dst, text));
	if (from)
		jset_str(o, "from", addr_fmt(from, text));
	if (r->via.family)
		jset_str(o, "gateway", addr_fmt(&r->via, text));
	if (r->dev)
		jset_str(o, "dev", r->dev->name);
	if (!from && r->src.family)
		jset_str(o, "prefsrc", addr_fmt(&r->src, text));
	jset(o, "flags", json_array());
	jset_int(o, "uid", 0);
	jset(o, "cache", cache_json(r));
	if (r->mtu_expires)
		jset_int(o, "expires", r->mtu_expires / SEC(1));
	if (r->dev && r->mtu != r->dev->mtu)
		jset(o, "metrics", mtu_json(r->mtu, r->mtu_locked));
	if (r->matched.addr.family)
		jset_str(o, "matched", prefix_fmt(&r->matched, text));
	if (r->has_beaten)
		jset_str(o, "beaten", prefix_fmt(&r->beaten, text));
	return o;
}

static int route_get_run(struct shell *sh, const struct args *a)
{
	struct stack *st = shell_stack(sh, a->node);
	const char *name = args_word(a, "OIF");
	struct netdev *dev = NULL;
	struct addr dst, src;
	struct route_answer r;
	bool from = args_addr(a, "SRC", &src);
	int err;

	if (!st || !args_addr(a, "ADDR", &dst) || (name && !(dev = ip_dev(sh, st, name))))
		return 1;
	err = show_route_get_by(st, &dst, from ? &src : NULL, dev, &r);
	if (err)
		return ip_answer(sh, err);
	return shell_result(sh, json_pack("[o]", answer_json(&r, from ? &src : NULL)));
}

/* How long it is remembered, and the MTU; "lock": DF is no use on this path. */
static void print_cache(struct shell *sh, const json_t *r)
{
	const json_t *c, *metrics = json_array_get(jget(r, "metrics"), 0);
	size_t i;

	shell_printf(sh, "\n    cache ");
	json_array_foreach(jget(r, "cache"), i, c)
		shell_printf(sh, "%s%s", i ? "," : "<", json_string_value(c));
	shell_printf(sh, "%s", json_array_size(jget(r, "cache")) ? "> " : "");
	if (jget(r, "expires"))
		shell_printf(sh, "expires %lldsec ", (long long)jint(r, "expires"));
	print_opt(sh, jget(metrics, "locked") ? "mtu lock" : "mtu", metrics, "mtu");
	shell_printf(sh, "\n");
}

static void route_get_print(struct shell *sh, const struct args *a, const json_t *all)
{
	const json_t *r = json_array_get(all, 0);

	(void)a;
	if (jget(r, "type"))
		shell_printf(sh, "%s ", jstr(r, "type"));
	shell_printf(sh, "%s ", jstr(r, "dst"));
	print_opt(sh, "from", r, "from");
	print_opt(sh, "via", r, "gateway");
	print_opt(sh, "dev", r, "dev");
	print_opt(sh, "src", r, "prefsrc");
	shell_printf(sh, "uid 0 ");
	print_cache(sh, r);
}

/* --- cache -------------------------------------------------------------------- */

struct cached { struct stack *st; json_t *all; };

/* What ICMP told of a path MTU: all that such a cache still holds. */
static bool add_cached(void *arg, const struct pmtu_info *m)
{
	struct cached *c = arg;
	struct route_answer r;
	json_t *o;

	if (show_route_get(c->st, &m->dst, NULL, &r) != OK)
		return true;
	o = answer_json(&r, NULL);
	json_object_del(o, "prefsrc");
	json_object_del(o, "uid");
	json_array_append_new(c->all, o);
	return true;
}

static int route_cache_run(struct shell *sh, const struct args *a)
{
	struct cached c = { shell_stack(sh, a->node), NULL };

	if (!c.st)
		return 1;
	c.all = json_array();
	show_pmtus(c.st, add_cached, &c);
	return shell_result(sh, c.all);
}

static void route_cache_print(struct shell *sh, const struct args *a, const json_t *all)
{
	const json_t *r;
	size_t i;

	(void)a;
	json_array_foreach(all, i, r) {
		shell_printf(sh, "%s ", jstr(r, "dst"));
		print_opt(sh, "via", r, "gateway");
		print_opt(sh, "dev", r, "dev");
		print_cache(sh, r);
	}
}

#define TYPES "[unicast|blackhole|unreachable|prohibit] "
#define HOP "via VIA:addr | dev DEV:iface | onlink"
#define REST "[" HOP " | metric|preference|priority METRIC:count | proto|protocol PROTO | " \
	"mtu MTU:count | src SRC:addr | scope link|global | table main|TABLE | " \
	"nexthop [" HOP " | weight WEIGHT:count]...]..."
#define SELECT "dev DEV:iface | via VIA:addr | proto|protocol PROTO | scope SCOPE | type TYPE"
#define TO "[to] [exact|root|match] PREFIX:prefix"
#define SHOW "[" TO "] [" SELECT " | table main|local|all|TABLE]..."
#define OPTS "-c -color -4 -d -details -s -statistics -o -oneline"

const struct cmd cmds_ip_route[] = {
	{ .name = "ip route", .args = "[show|list " SHOW "]", .opts = OPTS, .flags = CMD_NODE,
	  .run = route_show_run, .print = route_print, .help = "show the routes" },
	{ .name = "ip route", .args = "ls|lst " SHOW, .opts = OPTS,
	  .flags = CMD_NODE | CMD_QUIET, .run = route_show_run, .print = route_print,
	  .help = "show the routes" },
	{ .name = "ip route", .args = "show|list cache", .opts = OPTS, .flags = CMD_NODE,
	  .run = route_cache_run, .print = route_cache_print,
	  .help = "show the path MTUs that ICMP told of" },
	{ .name = "ip route get", .args = "[to] ADDR:addr [from SRC:addr | oif|dev OIF:iface]...",
	  .opts = OPTS, .flags = CMD_NODE, .run = route_get_run, .print = route_get_print,
	  .help = "show how a packet would leave",
	  .text = "In JSON also which prefix matched, and which shorter one it beat." },
	{ .name = "ip route", .args = "add|replace|change|append " TYPES "[to] PREFIX:prefix " REST,
	  .opts = OPTS, .flags = CMD_NODE, .run = ip_route_set_run,
	  .help = "add or change a route" },
	{ .name = "ip route", .args = "a " TYPES "[to] PREFIX:prefix " REST, .opts = OPTS,
	  .flags = CMD_NODE | CMD_QUIET, .run = ip_route_set_run, .help = "add a route" },
	{ .name = "ip route flush",
	  .args = "[cache | all | " TO "] [" SELECT " | table main|TABLE]...",
	  .opts = OPTS, .flags = CMD_NODE, .run = ip_route_flush_run,
	  .help = "delete all these routes" },
	{ .name = "ip route", .args = "del|delete " TYPES "[to] PREFIX:prefix " REST,
	  .opts = OPTS, .flags = CMD_NODE, .run = ip_route_del_run, .help = "delete a route" },
	{ 0 },
};
