// SPDX-License-Identifier: GPL-3.0-or-later
/* Gateways: which may be one, and who is believed dead. */
#include "stack/core/core.h"
#include "stack/core/l3.h"
#include "tests/unit/harness.h"

#define FAR IP4(172, 16, 0, 1)
#define PROTO 253                         /* for experiments: nobody answers */

/* A host with eth0 10.0.0.1/24 and eth1 10.0.1.1/24. */
struct scene { struct net *net; struct stack *st; struct netdev *eth0, *eth1; };

static struct scene scene_new(void)
{
	struct scene s = { .net = net_new() };

	s.st = net_host(s.net, "h");
	s.eth0 = net_dev(s.st, "eth0", "10.0.0.1/24");
	s.eth1 = net_dev(s.st, "eth1", "10.0.1.1/24");
	return s;
}

static struct route_spec spec(const char *to, const char *via, struct netdev *dev)
{
	struct route_spec r = { .type = RT_UNICAST, .proto = RP_STATIC, .n_hops = 1,
				.hops = { { .dev = dev } } };

	REQUIRE(prefix_parse(&r.to, to));
	if (via)
		REQUIRE(addr_parse(&r.hops[0].via, via));
	return r;
}

static int add(struct scene *s, const char *to, const char *via, struct netdev *dev)
{
	struct route_spec r = spec(to, via, dev);

	return stack_route_set(s->st, ROUTE_ADD, &r);
}

static int add_onlink(struct scene *s, const char *to, const char *via, struct netdev *dev)
{
	struct route_spec r = spec(to, via, dev);

	r.hops[0].onlink = true;
	return stack_route_set(s->st, ROUTE_ADD, &r);
}

static int send_to(struct scene *s, ip4_t to)
{
	struct ip4_tx tx = { .dst = to, .proto = PROTO };
	struct pkt *p = pkt_from_bytes(net_pool(s->net), "data", 4);

	REQUIRE(p != NULL);
	return ip4_output(s->st, p, &tx);
}

/* The route that a packet to dst takes. */
static struct route_spec route_to(struct scene *s, ip4_t dst)
{
	struct route_spec out;
	struct route_view v;

	REQUIRE(route_match(s->st, dst, route_lookup(s->st, dst), &v));
	route_to_spec(&v, &out);
	return out;
}

/* The next hop to FAR; 0: the link itself, 1: no route. */
static ip4_t way(struct scene *s)
{
	struct nexthops *nh = route_lookup(s->st, FAR);

	return nh ? route_pick(s->st, nh, 7)->via : 1;
}

/* --- where it is ----------------------------------------------------------------- */

TEST(gateway, a_connected_subnet_has_it)
{
	struct scene s = scene_new();

	CHECK_EQ(add(&s, "172.16.0.0/12", "10.0.1.2", NULL), OK);
	CHECK_EQ(route_lookup(s.st, FAR)->hops[0].dev == s.eth1, true);
	CHECK_EQ(add(&s, "172.32.0.0/12", "10.0.1.2", s.eth1), OK);
	CHECK_EQ(add(&s, "172.48.0.0/12", "10.0.1.2", s.eth0), ERR_NETUNREACH);
	CHECK_EQ(add(&s, "172.48.0.0/12", "10.9.9.9", NULL), ERR_NETUNREACH);
	net_free(s.net);
}

TEST(gateway, a_route_without_gateway_has_it_too)
{
	struct scene s = scene_new();

	CHECK_EQ(add(&s, "192.168.5.1/32", NULL, s.eth1), OK);
	CHECK_EQ(add(&s, "172.16.0.0/12", "192.168.5.1", NULL), OK);
	CHECK_EQ(way(&s), IP4(192, 168, 5, 1));
	CHECK(route_lookup(s.st, FAR)->hops[0].dev == s.eth1);
	net_free(s.net);
}

TEST(gateway, not_one_with_a_gateway_whatever_its_length)
{
	struct scene s = scene_new();

	CHECK_EQ(add(&s, "192.168.5.0/24", "10.0.0.2", NULL), OK);
	CHECK_EQ(add(&s, "172.16.0.0/12", "192.168.5.1", NULL), ERR_NETUNREACH);
	CHECK_EQ(add(&s, "0.0.0.0/0", NULL, s.eth1), OK);     /* shorter, but on a link */
	CHECK_EQ(add(&s, "172.16.0.0/12", "192.168.5.1", NULL), OK);
	CHECK(route_lookup(s.st, FAR)->hops[0].dev == s.eth1);
	net_free(s.net);
}

TEST(gateway, no_broadcast_multicast_or_loopback_address)
{
	static const char *const bad[] = {
		"10.0.0.255", "10.0.0.0", "255.255.255.255", "224.0.0.5", "240.0.0.1", "127.0.0.5",
	};
	struct scene s = scene_new();

	CHECK_EQ(add(&s, "0.0.0.0/0", NULL, s.eth0), OK);
	for (size_t i = 0; i < N_ELEM(bad); i++) {
		CHECK_EQ(add(&s, "172.16.0.0/12", bad[i], NULL), ERR_INVAL);
		CHECK_EQ(add_onlink(&s, "172.16.0.0/12", bad[i], s.eth0), ERR_INVAL);
	}
	net_free(s.net);
}

