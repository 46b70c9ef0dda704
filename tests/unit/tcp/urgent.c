// SPDX-License-Identifier: GPL-3.0-or-later
/* Urgent data, RFC 9293 3.8.5 and RFC 6093.  What is expected of reads is what
 * Linux 6 did with the same bytes over loopback. */
#include "tests/unit/tcp/fixture.h"

#include "stack/tcp/urgent.h"

static ssize_t write_urgent(struct peer *t, size_t n)
{
	uint8_t b[2000] = { 0 };
	struct sk_msg m = { .buf = b, .n = n, .flags = SK_OOB };

	REQUIRE(n <= sizeof(b));
	return sk_sendmsg(t->sk, &m);
}

static ssize_t read_urgent(struct peer *t, uint8_t *byte, unsigned flags)
{
	struct sk_msg m = { .buf = byte, .n = 1, .flags = (uint8_t)(SK_OOB | flags) };

	return sk_recvmsg(t->sk, &m);
}

static int value(struct peer *t, enum sk_opt o)
{
	int v = -1;

	CHECK_EQ(sk_getopt(t->sk, o, &v), OK);
	return v;
}

/* What a read of up to 100 bytes returns is `want`. */
static bool reads(struct peer *t, const char *want)
{
	char b[101];
	ssize_t n = sk_recv(t->sk, b, 100, NULL);

	b[n > 0 ? n : 0] = '\0';
	return test_str(b, want, "read", __FILE__, __LINE__);
}

/* "abcdefX", of which X is urgent, and "ghi". */
static struct peer *marked(bool in_line)
{
	struct peer *t = peer_new(PEER_PLAIN);

	peer_accept(t);
	CHECK_EQ(sk_setopt(t->sk, SKO_OOBINLINE, in_line), OK);
	SAY(t, .flags = TCP_ACK, .seq = 1, .ack = 1, .len = 3, .data = "abc");
	SAY(t, .flags = TCP_ACK | TCP_URG, .seq = 4, .ack = 1, .len = 4, .data = "defX", .urg = 4);
	SAY(t, .flags = TCP_ACK, .seq = 8, .ack = 1, .len = 3, .data = "ghi");
	peer_skip(t);
	return t;
}

/* --- received ----------------------------------------------------------------------------- */

TEST(urgent, a_read_stops_at_the_mark_and_leaves_the_urgent_byte_out)    /* MUST-30, MUST-33 */
{
	struct peer *t = marked(false);
	uint8_t b = 0;

	CHECK_EQ(sk_ready(t->sk), SK_IN | SK_OUT | SK_PRI | SK_URG);
	CHECK_EQ(value(t, SKO_ATMARK), 0);
	CHECK_EQ(value(t, SKO_NREAD), 6);         /* so much is before it */
	CHECK_EQ(read_urgent(t, &b, SK_PEEK), 1);
	CHECK_EQ(b, 'X');
	CHECK_EQ(read_urgent(t, &b, 0), 1);
	CHECK_EQ(read_urgent(t, &b, 0), ERR_INVAL);
	CHECK_EQ(sk_ready(t->sk), SK_IN | SK_OUT | SK_URG);
	reads(t, "abcdef");
	CHECK_EQ(value(t, SKO_ATMARK), 1);
	CHECK_EQ(value(t, SKO_NREAD), 0);
	reads(t, "ghi");
	CHECK_EQ(value(t, SKO_ATMARK), 0);
	CHECK_EQ(sk_ready(t->sk), SK_OUT);
	CHECK_EQ(read_urgent(t, &b, 0), ERR_INVAL);
	peer_free(t);
}

TEST(urgent, in_line_the_urgent_byte_is_the_first_after_the_mark)        /* MUST-33 */
{
	struct peer *t = marked(true);
	uint8_t b = 0;

	CHECK_EQ(value(t, SKO_NREAD), 10);
	CHECK_EQ(read_urgent(t, &b, 0), ERR_INVAL);
	reads(t, "abcdef");
	CHECK_EQ(value(t, SKO_ATMARK), 1);
	CHECK_EQ(value(t, SKO_NREAD), 4);
	CHECK_EQ(sk_ready(t->sk), SK_IN | SK_OUT | SK_PRI | SK_URG);
	reads(t, "Xghi");
	CHECK_EQ(sk_ready(t->sk), SK_OUT);
	peer_free(t);
}

