// SPDX-License-Identifier: GPL-3.0-or-later
#include <string.h>

#include "shell/ospf.h"
#include "shell/state.h"
#include "shell/table.h"
#include "stack/ospf.h"
#include "stack/show.h"

/* OSPF of the whole lab: databases side by side, how it converged, and what
 * happens. */

/* --- lsdb show -------------------------------------------------------------------------- */

struct lsas { const char *node; json_t *all; bool key_only; };

static json_t *key_json(const struct lsa_key *k)
{
	static const char *const types[] = {
		[1] = "router", [2] = "network", [3] = "summary", [4] = "asbr-summary",
		[5] = "external", [6] = "", [7] = "nssa-external",
	};
	char hex[16];
	json_t *o = json_object();

	if (k->area == OSPF_AREA_AS)
		jset_str(o, "area", "AS");
	else
		ospf_set_id(o, "area", k->area);
	jset_str(o, "type", k->type <= 7 ? types[k->type] : "");
	ospf_set_id(o, "id", k->id);
	ospf_set_id(o, "origin", k->adv);
	snprintf(hex, sizeof(hex), "%08x", k->seq);
	jset_str(o, "seq", hex);
	snprintf(hex, sizeof(hex), "%04x", k->csum);
	jset_str(o, "checksum", hex);
	return o;
}

/* "2.2.2.2 10, 10.0.0.0/30 10": where the LSA leads, and for how much. */
static json_t *links_json(const json_t *lsa)
{
	json_t *all = json_array(), *l;
	const char *key;

	json_object_foreach((json_t *)(uintptr_t)jget(lsa, "routerLinks"), key, l) {
		const char *to = jget(l, "neighborRouterId") ? jstr(l, "neighborRouterId") :
				 jget(l, "designatedRouterAddress") ?
				 jstr(l, "designatedRouterAddress") : jstr(l, "networkAddress");

		json_array_append_new(all, json_sprintf("%s %lld", to,
							(long long)jint(l, "tos0Metric")));
	}
	json_object_foreach((json_t *)(uintptr_t)jget(lsa, "attchedRouters"), key, l)
		json_array_append_new(all, json_string(key));
	if (jget(lsa, "tos0Metric") || jget(lsa, "metric"))
		json_array_append_new(all, json_sprintf("/%lld %lld",
			(long long)jint(lsa, "networkMask"), jget(lsa, "metric") ?
			(long long)jint(lsa, "metric") : (long long)jint(lsa, "tos0Metric")));
	return all;
}

static bool add_lsa(void *arg, const struct show_ospf_lsa *l)
{
	struct lsas *s = arg;
	struct lsa_key k;
	json_t *o = json_object(), *key, *lsa;

	lsa_key(l, &k);
	key = key_json(&k);
	lsa = lsa_json(l);
	jset_str(o, "node", s->node);
	json_object_update(o, key);
	jset_int(o, "age", l->age);
	jset(o, "links", links_json(lsa));
	json_array_append_new(s->all, o);
	json_decref(key);
	json_decref(lsa);
	return true;
}

static int lsdb_show_run(struct shell *sh, const struct args *a)
{
	struct node *only = args_node(a, "NODE");
	struct lsas s = { .all = NULL };

	only = only ? only : a->node;
	if (only && !shell_stack(sh, only))
		return 1;
	s.all = json_array();
	for (size_t i = 0; i < lab_n_nodes(sh->lab); i++) {
		struct node *n = lab_node(sh->lab, i);
		struct stack *st = node_stack(n);

		s.node = node_name(n);
		if (st && (!only || only == n))
			show_ospf_lsas(st, add_lsa, &s);
	}
	return shell_result(sh, s.all);
}

static void lsdb_show_print(struct shell *sh, const struct args *a, const json_t *all)
{
	static const struct table_col cols[] = {
		{ "node", "NODE", false }, { "area", "AREA", false }, { "type", "TYPE", false },
		{ "id", "ID", false }, { "origin", "ORIGIN", false }, { "seq", "SEQ", false },
		{ "age", "AGE", true }, { "links", "LINKS", false }, { 0 },
	};

	(void)a;
	table_print(sh, all, cols);
}

/* --- lsdb diff ---------------------------------------------------------------------------- */

/* One LSA of one router. */
struct held_lsa { struct lsa_key k; uint32_t node; };
struct holders { struct held_lsa *v; size_t n, cap; uint32_t node; };

static bool hold(void *arg, const struct show_ospf_lsa *l)
{
	struct holders *h = arg;

	if (h->n == h->cap) {
		size_t cap = h->cap ? 2 * h->cap : 256;
		struct held_lsa *v = realloc(h->v, cap * sizeof(*v));

		if (!v)
			return false;
		h->v = v;
		h->cap = cap;
	}
	lsa_key(l, &h->v[h->n].k);
	h->v[h->n++].node = h->node;
	return true;
}

