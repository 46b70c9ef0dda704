// SPDX-License-Identifier: GPL-3.0-or-later
/* Packets of this host: which way they take, what is in front of them, and
 * what becomes of those that find none. */
#include "stack/socket.h"
#include "tests/unit/ip4/fixture.h"

#define GROUP IP4(239, 129, 2, 3)

static struct pkt *payload(struct bench *b, size_t n)
{
	struct pkt *p = pkt_new(net_pool(b->net));

	frame_fill(b->msg, n);
	REQUIRE(p && pkt_add_bytes(p, b->msg, (uint32_t)n) == OK);
	return p;
}

static int send(struct bench *b, const struct ip4_tx *tx, size_t n)
{
	return ip4_output(b->st, payload(b, n), tx);
}

static void add_route(struct bench *b, const char *to, enum route_type type, const char *via,
		      uint32_t mtu)
{
	struct route_spec r = {
		.type = type, .proto = RP_STATIC, .mtu = mtu, .n_hops = via != NULL,
	};

	REQUIRE(prefix_parse(&r.to, to) && (!via || addr_parse(&r.hops[0].via, via)));
	REQUIRE(stack_route_set(b->st, ROUTE_REPLACE, &r) == OK);
}

/* --- the way ------------------------------------------------------------------------ */

TEST(out, ways)
{
	static const struct { ip4_t dst; const char *dev; ip4_t src; bool bcast, local; } rows[] = {
		{ THEM,               "in",  US,     false, false },
		{ IP4(172, 16, 9, 9), "in",  US,     false, false },
		{ IP4(10, 0, 1, 9),   "out", US_OUT, false, false },
		{ FAR,                "out", US_OUT, false, false },
		{ US,                 "lo",  US,     false, true },
		{ US_OUT,             "lo",  US_OUT, false, true },
		{ IP4_LOOPBACK,       "lo",  IP4_LOOPBACK, false, true },
		{ IP4(127, 0, 0, 5),  "lo",  IP4_LOOPBACK, false, true },
		{ IP4(10, 0, 1, 255), "out", US_OUT, true,  false },
		{ IP4(10, 0, 1, 0),   "out", US_OUT, true,  false },
		{ IP4_BROADCAST,      "in",  US,     true,  false },     /* the first link */
		{ IP4_ALL_HOSTS,      "in",  US,     false, false },
		{ GROUP,              "in",  US,     false, false },
	};
	struct bench *b = bench_new(false);

	for (size_t i = 0; i < N_ELEM(rows); i++) {
		struct ip4_path path = { 0 };
		char text[ADDR_STRLEN];
		bool ok = CHECK_EQ(ip4_path(b->st, rows[i].dst, 0, NULL, 0, &path), OK) &&
			  CHECK_STR(path.dev->name, rows[i].dev) & CHECK_EQ(path.src, rows[i].src) &
			  CHECK_EQ(path.bcast, rows[i].bcast) & CHECK_EQ(path.local, rows[i].local);

		if (!ok)
			printf("     %s\n", ip4_fmt(rows[i].dst, text));
	}
	bench_free(b);
}

/* The default route says by which link, and is no gateway for them. */
TEST(out, broadcasts_and_multicasts_take_the_link_of_the_route_to_their_mac)
{
	static const struct { ip4_t dst; const char *mac; } rows[] = {
		{ IP4_BROADCAST, "ff:ff:ff:ff:ff:ff" },
		{ IP4_ALL_HOSTS, "01:00:5e:00:00:01" },
		{ GROUP,         "01:00:5e:01:02:03" },           /* 23 bits (RFC 1112 6.4) */
	};
	struct bench *b = bench_new(false);

	add_route(b, "0.0.0.0/0", RT_UNICAST, "10.0.1.2", 0);
	for (size_t i = 0; i < N_ELEM(rows); i++) {
		struct ip4_tx tx = { .dst = rows[i].dst, .proto = 200, .bcast_ok = true };
		char text[MAC_STRLEN];

		CHECK_EQ(send(b, &tx, 8), OK);
		CHECK_EQ(net_sent(b->in), 0);
		REQUIRE(bench_only(b, b->out));
		CHECK_STR(mac_fmt(b->s.eth.dst, text), rows[i].mac);
		CHECK_EQ(b->s.ip.dst, rows[i].dst);
		CHECK_EQ(b->s.ip.src, US_OUT);
	}
	bench_free(b);
}

