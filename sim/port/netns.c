// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * A node of kind netns: a Linux network namespace (keeper.h), each interface
 * of which is one end of a veth pair.  Linux is told what the lab file says of
 * the node: names, MACs, MTUs, addresses, routes, forwarding.  The node's
 * first interface makes the namespace, its last the addresses and routes.
 *
 * The link's carrier is the outer end's being up: Linux shows NO-CARRIER
 * inside.  An inner end that is set down takes the carrier of the outer end
 * away, which rtnetlink tells; then the node's interface in the lab is down.
 */
#include "sim/port/netns.h"

#include <errno.h>
#include <linux/ethtool.h>
#include <linux/if.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sim/lab.h"
#include "sim/mem.h"
#include "sim/port/keeper.h"
#include "sim/port/packet.h"
#include "sim/port/port.h"
#include "sim/topo/topo.h"

/* Outer ends count from here, so that no inner end has the same number: Linux
 * then tells of a lost carrier at once, and not once a second. */
#define FIRST_IFINDEX 100000

/* Of a lab that has such nodes. */
struct netns {
	struct lab *lab;
	struct keeper *keeper;            /* NULL: it could not be started, and was said so */
	int *ns;                          /* by node_id(), of those of the lab file; -1: none */
	struct port **ports;              /* by outer ifindex, from FIRST_IFINDEX */
	uint32_t n_ports, n_open;
	struct port_event link_events;
};

static struct lab *lab_of(const struct port *pt) { return pt->end->link->lab; }

struct keeper *netns_of(const struct node *n, int *ns)
{
	const struct netns *ns_lab = n->lab->netns;

	*ns = n->is_door && ns_lab && ns_lab->keeper ? ns_lab->ns[node_id(n)] : -1;
	return *ns >= 0 ? ns_lab->keeper : NULL;
}

/* --- carrier --------------------------------------------------------------------- */

/* The outer end by its name; the port's own socket lives beside it. */
static struct ifreq outer(const struct port *pt)
{
	struct port **slot = pt->priv;
	struct ifreq ifr = { 0 };

	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "p%" PRIu32,
		 FIRST_IFINDEX + (uint32_t)(slot - lab_of(pt)->netns->ports));
	return ifr;
}

static bool outer_flags(const struct port *pt, struct ifreq *ifr)
{
	*ifr = outer(pt);
	return ioctl(pt->fd, SIOCGIFFLAGS, ifr) == 0;
}

/* The carrier as it is; what the flags say of it comes later. */
static bool outer_has_carrier(const struct port *pt)
{
	struct ethtool_value v = { .cmd = ETHTOOL_GLINK };
	struct ifreq ifr = outer(pt);

	ifr.ifr_data = (void *)&v;
	return ioctl(pt->fd, SIOCETHTOOL, &ifr) == 0 && v.data;
}

/* Something happened to the outer end.  While it is down itself, Linux cannot
 * tell of the inner one. */
static void outer_changed(struct port *pt, ns_t at)
{
	bool was = pt->end->dev.flags & DEV_UP;
	struct ifreq ifr;

	if (!outer_flags(pt, &ifr) || !(ifr.ifr_flags & IFF_UP))
		return;
	if (pt->outer_told || outer_has_carrier(pt) != was)
		port_outer_carrier(pt, outer_has_carrier(pt), at);
}

static void link_event(struct port_event *ev, ns_t at)
{
	struct netns *s = container_of(ev, struct netns, link_events);
	_Alignas(struct nlmsghdr) char room[16384];
	ssize_t n;

	while ((n = recv(ev->fd, room, sizeof(room), 0)) > 0) {
		struct nlmsghdr *h = (void *)room;

		for (size_t left = (size_t)n; NLMSG_OK(h, left); h = NLMSG_NEXT(h, left)) {
			const struct ifinfomsg *ifi = NLMSG_DATA(h);
			uint32_t i = (uint32_t)ifi->ifi_index - FIRST_IFINDEX;

			if (h->nlmsg_type == RTM_NEWLINK && i < s->n_ports && s->ports[i])
				outer_changed(s->ports[i], at);
		}
	}
}

