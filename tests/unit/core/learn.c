// SPDX-License-Identifier: GPL-3.0-or-later
/* Routes that a routing protocol learns, beside those that are configured. */
#include "stack/core/learn.h"

#include <stdlib.h>

#include "stack/core/core.h"
#include "stack/core/l3.h"
#include "stack/core/learn_table.h"
#include "tests/unit/harness.h"

/* A router with four links, 10.0.N.1/24 on ethN, and a set of next hops by
 * each: 10.0.N.2; by[4] is by the first two. */
struct scene { struct net *net; struct stack *st; struct netdev *dev[4]; nexthops_id by[5]; };

static struct nexthop hop_by(struct scene *s, unsigned dev)
{
	return (struct nexthop){ .dev = s->dev[dev], .via = IP4(10, 0, dev, 2) };
}

static struct scene scene_new(void)
{
	struct scene s = { .net = net_new() };
	struct nexthop h[2];

	s.st = net_router(s.net, "r");
	for (unsigned i = 0; i < 4; i++) {
		char name[8], addr[24];

		snprintf(name, sizeof(name), "eth%u", i);
		snprintf(addr, sizeof(addr), "10.0.%u.1/24", i);
		s.dev[i] = net_dev(s.st, name, addr);
		h[0] = hop_by(&s, i);
		REQUIRE(nexthops_get(s.st, h, 1, &s.by[i]) == OK);
	}
	h[0] = hop_by(&s, 0);
	h[1] = hop_by(&s, 1);
	REQUIRE(nexthops_get(s.st, h, 2, &s.by[4]) == OK);
	return s;
}

static struct prefix prefix(const char *text)
{
	struct prefix p;

	REQUIRE(prefix_parse(&p, text));
	return p;
}

static int learn(struct scene *s, enum route_proto proto, const char *to, uint32_t metric,
		 nexthops_id id)
{
	struct prefix p = prefix(to);

	return route_learn(s->st, proto, p.addr.v4, p.len, metric, id);
}

static bool unlearn(struct scene *s, enum route_proto proto, const char *to)
{
	struct prefix p = prefix(to);

	return route_unlearn(s->st, proto, p.addr.v4, p.len);
}

static int configure(struct scene *s, const char *to, unsigned distance, uint32_t metric,
		     const char *via)
{
	struct route_spec r = { .to = prefix(to), .proto = RP_STATIC, .metric = metric,
				.distance = (uint8_t)distance, .n_hops = 1 };

	REQUIRE(addr_parse(&r.hops[0].via, via));
	return stack_route_set(s->st, ROUTE_ADD, &r);
}

/* The last byte but one of the gateway that a packet to dst takes; or -1: none. */
static int by(struct scene *s, const char *dst)
{
	struct addr a;
	struct route_answer r;

	REQUIRE(addr_parse(&a, dst));
	if (show_route_get(s->st, &a, NULL, &r) != OK)
		return -1;
	return (int)(r.via.v4 >> 8 & 0xff);
}

TEST(learn, a_route_is_learned_changed_and_withdrawn)
{
	struct scene s = scene_new();
	struct learned_route l;

	CHECK_EQ(by(&s, "172.16.1.1"), -1);
	CHECK(!route_learned(s.st, RP_OSPF, IP4(172, 16, 0, 0), 12, &l));
	CHECK_EQ(learn(&s, RP_OSPF, "172.16.0.0/12", 20, s.by[1]), 1);
	CHECK_EQ(by(&s, "172.16.1.1"), 1);
	CHECK_EQ(learn(&s, RP_OSPF, "172.16.0.0/12", 20, s.by[1]), 0);
	net_run(s.net, SEC(2));
	CHECK_EQ(learn(&s, RP_OSPF, "172.16.0.0/12", UINT32_MAX, s.by[2]), 1);
	CHECK_EQ(by(&s, "172.16.1.1"), 2);
	REQUIRE(route_learned(s.st, RP_OSPF, IP4(172, 16, 0, 0), 12, &l));
	CHECK(l.key == IP4(172, 16, 0, 0) && l.len == 12);
	CHECK_EQ(l.metric, UINT32_MAX);
	CHECK_EQ(l.nexthops, s.by[2]);
	CHECK(l.since <= SEC(2) && l.since > SEC(2) - MSEC(17));
	CHECK(!route_learned(s.st, RP_RIP, IP4(172, 16, 0, 0), 12, &l));
	CHECK(!route_learned(s.st, RP_OSPF, IP4(172, 16, 0, 0), 13, &l));
	CHECK_EQ(route_learned_count(s.st, RP_OSPF), 1);
	CHECK(unlearn(&s, RP_OSPF, "172.16.0.0/12"));
	CHECK(!unlearn(&s, RP_OSPF, "172.16.0.0/12"));
	CHECK_EQ(by(&s, "172.16.1.1"), -1);
	CHECK_EQ(route_learned_count(s.st, RP_OSPF), 0);
	net_free(s.net);
}

