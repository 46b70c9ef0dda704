// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/topo/text.h"

#define TWO "nodes: {a: {}, b: {}}\nlinks:\n"

TEST(load, the_smallest_lab_has_all_defaults)
{
	struct topo *t = text_good(TWO "  - endpoints: [a, b]\n");
	const struct topo_end *e;

	REQUIRE(t != NULL);
	CHECK_STR(t->name, "lab");
	CHECK_EQ(t->seed, 1);
	CHECK_EQ(t->n_nodes, 2);
	CHECK_EQ(t->nodes[0].kind, NODE_ROUTER);
	CHECK(t->nodes[0].forward);
	CHECK_EQ(topo_node_find(t, "b"), 1);
	CHECK_EQ(topo_node_find(t, "c"), -1);
	CHECK_EQ(t->links[0].mtu, 1500);
	e = &t->links[0].end[1];
	CHECK_EQ(e->rate_bps, 1000000000);
	CHECK_EQ(e->netem.delay, MSEC(1));
	CHECK_EQ(e->queue_bytes, 256 * 1024);
	CHECK_EQ(e->queue_pkts, 0);
	CHECK(netem_is_plain(&e->netem));
	topo_free(t);
}

TEST(load, five_mistakes_make_five_lines)
{
	text_errors(
		"nodes:\n"
		"  h1: {kind: hosst}\n"
		"  h2: {gateway: 10.0.0}\n"
		"links:\n"
		"  - {endpoints: [\"h1:eth0\", \"h3:eth0\"], rte: 10mbit}\n"
		"  - endpoints: [h1, h2]\n"
		"    rate: 100\n",
		"lab.yaml:2:14: kind: 'hosst' is unknown; expected router, host, hub, "
		"netns or external; did you mean 'host'?\n"
		"lab.yaml:3:17: gateway: '10.0.0' is not an IPv4 address; expected A.B.C.D\n"
		"lab.yaml:5:29: endpoints: no node 'h3'; did you mean 'h1'?\n"
		"lab.yaml:5:41: unknown key 'rte' in a link; did you mean 'rate'?\n"
		"lab.yaml:7:11: rate: '100' has no unit; expected a rate such as 64kbit, 10mbit or "
		"1gbit, or 0 for no limit\n");
}

TEST(load, words_that_will_exist_say_so)
{
	text_errors("nodes:\n  s: {kind: switch}\n  q: {routing: rip}\n",
		     "lab.yaml:2:13: kind: 'switch' is not available yet; expected router, host, "
		     "hub, netns or external\n"
		     "lab.yaml:3:16: routing: 'rip' does not exist yet; expected none, static or "
		     "ospf\n");
}

TEST(load, values_of_the_wrong_shape_are_refused)
{
	text_errors("nodes: [a, b]\n", "lab.yaml:1:8: nodes: expected a map of names, found a "
					"list\n");
	text_errors(TWO "  endpoints: [a, b]\n",
		     "lab.yaml:3:3: links: expected a list (- ...), found a map\n");
	text_errors(TWO "  - [a, b]\n",
		     "lab.yaml:3:5: a link: expected a map of keys, found a list\n");
	text_errors(TWO "  - endpoints: [a, b]\n    rate: [1gbit]\n",
		     "lab.yaml:4:11: rate: expected a rate such as 10mbit, found a list\n");
	text_errors(TWO "  - endpoints: [a, b]\n    rate:\n",
		     "lab.yaml:4:10: rate: expected a rate such as 10mbit, found nothing\n");
	text_errors("just text\n", "lab.yaml:1:1: a lab: expected a map of keys, found a single "
		     "value\n");
	text_errors("- {a: 1}\n- {b: 2}\n", "lab.yaml:1:1: a lab: expected a map of keys, found a "
		     "list\n");
	text_errors("name: x\n", "lab.yaml:1:1: a lab needs nodes\n");
	text_errors("null\n", "lab.yaml:1:1: a lab needs nodes\n");
	text_errors("version: 2\nnodes: {a: }\n",
		     "lab.yaml:1:10: version: '2' is not known; expected 1\n");
}

TEST(load, a_message_stays_on_its_line)
{
	text_errors("nodes:\n  a: {kind: \"x\\ny\\e[31m\"}\n",
		     "lab.yaml:2:13: kind: 'x?y?[31m' is unknown; expected router, host, hub, "
		     "netns or external\n");
}

TEST(load, keys_left_out_are_named)
{
	text_errors(TWO "  - {rate: 1mbit}\n",
		     "lab.yaml:3:5: a link needs 'endpoints': the two ends, as in "
		     "[\"a:eth0\", \"b:eth0\"]\n");
	text_errors("nodes: {a: {routes: [{to: default}]}}\n",
		     "lab.yaml:1:22: a route needs 'via' (the next router) or 'dev' "
		     "(the interface)\n");
}

