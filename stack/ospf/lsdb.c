// SPDX-License-Identifier: MIT
/*
 * The link state database (RFC 2328 12.2): a paged table by key number of 16
 * bytes an LSA, for all areas and the AS.  All else of an LSA is the pool's.
 *
 * A flood brings most LSAs twice, so finding one is two loads, and comparing
 * instances is comparing pointers.
 */
#include <stdlib.h>
#include <string.h>

#include "stack/ospf/ospf.h"

#define FIRST_PAGES 4

/* --- finding ------------------------------------------------------------------------ */

struct lsdb_entry *lsdb_find3(const struct ospf *o, uint32_t area, uint8_t type, uint32_t id,
			      uint32_t adv)
{
	struct ospf_key3 key = { .area = area, .type = type, .id = id, .adv = adv };
	ospf_knum k = ospf_key_find(o->pool, &key);

	return k == OSPF_NUM_NONE ? NULL : lsdb_find(o, k);
}

uint16_t lsdb_age(const struct ospf *o, const struct lsdb_entry *e)
{
	uint32_t age = (ospf_now_ms(o) - e->born_ms) / 1000;

	return e->flags & LSDB_MAXAGE || age > OSPF_MAX_AGE ? OSPF_MAX_AGE : (uint16_t)age;
}

void lsdb_hdr_emit(const struct ospf *o, const struct lsdb_entry *e, struct wr *w)
{
	uint8_t *p = wr_take(w, OSPF_LSA_HLEN);

	if (!p)
		return;
	memcpy(p, e->lsa->image, OSPF_LSA_HLEN);
	ospf_lsa_put_age(p, lsdb_age(o, e));
}

int lsa_compare(const struct ospf_lsa_hdr *a, uint16_t a_age, const struct ospf_lsa_hdr *b,
		uint16_t b_age)
{
	if (!ospf_seq_eq(a->seq, b->seq))
		return ospf_seq_lt(a->seq, b->seq) ? -1 : 1;
	if (a->csum != b->csum)
		return a->csum < b->csum ? -1 : 1;
	if ((a_age == OSPF_MAX_AGE) != (b_age == OSPF_MAX_AGE))
		return a_age == OSPF_MAX_AGE ? 1 : -1;
	if (abs(a_age - b_age) > OSPF_MAX_AGE_DIFF)
		return a_age < b_age ? 1 : -1;
	return 0;
}

bool lsdb_type_fits(const struct ospf_area *a, uint8_t type)
{
	switch (type) {
	case OSPF_LSA_ROUTER:
	case OSPF_LSA_NETWORK:
	case OSPF_LSA_SUMMARY:
	case OSPF_LSA_ASBR:
		return true;
	case OSPF_LSA_EXTERNAL:
		return a->conf.type == OSPF_AREA_NORMAL;
	case OSPF_LSA_NSSA:
		return a->conf.type == OSPF_AREA_NSSA;
	}
	return false;
}

/* --- changing ----------------------------------------------------------------------- */

static struct lsdb_entry *slot_make(struct ospf *o, ospf_knum k)
{
	struct ospf_lsdb *db = &o->lsdb;
	uint32_t page = k / LSDB_PAGE;

	if (page >= db->n_pages) {
		uint32_t n = page < FIRST_PAGES ? FIRST_PAGES : page + page / 4 + 1;
		struct lsdb_page **pages = realloc(db->pages, n * sizeof(*pages));

		if (!pages)
			return NULL;
		memset(pages + db->n_pages, 0, (n - db->n_pages) * sizeof(*pages));
		db->pages = pages;
		db->n_pages = n;
	}
	if (!db->pages[page])
		db->pages[page] = calloc(1, sizeof(*db->pages[page]));
	return db->pages[page] ? &db->pages[page]->e[k % LSDB_PAGE] : NULL;
}

/* The sums of the database that l is in, by +1 or -1; what is at MaxAge is no part
 * of the digest. */
static void count(struct ospf *o, const struct ospf_lsa *l, bool maxage, uint32_t sign)
{
	uint64_t digest = maxage ? 0 : l->hash * (uint64_t)(int32_t)sign;
	struct ospf_area *a;

	if (l->area == OSPF_AREA_AS) {
		o->external_digest += digest;
		o->n_external += sign;
		o->external_sum += sign * l->h.csum;
		return;
	}
	a = ospf_area_find(o, l->area);
	if (!a)
		return;
	a->digest += digest;
	a->n_lsas[l->h.type] += sign;
	a->lsa_sum[l->h.type] += sign * l->h.csum;
}

/* 13.2: do options, MaxAge, length or body differ? */
static bool differs(const struct ospf_lsa *a, bool a_maxage, const struct ospf_lsa *b,
		    bool b_maxage)
{
	return a->h.options != b->h.options || a_maxage != b_maxage || a->len != b->len ||
	       memcmp(a->image + OSPF_LSA_HLEN, b->image + OSPF_LSA_HLEN,
		      a->len - (size_t)OSPF_LSA_HLEN) != 0;
}

/* What an entry holds now in the eyes of the routing table: nothing at MaxAge. */
static struct ospf_lsa *told(struct ospf_lsa *l, bool maxage)
{
	return maxage ? NULL : l;
}

