# SPDX-License-Identifier: GPL-3.0-or-later
"""The routes that routers of a lab must have, found from the lab alone: it has
no LSAs (RFC 2328 11, 12.4.3, 16; RFC 3101); for ospf_routes.py."""
from ospf_lab import within

STUB_ROUTER_COST = 65535        # RFC 6987
INF = 1 << 40

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
            if l.kind == 'host' and any(e.node is r for e in l.ends) and within((via, 32), l.prefix):
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

    def is_left(self, l, m):
        """Does l's router leave it to m's, which says the same (12.4.4.1; RFC 3101 2.4)?"""
        if l.adv is m.adv or not l.fwd or (l.nssa, l.prefix, l.metric, l.kind, l.fwd) != \
           (m.nssa, m.prefix, m.metric, m.kind, m.fwd) or m.preference() < l.preference():
            return False
        if l.nssa:
            return self.areas[l.nssa].d(l.adv, m.adv) < INF
        return m.adv in self.asbrs and bool(self.asbr_path(l.adv, m.adv))

    def said(self, lsas):
        out = []
        for l in sorted(lsas, key=Lsa.preference, reverse=True):
            if not any(self.is_left(l, m) for m in out):
                out.append(l)
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
                rivals = [b for b in abrs if b is not r and b in self.asbrs and
                          self.areas[a].d(r, b) < INF and
                          self.asbr_path(r, b)]
                if role == 'always' or (role == 'candidate' and not any(
                        b.id > r.id or b.conf[a]['translate'] == 'always' for b in rivals)):
                    out.add((r, a))
        return out

    def nssa_range_of(self, r, a, p):
        inside = [g for g in r.conf[a]['nssa_ranges'] if within(p, g['prefix'])]
        return max(inside, key=lambda g: g['prefix'][1], default=None)

    def translatable(self, r, a):
        """RFC 3101 3.2 (1)"""
        return [(p, x) for p, x in self.table[r].items()
                if x.lsa and x.lsa.nssa == a and x.lsa.p_bit and x.lsa.fwd]

    def translate(self, r, areas, own):
        """3.2 (2) and (3), by network"""
        out = {}

        def one(p, x):
            if not any(o.prefix == p and not o.is_worse(x) for o in own):
                out[p] = Lsa(r, p, x.lsa.metric, x.lsa.kind, x.lsa.tag, x.lsa.fwd)
        for a in areas:
            for p, x in self.translatable(r, a):
                if not self.nssa_range_of(r, a, p):
                    one(p, x)
        for a in areas:
            for g in r.conf[a]['nssa_ranges']:
                inside = [(p, x) for p, x in self.translatable(r, a)
                          if self.nssa_range_of(r, a, p) is g]
                if g['hide'] or not inside:
                    continue
                to = g['prefix']
                if len(inside) == 1 and inside[0][0] == to:
                    one(*inside[0])
                    continue
                costs = [(1, x.cost) if x.kind == E1 else (2, x.cost2) for _, x in inside]
                same = [out[to]] if to in out else [o for o in own if o.prefix == to]
                kind, cost = max(costs + [(o.kind, o.metric) for o in same])
                out[to] = Lsa(r, to, g['cost'] or cost + (kind == 2), kind, g['tag'], 0)
        return list(out.values())

    def discards(self, r, areas):
        """RFC 1812 5.2.4.4, of what translation sums up"""
        for a in areas:
            for g in r.conf[a]['nssa_ranges']:
                to = self.table[r].get(g['prefix'])
                known = to and (to.kind <= INTER or (to.lsa and to.lsa.nssa == a))
                if not g['hide'] and not known and any(
                        p != g['prefix'] and self.nssa_range_of(r, a, p) is g
                        for p, _ in self.translatable(r, a)):
                    yield g['prefix'], Route(DISCARD, a, 0, set())

    def find_externals(self):
        own = {r: self.tell_externals(r) for r in self.routers}
        self.asbrs = [r for r in self.routers if r.redist or r.default or
                      (self.is_abr(r) and any(
                          self.lab.types[a] == 'nssa' and r.conf[a]['translate'] != 'never'
                          for a in r.areas))]
        self.find_told4()
        translators = self.translators()
        translated = []
        for _ in range(8):      # until translations make no other ones
            taken = {(l.adv, l.prefix) for l in translated}
            lsas = self.said([l for ls in own.values() for l in ls
                              if l.nssa or (l.adv, l.prefix) not in taken] + translated)
            self.table = {r: self.routes(r, lsas) for r in self.routers}
            new = []
            for r in self.routers:
                areas = [a for a in self.attached[r] if (r, a) in translators]
                new += self.translate(r, areas, [o for o in own[r] if not o.nssa])
            if sorted(l.key() for l in new) == sorted(l.key() for l in translated):
                break
            translated = new
        else:
            raise SystemExit('the oracle finds no end')
        for r in self.routers:
            areas = [a for a in self.attached[r] if (r, a) in translators]
            self.table[r].update(list(self.discards(r, areas)))

    def routes(self, r, lsas):
        table = dict(self.internal[r])
        normal = any(self.lab.types[a] == 'normal' for a in self.attached[r])
        for l in lsas:
            x = self.external(r, l) if l.nssa or normal else None
            if x:
                offer(table, l.prefix, x)
        return table