TEST(out, an_interface_that_is_asked_for_is_taken)
{
	struct bench *b = bench_new(false);
	struct ip4_tx tx = { .dst = GROUP, .proto = 200, .dev = b->out };

	CHECK_EQ(send(b, &tx, 8), OK);
	REQUIRE(bench_only(b, b->out));
	CHECK_EQ(b->s.ip.src, US_OUT);
	tx.dst = IP4(10, 0, 1, 255);
	CHECK_EQ(send(b, &tx, 8), ERR_ACCES);
	tx.bcast_ok = true;
	CHECK_EQ(send(b, &tx, 8), OK);
	REQUIRE(bench_only(b, b->out));
	CHECK(mac_eq(b->s.eth.dst, mac_broadcast));
	tx.dst = IP4(203, 0, 113, 1);             /* no route: then it is on the link */
	CHECK_EQ(send(b, &tx, 8), OK);
	CHECK(neigh_find(b->st, b->out, IP4(203, 0, 113, 1)) != NULL);
	bench_free(b);
}

/* As Linux's "ip route get DST oif DEV" has it: dev, then the way it finds. */
TEST(out, an_interface_that_is_asked_for_has_routes_of_its_own)
{
	static const struct {
		ip4_t dst;
		const char *dev;
		ip4_t gw, src;                    /* gw 0: dst is on the link */
		const char *by;
		bool bcast;
		uint32_t mtu;
	} rows[] = {
		{ FAR,                 "out", IP4(10, 0, 1, 2), US_OUT, "out", false, 1300 },
		{ FAR,                 "in",  IP4(10, 0, 0, 9), US,     "in",  false, 1500 },
		{ IP4(172, 16, 1, 1),  "in",  THEM,             US,     "in",  false, 900 },
		{ IP4(172, 16, 1, 1),  "out", 0,                US_OUT, "out", false, 1300 },
		{ IP4(203, 0, 113, 1), "in",  IP4(10, 0, 0, 9), US,     "in",  false, 1500 },
		{ IP4(203, 0, 113, 1), "out", 0,                US_OUT, "out", false, 1300 },
		{ IP4(10, 0, 1, 7),    "out", 0,                US_OUT, "out", false, 1300 },
		{ IP4(10, 0, 1, 7),    "in",  IP4(10, 0, 0, 9), US,     "in",  false, 1500 },
		{ IP4(10, 0, 1, 255),  "out", 0,                US_OUT, "out", true,  1300 },
		{ IP4(10, 0, 1, 255),  "in",  IP4(10, 0, 0, 9), US,     "in",  false, 1500 },
		{ IP4(198, 51, 0, 1),  "in",  0,                US,     "in",  false, 1500 },
		{ US,                  "in",  0,                US,     "lo",  false, 65535 },
		{ US,                  "out", 0,                US_OUT, "out", false, 1300 },
		{ IP4_LOOPBACK,        "in",  IP4(10, 0, 0, 9), US,     "in",  false, 1500 },
		{ IP4_LOOPBACK,        "lo",  0,        IP4_LOOPBACK,   "lo",  false, 65535 },
		{ IP4(10, 0, 1, 7),    "lo",  0,                US,     "lo",  false, 65535 },
	};

	for (size_t i = 0; i < N_ELEM(rows); i++) {
		struct bench *b = bench_new(false);
		struct netdev *dev = stack_dev(b->st, rows[i].dev);
		struct ip4_tx tx = { .dst = rows[i].dst, .proto = 200, .dev = dev,
				     .bcast_ok = true };
		struct ip4_path path = { 0 };
		char text[ADDR_STRLEN];
		bool ok;

		CHECK_EQ(netdev_set_mtu(b->out, 1300), OK);
		add_route(b, "0.0.0.0/0", RT_UNICAST, "10.0.0.9", 0);
		add_route(b, "172.16.0.0/12", RT_UNICAST, "10.0.0.2", 900);
		add_route(b, "198.51.0.0/24", RT_BLACKHOLE, NULL, 0);
		ok = CHECK_EQ(ip4_path(b->st, rows[i].dst, 0, dev, 0, &path), OK) &&
		     CHECK_STR(path.dev->name, rows[i].by) & CHECK_EQ(path.src, rows[i].src) &
		     CHECK_EQ(path.bcast, rows[i].bcast) & CHECK_EQ(path.mtu, rows[i].mtu) &
		     CHECK_EQ(path.via, rows[i].gw) &
		     CHECK_EQ(send(b, &tx, 8), OK);
		if (ok && !rows[i].gw && path.dev != b->st->lo && !path.bcast)
			ok = CHECK(neigh_find(b->st, dev, rows[i].dst) != NULL);
		else if (ok && rows[i].gw)
			ok = CHECK(bench_only(b, dev) && mac_eq(b->s.eth.dst, net_peer_mac)) &
			     CHECK_EQ(b->s.ip.src, rows[i].src);
		if (!ok)
			printf("     %s by %s\n", ip4_fmt(rows[i].dst, text), rows[i].dev);
		bench_free(b);
	}
}

