// SPDX-License-Identifier: GPL-3.0-or-later
/* Routes: which is preferred, which next hop a flow takes, who hears of it. */
#include <stdlib.h>

#include "stack/core/core.h"
#include "stack/util/rng.h"
#include "tests/unit/harness.h"

/* A router with four links, 10.0.N.1/24 on ethN; neighbours have .2 and on. */
struct scene { struct net *net; struct stack *st; struct netdev *dev[4]; };

static struct scene scene_new(void)
{
	struct scene s = { .net = net_new() };

	s.st = net_router(s.net, "r");
	for (unsigned i = 0; i < 4; i++) {
		char name[8], addr[24];

		snprintf(name, sizeof(name), "eth%u", i);
		snprintf(addr, sizeof(addr), "10.0.%u.1/24", i);
		s.dev[i] = net_dev(s.st, name, addr);
	}
	return s;
}

static struct route_spec spec(const char *to, enum route_proto proto, uint32_t metric)
{
	struct route_spec r = { .type = RT_UNICAST, .proto = proto, .metric = metric };

	REQUIRE(prefix_parse(&r.to, to));
	return r;
}

static void hop(struct route_spec *r, const char *via, struct netdev *dev, unsigned weight)
{
	struct route_hop *h = &r->hops[r->n_hops++];

	*h = (struct route_hop){ .dev = dev, .weight = (uint16_t)weight };
	if (via)
		REQUIRE(addr_parse(&h->via, via));
}

static int set(struct scene *s, enum route_op op, const char *to, enum route_proto proto,
	       uint32_t metric, const char *via)
{
	struct route_spec r = spec(to, proto, metric);

	hop(&r, via, NULL, 1);
	return stack_route_set(s->st, op, &r);
}

static int add(struct scene *s, const char *to, const char *via)
{
	return set(s, ROUTE_ADD, to, RP_STATIC, 0, via);
}

static int del(struct scene *s, const char *to, enum route_proto proto, uint32_t metric)
{
	struct route_spec r = spec(to, proto, metric);

	return stack_route_del(s->st, &r);
}

static ip4_t ip(const char *text)
{
	ip4_t a = 0;

	REQUIRE(ip4_parse(&a, text));
	return a;
}

/* The gateway that a packet to dst takes; 0: on the link, 1: no route. */
static ip4_t via(struct scene *s, const char *dst)
{
	struct nexthops *nh = route_lookup(s->st, ip(dst));

	return nh ? nh->n_hops ? route_pick(s->st, nh, 0)->via : 2 : 1;
}

/* --- choice ------------------------------------------------------------------------ */

TEST(route, the_longest_prefix_wins)
{
	struct scene s = scene_new();

	CHECK_EQ(via(&s, "172.16.1.1"), 1);
	CHECK_EQ(add(&s, "0.0.0.0/0", "10.0.0.2"), OK);
	CHECK_EQ(add(&s, "172.16.0.0/12", "10.0.1.2"), OK);
	CHECK_EQ(add(&s, "172.16.1.0/24", "10.0.2.2"), OK);
	CHECK_EQ(add(&s, "172.16.1.1/32", "10.0.3.2"), OK);
	CHECK_EQ(via(&s, "172.16.1.1"), ip("10.0.3.2"));
	CHECK_EQ(via(&s, "172.16.1.2"), ip("10.0.2.2"));
	CHECK_EQ(via(&s, "172.31.255.255"), ip("10.0.1.2"));
	CHECK_EQ(via(&s, "172.32.0.0"), ip("10.0.0.2"));
	CHECK_EQ(via(&s, "10.0.3.77"), 0);        /* connected */
	CHECK_EQ(del(&s, "172.16.1.0/24", RP_N, 0), OK);
	CHECK_EQ(via(&s, "172.16.1.2"), ip("10.0.1.2"));
	net_free(s.net);
}

