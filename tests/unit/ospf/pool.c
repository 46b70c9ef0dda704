// SPDX-License-Identifier: GPL-3.0-or-later
#include "stack/ospf/pool.h"

#include <stdlib.h>

#include "stack/ospf.h"
#include "stack/util/rng.h"
#include "tests/unit/ospf/images.h"
#include "tests/unit/test.h"

#define R1 IP4(1, 1, 1, 1)
#define R2 IP4(2, 2, 2, 2)

static struct ospf_lsa *get(struct ospf_pool *pool, uint32_t area, const struct image *i)
{
	enum ospf_lsa_fault bad = 99;
	struct ospf_lsa *l = ospf_lsa_get(pool, area, i->b, i->n, &bad);

	REQUIRE(l != NULL);
	return l;
}

static struct image stub_router(uint32_t id, int seq, ip4_t net, unsigned len, uint16_t metric)
{
	struct ospf_link k = { .type = OSPF_LINK_STUB, .id = net, .data = ip4_mask(len),
			       .metric = metric };

	return image_router(id, seq, &k, 1);
}

TEST(pool, an_image_is_kept_once_whatever_its_age)
{
	struct ospf_pool *pool = ospf_pool_new(NULL);
	struct image i = stub_router(R1, 1, IP4(10, 0, 0, 0), 24, 3);
	struct image old = image_with_age(&i, 1234), next = image_with_seq(&i, 2);
	struct ospf_lsa *a = get(pool, 0, &i), *b = get(pool, 0, &old), *c = get(pool, 0, &next);

	CHECK(a == b);
	CHECK_EQ(a->refs, 2);
	CHECK(a != c);
	CHECK_EQ(a->key, c->key);
	CHECK_EQ(a->h.age, 0);
	CHECK_EQ(ospf_lsa_get_age(b->image), 0);
	CHECK(ospf_seq_lt(a->h.seq, c->h.seq));
	ospf_lsa_put(pool, a);
	ospf_lsa_put(pool, b);
	ospf_lsa_put(pool, c);
	ospf_lsa_put(pool, NULL);
	ospf_pool_free(pool);
	ospf_pool_free(NULL);
}

TEST(pool, the_last_instance_of_a_key_is_recalled)
{
	struct ospf_pool *pool = ospf_pool_new(NULL);
	struct image i = stub_router(R1, 1, IP4(10, 0, 0, 0), 24, 3), next = image_with_seq(&i, 2);
	struct ospf_lsa *a = get(pool, 0, &i), *b;
	uint32_t key = a->key, was = a->serial, is;

	CHECK(ospf_lsa_recall(pool, key, was) == a);
	CHECK_EQ(a->refs, 2);
	CHECK(ospf_lsa_recall(pool, key, was + 1) == NULL);
	b = get(pool, 0, &next);
	is = b->serial;
	CHECK(ospf_lsa_recall(pool, key, was) == NULL);
	CHECK(ospf_lsa_recall(pool, key, is) == b);
	ospf_lsa_put(pool, a);
	ospf_lsa_put(pool, a);
	ospf_lsa_put(pool, b);
	CHECK(ospf_lsa_recall(pool, key, is) == b);
	for (int n = 0; n < 2; n++)
		ospf_lsa_put(pool, b);
	CHECK(ospf_lsa_recall(pool, key, is) == NULL);
	ospf_pool_free(pool);
}

TEST(pool, one_image_in_two_areas_is_two_lsas)
{
	struct ospf_pool *pool = ospf_pool_new(NULL);
	struct image i = image_summary(OSPF_LSA_SUMMARY, IP4(10, 0, 0, 0), 8, R1, 1, 7);
	struct ospf_lsa *a = get(pool, 0, &i), *b = get(pool, 1, &i);

	CHECK(a != b);
	CHECK(a->key != b->key);
	CHECK_EQ(a->hash, b->hash);
	CHECK_EQ(ospf_key(pool, a->key)->area, 0);
	CHECK_EQ(ospf_key(pool, b->key)->area, 1);
	CHECK_EQ(a->dests[0].prefix, b->dests[0].prefix);
	ospf_lsa_put(pool, a);
	ospf_lsa_put(pool, b);
	ospf_pool_free(pool);
}

