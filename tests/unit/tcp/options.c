// SPDX-License-Identifier: GPL-3.0-or-later
/* TCP options and the MSS: RFC 9293 3.1, 3.2, 3.7.1. */
#include "tests/unit/tcp/fixture.h"

#include <stdlib.h>

/* --- received ----------------------------------------------------------------------------- */

/* The stack opens passively for a SYN with these options. */
static struct peer *opened(const uint8_t *opt, uint8_t n)
{
	struct peer *t = peer_new(PEER_PLAIN);

	peer_listen(t, 1);
	SAY(t, .flags = TCP_SYN, .opt = opt, .n_opt = n);
	HEAR(t, TCP_SYN | TCP_ACK, 0, 1, 0);
	return t;
}

TEST(options, the_mandatory_three_are_understood)        /* MUST-4 */
{
	static const struct { uint8_t n, b[8]; uint16_t mss; } rows[] = {
		{ 4, { 0, 0, 0, 0 }, 536 }, { 4, { 1, 1, 1, 0 }, 536 },
		{ 4, { 2, 4, 3, 232 }, 1000 }, { 8, { 1, 2, 4, 3, 232, 1, 1, 0 }, 1000 },
		{ 8, { 0, 2, 2, 4, 3, 232, 0, 0 }, 536 }, /* behind the end of the list */
	};

	for (size_t i = 0; i < N_ELEM(rows); i++) {
		struct peer *t = opened(rows[i].b, rows[i].n);

		CHECK_EQ(peer_conn(t)->snd_mss, rows[i].mss);
		peer_free(t);
	}
}

TEST(options, they_come_in_any_segment)  /* MUST-5, MUST-6 */
{
	static const uint8_t opt[] = { 99, 6, 1, 2, 3, 4, 1, 253, 3, 7, 2, 4, 3, 232, 1, 0 };
	struct peer *t = opened(opt, sizeof(opt));

	CHECK_EQ(peer_conn(t)->snd_mss, 1000);    /* what stands behind them counts */
	SAY(t, .flags = TCP_ACK, .seq = 1, .ack = 1, .opt = opt, .n_opt = sizeof(opt));
	REQUIRE(sk_accept(t->listener, &t->sk) == OK);
	SAY(t, .flags = TCP_ACK, .seq = 1, .ack = 1, .len = 10, .opt = opt, .n_opt = sizeof(opt));
	HEAR(t, TCP_ACK, 1, 11, 0);
	CHECK_EQ(peer_read(t, 100), 10);
	CHECK_EQ(peer_write(t, 10), 10);
	HEAR(t, TCP_ACK | TCP_PSH, 1, 11, 10);
	SAY(t, .flags = TCP_ACK, .seq = 11, .ack = 11, .opt = opt, .n_opt = sizeof(opt));
	CHECK_EQ(peer_conn(t)->n_out, 0);
	SAY(t, .flags = TCP_ACK | TCP_FIN, .seq = 11, .ack = 11, .opt = opt, .n_opt = sizeof(opt));
	CHECK_EQ(peer_state(t), TCP_CLOSE_WAIT);
	peer_skip(t);
	SAY(t, .flags = TCP_RST, .seq = 12, .opt = opt, .n_opt = sizeof(opt));
	CHECK_EQ(peer_state(t), TCP_CLOSED);
	peer_free(t);
}

/* Timestamps, whose values are four bytes, behind so many NOPs. */
TEST(options, they_may_stand_at_any_byte)        /* MUST-64 */
{
	for (uint8_t shift = 0; shift < 4; shift++) {
		uint8_t opt[20] = { 1, 1, 1, 1 };
		struct peer *t;

		memcpy(opt + shift, (uint8_t[]){ 8, 10, 0x12, 0x34, 0x56, 0x78, 0, 0, 0, 0,
						 2, 4, 3, 232, 1, 1 }, 16);
		t = opened(opt, 20);
		CHECK(t->got.o.has_ts);
		CHECK_EQ(t->got.o.tsecr, 0x12345678);
		CHECK_EQ(peer_conn(t)->peer_mss, 1000);
		peer_free(t);
	}
}