TEST(out, of_the_routes_by_an_interface_the_first_that_answers_is_taken)
{
	struct bench *b = bench_new(false);
	struct ip4_tx tx = { .dst = FAR, .proto = 200, .dev = b->in };
	struct route_spec r = { .type = RT_UNICAST, .proto = RP_STATIC, .n_hops = 1 };
	struct ip4_path path = { 0 };
	struct hop *hop = NULL;

	REQUIRE(prefix_parse(&r.to, "192.168.0.0/16"));
	for (unsigned i = 1; i <= 2; i++) {       /* 10.0.0.101, then .102 */
		r.metric = i;
		r.hops[0].via = addr_ip4(IP4(10, 0, 0, 100 + i));
		REQUIRE(stack_route_set(b->st, ROUTE_ADD, &r) == OK);
	}
	CHECK_EQ(ip4_path(b->st, FAR, 0, b->in, 0, &path), OK);
	CHECK(path.nexthops == route_lookup_by(b->st, FAR, b->in, &hop));
	REQUIRE(path.nexthops != NULL);
	CHECK_EQ(hop->via, IP4(10, 0, 0, 101));
	CHECK_EQ(send(b, &tx, 8), OK);
	net_run(b->net, SEC(3));
	REQUIRE(route_lookup_by(b->st, FAR, b->in, &hop) != NULL);
	CHECK_EQ(hop->via, IP4(10, 0, 0, 102));
	CHECK_EQ(send(b, &tx, 8), OK);
	net_run(b->net, SEC(3));
	REQUIRE(route_lookup_by(b->st, FAR, b->in, &hop) != NULL);
	CHECK_EQ(hop->via, IP4(10, 0, 0, 101));   /* none does */
	REQUIRE(route_lookup_by(b->st, FAR, b->out, &hop) != NULL);
	CHECK_EQ(hop->via, IP4(10, 0, 1, 2));
	bench_free(b);
}

TEST(out, without_carrier_the_routes_by_an_interface_still_stand)
{
	struct bench *b = bench_new(false);
	struct hop *hop = NULL;

	netdev_set_carrier(b->out, false);
	REQUIRE(route_lookup_by(b->st, FAR, b->out, &hop) != NULL);
	CHECK_EQ(hop->via, IP4(10, 0, 1, 2));
	bench_free(b);
}

