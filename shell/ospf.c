// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/ospf.h"

#include <stdio.h>

#include "shell/state.h"
#include "shell/table.h"
#include "stack/ospf.h"
#include "stack/show.h"

char *ospf_time(ns_t d, char out[OSPF_TIME_LEN])
{
	long long ms = d < 0 ? 0 : d / MSEC(1), s = ms / 1000;
	long long day = 86400, week = 7 * day;

	if (s >= week)
		snprintf(out, OSPF_TIME_LEN, "%lldw%lldd%02lldh", s / week, s % week / day,
			 s % day / 3600);
	else if (s >= day)
		snprintf(out, OSPF_TIME_LEN, "%lldd%02lldh%02lldm", s / day, s % day / 3600,
			 s / 60 % 60);
	else if (s >= 3600)
		snprintf(out, OSPF_TIME_LEN, "%lldh%02lldm%02llds", s / 3600, s / 60 % 60, s % 60);
	else if (s >= 60)
		snprintf(out, OSPF_TIME_LEN, "%lldm%02llds", s / 60, s % 60);
	else
		snprintf(out, OSPF_TIME_LEN, "%lld.%03llds", s, ms % 1000);
	return out;
}

struct find_area { uint32_t id; enum ospf_area_type type; };

static bool find_area(void *arg, const struct show_ospf_area *a)
{
	struct find_area *f = arg;

	if (a->id == f->id)
		f->type = a->config.type;
	return a->id != f->id;
}

char *ospf_area(struct stack *st, uint32_t area, char out[OSPF_AREA_LEN])
{
	static const char *const words[] = { "", " [Stub]", " [NSSA]" };
	struct find_area f = { area, OSPF_AREA_NORMAL };
	char id[ADDR_STRLEN];

	show_ospf_areas(st, find_area, &f);
	snprintf(out, OSPF_AREA_LEN, "%.15s%s", ip4_fmt(area, id), words[f.type]);
	return out;
}

void ospf_set_id(json_t *o, const char *key, uint32_t id)
{
	char text[ADDR_STRLEN];

	jset_str(o, key, ip4_fmt(id, text));
}

long long ospf_msec(ns_t d)
{
	return d > 0 ? d / MSEC(1) : 0;
}

bool ospf_arg_id(const struct ospf_ask *q, const char *name, uint32_t *id)
{
	const char *word = args_word(q->a, name);
	struct node *n = word ? lab_find_node(q->sh->lab, word) : NULL;
	struct stack *st = n ? node_stack(n) : NULL;
	struct show_ospf s;
	struct addr at;

	if (st && show_ospf(st, &s)) {
		*id = s.router_id;
		return true;
	}
	if (!args_addr(q->a, name, &at))
		return false;
	*id = at.v4;
	return true;
}

static bool some_node_has(const struct shell *sh, const char *ifname)
{
	for (size_t i = 0; i < lab_n_nodes(sh->lab); i++) {
		struct stack *st = node_stack(lab_node(sh->lab, i));

		if (st && stack_dev(st, ifname))
			return true;
	}
	return false;
}

/* Of all routers one will do; a word that is no interface was to be a node. */
bool ospf_has_if(struct shell *sh, const struct args *a)
{
	struct node *n = args_node(a, "NODE") ? args_node(a, "NODE") : a->node;
	const char *name = args_word(a, "IF");
	struct stack *st = n && name ? shell_stack(sh, n) : NULL;

	if (n ? !st || stack_dev(st, name) : !name || some_node_has(sh, name))
		return true;
	if (n)
		shell_error(sh, "No such interface name");
	else
		shell_error(sh, "'%s' is neither a node nor an interface of one", name);
	return false;
}

int ospf_report(struct shell *sh, const struct args *a, json_t *(*make)(struct ospf_ask *q))
{
	struct node *only = args_node(a, "NODE");
	struct ospf_ask q = { sh, a, NULL, NULL };
	json_t *all;

	only = only ? only : a->node;
	if (only) {
		q = (struct ospf_ask){ sh, a, only, shell_stack(sh, only) };
		if (!q.st)
			return 1;
		if (!node_runs_ospf(only))
			return shell_error(sh, "%s: OSPF does not run here", node_name(only));
		return shell_result(sh, make(&q));
	}
	all = json_object();
	for (size_t i = 0; i < lab_n_nodes(sh->lab); i++) {
		q.node = lab_node(sh->lab, i);
		q.st = node_stack(q.node);
		if (q.st && node_runs_ospf(q.node))
			jset(all, node_name(q.node), make(&q));
	}
	return shell_result(sh, all);
}

void ospf_print(struct shell *sh, const struct args *a, const json_t *all,
		void (*print)(struct shell *sh, const json_t *one))
{
	const char *name;
	json_t *one;

	if (a->node || args_word(a, "NODE")) {
		print(sh, all);
		return;
	}
	if (!json_object_size(all))
		shell_printf(sh, "%% OSPF is not enabled on any node\n");
	json_object_foreach((json_t *)(uintptr_t)all, name, one) {
		shell_printf(sh, "%s:\n", name);
		print(sh, one);
	}
}
