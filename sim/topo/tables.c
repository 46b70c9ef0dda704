// SPDX-License-Identifier: GPL-3.0-or-later
/* Every key of a lab file. */
#include "sim/topo/keys.h"

#define ROWS(r) .rows = (r), .n = N_ELEM(r)

static const char *const kind_words[] = { "router", "host", "hub", "netns", "external", NULL };
static const char *const kind_later[] = { "switch", NULL };
static const char *const routing_words[] = { "none", "static", "ospf", NULL };
static const char *const routing_later[] = { "rip", NULL };

/* ---- what one direction of a link does ---- */

#define END(f) offsetof(struct topo_end, f)
#define NETEM(k, text) { .key = (k), .type = &type_netem, .off = END(netem), .help = (text) }

static const struct ykey impair_rows[] = {
	{ .key = "rate", .type = &type_rate, .off = END(rate_bps), .def = "1gbit",
	  .help = "how fast frames are sent; 0 is infinitely fast" },
	{ .key = "queue", .type = &type_size, .off = END(queue_bytes), .off_n = END(queue_pkts),
	  .def = "256kb", .help = "what may wait to be sent, in bytes or frames; 0 is no limit" },
	{ .key = "delay", .type = &type_netem_time, .off = END(netem), .off_n = END(netem.delay),
	  .def = "1ms", .help = "propagation, one way; also DELAY JITTER CORRELATION, as tc" },
	{ .key = "jitter", .type = &type_netem_time, .off = END(netem),
	  .off_n = END(netem.jitter), .help = "how much the delay varies" },
	NETEM("correlation", "of a frame's delay with the one before, such as 25%"),
	NETEM("distribution", "of the delay: uniform, normal, pareto or paretonormal"),
	NETEM("loss", "1%, or random 1% 25%, state ..., gemodel ..., as tc; none"),
	NETEM("loss-list", "exactly these frames are lost, from 1: [1, 5, 9]"),
	NETEM("corrupt", "one bit of the frame flips: 0.1%, or 0.1% CORRELATION"),
	NETEM("duplicate", "the frame arrives twice: 1%, or 1% CORRELATION"),
	NETEM("reorder", "the frame overtakes those under delay: 25%, or 25% CORRELATION"),
	NETEM("gap", "reorder only every so many frames"),
	NETEM("limit", "frames under delay at most; 0 is no limit"),
	NETEM("overhead", "bytes the wire adds to a frame: BYTES [CELL [CELLOVERHEAD]]"),
};

const struct ytable impair_keys = {
	.what = "a direction of a link", ROWS(impair_rows), .size = sizeof(struct topo_end),
	.pos_off = END(pos),
	.help = "In a link these hold for both directions; in `forward` for frames from the "
		"first end to the second, in `reverse` for the others.",
};

/* ---- links ---- */

static const struct ykey endpoint_rows[] = {
	{ .key = "node", .type = &type_nodename, .off = offsetof(struct end_build, node),
	  .need = true, .own = true, .help = "the node's name" },
	{ .key = "interface", .type = &type_ifname, .off = END(ifname), .own = true,
	  .help = "the interface's name; left out: eth0, eth1, ..." },
	{ .key = "mac", .type = &type_mac, .off = END(mac), .own = true,
	  .help = "its MAC address" },
	{ .key = "ipv4", .type = &type_end_ipv4, .own = true,
	  .help = "its address or addresses, A.B.C.D/LEN; none" },
	{ .key = "ospf", .type = &type_flow_map, .sub = &ospf_if_keys, .off = END(ospf),
	  .help = "OSPF on this interface" },
};

const struct ytable endpoint_keys = {
	.what = "an endpoint", ROWS(endpoint_rows), .size = sizeof(struct end_build),
	.pos_off = END(pos),
	.help = "The long form of an end; the short one is \"node:interface\" or \"node\".",
};

#define LINK(f) offsetof(struct topo_link, f)

