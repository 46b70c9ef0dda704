// SPDX-License-Identifier: MIT
#include "stack/util/siphash.h"

#include "stack/util/hash.h"

struct state { uint64_t a, b, c, d; };

static uint64_t turn(uint64_t x, unsigned by) { return x << by | x >> (64 - by); }

static void rounds(struct state *s, unsigned n)
{
	while (n--) {
		s->a += s->b;
		s->c += s->d;
		s->b = turn(s->b, 13) ^ s->a;
		s->d = turn(s->d, 16) ^ s->c;
		s->a = turn(s->a, 32) + s->d;
		s->c += s->b;
		s->d = turn(s->d, 21) ^ s->a;
		s->b = turn(s->b, 17) ^ s->c;
		s->c = turn(s->c, 32);
	}
}

static void word(struct state *s, uint64_t m)
{
	s->d ^= m;
	rounds(s, 2);
	s->a ^= m;
}

uint64_t siphash24(const uint64_t key[2], const uint8_t *p, size_t n)
{
	/* "somepseudorandomlygeneratedbytes" */
	struct state s = { key[0] ^ 0x736f6d6570736575u, key[1] ^ 0x646f72616e646f6du,
			   key[0] ^ 0x6c7967656e657261u, key[1] ^ 0x7465646279746573u };
	uint64_t last = (uint64_t)n << 56;

	for (; n >= 8; p += 8, n -= 8)
		word(&s, hash_load64(p));
	for (size_t i = 0; i < n; i++)
		last |= (uint64_t)p[i] << 8 * i;
	word(&s, last);
	s.c ^= 0xff;
	rounds(&s, 4);
	return s.a ^ s.b ^ s.c ^ s.d;
}
