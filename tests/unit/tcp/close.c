// SPDX-License-Identifier: GPL-3.0-or-later
/* Every order of closing: RFC 9293 3.6, RFC 6191, RFC 2525, and what a socket
 * that nobody owns any more may still do. */
#include "tests/unit/tcp/fixture.h"

TEST(close, the_stack_closes_first)       /* figure 12 */
{
	struct peer *t = peer_new(PEER_PLAIN);

	peer_accept(t);
	CHECK_EQ(sk_shutdown(t->sk, SK_SHUT_WR), OK);
	HEAR(t, TCP_FIN | TCP_ACK, 1, 1, 0);
	CHECK_EQ(peer_state(t), TCP_FIN_WAIT_1);
	SAY(t, .flags = TCP_ACK, .seq = 1, .ack = 2);
	CHECK_EQ(peer_state(t), TCP_FIN_WAIT_2);
	SAY(t, .flags = TCP_FIN | TCP_ACK, .seq = 1, .ack = 2);
	HEAR(t, TCP_ACK, 2, 2, 0);
	CHECK_EQ(peer_state(t), TCP_TIME_WAIT);
	CHECK_EQ(peer_read(t, 1), 0);
	peer_wait(t, SEC(59));
	CHECK_EQ(peer_state(t), TCP_TIME_WAIT);   /* MUST-13 */
	peer_wait(t, SEC(2));
	CHECK_EQ(peer_state(t), TCP_CLOSED);
	SILENCE(t);
	peer_free(t);
}

TEST(close, the_peer_closes_first)
{
	struct peer *t = peer_new(PEER_PLAIN);

	peer_accept(t);
	SAY(t, .flags = TCP_FIN | TCP_ACK, .seq = 1, .ack = 1);
	HEAR(t, TCP_ACK, 1, 2, 0);
	CHECK_EQ(peer_state(t), TCP_CLOSE_WAIT);
	CHECK_EQ(peer_read(t, 1), 0);
	sk_close(t->sk);
	t->sk = NULL;
	HEAR(t, TCP_FIN | TCP_ACK, 1, 2, 0);
	CHECK_EQ(peer_state(t), TCP_LAST_ACK);
	SAY(t, .flags = TCP_ACK, .seq = 2, .ack = 2);
	CHECK_EQ(peer_state(t), TCP_CLOSED);
	SILENCE(t);
	peer_free(t);
}

TEST(close, the_last_data_fits_and_its_fin_does_not)
{
	struct peer *t = peer_new(PEER_PLAIN);

	t->wnd = 1000;
	peer_accept(t);
	CHECK_EQ(peer_write(t, 500), 500);
	HEAR(t, TCP_ACK | TCP_PSH, 1, 1, 500);
	CHECK_EQ(peer_write(t, 500), 500);        /* Nagle holds it */
	SILENCE(t);
	CHECK_EQ(sk_shutdown(t->sk, SK_SHUT_WR), OK);
	HEAR(t, TCP_ACK | TCP_PSH, 501, 1, 500);
	SILENCE(t);
	SAY(t, .flags = TCP_ACK, .seq = 1, .ack = 1001, .wnd = 1);
	HEAR(t, TCP_ACK | TCP_FIN, 1001, 1, 0);
	SILENCE(t);
	peer_free(t);
}

TEST(close, both_close_at_once)           /* figure 13 */
{
	struct peer *t = peer_new(PEER_PLAIN);

	peer_accept(t);
	CHECK_EQ(sk_shutdown(t->sk, SK_SHUT_WR), OK);
	HEAR(t, TCP_FIN | TCP_ACK, 1, 1, 0);
	SAY(t, .flags = TCP_FIN | TCP_ACK, .seq = 1, .ack = 1);
	CHECK_EQ(peer_state(t), TCP_CLOSING);
	HEAR(t, TCP_ACK, 2, 2, 0);
	SAY(t, .flags = TCP_ACK, .seq = 2, .ack = 2);
	CHECK_EQ(peer_state(t), TCP_TIME_WAIT);
	SILENCE(t);
	peer_free(t);
}

TEST(close, a_fin_may_acknowledge_ours)   /* FIN-WAIT-1 to TIME-WAIT at once */
{
	struct peer *t = peer_new(PEER_PLAIN);

	peer_accept(t);
	CHECK_EQ(sk_shutdown(t->sk, SK_SHUT_WR), OK);
	HEAR(t, TCP_FIN | TCP_ACK, 1, 1, 0);
	SAY(t, .flags = TCP_FIN | TCP_ACK, .seq = 1, .ack = 2);
	HEAR(t, TCP_ACK, 2, 2, 0);
	CHECK_EQ(peer_state(t), TCP_TIME_WAIT);
	peer_free(t);
}

