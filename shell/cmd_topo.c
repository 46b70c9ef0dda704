// SPDX-License-Identifier: GPL-3.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "shell/lint.h"
#include "shell/state.h"
#include "shell/table.h"
#include "shell/topo_view.h"
#include "stack/show.h"

/* topo: the lab as a graph, and in the languages of other programs. */

/* --- topo show ------------------------------------------------------------------ */

static void add_prefix(json_t *all, const struct prefix *p)
{
	char text[PREFIX_STRLEN];

	json_array_append_new(all, json_string(prefix_fmt(p, text)));
}

static json_t *prefixes_json(const struct prefix *v, size_t n)
{
	json_t *all = json_array();

	for (size_t i = 0; i < n; i++)
		add_prefix(all, &v[i]);
	return all;
}

/* The addresses that an interface has now, 127.0.0.1 left out. */
static json_t *dev_addrs_json(const struct netdev *dev)
{
	json_t *all = json_array();
	const struct ifaddr *ia;

	list_for_each(&dev->addrs, ia, node)
		if (!ip4_is_loopback(ia->prefix.addr.v4))
			add_prefix(all, &ia->prefix);
	return all;
}

/* A stopped node is shown with the addresses that it will have again. */
static json_t *node_json(struct node *n, const struct topo_node *spec)
{
	struct stack *st = node_stack(n);
	json_t *o = json_object();

	jset_str(o, "name", node_name(n));
	jset_str(o, "kind", node_kind(n));
	jset_bool(o, "up", node_is_up(n));
	jset(o, "loopback", st ? dev_addrs_json(stack_dev(st, "lo")) :
	     prefixes_json(spec->loopback, spec->n_loopback));
	return o;
}

static json_t *end_json(struct link *l, enum link_side s, const struct topo_end *spec)
{
	struct link_end_info info;
	json_t *o = json_object();

	link_info(l, s, &info);
	jset_str(o, "node", node_name(info.node));
	jset_str(o, "ifname", info.ifname);
	jset_bool(o, "up", info.dev ? info.up : node_is_up(info.node));
	jset(o, "addresses", info.dev && node_has_stack(info.node) ? dev_addrs_json(info.dev) :
	     prefixes_json(spec->addrs, spec->n_addrs));
	jset_int(o, "rate_bps", (json_int_t)info.rate_bps);
	jset_str(o, "netem", info.netem);
	return o;
}

static json_t *link_json(struct link *l, const struct topo_link *spec)
{
	json_t *o = json_object(), *ends = json_array();
	bool up = link_is_up(l);

	for (int s = 0; s < 2; s++) {
		json_t *e = end_json(l, (enum link_side)s, &spec->end[s]);

		up &= jtrue(e, "up");
		json_array_append_new(ends, e);
	}
	jset_str(o, "state", !link_is_up(l) ? "cut" : up ? "up" : "down");
	jset_int(o, "mtu", link_mtu(l));
	jset(o, "ends", ends);
	return o;
}

static int show_run(struct shell *sh, const struct args *a)
{
	json_t *nodes = json_array(), *links = json_array();
	const struct topo *t = lab_topo(sh->lab);

	(void)a;
	for (size_t i = 0; i < lab_n_nodes(sh->lab); i++)
		json_array_append_new(nodes, node_json(lab_node(sh->lab, i), &t->nodes[i]));
	for (size_t i = 0; i < lab_n_links(sh->lab); i++)
		json_array_append_new(links, link_json(lab_link(sh->lab, i), &t->links[i]));
	return shell_result(sh, json_pack("{s:s,s:o,s:o}", "name", lab_name(sh->lab), "nodes",
					  nodes, "links", links));
}

static void show_print(struct shell *sh, const struct args *a, const json_t *topo)
{
	struct buf text = { 0 };

	if (args_has(a, "list") || !topo_view_picture(topo, &text))
		topo_view_list(topo, &text);
	if (text.s)
		shell_write(sh, text.s, text.len);
	buf_free(&text);
}

/* --- topo export ---------------------------------------------------------------- */

/* What save writes. */
static bool write_yaml(struct shell *sh, struct buf *out, struct buf *why)
{
	(void)why;
	lint_dump(sh, out);
	return true;
}

static bool write_vnet(struct shell *sh, struct buf *out, struct buf *why)
{
	return topo_export_vnet(lab_topo(sh->lab), out, why);
}

static bool write_dot(struct shell *sh, struct buf *out, struct buf *why)
{
	(void)why;
	topo_export_dot(lab_topo(sh->lab), out);
	return true;
}

static const struct format {
	const char *name, *option, *note;
	bool (*write)(struct shell *sh, struct buf *out, struct buf *why);
} formats[] = {
	{ "yaml", "--yaml", "the lab as it is now", write_yaml },
	{ "vnet", "--vnet", "the lab as it was loaded; later changes are not in it", write_vnet },
	{ "dot", "--dot", "the lab as it was loaded; later changes are not in it", write_dot },
};

static const struct format *format_of(const struct args *a)
{
	size_t i = 0;

	while (i + 1 < N_ELEM(formats) && !args_has(a, formats[i].name) &&
	       !args_has(a, formats[i].option))
		i++;
	return &formats[i];
}

static int export_to(struct shell *sh, const char *path, const struct buf *text, const char *note)
{
	FILE *f = fopen(path, "we");
	bool ok = f && fwrite(text->s, 1, text->len, f) == text->len;
	int err = errno;

	if (f && fclose(f) != 0 && ok) {
		ok = false;
		err = errno;
	}
	if (!ok)
		return shell_error(sh, "%s: cannot be written: %s", path, strerror(err));
	shell_printf(sh, "%s: %s\n", path, note);
	return 0;
}

static int export_run(struct shell *sh, const struct args *a)
{
	const struct format *format = format_of(a);
	const char *path = args_word(a, "FILE");
	struct buf text = { 0 }, why = { 0 };
	int status;

	if (!format->write(sh, &text, &why)) {
		status = shell_error(sh, "%s", why.s ? why.s : "out of memory");
	} else if (text.bad) {
		status = shell_error(sh, "out of memory");
	} else if (path) {
		status = export_to(sh, path, &text, format->note);
	} else {
		shell_write(sh, text.s, text.len);
		status = shell_result(sh, json_string(text.s));
	}
	buf_free(&text);
	buf_free(&why);
	return status;
}

const struct cmd cmds_topo[] = {
	{ .name = "topo show", .args = "[list]", .flags = CMD_LAB, .run = show_run,
	  .print = show_print,
	  .help = "draw the lab as it is now: nodes, links, addresses, what is down",
	  .text = "A lab that is too large for a picture, or whose links would cross, is listed "
		  "node\nby node; list asks for that." },
	{ .name = "topo export", .args = "yaml|vnet|dot [FILE:file]", .flags = CMD_LAB,
	  .run = export_run,
	  .help = "write the lab for other programs: lab file, vnetUtils file, Graphviz",
	  .text = "yaml is what save writes: the lab as it is now, with its events and checks.  "
		  "vnet and\ndot are the lab as it was loaded.  A vnetUtils file holds nodes, "
		  "links and routes; a lab\nthat needs more is refused, with the reason.  "
		  "Without FILE the text is shown." },
	{ .name = "topo export", .args = "--yaml|--vnet|--dot [FILE:file]",
	  .flags = CMD_LAB | CMD_QUIET, .run = export_run, .help = "the same" },
	{ 0 },
};
