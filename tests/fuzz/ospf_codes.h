/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_FUZZ_OSPF_CODES_H
#define TESTS_FUZZ_OSPF_CODES_H
/*
 * OSPF's fields by short codes, so that a mutant of an input is still about the network
 * of fuzz_ospf_router.c: a byte below 0xf0 chooses a value that means something
 * there, any other is followed by the value.
 */
#include "stack/wire/ospf.h"

#define N_ARRAY(a) (sizeof(a) / sizeof((a)[0]))
#define US_ID IP4(5, 5, 5, 5)

/* The bytes of the input that are left; beyond them are zeros. */
struct in { const uint8_t *p, *end; };

static inline uint8_t u8(struct in *in) { return in->p < in->end ? *in->p++ : 0; }
static inline uint16_t u16(struct in *in)
{
	uint8_t hi = u8(in);

	return (uint16_t)(hi << 8 | u8(in));
}

static inline uint32_t u32(struct in *in)
{
	uint32_t hi = u16(in);

	return hi << 16 | u16(in);
}

/* A number that means something here. */
static inline uint32_t number(struct in *in)
{
	static const uint32_t known[] = {
		0, US_ID, IP4(9, 9, 9, 9), IP4(9, 9, 9, 8), IP4(1, 1, 1, 1), IP4(9, 9, 9, 7),
		IP4(1, 1, 1, 2), IP4(9, 9, 9, 6), IP4(10, 0, 0, 1), IP4(10, 0, 0, 2),
		IP4(10, 0, 1, 1), IP4(10, 0, 1, 2), IP4(10, 0, 1, 3), IP4(10, 0, 2, 1),
		IP4(10, 0, 2, 2), IP4(10, 0, 3, 1), IP4(10, 0, 3, 2), IP4(10, 0, 4, 1),
		IP4(10, 0, 0, 0), IP4(10, 0, 1, 0), IP4(10, 0, 2, 0), IP4(10, 0, 3, 0),
		IP4(20, 0, 0, 0), IP4(20, 0, 0, 255), IP4(255, 255, 255, 255),
		IP4(255, 255, 255, 0), IP4(255, 255, 255, 254), IP4(255, 0, 0, 0),
		IP4(224, 0, 0, 5), IP4(127, 0, 0, 1), IP4(0, 0, 255, 0), IP4(7, 7, 7, 7),
	};
	uint8_t code = u8(in);

	return code < 0xf0 ? known[code % N_ARRAY(known)] : u32(in);
}

static inline uint16_t some_age(struct in *in)
{
	static const uint16_t known[] = { 0, 1, 3600, 3599, 3590, 1800, 901, 3601, 0x8001 };
	uint8_t code = u8(in);

	return code < 0xf0 ? known[code % N_ARRAY(known)] : u16(in);
}

static inline uint32_t some_seq(struct in *in)
{
	static const uint32_t known[] = {
		0x80000001, 0x80000002, 0x80000003, 0x80000010, 0x7fffffff, 0x7ffffffe,
		0x80000000, 0, 0xffffffff,
	};
	uint8_t code = u8(in);

	return code < 0xf0 ? known[code % N_ARRAY(known)] : u32(in);
}

static inline struct ospf_lsa_hdr lsa_header(struct in *in)
{
	static const uint8_t types[] = { 1, 2, 3, 4, 5, 7, 9, 10, 11, 0, 6, 255, 1, 2, 3, 5 };
	struct ospf_lsa_hdr h = { .age = some_age(in), .type = types[u8(in) & 15] };

	h.options = u8(in);
	h.id = number(in);
	h.adv = number(in);
	h.seq = ospf_seq(some_seq(in));
	h.len = OSPF_LSA_HLEN;
	return h;
}

static inline void router_body(struct in *in, struct wr *w)
{
	struct ospf_router rt = { .flags = u8(in) };
	uint8_t n = u8(in);

	rt.n_links = n & 15;
	ospf_router_emit(&rt, w);
	for (unsigned i = 0; i < ((n & 0x80) ? n & 7u : rt.n_links); i++) {
		struct ospf_link l = { .id = number(in), .data = number(in) };

		l.type = u8(in) % 6;
		l.metric = u16(in);
		ospf_link_emit(&l, w);
	}
}

static inline void other_body(struct in *in, uint8_t type, struct wr *w)
{
	struct ospf_external x = { .mask = number(in) };
	struct ospf_summary s = { .mask = x.mask };

	if (type == OSPF_LSA_NETWORK) {
		ospf_network_emit(x.mask, w);
		for (unsigned n = u8(in) & 7; n; n--)
			ospf_id_emit(number(in), w);
		return;
	}
	s.metric = x.metric = (uint32_t)u8(in) << 16 | u16(in);
	if (type == OSPF_LSA_SUMMARY || type == OSPF_LSA_ASBR) {
		ospf_summary_emit(&s, w);
		return;
	}
	x.e2 = u8(in) & 1;
	x.fwd = number(in);
	x.tag = u8(in);
	ospf_external_emit(&x, w);
}

/* how: bit 0, the checksum is wrong; bit 1, the length; bit 2, more bytes. */
static inline void lsa(struct in *in, struct wr *w)
{
	uint8_t how = u8(in), *at = w->p;
	struct ospf_lsa_hdr h = lsa_header(in);

	ospf_lsa_hdr_emit(&h, w);
	if (h.type == OSPF_LSA_ROUTER)
		router_body(in, w);
	else
		other_body(in, h.type, w);
	for (unsigned i = how & 4 ? u8(in) & 31 : 0; i; i--)
		wr_u8(w, u8(in));
	if (!wr_ok(w))
		return;
	ospf_lsa_finish(at, (size_t)(w->p - at));
	at[17] ^= how & 1;
	if (how & 2)
		put_be16(at + 18, u16(in));
}

#endif
