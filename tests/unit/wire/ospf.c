// SPDX-License-Identifier: GPL-3.0-or-later
#include "stack/wire/ospf.h"

#include <stdlib.h>

#include "stack/util/rng.h"
#include "tests/unit/test.h"
#include "tests/unit/wire/ospf_captured.h"

#define ME IP4(1, 1, 1, 1)
#define YOU IP4(2, 2, 2, 2)

/* --- the header ---------------------------------------------------------------------- */

static struct ospf_hdr random_hdr(struct rng *r)
{
	struct ospf_hdr h = {
		.type = (uint8_t)(OSPF_HELLO + rng_below(r, OSPF_TYPE_N - OSPF_HELLO)),
		.len = (uint16_t)(OSPF_HLEN + rng_below(r, 60000)), .router_id = rng_u32(r),
		.area = rng_u32(r), .csum = (uint16_t)rng_u32(r),
		.autype = (uint16_t)(rng_below(r, 4) ? rng_below(r, 3) : rng_u32(r)),
	};

	if (h.autype == OSPF_AUTH_CRYPTO) {
		h.u.crypto.key_id = (uint8_t)rng_u32(r);
		h.u.crypto.digest_len = (uint8_t)rng_u32(r);
		h.u.crypto.seq = rng_u32(r);
		return h;
	}
	for (int i = 0; i < OSPF_AUTH_LEN; i++)
		h.u.auth[i] = (uint8_t)rng_u32(r);
	return h;
}

static bool hdr_eq(const struct ospf_hdr *a, const struct ospf_hdr *b)
{
	if (a->type != b->type || a->len != b->len || a->router_id != b->router_id ||
	    a->area != b->area || a->csum != b->csum || a->autype != b->autype)
		return false;
	if (a->autype != OSPF_AUTH_CRYPTO)
		return memcmp(a->u.auth, b->u.auth, OSPF_AUTH_LEN) == 0;
	return a->u.crypto.key_id == b->u.crypto.key_id && a->u.crypto.seq == b->u.crypto.seq &&
		a->u.crypto.digest_len == b->u.crypto.digest_len;
}

TEST(ospf, a_header_that_is_emitted_parses_to_the_same)
{
	struct rng r;

	rng_init(&r, 1, "ospf");
	for (int i = 0; i < 5000; i++) {
		struct ospf_hdr h = random_hdr(&r), got;
		uint8_t b[OSPF_HLEN];
		struct wr w = wr_init(b, sizeof(b));

		ospf_hdr_emit(&h, &w);
		REQUIRE(wr_ok(&w) && wr_len(&w) == OSPF_HLEN);
		REQUIRE(ospf_hdr_parse(&got, b, 65535 + 255) == DROP_NONE && hdr_eq(&h, &got));
	}
}

TEST(ospf, a_header_that_is_short_or_of_another_version_is_refused)
{
	struct ospf_hdr h;
	uint8_t b[OSPF_HLEN];

	for (size_t n = 0; n < OSPF_HLEN; n++) {
		uint8_t *exact = malloc(n ? n : 1);

		memset(exact, OSPF_VERSION, n);
		CHECK_EQ(ospf_hdr_parse(&h, exact, n), DROP_OSPF_SHORT);
		free(exact);
	}
	memcpy(b, bird_hello, sizeof(b));
	for (unsigned v = 0; v < 256; v++) {
		b[0] = (uint8_t)v;
		CHECK_EQ(ospf_hdr_parse(&h, b, 48), v == 2 ? DROP_NONE : DROP_OSPF_VERSION);
	}
}

TEST(ospf, a_type_that_is_unknown_is_refused_and_told)
{
	struct ospf_hdr h;
	uint8_t b[OSPF_HLEN];

	memcpy(b, bird_hello, sizeof(b));
	for (unsigned t = 0; t < 256; t++) {
		b[1] = (uint8_t)t;
		CHECK_EQ(ospf_hdr_parse(&h, b, 48), t >= 1 && t <= 5 ? DROP_NONE : DROP_OSPF_TYPE);
		CHECK_EQ(h.type, t);
	}
}

