// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/ospf/fixture.h"

#define THEM IP4(10, 0, 0, 2)
#define THEM_ID IP4(9, 9, 9, 9)

/* r1 with 10.0.0.1/24 on an interface of this type, and a router that the test plays. */
struct pair { struct onet *on; struct stack *r1; struct netdev *dev; struct speaker *s; };

static struct pair pair_new(enum ospf_net_type type)
{
	struct pair p = { .on = onet_new() };

	p.r1 = onet_router(p.on);
	p.dev = onet_if(p.on, p.r1, "10.0.0.1/24", type);
	p.s = speaker_new(p.dev, THEM_ID, THEM);
	return p;
}

static void pair_free(struct pair *p)
{
	speaker_free(p->s);
	onet_free(p->on);
}

static enum ospf_nbr_state them(const struct pair *p)
{
	struct show_ospf_nbr n;

	return onet_find_nbr(p->r1, THEM_ID, &n) ? n.state : OSPF_NBR_DOWN;
}

/* The Hello heard last, and the neighbours that it lists. */
static struct ospf_hello said(const struct speaker *s, unsigned *n_nbrs)
{
	struct rd r = rd_init(s->body, s->n);
	struct ospf_hello h = { 0 };

	CHECK(ospf_hello_parse(&h, &r));
	*n_nbrs = (unsigned)rd_left(&r) / 4;
	return h;
}

TEST(hello, says_what_is_configured)
{
	struct pair p = pair_new(OSPF_NET_BROADCAST);
	struct ospf_hello h;
	unsigned n;

	onet_run(p.on, MSEC(1));
	REQUIRE(speaker_hears(p.s, OSPF_HELLO));
	h = said(p.s, &n);
	CHECK_EQ(p.s->h.router_id, onet_id(p.r1));
	CHECK_EQ(p.s->h.area, 0);
	CHECK_EQ(p.s->dst, OSPF_ALL_SPF_ROUTERS);
	CHECK_EQ(p.s->ttl, 1);
	CHECK_EQ(p.s->tos, 0xc0);
	CHECK_EQ(h.mask, IP4(255, 255, 255, 0));
	CHECK_EQ(h.hello_interval, 10);
	CHECK_EQ(h.dead_interval, 40);
	CHECK_EQ(h.options, OSPF_OPT_E);
	CHECK_EQ(h.priority, 1);
	CHECK_EQ(h.dr, 0);
	CHECK_EQ(h.bdr, 0);
	CHECK_EQ(n, 0);
	pair_free(&p);
}

TEST(hello, leaves_every_hello_interval)
{
	struct pair p = pair_new(OSPF_NET_P2P);

	onet_run(p.on, MSEC(9999));
	CHECK_EQ(net_sent(p.dev), 1);
	onet_run(p.on, MSEC(1));
	CHECK_EQ(net_sent(p.dev), 2);
	onet_run(p.on, SEC(100));
	CHECK_EQ(net_sent(p.dev), 12);
	pair_free(&p);
}

TEST(hello, who_does_not_hear_us_is_answered_at_once)
{
	struct pair p = pair_new(OSPF_NET_P2P);
	struct ospf_hello h;
	unsigned n;

	onet_run(p.on, SEC(3));
	speaker_skip(p.s);
	speak_hello(p.s, 0);
	CHECK_EQ(them(&p), OSPF_NBR_INIT);
	onet_run(p.on, USEC(1));
	REQUIRE(speaker_hears(p.s, OSPF_HELLO));
	h = said(p.s, &n);
	CHECK_EQ(n, 1);
	CHECK_EQ(h.dead_interval, 40);
	CHECK(!speaker_hears(p.s, OSPF_HELLO));
	speak_hello(p.s, 1, onet_id(p.r1));
	CHECK_EQ(them(&p), OSPF_NBR_EXSTART);
	onet_run(p.on, SEC(9));
	CHECK(!speaker_hears(p.s, OSPF_HELLO));   /* the next is HelloInterval later */
	pair_free(&p);
}

TEST(hello, a_new_neighbour_on_a_lan_is_answered_soon)
{
	struct pair p = pair_new(OSPF_NET_BROADCAST);

	onet_run(p.on, SEC(3));
	speaker_skip(p.s);
	speak_hello(p.s, 1, onet_id(p.r1));
	CHECK_EQ(them(&p), OSPF_NBR_2WAY);
	onet_run(p.on, MSEC(11));
	CHECK(speaker_hears(p.s, OSPF_HELLO));
	speak_hello(p.s, 1, onet_id(p.r1));
	onet_run(p.on, SEC(9));
	CHECK(!speaker_hears(p.s, OSPF_HELLO));
	pair_free(&p);
}

