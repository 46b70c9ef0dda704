// SPDX-License-Identifier: GPL-3.0-or-later
/* Packets: every operation against a flat array of bytes. */
#include <stdlib.h>

#include "stack/pkt.h"
#include "stack/util/csum.h"
#include "stack/util/poison.h"
#include "stack/util/rng.h"
#include "tests/unit/test.h"

/* --- against a flat model ------------------------------------------------------------ */

struct flat { uint8_t b[PKT_MAX]; size_t n; };

static bool same(const struct pkt *p, const struct flat *f)
{
	uint8_t got[PKT_MAX + 1];

	return pkt_len(p) == f->n && pkt_copy_out(p, 0, got, sizeof(got)) == f->n &&
	       memcmp(got, f->b, f->n) == 0;
}

static void fill(struct rng *rng, uint8_t *b, size_t n)
{
	while (n--)
		b[n] = (uint8_t)rng_u32(rng);
}

/* A head of any length and up to PKT_NFRAG pieces of blocks, one shared. */
static struct pkt *random_pkt(struct pkt_pool *pool, struct rng *rng, struct flat *f)
{
	struct pkt *p = pkt_new(pool);
	size_t head = rng_below(rng, 100);
	struct blk *b = NULL;
	uint32_t room = 0;

	REQUIRE(p != NULL);
	fill(rng, f->b, sizeof(f->b) / 8);
	if (head)
		memcpy(pkt_push(p, head), f->b, head);
	f->n = head;
	for (unsigned k = rng_below(rng, PKT_NFRAG + 1); k > 0; k--) {
		uint32_t n = rng_below(rng, 3) ? rng_below(rng, 60) : rng_below(rng, 1500);
		uint32_t off = rng_below(rng, 20);

		if (!b || off + n > room) {
			if (b)
				blk_put(pool, b);
			room = off + n;
			b = blk_new(pool, room);
			REQUIRE(b != NULL);
			fill(rng, b->data, room);
		}
		memcpy(f->b + f->n, b->data + off, n);
		CHECK_EQ(pkt_add_frag(p, b, off, n), OK);
		f->n += n;
	}
	if (b)
		blk_put(pool, b);
	return p;
}

static void flat_skip(struct flat *f, size_t n)
{
	f->n -= n;
	memmove(f->b, f->b + n, f->n);
}

static bool random_pullup(struct pkt *p, struct flat *f, struct rng *rng)
{
	size_t n = rng_below(rng, PKT_HEAD + 20);
	bool want = n <= p->len || (n <= f->n && n <= PKT_HEAD);
	bool got = pkt_pullup(p, n);

	return got == want && (!got || (p->len >= n && memcmp(pkt_data(p), f->b, n) == 0));
}

static bool copies_agree(const struct pkt *p, const struct flat *f, struct rng *rng)
{
	uint32_t off = rng_below(rng, (uint32_t)f->n + 1);
	size_t n = rng_below(rng, 300), want = f->n - off < n ? f->n - off : n;
	uint8_t got[300];

	return pkt_copy_out(p, off, got, n) == want && memcmp(got, f->b + off, want) == 0;
}

static bool checksums_agree(const struct pkt *p, const struct flat *f, struct rng *rng)
{
	uint32_t off = rng_below(rng, (uint32_t)f->n + 1);

	return csum_fold(pkt_csum(p, off)) == csum_fold(csum_add(0, f->b + off, f->n - off));
}

/* One operation on both; false: they disagree. */
static bool random_step(struct pkt *p, struct flat *f, struct rng *rng)
{
	uint32_t n = rng_below(rng, 40);

	switch (rng_below(rng, 6)) {
	case 0:
		return random_pullup(p, f, rng);
	case 1:
		n = n < f->n ? n : (uint32_t)f->n;
		pkt_trim(p, (uint32_t)f->n - n);
		f->n -= n;
		return true;
	case 2:
		n = n < f->n ? n : (uint32_t)f->n;
		pkt_skip(p, n);
		flat_skip(f, n);
		return true;
	case 3:
		n = n < p->off ? n : p->off;
		memmove(f->b + n, f->b, f->n);
		fill(rng, f->b, n);
		f->n += n;
		memcpy(pkt_push(p, n), f->b, n);
		return true;
	case 4:
		return copies_agree(p, f, rng);
	default:
		return checksums_agree(p, f, rng);
	}
}

