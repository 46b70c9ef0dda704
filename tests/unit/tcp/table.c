// SPDX-License-Identifier: GPL-3.0-or-later
/* Ports, initial numbers, and many connections. */
#include "tests/unit/tcp/fixture.h"

#include <stdlib.h>

static const struct endpoint to_peer = { { .family = ADDR_IP4, .v4 = PEER_THEM }, 1000 };

/* Opens from an ephemeral port, and hears the SYN; false: it cannot. */
static bool open_any(struct peer *t)
{
	struct endpoint me;

	REQUIRE(sk_open(t->st, ADDR_IP4, SK_STREAM, 0, &t->sk) == OK);
	if (sk_connect(t->sk, &to_peer) != ERR_INPROGRESS) {
		sk_close(t->sk);
		t->sk = NULL;
		return false;
	}
	sk_local(t->sk, &me);
	t->lport = me.port;
	t->ts = false;
	HEAR(t, TCP_SYN, 0, 0, 0);
	return true;
}

/* The stack closes first: it is left in TIME-WAIT. */
static void close_first(struct peer *t)
{
	peer_say_syn(t, TCP_ACK, 1);
	t->ts = t->kind == PEER_FULL;
	sk_close(t->sk);
	t->sk = NULL;
	SAY(t, .flags = TCP_FIN | TCP_ACK, .seq = 1, .ack = 2);
	peer_skip(t);
	CHECK_EQ(peer_state(t), TCP_TIME_WAIT);
}

TEST(table, ephemeral_ports_are_of_the_range_and_no_two_alike)  /* RFC 6056 */
{
	struct peer *t = peer_new(PEER_PLAIN);
	bool *used = calloc(65536, sizeof(*used));

	REQUIRE(used != NULL);
	for (unsigned i = 0; i < 2000; i++) {
		REQUIRE(open_any(t));
		CHECK(t->lport >= 49152);
		CHECK(!used[t->lport]);
		used[t->lport] = true;
		close_first(t);
	}
	free(used);
	peer_free(t);
}

/* The port that a connection to there gets; it is given up at once. */
static uint16_t port_to(struct peer *t, const struct endpoint *to)
{
	struct endpoint me;
	struct sock *sk;

	REQUIRE(sk_open(t->st, ADDR_IP4, SK_STREAM, 0, &sk) == OK);
	CHECK_EQ(sk_connect(sk, to), ERR_INPROGRESS);
	sk_local(sk, &me);
	sk_close(sk);
	return me.port;
}

/* The last ones are not looked at again: each port is a little after the last,
 * and to another peer they begin elsewhere. */
TEST(table, ephemeral_ports_step_on_by_destination)     /* RFC 6056 3.3.4 */
{
	struct peer *t = peer_new(PEER_PLAIN);
	const struct endpoint elsewhere = { to_peer.addr, 1001 };
	uint16_t last = 0, port;

	for (unsigned i = 0; i < 200; i++) {
		int step;

		REQUIRE(open_any(t));
		step = (t->lport - last + 16384) % 16384;
		CHECK(!last || (step >= 1 && step <= 8));
		last = t->lport;
		close_first(t);
	}
	port = port_to(t, &elsewhere);
	CHECK(port < last || port > last + 8);
	port = port_to(t, &to_peer);              /* and here they go on */
	CHECK(port > last && port <= last + 16);
	peer_free(t);
}

TEST(table, ports_in_time_wait_are_used_again_when_there_are_no_others)
{
	struct peer *t = peer_new(PEER_FULL);
	seq_t old_nxt[4];

	t->st->opt[OPT_PORT_MIN] = 65000;
	t->st->opt[OPT_PORT_MAX] = 65003;
	for (unsigned i = 0; i < 4; i++) {
		REQUIRE(open_any(t));
		close_first(t);
	}
	CHECK(!open_any(t));                      /* not within a second */
	peer_wait(t, SEC(2));
	for (uint32_t port = 65000; port < 65004; port++) {
		const struct tcp_conn *tc = tcp_find(t->st, PEER_US, (uint16_t)port, PEER_THEM, 1000);

		old_nxt[port - 65000] = tc->snd_nxt;
	}
	CHECK(open_any(t));
	CHECK_EQ(seq_diff(t->irs, old_nxt[t->lport - 65000]), 65537);     /* RFC 9293 3.6.1 */
	CHECK_EQ(peer_state(t), TCP_SYN_SENT);
	peer_free(t);

	t = peer_new(PEER_PLAIN);                 /* without timestamps: after 2 MSL */
	t->st->opt[OPT_PORT_MIN] = t->st->opt[OPT_PORT_MAX] = 65000;
	REQUIRE(open_any(t));
	close_first(t);
	peer_wait(t, SEC(59));
	CHECK(!open_any(t));
	peer_wait(t, SEC(2));
	CHECK(open_any(t));
	peer_free(t);
}