TEST(close, half_closed_either_way_the_other_half_goes_on)
{
	struct peer *t = peer_new(PEER_PLAIN);

	peer_accept(t);
	CHECK_EQ(sk_shutdown(t->sk, SK_SHUT_WR), OK);
	HEAR(t, TCP_FIN | TCP_ACK, 1, 1, 0);
	SAY(t, .flags = TCP_ACK, .seq = 1, .ack = 2, .len = 100);
	HEAR(t, TCP_ACK, 2, 101, 0);
	CHECK_EQ(peer_read(t, 200), 100);
	CHECK_EQ(peer_write(t, 1), ERR_PIPE);
	peer_free(t);

	t = peer_new(PEER_PLAIN);
	peer_accept(t);
	SAY(t, .flags = TCP_FIN | TCP_ACK, .seq = 1, .ack = 1);
	HEAR(t, TCP_ACK, 1, 2, 0);
	CHECK_EQ(peer_write(t, 100), 100);
	HEAR(t, TCP_PSH | TCP_ACK, 1, 2, 100);
	SAY(t, .flags = TCP_ACK, .seq = 2, .ack = 101);
	CHECK_EQ(peer_state(t), TCP_CLOSE_WAIT);
	peer_free(t);
}

TEST(close, a_fin_that_comes_again_begins_2_msl_again)
{
	struct peer *t = peer_new(PEER_PLAIN);

	peer_accept(t);
	CHECK_EQ(sk_shutdown(t->sk, SK_SHUT_WR), OK);
	SAY(t, .flags = TCP_FIN | TCP_ACK, .seq = 1, .ack = 2);
	peer_skip(t);
	peer_wait(t, SEC(40));
	SAY(t, .flags = TCP_FIN | TCP_ACK, .seq = 1, .ack = 2);
	HEAR(t, TCP_ACK, 2, 2, 0);
	peer_wait(t, SEC(40));
	CHECK_EQ(peer_state(t), TCP_TIME_WAIT);
	peer_wait(t, SEC(21));
	CHECK_EQ(peer_state(t), TCP_CLOSED);
	peer_free(t);
}

/* In TIME-WAIT, with a listener; the peer's next number is 2. */
static struct peer *time_wait(enum peer_kind kind)
{
	struct peer *t = peer_new(kind);

	peer_accept(t);
	CHECK_EQ(sk_shutdown(t->sk, SK_SHUT_WR), OK);
	SAY(t, .flags = TCP_FIN | TCP_ACK, .seq = 1, .ack = 2);
	peer_skip(t);
	CHECK_EQ(peer_state(t), TCP_TIME_WAIT);
	sk_close(t->sk);
	t->sk = NULL;
	peer_wait(t, MSEC(10));
	return t;
}

TEST(close, a_syn_of_later_may_open_again_from_time_wait)       /* MAY-2, RFC 6191 */
{
	static const struct { enum peer_kind kind; uint32_t seq; int tsval; bool opens; } rows[] = {
		{ PEER_PLAIN, 3, 0, true }, { PEER_PLAIN, 2, 0, false }, { PEER_PLAIN, -5u, 0, false },
		{ PEER_FULL, -5u, 1, true }, { PEER_FULL, 3, 1, true },
		{ PEER_FULL, 3, -10, true }, { PEER_FULL, 2, -10, false },
		{ PEER_FULL, 9, -11, false },     /* older than the last of before */
	};

	for (size_t i = 0; i < N_ELEM(rows); i++) {
		struct peer *t = time_wait(rows[i].kind);

		SAY(t, .flags = TCP_SYN, .seq = rows[i].seq, .tsval = t->tsval + (uint32_t)rows[i].tsval);
		CHECK_EQ(peer_state(t), rows[i].opens ? TCP_SYN_RECEIVED : TCP_TIME_WAIT);
		CHECK(peer_next(t));
		CHECK_EQ(t->got.h.flags, rows[i].opens ? TCP_SYN | TCP_ACK : TCP_ACK);
		peer_free(t);
	}
}

