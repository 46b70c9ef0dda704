// SPDX-License-Identifier: GPL-3.0-or-later
/* Segments are used again, and are as new. */
#include "stack/util/poison.h"
#include "tests/unit/tcp/fixture.h"

TEST(segpool, what_was_let_go_comes_again_all_zero)
{
	struct peer *t = peer_new(PEER_PLAIN);
	struct tcp_seg *s;

	peer_accept(t);
	s = tcp_seg_alloc(t->st);
	REQUIRE(s != NULL);
	s->len = 7;
	s->marks = SEG_LOST;
	tcp_seg_release(t->st, s);
	if (!POISON_WORKS)
		CHECK(t->st->tcp->spare_segs == &s->node);
	s = tcp_seg_alloc(t->st);
	CHECK_EQ(s->len, 0);
	CHECK_EQ(s->marks, 0);
	CHECK(!list_linked(&s->node));
	tcp_seg_release(t->st, s);
	peer_free(t);
}

TEST(segpool, a_stream_uses_few_again_and_again)
{
	struct peer *t = peer_new(PEER_PLAIN);
	uint32_t at = 1;

	peer_accept(t);
	for (int i = 0; i < 100; i++) {
		CHECK_EQ(peer_write(t, 1000), 1000);
		peer_skip(t);
		at += 1000;
		SAY(t, .flags = TCP_ACK, .seq = 1, .ack = at);
	}
	CHECK(t->st->tcp->n_spare_segs <= 4);
	CHECK(POISON_WORKS || t->st->tcp->n_spare_segs >= 1);
	peer_free(t);
}

TEST(segpool, a_connection_that_ended_is_the_next_one_and_all_zero)
{
	static const struct tcp_conn zero;
	struct peer *t = peer_new(PEER_PLAIN);
	struct tcp_conn *tc, *was;

	peer_accept(t);
	was = tc = tcp_conn_alloc(t->st->tcp);
	REQUIRE(tc != NULL);
	memset(tc, 0x5a, sizeof(*tc));
	tcp_conn_release(t->st->tcp, tc);
	tc = tcp_conn_alloc(t->st->tcp);
	CHECK(POISON_WORKS || tc == was);
	CHECK_MEM(tc, &zero, sizeof(zero));
	tcp_conn_release(t->st->tcp, tc);
	peer_free(t);
}

TEST(segpool, few_connections_are_kept)
{
	struct peer *t = peer_new(PEER_PLAIN);
	struct tcp_conn *tc[100];

	peer_accept(t);
	for (size_t i = 0; i < N_ELEM(tc); i++) {
		tc[i] = tcp_conn_alloc(t->st->tcp);
		REQUIRE(tc[i] != NULL);
	}
	for (size_t i = 0; i < N_ELEM(tc); i++)
		tcp_conn_release(t->st->tcp, tc[i]);
	CHECK_EQ(t->st->tcp->n_spare_conns, POISON_WORKS ? 0 : 64);
	peer_free(t);
}

/* tcp_checksums 0: a field of zero, and nothing is verified. */
TEST(tcp_checksums, checksums_that_nobody_wants_are_not_there)
{
	struct peer *t = peer_new(PEER_PLAIN);
	char buf[200];

	peer_accept(t);
	REQUIRE(stack_set_option(t->st, OPT_TCP_CHECKSUMS, 0) == OK);
	SAY(t, .flags = TCP_ACK | TCP_PSH, .seq = 1, .ack = 1, .len = 100, .bad_sum = true);
	CHECK_EQ(sk_recv(t->sk, buf, sizeof(buf), NULL), 100);
	REQUIRE(stack_set_option(t->st, OPT_TCP_CHECKSUMS, 1) == OK);
	SAY(t, .flags = TCP_ACK | TCP_PSH, .seq = 101, .ack = 1, .len = 100, .bad_sum = true);
	CHECK_EQ(sk_recv(t->sk, buf, sizeof(buf), NULL), ERR_AGAIN);
	peer_free(t);
}
