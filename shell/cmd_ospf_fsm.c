// SPDX-License-Identifier: GPL-3.0-or-later
/* The state machines of RFC 2328 9.3 and 10.3 as OSPF here follows them. */
#include <string.h>

#include "shell/ospf.h"
#include "shell/state.h"
#include "shell/table.h"
#include "stack/ospf.h"
#include "stack/show.h"

static const char *if_name(int s) { return ospf_if_state_name((enum ospf_if_state)s); }
static const char *nbr_name(int s) { return ospf_nbr_state_name((enum ospf_nbr_state)s); }

/* One of the two. */
static const struct machine {
	const char *word, *title;
	int n_states;
	const char *(*name)(int state);
	bool (*rule)(size_t i, struct show_ospf_rule *out);
	bool ordered;                     /* "Init or greater" means something */
} machines[] = {
	{ "interface", "Interface state machine (RFC 2328 9.3)", OSPF_IF_STATES_N, if_name,
	  show_ospf_if_rule, false },
	{ "neighbor", "Neighbor state machine (RFC 2328 10.3)", OSPF_NBR_STATES_N, nbr_name,
	  show_ospf_nbr_rule, true },
};

/* --- who is in which state ----------------------------------------------------------- */

static void note(json_t *now, const char *name, int state)
{
	json_array_append_new(now, json_pack("{s:s,s:i}", "name", name, "state", state));
}

static bool note_if(void *now, const struct show_ospf_if *i)
{
	note(now, i->dev->name, (int)i->state);
	return true;
}

static bool note_nbr(void *now, const struct show_ospf_nbr *n)
{
	char id[ADDR_STRLEN];

	note(now, ip4_fmt(n->id, id), (int)n->state);
	return true;
}

/* --- as JSON ------------------------------------------------------------------------- */

static json_t *states_json(const struct machine *m, uint32_t in)
{
	json_t *all = json_array();

	for (int s = 0; s < m->n_states; s++)
		if (in & 1u << s)
			json_array_append_new(all, json_string(m->name(s)));
	return all;
}

static json_t *names_in(const json_t *now, uint32_t in)
{
	json_t *all = json_array();
	const json_t *o;
	size_t i;

	json_array_foreach(now, i, o)
		if (in & 1u << jint(o, "state"))
			json_array_append_new(all, json_string(jstr(o, "name")));
	return all;
}

static json_t *machine_json(const struct machine *m, const json_t *now)
{
	json_t *rows = json_array();
	struct show_ospf_rule r;

	for (size_t i = 0; m->rule(i, &r); i++) {
		json_t *o = json_object();

		jset(o, "states", states_json(m, r.in));
		jset_str(o, "event", r.event);
		jset_str(o, "action", r.action);
		if (r.to >= 0)
			jset_str(o, "next", m->name(r.to));
		jset(o, "now", names_in(now, r.in));
		json_array_append_new(rows, o);
	}
	return rows;
}

static json_t *fsm_json(struct ospf_ask *q)
{
	bool some = args_has(q->a, "interface") || args_has(q->a, "neighbor");
	json_t *o = json_object(), *now[] = { json_array(), json_array() };

	if (q->st) {
		show_ospf_ifs(q->st, note_if, now[0]);
		show_ospf_nbrs(q->st, note_nbr, now[1]);
	}
	for (size_t i = 0; i < N_ELEM(machines); i++) {
		if (!some || args_has(q->a, machines[i].word))
			jset(o, machines[i].word, machine_json(&machines[i], now[i]));
		json_decref(now[i]);
	}
	return o;
}

static bool has_node(const struct args *a)
{
	return args_node(a, "NODE") || a->node;
}

/* Without a node: the machines alone. */
static int fsm_run(struct shell *sh, const struct args *a)
{
	struct ospf_ask all = { .sh = sh, .a = a };

	return has_node(a) ? ospf_report(sh, a, fsm_json) : shell_result(sh, fsm_json(&all));
}

