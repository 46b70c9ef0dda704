# SPDX-License-Identifier: GPL-3.0-or-later
"""netloom's OSPF beside others'.

A Net says which routers there are, what joins them and whose OSPF each runs.
A Rig lets netloom run it: netloom's own routers are nodes of the lab, the others
are network namespaces behind doors of it, in which real daemons run.  All stand
behind the same few questions (speakers.py), so a scenario never asks who answers.

With INTEROP_AS=frr or =bird that daemon plays netloom's routers, too: so the rig
is tried without netloom's OSPF, and shows what FRR and BIRD make of one another.

At a pace of 60 a minute of the wall is an hour of lab time, and the daemons' clocks
run as fast, by clock.c.  The kernel's, of its neighbor tables and of ping, remain the
wall's.
"""
import concurrent.futures
import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import time

import speakers

NETLOOM = os.path.realpath(os.environ.get('NETLOOM', './netloom'))
POLL = 0.5                   # s of the wall between two looks at what is waited for
PATIENCE = 60                # s of the wall until what is waited for is missed
LAST_WORDS = 8               # lines of each log that a failure shows
BACKBONE = '0.0.0.0'


class Failed(Exception):
    """What was expected is not so."""


class Skipped(Exception):
    """What the test needs is not here."""


class Port:
    """An interface of a router, and what OSPF is told of it."""

    def __init__(self, router, name, address, **more):
        self.router, self.name, self.address = router, name, address
        self.ip = address.split('/')[0]
        self.area = more.get('area', BACKBONE)
        self.network = more.get('network', 'point-to-point')
        self.cost = more.get('cost', 10)
        self.priority = more.get('priority', 1)
        self.hello, self.dead = more.get('hello', 1), more.get('dead', 4)   # s; 0: the default
        self.md5 = more.get('md5')             # (key id, key)
        self.password = more.get('password')
        self.passive = more.get('passive', False)
        self.mtu = self.line_mtu = more.get('mtu', 1500)


class Router:
    """A router: where it stands, and whose OSPF it runs."""

    def __init__(self, name, who, rid, **more):
        self.name, self.who, self.rid = name, who, rid
        self.loopback = more.get('loopback')   # A.B.C.D/32
        self.loopback_area = more.get('loopback_area', BACKBONE)
        self.statics = more.get('statics', [])  # networks that lead nowhere
        self.redistribute = more.get('redistribute')   # those: (type 1 or 2, metric)
        self.paths = more.get('paths', 16)     # of equal cost, at most
        self.extra = more.get('extra')         # a line for its own configuration of OSPF
        self.top = more.get('top', [])         # lines that stand before that
        self.ports = []

    def areas(self):
        """The numbers of its areas."""
        return sorted({p.area for p in self.ports} |
                      ({self.loopback_area} if self.loopback else set()))


class Net:
    """Routers, what joins them, and areas that are not plain."""

    def __init__(self, name):
        self.name, self.routers, self.hubs = name, {}, {}
        self.wires = []                        # lists of the ports that hear one another
        self.areas = {}                        # number: 'stub', 'stub no-summary', 'nssa'

    def router(self, name, who, rid, **more):
        """A router; more: as Router has it."""
        who = os.environ.get('INTEROP_AS', who) if who == 'netloom' else who
        self.routers[name] = Router(name, who, rid, **more)
        return self.routers[name]

    def _port(self, at, address, more):
        name, _, ifname = at.partition(':')
        port = Port(name, ifname, address, **{**more, **more.get(name, {})})
        self.routers[name].ports.append(port)
        return port

    def link(self, a, b, first, second, **more):
        """Joins two interfaces, 'r1:eth0', with these addresses; more: as Port
        has it, and for one router alone under its name."""
        ports = [self._port(a, first, more), self._port(b, second, more)]
        for p in ports:
            p.line_mtu = max(q.mtu for q in ports)
        self.wires.append(ports)

    def lan(self, hub, ends, **more):
        """Joins the interfaces of a map to their addresses, by a hub."""
        self.hubs[hub] = [self._port(at, address, {'network': 'broadcast', **more})
                          for at, address in ends.items()]
        self.wires.append(self.hubs[hub])

    def _end(self, port):
        return speakers.OF[self.routers[port.router].who].end(port)

    def _links(self):
        for ports in self.wires:
            hub = next((h for h, of in self.hubs.items() if of is ports), None)
            if hub:
                for p in ports:
                    yield '{endpoints: [%s, "%s"], ipv4: %s}' % (self._end(p), hub, p.address)
            else:
                a, b = ports
                yield '{endpoints: [%s, %s], ipv4: [%s, %s], mtu: %d}' % (
                    self._end(a), self._end(b), a.address, b.address, a.line_mtu)

    def yaml(self):
        """The lab file."""
        text = ['version: 1', 'name: ' + self.name, 'nodes:']
        for r in self.routers.values():
            text.append('  %s: {%s}' % (r.name, speakers.OF[r.who].node(r, self)))
        text += ['  %s: {kind: hub}' % h for h in self.hubs]
        text += ['links:'] + ['  - ' + line for line in self._links()]
        return '\n'.join(text) + '\n'


