// SPDX-License-Identifier: GPL-3.0-or-later
#include <stdlib.h>

#include "shell/complete.h"
#include "tests/unit/shell/fixture.h"
#include "tests/unit/test.h"

static void check_has(const char *text, const char *part)
{
	if (!CHECK(strstr(text, part) != NULL))
		printf("     lacks '%s':\n%s", part, text);
}

TEST(cmd_topo, show_draws_the_lab_as_it_is_now)
{
	struct bench b;

	REQUIRE(bench_open(&b));
	CHECK_EQ(bench_do(&b, "topo show"), 0);
	check_has(b.out, "| h1 |-10.0.1.0/24-| r1 |-10.0.2.0/24-| h2 |");
	CHECK(!strstr(b.out, "DOWN"));
	bench_do(&b, "link h1 r1 down");
	bench_do(&b, "r1 ip addr add 10.7.0.9/16 dev eth1");
	bench_do(&b, "r1 ip addr add 10.8.8.8/32 dev lo");
	bench_do(&b, "h2 ip link set eth0 down");
	bench_do(&b, "node link stop");
	CHECK_EQ(bench_do(&b, "topo show"), 0);
	check_has(b.out, "10.0.1.0/24 DOWN");
	check_has(b.out, "10.0.2.0/24 DOWN");
	check_has(b.out, "eth0(down)");
	check_has(b.out, ".1 10.7.0.9/16");
	check_has(b.out, "lo 10.8.8.8/32");
	check_has(b.out, "link (stopped)");
	bench_close(&b);
}

TEST(cmd_topo, show_reports_nodes_and_links_as_one_value)
{
	struct bench b;

	REQUIRE(bench_open(&b));
	bench_do(&b, "link r1 h2 down");
	CHECK_EQ(bench_do(&b, "topo show --json"), 0);
	check_has(b.out, "\"nodes\":[{\"name\":\"h1\",\"kind\":\"host\",\"up\":true,"
		  "\"loopback\":[]}");
	check_has(b.out, "\"links\":[{\"state\":\"up\",\"mtu\":1500,\"ends\":[{\"node\":\"h1\","
		  "\"ifname\":\"eth0\",\"up\":true,\"addresses\":[\"10.0.1.1/24\"],"
		  "\"rate_bps\":1000000000,\"netem\":\"delay 1ms\"}");
	check_has(b.out, "{\"state\":\"cut\"");
	bench_close(&b);
}

TEST(cmd_topo, export_writes_every_format_in_both_spellings)
{
	static const char *const lines[][2] = {
		{ "topo export yaml", "topo export --yaml" },
		{ "topo export dot", "topo export --dot" },
	};
	struct bench b;

	REQUIRE(bench_open(&b));
	for (size_t i = 0; i < N_ELEM(lines); i++) {
		char *first;

		CHECK_EQ(bench_do(&b, lines[i][0]), 0);
		first = strdup(b.out);
		CHECK_EQ(bench_do(&b, lines[i][1]), 0);
		CHECK_STR(b.out, first);
		CHECK(strlen(first) > 100);
		free(first);
	}
	bench_close(&b);
}

TEST(cmd_topo, export_says_what_a_format_cannot_hold_and_what_it_cannot_write)
{
	struct bench b;

	REQUIRE(bench_open(&b));
	CHECK_EQ(bench_do(&b, "topo export vnet"), 1);
	CHECK_STR(b.err, "vnetUtils files cannot say this: h1 does not forward\n");
	CHECK_STR(b.out, "");
	CHECK_EQ(bench_do(&b, "topo export dot /no/such/folder/x"), 1);
	CHECK_STR(b.err, "/no/such/folder/x: cannot be written: No such file or directory\n");
	CHECK_EQ(bench_do(&b, "topo export svg"), 1);
	check_has(b.err, "expected dot, vnet or yaml");
	bench_close(&b);
}

TEST(cmd_topo, its_words_are_completed)
{
	struct bench b;
	struct complete c;

	REQUIRE(bench_open(&b));
	complete_line(&c, b.sh, "topo export v");
	CHECK_EQ(c.n, 1);
	CHECK_STR(c.n ? c.v[0] : "", "vnet");
	complete_fini(&c);
	complete_line(&c, b.sh, "topo ");
	CHECK_EQ(c.n, 2);
	complete_fini(&c);
	bench_close(&b);
}
