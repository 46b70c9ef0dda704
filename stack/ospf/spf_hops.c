// SPDX-License-Identifier: MIT
/*
 * Next hops (RFC 2328 16.1.1) as sets of core/nexthop.h, of which this router
 * needs few.  Each set that a computation meets is held once, until a sweep
 * finds that no vertex has it.
 */
#include <stdlib.h>

#include "stack/core/core.h"
#include "stack/ospf/spf.h"

#define SWEEP_ABOVE 64                    /* sets: fewer are not worth it */

static bool is_held(const struct ospf_spf *s, nexthops_id id)
{
	return id / 64 < s->n_held_words && s->held[id / 64] >> id % 64 & 1;
}

static int hold_room(struct ospf_spf *s, nexthops_id id)
{
	uint32_t n = id / 64 + 1;
	uint64_t *held;

	if (n <= s->n_held_words)
		return OK;
	held = realloc(s->held, n * sizeof(*held));
	if (!held)
		return ERR_NOMEM;
	memset(held + s->n_held_words, 0, (n - s->n_held_words) * sizeof(*held));
	s->held = held;
	s->n_held_words = n;
	return OK;
}

nexthops_id spf_hops_get(struct ospf *o, const struct nexthop *h, unsigned n)
{
	struct ospf_spf *s = o->spf;
	nexthops_id id;

	if (nexthops_get(o->st, h, n, &id)) {
		s->nomem = true;
		return 0;
	}
	if (is_held(s, id) || hold_room(s, id)) {
		nexthops_put(o->st, id);
		s->nomem |= !is_held(s, id);
		return is_held(s, id) ? id : 0;
	}
	s->held[id / 64] |= UINT64_C(1) << id % 64;
	s->n_held++;
	return id;
}

static bool hop_before(const struct hop *a, const struct hop *b)
{
	if (a->dev != b->dev)
		return a->dev->ifindex < b->dev->ifindex;
	return a->via < b->via;
}

static struct nexthop as_asked(const struct hop *h)
{
	return (struct nexthop){ .dev = h->dev, .via = h->via };
}

static outlined nexthops_id merge(struct ospf *o, nexthops_id a, nexthops_id b)
{
	const struct nexthops *x = nexthops_of(o->st, a), *y = nexthops_of(o->st, b);
	unsigned most = o->conf.max_paths && o->conf.max_paths < ROUTE_HOPS_MAX ?
			o->conf.max_paths : ROUTE_HOPS_MAX;
	struct nexthop out[ROUTE_HOPS_MAX];
	unsigned i = 0, j = 0, n = 0;

	if (!x->n_hops || !y->n_hops)     /* of a device that is gone */
		return x->n_hops ? a : b;
	while (n < most && (i < x->n_hops || j < y->n_hops)) {
		if (j == y->n_hops || (i < x->n_hops && hop_before(&x->hops[i], &y->hops[j]))) {
			out[n++] = as_asked(&x->hops[i++]);
		} else {
			i += i < x->n_hops && !hop_before(&y->hops[j], &x->hops[i]);
			out[n++] = as_asked(&y->hops[j++]);
		}
	}
	return spf_hops_get(o, out, n);
}

nexthops_id spf_hops_union(struct ospf *o, struct spf_memo *memo, nexthops_id a, nexthops_id b)
{
	struct spf_memo *m = &memo[(a * 31u + b) % SPF_MEMO];

	if (a == b)
		return a;
	if (m->a != a || m->b != b)
		*m = (struct spf_memo){ a, b, merge(o, a, b) };
	return m->u;
}

bool spf_hops_direct(const struct ospf *o, nexthops_id h)
{
	const struct nexthops *x = nexthops_of(o->st, h);

	for (unsigned i = 0; i < x->n_hops; i++)
		if (x->hops[i].via == 0)
			return true;
	return false;
}

nexthops_id spf_hops_behind(struct ospf *o, nexthops_id h, ip4_t via)
{
	const struct nexthops *x = nexthops_of(o->st, h);
	struct nexthop out[ROUTE_HOPS_MAX];

	if (!spf_hops_direct(o, h))
		return h;
	for (unsigned i = 0; i < x->n_hops; i++) {
		out[i] = as_asked(&x->hops[i]);
		if (out[i].via == 0)
			out[i].via = via;
	}
	return spf_hops_get(o, out, x->n_hops);
}

static bool dev_has(const struct netdev *dev, ip4_t key, unsigned len)
{
	const struct ifaddr *ia;

	list_for_each(&dev->addrs, ia, node)
		if (ia->prefix.addr.family == ADDR_IP4 && ip4_in(ia->prefix.addr.v4, key, len) &&
		    (ia->prefix.len == len || len == 32))
			return true;
	return false;
}

nexthops_id spf_hops_own(struct ospf *o, const struct ospf_area *a, ip4_t key, unsigned len)
{
	struct ospf_if *oi;

	list_for_each(&a->ifs, oi, node) {
		if (dev_has(oi->dev, key, len)) {
			struct nexthop h = { .dev = oi->dev };

			return spf_hops_get(o, &h, 1);
		}
	}
	return 0;
}

static void mark(const struct ospf *o, uint64_t *used, uint32_t n_words)
{
	const struct ospf_area *a;

	list_for_each(&o->areas, a, node) {
		for (uint32_t i = 0; a->spf && i < a->spf->n_pages; i++) {
			const struct spf_page *p = a->spf->pages[i];

			for (unsigned j = 0; p && j < SPF_PAGE; j++)
				if (p->dist[j] != SPF_UNREACHABLE && p->hops[j] / 64 < n_words)
					used[p->hops[j] / 64] |= UINT64_C(1) << p->hops[j] % 64;
		}
	}
}

static void give_back(struct ospf *o, const uint64_t *used)
{
	struct ospf_spf *s = o->spf;

	for (uint32_t i = 0; i < s->n_held_words; i++) {
		for (uint64_t w = s->held[i] & ~(used ? used[i] : 0); w; w &= w - 1) {
			nexthops_put(o->st, (nexthops_id)(64 * i + (unsigned)__builtin_ctzll(w)));
			s->n_held--;
		}
		s->held[i] &= used ? used[i] : 0;
	}
	s->n_live = s->n_held;
}

void spf_hops_sweep(struct ospf *o)
{
	struct ospf_spf *s = o->spf;
	uint64_t *used;

	if (s->n_held < 2 * s->n_live + SWEEP_ABOVE)
		return;
	used = calloc(s->n_held_words, sizeof(*used));
	if (!used)
		return;                   /* another time */
	mark(o, used, s->n_held_words);
	give_back(o, used);
	free(used);
}

void spf_hops_fini(struct ospf *o)
{
	give_back(o, NULL);
	free(o->spf->held);
	o->spf->held = NULL;
	o->spf->n_held_words = 0;
}
