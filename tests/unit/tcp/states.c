// SPDX-License-Identifier: GPL-3.0-or-later
/* SEGMENT ARRIVES, RFC 9293 3.10.7, step by step and state by state. */
#include "tests/unit/tcp/fixture.h"

/* --- LISTEN, SYN-SENT, SYN-RECEIVED ------------------------------------------------------ */

TEST(states, a_passive_open_goes_through_syn_received)
{
	struct peer *t = peer_new(PEER_PLAIN);

	peer_listen(t, 1);
	peer_say_syn(t, 0, 0);
	CHECK_EQ(peer_state(t), TCP_SYN_RECEIVED);
	HEAR(t, TCP_SYN | TCP_ACK, 0, 1, 0);
	CHECK_EQ(sk_ready(t->listener), 0);
	SAY(t, .flags = TCP_ACK, .seq = 1, .ack = 1);
	CHECK_EQ(peer_state(t), TCP_ESTABLISHED);
	CHECK_EQ(sk_ready(t->listener), SK_IN);
	SILENCE(t);
	peer_free(t);
}

static void heard_ready(struct sk_watch *w, uint32_t events)
{
	CHECK_EQ(events, SK_IN);
	w->ready = NULL;
	sk_unwatch(w);
}

TEST(states, a_listener_that_is_watched_hears_of_a_connection)
{
	struct peer *t = peer_new(PEER_PLAIN);
	struct sk_watch w = { .ready = heard_ready };

	peer_listen(t, 1);
	sk_watch(t->listener, &w);
	peer_accept(t);
	CHECK(w.ready == NULL);
	peer_free(t);
}

TEST(states, closed_answers_with_a_rst_that_would_be_believed)      /* 3.10.7.1 */
{
	struct peer *t = peer_new(PEER_PLAIN);

	SAY(t, .flags = TCP_SYN, .seq = 0);
	CHECK(peer_next(t));
	CHECK_EQ(t->got.h.flags, TCP_RST | TCP_ACK);
	CHECK_EQ(t->got.h.seq.v, 0);
	CHECK_EQ(t->got.ack, 1);
	t->irs = seq(0);
	SAY(t, .flags = TCP_ACK, .seq = 7, .ack = 77, .len = 3);
	HEAR(t, TCP_RST, 77, 0, 0);
	SAY(t, .flags = TCP_RST, .seq = 7);
	SAY(t, .flags = TCP_RST | TCP_ACK, .seq = 7, .ack = 77);
	SILENCE(t);
	peer_free(t);
}

TEST(states, listen_takes_only_syns)      /* 3.10.7.2 */
{
	struct peer *t = peer_new(PEER_PLAIN);

	peer_listen(t, 1);
	SAY(t, .flags = TCP_RST);
	SAY(t, .flags = 0, .len = 5);
	SAY(t, .flags = TCP_FIN);
	SAY(t, .flags = TCP_SYN | TCP_RST);
	SAY(t, .flags = TCP_SYN | TCP_FIN);
	SAY(t, .flags = TCP_FIN | TCP_PSH | TCP_URG);
	SILENCE(t);
	t->irs = seq(0);
	SAY(t, .flags = TCP_ACK, .seq = 1, .ack = 5);
	HEAR(t, TCP_RST, 5, 0, 0);
	SAY(t, .flags = TCP_ACK | TCP_SYN, .seq = 1, .ack = 5);
	HEAR(t, TCP_RST, 5, 0, 0);
	CHECK_EQ(peer_state(t), TCP_CLOSED);
	peer_free(t);
}

TEST(states, syn_sent_refuses_an_ack_that_is_not_of_its_syn)    /* 3.10.7.3, first */
{
	struct peer *t = peer_new(PEER_PLAIN);

	peer_connect_start(t);
	peer_say_syn(t, TCP_ACK, 0);
	HEAR(t, TCP_RST, 0, 0, 0);
	peer_say_syn(t, TCP_ACK, 2);
	HEAR(t, TCP_RST, 2, 0, 0);
	SAY(t, .flags = TCP_RST | TCP_ACK, .ack = 2);
	SILENCE(t);
	CHECK_EQ(peer_state(t), TCP_SYN_SENT);
	peer_free(t);
}

