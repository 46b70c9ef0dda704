// SPDX-License-Identifier: GPL-3.0-or-later
#include <string.h>

#include "shell/ospf.h"
#include "shell/state.h"
#include "shell/table.h"
#include "stack/ospf.h"

/* show ip ospf database, as vtysh prints it. */

static const struct lsa_kind {
	uint8_t type;
	const char *word, *key, *title;   /* of a command, in JSON, over its list */
} kinds[] = {
	{ 1, "router", "routerLinkStates", "Router Link States" },
	{ 2, "network", "networkLinkStates", "Net Link States" },
	{ 3, "summary", "summaryLinkStates", "Summary Link States" },
	{ 4, "asbr-summary", "asbrSummaryLinkStates", "ASBR-Summary Link States" },
	{ 7, "nssa-external", "nssaExternalLinkStates", "NSSA-external Link States" },
	{ 5, "external", "asExternalLinkStates", "AS External Link States" },
};

static const struct lsa_kind *kind_asked(const struct args *a)
{
	for (size_t i = 0; i < N_ELEM(kinds); i++)
		if (args_has(a, kinds[i].word))
			return &kinds[i];
	return NULL;
}

static const struct lsa_kind *kind_of(uint8_t type)
{
	for (size_t i = 0; i < N_ELEM(kinds); i++)
		if (kinds[i].type == type)
			return &kinds[i];
	return NULL;
}

struct db { struct ospf_ask *q; const struct lsa_kind *only; json_t *areas, *externals; };

/* Is it one of those that were asked for? */
static bool wanted(const struct db *d, const struct show_ospf_lsa *l)
{
	const struct args *a = d->q->a;
	struct lsa_key k;
	uint32_t id;

	lsa_key(l, &k);
	if (d->only && k.type != d->only->type)
		return false;
	if (ospf_arg_id(d->q, "ID", &id) && id != k.id)
		return false;
	if (ospf_arg_id(d->q, "ADV", &id) && id != k.adv)
		return false;
	return !args_has(a, "self-originate") || l->self;
}

static void append(json_t *o, const char *key, json_t *v)
{
	json_t *list = json_object_get(o, key);

	if (!list)
		json_object_set_new(o, key, list = json_array());
	json_array_append_new(list, v);
}

static bool add_lsa(void *arg, const struct show_ospf_lsa *l)
{
	struct db *d = arg;
	char text[ADDR_STRLEN], count[64];
	const struct lsa_kind *kind;
	struct lsa_key k;
	json_t *area;

	lsa_key(l, &k);
	kind = kind_of(k.type);
	if (!kind || !wanted(d, l))
		return true;
	if (l->area == OSPF_AREA_AS) {
		json_array_append_new(d->externals, d->only ? lsa_json(l) : lsa_brief_json(l));
		return true;
	}
	ip4_fmt(l->area, text);
	if (d->only) {
		append(d->areas, text, lsa_json(l));
		return true;
	}
	area = json_object_get(d->areas, text);
	if (!area)
		return true;
	append(area, kind->key, lsa_brief_json(l));
	snprintf(count, sizeof(count), "%sCount", kind->key);
	jset_int(area, count, (json_int_t)json_array_size(json_object_get(area, kind->key)));
	return true;
}

struct area_names { struct db *d; json_t *names; };

/* Every area is there, an empty one too. */
static bool add_area(void *arg, const struct show_ospf_area *a)
{
	struct area_names *n = arg;
	char text[ADDR_STRLEN], name[OSPF_AREA_LEN];

	ip4_fmt(a->id, text);
	jset(n->d->areas, text, n->d->only ? json_array() : json_object());
	jset_str(n->names, text, ospf_area(n->d->q->st, a->id, name));
	return true;
}