TEST(load, extension_keys_are_ignored)
{
	struct topo *t = text_good("x-pos: {a: [1, 2]}\nnodes: {a: {x-color: red}, x-old: {foo: 1}}\n");

	REQUIRE(t != NULL);
	CHECK_EQ(t->n_nodes, 1);
	topo_free(t);
}

TEST(load, merge_keys_are_refused_with_the_way_out)
{
	text_errors("nodes:\n  a: &a {kind: host}\n  b: {<<: *a}\n",
		     "lab.yaml:3:7: merge keys (<<) are not supported; use defaults, kinds or "
		     "groups\n");
}

TEST(load, a_node_inherits_from_group_then_kind_then_defaults)
{
	struct topo *t = text_good(
		"defaults: {routing: none, forwarding: false}\n"
		"kinds:\n"
		"  router: {forwarding: true}\n"
		"  host: {gateway: 10.0.0.1}\n"
		"groups:\n"
		"  lan: {kind: host, gateway: 10.0.0.2}\n"
		"  odd: {forwarding: false}\n"
		"nodes:\n"
		"  r: {}\n"
		"  h: {kind: host}\n"
		"  g: {group: lan}\n"
		"  o: {group: odd, routing: static}\n"
		"  n: {group: lan, gateway: 10.0.0.3}\n"
		"  w: {kind: hub}\n"
		"links:\n"
		"  - {endpoints: [r, w], ipv4: 10.0.0.1/24}\n"
		"  - {endpoints: [h, w], ipv4: 10.0.0.4/24}\n"
		"  - {endpoints: [g, w], ipv4: 10.0.0.5/24}\n"
		"  - {endpoints: [n, w], ipv4: 10.0.0.6/24}\n");
	REQUIRE(t != NULL);
	CHECK(t->nodes[0].forward && t->nodes[0].routing == ROUTING_NONE);
	CHECK(!t->nodes[1].forward);
	CHECK_EQ(t->nodes[1].routes[0].via.v4, IP4(10, 0, 0, 1));
	CHECK_EQ(t->nodes[2].kind, NODE_HOST);
	CHECK_EQ(t->nodes[2].routes[0].via.v4, IP4(10, 0, 0, 2));
	CHECK(!t->nodes[3].forward && t->nodes[3].routing == ROUTING_STATIC);
	CHECK_EQ(t->nodes[4].n_routes, 1);
	CHECK_EQ(t->nodes[4].routes[0].via.v4, IP4(10, 0, 0, 3));
	CHECK(!t->nodes[5].forward);
	topo_free(t);
}

TEST(load, layers_are_checked_though_nobody_uses_them)
{
	text_errors("groups: {g: {forwarding: perhaps, group: x}}\nkinds: {hots: {}}\nnodes: {a: "
		     "}\n",
		     "lab.yaml:1:26: forwarding: 'perhaps' is neither true nor false\n"
		     "lab.yaml:1:35: 'group' cannot be inherited; it belongs in a node itself\n"
		     "lab.yaml:2:9: kind: 'hots' is unknown; expected router, host, hub, netns or "
		     "external; did you mean 'host'?\n");
	text_errors("groups: {edge: {}}\nnodes: {a: {group: egde}}\n",
		     "lab.yaml:2:20: group: no group 'egde' in groups; did you mean 'edge'?\n");
}

TEST(load, an_error_in_defaults_is_reported_once)
{
	text_errors("defaults: {forwarding: 3, link: {delay: 5}}\nnodes: {a: {}, b: {}}\n"
		     "links: [{endpoints: [a, b]}]\n",
		     "lab.yaml:1:24: forwarding: '3' is neither true nor false\n"
		     "lab.yaml:1:41: delay: '5' has no unit; expected a time such as 10ns, 5us, "
		     "1.5ms, 10s or 2m\n");
}

TEST(load, links_start_from_defaults_and_each_direction_may_differ)
{
	struct topo *t = text_good(
		"defaults: {link: {delay: 7ms, rate: 10mbit, mtu: 9000}}\n" TWO
		"  - endpoints: [a, b]\n"
		"    loss: random 1% 25%\n"
		"    queue: 100p\n"
		"    forward: {delay: 30ms 10ms 25%, loss-list: [9, 1, 5]}\n"
		"    reverse: {rate: 0, loss: none}\n");
	const struct topo_end *f, *r;

	REQUIRE(t != NULL);
	f = &t->links[0].end[0], r = &t->links[0].end[1];
	CHECK_EQ(t->links[0].mtu, 9000);
	CHECK_EQ(f->netem.delay, MSEC(30));
	CHECK_EQ(f->netem.jitter, MSEC(10));
	CHECK_EQ(f->netem.delay_corr, 1u << 30);
	CHECK_EQ(f->netem.loss, LOSS_RANDOM);
	CHECK_EQ(f->netem.loss_random.corr, 1u << 30);
	REQUIRE(f->netem.loss_list_n == 3);
	CHECK_EQ(f->netem.loss_list[1], 5);
	CHECK_EQ(f->queue_pkts, 100);
	CHECK_EQ(f->rate_bps, 10000000);
	CHECK_EQ(r->netem.delay, MSEC(7));
	CHECK_EQ(r->netem.loss, LOSS_NONE);
	CHECK_EQ(r->netem.loss_list_n, 0);
	CHECK_EQ(r->rate_bps, 0);
	CHECK_EQ(r->queue_pkts, 100);
	topo_free(t);
}

