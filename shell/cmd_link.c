// SPDX-License-Identifier: GPL-3.0-or-later
#include <stdlib.h>
#include <string.h>

#include "shell/if_label.h"
#include "shell/state.h"
#include "shell/table.h"

/* Links: links, link A B up|down, set link A B WORDS. */

/* The next link between two ends at or after place *i of the lab's list. */
static struct link *next_between(const struct lab *lab, const struct node *a, const char *aif,
				 const struct node *b, const char *bif, size_t *i,
				 enum link_side *a_side)
{
	while (*i < lab_n_links(lab)) {
		struct link *l = lab_link(lab, (*i)++);

		for (int s = SIDE_A; s <= SIDE_B; s++) {
			enum link_side here = (enum link_side)s, there = (enum link_side)!s;

			if (link_node(l, here) != a || link_node(l, there) != b ||
			    (aif && strcmp(aif, link_ifname(l, here)) != 0) ||
			    (bif && strcmp(bif, link_ifname(l, there)) != 0))
				continue;
			*a_side = here;
			return l;
		}
	}
	return NULL;
}

/* An end is up if its device and its node are, and the link carries. */
static const char *end_status(struct link *l, enum link_side s)
{
	struct link_end_info i;

	link_info(l, s, &i);
	return i.up && i.carrier ? "OK" : "DOWN";
}

static int links_run(struct shell *sh, const struct args *a)
{
	json_t *all = json_array();

	(void)a;
	for (size_t i = 0; i < lab_n_links(sh->lab); i++) {
		struct link *l = lab_link(sh->lab, i);

		json_array_append_new(all, json_pack("{s:[{s:s,s:s,s:s},{s:s,s:s,s:s}],s:b}",
			"ends",
			"node", node_name(link_node(l, SIDE_A)), "ifname", link_ifname(l, SIDE_A),
			"status", end_status(l, SIDE_A),
			"node", node_name(link_node(l, SIDE_B)), "ifname", link_ifname(l, SIDE_B),
			"status", end_status(l, SIDE_B),
			"up", link_is_up(l)));
	}
	return shell_result(sh, all);
}

static void links_print(struct shell *sh, const struct args *a, const json_t *all)
{
	bool alone = if_names_differ(sh->lab);
	const json_t *l;
	size_t i;

	(void)a;
	json_array_foreach(all, i, l) {
		const json_t *x = json_array_get(jget(l, "ends"), 0);
		const json_t *y = json_array_get(jget(l, "ends"), 1);

		if_label_print(sh, alone, jstr(x, "node"), jstr(x, "ifname"));
		shell_printf(sh, "<->");
		if_label_print(sh, alone, jstr(y, "node"), jstr(y, "ifname"));
		shell_printf(sh, " (%s %s) \n", jstr(x, "status"), jstr(y, "status"));
	}
}

static bool link_check(const struct args *a, struct buf *why)
{
	const char *aif, *bif;
	struct node *na = args_end(a, "A", &aif), *nb = args_end(a, "B", &bif);
	enum link_side side;
	size_t i = 0;

	if (a->sh->links_change || next_between(a->lab, na, aif, nb, bif, &i, &side))
		return true;
	buf_printf(why, "no link between %s and %s", args_word(a, "A"), args_word(a, "B"));
	return false;
}

static bool set_link_check(const struct args *a, struct buf *why)
{
	char err[160] = "";
	int n;
	char *const *words = args_rest(a, &n);

	if (!link_check(a, why))
		return false;
	if (link_words_check(n, words, err) == OK)
		return true;
	buf_str(why, err);
	return false;
}

static int no_link(struct shell *sh, const struct args *a)
{
	return shell_error(sh, "no link between %s and %s", args_word(a, "A"), args_word(a, "B"));
}