static json_t *db_make(struct ospf_ask *q)
{
	struct db d = { q, kind_asked(q->a), json_object(), json_array() };
	struct area_names names = { &d, json_object() };
	json_t *o = json_object();
	struct show_ospf s;

	if (show_ospf(q->st, &s))
		ospf_set_id(o, "routerId", s.router_id);
	show_ospf_areas(q->st, add_area, &names);
	show_ospf_lsas(q->st, add_lsa, &d);
	if (d.only && d.only->type != 5)
		jset(o, d.only->key, json_pack("{s:O}", "areas", d.areas));
	else if (!d.only)
		json_object_set(o, "areas", d.areas);
	if (!d.only || d.only->type == 5) {
		json_object_set(o, "asExternalLinkStates", d.externals);
		if (!d.only)
			jset_int(o, "asExternalLinkStatesCount",
				 (json_int_t)json_array_size(d.externals));
	}
	jset(o, "areaNames", names.names);
	json_decref(d.areas);
	json_decref(d.externals);
	return o;
}

/* --- what is about to go ----------------------------------------------------------------- */

/* FRR's lock count is left out: nothing here is like it. */
static bool add_old(void *arg, const struct show_ospf_lsa *l)
{
	json_t *o;
	struct lsa_key k;
	char text[ADDR_STRLEN];

	if (!lsa_is_old(l))
		return true;
	lsa_key(l, &k);
	o = json_object();
	jset_int(o, "linkType", k.type);
	ospf_set_id(o, "linkStateId", k.id);
	ospf_set_id(o, "advertisingRouter", k.adv);
	jset(arg, ip4_fmt(k.id, text), o);
	return true;
}

static json_t *old_make(struct ospf_ask *q)
{
	json_t *o = json_object(), *old = json_object();
	struct show_ospf s;

	if (show_ospf(q->st, &s))
		ospf_set_id(o, "routerId", s.router_id);
	show_ospf_lsas(q->st, add_old, old);
	jset(o, "maxAgeLinkStates", old);
	return o;
}

static void old_print(struct shell *sh, const json_t *one)
{
	const char *id;
	json_t *o;

	shell_printf(sh, "\n                MaxAge Link States:\n\n");
	json_object_foreach((json_t *)(uintptr_t)jget(one, "maxAgeLinkStates"), id, o)
		shell_printf(sh, "Link type: %lld\nLink State ID: %s\nAdvertising Router: %s\n\n",
			     (long long)jint(o, "linkType"), jstr(o, "linkStateId"),
			     jstr(o, "advertisingRouter"));
}

static int db_run(struct shell *sh, const struct args *a)
{
	return ospf_report(sh, a, args_has(a, "max-age") ? old_make : db_make);
}

/* --- the list ------------------------------------------------------------------------ */

static void brief_line(struct shell *sh, const json_t *l)
{
	unsigned long csum = strtoul(jstr(l, "checksum"), NULL, 16);

	shell_printf(sh, "%-14s %-15s %4lld 0x%s 0x%04lx", jstr(l, "lsId"),
		     jstr(l, "advertisedRouter"), (long long)jint(l, "lsaAge"),
		     jstr(l, "sequenceNumber"), csum);
	if (jget(l, "numOfRouterLinks"))
		shell_printf(sh, " %lld", (long long)jint(l, "numOfRouterLinks"));
	if (jget(l, "summaryAddress"))
		shell_printf(sh, " %s", jstr(l, "summaryAddress"));
	if (jget(l, "route"))
		shell_printf(sh, " %s %s [0x%llx]", jstr(l, "metricType"), jstr(l, "route"),
			     (long long)jint(l, "tag"));
	shell_printf(sh, "\n");
}

static void brief_list(struct shell *sh, const struct lsa_kind *k, const char *area,
		       const json_t *list)
{
	const json_t *l;
	size_t i;

	if (!json_array_size(list))
		return;
	if (area)
		shell_printf(sh, "                %s (Area %s)\n\n", k->title, area);
	else
		shell_printf(sh, "                %s\n\n", k->title);
	shell_printf(sh, "Link ID         ADV Router      Age  Seq#       CkSum%s\n",
		     k->type == 1 ? "  Link count" : k->type == 2 || k->type == 4 ? "" : "  Route");
	json_array_foreach(list, i, l)
		brief_line(sh, l);
	shell_printf(sh, "\n");
}

