// SPDX-License-Identifier: MIT
#include "stack/wire/tcp.h"

#include <string.h>

#include "stack/util/csum.h"
#include "stack/wire/ip4.h"

/* --- parsing ----------------------------------------------------------------- */

static void sack_parse(struct tcp_opts *o, const uint8_t *b, size_t n)
{
	o->n_sack = 0;
	for (; n >= 8 && o->n_sack < TCP_SACK_MAX; b += 8, n -= 8)
		o->sack[o->n_sack++] = (struct tcp_sack){ seq(get_be32(b)), seq(get_be32(b + 4)) };
}

/* RFC 7413 4.1.1, by its number or, as hosts before it, by RFC 6994's. */
static void fastopen_parse(struct tcp_opts *o, uint8_t kind, const uint8_t *b, size_t n)
{
	if (kind == TCP_OPT_EXP) {
		if (n < 2 || get_be16(b) != TCP_EXP_FASTOPEN)
			return;
		b += 2;
		n -= 2;
	}
	if (n % 2 || (n && n < TCP_COOKIE_MIN) || n > TCP_COOKIE_MAX)
		return;
	o->fo_kind = kind;
	o->fo_len = (uint8_t)n;
	o->fo = b;
}

/* One option; b: its n bytes behind kind and length. */
static void opt_parse(struct tcp_opts *o, uint8_t kind, const uint8_t *b, size_t n, bool syn)
{
	if (kind == TCP_OPT_MSS && n == 2 && syn) {
		o->has_mss = true;
		o->mss = get_be16(b);
	} else if (kind == TCP_OPT_WSCALE && n == 1 && syn) {
		o->has_wscale = true;
		o->wscale = b[0] < TCP_WSCALE_MAX ? b[0] : TCP_WSCALE_MAX;
	} else if (kind == TCP_OPT_SACK_OK && n == 0 && syn) {
		o->sack_ok = true;
	} else if (kind == TCP_OPT_TS && n == 8) {
		o->has_ts = true;
		o->tsval = get_be32(b);
		o->tsecr = get_be32(b + 4);
	} else if (kind == TCP_OPT_SACK && n >= 8 && n % 8 == 0) {
		sack_parse(o, b, n);
	} else if ((kind == TCP_OPT_FASTOPEN || kind == TCP_OPT_EXP) && syn) {
		fastopen_parse(o, kind, b, n);
	}
}

#define SYN_OPTS 20                       /* bytes */

/* Those of most SYNs, as Linux writes them: MSS, SACK permitted and timestamps, NOP and
 * window scale. */
static bool syn_opts_parse(struct tcp_opts *o, const uint8_t *p)
{
	if (get_be16(p) != (TCP_OPT_MSS << 8 | 4) ||
	    get_be32(p + 4) != (TCP_OPT_SACK_OK << 24 | 2 << 16 | TCP_OPT_TS << 8 | 10) ||
	    get_be32(p + 16) >> 8 != (TCP_OPT_NOP << 16 | TCP_OPT_WSCALE << 8 | 3))
		return false;
	o->has_mss = o->sack_ok = o->has_ts = o->has_wscale = true;
	o->mss = get_be16(p + 2);
	o->tsval = get_be32(p + 8);
	o->tsecr = get_be32(p + 12);
	o->wscale = p[19] < TCP_WSCALE_MAX ? p[19] : TCP_WSCALE_MAX;
	return true;
}

void tcp_opts_parse(struct tcp_opts *o, const uint8_t *p, size_t n, bool syn)
{
	const uint8_t *end = p + n;

	*o = (struct tcp_opts){ 0 };
	if (likely(n == TCP_TS_SPACE && get_be32(p) == TCP_TS_ALONE)) {
		o->has_ts = true;
		o->tsval = get_be32(p + 4);
		o->tsecr = get_be32(p + 8);
		return;
	}
	if (syn && n == SYN_OPTS && syn_opts_parse(o, p))
		return;
	while (p < end && *p != TCP_OPT_EOL) {
		if (*p == TCP_OPT_NOP) {
			p++;
			continue;
		}
		if (end - p < 2 || p[1] < 2 || p[1] > end - p)
			return;
		opt_parse(o, p[0], p + 2, p[1] - 2u, syn);
		p += p[1];
	}
}

/* --- writing --------------------------------------------------------------------- */

