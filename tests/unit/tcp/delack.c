// SPDX-License-Identifier: GPL-3.0-or-later
/* When ACKs leave: quick ones, ATO, dialogues.  The numbers are Linux's. */
#include "tests/unit/tcp/fixture.h"

/* The peer writes `len` bytes at *at; how long the stack takes to acknowledge
 * them, in ms. */
static int64_t acked_after(struct peer *t, uint32_t *at, uint32_t len, uint8_t flags)
{
	ns_t from = net_now(t->net);

	SAY(t, .flags = TCP_ACK | flags, .seq = *at, .ack = 1, .len = len);
	*at += len;
	while (!peer_waiting(t) && net_now(t->net) - from < SEC(2))
		peer_wait(t, MSEC(1));
	CHECK(peer_next(t));
	CHECK_EQ(t->got.ack, *at);
	return (net_now(t->net) - from) / MSEC(1);
}

/* The quick ACKs are spent, by segments of 100 bytes 100 ms apart. */
static struct peer *spent(uint32_t *at)
{
	struct peer *t = peer_new(PEER_PLAIN);

	*at = 1;
	peer_accept(t);
	for (unsigned i = 0; i < 16; i++) {
		CHECK_EQ(acked_after(t, at, 100, 0), 0);
		peer_wait(t, MSEC(100));
	}
	CHECK_EQ(peer_conn(t)->quick_acks, 0);
	return t;
}

static int64_t ato_ms(struct peer *t)
{
	struct sk_tcp_info i;
	int64_t us = -1;

	CHECK_EQ(sk_tcp_info(t->sk, &i), OK);
	CHECK(sk_tcp_info_find(&i, "ato", &us));
	return us / 1000;
}

TEST(delack, a_small_window_has_few_quick_acks)
{
	struct peer *t = peer_new(PEER_PLAIN);
	uint32_t at = 1;

	peer_listen(t, 1);
	CHECK_EQ(sk_setopt(t->listener, SKO_RCVBUF, 8000), OK);
	peer_accept(t);
	CHECK_EQ(tcp_rcv_wnd(peer_conn(t)), 2 * 1460);
	for (unsigned i = 0; i < 2; i++)          /* 2920 / (2 * 536) */
		CHECK_EQ(acked_after(t, &at, 10, 0), 0);
	CHECK_EQ(acked_after(t, &at, 10, 0), 40);
	peer_free(t);
}

TEST(delack, ato_follows_the_pace_of_the_data)
{
	uint32_t at;
	struct peer *t = spent(&at);

	CHECK_EQ(ato_ms(t), 40);
	CHECK_EQ(acked_after(t, &at, 100, 0), 40);
	CHECK_EQ(ato_ms(t), 80);                  /* nothing took it along: longer */
	peer_wait(t, MSEC(20));
	CHECK_EQ(acked_after(t, &at, 100, 0), 40);        /* but no longer than a round trip */
	CHECK_EQ(ato_ms(t), 200);                 /* 80 / 2 + 60, twice, up to the RTO */
	SAY(t, .flags = TCP_ACK, .seq = at, .ack = 1, .len = 100);
	CHECK_EQ(ato_ms(t), 140);                 /* 200 / 2 + 40 */
	SAY(t, .flags = TCP_ACK, .seq = at + 100, .ack = 1, .len = 100);
	CHECK_EQ(ato_ms(t), 90);                  /* 140 / 2 + 20: back to back */
	SAY(t, .flags = TCP_ACK, .seq = at + 200, .ack = 1, .len = 100);
	CHECK_EQ(ato_ms(t), 65);
	peer_free(t);
}

/* MUST-40, however slow the path and however seldom data comes. */
TEST(delack, no_ack_waits_half_a_second)
{
	struct peer *t = peer_new(PEER_PLAIN);
	uint32_t at = 1;

	peer_listen(t, 1);
	peer_say_syn(t, 0, 0);
	HEAR(t, TCP_SYN | TCP_ACK, 0, 1, 0);
	peer_wait(t, MSEC(900));
	SAY(t, .flags = TCP_ACK, .seq = 1, .ack = 1);
	REQUIRE(sk_accept(t->listener, &t->sk) == OK);
	CHECK_EQ(peer_conn(t)->srtt, MSEC(900));
	for (unsigned i = 0; i < 16; i++)
		CHECK_EQ(acked_after(t, &at, 100, 0), 0);
	for (unsigned i = 0; i < 12; i++) {
		CHECK(acked_after(t, &at, 100, 0) <= 200);
		peer_wait(t, MSEC(500));
	}
	CHECK(ato_ms(t) > 500);
	peer_free(t);
}

