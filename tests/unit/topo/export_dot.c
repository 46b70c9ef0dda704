// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/topo/export.h"

#include "tests/unit/test.h"

TEST(export_dot, nodes_by_kind_and_links_with_names_and_networks)
{
	static const char text[] =
		"version: 1\nname: 'a \"lab\" \\'\n"
		"nodes: {r: {loopback: [10.9.9.9/32]}, h: {kind: host}, w: {kind: hub}}\n"
		"links:\n"
		"  - {endpoints: [\"r:e0\", \"h:e0\"], ipv4: 10.0.0.0/24, down: true}\n"
		"  - {endpoints: [\"w:p\", \"h:e1\"], ipv4: [none, 10.0.1.7/24]}\n"
		"  - {endpoints: [\"r:e1\", \"h:e2\"], ipv4: none}\n";
	struct buf errs = { 0 }, got = { 0 };
	struct topo *t = topo_parse("lab.yaml", text, sizeof(text) - 1, &errs);

	if (!t)
		printf("%s", errs.s);
	REQUIRE(t != NULL);
	topo_export_dot(t, &got);
	CHECK_STR(got.s,
		  "graph \"a \\\"lab\\\" \\\\\" {\n"
		  "\tgraph [overlap=false splines=true nodesep=1 ranksep=1.2];\n"
		  "\tnode [fontname=\"sans-serif\"];\n"
		  "\tedge [fontname=\"sans-serif\" fontsize=9 labeldistance=2];\n"
		  "\t\"r\" [shape=box label=\"r\\nlo 10.9.9.9/32\"];\n"
		  "\t\"h\" [shape=ellipse];\n"
		  "\t\"w\" [shape=box style=\"filled\" fillcolor=\"lightgrey\"];\n"
		  "\t\"r\" -- \"h\" [label=\"10.0.0.0/24\\ndown\" taillabel=\"e0\\n.1\" "
		  "headlabel=\"e0\\n.2\" style=dashed];\n"
		  "\t\"w\" -- \"h\" [label=\"10.0.1.0/24\" taillabel=\"p\" "
		  "headlabel=\"e1\\n.7\"];\n"
		  "\t\"r\" -- \"h\" [label=\"\" taillabel=\"e1\" headlabel=\"e2\"];\n"
		  "}\n");
	topo_free(t);
	buf_free(&got);
	buf_free(&errs);
}
