/* SPDX-License-Identifier: MIT */
#ifndef STACK_WIRE_TCP_H
#define STACK_WIRE_TCP_H
/* TCP's header and options: RFC 9293 3.1 and 3.2, RFC 7323, RFC 2018. */
#include <assert.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "stack/util/addr.h"
#include "stack/util/be.h"
#include "stack/util/buf.h"
#include "stack/util/csum.h"
#include "stack/util/drop.h"
#include "stack/util/rdwr.h"
#include "stack/util/seq.h"
#include "stack/wire/ip4.h"

#define TCP_HLEN 20                       /* bytes, without options */
#define TCP_HLEN_TS 32                    /* with timestamps alone */
#define TCP_TS_SPACE (TCP_HLEN_TS - TCP_HLEN)     /* bytes that they take, aligned */
#define TCP_TS_ALONE 0x0101080au          /* how they begin then: NOP, NOP, kind, length */
#define TCP_HLEN_MAX 60
#define TCP_OPT_MAX 40
#define TCP_SACK_MAX 4                    /* blocks that fit; 3 beside timestamps */
#define TCP_WSCALE_MAX 14                 /* RFC 7323 2.3 */
#define TCP_MSS_DEFAULT 536               /* RFC 9293 3.7.1: a SYN without the option */

enum tcp_flag {
	TCP_FIN = 0x01, TCP_SYN = 0x02, TCP_RST = 0x04, TCP_PSH = 0x08,
	TCP_ACK = 0x10, TCP_URG = 0x20, TCP_ECE = 0x40, TCP_CWR = 0x80,
};

enum tcp_opt_kind {
	TCP_OPT_EOL = 0, TCP_OPT_NOP = 1, TCP_OPT_MSS = 2, TCP_OPT_WSCALE = 3,
	TCP_OPT_SACK_OK = 4, TCP_OPT_SACK = 5, TCP_OPT_TS = 8, TCP_OPT_FASTOPEN = 34,
	TCP_OPT_EXP = 254,                /* RFC 6994: two bytes say what for */
};
#define TCP_EXP_FASTOPEN 0xf989           /* they, of RFC 7413 4.1.1 */
#define TCP_COOKIE_MIN 4                  /* bytes, RFC 7413 4.1.1 */
#define TCP_COOKIE_MAX 16

struct tcp_sack { seq_t start, end; };    /* from start to before end */

struct tcp_opts {
	bool has_mss, has_wscale, has_ts, sack_ok;
	bool wscale_first;                /* to emit: FreeBSD's order, not Linux's */
	uint8_t wscale;
	uint8_t n_sack;
	uint16_t mss;
	uint8_t fo_kind, fo_len;          /* TCP_OPT_FASTOPEN, or _EXP, or 0: none; its cookie's
					   * bytes, 0: it is asked for ... */
	uint32_t tsval, tsecr;
	struct tcp_sack sack[TCP_SACK_MAX];
	const uint8_t *fo;                /* ... which lie in the segment */
};

struct tcp_hdr {
	uint16_t sport, dport;
	seq_t seq, ack;
	uint8_t hlen;                     /* bytes, 20 to 60 */
	uint8_t flags;                    /* enum tcp_flag */
	uint16_t wnd;                     /* as on the wire, not scaled */
	uint16_t csum, urg;
};

static inline uint8_t tcp_get_hlen(const uint8_t *p) { return p[12] >> 2 & 0x3c; }

/* The fixed part; options are the hlen - 20 bytes behind it.  DROP_NONE,
 * DROP_TCP_SHORT, or DROP_TCP_HLEN: outside 20..60, or past avail. */
static inline enum drop tcp_hdr_parse(struct tcp_hdr *h, const uint8_t *p, size_t avail)
{
	if (avail < TCP_HLEN)
		return DROP_TCP_SHORT;
	h->sport = get_be16(p);
	h->dport = get_be16(p + 2);
	h->seq = seq(get_be32(p + 4));
	h->ack = seq(get_be32(p + 8));
	h->hlen = tcp_get_hlen(p);
	h->flags = p[13];
	h->wnd = get_be16(p + 14);
	h->csum = get_be16(p + 16);
	h->urg = get_be16(p + 18);
	return h->hlen < TCP_HLEN || h->hlen > avail ? DROP_TCP_HLEN : DROP_NONE;
}

/*
 * Options of n bytes.  What is not known is stepped over (MUST-6); a length
 * that is illegal ends the list, and what came before it holds (MUST-7: as
 * Linux).  Known options of a wrong length are not taken; of duplicates the
 * last counts.  Shifts above 14 are taken as 14 (RFC 7323 2.3).
 */
void tcp_opts_parse(struct tcp_opts *o, const uint8_t *p, size_t n, bool syn);

/* The fixed part, csum as it stands. */
void tcp_hdr_emit(const struct tcp_hdr *h, struct wr *w);
/* The same with timestamps alone behind it (ts; h->hlen is 32), or no options
 * (20), csum 0; returns its sum, for tcp_csum4().  As in ip4_hdr_emit_plain(), it
 * is of values, not of bytes just written. */