TEST(route, lower_distance_then_lower_metric_then_the_older)
{
	struct scene s = scene_new();
	struct route_spec r = spec("172.16.0.0/12", RP_RIP, 0);

	CHECK_EQ(set(&s, ROUTE_ADD, "172.16.0.0/12", RP_RIP, 0, "10.0.0.2"), OK);
	CHECK_EQ(set(&s, ROUTE_ADD, "172.16.0.0/12", RP_OSPF, 50, "10.0.0.3"), OK);
	CHECK_EQ(via(&s, "172.16.0.1"), ip("10.0.0.3"));
	CHECK_EQ(set(&s, ROUTE_ADD, "172.16.0.0/12", RP_OSPF, 20, "10.0.0.4"), OK);
	CHECK_EQ(via(&s, "172.16.0.1"), ip("10.0.0.4"));
	CHECK_EQ(set(&s, ROUTE_ADD, "172.16.0.0/12", RP_STATIC, 1000, "10.0.0.5"), OK);
	CHECK_EQ(via(&s, "172.16.0.1"), ip("10.0.0.5"));
	r.distance = 1;                           /* as static, and a metric as good */
	r.metric = 1000;
	hop(&r, "10.0.0.6", NULL, 1);
	CHECK_EQ(stack_route_set(s.st, ROUTE_ADD, &r), OK);
	CHECK_EQ(via(&s, "172.16.0.1"), ip("10.0.0.5"));
	CHECK_EQ(del(&s, "172.16.0.0/12", RP_STATIC, 0), OK);
	CHECK_EQ(via(&s, "172.16.0.1"), ip("10.0.0.6"));
	CHECK_EQ(del(&s, "172.16.0.0/12", RP_RIP, 1000), OK);
	CHECK_EQ(via(&s, "172.16.0.1"), ip("10.0.0.4"));
	CHECK_EQ(del(&s, "172.16.0.0/12", RP_OSPF, 20), OK);
	CHECK_EQ(del(&s, "172.16.0.0/12", RP_OSPF, 20), ERR_NOENT);
	CHECK_EQ(via(&s, "172.16.0.1"), ip("10.0.0.3"));
	net_free(s.net);
}

TEST(route, add_replace_and_append_as_ip_route_does)
{
	struct scene s = scene_new();
	const struct nexthops *nh;

	CHECK_EQ(add(&s, "172.16.0.0/12", "10.0.0.2"), OK);
	CHECK_EQ(add(&s, "172.16.0.0/12", "10.0.1.2"), ERR_EXIST);
	CHECK_EQ(via(&s, "172.16.0.1"), ip("10.0.0.2"));
	CHECK_EQ(set(&s, ROUTE_REPLACE, "172.16.0.0/12", RP_STATIC, 0, "10.0.1.2"), OK);
	CHECK_EQ(via(&s, "172.16.0.1"), ip("10.0.1.2"));
	CHECK_EQ(set(&s, ROUTE_APPEND, "172.16.0.0/12", RP_STATIC, 0, "10.0.2.2"), OK);
	nh = route_lookup(s.st, ip("172.16.0.1"));
	REQUIRE(nh != NULL);
	CHECK_EQ(nh->n_hops, 2);
	CHECK_EQ(nh->hops[1].via, ip("10.0.2.2"));
	for (unsigned i = 0; i < ROUTE_HOPS_MAX - 2; i++)
		CHECK_EQ(set(&s, ROUTE_APPEND, "172.16.0.0/12", RP_STATIC, 0, "10.0.3.2"), OK);
	CHECK_EQ(set(&s, ROUTE_APPEND, "172.16.0.0/12", RP_STATIC, 0, "10.0.3.2"), ERR_INVAL);
	CHECK_EQ(set(&s, ROUTE_REPLACE, "172.17.0.0/16", RP_STATIC, 7, "10.0.1.2"), OK);
	CHECK_EQ(set(&s, ROUTE_APPEND, "172.17.0.0/16", RP_STATIC, 8, "10.0.2.2"), OK);
	CHECK_EQ(del(&s, "172.17.0.0/16", RP_N, 7), OK);
	CHECK_EQ(via(&s, "172.17.0.1"), ip("10.0.2.2"));
	net_free(s.net);
}

