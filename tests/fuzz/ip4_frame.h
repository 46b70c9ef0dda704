/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_FUZZ_IP4_FRAME_H
#define TESTS_FUZZ_IP4_FRAME_H
/*
 * IPv4 frames that a fuzzer made: lengths and sums put right, so that it gets
 * behind the first checks; and what must hold for the frames that a stack
 * sends while it takes one.  Written against the RFCs, not against wire/:
 * what judges the stack shares no parser with it.
 */
#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "stack/util/be.h"
#include "stack/util/csum.h"

#define IPF_ETH 14
#define IPF_MIN 20
#define IPF_ICMP 1
#define IPF_UDP 17
#define IPF_RR 7
#define IPF_TS 68
#define IPF_LSRR 131
#define IPF_SSRR 137

/* The parts of a frame that holds an IPv4 packet, whole as its header says. */
struct ip4_frame {
	const uint8_t *ip, *data;         /* header; what follows it */
	size_t hlen, n;                   /* bytes of both */
	size_t at;                        /* of the payload: the fragment's offset, bytes */
	bool mf;
};

static inline bool ip4_frame_read(struct ip4_frame *f, const uint8_t *frame, size_t n)
{
	size_t len;

	*f = (struct ip4_frame){ .ip = frame + IPF_ETH };
	if (n < IPF_ETH + IPF_MIN || get_be16(frame + 12) != 0x0800 || f->ip[0] >> 4 != 4)
		return false;
	f->hlen = (f->ip[0] & 15u) * 4;
	len = get_be16(f->ip + 2);
	if (f->hlen < IPF_MIN || len < f->hlen || len > n - IPF_ETH)
		return false;
	f->data = f->ip + f->hlen;
	f->n = len - f->hlen;
	f->at = (get_be16(f->ip + 6) & 0x1fffu) * 8;
	f->mf = f->ip[6] & 0x20;
	return true;
}

static inline bool ip4_frame_is_part(const struct ip4_frame *f) { return f->mf || f->at; }

/* --- put right ------------------------------------------------------------------ */

static inline void seal_udp(const uint8_t *ip, uint8_t *udp, size_t n)
{
	uint64_t sum = csum_add(IPF_UDP, ip + 12, 8);
	size_t len = get_be16(udp + 4);
	uint16_t v;

	if (len < 8 || len > n)
		put_be16(udp + 4, (uint16_t)(len = n));
	put_be16(udp + 6, 0);
	v = csum_fold(csum_add(sum + len, udp, len));
	put_be16(udp + 6, v ? v : 0xffff);
}

static inline void seal_transport(const uint8_t *ip, uint8_t *data, size_t n)
{
	if (ip[9] == IPF_ICMP && n >= 4) {
		put_be16(data + 2, 0);
		put_be16(data + 2, csum(data, n));
	} else if (ip[9] == IPF_UDP && n >= 8 && get_be16(data + 6)) {
		seal_udp(ip, data, n);            /* 0 stays: no sum */
	}
}

/* A packet that is longer than its frame ends with it. */
static inline void ip4_frame_fit(uint8_t *frame, size_t n)
{
	if (n >= IPF_ETH + IPF_MIN && get_be16(frame + 12) == 0x0800 &&
	    get_be16(frame + IPF_ETH + 2) > n - IPF_ETH)
		put_be16(frame + IPF_ETH + 2, (uint16_t)(n - IPF_ETH));
}

/* All sums are true, of what there is of the packet. */
static inline void ip4_frame_seal(uint8_t *frame, size_t n)
{
	uint8_t *ip = frame + IPF_ETH;
	size_t hlen, len;

	if (n < IPF_ETH + IPF_MIN || get_be16(frame + 12) != 0x0800)
		return;
	hlen = (ip[0] & 15u) * 4;
	len = get_be16(ip + 2) < n - IPF_ETH ? get_be16(ip + 2) : n - IPF_ETH;
	if (hlen < IPF_MIN || hlen > n - IPF_ETH)
		return;
	put_be16(ip + 10, 0);
	put_be16(ip + 10, csum(ip, hlen));
	if (len >= hlen && !(get_be16(ip + 6) & 0x3fff))
		seal_transport(ip, ip + hlen, len - hlen);
}

/* --- options (RFC 791 3.1) ------------------------------------------------------- */

/* Bytes of one slot of an option that hosts write into; 0: of another option. */
static inline size_t opt_slot(const uint8_t *opt)
{
	switch (opt[0]) {
	case IPF_RR:
	case IPF_LSRR:
	case IPF_SSRR: return 4;
	case IPF_TS:   return opt[3] & 15 ? 8 : 4;
	}
	return 0;
}

static inline bool opt_is_kept(uint8_t type)
{
	return type == IPF_RR || type == IPF_TS || type == IPF_LSRR || type == IPF_SSRR;
}

/* The pointer is at a slot, or behind all.  A slot that is cut short is an
 * error of who finds the pointer there, not of who left it. */
static inline bool opt_ok(const uint8_t *opt, size_t len, bool received)
{
	size_t first = opt[0] == IPF_TS ? 5 : 4, slot;

	if (len < first - 1 || (opt[0] == IPF_TS && (opt[3] & 15) > 1 && (opt[3] & 15) != 3))
		return false;
	slot = opt_slot(opt);
	if (opt[2] < first || (opt[2] - first) % slot != 0)
		return false;
	return !received || opt[2] > len || opt[2] + slot - 1 <= len;
}

