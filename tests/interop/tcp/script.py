# SPDX-License-Identifier: GPL-3.0-or-later
"""Segment scripts, read a second time: sim/pktdrill reads them for our stack, in
C; here names are those of Python's modules and %{ code }% is Python."""
import dataclasses
import errno
import fcntl
import os
import re
import select
import socket
import struct

ANY = Ellipsis               # "..." in a script

# Of Linux (x86), where Python has no name for it.
EXTRA = {
    'MSG_ZEROCOPY': 0x4000000, 'SO_ZEROCOPY': 60, 'TCP_INQ': 36, 'TCP_CM_INQ': 36,
    'SO_TIMESTAMPING': 37, 'SCM_TIMESTAMPING': 37, 'TCP_FASTOPEN_CONNECT': 30,
    'TCP_FASTOPEN_KEY': 33, 'TCP_FASTOPEN_NO_COOKIE': 34, 'TCP_SAVE_SYN': 27, 'TCP_SAVED_SYN': 28,
    'TCP_REPAIR': 19, 'TCP_NOTSENT_LOWAT': 25, 'TCP_TX_DELAY': 37, 'TCP_TIMESTAMP': 24,
    'SIOCINQ': 0x541b, 'FIONREAD': 0x541b, 'SIOCOUTQ': 0x5411, 'TIOCOUTQ': 0x5411,
    'SIOCOUTQNSD': 0x894b, 'SIOCATMARK': 0x8905, 'IP_RECVTTL': 12, 'IP_MTU_DISCOVER': 10,
    'IP_MTU': 14, 'IP_PMTUDISC_DONT': 0, 'IP_PMTUDISC_WANT': 1, 'IP_PMTUDISC_DO': 2,
    'IP_PMTUDISC_PROBE': 3, 'IP_RECVERR': 11, 'IP_RECVTOS': 13, 'SOL_IP': 0, 'NULL': 0,
    'SO_MAX_PACING_RATE': 47, 'SO_SNDBUFFORCE': 32, 'SO_RCVBUFFORCE': 33,
    'SO_EE_ORIGIN_LOCAL': 1, 'SO_EE_ORIGIN_ICMP': 2, 'SO_EE_ORIGIN_TIMESTAMPING': 4,
    'SO_EE_ORIGIN_ZEROCOPY': 5, 'SO_EE_CODE_ZEROCOPY_COPIED': 1,
    'SCM_TSTAMP_SND': 0, 'SCM_TSTAMP_SCHED': 1, 'SCM_TSTAMP_ACK': 2,
    'SOF_TIMESTAMPING_TX_SOFTWARE': 1 << 1, 'SOF_TIMESTAMPING_SOFTWARE': 1 << 4,
    'SOF_TIMESTAMPING_OPT_ID': 1 << 7, 'SOF_TIMESTAMPING_TX_SCHED': 1 << 8,
    'SOF_TIMESTAMPING_TX_ACK': 1 << 9, 'SOF_TIMESTAMPING_OPT_TSONLY': 1 << 11,
    'CMSG_LEVEL_IP': 0, 'CMSG_TYPE_RECVERR': 11,
    'TCP_CA_Open': 0, 'TCP_CA_Disorder': 1, 'TCP_CA_CWR': 2, 'TCP_CA_Recovery': 3,
    'TCP_CA_Loss': 4, 'TCPI_OPT_TIMESTAMPS': 1, 'TCPI_OPT_SACK': 2, 'TCPI_OPT_WSCALE': 4,
    'TCPI_OPT_ECN': 8, 'TCPI_OPT_ECN_SEEN': 16, 'TCPI_OPT_SYN_DATA': 32,
    'TCP_ESTABLISHED': 1, 'TCP_SYN_SENT': 2, 'TCP_SYN_RECV': 3, 'TCP_FIN_WAIT1': 4,
    'TCP_FIN_WAIT2': 5, 'TCP_TIME_WAIT': 6, 'TCP_CLOSE': 7, 'TCP_CLOSE_WAIT': 8,
    'TCP_LAST_ACK': 9, 'TCP_LISTEN': 10, 'TCP_CLOSING': 11,
}
# The cookies that keys of the selftests make for 192.0.2.1 at 192.168.0.1.
GIVEN = {'TFO_COOKIE': '3021b9d889017eeb', 'TFO_COOKIE_ZERO': 'b7c12350a90dc8f5'}

