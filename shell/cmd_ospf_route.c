// SPDX-License-Identifier: GPL-3.0-or-later
#include <string.h>

#include "shell/net_json.h"
#include "shell/ospf.h"
#include "shell/state.h"
#include "shell/table.h"
#include "stack/ospf.h"
#include "stack/show.h"

/* show ip ospf route, border-routers, spf and show ip ospf, as vtysh prints them. */

/* --- routes ----------------------------------------------------------------------- */

static json_t *hops_json(unsigned n, const struct route_hop *hops)
{
	uint8_t place[ROUTE_HOPS_MAX];
	char text[ADDR_STRLEN];
	json_t *all = json_array();

	net_hops_by_addr(hops, n, place);
	for (unsigned i = 0; i < n; i++) {
		const struct route_hop *hop = &hops[place[i]];
		const char *dev = hop->dev ? hop->dev->name : "";
		json_t *h = json_object();

		if (hop->via.family) {
			jset_str(h, "ip", addr_fmt(&hop->via, text));
			jset_str(h, "via", dev);
		} else {
			jset_str(h, "ip", " ");
			jset_str(h, "directly attached to", dev);
			jset_str(h, "directlyAttachedTo", dev);
		}
		json_array_append_new(all, h);
	}
	return all;
}

static const char *type_word(const struct show_ospf_route *r)
{
	static const char *const nets[] = { "N", "N IA", "N E1", "N E2" };

	return r->router ? "R " : nets[r->path];
}

/* A border router of several areas has a path in each.  FRR's JSON has the last alone;
 * ours has all of them beside it, in "paths". */
static void set_router(json_t *all, const char *id, json_t *path)
{
	json_t *old = json_object_get(all, id), *paths;

	if (old) {
		paths = json_incref(json_object_get(old, "paths"));
		if (!paths)
			paths = json_pack("[O]", old);
		json_array_append_new(paths, json_copy(path));
		jset(path, "paths", paths);
	}
	jset(all, id, path);
}

struct routes { json_t *all; bool only_routers; };

static bool add_route(void *arg, const struct show_ospf_route *r)
{
	struct routes *l = arg;
	bool ext = r->path == OSPF_EXT1 || r->path == OSPF_EXT2;
	char text[PREFIX_STRLEN];
	json_t *o;

	if (l->only_routers && !r->router)
		return true;
	o = json_object();
	jset_str(o, "routeType", type_word(r));
	jset_int(o, "cost", r->cost);
	if (ext && r->path == OSPF_EXT2)
		jset_int(o, "type2cost", r->cost2);
	if (ext)
		jset_int(o, "tag", r->tag);
	else
		ospf_set_id(o, "area", r->area);
	if (r->router) {
		jset_str(o, "routerType", r->abr ? "abr" : "asbr");
		jset_bool(o, "abr", r->abr);
		jset_bool(o, "asbr", r->asbr);
		if (r->path == OSPF_INTER) {
			jset_bool(o, "IA", true);
			jset_bool(o, "ia", true);
		}
	}
	jset(o, "nexthops", hops_json(r->n_hops, r->hops));
	if (r->router)
		set_router(l->all, addr_fmt(&r->to.addr, text), o);
	else
		jset(l->all, prefix_fmt(&r->to, text), o);
	return true;
}

static json_t *routes_make(struct ospf_ask *q)
{
	struct routes l = { json_object(), false };

	show_ospf_routes(q->st, add_route, &l);
	return l.all;
}

static int routes_run(struct shell *sh, const struct args *a)
{
	return ospf_report(sh, a, routes_make);
}

static json_t *borders_make(struct ospf_ask *q)
{
	struct routes l = { json_object(), true };

	show_ospf_routes(q->st, add_route, &l);
	return l.all;
}

static int borders_run(struct shell *sh, const struct args *a)
{
	return ospf_report(sh, a, borders_make);
}