/* RFC 9293 3.6.1: however much the old connection sent. */
TEST(close, a_connection_opened_anew_begins_beyond_the_old_numbers)      /* MAY-2 */
{
	struct peer *t = peer_new(PEER_PLAIN);
	seq_t old_nxt;

	peer_accept(t);
	peer_conn(t)->snd_nxt = seq_add(peer_conn(t)->snd_nxt, 0x40000000);
	peer_conn(t)->snd_una = peer_conn(t)->snd_nxt;
	t->irs = seq_sub(peer_conn(t)->snd_nxt, 1);       /* as if a gigabyte had passed */
	CHECK_EQ(sk_shutdown(t->sk, SK_SHUT_WR), OK);
	HEAR(t, TCP_FIN | TCP_ACK, 1, 1, 0);
	SAY(t, .flags = TCP_FIN | TCP_ACK, .seq = 1, .ack = 2);
	HEAR(t, TCP_ACK, 2, 2, 0);
	old_nxt = t->got.h.seq;
	SAY(t, .flags = TCP_SYN, .seq = 3);
	CHECK(peer_next(t));
	CHECK_EQ(t->got.h.flags, TCP_SYN | TCP_ACK);
	CHECK_EQ(seq_diff(t->got.h.seq, old_nxt), 65537);
	SAY(t, .flags = TCP_ACK, .seq = 4, .ack = 1);     /* and works */
	CHECK_EQ(peer_state(t), TCP_ESTABLISHED);
	peer_free(t);
}

TEST(close, time_wait_lasts_if_nobody_listens_for_a_new_syn)
{
	struct peer *t = time_wait(PEER_PLAIN);

	sk_close(t->listener);
	t->listener = NULL;
	SAY(t, .flags = TCP_SYN, .seq = 100);
	HEAR(t, TCP_ACK, 2, 2, 0);
	CHECK_EQ(peer_state(t), TCP_TIME_WAIT);
	peer_free(t);
}

/* --- what the user leaves behind --------------------------------------------------------- */

TEST(close, what_nobody_read_is_told_of_by_a_rst)       /* SHLD-3, RFC 2525 2.17 */
{
	struct peer *t = peer_new(PEER_PLAIN);

	peer_accept(t);
	SAY(t, .flags = TCP_ACK, .seq = 1, .ack = 1, .len = 10);
	HEAR(t, TCP_ACK, 1, 11, 0);
	sk_close(t->sk);
	t->sk = NULL;
	HEAR(t, TCP_RST | TCP_ACK, 1, 11, 0);
	CHECK_EQ(peer_state(t), TCP_CLOSED);
	peer_free(t);
}

TEST(close, data_after_the_close_is_answered_with_a_rst)        /* MAY-1 */
{
	struct peer *t = peer_new(PEER_PLAIN);

	peer_accept(t);
	sk_close(t->sk);
	t->sk = NULL;
	HEAR(t, TCP_FIN | TCP_ACK, 1, 1, 0);
	SAY(t, .flags = TCP_ACK, .seq = 1, .ack = 2, .len = 10);
	CHECK(peer_next(t));
	CHECK(t->got.h.flags & TCP_RST);
	CHECK_EQ(peer_state(t), TCP_CLOSED);
	peer_free(t);
}

TEST(close, linger_of_zero_aborts)
{
	struct peer *t = peer_new(PEER_PLAIN);

	peer_accept(t);
	CHECK_EQ(sk_setopt(t->sk, SKO_LINGER, 0), OK);
	CHECK_EQ(peer_write(t, 10), 10);
	HEAR(t, TCP_PSH | TCP_ACK, 1, 1, 10);
	sk_close(t->sk);
	t->sk = NULL;
	HEAR(t, TCP_RST | TCP_ACK, 11, 1, 0);
	CHECK_EQ(peer_state(t), TCP_CLOSED);
	peer_free(t);
}

TEST(close, an_abort_in_last_ack_says_nothing)  /* 3.10.5 */
{
	struct peer *t = peer_new(PEER_PLAIN);

	peer_accept(t);
	SAY(t, .flags = TCP_FIN | TCP_ACK, .seq = 1, .ack = 1);
	CHECK_EQ(sk_shutdown(t->sk, SK_SHUT_WR), OK);
	peer_skip(t);
	CHECK_EQ(peer_state(t), TCP_LAST_ACK);
	CHECK_EQ(sk_setopt(t->sk, SKO_LINGER, 0), OK);
	sk_close(t->sk);
	t->sk = NULL;
	SILENCE(t);
	CHECK_EQ(peer_state(t), TCP_CLOSED);
	peer_free(t);
}