TEST(states, syn_sent_believes_only_a_rst_with_its_ack)         /* 3.10.7.3, second */
{
	struct peer *t = peer_new(PEER_PLAIN);
	int err = 0;

	peer_connect_start(t);
	SAY(t, .flags = TCP_RST);
	CHECK_EQ(peer_state(t), TCP_SYN_SENT);
	SAY(t, .flags = TCP_RST | TCP_ACK, .ack = 1);
	CHECK_EQ(peer_state(t), TCP_CLOSED);
	CHECK_EQ(sk_ready(t->sk) & SK_ERR, SK_ERR);
	CHECK_EQ(sk_getopt(t->sk, SKO_ERROR, &err), OK);
	CHECK_EQ(err, ERR_REFUSED);
	SILENCE(t);
	peer_free(t);
}

TEST(states, syn_sent_drops_what_is_neither_syn_nor_rst)        /* 3.10.7.3, fifth */
{
	struct peer *t = peer_new(PEER_PLAIN);

	peer_connect_start(t);
	SAY(t, .flags = TCP_ACK, .seq = 1, .ack = 1, .len = 10);
	SAY(t, .flags = TCP_FIN, .seq = 1);
	SILENCE(t);
	CHECK_EQ(peer_state(t), TCP_SYN_SENT);
	peer_free(t);
}

TEST(states, two_syns_may_cross)          /* MUST-10, figure 7: with a SYN-ACK */
{
	struct peer *t = peer_new(PEER_FULL);

	peer_connect_start(t);
	peer_say_syn(t, 0, 0);
	CHECK_EQ(peer_state(t), TCP_SYN_RECEIVED);
	HEAR(t, TCP_SYN | TCP_ACK, 0, 1, 0);
	t->ts = true;
	peer_say_syn(t, TCP_ACK, 1);
	CHECK_EQ(peer_state(t), TCP_ESTABLISHED);
	HEAR(t, TCP_ACK, 1, 1, 0);
	SAY(t, .flags = TCP_ACK, .seq = 1, .ack = 1, .len = 10);
	HEAR(t, TCP_ACK, 1, 11, 0);
	peer_free(t);
}

TEST(states, two_syns_may_cross_and_an_ack_ends_it)     /* MUST-10 */
{
	struct peer *t = peer_new(PEER_PLAIN);

	peer_connect_start(t);
	SAY(t, .flags = TCP_SYN, .len = 5);       /* its data is not taken yet */
	HEAR(t, TCP_SYN | TCP_ACK, 0, 1, 0);
	SAY(t, .flags = TCP_ACK, .seq = 1, .ack = 1, .len = 5);
	CHECK_EQ(peer_state(t), TCP_ESTABLISHED);
	HEAR(t, TCP_ACK, 1, 6, 0);
	CHECK_EQ(peer_read(t, 10), 5);
	peer_free(t);
}

TEST(states, a_rst_sends_syn_received_back_where_it_came_from)  /* MUST-11 */
{
	struct peer *t = peer_new(PEER_PLAIN);
	int err = 0;

	peer_listen(t, 1);
	peer_say_syn(t, 0, 0);
	HEAR(t, TCP_SYN | TCP_ACK, 0, 1, 0);
	SAY(t, .flags = TCP_RST, .seq = 1);
	CHECK_EQ(peer_state(t), TCP_CLOSED);
	peer_accept(t);                           /* it still listens */
	peer_free(t);

	t = peer_new(PEER_PLAIN);
	peer_connect_start(t);
	peer_say_syn(t, 0, 0);
	SAY(t, .flags = TCP_RST, .seq = 1);
	CHECK_EQ(sk_getopt(t->sk, SKO_ERROR, &err), OK);
	CHECK_EQ(err, ERR_REFUSED);
	peer_free(t);
}

