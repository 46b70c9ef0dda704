// SPDX-License-Identifier: GPL-3.0-or-later
/* What a lab file says of OSPF, and what follows from it. */
#include "sim/topo/ospf.h"

#include <string.h>

#include "tests/unit/topo/text.h"

static struct ospf_if_config end_of(const struct topo *t, uint32_t link, int side)
{
	static struct ospf_auth auth;
	struct ospf_if_config c;

	CHECK(topo_ospf_end(t, link, side, &c, &auth));
	return c;
}

TEST(ospf, the_nearest_that_says_something_holds)
{
	struct topo *t = text_good(
		"defaults: {routing: ospf, ospf: {hello: 3, cost: 7, priority: 9}}\n"
		"nodes: {a: , b: {ospf: {cost: 8}}, c: }\n"
		"links:\n"
		"  - {endpoints: [a, b]}\n"
		"  - {endpoints: [{node: b, ospf: {cost: 20, passive: true}}, c],\n"
		"     ospf: {cost: 10, dead: 5}}\n");

	CHECK_EQ(end_of(t, 0, 0).cost, 7);
	CHECK_EQ(end_of(t, 0, 1).cost, 8);
	CHECK_EQ(end_of(t, 1, 0).cost, 20);
	CHECK_EQ(end_of(t, 1, 1).cost, 10);
	CHECK(end_of(t, 1, 0).passive && !end_of(t, 1, 1).passive);
	CHECK_EQ(end_of(t, 0, 0).hello, 3);
	CHECK_EQ(end_of(t, 0, 0).dead, 12);       /* four hellos */
	CHECK_EQ(end_of(t, 1, 0).dead, 5);
	CHECK_EQ(end_of(t, 1, 0).priority, 9);
	topo_free(t);
}

TEST(ospf, what_nobody_says_has_the_usual_values)
{
	struct topo *t = text_good("defaults: {routing: ospf}\nnodes: {a: , b: }\n"
				   "links: [{endpoints: [a, b]}]\n");
	struct ospf_if_config c = end_of(t, 0, 0);

	CHECK_EQ(c.area, 0);
	CHECK_EQ(c.cost, 1);
	CHECK_EQ(c.hello, 10);
	CHECK_EQ(c.dead, 40);
	CHECK_EQ(c.rxmt, 5);
	CHECK_EQ(c.transmit_delay, 1);
	CHECK_EQ(c.priority, 1);
	CHECK(!c.passive && !c.mtu_ignore && !c.auth);
	topo_free(t);
}

TEST(ospf, a_link_of_two_is_point_to_point_and_a_hub_broadcast)
{
	struct topo *t = text_good(
		"defaults: {routing: ospf}\n"
		"nodes: {a: , b: , lan: {kind: hub}, h: {kind: host}, x: {kind: netns}}\n"
		"links:\n"
		"  - {endpoints: [a, b]}\n"
		"  - {endpoints: [a, lan]}\n"
		"  - {endpoints: [a, h]}\n"
		"  - {endpoints: [a, x]}\n"
		"  - {endpoints: [a, b], ospf: {type: point-to-multipoint}}\n");
	struct ospf_if_config c;

	CHECK_EQ(end_of(t, 0, 0).type, OSPF_NET_P2P);
	CHECK_EQ(end_of(t, 1, 0).type, OSPF_NET_BROADCAST);
	CHECK_EQ(end_of(t, 3, 0).type, OSPF_NET_BROADCAST);
	CHECK_EQ(end_of(t, 4, 1).type, OSPF_NET_P2MP);
	CHECK(end_of(t, 2, 0).passive);           /* nobody listens there */
	CHECK(!end_of(t, 1, 0).passive && !end_of(t, 3, 0).passive);
	CHECK(!topo_ospf_end(t, 2, 1, &c, NULL)); /* the host itself is none */
	CHECK_EQ(t->links[0].ospf.type, OSPF_NET_P2P);    /* so that a dump shows it */
	CHECK_EQ(t->links[1].ospf.type, OSPF_NET_BROADCAST);
	topo_free(t);
}