TEST(pkt, random_operations_agree_with_flat_bytes)
{
	struct pkt_pool *pool = pkt_pool_new(0);
	struct flat *f = malloc(sizeof(*f)), *g = malloc(sizeof(*g));
	unsigned wrong = 0;
	struct rng rng;

	REQUIRE(pool && f && g);
	rng_init(&rng, 11, "pkt");
	for (unsigned k = 0; k < 2000; k++) {
		struct pkt *p = random_pkt(pool, &rng, f), *q = NULL;

		wrong += !same(p, f);
		for (unsigned i = 0; i < 20; i++) {
			if (i == 7) {             /* from here on the copy lives, too */
				q = pkt_clone(p);
				REQUIRE(q != NULL);
				*g = *f;
			}
			wrong += !random_step(p, f, &rng) || !same(p, f);
			if (q)
				wrong += !random_step(q, g, &rng) || !same(q, g);
		}
		pkt_free(p);
		wrong += !same(q, g);
		pkt_free(q);
	}
	CHECK_EQ(wrong, 0);
	free(f);
	free(g);
	pkt_pool_free(pool);
}

TEST(pkt, a_frame_of_any_length_comes_out_as_it_went_in)
{
	static const size_t sizes[] = {
		0, 1, 14, PKT_INLINE - 1, PKT_INLINE, PKT_INLINE + 1, 1514, 20000, PKT_MAX,
	};
	struct pkt_pool *pool = pkt_pool_new(0);
	uint8_t *in = malloc(PKT_MAX), *out = malloc(PKT_MAX);
	struct rng rng;

	REQUIRE(pool && in && out);
	rng_init(&rng, 1, "frame");
	fill(&rng, in, PKT_MAX);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct pkt *p = pkt_from_bytes(pool, in, sizes[i]);

		REQUIRE(p != NULL);
		CHECK_EQ(pkt_len(p), sizes[i]);
		CHECK_EQ(pkt_frame(p, out, PKT_MAX), sizes[i]);
		CHECK_MEM(out, in, sizes[i]);
		if (sizes[i] >= 14) {             /* also when its header was pulled */
			pkt_pull(p, 14);
			CHECK_EQ(pkt_frame(p, out, PKT_MAX), sizes[i]);
			CHECK_MEM(out, in, sizes[i]);
		}
		if (sizes[i] >= 100) {            /* and much pulled up behind it */
			CHECK(pkt_pullup(p, 86));
			CHECK_EQ(pkt_frame(p, out, PKT_MAX), sizes[i]);
			CHECK_MEM(out, in, sizes[i]);
		}
		CHECK_EQ(pkt_frame(p, out, 10), sizes[i] < 10 ? sizes[i] : 10);
		pkt_free(p);
	}
	free(in);
	free(out);
	pkt_pool_free(pool);
}

/* --- blocks ---------------------------------------------------------------------------- */

TEST(pkt, clones_share_their_body)
{
	struct pkt_pool *pool = pkt_pool_new(0);
	uint8_t bytes[1000] = { 1, 2, 3 };
	struct pkt *p = pkt_from_bytes(pool, bytes, sizeof(bytes)), *q = pkt_clone(p);
	struct pkt_pool_stats s;

	REQUIRE(p && q);
	pkt_pool_stats(pool, &s);
	CHECK_EQ(s.pkts, 2);
	CHECK_EQ(s.blks, 1);
	CHECK(p->frag[0].blk == q->frag[0].blk);
	pkt_data(q)[0] = 9;                       /* heads are private */
	CHECK_EQ(pkt_data(p)[0], 1);
	pkt_free(p);
	CHECK_EQ(q->frag[0].blk->refs, 1);
	pkt_free(q);
	pkt_pool_free(pool);
}

