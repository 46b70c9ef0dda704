// SPDX-License-Identifier: GPL-3.0-or-later
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "shell/if_label.h"
#include "shell/lint.h"
#include "shell/state.h"
#include "shell/table.h"
#include "stack/show.h"

/* The lab as a whole: nodes, net, dump, intfs, save.  The text is Mininet's
 * where Mininet has the command. */

/* Each link end of a node, in the order of the lab file. */
static void each_end(const struct shell *sh, const struct node *n,
		     void (*fn)(void *arg, struct link *l, enum link_side s), void *arg)
{
	for (size_t i = 0; i < lab_n_links(sh->lab); i++) {
		struct link *l = lab_link(sh->lab, i);

		if (link_node(l, SIDE_A) == n)
			fn(arg, l, SIDE_A);
		if (link_node(l, SIDE_B) == n)
			fn(arg, l, SIDE_B);
	}
}

static void add_end(void *arg, struct link *l, enum link_side s)
{
	json_array_append_new(arg, json_pack("{s:s,s:{s:s,s:s},s:b}", "ifname", link_ifname(l, s),
		"peer", "node", node_name(link_node(l, !s)), "ifname", link_ifname(l, !s),
		"up", link_is_up(l)));
}

static json_t *node_json(const struct shell *sh, struct node *n)
{
	json_t *o = json_object(), *ends = json_array();
	struct addr addr;
	char text[ADDR_STRLEN];

	jset_str(o, "name", node_name(n));
	jset_str(o, "kind", node_kind(n));
	jset_bool(o, "up", node_is_up(n));
	if (node_addr(n, &addr))
		jset_str(o, "address", addr_fmt(&addr, text));
	each_end(sh, n, add_end, ends);
	jset(o, "interfaces", ends);
	return o;
}

static int nodes_run(struct shell *sh, const struct args *a)
{
	json_t *all = json_array();

	(void)a;
	for (size_t i = 0; i < lab_n_nodes(sh->lab); i++)
		json_array_append_new(all, node_json(sh, lab_node(sh->lab, i)));
	return shell_result(sh, all);
}

static void nodes_print(struct shell *sh, const struct args *a, const json_t *all)
{
	const json_t *n;
	size_t i;

	(void)a;
	shell_printf(sh, "available nodes are: \n");
	json_array_foreach(all, i, n)
		shell_printf(sh, "%s%s%s", i ? " " : "", jstr(n, "name"),
			     jtrue(n, "up") ? "" : "(stopped)");
	shell_printf(sh, "\n");
}

static void net_print(struct shell *sh, const struct args *a, const json_t *all)
{
	bool alone = if_names_differ(sh->lab);
	const json_t *n, *e;
	size_t i, k;

	(void)a;
	json_array_foreach(all, i, n) {
		shell_printf(sh, "%s", jstr(n, "name"));
		json_array_foreach(jget(n, "interfaces"), k, e) {
			const json_t *peer = jget(e, "peer");

			shell_printf(sh, " ");
			if_label_print(sh, alone, jstr(n, "name"), jstr(e, "ifname"));
			shell_printf(sh, ":");
			if_label_print(sh, alone, jstr(peer, "node"), jstr(peer, "ifname"));
		}
		shell_printf(sh, "\n");
	}
}

static void intfs_print(struct shell *sh, const struct args *a, const json_t *all)
{
	const json_t *n, *e;
	size_t i, k;

	(void)a;
	json_array_foreach(all, i, n) {
		shell_printf(sh, "%s: ", jstr(n, "name"));
		json_array_foreach(jget(n, "interfaces"), k, e)
			shell_printf(sh, "%s%s", k ? "," : "", jstr(e, "ifname"));
		shell_printf(sh, "\n");
	}
}

/* What the lab file says of an interface: all that is known of one outside. */
static const struct addr *file_addr(const struct topo *t, const char *node, const char *ifname)
{
	for (size_t i = 0; i < 2 * t->n_links; i++) {
		const struct topo_end *e = &t->links[i / 2].end[i % 2];

		if (e->n_addrs && strcmp(e->ifname, ifname) == 0 &&
		    strcmp(t->nodes[e->node].name, node) == 0)
			return &e->addrs[0].addr;
	}
	return NULL;
}

/* Primary address of an interface, or "None" as Mininet says. */
static const char *dump_addr(struct shell *sh, const char *node, const char *ifname,
			     char text[ADDR_STRLEN])
{
	struct node *n = lab_find_node(sh->lab, node);
	struct stack *st = node_stack(n);
	struct netdev *dev = st ? stack_dev(st, ifname) : NULL;
	struct ifaddr *ia = dev ? list_first(&dev->addrs, struct ifaddr, node) : NULL;
	const struct addr *a = ia ? &ia->prefix.addr : NULL;

	if (node_is_door(n))
		a = file_addr(lab_topo(sh->lab), node, ifname);
	return a ? addr_fmt(a, text) : "None";
}

static void dump_print(struct shell *sh, const struct args *a, const json_t *all)
{
	char addr[ADDR_STRLEN];
	const json_t *n, *e;
	size_t i, k;

	(void)a;
	json_array_foreach(all, i, n) {
		const char *kind = jstr(n, "kind"), *name = jstr(n, "name");

		shell_printf(sh, "<%c%s %s: ", toupper((unsigned char)kind[0]), kind + !!kind[0],
			     name);
		json_array_foreach(jget(n, "interfaces"), k, e)
			shell_printf(sh, "%s%s:%s", k ? "," : "", jstr(e, "ifname"),
				     dump_addr(sh, name, jstr(e, "ifname"), addr));
		shell_printf(sh, "%s> \n", jtrue(n, "up") ? "" : " stopped");
	}
}

static int save_run(struct shell *sh, const struct args *a)
{
	const char *path = args_word(a, "FILE");
	struct buf yaml = { 0 };
	FILE *f = NULL;
	bool ok;

	lint_dump(sh, &yaml);
	if (!path) {
		shell_write(sh, yaml.s ? yaml.s : "", yaml.len);
		ok = !yaml.bad && shell_result(sh, json_string(yaml.s ? yaml.s : "")) == 0;
		buf_free(&yaml);
		return !ok;
	}
	f = fopen(path, "w");
	ok = f && !yaml.bad && fwrite(yaml.s ? yaml.s : "", 1, yaml.len, f) == yaml.len;
	if (f)
		ok = fclose(f) == 0 && ok;
	buf_free(&yaml);
	if (!ok)
		return shell_error(sh, "%s: cannot be written", path);
	shell_printf(sh, "%s: the lab as it is now\n", path);
	return 0;
}

const struct cmd cmds_lab[] = {
	{ .name = "nodes", .flags = CMD_LAB, .run = nodes_run, .print = nodes_print,
	  .help = "list the nodes" },
	{ .name = "net", .flags = CMD_LAB, .run = nodes_run, .print = net_print,
	  .help = "list each node's interfaces and what they are joined to" },
	{ .name = "intfs", .flags = CMD_LAB, .run = nodes_run, .print = intfs_print,
	  .help = "list each node's interfaces" },
	{ .name = "dump", .flags = CMD_LAB, .run = nodes_run, .print = dump_print,
	  .help = "list each node with its interfaces and addresses" },
	{ .name = "save", .args = "[FILE:file]", .flags = CMD_LAB, .run = save_run,
	  .help = "write the lab as it is now, with all that was assigned",
	  .text = "With the addresses, routes, forwarding and links that commands changed; what a\n"
		  "lab file has no word for is in its comment lines: history save writes that." },
	{ 0 },
};
