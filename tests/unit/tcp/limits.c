// SPDX-License-Identifier: GPL-3.0-or-later
/* What strangers may make the host do: RFC 5961 7, and connections of nobody. */
#include "tests/unit/tcp/fixture.h"

#define N_CONNS 20

/* N_CONNS connections, from the ports 2000 on. */
static struct peer *many(struct sock **sk)
{
	struct peer *t = peer_new(PEER_PLAIN);

	peer_listen(t, N_CONNS);
	for (unsigned i = 0; i < N_CONNS; i++) {
		t->pport = (uint16_t)(2000 + i);
		peer_accept(t);
		sk[i] = t->sk;
	}
	t->sk = NULL;
	return t;
}

static void many_free(struct peer *t, struct sock **sk)
{
	for (unsigned i = 0; i < N_CONNS; i++)
		sk_close(sk[i]);
	peer_free(t);
}

/* A SYN in each of them; the answers. */
static unsigned provoke(struct peer *t, struct sock **sk)
{
	unsigned n;

	for (unsigned i = 0; i < N_CONNS; i++) {
		t->pport = (uint16_t)(2000 + i);
		t->irs = tcp_conn(sk[i])->iss;
		SAY(t, .flags = TCP_SYN, .seq = 5);
	}
	n = peer_waiting(t);
	peer_skip(t);
	return n;
}

TEST(limits, challenges_of_the_whole_host_are_as_many_as_was_set)
{
	struct sock *sk[N_CONNS];
	struct peer *t = many(sk);
	unsigned first = 0, differ = 0;

	CHECK_EQ(provoke(t, sk), N_CONNS);        /* no limit at first */
	CHECK_EQ(stack_set_option(t->st, OPT_TCP_CHALLENGES, 6), OK);
	for (unsigned i = 0; i < 20; i++) {
		unsigned n;

		peer_wait(t, SEC(1));
		n = provoke(t, sk);
		CHECK(n >= 3 && n <= 8);          /* from half of it, at random */
		first = i ? first : n;
		differ += n != first;
		CHECK_EQ(provoke(t, sk), 0);
	}
	CHECK(differ > 0);
	CHECK_EQ(stack_set_option(t->st, OPT_TCP_CHALLENGES, 0), OK);
	peer_wait(t, SEC(1));
	CHECK_EQ(provoke(t, sk), 0);
	many_free(t, sk);
}

TEST(limits, one_connection_answers_as_often_as_was_set)
{
	struct peer *t = peer_new(PEER_PLAIN);

	peer_accept(t);
	CHECK_EQ(stack_set_option(t->st, OPT_TCP_INVALID_RATE, 100), OK);
	for (unsigned i = 0; i < 1000; i++) {
		SAY(t, .flags = TCP_SYN, .seq = 5);
		peer_wait(t, MSEC(1));
	}
	CHECK_EQ(peer_waiting(t), 10);
	peer_skip(t);
	CHECK_EQ(stack_set_option(t->st, OPT_TCP_INVALID_RATE, 0), OK);
	for (unsigned i = 0; i < 7; i++)
		SAY(t, .flags = TCP_SYN, .seq = 5);
	CHECK_EQ(peer_waiting(t), 7);
	peer_free(t);
}

/* --- orphans ------------------------------------------------------------------------------ */

TEST(limits, orphans_beyond_the_limit_are_reset)
{
	struct sock *sk[N_CONNS];
	struct peer *t = many(sk);
	unsigned n_reset = 0;

	CHECK_EQ(stack_set_option(t->st, OPT_TCP_MAX_ORPHANS, 5), OK);
	for (unsigned i = 0; i < N_CONNS; i++) {
		sk_close(sk[i]);
		sk[i] = NULL;
		t->pport = (uint16_t)(2000 + i);
		CHECK_EQ(peer_state(t), i < 5 ? TCP_FIN_WAIT_1 : TCP_CLOSED);
	}
	while (peer_next(t))
		n_reset += !!(t->got.h.flags & TCP_RST);
	CHECK_EQ(n_reset, N_CONNS - 5);
	CHECK_EQ(t->st->tcp->n_orphans, 5);
	peer_wait(t, SEC(600));                   /* their peers never answer */
	CHECK_EQ(t->st->tcp->n_orphans, 0);
	CHECK_EQ(t->st->tcp->n, 0);
	many_free(t, sk);
}

TEST(limits, who_waits_for_a_timer_alone_is_no_orphan)
{
	struct peer *t = peer_new(PEER_PLAIN);

	peer_accept(t);
	sk_close(t->sk);
	t->sk = NULL;
	CHECK_EQ(t->st->tcp->n_orphans, 1);
	SAY(t, .flags = TCP_ACK, .seq = 1, .ack = 2);
	CHECK_EQ(peer_state(t), TCP_FIN_WAIT_2);
	CHECK_EQ(t->st->tcp->n_orphans, 0);
	SAY(t, .flags = TCP_FIN | TCP_ACK, .seq = 1, .ack = 2);
	CHECK_EQ(peer_state(t), TCP_TIME_WAIT);
	CHECK_EQ(t->st->tcp->n_orphans, 0);
	peer_free(t);
}

/* So often is its FIN sent again. */
static unsigned fins_again(int retries, bool icmp)
{
	struct peer *t = peer_new(PEER_PLAIN);
	unsigned n;

	CHECK_EQ(stack_set_option(t->st, OPT_TCP_ORPHAN_RETRIES, retries), OK);
	peer_accept(t);
	sk_close(t->sk);
	t->sk = NULL;
	HEAR(t, TCP_FIN | TCP_ACK, 1, 1, 0);
	if (icmp)
		peer_icmp(t, ICMP4_UNREACH, 1, 0, 1);
	peer_wait(t, SEC(4000));
	n = peer_waiting(t);
	CHECK_EQ(peer_state(t), TCP_CLOSED);
	peer_free(t);
	return n;
}

TEST(limits, an_orphan_tries_as_often_as_was_set)
{
	CHECK_EQ(fins_again(0, false), 8);
	CHECK_EQ(fins_again(3, false), 3);
	CHECK_EQ(fins_again(14, false), 14);
	CHECK_EQ(fins_again(14, true), 10);       /* ICMP said so, and the RTO has grown full */
}
