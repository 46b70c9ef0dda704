// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * OSPF packets of any bytes, as the payload of an IP packet.  The checksums of
 * LSAs are put right first, unless the input's last byte is odd, so that what
 * is behind them is reached.  What parses is emitted to the same bytes, but
 * for reserved ones; what ospf_lsa_check() believes can be read to its end.
 */
#include "tests/fuzz/fuzz.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "stack/util/buf.h"
#include "stack/wire/ospf.h"

/* --- LSAs --------------------------------------------------------------------------- */

static void emit_router(struct rd *r, struct wr *w)
{
	struct ospf_router rt;
	struct ospf_link l;
	bool ok = ospf_router_parse(&rt, r);

	assert(ok);
	ospf_router_emit(&rt, w);
	for (unsigned i = 0; i < rt.n_links; i++) {
		ok = ospf_link_parse(&l, r);
		assert(ok && l.type >= OSPF_LINK_P2P && l.type <= OSPF_LINK_VIRTUAL);
		ospf_link_emit(&l, w);
	}
	assert(rd_left(r) == 0);
}

static void emit_network(struct rd *r, struct wr *w)
{
	unsigned n = 0;
	bool ok;
	ip4_t v;

	ok = ospf_network_parse(&v, r);
	assert(ok && v && ip4_is_mask(v));
	ospf_network_emit(v, w);
	for (; ospf_id_parse(&v, r); n++)
		ospf_id_emit(v, w);
	assert(n && rd_left(r) == 0);
}

static void emit_summary(uint8_t type, struct rd *r, struct wr *w)
{
	struct ospf_summary s;
	bool ok = ospf_summary_parse(&s, r);

	assert(ok && s.metric <= OSPF_LS_INFINITY);
	assert(type == OSPF_LSA_ASBR || ip4_is_mask(s.mask));
	ospf_summary_emit(&s, w);
}

static void emit_external(struct rd *r, struct wr *w)
{
	struct ospf_external x;
	bool ok = ospf_external_parse(&x, r);

	assert(ok && ip4_is_mask(x.mask) && x.metric <= OSPF_LS_INFINITY);
	ospf_external_emit(&x, w);
}

/* Reads a valid LSA to its end and writes what was read: valid again. */
static void try_valid(const uint8_t *p, const struct ospf_lsa_hdr *h, uint8_t *out)
{
	struct rd r = ospf_lsa_body(p, h->len);
	struct wr w = wr_init(out, h->len);

	ospf_lsa_hdr_emit(h, &w);
	switch (h->type) {
	case OSPF_LSA_ROUTER:
		emit_router(&r, &w);
		break;
	case OSPF_LSA_NETWORK:
		emit_network(&r, &w);
		break;
	case OSPF_LSA_SUMMARY:
	case OSPF_LSA_ASBR:
		emit_summary(h->type, &r, &w);
		break;
	case OSPF_LSA_EXTERNAL:
	case OSPF_LSA_NSSA:
		emit_external(&r, &w);
		break;
	default:
		wr_bytes(&w, r.p, rd_left(&r));
	}
	assert(wr_ok(&w) && ospf_lsa_scope(h->type) != OSPF_SCOPE_NONE);
	ospf_lsa_finish(out, wr_len(&w));
	assert(ospf_lsa_valid(out, wr_len(&w)));
}

static void try_lsa(uint8_t *p, const struct ospf_lsa_hdr *h, bool seal, uint8_t *out)
{
	if (seal)
		put_be16(p + 16, ospf_lsa_csum(p, h->len));
	assert(!seal || ospf_lsa_csum_ok(p, h->len));
	if (ospf_lsa_check(p, h->len) == OSPF_LSA_OK) {
		struct ospf_lsa_hdr sealed;

		ospf_lsa_hdr_get(&sealed, p);
		try_valid(p, &sealed, out);
	}
}

/* --- packets -------------------------------------------------------------------------- */

static void emit_ids(struct rd *r, struct wr *w)
{
	ip4_t id;

	while (ospf_id_parse(&id, r))
		ospf_id_emit(id, w);
}

static void emit_lsa_hdrs(struct rd *r, struct wr *w)
{
	struct ospf_lsa_hdr h;

	while (ospf_lsa_hdr_parse(&h, r))
		ospf_lsa_hdr_emit(&h, w);
}

/* False: there is no such body. */
static bool emit_body(uint8_t type, struct rd *r, struct wr *w)
{
	struct ospf_lsr_item it;
	struct ospf_hello h;
	struct ospf_dd dd;

	switch (type) {
	case OSPF_HELLO:
		if (!ospf_hello_parse(&h, r))
			return false;
		ospf_hello_emit(&h, w);
		emit_ids(r, w);
		return true;
	case OSPF_DD:
		if (!ospf_dd_parse(&dd, r))
			return false;
		ospf_dd_emit(&dd, w);
		emit_lsa_hdrs(r, w);
		return true;
	case OSPF_LSR:
		if (!ospf_lsr_parse(r))
			return false;
		while (ospf_lsr_item_parse(&it, r))
			ospf_lsr_item_emit(&it, w);
		return true;
	}
	if (!ospf_lsack_parse(r))
		return false;
	emit_lsa_hdrs(r, w);
	return true;
}

static void try_update(struct rd r, uint8_t *p, bool seal, uint8_t *out)
{
	struct ospf_lsa_hdr h;
	const uint8_t *b;
	uint32_t n;

	if (!ospf_lsu_parse(&n, &r))
		return;
	while (n-- && (b = ospf_lsa_take(&h, &r)))
		try_lsa(p + (b - p), &h, seal, out);
}

/* in: a copy that may be changed; out: as many bytes. */
static void try_packet(uint8_t *in, size_t n, bool seal, uint8_t *out)
{
	struct ospf_hdr h;
	struct wr w;
	struct rd r;

	if (ospf_hdr_parse(&h, in, n) != DROP_NONE)
		return;
	assert(h.len >= OSPF_HLEN && h.len <= n);
	if (h.autype == OSPF_AUTH_CRYPTO)
		assert(ospf_digest(&h, in) + h.u.crypto.digest_len <= in + n);
	r = ospf_body(&h, in);
	if (h.type == OSPF_LSU) {
		try_update(r, in, seal, out);
		return;
	}
	w = wr_init(out, h.len);
	ospf_hdr_emit(&h, &w);
	if (!emit_body(h.type, &r, &w))
		return;
	assert(wr_ok(&w) && wr_len(&w) == h.len);
	assert(memcmp(out + OSPF_HLEN, in + OSPF_HLEN, h.len - (size_t)OSPF_HLEN) == 0);
	ospf_finish(out, h.len);
	assert(h.autype == OSPF_AUTH_CRYPTO || ospf_csum_ok(out, h.len));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *in = malloc(size ? size : 1), *out = malloc(size ? size : 1);
	struct buf text = { 0 };

	ospf_show(data, size, size, &text);
	assert(!text.bad && strlen(text.s) == text.len && !memchr(text.s, '\n', text.len));
	buf_free(&text);
	(void)ospf_lsa_check(data, size);
	if (in && out && size) {
		memcpy(in, data, size);
		try_packet(in, size, data[size - 1] % 2 == 0, out);
	}
	free(in);
	free(out);
	return 0;
}