TEST(route, impossible_routes_are_refused)
{
	struct scene s = scene_new();
	struct route_spec r = spec("172.16.0.0/12", RP_STATIC, 0);

	CHECK_EQ(stack_route_set(s.st, ROUTE_ADD, &r), ERR_INVAL);    /* no hop */
	hop(&r, NULL, NULL, 1);
	CHECK_EQ(stack_route_set(s.st, ROUTE_ADD, &r), ERR_NODEV);
	r.hops[0].dev = s.dev[0];
	r.to.addr.v4 |= 1;
	CHECK_EQ(stack_route_set(s.st, ROUTE_ADD, &r), ERR_INVAL);    /* host bits */
	r.to.addr.v4 &= ~(ip4_t)1;
	r.to.len = 33;
	CHECK_EQ(stack_route_set(s.st, ROUTE_ADD, &r), ERR_INVAL);
	CHECK_EQ(stack_route_del(s.st, &r), ERR_INVAL);
	r.to.len = 12;
	r.src = addr_ip4(ip("10.0.0.9"));                             /* not ours */
	CHECK_EQ(stack_route_set(s.st, ROUTE_ADD, &r), ERR_INVAL);
	r.src = addr_ip4(ip("10.0.3.1"));
	netdev_set_up(s.dev[0], false);
	CHECK_EQ(stack_route_set(s.st, ROUTE_ADD, &r), ERR_NETDOWN);
	CHECK_EQ(via(&s, "172.16.0.1"), 1);
	netdev_set_up(s.dev[0], true);
	CHECK_EQ(stack_route_set(s.st, ROUTE_ADD, &r), OK);
	CHECK_EQ(via(&s, "172.16.0.1"), 0);
	net_free(s.net);
}

TEST(route, routes_go_with_the_address_they_speak_from)
{
	struct scene s = scene_new();
	struct route_spec r = spec("172.16.0.0/12", RP_STATIC, 0);
	struct prefix p;

	r.src = addr_ip4(ip("10.0.3.1"));
	hop(&r, "10.0.0.2", NULL, 1);
	CHECK_EQ(stack_route_set(s.st, ROUTE_ADD, &r), OK);
	REQUIRE(prefix_parse(&p, "10.0.3.1/24"));
	CHECK_EQ(stack_addr_del(s.st, s.dev[3], &p), OK);
	CHECK_EQ(via(&s, "172.16.0.1"), 1);
	r.src = addr_ip4(ip("10.0.2.1"));
	CHECK_EQ(stack_route_set(s.st, ROUTE_ADD, &r), OK);
	stack_detach(s.st, s.dev[2]);
	CHECK_EQ(via(&s, "172.16.0.1"), 1);
	net_free(s.net);
}

TEST(route, a_shorter_prefix_takes_over_while_an_interface_is_down)
{
	struct scene s = scene_new();

	CHECK_EQ(add(&s, "0.0.0.0/0", "10.0.0.2"), OK);
	CHECK_EQ(add(&s, "172.16.0.0/12", "10.0.1.2"), OK);
	CHECK_EQ(set(&s, ROUTE_ADD, "172.16.0.0/12", RP_STATIC, 5, "10.0.2.2"), OK);
	netdev_set_carrier(s.dev[1], false);
	CHECK_EQ(via(&s, "172.16.0.1"), ip("10.0.2.2"));
	netdev_set_up(s.dev[2], false);
	CHECK_EQ(via(&s, "172.16.0.1"), ip("10.0.0.2"));
	CHECK_EQ(via(&s, "10.0.1.7"), ip("10.0.0.2"));
	netdev_set_carrier(s.dev[1], true);
	CHECK_EQ(via(&s, "172.16.0.1"), ip("10.0.1.2"));
	CHECK_EQ(via(&s, "10.0.1.7"), 0);
	stack_detach(s.st, s.dev[1]);             /* its routes are gone for good */
	netdev_set_up(s.dev[2], true);
	CHECK_EQ(via(&s, "172.16.0.1"), ip("10.0.2.2"));
	net_free(s.net);
}

TEST(route, a_blackhole_needs_no_interface)
{
	struct scene s = scene_new();
	struct route_spec r = spec("172.16.0.0/12", RP_STATIC, 0);

	r.type = RT_BLACKHOLE;
	CHECK_EQ(add(&s, "0.0.0.0/0", "10.0.0.2"), OK);
	CHECK_EQ(stack_route_set(s.st, ROUTE_ADD, &r), OK);
	for (int i = 0; i < 4; i++)
		netdev_set_up(s.dev[i], false);
	CHECK_EQ(via(&s, "172.16.0.1"), 2);
	CHECK_EQ(stack_route_del(s.st, &r), OK);
	CHECK_EQ(via(&s, "172.16.0.1"), 1);
	net_free(s.net);
}

