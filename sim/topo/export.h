/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SIM_TOPO_EXPORT_H
#define SIM_TOPO_EXPORT_H
/*
 * A lab in other languages than its own.  What is written is the lab as it was
 * read and completed; its events and checks are not part of a topology and are
 * left out, except from topo_steps_print().
 */
#include <stdbool.h>
#include <stddef.h>

#include "sim/topo/topo.h"
#include "stack/util/buf.h"

/* How a lab is made, one thing after another: nodes with what lo has, links
 * with their addresses, then routes, then events; each in file order. */
enum step_kind { STEP_NODE, STEP_LINK, STEP_ADDR, STEP_ROUTE, STEP_EVENT, STEP_N };

struct topo_step {
	enum step_kind kind;
	const struct topo_node *node;     /* of a node, an address, a route */
	const struct topo_link *link;
	const struct topo_end *end;       /* of an address; NULL: it is on lo */
	const struct prefix *addr;
	const struct topo_route *route;
	const struct topo_event *event;
};

/* fn is called once a step; what the step points to is the topology's. */
void topo_steps(const struct topo *t, void (*fn)(void *ctx, const struct topo_step *s),
		void *ctx);
/* A line for each: "address ns1:veth1-2 10.100.1.1/24". */
void topo_steps_print(const struct topo *t, struct buf *out);

/*
 * A shell script of iproute2's commands that makes the lab of a Linux machine:
 * a network namespace a node, a veth pair a link, a bridge that learns nothing
 * a hub, tc for links that the file gives a rate, queue or impairment.
 * What Linux has no word for is a comment in it.
 */
void topo_export_ip(const struct topo *t, struct buf *out);
/* The tc commands for what end e sends; nothing if that is what links start from. */
void topo_export_tc(const struct topo *t, const struct topo_end *e, uint32_t mtu,
		    struct buf *out);

/* Graphviz; drawn well by its dot, neato and fdp. */
void topo_export_dot(const struct topo *t, struct buf *out);

/*
 * The course's vnetUtils format.  Read again it gives the same names,
 * addresses and routes.  False, with one sentence in why, for a lab that it has
 * no words for.  Host 0 is always there in this format, also where the lab has
 * none.
 */
bool topo_export_vnet(const struct topo *t, struct buf *out, struct buf *why);

/* The network in which both ends have an address, or that of the only end that
 * has one (the other is a hub's); false: none. */
bool topo_link_net(const struct prefix *a, size_t na, const struct prefix *b, size_t nb,
		   struct prefix *net);
/* An address as it is told beside its network: ".1" in 10.0.0.0/24, ".2.1" in
 * 10.0.0.0/16, and in full outside. */
void topo_host_fmt(const struct prefix *p, const struct prefix *net, struct buf *out);

/* The kind of a node as the lab file says it. */
void topo_kind_word(const struct topo_node *n, struct buf *out);
/* "node:interface" of an end. */
void topo_end_name(const struct topo *t, const struct topo_end *e, struct buf *out);
/* A direction as the lab file says it: "rate 1gbit queue 256kb delay 1ms". */
void topo_end_words(const struct topo *t, const struct topo_end *e, struct buf *out);
/* Does the direction differ from what links start from? */
bool topo_end_is_plain(const struct topo *t, const struct topo_end *e);

#endif
