// SPDX-License-Identifier: GPL-3.0-or-later
#include <string.h>

#include "shell/ospf.h"
#include "shell/state.h"
#include "shell/table.h"
#include "stack/ospf.h"
#include "stack/show.h"

/* show ip ospf neighbor and show ip ospf interface, as vtysh prints them. */

/* --- neighbours ------------------------------------------------------------------ */

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

static long long msec(ns_t d)
{
	return d > 0 ? d / MSEC(1) : 0;
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
	jset_int(o, "upTimeInMsec", msec(now - n->state_at));
	jset_int(o, "deadTimeMsecs", msec(n->dead_at - now));
	jset_int(o, "routerDeadIntervalTimerDueMsec", msec(n->dead_at - now));
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
	jset_int(o, "lastPrgrsvChangeMsec", msec(now - n->state_at));
	ospf_set_id(o, "routerDesignatedId", n->dr);
	ospf_set_id(o, "routerDesignatedBackupId", n->bdr);
	jset_int(o, "optionsCounter", n->options);
	lsa_options_text(n->options, state);
	jset_str(o, "optionsList", state);
	jset_int(o, "routerDeadIntervalTimerDueMsec", msec(n->dead_at - now));
	jset_int(o, "databaseSummaryListCounter", n->summary_len);
	jset_int(o, "linkStateRequestListCounter", n->request_len);
	jset_int(o, "linkStateRetransmissionListCounter", n->rxmt_len);
	jset_str(o, "threadInactivityTimer", "on");
	if (dd)
		jset_str(o, "threadDatabaseDescriptionRetransmission", "on");
	jset_str(o, "threadLinkStateRequestRetransmission", n->request_len ? "on" : "off");
	jset_str(o, "threadLinkStateUpdateRetransmission",
		 n->state >= OSPF_NBR_EXCHANGE ? "on" : "off");
	jset_str(o, "grHelperStatus", "None");
	return o;
}

static bool add_nbr(void *arg, const struct show_ospf_nbr *n)
{
	struct nbrs *l = arg;
	const char *only = args_word(l->q->a, "IF"), *id = args_word(l->q->a, "ID");
	char text[ADDR_STRLEN];
	json_t *list;

	ip4_fmt(n->id, text);
	if ((only && strcmp(only, n->dev->name) != 0) || (id && strcmp(id, text) != 0))
		return true;
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
	return ospf_report(sh, a, nbrs_make);
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

static void brief_print(struct shell *sh, const json_t *one)
{
	const char *id;
	json_t *list, *n;
	size_t i;

	shell_printf(sh, "\n%-15s %-3s %-15s %-15s %-9s %-15s %-32s %5s %5s %5s\n",
		     "Neighbor ID", "Pri", "State", "Up Time", "Dead Time", "Address", "Interface",
		     "RXmtL", "RqstL", "DBsmL");
	json_object_foreach((json_t *)(uintptr_t)nbrs_of(one), id, list)
		json_array_foreach(list, i, n)
			nbr_print(sh, id, n);
	shell_printf(sh, "\n");
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
		     jstr(n, "threadLinkStateRequestRetransmission"),
		     jstr(n, "threadLinkStateUpdateRetransmission"));
	shell_printf(sh, "    Graceful restart Helper info:\n"
		     "      Graceful Restart HELPER Status : %s\n\n", jstr(n, "grHelperStatus"));
}

static void detail_print(struct shell *sh, const json_t *one)
{
	const char *id;
	json_t *list, *n;
	size_t i;

	json_object_foreach((json_t *)(uintptr_t)nbrs_of(one), id, list)
		json_array_foreach(list, i, n)
			nbr_detail_print(sh, id, n);
	shell_printf(sh, "\n");
}

static void nbrs_print(struct shell *sh, const struct args *a, const json_t *all)
{
	ospf_print(sh, a, all, args_has(a, "detail") ? detail_print : brief_print);
}

/* --- interfaces -------------------------------------------------------------------- */

struct ifs { struct ospf_ask *q; json_t *all; uint32_t router_id; bool lo; };

static uint64_t bandwidth_mbit(struct ospf_ask *q, const struct netdev *dev)
{
	enum link_side side;
	struct link *l = lab_link_at(q->sh->lab, q->node, dev->name, &side);
	struct link_end_info info;

	if (!l)
		return 0;
	link_info(l, side, &info);
	return info.rate_bps / 1000000;
}

static const char *flags_text(const struct netdev *dev)
{
	bool up = dev->flags & DEV_UP, runs = up && dev->flags & DEV_CARRIER;

	if (dev->flags & DEV_LOOPBACK)
		return up ? "<UP,LOOPBACK,RUNNING>" : "<LOOPBACK>";
	return runs ? "<UP,BROADCAST,RUNNING,MULTICAST>" : up ? "<UP,BROADCAST,MULTICAST>" :
	       "<BROADCAST,MULTICAST>";
}

