// SPDX-License-Identifier: GPL-3.0-or-later
/* The wanted lines are what tcpdump 4.99 -v printed for the same packets, its
 * lines joined by commas and LSAs' bodies left out. */
#include "stack/wire/ospf.h"

#include <stdlib.h>

#include "stack/util/rng.h"
#include "tests/unit/test.h"
#include "tests/unit/wire/ospf_captured.h"

#define ME IP4(1, 1, 1, 1)
#define YOU IP4(2, 2, 2, 2)
#define NO_AUTH ", Authentication Type: none (0)"
#define FIRST_SEQ ", seq 0x80000001, age "

static const uint8_t lsa_types[] = { 1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 255 };

/* Of a packet of len bytes, of which n are there, in memory of that size. */
static void check_cut(const uint8_t *p, size_t n, size_t len, const char *want)
{
	uint8_t *exact = malloc(n ? n : 1);
	struct buf out = { 0 };

	memcpy(exact, p, n);
	ospf_show(exact, n, len, &out);
	if (want)
		CHECK_STR(out.s, want);
	CHECK(out.s && !strchr(out.s, '\n') && strlen(out.s) == out.len);
	buf_free(&out);
	free(exact);
}

static void check_shown(const uint8_t *p, size_t n, const char *want)
{
	check_cut(p, n, n, want);
}

struct packet { uint8_t b[400]; size_t n; };

static struct wr begin(struct packet *p, uint8_t type, uint16_t autype, ip4_t area)
{
	struct ospf_hdr h = { .type = type, .router_id = ME, .area = area, .autype = autype };
	struct wr w = wr_init(p->b, sizeof(p->b));

	if (autype == OSPF_AUTH_SIMPLE)
		memcpy(h.u.auth, "se\ncret", 8);
	ospf_hdr_emit(&h, &w);
	return w;
}

static void finish(struct packet *p, const struct wr *w)
{
	CHECK(wr_ok(w));
	p->n = wr_len(w);
	ospf_finish(p->b, p->n);
}

TEST(ospf_show, hellos_of_other_routers)
{
	check_shown(bird_hello, sizeof(bird_hello),
		    "OSPFv2, Hello, length 48, Router-ID 2.2.2.2, Backbone Area" NO_AUTH
		    ", Options [External], Hello Timer 1s, Dead Timer 4s, Mask 255.255.255.0"
		    ", Priority 1, Neighbor List: 1.1.1.1");
	check_shown(frr_hello_md5, sizeof(frr_hello_md5),
		    "OSPFv2, Hello, length 48, Router-ID 1.1.1.1, Backbone Area"
		    ", Authentication Type: MD5 (2), Key-ID: 3, Auth-Length: 16"
		    ", Crypto Sequence Number: 0x6b02b002"
		    ", Options [External], Hello Timer 1s, Dead Timer 4s, Mask 255.255.255.0"
		    ", Priority 1, Designated Router 10.0.0.2, Backup Designated Router 10.0.0.1"
		    ", Neighbor List: 2.2.2.2");
}

TEST(ospf_show, a_request_and_an_update)
{
	check_shown(frr_lsr, sizeof(frr_lsr),
		    "OSPFv2, LS-Request, length 72, Router-ID 1.1.1.1, Backbone Area" NO_AUTH
		    ", Advertising Router: 2.2.2.2, Router LSA (1), LSA-ID: 2.2.2.2"
		    ", Advertising Router: 2.2.2.2, Summary LSA (3), LSA-ID: 10.8.0.1"
		    ", Advertising Router: 2.2.2.2, External LSA (5), LSA-ID: 172.16.0.0"
		    ", Advertising Router: 2.2.2.2, External LSA (5), LSA-ID: 192.168.77.0");
	check_shown(bird_lsu_network, sizeof(bird_lsu_network),
		    "OSPFv2, LS-Update, length 60, Router-ID 2.2.2.2, Backbone Area" NO_AUTH
		    ", 1 LSA, LSA #1, Advertising Router 2.2.2.2" FIRST_SEQ "1s, length 12"
		    ", Network LSA (2), LSA-ID: 10.0.0.2, Options: [External, Opaque]");
}

