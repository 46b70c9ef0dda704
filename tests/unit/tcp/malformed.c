// SPDX-License-Identifier: GPL-3.0-or-later
/* Segments that no honest peer sends: each is survived, and changes nothing. */
#include "tests/unit/tcp/fixture.h"

/* The stack still works: 10 bytes at seq go through both ways. */
static void check_alive(struct peer *t, uint32_t seq)
{
	peer_wait(t, SEC(1));
	peer_skip(t);
	CHECK_EQ(peer_state(t), TCP_ESTABLISHED);
	SAY(t, .flags = TCP_ACK | TCP_PSH, .seq = seq, .ack = 1, .len = 10);
	peer_wait(t, MSEC(50));
	peer_skip(t);
	CHECK_EQ(t->got.ack, seq + 10);
	CHECK(peer_read(t, 65536) > 0);
	CHECK_EQ(peer_write(t, 10), 10);
	CHECK(peer_next(t));
	CHECK(t->got.len > 0);
}

TEST(malformed, a_header_length_that_lies)
{
	struct peer *t = peer_new(PEER_PLAIN);

	peer_accept(t);
	for (uint8_t words = 0; words < 16; words++)
		if (words != 5)
			SAY(t, .flags = TCP_ACK, .seq = 1, .ack = 1, .hlen = (uint8_t)(4 * words));
	SILENCE(t);
	check_alive(t, 1);
	peer_free(t);
}

TEST(malformed, a_bad_checksum)           /* MUST-3 */
{
	struct peer *t = peer_new(PEER_PLAIN);

	peer_accept(t);
	SAY(t, .flags = TCP_ACK, .seq = 1, .ack = 1, .len = 10, .bad_sum = true);
	SILENCE(t);
	CHECK_EQ(peer_conn(t)->rcvq_bytes, 0);
	check_alive(t, 1);
	peer_free(t);
}

TEST(malformed, options_of_illegal_length)        /* MUST-7, CVE-2018-16523 */
{
	static const struct { uint8_t n, b[12]; } rows[] = {
		{ 4, { 2, 0, 0, 0 } }, { 4, { 2, 1, 0, 0 } }, { 4, { 2, 40, 5, 180 } },
		{ 4, { 2, 4, 0, 0 } }, { 4, { 2, 4, 0, 1 } }, { 4, { 2, 4, 0, 48 } },
		{ 4, { 3, 3, 15, 0 } }, { 4, { 3, 3, 255, 0 } }, { 4, { 1, 1, 1, 2 } },
		{ 8, { 2, 4, 5, 180, 2, 4, 2, 0 } }, { 4, { 8, 10, 0, 0 } }, { 4, { 99, 3, 1, 0 } },
		{ 12, { 5, 9, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0 } }, { 4, { 5, 2, 0, 0 } },
	};

	for (size_t i = 0; i < N_ELEM(rows); i++) {
		struct peer *t = peer_new(PEER_PLAIN);

		peer_listen(t, 1);
		SAY(t, .flags = TCP_SYN, .opt = rows[i].b, .n_opt = rows[i].n);
		HEAR(t, TCP_SYN | TCP_ACK, 0, 1, 0);
		SAY(t, .flags = TCP_ACK, .seq = 1, .ack = 1, .opt = rows[i].b, .n_opt = rows[i].n);
		REQUIRE(sk_accept(t->listener, &t->sk) == OK);
		CHECK(peer_conn(t)->snd_mss >= 48);
		CHECK(peer_conn(t)->snd_mss <= 1460);
		CHECK(peer_conn(t)->snd_wscale <= 14);
		check_alive(t, 1);
		peer_free(t);
	}
}

