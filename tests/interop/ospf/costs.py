#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Random networks of two areas with two border routers, of /31 lines and LANs with a
cost for each direction; all pairs' costs, computed here by another algorithm than
anybody's SPF, are those of every router's table, and so are the next hops.  Then a
line is cut.  The costs are small, so that many ways cost the same.

One thing is not asked of FRR and BIRD: the table of a router that reaches a network
which it is on as cheaply by another way.  What lies beyond has both as next hops (RFC
2328 16.1.1); FRR enters a LAN by its own interface only, and BIRD gives some of its
routes next hops of others.
"""
import itertools
import random
import sys

import judge
from rig import BACKBONE, Net, Rig, main

ONE = '0.0.0.1'
NAMES = 'stuvwxyz'
AREAS = {BACKBONE: 'stuvw', ONE: 'vwxyz'}      # v and w are the border routers
LAN = 3                      # routers of an area's LAN
EXTRA = 2                    # lines of an area more than a tree has
COSTS = range(1, 5)


def describe(seed):
    """A network, and the ends of a line without which its areas stay whole."""
    chance = random.Random(seed)
    net, lines = Net('costs'), []
    whose = ['netloom', 'frr', 'bird', 'netloom', 'netloom', 'frr', 'bird', 'netloom']
    chance.shuffle(whose)
    for i, (name, who) in enumerate(zip(NAMES, whose), 1):
        net.router(name, who, '10.255.0.%d' % i, loopback='10.255.0.%d/32' % i,
                   loopback_area=BACKBONE if name in AREAS[BACKBONE] else ONE)
    used = dict.fromkeys(NAMES, 0)

    def port(name):
        used[name] += 1
        return '%s:eth%d' % (name, used[name])

    def cost_of(names):
        return {name: {'cost': chance.choice(COSTS)} for name in names}

    def line(p, q, area):
        n = len(net.wires)
        lines.append({p, q})
        net.link(port(p), port(q), '10.0.%d.0/31' % n, '10.0.%d.1/31' % n, area=area,
                 **cost_of((p, q)))

    for i, (area, members) in enumerate(AREAS.items()):
        names = chance.sample(members, len(members))
        on_lan = names[:LAN]
        net.lan('hub%d' % i, {port(name): '10.1.%d.%d/24' % (i, k)
                              for k, name in enumerate(on_lan, 1)}, area=area, **cost_of(on_lan))
        for k, name in enumerate(names[LAN:], LAN):
            line(name, chance.choice(names[:k]), area)
        for _ in range(EXTRA):
            line(*chance.choice([pair for pair in itertools.combinations(names, 2)
                                 if set(pair) not in lines]), area)
    return net, lines[-1]


def in_area(net, area, cut):
    """{from: {to: cost}} and the steps, {(from, to): {address: cost}}."""
    members, steps = AREAS[area], {}
    for wire in net.wires:
        if wire[0].area == area and {p.router for p in wire} != cut:
            for p, q in itertools.permutations(wire, 2):
                steps.setdefault((p.router, q.router), {})[q.ip] = p.cost
    far = {p: {q: 0 if p == q else min(steps.get((p, q), {0: 1 << 16}).values())
               for q in members} for p in members}
    for by, p, q in itertools.product(members, repeat=3):     # Floyd and Warshall
        far[p][q] = min(far[p][q], far[p][by] + far[by][q])
    return far, steps


def networks(net, cut):
    """{network: (area, {router on it: cost there})}, of lines, LANs and loopbacks."""
    out = {r.loopback: (r.loopback_area, {r.name: 0}) for r in net.routers.values()}
    for wire in net.wires:
        ip, bits = wire[0].address.split('/')
        to = ip.rsplit('.', 1)[0] + '.0/' + bits
        out[to] = wire[0].area, {p.router: p.cost for p in wire}
        if {p.router for p in wire} == cut:
            del out[to]                        # BIRD keeps it, the others do not
    return out


def first_steps(far, steps, p, q):
    """The addresses by which the cheapest ways from p to q begin."""
    return {ip for (a, by), ways in steps.items() if a == p
            for ip, cost in ways.items() if cost + far[by][q] == far[p][q]}


def cheapest(far, steps, p, ends):
    """(cost, next hops) from p to what the ends have at so much more."""
    best = min(far[p][q] + more for q, more in ends.items())
    return best, set().union(*(first_steps(far, steps, p, q) for q, more in ends.items()
                               if far[p][q] + more == best))


def two_ways_home(net, p, maps):
    """Does p reach a network that it is on as cheaply through another router of it?"""
    for wire in net.wires:
        far, _ = maps[wire[0].area]
        cost = {q.router: q.cost for q in wire}
        if p in cost and any(far[p][q] + cost[q] == cost[p] for q in cost if q != p):
            return True
    return False


def tables(net, cut=frozenset()):
    """What must be in the tables, of networks that a router is not attached to."""
    maps = {area: in_area(net, area, cut) for area in AREAS}
    border = set.intersection(*(set(members) for members in AREAS.values()))
    want = {p: {} for p in net.routers}
    for to, where in networks(net, cut).items():
        for p in want:
            if p in AREAS[where[0]]:
                if p not in where[1]:
                    want[p][to] = ('intra', *cheapest(*maps[where[0]], p, where[1]))
            else:
                beyond = {k: cheapest(*maps[where[0]], k, where[1])[0] for k in border}
                own = next(area for area, members in AREAS.items() if p in members)
                want[p][to] = ('inter', *cheapest(*maps[own], p, beyond))
    return {p: table for p, table in want.items()
            if net.routers[p].who == 'netloom' or not two_ways_home(net, p, maps)}


def costs(seed):
    net, spare = describe(seed)
    with Rig(net) as rig:
        judge.settle(rig, tables(net))
        rig.cut(*spare)
        judge.settle(rig, tables(net, spare))


if __name__ == '__main__':
    sys.exit(main(costs, [(str(seed),) for seed in (1, 2, 3, 4)]))
