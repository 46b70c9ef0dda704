// SPDX-License-Identifier: GPL-3.0-or-later
/* Retransmission and acknowledgments (RFC 2328 13.5 to 13.7). */
#include "stack/ospf/ospf.h"

#include "tests/unit/ospf/say.h"

#define RX IP4(9, 9, 9, 9)

/* The router's own LSA, which is flooded 100 ms after its start. */
static struct say own_flooded(struct image *own)
{
	struct say y = say_new();

	say_full(&y, NULL, 0);
	onet_run(y.on, MSEC(200));
	REQUIRE(say_hears(&y, OSPF_LSA_ROUTER, y.o->router_id, own));
	return y;
}

TEST(rxmt, an_lsa_is_repeated_each_rxmt_interval_until_acknowledged)
{
	struct image own, again;
	struct say y = own_flooded(&own);

	onet_run(y.on, MSEC(4800));
	CHECK(!say_hears(&y, OSPF_LSA_ROUTER, y.o->router_id, &again));
	for (unsigned i = 0; i < 3; i++) {
		onet_run(y.on, i ? SEC(5) : MSEC(200));
		CHECK(say_hears(&y, OSPF_LSA_ROUTER, y.o->router_id, &again));
		CHECK_MEM(own.b + 2, again.b + 2, own.n - 2);
		CHECK(!say_hears(&y, OSPF_LSA_ROUTER, y.o->router_id, &again));
	}
	CHECK_EQ(ospf_lsa_get_age(again.b), 16);  /* it grew old, and InfTransDelay */
	CHECK(ospf_is_retransmitted(y.o, db_router(y.st, y.o->router_id)->lsa->key));
	CHECK(!show_ospf_settled(y.st, NULL));
	say_ack(&y, &again, 1);
	CHECK(!ospf_is_retransmitted(y.o, db_router(y.st, y.o->router_id)->lsa->key));
	CHECK(show_ospf_settled(y.st, NULL));
	onet_run(y.on, SEC(20));
	CHECK(!say_hears(&y, OSPF_LSA_ROUTER, y.o->router_id, &again));
	say_free(&y);
}

TEST(rxmt, another_instance_is_not_acknowledged)
{
	struct image own, other;
	struct say y = own_flooded(&own);
	ospf_knum k = db_router(y.st, y.o->router_id)->lsa->key;

	other = image_with_seq(&own, 9);
	say_ack(&y, &other, 1);
	CHECK(ospf_is_retransmitted(y.o, k));
	other = own;
	other.b[16] ^= 1;                         /* the checksum */
	say_ack(&y, &other, 1);
	CHECK(ospf_is_retransmitted(y.o, k));
	other = image_with_age(&own, OSPF_MAX_AGE);
	say_ack(&y, &other, 1);
	CHECK(ospf_is_retransmitted(y.o, k));
	say_ack(&y, &own, 1);
	CHECK(!ospf_is_retransmitted(y.o, k));
	say_free(&y);
}

TEST(rxmt, the_same_lsa_back_is_an_acknowledgment)       /* 13 (7)(a) */
{
	struct image own;
	struct say y = own_flooded(&own);

	say_lsu(&y, &own, 1);
	CHECK(!ospf_is_retransmitted(y.o, db_router(y.st, y.o->router_id)->lsa->key));
	onet_run(y.on, SEC(2));
	CHECK_EQ(say_acked(&y, OSPF_LSA_ROUTER, y.o->router_id), 0);      /* Table 19 */
	say_free(&y);
}

TEST(rxmt, an_acknowledgment_of_what_is_not_there_is_ignored)
{
	struct image own, other = say_router(RX, 1);
	struct say y = own_flooded(&own);

	say_ack(&y, &other, 1);
	other.b[3] = 77;
	say_ack(&y, &other, 1);
	CHECK(ospf_is_retransmitted(y.o, db_router(y.st, y.o->router_id)->lsa->key));
	speak(y.s, OSPF_LSACK, own.b, 19, 0);
	CHECK_EQ(y.st->drop[DROP_OSPF_LENGTH], 1);
	say_free(&y);
}