/* RFC 5613 2: behind the packet there may be more, which no length counts. */
TEST(ospf, the_length_lies_within_what_there_is)
{
	struct ospf_hdr h;

	CHECK_EQ(ospf_hdr_parse(&h, bird_hello, 47), DROP_OSPF_LENGTH);
	CHECK_EQ(ospf_hdr_parse(&h, bird_hello, 48), DROP_NONE);
	CHECK_EQ(ospf_hdr_parse(&h, bird_hello, 60), DROP_NONE);
	CHECK_EQ(h.len, 48);
	for (unsigned len = 0; len <= 48; len++) {
		uint8_t b[48];

		memcpy(b, bird_hello, sizeof(b));
		b[3] = (uint8_t)len;
		CHECK_EQ(ospf_hdr_parse(&h, b, 48), len < 24 ? DROP_OSPF_LENGTH : DROP_NONE);
	}
}

/* RFC 2328 D.4.3, RFC 5709 */
TEST(ospf, the_digest_is_behind_the_packet_and_all_there)
{
	struct ospf_hdr h;
	struct rd r;

	REQUIRE(ospf_hdr_parse(&h, frr_hello_md5, sizeof(frr_hello_md5)) == DROP_NONE);
	CHECK_EQ(h.autype, OSPF_AUTH_CRYPTO);
	CHECK_EQ(h.u.crypto.key_id, 3);
	CHECK_EQ(h.u.crypto.digest_len, 16);
	CHECK_EQ(h.u.crypto.seq, 0x6b02b002);
	CHECK(ospf_digest(&h, frr_hello_md5) == frr_hello_md5 + 48);
	r = ospf_body(&h, frr_hello_md5);
	CHECK_EQ(rd_left(&r), 24);
	CHECK_EQ(ospf_hdr_parse(&h, frr_hello_md5, sizeof(frr_hello_md5) - 1), DROP_OSPF_LENGTH);
}

/* --- the checksum ---------------------------------------------------------------------- */

TEST(ospf, the_checksums_of_other_routers_are_right)
{
	CHECK(ospf_csum_ok(bird_hello, sizeof(bird_hello)));
	CHECK(ospf_csum_ok(bird_dd, sizeof(bird_dd)));
	CHECK(ospf_csum_ok(frr_lsr, sizeof(frr_lsr)));
	CHECK(ospf_csum_ok(bird_lsu, sizeof(bird_lsu)));
	CHECK(ospf_csum_ok(frr_lsack, sizeof(frr_lsack)));
	CHECK_EQ(ospf_csum(bird_hello, sizeof(bird_hello)), 0xf6c1);
	CHECK_EQ(ospf_csum(bird_lsu, sizeof(bird_lsu)), 0x0633);
}

/* RFC 2328 D.4.2: all of the packet but the password. */
TEST(ospf, the_checksum_covers_all_but_the_password)
{
	uint8_t b[sizeof(bird_hello)];

	memcpy(b, bird_hello, sizeof(b));
	for (size_t i = 0; i < sizeof(b); i++) {
		b[i] ^= 0x10;
		CHECK_EQ(ospf_csum_ok(b, sizeof(b)), i >= 16 && i < 24);
		b[i] ^= 0x10;
	}
}

TEST(ospf, a_packet_is_finished_with_its_length_and_checksum)
{
	uint8_t b[sizeof(bird_lsu)];

	memcpy(b, bird_lsu, sizeof(b));
	b[2] = b[3] = b[12] = b[13] = 0xee;
	memcpy(b + 16, "password", 8);
	ospf_finish(b, sizeof(b));
	CHECK(memcmp(b, bird_lsu, 16) == 0);
	memcpy(b, frr_hello_md5, 48);
	b[2] = b[3] = b[12] = b[13] = 0xee;
	ospf_finish(b, 48);
	CHECK_MEM(b, frr_hello_md5, 48);
}

/* --- bodies ---------------------------------------------------------------------------- */

/* The body of a packet from another router. */
static struct rd body_of(const uint8_t *p, size_t n, uint8_t type)
{
	struct ospf_hdr h = { 0 };

	CHECK_EQ(ospf_hdr_parse(&h, p, n), DROP_NONE);
	CHECK_EQ(h.type, type);
	return ospf_body(&h, p);
}