TEST(out, we_hear_our_own_multicasts_if_we_are_members_and_broadcasts_always)
{
	struct bench *b = bench_new(false);
	struct ip4_tx tx = { .dst = GROUP, .proto = 200, .dev = b->in, .bcast_ok = true };
	struct sock *sk, *raw;
	uint8_t got[100];

	REQUIRE(sk_open(b->st, ADDR_IP4, SK_RAW, 200, &raw) == OK);
	REQUIRE(sk_open(b->st, ADDR_IP4, SK_DGRAM, 0, &sk) == OK);
	CHECK_EQ(send(b, &tx, 8), OK);
	net_run(b->net, SEC(1));
	CHECK_EQ(sk_recv(raw, got, sizeof(got), NULL), ERR_AGAIN);
	CHECK_EQ(sk_join(sk, GROUP, b->in->ifindex), OK);
	CHECK_EQ(send(b, &tx, 8), OK);
	net_run(b->net, SEC(1));
	CHECK_EQ(sk_recv(raw, got, sizeof(got), NULL), IP4_HLEN + 8);
	tx.no_loop = true;
	CHECK_EQ(send(b, &tx, 8), OK);
	net_run(b->net, SEC(1));
	CHECK_EQ(sk_recv(raw, got, sizeof(got), NULL), ERR_AGAIN);
	tx = (struct ip4_tx){ .dst = IP4_BROADCAST, .proto = 200, .bcast_ok = true };
	CHECK_EQ(send(b, &tx, 8), OK);
	net_run(b->net, SEC(1));
	CHECK_EQ(sk_recv(raw, got, sizeof(got), NULL), IP4_HLEN + 8);
	CHECK_EQ(net_sent(b->in), 4);             /* and the link heard all of them */
	sk_close(sk);
	sk_close(raw);
	bench_free(b);
}

/* --- the header --------------------------------------------------------------------- */

TEST(out, a_header_says_what_was_asked_for)
{
	struct bench *b = bench_new(false);
	struct ip4_tx tx = { .dst = FAR, .proto = 200 };
	uint16_t id;

	CHECK_EQ(send(b, &tx, 100), OK);
	REQUIRE(bench_only(b, b->out));
	CHECK_EQ(b->s.ip.hlen, IP4_HLEN);
	CHECK_EQ(b->s.ip.total_len, IP4_HLEN + 100);
	CHECK_EQ(b->s.ip.ttl, 64);
	CHECK_EQ(b->s.ip.tos, 0);
	CHECK_EQ(b->s.ip.proto, 200);
	CHECK(!b->s.ip.df && !ip4_is_frag(&b->s.ip));
	CHECK_EQ(b->s.ip.src, US_OUT);
	CHECK_EQ(b->s.ip.dst, FAR);
	CHECK_MEM(b->s.data, b->msg, 100);
	id = b->s.ip.id;
	CHECK_EQ(stack_set_option(b->st, OPT_TTL, 99), OK);
	tx.src = US;
	tx.tos = 0xb8;
	tx.df = true;
	CHECK_EQ(send(b, &tx, 0), OK);
	REQUIRE(bench_only(b, b->out));
	CHECK_EQ(b->s.ip.ttl, 99);
	CHECK_EQ(b->s.ip.tos, 0xb8);
	CHECK(b->s.ip.df);
	CHECK_EQ(b->s.ip.src, US);                /* although it leaves by `out` */
	CHECK_EQ(b->s.ip.id, (uint16_t)(id + 1)); /* RFC 6864 */
	tx.ttl = 1;
	CHECK_EQ(send(b, &tx, 0), OK);
	REQUIRE(bench_only(b, b->out));
	CHECK_EQ(b->s.ip.ttl, 1);
	CHECK_EQ(show_stat(b->st, ST_IP_OUT_REQUESTS), 3);
	bench_free(b);
}

TEST(out, options_are_filled_in_as_the_packet_leaves)
{
	static const uint8_t rr[8] = { 7, 7, 4 };
	struct bench *b = bench_new(false);
	struct ip4_tx tx = { .dst = FAR, .proto = 200, .opt = rr, .n_opt = sizeof(rr) };

	CHECK_EQ(send(b, &tx, 8), OK);
	REQUIRE(bench_only(b, b->out));
	CHECK_EQ(b->s.ip.hlen, 28);
	CHECK_MEM(b->s.opt, "\7\7\10\12\0\1\1", 7);
	CHECK_EQ(b->s.n, 8);
	bench_free(b);
}

/* --- too long ----------------------------------------------------------------------- */

/* The fragments on `out` make up b->msg, and none is longer than mtu. */
static void check_fragments(struct bench *b, size_t n, uint32_t mtu)
{
	size_t got = 0;

	for (unsigned i = 0; i < net_sent(b->out); i++) {
		REQUIRE(net_seen(b->out, i, &b->s));
		CHECK(b->s.ip.total_len <= mtu);
		CHECK_EQ(b->s.ip.frag_off, got);
		CHECK_EQ(b->s.ip.mf, i + 1 < net_sent(b->out));
		CHECK_MEM(b->s.data, b->msg + got, b->s.n);
		got += b->s.n;
	}
	CHECK_EQ(got, n);
	net_forget(b->out);
}

