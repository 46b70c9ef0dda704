// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Every codec of stack/wire on any bytes, as a frame and as the packet that a
 * frame would hold.  What parses is emitted and parses to the same again.
 */
#include "tests/fuzz/fuzz.h"

#include <assert.h>
#include <string.h>

#include "stack/util/buf.h"
#include "stack/wire/arp.h"
#include "stack/wire/eth.h"
#include "stack/wire/icmp4.h"
#include "stack/wire/ip4.h"
#include "stack/wire/ip4opt.h"
#include "stack/wire/show.h"
#include "stack/wire/tcp.h"
#include "stack/wire/udp.h"

/* Text for one line: no byte in it ends the line or the string. */
static void check_text(struct buf *b)
{
	assert(!b->bad && strlen(b->s ? b->s : "") == b->len);
	assert(b->len == 0 || !memchr(b->s, '\n', b->len));
	buf_free(b);
}

static void try_eth(const uint8_t *b, size_t n)
{
	struct rd r = rd_init(b, n);
	struct eth_hdr h;
	uint8_t out[ETH_HLEN];
	struct wr w = wr_init(out, sizeof(out));
	uint16_t type;

	if (!eth_hdr_parse(&h, &r))
		return;
	eth_hdr_emit(&h, &w);
	assert(wr_ok(&w) && memcmp(out, b, ETH_HLEN) == 0);
	if (eth_is_llc(h.type) && eth_llc_parse(&type, h.type, &r) == DROP_NONE)
		assert(rd_left(&r) + ETH_SNAP_LEN == h.type);
}

static void try_arp(const uint8_t *b, size_t n)
{
	struct rd r = rd_init(b, n);
	struct buf text = { 0 };
	uint8_t out[ARP_LEN];
	struct wr w = wr_init(out, sizeof(out));
	struct arp a;

	if (!arp_parse(&a, &r))
		return;
	arp_emit(&a, &w);
	assert(wr_ok(&w) && memcmp(out, b, ARP_LEN) == 0);
	arp_show(&a, &text);
	check_text(&text);
}

static void try_options(const uint8_t *b, size_t n)
{
	struct ip4opt_cursor c = ip4opt_begin(b, n);
	uint8_t out[IP4OPT_MAX];
	unsigned fault = ip4opt_check(b, c.len);
	struct ip4opt o;
	size_t copied;

	while (ip4opt_next(&c, &o)) {
		assert(o.len >= 2 && o.p >= b && o.p + o.len <= b + c.len);
		assert(ip4opt_find(&(struct ip4opt){ 0 }, o.type, b, c.len));
	}
	assert(!c.fault || fault);
	copied = ip4opt_copied(out, b, c.len);
	assert(copied % 4 == 0 && copied <= (c.len + 3u) / 4 * 4);
}

static void try_ip4(const uint8_t *b, size_t n)
{
	struct ip4_hdr h, again;
	struct buf text = { 0 };
	uint8_t out[IP4_HLEN_MAX];
	struct wr w = wr_init(out, sizeof(out));
	bool cut = ip4_hdr_parse(&h, b, n, IP4_LEN_MAX) == DROP_NONE && h.hlen > n;
	bool whole = ip4_hdr_parse(&h, b, n, n) == DROP_NONE;

	assert(!cut);
	if (!whole && !ip4_quote_parse(&h, b, n))
		return;
	assert(h.hlen >= IP4_HLEN && h.hlen <= n && (!whole || h.total_len <= n));
	try_options(b + IP4_HLEN, h.hlen - (size_t)IP4_HLEN);
	ip4_hdr_emit(&h, b + IP4_HLEN, &w);
	wr_bytes(&w, b + IP4_HLEN, h.hlen - (size_t)IP4_HLEN);
	assert(wr_ok(&w) && ip4_quote_parse(&again, out, wr_len(&w)));
	assert(csum(out, h.hlen) == 0);
	assert(again.src == h.src && again.dst == h.dst && again.id == h.id && again.ttl == h.ttl &&
	       again.frag_off == h.frag_off && again.mf == h.mf && again.df == h.df &&
	       again.total_len == h.total_len && again.proto == h.proto && again.tos == h.tos);
	ip4_hdr_show(&h, &text);
	check_text(&text);
}