TEST(close, what_was_written_is_sent_before_the_fin)
{
	struct peer *t = peer_new(PEER_PLAIN);

	t->wnd = 1000;
	peer_accept(t);
	CHECK_EQ(peer_write(t, 1500), 1500);
	HEAR(t, TCP_ACK, 1, 1, 1000);
	sk_close(t->sk);
	t->sk = NULL;
	SILENCE(t);
	CHECK_EQ(peer_state(t), TCP_FIN_WAIT_1);
	SAY(t, .flags = TCP_ACK, .seq = 1, .ack = 1001);
	HEAR(t, TCP_PSH | TCP_ACK, 1001, 1, 460); /* more than half of the window */
	HEAR(t, TCP_FIN | TCP_PSH | TCP_ACK, 1461, 1, 40);
	SAY(t, .flags = TCP_ACK, .seq = 1, .ack = 1502);
	CHECK_EQ(peer_state(t), TCP_FIN_WAIT_2);
	peer_free(t);
}

TEST(close, fin_wait_2_of_nobody_ends)    /* Linux: tcp_fin_timeout */
{
	struct peer *t = peer_new(PEER_PLAIN);

	peer_accept(t);
	sk_close(t->sk);
	t->sk = NULL;
	SAY(t, .flags = TCP_ACK, .seq = 1, .ack = 2);
	CHECK_EQ(peer_state(t), TCP_FIN_WAIT_2);
	peer_wait(t, SEC(59));
	CHECK_EQ(peer_state(t), TCP_FIN_WAIT_2);
	peer_wait(t, SEC(2));
	CHECK_EQ(peer_state(t), TCP_CLOSED);
	peer_free(t);
}

TEST(close, fin_wait_2_that_somebody_owns_lasts)
{
	struct peer *t = peer_new(PEER_PLAIN);

	peer_accept(t);
	CHECK_EQ(sk_shutdown(t->sk, SK_SHUT_WR), OK);
	SAY(t, .flags = TCP_ACK, .seq = 1, .ack = 2);
	peer_wait(t, SEC(3600));
	CHECK_EQ(peer_state(t), TCP_FIN_WAIT_2);
	peer_free(t);
}

TEST(close, a_peer_that_stops_does_not_keep_an_orphan)
{
	struct peer *t = peer_new(PEER_PLAIN);

	peer_accept(t);
	sk_close(t->sk);
	t->sk = NULL;
	CHECK_EQ(peer_state(t), TCP_FIN_WAIT_1);
	peer_wait(t, SEC(1000));
	CHECK_EQ(peer_state(t), TCP_CLOSED);
	peer_free(t);

	t = peer_new(PEER_PLAIN);                 /* nor does one that never reads */
	peer_accept(t);
	CHECK_EQ(peer_write(t, 10), 10);
	SAY(t, .flags = TCP_ACK, .seq = 1, .ack = 11);
	peer_free(t);
}

/* --- the peer's FIN, in and out of order ---------------------------------------------------- */

TEST(close, a_fin_waits_for_what_is_before_it)
{
	struct peer *t = peer_new(PEER_PLAIN);

	peer_accept(t);
	SAY(t, .flags = TCP_FIN | TCP_ACK, .seq = 101, .ack = 1);
	HEAR(t, TCP_ACK, 1, 1, 0);
	CHECK_EQ(peer_state(t), TCP_ESTABLISHED);
	SAY(t, .flags = TCP_ACK, .seq = 1, .ack = 1, .len = 100);
	HEAR(t, TCP_ACK, 1, 102, 0);
	CHECK_EQ(peer_state(t), TCP_CLOSE_WAIT);
	CHECK_EQ(peer_read(t, 500), 100);
	CHECK_EQ(peer_read(t, 500), 0);
	peer_free(t);
}

TEST(close, nothing_comes_after_the_fin)
{
	struct peer *t = peer_new(PEER_PLAIN);

	peer_accept(t);
	SAY(t, .flags = TCP_ACK, .seq = 201, .ack = 1, .len = 100);       /* it will lie */
	SAY(t, .flags = TCP_FIN | TCP_ACK, .seq = 101, .ack = 1, .len = 100);
	SAY(t, .flags = TCP_ACK, .seq = 301, .ack = 1, .len = 100);
	SAY(t, .flags = TCP_FIN | TCP_ACK, .seq = 401, .ack = 1);
	SAY(t, .flags = TCP_ACK, .seq = 1, .ack = 1, .len = 300);
	CHECK_EQ(peer_state(t), TCP_CLOSE_WAIT);
	CHECK_EQ(peer_read(t, 500), 200);
	CHECK_EQ(peer_read(t, 500), 0);
	SAY(t, .flags = TCP_ACK, .seq = 202, .ack = 1, .len = 100);
	CHECK_EQ(peer_read(t, 500), 0);
	peer_free(t);
}