/* Fletcher's sum takes 0 and 255 for the same (RFC 905 B). */
TEST(pool, headers_that_are_equal_make_no_equal_lsas)
{
	struct ospf_pool *pool = ospf_pool_new(NULL);
	struct image i = stub_router(R1, 1, IP4(10, 0, 0, 0), 24, 0);
	struct image j = stub_router(R1, 1, IP4(10, 0, 0, 0), 24, 255);
	struct ospf_lsa *a = get(pool, 0, &i), *b = get(pool, 0, &j);

	CHECK_EQ(a->h.csum, b->h.csum);
	CHECK(a != b);
	CHECK(a->hash != b->hash);
	CHECK(get(pool, 0, &i) == a);
	CHECK(get(pool, 0, &j) == b);
	CHECK_EQ(a->dests[0].cost, 0);
	CHECK_EQ(b->dests[0].cost, 255);
	for (int k = 0; k < 2; k++) {
		ospf_lsa_put(pool, a);
		ospf_lsa_put(pool, b);
	}
	ospf_pool_free(pool);
}

TEST(pool, a_router_lsa_is_parsed_into_arcs_and_destinations)
{
	struct ospf_link links[] = {
		{ .type = OSPF_LINK_P2P, .id = R2, .data = IP4(10, 0, 0, 1), .metric = 5 },
		{ .type = OSPF_LINK_STUB, .id = IP4(10, 0, 0, 1), .data = ip4_mask(31),
		  .metric = 6 },
		{ .type = OSPF_LINK_TRANSIT, .id = IP4(10, 9, 0, 9), .data = IP4(10, 9, 0, 1),
		  .metric = 65535 },
	};
	struct ospf_pool *pool = ospf_pool_new(NULL);
	struct image i = image_router(R1, 1, links, 3);
	struct ospf_lsa *l = get(pool, 5, &i);
	struct ospf_pnet p;
	size_t n;

	CHECK_EQ(l->vertex, ospf_vertex_find(pool, 5, false, R1));
	CHECK_EQ(ospf_vertex_find(pool, 4, false, R1), OSPF_NUM_NONE);
	CHECK_EQ(*ospf_vertex_keys(pool, l->vertex, &n), l->key);
	CHECK_EQ(n, 1);
	REQUIRE(l->n_arcs == 2 && l->n_dests == 1);
	CHECK_EQ(l->arcs[0].to, ospf_vertex_find(pool, 5, false, R2));
	CHECK_EQ(l->arcs[0].cost, 5);
	CHECK_EQ(l->arcs[0].link_type, OSPF_LINK_P2P);
	CHECK_EQ(l->arcs[0].link_data, IP4(10, 0, 0, 1));
	CHECK_EQ(l->arcs[1].to, ospf_vertex_find(pool, 5, true, IP4(10, 9, 0, 9)));
	CHECK_EQ(l->arcs[1].cost, 65535);
	p = ospf_prefix(pool, l->dests[0].prefix);
	CHECK_EQ(p.key, IP4(10, 0, 0, 0));        /* the bits behind the mask are gone */
	CHECK_EQ(p.len, 31);
	CHECK_EQ(l->dests[0].cost, 6);
	CHECK_EQ(ospf_prefix_find(pool, IP4(10, 0, 0, 0), 31), l->dests[0].prefix);
	CHECK_EQ(ospf_prefix_find(pool, IP4(10, 0, 0, 0), 30), OSPF_NUM_NONE);
	ospf_vertex_keys(pool, ospf_vertex_find(pool, 5, false, R2), &n);
	CHECK_EQ(n, 0);                           /* it has said nothing itself */
	CHECK(l->vertex < ospf_n_vertices(pool) && l->dests[0].prefix < ospf_n_prefixes(pool));
	CHECK(l->key < ospf_n_keys(pool));
	ospf_lsa_put(pool, l);
	ospf_pool_free(pool);
}

