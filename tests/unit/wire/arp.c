// SPDX-License-Identifier: GPL-3.0-or-later
#include "stack/wire/arp.h"

#include <stdlib.h>

#include "stack/util/rng.h"
#include "tests/unit/test.h"

/* who-has 10.0.1.1 tell 10.0.1.10 */
static const uint8_t request[ARP_LEN] = {
	0, 1, 8, 0, 6, 4, 0, 1,
	2, 0, 0, 0, 0, 10, 10, 0, 1, 10,
	0, 0, 0, 0, 0, 0, 10, 0, 1, 1,
};

static bool parse(struct arp *a, const uint8_t *p, size_t n)
{
	struct rd r = rd_init(p, n);

	return arp_parse(a, &r);
}

static char *show(const struct arp *a)
{
	struct buf b = { 0 };

	arp_show(a, &b);
	return buf_take(&b);
}

static void check_shown(const struct arp *a, const char *want)
{
	char *got = show(a);

	CHECK_STR(got, want);
	free(got);
}

TEST(arp, a_request_reads_as_its_fields)
{
	struct arp a;

	REQUIRE(parse(&a, request, sizeof(request)));
	CHECK_EQ(a.op, ARP_REQUEST);
	CHECK_EQ(a.spa, IP4(10, 0, 1, 10));
	CHECK_EQ(a.tpa, IP4(10, 0, 1, 1));
	CHECK_EQ(a.sha.b[5], 10);
	CHECK(mac_eq(a.tha, mac_zero));
}

TEST(arp, padding_behind_it_is_fine_and_a_missing_byte_is_not)
{
	uint8_t padded[46] = { 0 };
	struct arp a;

	memcpy(padded, request, sizeof(request));
	CHECK(parse(&a, padded, sizeof(padded)));
	for (size_t n = 0; n < ARP_LEN; n++) {
		uint8_t *exact = malloc(n ? n : 1);

		memcpy(exact, request, n);
		CHECK(!parse(&a, exact, n));
		free(exact);
	}
}

TEST(arp, only_ipv4_over_ethernet_is_accepted)
{
	static const uint8_t at[] = { 0, 1, 2, 3, 4, 5 };
	struct arp a;

	for (size_t i = 0; i < sizeof(at); i++) {
		uint8_t b[ARP_LEN];

		memcpy(b, request, sizeof(b));
		b[at[i]] ^= 2;
		CHECK(!parse(&a, b, sizeof(b)));
	}
}

TEST(arp, what_is_emitted_parses_to_the_same)
{
	struct rng r;

	rng_init(&r, 1, "arp");
	for (int i = 0; i < 2000; i++) {
		uint8_t b[ARP_LEN];
		struct wr w = wr_init(b, sizeof(b));
		struct arp a = { .op = (uint16_t)rng_u32(&r), .spa = rng_u32(&r),
				 .tpa = rng_u32(&r) }, got;

		for (int k = 0; k < 6; k++) {
			a.sha.b[k] = (uint8_t)rng_u32(&r);
			a.tha.b[k] = (uint8_t)rng_u32(&r);
		}
		arp_emit(&a, &w);
		REQUIRE(wr_ok(&w) && wr_len(&w) == ARP_LEN && parse(&got, b, sizeof(b)));
		REQUIRE(got.op == a.op && got.spa == a.spa && got.tpa == a.tpa);
		REQUIRE(mac_eq(got.sha, a.sha) && mac_eq(got.tha, a.tha));
	}
}

TEST(arp, it_shows_in_the_words_of_tcpdump)
{
	struct arp a;

	REQUIRE(parse(&a, request, sizeof(request)));
	check_shown(&a, "Request who-has 10.0.1.1 tell 10.0.1.10");
	a.tha = (struct mac){ { 2, 0, 0, 0, 0, 1 } };
	check_shown(&a, "Request who-has 10.0.1.1 (02:00:00:00:00:01) tell 10.0.1.10");
	a.op = ARP_REPLY;
	check_shown(&a, "Reply 10.0.1.10 is-at 02:00:00:00:00:0a");
	a.op = 9;
	check_shown(&a, "op 9 from 10.0.1.10");
}
