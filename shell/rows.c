// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/rows.h"

#include "shell/state.h"
#include "shell/table.h"

void rows_add(struct rows *r, json_t *row)
{
	json_t *o = json_object();

	jset_str(o, "node", node_name(r->node));
	json_object_update(o, row);
	json_decref(row);
	json_array_append_new(r->all, o);
}

int rows_report(struct shell *sh, const struct args *a,
		void (*add)(struct rows *r, struct stack *st))
{
	struct node *only = args_node(a, "NODE");
	struct rows r = { sh, a, NULL, NULL };

	only = only ? only : a->node;
	if (only && !shell_stack(sh, only))
		return 1;
	r.all = json_array();
	for (size_t i = 0; i < lab_n_nodes(sh->lab); i++) {
		struct stack *st = node_stack(lab_node(sh->lab, i));

		r.node = lab_node(sh->lab, i);
		if (st && (!only || only == r.node))
			add(&r, st);
	}
	return shell_result(sh, r.all);
}