TEST(delack, after_a_long_pause_acks_are_quick_again)
{
	uint32_t at;
	struct peer *t = spent(&at);

	CHECK_EQ(acked_after(t, &at, 100, 0), 40);
	peer_wait(t, SEC(3));                     /* beyond the RTO */
	for (unsigned i = 0; i < 16; i++)
		CHECK_EQ(acked_after(t, &at, 100, 0), 0);
	CHECK_EQ(acked_after(t, &at, 100, 0), 40);
	peer_free(t);
}

TEST(delack, data_that_comes_twice_needs_acks_at_once)
{
	uint32_t at;
	struct peer *t = spent(&at);

	SAY(t, .flags = TCP_ACK, .seq = at - 100, .ack = 1, .len = 100);
	HEAR(t, TCP_ACK, 1, at, 0);
	CHECK_EQ(acked_after(t, &at, 100, 0), 0);
	peer_free(t);
}

/* MUST-58: an answer takes the ACK of the question along. */
TEST(delack, in_a_dialogue_the_answer_is_the_ack)
{
	struct peer *t = peer_new(PEER_PLAIN);
	uint32_t at = 1, ack = 1;

	peer_accept(t);
	CHECK_EQ(acked_after(t, &at, 100, 0), 0); /* nothing tells of a dialogue yet */
	for (unsigned i = 0; i < 5; i++) {
		CHECK_EQ(peer_read(t, 200), 100);
		CHECK_EQ(peer_write(t, 10), 10);
		HEAR(t, TCP_ACK | TCP_PSH, ack, at, 10);
		ack += 10;
		SAY(t, .flags = TCP_ACK | TCP_PSH, .seq = at, .ack = ack, .len = 100);
		at += 100;
		SILENCE(t);
		peer_wait(t, MSEC(5));
	}
	peer_wait(t, MSEC(36));                   /* no answer: the ACK alone, and no dialogue */
	HEAR(t, TCP_ACK, ack, at, 0);
	CHECK(!peer_conn(t)->pingpong);
	CHECK_EQ(ato_ms(t), 40);
	peer_free(t);
}

TEST(delack, who_has_read_all_of_a_last_small_segment_waits_no_longer)
{
	uint32_t at;
	struct peer *t = spent(&at);

	CHECK_EQ(peer_read(t, 5000), 1600);
	SILENCE(t);
	SAY(t, .flags = TCP_ACK | TCP_PSH, .seq = at, .ack = 1, .len = 100);
	CHECK_EQ(peer_read(t, 60), 60);
	SILENCE(t);                               /* not all yet */
	CHECK_EQ(peer_read(t, 60), 40);
	HEAR(t, TCP_ACK, 1, at + 100, 0);
	peer_free(t);
}

TEST(delack, a_fin_waits_for_ours_as_long_as_data_would)
{
	struct peer *t = peer_new(PEER_PLAIN);
	uint32_t at = 1;

	peer_accept(t);
	CHECK_EQ(acked_after(t, &at, 100, 0), 0);
	SAY(t, .flags = TCP_ACK | TCP_FIN, .seq = at, .ack = 1);
	SILENCE(t);
	peer_wait(t, MSEC(39));
	SILENCE(t);
	peer_wait(t, MSEC(2));
	HEAR(t, TCP_ACK, 1, at + 1, 0);
	peer_free(t);

	t = peer_new(PEER_PLAIN);                 /* and is taken along by it */
	peer_accept(t);
	at = 1;
	CHECK_EQ(acked_after(t, &at, 100, 0), 0);
	CHECK_EQ(peer_read(t, 200), 100);
	SAY(t, .flags = TCP_ACK | TCP_FIN, .seq = at, .ack = 1);
	sk_close(t->sk);
	t->sk = NULL;
	HEAR(t, TCP_ACK | TCP_FIN, 1, at + 1, 0);
	SILENCE(t);
	peer_free(t);
}