static void hops_print(struct shell *sh, const json_t *hops)
{
	const json_t *h;
	size_t i;

	json_array_foreach(hops, i, h) {
		if (jget(h, "directlyAttachedTo"))
			shell_printf(sh, "%24s   directly attached to %s\n", "",
				     jstr(h, "directlyAttachedTo"));
		else
			shell_printf(sh, "%24s   via %s, %s\n", "", jstr(h, "ip"), jstr(h, "via"));
	}
}

/* All paths to a border router: the first has its id in front. */
static void router_print(struct shell *sh, const char *to, const json_t *r)
{
	const json_t *paths = jget(r, "paths"), *p;
	size_t n = paths ? json_array_size(paths) : 1;

	for (size_t i = 0; i < n; i++) {
		p = paths ? json_array_get(paths, i) : r;
		if (i)
			shell_printf(sh, "%24s", "");
		else
			shell_printf(sh, "%-4s %-15s    ", jstr(r, "routeType"), to);
		shell_printf(sh, "%-2s [%lld] area: %s%s%s\n", jtrue(p, "ia") ? "IA" : "",
			     (long long)jint(p, "cost"), jstr(p, "area"),
			     jtrue(p, "abr") ? ", ABR" : "", jtrue(p, "asbr") ? ", ASBR" : "");
		hops_print(sh, jget(p, "nexthops"));
	}
}

static void network_print(struct shell *sh, const char *to, const json_t *r)
{
	char cost[32];

	if (jget(r, "type2cost"))
		snprintf(cost, sizeof(cost), "[%lld/%lld] tag: %lld", (long long)jint(r, "cost"),
			 (long long)jint(r, "type2cost"), (long long)jint(r, "tag"));
	else if (jget(r, "tag"))
		snprintf(cost, sizeof(cost), "[%lld] tag: %lld", (long long)jint(r, "cost"),
			 (long long)jint(r, "tag"));
	else
		snprintf(cost, sizeof(cost), "[%lld] area: ", (long long)jint(r, "cost"));
	shell_printf(sh, "%-4s %-21s %s%s\n", jstr(r, "routeType"), to, cost, jstr(r, "area"));
	hops_print(sh, jget(r, "nexthops"));
}

enum part { PART_NETWORKS, PART_ROUTERS, PART_EXTERNALS };

static void part_print(struct shell *sh, const json_t *one, enum part part)
{
	const char *to;
	json_t *r;

	json_object_foreach((json_t *)(uintptr_t)one, to, r) {
		enum part of = jget(r, "routerType") ? PART_ROUTERS :
			       jget(r, "tag") ? PART_EXTERNALS : PART_NETWORKS;

		if (of == part && of == PART_ROUTERS)
			router_print(sh, to, r);
		else if (of == part)
			network_print(sh, to, r);
	}
	shell_printf(sh, "\n");
}

static void routes_print_one(struct shell *sh, const json_t *one)
{
	shell_printf(sh, "============ OSPF network routing table ============\n");
	part_print(sh, one, PART_NETWORKS);
	shell_printf(sh, "============ OSPF router routing table =============\n");
	part_print(sh, one, PART_ROUTERS);
	shell_printf(sh, "============ OSPF external routing table ===========\n");
	part_print(sh, one, PART_EXTERNALS);
	shell_printf(sh, "\n");
}

static void routes_print(struct shell *sh, const struct args *a, const json_t *all)
{
	ospf_print(sh, a, all, routes_print_one);
}

static void borders_print_one(struct shell *sh, const json_t *one)
{
	shell_printf(sh, "============ OSPF router routing table =============\n");
	part_print(sh, one, PART_ROUTERS);
	shell_printf(sh, "\n");
}

static void borders_print(struct shell *sh, const struct args *a, const json_t *all)
{
	ospf_print(sh, a, all, borders_print_one);
}

/* --- the shortest-path tree ------------------------------------------------------------ */

