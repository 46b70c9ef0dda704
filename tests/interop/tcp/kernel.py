# SPDX-License-Identifier: GPL-3.0-or-later
"""One script, in real time, against the kernel of this machine: in a network
namespace of its own, whose one interface is a TUN device that the script is
behind.  To be called in a process of its own, that ends then."""
import collections
import ctypes
import fcntl
import os
import re
import shutil
import struct
import subprocess
import tempfile
import textwrap
import threading
import time

import calls
import script
import wire
from script import ANY, Lacks, Unlike

CLONE_NEWNET = 0x40000000
TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454ca, 1, 0x1000
TOLERANCE, TOLERANCE_PART = .004, .125    # packetdrill's: s, and of the pause before
SLACK = .025                 # s: that this machine may be late beside
ANY_TIME = 20                # s: how long "*" waits
BURST = .01                  # s: in which segments that a card would cut leave

# What differs between kernels and is our `linux` profile's.
PROFILE = '''tcp_rmem=4096 131072 6291456
tcp_wmem=4096 262144 6291456
tcp_syn_linear_timeouts=0'''
# What the collections' defaults.sh sets.
DEFAULTS = '''tcp_rmem=4096 540000 15728640
tcp_wmem=4096 262144 4194304
tcp_timestamps=1
tcp_syn_retries=5
tcp_synack_retries=5
tcp_sack=1
tcp_slow_start_after_idle=0
tcp_ecn=0
tcp_fastopen=3
tcp_fastopen_key=a1a1a1a1-b2b2b2b2-c3c3c3c3-d4d4d4d4'''


def namespace():
    """This process alone has it; it goes with the process."""
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), 'no network namespace')


def tun(mtu):
    fd = os.open('/dev/net/tun', os.O_RDWR)
    fcntl.ioctl(fd, TUNSETIFF, struct.pack('16sH22x', b'tun0', IFF_TUN | IFF_NO_PI))
    open('/proc/sys/net/ipv6/conf/all/disable_ipv6', 'w').write('1')
    subprocess.run(['ip', '-batch', '-'], check=True, text=True, input='''
        addr add %s/16 dev tun0
        link set dev tun0 mtu %d up
        route add default via %s
        ''' % (wire.LOCAL, mtu, wire.GATEWAY))
    return fd


class Wire:
    """What the kernel sends, as it comes."""

    def __init__(self, fd):
        self.fd, self.seen = fd, threading.Condition()
        self.packets = collections.deque()        # (instant, packet)
        self.bad = None
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        while True:
            b, at = os.read(self.fd, 65536), time.monotonic()
            with self.seen:
                try:
                    p = wire.parse(b)
                    if p:
                        self.packets.append((at, p))
                except Lacks as why:
                    self.bad = why
                self.seen.notify_all()

    def _next(self, fits):
        while self.packets and not fits(self.packets[0][1]):
            self.packets.popleft()
        return self.packets[0] if self.packets else None

    def peek(self, fits, until):
        """(instant, packet) of the next, or None when it is `until`."""
        with self.seen:
            while not (first := self._next(fits)) and time.monotonic() < until:
                self.seen.wait(until - time.monotonic())
            if self.bad:
                raise self.bad
            return first

    def take(self):
        with self.seen:
            return self.packets.popleft()

    def drop(self):
        with self.seen:
            self.packets.clear()


