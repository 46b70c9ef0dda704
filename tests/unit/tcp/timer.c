// SPDX-License-Identifier: GPL-3.0-or-later
/* Timeouts: persist, keepalive, delayed ACK, the user's, and how much is enough. */
#include "tests/unit/tcp/fixture.h"

static int error_of(struct peer *t)
{
	int err = -1;

	CHECK_EQ(sk_getopt(t->sk, SKO_ERROR, &err), OK);
	return err;
}

/* Waits for the next segment; its time since the last such call. */
static ns_t next_after(struct peer *t)
{
	ns_t from = net_now(t->net);

	while (!peer_waiting(t) && net_now(t->net) - from < SEC(1000))
		peer_wait(t, MSEC(1));
	CHECK(peer_next(t));
	return net_now(t->net) - from;
}

/* --- zero windows ------------------------------------------------------------------------ */

/* Its window is shut, 100 bytes wait. */
static struct peer *shut(void)
{
	struct peer *t = peer_new(PEER_PLAIN);

	peer_accept(t);
	t->wnd = 0;
	SAY(t, .flags = TCP_ACK, .seq = 1, .ack = 1);
	CHECK_EQ(peer_write(t, 100), 100);
	SILENCE(t);
	return t;
}

TEST(timer, a_zero_window_is_probed_ever_more_seldom)   /* MUST-35, MUST-36, SHLD-29, SHLD-30 */
{
	struct peer *t = shut();
	ns_t rto = peer_conn(t)->rto;

	for (unsigned i = 0; i < 6; i++) {
		ns_t gap = next_after(t);

		CHECK(gap + MSEC(1) >= rto << i && gap <= (rto << i) + MSEC(1));
		CHECK_EQ(t->got.h.flags, TCP_ACK);
		CHECK_EQ(t->got.seq, 0);          /* old: it must be answered */
		CHECK_EQ(t->got.len, 0);
		SAY(t, .flags = TCP_ACK, .seq = 1, .ack = 1);
	}
	peer_free(t);
}

TEST(timer, data_puts_a_probe_off_as_an_ack_does)
{
	struct peer *t = shut();
	ns_t rto = peer_conn(t)->rto, gap;

	for (unsigned i = 0; i < 3; i++) {
		(void)next_after(t);
		SAY(t, .flags = TCP_ACK, .seq = 1, .ack = 1);
	}
	peer_wait(t, rto);
	SAY(t, .flags = TCP_ACK | TCP_PSH, .seq = 1, .ack = 1, .len = 10);
	CHECK_EQ(peer_conn(t)->probes, 3);
	peer_wait(t, rto);
	peer_skip(t);                             /* its ACK */
	gap = next_after(t) + rto;
	CHECK(gap + MSEC(1) >= rto << 3 && gap <= (rto << 3) + MSEC(1));
	peer_free(t);
}

TEST(timer, a_window_may_stay_shut_for_ever)    /* MUST-37 */
{
	struct peer *t = shut();

	for (unsigned i = 0; i < 100; i++) {
		CHECK(next_after(t) <= SEC(121));
		peer_wait(t, USEC(1));            /* no answer comes as soon as that */
		SAY(t, .flags = TCP_ACK, .seq = 1, .ack = 1);
	}
	CHECK_EQ(peer_state(t), TCP_ESTABLISHED);
	t->wnd = 1000;
	SAY(t, .flags = TCP_ACK, .seq = 1, .ack = 1);
	HEAR(t, TCP_ACK | TCP_PSH, 1, 1, 100);
	peer_free(t);
}

TEST(timer, probes_that_nobody_answers_end)
{
	struct peer *t = shut();

	peer_wait(t, SEC(3600));
	CHECK_EQ(error_of(t), ERR_TIMEDOUT);
	CHECK_EQ(peer_waiting(t), 15);
	peer_free(t);
}

TEST(timer, an_orphan_does_not_probe_for_ever)
{
	struct peer *t = shut();

	sk_close(t->sk);
	t->sk = NULL;
	for (unsigned i = 0; i < 8; i++) {
		(void)next_after(t);
		SAY(t, .flags = TCP_ACK, .seq = 1, .ack = 1);
	}
	CHECK_EQ(peer_state(t), TCP_FIN_WAIT_1);
	peer_wait(t, SEC(200));
	CHECK_EQ(peer_state(t), TCP_CLOSED);
	peer_free(t);
}

TEST(timer, the_users_timeout_ends_probes_too)  /* RFC 5482 */
{
	struct peer *t = shut();

	CHECK_EQ(sk_setopt(t->sk, SKO_USER_TIMEOUT, 3000), OK);
	for (unsigned i = 0; i < 4; i++) {
		(void)next_after(t);
		SAY(t, .flags = TCP_ACK, .seq = 1, .ack = 1);
	}
	peer_wait(t, SEC(10));
	CHECK_EQ(error_of(t), ERR_TIMEDOUT);
	peer_free(t);
}

