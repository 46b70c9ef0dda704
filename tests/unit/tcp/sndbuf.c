// SPDX-License-Identifier: GPL-3.0-or-later
/* What a write takes, and when a socket is writable: as Linux 6.18 does over a TUN
 * device, where SK_MEMINFO_WMEM_QUEUED was looked at. */
#include "tests/unit/tcp/fixture.h"

#include "stack/tcp/sndbuf.h"

static struct peer *with(uint16_t wnd, int sndbuf)
{
	struct peer *t = peer_new(PEER_PLAIN);

	t->wnd = wnd;
	peer_listen(t, 1);
	peer_say_syn(t, TCP_SYN, 0);
	CHECK(peer_next(t));
	peer_wait(t, MSEC(50));                   /* a round trip */
	SAY(t, .flags = TCP_ACK, .seq = 1, .ack = 1);
	CHECK_EQ(sk_accept(t->listener, &t->sk), OK);
	if (sndbuf)
		CHECK_EQ(sk_setopt(t->sk, SKO_SNDBUF, sndbuf), OK);
	return t;
}

TEST(sndbuf, a_write_fills_buffers_and_what_of_them_leaves)
{
	static const struct { uint16_t wnd; int sndbuf; ssize_t taken; } rows[] = {
		{ 65535, 4608, 46720 }, { 65535, 20000, 46720 }, { 65535, 42000, 46720 },
		{ 65535, 100000, 110960 }, { 65535, 200000, 207320 },
		{ 4000, 4608, 4380 }, { 4000, 42000, 27740 },
		{ 4000, 100000, 64240 }, { 4000, 200000, 128480 },
	};

	for (size_t i = 0; i < N_ELEM(rows); i++) {
		struct peer *t = with(rows[i].wnd, rows[i].sndbuf);

		CHECK_EQ(peer_write(t, 1000000), rows[i].taken);
		CHECK_EQ(peer_write(t, 1000), ERR_AGAIN);
		CHECK(tcp_sndbuf_full(peer_conn(t)));
		CHECK_EQ(sk_ready(t->sk) & SK_OUT, 0);
		peer_free(t);
	}
}

TEST(sndbuf, it_is_writable_from_a_third_of_the_memory_on)
{
	static const struct { int sndbuf; unsigned acks; } rows[] = {
		{ 4608, 1 }, { 20000, 2 }, { 42000, 4 },
	};

	for (size_t i = 0; i < N_ELEM(rows); i++) {
		struct peer *t = with(4000, rows[i].sndbuf);

		CHECK(peer_write(t, 1000000) > 0);
		for (unsigned n = 1; n <= rows[i].acks; n++) {
			CHECK_EQ(sk_ready(t->sk) & SK_OUT, 0);
			peer_wait(t, MSEC(30));
			SAY(t, .flags = TCP_ACK, .seq = 1, .ack = 1 + n * 2 * 1460);
		}
		CHECK_EQ(sk_ready(t->sk) & SK_OUT, SK_OUT);
		peer_free(t);
	}
}

TEST(sndbuf, each_small_segment_has_a_buffer_of_its_own)
{
	struct peer *t = with(65535, 20000);
	unsigned n = 0;

	CHECK_EQ(sk_setopt(t->sk, SKO_NODELAY, 1), OK);
	while (peer_write(t, 1) == 1)
		n++;
	/* Ten leave; what comes then is all in one. */
	CHECK_EQ(n, 10 + 32120);
	peer_free(t);
}

/* Buffers of such segments cost far more than the bytes in them. */
TEST(sndbuf, with_a_tiny_mss_it_is_not_writable_while_a_write_takes_nothing)
{
	static const uint8_t mss[] = { 2, 4, 0, 48 };
	struct peer *t = peer_new(PEER_PLAIN);

	t->wnd = 100;
	peer_listen(t, 1);
	SAY(t, .flags = TCP_SYN, .opt = mss, .n_opt = sizeof(mss));
	CHECK(peer_next(t));
	SAY(t, .flags = TCP_ACK, .seq = 1, .ack = 1);
	CHECK_EQ(sk_accept(t->listener, &t->sk), OK);
	CHECK_EQ(sk_setopt(t->sk, SKO_SNDBUF, 20000), OK);
	for (unsigned i = 0; i < 1000 && peer_write(t, 100) > 0; i++)
		;
	CHECK_EQ(peer_write(t, 100), ERR_AGAIN);
	CHECK_EQ(sk_ready(t->sk) & SK_OUT, 0);
	peer_free(t);
}

TEST(sndbuf, by_default_256_kib_are_taken_and_it_grows_with_the_window)
{
	struct peer *t = with(65535, 0);
	ssize_t first = peer_write(t, 10000000);

	CHECK(first >= 256 << 10);
	peer_conn(t)->cc.cwnd = 1000 * peer_conn(t)->cc.mss;
	CHECK(sk_ready(t->sk) & SK_OUT);
	CHECK(first + peer_write(t, 10000000) > 4000000);
	peer_free(t);
}

TEST(sndbuf, what_is_beyond_half_a_window_is_pushed)
{
	struct peer *t = with(4000, 100000);

	CHECK_EQ(peer_write(t, 5 * 1460), 5 * 1460);
	HEAR(t, TCP_ACK, 1, 1, 1460);
	HEAR(t, TCP_ACK | TCP_PSH, 1461, 1, 1460);
	SILENCE(t);
	SAY(t, .flags = TCP_ACK, .seq = 1, .ack = 2921);
	HEAR(t, TCP_ACK, 2921, 1, 1460);
	HEAR(t, TCP_ACK | TCP_PSH, 4381, 1, 1460);
	peer_free(t);
}