static const struct ykey link_rows[] = {
	{ .key = "endpoints", .type = &type_endpoints, .need = true, .own = true,
	  .sub = &endpoint_keys, .help = "the two ends, as in [\"a:eth0\", \"b:eth0\"]" },
	{ .key = "ipv4", .type = &type_link_ipv4, .own = true,
	  .help = "a network, whose first addresses the ends get; or [FIRST, SECOND]; or none. "
		  "Left out: a free network is taken" },
	{ .key = "mac", .type = &type_link_mac, .own = true, .help = "[FIRST, SECOND]" },
	{ .key = "mtu", .type = &type_u32, .off = LINK(mtu), .def = "1500", .min = 68,
	  .max = 65535, .help = "bytes of the largest IP packet" },
	{ .key = "down", .type = &type_bool, .off = LINK(down), .def = "false",
	  .help = "the link starts cut" },
	{ .key = "forward", .type = &type_map, .sub = &impair_keys, .off = LINK(end[0]),
	  .help = "for frames from the first end to the second" },
	{ .key = "reverse", .type = &type_map, .sub = &impair_keys, .off = LINK(end[1]),
	  .help = "for frames from the second end to the first" },
	{ .key = "ospf", .type = &type_flow_map, .sub = &ospf_if_keys, .off = LINK(ospf),
	  .help = "OSPF on both interfaces" },
};

static const size_t link_ends[] = { LINK(end[0]), LINK(end[1]) };

const struct ytable link_keys = {
	.what = "a link", ROWS(link_rows), .size = sizeof(struct topo_link),
	.pos_off = LINK(pos), .also = &impair_keys, .also_off = link_ends, .n_also = 2,
	.init = topo_link_init, .check = topo_link_check,
	.help = "Joins two interfaces.  Several links of a hub are one network.  On a link to a "
		"netns or external node `rate` and `delay` are 0 unless the file says otherwise, "
		"here or in `defaults`: the world outside has its own.",
};

/* ---- nodes ---- */

#define ROUTE(f) offsetof(struct topo_route, f)

static const struct ykey route_rows[] = {
	{ .key = "to", .type = &type_to, .off = ROUTE(to), .need = true,
	  .help = "A.B.C.D/LEN or default" },
	{ .key = "via", .type = &type_addr, .off = ROUTE(via), .help = "the next router" },
	{ .key = "dev", .type = &type_ifname, .off = ROUTE(dev),
	  .help = "the interface; left out: the one that reaches via" },
	{ .key = "metric", .type = &type_u32, .off = ROUTE(metric), .def = "0",
	  .help = "the lower wins among equal prefixes" },
};

const struct ytable route_keys = {
	.what = "a route", ROWS(route_rows), .size = sizeof(struct topo_route),
	.pos_off = ROUTE(pos), .check = topo_route_check,
	.help = "As `ip route add TO via VIA dev DEV metric METRIC`.",
};

#define NODE(f) offsetof(struct node_build, f)

static const struct ykey node_rows[] = {
	{ .key = "kind", .type = &type_enum, .off = NODE(node.kind), .def = "router",
	  .words = kind_words, .later = kind_later, .later_text = "is not available yet",
	  .help = "router forwards, host does not, hub repeats frames to all its ports; netns and "
		  "external are outside, see there" },
	{ .key = "port", .type = &type_text, .off = NODE(node.port), .own = true,
	  .help = "of an external node: where it is, see Nodes outside" },
	{ .key = "group", .type = &type_nodename, .off = NODE(group), .own = true,
	  .help = "inherit from this entry of groups" },
	{ .key = "routing", .type = &type_routing, .off = NODE(node.routing),
	  .words = routing_words, .later = routing_later, .later_text = "does not exist yet",
	  .help = "none and static: only the routes of the file; ospf: OSPFv2 (RFC 2328).  Left "
		  "out: ospf of a router, static of others; a host takes no ospf from `defaults`" },
	{ .key = "ospf", .type = &type_flow_map, .sub = &ospf_keys, .off = NODE(node.ospf),
	  .help = "how, if routing is ospf" },
	{ .key = "forwarding", .type = &type_forward, .off = NODE(forward),
	  .help = "IPv4 forwarding; by default only routers do" },
	{ .key = "loopback", .type = &type_prefixes, .off = NODE(node.loopback),
	  .off_n = NODE(node.n_loopback), .own = true,
	  .help = "addresses of lo besides 127.0.0.1/8" },
	{ .key = "sysctls", .type = &type_sysctls,
	  .help = "Linux's keys and their values, as `NODE sysctl -a` lists them" },
	{ .key = "gateway", .type = &type_gateway, .help = "short for a default route" },
	{ .key = "routes", .type = &type_list, .sub = &route_keys, .off = NODE(node.routes),
	  .off_n = NODE(node.n_routes), .help = "static routes" },
};

const struct ytable node_keys = {
	.what = "a node", ROWS(node_rows), .size = sizeof(struct node_build),
	.pos_off = NODE(node.pos),
	.help = "What a node leaves out comes from its group, then its kind, then defaults.",
};

static const struct ykey defaults_rows[] = {
	{ .key = "link", .type = &type_map, .sub = &link_keys,
	  .off = offsetof(struct defaults_build, link),
	  .help = "what links start from: any key of a link but its ends and addresses" },
};

