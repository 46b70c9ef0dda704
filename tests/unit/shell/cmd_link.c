// SPDX-License-Identifier: GPL-3.0-or-later
/* link add and link del, as they are typed. */
#include <stdlib.h>
#include <string.h>

#include "sim/topo/keys.h"
#include "tests/unit/shell/fixture.h"
#include "tests/unit/test.h"

TEST(cmd_link, add_tells_the_ends_and_what_they_were_assigned)
{
	struct bench b;

	REQUIRE(bench_open(&b));
	bench_wants(&b, "link add h1 h2", "[0.000s] h1 eth2: carrier on\n[0.000s] h2 eth1: carrier on\n"
		    "h1:eth2 10.1.1.1/24 <-> h2:eth1 10.1.1.2/24\n");
	bench_wants(&b, "link add h1:x r1:y ipv4 10.9.0.1/30 10.9.0.2/30 down true delay 5ms 1ms",
		    "h1:x 10.9.0.1/30 <-> r1:y 10.9.0.2/30 (down)\n");
	CHECK_EQ(bench_do(&b, "link add h1 r1 ipv4 none --json"), 0);
	CHECK(strstr(b.out, "{\"node\":\"r1\",\"ifname\":\"eth3\",\"addresses\":[]}"));
	CHECK_EQ(bench_do(&b, "h1 ping -c 1 10.1.1.2"), 0);
	bench_refuses(&b, "link add h1 h3", "'h3' is not a node or NODE:INTERFACE; did you mean "
		      "h1?\n");
	bench_refuses(&b, "link add h1 h2 ipv4 10.9.0.0/30", "address 10.9.0.1 of h1 is used "
		      "already by h1\n");
	bench_refuses(&b, "link add h1 h2 rate 5", "rate: '5' has no unit; expected a rate such as "
		      "64kbit, 10mbit or 1gbit, or 0 for no limit\n");
	bench_close(&b);
}

TEST(cmd_link, an_error_names_the_word_that_was_wrong)
{
#define SETTINGS "ipv4, mac, mtu, down, forward, reverse, ospf, rate, queue, delay, jitter, " \
	"correlation, distribution, loss, loss-list, corrupt, duplicate, reorder, gap, limit, " \
	"overhead, enabled, area, cost, type, hello, dead, rxmt, transmit_delay, priority, " \
	"passive, mtu_ignore, auth\n"
	struct bench b;

	REQUIRE(bench_open(&b));
	bench_refuses(&b, "link add h1 h2 area 0 bandwidth 10mbit", "found 'bandwidth' after the "
		      "value of area, expected a setting of the link: " SETTINGS);
	bench_refuses(&b, "link add h1 h2 bandwidth 10mbit", "found 'bandwidth', expected a "
		      "setting of the link: " SETTINGS);
	bench_refuses(&b, "link add h1 h2 type p2p ratee 5mbit", "found 'ratee' after the value "
		      "of type, expected a setting of the link; did you mean 'rate'?\n");
	bench_refuses(&b, "link add h1 h2 mtu 1500 1400", "found '1400' after the value of mtu, "
		      "expected a setting of the link: " SETTINGS);
	bench_refuses(&b, "link add h1 h2 ipv4 10.9.0.1/24 10.9.0.2/24 10.9.0.3/24", "found "
		      "'10.9.0.3/24' after the value of ipv4, expected a setting of the link: "
		      SETTINGS);
	bench_refuses(&b, "link add h1 h2 area x cost 5", "area: 'x' is not an area; expected one "
		      "such as 0 or 0.0.0.1\n");
	CHECK_EQ(bench_do(&b, "link add h1 h2 auth {type: md5, key: x} cost 5"), 0);
	bench_close(&b);
}

TEST(cmd_link, an_added_link_is_one_of_the_lab)
{
	struct bench b;

	REQUIRE(bench_open(&b));
	CHECK_EQ(bench_do(&b, "link add r1 h2:x ipv4 10.9.0.0/30 delay 5ms"), 0);
	bench_do(&b, "topo show list");
	CHECK(strstr(b.out, "10.9.0.2/30") != NULL);
	bench_do(&b, "topo show");
	CHECK(strstr(b.out, "10.9.0.0/30") != NULL);
	CHECK_EQ(bench_do(&b, "link r1 h2:x down"), 0);
	CHECK_EQ(bench_do(&b, "set link r1 h2:x loss 5%"), 0);
	bench_do(&b, "topo export yaml");
	CHECK(strstr(b.out, "  - endpoints: [\"r1:eth2\", \"h2:x\"]\n    ipv4: [10.9.0.1/30, "
		     "10.9.0.2/30]\n") != NULL);
	CHECK(strstr(b.out, "    delay: 5ms\n    loss: 5%\n") != NULL);
	bench_do(&b, "links");
	CHECK(strstr(b.out, "r1-eth2<->h2-x (DOWN DOWN)") != NULL);
	bench_close(&b);
}

TEST(cmd_link, del_takes_one_link_and_says_which_it_would_have)
{
	struct bench b;

	REQUIRE(bench_open(&b));
	CHECK_EQ(bench_do(&b, "link add h1:x r1"), 0);
	bench_refuses(&b, "link del h1 r1", "several links between h1 and r1, expected one, such "
		      "as h1:eth0\n");
	bench_refuses(&b, "link del h1 h2", "no link between h1 and h2\n");
	bench_refuses(&b, "link del h1", "found h1 alone, expected the other node too, or "
		      "h1:INTERFACE\n");
	bench_wants(&b, "link del h1:x", "[0.000s] h1 x: carrier lost\n[0.000s] r1 eth2: carrier lost\n");
	CHECK_EQ(bench_do(&b, "link del r1 h1"), 0);
	bench_refuses(&b, "h1 ip addr show dev eth0", "Device \"eth0\" does not exist.\n");
	bench_do(&b, "h1 ip route");
	CHECK(!strstr(b.out, "eth0"));
	bench_close(&b);
}

/* The words that TAB offers are the keys that are taken. */
TEST(cmd_link, every_key_of_a_link_is_offered)
{
	static const struct ytable *const tabs[] = { &link_keys, &impair_keys, &ospf_if_keys };
	struct bench b;

	REQUIRE(bench_open(&b));
	CHECK(bench_offers(&b, "link add h1 ", "r1"));
	CHECK(bench_offers(&b, "link ", "add") && bench_offers(&b, "link ", "del"));
	for (size_t t = 0; t < N_ELEM(tabs); t++)
		for (size_t i = 0; i < tabs[t]->n; i++) {
			const char *key = tabs[t]->rows[i].key;

			if (!CHECK_EQ(bench_offers(&b, "link add h1 r1 ", key),
				      strcmp(key, "endpoints") != 0))
				printf("     %s\n", key);
		}
	bench_close(&b);
}
