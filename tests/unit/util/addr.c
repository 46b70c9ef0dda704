// SPDX-License-Identifier: GPL-3.0-or-later
#include "stack/util/addr.h"

#include "stack/util/rng.h"
#include "tests/unit/test.h"

TEST(addr, a_dotted_quad_is_an_address)
{
	ip4_t a = 0;

	CHECK(ip4_parse(&a, "10.100.3.255"));
	CHECK_EQ(a, IP4(10, 100, 3, 255));
	CHECK(ip4_parse(&a, "0.0.0.0"));
	CHECK_EQ(a, IP4_ANY);
	CHECK(ip4_parse(&a, "255.255.255.255"));
	CHECK_EQ(a, IP4_BROADCAST);
}

TEST(addr, anything_else_is_not_and_leaves_the_result_alone)
{
	static const char *const bad[] = {
		"", "1", "1.2.3", "1.2.3.4.5", "1.2.3.", ".1.2.3", "1..2.3", "256.0.0.1",
		"1.2.3.4 ", " 1.2.3.4", "01.2.3.4", "1.2.3.00", "1.2.3.0x4", "1.2.3.-4", "+1.2.3.4",
		"1.2.3.4/24", "a.b.c.d", "1.2.3.99999999999", "4294967296.1.1.1", "1,2,3,4",
	};
	ip4_t a = 42;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (ip4_parse(&a, bad[i]))
			CHECK_STR(bad[i], "refused");
	CHECK_EQ(a, 42);
}

TEST(addr, a_prefix_has_a_length_up_to_32)
{
	struct prefix p;

	CHECK(prefix_parse(&p, "10.0.0.1/24"));
	CHECK_EQ(p.len, 24);
	CHECK_EQ(p.addr.family, ADDR_IP4);
	CHECK_EQ(p.addr.v4, IP4(10, 0, 0, 1));    /* host bits are kept */
	CHECK(prefix_parse(&p, "0.0.0.0/0"));
	CHECK_EQ(p.len, 0);
	CHECK(prefix_parse(&p, "10.0.0.1/32"));
	CHECK_EQ(p.len, 32);
	CHECK(prefix_parse(&p, "10.0.0.9"));
	CHECK_EQ(p.len, 32);
}

TEST(addr, a_bad_prefix_leaves_the_result_alone)
{
	static const char *const bad[] = {
		"10.0.0.0/", "10.0.0.0/33", "10.0.0.0/08", "10.0.0.0/8 ", "10.0.0.0//8",
		"10.0.0/8", "/8", "10.0.0.0/-1", "10.0.0.0/24x", "10.0.0.0/4294967300",
	};
	struct prefix p = { .len = 99 };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (prefix_parse(&p, bad[i]))
			CHECK_STR(bad[i], "refused");
	CHECK_EQ(p.len, 99);
}

TEST(addr, a_mac_has_either_separator_and_either_case)
{
	static const struct mac want = { { 0x02, 0xab, 0x00, 0xcd, 0xef, 0x9f } };
	struct mac m;

	CHECK(mac_parse(&m, "02:ab:00:cd:ef:9f"));
	CHECK(mac_eq(m, want));
	CHECK(mac_parse(&m, "02-AB-00-CD-EF-9F"));
	CHECK(mac_eq(m, want));
}

TEST(addr, a_bad_mac_leaves_the_result_alone)
{
	static const char *const bad[] = {
		"", "02", "02:ab:00:cd:ef", "02:ab:00:cd:ef:9", "02:ab:00:cd:ef:9f:",
		"2:ab:0:cd:ef:9f", "02:ab:00:cd:ef:9f:00", "02:ab-00:cd:ef:9f", "02ab00cdef9f",
		"02:ab:00:cd:ef:9g", "02.ab.00.cd.ef.9f", " 02:ab:00:cd:ef:9f", "02:ab:00:cd:ef:",
	};
	struct mac m = mac_broadcast;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (mac_parse(&m, bad[i]))
			CHECK_STR(bad[i], "refused");
	CHECK(mac_eq(m, mac_broadcast));
}