class Play:
    def __init__(self, text, trace=None):
        options, self.events = script.Reader(text).script()
        self.trace = trace
        self.ts_tick = int(options.get('tcp_ts_tick_usecs', 0)) / 1e6
        self.tolerance = int(options.get('tolerance_usecs', TOLERANCE * 1e6)) / 1e6
        self.wire = Wire(tun(int(options.get('mtu', 1500))))
        self.flow, self.next_port, self.listening = wire.Flow(), 40001, 0
        self.calls = calls.Calls(self, lambda: self.t0 + time.time() - time.monotonic())
        self.blocked = None
        self.names = dict(script.EXTRA)           # of %{ code }%
        self.t0 = 0
        for v in PROFILE.split('\n'):
            self._sysctl('net.ipv4.' + v)

    # --- whose packets these are (calls.py tells)

    def began(self, lport, rport, udp):
        was, self.flow = self.flow, wire.Flow(lport, rport or self.flow.rport * udp, udp)
        if not udp:
            self.wire.drop()
            self.listening = 0
        return was

    def back(self, flow):
        self.flow = flow

    def listens(self, port):
        self.listening = port

    # --- events

    def say(self, what):
        if self.trace:
            self.trace('%9.4f %s' % (time.monotonic() - self.t0, what))

    def _tolerance(self, before, to):
        return max(self.tolerance, (to - before) * TOLERANCE_PART)

    def _in_time(self, what, at, first, last, slack):
        if not first - slack - .002 <= at <= last + slack + SLACK:
            raise Unlike('%s at %.4f instead of %.4f%s' % (
                what, at - self.t0, first - self.t0,
                '' if first == last else '~%.4f' % (last - self.t0)))

    def run(self):
        """Raises Unlike or Lacks, with the line in front."""
        with tempfile.TemporaryDirectory() as self.tmp:
            before = self.t0 = time.monotonic()
            for e in self.events:
                try:
                    before = self._event(e, before)
                except (Unlike, Lacks) as why:
                    raise type(why)('line %d: %s' % (e.line, why)) from None
            self._await()

    def _event(self, e, before):
        base = self.t0 if e.when == 'at' else before
        first, last = base + e.at, base + (e.at if e.to is None else e.to)
        if e.kind == 'packet' and e.pkt.out:
            self._out(e, before, first, last)
            return time.monotonic() if e.when == 'any' else max(first, self.out_at)
        self._sleep(first)
        now = time.monotonic()
        if e.kind == 'packet':
            self._inject(e.pkt)
        elif e.kind == 'call':
            self._call(e, base)
        elif e.kind == 'command':
            for line in re.split(r'\n|;|&&', e.text):
                self._command(line.split('#')[0].strip(), e.text)
        else:
            self._code(e.text)
        return max(first, now) if e.kind == 'call' else first

    @staticmethod
    def _sleep(until):
        left = until - time.monotonic()
        if left > 0:
            time.sleep(left)

    def _inject(self, p):
        if p.proto == 'tcp' and (self.listening or not self.flow.lport or self.flow.udp):
            self.wire.drop()
            self.flow = wire.Flow(self.listening or calls.BIND_PORT, self.next_port)
            self.listening, self.next_port = 0, self.next_port + 1
        self.say('< ' + wire.show(p))
        os.write(self.wire.fd, self.flow.packet_bytes(p))

    def _fits(self, p):
        return self.flow.has(p)

    def _out(self, e, before, first, last):
        slack = self._tolerance(before, last)
        until = time.monotonic() + ANY_TIME if e.when == 'any' else last + slack + SLACK + .3
        head = self.wire.peek(self._fits, until)
        if not head:
            raise Unlike('nothing is sent instead of %s' % wire.show(e.pkt))
        self.out_at, got = self.wire.take()
        self._join(e.pkt, got)
        self.flow.learn(e.pkt, got, self.ts_tick > 0)
        self.say('> %s      (at %.4f)' % (wire.show(got), self.out_at - self.t0))
        try:
            wire.compare(e.pkt, got, self.tolerance / self.ts_tick + 4 if self.ts_tick else 0)
            if e.when != 'any':
                self._in_time('it is sent', self.out_at, first, last, slack)
        except Unlike as why:
            raise Unlike('%s\n    script: %s\n    kernel: %s' % (
                why, wire.show(e.pkt), wire.show(got))) from None

    def _join(self, want, got):
        """Segments that one write made count as one if the script has them as one."""
        while got.proto == 'tcp' and 0 < got.len < want.len:
            more = self.wire.peek(self._fits, self.out_at + BURST)
            if not more or more[0] > self.out_at + BURST or \
               more[1].seq != (got.seq + got.len) & 0xffffffff or \
               not 0 < more[1].len <= want.len - got.len or more[1].ack != got.ack:
                return
            self.wire.take()
            got.len += more[1].len
            got.flags = more[1].flags | want.flags & script.PSH

    # --- calls

    def _call(self, e, base):
        self._await()
        began = time.monotonic()
        if e.ends is None:
            self._result(e, self.calls.make(e))
            return
        box = []

        def run():
            try:
                box.append(self.calls.make(e))
            except (Unlike, Lacks) as why:
                box.append(why)
            box.append(time.monotonic())
        t = threading.Thread(target=run, daemon=True)
        t.start()
        time.sleep(.002)                          # it is in the kernel then
        self.blocked = t, e, box, base + e.ends, began

    def _await(self):
        if not self.blocked:
            return
        (t, e, box, ends, began), self.blocked = self.blocked, None
        slack = self._tolerance(began, ends)
        t.join(max(0, ends + slack + SLACK + .3 - time.monotonic()))
        if len(box) < 2:
            raise Unlike('%s() of line %d has not returned' % (e.name, e.line))
        if isinstance(box[0], Exception):
            raise type(box[0])('%s() of line %d: %s' % (e.name, e.line, box[0]))
        self._in_time('%s() of line %d returns' % (e.name, e.line), box[1], ends, ends, slack)
        self._result(e, box[0])

    def _result(self, e, got):
        self.say('%s() = %s' % (e.name, got if got >= 0 else '-1 ' + os.strerror(-got)))
        if e.result is ANY or got == e.result and got >= 0:
            return
        if got < 0 and e.result == -1 and e.errno in (0, -got):
            return
        raise Unlike('%s() = %s instead of %s' % (
            e.name, got if got >= 0 else '-1 (%s)' % os.strerror(-got),
            '-1 (%s)' % os.strerror(e.errno) if e.errno else e.result))

    # --- commands, code

    def _command(self, line, text):
        words = line.split()
        if not words or words[0] in ('ethtool', 'sleep', 'true', 'sync'):
            return
        if os.path.basename(words[0]) in ('defaults.sh', 'defaults-linux.sh'):
            for v in DEFAULTS.split('\n'):
                self._sysctl('net.ipv4.' + v)
        elif words[0] == 'sysctl':
            for w in re.findall(r'(net\.\S+?)="?((?:[^"\s]|(?<=\d)[ \t]+(?=\d))+)"?', line):
                self._sysctl('='.join(w))
        elif words[0] == 'nstat':
            self._nstat(line)
        else:
            raise Lacks('the command %s' % words[0])

    def _nstat(self, line):
        """The real one, and what follows it in a pipeline."""
        if not shutil.which('nstat'):
            raise Lacks('the command nstat')
        got = subprocess.run(['sh', '-c', line], stdout=subprocess.DEVNULL,
                             env={**os.environ, 'NSTAT_HISTORY': self.tmp + '/nstat'})
        if got.returncode:
            raise Unlike('%s: status %d' % (line, got.returncode))

    def _sysctl(self, assignment):
        name, v = assignment.split('=', 1)
        if name.endswith('tcp_congestion_control'):
            self.calls.cc = v                     # a namespace may not choose any
            return
        try:
            with open('/proc/sys/' + name.replace('.', '/'), 'w') as f:
                f.write(v)
        except OSError as why:
            raise Lacks('the sysctl %s: %s' % (name, why.strerror)) from None

    def _code(self, text):
        fd = self.calls.fd(self.calls.last)
        info = calls.tcp_info(fd) if fd >= 0 else {}
        self.names.update(info)
        try:
            exec(textwrap.dedent(text).strip(), self.names)
        except AssertionError as why:
            seen = {k: info[k] for k in re.findall(r'tcpi_\w+', text) if k in info}
            raise Unlike('%s fails: %s %s' % (text.strip(), why, seen)) from None
        except NameError as why:
            raise Lacks(str(why)) from None


def play(path, trace=None):
    """(verdict, text): of "passed", "unlike", "lacks"."""
    try:
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))  # it is late, else
        namespace()
        Play(open(path).read(), trace).run()
    except Unlike as why:
        return 'unlike', str(why)
    except Lacks as why:
        return 'lacks', str(why)
    return 'passed', ''