/* Many who come up together are answered together, and the answer is not put off by them. */
TEST(hello, one_answer_on_a_lan_is_for_many)
{
	struct pair p = pair_new(OSPF_NET_BROADCAST);
	unsigned n, answers = 0;

	onet_run(p.on, SEC(3));
	speaker_skip(p.s);
	for (unsigned i = 0; i < 40; i++) {
		p.s->addr = THEM + i;
		p.s->id = THEM_ID + i;
		speak_hello(p.s, 0);
		onet_run(p.on, USEC(300));
		if (speaker_hears(p.s, OSPF_HELLO)) {
			(void)said(p.s, &n);
			CHECK(n > 30);
			answers++;
		}
	}
	CHECK_EQ(answers, 1);
	onet_run(p.on, MSEC(11));
	CHECK(speaker_hears(p.s, OSPF_HELLO));
	(void)said(p.s, &n);
	CHECK_EQ(n, 40);
	pair_free(&p);
}

TEST(hello, one_that_lists_us_no_more_ends_the_adjacency)
{
	struct pair p = pair_new(OSPF_NET_P2P);

	speaker_meet(p.s);
	CHECK_EQ(them(&p), OSPF_NBR_EXSTART);
	speak_hello(p.s, 2, IP4(5, 5, 5, 5), IP4(6, 6, 6, 6));
	CHECK_EQ(them(&p), OSPF_NBR_INIT);
	pair_free(&p);
}

/* --- who is refused ------------------------------------------------------------------- */

/* A Hello that is refused for this reason, and told of once. */
static void refused(struct pair *p, enum drop why, const char *text)
{
	uint64_t before = show_drops(p->r1, why);
	struct show_ospf_if i;

	onet_forget(p->on);
	speak_hello(p->s, 1, onet_id(p->r1));
	speak_hello(p->s, 1, onet_id(p->r1));
	CHECK_EQ(show_drops(p->r1, why), before + 2);
	CHECK_EQ(onet_problems(p->on, p->r1, NULL), 1);
	if (!CHECK_EQ(onet_problems(p->on, p->r1, text), 1))
		fprintf(stderr, "told: %s\n", p->on->events[0].text);
	CHECK_EQ(p->on->events[0].e.why, why);
	CHECK_EQ(p->on->events[0].e.nbr, p->s->id);
	CHECK_EQ(p->on->events[0].e.from, THEM);
	CHECK(p->on->events[0].e.dev == p->dev);
	CHECK_EQ(them(p), OSPF_NBR_DOWN);
	REQUIRE(onet_find_if(p->r1, p->dev, &i));
	CHECK(i.errors >= 2);
}

TEST(hello, what_does_not_fit_is_refused_and_named)
{
	struct pair p = pair_new(OSPF_NET_BROADCAST);
	struct ospf_hello right = p.s->hello;

	p.s->hello.mask = IP4(255, 255, 0, 0);
	refused(&p, DROP_OSPF_MASK, "network mask 255.255.0.0, expected 255.255.255.0");
	p.s->hello = right;
	p.s->hello.hello_interval = 5;
	refused(&p, DROP_OSPF_HELLO, "hello interval 5 s, expected 10 s");
	p.s->hello = right;
	p.s->hello.dead_interval = 20;
	refused(&p, DROP_OSPF_DEAD, "dead interval 20 s, expected 40 s");
	p.s->hello = right;
	p.s->hello.options = 0;
	refused(&p, DROP_OSPF_OPTIONS, "takes the area for a stub area, expected a normal area");
	p.s->hello.options = OSPF_OPT_NP;
	refused(&p, DROP_OSPF_OPTIONS, "takes the area for an NSSA, expected a normal area");
	p.s->hello.options = OSPF_OPT_NP | OSPF_OPT_E;
	refused(&p, DROP_OSPF_OPTIONS, "takes the area for both a normal area and an NSSA, "
		"expected a normal area");
	p.s->hello = right;
	speak_hello(p.s, 0);
	CHECK_EQ(them(&p), OSPF_NBR_INIT);
	pair_free(&p);
}

TEST(hello, a_problem_that_comes_again_is_told_again)
{
	struct pair p = pair_new(OSPF_NET_BROADCAST);

	p.s->hello.hello_interval = 5;
	speak_hello(p.s, 0);
	p.s->hello.hello_interval = 6;            /* another one */
	speak_hello(p.s, 0);
	p.s->hello.hello_interval = 10;
	speak_hello(p.s, 0);
	p.s->hello.hello_interval = 5;
	speak_hello(p.s, 0);
	CHECK_EQ(onet_problems(p.on, p.r1, "hello interval 5 s"), 2);
	CHECK_EQ(onet_problems(p.on, p.r1, "hello interval 6 s"), 1);
	pair_free(&p);
}

