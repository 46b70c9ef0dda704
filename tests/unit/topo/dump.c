// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/topo/topo.h"
#include "tests/unit/test.h"

static void check_prefixes(const struct prefix *a, size_t na, const struct prefix *b, size_t nb)
{
	CHECK_EQ(na, nb);
	for (size_t i = 0; i < na && i < nb; i++)
		CHECK(prefix_eq(&a[i], &b[i]));
}

static void check_nodes(const struct topo *a, const struct topo *b)
{
	REQUIRE(a->n_nodes == b->n_nodes);
	for (size_t i = 0; i < a->n_nodes; i++) {
		const struct topo_node *x = &a->nodes[i], *y = &b->nodes[i];

		CHECK_STR(x->name, y->name);
		CHECK_EQ(x->kind, y->kind);
		CHECK_EQ(x->routing, y->routing);
		CHECK_EQ(x->forward, y->forward);
		CHECK_STR(x->port ? x->port : "", y->port ? y->port : "");
		check_prefixes(x->loopback, x->n_loopback, y->loopback, y->n_loopback);
		REQUIRE(x->n_routes == y->n_routes);
		for (size_t k = 0; k < x->n_routes; k++) {
			CHECK(prefix_eq(&x->routes[k].to, &y->routes[k].to));
			CHECK(addr_eq(&x->routes[k].via, &y->routes[k].via));
			CHECK_STR(x->routes[k].dev, y->routes[k].dev);
			CHECK_EQ(x->routes[k].metric, y->routes[k].metric);
		}
	}
}

static void check_end(const struct topo_end *x, const struct topo_end *y)
{
	struct buf a = { 0 }, b = { 0 };

	CHECK_EQ(x->node, y->node);
	CHECK_STR(x->ifname, y->ifname);
	CHECK(mac_eq(x->mac, y->mac));
	check_prefixes(x->addrs, x->n_addrs, y->addrs, y->n_addrs);
	CHECK_EQ(x->rate_bps, y->rate_bps);
	CHECK_EQ(x->queue_bytes, y->queue_bytes);
	CHECK_EQ(x->queue_pkts, y->queue_pkts);
	buf_str(&a, "");
	buf_str(&b, "");
	netem_print(&x->netem, &a);
	netem_print(&y->netem, &b);
	CHECK_STR(a.s, b.s);
	buf_free(&a);
	buf_free(&b);
}

static void check_text(const char *a, const char *b)
{
	CHECK_STR(a ? a : "(none)", b ? b : "(none)");
}

static void check_doings(const struct topo *a, const struct topo *b)
{
	REQUIRE(a->n_events == b->n_events && a->n_checks == b->n_checks);
	for (size_t i = 0; i < a->n_events; i++) {
		CHECK_EQ(a->events[i].at, b->events[i].at);
		CHECK_STR(a->events[i].cmd, b->events[i].cmd);
	}
	for (size_t i = 0; i < a->n_checks; i++) {
		const struct topo_check *x = &a->checks[i], *y = &b->checks[i];

		check_text(x->name, y->name);
		check_text(x->run, y->run);
		check_text(x->expect, y->expect);
		check_text(x->pass, y->pass);
		check_text(x->fail, y->fail);
		CHECK_EQ(x->points_milli, y->points_milli);
		CHECK_EQ(x->at, y->at);
		CHECK_EQ(x->wait, y->wait);
		CHECK_EQ(x->wait_converged, y->wait_converged);
		CHECK_EQ(x->timeout, y->timeout);
		CHECK_EQ(x->fresh, y->fresh);
		CHECK_EQ(x->hidden, y->hidden);
	}
}

/* Dumps t, loads that, and compares; frees t. */
static void check_round_trip(struct topo *t)
{
	struct buf text = { 0 }, again = { 0 }, errs = { 0 };
	struct topo *u;

	REQUIRE(t != NULL);
	topo_dump_yaml(t, &text);
	u = topo_parse("dump.yaml", text.s, text.len, &errs);
	if (!u)
		printf("%s%s", text.s, errs.s);
	REQUIRE(u != NULL);
	CHECK_STR(t->name, u->name);
	CHECK_EQ(t->seed, u->seed);
	check_nodes(t, u);
	REQUIRE(t->n_links == u->n_links);
	for (size_t i = 0; i < t->n_links; i++) {
		CHECK_EQ(t->links[i].mtu, u->links[i].mtu);
		CHECK_EQ(t->links[i].down, u->links[i].down);
		check_end(&t->links[i].end[0], &u->links[i].end[0]);
		check_end(&t->links[i].end[1], &u->links[i].end[1]);
	}
	check_doings(t, u);
	topo_dump_yaml(u, &again);
	CHECK_STR(again.s, text.s);
	topo_free(t);
	topo_free(u);
	buf_free(&text);
	buf_free(&again);
	buf_free(&errs);
}