TEST(addr, values_become_text_and_the_same_value_again)
{
	char text[PREFIX_STRLEN], mtext[MAC_STRLEN];
	struct rng r;

	rng_init(&r, 1, "text");
	for (int i = 0; i < 20000; i++) {
		struct prefix p = { .addr = addr_ip4(rng_u32(&r)),
				    .len = (uint8_t)rng_below(&r, 33) }, p2;
		struct mac m, m2;
		struct addr a;

		for (int k = 0; k < 6; k++)
			m.b[k] = (uint8_t)rng_u32(&r);
		REQUIRE(prefix_parse(&p2, prefix_fmt(&p, text)) && prefix_eq(&p, &p2));
		REQUIRE(addr_parse(&a, addr_fmt(&p.addr, text)) && addr_eq(&a, &p.addr));
		REQUIRE(mac_parse(&m2, mac_fmt(m, mtext)) && mac_eq(m, m2));
	}
	CHECK_STR(ip4_fmt(IP4(192, 0, 2, 10), text), "192.0.2.10");
	CHECK_STR(mac_fmt(mac_broadcast, mtext), "ff:ff:ff:ff:ff:ff");
}

TEST(addr, a_mask_of_every_length)
{
	CHECK_EQ(ip4_mask(0), 0);
	CHECK_EQ(ip4_mask(1), 0x80000000);
	CHECK_EQ(ip4_mask(24), 0xffffff00);
	CHECK_EQ(ip4_mask(32), 0xffffffff);
}

static struct addr addr6(const char *bytes)
{
	struct addr a = { .family = ADDR_IP6 };

	memcpy(a.v6, bytes, 16);
	return a;
}

TEST(addr, a_prefix_has_the_addresses_of_its_family_that_share_its_bits)
{
	struct prefix p = { .addr = addr_ip4(IP4(10, 1, 2, 3)), .len = 20 }, all = { .len = 0 };
	struct addr in = addr_ip4(IP4(10, 1, 15, 255)), out = addr_ip4(IP4(10, 1, 16, 0));
	struct addr six = addr6("\x20\x01\x0d\xb8\xff\0\0\0\0\0\0\0\0\0\0\1");
	struct addr near6 = addr6("\x20\x01\x0d\xb8\xf0\0\0\0\0\0\0\0\0\0\0\2");
	struct prefix p6 = { .addr = six, .len = 36 };

	CHECK(prefix_has(&p, &in));
	CHECK(!prefix_has(&p, &out));
	CHECK(!prefix_has(&p, &six));
	all.addr = addr_ip4(0);
	CHECK(prefix_has(&all, &out));
	CHECK(prefix_has(&p6, &near6));
	p6.len = 37;
	CHECK(!prefix_has(&p6, &near6));
	p6.len = 128;
	CHECK(prefix_has(&p6, &six));
}

TEST(addr, equality_is_of_the_whole_value)
{
	struct addr none = { 0 }, four = addr_ip4(0), five = addr_ip4(5);
	struct prefix a = { .addr = five, .len = 24 }, b = { .addr = five, .len = 25 };

	CHECK(addr_eq(&none, &none));
	CHECK(!addr_eq(&none, &four));
	CHECK(!addr_eq(&four, &five));
	CHECK(!prefix_eq(&a, &b));
	b.len = 24;
	CHECK(prefix_eq(&a, &b));
}

TEST(addr, ipv6_text_is_canonical)
{
	static const struct { const char *bytes, *text; } rows[] = {
		{ "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", "::" },
		{ "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1", "::1" },
		{ "\xfe\x80\0\0\0\0\0\0\0\0\0\0\0\0\0\0", "fe80::" },
		{ "\x20\x01\x0d\xb8\0\0\0\1\0\0\0\0\0\0\0\1", "2001:db8:0:1::1" },
		{ "\x20\x01\x0d\xb8\0\0\0\0\0\1\0\0\0\0\0\1", "2001:db8::1:0:0:1" },
		{ "\x20\x01\x0d\xb8\0\0\0\1\0\1\0\1\0\1\0\1", "2001:db8:0:1:1:1:1:1" },
		{ "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff",
		  "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff" },
	};
	char text[PREFIX_STRLEN];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {     /* RFC 5952 4 */
		struct prefix p = { .addr = addr6(rows[i].bytes), .len = 128 };

		CHECK_STR(addr_fmt(&p.addr, text), rows[i].text);
		prefix_fmt(&p, text);
		CHECK_STR(text + strlen(text) - 4, "/128");
	}
}
