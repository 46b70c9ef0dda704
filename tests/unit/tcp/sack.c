// SPDX-License-Identifier: GPL-3.0-or-later
/* SACK blocks, honest and not. */
#include "tests/unit/alloc.h"
#include "tests/unit/tcp/flight.h"

TEST(sack, a_block_marks_the_segments_that_it_covers_whole)
{
	struct peer *t = flight(10);
	const struct tcp_conn *tc = peer_conn(t);

	peer_wait(t, RTT);
	SAY(t, .flags = TCP_ACK, .seq = 1, .ack = AT(0), .n_sack = 1, .sack = { { AT(2), AT(4) } });
	CHECK_EQ(tc->n_sacked, 2);
	SAY(t, .flags = TCP_ACK, .seq = 1, .ack = AT(0), .n_sack = 2,
	    .sack = { { AT(6), AT(7) + 100 }, { AT(2), AT(4) } });
	CHECK_EQ(tc->n_sacked, 3);
	SAY(t, .flags = TCP_ACK, .seq = 1, .ack = AT(0), .n_sack = 2,
	    .sack = { { AT(6), AT(8) }, { AT(2), AT(4) } });
	CHECK_EQ(tc->n_sacked, 4);
	CHECK_EQ(tc->delivered, 1 + 30 + 4);        /* the SYN is one */
	peer_free(t);
}

TEST(sack, blocks_that_lie_change_nothing)
{
	struct peer *t = flight(5);
	const struct tcp_conn *tc = peer_conn(t);
	const uint32_t lies[][2] = {
		{ AT(3), AT(1) },                 /* inverted */
		{ AT(2), AT(2) },                 /* empty */
		{ AT(5), AT(6) },                 /* beyond SND.NXT */
		{ AT(4), AT(6) },                 /* half of it */
		{ AT(2), AT(2) + 0x90000000 },    /* more than half of the space */
		{ 0, 1 },                         /* before the data */
	};

	peer_wait(t, RTT);
	for (size_t i = 0; i < N_ELEM(lies); i++)
		SAY(t, .flags = TCP_ACK, .seq = 1, .ack = AT(0), .n_sack = 1,
		    .sack = { { lies[i][0], lies[i][1] } });
	CHECK_EQ(tc->n_sacked, 0);
	CHECK_EQ(tc->n_lost, 0);
	flight_ack(t, 5);
	CHECK_EQ(tc->n_out, 0);
	SILENCE(t);
	peer_free(t);
}

/* The MSS has no room for them (RFC 6691): a full segment goes without, and if
 * they are news an ACK of its own tells them. */
TEST(sack, blocks_do_not_make_a_full_segment_too_long)
{
	struct peer *t = peer_new(PEER_FULL);

	peer_accept(t);
	SAY(t, .flags = TCP_ACK, .seq = 1001, .ack = 1, .len = 1000);
	HEAR(t, TCP_ACK, 1, 1, 0);
	CHECK_EQ(t->got.o.n_sack, 1);
	CHECK_EQ(peer_write(t, 1448), 1448);
	HEAR(t, TCP_ACK | TCP_PSH, 1, 1, 1448);
	CHECK_EQ(t->got.o.n_sack, 0);
	CHECK_EQ(peer_write(t, 1448 - 12), 1448 - 12);
	HEAR(t, TCP_ACK | TCP_PSH, 1449, 1, 1448 - 12);
	CHECK_EQ(t->got.o.n_sack, 1);
	SAY(t, .flags = TCP_ACK, .seq = 2001, .ack = 1 + 2 * 1448 - 12, .wnd = 1);
	CHECK_EQ(peer_write(t, 1448), 1448);
	SILENCE(t);
	SAY(t, .flags = TCP_ACK, .seq = 3001, .ack = 1 + 2 * 1448 - 12, .len = 1000);
	CHECK(peer_next(t));
	CHECK_EQ(t->got.len, 1448);
	CHECK_EQ(t->got.o.n_sack, 0);
	HEAR(t, TCP_ACK, 1 + 3 * 1448 - 12, 1, 0);
	CHECK_EQ(t->got.o.n_sack, 2);
	SILENCE(t);
	peer_free(t);
}

/* RFC 2018 8: a timeout forgets what was SACKed, if the peer took it back. */
TEST(sack, what_was_sacked_and_thrown_away_is_sent_again)
{
	struct peer *t = flight(4);
	struct tcp_conn *tc = peer_conn(t);

	peer_wait(t, RTT);
	SAY(t, .flags = TCP_ACK, .seq = 1, .ack = AT(0), .n_sack = 1, .sack = { { AT(1), AT(4) } });
	HEAR(t, TCP_ACK, AT(0), 1, MSS);
	flight_ack(t, 1);         /* and nothing of the rest */
	peer_skip(t);
	CHECK_EQ(tc->n_sacked, 3);
	peer_wait(t, MSEC(300));
	HEAR(t, TCP_ACK, AT(1), 1, MSS);
	CHECK_EQ(tc->n_sacked, 0);
	flight_ack(t, 2);
	HEAR(t, TCP_ACK, AT(2), 1, MSS);
	HEAR(t, TCP_ACK | TCP_PSH, AT(3), 1, MSS);
	peer_free(t);
}

/* The first ACK that has some finds no memory to keep them. */
TEST(sack, blocks_are_taken_without_memory_and_once_there_is_some)
{
	struct peer *t = flight(10);
	const struct tcp_conn *tc = peer_conn(t);

	peer_wait(t, RTT);
	CHECK(tc->blocks == NULL);
	state->fail_at = state->calls + 3;        /* behind two of SAY() */
	flight_sack(t, 0, 2, 4);
	state->fail_at = 0;
	CHECK(tc->blocks == NULL);
	CHECK_EQ(tc->n_sacked, 2);
	flight_sack(t, 0, 2, 6);
	CHECK(tc->blocks != NULL);
	CHECK_EQ(tc->n_sacked, 4);
	flight_ack(t, 10);
	CHECK_EQ(tc->n_out, 0);
	peer_free(t);
}

TEST(sack, a_duplicate_that_is_told_of_is_no_news_of_data)
{
	struct peer *t = flight(3);
	const struct tcp_conn *tc = peer_conn(t);

	peer_wait(t, RTT);
	SAY(t, .flags = TCP_ACK, .seq = 1, .ack = AT(2), .n_sack = 1, .sack = { { AT(0), AT(1) } });
	CHECK_EQ(tc->dsack_seen, 1);
	CHECK_EQ(tc->n_sacked, 0);
	CHECK_EQ(tc->n_out, 1);
	peer_free(t);
}

TEST(sack, a_segment_below_those_sacked_was_overtaken)
{
	struct peer *t = flight(10);
	const struct tcp_conn *tc = peer_conn(t);

	peer_wait(t, RTT);
	SAY(t, .flags = TCP_ACK, .seq = 1, .ack = AT(0), .n_sack = 1, .sack = { { AT(5), AT(6) } });
	CHECK(!tc->rack.reordering_seen);
	SAY(t, .flags = TCP_ACK, .seq = 1, .ack = AT(0), .n_sack = 2,
	    .sack = { { AT(1), AT(2) }, { AT(5), AT(6) } });
	CHECK(tc->rack.reordering_seen);
	CHECK_EQ(tc->reordering, 5);
	peer_free(t);
}
