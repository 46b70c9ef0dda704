// SPDX-License-Identifier: GPL-3.0-or-later
#include "stack/ospf/hint.h"

#include "tests/unit/ospf/say.h"

#define MANY 30                           /* in one update; more than a hint names */

/* r1 tells r2 of routers that it is said to have heard of. */
struct pair {
	struct onet *on;
	struct stack *r1, *r2;
	struct netdev *dev;               /* r1's */
	unsigned n_hints, n_lsas, n_named;
	bool differ;
};

static struct pair pair_new(void)
{
	struct pair w = { .on = onet_new() };

	w.r1 = onet_router(w.on);
	w.r2 = onet_router(w.on);
	w.dev = onet_link(w.on, w.r1, w.r2).a;
	onet_run(w.on, SEC(3));
	REQUIRE(onet_nbr(w.r1, w.r2) == OSPF_NBR_FULL);
	return w;
}

static void hear_of(struct pair *w, uint32_t id, int seq)
{
	struct ospf *o = w->r1->ospf;
	struct image i = say_router(id, seq);
	enum ospf_lsa_fault bad;
	struct ospf_lsa *l = ospf_lsa_get(o->pool, 0, i.b, i.n, &bad);

	REQUIRE(l && lsdb_install(o, l, 7) == OK);
	(void)ospf_flood(o, lsdb_find(o, l->key), NULL);
}

static void hear_of_some(struct pair *w, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		hear_of(w, IP4(100, 0, 0, 1 + i), 1);
}

/* That of an update; NULL: it is none, or has none. */
static const struct ospf_hint *hint_in(const struct pkt *p)
{
	return p->nfrag == 1 ? ospf_hint_of(p->frag[0].blk) : NULL;
}

/* Does it name the LSA that is there? */
static bool names(const struct pair *w, const struct ospf_hint_lsa *x,
		  const struct ospf_lsa_hdr *h, const uint8_t *image)
{
	struct ospf_pool *pool = w->r1->ospf->pool;
	struct ospf_lsa *l = ospf_lsa_recall(pool, x->key, x->serial);
	bool same = l && x->age == h->age && l->len == h->len &&
		    memcmp(l->image + 2, image + 2, l->len - 2u) == 0;

	ospf_lsa_put(pool, l);
	return same;
}

static bool look(void *arg, const struct pkt *p)
{
	const struct ospf_hint *hint = hint_in(p);
	struct pair *w = arg;
	struct ospf_lsa_hdr h;
	const uint8_t *image;
	uint32_t n, i;
	struct rd r;

	if (!hint)
		return true;
	r = rd_init(p->frag[0].blk->data + p->frag[0].off, p->frag[0].len);
	REQUIRE(ospf_lsu_parse(&n, &r));
	for (i = 0; i < n && (image = ospf_lsa_take(&h, &r)); i++)
		w->differ |= i < hint->n && !names(w, &hint->of[i], &h, image);
	w->n_hints++;
	w->n_lsas += i;
	w->n_named += hint->n;
	return true;
}

TEST(hint, an_update_names_the_first_instances_that_it_has)
{
	struct pair w = pair_new();

	net_tap(w.dev, look, &w);
	hear_of_some(&w, MANY);
	onet_run(w.on, MSEC(50));
	net_tap(w.dev, NULL, NULL);
	CHECK_EQ(w.n_hints, 1);
	CHECK_EQ(w.n_lsas, MANY);
	CHECK_EQ(w.n_named, OSPF_HINT_LSAS);
	CHECK(!w.differ);
	CHECK_EQ(db_count(w.r2), 2 + MANY);
	CHECK_EQ(db_digest(w.r2), db_digest(w.r1));
	onet_free(w.on);
}

/* The block is r1's still: whoever alters it makes another. */
static bool forget(void *arg, const struct pkt *p)
{
	(void)arg;
	if (hint_in(p))
		p->frag[0].blk->next = NULL;
	return true;
}

TEST(hint, what_is_read_is_what_was_told)
{
	struct pair told = pair_new(), read = pair_new();
	uint32_t key;

	net_tap(read.dev, forget, NULL);
	hear_of_some(&told, MANY);
	hear_of_some(&read, MANY);
	onet_run(told.on, SEC(2));
	onet_run(read.on, SEC(2));
	net_tap(read.dev, NULL, NULL);
	CHECK_EQ(db_digest(read.r2), db_digest(told.r2));
	for (unsigned t = 0; t < OSPF_TYPE_N; t++) {
		CHECK_EQ(read.r2->ospf->rx[t], told.r2->ospf->rx[t]);
		CHECK_EQ(read.r2->ospf->tx[t], told.r2->ospf->tx[t]);
	}
	for (unsigned i = 0; i < MANY; i++) {
		key = IP4(100, 0, 0, 1 + i);
		CHECK_EQ(lsdb_age(read.r2->ospf, db_router(read.r2, key)),
			 lsdb_age(told.r2->ospf, db_router(told.r2, key)));
	}
	onet_free(told.on);
	onet_free(read.on);
}

/* The header that arrives is the packet's own. */
static bool alter(void *arg, const struct pkt *p)
{
	const struct pkt **seen = arg;

	if (hint_in(p) && !*seen) {
		*seen = p;
		((struct pkt *)(uintptr_t)p)->head[p->off + p->len - OSPF_HLEN + 15] ^= 1;
	}
	return true;
}

TEST(hint, of_another_header_nothing_is_told)
{
	struct pair w = pair_new();
	const struct pkt *altered = NULL;

	net_tap(w.dev, alter, &altered);
	hear_of_some(&w, MANY);
	onet_run(w.on, MSEC(50));
	CHECK(altered != NULL);
	CHECK_EQ(show_drops(w.r2, DROP_OSPF_CHECKSUM), 1);
	CHECK_EQ(db_count(w.r2), 2);
	onet_run(w.on, SEC(7));                   /* it comes again */
	net_tap(w.dev, NULL, NULL);
	CHECK_EQ(db_count(w.r2), 2 + MANY);
	onet_free(w.on);
}

/* The wire takes a while, and what r1 said before is not the last of it when that arrives. */
TEST(hint, an_instance_that_is_not_the_last_is_read)
{
	struct pair w = pair_new();
	uint32_t id = IP4(100, 0, 0, 1);
	struct image next = say_router(id, 2);
	struct ospf_pool *pool = w.r1->ospf->pool;
	enum ospf_lsa_fault bad;
	struct ospf_lsa *l;

	net_tap(w.dev, look, &w);
	hear_of_some(&w, 4);                      /* fewer are in the packet's head */
	for (int i = 0; i < 400 && !w.n_hints; i++)
		onet_run(w.on, USEC(5));
	CHECK_EQ(w.n_hints, 1);
	l = ospf_lsa_get(pool, 0, next.b, next.n, &bad);
	onet_run(w.on, MSEC(50));
	net_tap(w.dev, NULL, NULL);
	CHECK_EQ(db_seq(w.r2, OSPF_LSA_ROUTER, id, id), 1);
	CHECK_EQ(db_count(w.r2), 2 + 4);
	ospf_lsa_put(pool, l);
	onet_free(w.on);
}