TEST(learn, a_route_holds_its_next_hops)
{
	struct scene s = scene_new();

	CHECK_EQ(learn(&s, RP_OSPF, "172.16.0.0/12", 20, s.by[1]), 1);
	nexthops_put(s.st, s.by[1]);
	CHECK_EQ(by(&s, "172.16.1.1"), 1);
	CHECK_EQ(nexthops_of(s.st, s.by[1])->refs, 1);
	CHECK_EQ(learn(&s, RP_OSPF, "172.16.0.0/12", 20, s.by[2]), 1);
	CHECK(nexthops_of(s.st, s.by[1]) == NULL);
	CHECK(unlearn(&s, RP_OSPF, "172.16.0.0/12"));
	CHECK_EQ(nexthops_of(s.st, s.by[2])->refs, 1);
	net_free(s.net);
}

TEST(learn, impossible_routes_are_refused)
{
	struct scene s = scene_new();

	CHECK_EQ(route_learn(s.st, RP_OSPF, IP4(172, 16, 0, 1), 12, 1, s.by[0]), ERR_INVAL);
	CHECK_EQ(route_learn(s.st, RP_OSPF, IP4(172, 16, 0, 0), 33, 1, s.by[0]), ERR_INVAL);
	CHECK_EQ(route_learn(s.st, RP_STATIC, IP4(172, 16, 0, 0), 12, 1, s.by[0]), ERR_INVAL);
	CHECK(!route_unlearn(s.st, RP_STATIC, IP4(172, 16, 0, 0), 12));
	CHECK(!route_unlearn(s.st, RP_OSPF, IP4(172, 16, 0, 0), 33));
	CHECK(!route_learned(s.st, RP_STATIC, IP4(172, 16, 0, 0), 12, NULL));
	stack_detach(s.st, s.dev[0]);
	CHECK_EQ(learn(&s, RP_OSPF, "172.16.0.0/12", 1, s.by[0]), ERR_NODEV);
	CHECK_EQ(route_learned_count(s.st, RP_OSPF), 0);
	CHECK_EQ(route_learned_count(s.st, RP_STATIC), 0);
	net_free(s.net);
}

TEST(learn, distance_decides_between_protocols_and_what_is_configured)
{
	struct scene s = scene_new();

	CHECK_EQ(learn(&s, RP_RIP, "172.16.0.0/12", 1, s.by[0]), 1);
	CHECK_EQ(by(&s, "172.16.1.1"), 0);
	CHECK_EQ(learn(&s, RP_OSPF, "172.16.0.0/12", 900, s.by[1]), 1);
	CHECK_EQ(by(&s, "172.16.1.1"), 1);
	CHECK_EQ(configure(&s, "172.16.0.0/12", 0, 900, "10.0.2.2"), OK);
	CHECK_EQ(by(&s, "172.16.1.1"), 2);
	netdev_set_carrier(s.dev[2], false);
	CHECK_EQ(by(&s, "172.16.1.1"), 1);
	CHECK_EQ(configure(&s, "172.16.0.0/12", 110, 900 - 1, "10.0.3.2"), OK);
	CHECK_EQ(by(&s, "172.16.1.1"), 3);
	CHECK_EQ(learn(&s, RP_OSPF, "172.16.0.0/12", 900 - 2, s.by[1]), 1);
	CHECK_EQ(by(&s, "172.16.1.1"), 1);
	CHECK_EQ(learn(&s, RP_OSPF, "172.16.0.0/12", 900 - 1, s.by[1]), 1);
	netdev_set_carrier(s.dev[1], false);
	CHECK_EQ(by(&s, "172.16.1.1"), 3);
	netdev_set_carrier(s.dev[3], false);
	CHECK_EQ(by(&s, "172.16.1.1"), 0);
	net_free(s.net);
}