TEST(load, reorder_and_delay_are_judged_together)
{
	static const char *const fine[] = {
		"defaults: {link: {reorder: 25%, delay: 1s}}\n" TWO
		"  - {endpoints: [a, b], delay: 0, reorder: 0%}\n",
		"defaults: {link: {delay: 0}}\n" TWO
		"  - {endpoints: [a, b], reorder: 25%, jitter: 1ms}\n",
	};

	for (size_t i = 0; i < N_ELEM(fine); i++) {
		struct buf errs = { 0 };
		struct topo *t = topo_parse("lab.yaml", fine[i], strlen(fine[i]), &errs);

		CHECK(t != NULL);
		topo_free(t);
		buf_free(&errs);
	}
	text_errors("defaults: {link: {reorder: 25%}}\n" TWO
		     "  - {endpoints: [a, b], delay: 0}\n",
		     "lab.yaml:4:5: reorder: found no delay, expected one that other frames can "
		     "overtake, such as delay 10ms\n");
}

TEST(load, a_value_names_no_other_key)
{
	text_errors(TWO "  - {endpoints: [a, b], loss: 1% delay 5ms}\n",
		     "lab.yaml:3:31: loss: found 'delay', which is a key of its own\n");
}

TEST(load, addresses_of_a_link_come_in_four_forms)
{
	struct topo *t = text_good(
		TWO
		"  - {endpoints: [\"b:x\", \"a:y\"], ipv4: 10.0.1.0/24}\n"
		"  - {endpoints: [a, b], ipv4: [10.0.2.9/24, 10.0.2.1/24]}\n"
		"  - {endpoints: [a, b], ipv4: 10.0.3.0/31}\n"
		"  - {endpoints: [a, b], ipv4: none}\n"
		"  - endpoints:\n"
		"      - {node: a, interface: eth9, mac: 02:00:00:00:00:09,\n"
		"         ipv4: [10.0.4.1/24, 10.0.5.1/24]}\n"
		"      - b\n");

	REQUIRE(t != NULL);
	CHECK_EQ(t->links[0].end[0].node, 1);
	CHECK_EQ(t->links[0].end[0].addrs[0].addr.v4, IP4(10, 0, 1, 1));
	CHECK_EQ(t->links[0].end[1].addrs[0].addr.v4, IP4(10, 0, 1, 2));
	CHECK_EQ(t->links[1].end[0].addrs[0].addr.v4, IP4(10, 0, 2, 9));
	CHECK_EQ(t->links[2].end[0].addrs[0].addr.v4, IP4(10, 0, 3, 0));
	CHECK_EQ(t->links[2].end[1].addrs[0].addr.v4, IP4(10, 0, 3, 1));
	CHECK_EQ(t->links[3].end[0].n_addrs, 0);
	CHECK_EQ(t->links[4].end[0].n_addrs, 2);
	CHECK_STR(t->links[4].end[0].ifname, "eth9");
	CHECK_EQ(t->links[4].end[0].mac.b[5], 9);
	CHECK(!t->links[4].end[0].auto_mac && t->links[4].end[1].auto_mac);
	CHECK_EQ(t->links[4].end[1].addrs[0].addr.v4, IP4(10, 0, 4, 2));
	topo_free(t);
}

