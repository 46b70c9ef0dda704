// SPDX-License-Identifier: GPL-3.0-or-later
/* RFC 2328 8.2: what is believed of a packet before its body is read. */
#include "stack/socket.h"
#include "stack/util/be.h"
#include "tests/unit/ospf/fixture.h"

#define THEM IP4(10, 0, 0, 2)
#define THEM_ID IP4(9, 9, 9, 9)

struct pair { struct onet *on; struct stack *r1; struct netdev *dev; struct speaker *s; };

static struct pair pair_new(enum ospf_net_type type)
{
	struct pair p = { .on = onet_new() };

	p.r1 = onet_router(p.on);
	p.dev = onet_if(p.on, p.r1, "10.0.0.1/24", type);
	p.s = speaker_new(p.dev, THEM_ID, THEM);
	return p;
}

static void pair_free(struct pair *p)
{
	speaker_free(p->s);
	onet_free(p->on);
}

static bool known(const struct pair *p)
{
	struct show_ospf_nbr n;

	return onet_find_nbr(p->r1, THEM_ID, &n);
}

/* A Hello that nothing is wrong with. */
static size_t right(const struct pair *p, uint8_t *pkt)
{
	struct ospf_hdr h = { .type = OSPF_HELLO, .router_id = THEM_ID };
	struct wr w = wr_init(pkt, 64);

	ospf_hdr_emit(&h, &w);
	ospf_hello_emit(&p->s->hello, &w);
	ospf_finish(pkt, wr_len(&w));
	return wr_len(&w);
}

/* The Hello with byte i changed to v, and its checksum mended, is dropped for this. */
static void refused(struct pair *p, size_t i, uint8_t v, enum drop why)
{
	uint8_t pkt[64];
	size_t n = right(p, pkt);
	uint64_t before = show_drops(p->r1, why);

	pkt[i] = v;
	put_be16(pkt + 12, ospf_csum(pkt, n));
	speak_raw(p->s, pkt, n, 0);
	CHECK_EQ(show_drops(p->r1, why), before + 1);
	CHECK(!known(p));
}

TEST(in, the_right_packet_is_taken)
{
	struct pair p = pair_new(OSPF_NET_BROADCAST);
	uint8_t pkt[64];
	size_t n = right(&p, pkt);

	speak_raw(p.s, pkt, n, 0);
	CHECK(known(&p));
	pair_free(&p);
}

TEST(in, each_field_of_the_header_is_checked)
{
	struct pair p = pair_new(OSPF_NET_BROADCAST);

	refused(&p, 0, 3, DROP_OSPF_VERSION);
	CHECK_EQ(onet_problems(p.on, p.r1, "OSPF version 3, expected 2"), 1);
	refused(&p, 1, 0, DROP_OSPF_TYPE);
	refused(&p, 1, 6, DROP_OSPF_TYPE);
	refused(&p, 3, 23, DROP_OSPF_LENGTH);     /* shorter than the header */
	refused(&p, 3, 45, DROP_OSPF_LENGTH);     /* longer than the packet */
	refused(&p, 11, 1, DROP_OSPF_AREA);
	CHECK_EQ(onet_problems(p.on, p.r1, "area 0.0.0.1, expected 0.0.0.0"), 1);
	refused(&p, 15, 1, DROP_OSPF_AUTYPE);
	refused(&p, 15, 9, DROP_OSPF_AUTYPE);
	pair_free(&p);
}

TEST(in, a_wrong_checksum_is_refused)
{
	struct pair p = pair_new(OSPF_NET_BROADCAST);
	uint8_t pkt[64];
	size_t n = right(&p, pkt), wrong = 0;

	for (size_t i = 0; i < n; i++) {
		if (i < 4 || (i >= 14 && i < 24))
			continue;                 /* looked at before, or not covered */
		pkt[i] ^= 0x40;
		speak_raw(p.s, pkt, n, 0);
		pkt[i] ^= 0x40;
		wrong++;
	}
	CHECK_EQ(show_drops(p.r1, DROP_OSPF_CHECKSUM), wrong);
	CHECK(!known(&p));
	pair_free(&p);
}

