// SPDX-License-Identifier: GPL-3.0-or-later
/* What the shell says of nodes outside.  Their doors stay shut here: nothing
 * ever answers, and lab time is virtual. */
#include <string.h>

#include "shell/complete.h"
#include "tests/unit/shell/fixture.h"
#include "tests/unit/test.h"

static const char lab_text[] =
	"nodes:\n"
	"  x: {kind: external, port: \"unix:/nowhere/x\"}\n"
	"  n: {kind: netns, gateway: 10.0.2.1}\n"
	"  h: {kind: host}\n"
	"  z: {kind: external, port: \"unix:/nowhere/z\"}\n"
	"  g: {kind: host, gateway: 10.0.4.1}\n"
	"links:\n"
	"  - {endpoints: [h, x], ipv4: 10.0.1.0/24}\n"
	"  - {endpoints: [h, n], ipv4: 10.0.2.0/24}\n"
	"  - {endpoints: [h, z], ipv4: [10.0.3.1/24, none]}\n"
	"  - {endpoints: [h, g], ipv4: 10.0.4.0/24}\n";

static bool open_lab(struct bench *b)
{
	struct buf errs = { 0 };
	struct topo *t = topo_parse("doors.yaml", lab_text, sizeof(lab_text) - 1, &errs);

	if (!t)
		printf("%s", errs.s ? errs.s : "");
	*b = (struct bench){ .lab = t ? lab_new(t, NULL) : NULL };
	b->out_file = open_memstream(&b->out, &b->out_len);
	b->err_file = open_memstream(&b->err, &b->err_len);
	if (b->lab)
		b->sh = shell_new(&(struct shell_config){
			.lab = b->lab, .out = b->out_file, .err = b->err_file });
	buf_free(&errs);
	return b->sh != NULL;
}

TEST(doors, a_node_outside_is_listed_with_what_the_file_says_of_it)
{
	struct bench b;

	REQUIRE(open_lab(&b));
	bench_wants(&b, "show hosts",
		    "NODE KIND     STATE ADDRESS  FORWARDS\n"
		    "x    external up    10.0.1.2 -\n"
		    "n    netns    up    10.0.2.2 -\n"
		    "h    host     up    10.0.1.1 no\n"
		    "z    external up    -        -\n"
		    "g    host     up    10.0.4.2 no\n");
	bench_wants(&b, "dump",
		    "<External x: eth0:10.0.1.2> \n"
		    "<Netns n: eth0:10.0.2.2> \n"
		    "<Host h: eth0:10.0.1.1,eth1:10.0.2.1,eth2:10.0.3.1,eth3:10.0.4.1> \n"
		    "<External z: eth0:None> \n"
		    "<Host g: eth0:10.0.4.2> \n");
	CHECK_EQ(bench_do(&b, "show links x"), 0);
	CHECK(strstr(b.out, "x:eth0 h:eth0 up    infinite") != NULL);
	bench_close(&b);
}

TEST(doors, what_needs_a_stack_says_that_there_is_none)
{
	struct bench b;

	REQUIRE(open_lab(&b));
	bench_refuses(&b, "n ping h", "n is netns: netloom has no stack there; use "
		      "'n exec COMMAND'\n");
	bench_refuses(&b, "n ping h &", "n is netns: netloom has no stack there; use "
		      "'n exec COMMAND'\n");
	bench_refuses(&b, "n ip route", "n is netns: netloom has no stack there; use "
		      "'n exec COMMAND'\n");
	bench_refuses(&b, "x ip addr", "x is external: netloom has no stack there\n");
	bench_refuses(&b, "show interfaces x", "x is external: netloom has no stack there\n");
	bench_refuses(&b, "x", "x is external: there is nothing to enter\n");
	bench_refuses(&b, "n", "n is netns: use 'n exec COMMAND', such as 'n exec sh'\n");
	bench_close(&b);
}

TEST(doors, pingall_asks_nodes_outside_and_they_ask_nobody)
{
	struct bench b;

	REQUIRE(open_lab(&b));
	CHECK_EQ(bench_do(&b, "pingall"), 1);
	CHECK_STR(b.out,
		  "*** Ping: testing ping reachability\n"
		  "h -> X X g \n"
		  "g -> X X h \n"
		  "*** Results: 66% dropped (2/6 received)\n");
	bench_close(&b);
}

TEST(doors, pingpair_takes_the_first_two_of_which_one_can_ping)
{
	struct bench b;

	REQUIRE(open_lab(&b));
	CHECK_EQ(bench_do(&b, "pingpair"), 1);
	CHECK_STR(b.out, "h -> X \n*** Results: 100% dropped (0/1 received)\n");
	bench_close(&b);
}

TEST(doors, a_shut_door_drops_with_a_reason_and_a_stopped_one_has_no_carrier)
{
	struct bench b;

	REQUIRE(open_lab(&b));
	CHECK_EQ(bench_do(&b, "h ping -c 1 x"), 1);
	CHECK_EQ(bench_do(&b, "show drops x"), 0);
	CHECK(strstr(b.out, "port.shut") != NULL);
	CHECK_EQ(bench_do(&b, "node x stop"), 0);
	CHECK_EQ(bench_do(&b, "links"), 0);
	CHECK(strstr(b.out, "(DOWN DOWN)") != NULL);
	CHECK_EQ(bench_do(&b, "node x start"), 0);
	CHECK_EQ(bench_do(&b, "links"), 0);
	CHECK(strstr(b.out, "(DOWN DOWN)") == NULL);
	bench_close(&b);
}

static bool completes(struct shell *sh, const char *line, const char *word)
{
	struct complete c;
	bool found = false;

	complete_line(&c, sh, line);
	for (size_t i = 0; i < c.n; i++)
		found |= strcmp(c.v[i], word) == 0;
	complete_fini(&c);
	return found;
}

TEST(doors, names_and_addresses_outside_complete)
{
	struct bench b;

	REQUIRE(open_lab(&b));
	CHECK(completes(b.sh, "node ", "x"));
	CHECK(completes(b.sh, "link h:eth0 x:", "x:eth0"));
	CHECK(completes(b.sh, "h ip route get 10.0.2", "10.0.2.2"));
	CHECK(completes(b.sh, "h ip route get 10.0.2", "10.0.2.1"));
	CHECK(!completes(b.sh, "h ip route get 10.0.3", "10.0.3.2"));
	bench_close(&b);
}
