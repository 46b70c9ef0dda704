// SPDX-License-Identifier: GPL-3.0-or-later
/* RFC 5682: was the timeout spurious? */
#include "tests/unit/tcp/flight.h"

/* A timeout with ten in flight: the probe of the tail, then the first again. */
static struct peer *timed_out(void)
{
	struct peer *t = flight(10);

	flight_write(t, 20);                      /* what fits of it goes, too */
	peer_wait(t, MSEC(300));
	CHECK_EQ(peer_conn(t)->ca_state, CA_LOSS);
	CHECK(peer_conn(t)->frto);
	peer_skip(t);
	return t;
}

TEST(frto, an_ack_of_what_was_not_sent_again_undoes_the_timeout)
{
	struct peer *t = timed_out();
	struct tcp_conn *tc = peer_conn(t);

	CHECK_EQ(tc->cc.cwnd, MSS);
	flight_ack(t, 2);                         /* the second was sent once */
	CHECK_EQ(tc->ca_state, CA_OPEN);
	CHECK(tc->cc.cwnd >= 10 * MSS);
	CHECK_EQ(tc->n_lost, 0);
	CHECK_EQ(show_tcp_ext(t->st, EXT_LOSS_UNDO), 1);
	CHECK_EQ(show_tcp_ext(t->st, EXT_SPURIOUS_RTOS), 1);
	peer_free(t);
}

TEST(frto, switched_off_what_seems_lost_goes_first)
{
	struct peer *t = flight(10);
	struct tcp_conn *tc = peer_conn(t);

	CHECK_EQ(stack_set_option(t->st, OPT_TCP_FRTO, 0), OK);
	flight_write(t, 20);
	peer_wait(t, MSEC(300));
	CHECK_EQ(tc->ca_state, CA_LOSS);
	CHECK(!tc->frto);
	peer_skip(t);
	flight_ack(t, 1);
	HEAR(t, TCP_ACK, AT(1), 1, MSS);
	CHECK_EQ(tc->ca_state, CA_LOSS);
	peer_free(t);
}

TEST(frto, after_the_first_ack_new_data_goes_instead_of_what_seems_lost)
{
	struct peer *t = timed_out();
	struct tcp_conn *tc = peer_conn(t);
	uint32_t nxt = tc->snd_nxt.v - tc->iss.v;

	flight_ack(t, 1);
	HEAR(t, TCP_ACK, nxt, 1, MSS);
	HEAR(t, TCP_ACK, nxt + MSS, 1, MSS);
	SILENCE(t);
	CHECK(tc->frto);
	flight_ack(t, 3);                         /* 3.b: it was spurious */
	CHECK_EQ(tc->ca_state, CA_OPEN);
	peer_free(t);
}

TEST(frto, a_sack_of_the_new_data_alone_shows_that_the_loss_is_real)
{
	struct peer *t = timed_out();
	struct tcp_conn *tc = peer_conn(t);
	uint32_t nxt = tc->snd_nxt.v - tc->iss.v;

	flight_ack(t, 1);
	peer_skip(t);
	SAY(t, .flags = TCP_ACK, .seq = 1, .ack = AT(1), .n_sack = 1, .sack = { { nxt, nxt + MSS } });
	CHECK(!tc->frto);
	CHECK_EQ(tc->ca_state, CA_LOSS);
	HEAR(t, TCP_ACK, AT(1), 1, MSS);
	peer_free(t);
}