static int link_run(struct shell *sh, const struct args *a)
{
	const char *aif, *bif;
	struct node *na = args_end(a, "A", &aif), *nb = args_end(a, "B", &bif);
	json_t *all = json_array();
	enum link_side side;
	struct link *l;
	size_t i = 0;

	while ((l = next_between(sh->lab, na, aif, nb, bif, &i, &side))) {
		int err = link_set_up(l, args_has(a, "up"));

		if (err && err != ERR_EXIST) {
			json_decref(all);
			return shell_error(sh, "%s: %s", link_ifname(l, side), err_text(err));
		}
		json_array_append_new(all, json_pack("{s:s,s:s,s:b}", "a", link_ifname(l, side),
						     "b", link_ifname(l, !side),
						     "up", link_is_up(l)));
	}
	if (!json_array_size(all)) {
		json_decref(all);
		return no_link(sh, a);
	}
	return shell_result(sh, all);
}

static int set_link_run(struct shell *sh, const struct args *a)
{
	const char *aif, *bif;
	struct node *na = args_end(a, "A", &aif), *nb = args_end(a, "B", &bif);
	int n, n_links = 0;
	char *const *words = args_rest(a, &n);
	enum link_side side;
	struct link *l;
	size_t i = 0;

	while ((l = next_between(sh->lab, na, aif, nb, bif, &i, &side))) {
		int dir = args_has(a, "forward") ? (int)side : args_has(a, "reverse") ? !side : -1;
		char err[160] = "";

		if (link_set(l, dir, n, words, err) != OK)
			return shell_error(sh, "%s", err[0] ? err : "cannot be set");
		n_links++;
	}
	return n_links ? 0 : no_link(sh, a);
}

/* --- links that come and go -------------------------------------------------------- */

static bool link_add_check(const struct args *a, struct buf *why)
{
	int n;
	char *const *words = args_rest(a, &n);

	return topo_link_words_ok(lab_topo(a->lab), args_word(a, "A"), args_word(a, "B"), n, words,
				  why);
}

/* The addresses as they were given to it: a stopped node has none now. */
static json_t *end_json(const struct topo *t, const struct topo_end *e)
{
	json_t *addrs = json_array();
	char text[PREFIX_STRLEN];

	for (size_t i = 0; i < e->n_addrs; i++)
		json_array_append_new(addrs, json_string(prefix_fmt(&e->addrs[i], text)));
	return json_pack("{s:s,s:s,s:o}", "node", t->nodes[e->node].name, "ifname", e->ifname,
			 "addresses", addrs);
}

static int link_add_run(struct shell *sh, const struct args *a)
{
	struct buf notes = { 0 }, err = { 0 };
	int n, status;
	char *const *words = args_rest(a, &n);
	struct link *l = lab_link_add(sh->lab, args_word(a, "A"), args_word(a, "B"), n, words,
				      &notes, &err);
	const struct topo *t = lab_topo(sh->lab);

	if (!l) {
		status = shell_error(sh, "%s", err.s ? err.s : "out of memory");
	} else {
		const struct topo_link *spec = &t->links[lab_n_links(sh->lab) - 1];

		shell_warnings(sh, &notes);
		status = shell_result(sh, json_pack("{s:[o,o],s:b}", "ends",
				      end_json(t, &spec->end[0]), end_json(t, &spec->end[1]),
				      "up", link_is_up(l)));
	}
	buf_free(&notes);
	buf_free(&err);
	return status;
}

static void link_add_print(struct shell *sh, const struct args *a, const json_t *link)
{
	const json_t *e, *p;
	size_t i, k;

	(void)a;
	json_array_foreach(jget(link, "ends"), i, e) {
		shell_printf(sh, "%s%s:%s", i ? " <-> " : "", jstr(e, "node"), jstr(e, "ifname"));
		json_array_foreach(jget(e, "addresses"), k, p)
			shell_printf(sh, " %s", json_string_value(p));
	}
	shell_printf(sh, "%s\n", jtrue(link, "up") ? "" : " (down)");
}

