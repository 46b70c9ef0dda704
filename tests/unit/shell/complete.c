// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/complete.h"

#include <stdlib.h>

#include "stack/util/rng.h"
#include "tests/unit/shell/fixture.h"
#include "tests/unit/test.h"

static void check_words(struct bench *b, const char *line, const char *want)
{
	struct buf got = { 0 };
	struct complete c;

	complete_line(&c, b->sh, line);
	buf_str(&got, "");
	for (size_t i = 0; i < c.n; i++)
		buf_printf(&got, "%s%s", i ? " " : "", c.v[i]);
	if (!CHECK_STR(got.s, want))
		printf("     %s\n", line);
	buf_free(&got);
	complete_fini(&c);
}

TEST(complete, words_nodes_and_interfaces_come_from_the_grammar)
{
	struct bench b;

	REQUIRE(bench_open(&b));
	check_words(&b, "pinga", "pingall pingallfull");
	check_words(&b, "h", "h1 h2 help history");
	check_words(&b, "@h", "@h1 @h2");
	check_words(&b, "link h", "h1 h2");
	check_words(&b, "link h1:", "h1:eth0 h1:eth1");
	check_words(&b, "link h1 r1 ", "down up");
	check_words(&b, "h1 ip ro", "route");
	check_words(&b, "h1 ip addr show dev ", "eth0 eth1 lo");
	check_words(&b, "h1 ip route show 10", "10.0.1.0/24 10.0.3.0/24");
	check_words(&b, "h1 ping h", "h1 h2");
	check_words(&b, "show ip route ", "connected h1 h2 json kernel link ospf r1 static");
	check_words(&b, "h1 ip route get 10.0.2", "10.0.2.1 10.0.2.2");
	check_words(&b, "node h1 ", "start stop");
	bench_close(&b);
}

TEST(complete, a_command_inside_a_command_completes_as_a_line)
{
	struct bench b;

	REQUIRE(bench_open(&b));
	check_words(&b, "time pinga", "pingall pingallfull");
	check_words(&b, "time link h1 r1 ", "down up");
	check_words(&b, "wait 5s until h1 tracer", "traceroute");
	bench_close(&b);
}

TEST(complete, nothing_fits_after_a_wrong_word_or_in_a_comment)
{
	struct bench b;

	REQUIRE(bench_open(&b));
	check_words(&b, "bogus ", "");
	check_words(&b, "link h9 ", "");
	check_words(&b, "nodes # h", "");
	check_words(&b, "nodes x", "");
	bench_close(&b);
}

TEST(complete, a_file_argument_says_so)
{
	struct complete c;
	struct bench b;

	REQUIRE(bench_open(&b));
	complete_line(&c, b.sh, "source x");
	CHECK(c.files);
	complete_fini(&c);
	complete_line(&c, b.sh, "nodes ");
	CHECK(!c.files);
	complete_fini(&c);
	bench_close(&b);
}

static char *list_of(struct bench *b, const char *line)
{
	char *text = NULL;
	size_t n;
	FILE *f = open_memstream(&text, &n);

	complete_list(b->sh, line, f);
	fclose(f);
	return text;
}

TEST(complete, the_list_has_each_word_with_its_meaning)
{
	struct bench b;
	char *s;

	REQUIRE(bench_open(&b));
	s = list_of(&b, "link h1 ");
	CHECK_STR(s, "  B                 a node or NODE:INTERFACE: h1 r1 h2 link\n");
	free(s);
	s = list_of(&b, "links ");
	CHECK_STR(s, "  <Enter>           the command is complete\n");
	free(s);
	s = list_of(&b, "node h1 ");
	CHECK_STR(s, "  start             \n  stop              \n");
	free(s);
	s = list_of(&b, "bogus ");
	CHECK_STR(s, "  nothing fits here\n");
	free(s);
	bench_close(&b);
}

TEST(complete, behind_a_redirection_stands_a_file)
{
	static const char *const lines[] = { "h1 nc -l 80 > ", "h1 ping h2 >> ", "h1 nc h2 80 < " };
	struct complete c;
	struct bench b;
	char *s;

	REQUIRE(bench_open(&b));
	for (size_t i = 0; i < N_ELEM(lines); i++) {
		s = list_of(&b, lines[i]);
		CHECK_STR(s, "  FILE              a file\n");
		free(s);
		complete_line(&c, b.sh, lines[i]);
		CHECK(c.files && !c.n);
		complete_fini(&c);
	}
	complete_line(&c, b.sh, "h1 nc h2 80 > f h");
	CHECK(!c.files && c.n);
	complete_fini(&c);
	complete_line(&c, b.sh, "h1 nc h2 80 '>' h");
	CHECK(!c.files && c.n);
	complete_fini(&c);
	bench_close(&b);
}

/* Lines made of the grammar's own words and of noise, from a fixed seed: none
 * may crash, and every wrong one is told in a sentence. */