TEST(ospf_show, a_database_description)
{
	struct ospf_dd dd = { 1500, OSPF_OPT_E | OSPF_OPT_O, 7, 0x12345 };
	struct packet p;
	struct wr w = begin(&p, OSPF_DD, OSPF_AUTH_NULL, 0);

	ospf_dd_emit(&dd, &w);
	finish(&p, &w);
	check_shown(p.b, p.n, "OSPFv2, Database Description, length 32, Router-ID 1.1.1.1"
		    ", Backbone Area" NO_AUTH ", Options [External, Opaque]"
		    ", DD Flags [Init, More, Master], MTU: 1500, Sequence: 0x00012345");
	p.b[OSPF_HLEN + 3] = 0;
	check_shown(p.b, p.n, "OSPFv2, Database Description, length 32, Router-ID 1.1.1.1"
		    ", Backbone Area" NO_AUTH ", Options [External, Opaque]"
		    ", DD Flags [none], MTU: 1500, Sequence: 0x00012345");
}

/* An LLS block, which the length does not count; a password that is no text. */
TEST(ospf_show, what_is_behind_the_packet_is_counted_and_a_password_stays_on_its_line)
{
	struct ospf_hello h = { ip4_mask(24), 10, OSPF_OPT_NP | OSPF_OPT_L, 1, 40, 0, 0 };
	struct packet p;
	struct wr w = begin(&p, OSPF_HELLO, OSPF_AUTH_SIMPLE, 5);

	ospf_hello_emit(&h, &w);
	finish(&p, &w);
	memset(p.b + p.n, 0, 12);
	check_shown(p.b, p.n + 12,
		    "OSPFv2, Hello, length 56 [len 44], Router-ID 1.1.1.1, Area 0.0.0.5"
		    ", Authentication Type: simple (1), Simple text password: se?cret"
		    ", Options [NSSA, LLS], Hello Timer 10s, Dead Timer 40s"
		    ", Mask 255.255.255.0, Priority 1");
}

TEST(ospf_show, every_type_of_lsa)
{
	static const char *const want[] = {
		"Router LSA (1), LSA-ID: 4.0.0.7", "Network LSA (2), LSA-ID: 4.0.0.7",
		"Summary LSA (3), LSA-ID: 4.0.0.7", "ASBR Summary LSA (4), LSA-ID: 4.0.0.7",
		"External LSA (5), LSA-ID: 4.0.0.7", "Multicast Group LSA (6), LSA-ID: 4.0.0.7",
		"NSSA LSA (7), LSA-ID: 4.0.0.7",
		"Link Local Opaque LSA (9), Opaque-Type Router Information LSA (4), Opaque-ID 7",
		"Area Local Opaque LSA (10), Opaque-Type Router Information LSA (4), Opaque-ID 7",
		"Domain Wide Opaque LSA (11), Opaque-Type Router Information LSA (4), Opaque-ID 7",
		"unknown LSA (12), LSA-ID: 4.0.0.7", "unknown LSA (255), LSA-ID: 4.0.0.7",
	};

	for (size_t i = 0; i < sizeof(lsa_types); i++) {
		struct ospf_lsa_hdr h = {
			.age = 5, .options = OSPF_OPT_E | OSPF_OPT_DC, .type = lsa_types[i],
			.id = IP4(4, 0, 0, 7), .adv = YOU, .seq = OSPF_SEQ_INITIAL, .len = 36,
		};
		struct buf line = { 0 };
		struct packet p;
		struct wr w = begin(&p, OSPF_LSACK, OSPF_AUTH_NULL, 0);

		ospf_lsa_hdr_emit(&h, &w);
		finish(&p, &w);
		buf_printf(&line, "OSPFv2, LS-Ack, length 44, Router-ID 1.1.1.1"
			   ", Backbone Area" NO_AUTH ", Advertising Router 2.2.2.2" FIRST_SEQ
			   "5s, length 16, %s, Options: [External, Demand Circuit]", want[i]);
		check_shown(p.b, p.n, line.s);
		buf_free(&line);
	}
}