TEST(hello, areas_must_be_of_one_type)
{
	struct ospf_area_config stub = { .type = OSPF_AREA_STUB }, nssa = { .type = OSPF_AREA_NSSA };
	struct onet *on = onet_new();
	struct stack *r1 = onet_router(on), *r2 = onet_router(on);

	CHECK_EQ(stack_ospf_area(r1, 1, &stub), OK);
	on->if_conf.area = 1;
	onet_link(on, r1, r2);
	onet_run(on, SEC(1));
	CHECK_EQ(onet_nbr(r1, r2), OSPF_NBR_DOWN);
	CHECK_EQ(onet_problems(on, r1, "takes the area for a normal area, expected a stub area"), 1);
	CHECK_EQ(stack_ospf_area(r2, 1, &nssa), OK);
	onet_run(on, SEC(11));
	CHECK_EQ(onet_problems(on, r1, "takes the area for an NSSA, expected a stub area"), 1);
	CHECK_EQ(onet_problems(on, r2, "takes the area for a stub area, expected an NSSA"), 1);
	CHECK_EQ(stack_ospf_area(r2, 1, &stub), OK);
	onet_run(on, SEC(1));
	CHECK_EQ(onet_nbr(r1, r2), OSPF_NBR_FULL);
	onet_free(on);
}

/* RFC 2328 10.5: the mask means nothing on a point-to-point network; it is told of. */
TEST(hello, another_mask_does_not_part_a_point_to_point_link)
{
	struct pair p = pair_new(OSPF_NET_P2P);

	p.s->hello.mask = IP4(255, 255, 255, 252);
	speaker_meet(p.s);
	CHECK_EQ(them(&p), OSPF_NBR_EXSTART);
	CHECK_EQ(onet_problems(p.on, p.r1, "network mask 255.255.255.252"), 1);
	pair_free(&p);
}

TEST(hello, one_end_for_broadcast_and_one_for_point_to_point)
{
	struct onet *on = onet_new();
	struct stack *r1 = onet_router(on), *r2 = onet_router(on);
	struct netdev *a = onet_if(on, r1, "10.0.0.1/24", OSPF_NET_P2P);
	struct netdev *b = onet_if(on, r2, "10.0.0.2/24", OSPF_NET_BROADCAST);

	net_join(a, b);
	onet_run(on, SEC(150));
	CHECK_EQ(onet_problems(on, r1, "takes the network for broadcast"), 1);
	CHECK_EQ(onet_problems(on, r2, "takes the network for point-to-point"), 1);
	onet_free(on);
}

TEST(hello, a_point_to_point_network_has_one_neighbour)
{
	struct pair p = pair_new(OSPF_NET_P2P);
	struct speaker *third = speaker_new(p.dev, IP4(3, 3, 3, 3), IP4(10, 0, 0, 3));

	speaker_meet(p.s);
	speaker_meet(third);
	CHECK_EQ(them(&p), OSPF_NBR_EXSTART);
	CHECK_EQ(show_drops(p.r1, DROP_OSPF_SECOND), 2);
	CHECK_EQ(onet_problems(p.on, p.r1, "a second neighbor besides 10.0.0.2"), 1);
	speaker_free(third);
	pair_free(&p);
}

TEST(hello, two_on_a_lan_cannot_have_one_id)
{
	struct pair p = pair_new(OSPF_NET_BROADCAST);
	struct speaker *third = speaker_new(p.dev, THEM_ID, IP4(10, 0, 0, 3));

	speak_hello(p.s, 0);
	speak_hello(third, 0);
	CHECK_EQ(show_drops(p.r1, DROP_OSPF_DUP_ID), 1);
	CHECK_EQ(onet_problems(p.on, p.r1, "has the router ID of 10.0.0.2"), 1);
	speaker_free(third);
	pair_free(&p);
}

TEST(hello, who_moved_on_a_lan_is_known_again_before_it_would_be_dead)
{
	struct pair p = pair_new(OSPF_NET_BROADCAST);
	struct show_ospf_nbr n;

	speak_hello(p.s, 0);
	onet_run(p.on, SEC(5));
	p.s->addr = IP4(10, 0, 0, 3);
	speak_hello(p.s, 0);                      /* the other may be alive */
	CHECK_EQ(show_drops(p.r1, DROP_OSPF_DUP_ID), 1);
	onet_run(p.on, SEC(10));
	speak_hello(p.s, 0);
	REQUIRE(onet_find_nbr(p.r1, THEM_ID, &n));
	CHECK_EQ(n.addr, IP4(10, 0, 0, 3));
	CHECK_EQ(show_drops(p.r1, DROP_OSPF_DUP_ID), 1);
	pair_free(&p);
}

