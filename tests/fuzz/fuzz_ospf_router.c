// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Whole packets to a router that speaks OSPF: an ABR between the backbone (a
 * point-to-point network, a LAN with two others, a passive network), a stub
 * area (point-to-multipoint, two others) and an NSSA.  The first byte is how
 * it is configured, the second how far its neighbours are; then come steps of
 * four bytes and as many more as the last of them says: who speaks, what
 * happens before, the kind of packet, what it holds.
 *
 * Packets are bytes as they are, or made of fields by short codes: addresses,
 * ids, ages and sequence numbers that mean something here, LSAs of its own
 * database or of the last update sent back with a change.  Lengths and checksums
 * are put right unless the step says otherwise.  What is sent must be whole and
 * hold valid LSAs only; what is shown must agree with itself; the routes must be
 * those of a computation from nothing; all memory must come back.
 */
#include "tests/fuzz/fuzz.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "stack/netdev.h"
#include "stack/ospf.h"
#include "stack/ospf/ospf.h"
#include "stack/pkt.h"
#include "stack/stack.h"
#include "stack/util/be.h"
#include "stack/util/err.h"
#include "stack/wire/eth.h"
#include "stack/wire/ip4.h"
#include "tests/fuzz/ospf_codes.h"

#define STEP 4
#define STEPS_MAX 100
#define TIME_MAX SEC(4 * 3600)            /* lab time of a run */
#define LSU_KEPT 1500

enum { P2P, LAN, P2MP, NSSA, PASSIVE, N_IFS };

struct peer { unsigned dev; ip4_t addr; uint32_t id; };
static const struct peer peers[] = {
	{ P2P, IP4(10, 0, 0, 2), IP4(9, 9, 9, 9) }, { LAN, IP4(10, 0, 1, 2), IP4(9, 9, 9, 8) },
	{ LAN, IP4(10, 0, 1, 3), IP4(1, 1, 1, 1) }, { P2MP, IP4(10, 0, 2, 2), IP4(9, 9, 9, 7) },
	{ P2MP, IP4(10, 0, 2, 3), IP4(1, 1, 1, 2) }, { NSSA, IP4(10, 0, 3, 2), IP4(9, 9, 9, 6) },
	{ NSSA, IP4(10, 0, 3, 2), IP4(9, 9, 9, 9) }, { PASSIVE, IP4(10, 0, 4, 2), IP4(9, 9, 9, 9) },
};
#define N_PEERS 8
#define N_HONEST 6                        /* that say hellos: not the last two */

static const uint32_t areas[N_IFS] = { 0, 0, 1, 2, 0 };

struct run {
	struct netdev dev[N_IFS];
	struct pkt_pool *pkts;
	struct prefix_pool *prefixes;
	struct ospf_pool *lsas;
	struct stack *st;
	ns_t now;
	uint8_t bits;                     /* of the first byte */
	bool deaf;                        /* the peers say no hellos on their own */
	bool elected;                     /* they know of the LAN's DR and Backup */
	uint32_t dd_seq[N_PEERS];         /* of the last DD packet that the peer was sent */
	uint8_t dd_flags[N_PEERS];
	uint8_t lsu[LSU_KEPT];            /* the last update heard, from its count on */
	size_t lsu_len;
};

static ip4_t our_addr(unsigned dev) { return IP4(10, 0, 0, 1) + (dev << 8); }

/* --- what it says --------------------------------------------------------------------- */

static void hear_update(struct run *r, struct rd rd)
{
	struct ospf_lsa_hdr h;
	const uint8_t *image;
	uint32_t n;
	bool ok;

	r->lsu_len = rd_left(&rd) < LSU_KEPT ? rd_left(&rd) : LSU_KEPT;
	memcpy(r->lsu, rd.p, r->lsu_len);
	ok = ospf_lsu_parse(&n, &rd);
	assert(ok && n);
	for (; n; n--) {
		image = ospf_lsa_take(&h, &rd);
		assert(image && ospf_lsa_valid(image, h.len));
	}
	assert(rd_left(&rd) == 0);
}

static void hear_dd(struct run *r, unsigned dev, ip4_t dst, const struct ospf_dd *dd)
{
	for (unsigned i = 0; i < N_PEERS; i++) {
		if (peers[i].dev != dev || (!ip4_is_mcast(dst) && peers[i].addr != dst))
			continue;
		r->dd_seq[i] = dd->seq;
		r->dd_flags[i] = dd->flags;
	}
}