TEST(ospf, a_hello_says_what_it_said)
{
	struct rd r = body_of(frr_hello_md5, sizeof(frr_hello_md5), OSPF_HELLO);
	struct ospf_hello h;
	ip4_t id;

	REQUIRE(ospf_hello_parse(&h, &r));
	CHECK_EQ(h.mask, IP4(255, 255, 255, 0));
	CHECK_EQ(h.hello_interval, 1);
	CHECK_EQ(h.options, OSPF_OPT_E);
	CHECK_EQ(h.priority, 1);
	CHECK_EQ(h.dead_interval, 4);
	CHECK_EQ(h.dr, IP4(10, 0, 0, 2));
	CHECK_EQ(h.bdr, IP4(10, 0, 0, 1));
	CHECK(ospf_id_parse(&id, &r) && id == YOU);
	CHECK(!ospf_id_parse(&id, &r));
}

TEST(ospf, a_database_description_says_what_it_said)
{
	struct rd r = body_of(bird_dd, sizeof(bird_dd), OSPF_DD);
	struct ospf_lsa_hdr h = { 0 };
	struct ospf_dd dd;
	unsigned n = 0;

	REQUIRE(ospf_dd_parse(&dd, &r));
	CHECK_EQ(dd.mtu, 1500);
	CHECK_EQ(dd.options, OSPF_OPT_E | OSPF_OPT_O);
	CHECK_EQ(dd.flags, OSPF_DD_MS);
	CHECK_EQ(dd.seq, 0xaf2e64e6);
	while (ospf_lsa_hdr_parse(&h, &r))
		n++;
	CHECK_EQ(n, 4);
	CHECK_EQ(h.type, OSPF_LSA_SUMMARY);
	CHECK_EQ(h.id, IP4(10, 8, 0, 1));
	CHECK_EQ(h.adv, YOU);
	CHECK(ospf_seq_eq(h.seq, OSPF_SEQ_INITIAL));
	CHECK_EQ(h.csum, 0x7e83);
	CHECK_EQ(h.len, 28);
}

TEST(ospf, a_request_says_what_it_said)
{
	struct rd r = body_of(frr_lsr, sizeof(frr_lsr), OSPF_LSR);
	struct ospf_lsr_item it, last = { 0 };
	unsigned n = 0;

	REQUIRE(ospf_lsr_parse(&r));
	for (; ospf_lsr_item_parse(&it, &r); n++)
		last = it;
	CHECK_EQ(n, 4);
	CHECK_EQ(last.type, OSPF_LSA_EXTERNAL);
	CHECK_EQ(last.id, IP4(192, 168, 77, 0));
	CHECK_EQ(last.adv, YOU);
}

TEST(ospf, an_update_holds_as_many_lsas_as_it_says)
{
	struct rd r = body_of(bird_lsu, sizeof(bird_lsu), OSPF_LSU);
	static const uint8_t types[] = { 1, 3, 5, 5 };
	struct ospf_lsa_hdr h;
	uint32_t n;

	REQUIRE(ospf_lsu_parse(&n, &r) && n == 4);
	for (unsigned i = 0; i < n; i++) {
		const uint8_t *p = ospf_lsa_take(&h, &r);

		REQUIRE(p);
		CHECK_EQ(h.type, types[i]);
		CHECK(ospf_lsa_valid(p, h.len));
	}
	CHECK_EQ(rd_left(&r), 0);
	CHECK(!ospf_lsa_take(&h, &r));
}

TEST(ospf, an_acknowledgment_is_a_list_of_headers)
{
	struct rd r = body_of(frr_lsack, sizeof(frr_lsack), OSPF_LSACK);
	struct ospf_lsa_hdr h;
	unsigned n = 0;

	REQUIRE(ospf_lsack_parse(&r));
	while (ospf_lsa_hdr_parse(&h, &r))
		n++;
	CHECK_EQ(n, 4);
}

TEST(ospf, a_packet_that_is_written_is_the_one_that_was_read)
{
	struct ospf_hdr h = { .type = OSPF_LSU, .router_id = YOU };
	struct rd r = body_of(bird_lsu, sizeof(bird_lsu), OSPF_LSU);
	uint8_t b[sizeof(bird_lsu)];
	struct wr w = wr_init(b, sizeof(b));
	struct ospf_lsa_hdr lsa;
	uint32_t n, k = 0;

	ospf_hdr_emit(&h, &w);
	ospf_lsu_emit(0, &w);
	REQUIRE(ospf_lsu_parse(&n, &r));
	for (const uint8_t *p; (p = ospf_lsa_take(&lsa, &r)); k++)
		wr_bytes(&w, p, lsa.len);
	REQUIRE(wr_ok(&w));
	ospf_lsu_put_n(b, k);
	ospf_finish(b, wr_len(&w));
	CHECK_EQ(wr_len(&w), sizeof(bird_lsu));
	CHECK_MEM(b, bird_lsu, sizeof(b));
}