TEST(ospf, a_cost_may_follow_the_delay_or_the_rate)
{
	struct topo *t = text_good(
		"defaults: {routing: ospf}\nnodes: {a: , b: {ospf: {reference_bandwidth: 1gbit}}}\n"
		"links:\n"
		"  - {endpoints: [a, b], delay: 5ms, ospf: {cost: delay}}\n"
		"  - {endpoints: [a, b], delay: 1s, ospf: {cost: delay}}\n"
		"  - {endpoints: [a, b], delay: 10ns, ospf: {cost: delay}}\n"
		"  - {endpoints: [a, b], rate: 10mbit, ospf: {cost: bandwidth}}\n"
		"  - {endpoints: [a, b], rate: 0, ospf: {cost: auto}}\n");

	CHECK_EQ(end_of(t, 0, 0).cost, 5000);
	CHECK_EQ(end_of(t, 1, 0).cost, 65535);
	CHECK_EQ(end_of(t, 2, 0).cost, 1);
	CHECK_EQ(end_of(t, 3, 0).cost, 10);
	CHECK_EQ(end_of(t, 3, 1).cost, 100);
	CHECK_EQ(end_of(t, 4, 0).cost, 1);
	topo_free(t);
}

TEST(ospf, who_runs_it)
{
	struct topo *t = text_good(
		"defaults: {routing: ospf}\n"
		"nodes: {r: , h: {kind: host}, s: {kind: host, routing: ospf}, q: {routing: none},\n"
		"        hub: {kind: hub}, x: {kind: netns}}\n"
		"links: [{endpoints: [r, h]}, {endpoints: [{node: r, ospf: {enabled: false}}, q]}]\n");
	struct ospf_if_config c;

	CHECK(topo_runs_ospf(t, 0));
	CHECK(!topo_runs_ospf(t, 1));
	CHECK(topo_runs_ospf(t, 2));
	CHECK(!topo_runs_ospf(t, 3));
	CHECK(!topo_runs_ospf(t, 4));
	CHECK(!topo_runs_ospf(t, 5));
	CHECK(!topo_ospf_end(t, 1, 0, &c, NULL));
	topo_free(t);
}

TEST(ospf, routers_run_it_unless_told_otherwise)
{
	struct topo *t = text_good("nodes: {r: , h: {kind: host}, q: {group: old}, n: {kind: netns}}\n"
				   "groups: {old: {routing: static}}\n");

	CHECK(topo_runs_ospf(t, 0));
	CHECK_EQ(t->nodes[1].routing, ROUTING_STATIC);
	CHECK_EQ(t->nodes[2].routing, ROUTING_STATIC);
	CHECK_EQ(t->nodes[3].routing, ROUTING_STATIC);
	topo_free(t);
}

TEST(ospf, keys_go_with_the_interface)
{
	struct topo *t = text_good(
		"defaults: {routing: ospf, link: {ospf: {auth: {type: text, key: abc}}}}\n"
		"nodes: {a: , b: }\n"
		"links:\n"
		"  - {endpoints: [a, b]}\n"
		"  - endpoints: [a, b]\n"
		"    ospf: {auth: {type: hmac-sha-256, keys: [{id: 1, key: old}, {id: 2, key: new}]}}\n"
		"  - {endpoints: [{node: a, ospf: {auth: {type: none}}}, b]}\n");
	struct ospf_if_config c = end_of(t, 0, 0);

	REQUIRE(c.auth != NULL);
	CHECK_EQ(c.auth->type, OSPF_AUTH_TEXT);
	CHECK_EQ(c.auth->n_keys, 1);
	c = end_of(t, 1, 1);
	REQUIRE(c.auth != NULL);
	CHECK_EQ(c.auth->type, OSPF_AUTH_HMAC_SHA256);
	CHECK_EQ(c.auth->n_keys, 2);
	CHECK_EQ(c.auth->keys[1].id, 2);
	CHECK_MEM(c.auth->keys[1].key, "new", 3);
	CHECK(end_of(t, 2, 0).auth == NULL);
	topo_free(t);
}