static void hear_ospf(struct run *r, unsigned dev, ip4_t dst, const uint8_t *b, size_t n)
{
	struct ospf_hdr h;
	struct ospf_dd dd;
	enum drop bad = ospf_hdr_parse(&h, b, n);
	const struct ospf_if *oi = ospf_if_of(r->st->ospf, &r->dev[dev]);
	struct rd rd;

	assert(bad == DROP_NONE && h.router_id == US_ID && oi && h.area == oi->area->id);
	assert(h.autype == OSPF_AUTH_CRYPTO || ospf_csum_ok(b, h.len));
	rd = ospf_body(&h, b);
	if (h.type == OSPF_DD && ospf_dd_parse(&dd, &rd))
		hear_dd(r, dev, dst, &dd);
	else if (h.type == OSPF_LSU)
		hear_update(r, rd);
}

static int hear(struct netdev *dev, struct pkt *p)
{
	struct run *r = dev->stack->ctx;
	uint8_t b[ETH_HLEN + 1500];
	size_t n = pkt_copy_out(p, 0, b, sizeof(b));
	struct ip4_hdr ip;
	enum drop bad;

	assert(n == pkt_len(p) && n >= ETH_HLEN);
	pkt_free(p);
	if (get_be16(b + 12) != ETHERTYPE_IP4)
		return OK;
	bad = ip4_hdr_parse(&ip, b + ETH_HLEN, n - ETH_HLEN, n - ETH_HLEN);
	assert(bad == DROP_NONE);
	if (ip.proto == IP_PROTO_OSPF && !ip.mf && !ip.frag_off) {
		assert(ip.ttl == 1);
		hear_ospf(r, (unsigned)(dev - r->dev), ip.dst, b + ETH_HLEN + ip.hlen,
			  (size_t)ip.total_len - ip.hlen);
	}
	return OK;
}

/* --- what is said to it ---------------------------------------------------------------- */

static void arrive(struct run *r, const struct peer *from, const uint8_t *bytes, size_t n,
		   ip4_t dst)
{
	struct ip4_hdr ip = { .hlen = IP4_HLEN, .tos = 0xc0, .proto = IP_PROTO_OSPF, .ttl = 1,
			      .src = from->addr, .dst = dst,
			      .total_len = (uint16_t)(IP4_HLEN + n) };
	struct netdev *dev = &r->dev[from->dev];
	struct eth_hdr eth = { .dst = dev->mac, .src = { { 2, 0, 0, 0, 0, 9 } },
			       .type = ETHERTYPE_IP4 };
	uint8_t b[ETH_HLEN + IP4_HLEN + PKT_MAX];
	struct wr w = wr_init(b, sizeof(b));
	struct pkt *p;

	if (ip4_is_mcast(dst))
		eth.dst = (struct mac){ { 1, 0, 0x5e, 0, 0, (uint8_t)dst } };
	eth_hdr_emit(&eth, &w);
	ip4_hdr_emit(&ip, NULL, &w);
	wr_bytes(&w, bytes, n);
	assert(wr_ok(&w));
	p = pkt_from_bytes(r->pkts, b, wr_len(&w));
	assert(p);
	stack_input(r->st, r->now, dev, p);
}

/* A body behind a right header; where digests are used, with a right one. */
static void say(struct run *r, const struct peer *from, uint8_t type, const uint8_t *body, size_t n,
		ip4_t dst)
{
	struct ospf_hdr h = { .type = type, .router_id = from->id, .area = areas[from->dev] };
	struct ospf_if *oi = r->st->ospf ? ospf_if_of(r->st->ospf, &r->dev[from->dev]) : NULL;
	uint8_t b[PKT_MAX];
	struct wr w = wr_init(b, sizeof(b) - OSPF_DIGEST_MAX);

	ospf_hdr_emit(&h, &w);
	wr_bytes(&w, body, n);
	assert(wr_ok(&w));
	ospf_finish(b, wr_len(&w));
	n = wr_len(&w);
	if (oi && ospf_auth_len(oi)) {
		ospf_auth_sign(oi, b, n);
		n += ospf_auth_len(oi);
	}
	arrive(r, from, b, n, dst);
}

/* Who is DR and Backup on the LAN: it and 10.0.1.3, 10.0.1.2 and it, 10.0.1.3 and
 * 10.0.1.2, or nobody says so. */