TEST(learn, a_protocol_may_have_another_distance)
{
	struct scene s = scene_new();

	CHECK_EQ(learn(&s, RP_RIP, "172.16.0.0/12", 1, s.by[0]), 1);
	CHECK_EQ(learn(&s, RP_OSPF, "172.16.0.0/12", 1, s.by[1]), 1);
	CHECK_EQ(by(&s, "172.16.1.1"), 1);
	route_learn_distance(s.st, RP_OSPF, 121);
	CHECK_EQ(by(&s, "172.16.1.1"), 0);
	CHECK_EQ(configure(&s, "172.16.0.0/12", 130, 1, "10.0.2.2"), OK);
	CHECK_EQ(by(&s, "172.16.1.1"), 0);
	route_learn_distance(s.st, RP_RIP, 255);
	CHECK_EQ(by(&s, "172.16.1.1"), 1);
	route_learn_distance(s.st, RP_OSPF, 0);
	route_learn_distance(s.st, RP_STATIC, 3);         /* which learns nothing */
	CHECK_EQ(by(&s, "172.16.1.1"), 1);
	net_free(s.net);
}

TEST(learn, the_longest_prefix_wins_whoever_made_it)
{
	struct scene s = scene_new();

	CHECK_EQ(learn(&s, RP_OSPF, "0.0.0.0/0", 1, s.by[0]), 1);
	CHECK_EQ(by(&s, "8.8.8.8"), 0);
	CHECK_EQ(configure(&s, "172.16.0.0/12", 0, 0, "10.0.1.2"), OK);
	CHECK_EQ(by(&s, "172.16.1.1"), 1);
	CHECK_EQ(learn(&s, RP_OSPF, "172.16.1.0/24", 1, s.by[2]), 1);
	CHECK_EQ(by(&s, "172.16.1.1"), 2);
	CHECK_EQ(by(&s, "172.16.2.1"), 1);
	CHECK_EQ(configure(&s, "172.16.1.1/32", 0, 0, "10.0.3.2"), OK);
	CHECK_EQ(by(&s, "172.16.1.1"), 3);
	CHECK_EQ(by(&s, "172.16.1.2"), 2);
	netdev_set_carrier(s.dev[2], false);
	CHECK_EQ(by(&s, "172.16.1.2"), 1);
	netdev_set_carrier(s.dev[1], false);
	CHECK_EQ(by(&s, "172.16.1.2"), 0);
	netdev_set_carrier(s.dev[2], true);
	CHECK_EQ(by(&s, "172.16.1.2"), 2);
	net_free(s.net);
}

TEST(learn, routes_go_with_a_device_for_good)
{
	struct scene s = scene_new();

	CHECK_EQ(learn(&s, RP_OSPF, "172.16.0.0/12", 1, s.by[4]), 1);
	CHECK_EQ(learn(&s, RP_OSPF, "172.17.0.0/16", 1, s.by[1]), 1);
	netdev_set_carrier(s.dev[1], false);
	CHECK_EQ(by(&s, "172.16.0.1"), 0);
	CHECK_EQ(by(&s, "172.17.0.1"), 0);
	netdev_set_carrier(s.dev[1], true);
	CHECK_EQ(by(&s, "172.17.0.1"), 1);
	stack_detach(s.st, s.dev[1]);
	CHECK_EQ(route_learned_count(s.st, RP_OSPF), 0);
	CHECK_EQ(by(&s, "172.16.0.1"), -1);
	net_free(s.net);
}

