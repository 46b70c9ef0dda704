// SPDX-License-Identifier: GPL-3.0-or-later
/* What stack/show.h says of streams, and what hooks->tcp is told. */
#include "stack/show.h"

#include "stack/wire/icmp4.h"
#include "tests/unit/tcp/fixture.h"

/* The rows of a walk, at most four. */
struct seen_tcps { struct show_tcp t[4]; unsigned n; };

static bool keep(void *arg, const struct show_tcp *t)
{
	struct seen_tcps *s = arg;

	if (s->n < N_ELEM(s->t))
		s->t[s->n] = *t;
	s->n++;
	return true;
}

static bool keep_bound(void *arg, const struct show_sock *s)
{
	struct show_sock *out = arg;

	if (s->local.port)
		*out = *s;
	return true;
}

/* The one connection behind any listener. */
static struct show_tcp conn(const struct peer *t)
{
	struct seen_tcps s = { .n = 0 };

	show_tcps(t->st, keep, &s);
	REQUIRE(s.n >= 1 && s.n <= N_ELEM(s.t));
	return s.t[s.n - 1];
}

TEST(show, a_host_without_streams_has_no_rows)
{
	struct peer *t = peer_new(PEER_PLAIN);
	struct seen_tcps s = { .n = 0 };

	show_tcps(t->st, keep, &s);
	CHECK_EQ(s.n, 0);
	peer_free(t);
}

TEST(show, listeners_come_first_with_their_queues)
{
	struct peer *t = peer_new(PEER_PLAIN);
	struct seen_tcps s = { .n = 0 };

	peer_listen(t, 3);
	peer_say_syn(t, 0, 0);
	show_tcps(t->st, keep, &s);
	REQUIRE(s.n == 2);
	CHECK(s.t[0].listens && !s.t[1].listens);
	CHECK_EQ(s.t[0].backlog, 3);
	CHECK_EQ(s.t[0].syn_queue, 1);
	CHECK_EQ(s.t[0].sk.local.port, 80);
	CHECK_EQ(s.t[0].limit, LIMIT_LISTEN);
	CHECK_STR(s.t[1].state, "SYN-RECEIVED");
	CHECK_EQ(s.t[1].sk.peer.port, 1000);
	CHECK_EQ(s.t[1].limit, LIMIT_HANDSHAKE);
	CHECK_EQ(s.t[1].timer, SHOW_T_ON);
	peer_free(t);
}

TEST(show, sequence_variables_are_those_of_the_wire)
{
	struct peer *t = peer_new(PEER_FULL);
	struct show_tcp c;

	peer_accept(t);
	CHECK_EQ(peer_write(t, 100), 100);
	SAY(t, .flags = TCP_ACK | TCP_PSH, .seq = 1, .ack = 1, .len = 50);
	c = conn(t);
	CHECK_STR(c.state, "ESTABLISHED");
	CHECK_EQ(c.iss, t->irs.v);
	CHECK_EQ(c.snd_una, t->irs.v + 1);
	CHECK_EQ(c.snd_nxt, t->irs.v + 101);
	CHECK_EQ(c.irs, t->iss.v);
	CHECK_EQ(c.rcv_nxt, t->iss.v + 51);
	CHECK_EQ(c.flight_size, 100);
	CHECK_EQ(c.out_segs, 1);
	CHECK_EQ(c.snd_wscale, 7);
	CHECK(c.ts_ok && c.sack_ok && c.wscale_ok);
	CHECK_EQ(c.sk.recv_q, 50);
	CHECK_EQ(c.sk.send_q, 100);
	CHECK_EQ(c.bytes_sent, 100);
	CHECK_EQ(c.bytes_received, 50);
	CHECK_EQ(c.data_segs_in, 1);
	SAY(t, .flags = TCP_ACK, .seq = 51, .ack = 101);
	c = conn(t);
	CHECK_EQ(c.bytes_acked, 100);
	CHECK_EQ(c.flight_size, 0);
	peer_free(t);
}

