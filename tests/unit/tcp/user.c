// SPDX-License-Identifier: GPL-3.0-or-later
/* The user's calls, RFC 9293 3.10.1 to 3.10.6, where their state forbids them. */
#include "tests/unit/tcp/fixture.h"

TEST(user, calls_on_a_closed_socket_say_so)
{
	struct peer *t = peer_new(PEER_PLAIN);
	struct sock *other = NULL;

	REQUIRE(sk_open(t->st, ADDR_IP4, SK_STREAM, 0, &t->sk) == OK);
	CHECK(peer_write(t, 1) < 0);
	CHECK_EQ(peer_read(t, 1), ERR_NOTCONN);
	CHECK_EQ(sk_shutdown(t->sk, SK_SHUT_WR), ERR_NOTCONN);
	CHECK_EQ(sk_accept(t->sk, &other), ERR_INVAL);
	peer_free(t);
}

TEST(user, connecting_once_is_enough)
{
	struct endpoint to = { addr_ip4(PEER_THEM), 1000 };
	struct peer *t = peer_new(PEER_PLAIN);

	peer_connect_start(t);
	CHECK_EQ(sk_connect(t->sk, &to), ERR_ALREADY);
	CHECK_EQ(peer_write(t, 1), ERR_AGAIN);
	CHECK_EQ(peer_read(t, 1), ERR_AGAIN);
	peer_say_syn(t, TCP_ACK, 1);
	CHECK_EQ(sk_connect(t->sk, &to), OK);     /* it is there, and that is told once */
	CHECK_EQ(sk_connect(t->sk, &to), ERR_ISCONN);
	CHECK_EQ(sk_listen(t->sk, 1), ERR_INVAL);
	peer_free(t);
}

TEST(user, a_second_try_knows_nothing_of_the_first)
{
	struct endpoint to = { addr_ip4(PEER_THEM), 1000 };
	struct peer *t = peer_new(PEER_PLAIN);
	int err, tries = 0;

	peer_connect_start(t);
	peer_wait(t, SEC(600));
	CHECK_EQ(sk_getopt(t->sk, SKO_ERROR, &err), OK);
	CHECK_EQ(err, ERR_TIMEDOUT);
	peer_skip(t);
	while (sk_connect(t->sk, &to) != ERR_INPROGRESS && tries++ < 2)
		;
	CHECK_EQ(peer_waiting(t), 1);
	peer_wait(t, MSEC(900));
	CHECK_EQ(peer_waiting(t), 1);
	peer_wait(t, MSEC(200));
	CHECK_EQ(peer_waiting(t), 2);
	peer_wait(t, SEC(10));
	CHECK_EQ(peer_waiting(t), 4);
	peer_free(t);
}

TEST(user, writes_of_any_length_join)     /* SHLD-7; the peer checks the sum */
{
	static const size_t sizes[] = { 3, 4, 1, 1, 5, 2, 7, 700, 701, 1 };
	struct peer *t = peer_new(PEER_PLAIN);
	uint32_t sum = 0;

	peer_accept(t);
	CHECK_EQ(peer_write(t, 1), 1);
	HEAR(t, TCP_ACK | TCP_PSH, 1, 1, 1);
	for (size_t i = 0; i < N_ELEM(sizes); i++, sum += (uint32_t)sizes[i - 1])
		CHECK_EQ(peer_write(t, sizes[i]), (ssize_t)sizes[i]);
	SILENCE(t);
	SAY(t, .flags = TCP_ACK, .seq = 1, .ack = 2);
	HEAR(t, TCP_ACK | TCP_PSH, 2, 1, sum);
	peer_free(t);
}

TEST(user, nobody_connects_to_many)       /* MUST-46 */
{
	struct endpoint to = { addr_ip4(IP4(224, 0, 0, 1)), 9 };
	struct peer *t = peer_new(PEER_PLAIN);

	REQUIRE(sk_open(t->st, ADDR_IP4, SK_STREAM, 0, &t->sk) == OK);
	CHECK(sk_connect(t->sk, &to) != ERR_INPROGRESS);
	to.addr = addr_ip4(IP4(10, 0, 0, 255));
	CHECK(sk_connect(t->sk, &to) != ERR_INPROGRESS);
	SILENCE(t);
	peer_free(t);
}

TEST(user, a_socket_says_when_it_may_be_written)
{
	struct peer *t = peer_new(PEER_PLAIN);

	t->wnd = 4000;
	peer_connect_start(t);
	CHECK_EQ(sk_ready(t->sk) & SK_OUT, 0);
	peer_say_syn(t, TCP_ACK, 1);
	CHECK_EQ(sk_ready(t->sk), SK_OUT);
	CHECK_EQ(sk_setopt(t->sk, SKO_SNDBUF, 10000), OK);
	CHECK_EQ(peer_write(t, 20000), 5 * 1460); /* the fifth begins below it: sndbuf.c */
	CHECK_EQ(sk_ready(t->sk), 0);
	CHECK_EQ(peer_write(t, 1), ERR_AGAIN);
	SAY(t, .flags = TCP_ACK, .seq = 1, .ack = 1 + 2 * 1460);
	CHECK_EQ(sk_ready(t->sk), SK_OUT);
	peer_free(t);
}

