// SPDX-License-Identifier: MIT
/* RFC 3101 2: what this router tells of external destinations, everywhere and in its NSSAs. */
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