/* The LSA, whichever instance of it. */
static int lsa_cmp(const struct lsa_key *a, const struct lsa_key *b)
{
	if (a->area != b->area)
		return a->area < b->area ? -1 : 1;
	if (a->type != b->type)
		return a->type < b->type ? -1 : 1;
	if (a->id != b->id)
		return a->id < b->id ? -1 : 1;
	return a->adv < b->adv ? -1 : a->adv > b->adv;
}

static int held_cmp(const void *va, const void *vb)
{
	const struct held_lsa *a = va, *b = vb;
	int by = lsa_cmp(&a->k, &b->k);

	return by ? by : a->node < b->node ? -1 : a->node > b->node;
}

/* Which nodes have a part in an area: bits by node. */
struct in_area { uint32_t area; bool *in; };

static bool note_area(void *arg, const struct show_ospf_area *a)
{
	struct in_area *f = arg;

	if (f->area == OSPF_AREA_AS ? a->config.type == OSPF_AREA_NORMAL : a->id == f->area)
		*f->in = true;
	return true;
}

static bool is_in_area(struct shell *sh, uint32_t node, uint32_t area)
{
	struct stack *st = node_stack(lab_node(sh->lab, node));
	bool in = false;
	struct in_area f = { area, &in };

	if (st)
		show_ospf_areas(st, note_area, &f);
	return in;
}

struct diff { struct shell *sh; const bool *asked; json_t *all; };

/* The instances of one LSA, one after another by node: a row if not all routers of
 * the area have the same. */
static void diff_one(struct diff *d, const struct held_lsa *v, size_t n)
{
	json_t *has = json_object(), *row = key_json(&v[0].k);
	bool differ = false;
	size_t at = 0;

	for (uint32_t i = 0; i < lab_n_nodes(d->sh->lab); i++) {
		const char *name = node_name(lab_node(d->sh->lab, i));
		const struct held_lsa *mine = at < n && v[at].node == i ? &v[at++] : NULL;
		char hex[16];

		if (!d->asked[i] || !is_in_area(d->sh, i, v[0].k.area))
			continue;
		differ |= !mine || mine->k.seq != v[0].k.seq || mine->k.csum != v[0].k.csum;
		snprintf(hex, sizeof(hex), "%08x", mine ? mine->k.seq : 0);
		jset(has, name, mine ? json_string(hex) : json_null());
	}
	json_object_del(row, "seq");
	json_object_del(row, "checksum");
	jset(row, "seq", has);
	if (differ)
		json_array_append(d->all, row);
	json_decref(row);
}

static int lsdb_diff_run(struct shell *sh, const struct args *a)
{
	size_t n = lab_n_nodes(sh->lab);
	bool *asked = calloc(n + 1, sizeof(*asked)), any = false;
	struct holders h = { 0 };
	struct diff d = { sh, asked, json_array() };

	if (!asked)
		return shell_result(sh, NULL);
	for (int i = 0; i < a->n; i++) {
		const struct gram_bind *b = &a->bind[i];

		for (size_t k = 0; k < n && b->ins->op == GRAM_ARG; k++)
			if (strcmp(a->words->v[b->word], node_name(lab_node(sh->lab, k))) == 0)
				asked[k] = any = true;
	}
	for (size_t i = 0; i < n; i++) {
		struct stack *st = node_stack(lab_node(sh->lab, i));

		asked[i] |= !any;
		h.node = (uint32_t)i;
		if (st && asked[i])
			show_ospf_lsas(st, hold, &h);
	}
	if (h.n)
		qsort(h.v, h.n, sizeof(*h.v), held_cmp);
	for (size_t i = 0, k; i < h.n; i = k) {
		for (k = i; k < h.n && lsa_cmp(&h.v[i].k, &h.v[k].k) == 0; k++)
			;
		diff_one(&d, &h.v[i], k - i);
	}
	free(h.v);
	free(asked);
	return shell_result(sh, d.all);
}

static void lsdb_diff_print(struct shell *sh, const struct args *a, const json_t *all)
{
	const char *name;
	json_t *row, *seq;
	size_t i;

	(void)a;
	json_array_foreach(all, i, row) {
		shell_printf(sh, "area %s %s %s of %s:", jstr(row, "area"), jstr(row, "type"),
			     jstr(row, "id"), jstr(row, "origin"));
		json_object_foreach((json_t *)(uintptr_t)jget(row, "seq"), name, seq)
			shell_printf(sh, " %s %s", name, json_is_string(seq) ?
				     json_string_value(seq) : "-");
		shell_printf(sh, "\n");
	}
}

/* --- convergence ---------------------------------------------------------------------------- */

static uint64_t lost(const struct change_info *c)
{
	uint64_t n = 0;

	for (int i = 0; i < DROP_N; i++)
		n += c->drops[i];
	return n;
}