TEST(in, a_short_packet_is_refused)
{
	struct pair p = pair_new(OSPF_NET_BROADCAST);
	uint8_t pkt[64];

	(void)right(&p, pkt);
	for (size_t n = 0; n < OSPF_HLEN; n++)
		speak_raw(p.s, pkt, n, 0);
	CHECK_EQ(show_drops(p.r1, DROP_OSPF_SHORT), OSPF_HLEN);
	pair_free(&p);
}

/* LLS (RFC 5613), padding: what is behind the packet's length is not read. */
TEST(in, more_bytes_than_the_length_says_are_no_concern)
{
	struct pair p = pair_new(OSPF_NET_BROADCAST);
	uint8_t pkt[76];
	size_t n = right(&p, pkt);

	memset(pkt + n, 0xee, sizeof(pkt) - n);
	speak_raw(p.s, pkt, sizeof(pkt), 0);
	CHECK(known(&p));
	pair_free(&p);
}

TEST(in, the_source_must_be_on_the_network)
{
	struct pair p = pair_new(OSPF_NET_BROADCAST), q = pair_new(OSPF_NET_P2P);

	p.s->addr = q.s->addr = IP4(10, 0, 1, 2);
	speak_hello(p.s, 0);
	CHECK_EQ(show_drops(p.r1, DROP_OSPF_SOURCE), 1);
	CHECK_EQ(onet_problems(p.on, p.r1, "speaks from 10.0.1.2"), 1);
	CHECK(!known(&p));
	speak_hello(q.s, 0);                      /* RFC 2328 8.2: not on point-to-point */
	speak_hello(q.s, 0);
	CHECK(known(&q));
	CHECK_EQ(onet_problems(q.on, q.r1, "speaks from 10.0.1.2"), 1);
	pair_free(&p);
	pair_free(&q);
}

TEST(in, another_with_our_id_is_refused_and_named)
{
	struct pair p = pair_new(OSPF_NET_BROADCAST);

	p.s->id = onet_id(p.r1);
	speak_hello(p.s, 0);
	CHECK_EQ(show_drops(p.r1, DROP_OSPF_OWN_ID), 1);
	CHECK_EQ(onet_problems(p.on, p.r1, "has our own router ID 1.1.1.1"), 1);
	pair_free(&p);
}

TEST(in, only_dr_and_backup_hear_all_d_routers)
{
	struct pair p = pair_new(OSPF_NET_BROADCAST);
	uint8_t pkt[64];
	size_t n = right(&p, pkt);

	speak_raw(p.s, pkt, n, OSPF_ALL_D_ROUTERS);
	CHECK(!known(&p));
	onet_run(p.on, SEC(45));                  /* r1 is DR */
	CHECK_EQ(onet_if_state(p.dev), OSPF_IF_DR);
	speak_raw(p.s, pkt, n, OSPF_ALL_D_ROUTERS);
	CHECK(known(&p));
	pair_free(&p);
}

TEST(in, to_another_address_of_ours_is_refused)
{
	struct pair p = pair_new(OSPF_NET_BROADCAST);
	struct prefix lo;
	uint8_t pkt[64];
	size_t n = right(&p, pkt);

	REQUIRE(prefix_parse(&lo, "7.7.7.7/32"));
	REQUIRE(stack_addr_add(p.r1, stack_dev(p.r1, "lo"), &lo) == OK);
	speak_raw(p.s, pkt, n, IP4(7, 7, 7, 7));
	CHECK_EQ(show_drops(p.r1, DROP_OSPF_DEST), 1);
	speak_raw(p.s, pkt, n, IP4(10, 0, 0, 1));
	CHECK(known(&p));
	pair_free(&p);
}

TEST(in, without_a_hello_nobody_is_a_neighbour)
{
	struct pair p = pair_new(OSPF_NET_BROADCAST);
	uint8_t body[64] = { 0 };

	for (int t = OSPF_DD; t < OSPF_TYPE_N; t++)
		speak(p.s, (enum ospf_type)t, body, sizeof(body), 0);
	CHECK_EQ(show_drops(p.r1, DROP_OSPF_NO_NBR), 4);
	pair_free(&p);
}