static void lan_roles(const struct run *r, ip4_t *dr, ip4_t *bdr)
{
	static const ip4_t roles[4][2] = {
		{ IP4(10, 0, 1, 1), IP4(10, 0, 1, 3) }, { IP4(10, 0, 1, 2), IP4(10, 0, 1, 1) },
		{ IP4(10, 0, 1, 3), IP4(10, 0, 1, 2) }, { IP4_ANY, IP4_ANY },
	};

	*dr = roles[r->bits & 3][0];
	*bdr = roles[r->bits & 3][1];
	if (!r->elected && *dr == our_addr(LAN))
		*dr = *bdr = IP4_ANY;
	if (!r->elected && *bdr == our_addr(LAN))
		*bdr = IP4_ANY;
}

static struct ospf_hello right_hello(const struct run *r, const struct peer *p)
{
	static const uint8_t options[N_IFS] = {
		OSPF_OPT_E, OSPF_OPT_E, 0, OSPF_OPT_NP, OSPF_OPT_E,
	};
	struct ospf_hello h = { .mask = IP4(255, 255, 255, 0), .hello_interval = 10,
				.dead_interval = 40, .options = options[p->dev] };

	if (p->dev == LAN) {
		lan_roles(r, &h.dr, &h.bdr);
		h.priority = (r->bits & 3) < 2 ? p->addr == IP4(10, 0, 1, 3 - (r->bits & 1)) : 1;
	}
	return h;
}

static void hello(struct run *r, const struct peer *p, bool hears_us)
{
	struct ospf_hello h = right_hello(r, p);
	uint8_t b[OSPF_HELLO_LEN + 4];
	struct wr w = wr_init(b, sizeof(b));

	ospf_hello_emit(&h, &w);
	if (hears_us)
		ospf_id_emit(US_ID, &w);
	say(r, p, OSPF_HELLO, b, wr_len(&w), OSPF_ALL_SPF_ROUTERS);
}

static void dd(struct run *r, const struct peer *p, uint8_t flags, uint32_t seq, bool lists)
{
	struct ospf_dd d = { .mtu = 1500, .options = right_hello(r, p).options, .flags = flags,
			     .seq = seq };
	struct ospf_lsa_hdr h = { .age = 1, .type = OSPF_LSA_ROUTER, .id = p->id, .adv = p->id,
				  .seq = OSPF_SEQ_INITIAL, .csum = 1, .len = 36 };
	uint8_t b[OSPF_DD_LEN + OSPF_LSA_HLEN];
	struct wr w = wr_init(b, sizeof(b));

	ospf_dd_emit(&d, &w);
	if (lists)
		ospf_lsa_hdr_emit(&h, &w);
	say(r, p, OSPF_DD, b, wr_len(&w), our_addr(p->dev));
}

/* --- time ---------------------------------------------------------------------------------- */

static void run_until(struct run *r, ns_t until)
{
	while (stack_next_at(r->st) <= until) {
		r->now = stack_next_at(r->st);
		stack_run(r->st, r->now);
	}
	r->now = until;
	stack_enter(r->st, r->now);
}

/* Honest peers say that they are there each ten seconds. */
static void pass(struct run *r, ns_t d)
{
	ns_t end = r->now + d, gap = d < SEC(10) ? d : SEC(10);

	if (end > TIME_MAX)
		return;
	while (r->now < end) {
		run_until(r, r->now + gap < end ? r->now + gap : end);
		for (unsigned i = 0; d >= SEC(10) && !r->deaf && i < N_HONEST; i++)
			hello(r, &peers[i], true);
	}
}

static enum ospf_nbr_state state_of(const struct run *r, const struct peer *p)
{
	struct ospf_if *oi = r->st->ospf ? ospf_if_of(r->st->ospf, &r->dev[p->dev]) : NULL;
	struct ospf_nbr *n = oi ? ospf_nbr_find(oi, p->addr, p->id) : NULL;

	return n ? (enum ospf_nbr_state)n->state : OSPF_NBR_DOWN;
}