TEST(complete, no_line_breaks_the_parser)
{
	static const char *const bits[] = {
		"h1", "@r1", "r1", "link", "ip", "route", "add", "via", "10.0.1.1", "10.0.0.0/8",
		"nexthop", "show", "set", "-j", "-s", "'", "\"", "\\", "#", "&", "time", "wait",
		"until", "5s", "?", "h1:eth0", "capture", "", "bogus", "node", "run", "dev", "eth0",
	};
	struct rng rng;
	struct bench b;

	rng_init(&rng, 7, "shell lines");
	REQUIRE(bench_open(&b));
	for (int i = 0; i < 3000; i++) {
		struct complete c;
		struct cmd_line l;
		struct buf line = { 0 };
		uint32_t n = rng_below(&rng, 9);

		buf_str(&line, "");
		for (uint32_t k = 0; k < n; k++)
			buf_printf(&line, "%s%s", bits[rng_below(&rng, N_ELEM(bits))],
				   rng_below(&rng, 8) ? " " : "");
		complete_line(&c, b.sh, line.s);
		complete_fini(&c);
		free(list_of(&b, line.s));
		cmd_line_parse(&l, b.sh, line.s);
		if (l.kind == CMD_WRONG)
			CHECK(l.err.len > 0);
		cmd_line_fini(&l);
		buf_free(&line);
	}
	bench_close(&b);
}

TEST(complete, free_words_are_listed_and_enter_only_where_it_runs)
{
	struct bench b;
	char *s;

	REQUIRE(bench_open(&b));
	check_words(&b, "set link h1 r1 de", "delay");
	check_words(&b, "set link h1 r1 loss 1% r", "rate reorder");
	check_words(&b, "capture start h1:", "h1:eth0 h1:eth1");
	check_words(&b, "capture start a", "all");
	check_words(&b, "pace ", "real virtual");
	check_words(&b, "help pinga", "pingall pingallfull");
	s = list_of(&b, "capture start h1 ");
	CHECK(strstr(s, "<Enter>") == NULL);
	free(s);
	s = list_of(&b, "h1 ping ");
	CHECK(strstr(s, "<Enter>") == NULL);
	free(s);
	s = list_of(&b, "h1 ping h2 ");
	CHECK(strstr(s, "<Enter>") != NULL);
	free(s);
	bench_close(&b);
}

TEST(complete, a_sysctl_is_offered_by_its_full_name_and_with_its_few_values)
{
	struct bench b;
	char *s;

	REQUIRE(bench_open(&b));
	check_words(&b, "h1 sysctl net.ipv4.tcp_sync", "net.ipv4.tcp_syncookies");
	check_words(&b, "h1 sysctl -w net.ipv4.conf.all.rp", "net.ipv4.conf.all.rp_filter");
	check_words(&b, "h1 sysctl ip_f", "ip_forward");
	check_words(&b, "h1 sysctl -", "-a -n -q -w");
	check_words(&b, "h1 sysctl h", "");
	check_words(&b, "h1 sysctl net.ipv4.ip_forward=", "net.ipv4.ip_forward=0 "
		    "net.ipv4.ip_forward=1");
	check_words(&b, "h1 sysctl -w ip_default_ttl=", "");
	s = list_of(&b, "h1 sysctl net.ipv4.ip_fo");
	CHECK_STR(s, "  NAME              arguments: net.ipv4.ip_forward\n");
	free(s);
	bench_close(&b);
}

TEST(complete, an_argument_of_few_words_offers_them)
{
	struct bench b;

	REQUIRE(bench_open(&b));
	check_words(&b, "h1 ip neigh show nud p", "permanent probe");
	check_words(&b, "h1 ip addr show scope ", "global host link");
	check_words(&b, "h1 ip route show type b", "blackhole broadcast");
	check_words(&b, "h1 ip route add 10.9.0.0/16 via 10.0.1.2 proto s", "static");
	check_words(&b, "h1 ss state syn", "syn-recv syn-sent synchronized");
	check_words(&b, "h1 ss -A ", "all inet raw tcp udp");
	check_words(&b, "link add h1 r1 delay 1ms type ", "broadcast p2mp p2p");
	check_words(&b, "set link h1 r1 distribution p", "pareto paretonormal");
	check_words(&b, "kill ", "");
	CHECK_EQ(bench_do(&b, "h1 nc -l 80 > /dev/null &"), 0);
	check_words(&b, "kill ", "1");
	check_words(&b, "time fg ", "1");
	CHECK_EQ(bench_do(&b, "kill 1"), 0);
	CHECK_EQ(bench_do(&b, "capture start all /dev/null"), 0);
	check_words(&b, "capture stop ", "1 all");
	bench_close(&b);
}

TEST(complete, an_area_is_one_that_the_router_is_in)
{
	struct buf errs = { 0 };
	struct bench b;
	struct lab *lab = lab_parse("lab.yaml", "nodes: {r1: {}, r2: {}}\nlinks:\n"
		"  - {endpoints: [r1, r2], ospf: {area: 7}}\n", NULL, &errs);

	REQUIRE(lab != NULL && bench_open_on(&b, lab));
	check_words(&b, "r1 ospf area ", "0.0.0.7");
	check_words(&b, "r1 ospf redistribute static metric-type ", "1 2");
	bench_close(&b);
}