/* With no address on it no configured route changes with it. */
TEST(learn, a_link_without_an_address_takes_its_routes_out_of_use)
{
	struct scene s = scene_new();
	struct nexthop h = { .dev = net_dev(s.st, "eth9", NULL), .via = IP4(10, 9, 9, 9),
			     .onlink = true };
	nexthops_id id;

	REQUIRE(nexthops_get(s.st, &h, 1, &id) == OK);
	CHECK_EQ(configure(&s, "0.0.0.0/0", 0, 0, "10.0.2.2"), OK);
	CHECK_EQ(learn(&s, RP_OSPF, "172.16.0.0/12", 1, id), 1);
	CHECK(route_lookup(s.st, IP4(172, 16, 1, 1))->hops[0].dev == h.dev);
	netdev_set_carrier(h.dev, false);
	CHECK_EQ(by(&s, "172.16.1.1"), 2);
	netdev_set_carrier(h.dev, true);
	CHECK(route_lookup(s.st, IP4(172, 16, 1, 1))->hops[0].dev == h.dev);
	net_free(s.net);
}

TEST(learn, a_discard_route_needs_no_device)
{
	struct scene s = scene_new();
	struct addr a = addr_ip4(IP4(172, 16, 1, 1));
	struct route_answer r;
	nexthops_id none;

	REQUIRE(nexthops_get(s.st, NULL, 0, &none) == OK);
	CHECK_EQ(learn(&s, RP_OSPF, "172.16.0.0/12", 1, none), 1);
	for (unsigned i = 0; i < 4; i++)
		netdev_set_up(s.dev[i], false);
	CHECK_EQ(show_route_get(s.st, &a, NULL, &r), ERR_INVAL);
	net_free(s.net);
}

/* --- walks ---------------------------------------------------------------------------- */

struct seen_routes { struct stack *st; unsigned n; uint32_t metrics; bool unlearn; unsigned stop; };

static bool see(void *arg, const struct learned_route *r)
{
	struct seen_routes *w = arg;

	w->metrics += r->metric;
	if (w->unlearn)
		CHECK(route_unlearn(w->st, RP_OSPF, r->key, r->len));
	return ++w->n != w->stop;
}

static void learn_many(struct scene *s, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		REQUIRE(route_learn(s->st, RP_OSPF, IP4(172, 16, 0, 0) + 2 * i, 31, i + 1,
				    s->by[i % 5]) == 1);
}

TEST(learn, a_walk_sees_each_route_of_its_protocol_once)
{
	struct scene s = scene_new();
	struct seen_routes w = { .st = s.st };

	learn_many(&s, 300);
	CHECK_EQ(learn(&s, RP_RIP, "172.16.0.0/31", 1000, s.by[0]), 1);
	route_learned_walk(s.st, RP_OSPF, see, &w);
	CHECK_EQ(w.n, 300);
	CHECK_EQ(w.metrics, 300 * 301 / 2);
	w = (struct seen_routes){ .st = s.st, .stop = 7 };
	route_learned_walk(s.st, RP_OSPF, see, &w);
	CHECK_EQ(w.n, 7);
	w = (struct seen_routes){ .st = s.st, .unlearn = true };
	route_learned_walk(s.st, RP_OSPF, see, &w);
	CHECK_EQ(w.n, 300);
	CHECK_EQ(route_learned_count(s.st, RP_OSPF), 0);
	CHECK_EQ(route_learned_count(s.st, RP_RIP), 1);
	CHECK_EQ(by(&s, "172.16.0.1"), 0);
	net_free(s.net);
}

TEST(learn, what_is_not_learned_again_is_withdrawn)
{
	struct scene s = scene_new();

	learn_many(&s, 10);
	CHECK_EQ(learn(&s, RP_RIP, "172.16.0.0/31", 1000, s.by[0]), 1);
	route_relearn_begin(s.st, RP_OSPF);
	CHECK_EQ(learn(&s, RP_OSPF, "172.16.0.2/31", 2, s.by[1]), 0);         /* as it was */
	CHECK_EQ(learn(&s, RP_OSPF, "172.16.0.4/31", 7, s.by[2]), 1);
	CHECK_EQ(learn(&s, RP_OSPF, "172.17.0.0/16", 7, s.by[2]), 1);
	CHECK_EQ(by(&s, "172.16.0.6"), 3);                                    /* it serves yet */
	CHECK_EQ(route_relearn_end(s.st, RP_OSPF), 8);
	CHECK_EQ(route_learned_count(s.st, RP_OSPF), 3);
	CHECK_EQ(by(&s, "172.16.0.6"), -1);
	CHECK_EQ(by(&s, "172.16.0.2"), 1);
	CHECK_EQ(by(&s, "172.17.0.1"), 2);
	CHECK_EQ(by(&s, "172.16.0.1"), 0);
	CHECK_EQ(route_unlearn_all(s.st, RP_OSPF), 3);
	CHECK(s.st->rib.learned[LEARN_OSPF] == NULL);         /* nor does it take memory */
	CHECK_EQ(route_unlearn_all(s.st, RP_OSPF), 0);
	CHECK_EQ(route_learned_count(s.st, RP_RIP), 1);
	net_free(s.net);
}