static bool add_vertex(void *arg, const struct show_ospf_vertex *v)
{
	json_t *o = json_object();

	jset_str(o, "type", v->network ? "network" : "router");
	ospf_set_id(o, "id", v->id);
	if (v->network)
		ospf_set_id(o, "mask", v->mask);
	jset_int(o, "cost", v->cost);
	if (v->parent != v->id)
		ospf_set_id(o, "parent", v->parent);
	jset(o, "nexthops", hops_json(v->n_hops, v->hops));
	json_array_append_new(arg, o);
	return true;
}

struct trees { struct ospf_ask *q; json_t *all; };

static bool add_tree(void *arg, const struct show_ospf_area *a)
{
	struct trees *l = arg;
	json_t *tree = json_array();
	char text[ADDR_STRLEN];

	show_ospf_tree(l->q->st, a->id, add_vertex, tree);
	jset(l->all, ip4_fmt(a->id, text), tree);
	return true;
}

static json_t *trees_make(struct ospf_ask *q)
{
	struct trees l = { q, json_object() };

	show_ospf_areas(q->st, add_tree, &l);
	return json_pack("{s:o}", "areas", l.all);
}

static int trees_run(struct shell *sh, const struct args *a)
{
	return ospf_report(sh, a, trees_make);
}

/* A vertex under its parent; a tree is no deeper than it has vertices. */
static void vertex_print(struct shell *sh, const json_t *tree, const json_t *v, size_t depth)
{
	const json_t *child, *h;
	size_t i;

	shell_printf(sh, "%*s%s %s [%lld]", (int)(2 * depth), "", jstr(v, "type"), jstr(v, "id"),
		     (long long)jint(v, "cost"));
	json_array_foreach(jget(v, "nexthops"), i, h)
		shell_printf(sh, "%s %s", i ? "," : " via", jget(h, "via") ? jstr(h, "ip") :
			     jstr(h, "directlyAttachedTo"));
	shell_printf(sh, "\n");
	json_array_foreach(tree, i, child)
		if (jget(child, "parent") && strcmp(jstr(child, "parent"), jstr(v, "id")) == 0 &&
		    depth < json_array_size(tree))
			vertex_print(sh, tree, child, depth + 1);
}

static void trees_print_one(struct shell *sh, const json_t *one)
{
	const char *area;
	json_t *tree, *v;
	size_t i;

	json_object_foreach((json_t *)(uintptr_t)jget(one, "areas"), area, tree) {
		shell_printf(sh, "Area %s\n", area);
		json_array_foreach(tree, i, v)
			if (!jget(v, "parent"))
				vertex_print(sh, tree, v, 1);
	}
}

static void trees_print(struct shell *sh, const struct args *a, const json_t *all)
{
	ospf_print(sh, a, all, trees_print_one);
}

/* --- show ip ospf ------------------------------------------------------------------------- */

/* Types of LSAs as FRR counts them in an area. */
static const struct { unsigned type; const char *word, *key; } counted[] = {
	{ 1, "router", "lsaRouter" }, { 2, "network", "lsaNetwork" },
	{ 3, "summary", "lsaSummary" }, { 4, "ASBR summary", "lsaAsbr" },
	{ 7, "NSSA", "lsaNssa" }, { 9, "opaque link", "lsaOpaqueLink" },
	{ 10, "opaque area", "lsaOpaqueArea" },
};

struct areas { json_t *o; bool is_abr; };

/* Who translates, in FRR's keys. */
static void add_nssa(json_t *o, const struct show_ospf_area *a, bool is_abr)
{
	jset_bool(o, a->config.no_summary ? "nssaNoSummary" : "nssa", true);
	jset_bool(o, "abr", is_abr);
	if (is_abr && a->config.translate == OSPF_NSSA_CANDIDATE)
		jset_bool(o, "nssaTranslatorElected", a->translator);
	else if (is_abr)
		jset_bool(o, a->config.translate == OSPF_NSSA_ALWAYS ? "nssaTranslatorAlways" :
			  "nssaTranslatorNever", true);
}