TEST(urgent, a_peek_stops_at_the_mark_too)
{
	struct peer *t = marked(false);
	char b[100];
	struct sk_msg m = { .buf = b, .n = sizeof(b), .flags = SK_PEEK };

	CHECK_EQ(sk_recvmsg(t->sk, &m), 6);
	reads(t, "abcdef");
	CHECK_EQ(sk_recvmsg(t->sk, &m), 3);
	CHECK_MEM(b, "ghi", 3);
	CHECK_EQ(value(t, SKO_ATMARK), 1);
	reads(t, "ghi");
	peer_free(t);
}

TEST(urgent, a_lone_urgent_byte_is_no_stream)
{
	struct peer *t = peer_new(PEER_PLAIN);
	uint8_t b = 0;

	peer_accept(t);
	CHECK_EQ(read_urgent(t, &b, 0), ERR_INVAL);
	SAY(t, .flags = TCP_ACK | TCP_URG, .seq = 1, .ack = 1, .len = 1, .data = "Z", .urg = 1);
	CHECK_EQ(sk_ready(t->sk), SK_OUT | SK_PRI | SK_URG);
	CHECK_EQ(value(t, SKO_ATMARK), 1);
	CHECK_EQ(peer_read(t, 10), ERR_AGAIN);
	CHECK_EQ(value(t, SKO_ATMARK), 0);
	CHECK_EQ(sk_ready(t->sk), SK_OUT);
	SAY(t, .flags = TCP_ACK | TCP_URG, .seq = 2, .ack = 1, .len = 1, .data = "Z", .urg = 1);
	SAY(t, .flags = TCP_ACK | TCP_FIN, .seq = 3, .ack = 1);
	CHECK_EQ(sk_ready(t->sk) & (SK_IN | SK_PRI), SK_IN | SK_PRI);
	CHECK_EQ(value(t, SKO_NREAD), 0);
	CHECK_EQ(peer_read(t, 10), 0);
	CHECK_EQ(peer_read(t, 10), 0);
	peer_free(t);
}

/* The next byte is urgent, and there is none yet. */
TEST(urgent, a_pointer_alone_is_nothing_to_read)
{
	struct peer *t = peer_new(PEER_PLAIN);

	peer_accept(t);
	SAY(t, .flags = TCP_ACK | TCP_URG, .seq = 1, .ack = 1, .urg = 1);
	CHECK_EQ(sk_ready(t->sk), SK_OUT | SK_URG);
	CHECK_EQ(sk_recv(t->sk, &(char){ 0 }, 1, NULL), ERR_AGAIN);
	peer_free(t);
}

/* MUST-31: of a long urgent sequence the last byte alone has the mark; what was
 * urgent before is in the stream. */
