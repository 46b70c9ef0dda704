#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A TCP port of a lab host on the real machine: real programs talk to it."""
import os
import shutil
import socket
import struct
import subprocess
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
    return socket.create_connection(('127.0.0.1', port), TIMEOUT)


def until(check):
    while not check():
        pass


def whole(s):
    parts = []
    while part := s.recv(65536):
        parts.append(part)
    return b''.join(parts)


def echoes_and_half_closes():
    s = Session()
    ex = s.do('expose h1:7 0 tcp')
    assert ex['proto'] == 'tcp' and ex['port'] > 0, ex
    assert s.do('expose h1:7 0')['proto'] == 'udp'
    s.do('h1 echo &')
    apps = [app(ex['port']) for _ in range(50)]
    for i, a in enumerate(apps):
        a.sendall(bytes([i]) * 1000)
    until(lambda: s.do('expose')[1]['clients'] == 50)
    for i, a in enumerate(apps):
        a.shutdown(socket.SHUT_WR)
        assert whole(a) == bytes([i]) * 1000, i
        a.close()
    until(lambda: s.do('expose')[1]['clients'] == 0)
    one = s.do('expose')[1]
    assert (one['in'], one['out'], one['refused']) == (50000, 50000, 0), one
    status = s.end()
    assert status == 0, (status, s.errors())


def much_goes_both_ways():
    s = Session('-q')
    port = s.do('expose h1:7 0 tcp')['port']
    s.do('h1 echo &')
    data = os.urandom(1 << 22)
    with app(port) as a:
        sender = os.fork()
        if sender == 0:
            a.sendall(data)
            a.shutdown(socket.SHUT_WR)
            os._exit(0)
        assert whole(a) == data
        os.waitpid(sender, 0)
    status = s.end()
    assert status == 0, (status, s.errors())


def the_lab_ends_first():
    s = Session('-q')
    port = s.do('expose h1:99 0 tcp')['port']
    s.do('h1 nc -l 99 &')
    with app(port) as a:
        a.sendall(b'hello\n')
        until(lambda: s.do('expose')[0]['in'] == 6)
        s.tell('kill')
        assert a.recv(10) == b''
    status = s.end()
    assert status == 0, (status, s.errors())


def one_that_does_not_read_slows_the_lab_down():
    s = Session('-q')
    port = s.do('expose h1:19 0 tcp')['port']
    s.do('h1 chargen &')
    with app(port) as a:
        assert a.recv(2, socket.MSG_WAITALL) == b' !'
        last, same = 0, 0
        while same < 5:                  # what is sent comes to rest
            s.do('run 50ms')
            now = s.do('expose')[0]['out']
            same = same + 1 if now == last else 0
            last = now
        assert last < 64 << 20, last     # the machine's socket buffers and one pipe
        until(lambda: a.recv(1 << 20) and s.do('expose')[0]['out'] > last)
    status = s.end()
    assert status == 0, (status, s.errors())


def resets_go_through():
    s = Session('-q')
    port = s.do('expose h1:9 0 tcp')['port']
    try:                                 # nobody listens
        assert app(port).recv(1) is None
    except ConnectionResetError:
        pass
    assert s.do('expose')[0]['refused'] == 1
    s.do('h1 discard &')
    a = app(port)
    a.sendall(b'x')
    until(lambda: s.do('expose')[0]['in'] == 1)
    assert 'ESTAB' in str(s.do('h1 ss -tn'))
    a.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
    a.close()
    until(lambda: s.do('expose')[0]['clients'] == 0)
    until(lambda: 'ESTAB' not in str(s.do('h1 ss -tn')))
    with app(port) as b:
        b.sendall(b'x')
        until(lambda: s.do('expose')[0]['in'] == 2)
        s.tell('node h1 stop')           # its programs end, and then it does
        try:
            assert b.recv(1) == b''
        except ConnectionResetError:
            pass
    s.tell('expose stop all')
    try:
        app(port)
        raise AssertionError('somebody is still there')
    except ConnectionRefusedError:
        pass
    status = s.end()
    assert status == 0, (status, s.errors())


def a_real_curl():
    if not shutil.which('curl'):
        return
    s = Session('-q')
    port = s.do('expose h1:80 0 tcp')['port']
    s.do('h1 http -s 3000000 &')
    url = f'http://127.0.0.1:{port}/'
    curl = ['curl', '-s', '-m', str(TIMEOUT), '-o', '/dev/null', '-w',
            '%{http_code} %{size_download} %{num_connects}\n']
    out = subprocess.run([*curl, url, '-o', '/dev/null', url], capture_output=True, text=True,
                         check=False).stdout
    assert out == '200 3000000 1\n200 3000000 0\n', out
    out = subprocess.run([*curl, '-I', url], capture_output=True, text=True, check=False).stdout
    assert out == '200 0 1\n', out
    many = ['-o', '/dev/null', url] * 20
    out = subprocess.run([*curl, '-Z', '--no-progress-meter', *many[2:], *many[:2]],
                         capture_output=True, text=True, check=False).stdout
    assert out.count('200 3000000') == 20, out
    status = s.end()
    assert status == 0, (status, s.errors())


def records_have_no_streams():
    for lines, why in (
            ('port record r.pcapng\nexpose h1:7 0 tcp', 'what comes by a TCP port cannot be recorded'),
            ('expose h1:7 0 tcp\nport record r.pcapng',
             'what comes by an exposed TCP port cannot be recorded'),
            ('expose h1:7 0 tcp\nexpose h1:7 0 tcp', 'h1:7 is exposed already')):
        status, _, err = run('lab.yaml', '-q', stdin=lines + '\n')
        assert status == 1 and err.endswith(f'stdin:2: {why}\n'), (lines, status, err)
        if os.path.exists('r.pcapng'):
            os.unlink('r.pcapng')


def main():
    with tempfile.TemporaryDirectory() as work:
        os.chdir(work)
        with open('lab.yaml', 'w', encoding='utf-8') as f:
            f.write(LAB)
        for test in (echoes_and_half_closes, much_goes_both_ways, the_lab_ends_first,
                     one_that_does_not_read_slows_the_lab_down, resets_go_through, a_real_curl,
                     records_have_no_streams):
            try:
                test()
            except (AssertionError, EOFError, OSError) as e:
                print(f'{test.__name__}: {type(e).__name__}: {e}')
                sys.exit(1)


main()