/* --- who watches ------------------------------------------------------------------------ */

struct ear { struct route_watch w; struct buf log; };

static void hear(struct route_watch *w, const struct route_spec *r, bool added)
{
	struct ear *e = container_of(w, struct ear, w);
	char text[PREFIX_STRLEN];

	buf_printf(&e->log, "%c%s/%u-%u ", added ? '+' : '-', prefix_fmt(&r->to, text), r->metric,
		   r->n_hops);
}

static void heard(struct ear *e, const char *want)
{
	CHECK_STR(e->log.len ? e->log.s : "", want);
	buf_reset(&e->log);
}

TEST(learn, a_watch_hears_of_learned_routes)
{
	struct scene s = scene_new();
	struct ear e = { .w = { .changed = hear } };

	for (unsigned i = 0; i < 4; i++) {        /* without the routes of addresses */
		struct prefix p = { addr_ip4(IP4(10, 0, i, 1)), 24 };

		CHECK_EQ(stack_addr_del(s.st, s.dev[i], &p), OK);
	}
	stack_route_watch(s.st, &e.w);
	CHECK_EQ(learn(&s, RP_OSPF, "172.16.0.0/12", 1, s.by[4]), 1);
	heard(&e, "+172.16.0.0/12/1-2 ");
	CHECK_EQ(learn(&s, RP_OSPF, "172.16.0.0/12", 1, s.by[4]), 0);
	heard(&e, "");
	CHECK_EQ(learn(&s, RP_OSPF, "172.16.0.0/12", 2, s.by[1]), 1);
	heard(&e, "-172.16.0.0/12/1-2 +172.16.0.0/12/2-1 ");
	netdev_set_carrier(s.dev[1], false);
	heard(&e, "-172.16.0.0/12/2-1 ");
	CHECK_EQ(learn(&s, RP_OSPF, "172.16.0.0/12", 1, s.by[4]), 1);
	heard(&e, "+172.16.0.0/12/1-2 ");
	netdev_set_carrier(s.dev[1], true);
	heard(&e, "");
	netdev_set_carrier(s.dev[1], false);
	netdev_set_carrier(s.dev[0], false);
	heard(&e, "-172.16.0.0/12/1-2 ");
	CHECK(unlearn(&s, RP_OSPF, "172.16.0.0/12"));
	heard(&e, "");
	CHECK_EQ(learn(&s, RP_OSPF, "172.17.0.0/16", 1, s.by[2]), 1);
	heard(&e, "+172.17.0.0/16/1-1 ");
	stack_detach(s.st, s.dev[2]);
	heard(&e, "-172.17.0.0/16/1-1 ");
	stack_route_unwatch(s.st, &e.w);
	buf_free(&e.log);
	net_free(s.net);
}

/* --- gateways ---------------------------------------------------------------------------- */

TEST(learn, a_gateway_that_does_not_answer_is_avoided)
{
	struct scene s = scene_new();
	struct nexthops *nh;

	CHECK_EQ(learn(&s, RP_OSPF, "172.16.0.0/12", 1, s.by[4]), 1);
	nh = route_lookup(s.st, IP4(172, 16, 1, 1));
	REQUIRE(nh != NULL && nh->n_hops == 2);
	gateway_failed(s.st, s.dev[0], IP4(10, 0, 0, 2));
	for (uint32_t flow = 0; flow < 50; flow++)
		CHECK(route_pick(s.st, nh, flow)->dev == s.dev[1]);
	gateway_failed(s.st, s.dev[1], IP4(10, 0, 1, 2));
	CHECK_EQ(learn(&s, RP_RIP, "172.16.0.0/12", 1, s.by[2]), 1);
	CHECK_EQ(by(&s, "172.16.1.1"), 2);        /* one that answers, if less preferred */
	gateway_failed(s.st, s.dev[2], IP4(10, 0, 2, 2));
	CHECK(route_lookup(s.st, IP4(172, 16, 1, 1)) == nh);
	gateway_heard(s.st, s.dev[2], IP4(10, 0, 2, 2));
	CHECK_EQ(by(&s, "172.16.1.1"), 2);
	gateway_heard(s.st, s.dev[0], IP4(10, 0, 0, 2));
	CHECK_EQ(by(&s, "172.16.1.1"), 0);
	net_free(s.net);
}