/* MUST-34, MUST-35, SHLD-17: the window shrank below what was sent. */
TEST(timer, a_window_that_shuts_over_data_does_not_end_it)
{
	struct peer *t = peer_new(PEER_PLAIN);

	peer_accept(t);
	CHECK_EQ(peer_write(t, 100), 100);
	HEAR(t, TCP_ACK | TCP_PSH, 1, 1, 100);
	t->wnd = 0;
	SAY(t, .flags = TCP_ACK, .seq = 1, .ack = 1);
	for (unsigned i = 0; i < 60; i++) {
		CHECK(next_after(t) <= SEC(121));
		CHECK_EQ(t->got.seq, 1);
		if (i % 2 == 0)                   /* every second answer is lost */
			SAY(t, .flags = TCP_ACK, .seq = 1, .ack = 1);
	}
	CHECK_EQ(peer_state(t), TCP_ESTABLISHED);
	peer_wait(t, SEC(500));
	CHECK_EQ(error_of(t), ERR_TIMEDOUT);      /* nobody answers any more */
	peer_free(t);
}

TEST(timer, a_silly_window_is_used_in_the_end)  /* MUST-38, 3.8.6.2.1 (4) */
{
	struct peer *t = peer_new(PEER_PLAIN);

	peer_accept(t);
	peer_window(t, 50);
	CHECK_EQ(peer_write(t, 1000), 1000);
	SILENCE(t);
	CHECK(next_after(t) <= SEC(1) + MSEC(1));
	CHECK_EQ(t->got.len, 50);
	peer_free(t);
}

/* --- keepalive ---------------------------------------------------------------------------- */

TEST(timer, keepalive_is_off_at_first)  /* MUST-24, MUST-25, MUST-28 */
{
	struct peer *t = peer_new(PEER_PLAIN);
	int v = 0;

	peer_accept(t);
	peer_wait(t, SEC(20000));
	SILENCE(t);
	CHECK_EQ(sk_getopt(t->sk, SKO_KEEPIDLE, &v), OK);
	CHECK_EQ(v, 7200);
	peer_free(t);
}

TEST(timer, keepalive_of_its_own_waits_two_hours)       /* MUST-24, MUST-27, MUST-28 */
{
	struct peer *t = peer_new(PEER_PLAIN);

	peer_accept(t);
	CHECK_EQ(sk_setopt(t->sk, SKO_KEEPALIVE, 1), OK);
	peer_wait(t, SEC(7199));
	SILENCE(t);
	peer_wait(t, SEC(2));
	HEAR(t, TCP_ACK, 0, 1, 0);
	CHECK_EQ(sk_setopt(t->sk, SKO_KEEPINTVL, 20), OK);
	peer_wait(t, SEC(75));                    /* the interval that was when it was set */
	HEAR(t, TCP_ACK, 0, 1, 0);
	peer_wait(t, SEC(20));
	HEAR(t, TCP_ACK, 0, 1, 0);
	peer_free(t);
}

TEST(timer, keepalive_asks_whoever_is_silent)   /* MUST-26, MUST-27, SHLD-12 */
{
	struct peer *t = peer_new(PEER_PLAIN);

	peer_accept(t);
	CHECK_EQ(sk_setopt(t->sk, SKO_KEEPALIVE, 1), OK);
	CHECK_EQ(sk_setopt(t->sk, SKO_KEEPIDLE, 10), OK);
	peer_wait(t, SEC(9));
	SAY(t, .flags = TCP_ACK, .seq = 1, .ack = 1);
	peer_wait(t, SEC(9));
	SILENCE(t);
	peer_wait(t, SEC(2));
	HEAR(t, TCP_ACK, 0, 1, 0);
	SAY(t, .flags = TCP_ACK, .seq = 1, .ack = 1);
	peer_wait(t, SEC(9));
	SILENCE(t);
	peer_free(t);
}

TEST(timer, keepalive_bears_lost_answers_and_then_ends) /* MUST-29 */
{
	struct peer *t = peer_new(PEER_PLAIN);

	peer_accept(t);
	CHECK_EQ(sk_setopt(t->sk, SKO_KEEPIDLE, 10), OK);
	CHECK_EQ(sk_setopt(t->sk, SKO_KEEPINTVL, 5), OK);
	CHECK_EQ(sk_setopt(t->sk, SKO_KEEPCNT, 3), OK);
	CHECK_EQ(sk_setopt(t->sk, SKO_KEEPALIVE, 1), OK);
	peer_wait(t, SEC(24));
	CHECK_EQ(peer_state(t), TCP_ESTABLISHED);
	for (unsigned i = 0; i < 3; i++)
		HEAR(t, TCP_ACK, 0, 1, 0);
	peer_wait(t, SEC(2));
	HEAR(t, TCP_RST | TCP_ACK, 1, 1, 0);
	CHECK_EQ(error_of(t), ERR_TIMEDOUT);
	peer_free(t);
}

/* --- retransmission ends -------------------------------------------------------------------- */

