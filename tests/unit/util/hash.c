// SPDX-License-Identifier: GPL-3.0-or-later
#include "stack/util/hash.h"

#include "stack/util/addr.h"
#include "tests/unit/test.h"

TEST(hash, fnv_gives_its_published_values)
{
	CHECK_EQ(hash_fnv64(HASH_FNV64_BASIS, "", 0), 0xcbf29ce484222325u);
	CHECK_EQ(hash_fnv64(HASH_FNV64_BASIS, "a", 1), 0xaf63dc4c8601ec8cu);
	CHECK_EQ(hash_fnv64(HASH_FNV64_BASIS, "foobar", 6), 0x85944171f73967e8u);
}

/* Puts 4096 keys in 4096 buckets and returns the fullest one. */
static int fullest(uint32_t (*of)(uint32_t key))
{
	static int n[4096];
	int most = 0;

	memset(n, 0, sizeof(n));
	for (uint32_t i = 0; i < 4096; i++) {
		int in = ++n[of(i) & 4095];

		most = in > most ? in : most;
	}
	return most;
}

static uint32_t by_address(uint32_t i) { return hash_u32(IP4(10, 0, 0, 0) + i); }
static uint32_t by_network(uint32_t i) { return hash_u32(i << 20); }
static uint32_t by_wide(uint32_t i) { return (uint32_t)hash_u64((uint64_t)i << 40); }
static uint32_t by_port(uint32_t i)
{
	return hash_flow4(IP4(10, 0, 0, 1), IP4(10, 0, 0, 2), 6, (uint16_t)(32768 + i), 80, 9);
}

TEST(hash, neighbouring_keys_spread_over_the_low_bits)
{
	/* Random placement fills one bucket of 4096 with 7 or so. */
	CHECK(fullest(by_address) <= 12);
	CHECK(fullest(by_network) <= 12);
	CHECK(fullest(by_wide) <= 12);
	CHECK(fullest(by_port) <= 12);
}

TEST(hash, order_matters_in_a_pair_and_in_a_flow)
{
	CHECK(hash_pair(1, 2) != hash_pair(2, 1));
	CHECK(hash_flow4(1, 2, 6, 3, 4, 0) != hash_flow4(2, 1, 6, 4, 3, 0));
}

TEST(hash, two_routers_choose_among_two_paths_independently)
{
	int same = 0;

	for (uint16_t port = 0; port < 1000; port++) {
		uint32_t a = hash_flow4(1, 2, 17, port, 53, 100) % 2;
		uint32_t b = hash_flow4(1, 2, 17, port, 53, 101) % 2;

		same += a == b;
	}
	CHECK(same > 420 && same < 580);
}

TEST(hash, every_byte_and_the_length_of_a_string_count)
{
	uint8_t b[100] = { 0 }, shifted[101];

	for (size_t n = 0; n <= sizeof(b); n++) {
		uint64_t h = hash_bytes(b, n);

		CHECK(n == 0 || h != hash_bytes(b, n - 1));
		memcpy(shifted + 1, b, n);
		CHECK(hash_bytes(shifted + 1, n) == h);   /* at any alignment */
		for (size_t i = 0; i < n; i++) {
			b[i] ^= 0x10;
			CHECK(hash_bytes(b, n) != h);
			b[i] ^= 0x10;
		}
	}
}