TEST(gateway, our_own_address_means_the_link_it_is_on)        /* as Linux has it */
{
	struct scene s = scene_new();
	struct route_spec out, r = spec("172.16.0.0/12", "10.0.1.1", NULL);

	CHECK_EQ(stack_route_set(s.st, ROUTE_ADD, &r), OK);
	CHECK_EQ(way(&s), 0);
	CHECK(route_lookup(s.st, FAR)->hops[0].dev == s.eth1);
	out = route_to(&s, FAR);         /* shown as it was given */
	CHECK(addr_eq(&out.hops[0].via, &r.hops[0].via));
	CHECK_EQ(add_onlink(&s, "172.16.0.0/12", "10.0.1.1", s.eth1), ERR_INVAL);
	CHECK_EQ(stack_route_del(s.st, &r), OK);
	net_free(s.net);
}

TEST(gateway, onlink_believes_the_one_who_says_so)
{
	struct scene s = scene_new();
	struct route_spec out;

	CHECK_EQ(add_onlink(&s, "172.16.0.0/12", "192.168.5.1", NULL), ERR_INVAL);
	CHECK_EQ(add_onlink(&s, "172.16.0.0/12", "192.168.5.1", s.eth0), OK);
	CHECK_EQ(way(&s), IP4(192, 168, 5, 1));
	out = route_to(&s, FAR);
	CHECK(out.hops[0].onlink && out.hops[0].dev == s.eth0);
	CHECK_EQ(send_to(&s, FAR), OK);
	CHECK_EQ(net_sent(s.eth0), 1);            /* asks for the gateway there */
	netdev_set_up(s.eth1, false);
	CHECK_EQ(add_onlink(&s, "172.32.0.0/12", "192.168.5.1", s.eth1), ERR_NETDOWN);
	net_free(s.net);
}

/* --- whether it lives -------------------------------------------------------------- */

/* Two gateways in one route, both unheard of. */
static struct scene scene_multipath(void)
{
	struct scene s = scene_new();
	struct route_spec r = spec("0.0.0.0/0", "10.0.0.2", NULL);

	r.n_hops = 2;
	r.hops[1].via = addr_ip4(IP4(10, 0, 1, 2));
	CHECK_EQ(stack_route_set(s.st, ROUTE_ADD, &r), OK);
	return s;
}

TEST(gateway, flows_avoid_the_one_that_did_not_answer)        /* RFC 1122 3.3.1.4 */
{
	struct scene s = scene_multipath();
	unsigned moved = 0, by[2] = { 0 };
	bool first[200];

	net_peer(s.eth1, "10.0.1.2");
	for (unsigned f = 0; f < 200; f++) {
		first[f] = route_pick(s.st, route_lookup(s.st, FAR), f)->dev == s.eth0;
		by[!first[f]]++;
	}
	CHECK(by[0] > 50 && by[1] > 50);
	CHECK_EQ(send_to(&s, IP4(10, 0, 0, 2)), OK);
	net_run(s.net, SEC(3) - 1);
	for (unsigned f = 0; f < 200; f++)
		moved += first[f] != (route_pick(s.st, route_lookup(s.st, FAR), f)->dev == s.eth0);
	CHECK_EQ(moved, 0);                       /* asked, but not yet given up */
	net_run(s.net, 1);
	for (unsigned f = 0; f < 200; f++)
		CHECK(route_pick(s.st, route_lookup(s.st, FAR), f)->dev == s.eth1);
	net_run(s.net, SEC(60) - 1);
	CHECK(route_pick(s.st, route_lookup(s.st, FAR), 1)->dev == s.eth1);
	net_run(s.net, 1);                        /* gc_stale_time: another try */
	for (unsigned f = 0; f < 200; f++)
		moved += first[f] != (route_pick(s.st, route_lookup(s.st, FAR), f)->dev == s.eth0);
	CHECK_EQ(moved, 0);
	net_free(s.net);
}

TEST(gateway, a_word_of_it_brings_its_flows_back)
{
	struct scene s = scene_multipath();
	struct neigh *n;
	unsigned by0 = 0;

	CHECK_EQ(send_to(&s, IP4(10, 0, 0, 2)), OK);
	net_run(s.net, SEC(3));
	n = neigh_find(s.st, s.eth0, IP4(10, 0, 0, 2));
	REQUIRE(n != NULL);
	for (unsigned f = 0; f < 50; f++)
		by0 += route_pick(s.st, route_lookup(s.st, FAR), f)->dev == s.eth0;
	CHECK_EQ(by0, 0);
	neigh_update(s.st, n, net_peer_mac, false, true);
	for (unsigned f = 0; f < 50; f++)
		by0 += route_pick(s.st, route_lookup(s.st, FAR), f)->dev == s.eth0;
	CHECK(by0 > 0);
	net_free(s.net);
}

