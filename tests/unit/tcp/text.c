// SPDX-License-Identifier: GPL-3.0-or-later
/* Data that arrives: order, windows, and the buffer's size. */
#include "tests/unit/tcp/fixture.h"

/* The user reads all that is there; true: it is what the peer wrote at `at`. */
static bool read_all(struct peer *t, uint32_t *at)
{
	uint8_t b[4096];
	bool same = true;
	ssize_t n;

	while ((n = sk_recv(t->sk, b, sizeof(b), NULL)) > 0)
		for (ssize_t i = 0; i < n; i++)
			same &= b[i] == peer_byte((*at)++);
	return same;
}

TEST(text, pieces_in_any_order_and_overlapping_become_one_stream)       /* SHLD-31 */
{
	static const struct { uint32_t seq, len; } rows[] = {
		{ 201, 100 }, { 51, 100 }, { 181, 40 }, { 301, 10 }, { 11, 5 }, { 1, 60 },
		{ 101, 150 }, { 140, 171 },
	};
	struct peer *t = peer_new(PEER_SACK);
	uint32_t at = 1;

	peer_accept(t);
	for (size_t i = 0; i < N_ELEM(rows); i++)
		SAY(t, .flags = TCP_ACK, .seq = rows[i].seq, .ack = 1, .len = rows[i].len);
	CHECK(read_all(t, &at));
	CHECK_EQ(at, 311);
	CHECK(peer_conn(t)->ooo == NULL);
	CHECK_EQ(peer_conn(t)->rcv_mem, 0);
	peer_free(t);
}

TEST(text, data_past_the_window_is_cut_and_the_window_never_shrinks)    /* SHLD-14 */
{
	struct peer *t = peer_new(PEER_PLAIN);
	uint32_t at = 1, edge = 0, read = 1;

	peer_accept(t);
	for (unsigned i = 0; i < 60; i++) {
		SAY(t, .flags = TCP_ACK, .seq = at, .ack = 1, .len = 1460);
		peer_wait(t, MSEC(50));
		while (peer_next(t)) {
			CHECK(t->got.ack + t->got.h.wnd >= edge);
			edge = t->got.ack + t->got.h.wnd;
			at = t->got.ack;
		}
	}
	CHECK_EQ(t->got.h.wnd, 0);
	CHECK_EQ(at, 1 + 56 * 1460);              /* of 57 that cost 2304 each */
	CHECK(read_all(t, &read));
	CHECK_EQ(read, at);
	CHECK(peer_next(t));                      /* it is open again */
	CHECK(t->got.h.wnd > 0);
	peer_free(t);
}

/* Linux looks at SO_RCVBUF by pages of memory. */
TEST(text, short_segments_cost_a_page_more_than_the_buffer_at_most)
{
	struct peer *t = peer_new(PEER_FULL);
	uint32_t at = 1, read = 1, most = 0;

	peer_listen(t, 1);
	CHECK_EQ(sk_setopt(t->listener, SKO_RCVBUF, 131072), OK);
	peer_accept(t);
	for (unsigned i = 0; i < 300; i++, at += 100) {
		const struct tcp_conn *tc = peer_conn(t);

		SAY(t, .flags = TCP_ACK, .seq = at, .ack = 1, .len = 100);
		most = tc->rcv_mem > most ? tc->rcv_mem : most;
	}
	CHECK(most > 131072 - 832 && most <= 131072 + 4096);
	peer_skip(t);
	CHECK(read_all(t, &read));
	CHECK_EQ(read, at);
	CHECK_EQ(peer_conn(t)->rcv_mem, 0);
	peer_free(t);
}

TEST(text, what_was_made_room_of_has_no_room_for_more)
{
	struct peer *t = peer_new(PEER_FULL);
	uint32_t at = 1, len, mem;

	peer_listen(t, 1);
	CHECK_EQ(sk_setopt(t->listener, SKO_RCVBUF, 60000), OK);
	peer_accept(t);
	do {                                      /* 300 bytes cost 1280, 8000 then 12544 */
		mem = peer_conn(t)->rcv_mem;
		len = mem == 41 * 1280 ? 8000 : 300;
		SAY(t, .flags = TCP_ACK, .seq = at, .ack = 1, .len = len);
		at += len;
	} while (peer_conn(t)->rcv_mem > mem);
	CHECK_EQ(mem, 41 * 1280 + 12544);
	CHECK_EQ(peer_conn(t)->rcvq.tail->mem, 1280);
	peer_skip(t);
	peer_free(t);
}

TEST(text, nobody_hears_of_a_window_after_its_fin)
{
	struct peer *t = peer_new(PEER_PLAIN);
	uint32_t at = 1, read = 1;

	peer_accept(t);
	for (; at < 40000; at += 1460)
		SAY(t, .flags = TCP_ACK, .seq = at, .ack = 1, .len = 1460);
	SAY(t, .flags = TCP_ACK | TCP_FIN, .seq = at, .ack = 1);
	peer_skip(t);
	CHECK(read_all(t, &read));
	CHECK_EQ(read, at);
	SILENCE(t);
	peer_free(t);
}

