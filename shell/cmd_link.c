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

	if (next_between(a->lab, na, aif, nb, bif, &i, &side))
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

const struct cmd cmds_link[] = {
	{ .name = "links", .flags = CMD_LAB, .run = links_run, .print = links_print,
	  .help = "list the links, and whether each end can send" },
	{ .name = "link", .args = "A:end B:end up|down", .flags = CMD_LAB, .run = link_run,
	  .check = link_check,
	  .help = "cut every link between two nodes, or join it again" },
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
