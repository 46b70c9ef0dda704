// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Peers that stop, in every state: a timer ends the connection, or it stays by
 * design, because its user may still want it.  None leaves anything behind
 * (peer_free() looks).
 */
#include "tests/unit/tcp/fixture.h"

#define LONG SEC(100000)                  /* beyond all timers but keepalive's */

static int error_of(struct peer *t)
{
	int err = -1;

	CHECK_EQ(sk_getopt(t->sk, SKO_ERROR, &err), OK);
	return err;
}

static void disown(struct peer *t)
{
	sk_close(t->sk);
	t->sk = NULL;
}

TEST(silence, of_a_connection_that_has_an_owner)
{
	static const struct { enum tcp_state s, then; int err; } rows[] = {
		{ TCP_ESTABLISHED, TCP_ESTABLISHED, OK },         /* there may be nothing to say */
		{ TCP_FIN_WAIT_1, TCP_CLOSED, ERR_TIMEDOUT },     /* R2 of our FIN */
		{ TCP_FIN_WAIT_2, TCP_FIN_WAIT_2, OK },           /* half closed: it may go on */
		{ TCP_CLOSE_WAIT, TCP_CLOSE_WAIT, OK },           /* ours to end */
		{ TCP_CLOSING, TCP_CLOSED, ERR_TIMEDOUT },
		{ TCP_LAST_ACK, TCP_CLOSED, ERR_TIMEDOUT },
		{ TCP_TIME_WAIT, TCP_CLOSED, OK },                /* 2 MSL */
	};

	for (size_t i = 0; i < N_ELEM(rows); i++) {
		uint32_t at, ack;
		struct peer *t = peer_in_state(rows[i].s, &at, &ack);

		peer_wait(t, LONG);
		CHECK_EQ(peer_state(t), rows[i].then);
		CHECK_EQ(error_of(t), rows[i].err);
		peer_free(t);
	}
}

TEST(silence, of_a_connection_that_nobody_owns)
{
	for (enum tcp_state s = TCP_ESTABLISHED; s < TCP_N_STATE; s++) {
		uint32_t at, ack;
		struct peer *t = peer_in_state(s, &at, &ack);

		disown(t);
		peer_wait(t, SEC(300));
		CHECK_EQ(peer_state(t), TCP_CLOSED);
		CHECK_EQ(t->st->tcp->n, 0);
		CHECK_EQ(t->st->tcp->n_orphans, 0);
		peer_free(t);
	}
}

TEST(silence, with_keepalive_ends_what_else_would_stay)
{
	static const enum tcp_state rows[] = { TCP_ESTABLISHED, TCP_FIN_WAIT_2, TCP_CLOSE_WAIT };

	for (size_t i = 0; i < N_ELEM(rows); i++) {
		uint32_t at, ack;
		struct peer *t = peer_in_state(rows[i], &at, &ack);

		CHECK_EQ(sk_setopt(t->sk, SKO_KEEPALIVE, 1), OK);
		peer_wait(t, SEC(7200 + 9 * 75 + 1));
		CHECK_EQ(peer_state(t), TCP_CLOSED);
		CHECK_EQ(error_of(t), ERR_TIMEDOUT);
		peer_free(t);
	}
}

TEST(silence, in_a_handshake_ends_it)
{
	struct peer *t = peer_new(PEER_PLAIN);

	peer_connect_start(t);                    /* SYN-SENT */
	peer_wait(t, SEC(300));
	CHECK_EQ(error_of(t), ERR_TIMEDOUT);
	peer_free(t);

	t = peer_new(PEER_PLAIN);                 /* SYN-RECEIVED, from SYN-SENT */
	peer_connect_start(t);
	peer_say_syn(t, 0, 0);
	CHECK_EQ(peer_state(t), TCP_SYN_RECEIVED);
	peer_wait(t, SEC(300));
	CHECK_EQ(error_of(t), ERR_TIMEDOUT);
	peer_free(t);

	t = peer_new(PEER_PLAIN);                 /* SYN-RECEIVED, from LISTEN */
	peer_listen(t, 1);
	peer_say_syn(t, 0, 0);
	peer_wait(t, SEC(300));
	CHECK_EQ(peer_state(t), TCP_CLOSED);
	CHECK_EQ(t->st->tcp->n, 0);
	peer_free(t);
}

TEST(silence, on_data_or_behind_a_shut_window_ends_it)
{
	static const struct { uint16_t wnd; bool owned; } rows[] = {
		{ 65535, true }, { 65535, false }, { 1, true }, { 1, false },
	};

	for (size_t i = 0; i < N_ELEM(rows); i++) {
		struct peer *t = peer_new(PEER_PLAIN);

		peer_accept(t);
		SAY(t, .flags = TCP_ACK, .seq = 1, .ack = 1, .wnd = rows[i].wnd);
		CHECK_EQ(peer_write(t, 100000), 100000);
		if (!rows[i].owned)
			disown(t);
		peer_wait(t, SEC(3000));
		CHECK_EQ(peer_state(t), TCP_CLOSED);
		CHECK(!rows[i].owned || error_of(t) == ERR_TIMEDOUT);
		CHECK_EQ(t->st->tcp->n, 0);
		peer_free(t);
	}
}

/* What was received and never read, and what is out of order, waits for its
 * owner, and goes with him. */
TEST(silence, in_the_middle_of_data_leaves_it_to_the_user)
{
	struct peer *t = peer_new(PEER_SACK);

	peer_accept(t);
	SAY(t, .flags = TCP_ACK, .seq = 1, .ack = 1, .len = 100);
	SAY(t, .flags = TCP_ACK | TCP_FIN, .seq = 201, .ack = 1, .len = 100);
	peer_wait(t, LONG);
	CHECK_EQ(peer_state(t), TCP_ESTABLISHED);
	CHECK_EQ(peer_read(t, 1000), 100);
	disown(t);                                /* and the gap is never filled */
	peer_wait(t, SEC(300));
	CHECK_EQ(t->st->tcp->n, 0);
	peer_free(t);
}
