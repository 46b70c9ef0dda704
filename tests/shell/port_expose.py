#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A UDP port of a lab host on the real machine: real programs talk to it."""
import os
import socket
import sys
import tempfile

from port_lab import TIMEOUT, Session, run

LAB = '''version: 1
name: pair
nodes: {h1: {kind: host}, h2: {kind: host}, hub: {kind: hub}}
links:
  - {endpoints: ["h1:eth0", "hub:eth0"], ipv4: 10.0.1.1/24}
  - {endpoints: ["h2:eth0", "hub:eth1"], ipv4: 10.0.1.2/24}
'''


def app(port):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.settimeout(TIMEOUT)
    s.connect(('127.0.0.1', port))
    return s


def until(check):
    while not check():
        pass


def programs_get_their_own_answers():
    s = Session()
    assert s.do('expose') == []
    ex = s.do('expose h1:7 0')
    assert ex['address'] == '127.0.0.1' and ex['port'] > 0, ex
    assert s.errors() == ['netloom: the lab has doors to the outside: its time follows the '
                          'wall clock (pace real)\n'], s.errors()
    s.do('h1 echo -u &')
    apps = [app(ex['port']) for _ in range(3)]
    for size in (1, 0, 1472, 20000):
        for i, a in enumerate(apps):
            a.send(bytes([i]) * size)
        for i, a in enumerate(apps):
            assert a.recv(70000) == bytes([i]) * size, size
    apps[0].send(b'z' * 65507)
    assert apps[0].recv(70000) == b'z' * 65507
    one = s.do('expose')[0]
    assert (one['clients'], one['in'], one['out'], one['dropped']) == (3, 13, 13, 0), one
    s.tell('expose stop 1')
    assert s.do('expose') == []
    try:
        apps[0].send(b'?')
        apps[0].recv(10)
        raise AssertionError('somebody is still there')
    except ConnectionRefusedError:
        pass
    assert s.end() == 0, s.errors()


def the_silent_are_forgotten():
    s = Session('-q')
    port = s.do('expose h1:7 0')['port']
    s.do('h1 echo -u &')
    a = app(port)
    a.send(b'x')
    a.recv(10)
    s.do('pace x1000')
    s.do('run 59s')
    assert s.do('expose')[0]['clients'] <= 1
    s.do('run 62s')
    assert s.do('expose')[0]['clients'] == 0
    a.send(b'y')
    assert a.recv(10) == b'y'
    assert s.end() == 0, s.errors()


def nobody_listens_and_the_node_stops():
    s = Session('-q')
    port = s.do('expose h2:9 0')['port']
    a = app(port)
    a.send(b'x')
    until(lambda: s.do('expose')[0]['refused'] == 1)
    s.tell('node h2 stop')
    assert s.do('expose')[0]['clients'] == 0
    a.send(b'x')
    until(lambda: s.do('expose')[0]['dropped'] == 1)
    s.tell('node h2 start')
    s.do('h2 echo -u 9 &')
    a.send(b'back')
    assert a.recv(10) == b'back'
    s.tell('expose stop all')
    assert s.do('expose') == []
    assert s.end() == 0, s.errors()


def many_programs_share_256_sockets():
    s = Session('-q')
    port = s.do('expose h1:7 0')['port']
    s.do('h1 echo -u &')
    for i in range(300):
        with app(port) as a:
            a.send(b'%d' % i)
            assert a.recv(10) == b'%d' % i
    assert s.do('expose')[0]['clients'] == 256
    assert s.end() == 0, s.errors()


def what_cannot_be_exposed_says_why():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(('127.0.0.1', 0))
        port = taken.getsockname()[1]
        for line, why in (
                ('expose h1 7', "'h1': expected NODE:PORT"),
                ('expose h1:0 7', "'h1:0': expected NODE:PORT"),
                ('expose h1:7', 'incomplete: expected WHERE'),
                ('expose h9:7 7', "no node is called 'h9'"),
                ('expose hub:7 7', 'hub is a hub: it has no ports to expose'),
                ('expose h1:7 65536', "'65536': expected PORT or ADDRESS:PORT"),
                ('expose h1:7 localhost:7', "'localhost' is not an IPv4 address"),
                ('expose h1:7 192.0.2.1:0', '192.0.2.1:0: Cannot assign requested address'),
                (f'expose h1:7 {port}', f'127.0.0.1:{port}: Address already in use'),
                ('expose stop 1', 'nothing is exposed as 1')):
            status, out, err = run('lab.yaml', '-q', stdin=line + '\n')
            assert (status, out, err) == (1, '', f'stdin:1: {why}\n'), (line, status, out, err)


def main():
    with tempfile.TemporaryDirectory() as work:
        os.chdir(work)
        with open('lab.yaml', 'w', encoding='utf-8') as f:
            f.write(LAB)
        for test in (programs_get_their_own_answers, the_silent_are_forgotten,
                     nobody_listens_and_the_node_stops, many_programs_share_256_sockets,
                     what_cannot_be_exposed_says_why):
            try:
                test()
            except (AssertionError, EOFError, OSError) as e:
                print(f'{test.__name__}: {type(e).__name__}: {e}')
                sys.exit(1)


main()
