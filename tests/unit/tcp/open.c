// SPDX-License-Identifier: GPL-3.0-or-later
/* OPEN, and what of a connection the user sets: RFC 9293 3.9.1, 3.9.2. */
#include "tests/unit/tcp/fixture.h"

#define OTHER IP4(10, 0, 0, 9)            /* a second address of the stack */

static struct peer *two_addresses(void)
{
	struct peer *t = peer_new(PEER_PLAIN);
	struct prefix p;

	REQUIRE(prefix_parse(&p, "10.0.0.9/24"));
	REQUIRE(stack_addr_add(t->st, t->dev, &p) == OK);
	return t;
}

static struct sock *listener(struct peer *t, ip4_t a, uint16_t port)
{
	struct endpoint at = { addr_ip4(a), port };
	struct sock *sk = NULL;

	REQUIRE(sk_open(t->st, ADDR_IP4, SK_STREAM, 0, &sk) == OK);
	REQUIRE(sk_bind(sk, &at) == OK);
	REQUIRE(sk_listen(sk, 4) == OK);
	return sk;
}

TEST(open, a_listener_leaves_the_connections_there_are_alone)    /* MUST-41 */
{
	struct peer *t = peer_new(PEER_PLAIN);
	struct sock *more[3];

	peer_accept(t);
	peer_say_syn(t, 0, 0);                    /* another is half open: challenged, no more */
	peer_skip(t);
	more[0] = listener(t, 0, 81);
	CHECK_EQ(sk_listen(t->listener, 2), OK);  /* again, at the same port */
	more[1] = listener(t, PEER_US, 82);
	sk_close(more[1]);
	more[2] = listener(t, 0, 83);
	CHECK_EQ(peer_state(t), TCP_ESTABLISHED);
	SAY(t, .flags = TCP_ACK, .seq = 1, .ack = 1, .len = 10);
	CHECK_EQ(peer_read(t, 100), 10);
	peer_skip(t);
	CHECK_EQ(peer_write(t, 10), 10);
	HEAR(t, TCP_ACK | TCP_PSH, 1, 11, 10);
	sk_close(more[0]);
	sk_close(more[2]);
	peer_free(t);
}

/* MUST-42: of one port, by local address. */
TEST(open, two_listen_at_one_port_of_two_addresses)
{
	struct peer *t = two_addresses();
	struct sock *a = listener(t, PEER_US, 80), *b = listener(t, OTHER, 80), *sk = NULL;
	struct endpoint at;

	for (int i = 0; i < 2; i++) {
		struct sock *l = i ? b : a;
		ip4_t us = i ? OTHER : PEER_US;

		SAY(t, .flags = TCP_SYN, .dst = us, .sport = (uint16_t)(2000 + i));
		HEAR(t, TCP_SYN | TCP_ACK, 0, 1, 0);
		SAY(t, .flags = TCP_ACK, .seq = 1, .ack = 1, .dst = us, .sport = (uint16_t)(2000 + i));
		REQUIRE(sk_accept(l, &sk) == OK);
		sk_local(sk, &at);
		CHECK_EQ(at.addr.v4, us);
		sk_close(sk);
		peer_skip(t);
	}
	sk_close(a);
	sk_close(b);
	peer_free(t);
}

/* The source of the SYN of a connection, from this address if there is one. */
static ip4_t syn_from(struct peer *t, ip4_t from, ip4_t to)
{
	struct endpoint at = { addr_ip4(from), 0 }, dst = { addr_ip4(to), 9 };
	struct sock *sk = NULL;
	ip4_t src;

	REQUIRE(sk_open(t->st, ADDR_IP4, SK_STREAM, 0, &sk) == OK);
	if (from)
		REQUIRE(sk_bind(sk, &at) == OK);
	REQUIRE(sk_connect(sk, &dst) == ERR_INPROGRESS);
	CHECK(peer_next(t));
	src = t->got.ip.src;
	sk_close(sk);
	peer_skip(t);
	return src;
}

TEST(open, the_user_may_name_the_local_address)  /* MUST-43 */
{
	struct peer *t = two_addresses();

	CHECK_EQ(syn_from(t, OTHER, PEER_THEM), OTHER);
	CHECK_EQ(syn_from(t, PEER_US, PEER_THEM), PEER_US);
	peer_free(t);
}

TEST(open, else_the_route_names_it)      /* MUST-44 */
{
	struct peer *t = two_addresses();
	struct route_spec r = { .type = RT_UNICAST, .proto = RP_STATIC, .src = addr_ip4(OTHER),
				.n_hops = 1, .hops = { { .via = addr_ip4(IP4(10, 0, 0, 3)) } } };

	REQUIRE(prefix_parse(&r.to, "10.7.0.0/16"));
	REQUIRE(stack_route_set(t->st, ROUTE_ADD, &r) == OK);
	CHECK_EQ(syn_from(t, 0, PEER_THEM), PEER_US);
	CHECK_EQ(syn_from(t, 0, IP4(10, 7, 0, 1)), OTHER);
	peer_free(t);
}