TEST(gateway, when_none_answers_all_are_tried)
{
	struct scene s = scene_multipath();

	CHECK_EQ(send_to(&s, IP4(10, 0, 0, 2)), OK);
	CHECK_EQ(send_to(&s, IP4(10, 0, 1, 2)), OK);
	net_run(s.net, SEC(3));
	CHECK_EQ(net_sent(s.eth0), 3);
	CHECK_EQ(net_sent(s.eth1), 3);
	CHECK_EQ(send_to(&s, FAR), OK);
	CHECK_EQ(net_sent(s.eth0) + net_sent(s.eth1), 7);
	net_free(s.net);
}

TEST(gateway, another_default_route_takes_over_and_gives_back)        /* RFC 1122 3.3.1.5 */
{
	struct scene s = scene_new();
	struct route_spec r = spec("0.0.0.0/0", "10.0.1.2", NULL);

	r.metric = 100;
	net_route(s.st, "0.0.0.0/0", "10.0.0.2");
	CHECK_EQ(stack_route_set(s.st, ROUTE_ADD, &r), OK);
	CHECK_EQ(way(&s), IP4(10, 0, 0, 2));
	CHECK_EQ(send_to(&s, FAR), OK);
	net_run(s.net, SEC(3) - 1);
	CHECK_EQ(way(&s), IP4(10, 0, 0, 2));
	net_run(s.net, 1);
	CHECK_EQ(way(&s), IP4(10, 0, 1, 2));
	net_run(s.net, SEC(60) - 1);
	CHECK_EQ(way(&s), IP4(10, 0, 1, 2));
	net_run(s.net, 1);
	CHECK_EQ(way(&s), IP4(10, 0, 0, 2));
	CHECK_EQ(stack_next_at(s.st), NS_NEVER);  /* and no timer kept the host awake */
	net_free(s.net);
}

TEST(gateway, a_shorter_prefix_does_not_stand_in_for_a_silent_one)
{
	struct scene s = scene_new();

	net_route(s.st, "0.0.0.0/0", "10.0.1.2");
	net_route(s.st, "172.16.0.0/12", "10.0.0.2");
	CHECK_EQ(send_to(&s, FAR), OK);
	net_run(s.net, SEC(10));
	CHECK_EQ(way(&s), IP4(10, 0, 0, 2));
	net_free(s.net);
}

/* --- redirects ------------------------------------------------------------------------ */

/* To FAR by 10.0.0.3, as 10.0.0.2 said. */
static struct scene scene_redirected(void)
{
	struct scene s = scene_new();
	struct route_spec r = spec("172.16.0.1/32", "10.0.0.3", s.eth0);

	net_route(s.st, "0.0.0.0/0", "10.0.0.2");
	r.proto = RP_REDIRECT;
	CHECK_EQ(stack_route_set(s.st, ROUTE_REPLACE, &r), OK);
	CHECK_EQ(way(&s), IP4(10, 0, 0, 3));
	return s;
}

static bool count_redirects(void *arg, const struct route_info *r)
{
	*(unsigned *)arg += r->spec.proto == RP_REDIRECT;
	return true;
}

static unsigned redirects(struct scene *s)
{
	unsigned n = 0;

	show_routes(s->st, count_redirects, &n);
	return n;
}

TEST(gateway, a_redirect_lasts_five_minutes)
{
	struct scene s = scene_redirected();

	net_run(s.net, SEC(300) - 1);
	CHECK_EQ(way(&s), IP4(10, 0, 0, 3));
	CHECK_EQ(redirects(&s), 1);
	net_run(s.net, 1);
	CHECK_EQ(redirects(&s), 0);
	CHECK_EQ(way(&s), IP4(10, 0, 0, 2));
	CHECK_EQ(s.st->rib.redirects_end_at, NS_NEVER);
	net_free(s.net);
}

TEST(gateway, each_redirect_ends_by_itself)
{
	struct scene s = scene_redirected();
	struct route_spec r = spec("172.16.0.9/32", "10.0.0.3", s.eth0);

	net_run(s.net, SEC(100));
	r.proto = RP_REDIRECT;
	CHECK_EQ(stack_route_set(s.st, ROUTE_REPLACE, &r), OK);
	net_run(s.net, SEC(200));
	CHECK_EQ(way(&s), IP4(10, 0, 0, 2));
	CHECK(route_to(&s, IP4(172, 16, 0, 9)).proto == RP_REDIRECT);
	net_run(s.net, SEC(100));
	CHECK(route_to(&s, IP4(172, 16, 0, 9)).proto == RP_STATIC);
	net_free(s.net);
}

TEST(gateway, a_redirect_to_who_does_not_answer_is_forgotten)
{
	struct scene s = scene_redirected();

	CHECK_EQ(send_to(&s, FAR), OK);
	net_run(s.net, SEC(3) - 1);
	CHECK_EQ(redirects(&s), 1);
	net_run(s.net, 1);
	CHECK_EQ(redirects(&s), 0);
	CHECK_EQ(way(&s), IP4(10, 0, 0, 2));
	net_free(s.net);
}