TEST(urgent, a_pointer_that_moves_on_takes_the_mark_along)
{
	struct peer *t = peer_new(PEER_PLAIN);
	uint8_t b = 0;

	peer_accept(t);
	SAY(t, .flags = TCP_ACK | TCP_URG, .seq = 1, .ack = 1, .len = 2, .data = "aX", .urg = 2);
	SAY(t, .flags = TCP_ACK | TCP_URG, .seq = 3, .ack = 1, .len = 2, .data = "bY", .urg = 2);
	CHECK_EQ(value(t, SKO_NREAD), 3);
	reads(t, "aXb");
	CHECK_EQ(read_urgent(t, &b, 0), 1);
	CHECK_EQ(b, 'Y');
	CHECK_EQ(peer_read(t, 10), ERR_AGAIN);
	peer_free(t);

	t = peer_new(PEER_PLAIN);                 /* the old one was next: it is gone */
	peer_accept(t);
	SAY(t, .flags = TCP_ACK | TCP_URG, .seq = 1, .ack = 1, .len = 1, .data = "X", .urg = 1);
	CHECK_EQ(read_urgent(t, &b, 0), 1);
	SAY(t, .flags = TCP_ACK | TCP_URG, .seq = 2, .ack = 1, .len = 1, .data = "Y", .urg = 1);
	CHECK_EQ(value(t, SKO_NREAD), 0);
	CHECK_EQ(value(t, SKO_ATMARK), 1);
	CHECK_EQ(read_urgent(t, &b, 0), 1);
	CHECK_EQ(b, 'Y');
	CHECK_EQ(peer_read(t, 10), ERR_AGAIN);
	peer_free(t);

	t = peer_new(PEER_PLAIN);                 /* even if nobody read it */
	peer_accept(t);
	SAY(t, .flags = TCP_ACK | TCP_URG, .seq = 1, .ack = 1, .len = 1, .data = "X", .urg = 1);
	SAY(t, .flags = TCP_ACK | TCP_URG, .seq = 2, .ack = 1, .len = 1, .data = "Y", .urg = 1);
	CHECK_EQ(value(t, SKO_NREAD), 0);
	CHECK_EQ(peer_read(t, 10), ERR_AGAIN);
	CHECK_EQ(read_urgent(t, &b, 0), ERR_INVAL);
	peer_free(t);
}

TEST(urgent, an_old_pointer_does_not_move_the_mark_back)
{
	struct peer *t = marked(false);
	uint8_t b = 0;

	SAY(t, .flags = TCP_ACK | TCP_URG, .seq = 11, .ack = 1, .urg = 0xfff8);
	CHECK_EQ(tcp_rcv_up(peer_conn(t)).v, seq_add(t->iss, 11 + 0xfff8).v);
	CHECK_EQ(read_urgent(t, &b, 0), ERR_AGAIN);       /* that one is not here yet */
	SAY(t, .flags = TCP_ACK | TCP_URG, .seq = 11, .ack = 1, .len = 1, .data = "j", .urg = 1);
	CHECK_EQ(tcp_rcv_up(peer_conn(t)).v, seq_add(t->iss, 11 + 0xfff8).v);
	reads(t, "abcdefXghij");
	peer_free(t);
}

static unsigned n_told;
static void told(struct sk_watch *w, uint32_t events)
{
	(void)w;
	n_told += !!(events & SK_URG);
}

/* MUST-32, MUST-66: also before the byte, also with a zero window, and each time
 * that the pointer moves. */
TEST(urgent, the_user_is_told_at_once_and_of_each)
{
	struct peer *t = peer_new(PEER_PLAIN);
	struct sk_watch w = { .ready = told };
	uint32_t at = 1, n;
	uint8_t b = 0;

	n_told = 0;
	peer_accept(t);
	sk_watch(t->sk, &w);
	while ((n = tcp_rcv_wnd(peer_conn(t))) > 0) {
		n = n < 1460 ? n : 1460;
		SAY(t, .flags = TCP_ACK, .seq = at, .ack = 1, .len = n);
		at += n;
	}
	CHECK_EQ(n_told, 0);
	SAY(t, .flags = TCP_ACK | TCP_URG, .seq = at, .ack = 1, .urg = 10);
	CHECK_EQ(n_told, 1);
	CHECK_EQ(sk_ready(t->sk) & (SK_URG | SK_PRI), SK_URG);
	SAY(t, .flags = TCP_ACK | TCP_URG, .seq = at, .ack = 1, .urg = 10);
	CHECK_EQ(n_told, 1);
	SAY(t, .flags = TCP_ACK | TCP_URG, .seq = at, .ack = 1, .urg = 20);
	CHECK_EQ(n_told, 2);
	CHECK_EQ(read_urgent(t, &b, 0), ERR_AGAIN);
	CHECK_EQ(peer_read(t, 65536) + peer_read(t, 65536), at - 1);
	SAY(t, .flags = TCP_ACK, .seq = at, .ack = 1, .len = 30);
	CHECK_EQ(read_urgent(t, &b, 0), 1);
	CHECK_EQ(b, peer_byte(at + 19));
	CHECK_EQ(peer_read(t, 100), 19);
	CHECK_EQ(peer_read(t, 100), 10);
	CHECK_EQ(n_told, 2);
	sk_unwatch(&w);
	peer_free(t);
}