/* The exchange with the peer as master, or as slave, as their ids ask for. */
static void exchange(struct run *r, const struct peer *p, bool lists)
{
	if (p->id > US_ID) {
		dd(r, p, OSPF_DD_I | OSPF_DD_M | OSPF_DD_MS, 7, false);
		dd(r, p, OSPF_DD_MS, 8, lists);
		for (uint32_t seq = 9; seq < 40 && (r->dd_flags[p - peers] & OSPF_DD_M); seq++)
			dd(r, p, OSPF_DD_MS, seq, false);
		return;
	}
	for (unsigned i = 0; i < 40 && state_of(r, p) < OSPF_NBR_LOADING &&
	     (r->dd_flags[p - peers] & OSPF_DD_MS); i++)
		dd(r, p, 0, r->dd_seq[p - peers], lists && !i);
}

/* The neighbour is brought as far as this, if it can get there. */
static void meet(struct run *r, const struct peer *p, enum ospf_nbr_state want)
{
	if (want >= OSPF_NBR_INIT)
		hello(r, p, want > OSPF_NBR_INIT);
	if (want < OSPF_NBR_EXSTART)
		return;
	if (want == OSPF_NBR_EXCHANGE && p->id > US_ID)
		dd(r, p, OSPF_DD_I | OSPF_DD_M | OSPF_DD_MS, 7, false);
	else if (want >= OSPF_NBR_EXCHANGE)
		exchange(r, p, want == OSPF_NBR_LOADING);
}

/* --- packets by codes ------------------------------------------------------------------------ */

/* An LSA of ours comes back: the k-th of the last update, newer, older or
 * otherwise changed, under a right checksum. */
static void lsa_back(const struct run *r, struct in *in, struct wr *w)
{
	struct rd rd = rd_init(r->lsu + OSPF_LSU_LEN,
			       r->lsu_len > OSPF_LSU_LEN ? r->lsu_len - OSPF_LSU_LEN : 0);
	uint8_t how = u8(in), *at = w->p;
	struct ospf_lsa_hdr h;
	const uint8_t *image = NULL;
	unsigned k = u8(in) & 7;

	do
		image = ospf_lsa_take(&h, &rd);
	while (k-- && image && rd_left(&rd));
	if (!image || (size_t)(w->end - w->p) < h.len)
		return;
	wr_bytes(w, image, h.len);
	if (how & 1)
		put_be32(at + 12, get_be32(at + 12) + (uint32_t)(int8_t)u8(in));
	if (how & 2)
		put_be32(at + 12, some_seq(in));
	if (how & 4)
		put_be32(at + 8, number(in));
	if (how & 8)
		at[u16(in) % h.len] = u8(in);
	if (how & 16)
		put_be16(at, some_age(in));
	if (get_be16(at + 18) == h.len)
		ospf_lsa_finish(at, h.len);
}

static void made_hello(const struct run *r, const struct peer *p, struct in *in, struct wr *w)
{
	struct ospf_hello h = right_hello(r, p);
	uint8_t what = u8(in);

	if (what & 1)
		h.mask = number(in);
	if (what & 2)
		h.hello_interval = u8(in);
	if (what & 4)
		h.options = u8(in);
	if (what & 8)
		h.priority = u8(in);
	if (what & 16)
		h.dead_interval = u32(in);
	if (what & 32)
		h.dr = number(in);
	if (what & 64)
		h.bdr = number(in);
	ospf_hello_emit(&h, w);
	if (!(what & 128))
		ospf_id_emit(US_ID, w);
	while (in->p < in->end)
		ospf_id_emit(number(in), w);
}

static void made_dd(const struct run *r, const struct peer *p, struct in *in, struct wr *w)
{
	static const uint16_t mtus[4] = { 1500, 0, 9000, 576 };
	struct ospf_dd d = { .options = right_hello(r, p).options };
	uint8_t what = u8(in);

	d.flags = what & 7;
	d.mtu = mtus[what >> 3 & 3];
	d.seq = r->dd_seq[p - peers] + (uint32_t)(int8_t)u8(in);
	if (what & 32)
		d.seq = u8(in);
	if (what & 64)
		d.options = u8(in);
	ospf_dd_emit(&d, w);
	while (in->p < in->end) {
		struct ospf_lsa_hdr h = lsa_header(in);

		ospf_lsa_hdr_emit(&h, w);
	}
}

static void made_request(struct in *in, struct wr *w)
{
	while (in->p < in->end) {
		struct ospf_lsr_item it = { .type = u8(in) & 15, .id = number(in),
					    .adv = number(in) };

		ospf_lsr_item_emit(&it, w);
	}
}

