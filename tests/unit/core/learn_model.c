// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Learned and configured routes mixed, by several next hops, while interfaces
 * lose their carriers and gateways fall silent: all agrees with a list of routes
 * that is searched from end to end.
 */
#include <stdlib.h>

#include "stack/core/core.h"
#include "stack/core/learn.h"
#include "stack/util/rng.h"
#include "tests/unit/harness.h"

#define DEVS 4
#define MODEL_MAX 300

/* devs: bit i: a next hop 10.0.i.2 by ethi. */
struct row { ip4_t key; unsigned len, proto, distance, metric, devs, age; bool learned; };

struct model {
	struct net *net;
	struct stack *st;
	struct netdev *dev[DEVS];
	struct row r[MODEL_MAX];
	unsigned n, age, running, silent; /* bits of devices */
	struct rng rng;
};

static struct model *model_new(uint64_t seed)
{
	struct model *m = calloc(1, sizeof(*m));

	REQUIRE(m != NULL);
	m->net = net_new();
	m->st = net_router(m->net, "r");
	for (unsigned i = 0; i < DEVS; i++) {
		char name[8], addr[24];

		snprintf(name, sizeof(name), "eth%u", i);
		snprintf(addr, sizeof(addr), "10.0.%u.1/24", i);
		m->dev[i] = net_dev(m->st, name, addr);
	}
	m->running = (1u << DEVS) - 1;
	rng_init(&m->rng, seed, "learn_model");
	return m;
}

static void model_free(struct model *m)
{
	net_free(m->net);
	free(m);
}

/* --- what a list says ----------------------------------------------------------------- */

static bool better(const struct row *a, const struct row *b)
{
	if (a->len != b->len)
		return a->len > b->len;
	if (a->distance != b->distance)
		return a->distance < b->distance;
	if (a->metric != b->metric)
		return a->metric < b->metric;
	if (a->learned != b->learned)
		return b->learned;
	return a->age < b->age;
}

static bool usable(const struct model *m, const struct row *r)
{
	return !r->devs || (r->devs & m->running) != 0;
}

static bool answers(const struct model *m, const struct row *r)
{
	return !r->devs || (r->devs & m->running & ~m->silent) != 0;
}

/* Of one prefix: the best that answers, or else the best that is usable. */
static const struct row *serving(const struct model *m, ip4_t key, unsigned len)
{
	const struct row *best = NULL;

	for (unsigned i = 0; i < m->n; i++) {
		const struct row *r = &m->r[i];

		if (r->key != key || r->len != len || !usable(m, r))
			continue;
		if (!best || answers(m, r) > answers(m, best) ||
		    (answers(m, r) == answers(m, best) && better(r, best)))
			best = r;
	}
	return best;
}

static const struct row *lookup(const struct model *m, ip4_t dst)
{
	const struct row *best = NULL;

	for (unsigned i = 0; i < m->n; i++)
		if (usable(m, &m->r[i]) && ip4_in(dst, m->r[i].key, m->r[i].len) &&
		    (!best || m->r[i].len > best->len))
			best = &m->r[i];
	return best ? serving(m, best->key, best->len) : NULL;
}

/* The best with a hop by dev, unless one that leads nowhere is better. */
static const struct row *lookup_by(const struct model *m, ip4_t dst, unsigned dev)
{
	const struct row *best = NULL;

	for (unsigned i = 0; i < m->n; i++)
		if ((!m->r[i].devs || m->r[i].devs >> dev & 1) &&
		    ip4_in(dst, m->r[i].key, m->r[i].len) && (!best || better(&m->r[i], best)))
			best = &m->r[i];
	return best && best->devs ? best : NULL;
}

static bool same(const struct row *want, const struct route_view *got)
{
	return got->key == want->key && got->len == want->len && got->proto == want->proto &&
	       got->metric == want->metric && got->distance == want->distance &&
	       !got->configured == want->learned &&
	       got->nh->n_hops == (unsigned)__builtin_popcount(want->devs);
}

/* --- changes --------------------------------------------------------------------------- */