static const size_t defaults_node[] = { 0 };

const struct ytable defaults_keys = {
	.what = "defaults", ROWS(defaults_rows), .size = sizeof(struct defaults_build),
	.also = &node_keys, .also_off = defaults_node, .n_also = 1,
	.help = "What all nodes and links start from.",
};

/* ---- what happens in the lab ---- */

#define EVENT(f) offsetof(struct topo_event, f)

static const struct ykey event_rows[] = {
	{ .key = "at", .type = &type_time, .off = EVENT(at), .need = true,
	  .help = "lab time from the start" },
	{ .key = "do", .type = &type_text, .off = EVENT(cmd), .need = true,
	  .help = "a command of the shell" },
};

const struct ytable event_keys = {
	.what = "an event", ROWS(event_rows), .size = sizeof(struct topo_event),
	.pos_off = EVENT(pos), .help = "A shell command that runs at its time.",
};

#define CHK(f) offsetof(struct topo_check, f)

static const struct ykey check_rows[] = {
	{ .key = "name", .type = &type_text, .off = CHK(name), .need = true,
	  .help = "what is checked, for the report" },
	{ .key = "points", .type = &type_points, .off = CHK(points_milli), .def = "1",
	  .help = "what it is worth, with up to three places" },
	{ .key = "at", .type = &type_time, .off = CHK(at), .help = "run the lab to here first" },
	{ .key = "wait", .type = &type_wait, .off = CHK(wait),
	  .help = "converged, or how long expect may take to become true" },
	{ .key = "run", .type = &type_text, .off = CHK(run), .need = true,
	  .help = "a command of the shell" },
	{ .key = "expect", .type = &type_text, .off = CHK(expect),
	  .help = "jq expression over the command's JSON; left out: the command succeeds" },
	{ .key = "timeout", .type = &type_time, .off = CHK(timeout), .def = "60s",
	  .help = "lab time the command may take" },
	{ .key = "pass", .type = &type_text, .off = CHK(pass), .help = "text when it holds" },
	{ .key = "fail", .type = &type_text, .off = CHK(fail), .help = "text when it does not" },
	{ .key = "fresh", .type = &type_bool, .off = CHK(fresh), .def = "false",
	  .help = "start from a new lab" },
	{ .key = "hidden", .type = &type_bool, .off = CHK(hidden), .def = "false",
	  .help = "show the result, not the check" },
};

const struct ytable check_keys = {
	.what = "a check", ROWS(check_rows), .size = sizeof(struct topo_check),
	.pos_off = CHK(pos), .init = topo_check_init,
	.help = "Checks run in the order of the file on one running lab.",
};

/* ---- the file ---- */

#define LAB(f) offsetof(struct topo, f)

static const struct ykey lab_rows[] = {
	{ .key = "version", .type = &type_version, .def = "1", .help = "of this format: 1" },
	{ .key = "name", .type = &type_text, .off = LAB(name),
	  .help = "the lab's name; left out: the file's" },
	{ .key = "seed", .type = &type_u64, .off = LAB(seed), .def = "1",
	  .help = "of everything random" },
	{ .key = "defaults", .type = &type_defaults, .sub = &defaults_keys,
	  .help = "what nodes and links start from" },
	{ .key = "kinds", .type = &type_layers, .sub = &node_keys,
	  .help = "by kind of node: what its nodes start from" },
	{ .key = "groups", .type = &type_layers, .sub = &node_keys,
	  .help = "by name: what nodes with this group start from" },
	{ .key = "include", .type = &type_include,
	  .help = "a vnetUtils file beside this one, for the nodes and links" },
	{ .key = "nodes", .type = &type_nodes, .sub = &node_keys, .off = LAB(nodes),
	  .off_n = LAB(n_nodes), .help = "by name" },
	{ .key = "links", .type = &type_list, .sub = &link_keys, .off = LAB(links),
	  .off_n = LAB(n_links), .help = "a list" },
	{ .key = "events", .type = &type_list, .sub = &event_keys, .off = LAB(events),
	  .off_n = LAB(n_events), .help = "what happens when" },
	{ .key = "checks", .type = &type_list, .sub = &check_keys, .off = LAB(checks),
	  .off_n = LAB(n_checks), .help = "what must hold, with points" },
};

const struct ytable lab_keys = {
	.what = "a lab", ROWS(lab_rows), .size = sizeof(struct topo),
	.help = "Keys that begin with x- are left to other programs.",
};