static inline uint64_t tcp_hdr_emit_ts(const struct tcp_hdr *h, bool ts, uint32_t tsval,
				       uint32_t tsecr, uint8_t *p)
{
	uint32_t ports = (uint32_t)h->sport << 16 | h->dport;
	uint32_t rest = (uint32_t)(h->hlen / 4 << 12 | h->flags) << 16 | h->wnd;
	uint64_t sum = (uint64_t)ports + h->seq.v + h->ack.v + rest + h->urg;

	assert(h->hlen == (ts ? TCP_HLEN_TS : TCP_HLEN));
	put_be32(p, ports);
	put_be32(p + 4, h->seq.v);
	put_be32(p + 8, h->ack.v);
	put_be32(p + 12, rest);
	put_be32(p + 16, h->urg);
	if (!ts)
		return sum;
	put_be32(p + 20, TCP_TS_ALONE);
	put_be32(p + 24, tsval);
	put_be32(p + 28, tsecr);
	return sum + TCP_TS_ALONE + tsval + tsecr;
}
/* Do two headers of hlen bytes, 20 or 32, differ in nothing but sequence number,
 * PSH and checksum? */
static inline bool tcp_hdr_alike(const uint8_t *a, const uint8_t *b, unsigned hlen)
{
	return memcmp(a, b, 4) == 0 && memcmp(a + 8, b + 8, 4) == 0 && a[12] == b[12] &&
	       !((a[13] ^ b[13]) & ~TCP_PSH) && memcmp(a + 14, b + 14, 2) == 0 &&
	       memcmp(a + 18, b + 18, 2) == 0 &&
	       (hlen == TCP_HLEN || (memcmp(a + 20, b + 20, 8) == 0 &&
				     memcmp(a + 28, b + 28, 4) == 0));
}
static inline void tcp_put_seq(uint8_t *p, seq_t at) { put_be32(p + 4, at.v); }
static inline void tcp_put_flags(uint8_t *p, uint8_t flags) { p[13] = flags; }
static inline void tcp_put_csum(uint8_t *p, uint16_t csum) { put_be16(p + 16, csum); }
static inline seq_t tcp_get_seq(const uint8_t *p) { return seq(get_be32(p + 4)); }
static inline seq_t tcp_get_ack(const uint8_t *p) { return seq(get_be32(p + 8)); }
static inline uint16_t tcp_get_sport(const uint8_t *p) { return get_be16(p); }
static inline uint16_t tcp_get_dport(const uint8_t *p) { return get_be16(p + 2); }
static inline uint16_t tcp_get_wnd(const uint8_t *p) { return get_be16(p + 14); }
static inline uint8_t tcp_get_flags(const uint8_t *p) { return p[13]; }
/* Of a header of hlen bytes, 20 or 32: has it no options, or timestamps alone? */
static inline bool tcp_hdr_is_plain(const uint8_t *p, unsigned hlen)
{
	return tcp_get_hlen(p) == hlen &&
	       (hlen == TCP_HLEN || get_be32(p + TCP_HLEN) == TCP_TS_ALONE);
}
/* And then, of the latter: */
static inline uint32_t tcp_get_tsval(const uint8_t *p) { return get_be32(p + 24); }
static inline uint32_t tcp_get_tsecr(const uint8_t *p) { return get_be32(p + 28); }

/* Options as Linux orders them, or as FreeBSD (wscale_first), padded with NOPs to words of
 * four; returns the bytes, at most TCP_OPT_MAX.  What does not fit is left out: SACK blocks. */
size_t tcp_opts_emit(const struct tcp_opts *o, bool syn, uint8_t out[TCP_OPT_MAX]);

/* "Flags [S.], seq 1, ack 2, win 3, options [mss 1460], length 0", as tcpdump
 * -S prints a segment of len bytes, of which p[0, avail) are there; avail is
 * not above len (wire/tcp_show.c). */
void tcp_show(const uint8_t *p, size_t avail, size_t len, struct buf *out);
/* "S.", "P.", "none": tcpdump's letters. */
const char *tcp_flags_fmt(uint8_t flags, char out[10]);

/* The value for the header, of a segment of len bytes, header included; sum:
 * csum_add() over all of it with the field 0. */
uint16_t tcp_csum4(ip4_t src, ip4_t dst, size_t len, uint64_t sum);
/* Is the checksum right, of TCP_HLEN_TS bytes at p and n bytes of data?  In words
 * as they lie in memory, as ip4_csum_ok(). */
static inline bool tcp_csum4_ok(ip4_t src, ip4_t dst, const uint8_t *p, const uint8_t *data,
				size_t n)
{
	uint32_t last = (uint32_t)IP_PROTO_TCP << 16 | (uint32_t)(TCP_HLEN_TS + n);
	uint64_t raw = (uint64_t)be_swap32(src) + be_swap32(dst) + be_swap32(last);

	for (size_t i = 0; i < TCP_HLEN_TS; i += 8)
		raw = csum_raw_word(raw, p + i);
	if (n >= 8)
		raw = csum_raw(raw, data, n);
	else if (n)
		raw = csum_raw_add(raw, csum_raw_tail(data, n));
	return raw % 0xffff == 0;
}

#endif
