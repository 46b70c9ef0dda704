// SPDX-License-Identifier: GPL-3.0-or-later
#include <stdlib.h>
#include <string.h>

#include "shell/ip.h"
#include "shell/net_json.h"
#include "shell/state.h"
#include "shell/table.h"

/* ip route: show, get and change, with iproute2's words, text and JSON. */

struct routes { const struct args *a; json_t *all; };

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

/* "all" is a table, and "main" the one that is meant without a word. */
static bool table_chosen(const struct args *a, const struct route_info *r)
{
	return args_has(a, "all") || net_route_is_main(r) != args_has(a, "local");
}

static bool has_dev(const struct route_spec *r, const char *dev)
{
	for (unsigned i = 0; i < r->n_hops; i++)
		if (r->hops[i].dev && strcmp(r->hops[i].dev->name, dev) == 0)
			return true;
	return false;
}

static bool add_route(void *arg, const struct route_info *r)
{
	struct routes *l = arg;
	const char *dev = args_word(l->a, "DEV"), *proto = args_word(l->a, "PROTO");

	if (!table_chosen(l->a, r) || !prefix_chosen(l->a, &r->spec.to))
		return true;
	if (dev && !has_dev(&r->spec, dev))
		return true;
	if (proto && strcmp(proto, show_route_proto(r->spec.proto)) != 0)
		return true;
	json_array_append_new(l->all, net_route_json(r));
	return true;
}

