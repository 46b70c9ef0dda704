# SPDX-License-Identifier: GPL-3.0-or-later
"""Packets as bytes, and the script's numbers for the wire's: as sim/pktdrill's
map.c and match.c have them."""
import socket
import struct

from script import ACK, ANY, FLAGS, RST, SYN, Lacks, Packet, Unlike

LOCAL, GATEWAY, REMOTE = '192.168.0.1', '192.168.0.2', '192.0.2.1'
PROTOS = {1: 'icmp', 6: 'tcp', 17: 'udp'}
NUMBERS = {v: k for k, v in PROTOS.items()}
ECHOES = 0, 8, 13, 14        # ICMP messages with an identifier: no errors


def csum(b):
    b += b'\0' * (len(b) % 2)
    n = sum(struct.unpack('!%dH' % (len(b) // 2), b))
    while n >> 16:
        n = (n >> 16) + (n & 0xffff)
    return ~n & 0xffff


def ip(proto, body, src=REMOTE, dst=LOCAL, tos=0, ttl=255, total=None):
    head = struct.pack('!BBHHHBBH4s4s', 0x45, tos, total or 20 + len(body), 0, 0, ttl,
                       NUMBERS[proto], 0, socket.inet_aton(src), socket.inet_aton(dst))
    return head[:10] + struct.pack('!H', csum(head)) + head[12:] + body


def summed(proto, body, at, src=REMOTE, dst=LOCAL):
    """With the checksum of TCP or UDP."""
    pseudo = socket.inet_aton(src) + socket.inet_aton(dst) + struct.pack(
        '!BBH', 0, NUMBERS[proto], len(body))
    return body[:at] + struct.pack('!H', csum(pseudo + body) or 0xffff) + body[at + 2:]


def options(b):
    """bytes of each"""
    out = []
    while b:
        n = 1 if b[0] < 2 else b[1] if len(b) > 1 and b[1] >= 2 else len(b)
        out.append(b[:n])
        b = b[n:]
    return out


def parse(b):
    """A packet of the kernel's, or None: it is none that a script speaks of."""
    if len(b) < 20 or b[0] >> 4 != 4 or b[9] not in PROTOS:
        return None
    if struct.unpack('!H', b[6:8])[0] & 0x3fff:
        raise Lacks('a packet in fragments')
    p = Packet(True, PROTOS[b[9]], tos=b[1], ecn=b[1] & 3, ttl=b[8])
    b = b[(b[0] & 15) * 4:struct.unpack('!H', b[2:4])[0]]
    if p.proto == 'icmp':
        return _icmp(p, b)
    p.sport, p.dport = struct.unpack('!HH', b[:4])
    if p.proto == 'udp':
        p.len = len(b) - 8
        return p
    p.seq, p.ack, head, p.flags, p.win, _, p.urg = struct.unpack('!IIBBHHH', b[4:20])
    hlen = (head >> 4) * 4
    p.opts = options(b[20:hlen])
    p.len = len(b) - hlen
    return p


def _icmp(p, b):
    p.icmp = b[0], b[1]
    if p.icmp == (3, 4):
        p.mtu = struct.unpack('!H', b[6:8])[0]
    if b[0] in ECHOES:
        p.id = struct.unpack('!H', b[4:6])[0]
    elif len(b) >= 36:
        q = b[8:]
        hlen, total = (q[0] & 15) * 4, struct.unpack('!H', q[2:4])[0]
        proto = PROTOS.get(q[9])
        seq = struct.unpack('!I', q[hlen + 4:hlen + 8])[0] if proto == 'tcp' else 0
        more = 8 if proto == 'udp' else (q[hlen + 12] >> 4) * 4 if len(q) > hlen + 12 else 20
        p.quote = proto, seq, total - hlen - more
    return p


class Flow:
    """The connection that packets of the script belong to, or the UDP socket."""

    def __init__(self, lport=0, rport=0, udp=False):
        self.lport, self.rport, self.udp = lport, rport, udp
        self.iss = self.irs = self.syn_seq = None     # of the wire; the peer's is the script's
        self.script_iss = 0
        self.ts, self.first_ts = {}, None             # of ours: script's to the wire's

    def has(self, p):
        if p.proto == 'icmp':
            return self.udp or not self.lport or p.icmp[0] not in ECHOES
        if self.udp:
            return p.proto == 'udp' and self.lport in (0, p.sport)
        return p.proto == 'tcp' and (
            not self.lport or (self.lport, self.rport) == (p.sport, p.dport))

    # --- to the wire

    def _live(self, seq, syn=False):
        return (seq - (self.script_iss if syn else 0) + (self.iss or 0)) & 0xffffffff \
            if self.iss is not None else seq

    def _ts_live(self, v):
        if v in self.ts:
            return self.ts[v]
        if self.first_ts is None:
            return v
        return (v - self.first_ts[0] + self.first_ts[1]) & 0xffffffff

    def _opt_live(self, o):
        if o[0] == 8 and o[6:10] != b'\0\0\0\0':
            return o[:6] + struct.pack('!I', self._ts_live(struct.unpack('!I', o[6:10])[0]))
        if o[0] == 5:
            return o[:2] + b''.join(struct.pack('!I', self._live(v[0]))
                                    for v in struct.iter_unpack('!I', o[2:]))
        return o

    def tcp_bytes(self, p):
        syn = p.flags & SYN
        if syn:
            self.syn_seq = p.seq
            self.irs = p.seq if self.irs is None else self.irs
        opts = b''.join(self._opt_live(o) for o in p.opts)
        opts += b'\0' * (-len(opts) % 4)
        seq = p.seq if syn else p.seq + (self.irs or 0)
        head = struct.pack('!HHIIBBHHH', p.sport or self.rport, p.dport or self.lport,
                           seq & 0xffffffff, self._live(p.ack, syn) if p.flags & ACK else 0,
                           (5 + len(opts) // 4) << 4, p.flags, p.win or 0, 0, p.urg)
        return summed('tcp', head + opts + b'\0' * p.len, 16)

    def udp_bytes(self, p):
        head = struct.pack('!HHHH', p.sport or self.rport or 8080, p.dport or self.lport or 8080,
                           8 + p.len, 0)
        return summed('udp', head + b'\0' * p.len, 6)

    def _quoted(self, p):
        proto, seq, n = p.quote or ('udp' if self.udp else 'tcp', 0, 0)
        if proto == 'udp':
            body = struct.pack('!HHHH', self.lport, self.rport, 8 + n, 0)
        else:
            body = struct.pack('!HHI', self.lport, self.rport, self._live(seq))
        return ip(proto, body, LOCAL, REMOTE, ttl=64,
                  total=20 + (8 if proto == 'udp' else 20) + n)

    def icmp_bytes(self, p):
        body = b'' if p.icmp[0] in ECHOES and not p.quote else self._quoted(p)
        b = struct.pack('!BBHHH', *p.icmp, 0, p.id, p.mtu) + body
        return b[:2] + struct.pack('!H', csum(b)) + b[4:]

    def packet_bytes(self, p):
        body = getattr(self, p.proto + '_bytes')(p)
        src = GATEWAY if p.proto == 'icmp' and not (p.icmp[0] in ECHOES and not p.quote) else REMOTE
        return ip(p.proto, body, src, tos=p.tos if p.tos is not None else max(p.ecn or 0, 0),
                  ttl=255 if p.ttl is None else p.ttl)

    # --- from the wire

    def learn(self, want, got, exact):
        """got has the script's numbers afterwards."""
        syn, ack = got.flags & SYN, got.flags & ACK
        if syn and self.iss != got.seq:
            self.iss, self.script_iss = got.seq, want.seq
            self.lport, self.rport = got.sport, got.dport
        if syn and ack:
            self.irs = self.syn_seq
        if self.iss is not None and (got.seq or not got.flags & RST):
            got.seq = (got.seq - self.iss + (self.script_iss if syn else 0)) & 0xffffffff
        if ack and not syn:
            got.ack = (got.ack - (self.irs or 0)) & 0xffffffff
        stated = next((struct.unpack('!I', o[2:6])[0] for o in want.opts if o[0] == 8), None) \
            if want.opts is not ANY else None
        got.opts = [self._opt_script(o, stated, exact) for o in got.opts]

    def _opt_script(self, o, stated, exact):
        if o[0] == 5:
            return o[:2] + b''.join(struct.pack('!I', (v[0] - (self.irs or 0)) & 0xffffffff)
                                    for v in struct.iter_unpack('!I', o[2:]))
        if o[0] != 8 or stated is None:
            return o
        live = struct.unpack('!I', o[2:6])[0]
        self.ts[stated] = live
        self.first_ts = self.first_ts or (stated, live)
        if exact:
            stated = (live - self.first_ts[1] + self.first_ts[0]) & 0xffffffff
        return o[:2] + struct.pack('!I', stated) + o[6:]


def compare(want, got, ts_slack):
    """ts_slack: ticks that TS val may be off."""
    if want.proto != got.proto:
        raise Unlike('protocol: %s instead of %s' % (got.proto, want.proto))
    pairs = [('payload', want.len, got.len)] if want.proto != 'icmp' else []
    if want.ecn == -2:
        pairs.append(('ecn', True, got.ecn in (1, 2)))
    elif want.ecn is not None:
        pairs.append(('ecn', want.ecn, got.ecn))
    pairs += [(k, getattr(want, k), getattr(got, k)) for k in ('tos', 'ttl')
              if getattr(want, k) is not None]
    if want.proto == 'udp':
        pairs += [(k, getattr(want, k) or getattr(got, k), getattr(got, k))
                  for k in ('sport', 'dport')]
    elif want.proto == 'icmp':
        pairs += [('icmp', want.icmp, got.icmp)]
        pairs += [(k, getattr(want, k), getattr(got, k)) for k in ('mtu', 'id', 'quote')
                  if getattr(want, k)]
    else:
        pairs += [('flags', flags(want.flags), flags(got.flags)), ('seq', want.seq, got.seq),
                  ('ack', want.ack if want.flags & ACK else got.ack, got.ack),
                  ('window', got.win if want.win is None else want.win, got.win),
                  ('urgent pointer', want.urg, got.urg)]
    for name, a, b in pairs:
        if a != b:
            raise Unlike('%s: %s instead of %s' % (name, b, a))
    if want.opts is not ANY:
        _compare_options(want.opts, got.opts, ts_slack)


def _compare_options(want, got, ts_slack):
    pad = sum(map(len, want)) % 4
    want = want + [b'\0'] * ((4 - pad) if pad else 0)
    if len(want) != len(got):
        raise Unlike('options: %s instead of %s' % (show_options(got), show_options(want)))
    for a, b in zip(want, got):
        if a[0] == b[0] == 8 and len(a) == len(b) and a[6:] == b[6:]:
            off = struct.unpack('!I', b[2:6])[0] - struct.unpack('!I', a[2:6])[0]
            if abs(off) <= ts_slack:
                continue
        if a != b:
            raise Unlike('options: %s instead of %s' % (show_options(got), show_options(want)))


def flags(v):
    return ''.join(c for i, c in enumerate(FLAGS) if v >> i & 1) or '-'


def show_options(opts):
    out = []
    for o in opts:
        v = [x[0] for x in struct.iter_unpack('!I', o[2:])] if o[0] in (5, 8) else []
        out.append({0: 'eol', 1: 'nop', 4: 'sackOK'}.get(o[0]) or
                   ('mss %d' % int.from_bytes(o[2:], 'big') if o[0] == 2 else
                    'wscale %d' % o[2] if o[0] == 3 else
                    'sack ' + ' '.join('%d:%d' % (v[i], v[i + 1]) for i in range(0, len(v), 2))
                    if o[0] == 5 else
                    'TS val %d ecr %d' % tuple(v) if o[0] == 8 else
                    'FO ' + o[2:].hex() if o[0] == 34 else o.hex()))
    return '<%s>' % ','.join(out)


def show(p):
    """As a script has it."""
    head = '[%s] ' % ['noecn', 'ect1', 'ect0', 'ce'][p.ecn] if p.ecn and p.ecn > 0 else ''
    if p.proto == 'udp':
        return '%sudp (%d)' % (head, p.len)
    if p.proto == 'icmp':
        return '%sicmp type_%d code_%d mtu %d id %d %s' % (head, *p.icmp, p.mtu, p.id, p.quote)
    return '%s%s %d:%d(%d) ack %d%s%s %s' % (
        head, flags(p.flags), p.seq, p.seq + p.len, p.len, p.ack,
        '' if p.win is None else ' win %d' % p.win, ' urg %d' % p.urg if p.urg else '',
        '<...>' if p.opts is ANY else show_options(p.opts) if p.opts else '')
