// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/topo/topo.h"
#include "tests/unit/test.h"

static const char example[] =
	"\n4\n1 2 10.100.1\n2 3 10.100.2\n3 4 10.100.3\n0 3 10.100.4\n\n"
	"1 default 2\n2 default 3\n3 10.100.1.0/24 2\n3 default 0\n4 default 3\n"
	"0 10.100.1.0/24 3\n0 10.100.2.0/24 3\n0 10.100.3.0/24 3\n\n";

/* Interfaces and routes as a text, in the order of the nodes. */
static void show(const struct topo *t, struct buf *out)
{
	char a[PREFIX_STRLEN], b[ADDR_STRLEN];

	for (size_t n = 0; n < t->n_nodes; n++) {
		const struct topo_node *node = &t->nodes[n];

		buf_printf(out, "%s", node->name);
		for (size_t i = 0; i < 2 * t->n_links; i++) {
			const struct topo_end *e = &t->links[i / 2].end[i % 2];

			if (e->node == n)
				buf_printf(out, " %s %s", e->ifname, prefix_fmt(&e->addrs[0], a));
		}
		buf_putc(out, '\n');
		for (size_t i = 0; i < node->n_routes; i++)
			buf_printf(out, "  %s via %s dev %s\n", prefix_fmt(&node->routes[i].to, a),
				   addr_fmt(&node->routes[i].via, b), node->routes[i].dev);
	}
}

static void check_lab(const char *text, const char *want)
{
	struct buf errs = { 0 }, got = { 0 };
	struct topo *t = topo_parse("lab.txt", text, strlen(text), &errs);

	if (!t)
		printf("%s", errs.s);
	REQUIRE(t != NULL);
	show(t, &got);
	CHECK_STR(got.s, want);
	CHECK(t->vnet);
	for (size_t i = 0; i < t->n_nodes; i++)
		CHECK(t->nodes[i].kind == NODE_ROUTER && t->nodes[i].forward &&
		      t->nodes[i].routing == ROUTING_NONE);
	topo_free(t);
	buf_free(&got);
	buf_free(&errs);
}

static void check_errors(const char *text, const char *want)
{
	struct buf errs = { 0 };
	struct topo *t = topo_parse("lab.txt", text, strlen(text), &errs);

	CHECK(t == NULL);
	CHECK_STR(errs.s, want);
	topo_free(t);
	buf_free(&errs);
}

#define EXAMPLE_TABLE \
	"ns0 veth0-3 10.100.4.1/24\n" \
	"  10.100.1.0/24 via 10.100.4.2 dev veth0-3\n" \
	"  10.100.2.0/24 via 10.100.4.2 dev veth0-3\n" \
	"  10.100.3.0/24 via 10.100.4.2 dev veth0-3\n" \
	"ns1 veth1-2 10.100.1.1/24\n" \
	"  0.0.0.0/0 via 10.100.1.2 dev veth1-2\n" \
	"ns2 veth2-1 10.100.1.2/24 veth2-3 10.100.2.1/24\n" \
	"  0.0.0.0/0 via 10.100.2.2 dev veth2-3\n" \
	"ns3 veth3-2 10.100.2.2/24 veth3-4 10.100.3.1/24 veth3-0 10.100.4.2/24\n" \
	"  10.100.1.0/24 via 10.100.2.1 dev veth3-2\n" \
	"  0.0.0.0/0 via 10.100.4.1 dev veth3-0\n" \
	"ns4 veth4-3 10.100.3.2/24\n" \
	"  0.0.0.0/0 via 10.100.3.1 dev veth4-3\n"

TEST(vnet, the_example_has_the_names_addresses_and_routes_of_the_course)
{
	check_lab(example, EXAMPLE_TABLE);
}

TEST(vnet, the_line_of_four)
{
	check_lab("\n4\n1 2 10.100.1\n2 3 10.100.2\n3 4 10.100.3\n\n"
		  "1 default 2\n2 default 3\n3 10.100.1.0/24 2\n4 default 3\n",
		  "ns0\n"
		  "ns1 veth1-2 10.100.1.1/24\n"
		  "  0.0.0.0/0 via 10.100.1.2 dev veth1-2\n"
		  "ns2 veth2-1 10.100.1.2/24 veth2-3 10.100.2.1/24\n"
		  "  0.0.0.0/0 via 10.100.2.2 dev veth2-3\n"
		  "ns3 veth3-2 10.100.2.2/24 veth3-4 10.100.3.1/24\n"
		  "  10.100.1.0/24 via 10.100.2.1 dev veth3-2\n"
		  "ns4 veth4-3 10.100.3.2/24\n"
		  "  0.0.0.0/0 via 10.100.3.1 dev veth4-3\n");
}