FLAGS = 'FSRP.UEW'           # from bit 0
FIN, SYN, RST, PSH, ACK, URG = 1, 2, 4, 8, 16, 32
IP_WORDS = {'noecn': 0, 'ect1': 1, 'ect0': 2, 'ce': 3, 'ect01': -2}
ICMP_UNREACH = ('net_unreachable host_unreachable protocol_unreachable port_unreachable '
                'frag_needed source_route_failed net_unknown host_unknown source_host_isolated '
                'net_prohibited host_prohibited net_unreachable_for_tos host_unreachable_for_tos '
                'admin_prohibited precedence_violation precedence_cutoff').split()
ICMP_TYPES = {'echo_reply': 0, 'unreachable': 3, 'source_quench': 4, 'redirect': 5,
              'echo_request': 8, 'time_exceeded': 11, 'parameter_problem': 12,
              'timestamp_request': 13, 'timestamp_reply': 14}
ICMP_CODES = {**{w: i for i, w in enumerate(ICMP_UNREACH)}, 'packet_filtered': 13,
              'exceeded_in_transit': 0, 'exceeded_reassembly': 1}


class Lacks(Exception):
    """The script needs what the judge cannot do."""


class Unlike(Exception):
    """The kernel did not do what the script says."""


@dataclasses.dataclass
class Packet:
    """Of a script, or of the wire with the script's numbers."""
    out: bool = False
    proto: str = 'tcp'
    flags: int = 0
    seq: int = 0
    ack: int = 0
    len: int = 0
    win: int = None          # None: not said; so with those below
    urg: int = 0
    opts: list = dataclasses.field(default_factory=list)  # bytes of each, or ANY
    ecn: int = None          # -2: ECT(0) or ECT(1)
    tos: int = None
    ttl: int = None
    sport: int = 0
    dport: int = 0
    icmp: tuple = (0, 0)     # type, code
    mtu: int = 0
    id: int = 0
    quote: tuple = None      # (protocol, seq, len)


@dataclasses.dataclass
class Event:
    line: int
    kind: str = None         # call, packet, command, code
    when: str = 'after'      # at, after, any
    at: float = 0.0
    to: float = None
    ends: float = None
    name: str = None         # of a call ...
    args: list = None
    result: object = None    # ANY: not looked at
    errno: int = 0
    pkt: Packet = None
    text: str = None         # of a command or of code


def constant(name):
    if name in EXTRA:
        return EXTRA[name]
    for module in (socket, select, errno, fcntl, os):
        if isinstance(getattr(module, name, None), int):
            return int(getattr(module, name))
    if name.startswith('EPOLL_CTL'):
        return {'ADD': 1, 'DEL': 2, 'MOD': 3}[name[10:]]
    return None