static bool add_area(void *arg, const struct show_ospf_area *a)
{
	const struct areas *to = arg;
	char key[64], id[ADDR_STRLEN];
	json_t *o = json_object();
	uint32_t n = 0;

	if (a->id == 0)
		jset_bool(o, "backbone", true);
	else
		jset_str(o, "shortcuttingMode", "Default");
	if (a->config.type == OSPF_AREA_STUB)
		jset_bool(o, a->config.no_summary ? "stubNoSummary" : "stub", true);
	if (a->config.type == OSPF_AREA_NSSA)
		add_nssa(o, a, to->is_abr);
	jset_int(o, "areaIfTotalCounter", a->n_ifs);
	jset_int(o, "areaIfActiveCounter", a->n_ifs);
	jset_int(o, "nbrFullAdjacentCounter", a->n_full);
	jset_str(o, "authentication", "authenticationNone");
	if (a->id)
		jset_int(o, "virtualAdjacenciesPassingCounter", 0);
	jset_int(o, "spfExecutedCounter", (json_int_t)a->n_spf);
	for (size_t i = 0; i < N_ELEM(counted); i++)
		n += a->n_lsas[counted[i].type];
	jset_int(o, "lsaNumber", n);
	for (size_t i = 0; i < N_ELEM(counted); i++) {
		snprintf(key, sizeof(key), "%sNumber", counted[i].key);
		jset_int(o, key, a->n_lsas[counted[i].type]);
		snprintf(key, sizeof(key), "%sChecksum", counted[i].key);
		jset_int(o, key, a->lsa_sum[counted[i].type]);
	}
	jset(to->o, ip4_fmt(a->id, id), o);
	return true;
}

static json_t *ospf_make(struct ospf_ask *q)
{
	ns_t now = lab_now(q->sh->lab);
	json_t *o = json_object();
	struct areas areas;
	struct show_ospf s;

	if (!show_ospf(q->st, &s))
		return o;
	ospf_set_id(o, "routerId", s.router_id);
	jset_bool(o, "tosRoutesOnly", true);
	jset_bool(o, "rfc2328Conform", true);
	if (s.config.rfc1583)
		jset_bool(o, "rfc1583Compatibility", true);
	if (s.config.stub_router)
		jset_bool(o, "stubAdvertisement", true);
	jset_int(o, "spfScheduleDelayMsecs", s.config.spf_delay / MSEC(1));
	jset_int(o, "holdtimeMinMsecs", s.config.spf_hold / MSEC(1));
	jset_int(o, "holdtimeMaxMsecs", s.config.spf_max_hold / MSEC(1));
	jset_int(o, "holdtimeMultplier", 1);
	if (s.n_spf) {
		jset_int(o, "spfLastExecutedMsecs", (now - s.spf_at) / MSEC(1));
		jset_int(o, "spfLastDurationMsecs", 0);
	}
	if (s.spf_due_at != NS_NEVER)
		jset_int(o, "spfTimerDueInMsecs", (s.spf_due_at - now) / MSEC(1));
	jset_int(o, "lsaMinIntervalMsecs", 5000);
	jset_int(o, "lsaMinArrivalMsecs", 1000);
	jset_int(o, "maximumPaths", s.config.max_paths ? s.config.max_paths : ROUTE_HOPS_MAX);
	jset_int(o, "preference", s.config.distance ? s.config.distance : OSPF_DISTANCE);
	if (s.is_abr)
		jset_str(o, "abrType", "Standard (RFC2328)");
	if (s.is_asbr)
		jset_str(o, "asbrRouter", "injectingExternalRoutingInformation");
	jset_int(o, "lsaExternalCounter", s.n_external);
	jset_int(o, "lsaExternalChecksum", s.external_sum);
	jset_int(o, "lsaAsopaqueCounter", 0);
	jset_int(o, "lsaAsOpaqueChecksum", 0);
	jset_int(o, "attachedAreaCounter", s.n_areas);
	jset_int(o, "spfRuns", (json_int_t)s.n_spf);
	jset_int(o, "spfRunsIncremental", (json_int_t)s.n_spf_incremental);
	areas = (struct areas){ json_object(), s.is_abr };
	show_ospf_areas(q->st, add_area, &areas);
	jset(o, "areas", areas.o);
	return o;
}

