// SPDX-License-Identifier: GPL-3.0-or-later
/* What is shown, in which order, and "ip route get". */
#include "stack/core/core.h"
#include "stack/util/buf.h"
#include "tests/unit/harness.h"

struct scene { struct net *net; struct stack *st; struct netdev *eth0, *eth1; };

static struct scene scene_new(void)
{
	struct scene s = { .net = net_new() };

	s.st = net_host(s.net, "h");
	s.eth0 = net_dev(s.st, "eth0", "10.0.0.1/24");
	s.eth1 = net_dev(s.st, "eth1", "10.0.1.1/24");
	return s;
}

/* Rows as text, and how many of them are wanted. */
struct rows { struct buf out; unsigned left; };

static bool more(struct rows *r) { return --r->left > 0; }

static void check_rows(struct rows *r, const char *want)
{
	CHECK_STR(r->out.len ? r->out.s : "", want);
	buf_free(&r->out);
}

static bool row_dev(void *arg, const struct netdev *dev)
{
	buf_printf(&((struct rows *)arg)->out, "%s ", dev->name);
	return more(arg);
}

static bool row_neigh(void *arg, const struct neigh_info *n)
{
	char text[ADDR_STRLEN];

	buf_printf(&((struct rows *)arg)->out, "%s %s %s; ", addr_fmt(&n->addr, text),
		   n->dev->name, show_neigh_state(n->state));
	return more(arg);
}

static bool row_route(void *arg, const struct route_info *r)
{
	struct rows *rows = arg;
	char text[PREFIX_STRLEN];

	if (r->spec.type == RT_LOCAL || r->spec.type == RT_BROADCAST)
		return true;
	buf_printf(&rows->out, "%s %u%s%s; ", prefix_fmt(&r->spec.to, text), r->spec.metric,
		   r->selected ? "!" : "", r->active ? "" : " dead");
	return more(rows);
}

TEST(show, interfaces_by_index_and_no_further_than_asked)
{
	struct scene s = scene_new();
	struct rows r = { .left = 9 };

	show_devs(s.st, row_dev, &r);
	check_rows(&r, "lo eth0 eth1 ");
	r.left = 2;
	r.out = (struct buf){ 0 };
	show_devs(s.st, row_dev, &r);
	check_rows(&r, "lo eth0 ");
	net_free(s.net);
}

TEST(show, neighbours_by_interface_then_address)
{
	struct scene s = scene_new();
	struct rows r = { .left = 9 };

	show_neighs(s.st, row_neigh, &r);
	check_rows(&r, "");
	net_peer(s.eth1, "10.0.1.2");
	neigh_update(s.st, neigh_get(s.st, s.eth0, IP4(10, 0, 0, 9)), net_peer_mac, true, true);
	net_peer(s.eth0, "10.0.0.7");
	r.out = (struct buf){ 0 };
	show_neighs(s.st, row_neigh, &r);
	check_rows(&r, "10.0.0.7 eth0 PERMANENT; 10.0.0.9 eth0 REACHABLE; "
		   "10.0.1.2 eth1 PERMANENT; ");
	net_run(s.net, SEC(31));
	r = (struct rows){ .left = 2 };
	show_neighs(s.st, row_neigh, &r);
	check_rows(&r, "10.0.0.7 eth0 PERMANENT; 10.0.0.9 eth0 STALE; ");
	net_free(s.net);
}

static void add(struct scene *s, const char *to, const char *via, uint32_t metric)
{
	struct route_spec r = { .proto = RP_STATIC, .metric = metric, .n_hops = 1 };

	REQUIRE(prefix_parse(&r.to, to) && addr_parse(&r.hops[0].via, via));
	REQUIRE(stack_route_set(s->st, ROUTE_ADD, &r) == OK);
}

TEST(show, routes_by_prefix_then_preference)
{
	struct scene s = scene_new();
	struct rows r = { .left = 9 };

	add(&s, "172.16.0.0/12", "10.0.0.2", 20);
	add(&s, "172.16.0.0/12", "10.0.1.2", 10);
	add(&s, "172.16.0.0/16", "10.0.0.2", 0);
	add(&s, "0.0.0.0/0", "10.0.0.2", 0);
	netdev_set_carrier(s.eth1, false);
	show_routes(s.st, row_route, &r);
	check_rows(&r, "0.0.0.0/0 0!; 10.0.0.0/24 0!; 10.0.1.0/24 0 dead; "
		   "172.16.0.0/12 10 dead; 172.16.0.0/12 20!; 172.16.0.0/16 0!; ");
	net_free(s.net);
}

TEST(show, a_silent_gateway_is_not_the_selected_one)
{
	struct scene s = scene_new();
	struct rows r = { .left = 9 };

	add(&s, "0.0.0.0/0", "10.0.0.2", 0);
	add(&s, "0.0.0.0/0", "10.0.1.2", 5);
	gateway_failed(s.st, s.eth0, IP4(10, 0, 0, 2));
	show_routes(s.st, row_route, &r);
	check_rows(&r, "0.0.0.0/0 0; 0.0.0.0/0 5!; 10.0.0.0/24 0!; 10.0.1.0/24 0!; ");
	net_free(s.net);
}

