// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Updates and packets that nobody should send, to a router in Full: nothing of
 * them is kept, nothing crashes, and the adjacency bears what RFC 2328 says
 * that it bears.  (Headers: in.c, hellos: hello.c, database description: dd.c,
 * requests: lsreq.c, digests: auth.c.)
 */
#include <stdlib.h>

#include "stack/util/be.h"
#include "tests/unit/ospf/fixture.h"

#define THEM IP4(10, 0, 0, 2)
#define THEM_ID IP4(9, 9, 9, 9)
#define I OSPF_DD_I
#define M OSPF_DD_M
#define MS OSPF_DD_MS

struct pair { struct onet *on; struct stack *r1; struct netdev *dev; struct speaker *s; };

static struct pair pair_new(void)
{
	struct ospf_dd dd = { .mtu = 1500, .options = OSPF_OPT_E, .flags = I | M | MS, .seq = 7 };
	struct pair p = { .on = onet_new() };

	p.r1 = onet_router(p.on);
	p.dev = onet_if(p.on, p.r1, "10.0.0.1/24", OSPF_NET_P2P);
	p.s = speaker_new(p.dev, THEM_ID, THEM);
	onet_run(p.on, SEC(1));
	speaker_meet(p.s);
	speak_dd(p.s, &dd, NULL, 0);
	dd.flags = MS;
	dd.seq = 8;
	speak_dd(p.s, &dd, NULL, 0);
	onet_run(p.on, SEC(2));
	speaker_skip(p.s);
	return p;
}

static void pair_free(struct pair *p)
{
	speaker_free(p->s);
	onet_free(p->on);
}

static enum ospf_nbr_state them(const struct pair *p)
{
	struct show_ospf_nbr n;

	return onet_find_nbr(p->r1, THEM_ID, &n) ? n.state : OSPF_NBR_DOWN;
}

static bool count_lsa(void *arg, const struct show_ospf_lsa *l)
{
	(void)l;
	++*(unsigned *)arg;
	return true;
}

static unsigned n_lsas(const struct pair *p)
{
	unsigned n = 0;

	show_ospf_lsas(p->r1, count_lsa, &n);
	return n;
}

/* A router-LSA of 9.9.9.9 with a stub network; nothing is wrong with it. */
static size_t router_lsa(uint8_t *to)
{
	struct ospf_lsa_hdr h = { .options = OSPF_OPT_E, .type = OSPF_LSA_ROUTER, .id = THEM_ID,
				  .adv = THEM_ID, .seq = OSPF_SEQ_INITIAL };
	struct ospf_router rt = { .n_links = 1 };
	struct ospf_link l = { .id = IP4(20, 0, 0, 0), .data = IP4(255, 255, 255, 0),
			       .type = OSPF_LINK_STUB, .metric = 3 };
	struct wr w = wr_init(to, 64);

	ospf_lsa_hdr_emit(&h, &w);
	ospf_router_emit(&rt, &w);
	ospf_link_emit(&l, &w);
	ospf_lsa_finish(to, wr_len(&w));
	return wr_len(&w);
}

static void update(struct pair *p, const uint8_t *image, size_t n, uint32_t count)
{
	uint8_t body[256];

	put_be32(body, count);
	memcpy(body + OSPF_LSU_LEN, image, n);
	speak(p->s, OSPF_LSU, body, OSPF_LSU_LEN + n, 0);
}

TEST(malformed, the_right_lsa_is_taken)
{
	struct pair p = pair_new();
	uint8_t image[64];
	size_t n = router_lsa(image);
	unsigned before = n_lsas(&p);

	CHECK_EQ(them(&p), OSPF_NBR_FULL);
	update(&p, image, n, 1);
	CHECK_EQ(n_lsas(&p), before + 1);
	pair_free(&p);
}

/* Bytes at `at` of the LSA become v; mend: its checksum is right again. */
static const struct { const char *what; uint8_t at; uint8_t n; uint32_t v; bool mend; } bad[] = {
	{ "length below the header",       18, 2, 19, true },
	{ "length 0",                      18, 2, 0, false },
	{ "length no multiple of 4",       18, 2, 35, true },
	{ "length beyond the packet",      18, 2, 40, false },
	{ "checksum",                      16, 2, 0x1234, false },
	{ "checksum of 0",                 16, 2, 0, false },
	{ "a changed byte",                25, 1, 77, false },
	{ "age above MaxAge",               0, 2, 3601, true },
	{ "DoNotAge",                       0, 2, 0x8001, true },
	{ "the reserved sequence number",  12, 4, 0x80000000, true },
	{ "more links than there are",     22, 2, 2, true },
	{ "fewer links than there are",    22, 2, 0, true },
	{ "a link of type 0",              32, 1, 0, true },
	{ "a link of type 5",              32, 1, 5, true },
	{ "TOS metrics beyond the end",    33, 1, 3, true },
	{ "an unknown LS type",             3, 1, 8, true },
	{ "LS type 0",                      3, 1, 0, true },
	{ "a type that has no place here",  3, 1, OSPF_LSA_NSSA, true },
	{ "an id that is not its router's", 4, 4, IP4(9, 9, 9, 8), true },
};