/* --- several next hops --------------------------------------------------------------- */

#define FLOWS 8000

/* A route to 172.16.0.0/12 by each link, with these weights. */
static void set_multipath(struct scene *s, const unsigned weight[4])
{
	struct route_spec r = spec("172.16.0.0/12", RP_STATIC, 0);
	static const char *const vias[] = { "10.0.0.2", "10.0.1.2", "10.0.2.2", "10.0.3.2" };

	for (int i = 0; i < 4; i++)
		if (weight[i])
			hop(&r, vias[i], NULL, weight[i]);
	CHECK_EQ(stack_route_set(s->st, ROUTE_REPLACE, &r), OK);
}

/* The link of each flow; n counts them. */
static void spread(struct scene *s, uint8_t link[FLOWS], unsigned n[4])
{
	memset(n, 0, 4 * sizeof(n[0]));
	for (unsigned f = 0; f < FLOWS; f++) {
		struct nexthops *nh = route_lookup(s->st, IP4(172, 16, 1, 1));
		uint32_t flow = route_flow(IP4(10, 9, 9, 9), IP4(172, 16, 1, 1), 17,
					   f << 16 | 9, 1);

		REQUIRE(nh != NULL);
		link[f] = (uint8_t)(route_pick(s->st, nh, flow)->dev->ifindex - s->dev[0]->ifindex);
		n[link[f]]++;
	}
}

static bool near(unsigned n, unsigned want) { return n > want * 9 / 10 && n < want * 11 / 10; }

TEST(route, flows_spread_evenly_and_a_hop_that_goes_moves_only_its_own)
{
	struct scene s = scene_new();
	uint8_t was[FLOWS], is[FLOWS];
	unsigned n[4], moved = 0;

	set_multipath(&s, (unsigned[]){ 1, 1, 1, 1 });
	spread(&s, was, n);
	for (int i = 0; i < 4; i++)
		CHECK(near(n[i], FLOWS / 4));
	netdev_set_carrier(s.dev[2], false);
	spread(&s, is, n);
	CHECK_EQ(n[2], 0);
	for (unsigned f = 0; f < FLOWS; f++)
		moved += was[f] != 2 && is[f] != was[f];
	CHECK_EQ(moved, 0);
	for (int i = 0; i < 4; i++)
		CHECK(i == 2 || near(n[i], FLOWS / 3));
	netdev_set_carrier(s.dev[2], true);
	spread(&s, is, n);
	CHECK_MEM(is, was, sizeof(is));
	set_multipath(&s, (unsigned[]){ 1, 1, 0, 1 });        /* the same by configuration */
	spread(&s, is, n);
	for (unsigned f = 0; f < FLOWS; f++)
		moved += was[f] != 2 && is[f] != was[f];
	CHECK_EQ(moved, 0);
	net_free(s.net);
}

TEST(route, a_hop_gets_flows_by_its_weight)
{
	struct scene s = scene_new();
	uint8_t link[FLOWS];
	unsigned n[4];

	set_multipath(&s, (unsigned[]){ 1, 2, 0, 5 });
	spread(&s, link, n);
	CHECK(near(n[0], FLOWS / 8));
	CHECK(near(n[1], FLOWS / 4));
	CHECK_EQ(n[2], 0);
	CHECK(near(n[3], FLOWS * 5 / 8));
	net_free(s.net);
}

/* --- who watches ------------------------------------------------------------------------ */

struct ear { struct route_watch w; struct stack *st; struct buf log; };

static void hear(struct route_watch *w, const struct route_spec *r, bool added)
{
	struct ear *e = container_of(w, struct ear, w);
	char text[PREFIX_STRLEN];
	struct nexthops *nh = route_lookup(e->st, r->to.addr.v4 + 1);
	struct route_view now;
	bool any = nh && route_match(e->st, r->to.addr.v4 + 1, nh, &now);

	/* It is called after the change: what was told of is so already. */
	buf_printf(&e->log, "%c%s/%u%s ", added ? '+' : '-', prefix_fmt(&r->to, text), r->metric,
		   any && now.key == r->to.addr.v4 && now.metric == r->metric ? "!" : "");
}