static struct topo *parse(const char *text)
{
	struct buf errs = { 0 };
	struct topo *t = topo_parse("lab.yaml", text, strlen(text), &errs);

	if (!t)
		printf("%s", errs.s);
	buf_free(&errs);
	return t;
}

TEST(dump, a_lab_with_every_key_loads_again_to_the_same)
{
	check_round_trip(parse(
		"name: \"odd \\\"name\\\" \\\\ \\u2028 caf\\u00e9 \\t\"\n"
		"seed: 18446744073709551615\n"
		"nodes:\n"
		"  a: {loopback: [1.1.1.1, 2.2.2.1/24], gateway: 10.0.0.2}\n"
		"  b: {kind: host, routing: none, forwarding: true,\n"
		"      routes: [{to: 10.9.0.0/16, via: 10.0.0.1, dev: x, metric: 7}]}\n"
		"  c: {forwarding: false, sysctls: {tcp_ecn: 1, net.ipv4.tcp_wmem: 4096 5000 6000}}\n"
		"  h: {kind: hub}\n"
		"  g: {kind: hub}\n"
		"  n: {kind: netns, forwarding: yes, gateway: 10.8.0.1, loopback: 3.3.3.3}\n"
		"  x: {kind: external, port: \"unix:/tmp/\\\"%i\\\"\"}\n"
		"links:\n"
		"  - {endpoints: [\"a:x\", \"b:x\"], ipv4: 10.0.0.0/24, mtu: 9000, down: true,\n"
		"     rate: 0, queue: 0, delay: 0, mac: [02:aa:00:00:00:01, 02:aa:00:00:00:02]}\n"
		"  - endpoints: [b, c]\n"
		"    delay: 30ms\n"
		"    jitter: 10ms\n"
		"    correlation: 25%\n"
		"    distribution: normal\n"
		"    corrupt: 0.1% 5%\n"
		"    duplicate: 1%\n"
		"    reorder: 25% 50%\n"
		"    gap: 5\n"
		"    limit: 1000\n"
		"    overhead: 24 48 5\n"
		"    forward: {loss: gemodel 1% 20% 90% 0.1%, queue: 100p}\n"
		"    reverse: {loss: state 1% 2% 3% 4% 5%, loss-list: [5, 7], rate: 1.5mbit}\n"
		"  - {endpoints: [c, h]}\n"
		"  - {endpoints: [c, n], ipv4: 10.8.0.0/24, rate: 1gbit}\n"
		"  - {endpoints: [c, x], reverse: {delay: 1ms}}\n"
		"  - {endpoints: [n, x], ipv4: none, delay: 2ms, jitter: 1ms}\n"
		"  - {endpoints: [h, g], loss: 33.333%}\n"
		"  - {endpoints: [a, c], ipv4: none}\n"
		"  - {endpoints: [a, b], ipv4: [10.5.0.1/30, none]}\n"
		"  - {endpoints: [{node: a, interface: two, ipv4: [10.6.0.1/24, 10.7.0.1/24]}, "
		"c]}\n"
		"events:\n"
		"  - {at: 60s, do: \"link a b up # not a comment\"}\n"
		"checks:\n"
		"  - {name: n, run: \"a ping b\", expect: '.received == 4 and \"x: y\"', points: "
		"0.125}\n"
		"  - {name: m, run: x, wait: 5s, at: 1.5s, timeout: 2m, pass: p, fail: f,\n"
		"     fresh: true, hidden: true, points: 0}\n"
		"  - {name: o, run: x, wait: converged, points: 10.5}\n"));
}

TEST(dump, the_labs_of_ours_load_again_to_the_same)
{
	static const char *const labs[] = {
		"lan-hub.yaml", "demo.yaml", "cp6.yaml", "ring6.yaml", "example.txt",
		"cp6.txt", "line4.checks.yaml",
	};

	for (size_t i = 0; i < N_ELEM(labs); i++) {
		struct buf errs = { 0 };
		char path[80];

		snprintf(path, sizeof(path), "topologies/%s", labs[i]);
		check_round_trip(topo_load(path, &errs));
		buf_free(&errs);
	}
}

TEST(dump, what_is_default_is_left_out)
{
	struct topo *t = parse("nodes: {a: , b: }\nlinks: [endpoints: [a, b]]\n");
	struct buf text = { 0 };

	REQUIRE(t != NULL);
	topo_dump_yaml(t, &text);
	CHECK_STR(text.s,
		  "version: 1\n"
		  "name: \"lab\"\n"
		  "nodes:\n"
		  "  a: {}\n"
		  "  b: {}\n"
		  "links:\n"
		  "  - endpoints: [\"a:eth0\", \"b:eth0\"]\n"
		  "    ipv4: [10.1.1.1/24, 10.1.1.2/24]\n"
		  "    mac: [\"02:00:00:00:00:00\", \"02:00:00:01:00:00\"]\n"
		  "    ospf: {type: p2p}\n");
	topo_free(t);
	buf_free(&text);
}