TEST(pool, a_network_lsa_leads_to_its_routers_and_its_subnet)
{
	uint32_t ids[] = { R1, R2, IP4(3, 3, 3, 3) };
	struct ospf_pool *pool = ospf_pool_new(NULL);
	struct image i = image_network(IP4(10, 0, 0, 3), 24, R1, 1, ids, 3);
	struct image j = image_network(IP4(10, 0, 0, 3), 24, R2, 1, ids, 3);
	struct ospf_lsa *l = get(pool, 0, &i), *m = get(pool, 0, &j);
	size_t n;

	REQUIRE(l->n_arcs == 3 && l->n_dests == 1);
	CHECK_EQ(l->arcs[1].to, ospf_vertex_find(pool, 0, false, R2));
	CHECK_EQ(l->arcs[1].cost, 0);
	CHECK_EQ(l->dests[0].prefix, ospf_prefix_find(pool, IP4(10, 0, 0, 0), 24));
	CHECK_EQ(l->vertex, m->vertex);           /* the vertex is the DR's address alone */
	ospf_vertex_keys(pool, l->vertex, &n);
	CHECK_EQ(n, 2);
	ospf_lsa_put(pool, l);
	ospf_lsa_put(pool, m);
	ospf_pool_free(pool);
}

TEST(pool, summaries_and_externals_name_their_prefix)
{
	struct ospf_external x = { .e2 = true, .metric = 20, .tag = 9 };
	struct ospf_pool *pool = ospf_pool_new(NULL);
	struct image i = image_summary(OSPF_LSA_SUMMARY, IP4(10, 1, 0, 255), 16, R1, 1, 0xffffff);
	struct image j = image_external(OSPF_LSA_EXTERNAL, IP4(10, 1, 0, 0), 16, R2, 1, &x);
	struct image k = image_summary(OSPF_LSA_ASBR, R2, 0, R1, 1, 3);
	struct ospf_lsa *l = get(pool, 0, &i), *m = get(pool, OSPF_AREA_AS, &j);
	struct ospf_lsa *a = get(pool, 0, &k);
	const ospf_knum *keys;
	size_t n;

	CHECK_EQ(l->dests[0].prefix, m->dests[0].prefix);
	CHECK_EQ(l->dests[0].cost, 0xffffff);
	CHECK_EQ(m->dests[0].cost, 20);           /* without its E bit */
	CHECK_EQ(a->n_dests, 0);
	CHECK_EQ(l->vertex, OSPF_NUM_NONE);
	keys = ospf_prefix_keys(pool, l->dests[0].prefix, &n);
	REQUIRE(n == 2);
	CHECK(keys[0] == l->key && keys[1] == m->key);
	ospf_lsa_put(pool, l);
	ospf_lsa_put(pool, m);
	ospf_lsa_put(pool, a);
	ospf_pool_free(pool);
}

TEST(pool, a_broken_image_is_refused_with_its_fault)
{
	struct ospf_pool *pool = ospf_pool_new(NULL);
	struct image i = stub_router(R1, 1, IP4(10, 0, 0, 0), 24, 3);
	enum ospf_lsa_fault bad;

	i.b[30] ^= 1;
	CHECK(!ospf_lsa_get(pool, 0, i.b, i.n, &bad));
	CHECK_EQ(bad, OSPF_LSA_BAD_CSUM);
	i.b[30] ^= 1;
	CHECK(!ospf_lsa_get(pool, 0, i.b, i.n - 1, &bad));
	CHECK_EQ(bad, OSPF_LSA_BAD_LENGTH);
	for (size_t n = 0; n < OSPF_LSA_HLEN; n++)
		CHECK(!ospf_lsa_get(pool, 0, i.b, n, &bad));
	CHECK_EQ(ospf_n_keys(pool), 0);           /* nothing of it stays */
	ospf_pool_free(pool);
}

TEST(pool, numbers_of_an_area_stand_together)
{
	struct ospf_pool *pool = ospf_pool_new(NULL);
	struct ospf_key3 k = { .type = OSPF_LSA_ROUTER };
	uint32_t first[2] = { 0 };

	for (uint32_t i = 0; i < 64; i++) {       /* two areas in turns */
		k.area = i % 2;
		k.id = k.adv = i;
		if (i < 2)
			first[i] = ospf_key_num(pool, &k);
		CHECK_EQ(ospf_key_num(pool, &k), first[i % 2] + i / 2);
	}
	CHECK_EQ(ospf_n_keys(pool), 128);
	ospf_pool_free(pool);
}