TEST(user, a_peek_leaves_what_it_saw)
{
	struct peer *t = peer_new(PEER_PLAIN);
	uint8_t b[50];
	struct sk_msg m = { .buf = b, .n = sizeof(b), .flags = SK_PEEK };
	int v = 0;

	peer_accept(t);
	SAY(t, .flags = TCP_ACK, .seq = 1, .ack = 1, .len = 20);
	SAY(t, .flags = TCP_ACK, .seq = 21, .ack = 1, .len = 20);
	CHECK_EQ(sk_recvmsg(t->sk, &m), 40);
	CHECK_EQ(b[39], peer_byte(40));
	CHECK_EQ(sk_getopt(t->sk, SKO_NREAD, &v), OK);
	CHECK_EQ(v, 40);
	CHECK_EQ(peer_read(t, 50), 40);
	CHECK_EQ(peer_read(t, 50), ERR_AGAIN);
	peer_free(t);
}

TEST(user, what_is_not_sent_may_make_it_unwritable)       /* TCP_NOTSENT_LOWAT */
{
	struct peer *t = peer_new(PEER_PLAIN);

	t->wnd = 1000;
	peer_accept(t);
	CHECK_EQ(sk_setopt(t->sk, SKO_NOTSENT_LOWAT, 500), OK);
	CHECK_EQ(peer_write(t, 1201), 1201);
	HEAR(t, TCP_ACK, 1, 1, 1000);
	CHECK_EQ(sk_ready(t->sk) & SK_OUT, SK_OUT);
	CHECK_EQ(peer_write(t, 100), 100);        /* 301 wait, more than half; it takes more, */
	CHECK_EQ(sk_ready(t->sk) & SK_OUT, 0);
	CHECK_EQ(peer_write(t, 2000), 1460 - 301);        /* but no more than a segment */
	CHECK_EQ(peer_write(t, 1), ERR_AGAIN);
	t->wnd = 60000;
	SAY(t, .flags = TCP_ACK, .seq = 1, .ack = 1001);
	SAY(t, .flags = TCP_ACK, .seq = 1, .ack = 1481);  /* Nagle */
	CHECK_EQ(sk_ready(t->sk) & SK_OUT, SK_OUT);
	peer_free(t);
}

/* TCP_WINDOW_CLAMP: as Linux 6.18, until a segment tells what its memory is. */
TEST(user, a_clamp_bounds_the_window)
{
	struct peer *t = peer_new(PEER_PLAIN);

	peer_listen(t, 1);
	CHECK_EQ(sk_setopt(t->listener, SKO_WINDOW_CLAMP, 5000), OK);
	peer_say_syn(t, 0, 0);
	HEAR(t, TCP_SYN | TCP_ACK, 0, 1, 0);
	CHECK_EQ(t->got.h.wnd, 3 * 1460);         /* whole segments of it */
	SAY(t, .flags = TCP_ACK, .seq = 1, .ack = 1);
	REQUIRE(sk_accept(t->listener, &t->sk) == OK);
	SAY(t, .flags = TCP_ACK, .seq = 1, .ack = 1, .len = 536);
	HEAR(t, TCP_ACK, 1, 537, 0);
	CHECK(t->got.h.wnd <= 5000);
	CHECK_EQ(peer_read(t, 2000), 536);
	SAY(t, .flags = TCP_ACK, .seq = 537, .ack = 1, .len = 1460);
	HEAR(t, TCP_ACK, 1, 1997, 0);
	CHECK_EQ(t->got.h.wnd, 5 * 1460);
	peer_free(t);
}

/* RFC 1122 4.2.3.9: unreachable is soft, and ends nothing. */
TEST(user, a_soft_error_is_told_when_asked_for)
{
	struct peer *t = peer_new(PEER_PLAIN);
	int v = 0;

	peer_accept(t);
	CHECK_EQ(peer_write(t, 100), 100);
	peer_icmp(t, ICMP4_UNREACH, 1, 0, 1);
	CHECK_EQ(sk_ready(t->sk) & SK_ERR, 0);
	CHECK_EQ(sk_getopt(t->sk, SKO_ERROR, &v), OK);
	CHECK_EQ(v, ERR_NOROUTE);
	CHECK_EQ(sk_getopt(t->sk, SKO_ERROR, &v), OK);
	CHECK_EQ(v, OK);
	CHECK_EQ(peer_state(t), TCP_ESTABLISHED);
	peer_free(t);
}

TEST(user, what_came_before_a_reset_can_be_read)
{
	struct peer *t = peer_new(PEER_PLAIN);

	peer_accept(t);
	SAY(t, .flags = TCP_ACK, .seq = 1, .ack = 1, .len = 10);
	SAY(t, .flags = TCP_RST, .seq = 11);
	CHECK_EQ(peer_read(t, 100), 10);
	CHECK_EQ(peer_read(t, 100), ERR_CONNRESET);
	CHECK_EQ(peer_read(t, 100), 0);
	peer_free(t);
}
