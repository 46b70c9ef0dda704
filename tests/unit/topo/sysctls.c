// SPDX-License-Identifier: GPL-3.0-or-later
/* sysctls of a node in a lab file. */
#include <string.h>

#include "tests/unit/topo/text.h"

static const char *value_of(const struct topo_node *n, const char *key)
{
	for (size_t i = 0; i < n->n_sysctls; i++)
		if (n->sysctls[i].key == sysctl_find(key))
			return n->sysctls[i].value;
	return "";
}

TEST(sysctls, each_layer_changes_the_keys_that_it_names)
{
	struct topo *t = text_good(
		"defaults: {sysctls: {tcp_sack: 0, net.ipv4.tcp_rmem: 4096 100000 200000}}\n"
		"kinds: {host: {sysctls: {tcp_ecn: 1}}}\n"
		"nodes:\n"
		"  a: {kind: host, sysctls: {net/ipv4/tcp_rmem: [4096, 100000, 300000],\n"
		"      tcp_ecn: 0x0, net.ipv4.tcp_congestion_control: reno}}\n"
		"  b: {kind: router}\n"
		"  n: {kind: netns}\n"
		"links: []\n");
	struct buf b = { 0 };
	struct topo *again;

	REQUIRE(t != NULL);
	CHECK_STR(value_of(&t->nodes[0], "tcp_sack"), "0");
	CHECK_STR(value_of(&t->nodes[0], "tcp_rmem"), "4096 100000 300000");
	CHECK_STR(value_of(&t->nodes[0], "tcp_ecn"), "0x0");
	CHECK_STR(value_of(&t->nodes[0], "tcp_congestion_control"), "reno");
	CHECK_EQ(t->nodes[0].n_sysctls, 4);
	CHECK_STR(value_of(&t->nodes[1], "tcp_rmem"), "4096 100000 200000");
	CHECK_EQ(t->nodes[1].n_sysctls, 2);
	CHECK_EQ(t->nodes[2].n_sysctls, 0);
	topo_dump_yaml(t, &b);
	CHECK(strstr(b.s, "sysctls: {net.ipv4.tcp_sack: \"0\", net.ipv4.tcp_rmem: "
		     "\"4096 100000 200000\"}\n") != NULL);
	again = text_good(b.s);
	REQUIRE(again != NULL);
	CHECK_STR(value_of(&again->nodes[0], "tcp_rmem"), "4096 100000 300000");
	topo_free(again);
	topo_free(t);
	buf_free(&b);
}

TEST(sysctls, a_profile_comes_before_what_changes_it)
{
	struct topo *t = text_good(
		"defaults: {sysctls: {tcp_trim: 0}}\n"
		"nodes: {a: {kind: host, sysctls: {tcp_quick_acks: 3, tcp_profile: 1}}}\n"
		"links: []\n");

	REQUIRE(t != NULL && t->nodes[0].n_sysctls == 3);
	CHECK(t->nodes[0].sysctls[0].key == sysctl_find("tcp_profile"));
	CHECK(t->nodes[0].sysctls[1].key == sysctl_find("tcp_trim"));
	CHECK_STR(t->nodes[0].sysctls[0].value, "1");
	CHECK_STR(t->nodes[0].sysctls[1].value, "0");
	topo_free(t);
}

TEST(sysctls, a_wrong_one_is_named_with_what_was_expected)
{
	text_errors(
		"defaults: {sysctls: {tcp_sack: {}}}\n"
		"nodes:\n"
		"  a: {kind: host, sysctls: [tcp_sack]}\n"
		"  b: {kind: host, sysctls: {tcp_sak: 1, net.ipv4.tcp_sack: 2, tcp_ecn: }}\n"
		"  c: {kind: host, sysctls: {tcp_rmem: [4096, x, 5000], tcp_wmem: 4096 5000}}\n"
		"  n: {kind: netns, sysctls: {tcp_ecn: 1}}\n"
		"  h: {kind: hub, sysctls: {tcp_ecn: 1}}\n"
		"links: []\n",
		"lab.yaml:1:32: sysctls: net.ipv4.tcp_sack: expected numbers or a word, found a map\n"
		"lab.yaml:3:28: sysctls: expected a map of keys, found a list\n"
		"lab.yaml:4:29: sysctls: there is no key 'tcp_sak'; did you mean 'tcp_sack'?\n"
		"lab.yaml:4:60: sysctls: net.ipv4.tcp_sack: expected a number from 0 to 1, found "
		"'2'\n"
		"lab.yaml:4:72: sysctls: net.ipv4.tcp_ecn: expected numbers or a word, found nothing\n"
		"lab.yaml:5:39: sysctls: net.ipv4.tcp_rmem: expected the second number from 4096 to "
		"2147483647, found '4096 x 5000'\n"
		"lab.yaml:5:66: sysctls: net.ipv4.tcp_wmem: expected the last number from 4096 to "
		"2147483647, found '4096 5000'\n"
		"lab.yaml:6:29: sysctls: not of a node of kind netns: set them with 'NODE exec "
		"sysctl -w KEY=VALUE'\n"
		"lab.yaml:7:27: sysctls: a hub has no addresses and no routes\n");
}
