// SPDX-License-Identifier: GPL-3.0-or-later
#include <string.h>

#include "shell/ospf.h"
#include "shell/state.h"
#include "shell/table.h"
#include "stack/ospf.h"
#include "stack/show.h"

/* show ip ospf neighbor, as vtysh prints it. */

struct nbrs { struct ospf_ask *q; json_t *all; bool detail; };

static const char *role_word(enum ospf_if_state role)
{
	return role == OSPF_IF_DR ? "DR" : role == OSPF_IF_BACKUP ? "Backup" : "DROther";
}

static void state_text(const struct show_ospf_nbr *n, char out[32])
{
	snprintf(out, 32, "%s/%s", ospf_nbr_state_name(n->state),
		 n->role == OSPF_IF_P2P ? "-" : role_word(n->role));
}

static json_t *brief_json(struct ospf_ask *q, const struct show_ospf_nbr *n)
{
	ns_t now = lab_now(q->sh->lab);
	char state[32], text[ADDR_STRLEN], ifname[64], time[OSPF_TIME_LEN];
	json_t *o = json_object();

	state_text(n, state);
	jset_int(o, "priority", n->priority);
	jset_str(o, "state", state);
	jset_int(o, "nbrPriority", n->priority);
	jset_str(o, "nbrState", state);
	jset_str(o, "converged", ospf_nbr_state_name(n->state));
	jset_str(o, "role", role_word(n->role));
	jset_int(o, "upTimeInMsec", ospf_msec(now - n->state_at));
	jset_int(o, "deadTimeMsecs", ospf_msec(n->dead_at - now));
	jset_int(o, "routerDeadIntervalTimerDueMsec", ospf_msec(n->dead_at - now));
	jset_str(o, "upTime", ospf_time(now - n->state_at, time));
	jset_str(o, "deadTime", ospf_time(n->dead_at - now, time));
	jset_str(o, "address", ip4_fmt(n->addr, text));
	jset_str(o, "ifaceAddress", text);
	snprintf(ifname, sizeof(ifname), "%s:%s", n->dev->name, ip4_fmt(n->if_addr, text));
	jset_str(o, "ifaceName", ifname);
	jset_int(o, "retransmitCounter", n->rxmt_len);
	jset_int(o, "linkStateRetransmissionListCounter", n->rxmt_len);
	jset_int(o, "requestCounter", n->request_len);
	jset_int(o, "linkStateRequestListCounter", n->request_len);
	jset_int(o, "dbSummaryCounter", n->summary_len);
	jset_int(o, "databaseSummaryListCounter", n->summary_len);
	return o;
}

struct area_of { const struct netdev *dev; uint32_t area; };

static bool find_area_of(void *arg, const struct show_ospf_if *i)
{
	struct area_of *f = arg;

	if (i->dev == f->dev)
		f->area = i->config.area;
	return i->dev != f->dev;
}

static json_t *detail_json(struct ospf_ask *q, const struct show_ospf_nbr *n)
{
	ns_t now = lab_now(q->sh->lab);
	struct area_of f = { n->dev, 0 };
	char state[32], text[ADDR_STRLEN], area[OSPF_AREA_LEN];
	bool dd = n->state == OSPF_NBR_EXSTART || n->state == OSPF_NBR_EXCHANGE;
	json_t *o = json_object();

	show_ospf_ifs(q->st, find_area_of, &f);
	state_text(n, state);
	jset_str(o, "ifaceAddress", ip4_fmt(n->addr, text));
	jset_str(o, "areaId", ospf_area(q->st, f.area, area));
	jset_str(o, "ifaceName", n->dev->name);
	jset_int(o, "nbrPriority", n->priority);
	jset_str(o, "nbrState", state);
	jset_int(o, "stateChangeCounter", n->n_changes);
	jset_int(o, "lastPrgrsvChangeMsec", ospf_msec(now - n->state_at));
	ospf_set_id(o, "routerDesignatedId", n->dr);
	ospf_set_id(o, "routerDesignatedBackupId", n->bdr);
	jset_int(o, "optionsCounter", n->options);
	lsa_options_text(n->options, state);
	jset_str(o, "optionsList", state);
	jset_int(o, "routerDeadIntervalTimerDueMsec", ospf_msec(n->dead_at - now));
	jset_int(o, "databaseSummaryListCounter", n->summary_len);
	jset_int(o, "linkStateRequestListCounter", n->request_len);
	jset_int(o, "linkStateRetransmissionListCounter", n->rxmt_len);
	jset_str(o, "threadInactivityTimer", "on");
	if (dd)
		jset_str(o, "threadDatabaseDescriptionRetransmission", "on");
	if (n->request_len)
		jset_str(o, "threadLinkStateRequestRetransmission", "on");
	if (n->state >= OSPF_NBR_EXCHANGE)
		jset_str(o, "threadLinkStateUpdateRetransmission", "on");
	jset_str(o, "grHelperStatus", "None");
	return o;
}

static bool add_nbr(void *arg, const struct show_ospf_nbr *n)
{
	struct nbrs *l = arg;
	const char *only = args_word(l->q->a, "IF");
	uint32_t id;
	char text[ADDR_STRLEN];
	json_t *list;

	if ((only && strcmp(only, n->dev->name) != 0) ||
	    (ospf_arg_id(l->q, "ID", &id) && id != n->id))
		return true;
	ip4_fmt(n->id, text);
	list = json_object_get(l->all, text);
	if (!list)
		json_object_set_new(l->all, text, list = json_array());
	json_array_append_new(list, l->detail ? detail_json(l->q, n) : brief_json(l->q, n));
	return true;
}