TEST(vnet, the_six_nodes_have_no_routes)
{
	check_lab("\n6\n1 2 10.100.1\n2 3 10.100.2\n3 4 10.100.3\n2 5 10.100.4\n5 6 10.100.5\n"
		  "3 6 10.100.6\n\n",
		  "ns0\n"
		  "ns1 veth1-2 10.100.1.1/24\n"
		  "ns2 veth2-1 10.100.1.2/24 veth2-3 10.100.2.1/24 veth2-5 10.100.4.1/24\n"
		  "ns3 veth3-2 10.100.2.2/24 veth3-4 10.100.3.1/24 veth3-6 10.100.6.1/24\n"
		  "ns4 veth4-3 10.100.3.2/24\n"
		  "ns5 veth5-2 10.100.4.2/24 veth5-6 10.100.5.1/24\n"
		  "ns6 veth6-5 10.100.5.2/24 veth6-3 10.100.6.2/24\n");
}

TEST(vnet, a_last_line_without_an_end_counts)
{
	check_lab("\n6\n0 6 10.100.7\n1 6 10.100.1\n\n1 default 6\n0 10.100.1.0/24 6",
		  "ns0 veth0-6 10.100.7.1/24\n"
		  "  10.100.1.0/24 via 10.100.7.2 dev veth0-6\n"
		  "ns1 veth1-6 10.100.1.1/24\n"
		  "  0.0.0.0/0 via 10.100.1.2 dev veth1-6\n"
		  "ns2\nns3\nns4\nns5\n"
		  "ns6 veth6-0 10.100.7.2/24 veth6-1 10.100.1.2/24\n");
}

TEST(vnet, line_ends_blanks_and_comments_change_nothing)
{
	struct buf text = { 0 };

	buf_str(&text, "# the course's example\r\n");
	for (const char *p = example; *p; p++)
		buf_printf(&text, *p == '\n' ? " \t\r%c" : "%c", *p);
	check_lab(text.s, EXAMPLE_TABLE);
	buf_reset(&text);
	for (const char *p = example; *p; p++)
		buf_printf(&text, *p == '\n' && p > example && p[-1] != '\n' ? " # x\n# y%c" : "%c",
			   *p);
	check_lab(text.s, EXAMPLE_TABLE);
	buf_free(&text);
}

TEST(vnet, a_prefix_goes_before_all_names_and_high_low_is_swapped)
{
	check_lab("lab\n2\n2 1 10.0.0\n\n2 default 1\n",
		  "labns0\n"
		  "labns1 labveth1-2 10.0.0.1/24\n"
		  "labns2 labveth2-1 10.0.0.2/24\n"
		  "  0.0.0.0/0 via 10.0.0.1 dev labveth2-1\n");
}

TEST(vnet, networks_of_other_sizes_and_parallel_links)
{
	check_lab("\n2\n1 2 192.24.0.0/19\n1 2 10.0.1.0\n2 1 10.0.2/25\n\n1 10.9.9.9 2\n",
		  "ns0\n"
		  "ns1 veth1-2 192.24.0.1/19 veth1-2.1 10.0.1.1/24 veth1-2.2 10.0.2.1/25\n"
		  "  10.9.9.9/32 via 192.24.0.2 dev veth1-2\n"
		  "ns2 veth2-1 192.24.0.2/19 veth2-1.1 10.0.1.2/24 veth2-1.2 10.0.2.2/25\n");
}

TEST(vnet, fifty_hosts_have_names_of_their_own)
{
	struct buf text = { 0 }, errs = { 0 };
	struct topo *t;

	buf_str(&text, "\n50\n");
	for (int i = 1; i < 50; i++)
		buf_printf(&text, "%d %d 10.1.%d\n", i, i + 1, i);
	buf_str(&text, "1 11 10.100.9\n");
	t = topo_parse("lab.txt", text.s, text.len, &errs);
	REQUIRE(t != NULL);
	CHECK_EQ(t->n_nodes, 51);
	CHECK_STR(t->links[49].end[0].ifname, "veth1-11");
	CHECK_STR(t->links[49].end[1].ifname, "veth11-1");
	CHECK_STR(t->links[48].end[1].ifname, "veth50-49");
	topo_free(t);
	buf_free(&text);
	buf_free(&errs);
}