TEST(learn, a_gateway_may_be_on_a_link_that_was_learned)
{
	struct scene s = scene_new();
	struct nexthop h = { .dev = s.dev[3] };
	nexthops_id link;

	REQUIRE(nexthops_get(s.st, &h, 1, &link) == OK);
	CHECK_EQ(configure(&s, "172.16.0.0/12", 0, 0, "192.168.9.1"), ERR_NETUNREACH);
	CHECK_EQ(learn(&s, RP_OSPF, "192.168.9.1/32", 1, link), 1);
	CHECK_EQ(configure(&s, "172.16.0.0/12", 0, 0, "192.168.9.1"), OK);
	CHECK(route_lookup(s.st, IP4(172, 16, 0, 1))->hops[0].dev == s.dev[3]);
	net_free(s.net);
}

TEST(learn, without_carrier_a_route_serves_if_nothing_else_matches)
{
	struct scene s = scene_new();

	CHECK_EQ(learn(&s, RP_OSPF, "172.16.0.0/12", 1, s.by[1]), 1);
	netdev_set_carrier(s.dev[1], false);
	REQUIRE(route_lookup(s.st, IP4(172, 16, 0, 1)) != NULL);
	CHECK_EQ(route_lookup(s.st, IP4(172, 16, 0, 1))->n_alive, 0);
	netdev_set_up(s.dev[1], false);
	CHECK(route_lookup(s.st, IP4(172, 16, 0, 1)) == NULL);
	net_free(s.net);
}

/* --- shown and deleted like others --------------------------------------------------------- */

static bool list_route(void *arg, const struct route_info *r)
{
	struct buf *out = arg;
	char text[PREFIX_STRLEN];

	if (r->spec.proto != RP_KERNEL)
		buf_printf(out, "%s%s-%s-%u%s ", r->selected ? "*" : "",
			   prefix_fmt(&r->spec.to, text), show_route_proto(r->spec.proto),
			   r->spec.n_hops, r->active ? "" : "!");
	return true;
}

static void listed(struct scene *s, const char *want)
{
	struct buf out = { 0 };

	show_routes(s->st, list_route, &out);
	CHECK_STR(out.len ? out.s : "", want);
	buf_free(&out);
}

TEST(learn, routes_are_shown_in_one_order)
{
	struct scene s = scene_new();

	CHECK_EQ(learn(&s, RP_OSPF, "200.0.0.0/8", 1, s.by[4]), 1);
	CHECK_EQ(learn(&s, RP_RIP, "172.16.0.0/12", 1, s.by[1]), 1);
	CHECK_EQ(learn(&s, RP_OSPF, "172.16.0.0/16", 1, s.by[2]), 1);
	CHECK_EQ(learn(&s, RP_OSPF, "172.16.0.0/12", 1, s.by[2]), 1);
	CHECK_EQ(configure(&s, "172.16.0.0/12", 115, 0, "10.0.0.2"), OK);
	CHECK_EQ(configure(&s, "180.0.0.0/8", 0, 0, "10.0.0.2"), OK);
	CHECK_EQ(learn(&s, RP_OSPF, "0.0.0.0/0", 1, s.by[0]), 1);
	listed(&s, "*0.0.0.0/0-ospf-1 *172.16.0.0/12-ospf-1 172.16.0.0/12-static-1 "
	       "172.16.0.0/12-rip-1 *172.16.0.0/16-ospf-1 *180.0.0.0/8-static-1 "
	       "*200.0.0.0/8-ospf-2 ");
	netdev_set_carrier(s.dev[2], false);
	listed(&s, "*0.0.0.0/0-ospf-1 172.16.0.0/12-ospf-1! *172.16.0.0/12-static-1 "
	       "172.16.0.0/12-rip-1 172.16.0.0/16-ospf-1! *180.0.0.0/8-static-1 "
	       "*200.0.0.0/8-ospf-2 ");
	net_free(s.net);
}

