# SPDX-License-Identifier: GPL-3.0-or-later
"""What must hold among routers that have settled.  Each function returns None,
or in words what is amiss."""
import rig as _rig

LS_REFRESH_TIME = 1800       # s


def _deaf(rig, p, q):
    """Can two ports of one wire not hear each other now?"""
    hub = next((h for h, ports in rig.net.hubs.items() if p in ports), None)
    ends = [{p.router, hub}, {q.router, hub}] if hub else [{p.router, q.router}]
    return any(frozenset(e) in rig.cuts for e in ends)


def _heard(rig):
    """{router: {(router id, address) of who must be its neighbor: the wire}}"""
    out = {n: {} for n in rig.speak if n not in rig.down}
    for wire in rig.net.wires:
        for p in wire:
            for q in wire:
                if p is not q and p.router in out and q.router in out and not _deaf(rig, p, q):
                    out[p.router][rig.net.routers[q.router].rid, q.ip] = wire
    return out


def _full_with_all(rig, wire, states):
    """The ports of a wire that are adjacent to all others of it: DR and backup."""
    ids = {p: (rig.net.routers[p.router].rid, p.ip) for p in wire if p.router in states}
    return [p for p in ids if all(states[p.router].get(ids[q]) == 'Full'
                                  for q in ids if q is not p)]


def adjacencies(rig):
    """Everybody who must hear of a neighbor does, nobody knows others; they are
    Full, on a LAN with DR and backup at least."""
    heard = _heard(rig)
    states = {n: rig.speak[n].neighbors() for n in heard}
    for n, want in heard.items():
        if set(states[n]) != set(want):
            return '%s has the neighbors %s instead of %s' % (n, sorted(states[n]), sorted(want))
        for who, state in states[n].items():
            if state != 'Full' and (state != '2-Way' or len(want[who]) < 4):
                return '%s is %s with %s' % (n, state, who[0])
    for wire in rig.net.wires:
        if len([p for p in wire if p.router in heard]) >= 4 and \
           len(_full_with_all(rig, wire, states)) != 2:
            return 'not two routers are Full with all others of %s' % wire[0].address
    return None


def _together(rig, fits):
    """Sets of the routers in areas that fit that hear one another, if by others."""
    sets = [{n} for n, s in rig.speak.items() if n not in rig.down and
            any(fits(a) for a in s.r.areas())]
    for wire in rig.net.wires:
        for p in wire:
            for q in wire:
                if fits(p.area) and not {p.router, q.router} & rig.down and \
                   not _deaf(rig, p, q):
                    mine = [s for s in sets if p.router in s or q.router in s]
                    sets = [s for s in sets if s not in mine] + [set().union(*mine)]
    return [s for s in sets if len(s) > 1]


def _externals_fit(rig):
    return lambda area: area not in rig.net.areas


def databases(rig):
    """All routers of an area that hear one another have the same database, and the
    same external LSAs unless they are in stub areas alone: ids, sequence numbers,
    checksums."""
    lsdbs = {n: s.lsdb() for n, s in rig.speak.items() if n not in rig.down}
    for area in sorted({a for n in lsdbs for a in rig.speak[n].r.areas()}) + ['AS']:
        for names in _together(rig, _externals_fit(rig) if area == 'AS' else area.__eq__):
            here = {n: {k: v for k, v in lsdbs[n].items() if k[0] == area} for n in names}
            first = min(names)
            for n in names:
                for k, _ in sorted(set(here[first].items()) ^ set(here[n].items())):
                    return 'area %s: LSA %s is %s at %s, %s at %s' % (
                        area, k[1:], _lsa(here[first].get(k)), first, _lsa(here[n].get(k)), n)
    return None


def forgotten(rig):
    """Nobody keeps an LSA of a router that is down or out of reach."""
    together = _together(rig, lambda area: True)
    for n, s in rig.speak.items():
        if n in rig.down:
            continue
        known = {rig.net.routers[m].rid for m in next((t for t in together if n in t), {n})}
        for lsa in sorted(s.lsdb()):
            if lsa[3] not in known:
                return '%s still has LSA %s' % (n, lsa)
    return None


def refreshed(before, after, seconds):
    """Between two databases of a router, so far apart in time, each LSA was issued
    anew when it was LSRefreshTime old, and otherwise not."""
    times = seconds / LS_REFRESH_TIME
    if set(before) != set(after):
        return 'LSAs came or went: %s' % sorted(set(before) ^ set(after))
    for lsa, (seq, _) in sorted(after.items()):
        if not times - 2 < seq - before[lsa][0] < times + 2:
            return 'LSA %s went from %08x to %08x in %d s' % (lsa, before[lsa][0], seq, seconds)
    return None


def _lsa(v):
    return '%08x/%04x' % v if v else 'missing'


def routes(rig, want):
    """want: {router: {network: (kind, metric, addresses of next hops) or None}}"""
    for n, networks in want.items():
        have = rig.speak[n].routes()
        for to, route in networks.items():
            expected = route and (*route[:2], frozenset(route[2]))
            if have.get(to) != expected:
                return 'the route of %s to %s is %s instead of %s' % (
                    n, to, _route(have.get(to)), _route(expected))
    return None


def _route(r):
    return '%s %s via %s' % (r[0], r[1], ', '.join(sorted(r[2]))) if r else 'missing'


def reach(rig):
    """Everybody's loopback address answers everybody's, if there is a way."""
    for names in _together(rig, lambda area: True):
        up = [rig.speak[n] for n in sorted(names) if rig.net.routers[n].loopback]
        for s in up:
            for other in up:
                if s is not other and not s.reaches(other.r.loopback.split('/')[0]):
                    return 'no answer to %s from %s' % (s.r.name, other.r.name)
    return None


def settle(rig, want=None, patience=_rig.PATIENCE):
    """Waits until all of it holds."""
    rig.wait('adjacencies', lambda: adjacencies(rig), patience)
    rig.wait('databases', lambda: databases(rig), patience)
    rig.wait('routes', lambda: routes(rig, want or {}), patience)
    rig.wait('pings', lambda: reach(rig), patience)