TEST(ospf, a_vnet_file_runs_it_where_the_file_that_includes_it_says_so)
{
	struct topo *t = text_good("include: tests/unit/topo/../../../topologies/line4.txt\n"
				   "defaults: {routing: ospf, ospf: {hello: 2}}\n");

	CHECK(topo_runs_ospf(t, 1));
	CHECK_EQ(end_of(t, 0, 0).hello, 2);
	topo_free(t);
	t = text_good("include: tests/unit/topo/../../../topologies/line4.txt\n");
	CHECK(!topo_runs_ospf(t, 1));
	topo_free(t);
}

TEST(ospf, what_is_wrong_is_named_where_it_stands)
{
	text_errors(
		"defaults: {routing: ospf, ospf: {helo: 3}}\n"
		"nodes:\n"
		"  a: {ospf: {router_id: 0, areas: [{id: 0, type: stub}, {id: 1, no_summary: true},\n"
		"             {type: nssa}], redistribute: [statics, {metric: 4}]}}\n"
		"  d: {ospf: {areas: [{id: 0, ranges: [{prefix: 10.0.0.0/8, nssa: true},\n"
		"                                      {prefix: 11.0.0.0/8, tag: 3}]}]}}\n"
		"  b: {ospf: {cost: 0, priority: 256, area: 1.2.3}}\n"
		"  c: {kind: hub, routing: ospf}\n"
		"links:\n"
		"  - {endpoints: [a, b], ospf: {cost: dealy, type: ppp, auth: {type: md5}}}\n"
		"  - {endpoints: [a, b], ospf: {auth: {type: text, key: ninechars}}}\n",
		"lab.yaml:1:34: unknown key 'helo' in ospf; did you mean 'hello'?\n"
		"lab.yaml:3:25: router_id: '0' is not a router id; expected one such as 1.1.1.1\n"
		"lab.yaml:3:36: area 0, the backbone, is always normal\n"
		"lab.yaml:3:57: no_summary: only a stub or nssa area has it\n"
		"lab.yaml:4:14: an area needs 'id': a number, or as 0.0.0.1\n"
		"lab.yaml:4:44: from: 'statics' is unknown; expected static, connected, kernel or rip; "
		"did you mean 'static'?\n"
		"lab.yaml:4:53: redistribute needs 'from': whose routes\n"
		"lab.yaml:5:39: nssa: only a range of an nssa area has it\n"
		"lab.yaml:6:39: tag: only a range with nssa has one\n"
		"lab.yaml:7:20: cost: '0' is not a cost; expected 1 to 65535, delay or bandwidth\n"
		"lab.yaml:7:33: priority: '256' is not a whole number from 0 to 255\n"
		"lab.yaml:7:44: area: '1.2.3' is not an area; expected one such as 0 or 0.0.0.1\n"
		"lab.yaml:8:27: routing: ospf is for routers and hosts of the lab\n"
		"lab.yaml:10:38: cost: 'dealy' is not a cost; expected 1 to 65535, delay or bandwidth\n"
		"lab.yaml:10:51: type: 'ppp' is unknown; expected broadcast, p2p or p2mp; did you mean "
		"'p2p'?\n"
		"lab.yaml:10:62: auth: type md5 needs 'key' or 'keys'\n"
		"lab.yaml:11:38: auth: a key of type text has at most 8 characters, found 9\n");
}

TEST(ospf, what_the_stack_would_refuse_is_named_where_it_stands)
{
	text_errors(
		"defaults: {routing: ospf}\n"
		"nodes:\n"
		"  a: {ospf: {areas: [{id: 1, type: nssa, default_cost: 16777215},\n"
		"             {id: 2, ranges: [{prefix: 10.0.0.0/8, cost: 16777215}]}]}}\n"
		"  b: {}\nlinks: [{endpoints: [a, b]}]\n",
		"lab.yaml:3:56: default_cost: '16777215' is not a whole number from 1 to 16777214\n"
		"lab.yaml:4:58: cost: '16777215' is not a whole number from 0 to 16777214\n");
}