TEST(out, a_packet_is_cut_to_what_link_and_route_take)
{
	static const struct { uint32_t link, route, mtu; } rows[] = {
		{ 1500, 0, 1500 }, { 1500, 600, 600 }, { 600, 1500, 600 }, { 1500, 68, 68 },
	};

	for (size_t i = 0; i < N_ELEM(rows); i++) {
		struct bench *b = bench_new(false);
		struct ip4_tx tx = { .dst = FAR, .proto = 200 };
		struct ip4_path path;

		CHECK_EQ(netdev_set_mtu(b->out, rows[i].link), OK);
		add_route(b, "192.168.0.0/16", RT_UNICAST, "10.0.1.2", rows[i].route);
		CHECK_EQ(ip4_path(b->st, FAR, 0, NULL, 0, &path), OK);
		CHECK_EQ(path.mtu, rows[i].mtu);
		CHECK_EQ(send(b, &tx, 4000), OK);
		CHECK(net_sent(b->out) >= 4000 / rows[i].mtu);
		check_fragments(b, 4000, rows[i].mtu);
		CHECK_EQ(send(b, &tx, rows[i].mtu - IP4_HLEN), OK);
		CHECK_EQ(net_sent(b->out), 1);    /* just fits */
		bench_free(b);
	}
}

TEST(out, what_must_not_be_cut_is_not_sent)
{
	struct bench *b = bench_new(false);
	struct ip4_tx tx = { .dst = FAR, .proto = 200, .df = true };

	CHECK_EQ(send(b, &tx, 1480), OK);
	CHECK_EQ(send(b, &tx, 1481), ERR_MSGSIZE);
	CHECK_EQ(bench_drops(b, DROP_IP4_DF), 1);
	add_route(b, "192.168.0.0/16", RT_UNICAST, "10.0.1.2", 600);
	CHECK_EQ(send(b, &tx, 581), ERR_MSGSIZE);
	CHECK_EQ(send(b, &tx, 580), OK);
	CHECK_EQ(net_sent(b->out), 2);
	bench_free(b);
}

/* --- no way ------------------------------------------------------------------------- */

static const struct {
	const char *what;
	struct ip4_tx tx;
	size_t n;
	int err;
	enum drop why;
} failures[] = {
	{ "no route",    { .dst = IP4(203, 0, 113, 1) }, 8, ERR_NETUNREACH, DROP_IP4_NO_ROUTE },
	{ "unreachable", { .dst = IP4(198, 51, 1, 1) },  8, ERR_NOROUTE,    DROP_IP4_NO_ROUTE },
	{ "prohibit",    { .dst = IP4(198, 51, 2, 1) },  8, ERR_ACCES,      DROP_IP4_PROHIBIT },
	{ "blackhole",   { .dst = IP4(198, 51, 0, 1) },  8, ERR_INVAL,      DROP_IP4_BLACKHOLE },
	{ "broadcast",   { .dst = IP4_BROADCAST },       8, ERR_ACCES,      DROP_IP4_PROHIBIT },
	{ "too long",    { .dst = THEM },            65516, ERR_MSGSIZE,    DROP_IP4_LENGTH },
	{ "DF",          { .dst = THEM, .df = true }, 1481, ERR_MSGSIZE,    DROP_IP4_DF },
};

/* Keeps what died, as a trace sees it: from its IP header on. */
struct corpse { unsigned n; enum drop why; struct netdev *dev; struct ip4_hdr h; bool headed; };

static void on_drop(void *ctx, struct netdev *dev, const struct pkt *p, enum drop why)
{
	struct corpse *c = ctx;

	c->n++;
	c->why = why;
	c->dev = dev;
	c->headed = p->l2 > p->off && ip4_quote_parse(&c->h, p->head + p->off, p->len);
}