static int route_show_run(struct shell *sh, const struct args *a)
{
	struct stack *st = shell_stack(sh, a->node);
	const char *dev = args_word(a, "DEV");
	struct routes l = { a, NULL };

	if (!st || (dev && !ip_dev(sh, st, dev)))
		return 1;
	l.all = json_array();
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

static void print_hops(struct shell *sh, const json_t *hops)
{
	const json_t *h;
	size_t i;

	json_array_foreach(hops, i, h) {
		shell_printf(sh, "\n\tnexthop ");
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
		if (!args_word(a, "DEV"))
			print_opt(sh, "dev", r, "dev");
		print_opt(sh, "proto", r, "protocol");
		print_opt(sh, "scope", r, "scope");
		print_opt(sh, "src", r, "prefsrc");
		print_opt(sh, "metric", r, "metric");
		print_flags(sh, jget(r, "flags"));
		print_opt(sh, "mtu", json_array_get(jget(r, "metrics"), 0), "mtu");
		print_hops(sh, jget(r, "nexthops"));
		shell_printf(sh, "\n");
	}
}

/* --- get --------------------------------------------------------------------- */

static json_t *answer_json(const struct route_answer *r, const struct addr *from)
{
	char text[PREFIX_STRLEN];
	json_t *o = json_object(), *cache = json_array();

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
	if (r->type == RT_LOCAL || r->type == RT_BROADCAST)
		json_array_append_new(cache, json_string("local"));
	if (r->type == RT_BROADCAST)
		json_array_append_new(cache, json_string("brd"));
	jset(o, "cache", cache);
	jset_str(o, "matched", prefix_fmt(&r->matched, text));
	if (r->has_beaten)
		jset_str(o, "beaten", prefix_fmt(&r->beaten, text));
	return o;
}

static int route_get_run(struct shell *sh, const struct args *a)
{
	struct stack *st = shell_stack(sh, a->node);
	struct addr dst, src;
	struct route_answer r;
	bool from = args_addr(a, "SRC", &src);
	int err;

	if (!st || !args_addr(a, "ADDR", &dst))
		return 1;
	err = show_route_get(st, &dst, from ? &src : NULL, &r);
	if (err)
		return ip_answer(sh, err);
	return shell_result(sh, json_pack("[o]", answer_json(&r, from ? &src : NULL)));
}

static void route_get_print(struct shell *sh, const struct args *a, const json_t *all)
{
	const json_t *r = json_array_get(all, 0), *c;
	size_t i;

	(void)a;
	if (jget(r, "type"))
		shell_printf(sh, "%s ", jstr(r, "type"));
	shell_printf(sh, "%s ", jstr(r, "dst"));
	print_opt(sh, "from", r, "from");
	print_opt(sh, "via", r, "gateway");
	print_opt(sh, "dev", r, "dev");
	print_opt(sh, "src", r, "prefsrc");
	shell_printf(sh, "uid 0 \n    cache ");
	json_array_foreach(jget(r, "cache"), i, c)
		shell_printf(sh, "%s%s", i ? "," : "<", json_string_value(c));
	shell_printf(sh, "%s\n", json_array_size(jget(r, "cache")) ? "> " : "");
}

/* --- change ------------------------------------------------------------------ */

static bool named(const struct gram_bind *b, const char *name)
{
	return b->ins->len == strlen(name) && memcmp(b->ins->s, name, b->ins->len) == 0;
}

#define WEIGHT_MAX 256            /* as ip-route(8) */

/* 0: not a weight. */
static uint16_t parse_weight(const char *s)
{
	unsigned long long n;

	return word_u64(s, &n) && n <= WEIGHT_MAX ? (uint16_t)n : 0;
}

/* The words after the prefix, in order: each "nexthop" begins another hop,
 * and via and dev without one belong to the first. */
static int spec_hops(struct shell *sh, const struct args *a, struct stack *st,
		     struct route_spec *r)
{
	for (int i = 0; i < a->n; i++) {
		const struct gram_bind *b = &a->bind[i];
		const char *word = a->words->v[b->word];
		bool is_next = b->ins->op == GRAM_KEY && named(b, "nexthop");
		struct route_hop *h;

		if (r->n_hops == 0 || is_next) {
			if (!is_next && !named(b, "VIA") && !named(b, "DEV"))
				continue;
			if (r->n_hops == ROUTE_HOPS_MAX)
				return shell_error(sh, "Error: too many nexthops, at most %d.",
						   ROUTE_HOPS_MAX);
			r->hops[r->n_hops++] = (struct route_hop){ .weight = 1 };
		}
		h = &r->hops[r->n_hops - 1];
		if (b->ins->op != GRAM_ARG)
			continue;
		if (named(b, "VIA"))
			lab_resolve(sh->lab, word, &h->via);
		else if (named(b, "DEV") && !(h->dev = ip_dev(sh, st, word)))
			return 1;
		else if (named(b, "WEIGHT"))
			h->weight = parse_weight(word);
		if (!h->weight)
			return shell_error(sh, "Error: argument \"%s\" is wrong: "
					   "\"weight\" is from 1 to %d", word, WEIGHT_MAX);
	}
	return 0;
}

/* True if host bits are set: iproute2 hands them to the kernel, which refuses. */
static bool has_host_bits(const struct prefix *p)
{
	return p->addr.family == ADDR_IP4 && (p->addr.v4 & ~ip4_mask(p->len)) != 0;
}

static int spec_parse(struct shell *sh, const struct args *a, struct stack *st,
		      struct route_spec *r)
{
	static const enum route_type types[] = { RT_BLACKHOLE, RT_UNREACHABLE, RT_PROHIBIT };
	uint64_t metric = args_count(a, "METRIC", 0), mtu = args_count(a, "MTU", 0);

	*r = (struct route_spec){ .type = RT_UNICAST, .proto = RP_STATIC };
	if (!args_prefix(a, "PREFIX", &r->to))
		return 1;
	if (has_host_bits(&r->to))
		return shell_error(sh, "Error: Invalid prefix for given prefix length.");
	if (metric > UINT32_MAX || mtu > UINT16_MAX)
		return shell_error(sh, "RTNETLINK answers: Numerical result out of range");
	for (size_t i = 0; i < N_ELEM(types); i++)
		if (args_has(a, show_route_type(types[i])))
			r->type = types[i];
	r->metric = (uint32_t)metric;
	r->mtu = (uint32_t)mtu;
	args_addr(a, "SRC", &r->src);
	return spec_hops(sh, a, st, r);
}

struct route_find { const struct route_spec *spec; bool found; };

static bool is_same(void *arg, const struct route_info *r)
{
	struct route_find *f = arg;

	f->found |= net_route_is_main(r) && prefix_eq(&r->spec.to, &f->spec->to) &&
		    r->spec.proto == f->spec->proto && r->spec.metric == f->spec->metric;
	return !f->found;
}

/* Is there a route that "change" would replace? */
static bool is_there(struct stack *st, const struct route_spec *spec)
{
	struct route_find f = { spec, false };

	show_routes(st, is_same, &f);
	return f.found;
}

static int route_set_run(struct shell *sh, const struct args *a)
{
	struct stack *st = shell_stack(sh, a->node);
	struct route_spec r;
	bool change = args_has(a, "change");
	enum route_op op = args_has(a, "replace") || change ? ROUTE_REPLACE :
			   args_has(a, "append") ? ROUTE_APPEND : ROUTE_ADD;
	int err;

	if (!st || spec_parse(sh, a, st, &r))
		return 1;
	if (r.type == RT_UNICAST && !r.n_hops)
		return ip_answer(sh, ERR_NODEV);
	if (change && !is_there(st, &r))
		return shell_error(sh, "RTNETLINK answers: No such file or directory");
	err = stack_route_set(st, op, &r);
	return err == ERR_NETUNREACH ? shell_error(sh, "Error: Nexthop has invalid gateway.") :
		ip_answer(sh, err);
}

static int route_del_run(struct shell *sh, const struct args *a)
{
	struct stack *st = shell_stack(sh, a->node);
	struct route_spec r;

	if (!st || spec_parse(sh, a, st, &r))
		return 1;
	r.proto = RP_N;
	return ip_answer(sh, stack_route_del(st, &r));
}

/* --- flush ------------------------------------------------------------------- */

struct flush { const struct args *a; struct route_spec *v; size_t n, room; };

/* Also what an address brought with it, as in Linux. */
static bool add_doomed(void *arg, const struct route_info *r)
{
	struct flush *f = arg;
	const char *dev = args_word(f->a, "DEV"), *proto = args_word(f->a, "PROTO");
	struct route_spec *v;

	if (!net_route_is_main(r) || !prefix_chosen(f->a, &r->spec.to) ||
	    (dev && !has_dev(&r->spec, dev)) ||
	    (proto && strcmp(proto, show_route_proto(r->spec.proto)) != 0))
		return true;
	if (f->n == f->room) {
		f->room = f->room ? 2 * f->room : 16;
		v = realloc(f->v, f->room * sizeof(*v));
		if (!v)
			return false;
		f->v = v;
	}
	f->v[f->n++] = r->spec;
	return true;
}

static int route_flush_run(struct shell *sh, const struct args *a)
{
	struct stack *st = shell_stack(sh, a->node);
	const char *dev = args_word(a, "DEV");
	struct flush f = { .a = a };
	int err = OK;

	if (!st || (dev && !ip_dev(sh, st, dev)))
		return 1;
	if (a->n < 4)                             /* ip route flush WHAT */
		return shell_error(sh, "\"ip route flush\" requires arguments.");
	if (args_has(a, "cache"))
		return 0;                         /* there is none */
	show_routes(st, add_doomed, &f);
	for (size_t i = 0; i < f.n; i++) {
		int e = stack_route_del(st, &f.v[i]);

		err = err ? err : e;
	}
	free(f.v);
	return ip_answer(sh, err);
}

#define TYPES "[unicast|blackhole|unreachable|prohibit] "
#define HOP "via VIA:addr | dev DEV:iface"
#define REST "[" HOP " | metric METRIC:count | proto static | mtu MTU:count | src SRC:addr | " \
	"onlink | nexthop [" HOP " | weight WEIGHT:count]...]..."
#define OPTS "-4 -d -details -s -statistics"

const struct cmd cmds_ip_route[] = {
	{ .name = "ip route",
	  .args = "[show|list [[to] [exact|root|match] PREFIX:prefix] "
		  "[dev DEV:iface | proto PROTO | table (main|local|all)]...]",
	  .opts = OPTS, .flags = CMD_NODE, .run = route_show_run, .print = route_print,
	  .help = "show the routes" },
	{ .name = "ip route get", .args = "ADDR:addr [from SRC:addr]", .opts = OPTS,
	  .flags = CMD_NODE, .run = route_get_run, .print = route_get_print,
	  .help = "show how a packet would leave",
	  .text = "In JSON also which prefix matched, and which shorter one it beat." },
	{ .name = "ip route", .args = "add|replace|change|append " TYPES "[to] PREFIX:prefix " REST,
	  .opts = OPTS, .flags = CMD_NODE, .run = route_set_run, .help = "add or change a route" },
	{ .name = "ip route flush",
	  .args = "[cache | all | [to] [exact|root|match] PREFIX:prefix] "
		  "[dev DEV:iface | proto PROTO | table main]...",
	  .opts = OPTS, .flags = CMD_NODE, .run = route_flush_run,
	  .help = "delete all these routes" },
	{ .name = "ip route", .args = "del|delete " TYPES "[to] PREFIX:prefix " REST,
	  .opts = OPTS, .flags = CMD_NODE, .run = route_del_run, .help = "delete a route" },
	{ 0 },
};