static const char *type_text(const struct show_ospf_if *i)
{
	static const char *const words[] = { "BROADCAST", "POINTOPOINT", "POINTOMULTIPOINT" };

	return i->dev->flags & DEV_LOOPBACK ? "LOOPBACK" : words[i->config.type];
}

static ip4_t broadcast_of(const struct prefix *p)
{
	return p->len == 32 ? p->addr.v4 : p->len == 31 ? IP4_BROADCAST :
	       p->addr.v4 | ~ip4_mask(p->len);
}

static void if_config_json(struct ifs *l, const struct show_ospf_if *i, json_t *o)
{
	bool lo = i->dev->flags & DEV_LOOPBACK, passive = i->config.passive && !lo;
	ns_t now = lab_now(l->q->sh->lab);

	jset_int(o, "timerMsecs", i->config.hello * 1000);
	jset_int(o, "timerDeadSecs", i->config.dead);
	jset_int(o, "timerWaitSecs", i->config.dead);
	jset_int(o, "timerRetransmitSecs", i->config.rxmt);
	if (passive)
		jset_bool(o, "timerPassiveIface", true);
	else
		jset_int(o, "timerHelloInMsecs", i->hello_due_at == NS_NEVER ? 0 :
			 msec(i->hello_due_at - now));
	jset_int(o, "nbrCount", i->n_nbrs);
	jset_int(o, "nbrAdjacentCount", i->n_adjacent);
	if (i->config.mtu_ignore)
		jset_bool(o, "mtuIgnore", true);
}

static bool add_if(void *arg, const struct show_ospf_if *i)
{
	struct ifs *l = arg;
	const char *only = args_word(l->q->a, "IF");
	char text[ADDR_STRLEN], area[OSPF_AREA_LEN];
	bool dr = i->state == OSPF_IF_DR || i->state == OSPF_IF_BACKUP;
	bool hears = i->state >= OSPF_IF_WAITING && !i->config.passive;
	json_t *o;

	if ((only && strcmp(only, i->dev->name) != 0) || l->lo != !!(i->dev->flags & DEV_LOOPBACK))
		return true;
	o = json_object();
	jset_bool(o, "ifUp", i->dev->flags & DEV_UP && i->dev->flags & DEV_CARRIER);
	jset_int(o, "ifIndex", i->dev->ifindex);
	jset_int(o, "mtuBytes", i->dev->mtu);
	jset_int(o, "bandwidthMbit", (json_int_t)bandwidth_mbit(l->q, i->dev));
	jset_str(o, "ifFlags", flags_text(i->dev));
	jset_bool(o, "ospfEnabled", true);
	jset_str(o, "ipAddress", ip4_fmt(i->addr.addr.v4, text));
	jset_int(o, "ipAddressPrefixlen", i->addr.len);
	jset_str(o, "ospfIfType", "Broadcast");
	ospf_set_id(o, "localIfUsed", broadcast_of(&i->addr));
	jset_str(o, "area", ospf_area(l->q->st, i->config.area, area));
	ospf_set_id(o, "routerId", l->router_id);
	jset_str(o, "networkType", type_text(i));
	jset_int(o, "cost", i->dev->flags & DEV_LOOPBACK ? 0 : i->config.cost);
	jset_int(o, "transmitDelaySecs", i->config.transmit_delay);
	jset_str(o, "state", ospf_if_state_name(i->state));
	jset_int(o, "priority", i->config.priority);
	if (i->dr) {
		ospf_set_id(o, "drId", i->dr_id);
		ospf_set_id(o, "drAddress", i->dr);
	}
	if (i->bdr) {
		ospf_set_id(o, "bdrId", i->bdr_id);
		ospf_set_id(o, "bdrAddress", i->bdr);
	}
	if (hears)
		jset_bool(o, "mcastMemberOspfAllRouters", true);
	if (dr)
		jset_bool(o, "mcastMemberOspfDesignatedRouters", true);
	if_config_json(l, i, o);
	jset(l->all, i->dev->name, o);
	return true;
}

static json_t *ifs_make(struct ospf_ask *q)
{
	struct show_ospf s;
	struct ifs l = { q, json_object(), 0, false };

	if (show_ospf(q->st, &s))
		l.router_id = s.router_id;
	show_ospf_ifs(q->st, add_if, &l);
	l.lo = true;                      /* the last, as FRR has it */
	show_ospf_ifs(q->st, add_if, &l);
	return json_pack("{s:o}", "interfaces", l.all);
}

static int ifs_run(struct shell *sh, const struct args *a)
{
	const char *only = args_word(a, "IF");
	struct node *n = args_node(a, "NODE");
	struct stack *st;

	n = n ? n : a->node;
	st = n && only ? shell_stack(sh, n) : NULL;
	if (st && !stack_dev(st, only))
		return shell_error(sh, "No such interface name");
	return ospf_report(sh, a, ifs_make);
}

