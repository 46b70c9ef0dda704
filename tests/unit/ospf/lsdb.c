// SPDX-License-Identifier: GPL-3.0-or-later
/* The database (RFC 2328 12.2), which instance is newer (13.1), and what shows it. */
#include "stack/ospf/ospf.h"

#include <stdlib.h>

#include "stack/util/rng.h"
#include "tests/unit/ospf/say.h"

static struct ospf_lsa_hdr hdr(int seq, uint16_t csum)
{
	return (struct ospf_lsa_hdr){ .seq = { INT32_MIN + seq }, .csum = csum };
}

static int sign(int v) { return (v > 0) - (v < 0); }

TEST(lsdb, the_newer_instance_is_found_by_number_checksum_and_age)       /* 13.1 */
{
	static const struct { int a_seq; uint16_t a_csum, a_age; int b_seq; uint16_t b_csum, b_age;
			      int newer; } rows[] = {
		{ 2, 1, 0,     1, 9, 0,     1 },  /* number */
		{ INT32_MAX, 1, 0, 1, 9, 0, 1 },
		{ 1, 9, 0,     1, 1, 0,     1 },  /* checksum, unsigned */
		{ 1, 0xf000, 0, 1, 1, 0,    1 },
		{ 1, 1, 3600,  1, 1, 10,    1 },  /* MaxAge */
		{ 1, 1, 3600,  1, 1, 3600,  0 },
		{ 1, 1, 10,    1, 1, 911,   1 },  /* MaxAgeDiff, the younger */
		{ 1, 1, 10,    1, 1, 910,   0 },
		{ 1, 1, 5,     1, 1, 5,     0 },
	};

	for (size_t i = 0; i < N_ELEM(rows); i++) {
		struct ospf_lsa_hdr a = hdr(rows[i].a_seq, rows[i].a_csum);
		struct ospf_lsa_hdr b = hdr(rows[i].b_seq, rows[i].b_csum);

		CHECK_EQ(sign(lsa_compare(&a, rows[i].a_age, &b, rows[i].b_age)), rows[i].newer);
		CHECK_EQ(sign(lsa_compare(&b, rows[i].b_age, &a, rows[i].a_age)), -rows[i].newer);
	}
}

TEST(lsdb, areas_take_the_types_that_belong_there)
{
	struct ospf_area a = { .conf.type = OSPF_AREA_NORMAL };
	static const char fits[][12] = {          /* by type from 1 */
		[OSPF_AREA_NORMAL] = "yyyyynnnnnn",
		[OSPF_AREA_STUB] = "yyyynnnnnnn",
		[OSPF_AREA_NSSA] = "yyyynnynnnn",
	};

	for (int t = OSPF_AREA_NORMAL; t <= OSPF_AREA_NSSA; t++) {
		a.conf.type = (enum ospf_area_type)t;
		for (uint8_t type = 1; type <= 11; type++)
			CHECK_EQ(lsdb_type_fits(&a, type), fits[t][type - 1] == 'y');
		CHECK(!lsdb_type_fits(&a, 0) && !lsdb_type_fits(&a, 255));
	}
}

static int install(struct ospf *o, uint32_t area, const struct image *i, uint16_t age)
{
	enum ospf_lsa_fault bad;
	struct ospf_lsa *l = ospf_lsa_get(o->pool, area, i->b, i->n, &bad);

	REQUIRE(l != NULL);
	return lsdb_install(o, l, age);
}

/* Sums are what a walk over the database would find. */
static void check_sums(struct ospf *o)
{
	struct ospf_area *a;
	uint32_t total = o->n_external;

	list_for_each(&o->areas, a, node) {
		uint64_t digest = 0;
		uint32_t n[12] = { 0 }, sum[12] = { 0 };
		size_t count;
		ospf_knum *keys = lsdb_sorted(o, a->id, &count);

		for (size_t i = 0; i < count; i++) {
			const struct lsdb_entry *e = lsdb_find(o, keys[i]);

			if (!(e->flags & LSDB_MAXAGE))
				digest += e->lsa->hash;
			n[e->lsa->h.type]++;
			sum[e->lsa->h.type] += e->lsa->h.csum;
		}
		free(keys);
		CHECK_EQ(a->digest, digest);
		CHECK_MEM(a->n_lsas, n, sizeof(n));
		CHECK_MEM(a->lsa_sum, sum, sizeof(sum));
		total += (uint32_t)count;
	}
	CHECK_EQ(o->lsdb.n, total);
}

TEST(lsdb, sums_and_digests_are_those_of_what_is_there)
{
	struct onet *on = onet_new();
	struct stack *st = onet_router(on);
	struct rng rng;

	rng_init(&rng, 3, "lsdb");
	onet_if(on, st, "10.0.0.1/24", OSPF_NET_P2P);
	on->if_conf.area = 1;
	onet_if(on, st, "10.0.1.1/24", OSPF_NET_P2P);
	for (unsigned t = 0; t < 3000; t++) {
		uint32_t area = rng_below(&rng, 2), id = 1 + rng_below(&rng, 100);
		struct image i = rng_below(&rng, 2) ? say_router(id, 1 + (int)rng_below(&rng, 9)) :
			image_summary(OSPF_LSA_SUMMARY, IP4(10, 0, 0, 0), 8, id, 1, t);
		uint8_t type = ospf_lsa_get_type(i.b);
		struct lsdb_entry *e = lsdb_find3(st->ospf, area, type, image_hdr(&i).id, id);

		switch (rng_below(&rng, 4)) {
		case 0:
			if (e)
				lsdb_remove(st->ospf, e->lsa->key);
			break;
		case 1:
			if (e)
				lsdb_expire(st->ospf, e);
			break;
		default:
			REQUIRE(install(st->ospf, area, &i, rng_below(&rng, 9) ? 1 : 3600) == OK);
		}
		if (t % 100 == 0)
			check_sums(st->ospf);
	}
	check_sums(st->ospf);
	onet_free(on);
}

