#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Random labs of OSPF routers against an oracle that knows no LSAs.

Each seed makes a lab: areas of all types with border routers, links with a
cost of their own each way, LANs, ranges, stub routers, externals of both
types with and without forwarding addresses, told by several, summed up in
ranges where an NSSA ends.  What every router has must be what the oracle finds
from the lab alone (RFC 2328 11, 12.4.3, 16; RFC 3101), first when the lab has started, then after cuts, stops and their ends.

  ospf_routes.py [--keep] [FIRST [COUNT [ROUNDS]]]   seeds; without: a few

--keep leaves lab and script in the working folder.
"""
import json
import os
import subprocess
import sys
import tempfile

from ospf_lab import Lab, dotted, ip, name_of, net
from ospf_oracle import DISCARD, E2, INTER, INTRA, WORD, Oracle

NETLOOM = os.path.realpath(os.environ.get('NETLOOM', './netloom'))
SEEDS = 1, 8                    # the first, how many
ROUNDS = 3                      # looks at each lab; changes between them
PINGS = 4


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