static void made_update(const struct run *r, struct in *in, struct wr *w)
{
	uint8_t lie = u8(in), *at = w->p;
	uint32_t n = 0;

	ospf_lsu_emit(0, w);
	for (; in->p < in->end && n < 40 && wr_ok(w); n++) {
		if (*in->p & 0x80)
			lsa_back(r, in, w);
		else
			lsa(in, w);
	}
	put_be32(at, lie & 0x80 ? lie & 0x7fu : n);
}

/* Acknowledges the last update, or what the codes say. */
static void made_ack(const struct run *r, struct in *in, struct wr *w)
{
	struct rd rd = rd_init(r->lsu + OSPF_LSU_LEN,
			       r->lsu_len > OSPF_LSU_LEN ? r->lsu_len - OSPF_LSU_LEN : 0);
	uint8_t what = u8(in);
	struct ospf_lsa_hdr h;

	for (unsigned i = 0; i < 8 && ospf_lsa_take(&h, &rd); i++)
		if (what >> i & 1)
			ospf_lsa_hdr_emit(&h, w);
	while (in->p < in->end) {
		h = lsa_header(in);
		ospf_lsa_hdr_emit(&h, w);
	}
}

/* --- what else happens ------------------------------------------------------------------- */

static void switch_on(struct run *r, unsigned dev, const struct ospf_if_config *c)
{
	if (r->st->ospf)
		(void)!stack_ospf_if(r->st, &r->dev[dev], c);
}

static struct ospf_if_config if_config(const struct run *r, unsigned dev)
{
	static const struct ospf_auth md5 = {
		.type = OSPF_AUTH_MD5, .n_keys = 1, .keys = { { 1, 3, "key" } },
	};
	struct ospf_if_config c;

	ospf_if_config_init(&c);
	c.area = areas[dev];
	c.type = dev == LAN || dev == PASSIVE ? OSPF_NET_BROADCAST :
		 dev == P2MP ? OSPF_NET_P2MP : OSPF_NET_P2P;
	c.passive = dev == PASSIVE;
	c.priority = (r->bits & 3) == 2 ? 0 : 1;
	if (r->bits & 4)
		c.auth = &md5;
	return c;
}

static void configure_areas(struct run *r, bool no_summary)
{
	static const struct ospf_range range = {
		.prefix = { { .family = ADDR_IP4, .v4 = IP4(20, 0, 0, 0) }, 8 },
	};
	struct ospf_area_config stub = { .type = OSPF_AREA_STUB, .no_summary = no_summary };
	struct ospf_area_config nssa = { .type = OSPF_AREA_NSSA, .no_summary = no_summary,
					 .nssa_default = r->bits & 16, .ranges = &range,
					 .n_ranges = r->bits & 32 ? 1 : 0,
					 .translate = r->bits & 64 ? OSPF_NSSA_ALWAYS :
								     OSPF_NSSA_CANDIDATE };

	(void)!stack_ospf_area(r->st, 1, &stub);
	(void)!stack_ospf_area(r->st, 2, &nssa);
}

static void begin_ospf(struct run *r)
{
	static const struct ospf_redistribute on = { .on = true, .metric = 20 };
	struct ospf_config c;
	int err;

	ospf_config_init(&c);
	c.router_id = US_ID;
	if (stack_ospf_start(r->st, &c) != OK)
		return;
	configure_areas(r, r->bits & 8);
	for (unsigned i = 0; i < N_IFS; i++) {
		struct ospf_if_config ic = if_config(r, i);

		switch_on(r, i, &ic);
	}
	if (r->bits & 128) {
		err = stack_ospf_redistribute(r->st, RP_STATIC, &on);
		assert(err == OK);
		err = stack_ospf_default(r->st, &on, true);
		assert(err == OK);
	}
}

static void set_interface(struct run *r, unsigned what)
{
	unsigned dev = what % N_IFS;
	struct ospf_if_config c = if_config(r, dev);

	switch (what / N_IFS % 6) {
	case 0: c.cost = 1; break;
	case 1: c.area = areas[(dev + 1) % N_IFS]; break;
	case 2: c.type = c.type == OSPF_NET_P2P ? OSPF_NET_BROADCAST : OSPF_NET_P2P; break;
	case 3: c.auth = NULL; break;
	case 4: stack_ospf_if_del(r->st, &r->dev[dev]); return;
	case 5: c.priority = 255; break;
	}
	switch_on(r, dev, &c);
}