TEST(timer, data_is_given_up_after_r2)    /* MUST-20, MUST-21 */
{
	struct peer *t = peer_new(PEER_PLAIN);

	t->st->opt[OPT_TCP_RETRIES2] = 3;
	peer_accept(t);
	CHECK_EQ(peer_write(t, 10), 10);
	peer_wait(t, SEC(100));
	CHECK_EQ(peer_waiting(t), 4);
	CHECK_EQ(error_of(t), ERR_TIMEDOUT);
	CHECK_EQ(peer_write(t, 10), ERR_PIPE);
	peer_free(t);
}

TEST(timer, a_syn_is_given_up_and_what_icmp_said_is_told)       /* MUST-22, SHLD-9 */
{
	struct peer *t = peer_new(PEER_PLAIN);

	peer_connect_start(t);
	peer_wait(t, SEC(300));
	CHECK_EQ(peer_waiting(t), 7);
	CHECK_EQ(error_of(t), ERR_TIMEDOUT);
	peer_free(t);

	t = peer_new(PEER_PLAIN);
	t->st->opt[OPT_TCP_RETRIES2] = 2;
	peer_accept(t);
	CHECK_EQ(peer_write(t, 10), 10);
	peer_icmp(t, ICMP4_UNREACH, 1, 0, 1);
	CHECK_EQ(peer_state(t), TCP_ESTABLISHED); /* MUST-56 */
	peer_wait(t, SEC(100));
	CHECK_EQ(error_of(t), ERR_NOROUTE);       /* SHLD-25 */
	peer_free(t);
}

TEST(timer, the_users_timeout_is_kept_to_the_instant)   /* RFC 5482; in SYN-SENT, too */
{
	struct peer *t = peer_new(PEER_PLAIN);
	struct endpoint to = { addr_ip4(PEER_THEM), 1000 };

	REQUIRE(sk_open(t->st, ADDR_IP4, SK_STREAM, 0, &t->sk) == OK);
	CHECK_EQ(sk_setopt(t->sk, SKO_USER_TIMEOUT, 2500), OK);
	CHECK_EQ(sk_connect(t->sk, &to), ERR_INPROGRESS);
	peer_wait(t, MSEC(2499));
	CHECK_EQ(error_of(t), OK);
	peer_wait(t, MSEC(2));
	CHECK_EQ(error_of(t), ERR_TIMEDOUT);
	CHECK_EQ(peer_waiting(t), 2);
	peer_free(t);

	t = peer_new(PEER_PLAIN);
	peer_accept(t);
	CHECK_EQ(sk_setopt(t->sk, SKO_USER_TIMEOUT, 40000), OK);
	CHECK_EQ(peer_write(t, 100), 100);
	peer_wait(t, MSEC(39999));
	CHECK_EQ(error_of(t), OK);
	peer_wait(t, MSEC(2));
	CHECK_EQ(error_of(t), ERR_TIMEDOUT);
	peer_free(t);
}

TEST(timer, the_user_says_how_long_data_may_wait)       /* RFC 5482 */
{
	struct peer *t = peer_new(PEER_PLAIN);

	peer_accept(t);
	CHECK_EQ(sk_setopt(t->sk, SKO_USER_TIMEOUT, 5000), OK);
	CHECK_EQ(peer_write(t, 10), 10);
	peer_wait(t, SEC(4));
	CHECK_EQ(peer_state(t), TCP_ESTABLISHED);
	peer_wait(t, SEC(4));
	CHECK_EQ(error_of(t), ERR_TIMEDOUT);
	peer_free(t);
}

/* --- delayed ACKs ---------------------------------------------------------------------------- */

TEST(timer, an_ack_waits_40_ms_once_the_quick_ones_are_spent)   /* SHLD-18, MUST-40 */
{
	struct peer *t = peer_new(PEER_PLAIN);
	uint32_t at = 1;

	peer_accept(t);
	do {
		SAY(t, .flags = TCP_ACK, .seq = at, .ack = 1, .len = 10);
		at += 10;
		HEAR(t, TCP_ACK, 1, at, 0);
	} while (peer_conn(t)->quick_acks);
	CHECK_EQ(at, 161);
	SAY(t, .flags = TCP_ACK, .seq = at, .ack = 1, .len = 10);
	CHECK(next_after(t) == MSEC(40));
	CHECK_EQ(t->got.ack, at + 10);
	peer_free(t);
}

TEST(timer, every_second_full_segment_is_acknowledged)  /* SHLD-19, MUST-58 */
{
	struct peer *t = peer_new(PEER_PLAIN);
	uint32_t at = 1, n = 0;

	peer_accept(t);
	do {                                      /* until the window grows no more, too */
		SAY(t, .flags = TCP_ACK, .seq = at, .ack = 1, .len = 1460);
		at += 1460;
		CHECK_EQ(peer_read(t, 65536), 1460);
	} while (peer_conn(t)->quick_acks);
	peer_skip(t);
	for (unsigned i = 0; i < 10; i++, at += 1460) {
		SAY(t, .flags = TCP_ACK, .seq = at, .ack = 1, .len = 1460);
		n += peer_waiting(t);
		peer_skip(t);
	}
	CHECK_EQ(n, 5);
	peer_free(t);
}
