# SPDX-License-Identifier: GPL-3.0-or-later
"""System calls of a script, made to the kernel.  Each returns its result, or a
negative errno; what it gave beside is compared with what the script says."""
import ctypes
import os
import socket
import struct

from script import ANY, EXTRA, Lacks, Unlike
from wire import LOCAL, REMOTE

BIND_PORT = CONNECT_PORT = 8080
LIBC = ctypes.CDLL(None, use_errno=True)

# struct tcp_info: names of 1, 4 and 8 bytes in their order.
INFO = (
    ('B', 'state ca_state retransmits probes backoff options wscales flags'),
    ('I', 'rto ato snd_mss rcv_mss unacked sacked lost retrans fackets last_data_sent '
          'last_ack_sent last_data_recv last_ack_recv pmtu rcv_ssthresh rtt rttvar snd_ssthresh '
          'snd_cwnd advmss reordering rcv_rtt rcv_space total_retrans'),
    ('Q', 'pacing_rate max_pacing_rate bytes_acked bytes_received'),
    ('I', 'segs_out segs_in notsent_bytes min_rtt data_segs_in data_segs_out'),
    ('Q', 'delivery_rate busy_time rwnd_limited sndbuf_limited'),
    ('I', 'delivered delivered_ce'),
    ('Q', 'bytes_sent bytes_retrans'),
    ('I', 'dsack_dups reord_seen rcv_ooopack snd_wnd rcv_wnd rehash'),
)


def tcp_info(fd):
    """{tcpi_name: value} of a connection."""
    form = '<' + ''.join(c * len(names.split()) for c, names in INFO)
    names = ' '.join(names for _, names in INFO).split()
    size = ctypes.c_uint32(512)
    buf = ctypes.create_string_buffer(512)
    if LIBC.getsockopt(fd, socket.SOL_TCP, socket.TCP_INFO, buf, ctypes.byref(size)):
        return {}
    out = {'tcpi_' + n: v for n, v in zip(names, struct.unpack_from(form, buf.raw))}
    out['tcpi_snd_wscale'], out['tcpi_rcv_wscale'] = (
        out['tcpi_wscales'] & 15, out.pop('tcpi_wscales') >> 4)
    out['tcpi_delivery_rate_app_limited'] = out.pop('tcpi_flags') & 1
    return out


def plain(name, *args):
    """A call of libc: ints are longs, all else is as it is."""
    fn = getattr(LIBC, name)
    ctypes.set_errno(0)
    done = fn(*(ctypes.c_long(a) if isinstance(a, int) else a for a in args))
    return -ctypes.get_errno() if done == -1 else done


def equal(what, want, got):
    if want is not ANY and want is not None and want != got:
        raise Unlike('%s: %s instead of %s' % (what, got, want))


def one(v):
    return v[0] if isinstance(v, list) and v else v


