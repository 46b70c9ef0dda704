/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SHELL_NET_JSON_H
#define SHELL_NET_JSON_H
/* What a stack shows, as JSON with iproute2's keys.  New references. */
#include <jansson.h>
#include <stdbool.h>

#include "sim/sim.h"
#include "stack/show.h"

/* As `ip -j addr` shows an interface.  qdisc is the link end's. */
json_t *net_dev_json(const struct lab *lab, const struct node *n, const struct netdev *dev);
json_t *net_dev_stats_json(const struct netdev *dev);     /* its "stats64" */
json_t *net_dev_addrs_json(const struct netdev *dev);     /* its "addr_info" */
json_t *net_route_json(const struct route_info *r);
json_t *net_route_details_json(const struct route_info *r);       /* as `ip -d` */
json_t *net_neigh_json(const struct neigh_info *n);

/* The places of next hops in FRR's order, by their addresses; Linux has them by
 * interface, as the stack does. */
void net_hops_by_addr(const struct route_hop *hops, unsigned n, uint8_t place[ROUTE_HOPS_MAX]);
/* A route of the main table: what `ip route` lists. */
bool net_route_is_main(const struct route_info *r);

#endif