TEST(out, a_packet_that_finds_no_way_is_a_drop_with_a_reason)
{
	static const struct stack_hooks hooks = { .drop = on_drop };

	for (size_t i = 0; i < N_ELEM(failures); i++) {
		struct bench *b = bench_new(false);
		struct ip4_tx tx = failures[i].tx;
		struct corpse c = { 0 };
		bool ok;

		add_route(b, "198.51.0.0/24", RT_BLACKHOLE, NULL, 0);
		add_route(b, "198.51.1.0/24", RT_UNREACHABLE, NULL, 0);
		add_route(b, "198.51.2.0/24", RT_PROHIBIT, NULL, 0);
		b->st->hooks = &hooks;
		b->st->ctx = &c;
		tx.proto = 200;
		ok = CHECK_EQ(send(b, &tx, failures[i].n), failures[i].err) &
		     CHECK_EQ(bench_drops(b, failures[i].why), 1) &
		     CHECK_EQ(bench_all_drops(b), 1) & CHECK_EQ(c.n, 1) & CHECK_EQ(c.why, failures[i].why) & CHECK(c.dev == NULL) &
		     CHECK(c.headed) & CHECK_EQ(c.h.dst, tx.dst) & CHECK_EQ(c.h.proto, 200) &
		     CHECK_EQ(net_sent(b->in) + net_sent(b->out), 0);
		if (!ok)
			printf("     %s\n", failures[i].what);
		bench_free(b);
	}
}

TEST(out, an_interface_that_is_down_takes_nothing)
{
	struct bench *b = bench_new(false);
	struct ip4_tx tx = { .dst = GROUP, .proto = 200, .dev = b->out };

	netdev_set_up(b->out, false);
	CHECK_EQ(send(b, &tx, 8), ERR_NETDOWN);
	CHECK_EQ(bench_drops(b, DROP_DEV_DOWN), 1);
	tx.dev = NULL;
	tx.dst = FAR;                             /* its routes are gone as well */
	CHECK_EQ(send(b, &tx, 8), ERR_NETUNREACH);
	CHECK_EQ(show_stat(b->st, ST_IP_OUT_NO_ROUTES), 1);
	bench_free(b);
}

TEST(out, a_full_neighbour_table_is_told)
{
	struct bench *b = bench_new(false);
	struct ip4_tx tx = { .dst = IP4(10, 0, 1, 77), .proto = 200 };

	CHECK_EQ(stack_set_option(b->st, OPT_NEIGH_MAX, 1), OK);
	CHECK_EQ(send(b, &tx, 8), ERR_NOBUFS);
	CHECK_EQ(bench_drops(b, DROP_NEIGH_FULL), 1);
	CHECK_EQ(show_dev_drops(b->out, DROP_NEIGH_FULL), 1);
	bench_free(b);
}

/* What reaches the wire need not reach ourselves, but somebody is told. */
TEST(out, without_memory_for_our_own_copy_it_is_a_drop)
{
	static const struct stack_hooks hooks = { .drop = on_drop };
	struct bench *b = bench_new(false);
	struct ip4_tx tx = { .dst = IP4_BROADCAST, .proto = 200, .dev = b->in, .bcast_ok = true };
	struct pkt *p = payload(b, 8);
	struct corpse c = { 0 };

	b->st->hooks = &hooks;
	b->st->ctx = &c;
	pkt_pool_fail_after(net_pool(b->net), 0);
	CHECK_EQ(ip4_output(b->st, p, &tx), OK);
	pkt_pool_fail_after(net_pool(b->net), UINT64_MAX);
	CHECK_EQ(c.n, 1);
	CHECK_EQ(c.why, DROP_NO_MEMORY);
	CHECK(c.dev == b->st->lo);
	CHECK(c.headed);
	CHECK_EQ(c.h.dst, IP4_BROADCAST);
	CHECK_EQ(net_sent(b->in), 1);
	bench_free(b);
}

/* --- several ways ------------------------------------------------------------------- */