/* Few enough to meet again. */
static ip4_t random_addr(struct model *m)
{
	return IP4(172, 16, 0, 0) | (rng_u32(&m->rng) & 0x00040303);
}

static struct row random_row(struct model *m)
{
	static const unsigned lens[] = { 0, 8, 12, 14, 22, 23, 24, 30, 31, 32 };
	struct row r = { .len = lens[rng_below(&m->rng, N_ELEM(lens))],
			 .metric = 1 + rng_below(&m->rng, 3), .devs = rng_below(&m->rng, 16),
			 .learned = rng_below(&m->rng, 2), .proto = RP_STATIC };

	r.key = random_addr(m) & ip4_mask(r.len);
	r.distance = rng_below(&m->rng, 3) ? 1 : 110;
	if (r.learned) {
		r.proto = rng_below(&m->rng, 3) ? RP_OSPF : RP_RIP;
		r.distance = r.proto == RP_OSPF ? 110 : 120;
	}
	return r;
}

static struct row *find(struct model *m, const struct row *like)
{
	for (unsigned i = 0; i < m->n; i++) {
		struct row *r = &m->r[i];

		if (r->key == like->key && r->len == like->len && r->proto == like->proto &&
		    (r->learned || r->metric == like->metric))
			return r;
	}
	return NULL;
}

static int learn(struct model *m, const struct row *r)
{
	struct nexthop h[DEVS];
	nexthops_id id;
	unsigned n = 0;
	int changed;

	for (unsigned i = DEVS; i-- > 0; )
		if (r->devs >> i & 1)
			h[n++] = (struct nexthop){ .dev = m->dev[i], .via = IP4(10, 0, i, 2) };
	REQUIRE(nexthops_get(m->st, h, n, &id) == OK);
	changed = route_learn(m->st, r->proto, r->key, r->len, r->metric, id);
	nexthops_put(m->st, id);
	return changed;
}

static struct route_spec spec_of(const struct model *m, const struct row *r)
{
	struct route_spec s = { .to = { addr_ip4(r->key), (uint8_t)r->len }, .proto = r->proto,
				.metric = r->metric, .distance = (uint8_t)r->distance,
				.type = r->devs ? RT_UNICAST : RT_BLACKHOLE };

	for (unsigned i = 0; i < DEVS; i++)
		if (r->devs >> i & 1)
			s.hops[s.n_hops++] = (struct route_hop){ .via = addr_ip4(IP4(10, 0, i, 2)),
								 .dev = m->dev[i] };
	return s;
}

static void put(struct model *m, struct row r)
{
	struct row *old = find(m, &r);
	struct route_spec s = spec_of(m, &r);

	if (r.learned)
		CHECK_EQ(learn(m, &r), !old || old->metric != r.metric || old->devs != r.devs);
	else
		CHECK_EQ(stack_route_set(m->st, ROUTE_REPLACE, &s), OK);
	r.age = m->age++;
	if (old)
		*old = r;
	else
		m->r[m->n++] = r;
}

static void drop(struct model *m, const struct row *like)
{
	struct row *old = find(m, like);
	struct route_spec s = spec_of(m, like);

	s.n_hops = 0;
	s.type = old && !old->devs ? RT_BLACKHOLE : RT_UNICAST;
	if (like->learned)
		CHECK_EQ(route_unlearn(m->st, like->proto, like->key, like->len), old != NULL);
	else
		CHECK_EQ(stack_route_del(m->st, &s), old ? OK : ERR_NOENT);
	if (old)
		*old = m->r[--m->n];
}

/* A carrier that goes or comes; a gateway that falls silent or is heard. */
static void disturb(struct model *m)
{
	unsigned i = rng_below(&m->rng, DEVS), bit = 1u << i;

	if (rng_below(&m->rng, 2)) {
		m->running ^= bit;
		netdev_set_carrier(m->dev[i], m->running & bit);
		return;
	}
	m->silent ^= bit;
	if (m->silent & bit)
		gateway_failed(m->st, m->dev[i], IP4(10, 0, i, 2));
	else
		gateway_heard(m->st, m->dev[i], IP4(10, 0, i, 2));
}