TEST(malformed, an_mss_below_the_room_of_the_options)   /* CVE-2019-11477 and following */
{
	for (uint8_t mss = 0; mss < 80; mss++) {
		const uint8_t opt[] = { 2, 4, 0, mss, 8, 10, 0, 0, 0, 1, 0, 0, 0, 0, 4, 2 };
		struct peer *t = peer_new(PEER_PLAIN);

		peer_listen(t, 1);
		SAY(t, .flags = TCP_SYN, .opt = opt, .n_opt = sizeof(opt));
		HEAR(t, TCP_SYN | TCP_ACK, 0, 1, 0);
		CHECK(peer_conn(t)->snd_mss >= 48);
		CHECK(peer_conn(t)->snd_mss <= 536);
		peer_free(t);
	}
}

TEST(malformed, an_mss_in_the_middle_is_not_heard)
{
	const uint8_t opt[] = { 2, 4, 0, 100 };
	struct peer *t = peer_new(PEER_PLAIN);

	peer_accept(t);
	SAY(t, .flags = TCP_ACK, .seq = 1, .ack = 1, .opt = opt, .n_opt = 4);
	CHECK_EQ(peer_conn(t)->snd_mss, 1460);
	check_alive(t, 1);
	peer_free(t);
}

TEST(malformed, sacks_that_lie)
{
	static const struct { uint32_t start, end; } rows[] = {
		{ 500, 400 }, { 1, 1 }, { 5000000, 5000100 }, { -500u, -100u }, { 2, 0x80000002 },
		{ 1, 100000 }, { 0, 1 },
	};

	for (size_t i = 0; i < N_ELEM(rows); i++) {
		struct peer *t = peer_new(PEER_SACK);

		peer_accept(t);
		CHECK_EQ(peer_write(t, 5000), 5000);
		SAY(t, .flags = TCP_ACK, .seq = 1, .ack = 1, .n_sack = 1,
		    .sack = { { rows[i].start, rows[i].end } });
		CHECK_EQ(peer_conn(t)->n_sacked, 0);
		CHECK_EQ(peer_state(t), TCP_ESTABLISHED);
		peer_free(t);
	}
}

static ssize_t read_all(struct peer *t)
{
	ssize_t n, all = 0;

	while ((n = peer_read(t, 100)) > 0)
		all += n;
	return all;
}

TEST(malformed, urgent_pointers_to_anywhere)    /* CVE-2019-12255 and following */
{
	static const uint16_t urg[] = { 0, 1, 9, 10, 11, 1000, 65535 };

	for (size_t i = 0; i < 2 * N_ELEM(urg); i++) {
		struct peer *t = peer_new(PEER_PLAIN);
		bool in_line = i % 2;

		peer_listen(t, 1);
		CHECK_EQ(sk_setopt(t->listener, SKO_OOBINLINE, in_line), OK);
		SAY(t, .flags = TCP_SYN | TCP_URG, .urg = urg[i / 2]);
		HEAR(t, TCP_SYN | TCP_ACK, 0, 1, 0);
		SAY(t, .flags = TCP_ACK | TCP_URG, .seq = 1, .ack = 1, .urg = urg[i / 2]);
		REQUIRE(sk_accept(t->listener, &t->sk) == OK);
		SAY(t, .flags = TCP_ACK | TCP_URG, .seq = 21, .ack = 1, .len = 10, .urg = urg[i / 2]);
		SAY(t, .flags = TCP_ACK | TCP_URG, .seq = 1, .ack = 1, .len = 20, .urg = urg[i / 2]);
		CHECK(read_all(t) >= (in_line ? 30 : 29));
		check_alive(t, 31);
		peer_free(t);
	}
}

TEST(malformed, single_bytes_out_of_order_cost_bounded_memory)  /* CVE-2018-5390 */
{
	struct peer *t = peer_new(PEER_SACK);

	peer_accept(t);
	for (uint32_t i = 0; i < 5000; i++)
		SAY(t, .flags = TCP_ACK, .seq = 3 + 2 * i, .ack = 1, .len = 1);
	CHECK(peer_conn(t)->rcv_mem <= 6291456);
	peer_skip(t);
	SAY(t, .flags = TCP_ACK, .seq = 1, .ack = 1, .len = 2);
	HEAR(t, TCP_ACK, 1, 4, 0);
	CHECK_EQ(peer_read(t, 10), 3);
	peer_free(t);
}

