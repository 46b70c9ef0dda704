// SPDX-License-Identifier: GPL-3.0-or-later
/* IP options of segments: RFC 9293 3.9.2.1. */
#include "tests/unit/tcp/fixture.h"

#define GW IP4(10, 0, 0, 3)
#define HOP(n) 10, 0, 0, n

/* Loose routes, as the user gives them, as they are sent, as they come. */
static const uint8_t by_gw[] = { 131, 7, 4, HOP(3) };
static const uint8_t by_gw_sent[] = { 131, 7, 4, HOP(2), 0 };
static const uint8_t came_by_gw[] = { 131, 7, 8, HOP(3), 0 };
static const uint8_t came_by_other[] = { 131, 7, 8, HOP(4), 0 };

static void check_route(struct peer *t, ip4_t first_hop, const uint8_t *opt, size_t n)
{
	CHECK_EQ(t->got.ip.dst, first_hop);
	CHECK_EQ(t->got.ip.hlen, IP4_HLEN + n);
	CHECK_MEM(t->got.ip_opt, opt, n);
}

static void connect_by_gw(struct peer *t)
{
	struct endpoint at = { { .family = ADDR_IP4 }, t->lport };
	struct endpoint to = { addr_ip4(PEER_THEM), t->pport };

	REQUIRE(sk_open(t->st, ADDR_IP4, SK_STREAM, 0, &t->sk) == OK);
	REQUIRE(sk_bind(t->sk, &at) == OK);
	CHECK_EQ(sk_set_ip_options(t->sk, by_gw, sizeof(by_gw)), OK);
	REQUIRE(sk_connect(t->sk, &to) == ERR_INPROGRESS);
}

TEST(ipopt, the_user_may_name_a_route)    /* MUST-51, MUST-16 */
{
	struct peer *t = peer_new(PEER_PLAIN);
	uint8_t got[40];

	connect_by_gw(t);
	HEAR(t, TCP_SYN, 0, 0, 0);
	check_route(t, GW, by_gw_sent, sizeof(by_gw_sent));
	peer_say_syn(t, TCP_ACK, 1);
	HEAR(t, TCP_ACK, 1, 1, 0);
	check_route(t, GW, by_gw_sent, sizeof(by_gw_sent));
	CHECK_EQ(peer_write(t, 2000), 2000);
	HEAR(t, TCP_ACK, 1, 1, 1452);             /* MSS less the options */
	CHECK_EQ(sk_get_ip_options(t->sk, got), sizeof(by_gw));
	CHECK_MEM(got, by_gw, sizeof(by_gw));
	peer_free(t);
}

TEST(ipopt, the_users_route_comes_before_the_peers)      /* MUST-52 */
{
	struct peer *t = peer_new(PEER_PLAIN);

	connect_by_gw(t);
	peer_skip(t);
	SAY(t, .flags = TCP_SYN | TCP_ACK, .ack = 1, .ip_opt = came_by_other, .n_ip_opt = 8);
	HEAR(t, TCP_ACK, 1, 1, 0);
	check_route(t, GW, by_gw_sent, sizeof(by_gw_sent));
	SAY(t, .flags = TCP_ACK, .seq = 1, .ack = 1, .len = 1, .ip_opt = came_by_other,
	    .n_ip_opt = 8);
	HEAR(t, TCP_ACK, 1, 2, 0);
	check_route(t, GW, by_gw_sent, sizeof(by_gw_sent));
	peer_free(t);
}