TEST(show, the_mss_option_and_the_path_are_those_that_count)
{
	struct peer *t = peer_new(PEER_FULL);
	struct sk_tcp_info info;

	peer_listen(t, 1);
	CHECK_EQ(sk_setopt(t->listener, SKO_MAXSEG, 1000), OK);
	peer_say_syn(t, 0, 0);
	REQUIRE(peer_next(t));
	CHECK_EQ(t->got.o.mss, 1000);
	CHECK_EQ(conn(t).adv_mss, 1000);
	peer_free(t);

	t = peer_new(PEER_FULL);
	peer_accept(t);
	CHECK_EQ(peer_write(t, 1448), 1448);
	peer_skip(t);
	CHECK_EQ(conn(t).path_mtu, 1500);
	peer_icmp(t, ICMP4_UNREACH, ICMP4_UNREACH_FRAG, 1200, 1);
	CHECK_EQ(conn(t).eff_snd_mss, 1148);
	CHECK_EQ(conn(t).path_mtu, 1200);
	CHECK_EQ(sk_tcp_info(t->sk, &info), OK);
	CHECK_EQ(info.pmtu, 1200);
	peer_free(t);
}

TEST(show, other_sockets_have_their_own_walk)
{
	struct peer *t = peer_new(PEER_PLAIN);
	struct endpoint at = { addr_ip4(0), 53 };
	struct seen_tcps s = { .n = 0 };
	struct show_sock udp = { .type = 0 };
	struct sock *sk;

	REQUIRE(sk_open(t->st, ADDR_IP4, SK_DGRAM, 0, &sk) == OK);
	CHECK_EQ(sk_bind(sk, &at), OK);
	show_tcps(t->st, keep, &s);
	CHECK_EQ(s.n, 0);
	show_socks(t->st, keep_bound, &udp);
	CHECK_EQ(udp.type, SK_DGRAM);
	CHECK_EQ(udp.proto, IP_PROTO_UDP);
	CHECK_EQ(udp.local.port, 53);
	CHECK_EQ(udp.local.addr.family, ADDR_NONE);
	sk_close(sk);
	peer_free(t);
}

/* --- what limits ------------------------------------------------------------------------ */

TEST(show, a_connection_without_data_waits_for_its_application)
{
	struct peer *t = peer_new(PEER_PLAIN);

	peer_accept(t);
	CHECK_EQ(conn(t).limit, LIMIT_APP);
	CHECK_EQ(peer_write(t, 10), 10);
	CHECK_EQ(conn(t).limit, LIMIT_APP);
	peer_free(t);
}

TEST(show, a_second_small_write_waits_for_nagle)
{
	struct peer *t = peer_new(PEER_PLAIN);

	peer_accept(t);
	CHECK_EQ(peer_write(t, 10), 10);
	CHECK_EQ(peer_write(t, 10), 10);
	CHECK_EQ(conn(t).limit, LIMIT_NAGLE);
	CHECK_EQ(conn(t).unsent, 10);
	CHECK_EQ(sk_setopt(t->sk, SKO_NODELAY, 1), OK);
	CHECK_EQ(conn(t).limit, LIMIT_APP);
	peer_free(t);
}

TEST(show, a_corked_write_waits_for_more)
{
	struct peer *t = peer_new(PEER_PLAIN);

	peer_accept(t);
	CHECK_EQ(sk_setopt(t->sk, SKO_CORK, 1), OK);
	CHECK_EQ(peer_write(t, 10), 10);
	CHECK_EQ(conn(t).limit, LIMIT_CORK);
	peer_free(t);
}

TEST(show, the_peers_window_may_be_in_the_way)
{
	struct peer *t = peer_new(PEER_PLAIN);

	peer_accept(t);
	peer_window(t, 1000);
	CHECK_EQ(peer_write(t, 20000), 20000);
	CHECK_EQ(conn(t).limit, LIMIT_RWND);
	CHECK_EQ(conn(t).snd_wnd, 1000);
	peer_free(t);
}

TEST(show, the_congestion_window_may_be_in_the_way)
{
	struct peer *t = peer_new(PEER_PLAIN);

	peer_accept(t);
	CHECK_EQ(peer_write(t, 40000), 40000);
	CHECK_EQ(conn(t).limit, LIMIT_CWND);
	CHECK_EQ(conn(t).pipe_segs, 10);
	CHECK_EQ(conn(t).cwnd, 14600);
	peer_free(t);
}

TEST(show, silence_waits_for_the_timer_which_doubles)
{
	struct peer *t = peer_new(PEER_PLAIN);
	ns_t before;

	peer_accept(t);
	CHECK_EQ(peer_write(t, 10), 10);
	before = conn(t).rto;
	peer_wait(t, SEC(1));
	CHECK_EQ(conn(t).limit, LIMIT_RTO);
	CHECK(conn(t).backoff > 0);
	CHECK_EQ(conn(t).rto, before << conn(t).backoff);
	CHECK(conn(t).bytes_retrans >= 10);
	CHECK_EQ(conn(t).bytes_retrans % 10, 0);
	peer_free(t);
}
