// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/topo/topo.h"
#include "tests/unit/test.h"

static struct topo *good(const char *text)
{
	struct buf errs = { 0 };
	struct topo *t = topo_parse("lab.yaml", text, strlen(text), &errs);

	if (!t)
		printf("%s", errs.s);
	buf_free(&errs);
	return t;
}

/* "a:eth0 10.1.1.1/24" for each end, in the order of the file. */
static void check_ends(const char *text, const char *want)
{
	struct topo *t = good(text);
	struct buf got = { 0 };
	char addr[PREFIX_STRLEN];

	REQUIRE(t != NULL);
	for (size_t i = 0; i < 2 * t->n_links; i++) {
		const struct topo_end *e = &t->links[i / 2].end[i % 2];

		buf_printf(&got, "%s:%s %s\n", t->nodes[e->node].name, e->ifname,
			   e->n_addrs ? prefix_fmt(&e->addrs[0], addr) : "-");
	}
	CHECK_STR(got.s, want);
	buf_free(&got);
	topo_free(t);
}

TEST(assign, names_follow_the_links_and_pass_those_taken)
{
	check_ends("nodes: {a: , b: , c: , d: }\nlinks:\n"
		   "  - {endpoints: [a, b], ipv4: none}\n"
		   "  - {endpoints: [\"a:eth1\", c], ipv4: none}\n"
		   "  - {endpoints: [a, \"d:up\"], ipv4: none}\n"
		   "  - {endpoints: [d, \"a:eth01\"], ipv4: none}\n",
		   "a:eth0 -\nb:eth0 -\na:eth1 -\nc:eth0 -\na:eth2 -\nd:up -\nd:eth0 -\n"
		   "a:eth01 -\n");
}

TEST(assign, segment_k_gets_the_network_10_k_k)
{
	check_ends("nodes: {a: , b: , c: }\nlinks:\n"
		   "  - endpoints: [b, a]\n  - endpoints: [b, c]\n",
		   "b:eth0 10.1.1.2/24\na:eth0 10.1.1.1/24\n"
		   "b:eth1 10.2.2.1/24\nc:eth0 10.2.2.2/24\n");
}

TEST(assign, a_network_of_the_file_is_not_taken_again)
{
	check_ends("nodes: {a: {loopback: 10.2.2.99}, b: , c: }\nlinks:\n"
		   "  - endpoints: [a, b]\n"
		   "  - {endpoints: [b, c], ipv4: 10.1.0.0/16}\n"
		   "  - endpoints: [a, c]\n",
		   "a:eth0 10.3.3.1/24\nb:eth0 10.3.3.2/24\n"
		   "b:eth1 10.1.0.1/16\nc:eth0 10.1.0.2/16\n"
		   "a:eth1 10.4.4.1/24\nc:eth1 10.4.4.2/24\n");
}

TEST(assign, links_that_meet_in_hubs_are_one_segment)
{
	check_ends("nodes: {a: , b: , c: , h: {kind: hub}, g: {kind: hub}}\nlinks:\n"
		   "  - endpoints: [c, h]\n  - endpoints: [h, g]\n  - endpoints: [a, g]\n"
		   "  - endpoints: [g, b]\n  - endpoints: [a, b]\n",
		   "c:eth0 10.1.1.3/24\nh:eth0 -\nh:eth1 -\ng:eth0 -\na:eth0 10.1.1.1/24\n"
		   "g:eth1 -\ng:eth2 -\nb:eth0 10.1.1.2/24\n"
		   "a:eth1 10.2.2.1/24\nb:eth1 10.2.2.2/24\n");
}

TEST(assign, a_segment_with_an_address_is_completed_in_its_network)
{
	check_ends("nodes: {a: , b: , c: , h: {kind: hub}}\nlinks:\n"
		   "  - endpoints: [a, h]\n  - {endpoints: [h, b], ipv4: 192.168.7.1/24}\n"
		   "  - endpoints: [c, h]\n",
		   "a:eth0 192.168.7.2/24\nh:eth0 -\nh:eth1 -\nb:eth0 192.168.7.1/24\n"
		   "c:eth0 192.168.7.3/24\nh:eth2 -\n");
}

TEST(assign, a_network_on_a_hub_link_is_one_to_choose_from)
{
	check_ends("nodes: {a: , b: , h: {kind: hub}}\nlinks:\n"
		   "  - {endpoints: [b, h], ipv4: 192.168.7.0/24}\n"
		   "  - {endpoints: [a, h], ipv4: 192.168.7.0/24}\n",
		   "b:eth0 192.168.7.2/24\nh:eth0 -\na:eth0 192.168.7.1/24\nh:eth1 -\n");
}