/* --- one LSA ---------------------------------------------------------------------------- */

static void link_print(struct shell *sh, const json_t *l)
{
	const char *type = jstr(l, "linkType");

	shell_printf(sh, "    Link connected to: %s\n", type);
	if (jget(l, "neighborRouterId"))
		shell_printf(sh, "     (Link ID) Neighboring Router ID: %s\n",
			     jstr(l, "neighborRouterId"));
	if (jget(l, "designatedRouterAddress"))
		shell_printf(sh, "     (Link ID) Designated Router address: %s\n",
			     jstr(l, "designatedRouterAddress"));
	if (jget(l, "networkAddress"))
		shell_printf(sh, "     (Link ID) Net: %s\n     (Link Data) Network Mask: %s\n",
			     jstr(l, "networkAddress"), jstr(l, "networkMask"));
	else
		shell_printf(sh, "     (Link Data) Router Interface address: %s\n",
			     jstr(l, "routerInterfaceAddress"));
	shell_printf(sh, "      Number of TOS metrics: %lld\n       TOS 0 Metric: %lld\n\n",
		     (long long)jint(l, "numOfTosMetrics"), (long long)jint(l, "tos0Metric"));
}

static void router_print(struct shell *sh, const json_t *o)
{
	const char *key;
	json_t *l;

	shell_printf(sh, "   Number of Links: %lld\n\n", (long long)jint(o, "numOfLinks"));
	json_object_foreach((json_t *)(uintptr_t)jget(o, "routerLinks"), key, l)
		link_print(sh, l);
	shell_printf(sh, "\n");
}

static void network_print(struct shell *sh, const json_t *o)
{
	const char *id;
	json_t *r;

	shell_printf(sh, "  Network Mask: /%lld\n", (long long)jint(o, "networkMask"));
	json_object_foreach((json_t *)(uintptr_t)jget(o, "attchedRouters"), id, r)
		shell_printf(sh, "        Attached Router: %s\n\n", id);
}

static void external_print(struct shell *sh, const json_t *o)
{
	bool e2 = jstr(o, "metricType")[1] == '2', nssa = jget(o, "nssaForwardAddress");

	shell_printf(sh, "  Network Mask: /%lld\n", (long long)jint(o, "networkMask"));
	shell_printf(sh, "        Metric Type: %s\n", e2 ? "2 (Larger than any link state path)" :
		     "1");
	shell_printf(sh, "        TOS: 0\n        Metric: %lld\n", (long long)jint(o, "metric"));
	shell_printf(sh, "        %sForward Address: %s\n", nssa ? "NSSA: " : "",
		     jstr(o, nssa ? "nssaForwardAddress" : "forwardAddress"));
	shell_printf(sh, "        External Route Tag: %lld\n\n",
		     (long long)jint(o, "externalRouteTag"));
}

