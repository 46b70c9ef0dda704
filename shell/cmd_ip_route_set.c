// SPDX-License-Identifier: GPL-3.0-or-later
#include <stdlib.h>
#include <string.h>

#include "shell/ip.h"
#include "shell/net_json.h"
#include "shell/state.h"

/* ip route add, replace, change, append, del and flush, with iproute2's words;
 * their table is in cmd_ip_route.c. */

/* --- what the words say ------------------------------------------------------ */

static bool named(const struct gram_bind *b, const char *name)
{
	return b->ins->len == strlen(name) && memcmp(b->ins->s, name, b->ins->len) == 0;
}

#define WEIGHT_MAX 256            /* as ip-route(8) */
#define DISTANCE 1                /* of what a user makes: a static route's */

/* 0: not a weight. */
static uint16_t parse_weight(const char *s)
{
	unsigned long long n;

	return word_u64(s, &n) && n <= WEIGHT_MAX ? (uint16_t)n : 0;
}

/* The words after the prefix, in order: each "nexthop" begins another hop,
 * and via, dev and onlink without one belong to the first. */
static int spec_hops(struct shell *sh, const struct args *a, struct stack *st,
		     struct route_spec *r)
{
	for (int i = 0; i < a->n; i++) {
		const struct gram_bind *b = &a->bind[i];
		const char *word = a->words->v[b->word];
		bool is_next = b->ins->op == GRAM_KEY && named(b, "nexthop");
		struct route_hop *h;

		if (r->n_hops == 0 || is_next) {
			if (!is_next && !named(b, "VIA") && !named(b, "DEV") &&
			    !named(b, "onlink"))
				continue;
			if (r->n_hops == ROUTE_HOPS_MAX)
				return shell_error(sh, "Error: too many nexthops, at most %d.",
						   ROUTE_HOPS_MAX);
			r->hops[r->n_hops++] = (struct route_hop){ .weight = 1 };
		}
		h = &r->hops[r->n_hops - 1];
		h->onlink |= b->ins->op == GRAM_KEY && named(b, "onlink");
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

/* The words that are of the route and not of its next hops. */
static int spec_words(struct shell *sh, const struct args *a, struct route_spec *r)
{
	const char *proto = args_word(a, "PROTO"), *table = args_word(a, "TABLE");
	uint64_t metric = args_count(a, "METRIC", 0), mtu = args_count(a, "MTU", 0);
	int p = proto ? ip_route_proto(proto) : RP_BOOT;

	if (p < 0)
		return ip_wrong(sh, proto, "\"protocol\" value is invalid");
	if (metric > UINT32_MAX)
		return ip_wrong(sh, args_word(a, "METRIC"), "\"metric\" value is invalid");
	if (mtu > UINT16_MAX)
		return ip_wrong(sh, args_word(a, "MTU"), "\"mtu\" value is invalid");
	if (table && strcmp(table, "254") != 0)
		return shell_error(sh, "table %s: there is main and no other", table);
	r->proto = (enum route_proto)p;
	r->distance = DISTANCE;
	r->metric = (uint32_t)metric;
	r->mtu = (uint32_t)mtu;
	args_addr(a, "SRC", &r->src);
	return 0;
}

static int spec_parse(struct shell *sh, const struct args *a, struct stack *st,
		      struct route_spec *r)
{
	static const enum route_type types[] = { RT_BLACKHOLE, RT_UNREACHABLE, RT_PROHIBIT };

	*r = (struct route_spec){ .type = RT_UNICAST };
	if (!args_prefix(a, "PREFIX", &r->to))
		return 1;
	if (has_host_bits(&r->to))
		return shell_error(sh, "Error: Invalid prefix for given prefix length.");
	for (size_t i = 0; i < N_ELEM(types); i++)
		if (args_has(a, show_route_type(types[i])))
			r->type = types[i];
	return spec_words(sh, a, r) || spec_hops(sh, a, st, r);
}

/* --- add, replace, change, append, del ---------------------------------------- */

static bool is_learned(enum route_proto p)
{
	return p == RP_REDIRECT || p == RP_RIP || p == RP_OSPF;
}

struct route_find { const struct route_spec *spec; struct route_spec at; bool found; };

/* For ip(8) a route is its prefix and its metric, whoever made it.  What was
 * learned stands beside it, as in a router. */
static bool is_same(void *arg, const struct route_info *r)
{
	struct route_find *f = arg;
	enum route_proto p = r->spec.proto, q = f->spec->proto;

	f->found = net_route_is_main(r) && prefix_eq(&r->spec.to, &f->spec->to) &&
		   r->spec.metric == f->spec->metric &&
		   (p == q || (!is_learned(p) && !is_learned(q)));
	if (f->found)
		f->at = r->spec;
	return !f->found;
}

struct owner { const struct addr *addr; bool found; };

static bool owns(void *arg, const struct netdev *dev)
{
	struct owner *o = arg;
	const struct ifaddr *ia;

	list_for_each(&dev->addrs, ia, node)
		o->found |= addr_eq(&ia->prefix.addr, o->addr);
	return !o->found;
}

static bool is_ours(const struct stack *st, const struct addr *a)
{
	struct owner o = { a, false };

	show_devs(st, owns, &o);
	return o.found;
}

/* Why a gateway or a device was refused, in the kernel's words. */
static const char *refusal(const struct stack *st, const struct route_spec *r, int err)
{
	const struct route_hop *h = &r->hops[0];

	for (unsigned i = 0; i < r->n_hops && err == ERR_INVAL; i++)
		if (r->hops[i].onlink && !r->hops[i].dev)
			return "Nexthop device required for onlink.";
	if (err == ERR_INVAL && r->src.family && !is_ours(st, &r->src))
		return "Invalid prefsrc address.";
	if (err == ERR_NETDOWN && h->onlink)
		return "Nexthop device is not up.";
	if (err == ERR_NETDOWN && !h->via.family)
		return "Device for nexthop is not up.";
	if (err == ERR_NETUNREACH || ((err == ERR_INVAL || err == ERR_NETDOWN) && h->via.family))
		return "Nexthop has invalid gateway.";
	return NULL;
}

static int set_answer(struct shell *sh, const struct stack *st, const struct route_spec *r,
		      int err)
{
	const char *why = refusal(st, r, err);

	return why ? shell_error(sh, "Error: %s", why) : ip_answer(sh, err);
}

/* "dev" without a gateway has scope link, and with one it has not. */
static bool scope_ok(const struct args *a, const struct route_spec *r)
{
	for (unsigned i = 0; i < r->n_hops; i++)
		if (args_has(a, "link") && r->hops[i].via.family)
			return false;
	return true;
}

/*
 * The stack tells routes apart by who made them too, so a route that another
 * one replaces may be left over.  Where there is one that "add" must not
 * disturb, the stack says so itself, after its look at the gateways.
 */
static int route_put(struct stack *st, enum route_op op, struct route_spec *r,
		     const struct route_spec *old)
{
	int err;

	if (old && op == ROUTE_ADD) {
		if (old->proto == RP_KERNEL)
			return ERR_EXIST;
		r->proto = old->proto;
	}
	err = stack_route_set(st, op, r);
	if (!err && old && op == ROUTE_REPLACE && old->proto != r->proto)
		err = stack_route_del(st, old);
	return err;
}

int ip_route_set_run(struct shell *sh, const struct args *a)
{
	struct stack *st = shell_stack(sh, a->node);
	struct route_spec r;
	struct route_find f = { .spec = &r };
	bool change = args_has(a, "change");
	enum route_op op = args_has(a, "replace") || change ? ROUTE_REPLACE :
			   args_has(a, "append") ? ROUTE_APPEND : ROUTE_ADD;

	if (!st || spec_parse(sh, a, st, &r))
		return 1;
	if (r.type == RT_UNICAST && !r.n_hops)
		return ip_answer(sh, ERR_NODEV);
	if (!scope_ok(a, &r))
		return set_answer(sh, st, &r, ERR_NETUNREACH);
	show_routes(st, is_same, &f);
	if (change && !f.found)
		return shell_error(sh, "RTNETLINK answers: No such file or directory");
	return set_answer(sh, st, &r, route_put(st, op, &r, f.found ? &f.at : NULL));
}

int ip_route_del_run(struct shell *sh, const struct args *a)
{
	struct stack *st = shell_stack(sh, a->node);
	struct route_spec r;

	if (!st || spec_parse(sh, a, st, &r))
		return 1;
	if (!args_word(a, "PROTO"))
		r.proto = RP_N;
	return ip_answer(sh, stack_route_del(st, &r));
}

/* --- flush ------------------------------------------------------------------- */

struct flush { const struct args *a; struct route_spec *v; size_t n, room; };

/* Also what an address brought with it, as in Linux. */
static bool add_doomed(void *arg, const struct route_info *r)
{
	struct flush *f = arg;
	struct route_spec *v;

	if (!net_route_is_main(r) || !ip_route_selected(f->a, r))
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

int ip_route_flush_run(struct shell *sh, const struct args *a)
{
	struct stack *st = shell_stack(sh, a->node);
	struct flush f = { .a = a };
	int err = OK;

	if (!st || !ip_route_select_ok(sh, st, a))
		return 1;
	if (a->n < 4)                             /* ip route flush WHAT */
		return shell_error(sh, "\"ip route flush\" requires arguments.");
	if (args_has(a, "cache")) {
		stack_pmtu_flush(st);
		return 0;
	}
	show_routes(st, add_doomed, &f);
	for (size_t i = 0; i < f.n; i++) {
		int e = stack_route_del(st, &f.v[i]);

		err = err ? err : e;
	}
	free(f.v);
	return ip_answer(sh, err);
}