/* FRR puts all neighbours into a member of their own, those of one interface not. */
static json_t *nbrs_make(struct ospf_ask *q)
{
	struct nbrs l = { q, json_object(), args_has(q->a, "detail") };

	show_ospf_nbrs(q->st, add_nbr, &l);
	if (args_word(q->a, "IF") || args_word(q->a, "ID"))
		return l.all;
	return json_pack("{s:o}", "neighbors", l.all);
}

static int nbrs_run(struct shell *sh, const struct args *a)
{
	return ospf_has_if(sh, a) ? ospf_report(sh, a, nbrs_make) : 1;
}

static const json_t *nbrs_of(const json_t *one)
{
	return jget(one, "neighbors") ? jget(one, "neighbors") : one;
}

static void nbr_print(struct shell *sh, const char *id, const json_t *n)
{
	shell_printf(sh, "%-15s %3lld %-15s %-15s %9s %-15s %-32s %5lld %5lld %5lld\n", id,
		     (long long)jint(n, "priority"), jstr(n, "state"), jstr(n, "upTime"),
		     jstr(n, "deadTime"), jstr(n, "address"), jstr(n, "ifaceName"),
		     (long long)jint(n, "retransmitCounter"),
		     (long long)jint(n, "requestCounter"), (long long)jint(n, "dbSummaryCounter"));
}

/* Each neighbour of a router, then an empty line. */
static void nbrs_each(struct shell *sh, const json_t *one,
		      void (*print)(struct shell *sh, const char *id, const json_t *n))
{
	const char *id;
	json_t *list, *n;
	size_t i;

	json_object_foreach((json_t *)(uintptr_t)nbrs_of(one), id, list)
		json_array_foreach(list, i, n)
			print(sh, id, n);
	shell_printf(sh, "\n");
}

/* FRR has no title above those of one ID. */
static void lines_print(struct shell *sh, const json_t *one)
{
	nbrs_each(sh, one, nbr_print);
}

static void brief_print(struct shell *sh, const json_t *one)
{
	shell_printf(sh, "\n%-15s %-3s %-15s %-15s %-9s %-15s %-32s %5s %5s %5s\n",
		     "Neighbor ID", "Pri", "State", "Up Time", "Dead Time", "Address", "Interface",
		     "RXmtL", "RqstL", "DBsmL");
	lines_print(sh, one);
}

static void nbr_detail_print(struct shell *sh, const char *id, const json_t *n)
{
	char time[OSPF_TIME_LEN];

	shell_printf(sh, " Neighbor %s, interface address %s\n", id, jstr(n, "ifaceAddress"));
	shell_printf(sh, "    In the area %s via interface %s\n", jstr(n, "areaId"),
		     jstr(n, "ifaceName"));
	shell_printf(sh, "    Neighbor priority is %lld, State is %s, %lld state changes\n",
		     (long long)jint(n, "nbrPriority"), jstr(n, "nbrState"),
		     (long long)jint(n, "stateChangeCounter"));
	shell_printf(sh, "    Most recent state change statistics:\n"
		     "      Progressive change %s ago\n",
		     ospf_time(jint(n, "lastPrgrsvChangeMsec") * MSEC(1), time));
	shell_printf(sh, "    DR is %s, BDR is %s\n", jstr(n, "routerDesignatedId"),
		     jstr(n, "routerDesignatedBackupId"));
	shell_printf(sh, "    Options %lld %s\n", (long long)jint(n, "optionsCounter"),
		     jstr(n, "optionsList"));
	shell_printf(sh, "    Dead timer due in %s\n",
		     ospf_time(jint(n, "routerDeadIntervalTimerDueMsec") * MSEC(1), time));
	shell_printf(sh, "    Database Summary List %lld\n    Link State Request List %lld\n"
		     "    Link State Retransmission List %lld\n",
		     (long long)jint(n, "databaseSummaryListCounter"),
		     (long long)jint(n, "linkStateRequestListCounter"),
		     (long long)jint(n, "linkStateRetransmissionListCounter"));
	shell_printf(sh, "    Thread Inactivity Timer %s\n", jstr(n, "threadInactivityTimer"));
	shell_printf(sh, "    Thread Database Description Retransmision %s\n",
		     jget(n, "threadDatabaseDescriptionRetransmission") ? "on" : "off");
	shell_printf(sh, "    Thread Link State Request Retransmission %s\n"
		     "    Thread Link State Update Retransmission %s\n\n",
		     jget(n, "threadLinkStateRequestRetransmission") ? "on" : "off",
		     jget(n, "threadLinkStateUpdateRetransmission") ? "on" : "off");
	shell_printf(sh, "    Graceful restart Helper info:\n"
		     "      Graceful Restart HELPER Status : %s\n\n", jstr(n, "grHelperStatus"));
}

static void detail_print(struct shell *sh, const json_t *one)
{
	nbrs_each(sh, one, nbr_detail_print);
}

static void nbrs_print(struct shell *sh, const struct args *a, const json_t *all)
{
	ospf_print(sh, a, all, args_has(a, "detail") ? detail_print :
		   args_word(a, "ID") ? lines_print : brief_print);
}

#define BOTH (CMD_LAB | CMD_NODE)

const struct cmd cmds_ospf_nbr[] = {
	{ .name = "show ip ospf neighbor",
	  .args = "[NODE:node] [ID:addr | IF:iface] [detail] [json]", .flags = BOTH,
	  .run = nbrs_run, .print = nbrs_print, .help = "OSPF neighbours and their states",
	  .text = "All of them, the one of a router id, or those on an interface." },
	{ 0 },
};