/* Netloom may do that: a namespace's capabilities are also its owner's. */
static void netns_carrier(struct port *pt, bool on)
{
	struct ifreq ifr;

	if (!outer_flags(pt, &ifr) || !!(ifr.ifr_flags & IFF_UP) == on)
		return;
	ifr.ifr_flags = (short)(on ? ifr.ifr_flags | IFF_UP : ifr.ifr_flags & ~IFF_UP);
	if (ioctl(pt->fd, SIOCSIFFLAGS, &ifr) != 0)
		lab_say(lab_of(pt), "%s %s: the carrier cannot be changed: %s",
			port_node_name(pt), port_ifname(pt), strerror(errno));
}

/* --- a lab's first and last ---------------------------------------------------------- */

/* What the lab's names stand for, as /etc/hosts has it. */
static void hosts_lines(struct lab *lab, struct buf *out)
{
	for (size_t i = 0; i < lab->n_nodes; i++) {
		struct addr a;
		char text[ADDR_STRLEN];

		if (node_addr(lab->nodes[i], &a))
			buf_printf(out, "%s\t%s\n", addr_fmt(&a, text), node_name(lab->nodes[i]));
	}
}

static struct netns *netns_begin(struct lab *lab, char err[256])
{
	struct netns *s = xcalloc(1, sizeof(*s));
	struct buf hosts = { 0 };

	s->lab = lab;
	s->link_events.fd = -1;
	for (size_t i = 0; i < lab->n_nodes; i++)
		if (lab_topo(lab)->nodes[i].kind == NODE_NETNS)
			s->n_ports += lab->nodes[i]->n_ends;
	s->ns = xcalloc(lab->engine.n_dst + 1, sizeof(*s->ns));
	s->ports = xcalloc(s->n_ports, sizeof(struct port *));
	for (size_t i = 0; i <= lab->engine.n_dst; i++)
		s->ns[i] = -1;
	hosts_lines(lab, &hosts);
	s->keeper = keeper_start(&hosts, err);
	buf_free(&hosts);
	if (!s->keeper)
		return s;
	s->link_events = (struct port_event){ .fd = keeper_link_events(s->keeper),
						   .ready = link_event };
	if (!port_event_watch(lab, &s->link_events))
		s->link_events.fd = -1;
	return s;
}

void netns_end(struct lab *lab)
{
	struct netns *s = lab->netns;

	if (!s)
		return;
	port_event_unwatch(lab, &s->link_events);
	keeper_stop(s->keeper);
	free(s->ports);
	free(s->ns);
	free(s);
	lab->netns = NULL;
}

/* --- a node ------------------------------------------------------------------------- */

static bool node_make(struct netns *s, const struct node *n, char err[256])
{
	int *ns = &s->ns[node_id(n)];

	if (*ns < 0)
		*ns = keeper_node(s->keeper, lab_topo(s->lab)->nodes[n->index].forward, err);
	return *ns >= 0;
}

static void addr_line(struct buf *out, const struct prefix *p, const char *dev)
{
	char text[PREFIX_STRLEN];

	buf_printf(out, "addr add %s%s dev %s\n", prefix_fmt(p, text),
		   p->addr.family == ADDR_IP4 && p->len < 31 ? " brd +" : "", dev);
}

static void route_line(struct buf *out, const struct topo_route *r)
{
	char to[PREFIX_STRLEN], via[ADDR_STRLEN];

	buf_printf(out, "route append %s", prefix_fmt(&r->to, to));
	if (r->via.family)
		buf_printf(out, " via %s", addr_fmt(&r->via, via));
	if (r->dev[0])
		buf_printf(out, " dev %s", r->dev);
	if (r->metric)
		buf_printf(out, " metric %" PRIu32, r->metric);
	buf_putc(out, '\n');
}