/* --- sent --------------------------------------------------------------------------------- */

/* MUST-14, MUST-65: in the SYN, in the SYN-ACK, nowhere else. */
TEST(options, the_mss_is_in_every_syn_and_only_there)
{
	static const enum peer_kind kinds[] = { PEER_PLAIN, PEER_SACK, PEER_FULL };

	for (size_t i = 0; i < 2 * N_ELEM(kinds); i++) {
		struct peer *t = peer_new(kinds[i / 2]);
		unsigned plain = TCP_HLEN + (kinds[i / 2] == PEER_FULL ? 12 : 0), n = 0;

		if (i % 2) {
			peer_connect_start(t);
			CHECK_EQ(t->got.o.mss, 1460);
			peer_say_syn(t, TCP_ACK, 1);
		} else {
			peer_listen(t, 1);
			peer_say_syn(t, 0, 0);
			HEAR(t, TCP_SYN | TCP_ACK, 0, 1, 0);
			CHECK_EQ(t->got.o.mss, 1460);
			t->ts = kinds[i / 2] == PEER_FULL;
			SAY(t, .flags = TCP_ACK, .seq = 1, .ack = 1);
			REQUIRE(sk_accept(t->listener, &t->sk) == OK);
		}
		t->ts = kinds[i / 2] == PEER_FULL;
		SAY(t, .flags = TCP_ACK, .seq = 1, .ack = 1, .len = 10);
		CHECK_EQ(peer_write(t, 10), 10);
		CHECK_EQ(sk_shutdown(t->sk, SK_SHUT_WR), OK);
		for (; peer_next(t); n++)
			CHECK_EQ(t->got.h.hlen, plain);
		CHECK(n >= 3);
		peer_free(t);
	}
}

TEST(options, the_mss_offered_is_what_the_interface_receives)    /* MUST-67, SHLD-5 */
{
	static const uint32_t mtus[] = { 576, 1006, 1500, 9000, 65535 };

	for (size_t i = 0; i < N_ELEM(mtus); i++) {
		struct peer *t = peer_new(PEER_FULL);

		t->dev->mtu = mtus[i];
		peer_connect_start(t);
		CHECK(t->got.o.has_mss);
		CHECK_EQ(t->got.o.mss, mtus[i] - 40);     /* not less for our own options */
		peer_free(t);
	}
}

TEST(options, without_the_mss_of_the_peer_it_is_536)     /* MUST-15 */
{
	struct peer *t = opened((const uint8_t[]){ 1, 1, 1, 0 }, 4);

	SAY(t, .flags = TCP_ACK, .seq = 1, .ack = 1);
	REQUIRE(sk_accept(t->listener, &t->sk) == OK);
	CHECK_EQ(peer_write(t, 2000), 2000);
	HEAR(t, TCP_ACK, 1, 1, 536);
	peer_free(t);
}

/* MUST-16: least of what the peer takes and the path, less the options. */
TEST(options, a_full_segment_fits_the_peer_the_path_and_the_options)
{
	static const struct { uint16_t peer, mtu; bool ts; uint32_t len; } rows[] = {
		{ 1460, 1500, false, 1460 }, { 1460, 1500, true, 1448 }, { 1000, 1500, false, 1000 },
		{ 1000, 1500, true, 988 }, { 1460, 576, false, 536 }, { 1460, 576, true, 524 },
		{ 9000, 1500, true, 1448 },
	};

	for (size_t i = 0; i < N_ELEM(rows); i++) {
		uint8_t opt[] = { 2, 4, (uint8_t)(rows[i].peer >> 8), (uint8_t)rows[i].peer,
				  rows[i].ts ? 8 : 0, 10, 0, 0, 0, 1, 0, 0, 0, 0, 1, 1 };
		struct peer *t = peer_new(PEER_FULL);

		t->dev->mtu = rows[i].mtu;
		peer_listen(t, 1);
		SAY(t, .flags = TCP_SYN, .opt = opt, .n_opt = sizeof(opt));
		CHECK(peer_next(t));
		t->ts = rows[i].ts;
		t->tsval = 2;
		SAY(t, .flags = TCP_ACK, .seq = 1, .ack = 1);
		REQUIRE(sk_accept(t->listener, &t->sk) == OK);
		CHECK_EQ(peer_write(t, 4000), 4000);
		HEAR(t, TCP_ACK, 1, 1, rows[i].len);
		peer_free(t);
	}
}

