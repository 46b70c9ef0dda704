// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/ospf/say.h"

#include <stdlib.h>

struct say say_new(void)
{
	struct say y = { .on = onet_new() };
	struct netdev *dev;

	y.st = onet_router(y.on);
	y.o = y.st->ospf;
	dev = onet_if(y.on, y.st, "10.0.0.0/31", OSPF_NET_P2P);
	net_peer(dev, "10.0.0.1");
	y.s = speaker_new(dev, SAY_ID, IP4(10, 0, 0, 1));
	return y;
}

void say_free(struct say *y)
{
	speaker_free(y->s);
	onet_free(y->on);
}

struct ospf_lsa_hdr image_hdr(const struct image *i)
{
	struct ospf_lsa_hdr h;

	ospf_lsa_hdr_get(&h, i->b);
	return h;
}

/* The flags of the router's last DD packet; 0: there was none. */
static uint8_t dd_flags(struct speaker *s)
{
	struct ospf_dd dd = { 0 };
	struct rd r;

	while (speaker_hears(s, OSPF_DD)) {
		r = rd_init(s->body, s->n);
		REQUIRE(ospf_dd_parse(&dd, &r));
	}
	return dd.flags;
}

void say_full(struct say *y, const struct image *have, unsigned n)
{
	struct ospf_dd dd = { .mtu = 1500, .options = OSPF_OPT_E, .seq = 100,
			      .flags = OSPF_DD_I | OSPF_DD_M | OSPF_DD_MS };
	struct ospf_lsa_hdr h[64];

	for (unsigned i = 0; i < n; i++)
		h[i] = image_hdr(&have[i]);
	speaker_meet(y->s);
	speak_dd(y->s, &dd, NULL, 0);
	do {
		dd.seq++;
		dd.flags = OSPF_DD_MS;
		speak_dd(y->s, &dd, h, n);
		n = 0;
	} while (dd_flags(y->s) & OSPF_DD_M);
	speaker_skip(y->s);
}

void say_lsu(struct say *y, const struct image *images, unsigned n)
{
	uint8_t *body = malloc(65000);
	struct wr w = wr_init(body, 65000);

	REQUIRE(body != NULL);
	ospf_lsu_emit(n, &w);
	for (unsigned i = 0; i < n; i++)
		wr_bytes(&w, images[i].b, images[i].n);
	REQUIRE(wr_ok(&w));
	speak(y->s, OSPF_LSU, body, wr_len(&w), 0);
	free(body);
}

void say_ack(struct say *y, const struct image *images, unsigned n)
{
	uint8_t body[1400];
	struct wr w = wr_init(body, sizeof(body));

	for (unsigned i = 0; i < n; i++)
		wr_bytes(&w, images[i].b, OSPF_LSA_HLEN);
	REQUIRE(wr_ok(&w));
	speak(y->s, OSPF_LSACK, body, wr_len(&w), 0);
}

/* The first of an update's that matches. */
static bool update_has(const struct speaker *s, uint8_t type, uint32_t adv, struct image *out)
{
	struct rd r = rd_init(s->body, s->n);
	struct ospf_lsa_hdr h;
	const uint8_t *p;
	uint32_t n;

	REQUIRE(ospf_lsu_parse(&n, &r));
	for (; n; n--) {
		p = ospf_lsa_take(&h, &r);
		REQUIRE(p != NULL);
		CHECK(ospf_lsa_csum_ok(p, h.len));
		if (h.type != type || h.adv != adv)
			continue;
		memcpy(out->b, p, h.len);
		out->n = h.len;
		return true;
	}
	CHECK_EQ(rd_left(&r), 0);
	return false;
}

bool say_hears(struct say *y, uint8_t type, uint32_t adv, struct image *out)
{
	while (speaker_hears(y->s, OSPF_LSU))
		if (update_has(y->s, type, adv, out))
			return true;
	return false;
}

unsigned say_acked(struct say *y, uint8_t type, uint32_t adv)
{
	struct ospf_lsa_hdr h;
	unsigned n = 0;

	while (speaker_hears(y->s, OSPF_LSACK)) {
		struct rd r = rd_init(y->s->body, y->s->n);

		while (rd_left(&r) && ospf_lsa_hdr_parse(&h, &r))
			n += h.type == type && h.adv == adv;
	}
	return n;
}

struct image say_router(uint32_t id, int seq)
{
	struct ospf_link k = { .type = OSPF_LINK_STUB, .id = IP4(10, 77, 0, 0),
			       .data = ip4_mask(24), .metric = 3 };

	return image_router(id, seq, &k, 1);
}

const struct lsdb_entry *db_router(const struct stack *st, uint32_t id)
{
	return lsdb_find3(st->ospf, 0, OSPF_LSA_ROUTER, id, id);
}

int db_seq(const struct stack *st, uint8_t type, uint32_t id, uint32_t adv)
{
	uint32_t area = type == OSPF_LSA_EXTERNAL ? OSPF_AREA_AS : 0;
	const struct lsdb_entry *e = lsdb_find3(st->ospf, area, type, id, adv);

	return e ? (int)((uint32_t)e->lsa->h.seq.v - 0x80000000u) : 0;
}

static bool add_digest(void *arg, const struct show_ospf_area *a)
{
	*(uint64_t *)arg += a->digest;
	return true;
}

uint64_t db_digest(struct stack *st)
{
	uint64_t sum = 0;

	show_ospf_areas(st, add_digest, &sum);
	return sum;
}

uint32_t db_count(struct stack *st) { return st->ospf->lsdb.n; }