/* MUST-62: the pointer is one past the byte, unless the host has tcp_stdurg. */
TEST(urgent, the_pointer_is_behind_the_urgent_byte)
{
	for (int std = 0; std < 2; std++) {
		struct peer *t = peer_new(PEER_PLAIN);
		uint8_t b = 0;

		CHECK_EQ(stack_set_option(t->st, OPT_TCP_STDURG, std), OK);
		peer_accept(t);
		SAY(t, .flags = TCP_ACK | TCP_URG, .seq = 1, .ack = 1, .len = 5, .data = "abcde",
		    .urg = 3);
		CHECK_EQ(read_urgent(t, &b, 0), 1);
		CHECK_EQ(b, std ? 'd' : 'c');
		peer_free(t);
	}
}

TEST(urgent, a_byte_out_of_order_is_read_at_once)
{
	struct peer *t = peer_new(PEER_PLAIN);
	uint8_t b = 0;

	peer_accept(t);
	SAY(t, .flags = TCP_ACK | TCP_URG, .seq = 11, .ack = 1, .len = 1, .data = "X", .urg = 1);
	CHECK_EQ(read_urgent(t, &b, 0), 1);
	CHECK_EQ(b, 'X');
	SAY(t, .flags = TCP_ACK | TCP_URG, .seq = 1, .ack = 1, .len = 10, .urg = 11);
	CHECK_EQ(read_urgent(t, &b, 0), ERR_INVAL);
	CHECK_EQ(peer_read(t, 100), 10);
	CHECK_EQ(peer_read(t, 100), ERR_AGAIN);
	peer_free(t);
}

TEST(urgent, after_the_close_nobody_is_told)
{
	struct peer *t = peer_new(PEER_PLAIN);

	peer_accept(t);
	sk_close(t->sk);
	t->sk = NULL;
	HEAR(t, TCP_FIN | TCP_ACK, 1, 1, 0);
	SAY(t, .flags = TCP_ACK | TCP_URG, .seq = 1, .ack = 2, .urg = 1);
	CHECK(peer_conn(t)->urgent == NULL);
	peer_free(t);
}

/* --- sent --------------------------------------------------------------------------------- */

TEST(urgent, what_is_sent_says_where_urgency_ends)       /* MUST-30, MUST-62 */
{
	struct peer *t = peer_new(PEER_PLAIN);

	peer_accept(t);
	CHECK_EQ(peer_write(t, 10), 10);
	HEAR(t, TCP_ACK | TCP_PSH, 1, 1, 10);
	CHECK_EQ(t->got.h.urg, 0);
	CHECK_EQ(write_urgent(t, 5), 5);          /* no Nagle for it */
	HEAR(t, TCP_ACK | TCP_PSH | TCP_URG, 11, 1, 5);
	CHECK_EQ(t->got.h.urg, 5);
	CHECK_EQ(tcp_snd_up(peer_conn(t)).v, seq_add(t->irs, 16).v);
	peer_wait(t, MSEC(1100));                 /* and so say retransmissions */
	CHECK(peer_next(t));
	CHECK_EQ(t->got.seq, 1);
	CHECK(t->got.h.flags & TCP_URG);
	CHECK_EQ(t->got.h.urg, 15);
	peer_skip(t);
	SAY(t, .flags = TCP_ACK, .seq = 1, .ack = 16);
	CHECK_EQ(peer_write(t, 10), 10);
	HEAR(t, TCP_ACK | TCP_PSH, 16, 1, 10);
	CHECK_EQ(t->got.h.urg, 0);
	peer_free(t);
}

