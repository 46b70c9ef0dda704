// SPDX-License-Identifier: GPL-3.0-or-later
/* What the driver is told. */
#include "tests/unit/ospf/fixture.h"

TEST(event, changes_have_their_causes)
{
	static const struct { uint8_t to; const char *cause; } told[] = {
		{ OSPF_NBR_INIT, "HelloReceived" }, { OSPF_NBR_EXSTART, "2-WayReceived" },
		{ OSPF_NBR_EXCHANGE, "NegotiationDone" }, { OSPF_NBR_FULL, NULL },
		{ OSPF_NBR_DOWN, "InactivityTimer" },
	};
	struct onet *on = onet_new();
	struct stack *r1 = onet_router(on), *r2 = onet_router(on);
	struct olink l = onet_link(on, r1, r2);
	uint8_t was = OSPF_NBR_DOWN;
	unsigned k = 0;

	onet_run(on, SEC(1));
	stack_ospf_stop(r2);
	onet_run(on, SEC(41));
	for (unsigned i = 0; i < on->n_events; i++) {
		const struct oevent *e = &on->events[i];

		if (e->e.kind != OSPF_EV_NBR || e->st != r1 || e->e.new_state == OSPF_NBR_LOADING)
			continue;
		REQUIRE(k < N_ELEM(told));
		CHECK_EQ(e->e.new_state, told[k].to);
		if (told[k].cause)
			CHECK_STR(e->text, told[k].cause);
		if (k < 3)
			CHECK_EQ(e->e.old_state, was);
		was = e->e.new_state;
		CHECK(e->e.dev == l.a);
		CHECK_EQ(e->e.nbr, onet_id(r2));
		CHECK_EQ(e->e.from, IP4(10, 0, 0, 1));
		k++;
	}
	CHECK_EQ(k, N_ELEM(told));
	onet_free(on);
}

/* More senders than are remembered: the oldest is told again, nothing breaks. */
TEST(event, many_may_be_wrong_at_once)
{
	struct onet *on = onet_new();
	struct stack *r1 = onet_router(on);
	struct netdev *dev = onet_if(on, r1, "10.0.0.1/24", OSPF_NET_BROADCAST);
	struct speaker *s = speaker_new(dev, IP4(9, 9, 9, 9), IP4(10, 0, 0, 2));

	s->hello.hello_interval = 7;
	for (int round = 0; round < 2; round++) {
		for (unsigned i = 0; i < 40; i++) {
			s->addr = IP4(10, 0, 0, 2) + i;
			speak_hello(s, 0);
		}
	}
	CHECK_EQ(onet_problems(on, r1, "hello interval 7 s"), 80);
	onet_forget(on);
	for (int round = 0; round < 3; round++)
		for (unsigned i = 0; i < 10; i++) {
			s->addr = IP4(10, 0, 0, 100) + i;
			speak_hello(s, 0);
		}
	CHECK_EQ(onet_problems(on, r1, "hello interval 7 s"), 10);
	speaker_free(s);
	onet_free(on);
}

TEST(event, who_goes_and_comes_back_wrong_is_told_of_again)
{
	struct onet *on = onet_new();
	struct stack *r1 = onet_router(on);
	struct netdev *dev = onet_if(on, r1, "10.0.0.1/24", OSPF_NET_BROADCAST);
	struct speaker *s = speaker_new(dev, IP4(9, 9, 9, 9), IP4(10, 0, 0, 2));

	s->hello.hello_interval = 7;
	speak_hello(s, 0);
	netdev_set_carrier(dev, false);
	netdev_set_carrier(dev, true);
	speak_hello(s, 0);
	CHECK_EQ(onet_problems(on, r1, "hello interval 7 s"), 2);
	speaker_free(s);
	onet_free(on);
}

TEST(event, other_values_of_the_interface_are_a_reason_to_tell_again)
{
	struct onet *on = onet_new();
	struct stack *r1 = onet_router(on);
	struct netdev *dev = onet_if(on, r1, "10.0.0.1/24", OSPF_NET_BROADCAST);
	struct speaker *s = speaker_new(dev, IP4(9, 9, 9, 9), IP4(10, 0, 0, 2));

	s->hello.hello_interval = 7;
	speak_hello(s, 0);
	speak_hello(s, 0);
	CHECK_EQ(onet_problems(on, r1, "hello interval 7 s"), 1);
	on->if_conf.cost = 11;
	onet_if_on(on, dev, OSPF_NET_BROADCAST);
	speak_hello(s, 0);
	CHECK_EQ(onet_problems(on, r1, "hello interval 7 s"), 2);
	speaker_free(s);
	onet_free(on);
}
