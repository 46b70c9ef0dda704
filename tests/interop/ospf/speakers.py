# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may run a router's OSPF, each behind the same questions:

missing()      None, or why it cannot be had here
node()         the router's keys in the lab file
start() stop() begin and end as a crash does, without a last word
leave()        end as one who is asked to: FRR flushes its LSAs, BIRD says a last hello
reaches(A)     does A answer a ping from the loopback address?
neighbors()    {(router id, address): state in one of RFC 2328's words}
lsdb()         {(area, type, link state id, router): (sequence, checksum)}; the
               area of what goes through the whole AS is 'AS'
routes()       {network: (kind, metric, next hops)}; a metric of type 2 comes
               as (to the boundary, of type 2)
designated(P)  the addresses of DR and backup on a port's network
log()          what it said
"""
import json
import os
import re
import shutil
import subprocess

MAX_AGE = 3600               # s; such an LSA is on its way out: FRR shows it for a minute
FRR = '/usr/lib/frr'
BIRD_LSA = re.compile(r'\s*([0-9a-f]{4})\s+(\S+)\s+(\S+)\s+([0-9a-f]{8})\s+(\d+)\s+([0-9a-f]{4})')
BIRD_ROUTE = re.compile(r'(\S+/\d+)\s+\S+ \[ospf1 \S+\] \*? ?(\S+) \(\d+/(\d+)(?:/(\d+))?\)')
# A folder for crashes that it makes in /var/tmp ends with it.
FRR_IN = ['unshare', '-m', 'sh', '-c', 'mount -t tmpfs none /var/tmp; exec "$@"', 'sh']
FRR_RUNS_AS = ['-u', 'root', '-g', 'frrvty']      # so that it may use our folder
LISTS = {'routerLinkStates': 1, 'networkLinkStates': 2, 'summaryLinkStates': 3,
         'asbrSummaryLinkStates': 4, 'asExternalLinkStates': 5, 'nssaExternalLinkStates': 7}
KINDS = {'N': 'intra', 'N IA': 'inter', 'N E1': 'type 1', 'N E2': 'type 2',
         'I': 'intra', 'IA': 'inter', 'E1': 'type 1', 'E2': 'type 2'}      # FRR's, BIRD's


def which(name):
    return shutil.which(name, path=os.environ.get('PATH', '') + ':/usr/sbin:/sbin')


class Outside:
    """A daemon in a network namespace."""

    def __init__(self, rig, router):
        self.rig, self.r = rig, router
        self.dir = os.path.join(rig.dir, router.name)
        os.mkdir(self.dir)

    @staticmethod
    def node(router, net):
        loopback = ', loopback: ' + router.loopback if router.loopback else ''
        return 'kind: netns, forwarding: true' + loopback

    def set_mtu(self):
        """Where the two ends of a line differ."""
        for p in self.r.ports:
            if p.mtu != p.line_mtu:
                self.sh('ip link set "$1" mtu "$2"', 'sh', p.name, str(p.mtu))

    @staticmethod
    def end(port):
        return '"%s:%s"' % (port.router, port.name)

    def reaches(self, address):
        ran = self.rig.do('%s exec ping -c 1 -W 1 -I %s %s' % (
            self.r.name, self.r.loopback.split('/')[0], address))
        return ran['status'] == 0

    def sh(self, *argv):
        return self.rig.exec(self.r.name, 'sh', '-c', *argv)

    def path(self, name):
        return os.path.join(self.dir, name)

    def write(self, name, lines):
        with open(self.path(name), 'w', encoding='utf-8') as f:
            f.write('\n'.join(line for line in lines if line is not None) + '\n')

    def read(self, name):
        try:
            with open(self.path(name), encoding='utf-8') as f:
                return f.read()
        except FileNotFoundError:
            return ''

    def kill(self, *names):
        """Ends daemons, by the numbers that they wrote, and takes away what they
        told the kernel, as the machine's crash would."""
        for name in names:
            self.sh('kill -9 $(cat "$1"); rm -f "$1"', 'sh', self.path(name))
        self.sh('for p in ospf bird static; do ip route flush proto $p; done; ip nexthop flush')

    def ask(self, name):
        """Asks a daemon to end, and waits a while for it."""
        self.sh('p=$(cat "$1"); kill $p; for i in $(seq 40); do '
                'kill -0 $p || break; sleep 0.05; done 2>/dev/null',
                'sh', self.path(name))


class FrrShows:
    """Who answers as FRR's vtysh does; show() gives the JSON of a command."""

    def neighbors(self):
        found = self.show('show ip ospf neighbor json').get('neighbors', {})
        return {(rid, n['address']): n['nbrState'].split('/')[0]
                for rid, several in found.items() for n in several if 'nbrState' in n}

    def designated(self, port):
        on = self.show('show ip ospf interface %s json' % port)
        on = on.get('interfaces', on)[port]
        return on.get('drAddress'), on.get('bdrAddress')

    def lsdb(self):
        found = self.show('show ip ospf database json')
        areas = {**found.get('areas', {}), 'AS': {k: v for k, v in found.items() if k != 'areas'}}
        return {(area, LISTS[name], lsa['lsId'], lsa['advertisedRouter']):
                (int(lsa['sequenceNumber'], 16), int(lsa['checksum'], 16))
                for area, lists in areas.items() for name, lsas in lists.items() if name in LISTS
                for lsa in lsas if lsa['lsaAge'] < MAX_AGE}

    def routes(self):
        out = {}
        for to, r in self.show('show ip ospf route json').items():
            kind = KINDS.get(r['routeType'].strip())
            if kind:                           # else a router
                metric = (r['cost'], r['type2cost']) if kind == 'type 2' else r['cost']
                hops = {h.get('ip', '').strip() for h in r['nexthops']} - {''}
                out[to] = kind, metric, frozenset(hops)
        return out


class Frr(FrrShows, Outside):
    """FRRouting: zebra, staticd, ospfd."""

    daemons = ('zebra', 'staticd', 'ospfd')

    @staticmethod
    def missing(netloom):
        if not os.access(FRR + '/ospfd', os.X_OK) or not which('vtysh'):
            return 'the package frr is not installed'
        return 'FRR needs root' if os.getuid() else None

    def interface(self, p):
        yield 'interface ' + p.name
        yield ' ip ospf area ' + p.area
        yield ' ip ospf network ' + p.network
        yield ' ip ospf cost %d' % p.cost
        yield ' ip ospf priority %d' % p.priority
        if p.hello:
            yield ' ip ospf hello-interval %d' % p.hello
            yield ' ip ospf dead-interval %d' % p.dead
            yield ' ip ospf retransmit-interval 2'
        if p.md5:
            yield ' ip ospf authentication message-digest'
            yield ' ip ospf message-digest-key %d md5 %s' % p.md5
        if p.password:
            yield ' ip ospf authentication'
            yield ' ip ospf authentication-key ' + p.password
        if p.passive:
            yield ' ip ospf passive'
        yield 'exit'

    def ospfd_conf(self):
        r = self.r
        yield 'hostname ' + r.name
        yield from r.top
        for p in r.ports:
            yield from self.interface(p)
        if r.loopback:
            yield 'interface lo'
            yield ' ip ospf area ' + r.loopback_area
            yield 'exit'
        yield 'router ospf'
        yield ' ospf router-id ' + r.rid
        yield ' log-adjacency-changes detail'
        yield ' maximum-paths %d' % r.paths
        if any(p.hello for p in r.ports):
            yield ' timers throttle spf 50 100 500'
        areas = {p.area for p in r.ports}
        for area, kind in self.rig.net.areas.items():
            if area in areas:
                is_abr = len(areas | ({r.loopback_area} if r.loopback else set())) > 1
                yield ' area %s %s' % (area, kind if is_abr else kind.split()[0])
        if r.redistribute:
            yield ' redistribute static metric %d metric-type %d' % (
                r.redistribute[1], r.redistribute[0])
        yield r.extra or None
        yield 'exit'

    def start(self):
        self.set_mtu()
        named = ['hostname ' + self.r.name]
        self.write('zebra.conf', named)
        self.write('staticd.conf', named + ['ip route %s blackhole' % to for to in self.r.statics])
        self.write('ospfd.conf', self.ospfd_conf())
        for d in self.daemons:
            self.rig.exec(self.r.name, *FRR_IN, *self.rig.clock, FRR + '/' + d, '-d', *FRR_RUNS_AS,
                          '--vty_socket', self.dir, '-z', self.path('zserv.api'),
                          '-i', self.path(d + '.pid'),
                          '-f', self.path(d + '.conf'), '--log', 'file:' + self.path(d + '.log'),
                          '--log-level', 'debugging', '-A', '127.0.0.1', '-P', '0')

    def stop(self):
        self.kill(*(d + '.pid' for d in reversed(self.daemons)))

    def leave(self):
        self.ask('ospfd.pid')
        self.stop()

    def vtysh(self, *lines):
        return self.rig.exec(self.r.name, 'vtysh', '--vty_socket', self.dir,
                             *[a for line in lines for a in ('-c', line)])

    def configure(self, *lines):
        self.vtysh('configure terminal', *lines)

    def show(self, line):
        return json.loads(self.vtysh(line))

    def log(self):
        return self.read('ospfd.log')


class Bird(Outside):
    """BIRD 2."""

    @staticmethod
    def missing(netloom):
        if not which('bird') or not which('birdc'):
            return 'the package bird2 is not installed'
        return 'BIRD needs root' if os.getuid() else None

    def interface(self, p):
        kind = {'point-to-point': 'ptp', 'broadcast': 'broadcast'}[p.network]
        yield '\t\tinterface "%s" {' % p.name
        yield '\t\t\ttype %s; cost %d; priority %d;' % (kind, p.cost, p.priority)
        if p.hello:
            yield '\t\t\thello %d; dead %d; retransmit 2; wait %d;' % (p.hello, p.dead, p.dead)
        if p.md5:
            yield '\t\t\tauthentication cryptographic;'
            yield '\t\t\tpassword "%s" { id %d; algorithm keyed md5; };' % (p.md5[1], p.md5[0])
        if p.password:
            yield '\t\t\tauthentication simple; password "%s";' % p.password
        if p.passive:
            yield '\t\t\tstub;'
        yield '\t\t};'

    def area(self, number):
        kind = self.rig.net.areas.get(number, '').split()
        yield '\tarea %s {' % number
        if kind:
            yield '\t\t%s; summary %s;' % (kind[0], 'no' if 'no-summary' in kind else 'yes')
        for p in self.r.ports:
            if p.area == number:
                yield from self.interface(p)
        if self.r.loopback and self.r.loopback_area == number:
            yield '\t\tinterface "lo" { stub; };'
        yield '\t};'

    def conf(self):
        r = self.r
        yield 'log "%s" all;' % self.path('bird.log')
        yield 'router id %s;' % r.rid
        yield 'protocol device { scan time 1; }'
        yield 'protocol kernel { ipv4 { export where source != RTS_STATIC; }; }'
        if r.statics:
            yield 'protocol static {'
            yield '\tipv4;'
            yield from ('\troute %s blackhole;' % to for to in r.statics)
            yield '}'
        yield 'protocol ospf v2 ospf1 {'
        yield '\tdebug { states, interfaces };'
        yield '\tecmp yes limit %d;' % r.paths
        if any(p.hello for p in r.ports):
            yield '\ttick 1;'
        if r.redistribute:
            yield ('\tipv4 { export filter { if source = RTS_STATIC then { ospf_metric%d = %d; '
                   'accept; } reject; }; };' % r.redistribute)
        for number in sorted({p.area for p in r.ports} |
                             ({r.loopback_area} if r.loopback else set())):
            yield from self.area(number)
        yield r.extra or None
        yield '}'

    def start(self):
        self.set_mtu()
        self.write('bird.conf', self.conf())
        self.rig.exec(self.r.name, *self.rig.clock, 'bird', '-c', self.path('bird.conf'),
                      '-s', self.path('bird.ctl'), '-P', self.path('bird.pid'))

    def stop(self):
        self.kill('bird.pid')

    def leave(self):
        self.ask('bird.pid')
        self.stop()

    def birdc(self, line):
        out = self.rig.exec(self.r.name, 'birdc', '-s', self.path('bird.ctl'), line)
        return out.split('ready.\n', 1)[-1]

    def neighbors(self):
        out = {}
        for line in self.birdc('show ospf neighbors').splitlines():
            row = re.match(r'(\d\S+)\s+\d+\s+(\S+)/\S+\s+\S+\s+\S+\s+(\S+)', line)
            if row:
                out[row[1], row[3]] = row[2]
        return out

    def designated(self, port):
        text = self.birdc('show ospf interface "%s"' % port)
        return tuple(re.findall(r'esignated router \(IP\): (\S+)', text))

    def lsdb(self):
        out, area = {}, None
        for line in self.birdc('show ospf lsadb').splitlines():
            title = re.match(r'(Global|Area (\S+)|Link .*)$', line.strip())
            row = BIRD_LSA.match(line)
            if title:
                area = 'AS' if title[1] == 'Global' else title[2]
            elif row and area and int(row[5]) < MAX_AGE:
                out[area, int(row[1], 16), row[2], row[3]] = int(row[4], 16), int(row[6], 16)
        return out

    def routes(self):
        out, to = {}, None
        for line in self.birdc('show route protocol ospf1').splitlines():
            row = BIRD_ROUTE.match(line)
            hop = re.match(r'\s+via (\S+) on', line)
            if row:
                to, kind = row[1], KINDS[row[2]]
                metric = (int(row[3]), int(row[4])) if row[4] else int(row[3])
                out[to] = kind, metric, frozenset()
            elif hop and to:
                out[to] = *out[to][:2], out[to][2] | {hop[1]}
        return out

    def log(self):
        return self.read('bird.log')


class Netloom(FrrShows):
    """A router of the lab."""

    types = {'point-to-point': 'p2p', 'broadcast': 'broadcast'}

    def __init__(self, rig, router):
        self.rig, self.r = rig, router

    @staticmethod
    def missing(netloom):
        said = subprocess.run([netloom, 'reference'], capture_output=True, text=True, check=True)
        rows = [line for line in said.stdout.splitlines() if line.startswith('| `routing`')]
        return None if any('`ospf`' in row for row in rows) else 'netloom has no routing ospf yet'

    @staticmethod
    def node(router, net):
        areas = ['{id: %s, type: %s%s}' % (
            number, kind.split()[0], ', no_summary: true' if 'no-summary' in kind else '')
                 for number, kind in net.areas.items()
                 if number in router.areas()]
        own = 'router_id: %s, areas: [%s], area: %s' % (
            router.rid, ', '.join(areas), router.loopback_area)       # area: of lo
        if router.redistribute:
            own += ', redistribute: [{from: static, type: %d, metric: %d}]' % router.redistribute
        return 'kind: router, routing: ospf, ospf: {%s}%s' % (
            own, ', loopback: ' + router.loopback if router.loopback else '')

    @staticmethod
    def end(port):
        own = 'area: %s, cost: %d, type: %s, priority: %d, rxmt: 2, passive: %s' % (
            port.area, port.cost, Netloom.types[port.network], port.priority,
            'true' if port.passive else 'false')
        if port.hello:
            own += ', hello: %d, dead: %d' % (port.hello, port.dead)
        if port.md5:
            own += ', auth: {type: md5, key_id: %d, key: %s}' % port.md5
        return '{node: %s, interface: %s, ospf: {%s}}' % (port.router, port.name, own)

    def start(self):
        if self.stopped:
            self.rig.values('node %s start' % self.r.name)
        for to in self.r.statics:
            self.rig.values('%s ip route add blackhole %s proto static' % (self.r.name, to))
        self.stopped = False

    stopped = False

    def stop(self):
        self.rig.values('node %s stop' % self.r.name)
        self.stopped = True

    leave = stop

    def show(self, line):
        return self.rig.do('%s %s' % (self.r.name, line))

    def reaches(self, address):
        ran = self.rig.do('%s ping -c 1 -W %d -I %s %s' % (
            self.r.name, self.rig.pace, self.r.loopback.split('/')[0], address))
        return ran['received'] == 1

    def log(self):
        return ''


OF = {'netloom': Netloom, 'frr': Frr, 'bird': Bird}