static inline bool opts_ok(const struct ip4_frame *f, bool received)
{
	for (size_t at = IPF_MIN, len; at < f->hlen && f->ip[at]; at += len) {
		const uint8_t *opt = f->ip + at;

		len = 1;
		if (opt[0] == 1)
			continue;
		if (f->hlen - at < 2 || opt[1] < 2 || opt[1] > f->hlen - at)
			return false;
		len = opt[1];
		if (opt_is_kept(opt[0]) && !opt_ok(opt, len, received))
			return false;
	}
	return true;
}

/* A hop writes into the slots it passes and moves the pointer behind them. */
static inline void check_option_passed(const uint8_t *in, const uint8_t *out)
{
	size_t slot = opt_is_kept(in[0]) ? opt_slot(in) : 0, len = in[1];

	if (!slot) {
		assert(memcmp(in, out, len) == 0);
		return;
	}
	assert(out[0] == in[0] && out[1] == len && out[2] >= in[2]);
	assert(out[2] == in[2] || ((out[2] - in[2]) % slot == 0 && out[2] - 1u <= len));
	for (size_t k = 3; k < len; k++)
		if (!(in[0] == IPF_TS && k == 3) && (k < in[2] - 1u || k >= out[2] - 1u))
			assert(in[k] == out[k]);
}

static inline void check_options_passed(const struct ip4_frame *in, const struct ip4_frame *out)
{
	assert(in->hlen == out->hlen);
	for (size_t at = IPF_MIN, len; at < in->hlen; at += len) {
		const uint8_t *opt = in->ip + at;

		len = 1;
		if (opt[0] == 0) {                /* whatever stands behind the end stays */
			assert(memcmp(opt, out->ip + at, in->hlen - at) == 0);
			return;
		}
		if (opt[0] != 1)
			len = opt[1];
		if (len > 1)
			check_option_passed(opt, out->ip + at);
		else
			assert(opt[0] == out->ip[at]);
	}
}

/* --- what is sent while `in` is taken --------------------------------------------- */

/* Source, identification and protocol: the same packet, or a part of it. */
static inline bool is_of(const uint8_t *ip, const struct ip4_frame *in)
{
	return memcmp(ip + 12, in->ip + 12, 4) == 0 && memcmp(ip + 4, in->ip + 4, 2) == 0 &&
	       ip[9] == in->ip[9];
}

/* RFC 1812 5.3.1, RFC 791 3.2: one hop less to go, and the same bytes at the
 * same places. */
static inline void check_forwarded(const struct ip4_frame *in, const struct ip4_frame *out)
{
	size_t from = out->at - in->at;

	assert(out->ip[8] + 1 == in->ip[8] && out->ip[1] == in->ip[1]);
	assert((out->ip[6] & 0x40) == (in->ip[6] & 0x40));
	assert(out->at >= in->at && from + out->n <= in->n);
	assert(out->mf == (in->mf || from + out->n < in->n));
	assert(memcmp(out->data, in->data + from, out->n) == 0);
	if (from == 0)
		check_options_passed(in, out);
}

static inline bool icmp_is_error(const uint8_t *icmp)
{
	return icmp[0] == 3 || icmp[0] == 4 || icmp[0] == 5 || icmp[0] == 11 || icmp[0] == 12;
}

/* RFC 1122 3.2.2, RFC 1812 4.3.2: what an error quotes, and about what there
 * is none.  (When data is short of eight bytes, it quotes all.) */
static inline void check_icmp_error(const struct ip4_frame *in, const struct ip4_frame *out)
{
	const uint8_t *quote = out->data + 8;
	size_t n = out->n - 8, hlen = (quote[0] & 15u) * 4;

	assert(out->hlen + out->n <= 576 && n >= hlen);
	n -= hlen;
	assert((get_be16(quote + 6) & 0x1fff) == 0);
	if (ip4_frame_is_part(in))
		return;                           /* of the whole, which it may have completed */
	assert(in->ip[9] != IPF_ICMP || !in->n || !icmp_is_error(in->data));
	assert(n <= in->n && (n >= 8 || n == in->n));
	assert(memcmp(quote + hlen, in->data, n) == 0);
}

/**
 * ip4_frame_check_sent - a frame that went out
 * @in: what the stack took at that time, or NULL
 * @from_us: its source is an address of the stack
 */
static inline void ip4_frame_check_sent(const struct ip4_frame *in, const struct ip4_frame *out,
					bool from_us)
{
	assert(opts_ok(out, false) && csum(out->ip, out->hlen) == 0 && out->ip[8] > 0);
	if (!in)
		return;
	/* RFC 1122 3.2.2.5: all that options in error may bring about. */
	assert(opts_ok(in, true) || (from_us && out->ip[9] == IPF_ICMP && out->data[0] == 12));
	if (!from_us && is_of(out->ip, in))
		check_forwarded(in, out);
	if (from_us && out->ip[9] == IPF_ICMP && !ip4_frame_is_part(out)) {
		assert(out->n >= 8 && csum(out->data, out->n) == 0);
		if (icmp_is_error(out->data) && out->n >= 8 + IPF_MIN && is_of(out->data + 8, in))
			check_icmp_error(in, out);
	}
}

#endif