/* --- bodies of any content --------------------------------------------------------------- */

TEST(ospf, a_hello_that_is_emitted_parses_to_the_same)
{
	struct rng r;

	rng_init(&r, 2, "ospf hello");
	for (int i = 0; i < 5000; i++) {
		struct ospf_hello h = {
			.mask = rng_u32(&r), .hello_interval = (uint16_t)rng_u32(&r),
			.options = (uint8_t)rng_u32(&r), .priority = (uint8_t)rng_u32(&r),
			.dead_interval = rng_u32(&r), .dr = rng_u32(&r), .bdr = rng_u32(&r),
		}, got;
		ip4_t ids[10], id;
		unsigned n = rng_below(&r, 11), k = 0;
		uint8_t b[OSPF_HELLO_LEN + sizeof(ids)];
		struct wr w = wr_init(b, sizeof(b));
		struct rd rd;

		ospf_hello_emit(&h, &w);
		for (unsigned j = 0; j < n; j++)
			ospf_id_emit(ids[j] = rng_u32(&r), &w);
		REQUIRE(wr_ok(&w));
		rd = rd_init(b, wr_len(&w));
		REQUIRE(ospf_hello_parse(&got, &rd));
		REQUIRE(got.mask == h.mask && got.hello_interval == h.hello_interval &&
			got.options == h.options && got.priority == h.priority &&
			got.dead_interval == h.dead_interval && got.dr == h.dr && got.bdr == h.bdr);
		for (; ospf_id_parse(&id, &rd); k++)
			REQUIRE(k < n && id == ids[k]);
		REQUIRE(k == n);
	}
}

TEST(ospf, what_describes_and_requests_parses_to_the_same)
{
	struct rng r;

	rng_init(&r, 3, "ospf dd");
	for (int i = 0; i < 5000; i++) {
		struct ospf_dd dd = { (uint16_t)rng_u32(&r), (uint8_t)rng_u32(&r),
				      (uint8_t)rng_u32(&r), rng_u32(&r) }, dd2;
		struct ospf_lsr_item it = { rng_u32(&r), rng_u32(&r), rng_u32(&r) }, it2;
		uint8_t b[OSPF_DD_LEN + OSPF_LSR_ITEM_LEN];
		struct wr w = wr_init(b, sizeof(b));
		struct rd rd = rd_init(b, OSPF_DD_LEN);

		ospf_dd_emit(&dd, &w);
		ospf_lsr_item_emit(&it, &w);
		REQUIRE(wr_ok(&w) && wr_len(&w) == sizeof(b));
		REQUIRE(ospf_dd_parse(&dd2, &rd) && dd2.mtu == dd.mtu && dd2.seq == dd.seq &&
			dd2.options == dd.options && dd2.flags == dd.flags);
		rd = rd_init(b + OSPF_DD_LEN, OSPF_LSR_ITEM_LEN);
		REQUIRE(ospf_lsr_item_parse(&it2, &rd) && it2.type == it.type &&
			it2.id == it.id && it2.adv == it.adv);
	}
}

/* Whether a body of n bytes may be one of this type. */
static bool body_parses(uint8_t type, size_t n)
{
	static const uint8_t zero[200];
	struct rd r = rd_init(zero, n);
	struct ospf_hello h;
	struct ospf_dd dd;
	uint32_t lsas;

	switch (type) {
	case OSPF_HELLO:
		return ospf_hello_parse(&h, &r);
	case OSPF_DD:
		return ospf_dd_parse(&dd, &r);
	case OSPF_LSR:
		return ospf_lsr_parse(&r);
	case OSPF_LSU:
		return ospf_lsu_parse(&lsas, &r);
	}
	return ospf_lsack_parse(&r);
}

TEST(ospf, a_list_that_ends_inside_an_item_is_refused)
{
	for (size_t n = 0; n < 200; n++) {
		CHECK_EQ(body_parses(OSPF_HELLO, n), n >= 20 && n % 4 == 0);
		CHECK_EQ(body_parses(OSPF_DD, n), n >= 8 && (n - 8) % 20 == 0);
		CHECK_EQ(body_parses(OSPF_LSR, n), n % 12 == 0);
		CHECK_EQ(body_parses(OSPF_LSU, n), n >= 4);
		CHECK_EQ(body_parses(OSPF_LSACK, n), n % 20 == 0);
	}
}