/* RFC 9293 3.6.1: however far the old connection got, whoever chose the port. */
TEST(table, numbers_go_on_after_time_wait_at_a_port_that_was_asked_for)
{
	const struct endpoint mine = { .port = 65000 };
	struct peer *t = peer_new(PEER_FULL);
	struct tcp_conn *old;
	seq_t reached;

	t->st->opt[OPT_PORT_MIN] = t->st->opt[OPT_PORT_MAX] = 65000;
	REQUIRE(open_any(t));
	close_first(t);
	old = t->st->tcp->last;
	REQUIRE(old != NULL && old->state == TCP_TIME_WAIT);
	reached = old->snd_nxt = seq_add(old->snd_nxt, 1u << 30);
	peer_wait(t, SEC(2));
	REQUIRE(sk_open(t->st, ADDR_IP4, SK_STREAM, 0, &t->sk) == OK);
	CHECK_EQ(sk_setopt(t->sk, SKO_REUSEADDR, 1), OK);
	old->sk.opt[SKO_REUSEADDR] = 1;
	REQUIRE(sk_bind(t->sk, &mine) == OK);
	CHECK_EQ(sk_connect(t->sk, &to_peer), ERR_INPROGRESS);
	CHECK(seq_lt(reached, peer_conn(t)->iss));
	peer_free(t);
}

/* Those that nobody owns share a timer. */
TEST(table, each_leaves_time_wait_in_its_own_time)
{
	static const struct { unsigned after_ms; uint32_t n; } rows[] = {
		{ 9900, 3 }, { 200, 2 },          /* the third: 10 s, as the option is by then */
		{ 47800, 2 }, { 200, 1 },         /* the first: 60 s */
		{ 1800, 1 }, { 200, 0 },          /* the second: 60 s since the FIN came again */
	};
	struct peer *t = peer_new(PEER_FULL);

	REQUIRE(open_any(t));
	close_first(t);
	peer_wait(t, SEC(1));
	REQUIRE(open_any(t));
	close_first(t);
	peer_wait(t, SEC(1));
	SAY(t, .flags = TCP_FIN | TCP_ACK, .seq = 1, .ack = 2);
	HEAR(t, TCP_ACK, 2, 2, 0);
	t->st->opt[OPT_TCP_TIME_WAIT] = 10000;
	REQUIRE(open_any(t));
	close_first(t);
	CHECK_EQ(t->st->tcp->n, 3);
	for (size_t i = 0; i < N_ELEM(rows); i++) {
		peer_wait(t, MSEC(rows[i].after_ms));
		CHECK_EQ(t->st->tcp->n, rows[i].n);
	}
	peer_free(t);
}

TEST(table, ten_thousand_connections_leave_nothing_behind)
{
	struct peer *t = peer_new(PEER_FULL);

	for (unsigned i = 0; i < 10000; i++) {
		REQUIRE(open_any(t));
		close_first(t);
	}
	CHECK_EQ(t->st->tcp->n, 10000);
	peer_wait(t, SEC(61));
	CHECK_EQ(t->st->tcp->n, 0);
	peer_free(t);
}

TEST(table, initial_numbers_move_with_the_clock_and_differ_by_pair)     /* MUST-8, RFC 6528 */
{
	struct peer *t = peer_new(PEER_PLAIN);
	struct tcp_conn a = { .sk = { .st = t->st, .local = PEER_US, .lport = 5,
				      .peer = PEER_THEM, .pport = 6 } };
	struct tcp_conn b = a;
	seq_t first;

	REQUIRE(tcp_table(t->st) != NULL);
	first = tcp_first(&a).isn;
	CHECK(seq_eq(tcp_first(&a).isn, first));
	b.sk.lport = 7;
	CHECK(!seq_eq(tcp_first(&b).isn, first));
	CHECK(!seq_eq(tcp_first(&b).isn, seq_add(first, 1)));
	peer_wait(t, MSEC(1));
	CHECK_EQ(seq_diff(tcp_first(&a).isn, first), MSEC(1) / 64);
	peer_free(t);
}

/* MUST-9: all that is on the wire is the same, and yet. */
TEST(table, initial_numbers_differ_by_a_secret_of_the_host)
{
	struct peer *t = peer_new(PEER_PLAIN);
	seq_t isn[8];

	for (size_t i = 0; i < N_ELEM(isn); i++) {
		struct stack_config cfg = { .name = "x", .pool = net_pool(t->net), .seed = 100 + i };
		struct stack *st = stack_new(&cfg);
		struct tcp_conn c = { .sk = { .st = st, .local = PEER_US, .lport = 5,
					      .peer = PEER_THEM, .pport = 6 } };

		REQUIRE(st && tcp_table(st));
		isn[i] = tcp_first(&c).isn;
		for (size_t j = 0; j < i; j++)
			CHECK(!seq_eq(isn[j], isn[i]));
		stack_free(st);
	}
	peer_free(t);
}