/* --- TCP_QUICKACK --------------------------------------------------------------------------- */

TEST(delack, the_user_may_ask_for_quick_acks_and_for_none)
{
	struct peer *t = peer_new(PEER_PLAIN);
	uint32_t at = 1;
	int v = -1;

	peer_accept(t);
	CHECK_EQ(sk_getopt(t->sk, SKO_QUICKACK, &v), OK);
	CHECK_EQ(v, 1);
	CHECK_EQ(sk_setopt(t->sk, SKO_QUICKACK, 0), OK);
	CHECK_EQ(sk_getopt(t->sk, SKO_QUICKACK, &v), OK);
	CHECK_EQ(v, 0);
	SAY(t, .flags = TCP_ACK, .seq = at, .ack = 1, .len = 100);
	at += 100;
	CHECK_EQ(peer_read(t, 200), 100);
	SILENCE(t);
	CHECK_EQ(sk_setopt(t->sk, SKO_QUICKACK, 1), OK);          /* what waits, goes */
	HEAR(t, TCP_ACK, 1, at, 0);
	CHECK_EQ(acked_after(t, &at, 100, 0), 0);
	CHECK_EQ(sk_setopt(t->sk, SKO_QUICKACK, 0), OK);
	CHECK_EQ(acked_after(t, &at, 100, 0), 40);
	peer_free(t);
}

TEST(delack, an_even_value_is_for_once)
{
	struct peer *t = peer_new(PEER_PLAIN);
	uint32_t at = 1;

	peer_accept(t);
	CHECK_EQ(sk_setopt(t->sk, SKO_QUICKACK, 0), OK);
	SAY(t, .flags = TCP_ACK, .seq = at, .ack = 1, .len = 100);
	at += 100;
	CHECK_EQ(peer_read(t, 200), 100);
	CHECK_EQ(sk_setopt(t->sk, SKO_QUICKACK, 2), OK);
	HEAR(t, TCP_ACK, 1, at, 0);
	CHECK_EQ(acked_after(t, &at, 100, 0), 40);
	peer_free(t);
}

TEST(delack, without_quick_acks_the_handshake_waits_for_data_too)
{
	struct peer *t = peer_new(PEER_PLAIN);
	struct endpoint to = { addr_ip4(PEER_THEM), t->pport };
	struct endpoint at = { { .family = ADDR_IP4 }, t->lport };

	REQUIRE(sk_open(t->st, ADDR_IP4, SK_STREAM, 0, &t->sk) == OK);
	CHECK_EQ(sk_bind(t->sk, &at), OK);
	CHECK_EQ(sk_setopt(t->sk, SKO_QUICKACK, 0), OK);
	CHECK_EQ(sk_connect(t->sk, &to), ERR_INPROGRESS);
	HEAR(t, TCP_SYN, 0, 0, 0);
	peer_say_syn(t, TCP_ACK, 1);
	SILENCE(t);
	CHECK_EQ(peer_state(t), TCP_ESTABLISHED);
	CHECK_EQ(peer_write(t, 10), 10);
	HEAR(t, TCP_ACK | TCP_PSH, 1, 1, 10);
	peer_free(t);

	t = peer_new(PEER_PLAIN);                 /* but not for ever */
	REQUIRE(sk_open(t->st, ADDR_IP4, SK_STREAM, 0, &t->sk) == OK);
	CHECK_EQ(sk_bind(t->sk, &at), OK);
	CHECK_EQ(sk_setopt(t->sk, SKO_QUICKACK, 0), OK);
	CHECK_EQ(sk_connect(t->sk, &to), ERR_INPROGRESS);
	HEAR(t, TCP_SYN, 0, 0, 0);
	peer_say_syn(t, TCP_ACK, 1);
	peer_wait(t, MSEC(201));
	HEAR(t, TCP_ACK, 1, 1, 0);
	peer_free(t);
}