static void heard(struct ear *e, const char *want)
{
	CHECK_STR(e->log.len ? e->log.s : "", want);
	buf_reset(&e->log);
}

TEST(route, a_watch_hears_what_comes_into_use_and_goes_out_of_it)
{
	struct scene s = scene_new();
	struct ear e = { .w = { .changed = hear }, .st = s.st };

	stack_route_watch(s.st, &e.w);
	CHECK_EQ(add(&s, "172.16.0.0/12", "10.0.1.2"), OK);
	heard(&e, "+172.16.0.0/12/0! ");
	CHECK_EQ(add(&s, "172.16.0.0/12", "10.0.1.2"), ERR_EXIST);
	heard(&e, "");
	CHECK_EQ(set(&s, ROUTE_REPLACE, "172.16.0.0/12", RP_STATIC, 0, "10.0.1.3"), OK);
	heard(&e, "-172.16.0.0/12/0! +172.16.0.0/12/0! ");
	CHECK_EQ(set(&s, ROUTE_ADD, "172.16.0.0/12", RP_STATIC, 3, "10.0.2.2"), OK);
	heard(&e, "+172.16.0.0/12/3 ");           /* usable, if not preferred */
	netdev_set_carrier(s.dev[1], false);
	heard(&e, "-10.0.1.0/24/0 -10.0.1.255/32/0 -10.0.1.0/32/0 -172.16.0.0/12/0 ");
	CHECK_EQ(del(&s, "172.16.0.0/12", RP_N, 3), OK);
	heard(&e, "-172.16.0.0/12/3 ");
	CHECK_EQ(del(&s, "172.16.0.0/12", RP_N, 0), OK);
	heard(&e, "");                            /* it was out of use */
	stack_route_unwatch(s.st, &e.w);
	stack_route_unwatch(s.st, &e.w);          /* twice does no harm */
	CHECK_EQ(add(&s, "172.16.0.0/12", "10.0.0.2"), OK);
	heard(&e, "");
	buf_free(&e.log);
	net_free(s.net);
}

/* --- against a list ----------------------------------------------------------------------- */

struct model_route { ip4_t key, via; unsigned len, dev, distance, metric, proto, age; bool there; };

#define MODEL_MAX 400
struct model { struct model_route r[MODEL_MAX]; unsigned n, live, age; bool up[4]; };

static bool model_better(const struct model_route *a, const struct model_route *b)
{
	if (a->len != b->len)
		return a->len > b->len;
	if (a->distance != b->distance)
		return a->distance < b->distance;
	return a->metric != b->metric ? a->metric < b->metric : a->age < b->age;
}

static const struct model_route *model_lookup(const struct model *m, ip4_t dst)
{
	const struct model_route *best = NULL;

	for (unsigned i = 0; i < m->n; i++) {
		const struct model_route *r = &m->r[i];

		if (r->there && m->up[r->dev] && ip4_in(dst, r->key, r->len) &&
		    (!best || model_better(r, best)))
			best = r;
	}
	return best;
}

static struct model_route *model_find(struct model *m, const struct model_route *like)
{
	for (unsigned i = 0; i < m->n; i++) {
		struct model_route *r = &m->r[i];

		if (r->there && r->key == like->key && r->len == like->len &&
		    r->metric == like->metric && r->proto == like->proto)
			return r;
	}
	return NULL;
}

static void model_put(struct model *m, const struct model_route *r)
{
	unsigned i = 0;

	while (i < m->n && m->r[i].there)
		i++;
	REQUIRE(i < MODEL_MAX);
	if (i == m->n)
		m->n++;
	m->r[i] = *r;
	m->live++;
}

static void model_drop(struct model *m, struct model_route *r)
{
	if (r)
		r->there = false, m->live--;
}

/* Prefixes within 172.16.0.0/12, few enough to meet again. */
static ip4_t random_addr(struct rng *rng)
{
	return IP4(172, 16, 0, 0) | (rng_u32(rng) & 0x000c0303);
}