TEST(rxmt, among_many_acknowledgments_the_last_one_counts)
{
	struct image own, all[41];
	struct say y = own_flooded(&own);

	for (unsigned k = 0; k < N_ELEM(all) - 1; k++)
		all[k] = say_router(RX + k, 1);
	all[N_ELEM(all) - 1] = own;
	say_ack(&y, all, N_ELEM(all) - 1);
	CHECK(ospf_is_retransmitted(y.o, db_router(y.st, y.o->router_id)->lsa->key));
	say_ack(&y, all, N_ELEM(all));
	CHECK(!ospf_is_retransmitted(y.o, db_router(y.st, y.o->router_id)->lsa->key));
	say_free(&y);
}

TEST(rxmt, many_acknowledgments_fill_packets_before_the_second_is_over)
{
	enum { N = 100 };
	struct say y = say_new();
	static struct image i[N];
	uint64_t acks;

	for (unsigned k = 0; k < N; k++)
		i[k] = say_router(RX + k, 1);
	say_full(&y, NULL, 0);
	onet_run(y.on, SEC(1));
	acks = y.o->tx[OSPF_LSACK];
	say_lsu(&y, i, N);
	CHECK_EQ(y.o->tx[OSPF_LSACK], acks + 3);  /* of 32 each */
	onet_run(y.on, SEC(1));
	CHECK_EQ(y.o->tx[OSPF_LSACK], acks + 4);
	speaker_skip(y.s);
	say_free(&y);
}

/* 10.3: what is at MaxAge is not described but retransmitted, once each interval. */
TEST(rxmt, what_is_at_maxage_at_the_exchange_is_sent_each_interval)
{
	struct say y = say_new();
	struct image i = say_router(RX, 1), gone = i, got;
	unsigned n = 0;

	y.o->by_ifindex[y.s->dev->ifindex]->conf.rxmt = 1;
	say_full(&y, NULL, 0);
	say_lsu(&y, &i, 1);
	onet_run(y.on, SEC(8));                   /* no LSA of ours is held back any more */
	ospf_lsa_put_age(gone.b, OSPF_MAX_AGE);
	say_lsu(&y, &gone, 1);
	speak_hello(y.s, 0);                      /* it has begun anew */
	say_full(&y, NULL, 0);
	onet_run(y.on, MSEC(2500));
	while (say_hears(&y, OSPF_LSA_ROUTER, RX, &got))
		n++;
	CHECK_EQ(n, 2);
	say_free(&y);
}

TEST(rxmt, what_was_sent_later_is_repeated_later)
{
	struct say y = say_new(), z;
	struct image none = say_router(RX, 1), i = say_router(RX + 1, 1), j = say_router(RX + 2, 1);
	struct netdev *dev = onet_if(y.on, y.st, "10.0.1.0/31", OSPF_NET_P2P);
	struct image got;

	z = (struct say){ y.on, y.st, y.o, speaker_new(dev, SAY_ID + 1, IP4(10, 0, 1, 1)) };
	say_full(&y, NULL, 0);
	say_full(&z, NULL, 0);
	onet_run(y.on, SEC(12));
	say_lsu(&y, &none, 1);
	say_ack(&z, &none, 1);
	say_lsu(&y, &i, 1);
	onet_run(y.on, SEC(3));
	say_lsu(&y, &j, 1);
	onet_run(y.on, MSEC(100));
	speaker_skip(z.s);
	onet_run(y.on, MSEC(2500));               /* 5.6 s and 2.6 s */
	CHECK(say_hears(&z, OSPF_LSA_ROUTER, RX + 1, &got));
	speaker_skip(z.s);
	onet_run(y.on, SEC(1));
	CHECK(!say_hears(&z, OSPF_LSA_ROUTER, RX + 2, &got));
	onet_run(y.on, SEC(2));                   /* 5.6 s */
	CHECK(say_hears(&z, OSPF_LSA_ROUTER, RX + 2, &got));
	speaker_free(z.s);
	say_free(&y);
}

