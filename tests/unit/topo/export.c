// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/topo/export.h"

#include "tests/unit/test.h"

static struct prefix p(const char *s)
{
	struct prefix v = { 0 };

	CHECK(prefix_parse(&v, s));
	return v;
}

static void check_net(const char *a, const char *b, const char *want)
{
	struct prefix pa = a ? p(a) : (struct prefix){ 0 }, net = { 0 };
	struct prefix pb = b ? p(b) : (struct prefix){ 0 };
	char text[PREFIX_STRLEN];
	bool found = topo_link_net(&pa, a != NULL, &pb, b != NULL, &net);

	CHECK_STR(found ? prefix_fmt(&net, text) : "none", want);
}

static void check_host(const char *addr, const char *net, const char *want)
{
	struct prefix a = p(addr), n = p(net);
	struct buf b = { 0 };

	topo_host_fmt(&a, &n, &b);
	CHECK_STR(b.s, want);
	buf_free(&b);
}

TEST(export, a_link_has_the_network_that_its_ends_share)
{
	check_net("10.0.0.1/24", "10.0.0.2/24", "10.0.0.0/24");
	check_net("10.0.0.1/24", NULL, "10.0.0.0/24");
	check_net(NULL, "10.7.1.1/16", "10.7.0.0/16");
	check_net("10.0.0.1/24", "10.0.1.2/24", "none");
	check_net("10.0.0.1/24", "10.0.0.2/25", "none");
	check_net(NULL, NULL, "none");
}

TEST(export, a_second_address_may_be_the_one_that_is_shared)
{
	struct prefix a[] = { p("10.0.0.1/24"), p("10.0.1.1/24") }, b = p("10.0.1.2/24"), net;

	CHECK(topo_link_net(a, 2, &b, 1, &net));
	CHECK_EQ(net.addr.v4, IP4(10, 0, 1, 0));
}

TEST(export, an_address_beside_its_network_is_its_last_part)
{
	check_host("10.1.2.3/24", "10.1.2.0/24", ".3");
	check_host("10.1.2.3/30", "10.1.2.0/30", ".3");
	check_host("10.1.2.3/32", "10.1.2.3/32", ".3");
	check_host("10.1.2.3/19", "10.1.0.0/19", ".2.3");
	check_host("10.1.2.3/8", "10.0.0.0/8", ".1.2.3");
	check_host("10.1.2.3/24", "10.1.3.0/24", "10.1.2.3/24");
	check_host("10.1.2.3/25", "10.1.2.0/24", "10.1.2.3/25");
}

TEST(export, a_direction_is_plain_until_the_file_says_something_of_it)
{
	static const char text[] =
		"version: 1\nnodes: {a: {}, b: {}}\nlinks:\n"
		"  - {endpoints: [a, b]}\n"
		"  - {endpoints: [a, b], forward: {loss: 1%}}\n"
		"  - {endpoints: [a, b], reverse: {rate: 1mbit, queue: 5p}}\n";
	struct buf errs = { 0 }, words = { 0 };
	struct topo *t = topo_parse("lab.yaml", text, sizeof(text) - 1, &errs);

	REQUIRE(t != NULL);
	CHECK(topo_end_is_plain(t, &t->links[0].end[0]));
	CHECK(!topo_end_is_plain(t, &t->links[1].end[0]));
	CHECK(topo_end_is_plain(t, &t->links[1].end[1]));
	CHECK(!topo_end_is_plain(t, &t->links[2].end[1]));
	topo_end_words(t, &t->links[2].end[1], &words);
	CHECK_STR(words.s, "rate 1mbit queue 5p delay 1ms");
	topo_free(t);
	buf_free(&words);
	buf_free(&errs);
}
