// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/ospf/fixture.h"

#include <stdarg.h>
#include <stdlib.h>

#include "stack/util/be.h"

/* Hooks get the net; its onet is found here.  (Tests may have what stacks may not.) */
static struct onet *onets;

static struct onet *onet_of(void *net)
{
	struct onet *on = onets;

	while (on && on->net != net)
		on = on->next;
	return on;
}

/* --- events --------------------------------------------------------------------------- */

static void on_ospf(void *ctx, const struct ospf_event *e)
{
	struct onet *on = onet_of(ctx);
	struct oevent *to;

	if (!on || on->n_events == ONET_EVENTS)
		return;
	to = &on->events[on->n_events++];
	to->st = e->dev ? e->dev->stack : NULL;
	to->e = *e;
	snprintf(to->text, sizeof(to->text), "%s", e->text ? e->text : "");
	to->e.text = to->text;
}

unsigned onet_problems(const struct onet *on, const struct stack *st, const char *text)
{
	unsigned n = 0;

	for (unsigned i = 0; i < on->n_events; i++) {
		const struct oevent *e = &on->events[i];

		n += e->e.kind == OSPF_EV_PROBLEM && e->st == st &&
		     (!text || strstr(e->text, text));
	}
	return n;
}

unsigned onet_changes(const struct onet *on, const struct stack *st, enum ospf_nbr_state to)
{
	unsigned n = 0;

	for (unsigned i = 0; i < on->n_events; i++) {
		const struct oevent *e = &on->events[i];

		n += e->e.kind == OSPF_EV_NBR && e->st == st && e->e.new_state == to;
	}
	return n;
}

void onet_forget(struct onet *on) { on->n_events = 0; }

/* --- building ---------------------------------------------------------------------------- */

struct onet *onet_new(void)
{
	struct onet *on = calloc(1, sizeof(*on));

	REQUIRE(on != NULL);
	on->net = net_new();
	on->prefixes = prefix_pool_new();
	REQUIRE(on->prefixes != NULL);
	on->pool = ospf_pool_new(on->prefixes);
	REQUIRE(on->pool != NULL);
	ospf_config_init(&on->conf);
	ospf_if_config_init(&on->if_conf);
	on->next = onets;
	onets = on;
	return on;
}

void onet_free(struct onet *on)
{
	struct onet **at = &onets;

	net_free(on->net);
	ospf_pool_free(on->pool);
	prefix_pool_free(on->prefixes);
	while (*at != on)
		at = &(*at)->next;
	*at = on->next;
	free(on);
}

uint32_t onet_id(const struct stack *st)
{
	return (uint32_t)strtoul(stack_name(st) + 1, NULL, 10) * 0x01010101u;
}

void onet_start(struct onet *on, struct stack *st)
{
	struct ospf_config c = on->conf;

	if (!c.router_id)
		c.router_id = onet_id(st);
	REQUIRE(stack_ospf_start(st, &c) == OK);
}

struct stack *onet_router(struct onet *on)
{
	static const struct stack_hooks hooks = { .ospf = on_ospf };
	struct stack_config cfg = { .seed = 1, .hooks = &hooks, .prefixes = on->prefixes,
				    .lsas = on->pool, .forwarding = true };
	struct stack *st;
	char name[16];

	snprintf(name, sizeof(name), "r%u", on->n_routers + 1);
	cfg.name = name;
	st = net_stack(on->net, &cfg);
	REQUIRE(on->n_routers < N_ELEM(on->routers));
	on->routers[on->n_routers++] = st;
	onet_start(on, st);
	return st;
}

void onet_if_on(struct onet *on, struct netdev *dev, enum ospf_net_type type)
{
	struct ospf_if_config c = on->if_conf;

	c.type = type;
	REQUIRE(stack_ospf_if(dev->stack, dev, &c) == OK);
}

struct netdev *onet_if(struct onet *on, struct stack *st, const char *addr,
		       enum ospf_net_type type)
{
	struct netdev *dev;
	char name[IFNAME_MAX];
	unsigned i = 0;

	do
		snprintf(name, sizeof(name), "eth%u", i++);
	while (stack_dev(st, name));
	dev = net_dev(st, name, addr);
	onet_if_on(on, dev, type);
	return dev;
}