TEST(malformed, segments_to_many_and_from_many)         /* MUST-57, MUST-63 */
{
	struct peer *t = peer_new(PEER_PLAIN);

	peer_listen(t, 5);
	SAY(t, .flags = TCP_SYN, .dst = IP4(10, 0, 0, 255));
	SAY(t, .flags = TCP_SYN, .dst = IP4(224, 0, 0, 1));
	SAY(t, .flags = TCP_SYN, .dst = IP4_BROADCAST);
	SAY(t, .flags = TCP_SYN, .src = IP4(224, 0, 0, 1));
	SAY(t, .flags = TCP_SYN, .src = IP4_BROADCAST);
	SAY(t, .flags = TCP_SYN, .src = IP4(10, 0, 0, 255));
	SAY(t, .flags = TCP_SYN, .src = PEER_US);
	SILENCE(t);
	CHECK_EQ(tcp_conn(t->listener)->listen->n_syn, 0);
	peer_free(t);
}

TEST(malformed, icmp_about_what_is_not_under_way)       /* RFC 5927 4.1 */
{
	static const uint32_t about[] = { 0, 101, 5000, -10u };
	struct peer *t = peer_new(PEER_PLAIN);
	uint32_t cwnd;

	peer_accept(t);
	CHECK_EQ(peer_write(t, 100), 100);
	peer_skip(t);
	for (size_t i = 0; i < N_ELEM(about); i++) {
		peer_icmp(t, ICMP4_UNREACH, ICMP4_UNREACH_FRAG, 600, about[i]);
		peer_icmp(t, ICMP4_UNREACH, 2, 0, about[i]);
	}
	CHECK_EQ(peer_conn(t)->snd_mss, 1460);
	CHECK_EQ(ip4_path_mtu(t->st, PEER_THEM), 1500);
	CHECK_EQ(peer_state(t), TCP_ESTABLISHED);
	cwnd = peer_conn(t)->cc.cwnd;
	peer_icmp(t, 4, 0, 0, 1);                 /* source quench: MUST-55 */
	CHECK_EQ(peer_state(t), TCP_ESTABLISHED);
	CHECK_EQ(peer_conn(t)->cc.cwnd, cwnd);
	CHECK_EQ(t->sk->soft_err, OK);
	SILENCE(t);
	peer_icmp(t, ICMP4_UNREACH, ICMP4_UNREACH_FRAG, 600, 1);  /* this one is */
	CHECK_EQ(peer_conn(t)->snd_mss, 560);
	CHECK_EQ(ip4_path_mtu(t->st, PEER_THEM), 600);
	peer_free(t);
}

TEST(malformed, a_connection_to_itself)
{
	struct peer *t = peer_new(PEER_PLAIN);
	struct endpoint me = { addr_ip4(PEER_US), 5000 };

	REQUIRE(sk_open(t->st, ADDR_IP4, SK_STREAM, 0, &t->sk) == OK);
	CHECK_EQ(sk_bind(t->sk, &me), OK);
	CHECK_EQ(sk_connect(t->sk, &me), ERR_INPROGRESS);
	peer_wait(t, SEC(1));
	CHECK_EQ(tcp_conn(t->sk)->state, TCP_ESTABLISHED);
	CHECK_EQ(peer_write(t, 100), 100);
	peer_wait(t, SEC(1));
	CHECK_EQ(peer_read(t, 200), 100);
	CHECK_EQ(sk_shutdown(t->sk, SK_SHUT_WR), OK);
	peer_wait(t, SEC(1));
	CHECK_EQ(peer_read(t, 200), 0);
	peer_wait(t, SEC(200));
	peer_free(t);
}
