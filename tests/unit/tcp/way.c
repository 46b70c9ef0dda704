// SPDX-License-Identifier: GPL-3.0-or-later
/* A segment goes the way of the last one, until something changes that. */
#include "stack/stack.h"
#include "stack/wire/eth.h"
#include "tests/unit/tcp/fixture.h"

static const struct mac other_mac = { { 2, 0, 0, 0, 0, 0x77 } };
static const struct addr them = { .family = ADDR_IP4, .v4 = PEER_US + 1 };

static void write_some(struct peer *t)
{
	CHECK_EQ(peer_write(t, 10), 10);
}

/* The next segment was heard. */
static void hear_one(struct peer *t)
{
	write_some(t);
	REQUIRE(peer_next(t));
	SILENCE(t);
}

/* ESTABLISHED, and the way is known. */
static struct peer *peer_on_its_way(void)
{
	struct peer *t = peer_new(PEER_FULL);

	peer_accept(t);
	REQUIRE(sk_setopt(t->sk, SKO_NODELAY, 1) == OK);
	hear_one(t);
	hear_one(t);
	REQUIRE(t->st->tcp->way.known);
	return t;
}

/* Of the last frame. */
static struct mac mac_to(struct peer *t)
{
	uint8_t b[PKT_MAX];
	struct mac to;

	REQUIRE(net_sent_bytes(t->dev, net_sent(t->dev) - 1, b, sizeof(b)) >= ETH_HLEN);
	memcpy(to.b, b, sizeof(to.b));
	return to;
}

TEST(way, the_neighbour_has_another_mac)
{
	struct peer *t = peer_on_its_way();

	write_some(t);
	CHECK(mac_eq(mac_to(t), net_peer_mac));
	REQUIRE(stack_neigh_set(t->st, t->dev, &them, other_mac) == OK);
	write_some(t);
	CHECK(mac_eq(mac_to(t), other_mac));
	peer_free(t);
}

TEST(way, the_neighbour_is_forgotten)
{
	struct peer *t = peer_on_its_way();

	REQUIRE(stack_neigh_del(t->st, t->dev, &them) == OK);
	write_some(t);
	CHECK(mac_eq(mac_to(t), mac_broadcast));          /* who has it? */
	peer_free(t);
}

/* RFC 4861 7.3.3: what was not confirmed for long is in doubt, and asked for. */
TEST(way, the_neighbour_was_not_confirmed_for_long)
{
	struct peer *t = peer_on_its_way();
	struct neigh *n;

	REQUIRE(stack_neigh_del(t->st, t->dev, &them) == OK);
	n = neigh_get(t->st, t->dev, PEER_THEM);
	REQUIRE(n != NULL);
	neigh_update(t->st, n, net_peer_mac, true, true);
	CHECK_EQ(n->state, NUD_REACHABLE);
	hear_one(t);
	hear_one(t);
	REQUIRE(t->st->tcp->way.known);
	SAY(t, .flags = TCP_ACK, .seq = 1, .ack = 41);
	peer_wait(t, SEC(100));
	CHECK_EQ(n->state, NUD_REACHABLE);                /* nobody asked */
	hear_one(t);
	CHECK_EQ(n->state, NUD_DELAY);
	hear_one(t);
	CHECK_EQ(n->used_at, t->st->now);
	peer_free(t);
}

TEST(way, a_route_leads_elsewhere)
{
	struct peer *t = peer_on_its_way();
	const struct route_spec r = { .to = { them, 32 }, .type = RT_BLACKHOLE };
	unsigned sent = net_sent(t->dev);

	REQUIRE(stack_route_set(t->st, ROUTE_ADD, &r) == OK);
	write_some(t);
	CHECK_EQ(net_sent(t->dev), sent);
	peer_free(t);
}

TEST(way, the_interface_goes_down)
{
	struct peer *t = peer_on_its_way();
	unsigned sent = net_sent(t->dev);

	netdev_set_up(t->dev, false);
	write_some(t);
	CHECK_EQ(net_sent(t->dev), sent);
	peer_free(t);
}

TEST(way, the_interface_carries_less)
{
	struct peer *t = peer_on_its_way();

	REQUIRE(netdev_set_mtu(t->dev, 500) == OK);
	CHECK_EQ(peer_write(t, 1000), 1000);
	while (peer_next(t))
		CHECK(t->got.ip.total_len <= 500);
	peer_free(t);
}

TEST(way, options_of_the_host_and_of_the_socket_count_at_once)
{
	struct peer *t = peer_on_its_way();

	REQUIRE(stack_set_option(t->st, OPT_TTL, 9) == OK);
	hear_one(t);
	CHECK_EQ(t->got.ip.ttl, 9);
	REQUIRE(sk_setopt(t->sk, SKO_TTL, 7) == OK);
	hear_one(t);
	CHECK_EQ(t->got.ip.ttl, 7);
	CHECK(t->got.ip.df);
	REQUIRE(sk_setopt(t->sk, SKO_PMTUDISC, PMTU_DONT) == OK);
	hear_one(t);
	CHECK(!t->got.ip.df);
	REQUIRE(sk_setopt(t->sk, SKO_TOS, 0x10) == OK);
	hear_one(t);
	CHECK_EQ(t->got.ip.tos, 0x10);
	peer_free(t);
}

TEST(way, sockets_that_differ_do_not_share_it)
{
	struct peer *t = peer_on_its_way();
	const struct endpoint to = { them, 7 };
	struct sock *sk;

	REQUIRE(sk_open(t->st, ADDR_IP4, SK_STREAM, 0, &sk) == OK);
	REQUIRE(sk_setopt(sk, SKO_TTL, 3) == OK);
	CHECK_EQ(sk_connect(sk, &to), ERR_INPROGRESS);
	REQUIRE(peer_next(t));
	CHECK_EQ(t->got.ip.ttl, 3);
	hear_one(t);
	CHECK_EQ(t->got.ip.ttl, 64);
	sk_close(sk);
	peer_free(t);
}

/* The SYN was sent when longer ones would have fitted. */
TEST(way, the_path_changes_during_the_handshake)
{
	struct peer *t = peer_new(PEER_PLAIN);

	peer_connect_start(t);
	REQUIRE(netdev_set_mtu(t->dev, 1000) == OK);
	peer_say_syn(t, TCP_SYN | TCP_ACK, 1);
	peer_skip(t);
	CHECK_EQ(peer_conn(t)->snd_mss, 960);
	peer_free(t);
}
