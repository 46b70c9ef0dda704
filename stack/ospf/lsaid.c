// SPDX-License-Identifier: MIT
#include "stack/ospf/lsaid.h"

#include <stdlib.h>

#include "stack/ospf/spf.h"

struct wr lsaid_add(struct lsaid_list *l, uint8_t type, struct ospf_pnet to, uint8_t options)
{
	size_t cap = l->cap ? 2 * l->cap : 16;
	struct lsaid_row *rows, *row;

	if (l->n == l->cap) {
		rows = realloc(l->rows, cap * sizeof(*rows));
		if (!rows) {
			l->failed = true;
			return wr_init(NULL, 0);
		}
		l->rows = rows;
		l->cap = cap;
	}
	row = &l->rows[l->n++];
	*row = (struct lsaid_row){ .to = to, .id = to.key, .type = type, .options = options };
	row->len = type == OSPF_LSA_EXTERNAL || type == OSPF_LSA_NSSA ? 16 : 8;
	return wr_init(row->body, row->len);
}

static int by_prefix(const void *pa, const void *pb)
{
	const struct lsaid_row *a = pa, *b = pb;

	if (a->type != b->type)
		return (int)a->type - (int)b->type;
	if (a->to.key != b->to.key)
		return a->to.key < b->to.key ? -1 : 1;
	return (int)a->to.len - (int)b->to.len;
}

static int by_id(const void *pa, const void *pb)
{
	const struct lsaid_row *a = pa, *b = pb;

	if (a->type != b->type)
		return (int)a->type - (int)b->type;
	if (a->id != b->id)
		return a->id < b->id ? -1 : 1;
	return (int)a->to.len - (int)b->to.len;
}

/* E: of prefixes that begin at one address, the shortest has the address as its
 * Link State ID, others have their host bits set; but a host route has none, so
 * if there is one the address is its own. */
static void choose_ids(struct lsaid_list *l)
{
	for (size_t i = 0, end; i < l->n; i = end) {
		bool host;

		for (end = i + 1; end < l->n && l->rows[end].type == l->rows[i].type &&
				  l->rows[end].to.key == l->rows[i].to.key; end++)
			;
		host = end - i > 1 && l->rows[end - 1].to.len == 32;
		for (size_t j = i + !host; j < end; j++)
			l->rows[j].id |= ~ip4_mask(l->rows[j].to.len);
	}
}

/* Two that still have one ID: the shorter prefix is said, the other cannot be. */
static void drop_doubles(struct lsaid_list *l)
{
	size_t n = 0;

	for (size_t i = 0; i < l->n; i++)
		if (n == 0 || l->rows[n - 1].type != l->rows[i].type ||
		    l->rows[n - 1].id != l->rows[i].id)
			l->rows[n++] = l->rows[i];
	l->n = n;
}

struct flush {
	const struct lsaid_list *l;
	uint32_t types;
	struct lsaid_row *rows;
	size_t n, cap;
	bool failed;
};

/* Is an LSA of ours in the list? */
static bool is_listed(const struct lsaid_list *l, const struct lsaid_row *key)
{
	size_t lo = 0, hi = l->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (by_id(&l->rows[mid], key) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < l->n && l->rows[lo].type == key->type && l->rows[lo].id == key->id;
}

/* An LSA of ours, said or about to be: it goes if it is not in the list. */
static void flush_add(struct flush *f, uint32_t area, uint8_t type, uint32_t id)
{
	struct lsaid_row key = { .id = id, .type = type }, *rows;
	size_t cap = f->cap ? 2 * f->cap : 16;

	if (!(f->types >> type & 1) || area != f->l->area || is_listed(f->l, &key))
		return;
	if (f->n == f->cap) {
		rows = realloc(f->rows, cap * sizeof(*rows));
		if (!rows) {
			f->failed = true;
			return;
		}
		f->rows = rows;
		f->cap = cap;
	}
	f->rows[f->n++] = key;
}

static void find_other(struct ospf *o, struct lsdb_entry *e, void *arg)
{
	const struct ospf_lsa_hdr *h = &e->lsa->h;

	if (h->adv == o->router_id && !(e->flags & LSDB_MAXAGE))
		flush_add(arg, e->lsa->area, h->type, h->id);
}

/* Its time has not come (MinLSInterval): in the database it is not, or being flushed. */
static void find_held(struct ospf *o, const struct ospf_key3 *key, void *arg)
{
	(void)o;
	flush_add(arg, key->area, key->type, key->id);
}

/* What is not in the list, in the order of IDs: that of the database is nobody's to see. */
static void flush_others(struct lsaid_list *l, uint32_t types)
{
	struct flush f = { .l = l, .types = types };

	lsdb_each(l->o, find_other, &f);
	ospf_origin_held(l->o, find_held, &f);
	if (f.n)
		qsort(f.rows, f.n, sizeof(*f.rows), by_id);
	for (size_t i = 0; i < f.n; i++)
		ospf_flush(l->o, l->area, f.rows[i].type, f.rows[i].id);
	free(f.rows);
	if (f.failed)
		spf_again(l->o);
}

void lsaid_originate(struct lsaid_list *l, uint32_t types)
{
	if (l->failed) {
		spf_again(l->o);
	} else {
		if (l->n)
			qsort(l->rows, l->n, sizeof(*l->rows), by_prefix);
		choose_ids(l);
		if (l->n)
			qsort(l->rows, l->n, sizeof(*l->rows), by_id);
		drop_doubles(l);
		flush_others(l, types);
		for (size_t i = 0; i < l->n; i++)
			if (ospf_originate(l->o, l->area, l->rows[i].type, l->rows[i].id,
					   l->rows[i].options, l->rows[i].body,
					   l->rows[i].len) == ERR_NOMEM)
				spf_again(l->o);
	}
	free(l->rows);
}
