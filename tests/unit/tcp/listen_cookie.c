// SPDX-License-Identifier: GPL-3.0-or-later
/* SYN cookies: nothing is kept of a SYN, and nothing of it is lost. */
#include "tests/unit/tcp/fixture.h"

/* A listener of which all half-open places are taken by others. */
static struct peer *flooded(enum peer_kind kind, uint16_t n)
{
	struct peer *t = peer_new(kind);

	peer_listen(t, 2);
	for (uint16_t i = 0; i < n; i++)
		SAY(t, .flags = TCP_SYN, .sport = (uint16_t)(2000 + i), .src = IP4(10, 0, 0, 3));
	peer_skip(t);
	CHECK_EQ(tcp_conn(t->listener)->listen->n_syn, 3);
	return t;
}

TEST(listen_cookie, a_client_comes_through_a_flood_with_its_options)
{
	static const enum peer_kind kinds[] = { PEER_PLAIN, PEER_SACK, PEER_FULL };

	for (size_t i = 0; i < N_ELEM(kinds); i++) {
		struct peer *t = flooded(kinds[i], 10);
		bool full = kinds[i] == PEER_FULL;
		struct tcp_conn *tc;

		peer_wait(t, MSEC(777));
		peer_say_syn(t, 0, 0);
		CHECK_EQ(peer_state(t), TCP_CLOSED);      /* nothing is kept */
		HEAR(t, TCP_SYN | TCP_ACK, 0, 1, 0);
		CHECK_EQ(t->got.o.has_wscale, full);
		CHECK_EQ(t->got.o.sack_ok, full);         /* only where it is remembered */
		t->ts = full;
		SAY(t, .flags = TCP_ACK, .seq = 1, .ack = 1, .len = 20, .wnd = 100);
		REQUIRE(sk_accept(t->listener, &t->sk) == OK);
		HEAR(t, TCP_ACK, 1, 21, 0);
		tc = peer_conn(t);
		CHECK_EQ(tc->state, TCP_ESTABLISHED);
		CHECK_EQ(tc->peer_mss, 1460);
		CHECK_EQ(tc->snd_wscale, full ? 7 : 0);
		CHECK_EQ(tc->snd_wnd, full ? 100 << 7 : 100);
		CHECK_EQ(tc->sack_ok, full);
		CHECK_EQ(tc->ts_ok, full);
		CHECK_EQ(tc->segs_in, 2);
		CHECK_EQ(tc->data_segs_in, 1);
		CHECK_EQ(peer_read(t, 100), 20);
		t->wnd = 1000;
		SAY(t, .flags = TCP_ACK, .seq = 21, .ack = 1);
		CHECK_EQ(peer_write(t, 30), 30);
		HEAR(t, TCP_ACK | TCP_PSH, 1, 21, 30);
		peer_free(t);
	}
}

TEST(listen_cookie, an_ack_that_brings_no_cookie_is_refused)
{
	struct peer *t = flooded(PEER_FULL, 10);

	peer_say_syn(t, 0, 0);
	HEAR(t, TCP_SYN | TCP_ACK, 0, 1, 0);
	for (uint32_t i = 2; i < 200; i++) {
		SAY(t, .flags = TCP_ACK, .seq = 1, .ack = i * 7919);
		CHECK(peer_next(t));
		CHECK_EQ(t->got.h.flags, TCP_RST);
	}
	SAY(t, .flags = TCP_ACK, .seq = 5, .ack = 1);
	CHECK(peer_next(t));
	CHECK_EQ(t->got.h.flags, TCP_RST);
	SAY(t, .flags = TCP_ACK, .seq = 1, .ack = 1, .sport = 1001);
	CHECK(peer_next(t));
	CHECK_EQ(t->got.h.flags, TCP_RST);
	CHECK_EQ(sk_accept(t->listener, &t->sk), ERR_AGAIN);
	peer_free(t);
}

TEST(listen_cookie, a_cookie_is_good_for_a_minute_or_two)
{
	static const struct { ns_t after; bool good; } rows[] = { { SEC(59), true },
								  { SEC(121), false } };

	for (size_t i = 0; i < N_ELEM(rows); i++) {
		struct peer *t = flooded(PEER_PLAIN, 10);
		seq_t irs;

		peer_say_syn(t, 0, 0);
		HEAR(t, TCP_SYN | TCP_ACK, 0, 1, 0);
		irs = t->irs;
		peer_wait(t, rows[i].after);
		peer_skip(t);                     /* the others' SYN-ACKs again */
		t->irs = irs;
		SAY(t, .flags = TCP_ACK, .seq = 1, .ack = 1);
		CHECK_EQ(peer_state(t), rows[i].good ? TCP_ESTABLISHED : TCP_CLOSED);
		CHECK_EQ(peer_waiting(t), rows[i].good ? 0 : 1);
		peer_free(t);
	}
}

TEST(listen_cookie, without_a_flood_no_ack_opens_anything)
{
	struct peer *t = peer_new(PEER_PLAIN);

	peer_listen(t, 2);
	SAY(t, .flags = TCP_ACK, .seq = 1, .ack = 1);
	CHECK(peer_next(t));
	CHECK_EQ(t->got.h.flags, TCP_RST);
	CHECK(!tcp_conn(t->listener)->listen->cookies);
	peer_free(t);
}

TEST(listen_cookie, a_hundred_thousand_syns_cost_no_memory)
{
	struct peer *t = flooded(PEER_FULL, 10);

	for (uint32_t i = 0; i < 100000; i++) {
		SAY(t, .flags = TCP_SYN, .seq = i, .sport = (uint16_t)(1024 + i % 60000),
		    .src = IP4(10, 0, 0, 2));
		net_forget(t->dev);
		t->n_read = 0;
	}
	CHECK_EQ(t->st->tcp->n, 3);
	peer_free(t);
}

TEST(listen_cookie, switched_off_a_syn_too_many_is_dropped)
{
	struct peer *t = flooded(PEER_FULL, 10);

	t->st->opt[OPT_TCP_SYNCOOKIES] = 0;
	peer_say_syn(t, 0, 0);
	SILENCE(t);
	peer_free(t);
}
