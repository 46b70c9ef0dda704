# SPDX-License-Identifier: GPL-3.0-or-later
"""Random lives of one connection.  An operation is (pause, name, three numbers
below 1): what it does is decided when it is played, by what the host has sent
so far, so that a life from which operations were taken is one, too."""
import random

SYSCTLS = (
    ('tcp_timestamps', (0,), .45), ('tcp_sack', (0,), .15), ('tcp_window_scaling', (0,), .15),
    ('tcp_ecn', (0, 1), .3), ('tcp_dsack', (0,), .05), ('tcp_congestion_control', ('reno',), .3),
    ('tcp_slow_start_after_idle', (0,), .15), ('tcp_early_retrans', (0,), .1),
    ('tcp_frto', (0,), .1), ('tcp_moderate_rcvbuf', (0,), .1), ('tcp_fin_timeout', (1, 2), .05),
    ('tcp_retries2', (2, 3), .05), ('tcp_orphan_retries', (1, 2), .05),
    ('tcp_synack_retries', (1,), .05), ('tcp_syn_retries', (1,), .05),
    ('tcp_stdurg', (1,), .03),
)
SIZES = 1, 10, 100, 500, 1000, 1400, 1460, 2000, 3000, 5000, 10000, 20000, 20000, 40000
PAUSES = ((0, .25), (.001, .2), (.012, .15), (.03, .13), (.06, .08), (.13, .06), (.26, .06),
          (.5, .03), (1.15, .03), (2.4, .01))

# How often each is drawn.  Those of HONEST are of a peer that means well on a
# path that loses and reorders.
CALLS = {
    'write': 20, 'read': 8, 'send_flags': 4, 'shutdown': 1, 'close': 1, 'nodelay': 1, 'cork': 1,
    'quickack': 1, 'sndbuf': .1, 'rcvbuf': .5, 'maxseg': .4, 'linger': .3, 'keepalive': .6,
    'user_timeout': .3, 'notsent_lowat': .3, 'rcvlowat': .3, 'inq': 1, 'outq': 1, 'poll': 1.5,
    'error': .4, 'recv_flags': 1.2, 'info': 2, 'clamp': .2, 'oobinline': .2,
}
HONEST = {
    'ack_all': 12, 'ack_part': 12, 'ack_first': 6, 'sack_last': 6, 'sack_some': 6, 'ack_again': 6,
    'data': 14, 'data_gap': 3, 'data_fill': 4, 'data_old': 2, 'data_overlap': 1, 'fin': 1,
    'window': 2, 'window_zero': 1, 'dsack': 2, 'ece': .6, 'ce': .6, 'cwr': .3,
}
WILD = {
    'ack_beyond': 1, 'ack_old': 1, 'sack_lie': 1, 'data_beyond': 1, 'data_any': 2, 'fin_any': 1,
    'rst': .5, 'rst_any': 1, 'syn': 1, 'syn_ack': .5, 'no_flags': .3, 'shrink': 1,
    'ts_old': 1, 'ts_none': .5, 'ts_ahead': .4, 'urgent': 1.5, 'icmp': 1.5, 'icmp_mtu': 1,
    'keepalive_probe': 1, 'data_ack_any': 1, 'flags_any': .5, 'dsack_lie': .3,
}


def draw(rng, table):
    names = list(table)
    return rng.choices(names, [table[n] for n in names])[0]


def pause(rng):
    base = rng.choices([p for p, _ in PAUSES], [w for _, w in PAUSES])[0]
    return round(base * rng.uniform(1, 1.3), 4)


def make(seed):
    """{opening, sysctls, n: (numbers of the opening), ops}"""
    rng = random.Random(seed)
    wild = rng.choice((0, 0, .1, .4))
    calls = rng.choice((.2, .4, .6))
    s = {
        'seed': seed,
        'opening': rng.choices(('passive', 'active', 'fastopen', 'fastopen_active', 'odd'),
                               (45, 35, 7, 5, 5))[0],
        'sysctls': [(name, rng.choice(values)) for name, values, part in SYSCTLS
                    if rng.random() < part],
        'n': [rng.random() for _ in range(24)],
        'ops': [],
    }
    for _ in range(rng.randint(3, rng.choice((8, 16, 30)))):
        x = rng.random()
        table = CALLS if x < calls else WILD if rng.random() < wild else HONEST
        s['ops'].append((pause(rng), draw(rng, table), *(rng.random() for _ in range(3))))
    return s