TEST(ospf_show, options)
{
	struct buf out = { 0 };

	ospf_options_show(0, &out);
	CHECK_STR(out.s, "none");
	buf_reset(&out);
	ospf_options_show(0xff, &out);
	CHECK_STR(out.s, "MultiTopology, External, Multicast, NSSA, LLS, Demand Circuit, Opaque"
		  ", Up/Down");
	buf_free(&out);
}

TEST(ospf_show, names)
{
	CHECK_STR(ospf_type_name(OSPF_LSACK), "LS-Ack");
	CHECK_STR(ospf_type_name(0), "unknown");
	CHECK_STR(ospf_type_name(6), "unknown");
	CHECK_STR(ospf_lsa_type_name(OSPF_LSA_NSSA), "NSSA");
	CHECK_STR(ospf_lsa_type_name(0), "unknown");
	CHECK_STR(ospf_lsa_type_name(8), "unknown");
}

TEST(ospf_show, headers_that_cannot_be)
{
	uint8_t b[48];

	memcpy(b, bird_hello, sizeof(b));
	b[0] = 3;
	check_shown(b, sizeof(b), "OSPFv3, length 48");
	b[0] = 2, b[1] = 9;
	check_shown(b, sizeof(b), "OSPFv2, unknown LS-type 9, length 48");
	b[1] = 1, b[3] = 16, b[15] = 9;
	check_shown(b, sizeof(b), "OSPFv2, Hello, length 48 [len 16], Router-ID 2.2.2.2"
		    ", Backbone Area, Authentication Type: unknown (9)");
}

TEST(ospf_show, what_is_cut_short_is_marked)
{
	check_cut(bird_hello, 23, 48, "OSPF, length 48 [|ospf2]");
	check_cut(bird_hello, 0, 0, "OSPF, length 0 [|ospf2]");
	check_cut(bird_hello, 43, 48,
		  "OSPFv2, Hello, length 48, Router-ID 2.2.2.2, Backbone Area" NO_AUTH " [|ospf2]");
	check_cut(bird_hello, 47, 48, "OSPFv2, Hello, length 48, Router-ID 2.2.2.2, Backbone Area"
		  NO_AUTH ", Options [External], Hello Timer 1s, Dead Timer 4s"
		  ", Mask 255.255.255.0, Priority 1, Neighbor List: [|ospf2]");
	check_cut(bird_lsu, 40, sizeof(bird_lsu),
		  "OSPFv2, LS-Update, length 176, Router-ID 2.2.2.2, Backbone Area" NO_AUTH
		  ", 4 LSAs [|ospf2]");
	for (size_t n = 0; n < sizeof(bird_lsu); n++)
		check_cut(bird_lsu, n, sizeof(bird_lsu), NULL);
	for (size_t n = 0; n < sizeof(bird_dd); n++)
		check_cut(bird_dd, n, sizeof(bird_dd), NULL);
	for (size_t n = 0; n < sizeof(frr_hello_md5); n++)
		check_cut(frr_hello_md5, n, sizeof(frr_hello_md5), NULL);
}

TEST(ospf_show, any_bytes_make_one_line)
{
	struct rng r;

	rng_init(&r, 1, "ospf show");
	for (int i = 0; i < 20000; i++) {
		uint8_t b[120];
		size_t n = rng_below(&r, sizeof(b) + 1);

		for (size_t k = 0; k < n; k++)
			b[k] = (uint8_t)(rng_below(&r, 3) ? rng_below(&r, 4) : rng_u32(&r));
		b[0] = OSPF_VERSION, b[1] = (uint8_t)(1 + rng_below(&r, 5));
		check_cut(b, n, n + rng_below(&r, 2) * 7, NULL);
	}
}
