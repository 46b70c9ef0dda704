// SPDX-License-Identifier: GPL-3.0-or-later
/* The peer's window, and what is pushed: RFC 9293 3.8.6, 3.9.1.2. */
#include "tests/unit/tcp/fixture.h"

/* Congestion control lets everything pass. */
static struct peer *open_wide(enum peer_kind kind)
{
	struct peer *t = peer_new(kind);

	peer_accept(t);
	peer_conn(t)->cc.cwnd = 1000 * peer_conn(t)->cc.mss;
	CHECK_EQ(sk_setopt(t->sk, SKO_SNDBUF, 4000000), OK);
	return t;
}

static uint32_t sent(struct peer *t)
{
	uint32_t n = 0;

	while (peer_next(t))
		n += t->got.len;
	return n;
}

TEST(window, from_32768_on_it_is_no_negative_number)     /* MUST-1 */
{
	static const uint16_t wnds[] = { 32767, 32768, 40000, 65535 };

	for (size_t i = 0; i < N_ELEM(wnds); i++) {
		struct peer *t = open_wide(PEER_PLAIN);

		peer_window(t, wnds[i]);
		CHECK_EQ(peer_write(t, 100000), 100000);
		CHECK(sent(t) > wnds[i] - 1460u);
		CHECK_EQ(peer_conn(t)->snd_wnd, wnds[i]);
		peer_free(t);
	}
}

TEST(window, scaled_it_has_32_bits)      /* MUST-1, REC-1 */
{
	struct peer *t = open_wide(PEER_FULL);

	peer_conn(t)->snd_wscale = 14;
	SAY(t, .flags = TCP_ACK, .seq = 1, .ack = 1, .wnd = 65535);
	CHECK_EQ(peer_conn(t)->snd_wnd, 65535u << 14);
	CHECK_EQ(peer_write(t, 1000000), 1000000);
	CHECK_EQ(sent(t), 1000000);
	peer_free(t);
}

/* MUST-34, SHLD-15, SHLD-16, SHLD-17: it takes 3 of 4 segments back. */
TEST(window, one_that_shrinks_ends_nothing)
{
	struct peer *t = open_wide(PEER_PLAIN);
	bool again = false;

	CHECK_EQ(peer_write(t, 4 * 1460), 4 * 1460);
	CHECK_EQ(sent(t), 4 * 1460);
	t->wnd = 1460;
	SAY(t, .flags = TCP_ACK, .seq = 1, .ack = 1461);
	CHECK_EQ(peer_write(t, 1460), 1460);
	CHECK_EQ(sent(t), 0);                     /* no new data */
	peer_wait(t, MSEC(500));
	while (peer_next(t))
		again |= t->got.seq == 1461;
	CHECK(again);                             /* old data goes again */
	SAY(t, .flags = TCP_ACK, .seq = 1, .ack = 4 * 1460 + 1, .wnd = 65535);
	CHECK_EQ(sent(t), 1460);
	CHECK_EQ(peer_state(t), TCP_ESTABLISHED);
	peer_free(t);
}

TEST(window, one_that_is_shut_on_what_is_out_may_stay_so_while_the_peer_answers)    /* SHLD-17 */
{
	struct peer *t = open_wide(PEER_PLAIN);

	CHECK_EQ(peer_write(t, 1000), 1000);
	CHECK_EQ(sent(t), 1000);
	t->wnd = 0;
	for (unsigned i = 0; i < 60; i++) {       /* far more often than R2 */
		SAY(t, .flags = TCP_ACK, .seq = 1, .ack = 1);
		peer_wait(t, SEC(100));
	}
	CHECK_EQ(peer_state(t), TCP_ESTABLISHED);
	CHECK(peer_conn(t)->backoff > 15);
	peer_skip(t);
	peer_wait(t, SEC(400));                   /* but not one that is silent */
	CHECK_EQ(peer_state(t), TCP_CLOSED);
	peer_free(t);
}

TEST(window, a_rst_does_not_go_beyond_one_that_was_taken_back)
{
	struct peer *t = peer_new(PEER_PLAIN);

	peer_accept(t);
	CHECK_EQ(peer_write(t, 100), 100);
	HEAR(t, TCP_ACK | TCP_PSH, 1, 1, 100);
	peer_window(t, 0);
	peer_skip(t);
	CHECK_EQ(sk_setopt(t->sk, SKO_LINGER, 0), OK);
	sk_close(t->sk);
	t->sk = NULL;
	HEAR(t, TCP_RST | TCP_ACK, 1, 1, 0);      /* RFC 5961 3.2: exactly what is next there */
	peer_free(t);
}