int lsdb_install(struct ospf *o, struct ospf_lsa *l, uint16_t age)
{
	struct lsdb_entry *e = slot_make(o, l->key);
	bool maxage = age >= OSPF_MAX_AGE, was_maxage;
	struct ospf_lsa *was;

	if (!e || (maxage && lsa_set_add(&o->maxage, l->key, ospf_now_ms(o)))) {
		ospf_lsa_put(o->pool, l);
		return ERR_NOMEM;
	}
	was = e->lsa;
	was_maxage = e->flags & LSDB_MAXAGE;
	if (was) {
		count(o, was, was_maxage, -1u);
		ospf_rxmt_forget(o, l->area, l->key);
	} else {
		o->lsdb.n++;
	}
	count(o, l, maxage, 1);
	*e = (struct lsdb_entry){
		.lsa = l,
		.born_ms = ospf_now_ms(o) - age * 1000u,
		.installed_age = age & 0xfffu,
		.flags = (l->h.adv == o->router_id ? LSDB_SELF : 0) | (maxage ? LSDB_MAXAGE : 0),
	};
	ospf_age_arm(o, e);
	if ((told(was, was_maxage) || told(l, maxage)) &&
	    (!was || differs(was, was_maxage, l, maxage)))
		ospf_lsa_changed(o, told(was, was_maxage), told(l, maxage));
	ospf_lsa_put(o->pool, was);
	return OK;
}

void lsdb_expire(struct ospf *o, struct lsdb_entry *e)
{
	if (e->flags & LSDB_MAXAGE || lsa_set_add(&o->maxage, e->lsa->key, ospf_now_ms(o)))
		return;                   /* no memory: it is tried again by age.c */
	count(o, e->lsa, false, -1u);
	count(o, e->lsa, true, 1);
	e->flags |= LSDB_MAXAGE;
	ospf_age_arm(o, e);
	ospf_lsa_changed(o, e->lsa, NULL);
}

void lsdb_remove(struct ospf *o, ospf_knum k)
{
	struct lsdb_entry *e = lsdb_find(o, k);
	struct ospf_lsa *was;
	bool maxage;

	if (!e)
		return;
	was = e->lsa;
	maxage = e->flags & LSDB_MAXAGE;
	count(o, was, maxage, -1u);
	ospf_rxmt_forget(o, was->area, k);
	*e = (struct lsdb_entry){ 0 };
	o->lsdb.n--;
	lsa_set_del(&o->maxage, k);
	if (!maxage)
		ospf_lsa_changed(o, was, NULL);
	if (was->h.adv == o->router_id)
		ospf_origin_removed(o, k);
	ospf_lsa_put(o->pool, was);
}

void lsdb_each(struct ospf *o, void (*fn)(struct ospf *o, struct lsdb_entry *e, void *arg),
	       void *arg)
{
	for (uint32_t p = 0; p < o->lsdb.n_pages; p++)
		for (uint32_t i = 0; o->lsdb.pages[p] && i < LSDB_PAGE; i++)
			if (o->lsdb.pages[p]->e[i].lsa)
				fn(o, &o->lsdb.pages[p]->e[i], arg);
}

void lsdb_fini(struct ospf *o)
{
	for (uint32_t p = 0; p < o->lsdb.n_pages; p++) {
		for (uint32_t i = 0; o->lsdb.pages[p] && i < LSDB_PAGE; i++)
			ospf_lsa_put(o->pool, o->lsdb.pages[p]->e[i].lsa);
		free(o->lsdb.pages[p]);
	}
	free(o->lsdb.pages);
	o->lsdb = (struct ospf_lsdb){ 0 };
	lsa_set_clear(&o->maxage);
}

/* --- in order -------------------------------------------------------------------------- */

struct sort_row { uint32_t area, id, adv; uint8_t type; ospf_knum k; };

static int by_name(const void *pa, const void *pb)
{
	const struct sort_row *a = pa, *b = pb;

	if (a->area != b->area)
		return a->area < b->area ? -1 : 1;
	if (a->type != b->type)
		return a->type < b->type ? -1 : 1;
	if (a->id != b->id)
		return a->id < b->id ? -1 : 1;
	return a->adv < b->adv ? -1 : a->adv > b->adv;
}

struct pick {
	bool (*want)(struct ospf *o, struct lsdb_entry *e, void *arg);
	void *arg;
	struct sort_row *rows;
	size_t n;
};

static void pick_one(struct ospf *o, struct lsdb_entry *e, void *arg)
{
	const struct ospf_lsa *l = e->lsa;
	struct pick *p = arg;

	if (p->want(o, e, p->arg))
		p->rows[p->n++] = (struct sort_row){ l->area, l->h.id, l->h.adv, l->h.type,
						     l->key };
}

ospf_knum *lsdb_pick(struct ospf *o, bool (*want)(struct ospf *o, struct lsdb_entry *e, void *arg),
		     void *arg, size_t *n)
{
	struct pick p = { want, arg, malloc(o->lsdb.n * sizeof(*p.rows)), 0 };
	ospf_knum *keys;

	*n = 0;
	if (!p.rows)
		return NULL;
	lsdb_each(o, pick_one, &p);
	qsort(p.rows, p.n, sizeof(*p.rows), by_name);
	keys = p.n ? malloc(p.n * sizeof(*keys)) : NULL;
	for (; keys && *n < p.n; ++*n)
		keys[*n] = p.rows[*n].k;
	free(p.rows);
	return keys;
}

static bool in_area(struct ospf *o, struct lsdb_entry *e, void *arg)
{
	(void)o;
	return e->lsa->area == *(const uint32_t *)arg;
}

ospf_knum *lsdb_sorted(struct ospf *o, uint32_t area, size_t *n)
{
	return lsdb_pick(o, in_area, &area, n);
}
