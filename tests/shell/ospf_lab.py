# SPDX-License-Identifier: GPL-3.0-or-later
"""Random labs of OSPF routers, and what happens to them; for ospf_routes.py."""
import ipaddress
import json
import random


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
        if rng.random() < 0.4:
            self.equals(rng.choice(sorted(self.types)))
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

    def equals(self, area):
        """Two routers that tell the same of what is behind one host (12.4.4.1)."""
        rng = self.rng
        members = [r for r in self.routers.values() if area in r.areas]
        if len(members) < 2:
            return
        via = self.behind(area, members[0], True)
        l, told = self.links[-1], (rng.choice([5, 20]), rng.choice([1, 2]))
        l.hub = f'q{len(self.hosts)}'
        l.ends = []
        for i, r in enumerate(rng.sample(members, 2)):
            l.ends.append(End(r, r.dev(), l.prefix[0] + 3 + i, self.cost()))
            r.redist['static'] = told + (rng.randint(0, 3),)
            r.statics += [(net(p), via) for p in ('198.51.100.0/24', '198.18.9.0/24')]

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

    def nssa_ranges(self):
        rng = self.rng
        return [{'prefix': net(text), 'hide': rng.random() < 0.25,
                 'cost': rng.choice([None, None, 4]), 'tag': rng.choice([0, 9])}
                for text in ('198.18.0.0/15', '198.18.0.0/16', '198.18.0.0/24', '198.18.7.0/24',
                             '192.0.2.0/24', '10.240.0.0/16') if rng.random() < 0.15]

    def configure(self, r):
        rng = self.rng
        border = len(r.areas) > 1
        r.stub_router = self.with_stub_routers and rng.random() < 0.2
        for a in r.areas:
            c = r.conf[a] = {'type': self.types[a], 'no_summary': False, 'default_cost': 1,
                             'nssa_default': False, 'translate': 'candidate', 'ranges': [],
                             'nssa_ranges': []}
            if border:
                c['ranges'] = self.ranges(a)
            if border and self.types[a] != 'normal':
                c['no_summary'] = rng.random() < 0.4
                c['default_cost'] = rng.choice([1, 1, 5])
            if border and self.types[a] == 'nssa':
                c['nssa_default'] = rng.random() < 0.4
                c['translate'] = rng.choice(['candidate'] * 4 + ['always', 'never'])
                c['nssa_ranges'] = self.nssa_ranges()
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
            for g in c['nssa_ranges']:
                d.setdefault('ranges', []).append(dict(
                    {'prefix': name_of(g['prefix']), 'hide': g['hide'], 'nssa': True,
                     'tag': g['tag']}, **({'cost': g['cost']} if g['cost'] else {})))
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
        nodes.update({l.hub: {'kind': 'hub'} for l in self.links if l.host and l.hub})
        links = []
        for l in self.links:
            ends = [{'node': e.node.name, 'interface': e.dev,
                     'ipv4': f'{dotted(e.addr)}/{l.prefix[1]}',
                     'ospf': {'cost': e.cost, 'priority': e.priority, 'area': l.area}
                     if l.kind != 'out' else {'enabled': False}} for e in l.ends]
            if l.kind == 'host' or l.kind == 'out':
                for e in ends if l.hub else []:
                    e['ospf']['passive'] = True
                ends.append({'node': l.host, 'ipv4': f'{dotted(l.prefix[0] + 2)}/24'})
                links += [{'endpoints': [e, l.hub]} for e in ends] if l.hub else \
                    [{'endpoints': ends}]
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
        return bool(l.hub or l.host) or all(x.node.name not in self.down for x in l.ends)