static void act(struct run *r, const struct peer *p, uint8_t what)
{
	static const ns_t times[] = { 0, MSEC(1), MSEC(60), SEC(1), SEC(6), SEC(30), SEC(120),
				      SEC(1810) };
	unsigned arg = what >> 4;
	struct prefix addr = { addr_ip4(our_addr(p->dev)), 24 };

	switch (what & 15) {
	case 8: netdev_set_carrier(&r->dev[p->dev], arg & 1); break;
	case 9: set_interface(r, arg); break;
	case 10: set_interface(r, 16 + arg); break;
	case 11: configure_areas(r, arg & 1); break;
	case 12:
		if (arg & 1)
			stack_ospf_stop(r->st);
		else
			begin_ospf(r);
		break;
	case 13:
		if (stack_addr_del(r->st, &r->dev[p->dev], &addr) == OK || arg & 1)
			break;
		(void)!stack_addr_add(r->st, &r->dev[p->dev], &addr);
		break;
	case 14: r->deaf = arg & 1; break;
	case 15: meet(r, p, (enum ospf_nbr_state)(arg % OSPF_NBR_STATES_N)); break;
	default: pass(r, times[what & 7]); break;
	}
}

/* --- what must hold --------------------------------------------------------------------- */

struct counts { struct run *r; uint32_t of[12], as; };

static bool count_lsa(void *arg, const struct show_ospf_lsa *l)
{
	struct counts *c = arg;

	assert(l->age <= OSPF_MAX_AGE && ospf_lsa_valid(l->image, l->len));
	if (l->area == OSPF_AREA_AS)
		c->as++;
	else
		c->of[l->image[3]]++;
	return true;
}

static bool subtract_area(void *arg, const struct show_ospf_area *a)
{
	struct counts *c = arg;

	for (unsigned i = 0; i < 12; i++)
		c->of[i] -= a->n_lsas[i];
	return true;
}

static bool sum_route(void *arg, const struct show_ospf_route *rt)
{
	uint64_t *sum = arg, one = rt->to.addr.v4 * 0x9e3779b97f4a7c15u + rt->to.len;

	assert(rt->cost <= OSPF_LS_INFINITY + 0xffffu * 64 && rt->n_hops <= ROUTE_HOPS_MAX);
	one = (one ^ rt->cost) * 0x9e3779b97f4a7c15u + rt->cost2;
	one = (one ^ rt->area) * 0x9e3779b97f4a7c15u + rt->tag + ((uint64_t)rt->path << 40);
	for (unsigned i = 0; i < rt->n_hops; i++)
		one = (one ^ rt->hops[i].via.v4) * 0x9e3779b97f4a7c15u;
	*sum += one ^ one >> 29;
	return true;
}

static bool any_nbr(void *arg, const struct show_ospf_nbr *n)
{
	(void)arg;
	assert(n->state > OSPF_NBR_DOWN && n->state < OSPF_NBR_STATES_N);
	assert(n->state > OSPF_NBR_2WAY || !n->request_len);
	return true;
}

static void check(struct run *r)
{
	struct counts c = { .r = r };
	struct show_ospf s;

	if (!show_ospf(r->st, &s))
		return;
	show_ospf_lsas(r->st, count_lsa, &c);
	show_ospf_areas(r->st, subtract_area, &c);
	for (unsigned i = 0; i < 12; i++)
		assert(c.of[i] == 0);
	assert(c.as == s.n_external);
	show_ospf_nbrs(r->st, any_nbr, NULL);
}

/* Until what it tells others of its routes changes none of them. */
static void compute(struct run *r)
{
	struct ospf *o = r->st->ospf;

	for (unsigned i = 0; i < 10 && (!i || timer_armed(&o->spf_timer)); i++) {
		timer_stop(&r->st->timers, &o->spf_timer);
		ospf_spf_run(o);
	}
}

/* Routes kept up to date are those of a computation from nothing. */
static void check_routes(struct run *r)
{
	uint64_t was = 0, is = 0;

	if (!r->st->ospf || timer_armed(&r->st->ospf->originate_timer))
		return;                   /* its own LSAs are not up to date */
	compute(r);
	show_ospf_routes(r->st, sum_route, &was);
	ospf_recompute(r->st->ospf);
	compute(r);
	show_ospf_routes(r->st, sum_route, &is);
	assert(was == is);
}

/* --- a run -------------------------------------------------------------------------------- */