def pick(x, values):
    return values[int(x * len(values))]


class Life:
    """The peer, and the calls of the program.  host is a record.Host."""

    def __init__(self, s, host):
        self.s, self.host = s, host
        self.n = iter(s['n'])
        self.fd = 4
        self.una, self.max, self.sent = 1, 1, []   # of the host's numbers
        self.sacked = []
        self.nxt, self.rcv = 1, 1                 # of ours; what the host acknowledged
        self.holes = []                           # (seq, len) that we left out
        self.wnd, self.host_wnd, self.host_shift = 1000, 0, 0
        self.mss, self.host_mss = 1460, 1460
        self.ts = self.sack = self.ecn = False
        self.ts_val = self.ts_ecr = 0
        self.ece = False
        self.needs_mss = False                    # the host has a limit of its own
        self.host_opts = []                       # of its SYN
        self.later_wnd = 0                        # the window behind the SYN

    # --- what the host sends

    def learn(self, p):
        """p: wire.Packet with the script's numbers."""
        ts = next((o for o in p.opts if o[0] == 8 and len(o) == 10), None)
        if ts:
            self.ts_ecr = int.from_bytes(ts[2:6], 'big')
        if p.flags & 2:
            self.host_opts = p.opts
            for o in p.opts:
                if o[0] == 3:
                    self.host_shift = o[2]
                if o[0] == 2:
                    self.host_mss = int.from_bytes(o[2:4], 'big')
            if p.len:
                self.sent.append((1, 1 + p.len))
                self.max = 1 + p.len
            return
        if p.flags & 16:
            self.host_wnd = p.win << self.host_shift
            if 0 <= p.ack - self.rcv < 1 << 30:
                self.rcv = p.ack
        end = p.seq + p.len + (p.flags & 1)
        if p.flags & 4 or p.seq > 1 << 31:
            return
        if end > p.seq:
            self.sent.append((p.seq, end))
            self.max = max(self.max, end)

    # --- segments

    def options(self, *more, ts=None):
        out = list(more)
        if self.ts and ts is not False:
            val = self.ts_now() if ts is None else ts
            out.append('TS val %d ecr %d' % (val, self.ts_ecr))
        size = sum(10 if o[0] == 'T' else 2 + 8 * o.count(':') for o in out)
        return '<%s>' % ','.join(out + ['nop'] * (-size % 4)) if out else ''

    def ts_now(self):
        self.ts_val = max(self.ts_val, 1000000 + int(self.host.elapsed() * 1000))
        return self.ts_val

    def seg(self, flags='.', seq=None, n=0, ack=None, opts=None, win=None, ecn='', urg=0):
        seq = self.nxt if seq is None else max(seq, 0)
        ack = self.una if ack is None else ack
        if self.ece and '.' in flags and 'E' not in flags and 'S' not in flags:
            flags += 'E'
        self.host.inject('< %s%s %d:%d(%d)%s win %d%s %s' % (
            ecn, flags, seq, seq + n, n, ' ack %d' % (ack & 0xffffffff) if '.' in flags else '',
            min(self.wnd if win is None else win, 65535), ' urg %d' % urg if urg else '',
            self.options() if opts is None else opts))

    def merged(self):
        """What was selectively acknowledged, above una, in runs."""
        out = []
        for a, b in sorted((max(a, self.una), b) for a, b in self.sacked if b > self.una):
            if out and a <= out[-1][1]:
                out[-1] = out[-1][0], max(b, out[-1][1])
            else:
                out.append((a, b))
        return out

    def blocks(self, first=None, limit=3):
        """The option, the run that has `first` in front."""
        runs = self.merged()
        runs.sort(key=lambda r: not (first and r[0] <= first[0] < r[1]))
        return ['sack ' + ' '.join('%d:%d' % r for r in runs[:limit])] if runs and self.sack else []

    def ack_to(self, to, **more):
        self.una = max(self.una, to)
        for a, b in self.merged():
            if a <= self.una < b:
                self.una = b
        self.seg(opts=self.options(*self.blocks()), **more)

    def cuts(self):
        """The ends of segments that wait for an ACK."""
        return sorted({b for _, b in self.sent if b > self.una})

    # --- openings

    def number(self):
        return next(self.n)

    def peer_options(self, answer=None):
        """Of its SYN; answer: the host's SYN has these."""
        r = self.number
        kinds = {o[0] for o in self.host_opts} if answer else None
        asked = dict(self.s['sysctls'])
        out = []
        mss = pick(r(), (None, 1460, 1460, 1460, 1000, 1000, 1200))
        if not mss and self.needs_mss:
            mss = 1460
        if mss:
            out.append('mss %d' % mss)
        self.mss = mss or 536
        if r() < .75 and (kinds is None or 4 in kinds):
            self.sack = asked.get('tcp_sack', 1)
            out.append('sackOK')
        if r() < .6 and (kinds is None or 8 in kinds):
            self.ts = asked.get('tcp_timestamps', 1)
            out.append('TS val %d ecr %d' % (1000000, self.ts_ecr if answer else 0))
            self.ts_val = 1000000
        x = r()
        if x < .7 and (kinds is None or 3 in kinds):
            self.shift = pick(r(), (0, 2, 7, 14))
            out.append('wscale %d' % self.shift)
        else:
            r()
            self.shift = 0
        if not asked.get('tcp_window_scaling', 1):
            self.shift = 0
        self.wnd = pick(r(), (65535, 65535, 65535, 30000, 20000, 10000))
        self.later_wnd = self.wnd >> (self.shift if r() < .7 else 0) or 1
        return out

    @staticmethod
    def option_text(out):
        size = {'m': 4, 's': 2, 'T': 10, 'w': 3, 'F': 2}
        n = sum(size[o[0]] + (len(o.split()[1]) // 2 if o[0] == 'F' and ' ' in o else 0)
                for o in out)
        return '<%s>' % ','.join(out + ['nop'] * (-n % 4)) if out else ''

    def before(self, fd):
        """Options of a socket that is not open yet."""
        x, y = self.number(), self.number()
        # A segment of its own costs Linux more memory than bytes of a long buffer.
        self.host.call('setsockopt(%d, SOL_SOCKET, SO_SNDBUF, [200000], 4)' % fd)
        if x < .1:
            self.host.call('setsockopt(%d, SOL_SOCKET, SO_RCVBUF, [%d], 4)' % (
                fd, pick(y, (3000, 10000, 50000))))
        elif x < .25:
            self.needs_mss = True
            self.host.call('setsockopt(%d, SOL_TCP, TCP_MAXSEG, [%d], 4)' % (
                fd, pick(y, (1000, 1400))))
        elif x < .3:
            self.host.call('setsockopt(%d, SOL_TCP, TCP_WINDOW_CLAMP, [%d], 4)' % (
                fd, pick(y, (2000, 10000))))

    def open(self):
        settings = ['net.ipv4.%s=%s' % s for s in self.s['sysctls']]
        if 'fastopen' in self.s['opening']:
            settings += ['net.ipv4.tcp_fastopen=7', 'net.ipv4.tcp_fastopen_key='
                         'a1a1a1a1-b2b2b2b2-c3c3c3c3-d4d4d4d4']
        if settings:
            self.host.sysctl(settings)
        getattr(self, 'open_' + self.s['opening'])()
        self.wnd = self.later_wnd or self.wnd

    def listen(self):
        h = self.host
        h.call('socket(..., SOCK_STREAM|SOCK_NONBLOCK, IPPROTO_TCP)', 3)
        h.call('setsockopt(3, SOL_SOCKET, SO_REUSEADDR, [1], 4)')
        self.before(3)
        h.call('bind(3, ..., ...)')
        h.call('listen(3, 2)')

    def ecn_asks(self, x):
        mode = dict(self.s['sysctls']).get('tcp_ecn', 2)
        self.ecn = x < .4 and mode in (1, 2)
        return 'SEW' if x < .4 else 'S'

    def accept(self):
        self.host.call('accept4(3, ..., ..., SOCK_NONBLOCK)', 4)

    def open_passive(self):
        self.listen()
        h = self.host
        h.wait(.01)
        flags = self.ecn_asks(self.number())
        self.seg(flags, 0, 0, opts=self.option_text(self.peer_options()))
        h.wait(pick(self.number(), (.005, .01, .03, .1, .1)))
        if self.number() < .2:
            self.seg('P.', 1, 100)
            self.nxt = 101
        else:
            self.seg('.', 1)
        self.accept()

    def open_fastopen(self):
        self.listen()
        h = self.host
        h.call('setsockopt(3, SOL_TCP, TCP_FASTOPEN, [4], 4)')
        h.wait(.01)
        flags = self.ecn_asks(self.number())
        n = pick(self.number(), (0, 10, 500, 1000))
        opts = self.peer_options() + [pick(self.number(), (
            'FO', 'FO 3021b9d889017eeb', 'FO 3021b9d889017eeb', 'FO 3021b9d889017eeb'))]
        self.seg(flags, 0, n, opts=self.option_text(opts))
        h.wait(.005)
        self.nxt = self.rcv = self.host.irs_acked or 1
        if self.number() < .5:
            self.accept()
            h.wait(.005)
            self.host.call('write(4, ..., 1000)')
            h.wait(.01)
            self.seg('.', ack=self.una)
        else:
            self.seg('.', ack=1)
            self.accept()

    def start_active(self, fast=False):
        self.fd = 3
        h = self.host
        h.call('socket(..., SOCK_STREAM|SOCK_NONBLOCK, IPPROTO_TCP)', 3)
        self.before(3)
        if fast:
            h.call('sendto(3, ..., %d, MSG_FASTOPEN, ..., ...)' % pick(
                self.number(), (1, 500, 1400, 3000)))
        else:
            h.call('connect(3, ..., ...)')
        h.wait(pick(self.number(), (.005, .01, .03, .1, .1)))

    def answer(self, flags, **more):
        x = self.number()
        self.ecn = x < .4 and dict(self.s['sysctls']).get('tcp_ecn') == 1
        opts = self.peer_options(True)
        self.seg(flags + ('E' if x < .4 else ''), 0, 0, opts=self.option_text(opts), **more)

    def open_active(self):
        self.start_active()
        self.answer('S.', ack=1)

    def open_fastopen_active(self):
        self.start_active(True)
        self.una = self.max if self.number() < .6 else 1
        self.answer('S.', ack=self.una)

    def open_odd(self):
        """The handshake itself is left to the operations."""
        if self.number() < .5:
            self.listen()
            self.seg('S', 0, 0, opts=self.option_text(self.peer_options()))
            self.host.wait(.01)
            self.half = 'passive'
        else:
            self.start_active()
            self.half = 'active'
        odd = [('R', 1), ('.', 1), ('F.', 1), ('P.', 1, 100), ('R', 100), ('-', 1)]
        odd += [('R.', 1), ('S', 0), ('U.', 1)] if self.half == 'passive' else [('S.', 0)]
        self.seg(*pick(self.number(), odd), ack=pick(self.number(), (1, 0, 2, 1, 1)))
        self.host.wait(.01)
        if self.half == 'passive':
            self.seg('.', 1)
            self.accept()
        else:
            self.answer('S.', ack=1)

    # --- calls

    def op_write(self, x, y, z):
        n = pick(x, SIZES)
        self.host.call('write(%d, ..., %d)' % (self.fd, n))

    def op_send_flags(self, x, y, z):
        flag = pick(y, ('MSG_MORE', 'MSG_OOB', 'MSG_EOR', 'MSG_DONTWAIT|MSG_NOSIGNAL', 'MSG_MORE'))
        self.host.call('send(%d, ..., %d, %s|MSG_NOSIGNAL)' % (self.fd, pick(x, SIZES[:10]), flag))

    def op_read(self, x, y, z):
        self.host.call('read(%d, ..., %d)' % (self.fd, pick(x, (1, 10, 100, 1000, 5000, 100000))))

    def op_recv_flags(self, x, y, z):
        flag = pick(y, ('MSG_PEEK', 'MSG_OOB', 'MSG_TRUNC', 'MSG_WAITALL', 'MSG_PEEK|MSG_OOB'))
        n = 1 if 'OOB' in flag else pick(x, (1, 100, 5000))
        self.host.call('recv(%d, ..., %d, %s)' % (self.fd, n, flag))

    def op_shutdown(self, x, y, z):
        self.host.call('shutdown(%d, %s)' % (self.fd, pick(x, (
            'SHUT_WR', 'SHUT_WR', 'SHUT_RD', 'SHUT_RDWR'))))

    def op_close(self, x, y, z):
        self.host.call('close(%d)' % self.fd)

    def _set(self, level, name, v):
        self.host.call('setsockopt(%d, %s, %s, [%d], 4)' % (self.fd, level, name, v))

    def op_nodelay(self, x, y, z):
        self._set('SOL_TCP', 'TCP_NODELAY', int(x < .7))

    def op_cork(self, x, y, z):
        self._set('SOL_TCP', 'TCP_CORK', int(x < .5))

    def op_quickack(self, x, y, z):
        self._set('SOL_TCP', 'TCP_QUICKACK', int(x < .5))

    def op_sndbuf(self, x, y, z):
        self._set('SOL_SOCKET', 'SO_SNDBUF', pick(x, (2000, 5000, 20000, 200000)))

    def op_rcvbuf(self, x, y, z):
        self._set('SOL_SOCKET', 'SO_RCVBUF', pick(x, (2000, 5000, 20000, 100000)))

    def op_maxseg(self, x, y, z):
        self._set('SOL_TCP', 'TCP_MAXSEG', pick(x, (700, 1000)))

    def op_clamp(self, x, y, z):
        self._set('SOL_TCP', 'TCP_WINDOW_CLAMP', pick(x, (0, 1000, 5000, 30000)))

    def op_oobinline(self, x, y, z):
        self._set('SOL_SOCKET', 'SO_OOBINLINE', int(x < .7))

    def op_linger(self, x, y, z):
        self.host.call('setsockopt(%d, SOL_SOCKET, SO_LINGER, {onoff=%d, linger=0}, 8)' % (
            self.fd, x < .8))

    def op_keepalive(self, x, y, z):
        self._set('SOL_SOCKET', 'SO_KEEPALIVE', int(x < .9))
        self._set('SOL_TCP', 'TCP_KEEPIDLE', 1)
        self._set('SOL_TCP', 'TCP_KEEPINTVL', 1)
        self._set('SOL_TCP', 'TCP_KEEPCNT', pick(y, (1, 2, 5)))

    def op_user_timeout(self, x, y, z):
        self._set('SOL_TCP', 'TCP_USER_TIMEOUT', pick(x, (0, 300, 1000, 2000)))

    def op_notsent_lowat(self, x, y, z):
        self._set('SOL_TCP', 'TCP_NOTSENT_LOWAT', pick(x, (1000, 5000, 20000)))

    def op_rcvlowat(self, x, y, z):
        self._set('SOL_SOCKET', 'SO_RCVLOWAT', pick(x, (1, 500, 3000)))

    def op_inq(self, x, y, z):
        self.host.ioctl(self.fd, 'SIOCINQ')
        if x < .3:
            self.host.ioctl(self.fd, 'SIOCATMARK')

    def op_outq(self, x, y, z):
        self.host.ioctl(self.fd, 'SIOCOUTQ')
        self.host.ioctl(self.fd, 'SIOCOUTQNSD')

    def op_poll(self, x, y, z):
        self.host.poll(self.fd)

    def op_error(self, x, y, z):
        self.host.getsockopt(self.fd, 'SOL_SOCKET', 'SO_ERROR')

    def op_info(self, x, y, z):
        self.host.info(self.fd)

    # --- a peer that means well

    def op_ack_all(self, x, y, z):
        self.ack_to(self.max)

    def op_ack_part(self, x, y, z):
        cuts = self.cuts()
        self.ack_to(pick(x, cuts) if cuts else self.una)

    def op_ack_first(self, x, y, z):
        self.ack_to((self.cuts() or [self.una])[0])

    def _sack(self, x):
        runs = self.merged()
        left = [(a, b) for a, b in self.sent if b > self.una and a > self.una and
                not any(c <= a and b <= d for c, d in runs)]
        if left and self.sack:
            self.sacked.append(pick(x, left))
        new = [self.sacked[-1]] if left and self.sack else [None]
        self.seg(opts=self.options(*self.blocks(new[0])))

    def op_sack_last(self, x, y, z):
        self._sack(.999)

    def op_sack_some(self, x, y, z):
        self._sack(x)

    def op_ack_again(self, x, y, z):
        for _ in range(pick(x, (1, 1, 2, 3))):
            self.seg(opts=self.options(*self.blocks()))

    def _size(self, x):
        room = self.rcv + self.host_wnd - self.nxt
        n = pick(x, (1, 10, 100, 500, 1000, 1400, 1400))
        return max(0, min(n, room, self.host_mss - (12 if self.ts else 0)))

    def op_data(self, x, y, z):
        for _ in range(pick(y, (1, 1, 1, 2, 3, 5))):
            n = self._size(x)
            self.seg('P.' if z < .6 else '.', n=n)
            self.nxt += n

    def op_data_gap(self, x, y, z):
        n = self._size(y)
        if n:
            self.holes.append((self.nxt, n))
            self.nxt += n
        self.op_data(x, 0, z)

    def op_data_fill(self, x, y, z):
        if self.holes:
            at, n = self.holes.pop(int(x * len(self.holes)))
            self.seg('P.', at, n)
        else:
            self.op_data(x, y, z)

    def op_data_old(self, x, y, z):
        n = min(self._size(x) or 100, max(self.nxt - 1, 0))
        self.seg('P.', max(1, self.nxt - n - int(y * 100)), n)

    def op_data_overlap(self, x, y, z):
        old = min(int(y * 500), self.nxt - 1)
        n = self._size(x)
        self.seg('P.', self.nxt - old, n + old)
        self.nxt += n

    def op_fin(self, x, y, z):
        n = self._size(y) if x < .3 else 0
        self.seg('F.', n=n)
        self.nxt += n + 1

    def op_window(self, x, y, z):
        self.wnd = max(self.wnd, pick(x, (1, 100, 1000, 10000, 65535)))
        self.ack_to(self.max if y < .5 else self.una)

    def op_window_zero(self, x, y, z):
        self.wnd = 0
        self.ack_to(self.max if y < .7 else self.una)
        if z < .5:
            self.host.wait(.3 * z)
            self.wnd = pick(x, (100, 1000, 20000))
            self.ack_to(self.una)

    def op_dsack(self, x, y, z):
        old = [(a, b) for a, b in self.sent if b <= self.una]
        if old and self.sack:
            block = 'sack %d:%d' % pick(x, old)
            more = self.blocks(limit=2)
            self.seg(opts=self.options(block + more[0][4:] if more else block))
        else:
            self.seg()

    def op_ece(self, x, y, z):
        self.ece = x < .7
        self.ack_to(self.max if y < .5 else self.una)

    def op_ce(self, x, y, z):
        n = self._size(x)
        self.seg('P.', n=n, ecn=pick(y, ('[ce] ', '[ce] ', '[ect0] ', '[ect1] ')))
        self.nxt += n

    def op_cwr(self, x, y, z):
        n = self._size(x)
        self.seg('PW.' if y < .7 else 'W.', n=n)
        self.nxt += n

    # --- one that does not

    def op_ack_beyond(self, x, y, z):
        self.seg(ack=self.max + pick(x, (1, 100, 5000, 1 << 30)))

    def op_ack_old(self, x, y, z):
        self.seg(ack=self.una - pick(x, (1, 100, 5000, 100000, 1 << 30)))

    def op_sack_lie(self, x, y, z):
        at = pick(x, (self.max, self.una - 2000, self.una, self.una + 1, self.max - 1, 0))
        n = pick(y, (1, 500, 1000, 100000))
        at = max(at, 0)
        b = (at, at + n) if z < .8 else (at + n, at)
        self.seg(opts=self.options('sack %d:%d' % b))

    def op_dsack_lie(self, x, y, z):
        at = max(0, pick(x, (self.una - 1000, self.una - 1, self.una - 100000)))
        more = self.blocks(limit=2)
        block = 'sack %d:%d' % (at, at + pick(y, (1, 1000)))
        self.seg(opts=self.options(block + more[0][4:] if more and z < .7 else block))

    def op_data_beyond(self, x, y, z):
        end = self.rcv + self.host_wnd
        at = pick(y, (end - 100, end, end + 1, end + 100000, end - 1, self.rcv + (1 << 31) - 5))
        self.seg('P.', max(at, 1), pick(x, (1, 100, 1000)))

    def op_data_any(self, x, y, z):
        at = self.rcv + int((x - .3) * 5000)
        n = pick(y, (0, 1, 100, 1000, 1460))
        self.seg(pick(z, ('P.', '.', 'F.', 'PU.', 'P.')), at, n)

    def op_fin_any(self, x, y, z):
        self.seg('F.', self.rcv + pick(x, (-100, -1, 0, 1, 100, 5000, 60000)),
                 pick(y, (0, 0, 1, 100)), ack=pick(z, (self.una, self.max, self.max + 1)))

    def op_rst(self, x, y, z):
        self.seg(pick(x, ('R', 'R.')), self.rcv, opts='')

    def op_rst_any(self, x, y, z):
        at = pick(y, (1, self.rcv + 1, self.rcv - 1, self.rcv + 100, self.rcv + self.host_wnd,
                      self.rcv + self.host_wnd - 1, self.rcv + 1000000))
        self.seg(pick(x, ('R', 'R.', 'R.', 'RF.', 'RP.')), at, pick(z, (0, 0, 10)),
                 ack=pick(z, (self.una, self.max, self.max + 10)))

    def op_syn(self, x, y, z):
        at = pick(x, (0, self.rcv, self.rcv - 1, self.rcv + 100, self.rcv + 10000000))
        self.seg(pick(y, ('S', 'S', 'S.', 'SF')), at, pick(z, (0, 0, 10)),
                 opts=self.options('mss 1000', ts=None if y < .5 else False)
                 if z < .5 else '<mss 1000>')

    def op_syn_ack(self, x, y, z):
        self.seg('S.', 0, 0, ack=pick(x, (1, self.max, 1, 0)), opts='<mss 1000>')

    def op_no_flags(self, x, y, z):
        self.seg(pick(x, ('-', 'F', 'P', 'U', 'E')), self.rcv, pick(y, (0, 1, 100)), opts=None)

    def op_flags_any(self, x, y, z):
        flags = ''.join(c for i, c in enumerate('FRP.UEW') if int(x * 128) >> i & 1) or '-'
        self.seg(flags, self.rcv + pick(y, (0, 1, -1)), pick(z, (0, 1, 100)))

    def op_shrink(self, x, y, z):
        self.wnd = int(self.wnd * pick(x, (.1, .3, .5, .9)))
        self.ack_to(self.max if y < .4 else self.una)

    def op_ts_old(self, x, y, z):
        n = pick(y, (0, 100, 1000))
        self.seg('P.' if n else '.', n=n, ack=pick(z, (self.una, self.max)),
                 opts=self.options(ts=1000000 - pick(x, (1, 1000, 100000))))

    def op_ts_ahead(self, x, y, z):
        n = self._size(y)
        self.seg('P.', n=n, opts=self.options(ts=1000000 + pick(x, (20000, 1000000, 1 << 31))))
        self.nxt += n

    def op_ts_none(self, x, y, z):
        n = self._size(y) if x < .5 else 0
        self.seg('P.' if n else '.', n=n, ack=pick(z, (self.una, self.max)), opts='')

    def op_urgent(self, x, y, z):
        n = self._size(x)
        self.seg('PU.' if z < .8 else 'U.', n=n,
                 urg=pick(y, (1, n or 1, n + 1, n + 500, n // 2 or 1)))
        self.nxt += n

    def op_icmp(self, x, y, z):
        kind = pick(x, ('unreachable host_unreachable', 'unreachable port_unreachable',
                        'unreachable net_unreachable', 'unreachable admin_prohibited',
                        'unreachable protocol_unreachable', 'time_exceeded exceeded_in_transit',
                        'parameter_problem code_0', 'source_quench code_0'))
        self.host.inject('< icmp %s [%d:%d(%d)]' % (kind, *self._quoted(y)))

    def _quoted(self, y):
        a, b = (self.sent or [(1, 1)])[-1]
        at = max(0, pick(y, (a, a, a, self.una, self.una - 1, self.max + 1)))
        return at, at + b - a, b - a

    def op_icmp_mtu(self, x, y, z):
        self.host.inject('< icmp unreachable frag_needed mtu %d [%d:%d(%d)]' % (
            pick(x, (1400, 1000, 1000, 600, 552, 300, 68, 0, 1500, 9000)), *self._quoted(y)))

    def op_keepalive_probe(self, x, y, z):
        n = int(x < .3)
        self.seg('.', self.rcv - 1, n)

    def op_data_ack_any(self, x, y, z):
        n = self._size(x)
        ack = self.una + int((y - .2) * 1.3 * (self.max - self.una + 10))
        self.seg('P.', n=n, ack=ack)
        self.nxt += n

    # --- all of it

    def run(self):
        self.open()
        for wait, name, *numbers in self.s['ops']:
            self.host.wait(wait)
            getattr(self, 'op_' + name)(*numbers)
            if wait and name != 'info':
                self.host.wait(.016)
        self.host.wait(.35)
        self.host.info(self.fd)
        self.host.wait(.7)