/* --- as text ------------------------------------------------------------------------- */

static const char *nth(const json_t *names, size_t i)
{
	const char *s = json_string_value(json_array_get(names, i));

	return s ? s : "";
}

/* The first state that is not among them. */
static const char *first_missing(const struct machine *m, const json_t *states)
{
	int s = 0;

	while (s < m->n_states && strcmp(m->name(s), nth(states, (size_t)s)) == 0)
		s++;
	return s < m->n_states ? m->name(s) : "";
}

/* As the RFC has sets of states: "any", "any but Down", "Init or greater", names. */
static void states_text(const struct machine *m, const json_t *states, struct buf *out)
{
	int n = (int)json_array_size(states);

	if (n == m->n_states)
		buf_str(out, "any");
	else if (m->ordered && n > 1)
		buf_printf(out, "%s or greater", nth(states, 0));
	else if (n == m->n_states - 1)
		buf_printf(out, "any but %s", first_missing(m, states));
	else
		for (int i = 0; i < n; i++)
			buf_printf(out, "%s%s", i ? ", " : "", nth(states, (size_t)i));
}

static void join(const json_t *names, struct buf *out)
{
	for (size_t i = 0; i < json_array_size(names); i++)
		buf_printf(out, "%s%s", i ? " " : "", nth(names, i));
}

/* The rows as they are printed. */
static json_t *rows_text(const struct machine *m, const json_t *rows)
{
	json_t *all = json_array();
	const json_t *r;
	size_t i;

	json_array_foreach(rows, i, r) {
		struct buf states = { 0 }, now = { 0 }, action = { 0 };
		json_t *o = json_object();

		states_text(m, jget(r, "states"), &states);
		join(jget(r, "now"), &now);
		for (const char *c = jstr(r, "action"); *c; c++)
			buf_putc(&action, *c == '_' ? ' ' : *c);
		jset_str(o, "states", states.s ? states.s : "");
		jset_str(o, "event", jstr(r, "event"));
		jset_str(o, "next", jget(r, "next") ? jstr(r, "next") : "(by the action)");
		if (action.s)
			jset_str(o, "action", action.s);
		if (now.s)
			jset_str(o, "now", now.s);
		json_array_append_new(all, o);
		buf_free(&states);
		buf_free(&now);
		buf_free(&action);
	}
	return all;
}

static void fsm_print(struct shell *sh, const struct args *a, const json_t *one)
{
	struct table_col cols[] = {
		{ "states", "STATE", false }, { "event", "EVENT", false },
		{ "action", "ACTION", false }, { "next", "NEXT STATE", false },
		{ "now", "NOW THERE", false }, { 0 },
	};
	bool begun = false;

	if (!has_node(a))
		cols[N_ELEM(cols) - 2] = (struct table_col){ 0 };
	for (size_t i = 0; i < N_ELEM(machines); i++) {
		json_t *rows = jget(one, machines[i].word) ?
			rows_text(&machines[i], jget(one, machines[i].word)) : NULL;

		if (!rows)
			continue;
		shell_printf(sh, "%s%s\n", begun ? "\n" : "", machines[i].title);
		table_print(sh, rows, cols);
		json_decref(rows);
		begun = true;
	}
}

const struct cmd cmds_ospf_fsm[] = {
	{ .name = "ospf fsm", .args = "[interface|neighbor] [NODE:node]", .flags = CMD_LAB,
	  .run = fsm_run, .print = fsm_print,
	  .help = "the state machines of OSPF: state, event, action, next state",
	  .text = "As OSPF here follows them, row by row in the order of RFC 2328 9.3 and 10.3.  "
		  "Of a\nnode: who is now in the states of each row.  An event that has no row for a "
		  "state is\nignored there." },
	{ .name = "ospf fsm", .args = "[interface|neighbor]", .flags = CMD_NODE,
	  .run = fsm_run, .print = fsm_print,
	  .help = "the state machines of OSPF, and who is in which state" },
	{ 0 },
};
