// SPDX-License-Identifier: GPL-3.0-or-later
#include <string.h>

#include "shell/ospf.h"
#include "shell/state.h"
#include "shell/table.h"
#include "stack/ospf.h"
#include "stack/show.h"

/* show ip ospf interface and its traffic, as vtysh prints them. */

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

static void auth_json(enum ospf_auth_type type, json_t *o)
{
	static const char *const algos[] = {
		[OSPF_AUTH_MD5] = "MD5", [OSPF_AUTH_HMAC_SHA1] = "HMAC-SHA-1",
		[OSPF_AUTH_HMAC_SHA256] = "HMAC-SHA-256",
		[OSPF_AUTH_HMAC_SHA384] = "HMAC-SHA-384",
		[OSPF_AUTH_HMAC_SHA512] = "HMAC-SHA-512",
	};

	if (type == OSPF_AUTH_NONE)
		return;
	jset_str(o, "authentication", type == OSPF_AUTH_TEXT ? "authenticationSimplePassword" :
		 "authenticationMessageDigest");
	if (algos[type])
		jset_str(o, "authenticationAlgorithm", algos[type]);
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
			 ospf_msec(i->hello_due_at - now));
	jset_int(o, "nbrCount", i->n_nbrs);
	jset_int(o, "nbrAdjacentCount", i->n_adjacent);
	if (i->config.mtu_ignore)
		jset_bool(o, "mtuIgnore", true);
	if (i->config.auth)
		auth_json(i->config.auth->type, o);
}

static void if_dr_json(const struct show_ospf_if *i, json_t *o)
{
	bool dr = i->state == OSPF_IF_DR || i->state == OSPF_IF_BACKUP;
	bool hears = i->state >= OSPF_IF_WAITING && !i->config.passive;

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
}

/* The one that was asked for, or all: lo in the second turn, as FRR has it last. */
static bool in_turn(const struct ifs *l, const struct show_ospf_if *i)
{
	const char *only = args_word(l->q->a, "IF");

	return (!only || strcmp(only, i->dev->name) == 0) &&
	       l->lo == !!(i->dev->flags & DEV_LOOPBACK);
}

static bool add_if(void *arg, const struct show_ospf_if *i)
{
	struct ifs *l = arg;
	char text[ADDR_STRLEN], area[OSPF_AREA_LEN];
	json_t *o;

	if (!in_turn(l, i))
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
	if_dr_json(i, o);
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
	l.lo = true;
	show_ospf_ifs(q->st, add_if, &l);
	return json_pack("{s:o}", "interfaces", l.all);
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
	if (jget(o, "authenticationAlgorithm"))
		shell_printf(sh, "  Cryptographic authentication enabled\n  Algorithm:%s\n",
			     jstr(o, "authenticationAlgorithm"));
	else if (jget(o, "authentication"))
		shell_printf(sh, "  Simple password authentication enabled\n");
}

static void ifs_print_one(struct shell *sh, const json_t *one)
{
	const char *name;
	json_t *o;

	json_object_foreach((json_t *)(uintptr_t)jget(one, "interfaces"), name, o)
		if_print(sh, name, o);
	shell_printf(sh, "\n");
}

/* --- traffic ------------------------------------------------------------------------- */

/* Packets by type (RFC 2328 A.3), as FRR names and orders them. */
static const char *const packet_keys[][2] = {
	[1] = { "helloIn", "helloOut" }, { "dbDescIn", "dbDescOut" }, { "lsReqIn", "lsReqOut" },
	{ "lsUpdIn", "lsUpdOut" }, { "lsAckIn", "lsAckOut" },
};

static bool add_traffic(void *arg, const struct show_ospf_if *i)
{
	struct ifs *l = arg;
	json_t *o;

	if (!in_turn(l, i))
		return true;
	o = json_object();
	jset_int(o, "ifIndex", i->dev->ifindex);
	for (size_t t = 1; t < N_ELEM(packet_keys); t++) {
		jset_int(o, packet_keys[t][0], (json_int_t)i->rx[t]);
		jset_int(o, packet_keys[t][1], (json_int_t)i->tx[t]);
	}
	jset_int(o, "packetsQueued", 0);          /* an interface keeps none back */
	jset(l->all, i->dev->name, o);
	return true;
}

static json_t *traffic_make(struct ospf_ask *q)
{
	struct ifs l = { q, json_object(), 0, false };

	show_ospf_ifs(q->st, add_traffic, &l);
	l.lo = true;
	show_ospf_ifs(q->st, add_traffic, &l);
	return l.all;
}

static void traffic_print_one(struct shell *sh, const json_t *one)
{
	const char *name;
	json_t *o;

	shell_printf(sh, "\n%-15s %-16s %-15s %-16s %-16s %-17s %-13s\n", "Interface", "HELLO",
		     "DB-Desc", "LS-Req", "LS-Update", "LS-Ack", "Packets");
	shell_printf(sh, "%-15s %-16s %-16s %-16s %-16s %-16s %-13s\n", "", "Rx/Tx", "Rx/Tx",
		     "Rx/Tx", "Rx/Tx", "Rx/Tx", "Queued");
	for (int i = 0; i < 109; i++)
		shell_printf(sh, "-");
	json_object_foreach((json_t *)(uintptr_t)one, name, o) {
		shell_printf(sh, "\n%-10s %8lld/%-8lld", name, (long long)jint(o, "helloIn"),
			     (long long)jint(o, "helloOut"));
		for (size_t t = 2; t < N_ELEM(packet_keys); t++)
			shell_printf(sh, " %7lld/%-7lld", (long long)jint(o, packet_keys[t][0]),
				     (long long)jint(o, packet_keys[t][1]));
		shell_printf(sh, " %12lld", (long long)jint(o, "packetsQueued"));
	}
	shell_printf(sh, "\n\n");
}

static int ifs_run(struct shell *sh, const struct args *a)
{
	if (!ospf_has_if(sh, a))
		return 1;
	return ospf_report(sh, a, args_has(a, "traffic") ? traffic_make : ifs_make);
}

static void ifs_print(struct shell *sh, const struct args *a, const json_t *all)
{
	ospf_print(sh, a, all, args_has(a, "traffic") ? traffic_print_one : ifs_print_one);
}

#define BOTH (CMD_LAB | CMD_NODE)

const struct cmd cmds_ospf_if[] = {
	{ .name = "show ip ospf interface", .args = "[traffic] [NODE:node] [IF:iface] [json]",
	  .flags = BOTH, .run = ifs_run, .print = ifs_print,
	  .help = "interfaces as OSPF has them: state, network type, cost, timers",
	  .text = "traffic: the packets of OSPF, by type." },
	{ 0 },
};