/* 10.5 takes a Hello from another address for a new neighbour; 8.2 no other packet. */
TEST(in, only_the_neighbours_address_is_believed)
{
	struct pair p = pair_new(OSPF_NET_P2P);
	struct ospf_dd dd = { .mtu = 1500, .options = OSPF_OPT_E, .seq = 1,
			      .flags = OSPF_DD_I | OSPF_DD_M | OSPF_DD_MS };
	struct show_ospf_nbr n;

	speaker_meet(p.s);
	p.s->addr = IP4(10, 0, 0, 3);
	speak_dd(p.s, &dd, NULL, 0);
	CHECK_EQ(show_drops(p.r1, DROP_OSPF_NO_NBR), 1);
	REQUIRE(onet_find_nbr(p.r1, THEM_ID, &n));
	CHECK_EQ(n.state, OSPF_NBR_EXSTART);
	CHECK_EQ(n.addr, THEM);
	pair_free(&p);
}

TEST(in, a_passive_interface_hears_nothing)
{
	struct pair p = pair_new(OSPF_NET_BROADCAST);
	uint8_t pkt[64];
	size_t n = right(&p, pkt);

	p.on->if_conf.passive = true;
	onet_if_on(p.on, p.dev, OSPF_NET_BROADCAST);
	speak_raw(p.s, pkt, n, IP4(10, 0, 0, 1));
	CHECK_EQ(show_drops(p.r1, DROP_OSPF_OFF), 1);
	pair_free(&p);
}

/* Who speaks OSPF by a raw socket of its own has it for itself. */
TEST(in, without_ospf_the_protocol_is_unknown)
{
	struct pair p = pair_new(OSPF_NET_BROADCAST);
	uint8_t pkt[64];
	size_t n = right(&p, pkt);
	struct sock *sk = NULL;

	stack_ospf_stop(p.r1);
	net_forget(p.dev);
	speak_raw(p.s, pkt, n, IP4(10, 0, 0, 1));
	CHECK_EQ(net_sent(p.dev), 1);             /* protocol unreachable */
	CHECK_EQ(show_drops(p.r1, DROP_IP4_PROTO), 1);
	CHECK_EQ(sk_open(p.r1, ADDR_IP4, SK_RAW, IP_PROTO_OSPF, &sk), OK);
	speak_raw(p.s, pkt, n, IP4(10, 0, 0, 1));
	CHECK_EQ(net_sent(p.dev), 1);
	CHECK(sk_recv(sk, pkt, sizeof(pkt), NULL) > 0);
	sk_close(sk);
	pair_free(&p);
}

/* As they come from a real link: the head has some bytes, fragments the others. */
TEST(in, a_long_packet_in_pieces_is_read_whole)
{
	struct pair p = pair_new(OSPF_NET_P2P);
	uint8_t body[OSPF_HELLO_LEN + 4 * 300];
	struct wr w = wr_init(body, sizeof(body));
	struct show_ospf_nbr n;

	ospf_hello_emit(&p.s->hello, &w);
	for (uint32_t i = 0; i < 299; i++)
		ospf_id_emit(IP4(5, 5, 0, 0) + i, &w);
	ospf_id_emit(onet_id(p.r1), &w);
	speak(p.s, OSPF_HELLO, body, wr_len(&w), 0);
	REQUIRE(onet_find_nbr(p.r1, THEM_ID, &n));
	CHECK_EQ(n.state, OSPF_NBR_EXSTART);
	pair_free(&p);
}

TEST(in, without_memory_a_packet_in_pieces_is_dropped)
{
	struct pair p = pair_new(OSPF_NET_P2P);
	uint8_t body[OSPF_HELLO_LEN + 4 * 300] = { 0 };

	for (uint64_t n = 0; n < 6; n++) {
		pkt_pool_fail_after(net_pool(p.on->net), 2 + n);  /* the frame itself */
		speak(p.s, OSPF_HELLO, body, sizeof(body), 0);
	}
	pkt_pool_fail_after(net_pool(p.on->net), UINT64_MAX);
	CHECK(show_drops(p.r1, DROP_NO_MEMORY) > 0);
	pair_free(&p);
}
