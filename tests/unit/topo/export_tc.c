// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/topo/export.h"

#include "tests/unit/test.h"

/* What tc is told of the first end of a link with these keys. */
static void check_tc(const char *keys, const char *want)
{
	struct buf text = { 0 }, errs = { 0 }, got = { 0 };
	struct topo *t;

	buf_printf(&text, "version: 1\nnodes: {a: {}, b: {}}\nlinks:\n"
		   "  - {endpoints: [\"a:e\", \"b:e\"]%s}\n", keys);
	t = topo_parse("lab.yaml", text.s, text.len, &errs);
	if (!t)
		printf("%s", errs.s);
	REQUIRE(t != NULL);
	buf_str(&got, "");
	topo_export_tc(t, &t->links[0].end[0], t->links[0].mtu, &got);
	CHECK_STR(got.s, want);
	topo_free(t);
	buf_free(&got);
	buf_free(&errs);
	buf_free(&text);
}

#define NETEM "tc -n a qdisc add dev e root handle 1: netem "
#define TBF_GBIT "tc -n a qdisc add dev e parent 1:1 handle 10: tbf rate 1gbit " \
	"burst 125000b limit 263658b\n"

TEST(export_tc, a_link_as_all_links_are_needs_none)
{
	check_tc("", "");
	check_tc(", delay: 1ms", "");
}

TEST(export_tc, netem_delays_and_under_it_tbf_has_the_rate_and_the_queue)
{
	check_tc(", delay: 20ms, rate: 10mbit, queue: 50p",
		 NETEM "limit 100000 delay 20ms\n"
		 "tc -n a qdisc add dev e parent 1:1 handle 10: tbf rate 10mbit burst 3028b "
		 "limit 77214b\n");
}

TEST(export_tc, what_is_not_there_is_left_out)
{
	check_tc(", delay: 0s, rate: 10mbit, queue: 10kb",
		 "tc -n a qdisc add dev e root handle 10: tbf rate 10mbit burst 3028b "
		 "limit 11754b\n");
	check_tc(", delay: 5ms, rate: 0", NETEM "limit 100000 delay 5ms\n");
	check_tc(", delay: 0s, rate: 0, queue: 0b", "");
}

TEST(export_tc, the_words_are_those_of_netem)
{
	check_tc(", delay: 5ms, jitter: 1ms, correlation: 25%, distribution: normal, loss: 1% 10%,"
		 " duplicate: 2%, reorder: 3%, gap: 5, corrupt: 4%, limit: 7",
		 NETEM "limit 7 delay 5ms 1ms 25% distribution normal loss 1% 10% duplicate 2% "
		 "reorder 3% corrupt 4% gap 5\n" TBF_GBIT);
	check_tc(", loss: state 1% 20%", NETEM "limit 100000 delay 1ms loss state 1% 20% 0% 100% "
		 "0%\n" TBF_GBIT);
}

/* tc refuses a distribution or correlation without jitter, gap without reorder. */
TEST(export_tc, words_that_tc_would_refuse_and_that_do_nothing_are_left_out)
{
	check_tc(", delay: 5ms, correlation: 25%, distribution: normal, gap: 5",
		 NETEM "limit 100000 delay 5ms\n" TBF_GBIT);
}

TEST(export_tc, what_tc_has_no_word_for_is_told)
{
	check_tc(", loss-list: [1, 5], overhead: 24",
		 "# not in tc: loss-list 1,5 overhead 24\n"
		 NETEM "limit 100000 delay 1ms\n" TBF_GBIT);
}

TEST(export_tc, a_queue_without_a_limit_and_the_slowest_rate_are_numbers_that_tc_takes)
{
	check_tc(", delay: 0s, rate: 1bit, queue: 0b",
		 "tc -n a qdisc add dev e root handle 10: tbf rate 8bit burst 3028b "
		 "limit 1000001514b\n");
}