TEST(ospf, an_update_that_counts_more_lsas_than_could_be_there_is_refused)
{
	uint8_t b[4 + 40] = { 0 };
	uint32_t n;

	for (uint32_t claim = 0; claim < 4; claim++) {
		struct rd r = rd_init(b, sizeof(b));

		b[3] = (uint8_t)claim;
		CHECK_EQ(ospf_lsu_parse(&n, &r), claim <= 2);
	}
	b[0] = 0x80;
	CHECK(!ospf_lsu_parse(&n, &(struct rd){ .p = b, .end = b + sizeof(b) }));
}

/* RFC 2328 A.3.5 lists LSAs whole: shorter than a header, longer than what is left. */
TEST(ospf, an_lsa_of_an_impossible_length_ends_the_update)
{
	uint8_t b[48] = { 0 };
	struct ospf_lsa_hdr h;

	for (unsigned len = 0; len < 60; len++) {
		struct rd r = rd_init(b, sizeof(b));

		b[19] = (uint8_t)len;
		CHECK_EQ(ospf_lsa_take(&h, &r) != NULL, len >= 20 && len <= 48);
		CHECK_EQ(rd_ok(&r), len >= 20 && len <= 48);
	}
}

TEST(ospf, what_does_not_fit_is_not_written)
{
	uint8_t b[OSPF_HLEN + OSPF_HELLO_LEN];
	struct ospf_hdr h = { .type = OSPF_HELLO, .router_id = ME };
	struct ospf_hello hello = { .mask = ip4_mask(24) };

	for (size_t n = 0; n < sizeof(b); n++) {
		uint8_t *exact = malloc(n ? n : 1);
		struct wr w = wr_init(exact, n);

		ospf_hdr_emit(&h, &w);
		ospf_hello_emit(&hello, &w);
		CHECK(!wr_ok(&w));
		free(exact);
	}
}

/* --- any bytes --------------------------------------------------------------------------- */

/* Reads all that a packet may hold; the items it found. */
static unsigned read_all(const struct ospf_hdr *h, const uint8_t *p)
{
	struct rd r = ospf_body(h, p);
	struct ospf_lsr_item it;
	struct ospf_hello hello;
	struct ospf_lsa_hdr lsa;
	struct ospf_dd dd;
	unsigned n = 0;
	uint32_t count;
	ip4_t id;

	if (h->type == OSPF_HELLO && ospf_hello_parse(&hello, &r))
		while (ospf_id_parse(&id, &r))
			n++;
	else if (h->type == OSPF_LSR && ospf_lsr_parse(&r))
		while (ospf_lsr_item_parse(&it, &r))
			n++;
	else if (h->type == OSPF_LSU && ospf_lsu_parse(&count, &r))
		for (const uint8_t *b; n < count && (b = ospf_lsa_take(&lsa, &r)); n++)
			(void)ospf_lsa_check(b, lsa.len);
	else if ((h->type == OSPF_DD && ospf_dd_parse(&dd, &r)) ||
		 (h->type == OSPF_LSACK && ospf_lsack_parse(&r)))
		while (ospf_lsa_hdr_parse(&lsa, &r))
			n++;
	return n;
}

TEST(ospf, any_bytes_are_never_read_past_their_end)
{
	unsigned parsed = 0, items = 0;
	struct rng r;

	rng_init(&r, 4, "ospf fuzz");
	for (int i = 0; i < 100000; i++) {
		size_t n = rng_below(&r, 160);
		uint8_t *exact = malloc(n ? n : 1);
		struct ospf_hdr h;

		for (size_t k = 0; k < n; k++)
			exact[k] = (uint8_t)(rng_below(&r, 3) ? rng_below(&r, 4) : rng_u32(&r));
		if (n >= OSPF_HLEN) {
			exact[0] = OSPF_VERSION;
			exact[1] = (uint8_t)(1 + rng_below(&r, 5));
			put_be16(exact + 2, (uint16_t)(n - rng_below(&r, 2)));
		}
		if (ospf_hdr_parse(&h, exact, n) == DROP_NONE) {
			REQUIRE(h.len <= n);
			parsed++;
			items += read_all(&h, exact);
		}
		free(exact);
	}
	CHECK(parsed > 10000 && items > 10000);
}
