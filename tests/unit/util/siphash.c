// SPDX-License-Identifier: GPL-3.0-or-later
#include "stack/util/siphash.h"

#include "tests/unit/test.h"

/* The vectors of its authors: key 00 01 .. 0f, messages 00 01 .. of each length. */
TEST(siphash, vectors_of_the_paper)
{
	static const uint64_t key[2] = { 0x0706050403020100u, 0x0f0e0d0c0b0a0908u };
	uint8_t in[15];

	for (uint8_t i = 0; i < sizeof(in); i++)
		in[i] = i;
	CHECK_EQ(siphash24(key, in, 0), 0x726fdb47dd0e0e31u);
	CHECK_EQ(siphash24(key, in, 8), 0x93f5f5799a932462u);
	CHECK_EQ(siphash24(key, in, 15), 0xa129ca6149be45e5u);
}

/* What Linux's tcp_fastopen_key a1a1a1a1-b2b2b2b2-c3c3c3c3-d4d4d4d4 makes of a SYN
 * from 192.0.2.1 to 192.168.0.1, as its bytes are sent. */
TEST(siphash, cookie_of_linux)
{
	static const uint64_t key[2] = { 0xb2b2b2b2a1a1a1a1u, 0xd4d4d4d4c3c3c3c3u };
	static const uint8_t ends[] = { 192, 0, 2, 1, 192, 168, 0, 1 };

	CHECK_EQ(siphash24(key, ends, sizeof(ends)), 0xeb7e0189d8b92130u);
}