/* --- many neighbours, many changes -------------------------------------------------------- */

#define SPOKES (LSDB_NBRS + 3)            /* some have bits in the entries, others an index */

/* More speakers, each on a network of its own; spoke[0] is y. */
static void spokes_new(struct say *y, struct say spoke[SPOKES])
{
	struct image own;

	spoke[0] = *y;
	for (unsigned i = 1; i < SPOKES; i++) {
		struct prefix p = { addr_ip4(IP4(10, 0, i, 0)), 31 };
		char addr[PREFIX_STRLEN];
		struct netdev *dev = onet_if(y->on, y->st, prefix_fmt(&p, addr), OSPF_NET_P2P);

		spoke[i] = (struct say){ y->on, y->st, y->o,
					 speaker_new(dev, SAY_ID + i, IP4(10, 0, i, 1)) };
	}
	for (unsigned i = 0; i < SPOKES; i++)
		say_full(&spoke[i], NULL, 0);
	onet_run(y->on, SEC(8));                  /* nothing of its own any more */
	for (unsigned i = 0; i < SPOKES; i++) {
		while (say_hears(&spoke[i], OSPF_LSA_ROUTER, y->o->router_id, &own))
			;
		say_ack(&spoke[i], &own, 1);
	}
}

static void spokes_free(struct say spoke[SPOKES])
{
	for (unsigned i = 1; i < SPOKES; i++)
		speaker_free(spoke[i].s);
}

/* Of them as a set of bits: who heard this LSA since the last look? */
static unsigned who_hears(struct say spoke[SPOKES], uint32_t adv)
{
	unsigned who = 0;
	struct image got;

	for (unsigned i = 0; i < SPOKES; i++)
		while (say_hears(&spoke[i], OSPF_LSA_ROUTER, adv, &got))
			who |= 1u << i;
	return who;
}

TEST(rxmt, of_many_neighbours_those_are_sent_it_again_who_did_not_acknowledge)
{
	const unsigned all = (1u << SPOKES) - 1, silent = 0x552;
	struct image i = say_router(RX, 1);
	struct say y = say_new(), spoke[SPOKES];

	spokes_new(&y, spoke);
	for (unsigned k = 0; k < SPOKES; k++)
		speaker_skip(spoke[k].s);
	say_lsu(&y, &i, 1);
	onet_run(y.on, MSEC(100));
	CHECK_EQ(who_hears(spoke, RX), all & ~1u);
	for (unsigned k = 1; k < SPOKES; k++)
		if (!(silent >> k & 1))
			say_ack(&spoke[k], &i, 1);
	onet_run(y.on, SEC(5));
	CHECK_EQ(who_hears(spoke, RX), silent);
	for (unsigned k = 1; k < SPOKES; k++)
		if (silent >> k & 1)
			say_ack(&spoke[k], &i, 1);
	CHECK(!ospf_is_retransmitted(y.o, db_router(y.st, RX)->lsa->key));
	spokes_free(spoke);
	say_free(&y);
}

/* Who comes after a neighbour that left with things to acknowledge owes nothing of it. */
TEST(rxmt, a_neighbour_leaves_nothing_to_the_next)
{
	struct image i = say_router(RX, 1);
	struct say y = say_new(), spoke[SPOKES];

	spokes_new(&y, spoke);
	say_lsu(&y, &i, 1);
	for (unsigned k = 1; k < SPOKES; k++) {
		CHECK(ospf_is_retransmitted(y.o, db_router(y.st, RX)->lsa->key));
		netdev_set_up(spoke[k].s->dev, false);
	}
	CHECK(!ospf_is_retransmitted(y.o, db_router(y.st, RX)->lsa->key));
	spokes_free(spoke);
	say_free(&y);
}

