// SPDX-License-Identifier: MIT
/* Bodies of contracts that nobody has implemented yet; empty, this file goes. */
#include "stack/ospf/ospf.h"

#pragma GCC diagnostic ignored "-Wunused-parameter"

int stack_ospf_redistribute(struct stack *st, enum route_proto from, const struct ospf_redistribute *r)
{
	return 0;
}

int stack_ospf_default(struct stack *st, const struct ospf_redistribute *r, bool always)
{
	return 0;
}

void show_ospf_areas(struct stack *st, bool (*fn)(void *arg, const struct show_ospf_area *a), void *arg)
{
}

uint64_t show_ospf_external_digest(struct stack *st)
{
	return 0;
}

void show_ospf_lsas(struct stack *st, bool (*fn)(void *arg, const struct show_ospf_lsa *l), void *arg)
{
}

void show_ospf_routes(struct stack *st, bool (*fn)(void *arg, const struct show_ospf_route *r), void *arg)
{
}

void show_ospf_tree(struct stack *st, uint32_t area, bool (*fn)(void *arg, const struct show_ospf_vertex *v), void *arg)
{
}

enum drop ospf_lsu_input(struct ospf_nbr *n, struct rd *r)
{
	return DROP_NONE;
}

enum drop ospf_lsack_input(struct ospf_nbr *n, struct rd *r)
{
	return DROP_NONE;
}

struct lsdb_entry *lsdb_find(const struct ospf *o, ospf_knum k)
{
	return NULL;
}

struct lsdb_entry *lsdb_find3(const struct ospf *o, uint32_t area, uint8_t type, uint32_t id, uint32_t adv)
{
	return NULL;
}

uint16_t lsdb_age(const struct ospf *o, const struct lsdb_entry *e)
{
	return 0;
}

int lsa_compare(const struct ospf_lsa_hdr *a, uint16_t a_age, const struct ospf_lsa_hdr *b, uint16_t b_age)
{
	return 0;
}

int lsdb_install(struct ospf *o, struct ospf_lsa *l, uint16_t age)
{
	return 0;
}

void lsdb_remove(struct ospf *o, ospf_knum k)
{
}

void lsdb_each(struct ospf *o, void (*fn)(struct ospf *o, struct lsdb_entry *e, void *arg), void *arg)
{
}

ospf_knum *lsdb_sorted(const struct ospf *o, uint32_t area, size_t *n)
{
	return NULL;
}

bool lsdb_type_fits(const struct ospf_area *a, uint8_t type)
{
	return false;
}

bool ospf_flood(struct ospf *o, struct lsdb_entry *e, struct ospf_nbr *from)
{
	return false;
}

void ospf_lsa_emit(struct wr *w, const struct ospf_if *oi, const struct lsdb_entry *e)
{
}

void ospf_ack_delayed(struct ospf_if *oi, const struct lsdb_entry *e)
{
}

void ospf_ack_direct(struct ospf_nbr *n, const struct ospf_lsa_hdr *h, uint16_t age)
{
}

bool ospf_is_retransmitted(const struct ospf *o, ospf_knum k)
{
	return false;
}

void ospf_nbr_lists_clear(struct ospf_nbr *n)
{
}

int ospf_originate(struct ospf *o, uint32_t area, uint8_t type, uint32_t id, uint8_t options, const void *body, size_t len)
{
	return 0;
}

void ospf_flush(struct ospf *o, uint32_t area, uint8_t type, uint32_t id)
{
}

void ospf_router_lsa_dirty(struct ospf_area *a)
{
}

void ospf_net_lsa_dirty(struct ospf_if *oi)
{
}

bool ospf_self_received(struct ospf *o, struct ospf_nbr *n, struct ospf_lsa *l)
{
	return false;
}

void ospf_lsa_changed(struct ospf *o, const struct ospf_lsa *was, const struct ospf_lsa *is)
{
}

void ospf_spf_run(struct ospf *o)
{
}

bool ospf_router_reachable(struct ospf_area *a, uint32_t router_id, uint32_t *cost)
{
	return false;
}

void ospf_summaries_update(struct ospf *o)
{
}

void ospf_externals_update(struct ospf *o)
{
}

void ospf_routes_withdraw(struct ospf *o)
{
}

void ospf_retransmit(struct ospf_nbr *n, struct lsdb_entry *e)
{
}

void lsdb_fini(struct ospf *o)
{
}

void ospf_origin_fini(struct ospf *o)
{
}

void ospf_recompute(struct ospf *o)
{
}

void ospf_spf_show(const struct ospf *o, struct show_ospf *out)
{
}

void ospf_spf_fini(struct ospf *o)
{
}

void ospf_spf_area_fini(struct ospf_area *a)
{
}

void ospf_ext_fini(struct ospf *o)
{
}

void ospf_origin_area_fini(struct ospf_area *a)
{
}

const struct lsa_set_row *lsa_set_find(const struct lsa_set *s, ospf_knum k)
{
	return NULL;
}
