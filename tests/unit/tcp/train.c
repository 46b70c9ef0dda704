// SPDX-License-Identifier: GPL-3.0-or-later
/* Segments that leave one after another have the headers that each has alone. */
#include "stack/core/core.h"
#include "tests/unit/tcp/fixture.h"

#define SEGS 6

/* So many full segments, and 100 bytes; every field of their headers. */
static void row(struct peer *t, uint32_t at, uint32_t mss, uint8_t tos, uint8_t ttl, bool df)
{
	const struct tcp_conn *tc = tcp_conn(t->sk);
	uint32_t ack = (uint32_t)seq_diff(tc->rcv_nxt, t->iss);
	uint16_t id = t->st->ip_id;
	uint64_t out = show_stat(t->st, ST_TCP_OUT_SEGS), ip = show_stat(t->st, ST_IP_OUT_REQUESTS);

	CHECK_EQ(peer_write(t, SEGS * mss + 100), SEGS * mss + 100);
	for (unsigned i = 0; i <= SEGS; i++) {
		uint32_t len = i < SEGS ? mss : 100;

		HEAR(t, TCP_ACK | (i == SEGS ? TCP_PSH : 0), at + i * mss, ack, len);
		CHECK_EQ(t->got.ip.id, (uint16_t)(id + i));
		CHECK_EQ(t->got.ip.tos, tos);
		CHECK_EQ(t->got.ip.ttl, ttl);
		CHECK_EQ(t->got.ip.df, df);
		CHECK_EQ(t->got.ip.total_len, IP4_HLEN + t->got.h.hlen + len);
		CHECK_EQ(t->got.h.wnd, tcp_rcv_wnd(tc) >> tc->rcv_wscale);
		CHECK_EQ(t->got.o.has_ts, t->ts);
		CHECK_EQ(t->got.o.tsecr, t->ts ? tc->ts_recent : 0);
	}
	SILENCE(t);
	CHECK_EQ(show_stat(t->st, ST_TCP_OUT_SEGS) - out, SEGS + 1);
	CHECK_EQ(show_stat(t->st, ST_IP_OUT_REQUESTS) - ip, SEGS + 1);
	CHECK_EQ(tc->data_segs_out, tc->segs_out);        /* the SYN-ACK does not count */
}

TEST(train, headers_differ_in_number_and_length_alone)
{
	for (int kind = PEER_PLAIN; kind <= PEER_FULL; kind++) {
		struct peer *t = peer_new((enum peer_kind)kind);
		uint32_t mss = kind == PEER_FULL ? 1448 : 1460;

		peer_accept(t);
		row(t, 1, mss, 0, 64, true);
		peer_free(t);
	}
}

TEST(train, options_of_the_socket_hold_for_all)
{
	struct peer *t = peer_new(PEER_FULL);

	peer_accept(t);
	CHECK_EQ(sk_setopt(t->sk, SKO_TTL, 9), OK);
	CHECK_EQ(sk_setopt(t->sk, SKO_PMTUDISC, PMTU_DONT), OK);
	row(t, 1, 1448, 0, 9, false);
	SAY(t, .flags = TCP_ACK, .seq = 1, .ack = 1 + SEGS * 1448 + 100);
	CHECK_EQ(sk_setopt(t->sk, SKO_TOS, 0x20), OK);
	row(t, 1 + SEGS * 1448 + 100, 1448, 0x20, 9, false);
	peer_free(t);
}

/* The first is what wakes the neighbour cache: its timer is set by it alone. */
TEST(train, a_neighbour_that_is_stale_is_asked_as_ever)
{
	struct peer *t = peer_new(PEER_PLAIN);
	struct neigh *n;

	peer_accept(t);
	n = neigh_find(t->st, t->dev, PEER_THEM);
	n->state = NUD_STALE;
	row(t, 1, 1460, 0, 64, true);
	CHECK_EQ(n->state, NUD_DELAY);
	peer_free(t);
}

TEST(train, without_checksums_there_are_none)
{
	struct peer *t = peer_new(PEER_PLAIN);
	struct seen s;

	peer_accept(t);
	CHECK_EQ(stack_set_option(t->st, OPT_TCP_CHECKSUMS, 0), OK);
	CHECK_EQ(peer_write(t, 3 * 1460), 3 * 1460);
	for (unsigned i = 0; i < 3; i++) {
		REQUIRE(net_seen(t->dev, i, &s));
		CHECK_EQ(get_be16(s.data + 16), 0);
	}
	net_forget(t->dev);
	peer_free(t);
}

/* A train is of what leaves in one go: by then the window had moved. */
TEST(train, the_next_one_acknowledges_what_came_between)
{
	struct peer *t = peer_new(PEER_FULL);

	peer_accept(t);
	row(t, 1, 1448, 0, 64, true);
	SAY(t, .flags = TCP_ACK | TCP_PSH, .seq = 1, .ack = 1 + SEGS * 1448 + 100, .len = 300);
	HEAR(t, TCP_ACK, 1 + SEGS * 1448 + 100, 301, 0);
	tcp_conn(t->sk)->segs_out--;              /* that one */
	row(t, 1 + SEGS * 1448 + 100, 1448, 0, 64, true);
	peer_free(t);
}
