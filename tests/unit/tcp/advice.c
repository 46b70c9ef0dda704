// SPDX-License-Identifier: GPL-3.0-or-later
/* R1, R2 and soft errors: RFC 9293 3.8.3, 3.9.2.2. */
#include "stack/core/core.h"
#include "tests/unit/tcp/fixture.h"

static int error_of(struct peer *t)
{
	int err = -1;

	CHECK_EQ(sk_getopt(t->sk, SKO_ERROR, &err), OK);
	return err;
}

/* The peer's neighbour entry as ARP learns it. */
static struct neigh *learned(struct peer *t)
{
	const struct addr a = addr_ip4(PEER_THEM);
	struct neigh *n;

	REQUIRE(stack_neigh_del(t->st, t->dev, &a) == OK);
	n = neigh_get(t->st, t->dev, PEER_THEM);
	REQUIRE(n != NULL);
	neigh_update(t->st, n, net_peer_mac, true, true);
	CHECK_EQ(neigh_state_now(t->st, n), NUD_REACHABLE);
	return n;
}

/* MUST-20: the RTO is 200 ms, so R1, 3 timeouts, is reached after 1.4 s. */
TEST(advice, after_r1_of_data_ip_looks_for_another_way)
{
	struct peer *t = peer_new(PEER_PLAIN);
	struct neigh *n;

	peer_accept(t);
	n = learned(t);
	CHECK_EQ(peer_write(t, 10), 10);
	peer_wait(t, MSEC(1300));
	CHECK_EQ(neigh_state_now(t->st, n), NUD_REACHABLE);
	peer_wait(t, MSEC(200));
	CHECK_EQ(neigh_state_now(t->st, n), NUD_STALE);
	peer_wait(t, MSEC(1600));                 /* the next one lets it be asked */
	CHECK_EQ(neigh_state_now(t->st, n), NUD_DELAY);
	peer_free(t);
}

TEST(advice, after_r1_of_a_syn_ip_looks_for_another_way)         /* MUST-20, MUST-22 */
{
	struct peer *t = peer_new(PEER_PLAIN);
	struct neigh *n;

	peer_connect_start(t);
	n = learned(t);
	peer_wait(t, MSEC(6900));
	CHECK_EQ(neigh_state_now(t->st, n), NUD_REACHABLE);
	peer_wait(t, MSEC(200));
	CHECK_EQ(neigh_state_now(t->st, n), NUD_STALE);
	peer_free(t);
}

TEST(advice, between_r1_and_r2_the_user_hears_of_it_if_he_asked)         /* SHLD-9, SHLD-10 */
{
	for (int ask = 0; ask < 2; ask++) {
		struct peer *t = peer_new(PEER_PLAIN);
		struct sk_err e;

		peer_accept(t);
		CHECK_EQ(sk_setopt(t->sk, SKO_RECVERR, ask), OK);
		CHECK_EQ(peer_write(t, 10), 10);
		peer_wait(t, MSEC(1300));
		CHECK(!sk_recverr(t->sk, &e));
		peer_wait(t, MSEC(200));
		CHECK_EQ(sk_ready(t->sk) & SK_ERR, ask ? SK_ERR : 0);
		CHECK_EQ(sk_recverr(t->sk, &e), ask);
		CHECK(!ask || (e.err == ERR_TIMEDOUT && e.type == 0 && e.info == 3));
		CHECK_EQ(sk_ready(t->sk) & SK_ERR, 0);
		CHECK_EQ(error_of(t), OK);        /* nothing has failed */
		peer_wait(t, SEC(60));
		CHECK(!sk_recverr(t->sk, &e));    /* once is enough */
		CHECK_EQ(peer_state(t), TCP_ESTABLISHED);
		peer_free(t);
	}
}

static void close_it(struct sk_watch *w, uint32_t ev)
{
	struct sock *sk = w->sk;

	CHECK_EQ(ev, SK_ERR);
	sk_unwatch(w);
	sk_close(sk);
}

TEST(advice, who_watches_is_told_of_r1_and_may_close)
{
	struct peer *t = peer_new(PEER_PLAIN);
	struct sk_watch w = { .ready = close_it };

	peer_accept(t);
	CHECK_EQ(sk_setopt(t->sk, SKO_RECVERR, 1), OK);
	CHECK_EQ(sk_setopt(t->sk, SKO_LINGER, 0), OK);    /* it is gone at once */
	CHECK_EQ(peer_write(t, 10), 10);
	sk_watch(t->sk, &w);
	t->sk = NULL;
	peer_wait(t, MSEC(1300));
	CHECK(w.sk != NULL);
	peer_wait(t, MSEC(200));
	CHECK(w.sk == NULL);
	peer_free(t);
}

