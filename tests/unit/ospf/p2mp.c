// SPDX-License-Identifier: GPL-3.0-or-later
/* One router on a point-to-multipoint network with speakers: each adjacency is flooded
 * and acknowledged by itself (RFC 2328 8.1, 13.3, 13.5). */
#include "stack/ospf/ospf.h"
#include "tests/unit/ospf/say.h"

#define N 3
#define US IP4(10, 0, 0, 1)
#define ADDR(k) (US + 1 + (k))            /* of speaker k */
#define RX IP4(9, 9, 9, 9)

struct many { struct onet *on; struct stack *st; struct say y[N]; };

/* The first n speakers are Full, the others are not heard of yet. */
static struct many many_new(unsigned n)
{
	struct many m = { .on = onet_new() };
	struct netdev *dev;

	m.st = onet_router(m.on);
	dev = onet_if(m.on, m.st, "10.0.0.1/24", OSPF_NET_P2MP);
	for (unsigned k = 0; k < N; k++)
		m.y[k] = (struct say){ m.on, m.st, m.st->ospf,
				       speaker_new(dev, SAY_ID + k, ADDR(k)) };
	for (unsigned k = 0; k < n; k++)
		say_full(&m.y[k], NULL, 0);
	onet_run(m.on, SEC(8));                   /* nothing of its own any more */
	for (unsigned k = 0; k < n; k++) {
		struct image own;

		while (say_hears(&m.y[k], OSPF_LSA_ROUTER, m.st->ospf->router_id, &own))
			;
		say_ack(&m.y[k], &own, 1);
	}
	for (unsigned k = 0; k < N; k++)
		speaker_skip(m.y[k].s);
	return m;
}

static void many_free(struct many *m)
{
	for (unsigned k = 0; k < N; k++)
		speaker_free(m->y[k].s);
	onet_free(m->on);
}

/* To whom packets of this type went since the last look: a bit for each speaker, and one
 * more for anybody else.  All are on one network, so the last one hears them all. */
static unsigned sent_to(struct many *m, enum ospf_type type)
{
	struct speaker *s = m->y[N - 1].s;
	unsigned who = 0;

	while (speaker_hears(s, type))
		who |= 1u << (s->dst - ADDR(0) < N ? s->dst - ADDR(0) : N);
	return who;
}

TEST(p2mp, an_lsa_is_flooded_and_acknowledged_to_each_neighbour_by_itself)
{
	struct image i = say_router(RX, 1), j = say_router(RX + 1, 1);
	struct many m = many_new(N);

	say_lsu(&m.y[0], &i, 1);
	onet_run(m.on, SEC(1));
	CHECK_EQ(sent_to(&m, OSPF_LSU), 6);
	say_lsu(&m.y[0], &j, 1);
	onet_run(m.on, SEC(1));
	CHECK_EQ(sent_to(&m, OSPF_LSACK), 7);
	many_free(&m);
}

TEST(p2mp, who_is_not_in_exchange_yet_is_sent_no_acknowledgment)
{
	struct image i = say_router(RX, 1);
	struct many m = many_new(N - 1);

	speaker_meet(m.y[N - 1].s);
	CHECK_EQ(onet_find_nbr(m.st, m.y[N - 1].s->id, &(struct show_ospf_nbr){ 0 }), true);
	speaker_skip(m.y[N - 1].s);
	say_lsu(&m.y[0], &i, 1);
	onet_run(m.on, SEC(1));
	CHECK_EQ(sent_to(&m, OSPF_LSACK), 3);
	many_free(&m);
}

/* Before it was sent there: an acknowledgment is enough, and that side waits for it. */
TEST(p2mp, who_sends_the_same_lsa_meanwhile_is_not_sent_it_but_acknowledged)
{
	struct image i = say_router(RX, 1);
	struct many m = many_new(N);
	struct netdev *dev = onet_if(m.on, m.st, "10.1.0.0/31", OSPF_NET_P2P);
	struct say far = { m.on, m.st, m.st->ospf, speaker_new(dev, SAY_ID + N, IP4(10, 1, 0, 1)) };

	say_full(&far, NULL, 0);
	onet_run(m.on, SEC(8));
	speaker_skip(m.y[N - 1].s);
	say_lsu(&far, &i, 1);
	say_lsu(&m.y[1], &i, 1);
	onet_run(m.on, MSEC(10));
	CHECK_EQ(sent_to(&m, OSPF_LSU), 5);
	onet_run(m.on, MSEC(20));
	CHECK_EQ(sent_to(&m, OSPF_LSACK), 7);
	speaker_free(far.s);
	many_free(&m);
}