TEST(states, a_syn_sends_syn_received_back_to_listen)   /* 3.10.7.4, fourth */
{
	struct peer *t = peer_new(PEER_PLAIN);

	peer_listen(t, 1);
	peer_say_syn(t, 0, 0);
	HEAR(t, TCP_SYN | TCP_ACK, 0, 1, 0);
	SAY(t, .flags = TCP_SYN, .len = 10);      /* the same, with data */
	HEAR(t, TCP_SYN | TCP_ACK, 0, 1, 0);
	SAY(t, .flags = TCP_SYN, .seq = 1000);    /* in the window, and not the same */
	SILENCE(t);
	CHECK_EQ(peer_state(t), TCP_CLOSED);
	SAY(t, .flags = TCP_SYN, .seq = 1000);    /* it listens */
	CHECK_EQ(peer_state(t), TCP_SYN_RECEIVED);
	peer_free(t);
}

TEST(states, syn_received_answers_a_wrong_ack_with_a_rst)       /* 3.10.7.4, fifth */
{
	struct peer *t = peer_new(PEER_PLAIN);

	peer_listen(t, 1);
	peer_say_syn(t, 0, 0);
	HEAR(t, TCP_SYN | TCP_ACK, 0, 1, 0);
	SAY(t, .flags = TCP_ACK, .seq = 1, .ack = 0);
	HEAR(t, TCP_RST, 0, 0, 0);
	SAY(t, .flags = TCP_ACK, .seq = 1, .ack = 2);
	HEAR(t, TCP_RST, 2, 0, 0);
	CHECK_EQ(peer_state(t), TCP_SYN_RECEIVED);
	peer_free(t);
}

TEST(states, a_syn_that_comes_again_has_the_same_answer)
{
	struct peer *t = peer_new(PEER_PLAIN);

	peer_listen(t, 1);
	peer_say_syn(t, 0, 0);
	HEAR(t, TCP_SYN | TCP_ACK, 0, 1, 0);
	peer_say_syn(t, 0, 0);
	HEAR(t, TCP_SYN | TCP_ACK, 0, 1, 0);
	peer_say_syn(t, 0, 0);                    /* not for ever so many */
	SILENCE(t);
	peer_free(t);
}

/* --- the synchronized states: first, the window ----------------------------------------- */

TEST(states, table_6_decides_what_is_acceptable)
{
	static const struct { uint32_t seq, len; bool ok; } rows[] = {
		{ 1, 10, true }, { 64241, 1, false }, { 60000, 100, true },
		{ 0xfffffff0, 10, false }, { 0xfffffff0, 100, true }, { 70000, 10, false },
	};

	for (size_t i = 0; i < N_ELEM(rows); i++) {
		struct peer *t = peer_new(PEER_PLAIN);

		peer_accept(t);
		CHECK_EQ(tcp_rcv_wnd(peer_conn(t)), 64240);
		SAY(t, .flags = TCP_ACK, .seq = rows[i].seq, .ack = 1, .len = rows[i].len);
		CHECK(peer_next(t));              /* either way there is an answer */
		CHECK_EQ(t->got.h.flags, TCP_ACK);
		CHECK_EQ(peer_conn(t)->rcvq_bytes + !!peer_conn(t)->ooo != 0, rows[i].ok);
		peer_free(t);
	}
}

/* The window is full; returns where it ends, relative. */
static uint32_t fill_window(struct peer *t)
{
	uint32_t at = 1;

	while (tcp_rcv_wnd(peer_conn(t))) {
		uint32_t n = tcp_rcv_wnd(peer_conn(t));

		n = n < 1460 ? n : 1460;
		SAY(t, .flags = TCP_ACK, .seq = at, .ack = 1, .len = n);
		at += n;
	}
	peer_wait(t, MSEC(100));
	peer_skip(t);
	CHECK_EQ(t->got.h.wnd, 0);
	return at;
}