static int convergence_run(struct shell *sh, const struct args *a)
{
	json_t *o = json_object(), *routers = json_array();
	struct change_info c;
	ns_t last = 0;

	(void)a;
	lab_last_change(sh->lab, &c);
	for (size_t i = 0; i < lab_n_nodes(sh->lab); i++) {
		struct node *n = lab_node(sh->lab, i);
		struct stack *st = node_stack(n);
		struct show_ospf s;
		json_t *r;

		if (!st || !show_ospf(st, &s))
			continue;
		r = json_object();
		jset_str(r, "node", node_name(n));
		jset_int(r, "changed_at", s.routes_changed_at);
		if (c.what && s.routes_changed_at >= c.at)
			jset_int(r, "after", s.routes_changed_at - c.at);
		last = s.routes_changed_at > last ? s.routes_changed_at : last;
		jset_int(r, "spf_runs", (json_int_t)(s.n_spf + s.n_spf_incremental));
		json_array_append_new(routers, r);
	}
	if (c.what) {
		jset_str(o, "change", c.what);
		jset_int(o, "at", c.at);
	}
	jset_int(o, "took", last > c.at ? last - c.at : 0);
	jset_int(o, "lost", (json_int_t)lost(&c));
	jset_int(o, "looped", (json_int_t)c.drops[DROP_IP4_TTL]);
	jset_int(o, "black_holed", (json_int_t)c.drops[DROP_IP4_NO_ROUTE]);
	jset_bool(o, "converged", lab_is_converged(sh->lab));
	jset(o, "routers", routers);
	return shell_result(sh, o);
}

static void convergence_print(struct shell *sh, const struct args *a, const json_t *o)
{
	char at[40], took[40];
	const json_t *r;
	size_t i;

	(void)a;
	shell_fmt_instant(jint(o, "at"), at);
	shell_fmt_instant(jint(o, "took"), took);
	shell_printf(sh, "%s at %s: the last routing table changed %s later; %s\n",
		     jget(o, "change") ? jstr(o, "change") : "start of the lab", at, took,
		     jtrue(o, "converged") ? "converged" : "not converged");
	shell_printf(sh, "packets since: %lld lost, of these %lld in loops, %lld without a route\n",
		     (long long)jint(o, "lost"), (long long)jint(o, "looped"),
		     (long long)jint(o, "black_holed"));
	json_array_foreach(jget(o, "routers"), i, r) {
		shell_fmt_instant(jint(r, "changed_at"), at);
		shell_fmt_instant(jint(r, "after"), took);
		shell_printf(sh, "  %-15s %s%s%s\n", jstr(r, "node"), at,
			     jget(r, "after") ? ", after " : "", jget(r, "after") ? took : "");
	}
}

/* --- ospf trace ------------------------------------------------------------------------------ */

static void on_ospf(void *ctx, const struct ospf_record *r)
{
	const struct ospf_event *e = r->event;
	char id[ADDR_STRLEN], what[160];

	if (e->kind == OSPF_EV_PROBLEM)
		return;                   /* told in any case */
	if (e->kind == OSPF_EV_NBR)
		snprintf(what, sizeof(what), "neighbour %s %s -> %s", ip4_fmt(e->nbr, id),
			 ospf_nbr_state_name((enum ospf_nbr_state)e->old_state),
			 ospf_nbr_state_name((enum ospf_nbr_state)e->new_state));
	else if (e->kind == OSPF_EV_IF)
		snprintf(what, sizeof(what), "interface %s -> %s",
			 ospf_if_state_name((enum ospf_if_state)e->old_state),
			 ospf_if_state_name((enum ospf_if_state)e->new_state));
	else
		snprintf(what, sizeof(what), "routes changed");
	shell_line(ctx, "t=%" PRIns ".%09" PRIns " %s ospf%s%s %s%s%s%s", r->at / SEC(1),
		   r->at % SEC(1), r->node, e->dev ? " " : "", e->dev ? e->dev->name : "", what,
		   e->text ? " (" : "", e->text ? e->text : "", e->text ? ")" : "");
}

static int trace_run(struct shell *sh, const struct args *a)
{
	bool on = !args_has(a, "off");

	lab_trace_ospf(sh->lab, on ? on_ospf : NULL, on ? sh : NULL);
	return shell_result(sh, json_pack("{s:b}", "ospf_trace", on));
}

#define BOTH (CMD_LAB | CMD_NODE)

const struct cmd cmds_ospf_lab[] = {
	{ .name = "lsdb show", .args = "[NODE:node]", .flags = BOTH, .run = lsdb_show_run,
	  .print = lsdb_show_print, .help = "link state databases: origin, number, age, links" },
	{ .name = "lsdb diff", .args = "[NODE:node]...", .flags = CMD_LAB, .run = lsdb_diff_run,
	  .print = lsdb_diff_print,
	  .help = "LSAs that not all routers of their area have alike; nothing if all do" },
	{ .name = "convergence", .flags = CMD_LAB, .run = convergence_run,
	  .print = convergence_print,
	  .help = "how routing followed the last change, and what was lost meanwhile",
	  .text = "The change is of a link, a node or, by a command, of a router's OSPF; loops are\n"
		  "seen by packets whose TTL ran out.  A router tells of itself anew at most every\n"
		  "5 s (MinLSInterval): a change soon after another waits for that." },
	{ .name = "ospf trace", .args = "[on|off]", .flags = CMD_LAB, .run = trace_run,
	  .help = "show each change of a neighbour, an interface, a routing table" },
	{ 0 },
};