TEST(show, route_get_says_how_and_which_prefix_it_beat)
{
	struct scene s = scene_new();
	struct addr dst = addr_ip4(IP4(172, 16, 3, 4)), here = addr_ip4(IP4(10, 0, 1, 1));
	struct route_answer a;

	CHECK_EQ(show_route_get(s.st, &dst, NULL, &a), ERR_NETUNREACH);
	add(&s, "172.16.0.0/12", "10.0.0.2", 0);
	CHECK_EQ(show_route_get(s.st, &dst, NULL, &a), OK);
	CHECK(!a.has_beaten);
	add(&s, "172.16.3.0/24", "10.0.1.2", 7);
	CHECK_EQ(show_route_get(s.st, &dst, NULL, &a), OK);
	CHECK_EQ(a.type, RT_UNICAST);
	CHECK_EQ(a.matched.len, 24);
	CHECK(a.has_beaten && a.beaten.len == 12 && a.beaten.addr.v4 == IP4(172, 16, 0, 0));
	CHECK_EQ(a.via.v4, IP4(10, 0, 1, 2));
	CHECK(a.dev == s.eth1);
	CHECK_EQ(a.src.v4, IP4(10, 0, 1, 1));
	CHECK_EQ(a.metric, 7);
	CHECK_EQ(a.mtu, 1500);
	CHECK_EQ(show_route_get(s.st, &here, NULL, &a), OK);
	CHECK_EQ(a.type, RT_LOCAL);
	CHECK(a.dev == s.st->lo);
	net_free(s.net);
}

TEST(show, everything_has_a_name)
{
	for (int i = 0; i < ST_N; i++)
		CHECK(strchr(show_stat_name((enum stack_stat)i), '.') != NULL);
	for (int i = 0; i <= NUD_PERMANENT; i++)
		CHECK(show_neigh_state((enum neigh_state)i)[0]);
	for (int i = 0; i <= RT_MULTICAST; i++)
		CHECK(show_route_type((enum route_type)i)[0]);
}

TEST(show, route_protocols_have_rtnetlinks_numbers_and_names)
{
	int named = 0;

	CHECK_STR(show_route_proto(RP_BOOT), "boot");
	CHECK_EQ(show_route_proto_find("dhcp"), 16);
	CHECK_EQ(show_route_proto_find("ospf"), 188);
	CHECK_EQ(show_route_proto_find("bogus"), ERR_NOENT);
	CHECK(show_route_proto((enum route_proto)77) == NULL);
	CHECK(show_route_proto(RP_N) == NULL);
	for (int i = 0; i < RP_N; i++) {
		const char *name = show_route_proto((enum route_proto)i);

		named += name != NULL;
		CHECK(!name || show_route_proto_find(name) == i);
	}
	CHECK_EQ(named, 22);
}

TEST(show, route_get_of_groups_and_broadcasts_has_no_gateway)
{
	struct scene s = scene_new();
	struct addr group = addr_ip4(IP4(224, 0, 0, 5)), all = addr_ip4(IP4_BROADCAST);
	struct addr subnet = addr_ip4(IP4(10, 0, 1, 255)), none = addr_ip4(IP4_ANY);
	struct route_answer a;

	add(&s, "0.0.0.0/0", "10.0.1.2", 0);
	CHECK_EQ(show_route_get(s.st, &group, NULL, &a), OK);
	CHECK_EQ(a.type, RT_MULTICAST);
	CHECK(a.via.family == ADDR_NONE && a.dev == s.eth1 && !a.member);
	CHECK_EQ(a.src.v4, IP4(10, 0, 1, 1));
	CHECK_EQ(mcast_join(s.eth1, group.v4), OK);
	CHECK_EQ(show_route_get(s.st, &group, NULL, &a), OK);
	CHECK(a.member);
	mcast_leave(s.eth1, group.v4);
	CHECK_EQ(show_route_get(s.st, &all, NULL, &a), OK);
	CHECK(a.type == RT_BROADCAST && a.via.family == ADDR_NONE && a.dev == s.eth1);
	CHECK_EQ(show_route_get(s.st, &subnet, NULL, &a), OK);
	CHECK(a.type == RT_BROADCAST && a.via.family == ADDR_NONE && a.dev == s.eth1);
	CHECK_EQ(show_route_get(s.st, &none, NULL, &a), OK);
	CHECK(a.type == RT_LOCAL && a.dev == s.st->lo && a.dst.v4 == IP4_ANY);
	net_free(s.net);
}

TEST(show, route_get_by_a_device_takes_what_its_link_serves)
{
	struct scene s = scene_new();
	struct addr dst = addr_ip4(IP4(172, 16, 3, 4)), group = addr_ip4(IP4(224, 0, 0, 5));
	struct addr ours = addr_ip4(IP4(10, 0, 0, 1)), theirs = addr_ip4(IP4(10, 0, 0, 9));
	struct route_answer a;

	add(&s, "172.16.0.0/12", "10.0.0.2", 0);
	CHECK_EQ(show_route_get_by(s.st, &dst, NULL, s.eth0, &a), OK);
	CHECK(a.via.v4 == IP4(10, 0, 0, 2) && a.matched.len == 12);
	CHECK_EQ(show_route_get_by(s.st, &dst, NULL, s.eth1, &a), OK);
	CHECK(a.dev == s.eth1 && a.via.family == ADDR_NONE && a.matched.addr.family == ADDR_NONE);
	CHECK_EQ(show_route_get_by(s.st, &group, NULL, s.eth1, &a), OK);
	CHECK(a.dev == s.eth1 && a.type == RT_MULTICAST);
	CHECK_EQ(show_route_get(s.st, &dst, &ours, &a), OK);
	CHECK_EQ(a.src.v4, ours.v4);
	CHECK_EQ(show_route_get(s.st, &dst, &theirs, &a), ERR_NETUNREACH);
	net_free(s.net);
}