TEST(states, a_zero_window_lets_acks_and_rsts_through)  /* MUST-66 */
{
	struct peer *t = peer_new(PEER_PLAIN);
	uint32_t at;

	peer_accept(t);
	at = fill_window(t);
	CHECK_EQ(peer_write(t, 100), 100);
	HEAR(t, TCP_ACK | TCP_PSH, 1, at, 100);
	SAY(t, .flags = TCP_ACK, .seq = at, .ack = 101, .len = 50);       /* its text is not taken */
	HEAR(t, TCP_ACK, 101, at, 0);
	CHECK_EQ(peer_conn(t)->snd_una.v, seq_add(t->irs, 101).v);
	SAY(t, .flags = TCP_RST, .seq = at);
	CHECK_EQ(peer_state(t), TCP_CLOSED);
	peer_free(t);
}

TEST(states, an_unacceptable_rst_is_dropped_in_silence)
{
	struct peer *t = peer_new(PEER_PLAIN);

	peer_accept(t);
	SAY(t, .flags = TCP_RST, .seq = 0);
	SAY(t, .flags = TCP_RST, .seq = 70000);
	SILENCE(t);
	CHECK_EQ(peer_state(t), TCP_ESTABLISHED);
	peer_free(t);
}

TEST(states, old_timestamps_are_refused)  /* RFC 7323 5.3, R1 */
{
	struct peer *t = peer_new(PEER_FULL);

	peer_accept(t);
	SAY(t, .flags = TCP_ACK, .seq = 1, .ack = 1, .len = 10, .tsval = t->tsval - 2);
	HEAR(t, TCP_ACK, 1, 1, 0);
	CHECK_EQ(peer_conn(t)->rcvq_bytes, 0);
	SAY(t, .flags = TCP_ACK, .seq = 1, .ack = 1, .len = 10, .tsval = t->tsval);
	HEAR(t, TCP_ACK, 1, 11, 0);
	CHECK_EQ(t->got.o.tsecr, t->tsval);
	peer_free(t);
}

TEST(states, a_timestamp_of_24_days_ago_tells_nothing)  /* RFC 7323 5.5 */
{
	struct peer *t = peer_new(PEER_FULL);

	peer_accept(t);
	SAY(t, .flags = TCP_ACK, .seq = 1, .ack = 1, .len = 10);
	HEAR(t, TCP_ACK, 1, 11, 0);
	peer_wait(t, SEC(25 * 86400));            /* more than 2^31 ms: it looks older */
	SAY(t, .flags = TCP_ACK, .seq = 11, .ack = 1, .len = 10);
	HEAR(t, TCP_ACK, 1, 21, 0);
	CHECK_EQ(t->got.o.tsecr, t->tsval);
	SAY(t, .flags = TCP_ACK, .seq = 21, .ack = 1, .len = 10, .tsval = t->tsval - 2);
	HEAR(t, TCP_ACK, 1, 21, 0);               /* and PAWS is on again */
	peer_free(t);
}

/* What it sent from there to the edge is lost; its ACK is not (as Linux). */
TEST(states, an_ack_from_the_right_edge_counts)
{
	struct peer *t = peer_new(PEER_PLAIN);

	peer_accept(t);
	CHECK_EQ(peer_write(t, 100), 100);
	HEAR(t, TCP_ACK | TCP_PSH, 1, 1, 100);
	SAY(t, .flags = TCP_ACK, .seq = 1 + 64240 + 1, .ack = 101);
	CHECK_EQ(peer_conn(t)->n_out, 1);
	HEAR(t, TCP_ACK, 101, 1, 0);
	SAY(t, .flags = TCP_ACK, .seq = 1 + 64240, .ack = 101);
	CHECK_EQ(peer_conn(t)->n_out, 0);
	SAY(t, .flags = TCP_RST, .seq = 1 + 64240);
	SILENCE(t);
	peer_free(t);
}

/* --- second, RST; fourth, SYN; RFC 5961 ---------------------------------------------------- */

