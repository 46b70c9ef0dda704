# SPDX-License-Identifier: GPL-3.0-or-later
"""A random life, lived against the kernel of this machine, and written down as
a script that says what the kernel did.  To be called in a process of its own,
that ends then; like kernel.py, which plays a script that is there already."""
import ctypes
import errno
import os
import select
import struct
import subprocess
import time

import calls
import kernel
import scenario
import script
import wire

TS_BASE = 1000               # the first timestamp of the kernel in the script
LAST = 6                     # s: what takes longer is cut off
PROMPT = .006                # s: so soon a segment is an answer
LATE, LATE_PART = .036, .14  # s: that a timer of Linux may be, and of the pause before
TOLERANCE = 14000            # us: of what is an answer

# What of tcp_info is no matter of clocks.
EXACT = '''state ca_state retransmits probes snd_wscale rcv_wscale snd_mss
rcv_mss unacked sacked lost retrans snd_ssthresh snd_cwnd advmss reordering total_retrans
bytes_acked bytes_received notsent_bytes segs_out segs_in data_segs_in data_segs_out delivered
bytes_sent bytes_retrans dsack_dups reord_seen snd_wnd rcv_wnd rcv_ssthresh pmtu
'''.split()
COUNTERS = '''TcpActiveOpens TcpPassiveOpens TcpInSegs TcpRetransSegs TcpOutRsts
TcpAttemptFails TcpEstabResets
DelayedACKLost ListenOverflows TCPRenoRecovery TCPSackRecovery TCPSACKReneging TCPSACKReorder
TCPFullUndo TCPPartialUndo TCPDSACKUndo TCPLossUndo TCPLostRetransmit TCPFastRetrans
TCPSlowStartRetrans TCPTimeouts TCPLossProbes TCPLossProbeRecovery TCPDSACKOldSent
TCPDSACKOfoSent TCPDSACKRecv TCPDSACKOfoRecv TCPAbortOnData TCPAbortOnClose TCPAbortOnTimeout
TCPAbortOnLinger TCPSpuriousRTOs TCPOFOQueue TCPOFODrop TCPChallengeACK TCPSYNChallenge
TCPSynRetrans TCPWinProbe TCPKeepAlive EmbryonicRsts BeyondWindow
TCPRcvQDrop'''.split()


class TooLong(Exception):
    """It ends here."""


class Flow(wire.Flow):
    """With timestamps as far from the first as on the wire."""

    def _opt_script(self, o, stated, exact):
        if o[0] != 8 or len(o) != 10:
            return super()._opt_script(o, stated, exact)
        live = struct.unpack('!I', o[2:6])[0]
        self.first_ts = self.first_ts or (TS_BASE, live)
        stated = (live - self.first_ts[1] + TS_BASE) & 0xffffffff
        return o[:2] + struct.pack('!I', stated) + o[6:]