/* What should be on a list, in order. */
struct model { ospf_knum k[64]; unsigned n; };

static bool model_take(struct model *m, ospf_knum k)
{
	for (unsigned i = 0; i < m->n; i++) {
		if (m->k[i] != k)
			continue;
		memmove(&m->k[i], &m->k[i + 1], (--m->n - i) * sizeof(*m->k));
		return true;
	}
	return false;
}

static void random_change(struct ospf_nbr *n, struct lsdb_entry *e, struct model *m,
			  struct rng *rng)
{
	ospf_knum k = e->lsa->key;
	bool unsent;

	switch (rng_below(rng, 4)) {
	case 0:
		CHECK_EQ(ospf_acked(n, e, &unsent), model_take(m, k));
		break;
	case 1:
		ospf_rxmt_forget(n->oi->area->ospf, 0, k);
		(void)model_take(m, k);
		break;
	default:
		ospf_retransmit(n, e);
		(void)model_take(m, k);
		m->k[m->n++] = k;
	}
	CHECK_EQ(n->retransmit.n, m->n);
}

/* All LSAs that the router sent since the last look. */
static struct model heard(struct say *y)
{
	struct model m = { .n = 0 };

	while (speaker_hears(y->s, OSPF_LSU)) {
		struct rd r = rd_init(y->s->body, y->s->n);
		struct ospf_lsa_hdr h;
		uint32_t n;

		for (REQUIRE(ospf_lsu_parse(&n, &r)); n; n--) {
			REQUIRE(ospf_lsa_take(&h, &r) && m.n < N_ELEM(m.k));
			m.k[m.n++] = db_router(y->st, h.adv)->lsa->key;
		}
	}
	return m;
}

/* The list of y's neighbour, changed at random; it is repeated in its order. */
static void change_and_hear(struct say *y, bool by_bits)
{
	struct ospf_if *oi = y->o->by_ifindex[y->s->dev->ifindex];
	struct ospf_nbr *n = container_of(oi->nbrs.head.next, struct ospf_nbr, node);
	struct model m = { .n = 0 }, got;
	struct rng rng;

	CHECK_EQ(n->waits != 0, by_bits);
	rng_init(&rng, 1, "rxmt");
	for (unsigned i = 0; i < 2000; i++) {
		const struct lsdb_entry *e = db_router(y->st, RX + rng_below(&rng, 60));

		random_change(n, lsdb_find(y->o, e->lsa->key), &m, &rng);
	}
	CHECK(m.n > 10);
	speaker_skip(y->s);
	onet_run(y->on, MSEC(5100));
	got = heard(y);
	CHECK_EQ(got.n, m.n);
	CHECK_MEM(got.k, m.k, m.n * sizeof(*m.k));
}

/* The spokes are there, and the hub floods n LSAs to them, which i tells of then. */
static void spokes_hear(struct say *y, struct say spoke[SPOKES], struct image *i, unsigned n)
{
	spokes_new(y, spoke);
	for (unsigned k = 0; k < n; k++)
		i[k] = say_router(RX + k, 1);
	say_lsu(y, i, n);
	onet_run(y->on, MSEC(100));
}

TEST(rxmt, lists_keep_their_order)
{
	static struct image i[60];
	struct say y = say_new(), spoke[SPOKES];

	spokes_hear(&y, spoke, i, N_ELEM(i));
	for (unsigned k = 1; k < SPOKES; k++)
		say_ack(&spoke[k], i, N_ELEM(i));
	change_and_hear(&spoke[1], true);
	change_and_hear(&spoke[SPOKES - 1], false);
	spokes_free(spoke);
	say_free(&y);
}