TEST(states, a_rst_must_be_exact)         /* RFC 5961 3.2 */
{
	struct peer *t = peer_new(PEER_PLAIN);
	int err = 0;

	peer_accept(t);
	SAY(t, .flags = TCP_RST, .seq = 2);
	HEAR(t, TCP_ACK, 1, 1, 0);
	CHECK_EQ(peer_state(t), TCP_ESTABLISHED);
	SAY(t, .flags = TCP_RST, .seq = 1);
	CHECK_EQ(peer_state(t), TCP_CLOSED);
	CHECK_EQ(sk_getopt(t->sk, SKO_ERROR, &err), OK);
	CHECK_EQ(err, ERR_CONNRESET);             /* MUST-12 */
	SILENCE(t);
	peer_free(t);
}

TEST(states, a_rst_behind_what_is_out_of_order_is_exact_too)
{
	struct peer *t = peer_new(PEER_SACK);

	peer_accept(t);
	SAY(t, .flags = TCP_ACK, .seq = 101, .ack = 1, .len = 100);
	HEAR(t, TCP_ACK, 1, 1, 0);
	SAY(t, .flags = TCP_RST, .seq = 150);
	HEAR(t, TCP_ACK, 1, 1, 0);
	SAY(t, .flags = TCP_RST, .seq = 201);
	CHECK_EQ(peer_state(t), TCP_CLOSED);
	peer_free(t);
}

TEST(states, a_syn_is_challenged)         /* RFC 5961 4.2 */
{
	struct peer *t = peer_new(PEER_PLAIN);

	peer_accept(t);
	SAY(t, .flags = TCP_SYN, .seq = 5);
	HEAR(t, TCP_ACK, 1, 1, 0);
	for (uint32_t edge = 0; edge < 3; edge++) {       /* the last of the past, the next, the next */
		peer_wait(t, SEC(1));
		SAY(t, .flags = TCP_SYN, .seq = edge);
		HEAR(t, TCP_ACK, 1, 1, 0);
	}
	peer_wait(t, SEC(1));
	SAY(t, .flags = TCP_SYN, .seq = 65536);   /* the first behind the window */
	HEAR(t, TCP_ACK, 1, 1, 0);
	peer_wait(t, SEC(1));
	SAY(t, .flags = TCP_SYN, .seq = 900000);
	HEAR(t, TCP_ACK, 1, 1, 0);
	CHECK_EQ(peer_state(t), TCP_ESTABLISHED);
	peer_free(t);
}

TEST(states, challenges_are_few)          /* RFC 5961 7 */
{
	struct peer *t = peer_new(PEER_PLAIN);

	peer_accept(t);
	for (unsigned i = 0; i < 1000; i++) {
		SAY(t, .flags = i % 2 ? TCP_SYN : TCP_RST, .seq = 5 + i);
		peer_wait(t, MSEC(1));
	}
	CHECK_EQ(peer_waiting(t), 2);
	peer_free(t);
}

/* --- fifth, the ACK ------------------------------------------------------------------------- */

TEST(states, without_an_ack_nothing_is_taken)
{
	struct peer *t = peer_new(PEER_PLAIN);

	peer_accept(t);
	SAY(t, .flags = 0, .seq = 1, .len = 10);
	SAY(t, .flags = TCP_FIN, .seq = 1, .len = 10);
	SILENCE(t);
	CHECK_EQ(peer_conn(t)->rcvq_bytes, 0);
	CHECK_EQ(peer_state(t), TCP_ESTABLISHED);
	peer_free(t);
}

