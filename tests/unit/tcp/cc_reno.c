// SPDX-License-Identifier: GPL-3.0-or-later
/* RFC 5681's windows, and the list of algorithms, without a connection. */
#include "stack/tcp/cc.h"
#include "tests/unit/test.h"

#define MSS 1000

static struct tcp_cc cc;

static void ack(uint32_t bytes)
{
	struct cc_ack a = { .acked = bytes, .in_flight = cc.cwnd, .srtt = MSEC(10), .now = SEC(1) };

	cc.ops->on_ack(&cc, &a);
}

TEST(cc, algorithms_are_found_by_their_names)
{
	CHECK(cc_find("reno") == &cc_reno);
	CHECK(cc_find("cubic") == &cc_cubic);
	CHECK(cc_find("Reno") == NULL);
	CHECK(cc_find("") == NULL);
	CHECK(cc_default() == &cc_cubic);
	CHECK(cc_nth(0) == &cc_cubic);
	CHECK(cc_nth(1) == &cc_reno);
	CHECK(cc_nth(2) == NULL);
}

TEST(cc, the_window_may_grow_only_if_it_was_in_the_way)
{
	cc_init(&cc, &cc_reno, MSS);                      /* slow start: half of it is enough */
	CHECK(!cc_is_limited(&cc, 5000, false));
	CHECK(cc_is_limited(&cc, 5001, false));
	CHECK(cc_is_limited(&cc, 0, true));
	cc.ssthresh = cc.cwnd;                            /* avoidance: all of it */
	CHECK(!cc_is_limited(&cc, 10000, false));
	CHECK(cc_is_limited(&cc, 10000, true));
}

TEST(cc_reno, begins_with_ten_segments)
{
	cc_init(&cc, &cc_reno, MSS);
	CHECK_EQ(cc.cwnd, 10 * MSS);
	CHECK(cc_in_slow_start(&cc));
}

TEST(cc_reno, slow_start_doubles_in_a_round_trip)        /* MUST-19 */
{
	cc_init(&cc, &cc_reno, MSS);
	for (int i = 0; i < 10; i++)
		ack(MSS);
	CHECK_EQ(cc.cwnd, 20 * MSS);
	ack(20 * MSS);                                    /* one ACK for all counts the same */
	CHECK_EQ(cc.cwnd, 40 * MSS);
}

TEST(cc_reno, avoidance_adds_a_segment_in_a_round_trip)  /* MUST-19 */
{
	cc_init(&cc, &cc_reno, MSS);
	cc.ssthresh = cc.cwnd;
	for (int i = 0; i < 9; i++)
		ack(MSS);
	CHECK_EQ(cc.cwnd, 10 * MSS);
	ack(MSS);
	CHECK_EQ(cc.cwnd, 11 * MSS);
	ack(11 * MSS);
	CHECK_EQ(cc.cwnd, 12 * MSS);
}

TEST(cc_reno, an_ack_across_ssthresh_counts_for_both)
{
	cc_init(&cc, &cc_reno, MSS);
	cc.ssthresh = 12 * MSS;
	ack(14 * MSS);                                    /* 2 to ssthresh, 12 are a window there */
	CHECK_EQ(cc.cwnd, 13 * MSS);
}

TEST(cc_reno, a_loss_halves_and_undo_restores)
{
	cc_init(&cc, &cc_reno, MSS);
	cc.ops->on_loss(&cc, cc.cwnd, 0);
	CHECK_EQ(cc.ssthresh, 5 * MSS);
	cc.cwnd = cc.ssthresh;
	cc.ops->undo(&cc);
	CHECK_EQ(cc.cwnd, 10 * MSS);
	CHECK_EQ(cc.ssthresh, CC_INFINITE);
}

TEST(cc_reno, a_timeout_leaves_one_segment_and_ssthresh_never_less_than_two)
{
	cc_init(&cc, &cc_reno, MSS);
	cc.ops->on_rto(&cc, cc.cwnd, 0);
	CHECK_EQ(cc.cwnd, MSS);
	CHECK_EQ(cc.ssthresh, 5 * MSS);
	cc.ops->on_rto(&cc, cc.cwnd, 0);
	CHECK_EQ(cc.ssthresh, 2 * MSS);
}