/* Reversed for some, in steps of seven for others. */
TEST(rxmt, acknowledgments_count_in_any_order)
{
	static struct image i[60], some[N_ELEM(i)];
	struct say y = say_new(), spoke[SPOKES];

	spokes_hear(&y, spoke, i, N_ELEM(i));
	for (unsigned k = 1; k < SPOKES; k++) {
		for (unsigned j = 0; j < N_ELEM(i); j++)
			some[j] = i[k % 2 ? N_ELEM(i) - 1 - j : 7 * j % N_ELEM(i)];
		say_ack(&spoke[k], some, N_ELEM(some) - (k == 3));
	}
	CHECK(ospf_is_retransmitted(y.o, db_router(y.st, RX)->lsa->key));
	say_ack(&spoke[3], i, 1);
	for (unsigned k = 0; k < N_ELEM(i); k++)
		CHECK(!ospf_is_retransmitted(y.o, db_router(y.st, RX + k)->lsa->key));
	spokes_free(spoke);
	say_free(&y);
}

/* As many as there are rows before the list must grow. */
TEST(rxmt, a_list_without_a_free_row_is_repeated)
{
	enum { N = 8 };
	struct image i[N];
	struct say y = say_new(), spoke[SPOKES];
	struct ospf_if *oi;
	struct ospf_nbr *n;

	spokes_new(&y, spoke);
	for (unsigned k = 0; k < N; k++)
		i[k] = say_router(RX + k, 1);
	say_lsu(&y, i, N);
	oi = y.o->by_ifindex[spoke[1].s->dev->ifindex];
	n = container_of(oi->nbrs.head.next, struct ospf_nbr, node);
	onet_run(y.on, MSEC(100));
	for (unsigned round = 0; round < 3; round++) {
		CHECK_EQ(n->retransmit.n, N);
		speaker_skip(spoke[1].s);
		onet_run(y.on, SEC(5));
		CHECK_EQ(heard(&spoke[1]).n, N);
	}
	for (unsigned k = 1; k < SPOKES; k++)
		say_ack(&spoke[k], i, N);
	CHECK_EQ(n->retransmit.n, 0);
	CHECK(n->retransmit.rows == NULL);
	spokes_free(spoke);
	say_free(&y);
}

TEST(rxmt, a_short_interval_has_shorter_acknowledgment_delays)
{
	struct say y = say_new();
	struct image i = say_router(RX, 1);
	struct ospf_if_config c;

	ospf_if_config_init(&c);
	c.type = OSPF_NET_P2P;
	c.rxmt = 1;
	REQUIRE(stack_ospf_if(y.st, y.s->dev, &c) == OK);
	say_full(&y, NULL, 0);
	onet_run(y.on, SEC(1));
	speaker_skip(y.s);
	say_lsu(&y, &i, 1);
	onet_run(y.on, MSEC(500));
	CHECK_EQ(say_acked(&y, OSPF_LSA_ROUTER, RX), 1);
	say_free(&y);
}

TEST(rxmt, an_lsa_longer_than_the_mtu_is_flooded_in_fragments)
{
	enum { LINKS = 160 };                     /* 1,944 bytes */
	struct onet *on = onet_new();
	struct stack *a = onet_router(on), *b = onet_router(on);
	const struct lsdb_entry *e;

	onet_link(on, a, b);
	for (unsigned i = 0; i < LINKS; i++) {
		char addr[PREFIX_STRLEN];
		struct prefix p = { addr_ip4(IP4(10, 100, i, 1)), 24 };

		onet_if(on, a, prefix_fmt(&p, addr), OSPF_NET_P2P);
	}
	CHECK(onet_settle(on, SEC(10)));
	e = db_router(b, onet_id(a));
	REQUIRE(e != NULL);
	CHECK_EQ(e->lsa->n_dests, LINKS + 1);
	CHECK_EQ(db_digest(a), db_digest(b));
	onet_free(on);
}