static void if_dr_print(struct shell *sh, const json_t *o)
{
	if (jget(o, "drId"))
		shell_printf(sh, "  Designated Router (ID) %s Interface Address %s/%lld\n",
			     jstr(o, "drId"), jstr(o, "drAddress"),
			     (long long)jint(o, "ipAddressPrefixlen"));
	if (jget(o, "bdrId"))
		shell_printf(sh, "  Backup Designated Router (ID) %s, Interface Address %s\n",
			     jstr(o, "bdrId"), jstr(o, "bdrAddress"));
	else
		shell_printf(sh, "  No backup designated router on this network\n");
	shell_printf(sh, "  Multicast group memberships:%s%s%s\n",
		     jget(o, "mcastMemberOspfAllRouters") ? " OSPFAllRouters" : "",
		     jget(o, "mcastMemberOspfDesignatedRouters") ? " OSPFDesignatedRouters" : "",
		     jget(o, "mcastMemberOspfAllRouters") ? "" : " <None>");
}

static void if_print(struct shell *sh, const char *name, const json_t *o)
{
	char time[OSPF_TIME_LEN];

	shell_printf(sh, "%s is %s\n", name, jtrue(o, "ifUp") ? "up" : "down");
	shell_printf(sh, "  ifindex %lld, MTU %lld bytes, BW %lld Mbit %s\n",
		     (long long)jint(o, "ifIndex"), (long long)jint(o, "mtuBytes"),
		     (long long)jint(o, "bandwidthMbit"), jstr(o, "ifFlags"));
	shell_printf(sh, "  Internet Address %s/%lld, Broadcast %s, Area %s\n",
		     jstr(o, "ipAddress"), (long long)jint(o, "ipAddressPrefixlen"),
		     jstr(o, "localIfUsed"), jstr(o, "area"));
	shell_printf(sh, "  MTU mismatch detection: %s\n", jtrue(o, "mtuIgnore") ? "disabled" :
		     "enabled");
	shell_printf(sh, "  Router ID %s, Network Type %s, Cost: %lld\n", jstr(o, "routerId"),
		     jstr(o, "networkType"), (long long)jint(o, "cost"));
	shell_printf(sh, "  Transmit Delay is %lld sec, State %s, Priority %lld\n",
		     (long long)jint(o, "transmitDelaySecs"), jstr(o, "state"),
		     (long long)jint(o, "priority"));
	if_dr_print(sh, o);
	shell_printf(sh, "  Timer intervals configured, Hello %llds, Dead %llds, Wait %llds, "
		     "Retransmit %lld\n", (long long)jint(o, "timerMsecs") / 1000,
		     (long long)jint(o, "timerDeadSecs"), (long long)jint(o, "timerWaitSecs"),
		     (long long)jint(o, "timerRetransmitSecs"));
	if (jtrue(o, "timerPassiveIface"))
		shell_printf(sh, "    No Hellos (Passive interface)\n");
	else
		shell_printf(sh, "    Hello due in %s\n", jint(o, "timerHelloInMsecs") ?
			     ospf_time(jint(o, "timerHelloInMsecs") * MSEC(1), time) : "inactive");
	shell_printf(sh, "  Neighbor Count is %lld, Adjacent neighbor count is %lld\n",
		     (long long)jint(o, "nbrCount"), (long long)jint(o, "nbrAdjacentCount"));
}

static void ifs_print_one(struct shell *sh, const json_t *one)
{
	const char *name;
	json_t *o;

	json_object_foreach((json_t *)(uintptr_t)jget(one, "interfaces"), name, o)
		if_print(sh, name, o);
	shell_printf(sh, "\n");
}

static void ifs_print(struct shell *sh, const struct args *a, const json_t *all)
{
	ospf_print(sh, a, all, ifs_print_one);
}

#define BOTH (CMD_LAB | CMD_NODE)

const struct cmd cmds_ospf_nbr[] = {
	{ .name = "show ip ospf neighbor", .args = "[NODE:node] [detail] [json]", .flags = BOTH,
	  .run = nbrs_run, .print = nbrs_print, .help = "OSPF neighbours and their states" },
	{ .name = "show ip ospf neighbor", .args = "IF:iface [detail] [json]", .flags = CMD_NODE,
	  .run = nbrs_run, .print = nbrs_print, .help = "those on one interface" },
	{ .name = "show ip ospf interface", .args = "[NODE:node] [IF:iface] [json]", .flags = BOTH,
	  .run = ifs_run, .print = ifs_print,
	  .help = "interfaces as OSPF has them: state, network type, cost, timers" },
	{ 0 },
};