TEST(pkt, a_shared_block_is_paid_for_once_in_a_row)
{
	struct pkt_pool *pool = pkt_pool_new(0);
	uint8_t bytes[1000] = { 0 };
	struct pkt *p = pkt_from_bytes(pool, bytes, sizeof(bytes)), *q = pkt_clone(p);
	struct pkt *small = pkt_from_bytes(pool, bytes, 100);
	uint32_t alone = (uint32_t)(sizeof(struct pkt) + sizeof(struct blk) + 1152);

	CHECK_EQ(pkt_mem(p, NULL), alone);
	CHECK_EQ(pkt_mem(q, p), sizeof(struct pkt));
	CHECK_EQ(pkt_mem(small, p), sizeof(struct pkt));
	CHECK_EQ(pkt_mem(q, small), alone);
	pkt_free(p), pkt_free(q), pkt_free(small);
	pkt_pool_free(pool);
}

TEST(pkt, added_bytes_go_to_the_head_first_then_to_fragments)
{
	struct pkt_pool *pool = pkt_pool_new(0);
	struct pkt *p = pkt_new(pool);
	uint8_t bytes[500];
	struct flat *f = malloc(sizeof(*f));

	REQUIRE(p && f);
	memset(bytes, 7, sizeof(bytes));
	CHECK_EQ(pkt_add_bytes(p, bytes, 20), OK);
	CHECK_EQ(p->len, 20);
	CHECK_EQ(pkt_add_bytes(p, bytes, 500), OK);
	CHECK_EQ(pkt_add_bytes(p, bytes, 1), OK);
	CHECK_EQ(p->nfrag, PKT_NFRAG);
	CHECK_EQ(pkt_add_bytes(p, bytes, 1), ERR_NOBUFS);
	memset(f->b, 7, f->n = 521);
	CHECK(same(p, f));
	pkt_free(p);
	free(f);
	pkt_pool_free(pool);                      /* the block of the failure came back */
}

/* --- what a sanitizer sees ------------------------------------------------------------------ */

#if POISON_WORKS
int __asan_address_is_poisoned(void const volatile *addr);

static bool ends_at(struct pkt *p, size_t n)
{
	const uint8_t *end = pkt_data(p) + n;

	return p->len == n && !__asan_address_is_poisoned(end - 1) &&
	       __asan_address_is_poisoned(end);
}

TEST(pkt, the_byte_behind_the_head_is_out_of_bounds)
{
	struct pkt_pool *pool = pkt_pool_new(0);
	uint8_t bytes[300] = { 0 };
	struct pkt *p, *q;

	for (size_t n = 2; n <= PKT_INLINE; n++) {
		p = pkt_from_bytes(pool, bytes, n);
		CHECK(ends_at(p, n));
		pkt_trim(p, (uint32_t)n - 1);
		CHECK(ends_at(p, n - 1));
		q = pkt_clone(p);
		CHECK(ends_at(q, n - 1));
		pkt_make_room(q);
		CHECK(ends_at(q, n - 1));
		pkt_free(q);
		pkt_free(p);
	}
	p = pkt_from_bytes(pool, bytes, sizeof(bytes));
	CHECK(ends_at(p, PKT_INLINE));
	CHECK(pkt_pullup(p, 150));
	CHECK(ends_at(p, 150));
	pkt_free(p);
	pkt_pool_free(pool);
}

TEST(pkt, a_block_ends_at_the_size_asked_for)
{
	struct pkt_pool *pool = pkt_pool_new(0);

	for (uint32_t n = 1; n < 300; n++) {      /* the same few blocks again and again */
		struct blk *b = blk_new(pool, n);

		CHECK(!__asan_address_is_poisoned(b->data + n - 1));
		CHECK(__asan_address_is_poisoned(b->data + n));
		blk_put(pool, b);
		CHECK(__asan_address_is_poisoned(b->data));
	}
	pkt_pool_free(pool);
}