TEST(pool, ten_thousand_lsas_come_and_go)
{
	enum { N = 10000 };
	struct ospf_pool *pool = ospf_pool_new(NULL);
	struct ospf_lsa **all = calloc(N, sizeof(*all));
	size_t n;

	for (uint32_t i = 0; i < N; i++) {
		struct image im = stub_router(i + 1, 1, IP4(10, 0, 0, 0), 8, 1);

		all[i] = get(pool, 0, &im);
	}
	for (uint32_t i = 0; i < N; i++) {
		struct image im = stub_router(i + 1, 1, IP4(10, 0, 0, 0), 8, 1);
		struct ospf_lsa *l = get(pool, 0, &im);

		CHECK(l == all[i]);
		CHECK_EQ(ospf_key(pool, l->key)->adv, i + 1);
		ospf_lsa_put(pool, l);
	}
	ospf_prefix_keys(pool, all[0]->dests[0].prefix, &n);
	CHECK_EQ(n, N);
	for (uint32_t i = 0; i < N; i++)
		ospf_lsa_put(pool, all[i]);
	free(all);
	ospf_pool_free(pool);
}

TEST(pool, scratch_memory_is_zero_at_first_and_stays)
{
	struct ospf_pool *pool = ospf_pool_new(NULL);
	uint8_t *p = ospf_pool_scratch(pool, 100);

	CHECK(p[0] == 0 && p[99] == 0);
	p[7] = 42;
	p = ospf_pool_scratch(pool, 100000);
	CHECK(p[7] == 42 && p[200] == 0 && p[99999] == 0);
	ospf_pool_free(pool);
}

TEST(pool, random_bytes_with_a_right_checksum_are_safe)
{
	struct ospf_pool *pool = ospf_pool_new(NULL);
	struct rng rng;
	unsigned taken = 0;

	rng_init(&rng, 7, "pool");
	for (unsigned i = 0; i < 20000; i++) {
		struct image im = { .n = OSPF_LSA_HLEN + rng_below(&rng, 60) };
		enum ospf_lsa_fault bad;
		struct ospf_lsa *l;

		for (size_t k = 0; k < im.n; k++)
			im.b[k] = rng_below(&rng, 3) ? 0 : (uint8_t)rng_u32(&rng);
		im.b[3] = (uint8_t)(1 + rng_below(&rng, 7));
		ospf_lsa_finish(im.b, im.n);
		ospf_lsa_put_age(im.b, 0);
		l = ospf_lsa_get(pool, rng_below(&rng, 3), im.b, im.n, &bad);
		taken += l != NULL;
		ospf_lsa_put(pool, l);
	}
	CHECK(taken > 100);
	ospf_pool_free(pool);
}

/* What LSAs name is held as long as the pool lives, and no longer. */
TEST(pool, prefixes_are_those_of_the_stacks)
{
	struct prefix_pool *prefixes = prefix_pool_new();
	struct ospf_pool *pool = ospf_pool_new(prefixes);
	struct image i = stub_router(R1, 1, IP4(10, 0, 0, 0), 24, 3);
	prefix_num other, p;
	struct ospf_lsa *l;

	REQUIRE(prefixes && pool);
	other = prefix_pool_get(prefixes, IP4(10, 9, 0, 0), 16);  /* a stack's, of no LSA */
	CHECK_EQ(ospf_prefix_find(pool, IP4(10, 9, 0, 0), 16), OSPF_NUM_NONE);
	l = get(pool, 0, &i);
	p = prefix_pool_find(prefixes, IP4(10, 0, 0, 0), 24);
	REQUIRE(l && p != PREFIX_NONE);
	CHECK_EQ(l->dests[0].prefix, p);
	CHECK_EQ(ospf_prefix_find(pool, IP4(10, 0, 0, 0), 24), p);
	ospf_lsa_put(pool, l);
	CHECK_EQ(prefixes->n, 2);
	CHECK_EQ(ospf_prefix_num(pool, IP4(10, 9, 0, 0), 16), other);
	prefix_pool_put(prefixes, other);
	CHECK_EQ(prefixes->n, 2);
	ospf_pool_free(pool);
	CHECK_EQ(prefixes->n, 0);
	prefix_pool_free(prefixes);
}