/* MUST-45: the address that the SYN came to, or that it had, and no other. */
TEST(open, every_segment_is_from_the_connections_own_address)
{
	struct peer *t = two_addresses();

	peer_listen(t, 1);
	SAY(t, .flags = TCP_SYN, .dst = OTHER);
	HEAR(t, TCP_SYN | TCP_ACK, 0, 1, 0);
	CHECK_EQ(t->got.ip.src, OTHER);
	SAY(t, .flags = TCP_ACK, .seq = 1, .ack = 1, .dst = OTHER);
	REQUIRE(sk_accept(t->listener, &t->sk) == OK);
	CHECK_EQ(peer_write(t, 10), 10);
	SAY(t, .flags = TCP_ACK, .seq = 1, .ack = 1, .len = 10, .dst = OTHER);
	peer_wait(t, SEC(2));
	CHECK_EQ(sk_shutdown(t->sk, SK_SHUT_WR), OK);
	CHECK(peer_waiting(t) >= 4);
	while (peer_next(t))
		CHECK_EQ(t->got.ip.src, OTHER);
	peer_free(t);
}

/* MUST-46, MUST-63: what is no host's address is nobody's to connect to. */
TEST(open, an_address_that_is_no_hosts_is_refused)
{
	static const ip4_t bad[] = { IP4(224, 0, 0, 5), IP4(239, 255, 255, 255), IP4_BROADCAST,
				     IP4(10, 0, 0, 255) };
	struct peer *t = peer_new(PEER_PLAIN);

	for (size_t i = 0; i < N_ELEM(bad); i++) {
		struct endpoint to = { addr_ip4(bad[i]), 9 };
		struct sock *sk = NULL;

		REQUIRE(sk_open(t->st, ADDR_IP4, SK_STREAM, 0, &sk) == OK);
		CHECK_EQ(sk_connect(sk, &to), ERR_NETUNREACH);
		sk_close(sk);
		SAY(t, .flags = TCP_SYN, .src = bad[i]);  /* nor to come from */
	}
	SILENCE(t);
	CHECK_EQ(t->st->tcp ? t->st->tcp->n : 0, 0);
	peer_free(t);
}

/* --- Diffserv and TTL ---------------------------------------------------------------------- */

/* MUST-48, SHLD-21, SHLD-22: whatever is set, from the SYN on and later. */
TEST(open, the_diffserv_field_is_the_users)
{
	struct peer *t = peer_new(PEER_PLAIN);

	peer_listen(t, 1);
	CHECK_EQ(sk_setopt(t->listener, SKO_TOS, 0xb8), OK);
	peer_say_syn(t, 0, 0);
	HEAR(t, TCP_SYN | TCP_ACK, 0, 1, 0);
	CHECK_EQ(t->got.ip.tos, 0xb8);
	SAY(t, .flags = TCP_ACK, .seq = 1, .ack = 1);
	REQUIRE(sk_accept(t->listener, &t->sk) == OK);
	CHECK_EQ(peer_write(t, 10), 10);
	HEAR(t, TCP_ACK | TCP_PSH, 1, 1, 10);
	CHECK_EQ(t->got.ip.tos, 0xb8);
	CHECK_EQ(sk_setopt(t->sk, SKO_TOS, 0x28), OK);
	SAY(t, .flags = TCP_ACK, .seq = 1, .ack = 11, .len = 1);
	HEAR(t, TCP_ACK, 11, 2, 0);
	CHECK_EQ(t->got.ip.tos, 0x28);
	peer_free(t);
}

TEST(open, the_ttl_is_the_users_or_the_hosts)    /* MUST-49 */
{
	struct peer *t = peer_new(PEER_PLAIN);

	CHECK_EQ(stack_set_option(t->st, OPT_TTL, 33), OK);
	peer_accept(t);
	CHECK_EQ(t->got.ip.ttl, 33);
	CHECK_EQ(sk_setopt(t->sk, SKO_TTL, 7), OK);
	CHECK_EQ(peer_write(t, 10), 10);
	HEAR(t, TCP_ACK | TCP_PSH, 1, 1, 10);
	CHECK_EQ(t->got.ip.ttl, 7);
	peer_wait(t, MSEC(300));
	CHECK(peer_next(t));                      /* and again */
	CHECK_EQ(t->got.ip.ttl, 7);
	peer_free(t);
}
