// SPDX-License-Identifier: GPL-3.0-or-later
#include <string.h>

#include "shell/state.h"
#include "shell/table.h"

/* Nodes that stop and start, come and go: node NODE stop|start, node add, node del. */

static int node_run(struct shell *sh, const struct args *a)
{
	struct node *n = args_node(a, "NODE");
	bool start = args_has(a, "start");
	int err = start ? node_start(n) : node_stop(n);

	if (err == ERR_EXIST)
		return shell_error(sh, "%s is %s already", node_name(n),
				   start ? "running" : "stopped");
	if (err)
		return shell_error(sh, "%s: %s", node_name(n), err_text(err));
	return shell_result(sh, json_pack("{s:s,s:b}", "name", node_name(n), "up", start));
}

/* --- nodes that come and go -------------------------------------------------------- */

static bool node_add_check(const struct args *a, struct buf *why)
{
	int n;
	char *const *words = args_rest(a, &n);

	if (!a->sh->nodes_change && args_node(a, "NAME")) {
		buf_printf(why, "there is a node '%s' already", args_word(a, "NAME"));
		return false;
	}
	return topo_node_words_ok(lab_topo(a->lab), args_word(a, "NAME"), n, words, why);
}

static const char *routing_word(enum routing r)
{
	return r == ROUTING_OSPF ? "ospf" : r == ROUTING_STATIC ? "static" : "none";
}

static json_t *added_json(const struct shell *sh, const struct node *n)
{
	const struct topo *t = lab_topo(sh->lab);
	json_t *o = json_object();

	jset_str(o, "name", node_name(n));
	jset_str(o, "kind", node_kind(n));
	jset_bool(o, "up", node_is_up(n));
	if (node_has_stack(n))
		jset_str(o, "routing",
			 routing_word(t->nodes[topo_node_find(t, node_name(n))].routing));
	return o;
}

static int node_add_run(struct shell *sh, const struct args *a)
{
	const char *name = args_word(a, "NAME");
	struct buf notes = { 0 }, err = { 0 };
	int n, status;
	char *const *words = args_rest(a, &n);
	struct node *node = lab_node_add(sh->lab, name, n, words, &notes, &err);

	if (!node) {
		status = shell_error(sh, "%s", err.s ? err.s : "out of memory");
	} else {
		if (cmd_is_lab_word(sh, name))
			shell_line(sh, "warning: node '%s' hides behind the lab word %s; write @%s",
				   name, name, name);
		shell_warnings(sh, &notes);
		status = shell_result(sh, added_json(sh, node));
	}
	buf_free(&notes);
	buf_free(&err);
	return status;
}

static void node_add_print(struct shell *sh, const struct args *a, const json_t *o)
{
	const char *routing = jstr(o, "routing");

	(void)a;
	shell_printf(sh, "%s: %s%s%s\n", jstr(o, "name"), jstr(o, "kind"),
		     *routing ? ", routing " : "", routing);
}

static int node_del_run(struct shell *sh, const struct args *a)
{
	struct node *n = args_node(a, "NODE");
	struct buf err = { 0 };
	int status = 0;

	if (!lab_node_del(sh->lab, n, &err))
		status = shell_error(sh, "%s", err.s ? err.s : "out of memory");
	else if (sh->here == n)
		sh->here = NULL;
	buf_free(&err);
	return status;
}

const struct cmd cmds_node[] = {
	{ .name = "node", .args = "NODE:node stop|start", .flags = CMD_LAB, .run = node_run,
	  .help = "stop a node as a power cut would, or start it again" },
	{ .name = "node add", .args = "NAME [SETTING:rest]", .flags = CMD_LAB,
	  .run = node_add_run, .print = node_add_print, .check = node_add_check,
	  .rest_words = "kind group routing ospf forwarding loopback sysctls gateway routes "
			"router_id areas redistribute default_information spf stub_router "
			"rfc1583 reference_bandwidth max_paths distance max_lsas enabled area cost "
			"type hello dead rxmt transmit_delay priority passive mtu_ignore auth",
	  .help = "one more node while the lab runs; link add joins it",
	  .text = "The settings are the keys of a node in a lab file and of its ospf, each with "
		  "its value:\nkind host, gateway 10.1.1.1, loopback 9.9.9.9/32, area 1, routing "
		  "none, group G.\nWhat is left out is as in the lab file: a router that runs "
		  "OSPF.  Addresses come with\nits links, and routes wait for the one that they "
		  "leave by." },
	{ .name = "node del", .args = "NODE:node", .flags = CMD_LAB, .run = node_del_run,
	  .help = "take a node away, with its links, as a power cut would",
	  .text = "Its programs, captures and exposed ports end; what is on its wires is lost\n"
		  "(link.cut).  Its name is free for another one." },
	{ 0 },
};