TEST(states, an_ack_of_the_future_or_of_long_ago_is_challenged) /* RFC 5961 5.2 */
{
	struct peer *t = peer_new(PEER_PLAIN);

	peer_accept(t);
	CHECK_EQ(peer_write(t, 100), 100);
	HEAR(t, TCP_ACK | TCP_PSH, 1, 1, 100);
	SAY(t, .flags = TCP_ACK, .seq = 1, .ack = 101);
	SAY(t, .flags = TCP_ACK, .seq = 1, .ack = 102, .len = 10);
	HEAR(t, TCP_ACK, 101, 1, 0);
	peer_wait(t, SEC(1));
	SAY(t, .flags = TCP_ACK, .seq = 1, .ack = (uint32_t)-70000, .len = 10);
	HEAR(t, TCP_ACK, 101, 1, 0);
	peer_wait(t, SEC(1));
	SAY(t, .flags = TCP_ACK, .seq = 1, .ack = 0, .len = 10);  /* below our first number */
	HEAR(t, TCP_ACK, 101, 1, 0);
	CHECK_EQ(peer_conn(t)->rcvq_bytes, 0);
	SAY(t, .flags = TCP_ACK, .seq = 1, .ack = 1, .len = 10);  /* may be */
	HEAR(t, TCP_ACK, 101, 11, 0);
	peer_free(t);
}

/* --- every state --------------------------------------------------------------------------- */

TEST(states, in_every_state_a_rst_ends_it_and_says_how)
{
	static const struct { enum tcp_state s; int err; } rows[] = {
		{ TCP_ESTABLISHED, ERR_CONNRESET }, { TCP_FIN_WAIT_1, ERR_CONNRESET },
		{ TCP_FIN_WAIT_2, ERR_CONNRESET }, { TCP_CLOSE_WAIT, ERR_PIPE },
		{ TCP_CLOSING, ERR_CONNRESET }, { TCP_LAST_ACK, ERR_CONNRESET }, { TCP_TIME_WAIT, OK },
	};

	for (size_t i = 0; i < N_ELEM(rows); i++) {
		uint32_t at, ack;
		struct peer *t = peer_in_state(rows[i].s, &at, &ack);
		int err = -1;

		SAY(t, .flags = TCP_RST, .seq = at);
		CHECK_EQ(peer_state(t), TCP_CLOSED);
		CHECK_EQ(sk_getopt(t->sk, SKO_ERROR, &err), OK);
		CHECK_EQ(err, rows[i].err);
		SILENCE(t);
		peer_free(t);
	}
}

TEST(states, in_every_state_a_syn_is_challenged_and_changes_nothing)
{
	for (enum tcp_state s = TCP_ESTABLISHED; s <= TCP_LAST_ACK; s++) {
		uint32_t at, ack;
		struct peer *t = peer_in_state(s, &at, &ack);

		SAY(t, .flags = TCP_SYN, .seq = at + 10, .ack = 0);
		HEAR(t, TCP_ACK, ack, at, 0);
		CHECK_EQ(peer_state(t), s);
		peer_free(t);
	}
}

TEST(states, in_every_state_a_fin_that_comes_again_is_acknowledged)
{
	static const enum tcp_state rows[] = { TCP_CLOSE_WAIT, TCP_CLOSING, TCP_LAST_ACK,
					       TCP_TIME_WAIT };

	for (size_t i = 0; i < N_ELEM(rows); i++) {
		uint32_t at, ack;
		struct peer *t = peer_in_state(rows[i], &at, &ack);

		SAY(t, .flags = TCP_ACK | TCP_FIN, .seq = at - 1, .ack = 1);
		HEAR(t, TCP_ACK, ack, at, 0);
		CHECK_EQ(peer_state(t), rows[i]);
		peer_free(t);
	}
}

TEST(states, flags_that_mean_nothing_change_nothing)
{
	static const uint8_t flags[] = { 0, TCP_URG, TCP_PSH, TCP_FIN | TCP_PSH | TCP_URG,
					 TCP_SYN | TCP_FIN, TCP_SYN | TCP_FIN | TCP_ACK };

	for (size_t i = 0; i < N_ELEM(flags); i++) {
		for (enum tcp_state s = TCP_ESTABLISHED; s < TCP_N_STATE; s++) {
			uint32_t at, ack;
			struct peer *t = peer_in_state(s, &at, &ack);

			SAY(t, .flags = flags[i], .seq = at + (s == TCP_TIME_WAIT ? -10u : 0u),
			    .ack = ack, .urg = 9);
			CHECK_EQ(peer_state(t), s);
			peer_free(t);
		}
	}
}
