// SPDX-License-Identifier: MIT
/*
 * RFC 3101: not-so-stubby areas.  Left out: ranges of type 7 LSAs (3.2 (2),
 * (3)), and TranslatorStabilityInterval (3.1): a translator that loses the
 * election stops at once.
 */
#include <stdlib.h>

#include "stack/core/core.h"
#include "stack/ospf/ext.h"
#include "stack/ospf/spf.h"

/* --- lists of external destinations -------------------------------------------------- */

void ext_add(struct ext_list *l, const struct ext_row *row)
{
	size_t cap = l->cap ? 2 * l->cap : 16;
	struct ext_row *rows;

	if (l->n == l->cap) {
		rows = realloc(l->rows, cap * sizeof(*rows));
		if (!rows) {
			l->failed = true;
			return;
		}
		l->rows = rows;
		l->cap = cap;
	}
	l->rows[l->n++] = *row;
}

static void say(struct lsaid_list *out, uint8_t type, uint8_t options, const struct ext_row *row,
		ip4_t fwd)
{
	struct wr w = lsaid_add(out, type, row->to, options);

	ospf_external_emit(&(struct ospf_external){
		.mask = ip4_mask(row->to.len), .e2 = !row->conf.type1,
		.metric = row->conf.metric, .fwd = fwd, .tag = row->conf.tag }, &w);
}

void ext_originate(struct ospf *o, const struct ext_list *l)
{
	struct lsaid_list out = { .o = o, .area = OSPF_AREA_AS, .failed = l->failed };
	struct table t;

	if (!l->n && !o->spf->says_externals)
		return;
	table_init(&t, o, NULL);
	for (size_t i = 0; i < l->n; i++) {
		const struct ext_row *row = &l->rows[i];
		bool known = !row->within || row->within->conf.type == OSPF_AREA_NORMAL;
		ip4_t fwd = known ? row->fwd : 0;

		if (!ext_is_left(&t, OSPF_AREA_AS, OSPF_LSA_EXTERNAL, row, fwd, 0))
			say(&out, OSPF_LSA_EXTERNAL, OSPF_OPT_E, row, fwd);
	}
	lsaid_originate(&out, 1u << OSPF_LSA_EXTERNAL);
	o->spf->says_externals = l->n > 0;
}

/* --- into an NSSA -------------------------------------------------------------------------- */

/* 2.3: an address of ours in the area by which it forwards, a loopback's at best. */
static ip4_t own_address(const struct ospf_area *a)
{
	const struct ospf_if *oi;
	ip4_t addr = 0;

	list_for_each(&a->ifs, oi, node) {
		if (oi->state == OSPF_IF_LOOPBACK)
			return oi->addr.addr.v4;
		if (oi->state != OSPF_IF_DOWN && !addr)
			addr = oi->addr.addr.v4;
	}
	return addr;
}

/* 2.3: the next hop, if it is in the area; with the P-bit there has to be an address. */
static ip4_t forwarding_in(const struct ospf_area *a, const struct ext_row *row, uint8_t p_bit)
{
	if (row->fwd && row->within == a)
		return row->fwd;
	return p_bit ? own_address(a) : 0;
}

/* 2.4: who is a border router says it in a type 5 itself, so the P-bit is clear. */
void nssa_tell(struct ospf_area *a, const struct ext_list *l)
{
	struct lsaid_list out = { .o = a->ospf, .area = a->id, .failed = l->failed };
	uint8_t p_bit = a->ospf->is_abr ? 0 : OSPF_OPT_NP;
	bool nssa = a->conf.type == OSPF_AREA_NSSA, on = own_address(a) != 0;
	struct table t;

	table_init(&t, a->ospf, NULL);
	for (size_t i = 0; nssa && on && i < l->n; i++) {
		ip4_t fwd = forwarding_in(a, &l->rows[i], p_bit);

		if (!ext_is_left(&t, a->id, OSPF_LSA_NSSA, &l->rows[i], fwd, p_bit))
			say(&out, OSPF_LSA_NSSA, p_bit, &l->rows[i], fwd);
	}
	if (nssa && a->ospf->is_abr && a->conf.nssa_default && !a->conf.no_summary) {
		struct ext_row def = { .conf.metric = a->conf.default_cost ? a->conf.default_cost : 1 };

		say(&out, OSPF_LSA_NSSA, 0, &def, 0);
	}
	lsaid_originate(&out, 1u << OSPF_LSA_NSSA);
}