TEST(assign, a_full_network_is_an_error)
{
	static const char text[] =
		"nodes: {a: , b: , c: , h: {kind: hub}}\nlinks:\n"
		"  - {endpoints: [a, h], ipv4: 192.168.7.0/30}\n"
		"  - endpoints: [b, h]\n  - endpoints: [c, h]\n";
	struct buf errs = { 0 };

	CHECK(topo_parse("lab.yaml", text, strlen(text), &errs) == NULL);
	CHECK_STR(errs.s, "lab.yaml:5:17: no address is left for c:eth0 in 192.168.7.0/30\n");
	buf_free(&errs);
}

/* n hosts on one hub. */
static struct topo *big_lan(int n)
{
	struct buf text = { 0 };
	struct topo *t;

	buf_str(&text, "nodes:\n  hub: {kind: hub}\n");
	for (int i = 0; i < n; i++)
		buf_printf(&text, "  h%d: {kind: host}\n", i);
	buf_str(&text, "links:\n");
	for (int i = 0; i < n; i++)
		buf_printf(&text, "  - endpoints: [h%d, hub]\n", i);
	t = good(text.s);
	buf_free(&text);
	return t;
}

TEST(assign, a_segment_of_more_than_254_ends_gets_a_larger_network)
{
	struct topo *t = big_lan(254);

	REQUIRE(t != NULL);
	CHECK_EQ(t->links[253].end[0].addrs[0].len, 24);
	CHECK_EQ(t->links[253].end[0].addrs[0].addr.v4, IP4(10, 1, 1, 254));
	topo_free(t);
	t = big_lan(1000);
	REQUIRE(t != NULL);
	CHECK_EQ(t->links[999].end[0].addrs[0].len, 22);
	CHECK_EQ(t->links[999].end[0].addrs[0].addr.v4, IP4(10, 1, 3, 232));
	topo_free(t);
}

TEST(assign, a_thousand_links_have_a_thousand_networks)
{
	struct buf text = { 0 };
	struct topo *t;

	buf_str(&text, "nodes:\n");
	for (int i = 0; i <= 1000; i++)
		buf_printf(&text, "  r%d: {}\n", i);
	buf_str(&text, "links:\n");
	for (int i = 0; i < 1000; i++)
		buf_printf(&text, "  - endpoints: [r%d, r%d]\n", i, i + 1);
	t = good(text.s);
	REQUIRE(t != NULL);
	CHECK_EQ(t->links[253].end[0].addrs[0].addr.v4, IP4(10, 254, 254, 1));
	CHECK_EQ(t->links[254].end[0].addrs[0].addr.v4, IP4(10, 0, 1, 1));
	CHECK_EQ(t->links[999].end[0].addrs[0].len, 24);
	topo_free(t);
	buf_free(&text);
}

TEST(assign, macs_come_from_the_numbers_of_node_and_interface)
{
	struct topo *t = good("nodes: {a: , b: , c: }\nlinks:\n"
			      "  - endpoints: [a, b]\n"
			      "  - {endpoints: [a, c], mac: [~, 02:00:00:01:00:00]}\n");
	char mac[MAC_STRLEN];

	REQUIRE(t != NULL);
	CHECK_STR(mac_fmt(t->links[0].end[0].mac, mac), "02:00:00:00:00:00");
	CHECK_STR(mac_fmt(t->links[1].end[0].mac, mac), "02:00:00:00:00:01");
	CHECK_STR(mac_fmt(t->links[1].end[1].mac, mac), "02:00:00:01:00:00");
	CHECK_STR(mac_fmt(t->links[0].end[1].mac, mac), "02:10:00:01:00:00");
	CHECK(t->links[0].end[0].auto_mac && !t->links[1].end[1].auto_mac);
	topo_free(t);
}

TEST(assign, addresses_assigned_are_noted)
{
	struct topo *t = good("nodes: {a: , b: }\nlinks: [endpoints: [a, b]]\n");

	REQUIRE(t != NULL);
	CHECK_STR(t->notes.s, "assigned a:eth0 10.1.1.1/24\nassigned b:eth0 10.1.1.2/24\n");
	CHECK(t->links[0].end[0].auto_addr && t->links[0].end[0].auto_name);
	CHECK_EQ(t->links[0].end[0].n_addrs, 1);
	topo_free(t);
}
