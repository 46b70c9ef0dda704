// SPDX-License-Identifier: MIT
/* What there is of areas and LSAs. */
#include <stdlib.h>
#include <string.h>

#include "stack/ospf/ospf.h"

/* --- LSAs ------------------------------------------------------------------------------- */

static ns_t installed_at(const struct ospf *o, const struct lsdb_entry *e)
{
	ns_t at = o->st->now - o->st->now % MSEC(1) - lsdb_installed_ago(o, e) * MSEC(1);

	return at > o->started_at ? at : o->started_at;
}

static bool any(struct ospf *o, struct lsdb_entry *e, void *arg)
{
	(void)o;
	(void)e;
	(void)arg;
	return true;
}

void show_ospf_lsas(struct stack *st, bool (*fn)(void *arg, const struct show_ospf_lsa *l),
		    void *arg)
{
	struct ospf *o = st->ospf;
	ospf_knum *keys;
	bool go_on = true;
	size_t n;

	if (!o)
		return;
	keys = lsdb_pick(o, any, NULL, &n);
	for (size_t i = 0; i < n && go_on; i++) {
		const struct lsdb_entry *e = lsdb_find(o, keys[i]);
		struct show_ospf_lsa l = {
			.area = e->lsa->area, .image = e->lsa->image, .len = e->lsa->len,
			.age = lsdb_age(o, e), .self = e->flags & LSDB_SELF,
			.installed_at = installed_at(o, e),
		};

		go_on = fn(arg, &l);
	}
	free(keys);
}

/* --- areas ------------------------------------------------------------------------------ */

static uint32_t count_full(const struct ospf_area *a)
{
	const struct ospf_if *oi;
	const struct ospf_nbr *n;
	uint32_t full = 0;

	list_for_each(&a->ifs, oi, node)
		list_for_each(&oi->nbrs, n, node)
			full += n->state == OSPF_NBR_FULL;
	return full;
}

static uint32_t count_ifs(const struct ospf_area *a)
{
	const struct ospf_if *oi;
	uint32_t n = 0;

	list_for_each(&a->ifs, oi, node)
		n++;
	return n;
}

void show_ospf_areas(struct stack *st, bool (*fn)(void *arg, const struct show_ospf_area *a),
		     void *arg)
{
	const struct ospf_area *a;

	if (!st->ospf)
		return;
	list_for_each(&st->ospf->areas, a, node) {
		struct show_ospf_area s = {
			.id = a->id, .config = a->conf, .n_ifs = count_ifs(a),
			.n_full = count_full(a), .n_spf = a->n_spf, .transit = a->transit,
			.translator = a->translator, .digest = a->digest,
		};

		memcpy(s.n_lsas, a->n_lsas, sizeof(s.n_lsas));
		memcpy(s.lsa_sum, a->lsa_sum, sizeof(s.lsa_sum));
		if (!fn(arg, &s))
			return;
	}
}

uint64_t show_ospf_external_digest(struct stack *st)
{
	return st->ospf ? st->ospf->external_digest : 0;
}
