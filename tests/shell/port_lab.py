# SPDX-License-Identifier: GPL-3.0-or-later
"""A netloom that reads commands from a pipe, and hosts that speak Ethernet to
it over unix sockets; for the tests port_*.py."""
import json
import os
import socket
import struct
import subprocess

NETLOOM = os.path.realpath(os.environ.get('NETLOOM', './netloom'))
TIMEOUT = 30
LAB = '''version: 1
name: doors
nodes:
  h1: {kind: host, routes: [{to: default, via: 10.0.1.1}]}
  r1: {routing: static}
  x: {kind: external, port: "unix:x.sock"}
  y: {kind: external, port: "unix:y.sock"}
links:
  - {endpoints: ["h1:eth0", "r1:eth0"], ipv4: [10.0.1.2/24, 10.0.1.1/24], delay: 1ms, loss: 10%}
  - {endpoints: ["r1:eth1", "x:eth0"], ipv4: [10.0.2.1/24, 10.0.2.2/24], delay: 2ms 1ms}
  - {endpoints: ["r1:eth2", "y:eth0"], ipv4: [10.0.3.1/24, 10.0.3.2/24]}
'''


class Session:
    """Commands go to a pipe that stays open; each answers with JSON."""

    def __init__(self, *args):
        self.err = open('session.err', 'w+', encoding='utf-8')
        self.netloom = subprocess.Popen(
            [NETLOOM, 'lab.yaml', '--json', *args], text=True, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=self.err)

    def do(self, line):
        """The value of a command that reports one."""
        self.netloom.stdin.write(line + '\n')
        self.netloom.stdin.flush()
        return json.loads(self.netloom.stdout.readline())

    def tell(self, line):
        """A command that may report nothing; what it says on standard error."""
        before = len(self.errors())
        self.netloom.stdin.write(line + '\ntime\n')
        self.netloom.stdin.flush()
        while 'events' not in json.loads(self.netloom.stdout.readline()):
            pass
        return ''.join(self.errors()[before:]).strip()

    def errors(self):
        self.err.seek(0)
        return asked_for(self.err.readlines())

    def end(self):
        self.netloom.stdin.close()
        self.netloom.stdout.read()
        return self.netloom.wait(TIMEOUT)


class Peer:
    """A host behind a door: it answers ARP and echo requests only if asked."""

    def __init__(self, path, mac, ip):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(TIMEOUT)
        self.sock.connect(path)
        self.mac, self.ip = bytes.fromhex(mac), socket.inet_aton(ip)

    def send(self, frame):
        self.sock.sendall(struct.pack('!I', len(frame)) + frame)

    def read(self, n):
        data = b''
        while len(data) < n:
            more = self.sock.recv(n - len(data))
            if not more:
                raise EOFError('the lab hung up')
            data += more
        return data

    def recv(self):
        return self.read(int.from_bytes(self.read(4), 'big'))

    def arp(self, op, mac, target):
        dst = b'\xff' * 6 if op == 1 else mac
        self.send(dst + self.mac + bytes.fromhex('08060001080006040000')[:-1] + bytes([op]) +
                  self.mac + self.ip + (b'\0' * 6 if op == 1 else mac) + target)

    def who_has(self, ip):
        """The MAC that answers an ARP request."""
        target = socket.inet_aton(ip)
        self.arp(1, None, target)
        while True:
            f = self.recv()
            if f[12:14] == b'\x08\x06' and f[20:22] == b'\0\2' and f[28:32] == target:
                return f[22:28].hex()

    def answer_arp(self):
        """Waits for a request for this host, and answers it."""
        while True:
            f = self.recv()
            if f[12:14] == b'\x08\x06' and f[20:22] == b'\0\1' and f[38:42] == self.ip:
                self.arp(2, f[22:28], f[28:32])
                return

    def ping(self, gateway, ip, seq):
        """An echo request leaves; its frame."""
        icmp = struct.pack('!BBHHH', 8, 0, 0, 77, seq) + b'door'
        icmp = icmp[:2] + struct.pack('!H', checksum(icmp)) + icmp[4:]
        head = struct.pack('!BBHHHBBH', 0x45, 0, 20 + len(icmp), seq, 0, 64, 1, 0)
        head += self.ip + socket.inet_aton(ip)
        head = head[:10] + struct.pack('!H', checksum(head)) + head[12:]
        self.send(bytes.fromhex(gateway) + self.mac + b'\x08\0' + head + icmp)


def asked_for(lines):
    """Without what a lab says by itself when the machine is too busy for its pace."""
    return [line for line in lines if ' behind the wall clock' not in line]


def checksum(data):
    total = sum(struct.unpack(f'!{len(data) // 2}H', data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def run(*args, stdin=''):
    """A netloom that runs to its end: status, output, errors."""
    p = subprocess.run([NETLOOM, *args], input=stdin, capture_output=True, text=True,
                       timeout=TIMEOUT, check=False)
    return p.returncode, p.stdout, ''.join(asked_for(p.stderr.splitlines(True)))