TEST(vnet, all_mistakes_are_reported_in_one_run)
{
	check_errors("\n4\n1 5 10.100.1\n1 2\n1 2 10.100\n2 2 10.0.0\n1 3 10.0.0.1/24\n"
		     "1 4 10.5.5 x\n\n1 default 2\n1 fault 3\n1 10.0.0.1/24 4\nq default "
		     "1\n\nmore\n",
		     "lab.txt:3:3: no host 5; expected 0 to 4\n"
		     "lab.txt:4:4: the line ends here; expected HOST HOST NETWORK\n"
		     "lab.txt:5:5: '10.100' is not a network; expected A.B.C or A.B.C.D/LEN\n"
		     "lab.txt:6:3: a link from host 2 to itself\n"
		     "lab.txt:7:5: '10.0.0.1/24' has bits set behind the prefix; did you mean "
		     "10.0.0.0/24?\n"
		     "lab.txt:8:12: 'x' is too much; expected HOST HOST NETWORK\n"
		     "lab.txt:10:11: no link joins hosts 1 and 2\n"
		     "lab.txt:11:3: 'fault' is not a subnet; expected A.B.C.D/LEN or default\n"
		     "lab.txt:12:3: '10.0.0.1/24' has bits set behind the prefix; did you mean "
		     "10.0.0.0/24?\n"
		     "lab.txt:13:1: 'q' is not the number of a host\n"
		     "lab.txt:15:1: 'more' stands behind the empty line that ends the routes; "
		     "expected nothing more\n");
	check_errors("\nfour\n1 2 10.0.0\n", "lab.txt:2:1: 'four' is not a number of hosts; "
					     "expected 0 to 100000\n");
	check_errors("lab", "lab.txt:2:1: the file ends here; expected the number of hosts\n");
	check_errors("\n2\n1 2 10.0.0\n0 1 10.0.0\n",
		     "lab.txt:4:5: address 10.0.0.1 of ns0 is used already by ns1, in line 3\n"
		     "lab.txt:4:5: address 10.0.0.2 of ns1 is used already by ns2, in line 3\n");
}

TEST(vnet, a_network_whose_addresses_no_host_may_have_is_refused)
{
	check_errors("\n1\n0 1 224.1.2\n1 0 127.0.0\n0 1 0.0.0\n0 1 255.255.255\n",
		     "lab.txt:3:5: 224.1.2.1/24 is a multicast address\n"
		     "lab.txt:4:5: 127.0.0.1/24 is not an address for a link\n"
		     "lab.txt:5:5: 0.0.0.1/24 is not an address for a link\n"
		     "lab.txt:6:5: 255.255.255.1/24 is reserved (class E)\n");
}

TEST(vnet, the_content_tells_the_format)
{
	struct buf errs = { 0 };
	struct topo *t = topo_parse("lab", "\n# x\nnodes: {a: }\n", 18, &errs);

	REQUIRE(t != NULL);
	CHECK(!t->vnet);
	topo_free(t);
	t = topo_parse("-", "\n1\n0 1 10.0.0\n", 14, &errs);
	REQUIRE(t != NULL);
	CHECK(t->vnet);
	CHECK_STR(t->name, "lab");
	topo_free(t);
	buf_free(&errs);
}

TEST(vnet, a_yaml_file_may_include_one)
{
	static const char text[] =
		"include: example.txt\ndefaults: {link: {delay: 3ms}}\n"
		"checks: [{name: x, run: pingall}]\n";
	struct buf errs = { 0 }, got = { 0 };
	struct topo *t = topo_parse("topologies/mine.yaml", text, strlen(text), &errs);

	REQUIRE(t != NULL);
	show(t, &got);
	CHECK_STR(got.s, EXAMPLE_TABLE);
	CHECK_EQ(t->n_checks, 1);
	CHECK_STR(t->name, "mine");
	CHECK_EQ(t->links[3].end[1].netem.delay, MSEC(3));
	topo_free(t);
	buf_free(&got);
	buf_free(&errs);
}

TEST(vnet, what_cannot_be_included_says_why)
{
	static const char none[] = "include: none.txt\n";
	static const char yaml[] = "include: demo.yaml\n";
	static const char both[] = "include: example.txt\nnodes: {a: }\n";
	struct buf errs = { 0 };

	CHECK(topo_parse("topologies/x.yaml", none, strlen(none), &errs) == NULL);
	CHECK(topo_parse("topologies/x.yaml", yaml, strlen(yaml), &errs) == NULL);
	CHECK(topo_parse("topologies/x.yaml", both, strlen(both), &errs) == NULL);
	CHECK_STR(errs.s,
		  "topologies/x.yaml:1:10: include: cannot read 'topologies/none.txt': "
		  "No such file or directory\n"
		  "topologies/x.yaml:1:10: include: 'topologies/demo.yaml' is not a vnetUtils "
		  "file\n"
		  "topologies/x.yaml:2:8: nodes and links come from the included file; expected "
		  "neither here\n");
	buf_free(&errs);
}