/* MUST-20, MUST-21, SHLD-11: R2 is 15 retransmissions, well above 100 s, or
 * what the user says. */
TEST(advice, r2_of_data_is_more_than_100_s_and_the_users_to_set)
{
	struct peer *t = peer_new(PEER_PLAIN);

	peer_accept(t);
	CHECK_EQ(peer_write(t, 10), 10);
	peer_wait(t, SEC(800));
	CHECK_EQ(peer_state(t), TCP_ESTABLISHED);
	peer_wait(t, SEC(200));
	CHECK_EQ(peer_state(t), TCP_CLOSED);
	CHECK_EQ(peer_waiting(t), 16);
	CHECK_EQ(error_of(t), ERR_TIMEDOUT);
	peer_free(t);

	t = peer_new(PEER_PLAIN);
	peer_accept(t);
	CHECK_EQ(sk_setopt(t->sk, SKO_USER_TIMEOUT, 2000000), OK);
	CHECK_EQ(peer_write(t, 10), 10);
	peer_wait(t, SEC(1900));
	CHECK_EQ(peer_state(t), TCP_ESTABLISHED);
	peer_wait(t, SEC(300));
	CHECK_EQ(error_of(t), ERR_TIMEDOUT);
	peer_free(t);
}

TEST(advice, a_syn_is_tried_for_three_minutes_at_least)  /* MUST-22, MUST-23 */
{
	struct peer *t = peer_new(PEER_PLAIN);

	peer_connect_start(t);
	peer_wait(t, SEC(180));
	CHECK_EQ(peer_state(t), TCP_SYN_SENT);
	peer_wait(t, SEC(120));
	CHECK_EQ(error_of(t), ERR_TIMEDOUT);
	CHECK_EQ(peer_waiting(t), 7);
	peer_free(t);
}

TEST(advice, a_soft_error_is_told_at_once_to_who_asked)          /* MUST-47, SHLD-20, SHLD-25 */
{
	static const struct { uint8_t type, code; int err; } rows[] = {
		{ ICMP4_UNREACH, 0, ERR_NETUNREACH }, { ICMP4_UNREACH, 1, ERR_NOROUTE },
		{ ICMP4_UNREACH, 5, ERR_OPNOTSUP }, { ICMP4_TIME_EXCEEDED, 0, ERR_NOROUTE },
		{ ICMP4_PARAM_PROBLEM, 0, ERR_PROTO },
	};

	for (size_t i = 0; i < 2 * N_ELEM(rows); i++) {
		struct peer *t = peer_new(PEER_PLAIN);
		bool ask = i % 2;
		struct sk_err e;

		peer_accept(t);
		CHECK_EQ(sk_setopt(t->sk, SKO_RECVERR, ask), OK);
		CHECK_EQ(peer_write(t, 10), 10);
		peer_icmp(t, rows[i / 2].type, rows[i / 2].code, 0, 1);
		CHECK_EQ(peer_state(t), TCP_ESTABLISHED); /* MUST-56 */
		CHECK_EQ(!!(sk_ready(t->sk) & SK_ERR), ask);
		CHECK_EQ(sk_recverr(t->sk, &e), ask);
		CHECK(!ask || (e.type == rows[i / 2].type && e.code == rows[i / 2].code));
		CHECK_EQ(error_of(t), rows[i / 2].err);   /* Linux: who did not ask, too */
		CHECK_EQ(peer_write(t, 10), 10);          /* it goes on */
		peer_free(t);
	}
}

TEST(advice, a_hard_error_ends_what_is_not_open_yet)     /* MUST-54, SHLD-26 */
{
	static const uint8_t codes[] = { 2, 3, 4 };

	for (size_t i = 0; i < N_ELEM(codes); i++) {
		struct peer *t = peer_new(PEER_PLAIN);

		peer_connect_start(t);
		peer_icmp(t, ICMP4_UNREACH, codes[i], 0, 0);
		CHECK_EQ(peer_state(t), codes[i] == 4 ? TCP_SYN_SENT : TCP_CLOSED);
		peer_free(t);
	}
}