/* MUST-2: the fixture verifies each that it hears; here they are of all lengths,
 * whole and split, sent first and again. */
TEST(options, what_is_sent_has_a_true_checksum)
{
	struct peer *t = peer_new(PEER_SACK);
	uint32_t at = 1;

	peer_accept(t);
	for (uint32_t n = 1; n < 300; n++, at += n - 1) {
		CHECK_EQ(peer_write(t, n), n);
		CHECK(peer_next(t));
		CHECK(t->got.h.csum != 0);
		SAY(t, .flags = TCP_ACK, .seq = 1, .ack = at + n / 2);    /* some of it again */
		peer_wait(t, MSEC(500));
		CHECK(n < 2 || peer_next(t));
		peer_skip(t);
		SAY(t, .flags = TCP_ACK, .seq = 1, .ack = at + n);
	}
	peer_free(t);
}

/* --- the window of a SYN --------------------------------------------------------------------- */

/* What Linux 6.18 says between two of its hosts; 0: the buffer nobody set. */
static const struct first_window {
	uint32_t mtu;
	int rcvbuf;                               /* twice what may be offered */
	enum peer_kind kind;
	uint16_t syn, syn_ack;
} first_windows[] = {
	{ 1500, 0, PEER_FULL, 44 * 1460, 45 * 1448 },
	{ 1500, 0, PEER_PLAIN, 44 * 1460, 44 * 1460 },
	{ 1400, 0, PEER_FULL, 48 * 1360, 48 * 1348 },
	{ 9000, 0, PEER_FULL, 7 * 8960, 7 * 8948 },
	{ 576, 0, PEER_FULL, 122 * 536, 125 * 524 },
	{ 1500, 2304, PEER_FULL, 1152, 1152 },    /* less than one */
	{ 1500, 5000, PEER_FULL, 1460, 1448 },
	{ 1500, 40000, PEER_FULL, 13 * 1460, 13 * 1448 },
	{ 9000, 40000, PEER_FULL, 2 * 8960, 2 * 8948 },
	{ 1500, 200000, PEER_FULL, 65535, 65535 },        /* the field says no more */
};

static uint16_t window_of_syn(const struct first_window *f)
{
	static const struct endpoint to_peer = { { .family = ADDR_IP4, .v4 = PEER_THEM }, 1000 };
	struct peer *t = peer_new(f->kind);
	struct seen *s = malloc(sizeof(*s));
	uint16_t wnd;

	t->dev->mtu = f->mtu;
	REQUIRE(sk_open(t->st, ADDR_IP4, SK_STREAM, 0, &t->sk) == OK);
	CHECK(!f->rcvbuf || sk_setopt(t->sk, SKO_RCVBUF, f->rcvbuf) == OK);
	CHECK_EQ(sk_connect(t->sk, &to_peer), ERR_INPROGRESS);
	REQUIRE(s && net_seen(t->dev, t->n_read, s));
	wnd = (uint16_t)(s->data[14] << 8 | s->data[15]);
	free(s);
	peer_free(t);
	return wnd;
}

static uint16_t window_of_syn_ack(const struct first_window *f)
{
	struct peer *t = peer_new(f->kind);
	uint16_t wnd;

	t->dev->mtu = f->mtu;
	peer_listen(t, 1);
	CHECK(!f->rcvbuf || sk_setopt(t->listener, SKO_RCVBUF, f->rcvbuf) == OK);
	peer_say_syn(t, 0, 0);
	HEAR(t, TCP_SYN | TCP_ACK, 0, 1, 0);
	wnd = t->got.h.wnd;
	peer_free(t);
	return wnd;
}