/* --- out of an NSSA (3) --------------------------------------------------------------------- */

struct election { const struct ospf_area *a; bool lost; };

static void compete(struct ospf *o, struct lsdb_entry *e, void *arg)
{
	struct election *el = arg;
	const struct ospf_lsa_hdr *h = &e->lsa->h;
	struct asbr_path p;

	if (h->type != OSPF_LSA_ROUTER || e->lsa->area != el->a->id || e->flags & LSDB_MAXAGE ||
	    !table_router(el->a, h->adv, OSPF_ROUTER_B, &p))
		return;
	el->lost |= h->adv > o->router_id || e->lsa->image[OSPF_LSA_HLEN] & OSPF_ROUTER_NT;
}

/* 3.1 */
static bool is_translator(struct ospf *o, const struct ospf_area *a)
{
	struct election el = { .a = a };

	if (a->conf.type != OSPF_AREA_NSSA || !o->is_abr ||
	    a->conf.translate == OSPF_NSSA_NEVER)
		return false;
	if (a->conf.translate == OSPF_NSSA_ALWAYS)
		return true;
	lsdb_each(o, compete, &el);
	return !el.lost;
}

/* 3.2 (1): the type 7 LSA that a route is by. */
static const struct ospf_lsa *source_of(const struct ospf *o, const struct table_row *row)
{
	ospf_pnum p = ospf_prefix_find(o->pool, row->to.key, row->to.len);
	const ospf_knum *keys;
	size_t n;

	if (p == OSPF_NUM_NONE)
		return NULL;
	for (keys = ospf_prefix_keys(o->pool, p, &n); n > 0; n--, keys++) {
		const struct ospf_lsa *l = spf_lsa_of(o, *keys);

		if (l && l->h.type == OSPF_LSA_NSSA && l->area == row->r.area &&
		    l->h.adv == row->r.adv && l->dests[0].prefix == p)
			return l;
	}
	return NULL;
}

/* We say it ourselves (3.2 (1)). */
static bool is_told(const struct ext_list *l, size_t n, struct ospf_pnet to)
{
	for (size_t i = 0; i < n; i++)
		if (l->rows[i].to.key == to.key && l->rows[i].to.len == to.len)
			return true;
	return false;
}

static void translate(struct ext_list *l, const struct ospf *o, const struct table_row *row)
{
	const struct ospf_area *a = ospf_area_find(o, row->r.area);
	const struct ospf_lsa *lsa = a && a->translator ? source_of(o, row) : NULL;
	struct ospf_external x;
	struct rd r;

	if (!lsa)
		return;
	r = ospf_lsa_body(lsa->image, lsa->len);
	if (ospf_external_parse(&x, &r) && x.fwd != 0)
		ext_add(l, &(struct ext_row){ .to = row->to, .fwd = x.fwd, .from = a, .conf = {
			.on = true, .type1 = !x.e2, .metric = x.metric, .tag = x.tag } });
}

void nssa_translate(struct ospf *o, struct ext_list *l)
{
	struct table_row *rows;
	struct ospf_area *a;
	size_t n, own = l->n;
	bool any = false;

	list_for_each(&o->areas, a, node) {
		a->translator = is_translator(o, a);
		any |= a->translator;
	}
	if (!any)
		return;
	rows = table_rows(o, &n);
	l->failed |= o->spf->nomem;
	for (size_t i = 0; i < n; i++)
		if (rows[i].r.flags & SPF_P_NSSA && rows[i].r.flags & SPF_P_PBIT &&
		    !is_told(l, own, rows[i].to))
			translate(l, o, &rows[i]);
	free(rows);
}