/* To an address that another had, who is not there any more either. */
static void moves_to(ip4_t from, ip4_t to)
{
	struct pair p = pair_new(OSPF_NET_BROADCAST);
	struct speaker *third = speaker_new(p.dev, IP4(7, 7, 7, 7), to);
	struct show_ospf_nbr n;
	struct show_ospf_if i;

	p.s->addr = from;
	speak_hello(p.s, 0);
	speak_hello(third, 0);
	onet_run(p.on, SEC(15));
	p.s->addr = to;
	speak_hello(p.s, 0);
	REQUIRE(onet_find_nbr(p.r1, THEM_ID, &n));
	CHECK_EQ(n.addr, to);
	REQUIRE(onet_find_if(p.r1, p.dev, &i));
	CHECK_EQ(i.n_nbrs, 1);
	speaker_free(third);
	pair_free(&p);
}

TEST(hello, who_moves_to_anothers_address_displaces_both)
{
	moves_to(IP4(10, 0, 0, 2), IP4(10, 0, 0, 3));
	moves_to(IP4(10, 0, 0, 3), IP4(10, 0, 0, 2));
}

static uint8_t options_of(const struct pair *p)
{
	struct show_ospf_nbr n;

	REQUIRE(onet_find_nbr(p->r1, THEM_ID, &n));
	return n.options;
}

TEST(hello, a_neighbours_options_are_those_said_last)
{
	struct pair p = pair_new(OSPF_NET_P2P);
	struct ospf_dd dd = { .mtu = 1500, .options = OSPF_OPT_E | OSPF_OPT_O, .seq = 5,
			      .flags = OSPF_DD_I | OSPF_DD_M | OSPF_DD_MS };

	p.s->hello.options = OSPF_OPT_E | OSPF_OPT_DC;
	speaker_meet(p.s);
	CHECK_EQ(options_of(&p), OSPF_OPT_E | OSPF_OPT_DC);
	p.s->hello.options = OSPF_OPT_E;
	speak_hello(p.s, 1, p.r1->ospf->router_id);
	CHECK_EQ(options_of(&p), OSPF_OPT_E);
	speak_dd(p.s, &dd, NULL, 0);              /* 10.6: as the DD says */
	CHECK_EQ(options_of(&p), OSPF_OPT_E | OSPF_OPT_O);
	pair_free(&p);
}

TEST(hello, two_that_both_live_stay_in_each_others_way)
{
	struct pair p = pair_new(OSPF_NET_BROADCAST);
	struct speaker *third = speaker_new(p.dev, THEM_ID, IP4(10, 0, 0, 3));
	struct show_ospf_nbr n;

	for (int i = 0; i < 5; i++) {
		speak_hello(p.s, 0);
		onet_run(p.on, SEC(9));
		speak_hello(third, 0);
		onet_run(p.on, SEC(1));
	}
	CHECK_EQ(show_drops(p.r1, DROP_OSPF_DUP_ID), 5);
	REQUIRE(onet_find_nbr(p.r1, THEM_ID, &n));
	CHECK_EQ(n.addr, THEM);
	speaker_free(third);
	pair_free(&p);
}

TEST(hello, a_router_with_another_id_or_address_is_another)
{
	struct pair p = pair_new(OSPF_NET_P2P);

	speaker_meet(p.s);
	p.s->id = IP4(8, 8, 8, 8);
	speak_hello(p.s, 0);
	CHECK_EQ(them(&p), OSPF_NBR_DOWN);
	p.s->id = THEM_ID;
	speaker_meet(p.s);
	CHECK_EQ(them(&p), OSPF_NBR_EXSTART);
	p.s->addr = IP4(10, 0, 0, 77);
	speak_hello(p.s, 0);
	CHECK_EQ(them(&p), OSPF_NBR_INIT);
	pair_free(&p);
}

TEST(hello, a_list_that_ends_inside_a_neighbour_is_refused)
{
	struct pair p = pair_new(OSPF_NET_P2P);
	uint8_t body[OSPF_HELLO_LEN + 3] = { 0 };
	struct wr w = wr_init(body, sizeof(body));

	ospf_hello_emit(&p.s->hello, &w);
	speak(p.s, OSPF_HELLO, body, sizeof(body), 0);
	speak(p.s, OSPF_HELLO, body, OSPF_HELLO_LEN - 1, 0);
	CHECK_EQ(show_drops(p.r1, DROP_OSPF_LENGTH), 2);
	CHECK_EQ(them(&p), OSPF_NBR_DOWN);
	pair_free(&p);
}