struct olink onet_link(struct onet *on, struct stack *a, struct stack *b)
{
	ip4_t net = IP4(10, 0, 0, 0) + 2 * on->n_links++;
	struct olink l;
	char text[PREFIX_STRLEN];

	l.a = onet_if(on, a, prefix_fmt(&(struct prefix){ addr_ip4(net), 31 }, text),
		      OSPF_NET_P2P);
	l.b = onet_if(on, b, prefix_fmt(&(struct prefix){ addr_ip4(net + 1), 31 }, text),
		      OSPF_NET_P2P);
	net_join(l.a, l.b);
	return l;
}

void onet_lan(struct onet *on, struct stack *const routers[], unsigned n)
{
	ip4_t net = IP4(192, 168, 0, 0) + (on->n_links++ << 8);
	struct netdev *devs[255];
	char text[PREFIX_STRLEN];

	REQUIRE(n < N_ELEM(devs));
	for (unsigned i = 0; i < n; i++) {
		struct prefix p = { addr_ip4(net + i + 1), 24 };

		devs[i] = onet_if(on, routers[i], prefix_fmt(&p, text), OSPF_NET_BROADCAST);
	}
	net_hub(devs, n);
}

/* --- running ------------------------------------------------------------------------------- */

void onet_run(struct onet *on, ns_t d) { net_run(on->net, d); }

static bool all_settled(const struct onet *on)
{
	for (unsigned i = 0; i < on->n_routers; i++)
		if (on->routers[i]->ospf && !show_ospf_settled(on->routers[i], NULL))
			return false;
	return true;
}

bool onet_settle(struct onet *on, ns_t d)
{
	ns_t until = net_now(on->net) + d;

	do
		onet_run(on, MSEC(100));
	while (!all_settled(on) && net_now(on->net) < until);
	return all_settled(on);
}

struct find_nbr { uint32_t id; struct show_ospf_nbr *out; bool found; };

static bool match_nbr(void *arg, const struct show_ospf_nbr *n)
{
	struct find_nbr *f = arg;

	if (n->id != f->id)
		return true;
	*f->out = *n;
	f->found = true;
	return false;
}

bool onet_find_nbr(struct stack *a, uint32_t id, struct show_ospf_nbr *out)
{
	struct find_nbr f = { id, out, false };

	show_ospf_nbrs(a, match_nbr, &f);
	return f.found;
}

enum ospf_nbr_state onet_nbr(struct stack *a, struct stack *b)
{
	struct show_ospf_nbr n;

	return onet_find_nbr(a, onet_id(b), &n) ? n.state : OSPF_NBR_DOWN;
}

struct find_if { const struct netdev *dev; struct show_ospf_if *out; bool found; };

static bool match_if(void *arg, const struct show_ospf_if *i)
{
	struct find_if *f = arg;

	if (i->dev != f->dev)
		return true;
	*f->out = *i;
	f->found = true;
	return false;
}

bool onet_find_if(struct stack *st, const struct netdev *dev, struct show_ospf_if *out)
{
	struct find_if f = { dev, out, false };

	show_ospf_ifs(st, match_if, &f);
	return f.found;
}

enum ospf_if_state onet_if_state(const struct netdev *dev)
{
	struct show_ospf_if i;

	REQUIRE(onet_find_if(dev->stack, dev, &i));
	return i.state;
}

/* --- speakers -------------------------------------------------------------------------------- */

struct speaker *speaker_new(struct netdev *dev, uint32_t id, ip4_t addr)
{
	struct speaker *s = calloc(1, sizeof(*s));
	struct show_ospf_if i;
	char text[ADDR_STRLEN];

	REQUIRE(s && onet_find_if(dev->stack, dev, &i));
	s->dev = dev;
	s->id = id;
	s->addr = addr;
	s->area = i.config.area;
	s->hello = (struct ospf_hello){
		.mask = ip4_mask(i.addr.len), .hello_interval = i.config.hello,
		.options = OSPF_OPT_E, .priority = 1, .dead_interval = i.config.dead,
	};
	net_peer(dev, ip4_fmt(addr, text));
	return s;
}

void speaker_free(struct speaker *s) { free(s); }

