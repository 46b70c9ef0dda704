#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A socket of Linux that does what its words say, one after the other.

    linux_peer.py listen PORT | connect ADDR PORT   then any of
    send N        so much more of the stream that tests/lab/flow.c sends
    recv N        so much of it comes, and is right
    both N M      sends and receives at once
    eof           nothing more comes, and then its end
    shut          no more of ours
    close         at once; linger0: with a RST
    sleep S       seconds of the wall clock
    keepalive     from now on: after a second, each second, three times
    echo N        of so many more connections, all that comes, at once
    fails ERRNO   the next receive or send ends so
    urgent N      send N, the last of them urgent
    inline        from now on the urgent byte is read in its place
    oob N         the urgent byte comes, N behind what was read, and is right
    till N        so much is before the mark, and no read passes it
    past          the next byte is the urgent one: no read brings it
    told          there is an urgent byte to come, and it is not here yet
    sndbuf N      bytes
    options       IP options in what is sent from now on
    gone S        the socket has an error or is closed within so many seconds

Prints "ready" when it listens, and "ok" at the end; else says what was wrong.
"""
import array
import errno
import fcntl
import os
import select
import signal
import socket
import struct
import sys
import time

MASK = (1 << 64) - 1


def stream(at, n):
    """Bytes [at, at + n) of the stream."""
    out = []
    for i in range(at // 8, (at + n + 7) // 8):
        x = i + 1
        x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9 & MASK
        x = (x ^ x >> 27) * 0x94d049bb133111eb & MASK
        out.append((x ^ x >> 31).to_bytes(8, 'little'))
    return b''.join(out)[at % 8:at % 8 + n]


class Peer:
    def __init__(self, server, sk):
        self.server, self.sk = server, sk
        self.sent = self.got = 0
        self.urgs = 0
        signal.signal(signal.SIGURG, self.urg)
        fcntl.fcntl(sk, fcntl.F_SETOWN, os.getpid())

    def urg(self, *_):
        self.urgs += 1

    def take(self, most):
        some = self.sk.recv(min(most, 1 << 16))
        if some != stream(self.got, len(some)):
            sys.exit(f'wrong bytes after {self.got}')
        self.got += len(some)
        return len(some)

    def send(self, n):
        self.sk.sendall(stream(self.sent, n))
        self.sent += n

    def recv(self, n):
        while n:
            some = self.take(n)
            if not some:
                sys.exit(f'the end after {self.got}, {n} too early')
            n -= some

    def both(self, n, m):
        data, done = stream(self.sent, n), 0
        self.sk.setblocking(False)
        while done < n or m:
            r, w, _ = select.select([self.sk] * (m > 0), [self.sk] * (done < n), [], 20)
            if not r and not w:
                sys.exit('nothing for 20 s')
            if r:
                m -= self.take(m)
            if w:
                done += self.sk.send(data[done:done + 65536])
        self.sk.settimeout(20)
        self.sent += n

    def eof(self):
        if self.take(1):
            sys.exit('more than was expected')

    def shut(self):
        self.sk.shutdown(socket.SHUT_WR)

    def close(self):
        self.sk.close()

    def linger0(self):
        self.sk.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
        self.sk.close()

    def sleep(self, s):
        time.sleep(s)

    def keepalive(self):
        self.sk.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for opt in socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL:
            self.sk.setsockopt(socket.IPPROTO_TCP, opt, 1)
        self.sk.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 3)

    def echo(self, n):
        poll, some, waits = select.poll(), {}, {}
        poll.register(self.server, select.POLLIN)
        while n or some:
            for fd, ev in poll.poll(20000) or sys.exit('nothing for 20 s'):
                if fd == self.server.fileno():
                    sk, _ = self.server.accept()
                    sk.setblocking(False)
                    some[sk.fileno()], waits[sk.fileno()] = sk, b''
                    poll.register(sk, select.POLLIN)
                    n -= 1
                    continue
                sk, data = some[fd], waits[fd]
                if ev & select.POLLIN and not data:
                    data = sk.recv(65536)
                    if not data:
                        poll.unregister(fd)
                        some.pop(fd).close()
                        continue
                waits[fd] = data[sk.send(data):]
                poll.modify(sk, select.POLLOUT if waits[fd] else select.POLLIN)

    def fails(self, name):
        try:
            while self.sk.recv(65536):
                pass
            while True:
                self.sk.send(b'x' * 1000)
        except OSError as e:
            if errno.errorcode.get(e.errno) != name:
                sys.exit(f'{e}, not {name}')

    def urgent(self, n):
        if self.sk.send(stream(self.sent, n), socket.MSG_OOB) != n:
            sys.exit('not all of what is urgent in one write')
        self.sent += n

    def inline(self):
        self.sk.setsockopt(socket.SOL_SOCKET, socket.SO_OOBINLINE, 1)

    def wait(self, events):
        p = select.poll()
        p.register(self.sk, events)
        p.poll(20000) or sys.exit('nothing for 20 s')

    def at_mark(self):
        v = array.array('i', [0])
        fcntl.ioctl(self.sk, 0x8905, v)         # SIOCATMARK
        return v[0]

    def byte_apart(self):
        self.sk.setblocking(False)              # else Python waits for other bytes first
        try:
            return self.sk.recv(1, socket.MSG_OOB)
        finally:
            self.sk.settimeout(20)

    def oob(self, n):
        self.wait(select.POLLPRI)
        if self.byte_apart() != stream(self.got + n, 1):
            sys.exit(f'wrong urgent byte {n} after {self.got}')

    def till(self, n):
        to = self.got + n
        while not self.at_mark():
            self.wait(select.POLLIN | select.POLLPRI)
            if not self.at_mark() and not self.take(1 << 16):
                sys.exit(f'the end after {self.got}')
        if self.got != to:
            sys.exit(f'the mark is after {self.got}, not {to}')

    def past(self):
        self.got += 1

    def told(self):
        for _ in range(200):
            if self.urgs:
                break
            time.sleep(.1)
        try:
            self.byte_apart()
        except BlockingIOError:
            return
        sys.exit('it is here already')

    def sndbuf(self, n):
        self.sk.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, n)

    def options(self):
        self.sk.setsockopt(socket.IPPROTO_IP, socket.IP_OPTIONS,
                           bytes([1, 1, 1, 1, 7, 7, 4, 0, 0, 0, 0, 0]))

    def gone(self, s):
        p = select.poll()
        p.register(self.sk, select.POLLRDHUP)
        if not p.poll(s * 1000):
            sys.exit('still there')


def begin(words):
    if words.pop(0) == 'connect':
        addr = words.pop(0)
        return None, socket.create_connection((addr, int(words.pop(0))), 60)
    server = socket.create_server(('', int(words.pop(0))), backlog=4096)
    print('ready', flush=True)
    return server, server.accept()[0]


def main():
    words = sys.argv[1:]
    peer = Peer(*begin(words))
    peer.sk.settimeout(20)
    while words:
        do = getattr(peer, words.pop(0))
        args = [words.pop(0) for _ in range(do.__code__.co_argcount - 1)]
        do(*[a if a.startswith('E') else float(a) if '.' in a else int(a) for a in args])
    print('ok')


main()