static int ospf_run(struct shell *sh, const struct args *a)
{
	return ospf_report(sh, a, ospf_make);
}

/* As FRR has it. */
static const char *nssa_role(const json_t *a)
{
	if (!jtrue(a, "abr"))
		return "It is not ABR, therefore not Translator";
	if (jget(a, "nssaTranslatorAlways"))
		return "We are an ABR and always an NSSA Translator";
	if (jget(a, "nssaTranslatorNever"))
		return "We are an ABR, but never an NSSA Translator";
	return jtrue(a, "nssaTranslatorElected") ?
	       "We are an ABR and the NSSA Elected Translator" :
	       "We are an ABR, but not the NSSA Elected Translator";
}

static void area_print(struct shell *sh, const char *id, const json_t *a)
{
	char key[64], sum[64];

	shell_printf(sh, " Area ID: %s%s%s\n", id, jget(a, "backbone") ? " (Backbone)" : "",
		     jget(a, "stub") || jget(a, "stubNoSummary") ? " (Stub)" :
		     jget(a, "nssa") || jget(a, "nssaNoSummary") ? " (NSSA)" : "");
	if (!jget(a, "backbone"))
		shell_printf(sh, "   Shortcutting mode: Default, S-bit consensus: no\n");
	shell_printf(sh, "   Number of interfaces in this area: Total: %lld, Active: %lld\n",
		     (long long)jint(a, "areaIfTotalCounter"),
		     (long long)jint(a, "areaIfActiveCounter"));
	if (jget(a, "nssa") || jget(a, "nssaNoSummary"))
		shell_printf(sh, "   It is an NSSA configuration.\n"
			     "   Elected NSSA/ABR performs type-7/type-5 LSA translation.\n"
			     "   %s.\n", nssa_role(a));
	shell_printf(sh, "   Number of fully adjacent neighbors in this area: %lld\n"
		     "   Area has no authentication\n", (long long)jint(a, "nbrFullAdjacentCounter"));
	if (!jget(a, "backbone"))
		shell_printf(sh, "   Number of full virtual adjacencies going through this area: "
			     "0\n");
	shell_printf(sh, "   SPF algorithm executed %lld times\n   Number of LSA %lld\n",
		     (long long)jint(a, "spfExecutedCounter"), (long long)jint(a, "lsaNumber"));
	for (size_t i = 0; i < N_ELEM(counted); i++) {
		snprintf(key, sizeof(key), "%sNumber", counted[i].key);
		snprintf(sum, sizeof(sum), "%sChecksum", counted[i].key);
		shell_printf(sh, "   Number of %s LSA %lld. Checksum Sum 0x%08llx\n",
			     counted[i].word, (long long)jint(a, key), (long long)jint(a, sum));
	}
	shell_printf(sh, "\n");
}