class Rig:
    """A running lab.  Used as `with Rig(net) as rig`."""

    def __init__(self, net, pace=1):
        for who in sorted({r.who for r in net.routers.values()}):
            why = speakers.OF[who].missing(NETLOOM)
            if why:
                raise Skipped(why)
        self.net, self.dir, self.pace = net, tempfile.mkdtemp(prefix=net.name + '-'), pace
        self.clock = self.fast_clock() if pace != 1 else []      # what daemons start under
        self.down, self.cuts, self.now = set(), set(), 0.0      # now: lab time in s
        lab = os.path.join(self.dir, 'lab.yaml')
        with open(lab, 'w', encoding='utf-8') as f:
            f.write(net.yaml())
        self.err = open(os.path.join(self.dir, 'netloom.err'), 'w+', encoding='utf-8')
        self.netloom = subprocess.Popen([NETLOOM, lab, '--json'], text=True, stderr=self.err,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.speak = {r.name: speakers.OF[r.who](self, r) for r in net.routers.values()}

    def __enter__(self):
        try:
            if self.pace != 1:
                self.values('pace x%d' % self.pace)
            for s in self.speak.values():
                s.start()
        except BaseException:
            self.end()
            raise
        return self

    def __exit__(self, kind, what, trace):
        try:
            if kind is Failed and self.netloom.poll() is None:
                what.args = ('%s\n%s' % (what, self.last_words()),)
        finally:
            self.end()

    def fast_clock(self):
        """Compiles clock.c; how to start a program with it."""
        source = os.path.join(os.path.dirname(__file__), 'clock.c')
        library = os.path.join(self.dir, 'clock.so')
        subprocess.run([os.environ.get('CC', 'gcc'), '-std=gnu17', '-D_GNU_SOURCE', '-O2',
                        '-shared', '-fPIC', '-o', library, source], check=True)
        return ['env', 'LD_PRELOAD=' + library, 'CLOCK_PACE=%d' % self.pace,
                'CLOCK_SINCE=%f' % time.monotonic()]

    def end(self):
        """Ends the lab, and with it every daemon."""
        self.netloom.stdin.close()
        self.netloom.stdout.read()
        self.netloom.wait()
        self.err.close()
        if not os.environ.get('INTEROP_KEEP'):
            shutil.rmtree(self.dir)

    def last_words(self):
        """The ends of the daemons' logs."""
        return '\n'.join('--- %s (%s)\n%s' % (
            s.r.name, s.r.who, '\n'.join(s.log().splitlines()[-LAST_WORDS:]))
            for s in self.speak.values())

    # --- netloom's shell ---

    def values(self, line):
        """What a command reports, JSON values."""
        out = []
        try:
            self.netloom.stdin.write(line + '\ntime\n')
            self.netloom.stdin.flush()
        except BrokenPipeError:
            pass
        while True:
            answer = self.netloom.stdout.readline()
            if not answer:
                self._died(line)
            value = json.loads(answer)
            if isinstance(value, dict) and 'events' in value:
                self.now = value['now'] / 1e9
                return out
            out.append(value)

    def _died(self, line):
        self.netloom.wait()
        said = self.said()
        if 'needs root or unprivileged user namespaces' in said:
            raise Skipped(said)
        raise Failed("netloom ended at '%s': %s" % (line, said))

    def said(self):
        """What netloom said on standard error."""
        self.err.seek(0)
        return self.err.read().strip()

    def do(self, line):
        """The value of a command that reports one."""
        values = self.values(line)
        if not values:
            raise Failed("'%s' reports nothing: %s" % (line, self.said()))
        return values[-1]

    def exec(self, node, *argv):
        """What a program prints in a node; its status must be 0."""
        ran = self.do('%s exec %s' % (node, ' '.join(shlex.quote(a) for a in argv)))
        if ran['status'] != 0:
            raise Failed('%s: %s: status %d: %s%s' % (
                node, ' '.join(argv), ran['status'], ran['stdout'], ran['stderr']))
        return ran['stdout']

    # --- what happens to the lab ---

    def run(self, seconds):
        """Lets lab time pass."""
        self.values('run %dms' % int(seconds * 1000))

    def stop(self, name):
        """Ends a router's OSPF as a crash does."""
        self.speak[name].stop()
        self.down.add(name)

    def leave(self, name):
        """Ends it with the farewell that it has."""
        self.speak[name].leave()
        self.down.add(name)

    def start(self, name):
        """Begins it anew; it remembers nothing."""
        self.speak[name].start()
        self.down.discard(name)

    def cut(self, a, b):
        """Cuts the links between two nodes, so that both ends see it."""
        self.values('link %s %s down' % (a, b))
        self.cuts.add(frozenset((a, b)))

    def join(self, a, b):
        """Joins them again."""
        self.values('link %s %s up' % (a, b))
        self.cuts.discard(frozenset((a, b)))

    def lose(self, a, b, percent):
        """Of the frames between two nodes so many vanish, and no end sees it."""
        self.impair(a, b, 'loss %d%%' % percent)
        (self.cuts.add if percent == 100 else self.cuts.discard)(frozenset((a, b)))

    def impair(self, a, b, faults):
        """Gives the link between two nodes these faults, in tc-netem's words."""
        self.values('set link %s %s %s' % (a, b, faults))

    def tell(self, what):
        """With INTEROP_VERBOSE, what goes on."""
        if os.environ.get('INTEROP_VERBOSE'):
            print('%s: %.1f s: %s' % (self.net.name, self.now, what), file=sys.stderr)

    def wait(self, what, amiss, patience=PATIENCE):
        """Lets the lab run until amiss() has nothing to say."""
        began, said = self.now, None
        while True:
            why = amiss()
            if not why:
                self.tell('%s, after %.1f s' % (what, self.now - began))
                return
            if why != said:
                self.tell('%s: %s' % (what, why))
                said = why
            if self.now > began + patience * self.pace:
                raise Failed('%s: after %d s still %s' % (what, self.now - began, why))
            self.run(POLL * self.pace)


def main(scenario, casts):
    """Runs a scenario with each cast, side by side: lab time is the wall's, so
    most of it is waiting.  INTEROP_CASTS says how many are enough.  Returns the
    status of a test."""
    casts = casts[:int(os.environ.get('INTEROP_CASTS', len(casts)))]
    status = 0

    def one(cast):
        began = time.monotonic()
        scenario(*cast)
        return time.monotonic() - began

    with concurrent.futures.ThreadPoolExecutor(len(casts)) as pool:
        for cast, run in [(cast, pool.submit(one, cast)) for cast in casts]:
            try:
                print('ok %s: %.0f s' % (' '.join(cast), run.result()))
            except Skipped as why:
                print(why)
                return 77
            except Failed as why:
                print('FAIL %s: %s' % (' '.join(cast), why))
                status = 1
    return status