void speak_raw(struct speaker *s, const void *pkt, size_t n, ip4_t dst)
{
	struct ip4_hdr ip = {
		.hlen = IP4_HLEN, .tos = 0xc0, .ttl = 1, .proto = IP_PROTO_OSPF, .src = s->addr,
		.dst = dst ? dst : OSPF_ALL_SPF_ROUTERS,
	};
	struct frame *f = malloc(sizeof(*f));
	const uint8_t mcast[6] = { 0x01, 0, 0x5e, 0, 0, (uint8_t)ip.dst };

	REQUIRE(f != NULL);
	frame_ip4(f, s->dev, &ip, NULL, pkt, n);
	if (ip4_is_mcast(ip.dst))
		memcpy(f->b, mcast, sizeof(mcast));
	net_inject_frame(s->dev, f);
	free(f);
}

void speak(struct speaker *s, enum ospf_type type, const void *body, size_t n, ip4_t dst)
{
	struct ospf_hdr h = { .type = (uint8_t)type, .router_id = s->id, .area = s->area,
			      .autype = s->autype };
	uint8_t *pkt = malloc(OSPF_HLEN + n);
	struct wr w = wr_init(pkt, OSPF_HLEN + n);

	REQUIRE(pkt != NULL);
	ospf_hdr_emit(&h, &w);
	wr_bytes(&w, body, n);
	REQUIRE(wr_ok(&w));
	ospf_finish(pkt, OSPF_HLEN + n);
	if (s->autype != OSPF_AUTH_CRYPTO)
		memcpy(pkt + OSPF_AUTH_AT, s->auth, OSPF_AUTH_LEN);
	speak_raw(s, pkt, OSPF_HLEN + n, dst);
	free(pkt);
}

void speak_hello(struct speaker *s, unsigned n_nbrs, ...)
{
	uint8_t body[OSPF_HELLO_LEN + 4 * 64];
	struct wr w = wr_init(body, sizeof(body));
	va_list ap;

	ospf_hello_emit(&s->hello, &w);
	va_start(ap, n_nbrs);
	while (n_nbrs--)
		ospf_id_emit(va_arg(ap, uint32_t), &w);
	va_end(ap);
	REQUIRE(wr_ok(&w));
	speak(s, OSPF_HELLO, body, wr_len(&w), 0);
}

void speak_dd(struct speaker *s, const struct ospf_dd *dd, const struct ospf_lsa_hdr *h,
	      unsigned n)
{
	uint8_t body[1400];
	struct wr w = wr_init(body, sizeof(body));

	ospf_dd_emit(dd, &w);
	for (unsigned i = 0; i < n; i++)
		ospf_lsa_hdr_emit(&h[i], &w);
	REQUIRE(wr_ok(&w));
	speak(s, OSPF_DD, body, wr_len(&w), 0);
}

/* Whether the i-th frame is of this type, taken apart. */
static bool heard(struct speaker *s, unsigned i, enum ospf_type type, struct seen *seen)
{
	if (!net_seen(s->dev, i, seen) || seen->ip.proto != IP_PROTO_OSPF)
		return false;
	if (!CHECK_EQ(ospf_hdr_parse(&s->h, seen->data, seen->n), DROP_NONE))
		return false;
	if (s->h.autype != OSPF_AUTH_CRYPTO)
		CHECK(ospf_csum_ok(seen->data, s->h.len));
	s->dst = seen->ip.dst;
	s->ttl = seen->ip.ttl;
	s->tos = seen->ip.tos;
	s->n = s->h.len - (size_t)OSPF_HLEN;
	memcpy(s->body, seen->data + OSPF_HLEN, seen->n - OSPF_HLEN);
	return s->h.type == type;
}

bool speaker_hears(struct speaker *s, enum ospf_type type)
{
	struct seen *seen = malloc(sizeof(*seen));
	bool found = false;

	REQUIRE(seen != NULL);
	while (!found && s->n_read < net_sent(s->dev))
		found = heard(s, s->n_read++, type, seen);
	free(seen);
	return found;
}

void speaker_skip(struct speaker *s)
{
	net_forget(s->dev);
	s->n_read = 0;
}

void speaker_meet(struct speaker *s)
{
	speak_hello(s, 0);
	speak_hello(s, 1, s->dev->stack->ospf->router_id);
}