TEST(load, addresses_that_cannot_be_are_refused)
{
	text_errors(TWO "  - {endpoints: [a, b], ipv4: 10.0.0.1/24}\n",
		     "lab.yaml:3:31: ipv4: '10.0.0.1/24' is one address; expected the network "
		     "10.0.0.0/24, or [FIRST, SECOND]\n");
	text_errors(TWO "  - {endpoints: [a, b], ipv4: [10.0.0.0/24, 10.0.0.255/24]}\n",
		     "lab.yaml:3:32: ipv4: 10.0.0.0/24 is a network, not an address in it\n"
		     "lab.yaml:3:45: ipv4: 10.0.0.255/24 is the network's broadcast address\n");
	text_errors(TWO "  - {endpoints: [a, b], ipv4: [224.0.0.1/24, 127.0.0.1/8]}\n",
		     "lab.yaml:3:32: ipv4: 224.0.0.1/24 is a multicast address\n"
		     "lab.yaml:3:46: ipv4: 127.0.0.1/8 is not an address for a link\n");
	text_errors(TWO "  - {endpoints: [a, b], ipv4: 0.10.0.0/31}\n",
		     "lab.yaml:3:31: ipv4: 0.10.0.0/31 is not an address for a link\n");
	text_errors("nodes: {a: {}, b: {kind: hub}}\nlinks:\n"
		     "  - {endpoints: [a, b], ipv4: 224.0.0.0/24}\n",
		     "lab.yaml:3:31: ipv4: 224.0.0.1/24 is a multicast address\n");
	text_errors(TWO "  - {endpoints: [a, b], ipv4: [10.0.0.1, \"2001:db8::1/64\"]}\n",
		     "lab.yaml:3:32: ipv4: '10.0.0.1' has no prefix length; expected 10.0.0.1/24 "
		     "or another\n"
		     "lab.yaml:3:42: ipv4: '2001:db8::1/64' is IPv6, which is not available yet; "
		     "expected A.B.C.D/LEN\n");
	text_errors(TWO "  - {endpoints: [a, b], ipv4: 10.0.0.1/32}\n",
		     "lab.yaml:3:31: ipv4: a /32 has no two addresses\n");
}

TEST(load, events_are_sorted_and_checks_keep_their_order)
{
	struct topo *t = text_good(
		"nodes: {a: }\n"
		"events:\n"
		"  - {at: 2s, do: second}\n"
		"  - {at: 1s, do: first}\n"
		"  - {at: 2s, do: third}\n"
		"checks:\n"
		"  - {name: z, run: nodes, points: 0.25, wait: converged, fresh: true}\n"
		"  - {name: y, run: net, expect: .x, at: 1s, wait: 5s, hidden: yes, timeout: "
		"2m}\n");

	REQUIRE(t != NULL && t->n_events == 3 && t->n_checks == 2);
	CHECK_STR(t->events[0].cmd, "first");
	CHECK_STR(t->events[1].cmd, "second");
	CHECK_STR(t->events[2].cmd, "third");
	CHECK_STR(t->checks[0].name, "z");
	CHECK_EQ(t->checks[0].points_milli, 250);
	CHECK_EQ(t->checks[0].at, -1);
	CHECK_EQ(t->checks[0].wait, -1);
	CHECK(t->checks[0].wait_converged && t->checks[0].fresh && !t->checks[0].hidden);
	CHECK(t->checks[0].expect == NULL);
	CHECK_EQ(t->checks[0].timeout, SEC(60));
	CHECK_EQ(t->checks[1].points_milli, 1000);
	CHECK_EQ(t->checks[1].at, SEC(1));
	CHECK_EQ(t->checks[1].wait, SEC(5));
	CHECK(t->checks[1].hidden && !t->checks[1].wait_converged);
	CHECK_EQ(t->checks[1].timeout, SEC(120));
	CHECK_EQ(t->checks[1].pos.line, 8);
	topo_free(t);
}

TEST(load, a_file_that_is_not_there_is_one_error)
{
	struct buf errs = { 0 };

	CHECK(topo_load("/nonexistent/lab.yaml", &errs) == NULL);
	CHECK_STR(errs.s, "/nonexistent/lab.yaml:1:1: cannot be read: No such file or directory\n");
	buf_reset(&errs);
	CHECK(topo_load("/", &errs) == NULL);
	CHECK_STR(errs.s, "/:1:1: cannot be read: is a directory\n");
	buf_free(&errs);
}

TEST(load, every_lab_of_ours_loads)
{
	static const char *const labs[] = {
		"two-hosts.yaml", "lan-hub.yaml", "line4.yaml", "ring6.yaml", "loop4.yaml",
		"dumbbell.yaml", "cp6.yaml", "demo.yaml", "example.txt", "line4.txt", "six.txt",
		"loop4.txt", "grid2x3.txt", "cp6.txt", "example.checks.yaml",
		"line4.checks.yaml", "loop4.checks.yaml", "cp6.checks.yaml",
	};

	for (size_t i = 0; i < N_ELEM(labs); i++) {
		struct buf errs = { 0 };
		char path[80];
		struct topo *t;

		snprintf(path, sizeof(path), "topologies/%s", labs[i]);
		t = topo_load(path, &errs);
		CHECK(t != NULL);
		if (!t)
			printf("%s", errs.s);
		else if (strstr(labs[i], ".yaml"))
			CHECK(t->n_checks > 0);
		topo_free(t);
		buf_free(&errs);
	}
}