TEST(urgent, a_shut_window_does_not_keep_the_pointer_back)       /* MUST-31, MUST-66 */
{
	struct peer *t = peer_new(PEER_PLAIN);

	peer_accept(t);
	t->wnd = 0;
	SAY(t, .flags = TCP_ACK, .seq = 1, .ack = 1);
	CHECK_EQ(write_urgent(t, 2000), 2000);
	SAY(t, .flags = TCP_ACK, .seq = 1, .ack = 1, .len = 1);
	HEAR(t, TCP_ACK | TCP_URG, 1, 2, 0);      /* any ACK tells */
	CHECK_EQ(t->got.h.urg, 2000);
	peer_wait(t, MSEC(1100));
	HEAR(t, TCP_ACK | TCP_URG, 1, 2, 0);      /* and so do probes */
	CHECK_EQ(t->got.h.urg, 2000);
	HEAR(t, TCP_ACK | TCP_URG, 0, 2, 0);
	CHECK_EQ(t->got.h.urg, 2001);
	peer_free(t);
}

TEST(urgent, urgency_beyond_64_k_is_said_when_it_is_near)        /* MUST-31 */
{
	struct peer *t = peer_new(PEER_FULL);
	uint32_t at = 1, urgent_at = 150001;

	peer_accept(t);
	CHECK_EQ(peer_write(t, 150000), 150000);
	CHECK_EQ(write_urgent(t, 1), 1);
	for (unsigned i = 0; i < 100 && at <= urgent_at; i++) {
		while (peer_next(t)) {
			uint32_t ahead = urgent_at + 1 - t->got.seq;

			at = t->got.seq + t->got.len;
			CHECK(t->got.seq < 100 || ahead > 0xffff || t->got.h.urg == ahead);
			CHECK(t->got.h.urg <= ahead);
		}
		SAY(t, .flags = TCP_ACK, .seq = 1, .ack = at);
	}
	CHECK_EQ(at, urgent_at + 1);
	CHECK_EQ(t->got.h.urg, t->got.len);
	peer_free(t);
}

/* MUST-31: with more than 64 KiB out the first of it cannot say where urgency
 * ends, and does not say it is where it is not. */
TEST(urgent, what_is_sent_again_names_no_other_place)
{
	struct peer *t = peer_new(PEER_FULL);

	peer_accept(t);
	peer_conn(t)->cc.cwnd = 1000 * peer_conn(t)->cc.mss;
	CHECK_EQ(sk_setopt(t->sk, SKO_SNDBUF, 400000), OK);
	CHECK_EQ(peer_write(t, 150000), 150000);
	CHECK_EQ(write_urgent(t, 1), 1);
	peer_skip(t);
	CHECK_EQ(t->got.seq + t->got.len, 150002);
	SAY(t, .flags = TCP_ACK, .seq = 1, .ack = 1449);
	peer_skip(t);
	peer_wait(t, SEC(1));
	while (peer_next(t) && t->got.seq != 1449)
		;
	CHECK_EQ(t->got.seq, 1449);
	CHECK_EQ(t->got.h.flags & TCP_URG, 0);
	CHECK_EQ(t->got.h.urg, 0);
	SAY(t, .flags = TCP_ACK, .seq = 1, .ack = 100001);       /* from here on it can */
	peer_skip(t);
	peer_wait(t, SEC(2));
	CHECK(peer_next(t));
	CHECK(t->got.h.flags & TCP_URG);
	CHECK_EQ(t->got.seq + t->got.h.urg, 150002);
	peer_free(t);
}

TEST(urgent, a_flood_of_pointers_costs_one_small_block)
{
	struct peer *t = peer_new(PEER_PLAIN);
	uint32_t seed = 1;

	peer_accept(t);
	for (uint32_t i = 0, at = 1; i < 5000; i++) {
		uint32_t len = i % 3;

		seed = seed * 1664525 + 1013904223;
		SAY(t, .flags = TCP_ACK | TCP_URG, .seq = at + (seed >> 30), .ack = 1, .len = len,
		    .urg = (uint16_t)(seed >> 8));
		(void)peer_read(t, seed >> 20 & 3);
		at = seq_sub(peer_conn(t)->rcv_nxt, t->iss.v).v;
		peer_skip(t);
	}
	CHECK_EQ(peer_state(t), TCP_ESTABLISHED);
	peer_free(t);
}