/* All neighbours that mean well; on the LAN, after the election. */
static void meet_all(struct run *r, enum ospf_nbr_state want)
{
	if (want >= OSPF_NBR_EXSTART) {
		hello(r, &peers[1], true);
		hello(r, &peers[2], true);
		pass(r, (r->bits & 3) ? MSEC(1) : SEC(45));
		r->elected = true;
	}
	for (unsigned i = 0; i < N_HONEST; i++)
		meet(r, &peers[i], want);
}

static void packet(struct run *r, const struct peer *p, uint8_t kind, struct in in)
{
	uint8_t b[4096];
	struct wr w = wr_init(b, sizeof(b));
	ip4_t dst = kind & 16 ? OSPF_ALL_SPF_ROUTERS : kind & 32 ? OSPF_ALL_D_ROUTERS :
		    our_addr(p->dev);

	switch (kind & 7) {
	case 1: made_hello(r, p, &in, &w); break;
	case 2: made_dd(r, p, &in, &w); break;
	case 3: made_request(&in, &w); break;
	case 4: made_update(r, &in, &w); break;
	case 5: made_ack(r, &in, &w); break;
	case 6:                           /* any body */
		kind = u8(&in) % 8;
		wr_bytes(&w, in.p, (size_t)(in.end - in.p));
		break;
	case 7:                           /* any packet */
		arrive(r, p, in.p, (size_t)(in.end - in.p), dst);
		return;
	default:
		return;
	}
	if (!wr_ok(&w))
		return;
	say(r, p, kind & 7, b, wr_len(&w) - (kind & 8 && wr_len(&w) ? 1 : 0), dst);
}

static void begin(struct run *r)
{
	static const struct netdev_ops ops = { .xmit = hear };
	struct stack_config cfg = { .name = "r", .seed = 1, .ctx = r, .forwarding = true };
	static const char *const names[N_IFS] = { "eth0", "eth1", "eth2", "eth3", "eth4" };
	int err = OK;

	cfg.pool = r->pkts = pkt_pool_new(0);
	cfg.prefixes = r->prefixes = prefix_pool_new();
	assert(r->pkts && r->prefixes);
	cfg.lsas = r->lsas = ospf_pool_new(r->prefixes);
	assert(r->lsas);
	r->st = stack_new(&cfg);
	assert(r->st);
	r->now = SEC(1);
	stack_enter(r->st, r->now);
	for (unsigned i = 0; i < N_IFS; i++) {
		struct prefix p = { addr_ip4(our_addr(i)), 24 };

		netdev_init(&r->dev[i], &ops, names[i],
			    (struct mac){ { 2, 0, 0, 0, (uint8_t)i, 1 } },
			    DEV_UP | DEV_CARRIER | DEV_BROADCAST | DEV_MULTICAST);
		err |= stack_attach(r->st, &r->dev[i]);
		err |= stack_addr_add(r->st, &r->dev[i], &p);
	}
	for (unsigned i = 0; i < N_PEERS; i++) {
		struct addr a = addr_ip4(peers[i].addr);

		err |= stack_neigh_set(r->st, &r->dev[peers[i].dev], &a,
				       (struct mac){ { 2, 0, 0, 0, 0, 9 } });
	}
	assert(err == OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct in in = { data, data + size };
	struct pkt_pool_stats s;
	struct run *r = calloc(1, sizeof(*r));
	enum ospf_nbr_state want;

	assert(r);
	r->bits = u8(&in);
	want = (enum ospf_nbr_state)(u8(&in) % OSPF_NBR_STATES_N);
	begin(r);
	begin_ospf(r);
	pass(r, MSEC(200));
	meet_all(r, want);
	for (unsigned i = 0; i < STEPS_MAX && in.end - in.p >= STEP; i++) {
		const struct peer *p = &peers[in.p[0] % N_PEERS];
		uint8_t what = in.p[1], kind = in.p[2];
		size_t n = in.p[3], left = (size_t)(in.end - in.p) - STEP;
		struct in body = { in.p + STEP, in.p + STEP + (n < left ? n : left) };

		act(r, p, what);
		packet(r, p, kind, body);
		in.p = body.end;
		check(r);
	}
	pass(r, SEC(6));
	check_routes(r);
	stack_free(r->st);
	pkt_pool_stats(r->pkts, &s);
	assert(s.pkts == 0 && s.blks == 0);
	pkt_pool_free(r->pkts);
	ospf_pool_free(r->lsas);
	prefix_pool_free(r->prefixes);
	free(r);
	return 0;
}