static void try_icmp4(const uint8_t *b, size_t n)
{
	struct rd r = rd_init(b, n);
	struct buf text = { 0 };
	uint8_t out[ICMP4_HLEN];
	struct wr w = wr_init(out, sizeof(out));
	struct icmp4_hdr h, again;

	if (!icmp4_hdr_parse(&h, &r))
		return;
	h.csum = icmp4_csum(&h, csum_add(0, r.p, rd_left(&r)));
	icmp4_hdr_emit(&h, &w);
	assert(wr_ok(&w));
	assert(csum_fold(csum_add(csum_add(0, out, sizeof(out)), r.p, rd_left(&r))) == 0);
	r = rd_init(out, sizeof(out));
	assert(icmp4_hdr_parse(&again, &r));
	assert(again.type == h.type && again.code == h.code && again.u.rest == h.u.rest);
	icmp4_hdr_show(&h, &text);
	check_text(&text);
}

static void try_udp(const uint8_t *b, size_t n)
{
	struct rd r = rd_init(b, n);
	struct buf text = { 0 };
	uint8_t out[UDP_HLEN];
	struct wr w = wr_init(out, sizeof(out));
	struct udp_hdr h;
	uint64_t sum;

	if (!udp_hdr_parse(&h, &r))
		return;
	udp_hdr_emit(&h, &w);
	assert(wr_ok(&w) && memcmp(out, b, UDP_HLEN) == 0);
	udp_hdr_show(&h, &text);
	check_text(&text);
	sum = csum_add(0, r.p, rd_left(&r));
	h.csum = udp_csum4(&h, 1, 2, sum);
	assert(h.csum && udp_csum4_ok(&h, 1, 2, sum));
}

/* What of the options can be said again is; and what that says is the same. */
static void try_tcp_opts(const uint8_t *b, size_t n, bool syn)
{
	struct tcp_opts o, again;
	uint8_t out[TCP_OPT_MAX];
	size_t len;

	tcp_opts_parse(&o, b, n, syn);
	assert(o.n_sack <= TCP_SACK_MAX && o.wscale <= TCP_WSCALE_MAX);
	if (syn)
		o.n_sack = 0;                     /* none belongs there */
	else if (o.has_ts && o.n_sack > 3)
		o.n_sack = 3;
	len = tcp_opts_emit(&o, syn, out);
	assert(len <= TCP_OPT_MAX && len % 4 == 0);
	tcp_opts_parse(&again, out, len, syn);
	assert(again.has_mss == o.has_mss && again.mss == o.mss && again.has_ts == o.has_ts &&
	       again.tsval == o.tsval && again.tsecr == o.tsecr && again.sack_ok == o.sack_ok &&
	       again.has_wscale == o.has_wscale && again.wscale == o.wscale &&
	       again.n_sack == o.n_sack &&
	       memcmp(again.sack, o.sack, o.n_sack * sizeof(o.sack[0])) == 0);
}

static void try_tcp(const uint8_t *b, size_t n)
{
	struct buf text = { 0 };
	uint8_t out[TCP_HLEN], exact[TCP_HLEN];
	struct wr w = wr_init(out, sizeof(out));
	struct tcp_hdr h;

	tcp_show(b, n, n, &text);
	check_text(&text);
	if (tcp_hdr_parse(&h, b, n) != DROP_NONE)
		return;
	tcp_hdr_emit(&h, &w);
	memcpy(exact, b, sizeof(exact));
	exact[12] &= 0xf0;                        /* the reserved bits are sent as 0 */
	assert(wr_ok(&w) && memcmp(out, exact, sizeof(out)) == 0);
	for (int syn = 0; syn < 2; syn++)
		try_tcp_opts(b + TCP_HLEN, h.hlen - (size_t)TCP_HLEN, syn);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf text = { 0 };

	wire_show(data, size, &text);
	check_text(&text);
	try_eth(data, size);
	for (size_t at = 0; at <= ETH_HLEN && at <= size; at += ETH_HLEN) {
		try_arp(data + at, size - at);
		try_ip4(data + at, size - at);
		try_options(data + at, size - at);
		try_icmp4(data + at, size - at);
		try_udp(data + at, size - at);
		try_tcp(data + at, size - at);
	}
	if (size > ETH_HLEN + IP4_HLEN) {
		try_icmp4(data + ETH_HLEN + IP4_HLEN, size - ETH_HLEN - IP4_HLEN);
		try_udp(data + ETH_HLEN + IP4_HLEN, size - ETH_HLEN - IP4_HLEN);
		try_tcp(data + ETH_HLEN + IP4_HLEN, size - ETH_HLEN - IP4_HLEN);
	}
	return 0;
}
