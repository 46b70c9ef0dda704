// SPDX-License-Identifier: GPL-3.0-or-later
/* LISTEN and its two queues. */
#include "tests/unit/tcp/fixture.h"

/* A client at this port opens; true: it was answered. */
static bool client(struct peer *t, uint16_t port)
{
	SAY(t, .flags = TCP_SYN, .sport = port);
	if (!peer_next(t))
		return false;
	SAY(t, .flags = TCP_ACK, .seq = 1, .ack = 1, .sport = port);
	return true;
}

TEST(listen, as_many_wait_as_the_backlog_says_and_one_more)
{
	struct peer *t = peer_new(PEER_PLAIN);
	struct sock *sk[3];

	peer_listen(t, 2);
	for (uint16_t i = 0; i < 3; i++)
		CHECK(client(t, (uint16_t)(2000 + i)));
	CHECK(!client(t, 2003));
	CHECK_EQ(tcp_conn(t->listener)->listen->n_accept, 3);
	for (unsigned i = 0; i < 3; i++)
		REQUIRE(sk_accept(t->listener, &sk[i]) == OK);
	CHECK_EQ(sk_accept(t->listener, &t->sk), ERR_AGAIN);
	CHECK(client(t, 2003));                   /* there is room again */
	for (unsigned i = 0; i < 3; i++)
		sk_close(sk[i]);
	peer_free(t);
}

/* tcp_abort_on_overflow; without it the ACK counts as lost. */
TEST(listen, a_full_queue_answers_the_ack_with_rst_if_it_is_told_to)
{
	for (int abort_it = 0; abort_it < 2; abort_it++) {
		struct peer *t = peer_new(PEER_PLAIN);
		seq_t irs;

		REQUIRE(stack_set_option(t->st, OPT_TCP_ABORT_ON_OVERFLOW, abort_it) == OK);
		peer_listen(t, 0);
		SAY(t, .flags = TCP_SYN, .sport = 2000);
		REQUIRE(peer_next(t));
		irs = t->irs;
		CHECK(client(t, 2001));
		t->irs = irs;
		SAY(t, .flags = TCP_ACK, .seq = 1, .ack = 1, .sport = 2000);
		CHECK_EQ(peer_next(t), abort_it);
		CHECK(!abort_it || (t->got.h.flags == TCP_RST && t->got.seq == 1));
		CHECK_EQ(t->st->tcp->n, abort_it ? 1 : 2);
		peer_free(t);
	}
}

TEST(listen, they_are_accepted_in_the_order_they_came)
{
	struct peer *t = peer_new(PEER_PLAIN);
	struct endpoint from;

	peer_listen(t, 5);
	for (uint16_t i = 0; i < 3; i++)
		CHECK(client(t, (uint16_t)(2000 + i)));
	for (uint16_t i = 0; i < 3; i++) {
		struct sock *sk = NULL;

		REQUIRE(sk_accept(t->listener, &sk) == OK);
		CHECK_EQ(sk_peer(sk, &from), OK);
		CHECK_EQ(from.port, 2000 + i);
		sk_close(sk);
	}
	peer_free(t);
}

/* As in Linux who only sent a SYN hears of it when he says more. */
TEST(listen, who_was_not_accepted_is_reset_when_the_listener_goes)
{
	struct peer *t = peer_new(PEER_PLAIN);

	peer_listen(t, 5);
	CHECK(client(t, 2000));
	SAY(t, .flags = TCP_SYN, .sport = 2001);
	peer_skip(t);
	sk_close(t->listener);
	t->listener = NULL;
	CHECK(peer_next(t));
	CHECK(t->got.h.flags & TCP_RST);
	CHECK_EQ(t->got.h.dport, 2000);
	SILENCE(t);
	CHECK_EQ(t->st->tcp->n, 0);
	peer_free(t);
}

TEST(listen, a_half_open_connection_ends_without_an_ack)
{
	struct peer *t = peer_new(PEER_PLAIN);

	peer_listen(t, 5);
	peer_say_syn(t, 0, 0);
	peer_wait(t, SEC(200));
	CHECK_EQ(peer_waiting(t), 6);             /* tcp_synack_retries */
	CHECK_EQ(peer_state(t), TCP_CLOSED);
	CHECK_EQ(tcp_conn(t->listener)->listen->n_syn, 0);
	peer_free(t);
}

TEST(listen, an_answer_that_could_not_be_sent_again_is_not_counted)
{
	struct peer *t = peer_new(PEER_PLAIN);

	peer_listen(t, 5);
	for (unsigned i = 0; i < 2; i++) {
		pkt_pool_fail_after(net_pool(t->net), 1);         /* there is the SYN alone */
		peer_say_syn(t, 0, 0);
		CHECK_EQ(show_stat(t->st, ST_TCP_OUT_SEGS), 0);
		CHECK_EQ(show_stat(t->st, ST_TCP_RETRANS), 0);
		pkt_pool_fail_after(net_pool(t->net), UINT64_MAX);
		peer_wait(t, MSEC(600));
	}
	peer_free(t);
}
