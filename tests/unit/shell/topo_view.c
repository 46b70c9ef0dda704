// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/topo_view.h"

#include "tests/unit/test.h"

static const char small[] =
	"{'name':'x','nodes':["
	"{'name':'r1','kind':'router','up':true,'loopback':['10.9.9.9/32']},"
	"{'name':'h1','kind':'host','up':false,'loopback':[]},"
	"{'name':'alone','kind':'hub','up':true,'loopback':[]}],"
	"'links':["
	"{'state':'up','ends':[{'node':'h1','ifname':'eth0','up':true,'addresses':['10.0.0.2/24']},"
	"{'node':'r1','ifname':'lan','up':true,'addresses':['10.0.0.1/24','10.5.0.1/16']}]},"
	"{'state':'cut','ends':[{'node':'r1','ifname':'e1','up':true,'addresses':[]},"
	"{'node':'h1','ifname':'eth1','up':true,'addresses':['10.0.1.2/24']}]},"
	"{'state':'down','ends':[{'node':'r1','ifname':'e2','up':false,'addresses':[]},"
	"{'node':'h1','ifname':'eth2','up':true,'addresses':[]}]}]}";

static json_t *value_of(const char *text)
{
	char json[2048];
	size_t n = 0;

	for (; *text && n < sizeof(json) - 1; text++)
		json[n++] = *text == '\'' ? '"' : *text;
	json[n] = '\0';
	return json_loads(json, 0, NULL);
}

TEST(topo_view, the_list_has_each_node_with_its_links_in_columns)
{
	json_t *v = value_of(small);
	struct buf b = { 0 };

	REQUIRE(v != NULL);
	topo_view_list(v, &b);
	CHECK_STR(b.s,
		  "r1 (router) lo 10.9.9.9/32\n"
		  "  lan   10.0.0.1/24,10.5.0.1/16  -- h1:eth0\n"
		  "  e1    -                        -- h1:eth1  DOWN (cut)\n"
		  "  e2    -                        -- h1:eth2  DOWN (this end)\n"
		  "h1 (host) stopped\n"
		  "  eth0  10.0.0.2/24              -- r1:lan\n"
		  "  eth1  10.0.1.2/24              -- r1:e1    DOWN (cut)\n"
		  "  eth2  -                        -- r1:e2    DOWN (other end)\n"
		  "alone (hub)\n");
	json_decref(v);
	buf_free(&b);
}

TEST(topo_view, the_picture_shows_addresses_beside_their_network)
{
	json_t *v = value_of(small);
	struct buf b = { 0 };

	REQUIRE(v != NULL);
	CHECK(topo_view_picture(v, &b));
	CHECK(b.s && strstr(b.s, " .1 10.5.0.1/16 "));
	CHECK(b.s && strstr(b.s, "e2(down)"));
	CHECK(b.s && strstr(b.s, "h1 (stopped)"));
	CHECK(b.s && strstr(b.s, "alone"));
	json_decref(v);
	buf_free(&b);
}

static json_t *ring(int n)
{
	json_t *nodes = json_array(), *links = json_array();

	for (int i = 0; i < n; i++) {
		char a[16], b[16];

		snprintf(a, sizeof(a), "r%d", i);
		snprintf(b, sizeof(b), "r%d", (i + 1) % n);
		json_array_append_new(nodes, json_pack("{s:s,s:s,s:b,s:[]}", "name", a, "kind",
			"router", "up", 1, "loopback"));
		json_array_append_new(links, json_pack("{s:s,s:[{s:s,s:s,s:b,s:[]},"
			"{s:s,s:s,s:b,s:[]}]}", "state", "up", "ends", "node", a, "ifname", "e0",
			"up", 1, "addresses", "node", b, "ifname", "e1", "up", 1, "addresses"));
	}
	return json_pack("{s:o,s:o}", "nodes", nodes, "links", links);
}

TEST(topo_view, a_hundred_nodes_are_a_list_of_three_lines_each)
{
	json_t *v = ring(100);
	struct buf b = { 0 };
	int lines = 0;

	CHECK(!topo_view_picture(v, &b));
	CHECK_EQ(b.len, 0);
	topo_view_list(v, &b);
	for (const char *s = b.s; s && (s = strchr(s, '\n')); s++)
		lines++;
	CHECK_EQ(lines, 300);
	CHECK(strstr(b.s, "r99 (router)\n  e1  -  -- r98:e0\n  e0  -  -- r0:e1\n"));
	json_decref(v);
	buf_free(&b);
}