TEST(malformed, an_lsa_that_cannot_be_is_not_kept)
{
	for (size_t i = 0; i < N_ELEM(bad); i++) {
		struct pair p = pair_new();
		uint8_t image[64];
		size_t n = router_lsa(image);
		unsigned before = n_lsas(&p);

		for (unsigned k = 0; k < bad[i].n; k++)
			image[bad[i].at + k] = (uint8_t)(bad[i].v >> 8 * (bad[i].n - 1 - k));
		if (bad[i].mend)
			put_be16(image + 16, ospf_lsa_csum(image, n));
		update(&p, image, n, 1);
		if (!CHECK_EQ(n_lsas(&p), before) || !CHECK_EQ(them(&p), OSPF_NBR_FULL))
			fprintf(stderr, "%s\n", bad[i].what);
		pair_free(&p);
	}
}

TEST(malformed, a_network_lsa_without_a_mask_is_not_kept)
{
	struct pair p = pair_new();
	struct ospf_lsa_hdr h = { .type = OSPF_LSA_NETWORK, .id = THEM, .adv = THEM_ID,
				  .seq = OSPF_SEQ_INITIAL };
	unsigned before = n_lsas(&p);
	uint8_t image[64];
	struct wr w = wr_init(image, sizeof(image));

	ospf_lsa_hdr_emit(&h, &w);
	ospf_network_emit(0, &w);
	ospf_id_emit(THEM_ID, &w);
	ospf_lsa_finish(image, wr_len(&w));
	update(&p, image, wr_len(&w), 1);
	CHECK_EQ(n_lsas(&p), before);
	pair_free(&p);
}

TEST(malformed, an_update_that_has_fewer_lsas_than_it_says)
{
	struct pair p = pair_new();
	uint8_t image[64];
	size_t n = router_lsa(image);

	update(&p, image, n, 2);
	update(&p, image, n, UINT32_MAX);
	CHECK_EQ(show_drops(p.r1, DROP_OSPF_LENGTH), 2);
	CHECK_EQ(them(&p), OSPF_NBR_FULL);
	pair_free(&p);
}

TEST(malformed, packets_that_end_early)
{
	struct pair p = pair_new();
	uint8_t body[OSPF_LSU_LEN + 64] = { 0 };
	size_t n = OSPF_LSU_LEN + router_lsa(body + OSPF_LSU_LEN);

	put_be32(body, 1);
	for (size_t k = 0; k < n; k++) {
		speak(p.s, OSPF_LSU, body, k, 0);
		speak(p.s, OSPF_LSACK, body + OSPF_LSU_LEN, k < 36 ? k : 36, 0);
	}
	CHECK_EQ(them(&p), OSPF_NBR_FULL);
	pair_free(&p);
}

/* Bytes of a whole conversation changed at random, with checksums that are right: two
 * routers must bear it, and be Full again when it ends. */
struct recorder { struct frame f[64]; unsigned n; };

static bool record(void *arg, const struct pkt *p)
{
	struct recorder *rec = arg;

	if (rec->n < N_ELEM(rec->f)) {
		struct frame *f = &rec->f[rec->n++];

		f->n = pkt_copy_out(p, 0, f->b, sizeof(f->b));
	}
	return true;
}

static void mutate(struct frame *f, struct rng *rng)
{
	uint8_t *ospf = f->b + ETH_HLEN + IP4_HLEN;
	size_t n = f->n - ETH_HLEN - IP4_HLEN;
	unsigned k = 1 + rng_below(rng, 3);

	while (k--)
		ospf[rng_below(rng, (uint32_t)n)] = (uint8_t)rng_u32(rng);
	if (get_be16(ospf + 2) <= n && get_be16(ospf + 2) >= OSPF_HLEN)
		put_be16(ospf + 12, ospf_csum(ospf, get_be16(ospf + 2)));
	if (ospf[1] == OSPF_LSU && n > OSPF_HLEN + OSPF_LSU_LEN + OSPF_LSA_HLEN &&
	    rng_below(rng, 2)) {
		uint8_t *lsa = ospf + OSPF_HLEN + OSPF_LSU_LEN;
		size_t len = ospf_lsa_get_len(lsa);

		if (len >= OSPF_LSA_HLEN && len <= n - OSPF_HLEN - OSPF_LSU_LEN)
			put_be16(lsa + 16, ospf_lsa_csum(lsa, len));
		put_be16(ospf + 12, ospf_csum(ospf, n));
	}
}

TEST(malformed, a_conversation_with_random_faults)
{
	struct onet *on = onet_new();
	struct stack *r1 = onet_router(on), *r2 = onet_router(on), *r3 = onet_router(on);
	struct recorder *rec = calloc(1, sizeof(*rec));
	struct olink l = onet_link(on, r1, r2);
	struct rng rng;

	REQUIRE(rec != NULL);
	rng_init(&rng, 1, "malformed");
	onet_link(on, r2, r3);
	net_tap(l.b, record, rec);
	onet_run(on, SEC(40));
	REQUIRE(rec->n > 5);
	net_tap(l.b, NULL, NULL);
	for (unsigned i = 0; i < 20000; i++) {
		struct frame f = rec->f[rng_below(&rng, rec->n)];

		mutate(&f, &rng);
		net_inject_frame(l.a, &f);
		if (i % 50 == 0)
			onet_run(on, MSEC(100));
	}
	onet_run(on, SEC(120));
	CHECK_EQ(onet_nbr(r1, r2), OSPF_NBR_FULL);
	CHECK_EQ(onet_nbr(r2, r1), OSPF_NBR_FULL);
	CHECK_EQ(onet_nbr(r2, r3), OSPF_NBR_FULL);
	free(rec);
	onet_free(on);
}