TEST(learn, a_user_deletes_what_matches_first)
{
	struct scene s = scene_new();
	struct route_spec r = { .to = prefix("172.16.0.0/12"), .proto = RP_N };

	CHECK_EQ(learn(&s, RP_OSPF, "172.16.0.0/12", 7, s.by[2]), 1);
	CHECK_EQ(configure(&s, "172.16.0.0/12", 0, 9, "10.0.0.2"), OK);
	CHECK_EQ(configure(&s, "172.16.0.0/12", 200, 0, "10.0.1.2"), OK);
	r.metric = 8;
	CHECK_EQ(stack_route_del(s.st, &r), ERR_NOENT);
	r.metric = 0;
	CHECK_EQ(stack_route_del(s.st, &r), OK);
	listed(&s, "*172.16.0.0/12-ospf-1 172.16.0.0/12-static-1 ");
	r.n_hops = 1;
	r.hops[0].via = addr_ip4(IP4(10, 0, 3, 2));
	CHECK_EQ(stack_route_del(s.st, &r), ERR_NOENT);
	r.hops[0].via = addr_ip4(IP4(10, 0, 2, 2));
	CHECK_EQ(stack_route_del(s.st, &r), OK);
	listed(&s, "*172.16.0.0/12-static-1 ");
	r.n_hops = 0;
	r.proto = RP_OSPF;
	CHECK_EQ(stack_route_del(s.st, &r), ERR_NOENT);
	net_free(s.net);
}

TEST(learn, the_answer_names_the_prefix_and_the_one_it_beat)
{
	struct scene s = scene_new();
	struct addr dst = addr_ip4(IP4(172, 16, 0, 1));
	struct route_answer a;

	CHECK_EQ(learn(&s, RP_OSPF, "172.16.0.0/12", 1, s.by[1]), 1);
	CHECK_EQ(learn(&s, RP_RIP, "172.0.0.0/8", 3, s.by[1]), 1);
	CHECK_EQ(configure(&s, "0.0.0.0/0", 0, 0, "10.0.0.2"), OK);
	REQUIRE(show_route_get(s.st, &dst, NULL, &a) == OK);
	CHECK(a.matched.len == 12 && a.matched.addr.v4 == IP4(172, 16, 0, 0));
	CHECK(a.proto == RP_OSPF && a.metric == 1 && a.has_beaten);
	CHECK(a.beaten.len == 8 && a.beaten.addr.v4 == IP4(172, 0, 0, 0));
	CHECK(unlearn(&s, RP_OSPF, "172.16.0.0/12"));
	REQUIRE(show_route_get(s.st, &dst, NULL, &a) == OK);
	CHECK(a.matched.len == 8 && a.proto == RP_RIP && a.metric == 3 && a.beaten.len == 0);
	net_free(s.net);
}

/* What was said of a path's MTU was said of the old one. */
TEST(learn, a_change_of_route_forgets_the_path_mtu)
{
	struct scene s = scene_new();
	struct icmp_err e = { .type = ICMP4_UNREACH, .code = ICMP4_UNREACH_FRAG, .info = 1000,
			      .dst = IP4(172, 16, 0, 1), .len = 1500, .hlen = 20 };

	CHECK_EQ(learn(&s, RP_OSPF, "172.16.0.0/12", 1, s.by[1]), 1);
	pmtu_learn(s.st, &e);
	CHECK_EQ(ip4_path_mtu(s.st, e.dst), 1000);
	CHECK_EQ(learn(&s, RP_OSPF, "172.16.0.0/12", 1, s.by[1]), 0);
	CHECK_EQ(ip4_path_mtu(s.st, e.dst), 1000);
	CHECK_EQ(learn(&s, RP_OSPF, "172.16.0.0/12", 1, s.by[2]), 1);
	CHECK_EQ(ip4_path_mtu(s.st, e.dst), 1500);
	pmtu_learn(s.st, &e);
	netdev_set_carrier(s.dev[2], false);
	netdev_set_carrier(s.dev[2], true);
	CHECK_EQ(ip4_path_mtu(s.st, e.dst), 1500);
	net_free(s.net);
}