static void header_print(struct shell *sh, const json_t *o, uint8_t type)
{
	static const char *const of[] = {
		[2] = "(address of Designated Router)", [3] = "(summary Network Number)",
		[4] = "(AS Boundary Router address)", [5] = "(External Network Number)", [6] = "",
		[7] = "(External Network Number for NSSA)",
	};
	unsigned long csum = strtoul(jstr(o, "checksum"), NULL, 16);

	shell_printf(sh, "  LS age: %lld\n", (long long)jint(o, "lsaAge"));
	shell_printf(sh, "  Options: 0x%llx  : %s\n", (long long)jint(o, "optionsBits"),
		     jstr(o, "options"));
	shell_printf(sh, "  LS Flags: 0x%llx  \n", (long long)jint(o, "lsaFlags"));
	if (type == 1)
		shell_printf(sh, "  Flags: 0x%llx%s%s%s\n", (long long)jint(o, "flags"),
			     jget(o, "abr") || jget(o, "asbr") ? " :" : "",
			     jget(o, "abr") ? " ABR" : "", jget(o, "asbr") ? " ASBR" : "");
	shell_printf(sh, "  LS Type: %s\n  Link State ID: %s %s\n  Advertising Router: %s\n",
		     jstr(o, "lsaType"), jstr(o, "linkStateId"), type == 1 ? "" : of[type],
		     jstr(o, "advertisingRouter"));
	shell_printf(sh, "  LS Seq Number: %s\n  Checksum: 0x%04lx\n  Length: %lld\n\n",
		     jstr(o, "lsaSeqNumber"), csum, (long long)jint(o, "length"));
}

static void lsas_print(struct shell *sh, const struct lsa_kind *k, const json_t *list)
{
	const json_t *o;
	size_t i;

	json_array_foreach(list, i, o) {
		header_print(sh, o, k->type);
		if (k->type == 1)
			router_print(sh, o);
		else if (k->type == 2)
			network_print(sh, o);
		else if (k->type == 5 || k->type == 7)
			external_print(sh, o);
		else
			shell_printf(sh, "  Network Mask: /%lld\n        TOS: 0  Metric: %lld\n\n",
				     (long long)jint(o, "networkMask"),
				     (long long)jint(o, "tos0Metric"));
	}
}

/* --- the whole -------------------------------------------------------------------------- */

static void db_print_brief(struct shell *sh, const json_t *one)
{
	const char *id;
	json_t *area;

	json_object_foreach((json_t *)(uintptr_t)jget(one, "areas"), id, area)
		for (size_t i = 0; i < N_ELEM(kinds); i++)
			brief_list(sh, &kinds[i], jstr(jget(one, "areaNames"), id),
				   jget(area, kinds[i].key));
	brief_list(sh, kind_of(5), NULL, jget(one, "asExternalLinkStates"));
	shell_printf(sh, "\n");
}

static void db_print_one(struct shell *sh, const json_t *one)
{
	const struct lsa_kind *k = NULL;
	const char *id;
	json_t *list;

	shell_printf(sh, "\n       OSPF Router with ID (%s)\n\n", jstr(one, "routerId"));
	if (jget(one, "areas")) {
		db_print_brief(sh, one);
		return;
	}
	if (jget(one, "maxAgeLinkStates")) {
		old_print(sh, one);
		return;
	}
	for (size_t i = 0; i < N_ELEM(kinds); i++)
		if (jget(one, kinds[i].key))
			k = &kinds[i];
	if (!k)
		return;
	if (k->type == 5) {
		shell_printf(sh, "                %s \n\n", k->title);
		lsas_print(sh, k, jget(one, k->key));
		return;
	}
	json_object_foreach((json_t *)(uintptr_t)jget(jget(one, k->key), "areas"), id, list) {
		shell_printf(sh, "\n                %s (Area %s)\n\n", k->title,
			     jstr(jget(one, "areaNames"), id));
		lsas_print(sh, k, list);
	}
}

static void db_print(struct shell *sh, const struct args *a, const json_t *all)
{
	ospf_print(sh, a, all, db_print_one);
}

#define BOTH (CMD_LAB | CMD_NODE)

const struct cmd cmds_ospf_db[] = {
	{ .name = "show ip ospf database",
	  .args = "[NODE:node] (max-age | [router|network|summary|asbr-summary|external|"
		  "nssa-external [ID:addr]] [self-originate | adv-router ADV:addr]) [json]",
	  .flags = BOTH, .run = db_run, .print = db_print,
	  .help = "the link state database: a line an LSA, or all of one type",
	  .text = "ID is a Link State ID; self-originate and adv-router choose by who said it; "
		  "max-age: what is about to go." },
	{ 0 },
};
