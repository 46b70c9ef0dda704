// SPDX-License-Identifier: GPL-3.0-or-later
/* Flooding between routers (RFC 2328 13): who gets what, how often, and when. */
#include "stack/ospf/ospf.h"

#include "tests/unit/ospf/fixture.h"
#include "tests/unit/ospf/images.h"

struct counted { uint64_t digest; uint32_t n; };

static bool add_area(void *arg, const struct show_ospf_area *a)
{
	struct counted *c = arg;

	c->digest += a->digest;
	for (size_t t = 0; t < N_ELEM(a->n_lsas); t++)
		c->n += a->n_lsas[t];
	return true;
}

static struct counted counted(struct stack *st)
{
	struct counted c = { 0 };

	show_ospf_areas(st, add_area, &c);
	return c;
}

static const struct lsdb_entry *router_lsa(struct stack *st, uint32_t id)
{
	return lsdb_find3(st->ospf, 0, OSPF_LSA_ROUTER, id, id);
}

TEST(flood, two_routers_have_both_router_lsas)
{
	struct onet *on = onet_new();
	struct stack *a = onet_router(on), *b = onet_router(on);
	const struct lsdb_entry *e;

	onet_link(on, a, b);
	CHECK(onet_settle(on, SEC(3)));
	CHECK_EQ(counted(a).n, 2);
	CHECK_EQ(counted(a).digest, counted(b).digest);
	e = router_lsa(a, onet_id(b));
	REQUIRE(e != NULL);
	CHECK_EQ(e->lsa->n_arcs, 1);              /* said once, with the adjacency */
	CHECK(ospf_seq_eq(e->lsa->h.seq, OSPF_SEQ_INITIAL));
	onet_free(on);
}

TEST(flood, a_ring_floods_each_lsa_once_over_each_link)
{
	enum { N = 12 };
	struct onet *on = onet_new();
	struct stack *r[N];
	uint64_t lsus = 0;

	for (unsigned i = 0; i < N; i++)
		r[i] = onet_router(on);
	for (unsigned i = 0; i < N; i++)
		onet_link(on, r[i], r[(i + 1) % N]);
	CHECK(onet_settle(on, SEC(5)));
	for (unsigned i = 0; i < N; i++) {
		CHECK_EQ(counted(r[i]).n, N);
		CHECK_EQ(counted(r[i]).digest, counted(r[0]).digest);
		lsus += r[i]->ospf->tx[OSPF_LSU];
	}
	/* Each of N LSAs crosses each of N links at least once but for one. */
	CHECK(lsus <= N * N + N);
	onet_free(on);
}