class Reader:
    def __init__(self, text):
        self.text, self.at, self.options = text, 0, []

    # --- words

    def skip(self):
        self.at = re.compile(r'(\s|//[^\n]*|#[^\n]*|/\*.*?\*/)*', re.S).match(
            self.text, self.at).end()

    def take(self, pattern):
        """The match, or None: of what is next behind blanks and comments."""
        self.skip()
        m = re.compile(pattern, re.S).match(self.text, self.at)
        if m:
            self.at = m.end()
        return m

    def line(self):
        self.skip()
        return self.text.count('\n', 0, self.at) + 1

    def want(self, pattern):
        m = self.take(pattern)
        if not m:
            raise Lacks('line %d: not understood: %.30r' % (self.line(), self.text[self.at:]))
        return m

    def number(self):
        return int(self.want(r'-?(0x[0-9a-fA-F]+|\d+)').group(), 0)

    # --- the frame

    def script(self):
        """Its options, its events."""
        while m := self.take(r'--(\w+)(=(`[^`]*`|"[^"]*"|\S*))?'):
            self.options.append((m[1], (m[3] or '').strip('`"')))
        events = []
        while self.skip() or self.at < len(self.text):
            events.append(self.event())
        return dict(self.options), events

    def event(self):
        e = Event(self.line())
        number = r'(\+?)(\d+(?:\.(?!\.)\d*)?|\.\d+)'
        if self.take(r'\*'):
            e.when = 'any'
        elif m := self.take(number):
            e.when, e.at = 'after' if m[1] else 'at', float(m[2])
            if self.take('~'):
                e.to = float(self.want(number)[2])
            elif self.take(r'\.\.\.'):
                e.ends = float(self.want(number)[2])
        e.line = self.line()
        if m := self.take(r'([<>])'):
            e.kind, e.pkt = 'packet', self.packet(m[1] == '>')
        elif m := self.take('`([^`]*)`'):
            e.kind, e.text = 'command', m[1]
        elif m := self.take(r'%\{(.*?)\}%'):
            e.kind, e.text = 'code', m[1]
        else:
            self.call(e)
        return e

    # --- calls

    def call(self, e):
        e.kind, e.name = 'call', self.want(r'[a-z_]\w*')[0]
        self.want(r'\(')
        e.args = self.items(r'\)')
        self.want('=')
        if self.take(r'\.\.\.'):
            e.result = ANY
        elif m := self.take(r'[A-Z]\w*'):
            e.result = constant(m[0])
        else:
            e.result = self.number()
            if e.result == -1 and (m := self.take(r'E[A-Z]+')):
                e.errno = constant(m[0])
        self.take(r'\([^)\n]*\)')

    def items(self, close):
        out = []
        while not self.take(close):
            out.append(self.value())
            self.take(',')
        return out

    def value(self):
        """int, str, list, ANY, or {name or place: value}."""
        v = self.atom()
        while self.take(r'\|'):
            v |= self.atom()
        return v

    def atom(self):
        if self.take(r'\.\.\.'):
            return ANY
        if self.take(r'\['):
            return self.items(r'\]')
        if self.take(r'\{'):
            return self.members()
        if m := self.take('"([^"]*)"'):
            return re.sub(r'\\x(..)', lambda h: chr(int(h[1], 16)), m[1])
        if not (m := self.take(r'[A-Za-z_]\w*')):
            return self.number()
        if (v := constant(m[0])) is not None:
            return v
        if m[0] in ('htons', 'htonl', 'inet_addr') and self.take(r'\('):
            return self.items(r'\)')[0]
        defined = dict(v.split('=', 1) for k, v in self.options if k == 'define')
        if m[0] in defined:
            return Reader(defined[m[0]]).value()
        raise Lacks('the name %s' % m[0])

    def members(self):
        out = {}
        while not self.take(r'\}'):
            m = self.take(r'([a-z]\w*)\s*(\(\w+\)|\(\.\.\.\))?\s*=')
            out[m[1] if m else len(out)] = self.value()
            self.take(',')
        return out

    # --- packets

    def packet(self, out):
        p = Packet(out)
        if self.take(r'\[(?=\d|udp)'):
            p.quote = self.quoted()
        elif self.take(r'[\[(](?=[a-z])'):
            self.ip_words(p)
        if self.take(r'udp\b'):
            p.proto = 'udp'
            self.ports(p)
            p.len = int(self.want(r'\((\d+)\)')[1])
        elif self.take(r'icmp\b'):
            self.icmp(p)
        else:
            self.tcp(p)
        return p

    def ports(self, p):
        if m := self.take(r'(\d+)\s*>\s*(\d+)'):
            p.sport, p.dport = int(m[1]), int(m[2])

    def ip_words(self, p):
        while not self.take(r'[\])]'):
            word = self.want(r'\w+')[0]
            if word in ('tos', 'ttl'):
                setattr(p, word, self.number())
            elif word in IP_WORDS:
                p.ecn = IP_WORDS[word]
            else:
                raise Lacks('the word %s of IP' % word)
            self.take(',')

    def seq(self):
        seq = self.number()
        if self.take(':'):
            self.number()
        return seq & 0xffffffff, int(self.want(r'\((\d+)\)')[1])

    def tcp(self, p):
        self.ports(p)
        flags = self.want(r'-|[FSRP.UEW]+')[0]
        p.flags = sum(1 << FLAGS.index(c) for c in flags if c != '-')
        p.seq, p.len = self.seq()
        if self.take(r'ack\b'):
            p.ack = self.number() & 0xffffffff
        if self.take(r'win\b'):
            p.win = self.number()
        if self.take(r'urg\b'):
            p.urg = self.number()
        if self.take(r'<\s*\.\.\.\s*>'):
            p.opts = ANY
        elif self.take(r'<\s*(?=(mss|sackOK|sack|TS|nop|eol|wscale|FO|FOEXP|md5)\b|>)'):
            while not self.take('>'):
                p.opts.append(self.option())
                self.take(',')

    def option(self):
        name = self.want(r'\w+')[0]
        if name in ('nop', 'eol', 'sackOK'):
            return {'nop': b'\1', 'eol': b'\0', 'sackOK': b'\4\2'}[name]
        if name == 'mss':
            return struct.pack('!BBH', 2, 4, self.number())
        if name == 'wscale':
            return struct.pack('!BBB', 3, 3, self.number())
        if name == 'TS':
            m = self.want(r'val\s+(\d+)\s+ecr\s+(\d+)')
            return struct.pack('!BBII', 8, 10, int(m[1]), int(m[2]))
        if name == 'sack':
            blocks = b''
            while m := self.take(r'(-?\d+):(-?\d+)'):
                blocks += struct.pack('!II', int(m[1]) & 0xffffffff, int(m[2]) & 0xffffffff)
            return bytes([5, 2 + len(blocks)]) + blocks
        if name in ('FO', 'FOEXP'):
            digits = self.take(r'\w*')[0]
            cookie = bytes.fromhex(GIVEN.get(digits, digits))
            head = bytes([34, 2 + len(cookie)]) if name == 'FO' else \
                bytes([254, 4 + len(cookie), 0xf9, 0x89])
            return head + cookie
        raise Lacks('TCP option %s' % name)

    def icmp(self, p):
        p.proto = 'icmp'
        word = self.want(r'\w+')[0]
        kind = int(word[5:]) if word.startswith('type_') else ICMP_TYPES.get(word)
        code = 0
        if m := self.take(r'(?!mtu\b|id\b)[a-z]\w*'):
            code = int(m[0][5:]) if m[0].startswith('code_') else ICMP_CODES.get(m[0])
        if kind is None or code is None:
            raise Lacks('this ICMP message')
        p.icmp = kind, code
        if self.take(r'mtu\b'):
            p.mtu = self.number()
        if self.take(r'id\b'):
            p.id = self.number()
        if self.take(r'\[(?=\d|udp)'):
            p.quote = self.quoted()

    def quoted(self):
        if self.take('udp'):
            out = 'udp', 0, int(self.want(r'\((\d+)\)')[1])
        else:
            out = 'tcp', *self.seq()
        self.want(r'\]')
        return out


def duration(events):
    """Seconds that it takes at least."""
    now = 0
    for e in events:
        base = 0 if e.when == 'at' else now
        now = max(now, base + max(e.at, e.to or 0, e.ends or 0))
    return now