TEST(out, a_flow_keeps_its_gateway_and_flows_share_them)
{
	struct bench *b = bench_new(false);
	struct ip4_tx tx = { .dst = FAR, .proto = 200 };
	struct route_spec r = {
		.to = { addr_ip4(IP4(192, 168, 0, 0)), 16 }, .type = RT_UNICAST, .proto = RP_STATIC,
		.n_hops = 1, .hops = { { .via = addr_ip4(THEM) } },
	};
	unsigned first = 0;

	REQUIRE(stack_route_set(b->st, ROUTE_APPEND, &r) == OK);
	for (tx.flow = 0; tx.flow < 100; tx.flow++) {
		unsigned by_in;

		CHECK_EQ(send(b, &tx, 8), OK);
		by_in = net_sent(b->in);
		CHECK_EQ(send(b, &tx, 8), OK);
		CHECK_EQ(net_sent(b->in), 2 * by_in);
		first += by_in;
		net_forget(b->in);
		net_forget(b->out);
	}
	CHECK(first > 25 && first < 75);
	bench_free(b);
}

/* --- the way that was taken last ----------------------------------------------- */

/* Packets of TCP's kind: from a known address. */
static const struct ip4_tx known = { .src = US_OUT, .dst = FAR, .proto = 200, .df = true };

/* The end of the MAC that the next one goes to; 0: none. */
static unsigned gateway_of(struct bench *b, size_t n)
{
	struct seen s;
	int err = send(b, &known, n);
	unsigned to = 0;

	if (err == OK && net_seen(b->out, net_sent(b->out) - 1, &s))
		to = s.eth.dst.b[5];
	net_forget(b->out);
	return to;
}

TEST(out, a_way_that_is_kept_follows_routes_neighbours_and_mtus)
{
	struct bench *b = bench_new(false);
	const struct addr second = addr_ip4(IP4(10, 0, 1, 2));
	const struct addr third = addr_ip4(IP4(10, 0, 1, 3));
	const struct mac moved = { { 2, 0, 0, 0, 0, 99 } }, its = { { 2, 0, 0, 0, 0, 98 } };
	unsigned one, other = its.b[5];

	REQUIRE(stack_neigh_set(b->st, b->out, &third, its) == OK);
	one = gateway_of(b, 8);
	CHECK(one != 0 && one != other);
	CHECK_EQ(gateway_of(b, 8), one);          /* kept */
	add_route(b, "192.168.0.0/16", RT_UNICAST, "10.0.1.3", 0);
	CHECK_EQ(gateway_of(b, 8), other);
	add_route(b, "192.168.7.7/32", RT_BLACKHOLE, NULL, 0);
	CHECK_EQ(send(b, &known, 8), ERR_INVAL);
	add_route(b, "192.168.7.7/32", RT_UNICAST, "10.0.1.2", 600);
	CHECK_EQ(gateway_of(b, 8), one);
	CHECK_EQ(send(b, &known, 600 - IP4_HLEN), OK);
	CHECK_EQ(send(b, &known, 601 - IP4_HLEN), ERR_MSGSIZE);
	net_forget(b->out);
	REQUIRE(stack_neigh_set(b->st, b->out, &second, moved) == OK);
	CHECK_EQ(gateway_of(b, 8), 99);
	REQUIRE(stack_neigh_del(b->st, b->out, &second) == OK);
	CHECK_EQ(send(b, &known, 8), OK);         /* asks for it again */
	add_route(b, "192.168.7.7/32", RT_UNICAST, "10.0.1.3", 0);
	CHECK_EQ(gateway_of(b, 1000), other);
	CHECK_EQ(netdev_set_mtu(b->out, 700), OK);
	CHECK_EQ(send(b, &known, 1000), ERR_MSGSIZE);
	CHECK_EQ(gateway_of(b, 600), other);
	netdev_set_up(b->out, false);
	CHECK(send(b, &known, 8) != OK);
	bench_free(b);
}

TEST(out, a_way_that_is_kept_hears_of_the_path_mtu)     /* RFC 1191 */
{
	struct bench *b = bench_new(false);
	struct icmp_err too_big = {
		.type = ICMP4_UNREACH, .code = ICMP4_UNREACH_FRAG, .info = 800, .dst = FAR,
		.src = US_OUT, .from = IP4(10, 0, 1, 2), .len = 1020, .hlen = IP4_HLEN,
	};

	CHECK(gateway_of(b, 1000) != 0);
	pmtu_learn(b->st, &too_big);
	CHECK_EQ(send(b, &known, 1000), ERR_MSGSIZE);
	CHECK(gateway_of(b, 700) != 0);
	CHECK_EQ(send(b, &known, 1000), ERR_MSGSIZE);
	bench_free(b);
}