void tcp_hdr_emit(const struct tcp_hdr *h, struct wr *w)
{
	uint8_t *p = wr_take(w, TCP_HLEN);

	if (!p)
		return;
	put_be16(p, h->sport);
	put_be16(p + 2, h->dport);
	put_be32(p + 4, h->seq.v);
	put_be32(p + 8, h->ack.v);
	put_be16(p + 12, (uint16_t)(h->hlen / 4 << 12 | h->flags));
	put_be16(p + 14, h->wnd);
	put_be16(p + 16, h->csum);
	put_be16(p + 18, h->urg);
}

static uint8_t *put_ts(uint8_t *p, const struct tcp_opts *o)
{
	p[0] = TCP_OPT_TS;
	p[1] = 10;
	put_be32(p + 2, o->tsval);
	put_be32(p + 6, o->tsecr);
	return p + 10;
}

static uint8_t *put_nops(uint8_t *p, unsigned n)
{
	memset(p, TCP_OPT_NOP, n);
	return p + n;
}

static uint8_t *put_wscale(uint8_t *p, const struct tcp_opts *o)
{
	p = put_nops(p, 1);
	p[0] = TCP_OPT_WSCALE;
	p[1] = 3;
	p[2] = o->wscale;
	return p + 3;
}

static uint8_t *put_sack_ok(uint8_t *p)
{
	p[0] = TCP_OPT_SACK_OK;
	p[1] = 2;
	return p + 2;
}

/* In words: a NOP stands where one is not full. */
static uint8_t *put_sack_ok_and_ts(uint8_t *p, const struct tcp_opts *o)
{
	if (!o->sack_ok && !o->has_ts)
		return p;
	if (!o->sack_ok || !o->has_ts)
		p = put_nops(p, 2);
	if (o->sack_ok)
		p = put_sack_ok(p);
	return o->has_ts ? put_ts(p, o) : p;
}

/* To whole words with NOPs behind it, as Linux; not if there is no room. */
static uint8_t *put_fastopen(uint8_t *p, const uint8_t *end, const struct tcp_opts *o)
{
	uint8_t head = o->fo_kind == TCP_OPT_EXP ? 4 : 2, n = (uint8_t)(head + o->fo_len);

	if ((n + 3) / 4 * 4 > end - p)
		return p;
	p[0] = o->fo_kind;
	p[1] = n;
	if (head == 4)
		put_be16(p + 2, TCP_EXP_FASTOPEN);
	if (o->fo_len)
		memcpy(p + head, o->fo, o->fo_len);
	return put_nops(p + n, -(unsigned)n % 4);
}

/* mss, sackOK, TS, nop, wscale; or mss, nop, wscale, sackOK, TS; then Fast Open's. */
static size_t syn_opts_emit(const struct tcp_opts *o, uint8_t *out)
{
	uint8_t *p = out;

	if (o->has_mss) {
		p[0] = TCP_OPT_MSS;
		p[1] = 4;
		put_be16(p + 2, o->mss);
		p += 4;
	}
	if (o->has_wscale && o->wscale_first)
		p = put_wscale(p, o);
	p = put_sack_ok_and_ts(p, o);
	if (o->has_wscale && !o->wscale_first)
		p = put_wscale(p, o);
	if (o->fo_kind)
		p = put_fastopen(p, out + TCP_OPT_MAX, o);
	return (size_t)(p - out);
}

size_t tcp_opts_emit(const struct tcp_opts *o, bool syn, uint8_t out[TCP_OPT_MAX])
{
	uint8_t *p = out;
	unsigned n, room;

	if (syn)
		return syn_opts_emit(o, out);
	if (o->has_ts)
		p = put_ts(put_nops(p, 2), o);
	if (o->n_sack) {
		room = ((unsigned)(out + TCP_OPT_MAX - p) - 4) / 8;
		n = o->n_sack < room ? o->n_sack : room;
		p = put_nops(p, 2);
		p[0] = TCP_OPT_SACK;
		p[1] = (uint8_t)(2 + 8 * n);
		p += 2;
		for (unsigned i = 0; i < n; i++, p += 8) {
			put_be32(p, o->sack[i].start.v);
			put_be32(p + 4, o->sack[i].end.v);
		}
	}
	return (size_t)(p - out);
}

uint16_t tcp_csum4(ip4_t src, ip4_t dst, size_t len, uint64_t sum)
{
	return csum_fold(sum + csum_pseudo4(src, dst, IP_PROTO_TCP, len));
}
