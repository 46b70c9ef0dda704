// SPDX-License-Identifier: GPL-3.0-or-later
/* Very many segments of one kind: from strangers, or from a peer gone wrong. */
#include <malloc.h>

#include "tests/lab/soak.h"
#include "tests/unit/tcp/fixture.h"

static void forget(struct peer *t)
{
	net_forget(t->dev);
	t->n_read = 0;
}

/* Frames that go out meanwhile are counted, not kept. */
static unsigned wait_counting(struct peer *t, ns_t d)
{
	unsigned n = 0;

	for (ns_t end = net_now(t->net) + d; net_now(t->net) < end;) {
		peer_wait(t, SEC(1));
		n += peer_waiting(t);
		forget(t);
	}
	return n;
}

/* --- half-open connections ---------------------------------------------------------------- */

#define HALF_OPEN SOAK(100000u, 5000u)

static void half_open(struct peer *t, uint32_t from, uint32_t to)
{
	for (uint32_t i = from; i < to; i++) {
		SAY(t, .flags = TCP_SYN, .sport = (uint16_t)(2000 + i % 60000),
		    .src = i < 60000 ? PEER_THEM : IP4(10, 0, 0, 3));
		if (peer_waiting(t) >= 1000)
			forget(t);
	}
	forget(t);
}

TEST(flood, whoever_comes_honestly_finds_a_place_among_half_open_connections)
{
	struct peer *t = peer_new(PEER_FULL);
	size_t before, after;

	CHECK_EQ(stack_set_option(t->st, OPT_SOMAXCONN, 200000), OK);
	peer_listen(t, 200000);
	half_open(t, 0, 10);
	before = mallinfo2().uordblks;
	half_open(t, 10, HALF_OPEN);
	after = mallinfo2().uordblks;
	SOAK_SAY("%u half-open connections, %zu bytes of memory each\n", HALF_OPEN,
		 (after - before) / (HALF_OPEN - 10));
	CHECK_EQ(tcp_conn(t->listener)->listen->n_syn, HALF_OPEN);
	CHECK(!tcp_conn(t->listener)->listen->cookies);
	peer_accept(t);
	CHECK_EQ(peer_write(t, 100), 100);
	HEAR(t, TCP_ACK | TCP_PSH, 1, 1, 100);
	SAY(t, .flags = TCP_ACK, .seq = 1, .ack = 101);
	/* Linux: five times, the last time of waiting is 32 s. */
	CHECK_EQ(wait_counting(t, SEC(70)), 5 * HALF_OPEN);
	CHECK_EQ(t->st->tcp->n, 1);
	CHECK_EQ(tcp_conn(t->listener)->listen->n_syn, 0);
	peer_free(t);
}

TEST(flood, a_listener_with_many_half_open_connections_can_close)
{
	struct peer *t = peer_new(PEER_FULL);

	CHECK_EQ(stack_set_option(t->st, OPT_SOMAXCONN, 200000), OK);
	peer_listen(t, 200000);
	half_open(t, 0, HALF_OPEN);
	sk_close(t->listener);
	t->listener = NULL;
	CHECK_EQ(t->st->tcp->n, 0);
	peer_free(t);
}

TEST(flood, somaxconn_limits_what_a_listener_asks_for)
{
	struct peer *t = peer_new(PEER_PLAIN);

	CHECK_EQ(stack_set_option(t->st, OPT_SOMAXCONN, 10), OK);
	CHECK_EQ(stack_set_option(t->st, OPT_TCP_SYNCOOKIES, 0), OK);
	peer_listen(t, 1000);
	half_open(t, 0, 100);
	CHECK_EQ(tcp_conn(t->listener)->listen->n_syn, 11);
	peer_free(t);
}

/* --- blind attacks: RFC 5961 --------------------------------------------------------------- */

/* Who does not see the connection sends so many segments of any number.  Data or
 * a FIN outside of the window would have an ACK each (RFC 9293 3.10.7.4). */
static void blind(struct peer *t, uint8_t flags, uint32_t step, uint32_t len)
{
	for (uint32_t i = 0; i < SOAK(100000, 5000); i++) {
		uint32_t at = 2 + i * step;

		if (at == 1)
			continue;                 /* that guess is the one that counts */
		SAY(t, .flags = flags, .seq = at, .ack = 1000000 + i * 40503, .len = len);
		if (i % 100 == 0)
			peer_wait(t, MSEC(1));
	}
}