TEST(ospf, what_cannot_work_together_is_warned_of)
{
	struct topo *t = text_good(
		"defaults: {routing: ospf}\n"
		"nodes: {a: {ospf: {router_id: 1.1.1.1, areas: [{id: 2, type: stub}]}},\n"
		"        b: {ospf: {router_id: 1.1.1.1, areas: [{id: 3}, {id: 0.0.0.3}], "
		"redistribute: [static, {from: static, metric: 3}]}}}\n"
		"links:\n"
		"  - {endpoints: [{node: a, ospf: {area: 1}}, b]}\n"
		"  - {endpoints: [a, b], ospf: {area: 2}}\n"
		"  - {endpoints: [a, b], ospf: {hello: 10, dead: 10}}\n");

	REQUIRE(t->notes.s != NULL);
	CHECK(strstr(t->notes.s, "warning: area 0.0.0.3 of b stands here twice; the later counts\n"));
	CHECK(strstr(t->notes.s, "warning: b redistributes the same twice; the later counts\n"));
	CHECK(strstr(t->notes.s, "lab.yaml:7:5: warning: b:eth2 says hello each 10 s, and is dead "
		     "after 10 s\n") != NULL);
	CHECK(strstr(t->notes.s, "lab.yaml:5:5: warning: a:eth0 is in area 0.0.0.1, and b:eth0 in "
		     "area 0.0.0.0\n") != NULL);
	CHECK(strstr(t->notes.s, "lab.yaml:6:5: warning: area 0.0.0.2 is stub for a and normal for "
		     "b\n") != NULL);
	CHECK(strstr(t->notes.s, "lab.yaml:3:9: warning: a and b have the same router id 1.1.1.1\n")
	      != NULL);
	topo_free(t);
}

TEST(ospf, a_dump_says_the_same_again)
{
	struct topo *t = text_good(
		"defaults: {routing: ospf}\n"
		"nodes:\n"
		"  a: {ospf: {router_id: 9.9.9.9, areas: [{id: 1, type: nssa, no_summary: true,\n"
		"             default: true, default_cost: 5, translate: always,\n"
		"             ranges: [{prefix: 10.0.0.0/8, hide: true}, {prefix: 11.0.0.0/8, cost: 3},\n"
		"                      {prefix: 12.0.0.0/8, nssa: true, tag: 7}]}],\n"
		"             redistribute: [static, {from: connected, metric: 1, type: 1, tag: 7}],\n"
		"             default_information: {originate: always, metric: 3, type: 1},\n"
		"             spf: {delay: 1ms, hold: 2ms, max_hold: 3s}, stub_router: true,\n"
		"             rfc1583: true, reference_bandwidth: 10gbit, max_paths: 4, distance: 90,\n"
		"             max_lsas: 1000,\n"
		"             area: 70000, cost: delay, type: p2p, hello: 1, dead: 3, rxmt: 2,\n"
		"             transmit_delay: 4, priority: 0, passive: false, mtu_ignore: true}}\n"
		"  b: {ospf: {auth: {type: md5, keys: [{id: 7, key: \"a b\"}]}}}\n"
		"links:\n"
		"  - {endpoints: [a, b], ospf: {auth: {type: text, key: x}, cost: bandwidth}}\n"
		"  - {endpoints: [{node: a, ospf: {cost: 3}}, {node: b, ospf: {enabled: false}}]}\n");
	struct buf first = { 0 }, second = { 0 };
	struct topo *again;

	topo_dump_yaml(t, &first);
	again = text_good(first.s);
	topo_dump_yaml(again, &second);
	CHECK_STR(first.s, second.s);
	CHECK(strstr(first.s, "distance: 90, max_lsas: 1000") != NULL);
	CHECK(strstr(first.s, "area: 0.1.17.112, cost: delay, type: p2p") != NULL);
	CHECK(strstr(first.s, "areas: [{id: 1, type: nssa, no_summary: true, default_cost: 5, "
		     "default: true, translate: always, ranges: [{prefix: 10.0.0.0/8, hide: true}, "
		     "{prefix: 11.0.0.0/8, cost: 3}, {prefix: 12.0.0.0/8, nssa: true, tag: 7}]}]") !=
	      NULL);
	buf_free(&first);
	buf_free(&second);
	topo_free(again);
	topo_free(t);
}