TEST(ipopt, a_connection_goes_back_by_the_route_it_came)         /* MUST-53, SHLD-24 */
{
	static const uint8_t back[] = { 131, 7, 4, HOP(2), 0 };
	struct peer *t = peer_new(PEER_PLAIN);

	net_peer(t->dev, "10.0.0.4");
	peer_listen(t, 1);
	SAY(t, .flags = TCP_SYN, .ip_opt = came_by_gw, .n_ip_opt = 8);
	HEAR(t, TCP_SYN | TCP_ACK, 0, 1, 0);
	check_route(t, GW, back, sizeof(back));
	SAY(t, .flags = TCP_ACK, .seq = 1, .ack = 1, .ip_opt = came_by_gw, .n_ip_opt = 8);
	REQUIRE(sk_accept(t->listener, &t->sk) == OK);
	SAY(t, .flags = TCP_ACK, .seq = 1, .ack = 1, .len = 1);  /* without a route: the same */
	HEAR(t, TCP_ACK, 1, 2, 0);
	check_route(t, GW, back, sizeof(back));
	SAY(t, .flags = TCP_ACK, .seq = 2, .ack = 1, .len = 1, .ip_opt = came_by_other,
	    .n_ip_opt = 8);
	HEAR(t, TCP_ACK, 1, 3, 0);
	check_route(t, IP4(10, 0, 0, 4), back, sizeof(back));
	SAY(t, .flags = TCP_ACK, .seq = 900000, .ack = 1, .len = 1, .ip_opt = came_by_gw,
	    .n_ip_opt = 8);                       /* a stranger does not move it */
	HEAR(t, TCP_ACK, 1, 3, 0);
	check_route(t, IP4(10, 0, 0, 4), back, sizeof(back));
	peer_free(t);
}

TEST(ipopt, options_that_mean_nothing_to_tcp_are_passed_over)    /* MUST-50 */
{
	static const struct { uint8_t n, b[12]; } rows[] = {
		{ 4, { 1, 1, 1, 0 } }, { 8, { 7, 7, 4, 0, 0, 0, 0, 0 } },
		{ 12, { 68, 12, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0 } }, { 4, { 148, 4, 0, 0 } },
		{ 12, { 130, 11, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 } }, { 4, { 30, 4, 1, 2 } },
	};

	for (size_t i = 0; i < N_ELEM(rows); i++) {
		struct peer *t = peer_new(PEER_PLAIN);

		peer_listen(t, 1);
		SAY(t, .flags = TCP_SYN, .ip_opt = rows[i].b, .n_ip_opt = rows[i].n);
		HEAR(t, TCP_SYN | TCP_ACK, 0, 1, 0);
		SAY(t, .flags = TCP_ACK, .seq = 1, .ack = 1, .ip_opt = rows[i].b,
		    .n_ip_opt = rows[i].n);
		REQUIRE(sk_accept(t->listener, &t->sk) == OK);
		SAY(t, .flags = TCP_ACK, .seq = 1, .ack = 1, .len = 10, .ip_opt = rows[i].b,
		    .n_ip_opt = rows[i].n);
		HEAR(t, TCP_ACK, 1, 11, 0);
		CHECK_EQ(t->got.ip.hlen, IP4_HLEN);
		CHECK_EQ(peer_read(t, 100), 10);
		CHECK(tcp_ip_opts(peer_conn(t)) == NULL);
		peer_free(t);
	}
}

TEST(ipopt, a_malformed_option_is_refused_and_none_takes_them_back)
{
	static const struct { uint8_t n, b[8]; } bad[] = {
		{ 7, { 131, 8, 4, HOP(3) } }, { 3, { 131, 3, 4 } }, { 7, { 131, 7, 3, HOP(3) } },
		{ 4, { 131, 1, 4, 0 } }, { 1, { 131 } },
	};
	struct peer *t = peer_new(PEER_PLAIN);
	uint8_t got[40];

	peer_accept(t);
	for (size_t i = 0; i < N_ELEM(bad); i++)
		CHECK_EQ(sk_set_ip_options(t->sk, bad[i].b, bad[i].n), ERR_INVAL);
	CHECK_EQ(sk_set_ip_options(t->sk, (uint8_t[41]){ 0 }, 41), ERR_INVAL);
	CHECK_EQ(sk_set_ip_options(t->sk, by_gw, sizeof(by_gw)), OK);
	CHECK_EQ(peer_conn(t)->snd_mss, 1452);
	CHECK_EQ(sk_set_ip_options(t->sk, NULL, 0), OK);
	CHECK_EQ(peer_conn(t)->snd_mss, 1460);
	CHECK_EQ(sk_get_ip_options(t->sk, got), 0);
	peer_free(t);
}