TEST(pkt, a_packet_given_back_is_out_of_bounds)
{
	struct pkt_pool *pool = pkt_pool_new(0);
	struct pkt *p = pkt_from_bytes(pool, "abc", 3);

	pkt_free(p);
	CHECK(__asan_address_is_poisoned(&p->len));
	CHECK(__asan_address_is_poisoned(&p->head[PKT_HEAD - 3]));
	CHECK(pkt_new(pool) == p);
	CHECK(!__asan_address_is_poisoned(&p->head[0]));
	pkt_free(p);
	pkt_pool_free(pool);
}
#endif

/* --- the pool ------------------------------------------------------------------------------ */

TEST(pkt, a_warm_pool_asks_libc_for_nothing)
{
	struct pkt_pool *pool = pkt_pool_new(0);
	struct pkt_pool_stats cold, warm;
	uint8_t bytes[1500] = { 0 };

	for (int round = 0; round < 2; round++) {
		struct pkt *p[200];

		for (int i = 0; i < 200; i++)
			p[i] = pkt_from_bytes(pool, bytes, sizeof(bytes));
		for (int i = 0; i < 200; i++)
			pkt_free(p[i]);
		pkt_pool_stats(pool, round ? &warm : &cold);
	}
	CHECK(cold.mallocs > 0);
	CHECK_EQ(warm.mallocs, cold.mallocs);
	CHECK_EQ(warm.pkts, 0);
	CHECK_EQ(warm.pkts_max, 200);
	pkt_pool_free(pool);
}

/* n frames at once, and gone again; returns how often libc was asked so far. */
static uint64_t rush(struct pkt_pool *pool, unsigned n)
{
	struct pkt **p = calloc(n, sizeof(*p));
	static const uint8_t bytes[1500];
	struct pkt_pool_stats stats;

	for (unsigned i = 0; i < n; i++)
		p[i] = pkt_from_bytes(pool, bytes, sizeof(bytes));
	for (unsigned i = 0; i < n; i++)
		pkt_free(p[i]);
	free(p);
	pkt_pool_stats(pool, &stats);
	return stats.mallocs;
}

TEST(pkt, what_only_a_rush_needs_goes_back_to_libc)
{
	struct pkt_pool *pool = pkt_pool_new(0);
	uint64_t first = rush(pool, 3000), calm = 0;

	CHECK_EQ(first, 6000);                    /* a packet and a block each */
	CHECK_EQ(rush(pool, 3000), first);
	for (unsigned i = 0; i < 1000; i++)       /* more than four rushes, and a while more */
		calm = rush(pool, 10);
	CHECK_EQ(calm, first);
	CHECK_EQ(rush(pool, 3000), first + 2 * (3000 - 10));
	pkt_pool_free(pool);
}

TEST(pkt, of_many_that_are_claimed_some_may_stay)
{
	struct pkt_pool *pool = pkt_pool_new(120);
	struct pkt_queue q = { 0 };
	struct pkt_pool_stats s;

	CHECK_EQ(pkt_claim(pool, 1), 0);          /* nothing is to be had for little */
	CHECK_EQ(rush(pool, 100), 200);
	CHECK_EQ(pkt_claim(pool, 40), 40);
	for (int i = 0; i < 30; i++) {
		struct pkt *p = pkt_claimed(pool, 66);

		CHECK(p->len == 66 && p->off == PKT_HEAD - 66 && !p->body && !p->next);
		pkt_queue_push(&q, p);
	}
	pkt_claim_end(pool, 10);
	pkt_pool_stats(pool, &s);
	CHECK_EQ(s.pkts, 30);
	CHECK_EQ(s.pkts_max, 100);
	CHECK_EQ(s.mallocs, 200);
	CHECK_EQ(pkt_claim(pool, 1000), 70);
	pkt_claim_end(pool, 70);
	pkt_pool_fail_after(pool, 50);
	CHECK_EQ(pkt_claim(pool, 1), 0);          /* each counts then */
	pkt_queue_free(&q);
	pkt_pool_free(pool);
}