class Calls:
    def __init__(self, flows, began):
        self.flows = flows       # flows.began(lport, rport, udp), flows.listens()
        self.fds, self.kinds = {}, {}
        self.cc = 'cubic'        # of new sockets
        self.ports = {'bind': BIND_PORT}
        self.last = None         # whose tcp_info code sees
        self.began = began       # the instant that stamps count from

    def make(self, e):
        fn = getattr(self, 'call_' + e.name, None)
        if not fn:
            raise Lacks('the system call %s' % e.name)
        return fn(*e.args, script=e)

    def fd(self, n):
        return self.fds.get(n, -1)

    def _new(self, fd, script):
        if fd >= 0:
            if script.result in self.fds:         # stays open without a name
                self.fds['was', script.result, len(self.fds)] = self.fds[script.result]
            self.fds[script.result] = fd
            return script.result
        return fd

    # --- opening and closing

    def call_socket(self, family, kind, proto, script):
        fd = plain('socket', socket.AF_INET if family is ANY else family, kind, proto)
        udp = kind & 15 == socket.SOCK_DGRAM
        if fd >= 0 and not udp:
            cc = self.cc.encode()
            plain('setsockopt', fd, socket.SOL_TCP, socket.TCP_CONGESTION, cc, len(cc))
        self.kinds[script.result] = udp
        self.last = script.result
        if udp:
            self.flows.began(0, 0, True)
        return self._new(fd, script)

    @staticmethod
    def _address(v, ip, port):
        if not isinstance(v, dict):
            return struct.pack('!4s', b'') if v == 0 else struct.pack(
                '=H', socket.AF_INET) + struct.pack('!H4s8x', port, socket.inet_aton(ip))
        return struct.pack('=H', v.get('sa_family', socket.AF_INET)) + struct.pack(
            '!H4s8x', v.get('sin_port', port), socket.inet_aton(v.get('sin_addr', ip)))

    def _port(self, fd):
        with_name = socket.socket(fileno=os.dup(fd))
        port = with_name.getsockname()[1]
        with_name.close()
        return port

    def call_bind(self, n, to, _, script):
        a = self._address(to, LOCAL, self.ports['bind'])
        self.ports['bind'] = struct.unpack('!H', a[2:4])[0]
        done = plain('bind', self.fd(n), a, len(a))
        if not done and self.kinds.get(n):
            self.flows.began(self._port(self.fd(n)), 0, True)
        return done

    def call_listen(self, n, backlog, script):
        done = plain('listen', self.fd(n), backlog)
        if not done:
            self.flows.listens(self.ports['bind'])
        return done

    def call_accept(self, n, *rest, script):
        flags = rest[2] if len(rest) > 2 else 0
        done = self._new(plain('accept4', self.fd(n), None, None, flags), script)
        self.last = done if done >= 0 else self.last
        return done

    call_accept4 = call_accept

    def call_connect(self, n, to, *_, script):
        a = self._address(to, REMOTE, CONNECT_PORT)
        udp, ends = self.kinds.get(n), struct.unpack('=H', a[:2])[0] == socket.AF_UNSPEC
        self.last = n
        was = None if udp or ends else self.flows.began(0, 0, False)
        done = plain('connect', self.fd(n), a, len(a))
        if udp and not done:
            self.flows.began(self._port(self.fd(n)), struct.unpack('!H', a[2:4])[0], True)
        elif was and done not in (0, -115) and not script.ends:
            self.flows.back(was)
        return done

    def call_close(self, n, script):
        if n == self.last:
            self.last = None
        return plain('close', self.fds.pop(n, -1))

    def call_shutdown(self, n, how, script):
        return plain('shutdown', self.fd(n), how)

    # --- descriptors

    def call_fcntl(self, n, cmd, *arg, script):
        return plain('fcntl', self.fd(n), cmd, *arg)

    def call_ioctl(self, n, what, arg, script):
        got = ctypes.c_int(0)
        done = plain('ioctl', self.fd(n), what, ctypes.byref(got))
        if not done:
            equal('ioctl', one(arg), got.value)
        return done

    def call_pipe(self, ends, script):
        for n, fd in zip(ends, os.pipe()):
            self.fds[n] = fd
        return 0

    def call_splice(self, a, _, b, __, n, flags, script):
        return plain('splice', self.fd(a), None, self.fd(b), None, n, flags)

    # --- options

    @staticmethod
    def _value(v):
        v = one(v)
        if isinstance(v, dict) and len(v) == 2:   # struct linger, struct timeval
            return struct.pack('=qq' if 'tv_sec' in v else '=ii', *v.values())
        if isinstance(v, str):
            return v.encode('latin-1')
        return struct.pack('=I', v & 0xffffffff)

    def call_setsockopt(self, n, level, what, v, size, script):
        b = None if v == 0 else self._value(v)
        return plain('setsockopt', self.fd(n), level, what, b, one(size))

    def call_getsockopt(self, n, level, what, v, size, script):
        room = 512 if one(size) is ANY else one(size)
        got, n_got = ctypes.create_string_buffer(512), ctypes.c_uint32(room)
        done = plain('getsockopt', self.fd(n), level, what, got, ctypes.byref(n_got))
        if not done and v is not ANY and not isinstance(one(v), dict):
            want = self._value(v)
            equal('option', want, got.raw[:len(want)])
        return done

    # --- data

    def _flow_of_data(self, n, port):
        if self.kinds.get(n):
            self.flows.began(self._port(self.fd(n)), port, True)

    def call_write(self, n, buf, size, script):
        return plain('write', self.fd(n), None if buf == 0 else bytes(size), size)

    def call_send(self, n, buf, size, flags, script):
        return plain('send', self.fd(n), bytes(size), size, flags)

    def call_sendto(self, n, buf, size, flags, to, _, script):
        begins = flags & socket.MSG_FASTOPEN
        was = self.flows.began(0, 0, False) if begins else None
        a = self._address(to, REMOTE, CONNECT_PORT) if begins or self.kinds.get(n) else None
        if begins:
            self.last = n
        done = plain('sendto', self.fd(n), bytes(size), size, flags, a, len(a or ''))
        if done >= 0:
            self._flow_of_data(n, struct.unpack('!H', a[2:4])[0] if a else 0)
        elif was and done != -115 and not script.ends:
            self.flows.back(was)
        return done

    def call_read(self, n, buf, size, script):
        return plain('read', self.fd(n), None if buf == 0 else
                     ctypes.create_string_buffer(size + 1), size)

    def call_recv(self, n, buf, size, flags, script):
        return plain('recv', self.fd(n), ctypes.create_string_buffer(size + 1), size, flags)

    def _named(self, script, v, got):
        if isinstance(v, dict) and 'sin_port' in v:
            equal('port', v['sin_port'], got[1])

    def call_recvfrom(self, n, buf, size, flags, a, _, script):
        name, room = ctypes.create_string_buffer(16), ctypes.c_uint32(16)
        done = plain('recvfrom', self.fd(n), ctypes.create_string_buffer(size + 1), size, flags,
                     name, ctypes.byref(room))
        if done >= 0 and isinstance(a, dict):
            equal('port', a.get('sin_port', ANY), struct.unpack('!H', name.raw[2:4])[0])
        return done

    @staticmethod
    def _pieces(v):
        return [bytearray(p[1]) for p in v]

    def _with_socket(self, n, fn):
        sk = socket.socket(fileno=self.fd(n)) if self.fd(n) >= 0 else None
        try:
            return fn(sk) if sk else -9
        except OSError as err:
            return -err.errno
        finally:
            if sk:
                sk.detach()

    def call_writev(self, n, iov, _, script):
        return self._with_socket(n, lambda sk: sk.sendmsg(self._pieces(iov)))

    def call_readv(self, n, iov, _, script):
        return self._with_socket(n, lambda sk: sk.recvmsg_into(self._pieces(iov))[0])

    def call_sendmsg(self, n, m, flags, script):
        to = (REMOTE, CONNECT_PORT) if self.kinds.get(n) else None

        def send(sk):
            try:
                to_given = to if to and not sk.getpeername() else None
            except OSError:
                to_given = to
            return sk.sendmsg(self._pieces(m['msg_iov']), [], flags,
                              *([to_given] if to_given else []))
        done = self._with_socket(n, send)
        if done >= 0:
            self._flow_of_data(n, CONNECT_PORT)
        return done

    def call_recvmsg(self, n, m, flags, script):
        pieces = self._pieces(m['msg_iov'])
        got = self._with_socket(n, lambda sk: sk.recvmsg_into(pieces, 1024, flags))
        if isinstance(got, int):
            return got
        if isinstance(m.get('msg_flags'), int):
            equal('msg_flags', m['msg_flags'], got[2] & ~socket.MSG_CMSG_CLOEXEC)
        self._named(script, m.get('msg_name'), got[3])
        for want in m.get('msg_control') or []:
            self._control(want, got[1])
        return got[0]

    def _control(self, want, got):
        level, kind = want['cmsg_level'], want['cmsg_type']
        b = next((b for lv, k, b in got if (lv, k) == (level, kind)), None)
        data = want['cmsg_data']
        if b is None:
            raise Unlike('no control message %d of level %d' % (kind, level))
        if kind == EXTRA['IP_RECVERR'] and level == 0:
            names = 'ee_errno ee_origin ee_type ee_code pad ee_info ee_data'.split()
            for name, v in zip(names, struct.unpack('=IBBBBII', b[:16])):
                equal(name, data.get(name, ANY), v)
        elif kind == EXTRA['SCM_TIMESTAMPING'] and level == socket.SOL_SOCKET:
            sec, ns = struct.unpack('=qq', b[:16])
            off = sec + ns / 1e9 - self.began() - data['scm_sec'] - data['scm_nsec'] / 1e9
            if abs(off) > .1:
                raise Unlike('a timestamp is %.3f s off' % off)
        else:
            equal('control message', data, int.from_bytes(b[:4], 'little'))

    # --- poll, epoll

    def call_poll(self, fds, _, timeout, script):
        b = ctypes.create_string_buffer(b''.join(
            struct.pack('=ihh', self.fd(p['fd']), p['events'], 0) for p in fds))
        done = plain('poll', b, len(fds), timeout)
        for i, p in enumerate(fds):
            equal('revents', p.get('revents', ANY), struct.unpack_from('=ihh', b, i * 8)[2])
        return done

    @staticmethod
    def _data(v):
        return next((v[k] for k in ('fd', 'u32', 'u64', 'ptr') if k in v), 0)

    def call_epoll_create(self, size, script):
        return self._new(plain('epoll_create', size), script)

    def call_epoll_create1(self, flags, script):
        return self._new(plain('epoll_create1', flags), script)

    def call_epoll_ctl(self, n, op, of, *event, script):
        e = one(event[0]) if event and event[0] else {'events': 0}
        b = struct.pack('=IQ', e['events'] & 0xffffffff, self._data(e))
        return plain('epoll_ctl', self.fd(n), op, self.fd(of), b)

    def call_epoll_wait(self, n, events, size, timeout, script):
        b = ctypes.create_string_buffer(12 * max(size, 1))
        done = plain('epoll_wait', self.fd(n), b, size, timeout)
        wants = events if isinstance(events, list) else [events]
        for i, want in enumerate(wants[:max(done, 0)]):
            got = struct.unpack_from('=IQ', b, 12 * i)
            if isinstance(want, dict):
                equal('events', want['events'] & 0xffffffff, got[0])
                equal('data of the event', self._data(want), got[1])
        return done