/* What the lab file says of the node, for `ip -batch`. */
static void node_batch(const struct node *n, struct buf *out)
{
	const struct topo *topo = lab_topo(n->lab);
	const struct topo_node *spec = &topo->nodes[n->index];

	buf_str(out, "link set dev lo up\n");
	for (size_t i = 0; i < spec->n_loopback; i++)
		addr_line(out, &spec->loopback[i], "lo");
	for (uint32_t i = 0; i < n->n_ends; i++) {
		const struct link_end *e = n->ends[i];
		const struct topo_link *l = &topo->links[e->link->index];
		const struct topo_end *end = &l->end[e == &e->link->end[1]];

		for (size_t k = 0; k < end->n_addrs; k++)
			addr_line(out, &end->addrs[k], e->dev.name);
		buf_printf(out, "link set dev %s up\n", e->dev.name);
	}
	for (size_t i = 0; i < spec->n_routes; i++)
		route_line(out, &spec->routes[i]);
}

static bool node_configure(struct netns *s, const struct node *n, char err[256])
{
	struct buf batch = { 0 };
	bool ok;

	node_batch(n, &batch);
	ok = keeper_ip(s->keeper, s->ns[node_id(n)], &batch, err);
	buf_free(&batch);
	return ok;
}

/* --- an interface --------------------------------------------------------------------- */

static bool link_make(struct netns *s, struct port *pt, char err[256])
{
	const struct netdev *dev = &pt->end->dev;
	struct keeper_link l = { .ifindex = FIRST_IFINDEX + s->n_open, .mtu = dev->mtu,
				 .mac = dev->mac };
	int fd;

	snprintf(l.inner, sizeof(l.inner), "%s", dev->name);
	fd = keeper_link(s->keeper, s->ns[node_id(pt->end->node)], &l, err);
	if (fd < 0)
		return false;
	if (!packet_attach(pt, fd, err)) {
		close(fd);
		return false;
	}
	pt->priv = &s->ports[s->n_open++];
	*(struct port **)pt->priv = pt;
	return true;
}

static void netns_close(struct port *pt)
{
	packet_detach(pt);
	*(struct port **)pt->priv = NULL;
	lab_of(pt)->netns->ns[node_id(pt->end->node)] = -1;
}

static bool netns_open(struct port *pt, const char *arg, char err[256])
{
	struct lab *lab = lab_of(pt);
	const struct node *n = pt->end->node;

	(void)arg;
	if (!lab->netns)
		lab->netns = netns_begin(lab, err);
	else
		*err = '\0';              /* why there is no keeper was said */
	if (!lab->netns->keeper || !node_make(lab->netns, n, err) ||
	    !link_make(lab->netns, pt, err))
		return false;
	if (pt->end != n->ends[n->n_ends - 1] || node_configure(lab->netns, n, err))
		return true;
	netns_close(pt);
	return false;
}

static void netns_state(const struct port *pt, char *out, size_t room)
{
	const struct keeper *k = lab_of(pt)->netns->keeper;
	int pid = (int)keeper_pid(k), ns = lab_of(pt)->netns->ns[node_id(pt->end->node)];
	struct ifreq ifr;
	const char *now = !outer_flags(pt, &ifr) ? "gone" : !(ifr.ifr_flags & IFF_UP) ?
			  "no carrier" : outer_has_carrier(pt) ? "up" : "down";

	if (keeper_is_rootless(k))
		snprintf(out, room, "%s, nsenter -t %d -U --preserve-credentials "
			 "--net=/proc/%d/fd/%d", now, pid, pid, ns);
	else
		snprintf(out, room, "%s, nsenter --net=/proc/%d/fd/%d", now, pid, ns);
}

const struct port_ops port_netns = {
	.word = "netns", .what = "a Linux network namespace that netloom makes, over a veth pair",
	.open = netns_open, .read = packet_read, .write = packet_write, .flush = packet_flush,
	.carrier = netns_carrier, .state = netns_state, .close = netns_close,
};