static struct model_route random_route(struct rng *rng)
{
	static const unsigned protos[] = { RP_STATIC, RP_OSPF, RP_RIP };
	struct model_route r = {
		.len = 8 + rng_below(rng, 25), .dev = rng_below(rng, 4),
		.metric = 1 + rng_below(rng, 2), .proto = protos[rng_below(rng, 3)],
		.distance = 50 + rng_below(rng, 2), .there = true,
	};

	r.key = random_addr(rng) & ip4_mask(r.len);
	r.via = IP4(10, 0, r.dev, 2 + rng_below(rng, 100));
	return r;
}

static struct route_spec random_spec(const struct model_route *r)
{
	struct route_spec spec = {
		.to = { addr_ip4(r->key), (uint8_t)r->len }, .proto = (enum route_proto)r->proto,
		.metric = r->metric, .distance = (uint8_t)r->distance, .n_hops = 1,
		.hops = { { .via = addr_ip4(r->via) } },
	};

	return spec;
}

static void random_change(struct scene *s, struct model *m, struct rng *rng)
{
	struct model_route r = random_route(rng), *old;
	enum route_op op = rng_below(rng, 2) ? ROUTE_ADD : ROUTE_REPLACE;
	struct route_spec spec;
	int want = OK, err;

	if (rng_below(rng, 2) && m->n)            /* one that there was */
		r = m->r[rng_below(rng, m->n)];
	old = model_find(m, &r);
	spec = random_spec(&r);
	r.age = m->age++;
	r.there = true;
	if (rng_below(rng, 20) == 0) {
		m->up[r.dev] = !m->up[r.dev];
		netdev_set_carrier(s->dev[r.dev], m->up[r.dev]);
		return;
	}
	if (m->live > MODEL_MAX / 2 || rng_below(rng, 3) == 0) {
		spec.n_hops = 0;
		CHECK_EQ(stack_route_del(s->st, &spec), old ? OK : ERR_NOENT);
		model_drop(m, old);
		return;
	}
	if (old && op == ROUTE_ADD)
		want = ERR_EXIST;
	err = stack_route_set(s->st, op, &spec);
	CHECK_EQ(err, want);
	if (err)
		return;
	model_drop(m, old);
	model_put(m, &r);
}

/* As Linux: unreachable host, not unreachable network. */
TEST(route, without_carrier_a_route_serves_if_nothing_else_matches)
{
	struct scene s = scene_new();
	const struct nexthops *nh;

	netdev_set_carrier(s.dev[0], false);
	nh = route_lookup(s.st, IP4(10, 0, 0, 9));
	REQUIRE(nh != NULL);
	CHECK_EQ(nh->n_alive, 0);
	CHECK(route_pick(s.st, route_lookup(s.st, IP4(10, 0, 0, 9)), 1)->dev == s.dev[0]);
	netdev_set_up(s.dev[0], false);
	CHECK(route_lookup(s.st, IP4(10, 0, 0, 9)) == NULL);
	net_free(s.net);
}

TEST(route, ten_thousand_changes_agree_with_a_list)
{
	struct scene s = scene_new();
	struct model *m = calloc(1, sizeof(*m));
	unsigned wrong = 0, found = 0;
	struct rng rng;

	REQUIRE(m != NULL);
	memset(m->up, true, sizeof(m->up));
	rng_init(&rng, 5, "routes");
	for (unsigned i = 0; i < 10000; i++) {
		random_change(&s, m, &rng);
		for (unsigned k = 0; k < 10; k++) {
			ip4_t dst = random_addr(&rng);
			const struct model_route *want = model_lookup(m, dst);
			const struct nexthops *nh = route_lookup(s.st, dst);
			struct route_view got;
			bool any = nh && route_match(s.st, dst, nh, &got);

			found += want != NULL;
			wrong += want ? !any || got.key != want->key || got.len != want->len ||
					got.metric != want->metric || got.proto != want->proto ||
					nh->hops[0].via != want->via
				      : nh && nh->n_alive;        /* only without carrier */
		}
	}
	CHECK_EQ(wrong, 0);
	CHECK(found > 50000);
	CHECK(s.st->rib.n_slots < 1000);          /* slots are used again */
	free(m);
	net_free(s.net);
}