static void ospf_print_spf(struct shell *sh, const json_t *o)
{
	char time[OSPF_TIME_LEN];

	shell_printf(sh, " Initial SPF scheduling delay %lld millisec(s)\n"
		     " Minimum hold time between consecutive SPFs %lld millisec(s)\n"
		     " Maximum hold time between consecutive SPFs %lld millisec(s)\n"
		     " Hold time multiplier is currently %lld\n",
		     (long long)jint(o, "spfScheduleDelayMsecs"),
		     (long long)jint(o, "holdtimeMinMsecs"), (long long)jint(o, "holdtimeMaxMsecs"),
		     (long long)jint(o, "holdtimeMultplier"));
	if (jget(o, "spfLastExecutedMsecs"))
		shell_printf(sh, " SPF algorithm last executed %s ago\n"
			     " Last SPF duration %lld usecs\n",
			     ospf_time(jint(o, "spfLastExecutedMsecs") * MSEC(1), time),
			     1000 * (long long)jint(o, "spfLastDurationMsecs"));
	else
		shell_printf(sh, " SPF algorithm has not been run\n");
	if (jget(o, "spfTimerDueInMsecs"))
		shell_printf(sh, " SPF timer due in %s\n",
			     ospf_time(jint(o, "spfTimerDueInMsecs") * MSEC(1), time));
	else
		shell_printf(sh, " SPF timer is inactive\n");
}

static void ospf_print_one(struct shell *sh, const json_t *o)
{
	const char *id;
	json_t *a;

	shell_printf(sh, " OSPF Routing Process, Router ID: %s\n", jstr(o, "routerId"));
	shell_printf(sh, " Supports only single TOS (TOS0) routes\n"
		     " This implementation conforms to RFC2328\n"
		     " RFC1583Compatibility flag is %s\n OpaqueCapability flag is disabled\n",
		     jtrue(o, "rfc1583Compatibility") ? "enabled" : "disabled");
	if (jtrue(o, "stubAdvertisement"))
		shell_printf(sh, " Stub router advertisement is configured\n");
	ospf_print_spf(sh, o);
	shell_printf(sh, " LSA minimum interval %lld msecs\n LSA minimum arrival %lld msecs\n",
		     (long long)jint(o, "lsaMinIntervalMsecs"),
		     (long long)jint(o, "lsaMinArrivalMsecs"));
	shell_printf(sh, " Maximum multiple paths(ECMP) supported %lld\n"
		     " Administrative distance %lld\n", (long long)jint(o, "maximumPaths"),
		     (long long)jint(o, "preference"));
	if (jget(o, "abrType"))
		shell_printf(sh, " This router is an ABR, ABR type is: %s\n", jstr(o, "abrType"));
	if (jget(o, "asbrRouter"))
		shell_printf(sh, " This router is an ASBR (injecting external routing "
			     "information)\n");
	shell_printf(sh, " Number of external LSA %lld. Checksum Sum 0x%08llx\n"
		     " Number of opaque AS LSA 0. Checksum Sum 0x00000000\n"
		     " Number of areas attached to this router: %lld\n",
		     (long long)jint(o, "lsaExternalCounter"),
		     (long long)jint(o, "lsaExternalChecksum"),
		     (long long)jint(o, "attachedAreaCounter"));
	json_object_foreach((json_t *)(uintptr_t)jget(o, "areas"), id, a)
		area_print(sh, id, a);
	shell_printf(sh, "\n");
}

static void ospf_print_all(struct shell *sh, const struct args *a, const json_t *all)
{
	ospf_print(sh, a, all, ospf_print_one);
}

#define BOTH (CMD_LAB | CMD_NODE)

const struct cmd cmds_ospf_route[] = {
	{ .name = "show ip ospf", .args = "[NODE:node] [json]", .flags = BOTH, .run = ospf_run,
	  .print = ospf_print_all, .help = "OSPF of a router: timers, areas, counts" },
	{ .name = "show ip ospf route", .args = "[NODE:node] [json]", .flags = BOTH,
	  .run = routes_run, .print = routes_print, .help = "OSPF's own routing table" },
	{ .name = "show ip ospf border-routers", .args = "[NODE:node] [json]", .flags = BOTH,
	  .run = borders_run, .print = borders_print,
	  .help = "routes to area border and AS boundary routers" },
	{ .name = "show ip ospf spf", .args = "[NODE:node] [json]", .flags = BOTH,
	  .run = trees_run, .print = trees_print, .help = "the shortest-path tree of each area" },
	{ 0 },
};