/* --- several routers, one pool --------------------------------------------------------------- */

static struct stack *router_of(struct net *net, struct prefix_pool *pool, const char *name,
			       nexthops_id *by)
{
	struct stack_config cfg = { .name = name, .prefixes = pool, .forwarding = true };
	struct stack *st = net_stack(net, &cfg);
	struct nexthop h = { .dev = net_dev(st, "eth0", "10.0.0.1/24"), .via = IP4(10, 0, 0, 2) };

	REQUIRE(nexthops_get(st, &h, 1, by) == OK);
	return st;
}

/* Neither has the other's routes, and a prefix goes with the last of them. */
TEST(learn, what_routers_share_cannot_be_seen)
{
	struct prefix_pool *pool = prefix_pool_new();
	struct net *net = net_new();
	nexthops_id by[2];
	struct stack *r[2];
	struct learned_route l;
	prefix_num n;

	REQUIRE(pool);
	r[0] = router_of(net, pool, "r0", &by[0]);
	r[1] = router_of(net, pool, "r1", &by[1]);
	CHECK_EQ(route_learn(r[0], RP_OSPF, IP4(172, 16, 0, 0), 12, 1, by[0]), 1);
	CHECK_EQ(route_learn(r[0], RP_OSPF, IP4(172, 16, 1, 0), 24, 2, by[0]), 1);
	CHECK(!route_learned(r[1], RP_OSPF, IP4(172, 16, 0, 0), 12, NULL));
	CHECK(!route_unlearn(r[1], RP_OSPF, IP4(172, 16, 0, 0), 12));
	CHECK(route_lookup(r[1], IP4(172, 16, 1, 1)) == NULL);
	CHECK_EQ(route_learn(r[1], RP_OSPF, IP4(172, 16, 0, 0), 12, 7, by[1]), 1);
	CHECK(route_lookup(r[1], IP4(172, 16, 1, 1)) != NULL);
	CHECK_EQ(pool->n, 2);
	n = prefix_pool_find(pool, IP4(172, 16, 0, 0), 12);
	REQUIRE(n != PREFIX_NONE);
	CHECK_EQ(route_learn_at(r[1], RP_OSPF, n, 7, by[1]), 0);
	CHECK_EQ(route_learn_at(r[1], RP_OSPF, n, 8, by[1]), 1);
	CHECK_EQ(route_learn_at(r[1], RP_STATIC, n, 8, by[1]), ERR_INVAL);
	CHECK_EQ(route_unlearn_all(r[0], RP_OSPF), 2);
	CHECK_EQ(pool->n, 1);
	REQUIRE(route_learned(r[1], RP_OSPF, IP4(172, 16, 0, 0), 12, &l));
	CHECK(l.key == IP4(172, 16, 0, 0) && l.len == 12 && l.metric == 8);
	CHECK(route_unlearn_at(r[1], RP_OSPF, n));
	CHECK_EQ(pool->n, 0);
	CHECK_EQ(route_learn(r[1], RP_RIP, IP4(192, 168, 0, 0), 16, 1, by[1]), 1);
	net_free(net);                            /* with what is learned yet */
	CHECK_EQ(pool->n, 0);
	prefix_pool_free(pool);
}

/* A day of a route that comes and goes, and of others that come in its place. */
TEST(learn, flapping_routes_take_no_more_memory)
{
	struct scene s = scene_new();
	const struct prefix_pool *pool = s.st->prefixes;

	learn_many(&s, 100);
	for (unsigned i = 0; i < 20000; i++) {
		ip4_t key = IP4(192, 0, 0, 0) + (i << 2);

		REQUIRE(route_learn(s.st, RP_OSPF, key, 30, 1, s.by[0]) == 1);
		REQUIRE(route_unlearn(s.st, RP_OSPF, key, 30));
	}
	CHECK_EQ(pool->n, 100);
	CHECK(prefix_pool_end(pool) <= 101);
	CHECK(s.st->rib.learned[LEARN_OSPF]->n_pages <= 16);
	net_free(s.net);
}
