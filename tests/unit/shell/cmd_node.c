// SPDX-License-Identifier: GPL-3.0-or-later
/* node add and node del, as they are typed. */
#include <stdlib.h>
#include <string.h>

#include "sim/topo/keys.h"
#include "tests/unit/shell/fixture.h"
#include "tests/unit/test.h"

TEST(cmd_node, an_added_node_is_one_of_the_lab)
{
	struct bench b;

	REQUIRE(bench_open(&b));
	bench_wants(&b, "node add h9 kind host gateway 10.9.0.1", "h9: host, routing static\n");
	bench_wants(&b, "link add h9 r1 ipv4 10.9.0.9/24 10.9.0.1/24",
		    "[0.000s] h9 eth0: carrier on\n[0.000s] r1 eth2: carrier on\n"
		    "h9:eth0 10.9.0.9/24 <-> r1:eth2 10.9.0.1/24\n");
	CHECK_EQ(bench_do(&b, "h9 ping -c 1 h2"), 0);
	CHECK_EQ(bench_do(&b, "h2 ping -c 1 h9"), 0);
	CHECK_EQ(bench_do(&b, "node h9 stop"), 0);
	CHECK_EQ(bench_do(&b, "node h9 start"), 0);
	CHECK_EQ(bench_do(&b, "h9 ping -c 1 h2"), 0);
	bench_do(&b, "save");
	CHECK(strstr(b.out, "  h9:\n    kind: host\n    routes:\n    - to: default\n"
		     "      via: 10.9.0.1\n"));
	bench_do(&b, "node add s1 kind hub --json");
	CHECK_STR(b.out, "{\"name\":\"s1\",\"kind\":\"hub\",\"up\":true}\n");
	bench_close(&b);
}

TEST(cmd_node, what_cannot_be_is_said)
{
	struct bench b;

	REQUIRE(bench_open(&b));
	bench_refuses(&b, "node add h1", "there is a node 'h1' already\n");
	bench_refuses(&b, "node add h1:eth0", "'h1:eth0' is no node name; expected letters, digits "
		      "and . _ -\n");
	bench_refuses(&b, "node add x kind server", "kind: 'server' is unknown; expected router, "
		      "host, hub, netns or external\n");
	bench_refuses(&b, "node del h7", "'h7' is not a node; did you mean h1?\n");
	bench_wants(&b, "node add net kind hub", "warning: node 'net' hides behind the lab word "
		    "net; write @net\nnet: hub\n");
	bench_close(&b);
}

TEST(cmd_node, what_is_of_a_deleted_node_ends_with_a_word)
{
	char line[200], want[600];
	struct bench b;

	REQUIRE(bench_open(&b));
	snprintf(line, sizeof(line), "%s/node_del.pcapng",
		 getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
	snprintf(want, sizeof(want), "capture start h2 %s", line);
	CHECK_EQ(bench_do(&b, want), 0);
	CHECK_EQ(bench_do(&b, "h2 ping h1 &"), 0);
	CHECK_EQ(bench_do(&b, "h1 ping h2 &"), 0);
	CHECK_EQ(bench_do(&b, "run 1500ms"), 0);
	CHECK_EQ(bench_do(&b, "h2"), 0);
	snprintf(want, sizeof(want), "[1.500s] r1 eth1: carrier lost\n"
		 "[1.500s] h2 eth0: carrier lost\n[1.500s] h2: deleted\n"
		 "[1.500s] capture 1 of h2 ended, 10 frames in %s\n"
		 "[1] done, status 137: h2 ping h1\n", line);
	bench_wants(&b, "node del h2", want);
	CHECK(!b.sh->here);
	bench_wants(&b, "capture list", "no captures\n");
	CHECK_EQ(bench_do(&b, "run 2s"), 0);
	bench_refuses(&b, "h2 ping h1", "unknown command: 'h2'; did you mean h1?\n");
	CHECK_EQ(bench_do(&b, "node add h2 kind host"), 0);
	bench_wants(&b, "capture list", "no captures\n");
	remove(line);
	bench_close(&b);
}

/* The words that TAB offers are the keys that are taken; a port is of what is outside. */
TEST(cmd_node, every_key_of_a_node_is_offered)
{
	static const struct ytable *const tabs[] = { &node_keys, &ospf_keys, &ospf_if_keys };
	struct bench b;

	REQUIRE(bench_open(&b));
	CHECK(bench_offers(&b, "node ", "add") && bench_offers(&b, "node ", "del"));
	CHECK(bench_offers(&b, "node ", "h1") && bench_offers(&b, "node add x kind ", "hub"));
	CHECK(!bench_offers(&b, "node add x kind ", "h1"));
	for (size_t t = 0; t < N_ELEM(tabs); t++)
		for (size_t i = 0; i < tabs[t]->n; i++) {
			const char *key = tabs[t]->rows[i].key;

			if (!CHECK_EQ(bench_offers(&b, "node add x ", key),
				      strcmp(key, "port") != 0))
				printf("     %s\n", key);
		}
	CHECK_EQ(bench_do(&b, "node add x9"), 0);
	CHECK(bench_offers(&b, "x", "x9") && bench_offers(&b, "node del ", "x9"));
	CHECK(bench_offers(&b, "link add ", "x9"));
	CHECK_EQ(bench_do(&b, "node del x9"), 0);
	CHECK(!bench_offers(&b, "x", "x9") && !bench_offers(&b, "node del ", "x9"));
	bench_close(&b);
}

/* Other nodes' streams are their own: what they do does not change. */
TEST(cmd_node, a_node_more_or_less_changes_nothing_of_the_others)
{
	char *quiet = NULL;

	for (int with = 0; with < 2; with++) {
		struct bench b;

		REQUIRE(bench_open(&b));
		CHECK_EQ(bench_do(&b, "set link h1 r1 loss 20% delay 5ms 2ms"), 0);
		CHECK_EQ(bench_do(&b, "h1 ping -c 20 -i 0.1 h2"), 0);
		if (with)
			CHECK_EQ(bench_do(&b, "node add a0"), 0);
		if (with)
			CHECK_EQ(bench_do(&b, "node add a1 kind host"), 0);
		if (with)
			CHECK_EQ(bench_do(&b, "link add a0 a1"), 0);
		CHECK_EQ(bench_do(&b, "run 1s"), 0);
		if (with)
			CHECK_EQ(bench_do(&b, "node del a0"), 0);
		CHECK_EQ(bench_do(&b, "h1 ping -c 40 -i 0.1 h2"), 0);
		if (with)
			CHECK_STR(b.out, quiet);
		else
			quiet = strdup(b.out);
		bench_close(&b);
	}
	free(quiet);
}