class Host:
    def __init__(self, s):
        self.tun = kernel.tun(1500)
        # So that it cuts its segments when we do, and not later than it counts them.
        subprocess.run(['ip', 'link', 'set', 'dev', 'tun0', 'gso_max_segs', '1'], check=True)
        for v in kernel.PROFILE.split('\n') + ['tcp_ecn_option=0']:
            name, value = v.split('=')
            open('/proc/sys/net/ipv4/' + name, 'w').write(value)
        self.flow, self.next_port, self.listening = Flow(), 40001, 0
        self.calls = calls.Calls(self, lambda: 0)
        self.log = []                             # (instant, text)
        self.irs_acked = 0
        self.t0 = time.monotonic()
        self.life = scenario.Life(s, self)

    # --- whose packets these are (calls.py tells)

    def began(self, lport, rport, udp):
        was, self.flow = self.flow, Flow(lport, rport)
        self.listening = 0
        return was

    def back(self, flow):
        self.flow = flow

    def listens(self, port):
        self.listening = port

    # --- time

    def elapsed(self):
        return time.monotonic() - self.t0

    def say(self, text, at=None):
        self.log.append((self.elapsed() if at is None else at, text))

    def wait(self, seconds):
        """What the kernel sends meanwhile is written down."""
        until = self.elapsed() + seconds
        if until > LAST:
            raise TooLong()
        while seconds and (left := until - self.elapsed()) > 0:
            if select.select([self.tun], [], [], left)[0]:
                b, at = os.read(self.tun, 65536), self.elapsed()
                self._sent(b, at)

    def _sent(self, b, at):
        try:
            p = wire.parse(b)
        except script.Lacks:
            return
        if not p or p.proto != 'tcp' or not self.flow.has(p):
            return
        if p.flags & 2:
            self.irs_acked = (p.ack - (self.flow.syn_seq or 0)) & 0xffffffff
        want = script.Packet(True, opts=p.opts)
        self.flow.learn(want, p, True)
        self.life.learn(p)
        ecn = '[%s] ' % ['noecn', 'ect1', 'ect0', 'ce'][p.ecn]
        p.ecn = 0
        self.say('> ' + ecn + wire.show(p), at)

    # --- what the life does

    def inject(self, text):
        p = script.Reader(text).event().pkt
        if self.listening:
            self.flow = Flow(self.listening, self.next_port)
            self.listening, self.next_port = 0, self.next_port + 1
        self.say(text.strip())
        os.write(self.tun, self.flow.packet_bytes(p))

    def _parsed(self, text, result):
        return script.Reader(text + ' = ' + ('...' if result is None else str(result))).event()

    def call(self, text, result=None):
        e, at = self._parsed(text, result), self.elapsed()
        got = self.calls.make(e)
        self.say('%s = %s' % (text, self._result(got)), at)

    @staticmethod
    def _result(got):
        return str(got) if got >= 0 else '-1 %s (%s)' % (errno.errorcode[-got], os.strerror(-got))

    def sysctl(self, settings):
        for v in settings:
            name, value = v.split('=', 1)
            if name.endswith('congestion_control'):
                self.calls.cc = value
            else:
                open('/proc/sys/' + name.replace('.', '/'), 'w').write(value)
        self.say('`%s`' % '\n'.join('sysctl -q ' + v for v in settings), 0)

    def ioctl(self, n, what):
        got, at = ctypes.c_int(0), self.elapsed()
        done = calls.plain('ioctl', self.calls.fd(n), script.EXTRA[what], ctypes.byref(got))
        self.say('ioctl(%d, %s, [%s]) = %s' % (
            n, what, '...' if done < 0 else got.value, self._result(done)), at)

    def poll(self, n):
        asked = 'POLLIN POLLPRI POLLOUT POLLRDHUP'.split()
        bits = {w: getattr(select, w) for w in asked + ['POLLERR', 'POLLHUP', 'POLLNVAL']}
        fd, at = self.calls.fd(n), self.elapsed()
        if fd < 0:
            return
        b = ctypes.create_string_buffer(struct.pack('=ihh', fd, sum(bits[w] for w in asked), 0))
        done = calls.plain('poll', b, 1, 0)
        got = struct.unpack_from('=ihh', b)[2]
        words = '|'.join(w for w in bits if got & bits[w]) or '0'
        self.say('poll([{fd=%d, events=%s, revents=%s}], 1, 0) = %s' % (
            n, '|'.join(asked), words, self._result(done)), at)

    def getsockopt(self, n, level, name):
        got, size, at = ctypes.c_int(0), ctypes.c_uint32(4), self.elapsed()
        done = calls.plain('getsockopt', self.calls.fd(n), script.constant(level),
                           script.constant(name), ctypes.byref(got), ctypes.byref(size))
        if done >= 0:
            self.say('getsockopt(%d, %s, %s, [%d], [4]) = 0' % (n, level, name, got.value), at)

    def info(self, n):
        fd, at = self.calls.fd(n), self.elapsed()
        info = calls.tcp_info(fd) if fd >= 0 and self.calls.last == n else {}
        if not info:
            return
        for k in EXACT:
            k = 'tcpi_' + k
            self.say('%%{ assert %s == %d, %s }%%' % (k, info[k], k), at)
        # Not whether ECT was seen where ECN is off, nor what is new: Fast Open's child.
        self.say('%%{ assert tcpi_options & 111 == %d, tcpi_options }%%' % (
            info['tcpi_options'] & 111), at)
        for k, more in ('tcpi_min_rtt', 3000), ('tcpi_rtt', 3000):
            if info[k] < 1 << 30:
                self.say('%%{ assert %d <= %s <= %d, %s }%%' % (
                    info[k] * .75 - more, k, info[k] * 1.3 + more, k), at)
        rto = info['tcpi_rto']
        self.say('%%{ assert %d <= tcpi_rto <= %d, tcpi_rto }%%' % (
            rto * .85 - 25000, rto * 1.15 + 25000), at)

    def counters(self):
        seen = {}
        for path in '/proc/self/net/snmp', '/proc/self/net/netstat':
            lines = open(path).read().split('\n')
            for names, values in zip(lines[::2], lines[1::2]):
                head, *names = names.split()
                for k, v in zip(names, values.split()[1:]):
                    seen['Tcp' + k if head == 'Tcp:' else k] = int(v)
        for k in COUNTERS:
            name = k if k in ('TcpActiveOpens', 'TcpPassiveOpens', 'TcpInSegs', 'TcpOutSegs',
                              'TcpRetransSegs', 'TcpOutRsts', 'TcpAttemptFails',
                              'TcpEstabResets') else 'TcpExt' + k
            self.say('`nstat -sz | grep -q "^%s  *%d "`' % (name, seen[k]), self.elapsed() + .001)

    def text(self):
        """The script; a segment that a timer sent may come earlier in it."""
        self.log.sort(key=lambda e: e[0])
        out, cause, before = [], 0, 0
        for at, what in self.log:
            when = '%.6f' % at
            if what[0] == '>' and 'icmp' not in what:
                if at - cause > PROMPT:
                    late = max(LATE, LATE_PART * (at - before))
                    when = '%.6f~%.6f' % (max(at - late, before), at)
                cause = at
            elif what[0] not in '%`':
                cause = at
            if what[0] not in '%`' and not ('> ' in what and at - before < PROMPT):
                before = at
            out.append('%s %s\n' % (when, what))
        return '--tolerance_usecs=%d\n' % TOLERANCE + ''.join(out)

    def run(self):
        try:
            self.life.run()
        except TooLong:
            self.info(self.life.fd)
        end = self.elapsed()
        self.say('< udp 5000 > 6000 (10)', end)
        self.say('> icmp unreachable port_unreachable', end + .00001)
        self.counters()
        return self.text()


def record(s):
    """The script."""
    kernel.namespace()
    return Host(s).run()