/* The one link that the words name; NULL with a sentence in why. */
static struct link *one_link(const struct args *a, struct buf *why)
{
	const char *aif, *bif;
	struct node *na = args_end(a, "A", &aif), *nb = args_end(a, "B", &bif);
	enum link_side side;
	struct link *l;
	size_t i = 0;

	if (!nb && !aif) {
		buf_printf(why, "found %s alone, expected the other node too, or %s:INTERFACE",
			   node_name(na), node_name(na));
		return NULL;
	}
	l = nb ? next_between(a->lab, na, aif, nb, bif, &i, &side) :
	    lab_link_at(a->lab, na, aif, &side);
	if (!l)
		buf_printf(why, "no link between %s and %s", args_word(a, "A"), args_word(a, "B"));
	else if (nb && next_between(a->lab, na, aif, nb, bif, &i, &side))
		buf_printf(why, "several links between %s and %s, expected one, such as %s:%s",
			   node_name(na), node_name(nb), node_name(link_node(l, SIDE_A)),
			   link_ifname(l, SIDE_A));
	else
		return l;
	return NULL;
}

static bool link_del_check(const struct args *a, struct buf *why)
{
	return a->sh->links_change || one_link(a, why);
}

static int link_del_run(struct shell *sh, const struct args *a)
{
	struct buf why = { 0 };
	struct link *l = one_link(a, &why);
	int status = 0;

	if (!l || !lab_link_del(sh->lab, l, &why))
		status = shell_error(sh, "%s", why.s ? why.s : "out of memory");
	buf_free(&why);
	return status;
}

const struct cmd cmds_link[] = {
	{ .name = "links", .flags = CMD_LAB, .run = links_run, .print = links_print,
	  .help = "list the links, and whether each end can send" },
	{ .name = "link", .args = "A:end B:end up|down", .flags = CMD_LAB, .run = link_run,
	  .check = link_check,
	  .help = "cut every link between two nodes, or join it again" },
	{ .name = "link add", .args = "A:new-end B:new-end [SETTING:rest]", .flags = CMD_LAB,
	  .run = link_add_run, .print = link_add_print, .check = link_add_check,
	  .rest_words = "ipv4 mac mtu down forward reverse ospf rate delay jitter correlation "
			"distribution loss loss-list corrupt duplicate reorder gap limit "
			"queue overhead enabled area cost type hello dead rxmt "
			"transmit_delay priority passive mtu_ignore auth",
	  .help = "join two nodes by one more link while the lab runs",
	  .text = "An end is NODE, or NODE:INTERFACE for an interface of that name.  The settings "
		  "are\nthe keys of a link in a lab file and of its ospf, each with its value: "
		  "ipv4 10.9.0.0/24,\nipv4 10.9.0.1/30 10.9.0.2/30 (one for each end), delay 5ms "
		  "1ms, loss 10%, cost 10, area 1.\nWhat is left out is as in the lab file: names, "
		  "MACs and addresses are assigned, OSPF comes up." },
	{ .name = "link del", .args = "A:end [B:end]", .flags = CMD_LAB, .run = link_del_run,
	  .check = link_del_check,
	  .help = "take a link away, with its two interfaces",
	  .text = "Between two nodes, or at NODE:INTERFACE.  What is on the wire is lost "
		  "(link.cut)." },
	{ .name = "set link", .args = "A:end B:end [forward|reverse] SETTING:rest",
	  .flags = CMD_LAB, .run = set_link_run, .check = set_link_check,
	  .rest_words = "rate queue mtu none delay jitter correlation distribution loss loss-list "
			"corrupt duplicate reorder gap limit overhead",
	  .help = "change the links between two nodes while the lab runs",
	  .text = "The settings are tc's words: rate 10mbit, delay 5ms 1ms 25%, loss 10%,\n"
		  "corrupt, duplicate, reorder, gap, limit, queue 64kb, mtu 1400; none takes all\n"
		  "impairments away, the delay too, and leaves rate, queue and mtu.  What is not\n"
		  "named stays.  forward is what A sends, reverse\n"
		  "what B sends; both directions otherwise." },
	{ 0 },
};
