// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/ospf/images.h"

#include "stack/util/cc.h"

static struct wr begin(struct image *i, uint8_t type, uint32_t id, uint32_t adv, int seq)
{
	struct ospf_lsa_hdr h = { .options = OSPF_OPT_E, .type = type, .id = id, .adv = adv,
				  .seq = { INT32_MIN + seq } };
	struct wr w = wr_init(i->b, sizeof(i->b));

	ospf_lsa_hdr_emit(&h, &w);
	return w;
}

static void finish(struct image *i, const struct wr *w)
{
	assert(wr_ok(w));
	i->n = wr_len(w);
	ospf_lsa_finish(i->b, i->n);
}

struct image image_router(uint32_t id, int seq, const struct ospf_link *links, size_t n)
{
	struct image i;
	struct wr w = begin(&i, OSPF_LSA_ROUTER, id, id, seq);
	struct ospf_router rt = { .n_links = (uint16_t)n };

	ospf_router_emit(&rt, &w);
	for (size_t k = 0; k < n; k++)
		ospf_link_emit(&links[k], &w);
	finish(&i, &w);
	return i;
}

struct image image_network(ip4_t dr, unsigned len, uint32_t adv, int seq, const uint32_t *ids,
			   size_t n)
{
	struct image i;
	struct wr w = begin(&i, OSPF_LSA_NETWORK, dr, adv, seq);

	ospf_network_emit(ip4_mask(len), &w);
	for (size_t k = 0; k < n; k++)
		ospf_id_emit(ids[k], &w);
	finish(&i, &w);
	return i;
}

struct image image_summary(uint8_t type, ip4_t id, unsigned len, uint32_t adv, int seq,
			   uint32_t metric)
{
	struct image i;
	struct wr w = begin(&i, type, id, adv, seq);
	struct ospf_summary s = { .mask = type == OSPF_LSA_ASBR ? 0 : ip4_mask(len),
				  .metric = metric };

	ospf_summary_emit(&s, &w);
	finish(&i, &w);
	return i;
}

struct image image_external(uint8_t type, ip4_t id, unsigned len, uint32_t adv, int seq,
			    const struct ospf_external *x)
{
	struct image i;
	struct wr w = begin(&i, type, id, adv, seq);
	struct ospf_external ext = *x;

	ext.mask = ip4_mask(len);
	ospf_external_emit(&ext, &w);
	finish(&i, &w);
	return i;
}

struct image image_with_seq(const struct image *i, int seq)
{
	struct image r = *i;

	put_be32(r.b + 12, (uint32_t)(INT32_MIN + seq));
	ospf_lsa_finish(r.b, r.n);
	return r;
}

struct image image_with_age(const struct image *i, uint16_t age)
{
	struct image r = *i;

	ospf_lsa_put_age(r.b, age);
	return r;
}