TEST(options, a_syn_offers_whole_segments)        /* as Linux */
{
	for (size_t i = 0; i < N_ELEM(first_windows); i++) {
		CHECK_EQ(window_of_syn(&first_windows[i]), first_windows[i].syn);
		CHECK_EQ(window_of_syn_ack(&first_windows[i]), first_windows[i].syn_ack);
	}
}

/* --- profiles ------------------------------------------------------------------------------ */

/* The options of a SYN of ours, as they are on the wire. */
static size_t syn_options(int64_t profile, uint8_t out[TCP_OPT_MAX], struct endpoint *me)
{
	static const struct endpoint to_peer = { { .family = ADDR_IP4, .v4 = PEER_THEM }, 1000 };
	struct peer *t = peer_new(PEER_FULL);
	struct seen *s = malloc(sizeof(*s));
	size_t n;

	REQUIRE(stack_set_option(t->st, OPT_TCP_PROFILE, profile) == OK);
	REQUIRE(sk_open(t->st, ADDR_IP4, SK_STREAM, 0, &t->sk) == OK);
	CHECK_EQ(sk_connect(t->sk, &to_peer), ERR_INPROGRESS);
	sk_local(t->sk, me);
	REQUIRE(s && net_seen(t->dev, t->n_read, s));
	n = (size_t)(s->data[12] >> 4) * 4 - TCP_HLEN;
	memcpy(out, s->data + TCP_HLEN, n);
	free(s);
	peer_free(t);
	return n;
}

TEST(options, a_profile_orders_the_options_of_a_syn_and_chooses_ports)
{
	static const struct { uint8_t kinds[8], wscale; uint16_t lo, hi; } rows[] = {
		{ { TCP_OPT_MSS, TCP_OPT_SACK_OK, TCP_OPT_TS, TCP_OPT_NOP, TCP_OPT_WSCALE }, 7,
		  32768, 60999 },
		{ { TCP_OPT_MSS, TCP_OPT_NOP, TCP_OPT_WSCALE, TCP_OPT_SACK_OK, TCP_OPT_TS }, 6,
		  10000, 65535 },
	};

	for (size_t i = 0; i < N_ELEM(rows); i++) {
		uint8_t b[TCP_OPT_MAX], seen = 0;
		struct endpoint me;
		size_t n = syn_options((int64_t)i, b, &me);

		CHECK_EQ(n, 20);
		for (size_t at = 0; at < n; seen++) {
			CHECK_EQ(b[at], rows[i].kinds[seen]);
			if (b[at] == TCP_OPT_WSCALE)
				CHECK_EQ(b[at + 2], rows[i].wscale);
			at += b[at] == TCP_OPT_NOP ? 1 : b[at + 1];
		}
		CHECK_EQ(seen, 5);
		CHECK(me.port >= rows[i].lo && me.port <= rows[i].hi);
	}
}

TEST(options, a_syn_of_freebsd_offers_all_there_is)
{
	struct peer *t = peer_new(PEER_FULL);

	REQUIRE(stack_set_option(t->st, OPT_TCP_PROFILE, 1) == OK);
	peer_listen(t, 1);
	peer_say_syn(t, 0, 0);
	HEAR(t, TCP_SYN | TCP_ACK, 0, 1, 0);
	CHECK_EQ(t->got.h.wnd, 65535);
	peer_free(t);
}

TEST(options, freebsd_has_no_quick_acks)
{
	struct peer *t = peer_new(PEER_PLAIN);

	REQUIRE(stack_set_option(t->st, OPT_TCP_PROFILE, 1) == OK);
	peer_accept(t);
	SAY(t, .flags = TCP_ACK, .seq = 1, .ack = 1, .len = 1000);
	SILENCE(t);
	SAY(t, .flags = TCP_ACK, .seq = 1001, .ack = 1, .len = 1000);
	HEAR(t, TCP_ACK, 1, 2001, 0);             /* the second full one */
	SAY(t, .flags = TCP_ACK, .seq = 2001, .ack = 1, .len = 1000);
	SILENCE(t);
	peer_wait(t, MSEC(40));
	HEAR(t, TCP_ACK, 1, 3001, 0);
	peer_free(t);
}