TEST(pkt, a_pool_has_its_limit)
{
	struct pkt_pool *pool = pkt_pool_new(2);
	struct pkt *a = pkt_new(pool), *b = pkt_new(pool);
	struct pkt_pool_stats s;

	CHECK(a && b);
	CHECK(pkt_new(pool) == NULL);
	CHECK(pkt_clone(a) == NULL);
	pkt_free(a);
	a = pkt_new(pool);
	CHECK(a != NULL);
	pkt_pool_stats(pool, &s);
	CHECK_EQ(s.failed, 2);
	pkt_free(a);
	pkt_free(b);
	pkt_pool_free(pool);
}

TEST(pkt, allocations_fail_when_a_test_says_so)
{
	struct pkt_pool *pool = pkt_pool_new(0);
	uint8_t bytes[1000] = { 0 };
	struct pkt_pool_stats s;

	for (uint64_t n = 0; n < 2; n++) {        /* the packet, then its block */
		pkt_pool_fail_after(pool, n);
		CHECK(pkt_from_bytes(pool, bytes, sizeof(bytes)) == NULL);
	}
	pkt_pool_stats(pool, &s);
	CHECK_EQ(s.pkts, 0);
	CHECK_EQ(s.blks, 0);
	CHECK_EQ(s.failed, 2);
	pkt_pool_fail_after(pool, UINT64_MAX);
	pkt_free(pkt_from_bytes(pool, bytes, sizeof(bytes)));
	pkt_free(NULL);
	pkt_pool_free(pool);
	pkt_pool_free(NULL);
}

TEST(pkt, a_queue_is_first_in_first_out_and_knows_its_bytes)
{
	struct pkt_pool *pool = pkt_pool_new(0);
	struct pkt_queue q = { 0 };
	uint8_t bytes[300] = { 0 };

	CHECK(pkt_queue_pop(&q) == NULL);
	for (size_t n = 1; n <= 3; n++)
		pkt_queue_push(&q, pkt_from_bytes(pool, bytes, n * 100));
	CHECK_EQ(q.count, 3);
	CHECK_EQ(q.bytes, 600);
	for (size_t n = 1; n <= 2; n++) {
		struct pkt *p = pkt_queue_pop(&q);

		CHECK_EQ(pkt_len(p), n * 100);
		pkt_free(p);
	}
	CHECK_EQ(q.bytes, 300);
	pkt_queue_free(&q);
	CHECK(q.count == 0 && q.bytes == 0 && !q.head && !q.tail);
	pkt_pool_free(pool);
}

TEST(pkt, a_row_of_a_queue_is_freed_at_once)
{
	struct pkt_pool *pool = pkt_pool_new(0);
	struct pkt *p, *first = NULL, *third = NULL, *last = NULL;
	struct blk *b = blk_new(pool, 500);
	struct pkt_queue q = { 0 };
	struct pkt_pool_stats s;

	for (uint32_t i = 0; i < 5; i++, last = p) {
		p = pkt_new(pool);
		pkt_set_body(p, b, 100 * i, 100);
		first = first ? first : p;
		third = i == 2 ? p : third;
		if (last)
			last->next = p;
	}
	blk_put(pool, b);
	pkt_queue_push_row(&q, first, last, 5, 500);
	CHECK(q.head == first && q.tail == last);
	pkt_queue_free_row(&q, third, 3, 300);
	CHECK(q.count == 2 && q.bytes == 200 && q.head->frag[0].off == 300);
	pkt_pool_stats(pool, &s);
	CHECK(s.pkts == 2 && s.blks == 1);
	pkt_queue_free_row(&q, last, 2, 200);
	CHECK(q.count == 0 && q.bytes == 0 && !q.head && !q.tail);
	pkt_pool_stats(pool, &s);
	CHECK(s.pkts == 0 && s.blks == 0);
	pkt_pool_free(pool);
}