TEST(flood, guessed_segments_change_nothing_and_are_seldom_answered)
{
	static const struct { uint8_t flags; uint32_t step, len; } rows[] = {
		{ TCP_RST, 42949, 0 },            /* all over the space */
		{ TCP_RST, 1, 0 },                /* in the window */
		{ TCP_SYN, 42949, 0 }, { TCP_SYN, 1, 0 },
		{ TCP_ACK, 42949, 0 }, { TCP_ACK, 1, 0 }, { TCP_ACK, 0, 10 },
		{ TCP_ACK | TCP_FIN, 0, 0 }, { TCP_SYN | TCP_ACK, 1, 0 },
	};

	for (size_t i = 0; i < N_ELEM(rows); i++) {
		struct peer *t = peer_new(PEER_SACK);

		peer_accept(t);
		blind(t, rows[i].flags, rows[i].step, rows[i].len);
		CHECK_EQ(peer_state(t), TCP_ESTABLISHED);
		CHECK_EQ(seq_diff(peer_conn(t)->rcv_nxt, t->iss), 1);
		CHECK(peer_waiting(t) <= 4);      /* in a second at most */
		peer_skip(t);
		SAY(t, .flags = TCP_ACK, .seq = 1, .ack = 1, .len = 5);
		CHECK_EQ(peer_read(t, 100), 5);
		peer_free(t);
	}
}

/* --- peers that disagree -------------------------------------------------------------------- */

/* Two stacks whose connection lost its way: each takes the other's segments
 * for old or for new ones.  They may not answer each other without end. */
TEST(flood, two_confused_ends_do_not_answer_each_other_for_ever)
{
	static const int32_t off[][2] = {
		{ -5000, 5000 }, { 5000, -5000 }, { 5000, 5000 }, { -5000, -5000 },
		{ INT32_MAX / 2, 0 }, { 0, -100 }, { 1, 1 }, { -1, -1 },
	};

	for (size_t i = 0; i < N_ELEM(off); i++) {
		struct endpoint at = { { .family = ADDR_IP4 }, 80 };
		struct endpoint to = { addr_ip4(IP4(10, 0, 0, 2)), 80 };
		struct net *net = net_new();
		struct stack *a = net_host(net, "a"), *b = net_host(net, "b");
		struct sock *l, *sk[2];

		net_join(net_dev(a, "eth0", "10.0.0.1/24"), net_dev(b, "eth0", "10.0.0.2/24"));
		REQUIRE(sk_open(b, ADDR_IP4, SK_STREAM, 0, &l) == OK && sk_bind(l, &at) == OK);
		REQUIRE(sk_listen(l, 1) == OK && sk_open(a, ADDR_IP4, SK_STREAM, 0, &sk[0]) == OK);
		REQUIRE(sk_connect(sk[0], &to) == ERR_INPROGRESS);
		net_run(net, SEC(1));
		REQUIRE(sk_accept(l, &sk[1]) == OK);
		for (int k = 0; k < 2; k++) {
			struct tcp_conn *tc = tcp_conn(sk[k]);

			CHECK_EQ(sk_send(sk[k], "hello", 5, NULL), 5);
			tc->rcv_nxt = seq_add(tc->rcv_nxt, (uint32_t)off[i][k]);
			tc->rcv_adv = seq_add(tc->rcv_adv, (uint32_t)off[i][k]);
			tc->rcv_wup = seq_add(tc->rcv_wup, (uint32_t)off[i][k]);
		}
		net_run(net, SEC(100));
		/* What is sent again, its answers, and two challenges a second. */
		CHECK(a->stat[ST_TCP_OUT_SEGS] + b->stat[ST_TCP_OUT_SEGS] < 500);
		sk_close(sk[0]);
		sk_close(sk[1]);
		sk_close(l);
		net_free(net);
	}
}

/* --- windows -------------------------------------------------------------------------------- */

/* Every ACK takes back some of what was promised, down to nothing, and gives it
 * again: all is sent, and nothing beyond the window that was open then. */
TEST(flood, a_window_that_shrinks_again_and_again_holds_nobody_up)
{
	struct peer *t = peer_new(PEER_SACK);
	uint32_t got = 1, edge, turn = 0;
	ssize_t n;

	peer_accept(t);
	CHECK_EQ(sk_setopt(t->sk, SKO_SNDBUF, 1 << 20), OK);
	n = peer_write(t, 200000);
	edge = 65536;
	while (got < 1 + (uint32_t)n && turn++ < 20000) {
		while (peer_next(t)) {
			CHECK(t->got.seq + t->got.len <= edge);
			if (t->got.seq <= got && t->got.seq + t->got.len > got)
				got = t->got.seq + t->got.len;
		}
		t->wnd = turn % 5 ? (uint16_t)(60000 / (turn % 5 * turn % 7 + 1)) : 1;
		if (got + t->wnd > edge)
			edge = got + t->wnd;
		SAY(t, .flags = TCP_ACK, .seq = 1, .ack = got);
		peer_wait(t, MSEC(20));
	}
	CHECK_EQ(got, 1 + n);
	peer_free(t);
}