TEST(window, a_syn_needs_none)
{
	struct peer *t = peer_new(PEER_PLAIN);

	peer_listen(t, 1);
	t->wnd = 0;
	peer_say_syn(t, 0, 0);
	HEAR(t, TCP_SYN | TCP_ACK, 0, 1, 0);
	SAY(t, .flags = TCP_ACK, .seq = 200000, .ack = 1, .len = 1);
	HEAR(t, TCP_ACK, 1, 1, 0);
	peer_free(t);
}

/* MUST-38, 3.8.6.2.1: a part of a segment must be half of the largest window. */
TEST(window, a_silly_window_is_not_used_at_once)
{
	static const struct { uint16_t wnd; uint32_t sent; } rows[] = {
		{ 50, 0 }, { 499, 0 }, { 500, 500 }, { 999, 999 }, { 1000, 1000 },
	};

	for (size_t i = 0; i < N_ELEM(rows); i++) {
		struct peer *t = peer_new(PEER_PLAIN);

		t->wnd = 1000;
		peer_accept(t);
		peer_window(t, rows[i].wnd);
		CHECK_EQ(peer_write(t, 3000), 3000);
		CHECK_EQ(sent(t), rows[i].sent);
		peer_free(t);
	}
}

/* --- pushing ------------------------------------------------------------------------------ */

TEST(window, the_last_segment_of_a_write_is_pushed)      /* MUST-61 */
{
	struct peer *t = open_wide(PEER_PLAIN);

	CHECK_EQ(peer_write(t, 3000), 3000);
	HEAR(t, TCP_ACK, 1, 1, 1460);
	HEAR(t, TCP_ACK, 1461, 1, 1460);
	SAY(t, .flags = TCP_ACK, .seq = 1, .ack = 2921);
	HEAR(t, TCP_ACK | TCP_PSH, 2921, 1, 80);
	SILENCE(t);
	peer_free(t);
}

/* MUST-60: neither MSG_MORE nor TCP_CORK keeps data for ever; Linux: 200 ms, or
 * for MSG_MORE the next ACK. */
TEST(window, what_is_not_pushed_goes_in_the_end)
{
	uint8_t b[100] = { 0 };
	struct sk_msg m = { .buf = b, .n = sizeof(b), .flags = SK_MORE };

	for (int cork = 0; cork < 2; cork++) {
		struct peer *t = open_wide(PEER_PLAIN);

		CHECK_EQ(sk_setopt(t->sk, SKO_CORK, cork), OK);
		m.flags = cork ? 0 : SK_MORE;
		CHECK_EQ(sk_sendmsg(t->sk, &m), 100);
		peer_wait(t, MSEC(190));
		SILENCE(t);
		peer_wait(t, MSEC(20));
		HEAR(t, TCP_ACK | TCP_PSH, 1, 1, 100);
		CHECK_EQ(sk_sendmsg(t->sk, &m), 100);     /* and again, once that is acknowledged */
		SILENCE(t);
		SAY(t, .flags = TCP_ACK, .seq = 1, .ack = 101);
		if (cork) {                       /* MSG_MORE is of one write: the ACK sends it */
			SILENCE(t);
			peer_wait(t, MSEC(210));
		}
		HEAR(t, cork ? TCP_ACK | TCP_PSH : TCP_ACK, 101, 1, 100);
		SAY(t, .flags = TCP_ACK, .seq = 1, .ack = 201);
		peer_wait(t, SEC(60));
		SILENCE(t);
		peer_free(t);
	}
}

TEST(window, what_filled_a_gap_is_acknowledged_with_all_that_waited)     /* MUST-59, MUST-58 */
{
	struct peer *t = peer_new(PEER_PLAIN);

	peer_accept(t);
	for (uint32_t i = 1; i < 6; i++)
		SAY(t, .flags = TCP_ACK, .seq = 1 + 100 * i, .ack = 1, .len = 100);
	peer_skip(t);
	SAY(t, .flags = TCP_ACK, .seq = 1, .ack = 1, .len = 100);
	HEAR(t, TCP_ACK, 1, 601, 0);
	SILENCE(t);
	peer_free(t);
}