/* RFC 7323 2.4: the field cannot say the last bits of what was promised.  It
 * says a little more, as Linux does, and never less. */
TEST(text, a_scaled_window_never_shrinks)
{
	for (unsigned reads = 0; reads < 2; reads++) {
		struct peer *t = peer_new(PEER_FULL);
		uint32_t at = 1, read = 1, edge = 0, unit;

		peer_accept(t);
		unit = 1u << peer_conn(t)->rcv_wscale;
		for (unsigned i = 0; i < 800; i++) {
			SAY(t, .flags = TCP_ACK, .seq = at, .ack = 1, .len = 150);
			CHECK(!reads || read_all(t, &read));
			peer_wait(t, MSEC(50));
			while (peer_next(t)) {
				uint32_t right = t->got.ack + t->got.h.wnd * unit;

				CHECK(right >= edge);
				edge = right;
				at = t->got.ack;
			}
		}
		CHECK(reads ? at == 1 + 800 * 150 : at > 65160 - 150 && at < 80000);
		CHECK_EQ(t->got.h.wnd > 1, reads);
		peer_free(t);
	}
}

TEST(text, a_window_opens_only_by_as_much_as_is_worth_it)       /* MUST-39 */
{
	struct peer *t = peer_new(PEER_PLAIN);
	uint32_t at = 1;

	peer_accept(t);
	while (tcp_rcv_wnd(peer_conn(t))) {
		uint32_t n = tcp_rcv_wnd(peer_conn(t));

		n = n < 1460 ? n : 1460;
		SAY(t, .flags = TCP_ACK, .seq = at, .ack = 1, .len = n);
		at += n;
	}
	peer_wait(t, SEC(1));
	peer_skip(t);
	CHECK_EQ(at, 1 + 56 * 1460);
	for (unsigned i = 0; i < 10; i++)         /* a sixteenth of the buffer's 82944 is 5184 */
		CHECK_EQ(peer_read(t, 16), 16);
	SILENCE(t);
	CHECK_EQ(peer_read(t, 2000), 2000);
	SILENCE(t);
	CHECK_EQ(peer_read(t, 5000), 5000);
	CHECK(peer_next(t));
	CHECK(t->got.h.wnd >= 1460);
	SILENCE(t);
	peer_free(t);
}

TEST(text, a_window_that_the_field_cannot_say_is_no_news)
{
	struct peer *t = peer_new(PEER_PLAIN);

	peer_listen(t, 1);
	CHECK_EQ(sk_setopt(t->listener, SKO_RCVBUF, 1000000), OK);
	peer_accept(t);
	SAY(t, .flags = TCP_ACK, .seq = 1, .ack = 1, .len = 1000);
	HEAR(t, TCP_ACK, 1, 1001, 0);
	CHECK_EQ(peer_read(t, 2000), 1000);
	SILENCE(t);
	peer_free(t);
}

/* A peer that sends what the window takes, every 10 ms, to a user who reads
 * at once; the size of the buffer in the end. */
static int buffer_after(struct peer *t, unsigned rounds)
{
	uint32_t at = 1, read = 1;
	int v = 0;

	for (unsigned r = 0; r < rounds; r++) {
		uint32_t left = tcp_rcv_wnd(peer_conn(t));

		for (; left >= 1448; left -= 1448, at += 1448)
			SAY(t, .flags = TCP_ACK, .seq = at, .ack = 1, .len = 1448);
		CHECK(read_all(t, &read));
		peer_wait(t, MSEC(10));
		peer_skip(t);
	}
	CHECK_EQ(read, at);
	CHECK_EQ(sk_getopt(t->sk, SKO_RCVBUF, &v), OK);
	return v;
}

TEST(text, the_buffer_grows_with_what_is_read_in_a_round_trip)
{
	struct peer *t = peer_new(PEER_FULL);

	peer_accept(t);
	CHECK(buffer_after(t, 1) <= 524288);
	peer_free(t);

	t = peer_new(PEER_FULL);
	peer_accept(t);
	CHECK_EQ(buffer_after(t, 12), 6291456);   /* and no further */
	peer_free(t);

	t = peer_new(PEER_FULL);                  /* little by little is no reason */
	peer_accept(t);
	for (uint32_t i = 0; i < 3; i++) {
		peer_wait(t, MSEC(50));
		SAY(t, .flags = TCP_ACK, .seq = 1 + i, .ack = 1, .len = i < 2 ? 1 : 1400);
		CHECK_EQ(peer_read(t, 5000), i < 2 ? 1 : 1400);
	}
	CHECK_EQ(t->sk->opt[SKO_RCVBUF], 131072);
	peer_free(t);

	t = peer_new(PEER_FULL);                  /* unless the user set it */
	peer_accept(t);
	CHECK_EQ(sk_setopt(t->sk, SKO_RCVBUF, 200000), OK);
	CHECK_EQ(buffer_after(t, 12), 200000);
	peer_free(t);
}