TEST(lsdb, the_digest_does_not_depend_on_order_or_age)
{
	struct onet *on = onet_new();
	struct stack *st[2] = { onet_router(on), onet_router(on) };
	struct image i[5];

	for (unsigned k = 0; k < 5; k++)
		i[k] = say_router(100 + k, 1);
	for (unsigned s = 0; s < 2; s++)
		onet_if(on, st[s], "10.0.0.1/24", OSPF_NET_P2P);
	for (unsigned k = 0; k < 5; k++) {
		REQUIRE(install(st[0]->ospf, 0, &i[k], 5) == OK);
		REQUIRE(install(st[1]->ospf, 0, &i[4 - k], 700) == OK);
	}
	CHECK(db_digest(st[0]) != 0);
	CHECK_EQ(db_digest(st[0]), db_digest(st[1]));
	i[0] = say_router(100, 2);
	REQUIRE(install(st[0]->ospf, 0, &i[0], 0) == OK);
	CHECK(db_digest(st[0]) != db_digest(st[1]));
	onet_free(on);
}

struct order { unsigned n; struct show_ospf_lsa last; struct ospf_lsa_hdr h; bool wrong; };

static bool in_order(void *arg, const struct show_ospf_lsa *l)
{
	struct order *s = arg;
	struct ospf_lsa_hdr h;

	ospf_lsa_hdr_get(&h, l->image);
	if (s->n++) {
		uint32_t was[4] = { s->last.area, s->h.type, s->h.id, s->h.adv };
		uint32_t is[4] = { l->area, h.type, h.id, h.adv };
		unsigned i = 0;

		while (i < 4 && was[i] == is[i])
			i++;
		s->wrong |= i == 4 || was[i] > is[i];
	}
	s->last = *l;
	s->h = h;
	return s->n < 30;
}

TEST(lsdb, is_shown_by_area_type_id_and_router)
{
	struct onet *on = onet_new();
	struct stack *st = onet_router(on);
	struct ospf_external x = { .metric = 1 };
	struct order s = { 0 };
	struct rng rng;

	rng_init(&rng, 3, "show");
	onet_if(on, st, "10.0.0.1/24", OSPF_NET_P2P);
	onet_run(on, SEC(1));
	for (unsigned t = 0; t < 25; t++) {
		uint32_t id = rng_u32(&rng);
		struct image r = say_router(id, 1);
		struct image e = image_external(OSPF_LSA_EXTERNAL, IP4(10, t, 0, 0), 16, id, 1, &x);

		if (t % 2)
			REQUIRE(install(st->ospf, 0, &r, 1) == OK);
		if (t % 5 == 0)
			REQUIRE(install(st->ospf, OSPF_AREA_AS, &e, 77) == OK);
	}
	show_ospf_lsas(st, in_order, &s);
	CHECK_EQ(s.n, 12 + 5 + 1);                /* and our own */
	CHECK(!s.wrong);
	CHECK_EQ(s.last.area, OSPF_AREA_AS);
	CHECK_EQ(s.last.age, 77);
	CHECK(!s.last.self);
	CHECK_EQ(s.last.installed_at / MSEC(100), 10);
	onet_free(on);
}

TEST(lsdb, a_router_without_ospf_has_none)
{
	struct onet *on = onet_new();
	struct stack *st = net_router(on->net, "plain");
	struct order s = { 0 };

	show_ospf_lsas(st, in_order, &s);
	CHECK_EQ(s.n, 0);
	CHECK_EQ(show_ospf_external_digest(st), 0);
	CHECK_EQ(db_digest(st), 0);
	onet_free(on);
}

/* 13.2: the P-bit of a type 7 LSA, say. */
TEST(lsdb, other_options_alone_are_another_content)
{
	struct onet *on = onet_new();
	struct stack *st = onet_router(on);
	struct image i = image_summary(OSPF_LSA_SUMMARY, IP4(10, 9, 0, 0), 16, 9, 1, 4);

	onet_if(on, st, "10.0.0.1/24", OSPF_NET_P2P);
	REQUIRE(install(st->ospf, 0, &i, 1) == OK);
	onet_run(on, SEC(10));
	i = image_with_seq(&i, 2);
	REQUIRE(install(st->ospf, 0, &i, 1) == OK);
	CHECK(!timer_armed(&st->ospf->spf_timer));
	i.b[2] ^= OSPF_OPT_NP;
	i = image_with_seq(&i, 3);
	REQUIRE(install(st->ospf, 0, &i, 1) == OK);
	CHECK(timer_armed(&st->ospf->spf_timer));
	onet_free(on);
}
