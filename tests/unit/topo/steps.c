// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/topo/export.h"

#include "tests/unit/test.h"

static void check_steps(const char *file, const char *text, const char *want)
{
	struct buf errs = { 0 }, got = { 0 };
	struct topo *t = topo_parse(file, text, strlen(text), &errs);

	if (!t)
		printf("%s", errs.s);
	REQUIRE(t != NULL);
	topo_steps_print(t, &got);
	CHECK_STR(got.s, want);
	topo_free(t);
	buf_free(&got);
	buf_free(&errs);
}

TEST(steps, a_course_file_is_made_node_by_node_and_link_by_link)
{
	check_steps("lab.txt", "\n2\n1 2 10.0.0\n\n1 default 2\n2 10.9.0.0/16 1\n",
		    "node ns0 router, forwards\n"
		    "node ns1 router, forwards\n"
		    "node ns2 router, forwards\n"
		    "link ns1:veth1-2 ns2:veth2-1 rate 1gbit queue 256kb delay 1ms mtu 1500\n"
		    "address ns1:veth1-2 10.0.0.1/24\n"
		    "address ns2:veth2-1 10.0.0.2/24\n"
		    "route ns1 default via 10.0.0.2 dev veth1-2\n"
		    "route ns2 10.9.0.0/16 via 10.0.0.1 dev veth2-1\n");
}

TEST(steps, everything_that_a_lab_file_can_say_has_its_line)
{
	check_steps("lab.yaml",
		    "version: 1\n"
		    "nodes:\n"
		    "  w: {kind: hub}\n"
		    "  h: {kind: host, loopback: [10.9.9.9/32],\n"
		    "      routes: [{to: 10.8.0.0/16, dev: eth0, metric: 5}]}\n"
		    "links:\n"
		    "  - {endpoints: [\"h:eth0\", \"w:p\"], ipv4: [10.0.0.1/24, none], mtu: 1400,\n"
		    "     down: true, delay: 0s, forward: {loss: 1%}}\n"
		    "events:\n"
		    "  - {at: 1500ms, do: \"link h\\nw up\"}\n",
		    "node w hub\n"
		    "node h host, does not forward\n"
		    "address h:lo 10.9.9.9/32\n"
		    "link h:eth0 w:p forward rate 1gbit queue 256kb loss 1% "
		    "reverse rate 1gbit queue 256kb delay 0s mtu 1400 down\n"
		    "address h:eth0 10.0.0.1/24\n"
		    "route h 10.8.0.0/16 dev eth0 metric 5\n"
		    "event 1.5s link h w up\n");
}