/* New hops are not avoided yet, as in a router that has just learned of them. */
static void hear_all(struct model *m)
{
	for (unsigned i = 0; i < DEVS; i++)
		if (m->silent >> i & 1)
			gateway_failed(m->st, m->dev[i], IP4(10, 0, i, 2));
}

static void change(struct model *m)
{
	struct row r = random_row(m);

	if (rng_below(&m->rng, 8) == 0)
		disturb(m);
	else if (m->n == MODEL_MAX || (m->n && rng_below(&m->rng, 5) == 0))
		drop(m, &m->r[rng_below(&m->rng, m->n)]);
	else if (rng_below(&m->rng, 8) == 0)
		drop(m, &r);
	else
		put(m, r);
	hear_all(m);
}

/* --- the same? --------------------------------------------------------------------------- */

struct tally { unsigned wrong, found; };

static void compare_lookup(struct model *m, ip4_t dst, struct tally *t)
{
	const struct row *want = lookup(m, dst);
	struct nexthops *nh = route_lookup(m->st, dst);
	struct route_view got;

	t->found += want != NULL;
	if (!want)
		t->wrong += nh && nh->n_alive;            /* only without carrier */
	else
		t->wrong += !nh || !route_match(m->st, dst, nh, &got) || !same(want, &got);
}

static void compare_lookup_by(struct model *m, ip4_t dst, struct tally *t)
{
	unsigned dev = rng_below(&m->rng, DEVS);
	const struct row *want = lookup_by(m, dst, dev);
	struct hop *hop = NULL;
	struct nexthops *nh;
	struct route_view got;

	if (m->silent)                            /* the other test's */
		return;
	nh = route_lookup_by(m->st, dst, m->dev[dev], &hop);
	t->found += want != NULL;
	if (!want)
		t->wrong += nh != NULL;
	else
		t->wrong += !nh || !hop || hop->dev != m->dev[dev] ||
			    !route_match(m->st, dst, nh, &got) || got.len != want->len ||
			    got.nh->n_hops != (unsigned)__builtin_popcount(want->devs);
}

struct shown { struct model *m; struct route_spec last; unsigned n, wrong; };

static bool shown_before(const struct route_spec *a, const struct route_spec *b)
{
	if (a->to.addr.v4 != b->to.addr.v4)
		return a->to.addr.v4 < b->to.addr.v4;
	if (a->to.len != b->to.len)
		return a->to.len < b->to.len;
	return a->distance != b->distance ? a->distance < b->distance : a->metric <= b->metric;
}

static bool show(void *arg, const struct route_info *info)
{
	const struct route_spec *s = &info->spec;
	struct row like = { .key = s->to.addr.v4, .len = s->to.len, .proto = s->proto,
			    .metric = s->metric };
	struct shown *sh = arg;
	const struct row *r;

	if (s->proto == RP_KERNEL)
		return true;
	r = find(sh->m, &like);
	sh->wrong += !r || r->metric != s->metric || info->active != usable(sh->m, r) ||
		     (sh->n && !shown_before(&sh->last, s)) ||
		     info->selected != (serving(sh->m, r->key, r->len) == r);
	sh->last = *s;
	sh->n++;
	return true;
}

static void compare_shown(struct model *m, struct tally *t)
{
	struct shown sh = { .m = m };

	show_routes(m->st, show, &sh);
	t->wrong += sh.wrong + (sh.n != m->n);
}

TEST(learn_model, ten_thousand_changes_agree_with_a_list)
{
	struct model *m = model_new(11);
	struct tally t = { 0 };

	for (unsigned i = 0; i < 10000; i++) {
		change(m);
		for (unsigned k = 0; k < 8; k++) {
			compare_lookup(m, random_addr(m), &t);
			compare_lookup_by(m, random_addr(m), &t);
		}
		if (i % 50 == 0)
			compare_shown(m, &t);
	}
	CHECK_EQ(t.wrong, 0);
	CHECK(t.found > 50000);
	CHECK(m->n > 50);
	model_free(m);
}
