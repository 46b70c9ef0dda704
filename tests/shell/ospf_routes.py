#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Random labs of OSPF routers against an oracle that knows no LSAs.

Each seed makes a lab: areas of all types with border routers, links with a
cost of their own each way, LANs, ranges, stub routers, externals of both
types with and without forwarding addresses.  What every router has must be
what the oracle finds from the lab alone (RFC 2328 11, 12.4.3, 16; RFC 3101),
first when the lab has started, then after cuts, stops and their ends.

  ospf_routes.py [--keep] [FIRST [COUNT [ROUNDS]]]   seeds; without: a few

--keep leaves lab and script in the working folder.
"""
import ipaddress
import json
import os
import random
import subprocess
import sys
import tempfile

NETLOOM = os.path.realpath(os.environ.get('NETLOOM', './netloom'))
SEEDS = 1, 8                    # the first, how many
ROUNDS = 3                      # looks at each lab; changes between them
PINGS = 4
MAX_PATHS = 16
STUB_ROUTER_COST = 65535        # RFC 6987
INF = 1 << 40


def ip(text):
    return int(ipaddress.IPv4Address(text))


def dotted(number):
    return str(ipaddress.IPv4Address(number))


def net(text):
    n = ipaddress.IPv4Network(text, strict=False)
    return int(n.network_address), n.prefixlen


def name_of(p):
    return f'{dotted(p[0])}/{p[1]}'


def within(p, q):
    """Is p in q?"""
    return p[1] >= q[1] and p[0] >> (32 - q[1]) == q[0] >> (32 - q[1]) if q[1] else True


# --- labs ------------------------------------------------------------------------


class End:
    def __init__(self, node, dev, addr, cost, priority=1):
        self.node, self.dev, self.addr = node, dev, addr
        self.cost, self.priority, self.cut = cost, priority, False


class Link:
    """kind: p2p, lan (ends at a hub, or two), host (one router, passive), out (no OSPF)."""

    def __init__(self, kind, area, prefix, hub=None):
        self.kind, self.area, self.prefix, self.hub = kind, area, prefix, hub
        self.ends, self.host = [], None


class Router:
    def __init__(self, name, number):
        self.name, self.id = name, ip(f'10.255.0.{number}')
        self.lo_area, self.areas, self.n_devs = None, [], 0
        self.stub_router = False
        self.statics = []       # (prefix, via)
        self.redist = {}        # static, connected: (metric, type, tag)
        self.default = None     # always: (metric, type)
        self.conf = {}          # area: dict of no_summary, default_cost, ranges, ...

    def dev(self):
        self.n_devs += 1
        return f'e{self.n_devs}'


class Lab:
    def __init__(self, seed):
        self.rng = rng = random.Random(seed)
        self.seed, self.routers, self.hubs, self.hosts = seed, {}, {}, {}
        self.links, self.down, self.types = [], set(), {0: 'normal'}
        self.rfc1583 = rng.random() < 0.25
        self.with_ranges, self.with_stub_routers = rng.random() < 0.4, rng.random() < 0.3
        self.costs = rng.choice([1, 3, 10])
        self.counts = {}
        backbone = [self.router(0) for _ in range(rng.randint(2, 5))]
        self.connect(0, backbone)
        for a in range(1, rng.randint(1, 4) + (seed % 3 > 0)):
            self.types[a] = rng.choice(['normal', 'normal', 'stub', 'nssa', 'nssa'])
            borders = rng.sample(backbone, min(len(backbone), rng.randint(1, 3)))
            inner = [self.router(a) for _ in range(rng.randint(1, 4))]
            for b in borders:
                b.areas.append(a)
            self.connect(a, borders + inner)
        for r in self.routers.values():
            self.configure(r)
        self.written = {r: (r.stub_router, dict(r.redist), list(r.statics))
                        for r in self.routers.values()}
        self.written.update({e: e.cost for l in self.links for e in l.ends})

    def count(self, what):
        self.counts[what] = self.counts.get(what, -1) + 1
        return self.counts[what]

    def router(self, area):
        n = len(self.routers) + 1
        r = Router(f'r{n}', n)
        r.lo_area, r.areas = area, [area]
        self.routers[r.name] = r
        return r

    def cost(self):
        return self.rng.randint(1, self.costs)

    def p2p(self, area, a, b, kind='p2p'):
        size = self.rng.choice([30, 31]) if kind == 'p2p' else 30
        base = ip(f'10.{16 * area}.0.0') + 4 * self.count(('p2p', area))
        l = Link(kind, area, (base, size))
        first = base if size == 31 else base + 1
        l.ends = [End(a, a.dev(), first, self.cost()), End(b, b.dev(), first + 1, self.cost())]
        self.links.append(l)

    def lan(self, area, members):
        hub = f'h{len(self.hubs) + 1}'
        self.hubs[hub] = True
        base = ip(f'10.{16 * area + 1}.0.0') + 256 * self.count(('lan', area))
        l = Link('lan', area, (base, 24), hub)
        for i, r in enumerate(members):
            l.ends.append(End(r, r.dev(), base + i + 1, self.cost(), self.rng.randint(1, 2)))
        l.ends[-1].priority = self.rng.randint(0, 1)
        self.links.append(l)

    def behind(self, area, r, ospf):
        """A host, on a passive link of the area or on one without OSPF."""
        host = f'x{len(self.hosts) + 1}'
        second = 16 * area + 2 if ospf else 240
        base = ip(f'10.{second}.0.0') + 256 * self.count(('host', second))
        l = Link('host' if ospf else 'out', area, (base, 24))
        l.host = host
        l.ends = [End(r, r.dev(), base + 1, self.cost())]
        self.hosts[host] = base + 1
        self.links.append(l)
        return base + 2

    def connect(self, area, members):
        rng, rest = self.rng, members[:]
        rng.shuffle(rest)
        done = [rest.pop()]
        if len(members) > 2 and rng.random() < 0.5:
            group = done + [rest.pop() for _ in range(min(len(rest), rng.randint(2, 3)))]
            self.lan(area, group)
            done = group
        for r in rest:
            self.p2p(area, rng.choice(done), r, rng.choice(['p2p', 'p2p', 'lan']))
            done.append(r)
        for _ in range(rng.randint(0, len(members))):
            a, b = rng.sample(members, 2) if len(members) > 1 else (None, None)
            if a:
                self.p2p(area, a, b)

    def ranges(self, area):
        out = []
        for text in (f'10.{16 * area}.0.0/16', f'10.{16 * area}.0.0/15', f'10.{16 * area}.0.0/28',
                     f'10.{16 * area + 1}.0.0/16', f'10.{16 * area + 2}.0.0/16'):
            if self.with_ranges and self.rng.random() < 0.2:
                out.append({'prefix': net(text), 'hide': self.rng.random() < 0.25,
                            'cost': self.rng.choice([None, None, 4])})
        return out

    def configure(self, r):
        rng = self.rng
        border = len(r.areas) > 1
        r.stub_router = self.with_stub_routers and rng.random() < 0.2
        for a in r.areas:
            c = r.conf[a] = {'type': self.types[a], 'no_summary': False, 'default_cost': 1,
                             'nssa_default': False, 'translate': 'candidate', 'ranges': []}
            if border:
                c['ranges'] = self.ranges(a)
            if border and self.types[a] != 'normal':
                c['no_summary'] = rng.random() < 0.4
                c['default_cost'] = rng.choice([1, 1, 5])
            if border and self.types[a] == 'nssa':
                c['nssa_default'] = rng.random() < 0.4
                c['translate'] = rng.choice(['candidate'] * 4 + ['always', 'never'])
        if rng.random() < 0.3:
            self.behind(r.lo_area, r, True)
        if rng.random() < 0.45:
            self.externals(r)

    def externals(self, r):
        rng = self.rng
        for what in ('static', 'connected'):
            if rng.random() < 0.7:
                r.redist[what] = (rng.choice([5, 20, 20]), rng.choice([1, 2]), rng.randint(0, 3))
        via = self.behind(rng.choice(r.areas), r, rng.random() < 0.5)
        for text in rng.sample(['198.18.0.0/16', '198.18.0.0/24', '198.18.0.0/32', '198.19.0.0/20',
                                '198.18.7.0/24', '192.0.2.0/25'], rng.randint(1, 4)):
            r.statics.append((net(text), via))
        if rng.random() < 0.25:
            r.default = (rng.choice([1, 10]), rng.choice([1, 2]))

    # -- as a file

    def router_yaml(self, r):
        o = {'router_id': dotted(r.id), 'area': r.lo_area}
        if r.stub_router:
            o['stub_router'] = True
        if self.rfc1583:
            o['rfc1583'] = True
        areas = []
        for a, c in r.conf.items():
            d = {'id': a, 'type': c['type']}
            if c['type'] != 'normal':
                d.update(no_summary=c['no_summary'], default_cost=c['default_cost'])
            if c['type'] == 'nssa':
                d.update(default=c['nssa_default'], translate=c['translate'])
            if c['ranges']:
                d['ranges'] = [dict({'prefix': name_of(g['prefix']), 'hide': g['hide']},
                                    **({'cost': g['cost']} if g['cost'] else {}))
                               for g in c['ranges']]
            if a or c['ranges']:
                areas.append(d)
        o['areas'] = areas
        o['redistribute'] = [{'from': k, 'metric': m, 'type': t, 'tag': tag}
                             for k, (m, t, tag) in r.redist.items()]
        if r.default:
            o['default_information'] = {'originate': 'always', 'metric': r.default[0],
                                        'type': r.default[1]}
        y = {'loopback': dotted(r.id), 'ospf': o}
        if r.statics:
            y['routes'] = [{'to': name_of(p), 'via': dotted(v)} for p, v in r.statics]
        return y

    def yaml(self):
        nodes = {r.name: self.router_yaml(r) for r in self.routers.values()}
        nodes.update({h: {'kind': 'hub'} for h in self.hubs})
        nodes.update({h: {'kind': 'host', 'gateway': dotted(g)} for h, g in self.hosts.items()})
        links = []
        for l in self.links:
            ends = [{'node': e.node.name, 'interface': e.dev,
                     'ipv4': f'{dotted(e.addr)}/{l.prefix[1]}',
                     'ospf': {'cost': e.cost, 'priority': e.priority, 'area': l.area}
                     if l.kind != 'out' else {'enabled': False}} for e in l.ends]
            if l.kind == 'host' or l.kind == 'out':
                ends.append({'node': l.host, 'ipv4': f'{dotted(l.ends[0].addr + 1)}/24'})
                links.append({'endpoints': ends})
            elif l.hub:
                links += [{'endpoints': [e, l.hub]} for e in ends]
            else:
                links.append({'endpoints': ends,
                              'ospf': {'type': 'broadcast' if l.kind == 'lan' else 'p2p'}})
        # JSON is YAML.
        return json.dumps({'version': 1, 'name': f'random-{self.seed}',
                           'defaults': {'routing': 'ospf'}, 'nodes': nodes, 'links': links})

    # -- what happens to it

    def happen(self):
        rng, out = self.rng, []
        for _ in range(rng.randint(1, 3)):
            if self.down and rng.random() < 0.4:
                n = rng.choice(sorted(self.down))
                self.down.discard(n)
                self.as_in_file(n)
                out.append(f'node {n} start')
            elif rng.random() < 0.3:
                n = rng.choice(sorted(set(self.routers) | set(self.hubs)))
                if n not in self.down:
                    self.down.add(n)
                    out.append(f'node {n} stop')
            elif rng.random() < 0.5:
                out.append(self.toggle(rng.choice([l for l in self.links if not l.host])))
            else:
                out += self.reconfigure(rng.choice([r for r in self.routers.values()
                                                    if r.name not in self.down] or [None]))
        return out

    def as_in_file(self, name):
        """What was said to a router while it ran is lost with it."""
        r = self.routers.get(name)
        if r:
            r.stub_router, r.redist, r.statics = self.written[r]
            r.redist, r.statics = dict(r.redist), list(r.statics)
            for e in [e for l in self.links for e in l.ends if e.node is r]:
                e.cost = self.written[e]

    def reconfigure(self, r):
        rng, ends = self.rng, [e for l in self.links for e in l.ends
                               if e.node is r and l.kind != 'out']
        what = rng.choice(['cost', 'cost', 'static', 'route', 'max-metric']) if r else None
        if what == 'cost' and ends:
            e = rng.choice(ends)
            e.cost = rng.randint(1, 10)
            return [f'{r.name} ospf interface {e.dev} cost {e.cost}']
        if what == 'static' and 'static' in r.redist:
            del r.redist['static']
            return [f'{r.name} ospf no redistribute static']
        if what == 'static':
            r.redist['static'] = (7, 1, 0)
            return [f'{r.name} ospf redistribute static metric 7 metric-type 1']
        if what == 'route' and r.statics:
            p, _ = r.statics.pop()
            return [f'{r.name} ip route del {name_of(p)} proto static']
        if what == 'max-metric':
            r.stub_router = not r.stub_router
            return [f'{r.name} ospf {"" if r.stub_router else "no "}max-metric']
        return []

    def toggle(self, l):
        e = self.rng.choice(l.ends)
        a, b = e.node.name, l.hub or l.ends[e is l.ends[0]].node.name
        cut = not e.cut
        for k in self.links:    # all between these two
            if l.hub:
                ends = [x for x in k.ends if k is l and x is e]
            else:
                ends = k.ends if not k.hub and {x.node.name for x in k.ends} == {a, b} else []
            for x in ends:
                x.cut = cut
        return f'link {a} {b} {"down" if cut else "up"}'

    def is_up(self, l, e):
        if e.cut or e.node.name in self.down or (l.hub and l.hub in self.down):
            return False
        return l.hub or l.host or all(x.node.name not in self.down for x in l.ends)


# --- the oracle --------------------------------------------------------------------

INTRA, DISCARD, INTER, E1, E2 = range(5)
WORD = {INTRA: 'N', INTER: 'N IA', E1: 'N E1', E2: 'N E2'}


class Route:
    def __init__(self, kind, area, cost, hops, cost2=0, **more):
        self.kind, self.area, self.cost, self.hops, self.cost2 = kind, area, cost, hops, cost2
        self.lsa = more.get('lsa')
        self.other = more.get('other', 0)

    def rank(self):
        return self.kind, self.cost2, self.other, self.cost


class Lsa:
    """What a router tells of an external destination."""

    def __init__(self, adv, prefix, metric, kind, tag, fwd, nssa=None, p_bit=False):
        self.adv, self.prefix, self.metric, self.kind, self.fwd = adv, prefix, metric, kind, fwd
        self.tag, self.nssa, self.p_bit = tag, nssa, p_bit

    def preference(self):       # RFC 3101 2.5 (6) (e)
        return (2 if self.p_bit else 0) if self.nssa else 1, self.adv.id

    def key(self):
        return (self.adv.id, self.prefix, self.metric, self.kind, self.tag, self.fwd)

    def is_worse(self, route):  # RFC 3101 3.2 (2), of its originator's own
        other = (1, route.cost) if route.kind == E1 else (2, route.cost2)
        return (self.kind, self.metric) > other


def offer(routes, prefix, new):
    old = routes.get(prefix)
    if not old or new.rank() < old.rank():
        routes[prefix] = new
    elif new.rank() == old.rank():
        hops = old.hops | new.hops
        if old.lsa and new.lsa and new.lsa.preference() > old.lsa.preference():
            routes[prefix] = old = new
        old.hops = hops


class Area:
    """Of the running part of a lab: distances between all its vertices."""

    def __init__(self, lab, a):
        self.arcs, self.stubs, self.ends = {}, [], {}
        for r in lab.routers.values():
            if r.name not in lab.down and a in r.areas:
                self.arcs[r] = []
                if r.lo_area == a:
                    self.stubs.append(((r.id, 32), r, 0, 'lo'))
        for l in lab.links:
            if l.area == a and l.kind != 'out':
                self.add(lab, l)
        self.dist = {v: self.from_vertex(v) for v in self.arcs}

    def out_cost(self, e):
        return STUB_ROUTER_COST if e.node.stub_router else e.cost

    def add(self, lab, l):
        up = [e for e in l.ends if lab.is_up(l, e)]
        for e in up:
            self.ends.setdefault(e.node, []).append((l, e))
        if l.kind == 'lan' and len(up) > 1 and any(e.priority for e in up):
            self.arcs[l] = [(e.node, 0) for e in up]
            self.stubs.append((l.prefix, l, 0, None))
            for e in up:
                self.arcs[e.node].append((l, self.out_cost(e)))
            return
        for e in up:
            self.stubs.append((l.prefix, e.node, e.cost, e.dev))
        if l.kind == 'p2p' and len(up) == 2:
            self.arcs[up[0].node].append((up[1].node, self.out_cost(up[0])))
            self.arcs[up[1].node].append((up[0].node, self.out_cost(up[1])))

    def from_vertex(self, v):
        dist, todo = {v: 0}, [v]        # Bellman and Ford's: small graphs
        while todo:
            u = todo.pop(0)
            for w, c in self.arcs[u]:
                if dist[u] + c < dist.get(w, INF):
                    dist[w] = dist[u] + c
                    todo.append(w)
        return dist

    def d(self, u, t):
        return self.dist.get(u, {}).get(t, INF)

    def hops(self, u, t):
        """The first steps of all shortest paths (what 16.1.1 comes to)."""
        out, best = set(), self.d(u, t)
        for l, e in self.ends.get(u, []):
            c = self.out_cost(e)
            if l is t:
                out |= {(e.dev, None)} if c == best else set()
            elif l in self.arcs or l.kind == 'p2p':
                out |= {(e.dev, x.addr) for k in self.arcs for (m, x) in self.ends.get(k, [])
                        if m is l and x is not e and c + self.d(k, t) == best}
        return out


class Oracle:
    def __init__(self, lab):
        self.lab = lab
        self.routers = [r for r in lab.routers.values() if r.name not in lab.down]
        self.areas = {a: Area(lab, a) for a in lab.types}
        self.attached = {r: [a for a in r.areas if r.lo_area == a or
                             self.areas[a].ends.get(r)] for r in self.routers}
        self.intra = {r: self.find_intra(r) for r in self.routers}
        self.told = {}          # (border router, area) -> {prefix: cost}
        for r in self.routers:
            if self.is_abr(r) and 0 in self.attached[r]:
                self.told[r, 0] = self.tell(r, 0, self.intra[r])
        self.internal = {}
        for r in self.routers:
            if self.is_abr(r):
                self.internal[r] = self.find_inter(r, [0])
                for a in self.attached[r]:
                    if a:
                        self.told[r, a] = self.tell(r, a, self.internal[r])
        for r in self.routers:
            if not self.is_abr(r):
                self.internal[r] = self.find_inter(r, self.attached[r])
        self.find_externals()

    def backbone_is_whole(self):
        there = [r for r in self.routers if 0 in self.attached[r]]
        return all(self.areas[0].d(a, b) < INF for a in there for b in there)

    def is_abr(self, r):
        return len(self.attached[r]) > 1

    # -- within the AS

    def find_intra(self, r):
        routes = {}
        for a in self.attached[r]:
            area = self.areas[a]
            for prefix, v, cost, dev in area.stubs:
                if area.d(r, v) < INF:
                    hops = {(dev, None)} if v is r else area.hops(r, v)
                    offer(routes, prefix, Route(INTRA, a, area.d(r, v) + cost, hops))
        if self.is_abr(r):
            for a in self.attached[r]:
                for g in r.conf[a]['ranges']:
                    if self.in_range(r, a, g, routes):
                        offer(routes, g['prefix'], Route(DISCARD, a, 0, set()))
        return routes

    def range_of(self, r, a, p):
        best = None
        for g in r.conf[a]['ranges']:
            if within(p, g['prefix']) and (not best or g['prefix'][1] > best['prefix'][1]):
                best = g
        return best

    def in_range(self, r, a, g, routes):
        return [x.cost for p, x in routes.items()
                if x.kind == INTRA and x.area == a and self.range_of(r, a, p) is g]

    def tell(self, r, to, routes):
        """12.4.3, 12.4.3.1"""
        c, out = r.conf[to], {}
        if c['type'] == 'stub' or (c['type'] == 'nssa' and c['no_summary']):
            out[0, 0] = c['default_cost']
        if c['no_summary']:
            return out
        for p, x in routes.items():
            if x.area == to or (x.kind == INTER and to == 0):
                continue
            if x.kind == INTER or (x.kind == INTRA and not self.range_of(r, x.area, p)):
                out[p] = x.cost
        for a in self.attached[r]:
            for g in r.conf[a]['ranges'] if a != to else []:
                costs = self.in_range(r, a, g, routes)
                if costs and not g['hide']:
                    out[g['prefix']] = g['cost'] or max(costs)
        return out

    def find_inter(self, r, areas):
        """16.2"""
        routes = dict(self.intra[r])
        for (b, a), told in self.told.items():
            if b is not r and a in areas and a in self.attached[r] and \
               self.areas[a].d(r, b) < INF:
                for p, cost in told.items():
                    offer(routes, p, Route(INTER, a, self.areas[a].d(r, b) + cost,
                                           self.areas[a].hops(r, b)))
        return routes

    # -- outside of it

    def own_externals(self, r):
        """(prefix, metric, type, tag, next hop)"""
        out = []
        if 'static' in r.redist:
            out += [(p, *r.redist['static'], via) for p, via in r.statics]
        if 'connected' in r.redist:
            out += [(l.prefix, *r.redist['connected'], None) for l in self.lab.links
                    if l.kind == 'out' and l.ends[0].node is r]
        if r.default:
            out.append(((0, 0), *r.default, 0, None))
        return out

    def forwarding(self, r, a, via):
        """Of type 5 (a: None) or 7: the next hop, where the area knows its network."""
        for l in self.lab.links if via else []:
            if l.kind == 'host' and l.ends[0].node is r and within((via, 32), l.prefix):
                if l.area == a or (a is None and self.lab.types[l.area] == 'normal'):
                    return via
        return 0

    def own_address(self, r, a):
        if r.lo_area == a:
            return r.id
        return min((e.addr for _, e in self.areas[a].ends[r]), default=0)

    def tell_externals(self, r):
        out = []
        for p, metric, kind, tag, via in self.own_externals(r):
            if any(self.lab.types[a] == 'normal' for a in r.areas):
                out.append(Lsa(r, p, metric, kind, tag, self.forwarding(r, None, via)))
            for a in self.attached[r]:
                if self.lab.types[a] == 'nssa':
                    fwd = self.forwarding(r, a, via)
                    if not fwd and not self.is_abr(r):
                        fwd = self.own_address(r, a)
                    out.append(Lsa(r, p, metric, kind, tag, fwd, a, not self.is_abr(r)))
        for a in self.attached[r] if self.is_abr(r) else []:
            c = r.conf[a]
            if c['type'] == 'nssa' and c['nssa_default'] and not c['no_summary']:
                out.append(Lsa(r, (0, 0), c['default_cost'], 2, 0, 0, a))
        return out

    def other(self, intra, a):
        """16.4.1"""
        return 0 if self.lab.rfc1583 or (intra and a) else 1

    def choose(self, paths):
        """(intra, area, cost, hops): the best one; equal ones of one area share."""
        best = None
        for q in paths:
            key = (self.other(q[0], q[1]), q[2], -q[1])
            if best is None or key < best[0]:
                best = (key, q)
            elif key == best[0]:
                best = (key, (q[0] and best[1][0], q[1], q[2], best[1][3] | q[3]))
        return best and best[1]

    def intra_paths(self, r, s):
        return [(True, a, self.areas[a].d(r, s), self.areas[a].hops(r, s))
                for a in self.attached[r] if self.lab.types[a] == 'normal' and s is not r and
                a in self.attached[s] and self.areas[a].d(r, s) < INF]

    def asbr_path(self, r, s):
        """16.4 (3): to an ASBR, for type 5."""
        paths = self.intra_paths(r, s)
        known = {q[1] for q in paths}
        for (b, a), told in self.told4.items():
            usable = a == 0 if self.is_abr(r) else a in self.attached[r]
            if usable and a in self.attached[r] and b is not r and s is not r and \
               s in told and a not in known and self.areas[a].d(r, b) < INF:
                paths.append((False, a, self.areas[a].d(r, b) + told[s],
                              self.areas[a].hops(r, b)))
        return self.choose(paths)

    def tell_asbrs(self, r, to):
        out = {}
        for s in self.asbrs:
            q = self.asbr_path(r, s)
            if q and q[1] != to and (q[0] or to != 0):
                out[s] = q[2]
        return out

    def find_told4(self):
        self.told4 = {}
        for inward in (False, True):
            new = {}
            for r in self.routers:
                for a in self.attached[r] if self.is_abr(r) else []:
                    if self.lab.types[a] == 'normal' and bool(a) == inward:
                        new[r, a] = self.tell_asbrs(r, a)
            self.told4.update(new)

    def to_address(self, routes, addr):
        for size in range(32, -1, -1):
            p = (addr >> (32 - size) << (32 - size), size)
            x = routes.get(p)
            if x and x.kind <= INTER:
                return None if x.kind == DISCARD else x
        return None

    def has_address(self, r, addr):
        return addr == r.id or any(e.node is r and e.addr == addr
                                   for l in self.lab.links for e in l.ends)

    def ignored(self, r, l):
        c = r.conf.get(l.nssa) if l.nssa else None
        if l.adv is r or (l.nssa and l.nssa not in self.attached[r]):
            return True
        return l.nssa and self.is_abr(r) and l.prefix == (0, 0) and \
            (not l.p_bit or c['no_summary'])

    def external(self, r, l):
        if self.ignored(r, l):
            return None
        if l.nssa:
            d = self.areas[l.nssa].d(r, l.adv)
            q = (True, l.nssa, d, self.areas[l.nssa].hops(r, l.adv)) if d < INF else None
        else:
            q = self.asbr_path(r, l.adv)
        if q and l.fwd:
            x = self.to_address(self.internal[r], l.fwd)
            if not x or self.has_address(r, l.fwd) or \
               (x.area != l.nssa or x.kind != INTRA if l.nssa else
                    self.lab.types[x.area] != 'normal'):
                return None
            q = (x.kind == INTRA, x.area, x.cost,
                 {(dev, via if via is not None else l.fwd) for dev, via in x.hops})
        if not q:
            return None
        other = self.other(q[0], q[1])
        if l.kind == 1:
            return Route(E1, q[1], q[2] + l.metric, q[3], lsa=l, other=other)
        return Route(E2, q[1], q[2], q[3], l.metric, lsa=l, other=other)

    def translators(self):
        """RFC 3101 3.1; of each part of an NSSA that is in parts."""
        out = set()
        for a, kind in self.lab.types.items():
            abrs = [r for r in self.routers if self.is_abr(r) and a in self.attached[r]]
            for r in abrs if kind == 'nssa' else []:
                role = r.conf[a]['translate']
                rivals = [b for b in abrs if b is not r and self.areas[a].d(r, b) < INF and
                          self.asbr_path(r, b)]
                if role == 'always' or (role == 'candidate' and not any(
                        b.id > r.id or b.conf[a]['translate'] == 'always' for b in rivals)):
                    out.add((r, a))
        return out

    def find_externals(self):
        own = {r: self.tell_externals(r) for r in self.routers}
        self.asbrs = [r for r in self.routers if r.redist or r.default or
                      (self.is_abr(r) and any(self.lab.types[a] == 'nssa' for a in r.areas))]
        self.find_told4()
        translators = self.translators()
        translated = []
        for _ in range(8):      # until translations make no other ones
            taken = {(l.adv, l.prefix) for l in translated}
            lsas = [l for ls in own.values() for l in ls
                    if l.nssa or (l.adv, l.prefix) not in taken] + translated
            self.table = {r: self.routes(r, lsas) for r in self.routers}
            new = []
            for r, a in translators:
                for p, x in self.table[r].items():
                    l = x.lsa
                    if l and l.nssa == a and l.p_bit and l.fwd and \
                       not any(o.prefix == p and not o.is_worse(x) for o in own[r] if not o.nssa):
                        new.append(Lsa(r, p, l.metric, l.kind, l.tag, l.fwd))
            if sorted(l.key() for l in new) == sorted(l.key() for l in translated):
                return
            translated = new
        raise SystemExit('the oracle finds no end')

    def routes(self, r, lsas):
        table = dict(self.internal[r])
        normal = any(self.lab.types[a] == 'normal' for a in self.attached[r])
        for l in lsas:
            x = self.external(r, l) if l.nssa or normal else None
            if x:
                offer(table, l.prefix, x)
        return table


# --- the comparison --------------------------------------------------------------------


def shown(x):
    out = [WORD[x.kind], x.cost, x.cost2]
    if x.kind in (INTRA, INTER):
        out.append(x.area)
    else:
        out.append(f'tag {x.lsa.tag}')
    return out + [sorted((dev, via or 0) for dev, via in x.hops)]


def read_ospf(text):
    out = {}
    for to, x in json.loads(text).items():
        if not x['routeType'].startswith('N'):
            continue
        hops = [(h['directlyAttachedTo'], 0) if 'directlyAttachedTo' in h else
                (h['via'], ip(h['ip'])) for h in x['nexthops']]
        out[net(to)] = [x['routeType'], x['cost'], x.get('type2cost', 0)] + \
            [ip(x['area']) if 'area' in x else f'tag {x["tag"]}', sorted(hops)]
    return out


def read_fib(text):
    out = {}
    for x in json.loads(text):
        if x.get('protocol') != 'ospf':
            continue
        to = net('0.0.0.0/0' if x['dst'] == 'default' else x['dst'])
        hops = x.get('nexthops') or ([x] if 'gateway' in x or 'dev' in x else [])
        out[to] = [x.get('metric', 0), sorted((h['dev'], ip(h['gateway'])) for h in hops)] \
            if x.get('type') != 'blackhole' else 'blackhole'
    return out


def expected_fib(lab, oracle, r):
    mine = {(r.id, 32)} | {l.prefix for l in lab.links for e in l.ends
                           if e.node is r and lab.is_up(l, e)} | {p for p, via in r.statics}
    out = {}
    for p, x in oracle.table[r].items():
        if p in mine:           # a better one is in use
            continue
        if x.kind == DISCARD:
            out[p] = 'blackhole'
        else:
            out[p] = [x.cost2 if x.kind == E2 else x.cost,
                      sorted((dev, via or 0) for dev, via in x.hops)]
    return out


def differences(what, want, have):
    for key in sorted(want.keys() | have.keys()):
        if want.get(key) != have.get(key):
            to = name_of(key) if key[1] <= 32 else ' '.join(dotted(x) for x in key)
            yield f'{what} {to}: has {have.get(key)}, expected {want.get(key)}'


class Run:
    """The commands of one lab, and what is expected of each that says something."""

    def __init__(self, seed, rounds):
        self.lab, self.commands, self.wants = Lab(seed), [], []
        self.file = self.lab.yaml()
        for n in range(rounds):
            events = self.lab.happen() if n else []
            # Silence on a LAN is noticed when the dead interval is over.
            # The end is TranslatorStabilityInterval (RFC 3101 3.1), of who was elected first.
            self.commands += events + ['run 45s', 'wait converged', 'run 50s']
            self.look(f'seed {seed}' + (f' after {", ".join(events)}' if n else ''), n == 0)

    def ask(self, command, read, want, title):
        self.commands.append(command)
        self.wants.append((title, read, want))

    def look(self, title, pings):
        oracle = Oracle(self.lab)
        for r in oracle.routers:
            self.ask(f'{r.name} show ip ospf route json', read_ospf,
                     {p: shown(x) for p, x in oracle.table[r].items() if x.kind != DISCARD},
                     f'{title}: {r.name} ospf')
            self.ask(f'{r.name} ip -j route', read_fib, expected_fib(self.lab, oracle, r),
                     f'{title}: {r.name} fib')
        self.distances(oracle, title)
        for _ in range(PINGS if pings and len(oracle.routers) > 1 else 0):
            a, b = self.lab.rng.sample(oracle.routers, 2)
            if (b.id, 32) in oracle.table[a] and (a.id, 32) in oracle.table[b]:
                self.ask(f'{a.name} ping -c 1 -I {dotted(a.id)} {dotted(b.id)} --json',
                         lambda text: {(0, 0): json.loads(text)['received']}, {(0, 0): 1},
                         f'{title}: {a.name} ping {b.name}')

    def distances(self, oracle, title):
        """Who has a route to a router's loopback has a way to it."""
        # Not so while the backbone is in parts (3.7).
        want = {(a.id, b.id): True for a in oracle.routers for b in oracle.routers
                if a is not b and (b.id, 32) in oracle.table[a] and oracle.backbone_is_whole()}
        ids = {r.name: r.id for r in oracle.routers}

        def read(text):
            return {(ids[a], ids[b]): True for a, row in json.loads(text).items()
                    for b, cost in row.items() if a in ids and b in ids and
                    (ids[a], ids[b]) in want and cost is not None}
        self.ask('route dist --json', read, want, f'{title}: dist')

    def check(self, keep):
        with tempfile.TemporaryDirectory() as folder:
            at = '.' if keep else folder
            lab, script = f'{at}/random-{self.lab.seed}.yaml', f'{at}/random-{self.lab.seed}.cmds'
            with open(lab, 'w', encoding='utf-8') as f:
                f.write(self.file)
            with open(script, 'w', encoding='utf-8') as f:
                f.write('\n'.join(self.commands) + '\n')
            p = subprocess.run([NETLOOM, '-q', '-e', '-f', script, lab], capture_output=True,
                               text=True, timeout=300, check=False)
        said = [s for s in p.stdout.splitlines() if s.startswith(('{', '[{', '[]'))]
        if p.returncode != 0 or len(said) != len(self.wants):
            return [f'seed {self.lab.seed}: status {p.returncode}, {len(said)} answers of '
                    f'{len(self.wants)}', p.stdout[-600:], p.stderr[-2000:]]
        out = []
        for text, (title, read, want) in zip(said, self.wants):
            out += differences(title, want, read(text))
        return out


def main():
    args = [int(a) for a in sys.argv[1:] if a != '--keep']
    first, count, rounds = args + [SEEDS[0], SEEDS[1], ROUNDS][len(args):]
    if args and not args[1:]:
        count = 1
    seeds = range(first, first + count)
    wrong = 0
    for seed in seeds:
        said = Run(seed, rounds).check('--keep' in sys.argv)
        wrong += bool(said)
        for line in said[:20]:
            print(line)
    print(f'{len(seeds) - wrong} labs right, {wrong} wrong')
    return wrong > 0


if __name__ == '__main__':
    sys.exit(main())
